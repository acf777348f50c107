"""Whether a yearly figure moves steadily, said no more surely than the years allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import stdtrit

from regiongeo.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Trend", "fit_trend"]

_LEAST_YEARS = 5
_DECIMALS = 12  # what is smaller is rounding of the machine


class Trend(NamedTuple):
    """Mean change a year with its interval, and the years it was seen in."""

    per_year: float
    low: float
    high: float
    first_year: int
    last_year: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out no change at all."""
        return self.low > 0 or self.high < 0


def fit_trend(values: pd.Series, *, level: float = 0.95) -> Trend | None:
    """Estimate the steady yearly change of a figure that wanders (random walk with drift).

    ``d +- t s / sqrt(m)`` over the changes from year to year, d their mean, s their deviation, m how many
    they are worth: ``n (1 - r) / (1 + r)`` where neighbours are alike (lag-one correlation r > 0).

    Parameters
    ----------
    values
        One value a year, by year; missing years are left out.
    level
        Share of confidence of the interval.

    Returns
    -------
    Trend, or None where fewer than five years are known.

    Raises
    ------
    DataError
        If a year stands twice.

    Notes
    -----
    A straight line through the years would look far surer: its errors are not independent, since a population
    starts from that of the year before. Changes over a gap are shared out evenly over its years.
    """
    if values.index.has_duplicates:
        raise DataError("trend: a year stands more than once: give one area and one indicator at a time")
    known = values.dropna().sort_index()
    if len(known) < _LEAST_YEARS:
        return None
    years = known.index.to_numpy(dtype=float)
    change = (np.diff(known.to_numpy(dtype=float)) / np.diff(years)).round(_DECIMALS)
    mean, deviation = float(change.mean()), float(change.std(ddof=1))
    worth = max(len(change) * _independent_share(change - mean), 2.0)
    half = float(stdtrit(worth - 1, (1 + level) / 2)) * deviation / np.sqrt(worth)
    return Trend(mean, mean - half, mean + half, int(years[0]), int(years[-1]))


def _independent_share(apart: np.ndarray) -> float:
    total = float(apart @ apart)
    if total == 0:
        return 1.0
    lag = float(np.clip(apart[1:] @ apart[:-1] / total, 0, 0.9))
    return (1 - lag) / (1 + lag)
