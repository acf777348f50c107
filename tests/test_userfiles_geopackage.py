"""The GeoPackage reader, against files that GDAL wrote and that were then spoilt."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from regiongeo.errors import CrsError, DataError, RegionGeoError, RegionGeoWarning
from regiongeo.schema import validate
from regiongeo.tables import PLOTS
from regiongeo.userfiles import Limits, load_plots

Spoil = Callable[..., None]

HEADER = "x'47500001E8640000"
"""Start of a GeoPackage geometry in hex: GP, version 0, little-endian without envelope, SRS 25832."""


def squares(count: int, *, crs: str = "EPSG:25832") -> gpd.GeoDataFrame:
    """Make 50 m squares in a row, 100 m apart."""
    shapes = [shapely.box(6e5 + 100 * n, 6.65e6, 6e5 + 100 * n + 50, 6.65e6 + 50) for n in range(count)]
    columns = {"site_id": [f"P{n}" for n in range(count)], "name": ["Ås"] * count, "owner": ["Kari"] * count}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:25832").to_crs(crs)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write three squares to the layer ``plots``."""
    path = tmp_path / "plots.gpkg"
    squares(3).to_file(path, layer="plots")
    return path


@pytest.fixture
def spoil(path: Path) -> Spoil:
    def run(*statements: str) -> None:
        with closing(sqlite3.connect(path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return run


def test_reads_what_gdal_wrote(path: Path) -> None:
    plots = load_plots(path)
    validate(plots, PLOTS)
    assert list(plots.columns) == ["name", "area_m2", "geometry"]
    assert plots["area_m2"].to_dict() == {"P0": 2500.0, "P1": 2500.0, "P2": 2500.0}
    assert plots.geometry.geom_equals_exact(gpd.read_file(path).set_index("site_id").geometry, 0).all()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:25833", "EPSG:3857", "EPSG:4258"])
def test_other_systems_land_on_the_same_place(tmp_path: Path, crs: str) -> None:
    squares(2, crs=crs).to_file(tmp_path / "a.gpkg")
    plots = load_plots(tmp_path / "a.gpkg")
    assert plots.geometry["P1"].hausdorff_distance(shapely.box(600100, 6.65e6, 600150, 6.65e6 + 50)) < 0.01


def test_heights_are_dropped_with_a_notice(tmp_path: Path) -> None:
    frame = squares(2)
    frame.set_geometry(shapely.force_3d(frame.geometry, 7.0)).to_file(tmp_path / "a.gpkg")
    with pytest.warns(RegionGeoWarning, match="heights of 2 of 2 rows"):
        assert not load_plots(tmp_path / "a.gpkg").geometry.has_z.any()


@pytest.mark.parametrize("count", [0, 1, -5])
def test_f17_a_count_that_lies_changes_nothing(path: Path, spoil: Spoil, count: int) -> None:
    spoil(f"UPDATE gpkg_ogr_contents SET feature_count = {count}")  # noqa: S608
    assert len(load_plots(path)) == 3


def test_f18_views_are_no_layers(path: Path, spoil: Spoil) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i AS geom FROM n"
    spoil(f"CREATE VIEW endless AS {endless}", "UPDATE gpkg_geometry_columns SET table_name = 'endless'")
    with pytest.raises(DataError, match="has 0 layers"):
        load_plots(path)
    with pytest.raises(DataError, match="has no layer 'endless'"):
        load_plots(path, layer="endless")


def test_f18_a_catalogue_that_is_a_view_is_refused(path: Path, spoil: Spoil) -> None:
    spoil("DROP TABLE gpkg_geometry_columns", "CREATE VIEW gpkg_geometry_columns AS SELECT 1")
    with pytest.raises(DataError, match="no list of layers"):
        load_plots(path)


def test_slow_files_are_stopped(tmp_path: Path) -> None:
    squares(1400).to_file(tmp_path / "plots.gpkg")
    with pytest.raises(DataError, match="took more than 0 s"):
        load_plots(tmp_path / "plots.gpkg", limits=Limits(seconds=0.0))


def test_f19_layers_are_listed_and_chosen(path: Path) -> None:
    squares(1).to_file(path, layer="other")
    with pytest.raises(
        DataError, match=r"has 2 layers of geometry \(layers: 'other', 'plots'\): name the layer"
    ):
        load_plots(path)
    with pytest.raises(DataError, match=r"has no layer 'no';--' \(layers: 'other', 'plots'\)"):
        load_plots(path, layer="no';--")
    assert len(load_plots(path, layer="other")) == 1


def test_x11_quotes_in_layer_names(tmp_path: Path) -> None:
    squares(1).to_file(tmp_path / "a.gpkg", layer="a \"b\" 'c'; --")
    assert len(load_plots(tmp_path / "a.gpkg")) == 1


def test_f20_a_file_being_written_is_refused(path: Path) -> None:
    beside = path.with_name("plots.gpkg-wal")
    beside.write_bytes(b"x")
    with pytest.raises(DataError, match="is being written"):
        load_plots(path)
    beside.write_bytes(b"")
    assert len(load_plots(path)) == 3


@pytest.mark.parametrize("srs", [0, -1])
def test_g01_undefined_crs(path: Path, spoil: Spoil, srs: int) -> None:
    spoil(f"UPDATE gpkg_geometry_columns SET srs_id = {srs}")  # noqa: S608
    with pytest.raises(CrsError, match="names no coordinate system: save it in EPSG:25832"):
        load_plots(path)


def test_g02_crs_that_is_not_accepted(path: Path, spoil: Spoil) -> None:
    spoil("UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 27700 WHERE srs_id = 25832")
    with pytest.raises(CrsError, match="names EPSG:27700"):
        load_plots(path)


def test_g05_wrong_zone(path: Path, spoil: Spoil) -> None:
    spoil("UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 25833 WHERE srs_id = 25832")
    with pytest.raises(
        CrsError, match=r"row 1 \(P0\), row 2 \(P1\), .*look like metres in EPSG:25832 and land 3[34]"
    ):
        load_plots(path)


def test_g06_geometry_with_another_crs_than_its_layer(path: Path, spoil: Spoil) -> None:
    spoil("UPDATE gpkg_geometry_columns SET srs_id = 4326")
    with pytest.raises(DataError, match="its geometry names SRS 25832, its layer 4326"):
        load_plots(path)


@pytest.mark.parametrize(
    ("blob", "words"),
    [
        ("NULL", "has no geometry"),
        ("'text'", "damaged"),
        ("x'47'", "damaged"),
        ("x'4750000FE864000001'", "damaged"),
        ("3", "damaged"),
        (HEADER + "00'", "damaged"),
        (HEADER + "010700000000000000'", "is empty"),
        (HEADER + "0101000000000000000000F07F000000000000F07F'", "not a possible number"),
    ],
)
def test_g16_missing_and_damaged_geometry(path: Path, spoil: Spoil, blob: str, words: str) -> None:
    drop = [f"DROP TRIGGER {name}" for name in triggers(path)]
    spoil(*drop, f"UPDATE plots SET geom = {blob} WHERE site_id = 'P1'")  # noqa: S608
    with pytest.raises(DataError, match=f"plots.gpkg: row 2: .*{words}"):
        load_plots(path)


def test_a_layer_without_its_geometry_column_is_refused(path: Path, spoil: Spoil) -> None:
    spoil("UPDATE gpkg_geometry_columns SET column_name = 'shape'")
    with pytest.raises(DataError, match="layer 'plots' has no column for its geometry"):
        load_plots(path)


def triggers(path: Path) -> list[str]:
    """Name the triggers of a GeoPackage; they call functions that only GDAL has."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    return [f'"{name}"' for (name,) in found]


def test_t01_ids_that_are_numbers(tmp_path: Path) -> None:
    squares(2).assign(site_id=[301, 302]).to_file(tmp_path / "a.gpkg")
    with pytest.raises(DataError, match=r"row 1: site_id is 301, not text: ids are text"):
        load_plots(tmp_path / "a.gpkg")


def test_columns_missing_and_multipoints(tmp_path: Path) -> None:
    point = shapely.MultiPoint([(6e5, 6.65e6)])
    gpd.GeoDataFrame({"site_id": ["a"]}, geometry=[point], crs=25832).to_file(tmp_path / "a.gpkg", layer="l")
    with pytest.raises(DataError) as caught:
        load_plots(tmp_path / "a.gpkg")
    assert "layer 'l': name is missing" in str(caught.value)
    assert "row 1 (a): its geometry is a MultiPoint: give Point or Polygon or MultiPolygon" in str(
        caught.value
    )


def test_f14_too_many_rows(path: Path) -> None:
    with pytest.raises(DataError, match="more than 2 rows"):
        load_plots(path, limits=Limits(rows=2))


def test_reading_leaves_the_file_as_it_was(path: Path) -> None:
    before = path.read_bytes()
    load_plots(path)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["plots.gpkg"]


def test_other_databases_are_no_geopackages(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE a (b)")
    with pytest.raises(DataError, match="SQLite database but no GeoPackage"):
        load_plots(path)


def test_f16_flipped_bits_and_cuts_end_in_a_valid_table_or_our_error(path: Path) -> None:
    rng = random.Random(20240101)  # noqa: S311 - seeded on purpose
    good = path.read_bytes()
    refused = 0
    for case in range(400):
        data = bytearray(good)
        for _ in range(rng.choice((1, 3, 20, 200))):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data[: rng.randrange(len(data))] if case % 5 == 0 else data)
        try:
            validate(load_plots(path), PLOTS)
        except (RegionGeoError, RegionGeoWarning) as error:
            assert str(error).replace("\n", "").isprintable()  # noqa: PT017
            refused += 1
    assert 100 < refused < 400
