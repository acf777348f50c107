"""The cards of the sites as they reach the page."""

from dataclasses import replace

import pandas as pd

from regiongeo.maps.cards import describe_cards
from regiongeo.maps.payload import build_payload
from regiongeo.tables import CHECKLIST_ITEMS
from toy import toy_result
from toy_plan import toy_cards, toy_planned_result, with_equals

PLACE = {"K": 0, "T": 1, "P": 2}
"""Of the toy sites in the list, by rank."""


def test_what_binds_names_the_other_site_by_its_place_in_the_list() -> None:
    _, cards = describe_cards(toy_planned_result(), at=PLACE)
    assert (cards["P"]["binds"], cards["P"]["binds_site"]) == ("too_close", 0)
    assert (cards["K"]["binds"], cards["K"]["binds_site"]) == ("chosen", None)


def test_places_in_the_list_are_those_of_the_page() -> None:
    page = build_payload(
        toy_planned_result(), lang="nb", date="2026-11-20", data_version="1", credits=[], online_tiles=False
    )
    sites: list[dict[str, object]] = page["sites"]  # type: ignore[assignment]
    assert [site["id"] for site in sites] == list(PLACE)
    assert [bool(site["offers"]) for site in sites] == [True, True, False]


def test_lifts_name_criteria_by_their_place_among_the_weights() -> None:
    result = toy_planned_result()
    _, cards = describe_cards(result, at=PLACE)
    names = list(result.weights.index)
    assert cards["P"]["lifts"] == [[names.index("grid_km"), 11], [names.index("passing_trucks"), 8.6]]
    assert cards["T"]["lifts"] == [[names.index("builtup_share"), 5.7]]


def test_rivals_stand_with_those_of_the_plan_first_and_then_by_rank() -> None:
    cards = toy_cards()
    more = pd.DataFrame(
        {"km": [31.4], "rank": [2], "is_chosen": [False]},
        index=pd.MultiIndex.from_tuples([("P", "T")], names=cards.rivals.index.names),
    )
    rivals = pd.concat([more, cards.rivals.assign(rank=[3, 9])])
    _, told = describe_cards(replace(toy_planned_result(), cards=replace(cards, rivals=rivals)), at=PLACE)
    assert told["P"]["rivals"] == [[0, 27], [1, 31]]
    assert told["T"]["rivals"] == []


def test_the_checklist_keeps_its_order_and_what_is_not_known() -> None:
    """Nine of P's eleven items are not known; K knows nothing."""
    rows, cards = describe_cards(toy_planned_result(), at=PLACE)
    plot, site = ([rows[at] for at in cards[one]["checklist"]] for one in ("P", "K"))  # type: ignore[attr-defined]
    assert [row[0] for row in plot] == [row[0] for row in site] == list(CHECKLIST_ITEMS)
    assert plot[:2] == [("plot_area", "met", 8000, "m2", 2500), ("access", "met", 0.25, "km", 3)]
    assert {row[1:] for row in (*plot[2:], *site)} == {("unknown",)}


def test_rows_many_sites_share_are_sent_once() -> None:
    rows, _ = describe_cards(toy_planned_result(), at=PLACE)
    assert len(rows) == len(set(rows)) == len(CHECKLIST_ITEMS) + 2


def test_only_named_columns_reach_the_page() -> None:
    cards = toy_cards()
    private = replace(
        cards,
        cards=cards.cards.assign(owner="Ola Nordmann"),
        rivals=cards.rivals.assign(owner="Ola Nordmann"),
        checklist=cards.checklist.assign(owner="Ola Nordmann"),
    )
    assert "Nordmann" not in repr(describe_cards(replace(toy_planned_result(), cards=private), at=PLACE))


def test_without_cards_there_are_none() -> None:
    assert describe_cards(toy_result(), at=PLACE) == ([], {})


def test_equally_good_sites_are_named_by_their_place_in_the_list() -> None:
    _, told = describe_cards(with_equals(toy_planned_result()), at=PLACE)
    assert {site: card["equals"] for site, card in told.items()} == {"K": [2], "P": [], "T": []}
    _, told = describe_cards(toy_planned_result(), at=PLACE)
    assert told["K"]["equals"] == []
