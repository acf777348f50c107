"""Worst gap first: no truck without energy for long, then as little as can be for all."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, EngineError, InfeasibleError, name_some
from regiongeo.siting.conflict import require_possible
from regiongeo.siting.found import Run
from regiongeo.siting.gapmodel import GapCase, GapRows
from regiongeo.siting.gapsearch import least_total, least_worst
from regiongeo.siting.limits import Limits, limit_rows, limits_broken
from regiongeo.siting.stretches import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regiongeo.siting.gapsearch import LeastTotal, LeastWorst
    from regiongeo.siting.trips import Trips

__all__ = ["SmallestGaps", "choose_smallest_gaps", "path_gaps", "price_of_fairness", "share_within"]

_AGREE = 1e-6  # relative difference allowed between the model's gaps and those driven


@dataclass(frozen=True, kw_only=True)
class SmallestGaps:
    """Sites with the least worst gap, and of those the least gaps in all, recomputed from the sites."""

    sites: tuple[str, ...]
    gaps: pd.DataFrame
    """By ``pair_id``: ``path_id`` (of the least gap), ``gap_km``, ``trips_per_day``, ``inside_km``."""
    worst_km: float
    """Longest gap of a relation [km]."""
    worst_bound_km: float
    """No choice has a smaller worst gap [km]."""
    mean_km: float
    """Gaps weighted by trips [km]."""
    mean_bound_km: float
    """No choice that keeps ``worst_km`` has a smaller mean [km]."""
    gap: float
    """How much smaller the mean could at most be, relative to this one [1]."""
    status: Literal["optimal", "feasible"]
    """Optimal: worst gap and mean are both proven."""
    seconds: float
    is_settled: bool
    """False: among equally good choices another run may show another one."""


def choose_smallest_gaps(
    trips: Trips,
    sites: Iterable[str],
    limits: Limits,
    *,
    existing: Iterable[str] = (),
    time_limit_s: float = 60.0,
    seed: int = 0,
    threads: int = 1,
    max_gap: float = 0.05,
) -> SmallestGaps:
    """Choose the sites that leave the least worst gap, and of those the ones with the least gaps in all.

    The gap ``g_p`` of a path is its longest stretch without energy, one way from end to end, both ends
    counted as ends of a stretch, access to a site and back included; a truck stops at those chosen sites
    that make it shortest. The gap of a relation is that of its best path. First
    ``G = min max_q g_q``, then ``min sum_q trips_q g_q`` with ``g_q <= G``.

    ``g_p <= g`` holds where, from every place on the path more than g from its end, one of the sites that
    are reached within g and bring a truck farther is open. So the worst gap is found by bisection with
    covering rows, and the sum with cuts that add up such rows over all lengths (Benders); both are added
    where a choice, or a fractional one, misses them.

    Parameters
    ----------
    trips
        Paths and the stops along them.
    sites
        Ids of the candidates.
    limits
        Number of sites or a budget, one of which must be given, and other limits.
    existing
        Sites with energy already; they count for no limit.
    time_limit_s
        Wall time in all [s].
    seed, threads, max_gap
        As in `regiongeo.siting.solver.solve`; the largest gap accepted holds for worst and mean.

    Returns
    -------
    The sites, with bounds. Where ``is_settled``, they are of all best choices that with the earliest ids.

    Raises
    ------
    DataError
        If ids stand twice, no relation has trips, or limits cannot be read.
    InfeasibleError
        If the limits conflict (naming them), or time ran out with a gap above ``max_gap``.
    EngineError
        If the solver fails, or the gaps driven with the chosen sites do not agree.

    Notes
    -----
    An open end of a path makes no difference: one way, the last stretch ends there in any case. On the round
    trip a truck that finds no energy where it turns drives the last stretch twice; the refuelling model
    counts that, and says who is served at a range. One relation far from all sites decides the worst gap
    alone, whatever its trips. Relations without trips are left out.

    References
    ----------
    Minieka, E. (1970). The m-center problem. SIAM Review 12(1), 138-139. Cordeau, J.-F., Furini, F. &
    Ljubić, I. (2019). Benders decomposition for very large scale partial set covering and maximal covering
    location problems. European Journal of Operational Research 275, 882-896.
    """
    started = perf_counter()
    run = Run(deadline=started + time_limit_s, seed=seed, threads=threads, rel_gap=0.0)
    if limits.size is None and limits.budget is None:
        raise DataError("smallest gaps: give the number of sites or a budget in the limits")
    candidates, had = _ids(sites, existing)
    require_possible(limits, candidates, time_limit_s=run.left_s, threads=threads)
    case, paths = _read_case(trips, candidates, had, limits)
    rows = GapRows()
    worst = least_worst(case, rows, run)
    total = least_total(case, rows, worst, run)
    chosen = candidates[total.is_open[: len(candidates)]]
    gaps = _recompute(trips, paths, chosen, had, limits, worst, total)
    mean, weight = total.total, float(case.trips.sum())
    gap = (mean - total.bound) / mean if mean > total.bound else 0.0
    far = max(gap, 1 - worst.bound_km / worst.km if worst.km else 0.0)
    if far > max_gap:
        raise InfeasibleError(
            f"no choice proved good enough in {time_limit_s:g} s: gaps up to {far:.0%} smaller may be "
            f"possible, accepted are {max_gap:.0%}: allow more time"
        )
    return SmallestGaps(
        sites=tuple(chosen),
        gaps=gaps,
        worst_km=worst.km,
        worst_bound_km=worst.bound_km,
        mean_km=mean / weight,
        mean_bound_km=min(mean, total.bound) / weight,
        gap=gap,
        status="optimal" if gap == 0 and worst.bound_km == worst.km else "feasible",
        seconds=perf_counter() - started,
        is_settled=total.is_settled and worst.bound_km == worst.km,
    )


def path_gaps(trips: Trips, sites: Iterable[str]) -> pd.Series:
    """Return the longest stretch without energy on each path when these sites have it [km].

    One way, both ends counted as ends of a stretch, access included; the truck takes its stops in driving
    order and leaves out those that lengthen its longest stretch. Knows nothing of the model.

    Returns
    -------
    Series by ``path_id``, ``gap_km``.
    """
    stops = trips.stops.reset_index()
    stops = stops[stops["site_id"].isin(set(sites))].sort_values(["position_km", "access_km", "site_id"])
    on_path = dict(iter(stops.groupby("path_id")))
    gaps = []
    for path_id, km in zip(trips.paths.index, trips.paths["km"].tolist(), strict=True):
        worst = [(0.0, 0.0, 0.0)]  # position, access and longest stretch so far of each stop
        for position, access in _visits(on_path.get(path_id), km):
            stretch = min(max(far, position - at + off + access) for at, off, far in worst)
            worst.append((position, access, stretch))
        gaps.append(worst[-1][2])
    return pd.Series(gaps, index=trips.paths.index, name="gap_km", dtype=float)


def share_within(found: SmallestGaps, km: float) -> pd.Series:
    """Return the share of trips and of truck-km inside the network with no gap above ``km`` [1].

    Returns
    -------
    Series with ``trips`` and ``truck_km``.
    """
    gaps = found.gaps
    is_within = gaps["gap_km"] <= km * (1 + _AGREE)
    worth = pd.DataFrame(
        {"trips": gaps["trips_per_day"], "truck_km": gaps["trips_per_day"] * gaps["inside_km"]}
    )
    return worth[is_within].sum() / worth.sum()


def price_of_fairness(best: float, fair: float) -> float:
    """Return which share of the best coverage is lost where the worst gap comes first [1].

    ``(best - fair) / best``

    Parameters
    ----------
    best
        Coverage of the choice that covers most, in trips, truck-km or any other unit.
    fair
        Coverage of the fair choice, counted in the same way.

    Raises
    ------
    DataError
        If ``best`` is not above 0, ``fair`` is negative, or it exceeds ``best``: then that was not the best.

    References
    ----------
    Bertsimas, D., Farias, V. F. & Trichakis, N. (2011). The price of fairness. Operations Research 59(1),
    17-31.
    """
    if not (np.isfinite(best) and best > 0 and 0 <= fair <= best * (1 + _AGREE)):
        raise DataError(f"coverage of {fair:g} by the fair choice and {best:g} by the best one do not fit")
    return max(0.0, (best - fair) / best)


def _ids(sites: Iterable[str], existing: Iterable[str]) -> tuple[pd.Index, pd.Index]:
    candidates, had = pd.Index(list(sites), dtype="str"), pd.Index(list(existing), dtype="str")
    both = candidates.append(had)
    twice = both[both.duplicated()].unique()
    if len(twice):
        raise DataError(f"sites {name_some(twice)} stand twice among candidates and existing ones")
    return candidates.sort_values(), had.sort_values()


def _read_case(
    trips: Trips, candidates: pd.Index, had: pd.Index, limits: Limits
) -> tuple[GapCase, pd.DataFrame]:
    """Return the case, and the paths that have trips in its order."""
    paths = trips.paths[trips.paths["trips_per_day"] > 0].sort_index()
    if paths.empty:
        raise DataError("no relation has trips: check the flows")
    rows = limit_rows(limits, candidates, columns=len(candidates))
    lines = read_lines(paths, trips.stops, candidates.append(had))
    may = np.append(rows.high > 0, np.ones(len(had), dtype=bool))
    pair, names = pd.factorize(paths["pair_id"], sort=True)
    case = GapCase(
        lines=lines,
        pair=pair,
        trips=paths.groupby("pair_id")["trips_per_day"].first().reindex(names).to_numpy(dtype=float),
        limits=rows,
        sites=len(candidates) + len(had),
        least=np.array([line.of(may).gap for line in lines]),
    )
    return case, paths


def _recompute(
    trips: Trips,
    paths: pd.DataFrame,
    chosen: pd.Index,
    had: pd.Index,
    limits: Limits,
    worst: LeastWorst,
    total: LeastTotal,
) -> pd.DataFrame:
    """Return the gap of each relation, from the sites alone; limits, worst gap and sum must agree."""
    broken = limits_broken(limits, chosen)
    table = paths.assign(gap_km=path_gaps(trips, chosen.append(had)).reindex(paths.index))
    table = table.reset_index().sort_values(["pair_id", "gap_km", "path_id"]).groupby("pair_id").first()
    gaps = table[["path_id", "gap_km", "trips_per_day", "inside_km"]]
    driven = float((gaps["gap_km"] * gaps["trips_per_day"]).sum())
    if gaps["gap_km"].max() > worst.km * (1 + _AGREE):
        broken.append(f"the worst gap is {gaps['gap_km'].max():g} km, not {worst.km:g}")
    if abs(driven - total.total) > _AGREE * max(driven, total.total):
        broken.append(f"trips times gap is {driven:g} truck-km/day, not {total.total:g}")
    if broken:
        raise EngineError(f"the chosen sites break what they should keep: {'; '.join(broken)}: report this")
    return gaps


def _visits(stops: pd.DataFrame | None, km: float) -> list[tuple[float, float]]:
    """Return position and access of the stops in driving order, and of the end."""
    listed = [] if stops is None else stops[["position_km", "access_km"]].to_numpy(dtype=float).tolist()
    return [*((position, access) for position, access in listed), (km, 0.0)]
