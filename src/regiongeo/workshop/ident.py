"""The name of a workshop map: files saved from it say which map they belong to."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import TYPE_CHECKING

from regiongeo.scenario import USER_FILES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regiongeo.result import Result

__all__ = ["name_map", "scenario_part"]

_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a"})
_LONGEST = 40


def name_map(result: Result, *, data_version: str, without: Iterable[str] = ()) -> str:
    """Return a name for the map of a result: that of its scenario, and a hash of what is asked and ranked.

    The same scenario, data, sites and criteria give the same name, so that a map built anew opens the files
    of before.

    Parameters
    ----------
    result
        What the main job computed.
    data_version
        Version of the shipped data.
    without
        Sites that were added after the map was built: a workshop's proposals.
    """
    # Where the user's files lie on a machine makes no other map.
    left_out = {"refuelling": {"time_limit_s"}, "world": set(USER_FILES)}
    asked = result.scenario.model_dump(mode="json", exclude=left_out)
    sites = result.ranking.index.difference(list(without))
    criteria = sorted(map(str, result.weights.index))
    text = json.dumps(
        [asked, data_version, sorted(map(str, sites)), sorted(result.stations.index), criteria],
        sort_keys=True,
    )
    return f"{scenario_part(result.scenario.name)}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def scenario_part(name: str) -> str:
    """Return a scenario's name as it stands at the beginning of the map's."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST] or "kart"
