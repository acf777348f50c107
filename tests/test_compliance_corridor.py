"""Distances around each piece of TEN-T road, against networkx with the piece removed."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from regiongeo.compliance import build_corridors
from regiongeo.errors import DataError
from regiongeo.network import Network
from toy_compliance import busy, road_cases, tent_network

TRIANGLE = {"a": (0.0, 0.0), "b": (10.0, 0.0), "c": (5.0, 9.0)}


def graph_of(network: Network) -> "nx.MultiGraph[str]":
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    graph.add_nodes_from(network.nodes.index)
    for link in network.links.itertuples():
        graph.add_edge(link.from_node, link.to_node, key=link.Index, km=link.length_m / 1000)
    return graph


def test_distances_around_one_piece_by_hand() -> None:
    r"""Removing ab leaves the way round by c; beside it runs a longer road ab2.

    a --10-- b
    | ==15== |
     7      8
       \\  /
        c
    """
    rows = [("ab", "a", "b", 10.0), ("ab2", "a", "b", 15.0), ("bc", "b", "c", 8.0), ("ca", "c", "a", 7.0)]
    network = tent_network(TRIANGLE, rows)
    corridors = build_corridors(network, busy(network))
    ways = pd.DataFrame(corridors.from_km, index=corridors.links.index, columns=corridors.nodes)
    assert ways.loc["ab"].tolist() == [0, 15, 7]
    assert ways.loc["ab2"].tolist() == [0, 10, 7]
    assert ways.loc["bc"].tolist() == [10, 0, 17]
    assert "4 pieces, 40.0 km" in repr(corridors)


@settings(max_examples=15)
@given(road_cases())
def test_distances_agree_with_networkx(case: tuple[Network, object]) -> None:
    network, _ = case
    corridors = build_corridors(network, busy(network))
    graph = graph_of(network)
    for row, link in enumerate(corridors.links.itertuples()):
        rest = graph.copy()
        rest.remove_edge(link.from_node, link.to_node, key=link.Index)
        for start, found in ((link.from_node, corridors.from_km), (link.to_node, corridors.to_km)):
            known = nx.single_source_dijkstra_path_length(rest, start, weight="km")
            expected = [known.get(node, np.inf) for node in corridors.nodes]
            np.testing.assert_allclose(found[row], expected)


def test_only_tent_roads_count_and_traffic_comes_from_the_parent_link() -> None:
    rows = [("ab", "a", "b", 10.0), ("bc", "b", "c", 8.0)]
    network = tent_network(TRIANGLE, rows, tent=["core", "none"], parent_link=["x", "y"])
    corridors = build_corridors(network, pd.Series({"x": 700.0}))
    assert corridors.links["heavy_aadt"].to_dict() == {"ab": 700.0}
    assert list(corridors.nodes) == ["a", "b"]


def test_a_road_is_called_by_the_longer_side_of_its_box() -> None:
    # E18 is 10 km wide and flat; E6 is 5 km wide and 9 km high.
    network = tent_network(TRIANGLE, [("ab", "a", "b", 10.0), ("bc", "b", "c", 8.0)], road=["E18", "E6"])
    axis = build_corridors(network, busy(network)).links["axis"]
    assert axis.to_dict() == {"ab": "east", "bc": "north"}


def test_a_network_without_tent_roads_is_refused() -> None:
    network = tent_network(TRIANGLE, [("ab", "a", "b", 10.0)], tent="none")
    with pytest.raises(DataError, match="no TEN-T road"):
        build_corridors(network, busy(network))
