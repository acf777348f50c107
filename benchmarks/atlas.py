"""The atlas of the whole region with all years: seconds of each part, and the size of its files.

Run by hand on a quiet machine: ``python benchmarks/atlas.py``. It runs the command in a process of its own,
imports included, and writes ``benchmarks/results/atlas.md``; what the figures mean is added there by hand.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULT = Path(__file__).parent / "results" / "atlas.md"
RUNS = 3
TARGET_S, TARGET_MB = 20, 3
LIBRARIES = ("geopandas", "matplotlib", "openpyxl", "pandas", "scipy", "shapely")
NOTE = f"""\
`regiongeo region --quiet` in a fresh process, {RUNS} times: median (lowest – highest). The whole is from
start to end of the process, imports and publishing included, in wall seconds and in CPU seconds of all its
threads; the parts are the wall seconds of `run.json`.
"""


def main() -> None:
    """Measure, print and write."""
    head, loads = machine(), []
    wholes: list[tuple[float, float]] = []
    parts: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "atlas"
        for _ in range(RUNS):
            loads.append(os.getloadavg()[0])
            wholes.append(run_once(out))
            for name, seconds in json.loads((out / "run.json").read_text("utf-8"))["seconds"].items():
                parts.setdefault(name, []).append(seconds)
        sizes = {path.name: path.stat().st_size / 1e6 for path in sorted(out.iterdir()) if path.is_file()}
    text = report(head, loads, wholes, parts, sizes)
    print(text)
    RESULT.write_text(text, "utf-8")


def run_once(out: Path) -> tuple[float, float]:
    """Run the command and return its wall and CPU seconds."""
    began, spent = time.perf_counter(), cpu_seconds()
    subprocess.run([sys.executable, "-m", "regiongeo", "region", "--quiet", "--out", str(out)], check=True)
    return time.perf_counter() - began, cpu_seconds() - spent


def cpu_seconds() -> float:
    """Return the CPU seconds of all processes that have been run to their end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(
    head: str,
    loads: list[float],
    wholes: list[tuple[float, float]],
    parts: dict[str, list[float]],
    sizes: dict[str, float],
) -> str:
    """Return the report as Markdown."""
    wall, cpu = ([one[at] for one in wholes] for at in (0, 1))
    rows = [f"| **whole** | ≤ {TARGET_S} | {spread(wall)} |", f"| whole, CPU | | {spread(cpu)} |"]
    rows += [f"| {name} | | {spread(seconds)} |" for name, seconds in parts.items()]
    files = [
        f"| {name} | {f'≤ {TARGET_MB}' if name == 'atlas.html' else ''} | {size:.2f} |"
        for name, size in sizes.items()
    ]
    return "\n".join(
        [
            f"# The atlas of the region\n\n{datetime.now(UTC):%Y-%m-%d}. {head}\n\n{NOTE}",
            "| part, s | target | |\n| --- | --- | --- |",
            *rows,
            "\n| file, MB | target | |\n| --- | --- | --- |",
            *files,
            f"\nLoad over 1 minute before each run: {min(loads):.1f} to {max(loads):.1f}.\n",
        ]
    )


def spread(values: list[float]) -> str:
    """Return median, lowest and highest."""
    return f"{statistics.median(values):.1f} ({min(values):.1f} – {max(values):.1f})"


def machine() -> str:
    """Name the processor, its cores and memory, and the versions."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{model or platform.machine()}, {os.cpu_count()} cores, {gib:.0f} GiB, "
        f"Python {platform.python_version()}, {versions}."
    )


if __name__ == "__main__":
    main()
