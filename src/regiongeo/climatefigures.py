"""The atlas' figures of emissions, one row a figure, for municipalities and larger areas."""

from __future__ import annotations

import pandas as pd

from regiongeo.climate import (
    change_since,
    emissions_by_area,
    emissions_by_sector,
    road_by_vehicle,
    total_emissions,
)
from regiongeo.statedchange import restate_table
from regiongeo.tables.climate import LAND_USE_SECTOR, ROAD_SECTOR, STATED_TOTAL

__all__ = ["COLUMNS", "climate_figures", "stated_figures"]

COLUMNS = [
    "area_kind",
    "area_id",
    "area_name",
    "indicator",
    "year",
    "value",
    "unit",
    "source_id",
    "note",
    "coverage_share",
]
"""Columns of the tidy table, in order."""

_T = "t CO2e"
_KEYS = ["area_id", "year"]
_HEAVY = f"{ROAD_SECTOR}_heavy"


def climate_figures(
    emissions: pd.DataFrame,
    groups: pd.DataFrame,
    population: pd.DataFrame,
    *,
    base_year: int | None = None,
) -> pd.DataFrame:
    """Work out emissions by sector, total, per inhabitant, change and coverage for every area and year.

    Parameters
    ----------
    emissions
        Table by schema ``EMISSIONS``.
    groups
        One row a municipality and area it counts in: ``municipality_id``, ``area_kind``, ``area_id`` and
        ``area_name``; a municipality stands for itself in a row of kind "municipality".
    population
        Shipped table ``population``.
    base_year
        Year the changes are measured from, stated in their unit; the first year of the emissions if not
        given.

    Returns
    -------
    Rows with `COLUMNS`. Indicators: ``emissions_<sector>``, ``emissions_road_<vehicle>`` where road traffic
    is split (`regiongeo.climate.VEHICLES`), ``emissions_total`` [t CO2e], ``emissions_road_heavy_percent``
    (of road traffic), ``emissions_per_inhabitant`` (1 January) [t CO2e/person], ``emissions_change_t``,
    ``emissions_change_percent`` (of the total, from the base year) and ``emissions_coverage`` (share of the
    area's people with a total). Notes: ``no_emissions``, ``partial_members``, ``sector_missing``,
    ``base_missing``. Areas without any member with figures have their coverage, 0, and a missing total.

    Raises
    ------
    DataError
        If the base year has no emissions, or the population of a municipality is missing in a year.
    """
    by_sector, by_vehicle = emissions_by_sector(emissions), _by_vehicle(emissions)
    years = sorted(by_sector.index.unique("year"))
    base = years[0] if base_year is None else base_year
    source = ", ".join(sorted(emissions["source_id"].unique()))
    tables = [
        _figures_of(by_sector, by_vehicle, kind_groups, population, base=base).assign(area_kind=kind)
        for kind, kind_groups in groups.groupby("area_kind", sort=True)
    ]
    names = groups.drop_duplicates(["area_kind", "area_id"])[["area_kind", "area_id", "area_name"]]
    whole = pd.concat(tables, ignore_index=True).assign(source_id=source).merge(names, how="left")
    return whole.sort_values(["area_kind", "area_id", "indicator", "year"], ignore_index=True)[COLUMNS]


def stated_figures(stated: pd.DataFrame, *, area_id: str, area_name: str) -> pd.DataFrame:
    """Turn the region's printed changes 2019-2020 into figures: tonnes, and per cent of 2019.

    Parameters
    ----------
    stated
        Table by schema ``STATED_CHANGES``.
    area_id, area_name
        The membership list the region published for.

    Returns
    -------
    Rows with `COLUMNS`: ``stated_change_<sector>_t`` and ``stated_change_<sector>_percent`` for each sector
    and the total. Where 0 per cent was printed the percentage of 2019 is missing, note ``only_limits``.
    """
    table = restate_table(stated)
    rows = []
    for sector, row in table.iterrows():
        key, note = f"stated_change_{sector}", "" if pd.notna(row["percent_of_2019"]) else "only_limits"
        rows += [
            (f"{key}_t", row["change_t"], f"{_T} since 2019", ""),
            (f"{key}_percent", row["percent_of_2019"], "% of 2019", note),
        ]
    figures = pd.DataFrame(rows, columns=["indicator", "value", "unit", "note"]).assign(
        area_kind="region",
        area_id=area_id,
        area_name=area_name,
        year=2020,
        source_id=str(stated.loc[STATED_TOTAL, "source_id"]),
        coverage_share=1.0,
    )
    return figures.sort_values("indicator", ignore_index=True)[COLUMNS]


def _by_vehicle(emissions: pd.DataFrame) -> pd.DataFrame:
    """Return road traffic split by vehicle in the form of sectors: ``road_car`` and so on."""
    split = road_by_vehicle(emissions)[["t_co2e"]].rename_axis(index={"vehicle": "sector"})
    return split.rename(index=lambda vehicle: f"{ROAD_SECTOR}_{vehicle}", level="sector")


def _figures_of(
    by_sector: pd.DataFrame,
    by_vehicle: pd.DataFrame,
    groups: pd.DataFrame,
    population: pd.DataFrame,
    *,
    base: int,
) -> pd.DataFrame:
    """Return the figures of one kind of area; the members' totals are summed, so that gaps of one show."""
    areas = groups.set_index("municipality_id")["area_id"]
    sectors = emissions_by_area(pd.concat([by_sector, by_vehicle]), areas, population).reset_index()
    totals, people = _totals(by_sector, areas, population), _people_of(areas, population)
    known = sectors[(sectors["members_with_data"] > 0) | (sectors["sector"] != LAND_USE_SECTOR)]
    per_person = totals["value"] / people.reindex(totals.index)
    parts = [
        known.rename(columns={"area": "area_id", "t_co2e": "value"}).assign(
            indicator="emissions_" + known["sector"],
            note=_member_note(known["members"], known["members_with_data"]),
            unit=_T,
        ),
        _heavy_percent(known),
        _long(totals, "emissions_total", _T),
        _long(totals.assign(value=per_person), "emissions_per_inhabitant", f"{_T}/person"),
        *_changes(totals, base),
        _long(totals.assign(value=totals["coverage_share"], note=""), "emissions_coverage", "share"),
    ]
    figures = pd.concat(parts, ignore_index=True)[[c for c in COLUMNS if c in parts[0]]]
    has_any = figures["coverage_share"].gt(0).groupby(figures["area_id"]).transform("any")
    return figures[has_any | figures["indicator"].isin(["emissions_total", "emissions_coverage"])]


def _heavy_percent(sectors: pd.DataFrame) -> pd.DataFrame:
    """Return how many per cent of road traffic's emissions are of heavy vehicles, by area and year."""
    both = {
        name: rows.set_index(["area", "year"])
        for name, rows in sectors.groupby("sector")
        if name in (ROAD_SECTOR, _HEAVY)
    }
    if _HEAVY not in both:
        return pd.DataFrame()
    heavy, road = both[_HEAVY], both[ROAD_SECTOR]["t_co2e"]
    percent = 100 * heavy["t_co2e"] / road.where(road > 0)
    note = _member_note(heavy["members"], heavy["members_with_data"])
    table = heavy.assign(value=percent, note=note).rename_axis(index=_KEYS)
    return _long(table, f"emissions_{_HEAVY}_percent", "%")


def _totals(by_sector: pd.DataFrame, areas: pd.Series, population: pd.DataFrame) -> pd.DataFrame:
    """Return total, coverage and note by area and year."""
    own = total_emissions(by_sector)
    as_sector = own[["t_co2e"]].assign(sector="total").set_index("sector", append=True)
    summed = emissions_by_area(as_sector, areas, population).droplevel("sector")
    note = _member_note(summed["members"], summed["members_with_data"])
    gappy = own["missing_sectors"] != ""
    place = areas.rename("area_id").to_frame().join(gappy.rename("is_gappy"), how="inner")
    is_gappy = place.reset_index().groupby(_KEYS)["is_gappy"].any()
    summed.index = summed.index.set_names(_KEYS)
    note.index = summed.index
    has_gap = is_gappy.reindex(summed.index).fillna(value=False).astype(bool)
    return summed.assign(note=note.mask(has_gap & (note != ""), "sector_missing")).rename(
        columns={"t_co2e": "value"}
    )


def _member_note(members: pd.Series, with_data: pd.Series) -> pd.Series:
    note = pd.Series("", index=members.index, dtype="str")
    return note.mask(with_data < members, "partial_members").mask(with_data == 0, "no_emissions")


def _people_of(areas: pd.Series, population: pd.DataFrame) -> pd.Series:
    rows = population[["population"]].reset_index()
    rows = rows.assign(area_id=rows["municipality_id"].map(areas)).dropna(subset="area_id")
    return rows.groupby(_KEYS)["population"].sum()


def _changes(totals: pd.DataFrame, base: int) -> list[pd.DataFrame]:
    change = change_since(totals.rename(columns={"value": "t_co2e"}), base_year=base)
    later = totals.loc[change.index]
    units = {"change_t": f"{_T} since {base}", "change_percent": f"% of {base}"}
    parts = []
    for column, unit in units.items():
        note = later["note"].mask(later["note"].eq("") & change[column].isna(), "base_missing")
        parts.append(_long(later.assign(value=change[column], note=note), f"emissions_{column}", unit))
    return parts


def _long(table: pd.DataFrame, indicator: str, unit: str) -> pd.DataFrame:
    return table.reset_index().assign(indicator=indicator, unit=unit)
