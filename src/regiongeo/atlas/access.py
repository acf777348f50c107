"""The atlas' accessibility by car: the centres, the way between them, and whom each of them reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from regiongeo.accessibility import (
    access_by_year,
    access_cells,
    access_figures,
    car_network,
    centre_hierarchy,
    nearest_nodes,
    people_at_nodes,
    population_points,
    road_nodes,
    travel_minutes,
    yearly_people,
)
from regiongeo.assumptions import assumption
from regiongeo.network import build_network
from regiongeo.polycentricity import espon_figures, service_areas
from regiongeo.statistics.areas import wide_by_year

if TYPE_CHECKING:
    import geopandas as gpd

    from regiongeo.tables import ReferenceData

__all__ = ["CELL_MINUTES", "Access", "measure_access"]

CELL_MINUTES = 45.0
"""Driving time of the accessibility surface [min]."""
_SOURCE = "kartverket_n1000, ssb_07459"


class Access(NamedTuple):
    """Fields as in `regiongeo.atlas.model.Atlas`; ``figures`` those of accessibility and of ESPON's index."""

    centres: gpd.GeoDataFrame
    minutes: pd.DataFrame
    cells: gpd.GeoDataFrame
    figures: pd.DataFrame


def measure_access(
    reference: ReferenceData, members: gpd.GeoDataFrame, region: tuple[str, str], *, year: int
) -> Access:
    """Measure whom the members' centres reach by car, on the roads of today with the people of every year.

    Parameters
    ----------
    members
        Member municipalities with name and population of ``year``.
    region
        Id and name of the whole.
    year
        Year of the surface and of the hierarchy of centres (population on 1 January).
    """
    network = car_network(build_network(reference.nodes, reference.links), reference.assumptions)
    population = wide_by_year(reference.population["population"])
    points = population_points(
        reference.municipalities, population[year], reference.builtup, reference.centres
    )
    nodes = road_nodes(network)
    places = reference.centres.loc[members.index, ["geometry"]]
    node_of = nearest_nodes(places, nodes)["node_id"]
    reach = access_by_year(network, node_of, yearly_people(points, nodes, population), reference.assumptions)
    minutes = travel_minutes(network, node_of)
    cells = access_cells(
        members[["geometry"]],
        network,
        people_at_nodes(points, nodes),
        limit=CELL_MINUTES,
        access_kmh=assumption(reference.assumptions, "access_kmh", unit="km/h"),
    )
    hierarchy = centre_hierarchy(members["population"], minutes)
    centres = places.assign(name=members["name"]).loc[hierarchy.index].join(hierarchy)
    own = population.loc[members.index]
    espon = espon_figures(
        own,
        service_areas(places, members[["geometry"]]),
        wide_by_year(reach["accessibility"]),
        reference.assumptions,
        region,
        source_id=_SOURCE,
    )
    figures = access_figures(reach, members, own, region, source_id=_SOURCE)
    return Access(centres, minutes, cells, pd.concat([figures, espon], ignore_index=True))
