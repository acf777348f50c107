"""The region atlas from files to files: read, compute, draw, publish."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from regiongeo import store
from regiongeo.atlas.compute import compute_atlas
from regiongeo.cache import cache_folder
from regiongeo.errors import DataError, ScenarioError
from regiongeo.groups import read_groups
from regiongeo.imprint import data_hash, imprint_at
from regiongeo.job import kept_flows
from regiongeo.manifest import hash_file
from regiongeo.names import match_name, names_index
from regiongeo.network import build_network
from regiongeo.progress import silent, timed_steps
from regiongeo.publish import check_target, publish_folder
from regiongeo.region import members_of
from regiongeo.report.atlas import write_atlas
from regiongeo.scenario import Scenario
from regiongeo.traffic import reference_traffic
from regiongeo.userfiles import Areas, load_commuting, load_emissions, load_jobs, load_land_use
from regiongeo.userfiles.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from pathlib import Path

    import pandas as pd

    from regiongeo.atlas.model import Atlas
    from regiongeo.flows import FlowResult
    from regiongeo.i18n import Language
    from regiongeo.tables import ReferenceData
    from regiongeo.userfiles.checks import Encoding

__all__ = ["AtlasInputs", "compute_from_files", "run_atlas", "second_process"]

_READERS = {
    "jobs": load_jobs,
    "commuting": load_commuting,
    "land_use": load_land_use,
    "emissions": load_emissions,
}


@dataclass(frozen=True, kw_only=True)
class AtlasInputs:
    """What an atlas is asked for, and the user's own files; None where none is given."""

    members_year: int = 2024
    year: int | None = None
    """Year the atlas opens with; the last year of population if not given."""
    subregion: str | None = None
    alternatives: tuple[str, ...] = ()
    groups: Path | None = None
    jobs: Path | None = None
    commuting: Path | None = None
    land_use: Path | None = None
    emissions: Path | None = None
    has_truck_flows: bool = False
    """Estimate truck flows (or take kept ones) for functional polycentricity."""
    encoding: Encoding = "utf-8"
    """Encoding of the CSV files of statistics; that of the groups is found."""

    def files(self) -> dict[str, Path]:
        """Return the user's files by what they are."""
        return {name: path for name in ("groups", *_READERS) if (path := getattr(self, name)) is not None}


def second_process() -> Executor:
    """Return a process that draws pictures, for a script that may start others; it waits to be asked."""
    return ProcessPoolExecutor(
        max_workers=1,
        mp_context=get_context("spawn"),
        initializer=import_module,
        initargs=("regiongeo.report.atlaspictures",),
    )


def run_atlas(
    inputs: AtlasInputs,
    out: Path,
    *,
    lang: Language,
    pool: Executor | None = None,
    tell: Callable[[str], None] = silent,
) -> Atlas:
    """Compute the atlas and publish it as the folder ``out``, whole or not at all.

    Parameters
    ----------
    inputs
        What is asked for, and the user's files.
    out
        Folder to make or to replace; a former run there survives any failure.
    lang
        Language of all that people read.
    pool
        Draws the pictures while the rest is written, see `second_process`; without: one after the other.
    tell
        Called with the name of each step as it begins.

    Raises
    ------
    RegionGeoError
        If an input is refused or an output cannot be written.
    """
    seconds: dict[str, float] = {}
    step = timed_steps(seconds, tell)
    check_target(out, inputs=inputs.files().values())
    with step("atlas"):
        asked = _read_files(inputs, lang=lang, tell=tell)
        if pool is not None:
            pool.submit(int)  # so that it gets ready meanwhile
        atlas = compute_atlas(**asked, tell=tell)
    now = datetime.now(tz=UTC)
    imprint = imprint_at(now)

    def draw_page() -> str:
        from regiongeo.maps.atlas import draw_atlas  # noqa: PLC0415 - what is refused is refused at once

        return draw_atlas(
            atlas,
            lang=lang,
            date=imprint["date"],
            data_version=imprint["data_version"],
            credits=store.credits_of(atlas.source_ids),
        )

    def write(stage: Path) -> None:
        info = {
            "created": now.isoformat(timespec="seconds"),
            "lang": lang,
            "data_version": imprint["data_version"],
            "atlas": _asked(inputs, atlas),
            "inputs": _hash_inputs(inputs),
            "seconds": seconds,
        }
        sources = list(store.load_sources().values())
        write_atlas(
            atlas, stage, draw_page=draw_page, lang=lang, sources=sources, run_info=info, pool=pool, tell=tell
        )

    publish_folder(out, write)
    return atlas


def compute_from_files(inputs: AtlasInputs, *, lang: Language, tell: Callable[[str], None] = silent) -> Atlas:
    """Read the shipped tables and the user's files, and compute the atlas without writing anything.

    Raises
    ------
    RegionGeoError
        If an input is refused.
    """
    return compute_atlas(**_read_files(inputs, lang=lang, tell=tell), tell=tell)


def _read_files(inputs: AtlasInputs, *, lang: Language, tell: Callable[[str], None]) -> dict[str, Any]:
    """Return what `compute_atlas` is to be called with."""
    tell("reference")
    reference = store.load_reference()
    year = inputs.year
    if year is None:
        year = int(reference.population.index.get_level_values("year").max())
    members = members_of(
        reference, year=inputs.members_year, population_year=year, alternatives=inputs.alternatives
    )
    tell("files")
    groups = None
    if inputs.groups is not None:
        if inputs.alternatives:
            raise ScenarioError("own groups take the place of the subregions: leave --alternative out")
        groups = read_groups(inputs.groups, members, reference.municipality_names)
    if inputs.has_truck_flows:
        tell("flows")
    return {
        "reference": reference,
        "members_year": inputs.members_year,
        "year": year,
        "subregion": inputs.subregion,
        "alternatives": inputs.alternatives,
        "groups": groups,
        **_read_tables(inputs, reference),
        "flows": _estimate_flows(reference) if inputs.has_truck_flows else None,
        "lang": lang,
    }


def _estimate_flows(reference: ReferenceData) -> FlowResult:
    """Estimate truck flows as the main job does with the standard scenario, or take those it has kept."""
    network = build_network(reference.nodes, reference.links)
    traffic = reference_traffic(reference, reference.assumptions)
    return kept_flows(cache_folder())(reference, network, traffic, seed=Scenario().uncertainty.seed)


def _read_tables(inputs: AtlasInputs, reference: ReferenceData) -> dict[str, pd.DataFrame]:
    names = names_index(reference.municipality_names)

    def find_id(name: str) -> str:
        found = match_name(name, names)
        if isinstance(found, Problem):
            raise DataError(found.what)
        return found[0]

    areas = Areas.of(reference, find_id=find_id)
    files = inputs.files()
    return {
        name: read(files[name], areas=areas, encoding=inputs.encoding)
        for name, read in _READERS.items()
        if name in files
    }


def _asked(inputs: AtlasInputs, atlas: Atlas) -> dict[str, object]:
    return {
        "members": atlas.members_year,
        "year": atlas.year,
        "subregion": atlas.subregion,
        "alternatives": sorted(inputs.alternatives),
        "truck_flows": inputs.has_truck_flows,
    }


def _hash_inputs(inputs: AtlasInputs) -> dict[str, str]:
    """Return SHA-256 by role and name: a path tells where and who."""
    own = {f"{role}/{path.name}": hash_file(path) for role, path in inputs.files().items()}
    return {"data/sources.toml": data_hash(), **own}
