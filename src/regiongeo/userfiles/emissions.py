"""Greenhouse-gas emissions by municipality in the layout of Miljødirektoratet's national workbook."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from regiongeo.schema import validate
from regiongeo.tables.climate import EMISSIONS, LAND_USE_SECTOR, WHOLE_SECTOR
from regiongeo.userfiles.areas import Areas
from regiongeo.userfiles.checks import Encoding, Limits
from regiongeo.userfiles.problems import Flaw, Problem, refuse, shown
from regiongeo.userfiles.sectors import KNOWN_SECTORS, find_sector
from regiongeo.userfiles.tablefile import Numbers, Sheet, read_sheet, read_year

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


__all__ = ["EMISSION_LIMITS", "load_emissions"]

EMISSION_LIMITS = Limits(rows=2_000_000)
"""The national table has some hundred thousand rows."""

_COLUMNS = {
    "year": ("år", "year"),
    "area": (
        "kommunenummer", "kommunenr", "kommunenummer_2024", "municipality_id", "kommune", "name"
    ),
    "sector": ("sektor", "sector"),
    "source": ("utslippskilde", "kilde", "source"),
    "gas": ("klimagass", "gas"),
    "value": (
        "utslipp (tonn co2-ekvivalenter)", "utslipp (tonn co2-ekv.)", "utslipp (tonn co2e)", "utslipp",
        "tonnes_co2e", "t_co2e",
    ),
}  # fmt: skip
_NEEDED = ("year", "area", "sector", "value")
_EXPECTED = "År, Kommunenummer, Sektor, Utslippskilde, Klimagass and Utslipp (tonn CO2-ekvivalenter)"
_SHEETS = ("oversikt - detaljert", "oversikt - sektorfordelt")
_KEY = ["municipality_id", "year", "sector", "source"]

Key = tuple[str, int, str, str, str]
T = TypeVar("T")


def load_emissions(
    path: Path | str,
    *,
    areas: Areas | None = None,
    encoding: Encoding = "utf-8",
    limits: Limits = EMISSION_LIMITS,
) -> pd.DataFrame:
    """Read emissions from the workbook (.xlsx) or from a CSV of the same columns.

    Of a workbook the sheet "Oversikt - detaljert" is taken, else "Oversikt - sektorfordelt", else the only
    one with such columns. Rows of several gases are added up. A row without a figure counts as not there.

    Parameters
    ----------
    areas
        What municipalities to keep, which codes are retired, how names are placed; all codes if not given.

    Returns
    -------
    Table by schema ``EMISSIONS`` [t CO2e], ``source_id`` "user".

    Raises
    ------
    DataError
        With every problem of the file, its row and its cure: an unknown sector, a negative emission, a code
        that is retired or lost its zero, a row that stands twice, a sum beside its parts.

    Notes
    -----
    Emissions within the borders are never negative; what forest and land take up is accounted for in a sector
    of its own ("Skog og annen arealbruk"), the only one where a figure may be negative.
    """
    sheet = read_sheet(
        path, is_header=_is_header, expected=_EXPECTED, encoding=encoding, limits=limits, sheets=_SHEETS
    )
    values = _read_rows(sheet, areas or Areas())
    problems = [*sheet.problems, *_sums_beside_parts(values)]
    if problems:
        refuse(sheet.file, problems)
    if not values:
        what = "has no emissions of the region's municipalities"
        refuse(sheet.file, [Problem("", what, "is it the right file, with codes of 2024?")])
    rows = [(*key[:4], value) for key, (_, value) in values.items()]
    table = pd.DataFrame(rows, columns=[*_KEY, "t_co2e"]).groupby(_KEY, sort=True)["t_co2e"].sum()
    return validate(table.to_frame().assign(source_id="user"), EMISSIONS)


def _is_header(names: Sequence[str]) -> bool:
    return all(_place(names, column) is not None for column in _NEEDED)


def _place(names: Sequence[str], column: str) -> int | None:
    return next((names.index(name) for name in _COLUMNS[column] if name in names), None)


def _read_rows(sheet: Sheet, areas: Areas) -> dict[Key, tuple[int, float]]:
    """Return row and figure by municipality, year, sector, source and gas; problems go to the sheet."""
    places = {column: _place(sheet.names, column) for column in _COLUMNS}
    value_at = places["value"]
    assert value_at is not None  # noqa: S101  # a header without it is none
    numbers = Numbers(row[value_at] for _, row in sheet.rows)
    read_area, read_sector = _remembered(areas.read), _remembered(_read_sector)
    found: dict[Key, tuple[int, float]] = {}
    for number, row in sheet.rows:
        cells = {column: None if at is None else row[at] for column, at in places.items()}
        try:
            area = read_area(cells["area"])
            if area is None:
                continue
            sector, value = read_sector(cells["sector"]), numbers.read(cells["value"])
            _require_possible(sector, value)
            key = (area, read_year(cells["year"]), sector, _words(cells["source"]), _words(cells["gas"]))
            _require_new(key, found)
        except Flaw as flaw:
            sheet.problems.append(flaw.at(f"row {number}"))
            continue
        if not math.isnan(value):
            found[key] = (number, value)
    return found


def _remembered(read: Callable[[object], T]) -> Callable[[object], T]:
    """Read each different cell once; a flaw is raised every time."""
    known: dict[object, T] = {}

    def recall(cell: object) -> T:
        if cell not in known:
            known[cell] = read(cell)
        return known[cell]

    return recall


def _read_sector(cell: object) -> str:
    sector = find_sector(str(cell or ""))
    if sector is None:
        raise Flaw(f"sector '{shown(cell or '')}' is not known", f"use one of {KNOWN_SECTORS}")
    return sector


def _require_possible(sector: str, value: float) -> None:
    if value < 0 and sector != LAND_USE_SECTOR:
        raise Flaw(
            f"emission {value:g} is negative", "correct it; only land use can take up more than it emits"
        )
    if math.isinf(value):
        raise Flaw("the emission is infinite", "correct it")


def _words(cell: object) -> str:
    return " ".join(str(cell or "").split()) or WHOLE_SECTOR


def _require_new(key: Key, found: dict[Key, tuple[int, float]]) -> None:
    if key in found:
        said = ", ".join(shown(part) for part in key if part != WHOLE_SECTOR)
        raise Flaw(f"{said} stands twice, first in row {found[key][0]}", "leave one of the two out")


def _sums_beside_parts(values: dict[Key, tuple[int, float]]) -> Iterator[Problem]:
    parts = {key[:3] for key in values if key[3] != WHOLE_SECTOR}
    for key, (number, _) in values.items():
        if key[3] == WHOLE_SECTOR and key[:3] in parts:
            what = f"{', '.join(map(str, key[:3]))} names no source, but other rows give its sources"
            yield Problem(f"row {number}", what, "leave out rows of sums")
