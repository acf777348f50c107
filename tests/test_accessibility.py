"""Accessibility by car on a toy network; every expected value is worked out by hand."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from regiongeo import accessibility as access
from regiongeo import store
from regiongeo.crs import WORK_CRS
from regiongeo.errors import DataError, NetworkError
from regiongeo.network import Network, build_network
from regiongeo.polycentricity import FIGURE_COLUMNS, gini
from regiongeo.region import members_of
from regiongeo.tables import ReferenceData
from toy_roads import EAST, NORTH, Y_PLACES, Y_ROADS, point, points, roads

LINK_KINDS = {"road_category": "E", "motorway_type": "none", "is_ferry": False}
SPEEDS = {"motorway": 100.0, "expressway": 80.0, "er_other": 60.0, "f": 50.0, "k": 40.0}
PEOPLE = pd.Series({"a": 1000.0, "b": 2000.0, "c": 4000.0, "d": 8000.0}).rename_axis("node_id")
CENTRES = pd.Series({"1": "a", "2": "b", "3": "c", "4": "d"}, dtype="str").rename_axis("municipality_id")


def _network(**kinds: Any) -> Network:
    return build_network(points(Y_PLACES), roads(Y_PLACES, Y_ROADS).assign(**{**LINK_KINDS, **kinds}))


def _assumptions(**changes: float) -> pd.DataFrame:
    rows = {f"car_kmh.{kind}": (kmh, "km/h") for kind, kmh in SPEEDS.items()}
    rows["accessibility.decay_per_minute"] = (np.log(2) / 10, "1/min")
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "unit"])
    return table.assign(value=pd.Series(table["value"]).mask(table.index.isin(changes), pd.Series(changes)))


@pytest.fixture(scope="module")
def reference() -> ReferenceData:
    return store.load_reference()


def test_a_car_drives_at_the_speed_of_its_kind_of_road_and_waits_for_the_ferry() -> None:
    network = _network(
        road_category=["E", "F", "K"],
        motorway_type=["motorway", "none", "none"],
        is_ferry=[False, False, True],
    )

    car = access.car_network(network, _assumptions())

    # 10 km each: 6 min on the motorway, 12 min on the county road; the ferry keeps its 15 min.
    assert car.links["minutes"].to_dict() == pytest.approx({"ab": 6, "bc": 12, "bd": 15})
    assert car.links["car_kmh"].isna().to_dict() == {"ab": False, "bc": False, "bd": True}
    assert network.links["minutes"].to_dict() == {"ab": 10, "bc": 6, "bd": 15}


def test_a_links_own_car_speed_counts_before_the_assumption() -> None:
    car = access.car_network(_network(car_kmh=[120.0, np.nan, np.nan]), _assumptions())

    assert car.links["minutes"].to_dict() == pytest.approx({"ab": 5, "bc": 10, "bd": 10})


def test_a_link_without_a_speed_is_named() -> None:
    with pytest.raises(NetworkError, match="'ab'"):
        access.car_network(_network(car_kmh=[0.0, 50.0, 50.0]), _assumptions())


def test_shipped_cars_are_never_slower_than_lorries(reference: ReferenceData) -> None:
    network = build_network(reference.nodes, reference.links)

    car = access.car_network(network, reference.assumptions)

    assert (car.links["minutes"] <= network.links["minutes"] + 1e-3).all()


def test_times_between_centres_and_the_nearest() -> None:
    minutes = access.travel_minutes(_network(), CENTRES)

    assert minutes.loc["1"].to_dict() == {"1": 0, "2": 10, "3": 16, "4": 25}
    nearest = access.nearest_centres(minutes, k=2)
    assert nearest.loc["1", "centre_id"].tolist() == ["2", "3"]
    assert nearest.loc["4", "minutes"].tolist() == [15, 21]
    assert len(access.nearest_centres(minutes, k=9)) == 12
    with pytest.raises(DataError, match="k is 0"):
        access.nearest_centres(minutes, k=0)


def test_a_centre_no_road_leads_to_is_nobodys_nearest() -> None:
    minutes = pd.DataFrame([[0, np.inf], [np.inf, 0]], index=["1", "2"], columns=["1", "2"])

    assert access.nearest_centres(minutes, k=1).empty


def test_hierarchy_names_the_nearest_larger_centre() -> None:
    sizes = pd.Series({"1": 30.0, "2": 40.0, "3": 60.0, "4": 120.0})

    hierarchy = access.centre_hierarchy(sizes, access.travel_minutes(_network(), CENTRES))

    assert hierarchy.index.tolist() == ["4", "3", "2", "1"]
    assert hierarchy["larger_id"].fillna("").to_dict() == {"4": "", "3": "4", "2": "3", "1": "2"}
    assert hierarchy["larger_minutes"].tolist()[1:] == [21, 6, 10]
    # Sizes of Zipf's rule: what the line lets expect is what there is.
    assert hierarchy["rank_size"].tolist() == pytest.approx([120, 60, 40, 30])
    with pytest.raises(DataError, match="'9'"):
        access.centre_hierarchy(pd.Series({"9": 1.0}), access.travel_minutes(_network(), CENTRES))


def test_people_within_a_time_and_weighted_by_it() -> None:
    table = access.access_by_municipality(_network(), CENTRES, PEOPLE, _assumptions(), limits=(15, 20))

    assert table["within_15min"].to_dict() == {"1": 3000, "2": 15000, "3": 6000, "4": 10000}
    assert table["within_20min"]["1"] == 7000
    # The weight halves every 10 minutes: from 2 to a 10, c 6 and d 15 minutes.
    assert table["accessibility"]["2"] == pytest.approx(2000 + 1000 / 2 + 4000 * 0.5**0.6 + 8000 * 0.5**1.5)


def test_power_accessibility_counts_the_near_wholly() -> None:
    minutes = pd.DataFrame([[0.0, 10.0, np.inf]], columns=["x", "y", "z"])
    people = pd.Series({"x": 10.0, "y": 40.0, "z": 500.0})

    assert access.power_accessibility(minutes, people, power=2, least_minutes=5)[0] == pytest.approx(
        10 + 40 / 4
    )
    with pytest.raises(DataError, match="above 0"):
        access.power_accessibility(minutes, people, power=0, least_minutes=5)
    with pytest.raises(DataError, match="decay 0"):
        access.exponential_accessibility(minutes, people, decay=0)


@given(st.lists(st.floats(0, 200), min_size=1, max_size=6), st.floats(0.001, 1), st.floats(0, 200))
def test_accessibility_never_exceeds_the_people_there_are(
    times: list[float], decay: float, limit: float
) -> None:
    minutes = pd.DataFrame([times])
    people = pd.Series(100.0, index=minutes.columns)

    assert access.exponential_accessibility(minutes, people, decay=decay)[0] <= people.sum() + 1e-9
    assert access.people_within(minutes, people, limit=limit)[0] == 100 * sum(time <= limit for time in times)


def test_population_is_spread_over_built_up_land_and_conserved() -> None:
    areas = gpd.GeoDataFrame(
        geometry=[box(EAST + x * 10_000, NORTH, EAST + (x + 1) * 10_000, NORTH + 20_000) for x in range(3)],
        index=pd.Index(["1", "2", "3"], name="municipality_id", dtype="str"),
        crs=WORK_CRS,
    )
    people = pd.Series({"1": 10_000, "2": 20_000, "3": 5_000})
    # One town of 4 x 2 km across the border of 1 and 2: 2 x 2 km on each side; 3 has a centre.
    town = box(EAST + 8_000, NORTH, EAST + 12_000, NORTH + 2_000)
    builtup = gpd.GeoDataFrame(geometry=[town], crs=WORK_CRS)
    centres = gpd.GeoDataFrame(geometry=areas.centroid, crs=WORK_CRS)

    spread = access.population_points(areas, people, builtup, centres)

    assert spread.groupby("municipality_id")["population"].sum().round(6).to_dict() == people.to_dict()
    assert spread.geometry[spread["municipality_id"] == "3"].iloc[0] == areas.centroid["3"]
    assert spread.geometry[spread["municipality_id"] != "3"].within(town).all()


def test_people_live_at_their_nearest_road_node_and_none_is_lost() -> None:
    homes = points({"x": (1, 1), "y": (0, 0), "z": (19, 0)}, index="home").assign(population=[5.0, 6.0, 7.0])

    people = access.people_at_nodes(homes, access.road_nodes(_network()))

    assert people.to_dict() == {"a": 11, "c": 7}
    near = access.nearest_nodes(homes, access.road_nodes(_network()))
    assert near["offset_m"].tolist() == pytest.approx([1414.2, 0, 1000], abs=0.1)


def test_a_quay_is_no_road_node() -> None:
    network = _network(is_ferry=[False, False, True])

    assert access.road_nodes(network).index.tolist() == ["a", "b", "c"]


def test_cells_count_the_way_to_the_road_too() -> None:
    # Two cells of 2 km near a (0, 0); a reaches b in 10 of the 15 minutes.
    region = gpd.GeoDataFrame(
        geometry=[
            box(EAST, NORTH - 1, EAST + 2000, NORTH + 2000),
            box(EAST, NORTH + 4000, EAST + 2000, NORTH + 6000),
        ],
        crs=WORK_CRS,
    )

    cells = access.access_cells(region, _network(), PEOPLE, limit=15, access_kmh=30)

    # Middles 1.41 km and 5.10 km from a: 12.2 and 4.8 minutes are left of 15.
    assert cells["offset_m"].tolist() == [1414, 5099]
    assert cells["people_within"].tolist() == [3000, 1000]
    assert cells.area.tolist() == [4e6, 4e6]
    with pytest.raises(DataError, match="no cell of 90000 m"):
        access.access_cells(region, _network(), PEOPLE, limit=15, access_kmh=30, cell_m=90_000)


def test_figures_hold_each_municipality_and_the_evenness_of_the_region() -> None:
    people = pd.DataFrame({2023: PEOPLE * [1, 1, 1, 2], 2024: PEOPLE})
    table = access.access_by_year(_network(), CENTRES, people, _assumptions())
    members = gpd.GeoDataFrame({"name": list("ABCD")}, index=CENTRES.index, geometry=[point(0, 0)] * 4)
    population = people.set_axis(CENTRES.index)

    figures = access.access_figures(table, members, population, ("toy", "Toy"), source_id="user")

    assert tuple(figures.columns) == FIGURE_COLUMNS
    one = figures[(figures["area_id"] == "2") & (figures["indicator"] == "people_within_30min")]
    told = one[["year", "value", "unit", "note"]].to_numpy().tolist()
    assert told == [[2023, 23000, "persons", "assumed_speeds"], [2024, 15000, "persons", "assumed_speeds"]]
    whole = figures[figures["area_kind"] == "region"].set_index(["indicator", "year"])["value"]
    now = access.access_by_municipality(_network(), CENTRES, PEOPLE, _assumptions())
    pd.testing.assert_frame_equal(table.xs(2024, level="year"), now)
    assert whole["accessibility_gini", 2024] == pytest.approx(gini(now["accessibility"]))


def test_people_of_a_year_live_where_the_points_of_their_municipality_are() -> None:
    # 1 has a quarter of its people at node a and the rest at b; 2 has all of its at b.
    nodes = gpd.GeoDataFrame(index=["a", "b"], geometry=[point(0, 0), point(10, 0)], crs=WORK_CRS)
    homes = gpd.GeoDataFrame(
        {"municipality_id": ["1", "1", "2"], "population": [10.0, 30.0, 7.0]},
        geometry=[point(1, 0), point(9, 0), point(8, 1)],
        crs=WORK_CRS,
    )
    population = pd.DataFrame({2010: {"1": 100, "2": 5}, 2020: {"1": 40, "2": 7}})

    people = access.yearly_people(homes, nodes, population)

    assert people.to_dict() == {2010: {"a": 25, "b": 80}, 2020: {"a": 10, "b": 37}}
    pd.testing.assert_series_equal(people[2020], access.people_at_nodes(homes, nodes), check_names=False)


def test_oslo_is_reached_by_most_and_tinn_by_fewest_members(reference: ReferenceData) -> None:
    members = members_of(reference, year=2024)
    car = access.car_network(build_network(reference.nodes, reference.links), reference.assumptions)
    nodes = access.road_nodes(car)
    node_of = access.nearest_nodes(reference.centres.loc[members.index], nodes)["node_id"]
    homes = access.population_points(
        reference.municipalities,
        reference.population["population"].xs(2024, level="year"),
        reference.builtup,
        reference.centres,
    )

    table = access.access_by_municipality(
        car, node_of, access.people_at_nodes(homes, nodes), reference.assumptions
    )

    assert (table["accessibility"].idxmax(), table["accessibility"].idxmin()) == ("0301", "4026")
    assert (table["within_30min"] <= table["within_45min"]).all()
    # Oslo-Hamar is about 125 km, nearly all of it motorway.
    assert 70 < access.travel_minutes(car, node_of).loc["0301", "3403"] < 95
