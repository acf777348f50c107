"""Settle ties: of equally good plans take the one with the earliest sites, whoever solves it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from regiongeo.errors import InfeasibleError
from regiongeo.siting.solver import TIE, Model, Solution, solve

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Columns = npt.NDArray[np.int64]

__all__ = ["settle_ties", "solve_settled"]

_LOSS = 1e-6  # relative loss of a plan that holds none of the columns asked for, well above a tie


def solve_settled(
    model: Model,
    columns: Columns,
    *,
    time_limit_s: float,
    seed: int = 0,
    threads: int = 1,
    max_gap: float = 0.05,
    start: Floats | None = None,
    then: Floats | None = None,
    lean: Model | None = None,
) -> tuple[Solution, bool]:
    """Return the best plan with the earliest of ``columns``, and whether ties were settled in time.

    Parameters and errors as for `regiongeo.siting.solver.solve`, with one time limit for all, and ``then``: a
    second gain to maximise among equally good plans, before the order of the columns decides; ``lean``: a
    model with the same columns, some plan of which is as good as the best, and easier to prove.
    """
    started = perf_counter()
    first = lean or model
    best = solve(first, time_limit_s=time_limit_s, seed=seed, threads=threads, max_gap=max_gap, start=start)
    if best.status != "optimal":
        return best, False
    try:
        if then is not None:
            held = replace(_at_least(model, model.gain, best.objective), gain=then)
            left = time_limit_s - (perf_counter() - started)
            second = solve(held, time_limit_s=left, seed=seed, threads=threads, max_gap=0.0)
            model, best = _at_least(model, then, second.objective), replace(best, x=second.x)
        left = time_limit_s - (perf_counter() - started)
        return settle_ties(model, best, columns, time_limit_s=left, seed=seed, threads=threads), True
    except InfeasibleError:
        return replace(best, objective=float(model.gain @ best.x)), False


def settle_ties(
    model: Model,
    best: Solution,
    columns: Columns,
    *,
    time_limit_s: float,
    seed: int,
    threads: int = 1,
) -> Solution:
    """Return, of all plans as good as ``best``, the one that chooses the earliest of ``columns``.

    The columns (0 or 1) are settled in their order: those ahead of the next chosen one stay out if no plan
    as good holds any of them. So the plan no longer depends on seed, threads or the order of rows. Plans are
    equally good up to a relative difference of 1e-9.

    Raises
    ------
    InfeasibleError
        If ``best`` is not proven best, or the time runs out: then the choice among equal plans is open.
    EngineError
        As `regiongeo.siting.solver.solve`.

    Notes
    -----
    To ask for a plan as good, the objective is maximised once more with some of the columns held. Keeping
    the optimum as a row instead and maximising the number of columns makes so thin a set of plans that
    HiGHS 1.15.1 calls some of them infeasible, with presolve more often than without.
    """
    if best.status != "optimal":
        raise InfeasibleError("ties can be settled only between plans that are proven best")
    search = _Search(
        model=model, best=best, deadline=perf_counter() + time_limit_s, seed=seed, threads=threads
    )
    low, high = model.low.copy(), model.high.copy()
    x = search.any_of(columns[best.x[columns] == 0], best.x, low, high)
    if x is None:
        return best
    while len(columns):
        chosen = np.flatnonzero(x[columns])
        first = int(chosen[0]) if len(chosen) else len(columns)
        earlier = search.any_of(columns[:first], x, low, high)
        if earlier is not None:
            x = earlier
            continue
        high[columns[:first]] = 0.0
        low[columns[first : first + 1]] = 1.0
        columns = columns[first + 1 :]
    return replace(best, x=x, objective=float(model.gain @ x))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    """Ask for plans as good as the best that hold certain columns, before a deadline."""

    model: Model
    best: Solution
    deadline: float
    seed: int
    threads: int

    def any_of(self, columns: Columns, x: Floats, low: Floats, high: Floats) -> Floats | None:
        """Return a plan within the bounds that holds some of ``columns``, or None; ``x`` holds none."""
        columns = columns[high[columns] > 0]
        if not len(columns):
            return None
        size = abs(self.best.objective)
        trial = _with_any_of(replace(self.model, low=low, high=high), columns, loss=max(1.0, _LOSS * size))
        found = solve(
            trial,
            time_limit_s=max(0.0, self.deadline - perf_counter()),
            seed=self.seed,
            threads=self.threads,
            max_gap=np.inf,
            start=np.append(x, 1.0),
        )
        as_good = self.best.objective - TIE * max(1.0, size)
        if found.objective >= as_good:
            return found.x[:-1]
        if found.bound >= as_good:
            raise InfeasibleError("ties between equally good plans were not settled in time: allow more")
        return None


def _with_any_of(model: Model, columns: Columns, *, loss: float) -> Model:
    """Add a column that costs ``loss`` and is 1 if none of ``columns`` is chosen: some plan always fits."""
    row = np.zeros(len(model.gain) + 1)
    row[columns] = row[-1] = 1.0
    rows, size = model.matrix.shape
    wider = sparse.csr_array(
        (model.matrix.data, model.matrix.indices, model.matrix.indptr), shape=(rows, size + 1)
    )
    return Model(
        gain=np.append(model.gain, -loss),
        matrix=_append_row(wider, row),
        row_low=np.append(model.row_low, 1.0),
        row_high=np.append(model.row_high, np.inf),
        low=np.append(model.low, 0.0),
        high=np.append(model.high, 1.0),
        is_integer=np.append(model.is_integer, True),
    )


def _at_least(model: Model, gain: Floats, objective: float) -> Model:
    return replace(
        model,
        matrix=_append_row(model.matrix, gain),
        row_low=np.append(model.row_low, objective - TIE * max(1.0, abs(objective))),
        row_high=np.append(model.row_high, np.inf),
    )


def _append_row(matrix: sparse.csr_array, row: Floats) -> sparse.csr_array:
    return sparse.csr_array(sparse.vstack([matrix, sparse.csr_array(row[None, :])]))
