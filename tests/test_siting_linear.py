"""A linear program solved again and again: by hand, bounds that need no trust (rows O01, O03, O09, O10)."""

from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import highspy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from regiongeo.errors import EngineError
from regiongeo.siting.linear import LinearProgram, OutOfTimeError, Vertex
from regiongeo.siting.solver import Model

Numbers = np.ndarray


def small(gain: list[float], rows: list[list[float]], high: list[float]) -> Model:
    size = len(gain)
    return Model(
        gain=np.array(gain, dtype=float),
        matrix=sparse.csr_array(np.array(rows, dtype=float).reshape(-1, size)),
        row_low=np.full(len(high), -np.inf),
        row_high=np.array(high, dtype=float),
        low=np.zeros(size),
        high=np.ones(size),
        is_integer=np.zeros(size, dtype=bool),
    )


def opened(model: Model) -> LinearProgram:
    return LinearProgram(model, seed=0, threads=1)


def solved(program: LinearProgram) -> Vertex:
    vertex = program.solve(time_limit_s=10)
    assert vertex is not None
    return vertex


def best_plan(model: Model) -> float:
    """Try every whole plan."""
    plans = np.array(list(product((0.0, 1.0), repeat=len(model.gain))))
    within = (plans >= model.low) & (plans <= model.high)
    kept = (plans @ model.matrix.T.toarray() <= model.row_high + 1e-9).all(axis=1) & within.all(axis=1)
    return float((plans[kept] @ model.gain).max(initial=-np.inf))


@pytest.fixture
def bag() -> Model:
    """Three things worth 6, 5, 4 that weigh 3, 2, 2, and a bag that carries 4."""
    return small([6, 5, 4], [[3, 2, 2]], [4])


@st.composite
def models(draw: st.DrawFn) -> Model:
    size, rows = draw(st.integers(2, 5)), draw(st.integers(1, 3))
    number = st.integers(-4, 9)
    gain = draw(st.lists(number, min_size=size, max_size=size))
    matrix = draw(st.lists(st.lists(number, min_size=size, max_size=size), min_size=rows, max_size=rows))
    high = draw(st.lists(st.integers(0, 12), min_size=rows, max_size=rows))
    return small([float(one) for one in gain], matrix, high)


def test_bound_and_reduced_gain_by_hand(bag: Model) -> None:
    """Worth by weight: 2, 2.5 and 2, so the second goes in and the rest of the bag earns 2 a kilo: 5 + 4."""
    vertex = solved(opened(bag))
    assert vertex.bound == pytest.approx(9)
    cheap = solved(opened(replace(bag, gain=np.array([6.0, 5.0, 1.0]))))
    assert cheap.x == pytest.approx([2 / 3, 1, 0])
    assert cheap.bound == pytest.approx(9)
    assert cheap.reduced == pytest.approx([0, 1, -3])  # 2 a kilo are given up for 1 on two kilos


@given(models())
def test_no_plan_beats_the_bound_nor_what_a_decision_costs(model: Model) -> None:
    vertex = solved(opened(model))
    assert best_plan(model) <= vertex.bound + 1e-9
    for column in range(len(model.gain)):
        is_it = np.arange(len(model.gain)) == column
        low, high = np.where(is_it, 1.0, 0.0), np.where(is_it, 0.0, 1.0)
        loss, gain = max(0.0, -vertex.reduced[column]), max(0.0, vertex.reduced[column])
        assert best_plan(replace(model, low=low)) <= vertex.bound - loss + 1e-9
        assert best_plan(replace(model, high=high)) <= vertex.bound - gain + 1e-9


@given(models(), st.lists(st.floats(-9, 9), min_size=3, max_size=3))
def test_any_multipliers_prove_a_bound(model: Model, guess: list[float]) -> None:
    """The solver is not asked: its multipliers may be anything."""
    multipliers = np.array(guess[: len(model.row_high)])
    bound, _ = opened(model)._prove(multipliers, model.gain, model.low, model.high)
    assert best_plan(model) <= bound + 1e-9


@given(models(), models(), st.integers(0, 2**5 - 1), st.integers(0, 2**3 - 1))
def test_a_program_that_grew_is_as_one_at_once(first: Model, then: Model, out: int, gone: int) -> None:
    size, rows = len(first.gain), len(first.row_high)
    wider = sparse.csr_array(np.resize(then.matrix.toarray(), (len(then.row_high), size)))
    program = opened(first)
    solved(program)
    program.add_rows(wider, high=then.row_high)
    high = np.array([float(not out >> column & 1) for column in range(size)])
    program.hold(np.zeros(size), high)
    solved(program)
    dropped = np.array([row for row in range(rows) if gone >> row & 1], dtype=np.int64)
    program.drop_rows(dropped)
    at_once = replace(
        first,
        matrix=sparse.csr_array(
            np.delete(np.vstack([first.matrix.toarray(), wider.toarray()]), dropped, axis=0)
        ),
        row_low=np.full(rows + len(then.row_high) - len(dropped), -np.inf),
        row_high=np.delete(np.concatenate([first.row_high, then.row_high]), dropped),
        high=high,
    )
    assert program.rows == len(at_once.row_high)
    assert solved(program).bound == pytest.approx(solved(opened(at_once)).bound, abs=1e-6)


@given(models(), st.integers(1, 50))
def test_probing_bounds_and_leaves_the_program_as_it_was(model: Model, steps: int) -> None:
    program = opened(model)
    before = solved(program)
    columns = np.arange(len(model.gain))
    bounds = program.probe(columns, steps=steps)
    for column in columns:
        is_it = columns == column
        assert best_plan(replace(model, high=np.where(is_it, 0.0, 1.0))) <= bounds[column, 0] + 1e-9
        assert best_plan(replace(model, low=np.where(is_it, 1.0, 0.0))) <= bounds[column, 1] + 1e-9
    assert solved(program).bound == pytest.approx(before.bound, abs=1e-6)


def test_probing_by_hand(bag: Model) -> None:
    """Without the second thing 4 kilos earn 2 each, with it 9; the first leaves it one kilo."""
    program = opened(bag)
    solved(program)
    bounds = program.probe(np.array([0, 1]), steps=100)
    assert bounds == pytest.approx(np.array([[9.0, 8.5], [8.0, 9.0]]))


def test_o01_rows_in_conflict_are_proven(bag: Model) -> None:
    heavy = opened(replace(bag, row_low=np.array([8.0]), row_high=np.array([9.0])))
    assert heavy.solve(time_limit_s=10) is None


def test_o10_a_conflict_without_proof_is_an_error(bag: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    heavy = opened(replace(bag, row_low=np.array([8.0]), row_high=np.array([9.0])))
    monkeypatch.setattr(heavy._highs, "getDualRay", lambda: (None, True, np.zeros(1)))
    with pytest.raises(EngineError, match="does not prove it"):
        heavy.solve(time_limit_s=10)


def test_o03_no_time(bag: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    program = opened(bag)
    monkeypatch.setattr(program._highs, "getModelStatus", lambda: highspy.HighsModelStatus.kTimeLimit)
    with pytest.raises(OutOfTimeError):
        program.solve(time_limit_s=10)


def test_o09_a_refused_call_is_an_error(bag: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    program = opened(bag)
    monkeypatch.setattr(program, "_highs", SimpleNamespace(addRows=lambda *_: None, version=lambda: "0"))
    with pytest.raises(EngineError, match="refuses new rows"):
        program.add_rows(sparse.csr_array(np.ones((1, 3))), high=np.ones(1))
