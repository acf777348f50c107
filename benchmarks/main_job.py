"""Measure the main job on the shipped data: seconds per step, peak memory, versions. Flows are made anew.

Run by hand: ``python benchmarks/main_job.py [--runs 3]``. The figures are wall seconds; quote medians.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("geopandas", "shapely", "pandas", "numpy", "scipy", "highspy", "folium", "matplotlib")
BUDGET_S, BUDGET_MB = 15, 1024


def one_run(folder: Path) -> tuple[float, dict[str, float]]:
    """Run the command in a fresh process and return its wall time and the time of each step [s]."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "regiongeo", "run", "--out", str(folder / "out"), "--quiet", "--anew"]
    subprocess.run(command, check=True, cwd=folder)
    wall = time.perf_counter() - began
    return wall, json.loads((folder / "out" / "run.json").read_text("utf-8"))["seconds"]


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    walls, steps = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            wall, seconds = one_run(Path(folder))
        walls.append(wall)
        steps.append(seconds)
    print(f"{platform.machine()}, Python {platform.python_version()}, {runs} runs, wall seconds (median)")
    print(", ".join(f"{name} {version(name)}" for name in LIBRARIES))
    for name in steps[0]:
        print(f"  {name:<14}{statistics.median(one[name] for one in steps):8.2f}")
    print(f"  {'whole command':<14}{statistics.median(walls):8.2f}   (budget {BUDGET_S} + 10 for flows)")
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  {'peak memory':<14}{peak_mb:8.0f} MB (budget {BUDGET_MB})")


if __name__ == "__main__":
    main()
