"""From the trucks that stop at a site to the size of its station."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.assumptions import assumption
from regiongeo.errors import DataError, ScenarioError, name_some
from regiongeo.flows.energy import ENERGY_UNITS, energy_per_km
from regiongeo.schema import validate
from regiongeo.sizing.cost import equipment_cost
from regiongeo.sizing.grid import grid_status, grid_timing
from regiongeo.sizing.power import charging_load
from regiongeo.sizing.profile import hour_factors
from regiongeo.sizing.queue import WaitTarget, erlang_c, mean_wait_min, points_needed
from regiongeo.tables.sizing import STATION_DEMAND, STATION_GRID, STATION_HOURS, STATION_SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    from regiongeo.flows.energy import Energy, Season
    from regiongeo.sizing.demand import Level
    from regiongeo.sizing.power import Load

__all__ = ["station_hours", "station_sizes"]

_RATE_UNITS = {"battery": "kW", "hydrogen": "kg/h", "biogas": "kg/h"}
_POWER = [
    "installed_mw",
    "mean_mw",
    "peak_mean_mw",
    "peak_high_mw",
    "least_grid_mw",
    "least_grid_storage_mwh",
]


def station_sizes(
    demand: pd.DataFrame,
    *,
    hours: pd.DataFrame,
    assumptions: pd.DataFrame,
    shares: Mapping[Energy, float],
    season: Season = "average",
    level: Level = "value",
    target: WaitTarget | None = None,
    at_least: Mapping[Energy, int] | None = None,
    grid: pd.DataFrame | None = None,
    year: int | None = None,
) -> pd.DataFrame:
    """Size the station of each site: energy, sessions, points, power, storage, area, grid and cost.

    Energy per day is ``km refilled * share * use per km``; sessions are the stops, or more where a stop would
    take more than a truck holds; a stop lasts ``setup + energy per session / rate``, a charging stop at least
    the break, in which the truck is not moved. Points follow from the arrivals of the busiest weekday hour
    (`queue.points_needed`), power from `power.charging_load`.

    Parameters
    ----------
    demand
        Schema STATION_DEMAND: as if all trucks drove on the energy.
    hours
        Schema TRUCK_HOURS.
    assumptions
        ``sizing.*`` and ``energy_use.*``.
    shares
        Share of these trucks that drive on each energy and fill up here [1], as from `energy_share`.
    season
        average, or winter: use per km in the cold. Size power for the winter, count energy on average.
    level
        Use per km: low, value or high. Give ``shares`` of the same level.
    target
        Waiting accepted in the peak hour; a mean wait of ``sizing.mean_wait_min`` if not given.
    at_least
        Least number of points by energy, where the law or a rule wants it.
    grid
        Schema STATION_GRID, missing where unknown; a capacity holds for one station alone.
    year
        Year of the plan, against which the year of the free capacity is held.

    Returns
    -------
    DataFrame by ``site_id`` and ``energy``, sorted (schema STATION_SIZES).

    Raises
    ------
    SchemaError
        If a table breaks its schema: numbers that are missing, negative or infinite, ids that stand twice.
    DataError
        If the energy of a row is unknown, a site takes energy without a stop, or an hour is missing.
    ScenarioError
        If a share is missing or not between 0 and 1, a season or level is unknown, trucks charge faster than
        a point can, or a queue needs more than 10,000 points.
    AssumptionError
        If a number is missing or stated in another unit.

    Notes
    -----
    Trucks take energy when they pass (no peak of breaks at noon, no bookings), one site does not take over
    what another turns away, and all points serve both directions. Power is for trucks alone: no overnight
    points, no shop. Grid need, area of storage and cost of hydrogen and biogas stations are not known.
    """
    validate(demand, STATION_DEMAND)
    _require_terms(season, level)
    _require(demand, shares)
    factors = np.asarray(hour_factors(hours).xs("weekday"), dtype=np.float64)
    target = target or WaitTarget(mean_min=assumption(assumptions, "sizing.mean_wait_min", unit="min"))
    use = _each(demand, lambda energy: energy_per_km(assumptions, energy, season=season, level=level))
    share = _each(demand, lambda energy: shares[energy])
    served = _sessions(demand.mul(share, axis=0), use, assumptions).sort_index()
    served = served.assign(arrivals=served["sessions"] * factors.max())
    queue = _queues(served, assumptions, target, at_least or {})
    loads = _loads(served, queue["points"], factors, assumptions)
    power = _power(loads, queue["points"], assumptions)
    supply = _supply(power, loads, grid, year)
    cost = equipment_cost(queue["points"], supply["storage_mwh"], assumptions=assumptions)
    fuel = served["amount"].where(~_is_battery(served))
    sizes = pd.DataFrame(
        {
            "sessions_per_day": served["sessions"],
            "sessions_peak_h": served["arrivals"],
            "energy_kwh_d": served["amount"].where(_is_battery(served)),
            "fuel_kg_d": fuel,
            "stop_min": served["stop_min"],
            **queue,
            "occupied_share": _occupied(served, queue["points"], factors),
            **power,
            "fuel_storage_kg": fuel * factors.sum() * _storage_days(served, assumptions),
            "area_m2": _area(queue["points"], assumptions),
            **supply,
            **cost,
        }
    )
    return validate(sizes, STATION_SIZES)


def station_hours(sizes: pd.DataFrame, *, hours: pd.DataFrame) -> pd.DataFrame:
    """Spread each station's mean day over the hours of a weekday and a weekend day (schema STATION_HOURS).

    Over a week the hours add up to seven mean days.

    Parameters
    ----------
    sizes
        Schema STATION_SIZES.
    hours
        Schema TRUCK_HOURS.

    Raises
    ------
    SchemaError, DataError
        If a table breaks its schema, or an hour is missing.
    """
    validate(sizes, STATION_SIZES)
    factors = hour_factors(hours)
    names = {"sessions_per_day": "sessions_per_h", "energy_kwh_d": "energy_kwh_h", "fuel_kg_d": "fuel_kg_h"}
    daily = sizes[list(names)].rename(columns=names).to_numpy()
    keys = [(*site, *hour) for site in sizes.index for hour in factors.index]
    spread = (daily[:, None, :] * factors.to_numpy()[:, None]).reshape(len(keys), len(names))
    index = pd.MultiIndex.from_tuples(keys, names=STATION_HOURS.index)
    return validate(pd.DataFrame(spread, index=index, columns=list(names.values())), STATION_HOURS)


def _sessions(demand: pd.DataFrame, use: pd.Series, assumptions: pd.DataFrame) -> pd.DataFrame:
    """Work out sessions and amount per day, and the minutes of filling and of the whole stop."""
    rate = _each(demand, lambda energy: _of(assumptions, "rate", energy, _RATE_UNITS[energy]))
    most = _each(demand, lambda energy: _of(assumptions, "refill_most", energy, ENERGY_UNITS[energy]))
    setup = _each(demand, lambda energy: _of(assumptions, "setup_min", energy, "min"))
    least = _each(demand, lambda energy: _of(assumptions, "stop_least_min", energy, "min"))
    amount = demand["refilled_km_per_day"] * use
    sessions = demand["stops_per_day"].clip(lower=amount / most)
    fill_min = amount / sessions.where(sessions > 0) / rate * 60
    stop_min = (setup + fill_min).clip(lower=least)
    return pd.DataFrame({"amount": amount, "sessions": sessions, "stop_min": stop_min, "rate": rate})


def _queues(
    served: pd.DataFrame, assumptions: pd.DataFrame, target: WaitTarget, at_least: Mapping[Energy, int]
) -> pd.DataFrame:
    """Work out points and waiting of each station."""
    cv = _each(served, lambda energy: _of(assumptions, "stop_cv", energy, "1"))
    least = _each(served, lambda energy: at_least.get(energy, 0)).astype("int64")
    stop_min = served["stop_min"].fillna(0.0)
    rows = zip(served["arrivals"], stop_min, cv, least, strict=True)
    queues = [_queue(*row, target) for row in rows]
    table = pd.DataFrame(queues, index=served.index, columns=["points", "mean_wait_min", "wait_probability"])
    return table.astype({"points": "int64", "mean_wait_min": float, "wait_probability": float})


def _queue(
    arrivals_per_h: float, stop_min: float, cv: float, at_least: int, target: WaitTarget
) -> tuple[int, float, float]:
    points = points_needed(
        arrivals_per_h=arrivals_per_h, stop_min=stop_min, target=target, cv=cv, at_least=at_least
    )
    load = arrivals_per_h * stop_min / 60
    return points, mean_wait_min(points, load=load, stop_min=stop_min, cv=cv), erlang_c(points, load)


def _loads(
    served: pd.DataFrame, points: pd.Series[int], factors: npt.NDArray[np.float64], assumptions: pd.DataFrame
) -> dict[tuple[str, str], Load]:
    """Work out the load of each charging station."""
    quantile, charging, storage = (
        assumption(assumptions, f"sizing.{name}", unit="1")
        for name in ("peak_quantile", "charging_efficiency", "storage_efficiency")
    )
    cv = _each(served, lambda energy: _of(assumptions, "stop_cv", energy, "1"))
    columns = [served["amount"], served["sessions"], served["rate"], cv]
    return {
        key: charging_load(
            energy_kwh_d=amount,
            sessions_per_day=sessions,
            factors=factors,
            points=count,
            rate_kw=rate,
            cv=spread,
            quantile=quantile,
            charging_efficiency=charging,
            storage_efficiency=storage,
        )
        for key, count, amount, sessions, rate, spread in zip(served.index, points, *columns, strict=True)
        if key[1] == "battery"
    }


def _power(
    loads: Mapping[tuple[str, str], Load], points: pd.Series, assumptions: pd.DataFrame
) -> pd.DataFrame:
    """Tabulate the load of each charging station; missing for the other energies."""
    point_kw = _point_kw(assumptions) if loads else np.nan
    rows = {
        key: (
            points[key] * point_kw / 1000,
            load.curve_mw.mean(),
            load.curve_mw.max(),
            load.high_mw,
            load.least_mw,
            load.storage_mwh(load.least_mw),
        )
        for key, load in loads.items()
    }
    index = pd.MultiIndex.from_tuples(list(rows), names=points.index.names) if rows else points.index[:0]
    return pd.DataFrame(list(rows.values()), index=index, columns=_POWER, dtype=float).reindex(points.index)


def _point_kw(assumptions: pd.DataFrame) -> float:
    """Return the rated power of a charging point, which must not be below what a truck draws on average."""
    rated, drawn = (
        assumption(assumptions, f"sizing.{name}.battery", unit="kW") for name in ("point_kw", "rate")
    )
    if drawn > rated:
        raise ScenarioError(
            f"trucks charge at {drawn:g} kW (sizing.rate.battery) at points of {rated:g} kW "
            f"(sizing.point_kw.battery): lower the one or raise the other"
        )
    return rated


def _supply(
    power: pd.DataFrame,
    loads: Mapping[tuple[str, str], Load],
    grid: pd.DataFrame | None,
    year: int | None,
) -> pd.DataFrame:
    """Hold each station's need against the free capacity of its grid."""
    sites = power.index.get_level_values("site_id")
    known = pd.DataFrame(np.nan, index=sites, columns=["grid_mw", "grid_year"])
    if grid is not None:
        known = validate(grid, STATION_GRID)[["grid_mw", "grid_year"]].astype(float).reindex(sites)
    known = known.set_axis(power.index)
    need, free = power["peak_high_mw"], known["grid_mw"]
    status = pd.Series(grid_status(need, power["least_grid_mw"], free), index=power.index)
    does = status.isin(["fits", "fits_with_storage"])
    storage = {key: load.storage_mwh(float(free[key])) for key, load in loads.items() if does[key]}
    return known.assign(
        grid_status=status,
        grid_timing=grid_timing(known["grid_year"], year=year),
        grid_lack_mw=(need - free).clip(lower=0),
        storage_mwh=[storage.get(key, np.nan) for key in power.index],
    )


def _occupied(served: pd.DataFrame, points: pd.Series, factors: npt.NDArray[np.float64]) -> pd.Series:
    """Return the share of a weekday in which a point is held; 0 where there is none."""
    held_h = served["sessions"] * factors.sum() * served["stop_min"].fillna(0.0) / 60
    share: pd.Series[float] = held_h / (24 * points.where(points > 0))
    return share.fillna(0.0)


def _storage_days(served: pd.DataFrame, assumptions: pd.DataFrame) -> pd.Series:
    """Return the days of demand held at each station; missing for charging."""
    return _each(
        served,
        lambda energy: np.nan if energy == "battery" else _of(assumptions, "fuel_storage_days", energy, "d"),
    )


def _area(points: pd.Series, assumptions: pd.DataFrame) -> pd.Series:
    """Return the area of each station, at least that of the smallest plot; 0 without points."""
    each = _each(points, lambda energy: _of(assumptions, "area_per_point_m2", energy, "m2"))
    least = _each(points, lambda energy: _of(assumptions, "area_least_m2", energy, "m2"))
    area: pd.Series[float] = (points * each).clip(lower=least)
    return area.where(points > 0, 0.0)


def _of(assumptions: pd.DataFrame, what: str, energy: str, unit: str) -> float:
    return assumption(assumptions, f"sizing.{what}.{energy}", unit=unit)


def _each(rows: pd.DataFrame | pd.Series, look_up: Callable[[Energy], float]) -> pd.Series[float]:
    """Look up a number for the energy of each row."""
    energy = rows.index.get_level_values("energy")
    known = {name: look_up(name) for name in energy.unique()}
    return pd.Series([known[name] for name in energy], index=rows.index, dtype=float)


def _is_battery(rows: pd.DataFrame) -> pd.Series[bool]:
    return pd.Series(rows.index.get_level_values("energy") == "battery", index=rows.index)


def _require_terms(season: str, level: str) -> None:
    if season not in ("average", "winter"):
        raise ScenarioError(f"unknown season '{season}': choose average or winter")
    if level not in ("low", "value", "high"):
        raise ScenarioError(f"unknown level '{level}': choose low, value or high")


def _require(demand: pd.DataFrame, shares: Mapping[Energy, float]) -> None:
    energies = demand.index.get_level_values("energy").unique()
    unknown = energies[~energies.isin(list(ENERGY_UNITS))]
    if len(unknown):
        raise DataError(f"unknown energies {name_some(unknown)}: choose from {', '.join(ENERGY_UNITS)}")
    lost = [energy for energy in energies if energy not in shares]
    if lost:
        raise ScenarioError(f"no share of trucks on {name_some(lost)}: give one for each energy")
    bad = [energy for energy, share in shares.items() if not 0 <= share <= 1]
    if bad:
        raise ScenarioError(f"shares of trucks must lie between 0 and 1: {name_some(bad)}")
    idle = demand.index[(demand["stops_per_day"] == 0) & (demand["refilled_km_per_day"] > 0)]
    if len(idle):
        raise DataError(f"sites {name_some(idle)} take energy without a stop: give stops_per_day")
