"""Shares and ranges of demand: how many trucks drive on an energy, and how much is taken away from depots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from regiongeo.assumptions import assumption, assumption_table
from regiongeo.errors import AssumptionError, ScenarioError

if TYPE_CHECKING:
    import pandas as pd

    from regiongeo.flows.energy import Energy

    Level = Literal["low", "value", "high"]

__all__ = ["assumed", "energy_share", "public_share"]


def assumed(assumptions: pd.DataFrame, name: str, *, unit: str, level: Level = "value") -> float:
    """Return the low, central or high value of one assumption, which must be stated in ``unit``.

    Raises
    ------
    AssumptionError
        If there is no such name, it is stated in another unit, or has no low or high.
    ScenarioError
        If the level is unknown.
    """
    if level not in ("low", "value", "high"):
        raise ScenarioError(f"unknown level '{level}': choose low, value or high")
    central = assumption(assumptions, name, unit=unit)
    value = central if level == "value" else float(assumptions.loc[name, level])  # type: ignore[arg-type]
    if not np.isfinite(value):
        raise AssumptionError(f"assumption '{name}' has no {level}: add it to data/assumptions.csv")
    return value


def energy_share(assumptions: pd.DataFrame, energy: Energy, *, year: int, level: Level = "value") -> float:
    """Look up the share of truck traffic that drives on an energy, straight between the years known [1].

    Parameters
    ----------
    assumptions
        ``sizing.energy_share.<energy>.<year>``.
    energy
        battery, hydrogen or biogas.
    year
        Year of interest.
    level
        low, value or high. The energies' ranges are independent: all high at once is more than all trucks.

    Raises
    ------
    AssumptionError
        If the year lies outside the years known, or there is no share of that energy.
    ScenarioError
        If the level is unknown.

    Notes
    -----
    The shares for batteries are a German scenario, the others planning values: all to verify.
    """
    prefix = f"sizing.energy_share.{energy}"
    years = sorted(int(known) for known in assumption_table(assumptions, prefix, unit="1"))
    if not years[0] <= year <= years[-1]:
        raise AssumptionError(
            f"no share of trucks on {energy} for {year}: choose a year from {years[0]} to {years[-1]}, "
            f"or add {prefix}.{year}"
        )
    shares = [assumed(assumptions, f"{prefix}.{known}", unit="1", level=level) for known in years]
    return float(np.interp(year, years, shares))


def public_share(assumptions: pd.DataFrame, energy: Energy, *, level: Level = "value") -> float:
    """Look up the share of an energy that trucks take at public stations and not at their depot [1].

    Notes
    -----
    Only for demand that is counted from all kilometres driven. Where trips are simulated and start full at
    the depot, what they take on the way is public already: do not multiply again.

    Raises
    ------
    AssumptionError, ScenarioError
        As `assumed`.
    """
    return assumed(assumptions, f"sizing.public_share.{energy}", unit="1", level=level)
