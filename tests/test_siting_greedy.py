"""Greedy with substitution: by hand, within the limits, and never above the optimum."""

import numpy as np
import pandas as pd
import pytest

from regiongeo.siting.fleets import build_case, read_fleets
from regiongeo.siting.greedy import choose_greedily
from regiongeo.siting.limits import Limits
from regiongeo.siting.offers import build_offers
from regiongeo.siting.pathcover import cover_model, merge_ways, plan_of
from regiongeo.siting.refuel import Layer, choose_refuelling
from regiongeo.siting.search import Case
from regiongeo.siting.trips import Reach
from toy_trips import Way, make_trips, random_way

SITES = tuple("ABCDEF")
REACH = Reach(range_km=12.0)


def case_of(ways: dict[str, Way], limits: Limits, **options: object) -> Case:
    layers = [Layer(name="gas", trips=make_trips(ways), reach=REACH, **options)]
    sites = pd.Index(SITES, dtype="str")
    offers = build_offers(layers, sites, limits, most_offers=None)
    return build_case(read_fleets(layers, sites, offers, aim="trips"), offers)


def choose(case: Case) -> tuple[tuple[str, ...], float]:
    cover = merge_ways(case.ways, options=case.offers.columns)
    chosen = choose_greedily(cover, case.offers.completed(case.offers.low > 0), case.offers)
    return tuple(np.array(SITES)[chosen]), cover.value(chosen)


@pytest.fixture
def roads() -> dict[str, Way]:
    """Short roads of 4 km, served by one site each; a long one, v, that needs A and B.

    A 5 trips, C 6 trips, D 4 trips; v 9 trips: A within 6 km of one end, B of the other
    """
    return {
        "a": Way(4.0, {"A": (2, 0)}, trips=5),
        "c": Way(4.0, {"C": (2, 0)}, trips=6),
        "d": Way(4.0, {"D": (2, 0)}, trips=4),
        "v": Way(12.0, {"A": (3, 0), "B": (9, 0)}, trips=9),
    }


def test_greedy_by_hand(roads: dict[str, Way]) -> None:
    """A completes 5 and brings v half-way, 5 + 0.3 * 4.5 = 6.35, more than C's 6; then B completes 9."""
    assert choose(case_of(roads, Limits(size=1))) == (("C",), 6)
    assert choose(case_of(roads, Limits(size=2))) == (("A", "B"), 14)
    assert choose(case_of(roads, Limits(size=3))) == (("A", "B", "C"), 20)


def test_greedy_keeps_limits(roads: dict[str, Way]) -> None:
    limits = Limits(size=2, locked_in=("D",), locked_out=("C",), too_close=(("A", "B"),))
    assert choose(case_of(roads, limits)) == (("A", "D"), 9)
    cost = pd.Series([9.0, 9.0, 5.0, 1.0, 1.0, 1.0], index=list(SITES))
    assert choose(case_of(roads, Limits(budget=6.0, cost=cost)))[1] == 10


@pytest.mark.parametrize("seed", range(10))
def test_greedy_is_a_start_and_never_above_the_optimum(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    ways = {f"w{number}": random_way(numbers, SITES, on_path=True) for number in range(20)}
    limits = Limits(size=3)
    case = case_of(ways, limits)
    cover = merge_ways(case.ways, options=len(SITES))
    sites, value = choose(case)
    layer = Layer(name="gas", trips=make_trips(ways), reach=REACH)
    best = choose_refuelling([layer], SITES, limits).objective
    assert 0.6 * best <= value <= best + 1e-9
    chosen = np.isin(SITES, sites)
    model = cover_model(cover, case.offers, scale=1.0)
    x = plan_of(cover, chosen)
    activity = model.matrix @ x
    assert (activity <= model.row_high + 1e-9).all()
    assert (activity >= model.row_low - 1e-9).all()
    assert cover.base + model.gain @ x == pytest.approx(value) == pytest.approx(case.value(chosen))
