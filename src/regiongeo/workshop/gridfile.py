"""The criteria grid as the page carries it, and the provisional score that is read from it.

``maps/web/grid.js`` reads the same data by the same steps in the same order, so both give the same figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import Transformer

from regiongeo.crs import LONLAT, WORK_CRS
from regiongeo.errors import DataError
from regiongeo.workshop.grid import STRUCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from regiongeo.workshop.grid import Grid

    Steps = NDArray[np.uint8]
    Spot = tuple[float, float]

__all__ = [
    "PackedGrid",
    "Projection",
    "Provisional",
    "fit_projection",
    "pack_grid",
    "provisional_score",
    "read_grid",
]

_TOP = 62
_NO_DATA = 63
_SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_DEGREE = 4
_MARGIN_M = 20_000.0
_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class Projection:
    """Lon/lat to EPSG:25832 as two polynomials of the fourth degree, good inside one box.

    With ``x = (lon - lon[0]) / lon[1]`` and ``y`` likewise, ``easting = sum_ij easting[i][j] x^i y^j``.
    """

    lon: tuple[float, float]
    """Middle and half width of the box [degrees]."""
    lat: tuple[float, float]
    easting: tuple[tuple[float, ...], ...]
    """Coefficients [m], ``i + j <= 4``."""
    northing: tuple[tuple[float, ...], ...]
    max_error_m: float
    """Largest distance from the exact place, on a fine net over the box [m]."""

    def project(self, lat: float, lon: float) -> Spot | None:
        """Return easting and northing [m]; None outside the box, where the polynomial may say anything."""
        x, y = (lon - self.lon[0]) / self.lon[1], (lat - self.lat[0]) / self.lat[1]
        if not (-1 <= x <= 1 and -1 <= y <= 1):
            return None
        return _polynomial(self.easting, x, y), _polynomial(self.northing, x, y)


@dataclass(frozen=True, kw_only=True, eq=False)
class PackedGrid:
    """A grid in whole steps, as ``grid.js`` holds it."""

    origin: Spot
    """East and north of the south-west corner [m]."""
    cell_m: float
    criteria: tuple[str, ...]
    """Those that have data in some cell."""
    steps: Steps
    """Values in steps of 1/62, criteria × rows × columns; 63 is "no data", or outside the region."""
    struck: Steps
    """Place in ``reasons`` of the reason to refuse a site, rows × columns."""
    reasons: tuple[str, ...]
    projection: Projection


@dataclass(frozen=True, kw_only=True)
class Provisional:
    """What a plot would score, as far as the grid can tell."""

    score: float | None
    """Weighted mean of the values known [0-1]; None where no criterion with a weight has data."""
    values: dict[str, float | None]
    """Value by criterion [0-1]; None is "no data"."""
    missing: tuple[str, ...]
    """Criteria that have a weight and no data here."""
    struck: str | None
    """Why the main job would refuse the plot: national_park or far_from_road."""


def pack_grid(grid: Grid) -> dict[str, object]:
    """Write a grid as JSON-able data: 6 bits a value.

    A value is a whole number of steps of 1/62 (63 is "no data"), written as its difference from the cell to
    the south, modulo 64, in one character of the base64 alphabet; rows run from south to north, each from
    west to east. Criteria without any data are left out.

    Returns
    -------
    Dict with ``cell_m`` [m], ``origin`` [east, north of the south-west corner, m], ``rows``, ``columns``,
    ``criteria``, ``values`` (text by criterion), ``struck`` (text) with ``reasons``, and ``to_grid``
    (`Projection`). For all of Osloregionen at 500 m it is 2.3 MB of text, 163 kB after gzip and base64.
    """
    known = [at for at in range(len(grid.criteria)) if np.isfinite(grid.values[at]).any()]
    projection = fit_projection(grid)
    return {
        "cell_m": grid.cell_m,
        "origin": list(grid.origin),
        "rows": grid.rows,
        "columns": grid.columns,
        "criteria": [grid.criteria[at] for at in known],
        "to_grid": {
            "lon": list(projection.lon),
            "lat": list(projection.lat),
            "easting": [list(row) for row in projection.easting],
            "northing": [list(row) for row in projection.northing],
            "max_error_m": projection.max_error_m,
        },
        "values": {grid.criteria[at]: _write(_to_steps(grid.values[at])) for at in known},
        "struck": _write(grid.struck.astype(np.uint8)),
        "reasons": list(STRUCK),
    }


def read_grid(packed: Mapping[str, Any]) -> PackedGrid:
    """Read what `pack_grid` wrote.

    Raises
    ------
    DataError
        If a layer has not one known character for each cell.
    """
    shape = packed["rows"], packed["columns"]
    criteria = tuple(packed["criteria"])
    layers = [_read(packed["values"][name], shape, what=name) for name in criteria]
    told = packed["to_grid"]
    return PackedGrid(
        origin=tuple(packed["origin"]),
        cell_m=packed["cell_m"],
        criteria=criteria,
        steps=np.array(layers, dtype=np.uint8).reshape(-1, *shape),
        struck=_read(packed["struck"], shape, what="struck"),
        reasons=tuple(packed["reasons"]),
        projection=Projection(
            lon=tuple(told["lon"]),
            lat=tuple(told["lat"]),
            easting=tuple(map(tuple, told["easting"])),
            northing=tuple(map(tuple, told["northing"])),
            max_error_m=told["max_error_m"],
        ),
    )


def fit_projection(grid: Grid) -> Projection:
    """Fit the polynomials from lon/lat to EPSG:25832 over a grid and 20 km around it."""
    transformer = Transformer.from_crs(LONLAT, WORK_CRS, always_xy=True)
    west, south = (corner - _MARGIN_M for corner in grid.origin)
    east = grid.origin[0] + grid.columns * grid.cell_m + _MARGIN_M
    north = grid.origin[1] + grid.rows * grid.cell_m + _MARGIN_M
    box = transformer.transform_bounds(west, south, east, north, densify_pts=101, direction="INVERSE")
    lon, lat = (((box[at] + box[at + 2]) / 2, (box[at + 2] - box[at]) / 2) for at in (0, 1))

    def exact(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array(transformer.transform(lon[0] + x * lon[1], lat[0] + y * lat[1]))

    at = np.cos(np.pi * (np.arange(40) + 0.5) / 40)  # Chebyshev's places: the error stays even over the box
    x, y = (part.ravel() for part in np.meshgrid(at, at))
    terms = np.column_stack([x**i * y**j for i, j in _terms()])
    found = np.linalg.lstsq(terms, exact(x, y).T, rcond=None)[0].round(_DECIMALS)
    easting, northing = (_by_power(column.tolist()) for column in found.T)
    x, y = (part.ravel() for part in np.meshgrid(*2 * [np.linspace(-1, 1, 101)]))
    approximate = np.array([_polynomial(rows, x, y) for rows in (easting, northing)])
    error = np.hypot(*(approximate - exact(x, y))).max()
    return Projection(
        lon=lon, lat=lat, easting=easting, northing=northing, max_error_m=round(float(error), 3)
    )


def provisional_score(
    grid: PackedGrid, latlngs: Sequence[Spot], weights: Mapping[str, float]
) -> Provisional | None:
    """Score a point or an area that was drawn on the map.

    Parameters
    ----------
    grid
        As from `read_grid`.
    latlngs
        Latitude and longitude [degrees] of one point, or of the corners of one ring.
    weights
        Weight by criterion, any scale; what is not above 0 does not count.

    Returns
    -------
    The values are the means over the cells whose centres lie in the area, of those with data; where there is
    none, those of the cell of a point in it: the centroid, or the middle of the widest stretch at half height
    where the centroid lies outside. ``struck`` is that of this point's cell. None outside the region.
    """
    ring = [_to_cells(grid, *corner) for corner in latlngs]
    if not ring or None in ring:
        return None
    corners = [corner for corner in ring if corner is not None]
    middle = _cell_of(grid, _point_inside(corners))
    cells = list(_cells_inside(grid, corners)) or ([] if middle is None else [middle])
    values = dict(zip(grid.criteria, (_mean(layer, cells) for layer in grid.steps), strict=True))
    if all(value is None for value in values.values()):
        return None
    used = [name for name in grid.criteria if weights.get(name, 0) > 0]
    known = [(weights[name], value) for name in used if (value := values[name]) is not None]
    total = sum(weight for weight, _ in known)
    return Provisional(
        score=sum(weight * value for weight, value in known) / total if total > 0 else None,
        values=values,
        missing=tuple(name for name in used if values[name] is None),
        struck=None if middle is None else grid.reasons[grid.struck[middle]] or None,
    )


def _terms() -> list[tuple[int, int]]:
    return [(i, j) for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i)]


def _by_power(coefficients: list[float]) -> tuple[tuple[float, ...], ...]:
    """Group coefficients by the power of x."""
    pairs = list(zip(_terms(), coefficients, strict=True))
    return tuple(tuple(c for (power, _), c in pairs if power == i) for i in range(_DEGREE + 1))


def _polynomial(rows: Sequence[Sequence[float]], x: Any, y: Any) -> Any:  # noqa: ANN401  (numbers or arrays)
    """Evaluate by Horner's rule: the same sums and products, in the same order, as in JavaScript."""
    total = 0.0
    for row in reversed(rows):
        inner = 0.0
        for coefficient in reversed(row):
            inner = inner * y + coefficient
        total = total * x + inner
    return total


def _to_steps(values: NDArray[np.float64]) -> Steps:
    return np.where(np.isnan(values), _NO_DATA, np.rint(np.nan_to_num(values) * _TOP)).astype(np.uint8)


def _write(steps: Steps) -> str:
    south = np.vstack([np.full_like(steps[:1], _NO_DATA), steps[:-1]])
    symbols = np.frombuffer(_SYMBOLS.encode(), dtype=np.uint8)
    return symbols[(steps.astype(int) - south) % len(_SYMBOLS)].tobytes().decode()


def _read(text: str, shape: tuple[int, int], *, what: str) -> Steps:
    code = {symbol: at for at, symbol in enumerate(_SYMBOLS)}
    if len(text) != shape[0] * shape[1] or not set(text) <= set(_SYMBOLS):
        raise DataError(
            f"criteria grid: layer '{what}' has not one value for each of {shape[0]} × {shape[1]} cells: "
            "build the workshop file anew"
        )
    change = np.array([code[symbol] for symbol in text]).reshape(shape)
    return ((change.cumsum(axis=0) + _NO_DATA) % len(_SYMBOLS)).astype(np.uint8)


def _to_cells(grid: PackedGrid, lat: float, lon: float) -> Spot | None:
    """Return column and row as real numbers; the centre of the first cell is at one half."""
    spot = grid.projection.project(lat, lon)
    if spot is None:
        return None
    return (spot[0] - grid.origin[0]) / grid.cell_m, (spot[1] - grid.origin[1]) / grid.cell_m


def _cell_of(grid: PackedGrid, spot: Spot) -> tuple[int, int] | None:
    column, row = floor(spot[0]), floor(spot[1])
    rows, columns = grid.struck.shape
    return (row, column) if 0 <= row < rows and 0 <= column < columns else None


def _crossings(ring: Sequence[Spot], height: float) -> list[float]:
    """Return where the outline crosses a height, from west to east."""
    found = []
    for (u, v), (next_u, next_v) in zip([ring[-1], *ring], ring, strict=False):
        if (v > height) != (next_v > height):
            found.append(u + (height - v) * (next_u - u) / (next_v - v))
    return sorted(found)


def _cells_inside(grid: PackedGrid, ring: Sequence[Spot]) -> Iterator[tuple[int, int]]:
    heights = [v for _, v in ring]
    rows, columns = grid.struck.shape
    for row in range(max(0, floor(min(heights))), min(rows - 1, floor(max(heights))) + 1):
        edges = _crossings(ring, row + 0.5)
        for west, east in zip(edges[::2], edges[1::2], strict=True):
            for column in range(max(0, ceil(west - 0.5)), min(columns, ceil(east - 0.5))):
                yield row, column


def _point_inside(ring: Sequence[Spot]) -> Spot:
    """Return the centroid, or the middle of the widest stretch at half height where it lies outside."""
    centre = _centroid(ring)
    if centre is not None:
        before = [edge for edge in _crossings(ring, centre[1]) if edge <= centre[0]]
        if len(before) % 2 == 1:
            return centre
    heights = [v for _, v in ring]
    middle = (min(heights) + max(heights)) / 2
    edges = _crossings(ring, middle)
    spans = list(zip(edges[::2], edges[1::2], strict=True))
    if not spans:
        return ring[0]
    west, east = max(spans, key=lambda span: span[1] - span[0])
    return (west + east) / 2, middle


def _centroid(ring: Sequence[Spot]) -> Spot | None:
    """Return the centroid of the area, summed from the first corner to keep digits; None without an area."""
    (u0, v0), area, moment_u, moment_v = ring[0], 0.0, 0.0, 0.0
    for (u, v), (next_u, next_v) in zip([ring[-1], *ring], ring, strict=False):
        twice = (u - u0) * (next_v - v0) - (next_u - u0) * (v - v0)
        area += twice
        moment_u += (u - u0 + next_u - u0) * twice
        moment_v += (v - v0 + next_v - v0) * twice
    return None if area == 0 else (u0 + moment_u / (3 * area), v0 + moment_v / (3 * area))


def _mean(layer: Steps, cells: Sequence[tuple[int, int]]) -> float | None:
    steps = layer[tuple(np.array(cells, dtype=int).reshape(-1, 2).T)]
    known = steps[steps != _NO_DATA]
    return int(known.sum(dtype=int)) / (_TOP * len(known)) if len(known) else None
