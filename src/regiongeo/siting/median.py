"""Choose the sites nearest to all demand on the average: the p-median, solved exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import numpy as np

from regiongeo.errors import DataError, EngineError, InfeasibleError
from regiongeo.siting.branch import close_gap
from regiongeo.siting.distances import assign, read_distances, require_reach
from regiongeo.siting.found import Found, Run
from regiongeo.siting.lagrange import SAME, bracket_median
from regiongeo.siting.limited import at_sites, search_limited
from regiongeo.siting.limits import Limits, limit_rows, limits_broken

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from regiongeo.siting.distances import Distances

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]

__all__ = ["Median", "choose_median"]

_AGREE = 1e-6  # relative difference allowed between the search's cost and the recomputed one


@dataclass(frozen=True, kw_only=True)
class Median:
    """Sites that together are nearest to all demand, recomputed from the sites themselves."""

    sites: tuple[str, ...]
    assigned: pd.DataFrame
    """By demand the nearest chosen site (``site_id``, of equals the first) and the ``distance`` to it."""
    cost: float
    """Sum of weight times distance."""
    mean: float
    """Cost by weight: how far a unit of demand is from its site on the average [unit of distance]."""
    bound: float
    """No choice can cost less."""
    gap: float
    """How much cheaper another choice could at most be, relative to this one [1]."""
    status: Literal["optimal", "feasible"]
    seconds: float
    is_settled: bool
    """False: among choices of equal cost another run may show another one."""


def choose_median(
    distance: pd.DataFrame,
    weight: pd.Series,
    limits: Limits,
    *,
    time_limit_s: float = 60.0,
    seed: int = 0,
    threads: int = 1,
    max_gap: float = 0.05,
    rel_gap: float = 0.0,
) -> Median:
    """Choose the sites with the least weighted distance from all demand to its nearest one (p-median).

    ``min sum_i w_i min_{j chosen} d_ij`` over the choices of ``limits.size`` sites.

    Without limits but the number of sites and locked ones: Lagrangian relaxation with exchanges bounds the
    cost from both sides, and a branch and bound over the sites it leaves open closes the gap. With others
    (spacing, budget, groups) the relaxation without them still bounds and rules out sites; the rest is
    solved by HiGHS as ladders of distances.

    Parameters
    ----------
    distance
        Distance or time, demand × sites, >= 0; infinite where the site cannot be reached.
    weight
        Weight of the same demand, >= 0. Demand of weight 0 counts for nothing, reached or not.
    limits
        Number of sites, which must be given, and other limits.
    time_limit_s
        Wall time in all [s].
    seed, threads, max_gap, rel_gap
        As in `regiongeo.siting.solver.solve`.

    Returns
    -------
    The sites with bound and gap. Where ``is_settled``, they are of all best choices that with the earliest
    ids: the same for any seed and order of rows and columns.

    Raises
    ------
    DataError
        If ids stand twice or do not match, distances or weights are missing, negative or (weights) infinite,
        the number of sites is not given, or limits cannot be read.
    InfeasibleError
        If limits conflict (naming them), demand cannot be reached (naming it), or time ran out with a gap
        above ``max_gap``.
    EngineError
        If the solver fails, or the cost recomputed from the sites does not agree.

    Notes
    -----
    The mean hides the farthest: show it beside the p-center, or the worst tenth. Costs are equal up to a
    share of 1e-9. Where all products of weight and distance are whole numbers, bounds are rounded up.

    References
    ----------
    Hakimi, S. (1964). Optimum locations of switching centers and the absolute centers and medians of a graph.
    Operations Research 12(3), 450-459. ReVelle, C. & Swain, R. (1970). Central facilities location.
    Geographical Analysis 2(1), 30-42.
    """
    started = perf_counter()
    if limits.size is None:
        raise DataError("p-median: give the number of sites in the limits")
    run = Run(deadline=started + time_limit_s, seed=seed, threads=threads, rel_gap=rel_gap)
    case = read_distances(distance, weight, barred=limits.locked_out)
    require_reach(case, limits, time_limit_s=run.left_s, threads=threads)
    found = _search(case, limits, run)
    assigned, cost = _recompute(case, limits, found)
    is_proven = found.lower >= found.upper * (1 - SAME)
    gap = 0.0 if is_proven else (cost - found.lower) / cost
    if gap > max_gap:
        raise InfeasibleError(
            f"no choice proved good enough in {time_limit_s:g} s: one up to {gap:.0%} cheaper than the best "
            f"found may exist, accepted are {max_gap:.0%}: allow more time"
        )
    return Median(
        sites=tuple(case.sites[found.chosen]),
        assigned=assigned,
        cost=cost,
        mean=cost / float(case.weight.sum()),
        bound=cost if is_proven else found.lower,
        gap=gap,
        status="optimal" if is_proven else "feasible",
        seconds=perf_counter() - started,
        is_settled=is_proven and found.is_settled,
    )


def _search(case: Distances, limits: Limits, run: Run) -> Found:
    """Search among the sites that may be chosen; unreached demand is fined beyond any choice reaching all."""
    rows = limit_rows(limits, case.sites, columns=len(case.sites))
    may = np.flatnonzero(rows.high > 0)
    rows, held, size = at_sites(rows, may), rows.low[may] > 0, int(limits.size or 0)
    cost, fine = _cost(case, may)
    bracket = bracket_median(cost, size=size, held=held, run=run)
    if limits.too_close or limits.at_least or limits.budget is not None:
        found = search_limited(cost, rows, bracket, fine=fine, size=size, run=run)
    else:
        found = close_gap(cost, bracket, size=size, held=held, run=run)
    if found.upper >= fine:
        raise InfeasibleError("no choice that reaches all demand was found in time: allow more")
    return replace(found, chosen=may[found.chosen])


def _cost(case: Distances, may: Ints) -> tuple[Floats, float]:
    """Return the cost by demand and site, and the fine that stands for demand out of reach."""
    km, weight = case.km[:, may], case.weight[:, None]
    is_reached = np.isfinite(km)
    cost = weight * np.where(is_reached, km, 0.0)
    fine = float(np.ceil(cost.max(axis=1).sum())) + 1.0
    return np.where(is_reached | (weight == 0), cost, fine), fine


def _recompute(case: Distances, limits: Limits, found: Found) -> tuple[pd.DataFrame, float]:
    """Return who is served from where and the cost, from the sites alone; the search must agree."""
    sites = case.sites[found.chosen]
    broken = limits_broken(limits, sites)
    if broken:
        raise EngineError(f"the chosen sites break the limits when checked on their own: {'; '.join(broken)}")
    assigned = assign(case, found.chosen)
    counts = case.weight > 0
    cost = float(case.weight[counts] @ assigned["distance"].to_numpy()[counts])
    if abs(cost - found.upper) > _AGREE * max(cost, found.upper):
        raise EngineError(
            f"the search claims a cost of {found.upper:g}, but its sites cost {cost:g}: report this"
        )
    return assigned, cost
