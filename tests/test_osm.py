"""osmnx graphs and OSM XML files as networks, and networks as osmnx graphs and GeoPackages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import osmnx
import pandas as pd
import pyogrio
import pytest
from hypothesis import given, settings

from regiongeo.errors import CrsError, DataError, NetworkError, OutputError, RegionGeoError
from regiongeo.network import Network, build_network, components, to_networkx
from regiongeo.osm import (
    OSM_NOTICE,
    SpeedRules,
    from_osmnx,
    parse_maxspeed,
    read_osm_xml,
    speed_rules,
    write_network,
)
from regiongeo.routing import cost_matrix, shortest_path
from toy_roads import Y_PLACES, Y_ROADS, networks, points, roads, y_network

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx

RULES = SpeedRules(
    by_highway={"motorway": 80.0, "primary": 70.0, "residential": 40.0},
    implied={"NO:urban": 50.0, "NO:rural": 80.0},
    most_kmh=80.0,
)
NODES = """
 <node id="1" lat="59.90" lon="10.70"/> <node id="2" lat="59.90" lon="10.72"/>
 <node id="3" lat="59.90" lon="10.74"/> <node id="4" lat="59.91" lon="10.72"/>
 <node id="5" lat="59.92" lon="10.72"/> <node id="6" lat="59.90" lon="10.76"/>
"""


def way(number: int, nodes: str, **tags: str) -> str:
    refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
    said = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    return f'<way id="{number}">{refs}{said}</way>'


FOOTWAY = way(14, "53", highway="footway")
PRIVATE = way(15, "36", highway="primary", access="private")
WAYS = (
    way(10, "12", highway="motorway", oneway="yes", maxspeed="110", ref="E 18")
    + way(11, "23", highway="primary", maxspeed="50;80")
    + way(12, "24", highway="residential", maxspeed="30")
    + way(13, "45", highway="residential", maxspeed="NO:urban")
    + FOOTWAY
    + PRIVATE
)
"""
Numbers are km/h for a lorry; the way 1 -> 2 is one-way, 4 is no crossing, 5-3 is a footway, 3-6 private.

        5
        | 50
        4
        | 30
    1 ->- 2 ---50--- 3  (6)
      80
"""


@pytest.fixture
def osm_file(tmp_path: Path) -> Path:
    return write_osm(tmp_path, NODES + WAYS)


def write_osm(folder: Path, content: str) -> Path:
    path = folder / "roads.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{content}</osm>', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("80", 80),
        ("80 km/h", 80),
        ("50 mph", 80.4672),
        ("30mph", 48.28032),
        ("none", np.inf),
        ("50;80", 50),
        ("80|60", 60),
        ("0", 0),
        ("NO:urban", 50),
        ("SE:rural", None),
        ("signals", None),
        ("50;signals", None),
        ("fast", None),
        ("-50", None),
        ("", None),
    ],
)
def test_the_table_of_speed_limits(text: str, kmh: float | None) -> None:
    assert parse_maxspeed(text, implied=RULES.implied) == (None if kmh is None else pytest.approx(kmh))


def test_speeds_come_from_the_assumptions() -> None:
    numbers = {
        f"heavy_kmh.{name}": kmh for name, kmh in [("motorway", 80), ("er_other", 70), ("f", 55), ("k", 40)]
    }
    table = pd.DataFrame({"value": numbers | {"maxspeed.NO:urban": 50}}).assign(unit="km/h")
    rules = speed_rules(table)
    assert rules.most_kmh == 80
    assert (rules.by_highway["trunk_link"], rules.by_highway["tertiary"]) == (70, 55)
    assert rules.implied == {"NO:urban": 50}


def test_an_osm_file_becomes_a_network(osm_file: Path) -> None:
    network = read_osm_xml(osm_file, rules=RULES)
    links = network.links
    assert list(network.nodes.index) == ["1", "2", "3", "5"]
    assert list(links.index) == ["1-2-0", "2-3-0", "2-5-0"]
    assert links["is_oneway"].tolist() == [True, False, False]
    assert links["osm_id"].tolist() == ["10", "11", "12;13"]
    assert links.loc["1-2-0", "ref"] == "E 18"
    assert set(links["source_id"]) == {"openstreetmap"}
    # 0.02 degrees of longitude at 59.9 N are 1.115 km on osmnx's sphere, 0.01 of latitude 1.112 km
    assert links["length_m"].tolist() == pytest.approx([1115.3, 1115.3, 2223.9], abs=0.1)
    expected = [1.1153 / 80 * 60, 1.1153 / 50 * 60, 1.11195 / 30 * 60 + 1.11195 / 50 * 60]
    assert links["minutes"].tolist() == pytest.approx(expected, rel=1e-3)
    assert components(network, strong=True).to_dict() == {"1": 1, "2": 0, "3": 0, "5": 0}
    assert shortest_path(network, "1", "5").links == ("1-2-0", "2-5-0")


BAD_FILES = {
    "empty": "",
    "text": "roads",
    "web page": "<html><body>not found</body></html>",
    "truncated": '<osm><node id="1" lat="59.9"',
    "unclosed": f"<osm>{NODES}",
    "entities": '<!DOCTYPE osm [<!ENTITY a "b">]><osm></osm>',
    "nothing in it": "<osm/>",
    "tag alone": '<osm><tag k="highway" v="primary"/></osm>',
    "node nowhere": '<osm><node id="1"/></osm>',
    "text for a number": '<osm><node id="one" lat="59.9" lon="10.7"/></osm>',
    "clipped": '<osm><node id="1" lat="59.9" lon="10.7"/>' + way(3, "12", highway="primary") + "</osm>",
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_refused(tmp_path: Path, case: str) -> None:
    path = tmp_path / "bad.osm"
    path.write_text(BAD_FILES[case], encoding="utf-8")
    with pytest.raises(DataError, match=r"bad\.osm"):
        read_osm_xml(path, rules=RULES)


def test_binary_missing_and_folder_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "roads.osm.pbf"
    path.write_bytes(b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18")
    with pytest.raises(DataError, match="osmium cat"):
        read_osm_xml(path, rules=RULES)
    for nothing in (tmp_path, tmp_path / "none.osm"):
        with pytest.raises(DataError, match="is not a file"):
            read_osm_xml(nothing, rules=RULES)


def test_a_file_cut_anywhere_gives_a_network_or_our_error(osm_file: Path) -> None:
    whole = osm_file.read_bytes()
    for length in range(0, len(whole) - 8, 97):
        osm_file.write_bytes(whole[:length])
        with pytest.raises(RegionGeoError):
            read_osm_xml(osm_file, rules=RULES)


@pytest.mark.parametrize(
    ("ways", "words"),
    [
        (way(1, "12", highway="primary", maxspeed="0"), "speed above 0 km/h: '1-2-0', '2-1-0'"),
        (way(1, "12", highway="footway"), "no road for lorries"),
        (way(1, "12", building="yes"), "no road for lorries"),
        (way(1, "12", highway="primary", access="no"), "no road for lorries"),
        ("", "no road for lorries"),
    ],
)
def test_a_file_without_a_road_for_lorries_is_refused(tmp_path: Path, ways: str, words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        read_osm_xml(write_osm(tmp_path, NODES + ways), rules=RULES)


def test_swapped_coordinates_are_refused(tmp_path: Path) -> None:
    swapped = '<node id="1" lat="10.7" lon="59.9"/><node id="2" lat="10.8" lon="59.9"/>'
    with pytest.raises(CrsError, match="lon and lat swapped"):
        read_osm_xml(write_osm(tmp_path, swapped + way(1, "12", highway="primary")), rules=RULES)


def drive_graph(path: Path) -> nx.MultiDiGraph[int]:
    """Let osmnx read and simplify the file without its footway and its private road."""
    content = path.read_text("utf-8")
    for closed in (FOOTWAY, PRIVATE):
        content = content.replace(closed, "")
    path.write_text(content, "utf-8")
    return osmnx.graph_from_xml(path)


def test_a_merged_edge_that_is_partly_a_footway_is_left_out(osm_file: Path) -> None:
    """What osmnx merges here is 2-4-5-3, a street that ends as a footway."""
    links = from_osmnx(osmnx.graph_from_xml(osm_file), rules=RULES).links
    assert links["osm_id"].tolist() == ["10", "11"]


def test_a_simplified_graph_of_osmnx_comes_in(osm_file: Path) -> None:
    """A merged way lists its limits, and their mean counts: 2-4 at 30 and 4-5 at 50 make 40."""
    graph = drive_graph(osm_file)
    links = from_osmnx(graph, rules=RULES).links.set_index("osm_id")
    assert links.loc["12;13", "minutes"] == pytest.approx(2.2239 / 40 * 60, rel=1e-3)
    assert links.loc["11", "minutes"] == pytest.approx(1.1153 / 50 * 60, rel=1e-3)
    graph = osmnx.add_edge_speeds(graph, hwy_speeds={"motorway": 100, "primary": 20, "residential": 20})
    links = from_osmnx(graph, rules=RULES).links.set_index("osm_id")
    assert links.loc["10", "minutes"] == pytest.approx(1.1153 / 80 * 60, rel=1e-3)


def test_a_projected_graph_gives_the_same_network(osm_file: Path) -> None:
    graph = drive_graph(osm_file)
    plain = from_osmnx(graph, rules=RULES)
    moved = from_osmnx(osmnx.project_graph(graph, to_crs="EPSG:25833"), rules=RULES)
    pd.testing.assert_frame_equal(
        pd.DataFrame(plain.links.drop(columns="geometry")), pd.DataFrame(moved.links.drop(columns="geometry"))
    )
    assert plain.nodes.distance(moved.nodes).max() < 0.001


def test_graphs_without_crs_edges_or_lengths_are_refused(osm_file: Path) -> None:
    graph = drive_graph(osm_file)
    bare = graph.copy()
    bare.graph.pop("crs")
    with pytest.raises(CrsError, match="names no coordinate system"):
        from_osmnx(bare, rules=RULES)
    short = graph.copy()
    for _, _, edge in short.edges(data=True):
        del edge["length"]
    with pytest.raises(NetworkError, match="without length"):
        from_osmnx(short, rules=RULES)
    graph.remove_edges_from(list(graph.edges))
    with pytest.raises(NetworkError, match="no edges"):
        from_osmnx(graph, rules=RULES)


def test_osmnx_accepts_our_graph_and_routes_like_us() -> None:
    rows = [*Y_ROADS, ("ad", "a", "d", 15, 40)]
    network = build_network(points(Y_PLACES), roads(Y_PLACES, rows))
    numbered = to_networkx(network, integer_ids=True)
    osmnx.convert.validate_graph(numbered)
    assert osmnx.routing.shortest_path(numbered, 0, 3, weight="minutes") == [0, 1, 3]
    graph = to_networkx(network)
    assert osmnx.routing.shortest_path(graph, ["a", "a"], ["d", "d"], weight="length") == [["a", "d"]] * 2
    fastest = osmnx.routing.shortest_path(graph, ["a"], ["d"], weight="travel_time")
    assert fastest == [list(shortest_path(network, "a", "d").nodes)]
    nodes, edges = osmnx.convert.graph_to_gdfs(graph)
    assert (len(nodes), len(edges), edges.crs) == (4, 8, network.links.crs)
    assert edges.loc[("a", "b", 0), "geometry"].equals(network.links.geometry["ab"])


@settings(max_examples=25)
@given(networks(oneway=True))
def test_to_osmnx_and_back_keeps_every_cost(network: Network) -> None:
    back = from_osmnx(to_networkx(network), rules=RULES)
    nodes = back.nodes.index
    assert set(nodes) <= set(network.nodes.index)
    for name in ("minutes", "length_m"):
        before, after = (cost_matrix(one, nodes, nodes, weight=name) for one in (network, back))
        pd.testing.assert_frame_equal(before, after)


def test_a_two_way_street_comes_back_as_one_link() -> None:
    back = from_osmnx(to_networkx(y_network()), rules=RULES)
    assert len(back.links) == 3
    assert not back.links["is_oneway"].any()


def test_a_network_is_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "roads.gpkg"
    network = y_network()
    write_network(network, path, notice=OSM_NOTICE)
    nodes = gpd.read_file(path, layer="nodes").set_index("node_id")
    links = gpd.read_file(path, layer="links").set_index("link_id")
    again = build_network(nodes, links)
    pd.testing.assert_frame_equal(pd.DataFrame(again.links), pd.DataFrame(network.links), check_like=True)
    assert pyogrio.read_info(path, layer="links")["layer_metadata"]["LICENSE"] == OSM_NOTICE
    first = path.read_bytes()
    write_network(network, path, notice=OSM_NOTICE)
    assert path.read_bytes() == first
    assert [one.name for one in tmp_path.iterdir()] == ["roads.gpkg"]


def test_a_network_that_cannot_be_written_harms_nothing(tmp_path: Path) -> None:
    path = tmp_path / "roads.gpkg"
    write_network(y_network(), path)
    before = path.read_bytes()
    clash = build_network(y_network().nodes, y_network().links.assign(LENGTH_M=1.0))
    with pytest.raises(OutputError):
        write_network(clash, path)
    assert path.read_bytes() == before
    with pytest.raises(OutputError, match=r"must end in \.gpkg"):
        write_network(y_network(), tmp_path / "roads.geojson")
    with pytest.raises(OutputError):
        write_network(y_network(), tmp_path / "none" / "roads.gpkg")
    assert [one.name for one in tmp_path.iterdir()] == ["roads.gpkg"]
