"""Weights to begin a discussion with: what each group of the region looks at, three times the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.i18n import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regiongeo.i18n import Language

__all__ = ["describe_presets"]

_FACTOR = 3.0
_GROUPS: dict[str, tuple[str, ...]] = {
    "transport": ("passing_trucks", "gap_closed_km", "access_minutes"),
    "climate": ("builtup_share", "subregion_lack"),
    "power": ("grid_km", "grid_mw"),
    "business": ("passing_trucks", "population_30min"),
}
"""Specialist groups of Osloregionen and the criteria nearest to their tasks: this project's reading."""


def describe_presets(criteria: Sequence[str], lang: Language) -> list[dict[str, object]]:
    """Return name and weights, in the order of ``criteria``, of the groups that have one in use."""
    return [
        {
            "name": text("map", f"preset_{group}", lang),
            "weights": [_FACTOR if name in own else 1.0 for name in criteria],
        }
        for group, own in _GROUPS.items()
        if set(own) & set(criteria)
    ]
