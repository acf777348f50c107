"""The published tables and their three files: the same figures everywhere, text that stays text."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import Mock, patch
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongeo import report
from regiongeo.i18n import LANGUAGES, text, texts
from regiongeo.manifest import hash_file
from regiongeo.report.cells import column_label
from regiongeo.report.csvfile import FORMULA_STARTS, defuse, write_csv
from regiongeo.report.excel import write_excel
from regiongeo.report.geopackage import write_geopackage
from regiongeo.report.styles import layer_styles
from regiongeo.report.tables import clean_text, excluded_table, link_table, portfolio_table, ranking_table
from regiongeo.store import Source
from toy import toy_result

if TYPE_CHECKING:
    from regiongeo.i18n import Language
    from regiongeo.result import Result

OSM = Source(
    source_id="osm",
    title_nb="Testkilde",
    title="OpenStreetMap",
    holder="OpenStreetMap contributors",
    url="https://www.openstreetmap.org/copyright",
    licence="ODbL 1.0",
    attribution="© OpenStreetMap contributors",
    reference_date="2024-01-01",
)
N1000 = replace(OSM, source_id="n1000", title="N1000", licence="CC BY 4.0", attribution="© Kartverket")
SOURCES = [OSM, N1000]


def write_all(result: Result, folder: Path, *, lang: Language = "nb", with_pictures: bool = False) -> Path:
    """Write a whole run into ``folder``; its pictures, which take most of the time, where asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = report.draw_charts if with_pictures else Mock()
    with patch.object(report, "draw_charts", draw):
        report.write_outputs(
            result,
            folder,
            map_html="<!doctype html>",
            lang=lang,
            sources=SOURCES,
            run_info={"inputs": {"links": "0"}},
        )
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of one written run in Norwegian."""
    return write_all(toy_result(), tmp_path_factory.mktemp("run") / "latest", with_pictures=True)


def read_ranking(folder: Path) -> pd.DataFrame:
    dtype = {"municipality_id": str}
    return pd.read_csv(folder / "ranking.csv", sep=";", decimal=",", dtype=dtype, index_col="site_id")


def read_layer(folder: Path, layer: str) -> pd.DataFrame:
    return pyogrio.read_dataframe(folder / "sites.gpkg", layer=layer, fid_as_index=False)


def read_sheet(folder: Path, key: str) -> pd.DataFrame:
    book = openpyxl.load_workbook(folder / "result.xlsx")
    head, *rows = book[text("report", f"sheet_{key}", "nb")].iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=list(head))


def test_ranking_by_hand() -> None:
    """K has the points 1+1+1+.8+.7+.1+1 of 7: 5.6 / 7 = 80; T 5.05 / 7; P 3.75 of the six it has data for."""
    table = ranking_table(toy_result())
    assert list(table.index) == ["K", "T", "P"]
    assert list(table["score_100"]) == [80.0, 72.14, 62.5]
    assert list(table["municipality"]) == ["Midtby", "Vestby", "Østby"]
    assert list(table["in_portfolio"]) == [True, False, False]
    assert np.isnan(table.loc["P", "builtup_share"])
    assert table.loc["P", "access_minutes"] == 0.5


def test_points_add_up_to_the_score() -> None:
    table = ranking_table(toy_result())
    points = table.filter(like="points_").sum(axis=1)
    assert (points - table["score_100"]).abs().max() < 0.05


def test_the_result_is_left_as_it_was() -> None:
    result, untouched = toy_result(), toy_result()
    ranking_table(result)
    link_table(result)
    excluded_table(result)
    for name in ("sites", "ranking", "criteria", "contributions", "link_traffic", "excluded"):
        pd.testing.assert_frame_equal(getattr(result, name), getattr(untouched, name))


def test_the_order_of_rows_does_not_matter() -> None:
    result = toy_result()
    mixed = replace(
        result,
        sites=result.sites.iloc[::-1],
        criteria=result.criteria.iloc[[1, 2, 0]],
        contributions=result.contributions.iloc[::-1],
        link_traffic=result.link_traffic.iloc[::-1],
    )
    pd.testing.assert_frame_equal(ranking_table(mixed), ranking_table(result))
    pd.testing.assert_frame_equal(link_table(mixed), link_table(result))


def test_x17_csv_and_geopackage_hold_the_same_cells(run: Path) -> None:
    table = ranking_table(toy_result())
    csv, layer = read_ranking(run), read_layer(run, "sites").set_index("site_id")
    plain = pd.DataFrame(table.drop(columns="geometry"))
    pd.testing.assert_frame_equal(csv, plain, check_dtype=False)
    pd.testing.assert_frame_equal(pd.DataFrame(layer[plain.columns]), plain, check_dtype=False)
    assert layer.geometry.geom_equals(table.geometry).all()


def test_x17_excel_holds_the_same_cells(run: Path) -> None:
    table = ranking_table(toy_result()).drop(columns="geometry").reset_index()
    words = {True: "ja", False: "nei"}
    found = pd.concat([read_sheet(run, "ranking"), read_sheet(run, "criteria")], axis=1)
    found = found.loc[:, ~found.columns.duplicated()]
    assert found.shape == table.shape
    for name in table.columns:
        expected = table[name]
        if expected.dtype == bool:
            expected = expected.map(words)
        elif name == "kind":
            expected = expected.map(lambda code: text("sites", f"kind_{code}", "nb"))
        label = column_label(str(name), "nb")
        shown = found[label].astype(float) if found[label].isna().all() else found[label]
        pd.testing.assert_series_equal(shown, expected, check_dtype=False, check_names=False)


@pytest.mark.parametrize(("key", "layer"), [("portfolio", "portfolio"), ("excluded", "excluded")])
def test_x17_the_other_sheets_agree_with_their_layers(run: Path, key: str, layer: str) -> None:
    sheet, table = read_sheet(run, key), read_layer(run, layer)
    labels = {
        column_label(str(name), "nb"): name for name in table.columns if name not in ("geometry", "fid")
    }
    numbers = [label for label in sheet.columns if pd.api.types.is_numeric_dtype(sheet[label])]
    assert numbers
    for label in numbers:
        pd.testing.assert_series_equal(
            sheet[label], table[labels[label]], check_names=False, check_dtype=False
        )


HOSTILE = {
    "formula": '=HYPERLINK("https://example.org";"x")',
    "command": "+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(1)",
    "wide": "＝1+1",
    "quote": 'a"b;c',
    "template": "{{ 7*7 }}{% raw %}",
    "markup": "<script>alert(1)</script> | `x` $y$",
    "sami": "Kárášjohka – Karasjok",
}


def hostile_result(name: str) -> Result:
    result = toy_result()
    sites = result.sites.assign(name=name, road=name)
    return replace(
        result,
        scenario=result.scenario.replace(name=name),
        sites=sites,
        ranking=result.ranking.assign(why=name),
        excluded=result.excluded.assign(name=name, reason_detail=name),
    )


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_t17_t09_text_stays_text_in_every_file(tmp_path: Path, name: str) -> None:
    result = hostile_result(name)
    write_csv(ranking_table(result), tmp_path / "ranking.csv")
    write_geopackage(
        tmp_path / "sites.gpkg", report.layer_tables(result, SOURCES, lang="nb"), styles={}, notices={}
    )
    write_excel(result, tmp_path / "result.xlsx", lang="nb", sources=SOURCES)
    assert set(read_ranking(tmp_path)["name"]) == {defuse(name)}
    assert set(read_layer(tmp_path, "sites")["name"]) == {name}
    book = openpyxl.load_workbook(tmp_path / "result.xlsx")
    cells = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)
    ]
    assert {cell.data_type for cell in cells} == {"s"}
    assert sum(cell.value == name for cell in cells) >= 6


def test_t17_numbers_stay_numbers_and_texts_are_quoted(run: Path) -> None:
    line = (run / "ranking.csv").read_bytes().decode("utf-8-sig").split("\r\n")[1]
    assert line.startswith('"K";1;"Kryss E6/Rv4, Midtby";"3203";')
    assert ";80;" in line
    assert "10,969615" in line


def test_x18_csv_opens_in_norwegian_excel(run: Path) -> None:
    raw = (run / "ranking.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 4


@given(st.text(max_size=30))
def test_defused_text_never_starts_a_formula(words: str) -> None:
    assert not defuse(words).startswith(FORMULA_STARTS)
    assert defuse(words).removeprefix("'") == words.removeprefix("'")


@given(st.text(max_size=30))
def test_clean_text_survives_utf8_and_is_clean(words: str) -> None:
    cleaned = clean_text(words)
    cleaned.encode("utf-8")
    assert clean_text(cleaned) == cleaned
    assert all(letter.isprintable() or letter.isspace() or ord(letter) > 127 for letter in cleaned)


def test_t18_a_text_too_long_for_excel_is_cut_with_a_notice(tmp_path: Path) -> None:
    result = toy_result()
    long = replace(result, ranking=result.ranking.assign(why="x" * 40_000))
    with pytest.warns(UserWarning, match="cut for Excel"):
        write_excel(long, tmp_path / "r.xlsx", lang="nb", sources=SOURCES)
    assert len(read_sheet_cell(tmp_path / "r.xlsx")) == 32_767


def read_sheet_cell(path: Path) -> str:
    sheet = openpyxl.load_workbook(path)["Rangering"]
    return str(next(cell.value for cell in sheet[2] if str(cell.value).startswith("xx")))


OTHER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_report_tables import write_all
from toy import toy_result
write_all(toy_result(), Path(sys.argv[1]), with_pictures=True)
"""


@pytest.mark.slow
def test_d17_same_bytes_in_another_process_zone_and_hash_seed(run: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", OTHER, str(tmp_path / "other"), str(Path(__file__).parent)]
    environment = {"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "LC_ALL": "C", "HOME": str(tmp_path)}
    subprocess.run(command, check=True, env=environment, capture_output=True)
    for path in run.iterdir():
        if path.name != "run.json":
            assert hash_file(path) == hash_file(tmp_path / "other" / path.name), path.name


def test_geopackage_layers_crs_and_counts(run: Path) -> None:
    path = run / "sites.gpkg"
    layers = dict(pyogrio.list_layers(path))
    wanted = {
        "sites",
        "portfolio",
        "excluded",
        "links",
        "subregions",
        "municipalities",
        "sources",
        "layer_styles",
    }
    assert set(layers) == wanted
    for layer in wanted - {"sources", "layer_styles"}:
        assert pyogrio.read_info(path, layer=layer)["crs"] == "EPSG:25832"
    assert len(read_layer(run, "links")) == 4
    assert read_layer(run, "links").set_index("link_id")["truck_aadt"].isna()["bd"]


def test_geopackage_styles_are_what_qgis_looks_for(run: Path) -> None:
    with closing(sqlite3.connect(run / "sites.gpkg")) as base:
        kind = base.execute(
            "select data_type from gpkg_contents where table_name = 'layer_styles'"
        ).fetchone()
        rows = base.execute(
            "select f_table_name, f_table_schema, f_geometry_column, useAsDefault, styleQML from layer_styles"
        ).fetchall()
        columns = dict(base.execute("select table_name, column_name from gpkg_geometry_columns").fetchall())
    assert kind == ("attributes",)
    assert {row[0] for row in rows} == {
        "sites",
        "portfolio",
        "excluded",
        "links",
        "subregions",
        "municipalities",
    }
    for name, schema, geometry, default, qml in rows:
        assert (schema, geometry, default) == ("", columns[name], 1)
        assert ET.fromstring(qml.split("\n", 1)[1]).tag == "qgis"  # noqa: S314


def test_every_rule_of_a_style_is_sql_that_runs_and_no_row_is_left_out(run: Path) -> None:
    with closing(sqlite3.connect(run / "sites.gpkg")) as base:
        for layer, qml in layer_styles("en").items():
            rules = list(ET.fromstring(qml.split("\n", 1)[1]).iter("rule"))  # noqa: S314
            filters = [rule.get("filter", "1") for rule in rules if rule.get("symbol")]
            if layer in ("stations", "plots", "plan", "rules"):
                continue
            total = base.execute(f"select count(*) from {layer}").fetchone()[0]  # noqa: S608
            counts = [base.execute(f"select count(*) from {layer} where {f}").fetchone()[0] for f in filters]  # noqa: S608
            assert sum(counts) == total, layer


def test_odbl_notice_follows_the_rows(run: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(run / "sites.gpkg")) as base:
        notes = dict(base.execute("select table_name, description from gpkg_contents").fetchall())
    assert all("Open Database License" in notes[layer] for layer in ("sites", "links", "sources"))
    assert "© OpenStreetMap contributors" in notes["sites"]
    result = toy_result()
    free = replace(
        result,
        sites=result.sites.assign(source_id="n1000"),
        excluded=result.excluded.assign(source_id="n1000"),
    )
    clean = write_all(free, tmp_path / "free")
    assert "Open Database License" not in (clean / "report.md").read_text("utf-8")
    with closing(sqlite3.connect(clean / "sites.gpkg")) as base:
        notes = dict(base.execute("select table_name, description from gpkg_contents").fetchall())
    assert notes["sites"] == "© Kartverket"


def test_x08_only_contract_columns_of_user_data_are_published(tmp_path: Path) -> None:
    result = toy_result()
    plots = result.sites[["name", "area_m2", "geometry"]].assign(owner="Kari Nordmann", phone="12345678")
    stations = result.stations.reindex(["S1"]).assign(name="Stasjon", owner="Ola")
    stations = stations.set_geometry(result.sites.geometry.iloc[:1].set_axis(["S1"]))
    stations.index.name = "station_id"
    run = write_all(replace(result, plots=plots, stations=stations), tmp_path / "run")
    assert set(read_layer(run, "plots").columns) == {"site_id", "name", "area_m2", "geometry"}
    assert set(read_layer(run, "stations").columns) == {
        *("station_id", "name", "energies", "power_kw", "points_350kw", "geometry")
    }
    for path in run.iterdir():
        assert b"Nordmann" not in path.read_bytes()


def test_mixed_single_and_multi_parts_become_one_type(tmp_path: Path) -> None:
    region = toy_result().region[["name", "geometry"]]
    region.loc["3203", "geometry"] = region.geometry["3201"].union(region.geometry["3205"])
    write_geopackage(tmp_path / "m.gpkg", {"areas": region}, styles={}, notices={})
    assert pyogrio.read_info(tmp_path / "m.gpkg", layer="areas")["geometry_type"] == "MultiPolygon"


def test_excel_filters_freezes_and_explains(run: Path) -> None:
    book = openpyxl.load_workbook(run / "result.xlsx")
    assert book.sheetnames == ["Rangering", "Kriterier", "Portefølje", "Vekter", "Utelukket", "Kilder", "Om"]
    sheet = book["Rangering"]
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.freeze_panes == "C2"
    assert "Delregion" in [cell.value for cell in sheet[1]]
    about = " ".join(str(cell.value) for row in book["Om"].iter_rows() for cell in row)
    assert "Open Database License" in about
    assert "20240101" in about


def test_no_portfolio_no_exclusions_still_make_whole_files(tmp_path: Path) -> None:
    result = toy_result()
    empty = replace(
        result,
        excluded=result.excluded.iloc[:0],
        portfolio=replace(
            result.portfolio, sites=(), gain=result.portfolio.gain.iloc[:0], covered_truck_km_per_day=0.0,
            total_truck_km_per_day=0.0, bound=0.0,
        ),
    )  # fmt: skip
    run = write_all(empty, tmp_path / "run")
    assert len(read_layer(run, "portfolio")) == 0
    assert len(portfolio_table(empty)) == 0


def test_every_text_of_the_catalogue_is_in_both_languages_and_used() -> None:
    known = set(texts("report", "nb"))
    assert known == set(texts("report", "en"))
    code = "".join(path.read_text("utf-8") for path in Path(report.__file__).parent.glob("*.py"))
    families = ["col", "sheet", "layer", "rank", "set", "main", "head", "status", "basis", "category"]
    families += ["limit", "file", "alt", "counts", "model", "energy", "corridor", "growth", "total"]
    families += ["chart_flows"]
    built = tuple(f"{family}_" for family in families)
    assert not [key for key in known if f'"{key}"' not in code and not key.startswith(built)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_languages_write_the_same_figures(tmp_path: Path, lang: Language) -> None:
    run = write_all(toy_result(), tmp_path / lang, lang=lang)
    pd.testing.assert_frame_equal(
        read_ranking(run),
        pd.DataFrame(ranking_table(toy_result()).drop(columns="geometry")),
        check_dtype=False,
    )


def test_csv_of_nothing_has_a_header(tmp_path: Path) -> None:
    write_csv(ranking_table(toy_result()).iloc[:0], tmp_path / "empty.csv")
    assert (tmp_path / "empty.csv").read_text("utf-8-sig").startswith('"site_id";"rank"')
