"""Trucks by hour of the day, pooled over counting stations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.compile.raw import read_rows
from regiongeo.errors import DataError, name_some
from regiongeo.schema import validate
from regiongeo.tables.reference import DAY_TYPES, TRUCK_HOURS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["compile_truck_hours"]

_HOURLY = "roads/npra_hourly_profile_2018.csv"
_DAILY = "roads/npra_hourly_stations2018_lengthclass_summary.csv"
_KEYS = ["station_id", "day_type", "hour"]
_TRUCKS = "trucks_ge_12_5m_per_h"
_TRUCK_CLASSES = ["[12.5,16.0)", "[16.0,..)"]
_DAYS_A_WEEK = pd.Series({"weekday": 5, "weekend": 2})
_DAY_TOLERANCE = 0.05
_MOST_ODD = 0.1


def compile_truck_hours(sources: Path) -> pd.DataFrame:
    """Pool trucks of 12.5 m and more by hour, weekdays apart from weekends (schema TRUCK_HOURS).

    ``share`` adds the volumes of all stations first, so that busy roads count for more; the quartiles are of
    the stations' own shares, each station counting once. A station whose hours add up to another volume than
    the yearly table says (more than 5 % off) is left out: one of the two may lack a direction or a lane.

    Raises
    ------
    SourceError
        If a raw file is missing.
    DataError
        If a station lacks an hour or has it twice, stands in only one of the two tables, or holds no number
        or a negative one; or if more than a tenth of the stations would be left out.

    Notes
    -----
    All stations stand in Oslo and Akershus, and counted 56 % of the year 2018 on average. Left out of the
    31 stations of 2018 is E6 Leirelva bru (200211), whose hours hold 41 % of its yearly volume.
    """
    trucks = _without_odd(_read_trucks(sources), _read_daily(sources))
    own = trucks.groupby("day_type").transform(lambda hours: hours / hours.sum())
    pooled = trucks.sum(axis=1)
    of_day = pooled.groupby("day_type").transform("sum")
    mean_day = (pooled.groupby("day_type").sum() * _DAYS_A_WEEK).sum() / _DAYS_A_WEEK.sum()
    table = pd.DataFrame(
        {
            "share": (pooled / of_day).round(6),
            "share_low": own.quantile(0.25, axis=1).round(6),
            "share_high": own.quantile(0.75, axis=1).round(6),
            "day_factor": (of_day / mean_day).round(6),
            "n_stations": trucks.shape[1],
            "source_id": "npra_hourly_2018",
        }
    )
    return validate(table, TRUCK_HOURS)


def _read_trucks(sources: Path) -> pd.DataFrame:
    """Read trucks per hour: rows by day_type and hour, one column a station, no gap."""
    raw = read_rows(sources, _HOURLY, columns=[*_KEYS, _TRUCKS])
    raw = raw.assign(**{_TRUCKS: _numbers(raw[_TRUCKS], file=_HOURLY, column=_TRUCKS)})
    found = pd.MultiIndex.from_frame(raw[_KEYS])
    hours = [str(hour) for hour in range(24)]
    wanted = pd.MultiIndex.from_product([raw["station_id"].unique(), DAY_TYPES, hours], names=_KEYS)
    problems = {
        "stand twice": found[found.duplicated()],
        "are unknown": found[~found.isin(wanted)],
        "are missing": wanted[~wanted.isin(found)],
    }
    said = [f"{name_some(rows)} {words}" for words, rows in problems.items() if len(rows)]
    if said:
        raise DataError(f"'{_HOURLY}': station, day type and hour {'; '.join(said)}: get the whole file")
    table = raw.pivot(index=["day_type", "hour"], columns="station_id", values=_TRUCKS)  # noqa: PD010
    return table.rename(index=int, level="hour").sort_index()


def _read_daily(sources: Path) -> pd.Series:
    """Read trucks on the mean day by station, from the yearly table of the same stations."""
    raw = read_rows(sources, _DAILY, columns=["trs_id", *_TRUCK_CLASSES]).set_index("trs_id")
    classes = [_numbers(raw[name], file=_DAILY, column=name) for name in _TRUCK_CLASSES]
    return classes[0] + classes[1]


def _numbers(texts: pd.Series, *, file: str, column: str) -> pd.Series:
    numbers = pd.to_numeric(texts, errors="coerce")
    wrong = texts.index[~numbers.between(0, 1e6)]
    if len(wrong):
        raise DataError(f"'{file}': column '{column}' must hold numbers >= 0, rows {name_some(wrong)}")
    return numbers.astype(float)


def _without_odd(trucks: pd.DataFrame, daily: pd.Series) -> pd.DataFrame:
    """Leave out stations whose hours do not add up to their yearly figure."""
    lone = trucks.columns.symmetric_difference(daily.index)
    if len(lone):
        raise DataError(f"stations {name_some(lone)} stand in only one of '{_HOURLY}' and '{_DAILY}'")
    mean_day = trucks.groupby("day_type").sum().mul(_DAYS_A_WEEK, axis=0).sum() / _DAYS_A_WEEK.sum()
    is_odd = ~((mean_day / daily - 1).abs() <= _DAY_TOLERANCE)
    if is_odd.mean() > _MOST_ODD:
        raise DataError(
            f"stations {name_some(is_odd.index[is_odd])}: trucks per day of '{_HOURLY}' are more than "
            f"{_DAY_TOLERANCE:.0%} off those of '{_DAILY}': are the two files of the same year?"
        )
    return trucks.loc[:, ~is_odd]
