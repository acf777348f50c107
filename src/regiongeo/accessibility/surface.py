"""Accessibility of every place of the region, for drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from regiongeo.accessibility.people import nearest_nodes, road_nodes
from regiongeo.crs import require_work
from regiongeo.errors import DataError
from regiongeo.routing import cost_matrix

if TYPE_CHECKING:
    from regiongeo.network import Network

__all__ = ["access_cells"]

_BLOCK = 2048


def access_cells(
    region: gpd.GeoDataFrame,
    network: Network,
    people: pd.Series,
    *,
    limit: float,
    access_kmh: float,
    cell_m: float = 2000.0,
) -> gpd.GeoDataFrame:
    """Count the people within a driving time of each cell of a square grid over the region.

    ``sum_j P_j [ o_c / v + t(n_c, j) <= limit ]`` with n_c the road node nearest to the middle of cell c, o_c
    the straight way there and v the speed on it.

    Parameters
    ----------
    region
        Areas, EPSG:25832; a cell counts whose middle lies in one.
    network
        Network at the speed of a car.
    people
        Persons by node.
    limit
        Driving time [min].
    access_kmh
        Speed from the middle of the cell to the nearest node of the map [km/h].
    cell_m
        Side of a cell [m]; the grid starts at whole multiples of it.

    Returns
    -------
    GeoDataFrame of squares by ``cell_id`` (east and north of the corner in cells), EPSG:25832:
    ``people_within`` [persons], ``offset_m`` [m].

    Raises
    ------
    DataError
        If no cell has its middle in the region.
    """
    require_work(region, what="region")
    corners = _cells(region, cell_m)
    middles = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(*(corners + cell_m / 2).T),
        index=_cell_ids(corners, cell_m),
        crs=region.crs,
    )
    near = nearest_nodes(middles, road_nodes(network))
    within = _within(network, near, people, limit=limit, access_kmh=access_kmh)
    squares = shapely.box(*corners.T, *(corners + cell_m).T)
    columns = {"people_within": within, "offset_m": near["offset_m"].round(0)}
    return gpd.GeoDataFrame(columns, geometry=squares, index=middles.index, crs=region.crs)


def _cells(region: gpd.GeoDataFrame, cell_m: float) -> np.ndarray:
    """Return the lower left corners of the cells whose middle lies in the region, from south to north."""
    west, south, east, north = region.total_bounds
    easts = np.arange(np.floor(west / cell_m), np.ceil(east / cell_m)) * cell_m
    norths = np.arange(np.floor(south / cell_m), np.ceil(north / cell_m)) * cell_m
    corners = np.stack(np.meshgrid(easts, norths), axis=-1).reshape(-1, 2)
    tree = shapely.STRtree(gpd.points_from_xy(*(corners + cell_m / 2).T))
    _, inside = tree.query(region.geometry.to_numpy(), predicate="intersects")
    if not len(inside):
        raise DataError(f"no cell of {cell_m:g} m has its middle in the region: take smaller cells")
    kept: np.ndarray = corners[np.unique(inside)]
    return kept


def _cell_ids(corners: np.ndarray, cell_m: float) -> pd.Index[str]:
    ids = [f"{east:d}_{north:d}" for east, north in np.round(corners / cell_m).astype(int)]
    return pd.Index(ids, name="cell_id", dtype="str")


def _within(
    network: Network, near: pd.DataFrame, people: pd.Series, *, limit: float, access_kmh: float
) -> pd.Series[float]:
    starts = pd.Index(near["node_id"]).unique()
    minutes = cost_matrix(network, starts, people.index, limit=limit).to_numpy()
    at = starts.get_indexer(near["node_id"])
    left = limit - near["offset_m"].to_numpy() / 1000 / access_kmh * 60
    persons = people.to_numpy(dtype=float)
    blocks = [slice(first, first + _BLOCK) for first in range(0, len(near), _BLOCK)]
    counts = [(minutes[at[part]] <= left[part, None]) @ persons for part in blocks]
    return pd.Series(np.concatenate(counts), index=near.index)
