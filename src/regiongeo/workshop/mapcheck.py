"""Whether what is collected with is what the map was built with; if not, where the difference likely lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.errors import DataError, name_some
from regiongeo.userfiles.problems import shown
from regiongeo.workshop.ident import name_map, scenario_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from regiongeo.result import Result
    from regiongeo.workshop.records import Export

__all__ = ["require_map"]


def require_map(
    exports: Sequence[Export],
    result: Result,
    *,
    proposals: gpd.GeoDataFrame,
    feedback: gpd.GeoDataFrame,
    data_version: str,
) -> None:
    """Refuse files of another map than scenario, data and own files given now would make.

    Parameters
    ----------
    exports
        What was read.
    result
        The main job with the proposals as plots.
    proposals, feedback
        As from ``frames.proposal_frame`` and ``frames.feedback_frame``.
    data_version
        Version of the shipped data.

    Raises
    ------
    DataError
        Naming both maps, the likely reason and the cure.
    """
    own = name_map(result, data_version=data_version, without=map(str, proposals.index))
    others = [export for export in exports if export.map_id != own]
    if not others:
        return
    known = result.sites.index.union(result.excluded.index)
    missing = feedback.index.get_level_values("site_id").unique().difference(known)
    reason = _likely_reason(others[0], own, missing=missing, data_version=data_version, result=result)
    raise DataError(
        f"the files are of the map '{shown(others[0].map_id)}', but what is given here makes the map "
        f"'{own}': {reason}; give scenario, plots, stations and capacity as the map was built with, or "
        "score with what is given here (--any-map)"
    )


def _likely_reason(
    export: Export, own: str, *, missing: Iterable[str], data_version: str, result: Result
) -> str:
    if export.map_id.rpartition("-")[0] != own.rpartition("-")[0]:
        here = scenario_part(result.scenario.name)
        return f"its scenario has another name than '{here}', so the scenario is likely another one"
    if export.data_version != data_version:
        return f"it was built on data version {shown(export.data_version)}, and this is {data_version}"
    if unknown := [shown(one) for one in missing]:
        return f"site {name_some(unknown)} is not known here, so its own plots (--plots) are likely missing"
    return "it was likely built with other settings, plots (--plots), stations or capacity"
