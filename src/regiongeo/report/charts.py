"""The pictures of the report: drawn without a screen, readable in print, the same bytes each time."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.ticker import FuncFormatter, MaxNLocator

from regiongeo.i18n import format_number, text
from regiongeo.report.facts import traffic_basis
from regiongeo.report.flowcharts import draw_flow_fit
from regiongeo.report.plancharts import draw_rule_km, draw_served_trips, draw_station_sizes
from regiongeo.report.regionmap import draw_region_map
from regiongeo.report.tables import points_column, ranking_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes

    from regiongeo.i18n import Language
    from regiongeo.result import Result

__all__ = ["CHARTS", "FLOW_CHART", "PLAN_CHARTS", "draw_charts"]

CHARTS = {
    "map": "region.png",
    "top": "top-sites.png",
    "ranks": "rank-intervals.png",
    "basis": "traffic-basis.png",
}
"""File name of each picture that every report has."""

FLOW_CHART = "flow-fit.png"
"""File name of the picture of the truck flows."""

PLAN_CHARTS = {"served": "served-trips.png", "sizes": "station-sizes.png", "rules": "rule-km.png"}
"""File name of each picture of station plan and rule check."""

_TOP = 15
_DPI = 150
_METADATA: dict[str, Any] = {"Software": None}
_LONGEST_NAME = 58
# Paul Tol's "muted" scheme: eight colours people with any colour vision tell apart.
_COLOURS = ("#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255")
_BASIS_COLOURS = {
    "section": ("#004488", "white"),
    "count": ("#6699CC", "black"),
    "road_municipality": ("#BBCCEE", "black"),
    "modelled": ("#EECC66", "black"),
    "none": ("#DDDDDD", "black"),
}
_READABLE = 5  # per cent of a bar that has room for its figure
_MOST_TICKS = 12
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    # A dollar sign in a name is a dollar sign, not a formula.
    "text.parse_math": False,
}


def draw_charts(result: Result, folder: Path, *, lang: Language) -> None:
    """Write the pictures of the report as PNG: map, score parts, rank intervals, traffic basis.

    Besides flows, served trips, station sizes and rule kilometres, where the result holds them.
    """
    drawings = {
        CHARTS["map"]: draw_region_map,
        CHARTS["top"]: draw_top_sites,
        CHARTS["ranks"]: draw_rank_intervals,
        CHARTS["basis"]: draw_basis,
        **({FLOW_CHART: draw_flow_fit} if result.flows is not None else {}),
        **_plan_drawings(result),
    }
    with plain_style():
        for file, draw in drawings.items():
            figure = Figure(layout="constrained", facecolor="white", dpi=_DPI)
            draw(result, figure, lang=lang)
            # A canvas before would draw the figure for each layer, and savefig draws it twice.
            canvas: Any = FigureCanvasAgg(figure)
            canvas.draw()
            imsave(folder / file, canvas.buffer_rgba(), dpi=_DPI, metadata=_METADATA)


def _plan_drawings(result: Result) -> dict[str, Callable[..., None]]:
    plan, rules = result.plan, result.rules
    drawings = {
        "served": (draw_served_trips, plan is not None and len(plan.service) > 0),
        "sizes": (draw_station_sizes, plan is not None and len(plan.sizes) > 0),
        "rules": (draw_rule_km, rules is not None and len(rules.region_shares) > 0),
    }
    return {PLAN_CHARTS[key]: draw for key, (draw, is_known) in drawings.items() if is_known}


def draw_top_sites(result: Result, figure: Figure, *, lang: Language) -> None:
    """Draw the best sites as bars made of the points of each criterion."""
    table = ranking_table(result).head(_TOP)
    figure.set_size_inches(11, 1.9 + 0.4 * len(table))
    axes = figure.subplots()
    left = table["score_100"] * 0
    for criterion, colour in zip(result.criteria.columns, _COLOURS, strict=True):
        if criterion not in result.weights.index:
            continue
        points = table[points_column(criterion)].fillna(0)
        label = text("criteria", criterion, lang)
        axes.barh(range(len(table)), points, left=left, color=colour, edgecolor="white", label=label)
        left = left + points
    for row, value in enumerate(table["score_100"]):
        axes.text(value + 0.6, row, format_number(value, lang, decimals=1), va="center", fontsize=10)
    _name_rows(axes, table)
    axes.set_xlim(0, min(100, table["score_100"].max() * 1.1 + 1))
    _title(figure, text("report", "chart_top", lang, count=len(table)))
    axes.set_xlabel(text("report", "chart_top_axis", lang))
    _number_axis(axes, lang)
    figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=10)


def draw_rank_intervals(result: Result, figure: Figure, *, lang: Language) -> None:
    """Draw the interval of ranks of the best sites under the weight draws."""
    table = ranking_table(result).head(_TOP)
    figure.set_size_inches(11, 1.4 + 0.4 * len(table))
    axes = figure.subplots()
    rows = range(len(table))
    axes.hlines(rows, table["rank_low"], table["rank_high"], color="#6699CC", linewidth=7)
    axes.plot(table["rank"], rows, "o", color="#004488", markersize=8)
    _name_rows(axes, table)
    worst = int(max(table["rank_high"].max(), len(table)))
    axes.set_xlim(0.5, worst + 0.5)
    axes.set_xticks(_rank_ticks(worst))
    _title(figure, text("report", "chart_ranks", lang))
    axes.set_xlabel(text("report", "chart_ranks_axis", lang))
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.7)
    axes.set_axisbelow(True)


def draw_basis(result: Result, figure: Figure, *, lang: Language) -> None:
    """Draw what share of each kind of road has truck figures of which basis."""
    lengths = traffic_basis(result)
    shares = lengths.div(lengths.sum(axis=1), axis=0) * 100
    figure.set_size_inches(11, 1.8 + 0.55 * len(lengths))
    axes = figure.subplots()
    left = shares.sum(axis=1) * 0
    for basis in shares.columns:
        colour, ink = _BASIS_COLOURS[str(basis)]
        label = text("report", f"basis_{basis}", lang)
        bars = axes.barh(
            range(len(shares)), shares[basis], left=left, color=colour, edgecolor="white", label=label
        )
        words = [f"{format_number(share, lang)} %" if share >= _READABLE else "" for share in shares[basis]]
        axes.bar_label(bars, words, label_type="center", color=ink, fontsize=10)
        left = left + shares[basis]
    names = [_road_kind(str(kind), km, lang) for kind, km in lengths.sum(axis=1).items()]
    axes.set_yticks(range(len(shares)), names)
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    _title(figure, text("report", "chart_basis", lang))
    axes.set_xlabel(text("report", "chart_basis_axis", lang))
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=10)


def _road_kind(category: str, km: float, lang: Language) -> str:
    return f"{text('report', f'category_{category}', lang)}, {format_number(km, lang)} km"


def _rank_ticks(worst: int) -> list[int]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, worst) if worst / step <= _MOST_TICKS)
    return sorted({1, *range(step, worst + 1, step)})


def _name_rows(axes: Axes, table: pd.DataFrame) -> None:
    names = [f"{rank}. {_short(name)}" for rank, name in zip(table["rank"], table["name"], strict=True)]
    axes.set_yticks(range(len(table)), names)
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"


def _title(figure: Figure, words: str) -> None:
    figure.suptitle(words, x=0.01, ha="left", fontsize=14, fontweight="bold")


def _number_axis(axes: Axes, lang: Language) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value, lang)))


@contextmanager
def plain_style() -> Iterator[None]:
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # A name in a script the font lacks shows boxes in a picture; the tables hold it in full.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield
