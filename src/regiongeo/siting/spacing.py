"""Least spacing between chosen sites: as rows of a model, and how many sites it lets fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from regiongeo.siting.solver import Model, solve

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Near = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

__all__ = ["most_apart", "spacing_rows"]


def spacing_rows(near: Near, *, columns: int) -> tuple[sparse.csr_array, Floats, Floats]:
    """Return rows that let at most one site of each clique of near sites be chosen, with their bounds.

    Cliques bind tighter than pairs ``x_j + x_k <= 1`` in the relaxation, and they are fewer.

    Parameters
    ----------
    near
        Sites × sites, symmetric, true where two may not both be chosen.
    columns
        Number of columns of the model, of which the sites are the first.
    """
    cliques = list(_cliques(near))
    members = np.array([site for clique in cliques for site in clique], dtype=np.int64)
    rows = np.repeat(np.arange(len(cliques)), [len(clique) for clique in cliques])
    matrix = sparse.csr_array((np.ones(len(members)), (rows, members)), shape=(len(cliques), columns))
    return matrix, np.full(len(cliques), -np.inf), np.ones(len(cliques))


def most_apart(near: Near, *, enough: int, time_limit_s: float, threads: int = 1) -> int:
    """Return the largest number of sites of which no two are near.

    Solved only where a quick greedy choice falls short of ``enough``; else the number of that choice. When
    time runs out, the number that no choice can exceed.

    Raises
    ------
    InfeasibleError, EngineError
        As `regiongeo.siting.solver.solve`.
    """
    found = _greedy_apart(near)
    if found >= min(enough, len(near)):
        return found
    matrix, row_low, row_high = spacing_rows(near, columns=len(near))
    model = Model(
        gain=np.ones(len(near)),
        matrix=matrix,
        row_low=row_low,
        row_high=row_high,
        low=np.zeros(len(near)),
        high=np.ones(len(near)),
        is_integer=np.ones(len(near), dtype=bool),
    )
    best = solve(model, time_limit_s=time_limit_s, threads=threads, max_gap=np.inf)
    return int(np.floor(best.bound + 1e-6))


def _cliques(near: Near) -> Iterator[list[int]]:
    """Yield sets of sites that are all near each other, until each near pair is in one."""
    open_pairs = np.triu(near)
    for one, other in np.argwhere(open_pairs):
        if not open_pairs[one, other]:
            continue
        clique, common = [int(one), int(other)], near[one] & near[other]
        while common.any():
            clique.append(int(common.argmax()))
            common &= near[clique[-1]]
        clique.sort()
        open_pairs[np.ix_(clique, clique)] = False
        yield clique


def _greedy_apart(near: Near) -> int:
    """Return how many sites fit when the one with the fewest others near goes first."""
    left, found = np.ones(len(near), dtype=bool), 0
    while left.any():
        others = np.where(left, (near & left).sum(axis=1), len(near) + 1)
        site = int(others.argmin())
        left &= ~near[site]
        left[site] = False
        found += 1
    return found
