"""Facts that the written report and the spreadsheet share: settings, notices, licences, summary figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from regiongeo.i18n import format_number, text
from regiongeo.report.plansettings import exact_number, list_plan_settings
from regiongeo.report.tables import clean_text, link_volumes
from regiongeo.result import Result, tell_notices
from regiongeo.scenario import EVERY, USER_FILES
from regiongeo.traffic import basis_lengths

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from regiongeo.i18n import Language
    from regiongeo.store import Source

__all__ = [
    "compare_topsis",
    "criterion_label",
    "holds_odbl",
    "licence_notice",
    "list_limits",
    "list_settings",
    "traffic_basis",
]

_OF_FLOWS = ("traffic_year", "traffic_growth", "rail_sea_share", "rail_sea_min_km")
"""Settings that say nothing where there are no truck flows."""


def list_settings(result: Result, lang: Language) -> list[tuple[str, str]]:
    """Return the scenario as label and value, in the words of planners; files by name only."""
    scenario = result.scenario
    doubt = scenario.uncertainty
    factors = [exact_number(factor, lang) for factor in (doubt.factor_low, doubt.factor_high)]
    rows: dict[str, object] = {
        "scenario": scenario.name,
        **scenario.world.model_dump(),
        **scenario.plan.model_dump(),
        "draws": doubt.draws,
        "factors": " – ".join(factors),
        "seed": str(doubt.seed),
    }
    own = [
        (text("report", f"set_{key}", lang), _setting(key, value, lang))
        for key, value in rows.items()
        if result.flows is not None or key not in _OF_FLOWS
    ]
    return [*own, *list_plan_settings(result, lang)]


def list_limits(result: Result, lang: Language) -> list[str]:
    """Return what the reader must know: the notices of this run, then what holds for every run."""
    numbers = result.reference.assumptions
    unsure = int((numbers["status"] == "to_verify").sum()) if "status" in numbers else 0
    return [
        *tell_notices(result, lang),
        *([text("report", "limit_verify", lang, count=unsure, all=len(numbers))] if unsure else []),
        *(text("report", f"limit_{key}", lang) for key in ("no_data", "weights", "search")),
    ]


def criterion_label(criterion: str, lang: Language) -> str:
    """Return a criterion's name with its unit."""
    return f"{text('criteria', criterion, lang)} ({text('criteria', f'{criterion}_unit', lang)})"


def holds_odbl(sources: Iterable[Source], used: Iterable[str]) -> bool:
    """Tell whether any of the sources used is under the Open Database License."""
    share_alike = {one.source_id for one in sources if "odbl" in one.licence.lower()}
    return not share_alike.isdisjoint(used)


def licence_notice(sources: Sequence[Source], used: Iterable[str], lang: Language) -> str:
    """Return the ODbL notice where a source calls for it, else an empty text."""
    return text("sites", "odbl_notice", lang) if holds_odbl(sources, used) else ""


def traffic_basis(result: Result) -> pd.DataFrame:
    """Return the kilometres of E, R and F road, in that order, by the basis of their traffic figures [km].

    With truck flows there is one basis more, ``modelled``, before ``none``.
    """
    links = result.network.links
    lengths = basis_lengths(links, result.link_traffic)
    if result.flows is not None:
        left = basis_lengths(links, link_volumes(result))["none"]
        modelled = lengths.pop("none") - left
        lengths = lengths.assign(modelled=modelled, none=left)
    return lengths.loc[[category for category in "ERF" if category in lengths.index]]


def compare_topsis(ranking: pd.DataFrame, *, top: int) -> tuple[float, int]:
    """Return Spearman's rank correlation with TOPSIS over all sites, and how many of the ``top`` agree.

    Both ranks are permutations without ties, so ``rho = 1 - 6 sum d^2 / (n (n^2 - 1))``; one site alone: 1.
    """
    count = len(ranking)
    squares = float(((ranking["rank"] - ranking["topsis_rank"]) ** 2).sum())
    correlation = 1 - 6 * squares / (count * (count**2 - 1)) if count > 1 else 1.0
    agree = int(((ranking["rank"] <= top) & (ranking["topsis_rank"] <= top)).sum())
    return correlation, agree


def _setting(key: str, value: object, lang: Language) -> str:  # noqa: PLR0911 - one return a kind of value
    if value is None or (not value and isinstance(value, (tuple, dict))):
        return text("report", "not_carried" if key == "traffic_year" else "none", lang)
    if key == "least_sites" and isinstance(value, dict):
        every = text("report", "every_subregion", lang)
        floors = {
            every if name == EVERY else clean_text(name): count for name, count in sorted(value.items())
        }
        return ", ".join(f"{name} {count}" for name, count in floors.items())
    if isinstance(value, dict):
        shares = {text("report", f"corridor_{name}", lang): share for name, share in sorted(value.items())}
        return ", ".join(f"{name} {exact_number(100 * share, lang)} %" for name, share in shares.items())
    if key == "traffic_growth":
        return text("report", f"growth_{value}", lang)
    if key in USER_FILES:
        return clean_text(Path(str(value)).name)
    if isinstance(value, tuple):
        return clean_text(", ".join(value))
    if isinstance(value, float):
        return exact_number(value, lang)
    if isinstance(value, int) and key == "draws":
        return format_number(value, lang)
    return clean_text(str(value))
