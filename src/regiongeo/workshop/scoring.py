"""Proposals as the user's own plots: the main job scores them exactly, with the real criteria."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import shapely
from shapely.geometry import mapping

from regiongeo.crs import to_lonlat
from regiongeo.i18n import text
from regiongeo.job import compute_job
from regiongeo.progress import silent
from regiongeo.userfiles import load_plots
from regiongeo.workshop.exportshape import DECIMALS

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from regiongeo.i18n import Language
    from regiongeo.job import Inputs
    from regiongeo.result import Result

__all__ = ["choose_candidates", "compute_with", "plots_geojson", "score_proposals"]

_NOT_IN_NAMES = re.compile("[\u2028\u2029]")


def compute_with(
    proposals: gpd.GeoDataFrame,
    inputs: Inputs,
    *,
    lang: Language,
    tell: Callable[[str], None] = silent,
) -> Result:
    """Run the main job with the proposals as further plots, without truck flows and without writing anything.

    Parameters
    ----------
    proposals
        Proposals by ``site_id`` in EPSG:25832; there may be none.
    inputs
        What the map was built with: scenario, the user's own plots, stations and capacity.
    lang
        Language of the sentences that explain ranks.
    tell
        Called with the name of each step as it begins.

    Raises
    ------
    RegionGeoError
        As ``job.compute_job``.
    """
    plots = _as_plots(proposals, lang=lang) if len(proposals) else None
    return compute_job(inputs, more_plots=plots, lang=lang, with_flows=False, tell=tell).result


def _as_plots(proposals: gpd.GeoDataFrame, *, lang: Language) -> gpd.GeoDataFrame:
    """Read the proposals as plots from the very file that a run may be given, so its figures are ours."""
    with tempfile.TemporaryDirectory(prefix="regiongeo-") as folder:
        path = Path(folder) / "proposals.geojson"
        path.write_bytes(plots_geojson(proposals, lang=lang))
        return load_plots(path)


def plots_geojson(plots: gpd.GeoDataFrame, *, lang: Language) -> bytes:
    """Return plots as GeoJSON that ``userfiles.load_plots`` reads, in lon/lat with six decimals.

    Parameters
    ----------
    plots
        Plots by ``site_id`` in EPSG:25832 with ``name``; other columns go along as properties.
    lang
        Language of the name of plots without one; a name becomes one line.
    """
    moved, unnamed = to_lonlat(plots), text("workshop", "unnamed", lang)
    cells = json.loads(pd.DataFrame(plots.drop(columns="geometry")).to_json(orient="records"))
    features = [
        {
            "type": "Feature",
            "geometry": mapping(shapely.transform(shape, lambda positions: positions.round(DECIMALS))),
            "properties": {
                "site_id": site_id,
                **row,
                "name": _NOT_IN_NAMES.sub(" ", row["name"]).strip() or unnamed,
            },
        }
        for site_id, shape, row in zip(moved.index, moved.geometry, cells, strict=True)
    ]
    document = {"type": "FeatureCollection", "features": features}
    return (json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n").encode()


def score_proposals(proposals: gpd.GeoDataFrame, result: Result, rankings: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put the exact figures beside the provisional score of each proposal.

    The page scored a proposal by the weights of its table, so it is the exact score by these same weights
    that it is held against.

    Parameters
    ----------
    proposals
        As from ``frames.proposal_frame``.
    result
        The main job with these proposals as plots.
    rankings
        As from ``agreement.rank_tables``.

    Returns
    -------
    ``proposals`` with score [1], rank, rank_low, rank_high by the scenario's weights (empty where struck
    out), table_score [1], table_rank by those of its table (empty too where it gave none), difference
    (table_score minus provisional [1]), and reason, reason_detail (why struck out; empty where ranked).
    """
    exact = result.ranking.reindex(proposals.index)[["score", "rank", "rank_low", "rank_high"]]
    struck = result.excluded.reindex(proposals.index)[["reason", "reason_detail"]].astype("str")
    is_unseen = exact["rank"].isna() & struck["reason"].isna()
    whole = {name: exact[name].astype("Int64") for name in ("rank", "rank_low", "rank_high")}
    own = rankings.reindex(pd.MultiIndex.from_arrays([proposals["table"], proposals.index]))
    table_score = own["score"].astype("float64").set_axis(proposals.index)
    return proposals.assign(
        score=exact["score"].astype("float64"),
        **whole,
        table_score=table_score,
        table_rank=own["rank"].astype("Int64").set_axis(proposals.index),
        difference=table_score - proposals["provisional"],
        reason=struck["reason"].mask(is_unseen, "outside_region"),
        reason_detail=struck["reason_detail"].fillna(""),
    )


def choose_candidates(proposals: gpd.GeoDataFrame, *, all_of_place: bool = False) -> gpd.GeoDataFrame:
    """Return the proposals to carry on as plots: those that were ranked, one for each place unless asked.

    Of a place it is the one with most votes, then the best rank, then the smallest id.

    Parameters
    ----------
    proposals
        As from `score_proposals`, with ``place_id``.
    all_of_place
        Keep every ranked proposal of a place.
    """
    ranked = proposals[proposals["rank"].notna()].sort_index(kind="stable")
    if all_of_place:
        return ranked
    ordered = ranked.assign(_less=-ranked["votes"]).sort_values(["place_id", "_less", "rank"], kind="stable")
    return ordered.drop(columns="_less").drop_duplicates("place_id").sort_index(kind="stable")
