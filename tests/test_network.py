"""The network: valid from birth, its components, and the graph that networkx and osmnx take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from regiongeo.crs import Box
from regiongeo.errors import CrsError, NetworkError
from regiongeo.network import Network, build_network, components, largest_share, main_links, to_networkx
from toy_roads import Y_PLACES, Y_ROADS, points, roads, y_network

if TYPE_CHECKING:
    from collections.abc import Callable

Tables = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]


def tables() -> Tables:
    return points(Y_PLACES), roads(Y_PLACES, Y_ROADS)


def test_repr_tells_the_size() -> None:
    assert repr(y_network()) == "<Network: 4 nodes, 3 links, 30.0 km>"


def test_building_copies_and_sorts() -> None:
    nodes, links = points(dict(reversed(Y_PLACES.items()))), roads(Y_PLACES, Y_ROADS[::-1])
    before = nodes.copy(), links.copy()
    network = build_network(nodes, links)
    assert list(network.nodes.index) == ["a", "b", "c", "d"]
    assert list(network.links.index) == ["ab", "bc", "bd"]
    links.loc["ab", "minutes"] = 99.0
    assert network.links.loc["ab", "minutes"] == 10
    assert_geodataframe_equal(nodes, before[0])


def change(column: str, value: object, *, link: str = "bc") -> Callable[[Tables], Tables]:
    def apply(both: Tables) -> Tables:
        nodes, links = both
        values = links[column].astype(object)
        values[link] = value
        return nodes, links.assign(**{column: values})

    return apply


FAULTS = {
    "unknown node": (change("to_node", "nowhere"), "unknown node: 'bc'"),
    "weight missing": (change("minutes", np.nan), "minutes: must be a finite number >= 0, links 'bc'"),
    "weight None": (change("length_m", None), "length_m: must be a finite number >= 0, links 'bc'"),
    "weight text": (change("minutes", "12"), "minutes: must be a finite number >= 0, links 'bc'"),
    "weight negative": (change("minutes", -1.0), "minutes: must be a finite number >= 0, links 'bc'"),
    "weight endless": (change("minutes", np.inf), "minutes: must be a finite number >= 0, links 'bc'"),
    "no weights": (lambda both: (both[0], both[1].drop(columns="minutes")), "minutes: column is missing"),
    "no ends": (lambda both: (both[0], both[1].drop(columns="to_node")), "to_node: column is missing"),
    "twice": (lambda both: (pd.concat([both[0], both[0][:1]]), both[1]), "more than once: 'a'"),
    "numbers as ids": (
        lambda both: (both[0], both[1].set_index(pd.Index([1, 2, 3], name="link_id"))),
        "ids are text",
    ),
    "other CRS": (lambda both: (both[0].to_crs(25833), both[1]), "nodes: must be in EPSG:25832, not ETRS89"),
    "no CRS": (lambda both: (both[0], both[1].set_crs(None, allow_override=True)), "links: must be in EPSG"),
    "no geometry": (lambda both: (both[0], pd.DataFrame(both[1].drop(columns="geometry"))), "geometry"),
    "drawn backwards": (
        lambda both: (both[0], both[1].assign(geometry=both[1].reverse())),
        "drawn more than 1 m away from from_node or to_node: 'ab', 'bc', 'bd'",
    ),
    "no links": (lambda both: (both[0], both[1][:0]), "table 'links' has 1 problem(s):\n    - no rows"),
    "no nodes": (lambda both: (both[0][:0], both[1]), "table 'nodes' has 1 problem(s):\n    - no rows"),
    "one-way unsaid": (lambda both: (both[0], both[1].assign(is_oneway=[True, None, False])), "is_oneway: "),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_network_is_refused_with_the_links_named(fault: str) -> None:
    spoil, words = FAULTS[fault]
    with pytest.raises(NetworkError) as caught:
        build_network(*spoil(tables()))
    assert words in str(caught.value)


def test_all_problems_are_told_at_once() -> None:
    both = change("minutes", -1.0)(change("length_m", np.nan, link="ab")(tables()))
    with pytest.raises(NetworkError, match=r"2 problem\(s\)") as caught:
        build_network(*both)
    assert "'ab'" in str(caught.value)
    assert "'bc'" in str(caught.value)


def test_a_place_outside_the_box_is_refused_and_another_box_allows_it() -> None:
    box = Box(0, 0, 1, 1)
    with pytest.raises(CrsError, match="outside the region"):
        build_network(*tables(), box=box)
    assert isinstance(Network(*tables()), Network)


@pytest.fixture
def parts() -> Network:
    """Three parts; numbers are km. The loop at e counts for its part; p-q and s-t tie, p is the smaller id.

    a --2-- b      p --5-- q      s --5-- t      e (loop 1)
    """
    places = {"a": (0, 0), "b": (2, 0), "p": (4, 0), "q": (9, 0), "s": (12, 0), "t": (17, 0), "e": (20, 0)}
    rows = [("st", "s", "t", 5, 5), ("ab", "a", "b", 2, 2), ("pq", "p", "q", 5, 5), ("ee", "e", "e", 1, 1)]
    return build_network(points(places), roads(places, rows))


def test_components_are_numbered_by_kilometres_then_id(parts: Network) -> None:
    expected = {"a": 2, "b": 2, "e": 3, "p": 0, "q": 0, "s": 1, "t": 1}
    assert components(parts).to_dict() == expected


def test_the_largest_share_counts_kilometres(parts: Network) -> None:
    assert largest_share(parts) == pytest.approx(5 / 13)
    assert main_links(parts).to_dict() == {"ab": False, "ee": False, "pq": True, "st": False}
    assert largest_share(y_network()) == 1


def test_a_one_way_trap_shows_in_strong_components() -> None:
    """From d nothing leads back: a <-> b <-> c, b -> d."""
    nodes, links = tables()
    network = build_network(nodes, links.assign(is_oneway=[False, False, True]))
    assert set(components(network)) == {0}
    assert components(network, strong=True).to_dict() == {"a": 0, "b": 0, "c": 0, "d": 1}


def test_the_graph_routes_like_the_drawing() -> None:
    graph = to_networkx(y_network())
    assert nx.shortest_path(graph, "a", "c", weight="minutes") == ["a", "b", "c"]
    assert nx.shortest_path_length(graph, "a", "d", weight="travel_time") == 25 * 60
    assert nx.shortest_path_length(graph, "a", "d", weight="length") == 20_000
    assert graph.number_of_edges() == 6


def test_a_one_way_link_is_one_edge_and_the_way_back_is_drawn_back() -> None:
    nodes, links = tables()
    graph = to_networkx(build_network(nodes, links.assign(is_oneway=[True, False, False])))
    assert not graph.has_edge("b", "a")
    back = graph.edges["c", "b", 0]
    assert back["reversed"]
    assert back["link_id"] == "bc"
    assert back["geometry"].coords[0] == (nodes.geometry["c"].x, nodes.geometry["c"].y)


def test_parallel_links_have_their_own_keys() -> None:
    rows = [*Y_ROADS, ("ab2", "a", "b", 12, 8)]
    graph = to_networkx(build_network(points(Y_PLACES), roads(Y_PLACES, rows)))
    assert sorted(graph.edges["a", "b", key]["link_id"] for key in (0, 1)) == ["ab", "ab2"]
