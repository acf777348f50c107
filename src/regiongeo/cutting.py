"""Find the nearest place on a road and cut roads there: the geometry behind ``attach_sites``.

Works on the two tables of a network. A place is a link and a whole metre along it, so that places a hair
apart are one, in whatever order they come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from regiongeo.errors import NetworkError, name_some

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["cut_links", "nearest_places"]

_END_TOLERANCE_M = 1.0
"""A place this close to a link's end is the end's node [m]; smaller pieces serve nobody."""


def nearest_places(sites: gpd.GeoDataFrame, links: gpd.GeoDataFrame, *, snap_m: float) -> pd.DataFrame:
    """Find the nearest place on the links for each site.

    Parameters
    ----------
    sites
        Points, by site id.
    links
        Links that may be used, by ``link_id``; equally near ones: the smallest id.
    snap_m
        Largest straight distance from a site to its road [m].

    Returns
    -------
    DataFrame by site id, in the order of the sites: ``link_id``, ``metre`` (whole metre of ``length_m``;
    NaN within 1 m of an end), ``node_id`` (the end's, or a new one), ``offset_m`` (straight distance [m]).

    Raises
    ------
    NetworkError
        If there is no link, or sites lie farther than ``snap_m`` from all of them.
    """
    if not len(links):
        raise NetworkError("no road that a site may be attached to: every link is ruled out")
    links = links.sort_index()
    link = links.iloc[_nearest_rows(sites, links)]
    points, lines = sites.geometry.to_numpy(), link.geometry.to_numpy()
    offset_m = pd.Series(shapely.distance(points, lines), index=sites.index)
    _require_near(offset_m, snap_m=snap_m)
    share = shapely.line_locate_point(lines, points, normalized=True)
    places = _places(link, share).set_axis(sites.index, axis="index")
    return places.assign(offset_m=offset_m)


def cut_links(
    nodes: gpd.GeoDataFrame, links: gpd.GeoDataFrame, places: pd.DataFrame, *, shared: Sequence[str]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Cut links at places; return new tables of nodes and links, sorted by id.

    Parameters
    ----------
    nodes, links
        Tables of a network.
    places
        As ``nearest_places`` gives them; several on the same metre cut once.
    shared
        Columns of which each piece keeps its share; it copies every other column. ``parent_link`` names
        the link a piece comes from, its own id where nothing was cut.
    """
    if "parent_link" not in links:
        links = links.assign(parent_link=links.index)
    cuts = places.loc[places["metre"].notna(), ["link_id", "metre", "node_id"]].drop_duplicates()
    if not len(cuts):
        return nodes, links
    cut_ids = pd.Index(cuts["link_id"].unique())
    pieces = _pieces(links.loc[cut_ids], cuts, shared=shared)
    new = pieces[pieces["to_node"].isin(cuts["node_id"])]
    ends = shapely.get_point(new.geometry.to_numpy(), -1)
    fresh = gpd.GeoDataFrame(geometry=ends, index=pd.Index(new["to_node"], name="node_id"), crs=nodes.crs)
    return (
        pd.concat([nodes, fresh]).sort_index(),
        pd.concat([links.drop(index=cut_ids), pieces]).sort_index(),
    )


def _nearest_rows(sites: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> pd.Series[int]:
    """Return the row of the nearest link for each site."""
    tree = shapely.STRtree(links.geometry.to_numpy())
    site, link = tree.query_nearest(sites.geometry.to_numpy(), all_matches=True)
    return pd.Series(link).groupby(site).min()


def _require_near(offset_m: pd.Series[float], *, snap_m: float) -> None:
    far = offset_m[offset_m > snap_m].sort_index()
    if len(far):
        raise NetworkError(
            f"no road within {snap_m:g} m of sites {name_some(far.index)}; distances in m: "
            f"{', '.join(f'{metres:.0f}' for metres in far.head(3))}: "
            "correct their positions, leave them out or allow a longer distance"
        )


def _places(link: gpd.GeoDataFrame, share: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pd.DataFrame:
    """Turn a share of each link's drawn length into link_id, metre and node_id."""
    length = link["length_m"].to_numpy(dtype=float)
    position = share * length
    rest = length - position
    at_end = (rest < _END_TOLERANCE_M) & (rest < position)
    at_start = (position < _END_TOLERANCE_M) & ~at_end
    metre = np.round(position)
    new = [f"N:{one}@{metres:.0f}" for one, metres in zip(link.index, metre, strict=True)]
    return pd.DataFrame(
        {
            "link_id": link.index,
            "metre": np.where(at_start | at_end, np.nan, metre),
            "node_id": np.where(at_start, link["from_node"], np.where(at_end, link["to_node"], new)),
        }
    )


def _pieces(links: gpd.GeoDataFrame, cuts: pd.DataFrame, *, shared: Sequence[str]) -> gpd.GeoDataFrame:
    """Cut each link at its metres: one row a piece, in the columns of ``links``."""
    spans = _spans(links, cuts)
    parent = links.loc[spans["link_id"]]
    lines = [
        substring(line, start, end, normalized=True)
        for line, start, end in zip(parent.geometry, spans["share"], spans["next_share"], strict=True)
    ]
    share = (spans["next_share"] - spans["share"]).to_numpy()
    part = (spans.groupby("link_id").cumcount() + 1).astype(str).to_numpy()
    pieces = parent.assign(
        from_node=spans["node_id"].to_numpy(),
        to_node=spans["next_node"].to_numpy(),
        geometry=lines,
        **{name: parent[name].to_numpy() * share for name in shared},
    )
    return pieces.set_index(pd.Index(parent.index + "." + part, name="link_id"))


def _spans(links: gpd.GeoDataFrame, cuts: pd.DataFrame) -> pd.DataFrame:
    """Return link_id, share and node_id where each piece starts, next_share and next_node where it ends."""
    length = links.loc[cuts["link_id"], "length_m"].to_numpy()
    marks = [
        pd.DataFrame({"link_id": links.index, "share": 0.0, "node_id": links["from_node"].to_numpy()}),
        cuts[["link_id", "node_id"]].assign(share=cuts["metre"].to_numpy() / length),
        pd.DataFrame({"link_id": links.index, "share": 1.0, "node_id": links["to_node"].to_numpy()}),
    ]
    ordered = pd.concat(marks).sort_values(["link_id", "share"], kind="stable")
    following = ordered.groupby("link_id")[["share", "node_id"]].shift(-1)
    spans = ordered.assign(next_share=following["share"], next_node=following["node_id"])
    return spans[spans["next_share"].notna()].reset_index(drop=True)
