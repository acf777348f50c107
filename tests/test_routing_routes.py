"""Routes link by link, the k nearest, and what is reported where no road leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.errors import NetworkError
from regiongeo.network import Network, build_network
from regiongeo.routing import (
    cost_matrix,
    engines,
    nearest_k,
    paths,
    shortest_path,
    shortest_paths,
    shortest_routes,
    unreachable,
)
from toy_roads import Y_PLACES, Y_ROADS, networks, points, roads, y_network

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERY = ["a", "b", "c", "d"]
any_network = st.one_of(networks(), networks(oneway=True))
both_engines = pytest.mark.parametrize(
    "engine",
    [
        "scipy",
        pytest.param(
            "cch",
            marks=pytest.mark.skipif(
                engines.find_spec("routingkit_cch") is None, reason="needs routingkit-cch"
            ),
        ),
    ],
)


def oneway_y() -> Network:
    """As the Y, but b leads to c only: from c there is no way out."""
    return build_network(points(Y_PLACES), roads(Y_PLACES, Y_ROADS).assign(is_oneway=[False, True, False]))


def pairs_of(ends: Iterable[tuple[str, str]], *, index: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame(list(ends), columns=["source", "target"], index=index)


@both_engines
def test_routes_come_link_by_link_in_the_order_of_the_pairs(engine: engines.Engine) -> None:
    asked = pairs_of([("d", "c"), ("a", "a"), ("a", "d")], index=["x", "y", "z"])
    found = shortest_routes(y_network(), asked, engine=engine)
    rows = [
        ("x", 0, "bd", "d", "b"),
        ("x", 1, "bc", "b", "c"),
        ("z", 0, "ab", "a", "b"),
        ("z", 1, "bd", "b", "d"),
    ]
    assert list(found.itertuples(index=False, name=None)) == rows
    assert list(found.columns) == ["pair", "order", "link_id", "from_node", "to_node"]


@both_engines
def test_a_pair_without_a_road_has_no_links_and_infinite_cost(engine: engines.Engine) -> None:
    asked = pairs_of([("c", "a"), ("a", "c"), ("c", "c")])
    assert set(shortest_routes(oneway_y(), asked, engine=engine)["pair"]) == {1}
    assert shortest_paths(oneway_y(), asked, engine=engine)["minutes"].tolist() == [np.inf, 16, 0]


@both_engines
def test_many_pairs_are_traced_in_groups(monkeypatch: pytest.MonkeyPatch, engine: engines.Engine) -> None:
    asked = pairs_of((a, b) for a in EVERY for b in EVERY)
    whole = shortest_routes(y_network(), asked, engine=engine)
    monkeypatch.setattr(paths, "_PAIRS", 3)
    pd.testing.assert_frame_equal(shortest_routes(y_network(), asked, engine=engine), whole)


def test_no_pairs_have_no_routes() -> None:
    found = shortest_routes(y_network(), pairs_of([]))
    assert found.empty
    assert list(found.columns) == ["pair", "order", "link_id", "from_node", "to_node"]


@both_engines
@settings(max_examples=25)
@given(network=any_network)
def test_routes_are_walks_and_cost_what_the_matrix_says(network: Network, engine: engines.Engine) -> None:
    nodes = list(network.nodes.index)
    asked = pairs_of((a, b) for a in nodes for b in nodes)
    found = shortest_routes(network, asked, engine=engine)
    ends = asked.loc[found["pair"]].reset_index(drop=True)
    is_first, is_last = found["order"] == 0, ~found.duplicated("pair", keep="last")
    assert (found["from_node"].astype(str)[is_first] == ends["source"][is_first]).all()
    assert (found["to_node"].astype(str)[is_last] == ends["target"][is_last]).all()
    onward = found["from_node"].astype(str).shift(-1)
    assert (onward[~is_last] == found["to_node"].astype(str)[~is_last]).all()
    links = network.links.loc[found["link_id"].astype(str), ["from_node", "to_node", "minutes"]]
    driven = found[["from_node", "to_node"]].astype(str).to_numpy()
    along, against = (driven == links[["from_node", "to_node"]]), (driven == links[["to_node", "from_node"]])
    one_way = network.links.get("is_oneway", pd.Series(data=False, index=network.links.index))
    may_turn = ~one_way.loc[links.index].to_numpy(dtype=bool)
    assert (along.all(axis=1).to_numpy() | (against.to_numpy().all(axis=1) & may_turn)).all()
    cost = cost_matrix(network, nodes, nodes).to_numpy().ravel()
    sums = links["minutes"].groupby(found["pair"].to_numpy()).sum().reindex(asked.index, fill_value=0.0)
    np.testing.assert_array_equal(sums[np.isfinite(cost)], cost[np.isfinite(cost)])
    assert sums[~np.isfinite(cost)].eq(0).all()


@settings(max_examples=25)
@given(any_network)
def test_one_route_is_the_route_of_the_pair(network: Network) -> None:
    nodes = list(network.nodes.index)
    found = shortest_routes(network, pairs_of([(nodes[0], nodes[-1])]))
    if len(found):
        assert shortest_path(network, nodes[0], nodes[-1]).links == tuple(found["link_id"])


def test_the_nearest_of_each_source_and_of_each_target() -> None:
    """Minutes from a: b 10, c 16, d 25; from c: b 6, a 16, d 21."""
    near = nearest_k(y_network(), ["c", "a"], ["d", "b"], k=2)
    rows = [("a", "b", 1, 10.0), ("a", "d", 2, 25.0), ("c", "b", 1, 6.0), ("c", "d", 2, 21.0)]
    assert list(near.itertuples(index=False, name=None)) == rows
    of_targets = nearest_k(y_network(), EVERY, ["d", "b"], k=2, by="target")
    rows = [("b", "b", 1, 0.0), ("c", "b", 2, 6.0), ("d", "d", 1, 0.0), ("b", "d", 2, 15.0)]
    assert list(of_targets.itertuples(index=False, name=None)) == rows
    assert len(nearest_k(y_network(), ["a"], ["b", "c"], k=9)) == 2


def test_what_is_not_near_keeps_its_row_and_has_no_id() -> None:
    near = nearest_k(oneway_y(), ["c"], ["c", "a", "b"], k=2)
    assert near["target"].isna().tolist() == [False, True]
    assert near["cost"].tolist() == [0, np.inf]
    limited = nearest_k(y_network(), ["a"], ["b", "c"], k=2, limit=12)
    assert limited["cost"].tolist() == [10, np.inf]


def test_one_way_roads_make_near_a_matter_of_direction() -> None:
    assert nearest_k(oneway_y(), EVERY, ["c"], k=1, by="target").loc[0, "source"] == "c"
    assert nearest_k(oneway_y(), ["a", "d"], ["c"], k=1)["cost"].tolist() == [16, 21]
    assert nearest_k(oneway_y(), ["c"], ["a", "d"], k=1)["cost"].tolist() == [np.inf]


@settings(max_examples=25)
@given(any_network, st.integers(1, 4), st.sampled_from(["source", "target"]), st.integers(1, 6))
def test_the_k_nearest_are_the_least_of_the_matrix(network: Network, k: int, by: str, some: int) -> None:
    nodes = list(network.nodes.index)
    sources, targets = nodes, nodes[:some]
    cost = cost_matrix(network, sources, targets)
    table = cost if by == "source" else cost.T
    near = nearest_k(network, sources, targets, k=k, by=by)  # type: ignore[arg-type]
    for own, group in near.groupby(by):
        np.testing.assert_array_equal(group["cost"], np.sort(table.loc[own])[:k])
        named = group.dropna()
        other = "target" if by == "source" else "source"
        assert named["cost"].tolist() == table.loc[own, named[other].tolist()].tolist()
        assert named[other].is_unique


def test_pairs_without_a_road_are_listed_with_the_way_back() -> None:
    """From c nobody gets away; e is an island."""
    places = {**Y_PLACES, "e": (30.0, 0.0), "f": (40.0, 0.0)}
    links = roads(places, [*Y_ROADS, ("ef", "e", "f", 10, 9)])
    network = build_network(points(places), links.assign(is_oneway=[False, True, False, False]))
    found = unreachable(cost_matrix(network, ["a", "c", "e"], ["a", "c", "e"]))
    rows = [("a", "e", False), ("c", "a", True), ("c", "e", False), ("e", "a", False), ("e", "c", False)]
    assert list(found.itertuples(index=False, name=None)) == rows
    partly = unreachable(cost_matrix(network, ["c"], ["a", "e"]))
    assert partly["has_way_back"].isna().tolist() == [True, True]
    assert unreachable(cost_matrix(y_network(), EVERY, EVERY)).empty


def test_unknown_ends_are_named() -> None:
    with pytest.raises(NetworkError, match="not nodes of the network: 'P'"):
        shortest_routes(y_network(), pairs_of([("a", "P")]))
    with pytest.raises(NetworkError, match="not nodes of the network: 'P'"):
        nearest_k(y_network(), ["P"], ["a"], k=1)
