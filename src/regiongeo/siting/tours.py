"""Round trips in sorted numbers, and whether trucks can drive them with the sites that offer energy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regiongeo.errors import DataError, name_some
from regiongeo.siting.trips import stop_places

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import pandas as pd

    from regiongeo.siting.trips import Reach, Trips

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

__all__ = ["SLACK_KM", "Tours", "are_driven", "read_tours"]

SLACK_KM = 1e-6  # what adding up lengths can lose: a millimetre short of a site is there

_CELLS = 200_000  # passages held at a time: they fit the processor's cache


@dataclass(frozen=True, kw_only=True, eq=False)
class Tours:
    """Round trips O→D→O of one energy, in the order of the path ids.

    On the tour, ``t`` counts from O: a stop at position s is passed at s and at ``2 length - s``. Energy is
    counted by its *horizon*, the t up to which it lasts: filling at t lifts it to ``t + range - access``.
    """

    range_km: float
    length: Floats
    """One way, by path [km]."""
    first_horizon: Floats
    """Horizon with which a round trip starts, by path [km]; -inf where the tour repeats for ever."""
    last_horizon: Floats
    """Horizon a round trip needs at its end, by path [km]."""
    is_open_end: Flags
    path: Ints
    """Path of each stop; stops stand by path, then along it."""
    site: Ints
    """Site of each stop: its place among the sorted ids."""
    position: Floats
    access: Floats

    @property
    def repeats(self) -> Flags:
        """Tours that go on for ever, without energy at O."""
        return np.isneginf(self.first_horizon)

    def only(self, paths: Ints) -> Tours:
        """Return the tours of some paths, ascending."""
        place = np.full(len(self.length), -1)
        place[paths] = np.arange(len(paths))
        few = replace(
            self,
            length=self.length[paths],
            first_horizon=self.first_horizon[paths],
            last_horizon=self.last_horizon[paths],
            is_open_end=self.is_open_end[paths],
        )
        return _keep_stops(few, place[self.path] >= 0, place[self.path])

    def stopping_at(self, sites: Flags) -> Tours:
        """Return the tours with the stops at some sites alone."""
        return _keep_stops(self, sites[self.site], self.path)


def read_tours(trips: Trips, reach: Reach, sites: pd.Index) -> Tours:
    """Return the round trips in numbers, paths and stops sorted by id.

    Raises
    ------
    DataError
        If trucks can stop at a site that is not among ``sites`` (sorted).
    """
    paths = trips.paths.sort_index()
    path, site = stop_places(trips.stops, "path_id", paths.index), stop_places(trips.stops, "site_id", sites)
    if (site < 0).any():
        lost = trips.stops.index.get_level_values("site_id")[site < 0].unique()
        raise DataError(f"stops: sites {name_some(lost)} are no candidates: give all that trucks can use")
    length = paths["km"].to_numpy(dtype=float)
    position = np.minimum(trips.stops["position_km"].to_numpy(dtype=float), length[path])
    access = trips.stops["access_km"].to_numpy(dtype=float)
    along = _order_along(path, position, access, site)
    is_open = paths["is_open_start"].to_numpy(dtype=bool)
    start, end = reach.start_share, reach.end_share
    first = -np.inf if start is None else start * reach.range_km
    return Tours(
        range_km=reach.range_km,
        length=length,
        first_horizon=np.where(is_open, reach.range_km, first),
        last_horizon=2 * length + np.where(is_open, 0.0, (end or 0.0) * reach.range_km),
        is_open_end=paths["is_open_end"].to_numpy(dtype=bool),
        path=path[along],
        site=site[along],
        position=position[along],
        access=access[along],
    )


def are_driven(tours: Tours, has_energy: Flags) -> Flags:
    """Return for each path whether a truck can drive it for ever, or once where the round trip has its ends.

    Exact with access legs too: what is left on the path is one number, more of it is never worse, so a truck
    fills wherever it gets to and keeps the better of filling and passing by.

    Parameters
    ----------
    tours
        The round trips.
    has_energy
        By stop of ``tours``: true where energy is had there.
    """
    start = np.where(tours.repeats, tours.range_km, tours.first_horizon)
    is_driven = np.zeros(len(start), dtype=bool)
    for paths, needed, filled in _laps(tours, has_energy):
        is_driven[paths] = _come_home(tours, paths, start[paths], needed, filled)
    return is_driven


def _order_along(path: Ints, position: Floats, access: Floats, site: Ints) -> Ints:
    """Return the order by path, then position, access and site; most stops are told apart by one number."""
    key = path * (position.max(initial=0.0) + 1.0) + position
    order = np.argsort(key)
    is_new = np.diff(key[order], prepend=-1.0) > 0
    run = np.cumsum(is_new)
    tied = np.flatnonzero(~(is_new & np.append(is_new[1:], True)))
    at = order[tied]
    order[tied] = at[np.lexsort((site[at], access[at], position[at], path[at], run[tied]))]
    return order


def _keep_stops(tours: Tours, is_kept: Flags, path: Ints) -> Tours:
    return replace(
        tours,
        path=path[is_kept],
        site=tours.site[is_kept],
        position=tours.position[is_kept],
        access=tours.access[is_kept],
    )


def _come_home(tours: Tours, paths: Ints, horizon: Floats, needed: Floats, filled: Floats) -> Flags:
    """Drive lap after lap while a tour that repeats ends with less than it set out with."""
    lap, goal = 2 * tours.length[paths], tours.last_horizon[paths] - SLACK_KM
    end = _drive(horizon, needed, filled)
    is_driven = end >= goal
    turning = np.flatnonzero(tours.repeats[paths] & is_driven & (end - lap < horizon))
    while len(turning):
        horizon[turning] = end[turning] - lap[turning]
        end[turning] = _drive(horizon[turning], needed[:, turning], filled[:, turning])
        is_driven[turning] = end[turning] >= goal[turning]
        turning = turning[is_driven[turning] & (end - lap < horizon)[turning]]
    return is_driven


def _drive(horizon: Floats, needed: Floats, filled: Floats) -> Floats:
    for least, most in zip(needed, filled, strict=True):
        horizon = np.where(horizon >= least, np.maximum(horizon, most), horizon)
    return horizon


def _laps(tours: Tours, has_energy: Flags) -> Iterator[tuple[Ints, Floats, Floats]]:
    """Yield some paths with the passages where energy is had, in driving order.

    Passages × paths: the horizon needed to fill there, inf where a path has no more, and the horizon after.
    """
    stop = np.flatnonzero(has_energy)
    on, out, access = tours.path[stop], tours.position[stop], tours.access[stop]
    count = np.bincount(on, minlength=len(tours.length))
    first, passages = np.cumsum(count) - count, 2 * count + tours.is_open_end
    by_count = np.argsort(passages, kind="stable")
    cells = np.cumsum(passages[by_count] + 1)
    out, access = np.append(out, 0.0), np.append(access, 0.0)
    for paths in np.split(by_count, np.searchsorted(cells, np.arange(_CELLS, cells.max(initial=0), _CELLS))):
        length, past_out = tours.length[paths], count[paths] + tours.is_open_end[paths]
        number = np.arange(passages[paths].max(initial=0))[:, None]
        is_out, is_back = number < count[paths], (number >= past_out) & (number < passages[paths])
        back_again = passages[paths] - 1 - number
        at = np.where(is_out | is_back, first[paths] + np.where(is_out, number, back_again), len(stop))
        t = np.where(is_out, out[at], np.where(is_back, 2 * length - out[at], length))
        is_past = number >= passages[paths]
        needed = np.where(is_past, np.inf, t + access[at] - SLACK_KM)
        yield paths, needed, np.where(is_past, -np.inf, t + tours.range_km - access[at])
