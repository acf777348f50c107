"""From rows as read to a table by its schema in EPSG:25832, or one error with every problem of the file."""

from __future__ import annotations

import difflib
import re
import unicodedata
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from regiongeo.crs import WORK_CRS
from regiongeo.errors import RegionGeoWarning
from regiongeo.schema import Column, validate
from regiongeo.userfiles.numbers import parse_number
from regiongeo.userfiles.problems import Flaw, Problem, refuse, shown
from regiongeo.userfiles.projections import position_problems, to_work_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regiongeo.userfiles.checks import Limits
    from regiongeo.userfiles.rows import Raw, Row, Slot

__all__ = ["build_table"]

_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_YEAR = re.compile(r"([0-9]{4})(?:-[0-9]{2}-[0-9]{2}.{0,40})?")
_NEAR = 0.8
_LARGEST = 1e15
_NO_THOUSANDS = ("available_mw",)
Record = dict[str, str | float | None]

_DTYPES = {"text": "str", "number": "float64", "integer": "int64", "boolean": "bool"}


def build_table(raw: Raw, slot: Slot, *, file: str, limits: Limits) -> gpd.GeoDataFrame:
    """Turn rows as read into the table of a slot.

    Text is brought to Unicode NFC, ids also lose invisible characters; nothing else is repaired.

    Returns
    -------
    Table by ``slot.schema`` in EPSG:25832, sorted by id; columns the schema does not name are left out.

    Raises
    ------
    DataError, CrsError
        With every problem of the file.
    SchemaError
        If the table breaks its schema in a way no check of rows names.
    """
    problems = [*raw.problems, *_column_problems(raw, slot)]
    if not raw.rows and not problems and not slot.schema.may_be_empty:
        problems.append(Problem("", "no features: it holds no rows", "fill in at least one"))
    records = [_read_cells(row, raw, slot, problems, limits) for row in raw.rows]
    named = [_with_id(row, record[slot.id_column]) for row, record in zip(raw.rows, records, strict=True)]
    problems.extend(_twin_problems(named, records, slot.id_column))
    problems.extend(_shape_problems(named, slot))
    shapes = _move(named, problems)
    if problems:
        refuse(file, problems)
    _tell_heights(named, file)
    return validate(_frame(records, shapes, slot), slot.schema)


def _column_problems(raw: Raw, slot: Slot) -> Iterator[Problem]:
    """Name columns no row has, and unknown ones so near to an optional one that a slip is likely."""
    if not raw.rows and not raw.columns:
        return
    for column, spellings in slot.spellings.items():
        if set(spellings) & set(raw.columns):
            continue
        near = _nearest(spellings, raw.columns, 0.6)
        if not slot.is_optional(column):
            cure = (
                f"rename '{shown(near)}' to {column}"
                if near
                else f"add it; spellings: {', '.join(spellings)}"
            )
            yield Problem(raw.header, f"{column} is missing", cure)
        elif near := _nearest(spellings, raw.columns, _NEAR):
            what = f"'{shown(near)}' is not known, {column} is"
            yield Problem(
                raw.header, what, f"rename it to {column}, or to something unlike it to have it left out"
            )


def _nearest(spellings: tuple[str, ...], columns: tuple[str, ...], cutoff: float) -> str | None:
    folded = {name[:100].casefold().strip(): name for name in columns}
    for spelling in spellings:
        found = difflib.get_close_matches(spelling.casefold(), folded, n=1, cutoff=cutoff)
        if found:
            return folded[found[0]]
    return None


def _read_cells(row: Row, raw: Raw, slot: Slot, problems: list[Problem], limits: Limits) -> Record:
    """Return the cleaned values of one row by schema column; a value that is wrong or missing is None."""
    record: Record = {}
    for column in (Column(name=slot.id_column, kind="text", description="id"), *slot.schema.columns):
        spellings = slot.spellings[column.name]
        record[column.name] = None
        if set(spellings) & set(raw.columns):
            given = (row.cells.get(name) for name in spellings)
            value = next((one for one in given if one is not None and str(one).strip()), None)
            try:
                record[column.name] = _read_cell(value, column, is_text=raw.is_text, limits=limits)
            except Flaw as flaw:
                problems.append(flaw.at(row.place))
    return record


def _read_cell(value: object, column: Column, *, is_text: bool, limits: Limits) -> str | float | None:
    if value is None:
        if column.nullable:
            return None
        raise Flaw(f"{column.name} is missing", "fill it in for every row")
    if column.kind == "text":
        return _read_text(value, column.name, limits=limits)
    if column.kind == "integer":
        number: float = _read_year(value, column.name)
    else:
        number = _read_number(value, column.name, is_text=is_text)
    if column.low is not None and number < column.low:
        raise Flaw(f"{column.name} is {shown(value)}, but at least {column.low:g} is possible", "correct it")
    return number


def _read_text(value: object, name: str, *, limits: Limits) -> str:
    is_id = name.endswith("_id")
    if not isinstance(value, str):
        cure = (
            "ids are text ('0301', not 301): save the column as text" if is_id else "save the column as text"
        )
        raise Flaw(f"{name} is {_told(value)}, not text", cure)
    if len(value) > limits.text_characters:
        raise Flaw(
            f"{name} has {len(value)} characters, at most {limits.text_characters} are read", "shorten it"
        )
    if _FORBIDDEN.search(value):
        raise Flaw(
            f"{name} '{shown(value)}' holds a control character or line break", "type it again without"
        )
    text = unicodedata.normalize("NFC", value)
    if is_id:
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(text.split()) if is_id else text.strip()


def _read_number(value: object, name: str, *, is_text: bool) -> float:
    if is_text:
        try:
            return parse_number(str(value), may_have_thousands=name not in _NO_THOUSANDS)
        except Flaw as flaw:
            raise Flaw(f"{name} {flaw.what}", flaw.cure) from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Flaw(f"{name} is {_told(value)}, not a number", "save the column as a number")
    if not abs(value) < _LARGEST:
        raise Flaw(f"{name} is {shown(value)}, not a possible number", "correct it")
    return float(value)


def _read_year(value: object, name: str) -> int:
    found = _YEAR.fullmatch(str(value)) if isinstance(value, str | int) else None
    if not found:
        raise Flaw(f"{name} is {_told(value)}, not a year or a date", "write 2025 or 2025-12-01")
    return int(found.group(1))


def _told(value: object) -> str:
    if isinstance(value, list | dict | bytes):
        return f"a {type(value).__name__} of {len(value)}"
    return f"the text '{shown(value)}'" if isinstance(value, str) else shown(value)


def _with_id(row: Row, site_id: object) -> Row:
    return replace(row, place=f"{row.place} ({shown(site_id)})") if site_id is not None else row


def _twin_problems(rows: list[Row], records: list[Record], name: str) -> Iterator[Problem]:
    places: dict[object, list[Row]] = {}
    for row, record in zip(rows, records, strict=True):
        places.setdefault(record[name], []).append(row)
    for site_id, twins in places.items():
        if site_id is not None and len(twins) > 1:
            for row in twins:
                yield Problem(
                    row.place, f"{name} '{shown(site_id)}' stands {len(twins)} times", "give each its own"
                )


def _shape_problems(rows: list[Row], slot: Slot) -> Iterator[Problem]:
    allowed = slot.schema.geometry
    for row in rows:
        if row.shape is None:
            continue
        kind = row.shape.geom_type
        if kind not in allowed:
            yield Problem(row.place, f"its geometry is a {kind}", f"give {' or '.join(allowed)}, one a row")
        elif not row.shape.is_valid:
            reason = shapely.is_valid_reason(row.shape)
            yield Problem(
                row.place, f"its geometry is not valid ({reason})", "mend it in QGIS ('Fix geometries')"
            )


def _move(rows: list[Row], problems: list[Problem]) -> gpd.GeoSeries:
    """Return the shapes in EPSG:25832 in the order of the rows, and tell positions that cannot be."""
    shaped = [(number, row) for number, row in enumerate(rows) if row.shape is not None]
    parts = []
    for epsg in sorted({row.epsg for _, row in shaped}):
        numbers = [number for number, row in shaped if row.epsg == epsg]
        group = [rows[number] for number in numbers]
        moved = to_work_shapes([row.shape for row in group if row.shape is not None], epsg)
        problems.extend(position_problems(group, moved))
        parts.append(moved.set_axis(numbers))
    return (
        gpd.GeoSeries(pd.concat(parts).sort_index(), crs=WORK_CRS)
        if parts
        else gpd.GeoSeries([], crs=WORK_CRS)
    )


def _tell_heights(rows: list[Row], file: str) -> None:
    count = sum(row.has_height for row in rows)
    if count:
        message = f"{shown(file)}: heights of {count} of {len(rows)} rows are dropped, positions are kept"
        warnings.warn(message, RegionGeoWarning, stacklevel=2)


def _frame(records: list[Record], shapes: gpd.GeoSeries, slot: Slot) -> gpd.GeoDataFrame:
    ids = pd.Index([record[slot.id_column] for record in records], dtype="str", name=slot.id_column)
    columns = {
        column.name: pd.Series(
            [record[column.name] for record in records], dtype=_DTYPES[column.kind]
        ).to_numpy()
        for column in slot.schema.columns
    }
    frame = gpd.GeoDataFrame(columns, index=ids, geometry=shapes.to_numpy(), crs=WORK_CRS)
    return frame.sort_index(kind="stable")
