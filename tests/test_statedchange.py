"""Changes in per cent of the later year, restated: by hand, by law, and the region's own table."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regiongeo.errors import DataError
from regiongeo.statedchange import percent_of_later, restate_change, restate_table, sum_gap
from regiongeo.store import load_table


def test_a_halving_is_minus_one_hundred_per_cent_of_what_is_left() -> None:
    restated = restate_change(-100, -50, rounding=0)
    assert (restated.earlier_t.value, restated.later_t.value) == (100, 50)
    assert restated.percent_of_earlier.value == pytest.approx(-50)


def test_rounding_gives_limits() -> None:
    """-5 printed is -5.5 to -4.5: 110 t are of 2,000 to 2,444 t."""
    restated = restate_change(-5, -110)
    assert restated.later_t.value == pytest.approx(2200)
    assert (restated.later_t.low, restated.later_t.high) == pytest.approx((2000, 110 / 0.045))
    assert (restated.earlier_t.low, restated.earlier_t.high) == pytest.approx((2110, 110 / 0.045 + 110))
    limits = restated.percent_of_earlier.low, restated.percent_of_earlier.high
    assert limits == pytest.approx((-100 * 5.5 / 105.5, -100 * 4.5 / 104.5))


def test_zero_printed_gives_limits_alone() -> None:
    restated = restate_change(0, 5285)
    assert math.isnan(restated.percent_of_earlier.value)
    assert restated.percent_of_earlier.low == 0
    assert restated.percent_of_earlier.high == pytest.approx(100 * 0.5 / 99.5)
    assert math.isnan(restated.later_t.value)
    assert (restated.later_t.low, restated.later_t.high) == (pytest.approx(1_057_000), math.inf)
    nothing = restate_change(0, 0)
    assert nothing.percent_of_earlier.value == 0
    assert (nothing.later_t.low, nothing.later_t.high) == (0, math.inf)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(DataError, match=r"3 % and -100 t contradict each other"):
        restate_change(3, -100)
    with pytest.raises(DataError, match=r"5 % and 0 t contradict each other"):
        restate_change(5, 0)
    with pytest.raises(DataError, match=r"a rise of 120 % is more than the later level"):
        restate_change(120, 100)
    assert restate_change(100, 100).percent_of_earlier.high == math.inf


@given(earlier=st.floats(1, 1e7), later=st.floats(1, 1e7))
def test_restating_gives_back_the_levels(earlier: float, later: float) -> None:
    assume(abs(later - earlier) > 1e-3 * later)
    restated = restate_change(100 * (later - earlier) / later, later - earlier, rounding=0)
    assert restated.later_t.value == pytest.approx(later, rel=1e-6)
    assert restated.earlier_t.value == pytest.approx(earlier, rel=1e-6)
    assert restated.percent_of_earlier.value == pytest.approx(100 * (later - earlier) / earlier, rel=1e-6)


@given(percent=st.floats(-99, 1000))
def test_restating_undoes_itself(percent: float) -> None:
    assume(abs(percent) > 1e-6)
    restated = restate_change(percent_of_later(percent), math.copysign(1000, percent), rounding=0)
    assert restated.percent_of_earlier.value == pytest.approx(percent)


@given(earlier=st.floats(1e3, 1e7), later=st.floats(1e3, 1e7))
def test_the_truth_lies_within_the_limits_of_what_was_printed(earlier: float, later: float) -> None:
    tonnes = later - earlier
    printed = round(100 * tonnes / later)
    assume(abs(tonnes) > 1e-6 * later)
    restated = restate_change(printed, tonnes)
    for found, truth in (
        (restated.later_t, later),
        (restated.earlier_t, earlier),
        (restated.percent_of_earlier, 100 * tonnes / earlier),
    ):
        slack = 1e-9 * abs(truth)
        assert found.low - slack <= truth <= found.high + slack


# --- the region's table


def test_the_published_sectors_sum_to_one_tonne_more_than_stated() -> None:
    stated = load_table("stated_changes")
    assert stated.drop(index="total")["change_t"].sum() == -562_290
    assert stated.loc["total", "change_t"] == -562_289
    assert sum_gap(stated) == -1


def test_the_published_percentages_are_of_2020() -> None:
    table = restate_table(load_table("stated_changes"))
    of_2019 = table["percent_of_2019"].round(1).to_dict()
    assert {key: of_2019[key] for key in ("aviation", "shipping", "industry", "total")} == {
        "aviation": -54.5,
        "shipping": -29.1,
        "industry": -17.4,
        "total": -6.5,
    }
    road, total = table.loc["road"], table.loc["total"]
    assert (road["level_2020_t_low"], road["level_2020_t_high"]) == pytest.approx(
        (3.127e6, 3.821e6), rel=1e-3
    )
    assert (total["level_2020_t_low"], total["level_2020_t_high"]) == pytest.approx(
        (7.497e6, 8.651e6), rel=1e-3
    )
    # of 2019, aviation's -120 % would leave less than nothing
    assert table.loc["aviation", "percent_of_2020"] < -100
    assert (table["level_2020_t_low"] > 0).all()


def test_the_sectors_levels_fit_the_total() -> None:
    """The sum of the sectors' least levels does not pass the greatest total."""
    table = restate_table(load_table("stated_changes"))
    assert table.drop(index="total")["level_2020_t_low"].sum() <= table.loc["total", "level_2020_t_high"]
