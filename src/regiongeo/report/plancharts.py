"""The pictures of station plan, sizes and rule check, told apart with any colour vision and in print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from regiongeo.i18n import format_number, text
from regiongeo.report.plantables import plan_table, service_table
from regiongeo.report.ruletables import as_one_line, share_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regiongeo.i18n import Language
    from regiongeo.result import Result, StationPlan

__all__ = ["draw_rule_km", "draw_served_trips", "draw_station_sizes"]

_READABLE = 6  # per cent of the axis that has room for a figure
_LONGEST_NAME = 44
_TRIPS = {
    "free": ("#BBCCEE", "black", ""),
    "added": ("#004488", "white", ""),
    "not": ("#EECC66", "black", ""),
    "impossible": ("#DDDDDD", "black", "///"),
}
# Bluish green, grey and orange-red of Okabe and Ito's scheme.
_KM = {
    "covered": ("#009E73", "white", ""),
    "not_known": ("#CCCCCC", "black", ".."),
    "missing": ("#D55E00", "white", "///"),
}
_INSTALLED, _PEAK, _FUEL = "#BBCCEE", "#004488", {"hydrogen": "#DDAA33", "biogas": "#44AA99"}


def draw_served_trips(result: Result, figure: Figure, *, lang: Language) -> None:
    """Draw for each energy the share of its trips that get through without and with stations, or do not."""
    plan = result.plan
    if plan is None:
        return
    table = service_table(plan)
    left_over = table["failing_trips_per_day"] - table["impossible_trips_per_day"]
    parts = pd.DataFrame(
        {
            "free": table["free_trips_per_day"],
            "added": table["added_trips_per_day"],
            "not": left_over.clip(lower=0),
            "impossible": table["impossible_trips_per_day"],
        }
    )
    figure.set_size_inches(11, 2.0 + 0.9 * len(table))
    axes = figure.subplots()
    shares = parts.div(parts.sum(axis=1).where(lambda total: total > 0), axis=0).fillna(0.0) * 100
    _stack(axes, shares, parts, looks=_TRIPS, lang=lang)
    rows = [
        text(
            "plan", "chart_served_row", lang, energy=text("plan", f"offer_{energy}", lang),
            trips=format_number(row["all_trips_per_day"], lang), km=format_number(row["range_km"], lang),
        )
        for energy, row in table.iterrows()
    ]  # fmt: skip
    _finish(axes, rows, end=100, lang=lang)
    axes.set_xlabel(text("plan", "chart_served_axis", lang))
    _title(figure, text("plan", "chart_served", lang))
    figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=10)


def draw_station_sizes(result: Result, figure: Figure, *, lang: Language) -> None:
    """Draw installed power, peak and free grid of each charging station, kilograms a day of the others."""
    plan = result.plan
    if plan is None:
        return
    panels = _panels(result, plan)
    heights = [len(own) + 1.2 for own in panels.values()]
    figure.set_size_inches(11, 1.6 + 0.48 * sum(heights))
    grid = figure.add_gridspec(len(panels), 1, height_ratios=heights)
    for number, (energy, own) in enumerate(panels.items()):
        axes = figure.add_subplot(grid[number, 0])
        if energy == "battery":
            _draw_power(axes, own, lang)
        else:
            _draw_fuel(axes, own, _FUEL[energy], lang)
        _finish(axes, [_short(str(name)) for name in own["name"]], end=None, lang=lang)
        axes.set_title(text("plan", f"offer_{energy}", lang), loc="left", fontsize=12)
    _title(figure, text("plan", "chart_sizes", lang))
    if "battery" in panels:
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=10)


def draw_rule_km(result: Result, figure: Figure, *, lang: Language) -> None:
    """Draw the kilometres of the region covered, not known and missing, by deadline, with what is required.

    Where today's stations were checked alone, they have a bar of their own.
    """
    table = _rule_rows(result, lang)
    figure.set_size_inches(11, 1.8 + 0.5 * len(table))
    axes = figure.subplots()
    km = table[[f"{name}_km" for name in _KM]].set_axis(list(_KM), axis="columns")
    _stack(axes, km, km, looks=_KM, lang=lang)
    required = table["required_share"] * table["length_km"]
    rows = range(len(table))
    axes.vlines(
        required, [row - 0.44 for row in rows], [row + 0.44 for row in rows], color="black", linewidth=2.5,
        label=text("plan", "chart_required", lang),
    )  # fmt: skip
    _finish(axes, list(table.index), end=float(table["length_km"].max()) * 1.02 + 0.1, lang=lang)
    axes.set_xlabel(text("plan", "chart_rules_axis", lang))
    _title(figure, text("plan", "chart_rules", lang))
    figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=10)


def _rule_rows(result: Result, lang: Language) -> pd.DataFrame:
    """Return the shares of the region by the words of their row, today's before those with the plan."""
    if result.rules is None:
        return pd.DataFrame()
    checks = {"chart_rules_today": result.rules_today, "chart_rules_plan": result.rules}
    if result.rules_today is None:
        checks = {"chart_rules_row": result.rules}
    tables = [
        as_one_line(share_table(check)).reset_index().assign(row=row)
        for row, check in checks.items()
        if check is not None
    ]
    order = ["requirement", "deadline", "row"]
    rows = pd.concat(tables).sort_values(order, ascending=[True, True, False], kind="stable")
    words = [
        text("plan", row, lang, requirement=text("rules", requirement, lang), deadline=deadline)
        for requirement, deadline, row in rows[order].itertuples(index=False, name=None)
    ]
    return rows.set_axis(words, axis="index")


def _panels(result: Result, plan: StationPlan) -> dict[str, pd.DataFrame]:
    table = plan_table(result, plan)
    new = pd.DataFrame(table[table["station_points"].notna()].drop(columns="geometry"))
    return {str(energy): own for energy, own in new.groupby(level="energy", sort=False)}


def _draw_power(axes: Axes, own: pd.DataFrame, lang: Language) -> None:
    rows = range(len(own))
    axes.barh(rows, own["installed_mw"], color=_INSTALLED, label=text("plan", "chart_installed", lang))
    axes.barh(rows, own["peak_high_mw"], height=0.4, color=_PEAK, label=text("plan", "chart_peak", lang))
    free = own["free_grid_mw"].to_numpy(dtype=float)
    grid = "chart_grid" if np.isfinite(free).any() else "chart_grid_unknown"
    axes.plot(
        free, rows, linestyle="none", marker="D", markersize=9,
        markerfacecolor="#EECC66", markeredgecolor="black", label=text("plan", grid, lang),
        clip_on=False, zorder=4,
    )  # fmt: skip
    ends = own[["installed_mw", "peak_high_mw", "free_grid_mw"]].max(axis=1)
    _write_points(axes, own, ends, lang)
    axes.set_xlabel(text("plan", "chart_mw", lang))


def _draw_fuel(axes: Axes, own: pd.DataFrame, colour: str, lang: Language) -> None:
    axes.barh(range(len(own)), own["fuel_kg_d"], color=colour)
    _write_points(axes, own, own["fuel_kg_d"], lang)
    axes.set_xlabel(text("plan", "chart_kg", lang))


def _write_points(axes: Axes, own: pd.DataFrame, ends: pd.Series[float], lang: Language) -> None:
    """Write the number of points behind each bar, with room for it."""
    ends = ends.fillna(0.0)
    widest = max(float(ends.max()), 0.1)
    axes.set_xlim(0, widest * 1.2)
    for row, (end, points) in enumerate(zip(ends, own["station_points"], strict=True)):
        words = text("plan", "chart_points", lang, points=format_number(points, lang))
        axes.text(end + 0.02 * widest, row, words, va="center", fontsize=10)


def _stack(
    axes: Axes,
    lengths: pd.DataFrame,
    figures: pd.DataFrame,
    *,
    looks: dict[str, tuple[str, str, str]],
    lang: Language,
) -> None:
    """Draw stacked bars, one row each, with the figure in each part that has room for it."""
    left = lengths.sum(axis=1) * 0
    room = _READABLE / 100 * float(lengths.sum(axis=1).max())
    for name, (colour, ink, hatch) in looks.items():
        bars = axes.barh(
            range(len(lengths)), lengths[name], left=left, color=colour, hatch=hatch, edgecolor="white",
            label=text("plan", f"chart_{name}", lang),
        )  # fmt: skip
        words = [
            format_number(value, lang) if length >= room else ""
            for value, length in zip(figures[name], lengths[name], strict=True)
        ]
        labels = axes.bar_label(bars, words, label_type="center", color=ink, fontsize=10)
        if hatch:
            for label in labels:
                label.set_bbox({"facecolor": colour, "edgecolor": "none", "pad": 1.5})
        left = left + lengths[name]


def _finish(axes: Axes, rows: list[str], *, end: float | None, lang: Language) -> None:
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    if end is not None:
        axes.set_xlim(0, end)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))
    decimals = 0 if axes.get_xlim()[1] >= 8 else 1  # noqa: PLR2004 - below, ticks are not whole
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: format_number(value, lang, decimals=decimals))
    )


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"


def _title(figure: Figure, words: str) -> None:
    figure.suptitle(words, x=0.01, ha="left", fontsize=14, fontweight="bold")
