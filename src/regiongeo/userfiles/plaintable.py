"""A user's table as it stands, to be written back in the same form: CSV or the first sheet of a workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import pandas as pd

from regiongeo.userfiles.checks import DEFAULT_LIMITS, read_text, require_file, require_kind
from regiongeo.userfiles.numbers import parse_number
from regiongeo.userfiles.problems import Flaw, Problem, refuse, shown
from regiongeo.userfiles.records import csv_rows, limited, names_twice, wrong_width
from regiongeo.userfiles.workbook import WORKBOOKS, read_first_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from regiongeo.userfiles.checks import Encoding, Limits
    from regiongeo.userfiles.records import Cells

__all__ = ["PlainTable", "read_numbers", "read_plain_table"]

_DELIMITERS = (";", "\t", ",")
# UTF-8 read as cp1252 or latin-1: Ã and a sign where one of æøåÆØÅéöä should stand.
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]|\ufffd")


@dataclass(frozen=True, kw_only=True)
class PlainTable:
    """Cells as they stand (text, or numbers of a workbook), rows by their number in the file."""

    file: str
    cells: pd.DataFrame
    delimiter: str
    """Separator of a CSV; empty for a workbook."""
    encoding: str
    """Encoding of a CSV that was found or asked for; empty for a workbook."""


def read_plain_table(
    path: Path | str, *, encoding: Encoding | None = None, limits: Limits = DEFAULT_LIMITS
) -> PlainTable:
    """Read a table whose first row names its columns.

    A CSV may have semicolon, tab or comma; of a workbook the first sheet is read, formulas by their last
    result. Empty rows are left out, and rows keep the numbers a spreadsheet shows.

    Parameters
    ----------
    encoding
        Encoding of a CSV. Without one, UTF-8 is tried, then cp1252; the result tells which it was.

    Raises
    ------
    DataError
        If the file is no such table, is in another encoding than asked for, holds letters that a wrong
        encoding has spoilt, has rows of another width than its header, or a column without or with a
        second name; every problem of the rows at once.
    """
    file = require_file(path, limits=limits)
    if file.suffix.lower() in WORKBOOKS:
        rows, delimiter, found = read_first_sheet(file, limits=limits), "", ""
    else:
        if require_kind(file) != "csv":
            _refuse(file.name, "is no table", "give a CSV file or an Excel workbook (.xlsx)")
        text, found = _decode(file, encoding, limits)
        delimiter = _choose_delimiter(text)
        rows = [
            (n, [*row])
            for n, row in limited(csv_rows(text, delimiter, file=file.name), file=file.name, limits=limits)
        ]
    if len(rows) < 2:  # noqa: PLR2004 - a header and a row
        _refuse(file.name, "has no rows below a header", "name the columns in the first row, and give rows")
    header = [str(cell if cell is not None else "").strip() for cell in rows[0][1]]
    _require_shape(header, rows, file.name, delimiter)
    cells = pd.DataFrame(
        [row for _, row in rows[1:]],
        columns=pd.Index(header),
        index=pd.Index([number for number, _ in rows[1:]], name="row"),
        dtype=object,
    )
    return PlainTable(file=file.name, cells=cells, delimiter=delimiter, encoding=found)


def read_numbers(cells: pd.Series) -> tuple[pd.Series, list[Problem]]:
    """Read a column of numbers as people write them; an empty cell is missing.

    Returns
    -------
    The numbers (int64 where all are whole, else float64) by row, and a problem for each cell that is none.
    """
    numbers, problems = [], []
    for row, cell in cells.items():
        value = float("nan")
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            value = float(cell)
        elif isinstance(cell, str) and cell.strip():
            try:
                value = parse_number(cell)
            except Flaw as flaw:
                problems.append(Problem(f"row {row}", f"{shown(cells.name)} {flaw.what}", flaw.cure))
        elif cell is not None and not isinstance(cell, str):
            problems.append(Problem(f"row {row}", f"{shown(cells.name)} is no number", "write digits"))
        numbers.append(value)
    column = pd.Series(numbers, index=cells.index, name=cells.name, dtype=float)
    is_whole = column.notna().all() and (column % 1 == 0).all() and (column.abs() < 2**53).all()
    return column.astype("int64") if is_whole else column, problems


def _decode(file: Path, encoding: Encoding | None, limits: Limits) -> tuple[str, str]:
    data = file.read_bytes()[: limits.file_bytes + 1]
    chosen: Encoding = encoding or ("utf-8" if _is_utf8(data) else "cp1252")
    text = read_text(file, encoding=chosen, limits=limits)
    spoilt = _MOJIBAKE.search(text)
    if spoilt:
        line = text.count("\n", 0, spoilt.start()) + 1
        near = text[max(0, spoilt.start() - 10) : spoilt.end() + 10].splitlines()[0]
        cure = "leave --encoding out, or state utf-8" if encoding not in (None, "utf-8") else "export it anew"
        _refuse(file.name, f"holds letters of another encoding in line {line} ('{shown(near)}')", cure)
    return text, chosen


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _choose_delimiter(text: str) -> str:
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=header.count)


def _require_shape(header: list[str], rows: list[tuple[int, Cells]], file: str, delimiter: str) -> None:
    problems = [*_header_problems(header, rows[0][0])]
    problems += [
        wrong_width(number, row, len(header), delimiter=delimiter)
        for number, row in rows[1:]
        if len(row) != len(header)
    ]
    if problems:
        refuse(file, problems)


def _header_problems(header: list[str], number: int) -> Iterator[Problem]:
    if "" in header:
        yield Problem(f"row {number}", "a column has no name", "name every column in the first row")
    yield from names_twice(header, f"row {number}")


def _refuse(file: str, what: str, cure: str) -> NoReturn:
    refuse(file, [Problem("", what, cure)])
