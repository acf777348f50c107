"""How a mean day's demand falls on the hours of weekdays and weekends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.schema import validate
from regiongeo.tables.reference import DAY_TYPES, TRUCK_HOURS

if TYPE_CHECKING:
    from regiongeo.sizing.demand import Level

__all__ = ["hour_factors", "peak_share"]

_SHARES = {"low": "share_low", "value": "share", "high": "share_high"}
_WEEK = {"weekday": 5 / 7, "weekend": 2 / 7}


def hour_factors(hours: pd.DataFrame) -> pd.Series[float]:
    """Work out which part of a mean day's demand falls in each hour, by ``day_type`` and ``hour`` [1].

    ``share * day_factor``; over a week of five weekdays and two weekend days the daily sums have mean 1.

    Parameters
    ----------
    hours
        Schema TRUCK_HOURS, as shipped.

    Raises
    ------
    SchemaError
        If it breaks its schema.
    DataError
        If an hour of a day type is missing, unknown, or a day has no trucks.

    Notes
    -----
    Trucks take energy when they pass, it says: no peak of breaks at noon, no shift to hours of cheap power.
    Counted in 2018, in Oslo and Akershus only.
    """
    share = _whole(hours)["share"]
    of_day = share.groupby("day_type").transform("sum")
    factors = share / of_day * hours["day_factor"].reindex(share.index)
    days = factors.groupby("day_type").sum()
    mean = sum(days[day] * weight for day, weight in _WEEK.items())
    scaled: pd.Series[float] = (factors / mean).rename("factor")
    return scaled


def peak_share(hours: pd.DataFrame, *, level: Level = "value") -> float:
    """Work out the share of a mean day's demand that falls in the busiest hour of a weekday [1].

    ``max_h share_h * day_factor``: about 0.090, against the round 0.08 of many planning tables, which leaves
    out that weekdays carry 1.24 mean days.

    Parameters
    ----------
    hours
        Schema TRUCK_HOURS.
    level
        value (all stations pooled), low or high (quartiles of the stations' own shares): a single road has
        a sharper peak than the sum of all.

    Raises
    ------
    SchemaError, DataError
        As `hour_factors`.
    """
    whole = _whole(hours)
    weekday = whole.loc["weekday"]
    return float((weekday[_SHARES[level]] * weekday["day_factor"]).max())


def _whole(hours: pd.DataFrame) -> pd.DataFrame:
    """Return the table in order, or raise unless it has 24 hours of each day type and trucks in each."""
    validate(hours, TRUCK_HOURS)
    wanted = pd.MultiIndex.from_product([DAY_TYPES, range(24)], names=TRUCK_HOURS.index)
    lost, odd = wanted[~wanted.isin(hours.index)], hours.index[~hours.index.isin(wanted)]
    if len(lost) or len(odd):
        said = [
            f"{name_some(rows)} {word}" for rows, word in ((lost, "missing"), (odd, "unknown")) if len(rows)
        ]
        raise DataError(f"truck_hours: hours {'; '.join(said)}: give 24 hours of {' and '.join(DAY_TYPES)}")
    of_day = (hours["share"] * hours["day_factor"]).groupby("day_type").sum()
    empty = of_day.index[of_day == 0]
    if len(empty):
        raise DataError(f"truck_hours: no trucks on {name_some(empty)}: no profile can be drawn")
    return hours.loc[wanted]
