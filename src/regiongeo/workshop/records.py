"""What an export holds: records of one table, and the one text by which two contents are compared."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from shapely.geometry import mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

__all__ = ["KINDS", "MARKS", "Export", "Kind", "Mark", "Record", "canonical_text"]

Kind = Literal["proposal", "feedback"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Mark = Literal["aktuell", "uaktuell", "undersok"]
MARKS: tuple[Mark, ...] = get_args(Mark)


@dataclass(frozen=True, kw_only=True)
class Record:
    """One proposal, or one table's feedback on a site."""

    kind: Kind
    record_id: str
    """32 hexadecimal digits for a proposal, the site's id for feedback."""
    shape: BaseGeometry
    """Lon/lat with six decimals (EPSG:4326)."""
    name: str = ""
    """Name of a proposal; empty for feedback."""
    note: str = ""
    mark: Mark | None = None
    votes: int = 0
    created: str | None = None
    """When a proposal was drawn, as ``2027-01-14T12:31:00Z``."""
    provisional: float | None = None
    """Score of a proposal by the page's grid [1]."""


@dataclass(frozen=True, kw_only=True)
class Export:
    """One export as read: its head and its records."""

    file: str
    map_id: str
    data_version: str
    exported: str
    """When it was written, as ``2027-01-14T12:41:03Z``."""
    table: str
    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Weight of each criterion, 0-100; may be empty."""
    records: tuple[Record, ...] = ()


def canonical_text(content: Record | Mapping[str, float]) -> str:
    """Return the one JSON text of a record or of weights: keys sorted, no spaces, 10 and not 10.0.

    Two contents are the same where this text is; the larger text stands where their times are equal.
    """
    plain = _feature_of(content) if isinstance(content, Record) else dict(content)
    return json.dumps(_whole(plain), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _feature_of(record: Record) -> dict[str, object]:
    """Return the feature that a record is in a file."""
    shared = {
        "kind": record.kind,
        "notat": record.note,
        "merke": record.mark,
        "stemmer": record.votes,
    }
    own: dict[str, object] = (
        {"navn": record.name, "created": record.created, "provisional": record.provisional}
        if record.kind == "proposal"
        else {"site_id": record.record_id}
    )
    return {
        "type": "Feature",
        "id": record.record_id,
        "geometry": mapping(record.shape),
        "properties": {**shared, **own},
    }


def _whole(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Write whole floats as JavaScript does: 10 and not 10.0."""
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
