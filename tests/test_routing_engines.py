"""The engines behind one interface: who is chosen, and that all give the same answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.errors import EngineError, NetworkError
from regiongeo.network import Network, build_network, to_networkx
from regiongeo.routing import (
    choose_engine,
    cost_matrix,
    customise,
    engines,
    matrices,
    nearest_cost,
    prepare,
    reach,
    shortest_path,
    shortest_paths,
    shortest_routes,
    trees,
    weighted_cost,
)
from toy_roads import Y_PLACES, Y_ROADS, networks, points, roads, y_network

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERY = ["a", "b", "c", "d"]
any_network = st.one_of(networks(), networks(oneway=True))
needs_cch = pytest.mark.skipif(engines.find_spec("routingkit_cch") is None, reason="needs routingkit-cch")


def drawn_weight(network: Network, data: st.DataObject, *, most: float = 1e4) -> pd.Series[float]:
    """Draw a weight for every link: from nothing to much, seldom round."""
    size = len(network.links)
    values = data.draw(st.lists(st.floats(0, most, allow_subnormal=False), min_size=size, max_size=size))
    return pd.Series(values, index=network.links.index, name="drawn")


def by_networkx(network: Network, weight: pd.Series[float]) -> pd.DataFrame:
    nodes = list(network.nodes.index)
    graph = to_networkx(network)
    expected = pd.DataFrame(np.inf, index=nodes, columns=nodes)
    for _, _, edge in graph.edges(data=True):
        edge["drawn"] = weight[edge["link_id"]]
    for source, found in nx.all_pairs_dijkstra_path_length(graph, weight="drawn"):
        expected.loc[source, list(found)] = list(found.values())
    return expected


@pytest.mark.parametrize(
    ("nodes", "trees", "chosen"),
    [
        (3_267, 100_000, "scipy"),
        (99_999, 200, "scipy"),
        (100_000, 199, "scipy"),
        (100_000, 200, "cch"),
        (100_000, None, "cch"),
    ],
)
def test_the_hierarchy_serves_large_networks_with_many_trees(
    monkeypatch: pytest.MonkeyPatch, nodes: int, trees: int | None, chosen: str
) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: object())
    assert choose_engine("auto", nodes=nodes, trees=trees) == chosen
    assert choose_engine("scipy", nodes=nodes, trees=trees) == "scipy"
    assert choose_engine("cch", nodes=nodes, trees=trees) == "cch"


def test_without_the_package_scipy_serves_and_forcing_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    assert choose_engine("auto", nodes=1_000_000, trees=1_000) == "scipy"
    with pytest.raises(EngineError, match=r"cch is not installed: pip install 'regiongeo\[cch\]'"):
        cost_matrix(y_network(), EVERY, EVERY, engine="cch")


def test_unknown_engines_and_what_an_engine_cannot_do_are_refused() -> None:
    with pytest.raises(EngineError, match="unknown routing engine 'osrm': choose one of auto, scipy, cch"):
        cost_matrix(y_network(), EVERY, EVERY, engine="osrm")  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="leave out along"):
        cost_matrix(y_network(), EVERY, EVERY, along="length_m", engine="cch")


@needs_cch
def test_auto_asks_the_hierarchy_beyond_the_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def spy(metric: engines.Metric, *ends: np.ndarray[tuple[int], np.dtype[np.intp]]) -> object:
        asked.append(len(ends[0]))
        return engines.hierarchy_costs(metric, *ends)

    monkeypatch.setattr(matrices, "hierarchy_costs", spy)
    monkeypatch.setattr(engines, "CCH_FROM_NODES", 4)
    monkeypatch.setattr(engines, "CCH_FROM_TREES", 3)
    assert cost_matrix(y_network(), EVERY, ["c", "d"]).shape == (4, 2)
    assert asked == []
    assert cost_matrix(y_network(), EVERY, EVERY).loc["a", "c"] == 16
    assert asked == [4]


@pytest.mark.parametrize("engine", ["scipy", pytest.param("cch", marks=needs_cch)])
def test_a_prepared_network_answers_like_the_network(engine: engines.Engine) -> None:
    network = y_network()
    prepared = prepare(network, engine=engine)
    assert repr(prepared) == f"<Prepared: 4 nodes, 6 arcs, minutes, {engine}>"
    assert cost_matrix(prepared, ["d", "a", "d"], ["c", "b"]).to_numpy().tolist() == [
        [21, 15],
        [16, 10],
        [21, 15],
    ]
    assert cost_matrix(prepared, EVERY, ["a"], limit=16)["a"].tolist() == [0, 10, 16, np.inf]
    metres = cost_matrix(prepared, ["a"], EVERY, along="length_m").loc["a"]
    assert metres.tolist() == [0, 10_000, 20_000, 20_000]
    assert shortest_path(prepared, "a", "d").links == ("ab", "bd")
    assert nearest_cost(prepared, ["c"])["minutes"].tolist() == [16, 6, 0, 21]
    assert reach(prepared, ["c"], limit=6)["node"].tolist() == ["b", "c"]


@pytest.mark.parametrize("engine", ["scipy", pytest.param("cch", marks=needs_cch)])
def test_new_speeds_keep_the_preparation(engine: engines.Engine) -> None:
    network = y_network()
    prepared = prepare(network, engine=engine)
    slow = pd.Series({"bd": 15.0, "ab": 30.0, "bc": 6.0}, name="minutes")
    changed = customise(prepared, weight=slow)
    assert changed.cch is prepared.cch
    assert changed.topology is prepared.topology
    assert cost_matrix(changed, ["a"], EVERY).loc["a"].tolist() == [0, 30, 36, 45]
    assert cost_matrix(prepared, ["a"], EVERY).loc["a"].tolist() == [0, 10, 16, 25]
    assert shortest_path(changed, "a", "c").minutes == 36
    pairs = pd.DataFrame({"source": ["a"], "target": ["c"]})
    assert shortest_paths(changed, pairs).loc[0, ["minutes", "length_m"]].tolist() == [36, 20_000]


def test_a_block_of_trees_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """64 trees, or as many as make 4 million values; one at a time gives the same answers."""
    assert [trees.block_rows(width) for width in (1, 62_500, 250_000, 10**9)] == [64, 64, 16, 1]
    network = grid(4)
    nodes = list(network.nodes.index)
    pairs = pd.DataFrame({"source": nodes, "target": nodes[::-1]})
    whole = [
        cost_matrix(network, nodes, nodes),
        reach(network, nodes, limit=2),
        shortest_routes(network, pairs),
    ]
    monkeypatch.setattr(trees, "_MOST_VALUES", 1)
    parts = [
        cost_matrix(network, nodes, nodes),
        reach(network, nodes, limit=2),
        shortest_routes(network, pairs),
    ]
    for one, other in zip(whole, parts, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_what_is_prepared_is_not_asked_for_something_else() -> None:
    prepared = prepare(y_network(), engine="scipy")
    with pytest.raises(EngineError, match="prepared for minutes, asked for length_m: customise it first"):
        cost_matrix(prepared, EVERY, EVERY, weight="length_m")
    with pytest.raises(EngineError, match="prepared for the engine scipy, asked for cch"):
        shortest_paths(prepared, pd.DataFrame({"source": ["a"], "target": ["b"]}), engine="cch")
    assert cost_matrix(prepared, EVERY, EVERY, weight="minutes").loc["a", "b"] == 10


def test_a_weight_may_be_a_series_in_any_order() -> None:
    toll = pd.Series({"bd": 1.0, "ab": 2.0, "bc": 4.0}, name="toll")
    network = y_network()
    assert cost_matrix(network, ["a"], EVERY, weight=toll).loc["a"].tolist() == [0, 2, 6, 3]
    pairs = pd.DataFrame({"source": ["a"], "target": ["d"]})
    assert shortest_paths(network, pairs, weight=toll)["toll"].tolist() == [3]
    assert nearest_cost(network, ["a"], weight=toll)["toll"].tolist() == [0, 2, 6, 3]
    assert cost_matrix(network, ["a"], ["c"], along=toll).loc["a", "c"] == 6


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"ab": 1.0}, "one value for every link_id; missing: 'bc', 'bd'"),
        ({"ab": 1.0, "bc": -1.0, "bd": np.nan}, "finite number >= 0, links 'bc', 'bd'"),
        ({"ab": 1.0, "bc": np.inf, "bd": 2.0}, "finite number >= 0, links 'bc'"),
        ({"ab": "1", "bc": "2", "bd": "3"}, "must be numbers, not"),
        ({"ab": True, "bc": True, "bd": False}, "must be numbers, not bool"),
    ],
)
def test_a_series_of_no_use_is_refused(values: dict[str, float], problem: str) -> None:
    with pytest.raises(NetworkError, match=f"cannot route on toll: .*{problem}"):
        cost_matrix(y_network(), EVERY, EVERY, weight=pd.Series(values, name="toll"))
    with pytest.raises(NetworkError, match="cannot route on toll"):
        customise(prepare(y_network()), weight=pd.Series(values, name="toll"))


def test_a_weighted_cost_adds_up_columns() -> None:
    """Minutes 10, 6, 15 and 10 km each: at a minute a kilometre 20, 16, 25."""
    network = y_network()
    cost = weighted_cost(network.links, {"minutes": 1.0, "length_m": 0.001})
    assert cost.to_dict() == {"ab": 20, "bc": 16, "bd": 25}
    assert cost.name == "minutes+length_m"
    assert cost_matrix(network, ["a"], ["d"], weight=cost).loc["a", "d"] == 45
    with pytest.raises(NetworkError, match="missing: 'toll'"):
        weighted_cost(network.links, {"toll": 1.0, "minutes": 1.0})
    with pytest.raises(NetworkError, match="needs columns of the links"):
        weighted_cost(network.links, {})


@settings(max_examples=30)
@given(any_network, st.data())
def test_costs_equal_networkx_to_the_ninth_digit(network: Network, data: st.DataObject) -> None:
    weight = drawn_weight(network, data)
    nodes, expected = list(network.nodes.index), by_networkx(network, weight)
    np.testing.assert_allclose(cost_matrix(network, nodes, nodes, weight=weight), expected, rtol=1e-9)
    np.testing.assert_allclose(
        cost_matrix(network, nodes, nodes[:1], weight=weight), expected[nodes[:1]], rtol=1e-9
    )


@settings(max_examples=30)
@given(any_network, st.data())
def test_costs_obey_the_triangle_inequality(network: Network, data: st.DataObject) -> None:
    nodes = list(network.nodes.index)
    cost = cost_matrix(network, nodes, nodes, weight=drawn_weight(network, data)).to_numpy()
    assert (cost[:, None, :] <= (cost[:, :, None] + cost[None, :, :]) * (1 + 1e-12)).all()
    assert (np.diag(cost) == 0).all()


@needs_cch
@settings(max_examples=30)
@given(any_network)
def test_engines_agree_exactly_on_whole_numbers(network: Network) -> None:
    nodes = list(network.nodes.index)
    fast = prepare(network, engine="cch")
    pd.testing.assert_frame_equal(cost_matrix(fast, nodes, nodes), cost_matrix(network, nodes, nodes))
    pd.testing.assert_frame_equal(cost_matrix(fast, nodes, nodes[:1]), cost_matrix(network, nodes, nodes[:1]))
    metres = customise(fast, weight="length_m")
    assert cost_matrix(metres, nodes, nodes).equals(cost_matrix(network, nodes, nodes, weight="length_m"))


@needs_cch
@settings(max_examples=30)
@given(any_network, st.data(), st.sampled_from([1e-9, 1.0, 1e12]))
def test_engines_agree_within_half_a_unit_an_arc(network: Network, data: st.DataObject, scale: float) -> None:
    """Whatever the size of the weights, a route is never lost and never invented."""
    weight = drawn_weight(network, data, most=scale)
    nodes = list(network.nodes.index)
    fast = prepare(network, weight=weight, engine="cch")
    assert fast.metric is not None
    one, other = cost_matrix(fast, nodes, nodes), cost_matrix(network, nodes, nodes, weight=weight)
    assert np.array_equal(np.isfinite(one), np.isfinite(other))
    np.testing.assert_allclose(one, other, rtol=1e-12, atol=fast.metric.unit / 2 * len(nodes))
    pairs = pd.DataFrame([(a, b) for a in nodes for b in nodes], columns=["source", "target"])
    exact = shortest_paths(network, pairs, weight=weight)["drawn"]
    found = shortest_paths(fast, pairs)["drawn"]
    np.testing.assert_allclose(found, exact, rtol=1e-12, atol=fast.metric.unit * len(nodes))


@needs_cch
def test_the_unit_is_fine_enough_for_seconds_in_a_day() -> None:
    """The largest sum is 25 minutes: a unit below a tenth of a microsecond."""
    fast = prepare(y_network(), engine="cch")
    assert fast.metric is not None
    assert fast.metric.unit < 1e-7


@needs_cch
def test_routes_of_the_hierarchy_do_not_depend_on_the_order_of_the_tables() -> None:
    """A grid of 5 by 5 equal streets, where nearly every route has an equal."""
    network = grid(5)
    shuffled = Network(
        network.nodes.sample(frac=1, random_state=1), network.links.sample(frac=1, random_state=2)
    )
    corners = pd.DataFrame({"source": ["n00", "n44", "n04"], "target": ["n44", "n00", "n40"]})
    one, other = (shortest_routes(table, corners, engine="cch") for table in (network, shuffled))
    pd.testing.assert_frame_equal(one, other)
    assert one.groupby("pair").size().tolist() == [8, 8, 8]


def grid(size: int) -> Network:
    """Streets of 1 km and 1 minute between neighbours of a square grid."""
    places = {f"n{x}{y}": (float(x), float(y)) for x in range(size) for y in range(size)}
    rows = [(f"{a}-{b}", a, b, 1, 1) for a, b in _neighbours(places)]
    return build_network(points(places), roads(places, rows))


def _neighbours(places: dict[str, tuple[float, float]]) -> Iterable[tuple[str, str]]:
    at = {place: name for name, place in places.items()}
    for (x, y), name in at.items():
        for place in ((x + 1, y), (x, y + 1)):
            if place in at:
                yield name, at[place]


@needs_cch
def test_the_hierarchy_knows_one_way_and_parallel_links() -> None:
    """As the Y, with bc one-way and a slower and a faster second road from a to b."""
    places = {**Y_PLACES}
    rows = [*Y_ROADS, ("ab0", "a", "b", 5, 12), ("ab9", "a", "b", 20, 7)]
    links = roads(places, rows).assign(is_oneway=[False, True, False, False, False])
    fast = prepare(build_network(points(places), links), engine="cch")
    assert cost_matrix(fast, EVERY, ["c"])["c"].tolist() == [13, 6, 0, 21]
    assert cost_matrix(fast, ["c"], EVERY).loc["c"].tolist() == [np.inf, np.inf, 0, np.inf]
    pairs = pd.DataFrame({"source": ["a", "c"], "target": ["c", "a"]})
    assert shortest_routes(fast, pairs)["link_id"].tolist() == ["ab9", "bc"]
    by_metres = customise(fast, weight="length_m")
    assert shortest_routes(by_metres, pairs)["link_id"].tolist() == ["ab0", "bc"]
