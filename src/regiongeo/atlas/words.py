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
    """Put the key of an indicator into words; one that is not ours is shown as it is.

    >>> figure_words("emissions_road", "en"), figure_words("forest_km2", "en")
    ('Greenhouse-gas emissions: road traffic', 'forest km2')
    """
    for area in _OTHERS:
        if indicator in texts(area, lang):
            return text(area, indicator, lang)
    if indicator.startswith(LAND_USE):
        land_use = indicator.removeprefix(LAND_USE).replace("_", " ")
        return text("atlas", "land_use", lang, land_use=land_use)
    try:
        return indicator_words(indicator, lang)
    except KeyError:
        return indicator.replace("_", " ")


def unit_words(unit: str, lang: Language) -> str:
    """Put a unit into words; one that is not ours is shown as it is.

    >>> unit_words("t CO2e since 2009", "nb"), unit_words("dekar", "nb")
    ('tonn CO₂-ekv. siden 2009', 'dekar')
    """
    found = _OF_YEAR.fullmatch(unit)
    if found is None:
        return texts("atlas", lang).get(f"unit {unit}", unit)
    bare, link, year = found.groups()
    return text("atlas", f"unit {link}", lang, unit=unit_words(bare, lang), year=year)


def note_words(note: str, lang: Language) -> str:
    """Put the note of a figure into a sentence; one that is not ours is shown as it is."""
    for area in _OTHERS:
        if note in texts(area, lang):
            return text(area, note, lang)
    return texts("atlas_members", lang).get(f"note_{note}", note)
