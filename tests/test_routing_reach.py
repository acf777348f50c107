"""What lies within a limit: links in part, and areas; by hand and by law."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.crs import WORK_CRS
from regiongeo.errors import NetworkError
from regiongeo.network import Network, attach_sites, build_network
from regiongeo.routing import isochrones, reach, reach_links
from toy_roads import Y_PLACES, Y_ROADS, networks, point, points, roads, y_network

any_network = st.one_of(networks(), networks(oneway=True))


def ring() -> Network:
    """Build a square of 10 km roads, 10 minutes each; bc is one-way.

    a ------- b
    |         v
    d ------- c
    """
    places = {"a": (0, 10), "b": (10, 10), "c": (10, 0), "d": (0, 0)}
    rows = [(f"{one}{two}", one, two, 10, 10) for one, two in ("ab", "bc", "cd", "da")]
    links = roads(places, rows)  # type: ignore[arg-type]
    return build_network(points(places), links.assign(is_oneway=links.index == "bc"))  # type: ignore[arg-type]


def shares(found: pd.DataFrame) -> dict[tuple[str, str], tuple[float, float, float]]:
    columns = found[["from_share", "to_share", "share"]]
    return {
        (source, link): tuple(row)  # type: ignore[misc]
        for source, link, row in zip(found["source"], found["link_id"], columns.to_numpy(), strict=True)
    }


def test_links_are_reached_in_part() -> None:
    """Within 13 minutes of a: all of ab, half of bc (3 of 6 minutes) and a fifth of bd (3 of 15)."""
    found = reach_links(y_network(), ["a"], limit=13)
    expected = {("a", "ab"): (1, 0.3, 1), ("a", "bc"): (0.5, 0, 0.5), ("a", "bd"): (0.2, 0, 0.2)}
    assert shares(found) == expected
    assert found["length_m"].tolist() == [10_000, 5_000, 2_000]


def test_a_link_reached_from_both_ends_counts_once() -> None:
    """Within 16 minutes of a: of bc 6 minutes from b; of cd, two-way, 6 from d; within 18 they overlap."""
    found = reach_links(ring(), ["a"], limit=16)
    assert shares(found)["a", "cd"] == pytest.approx((0, 0.6, 0.6))
    assert shares(found)["a", "bc"] == pytest.approx((0.6, 0, 0.6))
    wide = shares(reach_links(ring(), ["a"], limit=27))
    assert wide["a", "cd"] == pytest.approx((0.7, 1, 1))


def test_a_one_way_link_is_reached_from_its_start_and_left_by_its_end() -> None:
    assert shares(reach_links(ring(), ["c"], limit=4)) == {("c", "cd"): (0.4, 0, 0.4)}
    to_c = shares(reach_links(ring(), ["c"], limit=4, inward=True))
    assert to_c == {("c", "bc"): (0, 0.4, 0.4), ("c", "cd"): (0.4, 0, 0.4)}
    assert reach(ring(), ["b"], limit=10, inward=True)["node"].tolist() == ["a", "b"]
    assert reach(ring(), ["b"], limit=10)["node"].tolist() == ["a", "b", "c"]


def test_weightless_links_are_reached_whole_or_not_at_all() -> None:
    """A ferry of no minutes beyond b: reached at 10 minutes, not at 9."""
    places = {"a": (0, 0), "b": (10, 0), "c": (20, 0)}
    network = build_network(points(places), roads(places, [("1", "a", "b", 10, 10), ("2", "b", "c", 5, 0)]))
    assert reach_links(network, ["a"], limit=9)["link_id"].tolist() == ["1"]
    assert shares(reach_links(network, ["a"], limit=10))["a", "2"] == (1, 1, 1)


def test_the_area_is_the_road_reached_widened_to_both_sides() -> None:
    """5 minutes from a: 5 km of road and 500 m to each side, round at the ends, so 5 km² and a disc."""
    found = isochrones(y_network(), ["a"], limit=5, buffer_m=500)
    assert found.loc["a", "length_m"] == 5000
    assert found.crs == WORK_CRS
    assert found.loc["a"].geometry.area == pytest.approx(5e6 + np.pi * 500**2, rel=0.01)
    assert found.index.name == "source"


def test_an_area_leaves_out_what_lies_far_from_the_road() -> None:
    inside = isochrones(ring(), ["a", "c"], limit=40, buffer_m=500).geometry.loc["a"]
    assert len(inside.interiors) == 1
    assert not inside.contains(point(5, 5))
    assert inside.contains(point(5, 0.2))


def test_a_source_without_time_reaches_its_own_place() -> None:
    found = isochrones(y_network(), ["b", "a"], limit=0, buffer_m=100)
    assert found.index.tolist() == ["a", "b"]
    assert found["length_m"].tolist() == [0, 0]
    assert found.geometry.loc["b"].centroid.distance(point(10, 0)) < 1e-6
    assert isochrones(y_network(), [], limit=5, buffer_m=100).empty


def test_an_unknown_source_is_named() -> None:
    with pytest.raises(NetworkError, match="not nodes of the network: 'P'"):
        isochrones(y_network(), ["P"], limit=5, buffer_m=100)


@settings(max_examples=25)
@given(any_network, st.floats(0, 30), st.booleans())
def test_every_share_is_what_the_nodes_pay_for(network: Network, limit: float, inward: bool) -> None:  # noqa: FBT001
    """Places at 0, 1/8 … of each link: reached if one of its ends is near enough, never otherwise."""
    nodes = list(network.nodes.index)
    cost = reach(network, nodes, limit=limit, inward=inward).set_index(["source", "node"])["cost"]
    found = shares(reach_links(network, nodes, limit=limit, inward=inward))
    one_way = network.links.get("is_oneway", pd.Series(data=False, index=network.links.index))
    for source in nodes:
        for link in network.links.itertuples():
            ahead, astern, _ = found.get((source, link.Index), (0.0, 0.0, 0.0))
            start, end = (cost.get((source, node), np.inf) for node in (link.from_node, link.to_node))
            start = np.inf if one_way[link.Index] and inward else start
            end = np.inf if one_way[link.Index] and not inward else end
            for place in np.linspace(0.0625, 0.9375, 8):
                left, right = start + place * link.minutes, end + (1 - place) * link.minutes
                if abs(min(left, right) - limit) > 1e-9:
                    assert (min(left, right) <= limit) == (place <= ahead or 1 - place <= astern)


@settings(max_examples=25)
@given(st.integers(0, 320), st.lists(st.tuples(st.sampled_from(range(3)), st.integers(1, 9)), max_size=4))
def test_cutting_links_conserves_the_metres_reached(eighths: int, cuts: list[tuple[int, int]]) -> None:
    """Sites at whole kilometres of the Y cut its roads; as many metres are reached as before."""
    starts = {0: (0, 0, 1, 0), 1: (10, 0, 1, 0), 2: (10, 0, 0, -1)}
    spots = [(starts[road], km) for road, km in cuts]
    shapes = [point(x + dx * km, y + dy * km) for (x, y, dx, dy), km in spots]
    index = pd.Index([f"P{k}" for k in range(len(shapes))], name="site_id", dtype="str")
    sites = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, index=index, crs=WORK_CRS), crs=WORK_CRS)
    network, limit = y_network(), eighths / 8
    cut = attach_sites(network, sites, snap_m=10).network
    before = reach_links(network, ["a", "d"], limit=limit).groupby("source")["length_m"].sum()
    after = reach_links(cut, ["a", "d"], limit=limit).groupby("source")["length_m"].sum()
    pd.testing.assert_series_equal(before, after, rtol=1e-9)


@settings(max_examples=25)
@given(any_network, st.floats(0, 20), st.floats(0, 20))
def test_more_time_reaches_more(network: Network, limit: float, more: float) -> None:
    nodes = list(network.nodes.index)
    less = reach_links(network, nodes, limit=limit).set_index(["source", "link_id"])
    wide = reach_links(network, nodes, limit=limit + more).set_index(["source", "link_id"])
    assert less.index.isin(wide.index).all()
    assert (less["share"] <= wide.loc[less.index, "share"] + 1e-12).all()
    whole = network.links.loc[wide.index.get_level_values(1), "length_m"].to_numpy()
    assert (wide["length_m"] <= whole).all()


def test_areas_hold_the_roads_they_are_drawn_along() -> None:
    links = roads(Y_PLACES, Y_ROADS)
    found = isochrones(y_network(), ["a"], limit=100, buffer_m=200)
    assert shapely.covers(found.geometry.loc["a"], shapely.union_all(links.geometry))
    assert found.loc["a", "length_m"] == 30_000
