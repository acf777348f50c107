"""Choose the sites so that the farthest demand is as near as can be: the p-center, solved exactly."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import sparse

from regiongeo.errors import DataError, EngineError, InfeasibleError, name_some
from regiongeo.siting.distances import assign, reaching_sets, read_distances, require_reach
from regiongeo.siting.found import Run
from regiongeo.siting.limits import Limits, limit_rows, limits_broken
from regiongeo.siting.settle import settle_ties
from regiongeo.siting.solver import Model, Solution, solve

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from regiongeo.siting.distances import Distances
    from regiongeo.siting.limits import LimitRows

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]

__all__ = ["Center", "choose_center"]

_HALF = 0.5  # all demand is covered at 0 and some is not at -1


@dataclass(frozen=True, kw_only=True)
class Center:
    """Sites that leave no demand farther off than needed, recomputed from the sites themselves."""

    sites: tuple[str, ...]
    assigned: pd.DataFrame
    """By demand the nearest chosen site (``site_id``, of equals the first) and the ``distance`` to it."""
    radius: float
    """Distance of the farthest demand to its site [unit of distance]."""
    bound: float
    """No choice has a smaller radius."""
    gap: float
    """How much smaller the radius could at most be, relative to this one [1]."""
    status: Literal["optimal", "feasible"]
    seconds: float
    is_settled: bool
    """False: among choices of equal radius another run may show another one."""


def choose_center(
    distance: pd.DataFrame,
    limits: Limits,
    *,
    time_limit_s: float = 60.0,
    seed: int = 0,
    threads: int = 1,
    max_gap: float = 0.05,
) -> Center:
    """Choose the sites with the least distance from the farthest demand to its nearest one (p-center).

    ``min max_i min_{j chosen} d_ij``. The radius is one of the distances: bisection over the distinct ones
    asks each time whether a choice within the limits covers all demand at that distance.

    Parameters
    ----------
    distance
        Distance or time, demand × sites, >= 0; infinite where the site cannot be reached.
    limits
        Number of sites or a budget, one of which must be given, and other limits.
    time_limit_s
        Wall time in all [s].
    seed, threads, max_gap
        As in `regiongeo.siting.solver.solve`.

    Returns
    -------
    The sites with bound and gap. Where ``is_settled``, they are of all choices of that radius the one with
    the earliest ids: the same for any seed and order of rows and columns.

    Raises
    ------
    DataError
        If ids stand twice, distances are missing or negative, or limits cannot be read.
    InfeasibleError
        If limits conflict (naming them), demand cannot be reached (naming it), or time ran out with a gap
        above ``max_gap``.
    EngineError
        If the solver fails, or the radius recomputed from the sites does not agree.

    Notes
    -----
    One far-off demand decides alone, whatever its weight; many choices share the radius, and of those the
    earliest ids are shown, not the shortest mean distance.

    References
    ----------
    Hakimi, S. (1964). Optimum locations of switching centers and the absolute centers and medians of a graph.
    Operations Research 12(3), 450-459. Minieka, E. (1970). The m-center problem. SIAM Review 12(1), 138-139.
    """
    started = perf_counter()
    if limits.size is None and limits.budget is None:
        raise DataError("p-center: give the number of sites or a budget in the limits")
    run = Run(deadline=started + time_limit_s, seed=seed, threads=threads, rel_gap=0.0)
    case = read_distances(distance, None, barred=limits.locked_out)
    require_reach(case, limits, time_limit_s=run.left_s, threads=threads)
    rows = limit_rows(limits, case.sites, columns=len(case.sites))
    chosen, bound = _bisect(case, rows, run)
    radius = _radius(case, chosen)
    settled = _settle(case, rows, chosen, radius, run) if bound == radius else None
    chosen = chosen if settled is None else settled
    assigned = _recompute(case, limits, chosen, radius)
    gap = (radius - bound) / radius if radius > bound else 0.0
    if gap > max_gap:
        raise InfeasibleError(
            f"no choice proved good enough in {time_limit_s:g} s: one with a radius up to {gap:.0%} smaller "
            f"than the best found may exist, accepted are {max_gap:.0%}: allow more time"
        )
    return Center(
        sites=tuple(case.sites[chosen]),
        assigned=assigned,
        radius=radius,
        bound=bound,
        gap=gap,
        status="optimal" if bound == radius else "feasible",
        seconds=perf_counter() - started,
        is_settled=settled is not None,
    )


def _bisect(case: Distances, rows: LimitRows, run: Run) -> tuple[Ints, float]:
    """Return the choice of least radius found, and the least radius not ruled out."""
    km = case.km[:, rows.high > 0]
    radii = np.unique(km[np.isfinite(km)])
    low, high = int(np.searchsorted(radii, km.min(axis=1).max())), len(radii) - 1
    chosen, _ = _within(case, rows, radii[high], run)
    if chosen is None:
        raise InfeasibleError("no choice that reaches all demand was found in time: allow more")
    high = int(np.searchsorted(radii, _radius(case, chosen)))
    while low < high:
        middle = (low + high) // 2
        nearer, is_known = _within(case, rows, radii[middle], run)
        if nearer is not None:
            chosen, high = nearer, int(np.searchsorted(radii, _radius(case, nearer)))
        elif is_known:
            low = middle + 1
        else:
            break
    return chosen, float(radii[low])


def _within(case: Distances, rows: LimitRows, radius: float, run: Run) -> tuple[Ints | None, bool]:
    """Return a choice that covers all demand at a radius, and whether it is known if there is one."""
    model = _cover_model(case, rows, radius, may_miss=True)
    found = solve(model, time_limit_s=run.left_s, seed=run.seed, threads=run.threads, max_gap=np.inf)
    is_covered = found.objective > -_HALF
    chosen = np.flatnonzero(found.x[:-1]) if is_covered else None
    return chosen, is_covered or found.bound < -_HALF


def _cover_model(case: Distances, rows: LimitRows, radius: float, *, may_miss: bool) -> Model:
    """Build ``sum_{j within the radius} x_j + u >= 1`` for all demand; the last column, u, costs 1."""
    sets, sites = reaching_sets(case, within=radius), len(case.sites)
    free = sparse.csr_array((rows.matrix.shape[0], 1))
    cover = sparse.hstack([sets, sparse.csr_array(np.ones((sets.shape[0], 1)))])
    return Model(
        gain=np.r_[np.zeros(sites), -1.0],
        matrix=sparse.csr_array(sparse.vstack([cover, sparse.hstack([rows.matrix, free])])),
        row_low=np.r_[np.ones(sets.shape[0]), rows.row_low],
        row_high=np.r_[np.full(sets.shape[0], np.inf), rows.row_high],
        low=np.r_[rows.low, 0.0],
        high=np.r_[rows.high, float(may_miss)],
        is_integer=np.ones(sites + 1, dtype=bool),
    )


def _settle(case: Distances, rows: LimitRows, chosen: Ints, radius: float, run: Run) -> Ints | None:
    """Return, of all choices within the radius, the one with the earliest sites; None if late."""
    model = _cover_model(case, rows, radius, may_miss=False)
    x = np.zeros(len(model.gain))
    x[chosen] = 1.0
    best = Solution(status="optimal", x=x, objective=0.0, bound=0.0, gap=0.0, seconds=0.0)
    columns = np.arange(len(case.sites))
    try:
        settled = settle_ties(
            model, best, columns, time_limit_s=run.left_s, seed=run.seed, threads=run.threads
        )
    except InfeasibleError:
        return None
    return np.flatnonzero(settled.best.x)


def _radius(case: Distances, chosen: Ints) -> float:
    return float(case.km[:, chosen].min(axis=1).max())


def _recompute(case: Distances, limits: Limits, chosen: Ints, radius: float) -> pd.DataFrame:
    """Return who is served from where, from the sites alone; limits and radius must hold."""
    broken = limits_broken(limits, case.sites[chosen])
    assigned = assign(case, chosen)
    farthest = assigned["distance"].to_numpy() > radius
    if farthest.any():
        broken.append(f"demand {name_some(case.demand[farthest])} is farther off than {radius:g}")
    if broken:
        raise EngineError(f"the chosen sites break what they should keep: {'; '.join(broken)}: report this")
    return assigned
