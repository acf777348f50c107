"""Growth, freight moved to rail and sea, and energy on the line of towns."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.errors import AssumptionError, ScenarioError
from regiongeo.flows import (
    FlowResult,
    energy_per_km,
    estimate_flows,
    grow_flows,
    growth_factor,
    link_energy,
    shift_to_rail_and_sea,
    trip_energy,
    zone_energy,
)
from toy_flows import flow_network, flow_reference, flow_traffic, toy_numbers

LINKS = flow_network().links


@pytest.fixture(scope="module")
def flows() -> FlowResult:
    return estimate_flows(flow_reference(), flow_network(), flow_traffic(), seed=1, folds=0)


def test_growth_is_straight_between_the_years_known() -> None:
    numbers = toy_numbers()  # 2026: 1, 2030: 1.1, 2040: 1.3
    factors = [growth_factor(numbers, year=year) for year in (2026, 2028, 2030, 2035, 2040)]
    assert factors == pytest.approx([1.0, 1.05, 1.1, 1.2, 1.3])
    assert growth_factor(numbers, year=2030, level="low") == pytest.approx(0.55)
    assert growth_factor(numbers, year=2030, level="high") == pytest.approx(2.2)


@pytest.mark.parametrize("year", [2020, 2041])
def test_unknown_years_are_refused(year: int) -> None:
    with pytest.raises(
        AssumptionError, match=f"no traffic growth for {year}: choose a year from 2026 to 2040"
    ):
        growth_factor(toy_numbers(), year=year)


def test_growth_scales_everything_alike(flows: FlowResult) -> None:
    grown = grow_flows(flows, LINKS, factor=1.5)
    assert grown.matrix["trips_per_day"].to_numpy() == pytest.approx(
        1.5 * flows.matrix["trips_per_day"].to_numpy()
    )
    before, after = (one.link_flows["modelled_trucks"].to_numpy() for one in (flows, grown))
    assert after == pytest.approx(1.5 * before)
    assert grown.zones["trucks_per_day"].to_numpy() == pytest.approx(
        1.5 * flows.zones["trucks_per_day"].to_numpy()
    )
    pd.testing.assert_frame_equal(grown.observations, flows.observations)


@pytest.mark.parametrize("factor", [-0.1, float("nan")])
def test_useless_factors_are_refused(flows: FlowResult, factor: float) -> None:
    with pytest.raises(ScenarioError, match="must be finite and not negative"):
        grow_flows(flows, LINKS, factor=factor)


def test_only_long_trips_of_the_corridor_move(flows: FlowResult) -> None:
    """West has 200 km beyond, east 50: over 150 km only trips by west, a quarter of them."""
    left, moved = shift_to_rail_and_sea(flows, LINKS, shares={"west": 0.25}, min_km=150)
    before, after = (one.matrix["trips_per_day"] for one in (flows, left))
    by_west = (before.reset_index()[["origin", "destination"]] == "gw_west").any(axis=1).to_numpy()
    assert after[by_west].to_numpy() == pytest.approx(0.75 * before[by_west].to_numpy())
    assert after[~by_west].to_numpy() == pytest.approx(before[~by_west].to_numpy())
    assert moved.loc["west", "trips_per_day"] == pytest.approx(0.25 * before[by_west].sum())
    assert moved.drop("west").to_numpy().sum() == 0
    assert left.link_flows.loc["Wb", "modelled_trucks"] == pytest.approx(
        0.75 * flows.link_flows.loc["Wb", "modelled_trucks"]
    )


def test_what_is_moved_is_what_is_missing(flows: FlowResult) -> None:
    shares = {"west": 0.3, "east": 0.1, "inside": 0.2}
    left, moved = shift_to_rail_and_sea(flows, LINKS, shares=shares, min_km=0)
    assert moved["trips_per_day"].sum() == pytest.approx(flows.trips.sum() - left.trips.sum())
    km = LINKS["length_m"] / 1000
    gone = ((flows.link_flows["modelled_trucks"] - left.link_flows["modelled_trucks"]) * km).sum()
    assert moved["truck_km_per_day"].sum() == pytest.approx(gone)
    through = ("gw_west", "gw_east")
    assert left.matrix.loc[through, "trips_per_day"] == pytest.approx(
        0.7 * flows.matrix.loc[through, "trips_per_day"]
    )
    inside = ("3201", "3203")
    assert left.matrix.loc[inside, "trips_per_day"] == pytest.approx(
        0.8 * flows.matrix.loc[inside, "trips_per_day"]
    )


@given(st.floats(0, 1), st.floats(0, 400))
def test_moving_never_adds_trucks(share: float, min_km: float) -> None:
    left, _ = shift_to_rail_and_sea(_FLOWS, LINKS, shares={"west": share, "inside": share}, min_km=min_km)
    assert (left.trips <= _FLOWS.trips + 1e-9).all()
    assert (left.trips >= 0).all()


_FLOWS = estimate_flows(flow_reference(), flow_network(), flow_traffic(), seed=1, folds=0)


def test_unknown_corridors_and_shares_are_refused(flows: FlowResult) -> None:
    with pytest.raises(ScenarioError, match="unknown corridors 'up': choose from south, east"):
        shift_to_rail_and_sea(flows, LINKS, shares={"up": 0.1}, min_km=0)
    with pytest.raises(ScenarioError, match=r"between 0 and 1: 'west'"):
        shift_to_rail_and_sea(flows, LINKS, shares={"west": 1.2}, min_km=0)


def test_energy_per_km_by_hand() -> None:
    numbers = toy_numbers()
    assert energy_per_km(numbers, "battery") == 1.3
    assert energy_per_km(numbers, "battery", season="winter", load="empty") == pytest.approx(1.3 * 1.2 * 0.75)
    assert energy_per_km(numbers, "battery", level="high") == 2.6
    assert energy_per_km(numbers, "hydrogen") == 0.08
    assert energy_per_km(numbers, "biogas") == 0.225


def test_a_missing_factor_is_named() -> None:
    with pytest.raises(AssumptionError, match=r"energy_load_factor\.full"):
        energy_per_km(toy_numbers(), "battery", load="full")


def test_whole_trips_need_energy_beyond_the_gateways(flows: FlowResult) -> None:
    """West to east: 60 km inside and 250 beyond at 2 kWh/km is 620 kWh; with half supplied there, 370."""
    pair = ("gw_west", "gw_east")
    trips = flows.matrix.loc[pair, "trips_per_day"]
    energy = trip_energy(flows.matrix, per_km=2.0, outside_supplied=0.5).loc[pair]
    assert energy["per_trip"] == pytest.approx(620, abs=0.1)
    assert energy["per_day"] == pytest.approx(energy["per_trip"] * trips)
    assert energy["needed_inside_per_day"] == pytest.approx((energy["per_trip"] - 250) * trips)


def test_energy_agrees_by_trip_link_and_zone(flows: FlowResult) -> None:
    inside = trip_energy(flows.matrix, per_km=1.3, outside_supplied=1.0)["needed_inside_per_day"].sum()
    assert link_energy(flows.link_flows, LINKS, per_km=1.3).sum() == pytest.approx(inside)
    assert zone_energy(flows.matrix, per_km=1.3, outside_supplied=1.0)[
        "needed_inside_per_day"
    ].sum() == pytest.approx(inside)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_impossible_supply_is_refused(flows: FlowResult, share: float) -> None:
    with pytest.raises(ScenarioError, match="between 0 and 1"):
        trip_energy(flows.matrix, per_km=1.0, outside_supplied=share)
