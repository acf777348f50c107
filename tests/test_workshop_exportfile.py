"""Exports are untrusted: what is sound comes back as written, what is not is told, all at once."""

from __future__ import annotations

import copy
import json
import os
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.errors import DataError
from regiongeo.workshop.exportfile import MOST_BYTES, parse_export
from regiongeo.workshop.exportshape import to_work_shape
from regiongeo.workshop.reading import file_labels, read_exports
from toy_workshop import (
    BOX,
    HOSTILE,
    P1,
    P2,
    as_bytes,
    document,
    feedback,
    lonlat,
    point,
    proposal,
    read,
    square,
)

if TYPE_CHECKING:
    from pathlib import Path


def problems_of(content: object) -> tuple[str, ...]:
    raw = content if isinstance(content, bytes) else as_bytes(content)
    return parse_export(raw, file="a.geojson", box=BOX).problems


def the_problem(content: object) -> str:
    (problem,) = problems_of(content)
    return problem


def test_an_export_comes_back_as_it_was_written() -> None:
    features = [
        proposal(
            P1, square(602, 9), navn="Åsen", notat=HOSTILE, merke="aktuell", stemmer=99, provisional=0.63
        ),
        feedback("K-æ", notat="Støy?\nJa", merke="undersok", stemmer=2),
    ]
    export = read(document(features, table="bord 3", weights={"grid_km": 20, "passing_trucks": 60.5}))

    assert (export.map_id, export.table, export.exported) == ("toy", "bord 3", "2027-01-14T12:41:03Z")
    assert list(export.weights.items()) == [("passing_trucks", 60.5), ("grid_km", 20.0)]
    one, other = export.records
    assert (one.name, one.note, one.mark, one.votes, one.provisional) == (
        "Åsen",
        HOSTILE,
        "aktuell",
        99,
        0.63,
    )
    assert (other.record_id, other.note, other.mark, other.votes) == ("K-æ", "Støy?\nJa", "undersok", 2)
    assert list(map(list, one.shape.exterior.coords)) == square(602, 9)["coordinates"][0]
    assert (one.created, other.created) == ("2027-01-14T12:31:00Z", None)


def test_what_may_be_missing_is_nothing() -> None:
    bare = proposal(P1, point(602, 9))
    for name in ("notat", "merke", "stemmer", "created", "provisional"):
        del bare["properties"][name]
    content = document([bare])
    del content["regiongeo"]["weights"]
    (record,) = read(content).records
    assert (record.note, record.mark, record.votes, record.created, record.provisional) == (
        "",
        None,
        0,
        None,
        None,
    )


def test_unknown_members_are_passed_over() -> None:
    content = document(
        [{**proposal(P1, point(602, 9), stjerner=5), "bbox": [1]}], weights={"ukjent": 3}, mer=[1]
    )
    export = read({**content, "crs": "x"})
    assert len(export.records) == 1
    assert export.weights == {}


@given(st.text(max_size=40))
def test_texts_lose_control_characters_and_nothing_else(words: str) -> None:
    content = document([proposal(P1, point(602, 9), navn=words, notat=words)])
    (record,) = read(json.loads(json.dumps(content))).records

    def kept(text: str, besides: str = "") -> str:
        return "".join(c for c in text if c in besides or unicodedata.category(c) not in ("Cc", "Cs"))

    assert record.name == kept(words)
    assert record.note == kept(words, "\n")


def test_half_a_character_is_taken_out() -> None:
    raw = as_bytes(document([proposal(P1, point(602, 9), navn="Vest")])).replace(b"Vest", b"Ve\\ud83dst")
    parsed = parse_export(raw, file="a", box=BOX)
    assert parsed.export is not None
    assert parsed.export.records[0].name == "Vest"


BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is not JSON"),
    "truncated": (as_bytes(document())[:-20], "is not JSON"),
    "a mark": (b"\xef\xbb\xbf" + as_bytes(document()), "byte order mark"),
    "utf-16": (json.dumps(document()).encode("utf-16"), "byte order mark"),
    "latin-1": ('{"navn": "Ås"}'.encode("latin-1"), "is not UTF-8 at byte 11"),
    "deep": (b'{"features": ' + b"[" * 100_000, "is nested too deep"),
    "a list": (b"[1, 2]", "is a list of 2, not an export"),
    "a text": (b'"hei"', "is 'hei', not an export"),
    "NaN": (b'{"a": NaN}', "holds NaN"),
    "Infinity": (b'{"a": -Infinity}', "holds -Infinity"),
    "twice": (b'{"type": 1, "type": 2}', "key 'type' stands twice"),
    "digits": (b'{"a": ' + b"9" * 5000 + b"}", "number of thousands of digits"),
    "large": (b" " * (MOST_BYTES + 1), "is larger than 5 MB"),
    "page": (b"<!DOCTYPE html>", "is not JSON"),
    "other GeoJSON": (b'{"type": "FeatureCollection", "features": []}', "does not say that it is an export"),
    "a feature": (b'{"type": "Feature"}', "is not a GeoJSON FeatureCollection"),
    "null head": (b'{"type": "FeatureCollection", "features": [], "regiongeo": null}', "does not say"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_export_is_refused_with_a_sentence(name: str) -> None:
    raw, words = BROKEN[name]
    problem = the_problem(raw)
    assert words in problem
    assert ": " in problem  # what to do
    assert "\n" not in problem


def test_a_newer_version_is_refused() -> None:
    assert "newer version (regiongeo-workshop/2): update" in the_problem(
        document(schema="regiongeo-workshop/2")
    )
    assert "does not say" in the_problem(document(schema="regiongeo-workshop/x"))


def test_too_many_features_are_refused() -> None:
    content = document([proposal(f"{k:032x}", point(602, 9)) for k in range(2001)])
    assert "holds 2001 features, at most 2000" in the_problem(content)


HEADS: list[tuple[dict[str, Any], str]] = [
    ({"map": ""}, "map has 0 characters"),
    ({"map": 7}, "map is 7, not text"),
    ({"table": " \t "}, "table has"),
    ({"table": "x" * 41}, "table has 41 characters, 1 to 40"),
    ({"exported": "2027-02-31T12:41:03Z"}, "exported is '2027-02-31T12:41:03Z', not a time"),
    ({"exported": "2027-01-14"}, "not a time"),
    ({"exported": None}, "not a time"),
    ({"data_version": 3}, "data_version is 3"),
    ({"weights": [1]}, "weights are a list of 1"),
    ({"weights": {"grid_km": True}}, "weight grid_km is true"),
    ({"weights": {"grid_km": "60"}}, "weight grid_km is '60'"),
    ({"weights": {"grid_km": 101}}, "weight grid_km is 101"),
    ({"weights": {"grid_km": -1}}, "weight grid_km is -1"),
]


@pytest.mark.parametrize(("head", "words"), HEADS)
def test_a_wrong_head_refuses_the_whole_file(head: dict[str, Any], words: str) -> None:
    parsed = parse_export(as_bytes(document([proposal(P1, point(602, 9))], **head)), file="a", box=BOX)
    assert parsed.export is None
    assert words in parsed.problems[0]


PROPERTIES: list[tuple[dict[str, Any], str]] = [
    ({"kind": "site"}, "its kind is 'site'"),
    ({"kind": None}, "its kind is null"),
    ({"navn": None}, "navn is null, not text"),
    ({"navn": "x" * 81}, "navn has 81 characters"),
    ({"notat": "x" * 2001}, "notat has 2001 characters"),
    ({"notat": {"a": 1}}, "notat is a object of 1"),
    ({"merke": "nei"}, "merke is 'nei'"),
    ({"merke": 1}, "merke is 1"),
    ({"stemmer": True}, "stemmer is true"),
    ({"stemmer": 1.0}, "stemmer is 1.0"),
    ({"stemmer": 100}, "stemmer is 100"),
    ({"stemmer": -1}, "stemmer is -1"),
    ({"provisional": 1.5}, "provisional is 1.5"),
    ({"provisional": "0.5"}, "provisional is '0.5'"),
    ({"provisional": False}, "provisional is false"),
    ({"created": "i dag"}, "created is 'i dag'"),
]


@pytest.mark.parametrize(("changed", "words"), PROPERTIES)
def test_a_wrong_property_is_told_with_its_feature(changed: dict[str, Any], words: str) -> None:
    content = document([proposal(P2, point(602, 9)), proposal(P1, point(602, 9), **changed)])
    problem = the_problem(content)
    assert problem.startswith(f"feature 2 ('{P1}'): {words}")


def test_eighty_characters_count_without_those_taken_out() -> None:
    read(document([proposal(P1, point(602, 9), navn="𝄞" * 80 + "\x07" * 9)]))


GEOMETRIES: list[tuple[Any, str]] = [
    (None, "its geometry is null"),
    ({"type": "LineString", "coordinates": [[10, 60], [11, 60]]}, "its geometry is 'LineString'"),
    ({"type": "Point", "coordinates": []}, "a position must be two numbers"),
    ({"type": "Point", "coordinates": ["10", "60"]}, "coordinate '10'"),
    ({"type": "Point", "coordinates": [True, 60]}, "coordinate true"),
    ({"type": "Point", "coordinates": [None, 60]}, "coordinate null"),
    ({"type": "Point", "coordinates": [60.1, 10.7]}, "lies outside the region"),
    ({"type": "Point", "coordinates": [599_000, 6_640_000]}, "coordinate 599000"),
    ({"type": "Point", "coordinates": [4.0, 52.0]}, "lies outside the region"),
    ({"type": "Polygon", "coordinates": []}, "its geometry is empty"),
    ({"type": "Polygon", "coordinates": [[]]}, "its geometry is empty"),
    ({"type": "Polygon", "coordinates": [[lonlat(602, 9)] * 3]}, "a ring has 3 positions"),
    ({"type": "Polygon", "coordinates": [[lonlat(602, 9)] * 4]}, "covers no area"),
    ({"type": "Polygon", "coordinates": [[lonlat(602 + k, 9) for k in range(5)]]}, "a ring is not closed"),
    ({"type": "Polygon", "coordinates": {"0": []}}, "its geometry is empty or not a list"),
]


@pytest.mark.parametrize(("geometry", "words"), GEOMETRIES)
def test_a_wrong_geometry_is_told(geometry: Any, words: str) -> None:
    assert words in the_problem(document([proposal(P1, geometry)]))


def test_infinity_by_an_exponent_is_no_coordinate() -> None:
    raw = as_bytes(document([proposal(P1, {"type": "Point", "coordinates": [12345, 60]})]))
    assert "coordinate Infinity" in the_problem(raw.replace(b"12345", b"1e999"))


def test_500_vertices_are_read_and_501_are_not() -> None:
    def circle(count: int) -> dict[str, Any]:
        ring = shapely.Point(602, 9).buffer(1, quad_segs=1000).exterior
        places = [ring.interpolate(k / count, normalized=True) for k in range(count)]
        positions = [lonlat(one.x, one.y) for one in places]
        return {"type": "Polygon", "coordinates": [[*positions, positions[0]]]}

    read(document([proposal(P1, circle(500))]))
    assert "has 501 vertices" in the_problem(document([proposal(P1, circle(501))]))


def test_a_bow_tie_becomes_the_area_it_covers() -> None:
    """Two triangles of 100 m by 100 m that meet in a point: 2 * 100 * 50 / 2 = 5000 m2."""
    a, b, c, d, _ = square(602, 9)["coordinates"][0]
    (record,) = read(document([proposal(P1, {"type": "Polygon", "coordinates": [[a, c, b, d, a]]})])).records
    assert record.shape.is_valid
    assert record.shape.geom_type == "MultiPolygon"
    assert to_work_shape(record.shape).area == pytest.approx(5000, rel=0.01)


def test_a_scribble_is_mended_in_time() -> None:
    places = [lonlat(602 + (k * k % 97) / 100, 9 + (k * 37 % 89) / 100) for k in range(499)]
    (record,) = read(
        document([proposal(P1, {"type": "Polygon", "coordinates": [[*places, places[0]]]})])
    ).records
    assert record.shape.is_valid


def test_heights_are_dropped() -> None:
    place = lonlat(602, 9)
    (record,) = read(document([proposal(P1, {"type": "Point", "coordinates": [*place, 120.5]})])).records
    assert list(record.shape.coords) == [tuple(place)]


@pytest.mark.parametrize("bad", ["0" * 31, "A" * 32, "g" * 32, 5, None, ["x"]])
def test_ids_of_proposals_are_32_hexadecimal_digits(bad: Any) -> None:
    assert "its id is" in the_problem(document([proposal(bad, point(602, 9))]))


def test_ids_of_feedback_are_the_sites() -> None:
    other = {**feedback("K"), "id": "T"}
    assert "its id is 'T', its site_id 'K'" in the_problem(document([other]))
    assert "site_id" in the_problem(document([feedback("K\n")]))
    assert "site_id" in the_problem(document([feedback("")]))


def test_the_same_id_twice_in_one_file_is_told() -> None:
    content = document([proposal(P1, point(602, 9)), proposal(P1, point(603, 9))])
    parsed = parse_export(as_bytes(content), file="a", box=BOX)
    assert parsed.problems == (f"feature 2 ('{P1}'): has the id of feature 1: export it again from the page",)
    assert parsed.export is not None
    assert len(parsed.export.records) == 1


def test_all_problems_are_told_at_once() -> None:
    bad = proposal(P1, None, stemmer=-1, merke="x")
    found = problems_of(document([bad, "x", {"type": "Feature"}], exported="x", table=""))
    assert len(found) == 2 + 3 + 1 + 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.data())
def test_whatever_stands_in_a_file_no_other_error_comes_out(data: st.DataObject) -> None:
    content = copy.deepcopy(document([proposal(P1, square(602, 9)), feedback("K")]))
    target = data.draw(
        st.sampled_from(
            [
                content,
                content["regiongeo"],
                content["features"][0],
                content["features"][0]["properties"],
                content["features"][0]["geometry"],
                content["features"][1],
            ]
        )
    )
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(JSON)
    parsed = parse_export(json.dumps(content).encode(), file="a", box=BOX)
    assert parsed.export is not None or parsed.problems


@given(st.binary(max_size=60))
def test_no_bytes_raise(raw: bytes) -> None:
    assert problems_of(raw)


def write(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else as_bytes(content))
    return path


def test_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    good = write(tmp_path, "god.geojson", document([proposal(P1, point(602, 9))]))
    bad = write(tmp_path, "dårlig.geojson", b"{")
    many = write(tmp_path, "mange.geojson", document([proposal("x", point(602, 9))] * 9))
    with pytest.raises(DataError) as told:
        read_exports([good, bad, many, tmp_path / "ingen.geojson"], box=BOX)
    words = str(told.value)
    assert words.startswith("3 of 4 exported files have 11 problem(s)")
    assert "\n  - dårlig.geojson: is not JSON" in words
    assert "\n  - mange.geojson: and 4 more" in words
    assert "\n  - ingen.geojson: no such file" in words
    assert "god.geojson" not in words
    assert str(tmp_path) not in words


def test_good_records_of_bad_files_are_kept_when_asked(tmp_path: Path) -> None:
    mixed = document([proposal(P1, point(602, 9)), proposal("x", point(602, 9))])
    paths = [write(tmp_path, "a.geojson", mixed), write(tmp_path, "b.geojson", b"{")]
    reading = read_exports(paths, box=BOX, keep_good=True)
    assert [record.record_id for record in reading.exports[0].records] == [P1]
    assert [one.file for one in reading.refusals] == ["a.geojson", "b.geojson"]


def test_nothing_sound_is_refused_even_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="1 of 1"):
        read_exports([write(tmp_path, "b.geojson", b"{")], box=BOX, keep_good=True)
    with pytest.raises(DataError, match="no exported files"):
        read_exports([], box=BOX)


def test_files_of_another_map_are_refused_unless_asked(tmp_path: Path) -> None:
    paths = [write(tmp_path, f"{k}.geojson", document(map=name)) for k, name in enumerate(["a", "b", "b"])]
    with pytest.raises(DataError, match=r"0\.geojson: is of the map 'a', not 'b'.*--any-map"):
        read_exports(paths, box=BOX)
    with pytest.raises(DataError, match="2 of 3"):
        read_exports(paths, box=BOX, map_id="a")
    assert len(read_exports(paths, box=BOX, any_map=True).exports) == 3


def test_the_order_of_files_does_not_decide_the_map(tmp_path: Path) -> None:
    paths = [write(tmp_path, f"{name}.geojson", document(map=name)) for name in "ba"]
    for ordered in (paths, paths[::-1]):
        with pytest.raises(DataError, match=r"b\.geojson: is of the map 'b', not 'a'"):
            read_exports(ordered, box=BOX)


def test_files_of_one_name_are_told_apart_and_one_given_twice_counts_once(tmp_path: Path) -> None:
    paths = [write(tmp_path, f"usb{k}/kart.geojson", document(table=f"bord {k}")) for k in (1, 2)]
    reading = read_exports([*paths, paths[0]], box=BOX)
    assert [export.file for export in reading.exports] == ["usb1/kart.geojson", "usb2/kart.geojson"]
    assert file_labels([]) == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.geojson")
    with pytest.raises(DataError, match="a device, pipe or socket"):
        read_exports([tmp_path / "p.geojson"], box=BOX)
