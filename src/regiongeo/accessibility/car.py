"""The road network at the speed of a car."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regiongeo.assumptions import assumption_table
from regiongeo.errors import NetworkError, name_some
from regiongeo.network import Network

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["CAR_CLASSES", "car_network"]

CAR_CLASSES = ("motorway", "expressway", "er_other", "f", "k")
"""Kinds of road a car speed is assumed for: ``car_kmh.<kind>``."""


def car_network(network: Network, assumptions: pd.DataFrame) -> Network:
    """Return the network with ``minutes`` and ``car_kmh`` of a car; the input stays as it is.

    Parameters
    ----------
    network
        Links with ``road_category``, ``motorway_type`` and ``is_ferry``. Where they carry ``car_kmh``
        themselves, that speed counts, and the assumption only where it is missing.
    assumptions
        ``car_kmh.*`` [km/h].

    Returns
    -------
    Network. Ferries keep their minutes, waiting included: lorries and cars share the boat.

    Raises
    ------
    NetworkError
        If a link has no speed above zero.
    AssumptionError
        If an assumption is missing.

    Notes
    -----
    Known weakness: mean speeds by kind of road without queues, turns or winter; the map holds no speed
    limits.
    """
    links = network.links
    kmh = _assumed_kmh(links, assumption_table(assumptions, "car_kmh", unit="km/h"))
    if "car_kmh" in links:
        kmh = links["car_kmh"].astype(float).fillna(kmh)
    is_ferry = links["is_ferry"].to_numpy(dtype=bool)
    bad = ~is_ferry & ~(np.isfinite(kmh) & (kmh > 0)).to_numpy()
    if bad.any():
        raise NetworkError(f"no car speed above 0 km/h for links {name_some(links.index[bad])}: set car_kmh")
    minutes = links["minutes"].where(is_ferry, links["length_m"] / kmh * 0.06)
    return Network(network.nodes, links.assign(car_kmh=kmh.mask(is_ferry), minutes=minutes))


def _assumed_kmh(links: gpd.GeoDataFrame, speeds: dict[str, float]) -> pd.Series:
    kind = links["motorway_type"].where(links["motorway_type"] != "none", "er_other")
    kind = kind.mask(links["road_category"] == "F", "f").mask(links["road_category"] == "K", "k")
    kmh: pd.Series = kind.map(speeds).astype(float)
    return kmh
