"""What a faster or a further link changes; every expected value is worked out by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.accessibility import (
    AccessChange,
    LinkChange,
    NewLink,
    change_links,
    compare_access,
    new_link_between,
)
from regiongeo.errors import NetworkError
from regiongeo.network import Network, build_network
from toy_roads import Y_PLACES, Y_ROADS, points, roads

PEOPLE = pd.Series({"a": 1000.0, "b": 2000.0, "c": 4000.0, "d": 8000.0}).rename_axis("node_id")
CENTRES = pd.Series({"1": "a", "2": "b", "3": "c", "4": "d"}, dtype="str").rename_axis("municipality_id")
POPULATION = PEOPLE.set_axis(CENTRES.index)
ASSUMPTIONS = pd.DataFrame({"value": [0.03], "unit": ["1/min"]}, index=["accessibility.decay_per_minute"])


def _network() -> Network:
    return build_network(points(Y_PLACES), roads(Y_PLACES, Y_ROADS).assign(is_ferry=False, road="E6"))


def _compare(before: Network, after: Network) -> AccessChange:
    return compare_access(before, after, CENTRES, PEOPLE, POPULATION, ASSUMPTIONS)


def test_a_faster_link_changes_the_times_that_use_it_and_no_other() -> None:
    network = _network()

    change = _compare(network, change_links(network, [LinkChange(link_id="bd", kmh=60)]))

    # bd: 10 km at 60 km/h, 10 instead of 15 minutes.
    assert change.times["change"].round(9).to_dict() == dict.fromkeys(
        [("1", "4"), ("2", "4"), ("3", "4"), ("4", "1"), ("4", "2"), ("4", "3")], -5.0
    )
    assert change.times.loc[("1", "4"), ["before", "after"]].tolist() == pytest.approx([25, 20])
    assert network.links.loc["bd", "minutes"] == 15


def test_people_within_half_an_hour_follow() -> None:
    network = _network()
    slow = change_links(network, [LinkChange(link_id="bd", minutes=40)])

    counts = _compare(slow, network).municipalities

    assert counts["within_30min_before"].to_dict() == {"1": 7000, "2": 7000, "3": 7000, "4": 8000}
    assert counts["within_30min_after"].to_dict() == dict.fromkeys("1234", 15000)
    assert counts.loc["4", "within_30min_change"] == 7000


def test_a_new_link_opens_both_ways_and_keeps_the_columns() -> None:
    network = _network()

    after = change_links(
        network, additions=[NewLink(link_id="ad", from_node="a", to_node="d", kmh=60, length_m=9000)]
    )

    change = _compare(network, after)
    assert change.times.loc[("1", "4"), "after"] == change.times.loc[("4", "1"), "after"] == pytest.approx(9)
    assert len(network.links) == 3
    assert after.links.loc["ad", "is_ferry"] == False  # noqa: E712
    assert after.links.dtypes.to_dict() == network.links.dtypes.to_dict()


def test_a_new_link_is_straight_unless_its_length_is_given() -> None:
    ends = points({"x": (1, 0), "y": (10, -9)}, index="end")

    link = new_link_between(_network(), ends, link_id="ad", kmh=60)

    assert (link.from_node, link.to_node) == ("a", "d")
    # From (0, 0) to (10, -10): 14.14 km.
    after = change_links(_network(), additions=[link])
    assert after.links.loc["ad", "minutes"] == pytest.approx(np.sqrt(200), abs=1e-6)
    with pytest.raises(NetworkError, match="two different nodes"):
        new_link_between(_network(), ends.iloc[[0, 0]], link_id="ad", kmh=60)


def test_the_other_way_round_every_change_has_the_other_sign() -> None:
    network = _network()
    faster = change_links(network, [LinkChange(link_id="ab", minutes=2), LinkChange(link_id="bc", kmh=90)])

    there, back = _compare(network, faster), _compare(faster, network)

    for table in ("municipalities", "times", "indices"):
        one, other = (getattr(side, table).filter(like="change") for side in (there, back))
        assert one.to_numpy() == pytest.approx(-other.to_numpy())
    assert (there.indices["before"] == back.indices["after"]).all()


def test_nothing_changed_is_nothing_changed() -> None:
    change = _compare(_network(), change_links(_network()))

    assert change.times.empty
    assert (change.municipalities.filter(like="change") == 0).all(axis=None)


@settings(max_examples=25)
@given(st.sampled_from(["ab", "bc", "bd"]), st.floats(0.1, 60), st.floats(0.1, 1))
def test_a_faster_link_never_lowers_accessibility(link_id: str, minutes: float, factor: float) -> None:
    before = change_links(_network(), [LinkChange(link_id=link_id, minutes=minutes)])
    after = change_links(before, [LinkChange(link_id=link_id, minutes=minutes * factor)])

    change = _compare(before, after)

    assert (change.municipalities.filter(like="change") >= -1e-9).all(axis=None)
    assert (change.times["change"] <= 0).all()


@settings(max_examples=25)
@given(st.sampled_from("abcd"), st.sampled_from("abcd"), st.floats(5, 120))
def test_a_new_link_never_lowers_accessibility(start: str, end: str, kmh: float) -> None:
    link = NewLink(link_id="new", from_node=start, to_node=end, kmh=kmh, length_m=7000)
    if start == end:
        return

    change = _compare(_network(), change_links(_network(), additions=[link]))

    assert (change.municipalities.filter(like="change") >= -1e-9).all(axis=None)


def _new(**changes: Any) -> NewLink:
    return NewLink(**{"link_id": "ad", "from_node": "a", "to_node": "d", "kmh": 60.0, **changes})


@pytest.mark.parametrize(
    ("changes", "additions", "words"),
    [
        ([LinkChange(link_id="zz", kmh=50)], [], "no links 'zz'"),
        ([LinkChange(link_id="ab", kmh=50), LinkChange(link_id="ab", kmh=60)], [], "more than once"),
        ([LinkChange(link_id="ab")], [], "either kmh or minutes"),
        ([LinkChange(link_id="ab", kmh=50, minutes=5)], [], "either kmh or minutes"),
        ([LinkChange(link_id="ab", kmh=0)], [], "above 0"),
        ([LinkChange(link_id="ab", minutes=np.nan)], [], "above 0"),
        ([], [_new(link_id="ab")], "there already"),
        ([], [_new(), _new()], "more than once"),
        ([], [_new(to_node="q")], "'q'"),
        ([], [_new(kmh=-1)], "above 0"),
        ([], [_new(length_m=0.0)], "above 0"),
    ],
)
def test_nonsense_is_refused(changes: Any, additions: Any, words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        change_links(_network(), changes, additions=additions)
