"""The p-median: published optima, enumeration, ties, limits, and what is wrong with the data named."""

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csgraph, csr_array

from regiongeo.errors import DataError, EngineError, InfeasibleError
from regiongeo.siting import median
from regiongeo.siting.branch import close_gap
from regiongeo.siting.found import Found, Run
from regiongeo.siting.lagrange import bracket_median
from regiongeo.siting.limited import search_limited
from regiongeo.siting.limits import Limits, limit_rows, limits_broken
from regiongeo.siting.median import Median, choose_median

BENCHMARKS = Path(__file__).parents[2] / "shared" / "benchmarks"
needs_benchmarks = pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="published instances are not here")


RUN = Run(deadline=np.inf, seed=0, threads=1, rel_gap=0.0)


@pytest.fixture
def distance() -> pd.DataFrame:
    """Four villages along a road, a plot beside each of P, Q, R; kilometres between them.

    a,P --4-- b,Q --3-- c --5-- d,R
    """
    km = {"P": [0, 4, 7, 12], "Q": [4, 0, 3, 8], "R": [12, 8, 5, 0]}
    return pd.DataFrame(km, index=list("abcd"), dtype=float)


@pytest.fixture
def weight() -> pd.Series:
    return pd.Series([5.0, 1.0, 2.0, 4.0], index=list("abcd"))


def test_one_and_two_by_hand(distance: pd.DataFrame, weight: pd.Series) -> None:
    # P: 4 + 14 + 48 = 66; Q: 20 + 6 + 32 = 58; R: 60 + 8 + 10 = 78. P, R: 4 + 10 = 14; Q, R: 20 + 6 = 26.
    one = choose_median(distance, weight, Limits(size=1))
    assert (one.sites, one.cost, one.bound, one.gap) == (("Q",), 58, 58, 0)
    two = choose_median(distance, weight, Limits(size=2))
    assert (two.sites, two.cost, two.status, two.is_settled) == (("P", "R"), 14, "optimal", True)
    assert two.mean == pytest.approx(14 / 12)
    assert two.assigned["site_id"].tolist() == ["P", "P", "R", "R"]
    assert two.assigned["distance"].tolist() == [0, 4, 5, 0]


def test_locks_and_spacing_by_hand(distance: pd.DataFrame, weight: pd.Series) -> None:
    assert choose_median(distance, weight, Limits(size=2, locked_in=("Q",))).sites == ("Q", "R")
    assert choose_median(distance, weight, Limits(size=2, locked_out=("P",))).sites == ("Q", "R")
    apart = Limits(size=2, too_close=(("P", "R"),))
    found = choose_median(distance, weight, apart)
    # P, Q: 6 + 32 = 38; Q, R: 26.
    assert (found.sites, found.cost, found.status, found.is_settled) == (("Q", "R"), 26, "optimal", True)


def test_budget_and_groups_by_hand(distance: pd.DataFrame, weight: pd.Series) -> None:
    price = pd.Series({"P": 3.0, "Q": 1.0, "R": 3.0})
    assert choose_median(distance, weight, Limits(size=2, budget=4, cost=price)).sites == ("Q", "R")
    group = pd.Series({"P": "west", "Q": "west", "R": "east"})
    west = Limits(size=2, group=group, at_least={"west": 2})
    assert choose_median(distance, weight, west).sites == ("P", "Q")


def test_all_sites_and_sites_on_the_demand(distance: pd.DataFrame, weight: pd.Series) -> None:
    assert choose_median(distance, weight, Limits(size=3)).cost == 6
    nothing = choose_median(distance * 0, weight, Limits(size=1))
    assert (nothing.sites, nothing.cost, nothing.gap, nothing.status) == (("P",), 0, 0, "optimal")


def test_a_site_out_of_reach_serves_nobody_there(distance: pd.DataFrame, weight: pd.Series) -> None:
    cut = distance.copy()
    cut.loc["a", ["Q", "R"]] = np.inf
    assert choose_median(cut, weight, Limits(size=1)).sites == ("P",)
    cut.loc["d", ["P", "Q"]] = np.inf
    assert choose_median(cut, weight, Limits(size=2)).sites == ("P", "R")
    with pytest.raises(InfeasibleError, match="need at least 2"):
        choose_median(cut, weight, Limits(size=1))
    weight["d"] = 0.0
    assert choose_median(cut, weight, Limits(size=1)).sites == ("P",)


def test_inputs_are_left_alone(distance: pd.DataFrame, weight: pd.Series) -> None:
    before = distance.copy(), weight.copy()
    choose_median(distance, weight, Limits(size=2))
    pd.testing.assert_frame_equal(distance, before[0])
    pd.testing.assert_series_equal(weight, before[1])


def ids(letter: str, count: int) -> list[str]:
    return [f"{letter}{number}" for number in range(count)]


Question = tuple[pd.DataFrame, pd.Series, Limits]


@st.composite
def questions(draw: st.DrawFn, *, is_limited: bool = False) -> Question:
    """Small questions with many ties and roads that lead nowhere."""
    demand, sites = draw(st.integers(1, 6)), draw(st.integers(1, 7))
    figures = st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, np.inf])
    row = st.lists(figures, min_size=sites, max_size=sites)
    table = draw(st.lists(row, min_size=demand, max_size=demand))
    distance = pd.DataFrame(table, index=ids("d", demand), columns=ids("s", sites))
    weights = draw(st.lists(st.sampled_from([0.0, 1.0, 1.0, 3.0, 0.3]), min_size=demand, max_size=demand))
    names = st.sampled_from(ids("s", sites))
    size = draw(st.integers(1, sites))
    held = draw(st.sets(names, max_size=1))
    out = draw(st.sets(names, max_size=1)) - held
    limits = Limits(size=size, locked_in=tuple(held), locked_out=tuple(out))
    if is_limited:
        near = draw(st.sets(st.tuples(names, names).filter(lambda pair: pair[0] < pair[1]), max_size=4))
        costs = draw(st.lists(st.integers(0, 4), min_size=sites, max_size=sites))
        group = pd.Series([f"g{number % 2}" for number in range(sites)], index=distance.columns)
        limits = replace(
            limits,
            too_close=tuple(sorted(near)),
            cost=pd.Series(costs, index=distance.columns, dtype=float),
            budget=draw(st.one_of(st.none(), st.integers(2, 12))),
            group=group,
            at_least=draw(st.sampled_from([{}, {"g0": 1}, {"g0": 1, "g1": 1}, {"g1": 2}])),
        )
    return distance, pd.Series(weights, index=distance.index), limits


def enumerate_best(
    distance: pd.DataFrame, weight: pd.Series, limits: Limits
) -> tuple[float, tuple[str, ...]] | None:
    """Try every choice; of the best ones return that with the earliest ids."""
    best: tuple[float, tuple[str, ...]] | None = None
    counts = weight > 0
    for pick in combinations(sorted(distance.columns), int(limits.size or 0)):
        if limits_broken(limits, pick):
            continue
        cost = float((weight * distance[list(pick)].min(axis=1))[counts].sum())
        if np.isfinite(cost) and (best is None or cost < best[0] - 1e-9):
            best = cost, pick
    return best


def check_against_enumeration(question: Question, seed: int) -> None:
    distance, weight, limits = question
    expected = enumerate_best(distance, weight, limits)
    if expected is None or not (weight > 0).any():
        with pytest.raises((InfeasibleError, DataError)):
            choose_median(distance, weight, limits, seed=seed)
        return
    shuffled = distance.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
    found = choose_median(shuffled, weight, limits, seed=seed)
    assert found.sites == expected[1]
    assert found.cost == pytest.approx(expected[0], abs=1e-9)
    assert (found.status, found.gap, found.is_settled) == ("optimal", 0, True)
    assert found.bound == found.cost


@given(questions(), st.integers(0, 99))
@settings(max_examples=60)
def test_o07_the_choice_is_that_of_enumeration(question: Question, seed: int) -> None:
    check_against_enumeration(question, seed)


@pytest.mark.slow
@given(questions(is_limited=True), st.integers(0, 99))
@settings(max_examples=80)
def test_o07_the_choice_within_limits_is_that_of_enumeration_many_times(
    question: Question, seed: int
) -> None:
    check_against_enumeration(question, seed)


@given(questions(is_limited=True), st.integers(0, 99))
@settings(max_examples=40)
def test_o07_the_choice_within_limits_is_that_of_enumeration(question: Question, seed: int) -> None:
    check_against_enumeration(question, seed)


@pytest.mark.parametrize("is_whole", [True, False])
def test_the_search_is_that_of_enumeration_thousands_of_times(*, is_whole: bool) -> None:
    """The search itself, without the checks of the data around it: ties are common, a site may be held."""
    numbers = np.random.default_rng(7 + is_whole)
    for _ in range(1000):
        demand, sites = numbers.integers(1, 8, 2)
        cost = numbers.integers(0, 7, (demand, sites)) * (1.0 if is_whole else 0.3)
        size = int(numbers.integers(1, sites + 1))
        held = np.arange(sites) == (numbers.integers(sites) if numbers.random() < 0.3 else -1)
        picks = [pick for pick in combinations(range(sites), size) if set(np.flatnonzero(held)) <= set(pick)]
        totals = np.array([cost[:, pick].min(axis=1).sum() for pick in picks])
        first = picks[int(np.flatnonzero(totals <= totals.min() + 1e-9)[0])]
        bracket = bracket_median(cost, size=size, held=held, run=RUN)
        found = close_gap(cost, bracket, size=size, held=held, run=RUN)
        assert bracket.lower <= totals.min() + 1e-9
        assert (tuple(found.chosen), found.is_settled) == (first, True)
        assert found.upper == found.lower == pytest.approx(totals.min(), abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_o07_two_engines_and_any_order_agree(seed: int) -> None:
    """Branch and bound against HiGHS on the ladders, 60 x 25, and rows and columns in another order."""
    numbers = np.random.default_rng(seed)
    cost = np.round(between(numbers.random((85, 2)) * 100)[:60, 60:]) * numbers.integers(1, 4, 60)[:, None]
    held = np.arange(25) == 3
    bracket = bracket_median(cost, size=6, held=held, run=RUN)
    rows = limit_rows(Limits(size=6, locked_in=("s03",)), table_of(cost).columns, columns=25)
    ladder = search_limited(cost, rows, bracket, fine=np.inf, size=6, run=RUN)
    branched = close_gap(cost, bracket, size=6, held=held, run=RUN)
    assert ladder.is_settled
    assert branched.is_settled
    assert ladder.chosen.tolist() == branched.chosen.tolist()
    table = table_of(cost)
    weight = pd.Series(1.0, index=table.index)
    shuffled = table.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
    found = choose_median(shuffled, weight, Limits(size=6, locked_in=("s03",)), seed=seed + 1)
    assert found.sites == tuple(table.columns[branched.chosen])


@given(questions(), st.sampled_from([0.25, 3.0, 1e6]))
@settings(max_examples=10)
def test_laws_of_scale_size_locks_and_names(question: Question, scale: float) -> None:
    distance, weight, limits = question
    plain = Limits(size=limits.size)
    if not (weight > 0).any() or enumerate_best(distance, weight, plain) is None:
        return
    found = choose_median(distance, weight, plain)
    assert choose_median(distance, weight * scale, plain).sites == found.sites
    assert choose_median(distance, weight, replace(plain, locked_in=found.sites[-1:])).sites == found.sites
    renamed = choose_median(distance.rename(columns="z{}".format), weight, plain)
    assert renamed.sites == tuple(f"z{site}" for site in found.sites)
    if len(found.sites) < distance.shape[1]:
        more = choose_median(distance, weight, Limits(size=len(found.sites) + 1))
        assert more.cost <= found.cost + 1e-9


def test_o01_what_conflicts_is_named(distance: pd.DataFrame, weight: pd.Series) -> None:
    with pytest.raises(InfeasibleError, match="4 sites"):
        choose_median(distance, weight, Limits(size=4))
    with pytest.raises(InfeasibleError, match="'P'"):
        choose_median(distance, weight, Limits(size=1, locked_in=("P",), locked_out=("P",)))
    near = (("P", "Q"), ("P", "R"), ("Q", "R"))
    with pytest.raises(InfeasibleError, match="2 sites"):
        choose_median(distance, weight, Limits(size=2, too_close=near))
    with pytest.raises(DataError, match="give the number of sites"):
        choose_median(distance, weight, Limits())
    with pytest.raises(InfeasibleError, match="at least 1"):
        choose_median(distance, weight, Limits(size=0))
    distance.loc["d"] = np.inf
    with pytest.raises(InfeasibleError, match="no candidate reaches the demand 'd'"):
        choose_median(distance, weight, Limits(size=1))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_o05_weights_are_checked(distance: pd.DataFrame, weight: pd.Series, bad: float) -> None:
    weight["c"] = bad
    with pytest.raises(DataError, match="weights of the demand 'c' must be finite"):
        choose_median(distance, weight, Limits(size=1))


@pytest.mark.parametrize("bad", [np.nan, -1.0])
def test_o05_distances_are_checked(distance: pd.DataFrame, weight: pd.Series, bad: float) -> None:
    distance.loc["c", "Q"] = bad
    with pytest.raises(DataError, match="distances of the demand 'c' are missing or negative"):
        choose_median(distance, weight, Limits(size=1))


def test_o05_every_problem_of_the_ids_at_once(distance: pd.DataFrame, weight: pd.Series) -> None:
    twice = distance.rename(columns={"Q": "P"}).rename(index={"d": "x"})
    with pytest.raises(DataError) as caught:
        choose_median(twice, weight * 0, Limits(size=1))
    for part in ("sites 'P' stand twice", "demand 'd', 'x' stands only", "no demand has weight"):
        assert part in str(caught.value)
    with pytest.raises(DataError, match="weights of the demand 'a' stand twice"):
        choose_median(distance, pd.concat([weight, weight.iloc[:1]]), Limits(size=1))


def test_o04_time_up_shows_bound_and_gap_never_optimal() -> None:
    numbers = np.random.default_rng(1)
    table = table_of(between(numbers.random((240, 2)))[:200, 200:])
    weight = pd.Series(1.0, index=table.index)
    found = choose_median(table, weight, Limits(size=8), time_limit_s=0.0, max_gap=1.0)
    assert (found.status, found.is_settled) == ("feasible", False)
    assert found.bound < found.cost
    assert found.gap == pytest.approx(1 - found.bound / found.cost)
    with pytest.raises(InfeasibleError, match="no choice proved good enough in 0 s"):
        choose_median(table, weight, Limits(size=8), time_limit_s=0.0)


def test_o09_a_search_that_stops_at_a_gap_shows_it() -> None:
    numbers = np.random.default_rng(1)
    table = table_of(between(numbers.random((240, 2)))[:200, 200:])
    weight = pd.Series(1.0, index=table.index)
    best = choose_median(table, weight, Limits(size=8))
    found = choose_median(table, weight, Limits(size=8), rel_gap=0.02)
    assert best.status == "optimal"
    assert found.bound <= best.cost <= found.cost
    assert found.gap <= 0.02
    assert found.status == "optimal" if found.gap == 0 else "feasible"


@pytest.mark.parametrize(
    ("chosen", "upper", "message"),
    [([0, 2], 13.0, "claims a cost of 13, but its sites cost 14"), ([0], 66.0, "1 sites instead of 2")],
)
def test_o10_a_wrong_answer_is_found_by_recounting(
    distance: pd.DataFrame,
    weight: pd.Series,
    monkeypatch: pytest.MonkeyPatch,
    chosen: list[int],
    upper: float,
    message: str,
) -> None:
    wrong = Found(chosen=np.array(chosen), upper=upper, lower=upper, is_settled=True)
    monkeypatch.setattr(median, "close_gap", lambda *_, **__: wrong)
    with pytest.raises(EngineError, match=message):
        choose_median(distance, weight, Limits(size=2))


def between(points: np.ndarray) -> np.ndarray:
    return np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))


def table_of(distance: np.ndarray) -> pd.DataFrame:
    rows, columns = distance.shape
    demand, sites = (
        [f"d{number:03d}" for number in range(rows)],
        [f"s{number:02d}" for number in range(columns)],
    )
    return pd.DataFrame(distance, index=demand, columns=sites)


def median_of(distance: np.ndarray, weights: np.ndarray, size: int) -> Median:
    table = table_of(distance)
    found = choose_median(table, pd.Series(weights, index=table.index, dtype=float), Limits(size=size))
    assert (found.status, found.gap, found.is_settled) == ("optimal", 0, True)
    return found


def published(folder: str, file: str = "optima.json") -> dict[str, list[float]]:
    content: dict[str, list[float]] = json.loads((BENCHMARKS / folder / file).read_text("utf-8"))
    return content


@needs_benchmarks
def test_published_25_nodes() -> None:
    folder = BENCHMARKS / "simchi_levi_berman_25"
    edges, nodes = pd.read_csv(folder / "edges.csv"), pd.read_csv(folder / "nodes.csv")
    graph = csr_array((edges["length"].astype(float), (edges["u"] - 1, edges["v"] - 1)), shape=(25, 25))
    distance = csgraph.dijkstra(graph, directed=False)
    expected = published("simchi_levi_berman_25", "other_optima.json")
    for size in range(1, 9):
        assert median_of(distance, nodes["weight"].to_numpy(), size).cost == expected[f"pmedian_p{size}"][0]


@needs_benchmarks
def test_published_swain55() -> None:
    rows = np.loadtxt(BENCHMARKS / "swain55" / "swain.txt", skiprows=1)
    for size in range(1, 11):
        found = median_of(between(rows[:, 1:3]), rows[:, 3], size)
        assert found.cost == pytest.approx(published("swain55")[f"pmedian_p{size}"][0], rel=1e-9)


@needs_benchmarks
def test_published_san_francisco() -> None:
    table = pd.read_csv(
        BENCHMARKS / "spopt_sf205" / "SF_network_distance_candidateStore_16_censusTract_205_new.csv",
        dtype={"DestinationName": "str"},
    )
    metres = table.pivot_table(index="DestinationName", columns="name", values="distance")
    people = table.drop_duplicates("DestinationName").set_index("DestinationName")["demand"].astype(float)
    found = choose_median(metres, people, Limits(size=4))
    cost, sites, mean = published("spopt_sf205")["pmedian_p4"]
    assert found.cost == pytest.approx(cost, rel=1e-12)
    assert found.mean == pytest.approx(mean, rel=1e-9)
    assert list(found.sites) == sites


@needs_benchmarks
@pytest.mark.slow
@pytest.mark.parametrize("numbers", [range(1, 16), range(16, 21)])
def test_published_orlib_pmed(numbers: range) -> None:
    """All proven and settled; where an edge is repeated the last length counts."""
    folder = BENCHMARKS / "orlib_pmed"
    optima = dict(
        line.split() for line in (folder / "pmedopt.txt").read_text("utf-8").splitlines()[1:] if line
    )
    for number in numbers:
        lines = np.array((folder / f"pmed{number}.txt").read_text("utf-8").split(), dtype=int)
        nodes, size, edges = lines[0], lines[2], lines[3:].reshape(-1, 3)
        length = np.zeros((nodes, nodes))
        for one, other, km in edges:
            length[one - 1, other - 1] = length[other - 1, one - 1] = km
        distance = csgraph.shortest_path(csr_array(length), directed=False)
        assert median_of(distance, np.ones(nodes), int(size)).cost == float(optima[f"pmed{number}"])
