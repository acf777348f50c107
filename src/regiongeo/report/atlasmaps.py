"""The atlas' maps for slides: density, growth, centres, people in reach; and emissions by year."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib import colormaps
from matplotlib.colors import BoundaryNorm
from matplotlib.patches import Patch

from regiongeo.i18n import format_number, text
from regiongeo.report.atlascharts import since_year
from regiongeo.report.atlasdraw import (
    AWAY,
    BLUE,
    borders,
    draw_classes,
    frame_map,
    head,
    name_places,
)
from regiongeo.report.atlasstyles import REACH
from regiongeo.report.atlastables import members_with_emissions
from regiongeo.report.tables import clean_text

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regiongeo.atlas.model import Atlas
    from regiongeo.i18n import Language

__all__ = [
    "draw_access_map",
    "draw_centres_map",
    "draw_density_map",
    "draw_emissions",
    "draw_growth_map",
]

_SSB, _MAP = "SSB 07459", "Kartverket"
_SIZE = (11.0, 8.2)

_APART = 0.06
"""Share of the width of the map: names nearer to each other than that would meet."""
_COLOURS = ("#004488", "#BB5566", "#DDAA33", "#117733", "#882255", "#88CCEE")


def draw_density_map(atlas: Atlas, figure: Figure, *, lang: Language) -> None:
    """Draw inhabitants per square kilometre of each municipality."""
    values = _of_municipalities(atlas, "population_density")
    axes = _map_axes(atlas, figure)
    title = text("atlas_charts", "density_legend", lang)
    draw_classes(axes, atlas.municipalities, values, lang=lang, title=title)
    _finish(axes, atlas)
    dense = values.sort_values(ascending=False)
    if atlas.subregion is None:
        count, share = _half(atlas, dense), format_number(_share_living_in(atlas, dense) * 100, lang)
        words = text("atlas_charts", "density_title", lang, share=share, count=count)
    else:
        most = clean_text(str(atlas.municipalities.loc[dense.index[0], "name"]))
        told = format_number(float(dense.iloc[0]), lang)
        words = text("atlas_charts", "density_part_title", lang, name=most, value=told)
    below = text("atlas_charts", "lakes", lang, year=atlas.year)
    head(figure, words, sources=[_SSB, _MAP], lang=lang, below=below)


def draw_growth_map(atlas: Atlas, figure: Figure, *, lang: Language) -> None:
    """Draw the yearly growth of each municipality since the base year."""
    base = since_year(atlas)
    values = _of_municipalities(atlas, f"population_growth_since_{base}")
    axes = _map_axes(atlas, figure)
    title = text("atlas_charts", "growth_legend", lang, base=base, year=atlas.year)
    draw_classes(axes, atlas.municipalities, values, lang=lang, decimals=2, has_sign=True, title=title)
    _finish(axes, atlas)
    lost = int((values < 0).sum())
    key = "growth_map_title" if lost else "growth_map_all_title"
    words = text("atlas_charts", key, lang, lost=lost, all=len(values), base=base)
    head(figure, words, sources=[_SSB, _MAP], lang=lang, below=text("atlas_charts", "borders", lang))


def draw_centres_map(atlas: Atlas, figure: Figure, *, lang: Language) -> None:
    """Draw the centres with circles as large as the population of their municipality."""
    centres = atlas.centres
    if atlas.subregion is not None:
        centres = centres[centres.index.isin(atlas.municipalities.index)]
    axes = _map_axes(atlas, figure)
    _land(axes, atlas)
    size = centres["size"].to_numpy(dtype=float)
    scale = 2600 / float(size.max())
    points = centres.geometry
    axes.scatter(
        points.x, points.y, s=size * scale, color=BLUE, alpha=0.55, edgecolor="white", linewidth=0.8, zorder=6
    )
    width = float(np.diff(atlas.municipalities.total_bounds[[0, 2]])[0])
    named = centres.loc[_apart(centres, width * _APART)]
    name_places(axes, named.geometry, [clean_text(name) for name in named["name"]], size=9)
    for people in _round_sizes(float(size.max())):
        label = format_number(people, lang)
        axes.scatter([], [], s=people * scale, color=BLUE, alpha=0.55, edgecolor="white", label=label)
    axes.legend(
        title=text("atlas_charts", "centres_legend", lang, year=atlas.year), loc="upper left",
        bbox_to_anchor=(1.0, 1.0), frameon=False, labelspacing=2.2, handletextpad=2.2, borderpad=1.4,
        alignment="left", fontsize=11, title_fontsize=11,
    )  # fmt: skip
    _finish(axes, atlas, with_names=False)
    ordered = centres.sort_values("rank")
    rest = int((ordered["size"].cumsum() - ordered["size"].iloc[0] <= ordered["size"].iloc[0]).sum()) - 1
    words = text("atlas_charts", "centres_title", lang, name=clean_text(ordered["name"].iloc[0]), count=rest)
    if atlas.subregion is not None:
        words = text("atlas_charts", "centres_part_title", lang, name=clean_text(ordered["name"].iloc[0]))
    below = text("atlas_charts", "centres_below", lang)
    head(figure, words, sources=[_SSB, _MAP], lang=lang, below=below)


def draw_access_map(atlas: Atlas, figure: Figure, *, lang: Language) -> None:
    """Draw how many people each place has within a driving time."""
    axes = _map_axes(atlas, figure)
    grid, extent = _grid(atlas)
    colours = colormaps["viridis"].resampled(len(REACH) + 1)
    norm = BoundaryNorm([0, *REACH, 10**9], colours.N)
    axes.imshow(grid, extent=extent, origin="lower", cmap=colours, norm=norm, interpolation="nearest")
    told = [format_number(edge, lang) for edge in REACH]
    words = [
        text("atlas_charts", "class_below", lang, high=told[0]),
        *(text("atlas_charts", "class_between", lang, low=low, high=high) for low, high in pairwise(told)),
        text("atlas_charts", "class_above", lang, low=told[-1]),
    ]
    handles = [Patch(facecolor=colours(at), label=one) for at, one in enumerate(words)]
    minutes = format_number(atlas.cell_minutes, lang)
    axes.legend(
        handles=handles, title=text("atlas_charts", "access_legend", lang, minutes=minutes), loc="upper left",
        bbox_to_anchor=(1.0, 1.0), frameon=False, alignment="left", fontsize=11, title_fontsize=11,
    )  # fmt: skip
    _finish(axes, atlas)
    access = _of_municipalities(atlas, "people_within_45min")
    people = _of_municipalities(atlas, "population")
    share = format_number(100 * people[access >= REACH[-1]].sum() / people.sum(), lang)
    title = text(
        "atlas_charts", "access_title", lang, share=share, many=told[-1], minutes=minutes
    )  # fmt: skip
    head(figure, title, sources=[_MAP, _SSB], lang=lang, below=text("atlas_charts", "access_below", lang))


def draw_emissions(atlas: Atlas, figure: Figure, *, lang: Language) -> None:
    """Draw the emissions of the municipalities with figures, at most six, largest first."""
    figures = atlas.figures
    is_total = (figures["area_kind"] == "municipality") & (figures["indicator"] == "emissions_total")
    known = figures[is_total & figures["value"].notna()]
    wide = known.set_index(["year", "area_name"])["value"].unstack("area_name") / 1000  # noqa: PD010
    order = wide.ffill().iloc[-1].sort_values(ascending=False).index[: len(_COLOURS)]
    figure.set_size_inches(11, 6)
    axes = figure.subplots()
    for name, colour in zip(order, _COLOURS, strict=False):
        values = wide[name].dropna()
        axes.plot(values.index, values, "o-", color=colour, linewidth=2, markersize=4)
        axes.annotate(
            clean_text(str(name)), (values.index[-1], values.iloc[-1]), xytext=(8, 0),
            textcoords="offset points", va="center", color=colour, fontsize=11,
        )  # fmt: skip
    axes.set_ylim(0, None)
    axes.margins(x=0.12)
    axes.set_ylabel(text("atlas_charts", "emissions_axis", lang))
    axes.set_xticks(range(int(wide.index.min()), int(wide.index.max()) + 1, 3))
    year, count = members_with_emissions(atlas)
    key = "emissions_title" if count < len(atlas.municipalities) else "emissions_all_title"
    title = text(
        "atlas_charts", key, lang, most=len(order), count=count, all=len(atlas.municipalities), year=year
    )  # fmt: skip
    source = text("atlas_charts", "source_emissions", lang)
    head(figure, title, sources=[source], lang=lang, below=text("atlas_charts", "emissions_below", lang))


def _of_municipalities(atlas: Atlas, indicator: str) -> pd.Series:
    figures = atlas.figures
    is_asked = (figures["area_kind"] == "municipality") & (figures["indicator"] == indicator)
    return figures[is_asked & (figures["year"] == atlas.year)].set_index("area_id")["value"]


def _map_axes(atlas: Atlas, figure: Figure) -> Axes:
    figure.set_size_inches(*_SIZE)
    axes = figure.subplots()
    frame_map(axes, atlas.municipalities)
    return axes


def _land(axes: Axes, atlas: Atlas) -> None:
    loose = shapely.coverage_simplify(atlas.municipalities.geometry.to_numpy(), 250.0)
    atlas.municipalities.set_geometry(loose).plot(ax=axes, color="#F3EFE6", edgecolor=AWAY, linewidth=0.5)


def _finish(axes: Axes, atlas: Atlas, *, with_names: bool = True) -> None:
    borders(axes, atlas)
    if with_names:
        shapes = atlas.subregions if atlas.subregion is None else atlas.municipalities.set_index("name")
        name_places(axes, shapes.representative_point(), [clean_text(name) for name in shapes.index])
    frame_map(axes, atlas.municipalities)


def _grid(atlas: Atlas) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """Return the cells as a raster, missing outside, with its corners west, east, south, north [m]."""
    bounds = atlas.cells.bounds
    side = float((bounds["maxx"] - bounds["minx"]).iloc[0])
    west, south = float(bounds["minx"].min()), float(bounds["miny"].min())
    columns = np.round((bounds["minx"] - west) / side).astype(int)
    rows = np.round((bounds["miny"] - south) / side).astype(int)
    grid = np.full((rows.max() + 1, columns.max() + 1), np.nan)
    grid[rows, columns] = atlas.cells["people_within"]
    height, width = grid.shape
    return grid, (west, west + width * side, south, south + height * side)


def _round_sizes(most: float) -> list[int]:
    """Return three sizes for a legend: the largest round one, a fifth of it, and a 25th."""
    power = 10 ** int(np.log10(most))
    top = max(step * power for step in (1, 2, 5) if step * power <= most)
    return [int(top), int(top / 5), int(top / 25)]


def _apart(centres: gpd.GeoDataFrame, least_m: float) -> list[str]:
    """Return the centres that have room for a name, largest first."""
    kept: list[str] = []
    for code, point in centres.geometry.items():
        if all(point.distance(centres.geometry[other]) > least_m for other in kept):
            kept.append(str(code))
    return kept


def _half(atlas: Atlas, dense: pd.Series) -> int:
    """Count the densest municipalities in which half the people live."""
    people = _of_municipalities(atlas, "population").reindex(dense.index)
    return int((people.cumsum() < people.sum() / 2).sum()) + 1


def _share_living_in(atlas: Atlas, dense: pd.Series) -> float:
    """Return the share of the area that the densest municipalities with half the people take."""
    area = atlas.municipalities["area_km2"].reindex(dense.index)
    return float(area.iloc[: _half(atlas, dense)].sum() / area.sum())
