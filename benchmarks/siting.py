"""Siting side by side with its peers: coverage, p-median and flow refuelling, on made-up places and roads.

CPU seconds of all threads, imports left out. Every run has a fresh process of its own that first answers a
small question, so that nothing is paid for the first time. Run by hand: ``python benchmarks/siting.py``, half
an hour; with ``--quick`` on small questions in some two minutes, with ``--kinds`` some of them. The full run
writes its tables with machine and versions to ``benchmarks/results/siting.md``.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import platform
import resource
import statistics
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from multiprocessing.connection import Connection

    from siting_peers import Outcome

WHOSE = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
RUNS, REPEATS, CHEAP_S = 5, 9, 2.0
LIMIT_S, MIDDLE_S, LONG_S = 40.0, 60.0, 120.0
STEPS = ("windows", "build", "greedy", "solve", "ties and checks")
RESULT = Path(__file__).parent / "results" / "siting.md"
LIBRARIES = ("numpy", "scipy", "pandas", "highspy", "spopt", "pulp")
OURS, CBC, HIGHS = "regiongeo", "spopt + CBC", "spopt + HiGHS"
OWN = (OURS, "regiongeo, to a gap of 1e-4")
GAP_0, NO_PRESOLVE = "bare highspy, gap 0", "bare highspy, gap 0, no presolve"
DEFAULTS, BARE_NO_PRESOLVE = "bare highspy, its defaults", "bare highspy, no presolve"
GREEDY = "greedy with substitution"
MOST = (OURS, CBC, HIGHS, DEFAULTS, GAP_0, NO_PRESOLVE, GREEDY)
ALL = (OURS, CBC, HIGHS, DEFAULTS, BARE_NO_PRESOLVE, GREEDY)
MEDIAN = (OURS, "regiongeo, to a gap of 1e-3", CBC, HIGHS, DEFAULTS, GREEDY)
REFUELLING = ("regiongeo, to a gap of 1e-4", DEFAULTS, BARE_NO_PRESOLVE, GREEDY)
NOTE = """\
CPU seconds of the process and the programs it runs, all threads; the median of five alternating runs where a
run took less than 2 s, else one, and in each run of as many answers as begin within 2 s, up to nine. In
brackets the ratio to regiongeo, of the same column. Limits are wall time, on cores shared with other work,
and hold for the solver alone; "limit": it came before the end. Gap: how much better another choice could be,
relative to the value, as far as the way itself knows; "–" where it does not. Loss: against the best value of
the table. Values: share of demand covered or of trips served [%], number of sites, weighted distance. MB: by
how much peak memory rose above that of the process with the
question drawn, or that of a program it ran did. All solvers have one thread.

- Build: from distances or trips to the model as arrays, and with spopt to its PuLP problem. Bare highspy gets
  the arrays that regiongeo built (for the p-median those of the assignment model, z_ij ≤ x_j, which is
  spopt's); its time is to pass them and solve, and its "all" is that alone.
- Solve: regiongeo solves coverage and p-medians to gap 0, coverage with presolve off. HiGHS by default, and
  so by PuLP, stops at a gap of 1e-4; CBC at 0.
- Ties and checks: regiongeo alone goes on to find, of equally good choices, that with the earliest ids,
  and recounts the answer from the sites; for refuelling it drives every truck, and settles no ties at a gap.
- Greedy with substitution: plain NumPy; for refuelling the start that regiongeo itself takes.
- The trips: heaviest relations of 300 places on made-up roads (10,000 nodes, 1.4 links a node, range 200 km,
  candidates anywhere on the paths). In the square of 600 km fewer relations can be served at all.
"""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question: demand (or paths) × sites, of which ``size`` are wanted."""

    kind: str
    rows: int
    sites: int
    ways: tuple[str, ...]
    size: int = 20
    limit_s: float = LIMIT_S
    seed: int = 1
    side_km: float = 0.0
    """Of the square with the roads, for refuelling."""

    @property
    def title(self) -> str:
        """What is asked, in a line."""
        if self.kind == "refuelling":
            what = f"{self.rows:,} paths × {self.sites:,} sites, p = {self.size}, {self.side_km:g} km square"
        else:
            wanted = "" if self.kind == "LSCP" else f", p = {self.size}"
            what = f"{self.rows:,} × {self.sites:,}{wanted}"
        return f"{self.kind}, {what}; limit {self.limit_s:g} s"

    @property
    def small(self) -> Case:
        """A question of the same kind that takes no time."""
        return replace(self, rows=200, sites=60, limit_s=5.0)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One answer of one way, with what it took."""

    outcome: Outcome
    memory_mb: float

    @property
    def cpu_s(self) -> float:
        """CPU seconds of all steps."""
        return sum(self.outcome.seconds.values())


def cases(*, is_quick: bool) -> list[Case]:
    """List the questions."""
    kinds = {"MCLP": MOST, "LSCP": ALL, "p-median": MEDIAN}
    if is_quick:
        small = [Case(kind=kind, rows=200, sites=80, ways=ways, limit_s=5) for kind, ways in kinds.items()]
        return [*small, _refuelling(500, 100, side_km=350, limit_s=5)]
    sizes = ((500, 500), (2_000, 500), (5_000, 1_000))
    plane = [
        Case(kind=kind, rows=rows, sites=sites, ways=ways)
        for kind, ways in kinds.items()
        for rows, sites in sizes
    ]
    plane[-2] = replace(plane[-2], ways=tuple(way for way in MEDIAN if way != CBC))
    plane[-1] = replace(plane[-1], ways=(*MEDIAN[:2], GREEDY))
    roads = [
        _refuelling(2_000, 300, side_km=350, limit_s=LIMIT_S),
        _refuelling(20_000, 300, side_km=350, limit_s=LIMIT_S),
        _refuelling(20_000, 300, side_km=600, limit_s=LIMIT_S),
        _refuelling(2_000, 1_000, side_km=350, limit_s=MIDDLE_S),
        _refuelling(20_000, 1_000, side_km=350, limit_s=LONG_S),
    ]
    return plane[:6] + roads + plane[6:]


def _refuelling(rows: int, sites: int, *, side_km: float, limit_s: float) -> Case:
    ways = REFUELLING if limit_s < MIDDLE_S else (*REFUELLING[:2], GREEDY)
    return Case(
        kind="refuelling", rows=rows, sites=sites, ways=ways, size=25, limit_s=limit_s, side_km=side_km
    )


def measure(case: Case, *, repeats: int) -> dict[str, Run | None]:
    """Run all ways of a case in turn, cheap ones again; None for a way that failed."""
    runs = {way: [in_own_process(case, way)] for way in case.ways}
    for _ in range(repeats - 1):
        for way, before in runs.items():
            if before[0] is not None and before[0].cpu_s < CHEAP_S:
                before.append(in_own_process(case, way))
    return {way: _median([run for run in found if run is not None]) for way, found in runs.items()}


def _median(runs: list[Run]) -> Run | None:
    if not runs:
        return None
    return Run(
        outcome=_typical([run.outcome for run in runs]),
        memory_mb=statistics.median(run.memory_mb for run in runs),
    )


def _typical(outcomes: list[Outcome]) -> Outcome:
    """Return the first outcome, with the median time of each step."""
    steps = outcomes[0].seconds
    seconds = {step: statistics.median(one.seconds[step] for one in outcomes) for step in steps}
    return replace(outcomes[0], seconds=seconds)


def in_own_process(case: Case, way: str) -> Run | None:
    """Answer in a fresh process; None if that failed."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send_run, args=(sender, case, way))
    process.start()
    sender.close()
    try:
        run: Run | None = receiver.recv()
    except EOFError:
        run = None
    process.join()
    return run


def _send_run(sender: Connection, case: Case, way: str) -> None:
    # Imported here, so that the first process stays small: peak memory is handed down to those it starts.
    from siting_peers import WAYS, instance  # noqa: PLC0415

    try:
        answer = WAYS[case.kind][way]
        answer(case.small, instance(case.small))
        question = instance(case)
        _forget_peak()
        before = _peak_mb()
        outcomes = [answer(case, question)]
        while len(outcomes) < REPEATS and sum(sum(one.seconds.values()) for one in outcomes) < CHEAP_S:
            outcomes.append(answer(case, question))
        sender.send(Run(outcome=_typical(outcomes), memory_mb=_peak_mb() - before))
    except Exception:  # noqa: BLE001 - a way that fails is shown as such, the others go on
        traceback.print_exc()
        sender.send(None)


def _forget_peak() -> None:
    """Let peak memory count from now on; only Linux can, elsewhere drawing the question counts too."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")


def _peak_mb() -> float:
    """Return the peak memory of the process, or of the largest program it ran."""
    return max(resource.getrusage(who).ru_maxrss for who in WHOSE) / 1024


def table(case: Case, runs: dict[str, Run | None]) -> str:
    """Write the table of one case."""
    known = {way: run for way, run in runs.items() if run is not None}
    own = next(known[way] for way in OWN if way in known)
    steps = [step for step in STEPS if any(step in run.outcome.seconds for run in known.values())]
    best = _best(case, known.values())
    head = ["way", *(f"{step} s" for step in steps), "all s", "value", "gap", "loss", "MB"]
    lines = [head, ["---"] * len(head)]
    for way, run in runs.items():
        if run is None:
            lines.append([way, *["failed"] * (len(head) - 1)])
            continue
        cells = [_seconds(run, own, step) for step in steps]
        whole = f"{run.cpu_s:,.2f} ({run.cpu_s / own.cpu_s:,.2f}×)"
        lines.append(
            [
                way,
                *cells,
                whole + ", limit" * run.outcome.is_late,
                *_reached(run, best),
                f"{run.memory_mb:,.0f}",
            ]
        )
    facts = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in own.outcome.facts.items())
    return "\n".join(
        [
            f"## {case.title}",
            "",
            *([facts, ""] if facts else []),
            *(f"| {' | '.join(line)} |" for line in lines),
            "",
        ]
    )


def _seconds(run: Run, own: Run, step: str) -> str:
    taken, base = run.outcome.seconds.get(step), own.outcome.seconds.get(step)
    if taken is None:
        return "–"
    return f"{taken:,.3f} ({taken / base:,.2f}×)" if base else f"{taken:,.3f}"


def _reached(run: Run, best: float) -> list[str]:
    value, bound = run.outcome.value, run.outcome.bound
    if math.isnan(value):
        return ["none", "–", "–"]
    gap = "–" if math.isnan(bound) else _share(abs(bound - value) / value)
    return [f"{value:,.3f}", gap, _share(abs(value - best) / best)]


def _share(part: float) -> str:
    return "0" if part < 1e-9 else f"{part:.1e}" if part < 1e-4 else f"{part:.2%}"  # noqa: PLR2004


def _best(case: Case, runs: Iterable[Run]) -> float:
    values = [run.outcome.value for run in runs if not math.isnan(run.outcome.value)]
    return max(values) if case.kind in {"MCLP", "refuelling"} else min(values)


def goals(measured: dict[Case, dict[str, Run | None]]) -> list[str]:
    """Hold what was measured against the goals."""
    return [line for case, runs in measured.items() for line in _goals_of(case, runs)]


def _goals_of(case: Case, runs: dict[str, Run | None]) -> list[str]:
    own = next((run for way in OWN if (run := runs.get(way)) is not None), None)
    if own is None:
        return [f"- {case.title}: regiongeo failed"]
    if case.kind == "p-median":
        is_asked = case.rows == 2_000  # noqa: PLR2004
        return [_median_goal(way, run) for way in MEDIAN[:2] if is_asked and (run := runs[way]) is not None]
    lines = [_build_goal(case, way, own, run) for way in (CBC, HIGHS) if (run := runs.get(way)) is not None]
    bare = (DEFAULTS, GAP_0, NO_PRESOLVE, BARE_NO_PRESOLVE)
    lines += [_solve_goal(case, way, own, run) for way in bare if (run := runs.get(way)) is not None]
    if case.kind == "refuelling":
        is_met = own.cpu_s <= 10 and _raw_gap(own) <= 1e-4  # noqa: PLR2004
        is_asked = (case.rows, case.sites) == (20_000, 300)
        goal = f" (goal ≤ 1e-4 in ≤ 10 s: {_met(is_met)})" if is_asked else ""
        lines.append(f"- {case.title}: gap {_gap(own)} after {own.cpu_s:.1f} s in all{goal}")
    return lines


def _build_goal(case: Case, way: str, own: Run, run: Run) -> str:
    ratio = run.outcome.seconds["build"] / own.outcome.seconds["build"]
    goal = f" (goal ≥ 30: {_met(ratio >= 30)})" if case.rows >= 2_000 else ""  # noqa: PLR2004
    return f"- {case.title}: {way} builds in {ratio:,.0f} × the time{goal}"


def _solve_goal(case: Case, way: str, own: Run, run: Run) -> str:
    if run.outcome.is_late or own.outcome.is_late:
        return f"- {case.title}: gap {_gap(own)}{_stop(own)}, {way} {_gap(run)}{_stop(run)}"
    ratio = own.outcome.seconds["solve"] / run.outcome.seconds["solve"]
    goal = _met(ratio <= 1.2)  # noqa: PLR2004
    return f"- {case.title}: solve {ratio:.2f} × {way} (goal ≤ 1.2: {goal}); gaps {_gap(own)} and {_gap(run)}"


def _stop(run: Run) -> str:
    return " at the limit" if run.outcome.is_late else ""


def _median_goal(way: str, run: Run) -> str:
    is_met = _met(run.cpu_s <= 5 and _raw_gap(run) <= 1e-3)  # noqa: PLR2004
    reached = f"gap {_gap(run)} in {run.cpu_s:.2f} s"
    return f"- p-median 2,000 × 500, {way}: {reached} (goal ≤ 0.1 % in ≤ 5 s: {is_met})"


def _raw_gap(run: Run) -> float:
    return abs(run.outcome.bound - run.outcome.value) / run.outcome.value


def _gap(run: Run) -> str:
    gap = _raw_gap(run)
    return "unknown" if math.isnan(gap) else _share(gap)


def _met(is_met: bool) -> str:  # noqa: FBT001
    return "met" if is_met else "not met"


def machine() -> str:
    """Name the processor, its cores and memory, the load, and the versions of all engines."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    python, libraries = platform.python_version(), ", ".join(_version(name) for name in LIBRARIES)
    return (
        f"{model or platform.machine()}, {os.cpu_count()} cores, {gib:.0f} GiB, Python {python}; "
        f"{libraries}. Load over 1, 5 and 15 minutes at the start: {load}; other work ran on the same cores."
    )


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} not installed"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small questions, once; nothing is written")
    parser.add_argument("--kinds", nargs="*", help="of MCLP, LSCP, p-median, refuelling; nothing is written")
    asked = parser.parse_args()
    asked_for = [one for one in cases(is_quick=asked.quick) if not asked.kinds or one.kind in asked.kinds]
    head = f"# Siting: measured side by side\n\n{datetime.now(UTC):%Y-%m-%d}. {machine()}\n\n{NOTE}"
    print(head, flush=True)
    measured: dict[Case, dict[str, Run | None]] = {}
    for case in asked_for:
        measured[case] = measure(case, repeats=1 if asked.quick else RUNS)
        print(table(case, measured[case]), flush=True)
        if not (asked.quick or asked.kinds):
            RESULT.write_text(f"{head}\n{_results(measured)}", "utf-8")
    print("\n".join(goals(measured)))


def _results(measured: dict[Case, dict[str, Run | None]]) -> str:
    tables = [table(case, runs) for case, runs in measured.items()]
    return "\n".join(["## Goals", "", *goals(measured), "", *tables])


if __name__ == "__main__":
    main()
