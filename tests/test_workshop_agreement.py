"""Where tables agree and where not, by hand on the toy workshop, and the laws of grouping and ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from regiongeo.ranking import rank_sites, score
from regiongeo.workshop.agreement import (
    common_sites,
    count_opinions,
    find_places,
    kendall_w,
    rank_correlations,
    rank_tables,
    ranks_of,
    spread_of_weights,
    tell_disagreement,
    verdicts,
    weight_shares,
)
from regiongeo.workshop.frames import feedback_frame, proposal_frame, table_labels, weight_frame
from regiongeo.workshop.merge import Session, merge_exports
from toy import toy_result
from toy_workshop import (
    HOSTILE,
    P1,
    P2,
    P3,
    document,
    feedback,
    point,
    proposal,
    read,
    toy_findings,
    two_tables,
)

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

ONCE: dict[str, Any] = {"draws": 1, "factor_low": 1.0, "factor_high": 1.0, "seed": 0}
"""Ranks alone: every draw is the weights themselves."""


def test_proposals_stand_in_the_work_system_with_their_texts() -> None:
    table = proposal_frame(merge_exports(map(read, two_tables())))

    assert table.crs.to_epsg() == 25832
    assert table.loc[P1, ["table", "name", "note", "votes"]].tolist() == ["bord 1", "Åsen =1", HOSTILE, 3]
    assert table.loc[P1, "area_m2"] == pytest.approx(10_000, rel=0.01)  # 100 m by 100 m
    assert np.isnan(table.loc[P3, "area_m2"])
    # 612 km east, 6649 km north, kept to six decimals of a degree: within 0.1 m.
    assert table.geometry[P3].distance(Point(612_000, 6_649_000)) < 0.1


def test_a_session_without_records_gives_empty_tables() -> None:
    empty = Session()
    assert (len(proposal_frame(empty)), len(feedback_frame(empty)), len(weight_frame(empty))) == (0, 0, 0)
    assert len(find_places(proposal_frame(empty))) == 0
    assert count_opinions(feedback_frame(empty)).empty


def test_one_id_at_two_tables_is_two_proposals() -> None:
    files = [document([proposal(P1, point(602, 9))], table=name) for name in ("bord 2", "bord 1")]
    table = proposal_frame(merge_exports(map(read, files)))
    assert table["table"].to_dict() == {P1: "bord 1", f"{P1}-2": "bord 2"}


def test_tables_of_one_name_on_two_maps_are_told_apart() -> None:
    files = [document(map=name) for name in ("2030", "2040")]
    labels = table_labels(merge_exports(map(read, files)))
    assert list(labels.values()) == ["bord 1 (2030)", "bord 1 (2040)"]


def test_opinions_are_counted_by_site() -> None:
    counted = count_opinions(feedback_frame(merge_exports(map(read, two_tables()))))
    assert counted.loc["K"].to_dict() == {
        "tables": 2, "votes": 3, "aktuell": 1, "uaktuell": 1, "undersok": 0, "notes": 2, "is_disputed": True,
        "aktuell_by": "bord 1", "uaktuell_by": "bord 2", "undersok_by": "",
    }  # fmt: skip
    assert counted.loc["T", ["tables", "votes", "undersok", "is_disputed"]].tolist() == [1, 0, 1, False]


def test_silence_is_no_opinion() -> None:
    counted = count_opinions(feedback_frame(merge_exports([read(document([feedback("K")]))])))
    assert counted.loc["K", "tables"] == 0


def test_weights_are_per_cent_of_their_table() -> None:
    shares = weight_shares(weight_frame(merge_exports(map(read, two_tables()))))
    assert shares.loc["bord 1", ["passing_trucks", "grid_km"]].tolist() == [75, 25]
    assert shares.loc["bord 2", ["passing_trucks", "subregion_lack"]].tolist() == [10, 90]
    assert shares.sum(axis=1).tolist() == [100, 100]
    spread = spread_of_weights(shares)
    assert spread.loc["passing_trucks"].tolist() == [42.5, 10, 75, 65]  # mean, lowest, highest, spread


def test_a_table_without_weights_has_no_row() -> None:
    files = [document(), document(table="bord 2", weights={"grid_km": 0})]
    assert weight_frame(merge_exports(map(read, files))).empty


def test_each_table_ranks_by_its_own_weights() -> None:
    """Passing trucks: K 1.0, P 0.4, T 1.0 (a tie, by id); subregion: P 0.9, K and T 0.1; grid_mw: no data."""
    weights = pd.DataFrame(
        {"passing_trucks": [1.0, 0.0, 0.0], "subregion_lack": [0.0, 3.0, 0.0], "grid_mw": [5.0, 0.0, 1.0]},
        index=["a", "b", "c"],
    ).reindex(columns=toy_result().values.columns, fill_value=0.0)  # noqa: PD011 - a field of Result
    rankings = rank_tables(toy_result().values, weights, **ONCE)
    ranks = ranks_of(rankings)

    assert rankings.loc[("b", "P"), ["rank", "rank_low", "rank_high", "top5_share"]].tolist() == [1, 1, 1, 1]
    assert rankings.loc[("b", "P"), "score"] == 0.9
    assert ranks.columns.tolist() == ["a", "b"]  # c weighs only what has no data
    assert ranks["a"].to_dict() == {"K": 1, "P": 3, "T": 2}
    assert ranks["b"].to_dict() == {"K": 2, "P": 1, "T": 3}
    common = common_sites(ranks)
    assert common.loc["P", ["rank_best", "rank_worst"]].tolist() == [1, 3]
    assert common["is_top_5_of_all"].all()


def test_a_table_is_ranked_as_a_scenario_of_its_weights_would_be() -> None:
    numbers = np.random.default_rng(3)
    values = pd.DataFrame(
        numbers.random((20, 3)), index=[f"s{k:02d}" for k in range(20)], columns=list("xyz")
    )
    weights = pd.DataFrame([[3.0, 2.0, 1.0], [0.0, 1.0, 9.0]], index=["1", "2"], columns=list("xyz"))
    asked: dict[str, Any] = {"draws": 200, "factor_low": 0.5, "factor_high": 1.5, "seed": 4}
    found = rank_tables(values, weights, **asked)
    for table in weights.index:
        alone = rank_sites(values, weights.loc[table], **asked)
        pd.testing.assert_frame_equal(found.loc[table], alone[found.columns], check_names=False)


def test_weights_and_opinions_part_tables_each_in_its_way() -> None:
    """Of two tables: s0 is in both tops, s1 in one, s2 in none; s1 and s2 are disputed."""
    placed = pd.DataFrame({"tables_top_10": [2, 1, 0]}, index=["s0", "s1", "s2"])
    is_disputed = pd.Series([False, True, True], index=placed.index)
    told = tell_disagreement(placed, is_disputed, tables=2)
    assert told.tolist() == ["", "weights,opinions", "opinions"]
    assert tell_disagreement(placed[[]], is_disputed, tables=0).tolist() == ["", "opinions", "opinions"]


def test_the_verdict_of_all_tables() -> None:
    marks = [(2, 0, 0), (0, 1, 0), (1, 0, 1), (1, 1, 1), (0, 1, 1), (0, 0, 0)]
    counts = pd.DataFrame(marks, columns=["aktuell", "uaktuell", "undersok"])
    told = ["aktuell", "uaktuell", "undersok", "disputed", "undersok", "unmarked"]
    assert verdicts(counts).tolist() == told


def test_a_top_is_of_all_only_if_every_table_has_it() -> None:
    ranks = pd.DataFrame({"a": range(1, 13), "b": [*range(2, 13), 1]}, index=[f"s{k:02d}" for k in range(12)])
    common = common_sites(ranks)
    assert common["tables_top_5"].tolist() == [2, 2, 2, 2, 1, 0, 0, 0, 0, 0, 0, 1]
    assert common.index[common["is_top_5_of_all"]].tolist() == ["s00", "s01", "s02", "s03"]
    assert common.index[common["is_top_10_of_all"]].tolist() == [f"s{k:02d}" for k in range(9)]
    assert common_sites(pd.DataFrame(index=ranks.index)).empty


def test_concordance_by_hand() -> None:
    """Three tables, three sites. Rank sums 4, 5, 9; S = 4 + 1 + 9 = 14; W = 12 * 14 / (9 * 24) = 7/9."""
    ranks = pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3], "c": [2, 1, 3]}, index=list("xyz"))
    assert kendall_w(ranks) == pytest.approx(7 / 9)
    assert kendall_w(ranks[["a"]]) is None
    assert kendall_w(ranks[["a", "b"]]) == 1.0
    assert kendall_w(pd.DataFrame({"a": [1, 2], "b": [2, 1]})) == 0.0


def test_correlation_of_pairs_by_hand() -> None:
    """Of three pairs of sites a and c order one alike and two otherwise: (1 - 2) / 3."""
    ranks = pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1], "c": [3, 1, 2]}, index=list("xyz"))
    tau = rank_correlations(ranks)
    assert tau.loc["a", "b"] == pytest.approx(-1)
    assert tau.loc["a", "c"] == pytest.approx(-1 / 3)
    assert tau.loc["a", "a"] == 1
    assert (tau == tau.T).all(axis=None)


@given(st.integers(2, 5), st.integers(2, 6), st.integers(0, 1000))
def test_concordance_is_a_share_and_ignores_the_order_of_tables(tables: int, sites: int, seed: int) -> None:
    numbers = np.random.default_rng(seed)
    ranks = pd.DataFrame({k: numbers.permutation(sites) + 1 for k in range(tables)})
    found = kendall_w(ranks)
    assert found is not None
    assert -1e-12 <= found <= 1 + 1e-12
    assert kendall_w(ranks[ranks.columns[::-1]]) == pytest.approx(found)


@settings(max_examples=8)
@given(st.integers(0, 1000))
def test_ranks_follow_the_scores(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    values = pd.DataFrame(numbers.random((6, 3)), index=list("abcdef"), columns=["x", "y", "z"])
    weights = pd.DataFrame(numbers.random((2, 3)) + 0.01, index=["1", "2"], columns=["x", "y", "z"])
    ranks = ranks_of(rank_tables(values, weights, **ONCE))
    for table in weights.index:
        scores, _ = score(values, weights.loc[table])
        assert scores[ranks[table].sort_values().index].is_monotonic_decreasing


def frame(places: dict[str, tuple[str, BaseGeometry]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"table": [table for table, _ in places.values()]},
        index=pd.Index(places, name="site_id", dtype="str"),
        geometry=[shape for _, shape in places.values()],
        crs="EPSG:25832",
    )


def test_places_of_several_tables() -> None:
    """Places b and c overlap; d is 250 m from c, e 251 m from d; a is of b's table and far from c."""
    places = frame(
        {
            "a": ("1", box(0, 0, 10, 10)),
            "b": ("1", box(600, 0, 700, 100)),
            "c": ("2", box(650, 50, 750, 150)),
            "d": ("3", Point(1000, 100)),
            "e": ("1", Point(1251, 100)),
        }
    )
    assert find_places(places).to_dict() == {"a": "a", "b": "b", "c": "b", "d": "b", "e": "e"}


def test_alternatives_of_one_table_are_joined_only_by_another() -> None:
    alone = {"a": ("1", Point(0, 0)), "b": ("1", Point(100, 0))}
    assert find_places(frame(alone)).to_dict() == {"a": "a", "b": "b"}
    assert find_places(frame({**alone, "c": ("2", Point(50, 0))})).to_dict() == dict.fromkeys("abc", "a")


@given(st.lists(st.tuples(st.sampled_from("12"), st.integers(0, 12)), max_size=8), st.randoms())
def test_places_ignore_the_order_of_proposals(rows: list[tuple[str, int]], random: object) -> None:
    places = {f"s{k}": (table, Point(at * 150.0, 0)) for k, (table, at) in enumerate(rows)}
    mixed = list(places)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    found = find_places(frame({one: places[one] for one in mixed}))
    expected = find_places(frame(places))
    assert found.to_dict() == expected.to_dict()
    for one, place in expected.items():
        assert place <= one
        assert expected[place] == place


def test_findings_of_the_toy_workshop() -> None:
    found = toy_findings()

    assert found.tables == ("bord 1", "bord 2")
    proposals = found.proposals
    assert proposals["place_id"].to_dict() == {P1: P1, P2: P1, P3: P3}
    assert proposals.loc[P1, ["score", "rank", "difference"]].tolist() == [1.0, 1, 0.5]
    # P2 is worth 0.1 by every criterion, so by any weights; the page showed 0.5.
    own = ["score", "table_score", "table_rank", "difference", "place_tables"]
    assert proposals.loc[P2, own].tolist() == pytest.approx([0.1, 0.1, 5, -0.4, 2])
    assert proposals.loc[P3, ["table_score", "table_rank", "difference"]].isna().all()
    assert proposals.loc[P3, ["reason", "reason_detail"]].tolist() == ["far_from_road", "4284 m i luftlinje"]
    assert proposals["rank"].isna().tolist() == [False, False, True]
    place = found.places.loc[P1]
    assert place[["tables", "proposals", "votes", "aktuell", "best_rank"]].tolist() == [2, 2, 4, 1, 1]
    assert place["tables_by"] == "bord 1; bord 2"
    assert place["names"] == "Åsen =1 / Ved E6"
    assert place.geometry.covers(proposals.geometry[P1])
    kept = ["tables", "is_disputed", "reason_detail", "verdict", "disagreement", "aktuell_by", "uaktuell_by"]
    assert found.sites.loc["K", kept].tolist() == [2, True, "", "disputed", "opinions", "bord 1", "bord 2"]
    assert found.sites.loc[P1, ["verdict", "aktuell_by", "votes"]].tolist() == ["aktuell", "bord 1", 3]
    assert found.sites.crs.to_epsg() == 25832
    assert found.notes[["table", "kind", "site_id"]].to_numpy().tolist() == [
        ["bord 1", "feedback", "K"],
        ["bord 1", "proposal", P1],
        ["bord 2", "feedback", "K"],
    ]
    assert found.notes["note"].tolist() == ["God avkjøring\nog plass", HOSTILE, "Støy?"]
    assert found.conflicts.empty


def test_a_site_of_other_data_is_said_to_be_unknown() -> None:
    from regiongeo.workshop.findings import build_findings  # noqa: PLC0415

    session = merge_exports([read(document([feedback("Z-1", stemmer=1)]))])
    found = build_findings(session, proposal_frame(session), toy_result())
    assert found.sites.loc["Z-1", "reason"] == "unknown_site"
    assert found.sites["rank"].isna().all()
    assert found.ranks.empty
    assert found.concordance is None
