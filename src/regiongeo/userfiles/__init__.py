"""The one door for users' files: plots, existing stations, grid capacity, and tables of statistics.

A file becomes a complete, checked table in EPSG:25832, or one of our errors that names every problem with its
place and cure. Nothing is guessed or repaired, and nothing of a file is handed to GDAL.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from regiongeo.crs import require_work
from regiongeo.tables import CAPACITY, PLOTS, STATIONS, offered_energies
from regiongeo.userfiles.areas import Areas
from regiongeo.userfiles.build import build_table
from regiongeo.userfiles.checks import DEFAULT_LIMITS, Encoding, Limits, read_text, require_file, require_kind
from regiongeo.userfiles.csvfile import read_csv
from regiongeo.userfiles.emissions import load_emissions
from regiongeo.userfiles.geojson import read_geojson
from regiongeo.userfiles.geopackage import read_geopackage
from regiongeo.userfiles.problems import Problem, refuse
from regiongeo.userfiles.rows import Raw, Slot
from regiongeo.userfiles.ssb import load_commuting, load_jobs, load_land_use

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = [
    "Areas",
    "Limits",
    "load_capacity",
    "load_commuting",
    "load_emissions",
    "load_jobs",
    "load_land_use",
    "load_plots",
    "load_stations",
]

_PLOTS = Slot(
    schema=PLOTS,
    spellings={"site_id": ("site_id", "id"), "name": ("name", "navn"), "area_m2": ("area_m2",)},
)
_STATIONS = Slot(
    schema=STATIONS,
    spellings={
        "station_id": ("station_id", "id"),
        "name": ("name", "navn"),
        "power_kw": ("power_kw",),
        "points_350kw": ("points_350kw",),
        "energies": ("energies", "energi"),
    },
)
_CAPACITY = Slot(
    schema=CAPACITY,
    spellings={
        "substation_id": ("substation_id", "id"),
        "name": ("name", "navn"),
        "available_mw": ("available_mw", "availableCons"),
        "year": ("year", "capacityDate"),
    },
)


def load_plots(
    path: Path | str,
    *,
    region: gpd.GeoDataFrame | None = None,
    layer: str | None = None,
    encoding: Encoding = "utf-8",
    limits: Limits = DEFAULT_LIMITS,
) -> gpd.GeoDataFrame:
    """Read a user's own plots from CSV, GeoJSON or GeoPackage.

    Needed are ``site_id`` (or ``id``) and ``name`` (or ``navn``); ``area_m2`` is optional. A CSV gives
    positions as ``lon, lat`` (EPSG:4326) or ``east, north, epsg``; GeoJSON is EPSG:4326 where it names no
    CRS.

    Parameters
    ----------
    path
        A local file, at most 64 MiB and 200,000 rows.
    region
        Member municipalities in EPSG:25832. If given, a file none of whose plots touches them is refused; a
        single plot outside stays, for the caller to strike out with its reason.
    layer
        Layer of a GeoPackage that holds several.
    encoding
        Encoding of a CSV.
    limits
        How much is read at most.

    Returns
    -------
    Table by schema ``PLOTS`` in EPSG:25832, sorted by ``site_id``. ``area_m2`` is what the file says, else
    the planar area of the polygon [m2] (in the region -0.08 to +0.02 % off); empty for points without one.

    Raises
    ------
    CrsError, DataError, SchemaError
        With every problem of the file, its place and its cure.

    Warns
    -----
    RegionGeoWarning
        If heights were dropped.
    """
    plots = _load(path, _PLOTS, layer=layer, encoding=encoding, limits=limits)
    if region is not None:
        _require_touching(plots, region, Path(path).name)
    measured = plots.geometry.area.where(plots.geometry.geom_type != "Point")
    return plots.assign(area_m2=plots["area_m2"].fillna(measured))


def load_stations(
    path: Path | str,
    *,
    layer: str | None = None,
    encoding: Encoding = "utf-8",
    limits: Limits = DEFAULT_LIMITS,
) -> gpd.GeoDataFrame:
    """Read existing or decided energy stations; the same formats and rules as ``load_plots``, points only.

    Needed are ``station_id`` (or ``id``) and ``name`` (or ``navn``); ``power_kw``, ``points_350kw`` and
    ``energies`` (battery, hydrogen, biogas, with a space or + between; none: charging) are optional. A file
    without rows, such as the shipped template, gives an empty table.

    Returns
    -------
    Table by schema ``STATIONS`` in EPSG:25832, sorted by ``station_id``.

    Raises
    ------
    CrsError, DataError, SchemaError
        With every problem of the file, its place and its cure.
    """
    stations = _load(path, _STATIONS, layer=layer, encoding=encoding, limits=limits)
    offered_energies(stations)
    return stations


def load_capacity(
    path: Path | str,
    *,
    layer: str | None = None,
    encoding: Encoding = "utf-8",
    limits: Limits = DEFAULT_LIMITS,
) -> gpd.GeoDataFrame:
    """Read free grid capacity at transformer stations from the user's own copy; formats as ``load_plots``.

    Two layouts: our own ``substation_id, name, available_mw, year`` and the grid companies'
    ``id, name, availableCons, capacityDate`` in MW.

    Returns
    -------
    Table by schema ``CAPACITY`` in EPSG:25832, sorted by ``substation_id``; may be empty.

    Raises
    ------
    CrsError, DataError, SchemaError
        With every problem of the file, its place and its cure; also where ``capacityUnit`` is not MW.

    Notes
    -----
    ``available_mw`` is ``availableCons`` as published. ``reservedCons`` is not subtracted: whether the
    published figure already leaves it out is to be verified with the grid company. ``availableProd`` is
    ignored. Weakness: the figure holds for the station alone, leaves out limits in the grid above it and the
    queue, and must never be summed over an area.
    """
    return _load(path, _CAPACITY, layer=layer, encoding=encoding, limits=limits, unit_column="capacityUnit")


def _load(
    path: Path | str,
    slot: Slot,
    *,
    layer: str | None,
    encoding: Encoding,
    limits: Limits,
    unit_column: str | None = None,
) -> gpd.GeoDataFrame:
    file = require_file(path, limits=limits)
    wanted = [name for spellings in slot.spellings.values() for name in spellings]
    raw = _read(file, wanted + ([unit_column] if unit_column else []), layer, encoding, limits)
    if unit_column:
        raw.problems.extend(_unit_problems(raw, unit_column))
    return build_table(raw, slot, file=file.name, limits=limits)


def _read(file: Path, wanted: list[str], layer: str | None, encoding: Encoding, limits: Limits) -> Raw:
    kind = require_kind(file)
    if kind == "geopackage":
        return read_geopackage(file, layer=layer, wanted=wanted, limits=limits)
    if layer is not None:
        refuse(file.name, [Problem("", "has no layers", "name a layer for a GeoPackage only")])
    if kind == "geojson":
        return read_geojson(read_text(file, encoding="utf-8", limits=limits), file=file.name, limits=limits)
    text = read_text(file, encoding=encoding, limits=limits)
    return read_csv(text, file=file.name, wanted=wanted, limits=limits)


def _unit_problems(raw: Raw, column: str) -> list[Problem]:
    return [
        Problem(row.place, f"{column} is not MW", "give the figures in MW")
        for row in raw.rows
        if row.cells.get(column) not in (None, "", "MW")
    ]


def _require_touching(plots: gpd.GeoDataFrame, region: gpd.GeoDataFrame, file: str) -> None:
    require_work(region, what="the region")
    if not len(region.sindex.query(plots.geometry, predicate="intersects")[0]):
        what = "none of its plots lies in the region"
        refuse(
            file,
            [Problem("", what, "check the positions, or the year of the membership list", is_position=True)],
        )
