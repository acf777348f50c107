"""Layers of ``workshop.gpkg`` with their QGIS styles: proposals, opinions, shared places, who said what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.i18n import text
from regiongeo.report.qml import Rule, area, draw_style, marker

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from regiongeo.i18n import Language
    from regiongeo.workshop.findings import Findings

__all__ = ["spoken_sites", "top_of_tables", "workshop_layers", "workshop_styles"]

_TOP = 10
_POINTS = "_points"
# Light to dark with the number of tables, as viridis; the same on the result map.
_TABLES = {
    "1": ("place_tables = 1", "94,201,98"),
    "2": ("place_tables = 2", "33,145,140"),
    "3": ("place_tables >= 3", "68,1,84"),
}
# Okabe and Ito's scheme, with a shape of its own beside each colour.
_VERDICTS = {
    "aktuell": ("circle", "0,114,178"),
    "undersok": ("triangle", "230,159,0"),
    "uaktuell": ("cross2", "90,90,90"),
    "disputed": ("diamond", "213,94,0"),
    "unmarked": ("circle", "200,200,200"),
}


def workshop_layers(findings: Findings) -> dict[str, pd.DataFrame]:
    """Return the layers by name, topmost first, in EPSG:25832; an empty one is left out.

    Proposals and feedback drawn as areas and as points are layers of their own (``…_points``): a style of
    QGIS holds for one kind of shape. ``opinions`` are the sites that tables spoke of, one point each;
    ``table_rankings`` holds each table's ten best by its own weights.
    """
    spoken = spoken_sites(findings)
    layers: dict[str, pd.DataFrame] = {
        **_by_shape("proposals", findings.proposals),
        "opinions": spoken,
        "same_place": findings.places,
        **_by_shape("feedback", findings.feedback),
        "table_rankings": top_of_tables(findings),
    }
    return {name: table for name, table in layers.items() if len(table)}


def spoken_sites(findings: Findings) -> gpd.GeoDataFrame:
    """Return the sites that tables spoke of and that stand somewhere; proposals are told by themselves."""
    sites = findings.sites[(findings.sites["tables"] > 0) & findings.sites.geometry.notna()]
    return sites.drop(index=sites.index.intersection(findings.proposals.index))


def top_of_tables(findings: Findings) -> pd.DataFrame:
    """Return each table's ten best sites by its own weights, beside the scenario's figures.

    Returns
    -------
    DataFrame by ``table, site_id``: table_rank, rank_low, rank_high, table_score, top5_share, name, and rank
    and score by the scenario's weights.
    """
    best = findings.rankings[findings.rankings["rank"] <= _TOP]
    at = best.index.get_level_values("site_id")
    scenario = findings.result.ranking[["rank", "score"]].reindex(at)
    names = findings.result.sites["name"].reindex(at).astype("str")
    renamed = best.rename(columns={"rank": "table_rank", "score": "table_score"})
    columns = ["table_rank", "rank_low", "rank_high", "table_score", "top5_share"]
    return renamed[columns].assign(
        name=names.to_numpy(),
        rank=scenario["rank"].astype("Int64").to_numpy(),
        score=scenario["score"].to_numpy(dtype=float),
    )


def workshop_styles(lang: Language) -> Mapping[str, str]:
    """Return the QML style of each layer by name, with labels in ``lang``."""
    shared = area("0,0,0,0", "68,1,84", 0.9)
    spoken = [Rule(label=_word("layer_feedback", lang), symbol=marker("circle", "150,150,150", 2.0))]
    return {
        "proposals": draw_style(_by_tables(lang, as_area=True), label="name"),
        f"proposals{_POINTS}": draw_style(_by_tables(lang, as_area=False), label="name"),
        "opinions": draw_style(_by_verdict(lang), label="name", size=7),
        "same_place": draw_style([Rule(label=_word("layer_same_place", lang), symbol=shared)]),
        "feedback": draw_style(
            [Rule(label=_word("layer_feedback", lang), symbol=area("0,0,0,0", "150,150,150", 0.4))]
        ),
        f"feedback{_POINTS}": draw_style(spoken),
    }


def _by_shape(name: str, table: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    is_point = table.geom_type == "Point"
    return {name: table[~is_point], f"{name}{_POINTS}": table[is_point]}


def _by_tables(lang: Language, *, as_area: bool) -> list[Rule]:
    return [
        Rule(
            label=_word(f"tables_{key}", lang),
            where=where,
            symbol=area(f"{colour},150", "40,40,40", 0.4) if as_area else marker("square", colour, 4.0),
        )
        for key, (where, colour) in _TABLES.items()
    ]


def _by_verdict(lang: Language) -> list[Rule]:
    return [
        Rule(
            label=_word(f"verdict_{key}", lang),
            where=f"verdict = '{key}'",
            symbol=marker(shape, colour, 3.6),
        )
        for key, (shape, colour) in _VERDICTS.items()
    ]


def _word(key: str, lang: Language) -> str:
    return text("workshop", key, lang)
