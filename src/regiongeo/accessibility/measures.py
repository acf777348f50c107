"""Accessibility: people within a driving time, and people weighted by how far away they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.assumptions import assumption
from regiongeo.errors import DataError
from regiongeo.polycentricity import FIGURE_COLUMNS, Area, accessibility_slope, figure_rows, gini, theil
from regiongeo.routing import cost_matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from regiongeo.network import Network

__all__ = [
    "LIMITS_MIN",
    "access_by_municipality",
    "access_by_year",
    "access_figures",
    "access_indices",
    "exponential_accessibility",
    "people_within",
    "power_accessibility",
]

LIMITS_MIN = (30, 45, 60)
"""Driving times people are counted within [min]."""


def people_within(minutes: pd.DataFrame, people: pd.Series, *, limit: float) -> pd.Series[float]:
    """Count the people within a driving time: ``sum_j P_j [ t_ij <= limit ]`` [persons].

    Parameters
    ----------
    minutes
        Driving times, places by nodes (at least those of ``people``); inf where no road leads.
    people
        Persons by node.
    limit
        Driving time [min].

    Notes
    -----
    Known weakness: someone a minute beyond the limit does not count at all; ``exponential_accessibility`` has
    no such edge.
    """
    within = minutes[people.index].to_numpy() <= limit
    return pd.Series(within @ people.to_numpy(dtype=float), index=minutes.index, name="people_within")


def exponential_accessibility(minutes: pd.DataFrame, people: pd.Series, *, decay: float) -> pd.Series[float]:
    """Weigh people by ``exp(-decay t_ij)``: ``A_i = sum_j P_j exp(-decay t_ij)`` [persons].

    Parameters
    ----------
    minutes, people
        As ``people_within``; nobody beyond the reach of a road counts.
    decay
        Per minute, above 0; half the weight is left after ``ln 2 / decay`` minutes.

    References
    ----------
    Hansen, W. G. (1959). How accessibility shapes land use. J. Am. Inst. Plann.
    """
    if not decay > 0:
        raise DataError(f"decay {decay:g} per minute must be above 0: far people would count as much as near")
    weights = np.exp(-decay * minutes[people.index].to_numpy())
    return pd.Series(weights @ people.to_numpy(dtype=float), index=minutes.index, name="accessibility")


def power_accessibility(
    minutes: pd.DataFrame, people: pd.Series, *, power: float, least_minutes: float
) -> pd.Series[float]:
    """Weigh people by a power of time: ``A_i = sum_j P_j (max(t_ij, t0) / t0)^-power`` [persons].

    Parameters
    ----------
    minutes, people
        As ``people_within``.
    power
        Above 0.
    least_minutes
        t0: whoever is nearer counts wholly [min], above 0.
    """
    if not (power > 0 and least_minutes > 0):
        raise DataError(f"power {power:g} and least minutes {least_minutes:g} must both be above 0")
    apart = np.maximum(minutes[people.index].to_numpy(), least_minutes) / least_minutes
    return pd.Series(apart**-power @ people.to_numpy(dtype=float), index=minutes.index, name="accessibility")


def access_by_municipality(
    network: Network,
    node_of: pd.Series[str],
    people: pd.Series,
    assumptions: pd.DataFrame,
    *,
    limits: Sequence[float] = LIMITS_MIN,
) -> pd.DataFrame:
    """Measure the accessibility of each centre by car.

    Parameters
    ----------
    network
        Network at the speed of a car (``car_network``).
    node_of
        Node by ``municipality_id`` (``nearest_nodes`` of the centres).
    people
        Persons by node (``people_at_nodes``), of the surroundings too: a border does not stop a car.
    assumptions
        ``accessibility.decay_per_minute`` [1/min].
    limits
        Driving times [min].

    Returns
    -------
    DataFrame by ``municipality_id``: ``within_30min`` and so on [persons], ``accessibility`` [persons,
    weighted].

    Notes
    -----
    People live on built-up land in 2 km cells and not at the centre of their municipality. Nobody beyond the
    border to Sweden is counted.
    """
    decay = assumption(assumptions, "accessibility.decay_per_minute", unit="1/min")
    cost = cost_matrix(network, node_of, people.index).set_axis(node_of.index)
    return _measure(cost, people, decay=decay, limits=limits)


def access_by_year(
    network: Network,
    node_of: pd.Series[str],
    people: pd.DataFrame,
    assumptions: pd.DataFrame,
    *,
    limits: Sequence[float] = LIMITS_MIN,
) -> pd.DataFrame:
    """Measure the accessibility of each centre to the people of every year, on the roads of the network.

    Parameters
    ----------
    people
        Persons, nodes by year (``yearly_people``); the rest as ``access_by_municipality``.

    Returns
    -------
    DataFrame by ``municipality_id`` and ``year``, columns as ``access_by_municipality``.

    Notes
    -----
    A change over the years is one of where people live alone: no road opens and no speed changes.
    """
    decay = assumption(assumptions, "accessibility.decay_per_minute", unit="1/min")
    cost = cost_matrix(network, node_of, people.index).set_axis(node_of.index)
    years = {year: _measure(cost, one, decay=decay, limits=limits) for year, one in people.items()}
    measured: pd.DataFrame = pd.concat(years, names=["year", "municipality_id"])
    return measured.swaplevel().sort_index()


def _measure(cost: pd.DataFrame, people: pd.Series, *, decay: float, limits: Sequence[float]) -> pd.DataFrame:
    counts = {f"within_{limit:g}min": people_within(cost, people, limit=limit) for limit in limits}
    return pd.DataFrame({**counts, "accessibility": exponential_accessibility(cost, people, decay=decay)})


def access_indices(accessibility: pd.Series, population: pd.Series) -> pd.Series:
    """Say how evenly accessibility is shared: low is polycentric.

    Parameters
    ----------
    accessibility
        By municipality.
    population
        Persons by municipality, who it is shared among.

    Returns
    -------
    Series with ``accessibility_gini`` and ``accessibility_theil`` (a municipality counts as one),
    ``accessibility_weighted_gini`` (a person counts as one), ``accessibility_size_slope`` (of ln
    accessibility on ln population, as ESPON's connectivity).
    """
    return pd.Series(
        {
            "accessibility_gini": gini(accessibility),
            "accessibility_theil": theil(accessibility),
            "accessibility_weighted_gini": gini(accessibility, weights=population),
            "accessibility_size_slope": accessibility_slope(accessibility, population),
        }
    )


def access_figures(
    access: pd.DataFrame,
    members: gpd.GeoDataFrame,
    population: pd.DataFrame,
    region: tuple[str, str],
    *,
    source_id: str,
) -> pd.DataFrame:
    """Write accessibility as figures: one a municipality, measure and year, and how even it is in the region.

    Parameters
    ----------
    access
        As from ``access_by_year``, at least the members.
    members
        Member municipalities with ``name``.
    population
        Persons, ``municipality_id`` by year.
    region
        Id and name of the whole.
    source_id
        Record of data/sources.toml.
    """
    known = access[access.index.isin(members.index, level="municipality_id")]
    named = known.rename(columns=lambda name: name if name == "accessibility" else f"people_{name}")
    rows = named.rename_axis(index=["area_id", "year"]).melt(ignore_index=False, var_name="indicator")
    tidy = (
        rows.reset_index()
        .sort_values(["area_id", "indicator", "year"], kind="stable")
        .assign(
            area_kind="municipality",
            area_name=lambda table: table["area_id"].map(members["name"]),
            unit="persons",
            source_id=source_id,
            note="assumed_speeds",
            coverage_share=1.0,
        )
    )
    indices = {
        year: access_indices(rows.droplevel("year"), population.loc[members.index, year])
        for year, rows in known["accessibility"].groupby(level="year")
    }
    whole = Area("region", *region)
    of_region = figure_rows(pd.DataFrame(indices).T, whole, source_id=source_id, note="assumed_speeds")
    done: pd.DataFrame = pd.concat([tidy[list(FIGURE_COLUMNS)], of_region], ignore_index=True)
    return done
