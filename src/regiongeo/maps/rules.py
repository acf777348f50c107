"""The rule check for the page: which TEN-T roads are covered, and what a pool at each site would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import pandas as pd

from regiongeo.compliance import fact_text, site_facts
from regiongeo.i18n import text
from regiongeo.maps.encode import amount, plain
from regiongeo.maps.geometry import encode_lines, join_lines

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from regiongeo.compliance import RuleCheck
    from regiongeo.i18n import Language
    from regiongeo.result import Result

    Check = tuple[str, str]
    Row = Mapping[Hashable, Any]

__all__ = ["describe_rules", "describe_site_rules"]

TOLERANCE_M = 30.0
_ONE_WAY = ("forward", "back")
"""Directions of travel; any other direction takes both ways as one line."""


class _Answer(NamedTuple):
    """What one requirement says of a piece of road."""

    status: str
    through_km: float | None
    spacing_km: float
    is_far: bool
    ends: tuple[str, ...]
    """Names of the pools, or ways out of the map, it is measured between."""
    forward: str | None
    back: str | None

    def tell(self) -> dict[str, object]:
        """Return what there is to tell."""
        told = self._asdict().items()
        return {name: value for name, value in told if not (value is None or value is False or value == ())}


def describe_rules(result: Result, *, lang: Language) -> dict[str, object] | None:
    """Return the requirements with the kilometres of the region, and the roads they ask for; None without.

    Each road carries the answer to each requirement, in their order, or None where it is not asked for:
    with the station plan (``state`` planned) and, beside it, with what stands today. Pieces of a road with
    the same answers become one line.
    """
    rules = result.rules
    if rules is None:
        return None
    states = _list_states(result, rules)
    return {
        "checks": [
            _describe_check(state, one, check) for state, one in states for check in _list_checks(one)
        ],
        "roads": _describe_roads([one for _, one in states], names=_name_places(result, lang=lang)),
        "notices": [fact_text(fact, lang) for fact in rules.notices],
    }


def _list_states(result: Result, rules: RuleCheck) -> list[tuple[str, RuleCheck]]:
    if result.plan is None:
        return [("today", rules)]
    today = result.rules_today
    return [("planned", rules), *([] if today is None or today is rules else [("today", today)])]


def describe_site_rules(result: Result, *, lang: Language) -> tuple[list[str], dict[str, dict[str, object]]]:
    """Return what Enova's rules may say of a place, and by site id what one pool there would close.

    A gain by requirement, in their order, holds the kilometres that turn covered, and where there are none
    those that get closer to a pool; it is empty where a site is too far off to count, and None where it was
    not checked. Enova's answer is the place of its sentence.
    """
    rules = result.rules
    if rules is None:
        return [], {}
    gains = {(*_check_of(row), row["site_id"]): _describe_gain(row) for row in _rows(rules.site_gain)}
    checks = _list_checks(rules)
    told = {str(site_id): _tell_enova(rules, str(site_id), lang) for site_id in rules.enova_sites.index}
    sentences = sorted(set(told.values()))
    by_site = {
        site_id: {
            "gains": [gains.get((*check, site_id)) for check in checks],
            "enova": sentences.index(sentence),
        }
        for site_id, sentence in told.items()
    }
    return sentences, by_site


def _describe_gain(row: Row) -> list[float | None]:
    if not row["is_near_enough"]:
        return []
    closes = amount(row["closes_km"])
    return [closes] if closes else [closes, amount(row["near_gain_km"])]


def _tell_enova(rules: RuleCheck, site_id: str, lang: Language) -> str:
    facts = site_facts(rules, site_id)
    return " ".join(fact_text(fact, lang) for fact in facts if fact.key.startswith("enova"))


def _rows(table: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return pd.DataFrame(table).reset_index().to_dict("records")


def _check_of(row: Row) -> Check:
    return str(row["requirement"]), str(row["deadline"])


def _list_checks(rules: RuleCheck) -> list[Check]:
    """List requirement and deadline: charging before hydrogen, the next deadline first."""
    return sorted({_check_of(row) for row in _rows(rules.road_status)})


def _describe_check(state: str, rules: RuleCheck, check: Check) -> dict[str, object]:
    region = [
        _describe_share(row)
        for row in _rows(rules.region_shares)
        if row["direction"] not in _ONE_WAY and _check_of(row) == check
    ]
    return {
        "state": state,
        "requirement": check[0],
        "deadline": check[1],
        "region": region[0] if region else None,
        "lacks_direction": check[0] == "charging" and not _knows_direction(rules, check),
    }


def _knows_direction(rules: RuleCheck, check: Check) -> bool:
    return any(row["direction"] in _ONE_WAY and _check_of(row) == check for row in _rows(rules.road_status))


def _describe_share(row: Row) -> dict[str, object]:
    return {
        "yes": amount(row["covered_km"]),
        "no": amount(row["missing_km"]),
        "not_known": amount(row["not_known_km"]),
        "required_share": plain(row["required_share"]),
        "is_met": row["is_met"],
        "least_pools": row["least_pools"],
    }


def _name_places(result: Result, *, lang: Language) -> Mapping[str, str]:
    """Name by id what a stretch may be measured from: stations, sites, and those assumed beyond the map."""
    ways_out = result.reference.gateways["name"]
    assumed = {
        str(row_id): text("rules", "assumed_beyond", lang, name=name) for row_id, name in ways_out.items()
    }
    tables = (result.sites, result.stations)
    named = {str(row_id): str(name) for table in tables for row_id, name in table["name"].items()}
    return {**assumed, **named}


def _describe_roads(states: Sequence[RuleCheck], *, names: Mapping[str, str]) -> list[dict[str, object]]:
    links = _answered_links(states, names)
    groups = list(links.groupby(["corridor", "tent", "answers"], sort=False))
    shapes = gpd.GeoSeries([join_lines(group.geometry) for _, group in groups], crs=links.crs)
    return [
        {
            "road": road,
            "tent": tent,
            "km": amount(group["km"].sum()),
            "answers": [answer and answer.tell() for answer in answers],
            "lines": lines,
        }
        for ((road, tent, answers), group), lines in zip(
            groups, encode_lines(shapes, tolerance_m=TOLERANCE_M), strict=True
        )
    ]


def _answered_links(states: Sequence[RuleCheck], names: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Return each piece once, by id, with its answers in the order of the requirements."""
    answers = [
        {link: found.get((*check, link)) for link in rules.road_status.index.unique("link_id")}
        for rules in states
        for found in [_answer_by_piece(_rows(rules.road_status), names)]
        for check in _list_checks(rules)
    ]
    links = states[0].road_status.reset_index().drop_duplicates("link_id").sort_values("link_id")
    links["answers"] = [tuple(answer.get(link) for answer in answers) for link in links["link_id"]]
    return links


def _answer_by_piece(rows: list[dict[Hashable, Any]], names: Mapping[str, str]) -> dict[object, _Answer]:
    """Return the answer by requirement, deadline and link_id."""
    one_way = {(*_check_of(row), row["link_id"], row["direction"]): row["is_covered"] for row in rows}
    return {
        (key := (*_check_of(row), row["link_id"])): _Answer(
            status=row["is_covered"],
            through_km=_tenths(row.get("through_km")),
            spacing_km=row["spacing_km"],
            is_far=bool(row.get("is_far", False)),
            ends=_name_ends([row.get("from_pool_id"), row.get("to_pool_id")], names),
            forward=one_way.get((*key, "forward")),
            back=one_way.get((*key, "back")),
        )
        for row in rows
        if row["direction"] not in _ONE_WAY
    }


def _tenths(km: float | None) -> float | None:
    return None if km is None or pd.isna(km) else round(km, 1)


def _name_ends(pool_ids: list[str | None], names: Mapping[str, str]) -> tuple[str, ...]:
    """Name the ends of a stretch, in the same order whichever way its pieces run."""
    return tuple(sorted(names.get(str(one), str(one)) for one in pool_ids if not pd.isna(one)))
