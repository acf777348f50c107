"""One door to the mixed-integer solver: HiGHS, fed with sparse arrays.

The values a solver holds after an infeasible, interrupted or failed run look like a solution. Here only a
checked optimum, or a checked plan with its gap, comes back; everything else raises.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import numpy as np

from regiongeo.errors import DataError, EngineError, InfeasibleError, name_some

if TYPE_CHECKING:
    from types import ModuleType

    import highspy
    import numpy.typing as npt
    from scipy import sparse

    Floats = npt.NDArray[np.float64]

__all__ = ["TIE", "Model", "Solution", "import_highspy", "is_possible", "open_highs", "settings_of", "solve"]

_FEASIBLE = 1e-9  # violation of a row or of integrality that HiGHS takes for none
TIE = 1e-9
"""Relative difference up to which two objectives are equal."""
_MOVED = 1e-6  # violation of a row or bound up to which a plan keeps it
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
    model: Model,
    *,
    time_limit_s: float,
    seed: int = 0,
    threads: int = 1,
    max_gap: float = 0.05,
    rel_gap: float = 0.0,
    start: Floats | None = None,
) -> Solution:
    """Solve a model with HiGHS and check the answer.

    Parameters
    ----------
    model
        What to maximise and within what.
    time_limit_s
        Wall time after which the best plan so far is taken [s].
    seed
        Seed of the solver; it can change which of several equal plans comes first: see
        `regiongeo.siting.settle.settle_ties`.
    threads
        Threads of the solver, the same in all calls of one process.
    max_gap
        Largest gap of a plan that is not proven best [1].
    rel_gap
        Gap at which to stop [1]. The plan is then "optimal" only if it is proven best all the same.
    start
        A plan to begin with, a value for each column. The plan returned is never worse.

    Raises
    ------
    DataError
        If ``start`` breaks the model.
    InfeasibleError
        If the constraints conflict, or the time ran out without a plan or with a gap above ``max_gap``.
    EngineError
        If the solver is missing, refuses an option, fails, or returns what breaks the model.
    """
    started = perf_counter()
    if start is not None:
        start = _checked_start(model, start)
    settings = settings_of(time_limit_s=time_limit_s, seed=seed, threads=threads, rel_gap=rel_gap)
    engine = import_highspy()
    highs = _run(engine, model, settings, start)
    _require_plan(engine, highs, time_limit_s=time_limit_s, start=start)
    x = _best_plan(engine, highs, model, start)
    objective = float(model.gain @ x)
    ended = highs.getModelStatus() == engine.HighsModelStatus.kOptimal
    bound = _bound(highs, model, objective, is_ended=ended)
    gap = _gap(objective, bound)
    is_optimal = ended and gap <= TIE
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


def is_possible(model: Model, *, time_limit_s: float, threads: int = 1) -> bool:
    """Return False where it is proven that no plan keeps the model; True also where time runs out first.

    Raises
    ------
    EngineError
        As `solve`.
    """
    engine = import_highspy()
    settings = settings_of(time_limit_s=time_limit_s, seed=0, threads=threads, rel_gap=0.0)
    highs = _run(engine, replace(model, gain=np.zeros_like(model.gain)), settings, None)
    states, status = engine.HighsModelStatus, highs.getModelStatus()
    if status not in (states.kOptimal, states.kTimeLimit, states.kInfeasible):
        raise EngineError(f"HiGHS {highs.version()} ended with status '{highs.modelStatusToString(status)}'")
    return bool(status != states.kInfeasible)


def _is_sound(numbers: Floats) -> bool:
    return bool((np.abs(numbers) < _LARGEST).all())


def settings_of(
    *, time_limit_s: float, seed: int, threads: int, rel_gap: float = 0.0
) -> dict[str, float | str]:
    """Return the options with which HiGHS runs here."""
    return {
        "output_flag": False,
        "threads": threads,
        "random_seed": seed,
        "time_limit": float(time_limit_s),
        "mip_rel_gap": float(rel_gap),
        "mip_abs_gap": 0.0,
        "mip_feasibility_tolerance": _FEASIBLE,
        # Its aggregator (HiGHS 1.15.1) calls some feasible models infeasible, and on covering models it costs
        # more time than it saves.
        "presolve": "off",
        # It looks for a first plan, of which these models have many, and takes up to half of the time.
        "mip_heuristic_run_feasibility_jump": False,
    }


def import_highspy() -> ModuleType:
    """Return the solver's module; its import takes time, and only solving needs it.

    Raises
    ------
    EngineError
        If it is missing.
    """
    try:
        import highspy as engine  # noqa: PLC0415
    except ImportError as error:
        raise EngineError("the solver HiGHS is missing: install the package highspy") from error
    return engine


def open_highs(engine: ModuleType, model: Model, settings: dict[str, float | str]) -> highspy.Highs:
    """Return HiGHS with a model, in which every call answered with its ok.

    Raises
    ------
    EngineError
        If HiGHS refuses an option or the model.
    """
    highs: highspy.Highs = engine.Highs()
    for name, value in settings.items():
        if highs.setOptionValue(name, value) != engine.HighsStatus.kOk:
            raise EngineError(f"HiGHS {highs.version()} refuses the option {name} = {value}")
    if highs.passModel(_to_highs(engine, model)) != engine.HighsStatus.kOk:
        raise EngineError(f"HiGHS {highs.version()} refuses the model, {model.matrix.shape} rows, columns")
    return highs


def _run(
    engine: ModuleType, model: Model, settings: dict[str, float | str], start: Floats | None
) -> highspy.Highs:
    """Return HiGHS after a run in which every call answered with its ok."""
    highs = open_highs(engine, model, settings)
    if start is not None and highs.setSolution(_to_plan(engine, start)) != engine.HighsStatus.kOk:
        raise EngineError(f"HiGHS {highs.version()} refuses a start that keeps the model")
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


def _to_plan(engine: ModuleType, x: Floats) -> highspy.HighsSolution:
    plan: highspy.HighsSolution = engine.HighsSolution()
    plan.col_value = x
    return plan


def _require_plan(
    engine: ModuleType, highs: highspy.Highs, *, time_limit_s: float, start: Floats | None
) -> None:
    """Raise unless the run ended with an optimum, or with a plan at the time limit."""
    states, status = engine.HighsModelStatus, highs.getModelStatus()
    has_plan = _has_plan(engine, highs)
    if status in (states.kInfeasible, states.kUnboundedOrInfeasible):
        if start is not None:
            raise EngineError(f"HiGHS {highs.version()} calls a model infeasible that the start keeps")
        raise InfeasibleError("the constraints conflict: no plan meets them all")
    if status == states.kTimeLimit and not has_plan and start is None:
        raise InfeasibleError(f"no plan found in {time_limit_s:g} s, not proved infeasible: allow more time")
    if status != states.kTimeLimit and (status != states.kOptimal or not has_plan):
        raise EngineError(f"HiGHS {highs.version()} ended with status '{highs.modelStatusToString(status)}'")


def _has_plan(engine: ModuleType, highs: highspy.Highs) -> bool:
    return bool(highs.getInfo().primal_solution_status == engine.SolutionStatus.kSolutionStatusFeasible)


def _best_plan(engine: ModuleType, highs: highspy.Highs, model: Model, start: Floats | None) -> Floats:
    """Return the plan HiGHS holds, checked, or the start where that is better."""
    plans = [] if start is None else [start]
    if _has_plan(engine, highs):
        plans.insert(0, _checked_plan(model, np.array(highs.getSolution().col_value)))
    return max(plans, key=lambda x: float(model.gain @ x))


def _checked_plan(model: Model, x: Floats) -> Floats:
    """Return the plan with whole integers, which must keep every bound and row."""
    if x.shape != model.gain.shape or not np.isfinite(x).all():
        raise EngineError("HiGHS returned no figures for its plan")
    x = _whole(model, x)
    broken = _broken_rows(model, x)
    if len(broken):
        raise EngineError(f"HiGHS returned a plan that breaks rows {name_some(broken.tolist())} of its model")
    return x


def _checked_start(model: Model, start: Floats) -> Floats:
    """Return the start with whole integers; it must keep every bound and row too."""
    if start.shape != model.gain.shape or not np.isfinite(start).all():
        raise DataError(f"start: give a finite value for each of the {len(model.gain)} columns")
    x = _whole(model, start)
    moved = np.flatnonzero(np.abs(x - start) > _MOVED)
    if len(moved):
        raise DataError(f"start: columns {name_some(moved.tolist())} are not whole or break their bounds")
    broken = _broken_rows(model, x)
    if len(broken):
        raise DataError(f"start: breaks rows {name_some(broken.tolist())} of the model")
    return x


def _whole(model: Model, x: Floats) -> Floats:
    return np.where(model.is_integer, np.rint(x), x).clip(model.low, model.high)


def _broken_rows(model: Model, x: Floats) -> npt.NDArray[np.int64]:
    activity = model.matrix @ x
    slack = _MOVED + TIE * (abs(model.matrix) @ np.abs(x))
    return np.flatnonzero((activity < model.row_low - slack) | (activity > model.row_high + slack))


def _bound(highs: highspy.Highs, model: Model, objective: float, *, is_ended: bool) -> float:
    """Return what no plan can exceed; the end of a linear program is its own bound."""
    if model.is_integer.any():
        bound = float(highs.getInfo().mip_dual_bound)
    else:
        bound = objective if is_ended else np.inf
    if is_ended and bound < objective - _MOVED * max(1.0, abs(objective)):
        raise EngineError(
            f"HiGHS {highs.version()} claims that no plan exceeds {bound:g}; one is {objective:g}"
        )
    return max(objective, bound)


def _gap(objective: float, bound: float) -> float:
    difference = bound - objective
    if difference <= TIE:
        return 0.0
    return difference / abs(objective) if objective else np.inf
