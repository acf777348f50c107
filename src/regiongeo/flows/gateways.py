"""Gateways: zones at the edge of the network, with the leg their trucks drive beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from regiongeo.assumptions import assumption
from regiongeo.errors import NetworkError, name_some
from regiongeo.network import require_nodes
from regiongeo.schema import validate
from regiongeo.tables import ZONES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regiongeo.network import Network
    from regiongeo.tables import ReferenceData

__all__ = ["OUTSIDE_LEVELS", "add_gateways", "outside_legs", "passing_pairs"]

OUTSIDE_LEVELS = ("low", "value", "high")
"""Which of the three figures of a leg beyond the gateway counts; ``value`` is the central one."""


def outside_legs(gateways: pd.DataFrame, assumptions: pd.DataFrame, *, level: str = "value") -> pd.DataFrame:
    """Look up how far trucks drive beyond each gateway.

    Parameters
    ----------
    gateways
        Schema GATEWAYS.
    assumptions
        ``gateway_outside_km.<gateway_id>`` and ``flow_outside_kmh``.
    level
        One of OUTSIDE_LEVELS.

    Returns
    -------
    DataFrame by ``gateway_id``: outside_km [km], outside_minutes [min].

    Raises
    ------
    AssumptionError
        If a gateway has no leg.
    """
    names = {str(gateway): f"gateway_outside_km.{gateway}" for gateway in gateways.index}
    for name in names.values():
        assumption(assumptions, name, unit="km")
    km = assumptions.loc[list(names.values()), level].set_axis(gateways.index).astype(float)
    kmh = assumption(assumptions, "flow_outside_kmh", unit="km/h")
    return pd.DataFrame({"outside_km": km, "outside_minutes": km / kmh * 60})


def add_gateways(
    zones: gpd.GeoDataFrame,
    reference: ReferenceData,
    network: Network,
    truck_aadt: pd.Series[float],
    *,
    level: str = "value",
) -> gpd.GeoDataFrame:
    """Add the gateways to the zones, each with the trucks counted on its last link.

    Parameters
    ----------
    zones
        As from ``build_zones``.
    truck_aadt
        Trucks per day by ``link_id``; missing where there is no basis.
    level
        One of OUTSIDE_LEVELS.

    Returns
    -------
    Schema ZONES; ``trucks_per_day`` is 0 until a matrix is made.

    Raises
    ------
    NetworkError
        If a gateway's node or link is not in the network.
    """
    gateways = reference.gateways
    require_nodes(network, pd.Index(gateways["node_id"]))
    lost = gateways["link_id"][~gateways["link_id"].isin(network.links.index)]
    if len(lost):
        raise NetworkError(f"gateways {name_some(lost.index)} lie on links that are not in the network")
    legs = outside_legs(gateways, reference.assumptions, level=level)
    doors = (
        gateways[["name", "road", "corridor", "is_border", "node_id"]]
        .join(legs)
        .assign(
            kind="gateway",
            place=gateways["name"],
            access_m=0.0,
            attraction=0.0,
            observed_trucks=gateways["link_id"].map(truck_aadt).astype(float),
            municipality_id=pd.Series(pd.NA, index=gateways.index, dtype="str"),
        )
    )
    points = network.nodes.geometry.loc[gateways["node_id"]].to_numpy()
    doors = gpd.GeoDataFrame(doors, geometry=points, crs=network.nodes.crs).rename_axis("zone_id")
    nothing = pd.Series(pd.NA, index=zones.index, dtype="str")
    inside = zones.assign(
        road=nothing,
        corridor=nothing,
        is_border=False,
        outside_km=0.0,
        outside_minutes=0.0,
        observed_trucks=np.nan,
    )
    whole = pd.concat([inside, doors[inside.columns]]).sort_index().assign(trucks_per_day=0.0)
    return validate(whole, ZONES)


def passing_pairs(zones: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell between which gateways trucks pass through: not in one direction, and not from border to border.

    Whoever drives from Sweden to Sweden, or from one road north to another, does so outside the area.

    Returns
    -------
    Zones × zones, symmetric.
    """
    is_gateway = (zones["kind"] == "gateway").to_numpy()
    corridor, border = zones["corridor"].to_numpy(dtype=object), zones["is_border"].to_numpy(dtype=bool)
    same_side = (corridor[:, None] == corridor[None, :]) | (border[:, None] & border[None, :])
    pairs: NDArray[np.bool_] = is_gateway[:, None] & is_gateway[None, :] & ~same_side
    return pairs
