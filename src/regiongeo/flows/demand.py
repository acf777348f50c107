"""Demand: how many trucks each zone sends, and where they go (doubly constrained gravity model)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from regiongeo.errors import DataError, name_some

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Demand", "Gravity", "calibrate", "deterrence", "furness", "gravity_matrix"]

_START = (math.log(3.0), math.log(15.0))
"""Logarithms of exponent and rate where their search starts."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Gravity:
    """A calibrated gravity model: its two parameters and the matrix it gives."""

    exponent: float
    """Power of travel time in the deterrence function [1]."""
    rate: float
    """Trips inside that start or end, per day and 1,000 persons of attraction."""
    trips: Floats
    """Trucks per day, zones × zones, one direction; symmetric."""


def deterrence(minutes: Floats, *, exponent: float, terminal: float) -> Floats:
    """Weigh down long trips: ``f(c) = (c + c0) ** -exponent``.

    Parameters
    ----------
    minutes
        Travel time of the whole trip, outside legs included [min], zones × zones. The diagonal is not read:
        a trip within a zone takes half the time to the nearest other zone.
    exponent
        Calibrated power [1].
    terminal
        Time at both ends c0 [min]: keeps neighbours from drawing everything.

    Raises
    ------
    DataError
        If times are negative or not a number.

    Notes
    -----
    A power and not an exponential, because a doubly constrained exponential does not see the outside leg: it
    cancels in the balancing.
    """
    if not (minutes >= 0).all():
        bad = np.argwhere(~(minutes >= 0)).tolist()
        raise DataError(f"travel times between zones must be 0 or more, not so for pairs {name_some(bad)}")
    times = minutes.copy()
    np.fill_diagonal(times, np.inf)
    np.fill_diagonal(times, times.min(axis=1) / 2)
    weight: Floats = (times + terminal) ** -exponent
    return weight


def furness(
    seed: Floats, rows: Floats, columns: Floats, *, tolerance: float = 1e-9, rounds: int = 2000
) -> Floats:
    """Balance a matrix to given row and column sums: ``T_ij = a_i b_j t_ij``.

    Parameters
    ----------
    seed
        Matrix to start from, not negative.
    rows, columns
        Wanted sums.
    tolerance
        Largest relative error of a row sum at the end.
    rounds
        Most rounds.

    Returns
    -------
    Matrix; its column sums are exact, its row sums within ``tolerance``.

    Raises
    ------
    DataError
        If seed or sums are negative or not a number, the sums differ in total, a zone with trips has
        none to exchange with, or the balancing does not converge; positions are named.

    References
    ----------
    Furness, K. P. (1965). Time function iteration. Traffic Engineering & Control 7, 458-460.
    Wilson, A. G. (1967). A statistical theory of spatial distribution models. Transp. Res. 1, 253-269.
    """
    _require_balance(seed, rows, columns)
    kept_rows, kept_columns = rows > 0, columns > 0
    cells, out, into = seed[np.ix_(kept_rows, kept_columns)], rows[kept_rows], columns[kept_columns]
    a, b, error = _scale(cells, out, into, tolerance=tolerance, rounds=rounds)
    if (error >= tolerance).any():
        worst = np.flatnonzero(kept_rows)[np.argsort(-error, kind="stable")]
        raise DataError(
            f"the matrix cannot be balanced: rows {name_some(worst.tolist())} are still {error.max():.2g} "
            "off their sums: do their trips fit what the others can take?"
        )
    balanced = np.zeros_like(seed)
    balanced[np.ix_(kept_rows, kept_columns)] = a[:, None] * cells * b
    return balanced


def _scale(
    cells: Floats, rows: Floats, columns: Floats, *, tolerance: float, rounds: int
) -> tuple[Floats, Floats, Floats]:
    """Find the factors of rows and columns, and the relative error of the row sums they leave.

    Sums that do not fit drive the factors out of all bounds: the last error that is a number then counts.
    """
    b, error = np.ones(len(columns)), np.full(len(rows), np.inf)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for _ in range(rounds):
            a = rows / (cells @ b)
            b = columns / (a @ cells)
            latest = np.abs(a * (cells @ b) / rows - 1)
            if not np.isfinite(latest).all():
                break
            error = latest
            if not (error >= tolerance).any():
                break
    return a, b, error


@dataclass(frozen=True, kw_only=True, eq=False)
class Demand:
    """What the gravity model distributes."""

    attraction: Floats
    """Persons by zone; what is at a gateway does not count."""
    gateway_trucks: Floats
    """Trucks per day counted or assumed at gateways, NaN inside."""
    minutes: Floats
    """Travel time of whole trips, outside legs included [min], zones × zones."""
    may_pass: Flags
    """Pairs of gateways that trucks pass between, zones × zones, symmetric."""
    through_share: float
    """Share of the trucks at gateways that pass from gateway to gateway."""
    terminal: float
    """Time at both ends of a trip [min]."""


def gravity_matrix(demand: Demand, *, exponent: float, rate: float) -> Floats:
    """Distribute trips by gravity, with as many trips out as in, in three kinds.

    - inside: between zones that are no gateways, doubly constrained, ``T_ij = A_i O_i B_j D_j f(c_ij)`` with
      ``O_i = D_i = rate * attraction_i / 1000 / 2``; trips within a zone are among them.
    - through: from gateway to gateway where trucks may pass, ``T_gh ~ G_g G_h f(c_gh)``, together
      ``through_share`` of the trucks G at gateways, or less, so that none passes more than it has.
    - long: the other trucks of the gateways, doubly constrained; inside they meet the zones in proportion to
      attraction.

    Returns
    -------
    Trucks per day from zone to zone, symmetric; trips within zones on the diagonal.

    Raises
    ------
    DataError
        As ``furness`` and ``deterrence``; and if the matrix would be empty.

    Notes
    -----
    Long trips are a kind of their own because in one model a town with many neighbours hardly trades with the
    border: what is near uses up its trips. How much is through traffic is an assumption, no count tells.
    """
    is_gateway = ~np.isnan(demand.gateway_trucks)
    weight = deterrence(demand.minutes, exponent=exponent, terminal=demand.terminal)
    town, trucks = demand.attraction[~is_gateway], demand.gateway_trucks[is_gateway] / 2
    ends = rate * town / 1000 / 2
    if not ends.sum() + trucks.sum() > 0:
        raise DataError("the matrix is empty: no zone has any trips; give attraction or gateway volumes")
    trips = np.zeros_like(weight)
    trips[np.ix_(~is_gateway, ~is_gateway)] = furness(weight[np.ix_(~is_gateway, ~is_gateway)], ends, ends)
    doors = np.ix_(is_gateway, is_gateway)
    through = _through_trips(trucks, weight[doors] * demand.may_pass[doors], share=demand.through_share)
    trips[doors] = through
    if town.any():
        rest = np.clip(trucks - through.sum(axis=1), 0, None)
        long = furness(weight[np.ix_(is_gateway, ~is_gateway)], rest, rest.sum() * town / town.sum())
        trips[np.ix_(is_gateway, ~is_gateway)], trips[np.ix_(~is_gateway, is_gateway)] = long, long.T
    return (trips + trips.T) / 2


def _through_trips(trucks: Floats, weight: Floats, *, share: float) -> Floats:
    """Share the trucks that pass out over pairs of gateways; none passes more than it has."""
    pull = trucks[:, None] * trucks * weight
    if not pull.any():
        return pull
    ends = pull.sum(axis=1)
    most = (trucks[ends > 0] / ends[ends > 0]).min()
    through: Floats = pull * min(share * trucks.sum() / pull.sum(), most)
    return through


def calibrate(
    demand: Demand, *, volumes: Callable[[Floats], Floats], observed: Floats, error: Floats
) -> Gravity:
    """Choose exponent and rate such that the gravity model meets the counts best.

    Minimises ``sum_a w_a (sqrt(v_a(model)) - sqrt(observed_a)) ** 2`` with ``w_a = observed_a / error_a``,
    scaled to a mean of 1: square roots give small and large roads a voice alike.

    Parameters
    ----------
    demand
        What is distributed.
    volumes
        Gives the modelled volume of each observation for a matrix.
    observed, error
        Trucks per day and their standard error by observation.

    Notes
    -----
    No observed trip length is at hand, so the two parameters rest on the counts alone. The exponent goes
    with the terminal time: read them together, not as physical constants.
    """
    weight = observed / error
    weight = weight / weight.mean()

    def model(logs: Floats) -> Floats:
        exponent, rate = np.exp(logs)
        return gravity_matrix(demand, exponent=exponent, rate=rate)

    def loss(logs: Floats) -> float:
        miss = np.sqrt(volumes(model(logs))) - np.sqrt(observed)
        return float(weight @ miss**2)

    best = minimize(
        loss, _START, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-3, "maxiter": 200}
    ).x
    exponent, rate = np.exp(best)
    return Gravity(exponent=float(exponent), rate=float(rate), trips=model(best))


def _require_balance(seed: Floats, rows: Floats, columns: Floats) -> None:
    given = {"the seed matrix": seed, "row sums": rows, "column sums": columns}
    bad = [name for name, values in given.items() if not (np.isfinite(values) & (values >= 0)).all()]
    if bad:
        raise DataError(f"{name_some(bad)}: must be finite and 0 or more")
    if not np.isclose(rows.sum(), columns.sum(), rtol=1e-9):
        raise DataError(f"trips out ({rows.sum():g}) and trips in ({columns.sum():g}) differ in total")
    alone = np.flatnonzero((rows > 0) & ~(seed[:, columns > 0] > 0).any(axis=1))
    if len(alone):
        raise DataError(
            f"zones {name_some(alone.tolist())} have trips but nowhere to go: check their travel times"
        )
