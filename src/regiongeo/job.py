"""The main job from files to files: read, compute, draw, publish."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from regiongeo import store
from regiongeo.cache import content_key, remembered
from regiongeo.errors import DataError, name_some
from regiongeo.flows import estimate_flows
from regiongeo.flows.archive import flows_from_bytes, flows_to_bytes
from regiongeo.imprint import data_hash, imprint_at
from regiongeo.manifest import hash_file
from regiongeo.maps import draw_map
from regiongeo.pipeline import run
from regiongeo.progress import silent, timed_steps
from regiongeo.publish import check_target, publish_folder
from regiongeo.region import members_of
from regiongeo.report import library_versions, write_outputs
from regiongeo.scenario import Scenario, base_of, load_scenario
from regiongeo.userfiles import load_capacity, load_plots, load_stations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from regiongeo.flows import FlowResult
    from regiongeo.i18n import Language
    from regiongeo.network import Network
    from regiongeo.result import Result
    from regiongeo.tables import ReferenceData
    from regiongeo.userfiles.checks import Encoding

__all__ = ["Done", "Inputs", "compute_job", "hash_inputs", "kept_flows", "read_scenario", "run_job"]

_FLOW_CODE = ("flows/*.py", "routing/*.py", "network.py", "traffic.py", "criteria.py")
"""What the flows are made by, besides the data: a change of any of it makes them anew."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a run computed, and how many rows it read from each of the user's files."""

    result: Result
    rows_read: dict[str, int]
    capacity: gpd.GeoDataFrame | None = None
    """Free grid capacity as read, which ``result`` does not keep."""


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The files a run is asked for; a file named here counts before one named in the scenario."""

    scenario: Path | None = None
    plots: Path | None = None
    stations: Path | None = None
    capacity: Path | None = None
    seed: int | None = None
    layer: str | None = None
    """Layer of the plots file, where it is a GeoPackage with several."""
    encoding: Encoding = "utf-8"
    """Encoding of the CSV files."""

    def roles(self) -> dict[str, Path]:
        """Return the files that exist for this run besides the shipped data, by what they are."""
        named = {
            "scenario": self.scenario,
            "plots": self.plots,
            "stations": self.stations,
            "capacity": self.capacity,
            "base": base_of(self.scenario) if self.scenario else None,
        }
        return {role: path for role, path in named.items() if path is not None}

    def files(self) -> list[Path]:
        """Return these files."""
        return [*self.roles().values()]


def run_job(
    inputs: Inputs,
    out: Path,
    *,
    lang: Language,
    online_tiles: bool = True,
    cache: Path | None = None,
    tell: Callable[[str], None] = silent,
) -> Done:
    """Run the main job and publish its results as the folder ``out``, whole or not at all.

    Parameters
    ----------
    inputs
        Scenario, plots, stations and capacity files, and a seed that overrides the scenario's.
    out
        Folder to make or to replace; a former run there survives any failure.
    lang
        Language of map, report and spreadsheet.
    online_tiles
        Offer Kartverket's map as a layer (off until switched on).
    cache
        Folder in which truck flows estimated before are kept; None: estimate anew.
    tell
        Called with the name of each step as it begins.

    Raises
    ------
    RegionGeoError
        If an input is refused or an output cannot be written.
    """
    seconds: dict[str, float] = {}
    step = timed_steps(seconds, tell)
    check_target(out, inputs=inputs.files())
    scenario, inputs = read_scenario(inputs)
    check_target(out, inputs=inputs.files())
    done = _compute(scenario, inputs, lang=lang, estimate=kept_flows(cache), seconds=seconds, tell=tell)
    result, sources = done.result, store.load_sources()

    now = datetime.now(tz=UTC)
    imprint = imprint_at(now)
    with step("map"):
        page = draw_map(result, lang=lang, online_tiles=online_tiles, **imprint)

    def write(stage: Path) -> None:
        info = {
            "created": now.isoformat(timespec="seconds"),
            "lang": lang,
            "data_version": imprint["data_version"],
            "inputs": hash_inputs(inputs),
            "seconds": seconds,
        }
        write_outputs(
            result, stage, map_html=page, lang=lang, sources=list(sources.values()), run_info=info, tell=tell
        )

    publish_folder(out, write)
    return done


def compute_job(
    inputs: Inputs,
    *,
    changes: Mapping[str, Mapping[str, object]] | None = None,
    more_plots: gpd.GeoDataFrame | None = None,
    lang: Language = "nb",
    cache: Path | None = None,
    with_flows: bool = True,
    tell: Callable[[str], None] = silent,
) -> Done:
    """Run the main job without writing anything.

    Parameters
    ----------
    inputs, lang, cache, tell
        As ``run_job``.
    changes
        Settings that win over those of the scenario file, by part: ``{"plan": {"portfolio_size": 4}}``.
    more_plots
        Plots besides those of the file (schema PLOTS, EPSG:25832), which strike no other candidate out: a
        workshop's proposals.
    with_flows
        Estimate truck flows, and with them the station plan.

    Raises
    ------
    RegionGeoError
        If an input is refused.
    """
    scenario, inputs = read_scenario(inputs)
    scenario = scenario.replace(**{part: dict(settings) for part, settings in (changes or {}).items()})
    estimate = kept_flows(cache) if with_flows else None
    return _compute(
        scenario, inputs, more_plots=more_plots, lang=lang, estimate=estimate, seconds={}, tell=tell
    )


def _compute(
    scenario: Scenario,
    inputs: Inputs,
    *,
    more_plots: gpd.GeoDataFrame | None = None,
    lang: Language,
    estimate: Callable[..., FlowResult] | None,
    seconds: dict[str, float],
    tell: Callable[[str], None],
) -> Done:
    step = timed_steps(seconds, tell)
    with step("reference"):
        reference = store.load_reference()
        region = members_of(reference, year=scenario.world.members)
    with step("files"):
        plots, stations, capacity = _read_files(inputs, region)
        plots = _join_plots(plots, more_plots)
    result = run(
        scenario,
        reference,
        plots=plots,
        beside=() if more_plots is None else more_plots.index,
        stations=stations,
        capacity=capacity,
        lang=lang,
        estimate=estimate,
        tell=tell,
    )
    read = {"plots": plots, "stations": stations, "capacity": capacity}
    return Done(
        result=result,
        capacity=capacity,
        rows_read={name: len(table) for name, table in read.items() if table is not None},
    )


def kept_flows(cache: Path | None) -> Callable[..., FlowResult]:
    """Return an estimation of flows for `pipeline.run` that keeps its answers in a folder.

    An answer is kept under the hash of data, seed and code, so a change of any of them makes it anew. Without
    a folder nothing is kept.
    """
    if cache is None:
        return estimate_flows

    def estimate(
        reference: ReferenceData, network: Network, link_traffic: pd.DataFrame, *, seed: int
    ) -> FlowResult:
        source = Path(__file__).parent
        code = sorted(path for name in _FLOW_CODE for path in source.glob(name))
        numbers = reference.assumptions.to_csv()
        key = content_key(
            [store.data_dir() / "sources.toml", numbers, str(seed), *code, *library_versions().values()]
        )
        return flows_from_bytes(
            remembered(
                cache,
                key,
                lambda: flows_to_bytes(estimate_flows(reference, network, link_traffic, seed=seed)),
            )
        )

    return estimate


def _read_files(inputs: Inputs, region: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame | None, ...]:
    """Read the user's plots, stations and capacity; None where no file is given."""
    encoding = inputs.encoding
    plots = inputs.plots and load_plots(inputs.plots, region=region, layer=inputs.layer, encoding=encoding)
    stations = inputs.stations and load_stations(inputs.stations, encoding=encoding)
    capacity = inputs.capacity and load_capacity(inputs.capacity, encoding=encoding)
    return plots, stations, capacity


def _join_plots(plots: gpd.GeoDataFrame | None, more: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    if plots is None or more is None:
        return more if plots is None else plots
    twice = plots.index.intersection(more.index)
    if len(twice):
        raise DataError(f"plots: {name_some(twice)} stand in the plots file and are proposed: leave one out")
    return gpd.GeoDataFrame(pd.concat([plots, more]).sort_index(), crs=plots.crs)


def read_scenario(inputs: Inputs) -> tuple[Scenario, Inputs]:
    """Read the scenario and let the files and the seed given beside it win; return it with all files named.

    Raises
    ------
    ScenarioError
        If the scenario is refused.
    """
    scenario = load_scenario(inputs.scenario) if inputs.scenario else Scenario()
    if inputs.seed is not None:
        scenario = scenario.replace(uncertainty={"seed": inputs.seed})
    world = scenario.world
    plots = inputs.plots or (Path(world.plots) if world.plots else None)
    stations = inputs.stations or (Path(world.stations) if world.stations else None)
    capacity = inputs.capacity or (Path(world.grid_capacity) if world.grid_capacity else None)
    return scenario, replace(inputs, plots=plots, stations=stations, capacity=capacity)


def hash_inputs(inputs: Inputs) -> dict[str, str]:
    """Return the SHA-256 of the shipped data's registry, which holds one for each table, and of each file.

    Files go by role and name alone: a path tells where and who.
    """
    own = {f"{role}/{path.name}": hash_file(path) for role, path in inputs.roles().items()}
    return {"data/sources.toml": data_hash(), **own}
