"""One door to the mixed-integer solver: HiGHS, fed with sparse arrays.

The values a solver holds after an infeasible, interrupted or failed run look like a solution. Here only a
checked optimum, or a checked plan with its gap, comes back; everything else raises.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import sparse

from regiongeo.errors import DataError, EngineError, InfeasibleError, name_some

if TYPE_CHECKING:
    from types import ModuleType

    import highspy
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["Model", "Solution", "settle_ties", "solve"]

_FEASIBLE = 1e-9  # violation of a row or of integrality that HiGHS takes for none
_TIE = 1e-9  # relative difference up to which two objectives are equal
_LARGEST = 1e15
_BY_COLUMN = ("gain", "low", "high", "is_integer")


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """Maximise ``gain @ x``, with ``row_low <= matrix @ x <= row_high`` and ``low <= x <= high``.

    Columns have finite bounds, so no model is unbounded; a row may be open on one side.

    Raises
    ------
    DataError
        If sizes do not match, or numbers are missing, infinite or beyond 1e15.
    """

    gain: Floats
    matrix: sparse.csr_array
    row_low: Floats
    row_high: Floats
    low: Floats
    high: Floats
    is_integer: npt.NDArray[np.bool_]

    def __post_init__(self) -> None:
        rows, columns = self.matrix.shape
        for name, size in (("row_low", rows), ("row_high", rows), *((n, columns) for n in _BY_COLUMN)):
            if getattr(self, name).shape != (size,):
                raise DataError(f"model: {name} has {getattr(self, name).shape}, not ({size},) entries")
        bad = [name for name in ("gain", "low", "high") if not _is_sound(getattr(self, name))]
        bad += ["matrix"] * (not _is_sound(self.matrix.data))
        bad += [name for name in ("row_low", "row_high") if np.isnan(getattr(self, name)).any()]
        if bad:
            raise DataError(
                f"model: {', '.join(bad)} hold missing, infinite or enormous numbers: check the data"
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """A plan that was checked against its model."""

    status: Literal["optimal", "feasible"]
    x: Floats
    """Value of each column; integers are whole."""
    objective: float
    bound: float
    """No plan can be better than this."""
    gap: float
    """``(bound - objective) / |objective|``: how much better a plan could at most be [1]."""
    seconds: float


def solve(
    model: Model, *, time_limit_s: float, seed: int = 0, threads: int = 1, max_gap: float = 0.05
) -> Solution:
    """Solve a model with HiGHS, asking for gap 0, and check the answer.

    Parameters
    ----------
    model
        What to maximise and within what.
    time_limit_s
        Wall time after which the best plan so far is taken [s].
    seed
        Seed of the solver; it can change which of several equal plans comes first, see `settle_ties`.
    threads
        Threads of the solver, the same in all calls of one process.
    max_gap
        Largest gap of a plan that is not proven best [1].

    Raises
    ------
    InfeasibleError
        If the constraints conflict, or the time ran out without a plan or with a gap above ``max_gap``.
    EngineError
        If the solver is missing, refuses an option, fails, or returns what breaks the model.
    """
    started = perf_counter()
    settings: dict[str, float | str] = {
        "output_flag": False,
        "threads": threads,
        "random_seed": seed,
        "time_limit": float(time_limit_s),
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,
        "mip_feasibility_tolerance": _FEASIBLE,
        "presolve": "off",  # its aggregator (HiGHS 1.15.1) calls some feasible models infeasible
    }
    engine = _import_highspy()
    highs = _run(engine, model, settings)
    _require_plan(engine, highs, time_limit_s=time_limit_s)
    x = _checked_plan(model, np.array(highs.getSolution().col_value))
    objective = float(model.gain @ x)
    bound = max(objective, float(highs.getInfo().mip_dual_bound)) if model.is_integer.any() else objective
    gap = _gap(objective, bound)
    is_optimal = highs.getModelStatus() == engine.HighsModelStatus.kOptimal and gap <= _TIE
    if not is_optimal and gap > max_gap:
        raise InfeasibleError(
            f"no plan proved good enough in {time_limit_s:g} s: one up to {gap:.0%} better than the best "
            f"found may exist, accepted are {max_gap:.0%}: allow more time or ask for fewer sites"
        )
    return Solution(
        status="optimal" if is_optimal else "feasible",
        x=x,
        objective=objective,
        bound=bound,
        gap=gap,
        seconds=perf_counter() - started,
    )


def settle_ties(
    model: Model,
    best: Solution,
    columns: npt.NDArray[np.int64],
    *,
    time_limit_s: float,
    seed: int,
    threads: int = 1,
) -> Solution:
    """Return, of all plans as good as ``best``, the one that chooses the earliest of ``columns``.

    The optimum is fixed as a row. Then the columns (0 or 1) are settled in their order: those ahead of the
    next chosen one stay out if no plan as good holds any of them. So the plan no longer depends on seed,
    threads or the order of rows.

    Raises
    ------
    InfeasibleError
        If ``best`` is not proven best, or the time runs out: then the choice among equal plans is open.
    EngineError
        As `solve`.
    """
    if best.status != "optimal":
        raise InfeasibleError("ties can be settled only between plans that are proven best")
    search = _Search(
        _hold_objective(model, best.objective), time_limit_s=time_limit_s, seed=seed, threads=threads
    )
    low, high = model.low.copy(), model.high.copy()
    x = search.any_of(columns[best.x[columns] == 0], low, high)
    if x is None:
        return best
    while len(columns):
        chosen = np.flatnonzero(x[columns])
        first = int(chosen[0]) if len(chosen) else len(columns)
        earlier = search.any_of(columns[:first], low, high)
        if earlier is not None:
            x = earlier
            continue
        high[columns[:first]] = 0.0
        low[columns[first : first + 1]] = 1.0
        columns = columns[first + 1 :]
    return replace(best, x=x, objective=float(model.gain @ x))


def _is_sound(numbers: Floats) -> bool:
    return bool((np.abs(numbers) < _LARGEST).all())


class _Search:
    """Ask for plans as good as the best that hold certain columns, within one time limit."""

    def __init__(self, held: Model, *, time_limit_s: float, seed: int, threads: int) -> None:
        self._held, self._seed, self._threads = held, seed, threads
        self._deadline = perf_counter() + time_limit_s

    def any_of(self, columns: npt.NDArray[np.int64], low: Floats, high: Floats) -> Floats | None:
        """Return a plan within ``low`` and ``high`` that holds some of ``columns``, or None."""
        gain = np.zeros(len(low))
        gain[columns] = 1.0
        if not (high[columns] > 0).any():
            return None
        left = max(0.0, self._deadline - perf_counter())
        trial = replace(self._held, gain=gain, low=low, high=high)
        found = solve(trial, time_limit_s=left, seed=self._seed, threads=self._threads, max_gap=np.inf)
        if found.objective == 0 and found.status != "optimal":
            raise InfeasibleError("ties between equally good plans were not settled in time: allow more")
        return found.x if found.objective > 0 else None


def _hold_objective(model: Model, objective: float) -> Model:
    return replace(
        model,
        matrix=_append_row(model.matrix, model.gain),
        row_low=np.append(model.row_low, objective - _TIE * max(1.0, abs(objective))),
        row_high=np.append(model.row_high, np.inf),
    )


def _append_row(matrix: sparse.csr_array, row: Floats) -> sparse.csr_array:
    return sparse.csr_array(sparse.vstack([matrix, sparse.csr_array(row[None, :])]))


def _import_highspy() -> ModuleType:
    try:
        import highspy as engine  # noqa: PLC0415
    except ImportError as error:
        raise EngineError("the solver HiGHS is missing: install the package highspy") from error
    return engine


def _run(engine: ModuleType, model: Model, settings: dict[str, float | str]) -> highspy.Highs:
    """Return HiGHS after a run in which every call answered with its ok."""
    highs: highspy.Highs = engine.Highs()
    for name, value in settings.items():
        if highs.setOptionValue(name, value) != engine.HighsStatus.kOk:
            raise EngineError(f"HiGHS {highs.version()} refuses the option {name} = {value}")
    if highs.passModel(_to_highs(engine, model)) != engine.HighsStatus.kOk:
        raise EngineError(f"HiGHS {highs.version()} refuses the model, {model.matrix.shape} rows, columns")
    if highs.run() == engine.HighsStatus.kError:
        status = highs.modelStatusToString(highs.getModelStatus())
        raise EngineError(
            f"HiGHS {highs.version()} failed with status '{status}'; "
            "if it ran with another number of threads before, start Python anew"
        )
    return highs


def _to_highs(engine: ModuleType, model: Model) -> highspy.HighsLp:
    lp: highspy.HighsLp = engine.HighsLp()
    lp.num_row_, lp.num_col_ = model.matrix.shape
    lp.sense_ = engine.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.gain, model.low, model.high
    lp.row_lower_, lp.row_upper_ = model.row_low, model.row_high
    lp.a_matrix_.format_ = engine.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = model.matrix.indptr
    lp.a_matrix_.index_ = model.matrix.indices
    lp.a_matrix_.value_ = model.matrix.data
    kinds = (engine.HighsVarType.kContinuous, engine.HighsVarType.kInteger)
    lp.integrality_ = [kinds[is_integer] for is_integer in model.is_integer.tolist()]
    return lp


def _require_plan(engine: ModuleType, highs: highspy.Highs, *, time_limit_s: float) -> None:
    """Raise unless the run ended with an optimum, or with a plan at the time limit."""
    states, status = engine.HighsModelStatus, highs.getModelStatus()
    has_plan = highs.getInfo().primal_solution_status == engine.SolutionStatus.kSolutionStatusFeasible
    if status in (states.kInfeasible, states.kUnboundedOrInfeasible):
        raise InfeasibleError("the constraints conflict: no plan meets them all")
    if status == states.kTimeLimit and not has_plan:
        raise InfeasibleError(f"no plan found in {time_limit_s:g} s, not proved infeasible: allow more time")
    if status not in (states.kOptimal, states.kTimeLimit) or not has_plan:
        raise EngineError(f"HiGHS {highs.version()} ended with status '{highs.modelStatusToString(status)}'")


def _checked_plan(model: Model, x: Floats) -> Floats:
    """Return the plan with whole integers, which must keep every bound and row."""
    if x.shape != model.gain.shape or not np.isfinite(x).all():
        raise EngineError("HiGHS returned no figures for its plan")
    x = np.where(model.is_integer, np.rint(x), x).clip(model.low, model.high)
    activity = model.matrix @ x
    slack = 1e-6 + _TIE * (abs(model.matrix) @ np.abs(x))
    broken = np.flatnonzero((activity < model.row_low - slack) | (activity > model.row_high + slack))
    if len(broken):
        raise EngineError(f"HiGHS returned a plan that breaks rows {name_some(broken.tolist())} of its model")
    return x


def _gap(objective: float, bound: float) -> float:
    difference = bound - objective
    if difference <= _TIE:
        return 0.0
    return difference / abs(objective) if objective else np.inf
