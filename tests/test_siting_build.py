"""From flows and roads to trips: relations, the sites along a path, depots."""

import numpy as np
import pandas as pd
import pytest

from regiongeo.errors import DataError, ScenarioError
from regiongeo.network import Network
from regiongeo.routing import cost_matrix
from regiongeo.schema import validate
from regiongeo.siting.build import build_relations, build_trips, find_stops, split_by_depot, trips_in_need
from regiongeo.siting.routes import find_ways
from regiongeo.siting.trips import Reach
from regiongeo.tables import STOPS
from toy_roads import points, roads

PLACES = {"a": (0, 0), "b": (30, 0), "c": (60, 0), "p": (30, 2), "q": (30, 8)}
ROADS = [
    ("ab", "a", "b", 30, 30.0),
    ("bc", "b", "c", 30, 30.0),
    ("bp", "b", "p", 2, 4.0),
    ("pq", "p", "q", 6, 12.0),
]


@pytest.fixture
def network() -> Network:
    """Draw a main road with a side road; sites B (at b), P 2 km off, Q 8 km off; a minute a km.

                  q
                  | 6
                  p
                  | 2
    a ----30----- b ----30----- c
    """
    return Network(points(PLACES), roads(PLACES, ROADS))


@pytest.fixture
def zones() -> pd.DataFrame:
    """Two zones load at a (town Aby, the second larger), one at b, and a gateway lies at c."""
    return pd.DataFrame(
        {
            "kind": ["municipality", "municipality", "port", "gateway"],
            "place": ["Aby", "Ahavn", "B havn", "E6 sør"],
            "node_id": ["a", "a", "b", "c"],
            "outside_km": [0.0, 0.0, 0.0, 400.0],
            "outside_minutes": [0.0, 0.0, 0.0, 340.0],
        },
        index=pd.Index(["1", "2", "3", "gw"], name="zone_id"),
    )


TRIPS = np.array([5.0, 10.0, 20.0, 30.0, 40.0, 7.0])
"""Of the pairs 1-2 (both load at a), 1-3, 1-gw, 2-3, 2-gw, 3-gw."""


def test_zones_that_share_an_end_share_a_relation(zones: pd.DataFrame) -> None:
    found = build_relations(zones, TRIPS)
    assert found.index.tolist() == ["a–b", "a–gw", "b–gw"]
    assert found["trips_per_day"].tolist() == [40, 60, 7]
    assert found["end_km"].tolist() == [0, 400, 400]
    assert not found[["is_open_start", "is_open_end"]].any(axis=None)
    # zone 2 (75 trips) speaks for node a
    assert found["one_end"].tolist() == ["Ahavn", "Ahavn", "B havn"]


def test_stations_beyond_a_gateway_cut_the_leg_and_open_the_end(zones: pd.DataFrame) -> None:
    found = build_relations(zones, TRIPS, beyond_km=60)
    assert found["end_km"].tolist() == [0, 60, 60]
    assert found["is_open_end"].tolist() == [False, True, True]
    assert found["outside_end_km"].tolist() == [0, 400, 400]
    assert found["outside_end_minutes"].tolist() == [0, 340, 340]
    near = build_relations(zones.assign(outside_km=[0, 0, 0, 40.0]), TRIPS, beyond_km=60)
    assert near["end_km"].tolist() == [0, 40, 40]


def test_trips_that_drive_nowhere_are_refused(zones: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="no truck drives from one place to another"):
        build_relations(zones.iloc[:2], np.array([5.0]))
    with pytest.raises(ScenarioError, match="beyond the gateways"):
        build_relations(zones, TRIPS, beyond_km=-1)


@pytest.fixture
def stops(network: Network, zones: pd.DataFrame) -> pd.DataFrame:
    return find(network, zones, limit_km=3)


def find(network: Network, zones: pd.DataFrame, *, limit_km: float) -> pd.DataFrame:
    relations = build_relations(zones, TRIPS, beyond_km=60)
    ways = find_ways(network, relations, alternatives=0)
    start_km = relations["start_km"].loc[ways.paths["pair_id"]].set_axis(ways.paths.index)
    nodes = pd.Index(["b", "p", "q"])
    metres = cost_matrix(network, nodes, network.nodes.index, along="length_m")
    metres.index = pd.Index(["B", "P", "Q"], name="site_id")
    offset_m = pd.Series([0.0, 500.0, 0.0], index=metres.index)
    return validate(find_stops(ways, start_km, metres, offset_m, limit_km=limit_km), STOPS)


def test_sites_on_and_near_a_path_by_hand(stops: pd.DataFrame) -> None:
    # P lies 2 km up the side road and 0.5 km off it; Q is too far; c is farther, so b–gw passes b at 0 km
    expected = {
        ("a–b:1", "B"): (30, 0),
        ("a–b:1", "P"): (30, 2.5),
        ("a–gw:1", "B"): (30, 0),
        ("a–gw:1", "P"): (30, 2.5),
        ("b–gw:1", "B"): (0, 0),
        ("b–gw:1", "P"): (0, 2.5),
    }
    assert {key: tuple(row) for key, row in zip(stops.index, stops.to_numpy(), strict=True)} == expected


def test_a_wider_detour_finds_more(network: Network, zones: pd.DataFrame, stops: pd.DataFrame) -> None:
    wide = find(network, zones, limit_km=8)
    assert stops.index.isin(wide.index).all()
    assert wide.loc[("a–gw:1", "Q")].tolist() == [30, 8]


def test_a_leg_before_the_network_shifts_positions(network: Network) -> None:
    relations = pd.DataFrame(
        {"source": ["a"], "target": ["c"], "start_km": [100.0]}, index=pd.Index(["r"], name="pair_id")
    )
    ways = find_ways(network, relations, alternatives=0)
    metres = cost_matrix(network, ["b"], network.nodes.index, along="length_m").set_axis(["B"], axis="index")
    found = find_stops(
        ways,
        pd.Series([100.0], index=ways.paths.index),
        metres,
        pd.Series([0.0], index=["B"]),
        limit_km=1,
    )
    assert found["position_km"].tolist() == [130]


def test_trips_join_relations_paths_and_stops(
    network: Network, zones: pd.DataFrame, stops: pd.DataFrame
) -> None:
    relations = build_relations(zones, TRIPS, beyond_km=60)
    ways = find_ways(network, relations, alternatives=0)
    trips = build_trips(ways, relations, stops, decay_per_minute=0.1)
    assert trips.paths["km"].tolist() == [30, 120, 90]
    assert trips.paths["inside_km"].tolist() == [30, 60, 30]
    assert trips.paths["trips_per_day"].tolist() == [40, 60, 7]
    assert (trips.paths["taken_share"] == 1).all()


def test_depots_open_the_home_end(network: Network, zones: pd.DataFrame, stops: pd.DataFrame) -> None:
    relations = build_relations(zones, TRIPS, beyond_km=60)
    ways = find_ways(network, relations, alternatives=0)
    trips = build_trips(ways, relations, stops, decay_per_minute=0.1)
    split = split_by_depot(trips, share=0.6)
    by_class = split.paths.set_index("pair_id")[["trips_per_day", "is_open_start", "is_open_end"]]
    # a–b: 40 % of 40 without a depot, 30 % at home at a, 30 % at b; at the gateway stations stand anyway
    expected = {
        "a–b|none": (16, False, False),
        "a–b|start": (12, True, False),
        "a–b|end": (12, False, True),
        "a–gw|none": (42, False, True),
        "a–gw|start": (18, True, True),
        "b–gw|none": (4.9, False, True),
        "b–gw|start": (2.1, True, True),
    }
    assert set(by_class.index) == set(expected)
    for name, (count, opens_start, opens_end) in expected.items():
        row = by_class.loc[name]
        assert row["trips_per_day"] == pytest.approx(count)
        assert (row["is_open_start"], row["is_open_end"]) == (opens_start, opens_end)
    assert len(split.stops) == 2 * len(split.paths)
    assert split_by_depot(trips, share=0).paths["trips_per_day"].tolist() == [40, 60, 7]
    with pytest.raises(ScenarioError, match="between 0 and 1"):
        split_by_depot(trips, share=1.2)


def test_trips_that_need_no_station_are_left_out(
    network: Network, zones: pd.DataFrame, stops: pd.DataFrame
) -> None:
    relations = build_relations(zones, TRIPS, beyond_km=60)
    ways = find_ways(network, relations, alternatives=0)
    trips = build_trips(ways, relations, stops, decay_per_minute=0.1)
    needing, free = trips_in_need(trips, reach=Reach(range_km=100), depot_share=0.6)
    # there and back: a–b 60 km; from the station beyond the gateway and back 180 km to b; a to gateway 120 km
    assert free.to_dict() == pytest.approx({"a–b|start": 12, "a–b|end": 12, "b–gw|start": 2.1})
    assert needing.paths["pair_id"].tolist() == ["a–b|none", "a–gw|none", "a–gw|start", "b–gw|none"]
    total = needing.paths["trips_per_day"].sum() + free.sum()
    assert total == pytest.approx(relations["trips_per_day"].sum())
    assert needing.stops.loc["a–gw:1|start"].equals(stops.loc["a–gw:1"])
