"""The whole check in one call, its words in both languages, and the shipped region."""

from typing import Any

import pandas as pd
import pytest

from regiongeo.compliance import (
    Fact,
    RuleCheck,
    build_corridors,
    check_rules,
    fact_text,
    pool_facts,
    region_facts,
    site_facts,
)
from regiongeo.i18n import LANGUAGES, texts
from regiongeo.network import build_network
from regiongeo.store import load_reference
from toy_compliance import busy, make_pools, shipped_assumptions, tent_network

NAMES = {"0301": "Oslo", "3201": "Vestby"}


def check(pools: dict[str, dict[str, Any]]) -> RuleCheck:
    """P=a ---25--- b ---30--- c=Q, with a site at b and one 4 km off."""
    places = {"a": (0.0, 0.0), "b": (9.0, 0.0), "c": (18.0, 0.0)}
    network = tent_network(places, [("ab", "a", "b", 25.0), ("bc", "b", "c", 30.0)])
    columns = ["node_id", "exit_node_id", "access_km", "national_km"]
    sites = make_pools({"S": {"at": "b"}, "T": {"at": "b", "access_km": 4.0}})[columns].rename_axis("site_id")
    return check_rules(
        network,
        pools=make_pools(pools),
        sites=sites,
        assumptions=shipped_assumptions(),
        heavy_aadt=busy(network),
        municipality_ids=pd.Index(["3201"]),
    )


CASES: tuple[dict[str, dict[str, Any]], ...] = (
    {},
    {"P": {"at": "a"}, "Q": {"at": "c"}},
    {"P": {"at": "a"}, "Q": {"at": "c", "power_kw": None, "hydrogen_kg_d": None, "municipality_id": "0301"}},
    {
        "P": {"at": "a", "side": "west", "power_kw": 100.0, "points_350kw": 0.0},
        "Q": {"at": "c", "has_hydrogen": None},
    },
    {"P": {"at": "a", "power_kw": 100.0, "access_km": 4.0}, "Q": {"at": "c", "points_350kw": 0.0}},
)


@pytest.mark.parametrize("case", range(len(CASES)))
def test_every_fact_has_words(case: int) -> None:
    found = check(CASES[case])
    facts = [
        *found.notices,
        *region_facts(found, names=NAMES),
        *site_facts(found, "S"),
        *site_facts(found, "T"),
        *(fact for pool in CASES[case] for fact in pool_facts(found, pool)),
    ]
    told = [fact_text(fact, lang) for fact in facts for lang in LANGUAGES]
    assert all("{" not in sentence and sentence.endswith(".") for sentence in told)


def test_facts_by_hand() -> None:
    found = check({"P": {"at": "a"}, "Q": {"at": "c", "power_kw": 2000.0}})
    shares = {fact.figures["deadline"]: fact.key for fact in region_facts(found, names=NAMES)[:3]}
    assert shares == {2025: "charging_share_yes", 2027: "charging_share_no", 2030: "charging_share_no"}
    assert site_facts(found, "S")[2] == Fact("site_closes", {"deadline": 2030, "km": 25})
    assert site_facts(found, "T")[0] == Fact("site_too_far")
    assert pool_facts(found, "Q")[2] == Fact(
        "pool_no_kw", {"deadline": 2030, "rules": "power", "missing_kw": 1600}
    )
    assert fact_text(pool_facts(found, "Q")[2], "en") == (
        "Does not count for 2030: power in sum. Lacks 1,600 kW."
    )


def test_notices_say_what_is_not_known() -> None:
    keys = {fact.key for fact in check(CASES[0]).notices}
    assert {
        "afir_yardstick",
        "pools_missing",
        "direction_not_known",
        "beyond_none",
        "parking_no_data",
    } <= keys
    unsure = {fact.key: fact for fact in check(CASES[2]).notices}
    assert unsure["pools_not_known"].figures == {"count": 1, "names": "Q"}
    assert "direction_known" in {fact.key for fact in check(CASES[3]).notices}


def test_every_answer_and_rule_has_a_word() -> None:
    keys = set(texts("rules", "nb"))
    assert {"yes", "no", "not_known", "core", "comprehensive", "any", "forward", "back"} <= keys
    assert {
        f"rule_{key}" for key in ("energy", "open", "access", "power", "points", "size", "spacing")
    } <= keys


def test_tent_roads_of_the_shipped_region() -> None:
    reference = load_reference()
    links = reference.links
    corridors = build_corridors(build_network(reference.nodes, links), pd.Series(dtype=float))
    km = corridors.links.groupby("tent")["km"].sum()
    assert km["core"] == pytest.approx(183, abs=1)
    assert km.sum() == pytest.approx(971, abs=1)
    assert sorted(corridors.links["corridor"].unique()) == ["E134", "E16", "E18", "E6"]
