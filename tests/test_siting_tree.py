"""Branch and cut: by hand, every choice tried on random covers, ties, limits of time (rows O01, O03, O07)."""

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
from scipy import sparse

from regiongeo.siting import gains as gains_module
from regiongeo.siting import tree
from regiongeo.siting.offers import Offers
from regiongeo.siting.pathcover import PathCover
from regiongeo.siting.tree import Branched, branch_and_cut
from toy_cover import earned, every_choice, random_cover, random_offers


def searched(cover: PathCover, offers: Offers, **options: object) -> Branched:
    asked = {"start": None, "deadline": perf_counter() + 60, "seed": 0, "threads": 1, **options}
    return branch_and_cut(cover, offers, **asked)


def any_two(options: int) -> Offers:
    nothing = (np.zeros(options, dtype=bool),)
    return Offers(
        columns=options,
        matrix=sparse.csr_array(np.ones((1, options))),
        row_low=np.array([-np.inf]),
        row_high=np.array([2.0]),
        low=np.zeros(options),
        high=np.ones(options),
        option=(np.arange(options),),
        cost=None,
        is_open=nothing,
        is_barred=nothing,
    )


@pytest.fixture
def triangle() -> PathCover:
    """Sites A, B, C, each pair of which one claim of 10 needs; and D, worth 9 alone, as is its twin E.

    Two halves of each of A, B and C would earn 15; two whole ones earn 10, D with another 9, D and E 9.
    """
    return PathCover(
        windows=sparse.csr_array(
            np.array([[1.0, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 1]])
        ),
        claims=sparse.csr_array(np.array([[1.0, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 0], [0, 0, 0, 1]])),
        credit=np.array([10.0, 10.0, 10.0, 9.0]),
        group=np.arange(4),
        base=1.0,
    )


def test_best_choice_by_hand(triangle: PathCover) -> None:
    found = searched(triangle, any_two(5))
    assert found.chosen is not None
    assert (found.chosen.sum(), found.chosen[:3].sum()) == (2, 2)
    assert triangle.value(found.chosen) == 11
    assert found.bound == pytest.approx(11)
    assert found.may_tie[:3].all()  # any two of the three


@pytest.mark.parametrize("seed", range(300))
def test_o07_every_choice_tried(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The best of all choices is found and proven; no choice as good is left out of those that may tie."""
    numbers = np.random.default_rng(seed)
    options = int(numbers.integers(4, 9))
    cover = random_cover(numbers, options=options, claims=int(numbers.integers(1, 25)))
    offers = random_offers(numbers, options=options)
    choices = every_choice(offers)
    worth = np.array([earned(cover, chosen) for chosen in choices])
    start = choices[int(numbers.integers(len(choices)))] if seed % 2 else None
    if seed % 3 == 0:
        monkeypatch.setattr(gains_module, "_BUNDLES", 2)
        monkeypatch.setattr(tree, "_MANY", 5)
        monkeypatch.setattr(tree, "_IDLE", 1)
    found = searched(cover, offers, start=start)

    assert found.chosen is not None
    assert offers.keeps(found.chosen)
    assert earned(cover, found.chosen) == pytest.approx(worth.max())
    assert found.bound == pytest.approx(worth.max(), rel=1e-8)
    ties = [chosen for chosen, total in zip(choices, worth, strict=True) if total >= worth.max() - 1e-9]
    assert all(found.may_tie[chosen].all() for chosen in ties)


@pytest.mark.parametrize("seed", range(12))
def test_o03_without_time_the_bound_still_holds(seed: int) -> None:
    numbers = np.random.default_rng(900 + seed)
    cover = random_cover(numbers, options=7, claims=20)
    offers = random_offers(numbers, options=7)
    choices = every_choice(offers)
    worth = max(earned(cover, chosen) for chosen in choices)
    found = searched(cover, offers, start=choices[0], deadline=perf_counter())
    assert found.chosen is not None
    assert earned(cover, found.chosen) <= worth <= found.bound + 1e-9
    assert searched(cover, offers, deadline=perf_counter()).chosen is None


@pytest.mark.parametrize("seed", range(12))
def test_o03_a_gap_asked_for_is_kept(seed: int) -> None:
    numbers = np.random.default_rng(950 + seed)
    cover = random_cover(numbers, options=8, claims=30)
    offers = random_offers(numbers, options=8)
    worth = max(earned(cover, chosen) for chosen in every_choice(offers))
    found = searched(cover, offers, rel_gap=0.3)
    assert found.chosen is not None
    value = earned(cover, found.chosen)
    assert value <= worth <= found.bound + 1e-9
    assert found.bound - cover.base <= (value - cover.base) * 1.3 + 1e-6


def test_o01_limits_that_conflict_leave_no_choice(triangle: PathCover) -> None:
    """At most two sites, and all of A, B and C."""
    two = any_two(5)
    rows = sparse.csr_array(np.array([[1.0, 1, 1, 1, 1], [1, 1, 1, 0, 0]]))
    low, high = np.array([-np.inf, 3.0]), np.array([2.0, np.inf])
    found = searched(triangle, replace(two, matrix=rows, row_low=low, row_high=high))
    assert found.chosen is None


def test_o07_one_choice_whatever_the_seed(triangle: PathCover) -> None:
    runs = [searched(triangle, any_two(5), seed=seed) for seed in range(4)]
    assert len({run.may_tie.tobytes() for run in runs}) == 1
    assert len({run.bound for run in runs}) == 1


def test_an_offer_brings_its_site_with_it() -> None:
    """Sites A, B (columns 0, 1), offers at A, B (2, 3), and one site in all."""
    cover = PathCover(
        windows=sparse.csr_array(np.array([[0.0, 0, 1, 0], [0, 0, 0, 1]])),
        claims=sparse.csr_array(np.eye(2)),
        credit=np.array([3.0, 2.0]),
        group=np.arange(2),
        base=0.0,
    )
    linked = np.array([[-1.0, 0, 1, 0], [0, -1, 0, 1], [1, 1, 0, 0]])
    offers = Offers(
        columns=4,
        matrix=sparse.csr_array(linked),
        row_low=np.full(3, -np.inf),
        row_high=np.array([0.0, 0.0, 1.0]),
        low=np.zeros(4),
        high=np.ones(4),
        option=(np.array([2, 3]),),
        cost=np.ones(4),
        is_open=(np.zeros(2, dtype=bool),),
        is_barred=(np.zeros(2, dtype=bool),),
    )
    found = searched(cover, offers)
    assert found.chosen is not None
    assert found.chosen.tolist() == [True, False, True, False]
    assert found.may_tie[[0, 2]].all()
