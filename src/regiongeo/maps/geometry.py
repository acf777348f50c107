"""Shapes for the page: lon/lat in steps of 0.00001 degree, each point as the step from the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from regiongeo.crs import to_lonlat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

__all__ = ["SCALE", "encode_areas", "encode_lines", "encode_points", "join_lines", "merge_areas"]

SCALE = 100_000
"""Steps in a degree: 1.1 m to the north, 0.55 m to the east at Oslo."""


def encode_points(shapes: gpd.GeoSeries) -> list[list[int]]:
    """Return ``[lon, lat]`` in steps for each point (or a point inside each other shape)."""
    inside = shapes.representative_point() if not (shapes.geom_type == "Point").all() else shapes
    lonlat = _to_lonlat(inside)
    steps = np.rint(np.column_stack([lonlat.x, lonlat.y]) * SCALE).astype(int)
    return [[int(x), int(y)] for x, y in steps]


def encode_lines(shapes: gpd.GeoSeries, *, tolerance_m: float) -> list[list[list[int]]]:
    """Return a list of lines for each row, simplified by ``tolerance_m`` [m, EPSG:25832]."""
    return [
        [_encode_steps(part) for part in shapely.get_parts(shape) if not part.is_empty]
        for shape in _to_lonlat(shapes.simplify(tolerance_m, preserve_topology=False))
    ]


def encode_areas(
    shapes: gpd.GeoSeries, *, tolerance_m: float, is_coverage: bool = False
) -> list[list[list[int]]]:
    """Return a list of rings for each row, outer ones and holes alike, to be filled by the even-odd rule.

    A coverage (areas that share borders) is simplified with its shared borders kept.
    """
    simple = (
        shapes.simplify_coverage(tolerance_m)
        if is_coverage
        else shapes.simplify(tolerance_m, preserve_topology=True)
    )
    return [
        [_encode_steps(ring) for ring in shapely.get_rings(shapely.get_parts(shape))]
        for shape in _to_lonlat(simple)
    ]


def join_lines(lines: Iterable[shapely.LineString]) -> BaseGeometry:
    """Return lines as one shape, those that meet end to end as one line."""
    return shapely.line_merge(shapely.MultiLineString(list(lines)))


def merge_areas(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return one row with the union of all rows; no row where there are none."""
    return gpd.GeoSeries([shapes.union_all()], crs=shapes.crs) if len(shapes) else shapes


def _to_lonlat(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    return to_lonlat(gpd.GeoDataFrame(geometry=shapes)).geometry


def _encode_steps(line: BaseGeometry) -> list[int]:
    whole = np.rint(shapely.get_coordinates(line) * SCALE).astype(int)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=int))
    moves = (steps != 0).any(axis=1)
    moves[0] = True
    return [int(step) for step in steps[moves].ravel()]
