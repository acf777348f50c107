"""Roads for the page: links with the same road, volumes and flows become one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from regiongeo.assumptions import assumption
from regiongeo.flows import fill_link_traffic
from regiongeo.maps.encode import plain
from regiongeo.maps.geometry import encode_lines, encode_points, join_lines
from regiongeo.result import TRUCK_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regiongeo.result import Result

__all__ = ["describe_roads"]

SHIELD_SPACING_M = 4_000
TOLERANCE_M = 30.0
_VOLUMES = ("aadt", "heavy_aadt", "truck_aadt", "traffic_basis", "basis_year", "heavy_basis")


def describe_roads(result: Result, *, record_of: pd.Series[float]) -> dict[str, object]:
    """Return roads with volumes, main roads without, other roads, and where a road shield may stand.

    Volumes are those of ``base_year``; ``basis_year`` is the year the figure behind them was counted.
    ``record_of`` tells by link_id which record of ``describe_flows`` a road shows.
    """
    links = result.network.links.join(_road_traffic(result)[list(_VOLUMES)])
    links = links.assign(flow=record_of.reindex(links.index)).sort_index()
    is_known = links["truck_aadt"].notna()
    is_main = links["road_category"].isin(["E", "R"])
    known = _merge(links[is_known], by=("road", "road_category", *_VOLUMES, "flow")).sort_values(
        "truck_aadt", kind="stable"
    )
    unknown = _merge(links[is_main & ~is_known], by=("road",))
    return {
        "truck_breaks": [0, *TRUCK_CLASSES],
        "base_year": int(assumption(result.reference.assumptions, "traffic_base_year", unit="year")),
        "roads": [
            {
                "road": plain(row.road),
                "length_km": round(row.length_m / 1000, 1),
                **{name: _round(getattr(row, name)) for name in (*_VOLUMES, "flow")},
                "lines": lines,
            }
            for row, lines in zip(known.itertuples(), _encode(known), strict=True)
        ],
        "roads_unknown": [
            {"road": plain(row.road), "lines": lines}
            for row, lines in zip(unknown.itertuples(), _encode(unknown), strict=True)
        ],
        "roads_other": _encode_together(links[~is_main & ~is_known]),
        "shields": _place_shields(links[is_main & links["road"].notna()]),
    }


def _road_traffic(result: Result) -> pd.DataFrame:
    """Return the volumes of the links, main roads without a basis of their own filled by the model."""
    if result.flows is None:
        return result.link_traffic
    return fill_link_traffic(result.link_traffic, result.flows, result.network.links)


def _merge(links: gpd.GeoDataFrame, *, by: tuple[str, ...]) -> gpd.GeoDataFrame:
    groups = links.groupby(list(by), dropna=False, sort=True)
    merged = groups["length_m"].sum().reset_index()
    lines = [join_lines(shapes) for _, shapes in groups["geometry"]]
    return gpd.GeoDataFrame(merged, geometry=gpd.GeoSeries(lines, index=merged.index, crs=links.crs))


def _encode(roads: gpd.GeoDataFrame) -> list[list[list[int]]]:
    return encode_lines(roads.geometry, tolerance_m=TOLERANCE_M)


def _encode_together(links: gpd.GeoDataFrame) -> list[list[int]]:
    together = gpd.GeoSeries(shapely.get_parts(join_lines(links.geometry)), crs=links.crs)
    return [line for row in encode_lines(together, tolerance_m=TOLERANCE_M) for line in row]


def _place_shields(links: gpd.GeoDataFrame) -> list[dict[str, object]]:
    shields: list[dict[str, object]] = []
    for road, shapes in links.groupby("road", sort=True)["geometry"]:
        points = gpd.GeoSeries(list(_step_along(shapely.get_parts(join_lines(shapes)))), crs=links.crs)
        shields.append({"road": str(road), "at": encode_points(points)})
    return shields


def _step_along(lines: Iterable[shapely.LineString]) -> Iterable[shapely.Point]:
    for line in sorted(lines, key=lambda line: -line.length):
        count = max(1, round(line.length / SHIELD_SPACING_M))
        for number in range(count):
            yield line.interpolate((number + 0.5) / count, normalized=True)


def _round(cell: object) -> object:
    value = plain(cell)
    return round(value) if isinstance(value, float) and not pd.isna(value) else value
