"""QGIS styles (QML) for the layers of ``atlas.gpkg``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps

from regiongeo.atlas.classes import class_edges
from regiongeo.i18n import format_number, text
from regiongeo.report.atlastables import shape_layers
from regiongeo.report.qml import Rule, area, draw_style, marker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from xml.etree import ElementTree as ET

    from regiongeo.atlas.model import Atlas
    from regiongeo.i18n import Language

__all__ = ["REACH", "atlas_styles"]

REACH = (50_000, 100_000, 200_000, 400_000, 800_000)
"""Edges of the classes of people in reach [persons]."""

_CENTRES = (20_000, 50_000, 100_000)


def atlas_styles(atlas: Atlas, lang: Language) -> dict[str, str]:
    """Return the QML of each layer: density by class, people in reach by class, centres by size."""
    layers = shape_layers(atlas)
    edges = class_edges(layers["municipalities"]["population_density"].to_numpy(dtype=float))
    return {
        "centres": draw_style(
            _classes("size", _CENTRES, lambda at: marker("circle", "0,68,136", 2.0 + 1.4 * at), lang),
            label="name",
            size=8,
        ),
        "subregions": draw_style(
            [Rule(label=text("atlas", "sheet_subregions", lang), symbol=area("0,0,0,0", "60,60,60", 0.6))],
            label="subregion",
            size=9,
        ),
        "municipalities": draw_style(
            _classes("population_density", edges, _filled("cividis_r", edges), lang)
        ),
        "cells": draw_style(_classes("people_within", REACH, _filled("viridis", REACH), lang)),
    }


def _filled(name: str, edges: Sequence[float]) -> Callable[[int], ET.Element]:
    colours = colormaps[name](np.linspace(0.02, 0.98, len(edges) + 1))
    texts = [",".join(str(round(255 * part)) for part in colour[:3]) for colour in colours]
    return lambda at: area(f"{texts[at]},230", "255,255,255", 0.1)


def _classes(
    column: str, edges: Sequence[float], symbol: Callable[[int], ET.Element], lang: Language
) -> list[Rule]:
    told = [format_number(edge, lang) for edge in edges]
    rules = []
    for at in range(len(edges) + 1):
        low, high = ([None, *edges][at], [*edges, None][at])
        parts = [f'"{column}" >= {low:g}'] if low is not None else []
        parts += [f'"{column}" < {high:g}'] if high is not None else []
        if low is None:
            label = text("atlas_charts", "class_below", lang, high=told[0]) if told else column
        elif high is None:
            label = text("atlas_charts", "class_above", lang, low=told[-1])
        else:
            label = text("atlas_charts", "class_between", lang, low=told[at - 1], high=told[at])
        rules.append(Rule(label=label, where=" AND ".join(parts), symbol=symbol(at)))
    return rules
