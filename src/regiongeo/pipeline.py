"""The main job. Read this first: `run` is the method, in order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from regiongeo import criteria as measure
from regiongeo.accessibility import population_points
from regiongeo.assumptions import assumption, assumption_table, with_changes
from regiongeo.criteria import links_within
from regiongeo.distances import measure_distances, pairs_within
from regiongeo.errors import InfeasibleError
from regiongeo.explain import explain_ranks
from regiongeo.fairness import subregion_floors
from regiongeo.flows import estimate_flows, grow_flows, growth_factor, shift_to_rail_and_sea
from regiongeo.network import build_network
from regiongeo.planrules import check_plan
from regiongeo.progress import silent, timed_steps
from regiongeo.ranking import rank_sites, score, weights_in_use
from regiongeo.region import build_subregions, members_of
from regiongeo.result import Result
from regiongeo.scenario import CRITERIA
from regiongeo.schema import validate
from regiongeo.sitecards import build_cards
from regiongeo.sites import build_candidates, screen_candidates
from regiongeo.siting.coverage import choose_portfolio
from regiongeo.stationplan import plan_stations
from regiongeo.tables import RANKING, STATIONS
from regiongeo.traffic import reference_traffic
from regiongeo.values import ValueFunction, apply_values

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from regiongeo.distances import Distances
    from regiongeo.fairness import Floors
    from regiongeo.flows import FlowResult
    from regiongeo.i18n import Language
    from regiongeo.network import Network
    from regiongeo.result import StationPlan
    from regiongeo.scenario import Scenario
    from regiongeo.siting.coverage import Portfolio
    from regiongeo.tables import ReferenceData

    Estimate = Callable[..., FlowResult]

__all__ = ["Result", "run"]


def run(
    scenario: Scenario,
    reference: ReferenceData,
    *,
    plots: gpd.GeoDataFrame | None = None,
    beside: Collection[str] = (),
    stations: gpd.GeoDataFrame | None = None,
    capacity: gpd.GeoDataFrame | None = None,
    lang: Language = "nb",
    estimate: Estimate | None = estimate_flows,
    tell: Callable[[str], None] = silent,
) -> Result:
    """Rank the candidate sites of the region and choose a portfolio among them.

    Parameters
    ----------
    scenario
        What is asked.
    reference
        Shipped tables, as from ``store.load_reference``.
    plots
        The user's own plots (schema PLOTS).
    beside
        As ``sites.screen_candidates``.
    stations
        Existing or decided energy stations (schema STATIONS); without them all main road is a gap.
    capacity
        Free grid capacity (schema CAPACITY).
    lang
        Language of the sentences that explain ranks.
    estimate
        How truck flows are estimated, with the signature of ``flows.estimate_flows``; None leaves them out.
    tell
        Called with the name of each step as it begins.

    Raises
    ------
    RegionGeoError
        If an input contradicts its schema, the road network or the scenario.
    """
    seconds: dict[str, float] = {}
    step = timed_steps(seconds, tell)
    world, plan = scenario.world, scenario.plan
    reference = replace(reference, assumptions=with_changes(reference.assumptions, scenario.assumptions))
    numbers = reference.assumptions
    stations = _no_stations() if stations is None else stations

    with step("region"):
        region = members_of(reference, year=world.members, population_year=world.population_year)
        subregions = build_subregions(region)

    with step("network"):
        network = build_network(reference.nodes, reference.links)

    with step("traffic"):
        link_traffic = reference_traffic(reference, numbers)

    with step("candidates"):
        screening = screen_candidates(
            build_candidates(reference, network, plots=plots),
            network=network,
            region=region,
            reference=reference,
            access_limit_m=plan.access_limit_km * 1000,
            twin_spacing_m=plan.twin_spacing_km * 1000,
            beside=beside,
        )
        _require_candidates(plan.locked, screening.excluded)
        sites = screening.sites
        floors = subregion_floors(sites, region, plan.least_sites)

    with step("distances"):
        distances = measure_distances(screening.attachment, stations, snap_m=plan.access_limit_km * 1000)

    with step("criteria"):
        grid = measure.grid_mw(sites, capacity, reach_km=assumption(numbers, "grid_reach_km", unit="km"))
        busiest = measure.busiest_link(
            distances.metres,
            distances.network.links,
            distances.on_pieces(link_traffic["truck_aadt"]),
            limit_m=plan.access_limit_km * 1000,
        )
        sites = sites.join(grid[["grid_year", "grid_station"]]).assign(
            busiest_road=busiest.map(distances.network.links["road"]).astype("str")
        )
        criteria = _measure_criteria(
            sites,
            busiest=busiest,
            free_mw=grid["grid_mw"],
            region=region,
            stations=stations,
            distances=distances,
            link_traffic=link_traffic,
            reference=reference,
            scenario=scenario,
        )

    with step("ranking"):
        values = apply_values(criteria, _value_functions(numbers))
        weights = weights_in_use(values, _chosen_weights(scenario, numbers))
        _, contributions = score(values, weights)
        ranking = _rank(values, weights, scenario=scenario)
        why = explain_ranks(criteria, values, weights, roads=sites["busiest_road"], lang=lang)
        ranking = validate(ranking.join(why), RANKING)

    with step("portfolio"):
        portfolio = _choose_portfolio(
            distances, link_traffic, region=region, scenario=scenario, floors=floors
        )

    with step("flows"):
        flows = estimate and estimate(reference, network, link_traffic, seed=scenario.uncertainty.seed)
        planned, shifted = _plan_flows(flows, network, scenario=scenario, numbers=numbers)

    with step("plan"):
        station_plan = (
            None
            if planned is None or not scenario.refuelling.energies
            else plan_stations(
                planned,
                distances,
                scenario=scenario,
                assumptions=numbers,
                hours=reference.truck_hours,
                stations=stations,
                grid=grid[["grid_mw", "grid_year"]],
                floors=floors,
            )
        )

    with step("rules"):
        rules, rules_today = check_plan(
            distances,
            sites,
            stations,
            station_plan,
            heavy_aadt=link_traffic["heavy_aadt"],
            region=region,
            reference=reference,
        )

    with step("cards"):
        cards = build_cards(
            sites,
            ranking,
            values,
            weights,
            distances,
            grid=grid[["grid_mw", "grid_year"]],
            builtup_share=criteria["builtup_share"],
            plan=station_plan,
            rules=rules,
            scenario=scenario,
            assumptions=numbers,
        )

    return Result(
        scenario=scenario,
        reference=reference,
        region=region,
        subregions=subregions,
        network=network,
        link_traffic=link_traffic,
        sites=sites,
        excluded=screening.excluded,
        stations=stations,
        criteria=criteria,
        values=values,
        weights=weights,
        contributions=contributions,
        ranking=ranking,
        portfolio=portfolio,
        plots=plots,
        flows=flows,
        planned=planned,
        shifted=shifted,
        plan=station_plan,
        rules=rules,
        rules_today=rules_today,
        cards=cards,
        notices=_notices(
            sites, stations, capacity, portfolio, station_plan, has_floors=bool(floors.at_least)
        ),
        seconds=seconds,
    )


def _plan_flows(
    flows: FlowResult | None, network: Network, *, scenario: Scenario, numbers: pd.DataFrame
) -> tuple[FlowResult | None, pd.DataFrame | None]:
    """Carry the flows forward to the year asked for, and move freight to rail and sea as planned."""
    world, plan, links = scenario.world, scenario.plan, network.links
    planned, shifted = flows, None
    if planned is not None and world.traffic_year is not None:
        factor = growth_factor(numbers, year=world.traffic_year, level=world.traffic_growth)
        planned = grow_flows(planned, links, factor=factor)
    if planned is not None and any(plan.rail_sea_share.values()):
        planned, shifted = shift_to_rail_and_sea(
            planned,
            links,
            shares={str(name): share for name, share in plan.rail_sea_share.items()},
            min_km=plan.rail_sea_min_km,
        )
    return planned, shifted


def _measure_criteria(
    sites: gpd.GeoDataFrame,
    *,
    busiest: pd.Series,
    free_mw: pd.Series,
    region: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    distances: Distances,
    link_traffic: pd.DataFrame,
    reference: ReferenceData,
    scenario: Scenario,
) -> pd.DataFrame:
    numbers = reference.assumptions
    people = population_points(
        reference.municipalities,
        reference.population["population"].xs(scenario.world.population_year, level="year"),
        reference.builtup,
        reference.centres,
    )
    columns = {
        "passing_trucks": measure.passing_trucks(busiest, distances.on_pieces(link_traffic["truck_aadt"])),
        "gap_closed_km": measure.gap_closed_km(
            distances.metres,
            distances.station_metres,
            distances.main_roads(region),
            reach_m=scenario.plan.corridor_distance_km * 1000,
        ),
        "access_minutes": sites["access_minutes"],
        "grid_km": measure.grid_km(sites, reference.power_lines),
        "grid_mw": free_mw,
        "population_30min": measure.population_30min(
            distances.minutes,
            people,
            distances.network,
            limit=assumption(numbers, "population_minutes", unit="min"),
        ),
        "subregion_lack": measure.subregion_lack(
            sites,
            region=region,
            links=reference.links,
            truck_aadt=link_traffic["truck_aadt"],
            supply=stations if len(stations) else reference.fuel_sites[reference.fuel_sites["is_truck"]],
        ),
        "builtup_share": measure.builtup_share(
            sites, reference.builtup, radius_m=assumption(numbers, "builtup_radius_m", unit="m")
        ),
    }
    return pd.DataFrame(columns)[list(CRITERIA)]


def _value_functions(numbers: pd.DataFrame) -> dict[str, ValueFunction]:
    units = numbers["unit"]
    return {
        name: ValueFunction(unit=units[f"value.{name}.best"], **assumption_table(
            numbers, f"value.{name}", unit=units[f"value.{name}.best"]
        ))
        for name in CRITERIA
    }  # fmt: skip


def _chosen_weights(scenario: Scenario, numbers: pd.DataFrame) -> pd.Series:
    chosen = scenario.weights or assumption_table(numbers, "weight", unit="weight")
    return pd.Series({name: chosen[name] for name in CRITERIA}, name="weight", dtype=float)


def _rank(values: pd.DataFrame, weights: pd.Series, *, scenario: Scenario) -> pd.DataFrame:
    doubt = scenario.uncertainty
    return rank_sites(
        values[weights.index],
        weights,
        draws=doubt.draws,
        factor_low=doubt.factor_low,
        factor_high=doubt.factor_high,
        seed=doubt.seed,
    )


def _require_candidates(locked: tuple[str, ...], excluded: gpd.GeoDataFrame) -> None:
    """Raise if a locked site was struck out, with the reason."""
    struck = excluded.loc[excluded.index.intersection(pd.Index(locked)), ["reason", "reason_detail"]]
    if len(struck):
        reasons = "; ".join(f"'{row.Index}': {row.reason} {row.reason_detail}" for row in struck.itertuples())
        raise InfeasibleError(f"locked sites were struck out ({reasons}): unlock them")


def _choose_portfolio(
    distances: Distances,
    link_traffic: pd.DataFrame,
    *,
    region: gpd.GeoDataFrame,
    scenario: Scenario,
    floors: Floors,
) -> Portfolio:
    """Cover most truck-kilometres per day on the region's main roads that no existing station serves."""
    plan = scenario.plan
    truck_aadt = distances.on_pieces(link_traffic["truck_aadt"])
    counted = distances.main_roads(region)
    counted = counted[truck_aadt[counted.index].notna()]
    demand = (truck_aadt[counted.index] * counted["length_m"] / 1000).rename("truck_km_per_day")
    reach_m = plan.service_distance_km * 1000
    served = links_within(distances.station_metres, counted, reach_m=reach_m).any(axis=1)
    if len(counted) and served.all():
        raise InfeasibleError(
            f"the {len(distances.station_metres)} existing stations already serve every main road that has a "
            f"traffic figure within plan.service_distance_km = {plan.service_distance_km:g}: lower it"
        )
    covers = links_within(distances.metres, counted[~served], reach_m=reach_m)
    near = pairs_within(distances, plan.portfolio_spacing_km * 1000)
    return choose_portfolio(
        covers,
        demand[covers.index],
        size=plan.portfolio_size,
        too_close=near[["site_id", "other_id"]].itertuples(index=False, name=None),
        locked=plan.locked,
        group=floors.group,
        at_least=floors.at_least,
    )


def _no_stations() -> gpd.GeoDataFrame:
    kinds = {"name": "str", "power_kw": "float64", "points_350kw": "float64", "energies": "str"}
    columns = {name: pd.Series(dtype=kind) for name, kind in kinds.items()}
    empty = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs="EPSG:25832"))
    empty.index = pd.Index([], dtype="str", name="station_id")
    return validate(empty, STATIONS)


def _notices(
    sites: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    capacity: gpd.GeoDataFrame | None,
    portfolio: Portfolio,
    plan: StationPlan | None,
    *,
    has_floors: bool,
) -> tuple[str, ...]:
    """Say what the reader must know of this run, by key of the catalogue."""
    applies = {
        "stations_missing": not len(stations),
        "grid_missing": capacity is None or not len(capacity),
        "portfolio_unsettled": not portfolio.is_settled,
        "plan_unsettled": plan is not None and not plan.is_settled,
        "plan_local_trips": plan is not None,
        "least_sites": has_floors,
        "search_areas": bool(sites["is_search_area"].any()),
        "possible_junctions": bool((sites["kind"] == "possible_junction").any()),
        "protection_unchecked": True,
        "traffic_year": True,
    }
    return tuple(key for key, is_so in applies.items() if is_so)
