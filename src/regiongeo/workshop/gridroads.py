"""Criteria along the roads for many places at once, without a cut for each.

Every way from a place on a link leads by one of the link's two ends, so one search from each end serves all
places on the link, exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from regiongeo import criteria as measure
from regiongeo.accessibility import people_at_nodes, population_points
from regiongeo.assumptions import assumption
from regiongeo.network import is_oneway
from regiongeo.routing import cost_matrix, nearest_cost, prepare
from regiongeo.routing.arcs import link_values
from regiongeo.routing.trees import grow_trees, sum_along
from regiongeo.sites import eligible_links, is_main_road

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from regiongeo.network import Network
    from regiongeo.result import Result

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

__all__ = ["measure_access", "nearest_places", "road_criteria"]


def nearest_places(points: gpd.GeoDataFrame, network: Network) -> pd.DataFrame:
    """Find the nearest place on a road that a site may use.

    Parameters
    ----------
    points
        Points in EPSG:25832.
    network
        Network with sorted ids, as `build_network` makes it; ferries, tunnels and small parts are left out.

    Returns
    -------
    DataFrame on the index of ``points``: ``link`` (row of the link), ``share`` (of its length, from its start
    [1]) and ``offset_m`` (straight distance [m]).
    """
    rows = np.flatnonzero(eligible_links(network))
    lines, shapes = network.links.geometry.to_numpy(), points.geometry.to_numpy()
    link = rows[shapely.STRtree(lines[rows]).nearest(shapes)]
    share = shapely.line_locate_point(lines[link], shapes, normalized=True)
    offset_m = shapely.distance(lines[link], shapes)
    return pd.DataFrame({"link": link, "share": share, "offset_m": offset_m}, index=points.index)


def measure_access(places: pd.DataFrame, network: Network, *, access_kmh: float) -> pd.DataFrame:
    """Measure the drive from each place's point to the nearest E or R road, as ``screen_candidates`` does.

    Parameters
    ----------
    places
        As from `nearest_places`.
    network
        Network of the places.
    access_kmh
        Speed between the point and its road [km/h].

    Returns
    -------
    DataFrame on the index of ``places``: ``access_m`` [m] and ``access_minutes`` [min].
    """
    links, is_main = network.links, is_main_road(network.links)
    ends = pd.concat([links.loc[is_main, "from_node"], links.loc[is_main, "to_node"]]).unique()
    cost = nearest_cost(network, ends, weight="minutes")
    link = links.iloc[places["link"]].set_axis(places.index)
    start, end = (cost.loc[link[name]].set_axis(places.index) for name in ("from_node", "to_node"))
    from_start, from_end = places["share"], 1 - places["share"]
    by_start = start["minutes"] + from_start * link["minutes"]
    by_end = (end["minutes"] + from_end * link["minutes"]).mask(is_oneway(link), np.inf)
    metres = (start["length_m"] + from_start * link["length_m"]).where(
        by_start <= by_end, end["length_m"] + from_end * link["length_m"]
    )
    on_main, offset_m = is_main_road(link), places["offset_m"]
    minutes = np.minimum(by_start, by_end).mask(on_main, 0.0)
    return pd.DataFrame(
        {
            "access_m": metres.mask(on_main, 0.0) + offset_m,
            "access_minutes": minutes + offset_m / 1000 / access_kmh * 60,
        }
    )


def road_criteria(
    places: pd.DataFrame, network: Network, result: Result, *, station_nodes: pd.Index[str]
) -> pd.DataFrame:
    """Measure the criteria that look along the roads, link by link.

    Parameters
    ----------
    places
        As from `nearest_places`.
    network
        Network of the places, cut at candidates and existing stations (``parent_link`` names whole links).
    result
        The main job's result: volumes, region, limits, people.
    station_nodes
        Nodes of the existing stations; none if there are none.

    Returns
    -------
    DataFrame on the index of ``places``: ``passing_trucks`` [trucks/day], ``gap_closed_km`` [km] and
    ``population_30min`` [persons]; NaN is "no data".
    """
    plan, links = result.scenario.plan, network.links
    limit_min = assumption(result.reference.assumptions, "population_minutes", unit="min")
    goals, closed = _goals(result, network, station_nodes), is_oneway(links).to_numpy()
    starts = np.unique(goals.ends[:, places["link"].unique()])
    minutes_on, metres_on = _search(network, starts)
    minutes, share = links["minutes"].to_numpy(), places["share"].to_numpy()
    found = np.empty((3, len(places)))
    for link, rows in _by_link(places["link"].to_numpy()):
        at = np.searchsorted(starts, goals.ends[:, link])
        parts = np.stack([share[rows], 1 - share[rows]])
        ways = _Ways(parts * minutes[link], parts * goals.length_m[link], minutes_on[at], metres_on[at])
        if closed[link]:  # nobody drives back to the start
            ways.minutes[0] = ways.metres[0] = np.inf
        halves = parts * goals.length_m[link]
        found[0, rows] = _passing(ways, goals, link=link, limit_m=plan.access_limit_km * 1000)
        found[1, rows] = _gap_closed(
            ways, goals, link=link, halves=halves, reach_m=plan.corridor_distance_km * 1000
        )
        found[2, rows] = _population(ways, goals, limit_min=limit_min)
    names = ["passing_trucks", "gap_closed_km", "population_30min"]
    return pd.DataFrame(found.T, index=places.index, columns=names)


def _by_link(link: Positions) -> Iterator[tuple[int, Positions]]:
    """Yield each link with the places on it."""
    order = np.argsort(link, kind="stable")
    used, first = np.unique(link[order], return_index=True)
    yield from zip(used.tolist(), np.split(order, first[1:]), strict=True)


class _Ways(NamedTuple):
    """From k places on one link to every node: to the link's start and end (2 × k), and on from there."""

    minutes: Floats
    metres: Floats
    minutes_on: Floats
    metres_on: Floats

    def to(self, nodes: Positions) -> tuple[Floats, Floats]:
        """Return minutes, and metres on the fastest way, from the places (rows) to some nodes."""
        by_start, by_end = self.minutes[:, :, None] + self.minutes_on[:, None, nodes]
        metres = self.metres[:, :, None] + self.metres_on[:, None, nodes]
        return np.minimum(by_start, by_end), np.where(by_start <= by_end, metres[0], metres[1])


class _Goals(NamedTuple):
    """What is looked for along the roads; nodes and links by their rows."""

    volume: Floats
    """Truck volume of each link that is a main road; -inf where it is none or has no figure."""
    node_volume: Floats
    """Largest volume of the links that end at each node."""
    is_counted: NDArray[np.bool_]
    """Links whose gaps count: main roads of the region."""
    ends: Positions
    """Start and end of each link, 2 × links."""
    length_m: Floats
    served_m: Floats
    """Driving distance from the nearest existing station to each node; inf without one."""
    people: Floats
    """Inhabitants at each node."""


def _goals(result: Result, network: Network, station_nodes: pd.Index[str]) -> _Goals:
    links, nodes = network.links, network.nodes.index
    ends = np.stack([nodes.get_indexer(links[name]) for name in ("from_node", "to_node")])
    trucks = result.link_traffic["truck_aadt"].reindex(links["parent_link"]).set_axis(links.index)
    volume = trucks.where(is_main_road(links)).fillna(-np.inf).to_numpy()
    node_volume = np.full(len(nodes), -np.inf)
    for end in ends:
        np.maximum.at(node_volume, end, volume)
    served_m = cost_matrix(network, station_nodes, nodes, weight="minutes", along="length_m").to_numpy()
    return _Goals(
        volume=volume,
        node_volume=node_volume,
        is_counted=(is_main_road(links) & links["municipality_id"].isin(result.region.index)).to_numpy(),
        ends=ends,
        length_m=links["length_m"].to_numpy(),
        served_m=served_m.min(axis=0, initial=np.inf),
        people=_people_at_nodes(result, network),
    )


def _people_at_nodes(result: Result, network: Network) -> Floats:
    reference = result.reference
    points = population_points(
        reference.municipalities,
        reference.population["population"].xs(result.scenario.world.population_year, level="year"),
        reference.builtup,
        reference.centres,
    )
    people = people_at_nodes(points, network.nodes).reindex(network.nodes.index, fill_value=0.0)
    return people.to_numpy().astype(np.float64)


def _search(network: Network, starts: Positions) -> tuple[Floats, Floats]:
    """Return minutes, and metres on the fastest way, from some nodes (rows) to every node."""
    roads = prepare(network, engine="scipy")
    length_m = link_values(network, "length_m")[roads.arcs.row]
    minutes = np.empty((len(starts), len(roads.arcs.nodes)))
    metres = np.empty_like(minutes)
    for part, tree in grow_trees(roads.arcs, starts):
        minutes[part], metres[part] = tree.cost, sum_along(tree, length_m)
    return minutes, metres


def _passing(ways: _Ways, goals: _Goals, *, link: int, limit_m: float) -> Floats:
    near = np.flatnonzero(np.isfinite(goals.node_volume) & (ways.metres_on.min(axis=0) <= limit_m))
    _, metres = ways.to(near)
    reached = np.where(metres <= limit_m, goals.node_volume[near], -np.inf)
    most: Floats = reached.max(axis=1, initial=goals.volume[link])
    return np.where(np.isfinite(most), most, np.nan)


def _gap_closed(ways: _Ways, goals: _Goals, *, link: int, halves: Floats, reach_m: float) -> Floats:
    is_near = ways.metres_on.min(axis=0) <= reach_m
    near = np.flatnonzero(goals.is_counted & is_near[goals.ends].any(axis=0))
    (u, v), length = goals.ends[:, near], goals.length_m[near]
    at_u, at_v = (np.minimum(ways.to(end)[1], goals.served_m[end]) for end in (u, v))
    before = measure.covered_length(goals.served_m[u], goals.served_m[v], length, reach_m=reach_m)
    gain = measure.covered_length(at_u, at_v, length, reach_m=reach_m) - before
    own = np.flatnonzero(near == link)
    if len(own):  # the place itself cuts this link in two
        ends_m = np.stack([at_u[:, own[0]], at_v[:, own[0]]])
        cut = measure.covered_length(np.zeros_like(halves), ends_m, halves, reach_m=reach_m).sum(axis=0)
        gain[:, own[0]] = cut - before[own[0]]
    closed_km: Floats = gain.sum(axis=1) / 1000
    return closed_km


def _population(ways: _Ways, goals: _Goals, *, limit_min: float) -> Floats:
    near = np.flatnonzero((goals.people > 0) & (ways.minutes_on.min(axis=0) <= limit_min))
    minutes, _ = ways.to(near)
    people: Floats = np.round((minutes <= limit_min) @ goals.people[near])
    return people
