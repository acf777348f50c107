"""The atlas' charts for slides: what grows where, and does the balance improve; titles are findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from regiongeo.atlas.words import figure_words
from regiongeo.i18n import format_number, text
from regiongeo.report.atlasdraw import AWAY, BLUE, FAINT, GREY, RED, head, signed
from regiongeo.report.atlassummary import area_shown
from regiongeo.report.tables import clean_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regiongeo.atlas.model import Atlas
    from regiongeo.i18n import Language

__all__ = [
    "draw_balance",
    "draw_growth_bars",
    "draw_population_change",
    "draw_rank_size",
    "draw_restated",
    "part_kind",
    "parts_by_year",
    "since_year",
]

_SSB = "SSB 07459"
_INDICES = ("gini", "primacy", "rank_size_slope", "urban_centrality")
_BASES = (2020, 2010)
_TOP_RANKS = 6


def part_kind(atlas: Atlas) -> str:
    """Return the kind of areas the pictures compare: subregions, or the municipalities of one."""
    return "subregion" if atlas.subregion is None else "municipality"


def parts_by_year(atlas: Atlas, indicator: str) -> pd.DataFrame:
    """Return an indicator of the parts (rows, by name) and years up to that of the atlas (columns)."""
    figures = atlas.figures
    is_asked = (figures["area_kind"] == part_kind(atlas)) & (figures["indicator"] == indicator)
    rows = figures[is_asked & (figures["year"] <= atlas.year)]
    wide = rows.set_index(["area_name", "year"])["value"].unstack("year")  # noqa: PD010
    return wide.set_axis(wide.index.map(clean_text))


def since_year(atlas: Atlas) -> int | None:
    """Return the latest base year with changes since then; None in or before the first one."""
    return next((base for base in _BASES if base < atlas.year), None)


def draw_population_change(atlas: Atlas, figure: Figure, *, lang: Language) -> None:
    """Draw each part's population as a share of what it was in the first year."""
    people = parts_by_year(atlas, "population")
    first, last = int(people.columns.min()), int(people.columns.max())
    index = people.div(people[first], axis=0) * 100
    order = index[last].sort_values(ascending=False)
    whole = people.sum() / people[first].sum() * 100
    figure.set_size_inches(11, 7)
    axes = figure.subplots()
    for name, row in index.iterrows():
        colour = {order.index[0]: BLUE, order.index[-1]: RED}.get(str(name), FAINT)
        axes.plot(
            row.index,
            row,
            color=colour,
            linewidth=1.2 if colour == FAINT else 2.8,
            zorder=2 + (colour != FAINT),
        )
    axes.plot(whole.index, whole, color="black", linewidth=2, linestyle="--", zorder=4)
    ends = {str(name): float(value) for name, value in order.items()}
    ends[text("atlas_charts", "all_together", lang)] = float(whole[last])
    _label_ends(axes, ends, last, lang)
    axes.set_xlim(first, last + 0.34 * (last - first))
    inner = range(first + 5 - first % 5, last - 1, 5)
    axes.set_xticks([first, *inner, last])
    axes.set_ylabel(text("atlas_charts", "index_axis", lang, first=first))
    told = {
        "most": order.index[0],
        "least": order.index[-1],
        "most_percent": signed(order.iloc[0] - 100, lang),
        "least_percent": signed(order.iloc[-1] - 100, lang),
    }
    title = text("atlas_charts", "change_title", lang, first=first, **told)
    head(figure, title, sources=[_SSB], lang=lang, below=text("atlas_charts", "borders", lang))


def draw_growth_bars(atlas: Atlas, figure: Figure, *, lang: Language) -> None:
    """Draw how many inhabitants each part has gained since the base year."""
    base = since_year(atlas)
    change = parts_by_year(atlas, f"population_since_{base}")[atlas.year].sort_values()
    percent = parts_by_year(atlas, f"population_since_{base}_percent")[atlas.year]
    figure.set_size_inches(11, 1.8 + 0.36 * len(change))
    axes = figure.subplots()
    colours = [BLUE if value >= 0 else RED for value in change]
    bars = axes.barh(change.index, change, color=colours)
    words = [
        f"{signed(value, lang)} ({signed(percent[name], lang, decimals=1)} %)"
        for name, value in zip(map(str, change.index), change, strict=True)
    ]
    axes.bar_label(bars, words, padding=4, fontsize=10)
    axes.margins(x=0.2, y=0.01)
    axes.tick_params(axis="y", length=0)
    _number_axis(axes, lang)
    axes.set_xlabel(text("atlas_charts", "growth_axis", lang, base=base, year=atlas.year))
    most = {"most": change.index[-1], "base": base, "count": format_number(change.iloc[-1], lang)}
    key = "growth_title" if change.min() >= 0 and change.sum() > 0 else "growth_mixed_title"
    share = format_number(100 * change.iloc[-1] / max(change.sum(), 1), lang)
    title = text("atlas_charts", key, lang, share=share, **most)
    head(figure, title, sources=[_SSB], lang=lang, below=text("atlas_charts", "borders", lang))


def draw_rank_size(atlas: Atlas, figure: Figure, *, lang: Language) -> None:
    """Draw the municipalities by rank and size, first year against the atlas' own."""
    figures = atlas.figures
    is_asked = (figures["area_kind"] == "municipality") & (figures["indicator"] == "population")
    people = figures[is_asked].set_index(["area_name", "year"])["value"].unstack("year")  # noqa: PD010
    first = int(people.columns.min())
    figure.set_size_inches(11, 7)
    axes = figure.subplots()
    ratios = {}
    for year, colour in ((first, GREY), (atlas.year, BLUE)):
        ordered = people[year].sort_values(ascending=False)
        rank = np.arange(1, len(ordered) + 1)
        axes.plot(rank, ordered, "o-", color=colour, markersize=4, linewidth=1, label=str(year))
        ratios[year] = float(ordered.iloc[0] / ordered.iloc[1])
    ordered = people[atlas.year].sort_values(ascending=False)
    expected = ordered.iloc[0] / np.arange(1, len(ordered) + 1)
    axes.plot(
        np.arange(1, len(ordered) + 1), expected, color=RED, linestyle="--", linewidth=1.2,
        label=text("atlas_charts", "zipf", lang),
    )  # fmt: skip
    for at, (name, size) in enumerate(ordered.head(_TOP_RANKS).items(), 1):
        axes.annotate(
            clean_text(str(name)), (at, size), xytext=(6, 7), textcoords="offset points", fontsize=9,
            rotation=28, color=BLUE,
        )  # fmt: skip
    axes.set(xscale="log", yscale="log")
    axes.set_xticks([rank for rank in (1, 2, 3, 5, 10, 20, 50) if rank <= len(ordered)])
    axes.set_xlabel(text("atlas_charts", "rank_axis", lang))
    axes.set_ylabel(text("atlas_charts", "size_axis", lang))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value, lang)))
        axis.set_minor_formatter(FuncFormatter(lambda _value, _at: ""))
    axes.legend(frameon=False, loc="lower left", fontsize=11)
    told = {
        "name": clean_text(str(ordered.index[0])),
        "before": format_number(ratios[first], lang, decimals=1),
        "now": format_number(ratios[atlas.year], lang, decimals=1),
    }
    title = text("atlas_charts", "rank_title", lang, first=first, **told)
    head(figure, title, sources=[_SSB], lang=lang, below=text("atlas_charts", "rank_below", lang))


def draw_balance(atlas: Atlas, figure: Figure, *, lang: Language) -> None:
    """Draw indices of the balance over the years, each with the fan of its steady change."""
    kind, area_id = area_shown(atlas)
    figures = atlas.figures
    own = figures[(figures["area_kind"] == kind) & (figures["area_id"] == area_id)]
    shown = [f"population_{key}" for key in _INDICES if f"population_{key}" in set(own["indicator"])]
    figure.set_size_inches(11, 7.4)
    panels = figure.subplots(2, 2, squeeze=False).ravel()
    readings = []
    for axes, indicator in zip(panels, shown, strict=False):
        values = own[own["indicator"] == indicator].set_index("year")["value"].dropna()
        reading: pd.Series = atlas.readings.T[(kind, area_id, indicator)]
        readings.append(str(reading["reading"]))
        _draw_index(axes, values, reading, indicator, lang)
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    away, towards = readings.count("balance_away"), readings.count("balance_towards")
    key = "away" if away > towards else "towards" if towards > away else "unclear"
    told = {"count": max(away, towards), "all": len(readings), "first": int(values.index.min())}
    title = text("atlas_charts", f"balance_title_{key}", lang, **told)
    head(figure, title, sources=[_SSB], lang=lang, below=text("atlas_charts", "balance_below", lang))


def draw_restated(atlas: Atlas, figure: Figure, *, lang: Language) -> None:
    """Draw the stated change of emissions 2019-2020: per cent as printed, and per cent of 2019."""
    table = atlas.restated.drop(index="total").sort_values("percent_of_2020", ascending=False)
    middle = (table["percent_of_2019_low"] + table["percent_of_2019_high"]) / 2
    honest = table["percent_of_2019"].fillna(middle)
    figure.set_size_inches(11, 6)
    axes = figure.subplots()
    rows = np.arange(len(table))
    printed = table["percent_of_2020"]
    axes.hlines(rows, printed, honest, color=AWAY, linewidth=2, zorder=1)
    axes.plot(printed, rows, "o", color="white", markeredgecolor=RED, markersize=9, markeredgewidth=1.8,
              label=text("atlas_charts", "restated_printed", lang))  # fmt: skip
    axes.plot(
        honest, rows, "o", color=BLUE, markersize=8, label=text("atlas_charts", "restated_honest", lang)
    )
    for row, (before, now) in enumerate(zip(printed, honest, strict=True)):
        axes.annotate(f"{format_number(now, lang)} %", (now, row), xytext=(9, 0), textcoords="offset points",
                      va="center", fontsize=10, color=BLUE)  # fmt: skip
        if before < now - 4:  # nearer than that the two figures would lie on each other
            axes.annotate(
                f"{format_number(before, lang)} %", (before, row), xytext=(-9, 0), ha="right", va="center",
                textcoords="offset points", fontsize=10, color=RED,
            )  # fmt: skip
    axes.axvline(-100, color="#444444", linewidth=1, linestyle="--")
    axes.annotate(
        text("atlas_charts", "restated_limit", lang), (-99, -0.6), fontsize=9, va="bottom", color="#444444"
    )
    axes.set_yticks(rows, [text("atlas_climate", f"sector_{key}", lang) for key in table.index])
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(-140, 14), ylim=(-0.9, len(table) - 0.4))
    axes.set_xlabel(text("atlas_charts", "restated_axis", lang))
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.55, 0.12), fontsize=11)
    told = {
        key: format_number(-float(value), lang)
        for key, value in (("true", honest.min()), ("printed", printed.min()))
    }
    title = text("atlas_charts", "restated_title", lang, **told)
    source = text("atlas_charts", "source_climate", lang)
    head(figure, title, sources=[source], lang=lang, below=text("atlas_charts", "restated_below", lang))


def _draw_index(axes: Axes, values: pd.Series, reading: pd.Series, indicator: str, lang: Language) -> None:
    years = values.index.to_numpy(dtype=float)
    first = float(values.iloc[0])
    if np.isfinite(float(reading["low"])):
        past = years - years[0]
        low, high = (first + float(reading[end]) * past for end in ("low", "high"))
        axes.fill_between(years, low, high, color=AWAY, alpha=0.6, linewidth=0)
    colour = {"balance_away": RED, "balance_towards": BLUE}.get(str(reading["reading"]), GREY)
    axes.plot(years, values, color=colour, linewidth=2.4)
    axes.plot(years[[0, -1]], values.iloc[[0, -1]], "o", color=colour, markersize=5)
    rises = values.iloc[-1] >= values.iloc[0]
    for at, side, up in ((0, "left", not rises), (-1, "right", True)):
        axes.annotate(
            format_number(float(values.iloc[at]), lang, decimals=3), (years[at], values.iloc[at]),
            xytext=(0, 9 if up else -15), textcoords="offset points", ha=side, fontsize=10, color=colour,
        )  # fmt: skip
    name = figure_words(indicator, lang).partition(": ")[2]
    words = text("atlas_charts", f"reading_{reading['reading']}", lang)
    axes.set_title(f"{name[:1].upper()}{name[1:]}\n{words}", loc="left", fontsize=10.5, color="#222222")
    axes.margins(y=0.2)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value, lang, decimals=3)))


def _label_ends(axes: Axes, ends: dict[str, float], year: int, lang: Language) -> None:
    """Write name and change at the end of each line, moved apart where they would meet."""
    low, high = axes.get_ylim()
    gap = (high - low) / 30
    places: list[float] = []
    for name, value in sorted(ends.items(), key=lambda item: item[1]):
        at = max(value, places[-1] + gap) if places else value
        places.append(at)
        words = f"{name} {signed(value - 100, lang)} %"
        is_whole = name == text("atlas_charts", "all_together", lang)
        axes.plot([year, year + 0.6], [value, at], color=AWAY, linewidth=0.7, zorder=1)
        axes.text(year + 0.7, at, words, va="center", fontsize=9.5, fontweight="bold" if is_whole else None)
    axes.set_ylim(low, max(high, places[-1] + gap))


def _number_axis(axes: Axes, lang: Language) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value, lang)))
