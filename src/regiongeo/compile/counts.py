"""Traffic tables: sections of the TEN-T roads, counting points, road by municipality, length classes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from regiongeo.assumptions import assumption
from regiongeo.compile.raw import read_layer, read_rows
from regiongeo.errors import DataError, name_some

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

__all__ = [
    "compile_aliases",
    "compile_length_classes",
    "compile_points",
    "compile_road_municipality",
    "compile_sections",
    "normalise_road",
]

_SECTIONS = "roads/npra_tent_sections_osloregion.gpkg"
_POINTS = "roads/npra_trp_points_osloregion.gpkg"
_ROAD_MUNICIPALITY = "roads/npra_aadt_by_road_municipality.csv"
_LENGTH_CLASSES = "roads/npra_vti2019_lengthclass_shares_by_county.csv"

_PREFIXES = {"E": "E", "R": "Rv", "F": "Fv", "K": "Kv"}
_ROAD = re.compile(r"\s*([ERFK])V?\.?\s*(\d+)", re.IGNORECASE)

_SECTION_YEAR = 2018
# E39 is no road of this region: the reporting names it where another road's functional link once ended.
_NOT_HERE = "E39"
# Reported as comprehensive, which cuts the core network off its urban node Oslo: the way from Oslo by Ryen to
# Vinterbro is taken as core. To verify in the TEN-T maps; the reported class stays in its own column.
_CORE_TO_VERIFY = ("NO-013.24", "NO-014.01", "NO-014.02", "NO-018.01", "NO-018.02")

_DIRECTIONS = r"\b(?:(?:nord|syd|sør|øst|vest)?gående|(?:inn|ut)gående|mot)\b.*"
_TUBE_SUFFIX = r"\b(?:nord|syd|sør|øst|vest)$"
# Separate carriageways of a tunnel carry a part number of 70 and above in the road reference.
_TUBE_PART = r"D[7-9]\d\b"
_PAIR = 2

_ALIASES = (
    ("Rv2", "E16", "Kløfta–Kongsvinger", "Rv2 still stands north and south of Kongsvinger"),
    ("Rv23", "E134", "Lier–Vassum", "by the Oslofjord tunnel; Rv23 until 2018"),
    ("Rv35", "E16", "Hønefoss–Gardermoen", "the eastern part of the former Rv35"),
    ("Rv35", "Rv350", "Hønefoss–Hokksund", "the western part of the former Rv35"),
)


def normalise_road(text: object) -> str | None:
    """Write a road number as people do: 'EV134 S41D1 m4645' is E134, 'R22' is Rv22, 'fv. 130' is Fv130.

    Returns None where the text names no road.
    """
    found = _ROAD.match(text) if isinstance(text, str) else None
    return f"{_PREFIXES[found[1].upper()]}{int(found[2])}" if found else None


def compile_aliases() -> pd.DataFrame:
    """List former road numbers and today's number on the stretch (schema ROAD_ALIASES)."""
    rows = pd.DataFrame(_ALIASES, columns=["former_road", "road", "stretch", "note"])
    return rows.set_index(pd.Index([f"{row[0]}-{row[1]}" for row in _ALIASES], name="alias_id"))


def compile_sections(sources: Path) -> gpd.GeoDataFrame:
    """Read the TEN-T sections with their lines in EPSG:25832 (schema TRAFFIC_SECTIONS less ``length_m``).

    ``roads`` holds all numbers a section bears as a list, ``road`` the first.

    Raises
    ------
    DataError
        If a section names no road.
    """
    columns = ["section_ref", "section", "road", "core", "aadt", "hgv_pct"]
    raw = read_layer(sources, _SECTIONS, columns=columns).set_index("section_ref").rename_axis("section_id")
    roads = raw["road"].map(_section_roads)
    nameless = raw.index[roads.str.len() == 0]
    if len(nameless):
        raise DataError(f"'{_SECTIONS}': sections {name_some(nameless)} name no road: is it the right file?")
    reported = raw["core"].map({"Y": "core", "N": "comprehensive"})
    table = raw[["geometry"]].assign(
        name=raw["section"],
        road=roads.str[0],
        roads=roads,
        tent=reported.mask(raw.index.isin(_CORE_TO_VERIFY), "core"),
        tent_reported=reported,
        year=_SECTION_YEAR,
        aadt=raw["aadt"].astype(float),
        heavy_share=raw["hgv_pct"] / 100,
        source_id="npra_tent_2018",
    )
    return table.sort_index()


def compile_points(
    sources: Path, *, links: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame, assumptions: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Read the counting points and match each to the nearest link of its own road (schema TRAFFIC_POINTS).

    A point farther than ``traffic_point_match_m`` from every link of its road (today's number or the one that
    followed it) is left without a link. Points that count one direction or one tunnel tube are known by their
    name; two of them at one place share a ``pair_id``.

    Notes
    -----
    The source calls its weekday columns light and heavy. Their sum is 1.22 times the AADT on average, while
    the holder's own register has weekdays at 1.12 times the AADT for the same points in 2020, and the "light"
    column alone fits that (1.09, correlation 0.81): it probably holds all vehicles. The share is computed as
    documented, heavy / (light + heavy), and is brought to all days of the base year by a measured factor
    (``traffic_weekday_share_factor``), which holds under either reading.
    """
    columns = ["trp_id", "name", "road_reference", "adt", "year_aadt", "ydt_light", "ydt_heavy"]
    raw = read_layer(sources, _POINTS, columns=columns).rename(columns={"trp_id": "point_id"})
    raw = raw.set_index("point_id").sort_index()
    road = raw["road_reference"].map(normalise_road)
    is_ramp = _holds(raw["road_reference"], r"\bKD\d") | _holds(raw["name"], "rampe")
    is_one_direction = ~is_ramp & _counts_one_direction(raw["name"], raw["road_reference"])
    table = raw[["name", "geometry"]].assign(
        road=road,
        municipality_id=_areas_of(raw, municipalities),
        year=raw["year_aadt"].astype("int64"),
        aadt=raw["adt"].astype(float),
        heavy_share_weekday=(raw["ydt_heavy"] / (raw["ydt_light"] + raw["ydt_heavy"])).round(4),
        is_ramp=is_ramp,
        is_one_direction=is_one_direction,
        pair_id=_pairs(raw["name"].where(is_one_direction), road),
    )
    limit_m = assumption(assumptions, "traffic_point_match_m", unit="m")
    matched = _match(table, links, limit_m=limit_m)[["link_id", "offset_m"]]
    return table.join(matched).assign(source_id="npra_traffic_counts")


def compile_road_municipality(
    sources: Path, *, links: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Read volume by road and municipality for the shipped municipalities (schema TRAFFIC_ROAD_MUNICIPALITY).

    The year is 2017 where it is known, else 2020: a corona year, and its register holds more points that
    count one carriageway. A row under a former road number goes to the
    number that followed it in the municipality.

    Notes
    -----
    One median for all points of a road in a municipality hides differences along it: E16 in Kongsvinger
    carries 7,000 vehicles west of the town and under 1,000 towards Sweden. ``spread`` tells where: the
    largest of the row's figures (median, maximum, 2017, 2020) over the smallest. The heavy shares are the
    weekday shares of the counting points.
    """
    figures = ["aadt_median", "aadt_max", "a2017", "a2020"]
    columns = ["ref", "municipality", "n", *figures, "heavy_share"]
    raw = read_rows(sources, _ROAD_MUNICIPALITY, columns=columns)
    codes = pd.Series(municipalities.index, index=municipalities["name"])
    codes = codes[~codes.index.duplicated(keep=False)]
    in_2017, in_2020 = raw["a2017"].astype(float), raw["a2020"].astype(float)
    table = pd.DataFrame(
        {
            "road": raw["ref"].map(normalise_road),
            "municipality_id": raw["municipality"].map(codes),
            "n_points": raw["n"].astype("int64"),
            "year": in_2017.notna().map({True: 2017, False: 2020}).astype("int64"),
            "aadt": in_2017.fillna(in_2020),
            "spread": _spread(raw[figures].astype(float)),
            "heavy_share": raw["heavy_share"].astype(float),
            "source_id": "npra_traffic_counts",
        }
    ).dropna(subset=["road", "municipality_id", "aadt"])
    keys = ["road", "municipality_id"]
    return table.assign(road=_today(table, links)).drop_duplicates(keys).set_index(keys).sort_index()


def _spread(figures: pd.DataFrame) -> pd.Series:
    """Return the largest of a row's published figures over the smallest: how little one median can say."""
    spread: pd.Series = figures.max(axis=1) / figures.min(axis=1)
    return spread.round(3)


def compile_length_classes(sources: Path) -> pd.DataFrame:
    """Read the share of vehicles by length class, county of 2019 and road group (schema LENGTH_CLASSES)."""
    columns = {"% >= 5,6m": "share_ge_5_6m", "% >=12.5": "share_ge_12_5m", "% >= 16,0m": "share_ge_16_0m"}
    raw = read_rows(sources, _LENGTH_CLASSES, columns=["Område", "Vegkategori", *columns])
    raw = raw.rename(columns={"Område": "county_2019", "Vegkategori": "road_group"})
    table = raw.set_index(["county_2019", "road_group"]).rename(columns=columns).astype(float) / 100
    return table.round(4).assign(source_id="npra_length_classes_2019").sort_index()


def _section_roads(text: str) -> list[str]:
    named = [normalise_road(one) for one in text.split(",")]
    return [road for road in named if road is not None and road != _NOT_HERE]


def _holds(texts: pd.Series, pattern: str) -> pd.Series:
    return texts.str.contains(pattern, case=False, regex=True).astype(bool)


def _counts_one_direction(names: pd.Series, references: pd.Series) -> pd.Series:
    is_tube = _holds(names, "tun+el") & _holds(references, _TUBE_PART)
    return _holds(names, _DIRECTIONS) | is_tube


def _pairs(names: pd.Series, road: pd.Series) -> pd.Series:
    """Give points of one road whose names differ in direction alone the id of the first of them."""
    place = names.dropna().str.lower()
    for pattern, instead in ((_DIRECTIONS, ""), (_TUBE_SUFFIX, ""), (r"(.)\1", r"\1")):
        place = place.str.replace(pattern, instead, regex=True).str.strip()
    together = pd.Series(place.index, index=place.index).groupby([road.loc[place.index], place])
    paired: pd.Series = together.transform("min").where(together.transform("size") == _PAIR)
    return paired.reindex(names.index)


def _areas_of(points: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame) -> pd.Series:
    hits = points[["geometry"]].sjoin(municipalities[["geometry"]], predicate="intersects")
    first: pd.Series = hits["municipality_id"].groupby(level=0).min()
    return first.reindex(points.index)


def _match(points: gpd.GeoDataFrame, links: gpd.GeoDataFrame, *, limit_m: float) -> pd.DataFrame:
    lines, places = links.geometry.to_numpy(), points.geometry.to_numpy()
    near, there = shapely.STRtree(lines).query(places, "dwithin", limit_m)
    pairs = pd.DataFrame(
        {
            "point_id": points.index[near],
            "link_id": links.index[there],
            "offset_m": shapely.distance(places[near], lines[there]).round(1),
            "road": points["road"].to_numpy()[near],
            "link_road": links["road"].to_numpy()[there],
        }
    )
    roads = zip(pairs["road"], pairs["link_road"], strict=True)
    is_same = [link_road in _names_since(road) for road, link_road in roads]
    nearest = pairs[is_same].sort_values(["offset_m", "link_id"], kind="stable").drop_duplicates("point_id")
    return nearest.set_index("point_id").reindex(points.index)


def _names_since(road: str) -> tuple[str, ...]:
    """Return a road number and those that followed it."""
    return (road, *(today for former, today, _, _ in _ALIASES if former == road))


def _today(table: pd.DataFrame, links: gpd.GeoDataFrame) -> pd.Series:
    known = set(zip(links["road"], links["municipality_id"], strict=True))

    def name_today(road: str, area: str) -> str:
        return next((name for name in _names_since(road) if (name, area) in known), road)

    return pd.Series(map(name_today, table["road"], table["municipality_id"]), index=table.index, dtype="str")
