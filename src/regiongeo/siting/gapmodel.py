"""The worst-gap model: rows for what is stuck, cuts for what a gap costs, both added where needed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from regiongeo.siting.solver import Model
from regiongeo.siting.stretches import cut_for, short_places, window

if TYPE_CHECKING:
    import numpy.typing as npt

    from regiongeo.siting.limits import LimitRows
    from regiongeo.siting.stretches import Line

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]

__all__ = ["GapCase", "GapRows", "best_paths", "build_cover_model", "build_gap_model"]

_SCALE = 1e6  # the sum of trips times gap in the model, so that tolerances mean the same at any unit
_TINY = 1e-9  # share of a path that is only rounding, and of its gap by which a cut must be missed
_BINDS = 1e-6  # share of the gap up to which a cut binds


@dataclass(frozen=True, kw_only=True, eq=False)
class GapCase:
    """The question in numbers; sites that exist stand behind the candidates."""

    lines: list[Line]
    """By path."""
    pair: Ints
    """Relation of each path."""
    trips: Floats
    """By relation."""
    limits: LimitRows
    """Over the candidates."""
    sites: int
    """Candidates and existing ones."""
    least: Floats
    """Gap of each path with all sites open that may be [km]."""

    @property
    def candidates(self) -> int:
        """Number of sites to choose from."""
        return len(self.limits.low)

    def gaps(self, is_open: Flags) -> Floats:
        """Return the gap of each path [km]."""
        return np.array([line.of(is_open).gap for line in self.lines])


@dataclass(kw_only=True, eq=False)
class GapRows:
    """Rows found so far; they hold for every choice."""

    stuck: dict[tuple[int, float], None] = field(default_factory=dict)
    """Path and place where trucks got stuck."""
    cuts: dict[tuple[int, bytes], tuple[Floats, float]] = field(default_factory=dict)
    """By path and weight: the weight by stop and the base, see `regiongeo.siting.stretches.cut_for`."""

    def add_stuck(self, case: GapCase, share: Floats, used: Floats, *, gap: float) -> int:
        """Note where openings leave gaps above ``gap`` on the paths used; return how many are new."""
        before = len(self.stuck)
        for path in np.flatnonzero(used > _TINY).tolist():
            places = short_places(case.lines[path], share, used=float(used[path]), gap=gap)
            self.stuck.update(dict.fromkeys((path, place) for place in places.tolist()))
        return len(self.stuck) - before

    def add_cuts(self, case: GapCase, share: Floats, used: Floats, gaps: Floats, *, worst: float) -> int:
        """Note the cuts that the gaps claimed for the paths used miss; return how many are new."""
        before = len(self.cuts)
        for path in np.flatnonzero(used > _TINY).tolist():
            line, low = case.lines[path], float(case.least[path])
            high = max(low, min(worst, line.km))
            weight, base = cut_for(line, share, used=float(used[path]), low=low, high=high)
            if base * used[path] - weight @ share[line.stops] - gaps[path] > _TINY * base:
                self.cuts[path, weight.tobytes()] = weight, base
        return len(self.cuts) - before

    def keep_tight(self, case: GapCase, share: Floats, used: Floats, gaps: Floats) -> None:
        """Drop the cuts that do not bind."""
        self.cuts = {
            (path, key): (weight, base)
            for (path, key), (weight, base) in self.cuts.items()
            if gaps[path] + weight @ share[case.lines[path].stops] - base * used[path] < _BINDS * base
        }


def best_paths(case: GapCase, gaps: Floats) -> Ints:
    """Return the path of least gap of each relation, the first of equals."""
    order = np.lexsort((np.arange(len(gaps)), gaps, case.pair))
    return order[np.unique(case.pair[order], return_index=True)[1]]


def build_cover_model(case: GapCase, rows: GapRows, gap: float) -> Model:
    """Build the question whether a choice leaves no gap above ``gap``.

    ``sum_{j in window} x_j + u >= y_r`` for each window of each path r, ``sum_r y_r = 1`` over the paths of a
    relation; the last column, u, costs 1. Columns: sites, y by path, u.
    """
    width = case.sites + len(case.lines) + 1
    cover = _windows(case, rows, gap)
    slack = np.array([width - 1])
    columns, numbers = (
        [np.r_[row, slack] for row in cover.columns],
        [np.r_[row, 1.0] for row in cover.numbers],
    )
    matrix = _entries(columns, numbers, width)
    model = _model(case, matrix, cover.low, extra=1, gain=-1.0, high=np.ones(1), worst=gap)
    is_slack = np.arange(width) == width - 1
    return replace(model, is_integer=model.is_integer | is_slack)


def build_gap_model(case: GapCase, rows: GapRows, worst: float) -> tuple[Model, float]:
    """Build ``min sum_q f_q sum_{r of q} t_r``; ``t_r`` is the gap of path r if its trips take it, else 0.

    Windows as in `build_cover_model` keep the gaps within ``worst``, cuts bound ``t_r`` from below. Columns:
    sites, y by path, t by path. Returns the model and its cost per truck-km of gap.
    """
    paths, first = len(case.lines), case.sites + len(case.lines)
    cover = _windows(case, rows, worst)
    ends = [np.array([case.sites + path, first + path]) for path in range(paths)]
    cuts = [np.r_[case.lines[path].stops, ends[path]] for path, _ in rows.cuts]
    numbers = [
        *cover.numbers,
        *(np.array([-least, 1.0]) for least in case.least),
        *(np.r_[weight, -base, 1.0] for weight, base in rows.cuts.values()),
    ]
    matrix = _entries([*cover.columns, *ends, *cuts], numbers, first + paths)
    low = np.r_[cover.low, np.zeros(paths + len(cuts))]
    scale = _SCALE / float(case.trips.sum() * worst or 1.0)
    km = np.array([line.km for line in case.lines])
    gain = -scale * case.trips[case.pair]
    return _model(case, matrix, low, extra=paths, gain=gain, high=km, worst=worst), scale


class _Windows(NamedTuple):
    """Rows over the sites and the paths' y."""

    columns: list[Ints]
    numbers: list[Floats]
    low: Floats


def _windows(case: GapCase, rows: GapRows, gap: float) -> _Windows:
    """Return the distinct windows at a gap; a path that is its relation's only one needs no y."""
    is_only = np.bincount(case.pair)[case.pair] == 1
    keys = {
        (-1 if is_only[path] else path, *window(case.lines[path], at, gap).tolist())
        for path, at in rows.stuck
        if case.lines[path].km - at > gap
    }
    distinct = sorted(keys)
    return _Windows(
        columns=[np.array([*sites, *([case.sites + y] if y >= 0 else [])], int) for y, *sites in distinct],
        numbers=[np.array([*np.ones(len(sites)), *([-1.0] if y >= 0 else [])]) for y, *sites in distinct],
        low=np.array([float(y < 0) for y, *_ in distinct]),
    )


def _model(
    case: GapCase,
    rows: sparse.csr_array,
    row_low: Floats,
    *,
    extra: int,
    gain: Floats | float,
    high: Floats,
    worst: float,
) -> Model:
    """Return a model with the limits and one path a relation beside the rows."""
    paths, pairs = len(case.lines), len(case.trips)
    columns = case.sites + paths + extra
    one = sparse.csr_array(
        (np.ones(paths), (case.pair, case.sites + np.arange(paths))), shape=(pairs, columns)
    )
    limits = case.limits.matrix.tocoo()
    limited = sparse.csr_array((limits.data, limits.coords), shape=(limits.shape[0], columns))
    existing = np.ones(case.sites - case.candidates)
    return Model(
        gain=np.r_[np.zeros(case.sites + paths), np.broadcast_to(gain, extra)],
        matrix=sparse.csr_array(sparse.vstack([rows, one, limited])),
        row_low=np.r_[row_low, np.ones(pairs), case.limits.row_low],
        row_high=np.r_[np.full(len(row_low), np.inf), np.ones(pairs), case.limits.row_high],
        low=np.r_[case.limits.low, existing, np.zeros(paths + extra)],
        high=np.r_[case.limits.high, existing, (case.least <= worst).astype(float), high],
        is_integer=np.arange(columns) < case.sites,
    )


def _entries(columns: list[Ints], numbers: list[Floats], width: int) -> sparse.csr_array:
    rows = np.repeat(np.arange(len(columns)), [len(one) for one in columns])
    entries = (np.concatenate([*numbers, np.empty(0)]), (rows, np.concatenate([*columns, np.empty(0, int)])))
    return sparse.csr_array(entries, shape=(len(columns), width))
