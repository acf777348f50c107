"""``weights.png``: what each table weighed, one small chart a table, with the mean of all as a mark."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

from regiongeo.i18n import format_number, text
from regiongeo.report.charts import plain_style

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes

    from regiongeo.i18n import Language

__all__ = ["draw_weights"]

_ABREAST = 3
_DPI = 150
_BAR, _MEAN = "#6699CC", "#332288"
_LONGEST_TITLE = 34
_HALO = withStroke(linewidth=3, foreground="white")


def draw_weights(shares: pd.DataFrame, path: Path, *, lang: Language) -> None:
    """Write the weights of the tables as small multiples, all on one scale.

    Parameters
    ----------
    shares
        Weights in per cent, tables × criteria; at least one table.
    path
        PNG to be made.
    lang
        Language of the words.
    """
    rows = ceil(len(shares) / _ABREAST)
    columns = min(_ABREAST, len(shares))
    with plain_style():
        figure = Figure(
            figsize=(4.2 + 2.9 * columns, 1.3 + 2.7 * rows), layout="constrained", facecolor="white"
        )
        FigureCanvasAgg(figure)
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, (table, row) in zip(panels, shares.iterrows(), strict=False):
            _draw_table(axes, str(table), row, shares.mean(), lang=lang)
        for axes in panels[len(shares) :]:
            axes.set_visible(False)
        for axes in panels[len(shares) - columns : len(shares)]:  # the lowest one of each column
            axes.tick_params(labelbottom=True)
        names = [text("criteria", str(name), lang) for name in shares.columns]
        panels[0].set_yticks(range(len(names)), names)
        panels[0].set_ylim(len(names) - 0.4, -0.6)
        panels[0].set_xlim(0, max(10.0, float(shares.max().max()) * 1.18))
        figure.suptitle(
            text("workshop", "chart_weights", lang), x=0.01, ha="left", fontsize=14, fontweight="bold"
        )
        figure.supxlabel(text("workshop", "chart_weights_axis", lang), fontsize=11)
        figure.savefig(path, dpi=_DPI, metadata={"Software": None})


def _draw_table(axes: Axes, table: str, row: pd.Series, mean: pd.Series, *, lang: Language) -> None:
    places = range(len(row))
    bars = axes.barh(places, row, color=_BAR)
    shares = [format_number(share, lang) for share in row]
    axes.bar_label(bars, shares, padding=3, fontsize=9, path_effects=[_HALO], zorder=5)
    axes.vlines(
        mean, [place - 0.42 for place in places], [place + 0.42 for place in places], color=_MEAN, lw=2
    )
    axes.set_title(_short(table), loc="left", fontsize=12)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value, lang)))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_TITLE else f"{name[: _LONGEST_TITLE - 1].rstrip()}…"
