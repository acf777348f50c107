"""``atlas.xlsx``: the atlas as sheets to read, sort and filter; text never becomes a formula."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from regiongeo.atlas.words import figure_words, note_words, unit_words
from regiongeo.i18n import format_number, text
from regiongeo.report.atlassummary import key_figures, list_notes, list_readings
from regiongeo.report.atlastables import (
    NEAREST,
    area_table,
    centre_table,
    series_table,
    year_of_figures,
)
from regiongeo.report.book import new_book, save_book
from regiongeo.report.cells import write_cell
from regiongeo.report.tables import clean_text, source_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from regiongeo.atlas.model import Atlas
    from regiongeo.i18n import Language
    from regiongeo.store import Source

__all__ = ["write_atlas_book"]

_WHOLE, _ONE, _FOUR, _SHARE = "#,##0", "#,##0.0", "0.0000", "0.0%"
_FORMATS = {
    "persons": _WHOLE,
    "persons/km2": _ONE,
    "jobs/person": "0.00",
    "km2": _ONE,
    "%": "0.0",
    "% a year": "0.00",
    "1": _FOUR,
    "share": _SHARE,
    "t CO2e": _WHOLE,
    "t CO2e/person": "0.00",
}
_YEAR = re.compile(r" (since|of) [0-9]{4}")
_HEAD = PatternFill("solid", fgColor="E8E4DA")
_WIDEST, _NARROWEST = 60, 11


@dataclass(frozen=True, kw_only=True)
class _Block:
    """A table whose columns are headings as read; the format of a column, where it is not general."""

    table: pd.DataFrame
    title: str = ""
    formats: Mapping[str, str] = field(default_factory=dict)
    row_formats: Sequence[str] = ()
    """Formats of the rows, where each is a figure of its own."""


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """A sheet: what its notes say, its tables below each other, and the columns that stay in view."""

    key: str
    blocks: Sequence[_Block]
    notes: Sequence[str] = ()
    frozen: int = 1


def write_atlas_book(
    atlas: Atlas, path: Path, *, lang: Language, sources: Sequence[Source], title: str
) -> None:
    """Write the workbook of an atlas.

    Sheets: summary, municipalities, subregions, region, what indices hang on, time series, centres, driving
    times, climate, members, and sources with notes. The same atlas gives the same bytes.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    book = new_book()
    sheets = [
        _summary(atlas, lang, title),
        _areas(atlas, "municipality", "municipalities", lang),
        _areas(atlas, "subregion", "subregions", lang),
        _region(atlas, lang),
        _sensitivity(atlas, lang),
        _series(atlas, lang),
        _centres(atlas, lang),
        _minutes(atlas, lang),
        _climate(atlas, lang),
        _members(atlas, lang),
        _sources(atlas, sources, lang),
    ]
    for sheet in sheets:
        _fill(book.create_sheet(text("atlas", f"sheet_{sheet.key}", lang)), sheet)
    save_book(book, path)


def _summary(atlas: Atlas, lang: Language, title: str) -> _Sheet:
    heads = [text("atlas", f"head_{key}", lang) for key in ("indicator", "value", "unit", "year")]
    facts = key_figures(atlas, lang)
    rows = [(label, value, unit_words(unit, lang), year) for label, value, unit, year in facts]
    key = pd.DataFrame(rows, columns=heads)
    formats = [_format_of(unit) for _, _, unit, _ in facts]
    readings = list_readings(atlas, lang)
    table = pd.DataFrame(readings, columns=[heads[0], text("atlas", "head_reading", lang)])
    return _Sheet(
        key="summary",
        notes=[title, text("atlas", "note_borders", lang)],
        blocks=[
            _Block(table=key, title=text("atlas", "block_key", lang), row_formats=formats),
            _Block(table=table, title=text("atlas", "block_readings", lang)),
        ],
    )


def _areas(atlas: Atlas, kind: str, key: str, lang: Language) -> _Sheet:
    """Put the figures of one kind of areas side by side."""
    wide, years = area_table(atlas, kind), year_of_figures(atlas, kind)
    units = atlas.figures.drop_duplicates("indicator").set_index("indicator")["unit"]
    heads = {name: _heading(name, str(units[name]), int(years[name]), lang) for name in map(str, years.index)}
    named = text("atlas", f"head_{kind}", lang)
    table = wide.rename(columns={**heads, "area_name": named})
    if kind == "municipality":
        places = atlas.municipalities[["county", "subregion"]].reindex(table.index).map(clean_text)
        table.insert(1, text("atlas", "head_county", lang), places["county"])
        table.insert(2, text("atlas", "head_subregion", lang), places["subregion"])
        table.insert(1, text("atlas", "head_code", lang), table.index)
    else:
        places = atlas.subregions["municipalities"].reindex(table.index).map(clean_text)
        table[text("atlas", "head_municipalities", lang)] = places
    formats = {heads[name]: _format_of(str(units[name])) for name in map(str, years.index)}
    notes = [text("atlas", f"note_{one}", lang, year=atlas.year) for one in ("year", "lakes")]
    return _Sheet(key=key, notes=notes, blocks=[_Block(table=table.sort_values(named), formats=formats)])


def _region(atlas: Atlas, lang: Language) -> _Sheet:
    """List every figure of the membership lists in the year of the atlas, with source and coverage."""
    figures, years = atlas.figures, year_of_figures(atlas, "region")
    is_shown = (figures["area_kind"] == "region") & (figures["year"] == figures["indicator"].map(years))
    rows = figures[is_shown]
    columns = {
        "list": rows["area_name"],
        "indicator": rows["indicator"].map(lambda key: figure_words(key, lang)),
        "value": rows["value"],
        "unit": rows["unit"].map(lambda key: unit_words(key, lang)),
        "year": rows["year"],
        "coverage": rows["coverage_share"],
        "note": rows["note"].map(lambda key: note_words(key, lang)),
        "source": rows["source_id"],
    }
    table = pd.DataFrame({text("atlas", f"head_{key}", lang): one for key, one in columns.items()})
    formats = {text("atlas", "head_coverage", lang): _SHARE}
    row_formats = [_format_of(unit) for unit in rows["unit"]]
    notes = [text("atlas", "note_year", lang, year=atlas.year), text("atlas", "note_balance", lang)]
    block = _Block(table=table, formats=formats, row_formats=row_formats)
    return _Sheet(key="region", notes=notes, blocks=[block], frozen=2)


def _sensitivity(atlas: Atlas, lang: Language) -> _Sheet:
    rows = atlas.sensitivity.reset_index()
    columns = {
        "indicator": rows["indicator"].map(lambda key: figure_words(key, lang)),
        "year": rows["year"],
        "value": rows["value"],
        "drawn_low": rows["low"],
        "drawn_high": rows["high"],
        "decisive": rows["place"].map(clean_text),
        "without": rows["without"],
    }
    heads = {key: text("atlas", f"head_{key}", lang) for key in columns}
    table = pd.DataFrame({heads[key]: one for key, one in columns.items()})
    formats = {heads[key]: _FOUR for key in ("value", "drawn_low", "drawn_high", "without")}
    notes = [text("atlas", "note_sensitivity", lang)]
    return _Sheet(key="sensitivity", notes=notes, blocks=[_Block(table=table, formats=formats)])


def _series(atlas: Atlas, lang: Language) -> _Sheet:
    table = series_table(atlas).reset_index()
    shown = pd.DataFrame(
        {
            text("atlas", "head_area", lang): table["area_name"].map(clean_text),
            text("atlas", "head_kind", lang): table["area_kind"].map(
                lambda kind: text("atlas_members", f"kind_{kind}", lang)
            ),
            text("atlas", "head_indicator", lang): table["indicator"].map(
                lambda key: figure_words(key, lang)
            ),
            text("atlas", "head_unit", lang): table["unit"].map(lambda key: unit_words(key, lang)),
        }
    )
    years = [name for name in table if isinstance(name, int)]
    block = _Block(table=shown.join(table[years]), row_formats=[_format_of(unit) for unit in table["unit"]])
    return _Sheet(key="series", notes=[text("atlas", "note_borders", lang)], blocks=[block], frozen=3)


def _centres(atlas: Atlas, lang: Language) -> _Sheet:
    ranks = range(1, NEAREST + 1)
    heads = {
        "rank": text("atlas", "head_rank", lang),
        "name": text("atlas", "head_centre", lang),
        **{key: text("atlas", f"head_{key}", lang) for key in ("size", "share", "rank_size", "larger")},
        "larger_minutes": text("atlas", "head_larger_minutes", lang),
        **{f"nearest_{rank}": text("atlas", "head_nearest", lang, rank=rank) for rank in ranks},
        **{f"minutes_{rank}": text("atlas", "head_nearest_minutes", lang, rank=rank) for rank in ranks},
    }
    heads |= {
        key: text("atlas", f"head_{key}", lang)
        for key in ("job_rank", "jobs", "job_larger", "job_larger_minutes")
    }
    table = centre_table(atlas).rename(columns=heads)
    formats = {
        heads["size"]: _WHOLE,
        heads["jobs"]: _WHOLE,
        heads["rank_size"]: _WHOLE,
        heads["share"]: _SHARE,
    }
    notes = [text("atlas", "note_minutes", lang)]
    return _Sheet(key="centres", notes=notes, blocks=[_Block(table=table, formats=formats)], frozen=2)


def _minutes(atlas: Atlas, lang: Language) -> _Sheet:
    names = atlas.centres["name"].map(clean_text)
    order = list(atlas.centres.index)
    square = atlas.minutes.loc[order, order].round(0)
    table = square.where(square < float("inf")).set_axis(names.to_numpy(), axis=1)
    table.insert(0, text("atlas", "head_from", lang), names)
    return _Sheet(key="minutes", notes=[text("atlas", "note_minutes", lang)], blocks=[_Block(table=table)])


def _climate(atlas: Atlas, lang: Language) -> _Sheet:
    restated = atlas.restated
    columns = ["change_t", "percent_of_2020", "percent_of_2019"]
    table = restated[[*columns, "percent_of_2019_low", "percent_of_2019_high"]].round(1)
    heads = {name: text("atlas", f"head_{name}", lang) for name in columns}
    ends = {
        f"percent_of_2019_{end}": f"{heads['percent_of_2019']}, {text('atlas', f'head_{end}', lang)}"
        for end in ("low", "high")
    }
    table = table.rename(columns={**heads, **ends})
    sectors = [text("atlas_climate", f"sector_{key}", lang) for key in table.index]
    table.insert(0, text("atlas", "head_sector", lang), sectors)
    percent = restated["percent_of_2019"].to_dict()
    falls = {
        "total": format_number(-percent["total"], lang, decimals=1),
        "aviation": format_number(-percent["aviation"], lang),
    }
    slip = text("atlas_climate", "base_year_slip", lang, **falls)
    blocks = [
        _Block(table=table, title=text("atlas", "block_restated", lang), formats={heads["change_t"]: _WHOLE})
    ]
    series = series_table(atlas).reset_index()
    is_shown = series["indicator"].str.startswith("emissions_") & (series["area_kind"] == "municipality")
    is_shown &= series["indicator"] != "emissions_coverage"
    rows = series[is_shown].dropna(axis="columns", how="all")
    if len(rows):
        shown = pd.DataFrame(
            {
                text("atlas", "head_municipality", lang): rows["area_name"].map(clean_text),
                text("atlas", "head_indicator", lang): [figure_words(key, lang) for key in rows["indicator"]],
                text("atlas", "head_unit", lang): [unit_words(unit, lang) for unit in rows["unit"]],
            }
        ).join(rows[[name for name in rows if isinstance(name, int)]])
        formats = [_format_of(unit) for unit in rows["unit"]]
        title = text("atlas", "block_emissions", lang)
        blocks.append(_Block(table=shown, title=title, row_formats=formats))
    return _Sheet(key="climate", notes=[slip], blocks=blocks)


def _members(atlas: Atlas, lang: Language) -> _Sheet:
    figures = atlas.figures
    is_size = (figures["area_kind"] == "region") & (figures["indicator"] == "population")
    sizes = figures[is_size].set_index(["area_name", "year"])["value"].unstack("year")  # noqa: PD010
    sizes.insert(0, text("atlas", "head_list", lang), sizes.index)
    changes = atlas.membership
    moves = pd.DataFrame(
        {
            text("atlas", "head_municipality", lang): changes["name"],
            text("atlas", "head_change", lang): [
                text("atlas", f"change_{one}", lang) for one in changes["change"]
            ],
            text("atlas", "head_from_list", lang): changes["from_year"],
            text("atlas", "head_to_list", lang): changes["to_year"],
        }
    )
    blocks = [
        _Block(
            table=sizes,
            title=text("atlas", "block_lists", lang),
            formats=dict.fromkeys(sizes.columns[1:], _WHOLE),
        ),
        _Block(table=moves, title=text("atlas", "block_changes", lang)),
    ]
    if len(atlas.notes):
        notes = pd.DataFrame({text("atlas", "head_note", lang): atlas.notes.map(clean_text)})
        blocks.append(_Block(table=notes, title=text("atlas", "block_membership", lang)))
    return _Sheet(key="members", notes=[text("atlas", "note_borders", lang)], blocks=blocks)


def _sources(atlas: Atlas, sources: Sequence[Source], lang: Language) -> _Sheet:
    used = [one for one in sources if one.source_id in atlas.source_ids]
    table = source_table(used, lang=lang)
    heads = {name: text("atlas", f"head_{name}", lang) for name in table.columns}
    notes = pd.DataFrame({text("atlas", "head_note", lang): list_notes(atlas, lang)})
    return _Sheet(
        key="sources",
        blocks=[
            _Block(table=table.rename(columns=heads), title=text("atlas", "block_sources", lang)),
            _Block(table=notes, title=text("atlas", "block_notes", lang)),
        ],
    )


def _heading(indicator: str, unit: str, year: int, lang: Language) -> str:
    return f"{figure_words(indicator, lang)} ({unit_words(unit, lang)}, {year})"


def _format_of(unit: str) -> str:
    return _FORMATS.get(_YEAR.sub("", unit), "General")


def _fill(sheet: Worksheet, content: _Sheet) -> None:
    for row, note in enumerate(content.notes, 1):
        write_cell(sheet, row, 1, note).font = Font(italic=True)
    top = len(content.notes) + 2
    for block in content.blocks:
        if block.title:
            write_cell(sheet, top, 1, block.title).font = Font(bold=True, size=13)
            top += 1
        _write_block(sheet, top, block)
        top += len(block.table) + 3
    if len(content.blocks) == 1:
        table, head = content.blocks[0].table, len(content.notes) + 2
        sheet.freeze_panes = f"{get_column_letter(content.frozen + 1)}{head + 1}"
        last = f"{get_column_letter(table.shape[1])}{head + len(table)}"
        sheet.auto_filter.ref = f"A{head}:{last}"


def _write_block(sheet: Worksheet, top: int, block: _Block) -> None:
    for number, name in enumerate(block.table.columns, 1):
        head = write_cell(sheet, top, number, name if isinstance(name, str) else str(name))
        head.font, head.fill = Font(bold=True), _HEAD
        head.alignment = Alignment(wrap_text=True, vertical="top")
        values = block.table[name].tolist()
        is_figure = pd.api.types.is_float_dtype(block.table[name])
        for row, value in enumerate(values, top + 1):
            cell = write_cell(sheet, row, number, value)
            own = block.formats.get(str(name))
            if own is None and is_figure and block.row_formats:
                own = block.row_formats[row - top - 1]
            cell.number_format = own or "General"
        column = sheet.column_dimensions[get_column_letter(number)]
        longest = max((len(str(value)) for value in values if isinstance(value, str)), default=0)
        column.width = max(column.width if top > 4 else 0, min(max(_NARROWEST, longest + 2), _WIDEST))  # noqa: PLR2004
    sheet.row_dimensions[top].height = 62
