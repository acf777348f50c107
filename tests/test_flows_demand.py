"""Demand: Furness and gravity by hand, laws, an independent oracle, recovery of known parameters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize

from regiongeo.errors import DataError
from regiongeo.flows.demand import Demand, calibrate, deterrence, furness, gravity_matrix

ONE = np.ones


def towns(*attraction: float, minutes: np.ndarray | None = None, **given: object) -> Demand:
    """Return demand of towns without gateways, all 10 minutes apart unless told otherwise."""
    size = len(attraction)
    demand = Demand(
        attraction=np.array(attraction, dtype=float),
        gateway_trucks=np.full(size, np.nan),
        minutes=np.full((size, size), 10.0) if minutes is None else minutes,
        may_pass=np.zeros((size, size), dtype=bool),
        through_share=0.2,
        terminal=30.0,
    )
    return replace(demand, **given)


def test_furness_by_hand() -> None:
    # An even seed gives rows times columns over the total: 10 * 12 / 30 = 4 and so on.
    balanced = furness(ONE((2, 2)), np.array([10.0, 20.0]), np.array([12.0, 18.0]))
    assert balanced == pytest.approx(np.array([[4.0, 6.0], [8.0, 12.0]]))


def test_furness_keeps_odds_ratios() -> None:
    """Balancing multiplies rows and columns, so t11 t22 / (t12 t21) stays: here 6."""
    balanced = furness(np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([50.0, 30.0]), np.array([40.0, 40.0]))
    assert balanced[0, 0] * balanced[1, 1] / (balanced[0, 1] * balanced[1, 0]) == pytest.approx(6)


@given(
    arrays(float, (4, 4), elements=st.floats(0.01, 100)),
    arrays(float, 4, elements=st.just(0.0) | st.floats(0.1, 1000)),
)
def test_furness_meets_both_sums(seed: np.ndarray, rows: np.ndarray) -> None:
    columns = rows[::-1].copy()
    balanced = furness(seed, rows, columns)
    assert balanced.sum(axis=1) == pytest.approx(rows, rel=1e-6)
    assert balanced.sum(axis=0) == pytest.approx(columns, rel=1e-6)
    assert (balanced >= 0).all()


def test_furness_is_the_entropy_maximum() -> None:
    """Oracle: minimise sum T ln(T / t) - T under the sums with a general solver."""
    seed = np.array([[1.0, 2.0, 4.0], [3.0, 1.0, 2.0], [1.0, 1.0, 5.0]])
    rows, columns = np.array([10.0, 20.0, 30.0]), np.array([25.0, 15.0, 20.0])

    def entropy(cells: np.ndarray) -> float:
        trips = np.exp(cells)
        return float((trips * (cells - np.log(seed.ravel())) - trips).sum())

    sums = {
        "type": "eq",
        "fun": lambda cells: np.r_[
            np.exp(cells).reshape(3, 3).sum(axis=1) - rows,
            np.exp(cells).reshape(3, 3).sum(axis=0)[:2] - columns[:2],
        ],
    }
    found = minimize(entropy, np.log(np.full(9, 60 / 9)), constraints=[sums], method="SLSQP", tol=1e-12)
    assert furness(seed, rows, columns).ravel() == pytest.approx(np.exp(found.x), rel=1e-4)


def test_near_towns_trade_more() -> None:
    """Two pairs of towns: 10 min inside a pair, 60 between; a trip within a town takes half of 10."""
    minutes = np.array([[0, 10, 60, 60], [10, 0, 60, 60], [60, 60, 0, 10], [60, 60, 10, 0]], dtype=float)
    trips = gravity_matrix(towns(1e4, 1e4, 1e4, 1e4, minutes=minutes), exponent=2.0, rate=10.0)
    # All towns are alike, so balancing changes nothing but the sum: 50 trips out of each, shared by
    # 35 ** -2 (own), 40 ** -2 (near) and twice 90 ** -2 (far) = 8.163, 6.25, 1.235 * 1e-4, together 16.882.
    assert trips[0] == pytest.approx([24.18, 18.51, 3.656, 3.656], abs=0.005)
    assert trips == pytest.approx(trips.T)


def test_gateways_trade_with_towns_and_each_other() -> None:
    """Two gateways of 100 trucks, two towns of equal size and distance: a fifth passes through."""
    may_pass = np.zeros((4, 4), dtype=bool)
    may_pass[2, 3] = may_pass[3, 2] = True
    gateways = np.array([np.nan, np.nan, 100.0, 100.0])
    demand = towns(1e4, 1e4, 0, 0, gateway_trucks=gateways, may_pass=may_pass)
    trips = gravity_matrix(demand, exponent=2.0, rate=10.0)
    both = trips + trips.T
    # 200 ends at gateways, 40 of them of 20 through trips; 80 of each gateway go to two towns, 40 each.
    assert both[2, 3] == pytest.approx(20)
    assert both[:2, 2:].ravel() == pytest.approx([40, 40, 40, 40])
    # 50 trips out of each town, shared by 35 ** -2 (own) and 40 ** -2: 21.68 one way.
    assert trips[0, 1] == pytest.approx(50 * 35**2 / (35**2 + 40**2))


def test_without_partners_no_truck_passes_through() -> None:
    gateways = np.array([np.nan, np.nan, 100.0, 100.0])
    trips = gravity_matrix(towns(1e4, 1e4, 0, 0, gateway_trucks=gateways), exponent=2.0, rate=10.0)
    assert trips[2, 3] == 0
    assert trips[2].sum() == pytest.approx(50)


def test_deterrence_by_hand() -> None:
    weight = deterrence(np.array([[0.0, 70.0], [70.0, 0.0]]), exponent=2.0, terminal=30.0)
    assert weight == pytest.approx(np.array([[65.0**-2, 1e-4], [1e-4, 65.0**-2]]))


def test_calibration_finds_what_made_the_counts() -> None:
    random = np.random.default_rng(5)
    places = random.uniform(0, 100, (7, 2))
    minutes = np.abs(places[:, None] - places[None, :]).sum(axis=2)
    demand = towns(*random.uniform(5e3, 5e4, 7), minutes=minutes)
    passes = random.integers(0, 2, (12, 49)).astype(float)

    def volumes(matrix: np.ndarray) -> np.ndarray:
        return passes @ matrix.ravel()

    counts = volumes(gravity_matrix(demand, exponent=1.7, rate=8.0))
    found = calibrate(demand, volumes=volumes, observed=counts, error=0.1 * counts)
    assert found.exponent == pytest.approx(1.7, rel=0.02)
    assert found.rate == pytest.approx(8.0, rel=0.02)


@pytest.mark.parametrize("bad", [-1.0, np.nan])
def test_useless_times_are_named(bad: float) -> None:
    minutes = np.full((3, 3), 10.0)
    minutes[1, 2] = bad
    with pytest.raises(DataError, match=r"not so for pairs \[1, 2\]"):
        gravity_matrix(towns(1, 1, 1, minutes=minutes), exponent=2.0, rate=1.0)


def test_an_empty_matrix_is_refused() -> None:
    with pytest.raises(DataError, match="the matrix is empty"):
        gravity_matrix(towns(0, 0, 0), exponent=2.0, rate=1.0)


def test_no_gateway_passes_more_trucks_than_it_has() -> None:
    """1000 and 20 trucks at two gateways: a fifth of 1020 cannot pass, the 20 can."""
    may_pass = ~np.eye(3, dtype=bool)
    gateways = np.array([np.nan, 1_000.0, 20.0])
    trips = gravity_matrix(
        towns(1e4, 0, 0, gateway_trucks=gateways, may_pass=may_pass), exponent=2.0, rate=1.0
    )
    assert (trips + trips.T)[1, 2] == pytest.approx(20)
    assert trips[1].sum() == pytest.approx(500)
    assert trips[2].sum() == pytest.approx(10)


def test_sums_that_no_seed_can_meet_are_refused() -> None:
    with pytest.raises(DataError, match=r"cannot be balanced: rows .* off their sums"):
        furness(1 - np.eye(3), np.array([100.0, 1.0, 1.0]), np.array([100.0, 1.0, 1.0]))


def test_a_zone_with_nowhere_to_go_is_named() -> None:
    with pytest.raises(DataError, match="zones 0 have trips but nowhere to go"):
        furness(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([1.0, 1.0]), np.array([1.0, 1.0]))


def test_sums_that_differ_are_refused() -> None:
    with pytest.raises(DataError, match="differ in total"):
        furness(ONE((2, 2)), np.array([1.0, 1.0]), np.array([1.0, 2.0]))


def test_negative_sums_are_named() -> None:
    with pytest.raises(DataError, match="'row sums', 'column sums'"):
        furness(ONE((2, 2)), np.array([-1.0, 1.0]), np.array([np.nan, 2.0]))
