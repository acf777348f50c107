"""What steers a search for sites, and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Found", "Run"]


@dataclass(frozen=True, kw_only=True)
class Run:
    """Time, seed and aim of a search."""

    deadline: float
    """Reading of ``perf_counter`` at which to stop [s]."""
    seed: int
    threads: int
    rel_gap: float
    """Gap at which to stop [1]."""

    @property
    def left_s(self) -> float:
        """Time left [s]."""
        return max(0.0, self.deadline - perf_counter())

    @property
    def is_late(self) -> bool:
        """Whether the time is up."""
        return perf_counter() > self.deadline


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """The best choice of a search, and what is proven of it."""

    chosen: npt.NDArray[np.intp]
    """Positions of the sites, ascending."""
    upper: float
    """What they cost."""
    lower: float
    """No choice costs less."""
    is_settled: bool = False
    """Of all choices that cost the same it is the one with the earliest sites."""
