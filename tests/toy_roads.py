"""Small road networks drawn by hand, in kilometres from a corner inside the region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from hypothesis import strategies as st
from shapely import LineString, Point

from regiongeo.crs import WORK_CRS
from regiongeo.network import Network, build_network

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EAST, NORTH = 590_000.0, 6_640_000.0
Places = dict[str, tuple[float, float]]

Y_PLACES: Places = {"a": (0, 0), "b": (10, 0), "c": (20, 0), "d": (10, -10)}
Y_ROADS = [("ab", "a", "b", 10, 10), ("bc", "b", "c", 10, 6), ("bd", "b", "d", 10, 15)]
"""
Three 10 km roads meeting at b; numbers are minutes.

    a ---10--- b ---6--- c
               |
              15
               |
               d
"""


def point(east_km: float, north_km: float) -> Point:
    return Point(EAST + east_km * 1000, NORTH + north_km * 1000)


def points(places: Mapping[str, tuple[float, float]], *, index: str = "node_id") -> gpd.GeoDataFrame:
    ids = pd.Index(list(places), name=index, dtype="str")
    return gpd.GeoDataFrame(geometry=[point(*place) for place in places.values()], index=ids, crs=WORK_CRS)


def roads(places: Mapping[str, tuple[float, float]], rows: Sequence[tuple[Any, ...]]) -> gpd.GeoDataFrame:
    """Draw straight roads: rows of link_id, from_node, to_node, kilometres, minutes."""
    lines = [_line(places[row[1]], places[row[2]]) for row in rows]
    return gpd.GeoDataFrame(
        {
            "from_node": [row[1] for row in rows],
            "to_node": [row[2] for row in rows],
            "length_m": [row[3] * 1000.0 for row in rows],
            "minutes": [float(row[4]) for row in rows],
        },
        geometry=lines,
        index=pd.Index([row[0] for row in rows], name="link_id", dtype="str"),
        crs=WORK_CRS,
    )


def _line(start: tuple[float, float], end: tuple[float, float]) -> LineString:
    if start == end:
        east, north = start
        return LineString([point(*start), point(east + 1, north), point(east, north + 1), point(*end)])
    return LineString([point(*start), point(*end)])


def y_network() -> Network:
    return build_network(points(Y_PLACES), roads(Y_PLACES, Y_ROADS))


@st.composite
def networks(draw: st.DrawFn, *, oneway: bool = False) -> Network:
    """Draw any small network: loops, parallel and weightless roads, parts without a way between them."""
    size = draw(st.integers(2, 6))
    places = {f"n{k}": (float(k * 7 % 11), float(k * k % 13)) for k in range(size)}
    ends = st.tuples(st.sampled_from(list(places)), st.sampled_from(list(places)))
    pairs = draw(st.lists(ends, min_size=1, max_size=10))
    weights = st.tuples(st.integers(0, 9), st.integers(0, 9))
    rows = [(f"l{k}", *pair, *draw(weights)) for k, pair in enumerate(pairs)]
    links = roads(places, rows)
    if oneway:
        links["is_oneway"] = [draw(st.booleans()) for _ in rows]
    return build_network(points(places), links)
