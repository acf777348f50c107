"""Zones: where truck trips start and end, and where they enter the road network."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from regiongeo.accessibility import population_points
from regiongeo.assumptions import assumption, assumption_table
from regiongeo.errors import NetworkError, SchemaError, name_some
from regiongeo.network import main_links
from regiongeo.region import locate
from regiongeo.sites import eligible_links

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from regiongeo.network import Network
    from regiongeo.tables import ReferenceData

__all__ = ["build_zones", "loading_nodes", "loading_points", "special_generators", "within_network"]

_SAME_PLACE_M = 3_000.0
"""A port this close to a freight node is the same place under two names."""
_SUFFIX = {"freight_node": " (gods)", "port": " (havn)", "airport": ""}
"""What tells a terminal from the municipality of the same name."""
_COORDINATES = ["x", "y"]


def build_zones(reference: ReferenceData, network: Network, *, population_year: int) -> gpd.GeoDataFrame:
    """Make the zones inside the network: parts of municipalities, freight nodes, ports and airports.

    Parameters
    ----------
    reference
        Shipped tables.
    network
        Road network.
    population_year
        Year of the population (1 January).

    Returns
    -------
    GeoDataFrame by ``zone_id``, sorted, EPSG:25832: the middle of each zone with name, kind, place,
    municipality_id, node_id, access_m [m] and attraction [persons].

    Raises
    ------
    SchemaError
        If there is no population of that year.
    NetworkError
        Naming the zones without an eligible road within ``flow_zone_road_km``.

    Notes
    -----
    ``attraction = persons + builtup_km2 * flow_attraction.builtup_km2`` for (parts of) municipalities,
    ``flow_attraction.<kind>`` for the others. Municipalities whose people live outside the hull of the
    network are no zones: their trucks come through a gateway. Known weakness: neither jobs nor tonnes are
    in it, so warehouses and quarries far from towns are missed.
    """
    numbers = reference.assumptions
    points = loading_points(
        reference,
        population_year=population_year,
        persons=assumption(numbers, "flow_zone_persons", unit="persons"),
    )
    places = special_generators(reference)
    zones = pd.concat([points[within_network(points, network)], places]).sort_index()
    limit_m = 1000 * assumption(numbers, "flow_zone_road_km", unit="km")
    return zones.join(loading_nodes(zones, network, limit_m=limit_m))


def loading_points(reference: ReferenceData, *, population_year: int, persons: float) -> gpd.GeoDataFrame:
    """Cut each municipality into parts of at most ``persons`` people, and find the middle of each.

    A municipality is halved across its longer side, weighted by people, until every part is small enough;
    the middle is weighted by people. One part keeps the municipality's id, several get ``0301-01`` and so on.

    Returns
    -------
    GeoDataFrame by ``zone_id`` with name, kind, place, municipality_id, attraction [persons].

    Raises
    ------
    SchemaError
        If there is no population of that year.
    """
    years = reference.population.index.get_level_values("year")
    if population_year not in years:
        raise SchemaError(
            f"no population of {population_year}: choose a year from {years.min()} to {years.max()}"
        )
    people = reference.population["population"].xs(population_year, level="year")
    cells = population_points(reference.municipalities, people, reference.builtup, reference.centres)
    xy = pd.DataFrame(cells).assign(x=cells.geometry.x, y=cells.geometry.y)
    parts = pd.DataFrame(_middles(xy, persons)).set_index("zone_id").sort_index()
    km2 = _builtup_km2(reference)
    worth = assumption(reference.assumptions, "flow_attraction.builtup_km2", unit="persons")
    share = parts["population"] / parts.groupby("municipality_id")["population"].transform("sum")
    built = parts["municipality_id"].map(km2).fillna(0.0) * share
    names = _distinct_names(reference.municipalities)
    table = parts.assign(
        name=_part_names(parts, names),
        place=parts["municipality_id"].map(names),
        kind="municipality",
        attraction=parts["population"] + worth * built,
    )
    middles = gpd.points_from_xy(parts["x"], parts["y"], crs=cells.crs)
    columns = ["name", "kind", "place", "municipality_id", "attraction"]
    return gpd.GeoDataFrame(table[columns], geometry=middles)


def _distinct_names(municipalities: pd.DataFrame) -> pd.Series[str]:
    """Name municipalities so that no two are alike: Våler (Østfold), Våler (Innlandet)."""
    names = municipalities["name"]
    with_county: pd.Series[str] = names + " (" + municipalities["county"] + ")"
    return names.where(~names.duplicated(keep=False), with_county)


def special_generators(reference: ReferenceData) -> gpd.GeoDataFrame:
    """List freight nodes, ports and international airports as zones of their own.

    A port within 3 km of a freight node is left out: it is the same place.

    Returns
    -------
    GeoDataFrame by ``zone_id`` with name, kind, place, municipality_id (missing off the coast), attraction.
    """
    freight, ports, airports = reference.freight_nodes, reference.ports, reference.airports
    if len(freight) and len(ports):
        near = shapely.distance(ports.geometry.to_numpy()[:, None], freight.geometry.to_numpy()[None, :])
        ports = ports[near.min(axis=1) > _SAME_PLACE_M]
    kinds = {
        "freight_node": freight,
        "port": ports,
        "airport": airports[airports["traffic"] == "international"],
    }
    worth = assumption_table(reference.assumptions, "flow_attraction", unit="persons")
    towns = reference.municipalities["name"]
    tables = [
        table[["geometry"]].assign(
            name=table["name"].where(~table["name"].isin(towns), table["name"] + _SUFFIX[kind]),
            kind=kind,
            attraction=worth[kind],
        )
        for kind, table in kinds.items()
    ]
    places = gpd.GeoDataFrame(pd.concat(tables), crs=reference.municipalities.crs).rename_axis("zone_id")
    return places.assign(place=places["name"], municipality_id=locate(places, reference.municipalities))


def within_network(points: gpd.GeoDataFrame, network: Network) -> pd.Series[bool]:
    """Tell which points lie inside the convex hull of the network's largest part."""
    hull = network.links.geometry[main_links(network)].union_all().convex_hull
    inside: pd.Series[bool] = points.geometry.intersects(hull)
    return inside


def loading_nodes(zones: gpd.GeoDataFrame, network: Network, *, limit_m: float) -> pd.DataFrame:
    """Find where each zone's trips enter the network: the nearest node trucks can turn in at.

    Nodes count where a link of the largest component ends that is no ferry, tunnel, motorway or expressway.

    Returns
    -------
    DataFrame by ``zone_id``: node_id and access_m, the straight distance [m]. Of equally near nodes the
    smallest id.

    Raises
    ------
    NetworkError
        If zones lie farther than ``limit_m`` from every such node; all are counted, with distances.
    """
    links = network.links[eligible_links(network) & (network.links["motorway_type"] == "none")]
    nodes = network.nodes.loc[sorted({*links["from_node"], *links["to_node"]})]
    if nodes.empty:
        raise NetworkError(
            "no road a zone could load at: the network holds ferries, tunnels or motorways only"
        )
    tree = shapely.STRtree(nodes.geometry.to_numpy())
    (zone, node), metres = tree.query_nearest(zones.geometry.to_numpy(), return_distance=True)
    found = pd.DataFrame({"zone": zone, "node": node, "access_m": metres}).sort_values(["zone", "node"])
    first = found[~found["zone"].duplicated()]
    table = pd.DataFrame(
        {"node_id": nodes.index[first["node"]], "access_m": first["access_m"].to_numpy()}, index=zones.index
    )
    far = table["access_m"][table["access_m"] > limit_m].round()
    if len(far):
        raise NetworkError(
            f"zones farther than {limit_m / 1000:g} km from every road (zone: m): "
            f"{name_some([f'{zone}: {metres:.0f}' for zone, metres in far.items()])}: "
            "add roads to the network or raise flow_zone_road_km"
        )
    return table


def _middles(cells: pd.DataFrame, persons: float) -> Iterator[dict[str, object]]:
    for municipality_id, own in cells.groupby("municipality_id"):
        people = own["population"].sum()
        if people <= 0:
            continue
        table = own[[*_COORDINATES, "population"]].to_numpy(dtype=float)
        parts = list(_halve(table, math.ceil(people / persons)))
        for number, part in enumerate(parts, 1):
            weight = part[:, 2] / part[:, 2].sum()
            yield {
                "zone_id": municipality_id if len(parts) == 1 else f"{municipality_id}-{number:02d}",
                "municipality_id": municipality_id,
                "x": float(part[:, 0] @ weight),
                "y": float(part[:, 1] @ weight),
                "population": float(part[:, 2].sum()),
            }


def _halve(cells: NDArray[np.float64], parts: int) -> Iterator[NDArray[np.float64]]:
    """Cut cells (x, y, people) in ``parts`` of about as many people, across the longer side each time."""
    if parts <= 1 or len(cells) <= 1:
        yield cells
        return
    axis = int(np.argmax(np.ptp(cells[:, :2], axis=0)))
    ordered = cells[np.lexsort((cells[:, 1 - axis], cells[:, axis]))]
    share = ordered[:, 2].cumsum() / ordered[:, 2].sum()
    first = parts // 2
    cut = int(np.clip(np.searchsorted(share, first / parts) + 1, 1, len(cells) - 1))
    yield from _halve(ordered[:cut], first)
    yield from _halve(ordered[cut:], parts - first)


def _part_names(parts: pd.DataFrame, names: pd.Series[str]) -> pd.Series[str]:
    name = parts["municipality_id"].map(names)
    number = parts.groupby("municipality_id").cumcount() + 1
    size = parts.groupby("municipality_id")["population"].transform("size")
    return name.where(size == 1, name + " " + number.astype(str) + "/" + size.astype(str))


def _builtup_km2(reference: ReferenceData) -> pd.Series[float]:
    areas = reference.municipalities[["geometry"]].reset_index()
    pieces = gpd.overlay(reference.builtup[["geometry"]], areas, how="intersection", keep_geom_type=True)
    km2: pd.Series[float] = (pieces.area / 1e6).groupby(pieces["municipality_id"]).sum()
    return km2
