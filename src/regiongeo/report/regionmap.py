"""The map of the written report: roads by trucks, the best sites by number, portfolio and station plan."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from shapely import get_coordinates

from regiongeo.crs import Box
from regiongeo.i18n import format_number, text
from regiongeo.report.styles import describe_range
from regiongeo.report.tables import link_table, ranking_table
from regiongeo.result import TRUCK_CLASSES

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regiongeo.i18n import Language
    from regiongeo.result import Result, StationPlan

__all__ = ["draw_region_map"]

_TOP = 10
_ROAD_COLOURS = ("#FDCC8A", "#FC8D59", "#E34A33", "#B30000", "#7F0000")
_LAND, _AROUND, _BORDER, _GREY = "#F3EFE6", "#FAF9F6", "#C9C4B8", "#8A8A8A"
_SEA = "#D6E6EF"
_WIDTH_IN = 10.0
_CROWDED = 1 / 3
"""Share of the region's width: best sites closer together than this get a map of their own."""
_LEAST_MARGIN_M = 4_000
_DASHED = (0, (2.5, 1.2))
_HALO = withStroke(linewidth=2.5, foreground="white")


def draw_region_map(result: Result, figure: Figure, *, lang: Language) -> None:
    """Draw the region in EPSG:25832, and beside it a detail where the best sites stand close together."""
    region = Box(*result.region.total_bounds)
    sites = ranking_table(result)
    best = Box(*sites[sites["rank"] <= _TOP].total_bounds)
    crowded = _width(best) < _CROWDED * _width(region)
    views = [_frame(region, margin=0.02 * _width(region))]
    if crowded:
        views.append(_frame(best, margin=max(_LEAST_MARGIN_M, 0.1 * _width(best))))
    height = min(16.0, max(5.0, _WIDTH_IN * _height(region) / _width(region)))
    figure.set_size_inches(_WIDTH_IN * (1.6 if crowded else 1), height)
    links = link_table(result)
    for axes, view in zip(_side_by_side(figure, len(views)), views, strict=True):
        _draw_view(axes, view, result, links=links, sites=sites, lang=lang)
    if crowded:
        detail = text("report", "chart_map_detail", lang, count=min(_TOP, len(sites)))
        figure.axes[1].set_title(detail, loc="left", fontsize=12)
        figure.axes[1].set_anchor("N")
    words = text("report", "chart_map", lang, scenario=result.scenario.name)
    figure.suptitle(words, x=0.01, ha="left", fontsize=14, fontweight="bold")
    figure.axes[0].legend(
        handles=_legend(lang, with_flows=result.flows is not None, with_plan=result.plan is not None),
        loc="upper left",
        fontsize=9,
        framealpha=0.95,
        edgecolor="none",
    )


def _side_by_side(figure: Figure, count: int) -> list[Axes]:
    """Return one wide map, or a map and a narrower detail."""
    grid = figure.add_gridspec(1, count, width_ratios=[5, 3][:count])
    return [figure.add_subplot(grid[0, number]) for number in range(count)]


def _draw_view(
    axes: Axes,
    view: Box,
    result: Result,
    *,
    links: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    lang: Language,
) -> None:
    _draw_land(axes, result)
    _draw_roads(axes, links)
    _draw_places(axes, result)
    _draw_sites(axes, sites)
    if result.plan is not None:
        _draw_plan(axes, result, result.plan, lang)
    corner = (view.west + 0.04 * _width(view), view.south + 0.03 * _height(view))
    _draw_scale(axes, corner, _width(view) / 5, lang)
    axes.set(xlim=(view.west, view.east), ylim=(view.south, view.north), aspect="equal")
    axes.set(facecolor="white", xticks=[], yticks=[], xlabel="", ylabel="")
    for edge in axes.spines.values():
        edge.set(visible=True, color=_BORDER)


def _width(box: Box) -> float:
    return box.east - box.west


def _height(box: Box) -> float:
    return box.north - box.south


def _frame(box: Box, *, margin: float) -> Box:
    return Box(box.west - margin, box.south - margin, box.east + margin, box.north + margin)


def _draw_land(axes: Axes, result: Result) -> None:
    if len(result.reference.sea):
        result.reference.sea.plot(ax=axes, color=_SEA, edgecolor="none", zorder=0)
    result.reference.municipalities.plot(ax=axes, color=_AROUND, edgecolor="none", zorder=0)
    result.region.plot(ax=axes, color=_LAND, edgecolor=_BORDER, linewidth=0.4, zorder=1)
    result.subregions.boundary.plot(ax=axes, color="#6E6A60", linewidth=0.9, zorder=2)


def _draw_roads(axes: Axes, links: gpd.GeoDataFrame) -> None:
    unknown = links[links["truck_aadt"].isna() & links["road_category"].isin(["E", "R", "F"])]
    _draw_lines(axes, unknown, colour="#BDBDBD", width=0.5, zorder=3)
    for number, (low, high) in enumerate(pairwise((0, *TRUCK_CLASSES, np.inf))):
        of_class = links[(links["truck_aadt"] >= low) & (links["truck_aadt"] < high)]
        is_modelled = of_class["traffic_basis"] == "modelled"
        look: dict[str, Any] = {"colour": _ROAD_COLOURS[number], "width": 0.9 + 0.8 * number}
        _draw_lines(axes, of_class[~is_modelled], **look, zorder=4 + number)
        _draw_lines(axes, of_class[is_modelled], **look, zorder=4 + number, style=_DASHED)


def _draw_lines(
    axes: Axes, links: gpd.GeoDataFrame, *, colour: str, width: float, zorder: int, style: object = "solid"
) -> None:
    lines = [get_coordinates(line) for line in links.geometry]
    ends: Any = {"capstyle": "round"} if style == "solid" else {"linestyles": [style], "capstyle": "butt"}
    axes.add_collection(LineCollection(lines, colors=colour, linewidths=width, zorder=zorder, **ends))


def _draw_places(axes: Axes, result: Result) -> None:
    places = result.reference.places
    for place in places[places["rank"] == 1].itertuples():
        point = place.geometry
        axes.annotate(
            place.name,
            (point.x, point.y),
            fontsize=9,
            color="#444444",
            path_effects=[_HALO],
            zorder=11,
            clip_on=True,
        )


def _draw_sites(axes: Axes, table: gpd.GeoDataFrame) -> None:
    axes.plot(table.geometry.x, table.geometry.y, "o", color=_GREY, markersize=2.6, zorder=10)
    chosen = table[table["in_portfolio"]]
    axes.plot(chosen.geometry.x, chosen.geometry.y, **_STAR, zorder=12)
    # The best last, so that it lies on top where pins meet.
    for site in table[table["rank"] <= _TOP].iloc[::-1].itertuples():
        point = site.geometry
        axes.plot(point.x, point.y, **_PIN, zorder=13)
        axes.text(
            point.x, point.y, str(site.rank), color="white", fontsize=8, fontweight="bold", ha="center",
            va="center_baseline", zorder=13, clip_on=True,
        )  # fmt: skip


def _draw_plan(axes: Axes, result: Result, plan: StationPlan, lang: Language) -> None:
    """Ring each new site and write beside it, by letters, which energies it offers."""
    for site_id in plan.sites:
        point = result.sites.geometry[site_id]
        offered = [energy for energy in plan.service.index if (site_id, energy) in plan.offers.index]
        axes.plot(point.x, point.y, **_RING, zorder=14)
        tag = axes.annotate(
            " ".join(text("map", f"letter_{energy}", lang) for energy in offered),
            (point.x, point.y),
            xytext=(9, 9),
            textcoords="offset points",
            fontsize=9,
            fontweight="bold",
            bbox=_TAG,
            zorder=14,
            clip_on=True,
        )
        tag.set_in_layout(False)  # one beyond the frame would else take its room


_RING: dict[str, Any] = {
    "marker": "o",
    "color": "none",
    "markersize": 12,
    "markeredgecolor": "black",
    "markeredgewidth": 2,
    "linestyle": "none",
}
_TAG: dict[str, Any] = {"boxstyle": "round,pad=0.2", "facecolor": "#FFD84D", "edgecolor": "black"}
_PIN: dict[str, Any] = {
    "marker": "o",
    "color": "#004488",
    "markersize": 13,
    "markeredgecolor": "white",
    "linestyle": "none",
}
_STAR: dict[str, Any] = {
    "marker": "*",
    "color": "#FFB000",
    "markersize": 24,
    "markeredgecolor": "black",
    "linestyle": "none",
}


def _draw_scale(axes: Axes, corner: tuple[float, float], room: float, lang: Language) -> None:
    """Draw a bar of 1, 2 or 5 times a power of ten kilometres."""
    x, y = corner
    power = 10 ** np.floor(np.log10(room))
    length = max(step * power for step in (1, 2, 5) if step * power <= room)
    axes.plot([x, x + length], [y, y], color="black", linewidth=3, solid_capstyle="butt", zorder=14)
    words = f"{format_number(length / 1000, lang)} km"
    axes.annotate(
        words,
        (x + length / 2, y),
        xytext=(0, 4),
        textcoords="offset points",
        ha="center",
        fontsize=9,
        path_effects=[_HALO],
        zorder=14,
    )


def _legend(lang: Language, *, with_flows: bool, with_plan: bool) -> list[Line2D]:
    edges = (None, *TRUCK_CLASSES, None)
    roads = [
        Line2D(
            [],
            [],
            color=_ROAD_COLOURS[number],
            linewidth=0.9 + 0.8 * number,
            label=describe_range(low, high, lang),
        )
        for number, (low, high) in enumerate(pairwise(edges))
    ]
    sites = [
        Line2D([], [], label=text("report", "chart_map_top", lang, count=_TOP), **{**_PIN, "markersize": 10}),
        Line2D([], [], label=text("report", "chart_map_portfolio", lang), **{**_STAR, "markersize": 15}),
        Line2D(
            [],
            [],
            color=_GREY,
            marker="o",
            markersize=3,
            linestyle="none",
            label=text("report", "chart_map_sites", lang),
        ),
    ]
    unknown = Line2D([], [], color="#BDBDBD", linewidth=0.8, label=text("report", "no_basis", lang))
    modelled = Line2D(
        [], [], color=_ROAD_COLOURS[1], linewidth=1.7, linestyle=_DASHED,
        label=text("report", "chart_map_modelled", lang),
    )  # fmt: skip
    plan = Line2D([], [], label=text("plan", "chart_map_plan", lang), **_RING)
    return [
        *([plan] if with_plan else []),
        *sites,
        *roads[::-1],
        *([modelled] if with_flows else []),
        unknown,
    ]
