"""Trucks by hour: pooled by hand, gaps refused, odd stations left out, and what is shipped."""

from pathlib import Path

import pandas as pd
import pytest

from regiongeo.compile.hours import compile_truck_hours
from regiongeo.errors import DataError, SourceError
from regiongeo.schema import validate
from regiongeo.store import load_sources, load_table
from regiongeo.tables.reference import TRUCK_HOURS

SOURCES = Path(__file__).parents[2] / "shared" / "data"
HOURLY, DAILY = "npra_hourly_profile_2018.csv", "npra_hourly_stations2018_lengthclass_summary.csv"
FLAT = [1.0] * 24


def profile(station: str, weekday: list[float], weekend: list[float]) -> pd.DataFrame:
    rows = [
        (station, day, hour, 2 * trucks, trucks)
        for day, values in (("weekday", weekday), ("weekend", weekend))
        for hour, trucks in enumerate(values)
    ]
    columns = ["station_id", "day_type", "hour", "heavy_ge_5_6m_per_h", "trucks_ge_12_5m_per_h"]
    return pd.DataFrame(rows, columns=columns)


def write(folder: Path, hourly: pd.DataFrame, daily: dict[str, tuple[object, object]]) -> Path:
    (folder / "roads").mkdir(exist_ok=True)
    hourly.to_csv(folder / "roads" / HOURLY, index=False)
    table = pd.DataFrame.from_dict(daily, orient="index", columns=["[12.5,16.0)", "[16.0,..)"])
    table.rename_axis("trs_id").to_csv(folder / "roads" / DAILY)
    return folder


def toy() -> tuple[pd.DataFrame, dict[str, tuple[object, object]]]:
    """Two stations.

    busy    weekday 10 trucks in every hour, 30 more from 9 to 10; weekend 5 in every hour
            day of 270 and 120, mean (5 * 270 + 2 * 120) / 7 = 227.142857
    quiet   weekday 1 and weekend 1 in every hour: day of 24, mean 24
    """
    rush = [10.0] * 24
    rush[9] += 30
    hourly = pd.concat([profile("busy", rush, [5.0] * 24), profile("quiet", FLAT, FLAT)])
    return hourly, {"busy": (100, 127.142857), "quiet": (20, 4)}


def test_stations_are_pooled_by_volume_and_quartiles_by_station(tmp_path: Path) -> None:
    table = compile_truck_hours(write(tmp_path, *toy()))
    assert list(table.index[:2]) == [("weekday", 0), ("weekday", 1)]
    assert table["n_stations"].unique() == [2]
    nine, ten, weekend = (table.loc[key] for key in (("weekday", 9), ("weekday", 10), ("weekend", 9)))
    assert nine["share"] == pytest.approx((40 + 1) / (270 + 24), abs=1e-6)
    assert ten["share"] == pytest.approx((10 + 1) / (270 + 24), abs=1e-6)
    assert weekend["share"] == pytest.approx(1 / 24, abs=1e-6)
    # own shares 40/270 and 1/24: quartiles a quarter and three quarters of the way
    low, high = 1 / 24, 40 / 270
    assert nine["share_low"] == pytest.approx(low + 0.25 * (high - low), abs=1e-6)
    assert nine["share_high"] == pytest.approx(low + 0.75 * (high - low), abs=1e-6)
    mean_day = (5 * 294 + 2 * 144) / 7
    assert nine["day_factor"] == pytest.approx(294 / mean_day, abs=1e-6)
    assert weekend["day_factor"] == pytest.approx(144 / mean_day, abs=1e-6)


def test_the_order_of_the_rows_changes_nothing(tmp_path: Path) -> None:
    hourly, daily = toy()
    one = compile_truck_hours(write(tmp_path, hourly, daily))
    other = compile_truck_hours(write(tmp_path, hourly.sample(frac=1, random_state=3), daily))
    pd.testing.assert_frame_equal(one, other)


def test_an_hour_that_is_missing_is_named(tmp_path: Path) -> None:
    hourly, daily = toy()
    is_gone = (hourly["station_id"] == "quiet") & (hourly["hour"] == 7) & (hourly["day_type"] == "weekend")
    with pytest.raises(DataError, match=r"\('quiet', 'weekend', '7'\) are missing: get the whole file"):
        compile_truck_hours(write(tmp_path, hourly[~is_gone], daily))


def test_rows_that_stand_twice_or_are_unknown_are_named(tmp_path: Path) -> None:
    hourly, daily = toy()
    holiday = hourly.head(1).assign(day_type="holiday")
    with pytest.raises(DataError, match=r"'weekday', '0'\) stand twice; .*'holiday', '0'\) are unknown"):
        compile_truck_hours(write(tmp_path, pd.concat([hourly, hourly.head(1), holiday]), daily))


@pytest.mark.parametrize("value", [-1.0, None, float("inf")])
def test_volumes_that_are_none_are_refused(tmp_path: Path, value: float | None) -> None:
    hourly, daily = toy()
    hourly.iloc[5, 4] = value
    with pytest.raises(DataError, match="'trucks_ge_12_5m_per_h' must hold numbers >= 0, rows 5"):
        compile_truck_hours(write(tmp_path, hourly, daily))
    with pytest.raises(DataError, match=r"'\[12\.5,16\.0\)' must hold numbers >= 0, rows 'quiet'"):
        compile_truck_hours(write(tmp_path, toy()[0], daily | {"quiet": ("many", 4)}))


def test_a_station_in_one_table_alone_is_refused(tmp_path: Path) -> None:
    hourly, daily = toy()
    with pytest.raises(DataError, match="stations 'lost' stand in only one of"):
        compile_truck_hours(write(tmp_path, hourly, daily | {"lost": (1, 1)}))


def test_a_station_whose_hours_do_not_add_up_is_left_out(tmp_path: Path) -> None:
    """Eleven stations of 24 trucks a day; one is said to have 100."""
    hourly = pd.concat([profile(f"s{n:02}", FLAT, FLAT) for n in range(11)])
    daily: dict[str, tuple[object, object]] = {f"s{n:02}": (20, 4) for n in range(11)}
    table = compile_truck_hours(write(tmp_path, hourly, daily | {"s04": (60, 40)}))
    assert table["n_stations"].unique() == [10]
    with pytest.raises(DataError, match=r"stations 's04', 's05': .* more than 5% off"):
        compile_truck_hours(write(tmp_path, hourly, daily | {"s04": (60, 40), "s05": (0, 0)}))


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=HOURLY):
        compile_truck_hours(tmp_path)


# --- what is shipped


@pytest.mark.skipif(not (SOURCES / "roads").is_dir(), reason="the raw sources are not here")
def test_the_shipped_table_is_what_the_sources_give() -> None:
    shipped = load_table("truck_hours")
    pd.testing.assert_frame_equal(shipped, compile_truck_hours(SOURCES), check_dtype=False)


def test_the_shipped_profile_is_plausible() -> None:
    """Half of a weekday's trucks pass from 8 to 16, few at night; a weekend day has a third of them."""
    table = validate(load_table("truck_hours"), TRUCK_HOURS)
    assert len(table) == 48
    assert table["n_stations"].unique() == [30]
    assert table.groupby("day_type")["share"].sum().to_list() == pytest.approx([1, 1], abs=2e-5)
    weekday, weekend = table.loc["weekday"], table.loc["weekend"]
    assert 0.48 < weekday["share"].loc[8:15].sum() < 0.56
    assert weekday["share"].loc[0:4].sum() < 0.06
    assert weekday["share"].idxmax() in range(7, 16)
    assert (table["share_low"] <= table["share_high"]).all()
    factors = table.groupby("day_type")["day_factor"].first()
    assert 5 * factors["weekday"] + 2 * factors["weekend"] == pytest.approx(7, abs=1e-5)
    assert 0.25 < weekend["day_factor"].iloc[0] / weekday["day_factor"].iloc[0] < 0.4
    assert load_sources()["npra_hourly_2018"].licence == "NLOD"
