"""Windows of round trips: sets of sites of which a truck needs one each, or it runs empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from regiongeo.siting.tours import SLACK_KM, Tours, are_driven

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

__all__ = [
    "Windows",
    "add_windows",
    "find_passage_windows",
    "find_windows",
    "missing_windows",
    "unique_rows",
]

_CELLS = 4_000_000  # flags held at a time while windows are compared
_PADDED = 4  # paths with about as many events are worked on together; the last event then stands again


@dataclass(frozen=True, kw_only=True, eq=False)
class Windows:
    """Windows of all paths, each kept once."""

    sites: sparse.csr_array
    """Windows × sites, 1 for the sites of which one is needed."""
    of_path: sparse.csr_array
    """Paths × windows, 1 for what a path needs; no row where energy is never needed, or no choice serves."""
    is_possible: Flags
    """By path: served when every site offers energy."""


def find_windows(tours: Tours, *, sites: int, is_open: Flags | None = None) -> Windows:
    """Return the windows of each path, the inclusion-minimal ones alone.

    Just before each passage t of a candidate, and at the end of the round trip, energy must have been had at
    one of ``K(t) = {i: last passage tau_i < t and t - tau_i + access_i <= range}``. That is `K_q(a)` of Capar
    et al. for the arc that ends at t; arcs that end elsewhere never bind. A path is served by the chosen
    sites only if they hold one of each of its windows; where all sites lie on the path itself, also if.

    Parameters
    ----------
    tours
        The round trips.
    sites
        Number of candidate sites.
    is_open
        By site: true where energy is had in any case; windows with such a site are left out.

    Notes
    -----
    With access legs windows leave out the leg before filling: see `missing_windows`.

    References
    ----------
    Kuby, M. & Lim, S. (2005). The flow-refueling location problem for alternative-fuel vehicles.
    Socio-Economic Planning Sciences 39(2), 125-145.
    Capar, I., Kuby, M., Leon, V. J. & Tsai, Y.-J. (2013). An arc cover-path-cover formulation and strategic
    analysis of alternative-fuel station locations. European Journal of Operational Research 227(1), 142-151.
    """
    open_sites = np.zeros(sites, dtype=bool) if is_open is None else is_open
    return _find(tours, open_sites[tours.site], tours.site[None, :], columns=sites)


def find_passage_windows(tours: Tours) -> Windows:
    """Return the windows of each path over passages instead of sites: stops on the way out, then back.

    Where sites lie on the path itself, passages that hold one of each window are enough, and the least number
    of them is the number of stops of a round trip; one of a lap, where it repeats for ever and the range
    lasts longer.
    """
    stops = len(tours.path)
    passages = np.arange(2 * stops).reshape(2, stops)
    return _find(tours, np.zeros(stops, dtype=bool), passages, columns=2 * stops)


def add_windows(windows: Windows, extra: sparse.csr_array, paths: Ints) -> Windows:
    """Return the windows with one more for each of ``paths``: the rows of ``extra`` (windows × sites)."""
    held = windows.of_path.tocoo()
    rows = sparse.csr_array(sparse.vstack([windows.sites[held.coords[1]], extra]))
    return _collect(rows, np.concatenate([held.coords[0], paths]), windows.is_possible)


def missing_windows(tours: Tours, windows: Windows, has_energy: Flags) -> tuple[sparse.csr_array, Ints]:
    """Return windows that lack for a choice of sites: those of paths that seem served, but are not.

    Serving never suffers from more sites. So sites are added to such a path, in their order along it, while
    it stays unserved; any choice that serves it needs one of those left out.

    Parameters
    ----------
    tours, windows
        The round trips and the windows known of them.
    has_energy
        By site: true where energy is had.

    Returns
    -------
    The windows (windows × sites) and the path of each; none where the choice is sound.
    """
    needed = np.diff(windows.of_path.indptr)
    is_met = (windows.sites @ has_energy.astype(float) > 0).astype(float)
    seems_served = windows.is_possible & (windows.of_path @ is_met == needed)
    paths = np.flatnonzero(seems_served & ~are_driven(tours, has_energy[tours.site]))
    few = tours.only(paths)
    is_added = has_energy[few.site]
    rank = np.arange(len(few.path)) - np.searchsorted(few.path, few.path)
    for number in range(int(rank.max(initial=-1)) + 1):
        trial = is_added | (rank == number)
        stays_unserved = ~are_driven(few, trial)
        is_added |= trial & stays_unserved[few.path]
    left = ~is_added
    shape = (len(paths), windows.sites.shape[1])
    cut = sparse.csr_array((np.ones(int(left.sum())), (few.path[left], few.site[left])), shape=shape)
    return cut, paths


def unique_rows(rows: sparse.csr_array) -> tuple[sparse.csr_array, Ints]:
    """Return the distinct rows of a 0/1 matrix, and which of them each row is.

    The order depends on the rows alone, not on where they stand.
    """
    rows.sort_indices()
    counts = np.diff(rows.indptr)
    is_which = np.empty(len(counts), dtype=np.int64)
    firsts: list[Ints] = []
    found = 0
    for count in np.unique(counts):
        at = np.flatnonzero(counts == count)
        if count == 0:
            first, which = np.zeros(1, dtype=np.int64), np.zeros(len(at), dtype=np.int64)
        else:
            members = rows.indices[rows.indptr[at][:, None] + np.arange(count)].astype(">u4")
            keys = np.ascontiguousarray(members).view(np.dtype((np.void, 4 * int(count)))).ravel()
            _, first, which = np.unique(keys, return_index=True, return_inverse=True)
        is_which[at] = found + which
        firsts.append(at[first])
        found += len(first)
    return rows[np.concatenate(firsts)] if firsts else rows, is_which


def _collect(rows: sparse.csr_array, paths: Ints, is_possible: Flags) -> Windows:
    """Keep each window once."""
    unique, which = unique_rows(rows)
    size = (len(is_possible), unique.shape[0])
    of_path = sparse.csr_array((np.ones(len(paths)), (paths, which)), shape=size)
    of_path.sum_duplicates()
    of_path.data[:] = 1.0
    return Windows(sites=unique, of_path=of_path, is_possible=is_possible)


def _find(tours: Tours, is_open: Flags, names: Ints, *, columns: int) -> Windows:
    """Return windows over ``names``: of each stop, or of each passage (out, back × stops)."""
    is_possible = are_driven(tours, np.ones(len(tours.path), dtype=bool))
    parts = list(_windows_by_size(tours, np.flatnonzero(is_possible), is_open, names))
    counts = np.concatenate([part[1] for part in parts])
    members = np.concatenate([part[2] for part in parts])
    starts = np.concatenate([[0], np.cumsum(counts)])
    rows = sparse.csr_array((np.ones(len(members)), members, starts), shape=(len(counts), columns))
    return _collect(rows, np.concatenate([part[0] for part in parts]), is_possible)


def _windows_by_size(
    tours: Tours, possible: Ints, is_open: Flags, names: Ints
) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Yield, for paths with as many stops and binding events: path and size of each window, and its names."""
    start = np.searchsorted(tours.path, np.arange(len(tours.length)))
    count = np.bincount(tours.path, minlength=len(tours.length))
    yield (np.zeros(0, dtype=np.int64),) * 3
    for stops in np.unique(count[possible]):
        paths = possible[count[possible] == stops]
        at = start[paths][:, None] + np.arange(stops)
        row, event = _binding_events(tours, paths, at, by_passage=len(names) > 1)
        kept, first = np.bincount(row, minlength=len(paths)), np.searchsorted(row, np.arange(len(paths)))
        padded = -(-kept // _PADDED) * _PADDED
        for events in np.unique(padded[padded > 0]):
            rows = np.flatnonzero(padded == events)
            for few in np.array_split(rows, 1 + len(rows) * int(events) * int(stops) // _CELLS):
                number = np.minimum(np.arange(events), kept[few][:, None] - 1)
                pick = event[first[few][:, None] + number]
                out, back, is_needed = _reached(tours, paths[few], at[few], pick)
                is_needed &= ~((out | back) & is_open[at[few]][:, None, :]).any(axis=2)
                member = out | back if len(names) == 1 else np.concatenate([out, back], axis=2)
                of, which = np.nonzero(_minimal(member, is_needed))
                is_in = member[of, which]
                named = np.concatenate(names[:, at[few]], axis=1)
                yield paths[few][of], is_in.sum(axis=1), named[of][is_in]


def _event_times(tours: Tours, paths: Ints, at: Ints) -> Floats:
    """Return the passages of the stops out and back, the far end, and the end of the round trip."""
    length, last = tours.length[paths][:, None], tours.last_horizon[paths][:, None]
    out = tours.position[at]
    return np.concatenate([out, 2 * length - out, length, last], axis=1)


def _binding_events(tours: Tours, paths: Ints, at: Ints, *, by_passage: bool) -> tuple[Ints, Ints]:
    """Return the events whose windows can be minimal: the first after energy from some passage has run out.

    From one event to the next a window gains the stop just passed; unless it also loses one, it holds the
    window before it and cannot be minimal. On a tour on which nothing ever runs out any event does. A window
    of passages loses one even where the same stop is passed again before.

    Returns
    -------
    Row of ``paths`` and event (as `_event_times`), sorted.
    """
    times = _event_times(tours, paths, at)
    order = np.argsort(times, axis=1, kind="stable")
    ends, runs_out = _ends_of_energy(tours, paths, at, by_passage=by_passage)
    wide = max(times.max(initial=0.0), ends[runs_out].max(initial=0.0)) + 1.0
    base = wide * np.arange(len(paths))
    in_order = (np.take_along_axis(times, order, axis=1) + base[:, None]).ravel()
    row, which = np.nonzero(runs_out)
    place = np.searchsorted(in_order, ends[row, which] + base[row], side="right") - row * times.shape[1]
    repeats = tours.repeats[paths]
    is_past = place == times.shape[1]
    row, place = row[~is_past | repeats[row]], np.where(is_past, 0, place)[~is_past | repeats[row]]
    quiet = np.flatnonzero(~runs_out.any(axis=1) & repeats)
    event = np.concatenate([order[row, place], np.full(len(quiet), times.shape[1] - 1)])
    key = np.unique(np.concatenate([row, quiet]) * times.shape[1] + event)
    return key // times.shape[1], key % times.shape[1]


def _ends_of_energy(tours: Tours, paths: Ints, at: Ints, *, by_passage: bool) -> tuple[Floats, Flags]:
    """Return when energy of each passage, the start and the far end runs out, and if before it is had anew.

    Of a tour that repeats the time counts within its lap.
    """
    length, repeats = tours.length[paths][:, None], tours.repeats[paths][:, None]
    lap, out, lasts = 2 * length, tours.position[at], tours.range_km - tours.access[at]
    never = np.full_like(length, np.inf)
    ends = np.concatenate(
        [out + lasts, lap - out + lasts, tours.first_horizon[paths][:, None], length + tours.range_km], axis=1
    )
    out_anew, back_anew = (lap + out, 2 * lap - out) if by_passage else (lap - out, lap + out)
    anew = np.concatenate([out_anew, back_anew, never, lap + length], axis=1)
    if by_passage:
        anew = np.where(repeats, anew, np.inf)
    else:
        anew[:, out.shape[1] :] = np.where(repeats, anew[:, out.shape[1] :], np.inf)
    is_had = np.ones(ends.shape, dtype=bool)
    is_had[:, -2:] = np.concatenate([~repeats, tours.is_open_end[paths][:, None]], axis=1)
    ends += SLACK_KM
    runs_out = is_had & (ends < anew)
    return np.where(repeats & (ends >= lap), ends - lap, ends), runs_out


def _reached(tours: Tours, paths: Ints, at: Ints, pick: Ints) -> tuple[Flags, Flags, Flags]:
    """Tell which passages out and back energy lasts from to each picked event, and where it is needed at all.

    Arrays are paths × events × stops, and paths × events.
    """
    length, repeats = tours.length[paths][:, None], tours.repeats[paths][:, None]
    out = tours.position[at]
    back = 2 * length - out
    t = np.take_along_axis(_event_times(tours, paths, at), pick, axis=1)
    event, lasts = t[:, :, None], (tours.range_km - tours.access[at] + SLACK_KM)[:, None, :]
    from_out, from_back = (
        ((s[:, None, :] < event) & (event <= s[:, None, :] + lasts))
        | (repeats[:, :, None] & (event <= (s - 2 * length)[:, None, :] + lasts))
        for s in (out, back)
    )
    arrives = t - SLACK_KM
    has_energy = (arrives <= tours.first_horizon[paths][:, None]) | (repeats & (length == 0))
    past_end = (t > length) & (arrives <= length + tours.range_km)
    past_end |= repeats & (arrives <= tours.range_km - length)
    return from_out, from_back, ~(has_energy | (tours.is_open_end[paths][:, None] & past_end))


def _minimal(member: Flags, is_needed: Flags) -> Flags:
    """Return, of the needed windows of each path, those that hold no other one; of equal ones the first."""
    sets = member.astype(np.float32)
    size = sets.sum(axis=2)
    common = sets @ sets.transpose(0, 2, 1)
    is_inside = (common == size[:, :, None]) & is_needed[:, :, None]
    first = np.triu(np.ones(common.shape[1:], dtype=bool), 1)
    is_inside &= (size[:, :, None] < size[:, None, :]) | first
    return np.asarray(is_needed & ~is_inside.any(axis=1))
