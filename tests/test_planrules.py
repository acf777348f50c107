"""The rules held against the plan: planned pools of the size the plan gives, and today's beside them."""

from dataclasses import replace
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from regiongeo.compliance import RuleCheck
from regiongeo.planrules import check_plan
from regiongeo.result import StationPlan
from toy_line import line_distances, line_numbers, line_stations
from toy_plan import toy_station_plan
from toy_roads import EAST, NORTH, point

REGION = gpd.GeoDataFrame(
    {"name": ["Vestby", "Midtby"]},
    index=pd.Index(["3201", "3203"], name="municipality_id"),
    geometry=[
        box(EAST - 1000, NORTH - 9000, EAST + 40_000, NORTH + 9000),
        box(EAST + 40_000, NORTH - 9000, EAST + 90_000, NORTH + 9000),
    ],
    crs="EPSG:25832",
)
SITES = gpd.GeoDataFrame(
    {"name": ["Midten", "Krysset", "Plassen"]},
    index=pd.Index(["B", "K", "P"], name="site_id"),
    geometry=[point(km, 0.0) for km in (40, 20, 60)],
    crs="EPSG:25832",
)
STANDS = {"power_kw": [4000.0], "points_350kw": [8.0], "energies": ["battery"]}


def one_station_plan(site: str = "B", *, mw: float = 4.0, points: int = 10) -> StationPlan:
    """Return a plan with charging, and hydrogen of 2000 kg a day, at one site."""
    toy = toy_station_plan()
    battery, hydrogen = ("K", "battery"), ("T", "hydrogen")
    sizes = pd.concat(
        [
            toy.sizes.loc[[battery]].assign(installed_mw=mw, points=points),
            toy.sizes.loc[[hydrogen]].assign(fuel_kg_d=2000.0),
        ]
    )
    index = pd.MultiIndex.from_tuples([(site, "battery"), (site, "hydrogen")], names=["site_id", "energy"])
    offers = toy.offers.loc[[battery, hydrogen]].set_axis(index, axis=0)
    return replace(toy, sites=(site,), sizes=sizes.set_axis(index, axis=0), offers=offers)


def check_line(
    plan: StationPlan | None, *, stations: dict[str, float] | None = None, **columns: list[object]
) -> tuple[RuleCheck, RuleCheck]:
    there = line_stations(stations or {}, **columns)
    gateways = pd.DataFrame({"node_id": pd.Series([], dtype="str")}, index=pd.Index([], dtype="str"))
    return check_plan(
        line_distances(there),
        SITES,
        there,
        plan,
        heavy_aadt=pd.Series(9000.0, index=["ak", "kb", "bp", "pc"]),
        region=REGION,
        reference=SimpleNamespace(
            assumptions=line_numbers(),
            municipalities=REGION,
            gateways=gateways,
            traffic_sections=pd.DataFrame(
                {"name": ["S"], "tent": ["core"], "tent_reported": ["core"]}, index=["s"]
            ),
        ),
    )


def covered_km(rules: RuleCheck, requirement: str = "charging", deadline: int = 2030) -> float:
    return float(rules.region_shares.loc[(requirement, deadline)]["covered_km"].max())


def test_without_a_plan_both_checks_are_one() -> None:
    with_plan, today = check_line(None)
    assert with_plan is today
    assert covered_km(today) == 0


def test_a_plan_without_sites_changes_nothing() -> None:
    empty = replace(one_station_plan(), sites=())
    with_plan, today = check_line(empty)
    assert with_plan is today


def test_planned_stations_are_pools_of_their_size() -> None:
    """4 MW and 10 points at B pass what 2030 asks of a core road; nothing stands today."""
    with_plan, today = check_line(one_station_plan())

    assert today.pool_status.empty
    charging = with_plan.pool_status.loc[("charging", 2030, "core", "B")]
    assert (charging["status"], charging["missing_kw"], charging["missing_points"]) == ("yes", 0, 0)
    assert with_plan.pool_status.loc[("hydrogen", 2030, "core", "B"), "status"] == "yes"


@pytest.mark.parametrize(("mw", "points", "fails"), [(1.0, 10, "power"), (4.0, 1, "points")])
def test_a_planned_station_that_is_too_small_is_told(mw: float, points: int, fails: str) -> None:
    with_plan, _ = check_line(one_station_plan(mw=mw, points=points))
    row = with_plan.pool_status.loc[("charging", 2030, "core", "B")]

    assert (row["status"], row["fails"]) == ("no", fails)
    assert covered_km(with_plan) == 0
    rule = with_plan.rules.loc[("charging", 2030, "core")]
    assert row["missing_kw"] == pytest.approx(max(0.0, rule["power_kw"] - 1000 * mw))


def test_a_station_of_gas_alone_is_no_charging_pool() -> None:
    toy = one_station_plan()
    only = toy.offers.index.get_level_values("energy") == "hydrogen"
    with_plan, _ = check_line(replace(toy, offers=toy.offers[only], sizes=toy.sizes[only]))

    row = with_plan.pool_status.loc[("charging", 2030, "core", "B")]
    assert row["status"] == "no"
    assert "energy" in row["fails"]
    assert with_plan.pool_status.loc[("hydrogen", 2030, "core", "B"), "status"] == "yes"


def test_today_beside_the_plan_and_what_a_site_closes() -> None:
    """S stands at km 60: B, 20 km away, closes the road between them; P at the same place nothing.

    The plan holds B; what a site closes is counted beside what stands all the same.
    """
    with_plan, today = check_line(one_station_plan(), stations={"S": 60.0}, **STANDS)
    _, bare = check_line(None)

    assert today.pool_status.index.get_level_values("pool_id").unique().tolist() == ["S"]
    assert sorted(with_plan.pool_status.index.get_level_values("pool_id").unique()) == ["B", "S"]
    assert (covered_km(with_plan), covered_km(today)) == (20, 0)
    gain = with_plan.site_gain["closes_km"].xs(("charging", 2030))
    assert gain.to_dict() == {"B": 20, "K": 40, "P": 0}
    pd.testing.assert_frame_equal(with_plan.site_gain, today.site_gain)
    assert bare.site_gain["closes_km"].xs(("charging", 2030)).eq(0).all()


def test_a_station_that_says_nothing_of_its_power_leaves_not_known() -> None:
    _, today = check_line(None, stations={"S": 40.0}, power_kw=[np.nan], points_350kw=[np.nan])
    row = today.pool_status.loc[("charging", 2030, "core", "S")]

    assert row["status"] == "not_known"
    assert row["not_known"] == "power,points"
    assert covered_km(today) == 0


def test_a_station_and_a_site_may_share_an_id() -> None:
    with_plan, _ = check_line(one_station_plan(), stations={"B": 60.0}, **STANDS)
    pools = with_plan.pool_status.index.get_level_values("pool_id").unique()
    assert sorted(pools) == ["B", "station/B"]
    assert covered_km(with_plan) == 20
