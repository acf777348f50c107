"""What reaches the page: the named columns, in the page's units, nothing else and nothing invented."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from regiongeo.maps import draw_map
from regiongeo.maps.encode import read_data_block
from regiongeo.maps.payload import build_payload
from regiongeo.result import TRUCK_CLASSES, Result
from toy import toy_result

MAKING = {
    "date": "2026-11-20",
    "data_version": "1",
    "credits": ["© Kartverket", "© OpenStreetMap contributors"],
}


def payload_of(result: Result, **options: Any) -> Mapping[str, Any]:
    given: dict[str, Any] = {"lang": "nb", "online_tiles": False, **MAKING, **options}
    return build_payload(result, **given)


def test_sites_stand_by_rank_with_their_figures() -> None:
    sites = payload_of(toy_result())["sites"]
    assert [(site["rank"], site["id"]) for site in sites] == [(1, "K"), (2, "T"), (3, "P")]
    assert sites[0]["municipality"] == "Midtby"
    assert sites[0]["is_search_area"] is True
    assert sites[0]["gain"] == {
        "is_locked": False, "truck_km_per_day": 44_000, "only_here_truck_km_per_day": 44_000,
    }  # fmt: skip
    assert sites[1]["gain"] is None


def test_missing_is_null_and_never_zero() -> None:
    page = payload_of(toy_result())
    plot = page["sites"][2]
    builtup = [one["name"] for one in page["criteria"]].index("Tettbebygd innen 500 m")
    assert plot["raw"][builtup] is None
    assert plot["parts"][builtup] is None
    assert plot["area_m2"] == 8000
    assert page["sites"][0]["area_m2"] is None


def test_criteria_without_data_anywhere_are_left_out() -> None:
    names = [one["name"] for one in payload_of(toy_result())["criteria"]]
    assert "Ledig nettkapasitet" not in names
    assert len(names) == 7


def test_roads_with_equal_volumes_become_one_and_those_without_stand_apart() -> None:
    page = payload_of(toy_result())
    assert [(road["road"], road["truck_aadt"], road["length_km"]) for road in page["roads"]] == [
        ("E6", 400, 20.0), ("E6", 800, 20.0), ("E6", 1000, 20.0),
    ]  # fmt: skip
    assert [road["road"] for road in page["roads_unknown"]] == ["Rv4"]
    assert {shield["road"] for shield in page["shields"]} == {"E6", "Rv4"}


def test_score_classes_are_the_same_whatever_the_scores() -> None:
    result = toy_result()
    low = replace(result, ranking=result.ranking.assign(score=result.ranking["score"] / 10))
    assert payload_of(result)["score_breaks"] == payload_of(low)["score_breaks"] == [0, 0.2, 0.4, 0.6, 0.8, 1]


def test_trucks_have_the_classes_of_the_report_and_the_year_they_stand_for() -> None:
    page = payload_of(toy_result())
    assert page["truck_breaks"] == [0, *TRUCK_CLASSES]
    assert page["base_year"] == 2018
    assert [road["basis_year"] for road in page["roads"]] == [2017, 2025, 2018]


def test_free_capacity_names_its_station_and_year_where_there_are_any() -> None:
    result = toy_result()
    assert {site["grid_station"] for site in payload_of(result)["sites"]} == {None}
    sites = result.sites.assign(
        grid_year=[2024.0, np.nan, np.nan],
        grid_station=pd.Series(["Midtby", pd.NA, pd.NA], dtype="str").array,
    )
    stated = [
        (one["grid_station"], one["grid_year"]) for one in payload_of(replace(result, sites=sites))["sites"]
    ]
    assert stated == [("Midtby", 2024), (None, None), (None, None)]


def test_sites_without_a_score_are_drawn_without_one() -> None:
    result = toy_result()
    ranking = result.ranking.assign(score=np.nan)
    page = payload_of(replace(result, ranking=ranking))
    assert {site["score"] for site in page["sites"]} == {None}


def test_only_named_columns_reach_the_page() -> None:
    result = toy_result()
    private = {
        "sites": result.sites.assign(owner="Ola Nordmann", phone="22 22 22 22"),
        "excluded": result.excluded.assign(owner="Ola Nordmann"),
        "stations": stations().assign(owner="Ola Nordmann"),
        "plots": plots().assign(owner="Ola Nordmann", area_m2=5.0),
        "ranking": result.ranking.assign(owner="Ola Nordmann"),
    }
    page = json.dumps(payload_of(replace(result, **private)), ensure_ascii=False)
    assert "Nordmann" not in page
    assert "22 22" not in page


def stations() -> gpd.GeoDataFrame:
    index = pd.Index(["S1"], name="station_id")
    columns = {
        "name": ["Ladepark"],
        "power_kw": [np.nan],
        "points_350kw": [4.0],
        "energies": ["biogas + battery"],
    }
    return gpd.GeoDataFrame(columns, index=index, geometry=[Point(600_000, 6_645_000)], crs="EPSG:25832")


def plots() -> gpd.GeoDataFrame:
    index = pd.Index(["P", "Q"], name="site_id")
    shapes = [box(637_000, 6_647_800, 637_100, 6_647_900), Point(640_000, 6_645_000)]
    return gpd.GeoDataFrame({"name": ["Tomt", "Punkt"]}, index=index, geometry=shapes, crs="EPSG:25832")


def test_stations_and_plots_are_drawn_where_they_are_given() -> None:
    page = payload_of(replace(toy_result(), stations=stations(), plots=plots()))
    [station] = page["stations"]
    assert (station["name"], station["power_kw"], station["points_350kw"]) == ("Ladepark", None, 4)
    assert station["energies"] == ["battery", "biogas"]
    assert [one["id"] for one in page["plots"]] == ["P"]
    assert len(page["plots"][0]["rings"][0]) == 10


def test_a_result_without_anything_struck_out_or_chosen_is_drawn() -> None:
    result = toy_result()
    empty = replace(
        result.portfolio, sites=(), gain=result.portfolio.gain.iloc[:0], total_truck_km_per_day=0.0
    )
    page = payload_of(replace(result, excluded=result.excluded.iloc[:0], portfolio=empty))
    assert page["excluded"] == []
    assert page["portfolio"]["covered_share"] is None


def test_names_of_larger_places_come_first() -> None:
    """Midtby has 20 000 people, Vestby 10 000, Østby 5 000."""
    result = toy_result()
    places = result.reference.places.assign(rank=1)
    page = payload_of(replace(result, reference=replace(result.reference, places=places)))
    assert [place["name"] for place in page["places"]] == ["Midtby", "Vestby", "Østby"]


def test_borders_are_left_out_along_the_coast() -> None:
    """A sea east of the three squares: of the outline, the east side is coast."""
    result = toy_result()
    coast = gpd.GeoDataFrame(geometry=[box(650_000, 6_630_000, 670_000, 6_670_000)], crs="EPSG:25832")
    tables = replace(result.reference, sea=coast)
    inland, coastal = payload_of(result), payload_of(replace(result, reference=tables))
    assert inland["sea"] == []
    assert len(coastal["sea"]) == 1
    assert farthest_east(coastal["region"]) < farthest_east(inland["region"])


def farthest_east(lines: list[list[int]]) -> int:
    return max(int(np.cumsum(line[::2]).max()) for line in lines)


def test_notices_are_told_in_words() -> None:
    nb = payload_of(toy_result())["notices"]
    en = payload_of(toy_result(), lang="en")["notices"]
    assert nb[0].startswith("Eksisterende energistasjoner er ikke tatt med")
    assert en[0].startswith("Existing energy stations are not included")


def test_inputs_stay_as_they_were() -> None:
    result, before = toy_result(), toy_result()
    payload_of(result)
    pd.testing.assert_frame_equal(pd.DataFrame(result.sites), pd.DataFrame(before.sites))
    pd.testing.assert_frame_equal(pd.DataFrame(result.network.links), pd.DataFrame(before.network.links))
    pd.testing.assert_frame_equal(result.ranking, before.ranking)


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_the_same_map_each_time_with_the_data_in_one_block(lang: Any) -> None:
    pages = [draw_map(toy_result(), lang=lang, **MAKING) for _ in range(2)]  # type: ignore[arg-type]
    assert pages[0] == pages[1]
    expected = payload_of(toy_result(), lang=lang, online_tiles=True)
    assert read_data_block(pages[0]) == json.loads(json.dumps(expected))
