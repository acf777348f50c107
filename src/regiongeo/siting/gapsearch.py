"""Search for the choices of least worst gap and, within it, of least gaps in all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regiongeo.errors import EngineError, InfeasibleError
from regiongeo.siting.gapmodel import best_paths, build_cover_model, build_gap_model
from regiongeo.siting.settle import solve_settled
from regiongeo.siting.solver import solve
from regiongeo.siting.stretches import levels_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from regiongeo.siting.found import Run
    from regiongeo.siting.gapmodel import GapCase, GapRows
    from regiongeo.siting.solver import Model, Solution

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["LeastTotal", "LeastWorst", "least_total", "least_worst"]

_HALF = 0.5  # no relation is above the gap at 0, one is at -1
_SAME = 3e-9  # relative difference up to which two sums are equal, a little above a tie of the solver
_AGREE = 1e-6  # relative difference allowed between the sum of the model and that of the gaps
_MOST_ROUNDS = 30  # of cuts at fractional openings, before the first whole ones


@dataclass(frozen=True, kw_only=True, eq=False)
class LeastWorst:
    """The choice of least worst gap."""

    is_open: Flags
    """By site, existing ones too."""
    km: float
    bound_km: float


@dataclass(frozen=True, kw_only=True, eq=False)
class LeastTotal:
    """The choice of least trips times gap within the worst gap."""

    is_open: Flags
    total: float
    bound: float
    is_settled: bool


def least_worst(case: GapCase, rows: GapRows, run: Run) -> LeastWorst:
    """Find the least worst gap by bisection over the lengths that gaps can have.

    Raises
    ------
    InfeasibleError
        If time runs out before any choice is found.
    """
    best = case.least[best_paths(case, case.least)].max()
    is_open, _ = _within(case, rows, max(line.km for line in case.lines), run)
    if is_open is None:
        raise InfeasibleError("no choice within the limits was found in time: allow more")
    levels = _levels(case, float(best), _worst(case, is_open))
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        nearer, is_known = _within(case, rows, float(levels[middle]), run)
        if nearer is not None:
            is_open, high = nearer, int(np.searchsorted(levels, _worst(case, nearer)))
        elif is_known:
            low = middle + 1
        else:
            break
    return LeastWorst(is_open=is_open, km=_worst(case, is_open), bound_km=float(levels[low]))


def least_total(case: GapCase, rows: GapRows, worst: LeastWorst, run: Run) -> LeastTotal:
    """Find the least trips times gap within a worst gap.

    The relaxation gets cuts until it misses none; then whole choices, each with the cuts it misses.
    """
    _cut_fractional(case, rows, worst.km, run)
    best = LeastTotal(is_open=worst.is_open, total=_total(case, worst.is_open), bound=0.0, is_settled=False)
    is_proven = False
    while not best.is_settled and not run.is_late:
        model, scale = build_gap_model(case, rows, worst.km)
        start = _plan(case, model, best.is_open)
        solution, is_settled = _ask(case, model, start, run, is_last=is_proven)
        found, used, gaps = _parts(case, solution.x)
        new = rows.add_stuck(case, found, used, gap=worst.km)
        new += rows.add_cuts(case, found, used, gaps, worst=worst.km)
        is_open = found > _HALF
        if _worst(case, is_open) <= worst.km and (total := _total(case, is_open)) <= best.total * (1 + _SAME):
            best = replace(best, is_open=is_open, total=total)
        best = replace(best, bound=min(best.total, max(best.bound, -solution.bound / scale)))
        if new:
            continue
        if is_proven or solution.status != "optimal":
            return replace(best, is_settled=is_settled)
        claimed = -solution.objective / scale
        if best.total > claimed * (1 + _AGREE) + _AGREE:
            raise EngineError(
                f"the model claims {claimed:g} truck-km of gaps, not {best.total:g}: report this"
            )
        is_proven = True
        best = replace(best, bound=best.total)
    return best


def _ask(case: GapCase, model: Model, start: Floats, run: Run, *, is_last: bool) -> tuple[Solution, bool]:
    """Return the best plan of the rows so far; with the earliest sites where they are known to be enough."""
    columns = np.arange(case.candidates if is_last else 0)
    return solve_settled(
        model,
        columns,
        time_limit_s=run.left_s,
        seed=run.seed,
        threads=run.threads,
        max_gap=np.inf,
        start=start,
    )


def _cut_fractional(case: GapCase, rows: GapRows, worst: float, run: Run) -> None:
    """Add the cuts and windows that fractional openings miss, until none is missed; keep those that bind."""
    for _ in range(_MOST_ROUNDS):
        model, _ = build_gap_model(case, rows, worst)
        relaxed = replace(model, is_integer=np.zeros(len(model.gain), dtype=bool))
        try:
            solution = solve(relaxed, time_limit_s=run.left_s, threads=run.threads, max_gap=np.inf)
        except InfeasibleError:  # late
            return
        share, used, gaps = _parts(case, solution.x)
        new = rows.add_stuck(case, share, used, gap=worst)
        if not rows.add_cuts(case, share, used, gaps, worst=worst) + new or run.is_late:
            break
    rows.keep_tight(case, share, used, gaps)


def _within(case: GapCase, rows: GapRows, gap: float, run: Run) -> tuple[Flags | None, bool]:
    """Return a choice that leaves no gap above ``gap``, and whether it is known if there is one."""
    while not run.is_late:
        model = build_cover_model(case, rows, gap)
        solution = solve(model, time_limit_s=run.left_s, seed=run.seed, threads=run.threads, max_gap=np.inf)
        if solution.objective < -_HALF:
            return None, solution.bound < -_HALF
        share, used, _ = _parts(case, solution.x)
        if _worst(case, share > _HALF) <= gap:
            return share > _HALF, True
        rows.add_stuck(case, share, used, gap=gap)
    return None, False


def _parts(case: GapCase, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the openings of the sites, the use of the paths, and what follows."""
    paths = len(case.lines)
    return x[: case.sites], x[case.sites : case.sites + paths], x[case.sites + paths :]


def _plan(case: GapCase, model: Model, is_open: Flags) -> Floats:
    """Return the values of all columns for a choice."""
    gaps = case.gaps(is_open)
    x = np.zeros(len(model.gain))
    taken = best_paths(case, gaps)
    x[: case.sites] = is_open
    x[case.sites + taken] = 1.0
    x[case.sites + len(case.lines) + taken] = gaps[taken]
    return x


def _levels(case: GapCase, low: float, high: float) -> Floats:
    return np.unique(np.concatenate([levels_of(line, low, high) for line in case.lines]))


def _worst(case: GapCase, is_open: Flags) -> float:
    gaps = case.gaps(is_open)
    return float(gaps[best_paths(case, gaps)].max())


def _total(case: GapCase, is_open: Flags) -> float:
    gaps = case.gaps(is_open)
    return float(case.trips @ gaps[best_paths(case, gaps)])
