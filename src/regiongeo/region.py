"""Who the region is: members of a list, subregions and counties by dissolve, and where a point lies."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.errors import CrsError, ScenarioError, name_some

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd

    from regiongeo.tables import ReferenceData

__all__ = [
    "CERTAINTIES",
    "MEMBERSHIP_NOTES",
    "build_counties",
    "build_subregions",
    "list_memberships",
    "locate",
    "members_of",
    "membership_changes",
    "membership_notes",
    "subregion_names",
]

CERTAINTIES = ("certain", "confirmed", "likely", "likely (less sure)", "uncertain")
"""How sure it is that a municipality belongs to its subregion, surest first."""
MEMBERSHIP_NOTES = ("open_case", "double_membership", "less_sure", "")
"""What to say of a member's subregion: none is named, there is a second one, it is not confirmed, nothing."""


def members_of(
    reference: ReferenceData,
    *,
    year: int,
    population_year: int | None = None,
    alternatives: Collection[str] = (),
) -> gpd.GeoDataFrame:
    """Return the municipalities on one membership list, with what is known of each.

    Parameters
    ----------
    reference
        Shipped tables.
    year
        Year of the membership list.
    population_year
        Year of the population (1 January); the list's own year if not given.
    alternatives
        Ids of municipalities with a double membership that shall count in their second subregion.

    Returns
    -------
    GeoDataFrame by ``municipality_id`` (EPSG:25832) with name, county, subregion and its certainty, second
    subregion, population [persons] and area_km2 [km2, ellipsoidal, lakes included].

    Raises
    ------
    ScenarioError
        If there is no list of that year, no population of that year, or no second subregion to choose.
    """
    members = reference.members
    column = f"is_member_{year}"
    if column not in members.columns:
        raise ScenarioError(f"no membership list of {year}: choose one of {', '.join(_list_years(members))}")
    chosen = _choose_subregions(members[members[column]], alternatives).sort_index()
    people = _population_of(reference.population, chosen.index, year=population_year or year)
    areas = reference.municipalities.loc[chosen.index, ["county_id", "county", "area_km2", "geometry"]]
    is_list = chosen.columns.str.startswith("is_member_")
    return areas.join(chosen.loc[:, ~is_list]).assign(population=people)


def list_memberships(reference: ReferenceData) -> pd.DataFrame:
    """Tell the size of each membership list, with the population of its own year and of the last one.

    Returns
    -------
    Table by ``year`` of the list with n_members, population [persons, 1 January of that year, borders of
    2024], ``last_year`` and population_last [persons, the same members].
    """
    years = [int(year) for year in _list_years(reference.members)]
    last = int(reference.population.index.get_level_values("year").max())
    rows = []
    for year in years:
        on_list = reference.members.index[reference.members[f"is_member_{year}"]]
        now, then = (_population_of(reference.population, on_list, year=one).sum() for one in (year, last))
        rows.append((len(on_list), int(now), last, int(then)))
    columns = ["n_members", "population", "last_year", "population_last"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(years, name="year"))


def membership_changes(reference: ReferenceData) -> pd.DataFrame:
    """Tell who joined and who left from one membership list to the next.

    Returns
    -------
    Table with ``from_year``, ``to_year`` (the lists), ``municipality_id``, ``name`` and ``change``: joined or
    left; two lists with the same members give no row.
    """
    members, years = reference.members, [int(year) for year in _list_years(reference.members)]
    rows = []
    for before, after in pairwise(years):
        was, is_now = members[f"is_member_{before}"], members[f"is_member_{after}"]
        for change, chosen in (("left", was & ~is_now), ("joined", is_now & ~was)):
            rows += [
                (before, after, code, name, change) for code, name in members.loc[chosen, "name"].items()
            ]
    return pd.DataFrame(rows, columns=["from_year", "to_year", "municipality_id", "name", "change"])


def membership_notes(members: gpd.GeoDataFrame) -> pd.Series:
    """Tell what a reader must know of each member's subregion: a key of ``MEMBERSHIP_NOTES``.

    ``open_case``: the documents name none (Elverum), and it is not guessed. ``double_membership``: it counts
    in the subregion chosen in `members_of`, never in both. ``less_sure``: the subregion is only likely.
    """
    is_unsure = members["subregion_certainty"].map(CERTAINTIES.index) >= CERTAINTIES.index("likely")
    notes = pd.Series("", index=members.index, name="note", dtype="str")
    notes = notes.mask(is_unsure, "less_sure").mask(members["subregion_other"].notna(), "double_membership")
    return notes.mask(members["subregion"].isna(), "open_case")


def subregion_names(members: gpd.GeoDataFrame) -> pd.Series:
    """Name the subregion of each member; one that is in none stands for itself under its own name."""
    names: pd.Series = members["subregion"].fillna(members["name"])
    return names.rename("subregion")


def build_subregions(members: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Dissolve members into subregions; a municipality in none stands as its own row under its own name.

    Returns
    -------
    GeoDataFrame by ``subregion`` with ``is_subregion`` (false for a municipality that stands alone),
    population [persons], area_km2 [km2], n_municipalities, municipalities (names) and subregion_certainty:
    that of the least sure member.
    """
    is_named = members["subregion"].notna()
    rows = members.assign(subregion=subregion_names(members), is_subregion=is_named)
    parts = _dissolve(rows, by="subregion")
    grouped = rows.groupby("subregion")
    doubt = rows["subregion_certainty"].map(CERTAINTIES.index).groupby(rows["subregion"]).max()
    return parts.assign(
        is_subregion=grouped["is_subregion"].all(), subregion_certainty=doubt.map(lambda n: CERTAINTIES[n])
    )


def build_counties(members: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Dissolve members into the parts of the counties they form; a county may have more than its members.

    Returns
    -------
    GeoDataFrame by ``county`` with population [persons], area_km2 [km2], n_municipalities and municipalities.
    """
    return _dissolve(members, by="county")


def locate(points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """Name the area each point lies in: on a shared border the smallest id, outside all areas missing.

    Returns
    -------
    Series of area ids on the index of ``points``.

    Raises
    ------
    CrsError
        If the two tables are not in the same coordinate system.
    """
    if points.crs != areas.crs:
        raise CrsError("points and areas are in different coordinate systems: transform both with to_work")
    point, area = areas.sindex.query(points.geometry.values, predicate="intersects")
    hits = pd.Series(areas.index[area].to_numpy(), index=point).sort_values(kind="stable")
    first = hits[~hits.index.duplicated()].reindex(range(len(points)))
    return pd.Series(first.to_numpy(), index=points.index, name=areas.index.name, dtype="str")


def _list_years(members: pd.DataFrame) -> list[str]:
    return [c.removeprefix("is_member_") for c in members.columns if c.startswith("is_member_")]


def _choose_subregions(members: pd.DataFrame, alternatives: Collection[str]) -> pd.DataFrame:
    double = members.index[members["subregion_other"].notna()]
    unknown = sorted(set(alternatives) - set(double))
    if unknown:
        raise ScenarioError(f"no second subregion for {name_some(unknown)}: only for {', '.join(double)}")
    swap = members.index.isin(list(alternatives))
    columns, others = (
        ["subregion", "subregion_certainty", "subregion_other", "subregion_other_certainty"],
        ["subregion_other", "subregion_other_certainty", "subregion", "subregion_certainty"],
    )
    chosen = members.copy()
    chosen.loc[swap, columns] = members.loc[swap, others].to_numpy()
    return chosen


def _population_of(population: pd.DataFrame, members: pd.Index, *, year: int) -> pd.Series:
    years = population.index.get_level_values("year")
    if year not in years:
        raise ScenarioError(f"no population of {year}: choose a year from {years.min()} to {years.max()}")
    people = population["population"].xs(year, level="year")
    lost = members.difference(people.index)
    if len(lost):
        raise ScenarioError(f"no population of {year} for {name_some(lost)}: choose another population year")
    return people.loc[members]


def _dissolve(members: gpd.GeoDataFrame, *, by: str) -> gpd.GeoDataFrame:
    grouped = members.groupby(by)
    shapes = members[[by, "geometry"]].dissolve(by=by, method="coverage")
    return shapes.assign(
        population=grouped["population"].sum(),
        area_km2=grouped["area_km2"].sum().round(3),
        n_municipalities=grouped.size(),
        municipalities=grouped["name"].agg(lambda names: ", ".join(sorted(names))),
    )
