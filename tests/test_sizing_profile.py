"""Hours of weekdays and weekends: what is conserved, the peak, and gaps refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.errors import DataError, SchemaError
from regiongeo.sizing import hour_factors, peak_share
from regiongeo.store import load_table
from regiongeo.tables.reference import DAY_TYPES

HOURS = pd.MultiIndex.from_product([DAY_TYPES, range(24)], names=["day_type", "hour"])


def profile(weekday: np.ndarray, weekend: np.ndarray, *, ratio: float) -> pd.DataFrame:
    """Return hours of two days; ``ratio`` is a weekend day over a weekday."""
    share = np.concatenate([weekday / weekday.sum(), weekend / weekend.sum()])
    factor = np.repeat([7 / (5 + 2 * ratio), 7 * ratio / (5 + 2 * ratio)], 24)
    columns = {"share": share, "share_low": share * 0.8, "share_high": share * 0.9, "day_factor": factor}
    return pd.DataFrame(columns, index=HOURS).assign(n_stations=1, source_id="toy")


volumes = st.lists(st.floats(0, 100), min_size=24, max_size=24).filter(lambda day: sum(day) > 1).map(np.array)


@settings(max_examples=30)
@given(weekday=volumes, weekend=volumes, ratio=st.floats(0.05, 2))
def test_a_week_is_seven_mean_days(weekday: np.ndarray, weekend: np.ndarray, ratio: float) -> None:
    factors = hour_factors(profile(weekday, weekend, ratio=ratio))
    days = factors.groupby("day_type").sum()
    assert 5 * days["weekday"] + 2 * days["weekend"] == pytest.approx(7, rel=1e-12)
    assert days["weekend"] / days["weekday"] == pytest.approx(ratio, rel=1e-9)
    assert factors.max() >= factors.mean()


def test_the_peak_by_hand() -> None:
    """One truck an hour, four from 9 to 10: 4/27 of the day; half the trucks on weekends: 7/6 a weekday."""
    day = np.ones(24)
    day[9] = 4
    table = profile(day, np.ones(24), ratio=0.5)
    assert peak_share(table) == pytest.approx(4 / 27 * 7 / 6)
    assert peak_share(table, level="low") == pytest.approx(0.8 * 4 / 27 * 7 / 6)
    assert peak_share(table, level="high") == pytest.approx(0.9 * 4 / 27 * 7 / 6)


def test_the_shipped_peak_is_above_the_round_eight_percent() -> None:
    hours = load_table("truck_hours")
    low, value, high = (peak_share(hours, level=level) for level in ("low", "value", "high"))
    assert 0.08 < low < value < high < 0.11
    assert value == pytest.approx(hour_factors(hours).xs("weekday").max(), abs=1e-5)


def test_an_hour_that_is_missing_or_unknown_is_named() -> None:
    table = profile(np.ones(24), np.ones(24), ratio=0.3)
    with pytest.raises(DataError, match=r"hours \('weekend', 5\) missing: give 24 hours"):
        hour_factors(table.drop(index=[("weekend", 5)]))
    odd = table.rename(index={23: 24}, level="hour")
    with pytest.raises(DataError, match=r"\('weekday', 23\), \('weekend', 23\) missing; .*24\) unknown"):
        peak_share(odd)


def test_a_day_without_trucks_is_refused() -> None:
    table = profile(np.ones(24), np.ones(24), ratio=0.0)
    with pytest.raises(DataError, match="no trucks on 'weekend'"):
        hour_factors(table)


def test_shares_that_are_none_are_refused() -> None:
    table = profile(np.ones(24), np.ones(24), ratio=0.3)
    with pytest.raises(SchemaError, match="share: must be >= 0"):
        hour_factors(table.assign(share=-0.1))
    with pytest.raises(SchemaError, match="share: missing"):
        hour_factors(table.assign(share=np.nan))
