"""Everything the page shows, as plain data: only the columns named here reach a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.i18n import text, texts
from regiongeo.maps.background import describe_background
from regiongeo.maps.figure import TILE_HOST
from regiongeo.maps.flows import describe_flows
from regiongeo.maps.geometry import SCALE
from regiongeo.maps.plan import describe_plan
from regiongeo.maps.presets import describe_presets
from regiongeo.maps.roads import describe_roads
from regiongeo.maps.rules import describe_rules
from regiongeo.maps.sites import describe_sites
from regiongeo.result import Result, tell_notices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regiongeo.i18n import Language

__all__ = ["build_payload", "describe_scenario", "year_of"]

_TILES = f"{TILE_HOST}/v1/wmts/1.0.0/topograatone/default/webmercator/{{z}}/{{y}}/{{x}}.png"
_DECIMALS = {
    "gap_closed_km": 1,
    "access_minutes": 1,
    "grid_km": 1,
    "grid_mw": 1,
}
_SHARES = ("subregion_lack", "builtup_share")
"""Criteria that are shares: people read them in percent."""


def build_payload(
    result: Result,
    *,
    lang: Language,
    date: str,
    data_version: str,
    credits: Sequence[str],  # noqa: A002
    online_tiles: bool,
) -> dict[str, object]:
    """Return the data of the page, ready for JSON; parameters as in ``draw_map``."""
    return {
        "lang": lang,
        "texts": {**texts("sites", lang), **texts("map", lang)},
        "date": date,
        "data_version": data_version,
        "credits": list(credits),
        "tiles": _TILES if online_tiles else None,
        "scale": SCALE,
        **describe_background(result),
        **describe_scenario(result, lang=lang),
    }


def describe_scenario(
    result: Result, *, lang: Language, order: Sequence[str] | None = None
) -> dict[str, object]:
    """Return what a page shows of one scenario, the background aside.

    Parameters
    ----------
    order
        Ids of the sites in the order of the page's list; without: by rank.
    """
    flows, record_of = describe_flows(result, lang=lang)
    return {
        "scenario": result.scenario.name,
        "year": year_of(result),
        "notices": tell_notices(result, lang),
        "criteria": _describe_criteria(result, lang=lang),
        "presets": describe_presets(list(result.weights.index), lang),
        "draws": _describe_draws(result),
        "portfolio": _describe_portfolio(result),
        "flows": flows,
        **describe_roads(result, record_of=record_of),
        "plan": describe_plan(result),
        "rules": describe_rules(result, lang=lang),
        **describe_sites(result, lang=lang, order=order),
    }


def year_of(result: Result) -> int:
    """Return the year a scenario is about: that of its trucks on each energy."""
    return result.scenario.refuelling.year


def _describe_criteria(result: Result, *, lang: Language) -> list[dict[str, object]]:
    return [
        {
            "name": text("criteria", str(name), lang),
            "unit": "%" if name in _SHARES else text("criteria", f"{name}_unit", lang),
            "key": str(name),
            "decimals": _DECIMALS.get(str(name), 0),
            "factor": 100 if name in _SHARES else 1,
            "weight": float(weight),
        }
        for name, weight in result.weights.items()
    ]


def _describe_draws(result: Result) -> dict[str, object]:
    """Return how weights are drawn, see `regiongeo.robustness.draw_around`."""
    asked = result.scenario.uncertainty
    return {"count": asked.draws, "low": asked.factor_low, "high": asked.factor_high, "seed": asked.seed}


def _describe_portfolio(result: Result) -> dict[str, object]:
    portfolio = result.portfolio
    total = portfolio.total_truck_km_per_day
    return {
        "size": len(portfolio.sites),
        "service_km": result.scenario.plan.service_distance_km,
        "covered_share": round(portfolio.covered_truck_km_per_day / total, 4) if total else None,
        "gap": round(float(portfolio.gap), 6),
    }
