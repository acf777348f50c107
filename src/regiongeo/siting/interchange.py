"""Improve a choice of sites by the best exchange of one site for another, until none helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]

__all__ = ["interchange", "total_cost"]

_HELPS = 1e-10  # relative gain below which an exchange is only rounding


def total_cost(cost: Floats, chosen: Ints) -> float:
    """Return what it costs when each demand takes its cheapest chosen site."""
    return float(cost[:, chosen].min(axis=1).sum())


def interchange(
    cost: Floats, chosen: Ints, *, held: Flags, may_swap: Callable[[Ints], Flags] | None = None
) -> Ints:
    """Exchange a chosen site for another as long as the total cost falls; the best exchange goes first.

    The profit of every pair is known at once: what the newcomer saves, less what the loss of the leaving
    site costs, plus what the newcomer saves of that loss. After an exchange only demand whose two nearest
    sites changed is counted anew.

    Parameters
    ----------
    cost
        Cost of serving a demand from a site, demand × sites.
    chosen
        Positions of the sites to start from.
    held
        Sites that stay, by site.
    may_swap
        Returns, for the chosen sites, which exchanges keep the other limits, chosen × sites; None: all do.

    Returns
    -------
    Positions of the sites, ascending.

    References
    ----------
    Whitaker, R. (1983). A fast algorithm for the greedy interchange for large-scale clustering and median
    location problems. INFOR 21(2), 95-108. Resende, M. & Werneck, R. (2007). A fast swap-based local search
    procedure for location problems. Annals of Operations Research 150, 205-230.
    """
    chosen = np.sort(chosen)
    most = cost.max(axis=1)
    before = _two_nearest(cost, chosen, most)
    profit = _profit(cost, before, len(chosen))
    least = _HELPS * max(1.0, float(np.abs(before.first).sum()))
    while True:
        allowed = np.ones(profit.shape, dtype=bool) if may_swap is None else may_swap(chosen)
        allowed[held[chosen]] = False
        allowed[:, chosen] = False
        place, newcomer = np.unravel_index(np.where(allowed, profit, -np.inf).argmax(), profit.shape)
        if not allowed[place, newcomer] or profit[place, newcomer] <= least:
            return np.sort(chosen)
        chosen[place] = newcomer
        after = _two_nearest(cost, chosen, most)
        changed = np.flatnonzero(after.differs(before) | (after.near == place))
        profit -= _profit(cost[changed], before.of(changed), len(chosen))
        profit += _profit(cost[changed], after.of(changed), len(chosen))
        before = after


class _Nearest(NamedTuple):
    """The two nearest chosen sites of each demand."""

    near: Ints
    """Place of the nearest among the chosen."""
    first: Floats
    """Its cost."""
    second: Floats
    """Cost of the other."""

    def of(self, demand: Ints) -> _Nearest:
        return _Nearest(self.near[demand], self.first[demand], self.second[demand])

    def differs(self, other: _Nearest) -> Flags:
        moved = (self.near != other.near) | (self.first != other.first) | (self.second != other.second)
        return np.asarray(moved)


def _two_nearest(cost: Floats, chosen: Ints, most: Floats) -> _Nearest:
    reached = cost[:, chosen]
    near = reached.argmin(axis=1)
    first = reached[np.arange(len(cost)), near]
    second = most if len(chosen) == 1 else np.partition(reached, 1, axis=1)[:, 1]
    return _Nearest(near, first, second)


def _profit(cost: Floats, nearest: _Nearest, size: int) -> Floats:
    """Return what these demands gain by each exchange, chosen × sites."""
    near, first, second = nearest
    by_place = sparse.csr_array((np.ones(len(near)), (near, np.arange(len(near)))), shape=(size, len(near)))
    lost = np.bincount(near, second - first, minlength=size)
    saved = np.maximum(first[:, None] - cost, 0.0).sum(axis=0)
    regained = np.maximum(second[:, None] - np.maximum(cost, first[:, None]), 0.0)
    profit: Floats = saved + by_place @ regained - lost[:, None]
    return profit
