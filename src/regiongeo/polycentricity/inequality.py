"""How evenly something is shared among places: Gini, Theil and its parts, and the location quotient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.polycentricity.checks import size_values

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from regiongeo.polycentricity.checks import Floats

__all__ = ["gini", "location_quotient", "theil", "theil_parts"]


def gini(values: ArrayLike | pd.Series, *, weights: ArrayLike | pd.Series | None = None) -> float:
    """Gini coefficient: ``sum_ij w_i w_j |x_i - x_j| / (2 m)``, shares of weight w, weighted mean m.

    Parameters
    ----------
    values
        One number a place.
    weights
        How much each place counts (persons behind an accessibility); equally if None.

    Returns
    -------
    From 0 (all alike) to 1 - 1/n (all in one of n places): high is uneven. The same for any unit of the
    values and for every place taken k times.

    Raises
    ------
    DataError
        If a value or weight is missing or negative, or all are zero.

    Notes
    -----
    Known weakness: it does not see where the places lie, and small units in a large region raise it.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità.
    """
    sizes, share = size_values(values), _shares(values, weights)
    order = np.argsort(sizes, kind="stable")
    held = np.cumsum(share[order] * sizes[order]) / (share @ sizes)
    before = np.concatenate([[0.0], held[:-1]])
    return max(float(1 - share[order] @ (held + before)), 0.0)


def theil(values: ArrayLike | pd.Series, *, weights: ArrayLike | pd.Series | None = None) -> float:
    """Theil's T: ``sum_i w_i (x_i / m) ln(x_i / m)``, shares of weight w, weighted mean m; 0 ln 0 = 0.

    From 0 (all alike) to ln n (all in one of n places): high is uneven. Parameters, errors and weakness as
    ``gini``; unlike Gini it adds up over groups (``theil_parts``).

    References
    ----------
    Theil, H. (1967). Economics and information theory.
    """
    sizes, share = size_values(values), _shares(values, weights)
    return max(float(share @ _x_ln_x(sizes / (share @ sizes))), 0.0)


def theil_parts(values: pd.Series, groups: pd.Series) -> tuple[float, float]:
    """Split Theil's T into what lies between groups and what lies within them; the two add up to ``theil``.

    ``between = sum_g s_g ln(s_g / (n_g / n))``, ``within = sum_g s_g T_g``, with s_g the group's share of the
    sum and n_g of n places in it.

    Parameters
    ----------
    values
        One number a place.
    groups
        Group (subregion) of each place, on the same index.

    Returns
    -------
    (between, within), each at least 0.

    Raises
    ------
    DataError
        If a place has no group, or as ``gini``.

    References
    ----------
    Theil, H. (1967). Economics and information theory. Shorrocks, A. F. (1980). The class of additively
    decomposable inequality measures. Econometrica.
    """
    sizes = pd.Series(size_values(values), index=values.index)
    group = groups.reindex(sizes.index)
    if group.isna().any():
        raise DataError(f"no group for {name_some(group.index[group.isna()])}: give each place one")
    codes, _ = pd.factorize(group)
    mean = np.bincount(codes, sizes) / np.bincount(codes)
    relative = mean[codes] / sizes.mean()
    between = float(np.mean(_x_ln_x(relative)))
    return max(between, 0.0), max(theil(values) - between, 0.0)


def location_quotient(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Each place's share of one thing over its share of another: ``(a_i / sum a) / (b_i / sum b)``.

    Parameters
    ----------
    part
        What is shared out (stations, jobs), by place; places it does not name have none.
    whole
        What it is measured by (truck-kilometres, persons), by place.

    Returns
    -------
    Series on the index of ``whole``: 1 is a proportional share, 2 twice that; 0 for all where there is
    nothing to share out, NaN or inf where a place has nothing to measure by.

    References
    ----------
    Florence, P. S. (1939). Report on the location of industry.
    """
    held = part.reindex(whole.index).fillna(0).astype(float)
    total = held.sum()
    share = held / (total if total > 0 else 1.0)
    return share / (whole / whole.sum())


def _shares(values: ArrayLike | pd.Series, weights: ArrayLike | pd.Series | None) -> Floats:
    if weights is None:
        count = len(np.asarray(values))
        return np.full(count, 1 / count)
    if isinstance(values, pd.Series) and isinstance(weights, pd.Series):
        weights = weights.reindex(values.index)
    known = size_values(weights, what="weights")
    if len(known) != len(np.asarray(values)):
        raise DataError(f"weights: one for each of the {len(np.asarray(values))} values, got {len(known)}")
    share: Floats = known / known.sum()
    return share


def _x_ln_x(values: Floats) -> Floats:
    product: Floats = values * np.log(np.where(values > 0, values, 1.0))
    return product
