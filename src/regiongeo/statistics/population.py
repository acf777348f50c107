"""Population by area and year: change, growth, share and density."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.statistics.areas import Indicator, cover_areas, sum_areas, tidy_figures, wide_by_year

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SINCE", "population_figures"]

SINCE = "_since_"
"""What stands before the base year in the key of an indicator."""

_SOURCE = "ssb_07459"
_PERCENT = 100.0


def population_figures(
    population: pd.DataFrame,
    areas: pd.DataFrame,
    *,
    area_km2: pd.Series,
    base_years: Sequence[int] = (2010, 2020),
) -> pd.DataFrame:
    """Compute population, its change, growth, share and density for every area and year.

    Parameters
    ----------
    population
        Table by schema ``POPULATION``: persons on 1 January, borders of 2024.
    areas
        From `areas_of`.
    area_km2
        Area by ``municipality_id`` [km2, lakes included]: densities are on land and lakes together.
    base_years
        Years that changes since then are told from.

    Returns
    -------
    Table of figures: ``population`` [persons]; ``population_change`` [persons, %] from the year before
    (``_percent``); ``population_since_YYYY`` [persons, %] and ``population_growth_since_YYYY`` [% a year,
    geometric mean] for later years; ``population_share`` of the region [%]; ``population_density``
    [persons/km2]. A first year has no change, so no row of it. With several lists among the areas the share
    is that of the first.

    Raises
    ------
    DataError
        If a base year is not among the years.
    """
    people = wide_by_year(population["population"])
    known = [int(year) for year in people.columns]
    _require_years(base_years, known)
    wide = sum_areas(people, areas)
    size = sum_areas(area_km2.to_frame("km2"), areas)["km2"]
    parts = wide.drop(index="region", level="area_kind")
    share = parts / wide.xs("region", level="area_kind").iloc[0] * _PERCENT
    density = wide.div(size, axis=0)
    yearly = {year: wide[year - 1] for year in known if year - 1 in known}
    series = [
        Indicator(key="population", figures=wide, unit="persons"),
        *_change(wide, pd.DataFrame(yearly), "population_change"),
        Indicator(key="population_share", figures=share, unit="%"),
        Indicator(key="population_density", figures=density, unit="persons/km2"),
    ]
    for base in base_years:
        later = [year for year in known if year > base]
        before = pd.DataFrame(dict.fromkeys(later, wide[base]), index=wide.index)
        series += _change(wide, before, f"population{SINCE}{base}")
        years = np.array([year - base for year in later])
        growth = ((wide[later] / before) ** (1 / years) - 1) * _PERCENT
        series.append(Indicator(key=f"population_growth{SINCE}{base}", figures=growth, unit="% a year"))
    coverage = cover_areas(people, population, areas)
    return tidy_figures(series, areas, coverage, source_id=_SOURCE)


def _change(wide: pd.DataFrame, before: pd.DataFrame, indicator: str) -> list[Indicator]:
    change = wide[before.columns] - before
    percent = change / before.replace(0, np.nan) * _PERCENT
    return [
        Indicator(key=indicator, figures=change, unit="persons"),
        Indicator(key=f"{indicator}_percent", figures=percent, unit="%"),
    ]


def _require_years(asked: Sequence[int], known: Sequence[int]) -> None:
    lost = [year for year in asked if year not in known]
    if lost:
        raise DataError(
            f"no figures of {name_some(lost)}: choose base years from {min(known)} to {max(known)}"
        )
