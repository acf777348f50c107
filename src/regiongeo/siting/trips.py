"""Trips as siting models see them: paths, the sites a truck can reach from them, and its range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from regiongeo.errors import DataError, ScenarioError, name_some
from regiongeo.schema import validate
from regiongeo.tables import PATHS, STOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import pandas as pd

__all__ = ["Reach", "Trips", "stop_places"]

_BY_PAIR = ("trips_per_day",)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far a truck drives on one energy.

    Without shares the round trip repeats for ever, as in Kuby & Lim (2005): what is left at the end is what
    the next lap starts with. With both shares a round trip starts with ``start_share`` of the range and must
    end with ``end_share`` of it; where the start of the path is open it starts full and may end empty.

    Raises
    ------
    ScenarioError
        If the range is not above 0, or the shares are not both given and between 0 and 1.
    """

    range_km: float
    """Driving range on a full tank or battery, the reserve left out [km]."""
    start_share: float | None = None
    end_share: float | None = None

    def __post_init__(self) -> None:
        if not (np.isfinite(self.range_km) and self.range_km > 0):
            raise ScenarioError(f"range of {self.range_km} km: must be finite and above 0")
        shares = (self.start_share, self.end_share)
        if (self.start_share is None) != (self.end_share is None):
            raise ScenarioError("give both the share at the start and at the end of a round trip, or neither")
        if any(share is not None and not 0 <= share <= 1 for share in shares):
            raise ScenarioError(f"shares of the range at both ends must lie between 0 and 1, not {shares}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Trips:
    """Paths and the sites along them; each row keeps its schema, and the two tables fit.

    Raises
    ------
    SchemaError
        If a table breaks its schema (missing, negative, infinite numbers; ids that stand twice).
    DataError
        If a stop lies on an unknown path or beyond its end, paths of a relation disagree on its trips, or
        two paths of a relation are the same.
    """

    paths: pd.DataFrame
    """Schema PATHS."""
    stops: pd.DataFrame
    """Schema STOPS."""

    def __post_init__(self) -> None:
        validate(self.paths, PATHS)
        validate(self.stops, STOPS)
        problems = list(_problems(self.paths, self.stops))
        if problems:
            raise DataError("trips: " + "; ".join(problems))

    def __repr__(self) -> str:
        relations = self.paths["pair_id"].nunique()
        return f"<Trips: {relations} relations, {len(self.paths)} paths, {len(self.stops)} stops>"


def _problems(paths: pd.DataFrame, stops: pd.DataFrame) -> Iterator[str]:
    index = cast("pd.MultiIndex", stops.index)
    known = paths.index.get_indexer(index.levels[0])
    place = known[np.asarray(index.codes[0], dtype=np.intp)]
    lost = index.levels[0][np.unique(index.codes[0][place < 0])]
    if len(lost):
        yield f"stops lie on paths {name_some(lost)} that are not there"
        return
    beyond = stops["position_km"].to_numpy() > paths["km"].to_numpy()[place] + 1e-6
    if beyond.any():
        yield f"stops {name_some(stops.index[beyond])} lie beyond the end of their path"
    for name in _BY_PAIR:
        by_pair = paths.groupby("pair_id")[name]
        differ = by_pair.max() > by_pair.min()
        if differ.any():
            yield f"paths of the relations {name_some(differ.index[differ])} disagree on {name}"


def stop_places(stops: pd.DataFrame, level: str, among: pd.Index) -> npt.NDArray[np.int64]:
    """Return where the ids of a level of the index stand, -1 where they do not; each is looked up once."""
    index = cast("pd.MultiIndex", stops.index)
    number = index.names.index(level)
    place = among.get_indexer(index.levels[number])
    return np.append(place, -1)[index.codes[number]].astype(np.int64)
