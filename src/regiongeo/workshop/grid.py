"""What the criteria would be anywhere in the region: values at the centres of square cells.

A cell stands for a site at its centre. As the main job does, it goes straight to the nearest road that a site
may use and drives on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from regiongeo import criteria as measure
from regiongeo.assumptions import assumption, assumption_table
from regiongeo.crs import WORK_CRS
from regiongeo.errors import ScenarioError
from regiongeo.network import attach_sites
from regiongeo.region import locate
from regiongeo.scenario import CRITERIA
from regiongeo.sites import eligible_links
from regiongeo.values import ValueFunction, apply_values
from regiongeo.workshop.gridroads import measure_access, nearest_places, road_criteria

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regiongeo.network import Network
    from regiongeo.result import Result

    Floats = NDArray[np.float64]

__all__ = ["STRUCK", "Grid", "criteria_grid", "grid_values"]

STRUCK = ("", "national_park", "far_from_road")
"""Why the main job would strike out a site at a cell's centre, by code in ``Grid.struck``; 0: it stays."""

_CELL_M = (200.0, 5_000.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """Values of the criteria at the centres of square cells, EPSG:25832; row 0 is the southernmost."""

    origin: tuple[float, float]
    """East and north of the south-west corner of the cell in row 0 and column 0 [m]."""
    cell_m: float
    """Side of a cell [m]."""
    criteria: tuple[str, ...]
    values: Floats
    """Value functions applied [0-1], criteria × rows × columns; NaN is "no data", or outside the region."""
    struck: NDArray[np.int8]
    """Place in ``STRUCK`` of the reason to refuse a site there, rows × columns."""

    @property
    def rows(self) -> int:
        """Return the number of rows, from south to north."""
        return int(self.values.shape[1])

    @property
    def columns(self) -> int:
        """Return the number of columns, from west to east."""
        return int(self.values.shape[2])


def criteria_grid(result: Result, *, capacity: gpd.GeoDataFrame | None = None, cell_m: float = 500.0) -> Grid:
    """Measure every criterion at the centres of square cells over the member municipalities.

    Parameters
    ----------
    result
        The main job's result: its region, roads, volumes, candidates, existing stations, assumptions.
    capacity
        Free grid capacity the job was given (schema CAPACITY); without it ``grid_mw`` has no data.
    cell_m
        Side of a cell [m], 200 to 5 000; borders lie on its multiples.

    Returns
    -------
    Grid with all criteria in their usual order.

    Raises
    ------
    ScenarioError
        If the cell is too small or too large.

    Notes
    -----
    At a centre, ``grid_km``, ``grid_mw``, ``subregion_lack`` and ``builtup_share`` are what the main job
    computes there. ``access_minutes``, ``passing_trucks`` and ``population_30min`` are too, but that it moves
    a site to a whole metre of its road, and that people near the site's own new node may then start there.
    ``gap_closed_km`` takes what existing stations serve of the site's own link as one piece. What a cell
    cannot show is the difference between its centre and the plot: up to 354 m of access in a cell of 500 m,
    another nearest road, built-up land at one side. A cell just off the generalised coast belongs to the
    nearest municipality, as a site does. Cells where a site would be struck out have values too:
    ``struck`` says which.
    """
    if not _CELL_M[0] <= cell_m <= _CELL_M[1]:
        raise ScenarioError(f"a grid cell of {cell_m:g} m: choose a side of 200 to 5 000 m")
    origin, shape = _frame(result.region, cell_m)
    cells = _member_cells(result, origin=origin, shape=shape, cell_m=cell_m)
    network, station_nodes = _cut_network(result)
    places = nearest_places(cells, network)
    access = measure_access(places, network, access_kmh=_number(result, "access_kmh", "km/h"))
    roads = road_criteria(places, network, result, station_nodes=station_nodes)
    raw = roads.assign(access_minutes=access["access_minutes"])
    raw = raw.join(_by_place(cells, result, capacity))[list(CRITERIA)]
    at = cells["row"].to_numpy(), cells["column"].to_numpy()
    values = np.full((len(CRITERIA), *shape), np.nan)
    values[:, *at] = apply_values(raw, _value_functions(result)).to_numpy().T
    struck = np.zeros(shape, dtype=np.int8)
    struck[at] = _struck(cells, access["access_m"], result)
    return Grid(origin=origin, cell_m=float(cell_m), criteria=CRITERIA, values=values, struck=struck)


def grid_values(grid: Grid, points: gpd.GeoDataFrame) -> pd.DataFrame:
    """Read the values of the cells that points lie in.

    Returns
    -------
    DataFrame [0-1] on the index of ``points`` (EPSG:25832), a column each criterion; NaN outside.
    """
    column, row = ((shapely.get_coordinates(points.geometry) - grid.origin) // grid.cell_m).astype(int).T
    inside = (row >= 0) & (row < grid.rows) & (column >= 0) & (column < grid.columns)
    found = np.full((len(grid.criteria), len(points)), np.nan)
    found[:, inside] = grid.values[:, row[inside], column[inside]]  # noqa: PD011 - not the one of pandas
    return pd.DataFrame(found.T, index=points.index, columns=list(grid.criteria))


def _number(result: Result, name: str, unit: str) -> float:
    return assumption(result.reference.assumptions, name, unit=unit)


def _value_functions(result: Result) -> dict[str, ValueFunction]:
    numbers = result.reference.assumptions
    units = {name: str(numbers.loc[f"value.{name}.best", "unit"]) for name in CRITERIA}
    ends = {name: assumption_table(numbers, f"value.{name}", unit=unit) for name, unit in units.items()}
    return {name: ValueFunction(unit=unit, **ends[name]) for name, unit in units.items()}


def _frame(region: gpd.GeoDataFrame, cell_m: float) -> tuple[tuple[float, float], tuple[int, int]]:
    """Return the south-west corner [m] and the numbers of rows and columns."""
    west, south, east, north = region.total_bounds
    origin = (float(west // cell_m * cell_m), float(south // cell_m * cell_m))
    across, up = np.ceil([(east - origin[0]) / cell_m, (north - origin[1]) / cell_m]).astype(int)
    return origin, (int(up), int(across))


def _member_cells(
    result: Result, *, origin: tuple[float, float], shape: tuple[int, int], cell_m: float
) -> gpd.GeoDataFrame:
    """Return the centres of the cells in member municipalities, with row, column and municipality_id."""
    coast_m = _number(result, "coast_snap_m", "m")
    near_region = result.region.union_all().buffer(1.02 * coast_m)  # its round corners are polygons
    shapely.prepare(near_region)
    row, column = (part.ravel() for part in np.indices(shape))
    east, north = origin[0] + (column + 0.5) * cell_m, origin[1] + (row + 0.5) * cell_m
    kept = shapely.contains_xy(near_region, east, north)
    cells = gpd.GeoDataFrame(
        {"row": row[kept], "column": column[kept]},
        geometry=shapely.points(east[kept], north[kept]),
        crs=WORK_CRS,
    )
    areas = result.reference.municipalities
    home = locate(cells, areas)
    afloat = cells.index[home.isna()]
    near, area = areas.sindex.nearest(cells.geometry[afloat], max_distance=coast_m, return_all=False)
    home[afloat[near]] = areas.index[area]
    is_member = home.isin(result.region.index)
    return cells[is_member].assign(municipality_id=home[is_member]).reset_index(drop=True)


def _cut_network(result: Result) -> tuple[Network, pd.Index[str]]:
    """Cut the roads at candidates and stations, as the main job does; name the nodes of the stations."""
    network, snap_m = result.network, result.scenario.plan.access_limit_km * 1000
    at = attach_sites(network, result.sites, snap_m=snap_m, eligible=eligible_links(network))
    if not len(result.stations):
        return at.network, pd.Index([], dtype="str")
    roads = eligible_links(at.network)
    at = attach_sites(at.network, result.stations, snap_m=snap_m, eligible=roads)
    return at.network, pd.Index(at.node_of)


def _struck(cells: gpd.GeoDataFrame, access_m: pd.Series[float], result: Result) -> NDArray[np.int8]:
    in_park = locate(cells, result.reference.parks).notna()
    is_far = access_m > result.scenario.plan.access_limit_km * 1000
    return np.select([in_park, is_far], [1, 2], 0).astype(np.int8)


def _by_place(cells: gpd.GeoDataFrame, result: Result, capacity: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Measure the criteria that no road leads to, with the main job's own functions."""
    reference, stations = result.reference, result.stations
    radius_m = _number(result, "builtup_radius_m", "m")
    builtup = reference.builtup
    near = np.unique(builtup.sindex.query(cells.geometry, predicate="dwithin", distance=radius_m)[0])
    share = measure.builtup_share(cells.iloc[near], builtup, radius_m=radius_m)
    reach_km = _number(result, "grid_reach_km", "km")
    columns = {
        "grid_km": measure.grid_km(cells, _segments(reference.power_lines)),
        "grid_mw": measure.grid_mw(cells, capacity, reach_km=reach_km)["grid_mw"],
        "subregion_lack": measure.subregion_lack(
            cells,
            region=result.region,
            links=reference.links,
            truck_aadt=result.link_traffic["truck_aadt"],
            supply=stations if len(stations) else reference.fuel_sites[reference.fuel_sites["is_truck"]],
        ),
        "builtup_share": share.reindex(cells.index, fill_value=0.0),
    }
    return pd.DataFrame(columns)


def _segments(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take long lines apart: a tree of short pieces finds the nearest much faster."""
    points, line = shapely.get_coordinates(shapely.get_parts(lines.geometry.to_numpy()), return_index=True)
    is_one = line[:-1] == line[1:]
    pairs = np.stack([points[:-1], points[1:]], axis=1)[is_one]
    return gpd.GeoDataFrame(geometry=shapely.linestrings(pairs), crs=lines.crs)
