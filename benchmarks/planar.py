"""Made-up road networks of any size: clustered places, Delaunay neighbours, one-way streets, six speeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay

from regiongeo.crs import WORK_CRS
from regiongeo.network import Network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Pairs = NDArray[np.int64]

CORNER = 420_000.0, 6_500_000.0
METRES_APART = 500.0
SPEEDS_KMH, SPEED_SHARES = (30, 50, 60, 70, 80, 100), (0.3, 0.3, 0.15, 0.1, 0.1, 0.05)
EXTRA_A_NODE, ONEWAY_SHARE = 0.35, 0.15


def planar_network(size: int, *, seed: int) -> Network:
    """Draw a planar network with some 2.6 arcs a node; every node can be reached from every other."""
    numbers = np.random.default_rng(seed)
    places = _clustered(size, numbers)
    ends, is_tree = _streets(places, numbers)
    length_m = np.hypot(*(places[ends[:, 0]] - places[ends[:, 1]]).T)
    kmh = numbers.choice(SPEEDS_KMH, len(ends), p=SPEED_SHARES)
    node_ids = pd.Index([f"n{k:06d}" for k in range(size)], name="node_id", dtype="str")
    columns = {
        "from_node": node_ids[ends[:, 0]],
        "to_node": node_ids[ends[:, 1]],
        "length_m": length_m,
        "minutes": length_m / 1000 / kmh * 60,
        "is_oneway": ~is_tree & (numbers.random(len(ends)) < ONEWAY_SHARE),
    }
    link_ids = pd.Index([f"l{k:06d}" for k in range(len(ends))], name="link_id", dtype="str")
    lines = shapely.linestrings(places[ends])
    return Network(
        gpd.GeoDataFrame(geometry=shapely.points(places), index=node_ids, crs=WORK_CRS),
        gpd.GeoDataFrame(columns, geometry=lines, index=link_ids, crs=WORK_CRS),
    )


def _clustered(size: int, numbers: np.random.Generator) -> Floats:
    """Put seven of ten places round a centre, the others anywhere."""
    side = METRES_APART * np.sqrt(size)
    centres = numbers.uniform(0, 1, (max(1, size // 1000), 2))
    spread = 0.02 * numbers.lognormal(0, 0.5, len(centres))
    own = numbers.integers(0, len(centres), size)
    near = centres[own] + numbers.normal(0, 1, (size, 2)) * spread[own, None]
    anywhere = numbers.uniform(0, 1, (size, 2))
    places: Floats = np.where((numbers.random(size) < 0.7)[:, None], near, anywhere) * side + CORNER  # noqa: PLR2004
    return places


def _streets(places: Floats, numbers: np.random.Generator) -> tuple[Pairs, NDArray[np.bool_]]:
    """Keep the shortest spanning tree of the Delaunay neighbours and a share of the shorter others."""
    size, corners = len(places), Delaunay(places).simplices
    sides = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]).astype(np.int64)
    ends = np.unique(np.sort(sides, axis=1), axis=0)
    metres = np.hypot(*(places[ends[:, 0]] - places[ends[:, 1]]).T)
    tree = minimum_spanning_tree(coo_array((metres, tuple(ends.T)), shape=(size, size))).tocoo()
    low, high = (pick(tree.row, tree.col).astype(np.int64) for pick in (np.minimum, np.maximum))
    is_tree = np.isin(ends[:, 0] * size + ends[:, 1], low * size + high)
    short = np.flatnonzero(~is_tree & (metres < np.quantile(metres, 0.9)))
    extra = numbers.choice(short, int(EXTRA_A_NODE * size), replace=False)
    keep = np.sort(np.concatenate([np.flatnonzero(is_tree), extra]))
    return ends[keep], is_tree[keep]
