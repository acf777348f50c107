"""The region's own refuelling portfolio, all relations and candidates, to proven optimality, beside HiGHS.

Wall and CPU seconds, imports and the reading of data left out; each answer includes windows, proof, ties and
the simulated drives. Run by hand on a quiet machine: ``python benchmarks/siting_region.py``, some five
minutes; it writes ``benchmarks/results/siting_region.md``.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from regiongeo import stationplan, store
from regiongeo.cache import cache_folder
from regiongeo.job import kept_flows
from regiongeo.pipeline import run
from regiongeo.scenario import Scenario
from regiongeo.siting import refuel, search
from regiongeo.siting.pathcover import cover_model
from siting import machine
from siting_peers import GAP_0, Stop, cpu_s, run_highs, watched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regiongeo.siting.limits import Limits
    from regiongeo.siting.refuel import Layer, Refuelling

RESULT = Path(__file__).parent / "results" / "siting_region.md"
LIMIT_S = 60.0
AIM = "truck_km"
HEAD = """\
Wall and CPU seconds for the whole answer: windows, greedy start, proof, ties settled, every truck driven by
the simulator, what each site loses and adds. Bare HiGHS: presolve at its default, gap 0, one thread, limit
60 s, on the model with a row for each window and claim; for the solve alone, without ties or checks. Gap: how
much better another choice could be.

| question | paths | regiongeo wall s | CPU s | of it solver s | gap | ties settled | bare HiGHS s | its gap |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


def main() -> None:
    """Measure, print and write."""
    layers, sites, limits = question()
    battery = [replace(layers[0], most=None)]
    free = replace(limits, too_close=())
    cases: dict[str, tuple[Sequence[Layer], Limits]] = {
        "charging, 10 sites, no least spacing": (battery, replace(free, size=10)),
        "charging, 8 sites, least spacing": (battery, limits),
        "charging, hydrogen and biogas, 8 sites, least spacing (the default)": (layers, limits),
        "charging, hydrogen and biogas, 10 sites, no least spacing": (layers, replace(free, size=10)),
    }
    lines = [f"# The region's refuelling portfolio\n\n{datetime.now(UTC):%Y-%m-%d}. {machine()}\n\n{HEAD}"]
    for name, (own, within) in cases.items():
        lines.append(row(name, own, sites, within))
        print(lines[-1], flush=True)
    RESULT.write_text("\n".join(lines) + "\n", "utf-8")


def question() -> tuple[list[Layer], list[str], Limits]:
    """Return what the main job asks with its default scenario."""
    with suppress(Stop), watched(stationplan, "choose_refuelling", instead=_stop) as calls:
        run(Scenario(), store.load_reference(), estimate=kept_flows(cache_folder()))
    layers, sites, limits = calls.given[0]
    return layers, sites, limits


def row(name: str, layers: Sequence[Layer], sites: Sequence[str], limits: Limits) -> str:
    """Return one line of the table."""
    began, used = perf_counter(), cpu_s()
    found: Refuelling = refuel.choose_refuelling(layers, sites, limits, aim=AIM, time_limit_s=LIMIT_S)
    wall, cpu = perf_counter() - began, cpu_s() - used
    bare_s, gap = bare(layers, sites, limits)
    paths = sum(len(layer.trips.paths) for layer in layers)
    settled = "yes" if found.is_settled else "no"
    solver = found.seconds["solve"]
    return (
        f"| {name} | {paths:,} | {wall:.1f} | {cpu:.1f} | {solver:.1f} | {found.gap:.2%} | {settled} "
        f"| {bare_s:.1f} | {gap:.2%} |"
    )


def bare(layers: Sequence[Layer], sites: Sequence[str], limits: Limits) -> tuple[float, float]:
    """Return what HiGHS alone takes on the whole model [s], and its gap."""
    with suppress(Stop), watched(search, "branch_and_cut", instead=_stop) as calls:
        refuel.choose_refuelling(layers, sites, limits, aim=AIM, time_limit_s=LIMIT_S)
    cover, offers = calls.given[0]
    model = cover_model(cover, offers, scale=1e6 / float(cover.credit.sum()))
    began = perf_counter()
    highs = run_highs(model, {**GAP_0, "time_limit": LIMIT_S})
    return perf_counter() - began, float(highs.getInfo().mip_gap)


def _stop(*_: object, **__: object) -> None:
    raise Stop


if __name__ == "__main__":
    main()
