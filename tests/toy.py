"""A small hand-made region with its result, for tests of what comes after the pipeline.

Three municipalities of 20 km × 20 km side by side, one E road through them, one national road north::

         N (6 660 km)
    +---------+---------+---------+
    |         |    d    |         |
    |         |   Rv4   |         |
    a---E6----b---E6----c---E6----e      T = a truck stop on ab, K = junction b,
    |  T      K         |  P      |      P = a user's plot on ce
    +---------+---------+---------+
    590       610       630       650 km E

Trucks per day: ab 1000, bc 800, ce 400, bd 200.
"""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point, box

from regiongeo.network import build_network
from regiongeo.result import Result
from regiongeo.scenario import CRITERIA, Scenario
from regiongeo.siting.coverage import Portfolio
from regiongeo.tables import REFERENCE, ReferenceData

WORK = "EPSG:25832"
KM = 1000
BASE_N = 6_640_000
NAMES = {"3201": "Vestby", "3203": "Midtby", "3205": "Østby"}
SUBREGIONS = {"3201": "Vestregionen", "3203": "Vestregionen", "3205": "Østregionen"}


def _frame(rows: dict[str, dict[str, object]], index: str, geometry: list[object]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis(index)
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=WORK)


@cache
def _empty(name: str) -> gpd.GeoDataFrame:
    schema = REFERENCE[name]
    dtypes = {"text": "str", "number": "float64", "integer": "int64", "boolean": "bool"}
    columns = {column.name: pd.Series(dtype=dtypes[column.kind]) for column in schema.columns}
    frame = pd.DataFrame(columns, index=pd.Index([], dtype="str", name=schema.index[0]))
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], crs=WORK)) if schema.geometry else frame


def toy_municipalities() -> gpd.GeoDataFrame:
    """Return the three squares."""
    squares = [box((590 + 20 * k) * KM, BASE_N, (610 + 20 * k) * KM, BASE_N + 20 * KM) for k in range(3)]
    rows = {
        code: {
            "name": name,
            "county_id": "32",
            "county": "Akershus",
            "county_2019": "Akershus",
            "area_km2": 400.0,
            "source_id": "toy",
        }
        for code, name in NAMES.items()
    }
    return _frame(rows, "municipality_id", squares)


def toy_nodes() -> gpd.GeoDataFrame:
    """Return nodes a-e of the drawing."""
    places = {"a": (590, 8), "b": (610, 8), "c": (630, 8), "d": (610, 18), "e": (650, 8)}
    points = [Point(east * KM, BASE_N + north * KM) for east, north in places.values()]
    return gpd.GeoDataFrame(index=pd.Index(places, name="node_id"), geometry=points, crs=WORK)


def toy_links() -> gpd.GeoDataFrame:
    """Return the four links of the drawing; 80 km/h on E6 and 60 km/h on Rv4."""
    nodes = toy_nodes().geometry
    ends = {"ab": "E6", "bc": "E6", "bd": "Rv4", "ce": "E6"}
    rows, lines = {}, []
    for link_id, road in ends.items():
        line = LineString([nodes[link_id[0]], nodes[link_id[1]]])
        lines.append(line)
        kmh = 80.0 if road == "E6" else 60.0
        rows[link_id] = {
            "from_node": link_id[0],
            "to_node": link_id[1],
            "road_category": road[0],
            "road": road,
            "motorway_type": "motorway" if road == "E6" else "none",
            "medium": "ground",
            "is_ferry": False,
            "tent": "core" if road == "E6" else "none",
            "section_id": pd.NA,
            "municipality_id": "3201" if link_id == "ab" else "3205" if link_id == "ce" else "3203",
            "length_m": line.length,
            "heavy_kmh": kmh,
            "minutes": line.length / kmh / KM * 60,
            "source_id": "toy",
        }
    return _frame(rows, "link_id", lines).astype({"section_id": "str"})


def toy_reference() -> ReferenceData:
    """Return reference tables of the toy region; those it does not need are empty."""
    municipalities = toy_municipalities()
    members = pd.DataFrame(
        {
            "name": pd.Series(NAMES),
            **{f"is_member_{year}": True for year in (2020, 2021, 2022, 2024)},
            "subregion": pd.Series(SUBREGIONS),
            "subregion_certainty": "certain",
            "subregion_source": "toy",
            "subregion_other": pd.Series(pd.NA, index=list(NAMES), dtype="str"),
            "subregion_other_certainty": pd.Series(pd.NA, index=list(NAMES), dtype="str"),
            "centre": pd.Series(NAMES),
        }
    ).rename_axis("municipality_id")
    population = pd.DataFrame(
        {"population": [10_000, 20_000, 5_000], "is_imputed": False},
        index=pd.MultiIndex.from_product([list(NAMES), [2026]], names=["municipality_id", "year"]),
    )
    centres = _frame(
        {c: {"name": n, "basis": "area", "accuracy_m": 100.0, "source_id": "toy"} for c, n in NAMES.items()},
        "municipality_id",
        list(municipalities.centroid),
    )
    places = _frame(
        {
            f"P{k}": {"name": name, "kind": "by", "rank": k, "municipality_id": code, "source_id": "toy"}
            for k, (code, name) in enumerate(NAMES.items(), 1)
        },
        "place_id",
        list(municipalities.centroid),
    )
    given = {
        "municipalities": municipalities,
        "members": members,
        "population": population,
        "centres": centres,
        "places": places,
        "nodes": toy_nodes(),
        "links": toy_links(),
        "assumptions": pd.DataFrame(
            {"value": [2018.0, 50.0], "unit": ["year", "km"], "status": "policy"},
            index=pd.Index(["traffic_base_year", "siting.least_trip_km"], name="name"),
        ),
    }
    return ReferenceData(
        **{
            name: given.get(name, _empty(name).copy() if name in REFERENCE else None)
            for name in (*REFERENCE, "assumptions")
        }
    )  # type: ignore[arg-type]


def toy_sites() -> gpd.GeoDataFrame:
    """Return the three candidates T, K and P by schema SITES."""
    rows = {
        "K": ("Kryss E6/Rv4, Midtby", "junction", True, "3203", 0.0, "n1000"),
        "P": ("Tomt øst, Østby", "plot", False, "3205", 250.0, "user"),
        "T": ("Truckstopp E6, Vestby", "truck_fuel", False, "3201", 120.0, "osm"),
    }
    names = ("name", "kind", "is_search_area", "municipality_id", "access_m", "source_id")
    frame = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows.values()], index=list(rows))
    frame["road"] = "E6"
    frame["subregion"] = frame["municipality_id"].map(SUBREGIONS)
    frame["access_minutes"] = frame["access_m"] / 500
    frame["area_m2"] = [np.nan, 8_000.0, np.nan]
    points = [
        Point(610 * KM, BASE_N + 8 * KM),
        Point(637 * KM, BASE_N + 7.8 * KM),
        Point(596 * KM, BASE_N + 7.9 * KM),
    ]
    return gpd.GeoDataFrame(frame.rename_axis("site_id"), geometry=points, crs=WORK)


def toy_result() -> Result:
    """Return a complete result with three ranked sites, one exclusion and a portfolio of one."""
    reference = toy_reference()
    sites = toy_sites()
    raw = {
        "passing_trucks": [1000.0, 400.0, 1000.0],
        "gap_closed_km": [50.0, 40.0, 45.0],
        "access_minutes": [0.0, 0.5, 0.24],
        "grid_km": [2.0, 7.5, 1.0],
        "grid_mw": [np.nan, np.nan, np.nan],
        "population_30min": [35_000.0, 25_000.0, 30_000.0],
        "subregion_lack": [0.1, 0.9, 0.1],
        "builtup_share": [0.0, np.nan, 0.2],
    }
    criteria = pd.DataFrame(raw, index=sites.index)[list(CRITERIA)]
    values = pd.DataFrame(
        {
            "passing_trucks": [1.0, 0.4, 1.0],
            "gap_closed_km": [1.0, 0.8, 0.9],
            "access_minutes": [1.0, 0.9, 0.95],
            "grid_km": [0.8, 0.25, 0.9],
            "grid_mw": [np.nan] * 3,
            "population_30min": [0.7, 0.5, 0.6],
            "subregion_lack": [0.1, 0.9, 0.1],
            "builtup_share": [1.0, np.nan, 0.6],
        },
        index=sites.index,
    )
    weights = pd.Series(1 / 7, index=[name for name in CRITERIA if name != "grid_mw"], name="weight")
    known = values[weights.index].notna().mul(weights, axis=1)
    contributions = values[weights.index].mul(known.div(known.sum(axis=1), axis=0))
    score = contributions.sum(axis=1)
    order = score.sort_values(ascending=False).index
    ranking = pd.DataFrame(
        {
            "rank": pd.Series(range(1, 4), index=order),
            "score": score,
            "rank_low": 1,
            "rank_high": 3,
            "top5_share": 1.0,
            "free_top5_share": 1.0,
            "topsis_rank": pd.Series(range(1, 4), index=order),
            "known_weight": known.sum(axis=1),
            "why": "Står høyt fordi mange lastebiler passerer.",
        }
    ).loc[order]
    ranking.index.name = "site_id"
    traffic = pd.DataFrame(
        {
            "aadt": [10_000.0, 8_000.0, np.nan, 4_000.0],
            "heavy_aadt": [2_000.0, 1_600.0, np.nan, 800.0],
            "truck_aadt": [1_000.0, 800.0, np.nan, 400.0],
            "traffic_basis": pd.Series(["section", "count", pd.NA, "road_municipality"], dtype="str"),
            "basis_year": [2018.0, 2025.0, np.nan, 2017.0],
            "heavy_basis": pd.Series(["own", "weekday", pd.NA, "county"], dtype="str"),
        }
    ).set_axis(pd.Index(["ab", "bc", "bd", "ce"], name="link_id"))
    excluded = _frame(
        {
            "X": {
                "name": "Stasjon i nabolandet",
                "kind": "fuel",
                "reason": "outside_region",
                "reason_detail": "",
                "source_id": "osm",
            }
        },
        "site_id",
        [Point(655 * KM, BASE_N + 8 * KM)],
    )
    region = reference.municipalities.assign(
        subregion=pd.Series(SUBREGIONS), population=pd.Series({"3201": 10_000, "3203": 20_000, "3205": 5_000})
    )
    subregions = region.dissolve("subregion", aggfunc={"population": "sum", "area_km2": "sum"})
    gain = pd.DataFrame(
        {"is_locked": [False], "truck_km_per_day": [44_000.0], "only_here_truck_km_per_day": [44_000.0]},
        index=pd.Index(["K"], name="site_id"),
    )
    portfolio = Portfolio(
        sites=("K",),
        gain=gain,
        covered_truck_km_per_day=44_000.0,
        total_truck_km_per_day=44_000.0,
        bound=44_000.0,
        gap=0.0,
        status="optimal",
        locked=(),
        seconds=0.1,
    )
    stations = gpd.GeoDataFrame(
        {
            "name": pd.Series(dtype="str"),
            "power_kw": pd.Series(dtype="float64"),
            "points_350kw": pd.Series(dtype="float64"),
            "energies": pd.Series(dtype="str"),
        },
        geometry=gpd.GeoSeries([], crs=WORK),
        index=pd.Index([], dtype="str", name="station_id"),
    )
    return Result(
        scenario=Scenario(name="Prøveregionen"),
        reference=reference,
        region=region,
        subregions=subregions,
        network=build_network(reference.nodes, reference.links),
        link_traffic=traffic,
        sites=sites,
        excluded=excluded,
        stations=stations,
        criteria=criteria,
        values=values,
        weights=weights,
        contributions=contributions,
        ranking=ranking,
        portfolio=portfolio,
        notices=("stations_missing", "protection_unchecked", "grid_missing"),
        seconds={"reference": 0.3},
    )
