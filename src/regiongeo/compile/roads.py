"""Road links and their nodes from Kartverket's N1000 map, with TEN-T sections and counting points matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod
from shapely.ops import substring

from regiongeo.assumptions import assumption, assumption_table
from regiongeo.compile.counts import (
    compile_aliases,
    compile_length_classes,
    compile_points,
    compile_road_municipality,
    compile_sections,
    normalise_road,
)
from regiongeo.compile.ferries import join_ferries
from regiongeo.compile.raw import MAP_BOX, N1000, read_layer
from regiongeo.crs import to_lonlat
from regiongeo.errors import DataError, name_some
from regiongeo.schema import validate
from regiongeo.tables import REFERENCE

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["compile_roads"]

_ROAD_TYPES = ("enkelBilveg", "bilferje")
_CATEGORIES = ("E", "R", "F", "K")
_MOTORWAYS = {"motorveg": "motorway", "motortrafikkveg": "expressway"}
_MEDIA = {"U": "tunnel", "L": "bridge"}

_SAME_LINE_M = 2.0
"""Section lines were cut from the same map: farther than this is another road."""
_SHORTEST_M = 20.0
"""A section end closer than this to the end of a link is taken as that end."""
_SIMPLIFY_M = 20.0
_WATER_M = 1_000.0
_SECTION_TOLERANCE = 0.02


def compile_roads(
    sources: Path, *, municipalities: gpd.GeoDataFrame, assumptions: pd.DataFrame
) -> dict[str, pd.DataFrame | gpd.GeoDataFrame]:
    """Build every road and traffic table from the raw sources.

    Public roads for cars (E, R, F, K) and car ferries; private roads, paths and passenger ferries are left
    out. Links connect where their ends are equal; only ferries drawn short of their road are joined to it
    (`join_ferries`). Links that reach over the edge of the source stay whole, those that leave the map box
    are dropped. Links are cut where a TEN-T section ends, so that volume and TEN-T class change at a node.
    ``length_m`` is the length on the ellipsoid of the line as published; the shipped line is simplified by
    20 m (Douglas-Peucker).

    Parameters
    ----------
    sources
        Folder of the raw files.
    municipalities
        Schema MUNICIPALITIES, EPSG:25832.
    assumptions
        Speeds ``heavy_kmh.*``, ``ferry_wait_min``, ``traffic_point_match_m``.

    Returns
    -------
    Tables by name: nodes, links, road_aliases, traffic_sections, traffic_points, traffic_road_municipality,
    length_classes; valid by their schemas.

    Raises
    ------
    SourceError, DataError, CrsError
        If a raw file is missing, damaged, or a section does not lie on its road.
    """
    sections = compile_sections(sources)
    pieces = _cut_at_sections(_read_roads(sources), sections)
    nodes, ends = _number_nodes(pieces)
    published = _describe(pieces.assign(**ends), sections, municipalities, assumptions)
    nodes, detailed = join_ferries(nodes, published)
    tables = {
        "nodes": nodes,
        "links": _simplified(detailed),
        "road_aliases": compile_aliases(),
        "traffic_sections": _with_length(sections, detailed),
        "traffic_points": compile_points(
            sources, links=detailed, municipalities=municipalities, assumptions=assumptions
        ),
        "traffic_road_municipality": compile_road_municipality(
            sources, links=detailed, municipalities=municipalities
        ),
        "length_classes": compile_length_classes(sources),
    }
    return {name: validate(table, REFERENCE[name]) for name, table in tables.items()}


def _read_roads(sources: Path) -> gpd.GeoDataFrame:
    columns = ["typeVeg", "vegkategori", "vegnummer", "motorvegtype", "medium"]
    raw = read_layer(sources, N1000, layer="veglenke", columns=columns)
    is_road = raw["typeVeg"].isin(_ROAD_TYPES) & raw["vegkategori"].isin(_CATEGORIES)
    bounds = raw.geometry.bounds
    is_inside = (
        (bounds["minx"] >= MAP_BOX.west)
        & (bounds["maxx"] <= MAP_BOX.east)
        & (bounds["miny"] >= MAP_BOX.south)
        & (bounds["maxy"] <= MAP_BOX.north)
    )
    chosen = raw[is_road & is_inside]
    number = chosen["vegnummer"].map(lambda n: "" if pd.isna(n) else f"{n:.0f}")
    is_ferry = chosen["typeVeg"] == "bilferje"
    return chosen[["geometry"]].assign(
        road_category=chosen["vegkategori"],
        road=(chosen["vegkategori"] + number).map(normalise_road),
        motorway_type=chosen["motorvegtype"].map(_MOTORWAYS).fillna("none"),
        medium=chosen["medium"].map(_MEDIA).fillna("ground").mask(is_ferry, "ferry"),
        is_ferry=is_ferry,
    )


def _cut_at_sections(roads: gpd.GeoDataFrame, sections: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut roads where a section ends on them, and sort the pieces by their coordinates."""
    cuts = _section_ends(roads, sections)
    lines = [_cut(line, cuts.get(row, [])) for row, line in zip(roads.index, roads.geometry, strict=True)]
    repeated = roads.iloc[np.repeat(np.arange(len(roads)), [len(parts) for parts in lines])]
    pieces = repeated.set_geometry([part for parts in lines for part in parts], crs=roads.crs)
    keys = np.column_stack([_end(pieces, 0), _end(pieces, -1), pieces.length.to_numpy()])
    ordered = pieces.iloc[np.lexsort(keys.T[::-1])]
    ids = pd.Index([f"L{number:05d}" for number in range(1, len(ordered) + 1)], name="link_id", dtype="str")
    return ordered.set_index(ids)


def _section_ends(roads: gpd.GeoDataFrame, sections: gpd.GeoDataFrame) -> dict[int, list[float]]:
    """Find where sections end inside a link of their road: distances along the link [m]."""
    tree = shapely.STRtree(roads.geometry.to_numpy())
    cuts: dict[int, list[float]] = {}
    for roads_named, line in zip(sections["roads"], sections.geometry, strict=True):
        for end in (shapely.get_point(line, 0), shapely.get_point(line, -1)):
            for position in tree.query(end, "dwithin", _SAME_LINE_M):
                row, link = roads.index[position], roads.geometry.iloc[position]
                along = float(shapely.line_locate_point(link, end))
                is_within = min(along, link.length - along) > _SHORTEST_M
                if roads["road"].iloc[position] in roads_named and is_within:
                    cuts.setdefault(row, []).append(along)
    return cuts


def _cut(line: shapely.LineString, distances: list[float]) -> list[shapely.LineString]:
    apart: list[float] = [0.0]
    for along in sorted(distances):
        if along - apart[-1] > _SHORTEST_M:
            apart.append(along)
    if len(apart) == 1:
        return [line]
    stops = [*apart[1:], line.length]
    return [_part(line, start, stop) for start, stop in zip(apart, stops, strict=True)]


def _part(line: shapely.LineString, start: float, stop: float) -> shapely.LineString:
    return shapely.LineString(substring(line, start, stop).coords)


def _number_nodes(pieces: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[str, np.ndarray]]:
    """Make one node of all equal ends, numbered from west to east, then south to north."""
    both = np.concatenate([_end(pieces, 0), _end(pieces, -1)])
    unique, inverse = np.unique(both, axis=0, return_inverse=True)
    ids = np.array([f"N{number:05d}" for number in range(1, len(unique) + 1)], dtype=object)
    points = gpd.GeoSeries(
        shapely.points(np.round(unique, 1)), index=pd.Index(ids, name="node_id", dtype="str"), crs=pieces.crs
    )
    from_node, to_node = np.split(ids[inverse.ravel()], 2)
    return gpd.GeoDataFrame(geometry=points), {"from_node": from_node, "to_node": to_node}


def _describe(
    pieces: gpd.GeoDataFrame,
    sections: gpd.GeoDataFrame,
    municipalities: gpd.GeoDataFrame,
    assumptions: pd.DataFrame,
) -> gpd.GeoDataFrame:
    middles = pieces.interpolate(0.5, normalized=True)
    section_id = _sections_of(middles, pieces["road"], sections)
    length_m = _ellipsoidal_m(pieces)
    heavy_kmh = _heavy_kmh(pieces, assumptions)
    wait_min = assumption(assumptions, "ferry_wait_min", unit="min") * pieces["is_ferry"]
    return pieces.assign(
        tent=section_id.map(sections["tent"]).fillna("none"),
        section_id=section_id,
        municipality_id=_municipality_of(middles, municipalities),
        length_m=length_m,
        heavy_kmh=heavy_kmh,
        minutes=(length_m / heavy_kmh * 0.06 + wait_min).round(4),
        source_id="kartverket_n1000",
    )


def _sections_of(middles: gpd.GeoSeries, road: pd.Series, sections: gpd.GeoDataFrame) -> pd.Series:
    tree = shapely.STRtree(sections.geometry.to_numpy())
    piece, there = tree.query(middles.to_numpy(), "dwithin", _SAME_LINE_M)
    is_same = [road.iloc[p] in sections["roads"].iloc[s] for p, s in zip(piece, there, strict=True)]
    hits = pd.Series(sections.index[there], index=middles.index[piece], dtype="str")[is_same]
    first: pd.Series = hits.groupby(level=0).min()
    return first.reindex(middles.index)


def _municipality_of(middles: gpd.GeoSeries, municipalities: gpd.GeoDataFrame) -> pd.Series:
    """Find the municipality of each middle; of bridges and tunnels under water, the nearest within 1 km."""
    points = gpd.GeoDataFrame(geometry=middles)
    near = points.sjoin_nearest(municipalities[["geometry"]], max_distance=_WATER_M)
    first: pd.Series = near["municipality_id"].groupby(level=0).min()
    return first.reindex(middles.index)


def _ellipsoidal_m(pieces: gpd.GeoDataFrame) -> pd.Series:
    geod = Geod(ellps="GRS80")
    lengths = [geod.geometry_length(line) for line in to_lonlat(pieces).geometry]
    return pd.Series(lengths, index=pieces.index).round(1)


def _heavy_kmh(pieces: gpd.GeoDataFrame, assumptions: pd.DataFrame) -> pd.Series:
    speeds = assumption_table(assumptions, "heavy_kmh", unit="km/h")
    kind = pieces["motorway_type"].where(pieces["motorway_type"] != "none", "er_other")
    kind = kind.mask(pieces["road_category"] == "F", "f").mask(pieces["road_category"] == "K", "k")
    kmh: pd.Series = kind.mask(pieces["is_ferry"], "ferry").map(speeds)
    return kmh.astype(float)


def _with_length(sections: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> pd.DataFrame:
    """Add the length of each section on the shipped links: less than the whole where the source ends."""
    length_m = links.groupby("section_id")["length_m"].sum().reindex(sections.index)
    is_off = ~(length_m / sections.length <= 1 + _SECTION_TOLERANCE)
    if is_off.any():
        raise DataError(f"sections do not lie on links of their road: {name_some(sections.index[is_off])}")
    return pd.DataFrame(sections.drop(columns=["geometry", "roads"])).assign(length_m=length_m.round(1))


def _simplified(links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    lines = shapely.simplify(links.geometry.to_numpy(), _SIMPLIFY_M)
    return links.set_geometry(shapely.transform(lines, lambda xy: np.round(xy, 1)), crs=links.crs)


def _end(pieces: gpd.GeoDataFrame, which: int) -> np.ndarray:
    coordinates: np.ndarray = shapely.get_coordinates(shapely.get_point(pieces.geometry.to_numpy(), which))
    return coordinates
