"""Fair plans: a floor of sites in each subregion, and the longest stretch without a station first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from regiongeo.assumptions import assumption
from regiongeo.errors import DataError, InfeasibleError, ScenarioError, name_some
from regiongeo.region import subregion_names
from regiongeo.scenario import EVERY
from regiongeo.siting.gaps import choose_smallest_gaps
from regiongeo.siting.trips import Trips

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    import pandas as pd

    from regiongeo.siting.gaps import SmallestGaps
    from regiongeo.siting.limits import Limits

__all__ = ["NO_FLOORS", "Floors", "choose_fair_sites", "held_to", "require_floors", "subregion_floors"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Floors:
    """How many sites must be chosen in each subregion."""

    group: pd.Series | None = None
    """Subregion by ``site_id``."""
    at_least: Mapping[str, int] = field(default_factory=dict)
    """Least number of chosen sites by subregion, none of them 0."""


NO_FLOORS = Floors()


def subregion_floors(sites: gpd.GeoDataFrame, region: gpd.GeoDataFrame, least: Mapping[str, int]) -> Floors:
    """Turn the floors a scenario asks for into limits on the choice of sites.

    Parameters
    ----------
    sites
        Candidates with ``municipality_id``.
    region
        Member municipalities with subregion; a municipality in none stands for itself.
    least
        Least number of sites by subregion; ``EVERY`` asks it of each other one, or as many as there are
        candidates.

    Raises
    ------
    ScenarioError
        If a subregion is unknown.
    InfeasibleError
        If a subregion that is named has fewer candidates than it must have sites.
    """
    names = subregion_names(region)
    named = {name: count for name, count in least.items() if name != EVERY}
    lost = sorted(set(named) - set(names))
    if lost:
        known = ", ".join(sorted(set(names)))
        raise ScenarioError(
            f"plan.least_sites: no subregion {name_some(lost)}: write '{EVERY}' or choose among {known}"
        )
    group = sites["municipality_id"].map(names).rename("subregion")
    counts = group.value_counts().reindex(sorted(set(names)), fill_value=0)
    short = [name for name, count in named.items() if counts[name] < count]
    if short:
        told = ", ".join(f"{name} has {counts[name]} of {named[name]}" for name in sorted(short))
        raise InfeasibleError(
            f"plan.least_sites asks for more sites than candidates: {told}: ask for fewer, or add plots"
        )
    floors = {**counts.clip(upper=least.get(EVERY, 0)).to_dict(), **named}
    return Floors(group=group, at_least={name: int(count) for name, count in floors.items() if count})


def require_floors(floors: Floors, offering: pd.Index) -> None:
    """Raise unless the sites that offer an energy keep the floors: an empty one helps nobody.

    Raises
    ------
    InfeasibleError
        If a floor is kept only with sites that offer nothing, naming the subregions.
    """
    if floors.group is None:
        return
    counts = floors.group.reindex(offering).value_counts()
    short = sorted(name for name, least in floors.at_least.items() if counts.get(name, 0) < least)
    if short:
        raise InfeasibleError(
            f"plan.least_sites: {name_some(short)} would keep the floor with sites that offer nothing: "
            "raise refuelling.most, or ask for fewer"
        )


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
