"""Limits on a choice: read strictly, the same as rows and as words, conflicts named (rows O01, O05, O11)."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from regiongeo.errors import DataError, InfeasibleError
from regiongeo.siting.conflict import find_conflict, require_possible
from regiongeo.siting.limits import Limits, check_limits, limit_rows, limits_broken

SITES = pd.Index(["P", "Q", "R", "S"])


@pytest.fixture
def cost() -> pd.Series:
    """Four sites along a road, their costs, and the two subregions they lie in.

    P 10 --- Q 12 --- R 20 --- S 9
    [--- west ---]   [--- east ---]
    """
    return pd.Series([10.0, 12.0, 20.0, 9.0], index=SITES)


@pytest.fixture
def group() -> pd.Series:
    return pd.Series(["west", "west", "east", "east"], index=SITES)


def all_picks(sites: int) -> np.ndarray:
    """Every choice as a row of true and false, from none to all; a later row holds earlier sites."""
    return (np.arange(2**sites)[:, None] >> np.arange(sites)[::-1] & 1).astype(bool)


def is_kept(limits: Limits, sites: pd.Index) -> np.ndarray:
    """Whether each choice of `all_picks` keeps the limits, by plain counting."""
    picks = all_picks(len(sites))
    of = {site: picks[:, at] for at, site in enumerate(sites)}
    kept = np.ones(len(picks), dtype=bool)
    if limits.size is not None:
        kept &= picks.sum(axis=1) == limits.size
    if limits.budget is not None and limits.cost is not None:
        kept &= picks @ limits.cost[sites].to_numpy() <= limits.budget
    for site in sites:
        kept &= of[site] | (site not in limits.locked_in)
        kept &= ~of[site] | (site not in limits.locked_out)
    for one, other in limits.too_close:
        are_held = one in limits.locked_in and other in limits.locked_in
        kept &= ~(of[one] & of[other]) | are_held
    for name, least in limits.at_least.items():
        assert limits.group is not None
        kept &= picks @ (limits.group[sites] == name).to_numpy().astype(int) >= least
    return kept


def random_limits(numbers: np.random.Generator, sites: pd.Index) -> Limits:
    """Limits of every kind, each with a chance of about a half; many of them conflict."""
    order = numbers.permutation(sites).tolist()
    pairs = list(combinations(order, 2))
    locked = int(numbers.integers(0, 3))
    has = numbers.random(5) < 0.5
    return Limits(
        size=int(numbers.integers(1, len(sites) + 1)) if has[0] else None,
        budget=float(numbers.integers(0, 4 * len(sites))) if has[1] else None,
        cost=pd.Series(numbers.integers(0, 6, len(sites)), index=sites, dtype=float),
        locked_in=tuple(order[:locked]) if has[2] else (),
        locked_out=tuple(order[-1:]) if has[2] and locked < len(order) else (),
        too_close=tuple(pairs[at] for at in numbers.permutation(len(pairs))[: numbers.integers(0, 5)]),
        group=pd.Series(numbers.choice(["east", "west"], len(sites)), index=sites).where(
            numbers.random(len(sites)) < 0.8
        ),
        at_least={},
    )


def with_groups(numbers: np.random.Generator, limits: Limits) -> Limits:
    assert limits.group is not None
    known = sorted(limits.group.dropna().unique())
    return replace(limits, at_least={name: int(numbers.integers(0, 3)) for name in known})


def random_question(seed: int) -> tuple[Limits, pd.Index]:
    numbers = np.random.default_rng(seed)
    sites = pd.Index([f"S{number}" for number in range(numbers.integers(2, 7))])
    limits = random_limits(numbers, sites)
    return with_groups(numbers, limits), sites


def test_rows_words_and_counting_agree_on_every_choice() -> None:
    """200 random limits, all choices each: the model's rows, the check in words and plain counting."""
    for seed in range(200):
        limits, sites = random_question(seed)
        picks, kept = all_picks(len(sites)), is_kept(limits, sites)
        rows = limit_rows(limits, sites, columns=len(sites) + 3, first=2)
        assert rows.matrix.shape[1] == len(sites) + 3
        activity = picks @ rows.matrix.toarray()[:, 2:-1].T
        in_rows = ((activity >= rows.row_low - 1e-9) & (activity <= rows.row_high + 1e-9)).all(axis=1)
        in_bounds = ((picks >= rows.low) & (picks <= rows.high)).all(axis=1)
        assert np.array_equal(in_rows & in_bounds, kept)
        for at in range(0, len(picks), max(1, len(picks) // 8)):
            assert (limits_broken(limits, sites[picks[at]]) == []) == kept[at]


def test_o01_the_conflict_shown_is_one_and_minimal() -> None:
    """Of random limits: none if a choice keeps all; else all together fail, and each one less lets some."""
    found = 0
    for seed in range(1000, 1040):
        limits, sites = random_question(seed)
        conflict = find_conflict(limits, sites, time_limit_s=10)
        if is_kept(limits, sites).any():
            assert conflict == []
            continue
        found += 1
        alone = [is_kept(replace(part, cost=limits.cost, group=limits.group), sites) for part in conflict]
        assert conflict
        assert not np.logical_and.reduce(alone).any()
        for at in range(len(alone)):
            others = [kept for number, kept in enumerate(alone) if number != at]
            assert not others or np.logical_and.reduce(others).any()
        with pytest.raises(InfeasibleError, match=r"limits in conflict|a limit that no choice keeps"):
            require_possible(limits, sites, time_limit_s=10)
    assert found > 10


def told(limits: Limits) -> str:
    with pytest.raises(InfeasibleError) as caught:
        require_possible(limits, SITES, time_limit_s=10)
    return str(caught.value)


def test_o01_size_and_spacing_by_hand() -> None:
    near = (("P", "Q"), ("Q", "R"), ("R", "S"), ("P", "R"))
    # P and S, or Q and S fit, never three.
    assert told(Limits(size=3, too_close=near)) == (
        "limits in conflict: 3 sites asked for, where the others leave no more than 2; "
        "least spacing between 4 pairs: give way in any one of them"
    )


def test_o01_budget_and_locks_by_hand(cost: pd.Series) -> None:
    assert told(Limits(budget=30, cost=cost, locked_in=("R", "Q"))) == (
        "limits in conflict: budget 30, where the others cost at least 32; "
        "2 sites locked in ('Q', 'R'): give way in any one of them"
    )


def test_o01_the_one_pair_and_the_one_lock_are_named(group: pd.Series) -> None:
    # Only Q and P lie in the west: P is locked out, and Q stands too close to R, which is locked in.
    limits = Limits(
        locked_in=("R", "S"),
        locked_out=("P",),
        too_close=(("R", "Q"), ("P", "Q")),
        group=group,
        at_least={"west": 1, "east": 1},
    )
    assert told(limits) == (
        "limits in conflict: at least 1 in 'west', which has 2 candidates; 1 site locked in ('R'); "
        "1 site locked out ('P'); least spacing between 'R' and 'Q': give way in any one of them"
    )


def test_o01_a_single_limit(group: pd.Series) -> None:
    assert told(Limits(group=group, at_least={"west": 3})) == (
        "a limit that no choice keeps: at least 3 in 'west', which has 2 candidates"
    )
    assert told(Limits(size=5)) == (
        "a limit that no choice keeps: 5 sites asked for, where the others leave no more than 4"
    )


def test_locked_sites_may_be_close_and_new_ones_not() -> None:
    limits = Limits(size=2, locked_in=("P", "Q"), too_close=(("P", "Q"), ("R", "P")))
    require_possible(limits, SITES, time_limit_s=10)
    assert limits_broken(limits, ["P", "Q"]) == []
    assert limits_broken(replace(limits, size=3), ["P", "Q", "R"]) == ["sites ('R', 'P') are too close"]


def test_everything_broken_is_said_in_words(cost: pd.Series, group: pd.Series) -> None:
    limits = Limits(
        size=3,
        budget=20,
        cost=cost,
        locked_in=("S",),
        locked_out=("P",),
        too_close=(("P", "Q"),),
        group=group,
        at_least={"east": 1},
    )
    assert limits_broken(limits, ["P", "Q", "Q"]) == [
        "sites stand twice",
        "2 sites instead of 3",
        "locked sites 'S' are missing",
        "sites 'P' are locked out",
        "sites ('P', 'Q') are too close",
        "cost 34 above the budget 20",
        "0 sites in 'east' instead of 1",
    ]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(locked_in=("P", "P")), "locked-in sites 'P' stand twice"),
        (Limits(locked_out=("Q", "Q")), "locked-out sites 'Q' stand twice"),
        (Limits(too_close=(("P", "X"),)), "sites 'X' of the spacing are no candidates"),
        (Limits(too_close=(("P", "P"),)), "'P' are too close to themselves"),
        (Limits(budget=5), "a budget needs the cost of each site"),
        (Limits(budget=np.nan, cost=pd.Series(1.0, index=SITES)), "budget nan must be finite"),
        (Limits(budget=-1, cost=pd.Series(1.0, index=SITES)), "budget -1 must be finite and >= 0"),
        (Limits(cost=pd.Series(1.0, index=SITES[:3])), "costs of sites 'S' are missing"),
        (Limits(cost=pd.Series([1, 2, np.nan, 3.0], index=SITES)), "costs of sites 'R' are missing"),
        (Limits(cost=pd.Series([1, np.inf, -2.0, 3.0], index=SITES)), "costs of sites 'Q', 'R' are missing"),
        (Limits(cost=pd.Series(1.0, index=["P", *SITES])), "costs of 'P' stand twice"),
        (Limits(at_least={"west": 1}), "need the group of each site"),
        (Limits(size=2.5), "number of sites 2.5 is not whole"),  # type: ignore[arg-type]
    ],
)
def test_o05_bad_limits_are_named(limits: Limits, message: str) -> None:
    with pytest.raises(DataError, match="limits: ") as caught:
        check_limits(limits, SITES)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("at_least", "message"),
    [
        ({"north": 1}, "groups 'north' are unknown, known are 'east', 'west'"),
        ({"west": -1}, "in 'west' must be whole"),
        ({"west": 1.5}, "in 'west' must be whole"),
    ],
)
def test_o05_bad_groups_are_named(group: pd.Series, at_least: dict[str, int], message: str) -> None:
    with pytest.raises(DataError) as caught:
        check_limits(Limits(group=group, at_least=at_least), SITES)
    assert message in str(caught.value)


def test_o05_ids_that_stand_twice(group: pd.Series) -> None:
    with pytest.raises(DataError, match="candidates 'P' stand twice"):
        check_limits(Limits(), SITES.append(pd.Index(["P"])))
    with pytest.raises(DataError, match="groups of sites 'P' stand twice"):
        check_limits(Limits(group=pd.concat([group, group[:1]])), SITES)


def test_o11_no_candidates_and_no_sites() -> None:
    with pytest.raises(InfeasibleError, match="there are no candidates"):
        check_limits(Limits(), SITES[:0])
    with pytest.raises(InfeasibleError, match="a choice of 0 sites: ask for at least 1"):
        check_limits(Limits(size=0), SITES)


def test_o01_locked_both_ways_and_unknown() -> None:
    with pytest.raises(InfeasibleError, match="sites 'Q' are locked in and locked out"):
        check_limits(Limits(locked_in=("Q", "P"), locked_out=("Q",)), SITES)
    with pytest.raises(InfeasibleError, match="locked sites 'X', 'Y' are not among the 4 candidates"):
        check_limits(Limits(locked_in=("Y",), locked_out=("X",)), SITES)
