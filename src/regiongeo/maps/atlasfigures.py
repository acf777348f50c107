"""The figures of an atlas for its page: one record an indicator, its values by area and year."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.atlas.classes import class_edges, is_change
from regiongeo.atlas.words import figure_words, note_words, unit_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regiongeo.i18n import Language

__all__ = ["KINDS", "describe_figures", "list_areas", "tell_notes"]

KINDS = ("municipality", "subregion", "region")
"""Kinds of areas that have a card on the page; parts of counties have none."""
_GROUPS = {
    "population": "people", "people": "access", "accessibility": "access", "jobs": "work",
    "commuting": "work", "emissions": "climate",
}  # fmt: skip
_ORDER = ("people", "access", "work", "other", "climate")
_FIRST = (
    "population", "population_since", "population_change", "population_growth", "population_share",
    "population_density", "people_within", "accessibility", "jobs", "emissions_total",
    "emissions_per_inhabitant", "emissions_change",
)  # fmt: skip
"""What stands before the rest of its group, in this order."""
_ASIDE = (
    "population_change", "population_growth", "emissions_change_t",
    *(f"emissions_road_{vehicle}" for vehicle in ("car", "van", "bus", "other")), "emissions_road_heavy",
)  # fmt: skip
"""What a card tells only on request, as what is much the same stands among its key figures."""
_COVERAGE = "emissions_coverage"
_MEAN = "population_growth"
_DECIMALS = ((1000, 0), (100, 0), (10, 1), (1, 2))


def list_areas(areas: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the areas of a kind by ``area_id`` with their name, in order of the id."""
    chosen = areas[areas["area_kind"] == kind].drop_duplicates("area_id")
    return chosen.set_index("area_id")[["area_name"]].sort_index()


def describe_figures(
    figures: pd.DataFrame, areas: pd.DataFrame, *, lang: Language
) -> list[dict[str, object]]:
    """Return every indicator that some municipality has a figure of.

    Parameters
    ----------
    figures
        Table of figures, see `regiongeo.tables.figures`.
    areas
        See `regiongeo.statistics.areas_of`.

    Returns
    -------
    Records with ``key``, ``name``, ``unit``, ``group``, ``decimals``, ``has_sign``, ``is_aside``,
    ``years``, ``sources`` and, by kind of area, ``values`` (areas in the order of `list_areas`, years),
    ``notes`` (key of the reason and its cells as area and year) and ``edges`` of the classes.
    """
    known = figures[(figures["area_kind"] == "municipality") & figures["value"].notna()]
    keys = sorted(set(known["indicator"]), key=_place)
    order = {kind: list_areas(areas, kind).index for kind in KINDS}
    shown = figures[figures["indicator"].isin(keys) & figures["area_kind"].isin(KINDS)]
    chosen = {str(key): rows for key, rows in _locate(shown, order).groupby("indicator")}
    return [_describe(key, chosen[key], order, lang) for key in keys]


def tell_notes(figures: pd.DataFrame, lang: Language) -> dict[str, str]:
    """Put every reason among the figures into words."""
    return {note: note_words(note, lang) for note in sorted(set(figures["note"])) if note}


def _locate(figures: pd.DataFrame, order: Mapping[str, pd.Index]) -> pd.DataFrame:
    """Add the number of each figure's area among those of its kind; figures of other areas are left out."""
    rows = pd.Series(-1, index=figures.index)
    for kind, index in order.items():
        is_kind = figures["area_kind"] == kind
        rows[is_kind] = index.get_indexer(pd.Index(figures.loc[is_kind, "area_id"]))
    return figures.assign(row=rows)[rows >= 0]


def _describe(
    key: str, figures: pd.DataFrame, order: Mapping[str, pd.Index], lang: Language
) -> dict[str, object]:
    years = sorted(int(year) for year in set(figures["year"]))
    parts = {kind: figures[figures["area_kind"] == kind] for kind in KINDS}
    values = {kind: _values(parts[kind], len(index), years) for kind, index in order.items()}
    has_sign = is_change(key)
    unit = str(figures["unit"].iloc[0])
    return {
        "key": key,
        "name": figure_words(key, lang),
        "unit": "" if unit == "1" else unit_words(unit, lang),
        "group": _group(key),
        "decimals": _decimals(values["municipality"], unit=unit),
        "has_sign": has_sign,
        "is_share": key == _COVERAGE,
        "is_aside": _is_aside(key),
        "years": years,
        "sources": sorted(set(figures["source_id"])),
        "values": {
            kind: [[_cell(one) for one in row] for row in table.tolist()] for kind, table in values.items()
        },
        "notes": {kind: _notes(rows, years) for kind, rows in parts.items()},
        "edges": {kind: class_edges(_classed(key, values[kind]), has_sign=has_sign) for kind in KINDS[:2]},
    }


def _cell(value: float) -> float | None:
    """Return what `encode.plain` gives for a figure, finite or missing, in a fraction of the time."""
    if math.isnan(value):
        return None
    return int(value) if value.is_integer() else float(f"{value:.6g}")


def _place(key: str) -> tuple[int, int, bool, str]:
    starts = [at for at, one in enumerate(_FIRST) if key == one or key.startswith(f"{one}_")]
    return _ORDER.index(_group(key)), max(starts, default=len(_FIRST)), _is_aside(key), key


def _group(key: str) -> str:
    return _GROUPS.get(key.partition("_")[0], "other")


def _is_aside(key: str) -> bool:
    is_amount = "_since_" in key and not key.endswith("_percent")
    return is_amount or (key.startswith(_ASIDE) and key != "emissions_road_heavy_percent")


def _values(rows: pd.DataFrame, count: int, years: list[int]) -> np.ndarray:
    table = np.full((count, len(years)), np.nan)
    table[rows["row"], pd.Index(years).get_indexer(pd.Index(rows["year"]))] = rows["value"]
    return table


def _classed(key: str, values: np.ndarray) -> np.ndarray:
    """Return what the classes are made of: all years, or the last where figures grow from a base year on."""
    return values[:, -1] if "_since_" in key and not key.startswith(_MEAN) else values.ravel()


def _notes(rows: pd.DataFrame, years: list[int]) -> dict[str, list[list[int]]]:
    told = rows[rows["note"] != ""]
    columns = pd.Index(years).get_indexer(pd.Index(told["year"]))
    found: dict[str, list[list[int]]] = {}
    for note, row, column in zip(told["note"], told["row"], columns, strict=True):
        found.setdefault(str(note), []).append([int(row), int(column)])
    return found


def _decimals(values: np.ndarray, *, unit: str) -> int:
    """Return how many decimals tell the areas apart: none of persons, one of per cent."""
    known = np.abs(values[np.isfinite(values)])
    if unit == "persons":
        return 0
    if unit.startswith("%"):
        return 1
    middle = float(np.median(known)) if len(known) else 0.0
    return next((digits for least, digits in _DECIMALS if middle >= least), 3)
