"""Energy on the way: what trucks use by trip, link and zone, for each energy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regiongeo.assumptions import assumption
from regiongeo.errors import ScenarioError

if TYPE_CHECKING:
    import pandas as pd

    Energy = Literal["battery", "hydrogen", "biogas"]
    Season = Literal["average", "winter"]
    Load = Literal["average", "empty", "full"]

__all__ = ["ENERGY_UNITS", "energy_per_km", "link_energy", "trip_energy", "zone_energy"]

ENERGY_UNITS = {"battery": "kWh", "hydrogen": "kg", "biogas": "kg"}
"""What each energy is measured in."""


def energy_per_km(
    assumptions: pd.DataFrame,
    energy: Energy,
    *,
    season: Season = "average",
    load: Load = "average",
    level: str = "value",
) -> float:
    """Look up what a truck uses per kilometre [kWh/km or kg/km].

    ``use * season factor * load factor``; the factors are 1 for the average.

    Parameters
    ----------
    assumptions
        ``energy_use.<energy>``, ``energy_season_factor.<energy>``, ``energy_load_factor.<load>``.
    energy
        battery (from the battery, charging losses apart), hydrogen, or biogas (liquefied).
    season, load
        Average, or the winter, an empty or a full truck.
    level
        low, value (central) or high of ``energy_use``; factors are central.

    Notes
    -----
    Gradients are not in it: the shipped network has no heights.
    """
    name = f"energy_use.{energy}"
    assumption(assumptions, name, unit=f"{ENERGY_UNITS[energy]}/km")
    use = float(assumptions.loc[name, level])  # type: ignore[arg-type]
    if season == "winter":
        use *= assumption(assumptions, f"energy_season_factor.{energy}", unit="1")
    if load != "average":
        use *= assumption(assumptions, f"energy_load_factor.{load}", unit="1")
    return use


def trip_energy(matrix: pd.DataFrame, *, per_km: float, outside_supplied: float = 0.0) -> pd.DataFrame:
    """Work out the energy of whole trips, legs beyond the gateways included.

    Parameters
    ----------
    matrix
        Schema OD_MATRIX.
    per_km
        As from ``energy_per_km``.
    outside_supplied
        Share of the energy for the legs beyond the gateways that stations there supply: 0 if there are
        none, 1 if trucks arrive and leave with what they need.

    Returns
    -------
    DataFrame on the index of ``matrix``, in the unit of ``per_km``: per_trip, per_day (all trips), and
    needed_inside_per_day (less what is supplied beyond).

    Raises
    ------
    ScenarioError
        If the share supplied is not between 0 and 1.
    """
    if not 0 <= outside_supplied <= 1:
        raise ScenarioError(
            f"share supplied beyond the gateways must lie between 0 and 1, not {outside_supplied}"
        )
    per_trip = (matrix["km"] + matrix["outside_km"]) * per_km
    inside = per_trip - matrix["outside_km"] * per_km * outside_supplied
    trips = matrix["trips_per_day"]
    table = matrix[[]].assign(per_trip=per_trip, per_day=per_trip * trips)
    return table.assign(needed_inside_per_day=inside * trips)


def link_energy(flows: pd.DataFrame, links: pd.DataFrame, *, per_km: float) -> pd.Series[float]:
    """Work out the energy used on each link per day, by ``link_id`` [unit of ``per_km``]."""
    km = links["length_m"].reindex(flows.index) / 1000
    return (flows["modelled_trucks"] * km * per_km).rename("energy_per_day")


def zone_energy(matrix: pd.DataFrame, *, per_km: float, outside_supplied: float = 0.0) -> pd.DataFrame:
    """Sum the energy of trips by the zone they start in.

    Returns
    -------
    DataFrame by ``zone_id``: per_day and needed_inside_per_day, as ``trip_energy``.

    Raises
    ------
    ScenarioError
        As ``trip_energy``.
    """
    energy = trip_energy(matrix, per_km=per_km, outside_supplied=outside_supplied)
    summed = energy[["per_day", "needed_inside_per_day"]].groupby(level="origin").sum()
    return summed.rename_axis("zone_id")
