"""How ranks move when the weights do: seeded weight draws and exact rank counts.

Weights and values are rounded to whole steps of 2**-26. Their products and sums then fit the 53 bits of a
double, so the matrix product is exact: equal sites tie in every draw, and neither the order of rows nor the
linear algebra library, threads or computer can change a rank. The page of the map ranks with the same steps
in the same arithmetic (``maps/web/rank.js``), draw by draw.
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

__all__ = ["count_ranks", "count_top", "draw_around", "draw_free", "rank_once", "rank_percentile"]

_SEEDED = 256  # draws of one block
_SLICE = 64  # draws sorted at a time, so that they stay in cache and below the threads of the BLAS
_SLICES_PER_COUNT = 64
_STEPS = 2**26
_SCORE_BITS = 52


def draw_around(weights: Floats, *, draws: int, low: float, high: float, seed: int) -> Iterator[Floats]:
    """Yield weights around the chosen ones, in blocks of at most 256 draws × criteria, each row summing to 1.

    Each weight is multiplied by its own uniform factor between ``low`` and ``high``, then all are normalised.
    Factor ``k`` of draw ``d`` depends on the seed, ``d`` and ``k`` alone: blocks may be counted in any order
    and by any number of workers, and more draws begin with the same ones.
    """
    whole = _whole(weights)
    for start in range(0, draws, _SEEDED):
        count = min(_SEEDED, draws - start)
        uniform = _uniform(np.arange(start * len(whole), (start + count) * len(whole)), seed=seed)
        yield _normalise(np.rint(whole * (low + (high - low) * uniform.reshape(count, -1))))


def draw_free(criteria: int, *, draws: int, seed: int) -> Iterator[Floats]:
    """Yield weights drawn evenly from all possible ones, Dirichlet(1, …, 1), in the same kind of blocks.

    References
    ----------
    Lahdelma, R. & Salminen, P. (2001). SMAA-2. Operations Research 49(3), 444-454.
    """
    for rng, size in _seeded_blocks(draws, seed, stream=1):
        yield _normalise(rng.standard_exponential((size, criteria)))


def rank_once(values: Floats, weights: Floats) -> Counts:
    """Return the rank of each site under one set of weights, any scale; values and ties as `count_ranks`."""
    (keys,) = _keys(values, [_normalise(_whole(weights)[None, :])])
    order = np.sort(keys[0]) & ((1 << _bits(len(values))) - 1)
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[order] = np.arange(1, len(values) + 1)
    return ranks


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


def _whole(weights: Floats) -> Floats:
    """Return weights in whole steps, the largest 2**26: sums of them are the same in any order."""
    steps: Floats = np.rint(weights / weights.max() * _STEPS)
    return steps


def _uniform(number: Counts, *, seed: int) -> Floats:
    """Return a figure between 0 and 1 for each number: a Weyl sequence, hashed.

    32-bit arithmetic that JavaScript has too; the constants are of the project hash-prospector (C. Wellons
    and others, public domain).
    """
    weyl = number.astype(np.uint32) * np.uint32(0x9E3779B9) + _hash(np.array([seed], dtype=np.uint32))
    return (_hash(weyl) + 0.5) / 2**32


def _hash(number: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    mixed = (number ^ (number >> np.uint32(16))) * np.uint32(0x21F0AAAD)
    mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x735A2D97)
    return np.asarray(mixed ^ (mixed >> np.uint32(15)))


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
