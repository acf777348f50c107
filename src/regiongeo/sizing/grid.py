"""The grid connection of a station, and the battery that makes a smaller one do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regiongeo.errors import InfeasibleError, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    Curve = pd.Series[float] | npt.NDArray[np.float64] | Sequence[float]

__all__ = ["grid_status", "grid_timing", "least_connection_mw", "storage_balance", "storage_mwh"]

_TOLERANCE = 1e-9


def storage_mwh(load_mw: Curve, *, connection_mw: float, efficiency: float = 1.0) -> float:
    """Work out the smallest battery with which a connection serves a day that repeats [MWh, usable].

    It gives what the load has above the connection, and is charged from what is left below it, of which
    ``efficiency`` comes back. Its size is the largest sum of deficits less charges over any run of hours,
    midnight included; exact for the hourly curve.

    Parameters
    ----------
    load_mw
        Mean load of each hour of the day [MW].
    connection_mw
        Power of the grid connection [MW].
    efficiency
        Of the battery, there and back [1].

    Raises
    ------
    InfeasibleError
        If the connection does not carry the day's energy.
    ScenarioError
        If a load or the connection is negative or not finite, or the efficiency not in (0, 1].

    Notes
    -----
    Holds for the mean day: what trucks that come by chance add, and what the load does within the hour, is
    not in it. `power.Load.storage_mwh` adds a margin for that.
    """
    load = _require_curve(load_mw, efficiency)
    if not (np.isfinite(connection_mw) and connection_mw >= 0):
        raise ScenarioError(f"connection of {connection_mw} MW: must be finite and not negative")
    taken = storage_balance(load, connection_mw, efficiency=efficiency)
    if taken.sum() > _TOLERANCE * max(1.0, load.sum()):
        least = least_connection_mw(load, efficiency=efficiency)
        raise InfeasibleError(
            f"a connection of {connection_mw:g} MW does not carry the day: at least {least:.4g} MW are needed"
        )
    missing = most = 0.0
    for hour in np.tile(taken, 2):
        missing = max(0.0, missing + hour)
        most = max(most, missing)
    return float(most)


def storage_balance(
    load_mw: npt.NDArray[np.float64], connection_mw: float, *, efficiency: float
) -> npt.NDArray[np.float64]:
    """Work out what each hour takes from the battery; negative where it charges [MWh]."""
    spare = connection_mw - load_mw
    return np.where(spare > 0, -spare * efficiency, -spare)


def least_connection_mw(load_mw: Curve, *, efficiency: float = 1.0) -> float:
    """Work out the smallest connection that serves a day that repeats, with a battery [MW].

    Without losses the mean load. With losses the c at which charges and deficits balance,
    ``sum_h min(c - L_h, e (c - L_h)) = 0``: the sum is concave in c, so c is the largest root of the linear
    pieces, one for each number of hours below the connection.

    Raises
    ------
    ScenarioError
        As `storage_mwh`.
    """
    load = np.sort(_require_curve(load_mw, efficiency))
    below = np.arange(len(load) + 1)
    sums = np.concatenate([[0.0], np.cumsum(load)])
    roots = (efficiency * sums + sums[-1] - sums) / (efficiency * below + len(load) - below)
    return float(roots.max())


def grid_status(need_mw: pd.Series, least_mw: pd.Series, grid_mw: pd.Series) -> npt.NDArray[np.str_]:
    """Say whether the free capacity of each site's grid carries its station.

    Parameters
    ----------
    need_mw, least_mw
        Connection needed without and with a battery at the station [MW]; missing where not assessed.
    grid_mw
        Free capacity [MW]; negative where the grid is overbooked, missing where unknown.

    Returns
    -------
    fits, fits_with_storage, lacks, capacity_unknown or need_unknown, by site.
    """
    known = [need_mw.isna(), grid_mw.isna(), grid_mw >= need_mw, grid_mw >= least_mw]
    words = ["need_unknown", "capacity_unknown", "fits", "fits_with_storage"]
    return np.select([flags.to_numpy() for flags in known], words, default="lacks")


def grid_timing(grid_year: pd.Series, *, year: int | None) -> npt.NDArray[np.str_]:
    """Say whether the year of each free capacity is in time for the plan: in_time, later or unknown.

    Unknown where either year is.
    """
    if year is None:
        return np.full(len(grid_year), "unknown")
    flags = [grid_year.isna().to_numpy(), (grid_year <= year).to_numpy()]
    return np.select(flags, ["unknown", "in_time"], default="later")


def _require_curve(load_mw: Curve, efficiency: float) -> npt.NDArray[np.float64]:
    load = np.asarray(load_mw, dtype=float)
    if load.ndim != 1 or not len(load) or not (np.isfinite(load) & (load >= 0)).all():
        raise ScenarioError("load of the day: one finite figure >= 0 for each hour is needed")
    if not 0 < efficiency <= 1:
        raise ScenarioError(f"efficiency {efficiency} of the battery: must be above 0 and at most 1")
    return load
