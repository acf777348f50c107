"""The paths trucks take between two places: the fastest, and others that drivers are thought to take."""

import numpy as np
import pandas as pd
import pytest

from regiongeo.errors import NetworkError
from regiongeo.network import Network
from regiongeo.routing import shortest_paths
from regiongeo.siting.routes import find_ways
from toy_roads import points, roads

PLACES = {"a": (0, 0), "b": (10, 5), "c": (10, -5), "d": (20, 0), "e": (30, 0), "x": (50, 50), "y": (60, 50)}
ROADS = [
    ("ab", "a", "b", 12, 10.0),
    ("bd", "b", "d", 12, 10.0),
    ("ac", "a", "c", 11, 10.5),
    ("cd", "c", "d", 11, 10.5),
    ("de", "d", "e", 10, 10.0),
    ("xy", "x", "y", 10, 10.0),
]


@pytest.fixture
def network() -> Network:
    r"""Two ways round from a to d, a road on to e, and one road apart.

    By b: 24 km, 20 min; by c: 22 km, 21 min; on to e: 10 km, 10 min.

    .   b
       / \
      a   d --- e     x --- y
       \ /
        c
    """
    return Network(points(PLACES), roads(PLACES, ROADS))


def relations(*pairs: str) -> pd.DataFrame:
    index = pd.Index(pairs, name="pair_id", dtype="str")
    return pd.DataFrame({"source": [p[0] for p in pairs], "target": [p[1] for p in pairs]}, index=index)


def test_the_fastest_path_comes_first(network: Network) -> None:
    ways = find_ways(network, relations("ae", "bd"), alternatives=0)
    assert ways.paths.index.tolist() == ["ae:1", "bd:1"]
    assert ways.paths["km"].tolist() == [34, 12]
    assert ways.paths["minutes"].tolist() == [30, 10]
    assert ways.links["link_id"].tolist() == ["ab", "bd", "de", "bd"]
    assert ways.links["pair"].tolist() == ["ae:1"] * 3 + ["bd:1"]


def test_a_path_that_some_drivers_find_faster_is_an_alternative(network: Network) -> None:
    ways = find_ways(network, relations("ad", "ae"), stretch=1.1, draws=20, seed=1)
    # by c: 21 against 20 min; of the 32 km to e only de (10 km) is shared
    assert ways.paths.index.tolist() == ["ad:1", "ad:2", "ae:1", "ae:2"]
    assert ways.paths["extra_minutes"].tolist() == [0, 1, 0, 1]
    assert ways.paths["km"].tolist() == [24, 22, 34, 32]
    of_second = ways.links[ways.links["pair"] == "ae:2"]
    assert of_second["link_id"].tolist() == ["ac", "cd", "de"]
    assert of_second["from_node"].tolist() == ["a", "c", "d"]


@pytest.mark.parametrize(
    "limits", [{"stretch": 1.03}, {"alternatives": 0}, {"draws": 0}, {"most_shared": 0.0}], ids=str
)
def test_limits_leave_alternatives_out(network: Network, limits: dict[str, float]) -> None:
    # of the 32 km by c, 10 km are shared: more than the share 0
    ways = find_ways(network, relations("ae"), **{"draws": 20, "seed": 1, **limits})
    assert ways.paths.index.tolist() == ["ae:1"]


def test_the_order_of_rows_changes_nothing(network: Network) -> None:
    turned = Network(network.nodes.iloc[::-1], network.links.iloc[::-1])
    asked = relations("ae", "ad", "bd")
    one, other = (
        find_ways(roads, table, draws=20) for roads, table in ((network, asked), (turned, asked[::-1]))
    )
    pd.testing.assert_frame_equal(one.paths, other.paths)
    pd.testing.assert_frame_equal(one.links.astype({"pair": str}), other.links.astype({"pair": str}))


def test_paths_cost_what_routing_says(network: Network) -> None:
    asked = relations("ae", "ad", "bd", "ce")
    found = find_ways(network, asked, draws=20)
    fastest = found.paths[found.paths["extra_minutes"] == 0].set_index("pair_id")
    known = shortest_paths(network, asked)
    np.testing.assert_allclose(fastest.loc[asked.index, "minutes"], known["minutes"])
    summed = found.links.groupby("pair", observed=True)[["km", "minutes"]].sum()
    np.testing.assert_allclose(summed, found.paths[["km", "minutes"]])


def test_places_without_a_road_are_named(network: Network) -> None:
    with pytest.raises(NetworkError, match="no road joins the ends of the relations 'ax'"):
        find_ways(network, relations("ad", "ax"))
