"""Directed arcs between places in the sorted list of nodes: what every engine searches.

The arcs depend on the network alone, their costs on the weight: new speeds change the costs and, where links
run in parallel, the link an arc stands for, but never the arcs themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from regiongeo.errors import NetworkError, name_some
from regiongeo.network import WEIGHTS, is_oneway, require_nodes, require_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from regiongeo.network import Network

    Floats = NDArray[np.float64]
    Positions = NDArray[np.signedinteger]
    Weight = str | pd.Series[float]

__all__ = [
    "Arcs",
    "Topology",
    "build_topology",
    "known_positions",
    "link_values",
    "require_number",
    "same_weight",
    "weigh",
    "weight_name",
    "weighted_cost",
]


class Topology(NamedTuple):
    """Which nodes are joined, and by which links; sorted by head, then tail, then link."""

    nodes: pd.Index[str]
    """Node ids, sorted; a position is a place in here."""
    links: pd.Index[str]
    """Link ids, sorted; a row is a place in here."""
    tail: Positions
    head: Positions
    first: Positions
    """Place in ``row`` where the links of each arc begin."""
    row: Positions
    """Links of all arcs, arc by arc: several where links are parallel."""


class Arcs(NamedTuple):
    """Directed arcs with a cost, at most one from a node to another, sorted by head, then tail."""

    nodes: pd.Index[str]
    tail: Positions
    head: Positions
    cost: Floats
    row: Positions
    """Place of the arc's link among the links sorted by id."""

    def matrix(self, *, backwards: bool = False) -> sparse.csr_array[np.float64]:
        """Return costs from tails (rows) to heads; explicit zeros are arcs too."""
        size = len(self.nodes)
        ends = (self.head, self.tail) if backwards else (self.tail, self.head)
        return sparse.csr_array((self.cost, ends), shape=(size, size))

    def backwards(self) -> Arcs:
        """Return the arcs driven the other way."""
        order = np.lexsort((self.head, self.tail))
        turned = self.head[order], self.tail[order], self.cost[order], self.row[order]
        return Arcs(self.nodes, *turned)

    def starts(self) -> Positions:
        """Return the place of the first arc into each node that has one."""
        return np.flatnonzero(np.diff(self.head, prepend=-1))


def weighted_cost(links: pd.DataFrame, shares: Mapping[str, float]) -> pd.Series[float]:
    """Add up columns of the links into one weight.

    ``cost = sum_c share_c * column_c``: ``{"minutes": 1.0, "length_m": 0.001}`` counts a kilometre as a
    minute.

    Parameters
    ----------
    links
        Links by ``link_id``.
    shares
        Factor by column; the unit of the result is that of ``factor * column``, the same for all.

    Returns
    -------
    Series by ``link_id``, named after the columns, to be given as ``weight``.

    Raises
    ------
    NetworkError
        If no column is named or columns are missing.
    """
    missing = [name for name in shares if name not in links]
    if missing or not shares:
        raise NetworkError(
            f"a weighted cost needs columns of the links; missing: {name_some(missing) or 'all'}"
        )
    cost = sum((links[name] * share for name, share in shares.items()), start=pd.Series(0.0, links.index))
    return cost.rename("+".join(shares))


def same_weight(one: Weight, other: Weight) -> bool:
    """Tell whether two weights are the same column or the very same series."""
    return one is other or (isinstance(one, str) and isinstance(other, str) and one == other)


def weight_name(weight: Weight) -> str:
    """Return the name a weight has in a result."""
    return weight if isinstance(weight, str) else str(weight.name or "cost")


def link_values(network: Network, weight: Weight) -> Floats:
    """Return a weight link by link, in the order of the sorted link ids.

    Raises
    ------
    NetworkError
        Naming the links for which it is missing, or where it is not a finite number >= 0.
    """
    if isinstance(weight, str):
        if weight not in WEIGHTS:  # those a network has checked at birth
            require_weights(network, weight)
        column = network.links[weight]
    else:
        column = _complete(network, weight)
    values: Floats = column.sort_index().to_numpy(dtype=float)
    return values


def build_topology(network: Network) -> Topology:
    """Join nodes by directed arcs: one each way unless a link is one-way."""
    columns = [name for name in ("from_node", "to_node", "is_oneway") if name in network.links]
    links = pd.DataFrame(network.links[columns]).sort_index()
    nodes = network.nodes.index.sort_values()
    start, end = nodes.get_indexer(links["from_node"]), nodes.get_indexer(links["to_node"])
    back = np.flatnonzero(~is_oneway(links).to_numpy())
    row = np.concatenate([np.arange(len(links)), back])
    tail, head = np.concatenate([start, end[back]]), np.concatenate([end, start[back]])
    order = np.lexsort((row, tail, head))
    first = np.flatnonzero(np.diff((head * len(nodes) + tail)[order], prepend=-1))
    arcs = order[first]
    return Topology(nodes, links.index, tail[arcs], head[arcs], first, row[order])


def weigh(topology: Topology, values: Floats) -> Arcs:
    """Give each arc the cost of its cheapest link; of equally cheap ones, the smallest link id."""
    cost, many = values[topology.row], np.diff(topology.first, append=len(topology.row))
    best = np.repeat(np.minimum.reduceat(cost, topology.first), many)
    place = np.where(cost == best, np.arange(len(cost)), len(cost))
    chosen = np.minimum.reduceat(place, topology.first)
    return Arcs(topology.nodes, topology.tail, topology.head, cost[chosen], topology.row[chosen])


def known_positions(network: Network, nodes: pd.Index[str], node_ids: Iterable[str]) -> Positions:
    """Return the places of node ids among the sorted ``nodes`` of the network.

    Raises
    ------
    NetworkError
        Naming the ids that are not nodes.
    """
    wanted: pd.Index[str] = pd.Index(node_ids)
    found = nodes.get_indexer(wanted)
    if (found < 0).any():
        require_nodes(network, wanted)
    return found


def require_number(name: str, value: float, *, least: float, most: float = np.inf) -> None:
    """Raise unless an option is a number between ``least`` and ``most``.

    Raises
    ------
    NetworkError
        Naming the option and what it may be.
    """
    if not least <= value <= most:
        upper = f" and <= {most:g}" if np.isfinite(most) else ""
        raise NetworkError(f"{name} must be a number >= {least:g}{upper}, not {value}")


def _complete(network: Network, weight: pd.Series[float]) -> pd.Series[float]:
    """Check a series of weights and bring it to the links of the network."""
    name, links = weight_name(weight), network.links.index
    unsaid = links.difference(weight.index)
    if len(unsaid) or not weight.index.is_unique:
        raise NetworkError(
            f"cannot route on {name}: it must say one value for every link_id; missing: {name_some(unsaid)}"
        )
    if not pd.api.types.is_numeric_dtype(weight) or pd.api.types.is_bool_dtype(weight):
        raise NetworkError(f"cannot route on {name}: must be numbers, not {weight.dtype}")
    found: pd.Series[float] = weight.loc[links].astype(float)
    bad = ~(np.isfinite(found) & (found >= 0))
    if bad.any():
        raise NetworkError(
            f"cannot route on {name}: must be a finite number >= 0, links {name_some(links[bad])}"
        )
    return found
