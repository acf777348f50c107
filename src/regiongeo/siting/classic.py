"""The classic 25-node network, on which every refuelling model can be proven: small, published, known optima.

Nodes, weights and lengths are facts from Simchi-Levi, D. & Berman, O. (1988), A heuristic algorithm for the
traveling salesman location problem on networks, Operations Research 36(3), 478-484; first used for flows by
Hodgson (1990), for refuelling by Kuby & Lim (2005). Node weights draw flows of ``w_i w_j / d_ij ** 1.5``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pandas as pd

from regiongeo.siting.trips import Trips

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CLASSIC_EDGES", "CLASSIC_OPTIMA_PERCENT", "CLASSIC_WEIGHTS", "classic_trips"]

CLASSIC_WEIGHTS = (
    50,
    82,
    23,
    50,
    23,
    3,
    7,
    61,
    13,
    52,
    13,
    52,
    5,
    59,
    17,
    22,
    38,
    104,
    70,
    36,
    18,
    73,
    11,
    134,
    2,
)
"""Weight of nodes 1 to 25."""

CLASSIC_EDGES = (
    (1, 2, 4),
    (1, 5, 5),
    (2, 3, 3),
    (2, 4, 4),
    (5, 4, 3),
    (5, 6, 5),
    (5, 7, 5),
    (3, 4, 4),
    (3, 9, 4),
    (4, 7, 5),
    (4, 8, 5),
    (4, 9, 7),
    (9, 8, 6),
    (9, 10, 6),
    (7, 6, 3),
    (7, 8, 3),
    (7, 11, 8),
    (7, 12, 9),
    (8, 10, 6),
    (8, 11, 7),
    (8, 13, 7),
    (11, 12, 2),
    (11, 13, 3),
    (11, 16, 7),
    (12, 15, 4),
    (12, 16, 4),
    (10, 13, 6),
    (10, 14, 3),
    (13, 14, 7),
    (13, 19, 4),
    (14, 19, 7),
    (14, 21, 2),
    (14, 22, 4),
    (16, 15, 4),
    (16, 17, 4),
    (19, 17, 3),
    (19, 20, 3),
    (21, 20, 2),
    (22, 23, 3),
    (17, 18, 3),
    (18, 20, 3),
    (23, 24, 3),
    (24, 25, 8),
)
"""Both ends and the length of each edge."""

CLASSIC_OPTIMA_PERCENT = {
    4: (4.7408, 6.0866, 11.3844, 19.6475, 24.9453, 30.4211, 36.6938, 40.4506, 47.6319, 49.7808, 53.4940),
    8: (12.8868, 26.1010, 38.6924, 49.7808, 58.2838, 62.6811, 66.7686, 71.6230, 78.1525, 84.3972, 91.0452),
}
"""Most of the flow that p = 1, 2, 3 … stations can serve [%], by vehicle range: exact, found by a program
independent of this one, for p up to 3 by trying every set; of tied shortest paths the first by node."""


def classic_trips() -> Trips:
    """Build the 300 flows of the network with their shortest paths; every node may hold a station.

    Of tied paths the one that is first by node number. Trips a day stand for flow, km for length.
    """
    graph: nx.Graph[int] = nx.Graph()
    graph.add_weighted_edges_from(CLASSIC_EDGES)
    length = dict(nx.all_pairs_dijkstra_path_length(graph))
    paths, stops = {}, {}
    for start in sorted(graph):
        for end in range(start + 1, len(graph) + 1):
            km = length[start][end]
            name = f"{_name(start)}-{_name(end)}"
            paths[name] = CLASSIC_WEIGHTS[start - 1] * CLASSIC_WEIGHTS[end - 1] / km**1.5, km
            for node in _first_path(graph, length, start, end):
                stops[name, _name(node)] = km - length[node][end]
    table = pd.DataFrame.from_dict(paths, orient="index", columns=["trips_per_day", "km"]).astype(float)
    table = table.rename_axis("path_id").assign(
        pair_id=table.index, taken_share=1.0, inside_km=table["km"], is_open_start=False, is_open_end=False
    )
    index = pd.MultiIndex.from_tuples(stops, names=["path_id", "site_id"])
    where = pd.DataFrame({"position_km": list(stops.values())}, index=index, dtype=float)
    return Trips(paths=table, stops=where.assign(access_km=0.0))


def _name(node: int) -> str:
    return f"{node:02d}"


def _first_path(
    graph: nx.Graph[int], length: dict[int, dict[int, float]], start: int, end: int
) -> Iterator[int]:
    """Yield the nodes of the shortest path that takes, at every fork, the smallest node number."""
    yield start
    while start != end:
        steps = (node for node in sorted(graph[start]) if _is_on_way(graph, length, start, node, end))
        start = next(steps)
        yield start


def _is_on_way(
    graph: nx.Graph[int], length: dict[int, dict[int, float]], start: int, node: int, end: int
) -> bool:
    on_way: bool = graph[start][node]["weight"] + length[node][end] == length[start][end]
    return on_way
