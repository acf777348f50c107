"""The station plan: whole trips with each energy, the sites that serve most of them, and how large they get.

Read `plan_stations`: it is the method, in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.assumptions import assumption
from regiongeo.distances import pairs_within
from regiongeo.errors import DataError, ScenarioError
from regiongeo.fairness import NO_FLOORS, choose_fair_sites, held_to, require_floors
from regiongeo.flows import ENERGY_UNITS, energy_per_km
from regiongeo.planbreaks import driver_breaks
from regiongeo.planservice import count_service, relation_service
from regiongeo.result import PlanFleet, StationPlan
from regiongeo.routing import shortest_paths
from regiongeo.schema import validate
from regiongeo.siting.build import build_relations, build_trips, find_stops, trips_in_need
from regiongeo.siting.gaps import price_of_fairness
from regiongeo.siting.limits import Limits
from regiongeo.siting.refuel import Layer, choose_refuelling
from regiongeo.siting.routes import find_ways
from regiongeo.siting.simulate import site_use
from regiongeo.siting.trips import Reach
from regiongeo.sizing import energy_share, station_sizes
from regiongeo.tables import OFFERS, RESERVES, SERVICE, offered_energies

if TYPE_CHECKING:
    import geopandas as gpd

    from regiongeo.distances import Distances
    from regiongeo.fairness import Floors
    from regiongeo.flows import FlowResult
    from regiongeo.network import Network
    from regiongeo.scenario import Energy, Scenario
    from regiongeo.siting.refuel import Refuelling
    from regiongeo.siting.routes import Ways
    from regiongeo.siting.trips import Trips

__all__ = ["energy_reach", "plan_stations", "station_site"]

_MOST_GAP = 0.5  # a plan that may be farther from the best is refused; what it is stands beside every figure

_RESERVES = 3  # replacements named for each site


def station_site(station_id: str) -> str:
    """Name an existing station among the sites trucks may use."""
    return f"station/{station_id}"


def plan_stations(
    flows: FlowResult,
    distances: Distances,
    *,
    scenario: Scenario,
    assumptions: pd.DataFrame,
    hours: pd.DataFrame,
    stations: gpd.GeoDataFrame,
    grid: pd.DataFrame,
    floors: Floors = NO_FLOORS,
) -> StationPlan:
    """Choose the sites and what they offer so that most trucks drive their whole trip, and size them.

    Parameters
    ----------
    flows
        Truck flows of the year asked for.
    distances
        From sites and existing stations, on the network cut at them.
    scenario
        ``refuelling``, and size, spacing and locked sites of ``plan``.
    assumptions
        ``siting.*``, ``sizing.*``, ``energy_use.*``.
    hours
        Schema TRUCK_HOURS.
    stations
        Schema STATIONS: they serve trucks beside the new sites, and count in no limit.
    grid
        Schema STATION_GRID by site: free capacity where the user gave it.
    floors
        Least number of new sites by subregion; existing stations do not count.

    Raises
    ------
    RegionGeoError
        As the steps: conflicting limits, no trip that needs a station, a solver that fails.

    Notes
    -----
    Weaknesses: relations are estimated from counts (docs/flows.md); every truck of an energy has one range;
    queues and opening hours are left out of the choice, and sizes follow from it.
    """
    asked = scenario.refuelling
    relations, ways, trips = _build_trips(flows, distances, scenario=scenario, assumptions=assumptions)
    offered = offered_energies(stations)
    fleets = [
        _read_fleet(energy, trips, offered, scenario=scenario, assumptions=assumptions)
        for energy in asked.energies
    ]
    layers = [_layer(fleet, distances, offered, scenario=scenario) for fleet in fleets]
    existing = [station_site(one) for one in stations.index]
    limits = _limits(distances, scenario, floors)

    def choose(limits: Limits) -> Refuelling:
        return choose_refuelling(
            layers,
            [*distances.metres.index, *existing],
            limits,
            aim="trips" if asked.objective == "trucks" else "truck_km",
            time_limit_s=asked.time_limit_s,
            seed=scenario.uncertainty.seed,
            max_gap=_MOST_GAP,
            most_reserves=_RESERVES,
        )

    best = choose(limits)
    chosen, fair = best, None
    if asked.objective == "worst_gap":
        fair = choose_fair_sites(
            trips,
            distances.metres.index,
            limits,
            existing=existing,
            assumptions=assumptions,
            time_limit_s=asked.time_limit_s,
            seed=scenario.uncertainty.seed,
        )
        chosen = choose(held_to(limits, fair.sites))
    sites = _stations(chosen, scenario.plan.locked if fair is None else fair.sites)
    require_floors(floors, chosen.offers.index[chosen.offers.any(axis=1)])
    use = _use_of_sites(fleets, chosen)
    is_new = use.index.get_level_values("site_id").isin(chosen.sites)
    sizes = station_sizes(
        use[is_new],
        hours=hours,
        assumptions=assumptions,
        shares={fleet.energy: fleet.truck_share for fleet in fleets},
        season=asked.season,
        grid=grid.loc[list(sites)],
        year=asked.year,
    )
    return StationPlan(
        sites=sites,
        local_trips_per_day=float(flows.trips.sum() - relations["trips_per_day"].sum()),
        offers=_offers(chosen, use, fleets, locked=scenario.plan.locked),
        service=validate(pd.concat([count_service(fleet, chosen, best, trips) for fleet in fleets]), SERVICE),
        relations=relation_service(fleets, chosen, trips, relations),
        added=chosen.added,
        reserves=validate(chosen.reserves.drop(columns="lost_credit"), RESERVES),
        sizes=sizes,
        breaks=driver_breaks(
            ways, relations, trips, chosen.offers, distances.network.links, assumptions=assumptions
        ),
        objective=asked.objective,
        bound=chosen.bound if fair is None else fair.worst_bound_km,
        gap=chosen.gap if fair is None else 1 - fair.worst_bound_km / fair.worst_km,
        status=chosen.status if fair is None else fair.status,
        seconds=float(chosen.seconds["all"]) + (0.0 if fair is None else fair.seconds),
        is_settled=chosen.is_settled and (fair is None or fair.is_settled),
        worst_gap_km=None if fair is None else fair.worst_km,
        fairness_price=None if fair is None else price_of_fairness(best.objective, chosen.objective),
        fleets=tuple(fleets),
    )


def energy_reach(assumptions: pd.DataFrame, energy: Energy, *, scenario: Scenario) -> Reach:
    """Work out the range on an energy: ``tank * (1 - reserve) / use per km``, unless the scenario states it.

    Raises
    ------
    AssumptionError
        If a number is missing.
    """
    asked = scenario.refuelling
    if energy in asked.range_km:
        return Reach(range_km=asked.range_km[energy])
    tank = f"{energy}_{asked.biogas}" if energy == "biogas" else energy
    full = assumption(assumptions, f"siting.tank.{tank}", unit=ENERGY_UNITS[energy])
    reserve = assumption(assumptions, f"siting.reserve.{energy}", unit="1")
    use = energy_per_km(assumptions, energy, season=asked.season)
    return Reach(range_km=full * (1 - reserve) / use)


def _build_trips(
    flows: FlowResult, distances: Distances, *, scenario: Scenario, assumptions: pd.DataFrame
) -> tuple[pd.DataFrame, Ways, Trips]:
    """Return the relations, their ways, and the trips with the sites and stations along them."""
    asked = scenario.refuelling
    beyond_km = assumption(assumptions, "siting.beyond_km", unit="km")
    relations = build_relations(flows.zones, flows.trips, beyond_km=beyond_km)
    relations = _long_relations(relations, distances.network, assumptions=assumptions)
    ways = find_ways(
        distances.network,
        relations,
        stretch=asked.stretch,
        alternatives=asked.alternatives,
        most_shared=assumption(assumptions, "siting.most_shared", unit="1"),
        draws=int(assumption(assumptions, "siting.route_draws", unit="draws")),
        spread=assumption(assumptions, "flow_route_spread", unit="min"),
        seed=scenario.uncertainty.seed,
    )
    start_km = relations["start_km"].loc[ways.paths["pair_id"]].set_axis(ways.paths.index)
    existing = pd.Index([station_site(one) for one in distances.station_metres.index], name="site_id")
    stops = find_stops(
        ways,
        start_km,
        pd.concat([distances.metres, distances.station_metres.set_axis(existing)]),
        pd.concat([distances.offset_m, distances.station_offset_m.set_axis(existing)]),
        limit_km=asked.detour_km,
    )
    decay = assumption(assumptions, "siting.decay_per_minute", unit="1/min")
    return relations, ways, build_trips(ways, relations, stops, decay_per_minute=decay)


def _long_relations(relations: pd.DataFrame, network: Network, *, assumptions: pd.DataFrame) -> pd.DataFrame:
    """Leave out local trips: their trucks fill where they are based, not on the way."""
    least_km = assumption(assumptions, "siting.least_trip_km", unit="km")
    inside = shortest_paths(network, relations)["length_m"] / 1000
    long = relations[inside + relations["outside_start_km"] + relations["outside_end_km"] >= least_km]
    if long.empty:
        raise DataError(f"no trip is {least_km:g} km or longer: lower siting.least_trip_km")
    return long


def _read_fleet(
    energy: Energy, trips: Trips, offered: pd.DataFrame, *, scenario: Scenario, assumptions: pd.DataFrame
) -> PlanFleet:
    reach = energy_reach(assumptions, energy, scenario=scenario)
    depot_share = assumption(assumptions, f"siting.depot_share.{energy}", unit="1")
    try:
        needing, free = trips_in_need(trips, reach=reach, depot_share=depot_share)
    except ScenarioError as error:
        raise ScenarioError(f"{energy}: {error}") from error
    return PlanFleet(
        energy=energy,
        reach=reach,
        truck_share=energy_share(assumptions, energy, year=scenario.refuelling.year),
        depot_share=depot_share,
        trips=needing,
        free=free,
        existing=tuple(station_site(one) for one in offered.index[offered[energy]]),
    )


def _layer(fleet: PlanFleet, distances: Distances, offered: pd.DataFrame, *, scenario: Scenario) -> Layer:
    asked, sites = scenario.refuelling, distances.metres.index
    cost = None
    if asked.budget_mnok is not None:
        cost = pd.Series(asked.offer_cost_mnok.get(fleet.energy, 0.0), index=sites, dtype=float)
    return Layer(
        name=fleet.energy,
        trips=fleet.trips,
        reach=fleet.reach,
        weight=fleet.truck_share,
        cost=cost,
        existing=fleet.existing,
        locked_out=tuple(station_site(one) for one in offered.index[~offered[fleet.energy]]),
        most=asked.most[fleet.energy],
    )


def _limits(distances: Distances, scenario: Scenario, floors: Floors) -> Limits:
    plan, asked, sites = scenario.plan, scenario.refuelling, distances.metres.index
    near = pairs_within(distances, plan.portfolio_spacing_km * 1000)
    cost = None
    if asked.budget_mnok is not None:
        if not asked.site_cost_mnok and not asked.offer_cost_mnok:
            raise ScenarioError(
                "refuelling.budget_mnok needs costs: give site_cost_mnok or offer_cost_mnok there"
            )
        cost = pd.Series(asked.site_cost_mnok, index=sites, dtype=float)
    return Limits(
        size=plan.portfolio_size if asked.budget_mnok is None else None,
        budget=asked.budget_mnok,
        cost=cost,
        locked_in=plan.locked,
        too_close=tuple(zip(near["site_id"], near["other_id"], strict=True)),
        group=floors.group,
        at_least=floors.at_least,
    )


def _stations(chosen: Refuelling, kept: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out sites that were chosen to make up the number alone: they offer nothing and nobody stops."""
    has_offer = chosen.offers.any(axis=1)
    return tuple(site for site in chosen.sites if has_offer[site] or site in kept)


def _use_of_sites(fleets: list[PlanFleet], chosen: Refuelling) -> pd.DataFrame:
    """Sum what the driven trips of each energy take at each site; by site_id and energy."""
    parts = {fleet.energy: site_use(fleet.trips, chosen.drives[fleet.energy]) for fleet in fleets}
    table = pd.concat(parts, names=["energy"]).swaplevel().sort_index()
    return table[["stops_per_day", "refilled_km_per_day"]]


def _offers(
    chosen: Refuelling, use: pd.DataFrame, fleets: list[PlanFleet], *, locked: tuple[str, ...]
) -> pd.DataFrame:
    share = pd.Series({fleet.energy: fleet.truck_share for fleet in fleets})
    site, energy = (use.index.get_level_values(name) for name in ("site_id", "energy"))
    of_fleet = use.mul(share.loc[energy].to_numpy(), axis=0)
    loss = chosen.loss.reindex(use.index).fillna(0.0)
    return validate(
        pd.DataFrame(
            {
                "is_existing": ~site.isin(chosen.sites),
                "is_locked": site.isin(locked),
                **of_fleet,
                "lost_trips_per_day": loss["trips_per_day"],
                "lost_truck_km_per_day": loss["truck_km_per_day"],
            },
            index=use.index,
        ),
        OFFERS,
    )
