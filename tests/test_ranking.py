"""Values, scores, ranks and their robustness: by hand, by laws, and against pymcdm (rows O16-O18)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymcdm.methods import TOPSIS
from pymcdm.normalizations import vector_normalization
from scipy import stats

from regiongeo.errors import DataError, ScenarioError
from regiongeo.ranking import (
    ValueFunction,
    apply_values,
    known_weight,
    rank_sites,
    score,
    topsis,
    weights_in_use,
)
from regiongeo.robustness import (
    _uniform,
    count_ranks,
    count_top,
    draw_around,
    draw_free,
    rank_percentile,
)
from regiongeo.schema import validate
from regiongeo.tables import RANKING

DRAWS = {"draws": 1000, "factor_low": 0.5, "factor_high": 1.5, "seed": 7}
NAN = np.nan


@pytest.fixture
def values() -> pd.DataFrame:
    """Three sites, two criteria; nobody knows the grid at R.

          trucks  grid    weights 3 and 1
    P      1.0    0.0     0.75
    Q      0.6    1.0     0.45 + 0.25 = 0.70
    R      0.8     -      0.80, all from trucks
    """
    return pd.DataFrame(
        {"trucks": [1.0, 0.6, 0.8], "grid": [0.0, 1.0, NAN]}, index=pd.Index(["P", "Q", "R"], name="site_id")
    )


@pytest.fixture
def weights() -> pd.Series:
    return pd.Series({"trucks": 3.0, "grid": 1.0})


def test_value_functions_by_hand() -> None:
    raw = pd.DataFrame({"trucks": [0.0, 500.0, 2000.0], "km": [0.0, 5.0, NAN]}, index=["P", "Q", "R"])
    functions = {
        "trucks": ValueFunction(worst=0, best=1000, unit="trucks/day"),
        "km": ValueFunction(worst=20, best=0, unit="km"),
    }
    found = apply_values(raw, functions)
    assert found["trucks"].tolist() == [0, 0.5, 1]
    assert found["km"].tolist()[:2] == [1, 0.75]
    assert found["km"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize("ends", [(1.0, 1.0), (NAN, 1.0), (0.0, np.inf)])
def test_value_function_needs_two_finite_ends(ends: tuple[float, float]) -> None:
    with pytest.raises(ScenarioError, match="two different finite ends"):
        ValueFunction(worst=ends[0], best=ends[1], unit="km")


def test_values_name_what_is_wrong() -> None:
    raw = pd.DataFrame({"trucks": [np.inf], "km": [1.0]}, index=["P"])
    line = ValueFunction(worst=0, best=1, unit="1")
    with pytest.raises(ScenarioError, match="no value function for criteria 'km'"):
        apply_values(raw, {"trucks": line})
    with pytest.raises(DataError, match="criteria 'trucks' are infinite at sites 'P'"):
        apply_values(raw, {"trucks": line, "km": line})


def test_scores_by_hand(values: pd.DataFrame, weights: pd.Series) -> None:
    scores, contributions = score(values, weights)
    assert scores.to_dict() == pytest.approx({"P": 0.75, "Q": 0.70, "R": 0.80})
    assert contributions.loc["Q"].to_dict() == pytest.approx({"trucks": 0.45, "grid": 0.25})
    assert contributions.loc["R", "trucks"] == pytest.approx(0.80)
    assert np.isnan(contributions.loc["R", "grid"])
    assert known_weight(values, weights).to_dict() == {"P": 1.0, "Q": 1.0, "R": 0.75}


def test_ranking_by_hand(values: pd.DataFrame, weights: pd.Series) -> None:
    # Trucks weigh 3 a, grid b, with a and b from 0.5 to 1.5: P scores 3a / (3a + b), R always 0.8,
    # Q 0.6 + 0.4 b / (3a + b). Each order of the three occurs, so ranks reach from 1 to 3.
    found = rank_sites(values, weights, **DRAWS)
    assert found.index.tolist() == ["R", "P", "Q"]
    assert found["rank"].tolist() == [1, 2, 3]
    assert found.loc["P", ["rank_low", "rank_high"]].tolist() == [1, 3]
    assert (found[["top5_share", "free_top5_share"]] == 1).all(axis=None)
    validate(found.assign(why="because"), RANKING)


def test_shares_by_calculus() -> None:
    # Two criteria, free weight w of the first even on 0-1: "all" 0.7 everywhere, "a" scores w, "b" 1 - w.
    # So a beats all if w > 0.7, and with four better "top" sites that is its share of top 5.
    table = [[0.99, 0.99]] * 4 + [[0.7, 0.7], [1.0, 0.0], [0.0, 1.0]]
    sites = ["top1", "top2", "top3", "top4", "all", "a", "b"]
    values = pd.DataFrame(table, index=sites, columns=["x", "y"])
    found = rank_sites(
        values, pd.Series({"x": 1.0, "y": 1.0}), draws=20_000, factor_low=1, factor_high=1, seed=1
    )
    share = found["free_top5_share"]
    assert share["a"] == pytest.approx(0.3, abs=0.015)
    assert share["b"] == pytest.approx(0.3, abs=0.015)
    assert share["all"] == pytest.approx(0.4, abs=0.015)
    assert found.loc["all", ["rank_low", "rank", "rank_high", "top5_share"]].tolist() == [5, 5, 5, 1]


def test_interval_is_widened_to_hold_the_rank() -> None:
    """At equal weights all tie and "A" is first by id; any other weights put it in the middle."""
    lean = np.linspace(-0.5, 0.5, 41)
    values = pd.DataFrame(
        {"x": 0.5 + lean, "y": 0.5 - lean}, index=[f"S{number:02d}" for number in range(41)]
    )
    values = values.rename(index={"S20": "A"})
    found = rank_sites(values, pd.Series({"x": 1.0, "y": 1.0}), **DRAWS)
    assert found.loc["A", ["rank_low", "rank", "rank_high"]].tolist() == [1, 1, 21]


def test_o17_sites_without_data_are_not_rated_and_last(values: pd.DataFrame, weights: pd.Series) -> None:
    values.loc["A"] = [NAN, NAN]
    values.loc["B"] = [NAN, NAN]
    found = rank_sites(values, weights, **DRAWS)
    assert found.index.tolist() == ["R", "P", "Q", "A", "B"]
    assert found.loc[["A", "B"], "score"].isna().all()
    assert found.loc["B", ["rank", "rank_low", "rank_high", "topsis_rank", "top5_share"]].tolist() == [
        5,
        5,
        5,
        5,
        0,
    ]
    validate(found.assign(why="because"), RANKING)


def test_a_criterion_without_any_data_or_weight_is_left_out(values: pd.DataFrame, weights: pd.Series) -> None:
    plain = rank_sites(values, weights, **DRAWS)
    unknown = rank_sites(values.assign(mw=NAN), pd.concat([weights, pd.Series({"mw": 9.0})]), **DRAWS)
    unweighted = rank_sites(values.assign(mw=[0.1, 0.2, 0.3]), weights, **DRAWS)
    pd.testing.assert_frame_equal(plain, unknown)
    pd.testing.assert_frame_equal(plain, unweighted)
    assert weights_in_use(values.assign(mw=NAN), weights).to_dict() == {"trucks": 0.75, "grid": 0.25}


@pytest.mark.parametrize(
    ("given_weights", "message"),
    [
        ({"trucks": 0.0, "grid": 0.0}, "at least one must be above 0"),
        ({"trucks": -1.0, "grid": 2.0}, "'trucks' must be finite and >= 0"),
        ({"trucks": NAN, "grid": np.inf}, "'trucks', 'grid' must be finite"),
        ({"trucks": 1.0, "girds": 1.0}, "'girds' belong to no criterion; there are trucks, grid"),
        ({}, "at least one must be above 0"),
    ],
)
def test_o16_weights_are_refused(values: pd.DataFrame, given_weights: dict[str, float], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        rank_sites(values, pd.Series(given_weights, dtype=float), **DRAWS)


def test_o16_a_criterion_given_twice_is_refused(values: pd.DataFrame, weights: pd.Series) -> None:
    with pytest.raises(ScenarioError, match="'grid' given twice"):
        score(values, pd.concat([weights, weights[["grid"]]]))
    with pytest.raises(DataError, match="'trucks' given twice"):
        score(values[["trucks", "trucks"]], weights[["trucks"]])


def test_o16_weight_only_where_nothing_is_known(values: pd.DataFrame, weights: pd.Series) -> None:
    with pytest.raises(ScenarioError, match="no criterion with a weight above 0 has data"):
        score(values.assign(grid=NAN), weights[["grid"]])


def test_values_are_checked(values: pd.DataFrame, weights: pd.Series) -> None:
    with pytest.raises(DataError, match="outside 0-1 at sites 'Q'"):
        score(values.assign(grid=[0, 1.01, NAN]), weights)
    with pytest.raises(DataError, match="'P' given twice"):
        score(values.rename(index={"Q": "P"}), weights)
    with pytest.raises(DataError, match="no sites to rank"):
        score(values.iloc[:0], weights)


@pytest.mark.parametrize(
    "wrong", [{"draws": 0}, {"factor_low": 0.0}, {"factor_high": 0.4}, {"factor_high": NAN}]
)
def test_impossible_draws_are_refused(
    values: pd.DataFrame, weights: pd.Series, wrong: dict[str, float]
) -> None:
    with pytest.raises(ScenarioError, match="uncertainty"):
        rank_sites(values, weights, **(DRAWS | wrong))


def test_inputs_are_left_alone(values: pd.DataFrame, weights: pd.Series) -> None:
    before = values.copy(), weights.copy()
    rank_sites(values, weights, **DRAWS)
    pd.testing.assert_frame_equal(values, before[0])
    pd.testing.assert_series_equal(weights, before[1])


def random_values(sites: int, *, seed: int, missing: float = 0.0) -> pd.DataFrame:
    numbers = np.random.default_rng(seed)
    table = numbers.random((sites, 4)).round(3)
    table[numbers.random(table.shape) < missing] = NAN
    return pd.DataFrame(table, index=[f"S{number:03d}" for number in range(sites)], columns=list("abcd"))


FOUR = pd.Series({"a": 4.0, "b": 3.0, "c": 2.0, "d": 1.0})


def test_topsis_equals_pymcdm() -> None:
    values = random_values(30, seed=3)
    share = (FOUR / FOUR.sum()).to_numpy()
    expected = TOPSIS(normalization_function=vector_normalization)(values.to_numpy(), share, np.ones(4))
    np.testing.assert_allclose(topsis(values, FOUR), expected, rtol=1e-12)


def test_topsis_of_sites_all_alike_and_of_missing_values() -> None:
    alike = pd.DataFrame({"a": [0.5, 0.5], "b": [0.0, 0.0]}, index=["P", "Q"])
    assert topsis(alike, FOUR[["a", "b"]]).tolist() == [0, 0]
    gaps = pd.DataFrame({"a": [0.4, 1.0, 0.2], "b": [NAN, 0.6, 0.0]}, index=["P", "Q", "R"])
    pd.testing.assert_series_equal(
        topsis(gaps, FOUR[["a", "b"]]), topsis(gaps.fillna({"b": 0.4}), FOUR[["a", "b"]])
    )


@given(st.integers(0, 999), st.floats(1e-3, 1e3))
@settings(max_examples=25)
def test_the_scale_of_weights_does_not_matter(seed: int, scale: float) -> None:
    values = random_values(12, seed=seed, missing=0.2)
    found, scaled = (rank_sites(values, FOUR * by, **(DRAWS | {"draws": 300})) for by in (1.0, scale))
    pd.testing.assert_frame_equal(found, scaled, rtol=1e-9)
    assert found["rank"].tolist() == scaled["rank"].tolist()


@given(st.integers(0, 999))
@settings(max_examples=25)
def test_the_order_of_rows_and_columns_does_not_matter(seed: int) -> None:
    values = random_values(12, seed=seed, missing=0.2)
    shuffled = values.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
    found = rank_sites(values, FOUR, **(DRAWS | {"draws": 300}))
    again = rank_sites(shuffled, FOUR.sample(frac=1, random_state=seed), **(DRAWS | {"draws": 300}))
    pd.testing.assert_frame_equal(found, again, rtol=1e-12)


@given(st.integers(0, 999))
@settings(max_examples=25)
def test_a_dominated_site_never_ranks_higher(seed: int) -> None:
    values = random_values(8, seed=seed)
    values.loc["T"] = values.loc["S003"] * 0.9
    found = rank_sites(values, FOUR, **(DRAWS | {"draws": 300}))
    better, worse = found.loc["S003"], found.loc["T"]
    assert better["rank"] < worse["rank"]
    assert better["topsis_rank"] < worse["topsis_rank"]
    assert better["rank_low"] <= worse["rank_low"]
    assert better["rank_high"] <= worse["rank_high"]
    assert better["top5_share"] >= worse["top5_share"]
    assert better["free_top5_share"] >= worse["free_top5_share"]


@given(st.integers(0, 999))
@settings(max_examples=25)
def test_another_option_leaves_the_scores_of_the_others(seed: int) -> None:
    values = random_values(9, seed=seed, missing=0.2)
    scores, _ = score(values, FOUR)
    fewer, _ = score(values.drop(index="S004"), FOUR)
    pd.testing.assert_series_equal(scores.drop("S004"), fewer, check_exact=True)


@given(st.integers(0, 999))
@settings(max_examples=25)
def test_contributions_sum_to_the_score_and_intervals_hold_the_rank(seed: int) -> None:
    values = random_values(12, seed=seed, missing=0.3)
    scores, contributions = score(values, FOUR)
    rated = scores.notna()
    np.testing.assert_allclose(contributions[rated].sum(axis=1), scores[rated])
    assert (contributions.isna() | values.notna()).all(axis=None)
    found = rank_sites(values, FOUR, **(DRAWS | {"draws": 300}))
    assert ((found["rank_low"] <= found["rank"]) & (found["rank"] <= found["rank_high"])).all()
    assert sorted(found["rank"]) == list(range(1, 13))


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    values = random_values(60, seed=1, missing=0.1)
    one, two, other = (rank_sites(values, FOUR, **(DRAWS | {"seed": seed})) for seed in (7, 7, 8))
    assert one.to_csv().encode() == two.to_csv().encode()
    assert one.to_csv() != other.to_csv()


def ranks_one_by_one(values: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Return the rank of each site in each draw with plain loops, ties by row."""
    ranks = []
    for weights in draws:
        scores = np.nansum(values * weights, axis=1) / (~np.isnan(values) * weights).sum(axis=1)
        order = np.argsort(-scores.round(9), kind="stable")
        ranks.append(np.argsort(order) + 1)
    return np.array(ranks)


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("sites", [1, 2, 3, 5, 64, 65])
def test_rank_counts_and_percentiles_as_one_by_one(sites: int, missing: float) -> None:
    values = random_values(sites, seed=sites, missing=missing).round(2).fillna({"a": 0.5}).to_numpy()
    chosen = (FOUR / FOUR.sum()).to_numpy()
    blocks = list(draw_around(chosen, draws=700, low=0.5, high=1.5, seed=5))
    ranks = ranks_one_by_one(values, np.concatenate(blocks))
    counts = count_ranks(values, blocks)
    expected = np.array([(ranks == rank + 1).sum(axis=0) for rank in range(sites)]).T
    np.testing.assert_array_equal(counts, expected)
    np.testing.assert_array_equal(count_top(values, blocks, top=5), (ranks <= 5).sum(axis=0))
    for percent in (5, 95):
        observed = np.quantile(ranks, percent / 100, axis=0, method="inverted_cdf")
        np.testing.assert_array_equal(rank_percentile(counts, percent), observed)


def test_equal_sites_tie_by_row_in_every_draw() -> None:
    values = np.tile(np.random.default_rng(0).random(4), (300, 1))
    counts = count_ranks(values, draw_free(4, draws=500, seed=1))
    np.testing.assert_array_equal(counts, np.eye(300, dtype=int) * 500)


def test_more_sites_than_the_score_bits_leave_room_for() -> None:
    values = np.linspace(0, 1, 2100)[:, None] * np.ones(2)
    counts = count_ranks(values, draw_free(2, draws=3, seed=1))
    assert (counts.argmax(axis=1) == np.arange(2100)[::-1]).all()


def test_o18_blocks_may_be_counted_by_any_number_of_workers() -> None:
    values = random_values(40, seed=2, missing=0.1).fillna({"a": 0.5}).to_numpy()
    blocks = list(draw_free(4, draws=2000, seed=3))
    whole = count_ranks(values, blocks)
    parts = [count_ranks(values, blocks[worker::3]) for worker in range(3)]
    np.testing.assert_array_equal(whole, sum(parts))
    assert whole.sum() == 2000 * 40


def test_draws_are_even_and_apart() -> None:
    """Factors are independent of the next draw, and of another seed; more draws begin alike."""
    around = np.concatenate(list(draw_around(np.ones(4), draws=20_000, low=0.5, high=1.5, seed=3)))
    factors = around / around.sum(axis=1, keepdims=True)
    assert np.abs(np.corrcoef(factors[:-1, 0], factors[1:, 0])[0, 1]) < 0.03
    one = np.concatenate(list(draw_around(np.ones(1), draws=500, low=0.5, high=1.5, seed=3)))
    assert (one == 1).all()
    few = np.concatenate(list(draw_around(np.ones(4), draws=300, low=0.5, high=1.5, seed=3)))
    np.testing.assert_array_equal(few, around[:300])
    other = np.concatenate(list(draw_around(np.ones(4), draws=300, low=0.5, high=1.5, seed=4)))
    assert np.abs(np.corrcoef(few[:, 0], other[:, 0])[0, 1]) < 0.2


def test_factors_are_uniform() -> None:
    figures = _uniform(np.arange(80_000), seed=7).reshape(-1, 8)
    assert stats.kstest(figures.ravel(), "uniform").pvalue > 0.001
    assert np.abs(np.corrcoef(figures.T) - np.eye(8)).max() < 0.05
    plain = [_uniform_by_hand(number, 7) for number in (0, 1, 79_999)]
    assert [figures.ravel()[number] for number in (0, 1, 79_999)] == plain


def _uniform_by_hand(number: int, seed: int) -> float:
    """Hash with plain whole numbers."""

    def mix(one: int) -> int:
        one = (one ^ one >> 16) * 0x21F0AAAD % 2**32
        one = (one ^ one >> 15) * 0x735A2D97 % 2**32
        return one ^ one >> 15

    return (mix((number * 0x9E3779B9 + mix(seed)) % 2**32) + 0.5) / 2**32


def test_draws_keep_their_bounds_and_sum_to_one() -> None:
    chosen = (FOUR / FOUR.sum()).to_numpy()
    around = np.concatenate(list(draw_around(chosen, draws=1000, low=0.5, high=1.5, seed=1)))
    free = np.concatenate(list(draw_free(4, draws=20_000, seed=1)))
    assert around.shape == (1000, 4)
    factor = around / around[:, :1] / (chosen / chosen[0])
    assert factor.min() >= 0.5 / 1.5
    assert factor.max() <= 1.5 / 0.5
    np.testing.assert_allclose(around.sum(axis=1), 1)
    np.testing.assert_allclose(free.sum(axis=1), 1)
    np.testing.assert_allclose(free.mean(axis=0), 0.25, atol=0.01)
    # a Dirichlet(1, 1, 1, 1) share has variance (1/4)(3/4) / 5
    np.testing.assert_allclose(free.var(axis=0), 0.0375, atol=0.002)
