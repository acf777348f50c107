"""Candidates and hard exclusions on the toy region.

+---------+---------+---------+
|         |    d    |         |
|         |   Rv4   |         |
a---E6----b---E6----c---E6----e
|  T F    K         |  P      |   o
+---------+---------+---------+
590       610       630       650 km E
"""

import dataclasses
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

from regiongeo.errors import SchemaError
from regiongeo.network import build_network
from regiongeo.sites import Screening, build_candidates, find_junctions, screen_candidates
from regiongeo.tables import ReferenceData
from toy import BASE_N, KM, SUBREGIONS, WORK, toy_reference

ASSUMPTIONS = pd.DataFrame(
    {"value": [300.0, 30.0], "unit": ["m", "km/h"]},
    index=pd.Index(["coast_snap_m", "access_kmh"], name="name"),
)


def _at(east_km: float, north_km: float) -> Point:
    return Point(east_km * KM, BASE_N + north_km * KM)


def _fuel(**places: tuple[float, float, bool]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "name": [f"Stasjon {name}" for name in places],
            "brand": "X",
            "place": "Y",
            "is_truck": [is_truck for _, _, is_truck in places.values()],
            "source_id": "osm",
        },
        index=pd.Index(places, name="fuel_site_id"),
    )
    return gpd.GeoDataFrame(frame, geometry=[_at(e, n) for e, n, _ in places.values()], crs=WORK)


def _plots(**places: tuple[float, float]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {"name": [f"Tomt {name}" for name in places], "area_m2": 5_000.0},
        index=pd.Index(places, name="site_id"),
    )
    return gpd.GeoDataFrame(frame, geometry=[_at(e, n) for e, n in places.values()], crs=WORK)


def _screen(
    fuel: gpd.GeoDataFrame,
    *,
    plots: gpd.GeoDataFrame | None = None,
    parks: gpd.GeoDataFrame | None = None,
    beside: Sequence[str] = (),
) -> Screening:
    reference = _reference(fuel, parks)
    network = build_network(reference.nodes, reference.links)
    region = reference.municipalities.assign(subregion=pd.Series(SUBREGIONS))
    return screen_candidates(
        build_candidates(reference, network, plots=plots),
        network=network,
        region=region,
        reference=reference,
        access_limit_m=3_000,
        twin_spacing_m=1_500,
        beside=beside,
    )


def _reference(fuel: gpd.GeoDataFrame, parks: gpd.GeoDataFrame | None = None) -> ReferenceData:
    reference = dataclasses.replace(toy_reference(), fuel_sites=fuel, assumptions=ASSUMPTIONS)
    return reference if parks is None else dataclasses.replace(reference, parks=parks)


def test_a_junction_is_where_two_main_roads_meet() -> None:
    reference = toy_reference()

    junctions = find_junctions(build_network(reference.nodes, reference.links))

    # b: E6 and Rv4 meet. c is only a joint of E6; a, d and e are ends.
    assert junctions["roads"].to_dict() == {"b": "E6/Rv4"}


def test_a_road_that_leaves_a_motorway_makes_a_junction_and_one_that_leaves_a_main_road_does_not() -> None:
    reference = toy_reference()
    county = reference.links.assign(road=["E6", "E6", "Fv120", "E6"], road_category=["E", "E", "F", "E"])
    plain = county.assign(motorway_type="none")

    found, nothing = (find_junctions(build_network(reference.nodes, links)) for links in (county, plain))

    assert found["roads"].to_dict() == {"b": "E6/Fv120"}
    assert nothing.empty


def _with_a_road_across(*, at_b: str, straight_on: str | None) -> gpd.GeoDataFrame:
    """Lead one road from d to b, and on to a new node s south of b under the number ``straight_on``."""
    links = toy_reference().links
    links.loc["bd", ["road", "road_category"]] = [at_b, "F"]
    if straight_on is not None:
        south = links.loc[["bd"]].assign(road=straight_on, from_node="b", to_node="s")
        south = south.set_geometry([LineString([_at(610, 8), _at(610, 2)])]).set_axis(["bs"])
        links = gpd.GeoDataFrame(pd.concat([links, south]).rename_axis("link_id"), crs=WORK)
    return links


@pytest.mark.parametrize(
    ("straight_on", "is_certain"),
    [(None, True), ("Fv121", True), ("Fv120", False)],
    ids=["a road that ends there", "two roads that meet there", "one road straight through: maybe a bridge"],
)
def test_an_exit_is_certain_unless_one_road_only_runs_straight_through(
    straight_on: str | None,
    is_certain: bool,  # noqa: FBT001 - a case of the table above
) -> None:
    nodes = toy_reference().nodes
    south = gpd.GeoDataFrame(index=pd.Index(["s"], name="node_id"), geometry=[_at(610, 2)], crs=WORK)
    links = _with_a_road_across(at_b="Fv120", straight_on=straight_on)

    junctions = find_junctions(build_network(pd.concat([nodes, south]), links))

    assert junctions["is_certain"].to_dict() == {"b": is_certain}


def test_where_the_main_roads_meet_in_a_tunnel_there_is_no_site() -> None:
    reference = toy_reference()
    buried = reference.links.assign(medium="tunnel")

    assert find_junctions(build_network(reference.nodes, buried)).empty


def test_candidates_have_ids_by_kind_and_junctions_are_search_areas() -> None:
    reference = _reference(_fuel(f1=(596, 7.9, True), f2=(600, 7.9, False)))

    candidates = build_candidates(reference, build_network(reference.nodes, reference.links))

    assert candidates["kind"].to_dict() == {"D-f2": "fuel", "K-b": "junction", "T-f1": "truck_fuel"}
    assert candidates.index[candidates["is_search_area"]].tolist() == ["K-b"]


def test_a_plot_with_the_id_of_a_shipped_candidate_is_refused() -> None:
    reference = _reference(_fuel(f1=(596, 7.9, True)))
    network = build_network(reference.nodes, reference.links)

    with pytest.raises(SchemaError, match="'T-f1' is the id of a shipped candidate"):
        build_candidates(reference, network, plots=_plots(**{"T-f1": (600, 8)}))


def test_names_say_what_road_place_and_municipality() -> None:
    sites = _screen(_fuel(f1=(596, 7.9, True)), plots=_plots(P=(637, 7.8))).sites

    # The nearest place label of each is the centre of its own municipality, which is said once.
    assert sites["name"].to_dict() == {
        "K-b": "Kryss E6/Rv4, Vestby",
        "P": "Tomt P, E6, Østby",
        "T-f1": "Stasjon f1, E6, Vestby",
    }


def test_equal_names_are_numbered_in_the_order_of_their_ids() -> None:
    fuel = _fuel(f1=(596, 7.9, True), f2=(600, 7.9, True)).assign(name="Shell")

    names = _screen(fuel).sites["name"]

    assert names[["T-f1", "T-f2"]].tolist() == ["Shell, E6, Vestby (1)", "Shell, E6, Vestby (2)"]


def test_each_exclusion_keeps_its_reason_and_the_figure_behind_it() -> None:
    fuel = _fuel(
        out=(655, 8, True),  # east of the region
        park=(645, 8, True),  # in the park
        far=(600, 14, True),  # 6 km from E6
        twin=(596.9, 8, True),  # 0.9 km from t1, and its id is later
        t1=(596, 8, True),
    )
    parks = gpd.GeoDataFrame(
        {"name": ["Toyparken"], "source_id": "toy"},
        geometry=[box(640 * KM, BASE_N, 650 * KM, BASE_N + 20 * KM)],
        crs=WORK,
        index=pd.Index(["N1"], name="park_id"),
    )

    screening = _screen(fuel, parks=parks)

    assert screening.excluded[["reason", "reason_detail"]].to_dict("index") == {
        "T-far": {"reason": "far_from_road", "reason_detail": "6000 m i luftlinje"},
        "T-out": {"reason": "outside_region", "reason_detail": ""},
        "T-park": {"reason": "national_park", "reason_detail": "Toyparken"},
        "T-twin": {"reason": "twin", "reason_detail": "Stasjon t1, E6, Vestby"},
    }
    assert screening.sites.index.tolist() == ["K-b", "T-t1"]


def test_twins_are_thinned_by_kind_before_id_and_a_plot_never() -> None:
    fuel = _fuel(a=(596, 8, False), z=(597, 8, True))

    screening = _screen(fuel, plots=_plots(P=(597.2, 8), Q=(597.3, 8)))

    # The plots stay although they stand side by side; both stations are twins of the nearest better one.
    assert screening.sites.index.tolist() == ["K-b", "P", "Q"]
    assert screening.excluded["reason_detail"].to_dict() == {
        "D-a": "Tomt P, E6, Vestby",
        "T-z": "Tomt P, E6, Vestby",
    }


def test_a_proposal_stands_beside_and_thins_nobody() -> None:
    fuel = _fuel(a=(596, 8, False), z=(597, 8, True))

    screening = _screen(fuel, plots=_plots(P=(597.2, 8), Q=(597.3, 8)), beside=["P", "Q"])

    # As without plots: the truck stop strikes out the fuel station 1 km from it.
    assert screening.sites.index.tolist() == ["K-b", "P", "Q", "T-z"]
    assert screening.excluded.index.tolist() == ["D-a"]


def test_a_candidate_that_is_struck_out_thins_nobody() -> None:
    parks = gpd.GeoDataFrame(
        {"name": ["Toyparken"], "source_id": "toy"},
        geometry=[box(595.9 * KM, BASE_N, 596.1 * KM, BASE_N + 20 * KM)],
        crs=WORK,
        index=pd.Index(["N1"], name="park_id"),
    )

    screening = _screen(_fuel(a=(596, 8, True), b=(597, 8, False)), parks=parks)

    assert "D-b" in screening.sites.index


def test_the_middle_of_three_in_a_row_goes_and_the_third_stays() -> None:
    # 1 km apart: b is a twin of a; c is 2 km from a, and b is gone already.
    screening = _screen(_fuel(a=(596, 8, True), b=(597, 8, True), c=(598, 8, True)))

    assert screening.sites.index.tolist() == ["K-b", "T-a", "T-c"]


def test_access_is_the_way_to_the_road_and_along_it() -> None:
    # 1.2 km north of E6 in a straight line: 1.2 km at 30 km/h are 2.4 minutes.
    sites = _screen(_fuel(f1=(600, 9.2, True))).sites

    assert sites.loc["T-f1", "access_m"] == pytest.approx(1_200)
    assert sites.loc["T-f1", "access_minutes"] == pytest.approx(2.4)


def test_a_port_just_off_the_coast_belongs_to_its_municipality_and_one_far_out_to_none() -> None:
    fuel = _fuel(near=(600, -0.2, True), far=(600, -0.5, True))
    reference = _reference(fuel)
    network = build_network(reference.nodes, reference.links)

    screening = screen_candidates(
        build_candidates(reference, network),
        network=network,
        region=reference.municipalities.assign(subregion=pd.Series(SUBREGIONS)),
        reference=reference,
        access_limit_m=9_000,
        twin_spacing_m=100,
    )

    assert screening.sites.loc["T-near", "municipality_id"] == "3201"
    assert screening.excluded.loc["T-far", "reason"] == "outside_region"


def test_the_order_of_rows_does_not_matter() -> None:
    fuel = _fuel(a=(596, 8, True), b=(597, 8, False), c=(605, 8, True), d=(606, 8, True))
    one, other = _screen(fuel), _screen(fuel.iloc[::-1])

    pd.testing.assert_frame_equal(pd.DataFrame(one.sites), pd.DataFrame(other.sites))
    pd.testing.assert_frame_equal(pd.DataFrame(one.excluded), pd.DataFrame(other.excluded))
    assert np.array_equal(one.attachment.node_of, other.attachment.node_of)
