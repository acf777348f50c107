"""A plan held against another question, on the road worked out by hand in toy_line."""

from dataclasses import replace
from typing import Any

import pytest

from regiongeo.planservice import equal_sites, hold_plan
from test_stationplan import plan_line
from toy_line import line_scenario

BOTH = {"energies": ["battery", "hydrogen"], "range_km": {"battery": 100.0, "hydrogen": 100.0}}
ONLY_K = line_scenario(plan={"locked": ["K"]})


def served(*args: Any) -> tuple[float, float]:
    row = hold_plan(*args).loc["battery"]
    return row["served_trips_per_day"], row["served_truck_km_per_day"]


@pytest.mark.parametrize(
    ("size", "objective", "depot", "stations", "refuelling"),
    [
        (1, "trucks", 0.0, {}, {}),
        (2, "truck_km", 0.4, {}, {"alternatives": 1}),
        (2, "worst_gap", 0.0, {"S": 20.0}, {}),
        (3, "trucks", 0.4, {"S": 60.0}, BOTH),
    ],
)
def test_a_plan_held_against_itself_serves_what_it_says(
    size: int, objective: str, depot: float, stations: dict[str, float], refuelling: dict[str, Any]
) -> None:
    scenario = line_scenario(plan={"portfolio_size": size}, objective=objective, **refuelling)
    plan = plan_line(scenario, numbers={"siting__depot_share__battery": depot}, stations=stations)
    held = hold_plan(plan, plan)
    assert held.index.equals(plan.service.index)
    for name in held.columns:
        assert held[name].to_numpy() == pytest.approx(plan.service[name].to_numpy(), rel=1e-12), name


def test_the_better_plan_of_a_question_serves_more_there_by_hand() -> None:
    """Half the trips are on batteries. K serves a–b alone, 20 trips of 40 km; B serves all."""
    best, other = plan_line(), plan_line(ONLY_K)
    assert (best.sites, other.sites) == (("B",), ("K",))
    assert served(other, best) == (20, 800)
    assert served(best, other) == (80, 20 * 40 + 50 * 80 + 10 * 40)


def test_trucks_and_ranges_are_those_of_the_question() -> None:
    """With 70 % on batteries K serves 28 trips; with a range of 70 km B misses a–b, 80 km there and back."""
    best, other = plan_line(), plan_line(ONLY_K)
    later = plan_line(line_scenario(year=2035), numbers={"sizing__energy_share__battery__2035": 0.7})
    assert served(other, later) == pytest.approx((28, 28 * 40))
    short = plan_line(line_scenario(range_km={"battery": 70.0}))
    assert (served(best, short)[0], served(other, short)[0]) == (0, 20)


def test_a_site_that_is_no_candidate_there_serves_nobody() -> None:
    there = plan_line(node_of={"B": "b"})
    assert served(plan_line(ONLY_K), there) == (0, 0)


def test_stations_that_exist_are_those_of_the_question_alone() -> None:
    """Where one stands at b nothing more is needed: the plan has no site, and serves nobody without it."""
    there = plan_line(stations={"S": 40.0})
    here = plan_line()
    assert served(there, here) == (0, 0)
    assert served(here, there)[0] == served(there, there)[0] == 80


def test_an_energy_that_the_plan_does_not_offer_serves_only_who_needs_none() -> None:
    """All 40 trips on hydrogen need a station; the plan has charging alone."""
    both = plan_line(line_scenario(**BOTH))
    held = hold_plan(plan_line(), both)
    assert held["served_trips_per_day"].to_dict() == {"battery": 80, "hydrogen": 0}
    assert hold_plan(both, plan_line()).index.tolist() == ["battery"]


# Equally good sites


def test_sites_that_serve_the_same_are_named_and_the_id_decides_by_hand() -> None:
    """a–b alone: K and B both serve it, B has the earlier id; P serves nobody."""
    plan = plan_line(trips={"ac": 0.0, "bc": 0.0})
    assert plan.sites == ("B",)
    assert equal_sites(plan) == {"B": ("K",)}


def test_a_site_that_serves_more_has_no_equal_and_a_locked_one_none_to_name() -> None:
    assert equal_sites(plan_line()) == {}
    assert equal_sites(plan_line(ONLY_K, trips={"ac": 0.0, "bc": 0.0})) == {}


@pytest.mark.parametrize("lost", [(0.0, 0.01), (0.01, 0.0), (-0.01, 0.0), (0.0, -0.01)])
def test_whoever_loses_or_wins_anything_is_no_equal(lost: tuple[float, float]) -> None:
    plan = plan_line(trips={"ac": 0.0, "bc": 0.0})
    reserves = plan.reserves.copy()
    reserves.loc[("B", "K")] = lost
    assert equal_sites(replace(plan, reserves=reserves)) == {}
