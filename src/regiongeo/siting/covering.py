"""Covering models, solved exactly: all demand with fewest sites, most demand, and most demand twice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import sparse

from regiongeo.errors import DataError, EngineError, InfeasibleError, name_some
from regiongeo.siting.case import (
    Case,
    build_model,
    chosen_sites,
    confirm,
    cover_reducer,
    read_case,
    require_demand,
    require_flags,
)
from regiongeo.siting.conflict import require_possible
from regiongeo.siting.ladder import build_ladder, smallest_sets
from regiongeo.siting.limits import Limits
from regiongeo.siting.settle import solve_settled

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from regiongeo.siting.settle import Reduce
    from regiongeo.siting.solver import Model, Solution

    Floats = npt.NDArray[np.float64]

__all__ = ["Covering", "cover_all", "cover_most", "cover_twice", "share_fading", "share_within"]

_SCALE = 1e6  # total demand in a model, so that the solver's tolerances mean the same at any unit
_HALF = 0.5
_NONE = Limits()


@dataclass(frozen=True, kw_only=True)
class Covering:
    """Sites and the demand they cover, counted from the sites themselves."""

    sites: tuple[str, ...]
    """Chosen sites by id, locked ones included."""
    objective: float
    """What the model seeks: number or cost of sites, demand covered, or demand covered once and twice."""
    bound: float
    """No choice can do better than this."""
    gap: float
    """How much better another choice could at most be, relative to this one [1]."""
    status: Literal["optimal", "feasible"]
    is_settled: bool
    """False: time ran out before ties were settled; another run may show other sites that are as good."""
    covered: float
    """Demand covered [unit of the weight]."""
    twice: float
    """Of this, demand within reach of two chosen sites or more."""
    total: float
    """All demand, also what no candidate can reach."""
    beyond: tuple[str, ...]
    """Demand that none of the candidates allowed can reach, by id."""
    seconds: float

    @property
    def share(self) -> float:
        """Share of all demand that is covered [1]."""
        return self.covered / self.total


def share_within(distance: pd.DataFrame, *, reach: float) -> pd.DataFrame:
    """Return true where a demand lies within ``reach`` of a site.

    Parameters
    ----------
    distance
        Distance or time, demands × sites; infinite where no road leads.
    reach
        Largest distance or time at which a site covers, same unit; at exactly this it does.

    Raises
    ------
    DataError
        If a distance is missing or negative, or the reach is not finite and >= 0.

    Notes
    -----
    A demand at 29 km counts, one at 31 km does not, so publish the reach.
    """
    _require_distances(distance, reach)
    return distance <= reach


def share_fading(distance: pd.DataFrame, *, full: float, none: float) -> pd.DataFrame:
    """Return what a site covers of a demand: all up to ``full``, nothing from ``none``, linear between [1].

    Raises
    ------
    DataError
        As `share_within`, or if ``none`` is not above ``full``.

    References
    ----------
    Church, R. L. & Roberts, K. L. (1983). Generalized coverage models and public facility location. Papers
    of the Regional Science Association 53, 117-135.
    Berman, O. & Krass, D. (2002). The generalized maximal covering location problem. Computers & Operations
    Research 29(6), 563-581.
    """
    _require_distances(distance, full, none)
    if none <= full:
        raise DataError(f"coverage fades from {full:g} to {none:g}: the second must be larger")
    return ((none - distance) / (none - full)).clip(0.0, 1.0)


def cover_all(
    share: pd.DataFrame,
    weight: pd.Series,
    *,
    limits: Limits = _NONE,
    time_limit_s: float = 60.0,
    seed: int = 0,
    threads: int = 1,
    max_gap: float = 0.05,
) -> Covering:
    """Choose the fewest, or cheapest, sites that cover all demand that can be reached (LSCP).

    ``min sum_j c_j x_j``, ``sum_{j covers i} x_j >= 1`` for each demand i, and the limits.

    Parameters
    ----------
    share
        True where a site covers a demand, demands × sites. Each row must be covered, whatever its weight.
    weight
        Weight of the same demands; only for the demand covered.
    limits
        Limits on the choice; with ``cost`` the cheapest sites are sought, else the fewest.
    time_limit_s
        Wall time for the solver in all [s].
    seed, threads, max_gap
        As in `regiongeo.siting.solver.solve`.

    Returns
    -------
    The covering, its objective the number of sites or their cost; demand that no candidate allowed can
    reach is named in ``beyond`` and left out. Of equally good choices the one with the earliest ids.

    Raises
    ------
    DataError
        If ids stand twice, differ between tables or are unknown; or numbers are missing, negative or
        infinite.
    InfeasibleError
        If limits conflict, also with covering all demand (naming them), no candidate covers anything, or
        time ran out.
    EngineError
        If the solver fails, or its answer is not confirmed by counting from the sites.

    Notes
    -----
    Demands that are covered wherever another one is need no row of their own. One far demand costs a whole
    site: compare with `cover_most`. Thousands of demands may not be solved to proven optimality in minutes;
    then the gap tells.

    References
    ----------
    Toregas, C., Swain, R., ReVelle, C. & Bergman, L. (1971). The location of emergency service facilities.
    Operations Research 19(6), 1363-1373.
    """
    effort = _Effort(time_limit_s=time_limit_s, seed=seed, threads=threads, max_gap=max_gap)
    require_flags(share)
    case = read_case(share, weight, limits)
    needs = smallest_sets(build_ladder(case.share, np.ones(len(share))).own)
    unit = float(case.cost.mean()) or 1.0
    model = build_model(case, needs, gain=np.zeros(0), least=1.0, site_gain=-case.cost / unit)
    reduce = cover_reducer(case, needs, model.gain)
    solution, is_settled = _solve(case, model, effort, needs=needs, reduce=reduce)
    sites = chosen_sites(case, solution)
    missed = case.table.index[case.is_reached & ~case.table[sites].any(axis=1).to_numpy()]
    if len(missed):
        raise EngineError(f"the solver's sites leave demand {name_some(missed)} uncovered: report this")
    spent = float(case.cost[case.sites.isin(sites)].sum())
    found = confirm(-spent, solution, unit=unit, is_whole=limits.cost is None)
    found = replace(found, objective=-found.objective, bound=-found.bound)
    return _covering(case, sites, found, is_settled=is_settled, started=effort.started)


def cover_most(
    share: pd.DataFrame,
    weight: pd.Series,
    *,
    limits: Limits,
    time_limit_s: float = 60.0,
    seed: int = 0,
    threads: int = 1,
    max_gap: float = 0.05,
) -> Covering:
    """Choose the sites that together cover most demand (MCLP), also where a site covers it in part.

    ``max sum_i w_i max_j s_ij x_j`` within the limits: of the sites chosen, the best one for a demand counts.

    Parameters
    ----------
    share
        What a site covers of a demand, demands × sites [1]: true or false, or anything from 0 to 1, see
        `share_within` and `share_fading`.
    weight
        Weight of the same demands.
    limits
        Limits on the choice. Without a ``size``, of choices that cover the same the cheapest is taken (with
        the fewest sites where there is no cost).
    time_limit_s, seed, threads, max_gap
        As in `cover_all`.

    Returns
    -------
    The covering, its objective the demand covered. Of equally good choices the one with the earliest ids; it
    is the same for any seed, thread count and order of rows as long as ``is_settled``.

    Raises
    ------
    DataError, InfeasibleError, EngineError
        As `cover_all`; also DataError if there is no demand.

    Notes
    -----
    Solved as a ladder: with the sites of demand i by falling share, ``w_i (s_k - s_{k+1}) y_k`` is earned
    where one of the sites up to rung k is chosen, ``y_k <= y_{k-1} + sum_{j at k} x_j``, ``y_k <= 1``. Rungs
    that mean the same set of sites are one. Sites beyond those that full coverage needs are simply the
    earliest ids.

    References
    ----------
    Church, R. & ReVelle, C. (1974). The maximal covering location problem. Papers of the Regional Science
    Association 32, 101-118. For partial coverage see `share_fading`; for the ladder Cornuejols, G.,
    Nemhauser, G. L. & Wolsey, L. A. (1980). A canonical representation of simple plant location problems
    and its applications. SIAM J. Algebraic Discrete Methods 1(3), 261-272.
    """
    effort = _Effort(time_limit_s=time_limit_s, seed=seed, threads=threads, max_gap=max_gap)
    case = read_case(share, weight, limits)
    require_demand(case)
    ladder = build_ladder(case.share, case.weight)
    unit = case.total / _SCALE
    below = ladder.below - sparse.eye_array(len(ladder.weight))
    rungs = sparse.csr_array(sparse.hstack([ladder.own, below]))
    model = build_model(case, rungs, gain=ladder.weight / unit)
    solution, is_settled = _solve(case, model, effort)
    sites = chosen_sites(case, solution)
    covered = float(case.weight @ _best(case, sites))
    found = confirm(covered, solution, unit=unit)
    return _covering(case, sites, found, is_settled=is_settled, started=effort.started)


def cover_twice(
    share: pd.DataFrame,
    weight: pd.Series,
    *,
    limits: Limits,
    first: float = 0.5,
    time_limit_s: float = 60.0,
    seed: int = 0,
    threads: int = 1,
    max_gap: float = 0.05,
) -> Covering:
    """Choose sites for demand covered and demand covered twice, weighed against each other (BACOP2).

    ``max first sum_i w_i y_i + (1 - first) sum_i w_i u_i``, ``y_i + u_i <= sum_{j covers i} x_j``,
    ``y_i <= 1``, ``u_i <= 1`` within the limits. So a demand with one chosen site earns ``first`` of its
    weight, with two or more all of it.

    Parameters
    ----------
    share
        True where a site covers a demand, demands × sites.
    first
        What a first site is worth, from 0.5 (as much as the second) to 1 (the second counts nothing).
    weight, limits, time_limit_s, seed, threads, max_gap
        As in `cover_most`.

    Returns
    -------
    The covering, its objective the weighed sum; ``covered`` and ``twice`` say what it is made of.

    Raises
    ------
    DataError, InfeasibleError, EngineError
        As `cover_most`; also DataError if ``first`` lies outside 0.5 to 1.

    Notes
    -----
    Solve for several values of ``first`` and show what backup costs in demand covered at all. Choices that
    no value of ``first`` makes best, between two others, are not found.

    References
    ----------
    Hogan, K. & ReVelle, C. (1986). Concepts and applications of backup coverage. Management Science 32(11),
    1434-1444.
    """
    effort = _Effort(time_limit_s=time_limit_s, seed=seed, threads=threads, max_gap=max_gap)
    require_flags(share)
    if not _HALF <= first <= 1:
        raise DataError(f"worth of a first site {first}: must lie between 0.5 and 1")
    case = read_case(share, weight, limits)
    require_demand(case)
    ladder = build_ladder(case.share, case.weight)
    unit = case.total / _SCALE
    less = -sparse.eye_array(len(ladder.weight))
    gain = np.r_[first * ladder.weight, (1 - first) * ladder.weight] / unit
    model = build_model(case, sparse.csr_array(sparse.hstack([ladder.own, less, less])), gain=gain)
    solution, is_settled = _solve(case, model, effort)
    sites = chosen_sites(case, solution)
    served = case.table[sites].to_numpy().sum(axis=1)
    worth = first * (served >= 1) + (1 - first) * (served > 1)
    found = confirm(float(case.weight @ worth), solution, unit=unit)
    return _covering(case, sites, found, is_settled=is_settled, started=effort.started)


@dataclass(frozen=True, kw_only=True)
class _Effort:
    """How long and how the solver may work."""

    time_limit_s: float
    seed: int
    threads: int
    max_gap: float
    started: float = field(default_factory=perf_counter)


def _require_distances(distance: pd.DataFrame, *limits: float) -> None:
    numbers = distance.to_numpy(dtype=float)
    bad = distance.index[(np.isnan(numbers) | (numbers < 0)).any(axis=1)]
    if len(bad):
        raise DataError(
            f"distances of demand {name_some(bad)} are missing or below 0: where no road leads, say infinite"
        )
    if not all(np.isfinite(limit) and limit >= 0 for limit in limits):
        raise DataError(f"distance of coverage {limits} must be finite and >= 0")


def _solve(
    case: Case,
    model: Model,
    effort: _Effort,
    *,
    needs: sparse.csr_array | None = None,
    reduce: Reduce | None = None,
) -> tuple[Solution, bool]:
    """Solve; of equal choices without a number of sites take the cheapest, then the earliest ids."""
    sites = len(case.sites)
    then = np.r_[-case.cost / (case.cost.mean() or 1.0), np.zeros(len(model.gain) - sites)]
    try:
        return solve_settled(
            model,
            np.arange(sites),
            time_limit_s=effort.time_limit_s,
            seed=effort.seed,
            threads=effort.threads,
            max_gap=effort.max_gap,
            then=then if case.limits.size is None and needs is None else None,
            reduce=reduce,
        )
    except InfeasibleError:
        require_possible(
            case.limits, case.sites, time_limit_s=effort.time_limit_s, threads=effort.threads, needs=needs
        )
        raise


def _best(case: Case, sites: list[str]) -> Floats:
    """Return the best share that a chosen site covers of each demand."""
    best: Floats = case.table[sites].to_numpy(dtype=float).max(axis=1, initial=0.0)
    return best


def _covering(case: Case, sites: list[str], found: Solution, *, is_settled: bool, started: float) -> Covering:
    served = (case.table[sites].to_numpy() > 0).sum(axis=1)
    return Covering(
        sites=tuple(sites),
        objective=found.objective,
        bound=found.bound,
        gap=found.gap,
        status=found.status,
        is_settled=is_settled,
        covered=float(case.weight @ _best(case, sites)),
        twice=float(case.weight[served > 1].sum()),
        total=case.total,
        beyond=tuple(case.table.index[~case.is_reached]),
        seconds=perf_counter() - started,
    )
