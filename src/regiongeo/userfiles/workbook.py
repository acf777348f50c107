"""One sheet of an Excel workbook as rows of cells, without trusting the file."""

from __future__ import annotations

import warnings
import zipfile
from contextlib import contextmanager
from itertools import dropwhile
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from regiongeo.userfiles.problems import Problem, refuse, shown
from regiongeo.userfiles.records import Cells, is_filled, limited
from regiongeo.userfiles.sectors import bare_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    from regiongeo.userfiles.checks import Limits

__all__ = ["HEADER_ROWS", "WORKBOOKS", "read_first_sheet", "read_workbook"]

HEADER_ROWS = 15
"""A header is looked for in the first so many rows: titles and notes may stand above it."""

WORKBOOKS = (".xlsx", ".xlsm")
"""Endings of workbooks."""

_MOST_UNPACKED = 16  # times the size a file may have: a real sheet packs to a tenth
_BROKEN = (
    OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, EOFError,
    zipfile.BadZipFile, InvalidFileException, ParseError,
)  # fmt: skip


def read_workbook(
    path: Path, *, is_header: Callable[[Cells], bool], sheets: Sequence[str], limits: Limits
) -> list[tuple[int, Cells]]:
    """Return the rows of one sheet from its header on, numbered as Excel does; empty rows are left out.

    Parameters
    ----------
    is_header
        Tells whether a row holds the names of the columns.
    sheets
        Names of sheets, best first; without one of them, the only sheet that has a header is taken.

    Raises
    ------
    DataError
        If the file is no workbook or a damaged one, unpacks to more than it may, no sheet or more than one
        has a header, or there are too many rows.
    """
    with _open_sheets(path, limits) as found:
        sheet = _choose_sheet(found, is_header, sheets, path.name)
        rows = dropwhile(lambda row: not is_header(row[1]), _cells(sheet, None))
        kept = list(limited(rows, file=path.name, limits=limits))
    width = len(kept[0][1]) if kept else 0
    return [(number, _widened(row, width)[:width]) for number, row in kept]


def read_first_sheet(path: Path, *, limits: Limits) -> list[tuple[int, Cells]]:
    """Return the rows of the first sheet, as wide as its first or wider; errors as `read_workbook`."""
    with _open_sheets(path, limits) as found:
        kept = list(limited(_cells(found[0], None), file=path.name, limits=limits))
    width = len(kept[0][1]) if kept else 0
    return [(number, _widened(row, width)) for number, row in kept]


@contextmanager
def _open_sheets(path: Path, limits: Limits) -> Iterator[Sequence[ReadOnlyWorksheet]]:
    _require_workbook(path, limits)
    try:
        with warnings.catch_warnings():
            # of styles and validations, which have nothing to do with the cells
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=True)
            try:
                yield book.worksheets
            finally:
                book.close()
    except _BROKEN as error:
        if error.__class__.__module__.startswith("regiongeo"):
            raise
        what = f"is a damaged workbook ({shown(error)})"
        refuse(path.name, [Problem("", what, "open it in Excel and save it again, or get it anew")])


def _require_workbook(path: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            is_book = "xl/workbook.xml" in archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError):
        unpacked, is_book = 0, False
    if not is_book:
        what = "is named as an Excel workbook but holds something else, perhaps a web page"
        refuse(path.name, [Problem("", what, "download the workbook itself, or save it as .xlsx again")])
    if unpacked > _MOST_UNPACKED * limits.file_bytes:
        what = f"unpacks to {unpacked / 2**20:.0f} MiB"
        refuse(
            path.name, [Problem("", what, "leave out what is not needed, or save the sheet as 'CSV UTF-8'")]
        )


def _choose_sheet(
    sheets: Sequence[ReadOnlyWorksheet], is_header: Callable[[Cells], bool], wanted: Sequence[str], file: str
) -> ReadOnlyWorksheet:
    """Return the best named sheet with a header, or the only one that has a header."""
    fitting = [sheet for sheet in sheets if any(is_header(row) for _, row in _cells(sheet, HEADER_ROWS))]
    named = {bare_words(sheet.title): sheet for sheet in fitting}
    best = [named[name] for name in wanted if name in named]
    if not best and len(fitting) != 1:
        names = ", ".join(shown(sheet.title) for sheet in (fitting or sheets)[:6])
        what, cure = f"has no sheet with the columns (sheets: {names})", "name the columns as the holder does"
        if fitting:
            what, cure = f"has several sheets with such a table ({names})", "keep only the one that is meant"
        refuse(file, [Problem("", what, cure)])
    return (best or fitting)[0]


def _widened(row: Cells, width: int) -> Cells:
    return row + [None] * (width - len(row))


def _cells(sheet: ReadOnlyWorksheet, most: int | None) -> Iterator[tuple[int, Cells]]:
    sheet.reset_dimensions()  # some programs write a size that is not the sheet's
    rows = sheet.iter_rows(max_row=most, values_only=True)  # type: ignore[misc]  # stubs know no read-only
    for number, row in enumerate(rows, start=1):
        if is_filled(row):
            yield number, _without_tail(row)


def _without_tail(row: Sequence[object]) -> Cells:
    """Leave out the empty cells at the end: one stray cell far to the right would widen every row."""
    filled = next(at for at in range(len(row), 0, -1) if row[at - 1] is not None)
    return list(row[:filled])
