"""The areas of an atlas for its page: municipalities with shapes, subregions, centres, people in reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from regiongeo.accessibility import nearest_centres
from regiongeo.atlas.classes import class_edges
from regiongeo.maps.atlasfigures import list_areas
from regiongeo.maps.background import BORDER_TOLERANCE_M, encode_borders
from regiongeo.maps.encode import amount, plain
from regiongeo.maps.explorepage import describe_shipped
from regiongeo.maps.geometry import SCALE, encode_areas, encode_points, merge_areas
from regiongeo.store import load_table

if TYPE_CHECKING:
    import pandas as pd

    from regiongeo.atlas.model import Atlas

__all__ = ["describe_areas", "describe_centres", "describe_ground", "describe_surface"]

_NEAREST = 5
_CELL_TOLERANCE_M = 1.0


def describe_areas(atlas: Atlas) -> dict[str, list[dict[str, object]]]:
    """Return the areas that have a card by kind, each in the order of `regiongeo.maps.atlasfigures`."""
    regions = list_areas(atlas.areas, "region")["area_name"]
    members = sorted(
        str(one) for one in atlas.areas.loc[atlas.areas["area_kind"] == "region", "municipality_id"]
    )
    return {
        "region": [{"id": str(key), "name": str(name), "members": members} for key, name in regions.items()],
        "subregion": _describe_subregions(atlas),
        "municipality": _describe_municipalities(atlas),
    }


def describe_ground(atlas: Atlas) -> dict[str, object]:
    """Return what lies around and over the areas: neighbours, sea, borders; lon/lat in steps."""
    shipped, sea = describe_shipped()["background"], load_table("sea").geometry
    members = atlas.municipalities.geometry
    return {
        "scale": SCALE,
        "bounds": _encode_bounds(members),
        "sea": shipped["sea"],  # type: ignore[index]
        "neighbours": [one["rings"] for one in shipped["municipalities"]],  # type: ignore[index]
        "borders": encode_borders(atlas.subregions.geometry.sort_index(), sea=sea),
        "outline": encode_borders(merge_areas(members), sea=sea)[0],
    }


def describe_centres(atlas: Atlas) -> list[dict[str, object]]:
    """Return the centres, largest first, with the nearest ones [min] and the nearest larger one."""
    centres = atlas.centres.sort_values("rank", kind="stable")
    known = atlas.minutes.index.intersection(centres.index).sort_values()
    near = nearest_centres(atlas.minutes.loc[known, known], k=_NEAREST)
    by_centre = dict(iter(near.groupby(level="municipality_id")))
    return [
        {
            "id": str(key),
            "name": str(row["name"]),
            "at": at,
            "size": amount(row["size"]),
            "rank": int(row["rank"]),
            "share": plain(row["share"]),
            "expected": amount(row["rank_size"]),
            "larger": plain(row["larger_id"]),
            "larger_minutes": plain(row["larger_minutes"]),
            "near": _list_near(by_centre.get(key)),
        }
        for (key, row), at in zip(centres.iterrows(), encode_points(centres.geometry), strict=True)
    ]


def describe_surface(atlas: Atlas) -> dict[str, object] | None:
    """Return the people in reach of every place as one shape a class; None where no cells were counted."""
    if atlas.cells.empty:
        return None
    people = atlas.cells["people_within"].to_numpy(dtype=float)
    edges = class_edges(people)
    classes = np.searchsorted(edges, people, side="right")
    # Squares side by side show their seams on a canvas.
    merged = [atlas.cells.geometry[classes == at].union_all() for at in range(len(edges) + 1)]
    shapes = gpd.GeoSeries(merged, crs=atlas.cells.crs)
    return {
        "minutes": plain(atlas.cell_minutes),
        "edges": edges,
        "counts": [int(count) for count in np.bincount(classes, minlength=len(edges) + 1)],
        "rings": encode_areas(shapes, tolerance_m=_CELL_TOLERANCE_M),
    }


def _describe_subregions(atlas: Atlas) -> list[dict[str, object]]:
    names = list_areas(atlas.areas, "subregion")["area_name"]
    table = atlas.subregions.loc[names.index]
    parts = atlas.areas[atlas.areas["area_kind"] == "subregion"].groupby("area_id")["municipality_id"]
    members = {str(key): sorted(map(str, ids)) for key, ids in parts}
    return [
        {
            "id": str(key),
            "name": str(name),
            "is_subregion": bool(table.loc[key, "is_subregion"]),
            "certainty": plain(table.loc[key, "subregion_certainty"]),
            "members": members[str(key)],
            "at": at,
        }
        for (key, name), at in zip(names.items(), encode_points(table.geometry), strict=True)
    ]


def _describe_municipalities(atlas: Atlas) -> list[dict[str, object]]:
    names = list_areas(atlas.areas, "municipality")
    parts = atlas.areas[atlas.areas["area_kind"] == "subregion"].set_index("municipality_id")["area_id"]
    table = atlas.municipalities.loc[names.index]
    shapes = encode_areas(table.geometry, tolerance_m=BORDER_TOLERANCE_M, is_coverage=True)
    inside = encode_points(atlas.centres.geometry.reindex(names.index).fillna(table.representative_point()))
    return [
        {
            "id": str(key),
            "name": str(row["name"]),
            "county": plain(row["county"]),
            "subregion": str(parts[key]),
            "area_km2": plain(row["area_km2"]),
            "note": plain(atlas.notes.get(key)),
            "at": at,
            "rings": rings,
        }
        for (key, row), at, rings in zip(table.iterrows(), inside, shapes, strict=True)
    ]


def _list_near(rows: pd.DataFrame | None) -> list[list[object]]:
    if rows is None:
        return []
    return [[str(row["centre_id"]), round(float(row["minutes"]))] for _, row in rows.iterrows()]


def _encode_bounds(shapes: gpd.GeoSeries) -> list[list[int]]:
    west, south, east, north = shapes.total_bounds
    corners = gpd.GeoSeries.from_xy([west, east], [south, north], crs=shapes.crs)
    return encode_points(corners)
