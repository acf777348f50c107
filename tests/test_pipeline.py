"""The main job on the shipped data: what must hold, and an independent recomputation of its answers."""

import hashlib
import heapq
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from regiongeo import store
from regiongeo.cache import cache_folder
from regiongeo.job import kept_flows
from regiongeo.network import components, largest_share
from regiongeo.pipeline import run
from regiongeo.result import Result
from regiongeo.scenario import CRITERIA, Scenario
from regiongeo.schema import validate
from regiongeo.sites import eligible_links
from regiongeo.tables import CAPACITY, PLOTS, STATIONS, ReferenceData
from shipped import shipped_result

QUICK = Scenario().replace(uncertainty={"draws": 200})


@pytest.fixture(scope="module")
def reference() -> ReferenceData:
    return store.load_reference()


@pytest.fixture(scope="module")
def result() -> Result:
    return shipped_result()


def test_a_few_hundred_sites_remain_and_every_exclusion_has_a_reason(result: Result) -> None:
    assert 200 <= len(result.sites) <= 500
    assert result.excluded["reason"].notna().all()
    assert not result.sites.index.intersection(result.excluded.index).size


def test_every_site_has_a_norwegian_name_of_its_own(result: Result) -> None:
    names = result.sites["name"]
    municipality = result.sites["municipality_id"].map(result.region["name"])

    assert names.is_unique
    assert all(place in name for name, place in zip(names, municipality, strict=True))


def test_the_largest_road_component_holds_what_it_must_and_every_site_is_on_it(result: Result) -> None:
    roads = result.network
    assert largest_share(roads) >= 0.993
    assert (components(roads)[roads.links.loc[eligible_links(roads), "from_node"]] == 0).all()


def test_ranks_are_complete_and_contributions_add_up(result: Result) -> None:
    ranking = result.ranking
    used = list(result.weights.index)

    assert ranking["rank"].tolist() == list(range(1, len(ranking) + 1))
    assert ranking["score"].is_monotonic_decreasing
    np.testing.assert_allclose(result.contributions.sum(axis=1)[ranking.index], ranking["score"], atol=1e-12)
    assert ((ranking["rank_low"] <= ranking["rank"]) & (ranking["rank"] <= ranking["rank_high"])).all()
    # By hand from the values: the weighted mean over the criteria a site has data for.
    table, weights = result.values[used], result.weights.to_numpy()  # noqa: PD011 - not the attribute of pandas
    values = table.to_numpy()
    known = ~np.isnan(values)
    by_hand = (np.nan_to_num(values) * weights).sum(axis=1) / (known * weights).sum(axis=1)
    np.testing.assert_allclose(ranking["score"][table.index], by_hand, atol=1e-12)


def test_a_criterion_without_data_is_left_out_and_said(result: Result) -> None:
    assert list(result.criteria.columns) == list(CRITERIA)
    assert result.criteria["grid_mw"].isna().all()
    assert "grid_mw" not in result.weights.index
    assert {"stations_missing", "grid_missing", "search_areas"} <= set(result.notices)


def test_known_volumes_come_through(result: Result) -> None:
    section = result.network.links["section_id"].rename("section_id")
    heavy = result.link_traffic["heavy_aadt"].groupby(section).max()

    # AADT × heavy share as published for 2018, the base year: Kløfta–Hvam, Svinesund, Hvam–Oslo.
    assert heavy[["NO-013.18", "NO-016.07", "NO-013.19"]].tolist() == pytest.approx(
        [65_734 * 0.12, 24_035 * 0.13, 75_336 * 0.14], rel=1e-3
    )


def _distances_from(result: Result, site: str, *, limit_m: float) -> dict[str, float]:
    """Metres on the fastest route from a site to every node, by a dictionary Dijkstra of our own."""
    links = result.network.links
    near = links.geometry.distance(result.sites.geometry[site])
    roads = eligible_links(result.network)
    link = near[roads].idxmin()
    row = links.loc[link]
    share = row.geometry.project(result.sites.geometry[site], normalized=True)
    out: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for u, v, minutes, metres in links[["from_node", "to_node", "minutes", "length_m"]].itertuples(
        index=False
    ):
        out[u].append((v, minutes, metres))
        out[v].append((u, minutes, metres))
    heap = [
        (row["minutes"] * share, row["length_m"] * share, row["from_node"]),
        (row["minutes"] * (1 - share), row["length_m"] * (1 - share), row["to_node"]),
    ]
    heapq.heapify(heap)
    done: dict[str, float] = {}
    while heap:
        minutes, metres, node = heapq.heappop(heap)
        if node in done:
            continue
        done[node] = metres
        for other, more_minutes, more_metres in out[node]:
            if other not in done:
                heapq.heappush(heap, (minutes + more_minutes, metres + more_metres, other))
    return {node: metres for node, metres in done.items() if metres <= limit_m}


def test_passing_trucks_and_coverage_agree_with_an_independent_search(result: Result) -> None:
    """Recompute two criteria and the portfolio's coverage for chosen sites on the uncut network."""
    links = result.network.links
    roads = links[links["road_category"].isin(["E", "R"]) & ~links["is_ferry"]]
    main = roads[roads["municipality_id"].isin(result.region.index)]
    trucks = result.link_traffic["truck_aadt"]
    reach_m = result.scenario.plan.service_distance_km * 1000
    covered: set[str] = set()
    for site in result.portfolio.sites:
        metres = _distances_from(result, site, limit_m=2 * reach_m)
        u, v = (main[end].map(metres).fillna(np.inf) for end in ("from_node", "to_node"))
        covered |= set(main.index[(u + v + main["length_m"]) / 2 <= reach_m])
        near = main[np.minimum(u, v) <= 3_000]
        found = trucks[near.index].max()
        # The link the site stands on counts although both its ends may lie beyond the limit.
        assert np.isnan(found) or result.criteria.loc[site, "passing_trucks"] >= found
    total = (trucks[main.index] * main["length_m"] / 1000).sum()
    inside = sorted(covered)
    served = (trucks[inside] * main.loc[inside, "length_m"] / 1000).sum()

    assert result.portfolio.total_truck_km_per_day == pytest.approx(total, rel=1e-9)
    # The model judges links cut at candidates piece by piece, so it may count parts of whole links more.
    assert served <= result.portfolio.covered_truck_km_per_day * (1 + 1e-9)
    assert served >= result.portfolio.covered_truck_km_per_day * 0.9
    assert result.portfolio.gap == 0.0
    assert result.portfolio.status == "optimal"


def test_existing_stations_close_gaps_and_take_demand_out(result: Result, reference: ReferenceData) -> None:
    best = result.ranking.index[0]
    stations = gpd.GeoDataFrame(
        {"name": ["Stasjon"], "power_kw": [1_500.0], "points_350kw": [4.0], "energies": ["battery"]},
        geometry=[result.sites.geometry[best]],
        crs=result.sites.crs,
        index=pd.Index(["S1"], name="station_id"),
    )

    with_station = run(QUICK, reference, estimate=None, stations=validate(stations, STATIONS))

    assert "stations_missing" not in with_station.notices
    assert with_station.criteria.loc[best, "gap_closed_km"] == pytest.approx(0, abs=0.5)
    assert (with_station.criteria["gap_closed_km"] <= result.criteria["gap_closed_km"] + 1e-6).all()
    assert with_station.portfolio.total_truck_km_per_day < result.portfolio.total_truck_km_per_day


@pytest.fixture(scope="module")
def with_files(result: Result, reference: ReferenceData) -> Result:
    """Run with free capacity at the best site and with a plot of the user."""
    best = result.ranking.index[0]
    capacity = gpd.GeoDataFrame(
        {"name": ["Trafo"], "available_mw": [4.0], "year": [2032]},
        geometry=[result.sites.geometry[best]],
        crs=result.sites.crs,
        index=pd.Index(["X1"], name="substation_id"),
    )
    plots = gpd.GeoDataFrame(
        {"name": ["Tomta"], "area_m2": [9_000.0]},
        geometry=[Point(11.1421, 60.0712)],
        crs="EPSG:4326",
        index=pd.Index(["P1"], name="site_id"),
    ).to_crs("EPSG:25832")
    files = {"plots": validate(plots, PLOTS), "capacity": validate(capacity, CAPACITY)}
    return run(QUICK, reference, estimate=None, **files)


def test_free_capacity_becomes_a_criterion_with_its_year(result: Result, with_files: Result) -> None:
    answer, best = with_files, result.ranking.index[0]
    assert answer.criteria.loc[best, "grid_mw"] == 4.0
    assert answer.sites.loc[best, ["grid_year", "grid_station"]].tolist() == [2032.0, "Trafo"]
    assert answer.criteria["grid_mw"].isna().sum() > 100  # no station near: no data, not 0
    assert answer.weights["grid_mw"] > 0


def test_a_users_plot_is_ranked_where_it_lies(with_files: Result) -> None:
    answer = with_files
    assert answer.sites.loc["P1", "kind"] == "plot"
    assert answer.sites.loc["P1", "area_m2"] == 9_000.0
    assert answer.sites.loc["P1", "name"].startswith("Tomta, E6")
    assert "P1" in answer.ranking.index


def test_one_weight_alone_ranks_by_that_criterion(result: Result, reference: ReferenceData) -> None:
    alone = run(QUICK.replace(weights={"grid_km": 1.0}), reference, estimate=None)

    distance = result.criteria["grid_km"][alone.ranking.index]
    assert distance[distance < 10].is_monotonic_increasing  # beyond 10 km all have value 0


_HASH = """
import sys
sys.path.insert(0, sys.argv[1])
from regiongeo import store
from regiongeo.pipeline import run
from regiongeo.scenario import Scenario
from test_pipeline import hash_answer
print(*hash_answer(run(Scenario(), store.load_reference(), estimate=None)))
"""


def hash_answer(answer: Result) -> list[str]:
    """Return the SHA-256 of the tables of a result to the last digit, and its portfolio."""
    whole = b"".join(
        pd.DataFrame(table.drop(columns="geometry", errors="ignore")).to_csv().encode()
        for table in (answer.ranking, answer.criteria, answer.sites, answer.excluded, answer.link_traffic)
    )
    return [hashlib.sha256(whole).hexdigest(), *answer.portfolio.sites]


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes_in_every_process(result: Result) -> None:
    other = subprocess.run(
        [sys.executable, "-c", _HASH, str(Path(__file__).parent)],
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert other.split() == hash_answer(result)


def test_every_site_counts_in_the_subregion_it_lies_in(result: Result) -> None:
    lies_in = gpd.sjoin(result.sites[["geometry"]], result.subregions[["geometry"]], predicate="within")
    inside = lies_in.index  # a port just off the coast lies in none

    assert result.sites["subregion"].notna().all()
    assert set(result.sites["subregion"]) <= set(result.subregions.index)
    assert (result.sites.loc[inside, "subregion"] == lies_in["subregion"]).all()
    assert (result.sites["subregion"] == "Elverum").any()


@pytest.mark.slow
def test_flows_are_carried_forward_and_moved_to_rail_as_the_scenario_says(
    result: Result, reference: ReferenceData
) -> None:
    asked = QUICK.replace(
        world={"traffic_year": 2030}, plan={"rail_sea_share": {"south": 0.5}}, refuelling={"energies": []}
    )

    answer = run(asked, reference, estimate=kept_flows(cache_folder()))

    assert answer.flows is not None
    assert answer.planned is not None
    assert answer.shifted is not None
    growth = reference.assumptions.loc["traffic_growth.2030", "value"]
    grown = answer.flows.trips.sum() * growth
    assert answer.planned.trips.sum() == pytest.approx(grown - answer.shifted["trips_per_day"].sum())
    assert answer.shifted.loc["south", "trips_per_day"] > 0
    # Flows say where trucks go; the ranking stands on counted volumes alone.
    assert answer.ranking["score"].equals(result.ranking["score"])
