"""The words of an atlas: indicators, units, notes and sources by their keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regiongeo.i18n import texts
from regiongeo.statistics.words import indicator_words
from regiongeo.store import load_sources

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regiongeo.i18n import Language

__all__ = ["WORDS", "name_indicator", "name_sources", "name_unit", "tell_note"]

WORDS = ("map", "page_atlas")
"""Catalogues of the page's own words; later ones win."""
_AREAS = ("atlas_members", "atlas_poly", "atlas_climate")
_UNIT_YEAR = re.compile(r"^(.*?)(since|of) (\d{4})$")


def name_indicator(indicator: str, lang: Language) -> str:
    """Put the key of an indicator into words; one that is not ours is shown as it is.

    >>> name_indicator("population_since_2010_percent", "en"), name_indicator("forest_km2", "en")
    ('Population change since 2010, per cent', 'forest km2')
    """
    try:
        return indicator_words(indicator, lang)
    except KeyError:
        return _find(indicator, lang) or indicator.replace("_", " ")


def name_unit(unit: str, lang: Language) -> str:
    """Write a unit as people of the language do; one that is not ours is shown as it is.

    >>> name_unit("% of 2009", "nb"), name_unit("1", "nb"), name_unit("ha", "nb")
    ('% av 2009', '', 'ha')
    """
    words = texts("page_atlas", lang)
    found = _UNIT_YEAR.match(unit)
    if found:
        start = name_unit(found[1].strip(), lang) if found[1].strip() else ""
        return words[f"unit_{found[2]}"].format(unit=start, year=found[3]).strip()
    key = "unit_" + re.sub(r"\W+", "_", unit.replace("%", "percent")).strip("_").lower()
    return "" if unit == "1" else words.get(key, unit)


def tell_note(note: str, lang: Language) -> str:
    """Say why a figure is missing or partial; a reason that is not ours is shown as it is."""
    return _find(f"note_{note}", lang) or _find(note, lang) or note


def name_sources(source_ids: Iterable[str], lang: Language) -> dict[str, str]:
    """Name sources by their record; a figure may rest on several, split by commas."""
    records = load_sources()
    titles = {
        key: f"{one.holder}: {one.title_nb if lang == 'nb' else one.title}" for key, one in records.items()
    }
    titles["user"] = texts("page_atlas", lang)["source_user"]
    split = {given: [one.strip() for one in given.split(",")] for given in sorted(set(source_ids))}
    return {given: "; ".join(titles.get(one, one) for one in parts) for given, parts in split.items()}


def _find(key: str, lang: Language) -> str | None:
    found = (texts(area, lang).get(key) for area in _AREAS)
    return next((text for text in found if text is not None), None)
