"""The card of each site for the page: what binds, what would lift it, rivals, and the planning checklist."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from regiongeo.maps.encode import amount, plain
from regiongeo.planservice import equal_sites
from regiongeo.tables import CHECKLIST_ITEMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from regiongeo.result import Result, SiteCards, StationPlan

    CheckRow = tuple[object, ...]

__all__ = ["describe_cards"]


def describe_cards(
    result: Result, *, at: Mapping[str, int]
) -> tuple[list[CheckRow], dict[str, dict[str, object]]]:
    """Return the rows of all checklists, each once, and the card of each site by id; empty without cards.

    A card names other sites by their place in the list of the page, criteria by their place among the
    weights, and rows of its checklist by their place among those returned: item, status, and where there is a
    figure, value, unit and what it is held against.

    Parameters
    ----------
    at
        Place in the list of the page by site id.
    """
    if result.cards is None:
        return [], {}
    rivals, checklists = _describe_rivals(result.cards, at), _describe_checklists(result.cards)
    reserves = _describe_reserves(result.plan, at)
    equals = equal_sites(result.plan) if result.plan else {}
    number = {row: place for place, row in enumerate(dict.fromkeys(chain(*checklists.values())))}
    criteria = {name: place for place, name in enumerate(result.weights.index)}
    cards: dict[str, dict[str, object]] = {
        str(site_id): {
            "binds": str(row["binds"]),
            "binds_site": at.get(row["binds_site_id"]),
            "added_trips": amount(row["added_trips_per_day"]),
            "added_truck_km": amount(row["added_truck_km_per_day"]),
            "lifts": _describe_lifts(row, criteria),
            "rivals": rivals.get(str(site_id), []),
            "reserves": reserves.get(str(site_id), []),
            "equals": [at[other] for other in equals.get(str(site_id), ())],
            "checklist": [number[one] for one in checklists.get(str(site_id), [])],
        }
        for site_id, row in result.cards.cards.iterrows()
    }
    return list(number), cards


def _describe_lifts(row: pd.Series, criteria: Mapping[str, int]) -> list[list[object]]:
    """Return place of the criterion and points to gain."""
    lifts = ((plain(row[name]), amount(row[f"{name}_points"])) for name in ("lift_1", "lift_2"))
    return [[criteria[str(name)], points] for name, points in lifts if name is not None]


def _describe_rivals(cards: SiteCards, at: Mapping[str, int]) -> dict[str, list[list[object]]]:
    """Return by site the others near it, those of the plan first: place in the list, and km."""
    order = ["site_id", "is_chosen", "rank", "other_site_id"]
    table = cards.rivals.reset_index().sort_values(order, ascending=[True, False, True, True], kind="stable")
    near: dict[str, list[list[object]]] = {}
    for row in table.to_dict("records"):
        rival: list[object] = [at[row["other_site_id"]], amount(row["km"])]
        near.setdefault(row["site_id"], []).append(rival)
    return near


def _describe_reserves(plan: StationPlan | None, at: Mapping[str, int]) -> dict[str, list[list[object]]]:
    """Return by chosen site what could stand for it: place in the list, trips and truck-km lost a day."""
    found: dict[str, list[list[object]]] = {}
    for row in plan.reserves.reset_index().to_dict("records") if plan else []:
        lost = (amount(row[name]) for name in ("lost_trips_per_day", "lost_truck_km_per_day"))
        found.setdefault(row["site_id"], []).append([at[row["other_site_id"]], *lost])
    return found


def _describe_checklists(cards: SiteCards) -> dict[str, list[CheckRow]]:
    """Return the rows of each site in the order shown."""
    order = {item: place for place, item in enumerate(CHECKLIST_ITEMS)}
    lists: dict[str, list[CheckRow]] = {}
    for row in sorted(cards.checklist.reset_index().to_dict("records"), key=lambda row: order[row["item"]]):
        figures = (
            () if plain(row["value"]) is None else (amount(row["value"]), row["unit"], amount(row["needed"]))
        )
        lists.setdefault(row["site_id"], []).append((row["item"], row["status"], *figures))
    return lists
