"""The region's workshop page in headless Chromium: size, time to ready, time to rank under moved weights.

Run by hand on a quiet machine: ``python benchmarks/map.py`` builds the page and measures it, in some four
minutes; with the path of a page built by ``regiongeo workshop build`` it measures that one. It writes
``benchmarks/results/map.md``; what the figures mean is added there by hand.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from playwright.sync_api import sync_playwright

from regiongeo import store
from regiongeo.cache import cache_folder
from regiongeo.job import Inputs
from regiongeo.maps.encode import read_data_block, to_data_block
from regiongeo.maps.geometry import encode_areas
from regiongeo.workshop.build import build_workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from playwright.sync_api import Browser, Page, Route

RESULT = Path(__file__).parent / "results" / "map.md"
RUNS, MOVES = 5, 5
PLOTS, CORNERS, SEED = 10_000, 8, 7
SETTLED_MS = 2_000
VIEWPORT = {"width": 1366, "height": 768}
NOTE = f"""\
A fresh browser context for each of {RUNS} runs, pages in turn, opened as a file with the network blocked,
{VIEWPORT["width"]} × {VIEWPORT["height"]} pixels. Median (lowest – highest).

- Ready: from the start of navigation to `html[data-ready]`, and to the first frame drawn after it.
- Re-rank: {SETTLED_MS / 1000:.0f} s after ready a slider gets an `input` event, {MOVES} times a run, each
  after all draws of the last were counted. The handler ranks all sites, counts 400 draws, and redraws list
  and pins; the frame is the next one drawn. First: the first move of each run.
- All draws: from the event until the last of the scenario's draws is counted; the 250 ms that the page waits
  for another move are in it.
- {PLOTS:,} plots: as the user's own plots, polygons of {CORNERS} corners and 40 m to 120 m across, spread
  over the box around the region (seed {SEED}), their layer on.
"""
READY = """() => {
  window.seen = {};
  new MutationObserver((_, observer) => {
    if (document.documentElement?.dataset.ready === undefined) return;
    observer.disconnect();
    window.seen.ready = performance.now();
    requestAnimationFrame(() => setTimeout(() => { window.seen.drawn = performance.now(); }));
  }).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-ready"] });
}"""
MOVE = """(value) => new Promise((done) => {
  const slider = document.getElementById("weight-0");
  const { sites } = window.regiongeo.data;
  const began = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  const seen = { handler: performance.now() - began };
  requestAnimationFrame(() => setTimeout(() => { seen.frame = performance.now() - began; }));
  const wait = () => {
    if (sites[0].rank_low === null || seen.frame === undefined) return setTimeout(wait, 5);
    return done({ ...seen, counted: performance.now() - began });
  };
  wait();
})"""


@dataclass(frozen=True)
class Sample:
    """One page opened once; times in ms."""

    ready: float
    drawn: float
    moves: tuple[dict[str, float], ...]
    load: float
    requests: int


FIGURES: dict[str, tuple[str, int, Callable[[Sample], list[float]]]] = {
    "ready, s": ("≤ 1.5; plots +1.5", 2, lambda run: [run.ready / 1e3]),
    "first frame after ready, s": ("", 2, lambda run: [run.drawn / 1e3]),
    "re-rank, first move: handler, ms": ("≤ 50", 0, lambda run: [run.moves[0]["handler"]]),
    "re-rank, later moves: handler, ms": ("≤ 50", 0, lambda run: [one["handler"] for one in run.moves[1:]]),
    "re-rank, later moves: next frame, ms": ("", 0, lambda run: [one["frame"] for one in run.moves[1:]]),
    "all draws counted, s": ("", 2, lambda run: [one["counted"] / 1e3 for one in run.moves]),
}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path, nargs="?", help="built workshop page; without: build it")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page = asked.page or Path(folder) / "workshop.html"
        if asked.page is None:
            build_workshop(Inputs(), page, lang="nb", cache=cache_folder())
        crowded = Path(folder) / "crowded.html"
        crowded.write_text(with_plots(page.read_text("utf-8"), made_plots()), "utf-8")
        pages = {"the region": page, f"with {PLOTS:,} plots": crowded}
        text = measure(pages)
    print(text)
    RESULT.write_text(text, "utf-8")


def measure(pages: dict[str, Path]) -> str:
    """Return the report on these pages, in turn run by run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        head = machine(browser.version)
        samples: dict[str, list[Sample]] = {name: [] for name in pages}
        for _ in range(RUNS):
            for name, path in pages.items():
                samples[name].append(open_once(browser, path))
        browser.close()
    data = read_data_block(next(iter(pages.values())).read_text("utf-8"))
    facts = f"{len(data['sites'])} sites, {len(data['criteria'])} criteria, {data['draws']['count']:,} draws"
    sizes = {name: path.stat().st_size / 1e6 for name, path in pages.items()}
    return (
        f"# The workshop page\n\n{datetime.now(UTC):%Y-%m-%d}. {head} The page: {facts}.\n\n{NOTE}\n"
        f"{table(samples, sizes)}\n\n{loads(samples)}\n"
    )


def open_once(browser: Browser, path: Path) -> Sample:
    """Open a page with the network blocked, and move a slider."""
    load = os.getloadavg()[0]
    context = browser.new_context(viewport=VIEWPORT, locale="nb-NO")  # type: ignore[arg-type]
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/*", only_files)
    page.add_init_script(f"({READY})()")
    page.goto(path.absolute().as_uri())
    page.wait_for_function("window.seen.drawn !== undefined")
    seen = page.evaluate("window.seen")
    page.wait_for_timeout(SETTLED_MS)
    moves = tuple(move(page, value) for value in range(20, 20 + 10 * MOVES, 10))
    context.close()
    return Sample(seen["ready"], seen["drawn"], moves, load, len(asked) - 1)


def move(page: Page, value: int) -> dict[str, float]:
    """Set the first slider and return milliseconds until handler, frame and all draws are done."""
    seen: dict[str, float] = page.evaluate(MOVE, value)
    return seen


def only_files(route: Route) -> None:
    """Let nothing through but files."""
    if route.request.url.startswith("file://"):
        route.continue_()
    else:
        route.abort()


def made_plots() -> gpd.GeoDataFrame:
    """Return made-up plots over the box around the region, EPSG:25832."""
    draw = np.random.default_rng(SEED)
    west, south, east, north = store.load_reference().municipalities.total_bounds
    middles = np.column_stack([draw.uniform(west, east, PLOTS), draw.uniform(south, north, PLOTS)])
    angles = np.arange(CORNERS) * 2 * np.pi / CORNERS
    reach = draw.uniform(20, 60, (PLOTS, CORNERS))
    corners = np.stack([np.cos(angles) * reach, np.sin(angles) * reach], axis=2) + middles[:, None, :]
    return gpd.GeoDataFrame(geometry=shapely.polygons(corners), crs="EPSG:25832")


def with_plots(html: str, plots: gpd.GeoDataFrame) -> str:
    """Return a page with these plots put into its data."""
    payload, rings = read_data_block(html), encode_areas(plots.geometry, tolerance_m=0.5)
    described = [{"id": f"X{at}", "name": f"Tomt {at}", "rings": one} for at, one in enumerate(rings)]
    return html.replace(to_data_block(payload), to_data_block({**payload, "plots": described}))


def table(samples: dict[str, list[Sample]], sizes: dict[str, float]) -> str:
    """Return sizes and times, one column a page, beside the targets."""
    lines = [f"| | target | {' | '.join(samples)} |", "| --- | --- |" + " --- |" * len(samples)]
    lines.append(f"| file, MB | ≤ 1.5; plots +1 | {' | '.join(f'{size:.2f}' for size in sizes.values())} |")
    for name, (target, digits, figure) in FIGURES.items():
        cells = (
            spread([value for run in runs for value in figure(run)], digits) for runs in samples.values()
        )
        lines.append(f"| {name} | {target} | {' | '.join(cells)} |")
    return "\n".join(lines)


def spread(values: Sequence[float], digits: int) -> str:
    """Return median, lowest and highest."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} – {high:.{digits}f})"


def loads(samples: dict[str, list[Sample]]) -> str:
    """Tell the load before each run, and what the pages asked the network for."""
    every = [one for group in samples.values() for one in group]
    low, high = min(one.load for one in every), max(one.load for one in every)
    asked = sum(one.requests for one in every)
    return (
        f"Load over 1 minute before each run, this one's own work included: {low:.1f} to {high:.1f}. "
        f"Requests besides the file itself: {asked}."
    )


def machine(chromium: str) -> str:
    """Name the processor, its cores and memory, the load, and the versions."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{model or platform.machine()}, {os.cpu_count()} cores, {gib:.0f} GiB, "
        f"Python {platform.python_version()}, headless Chromium {chromium}. "
        f"Load over 1, 5 and 15 minutes at the start: {load}."
    )


if __name__ == "__main__":
    main()
