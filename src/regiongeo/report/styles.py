"""QGIS styles (QML) for the layers of ``sites.gpkg``."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from regiongeo.i18n import format_number, text
from regiongeo.report.qml import Rule, area, draw_style, line, marker
from regiongeo.result import TRUCK_CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree import ElementTree as ET

    from regiongeo.i18n import Language

__all__ = ["describe_range", "layer_styles"]

_ROAD = "178,24,43"
_GREY = "150,150,150"
# Bluish green, orange-red and grey of Okabe and Ito's scheme: told apart with any colour vision.
_ANSWERS = {"yes": ("0,158,115", "solid"), "no": ("213,94,0", "dash"), "not_known": (_GREY, "dot")}
_OFFERS = {
    "battery": ("circle", "0,90,181", 5.4),
    "hydrogen": ("square", "230,159,0", 3.6),
    "biogas": ("triangle", "0,158,115", 2.4),
}
"""Markers of the energies, smaller from one to the next, so that all show where a site offers several."""


def layer_styles(lang: Language, *, with_flows: bool = False, answers: Sequence[str] = ()) -> dict[str, str]:
    """Return the QML style of each layer by name, with labels in ``lang``.

    Parameters
    ----------
    lang
        Language of the labels.
    with_flows
        Roads whose volume is modelled and not counted are dashed classes of their own.
    answers
        Columns of the layer ``rules`` that hold answers, as from `verdict_columns`; the first is drawn, the
        others stand in the legend to be ticked.
    """
    return {
        "sites": draw_style(_site_rules(lang), label="CASE WHEN rank <= 10 THEN rank END", size=9),
        "portfolio": draw_style([_rule("layer_portfolio", lang, marker("star", "255,191,0", 5.0))]),
        "excluded": draw_style([_rule("layer_excluded", lang, marker("cross2", "120,120,120", 2.2))]),
        "stations": draw_style([_rule("layer_stations", lang, marker("square", "0,109,44", 3.2))]),
        "plan": draw_style(_plan_rules(lang), label="name", size=8),
        "rules": draw_style(_answer_rules(lang, answers)),
        "plots": draw_style([_rule("layer_plots", lang, area("0,0,0,0", "0,90,181", 0.7))]),
        "links": draw_style(_road_rules(lang, with_flows=with_flows)),
        "municipalities": draw_style(
            [_rule("layer_municipalities", lang, area("245,243,238", "170,170,170", 0.2))],
            label="name",
            size=7,
        ),
        "subregions": draw_style(
            [_rule("layer_subregions", lang, area("0,0,0,0", "90,90,90", 0.6))], label="subregion"
        ),
    }


def _rule(key: str, lang: Language, symbol: ET.Element) -> Rule:
    return Rule(label=text("report", key, lang), symbol=symbol)


def _site_rules(lang: Language) -> list[Rule]:
    classes = (
        ("1_10", "rank <= 10", "68,1,84", 4.6),
        ("11_50", "rank > 10 AND rank <= 50", "33,145,140", 3.0),
    )
    rest = ("rest", "rank > 50", "189,189,189", 2.0)
    return [
        Rule(label=text("report", f"rank_{key}", lang), where=where, symbol=marker("circle", colour, size))
        for key, where, colour, size in (*classes, rest)
    ]


def _plan_rules(lang: Language) -> list[Rule]:
    existing = Rule(
        label=text("plan", "layer_existing", lang),
        where='"rank" IS NULL',
        symbol=marker("diamond", "120,120,120", 3.0),
    )
    offers = [
        Rule(
            label=text("plan", f"offer_{energy}", lang),
            where=f'"energy" = \'{energy}\' AND "rank" IS NOT NULL',
            symbol=marker(*look),
        )
        for energy, look in _OFFERS.items()
    ]
    return [*offers, existing]


def _answer_rules(lang: Language, columns: Sequence[str]) -> list[Rule]:
    """Return a rule for each answer; where today's stand apart, the others are those with the plan."""
    is_planned = any(column.endswith("_today") for column in columns)
    return [
        Rule(
            label=_answer_label(column, answer, lang, is_planned=is_planned),
            where=f"\"{column}\" = '{answer}'",
            symbol=line(colour, 1.1, dash),
            is_drawn=column == columns[0],
        )
        for column in columns
        for answer, (colour, dash) in _ANSWERS.items()
    ]


def _answer_label(column: str, answer: str, lang: Language, *, is_planned: bool) -> str:
    requirement, deadline, *today = column.split("_")
    other = "layer_rule_planned" if is_planned else "layer_rule"
    return text(
        "plan", "layer_rule_today" if today else other, lang,
        requirement=text("rules", requirement, lang), deadline=deadline,
        answer=text("plan", f"answer_{answer}", lang),
    )  # fmt: skip


def _road_rules(lang: Language, *, with_flows: bool) -> list[Rule]:
    unknown = Rule(
        label=text("report", "no_basis", lang), where='"truck_aadt" IS NULL', symbol=line(_GREY, 0.26)
    )
    if not with_flows:
        return [unknown, *_volume_rules(lang)]
    counted = _volume_rules(lang, where="\"traffic_basis\" <> 'modelled'")
    modelled = _volume_rules(lang, where="\"traffic_basis\" = 'modelled'", key="modelled", dash="dash")
    return [unknown, *counted, *modelled]


def _volume_rules(lang: Language, *, where: str = "", key: str = "", dash: str = "solid") -> list[Rule]:
    """Return one class a range of trucks per day, all with the same test besides."""
    edges: Sequence[float | None] = (None, *TRUCK_CLASSES, None)
    rules = []
    for number, (low, high) in enumerate(pairwise(edges)):
        tests = [f'"truck_aadt" >= {low}' if low else "", f'"truck_aadt" < {high}' if high else "", where]
        words = describe_range(low, high, lang)
        rules.append(
            Rule(
                label=text("report", key, lang, range=words) if key else words,
                where=" AND ".join(filter(None, tests)),
                symbol=line(_ROAD, 0.4 + 0.4 * number, dash),
            )
        )
    return rules


def describe_range(low: float | None, high: float | None, lang: Language) -> str:
    """Return a class of trucks per day in words; ``None`` is an open end."""
    if low is None:
        return text("report", "trucks_below", lang, high=format_number(high or 0, lang))
    if high is None:
        return text("report", "trucks_from", lang, low=format_number(low, lang))
    return text(
        "report", "trucks_between", lang, low=format_number(low, lang), high=format_number(high, lang)
    )
