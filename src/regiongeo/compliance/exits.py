"""Where sites and stations stand: the nearest exit of the TEN-T road, by driving."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.region import locate
from regiongeo.routing import nearest_cost
from regiongeo.schema import validate
from regiongeo.sites import is_main_road
from regiongeo.tables import EXITS, POOLS

if TYPE_CHECKING:
    import geopandas as gpd

    from regiongeo.network import Network

__all__ = ["build_pools", "find_exits", "gateway_exits"]

_DTYPES = {"text": "str", "number": "float64", "boolean": "boolean"}


def find_exits(network: Network, node_of: pd.Series, offset_m: pd.Series) -> pd.DataFrame:
    """Find the nearest exit of the TEN-T road for each site, and the driving distance from it.

    An exit is a node where another road joins the TEN-T road; a site attached to the TEN-T road itself stands
    at its own node.

    Parameters
    ----------
    network
        Cut at the sites (``attach_sites``).
    node_of, offset_m
        Node of each site, and the straight distance from the road to it [m], which counts as driven.

    Returns
    -------
    Schema EXITS, in the order of ``node_of``; distances [km], missing where no road leads.

    Notes
    -----
    The shipped network gives most crossings a node, with or without ramps: a distance may be too short, and
    where a local road is missing, too long. A site near two TEN-T roads joins the nearer one.
    """
    links = network.links
    tent = _nearest(network, links["tent"] != "none", node_of)
    national = _nearest(network, is_main_road(links), node_of)
    offset_km = offset_m / 1000
    table = pd.DataFrame(
        {
            "node_id": node_of.astype("str"),
            "exit_node_id": tent["source"].astype("str"),
            "access_km": tent["km"] + offset_km,
            "national_km": national["km"] + offset_km,
        }
    )
    return validate(table.rename_axis("site_id"), EXITS)


def gateway_exits(network: Network, gateways: pd.DataFrame) -> pd.DataFrame:
    """Find where the gateways (schema GATEWAYS) join the TEN-T roads; schema EXITS by gateway id."""
    return find_exits(network, gateways["node_id"], pd.Series(0.0, index=gateways.index))


def _nearest(network: Network, is_road: pd.Series, node_of: pd.Series) -> pd.DataFrame:
    """Nearest end of such a road by site: ``source`` and ``km``, missing where no road leads."""
    roads = network.links[is_road]
    ends = pd.unique(pd.concat([roads["from_node"], roads["to_node"]]))
    if not len(ends):
        nowhere = {"source": pd.Series(pd.NA, node_of.index, dtype="str"), "km": np.nan}
        return pd.DataFrame(nowhere, index=node_of.index)
    found = nearest_cost(network, ends, weight="length_m").loc[pd.Index(node_of)].set_axis(node_of.index)
    return pd.DataFrame(found).assign(km=found["length_m"].where(np.isfinite(found["length_m"])) / 1000)


def build_pools(
    stations: gpd.GeoDataFrame, exits: pd.DataFrame, *, municipalities: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Make the table of pools from stations with what is known of them.

    Parameters
    ----------
    stations
        Schema STATIONS; any further columns of schema POOLS are taken over, what is not there is not known.
        A station with a power offers charging, and one without a status exists.
    exits
        Schema EXITS for the same stations.
    municipalities
        Schema MUNICIPALITIES, to say where a pool stands.

    Returns
    -------
    Schema POOLS, sorted.

    Raises
    ------
    SchemaError
        If a column holds what the schema does not allow.
    """
    given = pd.DataFrame(stations.drop(columns="geometry"))
    unknown = {
        column.name: pd.Series(index=given.index, dtype=_DTYPES[column.kind])
        for column in POOLS.columns
        if column.name not in given
    }
    table = given.assign(**unknown)
    is_charger = table["has_charging"].isna() & (table["power_kw"] > 0)
    pools = table.assign(
        has_charging=table["has_charging"].mask(is_charger, other=True),
        municipality_id=locate(stations, municipalities),
        status=table["status"].fillna("existing"),
    )
    pools[list(exits.columns)] = exits.loc[pools.index]
    return validate(pools.rename_axis("pool_id").sort_index(), POOLS)
