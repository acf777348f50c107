"""Routing side by side with its peers: cost matrices and routes, on the shipped network and on made-up ones.

CPU seconds of all threads. Every engine runs in a process of its own; a slow one does a share of the work and
is scaled up (~). Run by hand: ``python benchmarks/routing.py [--sizes 50000 250000]``; prints the tables and
writes them with machine and versions to ``benchmarks/results/routing.md``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import resource
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pandas as pd

from planar import planar_network
from regiongeo.network import build_network, components, to_networkx
from regiongeo.routing import cost_matrix, customise, prepare, shortest_routes
from regiongeo.routing.engines import CCH_FROM_NODES
from regiongeo.store import load_reference
from routing_peers import PEERS, Case, plain_graph

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from numpy.typing import NDArray

    from regiongeo.network import Network
    from routing_peers import Peer

MATRICES = ((500, 500), (2_000, 500), (5_000, 5_000))
ROUTES, ZONES = 20_000, 300
BUDGET_S = 2.0
CHECKED_ROWS, FEW_PAIRS = 3, 200
NOTE = """\
CPU seconds, in brackets the ratio to regiongeo prepared; ~ scaled up from a share of the work. MB is the peak
memory the engine added, results included. The deviation is relative, from SciPy, on nine pairs. Matrices on
the shipped network have at most as many rows and columns as its main part has nodes.
"""
RESULT = Path(__file__).parent / "results" / "routing.md"
LIBRARIES = ("numpy", "scipy", "pandas", "networkx", "osmnx", "igraph", "pandana", "routingkit-cch")


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one engine took: seconds of set-up and by job, memory it added, and where it was scaled up."""

    name: str
    set_up_s: float
    memory_mb: float
    seconds: tuple[float, ...]
    scaled: tuple[bool, ...]
    sample: NDArray[np.float64]


def make_case(network: Network, *, seed: int) -> Case:
    """Draw the same questions for every engine."""
    numbers, roads = np.random.default_rng(seed), prepare(network, engine="scipy")
    main = np.flatnonzero(components(network).loc[roads.arcs.nodes] == 0)
    sources, targets = (numbers.choice(main, min(5_000, len(main)), replace=False) for _ in range(2))
    zones = numbers.choice(main, ZONES, replace=False)
    pairs = numbers.choice(zones, (ROUTES, 2))
    matrices = tuple(
        (numbers.permutation(sources)[:rows], numbers.permutation(targets)[:columns])
        for rows, columns in MATRICES
    )
    return Case(network=network, roads=roads, matrices=matrices, pairs=pairs)


def measure(peer: Peer, case: Case) -> Line:
    """Run all jobs of one engine."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    state = peer.set_up(case)
    set_up_s = time.process_time() - began
    jobs = [_matrix_job(peer, case, state, *ends) for ends in case.matrices]
    jobs.append(_timed_share(lambda part: peer.routes(case, state, part), case.pairs, peer.pairs_a_step))
    sources, targets = case.matrices[0]
    sample = peer.matrix(case, state, sources[:CHECKED_ROWS], targets[:CHECKED_ROWS])
    added = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    seconds, scaled = zip(*jobs, strict=True)
    return Line(
        name=peer.name,
        set_up_s=set_up_s,
        memory_mb=added / 1024,
        seconds=seconds,
        scaled=scaled,
        sample=np.asarray(sample, dtype=float),
    )


def _matrix_job(
    peer: Peer,
    case: Case,
    state: object,
    sources: NDArray[np.intp],
    targets: NDArray[np.intp],
) -> tuple[float, bool]:
    if peer.by_pair:
        few = np.column_stack([np.resize(sources, FEW_PAIRS), np.resize(targets, FEW_PAIRS)])
        seconds, _ = _timed_share(lambda part: peer.routes(case, state, part), few, peer.pairs_a_step)
        return seconds * len(sources) * len(targets) / len(few), True
    if peer.turns and len(targets) < len(sources):
        return _timed_share(lambda part: peer.matrix(case, state, sources, part), targets, peer.rows_a_step)
    return _timed_share(lambda part: peer.matrix(case, state, part, targets), sources, peer.rows_a_step)


def _timed_share(work: Callable[[Any], object], items: NDArray[Any], step: int | None) -> tuple[float, bool]:
    """Work through the items until the budget is spent; return the seconds for all, and whether scaled."""
    done, began = 0, time.process_time()
    while done < len(items) and (not done or time.process_time() - began < BUDGET_S):
        part = items[done : done + (step or len(items))]
        work(part)
        done += len(part)
    return (time.process_time() - began) * len(items) / done, done < len(items)


def in_own_process(peer: Peer, case: Case) -> Line | None:
    """Measure in a forked process, so that memory and imports are the engine's own; None if not installed."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send_line, args=(sender, peer, case))
    process.start()
    sender.close()
    line: Line | None = receiver.recv()
    process.join()
    return line


def _send_line(sender: Connection, peer: Peer, case: Case) -> None:
    try:
        sender.send(measure(peer, case))
    except ModuleNotFoundError:
        sender.send(None)


def table(title: str, lines: list[Line | None]) -> str:
    """Write one table, seconds with the ratio to regiongeo prepared."""
    head = ["engine", "set-up s", "MB", *(f"{rows:,} × {columns:,}" for rows, columns in MATRICES)]
    head += [f"{ROUTES:,} routes", "largest deviation"]
    rows = [head, ["---"] * len(head)]
    known = [line for line in lines if line is not None]
    own = next(line for line in known if line.name == "regiongeo, prepared")
    exact = next(line for line in known if line.name.startswith("SciPy, smaller")).sample
    for line in known:
        cells = [
            f"{'~' if is_scaled else ''}{seconds:,.2f} ({seconds / base:,.1f}×)"
            for seconds, is_scaled, base in zip(line.seconds, line.scaled, own.seconds, strict=True)
        ]
        off = np.nanmax(np.abs(line.sample / exact - 1))
        rows.append([line.name, f"{line.set_up_s:.2f}", f"{line.memory_mb:,.0f}", *cells, f"{off:.0e}"])
    return "\n".join([f"## {title}", "", *(f"| {' | '.join(row)} |" for row in rows), ""])


def alternate(*ways: Callable[[], object], repeats: int) -> list[float]:
    """Time several ways in turn, in one process; return the median CPU seconds of each."""
    seconds: list[list[float]] = [[] for _ in ways]
    for _ in range(repeats):
        for way, taken in zip(ways, seconds, strict=True):
            began = time.process_time()
            way()
            taken.append(time.process_time() - began)
    return [statistics.median(taken) for taken in seconds]


def goals_shipped(case: Case) -> list[str]:
    """Hold the whole call, preparation included, against the bare one."""
    peers = {peer.name: peer for peer in PEERS}
    sources, targets = case.matrices[1]
    ids = case.roads.arcs.nodes
    bare, state = peers["SciPy, smaller side"], peers["SciPy, smaller side"].set_up(case)
    ours, theirs = alternate(
        lambda: cost_matrix(case.network, ids[sources], ids[targets]),
        lambda: bare.matrix(case, state, sources, targets),
        repeats=9,
    )
    networkx, plain = _networkx_seconds(case, sources)
    pairs = pd.DataFrame({"source": ids[case.pairs[:, 0]], "target": ids[case.pairs[:, 1]]})
    (routes,) = alternate(lambda: shortest_routes(case.network, pairs), repeats=3)
    call = f"{ours:.3f} s; bare SciPy from the smaller side: {theirs:.3f} s, ratio {ours / theirs:.2f}"
    forward = (
        f"{networkx:.1f} s, {networkx / ours:.0f} ×; on a plain DiGraph {plain:.1f} s, {plain / ours:.0f} ×"
    )
    return [
        f"- shipped network, 2,000 × 500, the whole call: {call} (goal ≤ 1.1)",
        f"- the same by networkx forward on the network's own graph: {forward} (goal ≥ 50; scaled up)",
        f"- shipped network, {ROUTES:,} full routes, the whole call: {routes:.2f} s (goal ≤ 2 s)",
    ]


def _networkx_seconds(case: Case, sources: NDArray[np.intp]) -> tuple[float, float]:
    """Time networkx on the graph of ``to_networkx`` and on its fastest kind of graph."""
    few, ids = sources[:20], case.roads.arcs.nodes
    own, plain = to_networkx(case.network), plain_graph(case)
    seconds = alternate(
        lambda: [nx.single_source_dijkstra_path_length(own, one, weight="minutes") for one in ids[few]],
        lambda: [nx.single_source_dijkstra_path_length(plain, one) for one in few.tolist()],
        repeats=3,
    )
    return seconds[0] * len(sources) / len(few), seconds[1] * len(sources) / len(few)


def goals_large(case: Case) -> list[str]:
    """Hold a prepared matrix against the raw engine, and new speeds against preparing."""
    peers = {peer.name: peer for peer in PEERS}
    sources, targets = case.matrices[1]
    ids = case.roads.arcs.nodes
    raw, state = peers["routingkit-cch, raw"], peers["routingkit-cch, raw"].set_up(case)
    began = time.process_time()
    fast = prepare(case.network)
    prepared = time.process_time() - began
    ours, theirs = alternate(
        lambda: cost_matrix(fast, ids[sources], ids[targets]),
        lambda: raw.matrix(case, state, sources, targets),
        repeats=5,
    )
    slower = case.network.links["minutes"] * 1.1
    (again,) = alternate(lambda: customise(fast, weight=slower), repeats=3)
    call = (
        f"{ours:.3f} s; raw routingkit-cch from the smaller side: {theirs:.3f} s, ratio {ours / theirs:.2f}"
    )
    return [
        f"- {len(ids):,} nodes, 2,000 × 500, prepared: {call} (goal ≤ 1.3)",
        f"- {len(ids):,} nodes: preparing {prepared:.2f} s, new speeds {again:.2f} s",
    ]


def machine() -> str:
    """Name the processor, its cores and the versions of all engines."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    python = f"Python {platform.python_version()}"
    return f"{model or platform.machine()}, {os.cpu_count()} cores, {python}; {_versions()}"


def _versions() -> str:
    known = []
    for name in LIBRARIES:
        try:
            known.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            known.append(f"{name} not installed")
    return ", ".join(known)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[50_000, 250_000])
    sizes = parser.parse_args().sizes
    reference = load_reference()
    networks = {"Shipped network": build_network(reference.nodes, reference.links)}
    networks |= {f"Made up, {size:,} nodes": planar_network(size, seed=1) for size in sizes}
    text = [
        "# Routing: measured side by side\n",
        f"{datetime.now(UTC):%Y-%m-%d}. {machine()}.\n",
        NOTE,
    ]
    goals = []
    for title, network in networks.items():
        case = make_case(network, seed=1)
        lines = [in_own_process(peer, case) for peer in PEERS]
        size = f"{len(case.roads.arcs.nodes):,} nodes, {len(case.roads.arcs.tail):,} arcs"
        text.append(table(f"{title}: {size}", lines))
        print(text[-1], flush=True)
        if title == "Shipped network":
            goals += goals_shipped(case)
        elif len(network.nodes) >= CCH_FROM_NODES:
            goals += goals_large(case)
    text.append("\n".join(["## Goals", "", "Medians of alternating runs in one process.", "", *goals, ""]))
    print(text[-1])
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main()
