"""A station plan, a rule check and cards for the toy region, by hand: charging at K and T, hydrogen at T."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from regiongeo.compliance.check import RuleCheck
from regiongeo.compliance.facts import Fact
from regiongeo.result import Result, SiteCards, StationPlan
from regiongeo.schema import Schema, validate
from regiongeo.tables import (
    AFIR_RULES,
    CARDS,
    CHECKLIST,
    CHECKLIST_ITEMS,
    ENOVA_STATUS,
    OFFERS,
    POOL_STATUS,
    RELATION_SERVICE,
    RESERVES,
    RIVALS,
    ROAD_KM,
    ROAD_SHARES,
    SERVICE,
    SITE_GAIN,
    STATION_SIZES,
    URBAN_NODES,
)
from toy import WORK, toy_links, toy_result

_DTYPES = {"text": "str", "number": "float64", "integer": "int64", "boolean": "bool"}


def table(schema: Schema, rows: dict[object, dict[str, object]]) -> pd.DataFrame:
    """Make a table by schema; what a row does not name is missing, 0 or false."""
    names = list(schema.index)
    if not rows:
        levels = [pd.Index([], dtype="str", name=name) for name in names]
        index = pd.MultiIndex.from_arrays(levels) if len(names) > 1 else levels[0]
        kinds = {column.name: pd.Series(dtype=_DTYPES[column.kind]) for column in schema.columns}
        return validate(pd.DataFrame(kinds, index=index), schema)
    keys = [key if isinstance(key, tuple) else (key,) for key in rows]
    index = (
        pd.MultiIndex.from_tuples(keys, names=names)
        if len(names) > 1
        else pd.Index(list(rows), name=names[0])
    )
    columns = {
        column.name: pd.Series([row.get(column.name) for row in rows.values()], index=index)
        .fillna(
            np.nan
            if column.nullable
            else {"text": "", "number": 0.0, "integer": 0, "boolean": False}[column.kind]
        )
        .astype(_DTYPES[column.kind])
        for column in schema.columns
    }
    return validate(pd.DataFrame(columns, index=index), schema)


def toy_station_plan() -> StationPlan:
    """Return the plan: with charging at K and T, and hydrogen at T."""
    sizes = {
        ("K", "battery"): (40, 9000.0, np.nan, 45.0, 6, 2.4, 1.6, "lacks"),
        ("T", "battery"): (20, 4000.0, np.nan, 45.0, 4, 1.6, 0.9, "capacity_unknown"),
        ("T", "hydrogen"): (5, np.nan, 160.0, 15.0, 1, np.nan, np.nan, "need_unknown"),
    }
    names = (
        "sessions_per_day",
        "energy_kwh_d",
        "fuel_kg_d",
        "stop_min",
        "points",
        "installed_mw",
        "peak_high_mw",
    )
    rows = {
        key: {
            **dict(zip((*names, "grid_status"), row, strict=True)),
            "area_m2": 2500.0,
            "grid_timing": "unknown",
            "grid_lack_mw": 0.6 if row[-1] == "lacks" else np.nan,
        }
        for key, row in sizes.items()
    }
    return StationPlan(
        sites=("K", "T"),
        local_trips_per_day=900.0,
        offers=table(
            OFFERS,
            {
                ("K", "battery"): {
                    "stops_per_day": 40.0,
                    "refilled_km_per_day": 6900.0,
                    "lost_trips_per_day": 60.0,
                    "lost_truck_km_per_day": 5200.0,
                },
                ("T", "battery"): {
                    "is_locked": True,
                    "stops_per_day": 20.0,
                    "refilled_km_per_day": 3000.0,
                    "lost_trips_per_day": 10.0,
                    "lost_truck_km_per_day": 800.0,
                },
                ("T", "hydrogen"): {
                    "is_locked": True,
                    "stops_per_day": 5.0,
                    "refilled_km_per_day": 2000.0,
                    "lost_trips_per_day": 12.0,
                    "lost_truck_km_per_day": 900.0,
                },
            },
        ),
        service=table(
            SERVICE,
            {
                "battery": {
                    "range_km": 350.0, "truck_share": 0.15, "depot_share": 0.7, "sites": 2,
                    "all_trips_per_day": 200.0, "free_trips_per_day": 90.0, "served_trips_per_day": 170.0,
                    "impossible_trips_per_day": 8.0, "all_truck_km_per_day": 16000.0,
                    "free_truck_km_per_day": 6000.0, "served_truck_km_per_day": 13000.0,
                    "impossible_truck_km_per_day": 1000.0,
                },
                "hydrogen": {
                    "range_km": 560.0, "truck_share": 0.02, "sites": 1,
                    "all_trips_per_day": 26.0, "served_trips_per_day": 12.0, "all_truck_km_per_day": 2100.0,
                    "served_truck_km_per_day": 900.0,
                },
            },
        ),
        relations=table(
            RELATION_SERVICE,
            {
                ("battery", "Midtby", "Vestby"): {
                    "trips_per_day": 120.0, "served_share": 1.0, "km": 30.0, "truck_km_per_day": 3600.0
                },
                ("battery", "E6 øst", "Vestby"): {
                    "trips_per_day": 30.0, "served_share": 0.0, "km": 420.0, "truck_km_per_day": 1800.0
                },
                ("hydrogen", "Midtby", "Vestby"): {
                    "trips_per_day": 12.0, "served_share": 1.0, "km": 30.0, "truck_km_per_day": 360.0
                },
            },
        ),
        added=pd.DataFrame(
            {"trips_per_day": [0.0, 4.0, 0.0], "truck_km_per_day": [0.0, 150.0, 0.0]}, index=["K", "P", "T"]
        ),
        reserves=table(
            RESERVES, {("K", "P"): {"lost_trips_per_day": 8.0, "lost_truck_km_per_day": 650.0}}
        ),
        sizes=table(STATION_SIZES, rows),
        breaks=pd.DataFrame(),
        objective="truck_km",
        bound=13900.0,
        gap=0.0,
        status="optimal",
        seconds=0.2,
    )  # fmt: skip


def with_equals(result: Result) -> Result:
    """Return a result in whose plan P would serve exactly as much as K."""
    assert result.plan is not None
    equal = table(RESERVES, {("K", "P"): {}})
    return replace(result, plan=replace(result.plan, reserves=equal))


def toy_cards() -> SiteCards:
    """Return cards: K and T chosen, P too close to K."""
    cards = {
        "K": {"binds": "chosen", "lift_1": "subregion_lack", "lift_1_points": 12.9, "closes_km": 20.0},
        "P": {
            "binds": "too_close", "binds_site_id": "K", "lift_1": "grid_km", "lift_1_points": 10.7,
            "lift_2": "passing_trucks", "lift_2_points": 8.6, "closes_km": 20.0, "closes_hydrogen_km": 0.0,
        },
        "T": {"binds": "locked", "lift_1": "builtup_share", "lift_1_points": 5.7, "closes_km": 0.0},
    }  # fmt: skip
    rivals = {
        ("K", "P"): {"km": 27.0, "rank": 3},
        ("P", "K"): {"km": 27.0, "rank": 1, "is_chosen": True},
    }
    known = {"plot_area": ("met", 8000.0, "m2", 2500.0), "access": ("met", 0.25, "km", 3.0)}
    checklist = {
        (site, item): dict(
            zip(
                ("status", "value", "unit", "needed"),
                known[item] if site == "P" and item in known else ("unknown", np.nan, None, np.nan),
                strict=True,
            )
        )
        for site in ("K", "P", "T")
        for item in CHECKLIST_ITEMS
    }
    return SiteCards(
        cards=table(CARDS, cards), rivals=table(RIVALS, rivals), checklist=table(CHECKLIST, checklist)
    )


def toy_rules() -> RuleCheck:
    """Return a rule check: by AFIR ab and bc are green in 2030 and ce is red; 2025 is not known on ce."""
    links = toy_links()
    roads = [("ab", 20.0, "yes", "yes"), ("bc", 20.0, "yes", "yes"), ("ce", 20.0, "not_known", "no")]
    rows = {}
    for link_id, km, *answers in roads:
        for deadline, answer in zip(("2025", "2030"), answers, strict=True):
            rows["charging", deadline, "any", link_id] = {
                "corridor": "E6", "municipality_id": links.loc[link_id, "municipality_id"], "tent": "core",
                "km": km, "heavy_aadt": 1000.0, "spacing_km": 120.0 if deadline == "2025" else 60.0,
                "is_covered": answer,
            }  # fmt: skip
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(rows, names=["requirement", "deadline", "direction", "link_id"])
    status = gpd.GeoDataFrame(frame, geometry=[links.geometry[key[3]] for key in rows], crs=WORK)
    sums = {
        "2025": (60.0, 40.0, 20.0, 0.0, 0.15, "yes", 0),
        "2030": (60.0, 40.0, 0.0, 20.0, 1.0, "no", 1),
    }
    names = ("km", "covered_km", "not_known_km", "missing_km", "required_share", "is_met", "least_pools")
    shares = {
        ("charging", deadline, "any"): {
            **dict(zip(names, row, strict=True)),
            "ratio": row[1] / row[0],
            "ratio_if": (row[1] + row[2]) / row[0],
        }
        for deadline, row in sums.items()
    }  # fmt: skip
    by_place = {
        ("charging", "2030", "any", "E6", place, "core"): {
            "km": 20.0,
            "covered_km": green,
            "missing_km": 20.0 - green,
            "ratio": green / 20,
            "ratio_if": green / 20,
        }
        for place, green in (("3201", 20.0), ("3203", 20.0), ("3205", 0.0))
    }  # fmt: skip
    rules = {
        ("charging", deadline, "core"): {
            "share": share,
            "spacing_km": spacing,
            "access_km": 3.0,
            "power_kw": power,
            "points_350kw": 2.0,
        }
        for deadline, share, spacing, power in (("2025", 0.15, 120.0, 1400.0), ("2030", 1.0, 60.0, 3600.0))
    }
    gain = {
        ("charging", "2030", site): {"is_near_enough": True, "closes_km": km}
        for site, km in (("K", 20.0), ("P", 20.0), ("T", 0.0))
    }
    enova = {
        site: {
            "status": "not_known",
            "location": "yes",
            "equipment": "not_known",
            "not_known": "points,power",
        }
        for site in ("K", "P", "T")
    }
    road_shares = table(ROAD_SHARES, shares)
    return RuleCheck(
        rules=table(AFIR_RULES, rules),
        road_status=status,
        road_km=table(ROAD_KM, by_place),
        shares=road_shares,
        region_shares=road_shares,
        pool_status=table(POOL_STATUS, {}),
        site_gain=table(SITE_GAIN, gain),
        urban_nodes=table(URBAN_NODES, {}),
        enova_pools=table(ENOVA_STATUS, {}),
        enova_sites=table(ENOVA_STATUS, enova),
        municipality_ids=pd.Index(["3201", "3203", "3205"]),
        notices=(Fact("afir_yardstick"),),
    )


def toy_planned_result() -> Result:
    """Return the toy result with plan, rules and cards."""
    return replace(
        toy_result(),
        plan=toy_station_plan(),
        rules=toy_rules(),  # type: ignore[arg-type]
        cards=toy_cards(),
    )
