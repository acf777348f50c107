"""Choose the sites that together serve most traffic: maximal covering, solved exactly."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype
from scipy import sparse

from regiongeo.errors import DataError, EngineError, InfeasibleError, name_some
from regiongeo.siting.solver import Model, Solution, settle_ties, solve
from regiongeo.siting.spacing import most_apart, spacing_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

__all__ = ["Portfolio", "choose_portfolio"]

_SCALE = 1e6  # total demand in the model, so that the solver's tolerances mean the same at any unit
_AGREE = 1e-6  # relative difference allowed between the model's objective and the recomputed coverage


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """Sites that together serve most traffic, recomputed from the sites themselves."""

    sites: tuple[str, ...]
    """Chosen sites by id, locked ones included."""
    locked: tuple[str, ...]
    gain: pd.DataFrame
    """Schema GAIN, by id."""
    covered_truck_km_per_day: float
    total_truck_km_per_day: float
    """All demand, also what no candidate could serve."""
    bound: float
    """No choice can cover more than this [truck-km/day]."""
    gap: float
    """How much more another choice could at most cover, relative to this one [1]."""
    status: Literal["optimal", "feasible"]
    seconds: float
    is_settled: bool = True
    """False: time ran out before ties were settled; another run may show other sites that cover the same."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Case:
    """The question in sorted numbers."""

    sites: pd.Index
    demand: npt.NDArray[np.float64]
    """By link."""
    covers: sparse.csr_array
    """Links × sites, 1 where the site serves the link."""
    locked: npt.NDArray[np.bool_]
    near: npt.NDArray[np.bool_]
    """Sites × sites, true where two may not both be chosen."""
    size: int

    @property
    def is_barred(self) -> npt.NDArray[np.bool_]:
        """Sites too close to a locked one."""
        return self.near[self.locked].any(axis=0) & ~self.locked


def choose_portfolio(
    covers: pd.DataFrame,
    demand: pd.Series,
    *,
    size: int,
    too_close: Iterable[tuple[str, str]] = (),
    locked: Iterable[str] = (),
    time_limit_s: float = 60.0,
    seed: int = 0,
    threads: int = 1,
    max_gap: float = 0.05,
) -> Portfolio:
    """Choose the ``size`` sites that together cover most demand (maximal covering, MCLP).

    ``max sum_i w_i y_i``, ``y_i <= sum_{j covers i} x_j``, ``sum_j x_j = size``, ``x_j + x_k <= 1`` for sites
    too close to each other, ``x_j = 1`` for locked sites.

    Parameters
    ----------
    covers
        True where a site serves a link, links × sites; the columns are the ids of all candidates.
    demand
        Demand of the same links [truck-km/day]; NaN is refused, leave links without a figure out.
    size
        Number of sites to choose, locked ones included.
    too_close
        Pairs of sites that may not both be chosen. Two locked sites may; a new one may not be too close to a
        locked one either.
    locked
        Sites that must be chosen.
    time_limit_s
        Wall time for the solver in all [s].
    seed, threads, max_gap
        As in `regiongeo.siting.solver.solve`.

    Returns
    -------
    The portfolio. Among choices that cover the same, the one with the earliest ids; it is the same for any
    seed and order of rows as long as ``status`` is "optimal".

    Raises
    ------
    DataError
        If ids stand twice or are unknown, demand is missing, negative or infinite, or there is none.
    InfeasibleError
        If the constraints conflict (naming them), no candidate covers any demand, or time ran out.
    EngineError
        If the solver fails, or its answer does not agree with the coverage recomputed from the sites.

    Notes
    -----
    A link is served or not: a truck at 29 km counts, one at 31 km does not, so publish the service distance.
    Each site's own gain overlaps with the others'. Sites beyond those that full
    coverage needs are simply the earliest ids.

    References
    ----------
    Church, R. & ReVelle, C. (1974). The maximal covering location problem. Papers of the Regional Science
    Association 32, 101-118.
    """
    started = perf_counter()
    case = _read_case(covers, demand, size=size, too_close=too_close, locked=tuple(locked))
    _require_possible(case, time_limit_s=time_limit_s, threads=threads)
    solution, is_settled = _solve(
        case, time_limit_s=time_limit_s, seed=seed, threads=threads, max_gap=max_gap
    )
    chosen = np.flatnonzero(solution.x[: len(case.sites)])
    covered = _recompute(case, chosen, solution)
    total = float(case.demand.sum())
    return Portfolio(
        sites=tuple(case.sites[chosen]),
        locked=tuple(case.sites[case.locked]),
        gain=_gain(case, chosen),
        covered_truck_km_per_day=covered,
        total_truck_km_per_day=total,
        bound=max(covered, solution.bound * total / _SCALE) if solution.status == "feasible" else covered,
        gap=solution.gap if solution.status == "feasible" else 0.0,
        status=solution.status,
        seconds=perf_counter() - started,
        is_settled=is_settled,
    )


def _read_case(
    covers: pd.DataFrame,
    demand: pd.Series,
    *,
    size: int,
    too_close: Iterable[tuple[str, str]],
    locked: tuple[str, ...],
) -> _Case:
    """Check the ids and figures, and bring them into the order of the ids."""
    pairs = pd.DataFrame(list(too_close), columns=["site_id", "other_id"], dtype="str")
    problems = [
        *_demand_problems(demand),
        *_id_problems(covers, demand),
        *_pair_problems(pairs, covers.columns),
    ]
    if problems:
        raise DataError("portfolio: " + "; ".join(problems))
    covers, demand = covers.sort_index().sort_index(axis=1), demand.sort_index()
    sites = covers.columns
    unknown = sorted(set(locked) - set(sites))
    if unknown:
        raise InfeasibleError(
            f"locked sites {name_some(unknown)} are not among the {len(sites)} candidates: "
            "unlock them, or see the list of excluded sites for the reason"
        )
    near = np.zeros((len(sites), len(sites)), dtype=bool)
    near[sites.get_indexer(pd.Index(pairs["site_id"])), sites.get_indexer(pd.Index(pairs["other_id"]))] = True
    held = sites.isin(locked)
    return _Case(
        sites=sites,
        demand=demand.to_numpy(dtype=float),
        covers=sparse.csr_array(covers.to_numpy(dtype=float)),
        locked=held,
        near=(near | near.T) & ~np.outer(held, held),
        size=size,
    )


def _demand_problems(demand: pd.Series) -> Iterator[str]:
    numbers = demand.astype(float)
    bad = demand.index[~np.isfinite(numbers) | (numbers < 0)]
    if len(bad):
        yield f"demand of links {name_some(bad)} must be finite and >= 0: leave links without a figure out"
    if not (numbers > 0).any():
        yield "no link has demand: check the traffic figures"


def _id_problems(covers: pd.DataFrame, demand: pd.Series) -> Iterator[str]:
    for what, ids in (
        ("links", covers.index),
        ("sites", covers.columns),
        ("links of the demand", demand.index),
    ):
        if ids.has_duplicates:
            yield f"{what} {name_some(ids[ids.duplicated()].unique())} stand twice"
    apart = covers.index.symmetric_difference(demand.index)
    if len(apart):
        yield f"links {name_some(apart)} stand only in one of demand and coverage: give both the same links"
    if not all(is_bool_dtype(kind) for kind in covers.dtypes):
        yield "coverage must be true or false for each link and site"


def _pair_problems(pairs: pd.DataFrame, sites: pd.Index) -> Iterator[str]:
    ids = pd.concat([pairs["site_id"], pairs["other_id"]])
    lost = ids[~ids.isin(sites)].unique()
    if len(lost):
        yield f"sites {name_some(lost)} of the spacing are no candidates"
    same = pairs["site_id"][pairs["site_id"] == pairs["other_id"]].unique()
    if len(same):
        yield f"sites {name_some(same)} are too close to themselves"


def _require_possible(case: _Case, *, time_limit_s: float, threads: int) -> None:
    """Raise with the constraints in conflict, in the words of the one who asked."""
    locked, free = int(case.locked.sum()), case.size - int(case.locked.sum())
    if case.size < 1:
        raise InfeasibleError(f"a portfolio of {case.size} sites: ask for at least 1")
    if case.size > len(case.sites):
        raise InfeasibleError(
            f"{case.size} sites asked for, but there are only {len(case.sites)} candidates: "
            "ask for fewer, or add plots"
        )
    if free < 0:
        raise InfeasibleError(
            f"{locked} sites are locked, but the portfolio holds only {case.size}: "
            "raise its size or unlock some"
        )
    if not case.demand[case.covers.sum(axis=1) > 0].any():
        raise InfeasibleError(
            "no candidate serves any link with traffic: raise the service distance or add candidates"
        )
    open_to_all = ~case.is_barred & ~case.locked
    near = case.near[np.ix_(open_to_all, open_to_all)]
    fits = most_apart(near, enough=free, time_limit_s=time_limit_s, threads=threads)
    if fits < free:
        raise InfeasibleError(
            f"{case.size} sites asked for, but at the least spacing no more than {locked + fits} fit"
            f"{f' ({locked} of them locked)' if locked else ''}: lower the spacing or ask for fewer sites"
        )


def _solve(
    case: _Case, *, time_limit_s: float, seed: int, threads: int, max_gap: float
) -> tuple[Solution, bool]:
    model = _build_model(case)
    best = solve(model, time_limit_s=time_limit_s, seed=seed, threads=threads, max_gap=max_gap)
    left = time_limit_s - best.seconds
    if best.status != "optimal":
        return best, False
    try:
        columns = np.arange(len(case.sites))
        return settle_ties(model, best, columns, time_limit_s=left, seed=seed, threads=threads), True
    except InfeasibleError:
        return best, False


def _build_model(case: _Case) -> Model:
    """One column a site, then one a distinct set of sites that serve some link (many links share one)."""
    groups, weights = _merge_links(case)
    sites, served = len(case.sites), len(weights)
    spacing, spacing_low, spacing_high = spacing_rows(case.near, columns=sites + served)
    count = sparse.csr_array(np.r_[np.ones(sites), np.zeros(served)][None, :])
    link = sparse.hstack([groups, -sparse.eye_array(served)])
    return Model(
        gain=np.r_[np.zeros(sites), weights * _SCALE / case.demand.sum()],
        matrix=sparse.csr_array(sparse.vstack([link, count, spacing])),
        row_low=np.r_[np.zeros(served), case.size, spacing_low],
        row_high=np.r_[np.full(served, np.inf), case.size, spacing_high],
        low=np.r_[case.locked, np.zeros(served)].astype(float),
        high=np.r_[~case.is_barred, np.ones(served)].astype(float),
        is_integer=np.arange(sites + served) < sites,
    )


def _merge_links(case: _Case) -> tuple[sparse.csr_array, npt.NDArray[np.float64]]:
    """Return the distinct sets of serving sites (sets × sites) and the demand of each."""
    first: dict[bytes, int] = {}
    group = np.full(len(case.demand), -1)
    starts = case.covers.indptr
    for link in np.flatnonzero((np.diff(starts) > 0) & (case.demand > 0)):
        key = case.covers.indices[starts[link] : starts[link + 1]].tobytes()
        group[link] = first.setdefault(key, len(first))
    kept = group >= 0
    weights = np.bincount(group[kept], weights=case.demand[kept]).astype(np.float64)
    _, rows = np.unique(group[kept], return_index=True)
    return case.covers[np.flatnonzero(kept)[rows]], weights


def _recompute(case: _Case, chosen: npt.NDArray[np.int64], solution: Solution) -> float:
    """Return the demand covered by the chosen sites, counted without the model, which must agree."""
    is_covered = np.zeros(len(case.demand), dtype=bool)
    links, sites = case.covers.nonzero()
    is_covered[links[np.isin(sites, chosen)]] = True
    covered = float(case.demand[is_covered].sum())
    claimed = solution.objective * float(case.demand.sum()) / _SCALE
    close = case.near[np.ix_(chosen, chosen)].any()
    if len(chosen) != case.size or close or not np.isin(np.flatnonzero(case.locked), chosen).all():
        raise EngineError(
            "the solver's portfolio breaks size, spacing or locked sites when checked on its own"
        )
    if abs(covered - claimed) > _AGREE * float(case.demand.sum()):
        raise EngineError(
            f"the solver claims {claimed:.1f} truck-km/day, but its sites cover {covered:.1f}: report this"
        )
    return covered


def _gain(case: _Case, chosen: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Return what each chosen site covers, and what only it covers; schema GAIN."""
    served = case.covers[:, chosen]
    alone = served.multiply((served.sum(axis=1) == 1).astype(float)[:, None])
    return pd.DataFrame(
        {
            "is_locked": case.locked[chosen],
            "truck_km_per_day": served.T @ case.demand,
            "only_here_truck_km_per_day": alone.T @ case.demand,
        },
        index=case.sites[chosen].rename("site_id"),
    )
