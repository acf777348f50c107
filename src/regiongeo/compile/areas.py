"""Municipalities, their codes, membership and population; built-up areas and national parks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from regiongeo.compile.raw import MAP_BOX, N1000, clip_to_map, number_ids, read_layer, read_rows, slug_ids
from regiongeo.crs import to_lonlat
from regiongeo.errors import DataError, name_some

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "compile_builtup",
    "compile_codes",
    "compile_members",
    "compile_municipalities",
    "compile_parks",
    "compile_population",
    "compile_sea",
]

_BORDERS_2024 = "region/boundaries/kommuner_2024_norway_M.geojson"
_BORDERS_2020 = "region/boundaries/kommuner_2020_norway_large.geojson"
_MEMBERS = "region/members.csv"
_POPULATION = "region/population_all_municipalities_2005_2026.csv"
_LISTS = {
    2020: "member_jan2020_list",
    2021: "member_2021_list",
    2022: "member_2022_list",
    2024: "member_2024_list",
}

_SURROUNDINGS_M = 25_000
_GRID_M = 0.1
_SIMPLIFY_M = 50
_SLIVER_M2 = 10_000
_AREA_TOLERANCE = 0.01
_COAST_GAP_M = 1.0

_COUNTIES_2019 = {
    "03": "Oslo",
    "31": "Østfold",
    "32": "Akershus",
    "33": "Buskerud",
    "39": "Vestfold",
    "40": "Telemark",
}
_OPPLAND_IN_AKERSHUS = ("3234", "3236")
_OPPLAND_TOWNS = ("3405", "3407")
_OPPLAND_FROM = "3431"


def compile_municipalities(sources: Path) -> gpd.GeoDataFrame:
    """Build the members and all municipalities within 25 km of their bounding box, as one clean coverage.

    Polygons are rounded to 0.1 m, repaired, freed of slivers, simplified with shared borders kept
    (Visvalingam-Whyatt, 50 m) and cut at the edge of the map box.

    Raises
    ------
    DataError
        If polygons overlap or leave slivers, or a member's area is not the one stated (1 %).
    """
    members = _read_members(sources).set_index("kommunenummer_2024")
    raw = read_layer(sources, _BORDERS_2024, columns=["kommunenummer", "kommunenavn"])
    raw = raw.set_index("kommunenummer").rename_axis("municipality_id").sort_index()
    lost = members.index.difference(raw.index)
    if len(lost):
        raise DataError(f"'{_BORDERS_2024}' has no municipality {name_some(lost)}: is it the 2024 edition?")
    chosen = _with_surroundings(raw.set_geometry(raw.make_valid()), members.index)
    shapes = _cut(shapely.coverage_simplify(_fill_slivers(_repair(chosen.geometry.values)), _SIMPLIFY_M))
    kept = gpd.GeoDataFrame(index=chosen.index, geometry=shapes, crs=chosen.crs)
    _require_coverage(kept)
    area_km2 = pd.Series(_area_km2(kept), index=kept.index)
    _require_areas(area_km2, members["area_km2_from_2024_polygon"].astype(float))
    county_id = pd.Series(kept.index.str[:2], index=kept.index)
    return kept.assign(
        name=chosen["kommunenavn"],
        county_id=county_id,
        county=county_id.map(_county_names(sources)),
        county_2019=[_county_2019(code) for code in kept.index],
        area_km2=area_km2.round(3),
        source_id="kartverket_municipalities_2024",
    )


def compile_codes(sources: Path, *, municipalities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Pair the codes of 2020-2023 with those of 2024 for the shipped municipalities.

    A code that still stands is itself; a former Viken (30xx) or Vestfold og Telemark (38xx) code is paired
    by name with the counties that followed. The names are unique within those counties.

    Raises
    ------
    DataError
        If a shipped municipality is left without a former code, or the members' list says otherwise.
    """
    old = read_layer(sources, _BORDERS_2020, columns=["kommunenummer", "navn"])
    former = pd.DataFrame(
        {"code": old["kommunenummer"].astype(int).map("{:04d}".format), "name": old["navn"]}
    )
    former = former.assign(era=former["code"].str[:2].map({"30": "viken", "38": "vestfold_telemark"}))
    today = municipalities["name"].reset_index()
    era = (
        today["municipality_id"]
        .str[:2]
        .map(
            {
                "31": "viken",
                "32": "viken",
                "33": "viken",
                "39": "vestfold_telemark",
                "40": "vestfold_telemark",
            }
        )
    )
    renumbered = today.assign(era=era).dropna().merge(former.dropna(), on=["era", "name"], how="left")
    same = today[era.isna()].assign(code=today["municipality_id"])
    pairs = pd.concat([renumbered, same[same["code"].isin(former["code"])]])
    lost = municipalities.index.difference(pd.Index(pairs.dropna(subset="code")["municipality_id"]))
    if len(lost):
        raise DataError(f"no code of 2020-2023 found for {name_some(lost)}: check '{_BORDERS_2020}'")
    codes = pairs.rename(columns={"code": "code_2020_id"}).set_index("code_2020_id").sort_index()
    _require_same_codes(codes["municipality_id"], _read_members(sources))
    table: pd.DataFrame = codes[["municipality_id", "name"]]
    return table


def compile_members(sources: Path) -> pd.DataFrame:
    """Read who was on which membership list, and the subregion of each with its certainty."""
    raw = _read_members(sources).set_index("kommunenummer_2024").rename_axis("municipality_id").sort_index()
    is_named = ~raw["delregion"].str.startswith("(none named)")
    return pd.DataFrame(
        {
            "name": raw["name"],
            **{f"is_member_{year}": _flags(raw[column], what=column) for year, column in _LISTS.items()},
            "subregion": raw["delregion"].where(is_named),
            "subregion_certainty": raw["delregion_certainty"],
            "subregion_source": raw["delregion_source"],
            "subregion_other": raw["delregion_other"].where(is_named),
            "subregion_other_certainty": raw["delregion_other_certainty"].where(is_named),
            "centre": raw["adm_center"],
        }
    )


def compile_population(sources: Path, *, municipalities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Read the population of the shipped municipalities on 1 January of each year.

    Raises
    ------
    DataError
        If a shipped municipality has no row at all.
    """
    raw = read_rows(sources, _POPULATION, columns=["kommunenummer_2024", "year", "population", "imputed"])
    lost = municipalities.index.difference(pd.Index(raw["kommunenummer_2024"]))
    if len(lost):
        raise DataError(f"'{_POPULATION}' has no rows of {name_some(lost)}: get the full table 07459")
    kept = raw[raw["kommunenummer_2024"].isin(municipalities.index)]
    table = pd.DataFrame(
        {
            "municipality_id": kept["kommunenummer_2024"],
            "year": kept["year"].astype("int64"),
            "population": kept["population"].astype("int64"),
            "is_imputed": _flags(kept["imputed"], what="imputed"),
        }
    )
    return table.set_index(["municipality_id", "year"]).sort_index()


def compile_builtup(sources: Path) -> gpd.GeoDataFrame:
    """Read the built-up areas of the map."""
    areas = clip_to_map(read_layer(sources, N1000, layer="tettbebyggelse"))
    return number_ids(areas, prefix="builtup", index="builtup_id").assign(source_id="kartverket_n1000")


def compile_parks(sources: Path, *, region: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Read the national parks within 25 km of the ``region``'s municipalities."""
    parks = clip_to_map(read_layer(sources, N1000, layer="naturvernomrade", columns=["navn", "verneform"]))
    is_near = parks.dwithin(region.union_all(), _SURROUNDINGS_M)
    national = parks[(parks["verneform"] == "NP") & is_near]
    named = national.rename(columns={"navn": "name"})[["name", "geometry"]]
    return slug_ids(named, prefix="park", index="park_id").assign(source_id="kartverket_n1000")


def compile_sea(sources: Path, *, municipalities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find the sea: municipal areas with their waters, less the same municipalities clipped at the coast.

    Only the largest part is kept: the others are where the two sources draw an inland border differently.
    """
    columns = ["kommunenummer"]
    waters = clip_to_map(read_layer(sources, N1000, layer="kommune", columns=columns))
    waters = waters[waters["kommunenummer"].isin(municipalities.index)]
    land = municipalities.union_all(method="coverage").buffer(_COAST_GAP_M)
    parts = shapely.get_parts(waters.union_all().difference(land))
    largest = shapely.set_precision(parts[shapely.area(parts).argmax()], 1.0)
    sea = gpd.GeoDataFrame(geometry=[largest], crs=municipalities.crs)
    return number_ids(sea, prefix="sea", index="sea_id").assign(source_id="kartverket_n1000")


def _read_members(sources: Path) -> pd.DataFrame:
    columns = [
        "kommunenummer_2020", "kommunenummer_2024", "name", "delregion", "delregion_certainty",
        "delregion_source", "delregion_other", "delregion_other_certainty", *_LISTS.values(), "adm_center",
        "area_km2_from_2024_polygon",
    ]  # fmt: skip
    return read_rows(sources, _MEMBERS, columns=columns)


def _with_surroundings(frame: gpd.GeoDataFrame, members: pd.Index) -> gpd.GeoDataFrame:
    west, south, east, north = frame.loc[members].total_bounds
    wide = _SURROUNDINGS_M
    return frame[frame.intersects(shapely.box(west - wide, south - wide, east + wide, north + wide))]


def _repair(shapes: np.ndarray) -> np.ndarray:
    """Round before repairing, so that what repair adds lies on the grid and borders stay shared."""
    return _polygons(shapely.make_valid(_rounded(shapes)))


def _fill_slivers(shapes: np.ndarray) -> np.ndarray:
    """Give each small hole in the union to the neighbour it shares most border with, then to the first id."""
    filled = shapes.copy()
    for hole in _holes(shapes):
        if hole.area < _SLIVER_M2:
            shared = shapely.length(shapely.intersection(shapely.boundary(filled), hole.exterior))
            best = int(np.argmax(shared))
            filled[best] = shapely.union(filled[best], hole)
    return filled


def _cut(shapes: np.ndarray) -> np.ndarray:
    return _polygons(_rounded(shapely.intersection(shapes, shapely.box(*MAP_BOX))))


def _rounded(shapes: np.ndarray) -> np.ndarray:
    rounded: np.ndarray = shapely.transform(shapes, lambda xy: np.round(xy / _GRID_M) * _GRID_M)
    return shapely.transform(rounded, lambda xy: np.round(xy, 1))


def _polygons(shapes: np.ndarray) -> np.ndarray:
    """Keep the polygon parts of each shape; repair may leave lines behind."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    owner, is_area = owner[inner], shapely.get_dimensions(parts) == 2  # noqa: PLR2004
    return np.array([_one_shape(parts[is_area & (owner == n)]) for n in range(len(shapes))], dtype=object)


def _one_shape(parts: np.ndarray) -> shapely.Geometry:
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))


def _holes(shapes: np.ndarray) -> list[shapely.Polygon]:
    land = shapely.get_parts(shapely.union_all(shapes))
    return [shapely.Polygon(ring) for part in land for ring in part.interiors]


def _require_coverage(frame: gpd.GeoDataFrame) -> None:
    broken = frame.index[~frame.geometry.is_valid]
    if len(broken) or not shapely.coverage_is_valid(frame.geometry.values):
        raise DataError(
            f"'{_BORDERS_2024}': municipalities overlap or are not valid, even repaired {list(broken)}"
        )
    slivers = [hole.centroid.wkt for hole in _holes(frame.geometry.values) if hole.area < _SLIVER_M2]
    if slivers:
        raise DataError(f"'{_BORDERS_2024}': slivers between municipalities near {name_some(slivers)}")


def _area_km2(frame: gpd.GeoDataFrame) -> list[float]:
    geod = Geod(ellps="GRS80")
    return [abs(geod.geometry_area_perimeter(shape)[0]) / 1e6 for shape in to_lonlat(frame).geometry]


def _require_areas(area_km2: pd.Series, stated_km2: pd.Series) -> None:
    off = (area_km2.reindex(stated_km2.index) / stated_km2 - 1).abs()
    if (off > _AREA_TOLERANCE).any():
        raise DataError(
            f"areas differ by more than 1 % from '{_MEMBERS}': {name_some(off.index[off > _AREA_TOLERANCE])}"
        )


def _county_names(sources: Path) -> dict[str, str]:
    layer = read_layer(sources, N1000, layer="kommune", columns=["fylkesnummer", "fylkesnavn"])
    return dict(zip(layer["fylkesnummer"], layer["fylkesnavn"], strict=True))


def _county_2019(code: str) -> str:
    """Name the county of 2019 by today's code; 'Norge' where the road statistics hold no county."""
    if code in _OPPLAND_IN_AKERSHUS:
        return "Oppland"
    if code.startswith("34"):
        return "Oppland" if code in _OPPLAND_TOWNS or code >= _OPPLAND_FROM else "Hedmark"
    return _COUNTIES_2019.get(code[:2], "Norge")


def _require_same_codes(codes: pd.Series, members: pd.DataFrame) -> None:
    stated = members.set_index("kommunenummer_2020")["kommunenummer_2024"]
    differ = stated.index[codes.reindex(stated.index) != stated]
    if len(differ):
        raise DataError(
            f"'{_MEMBERS}' and '{_BORDERS_2020}' pair these codes of 2020 differently: {name_some(differ)}"
        )


def _flags(values: pd.Series, *, what: str) -> pd.Series:
    flags = values.map({"True": True, "False": False})
    if flags.isna().any():
        raise DataError(
            f"column '{what}' must be True or False, rows {name_some(values.index[flags.isna()])}"
        )
    return flags.astype(bool)
