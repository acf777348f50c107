"""Flow refuelling: by hand, every choice tried with a plain truck, laws, bad input (rows O01 to O11)."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.errors import DataError, EngineError, InfeasibleError, ScenarioError
from regiongeo.siting import search
from regiongeo.siting.limits import Limits
from regiongeo.siting.offers import Offers
from regiongeo.siting.pathcover import PathCover
from regiongeo.siting.refuel import Layer, Refuelling, choose_refuelling
from regiongeo.siting.tree import Branched, branch_and_cut
from regiongeo.siting.trips import Reach
from toy_trips import Way, can_drive, make_trips, random_way

SITES = ("A", "B", "C", "D", "E")
REACH = Reach(range_km=12.0)


def layer(ways: dict[str, Way], *, name: str = "battery", reach: Reach = REACH, **options: object) -> Layer:
    return Layer(name=name, trips=make_trips(ways), reach=reach, **options)


@pytest.fixture
def roads() -> dict[str, Way]:
    """Three roads of 10 km; 12 km of range ask for a site within 6 km of either end.

    0----2----4--------8---10
         A    B        C          v: 10 trips, needs A or B, and C
              B    D              w:  4 trips, B at 4, D at 6: either alone serves
                       C          x:  1 trip, C at 5 in the middle
    """
    return {
        "v": Way(10.0, {"A": (2, 0), "B": (3, 0), "C": (8, 0)}, trips=10),
        "w": Way(10.0, {"B": (4, 0), "D": (6, 0)}, trips=4),
        "x": Way(10.0, {"C": (5, 0)}, trips=1),
    }


def best_by_trying(
    fleet: dict[str, Way], reach: Reach, size: int, *, worth: str = "trips"
) -> tuple[float, tuple[str, ...]]:
    """Try every choice of sites; of the best ones return that with the earliest ids."""
    best: tuple[float, tuple[str, ...]] = (-1.0, ())
    for pick in combinations(SITES, size):
        total = value(fleet, pick, reach, worth=worth)
        if total > best[0] + 1e-9:
            best = (total, pick)
    return best


def value(ways: dict[str, Way], pick: tuple[str, ...], reach: Reach, *, worth: str = "trips") -> float:
    """Return what a choice serves: each relation by the best of its ways that can be driven."""
    best: dict[str, float] = {}
    for name, way in ways.items():
        pair = way.pair or name
        km = min(other.km for key, other in ways.items() if (other.pair or key) == pair)
        credit = way.trips * way.share * (km if worth == "truck_km" else 1.0)
        best[pair] = max(best.get(pair, 0.0), credit * can_drive(way, pick, reach))
    return sum(best.values())


def random_fleet(numbers: np.random.Generator, sites: tuple[str, ...] = SITES) -> dict[str, Way]:
    """Return some relations, with up to three ways each, of which longer ones are taken by fewer."""
    ways = {}
    for pair in range(int(numbers.integers(2, 6))):
        trips = float(numbers.integers(1, 9))
        for number in range(int(numbers.integers(1, 4))):
            way = random_way(numbers, sites)
            share = 1.0 if number == 0 else float(numbers.integers(1, 5)) / 4
            ways[f"q{pair}/{number}"] = replace(way, pair=f"q{pair}", trips=trips, share=share)
    return ways


def random_reach(numbers: np.random.Generator) -> Reach:
    full = float(4 * numbers.integers(2, 6))
    if numbers.random() < 0.5:
        return Reach(range_km=full)
    start, end = (float(numbers.integers(0, 5)) / 4 for _ in range(2))
    return Reach(range_km=full, start_share=start, end_share=end)


def test_best_sites_by_hand(roads: dict[str, Way]) -> None:
    """One site: B serves w, 4. Two: B and C serve all, 15; three: the earliest id joins."""
    one, two, three = (choose_refuelling([layer(roads)], SITES, Limits(size=size)) for size in (1, 2, 3))
    assert (one.sites, one.objective) == (("B",), 4)
    assert (two.sites, two.objective) == (("B", "C"), 15)
    assert (three.sites, three.objective) == (("A", "B", "C"), 15)
    assert (two.status, two.gap, two.bound, two.is_settled) == ("optimal", 0, 15, True)


def test_tables_by_hand(roads: dict[str, Way]) -> None:
    """Without B trucks of w strand; without C those of v and x; A and B stand in for each other on v."""
    found = choose_refuelling([layer(roads)], SITES, Limits(size=3))
    assert found.offers.to_dict() == {"battery": {"A": True, "B": True, "C": True}}
    lost = found.loss["trips_per_day"].xs("battery", level="energy")
    assert lost.to_dict() == {"A": 0, "B": 4, "C": 11}
    assert found.loss.loc[("C", "battery"), "truck_km_per_day"] == 110
    assert found.served.index.tolist() == ["battery", "all"]
    assert found.served.loc["all", "served_truck_km_per_day"] == 150
    assert found.served.loc["battery", "served_trips_share"] == 1
    assert found.relations.loc[("battery", "pair-w")].tolist() == ["w", 1.0, True]
    assert "3 sites, 100.0% of trips served, optimal" in repr(found)
    assert not len(found.impossible)


def test_impossible_relations_are_told(roads: dict[str, Way]) -> None:
    """A road of 50 km with A at 5: from A on the way back at 95 = -5 energy lasts to 7, from A to 17."""
    found = choose_refuelling([layer({**roads, "y": Way(50.0, {"A": (5, 0)})})], SITES, Limits(size=2))
    assert found.impossible.index.tolist() == [("battery", "y")]
    assert found.impossible.iloc[0][["leg", "position_km", "last_site_id"]].tolist() == ["out", 17.0, "A"]
    assert found.relations["is_possible"].to_list() == [True, True, True, False]
    assert pd.isna(found.relations.loc[("battery", "pair-y"), "path_id"])


def test_truck_km_of_a_relation_are_those_of_its_shortest_path() -> None:
    """A detour of 12 km past B earns the 10 km of the direct way, times the 0.8 that would take it."""
    ways = {
        "q/1": Way(10.0, {"A": (5, 0)}, trips=10, pair="q"),
        "q/2": Way(12.0, {"B": (6, 0)}, trips=10, pair="q", share=0.8),
    }
    found = choose_refuelling([layer(ways)], SITES, Limits(size=1, locked_out=("A",)), aim="truck_km")
    assert (found.sites, found.objective) == (("B",), 80)
    assert found.relations.loc[("battery", "q")].tolist() == ["q/2", 0.8, True]
    assert choose_refuelling([layer(ways)], SITES, Limits(size=1)).objective == 10


def test_worth_by_relation(roads: dict[str, Way]) -> None:
    worth = pd.Series({"pair-v": 0.0, "pair-w": 1.0, "pair-x": 7.0})
    found = choose_refuelling([layer(roads)], SITES, Limits(size=1), aim=worth)
    assert (found.sites, found.objective) == (("C",), 7)


def test_existing_stations_do_not_count(roads: dict[str, Way]) -> None:
    """With C there, B is the one to add. Beside C no new site may stand; B counts in its group."""
    there = layer(roads, existing=("C",))
    found = choose_refuelling([there], SITES, Limits(size=1))
    assert (found.sites, found.objective) == (("B",), 15)
    assert found.offers.index.tolist() == ["B", "C"]
    apart = Limits(size=1, too_close=(("B", "C"),))
    assert choose_refuelling([there], SITES, apart).sites == ("A",)
    group = pd.Series({"C": "west", "D": "west"})
    both = Limits(size=1, group=group, at_least={"west": 2})
    assert choose_refuelling([there], SITES, both).sites == ("D",)
    with pytest.raises(ScenarioError, match="'C' exist and are locked in"):
        choose_refuelling([there], SITES, Limits(size=1, locked_in=("C",)))


def test_two_energies_share_sites_and_their_budget() -> None:
    """A serves battery, B gas, C both: two sites of 3 with offers of 1 cost 8, C with both 5."""
    ways = {"A": Way(10.0, {"A": (5, 0)}), "B": Way(10.0, {"B": (5, 0)}), "C": Way(10.0, {"C": (5, 0)})}
    cost, offer = pd.Series(3.0, index=list(SITES)), pd.Series(1.0, index=list(SITES))
    layers = [
        layer({"1": ways["A"], "2": ways["C"]}, cost=offer),
        layer({"1": ways["B"], "2": ways["C"]}, name="gas", cost=offer, weight=0.5),
    ]
    found = choose_refuelling(layers, SITES, Limits(budget=7.9, cost=cost))
    assert found.sites == ("C",)
    assert found.offers.loc["C"].to_dict() == {"battery": True, "gas": True}
    assert found.objective == 15
    rich = choose_refuelling(layers, SITES, Limits(budget=9.0, cost=cost))
    assert rich.sites == ("A", "C")
    assert rich.offers.loc["A"].to_dict() == {"battery": True, "gas": False}
    assert rich.served["served_trips_per_day"].to_dict() == {"battery": 20, "gas": 5, "all": 25}
    few = choose_refuelling(layers_without_cost(layers), SITES, Limits(size=2), most_offers=2)
    assert few.offers.to_numpy().sum() == 2
    assert few.objective == 20


def layers_without_cost(layers: list[Layer]) -> list[Layer]:
    return [replace(one, cost=None) for one in layers]


def test_without_costs_every_chosen_site_offers_what_it_may() -> None:
    ways = {"1": Way(10.0, {"A": (5, 0), "B": (5, 0)})}
    layers = [layer(ways, locked_out=("A",)), layer(ways, name="gas", locked_in=("B",))]
    found = choose_refuelling(layers, SITES, Limits(size=2))
    assert found.sites == ("A", "B")
    assert found.offers["battery"].to_dict() == {"A": False, "B": True}
    assert found.offers["gas"].to_dict() == {"A": True, "B": True}


def test_the_cheapest_of_equally_good_choices() -> None:
    """A and B serve the same; B costs less. Nothing is spent on sites that serve nobody."""
    ways = {"1": Way(10.0, {"A": (5, 0), "B": (5, 0)}), "2": Way(10.0, {"C": (5, 0)})}
    cost = pd.Series([3.0, 2.0, 1.0, 1.0, 1.0], index=list(SITES))
    found = choose_refuelling([layer(ways)], SITES, Limits(budget=100.0, cost=cost))
    assert found.sites == ("B", "C")


@pytest.mark.parametrize("seed", range(24))
def test_o10_every_choice_tried(seed: int) -> None:
    """Access legs, open ends, shares, alternatives: the optimum and, of ties, the earliest sites."""
    numbers = np.random.default_rng(seed)
    fleet, reach = random_fleet(numbers), random_reach(numbers)
    size, worth = int(numbers.integers(1, 4)), ("trips", "truck_km")[seed % 2]
    expected, earliest = best_by_trying(fleet, reach, size, worth=worth)
    if best_by_trying(fleet, reach, len(SITES))[0] == 0:
        with pytest.raises(InfeasibleError, match="no relation can be served"):
            choose_refuelling([layer(fleet, reach=reach)], SITES, Limits(size=size), aim=worth)
        return
    found = choose_refuelling([layer(fleet, reach=reach)], SITES, Limits(size=size), aim=worth)
    assert found.objective == pytest.approx(expected)
    assert (found.sites, found.status, found.is_settled) == (earliest, "optimal", True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1040))
def test_o10_every_choice_tried_many_times(seed: int) -> None:
    test_o10_every_choice_tried(seed)


@pytest.mark.parametrize("seed", range(8))
def test_o10_every_choice_of_offers_tried(seed: int) -> None:
    """Two energies, costs of sites and offers, a budget, one station that exists."""
    numbers = np.random.default_rng(1000 + seed)
    sites = SITES[:4]
    first, second = random_fleet(numbers, sites), random_fleet(numbers, sites)
    reaches = [random_reach(numbers), random_reach(numbers)]
    cost = pd.Series(numbers.integers(1, 5, 4).astype(float), index=list(sites))
    offer = [pd.Series(numbers.integers(0, 4, 4).astype(float), index=list(sites)) for _ in range(2)]
    budget = float(numbers.integers(3, 12))
    layers = [
        layer(first, reach=reaches[0], cost=offer[0], existing=("B",)),
        layer(second, name="gas", reach=reaches[1], cost=offer[1], weight=0.5),
    ]
    plans = []
    for battery, gas in product(subsets(("A", "C", "D")), subsets(sites)):
        spent = float(cost[sorted({*gas, *battery})].sum())
        spent += float(offer[0][[*battery]].sum() + offer[1][[*gas]].sum())
        served = value(first, (*battery, "B"), reaches[0]) + 0.5 * value(second, gas, reaches[1])
        plans.append((served, -spent))
    best, spent = max(plan for plan in plans if -plan[1] <= budget)
    if best == 0:
        pytest.skip("nothing to serve in this draw")
    found = choose_refuelling(layers, sites, Limits(budget=budget, cost=cost))
    assert found.objective == pytest.approx(best)
    offers = found.offers.astype(float)
    offers.loc[offers.index == "B", "battery"] = 0.0
    paid = float(cost[list(found.sites)].sum())
    paid += sum(float(one[offers.index] @ offers[name]) for one, name in zip(offer, offers, strict=True))
    assert paid == pytest.approx(-spent)


def subsets(sites: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(sites, size) for size in range(len(sites) + 1))


@dataclass(frozen=True)
class Draw:
    fleet: dict[str, Way]
    reach: Reach

    def best(self, size: int, *, limits: Limits | None = None, reach: Reach | None = None) -> Refuelling:
        return choose_refuelling(
            [layer(self.fleet, reach=reach or self.reach)], SITES, replace(limits or Limits(), size=size)
        )


@st.composite
def draws(draw: st.DrawFn) -> Draw:
    numbers = np.random.default_rng(draw(st.integers(0, 10**6)))
    fleet = {**random_fleet(numbers), "easy": Way(4.0, {"C": (2, 0)}, trips=3)}
    return Draw(fleet=fleet, reach=random_reach(numbers))


@given(draws(), st.integers(1, 3))
@settings(max_examples=3)
def test_more_range_or_one_more_site_never_serves_less(draw: Draw, size: int) -> None:
    found = draw.best(size)
    assert draw.best(size + 1).objective >= found.objective - 1e-9
    longer = replace(draw.reach, range_km=draw.reach.range_km + 4)
    assert draw.best(size, reach=longer).objective >= found.objective - 1e-9


@given(draws(), st.sampled_from(SITES))
@settings(max_examples=3)
def test_locking_never_serves_more(draw: Draw, site: str) -> None:
    free = draw.best(2).objective
    for limits in (Limits(locked_in=(site,)), Limits(locked_out=(site,))):
        try:
            assert draw.best(2, limits=limits).objective <= free + 1e-9
        except InfeasibleError as error:
            assert "no relation can be served" in str(error)  # noqa: PT017


@given(draws(), st.sampled_from([1e-6, 0.37, 1e5]), st.permutations(SITES))
@settings(max_examples=3)
def test_scale_and_names_do_not_matter(draw: Draw, scale: float, names: list[str]) -> None:
    found = draw.best(2)
    scaled = {name: replace(way, trips=way.trips * scale) for name, way in draw.fleet.items()}
    again = replace(draw, fleet=scaled).best(2)
    assert again.sites == found.sites
    assert again.objective == pytest.approx(found.objective * scale)
    name_of = dict(zip(SITES, names, strict=True))
    renamed = {
        name: replace(way, stops={name_of[site]: place for site, place in way.stops.items()})
        for name, way in draw.fleet.items()
    }
    assert replace(draw, fleet=renamed).best(2).objective == pytest.approx(found.objective)


@given(draws())
@settings(max_examples=3)
def test_removing_a_chosen_site_loses_what_is_told(draw: Draw) -> None:
    found = draw.best(3)
    held = value(draw.fleet, found.sites, draw.reach)
    for site in found.sites:
        left = tuple(other for other in found.sites if other != site)
        lost = held - value(draw.fleet, left, draw.reach)
        assert lost >= 0
        assert found.loss.loc[(site, "battery"), "trips_per_day"] == pytest.approx(lost)


@pytest.mark.slow
def test_o07_one_choice_whatever_seed_threads_and_order() -> None:
    """24 variants, with ties: four twins of each site; threads in processes of their own."""
    code = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np, pandas as pd
from regiongeo.siting.limits import Limits
from regiongeo.siting.refuel import Layer, choose_refuelling
from regiongeo.siting.trips import Reach, Trips
from toy_trips import make_trips, random_way
numbers = np.random.default_rng(7)
sites = [f"S{number:02d}" for number in range(12)]
ways = {f"w{n:02d}": random_way(numbers, tuple(sites[:6])) for n in range(60)}
trips = make_trips(ways)
twin = trips.stops.rename(index={name: f"S{n + 6:02d}" for n, name in enumerate(sites[:6])}, level="site_id")
trips = Trips(paths=trips.paths, stops=pd.concat([trips.stops, twin]))
found = set()
for seed in (0, 1, 2):
    for order in (0, 1, 2, 3):
        mixed = np.random.default_rng(order)
        paths, stops = (table.sample(frac=1, random_state=order) for table in (trips.paths, trips.stops))
        layer = Layer(name="x", trips=Trips(paths=paths, stops=stops), reach=Reach(range_km=10.0))
        names = list(mixed.permutation(sites))
        chosen = choose_refuelling([layer], names, Limits(size=3), seed=seed, threads=int(sys.argv[2]))
        assert chosen.is_settled
        found.add(chosen.sites)
print(found)
"""
    runs = [
        subprocess.run(
            [sys.executable, "-c", code, str(Path(__file__).parent), str(threads)],
            check=True,
            timeout=120,
            capture_output=True,
            text=True,
        ).stdout
        for threads in (1, 2)
    ]
    assert runs[0] == runs[1]
    assert runs[0].count("(") == 1


def test_o01_o11_limits_in_conflict_are_named(roads: dict[str, Way]) -> None:
    with pytest.raises(InfeasibleError, match="6"):
        choose_refuelling([layer(roads)], SITES, Limits(size=6))
    close = Limits(size=2, locked_in=("A",), locked_out=("D", "E"), too_close=(("A", "B"), ("A", "C")))
    with pytest.raises(InfeasibleError, match="conflict"):
        choose_refuelling([layer(roads)], SITES, close)
    with pytest.raises(InfeasibleError, match="at least 1"):
        choose_refuelling([layer(roads)], SITES, Limits(size=0))


def test_o11_range_shorter_than_every_stretch(roads: dict[str, Way]) -> None:
    short = layer(roads, reach=Reach(range_km=1.0))
    with pytest.raises(InfeasibleError, match=r"battery trucks on path 'v' strand .* on the way out"):
        choose_refuelling([short], SITES, Limits(size=2))


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_o05_bad_numbers_are_refused(roads: dict[str, Way], bad: float) -> None:
    with pytest.raises(DataError, match="weight"):
        choose_refuelling([layer(roads, weight=bad)], SITES, Limits(size=1))
    worth = pd.Series({"pair-v": bad, "pair-w": 1.0, "pair-x": 1.0})
    with pytest.raises(DataError, match="worth of relations 'pair-v'"):
        choose_refuelling([layer(roads)], SITES, Limits(size=1), aim=worth)
    cost = pd.Series([bad, *[1.0] * 4], index=list(SITES))
    with pytest.raises(DataError, match="costs of sites 'A'"):
        choose_refuelling([layer(roads, cost=cost)], SITES, Limits(budget=5.0))


def test_o16_what_cannot_be_read_is_refused(roads: dict[str, Way]) -> None:
    one, limits = layer(roads), Limits(size=1)
    wrong: list[tuple[list[Layer], dict[str, object], str]] = [
        ([], {}, "names of their own"),
        ([one, one], {}, "names of their own"),
        ([layer(roads, existing=("Z",))], {}, "'Z' are no candidates"),
        ([layer(roads, weight=0.0)], {}, "no relation has trips"),
        ([one], {"aim": "profit"}, "'profit' is unknown"),
        ([one], {"aim": pd.Series([1.0, 1.0], index=["pair-v", "pair-v"])}, "'pair-v' stands twice"),
    ]
    for layers, options, words in wrong:
        with pytest.raises(DataError, match=words):
            choose_refuelling(layers, SITES, limits, **options)
    with pytest.raises(ScenarioError, match="more than one list"):
        choose_refuelling([layer(roads, existing=("A",), locked_out=("A",))], SITES, limits)
    with pytest.raises(ScenarioError, match="no budget"):
        choose_refuelling([layer(roads, cost=pd.Series(1.0, index=list(SITES)))], SITES, limits)


def test_o03_o04_time_limit_shows_bound_and_gap(
    roads: dict[str, Way], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(cover: PathCover, offers: Offers, **options: object) -> Branched:
        found = branch_and_cut(cover, offers, **options)
        return replace(found, bound=found.bound * 1.2)

    monkeypatch.setattr(search, "branch_and_cut", interrupted)
    found = choose_refuelling([layer(roads)], SITES, Limits(size=1), max_gap=0.3)
    assert (found.status, found.is_settled) == ("feasible", False)
    assert found.gap == pytest.approx(0.2)
    assert found.bound == pytest.approx(4.8)
    with pytest.raises(InfeasibleError, match=r"up to 20% better .* accepted are 5%"):
        choose_refuelling([layer(roads)], SITES, Limits(size=1))


def test_o03_no_time_at_all_is_bounded_by_what_can_be_served(roads: dict[str, Way]) -> None:
    """Nothing was searched: of the 15 trips and 9 that none can serve 15 count."""
    ways = {**roads, "y": Way(50.0, {"A": (5, 0)}, trips=9)}
    found = choose_refuelling([layer(ways)], SITES, Limits(size=1), max_gap=np.inf, time_limit_s=0.0)
    assert (found.status, found.is_settled) == ("feasible", False)
    assert found.bound == pytest.approx(15)
    assert found.gap == pytest.approx(15 / found.objective - 1)


def test_o04_a_start_that_serves_nobody_is_no_plan(
    roads: dict[str, Way], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "choose_greedily", lambda *_: np.array([site == "E" for site in SITES]))
    with pytest.raises(InfeasibleError, match="no plan that serves anyone"):
        choose_refuelling([layer(roads)], SITES, Limits(size=1), max_gap=np.inf, time_limit_s=0.0)


def test_o04_no_plan_at_all_in_time(roads: dict[str, Way], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "choose_greedily", lambda *_: np.ones(len(SITES), dtype=bool))
    with pytest.raises(InfeasibleError, match="no plan found in time"):
        choose_refuelling([layer(roads)], SITES, Limits(size=1), max_gap=np.inf, time_limit_s=0.0)


@pytest.mark.parametrize("seed", range(8))
def test_each_energy_keeps_its_largest_number(seed: int) -> None:
    """Every choice of sites and offers tried: two sites, at most one of them with battery or gas, or none."""
    numbers = np.random.default_rng(300 + seed)
    sites = SITES[:4]
    first = {**random_fleet(numbers, sites), "easy": Way(4.0, {"C": (2, 0)}, trips=3)}
    second = random_fleet(numbers, sites)
    reaches = [random_reach(numbers), random_reach(numbers)]
    most = (int(numbers.integers(1, 3)), int(numbers.integers(0, 2)))
    layers = [
        layer(first, reach=reaches[0], most=most[0], existing=("B",)),
        layer(second, name="gas", reach=reaches[1], most=most[1], weight=0.5),
    ]
    best = max(
        value(first, (*battery, "B"), reaches[0]) + 0.5 * value(second, gas, reaches[1])
        for pick in combinations(sites, 2)
        for battery, gas in product(subsets(tuple(s for s in pick if s != "B")), subsets(pick))
        if len(battery) <= most[0] and len(gas) <= most[1]
    )
    found = choose_refuelling(layers, sites, Limits(size=2))

    assert found.objective == pytest.approx(best)
    assert found.offers.drop(index="B", errors="ignore")["battery"].sum() <= most[0]
    assert found.offers["gas"].sum() <= most[1]


@pytest.mark.parametrize("bad", [-1, 1.5])
def test_o16_a_largest_number_must_be_whole(roads: dict[str, Way], bad: float) -> None:
    with pytest.raises(DataError, match="must be whole and >= 0"):
        choose_refuelling([layer(roads, most=bad)], SITES, Limits(size=1))


def test_the_only_energy_is_paid_once_whether_capped_or_not(roads: dict[str, Way]) -> None:
    """A site of 10 with an offer of 5 costs 15: a budget of 30 buys two, B and C."""
    cost, offer = pd.Series(10.0, index=list(SITES)), pd.Series(5.0, index=list(SITES))
    for most in (None, 5):
        one = layer(roads, cost=offer, most=most)
        assert choose_refuelling([one], SITES, Limits(budget=30.0, cost=cost)).sites == ("B", "C")
        assert choose_refuelling([one], SITES, Limits(budget=29.0, cost=cost)).sites == ("B",)


@given(st.integers(0, 10**6), st.integers(1, 3))
@settings(max_examples=6)
def test_what_a_site_would_add_is_what_trying_it_adds(seed: int, size: int) -> None:
    """On the road itself, where windows tell all."""
    numbers = np.random.default_rng(seed)
    fleet = {
        f"q{pair}/{number}": replace(
            random_way(numbers, SITES, on_path=True),
            pair=f"q{pair}",
            trips=3.0 + pair,
            share=1.0 - number / 2,
        )
        for pair in range(4)
        for number in range(2)
    }
    draw = Draw(fleet={**fleet, "easy": Way(4.0, {"C": (2, 0)}, trips=3)}, reach=Reach(range_km=10.0))
    found = draw.best(size)
    held = value(draw.fleet, found.sites, draw.reach)
    for site in SITES:
        more = value(draw.fleet, (*found.sites, site), draw.reach) - held
        assert found.added.loc[site, "trips_per_day"] == pytest.approx(more)


def test_added_counts_only_energies_a_site_may_offer(roads: dict[str, Way]) -> None:
    """C stands. B would serve v and w of both energies, but may offer gas alone, worth half."""
    layers = [
        layer(roads, locked_out=("B",), locked_in=("C",)),
        layer(roads, name="gas", weight=0.5),
    ]
    found = choose_refuelling(layers, SITES, Limits(size=1))
    assert found.sites == ("C",)
    assert found.added["trips_per_day"].to_dict() == {"A": 15, "B": 7, "C": 0, "D": 6, "E": 0}
    assert found.added.loc["B", "truck_km_per_day"] == 70


@given(st.integers(0, 10**6), st.integers(1, 3))
@settings(max_examples=15)
def test_reserves_lose_what_driving_with_them_loses(seed: int, size: int) -> None:
    """All other sites are named for each chosen one, with access legs too, least lost first."""
    fleet = random_fleet(np.random.default_rng(seed)) | {"easy": Way(4.0, {"C": (2, 0)}, trips=3)}
    found = choose_refuelling([layer(fleet)], SITES, Limits(size=size), most_reserves=len(SITES))
    for site in found.sites:
        others = [one for one in found.sites if one != site]
        own = found.reserves.loc[site]
        assert sorted(own.index) == [one for one in SITES if one not in found.sites]
        lost = [found.objective - value(fleet, (*others, other), REACH) for other in own.index]
        assert own["lost_trips_per_day"].tolist() == pytest.approx(lost)
        assert own["lost_credit"].is_monotonic_increasing


def test_reserves_keep_energies_and_limits(roads: dict[str, Way]) -> None:
    """B and C serve all 15 with both energies. A is too near to C to stand for B; D has no gas."""
    layers = [layer(roads), layer(roads, name="gas", weight=0.5, locked_out=("A", "D"))]
    limits = Limits(size=2, too_close=(("A", "C"),))
    found = choose_refuelling(layers, SITES, limits, most_reserves=2)
    assert found.sites == ("B", "C")
    assert found.reserves["lost_trips_per_day"].to_dict() == {
        ("B", "D"): 10 + 0.5 * 14,
        ("B", "E"): 14 + 0.5 * 14,
        ("C", "A"): 11 + 0.5 * 11,
        ("C", "D"): 11 + 0.5 * 11,
    }
    assert choose_refuelling(layers, SITES, replace(limits, locked_in=("B", "C"))).reserves.empty


def test_o10_a_wrong_model_is_an_error(roads: dict[str, Way], monkeypatch: pytest.MonkeyPatch) -> None:
    honest = PathCover.value
    monkeypatch.setattr(PathCover, "value", lambda cover, chosen: honest(cover, chosen) + 1.0)
    with pytest.raises(EngineError, match="the solver claims"):
        choose_refuelling([layer(roads)], SITES, Limits(size=1), max_gap=np.inf)


def test_inputs_are_left_as_they_were(roads: dict[str, Way]) -> None:
    one = layer(roads)
    paths, stops = one.trips.paths.copy(), one.trips.stops.copy()
    choose_refuelling([one], SITES, Limits(size=2))
    pd.testing.assert_frame_equal(one.trips.paths, paths)
    pd.testing.assert_frame_equal(one.trips.stops, stops)
