"""Users' tables from Statistics Norway: jobs, commuting and land use, tidy by municipality and year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.userfiles.areas import Areas
from regiongeo.userfiles.checks import Encoding, Limits
from regiongeo.userfiles.statistics import Layout, read_statistics

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["ALL_INDUSTRIES", "load_commuting", "load_jobs", "load_land_use", "sum_industries"]

ALL_INDUSTRIES = "all"
"""Key of all industries together."""

_LIMITS = Limits(rows=1_000_000)  # a commuting matrix of all Norway and a few years
_REGION = ("region", "kommune", "kommunenummer", "municipality_id", "name")
_WHOLE = ("alle næringer", "all industries", "00-99", "i alt", "sum", "total", ALL_INDUSTRIES)

_JOBS = Layout(
    areas={"municipality_id": _REGION},
    dimensions={"industry": ("næring (sn2007)", "næring", "nace2007", "industry (sic2007)", "industry")},
    measures={
        "jobs": ("arbeidssted", "sysselsattearb", "sysselarbsted", "workplace", "place of work", "jobs"),
        "in_commuters": ("innpendl", "in_commut", "in-commut"),
        "out_commuters": ("utpendl", "out_commut", "out-commut"),
        "employed_residents": ("bosted", "sysselbosted", "employed_resident", "residence"),
    },
    expected="region, year and 'Sysselsatte etter arbeidssted' (SSB 13470, 07984, 11616, 11618)",
)  # fmt: skip
_COMMUTING = Layout(
    areas={
        "home_id": ("bostedskommune", "bokommuen", "bokommune", "home_id"),
        "work_id": ("arbeidsstedskommune", "arbeidsstedkommune", "arbstedkomm", "work_id"),
    },
    measures={"commuters": ("sysselsatte", "commuters")},
    value_names=("sysselsatte", "commuters"),
    expected="arbeidsstedskommune, bostedskommune, year and Sysselsatte (SSB 03321)",
)
_LAND_USE = Layout(
    areas={"municipality_id": _REGION},
    dimensions={"land_use": ("arealklasse", "arealklasser", "land use class", "land_use")},
    measures={"area_km2": ("areal", "area")},
    value_names=("areal (km2)", "area_km2"),
    expected="region, arealklasse, year and 'Areal (km²)' (SSB 09594)",
)


def load_jobs(
    path: Path | str, *, areas: Areas | None = None, encoding: Encoding = "utf-8", limits: Limits = _LIMITS
) -> pd.DataFrame:
    """Read jobs by municipality, year and perhaps industry (SSB 13470, 07984, 11616, 11618).

    Parameters
    ----------
    path
        CSV with semicolon, comma or tab as StatBank gives it, with code and text ("3301 Drammen"); older
        downloads are in cp1252.
    areas
        What municipalities to keep, which codes are retired, how names are placed.

    Returns
    -------
    Table by ``municipality_id``, year and ``industry`` ("all" where the table has none, or says so) with
    those of ``jobs`` (employed by place of work), ``employed_residents``, ``in_commuters`` and
    ``out_commuters`` [persons, fourth quarter] that the file holds; missing where SSB gives no figure.

    Raises
    ------
    DataError
        With every problem of the file, its row and its cure.
    """
    rows = read_statistics(path, _JOBS, areas=areas or Areas(), encoding=encoding, limits=limits)
    if "industry" not in rows:
        rows["industry"] = ALL_INDUSTRIES
    rows["industry"] = rows["industry"].mask(rows["industry"].str.casefold().isin(_WHOLE), ALL_INDUSTRIES)
    wide = rows.pivot(index=["municipality_id", "year", "industry"], columns="measure", values="value")  # noqa: PD010
    return wide[[name for name in _JOBS.measures if name in wide]].rename_axis(columns=None).sort_index()


def sum_industries(jobs: pd.DataFrame) -> pd.DataFrame:
    """Return one row a municipality and year: that of all industries, else the sum of the industries.

    Missing where one industry is missing, as SSB hides small figures.

    Returns
    -------
    Table by ``municipality_id`` and year with the columns of ``jobs`` [persons].
    """
    is_whole = jobs.index.get_level_values("industry") == ALL_INDUSTRIES
    whole = jobs[is_whole].droplevel("industry")
    summed = jobs[~is_whole].groupby(level=["municipality_id", "year"]).sum(min_count=1)
    is_gappy = jobs[~is_whole].isna().groupby(level=["municipality_id", "year"]).any()
    summed = summed.mask(is_gappy.reindex_like(summed).fillna(value=False).astype(bool))
    return whole.combine_first(summed.loc[summed.index.difference(whole.index)]).sort_index()


def load_commuting(
    path: Path | str, *, areas: Areas | None = None, encoding: Encoding = "utf-8", limits: Limits = _LIMITS
) -> pd.DataFrame:
    """Read the commuting matrix (SSB 03321): who lives where and works where.

    Parameters
    ----------
    path
        As `load_jobs`. Codes are those of each year: years before 2024 must be converted first.
    areas
        As `load_jobs`; pairs with one end outside ``areas.known`` are left out.

    Returns
    -------
    Table by ``home_id``, ``work_id`` and year with ``commuters`` [persons, fourth quarter]; the diagonal is
    those who work where they live. A pair that is not in the file is not in the table.

    Raises
    ------
    DataError
        With every problem of the file, its row and its cure.
    """
    rows = read_statistics(path, _COMMUTING, areas=areas or Areas(), encoding=encoding, limits=limits)
    return _table(rows, ["home_id", "work_id", "year"], "commuters")


def load_land_use(
    path: Path | str, *, areas: Areas | None = None, encoding: Encoding = "utf-8", limits: Limits = _LIMITS
) -> pd.DataFrame:
    """Read land use by municipality, year and class (SSB 09594).

    Parameters
    ----------
    path, areas
        As `load_jobs`.

    Returns
    -------
    Table by ``municipality_id``, year and ``land_use`` (the class as SSB names it) with ``area_km2`` [km2].

    Raises
    ------
    DataError
        With every problem of the file, its row and its cure.
    """
    rows = read_statistics(path, _LAND_USE, areas=areas or Areas(), encoding=encoding, limits=limits)
    if "land_use" not in rows:
        rows["land_use"] = "all"
    return _table(rows, ["municipality_id", "year", "land_use"], "area_km2")


def _table(rows: pd.DataFrame, index: list[str], name: str) -> pd.DataFrame:
    return rows.rename(columns={"value": name}).set_index(index).sort_index()[[name]]
