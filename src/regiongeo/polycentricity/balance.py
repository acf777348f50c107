"""What the years of an index say of the balance of the region, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.i18n import format_number, text
from regiongeo.polycentricity.trend import fit_trend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regiongeo.i18n import Language

__all__ = ["BETTER_SIGN", "read_balance"]

BETTER_SIGN: Mapping[str, int] = {
    "rank_size_slope": 1, "rank_size_slope_10": 1, "rank_size_slope_subregions": 1, "primacy": -1,
    "primacy_ratio": -1, "primacy_residual": -1, "primacy_subregions": -1, "gini": -1, "gini_subregions": -1,
    "theil": -1, "theil_between": -1, "theil_within": -1, "urban_centrality": -1, "entropy": 1, "green": 1,
    "weighted_gini": -1, "size_slope": -1,
}  # fmt: skip
"""Which way an index moves when a region grows more polycentric, by indicator without its first word."""


def read_balance(figures: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Say of each area and index whether its years move towards or away from better balance.

    Parameters
    ----------
    figures
        ``FIGURE_COLUMNS``; indicators without a better way (``BETTER_SIGN``) are passed over.
    lang
        Language of the sentence.

    Returns
    -------
    DataFrame by area_kind, area_id and indicator: per_year, low, high (change a year, 95 % interval),
    first_year, last_year, reading (``balance_towards``, ``balance_away``, ``balance_unclear``, or
    ``balance_too_short`` with numbers missing) and sentence.

    Notes
    -----
    A steady change of a figure, however small, is no proof of a policy: the sentence gives its size.
    """
    keys = ["area_kind", "area_id", "indicator"]
    signs = figures["indicator"].map(_sign)
    known = figures[signs.notna()]
    found = {
        key: _reading(rows.set_index("year")["value"], str(key[-1]), lang)
        for key, rows in known.groupby(keys, sort=True)
    }
    columns = ["per_year", "low", "high", "first_year", "last_year", "reading", "sentence"]
    index = pd.MultiIndex.from_frame(pd.DataFrame(list(found), columns=keys))
    return pd.DataFrame(list(found.values()), index=index, columns=columns)


def _sign(indicator: str) -> float:
    """Which way is better, from the longest ending of the indicator that is known; NaN if none."""
    words = indicator.split("_")
    endings = ("_".join(words[start:]) for start in range(1, len(words)))
    return next((float(BETTER_SIGN[end]) for end in endings if end in BETTER_SIGN), np.nan)


def _reading(values: pd.Series, indicator: str, lang: Language) -> tuple[object, ...]:
    trend = fit_trend(values)
    if trend is None:
        return (*[np.nan] * 5, "balance_too_short", text("atlas_poly", "balance_too_short", lang))
    better = trend.per_year * _sign(indicator) > 0
    reading = "balance_unclear"
    if trend.is_clear:
        reading = "balance_towards" if better else "balance_away"
    numbers = {
        name: format_number(getattr(trend, name), lang, decimals=4) for name in ("per_year", "low", "high")
    }
    sentence = text("atlas_poly", reading, lang, first=trend.first_year, last=trend.last_year, **numbers)
    return (*trend, reading, sentence)
