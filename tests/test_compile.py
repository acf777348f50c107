"""Raw sources to reference data: repair, ids, rules, and a build that is whole or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from commands import run_command
from regiongeo.compile import areas, build_reference, places, raw
from regiongeo.compile.registry import rehash_assumptions, replaced_folder, table_file
from regiongeo.errors import CrsError, DataError, OutputError, SchemaError, SourceError
from regiongeo.store import SCHEMAS, data_dir, list_tables, load_reference, load_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from regiongeo.tables import ReferenceData

SHARED = Path(__file__).parents[2] / "shared"
SOURCES = SHARED / "data"
needs_sources = pytest.mark.skipif(
    not (SOURCES / "region").is_dir(), reason="the raw sources are not part of the repository"
)
EAST, NORTH = 600_000, 6_640_000


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


@pytest.fixture(scope="module")
def reference() -> ReferenceData:
    return load_reference()


# --- repair of the borders


def test_a_sliver_goes_to_the_neighbour_with_most_border() -> None:
    """A 20 m x 100 m hole s lies between L and R; L touches it on three sides, R on one.

    +--------+--------+
    | L   +--+   R    |
    |     |s |        |
    |     +--+        |
    +--------+--------+
    0    980 1000    2000
    """
    sliver = box(980, 450, 1000, 550)
    left, right = box(0, 0, 1000, 1000).difference(sliver), box(1000, 0, 2000, 1000)
    filled = areas._fill_slivers(np.array([right, left], dtype=object))
    # the hole of 2,000 m2 goes to L (20 + 100 + 20 m of border), not to R (100 m)
    assert filled[1].equals(box(0, 0, 1000, 1000))
    assert filled[0].equals(right)


def test_a_hole_of_a_hectare_and_more_stays() -> None:
    ring = box(0, 0, 1000, 1000).difference(box(100, 100, 200, 200))
    assert areas._fill_slivers(np.array([ring], dtype=object))[0].equals(ring)


def test_repair_keeps_areas_and_drops_lines() -> None:
    """A square with a spike of no width: repair must leave the square alone."""
    corners = [(0, 0), (10, 0), (10, 10), (10, 20), (10, 10), (0, 10), (0, 0)]
    spiked = shapely.Polygon([(EAST + x, NORTH + y) for x, y in corners])
    repaired = areas._repair(np.array([spiked], dtype=object))
    assert repaired[0].geom_type == "Polygon"
    assert repaired[0].area == 100


def test_overlapping_municipalities_are_refused() -> None:
    frame = gpd.GeoDataFrame(
        geometry=[box(0, 0, 10, 10), box(5, 0, 15, 10)], index=["a", "b"], crs="EPSG:25832"
    )
    with pytest.raises(DataError, match="municipalities overlap"):
        areas._require_coverage(frame)


def test_areas_that_differ_by_more_than_a_percent_are_named() -> None:
    with pytest.raises(DataError, match=r"more than 1 % .*'0002'"):
        areas._require_areas(pd.Series({"0001": 100.9, "0002": 98.9}), pd.Series({"0001": 100, "0002": 100}))


@pytest.mark.parametrize(
    ("code", "county"),
    [
        ("0301", "Oslo"),
        ("3226", "Akershus"),
        ("3234", "Oppland"),  # Lunner
        ("3236", "Oppland"),  # Jevnaker
        ("3403", "Hedmark"),  # Hamar
        ("3405", "Oppland"),  # Lillehammer
        ("3407", "Oppland"),  # Gjøvik
        ("3420", "Hedmark"),  # Elverum
        ("3430", "Hedmark"),  # Os
        ("3431", "Oppland"),  # Dovre
        ("3446", "Oppland"),  # Gran
        ("4026", "Telemark"),
        ("4618", "Norge"),
    ],
)
def test_county_of_2019(code: str, county: str) -> None:
    assert areas._county_2019(code) == county


# --- ids


def test_numbered_ids_do_not_depend_on_the_order_of_the_file() -> None:
    shapes = [box(0, 0, 1, 1), box(0, 5, 1, 6), box(-9, 0, 1, 1), box(0, 0, 1, 2)]
    ids = []
    for seed in range(4):
        shuffled = [shapes[n] for n in np.random.default_rng(seed).permutation(len(shapes))]
        frame = raw.number_ids(
            gpd.GeoDataFrame(geometry=shuffled, crs="EPSG:25832"), prefix="toy", index="toy_id"
        )
        ids.append({key: shape.wkt for key, shape in frame.geometry.items()})
    assert list(ids[0]) == ["toy_001", "toy_002", "toy_003", "toy_004"]
    assert ids[0] == ids[1] == ids[2] == ids[3]


def test_named_ids_are_plain_letters_and_repeats_are_numbered_from_the_west() -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["Våler", "Øvre Årdal", "Våler", "Kárášjohka"]},
        geometry=[shapely.Point(EAST + x, NORTH) for x in (9, 0, 3, 1)],
        crs="EPSG:25832",
    )
    named = raw.slug_ids(frame, prefix="place", index="place_id")
    assert list(named.index) == ["place_karasjohka", "place_oevre_aardal", "place_vaaler", "place_vaaler_2"]
    assert named.geometry["place_vaaler"].x == EAST + 3


# --- raw files


def write_points(path: Path, *, crs: str | None = "EPSG:25833") -> None:
    frame = gpd.GeoDataFrame({"name": [" Ås "]}, geometry=[shapely.Point(262_000, 6_650_000)], crs=crs)
    frame.to_file(path, driver="GPKG", layer="toy")


def test_a_raw_layer_arrives_in_25832_with_clean_text(tmp_path: Path) -> None:
    write_points(tmp_path / "toy.gpkg")
    frame = raw.read_layer(tmp_path, "toy.gpkg", layer="toy", columns=["name"])
    assert frame.crs == "EPSG:25832"
    assert list(frame["name"]) == ["Ås"]
    assert 590_000 < frame.geometry[0].x < 610_000  # Oslo in zone 32, as it was in zone 33


@pytest.mark.parametrize(
    ("layer", "columns", "words"),
    [("roads", ["name"], "layer 'roads' cannot be read"), ("toy", ["name", "size"], "has no column 'size'")],
)
def test_a_raw_file_of_another_edition_is_refused(
    tmp_path: Path, layer: str, columns: list[str], words: str
) -> None:
    write_points(tmp_path / "toy.gpkg")
    with pytest.raises(DataError, match=words):
        raw.read_layer(tmp_path, "toy.gpkg", layer=layer, columns=columns)


def test_a_missing_raw_file_is_named_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"raw file 'toy.gpkg' is not in .*--sources"):
        raw.read_layer(tmp_path, "toy.gpkg")
    with pytest.raises(SourceError, match=r"raw file 'toy.csv' is not in"):
        raw.read_rows(tmp_path, "toy.csv", columns=["name"])


def test_a_damaged_raw_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "toy.gpkg").write_bytes(b"SQLite format 3\x00 and no more")
    with pytest.raises(DataError, match="get it again from its holder"):
        raw.read_layer(tmp_path, "toy.gpkg")
    (tmp_path / "toy.csv").write_bytes("name\nÅs\n".encode("latin-1"))
    with pytest.raises(DataError, match="no UTF-8 CSV table"):
        raw.read_rows(tmp_path, "toy.csv", columns=["name"])


def test_a_raw_layer_without_crs_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="crs"):
        write_points(tmp_path / "toy.gpkg", crs=None)
    with pytest.raises(CrsError, match="names no coordinate system"):
        raw.read_layer(tmp_path, "toy.gpkg", layer="toy")


# --- the folder


def listing(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the shipped data, so that a test can replace them."""
    return Path(shutil.copytree(data_dir(), tmp_path / "data"))


def test_a_build_that_fails_leaves_everything_as_it_was(folder: Path) -> None:
    before = listing(folder)
    with pytest.raises(DataError, match="toy"), replaced_folder(folder) as new:  # noqa: PT012
        (new / "sources.toml").write_text("half")
        raise DataError("toy")
    assert listing(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["data"]


def test_a_folder_that_cannot_be_moved_in_leaves_the_old_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, rename = listing(folder), Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OutputError, match="disk full"), replaced_folder(folder) as new:
        (new / "sources.toml").write_text("whole")
    assert listing(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["data"]


def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputError, match=r"holds other files \('thesis.docx'\)"), replaced_folder(tmp_path):
        pass
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_edited_assumptions_load_once_they_are_registered(folder: Path) -> None:
    with (folder / "assumptions.csv").open("a", encoding="utf-8") as stream:
        stream.write("toy_km,1,km,,,,toy,policy,\n")
    rehash_assumptions(folder)
    assert load_table("assumptions", folder).loc["toy_km", "value"] == 1
    assert load_reference(folder).members.equals(load_reference().members)


def test_broken_assumptions_are_not_registered(folder: Path) -> None:
    with (folder / "assumptions.csv").open("a", encoding="utf-8") as stream:
        stream.write("toy_km,1,km,,,,toy,guess,\n")
    before = (folder / "sources.toml").read_bytes()
    with pytest.raises(SchemaError, match=r"status: must be one of .*'toy_km'"):
        rehash_assumptions(folder)
    assert (folder / "sources.toml").read_bytes() == before


def test_every_table_has_a_place_in_the_catalogue() -> None:
    files = [table_file(name) for name in SCHEMAS]
    assert len(set(files)) == len(SCHEMAS)
    assert table_file("fuel_sites") == "osm/fuel_sites.parquet"


# --- what is shipped


def test_shipped_municipalities_are_a_clean_coverage(reference: ReferenceData) -> None:
    shapes = reference.municipalities.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert sum(shapely.area(shapes)) == pytest.approx(shapely.union_all(shapes).area, abs=1)
    assert min(hole.area for hole in areas._holes(shapes)) >= 10_000
    corners = shapely.get_coordinates(shapes)
    assert np.abs(corners * 10 - np.round(corners * 10)).max() < 1e-6  # on a grid of 0.1 m


def test_every_code_of_2020_translates_once(reference: ReferenceData) -> None:
    codes = reference.municipality_codes
    assert sorted(codes["municipality_id"]) == list(reference.municipalities.index)
    assert codes.loc["3024", "name"] == "Bærum"
    assert codes["municipality_id"][["0301", "3018", "3053", "3811", "3419"]].to_list() == [
        "0301", "3114", "3236", "3911", "3419",
    ]  # fmt: skip


def test_the_two_valer_and_the_two_nes_are_told_apart(reference: ReferenceData) -> None:
    names = reference.municipalities["name"]
    assert list(names.index[names == "Våler"]) == ["3114", "3419"]
    assert list(names.index[names == "Nes"]) == ["3228"]
    assert "3419" not in reference.members.index


def test_every_centre_lies_in_its_own_municipality(reference: ReferenceData) -> None:
    assert list(reference.centres.index) == list(reference.municipalities.index)
    away = reference.municipalities.geometry.distance(reference.centres.geometry)
    assert away.max() <= 1  # labels moved out of the sea lie on the border
    assert reference.centres.loc["3403", "basis"] == "station"


def test_places_are_named_once_in_a_municipality(reference: ReferenceData) -> None:
    known = reference.places.dropna(subset="municipality_id")
    assert not known.duplicated(["name", "municipality_id"]).any()
    assert reference.places.loc["place_oslo", "rank"] == 1


def test_freight_nodes_without_position_are_left_out(reference: ReferenceData) -> None:
    nodes = reference.freight_nodes.set_index("name")
    assert not {"Norsenga", "Vestmo"} & set(nodes.index)
    assert nodes["accuracy_m"].isna().to_dict() == {
        name: name in ("Notodden", "Vestby") for name in nodes.index
    }


def test_population_is_whole_for_the_members(reference: ReferenceData) -> None:
    counts = reference.population.groupby(level="municipality_id").size()
    assert (counts[reference.members.index] == 22).all()  # 2005 to 2026


# --- the raw sources


@pytest.mark.sources
@needs_sources
def test_the_same_sources_give_the_shipped_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        build_reference(SOURCES, tmp_path / name, assumptions=data_dir() / "assumptions.csv")
    one, two = listing(tmp_path / "one"), listing(tmp_path / "two")
    assert one == two
    if _writer(tmp_path / "one") == _writer(data_dir()):
        assert one == listing(data_dir())
    for name in SCHEMAS:
        pd.testing.assert_frame_equal(load_table(name, tmp_path / "one"), load_table(name), check_exact=True)


@pytest.mark.sources
@needs_sources
def test_a_build_tells_the_quays_that_are_left(tmp_path: Path) -> None:
    done = run_command(
        "data", "build", "--sources", str(SOURCES), "--out", "data", "--lang", "en", cwd=tmp_path
    )
    assert done.returncode == 0
    assert "11 quays of ferries lie too far from a road in the map to be joined to it: N00535" in done.stderr
    assert "N02429" in done.stderr


def _writer(folder: Path) -> str:
    return str(pq.ParquetFile(folder / "links.parquet").metadata.created_by)


@pytest.mark.sources
@needs_sources
def test_codes_agree_with_the_published_correspondence(reference: ReferenceData) -> None:
    changes = json.loads(
        (SHARED / "api_examples/kommune_2020_2023_to_2024_viken.json").read_text(encoding="utf-8")
    )
    codes = reference.municipality_codes["municipality_id"]
    published = {old: new["to"] for old, new in changes["changes"].items()}
    assert {old: codes.get(old) for old in published} == published


@pytest.mark.sources
@needs_sources
def test_subregions_agree_with_the_repaired_extract(reference: ReferenceData) -> None:
    extract = gpd.read_file(SOURCES / "region/boundaries/members_2024_M.geojson").to_crs("EPSG:25832")
    ours = reference.municipalities.geometry.reindex(extract["kommunenummer"]).to_numpy()
    theirs = shapely.make_valid(extract.geometry.to_numpy())
    assert (shapely.area(shapely.symmetric_difference(ours, theirs)) / shapely.area(ours)).max() < 0.002


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _drop_oslo(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("0301")), encoding="utf-8")


@pytest.mark.sources
@needs_sources
@pytest.mark.parametrize(
    ("file", "damage", "error", "words"),
    [
        ("region/members.csv", Path.unlink, SourceError, "raw file 'region/members.csv' is not in"),
        (
            "roads/n1000_osloregion.gpkg",
            Path.unlink,
            SourceError,
            "raw file 'roads/n1000_osloregion.gpkg' is not in",
        ),
        (
            "region/boundaries/kommuner_2024_norway_M.geojson",
            _cut,
            DataError,
            "kommuner_2024_norway_M.geojson",
        ),
        ("region/population_all_municipalities_2005_2026.csv", _drop_oslo, DataError, "no rows of '0301'"),
    ],
)
def test_a_build_from_damaged_sources_changes_nothing(
    tmp_path: Path,
    folder: Path,
    *,
    file: str,
    damage: Callable[[Path], None],
    error: type[Exception],
    words: str,
) -> None:
    sources, before = tmp_path / "sources", listing(folder)
    shutil.copytree(SOURCES, sources, ignore=shutil.ignore_patterns("restricted"))
    (sources / file).parent.chmod(0o755)
    (sources / file).chmod(0o644)
    damage(sources / file)
    with pytest.raises(error, match=words):
        build_reference(sources, folder, assumptions=folder / "assumptions.csv")
    assert listing(folder) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "sources"]


def test_a_folder_of_sources_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"is no folder: give the folder of the raw files with --sources"):
        build_reference(tmp_path / "none", tmp_path / "out", assumptions=data_dir() / "assumptions.csv")
    assert not (tmp_path / "out").exists()


def test_named_points_count_only_in_their_own_municipality() -> None:
    """Two squares L and R; both have the centre 'Sand', but the only station of that name lies in R."""
    squares = gpd.GeoDataFrame(
        geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10)],
        index=pd.Index(["L", "R"], name="municipality_id"),
        crs="EPSG:25832",
    )
    stations = gpd.GeoDataFrame(
        {"name": ["Sand"]}, geometry=[shapely.Point(EAST + 15, NORTH + 5)], crs="EPSG:25832"
    )
    names = pd.Series({"L": "Sand", "R": "Sand"})
    found = places._named_points(stations, names, municipalities=squares, basis="station", accuracy_m=500)
    assert list(found.index) == ["R"]


def test_the_registry_counts_the_rows() -> None:
    rows = list_tables()["rows"]
    assert rows["members"] == 66
    assert rows["population"] == len(load_table("population"))
