"""The hierarchy of sizes: how steeply it falls from the largest centre down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regiongeo.errors import DataError
from regiongeo.polycentricity.checks import size_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import ArrayLike

    from regiongeo.polycentricity.checks import Floats

__all__ = [
    "mean_rank_size_slope",
    "primacy",
    "primacy_ratio",
    "primacy_residual",
    "rank_size_error",
    "rank_size_slope",
]

_TOPS = (2, 3, 4)
_HALF = 0.5


def rank_size_slope(sizes: ArrayLike | pd.Series, *, top: int | None = None, shift: float = 0.0) -> float:
    """Slope of the rank-size line: ordinary least squares of ln(size) on ln(rank - shift).

    Parameters
    ----------
    sizes
        One size a centre (persons, jobs, incoming flow), in any order.
    top
        How many of the largest count; all if None.
    shift
        0, or 0.5 to take away most of the bias of small samples (Gabaix & Ibragimov).

    Returns
    -------
    Number at most 0. -1 is Zipf's rule (the second is half the first); nearer 0 is flatter: more polycentric.

    Raises
    ------
    DataError
        If there are fewer than two centres or than ``top``, or one that counts has size zero.

    Notes
    -----
    Known weakness: it knows sizes only, not where the centres lie nor whether they need each other; with few
    centres each of them moves it much.

    References
    ----------
    Meijers, E. J. & Burger, M. J. (2010). Spatial structure and productivity in US metropolitan areas.
    Environ. Plan. A. Gabaix, X. & Ibragimov, R. (2011). Rank - 1/2: a simple way to improve the OLS
    estimation of tail exponents. J. Bus. Econ. Stat.
    """
    ranks, logs = _rank_and_size(sizes, top=top, shift=shift)
    apart = ranks - ranks.mean()
    return min(float(apart @ (logs - logs.mean()) / (apart @ apart)), 0.0)


def mean_rank_size_slope(
    sizes: ArrayLike | pd.Series, *, tops: Sequence[int] = _TOPS, shift: float = 0.0
) -> float:
    """Mean of the rank-size slopes of the largest 2, 3 and 4 centres, so that regions of many sizes compare.

    ``mean over n in tops of rank_size_slope(sizes, top=n)``; range, reading and errors as there.

    References
    ----------
    Meijers, E. J. & Burger, M. J. (2010). Environ. Plan. A.
    """
    if not tops:
        raise DataError("tops: name at least one number of centres")
    return float(np.mean([rank_size_slope(sizes, top=top, shift=shift) for top in tops]))


def rank_size_error(slope: float, *, top: int) -> float:
    """Asymptotic standard error of a slope over ``top`` centres: ``|slope| sqrt(2 / top)``.

    The error that a regression prints is far too small, since ranks are ordered by the sizes themselves.

    References
    ----------
    Gabaix, X. & Ibragimov, R. (2011). J. Bus. Econ. Stat.
    """
    return float(abs(slope) * np.sqrt(2 / top))


def primacy(sizes: ArrayLike | pd.Series) -> float:
    """Share of the largest centre: ``max x / sum x``.

    From 1/n (n equal centres) to 1 (all in one). Known weakness: it falls when units are added or cut
    smaller.
    """
    values = size_values(sizes)
    return float(values.max() / values.sum())


def primacy_ratio(sizes: ArrayLike | pd.Series) -> float:
    """Largest over second largest: ``x(1) / x(2)``.

    From 1 (two equals at the top) upwards; inf where the second is empty. Known weakness: two centres decide.
    """
    values = np.sort(size_values(sizes, least=2))
    return float(values[-1] / values[-2]) if values[-2] > 0 else np.inf


def primacy_residual(sizes: ArrayLike | pd.Series, *, top: int | None = None) -> float:
    """How far the largest centre lies above the rank-size line of the others, in ln(size).

    ``ln x(1) - (a + b ln 1)``, with a and b fitted to ranks 2 to ``top``.

    Returns
    -------
    0 where the largest is as large as the others let expect; ln 2 = 0.69 where it is twice that; negative
    where it is smaller.

    Raises
    ------
    DataError
        If there are fewer than three centres, or one that counts has size zero.

    References
    ----------
    ESPON 1.1.1 (2005). Potentials for polycentric development in Europe.
    """
    ranks, logs = _rank_and_size(sizes, top=top, least=3)
    _, intercept = np.polyfit(ranks[1:], logs[1:], 1)
    return float(logs[0] - intercept)


def _rank_and_size(
    sizes: ArrayLike | pd.Series, *, top: int | None = None, shift: float = 0.0, least: int = 2
) -> tuple[Floats, Floats]:
    """Return ln(rank - shift) and ln(size), largest first."""
    values = np.sort(size_values(sizes, least=least))[::-1]
    count = len(values) if top is None else top
    if not least <= count <= len(values):
        raise DataError(f"top {count}: choose from {least} to the {len(values)} centres there are")
    if not 0 <= shift <= _HALF:
        raise DataError(f"shift {shift:g} must lie between 0 and 0.5")
    if not values[count - 1] > 0:
        raise DataError(f"a centre among the largest {count} has size zero: leave it out or lower top")
    return np.log(np.arange(1, count + 1) - shift), np.log(values[:count])
