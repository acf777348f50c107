"""The toy region with what a criteria grid needs: a power line, built-up land and a park."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
from shapely import LineString, box

from regiongeo import store
from toy import BASE_N, KM, WORK, toy_result

if TYPE_CHECKING:
    from regiongeo.result import Result

__all__ = ["shapes", "toy_grid_result"]


def shapes(*shapes: Any, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=WORK)


def toy_grid_result(result: Result | None = None) -> Result:
    """Return a result (or the toy region's) with a power line at 600 km E, built-up land and a park."""
    result = toy_result() if result is None else result
    line = LineString([(600 * KM, BASE_N), (600 * KM, BASE_N + 20 * KM)])
    reference = replace(
        result.reference,
        assumptions=store.load_table("assumptions"),
        power_lines=shapes(line),
        builtup=shapes(box(640 * KM, BASE_N + 14 * KM, 642 * KM, BASE_N + 16 * KM)),
        parks=shapes(box(604 * KM, BASE_N, 606 * KM, BASE_N + 2 * KM), name=["Parken"]).rename_axis(
            "park_id"
        ),
    )
    return replace(result, reference=reference)
