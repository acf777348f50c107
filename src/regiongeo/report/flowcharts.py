"""The picture of the truck flows: counted against modelled, for counts used and not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter

from regiongeo.flows.validation import geh
from regiongeo.i18n import format_number, text
from regiongeo.report.flowtables import fit_of, peak_share

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from regiongeo.flows import FlowResult
    from regiongeo.i18n import Language
    from regiongeo.result import Result

    Floats = NDArray[np.float64]

__all__ = ["draw_flow_fit", "geh_band"]

_GOOD = 5.0
_NAMED = 5
_LONGEST_NAME = 28
_NAME_STEP, _NAME_GAP = 0.035, 0.05
"""Least distance of two names above each other and of a name from its point, as a share of the axis."""
_SETS = (("used", "modelled_trucks"), ("held_out", "heldout_trucks"))
_STRONG, _WEAK, _BAND = "#004488", "#DDAA33", "#E4ECF4"
_HALO = withStroke(linewidth=2.5, foreground="white")


def draw_flow_fit(result: Result, figure: Figure, *, lang: Language) -> None:
    """Draw modelled over counted trucks: counts used at the left, points and sections held out at the right.

    With the line of equality, the band of GEH below 5, and the names of the worst counts.
    """
    flows = result.flows
    if flows is None:
        return
    counts = flows.observations[flows.observations["is_used"]].sort_index()
    columns = ["observed_trucks", *(column for _, column in _SETS)]
    end = 1.05 * max(float(np.nanmax(counts[columns].to_numpy(dtype=float))), 1.0)
    figure.set_size_inches(13, 7.4)
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, (key, column) in zip(panels, _SETS, strict=True):
        _draw_band(axes, end, peak_share(flows), lang)
        shown = counts.dropna(subset=column)
        if key == "held_out":
            shown = shown[shown["basis"] != "road_municipality"]
        _draw_counts(axes, shown, column, lang)
        axes.set(xlim=(0, end), ylim=(0, end), aspect="equal")
        _name_worst(axes, shown, column, hour_share=peak_share(flows))
        axes.set_title(_panel_title(flows, key, lang), loc="left", fontsize=12)
        axes.set_xlabel(text("report", "chart_flows_observed", lang))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value, lang)))
    panels[0].set_ylabel(text("report", "chart_flows_modelled", lang))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=10)
    title = text("report", "chart_flows", lang)
    figure.suptitle(title, x=0.01, ha="left", fontsize=14, fontweight="bold")


def geh_band(observed: Floats, *, limit: float, hour_share: float) -> tuple[Floats, Floats]:
    """Return the least and the largest volume whose GEH stays within a limit [vehicles/day].

    With ``k = limit² / (2 · hour_share)`` the roots in m of ``(m - c)² = k (m + c)``:
    ``m = c + (k ± sqrt(k² + 8 k c)) / 2``, not below 0.
    """
    k = limit**2 / (2 * hour_share)
    reach = np.sqrt(k**2 + 8 * k * observed)
    return np.maximum(observed + (k - reach) / 2, 0.0), observed + (k + reach) / 2


def _draw_band(axes: Axes, end: float, hour_share: float, lang: Language) -> None:
    observed = np.linspace(0, end, 200)
    low, high = geh_band(observed, limit=_GOOD, hour_share=hour_share)
    axes.fill_between(observed, low, high, color=_BAND, label=text("report", "chart_flows_band", lang))
    axes.plot(
        [0, end], [0, end], color="#555555", linewidth=1, label=text("report", "chart_flows_equal", lang)
    )


def _draw_counts(axes: Axes, counts: pd.DataFrame, column: str, lang: Language) -> None:
    is_weak = counts["basis"] == "road_municipality"
    for chosen, key, colour, marker in (
        (counts[is_weak], "chart_flows_weak", _WEAK, "D"),
        (counts[~is_weak], "chart_flows_strong", _STRONG, "o"),
    ):
        axes.scatter(
            chosen["observed_trucks"], chosen[column], s=30, c=colour, marker=marker, alpha=0.8,
            edgecolors="white", linewidths=0.6, zorder=3, label=text("report", key, lang),
        )  # fmt: skip


def _name_worst(axes: Axes, counts: pd.DataFrame, column: str, *, hour_share: float) -> None:
    """Name the worst counts in two columns clear of the points, each name clear of the one below."""
    errors = counts.assign(error=geh(counts[column], counts["observed_trucks"], hour_share=hour_share))
    worst = errors[errors["error"] >= _GOOD].sort_values("error", ascending=False, kind="stable").head(_NAMED)
    ordered = worst.sort_values([column, "observed_trucks"], kind="stable")
    end = axes.get_xlim()[1]
    is_left = ordered["observed_trucks"] < end / 2
    start = ordered.loc[is_left, "observed_trucks"].max() + _NAME_GAP * end
    free = _NAME_STEP * end / 2
    for name, x, y in ordered[["name", "observed_trucks", column]].itertuples(index=False):
        height = max(y, free)
        free = height + _NAME_STEP * end
        at, side = (start, "left") if x < end / 2 else (x - _NAME_GAP * end, "right")
        axes.annotate(
            _short(str(name)), (x, y), xytext=(at, height), fontsize=9, va="center", ha=side,
            path_effects=[_HALO], zorder=4,
            arrowprops={"arrowstyle": "-", "color": "#888888", "linewidth": 0.7, "shrinkB": 3},
        )  # fmt: skip


def _panel_title(flows: FlowResult, key: str, lang: Language) -> str:
    fit = fit_of(flows, key, "estimated")
    if np.isnan(fit["share_below_5"]):
        return text("report", f"chart_flows_{key}_none", lang)
    share, n = format_number(100 * fit["share_below_5"], lang), int(fit["n"])
    return text("report", f"chart_flows_{key}", lang, share=share, n=n)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
