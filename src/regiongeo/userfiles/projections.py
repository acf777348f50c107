"""Coordinate systems of users' files: one table of accepted ones, and positions that must fit the label.

Between any two of them that differ by more than a metre, data of the region labelled wrongly land outside
the work box (tested for every pair), so a wrong label is always caught. Systems for which that does not hold,
such as the narrow NTM zones, are not accepted.
"""

from __future__ import annotations

import re
from math import hypot
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

from regiongeo.crs import WORK_BOX, WORK_CRS, describe_position
from regiongeo.userfiles.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from regiongeo.userfiles.rows import Row

__all__ = ["ACCEPTED_CRS", "ACCEPTED_NAMES", "FARTHEST", "parse_crs", "position_problems", "to_work_shapes"]

ACCEPTED_CRS: dict[int, int] = {
    **{code: code for code in (4326, 4258, 3857, 3006)},
    **{code: code for code in (25831, 25832, 25833, 25834, 25835, 32631, 32632, 32633, 32634, 32635)},
    4979: 4326,
    4937: 4258,
    5942: 4258,
    5972: 25832,
    5973: 25833,
}
"""EPSG code of a file -> EPSG code of its horizontal part, x (east, lon) before y."""

ACCEPTED_NAMES = ", ".join(str(code) for code in ACCEPTED_CRS)
"""The accepted codes as messages name them."""

FARTHEST = 1e8
"""No coordinate of any accepted system is larger than this; larger ones overflow geometry operations."""

_CODE = re.compile(
    r"(?:EPSG:{1,2}|urn:ogc:def:crs:EPSG:[0-9.]{0,9}:|https?://www\.opengis\.net/def/crs/EPSG/[0-9.]{1,9}/)([0-9]{4,6})",
    re.IGNORECASE,
)
_CRS84 = re.compile(
    r"OGC:CRS84|urn:ogc:def:crs:OGC:(?:1\.3)?:CRS84|https?://www\.opengis\.net/def/crs/OGC/1\.3/CRS84",
    re.IGNORECASE,
)
_LIKELY = (25832, 25833)
_SAME_RANGE = {4258: 4326, 32632: 25832, 32633: 25833, 3006: 25833}


def parse_crs(name: str) -> int | None:
    """Return the horizontal EPSG code of an accepted CRS name, None for any other; never a guess.

    >>> parse_crs("urn:ogc:def:crs:OGC:1.3:CRS84"), parse_crs("EPSG:999999")
    (4326, None)
    """
    if _CRS84.fullmatch(name.strip()):
        return 4326
    found = _CODE.fullmatch(name.strip())
    return ACCEPTED_CRS.get(int(found.group(1))) if found else None


def to_work_shapes(shapes: Sequence[BaseGeometry], epsg: int) -> gpd.GeoSeries:
    """Transform shapes of one accepted CRS to EPSG:25832."""
    return gpd.GeoSeries(list(shapes), crs=f"EPSG:{epsg}").to_crs(WORK_CRS)


def position_problems(rows: Sequence[Row], moved: gpd.GeoSeries) -> Iterator[Problem]:
    """Name the rows whose shape leaves the work box, and what their coordinates look like.

    Parameters
    ----------
    rows
        Rows of one CRS, each with a shape.
    moved
        Their shapes in EPSG:25832, in the same order.
    """
    bounds = moved.bounds.to_numpy()
    west, south, east, north = WORK_BOX
    inside = (bounds[:, :2] >= (west, south)).all(axis=1) & (bounds[:, 2:] <= (east, north)).all(axis=1)
    words: dict[str, tuple[str, str]] = {}
    for position in np.flatnonzero(~inside).tolist():
        row = rows[position]
        x, y = (float(value) for value in shapely.get_coordinates(row.shape)[0])
        look = describe_position(x, y)
        if look not in words:
            words[look] = _misplaced(x, y, row.epsg, look)
        yield Problem(row.place, *words[look], is_position=True)


def _misplaced(x: float, y: float, epsg: int, look: str) -> tuple[str, str]:
    is_no_mistake = look.endswith((f"in EPSG:{_SAME_RANGE.get(epsg, epsg)}", "outside the region"))
    if is_no_mistake or "labelled" in look:
        west, south, east, north = (value / 1000 for value in WORK_BOX)
        covered = f"E {west:.0f}-{east:.0f} km, N {south:.0f}-{north:.0f} km in EPSG:25832"
        what = f"lies outside the area covered ({covered}), taken as EPSG:{epsg}"
        return what, "correct the position or the coordinate system, or leave the row out"
    shift = _shift_km(x, y, epsg)
    moved = f" and land {shift:.0f} km away" if shift else ""
    return (
        f"taken as EPSG:{epsg}, but the coordinates look like {look}{moved}",
        "correct the coordinate system or the order of the axes in the file",
    )


def _shift_km(x: float, y: float, epsg: int) -> float | None:
    """Return how far metres land from where their likely CRS puts them [km]; None where none is likely."""
    for likely in _LIKELY:
        east, north = _place(x, y, likely)
        if likely != epsg and WORK_BOX.holds((east, north, east, north)):
            wrong_east, wrong_north = _place(x, y, epsg)
            shift = hypot(east - wrong_east, north - wrong_north) / 1000
            return shift if np.isfinite(shift) else None
    return None


def _place(x: float, y: float, epsg: int) -> tuple[float, float]:
    east, north = Transformer.from_crs(f"EPSG:{epsg}", WORK_CRS, always_xy=True).transform(x, y)
    return float(east), float(north)
