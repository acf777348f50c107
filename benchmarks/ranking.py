"""Rank robustness side by side with a plain loop and with pymcdm.

100,000 weight draws x 1,000 sites x 8 criteria with full ranks, CPU seconds of all threads; slow ways run on
a share of the draws and are scaled up. Run by hand: ``python benchmarks/ranking.py``.
"""

import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
import numpy.typing as npt
from pymcdm.methods import TOPSIS, WSM

from regiongeo.robustness import count_ranks, count_top, draw_around, draw_free

DRAWS, SITES, CRITERIA = 100_000, 1_000, 8
MISSING = 0.1
Floats = npt.NDArray[np.float64]


def measure(work: Callable[[], object], *, share: float, repeats: int) -> float:
    """Return the median CPU seconds of the whole job, of which ``work`` does a share."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        seconds.append((time.process_time() - start) / share)
    return float(np.median(seconds))


def rank_in_a_loop(values: Floats, weights: Floats) -> None:
    counts = np.zeros((len(values), len(values)), dtype=np.int64)
    rows = np.arange(len(values))
    for draw in weights:
        counts[np.argsort(-(values @ draw), kind="stable"), rows] += 1


def rank_by_pymcdm(method: WSM | TOPSIS, values: Floats, weights: Floats) -> None:
    for draw in weights:
        method.rank(method(values, draw, np.ones(values.shape[1])))


def main() -> None:
    numbers = np.random.default_rng(1)
    values = numbers.random((SITES, CRITERIA))
    gaps = np.where(numbers.random(values.shape) < MISSING, np.nan, values)
    chosen = np.full(CRITERIA, 1 / CRITERIA)

    def around(draws: int) -> list[Floats]:
        return list(draw_around(chosen, draws=draws, low=0.5, high=1.5, seed=1))

    def free() -> list[Floats]:
        return list(draw_free(CRITERIA, draws=DRAWS, seed=1))

    few, fewer = np.concatenate(around(2_000)), np.concatenate(around(200))
    ways = {
        "regiongeo, full ranks": (lambda: count_ranks(values, around(DRAWS)), 1.0, 3),
        "regiongeo, full ranks, 10 % of the data missing": (
            lambda: count_ranks(gaps, around(DRAWS)),
            1.0,
            3,
        ),
        "regiongeo, top 5 only, free weights": (lambda: count_top(values, free(), top=5), 1.0, 3),
        "loop over the draws, NumPy": (lambda: rank_in_a_loop(values, few), len(few) / DRAWS, 3),
        "pymcdm WSM": (lambda: rank_by_pymcdm(WSM(), values, fewer), len(fewer) / DRAWS, 1),
        "pymcdm TOPSIS": (lambda: rank_by_pymcdm(TOPSIS(), values, fewer), len(fewer) / DRAWS, 1),
    }
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ", end="")
    print(", ".join(f"{name} {version(name)}" for name in ("numpy", "pymcdm")))
    print(f"{DRAWS:,} draws x {SITES:,} sites x {CRITERIA} criteria")
    own = 0.0
    for name, (work, share, repeats) in ways.items():
        seconds = measure(work, share=share, repeats=repeats)
        own = own or seconds
        note = "" if share == 1 else f"  (from {share:.1%} of the draws)"
        print(f"{name:52s} {seconds:8.2f} s CPU {seconds / own:7.1f} x{note}")


if __name__ == "__main__":
    main()
