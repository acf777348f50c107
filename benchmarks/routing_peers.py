"""The engines that benchmarks/routing.py compares: how each is set up, and how it is asked."""

# Each engine has a state of its own type, and all are called alike.
# ruff: noqa: ANN401, ARG001

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from regiongeo.routing import cost_matrix, prepare, shortest_routes

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from regiongeo.network import Network
    from regiongeo.routing import Prepared

    Positions = NDArray[np.intp]
    Floats = NDArray[np.float64]

MS_A_MINUTE = 60_000
ROWS_A_BLOCK = 64


@dataclass(frozen=True, kw_only=True)
class Case:
    """One network and the questions about it: positions among the sorted nodes."""

    network: Network
    roads: Prepared
    matrices: tuple[tuple[Positions, Positions], ...]
    pairs: Positions


@dataclass(frozen=True, kw_only=True)
class Peer:
    """One engine. ``matrix`` and ``routes`` take the case, what ``set_up`` made, and a part of the work."""

    name: str
    set_up: Callable[[Case], Any]
    matrix: Callable[[Case, Any, Positions, Positions], Any]
    routes: Callable[[Case, Any, Positions], object]
    turns: bool = False
    """Searches from the targets where they are fewer."""
    by_pair: bool = False
    """Knows routes only: a matrix is all its pairs, of which a few are asked for."""
    rows_a_step: int | None = None
    """Sources asked for at a time; all at once if None."""
    pairs_a_step: int | None = None


def _ids(case: Case, positions: Positions) -> pd.Index[str]:
    return case.roads.arcs.nodes[positions]


def _own_matrix(case: Case, network: Network | Prepared, sources: Positions, targets: Positions) -> Floats:
    return cost_matrix(network, _ids(case, sources), _ids(case, targets)).to_numpy()


def _own_routes(case: Case, network: Network | Prepared, pairs: Positions) -> pd.DataFrame:
    ends = {"source": _ids(case, pairs[:, 0]), "target": _ids(case, pairs[:, 1])}
    return shortest_routes(network, pd.DataFrame(ends))


def _scipy_smaller(case: Case, matrices: Any, sources: Positions, targets: Positions) -> Floats:
    forward, backward = matrices
    if len(targets) < len(sources):
        return _in_blocks(backward, targets, sources).T
    return _in_blocks(forward, sources, targets)


def _in_blocks(matrix: Any, starts: Positions, ends: Positions) -> Floats:
    blocks = range(0, len(starts), ROWS_A_BLOCK)
    return np.vstack([dijkstra(matrix, indices=starts[at : at + ROWS_A_BLOCK])[:, ends] for at in blocks])


def _scipy_routes(case: Case, matrices: Any, pairs: Positions) -> list[list[int]]:
    """Step back along the predecessors, pair by pair."""
    starts, row = np.unique(pairs[:, 0], return_inverse=True)
    _, before = dijkstra(matrices[0], indices=starts, return_predecessors=True)
    found = []
    for tree, node in zip(row.tolist(), pairs[:, 1].tolist(), strict=True):
        steps, here = [node], node
        while (here := before[tree, here]) >= 0:
            steps.append(int(here))
        found.append(steps[::-1])
    return found


def _kit_set_up(case: Case) -> Any:
    import routingkit_cch as kit  # noqa: PLC0415

    arcs = case.roads.arcs
    tail, head = arcs.tail.tolist(), arcs.head.tolist()
    east, north = shapely.get_coordinates(case.network.nodes.geometry.sort_index()).T
    order = kit.compute_order_inertial(len(arcs.nodes), tail, head, north.tolist(), east.tolist())
    cch = kit.CCH(order, tail, head, False)  # noqa: FBT003
    return cch, kit.CCHMetric(cch, np.round(arcs.cost * MS_A_MINUTE).astype(np.uint32).tolist())


def _kit_matrix(case: Case, state: Any, sources: Positions, targets: Positions) -> Any:
    import routingkit_cch as kit  # noqa: PLC0415

    if len(targets) < len(sources):
        inward = kit.CCHManyToOne(state[1], sources.tolist())
        rows = [inward.distances_to(target) for target in targets.tolist()]
        return np.array(rows, dtype=float).T / MS_A_MINUTE if len(rows) < ROWS_A_BLOCK else rows
    outward = kit.CCHOneToMany(state[1], targets.tolist())
    rows = [outward.distances_from(source) for source in sources.tolist()]
    return np.array(rows, dtype=float) / MS_A_MINUTE if len(rows) < ROWS_A_BLOCK else rows


def _kit_routes(case: Case, state: Any, pairs: Positions) -> list[list[int]]:
    import routingkit_cch as kit  # noqa: PLC0415

    query = kit.CCHQuery(state[1])
    return [_kit_route(query, *pair) for pair in pairs.tolist()]


def _kit_route(query: Any, source: int, target: int) -> list[int]:
    arcs: list[int] = query.run(source, target).arc_path
    return arcs


def _graph(case: Case, kind: Any = nx.MultiDiGraph) -> Any:
    """Make the kind of graph osmnx makes of a road network, with numbers for names and one attribute."""
    arcs, graph = case.roads.arcs, kind()
    graph.add_nodes_from(range(len(arcs.nodes)))
    graph.add_weighted_edges_from(
        zip(arcs.tail.tolist(), arcs.head.tolist(), arcs.cost.tolist(), strict=True)
    )
    return graph


def _networkx_matrix(case: Case, graph: Any, sources: Positions, targets: Positions) -> Floats:
    rows = []
    for source in sources.tolist():
        found = nx.single_source_dijkstra_path_length(graph, source)
        rows.append([found.get(target, np.inf) for target in targets.tolist()])
    return np.array(rows)


def _networkx_routes(case: Case, graph: Any, pairs: Positions) -> object:
    return [nx.dijkstra_path(graph, *pair) for pair in pairs.tolist()]


def _osmnx_matrix(case: Case, graph: Any, sources: Positions, targets: Positions) -> Floats:
    ends = np.array([(source, target) for source in sources for target in targets])
    paths = _osmnx_routes(case, graph, ends)
    return np.reshape([nx.path_weight(graph, path, "weight") for path in paths], (len(sources), len(targets)))


def _osmnx_routes(case: Case, graph: Any, pairs: Positions) -> list[Any]:
    import osmnx  # noqa: PLC0415

    return [osmnx.routing.shortest_path(graph, *pair, weight="weight") for pair in pairs.tolist()]


def _igraph_set_up(case: Case) -> Any:
    import igraph  # noqa: PLC0415

    arcs = case.roads.arcs
    edges = np.column_stack([arcs.tail, arcs.head])
    return igraph.Graph(len(arcs.nodes), edges, directed=True)


def _igraph_matrix(case: Case, graph: Any, sources: Positions, targets: Positions) -> Floats:
    found = graph.distances(sources.tolist(), targets.tolist(), weights=case.roads.arcs.cost.tolist())
    return np.array(found)


def _igraph_routes(case: Case, graph: Any, pairs: Positions) -> object:
    weights, order = case.roads.arcs.cost.tolist(), pairs[np.argsort(pairs[:, 0], kind="stable")]
    starts, first = np.unique(order[:, 0], return_index=True)
    ends = np.split(order[:, 1], first[1:])
    return [
        graph.get_shortest_paths(int(start), to.tolist(), weights=weights, output="epath")
        for start, to in zip(starts, ends, strict=True)
    ]


def _pandana_set_up(case: Case) -> Any:
    import pandana  # noqa: PLC0415

    arcs = case.roads.arcs
    east, north = shapely.get_coordinates(case.network.nodes.geometry.sort_index()).T
    place = pd.RangeIndex(len(arcs.nodes))
    cost = pd.DataFrame({"minutes": arcs.cost})
    ends = pd.Series(arcs.tail), pd.Series(arcs.head)
    return pandana.Network(pd.Series(east, place), pd.Series(north, place), *ends, cost, twoway=False)


def _pandana_matrix(case: Case, net: Any, sources: Positions, targets: Positions) -> Floats:
    return np.array(
        net.shortest_path_lengths(np.repeat(sources, len(targets)), np.tile(targets, len(sources)))
    ).reshape(len(sources), len(targets))


def _pandana_routes(case: Case, net: Any, pairs: Positions) -> object:
    return net.shortest_paths(pairs[:, 0], pairs[:, 1])


def plain_graph(case: Case) -> Any:
    """Make networkx's fastest graph: one edge a pair of nodes."""
    return _graph(case, nx.DiGraph)


def _forward(case: Case, matrices: Any, sources: Positions, targets: Positions) -> Floats:
    return _in_blocks(matrices[0], sources, targets)


def _both_ways(case: Case) -> Any:
    return case.roads.arcs.matrix(), case.roads.arcs.matrix(backwards=True)


_SCIPY = Peer(
    name="SciPy, smaller side",
    set_up=_both_ways,
    matrix=_scipy_smaller,
    routes=_scipy_routes,
    turns=True,
    rows_a_step=ROWS_A_BLOCK,
    pairs_a_step=1_000,
)
PEERS = (
    Peer(
        name="regiongeo, prepared",
        set_up=lambda case: prepare(case.network),
        matrix=_own_matrix,
        routes=_own_routes,
    ),
    Peer(
        name="regiongeo, from the network",
        set_up=lambda case: case.network,
        matrix=_own_matrix,
        routes=_own_routes,
    ),
    Peer(
        name="regiongeo, prepared, cch forced",
        set_up=lambda case: prepare(case.network, engine="cch"),
        matrix=_own_matrix,
        routes=_own_routes,
    ),
    Peer(name="routingkit-cch, raw", set_up=_kit_set_up, matrix=_kit_matrix, routes=_kit_routes),
    _SCIPY,
    replace(_SCIPY, name="SciPy, forward", matrix=_forward, turns=False),
    Peer(
        name="igraph, forward",
        set_up=_igraph_set_up,
        matrix=_igraph_matrix,
        routes=_igraph_routes,
        rows_a_step=20,
        pairs_a_step=500,
    ),
    Peer(
        name="pandana, pair by pair",
        set_up=_pandana_set_up,
        matrix=_pandana_matrix,
        routes=_pandana_routes,
        rows_a_step=5,
        pairs_a_step=1_000,
    ),
    Peer(
        name="networkx, forward",
        set_up=_graph,
        matrix=_networkx_matrix,
        routes=_networkx_routes,
        rows_a_step=2,
        pairs_a_step=2,
    ),
    Peer(
        name="osmnx, pair by pair",
        set_up=_graph,
        matrix=_osmnx_matrix,
        routes=_osmnx_routes,
        by_pair=True,
        pairs_a_step=2,
    ),
)
