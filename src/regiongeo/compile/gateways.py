"""Gateways: where the main roads leave the shipped network, placed on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from regiongeo.crs import LONLAT, to_work
from regiongeo.errors import DataError, name_some
from regiongeo.schema import validate
from regiongeo.tables import GATEWAYS

if TYPE_CHECKING:
    from shapely import Point

__all__ = ["compile_gateways"]

_REACH_M = 3_000.0
_COLUMNS = ["gateway_id", "name", "road", "corridor", "beyond", "is_border", "lon", "lat"]
_GATEWAYS = [
    ("gw_e134_haukeli", "E134 Haukeli", "E134", "west", "Haugesund", False, 7.992, 59.569),
    ("gw_e16_laerdal", "E16 Lærdal", "E16", "west", "Bergen", False, 7.954, 61.074),
    ("gw_e16_riksaasen", "E16 Riksåsen", "E16", "east", "Torsby", True, 12.513, 60.256),
    ("gw_e18_gjerstad", "E18 Gjerstad", "E18", "southwest", "Kristiansand, Stavanger", False, 9.036, 58.740),
    ("gw_e18_oerje", "E18 Ørje", "E18", "east", "Karlstad, Stockholm", True, 11.749, 59.487),
    ("gw_e6_svinesund", "E6 Svinesund", "E6", "south", "Göteborg, the continent", True, 11.252, 59.094),
    ("gw_e6_vinstra", "E6 Vinstra", "E6", "north", "Trondheim, Ålesund", False, 9.712, 61.602),
    ("gw_rv2_magnor", "Rv2 Magnor", "Rv2", "east", "Arvika, Karlstad", True, 12.241, 59.931),
    ("gw_rv25_stoea", "Rv25 Støa", "Rv25", "east", "Sälen, Mora", True, 12.837, 61.267),
    ("gw_rv3_stor_elvdal", "Rv3 Stor-Elvdal", "Rv3", "north", "Trondheim", False, 10.886, 61.669),
    ("gw_rv41_aamli", "Rv41 Åmli", "Rv41", "southwest", "Kristiansand", False, 8.482, 58.765),
    ("gw_rv7_hol", "Rv7 Hol", "Rv7", "west", "Bergen, Voss", False, 7.871, 60.516),
]


def compile_gateways(nodes: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the gateways with the node and the link of their road where it ends (schema GATEWAYS).

    Raises
    ------
    DataError
        If a road has no node within 3 km of where its gateway is known to be; all are named.
    """
    table = pd.DataFrame(_GATEWAYS, columns=_COLUMNS).set_index("gateway_id")
    lonlat = gpd.points_from_xy(table["lon"], table["lat"], crs=LONLAT)
    points = to_work(gpd.GeoDataFrame(index=table.index, geometry=lonlat), what="gateways").geometry
    placed = {
        gateway: _road_end(points[gateway], links[links["road"] == road], nodes)
        for gateway, road in table["road"].items()
    }
    lost = [str(gateway) for gateway, end in placed.items() if end is None]
    if lost:
        raise DataError(f"no road ends within {_REACH_M / 1000:.0f} km of gateways {name_some(lost)}")
    ends = pd.DataFrame(placed, index=["node_id", "link_id"]).T
    listed = table.drop(columns=["lon", "lat"]).join(ends).rename_axis("gateway_id")
    return validate(listed, GATEWAYS)


def _road_end(point: Point, road: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame) -> tuple[str, str] | None:
    """Find the node of the road nearest to the point, and the link that ends there."""
    ends = pd.concat([road["from_node"], road["to_node"]]).sort_index(kind="stable")
    metres = nodes.geometry.loc[ends.unique()].distance(point).sort_values(kind="stable")
    if metres.empty or metres.iloc[0] > _REACH_M:
        return None
    node = str(metres.index[0])
    return node, str(ends.index[ends == node][0])
