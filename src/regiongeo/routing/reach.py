"""What lies within a limit: nodes, links in whole or in part, and the area along them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from regiongeo.crs import WORK_CRS
from regiongeo.network import is_oneway
from regiongeo.routing.arcs import known_positions, link_values, require_number
from regiongeo.routing.engines import ready
from regiongeo.routing.trees import grow_costs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from regiongeo.network import Network
    from regiongeo.routing.arcs import Floats, Weight
    from regiongeo.routing.engines import Prepared

    Lines = NDArray[np.object_]
    Flags = NDArray[np.bool_]

__all__ = ["isochrones", "reach", "reach_links"]


def reach(
    network: Network | Prepared,
    sources: Iterable[str],
    *,
    limit: float,
    weight: Weight | None = None,
    inward: bool = False,
) -> pd.DataFrame:
    """List the nodes within ``limit`` of each source.

    Parameters
    ----------
    network
        Network to search, or what ``prepare`` made of it.
    sources
        Node ids.
    limit
        Largest weight of a route, itself included.
    weight
        What counts: a column of the links, or a series by ``link_id``; minutes if None.
    inward
        Drive from the node to the source instead; differs only where links are one-way.

    Returns
    -------
    DataFrame with ``source``, ``node`` and ``cost`` (unit of the weight), sorted by source and node; each
    source reaches itself at 0. Memory is the result and a block of trees.

    Raises
    ------
    NetworkError
        If a node is unknown, or the weight is missing or of no use.
    """
    roads = ready(network, weight=weight)
    nodes, starts = roads.arcs.nodes, pd.Index(list(sources)).unique().sort_values()
    places = known_positions(roads.network, nodes, starts)
    found = [pd.DataFrame({"source": nodes[:0], "node": nodes[:0], "cost": np.empty(0)})]
    for part, cost in grow_costs(roads.arcs, places, limit=limit, backwards=inward):
        row, node = np.nonzero(np.isfinite(cost))
        block = {"source": starts[part][row], "node": nodes[node], "cost": cost[row, node]}
        found.append(pd.DataFrame(block))
    return pd.concat(found, ignore_index=True)


def reach_links(
    network: Network | Prepared,
    sources: Iterable[str],
    *,
    limit: float,
    weight: Weight | None = None,
    inward: bool = False,
) -> pd.DataFrame:
    """List the links within ``limit`` of each source, in whole or in part.

    A place at share x of a link with cost w between nodes at costs a and b is reached if ``a + x w <= limit``
    or, on two-way links, ``b + (1 - x) w <= limit``: the weight is taken as even along the link.

    Parameters
    ----------
    network, sources, limit, weight, inward
        As in ``reach``.

    Returns
    -------
    DataFrame with ``source``, ``link_id``, the shares of the link reached from its start (``from_share``),
    from its end (``to_share``) and in all (``share``, at most 1: where both overlap they count once), and
    ``length_m`` reached [m]; sorted by source and link. Links of which nothing is reached are left out.

    Raises
    ------
    NetworkError
        If a node is unknown, or the weight is missing or of no use.

    Notes
    -----
    Cutting a link in two changes nothing: the metres reached are conserved.
    """
    roads = ready(network, weight=weight)
    starts: pd.Index[str] = pd.Index(list(sources)).unique().sort_values()
    found = [
        _partial_links(roads, starts[:0], np.empty((0, len(roads.arcs.nodes))), limit=limit, inward=inward)
    ]
    places = known_positions(roads.network, roads.arcs.nodes, starts)
    for part, cost in grow_costs(roads.arcs, places, limit=limit, backwards=inward):
        found.append(_partial_links(roads, starts[part], cost, limit=limit, inward=inward))
    return pd.concat(found, ignore_index=True)


def isochrones(
    network: Network | Prepared,
    sources: Iterable[str],
    *,
    limit: float,
    buffer_m: float,
    weight: Weight | None = None,
    inward: bool = False,
) -> gpd.GeoDataFrame:
    """Draw the area along the roads within ``limit`` of each source.

    The parts of links that ``reach_links`` finds, and the source itself, widened by ``buffer_m`` to each side
    and united. What lies farther than that from a road reached is outside, so the area may have holes: roads
    are reached, not the forest between them.

    Parameters
    ----------
    network, sources, limit, weight, inward
        As in ``reach``.
    buffer_m
        How far a place may lie from a road and still count as served by it [m]; at least 1.

    Returns
    -------
    GeoDataFrame by ``source``: ``length_m`` of road reached [m] and the area (EPSG:25832).

    Raises
    ------
    NetworkError
        If a node is unknown, or the weight is missing or of no use.

    Notes
    -----
    A part is cut by its share of the drawn line, which may be generalised.
    """
    require_number("buffer_m", buffer_m, least=1)
    roads = ready(network, weight=weight)
    found = reach_links(roads, sources, limit=limit, inward=inward)
    starts = pd.Index(list(sources), name="source").unique().sort_values()
    lines, rows = _reached_lines(roads.network, found), found.groupby("source").indices
    own = roads.network.nodes.geometry
    areas = [_widen([own[start], *lines[rows.get(start, [])].ravel()], buffer_m) for start in starts]
    length_m = found.groupby("source")["length_m"].sum().reindex(starts, fill_value=0.0)
    return gpd.GeoDataFrame({"length_m": length_m}, geometry=areas, crs=WORK_CRS)


def _partial_links(
    roads: Prepared, sources: pd.Index[str], cost: Floats, *, limit: float, inward: bool
) -> pd.DataFrame:
    """Return the links of which each source (a row of ``cost``) reaches something."""
    links = pd.DataFrame(roads.network.links.drop(columns="geometry")).loc[roads.topology.links]
    value, oneway = link_values(roads.network, roads.weight), is_oneway(links).to_numpy()
    start, end = (roads.arcs.nodes.get_indexer(pd.Index(links[name])) for name in ("from_node", "to_node"))
    ahead = _share(limit - cost[:, start], value, closed=oneway & inward)
    astern = _share(limit - cost[:, end], value, closed=oneway & (not inward))
    row, link = np.nonzero((ahead > 0) | (astern > 0))
    share = np.minimum(ahead + astern, 1.0)[row, link]
    return pd.DataFrame(
        {
            "source": sources[row],
            "link_id": roads.topology.links[link],
            "from_share": ahead[row, link],
            "to_share": astern[row, link],
            "share": share,
            "length_m": share * links["length_m"].to_numpy()[link],
        }
    )


def _share(left: Floats, value: Floats, *, closed: Flags) -> Floats:
    """Return the share of each link that what is left of the limit pays for."""
    bounded = np.maximum(left, 0.0)
    free = np.broadcast_to(value == 0, left.shape)
    share = np.divide(bounded, value, out=(left >= 0).astype(float), where=~free)
    paid: Floats = np.where(closed, 0.0, np.minimum(share, 1.0))
    return paid


def _reached_lines(network: Network, found: pd.DataFrame) -> Lines:
    """Cut out what is reached of each link: two lines a row, from its start and from its end."""
    lines = np.full((len(found), 2), None, dtype=object)
    shapes = network.links.geometry.loc[found["link_id"]]
    for row, line in enumerate(zip(shapes, found["from_share"], found["to_share"], strict=True)):
        lines[row] = _cut(*line)
    return lines


def _cut(
    line: shapely.LineString, ahead: float, astern: float
) -> tuple[shapely.Geometry | None, shapely.Geometry | None]:
    if ahead + astern >= 1:
        return line, None
    first = substring(line, 0.0, ahead, normalized=True) if ahead > 0 else None
    return first, substring(line, 1.0 - astern, 1.0, normalized=True) if astern > 0 else None


def _widen(shapes: list[shapely.Geometry | None], buffer_m: float) -> shapely.Geometry:
    return shapely.union_all(shapely.buffer(np.array(shapes, dtype=object), buffer_m))
