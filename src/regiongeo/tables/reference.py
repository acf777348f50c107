"""The contract of every shipped table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regiongeo.schema import Schema
from regiongeo.tables.climate import COUNTY_EMISSIONS, EMISSIONS, STATED_CHANGES
from regiongeo.tables.columns import AREAS, LINES, POINT, SOURCE, flag, integer, number, text
from regiongeo.tables.flows import GATEWAYS

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["DAY_TYPES", "NAME_KINDS", "REFERENCE", "TRUCK_HOURS", "ReferenceData"]

DAY_TYPES = ("weekday", "weekend")
"""Kinds of days in ``truck_hours``: five and two a week."""
NAME_KINDS = ("official", "part", "former", "misspelt")
"""Kinds of names: official, part of a bilingual official one, of a municipality that is gone, misspelt."""

MUNICIPALITIES = Schema(
    name="municipalities",
    description="Municipalities of the region and its surroundings on 1 January 2024, clipped at the coast",
    index=("municipality_id",),
    geometry=AREAS,
    columns=(
        text("name", "official name"),
        text("county_id", "two-digit county code 2024"),
        text("county", "county name 2024"),
        text("county_2019", "county of 2019, for statistics published then"),
        number("area_km2", "ellipsoidal area of the shipped polygon, lakes included", "km2"),
        SOURCE,
    ),
)
MUNICIPALITY_CODES = Schema(
    name="municipality_codes",
    description="Codes of 2020-2023 and the code of 1 January 2024 each became",
    index=("code_2020_id",),
    columns=(text("municipality_id", "code of 2024"), text("name", "official name")),
)
CODE_CHANGES = Schema(
    name="code_changes",
    description="Municipality codes before and after 1 January of a year of reform",
    index=("year", "old_id", "new_id"),
    columns=(
        text("old_name", "name before"),
        text("new_name", "name after"),
        text("kind", "what happened", choices=("same", "renumbered", "merged", "split")),
    ),
)
MUNICIPALITY_NAMES = Schema(
    name="municipality_names",
    description="Every name of Norway's municipalities of 2024, with county",
    index=("municipality_id", "name"),
    columns=(
        text("kind", "what name it is", choices=NAME_KINDS),
        text("county_id", "two-digit county code 2024"),
        text("county", "county name 2024"),
    ),
)
MEMBERS = Schema(
    name="members",
    description="Membership of Osloregionen by published list, with subregion",
    index=("municipality_id",),
    columns=(
        text("name", "official name"),
        flag("is_member_2020", "on the list of January 2020 (65)"),
        flag("is_member_2021", "on the list of 2021 (64)"),
        flag("is_member_2022", "on the list of 2022 (64)"),
        flag("is_member_2024", "on the list of 2024 (65)"),
        text("subregion", "subregion (delregion); missing where none is named", nullable=True),
        text("subregion_certainty", "how sure the subregion is", nullable=True),
        text("subregion_source", "where the subregion was read", nullable=True),
        text("subregion_other", "second subregion of a double membership", nullable=True),
        text("subregion_other_certainty", "how sure the second one is", nullable=True),
        text("centre", "administrative centre", nullable=True),
    ),
)
POPULATION = Schema(
    name="population",
    description="Population on 1 January by municipality (borders of 2024)",
    index=("municipality_id", "year"),
    columns=(integer("population", "inhabitants", "persons"), flag("is_imputed", "imputed by the holder")),
)
PLACES = Schema(
    name="places",
    description="Names of towns and settlements for labels and for naming sites",
    index=("place_id",),
    geometry=POINT,
    columns=(
        text("name", "place name"),
        text("kind", "kind of place, as its holder calls it"),
        integer("rank", "1 for the largest places, 4 for the smallest", low=1),
        text("municipality_id", "municipality the point lies in", nullable=True),
        SOURCE,
    ),
)
CENTRES = Schema(
    name="centres",
    description="Municipal centre of every shipped municipality",
    index=("municipality_id",),
    geometry=POINT,
    columns=(
        text("name", "name of the centre"),
        text(
            "basis", "what the position is taken from", choices=("station", "place_label", "builtup", "area")
        ),
        number("accuracy_m", "stated or estimated accuracy", "m"),
        SOURCE,
    ),
)
BUILTUP = Schema(
    name="builtup",
    description="Built-up areas, generalised",
    index=("builtup_id",),
    geometry=AREAS,
    columns=(SOURCE,),
)
SEA = Schema(
    name="sea",
    description="Sea and fjords of the shipped municipalities, for the map's background",
    index=("sea_id",),
    geometry=AREAS,
    columns=(SOURCE,),
)
PARKS = Schema(
    name="parks",
    description="National parks (no other protection is in the source)",
    index=("park_id",),
    geometry=AREAS,
    columns=(text("name", "name of the park"), SOURCE),
)
RAILWAYS = Schema(
    name="railways",
    description="Railway lines",
    index=("railway_id",),
    geometry=LINES,
    columns=(flag("is_tunnel", "in a tunnel"), SOURCE),
)
STATIONS_RAIL = Schema(
    name="rail_stations",
    description="Railway stations",
    index=("station_id",),
    geometry=POINT,
    columns=(text("name", "station name"), SOURCE),
)
PORTS = Schema(
    name="ports",
    description="Ports",
    index=("port_id",),
    geometry=POINT,
    columns=(text("name", "port name"), SOURCE),
)
AIRPORTS = Schema(
    name="airports",
    description="Airports with scheduled or other public traffic",
    index=("airport_id",),
    geometry=POINT,
    columns=(
        text("name", "airport name"),
        text("traffic", "international, national or other", choices=("international", "national", "other")),
        SOURCE,
    ),
)
FREIGHT_NODES = Schema(
    name="freight_nodes",
    description="Freight nodes named in public pages; those without a position are left out",
    index=("freight_node_id",),
    geometry=POINT,
    columns=(
        text("name", "name of the node"),
        text("kind", "what it is"),
        number("accuracy_m", "accuracy of the position", "m", nullable=True),
        text("position_basis", "where the position comes from"),
        SOURCE,
    ),
)
POWER_LINES = Schema(
    name="power_lines",
    description="High-voltage overhead lines; the source holds no voltage",
    index=("power_line_id",),
    geometry=LINES,
    columns=(SOURCE,),
)
NODES = Schema(
    name="nodes",
    description="Ends of road links",
    index=("node_id",),
    geometry=POINT,
    columns=(),
)
LINKS = Schema(
    name="links",
    description="Car road links (E, R, F, K; no private roads), car ferries marked; both directions",
    index=("link_id",),
    geometry=("LineString",),
    columns=(
        text("from_node", "node at the start of the geometry"),
        text("to_node", "node at the end of the geometry"),
        text("road_category", "E, R (national), F (county), K (municipal)", choices=("E", "R", "F", "K")),
        text("road", "road number as people write it: E6, Rv3, Fv120", nullable=True),
        text("motorway_type", "type of motorway", choices=("motorway", "expressway", "none")),
        text("medium", "what the road runs on", choices=("ground", "tunnel", "bridge", "ferry")),
        flag("is_ferry", "car ferry"),
        text("tent", "part of the TEN-T road network", choices=("core", "comprehensive", "none")),
        text("section_id", "traffic section the link belongs to", nullable=True),
        text("municipality_id", "municipality of the link's middle", nullable=True),
        number("length_m", "ellipsoidal length", "m", low=0.001),
        number("heavy_kmh", "assumed mean speed of a heavy vehicle, data/assumptions.csv", "km/h", low=1),
        number("minutes", "driving time of a heavy vehicle", "min", low=0),
        SOURCE,
    ),
)
ROAD_ALIASES = Schema(
    name="road_aliases",
    description="Former road numbers and today's number on the stretch",
    index=("alias_id",),
    columns=(
        text("former_road", "number in older tables: Rv23"),
        text("road", "number today: E134"),
        text("stretch", "where"),
        text("note", "what to know", nullable=True),
    ),
)
TRAFFIC_SECTIONS = Schema(
    name="traffic_sections",
    description="Sections of the TEN-T roads with volume and heavy share",
    index=("section_id",),
    columns=(
        text("name", "from / to"),
        text("road", "road number"),
        text("tent", "TEN-T class after correction", choices=("core", "comprehensive")),
        text("tent_reported", "TEN-T class as reported", choices=("core", "comprehensive")),
        integer("year", "year of the volume", low=2000),
        number("aadt", "all vehicles per day, both directions", "vehicles/day"),
        number("heavy_share", "share of vehicles of 5.6 m and more", "1", high=1),
        number("length_m", "length of the section on the shipped network", "m"),
        SOURCE,
    ),
)
TRAFFIC_POINTS = Schema(
    name="traffic_points",
    description="Counting points with position, matched to links of their own road",
    index=("point_id",),
    geometry=POINT,
    columns=(
        text("name", "name of the counting point"),
        text("road", "road number", nullable=True),
        text("municipality_id", "municipality", nullable=True),
        integer("year", "year of the volume", low=2000),
        number("aadt", "all vehicles per day at the point", "vehicles/day"),
        number(
            "heavy_share_weekday",
            "share of vehicles of 5.6 m and more on weekdays",
            "1",
            high=1,
            nullable=True,
        ),
        flag("is_ramp", "on a ramp: never used for the main road"),
        flag("is_one_direction", "counts one direction or tunnel tube only"),
        text("pair_id", "shared by points whose volumes add up to both directions", nullable=True),
        text("link_id", "link of the same road the point lies on", nullable=True),
        number("offset_m", "distance from the point to that link", "m", nullable=True),
        SOURCE,
    ),
)
TRAFFIC_ROAD_MUNICIPALITY = Schema(
    name="traffic_road_municipality",
    description="Volume by road number and municipality, all vehicles, some with a heavy share",
    index=("road", "municipality_id"),
    columns=(
        integer("n_points", "counting points behind the figure", low=1),
        integer("year", "year of the volume", low=2000),
        number("aadt", "all vehicles per day, median of the points", "vehicles/day"),
        number("spread", "largest of the published figures over the smallest", "1", low=1),
        number("heavy_share", "share of vehicles of 5.6 m and more", "1", high=1, nullable=True),
        SOURCE,
    ),
)
LENGTH_CLASSES = Schema(
    name="length_classes",
    description="Share of vehicles by length class, county of 2019 and road group",
    index=("county_2019", "road_group"),
    columns=(
        number("share_ge_5_6m", "share of vehicles of 5.6 m and more", "1", high=1),
        number("share_ge_12_5m", "share of vehicles of 12.5 m and more", "1", high=1),
        number("share_ge_16_0m", "share of vehicles of 16 m and more", "1", high=1),
        SOURCE,
    ),
)
TRUCK_HOURS = Schema(
    name="truck_hours",
    description="Share of a day's trucks (12.5 m and more) by hour, weekdays and weekends",
    index=("day_type", "hour"),
    columns=(
        number("share", "share of the day's trucks in the hour from here on, stations pooled", "1", high=1),
        number("share_low", "lower quartile of the stations' own shares", "1", high=1),
        number("share_high", "upper quartile of the stations' own shares", "1", high=1),
        number("day_factor", "trucks on such a day over the mean day of the week", "1"),
        integer("n_stations", "counting stations behind the figures", low=1),
        SOURCE,
    ),
)
FUEL_SITES = Schema(
    name="fuel_sites",
    description="Fuel stations; truck sites are judged by name. OpenStreetMap: ODbL",
    index=("fuel_site_id",),
    geometry=POINT,
    columns=(
        text("name", "name of the station"),
        text("brand", "brand", nullable=True),
        text("place", "town", nullable=True),
        flag("is_truck", "a truck site, judged by name"),
        SOURCE,
    ),
)
REFERENCE: dict[str, Schema] = {
    schema.name: schema
    for schema in (
        MUNICIPALITIES, MUNICIPALITY_CODES, CODE_CHANGES, MUNICIPALITY_NAMES, MEMBERS, POPULATION, PLACES,
        CENTRES, BUILTUP, SEA, PARKS, RAILWAYS, STATIONS_RAIL, PORTS, AIRPORTS, FREIGHT_NODES, POWER_LINES,
        NODES, LINKS, GATEWAYS, ROAD_ALIASES, TRAFFIC_SECTIONS, TRAFFIC_POINTS, TRAFFIC_ROAD_MUNICIPALITY,
        LENGTH_CLASSES, TRUCK_HOURS, FUEL_SITES, EMISSIONS, COUNTY_EMISSIONS, STATED_CHANGES,
    )
}  # fmt: skip
"""Schema of every shipped table by name."""


@dataclass(frozen=True, kw_only=True)
class ReferenceData:
    """The shipped tables, each valid by its schema in ``REFERENCE``."""

    municipalities: gpd.GeoDataFrame
    municipality_codes: pd.DataFrame
    code_changes: pd.DataFrame
    municipality_names: pd.DataFrame
    members: pd.DataFrame
    population: pd.DataFrame
    places: gpd.GeoDataFrame
    centres: gpd.GeoDataFrame
    builtup: gpd.GeoDataFrame
    sea: gpd.GeoDataFrame
    parks: gpd.GeoDataFrame
    railways: gpd.GeoDataFrame
    rail_stations: gpd.GeoDataFrame
    ports: gpd.GeoDataFrame
    airports: gpd.GeoDataFrame
    freight_nodes: gpd.GeoDataFrame
    power_lines: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    gateways: pd.DataFrame
    road_aliases: pd.DataFrame
    traffic_sections: pd.DataFrame
    traffic_points: gpd.GeoDataFrame
    traffic_road_municipality: pd.DataFrame
    length_classes: pd.DataFrame
    truck_hours: pd.DataFrame
    fuel_sites: gpd.GeoDataFrame
    emissions: pd.DataFrame
    county_emissions: pd.DataFrame
    stated_changes: pd.DataFrame
    assumptions: pd.DataFrame
