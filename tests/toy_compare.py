"""A second scenario of the toy region, by hand: 2040, traffic moved east, charging at K alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.ranking import rank_sites, score
from toy_grid import toy_grid_result
from toy_plan import toy_cards, toy_rules, toy_station_plan

if TYPE_CHECKING:
    from regiongeo.result import Result

__all__ = ["toy_now", "toy_then"]


def toy_now() -> Result:
    """Return the page's own scenario: the toy region with plan, rules, cards and what a grid needs."""
    return replace(
        toy_grid_result(),
        plan=toy_station_plan(),
        rules=toy_rules(),  # type: ignore[arg-type]
        cards=toy_cards(),
    )


def toy_then(*, name: str = "Prøveregionen 2040", year: int = 2040, without: tuple[str, ...] = ()) -> Result:
    """Return the second scenario: no trucks pass K, so that P leads.

    ``without`` names sites that this scenario does not have.
    """
    now = toy_now()
    values = now.values.drop(index=list(without))  # noqa: PD011 - a field of ours
    moved = values.assign(passing_trucks=pd.Series({"K": 0.0, "P": 1.0, "T": 0.2}))
    asked = now.scenario.uncertainty
    ranking = rank_sites(
        moved,
        now.weights,
        draws=asked.draws,
        factor_low=asked.factor_low,
        factor_high=asked.factor_high,
        seed=asked.seed,
    )
    _, parts = score(moved, now.weights)
    plan = now.plan
    assert plan is not None
    scenario = now.scenario.model_copy(
        update={"name": name, "refuelling": now.scenario.refuelling.model_copy(update={"year": year})}
    )
    kept = moved.index
    return replace(
        now,
        scenario=scenario,
        sites=now.sites.loc[kept],
        criteria=now.criteria.loc[kept],
        values=moved,
        contributions=parts.reindex(columns=now.contributions.columns),
        ranking=ranking.assign(why="Står høyt fordi mange lastebiler passerer.").sort_values("rank"),
        plan=replace(plan, sites=("K",), offers=plan.offers.loc[["K"]], sizes=plan.sizes.loc[["K"]]),
        cards=None,
    )
