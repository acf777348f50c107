"""Raw sources to reference data, the same bytes each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.compile import areas, codes, emissions, places
from regiongeo.compile.gateways import compile_gateways
from regiongeo.compile.hours import compile_truck_hours
from regiongeo.compile.registry import read_assumptions, rehash_assumptions, replaced_folder, write_tables
from regiongeo.compile.roads import compile_roads
from regiongeo.errors import SourceError
from regiongeo.store import load_reference

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["build_reference", "compile_tables", "rehash_assumptions"]


def build_reference(sources: Path, out: Path, *, assumptions: Path) -> None:
    """Compile the raw sources into a data folder, whole or not at all.

    Everything is written beside ``out``, loaded and checked (hashes, schemas, foreign keys), and only then
    put in its place.

    Parameters
    ----------
    sources
        Folder of raw files as their holders publish them, with ``region/`` and ``roads/``.
    out
        The data folder to be made or replaced.
    assumptions
        The ``assumptions.csv`` to carry over, as a rule the one in ``out``.

    Raises
    ------
    SourceError
        If the folder or a raw file is missing.
    DataError, SchemaError, CrsError
        If a raw file is damaged or does not hold what it should.
    OutputError
        If ``out`` holds other files, or cannot be written; it then stands as it was.
    """
    with replaced_folder(out) as folder:
        tables = compile_tables(sources, assumptions=read_assumptions(assumptions))
        write_tables(tables, assumptions=assumptions, folder=folder)
        load_reference(folder)


def compile_tables(sources: Path, *, assumptions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Compile every table of the reference data but the assumptions, by name.

    Raises
    ------
    SourceError, DataError, SchemaError, CrsError
        As `build_reference`.
    """
    if not sources.is_dir():
        raise SourceError(f"'{sources}' is no folder: give the folder of the raw files with --sources")
    land = compile_land(sources)
    roads = compile_roads(sources, municipalities=land["municipalities"], assumptions=assumptions)
    return {
        **land,
        **roads,
        "gateways": compile_gateways(roads["nodes"], roads["links"]),
        "truck_hours": compile_truck_hours(sources),
    }


def compile_land(sources: Path) -> dict[str, pd.DataFrame]:
    """Compile the tables that have nothing to do with roads."""
    municipalities, members = areas.compile_municipalities(sources), areas.compile_members(sources)
    builtup, stations = areas.compile_builtup(sources), places.compile_rail_stations(sources)
    changes = codes.compile_code_changes(sources)
    names = places.compile_places(sources, municipalities=municipalities, rail_stations=stations)
    return {
        "municipalities": municipalities,
        "municipality_codes": areas.compile_codes(sources, municipalities=municipalities),
        "code_changes": changes,
        "municipality_names": codes.compile_names(sources, changes=changes),
        "members": members,
        "population": areas.compile_population(sources, municipalities=municipalities),
        "places": names,
        "centres": places.compile_centres(
            sources, municipalities=municipalities, places=names, rail_stations=stations, builtup=builtup
        ),
        "builtup": builtup,
        "sea": areas.compile_sea(sources, municipalities=municipalities),
        "parks": areas.compile_parks(sources, region=municipalities.loc[members.index]),
        "railways": places.compile_railways(sources),
        "rail_stations": stations,
        "ports": places.compile_ports(sources),
        "airports": places.compile_airports(sources),
        "freight_nodes": places.compile_freight_nodes(sources, rail_stations=stations),
        "power_lines": places.compile_power_lines(sources),
        "fuel_sites": places.compile_fuel_sites(sources),
        "emissions": emissions.compile_emissions(sources),
        "county_emissions": emissions.compile_county_emissions(sources),
        "stated_changes": emissions.compile_stated_changes(sources),
    }
