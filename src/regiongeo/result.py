"""What the main job hands to maps and reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from regiongeo.assumptions import assumption
from regiongeo.i18n import format_number, text, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from regiongeo.compliance import RuleCheck
    from regiongeo.flows import FlowResult
    from regiongeo.i18n import Language
    from regiongeo.network import Network
    from regiongeo.scenario import Energy, Scenario
    from regiongeo.siting.coverage import Portfolio
    from regiongeo.siting.trips import Reach, Trips
    from regiongeo.tables import ReferenceData

__all__ = ["TRUCK_CLASSES", "PlanFleet", "Result", "SiteCards", "StationPlan", "tell_notices"]

TRUCK_CLASSES = (200, 500, 1000, 2000)
"""Trucks of 12.5 m and more per day where every map of a result draws its roads wider."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanFleet:
    """The trucks on one energy, and where it is had today."""

    energy: Energy
    reach: Reach
    truck_share: float
    depot_share: float
    trips: Trips
    """Those that need a station, as if all trucks drove on the energy; relations split by depot."""
    free: pd.Series[float]
    """Trips of the split relations that need none."""
    existing: tuple[str, ...] = ()
    """Stations there today that offer it, as ``station/<station_id>``."""


@dataclass(frozen=True, kw_only=True)
class StationPlan:
    """The second portfolio: which sites offer which energy, so that most trucks get through."""

    sites: tuple[str, ...]
    """New sites by id, locked ones included; existing stations are not in it."""
    local_trips_per_day: float
    """Trips of all trucks too short to fill on the way (``siting.least_trip_km``): left out elsewhere."""
    offers: pd.DataFrame
    """Schema OFFERS; an existing station stands there as ``station/<station_id>``."""
    service: pd.DataFrame
    """Schema SERVICE, in the order of the energies."""
    relations: pd.DataFrame
    """Schema RELATION_SERVICE."""
    added: pd.DataFrame
    """By site_id, all candidates: trips_per_day and truck_km_per_day served besides, were it added."""
    reserves: pd.DataFrame
    """Schema RESERVES, least lost first; none for locked sites, nor where the worst gap decided."""
    sizes: pd.DataFrame
    """Schema STATION_SIZES, of the new sites."""
    breaks: pd.DataFrame
    """Driving-time rule by road and municipality: where drivers must stop, and whether a station is there."""
    objective: str
    """What was maximised: truck_km, trucks or worst_gap."""
    bound: float
    """No choice can reach more of it."""
    gap: float
    """How much more another choice could at most reach, relative to this one [1]."""
    status: Literal["optimal", "feasible"]
    seconds: float
    is_settled: bool = True
    """False: time ran out before ties were settled."""
    worst_gap_km: float | None = None
    """Longest stretch without a station on any path, where that was asked for."""
    fairness_price: float | None = None
    """Share of the truck-km served that the shortest worst gap costs, where that was asked for [1]."""
    fleets: tuple[PlanFleet, ...] = field(default=(), repr=False)
    """The trucks the sites were chosen for, so that another plan can be held against the same question."""


@dataclass(frozen=True, kw_only=True)
class SiteCards:
    """Why each site stands where it stands, what binds, what would lift it, and what is not known."""

    cards: pd.DataFrame
    """Schema CARDS."""
    rivals: pd.DataFrame
    """Schema RIVALS."""
    checklist: pd.DataFrame
    """Schema CHECKLIST."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """All the main job computed; nothing after it computes, nothing before it draws or writes."""

    scenario: Scenario
    reference: ReferenceData
    region: gpd.GeoDataFrame
    """Member municipalities with subregion, population, area_km2 (by municipality_id)."""
    subregions: gpd.GeoDataFrame
    """Dissolved subregions (by subregion), with population and area_km2."""
    network: Network
    """The road network without sites."""
    link_traffic: pd.DataFrame
    """Schema LINK_TRAFFIC, on the links of ``network``."""
    sites: gpd.GeoDataFrame
    """Schema SITES, with grid_year and grid_station where the user gave capacity."""
    excluded: gpd.GeoDataFrame
    """Schema EXCLUDED."""
    stations: gpd.GeoDataFrame
    """Existing energy stations, schema STATIONS; empty when the user gave none."""
    criteria: pd.DataFrame
    """Raw values, sites × criteria in their units; NaN is "no data"."""
    values: pd.DataFrame
    """Value functions applied, 0-1; NaN is "no data"."""
    weights: pd.Series
    """Weight of each criterion in use, sum 1; a criterion without any data is left out."""
    contributions: pd.DataFrame
    """Weight × value, sites × criteria; a row sums to the score."""
    ranking: pd.DataFrame
    """Schema RANKING, sorted by rank."""
    portfolio: Portfolio
    plots: gpd.GeoDataFrame | None = None
    """The user's plots as given (schema PLOTS), to be drawn with their outline."""
    flows: FlowResult | None = None
    """Truck flows of the base year, as estimated from the counts; None where they were not asked for."""
    planned: FlowResult | None = None
    """The same after growth and freight moved to rail and sea; ``flows`` itself if neither was asked."""
    shifted: pd.DataFrame | None = None
    """What was moved to rail and sea, by corridor; None if nothing was."""
    plan: StationPlan | None = None
    """Stations for whole trips, by energy; None without truck flows."""
    rules: RuleCheck | None = None
    """AFIR and Enova held against existing stations and the plan; what a site closes, beside what stands."""
    rules_today: RuleCheck | None = None
    """The same held against existing stations alone."""
    cards: SiteCards | None = None
    notices: tuple[str, ...] = ()
    """What the reader must know: keys of ``locale/notices.toml``."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Wall time of each step."""


def tell_notices(result: Result, lang: Language) -> list[str]:
    """Put what the reader must know into words; a key the catalogue does not hold is told as it is."""
    known, numbers = texts("notices", lang), result.reference.assumptions
    year = f"{assumption(numbers, 'traffic_base_year', unit='year'):.0f}"
    figures = {"year": year}
    if result.plan is not None and "plan_local_trips" in result.notices:
        figures |= {
            "trips": format_number(result.plan.local_trips_per_day, lang),
            "km": format_number(assumption(numbers, "siting.least_trip_km", unit="km"), lang),
        }
    free, chosen = result.portfolio.without_floors_truck_km_per_day, result.portfolio
    if free is not None:
        shares = {"covered": chosen.covered_truck_km_per_day, "free": free}
        whole = chosen.total_truck_km_per_day / 100
        figures |= {name: format_number(km / whole, lang) for name, km in shares.items()}
    return [text("notices", key, lang, **figures) if key in known else key for key in result.notices]
