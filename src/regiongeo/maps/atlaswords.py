"""The words of an atlas' page: its catalogues, and the names of its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.i18n import texts
from regiongeo.store import load_sources

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regiongeo.i18n import Language

__all__ = ["WORDS", "name_sources"]

WORDS = ("map", "page_atlas")
"""Catalogues of the page's own words; later ones win."""


def name_sources(source_ids: Iterable[str], lang: Language) -> dict[str, str]:
    """Name sources by their record; a figure may rest on several, split by commas."""
    records = load_sources()
    titles = {
        key: f"{one.holder}: {one.title_nb if lang == 'nb' else one.title}" for key, one in records.items()
    }
    titles["user"] = texts("page_atlas", lang)["source_user"]
    split = {given: [one.strip() for one in given.split(",")] for given in sorted(set(source_ids))}
    return {given: "; ".join(titles.get(one, one) for one in parts) for given, parts in split.items()}
