"""Value functions: from raw criteria in their units to values between 0 (worst) and 1 (best)."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, ScenarioError, name_some

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ValueFunction", "apply_values"]


@dataclass(frozen=True, kw_only=True)
class ValueFunction:
    """A straight line from ``worst`` (value 0) to ``best`` (value 1), flat outside.

    ``worst`` above ``best`` means that less is better. Both are in ``unit``.

    Raises
    ------
    ScenarioError
        If an end is not finite, or both ends are the same.
    """

    worst: float
    best: float
    unit: str

    def __post_init__(self) -> None:
        if not (isfinite(self.worst) and isfinite(self.best)) or self.worst == self.best:
            raise ScenarioError(
                f"value function from {self.worst} to {self.best} {self.unit}: give two different finite ends"
            )

    def apply(self, raw: pd.Series) -> pd.Series:
        """Return the values of raw figures [1], NaN where there is no figure."""
        return ((raw - self.worst) / (self.best - self.worst)).clip(0.0, 1.0)


def apply_values(criteria: pd.DataFrame, functions: Mapping[str, ValueFunction]) -> pd.DataFrame:
    """Return the value of every raw criterion, 0 to 1.

    ``u = clip((x - worst) / (best - worst), 0, 1)``

    Parameters
    ----------
    criteria
        Raw criteria in their units, sites × criteria; NaN is "no data".
    functions
        Value function of each criterion; further ones are not used.

    Returns
    -------
    DataFrame like ``criteria`` [1]; "no data" stays "no data".

    Raises
    ------
    ScenarioError
        If criteria have no value function.
    DataError
        If raw figures are infinite.

    Notes
    -----
    A straight line is easy to explain and has no diminishing returns; beyond its ends it sees no difference.
    """
    lacking = [name for name in criteria.columns if name not in functions]
    if lacking:
        raise ScenarioError(f"no value function for criteria {name_some(lacking)}: give worst, best and unit")
    infinite = np.isinf(criteria.to_numpy(dtype=float))
    if infinite.any():
        names, rows = criteria.columns[infinite.any(axis=0)], criteria.index[infinite.any(axis=1)]
        raise DataError(
            f"criteria {name_some(names)} are infinite at sites {name_some(rows)}: use NaN for no data"
        )
    return pd.DataFrame(
        {name: functions[str(name)].apply(criteria[name].astype(float)) for name in criteria.columns},
        index=criteria.index,
        columns=criteria.columns,
    )
