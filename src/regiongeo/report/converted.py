"""A user's table converted to the municipality codes of another year and written back in its own form."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.atomic import write_atomically
from regiongeo.codes import convert_codes
from regiongeo.report.book import new_book, save_book
from regiongeo.report.cells import write_cell
from regiongeo.userfiles.plaintable import PlainTable, read_numbers, read_plain_table
from regiongeo.userfiles.problems import Problem, refuse, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl import Workbook

    from regiongeo.userfiles.checks import Encoding

__all__ = ["Converted", "convert_file"]

_CODES = ("municipality_id", "kommunenummer", "kommunenr", "knr", "region", "kommune", "code", "kode")
_YEARS = ("year", "år", "aar", "tid")
_ENDINGS = (".csv", ".xlsx")
_DIGITS = re.compile(r"[\s.,+\-\u2212]*[0-9][0-9\s.,]*")


@dataclass(frozen=True, kw_only=True)
class Converted:
    """What was done: the file written, rows before and after, the totals that hold for both."""

    out: Path
    rows_before: int
    rows_after: int
    encoding: str
    totals: dict[str, float]


def convert_file(
    file: Path,
    changes: pd.DataFrame,
    *,
    from_year: int,
    to_year: int,
    code: str | None = None,
    values: Sequence[str] = (),
    by: Sequence[str] = (),
    weights: Path | None = None,
    encoding: Encoding | None = None,
    out: Path | None = None,
) -> Converted:
    """Convert a CSV or workbook by code and year, and write the result whole or not at all.

    Parameters
    ----------
    file
        Table whose first row names its columns.
    changes
        Table by schema ``CODE_CHANGES``.
    code, values, by
        Columns as in `convert_codes`. Without ``code`` the column is found by its name (``kommunenummer``
        and the like); without ``by`` a column called year or år tells rows apart; without ``values`` every
        other column that holds nothing but numbers is an amount.
    weights
        Table of two columns: a code of ``to_year`` and its size.
    out
        ``.csv`` or ``.xlsx``; the input's name with the year beside the input if not given. A CSV keeps the
        separator of the input, a workbook becomes semicolons; with semicolons decimals have a comma and the
        file is UTF-8 with a mark, as Norwegian Excel reads it.

    Raises
    ------
    DataError
        As `read_plain_table`, `read_numbers` and `convert_codes`; or if ``out`` is the input or has another
        ending.
    OutputError
        If the file cannot be written; what was there stands.
    """
    target = out or file.with_name(f"{file.stem}_{to_year}{_ending_of(file)}")
    _require_target(target, file)
    table = read_plain_table(file, encoding=encoding)
    columns = list(table.cells.columns)
    code = code or _find_column(table, _CODES)
    by = tuple(by) or tuple(name for name in columns if name.casefold() in _YEARS and name != code)
    values = tuple(values) or _amounts(table, (code, *by))
    rows, flaws = table.cells.copy(), []
    for name in (one for one in values if one in columns):
        rows[name], wrong = read_numbers(table.cells[name])
        flaws += wrong
    done = convert_codes(
        rows,
        changes,
        code=code,
        values=values,
        by=by,
        from_year=from_year,
        to_year=to_year,
        weights=None if weights is None else _read_weights(weights, encoding),
        what=table.file,
        flaws=flaws,
    )
    if target.suffix.lower() == ".xlsx":
        write_atomically(target, lambda path: save_book(_workbook(done), path))
    else:
        write_atomically(target, _csv(done, table))
    return Converted(
        out=target,
        rows_before=len(rows),
        rows_after=len(done),
        encoding=table.encoding,
        totals={name: math.fsum(done[name].dropna()) for name in values},
    )


def _ending_of(file: Path) -> str:
    return ".xlsx" if file.suffix.lower() in (".xlsx", ".xlsm") else ".csv"


def _require_target(out: Path, file: Path) -> None:
    if out.suffix.lower() not in _ENDINGS:
        refuse(out.name, [Problem("", "cannot be written", "name a file ending in .csv or .xlsx")])
    if out.resolve() == file.resolve():
        refuse(out.name, [Problem("", "is the table itself", "name another file with -o")])


def _find_column(table: PlainTable, names: Sequence[str]) -> str:
    known = {str(column).casefold(): str(column) for column in table.cells.columns}
    found = next((known[name] for name in names if name in known), None)
    if found is None:
        what = f"no column is called {', '.join(names)} (columns: {shown(', '.join(known.values()))})"
        refuse(table.file, [Problem("", what, "name the column of codes with --code")])
    return found


def _amounts(table: PlainTable, keys: Sequence[str]) -> tuple[str, ...]:
    """Take the columns of numbers; one that is mostly digits with a flaw is told, not left out."""
    names = table.cells.columns.difference(list(keys), sort=False)
    found = tuple(str(name) for name in names if _holds_numbers(table.cells[name]))
    if not found:
        refuse(table.file, [Problem("", "no column holds amounts", "name them with --value")])
    return found


def _holds_numbers(cells: pd.Series) -> bool:
    numbers, problems = read_numbers(cells)
    return _is_mostly_digits(cells) if problems else bool(numbers.notna().any())


def _is_mostly_digits(cells: pd.Series) -> bool:
    filled = [str(cell) for cell in cells if cell is not None and str(cell).strip()]
    return 2 * sum(_DIGITS.fullmatch(cell) is not None for cell in filled) >= len(filled)


def _read_weights(path: Path, encoding: Encoding | None) -> pd.Series:
    table = read_plain_table(path, encoding=encoding)
    if table.cells.shape[1] != 2:  # noqa: PLR2004
        what = f"has {table.cells.shape[1]} columns"
        refuse(table.file, [Problem("", what, "give two: the code of each part, and its size")])
    code, size = table.cells.columns
    sizes, problems = read_numbers(table.cells[size])
    twice = table.cells[code][table.cells[code].duplicated()]
    problems += [
        Problem(f"row {row}", f"{shown(one)} stands twice", "leave one out") for row, one in twice.items()
    ]
    if problems:
        refuse(table.file, problems)
    return pd.Series(sizes.to_numpy(), index=pd.Index(table.cells[code].to_list()))


def _csv(table: pd.DataFrame, source: PlainTable) -> bytes:
    delimiter = source.delimiter or ";"
    is_norwegian = delimiter == ";"
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n" if is_norwegian else "\n")
    writer.writerow(table.columns)
    for row in table.itertuples(index=False, name=None):
        writer.writerow([_cell(value, has_comma=is_norwegian) for value in row])
    return text.getvalue().encode("utf-8-sig" if is_norwegian else "utf-8")


def _cell(value: object, *, has_comma: bool) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        written = str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(float(value))
        return written.replace(".", ",") if has_comma else written
    return str(value)


def _workbook(table: pd.DataFrame) -> Workbook:
    book = new_book()
    sheet = book.create_sheet("Sheet")
    for column, name in enumerate(table.columns, 1):
        write_cell(sheet, 1, column, str(name))
        for row, value in enumerate(table[name], 2):
            cell = write_cell(sheet, row, column, value)
            if isinstance(value, str):
                cell.number_format = "@"
    return book
