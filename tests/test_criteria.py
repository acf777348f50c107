"""Criteria on the toy region of ``toy.py``; every expected value is worked out by hand.

a--T---E6--- b ---E6--- c ---P--E6--- e     a-b, b-c, c-e 20 km each; b-d 10 km Rv4
             |K                             T 6 km east of a; P 7 km east of c; K at b
             d
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box

from regiongeo import criteria
from regiongeo.network import build_network
from toy import BASE_N, KM, WORK, toy_links, toy_municipalities, toy_nodes, toy_sites

#                             a      b      c      d      e     [km]
METRES = pd.DataFrame(
    [[20.0, 0.0, 20.0, 10.0, 40.0], [47.0, 27.0, 7.0, 37.0, 13.0], [6.0, 14.0, 34.0, 24.0, 54.0]],
    index=pd.Index(["K", "P", "T"], name="site_id"),
    columns=list("abcde"),
).mul(KM)
NO_STATIONS = METRES.iloc[:0]
TRUCKS = pd.Series({"ab": 1000.0, "bc": 800.0, "ce": 400.0, "bd": np.nan})


@pytest.fixture
def links() -> pd.DataFrame:
    return toy_links()


def _passing(links: pd.DataFrame, trucks: pd.Series, *, limit_m: float) -> pd.Series:
    return criteria.passing_trucks(criteria.busiest_link(METRES, links, trucks, limit_m=limit_m), trucks)


def test_the_busiest_link_names_where_the_trucks_are(links: pd.DataFrame) -> None:
    busiest = criteria.busiest_link(METRES, links, TRUCKS, limit_m=7_000)

    assert busiest.to_dict() == {"K": "ab", "P": "bc", "T": "ab"}


def test_passing_trucks_is_a_maximum_over_near_links_never_a_sum(links: pd.DataFrame) -> None:
    passing = _passing(links, TRUCKS, limit_m=7_000)

    # K stands on b, where ab (1000) and bc (800) meet; P reaches c (7 km): bc and ce; T reaches a (6 km): ab.
    assert passing.to_dict() == {"K": 1000.0, "P": 800.0, "T": 1000.0}


def test_passing_trucks_without_a_volume_near_is_no_data_not_zero(links: pd.DataFrame) -> None:
    passing = _passing(links, pd.Series({"bd": 50.0}), limit_m=5_000)

    assert passing["K"] == 50.0
    assert passing[["P", "T"]].isna().all()


def test_passing_trucks_looks_at_main_roads_only(links: pd.DataFrame) -> None:
    links = links.assign(road_category=["F", "E", "R", "E"])  # ab becomes a county road

    assert _passing(links, TRUCKS, limit_m=1_000)["K"] == 800.0


def test_gap_closed_without_stations_is_the_main_road_within_reach(links: pd.DataFrame) -> None:
    gap = criteria.gap_closed_km(METRES, NO_STATIONS, links, reach_m=15_000)

    # K: 15 of ab, 15 of bc, all 10 of bd. P: c at 7 km gives 8 of bc and 8 of ce, e at 13 km gives 2 of ce.
    # T: a at 6 km and b at 14 km give 9 + 1 of ab, b gives 1 of bc and 1 of bd.
    assert gap.to_dict() == {"K": 40.0, "P": 18.0, "T": 12.0}


def test_a_station_takes_away_what_it_serves_already(links: pd.DataFrame) -> None:
    at_b = METRES.loc[["K"]]

    gap = criteria.gap_closed_km(METRES, at_b, links, reach_m=15_000)

    # A station at b serves 15 km of ab and bc each and all of bd. T reaches 9 km of ab from a, where 5 are
    # lacking; P adds 5 of bc (from c) and 10 of ce; K adds nothing.
    assert gap.to_dict() == {"K": 0.0, "P": 15.0, "T": 5.0}


@given(
    ends=st.tuples(st.floats(0, 100), st.floats(0, 100)),
    length=st.floats(0.1, 50),
    reach=st.tuples(st.floats(0, 100), st.floats(0, 100)),
)
def test_covered_length_never_exceeds_the_link_and_grows_with_reach(
    ends: tuple[float, float], length: float, reach: tuple[float, float]
) -> None:
    near, far = sorted(reach)
    args = [np.array([one]) for one in (*ends, length)]

    small, large = (criteria.covered_length(*args, reach_m=one)[0] for one in (near, far))

    assert 0 <= small <= large <= length


def test_links_within_asks_for_the_whole_link(links: pd.DataFrame) -> None:
    within = criteria.links_within(METRES, links, reach_m=20_000)

    # T reaches ab from both ends: the point both ways meet is (6 + 14 + 20) / 2 = 20 km away. Of bc the
    # farthest is c (34 km).
    assert within["T"].to_dict() == {"ab": True, "bc": False, "bd": False, "ce": False}
    assert not criteria.links_within(METRES, links, reach_m=19_999).loc["ab", "T"]
    assert within["K"].to_dict() == {"ab": True, "bc": True, "bd": True, "ce": False}


def test_grid_km_is_the_straight_distance_to_the_nearest_line() -> None:
    lines = gpd.GeoDataFrame(
        geometry=[LineString([(590 * KM, BASE_N + 12 * KM), (650 * KM, BASE_N + 12 * KM)])], crs=WORK
    )

    # The line runs at N 12 km: K stands at 8.0, P at 7.8, T at 7.9.
    assert criteria.grid_km(toy_sites(), lines).round(6).to_dict() == {"K": 4.0, "P": 4.2, "T": 4.1}


def test_grid_mw_is_the_best_single_station_never_a_sum() -> None:
    capacity = gpd.GeoDataFrame(
        {"name": ["Near", "Better", "Far"], "available_mw": [2.0, 6.0, 90.0], "year": [2025, 2026, 2026]},
        geometry=[Point(611 * KM, BASE_N), Point(612 * KM, BASE_N), Point(649 * KM, BASE_N + 18 * KM)],
        crs=WORK,
        index=pd.Index(["s1", "s2", "s3"], name="substation_id"),
    )

    grid = criteria.grid_mw(toy_sites(), capacity, reach_km=10)

    assert grid.loc["K"].to_dict() == {"grid_mw": 6.0, "grid_year": 2026.0, "grid_station": "Better"}
    assert grid.loc["T"].isna().all()
    assert criteria.grid_mw(toy_sites(), None, reach_km=10).isna().all(axis=None)


def test_population_within_30_minutes_counts_whole_points_at_their_nearest_node() -> None:
    network = build_network(toy_nodes(), toy_links())
    points = gpd.GeoDataFrame(
        {"municipality_id": ["3201", "3203", "3205"], "population": [10_000.0, 20_000.0, 5_000.0]},
        geometry=[Point(592 * KM, BASE_N), Point(611 * KM, BASE_N), Point(648 * KM, BASE_N)],
        crs=WORK,
    )
    minutes = METRES / KM * 0.75  # 80 km/h

    people = criteria.population_30min(minutes, points, network, limit=15)

    # At 80 km/h 15 minutes are 20 km: K reaches a (20), b and c; P reaches c and e; T reaches a and b.
    assert people.to_dict() == {"K": 30_000.0, "P": 5_000.0, "T": 30_000.0}


def test_subregion_lack_compares_its_share_of_stations_with_its_share_of_trucks() -> None:
    region = toy_municipalities().assign(
        subregion=pd.Series({"3201": "Vest", "3203": "Vest", "3205": None}, dtype="str")
    )
    stations = gpd.GeoDataFrame(
        geometry=[Point(600 * KM, BASE_N + KM), Point(615 * KM, BASE_N + KM)], crs=WORK
    )

    lack = criteria.subregion_lack(
        toy_sites(), region=region, links=toy_links(), truck_aadt=TRUCKS, supply=stations
    )

    # All stations are in Vest (its share is more than its need): 0. Østby stands for itself and has none: 1.
    assert lack.to_dict() == {"K": 0.0, "P": 1.0, "T": 0.0}


def test_subregion_lack_is_what_is_missing_of_a_proportional_share() -> None:
    region = toy_municipalities().assign(
        subregion=pd.Series({"3201": "Vest", "3203": "Vest", "3205": "Øst"}, dtype="str")
    )
    places = [Point(600 * KM, BASE_N + KM)] * 1 + [Point(640 * KM, BASE_N + KM)] * 3
    stations = gpd.GeoDataFrame(geometry=places, crs=WORK)

    lack = criteria.subregion_lack(
        toy_sites(), region=region, links=toy_links(), truck_aadt=TRUCKS, supply=stations
    )

    # Need: ab 1000 x 20 + bc 800 x 20 = 36,000 truck-km in Vest, ce 400 x 20 = 8,000 in Øst: 9/11 and 2/11.
    # Supply 1/4 and 3/4: Vest lacks 1 - (1/4) / (9/11) = 25/36.
    assert lack["K"] == pytest.approx(25 / 36)
    assert lack["P"] == 0.0


def test_builtup_share_is_the_covered_part_of_the_circle() -> None:
    half_plane = gpd.GeoDataFrame(geometry=[box(600 * KM, BASE_N, 610 * KM, BASE_N + 20 * KM)], crs=WORK)

    share = criteria.builtup_share(toy_sites(), half_plane, radius_m=500)

    # The edge of the built-up land runs through K; P and T lie away from it.
    assert share["K"] == pytest.approx(0.5, abs=1e-6)
    assert (share["P"], share["T"]) == (0.0, 0.0)
