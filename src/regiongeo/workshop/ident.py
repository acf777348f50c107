"""The name of a workshop map: files saved from it say which map they belong to."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regiongeo.result import Result

__all__ = ["name_map"]

_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a"})
_LONGEST = 40


def name_map(result: Result, *, data_version: str) -> str:
    """Return a name for the map of a result: that of its scenario, and a hash of what is asked and ranked.

    The same scenario, data and sites give the same name, so that a map built anew opens the files of before.
    """
    # Where the user's files lie on a machine makes no other map.
    left_out = {"refuelling": {"time_limit_s"}, "world": {"stations", "grid_capacity"}}
    asked = result.scenario.model_dump(mode="json", exclude=left_out)
    text = json.dumps(
        [asked, data_version, sorted(map(str, result.ranking.index)), sorted(result.stations.index)],
        sort_keys=True,
    )
    return f"{_slug(result.scenario.name)}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST] or "kart"
