"""The way back from the workshop: read the tables' exports, merge, score exactly, compare, publish."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from regiongeo import store
from regiongeo.crs import Box
from regiongeo.imprint import imprint_at
from regiongeo.job import Inputs, hash_inputs, read_scenario
from regiongeo.manifest import hash_file
from regiongeo.progress import silent
from regiongeo.publish import check_target, publish_folder
from regiongeo.region import members_of
from regiongeo.scenario import USER_FILES
from regiongeo.workshop.collected import draw_collected
from regiongeo.workshop.findings import build_findings
from regiongeo.workshop.frames import feedback_frame, proposal_frame
from regiongeo.workshop.mapcheck import require_map
from regiongeo.workshop.merge import merge_exports
from regiongeo.workshop.outputs import write_workshop
from regiongeo.workshop.reading import file_labels, read_exports
from regiongeo.workshop.scoring import compute_with

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import geopandas as gpd

    from regiongeo.i18n import Language
    from regiongeo.workshop.findings import Findings

__all__ = ["AROUND_M", "collect_workshop", "region_box"]

AROUND_M = 20_000.0
"""Records may lie this far outside the box around the region [m]."""
_STANDARD = Inputs()


def collect_workshop(
    paths: Sequence[Path],
    out: Path,
    *,
    inputs: Inputs = _STANDARD,
    map_id: str | None = None,
    any_map: bool = False,
    keep_good: bool = False,
    all_of_place: bool = False,
    lang: Language,
    online_tiles: bool = True,
    tell: Callable[[str], None] = silent,
) -> Findings:
    """Collect the exports of a workshop's tables and publish what they say as the folder ``out``.

    Parameters
    ----------
    paths
        Files exported from the page.
    out
        Folder to make or to replace, whole or not at all; a former run there survives any failure.
    inputs
        What the map was built with: scenario, the user's own plots, stations and capacity.
    map_id, keep_good
        As ``reading.read_exports``.
    any_map
        Take files of several maps, and of another map than ``inputs`` would make.
    all_of_place
        Write every ranked proposal as a candidate, not one for each place.
    lang
        Language of the outputs.
    online_tiles
        Offer Kartverket's map as a layer of the map (off until switched on).
    tell
        Called with the name of each step as it begins.

    Raises
    ------
    RegionGeoError
        If a file is refused or of another map, the main job refuses an input, or an output cannot be written.
    """
    asked, inputs = read_scenario(inputs)
    check_target(out, inputs=[*paths, *inputs.files()])
    tell("reference")
    region = members_of(store.load_reference(), year=asked.world.members)
    tell("files")
    reading = read_exports(paths, box=region_box(region), map_id=map_id, any_map=any_map, keep_good=keep_good)
    session = merge_exports(reading.exports)
    proposals = proposal_frame(session)
    result = compute_with(proposals, inputs, lang=lang, tell=tell)
    now = datetime.now(tz=UTC)
    imprint = imprint_at(now)
    if not any_map:
        require_map(
            reading.exports,
            result,
            proposals=proposals,
            feedback=feedback_frame(session),
            data_version=imprint["data_version"],
        )
    findings = build_findings(session, proposals, result, refusals=reading.refusals)
    tell("map")
    page = draw_collected(findings, lang=lang, online_tiles=online_tiles, **imprint)
    run_info = {
        "created": now.isoformat(timespec="seconds"),
        "lang": lang,
        "data_version": imprint["data_version"],
        "maps": sorted({export.map_id for export in reading.exports}),
        "map_data_versions": sorted({export.data_version for export in reading.exports}),
        "inputs": {**hash_inputs(inputs), **_hash_exports(paths)},
        "scenario": asked.model_dump(mode="json", exclude={"world": set(USER_FILES)}),
    }

    def write(stage: Path) -> None:
        write_workshop(
            findings,
            stage,
            map_html=page,
            credits=imprint["credits"],
            lang=lang,
            run_info=run_info,
            all_of_place=all_of_place,
            tell=tell,
        )

    publish_folder(out, write)
    return findings


def region_box(region: gpd.GeoDataFrame) -> Box:
    """Return the box around the region and 20 km more on each side [m, EPSG:25832]."""
    west, south, east, north = map(float, region.total_bounds)
    return Box(west - AROUND_M, south - AROUND_M, east + AROUND_M, north + AROUND_M)


def _hash_exports(paths: Sequence[Path]) -> dict[str, str]:
    """Return the SHA-256 of every exported file, named by as little of its path as needed."""
    return {f"exports/{label}": hash_file(path) for label, path in file_labels(paths).items()}
