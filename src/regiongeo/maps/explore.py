"""Any table on a map in a notebook: the call people know from geopandas, offline and safe to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.i18n import LANGUAGES, text
from regiongeo.maps.explorecells import encode_bounds, encode_column, encode_rows, lonlat_of, thin
from regiongeo.maps.exploreclasses import (
    OKABE_ITO,
    Colouring,
    Ramp,
    colour_categories,
    colour_values,
    is_number,
)
from regiongeo.maps.explorepage import ExploreLayer, adopt_map, make_map
from regiongeo.maps.geometry import SCALE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import folium

    from regiongeo.i18n import Language

__all__ = ["explore"]

_METRES_A_DEGREE = 111_320
_COLOURS = ("color", "fillColor")
_FIGURES = ("weight", "opacity", "fillOpacity", "radius")
_SWITCHES = ("stroke", "fill")


def explore(
    gdf: gpd.GeoDataFrame | gpd.GeoSeries,
    column: str | pd.Series | Sequence[object] | None = None,
    *,
    m: folium.Map | None = None,
    cmap: str | Sequence[str] = "viridis",
    color: str | None = None,
    scheme: str | None = None,
    k: int = 5,
    vmin: float | None = None,
    vmax: float | None = None,
    categorical: bool = False,
    tooltip: bool | int | str | Sequence[str] = True,
    popup: bool | int | str | Sequence[str] = False,
    highlight: bool = True,
    legend: bool = True,
    name: str | None = None,
    style_kwds: Mapping[str, object] | None = None,
    classification_kwds: Mapping[str, object] | None = None,
    background: bool = True,
    lang: Language = "nb",
) -> folium.Map:
    """Show a table on a map that works without a network, and in which no text of the table can run.

    Parameters
    ----------
    gdf
        Table or series of any geometry type in any CRS; it is left as it was.
    column
        Column to colour by, or values of the same length; without it the layer has one colour.
    m
        Map to draw on, from an earlier call or from folium; a new one if not given. A map of folium's is
        moved to a page that loads only the bundled Leaflet; its own layers lie above the tables.
    cmap
        Colour map by matplotlib's name, or colours; for categories only a list of colours is used.
    color
        The one colour of a layer without ``column``.
    scheme
        Classification of mapclassify's, for example ``"quantiles"``; without it the colours run evenly.
        mapclassify draws ``"naturalbreaks"`` at random: ``"fisherjenks"`` gives the same classes each time.
    k
        Number of classes of the scheme.
    vmin, vmax
        Values that get the first and the last colour, without a scheme; those of the column if not given.
    categorical
        Take figures as names of categories. At most six categories, the most frequent, have a colour of
        their own; the rest share a grey.
    tooltip, popup
        Columns to read when pointing and when clicking: all, none, the first so many, or those named.
    highlight
        Widen the outline of what is pointed at.
    legend
        Say what the colours mean, under the layer's name.
    name
        Name of the layer; that of the column if not given.
    style_kwds
        Style of every shape, as Leaflet names it: color, fillColor, weight [px], opacity, fillOpacity,
        radius [px], stroke, fill, dashArray.
    classification_kwds
        More for the scheme, for example ``{"bins": [10, 20]}`` for ``"userdefined"``.
    background
        Draw the region's sea, municipalities and names below; never below tiles of folium's.
    lang
        Language of the page's own words.

    Returns
    -------
    The map, which shows itself in a notebook and is written by ``save``. Lon/lat are rounded to 0.00001
    degree (about 1 m), figures in cells to six significant digits; texts in cells end after 500 characters.

    Raises
    ------
    CrsError
        If the table names no CRS, or its coordinates cannot be in it.
    DataError
        If a column, colour, scheme or style is unknown, or the shapes have more than 200 000 corners even
        when they are simplified.
    EngineError
        If a scheme is asked for and mapclassify is not installed; on showing, if a layer of folium needs
        scripts that are not bundled, or the map assets are not built.

    Warns
    -----
    RegionGeoWarning
        If the shapes are drawn simplified, because they have more than 200 000 corners.
    """
    if lang not in LANGUAGES:
        raise DataError(f"no language {lang!r}: choose one of {', '.join(LANGUAGES)}")
    table = _table_of(gdf)
    values = _values_of(table, column)
    cells = _cells_of(table)
    shapes, tolerance = thin(lonlat_of(table.geometry.reset_index(drop=True).set_axis(table.index)))
    ramp = Ramp(
        cmap=cmap, scheme=scheme, k=k, vmin=vmin, vmax=vmax, classification_kwds=classification_kwds or {}
    )
    colouring = _colour(values, ramp, color=color, categorical=categorical, lang=lang)
    target = make_map(lang=lang, background=background) if m is None else adopt_map(m, lang=lang)
    block = {
        "name": str(name or "") or _title_of(values, target, lang),
        "caption": "" if values is None or name is None else str(values.name),
        "scale": SCALE,
        "count": len(table),
        "bounds": encode_bounds(shapes),
        "fit": m is None,
        **encode_rows(shapes),
        "palette": colouring.palette,
        "classes": colouring.classes,
        "legend": colouring.legend,
        "ramp": colouring.ramp,
        "has_legend": legend,
        "notes": [*colouring.notes, *_notes_on(shapes, tolerance, lang)],
        "style": _style_of(style_kwds or {}),
        "highlight": highlight,
        **_describe_cells(cells, tooltip=tooltip, popup=popup, lang=lang),
    }
    target.add_child(ExploreLayer(block))
    return target


def _table_of(gdf: object) -> gpd.GeoDataFrame:
    if isinstance(gdf, gpd.GeoSeries):
        return gpd.GeoDataFrame(geometry=gdf)
    if not isinstance(gdf, gpd.GeoDataFrame) or gdf._geometry_column_name not in gdf.columns:  # noqa: SLF001
        raise DataError(
            f"explore needs a table with geometry, not {type(gdf).__name__}: make it a GeoDataFrame"
        )
    return gdf


def _values_of(table: gpd.GeoDataFrame, column: Any) -> pd.Series | None:  # noqa: ANN401 - checked here
    """Return what to colour by, on positions."""
    if column is None:
        return None
    if not pd.api.types.is_list_like(column) or isinstance(column, tuple):
        found = [at for at, one in enumerate(table.columns) if one == column]
        if len(found) != 1:
            raise DataError(
                f"{'no column' if not found else 'more than one column'} {column!r}: "
                f"the table has {name_some(table.columns, most=12)}"
            )
        chosen: pd.Series = table.iloc[:, found[0]].reset_index(drop=True)
        return chosen
    values = column if isinstance(column, pd.Series) else pd.Series(list(column))
    if len(values) != len(table):
        raise DataError(f"{len(values)} values for {len(table)} rows: give one value for each row")
    return values.reset_index(drop=True)


def _cells_of(table: gpd.GeoDataFrame) -> list[tuple[str, pd.Series]]:
    """Return name and cells of each column that can be read: named levels of the index first, no geometry."""
    levels = [
        (str(name), table.index.get_level_values(at).to_series())
        for at, name in enumerate(table.index.names)
        if name is not None
    ]
    columns = [(str(name), table.iloc[:, at]) for at, name in enumerate(table.columns)]
    return [*levels, *(one for one in columns if not isinstance(one[1].dtype, gpd.array.GeometryDtype))]


def _colour(
    values: pd.Series | None, ramp: Ramp, *, color: str | None, categorical: bool, lang: Language
) -> Colouring:
    if values is None:
        return Colouring(palette=[_hex(color or OKABE_ITO[0], "color")])
    if categorical or not is_number(values):
        colours = OKABE_ITO if isinstance(ramp.cmap, str) else ramp.cmap
        return colour_categories(values, colours=colours, lang=lang)
    return colour_values(values, ramp, lang=lang)


def _title_of(values: pd.Series | None, target: folium.Map, lang: Language) -> str:
    if values is not None:
        return text("page_explore", "values", lang) if values.name is None else str(values.name)
    drawn = sum(isinstance(one, ExploreLayer) for one in target._children.values())  # noqa: SLF001
    return text("page_explore", "layer", lang, number=drawn + 1)


def _notes_on(shapes: gpd.GeoSeries, tolerance: float, lang: Language) -> list[str]:
    notes = []
    lost = int((shapes.isna() | shapes.is_empty).sum())
    if lost:
        notes.append(text("page_explore", "no_shape_note", lang, count=lost))
    if tolerance:
        metres = round(tolerance * _METRES_A_DEGREE)
        notes.append(text("page_explore", "simplified_note", lang, metres=metres))
    return notes


def _describe_cells(
    cells: list[tuple[str, pd.Series]], *, tooltip: object, popup: object, lang: Language
) -> dict[str, object]:
    """Return the columns that are read anywhere, and which of them where, by position."""
    names = [name for name, _ in cells]
    shown, opened = (_choose(names, asked, what) for asked, what in ((tooltip, "tooltip"), (popup, "popup")))
    used = sorted({*shown, *opened})
    return {
        "columns": [{"name": names[at], "cells": encode_column(cells[at][1], lang)} for at in used],
        "tooltip": [used.index(at) for at in shown],
        "popup": [used.index(at) for at in opened],
    }


def _choose(names: list[str], asked: Any, what: str) -> list[int]:  # noqa: ANN401 - checked here
    if isinstance(asked, bool) or asked is None:
        return list(range(len(names))) if asked else []
    if isinstance(asked, int):
        return list(range(len(names)))[: max(asked, 0)]
    if not pd.api.types.is_list_like(asked) and not isinstance(asked, str):
        raise DataError(f"{what} must be true, false, a number of columns or their names, not {asked!r}")
    wanted = [asked] if isinstance(asked, str) else [str(one) for one in asked]
    unknown = [one for one in wanted if one not in names]
    if unknown:
        raise DataError(f"{what}: no column {name_some(unknown)}: the table has {name_some(names, most=12)}")
    return [names.index(one) for one in wanted]


def _style_of(asked: Mapping[str, object]) -> dict[str, object]:
    """Return the style, each member checked: the page takes it as it is."""
    style: dict[str, object] = {}
    for key, value in asked.items():
        if key in _COLOURS:
            style[key] = _hex(value, key)
        elif key in _FIGURES:
            style[key] = _figure(value, key)
        elif key in _SWITCHES:
            style[key] = bool(value)
        elif key == "dashArray":
            style[key] = " ".join(f"{_figure(part, key):g}" for part in str(value).replace(",", " ").split())
        else:
            known = ", ".join((*_COLOURS, *_FIGURES, *_SWITCHES, "dashArray"))
            raise DataError(f"style_kwds: no style {key!r}: choose from {known}")
    return style


def _hex(colour: Any, key: str) -> str:  # noqa: ANN401 - checked here
    from matplotlib.colors import to_hex  # noqa: PLC0415 - slow to import

    try:
        return to_hex(colour)
    except (ValueError, TypeError) as error:
        raise DataError(f"{key}: {colour!r} is no colour: give a name or '#rrggbb'") from error


def _figure(value: Any, key: str) -> float:  # noqa: ANN401 - checked here
    try:
        figure = float(value)
    except (ValueError, TypeError):
        figure = float("nan")
    if not 0 <= figure < float("inf"):
        raise DataError(f"style_kwds: {key} must be a number from 0 up, not {value!r}")
    return figure
