"""The contract of every table of sizing: what stations must serve, and how large they get."""

from regiongeo.schema import Schema
from regiongeo.tables.columns import integer, number, text

__all__ = [
    "GRID_STATUSES",
    "GRID_TIMINGS",
    "STATION_DEMAND",
    "STATION_GRID",
    "STATION_HOURS",
    "STATION_SIZES",
]

GRID_STATUSES = ("fits", "fits_with_storage", "lacks", "capacity_unknown", "need_unknown")
"""Free grid capacity against the connection a station needs; what is unknown is never guessed."""

GRID_TIMINGS = ("in_time", "later", "unknown")
"""The year of the free capacity against the year of the plan."""

STATION_DEMAND = Schema(
    name="station_demand",
    description="What trucks would take at each site if all of them drove on the energy",
    index=("site_id", "energy"),
    may_be_empty=True,
    columns=(
        number("stops_per_day", "stops on the mean day", "stops/day"),
        number("refilled_km_per_day", "distance whose energy is taken here, over all stops", "km/day"),
    ),
)
STATION_GRID = Schema(
    name="station_grid",
    description="Free grid capacity at each site, as far as it is known",
    index=("site_id",),
    may_be_empty=True,
    columns=(
        number("grid_mw", "free capacity; negative where overbooked", "MW", low=None, nullable=True),
        number("grid_year", "year it holds for", "year", nullable=True),
    ),
)
STATION_SIZES = Schema(
    name="station_sizes",
    description="How large the station of each site gets, by energy",
    index=("site_id", "energy"),
    may_be_empty=True,
    columns=(
        number("sessions_per_day", "trucks served on the mean day", "trucks/day"),
        number("sessions_peak_h", "trucks that arrive in the busiest hour of a weekday", "trucks/h"),
        number("energy_kwh_d", "into the batteries of trucks on the mean day", "kWh/day", nullable=True),
        number("fuel_kg_d", "hydrogen or biogas on the mean day", "kg/day", nullable=True),
        number("stop_min", "time a truck holds a point; missing if nobody comes", "min", nullable=True),
        integer("points", "charging points or nozzles"),
        number("mean_wait_min", "mean wait in the peak hour", "min"),
        number("wait_probability", "probability to wait in the peak hour", "1", high=1),
        number("occupied_share", "share of the points' time they are held on a weekday", "1", high=1),
        number("installed_mw", "rated power of all points", "MW", nullable=True),
        number("mean_mw", "mean load of a weekday, from the grid", "MW", nullable=True),
        number("peak_mean_mw", "mean load of its busiest hour", "MW", nullable=True),
        number("peak_high_mw", "load not exceeded in that hour for most of the time", "MW", nullable=True),
        number(
            "least_grid_mw",
            "smallest connection that serves the mean weekday, with storage",
            "MW",
            nullable=True,
        ),
        number(
            "least_grid_storage_mwh", "storage that needs, with a margin for busy days", "MWh", nullable=True
        ),
        number("fuel_storage_kg", "fuel held at the station", "kg", nullable=True),
        number("area_m2", "area of the station", "m2"),
        number("grid_mw", "free capacity, if known", "MW", low=None, nullable=True),
        number("grid_year", "year the free capacity holds for, if known", "year", nullable=True),
        text("grid_status", "free capacity against peak_high_mw", choices=GRID_STATUSES),
        text("grid_timing", "year of the capacity against that of the plan", choices=GRID_TIMINGS),
        number("grid_lack_mw", "peak_high_mw less free capacity; 0 if it fits", "MW", nullable=True),
        number(
            "storage_mwh",
            "storage with which the free capacity does on a busy day; missing if it cannot",
            "MWh",
            nullable=True,
        ),
        *(
            number(f"equipment{level}_{unit}", f"points and storage_mwh alone, {words}", name, nullable=True)
            for unit, name in (("keur", "kEUR"), ("mnok", "MNOK"))
            for level, words in (("_low", "low"), ("", "central"), ("_high", "high"))
        ),
    ),
)
STATION_HOURS = Schema(
    name="station_hours",
    description="Demand of each station by hour",
    index=("site_id", "energy", "day_type", "hour"),
    may_be_empty=True,
    columns=(
        number("sessions_per_h", "trucks that arrive", "trucks/h"),
        number("energy_kwh_h", "into the batteries of trucks", "kWh/h", nullable=True),
        number("fuel_kg_h", "hydrogen or biogas", "kg/h", nullable=True),
    ),
)
