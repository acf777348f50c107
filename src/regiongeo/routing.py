"""Driving times and distances, routes and reach on a network, by SciPy's Dijkstra.

A route is chosen by one weight (minutes, unless told otherwise); what else it costs is summed along the
route chosen. Routes of equal weight give the same route whatever order the tables have: at every node, of
the neighbours that an equally short route may come from, the one with the smallest id (links of no weight
aside), then the link with the smallest id. Where no road leads, the cost is inf; whoever shows it says
"unreachable".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from regiongeo.errors import NetworkError
from regiongeo.network import WEIGHTS, is_oneway, require_nodes, require_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from regiongeo.network import Network

    Floats = NDArray[np.float64]
    Positions = NDArray[np.signedinteger]

__all__ = ["Route", "cost_matrix", "nearest_cost", "reach", "shortest_path", "shortest_paths"]

_BLOCK = 64
"""Search trees at a time: memory is this many rows of nodes, whatever the number of sources."""

_TIE = 1e-12
"""Sums of the same minutes in another order differ by less than this share; they count as equal."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One route: the nodes it passes, the links between them, and what it costs."""

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    minutes: float
    length_m: float


def cost_matrix(
    network: Network,
    sources: Iterable[str],
    targets: Iterable[str],
    *,
    weight: str = "minutes",
    along: str | None = None,
    limit: float | None = None,
) -> pd.DataFrame:
    """Measure the shortest routes from every source to every target.

    Parameters
    ----------
    network
        Network to search.
    sources, targets
        Node ids, in any order; an id may stand more than once.
    weight
        Column of the links that chooses the route.
    along
        Column that is summed along that route: ``weight="minutes", along="length_m"`` is the driving
        distance of the fastest route. The weight itself if None.
    limit
        Largest weight of a route; what lies beyond counts as unreachable.

    Returns
    -------
    DataFrame, sources by targets, in the unit of ``along`` or ``weight``; inf where no road leads.

    Raises
    ------
    NetworkError
        If a node is unknown, or a weight is missing or of no use.

    Notes
    -----
    Searched from the smaller side (a tree costs the same for one target as for all), but from the sources
    where ``along`` is asked for, so that ties fall as in ``shortest_path``.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numer. Math. 1, 269-271.
    """
    rows, columns = _known_nodes(network, sources, "source"), _known_nodes(network, targets, "target")
    start, end = rows.unique().sort_values(), columns.unique().sort_values()
    summed = None if along == weight else along
    backwards = summed is None and len(end) < len(start)
    first, last = (end, start) if backwards else (start, end)
    arcs = _build_arcs(network, weight, backwards=backwards)
    wanted = arcs.nodes.get_indexer(last)
    blocks = [
        (tree.cost if summed is None else _sum_along(tree, _link_values(network, arcs, summed)))[:, wanted]
        for tree in _search(arcs, first, limit=limit, routes=summed is not None)
    ]
    cost = np.vstack([np.empty((0, len(last))), *blocks])
    table = pd.DataFrame(cost.T if backwards else cost, index=start, columns=end)
    return table.reindex(index=rows, columns=columns)


def nearest_cost(
    network: Network,
    sources: Iterable[str],
    *,
    weight: str = "minutes",
    limit: float | None = None,
    inward: bool = False,
) -> pd.DataFrame:
    """Find the nearest source of every node and the way from it, with one search for all sources.

    Parameters
    ----------
    network
        Network to search.
    sources
        Node ids, at least one.
    weight
        Column of the links that says what is near.
    limit
        Largest weight of a route; what lies beyond counts as unreachable.
    inward
        Drive from the node to the source instead; differs only where links are one-way.

    Returns
    -------
    DataFrame by ``node_id``: ``source`` (missing where unreachable), ``minutes`` and ``length_m`` of the
    route, and ``weight`` itself if it is another column; inf where unreachable.

    Raises
    ------
    NetworkError
        If there is no source, a node is unknown, or a weight is missing or of no use.
    """
    starts = _known_nodes(network, sources, "source").unique().sort_values()
    if not len(starts):
        raise NetworkError("no source to search from: name at least one node")
    arcs = _build_arcs(network, weight, backwards=inward)
    found = dijkstra(
        arcs.matrix(),
        indices=arcs.nodes.get_indexer(starts),
        limit=np.inf if limit is None else limit,
        min_only=True,
        return_predecessors=True,
    )
    tree = _make_tree(arcs, cost=found[0][None, :], previous=found[1][None, :])
    root = pd.Series(arcs.nodes[_roots(tree)[0]], index=arcs.nodes, dtype="str")
    sums = {name: _sum_along(tree, _link_values(network, arcs, name))[0] for name in WEIGHTS}
    table = pd.DataFrame({"source": root.where(np.isfinite(tree.cost[0])), **sums, weight: tree.cost[0]})
    return table.reindex(network.nodes.index)


def reach(network: Network, sources: Iterable[str], *, limit: float, weight: str = "minutes") -> pd.DataFrame:
    """List the nodes within ``limit`` of each source.

    Returns
    -------
    DataFrame with ``source``, ``node`` and ``cost`` (unit of ``weight``), sorted by source and node; each
    source reaches itself at 0.

    Raises
    ------
    NetworkError
        If a node is unknown, or the weight is missing or of no use.
    """
    starts = _known_nodes(network, sources, "source").unique().sort_values()
    arcs = _build_arcs(network, weight)
    found = [pd.DataFrame({"source": arcs.nodes[:0], "node": arcs.nodes[:0], "cost": np.empty(0)})]
    for tree in _search(arcs, starts, limit=limit, routes=False):
        row, node = np.nonzero(np.isfinite(tree.cost))
        block = {"source": tree.sources[row], "node": arcs.nodes[node], "cost": tree.cost[row, node]}
        found.append(pd.DataFrame(block))
    return pd.concat(found, ignore_index=True)


def shortest_path(network: Network, source: str, target: str, *, weight: str = "minutes") -> Route:
    """Find the shortest route between two nodes.

    Raises
    ------
    NetworkError
        If no road leads there, a node is unknown, or the weight is missing or of no use.
    """
    starts = _known_nodes(network, [source], "source")
    require_nodes(network, pd.Index([target]))
    arcs = _build_arcs(network, weight)
    tree = next(_search(arcs, starts, limit=None, routes=True))
    here = int(arcs.nodes.get_indexer(pd.Index([target]))[0])
    if not np.isfinite(tree.cost[0, here]):
        raise NetworkError(f"no road leads from node {source!r} to node {target!r}")
    steps = []
    while tree.arc[0, here] >= 0:
        steps.append(tree.arc[0, here])
        here = arcs.tail[steps[-1]]
    steps.reverse()
    rows = arcs.row[steps] if steps else np.empty(0, dtype=np.intp)
    links = network.links.sort_index().iloc[rows]
    return Route(
        nodes=(source, *(str(arcs.nodes[arcs.head[step]]) for step in steps)),
        links=tuple(links.index),
        minutes=float(links["minutes"].sum()),
        length_m=float(links["length_m"].sum()),
    )


def shortest_paths(network: Network, pairs: pd.DataFrame, *, weight: str = "minutes") -> pd.DataFrame:
    """Measure the shortest route of each pair of nodes.

    Parameters
    ----------
    network
        Network to search.
    pairs
        Node ids in columns ``source`` and ``target``.
    weight
        Column of the links that chooses the route.

    Returns
    -------
    DataFrame on the index of ``pairs``: ``source``, ``target``, ``minutes``, ``length_m``; inf where no
    road leads.

    Raises
    ------
    NetworkError
        If a node is unknown, or the weight is missing or of no use.
    """
    source, target = (_known_nodes(network, pairs[name], name) for name in ("source", "target"))
    arcs = _build_arcs(network, weight)
    starts = source.unique().sort_values()
    row, column = starts.get_indexer(source), arcs.nodes.get_indexer(target)
    cost = {name: np.full(len(pairs), np.inf) for name in WEIGHTS}
    for block, tree in enumerate(_search(arcs, starts, limit=None, routes=True)):
        here = np.flatnonzero(row // _BLOCK == block)
        for name in WEIGHTS:
            sums = _sum_along(tree, _link_values(network, arcs, name))
            cost[name][here] = sums[row[here] % _BLOCK, column[here]]
    return pairs[["source", "target"]].assign(**cost)


class _Arcs(NamedTuple):
    """Directed arcs between node positions, one a pair of nodes, sorted by head, then tail."""

    nodes: pd.Index[str]
    """Node ids, sorted; a position is a place in here."""
    tail: Positions
    head: Positions
    cost: Floats
    row: Positions
    """Place of the arc's link among the links sorted by id."""

    def matrix(self) -> sparse.csr_array[np.float64]:
        size = len(self.nodes)
        return sparse.csr_array((self.cost, (self.tail, self.head)), shape=(size, size))


class _Tree(NamedTuple):
    """Shortest-path trees, one a row: cost of each node, the last arc on the way to it, the node before."""

    sources: pd.Index[str]
    cost: Floats
    arc: Positions
    """Last arc on the way to each node; -1 at sources and where no road leads."""
    parent: Positions
    """Node before each node; a node without one is its own."""


def _known_nodes(network: Network, node_ids: Iterable[str], name: str) -> pd.Index[str]:
    index: pd.Index[str] = pd.Index(list(node_ids), name=name)
    require_nodes(network, index)
    return index


def _build_arcs(network: Network, weight: str, *, backwards: bool = False) -> _Arcs:
    """Turn links into arcs: one each way unless one-way, the cheapest of parallel ones.

    SciPy would sum parallel arcs; explicit zeros stay arcs in a sparse matrix.
    """
    require_weights(network, weight)
    nodes, links = network.nodes.index.sort_values(), network.links.sort_index()
    start, end = nodes.get_indexer(links["from_node"]), nodes.get_indexer(links["to_node"])
    back = np.flatnonzero(~is_oneway(links).to_numpy())
    row = np.concatenate([np.arange(len(links)), back])
    tail, head = np.concatenate([start, end[back]]), np.concatenate([end, start[back]])
    tail, head = (head, tail) if backwards else (tail, head)
    cost = links[weight].to_numpy(dtype=float)[row]
    order = np.lexsort((row, cost, tail, head))
    key = head[order] * len(nodes) + tail[order]
    keep = order[np.flatnonzero(np.diff(key, prepend=-1))]
    return _Arcs(nodes=nodes, tail=tail[keep], head=head[keep], cost=cost[keep], row=row[keep])


def _link_values(network: Network, arcs: _Arcs, name: str) -> Floats:
    """Return a column of the links for every arc."""
    require_weights(network, name)
    values: Floats = network.links[name].sort_index().to_numpy(dtype=float)
    return values[arcs.row]


def _search(arcs: _Arcs, sources: pd.Index[str], *, limit: float | None, routes: bool) -> Iterator[_Tree]:
    """Yield trees, ``_BLOCK`` sources at a time; without ``routes`` only their cost is filled in."""
    matrix = arcs.matrix()
    most = np.inf if limit is None else limit
    for start in range(0, len(sources), _BLOCK):
        block = sources[start : start + _BLOCK]
        positions = arcs.nodes.get_indexer(block)
        if routes:
            cost, previous = dijkstra(matrix, indices=positions, limit=most, return_predecessors=True)
            yield _make_tree(arcs, cost=cost, previous=previous)._replace(sources=block)
        else:
            none = np.empty((0, 0), dtype=np.intp)
            yield _Tree(block, dijkstra(matrix, indices=positions, limit=most), none, none)


def _make_tree(arcs: _Arcs, *, cost: Floats, previous: Positions) -> _Tree:
    """Choose the last arc on the way to each node: of the equally good ones, the smallest tail id.

    Arcs without weight never lower the cost, so a tie could close a ring there: SciPy's own tree decides.
    """
    before, after = cost[:, arcs.tail], cost[:, arcs.head]
    is_tight = (before < after) & (before + arcs.cost <= after * (1 + _TIE))
    number = np.where(is_tight, np.arange(len(arcs.tail)), len(arcs.tail))
    heads, first = np.unique(arcs.head, return_index=True)
    arc = np.full(cost.shape, -1)
    arc[:, heads] = np.minimum.reduceat(number, first, axis=1)
    arc[arc == len(arcs.tail)] = -1
    rest = np.nonzero((arc < 0) & (previous >= 0))
    size = len(arcs.nodes)
    arc[rest] = np.searchsorted(arcs.head * size + arcs.tail, rest[1] * size + previous[rest])
    parent = np.where(arc >= 0, arcs.tail[arc], np.arange(size))
    return _Tree(arcs.nodes[:0], cost, arc, parent)


def _sum_along(tree: _Tree, values: Floats) -> Floats:
    """Sum a value of the arcs from the source to each node; inf where no road leads.

    Every round doubles the steps a node has looked back (pointer jumping), so few rounds suffice.
    """
    total, parent = np.where(tree.arc >= 0, values[tree.arc], 0.0), tree.parent
    while True:
        total = total + np.take_along_axis(total, parent, axis=1)
        further = np.take_along_axis(parent, parent, axis=1)
        if np.array_equal(further, parent):
            return np.where(np.isfinite(tree.cost), total, np.inf)
        parent = further


def _roots(tree: _Tree) -> Positions:
    """Return the source at the root of each node's tree."""
    parent = tree.parent
    while not np.array_equal(further := np.take_along_axis(parent, parent, axis=1), parent):
        parent = further
    return parent
