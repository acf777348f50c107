"""The page of a whole workshop on the toy region: plan, rules, flows, a grid, hard limits and a story."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from regiongeo.workshop.build import draw_workshop
from regiongeo.workshop.storyfile import Step, View
from toy_grid import toy_grid_result
from toy_linkflows import result_with_flows
from toy_plan import toy_cards, toy_planned_result

if TYPE_CHECKING:
    from regiongeo.result import Result

__all__ = ["MAKING", "draw_room", "toy_room"]

MAKING: dict[str, Any] = {"date": "2026-11-20", "data_version": "1", "credits": ["© Kartverket, CC BY 4.0"]}
STORY = (
    Step(title="Velkommen", text="Tre steder ligger an.", view=View(lat=59.9, lon=10.8, zoom=9.0)),
    Step(title="Veiene", text="Her går lastebilene.", layers={"layer_roads": True}),
)


def toy_room() -> Result:
    """Return the toy result with everything a page can show; site P lacks the area it would need."""
    planned, cards = toy_planned_result(), toy_cards()
    checklist = cards.checklist.copy()
    checklist.loc[("P", "plot_area"), ["status", "needed"]] = ["not_met", 9000.0]
    return replace(
        result_with_flows(),
        reference=toy_grid_result().reference,
        plan=planned.plan,
        rules=planned.rules,
        cards=replace(cards, checklist=checklist),
    )


@cache
def draw_room(*, lang: Any = "nb") -> str:
    """Draw the workshop page of the toy region."""
    return draw_workshop(toy_room(), story=STORY, online_tiles=False, lang=lang, **MAKING)
