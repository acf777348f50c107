"""Sizing of stations: from the trucks that stop to energy, points, power, storage, area, grid and cost."""

from regiongeo.sizing.cost import equipment_cost
from regiongeo.sizing.demand import energy_share, public_share
from regiongeo.sizing.grid import least_connection_mw, storage_mwh
from regiongeo.sizing.profile import hour_factors, peak_share
from regiongeo.sizing.queue import (
    WaitTarget,
    busy_points,
    erlang_b,
    erlang_c,
    mean_wait_min,
    points_needed,
)
from regiongeo.sizing.station import station_hours, station_sizes

__all__ = [
    "WaitTarget",
    "busy_points",
    "energy_share",
    "equipment_cost",
    "erlang_b",
    "erlang_c",
    "hour_factors",
    "least_connection_mw",
    "mean_wait_min",
    "peak_share",
    "points_needed",
    "public_share",
    "station_hours",
    "station_sizes",
    "storage_mwh",
]
