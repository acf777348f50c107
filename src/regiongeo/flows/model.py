"""The truck-flow model. Read this first: `estimate_flows` is the method, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regiongeo.assumptions import assumption
from regiongeo.errors import DataError, name_some
from regiongeo.flows.assignment import all_or_nothing, along_routes, link_volumes, stochastic_routes
from regiongeo.flows.countmodel import build_count_model
from regiongeo.flows.gateways import add_gateways
from regiongeo.flows.observations import build_observations, observation_weights
from regiongeo.flows.result import FlowResult, link_flows, od_matrix, zone_totals
from regiongeo.flows.summary import fit_of_sets, flow_totals, name_culprits, with_errors
from regiongeo.flows.validation import holdout_by_road
from regiongeo.flows.zones import build_zones
from regiongeo.schema import validate
from regiongeo.tables import OBSERVATIONS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from scipy import sparse

    from regiongeo.network import Network
    from regiongeo.tables import ReferenceData

    Shares = sparse.csr_array[np.float64]
    Routes = Literal["stochastic", "all_or_nothing"]

__all__ = ["estimate_flows"]

_USED = ("flow_", "gateway_outside_km.", "traffic_base_year")


def estimate_flows(
    reference: ReferenceData,
    network: Network,
    link_traffic: pd.DataFrame,
    *,
    seed: int,
    population_year: int | None = None,
    outside: str = "value",
    routes: Routes = "stochastic",
    draws: int = 12,
    folds: int = 8,
) -> FlowResult:
    """Estimate where the trucks counted on the roads come from and go.

    Zones and gateways; shares of routes; a gravity model whose two parameters meet the counts best; the
    matrix nearest to it that meets them as well as they are known; validation on counts used and not used.

    Parameters
    ----------
    reference
        Shipped tables.
    network
        The road network of ``reference``, without sites.
    link_traffic
        Schema LINK_TRAFFIC on its links.
    seed
        Of the draws of route costs.
    population_year
        Year of the population (1 January); ``traffic_base_year`` if None.
    outside
        Which leg beyond the gateways counts: low, value or high.
    routes
        Spread over routes, or all trips of a pair on one.
    draws
        Draws of route costs.
    folds
        Folds of the hold-out; 0 leaves it out.

    Raises
    ------
    NetworkError
        If zones have no road or are not connected, or links are one-way or have no usable time.
    DataError
        If nothing is counted on main roads, or the matrix is empty.

    Notes
    -----
    Trucks of 12.5 m and more per day of the base year, both directions alike. Trips within a zone, empty
    runs by purpose, and congestion are not modelled. The same inputs and seed give the same tables.
    """
    numbers = reference.assumptions
    year = int(population_year or assumption(numbers, "traffic_base_year", unit="year"))
    _require_same_links(network, link_traffic)
    zones = build_zones(reference, network, population_year=year)
    zones = add_gateways(zones, reference, network, link_traffic["truck_aadt"], level=outside)

    shares = _route_shares(network, zones, numbers, routes=routes, draws=draws, seed=seed)
    observations, of_link = build_observations(
        network.links,
        link_traffic,
        points=reference.traffic_points,
        sections=reference.traffic_sections,
        municipalities=reference.municipalities,
        assumptions=numbers,
    )
    passes = (observation_weights(observations.index, of_link, network.links) @ shares).tocsr()
    observations = observations.assign(has_path=passes.sum(axis=1) > 0)
    model = build_count_model(
        zones,
        route_minutes=along_routes(shares, network.links["minutes"].to_numpy()),
        passes=passes,
        observations=observations,
        assumptions=numbers,
    )
    used = (observations["is_used"] & observations["has_path"]).to_numpy()
    gravity, estimate = model.solve(used)
    prior = model.by_pair(gravity.trips)
    observations = observations.assign(
        gravity_trucks=link_volumes(passes, prior),
        modelled_trucks=link_volumes(passes, estimate.trips),
        **model.hold_out(used, folds=folds),
    )
    peak = assumption(numbers, "flow_peak_share", unit="1")
    observations = validate(with_errors(observations, hour_share=peak), OBSERVATIONS)

    flows = link_flows(zones, network.links, shares, estimate.trips, link_traffic["truck_aadt"])
    matrix = od_matrix(zones, network.links, shares, estimate.trips, prior)
    return FlowResult(
        zones=zone_totals(zones, estimate.trips),
        matrix=matrix,
        link_flows=flows,
        observations=observations,
        summary=fit_of_sets(observations, hour_share=peak),
        holdout=holdout_by_road(observations, hour_share=peak),
        totals=flow_totals(matrix, flows, network.links, observations, gravity),
        assumptions=numbers[[str(name).startswith(_USED) for name in numbers.index]],
        notices=name_culprits(observations, zones, estimate, reference.municipalities),
        route_shares=shares,
        trips=estimate.trips,
        prior=prior,
    )


def _require_same_links(network: Network, link_traffic: pd.DataFrame) -> None:
    lost = network.links.index.symmetric_difference(link_traffic.index)
    if len(lost):
        raise DataError(
            f"network and traffic differ in links {name_some(lost)}: estimate flows on the network the "
            "traffic was made for, without sites"
        )


def _route_shares(
    network: Network, zones: pd.DataFrame, assumptions: pd.DataFrame, *, routes: Routes, draws: int, seed: int
) -> Shares:
    if routes == "all_or_nothing":
        return all_or_nothing(network, zones["node_id"])
    spread = assumption(assumptions, "flow_route_spread", unit="min")
    return stochastic_routes(network, zones["node_id"], spread=spread, draws=draws, seed=seed)
