"""``sites.gpkg``: layers in EPSG:25832 with their styles, the sources and the licence notice."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from regiongeo.atomic import explain_failure
from regiongeo.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["EPOCH", "write_geopackage"]

EPOCH = "1980-01-01T00:00:00Z"
"""The only date in the file: the same run gives the same bytes, and ``run.json`` knows the time."""

_DRIVER_ERRORS = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError, sqlite3.Error)


def write_geopackage(
    path: Path, layers: Mapping[str, pd.DataFrame], *, styles: Mapping[str, str], notices: Mapping[str, str]
) -> None:
    """Write tables as layers of one new GeoPackage and count them again.

    Parameters
    ----------
    path
        File to be made; it must not exist.
    layers
        Published tables by layer name; without geometry they become attribute tables.
    styles
        QML by layer; QGIS picks it up when the layer is opened (table ``layer_styles``).
    notices
        Description by layer, shown by QGIS: licence and attribution.

    Raises
    ------
    OutputError
        If the driver fails or the file holds another number of rows than was given.
    """
    drawn = _style_table(layers, styles)
    tables = {**layers, "layer_styles": drawn} if len(drawn) else dict(layers)
    try:
        with _fixed_clock():
            for name, table in tables.items():
                _write_layer(path, name, table, description=notices.get(name, ""))
        found = _count_rows(path, tables)
    except _DRIVER_ERRORS as error:
        raise explain_failure(error, path) from error
    wrong = [
        f"{name}: {found[name]} of {len(table)}"
        for name, table in tables.items()
        if found[name] != len(table)
    ]
    if wrong:
        raise OutputError(
            f"{path.name} does not hold what was written ({'; '.join(wrong)}): is the disk sound?"
        )


def _write_layer(path: Path, name: str, table: pd.DataFrame, *, description: str) -> None:
    options = {
        "DESCRIPTION": description,
        "IDENTIFIER": name,
        "FID": "id" if name == "layer_styles" else "fid",
    }
    kinds = set(table.geom_type) if isinstance(table, gpd.GeoDataFrame) else set()
    pyogrio.write_dataframe(
        table if name == "layer_styles" else table.reset_index(),
        path,
        layer=name,
        driver="GPKG",
        append=False,
        geometry_type=_layer_type(kinds),
        promote_to_multi=len(kinds) > 1,
        layer_options={key: value for key, value in options.items() if value},
    )


def _layer_type(kinds: set[str]) -> str | None:
    """Return the one geometry type of a layer; a mix of single and multi parts becomes multi."""
    if len(kinds) <= 1:
        return next(iter(kinds), None)
    plain = {kind.removeprefix("Multi") for kind in kinds}
    return f"Multi{plain.pop()}" if len(plain) == 1 else "Unknown"


def _style_table(layers: Mapping[str, pd.DataFrame], styles: Mapping[str, str]) -> pd.DataFrame:
    """Return the table in which QGIS looks for styles; it compares ``f_table_schema`` with an empty text."""
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": name,
            "f_geometry_column": "geom",
            "styleName": name,
            "styleQML": styles[name],
            "styleSLD": "",
            "useAsDefault": True,
            "description": "regiongeo",
            "owner": "",
            "ui": None,
            "update_time": pd.Timestamp(EPOCH),
        }
        for name in layers
        if name in styles
    ]
    return pd.DataFrame(rows)


@contextmanager
def _fixed_clock() -> Iterator[None]:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": EPOCH})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _count_rows(path: Path, names: Mapping[str, object]) -> dict[str, int]:
    """Count by ``count(*)``: the count a GeoPackage keeps of itself is not to be trusted."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
        return {name: base.execute(f'select count(*) from "{name}"').fetchone()[0] for name in names}  # noqa: S608
