"""The words of this package's indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.i18n import text
from regiongeo.statistics.population import SINCE

if TYPE_CHECKING:
    from regiongeo.i18n import Language

__all__ = ["indicator_words"]


def indicator_words(indicator: str, lang: Language) -> str:
    """Put the key of one of this module's indicators into words.

    >>> indicator_words("population_since_2010_percent", "en")
    'Population change since 2010, per cent'
    """
    before, since, after = indicator.partition(SINCE)
    key = f"{before}_since{after[4:]}" if since else before
    return text("atlas_members", key, lang, year=after[:4])
