"""The result map: the main job's map with what the tables proposed and said, and who they were."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regiongeo.i18n import texts
from regiongeo.maps.encode import plain
from regiongeo.maps.geometry import encode_areas, encode_points
from regiongeo.maps.page import draw_page
from regiongeo.maps.payload import build_payload
from regiongeo.workshop.layers import spoken_sites

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from regiongeo.i18n import Language
    from regiongeo.workshop.findings import Findings

__all__ = ["describe_collected", "draw_collected"]


def draw_collected(
    findings: Findings,
    *,
    lang: Language,
    date: str,
    data_version: str,
    credits: Sequence[str],  # noqa: A002 - the word planners and licences use
    online_tiles: bool = True,
) -> str:
    """Draw the result map of a workshop; parameters as `regiongeo.maps.draw_map`, with its findings."""
    result = findings.result
    # The proposals have a layer of their own.
    own = None if result.plots is None else result.plots.drop(findings.proposals.index, errors="ignore")
    payload = build_payload(
        replace(result, plots=own),
        lang=lang,
        date=date,
        data_version=data_version,
        credits=credits,
        online_tiles=online_tiles,
    )
    words = {**texts("page_collected", lang), **payload["texts"]}  # type: ignore[dict-item]
    page = {**payload, "texts": words, "collected": describe_collected(findings)}
    return draw_page(page, lang=lang, online_tiles=online_tiles)


def describe_collected(findings: Findings) -> dict[str, object]:
    """Return the tables, their proposals, the places several proposed, and what was said of sites."""
    return {
        "tables": list(findings.tables),
        "proposals": _describe_proposals(findings),
        "places": [
            {"names": row["names"], "by": row["tables_by"], "rings": rings}
            for (_, row), rings in zip(
                findings.places.iterrows(),
                encode_areas(findings.places.geometry, tolerance_m=1.0),
                strict=True,
            )
        ],
        "opinions": _describe_opinions(findings),
    }


def _describe_proposals(findings: Findings) -> list[dict[str, object]]:
    table = findings.proposals
    figures = ("table", "name", "note", "mark", "votes", "place_tables", "rank", "table_rank", "reason")
    by = findings.places["tables_by"].reindex(table["place_id"])
    return [
        {
            "id": str(site_id),
            "at": at,
            "rings": rings,
            "place_by": plain(named),
            **{name: plain(row[name]) for name in figures},
        }
        for (site_id, row), at, rings, named in zip(
            table.iterrows(), encode_points(table.geometry), _rings(table), by, strict=True
        )
    ]


def _rings(table: gpd.GeoDataFrame) -> list[list[list[int]]]:
    """Return the rings of each area; none of a point."""
    areas = table.geometry[table.geom_type != "Point"]
    encoded = dict(zip(areas.index, encode_areas(areas, tolerance_m=0.5), strict=True))
    return [encoded.get(one, []) for one in table.index]


def _describe_opinions(findings: Findings) -> list[dict[str, object]]:
    spoken = spoken_sites(findings)
    said = findings.feedback.reset_index().groupby("site_id")
    return [
        {
            "id": str(site_id),
            "at": at,
            **{name: plain(row[name]) for name in ("name", "verdict", "votes", "tables")},
            "said": _describe_said(said.get_group(site_id)),
        }
        for (site_id, row), at in zip(spoken.iterrows(), encode_points(spoken.geometry), strict=True)
    ]


def _describe_said(rows: pd.DataFrame) -> list[dict[str, object]]:
    loud = rows[(rows["votes"] > 0) | rows["mark"].notna() | (rows["note"] != "")]
    return [
        {name: plain(row[name]) for name in ("table", "mark", "votes", "note")} for _, row in loud.iterrows()
    ]
