"""The contract of every table: what is shipped, what users bring, and what the main job makes.

Coordinates are EPSG:25832 in memory. Units stand in the column names. Missing is missing, never zero.
"""

from regiongeo.tables.flows import (
    CORRIDORS,
    GATEWAYS,
    HOLDOUT,
    LINK_FLOWS,
    OBSERVATIONS,
    OD_MATRIX,
    ZONE_KINDS,
    ZONES,
)
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
    "CORRIDORS",
    "EXCLUDED",
    "GAIN",
    "GATEWAYS",
    "HOLDOUT",
    "LINK_FLOWS",
    "LINK_TRAFFIC",
    "OBSERVATIONS",
    "OD_MATRIX",
    "PLOTS",
    "RANKING",
    "REFERENCE",
    "SITES",
    "STATIONS",
    "TRAFFIC_BASES",
    "ZONES",
    "ZONE_KINDS",
    "ReferenceData",
]
