"""The laws of merging: the same file twice changes nothing, and neither order nor grouping matters."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.workshop.merge import (
    Session,
    conflicts_of,
    merge,
    merge_exports,
    session_of,
    standing_records,
    standing_weights,
)
from regiongeo.workshop.records import Export, Record, canonical_text
from test_maps_web import require_node
from toy_workshop import HOSTILE, P1, as_bytes, document, feedback, point, proposal, read, square

TIMES = [f"2027-01-14T12:0{k}:00Z" for k in range(3)]
MERGE_JS = Path(__file__).parents[1] / "src" / "regiongeo" / "maps" / "web" / "workshop" / "merge.js"

records = st.builds(
    Record,
    kind=st.just("feedback"),
    record_id=st.sampled_from("ab"),
    shape=st.just(shapely.Point(10.5, 60)),
    note=st.sampled_from(["", "ja", "nei"]),
    votes=st.integers(0, 2),
)
exports = st.builds(
    Export,
    file=st.just("x"),
    map_id=st.sampled_from(["m", "n"]),
    data_version=st.just(""),
    exported=st.sampled_from(TIMES),
    table=st.sampled_from(["1", "2"]),
    weights=st.dictionaries(st.just("grid_km"), st.sampled_from([10.0, 20.0]), max_size=1),
    records=st.lists(records, max_size=2, unique_by=lambda one: one.record_id).map(tuple),
)
sessions = st.lists(exports, max_size=4).map(merge_exports)


@given(sessions)
def test_merging_with_itself_or_nothing_changes_nothing(one: Session) -> None:
    assert merge(one, one) == one
    assert merge(one, Session()) == one


@given(sessions, sessions)
def test_order_does_not_matter(one: Session, other: Session) -> None:
    assert merge(one, other) == merge(other, one)


@given(sessions, sessions, sessions)
def test_grouping_does_not_matter(a: Session, b: Session, c: Session) -> None:
    assert merge(merge(a, b), c) == merge(a, merge(b, c))


@given(st.lists(exports, max_size=5), st.randoms(use_true_random=False))
def test_what_stands_and_conflicts_ignore_order_and_repetition(files: list[Export], random: object) -> None:
    mixed = [*files, *files[:2]]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = merge_exports(files), merge_exports(mixed)
    assert standing_records(one) == standing_records(other)
    assert list(standing_records(one)) == list(standing_records(other))
    assert standing_weights(one) == standing_weights(other)
    assert conflicts_of(one) == conflicts_of(other)


@given(st.lists(exports, max_size=5))
def test_the_latest_content_of_each_record_stands(files: list[Export]) -> None:
    for key, record in standing_records(merge_exports(files)).items():
        told = [
            (export.exported, canonical_text(one))
            for export in files
            for one in export.records
            if (export.map_id, export.table, one.record_id) == tuple(key)
        ]
        assert canonical_text(record) == max(told)[1]


def export_with(note: str, minute: int, table: str = "bord 1") -> Export:
    content = document([feedback("K", notat=note)], table=table, exported=TIMES[minute])
    return read(content)


def test_the_later_note_stands_and_both_are_listed() -> None:
    session = merge_exports([export_with("ny", 2), export_with("gammel", 1)])

    (record,) = standing_records(session).values()
    (conflict,) = conflicts_of(session)
    assert record.note == "ny"
    assert (conflict.table, conflict.record_id) == ("bord 1", "K")
    assert [(version.exported, version.content.note) for version in conflict.versions] == [  # type: ignore[union-attr]
        (TIMES[2], "ny"),
        (TIMES[1], "gammel"),
    ]


def test_at_the_same_time_the_larger_text_stands() -> None:
    session = merge_exports([export_with("a", 1), export_with("b", 1)])
    assert next(iter(standing_records(session).values())).note == "b"
    assert len(conflicts_of(session)) == 1


def test_the_same_content_saved_again_is_no_conflict() -> None:
    assert conflicts_of(merge_exports([export_with("a", 1), export_with("a", 2)])) == []


def test_an_older_content_saved_anew_stands() -> None:
    session = merge_exports([export_with("a", 0), export_with("b", 1), export_with("a", 2)])
    assert next(iter(standing_records(session).values())).note == "a"


def test_notes_of_two_tables_stand_beside_each_other() -> None:
    session = merge_exports([export_with("a", 1), export_with("b", 2, table="bord 2")])
    assert [record.note for record in standing_records(session).values()] == ["a", "b"]
    assert conflicts_of(session) == []


def test_later_weights_stand_and_the_former_are_listed() -> None:
    files = [
        read(document(weights={"grid_km": weight}, exported=TIMES[k])) for k, weight in enumerate((10, 30))
    ]
    session = merge_exports(files)
    assert list(standing_weights(session).values()) == [{"grid_km": 30.0}]
    assert [conflict.record_id for conflict in conflicts_of(session)] == [None]


def test_a_canonical_text_has_sorted_keys_and_whole_numbers_without_a_point() -> None:
    record = replace(export_with("ja", 0).records[0], shape=shapely.Point(10.0, 60.5))
    assert canonical_text(record) == (
        '{"geometry":{"coordinates":[10,60.5],"type":"Point"},"id":"K","properties":{"kind":"feedback",'
        '"merke":null,"notat":"ja","site_id":"K","stemmer":0},"type":"Feature"}'
    )
    assert canonical_text({"grid_km": 5.0}) == '{"grid_km":5}'


@pytest.mark.skipif(not MERGE_JS.is_file(), reason="the page's merge is not there")
def test_the_page_writes_the_same_canonical_text() -> None:
    features = [
        proposal(P1, square(602, 9), notat=HOSTILE, merke="aktuell", stemmer=3),
        proposal("2" * 32, point(603, 9), provisional=None),
        feedback("K", notat="Støy?\nJa"),
    ]
    code = (
        f"import {{ canonical }} from {json.dumps(MERGE_JS.as_uri())};"
        'let text = ""; process.stdin.on("data", (part) => text += part);'
        'process.stdin.on("end", () => console.log(JSON.stringify(JSON.parse(text).map(canonical))));'
    )
    done = subprocess.run(
        [require_node(), "--input-type=module", "-e", code],
        input=as_bytes(features),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [canonical_text(one) for one in read(document(features)).records]


def test_one_export_is_a_session_by_itself() -> None:
    export = export_with("a", 0)
    assert merge_exports([export]) == session_of(export)


def test_a_provisional_score_alone_is_no_conflict() -> None:
    """The same proposal saved under other weights; with another note it is one."""
    files = [
        replace(read(document([proposal(P1, square(602, 9), provisional=score)])), exported=time)
        for score, time in ((0.4, TIMES[0]), (0.6, TIMES[1]))
    ]
    assert conflicts_of(merge_exports(files)) == []
    (record,) = standing_records(merge_exports(files)).values()
    assert record.provisional == 0.6
    other = replace(files[0], records=(replace(files[0].records[0], note="Støy?"),), exported=TIMES[2])
    (conflict,) = conflicts_of(merge_exports([*files, other]))
    assert [version.content.note for version in conflict.versions] == ["Støy?", files[0].records[0].note]
