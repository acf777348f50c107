"""Stretches without energy along paths: the longest one, and what must open to make it shorter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Line", "cut_for", "levels_of", "read_lines", "short_places", "window"]

_SURE = 1e-9  # shortfall of coverage that is only rounding
_NOISE_KM = 1e-8  # weights of a cut that are only rounding, too small for the solver


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """One path as a line; a drive from stop a to stop b takes ``arrive[b] - leave[a]`` km.

    Stops that help nobody are left out: those from which one comes no farther than from the start, and those
    no nearer than the end.
    """

    km: float
    stops: Ints
    """Positions of the sites, in the order of ``leave``."""
    leave: Floats
    """Position less access: where a truck that was there has already come [km]."""
    arrive: Floats
    """Position and access: how far a truck must be able to drive to get there [km]."""

    def of(self, is_open: Flags) -> Line:
        """Return the line with the open stops alone."""
        kept = is_open[self.stops]
        return Line(km=self.km, stops=self.stops[kept], leave=self.leave[kept], arrive=self.arrive[kept])

    @property
    def gap(self) -> float:
        """Longest stretch between energy when the truck picks its stops best, all stops open [km]."""
        leave, arrive = np.append(0.0, self.leave), np.append(self.arrive, self.km)
        worst = np.zeros(len(leave))
        for stop in range(1, len(leave)):
            worst[stop] = np.maximum(worst[:stop], arrive[stop - 1] - leave[:stop]).min()
        return float(np.maximum(worst, self.km - leave).min())


def read_lines(paths: pd.DataFrame, stops: pd.DataFrame, sites: pd.Index) -> list[Line]:
    """Return the line of each path, in their order, with the stops at these sites."""
    stops = stops.reset_index()
    stops = stops[stops["site_id"].isin(sites) & stops["path_id"].isin(paths.index)]
    path = paths.index.get_indexer(pd.Index(stops["path_id"]))
    site = sites.get_indexer(pd.Index(stops["site_id"]))
    position, access = stops["position_km"].to_numpy(dtype=float), stops["access_km"].to_numpy(dtype=float)
    leave, arrive, km = position - access, position + access, paths["km"].to_numpy(dtype=float)
    order = np.lexsort((site, arrive, leave, path))
    order = order[(leave[order] > 0) & (arrive[order] < km[path[order]])]
    edges = np.searchsorted(path[order], np.arange(1, len(km)))
    return [
        Line(km=length, stops=site[rows], leave=leave[rows], arrive=arrive[rows])
        for length, rows in zip(km.tolist(), np.split(order, edges), strict=True)
    ]


def levels_of(line: Line, low: float, high: float) -> Floats:
    """Return the lengths between ``low`` and ``high`` that the gap of a line can have, whatever is open."""
    leave, arrive = np.append(0.0, line.leave), np.append(line.arrive, line.km)
    stretch = (arrive[None, :] - leave[:, None]).ravel()
    return np.unique(stretch[(stretch >= low) & (stretch <= high)])


def short_places(line: Line, share: Floats, *, used: float, gap: float) -> Floats:
    """Return the places more than ``gap`` from the end whose window holds less than ``used``.

    With whole openings there is one if and only if the gap of the line exceeds ``gap``.
    """
    x = share[line.stops]
    is_active = x > _SURE
    leave, arrive, x = line.leave[is_active], line.arrive[is_active], x[is_active]
    places = np.unique(np.append(0.0, leave))
    places = places[line.km - places > gap]
    is_near = (leave[None, :] > places[:, None]) & (arrive[None, :] - places[:, None] <= gap)
    return np.asarray(places[is_near @ x < used - _SURE])


def window(line: Line, at: float, gap: float) -> Ints:
    """Return the sites of which one must be open where no stretch may exceed ``gap``.

    Those that a truck reaches within ``gap`` from ``at`` and that bring it farther. This holds whether or
    not there is energy at ``at``, as long as ``at + gap`` falls short of the end: the stop at which a drive
    passes beyond ``at`` was reached from one not beyond it.
    """
    return line.stops[(line.leave > at) & (line.arrive - at <= gap)]


def cut_for(line: Line, share: Floats, *, used: float, low: float, high: float) -> tuple[Floats, float]:
    """Return what bounds the gap of a line from below best at fractional openings.

    Between ``low`` and ``high`` the gap exceeds a length g unless the window of some place holds an open
    site, for each place: ``gap >= low + sum_k max(0, used - sum_{j in window k} x_j) * (g_k+1 - g_k)``. The
    steps between lengths at which a window grows are taken where the windows hold least, and added up.

    Parameters
    ----------
    line
        Path with all stops that may open.
    share
        Opening of each site, 0 to 1.
    used
        Share of the trips that take this path.
    low, high
        Least gap with all stops open, and largest one allowed [km].

    Returns
    -------
    ``weight`` by stop and ``base``, both in km: ``gap + weight @ x[line.stops] >= base * used``.
    """
    x = share[line.stops]
    is_active = x > _SURE
    leave, arrive, x = line.leave[is_active], line.arrive[is_active], x[is_active]
    places = np.unique(np.append(0.0, leave))
    reach = np.where(leave[None, :] > places[:, None], arrive[None, :] - places[:, None], np.inf)
    ends = line.km - places
    edges = np.unique(np.clip(np.r_[low, high, reach[np.isfinite(reach)], ends], low, high))
    starts = edges[:-1]
    covered = ((reach[:, :, None] <= starts) * x[None, :, None]).sum(axis=1) + (ends[:, None] <= starts)
    worst = covered.argmin(axis=0)
    is_short = covered[worst, np.arange(len(starts))] < used - _SURE
    at, begin, end = places[worst[is_short]], starts[is_short], edges[1:][is_short]
    ahead = line.leave[:, None] > at
    weight = np.where(ahead, np.clip(end - np.maximum(begin, line.arrive[:, None] - at), 0, None), 0.0)
    total, base = weight.sum(axis=1), low + float((end - begin).sum())
    is_noise = total < _NOISE_KM
    return np.where(is_noise, 0.0, total), base - float(total[is_noise].sum())
