"""What decisions earn when they need not be whole: a concave function, bounded by its tangents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.spatial import KDTree

if TYPE_CHECKING:
    import numpy.typing as npt

    from regiongeo.siting.pathcover import PathCover

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

__all__ = ["Gains", "Tangent", "read_gains"]

_BUNDLES = 150  # enough to keep tangents of unlike claims apart, few enough to keep the program small
_TRAITS = 16  # random directions in which claims are compared
_FULL = 1e-9  # short of 1 and yet met


@dataclass(frozen=True, kw_only=True, eq=False)
class Tangent:
    """Planes that no choice lies above: ``gain_b <= base_b + slope_b @ x`` for each bundle b of claims."""

    slope: sparse.csr_array
    """Bundles × decisions."""
    base: Floats
    value: Floats
    """Gain by bundle at the point where the plane touches."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Gains:
    """Gain of decisions x between 0 and 1: ``sum_g max {sum_c credit_c y_c}`` over the groups g of claims.

    Within each group ``sum_c y_c <= 1`` and ``0 <= y_c <= min_k min(1, x(k))`` over the windows k of claim c,
    where ``x(k)`` sums the decisions of a window: concave in x, and exact where x is whole.
    """

    windows: sparse.csr_array
    """Windows × decisions."""
    claims: sparse.csr_array
    """Claims × windows; claims of a group stand together, that with most credit first."""
    credit: Floats
    group: Ints
    """By claim, ascending."""
    bundle: Ints
    """By claim; the claims of a group share one."""
    bundles: int

    @property
    def most(self) -> Floats:
        """Return by bundle the gain if every claim were met."""
        return self._summed(self._firsts, self.credit[self._firsts])

    def tangent(self, x: Floats) -> Tangent:
        """Return a plane that touches the gains at x.

        By duality of linear programs: with the price lambda_g of a group, the credit of the claim at which
        its y are used up (0 if they never are), ``gain_g <= lambda_g + sum_c (credit_c - lambda_g)^+ x(k_c)``
        with k_c the scarcest window of claim c (Cordeau, Furini & Ljubic 2019, where claims have one window).
        """
        held = np.minimum(1.0, self.windows @ x)[self.claims.indices]
        met = np.minimum.reduceat(held, self.claims.indptr[:-1]) if len(self.credit) else held
        price = self._price(met)
        worth = np.maximum(self.credit - price[self._place], 0.0)
        scarce = self.claims.indices[self._first_entries(held <= met[self._claim_of] + _FULL)]
        paid = np.flatnonzero(worth)
        weights = sparse.csr_array(
            (worth[paid], (self.bundle[paid], scarce[paid])), shape=(self.bundles, self.windows.shape[0])
        )
        base = self._summed(self._firsts, price)
        return Tangent(
            slope=sparse.csr_array(weights @ self.windows),
            base=base,
            value=base + self._summed(np.arange(len(met)), worth * met),
        )

    def _summed(self, claims: Ints, numbers: Floats) -> Floats:
        """Sum numbers of some claims by bundle."""
        sums = np.bincount(self.bundle[claims], weights=numbers, minlength=self.bundles)
        return np.asarray(sums, dtype=float)

    def _price(self, met: Floats) -> Floats:
        """Return by group the credit of the claim at which the sum of y reaches 1, or 0."""
        so_far = np.cumsum(met)
        before = (so_far - met)[self._firsts]
        is_full = so_far - before[self._place] >= 1.0 - _FULL
        price = np.zeros(len(self._firsts))
        np.maximum.at(price, self._place[is_full], self.credit[is_full])
        return price

    def _first_entries(self, is_scarce: npt.NDArray[np.bool_]) -> Ints:
        """Return for each claim its first entry that is flagged."""
        at = np.flatnonzero(is_scarce)
        return at[np.diff(self._claim_of[at], prepend=-1) > 0]

    @cached_property
    def _claim_of(self) -> Ints:
        """Claim of each entry of ``claims``."""
        return np.repeat(np.arange(len(self.credit)), np.diff(self.claims.indptr))

    @cached_property
    def _firsts(self) -> Ints:
        """First claim of each group."""
        return np.flatnonzero(np.diff(self.group, prepend=-1))

    @cached_property
    def _place(self) -> Ints:
        """Number of the group of each claim."""
        return np.cumsum(np.diff(self.group, prepend=-1) != 0) - 1


def read_gains(cover: PathCover, *, scale: float) -> Gains:
    """Return the gains of a cover, credit times ``scale``, without what is earned in any case."""
    order = np.lexsort((-cover.credit, cover.group))
    claims, group = sparse.csr_array(cover.claims[order]), cover.group[order]
    claims.sort_indices()
    place = np.unique(group, return_inverse=True)[1]
    of_group = _bundle_alike(sparse.csr_array(claims @ cover.windows), place)
    return Gains(
        windows=cover.windows,
        claims=claims,
        credit=cover.credit[order] * scale,
        group=group,
        bundle=of_group[place] if len(place) else place,
        bundles=int(of_group.max(initial=-1)) + 1,
    )


def _bundle_alike(rows: sparse.csr_array, group: Ints) -> Ints:
    """Return a bundle for each group of rows, so that rows on the same decisions meet in one.

    Some groups are drawn, and each goes with the nearest of them. Any bundles are right; those of like claims
    have tangents with few entries.
    """
    count = int(group.max(initial=-1)) + 1
    if count <= _BUNDLES:
        return np.arange(count)
    numbers = np.random.default_rng(0)
    traits = rows @ numbers.normal(size=(rows.shape[1], _TRAITS)) / rows.sum(axis=1)[:, None]
    mean = np.zeros((count, _TRAITS))
    np.add.at(mean, group, traits)
    mean /= np.bincount(group)[:, None]
    drawn = mean[numbers.choice(count, _BUNDLES, replace=False)]
    return np.unique(KDTree(drawn).query(mean)[1], return_inverse=True)[1]
