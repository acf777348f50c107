"""A strict GeoJSON reader of our own: no guessing, no GDAL, every problem with its feature.

GDAL chooses its driver by content, so a virtual format under a ``.geojson`` name would open other files; and
it takes damaged files, an unknown CRS name and duplicate keys without a word.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import shapely

from regiongeo.userfiles.problems import Flaw, Problem, refuse, shown
from regiongeo.userfiles.projections import ACCEPTED_NAMES, FARTHEST, parse_crs
from regiongeo.userfiles.rows import Raw, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from regiongeo.userfiles.checks import Limits

__all__ = ["read_geojson"]

_TWICE = "\x00twice"
_LEAST_RING = 4


def read_geojson(text: str, *, file: str, limits: Limits) -> Raw:
    """Read a FeatureCollection of points and polygons.

    Coordinates are lon, lat (EPSG:4326) where the file names no CRS; a ``crs`` member is honoured if it names
    an accepted one. Heights are dropped and counted. A feature's own ``id`` serves as ``id`` property.

    Raises
    ------
    DataError, CrsError
        If the whole cannot be read: syntax (line and column), no FeatureCollection, an unknown CRS, a limit.
        What is wrong with single features is in the result's ``problems``.
    """
    document = _parse(text, file)
    features = _require_features(document, file)
    if len(features) > limits.rows:
        what = f"holds {len(features)} features, at most {limits.rows} are read"
        refuse(file, [Problem("", what, "split it, or raise Limits(rows=...)")])
    epsg = _crs_of(document, file)
    raw = Raw(header="every feature", columns=_columns(features))
    for number, feature in enumerate(features, start=1):
        raw.rows.extend(_read_feature(feature, f"feature {number}", epsg, raw.problems, limits))
    return raw


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        document = json.loads(text, object_pairs_hook=_pairs)
    except json.JSONDecodeError as error:
        cure = "the file is cut off or damaged, export it again"
        refuse(file, [Problem(f"line {error.lineno}, column {error.colno}", f"not JSON ({error.msg})", cure)])
    except RecursionError:
        refuse(file, [Problem("", "is nested too deep", "export it again as plain GeoJSON")])
    except ValueError:
        refuse(file, [Problem("", "holds a number of thousands of digits", "export it again")])
    if not isinstance(document, dict) or not document:
        refuse(
            file, [Problem("", "no features: not a GeoJSON FeatureCollection", "export it again as GeoJSON")]
        )
    return document


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object that remembers a key it holds twice, so that the feature can be named later."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        found[_TWICE] = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return found


def _require_features(document: dict[str, Any], file: str) -> list[Any]:
    if _TWICE in document:
        refuse(file, [Problem("", f"key '{shown(document[_TWICE])}' stands twice", "export it again")])
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        refuse(file, [Problem("", *_not_a_collection(document))])
    return features


def _not_a_collection(document: dict[str, Any]) -> tuple[str, str]:
    kind = document.get("type")
    if kind == "gdal_streamed_alg":
        return "is a GDAL command that only points to other data", "give the data itself"
    if kind == "Topology" or "geometryType" in document:
        return "is TopoJSON or ESRI JSON, not GeoJSON", "export it as GeoJSON"
    if "error" in document or "exceptions" in document:
        return (
            f"looks like the error answer of a service (with {shown(', '.join(document))})",
            "download it again",
        )
    return (
        f"no features: not a GeoJSON FeatureCollection (its type is {_told(kind)})",
        "export it as a GeoJSON FeatureCollection",
    )


def _crs_of(document: dict[str, Any], file: str) -> int:
    if "crs" not in document:
        return 4326
    member = document["crs"]
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    epsg = parse_crs(name) if isinstance(name, str) else None
    if epsg is None:
        what = f"its coordinate system {_told(name)} is not known"
        refuse(
            file,
            [Problem("", what, f"save it in EPSG:25832; accepted are {ACCEPTED_NAMES}", is_position=True)],
        )
    return epsg


def _columns(features: list[Any]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for feature in features:
        if isinstance(feature, dict):
            properties = feature.get("properties")
            names.update(dict.fromkeys(properties if isinstance(properties, dict) else ()))
            names.update({"id": None} if "id" in feature else {})
    return tuple(names)


def _read_feature(
    feature: object, place: str, epsg: int, problems: list[Problem], limits: Limits
) -> Iterator[Row]:
    shape, has_height = None, False
    try:
        cells, geometry = _parts_of(feature, limits)
    except Flaw as flaw:
        problems.append(flaw.at(place))
        return
    try:
        shape, has_height = _shape_of(geometry)
    except Flaw as flaw:
        problems.append(flaw.at(place))
    yield Row(place=place, cells=cells, shape=shape, epsg=epsg, has_height=has_height)


def _parts_of(feature: object, limits: Limits) -> tuple[dict[str, object], object]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise Flaw("is not a GeoJSON Feature", "export the file again")
    if "geometry" not in feature or "properties" not in feature:
        raise Flaw("has no geometry or no properties", "export the file again")
    if "crs" in feature:
        raise Flaw("names a coordinate system of its own", "put all features in one system and name it once")
    properties = feature["properties"]
    if not isinstance(properties, dict | None):
        raise Flaw("its properties are not a JSON object", "export the file again")
    _require_sound(feature, limits)
    own_id = {"id": feature["id"]} if "id" in feature else {}
    return {**own_id, **(properties or {})}, feature["geometry"]


def _require_sound(feature: dict[str, Any], limits: Limits) -> None:
    """Refuse keys that stand twice and deep nesting, anywhere but in coordinates (checked one by one)."""
    stack = [(feature, 2)]
    while stack:
        value, depth = stack.pop()
        if depth > limits.nesting:
            raise Flaw(f"is nested deeper than {limits.nesting}", "export plain attributes only")
        if isinstance(value, dict):
            if _TWICE in value:
                raise Flaw(f"key '{shown(value[_TWICE])}' stands twice", "rename one of them")
            stack.extend((inner, depth + 1) for key, inner in value.items() if key != "coordinates")
        elif isinstance(value, list):
            stack.extend((inner, depth + 1) for inner in value)


def _shape_of(geometry: object) -> tuple[BaseGeometry, bool]:
    """Build a shape from a GeoJSON geometry; the flag tells whether heights were dropped."""
    if geometry is None:
        raise Flaw("has no geometry", "draw it, or leave the feature out")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind == "Point":
        point = _position(coordinates, "")
        return shapely.Point(point[:2]), len(point) > 2  # noqa: PLR2004
    if kind == "Polygon":
        rings = list(_rings(coordinates))
        return _polygon(rings), _is_high([rings])
    if kind == "MultiPolygon":
        parts = [list(_rings(part)) for part in _filled(coordinates)]
        return shapely.MultiPolygon([_polygon(rings) for rings in parts]), _is_high(parts)
    raise Flaw(f"its geometry is {_told(kind)}", "give points, polygons or multipolygons, one a feature")


Ring = list[list[float]]


def _rings(coordinates: object) -> Iterator[Ring]:
    for number, ring in enumerate(_filled(coordinates), start=1):
        positions = [
            _position(one, f"ring {number}, vertex {n}: ") for n, one in enumerate(_filled(ring), start=1)
        ]
        if len(positions) < _LEAST_RING:
            raise Flaw(
                f"ring {number} has {len(positions)} positions, at least 4 are needed", "draw it again"
            )
        if positions[0][:2] != positions[-1][:2]:
            raise Flaw(f"ring {number} is not closed", "let the last position repeat the first")
        yield positions


def _position(value: object, where: str) -> list[float]:
    if not isinstance(value, list) or len(value) not in (2, 3):
        raise Flaw(f"{where}a position must be two or three numbers, not {_told(value)}", "export it again")
    for number in value:
        if type(number) not in (int, float) or not abs(number) < FARTHEST:
            raise Flaw(f"{where}coordinate {_told(number)} is not a possible number", "correct it")
    return value


def _filled(value: object) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise Flaw("its geometry is empty or not a list of positions", "draw it, or leave the feature out")
    return value


def _polygon(rings: list[Ring]) -> shapely.Polygon:
    flat = [[(x, y) for x, y, *_ in ring] for ring in rings]
    return shapely.Polygon(flat[0], flat[1:])


def _is_high(parts: list[list[Ring]]) -> bool:
    return any(len(position) > 2 for rings in parts for ring in rings for position in ring)  # noqa: PLR2004


def _told(value: object) -> str:
    """Name a JSON value in a message; never walks into a nested one."""
    if isinstance(value, list | dict):
        return f"a {'list' if isinstance(value, list) else 'object'} of {len(value)}"
    return f"'{shown(value)}'" if isinstance(value, str) else shown(json.dumps(value))
