"""Sites, exclusions, stations and plots for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.maps.cards import describe_cards
from regiongeo.maps.encode import plain
from regiongeo.maps.geometry import encode_areas, encode_points
from regiongeo.maps.plan import describe_offers
from regiongeo.maps.rules import describe_site_rules
from regiongeo.tables import offered_energies

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from regiongeo.i18n import Language
    from regiongeo.result import Result

__all__ = ["describe_sites"]

SCORE_BREAKS = (0, 0.2, 0.4, 0.6, 0.8, 1)
"""Classes of the score; the same for every scenario, so that maps of two runs can be compared."""
_SITE_COLUMNS = (
    "name",
    "kind",
    "is_search_area",
    "road",
    "busiest_road",
    "subregion",
    "access_m",
    "access_minutes",
    "area_m2",
    "grid_year",
    "grid_station",
)
_RANKING_COLUMNS = ("rank", "score", "rank_low", "rank_high", "top5_share", "free_top5_share", "why")
_GAIN_COLUMNS = ("is_locked", "truck_km_per_day", "only_here_truck_km_per_day")


def describe_sites(
    result: Result, *, lang: Language, order: Sequence[str] | None = None
) -> dict[str, object]:
    """Return sites with their figures, the classes of the score, and what else stands as a point.

    ``order`` are the ids of all sites as they shall be listed; without: by rank.
    """
    ranking = result.ranking.sort_values("rank", kind="stable")
    return {
        **_describe_listed(result, ranking if order is None else ranking.loc[list(order)], lang=lang),
        "score_breaks": list(SCORE_BREAKS),
        "excluded": _describe_points(result.excluded, ("name", "reason", "reason_detail")),
        "stations": _describe_stations(result.stations),
        "plots": _describe_plots(result.plots),
    }


def _describe_listed(result: Result, ranking: pd.DataFrame, *, lang: Language) -> dict[str, object]:
    sites = result.sites.loc[ranking.index]
    names = result.reference.municipalities["name"]
    municipality = sites["municipality_id"].map(names)
    criteria = list(result.weights.index)
    columns = pd.concat(
        [
            sites.reindex(columns=list(_SITE_COLUMNS)),
            ranking[list(_RANKING_COLUMNS)],
            municipality.rename("municipality"),
            result.criteria["passing_trucks"].round().rename("busiest_trucks"),
        ],
        axis=1,
    )
    gain = result.portfolio.gain
    offers, (told, rules) = describe_offers(result.plan), describe_site_rules(result, lang=lang)
    check_rows, cards = describe_cards(result, at={site_id: at for at, site_id in enumerate(ranking.index)})
    described = [
        {
            "id": str(site_id),
            "at": at,
            **_plain_row(row),
            "raw": [plain(cell) for cell in raw],
            "parts": [plain(round(cell, 4)) for cell in parts],
            "values": [None if np.isnan(cell) else float(cell) for cell in values],
            "order": order,
            "gain": _plain_row(gain.loc[site_id, list(_GAIN_COLUMNS)]) if site_id in gain.index else None,
            "offers": offers.get(str(site_id)),
            "card": cards.get(str(site_id)),
            "rules": rules.get(str(site_id)),
        }
        for (site_id, row), at, raw, parts, values, order in zip(
            columns.iterrows(),
            encode_points(sites.geometry),
            result.criteria.loc[ranking.index, criteria].to_numpy(),
            result.contributions.loc[ranking.index, criteria].to_numpy(),
            result.values.loc[ranking.index, criteria].to_numpy(dtype=float),  # noqa: PD011 - a field of ours
            ranking.index.argsort().argsort().tolist(),
            strict=True,
        )
    ]
    return {"sites": described, "checklist_rows": check_rows, "enova_rules": told}


def _describe_points(table: gpd.GeoDataFrame, columns: tuple[str, ...]) -> list[dict[str, object]]:
    table = table.sort_index()
    return [
        {"at": at, **_plain_row(row)}
        for (_, row), at in zip(table[list(columns)].iterrows(), encode_points(table.geometry), strict=True)
    ]


def _describe_stations(stations: gpd.GeoDataFrame) -> list[dict[str, object]]:
    points = _describe_points(stations, ("name", "power_kw", "points_350kw"))
    offered = offered_energies(stations).sort_index()
    energies = [[str(energy) for energy in offered.columns[row]] for row in offered.to_numpy()]
    return [{**point, "energies": own} for point, own in zip(points, energies, strict=True)]


def _describe_plots(plots: gpd.GeoDataFrame | None) -> list[dict[str, object]]:
    if plots is None:
        return []
    areas = plots[plots.geom_type != "Point"].sort_index()
    shapes = encode_areas(areas.geometry, tolerance_m=0.5)
    return [
        {"id": str(plot_id), "name": str(name), "rings": rings}
        for plot_id, name, rings in zip(areas.index, areas["name"], shapes, strict=True)
    ]


def _plain_row(row: pd.Series) -> dict[str, object]:
    return {str(name): plain(cell) for name, cell in row.items()}
