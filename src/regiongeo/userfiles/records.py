"""Rows of a table of text, and what may be wrong with them and their header; every reader starts here."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, TypeVar

from regiongeo.userfiles.problems import Problem, refuse, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from regiongeo.userfiles.checks import Limits

__all__ = ["Cells", "csv_rows", "is_filled", "limited", "names_twice", "wrong_width"]

Cells = list[object]
Row = TypeVar("Row")


def is_filled(cells: Sequence[object]) -> bool:
    """Tell whether any cell of a row holds something."""
    return any(cell is not None and str(cell).strip() for cell in cells)


def csv_rows(
    text: str,
    delimiter: str,
    *,
    file: str,
    is_wanted: Callable[[list[str]], bool] = is_filled,
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are wanted, numbered as a spreadsheet does.

    Raises
    ------
    DataError
        If quotes do not match or a cell is too long.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if is_wanted(row):
                yield number, row
    except csv.Error as error:
        what = f"its quotes do not match or a cell is too long ({error})"
        cure = 'put text with quotes in it in double quotes and write each inner quote twice ("")'
        refuse(file, [Problem(f"row {number + 1}", what, cure)])


def limited(rows: Iterable[Row], *, file: str, limits: Limits) -> Iterator[Row]:
    """Yield rows, the header's among them, as long as there are no more than the limits allow.

    Raises
    ------
    DataError
        If there are more.
    """
    for count, row in enumerate(rows):
        if count > limits.rows:
            cure = "split it, or raise Limits(rows=...)"
            refuse(file, [Problem("", f"has more than {limits.rows} rows", cure)])
        yield row


def names_twice(names: Sequence[str], place: str) -> list[Problem]:
    """Return a problem for every name that two columns have."""
    twice = sorted({name for name in names if name and names.count(name) > 1})
    return [Problem(place, f"column '{shown(name)}' stands twice", "rename one of them") for name in twice]


def wrong_width(number: int, cells: Sequence[object], width: int, *, delimiter: str = "") -> Problem:
    """Return the problem of a row of another width than its header."""
    cure = "give every row the cells of the header"
    if delimiter == "," and len(cells) > width:
        cure = "a decimal comma? separate the cells by semicolons, or put the number in double quotes"
    return Problem(f"row {number}", f"has {len(cells)} cells, the header has {width}", cure)
