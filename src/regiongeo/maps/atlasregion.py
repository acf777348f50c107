"""What an atlas says of the region as a whole: its balance, its members through time, a table restated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.atlas.words import figure_words
from regiongeo.i18n import format_number, text, texts
from regiongeo.maps.encode import plain
from regiongeo.polycentricity import BETTER_SIGN
from regiongeo.tables.climate import STATED_TOTAL

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from regiongeo.atlas.model import Atlas
    from regiongeo.i18n import Language

__all__ = ["describe_balance", "describe_membership", "describe_restated"]

_AVIATION = "aviation"


def describe_balance(atlas: Atlas, lang: Language) -> list[dict[str, object]]:
    """Return every index of balance with its years, its yearly change and what is said of it."""
    keys = ["area_kind", "area_id", "indicator"]
    shown = atlas.figures[atlas.figures["indicator"].isin(atlas.readings.index.unique("indicator"))]
    rows = {tuple(map(str, key)): table for key, table in shown.groupby(keys, observed=True)}
    told = zip(atlas.readings.index, atlas.readings.to_dict("records"), strict=True)
    rests = dict(zip(atlas.sensitivity.index, atlas.sensitivity["sentence"], strict=True))
    listed = [(key, row) for key, row in told if key in rows]
    listed.sort(key=lambda one: not str(one[0][2]).startswith("population_"))  # what everybody knows first
    return [_describe_index(key, row, rows[key], rests.get(key, ""), lang) for key, row in listed]


def describe_membership(atlas: Atlas) -> list[dict[str, object]]:
    """Return who joined and who left from one list to the next."""
    columns = ["from_year", "to_year", "name", "change"]
    return [{name: plain(row[name]) for name in columns} for _, row in atlas.membership[columns].iterrows()]


def describe_restated(atlas: Atlas, lang: Language) -> dict[str, object] | None:
    """Return the region's printed changes 2019-2020 beside the true ones, and the slip told in words."""
    table = atlas.restated
    if table.empty:
        return None
    order = table.drop(index=STATED_TOTAL, errors="ignore")["change_t"].sort_values(kind="stable").index
    listed = [*order, *table.index[table.index == STATED_TOTAL]]
    return {
        "rows": [_describe_sector(str(sector), table.loc[sector], lang) for sector in listed],
        "told": _tell_slip(table, lang),
    }


def _describe_index(
    key: tuple[str, ...], row: Mapping[Hashable, object], figures: pd.DataFrame, rests: str, lang: Language
) -> dict[str, object]:
    kind, area, indicator = key
    series, index = figures.sort_values("year"), indicator.partition("_")[2]
    meanings = texts("page_atlas", lang)
    return {
        "kind": kind,
        "area": area,
        "key": indicator,
        "name": figure_words(indicator, lang),
        "better": BETTER_SIGN.get(index),
        "meaning": meanings.get(f"index_{indicator}", meanings.get(f"index_{index}", "")),
        "years": [int(year) for year in series["year"]],
        "values": [plain(value) for value in series["value"]],
        "note": str(series["note"].iloc[-1]),
        "per_year": plain(row["per_year"]),
        "low": plain(row["low"]),
        "high": plain(row["high"]),
        "reading": str(row["reading"]),
        "told": str(row["sentence"]),
        "rests": rests,
    }


def _describe_sector(sector: str, row: pd.Series, lang: Language) -> dict[str, object]:
    return {
        "sector": text("atlas_climate", f"sector_{sector}", lang),
        "is_total": sector == STATED_TOTAL,
        "tonnes": plain(row["change_t"]),
        "printed": plain(row["percent_of_2020"]),
        "true": plain(row["percent_of_2019"]),
        "low": plain(row["percent_of_2019_low"]),
        "high": plain(row["percent_of_2019_high"]),
    }


def _tell_slip(table: pd.DataFrame, lang: Language) -> str:
    if not {_AVIATION, STATED_TOTAL} <= set(table.index):
        return ""
    true = {key: -float(table["percent_of_2019"][key]) for key in (_AVIATION, STATED_TOTAL)}
    return text(
        "atlas_climate",
        "base_year_slip",
        lang,
        aviation=format_number(true[_AVIATION], lang),
        total=format_number(true[STATED_TOTAL], lang, decimals=1),
    )
