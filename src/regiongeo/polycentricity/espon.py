"""Polycentricity in the manner of ESPON 1.1.1: size, location and connectivity, each scaled 0-100."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from regiongeo.assumptions import assumption
from regiongeo.crs import require_work
from regiongeo.errors import DataError, name_some
from regiongeo.polycentricity.checks import size_values
from regiongeo.polycentricity.figures import Area, figure_rows
from regiongeo.polycentricity.inequality import gini
from regiongeo.polycentricity.ranksize import primacy_residual, rank_size_slope

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

__all__ = [
    "ESPON_PARTS",
    "accessibility_slope",
    "espon_figures",
    "espon_index",
    "espon_values",
    "service_areas",
]

ESPON_PARTS: Mapping[str, tuple[str, ...]] = {
    "size": ("rank_size_slope", "primacy_residual"),
    "location": ("service_area_gini",),
    "connectivity": ("accessibility_slope", "accessibility_gini"),
}
"""The three parts and the raw figures each is made of."""


def service_areas(centres: gpd.GeoDataFrame, region: gpd.GeoDataFrame) -> pd.Series:
    """Area nearer to each centre than to any other, within the region (Thiessen polygons) [km2].

    Parameters
    ----------
    centres
        Points by id, EPSG:25832, no two in one place.
    region
        Areas that make up the region, EPSG:25832.

    Raises
    ------
    DataError
        If there are fewer than two centres, or two lie in the same place.
    """
    for table, name in ((centres, "centres"), (region, "region")):
        require_work(table, what=name)
    if len(centres) < 2 or centres.geometry.to_wkb().duplicated().any():  # noqa: PLR2004
        raise DataError("service areas need two centres or more, each in a place of its own")
    whole = shapely.union_all(region.geometry.to_numpy())
    points = centres.geometry.to_numpy()
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=shapely.envelope(whole))
    )
    cell, point = shapely.STRtree(points).query(cells, predicate="contains")
    km2 = shapely.area(shapely.intersection(cells[cell], whole)) / 1e6
    return pd.Series(km2, index=centres.index[point], name="service_km2").reindex(centres.index)


def accessibility_slope(accessibility: pd.Series, sizes: pd.Series) -> float:
    """Slope of ln(accessibility) on ln(size) over centres, by ordinary least squares.

    0 where small centres are as accessible as large ones; high where only the large are. Known weakness: the
    largest centre counts itself in its own accessibility.

    Raises
    ------
    DataError
        If a centre has no size or no accessibility, or all are of one size.
    """
    size = size_values(sizes, least=2)
    reached = size_values(accessibility.reindex(sizes.index), what="accessibility")
    if (size <= 0).any() or (reached <= 0).any() or np.ptp(size) == 0:
        raise DataError(
            "accessibility slope: sizes and accessibility must be positive, and sizes not all equal"
        )
    return float(np.polyfit(np.log(size), np.log(reached), 1)[0])


def espon_values(sizes: pd.Series, service_km2: pd.Series, accessibility: pd.Series) -> dict[str, float]:
    """Raw figures of ``ESPON_PARTS`` from sizes, service areas and accessibility by centre."""
    return {
        "rank_size_slope": rank_size_slope(sizes),
        "primacy_residual": primacy_residual(sizes),
        "service_area_gini": gini(service_km2),
        "accessibility_slope": accessibility_slope(accessibility, sizes),
        "accessibility_gini": gini(accessibility),
    }


def espon_index(values: Mapping[str, float], assumptions: pd.DataFrame) -> pd.Series:
    """Scale raw figures to 0-100 and join them: geometric mean within each part, then of the parts.

    ``100 clip((x - worst) / (best - worst), 0, 1)`` for each figure x.

    Parameters
    ----------
    values
        Raw figures as from ``espon_values``.
    assumptions
        ``espon.<figure>.worst`` and ``.best``.

    Returns
    -------
    Series with ``size``, ``location``, ``connectivity`` and ``polycentricity``: 0 monocentric, 100
    polycentric; a figure at its worst makes its part and the whole 0.

    Raises
    ------
    DataError
        If a figure is missing or not finite, or worst and best are the same.

    Notes
    -----
    ESPON's own scaling constants could not be read: those used are assumptions to verify, so an index
    compares regions and years measured here, and no national value of ESPON is reproduced.

    References
    ----------
    ESPON 1.1.1 (2005). Potentials for polycentric development in Europe.
    """
    needed = [name for names in ESPON_PARTS.values() for name in names]
    lost = [name for name in needed if not np.isfinite(values.get(name, np.nan))]
    if lost:
        raise DataError(f"espon index: no number for {name_some(lost)}: give all of ESPON_PARTS")
    scaled = {name: _scaled(values[name], name, assumptions) for name in needed}
    parts = {part: _geometric_mean([scaled[name] for name in names]) for part, names in ESPON_PARTS.items()}
    return pd.Series({**parts, "polycentricity": _geometric_mean(list(parts.values()))}, name="espon")


def espon_figures(
    sizes: pd.DataFrame,
    service_km2: pd.Series,
    accessibility: pd.DataFrame,
    assumptions: pd.DataFrame,
    region: tuple[str, str],
    *,
    source_id: str,
) -> pd.DataFrame:
    """Write the index and its three parts as figures, year by year.

    Parameters
    ----------
    sizes, accessibility
        Centres by years: persons, and accessibility [persons].
    service_km2
        Service area by centre, from ``service_areas`` [km2].
    assumptions
        As ``espon_index``.
    region
        Id and name of the whole.

    Returns
    -------
    DataFrame of ``FIGURE_COLUMNS``: ``espon_size``, ``espon_location``, ``espon_connectivity`` and
    ``espon_polycentricity``, note ``espon_scaling``.
    """
    found = {
        year: espon_index(espon_values(size, service_km2, accessibility[year]), assumptions)
        for year, size in sizes.items()
    }
    values = pd.DataFrame(found).T.add_prefix("espon_")
    return figure_rows(
        values, Area("region", *region), unit="0-100", source_id=source_id, note="espon_scaling"
    )


def _scaled(value: float, name: str, assumptions: pd.DataFrame) -> float:
    worst, best = (assumption(assumptions, f"espon.{name}.{end}", unit="1") for end in ("worst", "best"))
    if worst == best:
        raise DataError(f"espon.{name}: worst and best are both {worst:g}: set them apart")
    return float(100 * np.clip((value - worst) / (best - worst), 0, 1))


def _geometric_mean(values: list[float]) -> float:
    return float(np.prod(values) ** (1 / len(values)))
