"""p-medians under spacing, budget and groups: relaxation without them, ladders within them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from regiongeo.siting.found import Found
from regiongeo.siting.interchange import interchange, total_cost
from regiongeo.siting.lagrange import SAME, relax, settle_sites, whole_bound
from regiongeo.siting.medianladder import build_ladder, count_rungs
from regiongeo.siting.settle import solve_settled
from regiongeo.siting.solver import Model, solve

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from regiongeo.siting.found import Run
    from regiongeo.siting.lagrange import Bracket, Relaxation
    from regiongeo.siting.limits import LimitRows

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]

__all__ = ["at_sites", "search_limited"]

_SCALE = 1e6  # cost of the best plan in the model
_KEPT = 1e-9  # violation of a row that is only rounding
_MOST_RUNGS = 2_000_000  # a larger ladder takes longer to build than a run has time to solve


def at_sites(rows: LimitRows, sites: Ints) -> LimitRows:
    """Return the limits over some of the sites; the others stay closed."""
    return replace(rows, matrix=rows.matrix[:, sites], low=rows.low[sites], high=rows.high[sites])


def search_limited(
    cost: Floats, rows: LimitRows, bracket: Bracket, *, fine: float, size: int, run: Run
) -> Found:
    """Find the cheapest plan that keeps the limits.

    The relaxation knows only the number of sites. Its reduced costs, made least within the limits, bound
    every plan that keeps them and give one to start from, improved by exchanges that keep them. Sites that
    the bound rules out are left out; HiGHS solves the rest as ladders.

    Parameters
    ----------
    cost, size, run
        As `regiongeo.siting.lagrange.bracket_median`, which made the bracket.
    rows
        The limits, over these sites.
    fine
        Cost that stands for demand out of reach.
    """
    relaxation = relax(cost, bracket.multipliers)
    opened, lower = _cheapest_opening(relaxation, rows, bracket, run)
    held = rows.low > 0
    chosen = interchange(cost, opened, held=held, may_swap=_keeping(rows))
    if _keeps(rows, bracket.chosen):
        chosen = bracket.chosen
    upper = total_cost(cost, chosen)
    lower = min(upper, whole_bound(cost, max(lower, bracket.lower)))
    found = Found(chosen=chosen, upper=upper, lower=lower)
    is_out, is_in = settle_sites(relaxation, size=size, held=held, target=upper * (1 + SAME))
    kept, cost = np.flatnonzero(~is_out), np.where(cost >= fine, np.inf, cost)
    if upper - lower < run.rel_gap * upper or run.is_late:
        return found
    if count_rungs(cost[:, kept], size=size, is_in=is_in[kept]) > _MOST_RUNGS:
        return found
    return _climb_ladders(cost, at_sites(rows, kept), found, kept=kept, is_in=is_in[kept], size=size, run=run)


def _climb_ladders(
    cost: Floats, rows: LimitRows, found: Found, *, kept: Ints, is_in: Flags, size: int, run: Run
) -> Found:
    ladder = build_ladder(cost[:, kept], size=size, is_in=is_in, limits=rows, upper=found.upper)
    is_plan = np.isin(found.chosen, kept).all() and np.isfinite(total_cost(cost, found.chosen))
    solution, is_settled = solve_settled(
        ladder.model,
        np.arange(len(kept)),
        time_limit_s=run.left_s,
        seed=run.seed,
        threads=run.threads,
        max_gap=np.inf,
        start=ladder.plan(np.searchsorted(kept, found.chosen)) if is_plan else None,
    )
    chosen = kept[np.flatnonzero(solution.x[: len(kept)])]
    upper, bound = total_cost(cost, chosen), -solution.bound / ladder.scale
    lower = upper if solution.status == "optimal" else min(upper, max(found.lower, whole_bound(cost, bound)))
    return Found(chosen=chosen, upper=upper, lower=lower, is_settled=is_settled)


def _cheapest_opening(
    relaxation: Relaxation, rows: LimitRows, bracket: Bracket, run: Run
) -> tuple[Ints, float]:
    """Return the sites of least reduced cost that keep the limits, and what no plan can fall below."""
    scale = _SCALE / bracket.upper if bracket.upper else 1.0
    model = Model(
        gain=-scale * relaxation.reduced,
        matrix=rows.matrix,
        row_low=rows.row_low,
        row_high=rows.row_high,
        low=rows.low,
        high=rows.high,
        is_integer=np.ones(len(rows.low), dtype=bool),
    )
    solution = solve(model, time_limit_s=run.left_s, seed=run.seed, threads=run.threads, max_gap=np.inf)
    return np.flatnonzero(solution.x), relaxation.base - solution.bound / scale


def _keeps(rows: LimitRows, chosen: Ints) -> bool:
    activity = rows.matrix[:, chosen].sum(axis=1)
    return bool(((activity >= rows.row_low - _KEPT) & (activity <= rows.row_high + _KEPT)).all())


def _keeping(rows: LimitRows) -> Callable[[Ints], Flags]:
    """Return the function that tells, for chosen sites, which exchanges keep the rows."""
    matrix = rows.matrix.toarray()
    largest = matrix.max(axis=1) - matrix.min(axis=1)

    def may_swap(chosen: Ints) -> Flags:
        activity = matrix[:, chosen].sum(axis=1)
        may_break = (activity + largest > rows.row_high) | (activity - largest < rows.row_low)
        allowed = np.ones((len(chosen), matrix.shape[1]), dtype=bool)
        for row in np.flatnonzero(may_break):
            after = activity[row] - matrix[row, chosen][:, None] + matrix[row][None, :]
            allowed &= (after >= rows.row_low[row] - _KEPT) & (after <= rows.row_high[row] + _KEPT)
        return allowed

    return may_swap
