"""A table without positions, as statistics are published: titles above the header, CSV or a workbook."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

from regiongeo.userfiles.checks import read_text, require_file, require_kind
from regiongeo.userfiles.numbers import decimal_mark, parse_number
from regiongeo.userfiles.problems import Flaw, Problem, refuse, shown
from regiongeo.userfiles.records import csv_rows, limited, names_twice, wrong_width
from regiongeo.userfiles.sectors import bare_words
from regiongeo.userfiles.workbook import HEADER_ROWS, WORKBOOKS, read_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from regiongeo.userfiles.checks import Encoding, Limits
    from regiongeo.userfiles.records import Cells

__all__ = ["Numbers", "Sheet", "read_sheet", "read_year"]

_DELIMITERS = (";", ",", "\t")
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

    if sheets is not None and file.suffix.lower() in WORKBOOKS:
        records, delimiter = read_workbook(file, is_header=is_named, sheets=sheets, limits=limits), ""
    else:
        if require_kind(file) != "csv":
            refuse(file.name, [Problem("", "is no table of text", "give a CSV file")])
        text = read_text(file, encoding=encoding, limits=limits)
        delimiter = _choose_delimiter(text, is_named)
        lines = dropwhile(lambda line: not is_named([*line[1]]), csv_rows(text, delimiter, file=file.name))
        records = [(number, [*row]) for number, row in limited(lines, file=file.name, limits=limits)]
    if not records:
        what = "has no header that names its columns"
        refuse(file.name, [Problem("", what, f"expected {expected}; is the encoding right?")])
    (number, header), rows = records[0], records[1:]
    if not rows:
        refuse(file.name, [Problem("", "has no rows below its header", "fill it and save it again")])
    names = _names(header)
    problems = [
        wrong_width(line, row, len(names), delimiter=delimiter)
        for line, row in rows
        if len(row) != len(names)
    ]
    kept = [record for record in rows if len(record[1]) == len(names)]
    place = f"row {number}"
    problems += names_twice(names, place)
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


def _choose_delimiter(text: str, is_header: Callable[[Cells], bool]) -> str:
    """Return the separator by which one of the first rows is the header; the first where none is."""
    start = "".join(islice(io.StringIO(text, newline=""), HEADER_ROWS))

    def has_header(delimiter: str) -> bool:
        return any(
            is_header([*row]) for row in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
        )

    return next(filter(has_header, _DELIMITERS), _DELIMITERS[0])
