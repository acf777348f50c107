"""What a workshop found: everything its outputs tell, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from regiongeo.crs import WORK_CRS
from regiongeo.workshop.agreement import (
    TOPS,
    common_sites,
    count_opinions,
    find_places,
    kendall_w,
    names_by,
    rank_correlations,
    rank_tables,
    ranks_of,
    tell_disagreement,
    verdicts,
    weight_shares,
)
from regiongeo.workshop.frames import feedback_frame, table_labels, weight_frame
from regiongeo.workshop.merge import TableKey, conflicts_of, content_text
from regiongeo.workshop.records import MARKS, Record
from regiongeo.workshop.scoring import score_proposals

if TYPE_CHECKING:
    from regiongeo.result import Result
    from regiongeo.workshop.merge import Session, Weights
    from regiongeo.workshop.reading import Refusal

__all__ = ["Findings", "build_findings"]

_OUTLINE_M = 25.0
"""The outline of a place is drawn this far outside its proposals, so that points too have an area."""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the tables said, proposed and weighed, beside the exact figures of the main job."""

    result: Result
    """The main job with the proposals as plots."""
    tables: tuple[str, ...]
    """Names of the tables."""
    proposals: gpd.GeoDataFrame
    """As from ``score_proposals``, with place_id and place_tables, how many tables proposed the place."""
    feedback: gpd.GeoDataFrame
    """As from ``feedback_frame``, with the site's name and rank; EPSG:25832."""
    places: gpd.GeoDataFrame
    """Places that several tables proposed, by ``place_id``; EPSG:25832."""
    sites: gpd.GeoDataFrame
    """Sites that tables said something about, or that stand in the top 10 of one of them, by ``site_id``.

    With who said what, and whether the tables part by weights, opinions or both; points, EPSG:25832.
    """
    shares: pd.DataFrame
    """Weights of the tables in per cent, tables × criteria."""
    rankings: pd.DataFrame
    """As from ``rank_tables``: rank, score and robustness of each site by the weights of each table."""
    ranks: pd.DataFrame
    """Rank of each site by the weights of each table, sites × tables."""
    concordance: float | None
    """Kendall's W of these ranks [0-1]; None with fewer than two tables."""
    correlations: pd.DataFrame
    """Kendall's tau of these ranks, tables × tables."""
    notes: pd.DataFrame
    """Every note with its table, and what it is about."""
    conflicts: pd.DataFrame
    """Every content of what files of one table tell differently."""
    refusals: tuple[Refusal, ...] = ()
    """Files and records that were left out."""


def build_findings(
    session: Session,
    proposals: gpd.GeoDataFrame,
    result: Result,
    *,
    refusals: tuple[Refusal, ...] = (),
) -> Findings:
    """Compare the tables of a workshop.

    Parameters
    ----------
    session
        The merged exports.
    proposals
        As from ``proposal_frame``.
    result
        The main job with these proposals as plots.
    refusals
        What was left out of the files.
    """
    weights, asked = weight_frame(session), result.scenario.uncertainty
    rankings = rank_tables(
        result.values,
        weights,
        draws=asked.draws,
        factor_low=asked.factor_low,
        factor_high=asked.factor_high,
        seed=asked.seed,
    )
    ranks = ranks_of(rankings)
    scored = _place(score_proposals(proposals, result, rankings))
    known = pd.concat([result.sites["name"], result.excluded["name"]]).astype("str")
    feedback = feedback_frame(session)
    at = feedback.index.get_level_values("site_id")
    feedback = feedback.assign(
        name=known.reindex(at).to_numpy(), rank=result.ranking["rank"].reindex(at).astype("Int64").to_numpy()
    )
    return Findings(
        result=result,
        tables=tuple(table_labels(session).values()),
        proposals=scored,
        feedback=feedback,
        places=_describe_places(scored),
        sites=_describe_sites(_all_said(scored, feedback), ranks, result, names=known),
        shares=weight_shares(weights),
        rankings=rankings,
        ranks=ranks,
        concordance=kendall_w(ranks),
        correlations=rank_correlations(ranks),
        notes=_list_notes(scored, feedback),
        conflicts=_list_conflicts(session),
        refusals=refusals,
    )


def _place(scored: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add the place of each proposal, and how many tables proposed it."""
    placed = scored.assign(place_id=find_places(scored))
    tables = placed.groupby("place_id")["table"].nunique()
    return placed.assign(place_tables=placed["place_id"].map(tables).astype("int64"))


def _describe_places(proposals: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return places of several tables: who proposed what, votes, marks, best rank, outline."""
    groups = proposals.groupby("place_id", sort=True)
    ids = pd.Index(sorted(groups.groups), name="place_id", dtype="str")
    columns: dict[str, pd.Series] = {
        "tables": groups["table"].nunique(),
        "tables_by": names_by(proposals, "place_id", ids),
        "proposals": groups.size(),
        "names": groups["name"].agg(_join_names).astype("str"),
        "votes": groups["votes"].sum(),
        **{mark: (proposals["mark"] == mark).groupby(proposals["place_id"]).sum() for mark in MARKS},
        "best_rank": groups["rank"].min(),
    }
    places = pd.DataFrame(columns).rename_axis("place_id")
    places = places[places["tables"] > 1]
    shapes = [
        shapely.union_all(proposals.geometry[proposals["place_id"] == place].to_numpy())
        .buffer(_OUTLINE_M)
        .convex_hull
        for place in places.index
    ]
    return gpd.GeoDataFrame(places, geometry=gpd.GeoSeries(shapes, index=places.index, crs=proposals.crs))


def _join_names(names: pd.Series) -> str:
    return " / ".join(name for name in names if name.strip()) or "–"


def _all_said(proposals: gpd.GeoDataFrame, feedback: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return what each table says of sites and of its own proposals, by ``table, site_id``."""
    columns = ["note", "mark", "votes", "geometry"]
    own = proposals.reset_index().set_index(["table", "site_id"])[columns]
    return gpd.GeoDataFrame(pd.concat([feedback[columns], own]), crs=WORK_CRS)


def _describe_sites(
    said_by_table: gpd.GeoDataFrame, ranks: pd.DataFrame, result: Result, *, names: pd.Series
) -> gpd.GeoDataFrame:
    """Return the sites worth talking about: said something about, or in the top 10 of a table."""
    common = common_sites(ranks)
    top = common.index[common["rank_best"] <= max(TOPS)] if len(common) else common.index
    said = count_opinions(said_by_table.drop(columns="geometry"))
    chosen = said.index.union(top).astype("str").rename("site_id")
    figures = result.ranking[["rank", "score"]].reindex(chosen)
    struck = result.excluded[["reason", "reason_detail"]].reindex(chosen).astype("str")
    counts = said.drop(columns="is_disputed").reindex(chosen)
    numbers = counts.select_dtypes("number").fillna(0).astype("int64")
    placed = {name: column.reindex(chosen) for name, column in common.items()}
    is_disputed = said["is_disputed"].reindex(chosen, fill_value=False).astype(bool)
    table = pd.DataFrame(
        {
            "rank": figures["rank"].astype("Int64"),
            "name": names.reindex(chosen).astype("str"),
            "score": figures["score"].astype("float64"),
            **numbers,
            **{f"{mark}_by": counts[f"{mark}_by"].fillna("") for mark in MARKS},
            "is_disputed": is_disputed,
            "verdict": verdicts(numbers).where(numbers["tables"] > 0, ""),
            "disagreement": tell_disagreement(pd.DataFrame(placed), is_disputed, tables=ranks.shape[1]),
            **{
                str(name): column.eq(other=True) if str(name).startswith("is_") else column.astype("Int64")
                for name, column in placed.items()
            },
            "reason": struck["reason"].mask(~chosen.isin(names.index), "unknown_site"),
            "reason_detail": struck["reason_detail"].fillna(""),
        },
        index=chosen,
    )
    places = gpd.GeoDataFrame(table, geometry=_points_of(chosen, result, said_by_table))
    return gpd.GeoDataFrame(places.sort_values("rank", kind="stable", na_position="last"))


def _points_of(ids: pd.Index, result: Result, feedback: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return where sites lie: as the main job has them, else as the first table that speaks of them does."""
    known = pd.concat([result.sites.geometry, result.excluded.geometry])
    told = feedback.geometry.representative_point().droplevel("table")
    points = pd.concat([known, told[~told.index.duplicated()]])
    return gpd.GeoSeries(points[~points.index.duplicated()].reindex(ids), crs=WORK_CRS)


def _list_notes(proposals: gpd.GeoDataFrame, feedback: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return every note, by table and then by what it is about; never glued together."""
    columns = ["table", "kind", "site_id", "name", "mark", "votes", "note"]
    own = proposals.reset_index().assign(kind="proposal")[columns]
    said = feedback.reset_index().assign(kind="feedback")[columns]
    notes = pd.DataFrame(pd.concat([own, said], ignore_index=True))
    return notes[notes["note"] != ""].sort_values(
        ["table", "kind", "site_id"], kind="stable", ignore_index=True
    )


def _list_conflicts(session: Session) -> pd.DataFrame:
    labels = table_labels(session)
    rows = [
        {
            "table": labels[TableKey(conflict.map_id, conflict.table)],
            "site_id": conflict.record_id,
            "exported": version.exported,
            "is_standing": place == 0,
            **_told(version.content),
        }
        for conflict in conflicts_of(session)
        for place, version in enumerate(conflict.versions)
    ]
    texts = ["table", "kind", "site_id", "exported", "name", "mark", "note", "content"]
    columns = [*texts[:4], "is_standing", *texts[4:6], "votes", *texts[6:]]
    kinds = {**dict.fromkeys(texts, "str"), "is_standing": "bool", "votes": "Int64"}
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def _told(content: Record | Weights) -> dict[str, object]:
    """Return one content as cells; ``content`` holds all of it."""
    whole = {"content": content_text(content)}
    if not isinstance(content, Record):
        return {"kind": "weights", **whole}
    return {
        "kind": content.kind,
        "name": content.name,
        "mark": content.mark,
        "votes": content.votes,
        "note": content.note,
        **whole,
    }
