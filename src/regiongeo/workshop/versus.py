"""What two scenarios of a page ask differently, and what the plan of each would serve in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.assumptions import assumption, assumption_table
from regiongeo.i18n import text
from regiongeo.planservice import SERVED, hold_plan
from regiongeo.report.facts import list_settings
from regiongeo.report.plansettings import exact_number

if TYPE_CHECKING:
    import pandas as pd

    from regiongeo.i18n import Language
    from regiongeo.result import Result

__all__ = ["describe_versus"]

_DECIMALS = 4


def describe_versus(result: Result, other: Result, *, lang: Language) -> dict[str, object]:
    """Return what a page says of two scenarios besides the figures of each.

    Returns
    -------
    asked
        Rows of a setting, its value in the first scenario and in the other, where the two differ.
    counted_year
        Year of the traffic counts, where the scenarios differ in a year that the ranking does not follow.
    plans
        See `_describe_plans`; None where one of them has no station plan.
    """
    return {
        "asked": _describe_asked(result, other, lang=lang),
        "counted_year": _counted_year(result, other),
        "plans": _describe_plans(result, other),
    }


def _describe_asked(result: Result, other: Result, *, lang: Language) -> list[list[str]]:
    one, two = (_settings(each, lang) for each in (result, other))
    rows = {label: [label, one.get(label, "–"), two.get(label, "–")] for label in dict.fromkeys([*one, *two])}
    differs = {label for label, (_, *values) in rows.items() if len(set(values)) > 1}
    for key, is_same in _same_files(result, other).items():
        label = {text("report", f"set_{key}", lang)}
        differs = differs - label if is_same else differs | label
    return [row for label, row in rows.items() if label in differs]


def _settings(result: Result, lang: Language) -> dict[str, str]:
    """Return value by label: the settings as the report lists them, and each weight as a share of all."""
    numbers = result.reference.assumptions
    weights = result.scenario.weights or assumption_table(numbers, "weight", unit="weight")
    total = sum(weights.values())
    shares = {
        text("page_compare", "cmp_weight", lang, name=text("criteria", name, lang)): 100 * weight / total
        for name, weight in weights.items()
    }
    listed = dict(list_settings(result, lang))
    del listed[text("report", "set_scenario", lang)]
    return {
        **listed,
        **{label: f"{exact_number(round(share, 1), lang)} %" for label, share in shares.items()},
    }


def _same_files(result: Result, other: Result) -> dict[str, bool]:
    """Tell of each of the user's files whether two scenarios were given the same: its name does not tell."""
    both = result.criteria.index.intersection(other.criteria.index)
    free, others = (one.criteria.loc[both, ["grid_mw"]] for one in (result, other))
    return {
        "plots": _is_same(result.plots, other.plots),
        "stations": _is_same(result.stations, other.stations),
        "grid_capacity": _is_same(free, others),
    }


def _is_same(one: pd.DataFrame | None, other: pd.DataFrame | None) -> bool:
    return one is other if one is None or other is None else one.equals(other)


def _counted_year(result: Result, other: Result) -> int | None:
    asked = [
        (one.scenario.refuelling.year, one.scenario.world.traffic_year, one.scenario.world.traffic_growth)
        for one in (result, other)
    ]
    if asked[0] == asked[1]:
        return None
    return int(assumption(result.reference.assumptions, "traffic_base_year", unit="year"))


def _describe_plans(result: Result, other: Result) -> dict[str, object] | None:
    """Return shares of trips and of truck-km that get through, all energies together, with either plan.

    ``left`` and ``right`` are the two questions: ``own`` and ``other`` the plan held against it. ``lacking``
    are the sites of the other one's plan that a question has not.
    """
    if result.plan is None or other.plan is None or not (result.plan.fleets and other.plan.fleets):
        return None
    sides = {"left": (result, result.plan, other.plan), "right": (other, other.plan, result.plan)}
    return {
        side: {
            "own": _shares(own.service),
            "other": _shares(hold_plan(visiting, own)),
            "lacking": len(set(visiting.sites) - set(asked.ranking.index)),
        }
        for side, (asked, own, visiting) in sides.items()
    }


def _shares(service: pd.DataFrame) -> list[float | None]:
    sums = {name: float(service[name].sum()) for name in SERVED}
    return [
        round(sums[f"served_{unit}_per_day"] / sums[f"all_{unit}_per_day"], _DECIMALS)
        if sums[f"all_{unit}_per_day"]
        else None
        for unit in ("trips", "truck_km")
    ]
