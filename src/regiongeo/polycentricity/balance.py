"""What the years of an index say of the balance of the region, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.i18n import format_number, text
from regiongeo.polycentricity.resampling import index_sensitivity
from regiongeo.polycentricity.trend import fit_trend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regiongeo.i18n import Language
    from regiongeo.polycentricity.resampling import Index

__all__ = ["BETTER_SIGN", "read_balance", "read_sensitivity"]

BETTER_SIGN: Mapping[str, int] = {
    "rank_size_slope": 1, "rank_size_slope_10": 1, "rank_size_slope_subregions": 1, "primacy": -1,
    "primacy_ratio": -1, "primacy_residual": -1, "primacy_subregions": -1, "gini": -1, "gini_subregions": -1,
    "theil": -1, "theil_between": -1, "theil_within": -1, "urban_centrality": -1, "entropy": 1, "green": 1,
    "weighted_gini": -1, "size_slope": -1, "polycentricity": 1,
}  # fmt: skip
"""Which way an index moves when a region grows more polycentric, by indicator without its first word."""

_DRAWN = ("gini", "theil")
_SEED = 20240101


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


def read_sensitivity(
    sizes: pd.Series,
    indices: Mapping[str, Index],
    names: pd.Series,
    *,
    area: tuple[str, str],
    measured: str,
    year: int,
    lang: Language,
) -> pd.DataFrame:
    """Say of each index which municipality it hangs on most, and how far it could have been otherwise.

    Parameters
    ----------
    sizes
        One size a municipality, in ``year``.
    indices
        Functions of sizes by name, such as ``size_indices``.
    names
        Name by ``municipality_id``.
    area
        Kind and id of the area they make up.
    measured
        What the sizes are, the first word of every indicator.
    lang
        Language of the sentence.

    Returns
    -------
    DataFrame by area_kind, area_id and indicator: ``year``, the columns of ``index_sensitivity``, the name of
    ``place``, and ``sentence``. Intervals are drawn for ``gini`` and ``theil`` alone: the places drawn leave
    out the largest in one draw of three, and an index of the largest would tell of that and nothing else.
    """
    table = index_sensitivity(sizes, indices, drawn=_DRAWN, seed=_SEED).assign(year=year)
    table["place"] = table["place"].map(names)
    told = []
    for _, row in table.iterrows():
        drawn = "" if np.isnan(row["low"]) else "_drawn"
        numbers = {
            name: format_number(row[name], lang, decimals=3) for name in ("value", "without", "low", "high")
        }
        told.append(text("atlas_poly", f"rests_on{drawn}", lang, place=row["place"], year=year, **numbers))
    keys = [(*area, f"{measured}_{index}") for index in table.index]
    index = pd.MultiIndex.from_tuples(keys, names=["area_kind", "area_id", "indicator"])
    return table.assign(sentence=told).set_axis(index)


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
