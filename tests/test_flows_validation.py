"""Validation: GEH and summaries by hand, folds that never split a road."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.flows.validation import MEAN_HOUR, fit_summary, fold_of_road, geh, holdout_by_road


def test_geh_by_hand() -> None:
    assert geh(110, 100, hour_share=1.0) == pytest.approx(math.sqrt(200 / 210))  # 0.976
    assert geh(20, 40, hour_share=1.0) == pytest.approx(3.65, abs=0.01)
    assert geh([0.0], [0.0], hour_share=1.0).tolist() == [0.0]


def test_geh_grows_with_the_root_of_the_hour_share() -> None:
    peak, mean = (geh(1_100, 1_000, hour_share=share) for share in (0.08, MEAN_HOUR))
    assert geh(1_100, 1_000, hour_share=1.0) / peak == pytest.approx(3.54, abs=0.01)
    assert geh(1_100, 1_000, hour_share=1.0) / mean == pytest.approx(4.90, abs=0.01)


@given(st.floats(0, 1e5), st.floats(0, 1e5))
def test_geh_is_symmetric_and_zero_only_where_equal(m: float, c: float) -> None:
    assert geh(m, c, hour_share=0.08) == geh(c, m, hour_share=0.08)
    assert geh(m, m, hour_share=0.08) == 0


def test_fit_summary_by_hand() -> None:
    # modelled 100, 300; counted 200, 200 + 0: SS_tot = 2 * 100^2 around 300, see below
    modelled, observed = np.array([300.0, 300.0, 300.0]), np.array([200.0, 300.0, 400.0])
    fit = fit_summary(modelled, observed, hour_share=1.0)
    assert fit["n"] == 3
    assert fit["r2"] == pytest.approx(0)  # the mean itself
    assert math.isnan(fit["r2_correlation"])
    assert fit["slope"] == pytest.approx(300 * 900 / (200**2 + 300**2 + 400**2))
    assert fit["median_relative_error"] == pytest.approx(0.25)
    assert fit["volume_ratio"] == pytest.approx(1)
    assert fit["share_below_5"] == pytest.approx(1 / 3)  # GEH 6.3, 0 and 5.3


def test_a_perfect_fit() -> None:
    counts = np.array([10.0, 500.0, 3_000.0])
    fit = fit_summary(counts, counts, hour_share=0.08)
    assert (fit["r2"], fit["share_below_5"], fit["slope"]) == (1.0, 1.0, pytest.approx(1.0))


def test_too_few_counts_give_no_figures() -> None:
    fit = fit_summary(np.array([1.0, np.nan]), np.array([2.0, 3.0]), hour_share=0.08)
    assert fit["n"] == 1
    assert math.isnan(fit["r2"])


@given(
    st.lists(st.sampled_from(["E6", "E18", "Rv2", "Rv3", "Rv4"]), min_size=1, max_size=40), st.integers(1, 6)
)
def test_a_road_lies_in_one_fold(roads: list[str], folds: int) -> None:
    series = pd.Series(roads)
    fold = fold_of_road(series, folds=folds)
    assert len(set(zip(series, fold, strict=True))) == series.nunique()
    assert fold.between(0, folds - 1).all()
    assert fold.nunique() == min(folds, series.nunique())


def test_folds_do_not_depend_on_the_order() -> None:
    roads = pd.Series(["E6", "E6", "E18", "Rv2", "Rv3", "E18", "E6"])
    turned = roads.iloc[::-1]
    assert fold_of_road(roads, folds=2).to_dict() == fold_of_road(turned, folds=2).to_dict()
    assert dict(zip(roads, fold_of_road(roads, folds=2), strict=True)) == {
        "E6": 0,
        "E18": 1,
        "Rv2": 1,
        "Rv3": 0,
    }


def test_holdout_counts_strong_used_counts_only() -> None:
    table = pd.DataFrame(
        {
            "road": ["E6", "E6", "Rv2", "Rv4"],
            "basis": ["section", "count", "road_municipality", "count"],
            "is_used": [True, True, True, False],
            "observed_trucks": [1_000.0, 1_000.0, 500.0, 500.0],
            "heldout_trucks": [1_000.0, 500.0, 500.0, 500.0],
            "heldout_gravity_trucks": [500.0, 500.0, 500.0, 500.0],
        }
    )
    by_road = holdout_by_road(table, hour_share=0.08)
    assert by_road.index.tolist() == ["E6"]
    row = by_road.loc["E6"]
    assert row["n"] == 2
    assert row["volume_ratio"] == pytest.approx(0.75)
    assert row["share_below_5"] == 0.5  # 80 against 40 an hour: GEH 5.16
    assert row["gravity_share_below_5"] == 0
    assert row["median_geh"] == pytest.approx(5.164 / 2, abs=0.001)
