"""Shortest-path trees by SciPy's Dijkstra, with ties settled by id.

Routes of equal weight give the same route whatever order the tables have: at every node, of the neighbours
that an equally short route may come from, the one with the smallest id (links of no weight aside), then the
link with the smallest id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse.csgraph import dijkstra

from regiongeo.routing.arcs import require_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regiongeo.routing.arcs import Arcs, Floats, Positions

__all__ = ["Tree", "block_rows", "farthest", "grow_costs", "grow_trees", "nearest_tree", "roots", "sum_along"]

_MOST_ROWS = 64
_MOST_VALUES = 4_000_000
"""Values of one block: memory stays at some 30 MB an array, whatever the number of sources."""

_TIE = 1e-12
"""Sums of the same minutes in another order differ by less than this share; they count as equal."""


class Tree(NamedTuple):
    """Shortest-path trees, one a row: cost of each node, the last arc on the way to it, the node before."""

    sources: Positions
    cost: Floats
    arc: Positions
    """Last arc on the way to each node; -1 at sources and where no road leads."""
    parent: Positions
    """Node before each node; a node without one is its own."""


def block_rows(width: int) -> int:
    """Return how many trees fit in a block of rows of ``width`` values."""
    return max(1, min(_MOST_ROWS, _MOST_VALUES // max(width, 1)))


def farthest(limit: float | None) -> float:
    """Return the limit of a search, infinite if None.

    Raises
    ------
    NetworkError
        If it is no number or negative.
    """
    if limit is None:
        return np.inf
    require_number("limit", limit, least=0)
    return limit


def grow_costs(
    arcs: Arcs, sources: Positions, *, limit: float | None = None, backwards: bool = False
) -> Iterator[tuple[slice, Floats]]:
    """Yield the costs from a block of sources to all nodes; ``backwards``: from all nodes to them."""
    matrix, step, most = arcs.matrix(backwards=backwards), block_rows(len(arcs.nodes)), farthest(limit)
    for first in range(0, len(sources), step):
        part = slice(first, first + step)
        yield part, dijkstra(matrix, indices=sources[part], limit=most)


def grow_trees(arcs: Arcs, sources: Positions, *, limit: float | None = None) -> Iterator[tuple[slice, Tree]]:
    """Yield the trees of a block of sources."""
    matrix, step, most = arcs.matrix(), block_rows(len(arcs.tail)), farthest(limit)
    for first in range(0, len(sources), step):
        part = slice(first, first + step)
        cost, previous = dijkstra(matrix, indices=sources[part], limit=most, return_predecessors=True)
        yield part, _make_tree(arcs, sources[part], cost=cost, previous=previous)


def nearest_tree(arcs: Arcs, sources: Positions, *, limit: float | None) -> Tree:
    """Grow one tree from all sources at once: every node hangs on the nearest."""
    most = farthest(limit)
    found = dijkstra(arcs.matrix(), indices=sources, limit=most, min_only=True, return_predecessors=True)
    return _make_tree(arcs, sources, cost=found[0][None, :], previous=found[1][None, :])


def sum_along(tree: Tree, values: Floats) -> Floats:
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


def roots(tree: Tree) -> Positions:
    """Return the source at the root of each node's tree."""
    parent = tree.parent
    while not np.array_equal(further := np.take_along_axis(parent, parent, axis=1), parent):
        parent = further
    return parent


def _make_tree(arcs: Arcs, sources: Positions, *, cost: Floats, previous: Positions) -> Tree:
    """Choose the last arc on the way to each node: of the equally good ones, the smallest tail id.

    Arcs without weight never lower the cost, so a tie could close a ring there: SciPy's own tree decides.
    """
    size, most = len(arcs.nodes), len(arcs.tail)
    before, after = cost[:, arcs.tail], cost[:, arcs.head]
    is_tight = (before < after) & (before + arcs.cost <= after * (1 + _TIE))
    first = arcs.starts()
    arc = np.full(cost.shape, -1)
    arc[:, arcs.head[first]] = np.minimum.reduceat(np.where(is_tight, np.arange(most), most), first, axis=1)
    arc[arc == most] = -1
    rest = np.nonzero((arc < 0) & (previous >= 0))
    arc[rest] = np.searchsorted(arcs.head * size + arcs.tail, rest[1] * size + previous[rest])
    parent = np.where(arc >= 0, arcs.tail[arc], np.arange(size))
    return Tree(sources, cost, arc, parent)
