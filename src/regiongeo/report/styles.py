"""QGIS styles (QML) for the layers of ``sites.gpkg``, built as XML so that no text can break them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from regiongeo.i18n import format_number, text
from regiongeo.result import TRUCK_CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regiongeo.i18n import Language

__all__ = ["describe_range", "layer_styles"]

_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
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


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """One class of a layer: its filter (empty: all), its words and its symbol."""

    label: str
    symbol: ET.Element
    where: str = ""
    is_drawn: bool = True
    """False: the reader finds it in the legend, unticked."""


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
        "sites": _style(_site_rules(lang), label="CASE WHEN rank <= 10 THEN rank END", size=9),
        "portfolio": _style([_rule("layer_portfolio", lang, _marker("star", "255,191,0", 5.0))]),
        "excluded": _style([_rule("layer_excluded", lang, _marker("cross2", "120,120,120", 2.2))]),
        "stations": _style([_rule("layer_stations", lang, _marker("square", "0,109,44", 3.2))]),
        "plan": _style(_plan_rules(lang), label="name", size=8),
        "rules": _style(_answer_rules(lang, answers)),
        "plots": _style([_rule("layer_plots", lang, _area("0,0,0,0", "0,90,181", 0.7))]),
        "links": _style(_road_rules(lang, with_flows=with_flows)),
        "municipalities": _style(
            [_rule("layer_municipalities", lang, _area("245,243,238", "170,170,170", 0.2))],
            label="name",
            size=7,
        ),
        "subregions": _style(
            [_rule("layer_subregions", lang, _area("0,0,0,0", "90,90,90", 0.6))], label="subregion"
        ),
    }


def _rule(key: str, lang: Language, symbol: ET.Element) -> _Rule:
    return _Rule(label=text("report", key, lang), symbol=symbol)


def _site_rules(lang: Language) -> list[_Rule]:
    classes = (
        ("1_10", "rank <= 10", "68,1,84", 4.6),
        ("11_50", "rank > 10 AND rank <= 50", "33,145,140", 3.0),
    )
    rest = ("rest", "rank > 50", "189,189,189", 2.0)
    return [
        _Rule(label=text("report", f"rank_{key}", lang), where=where, symbol=_marker("circle", colour, size))
        for key, where, colour, size in (*classes, rest)
    ]


def _plan_rules(lang: Language) -> list[_Rule]:
    existing = _Rule(
        label=text("plan", "layer_existing", lang),
        where='"rank" IS NULL',
        symbol=_marker("diamond", "120,120,120", 3.0),
    )
    offers = [
        _Rule(
            label=text("plan", f"offer_{energy}", lang),
            where=f'"energy" = \'{energy}\' AND "rank" IS NOT NULL',
            symbol=_marker(*marker),
        )
        for energy, marker in _OFFERS.items()
    ]
    return [*offers, existing]


def _answer_rules(lang: Language, columns: Sequence[str]) -> list[_Rule]:
    """Return a rule for each answer; where today's stand apart, the others are those with the plan."""
    is_planned = any(column.endswith("_today") for column in columns)
    return [
        _Rule(
            label=_answer_label(column, answer, lang, is_planned=is_planned),
            where=f"\"{column}\" = '{answer}'",
            symbol=_line(colour, 1.1, dash),
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


def _road_rules(lang: Language, *, with_flows: bool) -> list[_Rule]:
    unknown = _Rule(
        label=text("report", "no_basis", lang), where='"truck_aadt" IS NULL', symbol=_line(_GREY, 0.26)
    )
    if not with_flows:
        return [unknown, *_volume_rules(lang)]
    counted = _volume_rules(lang, where="\"traffic_basis\" <> 'modelled'")
    modelled = _volume_rules(lang, where="\"traffic_basis\" = 'modelled'", key="modelled", dash="dash")
    return [unknown, *counted, *modelled]


def _volume_rules(lang: Language, *, where: str = "", key: str = "", dash: str = "solid") -> list[_Rule]:
    """Return one class a range of trucks per day, all with the same test besides."""
    edges: Sequence[float | None] = (None, *TRUCK_CLASSES, None)
    rules = []
    for number, (low, high) in enumerate(pairwise(edges)):
        tests = [f'"truck_aadt" >= {low}' if low else "", f'"truck_aadt" < {high}' if high else "", where]
        words = describe_range(low, high, lang)
        rules.append(
            _Rule(
                label=text("report", key, lang, range=words) if key else words,
                where=" AND ".join(filter(None, tests)),
                symbol=_line(_ROAD, 0.4 + 0.4 * number, dash),
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


def _style(rules: Sequence[_Rule], *, label: str = "", size: float = 8) -> str:
    root = ET.Element(
        "qgis", version="3.22.0", styleCategories="Symbology|Labeling", labelsEnabled=str(int(bool(label)))
    )
    renderer = ET.SubElement(
        root, "renderer-v2", type="RuleRenderer", symbollevels="0", enableorderby="0", forceraster="0"
    )
    tree = ET.SubElement(renderer, "rules", key="root")
    symbols = ET.SubElement(renderer, "symbols")
    for number, rule in enumerate(rules):
        entry = ET.SubElement(tree, "rule", key=f"rule{number}", symbol=str(number), label=rule.label)
        if rule.where:
            entry.set("filter", rule.where)
        if not rule.is_drawn:
            entry.set("checkstate", "0")
        rule.symbol.set("name", str(number))
        symbols.append(rule.symbol)
    if label:
        root.append(_labels(label, size))
    ET.indent(root, " ")
    return _HEAD + ET.tostring(root, encoding="unicode")


def _labels(expression: str, size: float) -> ET.Element:
    labeling = ET.Element("labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    words = ET.SubElement(
        settings,
        "text-style",
        fieldName=expression,
        isExpression="1",
        fontSize=f"{size:g}",
        fontSizeUnit="Point",
        textColor="30,30,30,255",
    )
    ET.SubElement(words, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferColor="255,255,255,255")
    return labeling


def _symbol(kind: str, layer: str, options: dict[str, str]) -> ET.Element:
    symbol = ET.Element("symbol", type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    drawn = ET.SubElement(symbol, "layer", {"class": layer, "enabled": "1", "locked": "0", "pass": "0"})
    table = ET.SubElement(drawn, "Option", type="Map")
    for name, value in options.items():
        # QGIS 3.22 and later read Option, older ones prop.
        ET.SubElement(table, "Option", name=name, type="QString", value=value)
    for name, value in options.items():
        ET.SubElement(drawn, "prop", k=name, v=value)
    return symbol


def _marker(shape: str, colour: str, size: float) -> ET.Element:
    options = {
        "name": shape,
        "color": f"{colour},255",
        "outline_color": "255,255,255,255",
        "size": f"{size:g}",
    }
    return _symbol("marker", "SimpleMarker", {**options, "outline_width": "0.3", "size_unit": "MM"})


def _line(colour: str, width: float, style: str = "solid") -> ET.Element:
    return _symbol(
        "line",
        "SimpleLine",
        {
            "line_color": f"{colour},255",
            "line_style": style,
            "line_width": f"{width:g}",
            "line_width_unit": "MM",
        },
    )


def _area(fill: str, outline: str, width: float) -> ET.Element:
    options = {
        "color": fill,
        "outline_color": f"{outline},255",
        "outline_width": f"{width:g}",
        "style": "solid",
    }
    return _symbol("fill", "SimpleFill", options)
