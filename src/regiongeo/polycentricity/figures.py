"""Indices of a region and its subregions as tidy figures, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.polycentricity.functional import dominance, entropy_index, special_polycentricity
from regiongeo.polycentricity.inequality import gini, theil, theil_parts
from regiongeo.polycentricity.ranksize import (
    mean_rank_size_slope,
    primacy,
    primacy_ratio,
    primacy_residual,
    rank_size_slope,
)
from regiongeo.polycentricity.spatial import area_distances, border_areas, urban_centrality
from regiongeo.region import subregion_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from regiongeo.polycentricity.checks import Floats

    Index = Callable[[Floats], float]

__all__ = [
    "FIGURE_COLUMNS",
    "FLOW_INDICES",
    "LEAST_UNITS",
    "Area",
    "figure_rows",
    "flow_figures",
    "place_flows",
    "size_figures",
    "size_indices",
]

FIGURE_COLUMNS = (
    "area_kind", "area_id", "area_name", "indicator", "year", "value", "unit", "source_id", "note",
    "coverage_share",
)  # fmt: skip
"""Columns of a tidy table of figures: one row a figure."""

LEAST_UNITS = 4
"""A subregion of fewer municipalities has no index: three places say nothing of a hierarchy."""

_SIMPLE: Mapping[str, Index] = {
    "rank_size_slope": mean_rank_size_slope,
    "primacy": primacy,
    "primacy_ratio": primacy_ratio,
    "gini": gini,
    "theil": theil,
}
_TOP = 10

FLOW_INDICES = ("green", "entropy", "rank_size_slope", "primacy", "gini")
"""Indices of `flow_figures` of the region as a whole."""


def size_indices(count: int) -> dict[str, Index]:
    """Return the indices by name that need nothing but sizes, for so many units."""
    top = min(_TOP, count)
    return {
        **_SIMPLE,
        "rank_size_slope_10": lambda sizes: rank_size_slope(sizes, top=top, shift=0.5),
        "primacy_residual": lambda sizes: primacy_residual(sizes, top=top),
    }


class Area(NamedTuple):
    """The area a figure holds for."""

    kind: str
    id: str
    name: str


def figure_rows(
    values: pd.DataFrame,
    area: Area,
    *,
    unit: str = "1",
    source_id: str,
    note: str = "",
    coverage: float = 1.0,
) -> pd.DataFrame:
    """Write values, years by indicators, as ``FIGURE_COLUMNS``, sorted by indicator and year."""
    tidy = values.rename_axis(index="year", columns=None).reset_index()
    rows = tidy.melt(id_vars="year", var_name="indicator").assign(
        area_kind=area.kind,
        area_id=area.id,
        area_name=area.name,
        unit=unit,
        source_id=source_id,
        note=note,
        coverage_share=coverage,
    )
    typed = rows.astype({"value": float, "year": int})
    return typed.sort_values(["indicator", "year"], kind="stable", ignore_index=True)[list(FIGURE_COLUMNS)]


def size_figures(
    sizes: pd.DataFrame,
    members: gpd.GeoDataFrame,
    region: tuple[str, str],
    *,
    measured: str,
    source_id: str,
    border_gap_m: float = 0.0,
    is_whole: bool = False,
) -> pd.DataFrame:
    """Measure the indices of sizes (population, jobs) for region and subregions, year by year.

    Parameters
    ----------
    sizes
        Municipalities by years; may hold others than the members.
    members
        Member municipalities as from ``region.members_of`` (EPSG:25832).
    region
        Id and name of the whole: ``("osloregionen_2024", "Osloregionen 2024")``.
    measured
        What the sizes are, the first word of every indicator: ``population`` or ``jobs``.
    source_id
        Record of data/sources.toml, or ``user``.
    border_gap_m
        Bays closed before the border is told, for the urban centrality index [m].
    is_whole
        Measure the whole alone, without its subregions.

    Returns
    -------
    DataFrame of ``FIGURE_COLUMNS``. A subregion of fewer than ``LEAST_UNITS`` members has no value and the
    note ``too_few_members``; a year in which a member has no size has none and ``sizes_missing``, and then
    the coverage is the share of the area's population that has one.

    Raises
    ------
    DataError
        If a member is not in the table, or a size is negative.

    Notes
    -----
    Units are municipalities, with the capital as one; ``..._subregions`` takes subregions as units, and has
    no rank-size slope where there are fewer than four.
    """
    lost = members.index.difference(sizes.index)
    if len(lost):
        raise DataError(f"no sizes for members {name_some(lost)}: add their rows, empty where unknown")
    known = sizes.loc[members.index]
    negative = known.index[(known < 0).any(axis=1)]
    if len(negative):
        raise DataError(f"{measured} must not be negative, see {name_some(negative)}: correct them")
    parts = [
        _area_figures(
            known,
            members["population"],
            Area("region", *region),
            indices=_region_indices(members, border_gap_m),
            measured=measured,
            source_id=source_id,
        )
    ]
    if is_whole:
        return parts[0]
    for name, rows in members.groupby(subregion_names(members)):
        area = Area("subregion", str(name), str(name))
        parts.append(
            _area_figures(
                known.loc[rows.index],
                rows["population"],
                area,
                indices=_SIMPLE,
                measured=measured,
                source_id=source_id,
            )
        )
    return pd.concat(parts, ignore_index=True)


def place_flows(matrix: pd.DataFrame, zones: pd.DataFrame, members: pd.Index) -> pd.DataFrame:
    """Sum trips from zone to zone to a square matrix of member municipalities [trips/day].

    Parameters
    ----------
    matrix
        ``trips_per_day`` by origin and destination zone (schema OD_MATRIX).
    zones
        ``municipality_id`` by zone (schema ZONES); a port or freight node counts in its municipality.
    members
        Municipalities asked for.

    Returns
    -------
    DataFrame, origins by destinations; trips within a municipality on the diagonal, trips across the region's
    border left out.
    """
    place = zones["municipality_id"]
    ends = [
        members.get_indexer(pd.Index(place.reindex(matrix.index.get_level_values(level)))) for level in (0, 1)
    ]
    is_inside = (ends[0] >= 0) & (ends[1] >= 0)
    square = np.zeros((len(members), len(members)))
    np.add.at(square, (ends[0][is_inside], ends[1][is_inside]), matrix["trips_per_day"].to_numpy()[is_inside])
    return pd.DataFrame(square, index=members, columns=members)


def flow_figures(
    flow: pd.DataFrame,
    members: gpd.GeoDataFrame,
    region: tuple[str, str],
    *,
    measured: str,
    year: int,
    source_id: str,
    note: str = "",
) -> pd.DataFrame:
    """Measure functional polycentricity of the region, and the dominance of each member, on a flow matrix.

    Parameters
    ----------
    flow
        Flows from rows to columns by ``municipality_id``, at least the members.
    members, region, source_id
        As ``size_figures``.
    measured
        What flows, the first word of every indicator: ``truck_flow`` or ``commuting``.
    year
        Year of the flows.
    note
        ``modelled_trucks`` where the flows are those of the truck model.

    Raises
    ------
    DataError
        If a member is not in the matrix, or the matrix is of no use.
    """
    lost = members.index.difference(flow.index.intersection(flow.columns))
    if len(lost):
        raise DataError(f"flows: no row or column for members {name_some(lost)}: add them, 0 where none")
    own = flow.loc[members.index, members.index]
    incoming = own.sum(axis=0) - pd.Series(np.diag(own), index=own.index)
    values = (
        special_polycentricity(own),
        entropy_index(own),
        mean_rank_size_slope(incoming),
        primacy(incoming),
        gini(incoming),
    )
    named = zip(FLOW_INDICES, values, strict=True)
    table = pd.DataFrame({f"{measured}_{name}": [value] for name, value in named}, index=[year])
    rows = [figure_rows(table, Area("region", *region), source_id=source_id, note=note)]
    for municipality_id, value in dominance(own).items():
        area = Area("municipality", str(municipality_id), str(members.loc[municipality_id, "name"]))
        one = pd.DataFrame({f"{measured}_dominance": [value]}, index=[year])
        rows.append(figure_rows(one, area, source_id=source_id, note=note))
    return pd.concat(rows, ignore_index=True)


def _area_figures(
    sizes: pd.DataFrame,
    people: pd.Series,
    area: Area,
    *,
    indices: Mapping[str, Index],
    measured: str,
    source_id: str,
) -> pd.DataFrame:
    named = {f"{measured}_{name}": index for name, index in indices.items()}
    if area.kind == "subregion" and len(sizes) < LEAST_UNITS:
        nothing = pd.DataFrame(np.nan, index=sizes.columns, columns=list(named))
        return figure_rows(nothing, area, source_id=source_id, note="too_few_members")
    is_whole = sizes.notna().all()
    whole = {year: sizes[year].to_numpy(dtype=float) for year in sizes.columns[is_whole]}
    found = {name: {year: index(values) for year, values in whole.items()} for name, index in named.items()}
    values = pd.DataFrame(found, index=sizes.columns, columns=list(named))
    rows = figure_rows(values, area, source_id=source_id)
    coverage = sizes.notna().mul(people, axis=0).sum() / people.sum()
    note = is_whole.map({True: "", False: "sizes_missing"})
    return rows.assign(note=rows["year"].map(note), coverage_share=rows["year"].map(coverage))


def _region_indices(members: gpd.GeoDataFrame, border_gap_m: float) -> dict[str, Index]:
    group = subregion_names(members)
    in_group = pd.get_dummies(group).to_numpy(dtype=float).T
    distances = area_distances(members[["geometry"]]).to_numpy()
    is_border = border_areas(members[["geometry"]], gap_m=border_gap_m).to_numpy()

    def parts(sizes: Floats) -> tuple[float, float]:
        return theil_parts(pd.Series(sizes, index=members.index), group)

    indices: dict[str, Index] = {
        **size_indices(len(members)),
        "urban_centrality": lambda sizes: urban_centrality(sizes, distances, is_border),
        "theil_between": lambda sizes: parts(sizes)[0],
        "theil_within": lambda sizes: parts(sizes)[1],
        "primacy_subregions": lambda sizes: primacy(in_group @ sizes),
        "gini_subregions": lambda sizes: gini(in_group @ sizes),
    }
    if len(in_group) >= LEAST_UNITS:
        indices["rank_size_slope_subregions"] = lambda sizes: mean_rank_size_slope(in_group @ sizes)
    return indices
