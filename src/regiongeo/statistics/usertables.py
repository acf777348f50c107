"""Figures of tables that users bring: amounts by municipality, ratios of them, and commuting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regiongeo.errors import DataError, name_some
from regiongeo.statistics.areas import (
    AREA_KEYS,
    Indicator,
    area_index,
    cover_areas,
    sum_areas,
    tidy_figures,
    wide_by_year,
)
from regiongeo.tables.figures import join_figures

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["commuting_figures", "ratio_figures", "sum_figures"]

_PERCENT = 100.0


def sum_figures(
    table: pd.Series,
    areas: pd.DataFrame,
    *,
    population: pd.DataFrame,
    indicator: str,
    unit: str,
    source_id: str = "user",
) -> pd.DataFrame:
    """Add up a user's amounts (jobs, km2 of a land use) over every area and year.

    Parameters
    ----------
    table
        Amounts by ``municipality_id`` and ``year``; other municipalities than the areas' do not count.
    areas
        From `areas_of`.
    population
        Table by schema ``POPULATION``, to weigh what is covered; where it lacks the year, its nearest year.

    Returns
    -------
    Table of figures. Where not every municipality of an area has an amount, the value is missing, the note
    is ``not_all_municipalities`` and ``coverage_share`` tells the share of the people that are covered.

    Raises
    ------
    DataError
        If a municipality and year stands twice, or no area has any amount.
    """
    amounts = wide_by_year(_require_once(table, what=indicator))
    series = [Indicator(key=indicator, figures=sum_areas(amounts, areas), unit=unit)]
    coverage = cover_areas(amounts, population, areas)
    if not (coverage > 0).to_numpy().any():
        raise DataError(f"no municipality of the region has a figure of '{indicator}': check the codes")
    return tidy_figures(series, areas, coverage, source_id=source_id)


def ratio_figures(
    above: pd.DataFrame, below: pd.DataFrame, *, indicator: str, unit: str, factor: float = 1.0
) -> pd.DataFrame:
    """Divide one indicator's figures by another's, area by area and year by year (jobs per inhabitant).

    A figure is missing where either is, or the divisor is 0; note and coverage are those of the lesser
    coverage. ``factor`` is what the quotient is multiplied by (100 for per cent).
    """
    keys = [*AREA_KEYS, "area_name", "year"]
    both = above.merge(below[[*keys, "value", "note", "coverage_share"]], on=keys, suffixes=("", "_below"))
    quotient = factor * both["value"] / both["value_below"].replace(0, np.nan)
    is_less = both["coverage_share_below"] < both["coverage_share"]
    note = both["note_below"].where(is_less | (both["note"] == ""), both["note"])
    note = note.mask(quotient.isna() & (note == ""), "not_defined")
    share = both[["coverage_share", "coverage_share_below"]].min(axis=1)
    done = both.assign(indicator=indicator, unit=unit, value=quotient, note=note, coverage_share=share)
    return join_figures([done])


def commuting_figures(
    commuters: pd.Series, areas: pd.DataFrame, *, population: pd.DataFrame, source_id: str = "user"
) -> pd.DataFrame:
    """Sum commuting over every area: who comes in, goes out, and both lives and works there.

    Parameters
    ----------
    commuters
        Employed persons by ``home_id``, ``work_id`` and ``year``. People who move between two parts of an
        area live and work in it. Homes and workplaces outside the areas count as outside.

    Returns
    -------
    Table of figures [persons]: ``commuting_in``, ``commuting_out``, ``commuting_within``, ``commuting_net``
    (in less out) and ``commuting_self_containment`` [%, those who work where they live, of all employed
    who live there]. An area is whole where each of its municipalities has rows as home and as workplace.

    Raises
    ------
    DataError
        If a pair and year stands twice, or no area has any commuter.
    """
    flows = _require_once(commuters, what="commuting").rename("persons").reset_index()
    by_area = areas[[*AREA_KEYS, "municipality_id"]]
    home = flows.merge(by_area, left_on="home_id", right_on="municipality_id")
    work = flows.merge(by_area, left_on="work_id", right_on="municipality_id")
    own = home.merge(by_area, left_on=[*AREA_KEYS, "work_id"], right_on=[*AREA_KEYS, "municipality_id"])
    index = area_index(areas)
    years = sorted(flows["year"].unique())
    live, employed, within = (
        wide_by_year(rows.groupby([*AREA_KEYS, "year"])["persons"].sum())
        .reindex(index, columns=years)
        .fillna(0.0)
        for rows in (home, work, own)
    )
    as_home, as_work = (
        wide_by_year(flows.groupby([end, "year"])["persons"].count()) for end in ("home_id", "work_id")
    )
    coverage = cover_areas(as_home + as_work, population, areas)
    if not (coverage > 0).to_numpy().any():
        raise DataError(
            "no municipality of the region has commuters both as home and as workplace: check the codes"
        )
    is_whole = coverage.reindex(columns=years) == 1
    parts = {
        "commuting_in": (employed - within, "persons"),
        "commuting_out": (live - within, "persons"),
        "commuting_within": (within, "persons"),
        "commuting_net": (employed - live, "persons"),
        "commuting_self_containment": (_PERCENT * within / live.replace(0, np.nan), "%"),
    }
    series = [
        Indicator(key=name, figures=values.where(is_whole), unit=unit)
        for name, (values, unit) in parts.items()
    ]
    return tidy_figures(series, areas, coverage, source_id=source_id)


def _require_once(table: pd.Series, *, what: str) -> pd.Series:
    twice = table.index[table.index.duplicated()].unique()
    if len(twice):
        raise DataError(f"'{what}' has the same row twice: {name_some(twice)}: leave one out")
    return table
