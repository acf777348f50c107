"""The card of each site: why it stands where it stands, what binds, what would lift it, what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.assumptions import assumption
from regiongeo.distances import pairs_within
from regiongeo.result import SiteCards
from regiongeo.schema import validate
from regiongeo.tables import CARDS, CHECKLIST, CHECKLIST_ITEMS, RIVALS

if TYPE_CHECKING:
    from regiongeo.compliance import RuleCheck
    from regiongeo.distances import Distances
    from regiongeo.result import StationPlan
    from regiongeo.scenario import Scenario

__all__ = ["build_cards"]

_RIVALS = 4
"""Rivals named for a site: a chosen one first, then the best-ranked."""
_LAST_DEADLINE = 2030
_WITH_SERVICES = ("truck_fuel", "fuel")


def build_cards(
    sites: pd.DataFrame,
    ranking: pd.DataFrame,
    values: pd.DataFrame,
    weights: pd.Series[float],
    distances: Distances,
    *,
    grid: pd.DataFrame,
    builtup_share: pd.Series[float],
    plan: StationPlan | None,
    rules: RuleCheck,
    scenario: Scenario,
    assumptions: pd.DataFrame,
) -> SiteCards:
    """Gather what a planner asks of each site.

    Parameters
    ----------
    sites
        Schema SITES.
    ranking
        Schema RANKING of the same sites.
    values, weights
        Value functions applied (sites × criteria, 0-1) and the weights in use.
    distances
        Between the sites.
    grid
        Schema STATION_GRID.
    builtup_share
        Built-up land around each site [1].
    plan, rules
        Station plan and rule check, if any.
    scenario
        Least spacing, access limit, locked sites, year.
    assumptions
        For what a plot and a connection are held against.
    """
    rivals = _rivals(distances, ranking["rank"], plan, scenario.plan.portfolio_spacing_km)
    cards = pd.DataFrame(
        {
            **_what_binds(sites.index, rivals, plan, locked=scenario.plan.locked),
            **_closed_km(rules, sites.index),
            **_what_lifts(values, weights),
        },
        index=sites.index,
    )
    checks = _checks(sites, grid, builtup_share, plan=plan, scenario=scenario, assumptions=assumptions)
    return SiteCards(
        cards=validate(cards.sort_index(), CARDS),
        rivals=validate(_named(rivals), RIVALS),
        checklist=validate(checks, CHECKLIST),
    )


def _rivals(
    distances: Distances, rank: pd.Series[int], plan: StationPlan | None, spacing_km: float
) -> pd.DataFrame:
    """List the other sites within the least spacing of each site, both ways round."""
    pairs = pairs_within(distances, spacing_km * 1000)
    turned = pairs.rename(columns={"site_id": "other_id", "other_id": "site_id"})
    both = pd.concat([pairs, turned], ignore_index=True)
    chosen = plan.sites if plan else ()
    return both.assign(rank=rank.loc[both["other_id"]].to_numpy(), is_chosen=both["other_id"].isin(chosen))


def _named(rivals: pd.DataFrame) -> pd.DataFrame:
    order = ["site_id", "is_chosen", "rank"]
    first = (
        rivals.sort_values(order, ascending=[True, False, True], kind="stable")
        .groupby("site_id")
        .head(_RIVALS)
    )
    table = first.rename(columns={"other_id": "other_site_id"}).set_index(["site_id", "other_site_id"])
    return table[["km", "rank", "is_chosen"]]


def _what_binds(
    ids: pd.Index[str], rivals: pd.DataFrame, plan: StationPlan | None, *, locked: tuple[str, ...]
) -> dict[str, pd.Series]:
    nothing = pd.Series(pd.NA, index=ids, dtype="str")
    if plan is None:
        unknown = pd.Series(np.nan, index=ids)
        return {
            "binds": pd.Series("no_plan", index=ids, dtype="str"),
            "binds_site_id": nothing,
            "added_trips_per_day": unknown,
            "added_truck_km_per_day": unknown,
        }
    near = rivals[rivals["is_chosen"]].sort_values(["km", "other_id"], kind="stable")
    beside = near.drop_duplicates("site_id").set_index("site_id")["other_id"]
    is_chosen = ids.isin(plan.sites)
    added = plan.added.reindex(ids)
    is_beside = ids.isin(beside.index) & ~is_chosen
    binds = np.select(
        [ids.isin(locked), is_chosen, is_beside, (added["truck_km_per_day"] > 0).to_numpy()],
        ["locked", "chosen", "too_close", "adds_little"],
        "adds_nothing",
    )
    return {
        "binds": pd.Series(binds, index=ids, dtype="str"),
        "binds_site_id": beside.reindex(ids).where(is_beside).astype("str"),
        "added_trips_per_day": added["trips_per_day"].mask(is_chosen),
        "added_truck_km_per_day": added["truck_km_per_day"].mask(is_chosen),
    }


def _closed_km(rules: RuleCheck, ids: pd.Index[str]) -> dict[str, pd.Series]:
    names = {"charging": "closes_km", "hydrogen": "closes_hydrogen_km"}
    return {
        name: rules.site_gain["closes_km"].xs((requirement, _LAST_DEADLINE)).reindex(ids)
        for requirement, name in names.items()
    }


def _what_lifts(values: pd.DataFrame, weights: pd.Series[float]) -> dict[str, pd.Series]:
    """Name the two criteria with most points to gain, of 100."""
    used = values[weights.index]
    known = used.notna().mul(weights, axis=1)
    lacking = (100 * known.div(known.sum(axis=1), axis=0) * (1 - used)).fillna(0.0)
    lifts: dict[str, pd.Series] = {}
    for place in (1, 2):
        points, names = lacking.max(axis=1), lacking.idxmax(axis=1).astype("str")
        lifts[f"lift_{place}"] = names.where(points > 0)
        lifts[f"lift_{place}_points"] = points.where(points > 0)
        lacking = lacking.mask(lacking.columns.to_numpy() == names.to_numpy()[:, None], 0.0)
    return lifts


def _checks(
    sites: pd.DataFrame,
    grid: pd.DataFrame,
    builtup_share: pd.Series[float],
    *,
    plan: StationPlan | None,
    scenario: Scenario,
    assumptions: pd.DataFrame,
) -> pd.DataFrame:
    """Hold each site against the planning checklist; what no table holds is unknown."""
    ids, grid = sites.index, grid.reindex(sites.index)
    need_mw = pd.Series(assumption(assumptions, "rule.enova.power_kw", unit="kW") / 1000, index=ids)
    need_m2 = pd.Series(assumption(assumptions, "sizing.area_least_m2.battery", unit="m2"), index=ids)
    if plan is not None:
        at_site = (
            plan.sizes[["peak_high_mw", "area_m2"]].groupby(level="site_id").sum(min_count=1).reindex(ids)
        )
        need_mw, need_m2 = at_site["peak_high_mw"].fillna(need_mw), at_site["area_m2"].fillna(need_m2)
    is_served = sites["kind"].isin(_WITH_SERVICES)
    items = {
        "plot_area": _held(sites["area_m2"], "m2", need_m2),
        "access": _held(sites["access_m"] / 1000, "km", scenario.plan.access_limit_km, is_most=True),
        "grid": _held(grid["grid_mw"], "MW", need_mw),
        "grid_year": _held(grid["grid_year"], "year", float(scenario.refuelling.year), is_most=True),
        "dwellings": _partly(builtup_share * 100, "%"),
        "services": _partly(pd.Series(np.nan, index=ids), None, where=is_served),
        "protection": _partly(pd.Series(np.nan, index=ids), None, where=pd.Series(data=True, index=ids)),
    }
    unknown = _partly(pd.Series(np.nan, index=ids), None)
    table = pd.concat({item: items.get(item, unknown) for item in CHECKLIST_ITEMS}, names=["item"])
    order = pd.MultiIndex.from_product([ids.sort_values(), CHECKLIST_ITEMS], names=CHECKLIST.index)
    return table.swaplevel().loc[order]


def _held(
    value: pd.Series[float], unit: str, needed: float | pd.Series[float], *, is_most: bool = False
) -> pd.DataFrame:
    """Hold a figure against the least that is needed, or the most."""
    is_met = value <= needed if is_most else value >= needed
    status = np.where(value.isna(), "unknown", np.where(is_met, "met", "not_met"))
    return pd.DataFrame(
        {
            "status": pd.Series(status, index=value.index, dtype="str"),
            "value": value.astype(float),
            "unit": pd.Series(unit, index=value.index, dtype="str"),
            "needed": needed,
        }
    ).astype({"needed": float})


def _partly(
    value: pd.Series[float], unit: str | None, *, where: pd.Series[bool] | None = None
) -> pd.DataFrame:
    """Tell of what is known in part: a figure that decides nothing, or a kind of place that hints at it."""
    is_known = value.notna() if where is None else where
    status = pd.Series(np.where(is_known, "partly", "unknown"), value.index, dtype="str")
    units = pd.Series(pd.NA if unit is None else unit, index=value.index, dtype="str")
    return pd.DataFrame({"status": status, "value": value.astype(float), "unit": units, "needed": np.nan})
