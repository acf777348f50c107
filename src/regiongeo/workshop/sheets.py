"""``workshop.xlsx``: who proposed, said and weighed what, in sheets to read; a text is never a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from regiongeo.i18n import text, texts
from regiongeo.report.book import new_book, save_book
from regiongeo.report.cells import in_words, write_cell
from regiongeo.report.facts import criterion_label
from regiongeo.scenario import CRITERIA
from regiongeo.workshop.agreement import spread_of_weights
from regiongeo.workshop.layers import top_of_tables
from regiongeo.workshop.summary import summary_lines

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from regiongeo.i18n import Language
    from regiongeo.workshop.findings import Findings

__all__ = ["write_sheets"]

_CODES = {
    "reason": ("sites", "reason_"),
    "mark": ("workshop", "mark_"),
    "kind": ("workshop", "kind_"),
    "verdict": ("workshop", "verdict_"),
    "disagreement": ("workshop", "disagreement_"),
}
_FORMATS = {
    **dict.fromkeys(("score", "table_score", "provisional"), "0.000"),
    "difference": "+0.000;-0.000;0.000",
    "area_m2": "#,##0",
    "top5_share": "0%",
}
_WIDTHS = {
    **dict.fromkeys(("name", "names"), 40),
    **dict.fromkeys(("tables_by", "aktuell_by", "uaktuell_by", "undersok_by", "disagreement"), 24),
    **dict.fromkeys(("site_id", "place_id"), 36),
    "verdict": 20,
    "note": 70,
    "content": 90,
    "reason": 26,
}
_WRAPPED = ("note", "content", "name", "names", "tables_by", "aktuell_by", "uaktuell_by", "undersok_by")
_NARROWEST, _WIDEST = 12, 30
_TOP = 10
_HEAD = PatternFill("solid", fgColor="E8E4DA")
_PROPOSALS = (
    *("rank", "name", "table", "votes", "mark", "place_tables", "score", "rank_low", "rank_high"),
    *("table_rank", "table_score", "provisional", "difference", "reason", "reason_detail"),
    *("area_m2", "created", "note", "place_id", "site_id"),
)
_SITES = (
    *("rank", "name", "score", "verdict", "votes", "aktuell_by", "uaktuell_by", "undersok_by"),
    *("disagreement", "rank_best", "rank_worst", "tables_top_5", "tables_top_10"),
)
_RANK_OF = "rank_of:"
"""Begins the columns that hold one table's ranks; its name follows."""
# XML cannot hold these two; a workbook with one of them does not open.
_NOT_IN_XML = str.maketrans({"\ufffe": "\ufffd", "\uffff": "\ufffd"})


def write_sheets(findings: Findings, path: Path, *, lang: Language) -> None:
    """Write the sheets of a workshop; the same findings give the same bytes.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    book = new_book()
    _fill_summary(_add(book, "summary", lang), findings, lang)
    tables = {
        "sites": _sites(findings),
        "proposals": _proposals(findings, lang),
        "places": _id_last(pd.DataFrame(findings.places.drop(columns="geometry"))),
        "rankings": _rankings(findings, lang),
        "weights": _weights(findings, lang),
        "notes": findings.notes,
        "conflicts": findings.conflicts,
    }
    for key, table in tables.items():
        sheet = _add(book, key, lang)
        _write_table(sheet, table, lang)
        # Rank and name stay in view where they come first.
        sheet.freeze_panes = "C2" if [*table.columns[:2]] == ["rank", "name"] else "A2"
        sheet.auto_filter.ref = sheet.dimensions
    if len(findings.correlations) > 1:
        _add_correlations(book[text("workshop", "sheet_weights", lang)], findings, lang)
    save_book(book, path)


def _add(book: Workbook, key: str, lang: Language) -> Worksheet:
    sheet: Worksheet = book.create_sheet(text("workshop", f"sheet_{key}", lang))
    return sheet


def _id_last(table: pd.DataFrame) -> pd.DataFrame:
    """Return the index as the last column: people read names, programs ids."""
    return table.assign(**{str(table.index.name): table.index}).reset_index(drop=True)


def _sites(findings: Findings) -> pd.DataFrame:
    """Return the sites with who said what, the rank of each by every table's weights, then the rest."""
    sites = pd.DataFrame(findings.sites.drop(columns="geometry"))
    ranks = findings.ranks.reindex(sites.index).astype("Int64").add_prefix(_RANK_OF)
    first = [name for name in _SITES if name in sites]
    rest = ["notes", "reason", "reason_detail"]
    return _id_last(pd.concat([sites[first], ranks, sites[rest]], axis=1))


def _proposals(findings: Findings, lang: Language) -> pd.DataFrame:
    table = pd.DataFrame(findings.proposals.drop(columns="geometry")).reset_index()
    is_unnamed = table["name"].str.strip() == ""
    table["name"] = table["name"].mask(is_unnamed, text("workshop", "unnamed", lang))
    return table[list(_PROPOSALS)].sort_values("rank", kind="stable", na_position="last")


def _rankings(findings: Findings, lang: Language) -> pd.DataFrame:
    """Return the ten best by the scenario's weights, then by those of each table."""
    best = findings.result.ranking.nsmallest(_TOP, "rank")
    own = best[["rank", "rank_low", "rank_high", "score", "top5_share"]].assign(
        table=text("workshop", "row_scenario", lang),
        table_rank=best["rank"],
        table_score=best["score"],
        name=findings.result.sites["name"].reindex(best.index).astype("str"),
    )
    of_tables = top_of_tables(findings).reset_index()
    both = pd.concat([own.reset_index(), of_tables], ignore_index=True)
    order = ["table", "table_rank", "name", "table_score", "top5_share", "rank_low", "rank_high"]
    return pd.DataFrame(both[[*order, "rank", "score", "site_id"]])


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
            if name in _WRAPPED:
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
        *(
            ("", text("workshop", f"explain_{key}", lang))
            for key in ("score", "difference", "disagreement", "top5", "places", "concordance")
        ),
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
    if name.startswith(_RANK_OF):
        return text("workshop", "col_rank_of", lang, table=name.removeprefix(_RANK_OF))
    key = f"col_{name}"
    return text("workshop", key, lang) if key in texts("workshop", lang) else name
