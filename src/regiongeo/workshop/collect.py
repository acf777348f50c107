"""The way back from the workshop: read the tables' exports, merge, score exactly, compare, publish."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from regiongeo import store
from regiongeo.crs import Box
from regiongeo.manifest import hash_file
from regiongeo.maps import draw_map
from regiongeo.progress import silent
from regiongeo.publish import check_target, publish_folder
from regiongeo.region import members_of
from regiongeo.scenario import Scenario, base_of, load_scenario
from regiongeo.workshop.findings import build_findings
from regiongeo.workshop.frames import proposal_frame
from regiongeo.workshop.merge import merge_exports
from regiongeo.workshop.outputs import write_workshop
from regiongeo.workshop.reading import file_labels, read_exports
from regiongeo.workshop.scoring import compute_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd

    from regiongeo.i18n import Language
    from regiongeo.workshop.findings import Findings

__all__ = ["AROUND_M", "collect_workshop", "region_box"]

AROUND_M = 20_000.0
"""Records may lie this far outside the box around the region [m]."""


def collect_workshop(
    paths: Sequence[Path],
    out: Path,
    *,
    scenario: Path | None = None,
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
    scenario
        Scenario file by which proposals are scored; None: the standard one.
    map_id, any_map, keep_good
        As ``reading.read_exports``.
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
        If a file is refused, the main job refuses the scenario, or an output cannot be written.
    """
    asked = load_scenario(scenario) if scenario else Scenario()
    others = _other_inputs(scenario, asked)
    check_target(out, inputs=[*paths, *others.values()])
    tell("reference")
    region = members_of(store.load_reference(), year=asked.world.members)
    tell("files")
    reading = read_exports(paths, box=region_box(region), map_id=map_id, any_map=any_map, keep_good=keep_good)
    session = merge_exports(reading.exports)
    proposals = proposal_frame(session)
    result = compute_with(proposals, scenario=scenario, region=region, lang=lang, tell=tell)
    findings = build_findings(session, proposals, result, refusals=reading.refusals)

    now, sources = datetime.now(tz=UTC), store.load_sources()
    registry = hash_file(store.data_dir() / "sources.toml")
    tell("map")
    page = draw_map(
        result,
        lang=lang,
        date=now.date().isoformat(),
        data_version=registry[:8],
        credits=store.credits_of(key for key in sources if key != "regiongeo"),
        online_tiles=online_tiles,
    )
    run_info = {
        "created": now.isoformat(timespec="seconds"),
        "lang": lang,
        "data_version": registry[:8],
        "maps": sorted({export.map_id for export in reading.exports}),
        "map_data_versions": sorted({export.data_version for export in reading.exports}),
        "inputs": _hash_inputs(paths, others, registry),
        "scenario": asked.model_dump(mode="json", exclude={"world": {"stations", "grid_capacity"}}),
    }

    def write(stage: Path) -> None:
        write_workshop(
            findings, stage, map_html=page, lang=lang, run_info=run_info, all_of_place=all_of_place, tell=tell
        )

    publish_folder(out, write)
    return findings


def region_box(region: gpd.GeoDataFrame) -> Box:
    """Return the box around the region and 20 km more on each side [m, EPSG:25832]."""
    west, south, east, north = map(float, region.total_bounds)
    return Box(west - AROUND_M, south - AROUND_M, east + AROUND_M, north + AROUND_M)


def _other_inputs(scenario: Path | None, asked: Scenario) -> dict[str, Path]:
    """Return the files read besides the exports, by their role."""
    world = asked.world
    files = {
        "scenario": scenario,
        "base": base_of(scenario) if scenario else None,
        "stations": Path(world.stations) if world.stations else None,
        "capacity": Path(world.grid_capacity) if world.grid_capacity else None,
    }
    return {role: path for role, path in files.items() if path is not None}


def _hash_inputs(paths: Sequence[Path], others: Mapping[str, Path], registry: str) -> dict[str, str]:
    """Return the SHA-256 of every file read; by name alone: a path tells where and who."""
    exports = {f"exports/{label}": hash_file(path) for label, path in file_labels(paths).items()}
    own = {f"{role}/{path.name}": hash_file(path) for role, path in others.items()}
    return {"data/sources.toml": registry, **exports, **own}
