"""The toy result with everything a plan, a rule check and cards can hold, for tests of what is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point

from regiongeo.compliance import Fact, RuleCheck
from regiongeo.tables import (
    ENOVA_STATUS,
    OFFERS,
    POOL_STATUS,
    ROAD_KM,
    ROAD_SHARES,
    STATION_SIZES,
    URBAN_NODES,
)
from toy import WORK
from toy_plan import table, toy_planned_result, toy_rules, toy_station_plan

if TYPE_CHECKING:
    from regiongeo.result import Result, StationPlan

ASSUMPTIONS = {
    "driving.break_min": (45.0, 45.0, 45.0, "min", np.nan, "source"),
    "rule.afir.2030.core.points_350kw": (2.0, 1.0, 2.0, "points", np.nan, "to_verify"),
    "rule.afir.2030.core.power_kw": (3600.0, np.nan, np.nan, "kW", np.nan, "source"),
    "siting.reserve.battery": (0.15, 0.1, 0.2, "1", np.nan, "to_verify"),
    "siting.tank.biogas_liquid": (225.0, 180.0, 250.0, "kg", np.nan, "scenario"),
    "sizing.energy_share.battery.2030": (0.15, 0.05, 0.25, "1", 2030.0, "to_verify"),
    "sizing.energy_share.battery.2035": (0.61, 0.3, 0.75, "1", 2035.0, "to_verify"),
    "sizing.setup_min.battery": (5.0, 2.0, 10.0, "min", np.nan, "to_verify"),
}


def full_result() -> Result:
    """Return the toy result with an existing station S1 on ce, biogas at K, costs, grid, breaks and pools."""
    result = toy_planned_result()
    columns = ("value", "low", "high", "unit", "year", "status")
    rows = [dict(zip(columns, row, strict=True)) for row in ASSUMPTIONS.values()]
    added = pd.DataFrame(rows, index=pd.Index(ASSUMPTIONS, name="name")).assign(source="En kilde", note="n")
    numbers = pd.concat([result.reference.assumptions, added])
    stations = gpd.GeoDataFrame(
        {
            "name": ["Stasjon øst"],
            "power_kw": [1500.0],
            "points_350kw": [np.nan],
            "energies": ["battery + hydrogen"],
        },
        geometry=[Point(645_000, 6_648_000)],
        index=pd.Index(["S1"], name="station_id"),
        crs=WORK,
    )
    return replace(
        result,
        reference=replace(result.reference, assumptions=numbers),
        stations=stations,
        plan=full_plan(),
        rules=full_rules(),
        rules_today=rules_of_today(),
    )


def full_plan() -> StationPlan:
    """Return the toy plan with biogas at K, S1 in use, and every kind of answer of the grid."""
    plan = toy_station_plan()
    offers = table(
        OFFERS,
        {
            ("K", "biogas"): {
                "stops_per_day": 8.0,
                "lost_trips_per_day": 4.0,
                "lost_truck_km_per_day": 350.0,
            },
            ("station/S1", "battery"): {
                "is_existing": True,
                "stops_per_day": 12.0,
                "lost_trips_per_day": 9.0,
            },
        },
    )
    biogas = {"fuel_kg_d": 820.0, "points": 1, "sessions_per_day": 8.0, "area_m2": 2500.0}
    more = table(
        STATION_SIZES,
        {("K", "biogas"): {**biogas, "grid_status": "need_unknown", "grid_timing": "unknown"}},
    )
    sizes = pd.concat([plan.sizes, more])
    known = {
        "grid_mw": 1.2, "grid_year": 2032.0, "grid_status": "fits_with_storage", "grid_timing": "later",
        "storage_mwh": 1.5, "equipment_low_mnok": 20.0, "equipment_mnok": 26.0, "equipment_high_mnok": 40.0,
    }  # fmt: skip
    for name, value in known.items():
        sizes.loc[("K", "battery"), name] = value
    sizes.loc[("K", "battery"), "grid_lack_mw"] = 0.4
    breaks = pd.DataFrame(
        {"breaks_per_day": [3.0, 12.0], "covered_share": [0.0, 0.5]},
        index=pd.MultiIndex.from_tuples([("Rv4", "3203"), ("E6", "3205")], names=["road", "municipality_id"]),
    )
    service = plan.service.copy()
    service.loc["biogas"] = {**service.loc["hydrogen"], "range_km": 900.0, "impossible_trips_per_day": 6.0}
    service["sites"] = service["sites"].astype("int64")
    return replace(plan, offers=pd.concat([plan.offers, offers]), sizes=sizes, breaks=breaks, service=service)


def full_rules() -> RuleCheck:
    """Return the toy check with hydrogen, both ways of driving, a pool that fails and an urban node."""
    check = toy_rules()
    hydrogen = {
        "km": 60.0,
        "not_known_km": 60.0,
        "ratio_if": 1.0,
        "required_share": 1.0,
        "is_met": "not_known",
    }
    shares = pd.concat([check.shares, table(ROAD_SHARES, {("hydrogen", "2030", "any"): hydrogen})])
    outside = {"km": 5.0, "missing_km": 5.0}
    road_km = pd.concat(
        [
            check.road_km,
            table(
                ROAD_KM,
                {
                    ("charging", "2030", "any", "E18", "none", "comprehensive"): outside,
                    ("charging", "2030", "forward", "E6", "3205", "core"): {"km": 20.0, "missing_km": 20.0},
                    ("charging", "2025", "any", "E6", "3201", "core"): {"km": 20.0, "covered_km": 20.0},
                },
            ),
        ]
    )
    pool = {
        "status": "no",
        "fails": "power,points",
        "not_known": "open",
        "missing_kw": 2100.0,
        "missing_points": 2.0,
    }
    pools = {
        ("charging", "2030", "core", "S1"): {**pool, "is_own_class": True},
        ("charging", "2030", "comprehensive", "S1"): pool,
        ("hydrogen", "2030", "core", "S1"): {"status": "no", "fails": "energy", "is_own_class": True},
    }
    node = {
        "unit": "kW",
        "required": 1800.0,
        "found": 0.0,
        "missing": 1800.0,
        "pools_not_known": 1,
        "is_met": "no",
    }
    enova = check.enova_sites.copy()
    enova.loc["T", ["location", "fails", "not_known"]] = ["no", "spacing", "points,power,open"]
    enova.loc["T", ["national_km", "nearest_km", "nearest_pool_id"]] = [0.1, 49.0, "S1"]
    return replace(
        check,
        road_status=_with_ways(check.road_status),
        road_km=road_km,
        shares=shares,
        region_shares=shares,
        pool_status=table(POOL_STATUS, pools),
        urban_nodes=table(URBAN_NODES, {("charging", "2030", "3203"): node}),
        enova_sites=enova,
        enova_pools=table(ENOVA_STATUS, {"S1": {"status": "no", "location": "no", "equipment": "no"}}),
        notices=(Fact("afir_yardstick"), Fact("pools_not_known", {"count": 1, "names": "S1"})),
    )


def rules_of_today() -> RuleCheck:
    """Return the check with today's stations alone: nothing is covered."""
    check = full_rules()
    bare = {"covered_km": 0.0, "ratio": 0.0}
    status = check.road_status.assign(is_covered="no")
    road_km = check.road_km.assign(**bare, missing_km=check.road_km["km"])
    shares = check.region_shares.assign(**bare, missing_km=60.0, not_known_km=0.0, is_met="no", least_pools=2)
    return replace(check, road_status=status, road_km=road_km, shares=shares, region_shares=shares)


def _with_ways(status: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add hydrogen on ab, and ce northwards alone."""
    flat = status.reset_index()
    hydrogen = flat[(flat["link_id"] == "ab") & (flat["deadline"] == "2030")].assign(
        requirement="hydrogen", is_covered="not_known"
    )
    forward = flat[(flat["link_id"] == "ce") & (flat["deadline"] == "2030")].assign(direction="forward")
    return gpd.GeoDataFrame(pd.concat([flat, hydrogen, forward]).set_index(status.index.names), crs=WORK)
