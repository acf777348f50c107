"""From stops to stations: a toy worked out by hand, what is conserved, laws, grid, cost and bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.errors import AssumptionError, DataError, InfeasibleError, ScenarioError, SchemaError
from regiongeo.schema import validate
from regiongeo.sizing import WaitTarget, equipment_cost, station_hours, station_sizes, storage_mwh
from regiongeo.sizing.power import Load, charging_load
from regiongeo.store import load_table
from regiongeo.tables import STATION_HOURS, STATION_SIZES
from regiongeo.tables.reference import DAY_TYPES

NUMBERS = {
    "energy_use.battery": (1.0, "kWh/km"),
    "energy_use.hydrogen": (0.08, "kg/km"),
    "energy_use.biogas": (0.2, "kg/km"),
    "energy_season_factor.battery": (1.2, "1"),
    "energy_season_factor.hydrogen": (1.0, "1"),
    "energy_season_factor.biogas": (1.0, "1"),
    "sizing.mean_wait_min": (5.0, "min"),
    "sizing.peak_quantile": (0.95, "1"),
    "sizing.rate.battery": (600.0, "kW"),
    "sizing.rate.hydrogen": (240.0, "kg/h"),
    "sizing.rate.biogas": (1200.0, "kg/h"),
    "sizing.point_kw.battery": (1000.0, "kW"),
    "sizing.refill_most.battery": (600.0, "kWh"),
    "sizing.refill_most.hydrogen": (80.0, "kg"),
    "sizing.refill_most.biogas": (200.0, "kg"),
    **{f"sizing.setup_min.{energy}": (5.0, "min") for energy in ("battery", "hydrogen", "biogas")},
    "sizing.stop_least_min.battery": (45.0, "min"),
    "sizing.stop_least_min.hydrogen": (10.0, "min"),
    "sizing.stop_least_min.biogas": (10.0, "min"),
    **{f"sizing.stop_cv.{energy}": (1.0, "1") for energy in ("battery", "hydrogen", "biogas")},
    "sizing.charging_efficiency": (0.9, "1"),
    "sizing.storage_efficiency": (1.0, "1"),
    "sizing.fuel_storage_days.hydrogen": (2.0, "d"),
    "sizing.fuel_storage_days.biogas": (3.0, "d"),
    **{f"sizing.area_per_point_m2.{energy}": (300.0, "m2") for energy in ("battery", "hydrogen", "biogas")},
    "sizing.area_least_m2.battery": (1200.0, "m2"),
    "sizing.area_least_m2.hydrogen": (2500.0, "m2"),
    "sizing.area_least_m2.biogas": (2500.0, "m2"),
    "sizing.point_keur.battery": (375.0, "kEUR"),
    "sizing.storage_keur_per_mwh": (175.0, "kEUR/MWh"),
    "sizing.nok_per_eur": (10.0, "NOK/EUR"),
}
ALL = {"battery": 1.0, "hydrogen": 1.0, "biogas": 1.0}


@pytest.fixture(scope="module")
def numbers() -> pd.DataFrame:
    """Return round numbers; low is half and high is twice the central one."""
    table = pd.DataFrame.from_dict(NUMBERS, orient="index", columns=["value", "unit"]).rename_axis("name")
    return table.assign(low=table["value"] / 2, high=table["value"] * 2)


@pytest.fixture(scope="module")
def hours() -> pd.DataFrame:
    """Return days of which a tenth falls in the hour from 9 on, the rest is flat; all days alike.

    share 0.1 |        #
              |........#..............  0.9 / 23
              0        9             23
    """
    share = np.where(np.arange(24) == 9, 0.1, 0.9 / 23)
    index = pd.MultiIndex.from_product([DAY_TYPES, range(24)], names=["day_type", "hour"])
    columns = {"share": np.tile(share, 2), "share_low": 0.0, "share_high": 1.0, "day_factor": 1.0}
    return pd.DataFrame(columns, index=index).assign(n_stations=1, source_id="toy")


def demand(rows: dict[tuple[str, str], tuple[float, float]]) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples(list(rows), names=["site_id", "energy"])
    return pd.DataFrame(list(rows.values()), index=index, columns=["stops_per_day", "refilled_km_per_day"])


# --- by hand


def test_a_charging_station_by_hand(hours: pd.DataFrame, numbers: pd.DataFrame) -> None:
    """Half of 200 trucks with 300 km each.

    100 trucks take 30,000 kWh: 300 kWh in 30 min at 600 kW, and with 5 min of setup less than the break, so
    they stay 45 min. In the peak hour 10 come: 7.5 Erlang. By Erlang's sums ten points have C = 0.3066 and a
    wait of 0.3066 * 45 / 2.5 = 5.5 min, eleven C = 0.1758 and 0.1758 * 45 / 3.5 = 2.26 min. So 11 points.
    """
    table = demand({("P", "battery"): (200, 60_000)})
    sizes = station_sizes(table, hours=hours, assumptions=numbers, shares={"battery": 0.5})
    row = sizes.loc[("P", "battery")]
    assert row["sessions_per_day"] == 100
    assert row["sessions_peak_h"] == pytest.approx(10)
    assert row["energy_kwh_d"] == 30_000
    assert row["stop_min"] == 45
    assert row["points"] == 11
    assert row["mean_wait_min"] == pytest.approx(2.26, abs=0.005)
    assert row["wait_probability"] == pytest.approx(0.1758, abs=1e-4)
    assert row["occupied_share"] == pytest.approx(100 * 0.75 / (24 * 11))
    assert row["installed_mw"] == 11
    assert row["mean_mw"] == pytest.approx(30 / 24 / 0.9)
    assert row["peak_mean_mw"] == pytest.approx(3 / 0.9)
    # 10 trucks of half an hour: 5 charge on average, by Poisson's table at most 9 for 95 % of the time
    assert row["peak_high_mw"] == pytest.approx(9 * 0.6 / 0.9)
    assert row["least_grid_mw"] == pytest.approx(30 / 24 / 0.9)
    assert row["area_m2"] == 11 * 300
    assert row["equipment_keur"] == 11 * 375
    assert row[["equipment_low_keur", "equipment_high_keur"]].to_list() == [11 * 375 / 2, 11 * 375 * 2]
    assert row["equipment_mnok"] == pytest.approx(11 * 3.75)
    assert row[["fuel_kg_d", "fuel_storage_kg", "grid_mw", "storage_mwh", "grid_lack_mw"]].isna().all()
    assert (row["grid_status"], row["grid_timing"]) == ("capacity_unknown", "unknown")


def test_a_hydrogen_and_a_biogas_station_by_hand(hours: pd.DataFrame, numbers: pd.DataFrame) -> None:
    """A tenth of 200 trucks with 300 km each takes 480 kg of hydrogen: 24 kg in 6 min, 11 min with setup.

    Two come in the peak hour, 0.367 Erlang: one point lets them wait 0.367 * 11 / 0.633 = 6.4 min, so two.
    Biogas: 60 kg in 3 min, and at least 10 min; 1/3 Erlang, 5.0 min at one point, just within the target.
    """
    rows = {("P", "hydrogen"): (200.0, 60_000.0), ("P", "biogas"): (199.0, 59_700.0)}
    shares = {"hydrogen": 0.1, "biogas": 0.1}
    sizes = station_sizes(demand(rows), hours=hours, assumptions=numbers, shares=shares)  # type: ignore[arg-type]
    assert list(sizes.index) == [("P", "biogas"), ("P", "hydrogen")]
    hydrogen, biogas = sizes.loc[("P", "hydrogen")], sizes.loc[("P", "biogas")]
    assert hydrogen["fuel_kg_d"] == pytest.approx(480)
    assert hydrogen["stop_min"] == pytest.approx(11)
    assert (hydrogen["points"], biogas["points"]) == (2, 1)
    assert biogas["stop_min"] == 10
    assert biogas["mean_wait_min"] == pytest.approx(5.0, abs=0.05)
    assert hydrogen["fuel_storage_kg"] == pytest.approx(960)
    assert biogas["fuel_storage_kg"] == pytest.approx(3 * 0.2 * 5970)
    assert sizes["area_m2"].to_list() == [2500, 2500]
    assert sizes["grid_status"].to_list() == ["need_unknown"] * 2
    nothing = ["energy_kwh_d", "installed_mw", "peak_high_mw", "equipment_keur", "equipment_high_mnok"]
    assert sizes[nothing].isna().all(axis=None)  # no figure, and not 0


def test_a_stop_never_gives_more_than_a_truck_holds(hours: pd.DataFrame, numbers: pd.DataFrame) -> None:
    """Ten stops of 900 kWh, 600 kWh at most: 15 sessions of 60 min and 5 min setup."""
    table = demand({("P", "battery"): (10, 9_000)})
    row = station_sizes(table, hours=hours, assumptions=numbers, shares=ALL).iloc[0]
    assert (row["sessions_per_day"], row["energy_kwh_d"]) == (15, 9_000)
    assert row["stop_min"] == pytest.approx(65)


def test_a_site_where_nobody_stops_needs_nothing_but_what_the_law_wants(
    hours: pd.DataFrame, numbers: pd.DataFrame
) -> None:
    table = demand({("P", "battery"): (0, 0), ("P", "hydrogen"): (0, 0)})
    none = station_sizes(table, hours=hours, assumptions=numbers, shares=ALL)
    assert none[["points", "mean_wait_min", "occupied_share", "area_m2"]].eq(0).all(axis=None)
    assert none["stop_min"].isna().all()
    assert none.loc[("P", "battery"), ["peak_high_mw", "least_grid_mw", "least_grid_storage_mwh"]].eq(0).all()
    law = station_sizes(table, hours=hours, assumptions=numbers, shares=ALL, at_least={"battery": 4})
    assert law["points"].to_list() == [4, 0]
    assert law.loc[("P", "battery"), "installed_mw"] == 4


def test_winter_and_ranges_change_what_trucks_use(hours: pd.DataFrame, numbers: pd.DataFrame) -> None:
    table = demand({("P", "battery"): (100, 20_000)})

    def energy(**options: object) -> float:
        sizes = station_sizes(table, hours=hours, assumptions=numbers, shares=ALL, **options)  # type: ignore[arg-type]
        return float(sizes["energy_kwh_d"].iloc[0])

    assert [energy(), energy(season="winter"), energy(level="low"), energy(level="high")] == [
        20_000, 24_000, 10_000, 40_000,
    ]  # fmt: skip


def test_the_other_target_is_kept(hours: pd.DataFrame, numbers: pd.DataFrame) -> None:
    table = demand({("P", "battery"): (200, 60_000)})
    target = WaitTarget(probability=0.02)
    row = station_sizes(table, hours=hours, assumptions=numbers, shares=ALL, target=target).iloc[0]
    assert row["wait_probability"] <= 0.02
    assert (
        row["points"] > station_sizes(table, hours=hours, assumptions=numbers, shares=ALL)["points"].iloc[0]
    )


# --- grid


def test_grid_capacity_is_held_against_the_need(hours: pd.DataFrame, numbers: pd.DataFrame) -> None:
    """The station by hand needs 6.0 MW, and 1.389 MW with storage."""
    sites = ["A", "B", "C", "D", "E"]
    table = demand({(site, "battery"): (200, 60_000) for site in sites})
    grid = pd.DataFrame(
        {"grid_mw": [7.0, 4.0, 1.0, np.nan], "grid_year": [2030, 2033, np.nan, 2028]},
        index=pd.Index(sites[:4], name="site_id"),
    )
    sizes = station_sizes(
        table, hours=hours, assumptions=numbers, shares={"battery": 0.5}, grid=grid, year=2030
    ).droplevel("energy")
    assert sizes["grid_status"].to_list() == [
        "fits", "fits_with_storage", "lacks", "capacity_unknown", "capacity_unknown",
    ]  # fmt: skip
    assert sizes["grid_timing"].to_list() == ["in_time", "later", "unknown", "in_time", "unknown"]
    assert sizes["grid_lack_mw"].to_list() == pytest.approx([0, 2, 5, np.nan, np.nan], nan_ok=True)
    assert sizes["storage_mwh"].isna().to_list() == [False, False, True, True, True]
    assert sizes.loc["A", "storage_mwh"] == 0
    # 4 MW carry the mean of the peak hour, so the storage is for bursts: no more than 2 MW for that hour
    assert 0 < sizes.loc["B", "storage_mwh"] <= 2 * 1 + 1e-9
    stored = sizes.loc["B", "storage_mwh"]
    assert sizes.loc["B", "equipment_keur"] == pytest.approx(11 * 375 + 175 * stored)
    assert sizes.loc["C", "equipment_keur"] == 11 * 375


def toy_load(energy_kwh_d: float = 30_000.0, points: int = 12) -> Load:
    factors = np.where(np.arange(24) == 9, 0.1, 0.9 / 23)
    return charging_load(
        energy_kwh_d=energy_kwh_d,
        sessions_per_day=energy_kwh_d / 300,
        factors=factors,
        points=points,
        rate_kw=600,
        cv=0.0,
        quantile=0.95,
        charging_efficiency=0.9,
        storage_efficiency=0.9,
    )


def test_the_margin_for_busy_days_by_hand() -> None:
    """At 4 MW, above every mean hour, only chance counts: 10 trucks of 1/3 MWh in the peak hour.

    Its energy has mean 10/3 and standard deviation sqrt(10) / 3 MWh. On average 0.667 MWh are left, of which
    0.9 would come back: 1.645 * 1.054 - 0.6 = 1.134 MWh. No longer run needs more, as the other hours leave
    2.7 MWh each; and at 6 MW the hour cannot draw more than the connection gives.
    """
    load = toy_load()
    assert load.high_mw == pytest.approx(6.0)
    assert load.storage_mwh(4.0) == pytest.approx(1.6449 * np.sqrt(10) / 3 - 0.6, abs=1e-3)
    assert load.storage_mwh(6.0) == 0


@given(one=st.floats(0, 1), other=st.floats(0, 1), energy=st.floats(300, 40_000))
def test_storage_falls_with_the_connection_and_covers_the_mean_day(
    one: float, other: float, energy: float
) -> None:
    load = toy_load(energy, points=20)
    small, large = (load.least_mw + part * (load.high_mw - load.least_mw) for part in sorted((one, other)))
    assert load.storage_mwh(large) <= load.storage_mwh(small) + 1e-9
    assert load.storage_mwh(small) >= storage_mwh(load.curve_mw, connection_mw=small, efficiency=0.9)
    with pytest.raises(InfeasibleError, match="does not carry the day"):
        load.storage_mwh(load.least_mw * 0.99)


def test_the_margin_holds_in_simulated_weeks() -> None:
    """Trucks come by chance for 200 days: less than 0.4 % of the energy finds the battery empty.

    With the storage of the mean day alone it is more than 1 %, so that the margin is not idle.
    """
    load, rng = toy_load(), np.random.default_rng(4)
    factors = np.where(np.arange(24) == 9, 0.1, 0.9 / 23)
    trucks = rng.poisson(100 * np.tile(factors, 200))
    drawn = trucks * 0.3 / 0.9
    connection = (load.least_mw + load.curve_mw.max()) / 2

    def late_share(storage: float) -> float:
        left, late = storage, 0.0
        for mwh in drawn:
            spare = connection - mwh
            left = min(storage, left + (spare * 0.9 if spare > 0 else spare))
            late, left = late + max(0.0, -left), max(0.0, left)
        return late / float(drawn.sum())

    mean_day = storage_mwh(load.curve_mw, connection_mw=connection, efficiency=0.9)
    assert late_share(load.storage_mwh(connection)) < 0.004
    assert late_share(mean_day) > 0.01


# --- laws on the shipped numbers


@pytest.fixture(scope="module")
def shipped() -> dict[str, pd.DataFrame]:
    return {"hours": load_table("truck_hours"), "assumptions": load_table("assumptions")}


amounts = st.tuples(st.floats(0.5, 300), st.floats(1, 600))


@settings(max_examples=10)
@given(rows=st.dictionaries(st.sampled_from("ABCD"), amounts, min_size=1), share=st.floats(0.01, 1))
def test_hours_add_up_to_days_and_peaks_are_above_means(
    shipped: dict[str, pd.DataFrame], rows: dict[str, tuple[float, float]], share: float
) -> None:
    table = demand(
        {(s, e): (stops, stops * km) for s, (stops, km) in rows.items() for e in ("hydrogen", "battery")}
    )
    before = table.copy()
    sizes = station_sizes(table, **shipped, shares=dict.fromkeys(ALL, share))  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(table, before)
    validate(sizes, STATION_SIZES)
    spread = validate(station_hours(sizes, hours=shipped["hours"]), STATION_HOURS)
    days = spread.groupby(["site_id", "energy", "day_type"]).sum(min_count=1)
    week = 5 * days.xs("weekday", level="day_type") + 2 * days.xs("weekend", level="day_type")
    for hourly, daily in (("energy_kwh_h", "energy_kwh_d"), ("fuel_kg_h", "fuel_kg_d")):
        assert (week[hourly] / 7).to_list() == pytest.approx(sizes[daily].to_list(), rel=1e-9, nan_ok=True)
    assert (week["sessions_per_h"] / 7).to_list() == pytest.approx(sizes["sessions_per_day"].to_list())
    charging = sizes.xs("battery", level="energy")
    order = ["mean_mw", "least_grid_mw", "peak_mean_mw", "peak_high_mw"]
    assert (charging[order].diff(axis=1)[order[1:]] >= -1e-12).all(axis=None)
    assert (charging["peak_high_mw"] <= charging["points"] * 700 / 930 + 1e-9).all()
    # what the peak hour takes from the grid is what trucks get, and the loss
    peak = spread.xs(("battery", "weekday"), level=("energy", "day_type"))["energy_kwh_h"]
    assert charging["peak_mean_mw"].to_list() == pytest.approx(
        (peak.groupby("site_id").max() / 930).to_list()
    )


@settings(max_examples=15)
@given(stops=st.floats(0.1, 300), more=st.floats(1, 2), km=st.floats(1, 450))
def test_more_trucks_never_need_less(
    shipped: dict[str, pd.DataFrame], stops: float, more: float, km: float
) -> None:
    rows = {("few", "battery"): (stops, stops * km), ("many", "battery"): (stops * more, stops * more * km)}
    sizes = station_sizes(demand(rows), **shipped, shares=ALL)  # type: ignore[arg-type]
    few, many = (sizes.loc[(site, "battery")] for site in ("few", "many"))
    for name in ("points", "energy_kwh_d", "least_grid_mw", "area_m2", "equipment_keur"):
        assert many[name] >= few[name]


def test_the_order_of_the_rows_changes_nothing(shipped: dict[str, pd.DataFrame]) -> None:
    table = demand({(site, e): (n * 10.0, n * 2000.0) for n, site in enumerate("ABC", 1) for e in ALL})
    one = station_sizes(table, **shipped, shares=ALL)  # type: ignore[arg-type]
    other = station_sizes(table[::-1], **shipped, shares=ALL)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(("stops", "points", "high_mw"), [(50, 6, 4.5), (100, 10, 7.5), (200, 18, 13.5)])
def test_the_shipped_numbers_give_stations_an_engineer_believes(
    shipped: dict[str, pd.DataFrame], stops: int, points: int, high_mw: float
) -> None:
    """A full break of 400 km: 520 kWh at 700 kW. Points within one of each 11 that the plain table gives.

    The table (peak 8 %, exponential, 45 min) says 6, 9 and 15; here 9 % come in the peak and stay 49.6 min,
    but stops vary less.
    """
    table = demand({("P", "battery"): (stops, stops * 400.0)})
    row = station_sizes(table, **shipped, shares=ALL).iloc[0]  # type: ignore[arg-type]
    assert row["points"] == points
    assert row["stop_min"] == pytest.approx(5 + 520 / 700 * 60)
    assert row["peak_high_mw"] == pytest.approx(high_mw, abs=0.1)
    assert row["energy_kwh_d"] == stops * 520
    assert 0.2 < row["occupied_share"] < 0.55


def test_no_stations_are_no_error(hours: pd.DataFrame, numbers: pd.DataFrame) -> None:
    table = demand({("P", "battery"): (1, 1)}).iloc[:0]
    sizes = station_sizes(table, hours=hours, assumptions=numbers, shares={})
    assert len(sizes) == 0
    assert len(station_hours(sizes, hours=hours)) == 0


def test_cost_by_hand(numbers: pd.DataFrame) -> None:
    """4 points and 2 MWh: 4 * 375 + 2 * 175 = 1,850 kEUR, 18.5 MNOK at 10 NOK a euro."""
    index = pd.MultiIndex.from_tuples([("P", "battery"), ("P", "biogas")], names=["site_id", "energy"])
    points, storage = pd.Series([4, 2], index=index), pd.Series([2.0, np.nan], index=index)
    cost = equipment_cost(points, storage, assumptions=numbers)
    assert cost.loc[("P", "battery")].to_dict() == {
        "equipment_low_keur": 925, "equipment_low_mnok": 9.25, "equipment_keur": 1850,
        "equipment_mnok": 18.5, "equipment_high_keur": 3700, "equipment_high_mnok": 37,
    }  # fmt: skip
    assert cost.loc[("P", "biogas")].isna().all()


# --- bad input


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_demand_that_is_none_is_refused(hours: pd.DataFrame, numbers: pd.DataFrame, value: float) -> None:
    """Row O05."""
    table = demand({("P", "battery"): (value, 100)})
    with pytest.raises(SchemaError, match=r"stops_per_day: .*'P', 'battery'"):
        station_sizes(table, hours=hours, assumptions=numbers, shares=ALL)


def test_other_demand_that_cannot_be_is_refused(hours: pd.DataFrame, numbers: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="unknown energies 'diesel': choose from battery, hydrogen, biogas"):
        station_sizes(demand({("P", "diesel"): (1, 1)}), hours=hours, assumptions=numbers, shares=ALL)
    with pytest.raises(DataError, match=r"'P', 'battery'\) take energy without a stop"):
        station_sizes(demand({("P", "battery"): (0, 9)}), hours=hours, assumptions=numbers, shares=ALL)


def test_terms_that_cannot_be_are_refused(hours: pd.DataFrame, numbers: pd.DataFrame) -> None:
    table = demand({("P", "battery"): (10, 100)})
    cases: list[tuple[dict[str, object], str]] = [
        ({"shares": {"hydrogen": 0.5}}, "no share of trucks on 'battery'"),
        ({"shares": {"battery": 1.5}}, "between 0 and 1: 'battery'"),
        ({"shares": {"battery": np.nan}}, "between 0 and 1: 'battery'"),
        ({"season": "autumn"}, "unknown season 'autumn'"),
        ({"level": "best"}, "unknown level 'best'"),
        ({"at_least": {"battery": -1}}, "-1 points"),
    ]
    for options, words in cases:
        with pytest.raises(ScenarioError, match=words):
            station_sizes(table, hours=hours, assumptions=numbers, **{"shares": ALL, **options})  # type: ignore[arg-type]


def test_a_profile_with_a_gap_is_refused(hours: pd.DataFrame, numbers: pd.DataFrame) -> None:
    table = demand({("P", "battery"): (10, 100)})
    with pytest.raises(DataError, match=r"\('weekday', 9\) missing"):
        station_sizes(table, hours=hours.drop(index=[("weekday", 9)]), assumptions=numbers, shares=ALL)


def test_numbers_in_other_units_are_refused(hours: pd.DataFrame, numbers: pd.DataFrame) -> None:
    """Row O13: kW for MW."""
    other = numbers.copy()
    other.loc["sizing.rate.battery", "unit"] = "MW"
    table = demand({("P", "battery"): (10, 100)})
    with pytest.raises(AssumptionError, match="stated in MW, asked for in kW"):
        station_sizes(table, hours=hours, assumptions=other, shares=ALL)


def test_trucks_that_charge_faster_than_the_point_are_refused(
    hours: pd.DataFrame, numbers: pd.DataFrame
) -> None:
    other = numbers.copy()
    other.loc["sizing.point_kw.battery", "value"] = 400
    with pytest.raises(ScenarioError, match=r"600 kW \(sizing\.rate\.battery\) at points of 400 kW"):
        station_sizes(
            demand({("P", "battery"): (10, 100)}), hours=hours, assumptions=other, shares={"battery": 1}
        )


def test_grid_figures_that_are_none_are_refused(hours: pd.DataFrame, numbers: pd.DataFrame) -> None:
    table = demand({("P", "battery"): (10, 100)})
    index = pd.Index(["P", "P"], name="site_id")
    grid = pd.DataFrame({"grid_mw": [1.0, np.inf], "grid_year": [2030.0, 2030.0]}, index=index)
    with pytest.raises(SchemaError, match=r"(?s)stands more than once: 'P'.*grid_mw: must be finite"):
        station_sizes(table, hours=hours, assumptions=numbers, shares=ALL, grid=grid)
