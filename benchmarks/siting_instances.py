"""The questions that benchmarks/siting.py asks: demand and sites in clusters, and trucks on made-up roads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay, distance_matrix

from regiongeo.siting.trips import Trips

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SIDE_KM, REACH_KM = 200.0, 16.0
CLUSTERED = 0.7
NODES, ZONES = 10_000, 300
WINDING = 1.25  # road length against the straight line
EXTRA_A_NODE = 0.4  # links beside the spanning tree; real road networks have some 1.3 a node
TRUNK_SHARE, TRUNK_COST = 0.15, 0.6  # links with most traffic, and what a kilometre on them costs
GRAVITY, SHORTEST_KM = 1.5, 60.0


@dataclass(frozen=True, kw_only=True)
class Places:
    """Demand and sites in the plane, each demand within reach of a site."""

    kilometres: Floats
    """Demand × sites."""
    weight: Floats

    @cached_property
    def distance(self) -> pd.DataFrame:
        """The kilometres with ids."""
        rows, columns = self.kilometres.shape
        return pd.DataFrame(self.kilometres, index=_ids("d", rows), columns=_ids("s", columns))

    @cached_property
    def demand(self) -> pd.Series[float]:
        """The weights with ids."""
        return pd.Series(self.weight, index=self.distance.index)


def make_places(demands: int, sites: int, *, seed: int) -> Places:
    """Draw sites and demand in the same clusters; demand out of reach is drawn anew."""
    numbers = np.random.default_rng(seed)
    centres = numbers.uniform(0, SIDE_KM, (20, 2))
    at = _clustered(sites, centres, numbers, side=SIDE_KM)
    wanted = _clustered(3 * demands, centres, numbers, side=SIDE_KM)
    kilometres = distance_matrix(wanted, at)
    kilometres = kilometres[kilometres.min(axis=1) <= REACH_KM][:demands].round(3)
    weight = np.ceil(numbers.lognormal(3, 1, demands))
    return Places(kilometres=kilometres, weight=weight)


def make_trips(paths: int, sites: int, *, seed: int, side_km: float) -> tuple[Trips, pd.Index[str]]:
    """Draw a network and its heaviest relations, each on its cheapest path, and candidates along them."""
    numbers = np.random.default_rng(seed)
    centres = numbers.uniform(0, side_km, (30, 2))
    places = _clustered(NODES, centres, numbers, side=side_km)
    roads = _streets(places, numbers)
    zones = numbers.choice(NODES, ZONES, replace=False)
    mass = numbers.lognormal(0, 1, ZONES)
    origin, destination, trips = _gravity(places[zones], mass, paths)
    pairs = zones[origin], zones[destination]
    plain = _routes(roads, *pairs)
    routes = _routes(_with_trunks(roads, plain, trips), *pairs)
    return _on_sites(roads, routes, trips, numbers, sites=sites)


def _ids(letter: str, count: int) -> pd.Index[str]:
    return pd.Index([f"{letter}{number:05d}" for number in range(count)], dtype="str")


def _clustered(count: int, centres: Floats, numbers: np.random.Generator, *, side: float) -> Floats:
    """Put seven of ten places round a centre, the others anywhere."""
    near = numbers.choice(centres, count) + numbers.normal(0, 0.05 * side, (count, 2))
    anywhere = numbers.uniform(0, side, (count, 2))
    places: Floats = np.where((numbers.random(count) < CLUSTERED)[:, None], near, anywhere).clip(0, side)
    return places


def _streets(places: Floats, numbers: np.random.Generator) -> csr_array:
    """Join Delaunay neighbours: the shortest spanning tree, and some of the shorter others [km]."""
    size, corners = len(places), Delaunay(places).simplices
    sides = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    tail, head = np.unique(np.sort(sides, axis=1), axis=0).T
    length = WINDING * np.hypot(*(places[tail] - places[head]).T) + 1e-3
    tree = minimum_spanning_tree(csr_array((length, (tail, head)), shape=(size, size)))
    short = np.flatnonzero(length < np.quantile(length, 0.9))
    extra = numbers.choice(short, int(EXTRA_A_NODE * size), replace=False)
    others = csr_array((length[extra], (tail[extra], head[extra])), shape=(size, size))
    links = others.maximum(csr_array(tree))
    return csr_array(links.maximum(links.T))


def _gravity(places: Floats, mass: Floats, count: int) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of zones with most trips a day, near ones left out."""
    one, other = np.triu_indices(len(mass), 1)
    kilometres = np.hypot(*(places[one] - places[other]).T)
    trips = np.where(kilometres < SHORTEST_KM, 0.0, mass[one] * mass[other] / kilometres.clip(1) ** GRAVITY)
    most = np.sort(np.argsort(-trips, kind="stable")[:count])
    return one[most], other[most], 1e4 * trips[most]


def _routes(roads: csr_array, origin: Ints, destination: Ints) -> list[Ints]:
    """Return the nodes of the cheapest path of each pair."""
    starts, row = np.unique(origin, return_inverse=True)
    _, before = dijkstra(roads, indices=starts, return_predecessors=True)
    routes = []
    for tree, node in zip(row, destination, strict=True):
        steps = [int(node)]
        while (here := before[tree, steps[-1]]) >= 0:
            steps.append(int(here))
        routes.append(np.array(steps[::-1]))
    return routes


def _with_trunks(roads: csr_array, routes: list[Ints], trips: Floats) -> csr_array:
    """Make the links with most traffic cheaper, so that traffic gathers on them as it does on real roads."""
    tail = np.concatenate([route[:-1] for route in routes])
    head = np.concatenate([route[1:] for route in routes])
    weight = np.repeat(trips, [len(route) - 1 for route in routes])
    flow = csr_array((weight, (tail, head)), shape=roads.shape)
    flow = csr_array(flow + flow.T)
    links = roads.tocoo()
    on_link = flow[links.coords[0], links.coords[1]]
    is_trunk = on_link > np.quantile(on_link, 1 - TRUNK_SHARE)
    return csr_array((links.data * np.where(is_trunk, TRUNK_COST, 1.0), links.coords), shape=roads.shape)


def _on_sites(
    roads: csr_array, routes: list[Ints], trips: Floats, numbers: np.random.Generator, *, sites: int
) -> tuple[Trips, pd.Index[str]]:
    """Return the trips with the stops at candidates."""
    path = np.repeat(np.arange(len(routes)), [len(route) for route in routes])
    node = np.concatenate(routes)
    step = np.zeros(len(node))
    is_on = np.flatnonzero(np.diff(path) == 0)
    step[is_on + 1] = roads[node[is_on], node[is_on + 1]]
    until = np.cumsum(step)
    starts = np.searchsorted(path, np.arange(len(routes)))
    position = until - until[starts][path]
    candidates = np.sort(numbers.choice(np.unique(node), sites, replace=False))
    is_stop = np.isin(node, candidates)
    paths, ids = _ids("p", len(routes)).rename("path_id"), _ids("s", NODES)
    kilometres = np.maximum.reduceat(position, starts)
    table = pd.DataFrame({"pair_id": paths, "trips_per_day": trips, "taken_share": 1.0, "km": kilometres})
    table = table.assign(inside_km=kilometres, is_open_start=False, is_open_end=False).set_index(paths)
    index = pd.MultiIndex.from_arrays(
        [paths[path[is_stop]], ids[node[is_stop]]], names=["path_id", "site_id"]
    )
    stops = pd.DataFrame({"position_km": position[is_stop], "access_km": 0.0}, index=index)
    return Trips(paths=table, stops=stops), ids[candidates]
