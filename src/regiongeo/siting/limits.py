"""What any choice of sites must keep, beside its aim."""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from regiongeo.errors import DataError, InfeasibleError, name_some
from regiongeo.siting.spacing import spacing_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["LimitRows", "Limits", "check_limits", "limit_rows", "limits_broken"]

_OVER = 1e-6  # share by which a sum of costs may pass the budget: what adding up can lose


@dataclass(frozen=True, kw_only=True, eq=False)
class Limits:
    """Limits on a choice of sites; every model of `regiongeo.siting` takes them."""

    size: int | None = None
    """Number of sites, locked ones included; None: as many as the budget lets."""
    budget: float | None = None
    """Largest sum of ``cost`` [unit of cost]."""
    cost: pd.Series | None = None
    """Cost by site, >= 0; needed with a budget."""
    locked_in: tuple[str, ...] = ()
    """Sites that must be chosen."""
    locked_out: tuple[str, ...] = ()
    """Sites that must not be chosen."""
    too_close: tuple[tuple[str, str], ...] = ()
    """Pairs of sites that may not both be chosen; two locked ones may, a new one not beside a locked one."""
    group: pd.Series | None = None
    """Group (subregion) by site; missing for sites in none."""
    at_least: Mapping[str, int] = field(default_factory=dict)
    """Least number of chosen sites by group."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LimitRows:
    """Limits as part of a `regiongeo.siting.solver.Model`."""

    matrix: sparse.csr_array
    """Rows × all columns of the model."""
    row_low: Floats
    row_high: Floats
    low: Floats
    """Bounds of the site columns alone."""
    high: Floats


def check_limits(limits: Limits, sites: pd.Index) -> None:
    """Return nothing if the limits can be read for these sites.

    Raises
    ------
    DataError
        If ids stand twice or are unknown, costs or counts are missing, negative, infinite or not whole, or
        a budget comes without costs; all problems at once.
    InfeasibleError
        If there are no candidates, a locked site is none, one is locked both ways, or fewer than one site
        is asked for.
    """
    problems = [*_id_problems(limits, sites), *_cost_problems(limits, sites), *_group_problems(limits)]
    if limits.size is not None and not isinstance(limits.size, Integral):
        problems.append(f"number of sites {limits.size} is not whole")
    if problems:
        raise DataError("limits: " + "; ".join(problems))
    unknown = sorted({*limits.locked_in, *limits.locked_out} - set(sites))
    if unknown:
        raise InfeasibleError(
            f"locked sites {name_some(unknown)} are not among the {len(sites)} candidates: "
            "unlock them, or see the list of excluded sites for the reason"
        )
    both = sorted({*limits.locked_in} & {*limits.locked_out})
    if both:
        raise InfeasibleError(f"sites {name_some(both)} are locked in and locked out: choose one of the two")
    if sites.empty:
        raise InfeasibleError("there are no candidates to choose from: add plots or lift exclusions")
    if limits.size is not None and limits.size < 1:
        raise InfeasibleError(f"a choice of {limits.size} sites: ask for at least 1")


def limit_rows(limits: Limits, sites: pd.Index, *, columns: int, first: int = 0) -> LimitRows:
    """Return the limits as rows over ``columns`` columns, of which the sites begin at ``first``.

    ``sum_j x_j = size``, ``sum_j c_j x_j <= budget``, ``sum_{j in g} x_j >= n_g``, at most one site of each
    clique of near ones, and as bounds the locked sites and those too close to them.

    Raises
    ------
    DataError, InfeasibleError
        As `check_limits`.
    """
    check_limits(limits, sites)
    held, near = sites.isin(list(limits.locked_in)), _near(limits, sites)
    barred = sites.isin(list(limits.locked_out)) | (near[held].any(axis=0) & ~held)
    parts = [*_counting_rows(limits, sites), _apart(near, ~held & ~barred)]
    rows = sparse.csr_array(sparse.vstack([part[0] for part in parts]))
    matrix = (rows.data, rows.indices + first, rows.indptr)
    return LimitRows(
        matrix=sparse.csr_array(matrix, shape=(rows.shape[0], columns)),
        row_low=np.concatenate([part[1] for part in parts]),
        row_high=np.concatenate([part[2] for part in parts]),
        low=held.astype(float),
        high=(~barred).astype(float),
    )


def limits_broken(limits: Limits, chosen: Iterable[str]) -> list[str]:
    """Return what a choice breaks, in words; found from the sites alone, without any model."""
    listed, held = list(chosen), set(limits.locked_in)
    picked = set(listed)
    broken = []
    if len(picked) != len(listed):
        broken.append("sites stand twice")
    if limits.size is not None and len(picked) != limits.size:
        broken.append(f"{len(picked)} sites instead of {limits.size}")
    if held - picked:
        broken.append(f"locked sites {name_some(sorted(held - picked))} are missing")
    if picked & set(limits.locked_out):
        broken.append(f"sites {name_some(sorted(picked & set(limits.locked_out)))} are locked out")
    close = [pair for pair in limits.too_close if set(pair) <= picked and not set(pair) <= held]
    if close:
        broken.append(f"sites {name_some(close)} are too close")
    if limits.budget is not None and limits.cost is not None:
        spent = float(limits.cost[listed].sum())
        if spent > limits.budget * (1 + _OVER):
            broken.append(f"cost {spent:g} above the budget {limits.budget:g}")
    for name, least in limits.at_least.items():
        found = 0 if limits.group is None else int((limits.group.reindex(listed) == name).sum())
        if found < least:
            broken.append(f"{found} sites in {name!r} instead of {least}")
    return broken


def _id_problems(limits: Limits, sites: pd.Index) -> Iterator[str]:
    for what, ids in (
        ("candidates", sites),
        ("locked-in sites", pd.Index(limits.locked_in)),
        ("locked-out sites", pd.Index(limits.locked_out)),
    ):
        if ids.has_duplicates:
            yield f"{what} {name_some(ids[ids.duplicated()].unique())} stand twice"
    ids = pd.Index([site for pair in limits.too_close for site in pair])
    lost = ids[~ids.isin(sites)].unique()
    if len(lost):
        yield f"sites {name_some(lost)} of the spacing are no candidates"
    same = [one for one, other in limits.too_close if one == other]
    if same:
        yield f"sites {name_some(dict.fromkeys(same))} are too close to themselves"


def _cost_problems(limits: Limits, sites: pd.Index) -> Iterator[str]:
    budget, cost = limits.budget, limits.cost
    if budget is not None and not (np.isfinite(budget) and budget >= 0):
        yield f"budget {budget} must be finite and >= 0"
    if cost is None:
        if budget is not None:
            yield "a budget needs the cost of each site"
        return
    if cost.index.has_duplicates:
        yield f"costs of {name_some(cost.index[cost.index.duplicated()].unique())} stand twice"
        return
    numbers = cost.reindex(sites).astype(float)
    bad = sites[~(np.isfinite(numbers) & (numbers >= 0))]
    if len(bad):
        yield f"costs of sites {name_some(bad)} are missing, infinite or below 0"


def _group_problems(limits: Limits) -> Iterator[str]:
    wrong = [name for name, least in limits.at_least.items() if not isinstance(least, Integral) or least < 0]
    if wrong:
        yield f"least numbers of sites in {name_some(wrong)} must be whole and >= 0"
    if limits.group is None:
        if limits.at_least:
            yield "least numbers of sites by group need the group of each site"
        return
    if limits.group.index.has_duplicates:
        twice = limits.group.index[limits.group.index.duplicated()].unique()
        yield f"groups of sites {name_some(twice)} stand twice"
    known = sorted(limits.group.dropna().unique())
    lost = [name for name in limits.at_least if name not in known]
    if lost:
        yield f"groups {name_some(lost)} are unknown, known are {name_some(known)}"


def _near(limits: Limits, sites: pd.Index) -> Flags:
    """Sites × sites, true where two may not both be chosen."""
    near = np.zeros((len(sites), len(sites)), dtype=bool)
    if limits.too_close:
        one, other = (sites.get_indexer(pd.Index(ids)) for ids in zip(*limits.too_close, strict=True))
        near[one, other] = near[other, one] = True
    held = sites.isin(list(limits.locked_in))
    return near & ~np.outer(held, held)


def _counting_rows(limits: Limits, sites: pd.Index) -> Iterator[tuple[sparse.csr_array, Floats, Floats]]:
    if limits.size is not None:
        yield _row(np.ones(len(sites)), limits.size, limits.size)
    if limits.budget is not None and limits.cost is not None:
        cost = limits.cost.reindex(sites).to_numpy(dtype=float)
        scale = float(cost.max()) or 1.0
        yield _row(cost / scale, -np.inf, limits.budget / scale)
    for name, least in sorted(limits.at_least.items()):
        yield _row(_is_in(limits, sites, name).astype(float), least, np.inf)


def _row(numbers: Floats, low: float, high: float) -> tuple[sparse.csr_array, Floats, Floats]:
    return sparse.csr_array(numbers[None, :]), np.array([low], dtype=float), np.array([high], dtype=float)


def _is_in(limits: Limits, sites: pd.Index, name: str) -> Flags:
    group = pd.Series(index=sites, dtype="str") if limits.group is None else limits.group.reindex(sites)
    return np.asarray(group == name, dtype=bool)


def _apart(near: Flags, is_open: Flags) -> tuple[sparse.csr_array, Floats, Floats]:
    rows = spacing_rows(near & np.outer(is_open, is_open))
    return rows, np.full(rows.shape[0], -np.inf), np.ones(rows.shape[0])
