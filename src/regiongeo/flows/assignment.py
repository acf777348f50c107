"""Route choice: which share of the trips between two zones drives on which link.

A share is per pair of zones and holds for both directions together, as counts do: the network must be open
both ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from regiongeo.errors import NetworkError, name_some
from regiongeo.network import is_oneway, require_nodes, require_weights

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from regiongeo.network import Network

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]
    Shares = sparse.csr_array[np.float64]

__all__ = ["all_or_nothing", "along_routes", "link_volumes", "stochastic_routes", "zone_pairs"]

_LEAST = 0.1
"""A drawn cost is never below this share of the true one: a normal draw could be negative."""


def zone_pairs(zones: int) -> tuple[Positions, Positions]:
    """Return the positions of both zones of every pair: (0, 1), (0, 2), and so on, then (1, 2)."""
    first, second = np.triu_indices(zones, k=1)
    return first, second


def all_or_nothing(network: Network, nodes: pd.Series[str], *, weight: str = "minutes") -> Shares:
    """Put every pair of zones on its shortest route.

    Parameters
    ----------
    network
        Network without one-way links.
    nodes
        Loading node by ``zone_id``.
    weight
        Column of the links that chooses the route.

    Returns
    -------
    Sparse matrix, links (in the order of ``network.links``) by pairs (as ``zone_pairs``): 1 on the route.

    Raises
    ------
    NetworkError
        If the weight is of no use, links are one-way, or zones are not connected; all are named.
    """
    arcs = _build_arcs(network, nodes, weight)
    return _shortest(arcs, arcs.cost)


def stochastic_routes(
    network: Network,
    nodes: pd.Series[str],
    *,
    spread: float,
    draws: int,
    seed: int,
    weight: str = "minutes",
) -> Shares:
    """Spread every pair of zones over routes by drawing the cost each driver perceives.

    ``c~_a = max(0.1 c_a, c_a + sqrt(spread * c_a) * z)`` with z standard normal, one draw a link; a share is
    the share of draws whose shortest route uses the link. Independent links with a variance in proportion to
    their cost make the variance of a route that of its length: routes that overlap are not counted twice.

    Parameters
    ----------
    network, nodes, weight
        As ``all_or_nothing``.
    spread
        Variance of the perceived cost per unit of cost [unit of ``weight``].
    draws
        How many draws are averaged.
    seed
        Of the draws.

    Returns
    -------
    As ``all_or_nothing``, with shares from 0 to 1.

    Raises
    ------
    NetworkError
        As ``all_or_nothing``.

    Notes
    -----
    Known weakness: with 12 draws a share is known in steps of 1/12; truncation keeps short links from being
    drawn negative and makes them a little longer in the mean. No congestion: trucks do not slow each other.

    References
    ----------
    Sheffi, Y. (1985). Urban Transportation Networks, ch. 11-12: probit by Monte Carlo simulation.
    """
    arcs = _build_arcs(network, nodes, weight)
    random = np.random.default_rng(seed)
    total: Shares | None = None
    for _ in range(draws):
        noise = np.sqrt(spread * arcs.cost) * random.standard_normal(len(arcs.cost))
        drawn = _shortest(arcs, np.maximum(_LEAST * arcs.cost, arcs.cost + noise))
        total = drawn if total is None else (total + drawn).tocsr()
    if total is None:
        raise NetworkError("no draws: spread the routes over at least one")
    return (total * (1 / draws)).tocsr()


def link_volumes(shares: Shares, trips: Floats) -> Floats:
    """Sum the trips of all pairs on each link, or past each count: ``v_a = sum_q p_aq T_q``."""
    return np.asarray(shares @ trips, dtype=float)


def along_routes(shares: Shares, values: Floats) -> Floats:
    """Sum a value of the links along the routes of each pair, in the mean: ``c_q = sum_a p_aq c_a``."""
    return np.asarray(shares.T @ values, dtype=float)


class _Arcs(NamedTuple):
    """Links as positions of their ends, with their cost, and the node positions of the zones."""

    start: Positions
    end: Positions
    cost: Floats
    zone: Positions
    nodes: int
    names: pd.Index[str]


def _build_arcs(network: Network, nodes: pd.Series[str], weight: str) -> _Arcs:
    require_weights(network, weight)
    links, index = network.links, network.nodes.index
    require_nodes(network, nodes.array)  # type: ignore[arg-type]
    oneway = is_oneway(links)
    if oneway.any():
        raise NetworkError(
            f"flows are both directions together, links {name_some(links.index[oneway])} are one-way: "
            "merge the carriageways of divided roads first"
        )
    return _Arcs(
        start=index.get_indexer(links["from_node"]),
        end=index.get_indexer(links["to_node"]),
        cost=links[weight].to_numpy(dtype=float),
        zone=index.get_indexer(nodes),
        nodes=len(index),
        names=nodes.index,
    )


def _shortest(arcs: _Arcs, cost: Floats) -> Shares:
    """Walk all pairs back along the shortest-path trees at once, one link a round."""
    tail, head = np.concatenate([arcs.start, arcs.end]), np.concatenate([arcs.end, arcs.start])
    link = np.tile(np.arange(len(cost)), 2)
    key = tail * arcs.nodes + head
    order = np.lexsort((link, cost[link], key))
    kept = order[np.flatnonzero(np.diff(key[order], prepend=-1))]
    key, link = key[kept], link[kept]
    matrix = sparse.csr_array((cost[link], (tail[kept], head[kept])), shape=(arcs.nodes, arcs.nodes))
    roots, root_of = np.unique(arcs.zone, return_inverse=True)
    metres, before = dijkstra(matrix, indices=roots, return_predecessors=True)
    _require_connected(metres[root_of][:, arcs.zone], arcs.names)
    first, second = zone_pairs(len(arcs.zone))
    root, here = root_of[first], arcs.zone[second].copy()
    pair = np.flatnonzero(here != arcs.zone[first])
    rows, columns = [], []
    while len(pair):
        previous = before[root[pair], here[pair]].astype(np.intp)
        rows.append(link[np.searchsorted(key, previous * arcs.nodes + here[pair])])
        columns.append(pair)
        here[pair] = previous
        pair = pair[previous != arcs.zone[first[pair]]]
    row, column = (np.concatenate(part) if part else np.empty(0, dtype=np.intp) for part in (rows, columns))
    return sparse.csr_array((np.ones(len(row)), (row, column)), shape=(len(cost), len(first)))


def _require_connected(cost: Floats, names: pd.Index[str]) -> None:
    lonely = ~np.isfinite(cost[:, np.isfinite(cost).sum(axis=0).argmax()])
    if lonely.any():
        raise NetworkError(
            f"no road leads from zones {name_some(names[lonely])} to the others: "
            "give them a loading node in the same part of the network"
        )
