"""Settle ties: of equally good plans take the one with the earliest sites, whoever solves it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy import sparse

from regiongeo.errors import InfeasibleError
from regiongeo.siting.solver import TIE, Model, Solution, solve

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Columns = npt.NDArray[np.int64]

__all__ = ["Reduce", "Settling", "as_good", "settle_ties", "solve_settled"]

_LOSS = 1e-6  # relative loss of a plan that holds none of the columns asked for, well above a tie


class Reduce(Protocol):
    """Make a model easier to prove, between bounds on its columns and with some columns left as they are."""

    def __call__(self, low: Floats, high: Floats, kept: Columns) -> tuple[Model, Columns]:
        """Return a model with the same columns, and by column the one that stands for it, -1 for none.

        Some plan of it is as good as the best within the bounds, also of those that hold some of ``kept``.
        """


@dataclass(frozen=True, kw_only=True, eq=False)
class Settling:
    """How far ties are settled."""

    best: Solution
    """The best plan with the earliest columns, as far as they are settled."""
    low: Floats
    """By column: 1 where it is settled that the plan holds it."""
    high: Floats
    """By column: 0 where it is settled that the plan does not hold it."""
    refuted: Floats | None
    """A plan as good that is not real, at which the settling stopped; None: it is done."""


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
    reduce: Reduce | None = None,
) -> tuple[Solution, bool]:
    """Return the best plan with the earliest of ``columns``, and whether ties were settled in time.

    Parameters and errors as for `regiongeo.siting.solver.solve`, with one time limit for all, and ``then``: a
    second gain to maximise among equally good plans, before the order of the columns decides; ``reduce``: how
    to make each question easier, where the model allows it.
    """
    started = perf_counter()
    first = model if reduce is None else reduce(model.low, model.high, np.zeros(0, dtype=np.int64))[0]
    best = solve(first, time_limit_s=time_limit_s, seed=seed, threads=threads, max_gap=max_gap, start=start)
    if best.status != "optimal":
        return best, False
    try:
        if then is not None:
            held = as_good(model, best.objective, then)
            left = time_limit_s - (perf_counter() - started)
            second = solve(held, time_limit_s=left, seed=seed, threads=threads, max_gap=0.0)
            frugal = replace(model, gain=then)
            model, best = as_good(frugal, second.objective, model.gain), replace(best, x=second.x)
        left = time_limit_s - (perf_counter() - started)
        settled = settle_ties(
            model, best, columns, time_limit_s=left, seed=seed, threads=threads, reduce=reduce
        )
    except InfeasibleError:
        return replace(best, objective=float(model.gain @ best.x)), False
    return settled.best, True


def as_good(model: Model, objective: float, then: Floats) -> Model:
    """Return the model of plans that gain ``objective``, up to a tie, with another gain to maximise."""
    return replace(
        model,
        gain=then,
        matrix=_append_row(model.matrix, model.gain),
        row_low=np.append(model.row_low, objective - TIE * max(1.0, abs(objective))),
        row_high=np.append(model.row_high, np.inf),
    )


def settle_ties(
    model: Model,
    best: Solution,
    columns: Columns,
    *,
    time_limit_s: float,
    seed: int,
    threads: int = 1,
    reduce: Reduce | None = None,
    is_real: Callable[[Floats], bool] | None = None,
) -> Settling:
    """Return, of all plans as good as ``best``, the one that chooses the earliest of ``columns``.

    The columns (0 or 1) are settled in their order: those ahead of the next chosen one stay out if no plan
    as good holds any of them. So the plan no longer depends on seed, threads or the order of rows. Plans are
    equally good up to a relative difference of 1e-9.

    Parameters
    ----------
    model, best, time_limit_s, seed, threads, reduce
        As in `solve_settled`.
    columns
        Columns in the order that decides.
    is_real
        Tells whether a plan of the model is one indeed, where the model allows more; ``best`` must be. At a
        plan that is not, the settling stops; it can go on from its bounds in a model without that plan.

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
        model=model,
        best=best,
        deadline=perf_counter() + time_limit_s,
        seed=seed,
        threads=threads,
        reduce=reduce,
    )
    x, low, high = best.x, model.low.copy(), model.high.copy()
    refuted, may_be_alone = None, reduce is None
    while len(columns):
        chosen = np.flatnonzero(x[columns])
        first = int(chosen[0]) if len(chosen) else len(columns)
        asked = columns[x[columns] == 0] if may_be_alone else columns[:first]
        found = search.any_of(asked, x, low, high)
        if found is not None and is_real is not None and not is_real(found):
            refuted = found
            break
        if found is not None:
            x, may_be_alone = found, False
            continue
        high[asked] = 0.0
        if may_be_alone:
            break
        low[columns[first : first + 1]] = 1.0
        columns = columns[first + 1 :]
    settled = replace(best, x=x, objective=float(model.gain @ x))
    return Settling(best=settled, low=low, high=high, refuted=refuted)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    """Ask for plans as good as the best that hold certain columns, before a deadline."""

    model: Model
    best: Solution
    deadline: float
    seed: int
    threads: int
    reduce: Reduce | None

    def any_of(self, columns: Columns, x: Floats, low: Floats, high: Floats) -> Floats | None:
        """Return a plan within the bounds that holds some of ``columns``, or None; ``x`` holds none."""
        columns = columns[high[columns] > 0]
        if not len(columns):
            return None
        size = abs(self.best.objective)
        model, start = self._asked(columns, x, low, high)
        trial = _with_any_of(model, columns, loss=max(1.0, _LOSS * size))
        found = solve(
            trial,
            time_limit_s=max(0.0, self.deadline - perf_counter()),
            seed=self.seed,
            threads=self.threads,
            max_gap=np.inf,
            start=np.append(start, 1.0),
        )
        as_good = self.best.objective - TIE * max(1.0, size)
        if found.objective >= as_good:
            return found.x[:-1]
        if found.bound >= as_good:
            raise InfeasibleError("ties between equally good plans were not settled in time: allow more")
        return None

    def _asked(self, columns: Columns, x: Floats, low: Floats, high: Floats) -> tuple[Model, Floats]:
        """Return the model to ask within the bounds, and the plan ``x`` in it."""
        if self.reduce is None:
            return replace(self.model, low=low, high=high), x
        model, leader = self.reduce(low, high, columns)
        start = np.zeros_like(x)
        start[leader[(x > 0) & (leader >= 0)]] = 1.0
        return model, start


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


def _append_row(matrix: sparse.csr_array, row: Floats) -> sparse.csr_array:
    return sparse.csr_array(sparse.vstack([matrix, sparse.csr_array(row[None, :])]))
