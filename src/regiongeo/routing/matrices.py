"""Cost matrices, and who is nearest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from regiongeo.errors import EngineError, NetworkError
from regiongeo.routing.arcs import known_positions, link_values, require_number, same_weight, weight_name
from regiongeo.routing.engines import arc_values, hierarchy_costs, ready
from regiongeo.routing.trees import farthest, grow_costs, grow_trees, nearest_tree, roots, sum_along

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regiongeo.network import Network
    from regiongeo.routing.arcs import Floats, Positions, Weight
    from regiongeo.routing.engines import Engine, Prepared

__all__ = ["cost_matrix", "nearest_cost", "nearest_k", "unreachable"]


def cost_matrix(
    network: Network | Prepared,
    sources: Iterable[str],
    targets: Iterable[str],
    *,
    weight: Weight | None = None,
    along: Weight | None = None,
    limit: float | None = None,
    engine: Engine = "auto",
) -> pd.DataFrame:
    """Measure the shortest routes from every source to every target.

    Parameters
    ----------
    network
        Network to search, or what ``prepare`` made of it.
    sources, targets
        Node ids, in any order; an id may stand more than once.
    weight
        What chooses the route: a column of the links, or a series by ``link_id``. Minutes, or what was
        prepared, if None.
    along
        What is summed along that route: ``weight="minutes", along="length_m"`` is the driving distance of the
        fastest route. The weight itself if None.
    limit
        Largest weight of a route; what lies beyond counts as unreachable.
    engine
        See ``choose_engine``. Costs of ``cch`` are rounded to ``Metric.unit`` an arc.

    Returns
    -------
    DataFrame, sources by targets, in the unit of ``along`` or ``weight``; inf where no road leads
    (``unreachable`` lists these).

    Raises
    ------
    NetworkError
        If a node is unknown, or a weight is missing or of no use.
    EngineError
        If the engine is unknown or not installed, or cannot answer: ``along`` needs the trees of SciPy.

    Notes
    -----
    Searched from the smaller side (a tree costs the same for one target as for all), but from the sources
    where ``along`` is asked for, so that ties fall as in ``shortest_path``. Memory is the result and a block
    of trees.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numer. Math. 1, 269-271.
    Dibbelt, J., Strasser, B. & Wagner, D. (2016). Customizable contraction hierarchies. ACM J. Exp.
    Algorithmics 21, 1.5.
    """
    rows: pd.Index[str] = pd.Index(list(sources), name="source")
    columns: pd.Index[str] = pd.Index(list(targets), name="target")
    start, end = rows.unique(), columns.unique()
    if along is not None and engine == "cch":
        raise EngineError("cch measures the weight alone: leave out along, or take engine='scipy'")
    trees = 0 if along is not None else min(len(start), len(end))
    roads = ready(network, weight=weight, engine=engine, trees=trees)
    places = [known_positions(roads.network, roads.arcs.nodes, ids) for ids in (start, end)]
    if along is None or same_weight(along, roads.weight):
        cost = _costs(roads, *places, limit=limit)
    else:
        cost = _costs_along(roads, *places, along=along, limit=limit)
    table = pd.DataFrame(cost, index=start, columns=end, copy=False)
    return table if rows.equals(start) and columns.equals(end) else table.reindex(index=rows, columns=columns)


def unreachable(cost: pd.DataFrame) -> pd.DataFrame:
    """List the pairs of a cost matrix that no road joins.

    Returns
    -------
    DataFrame with ``source``, ``target`` and ``has_way_back`` (true where only one-way links are in the way;
    missing where the matrix does not hold the other direction), in the order of the matrix.
    """
    once = cost.loc[~cost.index.duplicated(), ~cost.columns.duplicated()]
    back = once.T.reindex(index=once.index, columns=once.columns)
    row, column = np.nonzero(np.isinf(once.to_numpy()))
    found = pd.Series(back.to_numpy()[row, column])
    has_way_back = (found < np.inf).astype("boolean").mask(found.isna())
    ends = {"source": once.index[row], "target": once.columns[column]}
    return pd.DataFrame({**ends, "has_way_back": has_way_back})


def nearest_cost(
    network: Network | Prepared,
    sources: Iterable[str],
    *,
    weight: Weight | None = None,
    limit: float | None = None,
    inward: bool = False,
) -> pd.DataFrame:
    """Find the nearest source of every node and the way from it, with one search for all sources.

    Parameters
    ----------
    network
        Network to search, or what ``prepare`` made of it.
    sources
        Node ids, at least one.
    weight
        What says what is near: a column of the links, or a series by ``link_id``; minutes if None.
    limit
        Largest weight of a route; what lies beyond counts as unreachable.
    inward
        Drive from the node to the source instead; differs only where links are one-way.

    Returns
    -------
    DataFrame by ``node_id``: ``source`` (missing where unreachable), ``minutes`` and ``length_m`` of the
    route, and the weight itself if it is another; inf where unreachable.

    Raises
    ------
    NetworkError
        If there is no source, a node is unknown, or a weight is missing or of no use.
    """
    starts: pd.Index[str] = pd.Index(list(sources)).unique().sort_values()
    if not len(starts):
        raise NetworkError("no source to search from: name at least one node")
    roads = ready(network, weight=weight)
    arcs = roads.arcs.backwards() if inward else roads.arcs
    tree = nearest_tree(arcs, known_positions(roads.network, arcs.nodes, starts), limit=limit)
    root = pd.Series(arcs.nodes[roots(tree)[0]], index=arcs.nodes, dtype="str")
    sums = {
        name: sum_along(tree, values)[0] for name, values in arc_values(replace(roads, arcs=arcs)).items()
    }
    sums[weight_name(roads.weight)] = tree.cost[0]
    table = pd.DataFrame({"source": root.where(np.isfinite(tree.cost[0])), **sums})
    return table.reindex(roads.network.nodes.index)


def nearest_k(
    network: Network | Prepared,
    sources: Iterable[str],
    targets: Iterable[str],
    *,
    k: int,
    by: Literal["source", "target"] = "source",
    weight: Weight | None = None,
    limit: float | None = None,
) -> pd.DataFrame:
    """Find the k nearest targets of each source, or the k nearest sources of each target.

    Parameters
    ----------
    network
        Network to search, or what ``prepare`` made of it.
    sources, targets
        Node ids; routes lead from sources to targets.
    k
        How many; all if there are fewer.
    by
        Whose nearest are asked for.
    weight
        What says what is near: a column of the links, or a series by ``link_id``; minutes if None.
    limit
        Largest weight of a route; what lies beyond counts as unreachable.

    Returns
    -------
    DataFrame with ``source``, ``target``, ``rank`` (from 1) and ``cost``, sorted by ``by`` and rank; equally
    near ones by id. Each has k rows: where fewer are reachable, the other id is missing and the cost inf.

    Raises
    ------
    NetworkError
        If a node is unknown, the weight is missing or of no use, or k or the limit is out of range.

    Notes
    -----
    Searched from the smaller side; memory is k values and a block of trees, never the whole matrix.
    """
    require_number("k", k, least=1)
    ends = {"source": sources, "target": targets}
    ids = {name: pd.Index(list(found)).unique().sort_values() for name, found in ends.items()}
    other = "target" if by == "source" else "source"
    roads = ready(network, weight=weight)
    places = [known_positions(roads.network, roads.arcs.nodes, ids[name]) for name in (by, other)]
    most = min(k, len(ids[other]))
    cost, nearest = _nearest(roads, *places, k=most, limit=limit, inward=by == "target")
    picked = ids[other][nearest.ravel()].where(np.isfinite(cost.ravel()))
    columns = {
        by: ids[by].repeat(most),
        other: picked,
        "rank": np.tile(np.arange(1, most + 1), len(ids[by])),
        "cost": cost.ravel(),
    }
    return pd.DataFrame(columns)[["source", "target", "rank", "cost"]]


def _costs(roads: Prepared, start: Positions, end: Positions, *, limit: float | None) -> Floats:
    if roads.metric is not None:
        cost = hierarchy_costs(roads.metric, start, end)
        return cost if limit is None else np.where(cost <= farthest(limit), cost, np.inf)
    backwards = len(end) < len(start)
    first, last = (end, start) if backwards else (start, end)
    cost = np.empty((len(first), len(last)))
    for part, block in grow_costs(roads.arcs, first, limit=limit, backwards=backwards):
        cost[part] = block[:, last]
    return cost.T if backwards else cost


def _costs_along(
    roads: Prepared, start: Positions, end: Positions, *, along: Weight, limit: float | None
) -> Floats:
    values = link_values(roads.network, along)[roads.arcs.row]
    cost = np.empty((len(start), len(end)))
    for part, tree in grow_trees(roads.arcs, start, limit=limit):
        cost[part] = sum_along(tree, values)[:, end]
    return cost


def _nearest(
    roads: Prepared, own: Positions, other: Positions, *, k: int, limit: float | None, inward: bool
) -> tuple[Floats, Positions]:
    """Return costs and places of the k nearest ``other`` of each ``own``, block by block."""
    cost, nearest = np.full((len(own), k), np.inf), np.zeros((len(own), k), dtype=np.intp)
    for rows, seen, block in _blocks(roads, own, other, limit=limit, inward=inward):
        all_costs = np.hstack([cost[rows], block])
        all_places = np.hstack([nearest[rows], np.broadcast_to(seen, block.shape)])
        best = np.argsort(all_costs, axis=1, kind="stable")[:, :k]
        cost[rows] = np.take_along_axis(all_costs, best, axis=1)
        nearest[rows] = np.take_along_axis(all_places, best, axis=1)
    return cost, nearest


def _blocks(
    roads: Prepared, own: Positions, other: Positions, *, limit: float | None, inward: bool
) -> Iterator[tuple[slice, Positions, Floats]]:
    """Yield rows of ``own``, places among ``other`` and their costs, from the smaller side."""
    if len(own) <= len(other):
        for part, block in grow_costs(roads.arcs, own, limit=limit, backwards=inward):
            yield part, np.arange(len(other)), block[:, other]
    else:
        for part, block in grow_costs(roads.arcs, other, limit=limit, backwards=not inward):
            yield slice(None), np.arange(len(other))[part], block[:, own].T
