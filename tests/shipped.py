"""The answer for the shipped region, computed once in a run of the tests and shared by its processes."""

from __future__ import annotations

import copyreg
import fcntl
import io
import os
import pickle
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from regiongeo.atomic import write_atomically
from regiongeo.cache import cache_folder
from regiongeo.job import kept_flows
from regiongeo.pipeline import run
from regiongeo.scenario import Scenario
from regiongeo.store import load_reference

if TYPE_CHECKING:
    from regiongeo.result import Result


def _freeze(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(values)


class _Pickler(pickle.Pickler):
    """Also keeps the mappings of a scenario, which nobody can change."""

    dispatch_table: ClassVar[dict[type, Any]] = {
        **copyreg.dispatch_table,
        MappingProxyType: lambda mapping: (_freeze, (dict(mapping),)),
    }


def _dump(result: Result) -> bytes:
    kept = io.BytesIO()
    _Pickler(kept).dump(result)
    return kept.getvalue()


@cache
def shipped_result() -> Result:
    """Return what the main job computes from shipped data alone: the default scenario, flows and plan too.

    The process that asks first computes, and the others wait for its answer.
    """
    folder = Path(os.environ["XDG_CACHE_HOME"])
    folder.mkdir(exist_ok=True)
    kept = folder / "result.pickle"
    with (folder / "result.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            result = run(Scenario(), load_reference(), estimate=kept_flows(cache_folder()))
            write_atomically(kept, _dump(result))
    answer: Result = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this run of the tests
    return answer
