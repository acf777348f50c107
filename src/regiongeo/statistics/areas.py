"""The areas figures are told of, and sums over them: a sum only where every municipality has a figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.region import subregion_names
from regiongeo.tables.figures import join_figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

__all__ = [
    "AREA_KEYS",
    "Indicator",
    "area_index",
    "areas_of",
    "cover_areas",
    "sum_areas",
    "tidy_figures",
    "wide_by_year",
]

AREA_KEYS = ["area_kind", "area_id"]


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One indicator as a table of areas (rows, in order of ``areas``) and years (columns)."""

    key: str
    figures: pd.DataFrame
    unit: str


def areas_of(
    members: gpd.GeoDataFrame,
    *,
    region_id: str,
    region_name: str = "Osloregionen",
    groups: pd.Series | None = None,
) -> pd.DataFrame:
    """List the areas of the atlas with the municipalities each is made of.

    Parameters
    ----------
    members
        Members of one list, from `members_of`, with the second subregions chosen there.
    region_id
        Id of the membership list, such as ``osloregionen_2024``.
    groups
        Own groups by ``municipality_id`` in place of the subregions, from `read_groups`.

    Returns
    -------
    Table with ``area_kind``, ``area_id``, ``area_name`` and ``municipality_id``; a municipality stands once
    in each kind of area. One without a subregion is its own, under its own name.

    Raises
    ------
    DataError
        If the groups do not hold every member once.
    """
    if groups is not None:
        _require_whole(groups, members.index)
    parts = groups.reindex(members.index) if groups is not None else subregion_names(members)
    columns = {
        "municipality": (members.index, members["name"]),
        "subregion": (parts, parts),
        "county": (members["county_id"], members["county"]),
        "region": (region_id, region_name),
    }
    tables = [
        pd.DataFrame(
            {"area_kind": kind, "area_id": ids, "area_name": names, "municipality_id": members.index},
            index=members.index,
        )
        for kind, (ids, names) in columns.items()
    ]
    return pd.concat(tables, ignore_index=True)


def wide_by_year(table: pd.Series) -> pd.DataFrame:
    """Turn figures by area and ``year`` into a table of areas and years; the index has no row twice."""
    return table.unstack("year")  # noqa: PD010 - a pivot would average what stands twice


def area_index(areas: pd.DataFrame) -> pd.MultiIndex:
    """Return the areas' kinds and ids, each once, in their order."""
    return pd.MultiIndex.from_frame(areas[AREA_KEYS].drop_duplicates())


def sum_areas(wide: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Add up municipalities (rows) to areas; one that is missing makes the sum missing."""
    rows = wide.reindex(areas["municipality_id"]).astype(float)
    keys = [areas[name].to_numpy() for name in AREA_KEYS]
    return rows.groupby(keys).sum(skipna=False).rename_axis(AREA_KEYS).reindex(area_index(areas))


def cover_areas(wide: pd.DataFrame, population: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Tell the share of each area's people that live in municipalities with a figure, by year.

    A municipality whose people are not known counts as the mean one.
    """
    people = wide_by_year(population["population"]).astype(float)
    nearest = {year: _nearest(people.columns, int(year)) for year in wide.columns}
    size = pd.DataFrame({year: people[known] for year, known in nearest.items()})
    size = size.reindex(areas["municipality_id"].unique())
    size = size.fillna(size.mean()).fillna(1.0)
    is_known = wide.reindex(size.index).notna()
    share = sum_areas(size.where(is_known, 0.0), areas) / sum_areas(size, areas)
    is_whole = sum_areas((~is_known).astype(float), areas) == 0
    return share.mask(is_whole, 1.0).fillna(0.0)


def tidy_figures(
    series: Sequence[Indicator], areas: pd.DataFrame, coverage: pd.DataFrame, *, source_id: str
) -> pd.DataFrame:
    """Turn indicators into one table of figures with the note and coverage of each.

    Where not all of an area is covered, the note is ``not_all_municipalities``; where a figure is missing
    for another reason (no base, a base of 0), ``not_defined``.
    """
    names = areas.drop_duplicates(AREA_KEYS).set_index(AREA_KEYS)["area_name"]
    share = _long(coverage, "coverage_share")
    tables = []
    for one in series:
        rows = _long(one.figures, "value").to_frame().join(share).join(names).reset_index()
        is_missing, is_part = rows["value"].isna(), rows["coverage_share"] < 1
        note = np.select([is_part, is_missing], ["not_all_municipalities", "not_defined"], "")
        tables.append(rows.assign(indicator=one.key, unit=one.unit, source_id=source_id, note=note))
    return join_figures(tables)


def _nearest(known: pd.Index, year: int) -> int:
    return min((int(one) for one in known), key=lambda one: (abs(one - year), one))


def _long(wide: pd.DataFrame, name: str) -> pd.Series:
    stacked = wide.rename_axis(columns="year").stack(future_stack=True)  # noqa: PD013
    return pd.Series(stacked, name=name)


def _require_whole(groups: pd.Series, members: pd.Index) -> None:
    twice = groups.index[groups.index.duplicated()].unique()
    lost = members.difference(groups.index[groups.notna()])
    if len(twice) or len(lost):
        words = [f"{name_some(twice)} in two groups"] if len(twice) else []
        words += [f"{name_some(lost)} in none"] if len(lost) else []
        raise DataError(f"own groups must hold every member once: {', '.join(words)}")
