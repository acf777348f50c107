"""The contract of every table: what is shipped, what users bring, and what the main job makes.

Coordinates are EPSG:25832 in memory. Units stand in the column names. Missing is missing, never zero.
"""

from regiongeo.tables.inputs import CAPACITY, PLOTS, STATIONS
from regiongeo.tables.reference import REFERENCE, ReferenceData
from regiongeo.tables.results import (
    CANDIDATE_KINDS,
    EXCLUDED,
    GAIN,
    LINK_TRAFFIC,
    RANKING,
    SITES,
    TRAFFIC_BASES,
)

__all__ = [
    "CANDIDATE_KINDS",
    "CAPACITY",
    "EXCLUDED",
    "GAIN",
    "LINK_TRAFFIC",
    "PLOTS",
    "RANKING",
    "REFERENCE",
    "SITES",
    "STATIONS",
    "TRAFFIC_BASES",
    "ReferenceData",
]
