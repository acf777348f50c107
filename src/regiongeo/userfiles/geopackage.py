"""GeoPackage read as the SQLite database it is: real tables only, counted by their rows, no GDAL.

GDAL trusts the feature count a file states about itself and follows views, which can recurse without end.
The parts of the format used here are small: two catalogue tables, and a header of some bytes before each WKB
geometry (OGC 12-128r19, clause 2.1).
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
import shapely

from regiongeo.userfiles.problems import Flaw, Problem, refuse, shown
from regiongeo.userfiles.projections import ACCEPTED_CRS, ACCEPTED_NAMES, FARTHEST
from regiongeo.userfiles.rows import Raw, Row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from regiongeo.userfiles.checks import Limits

__all__ = ["read_geopackage"]

_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_STEPS_BETWEEN_LOOKS = 1_000
_EXPORT_AGAIN = "export it again as GeoPackage"


def read_geopackage(path: Path, *, layer: str | None, wanted: Iterable[str], limits: Limits) -> Raw:
    """Read one layer of a GeoPackage; only the wanted columns leave the file.

    Parameters
    ----------
    path
        A regular file that begins as a GeoPackage.
    layer
        Name of the layer; None where the file has only one.
    wanted
        Names of the columns to read where present.

    Raises
    ------
    DataError, CrsError
        If the database is damaged, being written or too slow; the layer is missing or not unique; its CRS is
        undefined or not accepted. What is wrong with single rows is in the result's ``problems``.
    """
    _require_at_rest(path)
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    deadline = monotonic() + limits.seconds
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.set_progress_handler(lambda: monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
            connection.execute("PRAGMA trusted_schema = OFF")
            return _read_layer(connection, path.name, layer, tuple(wanted), limits)
    except (sqlite3.Error, UnicodeError, OverflowError) as error:
        slow = monotonic() > deadline
        what = f"took more than {limits.seconds:.0f} s to read" if slow else f"is damaged ({shown(error)})"
        refuse(path.name, [Problem("", what, _EXPORT_AGAIN)])


def _require_at_rest(path: Path) -> None:
    for ending in ("-wal", "-journal"):
        beside = path.with_name(path.name + ending)
        if beside.is_file() and beside.stat().st_size:
            what = f"is being written, or writing was interrupted ({shown(beside.name)} lies beside it)"
            refuse(path.name, [Problem("", what, "close it in QGIS and other programs, then try again")])


def _read_layer(
    connection: sqlite3.Connection, file: str, layer: str | None, wanted: tuple[str, ...], limits: Limits
) -> Raw:
    table, geometry, srs = _choose_layer(connection, file, layer)
    epsg = _epsg_of(connection, file, srs)
    present = {name for _, name, *_ in connection.execute(f"PRAGMA table_info({_quoted(table)})")}
    if geometry not in present:
        refuse(file, [Problem("", f"layer '{shown(table)}' has no column for its geometry", _EXPORT_AGAIN)])
    damage = connection.execute(f"PRAGMA quick_check({_quoted(table)})").fetchone()[0]
    if damage != "ok":
        refuse(file, [Problem("", f"is damaged ({shown(damage)})", _EXPORT_AGAIN)])
    columns = tuple(name for name in wanted if name in present)
    records = _read_records(connection, table, (geometry, *columns), limits)
    if len(records) > limits.rows:
        what = f"has more than {limits.rows} rows"
        refuse(file, [Problem("", what, "split it, or raise Limits(rows=...)")])
    raw = Raw(header=f"layer '{shown(table)}'", columns=columns)
    for number, (blob, *values) in enumerate(records, start=1):
        place, cells = f"row {number}", dict(zip(columns, values, strict=True))
        shape = _shape_at(place, blob, srs, raw.problems)
        has_height = shape is not None and bool(shape.has_z)
        flat = None if shape is None else shapely.force_2d(shape)
        raw.rows.append(Row(place=place, cells=cells, shape=flat, epsg=epsg, has_height=has_height))
    return raw


def _read_records(
    connection: sqlite3.Connection, table: str, columns: tuple[str, ...], limits: Limits
) -> list[tuple[object, ...]]:
    chosen = ", ".join(_quoted(name) for name in columns)
    query = f"SELECT {chosen} FROM {_quoted(table)} LIMIT ?"  # noqa: S608 - names are quoted
    return connection.execute(query, (limits.rows + 1,)).fetchall()


def _choose_layer(connection: sqlite3.Connection, file: str, layer: str | None) -> tuple[str, str, int]:
    """Return table, geometry column and SRS id of the layer to read; views and virtual tables are none."""
    real = _real_tables(connection)
    if not {"gpkg_geometry_columns", "gpkg_spatial_ref_sys"} <= real:
        refuse(file, [Problem("", "has no list of layers, so it is no GeoPackage", _EXPORT_AGAIN)])
    found = connection.execute(
        "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns ORDER BY table_name"
    )
    layers = [(name, str(column), _whole(srs)) for name, column, srs in found if name in real]
    chosen = [one for one in layers if layer in (None, one[0])]
    if len(chosen) != 1:
        names = ", ".join(f"'{shown(name)}'" for name, *_ in layers) or "none"
        what = f"has no layer '{shown(layer)}'" if layer else f"has {len(layers)} layers of geometry"
        refuse(file, [Problem("", f"{what} (layers: {names})", "name the layer to read, or save it alone")])
    return chosen[0]


def _whole(value: object) -> int:
    return value if isinstance(value, int) else -1


def _real_tables(connection: sqlite3.Connection) -> set[str]:
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    return {
        name
        for name, sql in found
        if isinstance(sql, str) and not sql.lstrip().upper().startswith("CREATE VIRTUAL")
    }


_UNDEFINED = (0, -1, 99999)
"""Undefined by the standard (0, -1), and what GDAL writes for a table without a CRS."""


def _epsg_of(connection: sqlite3.Connection, file: str, srs: int) -> int:
    found: tuple[object, int] | None = connection.execute(
        "SELECT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (srs,)
    ).fetchone()
    holder, code = found or (None, 0)
    known = ACCEPTED_CRS.get(code) if str(holder).upper() == "EPSG" else None
    if known is None:
        name = "no coordinate system" if srs in _UNDEFINED or not found else f"{shown(holder)}:{shown(code)}"
        cure = f"save it in EPSG:25832; accepted are {ACCEPTED_NAMES}"
        refuse(file, [Problem("", f"its layer names {name}", cure, is_position=True)])
    return known


def _shape_at(place: str, blob: object, srs: int, problems: list[Problem]) -> BaseGeometry | None:
    try:
        return _shape_of(blob, srs)
    except Flaw as flaw:
        problems.append(flaw.at(place))
        return None


def _shape_of(blob: object, srs: int) -> BaseGeometry:
    """Decode one GeoPackage geometry: magic, version, flags, SRS id, envelope, then WKB."""
    if blob is None:
        raise Flaw("has no geometry", "draw it, or leave the row out")
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < 8 or blob[3] >> 1 & 7 > 4:  # noqa: PLR2004
        raise Flaw("its geometry is damaged", _EXPORT_AGAIN)
    (own_srs,) = struct.unpack("<i" if blob[3] & 1 else ">i", blob[4:8])
    if own_srs != srs:
        raise Flaw(
            f"its geometry names SRS {own_srs}, its layer {srs}", "save the layer in one coordinate system"
        )
    try:
        shape = shapely.from_wkb(blob[8 + _ENVELOPE_BYTES[blob[3] >> 1 & 7] :])
    except shapely.errors.ShapelyError:
        raise Flaw("its geometry is damaged", _EXPORT_AGAIN) from None
    if shape.is_empty:
        raise Flaw("its geometry is empty", "draw it, or leave the row out")
    if not (np.abs(shapely.get_coordinates(shape)) < FARTHEST).all():
        raise Flaw("a coordinate is not a possible number", "correct it")
    return shape


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
