"""Round trips as rows of passages: the plan a driver takes, and where one without a plan runs empty.

A passage is a moment at which a truck can take energy. Its time is the distance driven since the path's
start, access left out: a site at ``s`` on a path of length ``L`` is passed at ``s`` and at ``2 L - s``. A hop
from one passage to a later one, with energy taken at both and nowhere between, needs ``(access_u - at_u) +
(at_v + access_v)``: one number of each end, so the best place to leave from is the same wherever the truck
goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

__all__ = [
    "FREE",
    "SLACK_KM",
    "STOP",
    "Laps",
    "Plan",
    "Strand",
    "find_plans",
    "find_strands",
    "lay_laps",
    "pick",
]

SLACK_KM = 1e-6
"""A stretch may be this much longer than the range: rounding, a millimetre."""
STOP = 10**12
"""Cost of a stop; access counts in millimetres, so a stop less is worth any access."""
FREE = -1
"""Cost of taking energy at an open end: always taken, as it costs neither a stop nor a detour."""

_NEVER = 2**62  # cost where no plan exists; sums of steps stay far below it
_CELLS = 1_000_000  # paths × passages × passages worked on at a time
_ONCE_KM = 1e12  # length of a lap that does not come round


class Laps(NamedTuple):
    """Passages of some paths in driving order, filled up to the longest with passages nobody reaches."""

    path: Integers
    """Place of each path among all."""
    lap_km: Floats
    """Length of the round trip."""
    at_km: Floats
    """Paths × passages, like all that follow."""
    access_km: Floats
    missing_km: Floats
    """What a truck lacks to a full range when it has taken energy here: not 0 only where a trip begins."""
    close_km: Floats
    """What a truck must reach for a round trip that begins here to be complete; inf: none begins here."""
    step: Integers
    """Cost of taking energy here."""
    site: Integers

    @property
    def leave_km(self) -> Floats:
        """What each passage adds to a hop that begins there."""
        return self.access_km + self.missing_km - self.at_km

    @property
    def arrive_km(self) -> Floats:
        """What each passage adds to a hop that ends there."""
        return self.at_km + self.access_km


class Plan(NamedTuple):
    """Where each truck takes energy on one round trip."""

    is_served: Flags
    """By path."""
    stops: Integers
    """Served paths × stops: places among the passages; -1 after the last."""


class Strand(NamedTuple):
    """Where trucks run empty, by path."""

    reach_km: Floats
    """Driven since the first start at the path's start, over all laps, access left out."""
    last: Integers
    """Passage at which energy was last had; -1: nowhere since the start."""


_PADDING: dict[str, float] = {
    "at_km": 0.0,
    "access_km": np.inf,
    "missing_km": 0.0,
    "close_km": np.inf,
    "step": 0,
    "site": -1,
}


def lay_laps(passages: pd.DataFrame, lap_km: Floats) -> Iterator[Laps]:
    """Yield all paths in blocks of such with about as many passages, so that memory stays small.

    Parameters
    ----------
    passages
        Columns path (place of the path), and those of ``Laps``; sorted by path and time.
    lap_km
        Length of the round trip of every path [km]; paths without a passage come too.
    """
    path = passages["path"].to_numpy()
    counts = np.bincount(path, minlength=len(lap_km))
    begin = np.cumsum(counts) - counts
    blocks = max(1, -(-len(counts) * int(counts.max(initial=1)) ** 2 // _CELLS))
    for paths in np.array_split(np.argsort(counts, kind="stable"), min(blocks, len(counts))):
        held = counts[paths]
        row = np.repeat(np.arange(len(paths)), held)
        column = np.arange(len(row)) - np.repeat(np.cumsum(held) - held, held)
        source = begin[paths][row] + column
        shape = len(paths), max(1, int(held.max(initial=0)))
        tables = {}
        for name, nothing in _PADDING.items():
            values = passages[name].to_numpy()
            tables[name] = np.full(shape, nothing, dtype=values.dtype)
            tables[name][row, column] = values[source]
        yield Laps(paths, lap_km[paths], **tables)


def pick(laps: Laps, rows: Flags) -> Laps:
    """Return some of the paths."""
    return Laps(**{name: values[rows] for name, values in laps._asdict().items()})


def find_plans(laps: Laps, range_km: float) -> Plan:
    """Find the round trip with the fewest stops, then least access, then the latest stops from the first on.

    For each passage as the first of the lap, costs to go are worked out backwards from its close (dynamic
    programming over ordered passages); the lap with the least cost wins.
    """
    hops = _hops(laps, range_km)
    best, first, to_go = _first_stops(laps, hops, range_km)
    served = np.flatnonzero(best < _NEVER)
    stops = _follow(laps.step[served], hops[served], to_go[served], first[served])
    return Plan(best < _NEVER, stops)


def _hops(laps: Laps, range_km: float) -> Flags:
    """Tell which hops a full range allows: paths × from × to, forward only."""
    need = laps.leave_km[:, :, None] + laps.arrive_km[:, None, :]
    size = need.shape[1]
    forward: Flags = np.arange(size)[:, None] < np.arange(size)
    return (need <= range_km + SLACK_KM) & forward


def _first_stops(laps: Laps, hops: Flags, range_km: float) -> tuple[Integers, Integers, Integers]:
    """Return the least cost of a lap, its first stop, and the cost to go from each passage of that lap."""
    rows, size = laps.step.shape
    best, first = np.full(rows, _NEVER), np.zeros(rows, dtype=np.int64)
    kept = np.full((rows, size), _NEVER)
    for start in range(size):
        closes = laps.leave_km[:, start:] + laps.close_km[:, [start]] <= range_km + SLACK_KM
        begins = np.flatnonzero(closes.any(axis=1))
        step = laps.step[begins, start:]
        to_go = _costs_to_go(step, hops[begins, start:, start:], closes[begins])
        cost = step[:, 0] + to_go[:, 0]
        is_better = (to_go[:, 0] < _NEVER) & (cost <= best[begins])
        better = begins[is_better]
        best[better], first[better], kept[better, start:] = cost[is_better], start, to_go[is_better]
    return best, first, kept


def _costs_to_go(step: Integers, hops: Flags, closes: Flags) -> Integers:
    """Return the least cost from each passage to the close of the lap, from the last back to the first."""
    to_go = np.where(closes, 0, _NEVER)
    for here in range(step.shape[1] - 2, -1, -1):
        onward = np.where(hops[:, here, here + 1 :], step[:, here + 1 :] + to_go[:, here + 1 :], _NEVER)
        to_go[:, here] = np.minimum(to_go[:, here], onward.min(axis=1))
    return to_go


def _follow(step: Integers, hops: Flags, to_go: Integers, first: Integers) -> Integers:
    """Drive along the costs to go, always to the latest passage that keeps the least cost."""
    rows = np.arange(len(first))
    stops, here = [first], first
    while (here >= 0).any():
        left = to_go[rows, here][:, None]
        fits = hops[rows, here] & (step + to_go == left) & (here >= 0)[:, None]
        latest = fits.shape[1] - 1 - fits[:, ::-1].argmax(axis=1)
        here = np.where(fits.any(axis=1), latest, -1)
        stops.append(here)
    return np.stack(stops, axis=1)


def find_strands(laps: Laps, range_km: float, *, comes_round: bool) -> Strand:
    """Drive with the plan that gets farthest, until no energy can be had before the range ends.

    Parameters
    ----------
    laps
        Paths without a plan.
    range_km
        Range on a full tank [km].
    comes_round
        Whether the round trip repeats, from a first start with a full range; otherwise it is driven once.

    Notes
    -----
    Every site passed in time may be used, so the farthest reach of one that was used tells all that can be
    used next. Without a plan none is used twice: as many turns as passages suffice.
    """
    turn_km = np.where(comes_round & (laps.lap_km > 0), laps.lap_km, _ONCE_KM)[:, None]
    rows = np.arange(len(turn_km))
    reach: Floats = range_km - laps.missing_km[:, 0] * (not comes_round)
    last = np.full(len(rows), -1 if comes_round else 0)
    for _ in range(laps.at_km.shape[1] + 1):
        turns = np.floor((reach[:, None] + SLACK_KM - laps.arrive_km) / turn_km)
        farther = np.where(turns >= 0, turns * turn_km + range_km - laps.leave_km, -np.inf)
        latest = farther.shape[1] - 1 - farther[:, ::-1].argmax(axis=1)
        is_farther = farther[rows, latest] > reach + SLACK_KM
        reach, last = np.where(is_farther, farther[rows, latest], reach), np.where(is_farther, latest, last)
    return Strand(reach, last)
