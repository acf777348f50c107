"""Sites on the network: a site has a node, and links are cut where sites stand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from regiongeo.errors import NetworkError, SchemaError
from regiongeo.network import Attachment, Network, attach_sites, build_network, main_links
from regiongeo.routing import cost_matrix
from toy_roads import Y_PLACES, Y_ROADS, point, points, roads, y_network


def attach(places: dict[str, tuple[float, float]], *, snap_m: float = 500, **options: object) -> Attachment:
    return attach_sites(y_network(), points(places, index="site_id"), snap_m=snap_m, **options)


def test_a_site_cuts_its_link_and_each_piece_keeps_its_share() -> None:
    """P stands 300 m north of ab, 4 km from a.

        P
    a --+------ b --- c      4 of 10 km and of 10 minutes, then 6
    """
    done = attach({"P": (4, 0.3)})
    assert done.node_of.to_dict() == {"P": "N:ab@4000"}
    assert done.offset_m["P"] == pytest.approx(300)
    links = done.network.links
    assert links.loc[["ab.1", "ab.2"], "length_m"].tolist() == [4000, 6000]
    assert links.loc[["ab.1", "ab.2"], "minutes"].tolist() == [4, 6]
    assert links.loc["ab.1", ["from_node", "to_node"]].tolist() == ["a", "N:ab@4000"]
    assert links.loc["ab.2", ["from_node", "to_node"]].tolist() == ["N:ab@4000", "b"]
    assert links["parent_link"].to_dict() == {"ab.1": "ab", "ab.2": "ab", "bc": "bc", "bd": "bd"}
    assert done.network.nodes.geometry["N:ab@4000"].equals(point(4, 0))
    assert cost_matrix(done.network, ["N:ab@4000"], ["c"]).loc["N:ab@4000", "c"] == 12


def test_a_site_at_a_junction_has_its_node_and_nothing_is_cut() -> None:
    done = attach({"P": (10.0003, 0.0004), "Q": (0, 0.2), "R": (9.9993, 0)})
    assert done.node_of.to_dict() == {"P": "b", "Q": "a", "R": "b"}
    assert len(done.network.links) == 3


def test_sites_on_one_spot_share_a_node_and_several_cut_one_link() -> None:
    done = attach({"R": (7, 0), "P": (4, 0.1), "Q": (4, -0.2), "S": (4.0003, 0)})
    assert list(done.node_of.index) == ["R", "P", "Q", "S"]
    assert done.node_of.tolist() == ["N:ab@7000", "N:ab@4000", "N:ab@4000", "N:ab@4000"]
    pieces = done.network.links.loc[["ab.1", "ab.2", "ab.3"], "length_m"]
    assert pieces.tolist() == pytest.approx([4000, 3000, 3000])


def test_a_site_far_from_every_road_is_refused_with_its_distance() -> None:
    with pytest.raises(NetworkError) as caught:
        attach({"near": (4, 0.4), "Q": (0, 5), "P": (0, 5.1)})
    words = str(caught.value)
    assert "no road within 500 m of sites 'P', 'Q'" in words
    assert "5100, 5000" in words
    assert "near" not in words


def test_only_eligible_links_are_offered() -> None:
    eligible = pd.Series({"ab": False, "bc": True, "bd": True})
    done = attach({"P": (9, 0.1)}, snap_m=2000, eligible=eligible)
    assert done.node_of["P"] == "b"
    with pytest.raises(NetworkError, match="eligible says nothing of links 'bd'"):
        attach({"P": (9, 0.1)}, eligible=eligible[["ab", "bc"]])
    with pytest.raises(NetworkError, match="every link is ruled out"):
        attach({"P": (9, 0.1)}, eligible=eligible & False)


def test_equally_near_links_go_by_id() -> None:
    """Two roads 2 km apart, P in the middle; the second is named first.

    a ------ b      z-road
        P
    c ------ d      k-road
    """
    places = {"a": (0, 2), "b": (8, 2), "c": (0, 0), "d": (8, 0)}
    rows = [("z", "a", "b", 8, 8), ("k", "c", "d", 8, 8)]
    network = build_network(points(places), roads(places, rows))
    done = attach_sites(network, points({"P": (4, 1)}, index="site_id"), snap_m=1500)
    assert done.node_of["P"] == "N:k@4000"


def test_a_road_longer_than_its_drawing_is_cut_by_share() -> None:
    """The drawing of ab is 10 km, the road 12 km: half the drawing is 6 km of road."""
    rows = [("ab", "a", "b", 12, 24), *Y_ROADS[1:]]
    network = build_network(points(Y_PLACES), roads(Y_PLACES, rows))
    done = attach_sites(network, points({"P": (5, 0)}, index="site_id"), snap_m=10)
    assert done.node_of["P"] == "N:ab@6000"
    assert done.network.links.loc["ab.1", ["length_m", "minutes"]].tolist() == [6000, 12]


def test_other_columns_are_copied_to_every_piece() -> None:
    links = roads(Y_PLACES, Y_ROADS).assign(
        road=["E6", "E6", "Rv3"], is_oneway=[True, False, False], lanes=[2, 1, 1]
    )
    done = attach_sites(
        build_network(points(Y_PLACES), links), points({"P": (4, 0)}, index="site_id"), snap_m=10
    )
    pieces = done.network.links.loc[["ab.1", "ab.2"]]
    assert pieces["road"].tolist() == ["E6", "E6"]
    assert pieces["is_oneway"].tolist() == [True, True]
    assert done.network.links["lanes"].dtype == links["lanes"].dtype


def test_sites_may_be_attached_in_turn() -> None:
    first = attach({"P": (4, 0)})
    second = attach_sites(first.network, points({"S": (2, 0), "T": (4, 0.1)}, index="station_id"), snap_m=500)
    assert second.node_of.to_dict() == {"S": "N:ab.1@2000", "T": "N:ab@4000"}
    assert second.network.links["parent_link"].tolist() == ["ab", "ab", "ab", "bc", "bd"]
    assert set(first.network.nodes.index) < set(second.network.nodes.index)


def test_a_bend_is_kept() -> None:
    """A road with a corner, cut before and after it: 3 + 1 and 3 of 7 km."""
    places = {"a": (0, 0), "b": (4, 3)}
    links = roads(places, [("ab", "a", "b", 7, 7)])
    links.loc["ab", "geometry"] = LineString([point(0, 0), point(4, 0), point(4, 3)])
    network = build_network(points(places), links)
    done = attach_sites(network, points({"P": (3, 0)}, index="site_id"), snap_m=1)
    assert done.network.links.geometry["ab.2"].equals(LineString([point(3, 0), point(4, 0), point(4, 3)]))


def test_no_sites_change_nothing() -> None:
    network = y_network()
    done = attach_sites(network, points({}, index="site_id"), snap_m=100)
    assert done.node_of.empty
    assert_geodataframe_equal(done.network.links.drop(columns="parent_link"), network.links)


def test_areas_numbered_ids_and_a_missing_crs_are_refused() -> None:
    sites = points({"P": (4, 0)}, index="site_id")
    with pytest.raises(SchemaError, match="geometry: must be Point, rows 'P'"):
        attach_sites(y_network(), sites.assign(geometry=sites.buffer(10)), snap_m=100)
    with pytest.raises(SchemaError, match="ids are text"):
        attach_sites(y_network(), sites.set_index(pd.Index([1], name="site_id")), snap_m=100)
    with pytest.raises(ValueError, match="must be in EPSG:25832"):
        attach_sites(y_network(), sites.to_crs(4326), snap_m=100)


kilometres = st.floats(-2, 22, allow_nan=False)


@settings(max_examples=25)
@given(st.lists(st.tuples(kilometres, kilometres.map(lambda km: km - 11)), min_size=1, max_size=12))
def test_attaching_conserves_the_network_and_ignores_the_order(places: list[tuple[float, float]]) -> None:
    network = y_network()
    before = network.nodes.copy(), network.links.copy()
    sites = points({f"s{k}": place for k, place in enumerate(places)}, index="site_id")
    done = attach_sites(network, sites, snap_m=50_000, eligible=main_links(network))
    again = attach_sites(network, sites[::-1], snap_m=50_000, eligible=main_links(network))

    assert_geodataframe_equal(network.nodes, before[0])
    assert_geodataframe_equal(network.links, before[1])
    assert_geodataframe_equal(done.network.links, again.network.links)
    pd.testing.assert_series_equal(done.node_of, again.node_of[::-1])
    sums = done.network.links.groupby("parent_link")[["length_m", "minutes"]].sum()
    np.testing.assert_allclose(sums, network.links[["length_m", "minutes"]], rtol=1e-12)
    assert not set(sites.index) & set(done.network.nodes.index)
    assert set(done.node_of) <= set(done.network.nodes.index)
    straight = sites.distance(gpd.GeoSeries(done.network.nodes.geometry[done.node_of]), align=False)
    assert (straight.to_numpy() <= done.offset_m.to_numpy() + 1).all()
    assert_distances_kept(network, done.network)


def assert_distances_kept(network: Network, cut: Network) -> None:
    nodes = network.nodes.index
    before, after = (cost_matrix(one, nodes, nodes) for one in (network, cut))
    np.testing.assert_allclose(before, after, rtol=1e-9)
