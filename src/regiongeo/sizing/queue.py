"""Waiting for a free point: Erlang's formulas, and the smallest number of points that keeps a promise."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import pdtr

from regiongeo.errors import ScenarioError

__all__ = ["WaitTarget", "busy_points", "erlang_b", "erlang_c", "mean_wait_min", "points_needed"]

_MOST_POINTS = 10_000


@dataclass(frozen=True, kw_only=True)
class WaitTarget:
    """The waiting that is accepted in the peak hour; if both are given, both hold.

    Raises
    ------
    ScenarioError
        If neither is given, the mean is not above 0, or the probability not above 0 and at most 1.
    """

    mean_min: float | None = None
    """Longest mean wait, over all who come [min]."""
    probability: float | None = None
    """Largest probability to wait at all [1]."""

    def __post_init__(self) -> None:
        if self.mean_min is None and self.probability is None:
            raise ScenarioError("say what waiting is accepted: a mean wait, a waiting probability, or both")
        if self.mean_min is not None and not (math.isfinite(self.mean_min) and self.mean_min > 0):
            raise ScenarioError(f"accepted mean wait of {self.mean_min} min: must be finite and above 0")
        if self.probability is not None and not 0 < self.probability <= 1:
            raise ScenarioError(
                f"accepted waiting probability {self.probability}: must be above 0, at most 1"
            )

    def is_met(self, *, mean_min: float, probability: float) -> bool:
        """Tell whether a mean wait [min] and a waiting probability are within the target."""
        is_short = self.mean_min is None or mean_min <= self.mean_min
        return is_short and (self.probability is None or probability <= self.probability)


def erlang_b(points: int, load: float) -> float:
    """Work out the share of trucks that find every point taken, if none waits [1].

    ``B(0) = 1``, ``B(k) = a B(k-1) / (k + a B(k-1))``: all terms positive, so stable for any size.

    Parameters
    ----------
    points
        Number of points c, 0 and more.
    load
        Offered load a [Erlang]: arrivals per hour times mean stop [h].

    Raises
    ------
    ScenarioError
        If either is negative or the load not finite.

    References
    ----------
    Erlang, A. K. (1917). Solution of some problems in the theory of probabilities of significance in
    automatic telephone exchanges.
    """
    _require(points, load)
    blocked = 1.0
    for k in range(1, points + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(points: int, load: float) -> float:
    """Work out the probability that an arriving truck must wait, in the steady state of M/M/c [1].

    ``C = c B / (c - a (1 - B))``, with B of `erlang_b`.

    Raises
    ------
    ScenarioError
        As `erlang_b`; or if the load is not below the number of points, so that the queue grows for ever.
    """
    blocked = erlang_b(points, load)
    _require_stable(points, load)
    return _waiting(points, load, blocked)


def mean_wait_min(points: int, *, load: float, stop_min: float, cv: float = 1.0) -> float:
    """Work out the mean wait over all who come, those who do not wait included [min].

    ``W = (1 + cv^2) / 2 * C s / (c - a)``, exact for exponential stop times (cv = 1) and for one point.

    Parameters
    ----------
    points, load
        As `erlang_b`.
    stop_min
        Mean stop s [min].
    cv
        Standard deviation of the stop over its mean [1].

    Raises
    ------
    ScenarioError
        As `erlang_c`; or if the stop or its variation is negative or not finite.

    Notes
    -----
    Steady state: the peak hour is taken to last. It does not, so waits are rather overstated.

    References
    ----------
    Lee, A. M. & Longton, P. A. (1959). Queueing processes associated with airline passenger check-in.
    Oper. Res. Quarterly 10(1), 56-71.
    """
    _require_stop(stop_min, cv)
    return _mean_wait(points, load, erlang_c(points, load), stop_min=stop_min, cv=cv)


def points_needed(
    *, arrivals_per_h: float, stop_min: float, target: WaitTarget, cv: float = 1.0, at_least: int = 0
) -> int:
    """Find the smallest number of points that keeps the target; 0 if nobody comes.

    Parameters
    ----------
    arrivals_per_h
        Arrivals in the peak hour, Poisson.
    stop_min, cv
        As `mean_wait_min`.
    target
        Waiting that is accepted.
    at_least
        Number of points the law or a rule wants in any case.

    Raises
    ------
    ScenarioError
        If an input is negative or not finite, or more than 10,000 points are needed (a slip of units).

    Notes
    -----
    Both measures of waiting fall with each point added, so the first number that fits is the smallest.
    The waiting probability is that of exponential stops: it hardly depends on their spread.
    """
    _require_stop(stop_min, cv)
    load = arrivals_per_h * stop_min / 60
    _require(at_least, load)
    if load == 0:
        return at_least
    blocked = 1.0
    for points in range(1, _MOST_POINTS + 1):
        blocked = load * blocked / (points + load * blocked)
        if points <= load:
            continue
        waits = _waiting(points, load, blocked)
        wait_min = _mean_wait(points, load, waits, stop_min=stop_min, cv=cv)
        if target.is_met(mean_min=wait_min, probability=waits):
            return max(points, at_least)
    raise ScenarioError(
        f"{arrivals_per_h:g} arrivals/h of {stop_min:g} min need more than {_MOST_POINTS} points: check units"
    )


def busy_points(points: int, *, load: float, quantile: float) -> int:
    """Find the number of points that is not exceeded by those in use for a share of the time.

    Below c the number in use is Poisson, cut off at c: ``P(n <= k) = (1 - C) F(k) / F(c-1)``.

    Raises
    ------
    ScenarioError
        As `erlang_c`; or if the quantile is not between 0 and 1.
    """
    if not 0 < quantile < 1:
        raise ScenarioError(f"quantile {quantile} of points in use: must lie between 0 and 1")
    if points == 0 and load == 0:
        return 0
    free = 1 - erlang_c(points, load)
    below = (k for k in range(points) if free * pdtr(k, load) / pdtr(points - 1, load) >= quantile)
    return next(below, points)


def _waiting(points: int, load: float, blocked: float) -> float:
    return points * blocked / (points - load * (1 - blocked)) if load else 0.0


def _mean_wait(points: int, load: float, waits: float, *, stop_min: float, cv: float) -> float:
    return (1 + cv**2) / 2 * waits * stop_min / (points - load) if load else 0.0


def _require(points: int, load: float) -> None:
    if points < 0:
        raise ScenarioError(f"{points} points: must not be negative")
    if not (math.isfinite(load) and load >= 0):
        raise ScenarioError(f"load of {load} Erlang: must be finite and not negative")


def _require_stable(points: int, load: float) -> None:
    if points <= load and load > 0:
        raise ScenarioError(
            f"{points} points cannot serve a load of {load:g} Erlang, the queue grows for ever: "
            f"give at least {math.floor(load) + 1}"
        )


def _require_stop(stop_min: float, cv: float) -> None:
    if not (math.isfinite(stop_min) and stop_min >= 0 and math.isfinite(cv) and cv >= 0):
        raise ScenarioError(
            f"stop of {stop_min} min with variation {cv}: both must be finite and not negative"
        )
