"""What the atlas' pictures share: frame, title, source line, classes of a map and its legend."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from regiongeo.atlas.classes import class_edges
from regiongeo.i18n import format_number, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regiongeo.atlas.model import Atlas
    from regiongeo.i18n import Language

__all__ = [
    "AWAY",
    "BLUE",
    "FAINT",
    "GREY",
    "HALO",
    "RED",
    "borders",
    "draw_classes",
    "frame_map",
    "head",
    "name_places",
    "signed",
]

BLUE, RED, GREY, FAINT, AWAY = "#004488", "#BB5566", "#8A8A8A", "#BBB5A8", "#D9D5CB"
"""Colours of Tol's high-contrast scheme, told apart with any colour vision; greys for what stands behind."""
HALO = withStroke(linewidth=2.5, foreground="white")

_BORDER, _MISSING = "#FFFFFF", "#EDEBE6"
_DOWN, _UP = ("#7F3B08", "#C8772A", "#F2C493"), ("#B9D7EA", "#5796C4", "#163F75")
"""Decline and growth, as on the page; what lies nearest to 0 is palest."""
_LOOSE_M = 250.0


def head(figure: Figure, title: str, *, sources: Sequence[str], lang: Language, below: str = "") -> None:
    """Write the finding above a picture, and below it what it rests on."""
    figure.suptitle(title, x=0.01, ha="left", fontsize=15, fontweight="bold")
    credit = text("atlas_charts", "source", lang, sources="; ".join(sources))
    words = f"{below} {credit}".strip()
    figure.supxlabel(words, x=0.01, ha="left", fontsize=9, color="#555555")


def signed(value: float, lang: Language, *, decimals: int = 0) -> str:
    """Write a change with its sign."""
    told = format_number(value, lang, decimals=decimals)
    return f"+{told}" if value > 0 else told


def draw_classes(
    axes: Axes, shapes: gpd.GeoDataFrame, values: pd.Series, *, lang: Language, decimals: int = 0,
    has_sign: bool = False, title: str = "",
) -> None:  # fmt: skip
    """Fill areas by the class of their value, with a legend of classes; missing ones are hatched."""
    edges = class_edges(values.to_numpy(dtype=float), has_sign=has_sign)
    side = len(edges) // 2 + 1
    colours = [*_DOWN[-side:], *_UP[:side]] if has_sign else _sequence(len(edges) + 1)
    drawn = shapes.set_geometry(shapely.coverage_simplify(shapes.geometry.to_numpy(), _LOOSE_M))
    own = values.reindex(shapes.index)
    at = np.searchsorted(edges, own.to_numpy(dtype=float), side="right")
    is_known = own.notna().to_numpy()
    handles = []
    for number, words in enumerate(_class_words(edges, own, lang, decimals)):
        part = drawn[is_known & (at == number)]
        if len(part):
            part.plot(ax=axes, color=[colours[number]], edgecolor=_BORDER, linewidth=0.5)
        handles.append(Patch(facecolor=colours[number], label=f"{words} ({len(part)})"))
    if not is_known.all():
        drawn[~is_known].plot(ax=axes, facecolor=_MISSING, edgecolor=GREY, hatch="///", linewidth=0.3)
        words = text("atlas_charts", "no_data", lang)
        handles.append(
            Patch(facecolor=_MISSING, edgecolor=GREY, hatch="///", label=f"{words} ({(~is_known).sum()})")
        )
    legend = axes.legend(
        handles=handles, title=title, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False,
        alignment="left", fontsize=11, title_fontsize=11,
    )  # fmt: skip
    legend.set_in_layout(True)


def _sequence(count: int) -> list[str]:
    return [to_hex(colour) for colour in colormaps["cividis_r"](np.linspace(0.02, 0.98, count))]


def frame_map(axes: Axes, shapes: gpd.GeoDataFrame) -> None:
    """Show a map in equal scale both ways, without axes."""
    west, south, east, north = shapes.total_bounds
    margin = 0.02 * (east - west)
    axes.set(xlim=(west - margin, east + margin), ylim=(south - margin, north + margin), aspect="equal")
    axes.set_axis_off()


def name_places(axes: Axes, places: gpd.GeoSeries, names: Sequence[str], *, size: float = 8) -> None:
    """Write names at points, with a white rim."""
    for point, name in zip(places, names, strict=True):
        axes.annotate(
            name, (point.x, point.y), fontsize=size, ha="center", va="center", path_effects=[HALO], zorder=9,
            color="#222222",
        )  # fmt: skip


def borders(axes: Axes, atlas: Atlas) -> None:
    """Draw the borders of subregions."""
    loose = shapely.coverage_simplify(atlas.subregions.geometry.to_numpy(), _LOOSE_M)
    atlas.subregions.set_geometry(loose).boundary.plot(ax=axes, color="#333333", linewidth=0.9, zorder=5)


def _class_words(edges: Sequence[float], values: pd.Series, lang: Language, decimals: int) -> list[str]:
    told = [format_number(edge, lang, decimals=decimals if edge else 0) for edge in edges]
    if not told:
        return (
            [format_number(float(values.dropna().min()), lang, decimals=decimals)]
            if values.notna().any()
            else []
        )
    between = [
        text("atlas_charts", "class_between", lang, low=low, high=high) for low, high in pairwise(told)
    ]
    return [
        text("atlas_charts", "class_below", lang, high=told[0]),
        *between,
        text("atlas_charts", "class_above", lang, low=told[-1]),
    ]
