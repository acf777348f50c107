"""A table without positions, as statistics are published: titles above the header, CSV or a workbook."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from regiongeo.userfiles.checks import read_text, require_file, require_kind
from regiongeo.userfiles.numbers import decimal_mark, parse_number
from regiongeo.userfiles.problems import Flaw, Problem, refuse, shown
from regiongeo.userfiles.sectors import bare_words
from regiongeo.userfiles.workbook import HEADER_ROWS, Cells, read_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from regiongeo.userfiles.checks import Encoding, Limits

__all__ = ["Numbers", "Sheet", "read_sheet", "read_year"]

_DELIMITERS = (";", ",", "\t")
_WORKBOOKS = (".xlsx", ".xlsm")
_MISSING = ("", ".", "..", "...", ":")  # as SSB marks figures that do not exist or are not shown
_YEARS = range(1950, 2101)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Rows below the header, each with its number in the file and as many cells as the header."""

    file: str
    place: str
    names: list[str]
    rows: list[tuple[int, Cells]]
    problems: list[Problem] = field(default_factory=list)


def read_sheet(
    path: Path | str,
    *,
    is_header: Callable[[Sequence[str]], bool],
    expected: str,
    encoding: Encoding,
    limits: Limits,
    sheets: Sequence[str] | None = None,
) -> Sheet:
    """Read a CSV with semicolon, comma or tab, or a sheet of a workbook.

    Parameters
    ----------
    is_header
        Tells whether names (by `bare_words`) are those of the columns; the first 15 rows are asked.
    expected
        The columns in words, for the message where there is no header.
    encoding
        Encoding of a CSV; never guessed.
    sheets
        Names of a workbook's sheets, best first; None where workbooks are not read.

    Raises
    ------
    DataError
        If the file is none that can be read, or has no header or no rows. Rows that do not fit the header
        are in the result's ``problems``.
    """
    file = require_file(path, limits=limits)

    def is_named(row: Cells) -> bool:
        return is_header(_names(row))

    if sheets is not None and file.suffix.lower() in _WORKBOOKS:
        records = read_workbook(file, is_header=is_named, sheets=sheets, limits=limits)
    else:
        if require_kind(file) != "csv":
            refuse(file.name, [Problem("", "is no table of text", "give a CSV file")])
        records = _read_csv(read_text(file, encoding=encoding, limits=limits), is_named, file.name, limits)
    if not records:
        what = "has no header that names its columns"
        refuse(file.name, [Problem("", what, f"expected {expected}; is the encoding right?")])
    (number, header), rows = records[0], records[1:]
    if not rows:
        refuse(file.name, [Problem("", "has no rows below its header", "fill it and save it again")])
    names = _names(header)
    problems = [_wrong_width(line, row, names) for line, row in rows if len(row) != len(names)]
    kept = [record for record in rows if len(record[1]) == len(names)]
    place = f"row {number}"
    twice = sorted({name for name in names if name and names.count(name) > 1})
    problems += [Problem(place, f"column '{shown(one)}' stands twice", "rename one of them") for one in twice]
    return Sheet(file=file.name, place=place, names=names, rows=kept, problems=problems)


def read_year(cell: object) -> int:
    """Read a year, as text or number.

    Raises
    ------
    Flaw
        If it is none from 1950 to 2100.
    """
    text = str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell or "").strip()
    if text.isascii() and text.isdigit() and int(text) in _YEARS:
        return int(text)
    words = f"'{shown(text)}' is no year" if text else "has no year"
    raise Flaw(words, f"give a year from {_YEARS.start} to {_YEARS.stop - 1}")


class Numbers:
    """Reads the numbers of one table; its decimal mark is learnt from all of them."""

    def __init__(self, cells: Iterable[object]) -> None:
        self.mark = decimal_mark(cell for cell in cells if isinstance(cell, str))

    def read(self, cell: object) -> float:
        """Return the number, NaN where the cell is empty or marked as missing (SSB's ``.``, ``..``, ``:``).

        Raises
        ------
        Flaw
            If it is no number, or one that can mean two things.
        """
        if cell is None or (isinstance(cell, str) and cell.strip() in _MISSING):
            return math.nan
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            return float(cell)
        return parse_number(str(cell), decimal=self.mark)


def _names(row: Cells) -> list[str]:
    return [bare_words(str(cell)) if cell is not None else "" for cell in row]


def _read_csv(
    text: str, is_header: Callable[[Cells], bool], file: str, limits: Limits
) -> list[tuple[int, Cells]]:
    start = "".join(islice(io.StringIO(text, newline=""), HEADER_ROWS))
    for delimiter in _DELIMITERS:
        if any(is_header([*row]) for row in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)):
            return _records(text, delimiter, is_header, file, limits)
    return []


def _records(
    text: str, delimiter: str, is_header: Callable[[Cells], bool], file: str, limits: Limits
) -> list[tuple[int, Cells]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, Cells]] = []
    try:
        for number, row in enumerate(reader, start=1):
            if any(cell.strip() for cell in row) and (records or is_header([*row])):
                records.append((number, [*row]))
            if len(records) > limits.rows + 1:
                cure = "split it, or raise Limits(rows=...)"
                refuse(file, [Problem("", f"has more than {limits.rows} rows", cure)])
    except csv.Error as error:
        what = f"its quotes do not match or a cell is too long ({error})"
        cure = 'put text with quotes in it in double quotes and write each inner quote twice ("")'
        refuse(file, [Problem(f"row {reader.line_num}", what, cure)])
    return records


def _wrong_width(number: int, row: Cells, names: Sequence[str]) -> Problem:
    cure = "give every row the cells of the header; put a decimal comma's number in double quotes"
    return Problem(f"row {number}", f"has {len(row)} cells, the header has {len(names)}", cure)
