"""What may be measured: sizes and flows that are numbers, not negative, and not all zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, name_some

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = ["flow_values", "size_values"]


def size_values(sizes: ArrayLike | pd.Series, *, what: str = "sizes", least: int = 1) -> Floats:
    """Return sizes as numbers, in their order.

    Raises
    ------
    DataError
        If there are fewer than ``least``, one is missing, not finite or negative, or all are zero.
    """
    try:
        values = np.asarray(sizes, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"{what} must be numbers ({error}): read the column as numbers") from error
    if values.ndim != 1 or len(values) < least:
        raise DataError(f"{what}: {least} or more numbers are needed, got {values.shape}: add the others")
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        ids = sizes.index if isinstance(sizes, pd.Series) else np.arange(len(values))
        raise DataError(
            f"{what} must be finite and not negative, see {name_some(ids[bad].tolist())}: "
            "correct them or leave them out"
        )
    if not values.sum() > 0:
        raise DataError(f"{what} are all zero: there is nothing to compare")
    return values


def flow_values(flow: ArrayLike | pd.DataFrame) -> Floats:
    """Return a matrix of flows from rows to columns, with what stays within a place left out.

    Raises
    ------
    DataError
        If it is not square with the same places both ways, has fewer than two places, holds a missing,
        infinite or negative flow, or no flow between places.
    """
    if isinstance(flow, pd.DataFrame) and not flow.index.equals(flow.columns):
        raise DataError("flows: rows and columns must be the same places in the same order: reindex both")
    try:
        values = np.array(flow, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"flows must be numbers ({error}): read the cells as numbers") from error
    if values.ndim != 2 or values.shape[0] != values.shape[1] or len(values) < 2:  # noqa: PLR2004
        raise DataError(f"flows: a square matrix of two places or more is needed, got {values.shape}")
    bad = (~np.isfinite(values) | (values < 0)).any(axis=1)
    if bad.any():
        ids = flow.index if isinstance(flow, pd.DataFrame) else np.arange(len(values))
        raise DataError(
            f"flows must be finite and not negative, see rows {name_some(ids[bad].tolist())}: correct them"
        )
    np.fill_diagonal(values, 0)
    if not values.sum() > 0:
        raise DataError("there is no flow between places: nothing can be said of how they are tied")
    return values
