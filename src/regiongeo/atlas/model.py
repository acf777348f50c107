"""What an atlas holds, computed once and drawn by whatever page, chart or workbook is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["Atlas", "list_id"]


def list_id(year: int) -> str:
    """Return the ``area_id`` of a membership list: ``osloregionen_2024``."""
    return f"osloregionen_{year}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Atlas:
    """The region of one membership list in figures, all years, with its shapes; geometry in EPSG:25832."""

    members_year: int
    """Year of the membership list."""
    year: int
    """Year the atlas opens with (population on 1 January)."""
    areas: pd.DataFrame
    """Areas and the municipalities each is made of, see `regiongeo.statistics.areas_of`."""
    figures: pd.DataFrame
    """All figures by schema ``FIGURES``, from `regiongeo.tables.figures.join_figures`."""
    municipalities: gpd.GeoDataFrame
    """Members by ``municipality_id``: name, county, subregion (its own name where in none), area_km2."""
    subregions: gpd.GeoDataFrame
    """By ``subregion``: municipalities (names), is_subregion, subregion_certainty; own groups where given."""
    centres: gpd.GeoDataFrame
    """Points by ``municipality_id``: name, and `regiongeo.accessibility.centre_hierarchy`'s columns."""
    job_centres: pd.DataFrame | None = None
    """The same columns by jobs, in the last year in which every member has a figure; None without."""
    minutes: pd.DataFrame
    """Driving minutes by car between centres, ``municipality_id`` both ways; infinite without a road."""
    cells: gpd.GeoDataFrame
    """Squares of `regiongeo.accessibility.access_cells`: ``people_within`` [persons]."""
    cell_minutes: float
    """Driving time of the cells [min]."""
    readings: pd.DataFrame
    """What the years say of the balance, see `regiongeo.polycentricity.read_balance`."""
    sensitivity: pd.DataFrame
    """Which member each index of the region hangs on, see `regiongeo.polycentricity.read_sensitivity`."""
    restated: pd.DataFrame
    """The region's stated change of emissions 2019-2020, see `regiongeo.statedchange.restate_table`."""
    membership: pd.DataFrame
    """Joins and departures, see `regiongeo.region.membership_changes`."""
    notes: pd.Series
    """What is uncertain in the membership of a subregion by ``municipality_id``, as text."""
    source_ids: tuple[str, ...]
    """Records of data/sources.toml the atlas rests on, ``user`` left out."""
    subregion: str | None = None
    """The subregion the atlas is limited to; centres, minutes and the region's figures stand beside it."""
