"""Alternative routes: by hand, and by law."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.errors import NetworkError
from regiongeo.network import Network, build_network, to_networkx
from regiongeo.routing import alternative_routes, shortest_path
from toy_roads import networks, points, roads

any_network = st.one_of(networks(), networks(oneway=True))


@pytest.fixture
def three_ways() -> Network:
    """Build three ways from a to d, by b 8 minutes, by e 9, by c 12; then 40 on to z.

      --4-- b --4--
    a --4-- e --5-- d --40-- z
      --6-- c --6--
    """
    places = {"a": (0, 0), "b": (5, 5), "c": (5, -5), "e": (5, 0), "d": (10, 0), "z": (30, 0)}
    rows = [("1", "a", "b", 8, 4), ("2", "b", "d", 8, 4), ("3", "a", "e", 8, 4), ("4", "e", "d", 8, 5)]
    more = [("5", "a", "c", 8, 6), ("6", "c", "d", 8, 6), ("7", "d", "z", 20, 40)]
    return build_network(points(places), roads(places, [*rows, *more]))


@pytest.fixture
def service_road() -> Network:
    """Build a main road s a b t, 10 + 2 + 10 minutes, and a loop off it by v, 2 + 2.

    s --10-- a --2-- b --10-- t
             |       |
             +2- v -2+
    """
    places = {"s": (0, 0), "a": (10, 0), "b": (12, 0), "t": (22, 0), "v": (11, 1)}
    rows = [("1", "s", "a", 10, 10), ("2", "a", "b", 2, 2), ("3", "b", "t", 10, 10)]
    return build_network(points(places), roads(places, [*rows, ("4", "a", "v", 2, 2), ("5", "v", "b", 2, 2)]))


def test_alternatives_come_by_cost_within_the_stretch(three_ways: Network) -> None:
    by = [route.nodes[1] for route in alternative_routes(three_ways, "a", "d", k=5, stretch=1.5)]
    assert by == ["b", "e", "c"]
    near = alternative_routes(three_ways, "a", "d", k=5)
    assert [(route.nodes[1], route.minutes, route.length_m) for route in near] == [
        ("b", 8, 16_000),
        ("e", 9, 16_000),
    ]
    assert len(alternative_routes(three_ways, "a", "d", k=1, stretch=1.5)) == 1


def test_a_route_that_is_mostly_the_same_is_no_alternative(three_ways: Network) -> None:
    """Of 48 minutes to z they share 40, which is 83 %."""
    assert len(alternative_routes(three_ways, "a", "z", k=3)) == 1
    both = alternative_routes(three_ways, "a", "z", k=3, most_shared=0.9, local=0)
    assert [route.minutes for route in both] == [48, 49, 52]


def test_a_detour_off_the_road_is_no_alternative(service_road: Network) -> None:
    """By v costs 24 instead of 22, but from a to b, both at v's side, nobody would drive 4 instead of 2."""
    found = alternative_routes(service_road, "s", "t", k=3, most_shared=0.95)
    assert [route.nodes for route in found] == [("s", "a", "b", "t")]
    careless = alternative_routes(service_road, "s", "t", k=3, most_shared=0.95, local=0)
    assert [route.minutes for route in careless] == [22, 24]


def test_one_way_streets_close_alternatives(three_ways: Network) -> None:
    closed = three_ways.links.assign(is_oneway=three_ways.links.index == "3")
    network = build_network(three_ways.nodes, closed)
    assert [route.nodes[1] for route in alternative_routes(network, "d", "a", k=5, stretch=1.5)] == ["b", "c"]


def test_no_road_and_no_distance(three_ways: Network) -> None:
    here = alternative_routes(three_ways, "a", "a", k=3)
    assert [(route.nodes, route.minutes) for route in here] == [(("a",), 0)]
    closed = build_network(three_ways.nodes, three_ways.links.assign(is_oneway=True))
    with pytest.raises(NetworkError, match="no road leads from node 'z' to node 'a'"):
        alternative_routes(closed, "z", "a", k=3)


def test_the_order_of_the_tables_does_not_matter(three_ways: Network) -> None:
    shuffled = Network(three_ways.nodes[::-1], three_ways.links.sample(frac=1, random_state=3))
    assert alternative_routes(three_ways, "a", "d", k=5, stretch=2) == alternative_routes(
        shuffled, "a", "d", k=5, stretch=2
    )


@settings(max_examples=40)
@given(any_network, st.floats(1, 3), st.floats(0, 1), st.floats(0, 1))
def test_alternatives_are_sorted_loopless_within_the_stretch_and_different(
    network: Network, stretch: float, most_shared: float, local: float
) -> None:
    source, target = network.nodes.index[[0, -1]]
    graph = to_networkx(network)
    if not nx.has_path(graph, source, target):
        return
    found = alternative_routes(
        network, source, target, k=4, stretch=stretch, most_shared=most_shared, local=local
    )
    best = nx.dijkstra_path_length(graph, source, target, weight="minutes")
    minutes = [route.minutes for route in found]
    assert minutes == sorted(minutes)
    assert minutes[0] == best
    assert found[0].minutes == shortest_path(network, source, target).minutes
    assert minutes[-1] <= best * stretch * (1 + 1e-6)
    for route in found:
        assert len(set(route.nodes)) == len(route.nodes)
        assert (route.nodes[0], route.nodes[-1]) == (source, target)
        assert nx.is_path(graph, route.nodes)
        assert route.minutes == network.links.loc[list(route.links), "minutes"].sum()
    for place, route in enumerate(found):
        for other in found[:place]:
            common = sorted(set(route.links) & set(other.links))
            assert network.links.loc[common, "minutes"].sum() <= most_shared * best + 1e-9
            assert route.links != other.links


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_no_route_by_a_link_is_left_out_without_a_reason(seed: int) -> None:
    """On small grids with unlike minutes: each shortest way by a link is taken, has a loop, or is too dear.

    Sharing and detours are allowed here, so that stretch and loops alone decide; networkx says what exists.
    """
    numbers = np.random.default_rng(seed)
    places = {f"{x}{y}": (float(x), float(y)) for x in range(3) for y in range(3)}
    ends = [
        (a, b)
        for a, (x, y) in places.items()
        for b, (u, v) in places.items()
        if (u, v) in ((x + 1, y), (x, y + 1))
    ]
    rows = [
        (f"{a}-{b}", a, b, 1, minutes) for (a, b), minutes in zip(ends, numbers.random(12) + 0.5, strict=True)
    ]
    network = build_network(points(places), roads(places, rows))
    found = alternative_routes(network, "00", "22", k=99, stretch=1.3, most_shared=1, local=0)
    graph = to_networkx(network)
    expected = set()
    for a, b in [*ends, *((b, a) for a, b in ends)]:
        nodes = (
            *nx.dijkstra_path(graph, "00", a, weight="minutes"),
            *nx.dijkstra_path(graph, b, "22", weight="minutes"),
        )
        cost = nx.path_weight(graph, nodes, weight="minutes")
        if len(set(nodes)) == len(nodes) and cost <= 1.3 * found[0].minutes:
            expected.add(nodes)
    assert {route.nodes for route in found} == expected
