"""The settings of the station plan and the assumptions a scenario changes, in the words of planners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.i18n import format_number, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regiongeo.i18n import Language
    from regiongeo.result import Result
    from regiongeo.scenario import Energy

__all__ = ["exact_number", "list_plan_settings"]


def list_plan_settings(result: Result, lang: Language) -> list[tuple[str, str]]:
    """Return label and value of each setting; of the plan only where there is one."""
    settings, numbers = result.scenario.refuelling, result.scenario.assumptions
    changed = {"assumptions": _numbers(numbers)} if numbers else {}
    if result.plan is None:
        return _labelled(changed, lang)
    rows = {
        "objective": text("plan", f"objective_{settings.objective}", lang),
        "energies": ", ".join(_energy(energy, lang) for energy in settings.energies),
        "year": str(settings.year),
        "season": text("plan", f"season_{settings.season}", lang),
        "biogas": text("plan", f"biogas_{settings.biogas}", lang),
        "range_km": _by_energy(settings.range_km, lang),
        "most": _by_energy({energy: settings.most[energy] for energy in settings.energies}, lang),
        "budget_mnok": exact_number(settings.budget_mnok, lang),
        "site_cost_mnok": exact_number(settings.site_cost_mnok, lang),
        "offer_cost_mnok": _by_energy(settings.offer_cost_mnok, lang),
        "detour_km": exact_number(settings.detour_km, lang),
        "alternatives": exact_number(settings.alternatives, lang),
        "stretch": exact_number(settings.stretch, lang),
        "stops_per_day": exact_number(settings.stops_per_day, lang),
        "time_limit_s": exact_number(settings.time_limit_s, lang),
    }
    return _labelled({**rows, **changed}, lang)


def exact_number(value: float | None, lang: Language) -> str:
    """Write a setting with all the decimals it was given; None in words."""
    if value is None:
        return text("report", "none", lang)
    _, _, decimals = f"{value:.6f}".rstrip("0").partition(".")
    return format_number(value, lang, decimals=len(decimals))


def _labelled(rows: Mapping[str, str], lang: Language) -> list[tuple[str, str]]:
    return [(text("plan", f"set_{key}", lang), value) for key, value in rows.items()]


def _by_energy(numbers: Mapping[Energy, float], lang: Language) -> str:
    named = (f"{_energy(energy, lang)} {exact_number(value, lang)}" for energy, value in numbers.items())
    return ", ".join(named) or text("report", "none", lang)


def _numbers(numbers: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {value:g}" for name, value in sorted(numbers.items()))


def _energy(energy: Energy, lang: Language) -> str:
    return text("plan", f"offer_{energy}", lang).lower()
