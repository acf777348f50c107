"""Flows behind the main roads, as they reach the page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from regiongeo.flows import FlowResult, grow_flows, select_link, select_link_ends
from regiongeo.maps.flows import TOP, describe_flows
from regiongeo.maps.payload import build_payload
from regiongeo.result import Result
from toy import toy_result
from toy_linkflows import result_with_flows, toy_flows


def payload_of(result: Result, **options: Any) -> Mapping[str, Any]:
    given: dict[str, Any] = {"lang": "nb", "date": "2026-11-20", "data_version": "1", **options}
    return build_payload(result, credits=[], online_tiles=False, **given)


def road_of(page: Mapping[str, Any], name: str, trucks: int) -> Mapping[str, Any]:
    [found] = [one for one in page["roads"] if (one["road"], one["truck_aadt"]) == (name, trucks)]
    stretch: Mapping[str, Any] = found
    return stretch


def named(page: Mapping[str, Any], rows: list[list[int]], places: int) -> list[tuple[Any, ...]]:
    """Put the names of places for their positions."""
    names = [name for name, _ in page["flows"]["places"]]
    return [(*(names[at] for at in row[:places]), *row[places:]) for row in rows]


def test_main_roads_without_a_count_are_filled_and_marked() -> None:
    page = payload_of(result_with_flows())
    rv4 = road_of(page, "Rv4", 150)
    assert (rv4["traffic_basis"], rv4["basis_year"], rv4["aadt"]) == ("modelled", None, None)
    assert page["roads_unknown"] == []
    assert road_of(page, "E6", 1000)["traffic_basis"] == "section"


def test_a_road_names_its_largest_relations_and_ends() -> None:
    """On ab: 300 of 400 trucks from E6 vest to Østby, 60 + 40 to the two zones of Midtby."""
    page = payload_of(result_with_flows())
    flow = page["flows"]["links"][road_of(page, "E6", 1000)["flow"]]
    assert (flow["base_trucks"], flow["trucks"], flow["through_percent"]) == (400, 400, 0)
    assert named(page, flow["relations"], 2) == [
        ("E6 vest", "Østby", 300, 75), ("E6 vest", "Midtby", 100, 25),
    ]  # fmt: skip
    assert named(page, flow["ends"], 1) == [
        ("E6 vest", 400, 100), ("Østby", 300, 75), ("Midtby", 100, 25),
    ]  # fmt: skip


def test_trip_length_counts_the_leg_beyond_the_gateway() -> None:
    """On ab 300 trucks drive 60 km and 100 drive 30 km inside, all 100 km outside: 152.5 km."""
    page = payload_of(result_with_flows())
    flow = page["flows"]["links"][road_of(page, "E6", 1000)["flow"]]
    assert flow["trip_km"] == 152


def test_trucks_between_gateways_are_through_traffic() -> None:
    page = payload_of(result_with_flows(through=True))
    assert page["flows"]["links"][road_of(page, "E6", 1000)["flow"]]["through_percent"] == 75
    assert page["flows"]["places"] == [["E6 vest", 1], ["Midtby", 0], ["Østby", 1]]


def test_links_with_equal_flows_share_a_record_and_others_do_not() -> None:
    """Bc and ce carry the same trips, ab and bd others."""
    _, record_of = describe_flows(result_with_flows(), lang="nb")
    assert record_of["bc"] == record_of["ce"]
    assert record_of.nunique() == 3


def test_figures_are_those_of_the_select_link_analysis() -> None:
    flows = many_zones()
    result = replace(toy_result(), flows=flows, planned=flows)
    data, record_of = describe_flows(result, lang="nb")
    assert data is not None
    links: Any = data["links"]
    for link_id in flows.link_flows.index:
        record = links[int(record_of[link_id])]
        relations, ends = select_link(flows, link_id, top=TOP), select_link_ends(flows, link_id, top=TOP)
        page = {"flows": data}
        expected = zip(*relations.to_dict("list").values(), strict=True)
        assert named(page, record["relations"], 2) == [in_whole(row) for row in expected]
        expected = zip(*ends.to_dict("list").values(), strict=True)
        assert named(page, record["ends"], 1) == [in_whole(row) for row in expected]


def in_whole(row: tuple[Any, ...]) -> tuple[Any, ...]:
    *names, trucks, share = row
    return (*names, round(trucks), round(100 * share))


def many_zones() -> FlowResult:
    """Return 12 zones in 9 places with random trips and route shares on the four links."""
    flows, random = toy_flows(), np.random.default_rng(7)
    zones = flows.zones.iloc[np.arange(12) % 4]
    zones = zones.set_axis([f"z{k:02d}" for k in range(12)]).rename_axis("zone_id")
    zones = zones.assign(place=[f"Sted {k % 9}" for k in range(12)], kind="freight_node")
    trips, shares = random.gamma(1, 40, 66), sparse.csr_array(random.random((4, 66)).round(1))
    volume = np.asarray(shares @ trips)
    links = flows.link_flows.assign(modelled_trucks=volume)
    return replace(flows, zones=zones, trips=trips, prior=trips, route_shares=shares, link_flows=links)


def test_a_plan_changes_the_flows_and_leaves_the_drawn_volumes_those_of_the_base_year() -> None:
    result = result_with_flows()
    assert result.flows is not None
    world = result.scenario.world.model_copy(update={"traffic_year": 2030})
    planned = grow_flows(result.flows, result.network.links, factor=2)
    scenario = result.scenario.model_copy(update={"world": world})
    page = payload_of(replace(result, planned=planned, scenario=scenario))
    flow = page["flows"]["links"][road_of(page, "Rv4", 150)["flow"]]
    assert (flow["base_trucks"], flow["trucks"]) == (150, 300)
    assert (page["flows"]["year"], page["flows"]["is_planned"], page["base_year"]) == (2030, True, 2018)


def test_a_road_without_trips_has_no_share_and_no_relations() -> None:
    result = result_with_flows()
    assert result.flows is not None
    still = grow_flows(result.flows, result.network.links, factor=0)
    page = payload_of(replace(result, flows=still, planned=still))
    assert [one["road"] for one in page["roads_unknown"]] == ["Rv4"]
    flow = page["flows"]["links"][road_of(page, "E6", 1000)["flow"]]
    assert flow == {
        "base_trucks": 0, "trucks": 0, "through_percent": None, "trip_km": None, "relations": (), "ends": (),
    }  # fmt: skip


def test_without_flows_the_map_is_as_before() -> None:
    page = payload_of(toy_result())
    assert page["flows"] is None
    assert {road["flow"] for road in page["roads"]} == {None}
    assert [road["road"] for road in page["roads_unknown"]] == ["Rv4"]


@pytest.mark.parametrize(("lang", "word"), [("nb", "Tellinger"), ("en", "Counts")])
def test_notices_of_the_flows_are_told_in_words(lang: str, word: str) -> None:
    [notice] = payload_of(result_with_flows(), lang=lang)["flows"]["notices"]
    assert notice.startswith(word)
    assert "E6 Østby" in notice


def test_inputs_stay_as_they_were() -> None:
    result, before = result_with_flows(), result_with_flows()
    payload_of(result)
    assert result.flows is not None
    assert before.flows is not None
    assert result.link_traffic.equals(before.link_traffic)
    assert result.flows.link_flows.equals(before.flows.link_flows)
    assert (result.flows.trips == before.flows.trips).all()
