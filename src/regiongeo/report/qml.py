"""QGIS styles (QML) from rules and symbols, built as XML so that no text can break them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Rule", "area", "draw_style", "line", "marker"]

_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One class of a layer: its filter (empty: all), its words and its symbol."""

    label: str
    symbol: ET.Element
    where: str = ""
    is_drawn: bool = True
    """False: the reader finds it in the legend, unticked."""


def draw_style(rules: Sequence[Rule], *, label: str = "", size: float = 8) -> str:
    """Return the QML of a layer whose features are drawn by the rules that hold for them.

    Parameters
    ----------
    rules
        Classes in the order of the legend.
    label
        QGIS expression of the text beside each feature; empty: none.
    size
        Size of this text [pt].
    """
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


def marker(shape: str, colour: str, size: float) -> ET.Element:
    """Return the symbol of a point; colour as "red,green,blue", size in mm."""
    options = {
        "name": shape,
        "color": f"{colour},255",
        "outline_color": "255,255,255,255",
        "size": f"{size:g}",
    }
    return _symbol("marker", "SimpleMarker", {**options, "outline_width": "0.3", "size_unit": "MM"})


def line(colour: str, width: float, style: str = "solid") -> ET.Element:
    """Return the symbol of a line; width in mm, style by its QGIS name."""
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


def area(fill: str, outline: str, width: float) -> ET.Element:
    """Return the symbol of an area; a fill of four numbers ends with its opacity 0-255, width in mm."""
    options = {
        "color": fill,
        "outline_color": f"{outline},255",
        "outline_width": f"{width:g}",
        "style": "solid",
    }
    return _symbol("fill", "SimpleFill", options)
