"""Ferries that the map draws short of the road are joined to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["free_quays", "join_ferries"]

_QUAY_M = 500.0
"""How far a quay may lie from its road: those of numbered roads lie 90-304 m off, others 736 m or more."""


def free_quays(nodes: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the nodes where ferries end and no road does, with the nearest node of a road.

    Parameters
    ----------
    nodes
        Points by ``node_id``, EPSG:25832.
    links
        Links with ``from_node``, ``to_node``, ``is_ferry``, ending at their nodes.

    Returns
    -------
    DataFrame by ``node_id``: road_node; gap_m, straight to it [m]; reach_m, within which `join_ferries` joins
    them [m].
    """
    roads, ferries = links[~links["is_ferry"]], links[links["is_ferry"]]
    road_nodes = nodes.loc[np.unique(roads[["from_node", "to_node"]])].geometry
    across_m = _across_m(nodes, ferries).drop(road_nodes.index, errors="ignore")
    rows = {}
    for quay, metres in across_m.items():
        gap_m = road_nodes.distance(nodes.geometry[quay])
        if not gap_m.empty:
            rows[quay] = (gap_m.idxmin(), gap_m.min(), min(_QUAY_M, metres / 2))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["road_node", "gap_m", "reach_m"])
    return table.rename_axis("node_id")


def join_ferries(
    nodes: gpd.GeoDataFrame, links: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Let ferries end at the road where the map leaves out the way from the road to the quay.

    A generalised map drops short ends of road, so a ferry may end in the water off the junction it starts
    from. A node where only ferries end gives way to the nearest node of a road within 500 m, and within half
    the crossing, so that no ferry is joined to the road it leaves on the other side. The line is drawn on to
    that node; every column stays, so the length is that of the crossing as published. No road is cut, and
    quays farther off, on islands without a public road, are left alone (`free_quays` lists them).

    Parameters
    ----------
    nodes, links
        As for `free_quays`.

    Returns
    -------
    Nodes without the quays that were given up, and links; other ids stand as they were.
    """
    quays = free_quays(nodes, links)
    road_node = quays.loc[quays["gap_m"] < quays["reach_m"], "road_node"]
    ends = {name: links[name].replace(road_node.to_dict()) for name in ("from_node", "to_node")}
    lines = [
        shapely.LineString([*_moved(nodes, start, road_node), *line.coords, *_moved(nodes, stop, road_node)])
        for line, start, stop in zip(links.geometry, links["from_node"], links["to_node"], strict=True)
    ]
    return nodes.drop(road_node.index), links.assign(**ends).set_geometry(lines, crs=links.crs)


def _across_m(nodes: gpd.GeoDataFrame, ferries: gpd.GeoDataFrame) -> pd.Series[float]:
    """Measure the shortest straight crossing from each node of a ferry [m]."""
    start, stop = (nodes.geometry.loc[ferries[name]].to_numpy() for name in ("from_node", "to_node"))
    metres = np.tile(shapely.distance(start, stop), 2)
    shortest: pd.Series[float] = (
        pd.Series(metres).groupby(np.r_[ferries["from_node"], ferries["to_node"]]).min()
    )
    return shortest


def _moved(nodes: gpd.GeoDataFrame, node: str, road_node: pd.Series[str]) -> list[tuple[float, ...]]:
    return list(nodes.geometry[road_node[node]].coords) if node in road_node else []
