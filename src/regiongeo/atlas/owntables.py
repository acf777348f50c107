"""Figures of the tables a user brings to the atlas: jobs, commuting, land use, emissions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.assumptions import assumption
from regiongeo.climatefigures import climate_figures
from regiongeo.errors import DataError, name_some
from regiongeo.polycentricity import FLOW_INDICES, Area, figure_rows, flow_figures, size_figures
from regiongeo.statistics import commuting_figures, ratio_figures, sum_figures
from regiongeo.statistics.areas import wide_by_year
from regiongeo.userfiles.ssb import sum_industries

if TYPE_CHECKING:
    import geopandas as gpd

    from regiongeo.tables import ReferenceData

__all__ = ["LAND_USE", "emission_figures", "own_figures"]

LAND_USE = "land_use_"
"""How the indicators of land use begin; the class follows, as SSB names it."""

_USER = "user"


def own_figures(
    areas: pd.DataFrame,
    members: gpd.GeoDataFrame,
    region: tuple[str, str],
    reference: ReferenceData,
    *,
    jobs: pd.DataFrame | None = None,
    commuting: pd.DataFrame | None = None,
    land_use: pd.DataFrame | None = None,
) -> list[pd.DataFrame]:
    """Compute the figures of the user's jobs, commuting and land use; no table gives no figures.

    Parameters
    ----------
    areas
        From `regiongeo.statistics.areas_of`.
    members, region
        As `regiongeo.polycentricity.size_figures`.
    reference
        Shipped tables: population, and assumptions.
    jobs, commuting, land_use
        From `regiongeo.userfiles`.

    Returns
    -------
    Tables of figures. Indices of jobs are given for the years in which every member has jobs; those of
    commuting for the years in which every member has rows as home and as workplace, else their absence is
    noted.

    Raises
    ------
    DataError
        If a table has no figure of the areas, or the jobs are not by place of work.
    """
    tables = []
    if jobs is not None:
        tables += _jobs(areas, members, region, reference, jobs)
    if commuting is not None:
        flows = commuting["commuters"]
        tables.append(commuting_figures(flows, areas, population=reference.population))
        tables += _flow_indices(flows, members, region)
    if land_use is not None:
        names = sorted({str(name) for name in land_use.index.unique("land_use")})
        _require_apart(names)
        for name in names:
            rows = land_use["area_km2"].xs(name, level="land_use")
            indicator = f"{LAND_USE}{_slug(name)}"
            tables.append(
                sum_figures(
                    rows,
                    areas,
                    population=reference.population,
                    indicator=indicator,
                    unit="km2",
                )
            )
    return tables


def emission_figures(
    areas: pd.DataFrame, reference: ReferenceData, emissions: pd.DataFrame | None
) -> pd.DataFrame:
    """Compute the figures of emissions, the user's and the shipped ones; the user's win by municipality."""
    own = reference.emissions
    if emissions is not None:
        is_shipped = ~own.index.get_level_values(0).isin(emissions.index.get_level_values(0))
        own = pd.concat([own[is_shipped], emissions]).sort_index()
    return climate_figures(own, areas, reference.population)


def _jobs(
    areas: pd.DataFrame,
    members: gpd.GeoDataFrame,
    region: tuple[str, str],
    reference: ReferenceData,
    jobs: pd.DataFrame,
) -> list[pd.DataFrame]:
    if "jobs" not in jobs:
        raise DataError(
            "the table of jobs has no 'Sysselsatte etter arbeidssted': choose that figure in StatBank"
        )
    amounts = sum_industries(jobs)["jobs"]
    own = sum_figures(amounts, areas, population=reference.population, indicator="jobs", unit="persons")
    people = sum_figures(
        reference.population["population"],
        areas,
        population=reference.population,
        indicator="population",
        unit="persons",
    )
    ratio = ratio_figures(own, people, indicator="jobs_per_inhabitant", unit="jobs/person")
    indices = size_figures(
        wide_by_year(amounts).reindex(members.index),
        members,
        region,
        measured="jobs",
        source_id=_USER,
        border_gap_m=assumption(reference.assumptions, "polycentricity.border_gap_m", unit="m"),
    )
    return [own, ratio, indices]


def _flow_indices(flows: pd.Series, members: gpd.GeoDataFrame, region: tuple[str, str]) -> list[pd.DataFrame]:
    tables = []
    for year in sorted({int(one) for one in flows.index.get_level_values("year")}):
        square = flows.xs(year, level="year").unstack("work_id")  # noqa: PD010 - a pivot would average
        if not (members.index.isin(square.index).all() and members.index.isin(square.columns).all()):
            nothing = pd.DataFrame(np.nan, index=[year], columns=[f"commuting_{one}" for one in FLOW_INDICES])
            tables.append(
                figure_rows(nothing, Area("region", *region), source_id=_USER, note="flows_missing")
            )
            continue
        own = square.reindex(index=members.index, columns=members.index).fillna(0.0)
        tables.append(flow_figures(own, members, region, measured="commuting", year=year, source_id=_USER))
    return tables


def _require_apart(names: list[str]) -> None:
    slugs = [_slug(name) for name in names]
    twice = [name for name, slug in zip(names, slugs, strict=True) if slugs.count(slug) > 1]
    if twice:
        raise DataError(
            f"land use: the classes {name_some(twice)} differ in signs and capitals alone: write them alike"
        )


def _slug(name: str) -> str:
    return re.sub(r"\W+", "_", name.casefold()).strip("_")
