"""Least spacing between chosen sites as rows of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Near = npt.NDArray[np.bool_]

__all__ = ["spacing_rows"]


def spacing_rows(near: Near) -> sparse.csr_array:
    """Return rows, cliques × sites, each of which may hold one chosen site at most.

    Cliques bind tighter than pairs ``x_j + x_k <= 1`` in the relaxation, and they are fewer.

    Parameters
    ----------
    near
        Sites × sites, symmetric, true where two may not both be chosen.
    """
    cliques = list(_cliques(near))
    members = np.array([site for clique in cliques for site in clique], dtype=np.int64)
    rows = np.repeat(np.arange(len(cliques)), [len(clique) for clique in cliques])
    return sparse.csr_array((np.ones(len(members)), (rows, members)), shape=(len(cliques), len(near)))


def _cliques(near: Near) -> Iterator[list[int]]:
    """Yield sets of sites that are all near each other, until each near pair is in one."""
    open_pairs = np.triu(near)
    for one in np.flatnonzero(open_pairs.any(axis=1)).tolist():
        while open_pairs[one].any():
            other = int(open_pairs[one].argmax())
            clique, common = [one, other], near[one] & near[other]
            while common.any():
                clique.append(int(common.argmax()))
                common &= near[clique[-1]]
            clique.sort()
            open_pairs[np.ix_(clique, clique)] = False
            yield clique
