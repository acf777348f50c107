"""Where the mass lies: the urban centrality index and its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from regiongeo.crs import require_work
from regiongeo.errors import DataError
from regiongeo.polycentricity.checks import size_values

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike

    from regiongeo.polycentricity.checks import Floats

__all__ = [
    "area_distances",
    "border_areas",
    "location_coefficient",
    "spread_distance",
    "urban_centrality",
]


def location_coefficient(sizes: ArrayLike | pd.Series) -> float:
    """Location coefficient: ``LC = 1/2 sum_i |s_i - 1/n|`` over shares s of n areas.

    From 0 (evenly spread) to 1 - 1/n (all in one area): the share that would have to move to even it out.

    References
    ----------
    Florence, P. S. (1948). Investment, location, and size of plant.
    """
    values = size_values(sizes)
    return float(np.abs(values / values.sum() - 1 / len(values)).sum() / 2)


def spread_distance(sizes: ArrayLike | pd.Series, distances: ArrayLike | pd.DataFrame) -> float:
    """Mean distance between two units of mass: ``V = s' D s``, in the unit of ``distances``.

    Raises
    ------
    DataError
        If the distances are not one for each pair of areas, finite and not negative.

    References
    ----------
    Midelfart-Knarvik, K. H., Overman, H. G., Redding, S. J. & Venables, A. J. (2002). The location of
    European industry.
    """
    values = size_values(sizes)
    between = _distances(distances, len(values))
    share = values / values.sum()
    return float(share @ between @ share)


def urban_centrality(
    sizes: ArrayLike | pd.Series, distances: ArrayLike | pd.DataFrame, is_border: ArrayLike | pd.Series
) -> float:
    """Urban centrality index: ``UCI = LC (1 - V / V_max)``.

    V_max is the spread of mass laid evenly on the areas at the border of the region.

    Parameters
    ----------
    sizes
        Mass (persons, jobs) of each area.
    distances
        From each area to each, with the distance within an area on the diagonal (``area_distances``).
    is_border
        Which areas lie at the border (``border_areas``).

    Returns
    -------
    From 0 (evenly spread, or as far apart as at the border) to nearly 1 (all in one small area): low is
    polycentric, high is monocentric.

    Raises
    ------
    DataError
        If no area lies at the border, or sizes or distances are of no use.

    Notes
    -----
    Spread along the border is not the largest there can be: mass in two far corners is farther apart, and
    would make the factor negative; it is 0 then. Known weakness: evenly spread countryside and a ring of
    towns look alike, and areas of very unequal size count alike in LC.

    References
    ----------
    Pereira, R. H. M., Nadalin, V., Monasterio, L. & Albuquerque, P. H. M. (2013). Urban centrality: a simple
    index. Geogr. Anal.
    """
    border = np.asarray(is_border, dtype=bool)
    if border.shape != np.asarray(sizes).shape or not border.any():
        raise DataError("is_border: one true or false for each area, and at least one true")
    most = spread_distance(border.astype(float), distances)
    if not most > 0:
        raise DataError("distances within the border are all zero: the areas lie in one point")
    nearness = max(1 - spread_distance(sizes, distances) / most, 0.0)
    return location_coefficient(sizes) * nearness


def area_distances(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Straight distances between the centroids of areas [m], within an area ``sqrt(A / pi)``.

    Parameters
    ----------
    areas
        Polygons in EPSG:25832.

    Notes
    -----
    Measured in the plane of UTM 32: in EPSG:3857, where published code works, they would be twice as long
    here.
    """
    require_work(areas, what="areas")
    middle = shapely.get_coordinates(shapely.centroid(areas.geometry.to_numpy()))
    between = np.hypot(*(middle[:, None, :] - middle[None, :, :]).T)
    np.fill_diagonal(between, np.sqrt(areas.geometry.area.to_numpy() / np.pi))
    return pd.DataFrame(between, index=areas.index, columns=areas.index)


def border_areas(areas: gpd.GeoDataFrame, *, gap_m: float = 0.0) -> pd.Series[bool]:
    """Tell which areas lie at the outer border of all of them; holes within the region are no border.

    Parameters
    ----------
    areas
        Polygons in EPSG:25832.
    gap_m
        Bays and gaps narrower than this are closed first, so that a fjord is no border [m].
    """
    require_work(areas, what="areas")
    union = shapely.union_all(areas.geometry.to_numpy())
    if gap_m > 0:
        coarse = shapely.simplify(union, gap_m * _ROUNDING / 2)
        union = shapely.buffer(shapely.buffer(coarse, gap_m / 2), -gap_m / 2)
    rings = shapely.get_exterior_ring(shapely.get_parts(union))
    near = shapely.distance(areas.geometry.to_numpy(), shapely.union_all(rings)) <= 1.0 + gap_m * _ROUNDING
    return pd.Series(near, index=areas.index, name="is_border")


_ROUNDING = 0.01
"""How far a closed border may lie off the true one, as a share of the gap closed: arcs are drawn as sides."""


def _distances(distances: ArrayLike | pd.DataFrame, size: int) -> Floats:
    values = np.asarray(distances, dtype=float)
    if values.shape != (size, size):
        raise DataError(f"distances: {size} by {size} are needed, got {values.shape}")
    if not (np.isfinite(values) & (values >= 0)).all():
        raise DataError("distances must be finite and not negative: leave out areas no road leads to")
    return values
