"""Demands merged by the sites that serve them: rungs of a ladder from the best site to the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from regiongeo.siting.windows import unique_rows

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["Ladder", "build_ladder", "leading_sites", "open_needs", "smallest_sets"]

_MARKS_SEED = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Ladder:
    """Distinct sets of sites, each with the weight earned where one of its sites is chosen."""

    own: sparse.csr_array
    """Rungs × sites, 1 where the rung adds the site to the rung below; with none below, its whole set."""
    below: sparse.csr_array
    """Rungs × rungs, 1 at the rung below, whose set is part of this one's."""
    weight: Floats


def build_ladder(share: sparse.csr_array, weight: Floats) -> Ladder:
    """Return for each demand, and each share ``s_k`` its sites give, the rung of sites that give as much.

    Rung k of demand i weighs ``w_i (s_k - s_{k+1})``, so that the rungs with a chosen site add up to ``w_i``
    times the best share. Rungs of the same set are one, whatever the demand; a set may have any part of it
    below, so the one of the first demand is kept. Sets are told apart by 128 random bits a site, summed:
    two that differ get the same sum with a chance of 1e-38.

    Parameters
    ----------
    share
        Demands × sites [0-1].
    weight
        Weight of each demand.
    """
    demands, sites, shares = _falling(share, weight)
    if not len(demands):
        none = sparse.csr_array((0, share.shape[1]))
        return Ladder(own=none, below=sparse.csr_array((0, 0)), weight=np.zeros(0))
    ends = np.flatnonzero(np.r_[(np.diff(demands) != 0) | (np.diff(shares) != 0), True])
    is_next_same = np.r_[np.diff(demands[ends]) == 0, False]
    following = np.where(is_next_same, np.roll(shares[ends], -1), 0.0)
    rung, first = _number_sets(_set_marks(demands, sites, share.shape[1])[ends])
    level = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=-1))
    is_first = np.isin(level, first)
    child = np.flatnonzero(np.roll(is_next_same, 1) & np.isin(np.arange(len(ends)), first))
    earned = weight[demands[ends]] * (shares[ends] - following)
    return Ladder(
        own=_ones(rung[level[is_first]], sites[is_first], shape=(len(first), share.shape[1])),
        below=_ones(rung[child], rung[child - 1], shape=(len(first), len(first))),
        weight=np.bincount(rung, weights=earned).astype(np.float64),
    )


def smallest_sets(sets: sparse.csr_array) -> sparse.csr_array:
    """Return those of distinct sets, sets × sites, that hold no other: a site of these is in each of all."""
    size = np.diff(sets.indptr)
    shared = (sets @ sets.T).tocoo()
    one, other = shared.coords
    needless = one[(shared.data == size[other]) & (one != other)]
    kept = np.setdiff1d(np.arange(len(size)), needless)
    return sparse.csr_array(sets[kept])


def open_needs(
    sets: sparse.csr_array, *, is_in: npt.NDArray[np.bool_], may_be_in: npt.NDArray[np.bool_]
) -> sparse.csr_array:
    """Return the sets, of sites that may be chosen, in which none is chosen yet; those that hold no other."""
    left = sparse.csr_array(sets[np.flatnonzero(sets @ is_in == 0)])
    return smallest_sets(unique_rows(_columns_of(left, may_be_in))[0])


def leading_sites(
    sets: sparse.csr_array, cost: Floats, may_go: npt.NDArray[np.bool_]
) -> tuple[sparse.csr_array, npt.NDArray[np.int64]]:
    """Leave out sites for which another one, no dearer, stands in all their sets, and sets then needless.

    Some cheapest choice with a site of each set holds none of the sites left out: the other one takes their
    place. Of two alike the first stays. One pass after another until nothing more goes.

    Parameters
    ----------
    sets
        Sets × sites, distinct and none holding another.
    cost
        Cost by site.
    may_go
        By site: true where leaving it out is allowed.

    Returns
    -------
    The sets that are left (× all sites), and by site the number of the one that stands for it: its own if it
    stays, -1 if none needs to.

    References
    ----------
    Toregas, C. & ReVelle, C. (1972). Optimal location under time or distance constraints. Papers of the
    Regional Science Association 28, 133-144 (reduction of rows and columns).
    """
    leader = np.arange(len(cost))
    while True:
        is_in = leader == np.arange(len(cost))
        size = np.asarray(sets.sum(axis=0))
        shared = (sets.T @ sets).tocoo()
        one, other = (numbers.astype(np.int64) for numbers in shared.coords)
        is_worse = (size[other] > size[one]) | (cost[other] < cost[one]) | (other < one)
        is_led = (shared.data == size[one]) & (one != other) & (cost[other] <= cost[one]) & is_worse
        is_led &= may_go[one]
        idle = is_in & may_go & (size == 0)
        if not (is_led.any() or idle.any()):
            return sets, _followed(leader)
        leader[one[is_led]] = other[is_led]
        leader[idle] = -1
        is_in = leader == np.arange(len(cost))
        sets = smallest_sets(unique_rows(_columns_of(sets, is_in))[0])


def _followed(leader: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the last of the sites that lead one another, by site."""
    while True:
        further = np.where(leader >= 0, leader[leader], -1)
        if (further == leader).all():
            return leader
        leader = further


def _columns_of(sets: sparse.csr_array, is_in: npt.NDArray[np.bool_]) -> sparse.csr_array:
    """Return the sets without some sites; every column stays in its place."""
    entries = sets.tocoo()
    row, column = (numbers.astype(np.int64) for numbers in entries.coords)
    kept = is_in[column]
    return _ones(row[kept], column[kept], shape=sets.shape)


def _falling(
    share: sparse.csr_array, weight: Floats
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Return demand, site and share of each pair that counts, by demand, falling share and site."""
    pairs = share.tocoo()
    demands, sites = (numbers.astype(np.int64) for numbers in pairs.coords)
    counts = (pairs.data > 0) & (weight[demands] > 0)
    demands, sites, shares = demands[counts], sites[counts], pairs.data[counts].astype(float)
    order = np.lexsort((sites, -shares, demands))
    return demands[order], sites[order], shares[order]


def _set_marks(
    demands: npt.NDArray[np.int64], sites: npt.NDArray[np.int64], number: int
) -> npt.NDArray[np.uint64]:
    """Return a mark of the set of sites of a demand up to each of them; unsigned sums wrap around."""
    largest = np.iinfo(np.uint64).max
    marks = np.random.default_rng(_MARKS_SEED).integers(largest, size=(number, 2), dtype=np.uint64)
    running = np.cumsum(marks[sites], axis=0, dtype=np.uint64)
    starts = np.flatnonzero(np.diff(demands, prepend=-1) != 0)
    before = running[starts] - marks[sites[starts]]
    return running - np.repeat(before, np.diff(starts, append=len(demands)), axis=0)


def _number_sets(
    marks: npt.NDArray[np.uint64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the number of each mark, counted as they first appear, and where each number is first."""
    _, first, number = np.unique(marks, axis=0, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[number.ravel()], np.sort(first)


def _ones(
    rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], *, shape: tuple[int, int]
) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
