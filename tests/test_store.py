"""The store: what it loads, and what it says of a file that is missing, changed or not what it claims."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import fields
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.compile.registry import _csv
from regiongeo.errors import CrsError, DataError, SchemaError
from regiongeo.schema import Column, Schema, validate
from regiongeo.store import (
    SCHEMAS,
    check_keys,
    credits_of,
    data_dir,
    list_tables,
    load_reference,
    load_sources,
    load_table,
    read_table,
    verify,
)
from regiongeo.tables.reference import MEMBERS, REFERENCE, ReferenceData


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the shipped data, so that a test can damage them."""
    return Path(shutil.copytree(data_dir(), tmp_path / "data"))


def register(folder: Path, name: str, content: bytes, *, rows: int | None = None) -> None:
    """Replace a file and let the registry agree, as someone would who edits both."""
    record = list_tables(folder).loc[name]
    (folder / record["file"]).write_bytes(content)
    text = (folder / "sources.toml").read_text(encoding="utf-8")
    text = text.replace(record["sha256"], hashlib.sha256(content).hexdigest())
    if rows is not None:
        head, tail = text.split(f"[tables.{name}]")
        tail = re.sub(r"rows = \d+", f"rows = {rows}", tail, count=1)
        text = f"{head}[tables.{name}]{tail}"
    (folder / "sources.toml").write_text(text, encoding="utf-8")


def test_the_shipped_data_are_whole() -> None:
    assert verify() == []


def test_load_reference_holds_every_table_valid_by_its_schema() -> None:
    reference = load_reference()
    assert {field.name for field in fields(ReferenceData)} == set(SCHEMAS)
    for name, schema in SCHEMAS.items():
        assert validate(getattr(reference, name), schema) is not None


def test_shipped_data_are_at_most_8_mb() -> None:
    assert sum(path.stat().st_size for path in data_dir().rglob("*") if path.is_file()) <= 8_000_000


def test_load_table_gives_what_load_reference_gives() -> None:
    pd.testing.assert_frame_equal(load_table("members"), load_reference().members)


@pytest.mark.parametrize("name", sorted(name for name, schema in REFERENCE.items() if schema.geometry))
def test_geopandas_reads_the_same_tables(name: str) -> None:
    ours = load_table(name)
    theirs = gpd.read_parquet(data_dir() / list_tables().loc[name, "file"]).set_index(ours.index.name)
    assert theirs.crs == ours.crs == "EPSG:25832"
    assert list(theirs.index) == list(ours.index)
    assert (theirs.geometry.to_wkb() == ours.geometry.to_wkb()).all()


def test_ids_keep_their_leading_zero_and_flags_are_flags() -> None:
    members = load_table("members")
    assert members.loc["0301", "name"] == "Oslo"
    assert members["is_member_2024"].dtype == bool
    assert load_table("population").loc[("0301", 2024), "population"] == 717_710


def test_numbers_as_ids_are_refused_with_the_cure() -> None:
    members = load_table("members")
    numbered = members.set_index(members.index.astype(int).rename("municipality_id"))
    with pytest.raises(
        SchemaError, match=r"municipality_id: ids are text \('0301', not 301\): read the column as text"
    ):
        validate(numbered, MEMBERS)


def test_an_id_that_lost_its_zero_is_found_by_the_foreign_keys() -> None:
    tables = {name: load_table(name) for name in SCHEMAS}
    tables["members"] = tables["members"].rename(index={"0301": "301"})
    with pytest.raises(
        SchemaError, match=r"members.municipality_id: '301' not found in table 'municipalities'"
    ):
        check_keys(tables)


def test_every_broken_key_is_named_at_once() -> None:
    tables = {name: load_table(name) for name in SCHEMAS}
    tables["members"] = tables["members"].rename(index={"0301": "9999"})
    tables["nodes"] = tables["nodes"].iloc[1:]
    with pytest.raises(SchemaError) as caught:
        check_keys(tables)
    assert "members.municipality_id" in str(caught.value)
    assert "not found in table 'nodes'" in str(caught.value)


def damage_missing(path: Path) -> None:
    path.unlink()


def damage_cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def damage_changed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def damage_emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("name", ["municipalities", "members", "fuel_sites"])
@pytest.mark.parametrize("damage", [damage_missing, damage_cut, damage_changed, damage_emptied])
def test_a_damaged_file_is_named_with_the_cure(folder: Path, name: str, damage: object) -> None:
    file = list_tables(folder).loc[name, "file"]
    damage(folder / file)  # type: ignore[operator]
    words = rf"{re.escape(file)} (cannot be read|is not the file of the registry).*regiongeo data build"
    with pytest.raises(DataError, match=words):
        load_reference(folder)
    with pytest.raises(DataError, match=words):
        load_table(name, folder)
    problems = verify(folder)
    assert len(problems) == 1
    assert file in problems[0]


def test_all_damaged_files_are_named_at_once(folder: Path) -> None:
    damage_cut(folder / "links.parquet")
    damage_missing(folder / "members.csv")
    with pytest.raises(DataError) as caught:
        load_reference(folder)
    assert "links.parquet is not the file of the registry" in str(caught.value)
    assert "members.csv cannot be read" in str(caught.value)
    assert len(verify(folder)) == 2


def test_edited_assumptions_are_refused_until_registered(folder: Path) -> None:
    with (folder / "assumptions.csv").open("a", encoding="utf-8") as stream:
        stream.write("toy,1,km,,,,toy,policy,\n")
    with pytest.raises(DataError, match="run 'regiongeo data rehash'"):
        load_reference(folder)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html>not here</html>", "is no GeoParquet file"),
        (b"PAR1 nothing PAR1", "is no GeoParquet file"),
    ],
)
def test_a_registered_file_of_another_kind_is_refused(folder: Path, content: bytes, words: str) -> None:
    register(folder, "ports", content)
    with pytest.raises(DataError, match=words):
        load_table("ports", folder)


def rewrite_geo(path: Path, change: object) -> bytes:
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    change(geo["columns"]["geometry"])  # type: ignore[operator]
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return path.read_bytes()


def test_a_file_in_another_crs_is_refused(folder: Path) -> None:
    content = rewrite_geo(folder / "ports.parquet", lambda geometry: geometry["crs"]["id"].update(code=25833))
    register(folder, "ports", content)
    with pytest.raises(DataError, match=r"ports.parquet says it is in .*25833.*, not EPSG:25832"):
        load_table("ports", folder)


def test_a_file_without_crs_is_refused(folder: Path) -> None:
    register(
        folder, "ports", rewrite_geo(folder / "ports.parquet", lambda geometry: geometry.update(crs=None))
    )
    with pytest.raises(DataError, match="says it is in no CRS"):
        load_table("ports", folder)


def test_coordinates_of_another_zone_are_refused(folder: Path, tmp_path: Path) -> None:
    ports = (
        gpd.read_parquet(folder / "ports.parquet")
        .to_crs("EPSG:25833")
        .set_crs("EPSG:25832", allow_override=True)
    )
    ports.to_parquet(tmp_path / "moved.parquet")
    register(folder, "ports", (tmp_path / "moved.parquet").read_bytes())
    with pytest.raises(CrsError, match=r"looks? like metres in EPSG:25833"):
        load_table("ports", folder)


def test_another_number_of_rows_is_refused(folder: Path) -> None:
    content = (folder / "members.csv").read_bytes()
    register(folder, "members", b"\n".join(content.splitlines()[:-1]) + b"\n")
    with pytest.raises(DataError, match=r"members.csv has 65 rows, the registry says 66"):
        load_table("members", folder)


def test_a_registered_table_that_breaks_its_schema_is_refused(folder: Path) -> None:
    content = (folder / "length_classes.csv").read_text(encoding="utf-8").replace("0.119", "1.19")
    register(folder, "length_classes", content.encode())
    with pytest.raises(SchemaError, match="share_ge_5_6m: must be <= 1"):
        load_table("length_classes", folder)


TOY = Schema(
    name="toy",
    description="toy",
    index=("toy_id",),
    columns=(
        Column(name="flag", kind="boolean", description="flag"),
        Column(name="count", kind="integer", description="count"),
        Column(name="share", kind="number", description="share", nullable=True),
        Column(name="note", kind="text", description="note", nullable=True),
    ),
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("toy_id,flag,count,share,note\na,True,1,,\n", "column 'flag' must hold boolean, lines 2"),
        ("toy_id,flag,count,share,note\na,true,1.5,,\n", "column 'count' must hold integer, lines 2"),
        ('toy_id,flag,count,share,note\na,true,1,"0,5",\n', "column 'share' must hold number, lines 2"),
        ("toy_id,flag,count,share,note\na,true,1,0.5\n", "rows 2 do not have the header's 5 cells"),
        ("toy_id,flag,count,share,note\na,true,1,0.5,x,y\n", "rows 2 do not have the header's 5 cells"),
        ("name,flag\na,true\n", "has no column 'toy_id'"),
        ('toy_id,flag,count,share,note\n"a,true,1,,\n', "is no UTF-8 CSV table"),
        ("", "has no column 'toy_id'"),
    ],
)
def test_a_csv_cell_of_another_kind_is_refused(text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_table(text.encode(), TOY, file="toy.csv")


def test_a_latin_1_file_is_refused() -> None:
    with pytest.raises(DataError, match="is no UTF-8 CSV table"):
        read_table("toy_id,note\na,Ås\n".encode("latin-1"), TOY, file="toy.csv")


@given(
    st.dictionaries(
        st.text("abc0123 æøå,;\"'", min_size=1, max_size=5),
        st.tuples(
            st.booleans(),
            st.integers(-(2**53), 2**53),
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
            st.none() | st.text("NAnull0301.-,;\"'\n =+", min_size=1, max_size=8),
        ),
        min_size=1,
    )
)
def test_what_is_written_as_csv_is_read_back(rows: dict[str, tuple[object, ...]]) -> None:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["flag", "count", "share", "note"])
    table = table.astype({"flag": bool, "count": "int64", "share": float, "note": "str"}).rename_axis(
        "toy_id"
    )
    back = read_table(_csv(table, list(table.columns)), TOY, file="toy.csv")
    pd.testing.assert_frame_equal(back, table.set_axis(table.index.astype("str")), check_exact=True)


def test_every_source_is_complete_and_every_row_has_one() -> None:
    sources = load_sources()
    for source in sources.values():
        assert "NA" not in {source.title, source.holder, source.url, source.licence, source.reference_date}
        assert source.url.startswith(("https://", "http://", "docs/"))
    reference = load_reference()
    for name, record in list_tables().iterrows():
        table = getattr(reference, str(name))
        if "source_id" in table.columns:
            assert set(table["source_id"]) <= set(record["source_ids"]), name


def test_share_alike_tables_lie_apart_with_their_notice() -> None:
    sources, records = load_sources(), list_tables()
    odbl = {key for key, source in sources.items() if source.licence.startswith("ODbL")}
    for name, record in records.iterrows():
        assert record["file"].startswith("osm/") == bool(odbl & set(record["source_ids"])), name
    assert "Open Database License" in (data_dir() / "osm" / "LICENCE.md").read_text(encoding="utf-8")


def test_credits_are_the_lines_of_the_sources_used_each_once() -> None:
    lines = credits_of(["kartverket_n1000", "kartverket_municipalities_2024", "osm_fuel_stations"])
    assert lines == ["© Kartverket (CC BY 4.0)", "© OpenStreetMap contributors, Drivstoffpriser (ODbL 1.0)"]


def test_an_unknown_source_has_no_credit() -> None:
    with pytest.raises(DataError, match=r"no source 'toy' in sources.toml"):
        credits_of(["toy", "ssb_07459"])


def test_an_unknown_table_is_refused_with_what_there_is() -> None:
    with pytest.raises(DataError, match=r"no table 'roads': choose one of airports,"):
        load_table("roads")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda text: text.replace('holder = "Natural Earth"\n', ""),
            "source 'natural_earth_ports' must have the texts",
        ),
        (lambda text: text.replace("[tables.ports]", "[tables.harbours]"), "no record of table 'ports'"),
        (lambda text: text.replace('["natural_earth_ports"]', '["toy"]'), "no source 'toy'"),
        (lambda text: re.sub(r"rows = 7\n", 'rows = "7"\n', text), "table 'ports' must have file, title"),
        (lambda text: text[: len(text) // 2], "sources.toml"),
        (lambda _: "<html>", "cannot be read"),
    ],
)
def test_a_damaged_registry_is_refused(folder: Path, change: object, words: str) -> None:
    path = folder / "sources.toml"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(DataError, match=words):
        load_reference(folder)
    assert len(verify(folder)) == 1


def test_a_folder_without_registry_is_no_data_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no data folder"):
        load_reference(tmp_path)


def test_the_data_page_names_every_table_and_holder() -> None:
    page = (Path(__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
    assert not [name for name in SCHEMAS if name not in page]
    assert not [source.licence for source in load_sources().values() if source.licence.split()[0] not in page]
