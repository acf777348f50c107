"""Routes: which nodes and links a shortest route takes, for one pair of nodes or many."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from regiongeo.errors import NetworkError, name_some
from regiongeo.network import WEIGHTS
from regiongeo.routing.arcs import known_positions
from regiongeo.routing.engines import arc_values, ready
from regiongeo.routing.trees import grow_trees

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regiongeo.network import Network
    from regiongeo.routing.arcs import Positions, Weight
    from regiongeo.routing.engines import Engine, Metric, Prepared
    from regiongeo.routing.trees import Tree

__all__ = ["Route", "make_route", "shortest_path", "shortest_paths", "shortest_routes"]

_PAIRS = 4096
"""Routes traced at a time: memory is this many routes besides the result."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One route: the nodes it passes, the links between them, and what it costs."""

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    minutes: float
    length_m: float


class _Traces(NamedTuple):
    """Arcs of some routes, route by route from source to target."""

    pair: Positions
    """Place of each route among the pairs."""
    hops: Positions
    """Arcs of each route; none where no road leads, or none is needed."""
    arc: Positions


def shortest_path(
    network: Network | Prepared, source: str, target: str, *, weight: Weight | None = None
) -> Route:
    """Find the shortest route between two nodes.

    Raises
    ------
    NetworkError
        If no road leads there, a node is unknown, or the weight is missing or of no use.
    """
    roads = ready(network, weight=weight)
    ends = known_positions(roads.network, roads.arcs.nodes, [source, target])
    traces = next(_trace(roads, ends[:1], ends[1:]))
    if not len(traces.arc) and source != target:
        raise NetworkError(f"no road leads from node {source!r} to node {target!r}")
    return make_route(roads, source, traces.arc)


def make_route(roads: Prepared, source: str, steps: Positions) -> Route:
    """Name the nodes and links of a walk along arcs."""
    values = arc_values(roads)
    minutes, length_m = (float(values[name][steps].sum()) for name in WEIGHTS)
    nodes, links = roads.arcs.nodes[roads.arcs.head[steps]], roads.topology.links[roads.arcs.row[steps]]
    return Route(nodes=(source, *nodes), links=tuple(links), minutes=minutes, length_m=length_m)


def shortest_paths(
    network: Network | Prepared,
    pairs: pd.DataFrame,
    *,
    weight: Weight | None = None,
    engine: Engine = "auto",
) -> pd.DataFrame:
    """Measure the shortest route of each pair of nodes.

    Parameters
    ----------
    network
        Network to search, or what ``prepare`` made of it.
    pairs
        Node ids in columns ``source`` and ``target``.
    weight
        What chooses the route: a column of the links, or a series by ``link_id``; minutes if None.
    engine
        See ``choose_engine``. Costs are summed along the route found, so they are exact with either.

    Returns
    -------
    DataFrame on the index of ``pairs``: ``source``, ``target``, ``minutes``, ``length_m``, and the weight
    itself if it is another; inf where no road leads.

    Raises
    ------
    NetworkError
        If a node is unknown, or the weight is missing or of no use.
    EngineError
        If the engine is unknown or not installed.
    """
    roads, source, target = _prepare_pairs(network, pairs, weight=weight, engine=engine)
    values = arc_values(roads)
    cost = {name: np.where(source == target, 0.0, np.inf) for name in values}
    for traces in _trace(roads, source, target):
        found = traces.pair[traces.hops > 0]
        route = np.repeat(np.arange(len(found)), traces.hops[traces.hops > 0])
        for name, value in values.items():
            cost[name][found] = np.bincount(route, weights=value[traces.arc], minlength=len(found))
    return pairs[["source", "target"]].assign(**cost)


def shortest_routes(
    network: Network | Prepared,
    pairs: pd.DataFrame,
    *,
    weight: Weight | None = None,
    engine: Engine = "auto",
) -> pd.DataFrame:
    """List the links and nodes of the shortest route of each pair of nodes.

    Parameters
    ----------
    network, pairs, weight, engine
        As in ``shortest_paths``.

    Returns
    -------
    DataFrame, one row a link driven: ``pair`` (label in the index of ``pairs``), ``order`` (from 0), and
    ``link_id``, ``from_node``, ``to_node`` in the direction driven, as categories of all sorted ids (their
    codes are places in the sorted tables). Sorted by pair, in the order of ``pairs``, and order. A pair that
    no road joins, or that starts where it ends, has no row: ``shortest_paths`` tells these apart.

    Raises
    ------
    NetworkError
        If a node is unknown, or the weight is missing or of no use.
    EngineError
        If the engine is unknown or not installed.

    Notes
    -----
    Of equally short routes SciPy takes the one named in ``regiongeo.routing``; the hierarchy takes another,
    perhaps, but always the same.
    """
    roads, source, target = _prepare_pairs(network, pairs, weight=weight, engine=engine)
    hops, arc = _join(list(_trace(roads, source, target)), size=len(pairs))
    arcs, links = roads.arcs, roads.topology.links
    begin = np.cumsum(hops) - hops
    return pd.DataFrame(
        {
            "pair": pairs.index.repeat(hops),
            "order": np.arange(len(arc)) - np.repeat(begin, hops),
            "link_id": pd.Categorical.from_codes(arcs.row[arc], categories=links),
            "from_node": pd.Categorical.from_codes(arcs.tail[arc], categories=arcs.nodes),
            "to_node": pd.Categorical.from_codes(arcs.head[arc], categories=arcs.nodes),
        }
    )


def _prepare_pairs(
    network: Network | Prepared, pairs: pd.DataFrame, *, weight: Weight | None, engine: Engine
) -> tuple[Prepared, Positions, Positions]:
    missing = [name for name in ("source", "target") if name not in pairs]
    if missing:
        raise NetworkError(
            f"pairs of nodes need the columns source and target; missing: {name_some(missing)}"
        )
    roads = ready(network, weight=weight, engine=engine, trees=pairs["source"].nunique())
    source, target = (
        known_positions(roads.network, roads.arcs.nodes, pd.Index(pairs[name]))
        for name in ("source", "target")
    )
    return roads, source, target


def _trace(roads: Prepared, source: Positions, target: Positions) -> Iterator[_Traces]:
    """Yield the routes, some pairs at a time; every pair comes once."""
    if roads.metric is not None:
        return _trace_hierarchy(roads.metric, source, target)
    return _trace_trees(roads, source, target)


def _trace_trees(roads: Prepared, source: Positions, target: Positions) -> Iterator[_Traces]:
    starts, row = np.unique(source, return_inverse=True)
    for part, tree in grow_trees(roads.arcs, starts):
        here = np.flatnonzero((row >= part.start) & (row < part.stop))
        for few in np.split(here, range(_PAIRS, len(here), _PAIRS)):
            yield _step_back(tree, few, row[few] - part.start, target[few])


def _step_back(tree: Tree, pair: Positions, row: Positions, target: Positions) -> _Traces:
    """Walk from all targets back to their sources at once."""
    steps, here = [np.full(len(pair), -1)], target
    while ((arc := tree.arc[row, here]) >= 0).any():
        steps.append(arc)
        here = tree.parent[row, here]
    table = np.array(steps[::-1]).T
    return _Traces(pair, (table >= 0).sum(axis=1), table[table >= 0])


def _trace_hierarchy(metric: Metric, source: Positions, target: Positions) -> Iterator[_Traces]:
    import routingkit_cch as kit  # noqa: PLC0415

    query = kit.CCHQuery(metric.metric)
    order = np.lexsort((target, source))
    for pair in np.split(order, range(_PAIRS, len(order), _PAIRS)):
        ends = zip(source[pair].tolist(), target[pair].tolist(), strict=True)
        paths = [_query(query, *pair_ends) for pair_ends in ends]
        hops = np.array([len(path) for path in paths], dtype=np.intp)
        yield _Traces(pair, hops, np.fromiter(chain.from_iterable(paths), dtype=np.intp, count=hops.sum()))


def _query(query: Any, source: int, target: int) -> list[int]:  # noqa: ANN401
    """Return the arcs of one route; the engine wants each answer dropped before the next question."""
    arcs: list[int] = query.run(source, target).arc_path
    return arcs


def _join(parts: list[_Traces], *, size: int) -> tuple[Positions, Positions]:
    """Put the routes of all parts in the order of the pairs: arcs of each, and all arcs."""
    hops = np.zeros(size, dtype=np.intp)
    for part in parts:
        hops[part.pair] = part.hops
    begin, arc = np.cumsum(hops) - hops, np.empty(hops.sum(), dtype=np.intp)
    for part in parts:
        own = np.cumsum(part.hops) - part.hops
        arc[np.repeat(begin[part.pair] - own, part.hops) + np.arange(len(part.arc))] = part.arc
    return hops, arc
