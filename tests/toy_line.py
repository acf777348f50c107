"""A road of 80 km with three candidates on it, and trips along it, for tests of the station plan.

    a ---20--- k ---20--- b ---20--- p ---20--- c ...60... (station taken to stand) ...40... the true end
               K          B          P                     c: gateway; zones load at a (Aby) and b (Bby)

A minute a kilometre. One-way trips a day: a–b 40 (40 km), a–c 100 (80 km), b–c 20 (40 km); beyond c trucks
have energy after 60 km. With a range of 100 km and without depots: a–b needs K or B; a–c needs B, or K and P;
b–c needs B or P. So B alone serves all.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from regiongeo.distances import Distances, measure_distances
from regiongeo.network import Attachment
from regiongeo.scenario import Scenario
from regiongeo.schema import validate
from regiongeo.store import load_table
from regiongeo.tables import STATIONS
from toy_compliance import shipped_assumptions, tent_network
from toy_roads import point

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regiongeo.network import Network

KM = {"a": 0.0, "k": 20.0, "b": 40.0, "p": 60.0, "c": 80.0}
NODE_OF = {"B": "b", "K": "k", "P": "p"}
TRIPS = {"a–b": 40.0, "a–gw": 100.0, "b–gw": 20.0}
INSIDE_KM = {"a–b": 40.0, "a–gw": 80.0, "b–gw": 40.0}


def line_network() -> Network:
    """Return the road; each link a municipality of its own."""
    places = {node: (km, 0.0) for node, km in KM.items()}
    rows = [("ak", "a", "k", 20.0), ("kb", "k", "b", 20.0), ("bp", "b", "p", 20.0), ("pc", "p", "c", 20.0)]
    ids = [row[0] for row in rows]
    return tent_network(
        places, rows, parent_link=ids, municipality_id=["3201", "3201", "3203", "3203"], medium="ground"
    )


def line_stations(at: Mapping[str, float], **columns: list[Any]) -> gpd.GeoDataFrame:
    """Return existing stations by kilometre of the road; they say nothing of themselves unless told."""
    frame = pd.DataFrame(
        {
            "name": pd.Series([f"Stasjon {one}" for one in at], dtype="str"),
            "power_kw": np.full(len(at), np.nan),
            "points_350kw": np.full(len(at), np.nan),
            "energies": pd.Series([pd.NA] * len(at), dtype="str"),
        }
    ).assign(**columns)
    points = gpd.GeoSeries([point(km, 0.0) for km in at.values()], crs="EPSG:25832")
    table = gpd.GeoDataFrame(frame, geometry=points)
    return validate(table.set_index(pd.Index(list(at), dtype="str", name="station_id")), STATIONS)


def line_distances(
    stations: gpd.GeoDataFrame | None = None, *, node_of: Mapping[str, str] = NODE_OF
) -> Distances:
    """Measure from the sites, at the nodes named, and the stations."""
    nodes = pd.Series(dict(node_of), dtype="str").rename_axis("site_id").sort_index()
    there = Attachment(network=line_network(), node_of=nodes, offset_m=pd.Series(0.0, index=nodes.index))
    return measure_distances(there, line_stations({}) if stations is None else stations, snap_m=3000)


def line_flows(**trips: float) -> Any:
    """Return zones and trips as the flow model does; ``ab``, ``ac``, ``bc`` replace trips."""
    zones = pd.DataFrame(
        {
            "kind": ["municipality", "municipality", "gateway"],
            "place": ["Aby", "Bby", "E6 sør"],
            "node_id": ["a", "b", "c"],
            "outside_km": [0.0, 0.0, 100.0],
            "outside_minutes": [0.0, 0.0, 100.0],
        },
        index=pd.Index(["1", "2", "gw"], name="zone_id"),
    )
    asked = {"ab": 40.0, "ac": 100.0, "bc": 20.0, **trips}
    return SimpleNamespace(zones=zones, trips=np.array([asked["ab"], asked["ac"], asked["bc"]]))


def line_numbers(**changed: float) -> pd.DataFrame:
    """Return the shipped assumptions with round numbers: half of all trucks on batteries, none at a depot."""
    given = {
        "siting__least_trip_km": 0.0,
        "siting__beyond_km": 60.0,
        "siting__depot_share__battery": 0.0,
        "siting__depot_share__hydrogen": 0.0,
        "sizing__energy_share__battery__2030": 0.5,
        "sizing__energy_share__hydrogen__2030": 0.25,
    }
    return shipped_assumptions(**{**given, **changed})


def line_scenario(*, plan: Mapping[str, object] | None = None, **refuelling: object) -> Scenario:
    """Return a question on batteries with a range of 100 km and one new site."""
    asked = {
        "energies": ["battery"],
        "range_km": {"battery": 100.0},
        "alternatives": 0,
        "objective": "trucks",
    }
    limits = {"portfolio_size": 1, "portfolio_spacing_km": 10.0}
    return Scenario().replace(refuelling={**asked, **refuelling}, plan={**limits, **(plan or {})})


@cache
def line_hours() -> pd.DataFrame:
    """Return the shipped profile of the day."""
    return load_table("truck_hours")


def line_grid(distances: Distances, **mw: float) -> pd.DataFrame:
    """Return free capacity by site; not known unless given."""
    ids = distances.metres.index
    known = pd.Series(mw, dtype=float).reindex(ids)
    return pd.DataFrame({"grid_mw": known, "grid_year": known.mask(known.notna(), 2028.0)})
