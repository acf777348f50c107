"""Read raw source files: every table leaves here in EPSG:25832, with text ids and the columns asked for."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from regiongeo.crs import Box, to_work
from regiongeo.errors import DataError, SourceError, name_some

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

__all__ = [
    "MAP_BOX",
    "N1000",
    "clip_to_map",
    "find_source",
    "number_ids",
    "read_layer",
    "read_rows",
    "slug_ids",
]

N1000 = "roads/n1000_osloregion.gpkg"

MAP_BOX = Box(391_000, 6_481_000, 749_000, 6_849_000)
"""What is shipped lies in here [m, EPSG:25832]: the work box less 1 km, so that rounding never leaves it."""

_SOURCE_BOX = Box(0, 6_300_000, 1_500_000, 8_200_000)
"""Norway in EPSG:25832: sources reach beyond the region before they are clipped."""

_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe"})


def find_source(sources: Path, name: str) -> Path:
    """Return the path of one raw file.

    Raises
    ------
    SourceError
        If the file is not in the folder.
    """
    path = sources / name
    if not path.is_file():
        raise SourceError(
            f"raw file '{name}' is not in {sources}: give the folder that holds it with --sources"
        )
    return path


def read_layer(
    sources: Path, name: str, *, layer: str | None = None, columns: Sequence[str] = ()
) -> gpd.GeoDataFrame:
    """Read one layer of a raw file in EPSG:25832, with exactly the columns asked for.

    Raises
    ------
    SourceError
        If the file is missing.
    DataError
        If the file is damaged, or lacks the layer or a column.
    CrsError
        If it names no coordinate system, or its coordinates are not in Norway.
    """
    path = find_source(sources, name)
    what = f"raw file '{name}'" + (f", layer '{layer}'" if layer else "")
    try:
        frame = pyogrio.read_dataframe(path, layer=layer)
    except (DataSourceError, DataLayerError) as error:
        raise DataError(f"{what} cannot be read ({error}): get it again from its holder") from error
    _require_columns(frame, columns, what=what)
    return _plain(to_work(frame[[*columns, "geometry"]], what=what, box=_SOURCE_BOX), columns)


def read_rows(sources: Path, name: str, *, columns: Sequence[str]) -> pd.DataFrame:
    """Read a raw CSV file as text; empty cells are missing.

    Raises
    ------
    SourceError
        If the file is missing.
    DataError
        If the file is damaged or lacks a column.
    """
    path = find_source(sources, name)
    what = f"raw file '{name}'"
    try:
        frame = pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    except OSError as error:
        raise SourceError(f"{what} cannot be opened: {error.strerror}") from error
    except ValueError as error:
        raise DataError(f"{what} is no UTF-8 CSV table ({error}): get it again from its holder") from error
    _require_columns(frame, columns, what=what)
    return _plain(frame[list(columns)], columns)


def clip_to_map(frame: gpd.GeoDataFrame, *, grid_m: float = 1.0) -> gpd.GeoDataFrame:
    """Cut a table at the map box and round its coordinates to a grid [m]; rows left empty are dropped."""
    shapes = shapely.set_precision(shapely.intersection(frame.geometry.values, shapely.box(*MAP_BOX)), grid_m)
    clipped = frame.set_geometry(shapes, crs=frame.crs)
    return clipped[~clipped.geometry.is_empty]


def number_ids(frame: gpd.GeoDataFrame, *, prefix: str, index: str) -> gpd.GeoDataFrame:
    """Give nameless rows a number from west to east, then south to north: ``prefix_001``."""
    order = frame.geometry.bounds.assign(wkb=shapely.to_wkb(frame.geometry.values, output_dimension=2))
    ranked = frame.loc[order.sort_values(["minx", "miny", "maxx", "maxy", "wkb"], kind="stable").index]
    ids = [f"{prefix}_{number:03d}" for number in range(1, len(ranked) + 1)]
    return ranked.set_index(pd.Index(ids, name=index, dtype="str"))


def slug_ids(frame: gpd.GeoDataFrame, *, prefix: str, index: str) -> gpd.GeoDataFrame:
    """Make ids of the names: ``prefix_hamar``; rows of one name are numbered from west to east."""
    bounds = frame.geometry.bounds
    ordered = frame.assign(_x=bounds["minx"], _y=bounds["miny"]).sort_values(
        ["name", "_x", "_y"], kind="stable"
    )
    slugs = ordered["name"].map(_slug)
    number = slugs.groupby(slugs).cumcount() + 1
    ids = f"{prefix}_" + slugs + number.map(lambda n: "" if n == 1 else f"_{n}")
    return ordered.drop(columns=["_x", "_y"]).set_index(pd.Index(ids, name=index, dtype="str")).sort_index()


def _slug(name: str) -> str:
    spread = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    plain = (c for c in spread if not unicodedata.combining(c))
    return "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in plain).split())


def _require_columns(frame: pd.DataFrame, columns: Sequence[str], *, what: str) -> None:
    lost = [column for column in columns if column not in frame.columns]
    if lost:
        raise DataError(f"{what} has no column {name_some(lost)}: is it the right file and edition?")


def _plain(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    texts = [column for column in columns if pd.api.types.is_string_dtype(frame[column])]
    clean = {column: frame[column].str.normalize("NFC").str.strip() for column in texts}
    return frame.assign(**{column: values.mask(values == "") for column, values in clean.items()})
