"""One way to tell how far a job is: a callback that gets the name of each step. Silent unless given."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Step", "silent", "timed_steps"]


class Step(Protocol):
    """``with step("network"): …`` marks one step of a job."""

    def __call__(self, name: str, /) -> AbstractContextManager[None]:
        """Return the context of the step called ``name``."""
        ...


def silent(_name: str) -> None:
    """Tell nobody."""


def timed_steps(seconds: dict[str, float], tell: Callable[[str], None] = silent) -> Step:
    """Return a `Step` that tells each step's name as it begins and notes its wall time in ``seconds``."""

    @contextmanager
    def step(name: str) -> Iterator[None]:
        tell(name)
        began = time.perf_counter()
        yield
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - began

    return step
