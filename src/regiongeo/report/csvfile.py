"""``ranking.csv``, ``flows.csv``, ``plan.csv``, ``rules.csv``: one dialect for programs and Norwegian Excel.

UTF-8 with a byte order mark, semicolons, decimal comma, CRLF: a double click in Norwegian Excel shows columns
and numbers. The dialect follows the reader's computer, not the language of the report, so that a program
reads every run alike: ``pd.read_csv(file, sep=";", decimal=",", dtype={"municipality_id": str})``; for
``flows.csv`` the columns of text are ``origin_id`` and ``destination_id``.

Every text is quoted. A text that a spreadsheet would run as a formula gets an apostrophe in front.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORMULA_STARTS", "defuse", "write_csv"]

FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
"""First characters that make a spreadsheet run a text, full-width ones included."""


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a published table with its index as the first columns; booleans as ``true`` and ``false``."""
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore")).reset_index()
    # As objects: text of Arrow is slow to walk through.
    rows = [list(plain.columns), *plain.astype(object).itertuples(index=False, name=None)]
    lines = "".join(";".join(map(_cell, row)) + "\r\n" for row in rows)
    path.write_bytes(lines.encode("utf-8-sig"))


def defuse(text: str) -> str:
    """Return a text as spreadsheets may read it.

    >>> defuse("=1+1"), defuse("Kløfta")
    ("'=1+1", 'Kløfta')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _cell(value: object) -> str:
    if isinstance(value, str):
        return '"' + defuse(value).replace('"', '""') + '"'
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return _shortest(value)


def _shortest(number: object) -> str:
    """Write a number without an empty fraction: ``1000``, ``0,143``."""
    return format(number, "").removesuffix(".0").replace(".", ",")
