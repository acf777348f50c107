"""The atlas from tables to figures: who the members are, their statistics, structure, reach and emissions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.accessibility import centre_hierarchy
from regiongeo.assumptions import assumption
from regiongeo.atlas.access import CELL_MINUTES, measure_access
from regiongeo.atlas.model import Atlas, list_id
from regiongeo.atlas.owntables import emission_figures, own_figures
from regiongeo.climatefigures import stated_figures
from regiongeo.errors import ScenarioError
from regiongeo.i18n import text
from regiongeo.polycentricity import (
    flow_figures,
    place_flows,
    read_balance,
    read_sensitivity,
    size_figures,
    size_indices,
)
from regiongeo.progress import silent
from regiongeo.region import (
    build_subregions,
    list_memberships,
    members_of,
    membership_changes,
    membership_notes,
    subregion_names,
)
from regiongeo.statedchange import restate_table
from regiongeo.statistics import areas_of, population_figures
from regiongeo.statistics.areas import wide_by_year
from regiongeo.tables.figures import join_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import geopandas as gpd

    from regiongeo.flows import FlowResult
    from regiongeo.i18n import Language
    from regiongeo.tables import ReferenceData

__all__ = ["STATED_LIST", "compute_atlas"]

STATED_LIST = 2022
"""The list the climate status of 2019-2020 was published for: 64 members, in a presentation of 2022."""

_POPULATION = "ssb_07459"
_ROADS = "kartverket_n1000"
_COUNTS = "npra_traffic_counts"
_SHAPES = ("kartverket_municipalities_2024", _ROADS, "osloregionen_members", "osloregionen_climate_2022")


def compute_atlas(
    reference: ReferenceData,
    *,
    members_year: int,
    year: int,
    subregion: str | None = None,
    alternatives: Collection[str] = (),
    groups: pd.Series | None = None,
    jobs: pd.DataFrame | None = None,
    commuting: pd.DataFrame | None = None,
    land_use: pd.DataFrame | None = None,
    emissions: pd.DataFrame | None = None,
    flows: FlowResult | None = None,
    lang: Language = "nb",
    tell: Callable[[str], None] = silent,
) -> Atlas:
    """Compute all figures of the region, all years.

    Parameters
    ----------
    reference
        Shipped tables.
    members_year
        Year of the membership list. The other lists have their population and its indices beside it.
    year
        Year the atlas opens with; accessibility is that of the people of this year (1 January).
    subregion
        Name of a subregion or own group the atlas is limited to; the region stands beside it.
    alternatives
        As `regiongeo.region.members_of`.
    groups
        Own groups by ``municipality_id`` in place of the subregions, from `regiongeo.groups.read_groups`.
    jobs, commuting, land_use, emissions
        The user's tables from `regiongeo.userfiles`. Emissions win over the shipped ones of a municipality.
    flows
        Modelled truck flows, for functional polycentricity; every figure of them says that it is modelled.
    lang
        Language of names, notes and readings.
    tell
        Called with the name of each step as it begins.

    Raises
    ------
    RegionGeoError
        If there is no such list, year or subregion, or a table of the user is of no use.
    """
    tell("atlas_members")
    members = _with_groups(
        members_of(reference, year=members_year, population_year=year, alternatives=alternatives), groups
    )
    if subregion is not None:
        subregion = _find_subregion(subregion, members)
    named = list_id(members_year), text("atlas_members", "region_list", lang, year=members_year)
    areas = areas_of(members, region_id=named[0], region_name=named[1], groups=groups)
    others = _other_lists(reference, members_year, lang)
    tell("atlas_statistics")
    tables = [
        population_figures(
            reference.population, pd.concat([areas, *others]), area_km2=reference.municipalities["area_km2"]
        ),
        *own_figures(areas, members, named, reference, jobs=jobs, commuting=commuting, land_use=land_use),
    ]
    tell("atlas_structure")
    tables.append(_structure(reference, members, named, others))
    tell("atlas_access")
    access = measure_access(reference, members, named, year=year)
    tables.append(access.figures)
    if flows is not None:
        tables.append(_truck_flows(flows, reference, members, named))
    tell("atlas_climate")
    tables.append(emission_figures(areas, reference, emissions))
    tables.append(_stated(reference, lang))
    figures = join_figures(tables)
    atlas = Atlas(
        members_year=members_year,
        year=year,
        areas=areas,
        figures=figures,
        municipalities=_municipalities(members),
        subregions=build_subregions(members),
        centres=access.centres,
        job_centres=_job_centres(figures, members, access.minutes),
        minutes=access.minutes,
        cells=access.cells,
        cell_minutes=CELL_MINUTES,
        readings=read_balance(figures, lang),
        sensitivity=_sensitivity(figures, members, named[0], year=year, lang=lang),
        restated=restate_table(reference.stated_changes),
        membership=membership_changes(reference),
        notes=pd.Series(dtype="str", name="note") if groups is not None else _notes(members, lang),
        source_ids=_source_ids(figures),
    )
    return atlas if subregion is None else _limit(atlas, subregion)


def _find_subregion(name: str, members: gpd.GeoDataFrame) -> str:
    """Return a subregion's own spelling; capitals and blanks around it make no difference.

    Raises
    ------
    ScenarioError
        If there is none of that name; all are named.
    """
    known = sorted(set(subregion_names(members)))
    found: list[str] = [one for one in known if one.casefold() == " ".join(name.split()).casefold()]
    if not found:
        raise ScenarioError(f"no subregion '{name}': choose one of {', '.join(known)}")
    return found[0]


def _with_groups(members: gpd.GeoDataFrame, groups: pd.Series | None) -> gpd.GeoDataFrame:
    if groups is None:
        return members
    own = groups.reindex(members.index)
    return members.assign(subregion=own, subregion_certainty="certain", subregion_other=None)


def _other_lists(reference: ReferenceData, members_year: int, lang: Language) -> list[pd.DataFrame]:
    """Return the other membership lists as areas of kind ``region``."""
    tables = []
    for year in list_memberships(reference).index:
        if year == members_year:
            continue
        name = text("atlas_members", "region_list", lang, year=year)
        listed = areas_of(members_of(reference, year=year), region_id=list_id(year), region_name=name)
        tables.append(listed[listed["area_kind"] == "region"])
    return tables


def _structure(
    reference: ReferenceData,
    members: gpd.GeoDataFrame,
    named: tuple[str, str],
    others: list[pd.DataFrame],
) -> pd.DataFrame:
    """Measure the indices of population: own list with its subregions, and the other lists as a whole."""
    sizes = wide_by_year(reference.population["population"])
    gap_m = assumption(reference.assumptions, "polycentricity.border_gap_m", unit="m")

    def measure(listed: gpd.GeoDataFrame, region: tuple[str, str], *, is_whole: bool) -> pd.DataFrame:
        return size_figures(
            sizes,
            listed,
            region,
            measured="population",
            source_id=_POPULATION,
            border_gap_m=gap_m,
            is_whole=is_whole,
        )

    tables = [measure(members, named, is_whole=False)]
    known: dict[tuple[str, ...], pd.DataFrame] = {}
    for other in others:
        area_id, name = (str(one) for one in other.iloc[0][["area_id", "area_name"]])
        ids = tuple(other["municipality_id"])
        if ids not in known:  # two lists may have the same members
            listed = members_of(reference, year=int(area_id.rpartition("_")[2]))
            known[ids] = measure(listed, (area_id, name), is_whole=True)
        tables.append(known[ids].assign(area_id=area_id, area_name=name))
    return pd.concat(tables, ignore_index=True)


def _of_members(figures: pd.DataFrame, members: gpd.GeoDataFrame, indicator: str) -> pd.DataFrame:
    """Return a figure of the members by year, the years in which each of them has one."""
    rows = figures[(figures["area_kind"] == "municipality") & (figures["indicator"] == indicator)]
    known = wide_by_year(rows.set_index(["area_id", "year"])["value"]).reindex(members.index)
    return known.loc[:, known.notna().all()]


def _job_centres(
    figures: pd.DataFrame, members: gpd.GeoDataFrame, minutes: pd.DataFrame
) -> pd.DataFrame | None:
    jobs = _of_members(figures, members, "jobs")
    return centre_hierarchy(jobs[jobs.columns.max()], minutes) if len(jobs.columns) else None


def _sensitivity(
    figures: pd.DataFrame, members: gpd.GeoDataFrame, region_id: str, *, year: int, lang: Language
) -> pd.DataFrame:
    """Tell which member each index of the region hangs on, in the year of the atlas or the last before it."""
    of_sizes = size_indices(len(members) - 1)
    of_access = {name: of_sizes[name] for name in ("gini", "theil")}
    tables = []
    for measured, indices in {"population": of_sizes, "jobs": of_sizes, "accessibility": of_access}.items():
        known = _of_members(figures, members, measured)
        years = [one for one in known.columns.astype(int) if one <= year]
        if not years:
            continue
        told = read_sensitivity(
            known[max(years)],
            indices,
            members["name"],
            area=("region", region_id),
            measured=measured,
            year=max(years),
            lang=lang,
        )
        tables.append(told)
    return pd.concat(tables)


def _truck_flows(
    flows: FlowResult, reference: ReferenceData, members: gpd.GeoDataFrame, named: tuple[str, str]
) -> pd.DataFrame:
    """Measure functional polycentricity on the trips of trucks between members, in the year of the counts."""
    return flow_figures(
        place_flows(flows.matrix, flows.zones, members.index),
        members,
        named,
        measured="truck_flow",
        year=int(assumption(reference.assumptions, "traffic_base_year", unit="year")),
        source_id=f"{_ROADS}, {_COUNTS}",
        note="modelled_trucks",
    )


def _stated(reference: ReferenceData, lang: Language) -> pd.DataFrame:
    name = text("atlas_members", "region_list", lang, year=STATED_LIST)
    return stated_figures(reference.stated_changes, area_id=list_id(STATED_LIST), area_name=name)


def _municipalities(members: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shown = members[["name", "county", "area_km2", "geometry"]]
    return shown.assign(subregion=subregion_names(members))


def _notes(members: gpd.GeoDataFrame, lang: Language) -> pd.Series:
    keys = membership_notes(members)
    told = {
        str(code): text(
            "atlas_members",
            f"membership_{keys[code]}",
            lang,
            name=row["name"],
            subregion=row["subregion"],
            other=row["subregion_other"],
        )
        for code, row in members[keys != ""].iterrows()
    }
    return pd.Series(told, name="note", dtype="str").rename_axis("municipality_id")


def _source_ids(figures: pd.DataFrame) -> tuple[str, ...]:
    of_figures = {one for ids in figures["source_id"].unique() for one in ids.split(", ")}
    return tuple(sorted((of_figures | set(_SHAPES)) - {"user"}))


def _limit(atlas: Atlas, subregion: str) -> Atlas:
    """Keep a subregion with its municipalities, and the whole region beside it for comparison."""
    own = atlas.municipalities[atlas.municipalities["subregion"] == subregion]
    kept = {("subregion", subregion), ("region", list_id(atlas.members_year))}
    kept |= {("municipality", str(code)) for code in own.index}

    def is_kept(table: pd.DataFrame) -> pd.Series:
        keys = zip(table["area_kind"], table["area_id"], strict=True)
        return pd.Series([key in kept for key in keys], index=table.index)

    readings = atlas.readings
    is_read = is_kept(readings.index.to_frame(index=False)).to_numpy()
    middles = atlas.cells.geometry.centroid
    is_inside = middles.within(own.geometry.union_all())
    return replace(
        atlas,
        areas=atlas.areas[is_kept(atlas.areas)].reset_index(drop=True),
        figures=atlas.figures[is_kept(atlas.figures)].reset_index(drop=True),
        municipalities=own,
        subregions=atlas.subregions.loc[[subregion]],
        cells=atlas.cells[is_inside],
        readings=readings[is_read],
        notes=atlas.notes[atlas.notes.index.isin(own.index)],
        subregion=subregion,
    )
