"""Driving distances from sites and stations, on one network cut at all of them."""

import numpy as np
import pandas as pd
import pytest

from regiongeo.distances import pairs_within
from regiongeo.errors import DataError
from toy_line import KM, line_distances, line_stations


def test_metres_and_minutes_are_those_of_the_road() -> None:
    distances = line_distances()

    for site, place in {"B": 40.0, "K": 20.0, "P": 60.0}.items():
        for node, km in KM.items():
            assert distances.metres.loc[site, node] == pytest.approx(1000 * abs(km - place))
            assert distances.minutes.loc[site, node] == pytest.approx(abs(km - place))


def test_the_network_is_cut_at_the_stations_and_nothing_else_moves() -> None:
    """A station at km 30 cuts kb; distances between all else stay."""
    bare, cut = line_distances(), line_distances(line_stations({"S": 30.0}))

    node = cut.station_node["S"]
    assert node not in bare.network.nodes.index
    assert cut.metres.loc["K", node] == pytest.approx(10_000)
    assert cut.station_metres.loc["S", "c"] == pytest.approx(50_000)
    pd.testing.assert_frame_equal(cut.metres[list(KM)], bare.metres[list(KM)])
    assert cut.network.links["length_m"].sum() == pytest.approx(80_000)


def test_without_stations_their_tables_are_empty() -> None:
    distances = line_distances()
    assert distances.station_metres.shape == (0, len(KM))
    assert distances.station_node.empty


def test_a_station_far_from_every_road_is_named_with_the_remedy() -> None:
    with pytest.raises(DataError, match=r"existing stations: .*'S'.*access_limit_km.*leave the rows out"):
        line_distances(line_stations({"S": 200.0}))


def test_pieces_have_the_volume_of_their_link() -> None:
    distances = line_distances(line_stations({"S": 30.0}))
    volume = distances.on_pieces(pd.Series({"ak": 100.0, "kb": 200.0}))

    parent = distances.network.links["parent_link"]
    assert (volume[parent == "kb"] == 200).all()
    assert (parent == "kb").sum() == 2
    assert volume[parent == "bp"].isna().all()


def test_main_roads_of_the_region_alone() -> None:
    distances = line_distances()
    region = pd.DataFrame(index=pd.Index(["3203"], name="municipality_id"))
    assert distances.main_roads(region).index.tolist() == ["bp", "pc"]


def test_pairs_nearer_than_the_spacing_once_each() -> None:
    """B–K and B–P are 20 km apart, K–P 40; a pair at the spacing itself is far enough."""
    distances = line_distances()

    assert pairs_within(distances, 20_000).empty
    assert pairs_within(distances, 20_001).to_dict("list") == {
        "site_id": ["B", "B"],
        "other_id": ["K", "P"],
        "km": [20.0, 20.0],
    }
    assert len(pairs_within(distances, 40_001)) == 3


def test_sites_on_one_node_are_a_pair() -> None:
    twins = line_distances(node_of={"A": "b", "B": "b"})
    assert pairs_within(twins, 1.0).to_dict("list") == {"site_id": ["A"], "other_id": ["B"], "km": [0.0]}
    assert np.isfinite(twins.metres.to_numpy()).all()
