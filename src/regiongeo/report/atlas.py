"""Everything an atlas writes, into one folder: page, workbook, layers, figures, pictures, ``run.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regiongeo.manifest import write_run
from regiongeo.progress import silent, timed_steps
from regiongeo.report import library_versions
from regiongeo.report.atlaspictures import draw_atlas_charts
from regiongeo.report.atlassheets import write_atlas_book
from regiongeo.report.atlasstyles import atlas_styles
from regiongeo.report.atlassummary import atlas_title
from regiongeo.report.atlastables import figures_table, shape_layers
from regiongeo.report.csvfile import write_csv
from regiongeo.report.geopackage import write_geopackage
from regiongeo.report.tables import source_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from regiongeo.atlas.model import Atlas
    from regiongeo.i18n import Language
    from regiongeo.store import Source

__all__ = ["write_atlas"]


def write_atlas(
    atlas: Atlas,
    stage: Path,
    *,
    draw_page: Callable[[], str],
    lang: Language,
    sources: Sequence[Source],
    run_info: Mapping[str, Any],
    pool: Executor | None = None,
    tell: Callable[[str], None] = silent,
) -> None:
    """Write all files of an atlas into a folder, ``run.json`` last.

    ``atlas.html``, ``atlas.xlsx``, ``atlas.gpkg``, ``figures.csv``, ``charts/*.png`` and ``*.svg``,
    ``LICENCE.txt`` and ``run.json``. The same atlas gives the same bytes in all but ``run.json``, which alone
    knows times.

    Parameters
    ----------
    atlas
        From `regiongeo.atlas.compute.compute_atlas`.
    stage
        Empty folder; `regiongeo.publish.publish_folder` gives one.
    draw_page
        Gives the page of `regiongeo.maps.atlas.draw_atlas`.
    lang
        Language of workbook, layer legends and pictures; ``figures.csv`` is the same in both but for names.
    sources
        All records of data/sources.toml.
    run_info
        What only the caller knows, for ``run.json``: ``inputs`` (SHA-256 by name), ``created``, ``seconds`` …
    pool
        Draws the pictures meanwhile, in a process of its own; without: they are drawn last.
    tell
        Called with the name of each step as it begins.

    Raises
    ------
    OSError
        If a file cannot be written; `OutputError` where a driver says so in its own words.
    """
    seconds: dict[str, float] = {}
    step = timed_steps(seconds, tell)
    used = [one for one in sources if one.source_id in atlas.source_ids]
    charts = stage / "charts"
    pictures = None if pool is None else pool.submit(draw_atlas_charts, atlas, charts, lang=lang)
    with step("atlas.html"):
        (stage / "atlas.html").write_text(draw_page(), encoding="utf-8", newline="\n")
    with step("figures.csv"):
        write_csv(figures_table(atlas), stage / "figures.csv")
    with step("atlas.xlsx"):
        title = atlas_title(atlas, lang)
        write_atlas_book(atlas, stage / "atlas.xlsx", lang=lang, sources=used, title=title)
    with step("atlas.gpkg"):
        layers = {**shape_layers(atlas), "sources": source_table(used, lang=lang)}
        credit = " ".join(sorted({one.attribution for one in used}))
        write_geopackage(
            stage / "atlas.gpkg",
            layers,
            styles=atlas_styles(atlas, lang),
            notices=dict.fromkeys(layers, credit),
        )
    with step("charts"):
        if pictures is None:
            draw_atlas_charts(atlas, charts, lang=lang)
        else:
            pictures.result()
    (stage / "LICENCE.txt").write_text(_licence_text(used, lang), encoding="utf-8", newline="\n")
    spent = {**run_info.get("seconds", {}), **seconds}
    info = {
        "versions": library_versions(),
        **run_info,
        "seconds": {name: round(value, 3) for name, value in spent.items()},
    }
    write_run(stage, info)


def _licence_text(sources: Sequence[Source], lang: Language) -> str:
    table = source_table(sources, lang=lang)
    lines = [f"{row.title}: {row.holder}, {row.licence}. {row.attribution}" for row in table.itertuples()]
    return "\n".join([*lines, ""])
