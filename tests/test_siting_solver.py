"""The door to the solver: a checked plan or one clear error (rows O03-O07, O09, O10)."""

import subprocess
import sys
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import highspy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from regiongeo.errors import DataError, EngineError, InfeasibleError
from regiongeo.siting import solver
from regiongeo.siting.settle import settle_ties
from regiongeo.siting.solver import Model, is_possible, solve


def knapsack(gain: list[float], weight: list[float], *, limit: float) -> Model:
    size = len(gain)
    return Model(
        gain=np.array(gain, dtype=float),
        matrix=sparse.csr_array(np.array([weight], dtype=float)),
        row_low=np.array([-np.inf]),
        row_high=np.array([limit], dtype=float),
        low=np.zeros(size),
        high=np.ones(size),
        is_integer=np.ones(size, dtype=bool),
    )


@pytest.fixture
def three() -> Model:
    """Three things worth 6, 5, 4 that weigh 3, 2, 2; the bag carries 4: the last two, worth 9, are best."""
    return knapsack([6, 5, 4], [3, 2, 2], limit=4)


def answer(
    *,
    status: object = highspy.HighsModelStatus.kOptimal,
    x: tuple[float, ...] = (0, 1, 1),
    bound: float = 9.0,
    has_plan: bool = True,
) -> SimpleNamespace:
    """Return what HiGHS would hold after a run."""
    kinds = highspy.SolutionStatus
    found = kinds.kSolutionStatusFeasible if has_plan else kinds.kSolutionStatusNone
    return SimpleNamespace(
        getModelStatus=lambda: status,
        getInfo=lambda: SimpleNamespace(primal_solution_status=found, mip_dual_bound=bound),
        getSolution=lambda: SimpleNamespace(col_value=list(x)),
        modelStatusToString=str,
        version=lambda: "0",
    )


def pretend(monkeypatch: pytest.MonkeyPatch, **held: object) -> None:
    monkeypatch.setattr(solver, "_run", lambda *_: answer(**held))


def test_optimum_by_hand(three: Model) -> None:
    found = solve(three, time_limit_s=10)
    assert found.status == "optimal"
    assert found.x.tolist() == [0, 1, 1]
    assert (found.objective, found.bound, found.gap) == (9, 9, 0)


def test_a_model_without_integers_is_a_linear_program(three: Model) -> None:
    found = solve(replace(three, is_integer=np.zeros(3, dtype=bool)), time_limit_s=10)
    assert found.objective == pytest.approx(9)
    assert found.gap == 0


def test_o01_conflicting_rows_are_infeasible(three: Model) -> None:
    with pytest.raises(InfeasibleError, match="constraints conflict"):
        solve(replace(three, row_low=np.array([8.0]), row_high=np.array([9.0])), time_limit_s=10)


def test_o03_time_limit_without_a_plan() -> None:
    numbers = np.random.default_rng(0)
    hard = knapsack(list(numbers.random(60)), list(numbers.random(60)), limit=10.0)
    with pytest.raises(InfeasibleError, match="no plan found in 0 s, not proved infeasible"):
        solve(hard, time_limit_s=0.0)


def test_o04_a_plan_with_its_gap(three: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, status=highspy.HighsModelStatus.kTimeLimit, bound=9.18)
    found = solve(three, time_limit_s=1)
    assert found.status == "feasible"
    assert found.gap == pytest.approx(0.02)


@pytest.mark.parametrize("bound", [10.0, np.inf])
def test_o04_a_gap_above_the_threshold_is_refused(
    three: Model, monkeypatch: pytest.MonkeyPatch, bound: float
) -> None:
    pretend(monkeypatch, status=highspy.HighsModelStatus.kTimeLimit, bound=bound)
    with pytest.raises(InfeasibleError, match="accepted are 5%"):
        solve(three, time_limit_s=1)


def test_o04_a_start_is_the_plan_where_time_runs_out(three: Model) -> None:
    found = solve(three, time_limit_s=0.0, start=np.array([1.0, 0, 0]), max_gap=np.inf)
    assert found.objective >= 6
    assert found.status == "feasible" or found.objective == 9


def test_o04_the_plan_is_never_worse_than_the_start(three: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = highspy.HighsModelStatus.kTimeLimit
    for has_plan, x in ((True, (1, 0, 0)), (False, ())):
        pretend(monkeypatch, status=limit, x=x, bound=9.18, has_plan=has_plan)
        found = solve(three, time_limit_s=1, start=np.array([0.0, 1, 1]))
        assert (found.x.tolist(), found.objective, found.status) == ([0, 1, 1], 9, "feasible")


def test_o10_a_start_unmasks_a_wrong_claim(three: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    start = np.array([0.0, 1, 1])
    pretend(monkeypatch, status=highspy.HighsModelStatus.kInfeasible, has_plan=False)
    with pytest.raises(EngineError, match="calls a model infeasible that the start keeps"):
        solve(three, time_limit_s=1, start=start)
    pretend(monkeypatch, x=(1, 0, 0), bound=6)
    with pytest.raises(EngineError, match="claims that no plan exceeds 6; one is 9"):
        solve(three, time_limit_s=1, start=start)


def test_a_start_is_used_and_left_alone(three: Model) -> None:
    start = np.array([1.0, 0, 0])
    assert solve(three, time_limit_s=10, start=start).x.tolist() == [0, 1, 1]
    assert start.tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ((1, 1, 1), "breaks rows 0"),
        ((0.5, 0, 0), "columns 0 are not whole"),
        ((0, 2, 0), "columns 1 are not whole or break their bounds"),
        ((0, 1), "a finite value for each of the 3 columns"),
        ((0, 1, np.nan), "a finite value for each of the 3 columns"),
    ],
)
def test_o05_a_start_must_keep_the_model(three: Model, start: tuple[float, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        solve(three, time_limit_s=10, start=np.array(start, dtype=float))


def test_o09_a_gap_asked_for_is_not_called_optimal(three: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def run(_: object, __: object, settings: dict[str, float], ___: object) -> SimpleNamespace:
        asked.append(settings["mip_rel_gap"])
        return answer(bound=9.0005)

    monkeypatch.setattr(solver, "_run", run)
    found = solve(three, time_limit_s=1, rel_gap=1e-4)
    assert asked == [1e-4]
    assert found.status == "feasible"
    assert found.gap == pytest.approx(0.0005 / 9)


def test_a_linear_program_cut_short_has_no_bound(three: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, status=highspy.HighsModelStatus.kTimeLimit, bound=0.0)
    linear = replace(three, is_integer=np.zeros(3, dtype=bool))
    found = solve(linear, time_limit_s=1, max_gap=np.inf)
    assert (found.status, found.bound, found.gap) == ("feasible", np.inf, np.inf)


def test_is_possible(three: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_possible(three, time_limit_s=10)
    assert not is_possible(replace(three, row_low=np.array([8.0]), row_high=np.array([9.0])), time_limit_s=10)
    pretend(monkeypatch, status=highspy.HighsModelStatus.kTimeLimit, has_plan=False)
    assert is_possible(three, time_limit_s=10)
    pretend(monkeypatch, status=highspy.HighsModelStatus.kUnknown)
    with pytest.raises(EngineError, match="ended with status"):
        is_possible(three, time_limit_s=10)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e20])
@pytest.mark.parametrize("name", ["gain", "low", "high"])
def test_o05_numbers_are_checked_before(three: Model, name: str, bad: float) -> None:
    numbers = getattr(three, name).copy()
    numbers[1] = bad
    with pytest.raises(DataError, match=name):
        replace(three, **{name: numbers})


def test_o05_matrix_and_rows_are_checked_before(three: Model) -> None:
    matrix = three.matrix.copy()
    matrix.data[0] = np.nan
    with pytest.raises(DataError, match="matrix"):
        replace(three, matrix=matrix)
    with pytest.raises(DataError, match="row_high"):
        replace(three, row_high=np.array([np.nan]))
    with pytest.raises(DataError, match=r"row_low has \(2,\), not \(1,\) entries"):
        replace(three, row_low=np.zeros(2))


def test_o06_solver_missing(three: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    with pytest.raises(EngineError, match="install the package highspy"):
        solve(three, time_limit_s=1)


def test_o06_o15_refused_option(three: Model) -> None:
    with pytest.raises(EngineError, match="refuses the option threads = -1"):
        solve(three, time_limit_s=1, threads=-1)


STATES = highspy.HighsModelStatus


@pytest.mark.parametrize("status", [STATES.kNotset, STATES.kUnknown, STATES.kSolveError, STATES.kUnbounded])
def test_o06_other_ends_are_failures(
    three: Model, monkeypatch: pytest.MonkeyPatch, status: highspy.HighsModelStatus
) -> None:
    pretend(monkeypatch, status=status)
    with pytest.raises(EngineError, match="ended with status"):
        solve(three, time_limit_s=1)


def test_o06_optimal_without_a_plan_is_a_failure(three: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, has_plan=False)
    with pytest.raises(EngineError, match="ended with status"):
        solve(three, time_limit_s=1)


def test_o06_another_thread_count_in_one_process_is_named() -> None:
    code = """
from regiongeo.errors import EngineError
from regiongeo.siting.coverage import choose_portfolio
import numpy as np, pandas as pd
numbers = np.random.default_rng(1)
names = [f"S{i:02d}" for i in range(30)]
covers = pd.DataFrame(numbers.random((80, 30)) < 0.1, columns=names)
covers.index = [f"L{i}" for i in range(80)]
demand = pd.Series(numbers.random(80), index=covers.index)
first = choose_portfolio(covers, demand, size=6, threads=1)
try:
    second = choose_portfolio(covers, demand, size=6, threads=2)
except EngineError as error:
    assert "another number of threads" in str(error), error
else:
    assert second.sites == first.sites
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_o09_optimal_with_a_gap_is_not_called_optimal(three: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, bound=9.001)
    found = solve(three, time_limit_s=1)
    assert found.status == "feasible"
    assert found.gap == pytest.approx(0.001 / 9)


def test_o10_integers_are_whole(three: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, x=(1e-10, 1 - 1e-10, 1 + 1e-10))
    assert solve(three, time_limit_s=1).x.tolist() == [0, 1, 1]


@pytest.mark.parametrize("x", [(1.0, 1.0, 1.0), (np.nan, 1.0, 1.0), (), (0.5, 1.0, 1.0, 1.0)])
def test_o10_a_plan_that_breaks_the_model_is_refused(
    three: Model, monkeypatch: pytest.MonkeyPatch, x: tuple[float, ...]
) -> None:
    pretend(monkeypatch, x=x)
    with pytest.raises(EngineError, match="HiGHS returned"):
        solve(three, time_limit_s=1)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), min_size=1, max_size=6),
    st.integers(0, 8),
    st.integers(0, 9),
)
def test_o07_ties_settle_as_by_enumeration(things: list[tuple[int, int]], limit: int, seed: int) -> None:
    gain, weight = zip(*things, strict=True)
    model = knapsack(list(gain), list(weight), limit=limit)
    plans = [x for x in product((0, 1), repeat=len(things)) if np.dot(weight, x) <= limit]
    best = max(np.dot(gain, x) for x in plans)
    found = solve(model, time_limit_s=10, seed=seed)
    settled = settle_ties(model, found, np.arange(len(things)), time_limit_s=10, seed=seed).best
    assert found.objective == settled.objective == best
    assert tuple(settled.x) == max(x for x in plans if np.dot(gain, x) == best)


def barring(model: Model, plan: np.ndarray) -> Model:
    """Add the row that no plan but this one breaks."""
    row = np.where(plan > 0, 1.0, -1.0)
    return replace(
        model,
        matrix=sparse.csr_array(sparse.vstack([model.matrix, sparse.csr_array(row[None, :])])),
        row_low=np.append(model.row_low, -np.inf),
        row_high=np.append(model.row_high, plan.sum() - 1),
    )


@given(st.integers(3, 7), st.integers(1, 3), st.integers(0, 10**6))
def test_ties_settle_among_plans_that_are_real(size: int, taken: int, seed: int) -> None:
    """Of plans all alike some are real: at others the settling stops, and goes on without them."""
    numbers = np.random.default_rng(seed)
    plans = [x for x in product((0, 1), repeat=size) if sum(x) == taken]
    real = {plan for plan in plans if numbers.random() < 0.5} or {plans[-1]}
    model = knapsack([1.0] * size, [1.0] * size, limit=taken)
    begin = np.array(min(real), dtype=float)
    while True:
        best = replace(solve(model, time_limit_s=10), x=begin)
        found = settle_ties(
            model, best, np.arange(size), time_limit_s=10, seed=0, is_real=lambda x: tuple(x) in real
        )
        if found.refuted is None:
            break
        assert tuple(found.refuted) not in real
        begin = found.best.x
        model = barring(replace(model, low=found.low, high=found.high), found.refuted)
    assert tuple(found.best.x) == max(real)


def test_o07_only_proven_optima_can_be_settled(three: Model) -> None:
    open_end = replace(solve(three, time_limit_s=10), status="feasible")
    with pytest.raises(InfeasibleError, match="proven best"):
        settle_ties(three, open_end, np.arange(3), time_limit_s=10, seed=0)


def test_o07_ties_not_settled_in_time() -> None:
    alike = knapsack([1.0] * 40, [1.0] * 40, limit=20.5)
    best = solve(alike, time_limit_s=10)
    with pytest.raises(InfeasibleError):
        settle_ties(alike, best, np.arange(40), time_limit_s=-1.0, seed=0)
