"""Stations that serve so many stops a day: by hand, and against mixes of all plans a truck can drive."""

from itertools import chain, combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from regiongeo.errors import DataError, InfeasibleError
from regiongeo.siting.capacity import CapacityPlan, choose_within_capacity
from regiongeo.siting.limits import Limits
from regiongeo.siting.refuel import Layer, choose_refuelling
from regiongeo.siting.trips import Reach
from toy_trips import Way, make_trips, random_way

SITES = ("A", "B", "C", "D")
RANGE_KM = 12.0
FOR_EVER = Reach(range_km=RANGE_KM)


def plan(ways: dict[str, Way], stops: float, size: int, *, reach: Reach = FOR_EVER) -> CapacityPlan:
    layer = Layer(name="gas", trips=make_trips(ways), reach=reach)
    room = {"gas": pd.Series(stops, index=list(SITES))}
    return choose_within_capacity([layer], SITES, Limits(size=size), capacity=room)


@pytest.fixture
def roads() -> dict[str, Way]:
    """Roads of 10 km; with 12 km of range each round trip of 20 km stops twice.

    0--2-3-4-5-6--8---10
       A B        C        v: 10 trips, 5 round trips: one stop at A or B, one at C or B
           B   D           w: 4 trips: two stops at B or D
             C             x: 1 trip: two stops at C, on the way out and back
    """
    return {
        "v": Way(10.0, {"A": (2, 0), "B": (3, 0), "C": (8, 0)}, trips=10),
        "w": Way(10.0, {"B": (4, 0), "D": (6, 0)}, trips=4),
        "x": Way(10.0, {"C": (5, 0)}, trips=1),
    }


def test_capacity_by_hand(roads: dict[str, Way]) -> None:
    """With 7 stops a day B serves v (5) and half of w (2 of 4), C serves v (5) and x (1)."""
    found = plan(roads, 7.0, 2)
    assert found.sites == ("B", "C")
    assert found.objective == pytest.approx(13)
    served = found.relations["served_trips_per_day"].droplevel("energy")
    assert served.to_dict() == pytest.approx({"pair-v": 10, "pair-w": 2, "pair-x": 1})
    assert found.stations["stops_per_day"].droplevel("energy").to_dict() == pytest.approx({"B": 7, "C": 6})
    assert (found.status, found.gap, found.is_settled) == ("optimal", 0, True)
    assert "2 sites, 13 served, optimal" in repr(found)


def test_a_station_without_capacity_serves_nobody(roads: dict[str, Way]) -> None:
    assert plan(roads, 0.0, 2).objective == 0


@pytest.mark.parametrize("seed", range(6))
def test_much_capacity_is_no_limit(seed: int) -> None:
    """Access legs, open ends: then the plan is that of the model without capacity."""
    numbers = np.random.default_rng(seed)
    ways = {f"w{number}": random_way(numbers, SITES) for number in range(6)}
    layer = Layer(name="gas", trips=make_trips(ways), reach=Reach(range_km=RANGE_KM))
    free = choose_refuelling([layer], SITES, Limits(size=2))
    found = plan(ways, 1e4, 2)
    assert found.objective == pytest.approx(free.objective)
    assert found.sites == free.sites


def plans_of(way: Way, pick: tuple[str, ...]) -> list[dict[str, int]]:
    """Return how often each site is stopped at, for every set of passages with which a truck gets home.

    It starts full and ends with a quarter of its range.
    """
    lap = 2 * way.km
    halts = sorted(
        {(t, site) for site in pick if site in way.stops for s in [way.stops[site][0]] for t in (s, lap - s)}
    )
    found = []
    for stops in chain.from_iterable(combinations(halts, size) for size in range(len(halts) + 1)):
        times = [0.0, *(t for t, _ in stops), lap + RANGE_KM / 4]
        if max(right - left for left, right in pairwise(times)) <= RANGE_KM:
            names = [site for _, site in stops]
            found.append({site: names.count(site) for site in set(names)})
    return found


def most_served(ways: dict[str, Way], pick: tuple[str, ...], room: float) -> float:
    """Mix the plans of all trucks so that most are served: a linear program over whole plans."""
    plans = [(name, one) for name, way in ways.items() for one in plans_of(way, pick)]
    if not plans:
        return 0.0
    load = [[one.get(site, 0) / 2 for _, one in plans] for site in pick]
    share = [[float(name == other) for other, _ in plans] for name in ways]
    limit = [room] * len(pick) + [way.trips for way in ways.values()]
    return -float(linprog(-np.ones(len(plans)), A_ub=load + share, b_ub=limit).fun)


@pytest.mark.parametrize("seed", range(8))
def test_o10_every_mix_of_plans_tried(seed: int) -> None:
    numbers = np.random.default_rng(100 + seed)
    drawn = (random_way(numbers, SITES, on_path=True) for _ in range(60))
    ways = {f"w{n}": way for n, way in enumerate(way for way in drawn if 2 * way.km > RANGE_KM) if n < 8}
    room = float(numbers.integers(3, 12))
    best = max(most_served(ways, pick, room) for pick in combinations(SITES, 2))
    reach = Reach(range_km=RANGE_KM, start_share=1.0, end_share=0.25)
    assert plan(ways, room, 2, reach=reach).objective == pytest.approx(best)


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_o05_bad_capacities_are_refused(roads: dict[str, Way], bad: float) -> None:
    with pytest.raises(DataError, match="capacities of sites 'A'"):
        plan(roads, bad, 2)


def test_what_cannot_be_read_is_refused(roads: dict[str, Way]) -> None:
    layer = Layer(name="gas", trips=make_trips(roads), reach=Reach(range_km=RANGE_KM))
    with pytest.raises(DataError, match="no capacity of stations for gas"):
        choose_within_capacity([layer], SITES, Limits(size=1), capacity={"hydrogen": pd.Series(dtype=float)})
    twice = {"gas": pd.Series(1.0, index=["A", "A", "B", "C", "D"])}
    with pytest.raises(DataError, match="stand twice"):
        choose_within_capacity([layer], SITES, Limits(size=1), capacity=twice)
    short = Layer(name="gas", trips=make_trips(roads), reach=Reach(range_km=1.0))
    room = {"gas": pd.Series(1.0, index=list(SITES))}
    with pytest.raises(InfeasibleError, match="no relation"):
        choose_within_capacity([short], SITES, Limits(size=1), capacity=room)
