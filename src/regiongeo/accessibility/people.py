"""Where people live on the road network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from regiongeo.crs import require_work
from regiongeo.network import components

if TYPE_CHECKING:
    from regiongeo.network import Network

__all__ = ["nearest_nodes", "people_at_nodes", "population_points", "road_nodes", "yearly_people"]

_CELL_M = 2000.0


def population_points(
    municipalities: gpd.GeoDataFrame,
    population: pd.Series,
    builtup: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Spread a municipality's population over its built-up land in 2 km cells; else put it at its centre.

    Parameters
    ----------
    municipalities
        Areas by ``municipality_id``, EPSG:25832.
    population
        Inhabitants by ``municipality_id``.
    builtup, centres
        Built-up areas, and one point for each municipality.

    Returns
    -------
    GeoDataFrame of points with ``municipality_id`` and ``population`` (a real number); sums are conserved.

    Notes
    -----
    Known weakness: density inside the built-up land of a municipality is taken as even, and nobody lives
    outside it where there is any.
    """
    require_work(municipalities, what="municipalities")
    pieces = gpd.overlay(
        builtup[["geometry"]].reset_index(drop=True),
        municipalities[["geometry"]].reset_index(),
        how="intersection",
        keep_geom_type=True,
    )
    cells = _cut_in_cells(pieces)
    without = centres[~centres.index.isin(cells["municipality_id"])]
    without = without[without.index.isin(municipalities.index)]
    alone = gpd.GeoDataFrame(
        {"municipality_id": without.index, "weight": 1.0},
        geometry=without.geometry.to_numpy(),
        crs=centres.crs,
    )
    points = pd.concat([cells, alone], ignore_index=True)
    points = points[points["municipality_id"].isin(population.index)].reset_index(drop=True)
    share = points["weight"] / points.groupby("municipality_id")["weight"].transform("sum")
    points["population"] = share * points["municipality_id"].map(population).astype(float)
    return points.drop(columns="weight")


def _cut_in_cells(pieces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut areas along a 2 km grid; one row a part, its weight the area [m2]."""
    if pieces.empty:
        return gpd.GeoDataFrame({"municipality_id": [], "weight": []}, geometry=[], crs=pieces.crs)
    west, south, east, north = pieces.total_bounds
    easts = np.arange(np.floor(west / _CELL_M), np.ceil(east / _CELL_M)) * _CELL_M
    norths = np.arange(np.floor(south / _CELL_M), np.ceil(north / _CELL_M)) * _CELL_M
    corner_e, corner_n = (grid.ravel() for grid in np.meshgrid(easts, norths))
    boxes = shapely.box(corner_e, corner_n, corner_e + _CELL_M, corner_n + _CELL_M)
    shapes = pieces.geometry.to_numpy()
    piece, cell = shapely.STRtree(boxes).query(shapes, predicate="intersects")
    parts = shapely.intersection(shapes[piece], boxes[cell])
    area = shapely.area(parts)
    real = area > 0
    return gpd.GeoDataFrame(
        {"municipality_id": pieces["municipality_id"].to_numpy()[piece[real]], "weight": area[real]},
        geometry=shapely.point_on_surface(parts[real]),
        crs=pieces.crs,
    )


def road_nodes(network: Network) -> gpd.GeoDataFrame:
    """Return the nodes that a road of the largest connected part ends at; a quay in the fjord is none."""
    links = network.links[~network.links["is_ferry"].to_numpy(dtype=bool)]
    on_road = pd.Index(links["from_node"]).union(pd.Index(links["to_node"]))
    is_main = components(network) == 0
    nodes = network.nodes
    return nodes[is_main.to_numpy() & nodes.index.isin(on_road)]


def nearest_nodes(points: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find the node nearest to each point, straight.

    Returns
    -------
    DataFrame on the index of ``points``: ``node_id`` and ``offset_m`` [m].
    """
    require_work(points, what="points")
    at, metres = shapely.STRtree(nodes.geometry.to_numpy()).query_nearest(
        points.geometry.to_numpy(), return_distance=True, all_matches=False
    )
    found = {"node_id": pd.Series(nodes.index[at[1]], index=points.index, dtype="str"), "offset_m": metres}
    return pd.DataFrame(found, index=points.index)


def people_at_nodes(points: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame) -> pd.Series[float]:
    """Count the people of the points nearest to each node [persons]; nodes with nobody are left out."""
    nearest = shapely.STRtree(nodes.geometry.to_numpy()).nearest(points.geometry.to_numpy())
    people = pd.Series(points["population"].to_numpy(), dtype=float)
    return people.groupby(nodes.index[nearest]).sum().rename_axis("node_id").rename("population")


def yearly_people(
    points: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, population: pd.DataFrame
) -> pd.DataFrame:
    """Count the people at each node year by year, spread within each municipality as the points are.

    Parameters
    ----------
    points
        From `population_points`.
    nodes
        Road nodes.
    population
        Persons, ``municipality_id`` by year; at least the municipalities of the points.

    Returns
    -------
    DataFrame, ``node_id`` by year [persons].

    Notes
    -----
    Known weakness: built-up land is that of today in every year.
    """
    place = points["municipality_id"]
    share = points["population"] / points.groupby("municipality_id")["population"].transform("sum")
    nearest = shapely.STRtree(nodes.geometry.to_numpy()).nearest(points.geometry.to_numpy())
    people = population.loc[place].mul(share.to_numpy(), axis=0)
    at_nodes: pd.DataFrame = people.groupby(nodes.index[nearest]).sum().rename_axis("node_id")
    return at_nodes
