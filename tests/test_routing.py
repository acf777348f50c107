"""Routes, distances and reach, against hand counts, laws and networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.errors import NetworkError
from regiongeo.network import Network, build_network, to_networkx
from regiongeo.routing import cost_matrix, nearest_cost, reach, shortest_path, shortest_paths
from toy_roads import EAST, NORTH, Y_PLACES, Y_ROADS, networks, points, roads, y_network

EVERY = ["a", "b", "c", "d"]


@pytest.fixture
def diamond() -> Network:
    """Two ways from a to d; numbers are km, minutes. The fast one is the long one.

      --9,4-- b --9,4--
    a                   d --1,1-- e
      --5,6-- c --5,6--
    """
    places = {"a": (0, 0), "b": (5, 5), "c": (5, -5), "d": (10, 0), "e": (11, 0)}
    rows = [("1", "a", "b", 9, 4), ("2", "b", "d", 9, 4), ("3", "a", "c", 5, 6), ("4", "c", "d", 5, 6)]
    return build_network(points(places), roads(places, [*rows, ("5", "d", "e", 1, 1)]))


def square(minutes: tuple[float, float, float, float], *, names: str = "1234") -> Network:
    """Two equal ways from a to d, by b or by c."""
    places = {"a": (0, 0), "b": (5, 5), "c": (5, -5), "d": (10, 0)}
    ends = [("a", "b"), ("b", "d"), ("a", "c"), ("c", "d")]
    rows = [(name, *pair, 5, cost) for name, pair, cost in zip(names, ends, minutes, strict=True)]
    return build_network(points(places), roads(places, rows))


def test_minutes_choose_the_route_and_metres_are_summed_along_it(diamond: Network) -> None:
    assert cost_matrix(diamond, ["a"], ["d", "e"]).loc["a"].tolist() == [8, 9]
    assert cost_matrix(diamond, ["a"], ["d", "e"], along="length_m").loc["a"].tolist() == [18_000, 19_000]
    assert cost_matrix(diamond, ["a"], ["e"], weight="length_m").loc["a", "e"] == 11_000
    assert cost_matrix(diamond, ["a"], ["e"], weight="length_m", along="minutes").loc["a", "e"] == 13


def test_a_route_names_its_links_and_nodes(diamond: Network) -> None:
    route = shortest_path(diamond, "a", "e")
    assert route.links == ("1", "2", "5")
    assert route.nodes == ("a", "b", "d", "e")
    assert (route.minutes, route.length_m) == (9, 19_000)
    assert shortest_path(diamond, "e", "a", weight="length_m").links == ("5", "4", "3")


def test_a_route_to_where_one_is_takes_nothing(diamond: Network) -> None:
    route = shortest_path(diamond, "a", "a")
    assert (route.nodes, route.links, route.minutes, route.length_m) == (("a",), (), 0, 0)


def test_pairs_keep_their_order_and_index(diamond: Network) -> None:
    pairs = pd.DataFrame({"source": ["e", "a", "a"], "target": ["a", "e", "c"]}, index=["x", "y", "z"])
    found = shortest_paths(diamond, pairs)
    assert found["minutes"].to_dict() == {"x": 9, "y": 9, "z": 6}
    assert found["length_m"].to_dict() == {"x": 19_000, "y": 19_000, "z": 5000}


def test_ids_keep_their_order_and_may_repeat() -> None:
    table = cost_matrix(y_network(), ["d", "a", "d"], ["c", "b"])
    assert table.to_numpy().tolist() == [[21, 15], [16, 10], [21, 15]]
    assert (list(table.index), list(table.columns)) == (["d", "a", "d"], ["c", "b"])
    assert (table.index.name, table.columns.name) == ("source", "target")


def test_a_limit_cuts_off_what_lies_beyond() -> None:
    near = cost_matrix(y_network(), ["a"], EVERY, limit=16).loc["a"]
    assert near.tolist() == [0, 10, 16, np.inf]
    assert cost_matrix(y_network(), EVERY, ["a"], limit=16)["a"].tolist() == [0, 10, 16, np.inf]


def test_reach_lists_the_nodes_within_the_limit() -> None:
    found = reach(y_network(), ["c", "a"], limit=10)
    rows = [("a", "a", 0.0), ("a", "b", 10.0), ("c", "b", 6.0), ("c", "c", 0.0)]
    assert list(found.itertuples(index=False, name=None)) == rows
    assert reach(y_network(), [], limit=10).columns.tolist() == ["source", "node", "cost"]


def test_the_nearest_source_and_the_way_from_it(diamond: Network) -> None:
    found = nearest_cost(diamond, ["a", "e"])
    assert found["source"].to_dict() == {"a": "a", "b": "a", "c": "a", "d": "e", "e": "e"}
    assert found["minutes"].to_dict() == {"a": 0, "b": 4, "c": 6, "d": 1, "e": 0}
    assert found["length_m"].to_dict() == {"a": 0, "b": 9000, "c": 5000, "d": 1000, "e": 0}
    assert nearest_cost(diamond, ["a"], limit=5)["minutes"].tolist() == [0, 4, np.inf, np.inf, np.inf]


def test_what_no_road_reaches_is_inf_and_has_no_source() -> None:
    """Two parts: a --- b    c --- d."""
    places = {"a": (0, 0), "b": (5, 0), "c": (9, 0), "d": (14, 0)}
    network = build_network(points(places), roads(places, [("1", "a", "b", 5, 5), ("2", "c", "d", 5, 5)]))
    assert cost_matrix(network, ["a"], ["b", "c"], along="length_m").loc["a"].tolist() == [5000, np.inf]
    found = nearest_cost(network, ["a"])
    assert found["source"].isna().to_dict() == {"a": False, "b": False, "c": True, "d": True}
    assert found.loc["d", ["minutes", "length_m"]].tolist() == [np.inf, np.inf]
    pairs = pd.DataFrame({"source": ["a"], "target": ["d"]})
    assert shortest_paths(network, pairs).loc[0, ["minutes", "length_m"]].tolist() == [np.inf, np.inf]
    with pytest.raises(NetworkError, match="no road leads from node 'a' to node 'd'"):
        shortest_path(network, "a", "d")


def test_one_way_links_are_driven_one_way() -> None:
    network = build_network(points(Y_PLACES), roads(Y_PLACES, Y_ROADS).assign(is_oneway=[False, True, False]))
    assert cost_matrix(network, EVERY, ["c"])["c"].tolist() == [16, 6, 0, 21]
    assert cost_matrix(network, ["c"], EVERY).loc["c"].tolist() == [np.inf, np.inf, 0, np.inf]
    assert nearest_cost(network, ["c"])["minutes"].tolist() == [np.inf, np.inf, 0, np.inf]
    assert nearest_cost(network, ["c"], inward=True)["minutes"].tolist() == [16, 6, 0, 21]


def test_of_parallel_links_the_cheapest_counts_and_then_the_smallest_id() -> None:
    rows = [("9", "a", "b", 10, 3), ("4", "a", "b", 2, 8), ("5", "b", "a", 10, 3)]
    places = {"a": (0, 0), "b": (10, 0)}
    network = build_network(points(places), roads(places, rows))
    assert cost_matrix(network, ["a"], ["b"]).loc["a", "b"] == 3
    assert shortest_path(network, "a", "b").links == ("5",)
    assert shortest_path(network, "a", "b", weight="length_m").links == ("4",)


def test_links_without_weight_are_roads_all_the_same() -> None:
    """Minutes, 1 km each: a --0-- b --0-- c --1-- d."""
    places = {"a": (0, 0), "b": (1, 0), "c": (2, 0), "d": (3, 0)}
    rows = [("1", "a", "b", 1, 0), ("2", "b", "c", 1, 0), ("3", "c", "d", 1, 1)]
    network = build_network(points(places), roads(places, rows))
    assert cost_matrix(network, ["a"], EVERY).loc["a"].tolist() == [0, 0, 0, 1]
    assert cost_matrix(network, ["a"], EVERY, along="length_m").loc["a"].tolist() == [0, 1000, 2000, 3000]
    assert shortest_path(network, "d", "a").links == ("3", "2", "1")


@pytest.mark.parametrize("minutes", [(5, 5, 5, 5), (4, 6, 6, 4), (0.3, 0.3, 0.4, 0.2), (0.4, 0.2, 0.3, 0.3)])
@pytest.mark.parametrize("names", ["1234", "4321"])
def test_equal_routes_go_by_the_smaller_node(minutes: tuple[float, ...], names: str) -> None:
    assert shortest_path(square(minutes, names=names), "a", "d").nodes == ("a", "b", "d")


def test_the_order_of_the_tables_does_not_matter() -> None:
    network = square((5, 5, 5, 5))
    shuffled = Network(network.nodes[::-1], network.links.iloc[[2, 0, 3, 1]])
    assert shortest_path(network, "d", "a") == shortest_path(shuffled, "d", "a")
    ordered = nearest_cost(network, ["b", "c"]).loc[EVERY]
    pd.testing.assert_frame_equal(ordered, nearest_cost(shuffled, ["c", "b"]).loc[EVERY])


def test_unknown_nodes_and_useless_weights_are_refused() -> None:
    network = y_network()
    with pytest.raises(NetworkError, match="not nodes of the network: 'P', 'Q'"):
        cost_matrix(network, ["a", "P", "Q"], EVERY)
    for call in (reach, nearest_cost):
        with pytest.raises(NetworkError, match="not nodes"):
            call(network, ["P"], limit=5)
    with pytest.raises(NetworkError, match="not nodes"):
        shortest_path(network, "a", "P")
    with pytest.raises(NetworkError, match="not nodes"):
        shortest_paths(network, pd.DataFrame({"source": ["a"], "target": ["P"]}))
    with pytest.raises(NetworkError, match="cannot route on toll: column is missing"):
        cost_matrix(network, ["a"], EVERY, weight="toll")
    unknown = build_network(network.nodes, network.links.assign(toll=[1.0, np.nan, 0.0]))
    with pytest.raises(NetworkError, match="toll: must be a finite number >= 0, links 'bc'"):
        cost_matrix(unknown, ["a"], EVERY, along="toll")
    with pytest.raises(NetworkError, match="no source"):
        nearest_cost(network, [])


def test_nothing_asked_is_nothing_answered() -> None:
    assert cost_matrix(y_network(), [], EVERY).shape == (0, 4)
    assert cost_matrix(y_network(), EVERY, []).shape == (4, 0)
    assert shortest_paths(y_network(), pd.DataFrame({"source": [], "target": []})).empty


def test_many_sources_are_searched_in_blocks() -> None:
    """A road of 150 nodes, 1 minute apart: more than two blocks of trees."""
    names = [f"n{k:03d}" for k in range(150)]
    places = {name: (k / 10, 0.0) for k, name in enumerate(names)}
    rows = [(f"l{k:03d}", names[k], names[k + 1], 0.1, 1) for k in range(149)]
    network = build_network(points(places), roads(places, rows))
    steps = np.abs(np.subtract.outer(np.arange(150), np.arange(150)))
    assert np.array_equal(cost_matrix(network, names, names), steps)
    np.testing.assert_allclose(cost_matrix(network, names, names, along="length_m"), steps * 100)
    assert len(reach(network, names, limit=1)) == 150 + 2 * 149
    pairs = pd.DataFrame({"source": names[::-1], "target": names})
    assert shortest_paths(network, pairs)["minutes"].tolist() == np.abs(149 - 2 * np.arange(150)).tolist()


any_network = st.one_of(networks(), networks(oneway=True))


@settings(max_examples=25)
@given(any_network)
def test_costs_equal_networkx(network: Network) -> None:
    nodes = list(network.nodes.index)
    graph = to_networkx(network)
    expected = pd.DataFrame(np.inf, index=nodes, columns=nodes)
    for source, found in nx.all_pairs_dijkstra_path_length(graph, weight="minutes"):
        expected.loc[source, list(found)] = list(found.values())
    np.testing.assert_array_equal(cost_matrix(network, nodes, nodes), expected)
    np.testing.assert_array_equal(cost_matrix(network, nodes, nodes[:1]), expected[nodes[:1]])
    nearest = nearest_cost(network, nodes[:2])
    np.testing.assert_array_equal(nearest["minutes"], expected.loc[nodes[:2]].min())
    inward = nearest_cost(network, nodes[:2], inward=True)
    np.testing.assert_array_equal(inward["minutes"], expected[nodes[:2]].min(axis=1))
    within = reach(network, nodes, limit=9).set_index(["source", "node"])["cost"]
    pairs = {(source, target): expected.loc[source, target] for source in nodes for target in nodes}
    assert within.to_dict() == {pair: cost for pair, cost in pairs.items() if cost <= 9}


@settings(max_examples=25)
@given(any_network)
def test_a_route_adds_up_and_its_metres_are_those_along(network: Network) -> None:
    nodes = list(network.nodes.index)
    minutes, metres = (cost_matrix(network, nodes, nodes, along=name) for name in ("minutes", "length_m"))
    nearest = nearest_cost(network, nodes[:2])
    for target in nodes:
        if not np.isfinite(minutes.loc[nodes[0], target]):
            continue
        route = shortest_path(network, nodes[0], target)
        ends = list(zip(route.nodes, route.nodes[1:], strict=False))
        links = network.links.loc[list(route.links), ["from_node", "to_node"]]
        assert all(set(pair) == set(link) for pair, link in zip(ends, links.to_numpy(), strict=True))
        assert route.minutes == pytest.approx(minutes.loc[nodes[0], target])
        assert route.length_m == pytest.approx(metres.loc[nodes[0], target])
        source = nearest.loc[target, "source"]
        assert nearest.loc[target, "minutes"] == minutes.loc[source, target]
        shortest = cost_matrix(network, [source], [target], weight="length_m").loc[source, target]
        assert nearest.loc[target, "length_m"] >= shortest


@settings(max_examples=25)
@given(networks())
def test_two_way_costs_are_symmetric_and_obey_the_triangle(network: Network) -> None:
    nodes = list(network.nodes.index)
    cost = cost_matrix(network, nodes, nodes).to_numpy()
    np.testing.assert_array_equal(cost, cost.T)
    assert (cost[:, None, :] <= cost[:, :, None] + cost[None, :, :]).all()
    assert (np.diag(cost) == 0).all()


@settings(max_examples=25)
@given(networks(oneway=True), st.data())
def test_one_more_link_lengthens_no_route(network: Network, data: st.DataObject) -> None:
    nodes = list(network.nodes.index)
    start, end = (data.draw(st.sampled_from(nodes)) for _ in range(2))
    shape = network.nodes.geometry
    place = {name: ((shape[name].x - EAST) / 1000, (shape[name].y - NORTH) / 1000) for name in (start, end)}
    new = roads(place, [("new", start, end, 1, data.draw(st.integers(0, 5)))]).assign(is_oneway=False)
    more = build_network(network.nodes, pd.concat([network.links, new[network.links.columns]]))
    assert (cost_matrix(more, nodes, nodes) <= cost_matrix(network, nodes, nodes)).all(axis=None)
