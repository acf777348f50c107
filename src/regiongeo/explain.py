"""Why a site stands where it stands, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from regiongeo.i18n import format_number, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from regiongeo.i18n import Language

__all__ = ["describe_value", "explain_ranks"]

_DECIMALS = {"access_minutes": 1, "grid_km": 1, "grid_mw": 1}
_PERCENT = ("subregion_lack", "builtup_share")
_NOTABLE = 0.01
"""Weighted value that lifts or holds back a score enough to be worth a word."""


def explain_ranks(
    criteria: pd.DataFrame, values: pd.DataFrame, weights: pd.Series, *, roads: pd.Series, lang: Language
) -> pd.Series:
    """Say for each site what lifts it above the average candidate and what holds it back.

    A criterion's pull is ``w_k (u_ik - mean_i u_ik)``; the two strongest in each direction are named
    with their raw values, and criteria without data are named as such.

    Parameters
    ----------
    criteria
        Raw values, sites × criteria.
    values
        The same as values 0-1.
    weights
        Weight of each criterion in use, sum 1.
    roads
        Number of the busiest road within reach of each site, by ``site_id``.
    lang
        Language of the sentence.

    Returns
    -------
    Series of sentences by ``site_id``.
    """
    used = list(weights.index)
    pull = (values[used] - values[used].mean()).mul(weights, axis=1)
    raw = dict(zip(criteria.index, criteria[used].to_dict("records"), strict=True))
    sentences = [
        _sentence({**raw[site], "road": road}, row.dropna().sort_values(kind="stable"), used, lang=lang)
        for (site, row), road in zip(pull.iterrows(), roads[pull.index], strict=True)
    ]
    return pd.Series(sentences, index=criteria.index, dtype="str", name="why")


def _sentence(raw: Mapping[str, Any], pull: pd.Series, used: list[str], *, lang: Language) -> str:
    if pull.empty:
        return text("why", "unrated", lang) + "."
    lifting = pull[pull >= _NOTABLE].index[::-1][:2]
    holding = pull[pull <= -_NOTABLE].index[:2]
    missing = [name for name in used if name not in pull.index]
    parts = []
    if len(lifting):
        parts.append(text("why", "high", lang, reasons=_list(_words(raw, lifting, lang), lang)))
    if len(holding):
        parts.append(text("why", "low", lang, reasons=_list(_words(raw, holding, lang, low=True), lang)))
    if not parts:
        parts.append(text("why", "even", lang))
    if missing:
        names = [text("criteria", name, lang).lower() for name in missing]
        parts.append(text("why", "missing", lang, reasons=_list(names, lang)))
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _words(raw: Mapping[str, Any], names: Iterable[str], lang: Language, *, low: bool = False) -> list[str]:
    """Word each reason; held back by what a subregion lacks means by what it has."""
    reasons = []
    for name in names:
        is_turned = low and name == "subregion_lack"
        value = describe_value(name, 1 - raw[name] if is_turned else raw[name], lang=lang)
        reasons.append(text("why", f"{name}_low" if is_turned else name, lang, value=value, road=raw["road"]))
    return reasons


def describe_value(criterion: str, value: float, *, lang: Language) -> str:
    """Write a raw value as people read it: shares in per cent, minutes and kilometres with one decimal."""
    shown = value * 100 if criterion in _PERCENT else value
    return format_number(shown, lang, decimals=_DECIMALS.get(criterion, 0))


def _list(words: list[str], lang: Language) -> str:
    return text("why", "and", lang).join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
