"""What a collected workshop writes into one folder; nothing here computes a result or moves the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regiongeo.manifest import write_run
from regiongeo.progress import silent
from regiongeo.report import library_versions
from regiongeo.report.geopackage import write_geopackage
from regiongeo.workshop.layers import workshop_layers, workshop_styles
from regiongeo.workshop.scoring import choose_candidates, plots_geojson
from regiongeo.workshop.sheets import write_sheets
from regiongeo.workshop.weightchart import draw_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from regiongeo.i18n import Language
    from regiongeo.workshop.findings import Findings

__all__ = ["write_workshop"]

_CANDIDATE_COLUMNS = ["name", "table", "votes", "mark", "place_id", "score", "rank", "geometry"]


def write_workshop(
    findings: Findings,
    stage: Path,
    *,
    map_html: str,
    credits: Sequence[str] = (),  # noqa: A002 - the word planners and licences use
    lang: Language,
    run_info: Mapping[str, Any],
    all_of_place: bool = False,
    tell: Callable[[str], None] = silent,
) -> None:
    """Write all files of a collected workshop into a folder, ``run.json`` last.

    ``map.html, workshop.gpkg, workshop.xlsx`` and ``run.json``; ``candidates.geojson`` where a proposal was
    ranked, and ``weights.png`` where a table gave weights. The same findings give the same bytes in all but
    ``run.json``.

    Parameters
    ----------
    findings
        As from ``build_findings``.
    stage
        Empty folder; `regiongeo.publish.publish_folder` gives one.
    map_html
        The page of `regiongeo.workshop.collected.draw_collected`.
    credits
        Attribution lines of the shipped tables; every layer carries them.
    lang
        Language of spreadsheet and picture.
    run_info
        What only the caller knows, for ``run.json``.
    all_of_place
        Write every ranked proposal of a place as a candidate, not just one.
    tell
        Called with the name of each file as it begins.

    Raises
    ------
    OSError
        If a file cannot be written; `OutputError` where a driver says so in its own words.
    """
    tell("map.html")
    (stage / "map.html").write_text(map_html, encoding="utf-8", newline="\n")
    tell("workshop.gpkg")
    layers = workshop_layers(findings)
    if layers:
        notices = dict.fromkeys(layers, " ".join(credits))
        write_geopackage(stage / "workshop.gpkg", layers, styles=workshop_styles(lang), notices=notices)
    tell("workshop.xlsx")
    write_sheets(findings, stage / "workshop.xlsx", lang=lang)
    candidates = choose_candidates(findings.proposals, all_of_place=all_of_place)
    if len(candidates):
        (stage / "candidates.geojson").write_bytes(plots_geojson(_of_candidates(candidates), lang=lang))
    if len(findings.shares):
        draw_weights(findings.shares, stage / "weights.png", lang=lang)
    weights = {str(name): round(float(weight), 6) for name, weight in findings.result.weights.items()}
    write_run(stage, {"versions": library_versions(), "weights": weights, **run_info})


def _of_candidates(candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return candidates[_CANDIDATE_COLUMNS].assign(score=candidates["score"].round(6))
