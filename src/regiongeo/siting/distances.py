"""Distances between demand and sites, read and put in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype
from scipy import sparse

from regiongeo.errors import DataError, InfeasibleError, name_some
from regiongeo.siting.conflict import require_possible

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from regiongeo.siting.limits import Limits

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]

__all__ = ["Distances", "assign", "reaching_sets", "read_distances", "require_reach"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Distances:
    """The question in numbers, sorted by id."""

    demand: pd.Index
    sites: pd.Index
    """All candidates, locked-out ones too."""
    km: Floats
    """Demand × sites, infinite where no road leads; any unit of distance or time."""
    weight: Floats
    """By demand."""


def read_distances(distance: pd.DataFrame, weight: pd.Series | None, *, barred: tuple[str, ...]) -> Distances:
    """Check ids and figures, and bring them into the order of the ids.

    Parameters
    ----------
    distance
        Distance or time, demand × sites; infinite where the site cannot be reached.
    weight
        Weight of the same demand; None: all weigh the same.
    barred
        Sites that cannot be chosen.

    Raises
    ------
    DataError
        If ids stand twice or do not match, distances are missing or negative, or weights are missing,
        negative, infinite or all 0; all problems at once.
    InfeasibleError
        If demand has no candidate within reach; it is named.
    """
    problems = [
        *_distance_problems(distance),
        *(() if weight is None else _weight_problems(distance, weight)),
    ]
    if problems:
        raise DataError("distances: " + "; ".join(problems))
    distance = distance.sort_index().sort_index(axis=1)
    km = distance.to_numpy(dtype=float)
    weights = np.ones(len(km)) if weight is None else weight.reindex(distance.index).to_numpy(dtype=float)
    is_open = ~distance.columns.isin(list(barred))
    lost = ~np.isfinite(km[:, is_open]).any(axis=1) & (weights > 0)
    if lost.any():
        raise InfeasibleError(
            f"no candidate reaches the demand {name_some(distance.index[lost])}: "
            "add candidates or roads there, or leave it out"
        )
    return Distances(demand=distance.index, sites=distance.columns, km=km, weight=weights)


def reaching_sets(case: Distances, *, within: float) -> sparse.csr_array:
    """Return the distinct sets of sites of which one must be chosen so that none is farther off than that.

    Sets × sites. Demand of weight 0 counts for nothing, and a set that holds another one adds nothing.
    """
    reach = np.unique(case.km[case.weight > 0] <= within, axis=0)
    members = reach.astype(np.float32)
    shared = members @ members.T
    holds = shared >= members.sum(axis=1)[None, :]  # set of the row holds that of the column
    np.fill_diagonal(holds, val=False)
    return sparse.csr_array(reach[~holds.any(axis=1)].astype(float))


def require_reach(case: Distances, limits: Limits, *, time_limit_s: float, threads: int = 1) -> None:
    """Return nothing if some choice within the limits reaches all demand; else name what conflicts.

    Raises
    ------
    DataError, InfeasibleError
        As `regiongeo.siting.conflict.require_possible`.
    """
    needs = reaching_sets(case, within=np.finfo(float).max)
    require_possible(limits, case.sites, time_limit_s=time_limit_s, threads=threads, needs=needs)


def assign(case: Distances, chosen: Ints) -> pd.DataFrame:
    """Return the nearest chosen site (``site_id``) by demand and the ``distance`` to it; ties by id."""
    km = case.km[:, chosen]
    near = km.argmin(axis=1)
    return pd.DataFrame(
        {"site_id": case.sites[chosen][near], "distance": km[np.arange(len(km)), near]}, index=case.demand
    )


def _distance_problems(distance: pd.DataFrame) -> Iterator[str]:
    for what, ids in (("demand", distance.index), ("sites", distance.columns)):
        if ids.has_duplicates:
            yield f"{what} {name_some(ids[ids.duplicated()].unique())} stand twice"
    if not len(distance.index):
        yield "there is no demand"
    if not all(is_numeric_dtype(kind) for kind in distance.dtypes):
        yield "distances must be numbers"
        return
    km = distance.to_numpy(dtype=float)
    bad = (np.isnan(km) | (km < 0)).any(axis=1)
    if bad.any():
        yield (
            f"distances of the demand {name_some(distance.index[bad])} are missing or negative: "
            "write infinite where no road leads"
        )


def _weight_problems(distance: pd.DataFrame, weight: pd.Series) -> Iterator[str]:
    numbers = weight.astype(float)
    bad = weight.index[~np.isfinite(numbers) | (numbers < 0)]
    if len(bad):
        yield f"weights of the demand {name_some(bad)} must be finite and >= 0"
    if not (numbers > 0).any():
        yield "no demand has weight"
    twice = weight.index[weight.index.duplicated()].unique()
    if len(twice):
        yield f"weights of the demand {name_some(twice)} stand twice"
    apart = distance.index.symmetric_difference(weight.index)
    if len(apart):
        yield f"demand {name_some(apart)} stands only in one of distances and weights: give both the same"
