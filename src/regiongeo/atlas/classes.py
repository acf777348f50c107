"""Classes of an indicator that stand for all its years, so that years are compared like with like."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING

import numpy as np

from regiongeo.errors import EngineError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["class_edges", "is_change"]

_CLASSES = 5
_SIDES = 3
_CHANGES = ("_change", "_since_", "_net")


def is_change(indicator: str) -> bool:
    """Tell whether an indicator has a sign, so that its classes part at 0.

    >>> is_change("population_since_2010_percent"), is_change("population")
    (True, False)
    """
    return any(part in indicator for part in _CHANGES)


def class_edges(values: NDArray[np.float64], *, has_sign: bool = False) -> list[float]:
    """Return the rounded lower edges of the classes above the lowest, rising.

    Parameters
    ----------
    values
        The indicator's figures of all areas of a kind and all years; missing ones are left out.
    has_sign
        Part at 0, with edges at the same distance on both sides.

    Returns
    -------
    Edges of quantiles (mapclassify) of all years together, rounded to two digits; a value belongs to the
    class whose edge it reaches. A side of fewer than six different values has fewer classes; none where there
    are fewer than two different values.

    Raises
    ------
    EngineError
        If mapclassify is not installed.
    """
    known = values[np.isfinite(values)]
    if has_sign:
        sizes = np.abs(known[known != 0])
        sides = _SIDES if len(np.unique(sizes)) >= 2 * _SIDES else _SIDES - 1
        edges = _quantile_edges(sizes, sides) if len(sizes) else []
        return [*(-edge for edge in reversed(edges)), 0.0, *edges]
    return _quantile_edges(known, _CLASSES)


def _quantile_edges(values: NDArray[np.float64], classes: int) -> list[float]:
    kinds = len(np.unique(values))
    if kinds < 2:  # noqa: PLR2004
        return []
    try:
        from mapclassify import Quantiles  # noqa: PLC0415 - slow to import
    except ImportError as error:
        raise EngineError("the atlas needs the package mapclassify: pip install mapclassify") from error
    with warnings.catch_warnings():
        # It warns where quantiles fall together, which makes fewer classes and nothing else.
        warnings.simplefilter("ignore", UserWarning)
        bins = Quantiles(values, k=min(classes, kinds)).bins[:-1]
    rounded = sorted({_round(float(edge)) for edge in bins})
    return [edge for edge in rounded if edge > values.min()]


def _round(value: float) -> float:
    """Round to two digits: where a class ends is no finding."""
    if value == 0:
        return 0.0
    return float(round(value, 1 - math.floor(math.log10(abs(value)))))
