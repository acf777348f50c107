"""Why a site stands where it stands, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.i18n import format_number, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regiongeo.i18n import Language

__all__ = ["describe_value", "explain_ranks"]

_DECIMALS = {"access_minutes": 1, "grid_km": 1, "grid_mw": 1}
_PERCENT = ("subregion_lack", "builtup_share")
_NOTABLE = 0.01
"""Weighted value that lifts or holds back a score enough to be worth a word."""


def explain_ranks(
    criteria: pd.DataFrame, values: pd.DataFrame, weights: pd.Series, *, lang: Language
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
    lang
        Language of the sentence.

    Returns
    -------
    Series of sentences by ``site_id``.
    """
    used = list(weights.index)
    pull = (values[used] - values[used].mean()).mul(weights, axis=1)
    sentences = [_sentence(criteria.loc[site], pull.loc[site], lang=lang) for site in criteria.index]
    return pd.Series(sentences, index=criteria.index, dtype="str", name="why")


def _sentence(raw: pd.Series, pull: pd.Series, *, lang: Language) -> str:
    known = pull.dropna().sort_values(kind="stable")
    if known.empty:
        return text("why", "unrated", lang) + "."
    lifting = known[known >= _NOTABLE].index[::-1][:2]
    holding = known[known <= -_NOTABLE].index[:2]
    missing = pull.index[pull.isna()]
    parts = []
    if len(lifting):
        parts.append(text("why", "high", lang, reasons=_list(_words(raw, lifting, lang), lang)))
    if len(holding):
        parts.append(
            text("why", "low", lang, reasons=_list(_words(_turned(raw), holding, lang, low=True), lang))
        )
    if not parts:
        parts.append(text("why", "even", lang))
    if len(missing):
        names = [text("criteria", str(name), lang).lower() for name in missing]
        parts.append(text("why", "missing", lang, reasons=_list(names, lang)))
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _turned(raw: pd.Series) -> pd.Series:
    """Turn the share a subregion lacks into the share it has, which is what holds a site there back."""
    return raw.where(raw.index != "subregion_lack", 1 - raw)


def _words(raw: pd.Series, names: Iterable[str], lang: Language, *, low: bool = False) -> list[str]:
    known = texts("why", lang)
    keys = [f"{name}_low" if low and f"{name}_low" in known else name for name in names]
    values = [describe_value(name, float(raw[name]), lang=lang) for name in names]
    return [text("why", key, lang, value=value) for key, value in zip(keys, values, strict=True)]


def describe_value(criterion: str, value: float, *, lang: Language) -> str:
    """Write a raw value as people read it: shares in per cent, minutes and kilometres with one decimal."""
    shown = value * 100 if criterion in _PERCENT else value
    return format_number(shown, lang, decimals=_DECIMALS.get(criterion, 0))


def _list(words: list[str], lang: Language) -> str:
    return text("why", "and", lang).join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
