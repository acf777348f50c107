"""Claims on windows: several ways of one relation as claims of their own.

A relation that earns c1 by its first way and c2 < c1 by its second earns c1 - c2 if the first is driven, and
c2 if either is. "Either" of two sets of windows holds if every union of a window of the one and a window of
the other holds a chosen site: ands of ors, which a model takes as they are. That needs no ``y1 + y2 <= 1``,
and it is tighter where the two windows share sites, which then count once.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Masks = list[int]
    Table = tuple[sparse.csr_array, sparse.csr_array, Floats, Ints]

__all__ = ["Claims", "spread_levels", "to_masks"]

_ROWS = 4096  # turned into masks at a time
_MOST = 64  # windows of one level; a relation with more keeps its ways as they are


class Claims:
    """Collect claims on windows, each window and each claim once; a window is a bit mask over options."""

    def __init__(self, options: int) -> None:
        self._options = options
        self._number: dict[int, int] = {}
        self._credit: dict[tuple[int, ...], float] = {}
        self._groups: list[list[tuple[tuple[int, ...], float]]] = []

    def add(self, windows: Iterable[int], credit: float) -> None:
        """Count credit for a claim that stands alone."""
        claim = self._claim(windows)
        self._credit[claim] = self._credit.get(claim, 0.0) + credit

    def add_group(self, group: Iterable[tuple[Iterable[int], float]]) -> None:
        """Count the best of some claims that are met."""
        self._groups.append([(self._claim(windows), credit) for windows, credit in group])

    def table(self) -> Table:
        """Return the windows (× options), the claims (× windows), their credit and their group, ascending."""
        alone = sorted(self._credit)
        claims = [*alone, *(claim for group in self._groups for claim, _ in group)]
        credit = [
            *(self._credit[claim] for claim in alone),
            *(earned for group in self._groups for _, earned in group),
        ]
        size = np.array([*(1 for _ in alone), *(len(group) for group in self._groups)], dtype=np.int64)
        members = [window for claim in claims for window in claim]
        starts = np.cumsum([0, *(len(claim) for claim in claims)])
        shape = (len(claims), len(self._number))
        rows = sparse.csr_array((np.ones(len(members)), members, starts), shape=shape)
        windows = _from_masks(list(self._number), self._options)
        return windows, rows, np.array(credit, dtype=float), np.repeat(np.arange(len(size)), size)

    def _claim(self, windows: Iterable[int]) -> tuple[int, ...]:
        return tuple(sorted(self._number.setdefault(mask, len(self._number)) for mask in windows))


def spread_levels(claims: Claims, ways: Sequence[Masks], worth: Sequence[float]) -> None:
    """Add the claims of one relation; if they would be too many, its ways as they are.

    Parameters
    ----------
    claims
        Where they are added.
    ways, worth
        Windows of each way of the relation, and what it is worth, most first.
    """
    level: Masks = [0]
    found: list[tuple[Masks, float]] = []
    for way, (earned, next_best) in zip(ways, pairwise([*worth, 0.0]), strict=True):
        level = _least(one | other for one in level for other in way)
        if len(level) > _MOST:
            claims.add_group(zip(ways, worth, strict=True))
            return
        if earned > next_best:
            found.append((level, earned - next_best))
    for windows, step in found:
        claims.add(windows, step)


def to_masks(windows: sparse.csr_array) -> Masks:
    """Return each row of a 0/1 matrix as a bit mask over its columns."""
    masks: Masks = []
    for first in range(0, windows.shape[0], _ROWS):
        held = windows[first : first + _ROWS].toarray() != 0
        packed = np.packbits(held, axis=1, bitorder="little")
        masks += [int.from_bytes(row.tobytes(), "little") for row in packed]
    return masks


def _least(masks: Iterable[int]) -> Masks:
    """Return the inclusion-minimal sets."""
    kept: Masks = []
    for mask in sorted(set(masks), key=lambda one: (one.bit_count(), one)):
        if not any(mask & other == other for other in kept):
            kept.append(mask)
    return kept


def _from_masks(masks: Masks, options: int) -> sparse.csr_array:
    width = (options + 7) // 8
    packed = np.frombuffer(b"".join(mask.to_bytes(width, "little") for mask in masks), dtype=np.uint8)
    held = np.unpackbits(packed.reshape(len(masks), width), axis=1, bitorder="little", count=options)
    starts = np.append(0, np.cumsum(held.sum(axis=1, dtype=np.int64)))
    members = np.flatnonzero(held.view(bool)) % max(options, 1)
    return sparse.csr_array((np.ones(len(members)), members, starts), shape=held.shape)
