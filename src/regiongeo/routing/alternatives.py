"""Other good routes than the shortest one: via-link routes after Abraham et al."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse.csgraph import dijkstra

from regiongeo.errors import NetworkError
from regiongeo.routing.arcs import known_positions, require_number
from regiongeo.routing.engines import ready
from regiongeo.routing.paths import make_route
from regiongeo.routing.trees import grow_trees, sum_along

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from regiongeo.network import Network
    from regiongeo.routing.arcs import Arcs, Floats, Positions, Weight
    from regiongeo.routing.engines import Prepared
    from regiongeo.routing.paths import Route
    from regiongeo.routing.trees import Tree

__all__ = ["alternative_routes"]

_TIE = 1e-9


def alternative_routes(
    network: Network | Prepared,
    source: str,
    target: str,
    *,
    k: int,
    stretch: float = 1.25,
    most_shared: float = 0.8,
    local: float = 0.25,
    weight: Weight | None = None,
) -> list[Route]:
    """Find the shortest route and up to k - 1 others that a driver would call different and sensible.

    A candidate goes the shortest way to some link, along it, and the shortest way on. Candidates are tried
    by rising cost, equal ones in the order of their nodes, and taken if they cost at most ``stretch`` times
    the shortest route, pass no node twice, share at most ``most_shared`` of the shortest route's cost with
    any route taken before, and are *locally optimal*: round the link they go by, the part between the nodes
    within ``local`` times the shortest route's cost to either side is itself a shortest route, so they make
    no pointless detour.

    Parameters
    ----------
    network
        Network to search, or what ``prepare`` made of it.
    source, target
        Node ids.
    k
        How many routes at most, the shortest included.
    stretch, most_shared, local
        Limits [1]; 1.25, 0.8 and 0.25 are those of the reference.
    weight
        What counts: a column of the links, or a series by ``link_id``; minutes if None.

    Returns
    -------
    Routes by rising cost, the shortest first; fewer than k where no more pass, only one if ``source`` is
    ``target``. Two tables of the same rows in another order give the same routes.

    Raises
    ------
    NetworkError
        If no road leads there, a node is unknown, the weight is missing or of no use, or an option is out of
        range.

    Notes
    -----
    Two trees and a short search a candidate. Weakness: a route that is shortest neither up to nor from any of
    its links is not found (no k-shortest-path enumeration: Yen's routes differ by a street each), and local
    optimality is tested between nodes round the one link only.

    References
    ----------
    Abraham, I., Delling, D., Goldberg, A. V. & Werneck, R. F. (2013). Alternative routes in road networks.
    ACM J. Exp. Algorithmics 18, 1.3.
    """
    require_number("k", k, least=1)
    require_number("stretch", stretch, least=1)
    for name, share in (("most_shared", most_shared), ("local", local)):
        require_number(name, share, least=0, most=1)
    roads = ready(network, weight=weight)
    pair = _grow_pair(roads, *known_positions(roads.network, roads.arcs.nodes, [source, target]))
    shortest = float(pair.there.cost[0, pair.target])
    if not np.isfinite(shortest):
        raise NetworkError(f"no road leads from node {source!r} to node {target!r}")
    found = _choose(pair, k=k, stretch=stretch, most_shared=most_shared * shortest, near=local * shortest)
    return [make_route(roads, source, steps) for steps in found]


class _Pair(NamedTuple):
    """The tree from the source, the tree to the target, and the cost of going by each arc."""

    arcs: Arcs
    matrix: csr_array[np.float64]
    turned: Arcs
    number: Positions
    """Arc of ``arcs`` for each arc of ``turned``."""
    there: Tree
    back: Tree
    target: int
    via: Floats


def _grow_pair(roads: Prepared, source: int, target: int) -> _Pair:
    arcs, turned = roads.arcs, roads.arcs.backwards()
    number = np.lexsort((arcs.head, arcs.tail))
    (_, there), (_, back) = (
        next(grow_trees(side, np.array([node]))) for side, node in ((arcs, source), (turned, target))
    )
    via = there.cost[0, arcs.tail] + arcs.cost + back.cost[0, arcs.head]
    return _Pair(arcs, arcs.matrix(), turned, number, there, back, target, via)


def _choose(pair: _Pair, *, k: int, stretch: float, most_shared: float, near: float) -> list[Positions]:
    """Return the arcs of the shortest route and of the candidates that pass, by rising cost."""
    best = _walk(pair.there, pair.arcs, pair.target)
    taken, shortest = [best], pair.there.cost[0, pair.target]
    is_open = (pair.via <= shortest * (1 + _TIE) * stretch) & (_shared(pair, best) <= most_shared)
    is_open[best[_same_route(pair, best)]] = False
    while len(taken) < k and is_open.any():
        arc = int(np.where(is_open, pair.via, np.inf).argmin())
        steps = _via(pair, arc)
        is_open[steps[_same_route(pair, steps)]] = False
        if _is_sensible(pair, steps, arc, near):
            taken.append(steps)
            is_open &= _shared(pair, steps) <= most_shared
    return taken


def _walk(tree: Tree, arcs: Arcs, node: int) -> Positions:
    """Return the arcs on the way from the root to a node."""
    steps = []
    while (arc := tree.arc[0, node]) >= 0:
        steps.append(arc)
        node = arcs.tail[arc]
    return np.array(steps[::-1], dtype=np.intp)


def _via(pair: _Pair, arc: int) -> Positions:
    """Return the arcs of the route by an arc."""
    before = _walk(pair.there, pair.arcs, pair.arcs.tail[arc])
    after = pair.number[_walk(pair.back, pair.turned, pair.arcs.head[arc])[::-1]]
    return np.concatenate([before, [arc], after])


def _same_route(pair: _Pair, steps: Positions) -> NDArray[np.bool_]:
    """Tell which arcs of a route lead to the very same route when it goes by them (its plateau)."""
    arcs, last = pair.arcs, pair.back.arc[0, pair.arcs.tail[steps]]
    in_there = pair.there.arc[0, arcs.head[steps]] == steps
    in_back = np.where(last >= 0, pair.number[last], -1) == steps
    before = np.append(True, np.logical_and.accumulate(in_there))[:-1]
    after = np.append(True, np.logical_and.accumulate(in_back[::-1]))[:-1][::-1]
    same: NDArray[np.bool_] = before & after
    return same


def _shared(pair: _Pair, steps: Positions) -> Floats:
    """Return, for the route by each arc, the cost of what it has in common with a route taken."""
    common = np.zeros(len(pair.arcs.cost))
    common[steps] = pair.arcs.cost[steps]
    before, after = sum_along(pair.there, common)[0], sum_along(pair.back, common[pair.number])[0]
    shared: Floats = before[pair.arcs.tail] + common + after[pair.arcs.head]
    return shared


def _is_sensible(pair: _Pair, steps: Positions, arc: int, near: float) -> bool:
    """Tell whether a route passes no node twice and is shortest round the arc it goes by."""
    nodes = np.append(pair.arcs.tail[steps], pair.arcs.head[steps[-1]])
    if len(np.unique(nodes)) < len(nodes):
        return False
    cost = np.concatenate([[0.0], np.cumsum(pair.arcs.cost[steps])])
    place = int(np.flatnonzero(steps == arc)[0])
    first = int(np.searchsorted(cost, cost[place] - near))
    last = int(np.searchsorted(cost, cost[place + 1] + near, side="right")) - 1
    part = cost[last] - cost[first]
    found = dijkstra(pair.matrix, indices=nodes[first], limit=part * (1 + _TIE))
    return bool(part <= found[nodes[last]] * (1 + _TIE))
