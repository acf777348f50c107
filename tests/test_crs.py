"""Coordinate systems: wrong ones are refused with the name of the mistake (catalogue G01-G05)."""

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from regiongeo.crs import Box, check_projection, describe_position, require_work, to_lonlat, to_work
from regiongeo.errors import CrsError

OSLO = Point(10.75, 59.91)


def _points(point: Point, crs: str | None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(index=["A"], geometry=[point], crs=crs)


def test_projection_agrees_with_an_independent_series_within_a_centimetre() -> None:
    assert check_projection() < 0.01


def test_lonlat_becomes_work_metres() -> None:
    # Krüger series by hand for this point: 597868.381 E, 6642681.510 N.
    point = to_work(_points(OSLO, "EPSG:4326"), what="sites").geometry.iloc[0]

    assert point.distance(Point(597868.381, 6642681.510)) < 0.01


@given(lon=st.floats(7.9, 12.6), lat=st.floats(58.9, 61.3))
def test_round_trip_is_within_a_millimetre(lon: float, lat: float) -> None:
    work = to_work(_points(Point(lon, lat), "EPSG:4326"), what="sites")

    again = to_work(to_lonlat(work), what="sites")

    assert work.geometry.iloc[0].distance(again.geometry.iloc[0]) < 0.001


def test_g01_no_crs_is_refused_with_a_guess() -> None:
    with pytest.raises(CrsError, match=r"plots names no coordinate system.*degrees in EPSG:4326"):
        to_work(_points(OSLO, None), what="plots")


def test_g03_metres_labelled_as_degrees() -> None:
    with pytest.raises(CrsError, match="look like metres in EPSG:25832"):
        to_work(_points(Point(597868, 6642681), "EPSG:4326"), what="plots")


def test_g04_swapped_axes_are_named() -> None:
    with pytest.raises(CrsError, match="lon and lat swapped"):
        to_work(_points(Point(59.91, 10.75), "EPSG:4326"), what="plots")


@given(lon=st.floats(7.9, 12.6), lat=st.floats(58.9, 61.3))
def test_g05_the_wrong_zone_is_refused_either_way(lon: float, lat: float) -> None:
    there = _points(Point(lon, lat), "EPSG:4326")
    in_33_called_32 = there.to_crs("EPSG:25833").set_crs("EPSG:25832", allow_override=True)
    in_32_called_33 = there.to_crs("EPSG:25832").set_crs("EPSG:25833", allow_override=True)

    for wrong, label in ((in_33_called_32, "EPSG:25832"), (in_32_called_33, "EPSG:25833")):
        with pytest.raises(CrsError, match=f"labelled {label}"):
            to_work(wrong, what="plots")


def test_require_work_names_the_crs_it_got() -> None:
    with pytest.raises(CrsError, match="must be in EPSG:25832, not EPSG:4326"):
        require_work(_points(OSLO, "EPSG:4326"), what="sites")


def test_another_region_passes_its_own_box() -> None:
    bergen = _points(Point(297_000, 6_700_000), "EPSG:25832")
    with pytest.raises(CrsError, match="outside the region"):
        require_work(bergen, what="sites")

    require_work(bergen, what="sites", box=Box(250_000, 6_600_000, 350_000, 6_800_000))


def test_every_row_outside_is_named() -> None:
    frame = gpd.GeoDataFrame(index=list("ABCDE"), geometry=[box(0, 0, 1, 1)] * 5, crs="EPSG:25832")
    with pytest.raises(CrsError, match=r"5 of 5 rows.*'A', 'B', 'C' and 2 more"):
        require_work(frame, what="areas")


def test_web_map_metres_are_recognised() -> None:
    assert "3857" in describe_position(1_196_000, 8_380_000)
