"""The map's own background: land, water, borders, towns, railways, parks, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from regiongeo.maps.encode import plain
from regiongeo.maps.geometry import encode_areas, encode_lines, encode_points, merge_areas

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from regiongeo.result import Result

__all__ = ["describe_background", "encode_borders"]

BORDER_TOLERANCE_M = 80.0
AREA_TOLERANCE_M = 60.0
RAIL_TOLERANCE_M = 60.0
SAME_PLACE_M = 6000.0
"""Two labels of one name this close are one place, drawn on both sides of a border."""
COAST_M = 300.0
"""How far the water reaches under the land drawn over it, so that two simplified coasts leave no gap."""


def describe_background(result: Result) -> dict[str, object]:
    """Return what lies under the sites; all lon/lat in steps."""
    reference = result.reference
    return {
        "sea": _encode_one(_sea_of(result).buffer(COAST_M), tolerance_m=AREA_TOLERANCE_M),
        "bounds": _encode_bounds(result.region),
        "municipalities": _describe_municipalities(result),
        "subregions": _describe_subregions(result.subregions, sea=_sea_of(result)),
        "region": encode_borders(merge_areas(result.region.geometry), sea=_sea_of(result))[0],
        "builtup": _encode_one(reference.builtup.geometry, tolerance_m=AREA_TOLERANCE_M),
        "parks": _describe_areas(reference.parks),
        "railways": [
            line
            for row in encode_lines(reference.railways.geometry, tolerance_m=RAIL_TOLERANCE_M)
            for line in row
        ],
        "places": _describe_places(reference.places, population=reference.population["population"]),
        "freight": [
            *_name_points(reference.ports, kind="port"),
            *_name_points(reference.airports, kind="airport"),
            *_name_points(reference.freight_nodes, kind="freight_node"),
        ],
    }


def _encode_bounds(region: gpd.GeoDataFrame) -> list[list[int]]:
    west, south, east, north = region.total_bounds
    corners = type(region)(
        geometry=type(region.geometry).from_xy([west, east], [south, north], crs=region.crs)
    )
    return encode_points(corners.geometry)


def _encode_one(shapes: gpd.GeoSeries, *, tolerance_m: float) -> list[list[int]]:
    return next(iter(encode_areas(merge_areas(shapes), tolerance_m=tolerance_m)), [])


def _describe_municipalities(result: Result) -> list[dict[str, object]]:
    table = result.reference.municipalities.sort_index()
    shapes = encode_areas(table.geometry, tolerance_m=BORDER_TOLERANCE_M, is_coverage=True)
    region = result.region.reindex(table.index)
    return [
        {
            "id": str(municipality_id),
            "name": str(name),
            "is_member": municipality_id in result.region.index,
            "subregion": plain(subregion),
            "population": plain(population),
            "rings": rings,
        }
        for municipality_id, name, subregion, population, rings in zip(
            table.index, table["name"], region["subregion"], region["population"], shapes, strict=True
        )
    ]


def _describe_subregions(table: gpd.GeoDataFrame, *, sea: gpd.GeoSeries) -> list[dict[str, object]]:
    table = table.sort_index()
    borders = encode_borders(table.geometry, sea=sea)
    middles = encode_points(table.geometry)
    return [
        {"name": str(name), "at": at, "lines": lines}
        for name, at, lines in zip(table.index, middles, borders, strict=True)
    ]


def _sea_of(result: Result) -> gpd.GeoSeries:
    return result.reference.sea.geometry


def encode_borders(areas: gpd.GeoSeries, *, sea: gpd.GeoSeries) -> list[list[list[int]]]:
    """Return the borders of areas on land: along the coast there is a coast line already."""
    water = sea.buffer(COAST_M).union_all()
    borders = areas.simplify_coverage(BORDER_TOLERANCE_M).boundary.difference(water)
    return encode_lines(borders, tolerance_m=0)


def _describe_areas(table: gpd.GeoDataFrame) -> list[dict[str, object]]:
    table = table.sort_index()
    shapes = encode_areas(table.geometry, tolerance_m=AREA_TOLERANCE_M)
    return [{"name": str(name), "rings": rings} for name, rings in zip(table["name"], shapes, strict=True)]


def _describe_places(table: gpd.GeoDataFrame, *, population: pd.Series) -> list[dict[str, object]]:
    """Return names, those that should win a place on the map first: by rank, then by municipality's size."""
    latest = population.sort_index().groupby(level="municipality_id").last()
    table = table.assign(people=table["municipality_id"].map(latest))
    table = table.sort_values(["rank", "people", "name"], ascending=[True, False, True], kind="stable")
    table = table[~_repeats_a_name(table)]
    return [
        {"name": str(name), "rank": int(rank), "at": at}
        for name, rank, at in zip(table["name"], table["rank"], encode_points(table.geometry), strict=True)
    ]


def _repeats_a_name(places: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which places have one of the same name above them in the table and within `SAME_PLACE_M`."""
    points, names = places.geometry.to_numpy(), places["name"].to_numpy()
    later, earlier = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_PLACE_M)
    is_like = (earlier < later) & (names[earlier] == names[later])
    return np.isin(np.arange(len(places)), later[is_like])


def _name_points(table: gpd.GeoDataFrame, *, kind: str) -> list[dict[str, object]]:
    table = table.sort_index()
    return [
        {"name": str(name), "kind": kind, "at": at}
        for name, at in zip(table["name"], encode_points(table.geometry), strict=True)
    ]
