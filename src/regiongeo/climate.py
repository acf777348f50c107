"""Climate status: greenhouse-gas emissions by area, their change with the base stated, and per inhabitant.

All figures are tonnes of CO2 equivalents within the borders, as the inventory publishes them. What it does
not publish stays missing: no year is interpolated, no municipality estimated, and the sum of an area is given
only where every member has figures. Land use is kept apart and is in no total.
"""

from __future__ import annotations

import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.tables.climate import LAND_USE_SECTOR, ROAD_SECTOR, SECTORS, WHOLE_SECTOR
from regiongeo.userfiles.sectors import bare_words

__all__ = [
    "VEHICLES",
    "change_between",
    "change_since",
    "emissions_by_area",
    "emissions_by_sector",
    "per_inhabitant",
    "road_by_vehicle",
    "total_emissions",
]

VEHICLES = ("car", "van", "heavy", "bus", "other")
"""Vehicle groups of road traffic in the inventory: Personbiler, Varebiler, Tunge kjøretøy, Busser; others."""

_VEHICLE_OF = {
    "personbiler": "car",
    "varebiler": "van",
    "tunge kjøretøy": "heavy",
    "tunge kjøretøyer": "heavy",
    "busser": "bus",
}


def emissions_by_sector(emissions: pd.DataFrame) -> pd.DataFrame:
    """Add up the sources of each sector.

    Parameters
    ----------
    emissions
        Table by schema ``EMISSIONS`` or ``COUNTY_EMISSIONS``: any first level of the index, then year,
        sector, source.

    Returns
    -------
    Table by area, year and sector with ``t_co2e`` [t CO2e].
    """
    levels = [emissions.index.names[0], "year", "sector"]
    return emissions.groupby(level=levels, sort=True)[["t_co2e"]].sum()


def total_emissions(by_sector: pd.DataFrame) -> pd.DataFrame:
    """Add up the sectors of each area and year, land use left out.

    Parameters
    ----------
    by_sector
        Table by area, year and sector with ``t_co2e``, as from `emissions_by_sector` or `emissions_by_area`.

    Returns
    -------
    Table by area and year with ``t_co2e`` [t CO2e] and ``missing_sectors``: the sectors, by key and comma,
    that the area has in another year of the table but not in this one. A total with a sector missing is
    itself missing: the inventory writes zero where nothing is emitted, so no row means not known.
    """
    counted = by_sector[by_sector.index.get_level_values("sector") != LAND_USE_SECTOR]
    wide = counted["t_co2e"].unstack("sector")  # noqa: PD010
    wide = wide[[sector for sector in SECTORS if sector in wide.columns]]
    area = wide.index.names[0]
    is_had = wide.notna().groupby(level=area).transform("any")
    is_lost = is_had & wide.isna()
    lost = [", ".join(wide.columns[row]) for row in is_lost.to_numpy()]
    total = wide.sum(axis=1, min_count=1).mask(is_lost.any(axis=1))
    return pd.DataFrame({"t_co2e": total, "missing_sectors": lost}, index=wide.index)


def road_by_vehicle(emissions: pd.DataFrame) -> pd.DataFrame:
    """Split the emissions of road traffic by vehicle.

    Returns
    -------
    Table by area, year and ``vehicle`` (`VEHICLES`) with ``t_co2e`` [t CO2e] and ``share`` of the road
    traffic of that area and year (0 to 1, missing where it emits nothing). Areas and years whose road
    traffic is not split are left out.
    """
    road = emissions[emissions.index.get_level_values("sector") == ROAD_SECTOR].reset_index()
    road = road[road["source"] != WHOLE_SECTOR]
    vehicle = road["source"].map(lambda source: _VEHICLE_OF.get(bare_words(source), "other"))
    area = emissions.index.names[0]
    keys = [area, "year", "vehicle"]
    split = road.assign(vehicle=vehicle).groupby(keys, sort=True)[["t_co2e"]].sum()
    whole = split["t_co2e"].groupby(level=[area, "year"]).transform("sum")
    return split.assign(share=split["t_co2e"] / whole.where(whole > 0))


def change_between(table: pd.DataFrame, *, from_year: int, to_year: int) -> pd.DataFrame:
    """Compare two years of a table of emissions, by everything else in its index.

    Parameters
    ----------
    table
        Table with a level ``year`` in its index and ``t_co2e``: totals, sectors or vehicles.
    from_year, to_year
        Years to compare; both must be in the table.

    Returns
    -------
    Table without the level ``year``: ``from_t``, ``to_t``, ``change_t`` = to − from [t CO2e], and
    ``change_percent`` of the level of ``base_year`` = ``from_year``. Missing where either year is; the
    percentage also where the base is not above zero.

    Raises
    ------
    DataError
        If a year has no figures; none is interpolated.
    """
    _require_years(table, from_year, to_year)
    before, after = (table["t_co2e"].xs(year, level="year") for year in (from_year, to_year))
    both = pd.DataFrame({"from_t": before, "to_t": after}).sort_index()
    return _with_change(both, base_year=from_year)


def change_since(table: pd.DataFrame, *, base_year: int) -> pd.DataFrame:
    """Compare every other year with one; columns and errors as `change_between`, year in the index."""
    _require_years(table, base_year)
    base = table["t_co2e"].xs(base_year, level="year")
    later = table[table.index.get_level_values("year") != base_year]
    from_t = base.reindex(later.reset_index("year").index).to_numpy()
    both = pd.DataFrame({"from_t": from_t, "to_t": later["t_co2e"]}, index=later.index)
    return _with_change(both, base_year=base_year)


def emissions_by_area(by_sector: pd.DataFrame, areas: pd.Series, population: pd.DataFrame) -> pd.DataFrame:
    """Add up municipalities to larger areas, sector by sector, where every member has figures.

    Parameters
    ----------
    by_sector
        Table by ``municipality_id``, year and sector with ``t_co2e``.
    areas
        Area of each municipality, on ``municipality_id``; municipalities without one are left out.
    population
        Shipped table ``population``: by ``municipality_id`` and year, 1 January.

    Returns
    -------
    Table by ``area``, year and sector, for every area and every year and sector of the input: ``t_co2e``
    [t CO2e], missing unless all members have a figure, ``members``, ``members_with_data`` and
    ``coverage_share``: the share of the area's people (1 January of the year) that live in members with a
    figure.

    Raises
    ------
    DataError
        If the population of a member is not known in one of the years.
    """
    members = areas.dropna().rename("area").rename_axis("municipality_id")
    rows = by_sector.reset_index()[["year", "sector"]].drop_duplicates().itertuples(index=False)
    every = pd.MultiIndex.from_tuples(
        [(one, *row) for row in rows for one in members.index], names=by_sector.index.names
    )
    figures = by_sector["t_co2e"].reindex(every)
    people = _people(every, population)
    long = pd.DataFrame(
        {
            "area": members.reindex(every.get_level_values("municipality_id")).to_numpy(),
            "t_co2e": figures,
            "people": people,
            "people_with_data": people.where(figures.notna(), 0),
            "has_data": figures.notna(),
        }
    )
    grouped = long.groupby(["area", "year", "sector"], sort=True)
    size, known = grouped.size(), grouped["has_data"].sum()
    total = grouped["t_co2e"].sum(min_count=1).where(size == known)
    return pd.DataFrame(
        {
            "t_co2e": total,
            "members": size,
            "members_with_data": known,
            "coverage_share": grouped["people_with_data"].sum() / grouped["people"].sum(),
        }
    )


def per_inhabitant(table: pd.DataFrame, population: pd.DataFrame) -> pd.Series:
    """Divide emissions by the inhabitants on 1 January of the same year.

    Parameters
    ----------
    table
        Table by ``municipality_id``, year and perhaps more, with ``t_co2e``.
    population
        Shipped table ``population``.

    Returns
    -------
    Emissions per inhabitant [t CO2e/person] on the index of ``table``. What through traffic and industry emit
    is shared among those who live there: it says little of how they live.

    Raises
    ------
    DataError
        If the population of a row is not known.
    """
    return (table["t_co2e"] / _people(table.index, population)).rename("t_co2e_per_inhabitant")


def _require_years(table: pd.DataFrame, *wanted: int) -> None:
    years = sorted(table.index.unique("year"))
    lost = [year for year in wanted if year not in years]
    if lost:
        raise DataError(
            f"no emissions of {' and '.join(map(str, lost))}: the years are {', '.join(map(str, years))}; "
            "nothing is interpolated"
        )


def _with_change(both: pd.DataFrame, *, base_year: int) -> pd.DataFrame:
    change = both["to_t"] - both["from_t"]
    percent = 100 * change / both["from_t"].where(both["from_t"] > 0)
    return both.assign(change_t=change, change_percent=percent, base_year=base_year)


def _people(index: pd.MultiIndex | pd.Index, population: pd.DataFrame) -> pd.Series:
    """Return the inhabitants of each row [persons]."""
    key = pd.MultiIndex.from_arrays([index.get_level_values(name) for name in ("municipality_id", "year")])
    people = population["population"].reindex(key)
    lost = key[people.isna().to_numpy()].unique()
    if len(lost):
        raise DataError(f"no population of {name_some(lost)}: choose other years, or codes of 2024")
    return pd.Series(people.to_numpy(dtype=float), index=index)
