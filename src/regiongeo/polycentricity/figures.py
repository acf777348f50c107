"""Indices of a region and its subregions as tidy figures, year by year, and what they say of the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.i18n import format_number, text
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
from regiongeo.polycentricity.trend import fit_trend
from regiongeo.region import subregion_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from regiongeo.i18n import Language
    from regiongeo.polycentricity.checks import Floats

    Index = Callable[[Floats], float]

__all__ = [
    "BETTER_SIGN",
    "FIGURE_COLUMNS",
    "LEAST_UNITS",
    "Area",
    "figure_rows",
    "flow_figures",
    "place_flows",
    "read_balance",
    "size_figures",
]

FIGURE_COLUMNS = (
    "area_kind", "area_id", "area_name", "indicator", "year", "value", "unit", "source_id", "note",
    "coverage_share",
)  # fmt: skip
"""Columns of a tidy table of figures: one row a figure."""

LEAST_UNITS = 4
"""A subregion of fewer municipalities has no index: three places say nothing of a hierarchy."""

BETTER_SIGN: Mapping[str, int] = {
    "rank_size_slope": 1, "rank_size_slope_10": 1, "rank_size_slope_subregions": 1, "primacy": -1,
    "primacy_ratio": -1, "primacy_residual": -1, "primacy_subregions": -1, "gini": -1, "gini_subregions": -1,
    "theil": -1, "theil_between": -1, "theil_within": -1, "urban_centrality": -1, "entropy": 1, "green": 1,
    "weighted_gini": -1, "size_slope": -1,
}  # fmt: skip
"""Which way an index moves when a region grows more polycentric, by indicator without its first word."""

_SIMPLE: Mapping[str, Index] = {
    "rank_size_slope": mean_rank_size_slope,
    "primacy": primacy,
    "primacy_ratio": primacy_ratio,
    "gini": gini,
    "theil": theil,
}
_TOP = 10


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
    values = {
        "green": special_polycentricity(own),
        "entropy": entropy_index(own),
        "rank_size_slope": mean_rank_size_slope(incoming),
        "primacy": primacy(incoming),
        "gini": gini(incoming),
    }
    table = pd.DataFrame({f"{measured}_{name}": [value] for name, value in values.items()}, index=[year])
    rows = [figure_rows(table, Area("region", *region), source_id=source_id, note=note)]
    for municipality_id, value in dominance(own).items():
        area = Area("municipality", str(municipality_id), str(members.loc[municipality_id, "name"]))
        one = pd.DataFrame({f"{measured}_dominance": [value]}, index=[year])
        rows.append(figure_rows(one, area, source_id=source_id, note=note))
    return pd.concat(rows, ignore_index=True)


def read_balance(figures: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Say of each area and index whether its years move towards or away from better balance.

    Parameters
    ----------
    figures
        ``FIGURE_COLUMNS``; indicators without a better way (``BETTER_SIGN``) are passed over.
    lang
        Language of the sentence.

    Returns
    -------
    DataFrame by area_kind, area_id and indicator: per_year, low, high (change a year, 95 % interval),
    first_year, last_year, reading (``balance_towards``, ``balance_away``, ``balance_unclear``, or
    ``balance_too_short`` with numbers missing) and sentence.

    Notes
    -----
    A steady change of a figure, however small, is no proof of a policy: the sentence gives its size.
    """
    keys = ["area_kind", "area_id", "indicator"]
    signs = figures["indicator"].map(_sign)
    known = figures[signs.notna()]
    found = {
        key: _reading(rows.set_index("year")["value"], str(key[-1]), lang)
        for key, rows in known.groupby(keys, sort=True)
    }
    columns = ["per_year", "low", "high", "first_year", "last_year", "reading", "sentence"]
    index = pd.MultiIndex.from_frame(pd.DataFrame(list(found), columns=keys))
    return pd.DataFrame(list(found.values()), index=index, columns=columns)


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
    top = min(_TOP, len(members))

    def parts(sizes: Floats) -> tuple[float, float]:
        return theil_parts(pd.Series(sizes, index=members.index), group)

    indices: dict[str, Index] = {
        **_SIMPLE,
        "rank_size_slope_10": lambda sizes: rank_size_slope(sizes, top=top, shift=0.5),
        "primacy_residual": lambda sizes: primacy_residual(sizes, top=top),
        "urban_centrality": lambda sizes: urban_centrality(sizes, distances, is_border),
        "theil_between": lambda sizes: parts(sizes)[0],
        "theil_within": lambda sizes: parts(sizes)[1],
        "primacy_subregions": lambda sizes: primacy(in_group @ sizes),
        "gini_subregions": lambda sizes: gini(in_group @ sizes),
    }
    if len(in_group) >= LEAST_UNITS:
        indices["rank_size_slope_subregions"] = lambda sizes: mean_rank_size_slope(in_group @ sizes)
    return indices


def _sign(indicator: str) -> float:
    """Which way is better, from the longest ending of the indicator that is known; NaN if none."""
    words = indicator.split("_")
    endings = ("_".join(words[start:]) for start in range(1, len(words)))
    return next((float(BETTER_SIGN[end]) for end in endings if end in BETTER_SIGN), np.nan)


def _reading(values: pd.Series, indicator: str, lang: Language) -> tuple[object, ...]:
    trend = fit_trend(values)
    if trend is None:
        return (*[np.nan] * 5, "balance_too_short", text("atlas_poly", "balance_too_short", lang))
    better = trend.per_year * _sign(indicator) > 0
    reading = "balance_unclear"
    if trend.is_clear:
        reading = "balance_towards" if better else "balance_away"
    numbers = {
        name: format_number(getattr(trend, name), lang, decimals=4) for name in ("per_year", "low", "high")
    }
    sentence = text("atlas_poly", reading, lang, first=trend.first_year, last=trend.last_year, **numbers)
    return (*trend, reading, sentence)
