"""Solve a refuelling case: the merged model, and windows added where a choice serves less than it seems."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from regiongeo.errors import InfeasibleError
from regiongeo.siting.greedy import choose_greedily
from regiongeo.siting.pathcover import Ways, cover_model, merge_ways, narrow_ways, plan_of
from regiongeo.siting.settle import as_good, settle_ties
from regiongeo.siting.solver import TIE, Solution, solve
from regiongeo.siting.tours import Tours, are_driven
from regiongeo.siting.tree import Branched, branch_and_cut
from regiongeo.siting.windows import add_windows, missing_windows

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from regiongeo.siting.offers import Offers
    from regiongeo.siting.pathcover import PathCover
    from regiongeo.siting.settle import Settling
    from regiongeo.siting.solver import Model

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

__all__ = ["Case", "Found", "find_choice", "sparing"]

_SCALE = 1e6  # total credit in the model, so that the solver's tolerances mean the same at any unit


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A refuelling question in sorted numbers."""

    offers: Offers
    tours: tuple[Tours, ...]
    """By layer, without the stops where its energy can never be had."""
    ways: tuple[Ways, ...]
    """By layer."""
    total: float
    """Credit if every relation were served."""

    @property
    def scale(self) -> float:
        """Factor from credit to the objective of the model."""
        return _SCALE / self.total

    @property
    def possible(self) -> float:
        """Credit if every relation were served that some choice serves."""
        return sum(float(ways.best(ways.windows.is_possible).sum()) for ways in self.ways)

    def value(self, chosen: Flags) -> float:
        """Return the credit that chosen columns earn, found by driving every tour."""
        return sum(
            float(ways.best(are_driven(tours, offered[tours.site])).sum())
            for ways, tours, offered in zip(self.ways, self.tours, self.offers.offered(chosen), strict=True)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """The best choice found, and what is known of better ones."""

    chosen: Flags
    """By column of the offers."""
    claimed: float
    """Credit that the model counts."""
    bound: float
    """No choice can earn more."""
    status: Literal["optimal", "feasible"]
    is_settled: bool
    size: pd.Series
    """Paths, windows, merged_windows, merged_paths, added_windows and rounds of the model."""
    build_s: float
    solve_s: float


def find_choice(
    case: Case, *, time_limit_s: float, seed: int, threads: int, max_gap: float, rel_gap: float
) -> Found:
    """Return the choice that earns most credit; of equal ones the cheapest, then that with the earliest ids.

    Raises
    ------
    InfeasibleError
        If the limits conflict, or time ran out without a plan or with a gap above ``max_gap``.
    EngineError
        As `regiongeo.siting.solver.solve`.
    """
    ask = _Ask(deadline=perf_counter() + time_limit_s, seed=seed, threads=threads)
    solved = _solve_rounds(case, ask, rel_gap=rel_gap)
    best, bound, value = solved.best, solved.bound, case.value(solved.best)
    is_optimal = bound - value <= TIE * case.total
    if not is_optimal and not value:
        raise InfeasibleError(f"no plan that serves anyone found in {time_limit_s:g} s: allow more time")
    if not is_optimal and bound / value - 1 > max_gap:
        gap = bound / value - 1
        raise InfeasibleError(
            f"no plan proved good enough in {time_limit_s:g} s: one up to {gap:.0%} better than the best "
            f"found may exist, accepted are {max_gap:.0%}: allow more time or ask for fewer sites"
        )
    settled = _settle(case, solved, ask) if is_optimal and not rel_gap else None
    chosen, last = (best, solved.merged) if settled is None else settled
    return Found(
        chosen=chosen,
        claimed=last.cover.value(chosen),
        bound=value if is_optimal else bound,
        status="optimal" if is_optimal else "feasible",
        is_settled=settled is not None,
        size=_size(case, solved),
        build_s=solved.merged.seconds,
        solve_s=ask.spent_s,
    )


def _solve_rounds(case: Case, ask: _Ask, *, rel_gap: float) -> _Solved:
    """Search until the choice serves what it seems to, or time is up.

    Each cover allows all that can be driven and more, so each bound holds.
    """
    merged, best = _warm_up(case)
    bound, rounds = case.possible, 0
    while True:
        rounds += 1
        found = ask.search(merged.cover, case.offers, start=best, rel_gap=rel_gap)
        if found.chosen is None:
            raise InfeasibleError("no plan found in time, not proved infeasible: allow more time")
        best = found.chosen if best is None else max(best, found.chosen, key=case.value)
        value = case.value(best)
        bound = min(bound, max(found.bound, value))
        is_proven = bound - value <= TIE * case.total
        ways = _with_missing(case, merged.ways, found.chosen)
        if ways is merged.ways or is_proven or ask.left_s <= 0:
            merged = replace(merged, ways=ways)
            return _Solved(merged=merged, best=best, may_tie=found.may_tie, bound=bound, rounds=rounds)
        merged = _merge(case, ways)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Solved:
    """The end of the search, before ties are settled."""

    merged: _Merged
    best: Flags
    may_tie: Flags
    """Columns that a choice as good as the best may hold."""
    bound: float
    rounds: int


@dataclass(frozen=True, kw_only=True, eq=False)
class _Merged:
    """The ways with the windows known so far, and what choices serve by them."""

    ways: tuple[Ways, ...]
    cover: PathCover
    seconds: float


class _Ask:
    """Search and solve within one time limit, and count the time spent."""

    def __init__(self, *, deadline: float, seed: int, threads: int) -> None:
        self._deadline, self._seed, self._threads = deadline, seed, threads
        self.spent_s = 0.0

    @property
    def left_s(self) -> float:
        return max(0.0, self._deadline - perf_counter())

    def search(self, cover: PathCover, offers: Offers, *, start: Flags | None, rel_gap: float) -> Branched:
        began = perf_counter()
        found = branch_and_cut(
            cover,
            offers,
            start=start,
            deadline=self._deadline,
            seed=self._seed,
            threads=self._threads,
            rel_gap=rel_gap,
        )
        self.spent_s += perf_counter() - began
        return found

    def cheapest(self, model: Model, x: Floats, cost: Floats) -> Solution:
        """Return the cheapest plan that gains as much as ``x``, with its negative cost as the objective."""
        began = perf_counter()
        held = as_good(model, float(model.gain @ x), sparing(cost, len(x)))
        found = solve(
            held, time_limit_s=self.left_s, seed=self._seed, threads=self._threads, max_gap=np.inf, start=x
        )
        self.spent_s += perf_counter() - began
        if found.status != "optimal":
            raise InfeasibleError("the cheapest of equally good plans was not found in time: allow more")
        return found

    def earliest(
        self, model: Model, x: Floats, columns: int, *, is_real: Callable[[Floats], bool]
    ) -> Settling:
        """Settle the ties of a best plan over the first columns."""
        began = perf_counter()
        worth = float(model.gain @ x)
        settled = settle_ties(
            model,
            Solution(status="optimal", x=x, objective=worth, bound=worth, gap=0.0, seconds=0.0),
            np.arange(columns),
            time_limit_s=self.left_s,
            seed=self._seed,
            threads=self._threads,
            is_real=is_real,
        )
        self.spent_s += perf_counter() - began
        return settled


def sparing(cost: Floats, columns: int) -> Floats:
    """Return the gain by which the cheapest choice is best; decisions are the first of the columns."""
    gain = np.zeros(columns)
    gain[: len(cost)] = -cost / (float(cost.max()) or 1.0)
    return gain


def _merge(case: Case, ways: tuple[Ways, ...]) -> _Merged:
    began = perf_counter()
    cover = merge_ways(ways, options=case.offers.columns)
    return _Merged(ways=ways, cover=cover, seconds=perf_counter() - began)


def _warm_up(case: Case) -> tuple[_Merged, Flags | None]:
    """Return a start, or None, and the cover with the windows that lacked for it."""
    merged = _merge(case, case.ways)
    start = _greedy_start(case, merged.cover)
    ways = merged.ways if start is None else _with_missing(case, merged.ways, start)
    return merged if ways is merged.ways else _merge(case, ways), start


def _greedy_start(case: Case, cover: PathCover) -> Flags | None:
    """Return a good choice, or None if the greedy one does not keep the limits."""
    offers = case.offers
    chosen = choose_greedily(cover, offers.completed(offers.low > 0), offers)
    return chosen if offers.keeps(chosen) else None


def _with_missing(case: Case, ways: tuple[Ways, ...], chosen: Flags) -> tuple[Ways, ...]:
    """Return the ways with the windows that this choice shows to lack; the same if none does."""
    found = [
        missing_windows(tours, one.windows, offered)
        for tours, one, offered in zip(case.tours, ways, case.offers.offered(chosen), strict=True)
    ]
    if not any(len(paths) for _, paths in found):
        return ways
    return tuple(
        replace(one, windows=add_windows(one.windows, rows, paths))
        for one, (rows, paths) in zip(ways, found, strict=True)
    )


def _settle(case: Case, solved: _Solved, ask: _Ask) -> tuple[Flags, _Merged] | None:
    """Return the cheapest and earliest of equally good choices with its cover; None if time runs out.

    Only columns that such a choice may hold are in the model, and what they cannot serve is left out. Where
    the model finds a choice as good that serves less than it seems, windows are added, and it goes on.
    """
    columns, cost = case.offers.columns, case.offers.cost
    offers = replace(case.offers, high=np.where(solved.may_tie, case.offers.high, 0.0))
    ways = tuple(narrow_ways(one, solved.may_tie) for one in solved.merged.ways)
    best, thrift = solved.best, None
    while True:
        merged = _merge(case, ways)
        model, x = cover_model(merged.cover, offers, scale=case.scale), plan_of(merged.cover, best)
        is_real = partial(_is_real, case, merged.ways, columns)
        try:
            if cost is not None and thrift is None:
                cheapest = ask.cheapest(model, x, cost)
                if not is_real(cheapest.x):
                    ways = _with_missing(case, merged.ways, cheapest.x[:columns] > 0)
                    continue
                x, thrift = cheapest.x, cheapest.objective
            if cost is not None and thrift is not None:
                model = as_good(replace(model, gain=sparing(cost, len(x))), thrift, model.gain)
            settled = ask.earliest(model, x, columns, is_real=is_real)
        except InfeasibleError:
            return None
        best = settled.best.x[:columns] > 0
        if settled.refuted is None:
            return best, merged
        offers = replace(offers, low=settled.low[:columns], high=settled.high[:columns])
        ways = _with_missing(case, merged.ways, settled.refuted[:columns] > 0)


def _is_real(case: Case, ways: tuple[Ways, ...], columns: int, x: Floats) -> bool:
    return _with_missing(case, ways, x[:columns] > 0) is ways


def _size(case: Case, solved: _Solved) -> pd.Series:
    merged, windows = solved.merged, sum(ways.windows.of_path.nnz for ways in case.ways)
    return pd.Series(
        {
            "paths": sum(len(ways.credit) for ways in case.ways),
            "windows": windows,
            "merged_windows": merged.cover.windows.shape[0],
            "merged_paths": merged.cover.claims.shape[0],
            "added_windows": sum(ways.windows.of_path.nnz for ways in merged.ways) - windows,
            "rounds": solved.rounds,
        }
    )
