"""Driving time and distance from candidate sites and existing stations, on one network cut at all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, NetworkError
from regiongeo.network import attach_sites
from regiongeo.routing import cost_matrix
from regiongeo.sites import eligible_links, is_main_road

if TYPE_CHECKING:
    import geopandas as gpd

    from regiongeo.network import Attachment, Network

__all__ = ["Distances", "measure_distances", "pairs_within"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Distances:
    """Driving time and distance from sites and existing stations to every node, on one network."""

    network: Network
    node_of: pd.Series[str]
    """Node by site."""
    offset_m: pd.Series[float]
    """Straight distance from each site to its road [m]."""
    minutes: pd.DataFrame
    """Sites × nodes [min]."""
    metres: pd.DataFrame
    """Sites × nodes, along the fastest route [m]."""
    station_node: pd.Series[str]
    """Node by existing station."""
    station_offset_m: pd.Series[float]
    station_metres: pd.DataFrame
    """Existing stations × nodes [m]."""

    def on_pieces(self, volume: pd.Series[float]) -> pd.Series[float]:
        """Give each piece of a cut link the volume of the link it came from."""
        links = self.network.links
        return volume.reindex(links["parent_link"]).set_axis(links.index)

    def main_roads(self, region: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return the links of E and R roads inside the region."""
        links = self.network.links
        return links[is_main_road(links) & links["municipality_id"].isin(region.index)]


def measure_distances(attachment: Attachment, stations: gpd.GeoDataFrame, *, snap_m: float) -> Distances:
    """Measure from sites and existing stations to every node of the network cut at both.

    Parameters
    ----------
    attachment
        The network cut at the candidate sites.
    stations
        Schema STATIONS; may be empty.
    snap_m
        Largest distance from a station to its road [m].

    Raises
    ------
    DataError
        If a station lies too far from every road.
    """
    network, node_of = attachment.network, attachment.node_of
    station_node, station_offset_m = pd.Series(dtype="str"), pd.Series(dtype=float)
    if len(stations):
        try:
            placed = attach_sites(network, stations, snap_m=snap_m, eligible=eligible_links(network))
        except NetworkError as error:
            raise DataError(
                f"existing stations: {error} (plan.access_limit_km), or leave the rows out"
            ) from error
        network, station_node, station_offset_m = placed.network, placed.node_of, placed.offset_m
    return Distances(
        network=network,
        node_of=node_of,
        offset_m=attachment.offset_m,
        minutes=_from_nodes(network, node_of, along="minutes"),
        metres=_from_nodes(network, node_of, along="length_m"),
        station_node=station_node,
        station_offset_m=station_offset_m,
        station_metres=_from_nodes(network, station_node, along="length_m"),
    )


def pairs_within(distances: Distances, spacing_m: float) -> pd.DataFrame:
    """List the pairs of sites closer than ``spacing_m`` driving, in either direction.

    Returns
    -------
    DataFrame with site_id, other_id (each pair once, in the order of the sites), km (shorter direction).
    """
    between = distances.metres[distances.node_of].to_numpy()
    shorter = np.minimum(between, between.T)
    one, other = np.nonzero(np.triu(shorter < spacing_m, k=1))
    ids = distances.metres.index
    return pd.DataFrame({"site_id": ids[one], "other_id": ids[other], "km": shorter[one, other] / 1000})


def _from_nodes(network: Network, node_of: pd.Series[str], *, along: str) -> pd.DataFrame:
    """Cost from the node of each site (rows) to every node (columns), on the fastest route."""
    nodes = network.nodes.index
    if node_of.empty:
        return pd.DataFrame(np.empty((0, len(nodes))), columns=nodes)
    starts = pd.Index(node_of.unique()).sort_values()
    cost = cost_matrix(network, starts, nodes, weight="minutes", along=along)
    return cost.loc[pd.Index(node_of)].set_axis(node_of.index)
