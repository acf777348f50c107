"""``result.xlsx``: the published tables as sheets to read, sort and filter; text never becomes a formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from regiongeo.i18n import text
from regiongeo.report.book import new_book, save_book
from regiongeo.report.cells import in_words, write_cell, write_table
from regiongeo.report.facts import licence_notice, list_limits, list_settings
from regiongeo.report.flowtables import (
    flow_blocks,
    od_table,
    planned_flows,
    relation_table,
)
from regiongeo.report.plansheets import plan_sheets
from regiongeo.report.tables import (
    excluded_table,
    points_column,
    portfolio_table,
    ranking_table,
    source_ids,
    source_table,
    weight_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from regiongeo.flows import FlowResult
    from regiongeo.i18n import Language
    from regiongeo.report.plansheets import PlanSheet
    from regiongeo.result import Result
    from regiongeo.store import Source

__all__ = ["write_excel"]


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """One sheet: its title key, a table, and how many of its columns stay in view."""

    key: str
    table: pd.DataFrame
    frozen: int = 0


def write_excel(result: Result, path: Path, *, lang: Language, sources: Sequence[Source]) -> None:
    """Write the sheets Rangering, Kriterier, Portefølje, Vekter, Utelukket, Kilder and Om.

    With truck flows also Godsstrømmer and Relasjoner, and with a station plan, a rule check or site cards
    the sheets of `plan_sheets`, before Kilder.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    book = new_book()
    for sheet in _sheets(result, lang, sources):
        _fill(book.create_sheet(text("report", f"sheet_{sheet.key}", lang)), sheet, lang)
    if result.flows is not None:
        _add_flows(book, result, result.flows, lang)
    for plan_sheet in plan_sheets(result, lang):
        before = book.sheetnames.index(text("report", "sheet_sources", lang))
        _fill_plan(book.create_sheet(plan_sheet.title, before), plan_sheet, lang)
    _fill_about(book.create_sheet(text("report", "sheet_about", lang)), result, lang, sources)
    save_book(book, path)


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
        _Sheet(key=key, table=in_words(table, lang), frozen=frozen.get(key, 0))
        for key, table in sheets.items()
    ]


def _add_flows(book: Workbook, result: Result, flows: FlowResult, lang: Language) -> None:
    """Add the two sheets of the truck flows before the sources."""
    before = book.sheetnames.index(text("report", "sheet_sources", lang))
    blocks = book.create_sheet(text("report", "sheet_flows", lang), before)
    row = 1
    for key, table in flow_blocks(result, flows).items():
        write_cell(blocks, row, 1, text("report", f"head_flow_{key}", lang)).font = Font(bold=True, size=13)
        shown = in_words(table.reset_index(), lang)
        write_table(blocks, row + 1, shown, lang)
        row += len(shown) + 4
    relations = relation_table(od_table(flows, planned_flows(result))).reset_index()
    ids = ["one_end_id", "other_end_id"]
    table = in_words(relations[[*(name for name in relations.columns if name not in ids), *ids]], lang)
    content = _Sheet(key="relations", table=table, frozen=2)
    _fill(book.create_sheet(text("report", "sheet_relations", lang), before + 1), content, lang)


def _fill_plan(sheet: Worksheet, content: PlanSheet, lang: Language) -> None:
    """Write notes, then the tables below each other; the last, longest one can be filtered.

    A table that stands alone keeps its head and the name of each row in view.
    """
    for row, note in enumerate(content.notes, 1):
        write_cell(sheet, row, 1, note).font = Font(italic=True)
    row = len(content.notes) + 2
    for block in content.blocks:
        if block.title:
            write_cell(sheet, row, 1, block.title).font = Font(bold=True, size=13)
            row += 1
        write_table(sheet, row, block.table, lang)
        last = f"{get_column_letter(block.table.shape[1])}{row + len(block.table)}"
        sheet.auto_filter.ref = f"A{row}:{last}"
        row += len(block.table) + 3
    if len(content.blocks) == 1:
        columns = list(content.blocks[0].table.columns)
        kept = columns.index("name") + 1 if "name" in columns else 1
        sheet.freeze_panes = f"{get_column_letter(kept + 1)}{len(content.notes) + 3}"


def _weights(result: Result, lang: Language) -> pd.DataFrame:
    table = weight_table(result).reset_index()
    units = [text("criteria", f"{name}_unit", lang) for name in table["criterion"]]
    names = [text("criteria", name, lang) for name in table["criterion"]]
    table["criterion"] = names
    table.insert(1, "unit", units)
    return table


def _fill(sheet: Worksheet, content: _Sheet, lang: Language) -> None:
    write_table(sheet, 1, content.table, lang)
    sheet.freeze_panes = f"{get_column_letter(content.frozen + 1)}2"
    sheet.auto_filter.ref = sheet.dimensions


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
        write_cell(sheet, row, 1, label).font = Font(bold=True)
        write_cell(sheet, row, 2, value).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 48, 100
