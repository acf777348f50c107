"""What-ifs: other years, and freight moved to rail and sea."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.assumptions import assumption, assumption_table
from regiongeo.errors import AssumptionError, ScenarioError, name_some
from regiongeo.flows.assignment import along_routes, zone_pairs
from regiongeo.flows.result import FlowResult, with_trips
from regiongeo.tables import CORRIDORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["INSIDE", "grow_flows", "growth_factor", "shift_to_rail_and_sea"]

INSIDE = "inside"
"""Name of the trips that pass no gateway, beside the corridors."""


def growth_factor(assumptions: pd.DataFrame, *, year: int, level: str = "value") -> float:
    """Look up the factor from the base year to another year, straight between the years known [1].

    Parameters
    ----------
    assumptions
        ``traffic_base_year`` (factor 1) and ``traffic_growth.<year>``, all to verify.
    year
        Year of interest.
    level
        low, value (central) or high.

    Raises
    ------
    AssumptionError
        If the year lies outside the years known.
    """
    base = int(assumption(assumptions, "traffic_base_year", unit="year"))
    years = sorted(int(name) for name in assumption_table(assumptions, "traffic_growth", unit="1"))
    factors = assumptions.loc[[f"traffic_growth.{known}" for known in years], level].astype(float)
    if not base <= year <= years[-1]:
        raise AssumptionError(
            f"no traffic growth for {year}: choose a year from {base} to {years[-1]}, "
            f"or add traffic_growth.{year}"
        )
    return float(np.interp(year, [base, *years], [1.0, *factors]))


def grow_flows(result: FlowResult, links: pd.DataFrame, *, factor: float) -> FlowResult:
    """Multiply all trips by a factor, as from ``growth_factor``; the pattern stays that of the base year.

    Raises
    ------
    ScenarioError
        If the factor is negative or not finite.
    """
    if not (np.isfinite(factor) and factor >= 0):
        raise ScenarioError(f"growth factor {factor} must be finite and not negative")
    return with_trips(result, result.trips * factor, links)


def shift_to_rail_and_sea(
    result: FlowResult, links: pd.DataFrame, *, shares: Mapping[str, float], min_km: float
) -> tuple[FlowResult, pd.DataFrame]:
    """Take a share of the long trips off the road, by corridor.

    Parameters
    ----------
    result
        Flows to change.
    links
        Links of its network, with length_m and minutes.
    shares
        Share moved by corridor (south, east, north, west, southwest), and ``inside`` for trips that pass no
        gateway. A trip through two corridors takes the larger share.
    min_km
        Only trips longer than this, legs beyond the gateways included [km].

    Returns
    -------
    The flows that are left, and what was moved by corridor (that of the larger share): trips_per_day,
    truck_km_per_day inside the network, truck_km_with_outside_per_day.

    Raises
    ------
    ScenarioError
        If a corridor is unknown, or a share not between 0 and 1.

    Notes
    -----
    Trucks to and from the terminals (the last kilometres of a rail or sea chain) are not put back.
    """
    _require_shares(shares)
    inside_km, outside_km = _pair_km(result, links)
    share, corridor = _share_of_pairs(result, shares)
    moved = np.where(inside_km + outside_km > min_km, share, 0.0) * result.trips
    table = pd.DataFrame(
        {
            "corridor": corridor,
            "trips_per_day": moved,
            "truck_km_per_day": moved * inside_km,
            "truck_km_with_outside_per_day": moved * (inside_km + outside_km),
        }
    )
    summed = table.groupby("corridor").sum().reindex([*CORRIDORS, INSIDE], fill_value=0.0)
    return with_trips(result, result.trips - moved, links), summed


def _pair_km(result: FlowResult, links: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first, second = zone_pairs(len(result.zones))
    beyond = result.zones["outside_km"].to_numpy()
    km = along_routes(result.route_shares, links["length_m"].to_numpy() / 1000)
    return km, beyond[first] + beyond[second]


def _share_of_pairs(
    result: FlowResult, shares: Mapping[str, float]
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Take the larger share of the two ends of each pair, and its corridor; ``inside`` if both ends are."""
    first, second = zone_pairs(len(result.zones))
    corridor = result.zones["corridor"].fillna(INSIDE).to_numpy(dtype=object)
    share = np.array([shares.get(name, 0.0) if name != INSIDE else -1.0 for name in corridor])
    at_first = share[first] >= share[second]
    of_pair = np.where(at_first, corridor[first], corridor[second])
    larger = np.maximum(share[first], share[second])
    return np.where(larger < 0, shares.get(INSIDE, 0.0), larger), of_pair


def _require_shares(shares: Mapping[str, float]) -> None:
    known = (*CORRIDORS, INSIDE)
    unknown = [name for name in shares if name not in known]
    if unknown:
        raise ScenarioError(f"unknown corridors {name_some(unknown)}: choose from {', '.join(known)}")
    bad = [name for name, share in shares.items() if not 0 <= share <= 1]
    if bad:
        raise ScenarioError(f"shares moved to rail and sea must lie between 0 and 1: {name_some(bad)}")
