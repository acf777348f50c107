"""Writes the atlas' pictures as PNG and SVG, for slides: the same bytes each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.image import imsave

from regiongeo.report.atlascharts import (
    draw_balance,
    draw_growth_bars,
    draw_population_change,
    draw_rank_size,
    draw_restated,
    parts_by_year,
    since_year,
)
from regiongeo.report.atlasmaps import (
    draw_access_map,
    draw_centres_map,
    draw_density_map,
    draw_emissions,
    draw_growth_map,
)
from regiongeo.report.atlastables import members_with_emissions
from regiongeo.report.charts import plain_style

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from regiongeo.atlas.model import Atlas
    from regiongeo.i18n import Language

__all__ = ["ATLAS_CHARTS", "charts_of", "draw_atlas_charts"]

ATLAS_CHARTS: dict[str, Callable[..., None]] = {
    "population-change": draw_population_change,
    "growth": draw_growth_bars,
    "rank-size": draw_rank_size,
    "balance": draw_balance,
    "centres": draw_centres_map,
    "access": draw_access_map,
    "density": draw_density_map,
    "growth-map": draw_growth_map,
    "emissions": draw_emissions,
    "emissions-restated": draw_restated,
}
"""What draws each picture, by the name of its file."""

_DPI = 150
_METADATA: Any = {"Software": None}  # the version of a library is no part of a picture
_QUICK: Any = {"compress_level": 3}  # half the time of the default, files a tenth larger
_LEAST_OF_BALANCE = 4


def charts_of(atlas: Atlas) -> list[str]:
    """Return the names of the pictures the atlas has the figures for."""
    lacking = set()
    if since_year(atlas) is None:
        lacking |= {"growth", "growth-map"}
    if members_with_emissions(atlas)[1] == 0:
        lacking.add("emissions")
    parts, years = parts_by_year(atlas, "population").shape
    if parts == 1:  # one alone compares with nothing
        lacking |= {"population-change", "growth"}
    if years == 1:
        lacking |= {"population-change", "rank-size"}
    if len(atlas.municipalities) < _LEAST_OF_BALANCE:
        lacking |= {"balance", "rank-size"}
    return [name for name in ATLAS_CHARTS if name not in lacking]


def draw_atlas_charts(
    atlas: Atlas, folder: Path, *, lang: Language, names: Sequence[str] | None = None
) -> None:
    """Write ``<name>.png`` and ``<name>.svg`` of each picture into a folder, which is made.

    Parameters
    ----------
    atlas
        From `regiongeo.atlas.compute.compute_atlas`.
    names
        Of ``charts_of``; all of them if not given.
    """
    folder.mkdir(exist_ok=True)
    with plain_style(), mpl.rc_context({"svg.hashsalt": "regiongeo"}):
        for name in charts_of(atlas) if names is None else names:
            figure = Figure(layout="constrained", facecolor="white", dpi=_DPI)
            ATLAS_CHARTS[name](atlas, figure, lang=lang)
            canvas: Any = FigureCanvasAgg(figure)
            canvas.draw()
            imsave(
                folder / f"{name}.png", canvas.buffer_rgba(), dpi=_DPI, metadata=_METADATA, pil_kwargs=_QUICK
            )
            figure.set_layout_engine("none")  # all stands where it shall: to lay it out again takes time
            vectors: Any = FigureCanvasSVG(figure)
            vectors.print_svg(folder / f"{name}.svg", metadata={"Date": None, "Creator": "regiongeo"})
