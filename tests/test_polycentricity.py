"""Indices of polycentricity: values worked out by hand, limits, laws, an independent library."""

import math
from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inequality.gini import Gini
from inequality.theil import Theil, TheilD
from shapely import Point, box

from regiongeo import store
from regiongeo.crs import WORK_CRS
from regiongeo.errors import DataError
from regiongeo.polycentricity import (
    accessibility_slope,
    area_distances,
    bootstrap,
    border_areas,
    dominance,
    entropy_index,
    espon_figures,
    espon_index,
    espon_values,
    fit_trend,
    general_polycentricity,
    gini,
    index_sensitivity,
    leave_one_out,
    location_coefficient,
    location_quotient,
    mean_rank_size_slope,
    node_symmetry,
    primacy,
    primacy_ratio,
    primacy_residual,
    rank_size_error,
    rank_size_slope,
    read_sensitivity,
    relative_strength,
    service_areas,
    special_polycentricity,
    spread_distance,
    theil,
    theil_parts,
    urban_centrality,
)

EAST, NORTH, KM = 590_000.0, 6_640_000.0, 1000.0
ZIPF = [120.0, 60.0, 40.0, 30.0]
INDICES = (mean_rank_size_slope, primacy, primacy_ratio, primacy_residual, gini, theil, location_coefficient)
sizes_of = st.lists(st.floats(1, 1e6), min_size=4, max_size=12)


@pytest.fixture(scope="module")
def assumptions() -> pd.DataFrame:
    return store.load_table("assumptions")


def _flow(rows: list[list[float]]) -> pd.DataFrame:
    names = list("abcdef")[: len(rows)]
    return pd.DataFrame(rows, index=names, columns=names, dtype=float)


def test_rank_size_slope_of_zipfs_rule_is_minus_one() -> None:
    assert [rank_size_slope(ZIPF, top=top) for top in (2, 3, 4)] == pytest.approx([-1, -1, -1])
    assert mean_rank_size_slope(ZIPF) == pytest.approx(-1)


def test_rank_size_slope_by_hand() -> None:
    # Two points (ln 1, ln 9) and (ln 2, ln 3): slope -ln 3 / ln 2. With ranks 1/2 and 3/2: -ln 3 / ln 3 = -1.
    assert rank_size_slope([3.0, 9.0, 1.0], top=2) == pytest.approx(-math.log(3) / math.log(2))
    assert rank_size_slope([9.0, 3.0], shift=0.5) == pytest.approx(-1)


def test_indices_of_equal_centres_are_at_their_polycentric_limit() -> None:
    equal = [7.0] * 5

    assert rank_size_slope(equal) == 0
    assert primacy(equal) == pytest.approx(1 / 5)
    assert primacy_ratio(equal) == 1
    assert primacy_residual(equal) == pytest.approx(0, abs=1e-12)
    assert gini(equal) == pytest.approx(0, abs=1e-12)
    assert theil(equal) == pytest.approx(0, abs=1e-12)
    assert location_coefficient(equal) == pytest.approx(0)


def test_indices_of_one_centre_are_at_their_monocentric_limit() -> None:
    one = [0.0, 5.0, 0.0, 0.0]

    assert primacy(one) == 1
    assert primacy_ratio(one) == math.inf
    assert gini(one) == pytest.approx(3 / 4)
    assert theil(one) == pytest.approx(math.log(4))
    assert location_coefficient(one) == pytest.approx(3 / 4)


def test_primacy_residual_is_how_much_larger_than_the_others_let_expect() -> None:
    # Ranks 2 to 4 lie on 120 / rank; the first is twice the 120 that the line says.
    assert primacy_residual([240.0, 60.0, 40.0, 30.0]) == pytest.approx(math.log(2))


def test_rank_size_error_is_that_of_gabaix_and_ibragimov() -> None:
    assert rank_size_error(-1.2, top=8) == pytest.approx(0.6)


@given(sizes_of, st.floats(0.01, 100))
def test_scale_does_not_matter(sizes: list[float], factor: float) -> None:
    scaled = [size * factor for size in sizes]
    for index in INDICES:
        assert index(scaled) == pytest.approx(index(sizes), rel=1e-6, abs=1e-6)


@given(sizes_of, st.randoms())
def test_order_does_not_matter(sizes: list[float], random: Any) -> None:
    shuffled = random.sample(sizes, len(sizes))
    for index in INDICES:
        assert index(shuffled) == pytest.approx(index(sizes), rel=1e-9, abs=1e-9)


@given(sizes_of, st.integers(2, 4))
def test_every_place_taken_k_times_leaves_gini_and_theil_as_they_are(sizes: list[float], times: int) -> None:
    for index in (gini, theil):
        assert index(sizes * times) == pytest.approx(index(sizes), rel=1e-9, abs=1e-9)


@given(st.lists(st.tuples(st.floats(1, 1e4), st.integers(1, 4)), min_size=2, max_size=8))
def test_a_weight_is_as_good_as_so_many_places(pairs: list[tuple[float, int]]) -> None:
    values, weights = [value for value, _ in pairs], [weight for _, weight in pairs]
    many = [value for value, weight in pairs for _ in range(weight)]
    for index in (gini, theil):
        assert index(values, weights=weights) == pytest.approx(index(many), rel=1e-9, abs=1e-9)


@given(sizes_of, st.floats(0, 1))
def test_moving_from_the_largest_to_the_smallest_never_raises_inequality(
    sizes: list[float], share: float
) -> None:
    moved = sorted(sizes)
    gift = share * (moved[-1] - moved[0]) / 2
    moved[0] += gift
    moved[-1] -= gift
    for index in (gini, theil):
        assert index(moved) <= index(sizes) + 1e-9


def test_gini_and_theil_by_hand() -> None:
    # |1-3| twice over 2 n^2 m = 16: 1/4. Theil: (0.5 ln 0.5 + 1.5 ln 1.5) / 2.
    assert gini([1.0, 3.0]) == pytest.approx(0.25)
    assert theil([1.0, 3.0]) == pytest.approx((0.5 * math.log(0.5) + 1.5 * math.log(1.5)) / 2)


@given(st.lists(st.floats(0.5, 1e5), min_size=4, max_size=30), st.integers(1, 3))
def test_gini_and_theil_agree_with_pysal(values: list[float], groups: int) -> None:
    group = np.arange(len(values)) % groups
    other = TheilD(np.array(values), group)

    between, within = theil_parts(pd.Series(values), pd.Series(group))

    assert gini(values) == pytest.approx(float(Gini(np.array(values)).g), abs=1e-9)
    assert theil(values) == pytest.approx(float(Theil(np.array(values)).T), abs=1e-9)
    assert (between, within) == pytest.approx(
        (float(np.squeeze(other.bg)), float(np.squeeze(other.wg))), abs=1e-9
    )


@given(st.lists(st.floats(0, 1e5), min_size=4, max_size=30).filter(lambda x: sum(x) > 1), st.integers(1, 4))
def test_theil_parts_add_up(values: list[float], groups: int) -> None:
    parts = theil_parts(pd.Series(values), pd.Series(np.arange(len(values)) % groups))

    assert sum(parts) == pytest.approx(theil(values), abs=1e-9)
    assert min(parts) >= 0


def test_theil_within_is_nothing_where_groups_are_even_inside() -> None:
    between, within = theil_parts(pd.Series([1.0, 1.0, 3.0, 3.0]), pd.Series(list("aabb")))

    assert (between, within) == pytest.approx((theil([1.0, 3.0]), 0.0))


def test_theil_parts_name_the_places_without_a_group() -> None:
    with pytest.raises(DataError, match=r"no group for 'y'"):
        theil_parts(pd.Series({"x": 1.0, "y": 2.0}), pd.Series({"x": "a"}))


def test_location_quotient_is_share_over_share() -> None:
    quotient = location_quotient(pd.Series({"a": 3, "b": 1}), pd.Series({"a": 50.0, "b": 25.0, "c": 25.0}))

    assert quotient.to_dict() == pytest.approx({"a": 1.5, "b": 1.0, "c": 0.0})
    assert (location_quotient(pd.Series({"z": 1}), pd.Series({"a": 1.0})) == 0).all()


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([1, -2, 3, 4], "not negative, see 1"),
        ([1, math.nan, 3, 4], "finite"),
        ([1, math.inf, 3, 4], "finite"),
        ([0, 0, 0, 0], "all zero"),
        ([], "are needed"),
        (["many", "few", "some", "none"], "must be numbers"),
    ],
)
def test_nonsense_is_refused(index: Any, sizes: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        index(sizes)


def test_a_bad_size_is_named_by_its_id() -> None:
    with pytest.raises(DataError, match="'3203'"):
        gini(pd.Series({"0301": 5.0, "3203": -1.0}))


@pytest.mark.parametrize(
    ("options", "words"), [({"top": 5}, "top 5"), ({"top": 1}, "top 1"), ({"shift": 0.7}, "shift")]
)
def test_rank_size_refuses_what_it_cannot_fit(options: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        rank_size_slope(ZIPF, **options)
    with pytest.raises(DataError, match="size zero"):
        rank_size_slope([3.0, 0.0])


def test_green_is_one_for_a_full_even_network_and_zero_for_a_star_end() -> None:
    even = _flow([[0, 2, 2], [2, 0, 2], [2, 2, 0]])
    assert special_polycentricity(even) == pytest.approx(1)
    # Half of what could flow: the density halves it.
    assert special_polycentricity(even, potential=24) == pytest.approx(0.5)


def test_green_by_hand() -> None:
    # 3 flow from a to b and 1 from b to c: degrees 3, 4, 1; variance (1/9 + 16/9 + 25/9) / 3 = 14/9.
    flow = _flow([[9, 3, 0], [0, 0, 1], [0, 0, 9]])
    evenness = 1 - math.sqrt(14 / 9) / 2

    assert special_polycentricity(flow) == pytest.approx(evenness * 4 / 18)
    assert special_polycentricity(flow, potential=8) == pytest.approx(evenness * 4 / 8)
    assert general_polycentricity([flow, flow.T], potentials=[8, None]) == pytest.approx(
        evenness * (4 / 8 + 4 / 18) / 2
    )


@given(
    st.lists(st.lists(st.floats(0, 100), min_size=4, max_size=4), min_size=4, max_size=4),
    st.permutations(range(4)),
)
def test_flow_indices_keep_their_range_and_their_value_in_any_order(
    rows: list[list[float]], order: list[int]
) -> None:
    flow = _flow(rows) + 0.01
    shuffled = flow.iloc[order, order]
    for index in (special_polycentricity, entropy_index):
        assert 0 <= index(flow) <= 1
        assert index(shuffled) == pytest.approx(index(flow), abs=1e-9)
        assert index(flow * 7) == pytest.approx(index(flow), abs=1e-9)
    assert dominance(flow).mean() == pytest.approx(1)
    assert relative_strength(flow).to_numpy().sum() == pytest.approx(1)
    assert node_symmetry(flow).abs().max() <= 1


def test_entropy_by_hand() -> None:
    # Pairs a-b 2, a-c 1, b-c 1: shares 1/2, 1/4, 1/4: 1.5 ln 2 over ln 3.
    flow = _flow([[5, 1, 1], [1, 0, 0], [0, 1, 0]])

    assert entropy_index(flow) == pytest.approx(1.5 * math.log(2) / math.log(3))
    # Four of six directions with 1 each.
    assert entropy_index(flow, directed=True) == pytest.approx(math.log(4) / math.log(6))
    assert entropy_index(_flow([[0, 4, 0], [4, 0, 0], [0, 0, 0]])) == 0


def test_dominance_symmetry_and_strength_by_hand() -> None:
    # a sends 4 to b and 2 to c; b sends 2 to a. In: a 2, b 4, c 2; out: a 6, b 2, c 0.
    flow = _flow([[0, 4, 2], [2, 0, 0], [0, 0, 0]])

    assert dominance(flow).to_dict() == pytest.approx(
        {"a": 8 / (16 / 3), "b": 6 / (16 / 3), "c": 2 / (16 / 3)}
    )
    assert dominance(flow, by="incoming").to_dict() == pytest.approx({"a": 0.75, "b": 1.5, "c": 0.75})
    assert node_symmetry(flow).to_dict() == pytest.approx({"a": -0.5, "b": 1 / 3, "c": 1.0})
    assert relative_strength(flow).loc["a", "b"] == pytest.approx(0.5)
    assert math.isnan(node_symmetry(_flow([[0, 1, 0], [1, 0, 0], [0, 0, 0]]))["c"])


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        ([[0, 1], [1, 0], [1, 1]], "square"),
        ([[0.0]], "two places"),
        ([[0, -1], [1, 0]], "rows 0"),
        ([[0, math.nan], [1, 0]], "finite"),
        ([[5, 0], [0, 5]], "no flow between places"),
        (pd.DataFrame([[0, 1], [1, 0]], index=["a", "b"], columns=["b", "a"]), "same places"),
    ],
)
def test_nonsense_flows_are_refused(flow: Any, words: str) -> None:
    for index in (special_polycentricity, entropy_index):
        with pytest.raises(DataError, match=words):
            index(flow)


def test_green_refuses_less_potential_than_flow_and_no_flow_at_all() -> None:
    with pytest.raises(DataError, match="potential flow 3"):
        special_polycentricity([[0, 2], [2, 0]], potential=3)
    with pytest.raises(DataError, match="as many potentials"):
        general_polycentricity([])


def _squares(columns: int, rows: int) -> gpd.GeoDataFrame:
    """Squares of 1 km, ``xy`` from the south-west."""
    places = list(product(range(columns), range(rows)))
    boxes = [box(EAST + x * KM, NORTH + y * KM, EAST + (x + 1) * KM, NORTH + (y + 1) * KM) for x, y in places]
    return gpd.GeoDataFrame(geometry=boxes, index=[f"{x}{y}" for x, y in places], crs=WORK_CRS)


def test_border_areas_are_those_around_the_middle_one() -> None:
    border = border_areas(_squares(3, 3))

    assert list(border.index[~border]) == ["11"]


def test_a_bay_is_border_only_where_it_is_wider_than_the_gap() -> None:
    # The middle column's outer cell is sea: the middle of a 5 x 3 block lies at the end of a bay 1 km wide.
    land = _squares(5, 3).drop(index=["22"])

    assert border_areas(land)["21"]
    assert not border_areas(land, gap_m=1500.0)["21"]
    assert border_areas(land, gap_m=1500.0)["00"]


def test_urban_centrality_by_hand() -> None:
    # A row of three, 1 apart, 0.5 within; the ends are the border: V_max = (0.5 + 2 + 2 + 0.5) / 4 = 1.25.
    between = [[0.5, 1, 2], [1, 0.5, 1], [2, 1, 0.5]]
    ends = [True, False, True]

    assert spread_distance([1, 0, 1], between) == pytest.approx(1.25)
    # All in the middle: LC = 2/3, V = 0.5.
    assert urban_centrality([0, 6, 0], between, ends) == pytest.approx(2 / 3 * (1 - 0.5 / 1.25))
    assert urban_centrality([2, 2, 2], between, ends) == pytest.approx(0)
    assert urban_centrality([3, 0, 3], between, ends) == pytest.approx(0)


def test_urban_centrality_never_leaves_its_range() -> None:
    # Two far corners are farther apart than the border is on average.
    areas = _squares(5, 5)
    corners = pd.Series(0.0, index=areas.index).where(~areas.index.isin(["00", "44"]), 1.0)

    assert urban_centrality(corners, area_distances(areas), border_areas(areas)) == 0


def test_area_distances_are_between_centroids_and_within_a_circle_of_equal_area() -> None:
    between = area_distances(_squares(2, 1))

    assert between.loc["00", "10"] == pytest.approx(KM)
    assert between.loc["00", "00"] == pytest.approx(KM / math.sqrt(math.pi))


@pytest.mark.parametrize(
    ("distances", "border", "words"),
    [
        ([[1.0, 1.0]], [True, True], "2 by 2"),
        ([[1.0, math.inf], [1.0, 1.0]], [True, True], "finite"),
        ([[1.0, 1.0], [1.0, 1.0]], [False, False], "at least one true"),
        ([[0.0, 0.0], [0.0, 0.0]], [True, True], "one point"),
    ],
)
def test_urban_centrality_refuses_nonsense(distances: Any, border: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        urban_centrality([1.0, 2.0], distances, border)


def test_service_areas_share_the_region_out_by_nearness() -> None:
    # 4 km x 1 km, centres 1 km and 2 km from the west end: the border between them lies at 1.5 km.
    centres = gpd.GeoDataFrame(
        geometry=[Point(EAST + x * KM, NORTH + 500) for x in (1, 2)], index=["a", "b"], crs=WORK_CRS
    )

    assert service_areas(centres, _squares(4, 1)).to_dict() == pytest.approx({"a": 1.5, "b": 2.5})
    with pytest.raises(DataError, match="each in a place of its own"):
        service_areas(centres.iloc[[0, 0]], _squares(4, 1))


def test_accessibility_slope_is_one_where_accessibility_grows_in_step_with_size() -> None:
    sizes = pd.Series({"a": 10.0, "b": 20.0, "c": 70.0})

    assert accessibility_slope(sizes * 3, sizes) == pytest.approx(1)
    assert accessibility_slope(sizes * 0 + 3, sizes) == pytest.approx(0, abs=1e-12)
    with pytest.raises(DataError, match="not all equal"):
        accessibility_slope(sizes, sizes * 0 + 1)


def test_espon_index_is_100_at_best_and_0_at_worst(assumptions: pd.DataFrame) -> None:
    best = dict.fromkeys(
        (
            "rank_size_slope",
            "primacy_residual",
            "service_area_gini",
            "accessibility_slope",
            "accessibility_gini",
        ),
        0.0,
    )

    assert espon_index(best, assumptions).tolist() == pytest.approx([100] * 4)
    worst = espon_index({**best, "service_area_gini": 1.0}, assumptions)
    assert worst.tolist() == pytest.approx([100, 0, 100, 0])


def test_espon_index_is_a_geometric_mean(assumptions: pd.DataFrame) -> None:
    values = {
        "rank_size_slope": -1.0, "primacy_residual": 0.0, "service_area_gini": 0.75,
        "accessibility_slope": 0.0, "accessibility_gini": 0.0,
    }  # fmt: skip

    index = espon_index(values, assumptions)

    # size: 50 and 100; location 25; connectivity 100.
    size = math.sqrt(50 * 100)
    assert index["size"] == pytest.approx(size)
    assert index["polycentricity"] == pytest.approx((size * 25 * 100) ** (1 / 3))
    with pytest.raises(DataError, match="accessibility_gini"):
        espon_index({**values, "accessibility_gini": math.nan}, assumptions)


def test_espon_values_are_those_of_their_own_functions() -> None:
    sizes = pd.Series(ZIPF, index=list("abcd"))

    values = espon_values(sizes, sizes * 0 + 2, sizes)

    assert values == pytest.approx(
        {
            "rank_size_slope": -1, "primacy_residual": 0, "service_area_gini": 0,
            "accessibility_slope": 1, "accessibility_gini": gini(ZIPF),
        },
        abs=1e-9,
    )  # fmt: skip


def test_espon_figures_are_the_index_of_every_year(assumptions: pd.DataFrame) -> None:
    sizes = pd.DataFrame({2010: ZIPF, 2020: ZIPF[::-1]}, index=list("abcd"))
    reach = sizes**0.5
    areas = pd.Series(1.0, index=sizes.index)

    table = espon_figures(sizes, areas, reach, assumptions, ("toy", "Toy"), source_id="user")

    found = table.set_index(["year", "indicator"])["value"]
    for year in (2010, 2020):
        index = espon_index(espon_values(sizes[year], areas, reach[year]), assumptions)
        assert found[year].to_dict() == pytest.approx(index.add_prefix("espon_").to_dict())
    assert set(table["unit"]) == {"0-100"}
    assert set(table["note"]) == {"espon_scaling"}
    assert found[2010].to_dict() == pytest.approx(found[2020].to_dict())  # the order of places is nothing


def test_leaving_one_out_names_the_place_that_decides() -> None:
    without = leave_one_out(pd.Series({"big": 60.0, "b": 20.0, "c": 20.0}), primacy)

    assert without.to_dict() == pytest.approx({"big": 0.5, "b": 0.75, "c": 0.75})


def test_bootstrap_holds_the_index_and_repeats() -> None:
    sizes = pd.Series(np.linspace(1, 50, 30))

    interval = bootstrap(sizes, gini, seed=7, draws=200)

    assert interval.low < interval.value == gini(sizes) < interval.high
    assert bootstrap(sizes, gini, seed=7, draws=200) == interval
    assert bootstrap(sizes, gini, seed=8, draws=200) != interval
    assert bootstrap(sizes * 0 + 4, gini, seed=7, draws=100) == pytest.approx((0, 0, 0), abs=1e-12)
    with pytest.raises(DataError, match="10 draws"):
        bootstrap(sizes, gini, seed=7, draws=10)


def test_sensitivity_names_the_place_that_matters_most_and_draws_where_asked() -> None:
    sizes = pd.Series({"big": 80.0, "b": 10.0, "c": 10.0})

    table = index_sensitivity(sizes, {"primacy": primacy, "gini": gini}, drawn=["gini"], seed=1)

    assert table.loc["primacy", ["value", "place", "without"]].to_list() == [0.8, "big", 0.5]
    assert np.isnan(table.loc["primacy", ["low", "high"]].to_numpy(dtype=float)).all()
    # Gini of 80, 10, 10 is 7/15; of 10, 10 it is 0, and of 80, 10 it is 7/18.
    assert table.loc["gini", "value"] == pytest.approx(7 / 15)
    assert table.loc["gini", ["place", "without"]].to_list() == ["big", pytest.approx(0, abs=1e-12)]
    assert table.loc["gini", ["low", "high"]].to_list() == list(bootstrap(sizes, gini, seed=1)[1:])


def test_sensitivity_is_told_in_words() -> None:
    sizes = pd.Series({"1": 80.0, "2": 10.0, "3": 10.0})
    names = pd.Series({"1": "Storby", "2": "B", "3": "C"})
    indices = {"primacy": primacy, "gini": gini}
    area = ("region", "r")

    table = read_sensitivity(sizes, indices, names, area=area, measured="population", year=2020, lang="nb")

    told = table["sentence"].to_dict()
    assert told[*area, "population_primacy"] == ("Storby betyr mest for tallet: uten Storby 0,500 (2020).")
    assert told[*area, "population_gini"].startswith(
        "Storby betyr mest for tallet: uten Storby 0,000 (2020). Kommunene trukket på nytt"
    )


def test_trend_by_hand() -> None:
    # Changes 1, 3, 1, 3: mean 2, deviation sqrt(4/3), no likeness of neighbours: t(3) = 3.1824.
    trend = fit_trend(pd.Series([0.0, 1, 4, 5, 8], index=range(2010, 2015)))

    assert trend is not None
    half = 3.182446 * math.sqrt(4 / 3) / 2
    assert trend == pytest.approx((2, 2 - half, 2 + half, 2010, 2014), rel=1e-5)
    assert trend.is_clear


def test_trend_of_a_wandering_figure_is_not_clear() -> None:
    steps = np.array([3.0, -2.5, 2, -1, 1.5, -2, 0.5])
    trend = fit_trend(pd.Series(np.concatenate([[0], steps.cumsum()]), index=range(8)))

    assert trend is not None
    assert not trend.is_clear


def test_trend_widens_where_neighbouring_changes_are_alike() -> None:
    def width(changes: list[float]) -> float:
        trend = fit_trend(pd.Series([0.0, *np.cumsum(changes)], index=range(len(changes) + 1)))
        assert trend is not None
        return trend.high - trend.low

    assert width([1, 1, 1, 1, 3, 3, 3, 3]) > width([1, 3, 1, 3, 1, 3, 1, 3])


def test_trend_needs_five_years_each_once() -> None:
    assert fit_trend(pd.Series([1.0, 2, 3, 4, np.nan], index=range(5))) is None
    with pytest.raises(DataError, match="more than once"):
        fit_trend(pd.Series([1.0] * 6, index=[2000, 2000, 2001, 2002, 2003, 2004]))
