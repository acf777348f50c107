"""Route choice: shares by hand, laws on random networks, networkx as oracle, refusals."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from regiongeo.errors import NetworkError
from regiongeo.flows.assignment import (
    all_or_nothing,
    along_routes,
    link_volumes,
    stochastic_routes,
    zone_pairs,
)
from regiongeo.network import Network, build_network
from regiongeo.routing import cost_matrix

E0, N0 = 600_000, 6_650_000


def network_of(ends: list[tuple[int, int, float]], *, nodes: int) -> Network:
    """Make a network of numbered nodes on a spiral; links (from, to, minutes)."""
    turn = np.arange(nodes)
    points = gpd.points_from_xy(E0 + 900 * turn * np.cos(turn), N0 + 900 * turn * np.sin(turn))
    ids = pd.Index([f"n{k}" for k in range(nodes)], name="node_id")
    node_table = gpd.GeoDataFrame(index=ids, geometry=points, crs="EPSG:25832")
    lines = [LineString([points[a], points[b]]) for a, b, _ in ends]
    table = {
        "from_node": [f"n{a}" for a, _, _ in ends],
        "to_node": [f"n{b}" for _, b, _ in ends],
        "length_m": [line.length for line in lines],
        "minutes": [minutes for _, _, minutes in ends],
    }
    index = pd.Index([f"l{k:02d}" for k in range(len(ends))], name="link_id")
    return build_network(node_table, gpd.GeoDataFrame(table, index=index, geometry=lines, crs="EPSG:25832"))


def zones_at(*nodes: str) -> pd.Series:
    return pd.Series(nodes, index=[f"z{k}" for k in range(len(nodes))])


@pytest.fixture
def line() -> Network:
    """Three links in a row: n0 -5- n1 -7- n2 -9- n3."""
    return network_of([(0, 1, 5.0), (1, 2, 7.0), (2, 3, 9.0)], nodes=4)


@pytest.fixture
def square() -> Network:
    """Two ways from n0 to n2, of 20 and 22 minutes: n0 -10- n1 -10- n2 and n0 -11- n3 -11- n2."""
    return network_of([(0, 1, 10.0), (1, 2, 10.0), (0, 3, 11.0), (3, 2, 11.0)], nodes=4)


def test_a_line_by_hand(line: Network) -> None:
    shares = all_or_nothing(line, zones_at("n0", "n1", "n3"))
    # pairs 01, 02, 12 on links 0-1, 1-2, 2-3
    assert shares.toarray().tolist() == [[1, 1, 0], [0, 1, 1], [0, 1, 1]]
    assert link_volumes(shares, np.array([10.0, 20.0, 40.0])).tolist() == [30.0, 60.0, 60.0]
    assert along_routes(shares, line.links["minutes"].to_numpy()).tolist() == [5.0, 21.0, 16.0]


def test_zones_at_one_node_use_no_road(line: Network) -> None:
    shares = all_or_nothing(line, zones_at("n1", "n1", "n3"))
    assert shares.toarray().sum(axis=0).tolist() == [0, 2, 2]


def test_all_or_nothing_takes_the_shorter_way(square: Network) -> None:
    shares = all_or_nothing(square, zones_at("n0", "n2"))
    assert shares.toarray()[:, 0].tolist() == [1, 1, 0, 0]


def test_the_cheapest_of_parallel_links_is_used() -> None:
    network = network_of([(0, 1, 9.0), (0, 1, 4.0)], nodes=2)
    assert all_or_nothing(network, zones_at("n0", "n1")).toarray()[:, 0].tolist() == [0, 1]


def test_stochastic_shares_meet_the_probit_formula(square: Network) -> None:
    # The difference of the two ways is normal: mean 2, variance spread * (20 + 22) = 42 for spread 1.
    # P(first way) = Phi(2 / sqrt(42)) = 0.6212; 1500 draws: standard error 0.013. Truncation at 10 % of 10 or
    # 11 minutes cuts beyond 2.8 standard deviations and hardly matters.
    shares = stochastic_routes(square, zones_at("n0", "n2"), spread=1.0, draws=1500, seed=3).toarray()[:, 0]
    assert shares[0] == pytest.approx(0.621, abs=0.04)
    assert shares[0] == pytest.approx(shares[1])
    assert shares[0] + shares[2] == pytest.approx(1)


def test_no_spread_is_all_or_nothing(square: Network) -> None:
    zones = zones_at("n0", "n2", "n3")
    one = stochastic_routes(square, zones, spread=0.0, draws=2, seed=1)
    assert one.toarray().tolist() == all_or_nothing(square, zones).toarray().tolist()


def test_the_seed_decides(square: Network) -> None:
    zones = zones_at("n0", "n2")
    first, again, other = (
        stochastic_routes(square, zones, spread=5.0, draws=25, seed=seed).toarray().tolist()
        for seed in (1, 1, 2)
    )
    assert first == again != other


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw a connected network: a random tree and some links more."""
    size = draw(st.integers(2, 9))
    minutes = st.integers(1, 50).map(float)
    ends = [(draw(st.integers(0, k - 1)), k, draw(minutes)) for k in range(1, size)]
    pairs = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda ab: ab[0] != ab[1])
    more = draw(st.lists(pairs, max_size=8))
    return network_of([*ends, *((a, b, draw(minutes)) for a, b in more)], nodes=size)


@given(networks())
def test_routes_cost_what_the_matrix_and_networkx_say(network: Network) -> None:
    zones = pd.Series(network.nodes.index, index=network.nodes.index)
    shares = all_or_nothing(network, zones)
    cost = along_routes(shares, network.links["minutes"].to_numpy())
    first, second = zone_pairs(len(zones))
    matrix = cost_matrix(network, zones, zones).to_numpy()
    graph = nx.MultiGraph()
    links = network.links
    graph.add_weighted_edges_from(zip(links["from_node"], links["to_node"], links["minutes"], strict=True))
    oracle = dict(nx.all_pairs_dijkstra_path_length(graph))
    expected = [oracle[zones.iloc[a]][zones.iloc[b]] for a, b in zip(first, second, strict=True)]
    assert cost == pytest.approx(expected, rel=1e-9)
    assert cost == pytest.approx(matrix[first, second], rel=1e-9)


@given(networks(), st.integers(0, 5))
def test_what_enters_a_node_leaves_it_or_ends_there(network: Network, seed: int) -> None:
    """One draw: at a node a pair has 1 link if it ends there, else 0 or 2 (in and out)."""
    zones = pd.Series(network.nodes.index, index=network.nodes.index)
    shares = stochastic_routes(network, zones, spread=2.0, draws=1, seed=seed).toarray()
    first, second = zone_pairs(len(zones))
    for position, node in enumerate(zones):
        touches = network.links["from_node"].eq(node) | network.links["to_node"].eq(node)
        links = shares[touches.to_numpy()].sum(axis=0)
        is_end = (first == position) | (second == position)
        assert (links[is_end] == 1).all()
        assert np.isin(links[~is_end], (0, 2)).all()


def test_the_order_of_rows_does_not_matter(square: Network) -> None:
    turned = Network(square.nodes.iloc[::-1], square.links.iloc[::-1])
    zones = zones_at("n0", "n2", "n3")
    one = pd.DataFrame(all_or_nothing(square, zones).toarray(), index=square.links.index)
    other = pd.DataFrame(all_or_nothing(turned, zones).toarray(), index=turned.links.index)
    pd.testing.assert_frame_equal(one, other.sort_index())


def test_disconnected_zones_are_named() -> None:
    network = network_of([(0, 1, 5.0), (1, 2, 5.0), (3, 4, 5.0)], nodes=5)
    with pytest.raises(NetworkError, match="no road leads from zones 'z2' to the others"):
        all_or_nothing(network, zones_at("n0", "n1", "n4"))


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_useless_costs_are_named(line: Network, bad: float) -> None:
    links = line.links.assign(other=[1.0, bad, 1.0])
    with pytest.raises(NetworkError, match=r"other: .*'l01'"):
        all_or_nothing(Network(line.nodes, links), zones_at("n0", "n3"), weight="other")


def test_one_way_links_are_refused(line: Network) -> None:
    links = line.links.assign(is_oneway=[False, True, False])
    with pytest.raises(NetworkError, match="links 'l01' are one-way"):
        all_or_nothing(Network(line.nodes, links), zones_at("n0", "n3"))


def test_unknown_loading_nodes_are_named(line: Network) -> None:
    with pytest.raises(NetworkError, match="'nowhere'"):
        all_or_nothing(line, zones_at("n0", "nowhere"))


def test_no_draws_are_refused(line: Network) -> None:
    with pytest.raises(NetworkError, match="no draws"):
        stochastic_routes(line, zones_at("n0", "n3"), spread=1.0, draws=0, seed=1)


def test_points_of_the_fixture_are_inside_the_region(square: Network) -> None:
    assert isinstance(square.nodes.geometry.iloc[0], Point)
