"""The words of all figures of the atlas: indicators, units, and why a figure is missing or partial."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regiongeo.atlas.owntables import LAND_USE
from regiongeo.i18n import text, texts
from regiongeo.statistics import indicator_words

if TYPE_CHECKING:
    from regiongeo.i18n import Language

__all__ = ["figure_words", "note_words", "unit_words"]

_OF_YEAR = re.compile(r"(.*) (since|of) ([0-9]{4})")
_OTHERS = ("atlas_poly", "atlas_climate")


def figure_words(indicator: str, lang: Language) -> str:
    """Put the key of any indicator of the atlas into words.

    >>> figure_words("emissions_road", "en")
    'Emissions: road traffic'
    """
    for area in _OTHERS:
        if indicator in texts(area, lang):
            return text(area, indicator, lang)
    if indicator.startswith(LAND_USE):
        land_use = indicator.removeprefix(LAND_USE).replace("_", " ")
        return text("atlas", "land_use", lang, land_use=land_use)
    return indicator_words(indicator, lang)


def unit_words(unit: str, lang: Language) -> str:
    """Put a unit into words.

    >>> unit_words("t CO2e since 2009", "nb")
    'tonn CO₂-ekv. siden 2009'
    """
    found = _OF_YEAR.fullmatch(unit)
    if found is None:
        return text("atlas", f"unit {unit}", lang)
    bare, link, year = found.groups()
    return text("atlas", f"unit {link}", lang, unit=text("atlas", f"unit {bare}", lang), year=year)


def note_words(note: str, lang: Language) -> str:
    """Put the note of a figure into a sentence; an empty note stays empty."""
    if not note:
        return ""
    for area in _OTHERS:
        if note in texts(area, lang):
            return text(area, note, lang)
    return text("atlas_members", f"note_{note}", lang)
