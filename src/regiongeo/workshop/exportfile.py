"""One file that a table exported from the workshop's page: untrusted, read strictly, every problem told.

The contract is ``regiongeo-workshop/1``: a GeoJSON FeatureCollection in lon/lat with a member ``regiongeo``
that names map, table, time and weights. Records are known by map, table and id.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from regiongeo.scenario import CRITERIA
from regiongeo.userfiles.problems import Flaw, Problem, shown
from regiongeo.workshop.exportshape import read_shape, told
from regiongeo.workshop.records import KINDS, MARKS, Export, Kind, Mark, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from regiongeo.crs import Box

__all__ = ["MOST_BYTES", "SCHEMA", "Parsed", "parse_export"]

SCHEMA = "regiongeo-workshop/1"
MOST_BYTES = 5_000_000
_MOST_FEATURES = 2_000
_MOST_VOTES = 99
_MOST_WEIGHT = 100.0
_MOST_NAME, _MOST_NOTE, _MOST_TABLE, _MOST_ID = 80, 2_000, 40, 200
_HEX_ID = re.compile("[0-9a-f]{32}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_KNOWN_SCHEMA = re.compile(r"regiongeo-workshop/([0-9]{1,9})")
# Lone halves of a surrogate pair are no characters: nothing could write them.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_BUT_NEWLINE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_EXPORT_AGAIN = "export it again from the page"


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """What is sound of a file (None: nothing), and one sentence for each problem."""

    export: Export | None
    problems: tuple[str, ...]


def parse_export(content: bytes, *, file: str, box: Box) -> Parsed:
    """Read one exported file.

    Texts lose control characters (a note keeps its line breaks) and are else kept byte for byte; what the
    contract does not name is passed over.

    Parameters
    ----------
    content
        Bytes of the file.
    file
        Its name for messages.
    box
        Range in which every shape must lie [m, EPSG:25832].

    Returns
    -------
    The export with its sound records, and every problem. A file whose head is wrong has no sound records.
    """
    try:
        document = _parse(content)
        features = _features_of(document)
    except Flaw as flaw:
        return Parsed(export=None, problems=(_sentence(flaw.at("")),))
    head, problems = _read_head(document)
    places: dict[str, str] = {}
    records = []
    for number, feature in enumerate(features, 1):
        record, found = _read_feature(feature, f"feature {number}", box=box)
        problems += found
        if record is None:
            continue
        if record.record_id in places:
            twin = Flaw(f"has the id of {places[record.record_id]}", _EXPORT_AGAIN)
            problems.append(twin.at(f"feature {number} ('{shown(record.record_id)}')"))
            continue
        places[record.record_id] = f"feature {number}"
        records.append(record)
    export = None if head is None else Export(file=file, records=tuple(records), **head)
    return Parsed(export=export, problems=tuple(_sentence(problem) for problem in problems))


def _parse(content: bytes) -> dict[str, Any]:
    """Parse the JSON; raises a `Flaw` for what is no plain UTF-8 JSON object."""
    if len(content) > MOST_BYTES:
        raise Flaw(f"is larger than {MOST_BYTES / 1e6:.0f} MB", "export fewer records")
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise Flaw(
            "begins with a byte order mark", "give the file as the page saved it: UTF-8 without a mark"
        )
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise Flaw(f"is not UTF-8 at byte {error.start + 1}", "give the file as the page saved it") from None
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        raise Flaw(f"is not JSON ({error.msg}, {at})", "it is cut off or damaged: " + _EXPORT_AGAIN) from None
    except RecursionError:
        raise Flaw("is nested too deep", _EXPORT_AGAIN) from None
    except Flaw:
        raise
    except ValueError:
        raise Flaw("holds a number of thousands of digits", _EXPORT_AGAIN) from None
    if not isinstance(document, dict):
        raise Flaw(f"is {told(document)}, not an export of the workshop", _EXPORT_AGAIN)
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Flaw(f"key '{shown(twice)}' stands twice in one object", _EXPORT_AGAIN)
    return found


def _no_constant(name: str) -> None:
    raise Flaw(f"holds {name}, which is no number", _EXPORT_AGAIN)


def _features_of(document: dict[str, Any]) -> list[Any]:
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise Flaw("is not a GeoJSON FeatureCollection", "give a file saved by the workshop's page")
    if len(features) > _MOST_FEATURES:
        what = f"holds {len(features)} features, at most {_MOST_FEATURES} are read"
        raise Flaw(what, "export fewer records")
    head = document.get("regiongeo")
    schema = head.get("schema") if isinstance(head, dict) else None
    known = _KNOWN_SCHEMA.fullmatch(schema) if isinstance(schema, str) else None
    if known is None:
        raise Flaw(
            "does not say that it is an export of the workshop", "give a file saved by the workshop's page"
        )
    if schema != SCHEMA:
        raise Flaw(f"was made by a newer version ({shown(schema)})", "update regiongeo")
    return features


def _read_head(document: dict[str, Any]) -> tuple[dict[str, Any] | None, list[Problem]]:
    head = document["regiongeo"]
    readers: dict[str, Callable[[], object]] = {
        "map_id": lambda: _text(head.get("map"), "map", most=_MOST_ID, least=1),
        "data_version": lambda: _text(head.get("data_version", ""), "data_version", most=_MOST_ID),
        "exported": lambda: _time(head.get("exported"), "exported"),
        "table": lambda: _text(head.get("table"), "table", most=_MOST_TABLE, least=1),
        "weights": lambda: _weights(head.get("weights", {})),
    }
    values, flaws = _read_all(readers)
    return (None if flaws else values), [flaw.at("") for flaw in flaws]


def _read_feature(feature: object, place: str, *, box: Box) -> tuple[Record | None, list[Problem]]:
    """Return the record of a feature, or its problems with their place."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return None, [Flaw("is not a GeoJSON Feature", _EXPORT_AGAIN).at(place)]
    record_id, cells = feature.get("id"), feature.get("properties")
    if isinstance(record_id, str):
        place = f"{place} ('{shown(record_id)}')"
    if not isinstance(cells, dict):
        return None, [Flaw("has no properties", _EXPORT_AGAIN).at(place)]
    kind: Kind | None = next((one for one in KINDS if cells.get("kind") == one), None)
    if kind is None:
        told_kind = told(cells.get("kind"))
        return None, [Flaw(f"its kind is {told_kind}", "it must be proposal or feedback").at(place)]
    values, flaws = _read_all(_record_readers(kind, record_id, cells, feature.get("geometry"), box))
    record = None if flaws else Record(kind=kind, **values)
    return record, [flaw.at(place) for flaw in flaws]


def _record_readers(
    kind: Kind, record_id: object, cells: dict[str, Any], geometry: object, box: Box
) -> dict[str, Callable[[], object]]:
    shared: dict[str, Callable[[], object]] = {
        "shape": lambda: read_shape(geometry, box=box),
        "note": lambda: _text(cells.get("notat", ""), "notat", most=_MOST_NOTE, lines=True),
        "mark": lambda: _mark(cells.get("merke")),
        "votes": lambda: _votes(cells.get("stemmer", 0)),
    }
    if kind == "feedback":
        return {"record_id": lambda: _site_id(record_id, cells.get("site_id")), **shared}
    return {
        "record_id": lambda: _hex_id(record_id),
        **shared,
        "name": lambda: _text(cells.get("navn"), "navn", most=_MOST_NAME),
        "created": lambda: None if cells.get("created") is None else _time(cells["created"], "created"),
        "provisional": lambda: _share(cells.get("provisional")),
    }


def _read_all(readers: Mapping[str, Callable[[], object]]) -> tuple[dict[str, Any], list[Flaw]]:
    """Read every value, so that all that is wrong is told at once."""
    values: dict[str, Any] = {}
    flaws: list[Flaw] = []
    for name, read in readers.items():
        try:
            values[name] = read()
        except Flaw as flaw:
            flaws.append(flaw)
    return values, flaws


def _text(value: object, name: str, *, most: int, least: int = 0, lines: bool = False) -> str:
    if not isinstance(value, str):
        raise Flaw(f"{name} is {told(value)}, not text", _EXPORT_AGAIN)
    clean = (_CONTROL_BUT_NEWLINE if lines else _CONTROL).sub("", value)
    if not least <= len(clean) <= most or (least and not clean.strip()):
        raise Flaw(f"{name} has {len(clean)} characters, {least} to {most} are read", "change it in the page")
    return clean


def _hex_id(value: object) -> str:
    if not isinstance(value, str) or not _HEX_ID.fullmatch(value):
        raise Flaw(f"its id is {told(value)}, not 32 hexadecimal digits", _EXPORT_AGAIN)
    return value


def _site_id(record_id: object, site_id: object) -> str:
    name = _text(site_id, "site_id", most=_MOST_ID, least=1)
    if record_id != site_id or name != site_id:
        raise Flaw(f"its id is {told(record_id)}, its site_id {told(site_id)}", "both must be the site's id")
    return name


def _time(value: object, name: str) -> str:
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            datetime.fromisoformat(value)
        except ValueError:  # 31 February
            pass
        else:
            return value
    raise Flaw(f"{name} is {told(value)}, not a time like 2027-01-14T12:41:03Z", _EXPORT_AGAIN)


def _mark(value: object) -> Mark | None:
    found = next((mark for mark in MARKS if value == mark), None)
    if found is None and value is not None:
        raise Flaw(f"merke is {told(value)}", f"it must be {', '.join(MARKS)} or null")
    return found


def _votes(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MOST_VOTES:
        raise Flaw(f"stemmer is {told(value)}, not a whole number from 0 to {_MOST_VOTES}", _EXPORT_AGAIN)
    return value


def _share(value: object) -> float | None:
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 <= value <= 1:  # type: ignore[operator]
        raise Flaw(f"provisional is {told(value)}, not a number from 0 to 1", _EXPORT_AGAIN)
    return float(value)  # type: ignore[arg-type]


def _weights(value: object) -> Mapping[str, float]:
    if not isinstance(value, dict):
        raise Flaw(f"weights are {told(value)}, not an object", _EXPORT_AGAIN)
    for name, weight in value.items():
        if type(weight) not in (int, float) or not 0 <= weight <= _MOST_WEIGHT:
            raise Flaw(f"weight {name} is {told(weight)}, not a number from 0 to 100", _EXPORT_AGAIN)
    return MappingProxyType({name: float(value[name]) for name in CRITERIA if name in value})


def _sentence(problem: Problem) -> str:
    return ": ".join(filter(None, (problem.where, problem.what, problem.cure)))
