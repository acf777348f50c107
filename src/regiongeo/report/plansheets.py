"""The sheets of ``result.xlsx`` on station plan, sizes, rule check and site cards: notes and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regiongeo.i18n import text
from regiongeo.report.cells import in_words
from regiongeo.report.plantables import (
    assumption_rows,
    break_table,
    card_table,
    checklist_table,
    failing_relations,
    plan_table,
    reserve_table,
    service_table,
    size_table,
)
from regiongeo.report.ruletables import (
    enova_table,
    gain_table,
    pool_table,
    road_table,
    share_table,
    urban_table,
)

if TYPE_CHECKING:
    import pandas as pd

    from regiongeo.compliance import RuleCheck
    from regiongeo.i18n import Language
    from regiongeo.result import Result, SiteCards, StationPlan

__all__ = ["PLAN_CODES", "PlanBlock", "PlanSheet", "plan_sheets"]

PLAN_CODES = {
    "energy": ("plan", "offer_"),
    "grid_status": ("plan", "grid_"),
    "grid_timing": ("plan", "timing_"),
    "binds": ("plan", "binds_"),
    "lift_1": ("criteria", ""),
    "lift_2": ("criteria", ""),
    "item": ("plan", "item_"),
    "checked": ("plan", "checked_"),
    "assumed": ("plan", "assumed_"),
    "fails": ("rules", "rule_"),
    "not_known": ("rules", "rule_"),
    **dict.fromkeys(
        ("requirement", "direction", "tent", "is_met", "qualifies", "enova", "enova_location"), ("rules", "")
    ),
    "enova_equipment": ("rules", ""),
}
"""Columns of codes in the tables of this module, with the area of their words and how its keys begin."""

_FIRST = ("rank", "name", "one_end", "other_end", "road", "municipality", "energy", "requirement", "deadline")
"""Columns that say what a row is about; ids stand last."""


@dataclass(frozen=True, kw_only=True)
class PlanBlock:
    """One table in the reader's words; without a title where it stands alone."""

    title: str
    table: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class PlanSheet:
    """One sheet: what it shows and what it does not, then its tables, the one to filter last."""

    title: str
    notes: tuple[str, ...]
    blocks: tuple[PlanBlock, ...]


def plan_sheets(result: Result, lang: Language) -> list[PlanSheet]:
    """Return the sheets in their order; none of what the result does not hold, none that would be empty."""
    tables = {
        **(_of_plan(result, result.plan) if result.plan is not None else {}),
        **(_of_rules(result, result.rules) if result.rules is not None else {}),
        **(_of_cards(result, result.cards) if result.cards is not None else {}),
    }
    if tables:
        tables["assumptions"] = {"": assumption_rows(result)}
    return [_sheet(key, own, lang) for key, blocks in tables.items() if (own := _filled(blocks))]


def _of_plan(result: Result, plan: StationPlan) -> dict[str, dict[str, pd.DataFrame]]:
    return {
        "plan": {"": plan_table(result, plan).drop(columns="geometry")},
        "reserves": {"": reserve_table(result, plan)},
        "trips": {"service": service_table(plan), "failing": failing_relations(plan)},
        "sizes": {"": size_table(result, plan)},
        "breaks": {"": break_table(result, plan)},
    }


def _of_rules(result: Result, rules: RuleCheck) -> dict[str, dict[str, pd.DataFrame]]:
    today = result.rules_today
    return {
        "rules": {
            **({"today": share_table(today)} if today is not None else {}),
            "region": share_table(rules),
            "map": share_table(rules, area="map"),
            "urban": urban_table(result, rules),
            "roads": road_table(result, rules),
        },
        "gain": {"": gain_table(result, rules)},
        "pools": {"": pool_table(result, rules)},
        "enova": {"": enova_table(result, rules)},
    }


def _of_cards(result: Result, cards: SiteCards) -> dict[str, dict[str, pd.DataFrame]]:
    return {
        "cards": {"": card_table(result, cards)},
        "checklist": {"": checklist_table(result, cards)},
    }


def _filled(blocks: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {key: table for key, table in blocks.items() if len(table)}


def _sheet(key: str, blocks: dict[str, pd.DataFrame], lang: Language) -> PlanSheet:
    return PlanSheet(
        title=text("plan", f"sheet_{key}", lang),
        notes=tuple(text("plan", f"note_{key}", lang).split("\n")),
        blocks=tuple(
            PlanBlock(
                title=text("plan", f"block_{name}", lang) if name else "",
                table=in_words(_ordered(table), lang, codes=PLAN_CODES),
            )
            for name, table in blocks.items()
        ),
    )


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Put what a row is about first and ids last."""
    flat = table.reset_index()
    ids = [name for name in flat.columns if name.endswith("_id")]
    first = [name for name in _FIRST if name in flat.columns]
    rest = [name for name in flat.columns if name not in {*first, *ids}]
    return flat[[*first, *rest, *ids]]
