"""What the main job hands to maps and reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regiongeo.assumptions import assumption
from regiongeo.i18n import text, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from regiongeo.flows import FlowResult
    from regiongeo.i18n import Language
    from regiongeo.network import Network
    from regiongeo.scenario import Scenario
    from regiongeo.siting.coverage import Portfolio
    from regiongeo.tables import ReferenceData

__all__ = ["TRUCK_CLASSES", "Result", "tell_notices"]

TRUCK_CLASSES = (200, 500, 1000, 2000)
"""Trucks of 12.5 m and more per day where every map of a result draws its roads wider."""


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
    notices: tuple[str, ...] = ()
    """What the reader must know: keys of ``locale/notices.toml``."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Wall time of each step."""


def tell_notices(result: Result, lang: Language) -> list[str]:
    """Put what the reader must know into words; a key the catalogue does not hold is told as it is."""
    known = texts("notices", lang)
    year = f"{assumption(result.reference.assumptions, 'traffic_base_year', unit='year'):.0f}"
    return [text("notices", key, lang, year=year) if key in known else key for key in result.notices]
