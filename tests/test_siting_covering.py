"""Covering models: published optima, enumeration under limits, laws, ties (rows O01, O05, O07, O11)."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csgraph, csr_array

from regiongeo.errors import DataError, EngineError, InfeasibleError
from regiongeo.siting import settle
from regiongeo.siting.covering import Covering, cover_all, cover_most, cover_twice, share_fading, share_within
from regiongeo.siting.ladder import build_ladder, leading_sites, open_needs, smallest_sets
from regiongeo.siting.limits import Limits
from regiongeo.siting.solver import Model, Solution
from test_siting_limits import all_picks, is_kept, random_limits, with_groups

BENCHMARKS = Path(__file__).parents[2] / "shared" / "benchmarks"
needs_benchmarks = pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="published instances are not here")

SITES = ("P", "Q", "R", "S")


@pytest.fixture
def distance() -> pd.DataFrame:
    """Four places and four sites on a road, kilometres from its start; no road leads to place z.

    km      0    10   20   30        z
    place   a    b    c    d
    site    P    Q    R        S
            0    10   20       40
    """
    places = pd.Series({"a": 0.0, "b": 10.0, "c": 20.0, "d": 30.0})
    sites = pd.Series({"P": 0.0, "Q": 10.0, "R": 20.0, "S": 40.0})
    table = pd.DataFrame({site: (places - at).abs() for site, at in sites.items()})
    return pd.concat([table, pd.DataFrame(np.inf, index=["z"], columns=table.columns)])


@pytest.fixture
def weight() -> pd.Series:
    return pd.Series({"a": 1.0, "b": 2.0, "c": 4.0, "d": 8.0, "z": 16.0})


def test_all_by_hand(distance: pd.DataFrame, weight: pd.Series) -> None:
    # Within 10 km: P ab, Q abc, R bcd, S d. Q and R or Q and S, or P and R serve all but z.
    found = cover_all(share_within(distance, reach=10), weight)
    assert (found.sites, found.objective, found.bound, found.gap) == (("P", "R"), 2, 2, 0)
    assert (found.covered, found.total, found.beyond, found.status) == (15, 31, ("z",), "optimal")
    assert found.share == pytest.approx(15 / 31)
    assert found.twice == 2


def test_all_by_cost_by_hand(distance: pd.DataFrame, weight: pd.Series) -> None:
    cost = pd.Series({"P": 5.0, "Q": 3.0, "R": 6.0, "S": 2.5})
    found = cover_all(share_within(distance, reach=10), weight, limits=Limits(cost=cost))
    assert (found.sites, found.objective) == (("Q", "S"), 5.5)


def test_most_by_hand(distance: pd.DataFrame, weight: pd.Series) -> None:
    share = share_within(distance, reach=10)
    found = cover_most(share, weight, limits=Limits(size=1))
    assert (found.sites, found.objective, found.covered) == (("R",), 14, 14)
    assert found.beyond == ("z",)
    out = cover_most(share, weight, limits=Limits(size=1, locked_out=("R",)))
    assert (out.sites, out.objective) == (("S",), 8)


def test_most_in_part_by_hand(distance: pd.DataFrame, weight: pd.Series) -> None:
    # All up to 5 km, nothing from 15: half at 10 km. P 1 + 1, Q 2 + .5 + 2, R 4 + 1 + 4, S 4.
    # Two: P and R 1 + 1 + 4 + 4 = 10, Q and R .5 + 2 + 4 + 4 = 10.5, R and S 1 + 4 + 4 = 9.
    found = cover_most(share_fading(distance, full=5, none=15), weight, limits=Limits(size=2))
    assert (found.sites, found.objective) == (("Q", "R"), 10.5)


def test_most_within_a_budget_takes_no_site_that_adds_nothing(
    distance: pd.DataFrame, weight: pd.Series
) -> None:
    cost = pd.Series({"P": 1.0, "Q": 1.0, "R": 3.0, "S": 1.0})
    share = share_within(distance, reach=10)
    found = cover_most(share, weight, limits=Limits(budget=5, cost=cost))
    # All is served by P and R, Q and R (4) or Q and S (2): the cheapest.
    assert (found.sites, found.objective) == (("Q", "S"), 15)
    assert cover_most(share, weight, limits=Limits(budget=1, cost=cost)).sites == ("S",)
    assert cover_most(share, weight, limits=Limits(budget=0, cost=cost)).sites == ()
    assert cover_most(share, weight, limits=Limits()).sites == ("P", "R")


def test_twice_by_hand(distance: pd.DataFrame, weight: pd.Series) -> None:
    # Q and R: a 1, b 2 twice, c 4 twice, d 8. R and S: b 2, c 4, d 8 twice.
    share = share_within(distance, reach=10)
    even = cover_twice(share, weight, limits=Limits(size=2), first=0.5)
    assert (even.sites, even.covered, even.twice, even.objective) == (("R", "S"), 14, 8, 11)
    first = cover_twice(share, weight, limits=Limits(size=2), first=0.9)
    # 0.9 * 15 + 0.1 * 6 against 0.9 * 14 + 0.1 * 8.
    assert (first.sites, first.covered, first.twice) == (("Q", "R"), 15, 6)
    assert first.objective == pytest.approx(14.1)


def test_at_least_one_in_each_subregion(distance: pd.DataFrame, weight: pd.Series) -> None:
    group = pd.Series({"P": "west", "Q": "west", "R": "east", "S": "east"})
    limits = Limits(size=2, group=group, at_least={"west": 1})
    assert cover_most(share_within(distance, reach=0), weight, limits=limits).sites == ("Q", "R")


def random_question(seed: int, *, parts: int) -> tuple[pd.DataFrame, pd.Series, Limits]:
    """Up to 7 demands and 6 sites with many ties; coverage in steps of 1 / parts."""
    numbers = np.random.default_rng(seed)
    demands, count = int(numbers.integers(1, 8)), int(numbers.integers(2, 7))
    sites = pd.Index([f"S{number}" for number in range(count)])
    steps = numbers.integers(0, parts + 1, (demands, count)) * (numbers.random((demands, count)) < 0.6)
    share = pd.DataFrame(steps / parts, index=[f"D{number}" for number in range(demands)], columns=sites)
    weight = pd.Series(numbers.integers(0, 4, demands), index=share.index, dtype=float)
    limits = with_groups(numbers, random_limits(numbers, sites))
    if numbers.random() < 0.4:
        limits = replace(limits, at_least={}, budget=None, locked_out=())
    return share, weight, limits


def enumerate_best(
    share: pd.DataFrame, limits: Limits, objective: np.ndarray, *, is_free: bool
) -> tuple[float, tuple[str, ...]] | None:
    """Return the best choice; of equals the cheapest if the number is free, then the earliest."""
    picks = all_picks(share.shape[1])
    kept = np.flatnonzero(is_kept(limits, share.columns) & np.isfinite(objective))
    if not len(kept):
        return None
    kept = kept[objective[kept] >= objective[kept].max() - 1e-9]
    if is_free:
        assert limits.cost is not None
        spent = picks[kept] @ limits.cost[share.columns].to_numpy()
        kept = kept[spent == spent.min()]
    return float(objective[kept[-1]]), tuple(share.columns[picks[kept[-1]]])


def covered_by_picks(share: pd.DataFrame, weight: pd.Series) -> np.ndarray:
    picks = all_picks(share.shape[1])
    best = (picks[:, None, :] * share.to_numpy()[None]).max(axis=2)
    return np.asarray(best @ weight.to_numpy())


def agree(found: Covering, expected: tuple[float, tuple[str, ...]]) -> None:
    assert found.objective == pytest.approx(expected[0])
    assert found.sites == expected[1]
    assert (found.status, found.gap, found.is_settled) == ("optimal", 0, True)


def try_most(seed: int) -> None:
    share, weight, limits = random_question(seed, parts=1 + seed % 3)
    expected = enumerate_best(share, limits, covered_by_picks(share, weight), is_free=limits.size is None)
    if expected is None or not (share.to_numpy()[weight > 0] > 0).any():
        with pytest.raises((InfeasibleError, DataError)):
            cover_most(share, weight, limits=limits)
        return
    shuffled = share.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
    agree(cover_most(shuffled, weight, limits=limits, seed=seed), expected)


def try_all(seed: int) -> None:
    share, weight, limits = random_question(seed, parts=1)
    share = share > 0
    if seed % 2:
        limits = replace(limits, cost=None, budget=None)
    cost = pd.Series(1.0, index=share.columns) if limits.cost is None else limits.cost
    picks = all_picks(share.shape[1])
    barred = {two for pair in limits.too_close for two in pair if len({*pair} & {*limits.locked_in}) == 1}
    may = ~share.columns.isin([*limits.locked_out, *(barred - {*limits.locked_in})])
    reached = share.to_numpy()[(share & may).any(axis=1)]
    covers_all = (picks.astype(int) @ reached.T.astype(int) > 0).all(axis=1)
    objective = np.where(covers_all, -(picks @ cost.to_numpy()), -np.inf)
    expected = enumerate_best(share, limits, objective, is_free=False)
    if expected is None or not share.to_numpy().any():
        with pytest.raises(InfeasibleError, match=r"in conflict|no choice keeps|no candidate"):
            cover_all(share, weight, limits=limits)
        return
    found = cover_all(share, weight, limits=limits, seed=seed)
    agree(found, (-expected[0], expected[1]))
    assert found.beyond == tuple(share.index[~(share & may).any(axis=1)])


def try_twice(seed: int) -> None:
    share, weight, limits = random_question(seed, parts=1)
    share, first = share > 0, (0.5, 0.75, 1.0)[seed % 3]
    served = all_picks(share.shape[1]).astype(int) @ share.to_numpy().T.astype(int)
    objective = (first * (served > 0) + (1 - first) * (served > 1)) @ weight.to_numpy()
    expected = enumerate_best(share, limits, objective, is_free=limits.size is None)
    if expected is None or not share.to_numpy()[weight > 0].any():
        with pytest.raises((InfeasibleError, DataError)):
            cover_twice(share, weight, limits=limits, first=first)
        return
    agree(cover_twice(share, weight, limits=limits, first=first, seed=seed), expected)


@pytest.mark.parametrize("attempt", [try_most, try_all, try_twice])
def test_enumeration_agrees_within_limits(attempt: object) -> None:
    for seed in range(25):
        attempt(seed)  # type: ignore[operator]


@pytest.mark.slow
@pytest.mark.parametrize("attempt", [try_most, try_all, try_twice])
def test_enumeration_agrees_on_hundreds_more(attempt: object) -> None:
    for seed in range(25, 60):
        attempt(seed)  # type: ignore[operator]


def test_a_ladder_earns_what_the_best_site_gives_for_every_choice() -> None:
    """500 random tables, every choice of sites: rungs with a chosen site add up to the best shares."""
    for seed in range(500):
        share, weight, _ = random_question(seed, parts=1 + seed % 4)
        ladder = build_ladder(csr_array(share.to_numpy()), weight.to_numpy())
        sets, below = ladder.own.toarray(), ladder.below.toarray()
        for _ in range(share.shape[1]):
            sets = np.maximum(sets, below @ sets)
        sets = sets > 0
        assert len(np.unique(sets, axis=0)) == len(sets)
        has = all_picks(share.shape[1]).astype(int) @ sets.T.astype(int) > 0
        assert np.allclose(has @ ladder.weight, covered_by_picks(share, weight))


def test_sets_that_hold_others_need_no_row() -> None:
    # PQ and QR stay; PQR and QRS hold one of them, and S alone is its own.
    sets = csr_array(
        np.array([[1, 1, 1, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 1], [0, 0, 0, 1]], dtype=float)
    )
    assert smallest_sets(sets).toarray().tolist() == [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]]


def test_sites_that_another_can_stand_for_are_left_out() -> None:
    """P stands in one set, Q in that and another: P goes, unless Q is dearer or P must stay; S is alike R."""
    sets = csr_array(np.array([[1, 1, 0, 0], [0, 1, 1, 1]], dtype=float))
    may, even = np.ones(4, dtype=bool), np.ones(4)
    left, leader = leading_sites(sets, even, may)
    assert leader.tolist() == [1, 1, 1, 1]  # one set holds the other then, and R and S go too
    assert left.toarray().tolist() == [[0, 1, 0, 0]]
    _, leader = leading_sites(sets, np.array([1.0, 9.0, 1.0, 1.0]), may)
    assert leader.tolist() == [0, 1, 2, 2]
    _, leader = leading_sites(sets, even, np.array([False, True, True, True]))
    assert leader.tolist() == [0, 1, 1, 1]


def test_sites_of_no_use_need_no_leader() -> None:
    sets = csr_array(np.array([[1, 0, 0], [0, 0, 1]], dtype=float))
    assert leading_sites(sets, np.ones(3), np.ones(3, dtype=bool))[1].tolist() == [0, -1, 2]


def test_needs_left_between_two_choices() -> None:
    """With P chosen its set is met; without Q the set QR is R alone, which RS holds."""
    sets = csr_array(np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]], dtype=float))
    left = open_needs(sets, is_in=np.array([1, 0, 0, 0]) > 0, may_be_in=np.array([1, 0, 1, 1]) > 0)
    assert left.toarray().tolist() == [[0, 0, 1, 0]]


def test_leaving_sites_out_changes_no_optimum() -> None:
    """300 random questions with every choice tried: the cheapest cover costs the same without them."""
    gone = 0
    for seed in range(300):
        numbers = np.random.default_rng(seed)
        share = np.unique(numbers.random((int(numbers.integers(1, 9)), 7)) < 0.4, axis=0)
        share = share[share.any(axis=1)]
        cost = numbers.integers(1, 4, 7).astype(float)
        may = numbers.random(7) < 0.8
        sets, leader = leading_sites(smallest_sets(csr_array(share.astype(float))), cost, may)
        is_in = leader == np.arange(7)
        led = leader >= 0
        assert is_in[leader[led]].all()
        assert (cost[leader[led]] <= cost[led]).all()
        picks = all_picks(7)
        covers = (picks.astype(int) @ share.T.astype(int) > 0).all(axis=1)
        kept = (picks.astype(int) @ sets.toarray().T.astype(int) > 0).all(axis=1) & ~picks[:, ~is_in].any(
            axis=1
        )
        locked = picks[:, ~may].all(axis=1)
        if (covers & locked).any():
            assert (picks[kept & locked] @ cost).min() == (picks[covers & locked] @ cost).min()
            assert covers[kept].all()
        gone += int((~is_in).sum())
    assert gone > 300


@st.composite
def laws(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.Series, int]:
    numbers = np.random.default_rng(draw(st.integers(0, 10**6)))
    demands, sites = draw(st.integers(2, 8)), draw(st.integers(2, 6))
    share = pd.DataFrame(
        numbers.integers(0, 3, (demands, sites)) / 2,
        index=[f"D{number}" for number in range(demands)],
        columns=[f"S{number}" for number in range(sites)],
    )
    share.iloc[0, 0] = 1.0
    weight = pd.Series(numbers.integers(1, 9, demands), index=share.index, dtype=float)
    return share, weight, draw(st.integers(1, sites))


@given(laws())
@settings(max_examples=10)
def test_laws_of_most(question: tuple[pd.DataFrame, pd.Series, int]) -> None:
    """Sites never lower, locks never raise, scale and names change nothing, a removal never helps."""
    share, weight, size = question
    found = cover_most(share, weight, limits=Limits(size=size))
    if size < share.shape[1]:
        assert cover_most(share, weight, limits=Limits(size=size + 1)).objective >= found.objective
    last = share.columns[-1]
    assert cover_most(share, weight, limits=Limits(size=size, locked_in=(last,))).objective <= found.objective
    scaled = cover_most(share, weight * 1e-3, limits=Limits(size=size))
    assert scaled.sites == found.sites
    assert scaled.objective == pytest.approx(found.objective * 1e-3)
    names = {site: f"X{site}" for site in share.columns}
    renamed = cover_most(share.rename(columns=names), weight, limits=Limits(size=size))
    assert renamed.sites == tuple(names[site] for site in found.sites)
    fewer = share[list(found.sites)].drop(columns=found.sites[0])
    assert fewer.max(axis=1).fillna(0.0) @ weight <= found.objective


@given(laws())
@settings(max_examples=10)
def test_laws_of_all(question: tuple[pd.DataFrame, pd.Series, int]) -> None:
    share, weight, _ = question
    share = share > 0
    found = cover_all(share, weight)
    more = share.assign(T=share.any(axis=1))
    assert cover_all(more, weight).objective == 1 <= found.objective
    assert cover_all(share, weight, limits=Limits(locked_in=("S1",))).objective >= found.objective
    assert (
        cover_all(share, weight * 7, limits=Limits(cost=pd.Series(7.0, index=share.columns))).sites
        == found.sites
    )
    for site in found.sites:
        assert share[list(found.sites)].drop(columns=site).any(axis=1).sum() < share.any(axis=1).sum()


def test_o07_24_variants_give_one_set() -> None:
    """Seeds 0-3 × threads 1, 2 × three orders, each thread count in its own process."""
    code = """
import sys
import numpy as np, pandas as pd
from regiongeo.siting.covering import cover_all, cover_most, cover_twice
from regiongeo.siting.limits import Limits
numbers = np.random.default_rng(5)
names = [f"S{at:02d}" for at in range(14)]
share = pd.DataFrame(numbers.random((40, 14)) < 0.15, index=[f"D{at}" for at in range(40)], columns=names)
weight = pd.Series(numbers.integers(1, 3, 40) / 10, index=share.index)
near = tuple((names[at], names[at + 1]) for at in range(0, 13, 3))
limits = Limits(size=5, too_close=near, locked_in=("S07",))
for seed in range(4):
    for order in range(3):
        mixed = share.sample(frac=1, random_state=order).sample(frac=1, axis=1, random_state=order)
        options = {"seed": seed, "threads": int(sys.argv[1])}
        for found in (
            cover_most(mixed, weight, limits=limits, **options),
            cover_twice(mixed, weight, limits=limits, **options),
            cover_all(mixed, weight, **options),
        ):
            assert found.is_settled
            print(*found.sites, end="; ")
        print()
"""
    lines = []
    for threads in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code, threads], check=True, timeout=300, capture_output=True, text=True
        )
        lines += done.stdout.splitlines()
    assert len(lines) == 24
    assert len(set(lines)) == 1


def test_o04_a_time_limit_shows_bound_and_gap(
    distance: pd.DataFrame, weight: pd.Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve = settle.solve

    def late(model: Model, **options: object) -> Solution:
        found = solve(model, **options)  # type: ignore[arg-type]
        return replace(found, status="feasible", bound=found.objective + 0.7, gap=0.35)

    monkeypatch.setattr(settle, "solve", late)
    found = cover_all(share_within(distance, reach=10), weight)
    # Between 1.3 and 2 sites there is only 2.
    assert (found.status, found.objective, found.bound, found.gap) == ("feasible", 2, 2, 0)
    cost = pd.Series(2.0, index=list(SITES))
    dear = cover_all(share_within(distance, reach=10), weight, limits=Limits(cost=cost))
    assert (dear.status, dear.is_settled, dear.objective) == ("feasible", False, 4)
    assert dear.bound == pytest.approx(2.6)
    assert dear.gap == pytest.approx(0.35)


def test_o10_a_cover_with_a_hole_is_found_by_recounting(
    distance: pd.DataFrame, weight: pd.Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve = settle.solve

    def wrong(model: Model, **options: object) -> Solution:
        return replace(solve(model, **options), status="feasible", x=np.array([1.0, 1, 0, 0]))  # type: ignore[arg-type]

    monkeypatch.setattr(settle, "solve", wrong)
    with pytest.raises(EngineError, match="leave demand 'd' uncovered"):
        cover_all(share_within(distance, reach=10), weight)


def test_o01_limits_that_leave_no_full_cover(distance: pd.DataFrame, weight: pd.Series) -> None:
    share = share_within(distance, reach=10)
    with pytest.raises(InfeasibleError, match="while all demand within reach is covered: 1 site asked for, "):
        cover_all(share, weight, limits=Limits(size=1))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.nan, "distances of demand 'b' are missing"),
        (-1.0, "distances of demand 'b' are missing or below 0"),
    ],
)
def test_o05_distances_are_checked(distance: pd.DataFrame, bad: float, message: str) -> None:
    distance.loc["b", "Q"] = bad
    with pytest.raises(DataError, match=message):
        share_within(distance, reach=10)
    with pytest.raises(DataError, match=message):
        share_fading(distance, full=1, none=2)


@pytest.mark.parametrize("reach", [np.nan, np.inf, -1.0])
def test_o05_the_reach_is_checked(distance: pd.DataFrame, reach: float) -> None:
    with pytest.raises(DataError, match="must be finite and >= 0"):
        share_within(distance, reach=reach)
    with pytest.raises(DataError, match="coverage fades from 5 to 5"):
        share_fading(distance, full=5, none=5)


def test_o05_shares_and_worth_are_checked(distance: pd.DataFrame, weight: pd.Series) -> None:
    share = share_within(distance, reach=10)
    with pytest.raises(DataError, match="'a', 'b', 'c' and 2 more must lie between 0 and 1"):
        cover_most(share * 2.0 - 0.5, weight, limits=Limits(size=1))
    for model in (cover_all, cover_twice):
        with pytest.raises(DataError, match="true or false"):
            model(share.astype(float), weight, limits=Limits(size=1))
    for first in (0.4, 1.1, np.nan):
        with pytest.raises(DataError, match="worth of a first site"):
            cover_twice(share, weight, limits=Limits(size=1), first=first)


def test_o11_radius_0_covers_what_stands_on_a_site(distance: pd.DataFrame, weight: pd.Series) -> None:
    found = cover_all(share_within(distance, reach=0), weight)
    assert (found.sites, found.beyond) == (("P", "Q", "R"), ("d", "z"))


def test_inputs_are_left_alone(distance: pd.DataFrame, weight: pd.Series) -> None:
    share = share_within(distance, reach=10)
    before = share.copy(), weight.copy()
    cover_most(share, weight, limits=Limits(size=2))
    pd.testing.assert_frame_equal(share, before[0])
    pd.testing.assert_series_equal(weight, before[1])


def published(folder: str, file: str = "optima.json") -> dict[str, list[float]]:
    content: dict[str, list[float]] = json.loads((BENCHMARKS / folder / file).read_text("utf-8"))
    return content


def table_of(distance: np.ndarray, radius: float) -> pd.DataFrame:
    names = [f"L{number:03d}" for number in range(len(distance))]
    return share_within(pd.DataFrame(distance, index=names, columns=names), reach=radius)


def between(points: np.ndarray) -> np.ndarray:
    return np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))


@needs_benchmarks
@pytest.mark.parametrize("radius", [10, 15])
def test_published_swain55(radius: int) -> None:
    rows = np.loadtxt(BENCHMARKS / "swain55" / "swain.txt", skiprows=1)
    share = table_of(between(rows[:, 1:3]), radius)
    fewest = {10: 9, 15: 5}[radius]
    assert cover_all(share, pd.Series(rows[:, 3], index=share.index)).objective == fewest


@needs_benchmarks
def test_published_san_francisco() -> None:
    file = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    table = pd.read_csv(BENCHMARKS / "spopt_sf205" / file, dtype={"DestinationName": "str"})
    metres = table.pivot_table(index="DestinationName", columns="name", values="distance")
    people = table.drop_duplicates("DestinationName").set_index("DestinationName")["demand"].astype(float)
    share = share_within(metres, reach=5000)
    assert cover_all(share, people).objective == 8
    assert cover_most(share, people, limits=Limits(size=4)).objective == 875_247


@needs_benchmarks
def test_published_25_nodes() -> None:
    folder = BENCHMARKS / "simchi_levi_berman_25"
    edges, nodes = pd.read_csv(folder / "edges.csv"), pd.read_csv(folder / "nodes.csv")
    ends = (edges["u"] - 1, edges["v"] - 1)
    graph = csr_array((edges["length"].astype(float), ends), shape=(25, 25))
    distance = csgraph.dijkstra(graph, directed=False)
    for radius, fewest in ((4, 10), (6, 7), (8, 4), (10, 3)):
        share = table_of(distance, radius)
        weight = pd.Series(nodes["weight"].to_numpy(dtype=float), index=share.index)
        assert cover_all(share, weight).objective == fewest
    share = table_of(distance, 8)
    for size, most in enumerate((455, 767, 1011, 1018), start=1):
        assert cover_most(share, weight, limits=Limits(size=size)).objective == most
