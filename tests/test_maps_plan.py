"""The station plan as it reaches the page."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from regiongeo.maps.plan import describe_offers, describe_plan
from regiongeo.result import Result, StationPlan
from toy import toy_result
from toy_plan import toy_planned_result, toy_station_plan


def planned_with(**changes: object) -> Result:
    return replace(toy_planned_result(), plan=replace(toy_station_plan(), **changes))  # type: ignore[arg-type]


def test_shares_are_of_the_trips_of_each_energy() -> None:
    """Battery: 90 of 200 trips need no station, 170 get through, 8 cannot be helped."""
    data = describe_plan(toy_planned_result())
    assert data is not None
    [battery, hydrogen] = data["energies"]  # type: ignore[misc]
    assert battery == {
        "energy": "battery", "range_km": 350, "sites": 2, "trips": 200,
        "free_share": 0.45, "served_share": 0.85, "impossible_share": 0.04,
    }  # fmt: skip
    assert (hydrogen["free_share"], hydrogen["served_share"]) == (0.0, 0.4615)
    assert data["size"] == 2


@pytest.mark.parametrize(("status", "gap"), [("optimal", 0.0), ("feasible", 0.0132)])
def test_the_page_knows_what_was_proven(status: str, gap: float) -> None:
    data = describe_plan(planned_with(status=status, gap=gap, objective="worst_gap", worst_gap_km=84.26))
    assert data is not None
    assert (data["status"], data["gap"], data["objective"]) == (status, gap, "worst_gap")
    assert data["worst_gap_km"] == 84


def test_an_energy_without_trips_has_no_share() -> None:
    service = toy_station_plan().service.assign(all_trips_per_day=0.0)
    data = describe_plan(planned_with(service=service))
    assert data is not None
    assert {one["served_share"] for one in data["energies"]} == {None}  # type: ignore[attr-defined]


def test_a_site_tells_its_offers_in_the_order_of_the_energies() -> None:
    offers = describe_offers(toy_station_plan())
    assert {site: [one["energy"] for one in told] for site, told in offers.items()} == {
        "K": ["battery"],
        "T": ["battery", "hydrogen"],
    }
    [charging] = offers["K"]
    assert (charging["stops_per_day"], charging["points"], charging["peak_high_mw"]) == (40, 6, 1.6)
    assert (charging["lost_trips_per_day"], charging["lost_truck_km_per_day"]) == (60, 5200)
    assert (charging["grid_status"], charging["grid_lack_mw"], charging["grid_mw"]) == ("lacks", 0.6, None)
    assert (charging["energy_kwh_d"], charging["fuel_kg_d"]) == (9000, None)
    assert [one["is_locked"] for one in offers["T"]] == [True, True]


def test_existing_stations_are_not_among_the_new_sites() -> None:
    plan = toy_station_plan()
    existing = plan.offers.loc[[("K", "battery")]].rename(index={"K": "station/S1"}).assign(is_existing=True)
    offers = describe_offers(replace(plan, offers=pd.concat([plan.offers, existing])))
    assert set(offers) == {"K", "T"}


def test_a_site_of_the_plan_that_offers_nothing_is_still_there() -> None:
    plan = toy_station_plan()
    offers = describe_offers(replace(plan, offers=plan.offers.drop(index="K"), sizes=plan.sizes.iloc[:0]))
    assert offers["K"] == []
    assert {one["points"] for one in offers["T"]} == {None}


def test_only_named_columns_reach_the_page() -> None:
    plan = toy_station_plan()
    private = replace(
        plan,
        offers=plan.offers.assign(owner="Ola Nordmann"),
        sizes=plan.sizes.assign(phone="22 22 22 22"),
        service=plan.service.assign(owner="Ola Nordmann"),
    )
    told = repr((describe_plan(replace(toy_planned_result(), plan=private)), describe_offers(private)))
    assert "Nordmann" not in told
    assert "22 22" not in told


def test_without_a_plan_there_is_none() -> None:
    assert describe_plan(toy_result()) is None
    assert describe_offers(None) == {}


def test_inputs_stay_as_they_were() -> None:
    result, before = toy_planned_result(), toy_station_plan()
    describe_plan(result)
    describe_offers(result.plan)
    plan: StationPlan | None = result.plan
    assert plan is not None
    for name in ("offers", "service", "sizes"):
        pd.testing.assert_frame_equal(getattr(plan, name), getattr(before, name))
    assert np.isnan(plan.sizes.loc[("K", "battery"), "fuel_kg_d"])
