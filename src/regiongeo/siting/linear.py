"""A linear program that grows while it is solved again and again, with bounds that need no trust."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from regiongeo.errors import EngineError
from regiongeo.siting.solver import import_highspy, open_highs, settings_of

if TYPE_CHECKING:
    import highspy
    import numpy.typing as npt

    from regiongeo.siting.solver import Model

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

__all__ = ["LinearProgram", "OutOfTimeError", "Vertex"]

_NO_LIMIT = 2**31 - 1
_CONFLICT = 1e-9  # by how much a ray with largest part 1 must break the rows to prove that none keeps them


class OutOfTimeError(Exception):
    """Time ran out while a program was solved."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Vertex:
    """A best plan of a linear program, and what its multipliers prove."""

    x: Floats
    bound: float
    """No plan within the bounds on columns can gain more."""
    reduced: Floats
    """By column: a plan gains at most ``bound - |reduced|`` if a column with gain stands 1 below its upper
    bound, or one with loss (< 0) 1 above its lower one."""
    is_tight: npt.NDArray[np.bool_]
    """Rows with a multiplier."""


class LinearProgram:
    """Maximise a model whose columns need not be whole, from where the last solve ended.

    Whatever HiGHS says, a bound is worked out anew from its row multipliers: any multipliers prove one.

    Parameters
    ----------
    model
        What to maximise and within what.
    seed, threads
        As in `regiongeo.siting.solver.solve`.
    """

    def __init__(self, model: Model, *, seed: int, threads: int) -> None:
        self._engine = import_highspy()
        settings = settings_of(time_limit_s=np.inf, seed=seed, threads=threads)
        loose = replace(model, is_integer=np.zeros_like(model.is_integer))
        self._highs: highspy.Highs = open_highs(self._engine, loose, settings)
        self._columns = np.arange(len(model.gain), dtype=np.int32)
        self._gain, self._low, self._high = model.gain, model.low, model.high
        self._rows, self._row_low, self._row_high = model.matrix, model.row_low, model.row_high

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self._row_high)

    def add_rows(self, rows: sparse.csr_array, *, high: Floats) -> None:
        """Add rows ``rows @ x <= high``."""
        count, low = rows.shape[0], np.full(rows.shape[0], -np.inf)
        starts, members = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        self._must(self._highs.addRows(count, low, high, rows.nnz, starts, members, rows.data), "new rows")
        self._rows = sparse.csr_array(sparse.vstack([self._rows, rows], format="csr"))
        self._row_low = np.concatenate([self._row_low, low])
        self._row_high = np.concatenate([self._row_high, high])

    def drop_rows(self, rows: Ints) -> None:
        """Remove some rows."""
        self._must(self._highs.deleteRows(len(rows), rows.astype(np.int32)), "rows to be removed")
        is_kept = np.ones(self.rows, dtype=bool)
        is_kept[rows] = False
        self._rows = self._rows[np.flatnonzero(is_kept)]
        self._row_low, self._row_high = self._row_low[is_kept], self._row_high[is_kept]

    def hold(self, low: Floats, high: Floats) -> None:
        """Set the bounds of the first columns."""
        count = len(low)
        self._must(self._highs.changeColsBounds(count, self._columns[:count], low, high), "new bounds")
        self._low = np.concatenate([low, self._low[count:]])
        self._high = np.concatenate([high, self._high[count:]])

    def solve(self, *, time_limit_s: float) -> Vertex | None:
        """Return the best plan, or None if it is proven that no plan keeps the rows.

        Raises
        ------
        OutOfTimeError
            If the time runs out first.
        EngineError
            If the solver fails, or calls rows impossible without a proof that holds.
        """
        status = self._run(time_limit_s)
        if status not in (self._states.kOptimal, self._states.kInfeasible, self._states.kTimeLimit):
            self._highs.clearSolver()
            status = self._run(time_limit_s)
        if status == self._states.kTimeLimit:
            raise OutOfTimeError
        if status == self._states.kInfeasible:
            self._require_conflict()
            return None
        if status != self._states.kOptimal:
            raise EngineError(
                f"HiGHS {self._highs.version()} ended with '{self._highs.modelStatusToString(status)}'"
            )
        solution = self._highs.getSolution()
        multipliers = np.array(solution.row_dual)
        bound, reduced = self._prove(multipliers, self._gain, self._low, self._high)
        return Vertex(
            x=np.array(solution.col_value), bound=bound, reduced=reduced, is_tight=np.abs(multipliers) > 0
        )

    def probe(self, columns: Ints, *, steps: int) -> Floats:
        """Return what no plan can exceed with each column alone at its lower, and at its upper bound.

        Columns × 2, after so many steps of the dual simplex method from the last vertex: a little above
        what a full solve would show. The next solve starts from that vertex again.
        """
        basis = self._highs.getBasis()
        self._highs.setOptionValue("simplex_iteration_limit", steps)
        bounds = np.full((len(columns), 2), np.inf)
        for row, column in enumerate(columns.tolist()):
            for side, value in enumerate((self._low[column], self._high[column])):
                self._highs.changeColBounds(column, value, value)
                self._highs.setBasis(basis)
                self._highs.run()
                bounds[row, side] = self._bound_with(column, value)
            self._highs.changeColBounds(column, self._low[column], self._high[column])
        self._highs.setOptionValue("simplex_iteration_limit", _NO_LIMIT)
        self._highs.setBasis(basis)
        return bounds

    @property
    def _states(self) -> type[highspy.HighsModelStatus]:
        states: type[highspy.HighsModelStatus] = self._engine.HighsModelStatus
        return states

    def _run(self, time_limit_s: float) -> highspy.HighsModelStatus:
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + time_limit_s)
        self._highs.run()
        return self._highs.getModelStatus()

    def _bound_with(self, column: int, value: float) -> float:
        """Return the bound that the present multipliers prove with one column held; inf if there are none."""
        solution = self._highs.getSolution()
        if not solution.dual_valid:
            return np.inf
        low, high = self._low.copy(), self._high.copy()
        low[column] = high[column] = value
        return self._prove(np.array(solution.row_dual), self._gain, low, high)[0]

    def _prove(self, multipliers: Floats, gain: Floats, low: Floats, high: Floats) -> tuple[float, Floats]:
        """Return what no plan can gain more than, and the reduced gain of each column.

        ``max gain @ x <= sum_i max_r {pi_i r} + sum_j max_x {(gain - pi A)_j x}`` with r within the row's and
        x within the column's bounds, for any multipliers pi; those of open sides are taken as 0.
        """
        is_open = np.where(multipliers > 0, np.isinf(self._row_high), np.isinf(self._row_low))
        pi = np.where(is_open, 0.0, multipliers)
        is_used = pi != 0
        at_rows = np.where(pi > 0, self._row_high, self._row_low)[is_used]
        reduced = gain - self._rows.T @ pi
        at_columns = np.where(reduced > 0, high, low)
        return float(pi[is_used] @ at_rows + reduced @ at_columns), reduced

    def _require_conflict(self) -> None:
        """Raise unless the solver's ray shows that no plan keeps the rows."""
        _, has_ray, numbers = self._highs.getDualRay()  # type: ignore[attr-defined]
        if has_ray:
            ray = np.array(numbers) / (np.abs(numbers).max() or 1.0)
            nothing = np.zeros(len(self._gain))
            proofs = (self._prove(sign * ray, nothing, self._low, self._high)[0] for sign in (1.0, -1.0))
            if min(proofs) < -_CONFLICT:
                return
        raise EngineError(f"HiGHS {self._highs.version()} calls rows impossible, and does not prove it")

    def _must(self, status: highspy.HighsStatus, what: str) -> None:
        if status != self._engine.HighsStatus.kOk:
            raise EngineError(f"HiGHS {self._highs.version()} refuses {what}")
