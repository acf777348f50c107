"""``result.xlsx``: the published tables as sheets to read, sort and filter; text never becomes a formula."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from regiongeo.errors import RegionGeoWarning
from regiongeo.i18n import text
from regiongeo.report.csvfile import FORMULA_STARTS
from regiongeo.report.facts import criterion_label, licence_notice, list_limits, list_settings
from regiongeo.report.flowtables import (
    flow_blocks,
    od_table,
    planned_flows,
    relation_table,
)
from regiongeo.report.tables import (
    DECIMALS,
    excluded_table,
    points_column,
    portfolio_table,
    ranking_table,
    source_ids,
    source_table,
    weight_table,
)
from regiongeo.scenario import CRITERIA

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from regiongeo.flows import FlowResult
    from regiongeo.i18n import Language
    from regiongeo.result import Result
    from regiongeo.store import Source

__all__ = ["write_excel"]

_LONGEST_TEXT = 32_767
_PERCENT = {
    *("top5_share", "free_top5_share", "known_weight", "subregion_lack", "builtup_share", "weight"),
    *("share_below_5", "share_below_5_mean_hour", "gravity_share_below_5", "median_relative_error"),
}
_WIDTHS = {
    "name": 44,
    "count": 44,
    "one_end": 30,
    "other_end": 30,
    "why": 90,
    "reason_detail": 34,
    "kind": 28,
    "attribution": 60,
    "title": 44,
    "url": 40,
}
_CODES = {
    "counts": "counts",
    "model": "model",
    "basis": "basis",
    "measure": "total",
    "energy": "energy",
    "corridor": "corridor",
}
"""Columns of codes, and how their words begin in the catalogue."""
_READ_WHOLE = {"trucks_per_day", "planned_trucks_per_day", "km", "outside_km", "minutes", "outside_minutes"}
"""Figures that hold decimals for the sake of sums, but are read without."""
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_HEAD = PatternFill("solid", fgColor="E8E4DA")
_TIME_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """One sheet: its title key, a table, the labels of its columns, and how many of them stay in view."""

    key: str
    table: pd.DataFrame
    labels: Sequence[str]
    frozen: int = 0


def write_excel(result: Result, path: Path, *, lang: Language, sources: Sequence[Source]) -> None:
    """Write the sheets Rangering, Kriterier, Portefølje, Vekter, Utelukket, Kilder and Om.

    With truck flows also Godsstrømmer and Relasjoner, before Kilder.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "regiongeo"
    for sheet in _sheets(result, lang, sources):
        _fill(book.create_sheet(text("report", f"sheet_{sheet.key}", lang)), sheet)
    if result.flows is not None:
        _add_flows(book, result, result.flows, lang)
    _fill_about(book.create_sheet(text("report", "sheet_about", lang)), result, lang, sources)
    raw = io.BytesIO()
    book.save(raw)
    path.write_bytes(_without_time(raw.getvalue()))


def _sheets(result: Result, lang: Language, sources: Sequence[Source]) -> list[_Sheet]:
    ranking = ranking_table(result).drop(columns="geometry").reset_index()
    criteria = list(result.criteria.columns)
    parts = [name for name in map(points_column, criteria) if name in ranking.columns]
    ids = ["rank", "name", "site_id"]
    own = [name for name in ranking.columns if name not in {*ids, *criteria, *parts}]
    portfolio = portfolio_table(result).drop(columns="geometry").reset_index()
    gains = [name for name in portfolio.columns if name not in ("name", "site_id")]
    sheets = {
        "ranking": ranking[[*ids, *own]],
        "criteria": ranking[[*ids, "subregion", "score_100", *criteria, *parts]],
        "portfolio": portfolio[["name", "site_id", *gains]],
        "weights": _weights(result, lang),
        "excluded": pd.DataFrame(excluded_table(result).drop(columns="geometry")).reset_index(),
        "sources": source_table(sources, lang=lang).reset_index(),
    }
    frozen = {"ranking": 2, "criteria": 2, "portfolio": 1}
    return [
        _Sheet(
            key=key,
            table=_in_words(table, lang),
            labels=[_label(name, lang) for name in table.columns],
            frozen=frozen.get(key, 0),
        )
        for key, table in sheets.items()
    ]


def _add_flows(book: Workbook, result: Result, flows: FlowResult, lang: Language) -> None:
    """Add the two sheets of the truck flows before the sources."""
    before = book.sheetnames.index(text("report", "sheet_sources", lang))
    blocks = book.create_sheet(text("report", "sheet_flows", lang), before)
    row = 1
    for key, table in flow_blocks(result, flows).items():
        _write(blocks, row, 1, text("report", f"head_flow_{key}", lang)).font = Font(bold=True, size=13)
        shown = _in_words(table.reset_index(), lang)
        _write_table(blocks, row + 1, shown, [_label(str(name), lang) for name in shown.columns])
        row += len(shown) + 4
    relations = relation_table(od_table(flows, planned_flows(result))).reset_index()
    ids = ["one_end_id", "other_end_id"]
    table = _in_words(relations[[*(name for name in relations.columns if name not in ids), *ids]], lang)
    content = _Sheet(
        key="relations", table=table, labels=[_label(str(name), lang) for name in table.columns], frozen=2
    )
    _fill(book.create_sheet(text("report", "sheet_relations", lang), before + 1), content)


def _weights(result: Result, lang: Language) -> pd.DataFrame:
    table = weight_table(result).reset_index()
    units = [text("criteria", f"{name}_unit", lang) for name in table["criterion"]]
    names = [text("criteria", name, lang) for name in table["criterion"]]
    table["criterion"] = names
    table.insert(1, "unit", units)
    return table


def _in_words(table: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Write codes and truth values in the reader's language."""
    shown = table.copy()
    for name in shown.columns:
        if pd.api.types.is_bool_dtype(shown[name]):
            shown[name] = shown[name].map(
                {True: text("report", "yes", lang), False: text("report", "no", lang)}
            )
        elif name in ("kind", "reason"):
            shown[name] = [text("sites", f"{name}_{code}", lang) for code in shown[name]]
        elif name in _CODES:
            shown[name] = [text("report", f"{_CODES[str(name)]}_{code}", lang) for code in shown[name]]
    return shown


def _label(column: str, lang: Language) -> str:
    criterion = column.removeprefix("points_")
    if criterion != column:
        return text("report", "col_points", lang, criterion=text("criteria", criterion, lang))
    if column in CRITERIA:
        return criterion_label(column, lang)
    return text("report", f"col_{column}", lang)


def _fill(sheet: Worksheet, content: _Sheet) -> None:
    _write_table(sheet, 1, content.table, content.labels)
    sheet.freeze_panes = f"{get_column_letter(content.frozen + 1)}2"
    sheet.auto_filter.ref = sheet.dimensions


def _write_table(sheet: Worksheet, top: int, table: pd.DataFrame, labels: Sequence[str]) -> None:
    """Write a table whose head stands in row ``top``; a column is as wide as its widest table."""
    for number, (name, label) in enumerate(zip(table.columns, labels, strict=True), 1):
        head = _write(sheet, top, number, label)
        head.font, head.fill = Font(bold=True), _HEAD
        head.alignment = Alignment(wrap_text=True, vertical="top")
        for row, value in enumerate(table[name], top + 1):
            _write(sheet, row, number, value).number_format = _format_of(str(name))
        column = sheet.column_dimensions[get_column_letter(number)]
        width = _width_of(str(name), table[name])
        column.width = width if top == 1 else max(width, column.width)
    sheet.row_dimensions[top].height = 48


def _fill_about(sheet: Worksheet, result: Result, lang: Language, sources: Sequence[Source]) -> None:
    used = source_ids(ranking_table(result), excluded_table(result))
    licence = licence_notice(sources, used, lang)
    rows = [
        *list_settings(result, lang),
        *((text("report", "about_notice", lang), line) for line in list_limits(result, lang)),
        ("", text("report", "about_blank", lang)),
        ("", text("report", "about_points", lang)),
        *([(text("report", "about_licence", lang), licence)] if licence else []),
    ]
    for row, (label, value) in enumerate(rows, 1):
        _write(sheet, row, 1, label).font = Font(bold=True)
        _write(sheet, row, 2, value).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 48, 100


def _write(sheet: Worksheet, row: int, column: int, value: object) -> Any:  # noqa: ANN401
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = _cut(value)
        # After the value: setting it would make a formula of what starts with "=".
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(FORMULA_STARTS)
    elif pd.notna(value):  # type: ignore[call-overload]
        cell.value = value
    return cell


def _cut(value: str) -> str:
    if len(value) <= _LONGEST_TEXT:
        return value
    warnings.warn(
        f"a text of {len(value)} characters is cut for Excel: '{value[:60]}…'", RegionGeoWarning, stacklevel=2
    )
    return f"{value[: _LONGEST_TEXT - 1]}…"


def _format_of(column: str) -> str:
    if column in _PERCENT:
        return "0.0%"
    if column in ("lon", "lat"):
        return "0.000000"
    if column.endswith("_year"):
        return "0"
    if column in _READ_WHOLE:
        return "#,##0"
    decimals = DECIMALS.get("score_100" if column.startswith("points_") else column)
    if decimals is None:
        return "General"
    return f"#,##0.{'0' * decimals}" if decimals else "#,##0"


def _width_of(column: str, values: pd.Series) -> float:
    longest = max((len(str(value)) for value in values), default=0)
    return _WIDTHS.get(column, min(max(12, longest + 2), 26))


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
