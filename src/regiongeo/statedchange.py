"""A change published as per cent of the later year, told in per cent of the earlier one.

The region's climate status printed changes 2019-2020 divided by the level of 2020: aviation fell by 120 per
cent of what was left of it. With p the printed share and d the tonnes, the later level is d / p, the earlier
d / p − d, and the change of the earlier level p / (1 − p). The printed percentages are rounded, so that each
answer is a range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from regiongeo.errors import DataError
from regiongeo.tables.climate import STATED_TOTAL

__all__ = ["Estimate", "Restated", "percent_of_later", "restate_change", "restate_table", "sum_gap"]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A value and the limits it must lie between; NaN where only the limits are known."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Restated:
    """A change in per cent of the earlier level [%], with both levels it implies [t]."""

    percent_of_earlier: Estimate
    earlier_t: Estimate
    later_t: Estimate


def restate_change(percent_of_later: float, tonnes: float, *, rounding: float = 0.5) -> Restated:
    """Tell a change, given in per cent of the later level, in per cent of the earlier one.

    Parameters
    ----------
    percent_of_later
        Change as printed [% of the later level].
    tonnes
        The same change [t], taken as exact.
    rounding
        How far the printed percentage may be off [percentage points]: half of its last digit.

    Returns
    -------
    Percentage and levels, each with the range the rounding allows. A change printed as 0 per cent has no
    best value, only limits; a limit may be infinite.

    Raises
    ------
    DataError
        If percentage and tonnes differ in sign by more than rounding, or the rise is more than the whole of
        the later level.

    >>> round(restate_change(-120, -152_353).percent_of_earlier.value, 1)
    -54.5
    """
    low, high = percent_of_later - rounding, percent_of_later + rounding
    low, high = (max(low, 0.0), high) if tonnes > 0 else (low, min(high, 0.0)) if tonnes < 0 else (low, high)
    if low > high or (tonnes == 0 and not low <= 0 <= high):
        raise DataError(f"{percent_of_later:g} % and {tonnes:,.0f} t contradict each other: check the sign")
    if low >= 100:  # noqa: PLR2004
        raise DataError(f"a rise of {percent_of_later:g} % is more than the later level: check its base")
    if tonnes == 0:
        unknown = Estimate(value=math.nan, low=0.0, high=math.inf)
        return Restated(
            percent_of_earlier=Estimate(value=0.0, low=0.0, high=0.0), earlier_t=unknown, later_t=unknown
        )
    high, middle = min(high, 100.0), percent_of_later or math.nan
    later = Estimate(value=100 * tonnes / middle, **_limits(_level(tonnes, low), _level(tonnes, high)))
    earlier = Estimate(value=later.value - tonnes, low=later.low - tonnes, high=later.high - tonnes)
    percent = Estimate(value=_of_earlier(middle), low=_of_earlier(low), high=_of_earlier(high))
    return Restated(percent_of_earlier=percent, earlier_t=earlier, later_t=later)


def percent_of_later(percent_of_earlier: float) -> float:
    """Tell a change, given in per cent of the earlier level, in per cent of the later one.

    >>> percent_of_later(-50.0)
    -100.0
    """
    return 100 * percent_of_earlier / (100 + percent_of_earlier)


def restate_table(stated: pd.DataFrame) -> pd.DataFrame:
    """Restate the region's printed changes 2019-2020.

    Parameters
    ----------
    stated
        Table by schema ``STATED_CHANGES``.

    Returns
    -------
    Table by sector (with the stated total): ``change_t`` and ``percent_of_2020`` as printed, and
    ``percent_of_2019`` [%], ``level_2019_t`` and ``level_2020_t`` [t CO2e], each with ``_low`` and ``_high``;
    the value is missing where 0 per cent was printed.

    Raises
    ------
    DataError
        As `restate_change`.
    """
    rows = {}
    for sector, row in stated.iterrows():
        restated = restate_change(row["percent_of_2020"], row["change_t"])
        rows[sector] = {
            "change_t": row["change_t"],
            "percent_of_2020": row["percent_of_2020"],
            **_columns("percent_of_2019", restated.percent_of_earlier),
            **_columns("level_2019_t", restated.earlier_t),
            **_columns("level_2020_t", restated.later_t),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("sector")


def sum_gap(stated: pd.DataFrame) -> int:
    """Return the sum of the sectors' changes less the stated total [t]; -1 in what the region published."""
    is_total = stated.index == STATED_TOTAL
    return int(stated.loc[~is_total, "change_t"].sum() - stated.loc[is_total, "change_t"].sum())


def _of_earlier(percent: float) -> float:
    return math.inf if percent >= 100 else 100 * percent / (100 - percent)  # noqa: PLR2004


def _level(tonnes: float, percent: float) -> float:
    return 100 * tonnes / percent if percent else math.inf


def _limits(one: float, other: float) -> dict[str, float]:
    return {"low": min(one, other), "high": max(one, other)}


def _columns(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
