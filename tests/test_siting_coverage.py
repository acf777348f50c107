"""The portfolio: published optima, enumeration, ties, and conflicts named (rows O01, O05, O07, O10, O11)."""

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
from regiongeo.schema import validate
from regiongeo.siting import settle
from regiongeo.siting.coverage import Portfolio, choose_portfolio
from regiongeo.siting.solver import Model, Solution
from regiongeo.tables import GAIN

BENCHMARKS = Path(__file__).parents[2] / "shared" / "benchmarks"
needs_benchmarks = pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="published instances are not here")

SITES = ("P", "Q", "R", "S")
LINKS = ("a", "b", "c", "d", "e")


@pytest.fixture
def covers() -> pd.DataFrame:
    """Five links in a row with their truck-km a day, and the links that each of four sites serves.

    a 10   b 20   c 30   d 5    e 7
    [-- P ---]
           [-- Q ---]
                  [-- R ---]
                         [-- S ---]

    Two sites cover: P and R 65, Q and S 62, P and Q 60, Q and R 55, P and S 42, R and S 42.
    """
    served = {"P": "ab", "Q": "bc", "R": "cd", "S": "de"}
    return pd.DataFrame({site: [link in served[site] for link in LINKS] for site in SITES}, index=list(LINKS))


@pytest.fixture
def demand() -> pd.Series:
    return pd.Series([10.0, 20.0, 30.0, 5.0, 7.0], index=list(LINKS))


def enumerate_best(
    covers: pd.DataFrame, demand: pd.Series, *, size: int, too_close: set[tuple[str, str]], locked: set[str]
) -> tuple[float, tuple[str, ...]] | None:
    """Try every choice; of the best ones return that with the earliest ids."""
    best: tuple[float, tuple[str, ...]] | None = None
    for pick in combinations(sorted(covers.columns), size):
        near = {pair for pair in too_close if set(pair) <= set(pick) and not set(pair) <= locked}
        if near or not locked <= set(pick):
            continue
        total = float(demand[covers[list(pick)].any(axis=1)].sum())
        if best is None or total > best[0]:
            best = (total, pick)
    return best


def test_best_two_by_hand(covers: pd.DataFrame, demand: pd.Series) -> None:
    found = choose_portfolio(covers, demand, size=2)
    assert found.sites == ("P", "R")
    assert found.covered_truck_km_per_day == found.bound == 65
    assert found.total_truck_km_per_day == 72
    assert (found.status, found.gap, found.is_settled, found.locked) == ("optimal", 0, True, ())


def test_gain_by_hand(covers: pd.DataFrame, demand: pd.Series) -> None:
    # P, Q, R serve ab, bc, cd: b and c are served twice, a only by P, d only by R.
    found = choose_portfolio(covers, demand, size=3, locked=("Q", "P", "R"))
    gain = validate(found.gain, GAIN)
    assert list(gain.index) == ["P", "Q", "R"]
    assert gain["is_locked"].all()
    assert gain["truck_km_per_day"].tolist() == [30, 50, 35]
    assert gain["only_here_truck_km_per_day"].tolist() == [10, 0, 5]


def test_locked_site_stays(covers: pd.DataFrame, demand: pd.Series) -> None:
    found = choose_portfolio(covers, demand, size=2, locked=["S"])
    assert (found.sites, found.locked, found.covered_truck_km_per_day) == (("Q", "S"), ("S",), 62)


def test_spacing_keeps_new_sites_apart(covers: pd.DataFrame, demand: pd.Series) -> None:
    found = choose_portfolio(covers, demand, size=2, too_close=[("R", "P")])
    assert (found.sites, found.covered_truck_km_per_day) == (("Q", "S"), 62)


def test_spacing_holds_between_new_and_locked_but_not_between_locked(
    covers: pd.DataFrame, demand: pd.Series
) -> None:
    near = [("P", "R"), ("P", "S")]
    assert choose_portfolio(covers, demand, size=2, too_close=near, locked=["P"]).sites == ("P", "Q")
    assert choose_portfolio(covers, demand, size=2, too_close=near, locked=["P", "R"]).sites == ("P", "R")


def test_a_floor_moves_the_choice_and_tells_what_it_costs(covers: pd.DataFrame, demand: pd.Series) -> None:
    # P and R cover 65 of 72; with one in the far group S must be there, and Q beside it covers most: 62.
    group = pd.Series({"P": "near", "Q": "near", "R": "near", "S": "far"})
    found = choose_portfolio(covers, demand, size=2, group=group, at_least={"far": 1})
    assert (found.sites, found.covered_truck_km_per_day) == (("Q", "S"), 62)
    assert found.without_floors_truck_km_per_day == 65
    assert choose_portfolio(covers, demand, size=2, group=group).without_floors_truck_km_per_day is None


def test_inputs_are_left_alone(covers: pd.DataFrame, demand: pd.Series) -> None:
    before = covers.copy(), demand.copy()
    choose_portfolio(covers, demand, size=2)
    pd.testing.assert_frame_equal(covers, before[0])
    pd.testing.assert_series_equal(demand, before[1])


def ids(letter: str, count: int) -> list[str]:
    return [f"{letter}{number}" for number in range(count)]


@st.composite
def questions(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.Series, int, set[tuple[str, str]], set[str]]:
    """Small questions with many ties: demands of 0 to 3, some sites alike, some near, some locked."""
    links, sites = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    rows = st.lists(st.booleans(), min_size=sites, max_size=sites)
    table = draw(st.lists(rows, min_size=links, max_size=links))
    covers = pd.DataFrame(table, index=ids("L", links), columns=ids("S", sites))
    weights = draw(st.lists(st.integers(0, 3), min_size=links, max_size=links))
    names = st.sampled_from(ids("S", sites))
    near = draw(st.sets(st.tuples(names, names).filter(lambda pair: pair[0] != pair[1]), max_size=5))
    locked = draw(st.sets(names, max_size=2))
    demand = pd.Series(weights, index=covers.index, dtype=float)
    return covers, demand, draw(st.integers(1, sites)), near, locked


@given(questions(), st.integers(0, 99))
@settings(max_examples=60)
def test_o07_the_choice_is_that_of_enumeration(
    question: tuple[pd.DataFrame, pd.Series, int, set[tuple[str, str]], set[str]], seed: int
) -> None:
    covers, demand, size, near, locked = question
    expected = enumerate_best(covers, demand, size=size, too_close=near, locked=locked)
    can_serve = demand[covers.any(axis=1)].sum() > 0
    if not can_serve or expected is None:
        with pytest.raises((InfeasibleError, DataError)):
            choose_portfolio(covers, demand, size=size, too_close=near, locked=locked, seed=seed)
        return
    shuffled = covers.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
    found = choose_portfolio(shuffled, demand, size=size, too_close=near, locked=locked, seed=seed)
    assert (found.covered_truck_km_per_day, found.sites) == expected


def test_o07_ties_give_the_same_sites_for_any_seed_and_order() -> None:
    """Twelve sites around a square of links; each serves two neighbours, so hundreds of choices tie."""
    links, sites = ids("L", 9), [f"S{number:02d}" for number in range(12)]
    table = [[link in (site % 9, (site + 1) % 9) for site in range(12)] for link in range(9)]
    covers = pd.DataFrame(table, index=links, columns=sites)
    demand = pd.Series(0.1, index=links)
    expected = enumerate_best(covers, demand.round(1) * 10, size=4, too_close=set(), locked=set())
    assert expected is not None
    for seed in range(8):
        shuffled = covers.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
        found = choose_portfolio(shuffled, demand.sample(frac=1, random_state=seed), size=4, seed=seed)
        assert found.sites == expected[1]


def random_region(seed: int) -> tuple[pd.DataFrame, pd.Series, list[tuple[str, str]]]:
    """Return 120 links and 40 sites spread evenly over 100 km x 100 km; 20 km serve, 15 are near."""
    numbers = np.random.default_rng(seed)
    sites, links = numbers.random((40, 2)) * 100, numbers.random((120, 2)) * 100
    names = [f"S{number:02d}" for number in range(40)]
    served = np.hypot(*(links[:, None] - sites[None]).transpose(2, 0, 1)) <= 20
    covers = pd.DataFrame(served, index=ids("L", 120), columns=names)
    near = np.argwhere(np.triu(between(sites) < 15, 1))
    pairs = [(names[one], names[other]) for one, other in near]
    return covers, pd.Series(numbers.random(120), index=covers.index), pairs


@pytest.mark.parametrize("seed", [20, 23, 33, 41])
def test_o07_ties_are_settled_where_presolve_would_call_feasible_infeasible(seed: int) -> None:
    """With the presolve of HiGHS 1.15.1 on, these four end "infeasible" while ties are settled."""
    covers, demand, near = random_region(seed)
    found = choose_portfolio(covers, demand, size=12, too_close=near, seed=1)
    shuffled = covers.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
    again = choose_portfolio(shuffled, demand, size=12, too_close=near[::-1], seed=2)
    assert found.is_settled
    assert again.is_settled
    assert found.sites == again.sites


@given(questions())
@settings(max_examples=20)
def test_more_sites_never_cover_less_and_dropping_an_unchosen_site_changes_nothing(
    question: tuple[pd.DataFrame, pd.Series, int, set[tuple[str, str]], set[str]],
) -> None:
    covers, demand, size, _, _ = question
    if size == covers.shape[1] or demand[covers.any(axis=1)].sum() == 0:
        return
    found = choose_portfolio(covers, demand, size=size)
    more = choose_portfolio(covers, demand, size=size + 1)
    assert more.covered_truck_km_per_day >= found.covered_truck_km_per_day
    unchosen = next(site for site in covers.columns if site not in found.sites)
    assert choose_portfolio(covers.drop(columns=unchosen), demand, size=size).sites == found.sites


def conflict(covers: pd.DataFrame, demand: pd.Series, **question: object) -> str:
    with pytest.raises(InfeasibleError) as caught:
        choose_portfolio(covers, demand, **question)  # type: ignore[arg-type]
    return str(caught.value)


def test_o01_more_sites_than_candidates(covers: pd.DataFrame, demand: pd.Series) -> None:
    assert "5 sites asked for, where the others leave no more than 4" in conflict(covers, demand, size=5)


def test_o01_unknown_locked_site(covers: pd.DataFrame, demand: pd.Series) -> None:
    assert "locked sites 'X', 'Y' are not" in conflict(covers, demand, size=2, locked=["Y", "P", "X"])


def test_o01_more_locked_than_size(covers: pd.DataFrame, demand: pd.Series) -> None:
    told = conflict(covers, demand, size=1, locked=["P", "Q"])
    assert "1 site asked for, where the others need at least 2; 2 sites locked in ('P', 'Q')" in told


def test_o01_spacing_names_the_largest_number_that_fits(covers: pd.DataFrame, demand: pd.Series) -> None:
    # P-Q, Q-R, R-S are near: P and R, P and S or Q and S fit, never three.
    near = [("P", "Q"), ("Q", "R"), ("R", "S")]
    told = conflict(covers, demand, size=3, too_close=near)
    assert (
        "3 sites asked for, where the others leave no more than 2; least spacing between 'P' and 'Q'" in told
    )
    assert "leave no more than 2" in conflict(covers, demand, size=3, too_close=near, locked=["Q"])


def test_o01_demand_nobody_can_serve(covers: pd.DataFrame, demand: pd.Series) -> None:
    assert "no candidate reaches any demand" in conflict(covers & False, demand, size=2)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_o05_demand_is_finite_and_not_negative(covers: pd.DataFrame, demand: pd.Series, bad: float) -> None:
    demand["c"] = bad
    with pytest.raises(DataError, match="weights of demand 'c' must be finite"):
        choose_portfolio(covers, demand, size=2)


def test_o05_every_problem_of_the_ids_at_once(covers: pd.DataFrame, demand: pd.Series) -> None:
    twice = covers.rename(columns={"S": "P"}).rename(index={"e": "x"})
    with pytest.raises(DataError) as caught:
        choose_portfolio(twice, demand, size=2)
    assert "sites 'P' stand twice" in str(caught.value)
    assert "demand 'e', 'x' stands only" in str(caught.value)
    with pytest.raises(DataError) as caught:
        choose_portfolio(covers, demand, size=2, too_close=[("Q", "Q"), ("P", "Z")])
    assert "'Z' of the spacing" in str(caught.value)
    assert "'Q' are too close" in str(caught.value)
    with pytest.raises(DataError, match="true or false"):
        choose_portfolio(covers.astype(float), demand, size=2)


@pytest.mark.parametrize("size", [0, -1])
def test_o11_no_sites_asked_for(covers: pd.DataFrame, demand: pd.Series, size: int) -> None:
    assert "ask for at least 1" in conflict(covers, demand, size=size)


def test_o11_no_candidates(covers: pd.DataFrame, demand: pd.Series) -> None:
    assert "there are no candidates" in conflict(covers.iloc[:, :0], demand, size=1)


def test_o11_no_demand(covers: pd.DataFrame, demand: pd.Series) -> None:
    for none in (demand * 0, demand.iloc[:0]):
        with pytest.raises(DataError, match="there is no demand"):
            choose_portfolio(covers.loc[none.index], none, size=1)


def test_o11_all_sites(covers: pd.DataFrame, demand: pd.Series) -> None:
    found = choose_portfolio(covers, demand, size=4)
    assert (found.sites, found.covered_truck_km_per_day) == (SITES, 72)


def test_o11_spare_sites_are_the_earliest(covers: pd.DataFrame, demand: pd.Series) -> None:
    # Q alone serves all the demand left: of the others any may come along, P is the earliest.
    assert choose_portfolio(covers, demand.where(demand >= 20, 0.0), size=2).sites == ("P", "Q")


def test_o04_status_gap_and_bound_of_an_open_end(
    covers: pd.DataFrame, demand: pd.Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve = settle.solve

    def open_end(model: Model, **options: object) -> Solution:
        found = solve(model, **options)  # type: ignore[arg-type]
        return replace(found, status="feasible", bound=found.objective * 1.04, gap=0.04)

    monkeypatch.setattr(settle, "solve", open_end)
    found = choose_portfolio(covers, demand, size=2)
    assert (found.status, found.is_settled) == ("feasible", False)
    assert found.gap == pytest.approx(0.04)
    assert found.bound == pytest.approx(65 * 1.04)


def test_o07_a_tie_not_settled_in_time_is_said(
    covers: pd.DataFrame, demand: pd.Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object, **__: object) -> Solution:
        raise InfeasibleError("not settled")

    monkeypatch.setattr(settle, "settle_ties", late)
    found = choose_portfolio(covers, demand, size=2)
    assert (found.status, found.is_settled) == ("optimal", False)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([1, 1, 0, 0], "claims 65 of at most 65, but its sites give 60"),
        ([1, 0, 1, 1], "3 sites instead of 2"),
    ],
)
def test_o10_a_wrong_answer_is_found_by_recounting(
    covers: pd.DataFrame, demand: pd.Series, monkeypatch: pytest.MonkeyPatch, x: list[int], message: str
) -> None:
    solve = settle.solve

    def wrong(model: Model, **options: object) -> Solution:
        found = solve(model, **options)  # type: ignore[arg-type]
        return replace(found, status="feasible", x=np.r_[x, found.x[4:]])

    monkeypatch.setattr(settle, "solve", wrong)
    with pytest.raises(EngineError, match=message):
        choose_portfolio(covers, demand, size=2)


def chosen_of(distance: np.ndarray, weights: np.ndarray, *, radius: float, size: int) -> Portfolio:
    links, sites = (ids("L", count) for count in distance.shape)
    covers = pd.DataFrame(distance <= radius, index=links, columns=sites)
    return choose_portfolio(covers, pd.Series(weights, index=links, dtype=float), size=size)


def between(points: np.ndarray) -> np.ndarray:
    return np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))


def published(folder: str, file: str = "optima.json") -> dict[str, list[float]]:
    content: dict[str, list[float]] = json.loads((BENCHMARKS / folder / file).read_text("utf-8"))
    return content


@needs_benchmarks
@pytest.mark.parametrize(("radius", "sizes"), [(10, range(1, 10)), (15, range(1, 6))])
def test_published_swain55(radius: int, sizes: range) -> None:
    rows = np.loadtxt(BENCHMARKS / "swain55" / "swain.txt", skiprows=1)
    for size in sizes:
        found = chosen_of(between(rows[:, 1:3]), rows[:, 3], radius=radius, size=size)
        assert found.covered_truck_km_per_day == published("swain55")[f"mclp_S{radius}_p{size}"][0]


@needs_benchmarks
@pytest.mark.slow
@pytest.mark.parametrize(("name", "sizes"), [("SJC324", range(1, 6)), ("SJC402", range(1, 7))])
def test_published_sjc(name: str, sizes: range) -> None:
    rows = np.loadtxt(BENCHMARKS / "mclp_sjc" / f"{name}.txt", skiprows=1, usecols=(0, 1, 2))
    for size in sizes:
        found = chosen_of(between(rows[:, :2]), rows[:, 2], radius=800, size=size)
        expected = published("mclp_sjc")[f"{name}_r800_p{size}"][0]
        assert found.covered_truck_km_per_day == pytest.approx(expected, rel=1e-6)


@needs_benchmarks
def test_published_san_francisco() -> None:
    folder = BENCHMARKS / "spopt_sf205"
    table = pd.read_csv(
        folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv",
        dtype={"DestinationName": "str"},
    )
    metres = table.pivot_table(index="DestinationName", columns="name", values="distance")
    people = table.drop_duplicates("DestinationName").set_index("DestinationName")["demand"]
    found = choose_portfolio(metres <= 5000, people.astype(float), size=4)
    assert found.covered_truck_km_per_day == 875_247
    assert found.total_truck_km_per_day == 955_113
    assert list(found.sites) == published("spopt_sf205")["mclp_r5000_p4"][1]


@needs_benchmarks
def test_published_25_nodes() -> None:
    folder = BENCHMARKS / "simchi_levi_berman_25"
    edges, nodes = pd.read_csv(folder / "edges.csv"), pd.read_csv(folder / "nodes.csv")
    ends = (edges["u"] - 1, edges["v"] - 1)
    graph = csr_array((edges["length"].astype(float), ends), shape=(25, 25))
    distance = csgraph.dijkstra(graph, directed=False)
    for size in range(1, 6):
        found = chosen_of(distance, nodes["weight"].to_numpy(), radius=8, size=size)
        expected = published("simchi_levi_berman_25", "other_optima.json")[f"mclp_S8_p{size}"][0]
        assert found.covered_truck_km_per_day == expected
