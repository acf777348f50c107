"""Gains of decisions that need not be whole: by hand, and their laws on random covers."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from regiongeo.siting import gains as gains_module
from regiongeo.siting.gains import Gains, read_gains
from regiongeo.siting.pathcover import PathCover
from toy_cover import earned, random_cover


@pytest.fixture
def rivals() -> PathCover:
    """Three sites A, B, C; a relation worth 6 by its first way (A and B) or 4 by its second (C); one worth 2.

    windows: {A}  {B}  {C}  {A, B}
    claims:  {A} and {B}: 6 | {C}: 4, the same relation;  {A, B}: 2, its own
    """
    return PathCover(
        windows=sparse.csr_array(np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]])),
        claims=sparse.csr_array(np.array([[0.0, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1]])),
        credit=np.array([4.0, 6.0, 2.0]),
        group=np.array([0, 0, 1]),
        base=5.0,
    )


def value(gains: Gains, x: np.ndarray) -> float:
    return float(gains.tangent(x).value.sum())


@pytest.mark.parametrize(
    ("x", "worth"),
    [
        ((1, 1, 0), 6 + 2),  # the first way, and the other relation
        ((1, 0, 1), 4 + 2),
        ((1, 1, 1), 6 + 2),  # the better way alone counts
        ((0, 0, 0), 0),
        ((0.5, 0.25, 0.5), 6 * 0.25 + 4 * 0.5 + 2 * 0.75),  # a quarter goes the first way, half the second
        ((0.5, 0.5, 1.0), 6 * 0.5 + 4 * 0.5 + 2),  # the second way fills what the first leaves
    ],
)
def test_gains_by_hand(rivals: PathCover, x: tuple[float, ...], worth: float) -> None:
    assert value(read_gains(rivals, scale=1.0), np.array(x, dtype=float)) == pytest.approx(worth)
    assert value(read_gains(rivals, scale=10.0), np.array(x, dtype=float)) == pytest.approx(10 * worth)


def test_the_tangent_by_hand(rivals: PathCover) -> None:
    """At (0.5, 0.5, 1) the second way uses up the rest: 4, and 6 - 4 of A or B; the other is full."""
    gains = read_gains(rivals, scale=1.0)
    tangent = gains.tangent(np.array([0.5, 0.5, 1.0]))
    slope = tangent.slope.toarray().sum(axis=0)
    assert tangent.base.sum() == pytest.approx(4 + 2)
    assert slope[2] == 0
    assert sorted(slope[:2]) == pytest.approx([0, 2])
    assert gains.most.sum() == pytest.approx(6 + 2)


@pytest.mark.parametrize("seed", range(40))
def test_laws_on_random_covers(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole decisions earn what counting claims shows; none lies above a tangent; bundles change nothing."""
    numbers = np.random.default_rng(seed)
    cover = random_cover(numbers, options=7, claims=12)
    if seed % 2:
        monkeypatch.setattr(gains_module, "_BUNDLES", 3)
    gains = read_gains(cover, scale=2.0)
    points = [numbers.random(7), (numbers.random(7) < 0.5).astype(float), numbers.random(7) * 0.4, np.ones(7)]
    tangents = [gains.tangent(point) for point in points]
    for point, own in zip(points, tangents, strict=True):
        assert own.value == pytest.approx(own.base + own.slope @ point)
        for other in tangents:
            assert (own.value <= other.base + other.slope @ point + 1e-9).all()
        assert own.value.sum() == pytest.approx(by_linear_program(cover, point) * 2)
    whole = points[1] > 0
    assert value(gains, points[1]) / 2 + cover.base == pytest.approx(earned(cover, whole))
    assert earned(cover, whole) == pytest.approx(cover.value(whole))
    assert gains.bundles <= (3 if seed % 2 else 12)


def by_linear_program(cover: PathCover, x: np.ndarray) -> float:
    """Solve ``max credit @ y`` as its definition reads, without what is earned in any case."""
    most = [
        min(1.0, *(x[cover.windows[[window]].indices].sum() for window in cover.claims[[claim]].indices), 1.0)
        for claim in range(len(cover.credit))
    ]
    groups = np.unique(cover.group)
    rows = (cover.group[None, :] == groups[:, None]).astype(float)
    bounds = [(0.0, top) for top in most]
    return -float(linprog(-cover.credit, A_ub=rows, b_ub=np.ones(len(groups)), bounds=bounds).fun)


def test_a_cover_without_claims_gains_nothing() -> None:
    none = PathCover(
        windows=sparse.csr_array((0, 3)),
        claims=sparse.csr_array((0, 0)),
        credit=np.zeros(0),
        group=np.zeros(0, dtype=np.int64),
        base=4.0,
    )
    gains = read_gains(none, scale=1.0)
    assert (gains.bundles, value(gains, np.ones(3))) == (0, 0.0)
