"""Rank sites by weighted values, and say how far the ranks hold when the weights move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, ScenarioError, name_some
from regiongeo.robustness import (
    count_ranks,
    count_top,
    draw_around,
    draw_free,
    rank_once,
    rank_percentile,
)
from regiongeo.values import ValueFunction, apply_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = [
    "ValueFunction",
    "apply_values",
    "known_weight",
    "rank_sites",
    "score",
    "topsis",
    "weights_in_use",
]

_TOP = 5
_DECIMALS = 12  # scores closer than this are equal; more would rank rounding errors


def weights_in_use(values: pd.DataFrame, weights: pd.Series) -> pd.Series:
    """Return the weights above 0 of the criteria that have data somewhere, summing to 1.

    Parameters
    ----------
    values
        Values 0-1, sites × criteria; NaN is "no data".
    weights
        Weight of each criterion, any scale; a criterion without a weight does not count.

    Returns
    -------
    Series by criterion [1], in the order of the columns of ``values``.

    Raises
    ------
    ScenarioError
        If a weight is negative or not finite, stands twice, or belongs to no criterion, or none is above 0.
    """
    problems = list(_weight_problems(values, weights))
    if problems:
        raise ScenarioError("weights: " + "; ".join(problems))
    used = weights.astype(float).reindex(values.columns, fill_value=0.0)
    used = used[(used > 0) & values.notna().any()]
    if used.empty:
        raise ScenarioError("weights: no criterion with a weight above 0 has data: raise another weight")
    return (used / used.sum()).rename("weight")


def score(values: pd.DataFrame, weights: pd.Series) -> tuple[pd.Series, pd.DataFrame]:
    """Score each site by the weighted mean of its values.

    ``v_i = sum_k w_k u_ik / sum_k w_k`` over the criteria ``k`` for which site ``i`` has data.

    Parameters
    ----------
    values
        Values 0-1, sites × criteria, unique index ``site_id``; NaN is "no data".
    weights
        Weight of each criterion, any scale.

    Returns
    -------
    The score by site [1], NaN where no criterion with a weight has data: not rated; and the contribution of
    each criterion, on the index and columns of ``values``, NaN where no data. A row sums to the score.

    Raises
    ------
    ScenarioError
        If the weights are refused, see `weights_in_use`.
    DataError
        If there is no site, a site or criterion stands twice, or a value is outside 0-1.

    Notes
    -----
    The weight of a missing criterion is spread over the known ones: "no data" is neither zero nor best. A
    site of which little is known can score high by luck, so publish `known_weight` beside the score. The
    sum lets a good value pay for a poor one; what must not be paid for belongs in the hard exclusions.
    """
    share = known_weight(values, weights)
    used = weights_in_use(values, weights).reindex(values.columns, fill_value=0.0)
    contributions = values.mul(used).div(share.where(share > 0), axis=0)
    return contributions.sum(axis=1, min_count=1).rename("score"), contributions


def known_weight(values: pd.DataFrame, weights: pd.Series) -> pd.Series:
    """Return the share of the weight in use for which each site has data [1]; raises as `score`."""
    _require_values(values)
    used = weights_in_use(values, weights)
    return values[used.index].notna().mul(used).sum(axis=1).rename("known_weight")


def topsis(values: pd.DataFrame, weights: pd.Series) -> pd.Series:
    """Return the closeness of each site to the ideal [1], a cross-check of the weighted sum.

    ``r = u / sqrt(sum u²)`` by criterion, times its weight; closeness ``S- / (S+ + S-)`` from the distances
    to the best (``S+``) and the worst (``S-``) of each criterion. It runs on the values, not on the raw
    criteria, so more is always better and both methods see the same curves. A missing value counts as the
    site's score, which is what the weighted mean does. Sites that are all alike get 0; not rated sites NaN.

    Notes
    -----
    Adding a site can reverse the order of two others, because ideal and norm depend on all sites.

    References
    ----------
    Hwang, C. L. & Yoon, K. (1981). Multiple attribute decision making. Springer.
    """
    scores, _ = score(values, weights)
    used = weights_in_use(values, weights)
    full = values[used.index].apply(lambda column: column.fillna(scores))
    norm = np.sqrt((full**2).sum())
    weighted = full / norm.where(norm > 0, 1.0) * used
    to_best = np.sqrt(((weighted - weighted.max()) ** 2).sum(axis=1, skipna=False))
    to_worst = np.sqrt(((weighted - weighted.min()) ** 2).sum(axis=1, skipna=False))
    apart = to_best + to_worst
    closeness: pd.Series = to_worst / apart.mask(apart == 0, 1.0)
    return closeness.rename("topsis")


def rank_sites(
    values: pd.DataFrame, weights: pd.Series, *, draws: int, factor_low: float, factor_high: float, seed: int
) -> pd.DataFrame:
    """Rank sites, with the robustness of each rank against other weights.

    Parameters
    ----------
    values
        Values 0-1, sites × criteria, unique index ``site_id``; NaN is "no data".
    weights
        Weight of each criterion, any scale.
    draws
        Number of weight draws, for each of the two kinds.
    factor_low, factor_high
        Around the chosen weights, each weight is multiplied by a uniform factor between these [1].
    seed
        Seed of the draws.

    Returns
    -------
    DataFrame by ``site_id``, sorted by rank, with ``rank`` (ties by id), ``score``, ``known_weight``;
    ``rank_low`` and ``rank_high``: 5th and 95th percentile of the rank over the draws around the weights
    (ranks that occurred), widened where needed to hold ``rank``, since the chosen weights are a case too;
    ``top5_share``: share of these draws with rank 5 or better; ``free_top5_share``: the same when the weights
    above 0 may be anything (SMAA-2); ``topsis_rank``. Sites without any data under a weight are not rated:
    score NaN, last by id in every ranking, shares 0.

    Raises
    ------
    ScenarioError, DataError
        As `score`; also if draws or factors are impossible.

    Notes
    -----
    Criteria with weight 0 stay out of the free draws: the user took them out of the question.

    References
    ----------
    Lahdelma, R. & Salminen, P. (2001). SMAA-2. Operations Research 49(3), 444-454.
    """
    _require_draws(draws, factor_low, factor_high)
    values = values.sort_index()
    scores, _ = score(values, weights)
    used = weights.astype(float).loc[weights_in_use(values, weights).index].sort_index()
    rated = values.loc[scores.notna(), used.index]
    table = pd.DataFrame(
        {
            "rank": _rank_rated(rated, used, scores),
            "score": scores,
            "topsis_rank": _ranks(topsis(values, weights)),
            "known_weight": known_weight(values, weights),
        }
    )
    chosen = np.asarray(used, dtype=np.float64)
    around = draw_around(chosen, draws=draws, low=factor_low, high=factor_high, seed=seed)
    free = draw_free(len(used), draws=draws, seed=seed)
    table = table.join(_robustness(rated, around=around, free=free))
    table["rank_low"] = table["rank_low"].fillna(table["rank"]).astype(int).clip(upper=table["rank"])
    table["rank_high"] = table["rank_high"].fillna(table["rank"]).astype(int).clip(lower=table["rank"])
    shares = ["top5_share", "free_top5_share"]
    table[shares] = table[shares].fillna(0.0)
    return table.sort_values("rank")


def _robustness(values: pd.DataFrame, *, around: Iterator[Floats], free: Iterator[Floats]) -> pd.DataFrame:
    """Return rank percentiles and top-5 shares of sites that are rated in every draw."""
    numbers = values.to_numpy(dtype=float)
    counts = count_ranks(numbers, around)
    free_top = count_top(numbers, free, top=_TOP)
    return pd.DataFrame(
        {
            "rank_low": rank_percentile(counts, 5),
            "rank_high": rank_percentile(counts, 95),
            "top5_share": counts[:, :_TOP].sum(axis=1) / counts.sum(axis=1),
            "free_top5_share": free_top / counts.sum(axis=1),
        },
        index=values.index,
    )


def _rank_rated(rated: pd.DataFrame, used: pd.Series, scores: pd.Series) -> pd.Series:
    """Rank the rated sites as every draw does, and the others after them by id."""
    ranks = _ranks(scores)
    ranks[rated.index] = rank_once(rated.to_numpy(dtype=float), used.to_numpy(dtype=float))
    return ranks


def _ranks(figures: pd.Series) -> pd.Series:
    """Rank figures by id, the largest first; equal ones by id, NaN last."""
    order = figures.round(_DECIMALS).sort_values(ascending=False, kind="stable", na_position="last").index
    return pd.Series(np.arange(1, len(order) + 1), index=order).reindex(figures.index)


def _weight_problems(values: pd.DataFrame, weights: pd.Series) -> list[str]:
    numbers = weights.astype(float)
    bad = weights.index[~np.isfinite(numbers.to_numpy()) | (numbers.to_numpy() < 0)]
    twice = weights.index[weights.index.duplicated()]
    unknown = weights.index.difference(values.columns)
    found = (
        (len(bad) > 0, f"{name_some(bad)} must be finite and >= 0"),
        (len(twice) > 0, f"{name_some(twice)} given twice"),
        (
            len(unknown) > 0,
            f"{name_some(unknown)} belong to no criterion; there are {', '.join(values.columns)}",
        ),
        (not (numbers > 0).any(), "at least one must be above 0"),
    )
    return [words for is_so, words in found if is_so]


def _require_values(values: pd.DataFrame) -> None:
    if values.empty:
        raise DataError("no sites to rank: check exclusions and criteria")
    numbers = values.to_numpy(dtype=float)
    wrong = values.index[np.any((numbers < 0) | (numbers > 1), axis=1)]
    twice = values.index[values.index.duplicated()].append(values.columns[values.columns.duplicated()])
    found = (
        (len(wrong) > 0, f"outside 0-1 at sites {name_some(wrong)}: apply value functions first"),
        (len(twice) > 0, f"{name_some(twice)} given twice: ids are unique"),
    )
    problems = [words for is_so, words in found if is_so]
    if problems:
        raise DataError("values: " + "; ".join(problems))


def _require_draws(draws: int, low: float, high: float) -> None:
    if draws < 1 or not 0 < low <= high < np.inf:
        raise ScenarioError(
            f"uncertainty: {draws} draws with factors {low} to {high}: at least 1 draw and 0 < low <= high"
        )
