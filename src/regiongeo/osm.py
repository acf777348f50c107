"""OpenStreetMap roads as a network: osmnx graphs and local OSM XML files come in here.

osmnx is imported where it is used: it costs three seconds, and only this adapter needs it.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError
from xml.sax import SAXException

import numpy as np
import pandas as pd
import pyogrio
import shapely

from regiongeo.assumptions import assumption, assumption_table
from regiongeo.atomic import write_atomically
from regiongeo.crs import WORK_BOX, Box, to_work
from regiongeo.errors import CrsError, DataError, NetworkError, OutputError, name_some
from regiongeo.network import Network, build_network

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from pathlib import Path

    import geopandas as gpd
    import networkx as nx

__all__ = [
    "OSM_NOTICE",
    "SpeedRules",
    "from_osmnx",
    "parse_maxspeed",
    "read_osm_xml",
    "speed_rules",
    "write_network",
]

OSM_NOTICE = (
    "Contains data from OpenStreetMap, © OpenStreetMap contributors, available under the Open Database "
    "License (ODbL) 1.0: https://www.openstreetmap.org/copyright"
)
"""What a file with OpenStreetMap roads must say."""

_CLASS_OF_HIGHWAY = {
    "motorway": "motorway",
    "trunk": "er_other",
    "primary": "er_other",
    "secondary": "f",
    "tertiary": "f",
    "unclassified": "k",
    "residential": "k",
    "living_street": "k",
    "service": "k",
    "road": "k",
}
"""Our road class for each kind of OpenStreetMap road; ways of any other kind carry no lorries."""

_CLOSED = {"no", "private"}
_SILENT = {"signals", "variable", "walk", "implicit"}
_MPH_IN_KMH = 1.609344
_HEAD_BYTES = 4096
_WRITE_ERRORS = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.FieldError,
)
_EPOCH = "2024-01-01T00:00:00Z"
"""The date GDAL writes into a file, fixed so that the same network gives the same bytes."""


@dataclass(frozen=True, kw_only=True)
class SpeedRules:
    """How fast a heavy vehicle drives on a way, by its tags."""

    by_highway: Mapping[str, float]
    """Speed where the way states no limit [km/h], by OpenStreetMap ``highway`` value."""
    implied: Mapping[str, float]
    """Limit meant by a code such as ``NO:urban`` [km/h]."""
    most_kmh: float
    """No heavy vehicle is faster [km/h]."""


def speed_rules(assumptions: pd.DataFrame) -> SpeedRules:
    """Read the rules from the assumptions ``heavy_kmh.*`` and ``maxspeed.*``; slip roads as their road."""
    classes = assumption_table(assumptions, "heavy_kmh", unit="km/h")
    by_highway = {kind: classes[name] for kind, name in _CLASS_OF_HIGHWAY.items()}
    return SpeedRules(
        by_highway=by_highway | {f"{kind}_link": kmh for kind, kmh in by_highway.items()},
        implied=assumption_table(assumptions, "maxspeed", unit="km/h"),
        most_kmh=assumption(assumptions, "heavy_kmh.motorway", unit="km/h"),
    )


def parse_maxspeed(text: str, *, implied: Mapping[str, float]) -> float | None:
    """Read an OpenStreetMap ``maxspeed`` value [km/h].

    | value                          | read as                                    |
    |--------------------------------|--------------------------------------------|
    | ``80``, ``80 km/h``, ``50 mph``| the number in km/h                         |
    | ``50;80``, ``80|60``           | the lowest                                 |
    | ``none``                       | inf: the vehicle's own limit holds         |
    | ``NO:urban``                   | what ``implied`` says, else None           |
    | ``signals``, ``variable``, …   | None: no fixed limit, the road's kind says |
    | anything else                  | None                                       |
    """
    speeds = [_one_speed(part.strip(), implied) for part in re.split(r"[;|]", text)]
    return None if None in speeds else min(speed for speed in speeds if speed is not None)


def from_osmnx(graph: nx.MultiDiGraph[Any], *, rules: SpeedRules, box: Box = WORK_BOX) -> Network:
    """Make a network of an osmnx graph, projected or not.

    The two directions of a street become one link, open both ways; an edge without its reverse becomes a
    one-way link. Kept: ``length`` as ``length_m`` and the tags ``highway``, ``name``, ``ref``, ``osm_id``.
    Left out: ways that are, on any part, no road for lorries or closed by ``access``; so filter before
    osmnx simplifies (``read_osm_xml`` does).

    Minutes are, in this order: the edge attribute ``minutes`` where every edge has it (graphs of
    ``to_networkx``); else length over speed, with the speed from ``speed_kph`` (``osmnx.add_edge_speeds``),
    from ``maxspeed`` by ``parse_maxspeed``, or from the kind of road, never above ``rules.most_kmh``.

    Parameters
    ----------
    graph
        Graph with ``crs``, node ``x`` and ``y``, edge ``length`` [m].
    rules
        How fast a heavy vehicle drives.
    box
        Range the network must lie in [m, EPSG:25832].

    Raises
    ------
    NetworkError
        If the graph has no roads for lorries, lacks lengths, or states a speed of 0; the ways are named.
    CrsError
        If the graph names no CRS or lies outside the box.

    Notes
    -----
    osmnx measures great-circle lengths on a sphere, 0.2 to 0.4 % short of ours at 60° N. Not read: limits
    of weight, height and length, ``hgv=no``, turn restrictions, ferries.
    """
    from osmnx.convert import graph_to_gdfs  # noqa: PLC0415

    if graph.graph.get("crs") is None:
        raise CrsError(
            "the graph names no coordinate system: set graph.graph['crs'], for example 'EPSG:4326'"
        )
    if not graph.number_of_edges():
        raise NetworkError("the graph has no edges")
    nodes, edges = graph_to_gdfs(graph)
    edges = _heavy_roads(edges, rules)
    links = _pair_directions(to_work(_describe_edges(edges, rules), what="edges", box=box))
    points = to_work(nodes[["geometry"]], what="nodes", box=box).set_axis(_as_text(nodes.index), axis="index")
    used = points.index.isin(links["from_node"]) | points.index.isin(links["to_node"])
    return build_network(points[used].rename_axis("node_id"), links, box=box)


def read_osm_xml(path: Path, *, rules: SpeedRules, box: Box = WORK_BOX) -> Network:
    """Build a network from a local OSM XML file, through osmnx.

    Ways are cut at crossings; nodes in between are dropped, with metres and minutes of the parts summed.

    Raises
    ------
    DataError
        If the file is missing, is not OSM XML, is damaged, or cut through ways.
    NetworkError, CrsError
        As ``from_osmnx``.
    """
    import osmnx  # noqa: PLC0415

    _require_osm_xml(path)
    try:
        graph = osmnx.graph_from_xml(path, simplify=False, retain_all=True)
    except (SAXException, ParseError, ValueError, TypeError, KeyError, OSError) as error:
        raise DataError(_explain(path, error)) from error
    _keep_heavy_roads(graph, rules)
    if not graph.number_of_edges():
        raise NetworkError(f"'{path.name}' holds no road for lorries: extract ways with a highway tag")
    simple = osmnx.simplify_graph(graph, edge_attr_aggs={"length": sum, "minutes": sum})
    network = from_osmnx(simple, rules=rules, box=box)
    return Network(network.nodes, network.links.assign(source_id="openstreetmap"))


def write_network(network: Network, path: Path, *, notice: str | None = None) -> None:
    """Write a GeoPackage with layers ``nodes`` and ``links``, whole or not at all.

    Parameters
    ----------
    network
        Network to write.
    path
        Target, ending in ``.gpkg``; an old file is replaced once the new one is complete.
    notice
        Licence notice put into the file's metadata; ``OSM_NOTICE`` for OpenStreetMap roads.

    Raises
    ------
    OutputError
        If the file cannot be written; an old one stands.
    """
    if path.suffix != ".gpkg":
        raise OutputError(f"'{path.name}' must end in .gpkg: a network is written as a GeoPackage")
    tables = {"nodes": network.nodes, "links": network.links}

    def write(temporary: Path) -> None:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _EPOCH})
        try:
            for layer, table in tables.items():
                _write_layer(table, temporary, layer=layer, notice=notice)
        except _WRITE_ERRORS as error:
            raise OutputError(f"'{path}' could not be written: {error}") from error
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})

    write_atomically(path, write)


def _one_speed(part: str, implied: Mapping[str, float]) -> float | None:
    if part == "none":
        return np.inf
    number = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?", part)
    if number is None:
        return implied.get(part)
    return float(number[1]) * (_MPH_IN_KMH if number[2] == "mph" else 1.0)


def _values(tag: object) -> list[Any]:
    """Return the values of a tag; osmnx lists several where it merged ways, in no fixed order."""
    if isinstance(tag, list):
        return sorted(tag, key=str)
    return [] if pd.isna(tag) else [tag]  # type: ignore[call-overload]


def _column(edges: pd.DataFrame, name: str) -> pd.Series[Any]:
    return edges[name] if name in edges else pd.Series(np.nan, index=edges.index)


def _text_column(edges: pd.DataFrame, name: str) -> pd.Series[str]:
    joined = _column(edges, name).map(lambda tag: ";".join(map(str, _values(tag))) or None)
    return joined.astype("str").where(joined.notna())


def _as_text(ids: Iterable[Hashable]) -> pd.Index[str]:
    return pd.Index([str(one) for one in ids], dtype="str")


def _edge_names(edges: pd.DataFrame) -> pd.Index[str]:
    return _as_text(f"{u}-{v}-{key}" for u, v, key in edges.index)


def _is_road(kinds: list[str], rules: SpeedRules) -> bool:
    return bool(kinds) and all(kind in rules.by_highway for kind in kinds)


def _heavy_roads(edges: gpd.GeoDataFrame, rules: SpeedRules) -> gpd.GeoDataFrame:
    """Keep the edges that are open roads for lorries; all of them in a graph that brings its own speeds."""
    if "highway" not in edges and {"minutes", "speed_kph"}.intersection(edges):
        return edges
    is_road = _column(edges, "highway").map(lambda tag: _is_road(_values(tag), rules))
    is_open = _column(edges, "access").map(lambda tag: _CLOSED.isdisjoint(_values(tag)))
    kept = edges[is_road.to_numpy(dtype=bool) & is_open.to_numpy(dtype=bool)]
    if not len(kept):
        raise NetworkError(
            f"no road for lorries: no open way is one of {', '.join(sorted(rules.by_highway))}"
        )
    return kept


def _minutes(edges: pd.DataFrame, rules: SpeedRules) -> pd.Series[float]:
    if _column(edges, "minutes").notna().all():
        return edges["minutes"].astype(float)
    if "length" not in edges or edges["length"].isna().any():
        raise NetworkError("the graph has edges without length: see osmnx.distance.add_edge_lengths")
    kmh = _speeds(edges, rules)
    if not (kmh > 0).all():
        raise NetworkError(
            f"edges without a speed above 0 km/h: {name_some(_edge_names(edges[~(kmh > 0)]))}: "
            "correct maxspeed, give them a highway tag, or leave the ways out"
        )
    return edges["length"].astype(float) / kmh * 0.06


def _speeds(edges: pd.DataFrame, rules: SpeedRules) -> pd.Series[float]:
    """Return the speed of a heavy vehicle on each edge [km/h]; NaN where nothing says it."""
    tags = zip(_column(edges, "highway"), _column(edges, "maxspeed"), strict=True)
    by_tags = [_speed_by_tags(_values(highway), _values(limit), rules) for highway, limit in tags]
    known = _column(edges, "speed_kph").astype(float)
    return known.fillna(pd.Series(by_tags, index=edges.index)).clip(upper=rules.most_kmh)


def _speed_by_tags(highways: list[str], limits: list[str], rules: SpeedRules) -> float:
    """Return the mean over the limits of merged ways, as osmnx has it; 0 if any is 0."""
    kinds = [rules.by_highway[kind] for kind in highways if kind in rules.by_highway]
    by_kind = min(kinds, default=np.nan)
    read = [parse_maxspeed(str(limit), implied=rules.implied) for limit in limits]
    speeds = [min(by_kind if speed is None else speed, rules.most_kmh) for speed in read] or [by_kind]
    return 0.0 if 0 in speeds else float(np.mean(speeds))


def _describe_edges(edges: gpd.GeoDataFrame, rules: SpeedRules) -> gpd.GeoDataFrame:
    """Return the edges in our columns, one row a direction."""
    minutes = _minutes(edges, rules)
    known = {
        "from_node": _as_text(edges.index.get_level_values(0)),
        "to_node": _as_text(edges.index.get_level_values(1)),
        "length_m": edges["length"].astype(float),
        "minutes": minutes,
        "osm_id": _text_column(edges, "osmid"),
        **{name: _text_column(edges, name) for name in ("highway", "name", "ref")},
    }
    return edges[["geometry"]].assign(**known).set_axis(_edge_names(edges), axis="index")


def _pair_directions(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make one link of the two directions of a street: same ends, same line, same metres and minutes."""
    start, end = edges["from_node"], edges["to_node"]
    line = shapely.normalize(edges.geometry.to_numpy())
    shape = shapely.to_wkb(line, hex=True)
    drawn_alike = shapely.to_wkb(edges.geometry.to_numpy(), hex=True) == shape
    keys = pd.DataFrame(
        {
            "low": np.minimum(start.to_numpy(dtype=object), end.to_numpy(dtype=object)),
            "high": np.maximum(start.to_numpy(dtype=object), end.to_numpy(dtype=object)),
            "shape": shape,
            "millimetres": (edges["length_m"] * 1000).round().to_numpy(),
            "micro_minutes": (edges["minutes"] * 1e6).round().to_numpy(),
            "is_back": ((start > end) | ((start == end) & ~drawn_alike)).to_numpy(),
        }
    )
    same = list(keys.columns[:-1])
    keys["is_oneway"] = keys.groupby(same)["is_back"].transform("nunique") == 1
    kept = keys.sort_values(list(keys.columns), kind="stable").drop_duplicates(same)
    links = edges.iloc[kept.index].assign(is_oneway=kept["is_oneway"].to_numpy())
    number = links.groupby(["from_node", "to_node"]).cumcount().astype(str)
    names = links["from_node"] + "-" + links["to_node"] + "-" + number
    return links.set_index(pd.Index(names, name="link_id"))


def _require_osm_xml(path: Path) -> None:
    """Refuse what is not OSM XML before anything parses it; a document type could hold entity bombs."""
    if not path.is_file():
        raise DataError(f"'{path}' is not a file: name an OSM XML file on this machine")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if b"<osm" not in head or b"<!" in head.split(b"<osm")[0].replace(b"<!--", b""):
        raise DataError(
            f"'{path.name}' is not OSM XML: it must begin with <osm>, plain text and without a document type "
            "(unpack .gz and .bz2; convert .pbf with 'osmium cat FILE.osm.pbf -o FILE.osm')"
        )


def _explain(path: Path, error: Exception) -> str:
    if "clipping" in str(error):
        return f"'{path.name}' has ways with nodes that are not in the file: extract it with complete ways"
    return f"'{path.name}' is damaged or no OSM XML ({type(error).__name__}: {error}): download it again"


def _keep_heavy_roads(graph: nx.MultiDiGraph[Any], rules: SpeedRules) -> None:
    """Drop other ways and give each edge its minutes, before parts of different speed are merged."""
    import networkx as nx  # noqa: PLC0415
    from osmnx.convert import graph_to_gdfs  # noqa: PLC0415

    if not graph.number_of_edges():
        return
    edges = graph_to_gdfs(graph, nodes=False, fill_edge_geometry=False)
    kept = _heavy_roads(edges, rules)
    graph.remove_edges_from(list(edges.index.difference(kept.index)))
    graph.remove_nodes_from(list(nx.isolates(graph)))
    minutes: dict[Any, float] = _minutes(kept, rules).to_dict()
    nx.set_edge_attributes(graph, minutes, "minutes")


def _write_layer(table: gpd.GeoDataFrame, path: Path, *, layer: str, notice: str | None) -> None:
    metadata = {"LICENSE": notice} if notice else None
    pyogrio.write_dataframe(table.reset_index(), path, layer=layer, driver="GPKG", layer_metadata=metadata)
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
        count = base.execute(f'select count(*) from "{layer}"').fetchone()[0]  # noqa: S608
    if count != len(table):
        raise OutputError(f"layer '{layer}' holds {count} of {len(table)} rows: is the disk sound?")
