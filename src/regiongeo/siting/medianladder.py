"""The p-median as ladders of distances, one for each demand, for the mixed-integer solver."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from regiongeo.siting.solver import Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from regiongeo.siting.limits import LimitRows

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Ladder", "build_ladder", "count_rungs"]

_SCALE = 1e6  # cost of the plan to beat in the model, so that tolerances mean the same at any unit


@dataclass(frozen=True, kw_only=True, eq=False)
class Ladder:
    """The model, and the sets of sites behind its rungs."""

    model: Model
    """Columns: the sites, then one for each rung, then one held at 1 for what every plan costs."""
    sets: tuple[int, ...]
    """Sites that spare demand a rung, by rung, as a whole number with one bit a site."""
    scale: float
    """Cost in the model per cost."""

    def plan(self, chosen: Ints) -> Floats:
        """Return the values of all columns when these sites are open."""
        values = np.ones(len(self.model.gain))
        sites, opened = len(values) - len(self.sets) - 1, _to_set(chosen)
        values[:sites] = np.isin(np.arange(sites), chosen)
        values[sites:-1] = [not climbed & opened for climbed in self.sets]
        return values


@dataclass(kw_only=True)
class _Rungs:
    """Distinct rungs of all ladders: what it costs that no site of a set is open."""

    place: dict[int, int] = field(default_factory=dict)
    """Number of the rung by set."""
    steps: list[list[int]] = field(default_factory=list)
    """Sites of the set beyond that of the rung below."""
    below: list[int] = field(default_factory=list)
    """Rung from which it is reached; -1 from the ground."""
    weight: list[float] = field(default_factory=list)
    musts: dict[int, list[int]] = field(default_factory=dict)
    """Sets of which one must be open: no other site reaches the demand."""
    ground: float = 0.0


def count_rungs(cost: Floats, *, size: int, is_in: Flags) -> int:
    """Return how many rungs the ladders have at most, to tell a model that is too large to build."""
    return int((cost < _top(cost, size=size, is_in=is_in)[:, None]).sum())


def build_ladder(cost: Floats, *, size: int, is_in: Flags, limits: LimitRows, upper: float) -> Ladder:
    """Build the p-median with one column a rung; a rung is climbed where no site below it is open.

    ``min sum_i (c_i1 + sum_k (c_i,k+1 - c_ik) s_ik)``, ``s_ik >= s_i,k-1 - sum_{j on step k} x_j`` and
    ``s_i0 = 1``, over the distinct costs ``c_i1 < c_i2 < ...`` of demand i. A ladder ends where a site is
    sure to be open. Demands that climb past the same set of sites share a rung.

    Parameters
    ----------
    cost
        Cost of serving a demand from a site, demand × sites, infinite where it cannot be reached.
    size
        Number of sites to open.
    is_in
        Sites that are open in every plan of interest.
    limits
        The limits on the sites, as rows over these columns alone.
    upper
        Cost of the best plan known, for the scale of the model.

    References
    ----------
    Cornuéjols, G., Nemhauser, G. & Wolsey, L. (1980). A canonical representation of simple plant location
    problems and its applications. SIAM J. Algebraic and Discrete Methods 1(3), 261-272. Elloumi, S. (2010). A
    tighter formulation of the p-median problem. J. Combinatorial Optimization 19, 69-83.
    """
    rungs = _climb(cost, _top(cost, size=size, is_in=is_in))
    sites, count, scale = cost.shape[1], len(rungs.steps), _SCALE / upper if upper else 1.0
    below = np.array(rungs.below, dtype=np.intp)
    climbed = np.flatnonzero(below >= 0)
    chain = sparse.csr_array((-np.ones(len(climbed)), (climbed, below[climbed])), shape=(count, count))
    climb = sparse.hstack([_to_rows(rungs.steps, sites), sparse.eye_array(count) + chain])
    musts = _to_rows(list(rungs.musts.values()), sites)
    only_sites = sparse.vstack([musts, limits.matrix])
    none = sparse.csr_array((only_sites.shape[0], count))
    rows = sparse.vstack([climb, sparse.hstack([only_sites, none])])
    matrix = sparse.hstack([rows, sparse.csr_array((rows.shape[0], 1))])
    model = Model(
        gain=-scale * np.r_[np.zeros(sites), rungs.weight, rungs.ground],
        matrix=sparse.csr_array(matrix),
        row_low=np.r_[(below < 0).astype(float), np.ones(musts.shape[0]), limits.row_low],
        row_high=np.r_[np.full(count + musts.shape[0], np.inf), limits.row_high],
        low=np.r_[np.maximum(limits.low, is_in), np.zeros(count), 1.0],
        high=np.r_[limits.high, np.ones(count + 1)],
        is_integer=np.arange(sites + count + 1) < sites,
    )
    return Ladder(model=model, sets=tuple(rungs.place), scale=scale)


def _top(cost: Floats, *, size: int, is_in: Flags) -> Floats:
    """Return by demand the cost that no plan of interest exceeds; infinite where there is none."""
    sites = cost.shape[1]
    top: Floats = np.partition(cost, sites - size, axis=1)[:, sites - size]  # of so many one is open
    return np.asarray(np.minimum(top, cost[:, is_in].min(axis=1, initial=np.inf)))


def _climb(cost: Floats, top: Floats) -> _Rungs:
    rungs = _Rungs()
    for row, end in zip(cost, top, strict=True):
        below, climbed, reached = -1, 0, float(row.min())
        rungs.ground += reached
        for step, following in _steps(row, end):
            climbed |= _to_set(step)
            if not np.isfinite(following):
                rungs.musts[climbed] = np.flatnonzero(np.isfinite(row)).tolist()
                break
            below = _rung(rungs, climbed, step, below)
            rungs.weight[below] += following - reached
            reached = following
    return rungs


def _steps(row: Floats, end: float) -> Iterator[tuple[list[int], float]]:
    """Yield the sites of each distinct cost below the end, and the next cost."""
    order = np.argsort(row, kind="stable")
    order = order[row[order] < end]
    edges = np.flatnonzero(np.diff(row[order], append=end)) + 1
    followings = np.append(row[order], end)[edges]
    for step, following in zip(np.split(order, edges), followings.tolist(), strict=False):
        yield step.tolist(), following


def _rung(rungs: _Rungs, climbed: int, step: list[int], below: int) -> int:
    """Return the rung past this set of sites, a new one if it is the first."""
    place = rungs.place.setdefault(climbed, len(rungs.steps))
    if place == len(rungs.steps):
        rungs.steps.append(step)
        rungs.below.append(below)
        rungs.weight.append(0.0)
    return place


def _to_set(sites: Sequence[int] | Ints) -> int:
    return sum(1 << int(site) for site in sites)


def _to_rows(sets: list[list[int]], sites: int) -> sparse.csr_array:
    rows = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    columns = np.array([site for one in sets for site in one], dtype=np.intp)
    return sparse.csr_array((np.ones(len(columns)), (rows, columns)), shape=(len(sets), sites))
