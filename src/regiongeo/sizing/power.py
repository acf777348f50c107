"""Load of charging stations: what they draw from the grid, and the storage that a weak grid asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from regiongeo.sizing.grid import least_connection_mw, storage_balance, storage_mwh
from regiongeo.sizing.queue import busy_points

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Load", "charging_load"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Load:
    """Load of one station on a weekday, as the grid sees it."""

    curve_mw: npt.NDArray[np.float64]
    """Mean load of each hour [MW]."""
    variance_mwh2: npt.NDArray[np.float64]
    """Variance of the energy of each hour, as trucks come by chance [MWh2]."""
    high_mw: float
    """Load not exceeded in the busiest hour for most of the time [MW]."""
    quantile: float
    """For which share of the time [1]."""
    storage_efficiency: float
    """Of a battery at the station, there and back [1]."""

    @property
    def least_mw(self) -> float:
        """Smallest connection that serves the mean weekday, with storage [MW]."""
        return least_connection_mw(self.curve_mw, efficiency=self.storage_efficiency)

    def storage_mwh(self, connection_mw: float) -> float:
        """Work out the storage with which a connection does on a busy day [MWh, usable].

        The largest need over all runs of 1 to 24 hours: deficits less charges of the mean day, as in
        `grid.storage_mwh`, and ``z`` standard deviations of the run's energy; a run never needs more than
        ``high_mw`` throughout. At least the storage of the mean day, and 0 from ``high_mw`` on.

        Raises
        ------
        InfeasibleError
            If the connection does not carry the mean weekday.

        Notes
        -----
        A margin for one run, not for the worst of all runs of a year. In 80 simulated weeks of stations with
        20 to 200 stops a day, 0 to 4 % of the energy found the battery empty and came later, most at small
        stations near the smallest connection; with the storage of the mean day alone it was up to 25 %.
        """
        mean_day = storage_mwh(self.curve_mw, connection_mw=connection_mw, efficiency=self.storage_efficiency)
        balance = storage_balance(self.curve_mw, connection_mw, efficiency=self.storage_efficiency)
        run_h = np.arange(1, len(balance) + 1)
        mean = _runs(balance)
        busy = mean + ndtri(self.quantile) * np.sqrt(_runs(self.variance_mwh2))
        return max(mean_day, float(np.minimum(busy, (self.high_mw - connection_mw) * run_h).max()))


def charging_load(
    *,
    energy_kwh_d: float,
    sessions_per_day: float,
    factors: npt.NDArray[np.float64],
    points: int,
    rate_kw: float,
    cv: float,
    quantile: float,
    charging_efficiency: float,
    storage_efficiency: float,
) -> Load:
    """Work out the load of one station on a weekday.

    The mean load of an hour is its energy over the efficiency. Within the busiest hour the number of trucks
    that charge varies as the points in use of `queue.busy_points`, with the time a truck charges for the time
    it stands there; each draws the mean rate, and at least one truck does. The energy of an hour has the
    variance ``n e^2 (1 + cv^2)`` of a Poisson number n of trucks that take e each.

    Parameters
    ----------
    energy_kwh_d
        Into the trucks' batteries on the mean day [kWh/day].
    sessions_per_day
        Trucks on the mean day.
    factors
        Part of the mean day in each hour of a weekday [1], 24 figures.
    points
        Charging points.
    rate_kw
        Mean power into a truck while it charges [kW].
    cv
        Standard deviation of the energy a truck takes, over its mean [1].
    quantile
        Share of the busiest hour in which ``high_mw`` suffices [1].
    charging_efficiency, storage_efficiency
        From the grid to the truck's battery, and of a battery at the station there and back [1].

    Raises
    ------
    ScenarioError
        If the queue is not stable, or an input not valid.
    """
    to_mw = 1 / (charging_efficiency * 1000)
    curve_mw = energy_kwh_d * factors * to_mw
    high_mw, variance = 0.0, np.zeros_like(factors)
    if energy_kwh_d:
        charging = energy_kwh_d * factors.max() / rate_kw
        busy = busy_points(points, load=charging, quantile=quantile)
        high_mw = max(max(busy, 1) * rate_kw * to_mw, float(curve_mw.max()))
        variance = curve_mw * energy_kwh_d / sessions_per_day * to_mw * (1 + cv**2)
    return Load(
        curve_mw=curve_mw,
        variance_mwh2=variance,
        high_mw=high_mw,
        quantile=quantile,
        storage_efficiency=storage_efficiency,
    )


def _runs(hourly: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sum every run of hours of a day that repeats: one row a first hour, one column a length."""
    count = len(hourly)
    hours = (np.arange(count)[:, None] + np.arange(count)) % count
    return np.cumsum(hourly[hours], axis=1)
