"""Tables as SSB's StatBank gives them: years in the header or in rows, code and name in one cell."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.userfiles.problems import Flaw, Problem, refuse, shown
from regiongeo.userfiles.tablefile import Numbers, Sheet, read_sheet, read_year

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from regiongeo.userfiles.areas import Areas
    from regiongeo.userfiles.checks import Encoding, Limits

__all__ = ["Layout", "read_statistics"]

_YEAR = ("år", "year", "tid")
_MEASURE = ("statistikkvariabel", "contents", "contentscode")
_VALUE = ("value", "verdi", "antall")
_WIDE = re.compile(r"(.*?)\s*((?:19|20)[0-9]{2})")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What one statistics table holds; all words as `bare_words` leaves them.

    ``areas`` and ``dimensions``: key and the names its column may have. ``measures``: key and the words of
    which one must stand in the name of the figure; the first is meant where a column names a year alone.
    ``expected`` says the columns to a reader.
    """

    areas: Mapping[str, tuple[str, ...]]
    measures: Mapping[str, tuple[str, ...]]
    expected: str
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    value_names: tuple[str, ...] = ()

    def measure_of(self, label: str) -> str | None:
        """Return the key of a figure by its name; the first where there is no name."""
        if not label:
            return next(iter(self.measures))
        return next((key for key, words in self.measures.items() if any(w in label for w in words)), None)


@dataclass(frozen=True)
class _Column:
    """A column of figures: its place, its measure (None: each row says) and year (None: each row says)."""

    at: int
    measure: str | None
    year: int | None


@dataclass(frozen=True)
class _Plan:
    """Where everything stands in one file."""

    areas: dict[str, int]
    dimensions: dict[str, int]
    year: int | None
    measure: int | None
    figures: list[_Column]
    others: list[int]


def read_statistics(
    path: Path | str, layout: Layout, *, areas: Areas, encoding: Encoding, limits: Limits
) -> pd.DataFrame:
    """Read a CSV of SSB's StatBank into one row a figure.

    Titles may stand above the header. Years stand in the header ("Sysselsatte 2023", "2023") or in a column
    of their own. Rows of other measures are left out.

    Returns
    -------
    DataFrame with the keys of ``layout.areas`` and ``layout.dimensions``, year, measure and value (NaN where
    SSB gives no figure).

    Raises
    ------
    DataError
        With every problem of the file, its row and its cure.
    """
    sheet = read_sheet(
        path,
        is_header=lambda names: _plan(names, layout) is not None,
        expected=layout.expected,
        encoding=encoding,
        limits=limits,
    )
    plan = _plan(sheet.names, layout)
    assert plan is not None  # noqa: S101  # a header without it is none
    keys = [*plan.areas, *plan.dimensions, "year", "measure"]
    found = _read_rows(sheet, plan, layout, areas)
    problems = [*sheet.problems, *_split_by_others(sheet, plan)]
    if problems:
        refuse(sheet.file, problems)
    if not found:
        what = "has no figures of the region's municipalities"
        refuse(sheet.file, [Problem("", what, "is it the right table, with codes of 2024?")])
    return pd.DataFrame([(*key, value) for key, (_, value) in found.items()], columns=[*keys, "value"])


def _plan(names: Sequence[str], layout: Layout) -> _Plan | None:
    """Find the columns, or None where the names are no header of this table."""
    areas = {key: _place(names, wanted) for key, wanted in layout.areas.items()}
    if any(at is None for at in areas.values()):
        return None
    dimensions = {key: _place(names, wanted) for key, wanted in layout.dimensions.items()}
    year, measure = _place(names, _YEAR), _place(names, _MEASURE)
    values = list(_value_columns(names, layout, has_year=year is not None, has_measure=measure is not None))
    if not values:
        return None
    taken = {at for at in (*areas.values(), *dimensions.values(), year, measure) if at is not None}
    taken |= {column.at for column in values}
    known = {"", *_area_names(layout)}
    others = [at for at, name in enumerate(names) if at not in taken and name not in known]
    others = [at for at in others if not _WIDE.fullmatch(names[at])]
    return _Plan(
        {key: at for key, at in areas.items() if at is not None},
        {key: at for key, at in dimensions.items() if at is not None},
        year, measure, values, [] if year is not None and len(values) > 1 else others,
    )  # fmt: skip


def _place(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def _value_columns(
    names: Sequence[str], layout: Layout, *, has_year: bool, has_measure: bool
) -> Iterator[_Column]:
    for at, name in enumerate(names):
        wide = _WIDE.fullmatch(name)
        if wide and not has_year:
            measure = layout.measure_of(wide.group(1))
            if measure or has_measure:
                yield _Column(at, None if has_measure else measure, int(wide.group(2)))
        elif has_year and name in (*_VALUE, *layout.value_names):
            yield _Column(at, None if has_measure else layout.measure_of(""), None)
        elif has_year and not has_measure and name not in (*_YEAR, *_area_names(layout)):
            measure = layout.measure_of(name)
            if measure:
                yield _Column(at, measure, None)


def _area_names(layout: Layout) -> Iterator[str]:
    for names in (*layout.areas.values(), *layout.dimensions.values()):
        yield from names


def _read_rows(
    sheet: Sheet, plan: _Plan, layout: Layout, areas: Areas
) -> dict[tuple[object, ...], tuple[int, float]]:
    numbers = Numbers(row[column.at] for _, row in sheet.rows for column in plan.figures)
    found: dict[tuple[object, ...], tuple[int, float]] = {}
    for number, row in sheet.rows:
        try:
            ids = [areas.read(row[at]) for at in plan.areas.values()]
            if None in ids:
                continue
            cells = [" ".join(str(row[at]).split()) for at in plan.dimensions.values()]
            row_year = None if plan.year is None else read_year(row[plan.year])
            stated = "" if plan.measure is None else str(row[plan.measure])
            for column in plan.figures:
                measure = column.measure or layout.measure_of(_bare(stated))
                if measure:
                    key = (*ids, *cells, column.year or row_year, measure)
                    _add(found, key, number, _amount(numbers, row[column.at]))
        except Flaw as flaw:
            sheet.problems.append(flaw.at(f"row {number}"))
    return found


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())


def _amount(numbers: Numbers, cell: object) -> float:
    value = numbers.read(cell)
    if value < 0 or math.isinf(value):
        raise Flaw(f"{value:g} cannot be a count or an area", "correct it")
    return value


def _add(
    found: dict[tuple[object, ...], tuple[int, float]], key: tuple[object, ...], number: int, value: float
) -> None:
    if key in found:
        said = ", ".join(shown(part) for part in key)
        raise Flaw(f"{said} stands twice, first in row {found[key][0]}", "leave one of the two out")
    found[key] = (number, value)


def _split_by_others(sheet: Sheet, plan: _Plan) -> Iterator[Problem]:
    """Refuse a further column with several values (sex, age), which would pass parts off as wholes."""
    for at in plan.others:
        values = {_bare(str(row[at])) for _, row in sheet.rows}
        if len(values) > 1:
            what = f"column '{shown(sheet.names[at])}' splits the figures into {len(values)} groups"
            yield Problem(
                sheet.place, what, "choose one of them in SSB's table, such as both sexes, all ages"
            )
