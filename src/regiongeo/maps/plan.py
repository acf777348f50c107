"""The station plan for the page: who gets through with which energy, and what each site offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regiongeo.assumptions import assumption
from regiongeo.maps.encode import amount, plain

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from regiongeo.result import Result, StationPlan

__all__ = ["describe_offers", "describe_plan"]

_SIZE_FIGURES = (
    "stop_min",
    "points",
    "energy_kwh_d",
    "fuel_kg_d",
    "installed_mw",
    "peak_high_mw",
    "area_m2",
    "grid_mw",
    "grid_lack_mw",
    "storage_mwh",
    "least_grid_mw",
    "least_grid_storage_mwh",
)
_SIZE_WORDS = ("grid_status", "grid_timing", "grid_year")
_OFFER_FIGURES = ("stops_per_day", "lost_trips_per_day", "lost_truck_km_per_day")
_OUTCOMES = ("free", "served", "impossible")


def describe_plan(result: Result) -> dict[str, object] | None:
    """Return how many trips get through by energy, and how sure it is that no plan is better; None without.

    Shares are of all trips of trucks on the energy; None where there are none.
    """
    plan = result.plan
    if plan is None:
        return None
    return {
        "size": len(plan.sites),
        "least_km": amount(assumption(result.reference.assumptions, "siting.least_trip_km", unit="km")),
        "objective": plan.objective,
        "status": plan.status,
        "gap": round(float(plan.gap), 6),
        "is_settled": bool(plan.is_settled),
        "worst_gap_km": amount(plan.worst_gap_km),
        "energies": [_describe_service(str(energy), row) for energy, row in plan.service.iterrows()],
    }


def _describe_service(energy: str, row: pd.Series) -> dict[str, object]:
    return {
        "energy": energy,
        "range_km": amount(row["range_km"]),
        "sites": int(row["sites"]),
        "trips": amount(row["all_trips_per_day"]),
        **{f"{name}_share": _share(row, name) for name in _OUTCOMES},
    }


def _share(row: pd.Series, outcome: str) -> float | None:
    total = row["all_trips_per_day"]
    return round(float(row[f"{outcome}_trips_per_day"] / total), 4) if total else None


def describe_offers(plan: StationPlan | None) -> dict[str, list[dict[str, object]]]:
    """Return what each new site of the plan offers, with its size, by site id; empty without a plan."""
    if plan is None:
        return {}
    order = {energy: place for place, energy in enumerate(plan.service.index)}
    new = plan.offers[~plan.offers["is_existing"]].join(plan.sizes).reset_index().to_dict("records")
    return {
        site_id: [
            _describe_offer(row)
            for row in sorted(new, key=lambda row: order[row["energy"]])
            if row["site_id"] == site_id
        ]
        for site_id in plan.sites
    }


def _describe_offer(row: Mapping[Hashable, Any]) -> dict[str, object]:
    return {
        "energy": row["energy"],
        "is_locked": bool(row["is_locked"]),
        **{name: amount(row[name]) for name in (*_OFFER_FIGURES, *_SIZE_FIGURES)},
        **{name: plain(row[name]) for name in _SIZE_WORDS},
    }
