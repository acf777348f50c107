"""The contract of every table: what is shipped, what users bring, and what the main job makes.

Coordinates are EPSG:25832 in memory. Units stand in the column names. Missing is missing, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regiongeo.schema import Column, Schema

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = [
    "CANDIDATE_KINDS",
    "CAPACITY",
    "EXCLUDED",
    "GAIN",
    "LINK_TRAFFIC",
    "PLOTS",
    "RANKING",
    "REFERENCE",
    "SITES",
    "STATIONS",
    "TRAFFIC_BASES",
    "ReferenceData",
]


def _text(
    name: str, description: str, *, nullable: bool = False, choices: tuple[str, ...] | None = None
) -> Column:
    return Column(name=name, kind="text", description=description, nullable=nullable, choices=choices)


def _number(
    name: str,
    description: str,
    unit: str,
    *,
    low: float | None = 0,
    high: float | None = None,
    nullable: bool = False,
) -> Column:
    return Column(
        name=name, kind="number", description=description, unit=unit, low=low, high=high, nullable=nullable
    )


def _integer(name: str, description: str, unit: str | None = None, *, low: float = 0) -> Column:
    return Column(name=name, kind="integer", description=description, unit=unit, low=low)


def _flag(name: str, description: str) -> Column:
    return Column(name=name, kind="boolean", description=description)


_POINT = ("Point",)
_LINES = ("LineString", "MultiLineString")
_AREAS = ("Polygon", "MultiPolygon")
_SOURCE = _text("source_id", "record of data/sources.toml the row comes from")

TRAFFIC_BASES = ("section", "count", "road_municipality")
"""Where a link's volume comes from, best first: TEN-T section, counting point, road × municipality."""

CANDIDATE_KINDS = ("plot", "truck_fuel", "freight_node", "port", "airport", "junction", "fuel")
"""Kinds of candidate sites in the fixed order in which twins are thinned (a plot never is)."""

MUNICIPALITIES = Schema(
    name="municipalities",
    description="Municipalities of the region and its surroundings on 1 January 2024, clipped at the coast",
    index=("municipality_id",),
    geometry=_AREAS,
    columns=(
        _text("name", "official name"),
        _text("county_id", "two-digit county code 2024"),
        _text("county", "county name 2024"),
        _text("county_2019", "county of 2019, for statistics published then"),
        _number("area_km2", "ellipsoidal area of the shipped polygon, lakes included", "km2"),
        _SOURCE,
    ),
)
MUNICIPALITY_CODES = Schema(
    name="municipality_codes",
    description="Codes of 2020-2023 and the code of 1 January 2024 each became",
    index=("code_2020_id",),
    columns=(_text("municipality_id", "code of 2024"), _text("name", "official name")),
)
MEMBERS = Schema(
    name="members",
    description="Membership of Osloregionen by published list, with subregion",
    index=("municipality_id",),
    columns=(
        _text("name", "official name"),
        _flag("is_member_2020", "on the list of January 2020 (65)"),
        _flag("is_member_2021", "on the list of 2021 (64)"),
        _flag("is_member_2022", "on the list of 2022 (64)"),
        _flag("is_member_2024", "on the list of 2024 (65)"),
        _text("subregion", "subregion (delregion); missing where none is named", nullable=True),
        _text("subregion_certainty", "how sure the subregion is", nullable=True),
        _text("subregion_source", "where the subregion was read", nullable=True),
        _text("subregion_other", "second subregion of a double membership", nullable=True),
        _text("subregion_other_certainty", "how sure the second one is", nullable=True),
        _text("centre", "administrative centre", nullable=True),
    ),
)
POPULATION = Schema(
    name="population",
    description="Population on 1 January by municipality (borders of 2024)",
    index=("municipality_id", "year"),
    columns=(_integer("population", "inhabitants", "persons"), _flag("is_imputed", "imputed by the holder")),
)
PLACES = Schema(
    name="places",
    description="Names of towns and settlements for labels and for naming sites",
    index=("place_id",),
    geometry=_POINT,
    columns=(
        _text("name", "place name"),
        _text("kind", "kind of place, as its holder calls it"),
        _integer("rank", "1 for the largest places, 4 for the smallest", low=1),
        _text("municipality_id", "municipality the point lies in", nullable=True),
        _SOURCE,
    ),
)
CENTRES = Schema(
    name="centres",
    description="Municipal centre of every shipped municipality",
    index=("municipality_id",),
    geometry=_POINT,
    columns=(
        _text("name", "name of the centre"),
        _text(
            "basis", "what the position is taken from", choices=("station", "place_label", "builtup", "area")
        ),
        _number("accuracy_m", "stated or estimated accuracy", "m"),
        _SOURCE,
    ),
)
BUILTUP = Schema(
    name="builtup",
    description="Built-up areas, generalised",
    index=("builtup_id",),
    geometry=_AREAS,
    columns=(_SOURCE,),
)
SEA = Schema(
    name="sea",
    description="Sea and fjords of the shipped municipalities, for the map's background",
    index=("sea_id",),
    geometry=_AREAS,
    columns=(_SOURCE,),
)
PARKS = Schema(
    name="parks",
    description="National parks (no other protection is in the source)",
    index=("park_id",),
    geometry=_AREAS,
    columns=(_text("name", "name of the park"), _SOURCE),
)
RAILWAYS = Schema(
    name="railways",
    description="Railway lines",
    index=("railway_id",),
    geometry=_LINES,
    columns=(_flag("is_tunnel", "in a tunnel"), _SOURCE),
)
STATIONS_RAIL = Schema(
    name="rail_stations",
    description="Railway stations",
    index=("station_id",),
    geometry=_POINT,
    columns=(_text("name", "station name"), _SOURCE),
)
PORTS = Schema(
    name="ports",
    description="Ports",
    index=("port_id",),
    geometry=_POINT,
    columns=(_text("name", "port name"), _SOURCE),
)
AIRPORTS = Schema(
    name="airports",
    description="Airports with scheduled or other public traffic",
    index=("airport_id",),
    geometry=_POINT,
    columns=(
        _text("name", "airport name"),
        _text("traffic", "international, national or other", choices=("international", "national", "other")),
        _SOURCE,
    ),
)
FREIGHT_NODES = Schema(
    name="freight_nodes",
    description="Freight nodes named in public pages; those without a position are left out",
    index=("freight_node_id",),
    geometry=_POINT,
    columns=(
        _text("name", "name of the node"),
        _text("kind", "what it is"),
        _number("accuracy_m", "accuracy of the position", "m", nullable=True),
        _text("position_basis", "where the position comes from"),
        _SOURCE,
    ),
)
POWER_LINES = Schema(
    name="power_lines",
    description="High-voltage overhead lines; the source holds no voltage",
    index=("power_line_id",),
    geometry=_LINES,
    columns=(_SOURCE,),
)
NODES = Schema(
    name="nodes",
    description="Ends of road links",
    index=("node_id",),
    geometry=_POINT,
    columns=(),
)
LINKS = Schema(
    name="links",
    description="Car road links (E, R, F, K; no private roads), car ferries marked; both directions",
    index=("link_id",),
    geometry=("LineString",),
    columns=(
        _text("from_node", "node at the start of the geometry"),
        _text("to_node", "node at the end of the geometry"),
        _text("road_category", "E, R (national), F (county), K (municipal)", choices=("E", "R", "F", "K")),
        _text("road", "road number as people write it: E6, Rv3, Fv120", nullable=True),
        _text("motorway_type", "type of motorway", choices=("motorway", "expressway", "none")),
        _text("medium", "what the road runs on", choices=("ground", "tunnel", "bridge", "ferry")),
        _flag("is_ferry", "car ferry"),
        _text("tent", "part of the TEN-T road network", choices=("core", "comprehensive", "none")),
        _text("section_id", "traffic section the link belongs to", nullable=True),
        _text("municipality_id", "municipality of the link's middle", nullable=True),
        _number("length_m", "ellipsoidal length", "m", low=0.001),
        _number("heavy_kmh", "assumed mean speed of a heavy vehicle, data/assumptions.csv", "km/h", low=1),
        _number("minutes", "driving time of a heavy vehicle", "min", low=0),
        _SOURCE,
    ),
)
ROAD_ALIASES = Schema(
    name="road_aliases",
    description="Former road numbers and today's number on the stretch",
    index=("alias_id",),
    columns=(
        _text("former_road", "number in older tables: Rv23"),
        _text("road", "number today: E134"),
        _text("stretch", "where"),
        _text("note", "what to know", nullable=True),
    ),
)
TRAFFIC_SECTIONS = Schema(
    name="traffic_sections",
    description="Sections of the TEN-T roads with volume and heavy share",
    index=("section_id",),
    columns=(
        _text("name", "from / to"),
        _text("road", "road number"),
        _text("tent", "TEN-T class after correction", choices=("core", "comprehensive")),
        _text("tent_reported", "TEN-T class as reported", choices=("core", "comprehensive")),
        _integer("year", "year of the volume", low=2000),
        _number("aadt", "all vehicles per day, both directions", "vehicles/day"),
        _number("heavy_share", "share of vehicles of 5.6 m and more", "1", high=1),
        _number("length_m", "length of the section on the shipped network", "m"),
        _SOURCE,
    ),
)
TRAFFIC_POINTS = Schema(
    name="traffic_points",
    description="Counting points with position, matched to links of their own road",
    index=("point_id",),
    geometry=_POINT,
    columns=(
        _text("name", "name of the counting point"),
        _text("road", "road number", nullable=True),
        _text("municipality_id", "municipality", nullable=True),
        _integer("year", "year of the volume", low=2000),
        _number("aadt", "all vehicles per day at the point", "vehicles/day"),
        _number(
            "heavy_share_weekday",
            "share of vehicles of 5.6 m and more on weekdays",
            "1",
            high=1,
            nullable=True,
        ),
        _flag("is_ramp", "on a ramp: never used for the main road"),
        _flag("is_one_direction", "counts one direction or tunnel tube only"),
        _text("pair_id", "shared by points whose volumes add up to both directions", nullable=True),
        _text("link_id", "link of the same road the point lies on", nullable=True),
        _number("offset_m", "distance from the point to that link", "m", nullable=True),
        _SOURCE,
    ),
)
TRAFFIC_ROAD_MUNICIPALITY = Schema(
    name="traffic_road_municipality",
    description="Volume by road number and municipality, all vehicles, some with a heavy share",
    index=("road", "municipality_id"),
    columns=(
        _integer("n_points", "counting points behind the figure", low=1),
        _integer("year", "year of the volume", low=2000),
        _number("aadt", "all vehicles per day, median of the points", "vehicles/day"),
        _number("heavy_share", "share of vehicles of 5.6 m and more", "1", high=1, nullable=True),
        _SOURCE,
    ),
)
LENGTH_CLASSES = Schema(
    name="length_classes",
    description="Share of vehicles by length class, county of 2019 and road group",
    index=("county_2019", "road_group"),
    columns=(
        _number("share_ge_5_6m", "share of vehicles of 5.6 m and more", "1", high=1),
        _number("share_ge_12_5m", "share of vehicles of 12.5 m and more", "1", high=1),
        _number("share_ge_16_0m", "share of vehicles of 16 m and more", "1", high=1),
        _SOURCE,
    ),
)
FUEL_SITES = Schema(
    name="fuel_sites",
    description="Fuel stations; truck sites are judged by name. OpenStreetMap: ODbL",
    index=("fuel_site_id",),
    geometry=_POINT,
    columns=(
        _text("name", "name of the station"),
        _text("brand", "brand", nullable=True),
        _text("place", "town", nullable=True),
        _flag("is_truck", "a truck site, judged by name"),
        _SOURCE,
    ),
)
REFERENCE: dict[str, Schema] = {
    schema.name: schema
    for schema in (
        MUNICIPALITIES, MUNICIPALITY_CODES, MEMBERS, POPULATION, PLACES, CENTRES, BUILTUP, SEA, PARKS,
        RAILWAYS, STATIONS_RAIL, PORTS, AIRPORTS, FREIGHT_NODES, POWER_LINES, NODES, LINKS, ROAD_ALIASES,
        TRAFFIC_SECTIONS, TRAFFIC_POINTS, TRAFFIC_ROAD_MUNICIPALITY, LENGTH_CLASSES, FUEL_SITES,
    )
}  # fmt: skip
"""Schema of every shipped table by name."""

PLOTS = Schema(
    name="plots",
    description="A user's own plots",
    index=("site_id",),
    geometry=("Point", *_AREAS),
    columns=(
        _text("name", "name of the plot"),
        _number("area_m2", "usable area", "m2", nullable=True),
    ),
)
STATIONS = Schema(
    name="stations",
    description="Existing or decided energy stations, from the user",
    index=("station_id",),
    geometry=_POINT,
    may_be_empty=True,
    columns=(
        _text("name", "name of the station"),
        _number("power_kw", "total power", "kW", nullable=True),
    ),
)
CAPACITY = Schema(
    name="capacity",
    description="Free grid capacity at transformer stations, the user's own copy; never summed",
    index=("substation_id",),
    geometry=_POINT,
    may_be_empty=True,
    columns=(
        _text("name", "name of the transformer station"),
        _number("available_mw", "free capacity for consumption at the station alone", "MW", low=None),
        _integer("year", "year the figure holds for", low=2000),
    ),
)
SITES = Schema(
    name="sites",
    description="Candidate sites that passed every hard exclusion",
    index=("site_id",),
    geometry=_POINT,
    columns=(
        _text("name", "Norwegian name: what, road, place, municipality"),
        _text("kind", "kind of candidate", choices=CANDIDATE_KINDS),
        _flag("is_search_area", "a search area, not a plot"),
        _text("road", "nearest E or R road", nullable=True),
        _text("municipality_id", "municipality"),
        _text("subregion", "subregion", nullable=True),
        _number("access_m", "driving distance to the nearest E or R road", "m"),
        _number("access_minutes", "driving time to the nearest E or R road", "min"),
        _number("area_m2", "plot area, where known", "m2", nullable=True),
        _SOURCE,
    ),
)
EXCLUDED = Schema(
    name="excluded",
    description="Candidates struck out by a hard exclusion, with the reason",
    index=("site_id",),
    geometry=_POINT,
    may_be_empty=True,
    columns=(
        _text("name", "Norwegian name"),
        _text("kind", "kind of candidate", choices=CANDIDATE_KINDS),
        _text(
            "reason",
            "code of the exclusion",
            choices=("outside_region", "national_park", "far_from_road", "twin"),
        ),
        _text("reason_detail", "the figure or the id behind the reason"),
        _SOURCE,
    ),
)
LINK_TRAFFIC = Schema(
    name="link_traffic",
    description="Heavy traffic on E, R and F links, at the stated base year; empty where there is no basis",
    index=("link_id",),
    columns=(
        _number("aadt", "all vehicles per day, both directions, base year", "vehicles/day", nullable=True),
        _number("heavy_aadt", "vehicles of 5.6 m and more per day", "vehicles/day", nullable=True),
        _number("truck_aadt", "vehicles of 12.5 m and more per day", "vehicles/day", nullable=True),
        _text("traffic_basis", "where the volume comes from", nullable=True, choices=TRAFFIC_BASES),
        _number("basis_year", "year the volume was counted in", "year", nullable=True),
        _text(
            "heavy_basis", "own share or the county's", nullable=True, choices=("own", "weekday", "county")
        ),
    ),
)
RANKING = Schema(
    name="ranking",
    description="Sites by rank, with score, robustness and the reason in words",
    index=("site_id",),
    columns=(
        _integer("rank", "1 is best; ties by site_id", low=1),
        _number("score", "weighted mean of the criteria values", "1", high=1, nullable=True),
        _integer("rank_low", "5th percentile of the rank over the draws, widened to hold rank", low=1),
        _integer("rank_high", "95th percentile of the rank over the draws, widened to hold rank", low=1),
        _number("known_weight", "share of the weight for which the site has data", "1", high=1),
        _number("top5_share", "share of the draws around the weights with rank 5 or better", "1", high=1),
        _number("free_top5_share", "the same under free weights (SMAA)", "1", high=1),
        _integer("topsis_rank", "rank by TOPSIS, a cross-check", low=1),
        _text("why", "one sentence: why the site stands where it stands"),
    ),
)
GAIN = Schema(
    name="gain",
    description="Chosen sites of the portfolio with the gain of each",
    index=("site_id",),
    may_be_empty=True,
    columns=(
        _flag("is_locked", "locked by the user"),
        _number("truck_km_per_day", "truck-kilometres within the service distance", "truck-km/day"),
        _number("only_here_truck_km_per_day", "of these, covered by no other chosen site", "truck-km/day"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class ReferenceData:
    """The shipped tables, each valid by its schema in ``REFERENCE``."""

    municipalities: gpd.GeoDataFrame
    municipality_codes: pd.DataFrame
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
    road_aliases: pd.DataFrame
    traffic_sections: pd.DataFrame
    traffic_points: gpd.GeoDataFrame
    traffic_road_municipality: pd.DataFrame
    length_classes: pd.DataFrame
    fuel_sites: gpd.GeoDataFrame
    assumptions: pd.DataFrame
