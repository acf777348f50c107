"""The geometry of one exported record: untrusted, checked number by number, valid and in the region."""

from __future__ import annotations

import json
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseMultipartGeometry

from regiongeo.crs import LONLAT, WORK_CRS, Box
from regiongeo.userfiles.problems import Flaw, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

__all__ = ["DECIMALS", "MOST_VERTICES", "read_shape", "to_work_shape", "told"]

DECIMALS = 6
"""Decimals of a degree that an export holds: 0.1 m or less."""
MOST_VERTICES = 500
_LEAST_RING = 4
_MOST_LON, _MOST_LAT = 180.0, 90.0


def read_shape(geometry: object, *, box: Box) -> BaseGeometry:
    """Build the point or polygon of a GeoJSON geometry, in lon/lat with six decimals (EPSG:4326).

    A polygon that crosses itself becomes the valid area it covers, possibly of several parts; heights are
    dropped.

    Parameters
    ----------
    geometry
        The parsed JSON value.
    box
        Range the shape must lie in [m, EPSG:25832].

    Raises
    ------
    Flaw
        Saying what is wrong with it, and the cure.
    """
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind == "Point":
        shape: BaseGeometry = shapely.Point(_position(coordinates))
    elif kind == "Polygon":
        shape = _area(coordinates)
    else:
        raise Flaw(f"its geometry is {told(kind)}", "give a point or a polygon")
    if not box.holds(to_work_shape(shape).bounds):
        raise Flaw("lies outside the region and 20 km around it", "move it, or leave it out")
    return shape


def to_work_shape(shape: BaseGeometry) -> BaseGeometry:
    """Transform a shape in lon/lat to EPSG:25832 [m]."""
    return shapely.transform(shape, _move)


def told(value: object) -> str:
    """Name a JSON value in a message; never walks into a nested one."""
    if isinstance(value, list | dict):
        return f"a {'list' if isinstance(value, list) else 'object'} of {len(value)}"
    return f"'{shown(value)}'" if isinstance(value, str) else shown(json.dumps(value))


def _move(positions: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.column_stack(_to_work().transform(positions[:, 0], positions[:, 1]))


@cache
def _to_work() -> Transformer:
    return Transformer.from_crs(LONLAT, WORK_CRS, always_xy=True)


def _area(coordinates: object) -> BaseGeometry:
    rings = list(_rings(coordinates))
    polygon: BaseGeometry = shapely.Polygon(rings[0], rings[1:])
    if not polygon.is_valid:
        # The default method of make_valid can take minutes on a scribble.
        mended = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
        polygon = _polygons_of(shapely.set_precision(mended, 10.0**-DECIMALS))
    if polygon.is_empty or polygon.area == 0:
        raise Flaw("its polygon covers no area", "draw it again")
    return polygon


def _polygons_of(shape: BaseGeometry) -> BaseGeometry:
    """Keep the polygons of a mended shape; lines and points that fell out of it go."""
    parts = list(shape.geoms) if isinstance(shape, BaseMultipartGeometry) else [shape]
    areas = [part for part in parts if isinstance(part, shapely.Polygon)]
    return areas[0] if len(areas) == 1 else shapely.MultiPolygon(areas)


def _rings(coordinates: object) -> Iterator[list[tuple[float, float]]]:
    rings = [_filled(ring) for ring in _filled(coordinates)]
    vertices = sum(len(ring) - 1 for ring in rings)
    if vertices > MOST_VERTICES:
        raise Flaw(
            f"its polygon has {vertices} vertices, at most {MOST_VERTICES} are read", "draw it coarser"
        )
    for ring in rings:
        positions = [_position(one) for one in ring]
        if len(positions) < _LEAST_RING:
            raise Flaw(f"a ring has {len(positions)} positions, at least 4 are needed", "draw it again")
        if positions[0] != positions[-1]:
            raise Flaw("a ring is not closed", "let the last position repeat the first")
        yield positions


def _filled(value: object) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise Flaw("its geometry is empty or not a list of positions", "draw it again")
    return value


def _position(value: object) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) not in (2, 3):
        raise Flaw(f"a position must be two numbers, not {told(value)}", "export it again")
    for number, most in zip(value, chain((_MOST_LON, _MOST_LAT), (np.inf,)), strict=False):
        if type(number) not in (int, float) or not abs(number) <= most:
            raise Flaw(f"coordinate {told(number)} is not a possible degree", "export it again")
    return round(float(value[0]), DECIMALS), round(float(value[1]), DECIMALS)
