"""How places are tied by flows: Green's functional polycentricity, and the indices of Limtanakool et al."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.errors import DataError
from regiongeo.polycentricity.checks import flow_values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from numpy.typing import ArrayLike

__all__ = [
    "dominance",
    "entropy_index",
    "general_polycentricity",
    "node_symmetry",
    "relative_strength",
    "special_polycentricity",
]

_EVEN_LINKS = 2


def special_polycentricity(flow: ArrayLike | pd.DataFrame, *, potential: float | None = None) -> float:
    """Green's special functional polycentricity of one kind of flow: ``(1 - s / s_max) D``.

    s is the standard deviation of the nodal degrees (flow in and out of each place), s_max that of a network
    of two places with degrees 0 and the largest degree seen, D the density: actual over potential flow.

    Parameters
    ----------
    flow
        Square matrix of flows from rows to columns; what stays within a place does not count.
    potential
        The flow there could be, in the unit of ``flow`` (all trips made, for commuting all employed); every
        pair as strong as the strongest if None.

    Returns
    -------
    From 0 (all flow at one place, or none) to 1 (every place as tied as every other, all that could flow
    flows).

    Raises
    ------
    DataError
        If the matrix is of no use, or ``potential`` is smaller than the flow there is.

    Notes
    -----
    Convention: deviation of a population (divisor n), with which s is at most s_max = max degree / 2 and the
    range is kept; definition of potential flow as above. The paper's own convention is to verify.
    Known weakness: the density rests on what is held to be possible, and compares only where that is alike.

    References
    ----------
    Green, N. (2007). Functional polycentricity: a formal definition in terms of social network analysis.
    Urban Studies.
    """
    values = flow_values(flow)
    most = float(values.max() * len(values) * (len(values) - 1)) if potential is None else potential
    actual = float(values.sum())
    if not (np.isfinite(most) and most >= actual * (1 - 1e-9)):
        raise DataError(f"potential flow {most:g} is less than the {actual:g} there is: state it in its unit")
    degree = values.sum(axis=0) + values.sum(axis=1)
    evenness = 1 - degree.std() / (degree.max() / 2)
    return float(max(evenness, 0.0) * min(actual / most, 1.0))


def general_polycentricity(
    flows: Sequence[ArrayLike | pd.DataFrame], *, potentials: Sequence[float | None] | None = None
) -> float:
    """Green's general functional polycentricity: the mean of the special one over kinds of flow.

    ``(1/K) sum_k special_polycentricity(flow_k)``; range, reading and reference as there.

    Raises
    ------
    DataError
        If there is no flow, or not one potential for each.
    """
    limits = [None] * len(flows) if potentials is None else list(potentials)
    if not flows or len(limits) != len(flows):
        raise DataError("flows: give at least one matrix, and as many potentials as matrices")
    pairs = zip(flows, limits, strict=True)
    return float(np.mean([special_polycentricity(flow, potential=most) for flow, most in pairs]))


def entropy_index(flow: ArrayLike | pd.DataFrame, *, directed: bool = False) -> float:
    """Entropy index EI: ``-sum_l z_l ln z_l / ln L`` over all L links, z_l the link's share of the flow.

    Parameters
    ----------
    flow
        Square matrix of flows from rows to columns; what stays within a place does not count.
    directed
        Count each direction as a link of its own; else a link is a pair of places, both directions together.

    Returns
    -------
    From 0 (all flow on one link) to 1 (evenly spread over all links); links without flow count in L.

    Raises
    ------
    DataError
        If the matrix is of no use, or there is only one link.

    References
    ----------
    Limtanakool, N., Dijst, M. & Schwanen, T. (2007). A theoretical framework and methodology for
    characterising national urban systems on the basis of flows of people. Urban Studies.
    """
    values = flow_values(flow)
    size = len(values)
    links = values[~np.eye(size, dtype=bool)] if directed else (values + values.T)[np.triu_indices(size, k=1)]
    if len(links) < _EVEN_LINKS:
        raise DataError("entropy needs two links or more: add a place")
    share = links[links > 0] / links.sum()
    return float(np.clip(-(share @ np.log(share)) / np.log(len(links)), 0.0, 1.0))


def dominance(flow: pd.DataFrame, *, by: Literal["total", "incoming"] = "total") -> pd.Series:
    """Dominance of each place: ``DI_i = I_i / (sum_j I_j / J)``, its flow over that of the mean place.

    Parameters
    ----------
    flow
        Square matrix of flows from rows to columns; what stays within a place does not count.
    by
        ``total``: flow in and out (DIT, for flows without direction); ``incoming`` alone (DII).

    Returns
    -------
    Series by place with mean 1: 1 is as the mean place, J takes all. Known weakness: it grows with the number
    of places of little flow.

    References
    ----------
    Limtanakool, N., Dijst, M. & Schwanen, T. (2007). Urban Studies.
    """
    values = flow_values(flow)
    taken = values.sum(axis=0) + (values.sum(axis=1) if by == "total" else 0)
    return pd.Series(taken / taken.mean(), index=flow.index, name="dominance")


def relative_strength(flow: pd.DataFrame) -> pd.DataFrame:
    """Relative strength index of each link: ``RSI_ij = t_ij / sum_ij t_ij``; all links sum to 1.

    References
    ----------
    Limtanakool, N., Dijst, M. & Schwanen, T. (2007). Urban Studies.
    """
    values = flow_values(flow)
    return pd.DataFrame(values / values.sum(), index=flow.index, columns=flow.columns)


def node_symmetry(flow: pd.DataFrame) -> pd.Series:
    """Node symmetry index: ``(I_i - O_i) / (I_i + O_i)``, flow in less flow out over both.

    Returns
    -------
    Series by place from -1 (only sends) over 0 (balanced) to 1 (only receives); NaN where nothing flows.

    References
    ----------
    Limtanakool, N., Dijst, M. & Schwanen, T. (2007). Urban Studies.
    """
    values = flow_values(flow)
    into, out = values.sum(axis=0), values.sum(axis=1)
    both = np.where(into + out > 0, into + out, np.nan)
    return pd.Series((into - out) / both, index=flow.index, name="node_symmetry")
