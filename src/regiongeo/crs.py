"""One coordinate system inside (EPSG:25832), lon/lat at the edges, and refusals in between.

National data often come in EPSG:25833; read as 25832 they land some 335 km off and look reasonable.
Inside the region the coordinate ranges of the usual mistakes never overlap, so a box test names them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from regiongeo.errors import CrsError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = [
    "LONLAT",
    "LONLAT_BOX",
    "WORK_BOX",
    "WORK_CRS",
    "Box",
    "check_projection",
    "describe_position",
    "require_work",
    "to_lonlat",
    "to_work",
]

WORK_CRS = "EPSG:25832"
LONLAT = "EPSG:4326"


class Box(NamedTuple):
    """A range of coordinates: west, south, east, north, in the units of its CRS."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, bounds: tuple[float, float, float, float]) -> bool:
        """Tell whether all of ``bounds`` (minx, miny, maxx, maxy) lies inside."""
        minx, miny, maxx, maxy = bounds
        return self.west <= minx and self.south <= miny and maxx <= self.east and maxy <= self.north


WORK_BOX = Box(390_000, 6_480_000, 750_000, 6_850_000)
"""Where the region and its surroundings lie in EPSG:25832 [m]; other regions pass their own box."""

LONLAT_BOX = Box(7.0, 58.4, 13.7, 61.9)
"""The same in degrees, lon before lat."""

_METRE_GUESSES = (
    (Box(390_000, 6_480_000, 750_000, 6_850_000), "metres in EPSG:25832"),
    (Box(60_000, 6_480_000, 389_999, 6_850_000), "metres in EPSG:25833"),
    (Box(750_001, 6_480_000, 1_100_000, 6_900_000), "metres in EPSG:25832 labelled as EPSG:25833"),
    (Box(6_400_000, 60_000, 6_900_000, 1_100_000), "metres with north and east swapped"),
    (Box(700_000, 8_000_000, 1_600_000, 8_900_000), "web map metres (EPSG:3857)"),
)
_DEGREE_GUESSES = (
    (LONLAT_BOX, "degrees in EPSG:4326"),
    (Box(58.4, 7.0, 61.9, 13.7), "degrees with lon and lat swapped"),
)


def describe_position(x: float, y: float) -> str:
    """Say what a pair of coordinates looks like, in words that name the usual mistake."""
    for box, words in _METRE_GUESSES + _DEGREE_GUESSES:
        if box.holds((x, y, x, y)):
            return words
    return "a place outside the region"


def to_work(frame: gpd.GeoDataFrame, *, what: str, box: Box = WORK_BOX) -> gpd.GeoDataFrame:
    """Transform a table to EPSG:25832 and check that it landed in the region.

    Parameters
    ----------
    frame
        Table in any known CRS.
    what
        Name of the table for messages.
    box
        Range the result must lie in [m, EPSG:25832].

    Raises
    ------
    CrsError
        If the table has no CRS, or its coordinates cannot be in the CRS it names.
    """
    if frame.crs is None:
        raise CrsError(
            f"{what} names no coordinate system; its first coordinates look like {_first_look(frame)}: "
            "save it with its CRS, for example EPSG:25832"
        )
    before = _first_look(frame)
    moved = frame.to_crs(WORK_CRS)
    _require_inside(moved, what=what, box=box, claimed=_name_of(frame.crs), before=before)
    return moved


def require_work(frame: gpd.GeoDataFrame, *, what: str, box: Box = WORK_BOX) -> None:
    """Raise unless a table is in EPSG:25832 and inside ``box``.

    Raises
    ------
    CrsError
        Naming the table, the CRS it has, and what its coordinates look like.
    """
    if frame.crs is None or frame.crs.to_epsg() != 25832:  # noqa: PLR2004
        raise CrsError(f"{what} must be in EPSG:25832, not {_name_of(frame.crs)}: transform it with to_work")
    _require_inside(frame, what=what, box=box, claimed="EPSG:25832", before=_first_look(frame))


def to_lonlat(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Transform a work table to EPSG:4326, lon before lat, for files and maps."""
    return frame.to_crs(LONLAT)


def _require_inside(frame: gpd.GeoDataFrame, *, what: str, box: Box, claimed: str, before: str) -> None:
    bounds = frame.geometry.bounds
    inside = (
        (bounds["minx"] >= box.west)
        & (bounds["miny"] >= box.south)
        & (bounds["maxx"] <= box.east)
        & (bounds["maxy"] <= box.north)
    )
    outside = frame.index[(~inside & ~frame.geometry.is_empty).to_numpy()]
    if len(outside):
        from regiongeo.errors import name_some  # noqa: PLC0415

        raise CrsError(
            f"{what}: {len(outside)} of {len(frame)} rows lie outside the region "
            f"(rows {name_some(outside)}); labelled {claimed}, but the coordinates look like {before}: "
            "correct the coordinate system or the axis order"
        )


def _first_look(frame: gpd.GeoDataFrame) -> str:
    shapes = frame.geometry[~(frame.geometry.is_empty | frame.geometry.isna())]
    if not len(shapes):
        return "no coordinates at all"
    point = shapes.iloc[0].representative_point()
    return describe_position(point.x, point.y)


def _name_of(crs: object) -> str:
    if crs is None:
        return "no CRS"
    epsg = crs.to_epsg()  # type: ignore[attr-defined]
    return f"EPSG:{epsg}" if epsg else "an unnamed CRS"


_KNOWN_POINTS = (
    (10.75, 59.91, 597868.381, 6642681.510),
    (11.40, 59.12, 637386.469, 6555884.288),
    (9.65, 59.67, 536615.570, 6614840.040),
    (10.47, 61.11, 579226.461, 6775929.668),
    (12.00, 60.19, 666334.180, 6676351.066),
)


def check_projection() -> float:
    """Return the largest error of EPSG:4258 -> EPSG:25832 at five known points [m].

    The known values come from an independent Krüger series; more than 1 cm means a broken PROJ.
    """
    from math import hypot  # noqa: PLC0415

    from pyproj import Transformer  # noqa: PLC0415

    transform = Transformer.from_crs("EPSG:4258", WORK_CRS, always_xy=True).transform
    found = [transform(lon, lat) for lon, lat, _, _ in _KNOWN_POINTS]
    return max(hypot(e - x, n - y) for (e, n), (_, _, x, y) in zip(found, _KNOWN_POINTS, strict=True))
