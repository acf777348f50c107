"""How ranks move when the weights do: seeded weight draws and exact rank counts.

Weights and values are rounded to whole steps of 2**-26. Their products and sums then fit the 53 bits of a
double, so the matrix product is exact: equal sites tie in every draw, and neither the order of rows nor the
linear algebra library, threads or computer can change a rank.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Counts = npt.NDArray[np.int64]

__all__ = ["count_ranks", "count_top", "draw_around", "draw_free", "rank_percentile"]

_SEEDED = 256  # draws of one seed; another number gives other draws
_SLICE = 64  # draws sorted at a time, so that they stay in cache and below the threads of the BLAS
_SLICES_PER_COUNT = 64
_STEPS = 2**26
_SCORE_BITS = 52


def draw_around(weights: Floats, *, draws: int, low: float, high: float, seed: int) -> Iterator[Floats]:
    """Yield weights around the chosen ones, in blocks of at most 256 draws × criteria, each row summing to 1.

    Each weight is multiplied by its own uniform factor between ``low`` and ``high``, then all are normalised.
    Every block is seeded by itself, so blocks may be counted in any order and by any number of workers.
    """
    for rng, size in _seeded_blocks(draws, seed, stream=0):
        yield _normalise(weights * rng.uniform(low, high, (size, len(weights))))


def draw_free(criteria: int, *, draws: int, seed: int) -> Iterator[Floats]:
    """Yield weights drawn evenly from all possible ones, Dirichlet(1, …, 1), in the same kind of blocks.

    References
    ----------
    Lahdelma, R. & Salminen, P. (2001). SMAA-2. Operations Research 49(3), 444-454.
    """
    for rng, size in _seeded_blocks(draws, seed, stream=1):
        yield _normalise(rng.standard_exponential((size, criteria)))


def count_ranks(values: Floats, blocks: Iterable[Floats]) -> Counts:
    """Count how often each site takes each rank, over all draws.

    Parameters
    ----------
    values
        Values 0-1, sites × criteria; NaN is "no data", and each site has data.
    blocks
        Weights, draws × criteria, block by block.

    Returns
    -------
    Counts, sites × ranks; ``[i, r]`` is how often site ``i`` has rank ``r + 1``. Ties go to the lower row.

    Notes
    -----
    A draw's scores and the sites' numbers share one integer each, scores in the high bits; sorting these
    integers is several times faster than an indirect sort of the scores.
    """
    sites, bits = len(values), _bits(len(values))
    places = np.arange(sites) << bits
    counts = np.zeros(sites << bits, dtype=np.int64)
    slices = _keys(values, blocks)
    while batch := list(islice(slices, _SLICES_PER_COUNT)):
        for keys in batch:
            keys.sort(axis=1)
            np.bitwise_and(keys, (1 << bits) - 1, out=keys)
            np.bitwise_or(keys, places, out=keys)
        counts += np.bincount(np.concatenate(batch).ravel(), minlength=len(counts))
    return counts.reshape(sites, 1 << bits)[:, :sites].T


def count_top(values: Floats, blocks: Iterable[Floats], *, top: int) -> Counts:
    """Count how often each site is among the first ``top``; parameters as in `count_ranks`."""
    sites = len(values)
    counts = np.zeros(sites, dtype=np.int64)
    for keys in _keys(values, blocks):
        keys.partition(min(top, sites) - 1, axis=1)
        best = keys[:, :top] & ((1 << _bits(sites)) - 1)
        counts += np.bincount(best.ravel(), minlength=sites)
    return counts


def rank_percentile(counts: Counts, percent: int) -> Counts:
    """Return the least rank that each site reaches in at least ``percent`` % of the draws."""
    reached = counts.cumsum(axis=1) * 100 >= percent * counts.sum(axis=1, keepdims=True)
    ranks: Counts = reached.argmax(axis=1) + 1
    return ranks


def _seeded_blocks(draws: int, seed: int, *, stream: int) -> Iterator[tuple[np.random.Generator, int]]:
    starts = range(0, draws, _SEEDED)
    seeds = np.random.SeedSequence(seed, spawn_key=(stream,)).spawn(len(starts))
    for start, own in zip(starts, seeds, strict=True):
        yield np.random.default_rng(own), min(_SEEDED, draws - start)


def _normalise(weights: Floats) -> Floats:
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _bits(sites: int) -> int:
    return max(1, (sites - 1).bit_length())


def _keys(values: Floats, blocks: Iterable[Floats]) -> Iterator[Counts]:
    """Yield one integer a draw and site: the less the better the score, its low bits the site's number."""
    sites, criteria = values.shape
    bits = _bits(sites)
    known = np.isfinite(values)
    shortfall = np.where(known, np.rint((1.0 - values) * _STEPS), 0.0).T * 2.0 ** min(
        0, 63 - _SCORE_BITS - bits
    )
    share = None if known.all() else known.T / _STEPS
    numbers = np.arange(sites)
    for block in blocks:
        whole = np.rint(block * (_STEPS - criteria))
        for start in range(0, len(whole), _SLICE):
            part = whole[start : start + _SLICE]
            lost = part @ shortfall
            if share is not None:
                lost /= part @ share
            keys = lost.astype(np.int64)
            keys <<= bits
            keys |= numbers
            yield keys
