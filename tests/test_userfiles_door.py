"""The door: what is refused before anything reads it, and that every wrong CRS label is caught."""

import os
import socket
from itertools import permutations
from pathlib import Path

import pytest
from pyproj import Transformer

from regiongeo import userfiles
from regiongeo.crs import WORK_BOX
from regiongeo.errors import DataError, RegionGeoError
from regiongeo.userfiles import Limits, load_plots
from regiongeo.userfiles.checks import read_text
from regiongeo.userfiles.problems import shown
from regiongeo.userfiles.projections import ACCEPTED_CRS, parse_crs

GOOD = b"site_id;name;lon;lat\nP1;Tomt;10,75;59,91\n"


@pytest.mark.parametrize(
    "path",
    [
        "<OGRVRTDataSource/>",
        "CSV:plots.csv",
        "/vsicurl/http://127.0.0.1/a.csv",
        "/vsizip/a.zip/a.csv",
        "http://127.0.0.1/a.csv",
        "WFS:http://127.0.0.1",
        "PG:dbname=x",
        "MEM:",
        "GPKG:plots.csv",
        "file:///plots.csv",
        "plots.csv\x00",
        "  <x>",
    ],
)
def test_f08_addresses_and_driver_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plots.csv").write_bytes(GOOD)
    assert len(load_plots("plots.csv")) == 1
    with pytest.raises(DataError, match="address or a driver name, not the path of a file"):
        load_plots(path)


def test_f23_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "folder.csv").mkdir()
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "s.csv"))
    server.close()
    for name, words in (
        ("pipe.csv", "is a device, pipe or socket, not a regular file"),
        ("s.csv", "is a device, pipe or socket, not a regular file"),
        ("folder.csv", "is a folder, not a regular file"),
        ("gone.csv", "is a link that points to nothing"),
        ("loop.csv", "cannot be opened"),
        ("none.csv", "no such file"),
        ("none.csv/a.csv", "no such file"),
        ("x" * 300 + ".csv", "cannot be opened"),
        ("\ud800.csv", "cannot be opened"),
    ):
        with pytest.raises(DataError, match=words):
            load_plots(tmp_path / name)
    with pytest.raises(DataError, match="is a device"):
        load_plots("/dev/zero")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_f23_permission_denied(tmp_path: Path) -> None:
    path = tmp_path / "plots.csv"
    path.write_bytes(GOOD)
    path.chmod(0)
    with pytest.raises(DataError, match="permission denied"):
        load_plots(path)


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(GOOD)
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    assert len(load_plots(tmp_path / "b.csv")) == 1


def test_f14_a_sparse_file_of_2_gb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "plots.gpkg"
    with path.open("wb") as stream:
        stream.truncate(2 * 2**30)
    with pytest.raises(DataError, match=r"is 2048.0 MiB, at most 64 MiB are read: .*Limits\(file_bytes"):
        load_plots(path)
    assert Limits().rows == 200_000


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.shp", b"\x00\x00\x27\x0a rest", "is a shapefile: export it as GeoPackage"),
        ("a.shp", b"other", "shapefiles are not read: export it as GeoPackage"),
        ("a.zip", b"PK\x03\x04../x", "is a zip archive: unpack it"),
        ("a.csv", b"PK\x05\x06", "is a zip archive: unpack it"),
        ("a.kmz", b"PK\x03\x04doc.kml", "is a zip archive"),
        ("a.xlsx", b"PK\x03\x04 xl/workbook.xml", "is an Excel workbook: save the sheet as 'CSV UTF-8'"),
        ("a.csv", b"PK\x03\x04 xl/workbook.xml", "is an Excel workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "is an old Excel workbook"),
        ("a.kml", b"<?xml version='1.0'?><kml><NetworkLink/></kml>", r"is XML \(kml\), which is not read"),
        ("a.vrt", b"<OGRVRTDataSource/>", "virtual format"),
        ("a.gpkg", b"<OGRVRTDataSource/>", "virtual format"),
        ("a.csv", b"<html>x", "looks like a web page"),
        ("a.fgb", b"fgb\x03", "is a FlatGeobuf file"),
        ("a.parquet", b"PAR1", "is a Parquet file"),
        ("a.gpkg", b"hello", "is not a GeoPackage"),
        ("a.gpkg", b"", "is not a GeoPackage"),
        ("a.gpkg", GOOD, "is not a GeoPackage"),
        ("a.csv", b'{"type": "FeatureCollection"}', "is named as a table of text but holds JSON"),
        ("a.xyz", b'{"type": "FeatureCollection"}', "holds JSON but its ending '.xyz' does not say so"),
        ("a.pickle", b"\x80\x04", "files ending in '.pickle' are not read"),
        ("a", GOOD, "files ending in '' are not read"),
        ("a.csv", "site_id".encode("utf-16"), "is UTF-16 text"),
        ("a.csv", "site_id".encode("utf-16-le"), "NUL character in line 1"),
        ("a\x1b[2J.csv", b"", r"^a\\x1b\[2J.csv: is empty"),
    ],
)
def test_f05_f06_f09_f10_x14_other_formats(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=words) as caught:
        load_plots(tmp_path / name)
    assert str(caught.value).isprintable()
    assert caught.value.exit_code == 3


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """The size was right when the path was checked; what counts is what is read."""
    (tmp_path / "a.csv").write_bytes(GOOD)
    with pytest.raises(DataError, match=r"is 0.0 MiB, at most 0 MiB are read"):
        read_text(tmp_path / "a.csv", encoding="utf-8", limits=Limits(file_bytes=10))


def test_a_file_that_goes_away_before_it_is_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_text(tmp_path / "a.csv", encoding="utf-8", limits=Limits())


def test_layers_belong_to_geopackages(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(GOOD)
    with pytest.raises(DataError, match="has no layers"):
        load_plots(tmp_path / "a.csv", layer="plots")


PLACES = [(10.75, 59.91), (11.4, 59.12), (9.65, 59.67), (10.47, 61.11), (12.0, 60.19)]
EQUAL = [{25831, 32631}, {25832, 32632}, {25833, 32633, 3006}, {25834, 32634}, {25835, 32635}, {4326, 4258}]


@pytest.mark.parametrize(("true", "label"), list(permutations(sorted(set(ACCEPTED_CRS.values())), 2)))
def test_g05_every_wrong_label_is_caught(true: int, label: int) -> None:
    """A place of the region labelled as another system: outside the work box, or moved by less than 1 m."""
    there = Transformer.from_crs("EPSG:4326", f"EPSG:{true}", always_xy=True)
    back = Transformer.from_crs(f"EPSG:{label}", "EPSG:25832", always_xy=True)
    right = Transformer.from_crs(f"EPSG:{true}", "EPSG:25832", always_xy=True)
    for place in PLACES:
        x, y = there.transform(*place)
        east, north = back.transform(x, y)
        if any({true, label} <= same for same in EQUAL):
            assert (east, north) == pytest.approx(right.transform(x, y), abs=1)
        else:
            assert not WORK_BOX.holds((east, north, east, north))


def test_parse_crs_never_guesses() -> None:
    assert {parse_crs(f"EPSG:{code}") for code in ACCEPTED_CRS} == set(ACCEPTED_CRS.values())
    assert {parse_crs(name) for name in ("", "EPSG", "25832", "EPSG:99999", "epsg:abcd", "EPSG:25832 ;")} == {
        None
    }


def test_no_gdal_behind_the_door() -> None:
    """The readers import nothing that could choose a driver by content."""
    for module in Path(userfiles.__file__).parent.glob("*.py"):
        text = module.read_text("utf-8")
        assert not any(word in text for word in ("pyogrio.", "fiona", "osgeo", "gpd.read", "pd.read"))


def test_shown_is_short_and_safe() -> None:
    assert shown("a\n\x1b\u202e\ud800b") == "a\\n\\x1b\\u202e\\ud800b"
    assert len(shown("x" * 1000)) == 60
    assert issubclass(DataError, RegionGeoError)
