"""What the covering models share: the question read and checked, its model, and the answer confirmed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from pandas.api.types import is_bool_dtype
from scipy import sparse

from regiongeo.errors import DataError, EngineError, InfeasibleError, name_some
from regiongeo.siting.ladder import leading_sites, open_needs
from regiongeo.siting.limits import Limits, check_limits, limit_rows, limits_broken
from regiongeo.siting.solver import Model

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import pandas as pd

    from regiongeo.siting.settle import Reduce
    from regiongeo.siting.solver import Solution

    Floats = npt.NDArray[np.float64]

__all__ = [
    "Case",
    "build_model",
    "chosen_sites",
    "confirm",
    "cover_reducer",
    "read_case",
    "require_demand",
    "require_flags",
]

_AGREE = 1e-6  # relative difference allowed between the model's objective and what the sites give


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A question of coverage, sorted by id."""

    table: pd.DataFrame
    """Share that a site covers of a demand, demands × sites [1]."""
    weight: Floats
    """Weight by demand."""
    limits: Limits

    @property
    def sites(self) -> pd.Index:
        """Candidates by id."""
        return self.table.columns

    @property
    def total(self) -> float:
        """All demand."""
        return float(self.weight.sum())

    @cached_property
    def cost(self) -> Floats:
        """Cost by site, 1 each where none is given."""
        cost = self.limits.cost
        return np.ones(len(self.sites)) if cost is None else cost.reindex(self.sites).to_numpy(dtype=float)

    @cached_property
    def share(self) -> sparse.csr_array:
        """The table without what sites cover that may not be chosen."""
        may = limit_rows(self.limits, self.sites, columns=len(self.sites)).high
        return sparse.csr_array(self.table.to_numpy(dtype=float) * may)

    @cached_property
    def is_reached(self) -> npt.NDArray[np.bool_]:
        """Whether a candidate that may be chosen reaches the demand."""
        return np.diff(self.share.indptr) > 0


def require_flags(share: pd.DataFrame) -> None:
    """Return nothing if coverage is true or false; else raise DataError."""
    if not all(is_bool_dtype(kind) for kind in share.dtypes):
        raise DataError("coverage must be true or false for each demand and site")


def read_case(share: pd.DataFrame, weight: pd.Series, limits: Limits) -> Case:
    """Return the question in the order of its ids.

    Raises
    ------
    DataError
        If ids stand twice or differ between tables, or numbers are missing, negative or infinite.
    InfeasibleError
        If nothing can be reached, or as `regiongeo.siting.limits.check_limits`.
    """
    problems = [*_id_problems(share, weight), *_number_problems(share, weight)]
    if not len(weight):
        problems.append("there is no demand")
    if problems:
        raise DataError("covering: " + "; ".join(problems))
    check_limits(limits, share.columns)
    case = Case(
        table=share.sort_index().sort_index(axis=1),
        weight=weight.sort_index().to_numpy(dtype=float),
        limits=limits,
    )
    if not case.table.to_numpy().any():
        raise InfeasibleError("no candidate reaches any demand: raise the service distance or add candidates")
    return case


def _id_problems(share: pd.DataFrame, weight: pd.Series) -> Iterator[str]:
    for what, ids in (("demand", share.index), ("sites", share.columns), ("weights of demand", weight.index)):
        if ids.has_duplicates:
            yield f"{what} {name_some(ids[ids.duplicated()].unique())} stand twice"
    apart = share.index.symmetric_difference(weight.index)
    if len(apart):
        yield f"demand {name_some(apart)} stands only in one of coverage and weights: give both the same"


def _number_problems(share: pd.DataFrame, weight: pd.Series) -> Iterator[str]:
    numbers = weight.astype(float)
    bad = weight.index[~np.isfinite(numbers) | (numbers < 0)]
    if len(bad):
        yield f"weights of demand {name_some(bad)} must be finite and >= 0: leave unknown demand out"
    shares = share.to_numpy(dtype=float)
    bad = share.index[np.flatnonzero(~((shares >= 0) & (shares <= 1)).all(axis=1))]
    if len(bad):
        yield f"coverage of demand {name_some(bad)} must lie between 0 and 1"


def require_demand(case: Case) -> None:
    """Return nothing if a candidate reaches demand with a weight; else raise DataError or InfeasibleError."""
    if not case.total > 0:
        raise DataError("covering: there is no demand, all weights are 0: check them")
    if not case.table.to_numpy()[case.weight > 0].any():
        raise InfeasibleError(
            "no candidate reaches any demand with a weight: raise the service distance or add candidates"
        )


def build_model(
    case: Case, rows: sparse.csr_array, *, gain: Floats, least: float = 0.0, site_gain: Floats | None = None
) -> Model:
    """Return a model of the site columns, columns from 0 to 1 that earn ``gain``, and rows >= ``least``."""
    sites, columns = len(case.sites), len(case.sites) + len(gain)
    limits = limit_rows(case.limits, case.sites, columns=columns)
    return Model(
        gain=np.r_[np.zeros(sites) if site_gain is None else site_gain, gain],
        matrix=sparse.csr_array(sparse.vstack([rows, limits.matrix])),
        row_low=np.r_[np.full(rows.shape[0], least), limits.row_low],
        row_high=np.r_[np.full(rows.shape[0], np.inf), limits.row_high],
        low=np.r_[limits.low, np.zeros(len(gain))],
        high=np.r_[limits.high, np.ones(len(gain))],
        is_integer=np.arange(columns) < sites,
    )


def cover_reducer(case: Case, needs: sparse.csr_array, gain: Floats) -> Reduce | None:
    """Return how to leave out sites that another one can always stand for; None where limits forbid that.

    The model is that of a cover: each of ``needs``, sets × sites, holds a chosen site; ``gain`` is by site.
    """
    limits = case.limits
    if limits.size is not None or limits.too_close or limits.at_least:
        return None

    def reduce(low: Floats, high: Floats, kept: npt.NDArray[np.int64]) -> tuple[Model, npt.NDArray[np.int64]]:
        open_sets = open_needs(needs, is_in=low > 0, may_be_in=high > 0)
        may_go = low == 0
        may_go[kept] = False
        sets, leader = leading_sites(open_sets, case.cost, may_go)
        model = build_model(case, sets, gain=np.zeros(0), least=1.0, site_gain=gain)
        is_in = leader == np.arange(len(leader))
        return replace(model, low=low, high=np.where(is_in, high, 0.0)), leader

    return reduce


def chosen_sites(case: Case, solution: Solution) -> list[str]:
    """Return the chosen sites, which must keep the limits when checked without the model."""
    sites = [str(site) for site in case.sites[np.flatnonzero(solution.x[: len(case.sites)])]]
    broken = limits_broken(case.limits, sites)
    if broken:
        raise EngineError(f"the solver's choice breaks limits: {'; '.join(broken)}: report this")
    return sites


def confirm(value: float, solution: Solution, *, unit: float, is_whole: bool = False) -> Solution:
    """Return the solution in the user's unit with the objective counted from the sites.

    Parameters
    ----------
    value
        Objective counted from the sites.
    unit
        What one unit of the model's objective is.
    is_whole
        The objective can only be a whole number, so that the bound may be rounded.

    Raises
    ------
    EngineError
        If the sites give less than the solver claims, or more than it holds possible.
    """
    claimed, bound = solution.objective * unit, solution.bound * unit
    slack = _AGREE * max(abs(value), abs(claimed))
    if value < claimed - slack or value > bound + slack:
        raise EngineError(
            f"the solver claims {claimed:g} of at most {bound:g}, but its sites give {value:g}: report this"
        )
    if solution.status == "optimal":
        return replace(solution, objective=value, bound=value, gap=0.0)
    bound = max(value, np.floor(bound + _AGREE) if is_whole else bound)
    gap = (bound - value) / abs(value) if value else np.inf
    return replace(solution, objective=value, bound=bound, gap=gap)
