"""The one tidy table of figures that the region atlas is made of: a row is a figure of an area and a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.schema import Schema, validate
from regiongeo.tables.columns import number, text

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["AREA_KINDS", "FIGURES", "FIGURE_COLUMNS", "join_figures"]

AREA_KINDS = ("municipality", "subregion", "county", "region")
"""Kinds of areas: a municipality, a subregion or own group, part of a county, a membership list."""

FIGURES = Schema(
    name="figures",
    description="Figures of the atlas: one row an area, an indicator and a year",
    index=("area_kind", "area_id", "indicator", "year"),
    columns=(
        text("area_name", "name of the area"),
        number(
            "value",
            "the figure in its unit; missing where it cannot be told",
            "unit",
            low=None,
            nullable=True,
        ),
        text("unit", "unit of the value"),
        text("source_id", "record of data/sources.toml, or 'user'"),
        text("note", "key of the reason where a value is missing or partial, else empty"),
        number("coverage_share", "share of the area's population the figure rests on", "1", high=1),
    ),
)
FIGURE_COLUMNS = (
    *("area_kind", "area_id", "area_name", "indicator", "year"),
    *("value", "unit", "source_id", "note", "coverage_share"),
)
"""Columns of a table of figures, in order."""


def join_figures(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join tables of figures to one, checked and sorted: kind of area (largest last), area, indicator, year.

    Raises
    ------
    SchemaError
        If a figure stands twice, a column is missing or wrong, or a kind of area is unknown.
    """
    joined = pd.concat([table[list(FIGURE_COLUMNS)] for table in tables], ignore_index=True)
    kind = pd.Categorical(joined["area_kind"], categories=AREA_KINDS, ordered=True)
    validate(joined.set_index(list(FIGURES.index)), FIGURES)
    keys = joined.assign(area_kind=kind).sort_values(list(FIGURES.index), kind="stable").index
    return joined.loc[keys].reset_index(drop=True)
