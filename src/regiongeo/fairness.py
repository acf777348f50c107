"""The fair plan: the longest stretch without a station first, and what that costs in trips served."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regiongeo.assumptions import assumption
from regiongeo.errors import DataError
from regiongeo.siting.gaps import choose_smallest_gaps
from regiongeo.siting.trips import Trips

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from regiongeo.siting.gaps import SmallestGaps
    from regiongeo.siting.limits import Limits

__all__ = ["choose_fair_sites", "held_to"]


def choose_fair_sites(
    trips: Trips,
    sites: Iterable[str],
    limits: Limits,
    *,
    existing: Iterable[str],
    assumptions: pd.DataFrame,
    time_limit_s: float,
    seed: int,
) -> SmallestGaps:
    """Choose the sites that leave the shortest worst gap on the relations that many trucks drive.

    Relations with fewer trips than ``siting.gap_least_trips`` are left out, and those that no candidate lies
    along: one of them would decide alone, whatever is chosen.

    Parameters
    ----------
    trips
        Trips of all trucks.
    sites, limits, existing, time_limit_s, seed
        As ``siting.gaps.choose_smallest_gaps``.
    assumptions
        ``siting.gap_least_trips``.

    Raises
    ------
    DataError
        If no relation is left.
    """
    least = assumption(assumptions, "siting.gap_least_trips", unit="trips/day")
    paths = trips.paths
    has_stop = paths.index.isin(trips.stops.index.get_level_values("path_id").unique())
    counts = paths["trips_per_day"].ge(least) & has_stop
    kept = paths[counts.groupby(paths["pair_id"]).transform("any") & has_stop]
    if kept.empty:
        raise DataError(
            f"no relation of {least:g} trips a day or more passes a candidate: lower siting.gap_least_trips"
        )
    stops = trips.stops[trips.stops.index.get_level_values("path_id").isin(kept.index)]
    return choose_smallest_gaps(
        Trips(paths=kept, stops=stops),
        sites,
        limits,
        existing=existing,
        time_limit_s=time_limit_s,
        seed=seed,
        max_gap=1.0,
    )


def held_to(limits: Limits, sites: tuple[str, ...]) -> Limits:
    """Return limits that hold a choice to these very sites."""
    return replace(limits, size=len(sites), locked_in=sites, locked_out=(), at_least={})
