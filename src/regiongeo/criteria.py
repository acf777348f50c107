"""One function a criterion: tables in, a Series by ``site_id`` out. NaN is "no data", never zero.

Distances along roads are metres on the fastest route of a heavy vehicle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from regiongeo.accessibility import people_at_nodes, people_within
from regiongeo.crs import require_work
from regiongeo.polycentricity import location_quotient
from regiongeo.region import locate, subregion_names
from regiongeo.sites import is_main_road

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from regiongeo.network import Network

    Floats = npt.NDArray[np.float64]

__all__ = [
    "builtup_share",
    "busiest_link",
    "covered_length",
    "gap_closed_km",
    "grid_km",
    "grid_mw",
    "links_within",
    "passing_trucks",
    "population_30min",
    "subregion_lack",
]


def busiest_link(
    site_metres: pd.DataFrame, links: pd.DataFrame, truck_aadt: pd.Series, *, limit_m: float
) -> pd.Series:
    """Find the E or R link with the largest truck volume within the detour limit of each site.

    ``argmax { truck_aadt_a : a main road with a volume, min(d(site, u_a), d(site, v_a)) <= limit }``

    A maximum and never a sum over links: a truck that drives 100 links is still one truck.

    Parameters
    ----------
    site_metres
        Driving distance from each site to each node [m], sites × nodes.
    links
        Links with from_node, to_node, road_category, is_ferry.
    truck_aadt
        Trucks (12.5 m and more) per day by ``link_id``; NaN where there is no basis.
    limit_m
        Detour limit one way [m].

    Returns
    -------
    Series of ``link_id`` by ``site_id``; missing where no main road with a volume is near. Of equal volumes
    the first link.

    Notes
    -----
    Known weakness: both directions together, and it may be another road than the one the site lies at:
    whether a truck can leave there, and would come over, is not known.
    """
    volumes = truck_aadt.reindex(links.index)
    counted = links[is_main_road(links) & volumes.notna()]
    if counted.empty:
        return pd.Series(pd.NA, index=site_metres.index, dtype="str")
    near = np.minimum(*_end_metres(site_metres, counted)) <= limit_m
    volume = np.where(near, volumes[counted.index].to_numpy(), -np.inf)
    best = pd.Series(counted.index.to_numpy()[volume.argmax(axis=1)], index=site_metres.index, dtype="str")
    return best.where(pd.Series(near.any(axis=1), index=best.index))


def passing_trucks(busiest: pd.Series, truck_aadt: pd.Series) -> pd.Series:
    """Read the truck volume of each site's busiest link in reach [trucks/day]; NaN where there is none."""
    return busiest.map(truck_aadt).astype(float).rename("passing_trucks")


def covered_length(metres: Floats, other_metres: Floats, length_m: Floats, *, reach_m: float) -> Floats:
    """Length of each link within ``reach_m`` of a point, from the distances of its two ends [m].

    ``min(l, max(0, D - d_u) + max(0, D - d_v))``: what is reached from either end, at most the whole link.
    """
    reached = np.clip(reach_m - metres, 0, None) + np.clip(reach_m - other_metres, 0, None)
    covered: Floats = np.minimum(length_m, reached)
    return covered


def gap_closed_km(
    site_metres: pd.DataFrame, station_metres: pd.DataFrame, links: pd.DataFrame, *, reach_m: float
) -> pd.Series:
    """Measure the road beyond ``reach_m`` of every existing station that a site would serve [km].

    ``sum_a covered_a(S + j) - covered_a(S)`` over links a, existing stations S and site j.

    Parameters
    ----------
    site_metres
        Driving distance from each site to each node [m].
    station_metres
        The same from each existing station; no rows where none is given: then all main road is a gap.
    links
        The links that count, with from_node, to_node, length_m.
    reach_m
        Service distance [m].

    Notes
    -----
    Known weakness: without existing stations it measures how much main road lies around a site, which
    favours places where many corridors meet.
    """
    length = links["length_m"].to_numpy()
    at_u, at_v = _end_metres(site_metres, links)
    if len(station_metres):
        from_u, from_v = (ends.min(axis=0) for ends in _end_metres(station_metres, links))
    else:
        from_u = from_v = np.full(len(links), np.inf)
    before = covered_length(from_u, from_v, length, reach_m=reach_m)
    after = covered_length(np.minimum(at_u, from_u), np.minimum(at_v, from_v), length, reach_m=reach_m)
    return pd.Series((after - before).sum(axis=1) / 1000, index=site_metres.index, name="gap_closed_km")


def links_within(metres: pd.DataFrame, links: pd.DataFrame, *, reach_m: float) -> pd.DataFrame:
    """Tell which links lie wholly within a driving distance of each point.

    The farthest point of a link is ``(d_u + d_v + l) / 2`` away, so the link is within reach if that is
    at most ``reach_m``.

    Parameters
    ----------
    metres
        Driving distance from each point to each node [m], points × nodes.
    links
        Links with from_node, to_node, length_m.
    reach_m
        Service distance [m].

    Returns
    -------
    Boolean DataFrame, links × points.
    """
    at_u, at_v = _end_metres(metres, links)
    farthest = (at_u + at_v + links["length_m"].to_numpy()) / 2
    return pd.DataFrame((farthest <= reach_m).T, index=links.index, columns=metres.index)


def _end_metres(metres: pd.DataFrame, links: pd.DataFrame) -> tuple[Floats, Floats]:
    columns = metres.columns
    values = metres.to_numpy()
    at_u, at_v = (columns.get_indexer(pd.Index(links[end])) for end in ("from_node", "to_node"))
    return values[:, at_u], values[:, at_v]


def grid_km(sites: gpd.GeoDataFrame, power_lines: gpd.GeoDataFrame) -> pd.Series:
    """Measure the straight distance to the nearest high-voltage overhead line [km].

    Notes
    -----
    Known weakness: the source holds no voltage and no transformer station; a line that passes is no
    connection, and says nothing about free capacity.
    """
    require_work(sites, what="sites")
    tree = shapely.STRtree(power_lines.geometry.to_numpy())
    shapes = sites.geometry.to_numpy()
    metres = shapely.distance(shapes, power_lines.geometry.to_numpy()[tree.nearest(shapes)])
    return pd.Series(metres / 1000, index=sites.index, name="grid_km")


def grid_mw(sites: gpd.GeoDataFrame, capacity: gpd.GeoDataFrame | None, *, reach_km: float) -> pd.DataFrame:
    """Read the free capacity of the best transformer station within reach of each site [MW], with its year.

    The largest single figure within ``reach_km`` (straight line), never a sum: a published figure holds
    for its station alone. Of equal figures the nearest station speaks.

    Parameters
    ----------
    sites
        Candidate sites, EPSG:25832.
    capacity
        Schema CAPACITY from the user's own copy, or None.
    reach_km
        A station farther away says nothing about a site [km].

    Returns
    -------
    DataFrame by ``site_id``: grid_mw [MW], grid_year, grid_station (name); missing where no station is near.
    """
    columns = {"grid_mw": np.nan, "grid_year": np.nan, "grid_station": pd.NA}
    nothing = pd.DataFrame(columns, index=sites.index).astype({"grid_station": "str"})
    if capacity is None or not len(capacity):
        return nothing
    points = capacity.geometry.to_numpy()
    at, station = shapely.STRtree(points).query(
        sites.geometry.to_numpy(), predicate="dwithin", distance=reach_km * 1000
    )
    pairs = pd.DataFrame(
        {
            "site_id": sites.index.to_numpy()[at],
            "grid_mw": capacity["available_mw"].to_numpy()[station],
            "grid_year": capacity["year"].to_numpy()[station].astype(float),
            "grid_station": capacity["name"].to_numpy()[station],
            "metres": shapely.distance(sites.geometry.to_numpy()[at], points[station]),
        }
    )
    best = pairs.sort_values(["site_id", "grid_mw", "metres"], ascending=[True, False, True], kind="stable")
    best = best.drop_duplicates("site_id").set_index("site_id").drop(columns="metres")
    return best.reindex(sites.index).astype({"grid_station": "str"})


def population_30min(
    site_minutes: pd.DataFrame, points: gpd.GeoDataFrame, network: Network, *, limit: float
) -> pd.Series:
    """Count the people within a driving time of each site [persons].

    ``sum_i P_i [ t(site, node_i) <= limit ]``, each population point at its nearest node.

    Parameters
    ----------
    site_minutes
        Driving time from each site to each node [min].
    points
        Population points as from ``accessibility.population_points``.
    network
        Network the times come from.
    limit
        Driving time [min].

    Notes
    -----
    Known weakness: times of a heavy vehicle, and nobody beyond the border to Sweden is counted.
    """
    people = people_at_nodes(points, network.nodes)
    return people_within(site_minutes, people, limit=limit).rename("population_30min").round(0)


def subregion_lack(
    sites: gpd.GeoDataFrame,
    *,
    region: gpd.GeoDataFrame,
    links: pd.DataFrame,
    truck_aadt: pd.Series,
    supply: gpd.GeoDataFrame,
) -> pd.Series:
    """Say how much of its proportional supply of truck stations each site's subregion lacks [0-1].

    ``lack_s = 1 - min(1, (supply_s / sum supply) / (need_s / sum need))``

    Need is truck-kilometres per day on main roads with a volume; supply is the number of stations. A
    municipality without a subregion stands for itself.

    Parameters
    ----------
    sites
        Candidates with municipality_id.
    region
        Member municipalities with subregion.
    links
        Links with municipality_id, road_category, is_ferry, length_m.
    truck_aadt
        Trucks per day by ``link_id``.
    supply
        Points: existing energy stations, or truck fuel stations today where none are known.

    Returns
    -------
    Series by ``site_id``: 1 where the subregion has no station, 0 where it has its share or more;
    NaN where its roads have no truck volume.

    Notes
    -----
    Known weakness: a truck fuel station is judged by name and counted as one whatever its size.
    """
    group = subregion_names(region)
    main = links[is_main_road(links)]
    truck_km = truck_aadt.reindex(main.index) * main["length_m"] / 1000
    need = truck_km.groupby(main["municipality_id"].map(group)).sum(min_count=1)
    count = locate(supply, region).dropna().map(group).value_counts()
    lack = 1 - location_quotient(count, need).clip(upper=1)
    of_site: pd.Series = sites["municipality_id"].map(group).map(lack)
    return of_site.astype(float).rename("subregion_lack")


def builtup_share(sites: gpd.GeoDataFrame, builtup: gpd.GeoDataFrame, *, radius_m: float) -> pd.Series:
    """Measure the share of built-up land within a circle around each site [0-1].

    Notes
    -----
    Known weakness: the built-up areas are generalised, small places are missing, and a business park
    counts like dwellings.
    """
    require_work(sites, what="sites")
    circles = sites.geometry.buffer(radius_m).to_numpy()
    areas = builtup.geometry.to_numpy()
    circle, area = shapely.STRtree(areas).query(circles, predicate="intersects")
    common = shapely.area(shapely.intersection(circles[circle], areas[area]))
    total = np.bincount(circle, weights=common, minlength=len(sites)) / shapely.area(circles)
    return pd.Series(np.clip(total, 0, 1), index=sites.index, name="builtup_share")
