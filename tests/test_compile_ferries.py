"""Ferries drawn short of their road: toy crossings by hand, a law, then the shipped network."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from regiongeo.compile.ferries import free_quays, join_ferries
from regiongeo.network import build_network, components
from regiongeo.routing import cost_matrix
from regiongeo.store import load_reference
from regiongeo.tables import ReferenceData

EAST, NORTH = 600_000, 6_640_000
WORK = "EPSG:25832"
Places = dict[str, tuple[float, float]]
Links = dict[str, tuple[str, str, bool]]

PLACES: Places = {"a": (-3000, 0), "b": (0, 0), "q": (300, 0), "r": (5300, 0), "c": (5400, 0), "d": (9000, 0)}
LINKS: Links = {"ab": ("a", "b", False), "qr": ("q", "r", True), "cd": ("c", "d", False)}
"""a ---road--- b  300 m  q ~~ferry 5 km~~ r  100 m  c ---road--- d."""


def crossing(places: Places, links: Links) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw straight links between places [m]; ferries are published as 10 % longer than they are drawn."""
    at = {name: Point(EAST + x, NORTH + y) for name, (x, y) in places.items()}
    nodes = gpd.GeoDataFrame(geometry=pd.Series(at).rename_axis("node_id"), crs=WORK)
    ends = pd.DataFrame.from_dict(links, orient="index", columns=["from_node", "to_node", "is_ferry"])
    lines = [
        LineString([at[start], at[stop]])
        for start, stop in zip(*(ends[k] for k in ends.columns[:2]), strict=True)
    ]
    table = gpd.GeoDataFrame(ends.rename_axis("link_id"), geometry=lines, crs=WORK)
    length_m = table.length * np.where(table["is_ferry"], 1.1, 1.0)
    return nodes, table.assign(length_m=length_m, minutes=length_m / 500)


def corners(line: LineString) -> list[tuple[float, float]]:
    return [(x - EAST, y - NORTH) for x, y in line.coords]


def test_a_ferry_takes_the_nearest_nodes_of_a_road_and_keeps_its_length() -> None:
    nodes, links = crossing(PLACES, LINKS)
    quays = free_quays(nodes, links)
    assert quays.to_dict("index") == {
        "q": {"road_node": "b", "gap_m": 300, "reach_m": 500},
        "r": {"road_node": "c", "gap_m": 100, "reach_m": 500},
    }
    joined_nodes, joined = join_ferries(nodes, links)
    assert joined_nodes.index.tolist() == ["a", "b", "c", "d"]
    assert joined.loc["qr", ["from_node", "to_node"]].tolist() == ["b", "c"]
    assert corners(joined.geometry["qr"]) == [(0, 0), (300, 0), (5300, 0), (5400, 0)]
    assert joined.loc["qr", "length_m"] == pytest.approx(5500)
    pd.testing.assert_frame_equal(joined.drop("qr"), links.drop("qr"))
    assert (components(build_network(joined_nodes, joined)) == 0).all()
    assert free_quays(joined_nodes, joined).empty


def test_a_quay_too_far_from_its_road_is_left_alone_and_told() -> None:
    """The quay r lies 501 m off its road; q joins."""
    nodes, links = crossing(PLACES | {"r": (4899, 0)}, LINKS)
    joined_nodes, joined = join_ferries(nodes, links)
    assert joined.loc["qr", ["from_node", "to_node"]].tolist() == ["b", "r"]
    left = free_quays(joined_nodes, joined)
    assert left.to_dict("index") == {"r": {"road_node": "c", "gap_m": 501, "reach_m": 500}}


def test_a_ferry_is_not_joined_across_the_water_it_crosses() -> None:
    """Of a river ferry of 300 m only the near bank has a road: b is 100 m from q and 400 m from r."""
    places: Places = {"a": (-3000, 0), "b": (0, 0), "q": (100, 0), "r": (400, 0)}
    nodes, links = crossing(places, {"ab": ("a", "b", False), "qr": ("q", "r", True)})
    assert free_quays(nodes, links)["reach_m"].tolist() == [150, 150]
    assert join_ferries(nodes, links)[1].loc["qr", ["from_node", "to_node"]].tolist() == ["b", "r"]


def test_all_ferries_of_a_quay_move_together() -> None:
    """A second ferry leaves q for an island i without a road, whatever way it is drawn."""
    nodes, links = crossing(PLACES | {"i": (300, 4000)}, LINKS | {"iq": ("i", "q", True)})
    joined_nodes, joined = join_ferries(nodes, links)
    assert joined.loc[["qr", "iq"], ["from_node", "to_node"]].to_numpy().tolist() == [["b", "c"], ["i", "b"]]
    assert free_quays(joined_nodes, joined).index.tolist() == ["i"]


@pytest.mark.parametrize(
    "links",
    [
        {"ab": ("a", "b", False), "bc": ("b", "c", True), "cd": ("c", "d", False)},  # at the road already
        {"ab": ("a", "b", False), "cd": ("c", "d", False)},  # no ferry
        {"qr": ("q", "r", True)},  # no road
    ],
    ids=["joined", "no ferry", "no road"],
)
def test_what_needs_no_joining_stays(links: Links) -> None:
    used = {name: PLACES[name] for start, stop, _ in links.values() for name in (start, stop)}
    nodes, table = crossing(used, links)
    assert free_quays(nodes, table).empty
    same_nodes, same = join_ferries(nodes, table)
    pd.testing.assert_frame_equal(same_nodes, nodes)
    pd.testing.assert_frame_equal(same, table)


place = st.tuples(st.integers(-1500, 1500), st.integers(-1500, 1500))


@given(spots=st.lists(place, min_size=5, max_size=8, unique=True))
def test_joining_is_done_once_and_makes_no_loop(spots: list[tuple[int, int]]) -> None:
    """Ferries from the first place to the third and beyond, a road from the first but one to the second."""
    names = [f"n{number}" for number in range(len(spots))]
    links: Links = {"road": (names[0], names[1], False)}
    links |= {f"ferry{name}": (before, name, True) for before, name in pairwise(names[2:])}
    nodes, table = crossing(dict(zip(names, spots, strict=True)), links)
    joined_nodes, joined = join_ferries(nodes, table)
    build_network(joined_nodes, joined)
    assert (joined["from_node"] != joined["to_node"]).all()
    left = free_quays(joined_nodes, joined)
    gone = nodes.index.difference(joined_nodes.index)
    before = free_quays(nodes, table)
    assert before.index[before["gap_m"] < before["reach_m"]].tolist() == gone.tolist()
    assert left.index.tolist() == before.index.drop(gone).tolist()


@pytest.fixture(scope="module")
def shipped() -> ReferenceData:
    return load_reference()


def test_every_shipped_ferry_with_a_road_number_joins_its_road(shipped: ReferenceData) -> None:
    links = shipped.links
    numbered = links[links["is_ferry"] & links["road"].notna()]
    left = free_quays(shipped.nodes, links)
    assert sorted(numbered["road"]) == ["Fv2336", "Rv19"]
    assert not numbered[["from_node", "to_node"]].isin(left.index).to_numpy().any()
    # Left are quays of island ferries without a number, the nearest 736 m from a node of a road.
    assert len(left) == 11
    assert left["gap_m"].min() == pytest.approx(736, abs=1)


def test_the_shipped_network_has_eight_parts(shipped: ReferenceData) -> None:
    """Beside the whole: three county roads cut by the map's edge; island ferries and an island road."""
    part = components(build_network(shipped.nodes, shipped.links))
    assert part.value_counts().tolist() == [3244, 4, 4, 3, 2, 2, 2, 2]


def test_moss_and_horten_lie_a_crossing_apart(shipped: ReferenceData) -> None:
    links = shipped.links
    ferry = links[links["is_ferry"] & (links["road"] == "Rv19")].iloc[0]
    at = shipped.nodes.geometry.loc[[ferry["from_node"], ferry["to_node"]]]
    assert (
        at.distance(shipped.centres.geometry.loc[["3901", "3103"]], align=False).max() < 6_000
    )  # Horten, Moss
    network = build_network(shipped.nodes, links)
    minutes = cost_matrix(network, at.index[:1], at.index[1:]).iloc[0, 0]
    # 10.95 km at 21 km/h and 15 minutes of waiting; 104 minutes around the fjord.
    assert minutes == pytest.approx(10.95 / 21 * 60 + 15, abs=0.1)
