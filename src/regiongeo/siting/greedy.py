"""A good choice of sites fast, without proof: greedy adding with substitution, a start for the solver."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    import numpy.typing as npt

    from regiongeo.siting.offers import Offers
    from regiongeo.siting.pathcover import PathCover

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

__all__ = ["choose_greedily"]

_PROSPECT = 0.3  # worth of flow in proportion to the windows a site newly covers, against flow completed
_ROUNDS = 20  # of substitution at most
_WORTHWHILE = 1e-9  # relative gain below which a swap is no gain


def choose_greedily(cover: PathCover, fixed: Flags, offers: Offers) -> Flags:
    """Add options while any is allowed, then swap one for another while that serves more.

    The next option is that with most credit of the claims it completes, plus 0.3 times the credit of other
    claims in proportion to their windows that it is the first to hold, each per cost where options cost;
    ties go to the earlier one.

    Parameters
    ----------
    cover
        What options serve.
    fixed
        Options that are chosen in any case.
    offers
        Which options may be chosen together, and their costs.

    Notes
    -----
    Refuelling is not submodular: two sites may serve what neither serves alone, and no share of the optimum
    is guaranteed. Never shown without the bound of the exact model.

    References
    ----------
    Lim, S. & Kuby, M. (2010). Heuristic algorithms for siting alternative-fuel stations using the
    flow-refueling location model. European Journal of Operational Research 204(1), 51-61.
    """
    chosen = fixed
    while (may := offers.addable(chosen)).any():
        completed, prospect = _gains(cover, chosen)
        gain = (completed + _PROSPECT * prospect) / _cost(offers, chosen)
        chosen = offers.joined(chosen, int(np.where(may, gain, -1.0).argmax()))
    for _ in range(_ROUNDS):
        better = _swapped(cover, chosen, fixed, offers)
        if better is None:
            break
        chosen = better
    return chosen


def _swapped(cover: PathCover, chosen: Flags, fixed: Flags, offers: Offers) -> Flags | None:
    """Return the choice after each option in turn gave way to a better one, or None if none did."""
    value, has_improved = cover.value(chosen), False
    for out in np.flatnonzero(chosen & ~fixed):
        trial = offers.without(chosen, int(out))
        may = offers.addable(trial)
        completed, _ = _gains(cover, trial)
        gain = np.where(may & ~chosen, completed, -1.0)
        into = int(gain.argmax())
        better = cover.value(trial) + gain[into]
        if gain[into] > 0 and better > value * (1 + _WORTHWHILE):
            chosen, value, has_improved = offers.joined(trial, into), better, True
    return chosen if has_improved else None


def _cost(offers: Offers, chosen: Flags) -> Floats | float:
    """Return what each option costs now, with its site where that is not yet chosen."""
    if offers.cost is None:
        return 1.0
    site = offers.site_of
    cost = offers.cost + np.where(chosen[site] | (site == np.arange(len(site))), 0.0, offers.cost[site])
    return np.maximum(cost, _WORTHWHILE * max(float(cost.max()), 1.0))


def _gains(cover: PathCover, chosen: Flags) -> tuple[Floats, Floats]:
    """Return for each option the credit it completes, and that which it brings nearer."""
    is_held = cover.windows @ chosen.astype(float) > 0
    open_windows = sparse.diags_array((~is_held).astype(float))
    missing = sparse.csr_array(cover.claims @ open_windows)
    missing.eliminate_zeros()
    lacks = np.diff(missing.indptr)
    earned = np.zeros(int(cover.group.max(initial=-1)) + 1)
    np.maximum.at(earned, cover.group, np.where(lacks == 0, cover.credit, 0.0))
    extra = np.maximum(cover.credit - earned[cover.group], 0.0)
    worth = np.divide(extra, lacks, out=np.zeros(len(extra)), where=lacks > 0)
    prospect = cover.windows.T @ (missing.T @ worth)
    at = np.flatnonzero((lacks > 0) & (extra > 0))
    touched = sparse.csr_array(missing[at] @ cover.windows)
    is_last = touched.data == np.repeat(lacks[at], np.diff(touched.indptr))
    claim = np.repeat(at, np.diff(touched.indptr))[is_last]
    earning = _sum_by_option if cover.has_lone_claims else _most_by_group
    completed = earning(cover.group[claim], touched.indices[is_last], extra[claim], len(chosen))
    return completed, prospect


def _sum_by_option(_: Ints, option: Ints, worth: Floats, options: int) -> Floats:
    return np.asarray(np.bincount(option, weights=worth, minlength=options), dtype=float)


def _most_by_group(group: Ints, option: Ints, worth: Floats, options: int) -> Floats:
    """Sum by option the most that it earns in each group."""
    key = group * options + option
    order = np.lexsort((-worth, key))
    is_first = np.append(True, np.diff(key[order]) > 0)[: len(order)]
    best = order[is_first]
    return np.asarray(np.bincount(option[best], weights=worth[best], minlength=options), dtype=float)
