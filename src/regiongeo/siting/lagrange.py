"""Bounds of the p-median by Lagrangian relaxation, and the sites they settle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regiongeo.siting.interchange import interchange, total_cost

if TYPE_CHECKING:
    import numpy.typing as npt

    from regiongeo.siting.found import Run

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]

__all__ = [
    "SAME",
    "Bracket",
    "Relaxation",
    "bracket_median",
    "is_whole",
    "relax",
    "settle_sites",
    "whole_bound",
]

SAME = 1e-9  # relative difference up to which two costs are equal
_ROUNDS = 1500
_PATIENCE = 30  # rounds without a better bound after which steps are halved
_SMALLEST_STEP = 1e-3
_OVERSHOOT = 1.02  # the step aims a little above the best cost known
_PROMISING = 1.005  # a choice of the relaxation this near to the best one is improved by exchanges
_BETTER = 1e-7  # relative rise that counts as a better bound
_SHRINK = 0.8  # sites left, as a share, at which the settled ones are dropped from the matrix
_KICKS = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Relaxation:
    """What the relaxation says at one set of multipliers.

    A plan ``x`` that opens ``size`` sites costs at least ``base + reduced @ x``.
    """

    base: float
    """Sum of the multipliers."""
    reduced: Floats
    """Least that opening a site adds, by site; never above 0."""

    def rank(self, held: Flags) -> Ints:
        """Return the sites by reduced cost, held ones first: the first ``size`` are open."""
        return np.argsort(np.where(held, -np.inf, self.reduced), kind="stable")

    def bound(self, size: int, held: Flags) -> float:
        """Return what no plan can fall below."""
        return self.base + float(self.reduced[self.rank(held)[:size]].sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class Bracket:
    """The least cost lies between ``lower`` and ``upper``."""

    lower: float
    upper: float
    chosen: Ints
    """Positions of the sites that cost ``upper``."""
    is_out: Flags
    """Sites in no plan as good as ``chosen``."""
    is_in: Flags
    """Sites in all of them."""
    multipliers: Floats
    """Of the best bound, by demand."""


def relax(cost: Floats, multipliers: Floats) -> Relaxation:
    """Evaluate the relaxation over all sites."""
    reduced = np.minimum(cost - multipliers[:, None], 0.0).sum(axis=0)
    return Relaxation(base=float(multipliers.sum()), reduced=reduced)


def settle_sites(relaxation: Relaxation, *, size: int, held: Flags, target: float) -> tuple[Flags, Flags]:
    """Return the sites that no plan of cost ``target`` or less opens, and those that all of them open.

    Opening another site raises the bound by at least its reduced cost less that of the worst one open;
    closing one raises it by that of the best one closed less its own.
    """
    order, reduced = relaxation.rank(held), relaxation.reduced
    spare = target - relaxation.bound(size, held)
    is_open = np.zeros(len(reduced), dtype=bool)
    is_open[order[:size]] = True
    worst_open = -np.inf if held.sum() == size else reduced[order[size - 1]]
    best_closed = np.inf if size == len(reduced) else reduced[order[size]]
    is_out = ~is_open & (reduced - worst_open > spare)
    is_in = held | (is_open & (best_closed - reduced > spare))
    return is_out, is_in


def whole_bound(cost: Floats, lower: float) -> float:
    """Return the bound, rounded up where all costs are whole numbers and so every plan's cost is."""
    return _round_up(lower) if is_whole(cost) else lower


def is_whole(cost: Floats) -> bool:
    """Return whether all costs are whole numbers."""
    return bool((cost == np.rint(cost)).all())


def _round_up(lower: float) -> float:
    return float(np.ceil(lower - 1e-6 - SAME * abs(lower)))


def bracket_median(cost: Floats, *, size: int, held: Flags, run: Run) -> Bracket:
    """Bound the least cost of serving all demand from ``size`` sites, from both sides.

    Lagrangian relaxation of "each demand is served once"; the multipliers rise where no open site serves a
    demand and fall where several do (subgradient). The plans it passes are improved by exchanges, the best
    one also after random kicks. Sites that its bound rules out are dropped on the way.

    Parameters
    ----------
    cost
        Cost of serving a demand from a site, demand × sites, finite.
    size
        Number of sites to open, held ones included.
    held
        Sites that must be open, by site.
    run
        Its seed, that of the kicks, changes at most which of several equal plans is found, and plans not
        proven best.

    References
    ----------
    Held, M., Wolfe, P. & Crowder, H. (1974). Validation of subgradient optimization. Mathematical Programming
    6, 62-88. Beasley, J. (1993). Lagrangean heuristics for location problems. European Journal of Operational
    Research 65, 383-399.
    """
    search = _Descent(cost, size=size, held=held)
    for _ in range(_ROUNDS):
        if search.step() or search.gap <= run.rel_gap or run.is_late:
            break
    if search.gap > run.rel_gap:
        search.kick(run)
    return search.result(cost.shape[1])


class _Descent:
    """Multipliers on their way, and the best bound and plan so far; over the sites not yet ruled out."""

    def __init__(self, cost: Floats, *, size: int, held: Flags) -> None:
        self._cost, self._size, self._held = cost, size, held
        self._sites = np.arange(cost.shape[1])
        self._whole = is_whole(cost)
        self._multipliers = np.partition(cost, min(1, len(held) - 1), axis=1)[:, :2].mean(axis=1)
        self._best_multipliers = self._multipliers
        self._lower, self._upper, self._least_raw = 0.0, np.inf, np.inf
        self._chosen = self._sites[:size]
        self._is_in, self._is_out = held.copy(), np.zeros(len(held), dtype=bool)
        self._step, self._idle = 2.0, 0
        self._tried: set[bytes] = set()
        self._list_entries(2 * self._multipliers)

    @property
    def gap(self) -> float:
        """How much cheaper a plan could at most be, relative to the best one known."""
        lower = _round_up(self._lower) if self._whole else self._lower
        if len(self._sites) == self._size or self._upper - lower <= SAME * abs(self._upper):
            return 0.0
        return float((self._upper - lower) / self._upper)

    def step(self) -> bool:
        """Evaluate the multipliers and move them; return True where there is nothing left to gain."""
        relaxation = self._relax()
        opened = relaxation.rank(self._held)[: self._size]
        reached = self._cost[:, opened]
        self._note_plan(opened, float(reached.min(axis=1).sum()))
        bound = relaxation.bound(self._size, self._held)
        self._note_bound(bound)
        self._settle(relaxation)
        slope = 1.0 - (reached < self._multipliers[:, None]).sum(axis=1)
        length = float(slope @ slope)
        if length == 0 or self._step < _SMALLEST_STEP or len(self._sites) == self._size:
            return True
        aim = _OVERSHOOT * self._upper - bound
        self._multipliers = self._multipliers + self._step * aim / length * slope
        self._shrink()
        return False

    def kick(self, run: Run) -> None:
        """Exchange random sites of the best plan and improve it anew, some times over."""
        draw = np.random.default_rng(run.seed)
        movable = np.flatnonzero(~self._held[self._chosen])
        count = min(max(2, len(movable) // 5), len(movable), len(self._sites) - self._size)
        for _ in range(_KICKS if count else 0):
            if run.is_late or self.gap == 0:
                return
            start = self._chosen.copy()
            others = np.setdiff1d(np.arange(len(self._sites)), start)
            start[draw.choice(movable, count, replace=False)] = draw.choice(others, count, replace=False)
            self._improve(start)

    def result(self, sites: int) -> Bracket:
        is_out = np.ones(sites, dtype=bool)
        is_out[self._sites] = self._is_out
        is_in = np.zeros(sites, dtype=bool)
        is_in[self._sites] = self._is_in
        return Bracket(
            lower=self._lower,
            upper=self._upper,
            chosen=self._sites[self._chosen],
            is_out=is_out,
            is_in=is_in,
            multipliers=self._best_multipliers,
        )

    def _relax(self) -> Relaxation:
        if (self._multipliers > self._cap).any():
            self._list_entries(np.maximum(self._cap, 1.5 * self._multipliers))
        below = np.minimum(self._values - self._multipliers[self._rows], 0.0)
        reduced = np.bincount(self._columns, below, minlength=len(self._sites)).astype(np.float64)
        return Relaxation(base=float(self._multipliers.sum()), reduced=reduced)

    def _list_entries(self, cap: Floats) -> None:
        """List the costs below ``cap``: others add nothing while the multipliers stay below it."""
        self._cap = cap
        self._rows, self._columns = np.nonzero(self._cost < cap[:, None])
        self._values = self._cost[self._rows, self._columns]

    def _note_plan(self, opened: Ints, raw: float) -> None:
        if raw >= self._least_raw and raw >= _PROMISING * self._upper:
            return
        self._least_raw = min(raw, self._least_raw)
        key = np.sort(self._sites[opened]).tobytes()
        if key not in self._tried:
            self._tried.add(key)
            self._improve(opened)

    def _improve(self, start: Ints) -> None:
        better = interchange(self._cost, start, held=self._held)
        reached = total_cost(self._cost, better)
        if reached < self._upper:
            self._upper, self._chosen = reached, better

    def _note_bound(self, bound: float) -> None:
        self._idle = 0 if bound > self._lower + _BETTER * abs(self._lower) else self._idle + 1
        if self._idle >= _PATIENCE:
            self._step, self._idle = self._step / 2, 0
        if bound > self._lower:
            self._lower, self._best_multipliers = bound, self._multipliers

    def _settle(self, relaxation: Relaxation) -> None:
        is_out, is_in = settle_sites(
            relaxation, size=self._size, held=self._held, target=self._upper * (1 + SAME)
        )
        self._is_out |= is_out
        self._is_in |= is_in

    def _shrink(self) -> None:
        """Drop the sites ruled out, where that makes the matrix much smaller."""
        kept = ~self._is_out
        kept[self._chosen] = True
        if kept.sum() > _SHRINK * len(kept) and kept.sum() > self._size:
            return
        place = np.cumsum(kept) - 1
        self._chosen = place[self._chosen]
        self._cost, self._sites = self._cost[:, kept], self._sites[kept]
        self._held, self._is_out, self._is_in = self._held[kept], self._is_out[kept], self._is_in[kept]
        self._list_entries(self._cap)
