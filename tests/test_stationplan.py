"""The station plan on a road worked out by hand: who gets through, what is conserved, what settings do."""

import numpy as np
import pandas as pd
import pytest

from regiongeo.errors import AssumptionError, InfeasibleError, ScenarioError
from regiongeo.fairness import NO_FLOORS, Floors
from regiongeo.result import StationPlan
from regiongeo.scenario import Scenario
from regiongeo.stationplan import energy_reach, plan_stations
from toy_line import (
    INSIDE_KM,
    TRIPS,
    line_distances,
    line_flows,
    line_grid,
    line_hours,
    line_numbers,
    line_scenario,
    line_stations,
)

ALL_TRIPS = sum(TRIPS.values())
ALL_TRUCK_KM = sum(TRIPS[pair] * INSIDE_KM[pair] for pair in TRIPS)


def plan_line(
    scenario: Scenario | None = None,
    *,
    trips: dict[str, float] | None = None,
    numbers: dict[str, float] | None = None,
    stations: dict[str, float] | None = None,
    energies: list[str] | None = None,
    node_of: dict[str, str] | None = None,
    floors: Floors = NO_FLOORS,
) -> StationPlan:
    there = line_stations(stations or {}, **({"energies": energies} if energies else {}))
    distances = line_distances(there, **({"node_of": node_of} if node_of else {}))
    return plan_stations(
        line_flows(**(trips or {})),
        distances,
        scenario=scenario or line_scenario(),
        assumptions=line_numbers(**(numbers or {})),
        hours=line_hours(),
        stations=there,
        grid=line_grid(distances, B=1.0),
        floors=floors,
    )


def test_one_site_serves_all_by_hand() -> None:
    """Half of the 160 trips are on batteries; B in the middle alone serves every relation."""
    plan = plan_line()
    row = plan.service.loc["battery"]

    assert (plan.sites, plan.status, plan.is_settled, plan.gap) == (("B",), "optimal", True, 0)
    assert row["all_trips_per_day"] == row["served_trips_per_day"] == 80
    assert row["all_truck_km_per_day"] == row["served_truck_km_per_day"] == ALL_TRUCK_KM / 2
    assert (row["free_trips_per_day"], row["impossible_trips_per_day"], row["sites"]) == (0, 0, 1)
    assert (row["range_km"], row["truck_share"], row["depot_share"]) == (100, 0.5, 0)
    assert plan.bound == pytest.approx(80)


def test_a_floor_puts_the_site_where_it_is_asked_for() -> None:
    """B alone serves every relation; with one site in the west it is another that stands there."""
    sites = plan_line().sites
    assert sites == ("B",)
    group = pd.Series({"K": "west", "B": "middle", "P": "east"})
    plan = plan_line(floors=Floors(group=group, at_least={"west": 1}))
    assert plan.sites == ("K",)
    assert plan.service.loc["battery", "served_trips_per_day"] <= 80


def test_what_one_site_serves_is_lost_without_it_and_stops_there() -> None:
    """Trucks come to B with 100 km driven from beyond, and again after 80 km to a and back."""
    plan = plan_line(trips={"ab": 0.0, "bc": 0.0})
    offer = plan.offers.loc[("B", "battery")]

    assert offer["lost_trips_per_day"] == 50
    assert offer["lost_truck_km_per_day"] == 50 * 80
    assert offer["stops_per_day"] == 50  # 25 round trips, out and back
    assert offer["refilled_km_per_day"] == 25 * 180  # 100 km from beyond, and 80 km from B to a and back
    assert plan.sizes.index.tolist() == [("B", "battery")]
    assert plan.sizes.loc[("B", "battery"), "grid_mw"] == 1.0


def test_two_sites_are_asked_for_but_nobody_needs_the_second() -> None:
    """A site that offers nothing is no station."""
    assert plan_line(line_scenario(plan={"portfolio_size": 2})).sites == ("B",)


def test_a_locked_site_stays_even_if_it_serves_nobody() -> None:
    plan = plan_line(line_scenario(plan={"portfolio_size": 2, "locked": ["K"]}))

    assert plan.sites == ("B", "K")
    assert not plan.offers["is_locked"].drop("K", level="site_id", errors="ignore").any()


def test_with_the_middle_too_close_two_sites_stand_in_for_it() -> None:
    """K locked, spacing 30 km: B is 20 km away, so P joins; K and P serve all."""
    plan = plan_line(line_scenario(plan={"portfolio_size": 2, "portfolio_spacing_km": 30, "locked": ["K"]}))

    assert plan.sites == ("K", "P")
    assert plan.offers["is_locked"].to_dict() == {("K", "battery"): True, ("P", "battery"): False}
    assert plan.service.loc["battery", "served_trips_per_day"] == 80
    assert plan.offers["lost_trips_per_day"].to_list() == [70, 60]


def test_trips_from_a_depot_may_need_no_station() -> None:
    """Half the trucks fill at home, half of these at either end.

    a–b: 20 of 40 are free, as 80 km last. b–gw: the quarter with energy at b has it at both ends, 100 km
    apart. a–gw is too long.
    """
    plan = plan_line(numbers={"siting__depot_share__battery": 0.5})
    row = plan.service.loc["battery"]

    assert row["free_trips_per_day"] == pytest.approx((20 + 5) / 2)
    assert row["free_truck_km_per_day"] == pytest.approx((20 * 40 + 5 * 40) / 2)
    assert row["served_trips_per_day"] == pytest.approx(ALL_TRIPS / 2)
    assert row["served_truck_km_per_day"] == pytest.approx(ALL_TRUCK_KM / 2)


@pytest.mark.parametrize(("range_km", "depot"), [(50.0, 1.0), (90.0, 0.0), (90.0, 0.3), (120.0, 0.3)])
def test_trips_are_conserved(depot: float, range_km: float) -> None:
    """Free ones, served ones and failing ones add up; the table of relations says the same as the sums."""
    scenario = line_scenario(range_km={"battery": range_km})
    plan = plan_line(scenario, numbers={"siting__depot_share__battery": depot})
    row = plan.service.loc["battery"]
    through = plan.relations["trips_per_day"] * plan.relations["served_share"]

    assert row["all_trips_per_day"] == pytest.approx(ALL_TRIPS / 2)
    assert plan.relations["trips_per_day"].sum() == pytest.approx(ALL_TRIPS / 2)
    assert through.sum() == pytest.approx(row["served_trips_per_day"])
    for unit in ("trips", "truck_km"):
        free, served, impossible, everything = (
            row[f"{what}_{unit}_per_day"] for what in ("free", "served", "impossible", "all")
        )
        assert 0 <= free <= served + 1e-9
        assert served + impossible <= everything + 1e-9
    lost = plan.offers["lost_trips_per_day"].sum()  # of the one site
    assert row["served_trips_per_day"] - row["free_trips_per_day"] == pytest.approx(lost)


def test_what_no_choice_serves_is_told_as_impossible() -> None:
    """With 50 km nobody gets over the 60 km beyond c; K serves a–b: 40 km both ways round."""
    plan = plan_line(line_scenario(range_km={"battery": 50.0}))
    row = plan.service.loc["battery"]

    assert plan.sites == ("K",)
    assert row["impossible_trips_per_day"] == 60
    assert row["served_trips_per_day"] == 20
    assert plan.relations.loc[("battery", "Aby", "E6 sør"), "served_share"] == 0
    assert plan.relations.loc[("battery", "Aby", "Bby"), "served_share"] == 1


def test_nothing_can_be_served_at_all() -> None:
    with pytest.raises(InfeasibleError, match="no relation can be served"):
        plan_line(line_scenario(range_km={"battery": 10.0}))


def test_relations_have_the_whole_way_but_truck_km_inside() -> None:
    relation = plan_line().relations.loc[("battery", "Aby", "E6 sør")]

    assert relation["km"] == 140
    assert relation["truck_km_per_day"] == 50 * 80


def test_existing_stations_serve_and_do_not_count() -> None:
    """Charging stands at km 60: K is the one to add, since a–gw then gets through, and a–b."""
    plan = plan_line(stations={"S": 60.0}, node_of={"K": "k", "P": "p"})

    assert plan.sites == ("K",)
    assert plan.service.loc["battery", "served_trips_per_day"] == 80
    assert plan.offers["is_existing"].to_dict() == {
        ("K", "battery"): False,
        ("station/S", "battery"): True,
    }
    assert plan.sizes.index.tolist() == [("K", "battery")]
    assert plan.service.loc["battery", "sites"] == 1


def test_an_existing_station_offers_only_what_it_says() -> None:
    """Hydrogen at km 60 is no help to batteries."""
    plan = plan_line(stations={"S": 60.0}, energies=["hydrogen"])

    assert plan.sites == ("B",)
    assert plan.offers.index.tolist() == [("B", "battery")]


def test_a_station_may_have_the_id_of_a_site() -> None:
    plan = plan_line(stations={"K": 60.0}, node_of={"K": "k", "P": "p"})

    assert plan.offers.index.tolist() == [("K", "battery"), ("station/K", "battery")]


def test_ties_go_to_the_earliest_id_whatever_the_seed() -> None:
    """Three twins in the middle."""
    twins = {"B2": "b", "B1": "b", "B3": "b", "K": "k"}
    plans = [plan_line(line_scenario().replace(uncertainty={"seed": seed}), node_of=twins) for seed in (1, 2)]

    for plan in plans:
        assert (plan.sites, plan.is_settled) == (("B1",), True)
    pd.testing.assert_frame_equal(plans[0].offers, plans[1].offers)
    pd.testing.assert_frame_equal(plans[0].service, plans[1].service)


@pytest.mark.parametrize(("objective", "best"), [("trucks", ALL_TRIPS / 2), ("truck_km", ALL_TRUCK_KM / 2)])
def test_the_bound_is_in_the_unit_of_the_objective(objective: str, best: float) -> None:
    plan = plan_line(line_scenario(objective=objective))
    assert (plan.objective, plan.sites, plan.bound) == (objective, ("B",), pytest.approx(best))


def test_two_energies_share_sites_and_each_keeps_its_cap() -> None:
    """Hydrogen with a range of 100 km too, at one site at most: both at B; none of it where most is 0."""
    both = {"energies": ["hydrogen", "battery"], "range_km": {"battery": 100.0, "hydrogen": 100.0}}
    plan = plan_line(line_scenario(**both))
    none = plan_line(line_scenario(**both, most={"hydrogen": 0}))

    assert plan.service.index.tolist() == ["battery", "hydrogen"]
    assert plan.offers.index.tolist() == [("B", "battery"), ("B", "hydrogen")]
    assert plan.service["served_trips_per_day"].to_dict() == {"battery": 80, "hydrogen": 40}
    assert none.offers.index.tolist() == [("B", "battery")]
    assert none.service["served_trips_per_day"].to_dict() == {"battery": 80, "hydrogen": 0}
    assert none.service.loc["hydrogen", "impossible_trips_per_day"] == 0


def test_an_energy_whose_trucks_need_no_station_is_refused_by_name() -> None:
    """All trucks on hydrogen fill at home and drive 1000 km."""
    ranges = {"battery": 100.0, "hydrogen": 1000.0}
    scenario = line_scenario(energies=["battery", "hydrogen"], range_km=ranges)
    with pytest.raises(ScenarioError, match=r"hydrogen: every truck gets through .* 1000 km"):
        plan_line(scenario, numbers={"siting__depot_share__hydrogen": 1.0})


def test_a_budget_buys_what_it_can() -> None:
    """A site costs 10 and charging 5: 15 buy B, 30 not more since nobody needs it, 14 buy nothing."""
    costs = {"site_cost_mnok": 10.0, "offer_cost_mnok": {"battery": 5.0}}

    assert plan_line(line_scenario(budget_mnok=15.0, **costs)).sites == ("B",)
    assert plan_line(line_scenario(budget_mnok=30.0, **costs)).sites == ("B",)
    nothing = plan_line(line_scenario(budget_mnok=14.0, **costs))
    assert nothing.sites == ()
    assert nothing.offers.empty
    assert nothing.sizes.empty
    assert nothing.service.loc["battery", "served_trips_per_day"] == 0


def test_a_budget_needs_costs() -> None:
    with pytest.raises(ScenarioError, match="budget_mnok needs costs"):
        plan_line(line_scenario(budget_mnok=15.0))


def test_what_a_further_site_would_add() -> None:
    """K stands: a–b gets through. B or P would add the other two relations."""
    plan = plan_line(line_scenario(plan={"locked": ["K"]}))

    assert plan.sites == ("K",)
    assert plan.added["trips_per_day"].drop("K").to_dict() == {"B": 60, "P": 60}
    assert plan.added["truck_km_per_day"].drop("K").to_dict() == {"B": 50 * 80 + 400, "P": 50 * 80 + 400}


def test_drivers_rest_on_the_last_road_they_reach_in_time() -> None:
    """180 minutes from a to the true end; break after 150, search for 30 before.

    Trips out rest beyond c; trips in after 120 to 150 minutes, 20 to 50 km into the road, where B stands.
    """
    numbers = {
        "driving__break_after_minutes": 150.0,
        "driving__search_minutes": 30.0,
        "driving__break_minutes": 45.0,
    }
    breaks = plan_line(numbers=numbers).breaks

    assert breaks.index.names == ["road", "municipality_id"]
    assert breaks["breaks_per_day"].sum() == pytest.approx(50)  # of the 100 trips those that drive in
    assert breaks.loc[("E6", "3203"), "breaks_per_day"] == pytest.approx(50 * 20 / 30)
    assert breaks["covered_share"].to_list() == [1.0, 1.0]


def test_short_trips_need_no_break() -> None:
    assert plan_line().breaks.empty


def test_range_is_tank_less_reserve_over_use() -> None:
    numbers = line_numbers(
        siting__tank__battery=500.0, siting__reserve__battery=0.2, energy_use__battery=1.0,
        energy_season_factor__battery=1.25,
    )  # fmt: skip
    winter, average = (Scenario().replace(refuelling={"season": one}) for one in ("winter", "average"))

    assert energy_reach(numbers, "battery", scenario=winter).range_km == pytest.approx(320)
    assert energy_reach(numbers, "battery", scenario=average).range_km == pytest.approx(400)
    stated = winter.replace(refuelling={"range_km": {"battery": 77.0}})
    assert energy_reach(numbers, "battery", scenario=stated).range_km == 77


def test_compressed_gas_drives_less_far() -> None:
    numbers = line_numbers(siting__tank__biogas_liquid=200.0, siting__tank__biogas_compressed=100.0)
    liquid, compressed = (
        energy_reach(numbers, "biogas", scenario=Scenario().replace(refuelling={"biogas": kind})).range_km
        for kind in ("liquid", "compressed")
    )
    assert liquid == pytest.approx(2 * compressed)


def test_a_missing_number_is_named() -> None:
    numbers = line_numbers().drop("siting.tank.battery")
    with pytest.raises(AssumptionError, match=r"siting\.tank\.battery"):
        energy_reach(numbers, "battery", scenario=Scenario())


@pytest.mark.parametrize("year", [2026, 2050])
def test_a_year_without_shares_is_refused_with_those_there_are(year: int) -> None:
    with pytest.raises(AssumptionError, match=f"battery for {year}: choose a year from 2030 to 2040"):
        plan_line(line_scenario(year=year))


def test_a_later_year_has_more_trucks_on_batteries() -> None:
    numbers = {"sizing__energy_share__battery__2035": 0.7}
    plan = plan_line(line_scenario(year=2032), numbers=numbers)
    assert plan.service.loc["battery", "truck_share"] == pytest.approx(0.5 + 0.2 * 2 / 5)


def test_time_that_runs_out_shows_the_plan_with_its_gap() -> None:
    """O03: the start stands, its bound is what can be served at all, and it is not called optimal."""
    plan = plan_line(line_scenario(time_limit_s=1e-9, plan={"portfolio_spacing_km": 30.0}))

    assert plan.status in ("optimal", "feasible")
    assert plan.bound >= plan.service["served_trips_per_day"].sum() - 1e-9
    assert np.isfinite(plan.bound)
    assert np.isfinite(plan.gap)
