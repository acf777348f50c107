"""The whole model on a line of towns: conservation, what can be asked of it, refusals."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from regiongeo.errors import DataError, NetworkError, SchemaError
from regiongeo.flows import (
    FlowResult,
    estimate_flows,
    fill_link_traffic,
    flow_notices,
    modelled_roads,
    select_link,
    select_link_ends,
)
from regiongeo.flows.assignment import zone_pairs
from regiongeo.flows.estimation import Estimate
from regiongeo.flows.gateways import outside_legs, passing_pairs
from regiongeo.flows.summary import name_culprits
from regiongeo.flows.zones import loading_points, special_generators
from regiongeo.network import Network
from regiongeo.tables import OBSERVATIONS, OD_MATRIX, ZONES
from toy import BASE_N, KM, WORK
from toy_flows import flow_network, flow_reference, flow_traffic


@pytest.fixture(scope="module")
def flows() -> FlowResult:
    return estimate_flows(flow_reference(), flow_network(), flow_traffic(), seed=1)


def test_zones_load_where_the_drawing_says(flows: FlowResult) -> None:
    nodes = {"3201": "b", "3203": "d", "3205": "c", "gw_east": "E", "gw_west": "W"}
    assert flows.zones["node_id"].to_dict() == nodes
    assert flows.zones.columns[: len(ZONES.columns)].size == len(ZONES.columns)
    assert flows.zones.loc["gw_west", ["observed_trucks", "outside_km", "outside_minutes"]].tolist() == [
        1000.0,
        200.0,
        200.0,
    ]


def test_the_counts_are_met(flows: FlowResult) -> None:
    """Three counts on a tree of four links: the matrix can meet them all."""
    assert flows.observations["geh"].max() < 1
    assert flows.observations.loc["count bc", "observed_trucks"] == 900
    assert flows.observations["name"].tolist() == ["Midten", "Vest", "Øst"]
    assert [column.name for column in OBSERVATIONS.columns if column.name not in flows.observations] == []


def test_zone_sums_match_the_matrix(flows: FlowResult) -> None:
    trips = flows.matrix["trips_per_day"]
    out, into = trips.groupby(level="origin").sum(), trips.groupby(level="destination").sum()
    assert out.to_numpy() == pytest.approx(into.to_numpy())
    assert (out + into).to_numpy() == pytest.approx(flows.zones["trucks_per_day"].to_numpy())
    assert len(flows.matrix) == 5 * 4


def test_link_volumes_are_the_sum_of_paths(flows: FlowResult) -> None:
    """On a tree a link carries what lies on its two sides: cE only gw_east, Wb only gw_west, bd only 3203."""
    volume, ends = flows.link_flows["modelled_trucks"], flows.zones["trucks_per_day"]
    for link, zone in (("cE", "gw_east"), ("Wb", "gw_west"), ("bd", "3203")):
        assert volume[link] == pytest.approx(ends[zone])
    east = {"3205", "gw_east"}
    both = flows.matrix["trips_per_day"].reset_index()
    across = both[both["origin"].isin(east) != both["destination"].isin(east)]
    assert volume["bc"] == pytest.approx(across["trips_per_day"].sum())


def test_truck_kilometres_agree_by_trip_and_by_link(flows: FlowResult) -> None:
    by_link = (flows.link_flows["modelled_trucks"] * flow_network().links["length_m"] / 1000).sum()
    assert flows.totals["truck_km_per_day"] == pytest.approx(by_link)


def test_through_traffic_is_gateway_to_gateway(flows: FlowResult) -> None:
    through = flows.matrix["trips_per_day"][flows.matrix["is_through"]].sum()
    assert through == pytest.approx(flows.totals["through_trips_per_day"])
    share = flows.link_flows["through_share"] * flows.link_flows["modelled_trucks"]
    assert share[["Wb", "bc", "cE"]].to_numpy() == pytest.approx(np.full(3, through))
    assert share["bd"] == 0


def test_whole_trips_hold_the_outside_legs(flows: FlowResult) -> None:
    row = flows.matrix.loc[("gw_west", "gw_east")]
    assert row["outside_km"] == 250
    assert row["km"] == pytest.approx(60.0, abs=0.1)
    assert row["minutes"] == pytest.approx(90)
    assert [column.name for column in OD_MATRIX.columns if column.name not in flows.matrix] == []


def test_select_link_names_the_relations(flows: FlowResult) -> None:
    table = select_link(flows, "cE")
    assert set(table["one_end"]) | set(table["other_end"]) == {
        "E6 øst",
        "E6 vest",
        "Vestby",
        "Midtby",
        "Østby",
    }
    assert (table[["one_end", "other_end"]] == "E6 øst").any(axis=1).all()
    assert table["trucks_per_day"].sum() == pytest.approx(flows.link_flows.loc["cE", "modelled_trucks"])
    assert table["trucks_per_day"].is_monotonic_decreasing
    assert len(select_link(flows, "cE", top=1)) == 1


def test_select_link_ends_count_each_trip_twice(flows: FlowResult) -> None:
    table = select_link_ends(flows, "bd")
    assert table.loc[0, "place"] == "Midtby"
    assert table["share"].sum() == pytest.approx(2)


def test_select_link_refuses_an_unknown_link(flows: FlowResult) -> None:
    with pytest.raises(DataError, match="no link 'xx'"):
        select_link(flows, "xx")


def test_only_empty_main_roads_are_filled(flows: FlowResult) -> None:
    filled = fill_link_traffic(flow_traffic(), flows, flow_network().links)
    assert filled["traffic_basis"].tolist() == ["section", "count", "modelled", "section"]
    assert filled.loc["bd", "truck_aadt"] == round(flows.link_flows.loc["bd", "modelled_trucks"])
    town = replace(
        flows, zones=pd.concat([flows.zones, flows.zones[flows.zones["municipality_id"] == "3203"]])
    )
    pd.testing.assert_frame_equal(
        fill_link_traffic(flow_traffic(), town, flow_network().links), flow_traffic()
    )  # bd lies in Midtby, which now has two loading points
    assert modelled_roads(town, flow_network().links).to_dict() == {
        "Wb": True, "bc": True, "bd": False, "cE": True,
    }  # fmt: skip
    county = flow_network().links.assign(road_category="F")
    pd.testing.assert_frame_equal(fill_link_traffic(flow_traffic(), flows, county), flow_traffic())


def test_same_input_same_bytes(flows: FlowResult) -> None:
    again = estimate_flows(flow_reference(), flow_network(), flow_traffic(), seed=1)
    for name in ("matrix", "link_flows", "observations", "summary", "holdout"):
        pd.testing.assert_frame_equal(getattr(flows, name), getattr(again, name), check_exact=True)


def test_inputs_are_left_as_they_were() -> None:
    reference, network, traffic = flow_reference(), flow_network(), flow_traffic()
    estimate_flows(reference, network, traffic, seed=1, folds=0)
    pd.testing.assert_frame_equal(traffic, flow_traffic())
    pd.testing.assert_frame_equal(pd.DataFrame(network.links), pd.DataFrame(flow_network().links))


def test_all_or_nothing_on_a_tree_is_the_same(flows: FlowResult) -> None:
    plain = estimate_flows(
        flow_reference(), flow_network(), flow_traffic(), seed=9, routes="all_or_nothing", folds=0
    )
    assert plain.trips == pytest.approx(flows.trips)


def test_hold_out_uses_other_roads_only() -> None:
    """All counts lie on E6: there is nothing to hold it out with. With Rv4 counted there are two roads."""
    alone = estimate_flows(flow_reference(), flow_network(), flow_traffic(), seed=1)
    assert alone.holdout.empty
    traffic = flow_traffic(bd=300.0)
    traffic["traffic_basis"] = traffic["traffic_basis"].fillna("count")
    reference = flow_reference()
    points = pd.concat([reference.traffic_points, reference.traffic_points.assign(link_id="bd", name="Rv4")])
    points.index = pd.Index(["p1", "p2"], name="point_id")
    two = estimate_flows(replace(reference, traffic_points=points), flow_network(), traffic, seed=1)
    assert two.holdout["n"].to_dict() == {"E6": 3, "Rv4": 1}
    rv4 = two.observations.loc["count bd"]
    assert abs(rv4["modelled_trucks"] - 300) < abs(rv4["heldout_trucks"] - 300)
    assert rv4["heldout_trucks"] == pytest.approx(alone.link_flows.loc["bd", "modelled_trucks"], rel=1e-3)


def test_a_count_no_trip_passes_is_named() -> None:
    """A spur f beyond d: nothing loads there."""
    network, traffic, reference = flow_network(), flow_traffic(), flow_reference()
    spur = gpd.GeoDataFrame(index=["f"], geometry=[Point(616 * KM, BASE_N + 30 * KM)], crs=WORK)
    link = network.links.loc[["bd"]].assign(from_node="d", to_node="f", section_id="S3").rename({"bd": "df"})
    line = gpd.GeoSeries(
        [network.nodes.geometry["d"].union(spur.geometry["f"]).convex_hull], ["df"], crs=WORK
    )
    wider = Network(
        pd.concat([network.nodes, spur]).rename_axis("node_id"),
        pd.concat([network.links, link.set_geometry(line)]).rename_axis("link_id"),
    )
    counted = pd.DataFrame({"truck_aadt": [50.0], "traffic_basis": ["section"]}, index=["df"])
    sections = pd.DataFrame({"name": ["Blindveg"]}, index=pd.Index(["S3"], name="section_id"))
    flows = estimate_flows(
        replace(reference, traffic_sections=pd.concat([reference.traffic_sections, sections])),
        wider,
        pd.concat([traffic, counted]).rename_axis("link_id"),
        seed=1,
        folds=0,
    )
    assert ("no_path", "Blindveg") in flows.notices
    assert not flows.observations.loc["section S3", "has_path"]
    assert any("Blindveg" in sentence for sentence in flow_notices(flows, "nb"))


def test_contradictory_counts_are_named(flows: FlowResult) -> None:
    """Two counts of 100 and 300 trucks, error 20, modelled as 150: one is missed by 2.5, one by 7.5."""
    table = pd.DataFrame(
        {
            "name": ["Nær", "Fjern"],
            "is_used": True,
            "has_path": True,
            "observed_trucks": [100.0, 300.0],
            "modelled_trucks": [150.0, 150.0],
            "error_trucks": 20.0,
            "geh": [1.0, 3.0],
        }
    )
    done = Estimate(trips=np.ones(1), multipliers=np.ones(2), rounds=3, is_converged=False, gap=0.25)
    said = dict(name_culprits(table, flows.zones, done, flow_reference().municipalities))
    assert said == {"contradictory": "Fjern (300/150)", "not_converged": "0.25"}


def test_a_gateway_without_volume_is_named() -> None:
    flows = estimate_flows(flow_reference(), flow_network(), flow_traffic(cE=np.nan), seed=1, folds=0)
    assert ("gateway_unobserved", "E6 øst") in flows.notices


def test_another_network_is_refused() -> None:
    with pytest.raises(DataError, match="differ in links 'bd'"):
        estimate_flows(flow_reference(), flow_network(), flow_traffic().drop("bd"), seed=1)


def test_zones_far_from_every_road_are_named() -> None:
    reference = flow_reference(flow_zone_road_km=1.0)
    with pytest.raises(NetworkError, match=r"zones farther than 1 km .*3203: 2000"):
        estimate_flows(reference, flow_network(), flow_traffic(), seed=1)


def test_no_counts_are_refused() -> None:
    traffic = flow_traffic().assign(truck_aadt=np.nan)
    with pytest.raises(DataError, match="without counts"):
        estimate_flows(flow_reference(), flow_network(), traffic, seed=1)


def test_negative_counts_are_named() -> None:
    with pytest.raises(DataError, match="below 0 on links 'bc'"):
        estimate_flows(flow_reference(), flow_network(), flow_traffic(bc=-5), seed=1)


def test_an_unknown_population_year_is_refused() -> None:
    with pytest.raises(SchemaError, match="no population of 1999: choose a year from 2026"):
        estimate_flows(flow_reference(), flow_network(), flow_traffic(), seed=1, population_year=1999)


def test_gateways_outside_the_network_are_named() -> None:
    reference = flow_reference()
    gateways = reference.gateways.assign(link_id=["cE", "gone"])
    with pytest.raises(NetworkError, match="gateways 'gw_west' lie on links"):
        estimate_flows(replace(reference, gateways=gateways), flow_network(), flow_traffic(), seed=1)


def test_large_municipalities_have_several_loading_points() -> None:
    """Midtby has 20,000 people on 2 x 10 km of town: at most 6,000 a part makes four, people conserved."""
    town = gpd.GeoDataFrame(
        {"source_id": ["toy"]},
        index=pd.Index(["t"], name="builtup_id"),
        geometry=[Point(620 * KM, BASE_N + 10 * KM).buffer(5 * KM)],
        crs=WORK,
    )
    points = loading_points(replace(flow_reference(), builtup=town), population_year=2026, persons=6_000)
    own = points[points["municipality_id"] == "3203"]
    assert own.index.tolist() == ["3203-01", "3203-02", "3203-03", "3203-04"]
    assert own["name"].iloc[0] == "Midtby 1/4"
    built_km2 = town.area.iloc[0] / 1e6
    assert own["attraction"].sum() == pytest.approx(20_000 + 2_000 * built_km2, rel=0.01)
    assert own["attraction"].max() < 2 * own["attraction"].min()


def test_ports_beside_a_freight_node_are_the_same_place() -> None:
    def places(*east: float) -> gpd.GeoDataFrame:
        points = [Point(km * KM, BASE_N + 8 * KM) for km in east]
        names = [f"sted {km}" for km in east]
        return gpd.GeoDataFrame({"name": names}, index=names, geometry=points, crs=WORK)

    reference = replace(flow_reference(), freight_nodes=places(600), ports=places(602, 606))
    zones = special_generators(reference)
    assert zones["kind"].to_dict() == {"sted 600": "freight_node", "sted 606": "port"}
    assert zones["municipality_id"].tolist() == ["3201", "3201"]


def test_outside_legs_have_three_levels() -> None:
    reference = flow_reference()
    low, value, high = (
        outside_legs(reference.gateways, reference.assumptions, level=level)["outside_km"].to_dict()
        for level in ("low", "value", "high")
    )
    assert value == {"gw_east": 50, "gw_west": 200}
    assert (low["gw_west"], high["gw_west"]) == (100, 400)


def test_trucks_pass_between_different_sides_only() -> None:
    zones = pd.DataFrame(
        {
            "kind": ["municipality", "gateway", "gateway", "gateway", "gateway"],
            "corridor": [pd.NA, "south", "east", "north", "north"],
            "is_border": [False, True, True, False, False],
        }
    )
    pairs = {(a, b) for a, b in np.argwhere(passing_pairs(zones)).tolist() if a < b}
    assert pairs == {(1, 3), (1, 4), (2, 3), (2, 4)}


def test_pairs_are_numbered_as_documented() -> None:
    first, second = zone_pairs(3)
    assert list(zip(first, second, strict=True)) == [(0, 1), (0, 2), (1, 2)]
