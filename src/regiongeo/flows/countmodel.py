"""Gravity model and matrix on a set of counts, so that the hold-out can repeat them on fewer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regiongeo.assumptions import assumption
from regiongeo.flows.assignment import link_volumes, zone_pairs
from regiongeo.flows.demand import Demand, Gravity, calibrate
from regiongeo.flows.estimation import Estimate, estimate_matrix
from regiongeo.flows.gateways import passing_pairs
from regiongeo.flows.validation import fold_of_road

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from scipy import sparse

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Shares = sparse.csr_array[np.float64]

__all__ = ["CountModel", "build_count_model"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CountModel:
    """All that calibration and estimation need."""

    demand: Demand
    gateway_roads: pd.Series[str]
    """Road of the gateways whose volume is counted, by zone."""
    passes: Shares
    """Share of each pair's trips that passes each count, counts × pairs."""
    roads: pd.Series[str]
    """Road of each count."""
    observed: Floats
    error: Floats
    spread: float
    """Variance over mean of the prior [trucks/day]."""

    def by_pair(self, matrix: Floats) -> Floats:
        """Add up both directions of each pair."""
        first, second = zone_pairs(len(matrix))
        trips: Floats = matrix[first, second] + matrix[second, first]
        return trips

    def solve(self, used: Flags, demand: Demand | None = None) -> tuple[Gravity, Estimate]:
        """Calibrate the gravity model and estimate the matrix on the counts marked.

        The model's own demand is distributed if None.
        """
        passes, observed, error = self.passes[used], self.observed[used], self.error[used]
        gravity = calibrate(
            demand or self.demand,
            volumes=lambda matrix: link_volumes(passes, self.by_pair(matrix)),
            observed=observed,
            error=error,
        )
        prior = self.by_pair(gravity.trips)
        return gravity, estimate_matrix(prior, passes, observed, error, spread=self.spread)

    def hold_out(self, used: Flags, *, folds: int) -> dict[str, Floats]:
        """Model each road's counts without them, and without the gateway volumes that stand on them.

        A gateway whose volume is hidden gets the median of the others. Roads are dealt into at most
        ``folds`` folds; with fewer than two roads or folds nothing is held out.

        Returns
        -------
        heldout_trucks and heldout_gravity_trucks by count; NaN where nothing was held out.
        """
        own, plain = np.full(len(used), np.nan), np.full(len(used), np.nan)
        used_roads = self.roads[used]
        folds = min(folds, used_roads.nunique())
        of_road = dict(zip(used_roads, fold_of_road(used_roads, folds=max(folds, 1)), strict=True))
        for number in range(folds if folds > 1 else 0):
            out = used & (self.roads.map(of_road) == number).to_numpy()
            gravity, estimate = self.solve(used & ~out, self._without_gateways(of_road, number))
            own[out] = link_volumes(self.passes, estimate.trips)[out]
            plain[out] = link_volumes(self.passes, self.by_pair(gravity.trips))[out]
        return {"heldout_trucks": own, "heldout_gravity_trucks": plain}

    def _without_gateways(self, of_road: dict[str, int], fold: int) -> Demand:
        trucks = self.demand.gateway_trucks
        hidden = (self.gateway_roads.map(of_road) == fold).to_numpy()
        others = trucks[~hidden & ~np.isnan(trucks)]
        middle = float(np.median(others)) if len(others) else 0.0
        return replace(self.demand, gateway_trucks=np.where(hidden, middle, trucks))


def build_count_model(
    zones: gpd.GeoDataFrame,
    *,
    route_minutes: Floats,
    passes: Shares,
    observations: pd.DataFrame,
    assumptions: pd.DataFrame,
) -> CountModel:
    """Gather what the model needs.

    Parameters
    ----------
    zones
        Schema ZONES.
    route_minutes
        Mean driving time inside the network by pair of zones [min].
    passes
        Share of each pair's trips that passes each count.
    observations
        By count: road, observed_trucks, error_trucks.
    assumptions
        ``flow_terminal_minutes``, ``flow_prior_spread``, ``flow_gateway_unobserved``, ``flow_through_share``.
    """
    return CountModel(
        demand=_demand(zones, route_minutes, assumptions),
        gateway_roads=zones["road"].where(zones["observed_trucks"].notna()),
        passes=passes,
        roads=observations["road"],
        observed=observations["observed_trucks"].to_numpy(dtype=float),
        error=observations["error_trucks"].to_numpy(dtype=float),
        spread=assumption(assumptions, "flow_prior_spread", unit="trucks/day"),
    )


def _demand(zones: gpd.GeoDataFrame, route_minutes: Floats, assumptions: pd.DataFrame) -> Demand:
    first, second = zone_pairs(len(zones))
    beyond = zones["outside_minutes"].to_numpy()
    minutes = np.zeros((len(zones), len(zones)))
    minutes[first, second] = minutes[second, first] = route_minutes + beyond[first] + beyond[second]
    unobserved = assumption(assumptions, "flow_gateway_unobserved", unit="trucks/day")
    trucks = zones["observed_trucks"].fillna(unobserved).where(zones["kind"] == "gateway")
    return Demand(
        attraction=zones["attraction"].to_numpy(dtype=float),
        gateway_trucks=trucks.to_numpy(dtype=float),
        minutes=minutes,
        may_pass=passing_pairs(zones),
        through_share=assumption(assumptions, "flow_through_share", unit="1"),
        terminal=assumption(assumptions, "flow_terminal_minutes", unit="min"),
    )
