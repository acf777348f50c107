"""The contract of every table a user brings."""

from regiongeo.schema import Schema
from regiongeo.tables.columns import AREAS, POINT, integer, number, text

__all__ = ["CAPACITY", "PLOTS", "STATIONS"]

PLOTS = Schema(
    name="plots",
    description="A user's own plots",
    index=("site_id",),
    geometry=("Point", *AREAS),
    columns=(
        text("name", "name of the plot"),
        number("area_m2", "usable area", "m2", nullable=True),
    ),
)
STATIONS = Schema(
    name="stations",
    description="Existing or decided energy stations, from the user",
    index=("station_id",),
    geometry=POINT,
    may_be_empty=True,
    columns=(
        text("name", "name of the station"),
        number("power_kw", "total power", "kW", nullable=True),
    ),
)
CAPACITY = Schema(
    name="capacity",
    description="Free grid capacity at transformer stations, the user's own copy; never summed",
    index=("substation_id",),
    geometry=POINT,
    may_be_empty=True,
    columns=(
        text("name", "name of the transformer station"),
        number(
            "available_mw", "free capacity for consumption at the station alone", "MW", low=-1000, high=1000
        ),
        integer("year", "year the figure holds for", low=2000),
    ),
)
