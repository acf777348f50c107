"""The p-center: published optima, enumeration, ties, limits, and what is wrong with the data named."""

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csgraph, csr_array

from regiongeo.errors import DataError, EngineError, InfeasibleError
from regiongeo.siting import center
from regiongeo.siting.center import choose_center
from regiongeo.siting.limits import Limits, limits_broken
from regiongeo.siting.solver import Model, Solution

BENCHMARKS = Path(__file__).parents[2] / "shared" / "benchmarks"
needs_benchmarks = pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="published instances are not here")


@pytest.fixture
def distance() -> pd.DataFrame:
    """Four villages along a road, a plot beside each of P, Q, R; kilometres between them.

    a,P --4-- b,Q --3-- c --5-- d,R
    """
    km = {"P": [0, 4, 7, 12], "Q": [4, 0, 3, 8], "R": [12, 8, 5, 0]}
    return pd.DataFrame(km, index=list("abcd"), dtype=float)


def test_one_and_two_by_hand(distance: pd.DataFrame) -> None:
    # Farthest with P 12, Q 8, R 12; with P, Q 8, with P, R 5, with Q, R 4.
    one = choose_center(distance, Limits(size=1))
    assert (one.sites, one.radius, one.bound, one.gap) == (("Q",), 8, 8, 0)
    two = choose_center(distance, Limits(size=2))
    assert (two.sites, two.radius, two.status, two.is_settled) == (("Q", "R"), 4, "optimal", True)
    assert two.assigned["site_id"].tolist() == ["Q", "Q", "Q", "R"]
    assert two.assigned["distance"].tolist() == [4, 0, 3, 0]


def test_limits_by_hand(distance: pd.DataFrame) -> None:
    assert choose_center(distance, Limits(size=2, locked_in=("P",))).sites == ("P", "R")
    assert choose_center(distance, Limits(size=2, locked_out=("R",))).radius == 8
    assert choose_center(distance, Limits(size=2, too_close=(("Q", "R"),))).sites == ("P", "R")
    price = pd.Series({"P": 1.0, "Q": 2.0, "R": 2.0})
    assert choose_center(distance, Limits(budget=3, cost=price)).radius == 5
    assert choose_center(distance, Limits(budget=2, cost=price)).sites == ("Q",)


def test_all_sites_and_sites_on_the_demand(distance: pd.DataFrame) -> None:
    assert choose_center(distance, Limits(size=3)).radius == 3
    nothing = choose_center(distance * 0, Limits(size=1))
    assert (nothing.sites, nothing.radius, nothing.gap, nothing.status) == (("P",), 0, 0, "optimal")


def test_inputs_are_left_alone(distance: pd.DataFrame) -> None:
    before = distance.copy()
    choose_center(distance, Limits(size=2))
    pd.testing.assert_frame_equal(distance, before)


Question = tuple[pd.DataFrame, Limits]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Small questions with many ties, roads that lead nowhere, and limits."""
    demand, sites = draw(st.integers(1, 6)), draw(st.integers(1, 7))
    figures = st.sampled_from([0.0, 1.0, 2.0, 3.3, 5.0, np.inf])
    row = st.lists(figures, min_size=sites, max_size=sites)
    table = draw(st.lists(row, min_size=demand, max_size=demand))
    names = [f"s{number}" for number in range(sites)]
    distance = pd.DataFrame(table, index=[f"d{number}" for number in range(demand)], columns=names)
    site = st.sampled_from(names)
    held = draw(st.sets(site, max_size=1))
    near = draw(st.sets(st.tuples(site, site).filter(lambda pair: pair[0] < pair[1]), max_size=3))
    costs = draw(st.lists(st.integers(0, 4), min_size=sites, max_size=sites))
    limits = Limits(
        size=draw(st.integers(1, sites)),
        locked_in=tuple(held),
        locked_out=tuple(draw(st.sets(site, max_size=1)) - held),
        too_close=tuple(sorted(near)),
        cost=pd.Series(costs, index=names, dtype=float),
        budget=draw(st.one_of(st.none(), st.integers(2, 12))),
        group=pd.Series([f"g{number % 2}" for number in range(sites)], index=names),
        at_least=draw(st.sampled_from([{}, {"g0": 1}, {"g0": 1, "g1": 1}])),
    )
    return distance, limits


def enumerate_best(distance: pd.DataFrame, limits: Limits) -> tuple[float, tuple[str, ...]] | None:
    """Try every choice; of the best ones return that with the earliest ids."""
    best: tuple[float, tuple[str, ...]] | None = None
    for pick in combinations(sorted(distance.columns), int(limits.size or 0)):
        radius = float(distance[list(pick)].min(axis=1).max())
        if np.isfinite(radius) and (best is None or radius < best[0]) and not limits_broken(limits, pick):
            best = radius, pick
    return best


def check_against_enumeration(distance: pd.DataFrame, limits: Limits, seed: int) -> None:
    expected = enumerate_best(distance, limits)
    if expected is None:
        with pytest.raises(InfeasibleError):
            choose_center(distance, limits, seed=seed)
        return
    shuffled = distance.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
    found = choose_center(shuffled, limits, seed=seed)
    assert (found.radius, found.sites) == expected
    assert (found.status, found.bound, found.is_settled) == ("optimal", found.radius, True)


@given(questions(), st.integers(0, 99))
@settings(max_examples=35)
def test_o07_the_choice_is_that_of_enumeration(question: Question, seed: int) -> None:
    check_against_enumeration(*question, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_o07_the_choice_is_that_of_enumeration_many_times(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    for _ in range(60):
        demand, sites = numbers.integers(1, 7, 2)
        names = [f"s{number}" for number in range(sites)]
        table = numbers.integers(0, 9, (demand, sites)).astype(float)
        distance = pd.DataFrame(table, index=[f"d{number}" for number in range(demand)], columns=names)
        check_against_enumeration(distance, Limits(size=int(numbers.integers(1, sites + 1))), seed)


@given(questions(), st.sampled_from([0.25, 3.0, 1000.0]))
@settings(max_examples=6)
def test_laws_of_scale_size_and_locks(question: Question, scale: float) -> None:
    distance, limits = question
    plain = Limits(size=limits.size)
    if enumerate_best(distance, plain) is None:
        return
    found = choose_center(distance, plain)
    assert choose_center(distance * scale, plain).sites == found.sites
    locked = choose_center(distance, replace(plain, locked_in=found.sites[-1:]))
    assert locked.radius == found.radius
    if found.sites != tuple(sorted(distance.columns)):
        assert choose_center(distance, Limits(size=len(found.sites) + 1)).radius <= found.radius


def test_o01_demand_out_of_reach_is_named(distance: pd.DataFrame) -> None:
    cut = distance.copy()
    cut.loc["d"] = np.inf
    with pytest.raises(InfeasibleError, match="no candidate reaches the demand 'd'"):
        choose_center(cut, Limits(size=1))
    cut.loc["d", "R"] = 0.0
    with pytest.raises(InfeasibleError, match="no candidate reaches the demand 'd'"):
        choose_center(cut, Limits(size=1, locked_out=("R",)))
    cut.loc["a", ["Q", "R"]] = np.inf
    with pytest.raises(InfeasibleError, match="need at least 2"):
        choose_center(cut, Limits(size=1))


def test_o01_conflicting_limits_are_named(distance: pd.DataFrame) -> None:
    with pytest.raises(InfeasibleError, match="'P'"):
        choose_center(distance, Limits(size=1, locked_in=("P",), locked_out=("P",)))
    with pytest.raises(InfeasibleError, match="4 sites"):
        choose_center(distance, Limits(size=4))
    with pytest.raises(DataError, match="number of sites or a budget"):
        choose_center(distance, Limits())


@pytest.mark.parametrize("bad", [np.nan, -1.0])
def test_o05_distances_are_checked(distance: pd.DataFrame, bad: float) -> None:
    distance.loc["c", "Q"] = bad
    with pytest.raises(DataError, match="distances of the demand 'c' are missing or negative"):
        choose_center(distance, Limits(size=1))
    with pytest.raises(DataError, match="sites 'P' stand twice"):
        choose_center(distance.rename(columns={"Q": "P"}), Limits(size=1))
    with pytest.raises(DataError, match="must be numbers"):
        choose_center(distance.astype(str), Limits(size=1))
    with pytest.raises(DataError, match="no demand"):
        choose_center(distance.iloc[:0], Limits(size=1))


def test_o04_an_open_end_shows_bound_and_gap(distance: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every radius below the first one the solver finds neither a choice nor a proof."""
    solve = center.solve

    def late(model: Model, **options: object) -> Solution:
        found = solve(model, **options)  # type: ignore[arg-type]
        is_first = (model.row_low == 1).sum() <= 1
        return found if is_first else replace(found, status="feasible", objective=-1.0, bound=0.0)

    monkeypatch.setattr(center, "solve", late)
    found = choose_center(distance, Limits(size=2), max_gap=1.0)
    assert found.status == "feasible"
    assert found.bound < found.radius
    assert found.gap == pytest.approx(1 - found.bound / found.radius)
    assert not found.is_settled
    with pytest.raises(InfeasibleError, match="no choice proved good enough"):
        choose_center(distance, Limits(size=2), max_gap=0.01)


def test_o10_a_wrong_answer_is_found(distance: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(center, "_settle", lambda *_: np.array([0, 1]))
    with pytest.raises(EngineError, match="demand 'd' is farther off than 4"):
        choose_center(distance, Limits(size=2))


def between(points: np.ndarray) -> np.ndarray:
    return np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))


def table_of(distance: np.ndarray) -> pd.DataFrame:
    rows, columns = (
        [f"{letter}{n:03d}" for n in range(count)] for letter, count in zip("ds", distance.shape, strict=True)
    )
    return pd.DataFrame(distance, index=rows, columns=columns)


def published(folder: str, file: str = "optima.json") -> dict[str, float]:
    content: dict[str, float] = json.loads((BENCHMARKS / folder / file).read_text("utf-8"))
    return content


@needs_benchmarks
def test_published_25_nodes() -> None:
    folder = BENCHMARKS / "simchi_levi_berman_25"
    edges = pd.read_csv(folder / "edges.csv")
    graph = csr_array((edges["length"].astype(float), (edges["u"] - 1, edges["v"] - 1)), shape=(25, 25))
    table = table_of(csgraph.dijkstra(graph, directed=False))
    expected = published("simchi_levi_berman_25", "other_optima.json")
    for size in range(1, 9):
        assert choose_center(table, Limits(size=size)).radius == expected[f"pcenter_p{size}"]


def fewest_within(distance: np.ndarray, radius: float) -> int:
    """Return the number of sites that cover all demand at a radius, by a covering model written here."""
    size = distance.shape[1]
    cover = LinearConstraint((distance <= radius).astype(float), lb=1)
    return round(milp(np.ones(size), constraints=cover, integrality=np.ones(size), bounds=(0, 1)).fun)


@needs_benchmarks
def test_published_swain55() -> None:
    """The list beside the instance is not the optimum for p = 1, 2, 3, 4, 6, 7, 10: choices beat it.

    Three plain enumerations and, for every p, two covering models prove ours: p sites do at the radius, not
    at the next shorter distance.
    """
    rows = np.loadtxt(BENCHMARKS / "swain55" / "swain.txt", skiprows=1)
    distance = between(rows[:, 1:3])
    table = table_of(distance)
    for size in range(1, 11):
        found = choose_center(table, Limits(size=size))
        assert found.status == "optimal"
        assert found.radius <= published("swain55")[f"pcenter_p{size}"] + 1e-6
        shorter = distance[distance < found.radius].max()
        assert fewest_within(distance, found.radius) <= size < fewest_within(distance, shorter)
        if size <= 3:
            picks = combinations(range(55), size)
            assert found.radius == min(distance[:, pick].min(axis=1).max() for pick in picks)


@needs_benchmarks
def test_published_san_francisco() -> None:
    table = pd.read_csv(
        BENCHMARKS / "spopt_sf205" / "SF_network_distance_candidateStore_16_censusTract_205_new.csv",
        dtype={"DestinationName": "str"},
    )
    metres = table.pivot_table(index="DestinationName", columns="name", values="distance")
    found = choose_center(metres, Limits(size=4))
    assert found.radius == pytest.approx(published("spopt_sf205")["pcenter_p4"], rel=1e-9)
