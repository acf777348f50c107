"""What two scenarios ask differently, and what the plan of each serves in the other, by hand."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from regiongeo.i18n import texts
from regiongeo.result import Result
from regiongeo.scenario import Plan, Refuelling, Scenario, Uncertainty, World
from regiongeo.workshop.versus import describe_versus
from test_stationplan import plan_line
from toy_compare import toy_now, toy_then
from toy_line import line_scenario, line_stations

AT_B = {"T": "b", "K": "k", "P": "p"}
"""Sites of the toy region on the road of toy_line: T in the middle serves all, K a–b alone."""
CHANGED: dict[str, dict[str, Any]] = {
    "world": {"members": 2022, "population_year": 2025, "traffic_year": 2040, "traffic_growth": "high"},
    "plan": {
        "portfolio_size": 9, "service_distance_km": 30.25, "portfolio_spacing_km": 41, "access_limit_km": 2.5,
        "corridor_distance_km": 31, "twin_spacing_km": 1.55, "locked": ["K"], "least_sites": {"every": 1},
        "rail_sea_share": {"south": 0.005}, "rail_sea_min_km": 301,
    },
    "refuelling": {
        "objective": "trucks", "energies": ["battery"], "year": 2031, "season": "average",
        "biogas": "compressed", "range_km": {"battery": 400}, "most": {"hydrogen": 4}, "budget_mnok": 200,
        "site_cost_mnok": 0.25, "offer_cost_mnok": {"battery": 15}, "detour_km": 3.5, "alternatives": 2,
        "stretch": 1.16, "stops_per_day": 150, "time_limit_s": 61,
    },
    "uncertainty": {"draws": 10_001, "factor_low": 0.55, "factor_high": 1.45, "seed": 1},
}  # fmt: skip
FILES = {"plots", "stations", "grid_capacity"}


def asking(result: Result, **changes: Any) -> Result:
    return replace(result, scenario=result.scenario.replace(**changes))


def asked(one: Result, other: Result, lang: Any = "nb") -> list[list[str]]:
    rows: Any = describe_versus(one, other, lang=lang)["asked"]
    return rows  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def now() -> Result:
    """Return the toy region with flows, of which nothing but that they are there is asked."""
    return replace(toy_now(), flows=object())  # type: ignore[arg-type]


def test_one_scenario_under_another_name_asks_nothing_else(now: Result) -> None:
    told = describe_versus(now, asking(now, name="En annen"), lang="nb")
    assert told == {"asked": [], "counted_year": None, "plans": None}


def test_every_setting_there_is_has_a_change_here() -> None:
    parts = {"world": World, "plan": Plan, "refuelling": Refuelling, "uncertainty": Uncertainty}
    assert {name: set(part.model_fields) - FILES for name, part in parts.items()} == {
        name: set(changes) for name, changes in CHANGED.items()
    }
    assert set(Scenario.model_fields) == {*parts, "name", "weights", "assumptions"}


@pytest.mark.parametrize("lang", ["nb", "en"])
@pytest.mark.parametrize(("part", "key"), [(part, key) for part, keys in CHANGED.items() for key in keys])
def test_each_changed_setting_is_told_once(now: Result, part: str, key: str, lang: str) -> None:
    """Fewer energies also shorten the list of how many sites may offer each."""
    rows = asked(now, asking(now, **{part: {key: CHANGED[part][key]}}), lang)
    assert len(rows) == (2 if key == "energies" else 1)
    assert all(one != other for _, one, other in rows)


def test_changed_weights_are_told_as_shares(now: Result) -> None:
    one, other = (
        asking(now, weights=weights)
        for weights in ({"passing_trucks": 3.0, "grid_km": 1.0}, {"passing_trucks": 1.0, "grid_km": 1.0})
    )
    assert asked(one, other) == [
        ["Vekt: Lastebiler forbi", "75 %", "50 %"],
        ["Vekt: Avstand til kraftlinje", "25 %", "50 %"],
    ]


def test_changed_assumptions_are_told_by_name(now: Result) -> None:
    other = asking(now, assumptions={"siting.depot_share.battery": 0.4})
    assert asked(now, other) == [
        ["Forutsetninger endret i scenariet", "–", "siting.depot_share.battery = 0.4"]
    ]


def test_files_are_told_where_what_was_read_differs_and_never_with_their_folder(now: Result) -> None:
    there = line_stations({"S": 20.0})
    given = {"world": {"stations": "/home/ola/a.csv", "plots": "/x/p.csv", "grid_capacity": "/x/c.csv"}}
    assert asked(now, asking(now, **given)) == []
    other = replace(
        asking(now, **given),
        stations=there,
        plots=there,
        criteria=now.criteria.assign(grid_mw=pd.Series({"K": 3.0})),
    )
    assert asked(now, other) == [
        ["Fil med egne tomter", "ingen", "p.csv"],
        ["Fil med eksisterende stasjoner", "ingen", "a.csv"],
        ["Fil med nettkapasitet", "ingen", "c.csv"],
    ]
    same = replace(other, criteria=other.criteria.drop(index="T"))
    assert asked(other, same) == []


@pytest.mark.parametrize(
    ("changes", "year"),
    [
        ({"refuelling": {"year": 2040}}, 2018),
        ({"world": {"traffic_year": 2040}}, 2018),
        ({"plan": {"portfolio_size": 3}}, None),
    ],
)
def test_the_year_of_the_counts_is_told_where_years_differ(
    now: Result, changes: dict[str, Any], year: int | None
) -> None:
    assert describe_versus(now, asking(now, **changes), lang="nb")["counted_year"] == year


def test_each_plan_is_held_against_the_other_question_by_hand() -> None:
    """T serves 160 trips, 10 400 truck-km: 40 * 40 + 100 * 80 + 20 * 40. K serves 40 of them, of 40 km."""
    best = plan_line(node_of=AT_B)
    worse = plan_line(line_scenario(plan={"locked": ["K"]}), node_of=AT_B)
    one = replace(toy_now(), plan=best)
    told = describe_versus(one, replace(toy_then(), plan=worse), lang="nb")["plans"]
    share = round(1600 / 10_400, 4)
    assert told == {
        "left": {"own": [1, 1], "other": [0.25, share], "lacking": 0},
        "right": {"own": [0.25, share], "other": [1, 1], "lacking": 0},
    }


def test_sites_that_the_other_scenario_lacks_are_counted_and_serve_nobody() -> None:
    one = replace(toy_now(), plan=plan_line(node_of=AT_B))
    without = plan_line(node_of={"K": "k", "P": "p"})
    other = replace(toy_then(without=("T",)), plan=without)
    told: Any = describe_versus(one, other, lang="nb")["plans"]
    assert (told["right"]["other"], told["right"]["lacking"], told["left"]["lacking"]) == ([0, 0], 1, 0)


def test_a_scenario_without_a_plan_has_none_to_hold() -> None:
    one = replace(toy_now(), plan=plan_line(node_of=AT_B))
    assert describe_versus(one, replace(toy_then(), plan=None), lang="nb")["plans"] is None


def test_words_are_in_both_languages() -> None:
    assert set(texts("page_compare", "nb")) == set(texts("page_compare", "en"))
