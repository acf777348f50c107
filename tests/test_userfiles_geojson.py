"""The GeoJSON reader: strict, every problem with its feature, and nothing but our own errors."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from pyproj import Geod

from regiongeo.errors import CrsError, DataError, RegionGeoError, RegionGeoWarning
from regiongeo.schema import validate
from regiongeo.tables import PLOTS
from regiongeo.userfiles import Limits, load_plots, load_stations

Save = Callable[[object], Path]

SQUARE = [[[11.0, 60.0], [11.01, 60.0], [11.01, 60.01], [11.0, 60.01], [11.0, 60.0]]]
BOWTIE = [[[11.0, 60.0], [11.1, 60.1], [11.1, 60.0], [11.0, 60.1], [11.0, 60.0]]]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def write(content: object) -> Path:
        path = tmp_path / "plots.geojson"
        data = content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def collection(*features: object, **members: object) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": list(features), **members}


def feature(
    site_id: object, coordinates: Any, *, kind: str = "Point", **properties: object
) -> dict[str, object]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {
        "type": "Feature",
        "properties": {"site_id": site_id, "name": "Tomt", **properties},
        "geometry": geometry,
    }


def named_crs(name: str) -> dict[str, object]:
    return {"type": "name", "properties": {"name": name}}


def test_points_and_polygons_by_hand(save: Save) -> None:
    """Oslo's point is 597868.381 6642681.510 in EPSG:25832 by an independent Krüger series."""
    hole = [[11.004, 60.004], [11.006, 60.004], [11.006, 60.006], [11.004, 60.004]]
    content = collection(
        feature("b", [10.75, 59.91], area_m2=5000),
        feature("a", SQUARE, kind="Polygon"),
        feature("c", [[*SQUARE, hole]], kind="MultiPolygon", area_m2=7),
    )
    plots = load_plots(save(content))
    validate(plots, PLOTS)
    assert list(plots.index) == ["a", "b", "c"]
    assert plots.crs.to_epsg() == 25832
    assert plots.geometry["b"].distance(shapely.Point(597868.381, 6642681.510)) < 0.01
    assert plots.loc["b", "area_m2"] == 5000
    assert plots.loc["c", "area_m2"] == 7
    geodesic, _ = Geod(ellps="GRS80").geometry_area_perimeter(shapely.Polygon(SQUARE[0]))
    assert plots.loc["a", "area_m2"] == pytest.approx(geodesic, rel=1e-3)


def test_a_point_without_area_has_none_and_missing_is_not_zero(save: Save) -> None:
    assert load_plots(save(collection(feature("a", [10.75, 59.91])))).area_m2.isna().all()


def test_own_id_and_navn_serve(save: Save) -> None:
    one = {
        "type": "Feature",
        "id": "P1",
        "properties": {"navn": "Tomt"},
        "geometry": feature("x", [11, 60])["geometry"],
    }
    assert load_plots(save(collection(one)))["name"].to_dict() == {"P1": "Tomt"}


def test_differs_not_from_gdal(save: Save) -> None:
    """A second reader as oracle, on a good file."""
    content = collection(feature("a", SQUARE, kind="Polygon"), feature("b", [10.75, 59.91]))
    path = save(content)
    theirs = gpd.read_file(path).set_index("site_id").to_crs(25832)
    assert load_plots(path).geometry.geom_equals_exact(theirs.geometry, tolerance=1e-6).all()


@pytest.mark.parametrize(
    "content", ["", "  \n", "\ufeff", "null", "[]", "{}", "3", '"x"', '{"type":"Feature"}']
)
def test_f01_no_collection(save: Save, content: str) -> None:
    with pytest.raises(DataError, match="no features: not a GeoJSON FeatureCollection"):
        load_plots(save(content))


def test_f02_no_features_is_refused_unless_the_slot_allows_none(save: Save) -> None:
    path = save(collection())
    with pytest.raises(DataError, match="holds no rows"):
        load_plots(path)
    assert not len(load_stations(path))


def test_f05_web_page_and_error_answer(save: Save) -> None:
    with pytest.raises(
        DataError, match=r"looks like a web page \(<!DOCTYPE html><title>Nede \\x1b\[2J"
    ) as caught:
        load_plots(save("<!DOCTYPE html><title>Nede \x1b[2J</title>" + "x" * 500))
    assert len(str(caught.value)) < 200
    with pytest.raises(DataError, match="error answer of a service"):
        load_plots(save({"error": {"code": 500}}))


@pytest.mark.parametrize(
    "content",
    [
        "<OGRVRTDataSource><OGRVRTLayer><SrcDataSource>canary.csv</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read canary.csv"}',
    ],
)
def test_f06_f07_virtual_formats_are_refused(save: Save, content: str) -> None:
    with pytest.raises(DataError, match="only points to other"):
        load_plots(save(content))


@pytest.mark.parametrize("depth", [900, 100_000])
def test_f13_deep_nesting(save: Save, depth: int) -> None:
    one = json.dumps(feature("a", [11, 60], note="DEEP")).replace('"DEEP"', "[" * depth + "]" * depth)
    with pytest.raises(DataError, match="nested"):
        load_plots(save('{"type":"FeatureCollection","features":[' + one + "]}"))


def test_f13_deep_position_is_told_without_walking_it(save: Save) -> None:
    deep = json.dumps(collection(feature("a", "DEEP"))).replace('"DEEP"', "[" * 900 + "]" * 900)
    with pytest.raises(DataError, match="position must be"):
        load_plots(save(deep))


def test_f14_limits_name_the_way_to_raise_them(save: Save) -> None:
    path = save(collection(*(feature(f"P{n}", [11, 60]) for n in range(3))))
    assert len(load_plots(path)) == 3
    with pytest.raises(DataError, match=r"3 features, at most 2 are read: .*Limits\(rows"):
        load_plots(path, limits=Limits(rows=2))
    with pytest.raises(DataError, match=r"at most 0 MiB are read: .*Limits\(file_bytes"):
        load_plots(path, limits=Limits(file_bytes=100))


def test_f25_byte_order_mark(save: Save) -> None:
    assert len(load_plots(save("\ufeff" + json.dumps(collection(feature("a", [11, 60])))))) == 1


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("utf-16", "UTF-16"), ("latin-1", "not utf-8 at byte"), ("cp1252", "not utf-8 at byte")],
)
def test_f26_other_encodings(save: Save, encoding: str, words: str) -> None:
    text = json.dumps(collection(feature("a", [11, 60], note="Ås")), ensure_ascii=False)
    with pytest.raises(DataError, match=words):
        load_plots(save(text.encode(encoding)))


def test_f04_trailing_garbage_has_a_place(save: Save) -> None:
    with pytest.raises(DataError, match=r"line 2, column 1: not JSON \(Extra data\)"):
        load_plots(save(json.dumps(collection(feature("a", [11, 60]))) + "\n{}"))


@pytest.mark.parametrize(
    "name", ["EPSG:999999", "EPSG:27700", "utm", "", "urn:ogc:def:crs:EPSG::0", "EPSG:5110"]
)
def test_g02_unknown_crs_is_refused_not_guessed(save: Save, name: str) -> None:
    with pytest.raises(CrsError, match="is not known: save it in EPSG:25832"):
        load_plots(save(collection(feature("a", [11, 60]), crs=named_crs(name))))


@pytest.mark.parametrize(
    "member", [None, {}, [], "EPSG:25832", {"type": "link", "properties": {"href": "http://x"}}]
)
def test_g02_a_crs_member_of_another_form_is_refused(save: Save, member: object) -> None:
    with pytest.raises(CrsError, match="not known"):
        load_plots(save(collection(feature("a", [11, 60]), crs=member)))


@pytest.mark.parametrize(
    ("name", "position"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", [10.75, 59.91]),
        ("EPSG:4258", [10.75, 59.91]),
        ("urn:ogc:def:crs:EPSG::25832", [597868.381, 6642681.510]),
        ("http://www.opengis.net/def/crs/EPSG/0/25832", [597868.381, 6642681.510]),
        ("EPSG:25833", [262409.732, 6649017.749]),
    ],
)
def test_named_crs_is_honoured(save: Save, name: str, position: list[float]) -> None:
    plots = load_plots(save(collection(feature("a", position), crs=named_crs(name))))
    assert plots.geometry["a"].distance(shapely.Point(597868.381, 6642681.510)) < 1


@pytest.mark.parametrize(
    ("position", "crs", "words"),
    [
        ([597868, 6642681], None, "look like metres in EPSG:25832"),
        ([262275, 6649109], None, "look like metres in EPSG:25833"),
        ([59.91, 10.75], None, "lon and lat swapped"),
        ([597868, 6642681], "EPSG:25833", "look like metres in EPSG:25832 and land 3[34][0-9] km away"),
        ([262275, 6649109], "EPSG:25832", "look like metres in EPSG:25833 and land 3[34][0-9] km away"),
        ([6642681, 597868], "EPSG:25832", "north and east swapped"),
        ([10.75, 59.91], "EPSG:25832", "look like degrees"),
        ([1196684, 8382000], "EPSG:25832", "web map metres"),
        ([5.32, 60.39], None, "lies outside the area covered"),
        ([0, 0], None, "lies outside the area covered"),
        ([5e7, 5e7], None, "lies outside the area covered"),
    ],
)
def test_g03_g04_g05_g08_g11_positions_that_cannot_be(
    save: Save, position: list[float], crs: str | None, words: str
) -> None:
    members = {"crs": named_crs(crs)} if crs else {}
    good = [10.75, 59.91] if crs is None else [600000, 6650000] if crs == "EPSG:25832" else [262275, 6649109]
    with pytest.raises(CrsError, match=rf"plots.geojson: feature 2 \(bad\): .*{words}"):
        load_plots(save(collection(feature("good", good), feature("bad", position), **members)))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e308, "10.7", True, None, [1], 10**400])
def test_g09_coordinates_that_are_no_numbers(save: Save, bad: object) -> None:
    ring = [*SQUARE[0][:2], [bad, 60.0], *SQUARE[0][3:]]
    with pytest.raises(DataError, match=r"feature 2: ring 1, vertex 3: coordinate") as caught:
        load_plots(save(collection(feature("a", [11, 60]), feature("b", [ring], kind="Polygon"))).absolute())
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("position", [[11], [11, 60, 1, 2], [], 11, None, {"x": 11}])
def test_g10_positions_of_another_length(save: Save, position: object) -> None:
    with pytest.raises(DataError, match="two or three numbers"):
        load_plots(save(collection(feature("a", position))))


def test_g10_heights_are_dropped_with_a_notice(save: Save) -> None:
    high = [[[*position, 100] for position in SQUARE[0]]]
    path = save(
        collection(feature("a", [11, 60, 5.0]), feature("b", high, kind="Polygon"), feature("c", [11, 60]))
    )
    with pytest.warns(RegionGeoWarning, match="heights of 2 of 3 rows are dropped"):
        plots = load_plots(path)
    assert not plots.geometry.has_z.any()


def test_g12_bowtie_has_reason_and_place(save: Save) -> None:
    with pytest.raises(DataError, match=r"feature 1 \(a\): .*not valid \(Self-intersection\[11.05 60.05\]\)"):
        load_plots(save(collection(feature("a", BOWTIE, kind="Polygon"))))


def test_g13_rings_and_every_other_problem_at_once(save: Save) -> None:
    content = collection(
        feature("a", [SQUARE[0][:4]], kind="Polygon"),
        feature("b", [SQUARE[0][:2]], kind="Polygon"),
        feature("c", [11, 60], area_m2="12"),
        feature(None, [11, 60]),
        feature("a", [11, 60]),
    )
    with pytest.raises(DataError) as caught:
        load_plots(save(content))
    told = str(caught.value)
    assert told.startswith("plots.geojson has 5 problems:\n")
    for words in (
        "feature 1: ring 1 is not closed",
        "feature 2: ring 1 has 2 positions",
        "feature 3: area_m2 is the text '12', not a number",
        "feature 4: site_id is missing",
        "feature 1 (a), feature 5 (a): site_id 'a' stands 2 times",
    ):
        assert words in told


@pytest.mark.parametrize("geometry", [None, {}, {"type": "Polygon", "coordinates": []}, {"type": "Point"}, 7])
def test_g16_missing_or_empty_geometry(save: Save, geometry: object) -> None:
    with pytest.raises(DataError, match="feature 1: "):
        load_plots(save(collection({**feature("a", [11, 60]), "geometry": geometry})))


@pytest.mark.parametrize("kind", ["LineString", "MultiPoint", "GeometryCollection", "Curve\x1b"])
def test_g15_other_types(save: Save, kind: str) -> None:
    with pytest.raises(DataError, match=r"its geometry is '(Line|Multi|Geometry|Curve\\x1b)"):
        load_plots(save(collection(feature("a", [[11, 60], [11, 61]], kind=kind))))


def test_g15_stations_are_points(save: Save) -> None:
    square = feature("x", SQUARE, kind="Polygon")
    square["properties"] = {"station_id": "S", "name": "Stasjon"}
    with pytest.raises(DataError, match="is a Polygon: give Point"):
        load_stations(save(collection(square)))


@pytest.mark.parametrize("site_id", [301, 301.0, True, ["a"], {"a": 1}])
def test_t01_ids_are_text(save: Save, site_id: object) -> None:
    with pytest.raises(
        DataError, match=r"feature 1: site_id is .*, not text: ids are text \('0301', not 301\)"
    ):
        load_plots(save(collection(feature(site_id, [11, 60]))))


def test_t03_t04_ids_and_names_stay_as_written(save: Save) -> None:
    odd = ["1E02", "2024-01-01", "TRUE", "0301", "NA", "null"]
    plots = load_plots(save(collection(*(feature(one, [11, 60], name=one) for one in odd))))
    assert plots["name"].to_dict() == {one: one for one in sorted(odd)}


def test_t07_t08_text_is_nfc_and_ids_lose_the_invisible(save: Save) -> None:
    plots = load_plots(
        save(collection(feature(" A\u030as\u00a01\u200b ", [11, 60], name="A\u030as\u00a0nord ")))
    )
    assert plots["name"].to_dict() == {"Ås 1": "Ås\u00a0nord"}


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "\x1b[2J", "a\ud800", "a\x85", "a\u2028b"])
def test_t14_control_characters_and_surrogates(save: Save, name: str) -> None:
    with pytest.raises(DataError, match=r"feature 1: .*control character") as caught:
        load_plots(save(json.dumps(collection(feature("a", [11, 60], name=name)))))
    assert str(caught.value).isprintable()


def test_long_text_is_refused_not_cut(save: Save) -> None:
    with pytest.raises(DataError, match="name has 501 characters, at most 500"):
        load_plots(save(collection(feature("a", [11, 60], name="x" * 501))))


def test_keys_that_stand_twice_are_named(save: Save) -> None:
    text = json.dumps(collection(feature("a", [11, 60]))).replace(
        '"name": "Tomt"', '"name": "Tomt", "name": "B"'
    )
    with pytest.raises(DataError, match="feature 1: key 'name' stands twice"):
        load_plots(save(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"type": "FeatureCollection", "features": [], "features": []}', "key 'features' stands twice"),
        ('{"type": "FeatureCollection", "features": [' + "1" * 5000 + "]}", "number of thousands of digits"),
        ('{"type": "Topology", "objects": {}}', "is TopoJSON or ESRI JSON"),
        ('{"type": "FeatureCollection", "features": {}}', "not a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": [3]}', "feature 1: is not a GeoJSON Feature"),
        (
            '{"type": "FeatureCollection", "features": [{"type": "Feature"}]}',
            "has no geometry or no properties",
        ),
    ],
)
def test_f27_other_json(save: Save, text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        load_plots(save(text))


def test_a_feature_names_no_system_and_holds_attributes(save: Save) -> None:
    own = {**feature("a", [11, 60]), "crs": named_crs("EPSG:25833")}
    with pytest.raises(DataError, match="feature 1: names a coordinate system of its own"):
        load_plots(save(collection(own)))
    with pytest.raises(DataError, match="feature 1: its properties are not a JSON object"):
        load_plots(save(collection({**feature("a", [11, 60]), "properties": [1]})))
    with pytest.raises(DataError, match="feature 1: site_id is missing"):
        load_plots(save(collection({**feature("a", [11, 60]), "properties": None}, feature("b", [11, 60]))))


def test_t13_a_slip_in_a_column_name_is_told(save: Save) -> None:
    slip = {
        "type": "Feature",
        "properties": {"Site_ID": "a", "name": "b"},
        "geometry": feature("a", [11, 60])["geometry"],
    }
    with pytest.raises(DataError, match="every feature: site_id is missing: rename 'Site_ID' to site_id"):
        load_plots(save(collection(slip)))
    with pytest.raises(DataError, match="'areal_m2' is not known, area_m2 is"):
        load_plots(save(collection(feature("a", [11, 60], areal_m2=3))))


@pytest.mark.parametrize("area", [-1, float("nan"), float("inf"), "x", True, [1]])
def test_t15_impossible_areas(save: Save, area: object) -> None:
    with pytest.raises(DataError, match=r"feature 1( \(a\))?: area_m2 is"):
        load_plots(save(collection(feature("a", [11, 60], area_m2=area))))


def test_first_twenty_problems_and_the_count(save: Save) -> None:
    with pytest.raises(DataError) as caught:
        load_plots(save(collection(*(feature(n, [11, 60]) for n in range(50)))))
    lines = str(caught.value).splitlines()
    assert lines[0] == "plots.geojson has 50 problems:"
    assert lines[-1] == "  - and 30 more"
    assert len(lines) == 22


def test_other_columns_do_not_leave_the_file(save: Save) -> None:
    plots = load_plots(save(collection(feature("a", [11, 60], owner="Kari", phone="1"))))
    assert list(plots.columns) == ["name", "area_m2", "geometry"]


def test_row_order_does_not_matter(save: Save) -> None:
    features = [feature(name, [11 + n / 100, 60]) for n, name in enumerate("dbca")]
    first = load_plots(save(collection(*features)))
    assert first.equals(load_plots(save(collection(*reversed(features)))))


def a_good_file() -> bytes:
    features = [
        feature("P1", [10.75, 59.91], area_m2=5000),
        feature("P2", SQUARE, kind="Polygon", name="Område Ås"),
        feature("P3", [SQUARE], kind="MultiPolygon"),
    ]
    return json.dumps(collection(*features), ensure_ascii=False).encode()


def only_our_errors(path: Path, data: bytes) -> bool:
    """Tell whether a file was taken; any exception or warning but ours fails the test."""
    path.write_bytes(data)
    try:
        plots = load_plots(path)
    except (RegionGeoError, RegionGeoWarning) as error:
        assert str(error).replace("\n", "").isprintable()  # noqa: PT017 - either outcome is right
        return False
    validate(plots, PLOTS)
    return True


def test_f03_cut_at_every_byte(tmp_path: Path) -> None:
    good = a_good_file()
    path = tmp_path / "plots.geojson"
    assert only_our_errors(path, good)
    taken = [end for end in range(len(good)) if only_our_errors(path, good[:end])]
    assert taken == []
    path.write_bytes(good[:200])
    with pytest.raises(DataError, match="line 1, column"):
        load_plots(path)


PIECES = (
    b"NaN",
    b"1e999",
    b"null",
    b"true",
    b"[",
    b"]",
    b"{",
    b'"',
    b"-",
    b"\\ud800",
    b"\xff",
    b",",
    b"1e308",
)
PIECES += (b"[]", b"{}", b'"Polygon"', b'"crs":null,', b"0.1,", b"\\u0000", b"999999999999")


def mutate(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        start = rng.randrange(len(changed))
        end = min(len(changed), start + rng.randrange(1, 30))
        match rng.randrange(5):
            case 0:
                changed[start] ^= 1 << rng.randrange(8)
            case 1:
                del changed[start:end]
            case 2:
                changed[start:start] = changed[start:end]
            case 3:
                changed[start:start] = rng.choice(PIECES)
            case _:
                changed[start] = rng.randrange(256)
        changed = changed or bytearray(b"x")
    return bytes(changed)


@pytest.mark.slow
def test_f16_mutated_files_end_in_a_valid_table_or_our_error(tmp_path: Path) -> None:
    rng = random.Random(20240101)  # noqa: S311 - seeded on purpose
    good = a_good_file()
    taken = sum(only_our_errors(tmp_path / "plots.geojson", mutate(good, rng)) for _ in range(2500))
    assert 0 < taken < 250


@pytest.mark.parametrize("ending", ["geojson", "csv", "gpkg", "txt", ""])
def test_random_bytes_end_in_our_error(tmp_path: Path, ending: str) -> None:
    rng = random.Random(7)  # noqa: S311 - seeded on purpose
    path = tmp_path / f"plots.{ending}"
    assert not any(only_our_errors(path, rng.randbytes(rng.randrange(200))) for _ in range(200))
