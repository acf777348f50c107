"""The contract of greenhouse-gas emissions: by municipality, by county, and as the region stated."""

from __future__ import annotations

from regiongeo.schema import Schema
from regiongeo.tables.columns import SOURCE, integer, number

__all__ = [
    "COUNTY_EMISSIONS",
    "EMISSIONS",
    "LAND_USE_SECTOR",
    "ROAD_SECTOR",
    "SECTORS",
    "STATED_CHANGES",
    "STATED_TOTAL",
    "WHOLE_SECTOR",
]

ROAD_SECTOR = "road"
LAND_USE_SECTOR = "land_use"
SECTORS = (
    "other_mobile",
    "waste",
    "energy_supply",
    "industry",
    "agriculture",
    "aviation",
    "heating",
    "shipping",
    ROAD_SECTOR,
    "f_gases",
)
"""The ten sectors of the inventory in the order of its table; the older editions have the first nine.

Land use (``LAND_USE_SECTOR``) is accounted for beside them, takes up more than it emits, and is in no total.
"""

WHOLE_SECTOR = "all"
"""Source of a row that stands for its whole sector."""

STATED_TOTAL = "total"
"""Key of the stated sum in ``STATED_CHANGES``."""

_T_CO2E = number("t_co2e", "emissions within the borders, all gases together", "t CO2e", low=None)

EMISSIONS = Schema(
    name="emissions",
    description="Greenhouse-gas emissions by municipality (codes of 2024), year, sector and source",
    index=("municipality_id", "year", "sector", "source"),
    columns=(_T_CO2E, SOURCE),
)
COUNTY_EMISSIONS = Schema(
    name="county_emissions",
    description="Greenhouse-gas emissions of whole counties (codes of 2020) by year, sector and source",
    index=("county_2020_id", "year", "sector", "source"),
    columns=(_T_CO2E, SOURCE),
)
STATED_CHANGES = Schema(
    name="stated_changes",
    description="Change of the region's emissions 2019-2020 by sector, as the region published it",
    index=("sector",),
    columns=(
        integer(
            "percent_of_2020", "change in whole per cent of the level of 2020, as printed", "%", low=-1e3
        ),
        integer("change_t", "change 2019-2020 as printed", "t CO2e", low=-1e9),
        SOURCE,
    ),
)
