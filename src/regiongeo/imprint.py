"""When a page is made, of which data, and whom it credits: said alike by every page of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from regiongeo import store
from regiongeo.manifest import hash_file

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Imprint", "data_hash", "data_version", "imprint_at"]

_SHOWN = 8
_CLIMATE = ("county_emissions", "emissions", "stated_changes")
"""Shipped tables that no page of sites shows."""


class Imprint(TypedDict):
    """What `regiongeo.maps.draw_map` and ``draw_workshop`` want to know besides the result."""

    date: str
    """Day the page is made, as ``YYYY-MM-DD``."""
    data_version: str
    credits: list[str]
    """Attribution lines of the shipped tables that pages of sites rest on."""


def imprint_at(now: datetime) -> Imprint:
    """Return the imprint of a page made now from the shipped data."""
    behind = store.list_tables()["source_ids"].drop(list(_CLIMATE))
    foreign = set(behind.explode()) - {"regiongeo"}
    return Imprint(
        date=now.date().isoformat(), data_version=data_version(), credits=store.credits_of(foreign)
    )


def data_hash() -> str:
    """Return the SHA-256 of the shipped data's registry, which holds one for each table."""
    return hash_file(store.data_dir() / "sources.toml")


def data_version() -> str:
    """Return the first digits of `data_hash`, by which people tell two versions of the data apart."""
    return data_hash()[:_SHOWN]
