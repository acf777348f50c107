"""What the main job hands to maps and reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from regiongeo.network import Network
    from regiongeo.scenario import Scenario
    from regiongeo.siting.coverage import Portfolio
    from regiongeo.tables import ReferenceData

__all__ = ["Result"]


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
    notices: tuple[str, ...] = ()
    """What the reader must know: keys of ``locale/notices.toml``."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Wall time of each step."""
