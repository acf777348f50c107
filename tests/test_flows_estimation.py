"""Matrix estimation: by hand for one count, laws, a general solver as oracle, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import minimize

from regiongeo.errors import DataError
from regiongeo.flows.estimation import contradictions, estimate_matrix


def passes(*rows: list[float]) -> sparse.csr_array:
    return sparse.csr_array(np.array(rows, dtype=float))


def test_one_count_by_hand() -> None:
    """A pair, prior 100, count 200. T = 100 exp(l), l = (200 - T) / s^2; s^2 = 50 / ln 1.5 gives T = 150."""
    error = math.sqrt(50 / math.log(1.5))
    found = estimate_matrix(np.array([100.0]), passes([1]), np.array([200.0]), np.array([error]))
    assert found.trips == pytest.approx([150])
    assert found.multipliers == pytest.approx([math.log(1.5)])
    assert found.is_converged


def test_the_spread_is_a_weaker_prior() -> None:
    """With spread 2 the same holds for s^2 = 2 * 50 / ln 1.5."""
    error = math.sqrt(2 * 50 / math.log(1.5))
    found = estimate_matrix(np.array([100.0]), passes([1]), np.array([200.0]), np.array([error]), spread=2.0)
    assert found.trips == pytest.approx([150])


def test_pairs_no_count_sees_stay() -> None:
    prior = np.array([100.0, 70.0])
    found = estimate_matrix(prior, passes([1, 0]), np.array([200.0]), np.array([1.0]))
    assert found.trips[1] == 70
    assert found.trips[0] == pytest.approx(200, rel=0.01)


def test_exact_counts_scale_pairs_alike() -> None:
    """Van Zuylen & Willumsen: two pairs of 30 and 70 on one link of 200 become 60 and 140."""
    found = estimate_matrix(np.array([30.0, 70.0]), passes([1, 1]), np.array([200.0]), np.array([1e-4]))
    assert found.trips == pytest.approx([60, 140])


def test_contradictory_counts_are_met_halfway_and_reported() -> None:
    observed, error = np.array([100.0, 300.0]), np.array([10.0, 10.0])
    found = estimate_matrix(np.array([200.0]), passes([1], [1]), observed, error, spread=30.0)
    assert found.trips == pytest.approx([200], rel=1e-6)
    assert contradictions(np.array([200.0, 200.0]), observed, error).tolist() == [True, True]
    assert contradictions(np.array([200.0, 200.0]), observed, 4 * error).tolist() == [False, False]


def test_a_prior_that_fits_is_left_alone() -> None:
    prior = np.array([30.0, 70.0, 5.0])
    found = estimate_matrix(
        prior, passes([1, 1, 0], [0, 1, 1]), np.array([100.0, 75.0]), np.array([9.0, 9.0])
    )
    assert found.trips.tolist() == prior.tolist()
    assert found.rounds == 0


def test_an_unfinished_search_says_so() -> None:
    prior, counts = np.array([1.0, 1.0]), np.array([5_000.0, 10.0])
    short = estimate_matrix(prior, passes([1, 1], [0, 1]), counts, np.array([1.0, 1.0]), rounds=1)
    whole = estimate_matrix(prior, passes([1, 1], [0, 1]), counts, np.array([1.0, 1.0]))
    assert not short.is_converged
    assert short.gap > 1e-6
    assert whole.is_converged
    assert whole.trips.sum() == pytest.approx(5_000, rel=0.01)


def test_a_general_solver_finds_the_same() -> None:
    random = np.random.default_rng(8)
    prior = random.uniform(5, 100, 6)
    share = random.uniform(0, 1, (4, 6))
    observed, error, spread = share @ prior * random.uniform(0.5, 2, 4), random.uniform(5, 30, 4), 7.0

    def objective(logs: np.ndarray) -> float:
        trips = np.exp(logs)
        entropy = (trips * (logs - np.log(prior)) - trips + prior).sum() / spread
        return float(entropy + (((observed - share @ trips) / error) ** 2).sum() / 2)

    oracle = minimize(objective, np.log(prior), method="BFGS", options={"gtol": 1e-8})
    found = estimate_matrix(prior, sparse.csr_array(share), observed, error, spread=spread)
    assert found.trips == pytest.approx(np.exp(oracle.x), rel=1e-4)


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 12), st.floats(0.5, 100))
def test_the_optimum_is_found_from_anywhere(seed: int, counts: int, pairs: int, spread: float) -> None:
    """Law: the multipliers say what is left of each count; the fit is no worse than the prior's."""
    random = np.random.default_rng(seed)
    share = sparse.csr_array(random.integers(0, 2, (counts, pairs)) * random.uniform(0.1, 1, (counts, pairs)))
    prior, observed = random.uniform(0.1, 500, pairs), random.uniform(0, 3_000, counts)
    error = random.uniform(5, 200, counts)
    found = estimate_matrix(prior, share, observed, error, spread=spread)
    volumes = share @ found.trips
    assert found.is_converged
    assert found.multipliers == pytest.approx((observed - volumes) / error**2, rel=1e-3, abs=2e-6)
    assert (found.trips > 0).all()
    before, after = (((observed - v) / error) ** 2 for v in (share @ prior, volumes))
    assert after.sum() <= before.sum() + 1e-6


def test_an_empty_prior_is_refused() -> None:
    with pytest.raises(DataError, match="the matrix is empty"):
        estimate_matrix(np.zeros(2), passes([1, 1]), np.array([100.0]), np.array([1.0]))


def test_useless_numbers_are_all_named() -> None:
    with pytest.raises(DataError, match=r"prior trips at 1; counts at 0; errors of counts at 1") as caught:
        estimate_matrix(
            np.array([1.0, -1.0, 3.0]),
            passes([1, 1, 0], [0, 1, 1]),
            np.array([np.nan, 2.0]),
            np.array([1.0, 0.0]),
        )
    assert "must be finite" in str(caught.value)
