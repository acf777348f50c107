"""Two tables of a workshop on the toy region, by hand; places are given in EPSG:25832 kilometres.

P1 (table 1) --100 m-- P2 (table 2)          P3 (table 2), 10 km east of them
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from pyproj import Transformer
from shapely import Point

from regiongeo.crs import Box
from regiongeo.ranking import score
from regiongeo.scenario import CRITERIA
from regiongeo.workshop.exportfile import parse_export
from regiongeo.workshop.findings import build_findings
from regiongeo.workshop.frames import proposal_frame
from regiongeo.workshop.merge import merge_exports
from toy import toy_result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regiongeo.result import Result
    from regiongeo.workshop.findings import Findings
    from regiongeo.workshop.records import Export

BOX = Box(570_000, 6_620_000, 670_000, 6_680_000)
"""The toy region's box and 20 km around it."""
BACK = Transformer.from_crs("EPSG:25832", "EPSG:4326", always_xy=True)
P1, P2, P3 = ("1" * 32, "2" * 32, "3" * 32)
HOSTILE = '=1+1 "Ås" <script>alert(1)</script> ${x} {{ 7 * 7 }} {% a `b` \\ 𝄞 e\u0301 \u2028 \u202e slutt'


def lonlat(east_km: float, north_km: float) -> list[float]:
    """Return a place of the toy region as lon, lat with six decimals; north counts from 6640 km."""
    return [round(value, 6) for value in BACK.transform(east_km * 1000, 6_640_000 + north_km * 1000)]


def square(east_km: float, north_km: float, side_m: float = 100) -> dict[str, Any]:
    """Return a square polygon whose south-western corner is the place given."""
    far = side_m / 1000
    corners = [(0, 0), (far, 0), (far, far), (0, far), (0, 0)]
    return {"type": "Polygon", "coordinates": [[lonlat(east_km + x, north_km + y) for x, y in corners]]}


def point(east_km: float, north_km: float) -> dict[str, Any]:
    """Return a point."""
    return {"type": "Point", "coordinates": lonlat(east_km, north_km)}


def proposal(record_id: str, geometry: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Return the feature of a proposal; keyword arguments change its properties."""
    properties = {
        "kind": "proposal",
        "navn": "Forslag 1",
        "notat": "",
        "merke": None,
        "stemmer": 0,
        "created": "2027-01-14T12:31:00Z",
        "provisional": 0.5,
    }
    return {
        "type": "Feature",
        "id": record_id,
        "geometry": geometry,
        "properties": {**properties, **changed},
    }


def feedback(site_id: str, **changed: Any) -> dict[str, Any]:
    """Return the feature of what a table says about a site."""
    properties = {"kind": "feedback", "site_id": site_id, "notat": "", "merke": None, "stemmer": 0}
    return {
        "type": "Feature",
        "id": site_id,
        "geometry": point(610, 8),
        "properties": {**properties, **changed},
    }


def document(features: Sequence[dict[str, Any]] = (), **changed: Any) -> dict[str, Any]:
    """Return an export; keyword arguments change its head."""
    head = {
        "schema": "regiongeo-workshop/1",
        "map": "toy",
        "data_version": "2026-11-20",
        "exported": "2027-01-14T12:41:03Z",
        "table": "bord 1",
        "weights": {},
    }
    return {
        "type": "FeatureCollection",
        "regiongeo": {**head, **changed},
        "features": list(features),
    }


def as_bytes(content: object) -> bytes:
    """Return JSON as the page writes it."""
    return json.dumps(content, ensure_ascii=False).encode()


def read(content: dict[str, Any], file: str = "a.geojson") -> Export:
    """Read an export that must be sound."""
    parsed = parse_export(as_bytes(content), file=file, box=BOX)
    assert parsed.problems == ()
    assert parsed.export is not None
    return parsed.export


def two_tables() -> list[dict[str, Any]]:
    """Return the exports of two tables that share a place and differ about site K."""
    first = [
        proposal(P1, square(602, 9), navn="Åsen =1", notat=HOSTILE, stemmer=3, merke="aktuell"),
        feedback("K", merke="aktuell", stemmer=2, notat="God avkjøring\nog plass"),
    ]
    second = [
        proposal(P2, square(602.2, 9), navn="Ved E6", stemmer=1),
        proposal(P3, point(612, 9), navn="", provisional=None),
        feedback("K", merke="uaktuell", stemmer=1, notat="Støy?"),
        feedback("T", merke="undersok"),
    ]
    return [
        document(first, weights={"passing_trucks": 60, "grid_km": 20}),
        document(second, table="bord 2", weights={"passing_trucks": 10, "subregion_lack": 90}),
    ]


def scored_result() -> Result:
    """Return the toy result with P1 and P2 as plots (ranks 1 and 5), and P3 too far from a road."""
    result = toy_result()
    plots = {P1: ("Åsen =1, E6, Vestby", 1.0), P2: ("Ved E6, E6, Vestby", 0.1)}
    template = result.sites.loc[["P"]]
    added = [
        template.set_axis([one]).assign(name=name, geometry=[Point(602_050, 6_649_050)])
        for one, (name, _) in plots.items()
    ]
    sites = gpd.GeoDataFrame(pd.concat([result.sites, *added]).rename_axis("site_id"), crs="EPSG:25832")
    rows = pd.DataFrame({one: dict.fromkeys(CRITERIA, value) for one, (_, value) in plots.items()}).T
    values = pd.concat([result.values, rows.assign(grid_mw=float("nan"))])  # noqa: PD011
    values = values.rename_axis("site_id")
    weights = result.weights
    scores, parts = score(values[weights.index], weights)
    order = scores.sort_values(ascending=False, kind="stable").index
    ranking = pd.concat([result.ranking, *(result.ranking.loc[["P"]].set_axis([one]) for one in plots)])
    ranking = ranking.loc[order].assign(rank=range(1, len(order) + 1), score=scores[order])
    struck = result.excluded.set_axis([P3]).assign(
        name="Forslag uten navn", kind="plot", reason="far_from_road", reason_detail="4284 m i luftlinje"
    )
    return replace(
        result,
        sites=sites,
        criteria=pd.concat([result.criteria, rows]).rename_axis("site_id"),
        values=values,
        contributions=parts,
        ranking=ranking.rename_axis("site_id"),
        excluded=gpd.GeoDataFrame(
            pd.concat([result.excluded, struck]).rename_axis("site_id"), crs="EPSG:25832"
        ),
    )


def toy_findings() -> Findings:
    """Return what the two tables found."""
    session = merge_exports(read(content) for content in two_tables())
    return build_findings(session, proposal_frame(session), scored_result())
