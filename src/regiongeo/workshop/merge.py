"""Merge exports: the same file twice changes nothing, and neither order nor grouping of the files matters.

A session keeps, for each record, every distinct content with the latest time it was exported at. Merging is
the union of these, so the laws hold by construction. Of several contents the one exported last stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from regiongeo.workshop.records import Record, canonical_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from regiongeo.workshop.records import Export

__all__ = [
    "Conflict",
    "RecordKey",
    "Session",
    "TableKey",
    "Version",
    "Weights",
    "conflicts_of",
    "content_text",
    "merge",
    "merge_exports",
    "session_of",
    "standing_records",
    "standing_weights",
]

Weights = tuple[tuple[str, float], ...]
"""Weight by criterion, in the order of ``scenario.CRITERIA``."""
Content = TypeVar("Content", Record, Weights)
Key = TypeVar("Key", bound="Hashable")


class TableKey(NamedTuple):
    """A table of one map."""

    map_id: str
    table: str


class RecordKey(NamedTuple):
    """What a record is known by."""

    map_id: str
    table: str
    record_id: str


class Version(NamedTuple):
    """One content of a record, and when it was last exported."""

    exported: str
    content: Record | Weights


class Conflict(NamedTuple):
    """A record, or a table's weights (no ``record_id``), with several contents; the first one stands."""

    map_id: str
    table: str
    record_id: str | None
    versions: tuple[Version, ...]


@dataclass(frozen=True, kw_only=True)
class Session:
    """What the tables have exported: every content of each record and of weights, with its latest time."""

    records: Mapping[RecordKey, Mapping[Record, str]] = field(default_factory=dict)
    weights: Mapping[TableKey, Mapping[Weights, str]] = field(default_factory=dict)


def session_of(export: Export) -> Session:
    """Return the session that one export is by itself."""
    table = TableKey(export.map_id, export.table)
    return Session(
        records={RecordKey(*table, record.record_id): {record: export.exported} for record in export.records},
        weights={table: {tuple(export.weights.items()): export.exported}},
    )


def merge(one: Session, other: Session) -> Session:
    """Merge two sessions; idempotent, and neither order nor grouping matters."""
    return Session(
        records=_union(one.records, other.records),
        weights=_union(one.weights, other.weights),
    )


def merge_exports(exports: Iterable[Export]) -> Session:
    """Merge any number of exports."""
    return reduce(merge, map(session_of, exports), Session())


def standing_records(session: Session) -> dict[RecordKey, Record]:
    """Return the content that stands of each record, sorted by map, table and id.

    It is the one exported last; of several exported at the same time, the one with the larger canonical text.
    """
    return {key: _standing(found) for key, found in sorted(session.records.items())}


def standing_weights(session: Session) -> dict[TableKey, dict[str, float]]:
    """Return the weights that stand of each table, sorted by map and table; none may have been given."""
    return {key: dict(_standing(found)) for key, found in sorted(session.weights.items())}


def content_text(content: Record | Weights) -> str:
    """Return the canonical JSON text of one content."""
    return canonical_text(content if isinstance(content, Record) else dict(content))


def conflicts_of(session: Session) -> list[Conflict]:
    """Return the records and weights of which files of one table hold different contents, sorted by key.

    A provisional score follows the weights: alone it makes no difference.
    """
    weights = [
        Conflict(*table, None, _by_time(given))
        for table, given in sorted(session.weights.items())
        if len(given) > 1
    ]
    records = [
        Conflict(*key, versions)
        for key, found in sorted(session.records.items())
        if len(versions := _said_apart(found)) > 1
    ]
    return [*weights, *records]


def _union(
    one: Mapping[Key, Mapping[Content, str]], other: Mapping[Key, Mapping[Content, str]]
) -> dict[Key, dict[Content, str]]:
    return {key: _latest(one.get(key, {}), other.get(key, {})) for key in {**one, **other}}


def _latest(one: Mapping[Content, str], other: Mapping[Content, str]) -> dict[Content, str]:
    """Keep every content with its latest time; times are texts of one form, so they sort as they run."""
    return {content: max(one.get(content, ""), other.get(content, "")) for content in {**one, **other}}


def _standing(found: Mapping[Content, str]) -> Content:
    return max(found, key=lambda content: _order(Version(found[content], content)))


def _by_time(found: Mapping[Content, str]) -> tuple[Version, ...]:
    versions = [Version(exported, content) for content, exported in found.items()]
    return tuple(sorted(versions, key=_order, reverse=True))


def _said_apart(found: Mapping[Record, str]) -> tuple[Version, ...]:
    """Return the versions that say something else, latest first."""
    apart: dict[Record, Version] = {}
    for content in sorted(found, key=lambda one: _order(Version(found[one], one)), reverse=True):
        apart.setdefault(replace(content, provisional=None), Version(found[content], content))
    return tuple(apart.values())


def _order(version: Version) -> tuple[str, str]:
    return version.exported, content_text(version.content)
