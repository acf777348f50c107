"""Rows of any table as plain data for the page: shapes in steps of a degree, cells as text or figures."""

from __future__ import annotations

import datetime as dt
import math
import numbers
import warnings
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from regiongeo.crs import LONLAT, describe_position
from regiongeo.errors import CrsError, DataError, RegionGeoWarning, name_some
from regiongeo.i18n import text
from regiongeo.maps.geometry import SCALE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from regiongeo.i18n import Language

__all__ = ["MOST_VERTICES", "encode_bounds", "encode_column", "encode_rows", "lonlat_of", "tell_cell", "thin"]

MOST_VERTICES = 200_000
"""More corners than this make a page slow to open and to move."""
_TOLERANCES = (1e-4, 4e-4, 1.6e-3, 6.4e-3)
_LONGEST_TEXT = 500
_WHOLE_IN_JS = 2**53
_KINDS = {"areas": (3,), "lines": (1, 2), "points": (0,)}
"""Shapely's simple types by what they are drawn as; all above are made of several parts."""
_LAST_SIMPLE = 3


def lonlat_of(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Transform shapes from any CRS to EPSG:4326.

    Raises
    ------
    CrsError
        If no CRS is known, or coordinates cannot be in the one that is named.
    """
    drawn = shapes[~(shapes.isna() | shapes.is_empty)]
    if shapes.crs is None:
        point = drawn.iloc[0].representative_point() if len(drawn) else None
        look = f"; the first coordinates look like {describe_position(point.x, point.y)}" if point else ""
        raise CrsError(
            f"the table names no coordinate system{look}: set it first, for example gdf.set_crs(25832)"
        )
    moved = shapes.to_crs(LONLAT)
    points, rows = shapely.get_coordinates(moved.array.to_numpy(), return_index=True)
    wrong = np.unique(rows[~(np.abs(points) <= [180, 90]).all(axis=1)])
    if len(wrong):
        raise CrsError(
            f"rows {name_some(shapes.index[wrong])} do not lie on the earth in {shapes.crs.to_string()}: "
            "correct the coordinate system or the coordinates"
        )
    return moved


def thin(shapes: gpd.GeoSeries) -> tuple[gpd.GeoSeries, float]:
    """Simplify lon/lat shapes to at most `MOST_VERTICES` corners; also return the tolerance [degree].

    Raises
    ------
    DataError
        If even coarse shapes have more.
    """
    count = before = _count(shapes)
    tolerance = 0.0
    for tolerance in _TOLERANCES if count > MOST_VERTICES else ():
        shapes = shapes.simplify(tolerance, preserve_topology=True)
        count = _count(shapes)
        if count <= MOST_VERTICES:
            break
    if count > MOST_VERTICES:
        raise DataError(
            f"{before} corners are more than the {MOST_VERTICES} a map can show: "
            "choose fewer rows, or simplify them first"
        )
    if tolerance:
        warnings.warn(
            f"{before} corners are drawn as {count}, off by up to {tolerance} degrees; "
            "the table itself is unchanged",
            RegionGeoWarning,
            stacklevel=3,
        )
    return shapes, tolerance


def encode_rows(shapes: gpd.GeoSeries) -> dict[str, list[list[object]]]:
    """Return ``areas``, ``lines`` and ``points``: ``[row, steps, …]`` for each row that has any of the kind.

    Rings, lines and points are in steps of 1/`SCALE` degree, each from the one before; rows are positions.
    """
    parts, rows = _split(shapes.array.to_numpy())
    types = shapely.get_type_id(parts)
    return {kind: _encode_kind(parts[chosen], rows[chosen], kind) for kind, chosen in _kinds(types)}


def encode_bounds(shapes: gpd.GeoSeries) -> list[list[int]] | None:
    """Return the south-west and north-east corner in steps, or None where nothing is drawn."""
    west, south, east, north = shapes.total_bounds
    if not math.isfinite(west):
        return None
    return [[round(x * SCALE), round(y * SCALE)] for x, y in ((west, south), (east, north))]


def encode_column(values: pd.Series, lang: Language) -> list[object]:
    """Return the cells of a column for the page; missing ones are None."""
    return [tell_cell(value, lang) for value in values.astype("object")]


def tell_cell(value: object, lang: Language) -> str | int | float | None:
    """Turn one cell into a figure of at most six significant digits, a text, or None where it is missing.

    Whole numbers stay whole; texts are cut at 500 characters, and otherwise stay as they are.
    """
    if isinstance(value, str):
        return _cut(str(value))
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return text("page_explore", "yes" if value else "no", lang)
    if isinstance(value, numbers.Real):
        return _tell_figure(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return _cut(str(value))


def _tell_figure(value: numbers.Real) -> str | int | float | None:
    if isinstance(value, numbers.Integral):
        return int(value) if abs(int(value)) < _WHOLE_IN_JS else str(int(value))
    figure = float(value)
    return float(f"{figure:.6g}") if math.isfinite(figure) else None


def _cut(told: str) -> str:
    return told if len(told) <= _LONGEST_TEXT else f"{told[:_LONGEST_TEXT]}…"


def _count(shapes: gpd.GeoSeries) -> int:
    return int(shapely.get_num_coordinates(shapes.array.to_numpy()).sum())


def _split(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return all simple parts, also those of collections in collections, with the row of each, in order."""
    parts, rows = shapes, np.arange(len(shapes))
    while len(parts) and (shapely.get_type_id(parts) > _LAST_SIMPLE).any():
        parts, index = shapely.get_parts(parts, return_index=True)
        rows = rows[index]
    is_drawn = ~(shapely.is_missing(parts) | shapely.is_empty(parts))
    return parts[is_drawn], rows[is_drawn]


def _kinds(types: NDArray[np.int32]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    return ((kind, np.isin(types, ids)) for kind, ids in _KINDS.items())


def _encode_kind(parts: NDArray[np.object_], rows: NDArray[np.intp], kind: str) -> list[list[object]]:
    if kind == "areas":
        parts, index = shapely.get_rings(parts, return_index=True)
        rows = rows[index]
    found: list[list[object]] = []
    for row, steps in zip(rows.tolist(), _encode_lines(parts), strict=True):
        if not found or found[-1][0] != row:
            found.append([row])
        found[-1].append(steps)
    return found


def _encode_lines(lines: NDArray[np.object_]) -> list[list[int]]:
    """Return the steps of each line, all lines at once: ten thousand areas would else take a second."""
    points, index = shapely.get_coordinates(lines, return_index=True)
    whole = np.rint(points * SCALE).astype(int)
    is_first = np.diff(index, prepend=-1) != 0
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=int))
    steps[is_first] = whole[is_first]
    is_kept = is_first | (steps != 0).any(axis=1)
    flat = steps[is_kept].ravel().tolist()
    ends = 2 * np.cumsum(np.bincount(index[is_kept], minlength=len(lines)))
    return [flat[start:end] for start, end in pairwise([0, *ends.tolist()])]
