"""The atlas as published tables: figures of a year side by side, years side by side, centres and minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from regiongeo.accessibility import nearest_centres
from regiongeo.atlas.model import list_id
from regiongeo.report.tables import clean_text

if TYPE_CHECKING:
    from regiongeo.atlas.model import Atlas

__all__ = [
    "NEAREST",
    "area_table",
    "centre_table",
    "figures_table",
    "member_sums",
    "members_with_emissions",
    "region_values",
    "series_table",
    "shape_layers",
    "value_of",
    "year_of_figures",
]

NEAREST = 3
"""How many of the nearest centres a table names."""

_DECIMALS = 6
_FIRST = (
    *("population", "population_change", "population_change_percent"),
    *("population_since_2020", "population_since_2020_percent", "population_growth_since_2020"),
    *("population_since_2010", "population_since_2010_percent", "population_growth_since_2010"),
    *("population_share", "population_density", "jobs", "jobs_per_inhabitant"),
    *("commuting_in", "commuting_out", "commuting_within", "commuting_net", "commuting_self_containment"),
    *("people_within_30min", "people_within_45min", "people_within_60min", "accessibility"),
    *("emissions_total", "emissions_per_inhabitant", "emissions_change_t", "emissions_change_percent"),
)
"""Indicators in the order people ask for them; the others follow by key."""


def figures_table(atlas: Atlas) -> pd.DataFrame:
    """Return all figures as published, by area and indicator: rounded to six decimals, text clean."""
    table = atlas.figures.assign(
        value=atlas.figures["value"].round(_DECIMALS) + 0.0,
        coverage_share=atlas.figures["coverage_share"].round(_DECIMALS),
        area_id=atlas.figures["area_id"].map(clean_text),
        area_name=atlas.figures["area_name"].map(clean_text),
        indicator=atlas.figures["indicator"].map(clean_text),
    )
    return table.set_index("area_kind")


def value_of(atlas: Atlas, indicator: str, *, year: int, area_id: str | None = None) -> float:
    """Return one figure, of the region's own list if no area is named; NaN where there is none."""
    figures = atlas.figures
    is_asked = (
        (figures["area_id"] == (area_id or list_id(atlas.members_year)))
        & (figures["indicator"] == indicator)
        & (figures["year"] == year)
    )
    found = figures.loc[is_asked, "value"]
    return float(found.iloc[0]) if len(found) else np.nan


def member_sums(atlas: Atlas) -> dict[str, dict[str, int]]:
    """Return the population of each membership list by year, as keys of JSON."""
    figures = atlas.figures
    rows = figures[(figures["area_kind"] == "region") & (figures["indicator"] == "population")]
    return {
        str(area_id): {str(year): int(value) for year, value in own.set_index("year")["value"].items()}
        for area_id, own in rows.groupby("area_id", sort=True)
    }


def region_values(atlas: Atlas, indicator: str) -> pd.Series:
    """Return an indicator of the region's own list by year."""
    figures = atlas.figures
    is_own = (figures["area_id"] == list_id(atlas.members_year)) & (figures["indicator"] == indicator)
    return figures[is_own].set_index("year")["value"].dropna()


def year_of_figures(atlas: Atlas, kind: str) -> pd.Series[int]:
    """Tell for each indicator of a kind of areas the last year, at most the atlas' own, that has a value."""
    figures = atlas.figures
    is_told = (figures["area_kind"] == kind) & (figures["year"] <= atlas.year) & figures["value"].notna()
    is_told &= ~figures["indicator"].str.startswith("stated_change")
    years = figures[is_told].groupby("indicator")["year"].max()
    known = [name for name in _FIRST if name in years.index]
    return years.loc[[*known, *years.index.difference(known, sort=True)]]


def area_table(atlas: Atlas, kind: str) -> pd.DataFrame:
    """Return the areas of one kind with their figures side by side, each of its year in `year_of_figures`.

    Returns
    -------
    DataFrame by ``area_id`` with ``area_name`` and a column for each indicator.
    """
    figures = atlas.figures
    years = year_of_figures(atlas, kind)
    is_shown = (figures["area_kind"] == kind) & (figures["year"] == figures["indicator"].map(years))
    rows = figures[is_shown].set_index(["area_id", "indicator"])["value"].round(_DECIMALS)
    wide = rows.unstack("indicator").reindex(columns=list(years.index))  # noqa: PD010 - a pivot would average
    names = figures[figures["area_kind"] == kind].groupby("area_id")["area_name"].first().map(clean_text)
    return wide.reindex(names.index).assign(area_name=names)[["area_name", *years.index]]


def series_table(atlas: Atlas) -> pd.DataFrame:
    """Return figures with their years side by side, by ``area_kind``, ``area_id`` and ``indicator``.

    Left out is what has no series: changes since a base year, figures of one year alone, and whether a single
    municipality has emissions.

    Returns
    -------
    DataFrame with ``area_name``, ``unit`` and a column for each year; a row without any value is left out.
    """
    keys = ["area_kind", "area_id", "indicator"]
    figures = atlas.figures[~atlas.figures["indicator"].str.contains("stated_change|_since_")]
    wide = figures.set_index([*keys, "year"])["value"].round(_DECIMALS).unstack("year")  # noqa: PD010
    named = figures.drop_duplicates(keys).set_index(keys)[["area_name", "unit"]]
    order = pd.MultiIndex.from_frame(figures[keys].drop_duplicates())
    table = named.join(wide).loc[order]
    is_series = table.drop(columns=["area_name", "unit"]).notna().sum(axis=1) > 1
    is_own_cover = (order.get_level_values(0) == "municipality") & (
        order.get_level_values(2) == "emissions_coverage"
    )
    return table[is_series & ~is_own_cover]


def centre_table(atlas: Atlas) -> pd.DataFrame:
    """Return the centres with the nearest larger one and the nearest ones, all by name.

    Returns
    -------
    DataFrame by ``municipality_id``: rank, name, size, share, rank_size, larger, larger_minutes,
    nearest_1, minutes_1 and so on, and where there are jobs job_rank, jobs, job_larger and
    job_larger_minutes.
    """
    names = atlas.centres["name"].map(clean_text)
    near = nearest_centres(atlas.minutes, k=NEAREST).reset_index()
    columns = {
        f"{what}_{rank}": rows.set_index("municipality_id")[what]
        for rank, rows in near.assign(nearest=near["centre_id"].map(names)).groupby("rank")
        for what in ("nearest", "minutes")
    }
    table = atlas.centres[["rank", "size", "share", "rank_size", "larger_minutes"]].assign(
        name=names, larger=atlas.centres["larger_id"].map(names), **columns
    )
    if atlas.job_centres is not None:
        own = atlas.job_centres.rename(columns={"size": "jobs"})
        by_jobs = own[["rank", "larger_minutes"]].add_prefix("job_").join(own["jobs"])
        table = table.join(by_jobs).assign(job_larger=own["larger_id"].map(names))
    last = [name for name in ("job_rank", "jobs", "job_larger", "job_larger_minutes") if name in table]
    first = ["rank", "name", "size", "share", "rank_size", "larger", "larger_minutes"]
    minutes = [name for name in table if "minutes" in name]
    table[minutes] = table[minutes].round(1)
    return pd.DataFrame(table[[*first, *columns, *last]]).round({"share": 4, "rank_size": 0})


def members_with_emissions(atlas: Atlas) -> tuple[int, int]:
    """Tell the last year, at most the atlas' own, with emissions, and how many municipalities have any."""
    figures = atlas.figures
    is_total = (figures["area_kind"] == "municipality") & (figures["indicator"] == "emissions_total")
    known = figures[is_total & figures["value"].notna() & (figures["year"] <= atlas.year)]
    if known.empty:
        return atlas.year, 0
    last = int(known["year"].max())
    return last, int((known["year"] == last).sum())


def shape_layers(atlas: Atlas) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of ``atlas.gpkg``: shapes with the figures of the year, topmost first.

    A column is named by its indicator, with the year behind it where it is not that of the atlas.
    """
    by_code, by_name = _columns_of(atlas, "municipality"), _columns_of(atlas, "subregion")
    shapes = atlas.municipalities[["name", "county", "subregion", "area_km2", "geometry"]].assign(
        name=lambda table: table["name"].map(clean_text), subregion=lambda t: t["subregion"].map(clean_text)
    )
    parts = atlas.subregions[["municipalities", "subregion_certainty", "is_subregion", "geometry"]]
    centres = atlas.centres[["geometry"]].join(centre_table(atlas))
    return {
        "centres": gpd.GeoDataFrame(centres, crs=atlas.centres.crs),
        "subregions": parts.join(by_name).set_axis(parts.index.map(clean_text)).rename_axis("subregion"),
        "municipalities": shapes.join(by_code),
        "cells": atlas.cells.assign(people_within=atlas.cells["people_within"].round(0)),
    }


def _columns_of(atlas: Atlas, kind: str) -> pd.DataFrame:
    years = year_of_figures(atlas, kind)
    named = {name: name if year == atlas.year else f"{name}_{year}" for name, year in years.items()}
    return area_table(atlas, kind).drop(columns="area_name").rename(columns=named)
