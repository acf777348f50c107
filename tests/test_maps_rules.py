"""The rule check as it reaches the page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from regiongeo.compliance import RuleCheck
from regiongeo.maps.rules import describe_rules, describe_site_rules
from regiongeo.result import Result
from toy import WORK, toy_result
from toy_plan import toy_planned_result, toy_rules


def described(result: Result) -> Mapping[str, Any]:
    data = describe_rules(result, lang="nb")
    assert data is not None
    return data


def with_status(rows: gpd.GeoDataFrame) -> Result:
    return replace(toy_planned_result(), rules=replace(toy_rules(), road_status=rows))


def turned(direction: str, answer: str) -> RuleCheck:
    """Return the toy rules with a second set of rows for one direction of travel."""
    rules = toy_rules()
    rows = rules.road_status
    more = rows.rename(index={"any": direction}, level="direction").assign(is_covered=answer)
    both = pd.concat([rows, more])
    return replace(rules, road_status=gpd.GeoDataFrame(both, geometry="geometry", crs=WORK))


def test_pieces_with_the_same_answers_become_one_road() -> None:
    """Of ab, bc and ce the first two are green at both deadlines."""
    roads = described(toy_planned_result())["roads"]
    assert [(road["road"], road["km"], len(road["lines"])) for road in roads] == [
        ("E6", 40, 1),
        ("E6", 20, 1),
    ]
    assert [[answer["status"] for answer in road["answers"]] for road in roads] == [
        ["yes", "yes"],
        ["not_known", "no"],
    ]
    assert [answer["spacing_km"] for answer in roads[0]["answers"]] == [120, 60]


def test_requirements_stand_in_order_with_the_kilometres_of_the_region() -> None:
    checks = described(toy_planned_result())["checks"]
    assert [(one["state"], one["requirement"], one["deadline"]) for one in checks] == [
        ("planned", "charging", "2025"), ("planned", "charging", "2030"),
    ]  # fmt: skip
    assert checks[1]["region"] == {
        "yes": 40, "no": 20, "not_known": 0, "required_share": 1, "is_met": "no", "least_pools": 1,
    }  # fmt: skip


def test_roads_a_requirement_does_not_ask_for_have_no_answer() -> None:
    """Hydrogen asks for ab alone: bc, with the same answers for charging, is a road of its own now."""
    rows = toy_rules().road_status
    hydrogen = rows.loc[[("charging", "2030", "any", "ab")]].rename(
        index={"charging": "hydrogen"}, level="requirement"
    )
    both = gpd.GeoDataFrame(pd.concat([rows, hydrogen]), geometry="geometry", crs=WORK)
    data = described(with_status(both))
    assert [one["requirement"] for one in data["checks"]] == ["charging", "charging", "hydrogen"]
    assert [one["region"] for one in data["checks"]][2] is None
    assert [one["lacks_direction"] for one in data["checks"]] == [True, True, False]
    assert [(road["km"], road["answers"][2] is None) for road in data["roads"]] == [
        (20, False), (20, True), (20, True),
    ]  # fmt: skip


def test_what_stands_today_is_told_beside_the_plan() -> None:
    rules = toy_rules()
    today = replace(rules, road_status=rules.road_status.assign(is_covered="no"))
    data = described(replace(toy_planned_result(), rules_today=today))
    assert [one["state"] for one in data["checks"]] == ["planned", "planned", "today", "today"]
    assert [answer["status"] for answer in data["roads"][0]["answers"]] == ["yes", "yes", "no", "no"]


def test_without_a_plan_there_is_only_today() -> None:
    rules = toy_rules()
    data = described(replace(toy_planned_result(), plan=None, rules_today=rules))
    assert {one["state"] for one in data["checks"]} == {"today"}


def test_directions_are_told_where_they_are_known_and_else_left_out() -> None:
    assert [one["lacks_direction"] for one in described(toy_planned_result())["checks"]] == [True, True]
    assert "forward" not in described(toy_planned_result())["roads"][0]["answers"][0]
    data = described(replace(toy_planned_result(), rules=turned("forward", "not_known")))
    assert [one["lacks_direction"] for one in data["checks"]] == [False, False]
    assert len(data["checks"]) == 2
    assert data["roads"][0]["answers"][1] == {"status": "yes", "spacing_km": 60, "forward": "not_known"}


def test_ends_are_named_the_same_whichever_way_a_piece_runs() -> None:
    """Ab runs from T to K, bc from K to T: both lie between the two, so they stay one road."""
    rows = toy_rules().road_status
    links = rows.index.get_level_values("link_id")
    ends = {"ab": ("T", "K"), "bc": ("K", "T"), "ce": ("K", None)}
    rows = rows.assign(
        through_km=14.04,
        is_far=links == "ce",
        from_pool_id=pd.Series([ends[link][0] for link in links], index=rows.index, dtype="str"),
        to_pool_id=pd.Series([ends[link][1] for link in links], index=rows.index, dtype="str"),
    )
    first, second = described(with_status(rows))["roads"]
    assert first["answers"][0]["ends"] == ("Kryss E6/Rv4, Midtby", "Truckstopp E6, Vestby")
    assert first["answers"][0]["through_km"] == 14.0
    assert "is_far" not in first["answers"][0]
    assert second["answers"][0]["ends"] == ("Kryss E6/Rv4, Midtby",)
    assert second["answers"][0]["is_far"] is True


def test_a_station_assumed_beyond_the_map_is_said_to_be_assumed() -> None:
    result = toy_planned_result()
    gateways = pd.DataFrame({"name": ["E6 vest"]}, index=pd.Index(["W"], name="gateway_id"))
    rules = toy_rules()
    pieces = rules.road_status.assign(from_pool_id="W", to_pool_id="K")
    result = replace(
        result,
        reference=replace(result.reference, gateways=gateways),
        rules=replace(rules, road_status=pieces),
    )
    assert described(result)["roads"][0]["answers"][0]["ends"] == (
        "Kryss E6/Rv4, Midtby",
        "antatt stasjon utenfor kartet (E6 vest)",
    )


def test_a_site_tells_what_it_closes_by_requirement() -> None:
    """The toy measures 2030 alone; P closes 20 km, T none and brings none closer."""
    sentences, sites = describe_site_rules(toy_planned_result(), lang="nb")
    assert sites["P"]["gains"] == [None, [20]]
    assert sites["T"]["gains"] == [None, [0, 0]]
    assert sentences[sites["P"]["enova"]] == "Stedet oppfyller Enovas krav til avstand."  # type: ignore[index]


def test_a_site_too_far_off_is_told_apart_from_one_that_closes_nothing() -> None:
    rules = toy_rules()
    far = rules.site_gain.assign(
        is_near_enough=[False, True, True], closes_km=0.0, near_gain_km=[0.0, 7.3, 0]
    )
    _, sites = describe_site_rules(
        replace(toy_planned_result(), rules=replace(rules, site_gain=far)), lang="nb"
    )
    assert [sites[site]["gains"] for site in "KPT"] == [[None, []], [None, [0, 7.3]], [None, [0, 0]]]


def test_notices_are_told_in_words() -> None:
    [notice] = described(toy_planned_result())["notices"]
    assert notice.startswith("AFIR")
    assert "målestokk" in notice


def test_only_named_columns_reach_the_page() -> None:
    rules = toy_rules()
    private = replace(
        rules,
        road_status=rules.road_status.assign(owner="Ola Nordmann"),
        region_shares=rules.region_shares.assign(owner="Ola Nordmann"),
        site_gain=rules.site_gain.assign(owner="Ola Nordmann"),
    )
    result = replace(toy_planned_result(), rules=private)
    assert "Nordmann" not in repr((describe_rules(result, lang="nb"), describe_site_rules(result, lang="nb")))


def test_without_rules_there_are_none() -> None:
    assert describe_rules(toy_result(), lang="nb") is None
    assert describe_site_rules(toy_result(), lang="nb") == ([], {})


def test_inputs_stay_as_they_were() -> None:
    result, before = toy_planned_result(), toy_rules()
    describe_rules(result, lang="nb")
    describe_site_rules(result, lang="nb")
    assert result.rules is not None
    pd.testing.assert_frame_equal(pd.DataFrame(result.rules.road_status), pd.DataFrame(before.road_status))
    pd.testing.assert_frame_equal(result.rules.site_gain, before.site_gain)
