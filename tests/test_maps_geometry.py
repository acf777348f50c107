"""Shapes for the page: quantised, delta-coded, and back within one step."""

import geopandas as gpd
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from regiongeo.maps.geometry import SCALE, encode_areas, encode_lines, encode_points, merge_areas

WORK = "EPSG:25832"
EAST = st.floats(440_000, 690_000)
NORTH = st.floats(6_530_000, 6_790_000)


def decode(steps: list[int]) -> np.ndarray:
    return np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / SCALE


def series(*shapes: object) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=WORK)


def test_point_is_lon_lat_in_steps() -> None:
    # 10.75 E 59.91 N is 597868.381, 6642681.510 in EPSG:25832 (an independent Krüger series)
    assert encode_points(series(Point(597868.381, 6642681.510))) == [[1_075_000, 5_991_000]]


@given(st.lists(st.tuples(EAST, NORTH), min_size=2, max_size=9, unique=True))
def test_line_comes_back_within_a_step(points: list[tuple[float, float]]) -> None:
    line = series(LineString(points))
    lonlat = np.array(line.to_crs("EPSG:4326").iloc[0].coords)
    steps = encode_lines(line, tolerance_m=0)[0][0]
    back = decode(steps)
    assert np.allclose(back[[0, -1]], lonlat[[0, -1]], atol=0.51 / SCALE)
    assert all(np.abs(lonlat - point).max(axis=1).min() <= 0.51 / SCALE for point in back)


def test_area_lists_outer_rings_and_holes() -> None:
    holed = Polygon(
        box(600_000, 6_640_000, 610_000, 6_650_000).exterior,
        [box(604_000, 6_644_000, 605_000, 6_645_000).exterior],
    )
    two = MultiPolygon([holed, box(620_000, 6_640_000, 621_000, 6_641_000)])
    rings = encode_areas(series(two), tolerance_m=1)[0]
    assert [len(ring) // 2 for ring in rings] == [5, 5, 5]


def test_neighbours_keep_their_shared_border() -> None:
    """Two areas with a crooked border: 500 m × 40 m triangles are below (200 m)²."""
    border = [(610_000 + (40 if k % 2 else 0), 6_640_000 + 500 * k) for k in range(21)]
    west = Polygon([(600_000, 6_640_000), *border, (600_000, 6_650_000)])
    east = Polygon([(620_000, 6_640_000), *border, (620_000, 6_650_000)])
    rings = encode_areas(series(west, east), tolerance_m=200, is_coverage=True)
    points = [{tuple(point) for point in decode(one[0]).round(5).tolist()} for one in rings]
    own_corners = 2
    assert len(points[0]) == len(points[1]) < len(border)
    assert len(points[0] & points[1]) == len(points[0]) - own_corners


def test_nothing_to_merge_is_no_row() -> None:
    assert len(merge_areas(series())) == 0
    assert encode_points(series()) == []
    assert encode_areas(series(), tolerance_m=1) == []
