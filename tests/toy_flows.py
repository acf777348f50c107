"""A line of four towns with a road out at both ends, for tests of the truck flows.

    W ---40 min--- b ---30 min--- c ---20 min--- E       W, E: gateways (E6), b, c: where two zones load
                   |
                 20 min
                   |
                   d                                     d: where the third zone loads (Rv4)

The municipalities of ``toy`` load at b (Vestby), d (Midtby) and c (Østby). Trucks counted: Wb 1000 and
cE 400 (sections), bc 900 (a counting point), bd no volume.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point

from regiongeo.network import Network, build_network
from toy import BASE_N, KM, WORK, toy_reference

if TYPE_CHECKING:
    from regiongeo.tables import ReferenceData

PLACES = {"W": (590, 8), "b": (605, 8), "c": (640, 8), "d": (615, 18), "E": (650, 8)}
LINKS = {"Wb": ("E6", 40.0), "bc": ("E6", 30.0), "bd": ("Rv4", 20.0), "cE": ("E6", 20.0)}
TRUCKS = {"Wb": 1000.0, "bc": 900.0, "bd": np.nan, "cE": 400.0}
CENTRES = {"3201": (604, 9), "3203": (615, 16), "3205": (641, 9)}
NUMBERS = {
    "traffic_base_year": (2026, "year"),
    "flow_zone_persons": (40_000, "persons"),
    "flow_zone_road_km": (15, "km"),
    "flow_attraction.builtup_km2": (2_000, "persons"),
    "flow_attraction.freight_node": (30_000, "persons"),
    "flow_attraction.port": (30_000, "persons"),
    "flow_attraction.airport": (30_000, "persons"),
    "flow_terminal_minutes": (30, "min"),
    "flow_route_spread": (0.15, "min"),
    "flow_count_error.section": (0.1, "1"),
    "flow_count_error.count": (0.15, "1"),
    "flow_count_error.road_municipality": (0.4, "1"),
    "flow_count_error_volume": (1_000, "trucks/day"),
    "flow_prior_spread": (30, "trucks/day"),
    "flow_peak_share": (0.08, "1"),
    "flow_through_share": (0.2, "1"),
    "flow_gateway_unobserved": (100, "trucks/day"),
    "flow_outside_kmh": (60, "km/h"),
    "gateway_outside_km.gw_east": (50, "km"),
    "gateway_outside_km.gw_west": (200, "km"),
    "traffic_growth.2030": (1.1, "1"),
    "traffic_growth.2040": (1.3, "1"),
    "energy_use.battery": (1.3, "kWh/km"),
    "energy_use.hydrogen": (0.08, "kg/km"),
    "energy_use.biogas": (0.225, "kg/km"),
    "energy_season_factor.battery": (1.2, "1"),
    "energy_load_factor.empty": (0.75, "1"),
}


def toy_numbers(**values: float) -> pd.DataFrame:
    """Return the assumptions; low and high are half and double, ``values`` replace central ones."""
    table = pd.DataFrame.from_dict(NUMBERS, orient="index", columns=["value", "unit"]).rename_axis("name")
    table = table.assign(low=table["value"] / 2, high=table["value"] * 2, year=np.nan, source="toy")
    table = table.assign(status="policy", note="").astype({"value": float})
    for name, value in values.items():
        table.loc[name, "value"] = value
    return table


def flow_nodes() -> gpd.GeoDataFrame:
    """Return the nodes of the drawing."""
    points = [Point(east * KM, BASE_N + north * KM) for east, north in PLACES.values()]
    return gpd.GeoDataFrame(index=pd.Index(PLACES, name="node_id"), geometry=points, crs=WORK)


def flow_links() -> gpd.GeoDataFrame:
    """Return the links of the drawing."""
    nodes = flow_nodes().geometry
    lines = [LineString([nodes[link[0]], nodes[link[1]]]) for link in LINKS]
    table = pd.DataFrame(
        {
            "from_node": [link[0] for link in LINKS],
            "to_node": [link[1] for link in LINKS],
            "road_category": ["R" if road == "Rv4" else "E" for road, _ in LINKS.values()],
            "road": [road for road, _ in LINKS.values()],
            "motorway_type": "none",
            "medium": "ground",
            "is_ferry": False,
            "tent": "none",
            "section_id": pd.Series(["S1", pd.NA, pd.NA, "S2"], dtype="str").array,
            "municipality_id": ["3201", "3203", "3203", "3205"],
            "length_m": [line.length for line in lines],
            "heavy_kmh": 60.0,
            "minutes": [minutes for _, minutes in LINKS.values()],
            "source_id": "toy",
        },
        index=pd.Index(LINKS, name="link_id"),
    )
    return gpd.GeoDataFrame(table, geometry=lines, crs=WORK)


def flow_traffic(**trucks: float) -> pd.DataFrame:
    """Return link_traffic of the drawing; ``trucks`` replace volumes."""
    volume = pd.Series({**TRUCKS, **trucks}, dtype=float).rename_axis("link_id")
    basis = pd.Series(["section", "count", pd.NA, "section"], index=volume.index, dtype="str")
    return pd.DataFrame({"truck_aadt": volume, "traffic_basis": basis})


def flow_reference(**numbers: float) -> ReferenceData:
    """Return reference tables of the drawing."""
    base = toy_reference()
    points = [Point(east * KM, BASE_N + north * KM) for east, north in CENTRES.values()]
    centres = base.centres.set_geometry(gpd.GeoSeries(points, index=list(CENTRES), crs=WORK))
    squares = [point.buffer(0.5 * KM, cap_style="square") for point in points]
    names = pd.Index([f"t{k}" for k in range(len(squares))], name="builtup_id")
    towns = gpd.GeoDataFrame({"source_id": "toy"}, index=names, geometry=squares, crs=WORK)
    gateways = pd.DataFrame(
        {
            "name": ["E6 øst", "E6 vest"],
            "road": "E6",
            "corridor": ["east", "west"],
            "beyond": "somewhere",
            "is_border": [True, False],
            "node_id": ["E", "W"],
            "link_id": ["cE", "Wb"],
        },
        index=pd.Index(["gw_east", "gw_west"], name="gateway_id"),
    )
    point = pd.DataFrame(
        {"name": ["Midten"], "link_id": ["bc"], "is_ramp": [False]}, index=pd.Index(["p1"], name="point_id")
    )
    sections = pd.DataFrame({"name": ["Vest", "Øst"]}, index=pd.Index(["S1", "S2"], name="section_id"))
    return replace(
        base,
        centres=centres,
        nodes=flow_nodes(),
        links=flow_links(),
        builtup=towns,
        gateways=gateways,
        traffic_points=point,
        traffic_sections=sections,
        assumptions=toy_numbers(**numbers),
    )


def flow_network() -> Network:
    """Return the network of the drawing."""
    return build_network(flow_nodes(), flow_links())
