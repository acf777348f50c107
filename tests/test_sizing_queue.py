"""Waiting for a free point: closed forms, published tables, laws, and a simulation that knows no formula."""

import json
import math
from pathlib import Path

import ciw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.errors import ScenarioError
from regiongeo.sizing import WaitTarget, busy_points, erlang_b, erlang_c, mean_wait_min, points_needed

BENCHMARKS = Path(__file__).parents[2] / "shared" / "benchmarks" / "mcda_and_queue_benchmarks.json"
FIVE_MINUTES = WaitTarget(mean_min=5)
loads = st.floats(0.01, 60)
stops = st.floats(5, 120)


def textbook(points: int, load: float) -> tuple[float, float]:
    """Erlang B and C by their sums: ``B = (a^c/c!) / sum_k a^k/k!`` and C from the empty system."""
    terms = [load**k / math.factorial(k) for k in range(points + 1)]
    last = terms[-1] * points / (points - load)
    return terms[-1] / sum(terms), last / (sum(terms[:-1]) + last)


# --- closed forms


def test_two_points_by_hand() -> None:
    """M/M/2, 1 arrival an hour, 0.75 served an hour: a = 4/3, B = 8/29, C = 8/15, W = 16/15 h."""
    load = 4 / 3
    assert erlang_b(2, load) == pytest.approx(8 / 29, rel=1e-14)
    assert erlang_c(2, load) == pytest.approx(8 / 15, rel=1e-14)
    assert mean_wait_min(2, load=load, stop_min=80) == pytest.approx(16 / 15 * 60, rel=1e-14)


def test_one_point_is_the_queue_of_pollaczek_and_khinchine() -> None:
    """W = a s (1 + cv^2) / (2 (1 - a)): 30 min at a = 0.5 and s = 30 min, and half of that for cv = 0."""
    assert erlang_c(1, 0.5) == pytest.approx(0.5)
    assert mean_wait_min(1, load=0.5, stop_min=30) == pytest.approx(30)
    assert mean_wait_min(1, load=0.5, stop_min=30, cv=0) == pytest.approx(15)
    assert mean_wait_min(1, load=0.5, stop_min=30, cv=0.5) == pytest.approx(18.75)


@given(points=st.integers(1, 60), fill=st.floats(0.01, 0.99))
def test_the_recursion_gives_the_textbook_sums(points: int, fill: float) -> None:
    blocked, waits = textbook(points, fill * points)
    assert erlang_b(points, fill * points) == pytest.approx(blocked, rel=1e-9)
    assert erlang_c(points, fill * points) == pytest.approx(waits, rel=1e-9)


@pytest.mark.parametrize("points", [300, 1_000, 5_000])
def test_hundreds_of_points_stay_finite(points: int) -> None:
    """Here the sums overflow. Halfin & Whitt (1981): with c = a + sqrt(a), C tends to 0.2234."""
    load = points - math.sqrt(points)
    assert 0 < erlang_b(points, load) < erlang_c(points, load) < 1
    assert erlang_c(points, load) == pytest.approx(0.2234, abs=0.02)
    assert erlang_c(points, points / 10) < 1e-100


def test_nobody_comes() -> None:
    assert erlang_b(0, 0.0) == 1
    assert erlang_c(3, 0.0) == 0
    assert mean_wait_min(0, load=0.0, stop_min=0) == 0
    assert busy_points(0, load=0.0, quantile=0.95) == 0
    assert points_needed(arrivals_per_h=0, stop_min=45, target=FIVE_MINUTES) == 0
    assert points_needed(arrivals_per_h=0, stop_min=45, target=FIVE_MINUTES, at_least=4) == 4


# --- published tables


@pytest.mark.skipif(not BENCHMARKS.is_file(), reason="the published values are not here")
def test_published_values_are_met() -> None:
    """Peak hour of 8 % of the day, exponential stops, mean wait of at most 5 minutes."""
    known = json.loads(BENCHMARKS.read_text(encoding="utf-8"))["ErlangC"]
    load = known["lambda"] / known["mu"]
    wait = mean_wait_min(known["c"], load=load, stop_min=60 / known["mu"])
    assert wait == pytest.approx(known["Wq"] * 60, rel=1e-6)
    for row in known["sizing_table"]["rows"]:
        for stop in (30, 45, 60):
            found = points_needed(
                arrivals_per_h=0.08 * row["charges_per_day"], stop_min=stop, target=FIVE_MINUTES
            )
            assert found == row[f"c_{stop}min"], (row, stop)


# --- laws


@given(arrivals=st.floats(0.05, 60), stop=stops, wait=st.floats(0.5, 30), cv=st.floats(0, 1.5))
def test_the_smallest_number_keeps_the_mean_wait(
    arrivals: float, stop: float, wait: float, cv: float
) -> None:
    found = points_needed(arrivals_per_h=arrivals, stop_min=stop, target=WaitTarget(mean_min=wait), cv=cv)
    load = arrivals * stop / 60
    assert mean_wait_min(found, load=load, stop_min=stop, cv=cv) <= wait
    assert found - 1 <= load or mean_wait_min(found - 1, load=load, stop_min=stop, cv=cv) > wait * (1 - 1e-12)


@given(load=loads, chance=st.floats(0.01, 0.9))
def test_the_smallest_number_keeps_the_waiting_probability(load: float, chance: float) -> None:
    target = WaitTarget(probability=chance)
    found = points_needed(arrivals_per_h=load, stop_min=60, target=target)
    # Arrivals by the minute and back are off by a rounding.
    assert erlang_c(found, load) <= chance * (1 + 1e-12)
    assert found - 1 <= load or erlang_c(found - 1, load) > chance * (1 - 1e-12)
    both = WaitTarget(mean_min=1e-3, probability=chance)
    assert points_needed(arrivals_per_h=load, stop_min=60, target=both) >= found


@given(one=st.floats(0.01, 30), other=st.floats(0.01, 30), stop=stops)
def test_one_shared_site_needs_no_more_points_than_two(one: float, other: float, stop: float) -> None:
    apart = sum(points_needed(arrivals_per_h=x, stop_min=stop, target=FIVE_MINUTES) for x in (one, other))
    assert points_needed(arrivals_per_h=one + other, stop_min=stop, target=FIVE_MINUTES) <= apart


@given(arrivals=st.floats(0.01, 30), more=st.floats(0, 10), stop=stops, longer=st.floats(0, 30))
def test_more_demand_never_needs_fewer_points(
    arrivals: float, more: float, stop: float, longer: float
) -> None:
    few = points_needed(arrivals_per_h=arrivals, stop_min=stop, target=FIVE_MINUTES)
    assert points_needed(arrivals_per_h=arrivals + more, stop_min=stop + longer, target=FIVE_MINUTES) >= few
    assert points_needed(arrivals_per_h=arrivals, stop_min=stop, target=FIVE_MINUTES, at_least=7) == max(
        few, 7
    )


@given(points=st.integers(1, 40), fill=st.floats(0.05, 0.95), quantile=st.floats(0.05, 0.99))
def test_points_in_use_have_the_distribution_of_the_textbook(
    points: int, fill: float, quantile: float
) -> None:
    load = fill * points
    weights = np.array([load**k / math.factorial(k) for k in range(points)])
    waits = textbook(points, load)[1]
    at_most = np.cumsum(weights / weights.sum() * (1 - waits))
    expected = int(np.argmax(at_most >= quantile)) if at_most[-1] >= quantile else points
    assert (
        abs(at_most - quantile).min() < 1e-9 or busy_points(points, load=load, quantile=quantile) == expected
    )
    mean = (np.arange(points) * weights / weights.sum()).sum() * (1 - waits) + points * waits
    assert mean == pytest.approx(load, rel=1e-9)  # what is in use on average is the load


# --- a simulation


def simulated_waits(
    *, arrivals_per_h: float, stop_h: float, cv: float, points: int, hours: float
) -> np.ndarray:
    """Return the mean wait [min] of ten independent runs, the first 50 hours left out."""
    exponential = ciw.dists.Exponential(1 / stop_h)
    stop = exponential if cv == 1 else ciw.dists.Gamma(1 / cv**2, stop_h * cv**2)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(arrivals_per_h)],
        service_distributions=[stop],
        number_of_servers=[points],
    )
    means = []
    for seed in range(10):
        ciw.seed(seed)
        run = ciw.Simulation(network)
        run.simulate_until_max_time(hours)
        means.append(np.mean([r.waiting_time for r in run.get_all_records() if r.arrival_date > 50]) * 60)
    return np.array(means)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arrivals", "stop_h", "cv", "points", "hours", "bias"),
    [(1.0, 4 / 3, 1.0, 2, 2_000, 0.0), (9.0, 0.75, 1.0, 9, 400, 0.0), (9.0, 0.75, 0.5, 9, 400, 0.08)],
)
def test_a_simulation_waits_as_long(
    arrivals: float, stop_h: float, cv: float, points: int, hours: float, bias: float
) -> None:
    """Within the 99 % interval of ten runs; for cv < 1 the formula is an approximation, 8 % are let pass."""
    runs = simulated_waits(arrivals_per_h=arrivals, stop_h=stop_h, cv=cv, points=points, hours=hours)
    expected = mean_wait_min(points, load=arrivals * stop_h, stop_min=stop_h * 60, cv=cv)
    half_width = 3.25 * runs.std(ddof=1) / np.sqrt(len(runs))
    assert abs(runs.mean() - expected) <= half_width + bias * expected
    assert half_width < 0.35 * expected


# --- bad input


@pytest.mark.parametrize("load", [-1.0, math.nan, math.inf])
def test_loads_that_are_none_are_refused(load: float) -> None:
    with pytest.raises(ScenarioError, match="must be finite and not negative"):
        erlang_b(3, load)
    with pytest.raises(ScenarioError, match="must be finite and not negative"):
        points_needed(arrivals_per_h=load, stop_min=45, target=FIVE_MINUTES)


@pytest.mark.parametrize("points", [0, 1, 2])
def test_a_queue_that_grows_for_ever_is_refused_with_the_cure(points: int) -> None:
    with pytest.raises(ScenarioError, match=r"cannot serve a load of 2\.5 .* at least 3"):
        erlang_c(points, 2.5)
    with pytest.raises(ScenarioError, match="grows for ever"):
        busy_points(points, load=2.5, quantile=0.95)


@pytest.mark.parametrize(("stop", "cv"), [(-1, 1), (math.nan, 1), (math.inf, 1), (45, -0.1), (45, math.nan)])
def test_stops_that_are_none_are_refused(stop: float, cv: float) -> None:
    with pytest.raises(ScenarioError, match="finite and not negative"):
        points_needed(arrivals_per_h=1, stop_min=stop, target=FIVE_MINUTES, cv=cv)


def test_targets_that_say_nothing_are_refused() -> None:
    with pytest.raises(ScenarioError, match="say what waiting is accepted"):
        WaitTarget()
    for mean in (0, -1, math.nan, math.inf):
        with pytest.raises(ScenarioError, match="accepted mean wait"):
            WaitTarget(mean_min=mean)
    for chance in (0, 1.1, math.nan):
        with pytest.raises(ScenarioError, match="accepted waiting probability"):
            WaitTarget(probability=chance)


def test_other_slips_are_refused() -> None:
    with pytest.raises(ScenarioError, match="-1 points"):
        erlang_b(-1, 1)
    with pytest.raises(ScenarioError, match="-2 points"):
        points_needed(arrivals_per_h=1, stop_min=45, target=FIVE_MINUTES, at_least=-2)
    with pytest.raises(ScenarioError, match="more than 10000 points: check units"):
        points_needed(arrivals_per_h=1_000_000, stop_min=45, target=FIVE_MINUTES)
    with pytest.raises(ScenarioError, match="quantile 1"):
        busy_points(3, load=1, quantile=1)


@settings(max_examples=20)
@given(load=loads)
def test_an_integer_load_is_not_served_by_as_many_points(load: float) -> None:
    whole = math.ceil(load)
    assert points_needed(arrivals_per_h=whole, stop_min=60, target=WaitTarget(mean_min=1e6)) == whole + 1
