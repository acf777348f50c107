"""Matrix estimation from counts: as near to the prior as the counts, known with an error, allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import cg

from regiongeo.errors import DataError, name_some
from regiongeo.flows.assignment import along_routes, link_volumes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Shares = sparse.csr_array[np.float64]

__all__ = ["Estimate", "contradictions", "estimate_matrix"]

_TOLERANCE = 1e-6
"""Largest gap left between a volume and what its multiplier says, in standard errors of the count."""
_MOST_HALVINGS = 40


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimate:
    """An estimated matrix, and how the search for it ended."""

    trips: Floats
    """Trips by pair [trucks/day]."""
    multipliers: Floats
    """One a count: 0 where the prior agrees, positive where it was too low."""
    rounds: int
    is_converged: bool
    gap: float
    """What is left of the optimality condition, in standard errors; below 1e-6 when converged."""


def estimate_matrix(
    prior: Floats,
    shares: Shares,
    observed: Floats,
    error: Floats,
    *,
    spread: float = 1.0,
    rounds: int = 100,
) -> Estimate:
    """Move a matrix as little as possible from the prior to meet counts that are known with an error.

    Minimises ``(1/spread) sum_q [T_q ln(T_q/t_q) - T_q + t_q] + sum_a (v_a - sum_q p_aq T_q)^2 / (2 s_a^2)``.
    The answer is ``T_q = t_q exp(spread * sum_a p_aq l_a)`` with ``l_a = (v_a - (P T)_a) / s_a^2``; the
    multipliers l are found by Newton's method on the dual problem, which is smooth and convex, with as many
    unknowns as counts.

    Parameters
    ----------
    prior
        Trips by pair [trucks/day]; a pair of 0 stays 0.
    shares
        Share of each pair's trips that passes each count, counts × pairs.
    observed, error
        Trucks per day and standard error by count; errors are above 0.
    spread
        Variance over mean of a pair around the prior [trucks/day]: large values trust the counts.
    rounds
        Most Newton steps.

    Returns
    -------
    ``Estimate``; it says itself whether it converged.

    Raises
    ------
    DataError
        If the prior is empty, or prior, counts or errors are negative or not a number; positions are named.

    Notes
    -----
    Why this one: entropy keeps the matrix positive and its structure (each pair is multiplied by a factor a
    count), and errors on the counts make room for counts that contradict each other, which the exact form
    (errors 0) has no answer to. With errors towards 0 it is the model of Van Zuylen & Willumsen. Known
    weakness: many matrices meet the same counts; where no count passes, the prior stands as it is. Route
    shares are taken as known.

    References
    ----------
    Van Zuylen, H. J. & Willumsen, L. G. (1980). The most likely trip matrix estimated from traffic counts.
    Transp. Res. B 14, 281-293. Brenninger-Göthe, M., Jörnsten, K. O. & Lundgren, J. T. (1989). Estimation of
    origin-destination matrices from traffic counts using multiobjective programming formulations.
    Transp. Res. B 23, 257-269: entropy with deviations from the counts weighed in.
    """
    _require_usable(prior, observed, error)
    shares = shares.tocsr()
    dual = _Dual(prior=prior, shares=shares, observed=observed, variance=error**2, spread=spread)
    multipliers = np.zeros(len(observed))
    value = dual.value(multipliers)
    for done in range(rounds):
        trips = dual.trips(multipliers)
        slope = link_volumes(shares, trips) + dual.variance * multipliers - observed
        gap = float(np.abs(slope / error).max(initial=0.0))
        if gap < _TOLERANCE:
            return Estimate(trips=trips, multipliers=multipliers, rounds=done, is_converged=True, gap=gap)
        step = dual.newton_step(trips, slope)
        multipliers, value = _line_search(dual, multipliers, step, value=value, fall=float(slope @ step))
    return Estimate(
        trips=dual.trips(multipliers), multipliers=multipliers, rounds=rounds, is_converged=False, gap=gap
    )


def contradictions(
    modelled: Floats, observed: Floats, error: Floats, *, most: float = 3.0
) -> NDArray[np.bool_]:
    """Tell which counts the estimate misses by more than ``most`` standard errors.

    Such a count contradicts its neighbours, or no route share can carry what it says.
    """
    missed: NDArray[np.bool_] = np.abs(modelled - observed) > most * error
    return missed


@dataclass(frozen=True, kw_only=True, eq=False)
class _Dual:
    """``F(l) = sum_q t_q exp(spread (P'l)_q) / spread + sum_a s_a^2 l_a^2 / 2 - l'v``, convex in l."""

    prior: Floats
    shares: Shares
    observed: Floats
    variance: Floats
    spread: float

    def trips(self, multipliers: Floats) -> Floats:
        with np.errstate(over="ignore"):
            result: Floats = self.prior * np.exp(self.spread * along_routes(self.shares, multipliers))
        return result

    def value(self, multipliers: Floats) -> float:
        counts = 0.5 * self.variance @ multipliers**2 - multipliers @ self.observed
        return float(self.trips(multipliers).sum() / self.spread + counts)

    def newton_step(self, trips: Floats, slope: Floats) -> Floats:
        """Solve the Newton equations by conjugate gradients.

        Sparse on purpose: LAPACK's threads cost a hundred times the work itself on a busy machine.
        """
        weighted = self.shares @ sparse.diags_array(self.spread * trips)
        curvature = (weighted @ self.shares.T + sparse.diags_array(self.variance)).tocsr()
        scale = sparse.diags_array(1 / curvature.diagonal())
        step, _ = cg(curvature, -slope, rtol=1e-12, maxiter=10 * len(slope), M=scale)
        return np.asarray(step)


def _line_search(
    dual: _Dual, start: Floats, step: Floats, *, value: float, fall: float
) -> tuple[Floats, float]:
    """Halve the step until it lowers the dual enough (Armijo); a start too good to better stays."""
    length = 1.0
    for _ in range(_MOST_HALVINGS):
        point = start + length * step
        reached = dual.value(point)
        if reached <= value + 1e-4 * length * fall + 1e-12 * abs(value):
            return point, reached
        length /= 2
    return start, value


def _require_usable(prior: Floats, observed: Floats, error: Floats) -> None:
    if not prior.sum() > 0:
        raise DataError(
            "the matrix is empty: every pair of the prior has 0 trips, and no count can change that"
        )
    tests = {
        "prior trips": ~(np.isfinite(prior) & (prior >= 0)),
        "counts": ~(np.isfinite(observed) & (observed >= 0)),
        "errors of counts": ~(np.isfinite(error) & (error > 0)),
    }
    bad = {name: np.flatnonzero(wrong) for name, wrong in tests.items() if wrong.any()}
    if bad:
        told = "; ".join(f"{name} at {name_some(where.tolist())}" for name, where in bad.items())
        raise DataError(f"must be finite and not negative (errors above 0): {told}")
