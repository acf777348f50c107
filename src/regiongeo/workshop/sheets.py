"""``workshop.xlsx``: summary, sites, proposals, weights, notes, conflicts; a text is never a formula."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from regiongeo.i18n import text, texts
from regiongeo.report.cells import in_words, write_cell
from regiongeo.report.excel import without_time
from regiongeo.report.facts import criterion_label
from regiongeo.scenario import CRITERIA
from regiongeo.workshop.agreement import spread_of_weights
from regiongeo.workshop.summary import summary_lines

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from regiongeo.i18n import Language
    from regiongeo.workshop.findings import Findings

__all__ = ["write_sheets"]

_CODES = {
    "reason": ("sites", "reason_"),
    "mark": ("workshop", "mark_"),
    "kind": ("workshop", "kind_"),
}
_FORMATS = {"score": "0.000", "provisional": "0.000", "difference": "+0.000;-0.000;0.000", "area_m2": "#,##0"}
_WIDTHS = {"name": 40, "names": 50, "note": 70, "content": 90, "reason": 26, "site_id": 36, "place_id": 36}
_NARROWEST, _WIDEST = 12, 30
_HEAD = PatternFill("solid", fgColor="E8E4DA")
_PROPOSALS = (
    *(
        "rank",
        "name",
        "table",
        "votes",
        "mark",
        "score",
        "provisional",
        "difference",
        "rank_low",
        "rank_high",
    ),
    *("reason", "reason_detail", "area_m2", "is_shared_place", "place_id", "created", "note", "site_id"),
)
# XML cannot hold these two; a workbook with one of them does not open.
_NOT_IN_XML = str.maketrans({"\ufffe": "\ufffd", "\uffff": "\ufffd"})


def write_sheets(findings: Findings, path: Path, *, lang: Language) -> None:
    """Write the sheets of a workshop; the same findings give the same bytes.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "regiongeo"
    _fill_summary(_add(book, "summary", lang), findings, lang)
    tables = {
        "sites": _id_last(findings.sites),
        "proposals": _proposals(findings),
        "places": _id_last(pd.DataFrame(findings.places.drop(columns="geometry"))),
        "weights": _weights(findings, lang),
        "notes": findings.notes,
        "conflicts": findings.conflicts,
    }
    for key, table in tables.items():
        sheet = _add(book, key, lang)
        _write_table(sheet, table, lang)
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = sheet.dimensions
    if len(findings.correlations) > 1:
        _add_correlations(book[text("workshop", "sheet_weights", lang)], findings, lang)
    raw = io.BytesIO()
    book.save(raw)
    path.write_bytes(without_time(raw.getvalue()))


def _add(book: Workbook, key: str, lang: Language) -> Worksheet:
    sheet: Worksheet = book.create_sheet(text("workshop", f"sheet_{key}", lang))
    return sheet


def _id_last(table: pd.DataFrame) -> pd.DataFrame:
    """Return the index as the last column: people read names, programs ids."""
    return table.assign(**{str(table.index.name): table.index}).reset_index(drop=True)


def _proposals(findings: Findings) -> pd.DataFrame:
    table = pd.DataFrame(findings.proposals.drop(columns="geometry")).reset_index()
    shared = table["place_id"].isin(findings.places.index)
    table = table.assign(is_shared_place=shared.astype(bool))
    return table[list(_PROPOSALS)].sort_values("rank", kind="stable", na_position="last")


def _weights(findings: Findings, lang: Language) -> pd.DataFrame:
    """Return the tables' weights in per cent, then mean, lowest, highest and spread."""
    shares = findings.shares
    if shares.empty:
        return pd.DataFrame(columns=["table", *CRITERIA])
    spread = spread_of_weights(shares).T
    spread.index = pd.Index([text("workshop", f"row_{name}", lang) for name in spread.index])
    return pd.concat([shares, spread]).rename_axis("table").reset_index()


def _write_table(sheet: Worksheet, table: pd.DataFrame, lang: Language, *, top: int = 1) -> None:
    own = {"reason": ("workshop", "reason_")}
    shown = in_words(in_words(table, lang, codes=_CODES), lang, codes=own)
    for number, name in enumerate(map(str, shown.columns), 1):
        head = _write(sheet, top, number, _label(name, lang))
        head.font, head.fill = Font(bold=True), _HEAD
        head.alignment = Alignment(wrap_text=True, vertical="top")
        for row, value in enumerate(shown[name], top + 1):
            cell = _write(sheet, row, number, value)
            cell.number_format = _FORMATS.get(name, "0.0" if name in CRITERIA else "General")
            if name in ("note", "content"):
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        longest = max((len(str(value)) for value in shown[name]), default=0)
        width = _WIDTHS.get(name, min(max(_NARROWEST, longest + 2), _WIDEST))
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.row_dimensions[top].height = 48


def _write(sheet: Worksheet, row: int, column: int, value: object) -> Any:  # noqa: ANN401 - a cell
    return write_cell(sheet, row, column, value.translate(_NOT_IN_XML) if isinstance(value, str) else value)


def _add_correlations(sheet: Worksheet, findings: Findings, lang: Language) -> None:
    """Write how alike the tables' weights rank the sites below the weights."""
    top = sheet.max_row + 2
    _write(sheet, top, 1, text("workshop", "head_correlations", lang)).font = Font(bold=True, size=13)
    for number, column in enumerate(findings.correlations.columns, 2):
        _write(sheet, top + 1, number, str(column)).font = Font(bold=True)
    for row, (name, values) in enumerate(findings.correlations.iterrows(), top + 2):
        _write(sheet, row, 1, str(name)).font = Font(bold=True)
        for number, value in enumerate(values, 2):
            _write(sheet, row, number, float(value)).number_format = "0.00"


def _fill_summary(sheet: Worksheet, findings: Findings, lang: Language) -> None:
    rows = [
        *summary_lines(findings, lang),
        *(("", text("workshop", f"explain_{key}", lang)) for key in ("score", "places", "concordance")),
        *((one.file, one.problem) for one in findings.refusals),
    ]
    for row, (label, value) in enumerate(rows, 1):
        head = _write(sheet, row, 1, label)
        head.font, head.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        _write(sheet, row, 2, value).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 100


def _label(name: str, lang: Language) -> str:
    if name in CRITERIA:
        return f"{criterion_label(name, lang).rsplit(' (', 1)[0]} (%)"
    key = f"col_{name}"
    return text("workshop", key, lang) if key in texts("workshop", lang) else name
