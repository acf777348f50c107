"""Workbooks from the first sheet to the file: the same tables give the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["new_book", "save_book"]

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_TIME_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def new_book() -> Workbook:
    """Return a workbook without sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "regiongeo"
    return book


def save_book(book: Workbook, path: Path) -> None:
    """Write a workbook without its time of making.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:  # stored: it is packed once, in `_without_time`
        ExcelWriter(book, archive).write_data()
    path.write_bytes(_without_time(raw.getvalue()))


def _without_time(raw: bytes) -> bytes:
    """Repack a workbook with fixed dates, so that the same tables give the same bytes."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _TIME_STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(name, _FIXED_TIME), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
