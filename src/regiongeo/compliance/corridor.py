"""The TEN-T roads as a graph: how far from both ends of each piece to every node without using the piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from regiongeo.errors import DataError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from regiongeo.network import Network

    Floats = NDArray[np.float64]
    Positions = NDArray[np.signedinteger]

__all__ = ["Corridors", "build_corridors"]

_COLUMNS = ["corridor", "municipality_id", "tent", "axis", "km", "heavy_aadt", "geometry"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Corridors:
    """Pieces of TEN-T road, sorted by id, with the distances the length ratio needs."""

    links: gpd.GeoDataFrame
    """By ``link_id``: corridor, municipality_id, tent, axis ("north" or "east": the way the road runs at
    large), km, heavy_aadt, from_node, to_node, geometry."""
    nodes: pd.Index[str]
    """Nodes of the pieces, sorted."""
    from_km: Floats
    """Shortest way along TEN-T roads from the start of each piece (rows) to each node, the piece itself
    removed; inf where there is none [km]."""
    to_km: Floats
    """The same from the end of each piece [km]."""

    def __repr__(self) -> str:
        """Tell the size."""
        return f"<Corridors: {len(self.links)} pieces, {self.links['km'].sum():.1f} km>"


def build_corridors(network: Network, heavy_aadt: pd.Series) -> Corridors:
    """Take the TEN-T roads out of a network and measure them.

    Parameters
    ----------
    network
        Cut at the pools and candidate sites; links carry ``tent``, ``road``, ``municipality_id``.
    heavy_aadt
        Vehicles of 5.6 m and more per day by link of the network before it was cut (``parent_link``);
        missing where there is no figure.

    Raises
    ------
    DataError
        If no link is part of the TEN-T network.

    Notes
    -----
    Distances run along TEN-T roads alone, as the regulation counts them; a detour on other roads does not
    count. One shortest-path tree for each end of each piece: time and memory grow with the square of the
    number of pieces (600 pieces: 6 MB, under a second).
    """
    links = _tent_links(network, heavy_aadt)
    nodes = pd.Index(pd.unique(pd.concat([links["from_node"], links["to_node"]]))).sort_values()
    tail, head = (nodes.get_indexer(links[name]) for name in ("from_node", "to_node"))
    from_km, to_km = _without_each(tail, head, links["km"].to_numpy(), size=len(nodes))
    return Corridors(links=links, nodes=nodes, from_km=from_km, to_km=to_km)


def _tent_links(network: Network, heavy_aadt: pd.Series) -> gpd.GeoDataFrame:
    links = network.links[network.links["tent"] != "none"].sort_index()
    if not len(links):
        raise DataError("the network has no TEN-T road: column tent must say core or comprehensive somewhere")
    parent = links["parent_link"] if "parent_link" in links else links.index.to_series()
    known = links.assign(
        corridor=links["road"].fillna("?"),
        km=links["length_m"] / 1000,
        heavy_aadt=heavy_aadt.reindex(parent).to_numpy(dtype=float),
    )
    return known.assign(axis=_axes(known))[[*_COLUMNS, "from_node", "to_node"]]


def _axes(links: gpd.GeoDataFrame) -> pd.Series[str]:
    """Tell for each road whether it runs north to south or east to west, by the box it fills."""
    boxes = links.bounds.groupby(links["corridor"]).agg(
        {"minx": "min", "miny": "min", "maxx": "max", "maxy": "max"}
    )
    runs_north = boxes["maxy"] - boxes["miny"] >= boxes["maxx"] - boxes["minx"]
    axis: pd.Series[str] = links["corridor"].map(runs_north.map({True: "north", False: "east"}))
    return axis


def _without_each(tail: Positions, head: Positions, km: Floats, *, size: int) -> tuple[Floats, Floats]:
    """Measure from both ends of each link to every node with that link removed, others beside it kept.

    Each link has a node in its middle, so that parallel links stay apart; nothing leads on from the middle of
    the link that is removed.
    """
    graph = _halved(tail, head, km, size=size)
    from_km, to_km = np.empty((len(km), size)), np.empty((len(km), size))
    for row, ends in enumerate(zip(tail, head, strict=True)):
        onward = slice(graph.indptr[size + row], graph.indptr[size + row + 1])
        kept = graph.data[onward].copy()
        graph.data[onward] = np.inf
        from_km[row], to_km[row] = csgraph.dijkstra(graph, indices=ends)[:, :size]
        graph.data[onward] = kept
    return from_km, to_km


def _halved(tail: Positions, head: Positions, km: Floats, *, size: int) -> sparse.csr_array:
    """Join the middle of each link, a node of its own after all others, to both ends; a loop helps no way."""
    middle = size + np.arange(len(km))
    starts, ends = np.r_[tail, middle, head, middle], np.r_[middle, head, middle, tail]
    whole = size + len(km)
    return sparse.csr_array((np.tile(km / 2, 4), (starts, ends)), shape=(whole, whole))
