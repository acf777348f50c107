"""A strict CSV reader: the header decides the dialect, cells stay text, rows have as many as the header."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from regiongeo.crs import describe_position
from regiongeo.userfiles.numbers import parse_number
from regiongeo.userfiles.problems import Flaw, Problem, refuse, shown
from regiongeo.userfiles.projections import ACCEPTED_NAMES, FARTHEST, parse_crs
from regiongeo.userfiles.records import csv_rows, is_filled, limited, names_twice, wrong_width
from regiongeo.userfiles.rows import Raw, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regiongeo.userfiles.checks import Limits

__all__ = ["read_csv"]

_DELIMITERS = (";", ",", "\t")
_DEGREES = ("lon", "lat")
_METRES = ("east", "north", "epsg")
_COMMENT = "# "
_NO_DATA = (_COMMENT, "sep=")  # the second is how Excel writes down its separator

Record = tuple[int, list[str]]


def read_csv(text: str, *, file: str, wanted: Iterable[str], limits: Limits) -> Raw:
    """Read rows with ``lon, lat`` (EPSG:4326) or ``east, north, epsg``.

    Comma, semicolon and tab all separate; the one with which the header holds most known columns is taken.
    Rows that begin with ``# ``, Excel's ``sep=`` line and rows of empty cells are left out. Rows are numbered
    as a spreadsheet does, with the header counted; names in the header may be in capitals.

    Parameters
    ----------
    text
        The whole file.
    wanted
        Known column names besides the coordinates.

    Raises
    ------
    DataError, CrsError
        If the whole cannot be read: no header, a column twice, no coordinates, a quote left open, a limit.
        What is wrong with single rows is in the result's ``problems``.
    """
    known = {*wanted, *_DEGREES, *_METRES}
    delimiter = _choose_delimiter(text, known)
    records = list(
        limited(csv_rows(text, delimiter, file=file, is_wanted=_is_data), file=file, limits=limits)
    )
    if not records:
        refuse(file, [Problem("", "has no header and no rows", "name the columns in the first row")])
    as_known = {name.casefold(): name for name in known}
    header = [as_known.get(name.strip().casefold(), name.strip()) for name in records[0][1]]
    raw = Raw(header=f"row {records[0][0]}", columns=tuple(header), is_text=True)
    _require_columns(header, file, raw.header, records[1:])
    for number, cells in records[1:]:
        if len(cells) != len(header):
            raw.problems.append(wrong_width(number, cells, len(header), delimiter=delimiter))
        else:
            raw.rows.append(_read_row(number, dict(zip(header, cells, strict=True)), raw.problems))
    return raw


def _choose_delimiter(text: str, known: set[str]) -> str:
    """Return the separator with which the first row that is no comment holds most known names."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith(_NO_DATA))
    header = next(lines, "")
    names = {name.casefold() for name in known}
    return max(
        _DELIMITERS,
        key=lambda mark: len(names & {cell.strip(' "').casefold() for cell in header.split(mark)}),
    )


def _is_data(cells: list[str]) -> bool:
    return is_filled(cells) and not cells[0].startswith(_NO_DATA)


def _require_columns(header: list[str], file: str, place: str, records: list[Record]) -> None:
    problems = names_twice(header, place)
    found = set(header)
    if set(_DEGREES) <= found and {"east", "north"} & found:
        cure = "leave out one of the two"
        problems.append(Problem(place, "positions are given twice, as lon, lat and as east, north", cure))
    elif {"east", "north"} <= found and "epsg" not in found:
        problems.append(_no_crs(header, place, records))
    elif not set(_DEGREES) <= found and not set(_METRES) <= found:
        what = f"no columns for the position (columns: {shown(', '.join(header))})"
        problems.append(Problem(place, what, "name them lon and lat, or east, north and epsg"))
    if problems:
        refuse(file, problems)


def _no_crs(header: list[str], place: str, records: list[Record]) -> Problem:
    look = ""
    try:
        first = dict(zip(header, records[0][1], strict=False))
        look = (
            f"; the first row looks like {describe_position(*(parse_number(first[n]) for n in _METRES[:2]))}"
        )
    except (Flaw, IndexError, KeyError):
        pass
    what = f"east and north name no coordinate system{look}"
    return Problem(place, what, "add a column epsg, for example 25832", is_position=True)


def _read_row(number: int, cells: dict[str, str], problems: list[Problem]) -> Row:
    place = f"row {number}"
    is_degrees = "lon" in cells
    x, y = (_coordinate(cells, name, place, problems) for name in (_DEGREES if is_degrees else _METRES[:2]))
    epsg = 4326 if is_degrees else _epsg(cells["epsg"], place, problems)
    shape = None if x is None or y is None or epsg is None else shapely.Point(x, y)
    return Row(place=place, cells=cells, shape=shape, epsg=epsg or 4326)


def _coordinate(cells: dict[str, str], name: str, place: str, problems: list[Problem]) -> float | None:
    if not cells[name].strip():
        problems.append(Problem(place, f"{name} is empty", "give every row a position, or leave the row out"))
        return None
    try:
        value = parse_number(cells[name], may_have_thousands=name not in _DEGREES)
    except Flaw as flaw:
        problems.append(Problem(place, f"{name} {flaw.what}", flaw.cure))
        return None
    if abs(value) < FARTHEST:
        return value
    problems.append(Problem(place, f"{name} {shown(cells[name])} is not a possible number", "correct it"))
    return None


def _epsg(cell: str, place: str, problems: list[Problem]) -> int | None:
    known = parse_crs(cell if ":" in cell else f"EPSG:{cell.strip()}")
    if known is None:
        what = f"epsg '{shown(cell)}' is not an accepted coordinate system"
        problems.append(Problem(place, what, f"use one of {ACCEPTED_NAMES}", is_position=True))
    return known
