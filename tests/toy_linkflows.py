"""Truck flows on the roads of ``toy``, worked out by hand, for tests of what shows them.

    a (E6 vest, gateway)---ab---b---bc---c---ce---e (Østby)
                                |
                                bd        no count on bd
                                |
                                d (Midtby)

Trips a day, both directions: a-d 100, a-e 300, d-e 50. Midtby has two zones at d, itself and a terminal; of
its trips the terminal has those to a 40 and those to e 0, and 6 go between the two without passing a link.

Trucks: ab 400, bc 350, bd 150, ce 350. No trip is through: e is no gateway unless ``through``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import sparse
from shapely import Point

from regiongeo.flows import FlowResult, with_trips
from regiongeo.flows.result import link_flows, od_matrix
from toy import BASE_N, KM, WORK, toy_result

if TYPE_CHECKING:
    from regiongeo.result import Result

TRIPS = np.array([60.0, 40.0, 300.0, 6.0, 50.0, 0.0])
"""a-d1, a-d2, a-e, d1-d2, d1-e, d2-e."""
ROUTES = {"ab": (0, 1, 2), "bc": (2, 4, 5), "bd": (0, 1, 4, 5), "ce": (2, 4, 5)}


def toy_zones(*, through: bool) -> gpd.GeoDataFrame:
    """Return a, d1, d2 and e."""
    rows = {
        "a": ("E6 vest", "gateway", "E6 vest", "a", 100.0),
        "d1": ("Midtby", "municipality", "Midtby", "d", 0.0),
        "d2": ("Midtby (gods)", "freight_node", "Midtby", "d", 0.0),
        "e": ("Østby", "gateway" if through else "municipality", "Østby", "e", 0.0),
    }
    names = ("name", "kind", "place", "node_id", "outside_km")
    frame = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows.values()], index=list(rows))
    frame = frame.rename_axis("zone_id").assign(
        municipality_id=pd.Series([pd.NA, "3203", "3203", "3205"], dtype="str").array,
        access_m=0.0,
        attraction=1.0,
        road=pd.Series(["E6", pd.NA, pd.NA, pd.NA], dtype="str").array,
        corridor=pd.Series(["west", pd.NA, pd.NA, pd.NA], dtype="str").array,
        is_border=False,
        outside_minutes=0.0,
        observed_trucks=np.nan,
        trucks_per_day=0.0,
    )
    east = {"a": 590, "d": 610, "e": 650}
    points = [Point(east[node] * KM, BASE_N + 8 * KM) for node in frame["node_id"]]
    return gpd.GeoDataFrame(frame, geometry=points, crs=WORK)


def toy_flows(*, through: bool = False) -> FlowResult:
    """Return the flows of the drawing; with ``through``, e is a gateway too."""
    result = toy_result()
    links, zones = result.network.links, toy_zones(through=through)
    passes = np.array([[float(pair in ROUTES[link]) for pair in range(len(TRIPS))] for link in links.index])
    shares = sparse.csr_array(passes)
    observed = result.link_traffic["truck_aadt"]
    flows = FlowResult(
        zones=zones,
        matrix=od_matrix(zones, links, shares, TRIPS, TRIPS),
        link_flows=link_flows(zones, links, shares, TRIPS, observed),
        observations=pd.DataFrame(),
        summary=pd.DataFrame(),
        holdout=pd.DataFrame(),
        totals={},
        assumptions=result.reference.assumptions,
        notices=(("no_path", "E6 Østby"),),
        route_shares=shares,
        trips=TRIPS,
        prior=TRIPS,
    )
    return with_trips(flows, TRIPS, links)


def result_with_flows(*, through: bool = False) -> Result:
    """Return the toy result with the flows of the drawing; each site's busiest road is E6."""
    result, flows = toy_result(), toy_flows(through=through)
    sites = result.sites.assign(busiest_road="E6")
    return replace(result, flows=flows, planned=flows, sites=sites)
