"""Cells of ``result.xlsx``: text stays text, figures have the format of their column, codes become words."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from regiongeo.errors import RegionGeoWarning
from regiongeo.i18n import text, texts
from regiongeo.report.csvfile import FORMULA_STARTS
from regiongeo.report.facts import criterion_label
from regiongeo.report.tables import DECIMALS
from regiongeo.scenario import CRITERIA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpyxl.worksheet.worksheet import Worksheet

    from regiongeo.i18n import Language

__all__ = ["CODES", "column_label", "in_words", "write_cell", "write_table"]

CODES = {
    "kind": ("sites", "kind_"),
    "reason": ("sites", "reason_"),
    "counts": ("report", "counts_"),
    "model": ("report", "model_"),
    "basis": ("report", "basis_"),
    "measure": ("report", "total_"),
    "energy": ("report", "energy_"),
    "corridor": ("report", "corridor_"),
}
"""Columns of codes, with the area of their words in the catalogue and how its keys begin."""

_LONGEST_TEXT = 32_767
_PERCENT = {
    *("top5_share", "free_top5_share", "known_weight", "subregion_lack", "builtup_share", "weight"),
    *("share_below_5", "share_below_5_mean_hour", "gravity_share_below_5", "median_relative_error"),
    *("truck_share", "depot_share", "served_share", "wait_probability", "occupied_share", "covered_share"),
    *("ratio", "ratio_if", "required_share"),
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
    "binds": 30,
    "binds_site": 34,
    "nearest_rivals": 60,
    "lift_1": 30,
    "lift_2": 30,
    "item": 34,
    "fails": 40,
    "not_known": 40,
    "nearest_pool": 34,
    "assumption": 40,
    "source": 60,
    "note": 60,
}
_READ_WHOLE = {"trucks_per_day", "planned_trucks_per_day", "km", "outside_km", "minutes", "outside_minutes"}
"""Figures that hold decimals for the sake of sums, but are read without."""
_HEAD = PatternFill("solid", fgColor="E8E4DA")


def in_words(
    table: pd.DataFrame, lang: Language, *, codes: Mapping[str, tuple[str, str]] = CODES
) -> pd.DataFrame:
    """Write codes and truth values in the reader's language.

    Parameters
    ----------
    table
        Published table.
    lang
        Language of the words.
    codes
        Columns of codes (several codes of one cell have a comma between), with the area of their words and
        how its keys begin. A code the catalogue does not hold stays as it is.
    """
    shown = table.copy()
    for name in shown.columns:
        if pd.api.types.is_bool_dtype(shown[name]):
            shown[name] = shown[name].map(
                {True: text("report", "yes", lang), False: text("report", "no", lang)}
            )
        elif name in codes:
            area, start = codes[str(name)]
            words = {code: _words_of(code, area, start, lang) for code in shown[name].dropna().unique()}
            shown[name] = shown[name].map(words)
    return shown


def column_label(column: str, lang: Language) -> str:
    """Return the heading of a column, with its unit."""
    criterion = column.removeprefix("points_")
    if criterion != column:
        return text("report", "col_points", lang, criterion=text("criteria", criterion, lang))
    if column in CRITERIA:
        return criterion_label(column, lang)
    key = f"col_{column}"
    return text("report" if key in texts("report", lang) else "plan", key, lang)


def write_table(sheet: Worksheet, top: int, table: pd.DataFrame, lang: Language) -> None:
    """Write a table whose head stands in row ``top``; a column is as wide as its widest table."""
    for number, name in enumerate(map(str, table.columns), 1):
        head = write_cell(sheet, top, number, column_label(name, lang))
        head.font, head.fill = Font(bold=True), _HEAD
        head.alignment = Alignment(wrap_text=True, vertical="top")
        values, number_format = table[name].astype(object), _format_of(name)
        for row, value in enumerate(values, top + 1):
            write_cell(sheet, row, number, value).number_format = number_format
        column = sheet.column_dimensions[get_column_letter(number)]
        width = _width_of(name, values)
        column.width = width if top == 1 else max(width, column.width)
    sheet.row_dimensions[top].height = 48


def write_cell(sheet: Worksheet, row: int, column: int, value: object) -> Any:  # noqa: ANN401
    """Write one value and return its cell; a text is never run as a formula, a missing value stays empty."""
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = _cut(value)
        # After the value: setting it would make a formula of what starts with "=".
        cell.data_type = "s"
        if value.startswith(FORMULA_STARTS):
            cell.quotePrefix = True
    elif pd.notna(value):  # type: ignore[call-overload]
        cell.value = value
    return cell


def _words_of(codes: str, area: str, start: str, lang: Language) -> str:
    words = texts(area, lang)
    return ", ".join(words.get(f"{start}{code}", code) for code in codes.split(","))


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
