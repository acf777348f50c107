"""The contract of every table a user brings."""

import re

import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.schema import Schema
from regiongeo.tables.columns import AREAS, POINT, integer, number, text

__all__ = ["CAPACITY", "PLOTS", "STATIONS", "offered_energies"]

_WORDS = {
    "battery": ("battery", "charging", "strøm", "lading", "el"),
    "hydrogen": ("hydrogen", "h2"),
    "biogas": ("biogas", "biogass", "lbg", "cbg"),
}

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
        number("points_350kw", "charging points of 350 kW and more", "points", nullable=True),
        text("energies", "what it offers: battery, hydrogen, biogas, one or several", nullable=True),
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


def offered_energies(stations: pd.DataFrame) -> pd.DataFrame:
    """Read which energies existing stations offer; a station that says nothing offers charging.

    Returns
    -------
    DataFrame of true and false, stations by battery, hydrogen, biogas.

    Raises
    ------
    DataError
        If a word names no energy; the stations are named.
    """
    said = stations["energies"].fillna("battery").astype("str").str.casefold()
    words = said.map(lambda text: set(re.split(r"[\s+,/&]+", text.strip())))
    known = {word for spellings in _WORDS.values() for word in spellings}
    odd = stations.index[[not named <= known for named in words]]
    if len(odd):
        raise DataError(
            f"energies of stations {name_some(odd)}: write battery, hydrogen, biogas, with + between"
        )
    return pd.DataFrame(
        {energy: [bool(named & set(spellings)) for named in words] for energy, spellings in _WORDS.items()},
        index=stations.index,
        dtype=bool,
    )
