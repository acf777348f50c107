"""Rows N01–N16 of the catalogue of faults, as far as they concern routing; each by its number."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from regiongeo.errors import NetworkError, SchemaError
from regiongeo.network import Network, attach_sites, build_network, components, to_networkx
from regiongeo.routing import (
    alternative_routes,
    cost_matrix,
    isochrones,
    nearest_cost,
    nearest_k,
    reach_links,
    shortest_path,
    shortest_paths,
    shortest_routes,
    unreachable,
)
from toy_roads import Y_PLACES, Y_ROADS, points, roads, y_network

EVERY = ["a", "b", "c", "d"]
PAIRS = pd.DataFrame({"source": ["a"], "target": ["c"]})


def two_islands() -> Network:
    """Two parts: a --5-- b    c --5-- d."""
    places = {"a": (0, 0), "b": (5, 0), "c": (9, 0), "d": (14, 0)}
    return build_network(points(places), roads(places, [("1", "a", "b", 5, 5), ("2", "c", "d", 5, 5)]))


def test_n01_a_disconnected_network_is_reported_and_never_zero() -> None:
    network = two_islands()
    assert components(network).to_dict() == {"a": 0, "b": 0, "c": 1, "d": 1}
    cost = cost_matrix(network, ["a"], EVERY)
    assert cost.loc["a"].tolist() == [0, 5, np.inf, np.inf]
    assert unreachable(cost)["target"].tolist() == ["c", "d"]
    assert shortest_paths(network, PAIRS)["minutes"].tolist() == [np.inf]
    assert shortest_routes(network, PAIRS).empty
    assert reach_links(network, ["a"], limit=1e9)["link_id"].tolist() == ["1"]
    for find in (shortest_path, lambda *ends: alternative_routes(*ends, k=2)):
        with pytest.raises(NetworkError, match="no road leads from node 'a' to node 'c'"):
            find(network, "a", "c")


@pytest.mark.parametrize("weight", ["toll", "geometry"])
def test_n02_a_missing_weight_is_refused_before_routing(weight: str) -> None:
    network = y_network()
    for call in (
        lambda: cost_matrix(network, EVERY, EVERY, weight=weight),
        lambda: nearest_k(network, EVERY, EVERY, k=1, weight=weight),
        lambda: shortest_routes(network, PAIRS, weight=weight),
        lambda: alternative_routes(network, "a", "c", k=2, weight=weight),
        lambda: isochrones(network, ["a"], limit=1, buffer_m=1, weight=weight),
    ):
        with pytest.raises(NetworkError, match=f"cannot route on {weight}"):
            call()


@pytest.mark.parametrize("value", [np.nan, None, "ten", -1.0, np.inf])
def test_n03_useless_weights_are_listed_by_link(value: object) -> None:
    network = y_network()
    toll = pd.Series([1.0, value, 2.0], index=network.links.index, dtype=object)
    bad = build_network(network.nodes, network.links.assign(toll=toll))
    with pytest.raises(NetworkError, match="toll: must be a finite number >= 0, links 'bc'"):
        shortest_routes(bad, PAIRS, weight="toll")


def test_n04_loops_parallel_and_weightless_links_equal_the_oracle() -> None:
    rows = [*Y_ROADS, ("loop", "b", "b", 1, 3), ("ab0", "a", "b", 5, 8), ("free", "c", "d", 1, 0)]
    network = build_network(points(Y_PLACES), roads(Y_PLACES, rows))
    lengths = dict(nx.all_pairs_dijkstra_path_length(to_networkx(network), weight="minutes"))
    cost = cost_matrix(network, EVERY, EVERY)
    assert all(cost.loc[a, b] == lengths[a][b] for a in EVERY for b in EVERY)


def test_n05_a_site_far_from_every_road_is_refused() -> None:
    with pytest.raises(NetworkError, match="no road within 500 m of sites 'P'; distances in m: 5000"):
        attach_sites(y_network(), points({"P": (5, 5)}, index="site_id"), snap_m=500)


def test_n06_no_way_back_is_seen_from_both_sides() -> None:
    links = roads(Y_PLACES, Y_ROADS).assign(is_oneway=[False, True, False])
    network = build_network(points(Y_PLACES), links)
    found = unreachable(cost_matrix(network, EVERY, EVERY))
    assert found["source"].unique().tolist() == ["c"]
    assert found["has_way_back"].all()
    assert nearest_cost(network, ["c"])["source"].notna().sum() == 1
    assert nearest_cost(network, ["c"], inward=True)["source"].notna().all()
    assert components(network, strong=True).nunique() == 2


def test_n11_equal_routes_do_not_depend_on_order_or_hash_seed() -> None:
    """A square of equal sides, its tables in both orders, in processes with three hash seeds."""
    code = (
        "from test_routing import square\n"
        "from regiongeo.network import Network\n"
        "from regiongeo.routing import shortest_path, alternative_routes\n"
        "one = square((5, 5, 5, 5))\n"
        "two = Network(one.nodes[::-1], one.links[::-1])\n"
        "for network in (one, two):\n"
        "    print([r.links for r in alternative_routes(network, 'a', 'd', k=3)])\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "7")
    }
    assert len(said) == 1
    first, second = said.pop().splitlines()
    assert first == second == "[('1', '2'), ('3', '4')]"


def test_n14_an_empty_network_is_refused_and_a_single_node_answers() -> None:
    with pytest.raises((NetworkError, SchemaError), match="nodes"):
        Network(y_network().nodes.iloc[:0], y_network().links.iloc[:0])
    places = {"a": (0.0, 0.0)}
    lone = build_network(points(places), roads(places, [("loop", "a", "a", 1, 1)]))
    assert cost_matrix(lone, ["a"], ["a"]).loc["a", "a"] == 0
    assert shortest_path(lone, "a", "a").links == ()


@pytest.mark.parametrize("limit", [-1.0, np.nan])
def test_a_limit_that_is_no_limit_is_refused(limit: float) -> None:
    network = y_network()
    for call in (
        lambda: cost_matrix(network, EVERY, EVERY, limit=limit),
        lambda: nearest_cost(network, ["a"], limit=limit),
        lambda: nearest_k(network, EVERY, EVERY, k=1, limit=limit),
        lambda: reach_links(network, EVERY, limit=limit),
    ):
        with pytest.raises(NetworkError, match="limit must be a number >= 0, not"):
            call()


def test_options_out_of_range_are_refused() -> None:
    network = y_network()
    with pytest.raises(NetworkError, match="k must be a number >= 1, not 0"):
        nearest_k(network, EVERY, EVERY, k=0)
    with pytest.raises(NetworkError, match="k must be a number >= 1, not 0"):
        alternative_routes(network, "a", "c", k=0)
    with pytest.raises(NetworkError, match=r"stretch must be a number >= 1, not 0\.9"):
        alternative_routes(network, "a", "c", k=2, stretch=0.9)
    with pytest.raises(NetworkError, match="most_shared must be a number >= 0 and <= 1, not 80"):
        alternative_routes(network, "a", "c", k=2, most_shared=80)
    with pytest.raises(NetworkError, match="buffer_m must be a number >= 1, not -5"):
        isochrones(network, ["a"], limit=5, buffer_m=-5)
    with pytest.raises(NetworkError, match="columns source and target; missing: 'target'"):
        shortest_routes(network, PAIRS[["source"]])


def test_n15_a_long_road_needs_no_recursion() -> None:
    """5,000 nodes in a row, 1 minute apart."""
    names = [f"n{k:04d}" for k in range(5000)]
    places = {name: (k / 100, 0.0) for k, name in enumerate(names)}
    rows = [(f"l{k:04d}", names[k], names[k + 1], 0.01, 1) for k in range(4999)]
    network = build_network(points(places), roads(places, rows))
    assert len(shortest_path(network, names[0], names[-1]).links) == 4999
    assert cost_matrix(network, names[:1], names[-1:], along="length_m").iloc[0, 0] == pytest.approx(49_990)
