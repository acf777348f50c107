"""The truck flows in every file: the same cells, honest words, nothing of it where there are no flows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from regiongeo.flows import FlowResult, estimate_flows, grow_flows, shift_to_rail_and_sea
from regiongeo.flows.validation import geh
from regiongeo.i18n import LANGUAGES, Language, text
from regiongeo.manifest import hash_file, verify_run
from regiongeo.report.cells import column_label
from regiongeo.report.charts import FLOW_CHART, draw_charts
from regiongeo.report.csvfile import write_csv
from regiongeo.report.excel import write_excel
from regiongeo.report.facts import list_settings, traffic_basis
from regiongeo.report.flowcharts import geh_band
from regiongeo.report.flowtables import (
    energy_table,
    fit_table,
    holdout_table,
    od_table,
    planned_flows,
    relation_table,
    shift_table,
    total_table,
    worst_counts,
)
from regiongeo.report.styles import layer_styles
from regiongeo.report.summary import describe_result
from regiongeo.report.tables import link_table
from test_report_tables import HOSTILE, SOURCES, read_layer, write_all
from toy import toy_result
from toy_flows import flow_network, flow_reference, flow_traffic

if TYPE_CHECKING:
    from pathlib import Path

    from regiongeo.result import Result


def flow_result() -> Result:
    """Return the toy result on the roads of ``toy_flows``, with its flows: bd (Rv4) has no count."""
    reference = flow_reference()
    names = pd.Index([f"energy_season_factor.{energy}" for energy in ("hydrogen", "biogas")], name="name")
    winter = pd.DataFrame({"value": 1.0, "unit": "1", "status": "policy"}, index=names)
    reference = replace(reference, assumptions=pd.concat([reference.assumptions, winter]))
    traffic = flow_traffic().assign(aadt=5_000.0, heavy_aadt=1_500.0, basis_year=2018.0)
    traffic.loc["bd", ["aadt", "heavy_aadt", "basis_year"]] = np.nan
    flows = estimate_flows(reference, flow_network(), flow_traffic(), seed=1)
    return replace(
        toy_result(),
        reference=reference,
        network=flow_network(),
        link_traffic=traffic.assign(heavy_basis="own"),
        flows=flows,
        planned=flows,
    )


@pytest.fixture(scope="module")
def result() -> Result:
    return flow_result()


@pytest.fixture(scope="module")
def flows(result: Result) -> FlowResult:
    assert result.flows is not None
    return result.flows


@pytest.fixture(scope="module")
def changed(result: Result, flows: FlowResult) -> Result:
    """Ten per cent more trips by 2030, and half of the long ones to the west moved to rail and sea."""
    links = result.network.links
    grown = grow_flows(flows, links, factor=1.1)
    planned, shifted = shift_to_rail_and_sea(grown, links, shares={"west": 0.5}, min_km=100)
    scenario = result.scenario.replace(
        world={"traffic_year": 2030}, plan={"rail_sea_share": {"west": 0.5}, "rail_sea_min_km": 100.0}
    )
    return replace(result, scenario=scenario, planned=planned, shifted=shifted)


@pytest.fixture(scope="module")
def run(changed: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_all(changed, tmp_path_factory.mktemp("run") / "latest", with_pictures=True)


def read_flows(folder: Path) -> pd.DataFrame:
    ids = ["origin_id", "destination_id"]
    dtype = dict.fromkeys(ids, str)
    return pd.read_csv(folder / "flows.csv", sep=";", decimal=",", dtype=dtype, index_col=ids)


def words_of(result: Result, lang: Language = "nb") -> str:
    return describe_result(result, lang=lang, sources=SOURCES)


def with_parts(flows: FlowResult) -> FlowResult:
    """Make c (Østby) a part of Vestby: two zones of one municipality."""
    zones = flows.zones.assign(
        municipality_id=flows.zones["municipality_id"].replace("3205", "3201"),
        place=flows.zones["place"].replace("Østby", "Vestby"),
    )
    return replace(flows, zones=zones)


# Tables


def test_the_matrix_by_place_keeps_every_trip(flows: FlowResult) -> None:
    """Five places, each one zone: 5 × 4 pairs, and the sum is that of the model to the rounding."""
    table = od_table(flows)
    assert len(table) == 20
    assert table["trips_per_day"].sum() == pytest.approx(flows.matrix["trips_per_day"].sum(), abs=0.1)
    assert table.loc[("3201", "3205"), ["origin", "destination"]].tolist() == ["Vestby", "Østby"]
    assert table.loc[("gw_west", "3201"), ["origin_kind", "outside_km"]].tolist() == ["gateway", 200.0]
    assert table.index[table["is_through"]].tolist() == [("gw_east", "gw_west"), ("gw_west", "gw_east")]
    assert "planned_trips_per_day" not in table


def test_parts_of_a_municipality_are_one_place(flows: FlowResult) -> None:
    """Kilometres are means by trips: W-b is 15 km and W-c 50 km, trips decide between."""
    table, matrix = od_table(with_parts(flows)), flows.matrix
    inside = matrix.loc[[("3201", "3205"), ("3205", "3201")], "trips_per_day"].sum()
    assert table.loc[("3201", "3201"), "trips_per_day"] == pytest.approx(inside, abs=0.01)
    parts = matrix.loc[[("gw_west", "3201"), ("gw_west", "3205")]]
    mean = (parts["km"] * parts["trips_per_day"]).sum() / parts["trips_per_day"].sum()
    assert table.loc[("gw_west", "3201"), "km"] == pytest.approx(mean, abs=0.05)
    assert len(table) == 4 * 3 + 1


def test_a_pair_without_trips_keeps_its_distance(flows: FlowResult) -> None:
    empty = replace(flows, matrix=flows.matrix.assign(trips_per_day=0.0))
    assert od_table(empty)["km"].tolist() == od_table(flows)["km"].tolist()


def test_a_relation_is_both_directions_of_the_published_matrix(flows: FlowResult) -> None:
    table = od_table(with_parts(flows))
    relations = relation_table(table)
    assert len(relations) == 4 * 3 / 2
    assert relations.loc[("3201", "3203"), ["one_end", "other_end"]].tolist() == ["Vestby", "Midtby"]
    for (one, other), trucks in relations["trucks_per_day"].items():
        both = table.loc[(one, other), "trips_per_day"] + table.loc[(other, one), "trips_per_day"]
        assert trucks == pytest.approx(both, abs=1e-9)
    assert relations["trucks_per_day"].is_monotonic_decreasing
    assert relation_table(table, top=2).equals(relations.head(2))


def test_the_order_of_zones_and_pairs_does_not_matter(flows: FlowResult) -> None:
    mixed = replace(flows, matrix=flows.matrix.iloc[::-1])
    pd.testing.assert_frame_equal(od_table(mixed), od_table(flows))


def test_places_of_one_name_stay_apart_by_id(flows: FlowResult) -> None:
    same = replace(flows, zones=flows.zones.assign(place="Våler"))
    assert od_table(same)["trips_per_day"].equals(od_table(flows)["trips_per_day"])


def test_worst_counts_put_points_and_sections_before_figures_of_roads(flows: FlowResult) -> None:
    counts = flows.observations.assign(
        basis=["count", "road_municipality", "section"],
        modelled_trucks=[900.0, 0.0, 100.0],
        geh=[0.0, 12.6, 5.4],
        heldout_trucks=[400.0, np.nan, 400.0],
    )
    table = worst_counts(replace(flows, observations=counts))
    assert table["count"].tolist() == ["Øst", "Midten", "Vest"]
    expected = float(geh(400, 900, hour_share=0.08))
    assert table["heldout_geh"].tolist()[:2] == [0.0, round(expected, 2)]
    assert np.isnan(table["heldout_geh"].iloc[2])


def test_totals_by_hand(result: Result, flows: FlowResult) -> None:
    """Wb lies in Vestby, bc and bd in Midtby, cE in Østby: all are members, so all roads count."""
    base = total_table(result, flows)["base"]
    assert base["truck_km_per_day"] == base["region_truck_km_per_day"]
    assert base["truck_km_per_day"] == pytest.approx(flows.totals["truck_km_per_day"], abs=0.5)
    assert base["through_trips_per_day"] == pytest.approx(flows.totals["through_trips_per_day"], abs=0.5)
    west = replace(result, region=result.region.loc[["3201"]])
    km = result.network.links.loc["Wb", "length_m"] / 1000
    trucks = flows.link_flows.loc["Wb", "modelled_trucks"]
    assert total_table(west, flows)["base"]["region_truck_km_per_day"] == pytest.approx(km * trucks, abs=0.5)


def test_energy_by_hand(result: Result, flows: FlowResult) -> None:
    """1.3 kWh/km, half of it low, double high, 1.2 in winter; hydrogen has 0.08 kg/km."""
    table = energy_table(result, flows)
    km = total_table(result, flows)["base"]["region_truck_km_per_day"]
    battery = table.loc["battery"].drop("unit").astype(float)
    expected = [1.3, 1.3 * km, 0.65 * km, 2.6 * km, 1.56 * km]
    assert battery.to_numpy() == pytest.approx(np.array(expected), rel=1e-4)
    assert table.loc["hydrogen", "energy_per_day"] == pytest.approx(0.08 * km, rel=1e-4)
    assert table["unit"].tolist() == ["kWh", "kg", "kg"]


# Links


def test_roads_without_a_count_are_modelled_and_said_to_be(result: Result, flows: FlowResult) -> None:
    table = link_table(result)
    trucks = flows.link_flows["modelled_trucks"].round()
    assert table["modelled_trucks"].to_dict() == trucks.to_dict()
    assert table["truck_aadt"].to_dict() == {"Wb": 1000, "bc": 900, "bd": trucks["bd"], "cE": 400}
    assert table["traffic_basis"].tolist() == ["section", "count", "modelled", "section"]
    assert np.isnan(table.loc["bd", "aadt"])
    assert "planned_trucks" not in table
    assert link_table(toy_result()).columns.intersection(["modelled_trucks", "through_share"]).empty


def test_a_plan_leaves_the_base_year_in_its_column(changed: Result, result: Result) -> None:
    table = link_table(changed)
    assert table["truck_aadt"].equals(link_table(result)["truck_aadt"])
    assert changed.planned is not None
    planned = changed.planned.link_flows["modelled_trucks"].round()
    assert table["planned_trucks"].to_dict() == planned.to_dict()
    assert table.loc["bd", "planned_trucks"] != table.loc["bd", "truck_aadt"]


def test_county_roads_are_not_modelled(result: Result) -> None:
    links = result.network.links.assign(road_category=["E", "E", "F", "E"])
    network = replace(result.network, links=links)
    table = link_table(replace(result, network=network))
    names = ["truck_aadt", "modelled_trucks", "through_share", "mean_trip_km"]
    assert table.loc["bd", names].isna().all()


def test_every_kilometre_has_one_basis(result: Result) -> None:
    lengths = traffic_basis(result)
    assert list(lengths.columns) == ["section", "count", "road_municipality", "modelled", "none"]
    km = result.network.links["length_m"].sum() / 1000
    assert lengths.to_numpy().sum() == pytest.approx(km)
    assert lengths.loc["R", "modelled"] == pytest.approx(result.network.links.loc["bd", "length_m"] / 1000)
    assert "modelled" not in traffic_basis(toy_result())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_qgis_draws_modelled_roads_dashed_and_every_road_once(run: Path, lang: Language) -> None:
    root = ET.fromstring(layer_styles(lang, with_flows=True)["links"].split("\n", 1)[1])  # noqa: S314
    rules = [rule for rule in root.iter("rule") if rule.get("symbol")]
    with closing(sqlite3.connect(run / "sites.gpkg")) as base:
        query = "select count(*) from links where {}"
        counts = [base.execute(query.format(rule.get("filter"))).fetchone()[0] for rule in rules]
        modelled = [base.execute(query.format("traffic_basis = 'modelled'")).fetchone()[0]]
    assert sum(counts) == 4
    symbols = {symbol.get("name"): symbol for symbol in root.iter("symbol")}
    dashed = [
        count
        for rule, count in zip(rules, counts, strict=True)
        if any(
            option.get("name") == "line_style" and option.get("value") == "dash"
            for option in symbols[rule.get("symbol")].iter("Option")
        )
    ]
    assert [sum(dashed)] == modelled == [1]


# Files


def test_x17_flows_csv_holds_the_cells_of_the_table(run: Path, changed: Result, flows: FlowResult) -> None:
    table = od_table(flows, planned_flows(changed))
    pd.testing.assert_frame_equal(read_flows(run), table, check_dtype=False)
    raw = (run / "flows.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 21


def test_x17_relations_of_excel_add_up_from_the_csv(run: Path) -> None:
    book = openpyxl.load_workbook(run / "result.xlsx")
    head, *rows = book["Relasjoner"].iter_rows(values_only=True)
    sheet = pd.DataFrame(rows, columns=list(head)).set_index(
        [text("report", f"col_{name}", "nb") for name in ("one_end_id", "other_end_id")]
    )
    matrix = read_flows(run)
    for name in ("trips", "planned_trips"):
        shown = sheet[text("report", f"col_{name.replace('trips', 'trucks')}_per_day", "nb")]
        column = matrix[f"{name}_per_day"]
        summed = [column[(one, other)] + column[(other, one)] for one, other in sheet.index]
        assert shown.to_numpy() == pytest.approx(np.array(summed), abs=1e-9)
    assert len(sheet) == 10


def test_x17_the_sheet_of_flows_holds_the_published_tables(
    run: Path, changed: Result, flows: FlowResult
) -> None:
    rows = list(openpyxl.load_workbook(run / "result.xlsx")["Godsstrømmer"].iter_rows(values_only=True))
    assert changed.shifted is not None
    assert changed.planned is not None
    tables = {
        "fit": fit_table(flows),
        "roads": holdout_table(flows),
        "worst": worst_counts(flows),
        "volumes": total_table(changed, flows),
        "energy": energy_table(changed, changed.planned),
        "plan": shift_table(changed.shifted),
    }
    for key, table in tables.items():
        top = next(k for k, row in enumerate(rows) if row[0] == text("report", f"head_flow_{key}", "nb"))
        width = len(table.index.names)
        names = [column_label(str(name), "nb") for name in table.columns]
        assert list(rows[top + 1][width : width + len(names)]) == names
        for number, own in enumerate(table.itertuples(index=False), top + 2):
            for shown, cell in zip(rows[number][width:], own, strict=False):
                if not isinstance(cell, str):
                    assert shown == cell or (shown is None and np.isnan(cell)), (key, number)


@pytest.mark.usefixtures("no_base_pictures")
def test_sheets_and_files_are_there_with_flows_only(run: Path, tmp_path: Path) -> None:
    plain = write_all(toy_result(), tmp_path / "plain", with_pictures=True)
    assert {path.name for path in run.iterdir()} - {path.name for path in plain.iterdir()} == {
        "flows.csv",
        FLOW_CHART,
    }
    assert verify_run(run) == []
    sheets = openpyxl.load_workbook(run / "result.xlsx").sheetnames
    assert sheets[-4:] == ["Godsstrømmer", "Relasjoner", "Kilder", "Om"]
    assert "Godsstrømmer" not in openpyxl.load_workbook(plain / "result.xlsx").sheetnames
    assert "dash" not in layer_styles("nb")["links"]
    words = (plain / "report.md").read_text("utf-8")
    assert not [word for word in ("Lastebilstrømmer", "flows.csv", "bane og sjø") if word in words]


def test_d16_same_flows_same_bytes(changed: Result, run: Path, tmp_path: Path) -> None:
    again = write_all(changed, tmp_path / "again", with_pictures=True)
    for path in run.iterdir():
        if path.name != "run.json":
            assert hash_file(path) == hash_file(again / path.name), path.name


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_t17_hostile_names_stay_text(result: Result, flows: FlowResult, name: str, tmp_path: Path) -> None:
    zones = flows.zones.assign(place=flows.zones["place"].where(flows.zones.index != "3201", name))
    hostile = replace(
        flows,
        zones=zones,
        observations=flows.observations.assign(name=name, road=name),
        notices=(("no_path", name),),
    )
    bad = replace(result, flows=hostile, planned=hostile)
    words = words_of(bad)
    assert "<script>" not in words
    write_excel(bad, tmp_path / "r.xlsx", lang="nb", sources=SOURCES)
    write_csv(od_table(hostile), tmp_path / "flows.csv")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    cells = [cell for key in ("Godsstrømmer", "Relasjoner") for row in book[key] for cell in row]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert sum(cell.value == name for cell in cells) >= 3
    assert not read_flows(tmp_path)["origin"].str.startswith(("=", "+", "-", "@", "＝")).any()


# Words


def test_the_quoted_fit_is_that_of_counts_not_used(result: Result, flows: FlowResult) -> None:
    summary = flows.summary.copy()
    figures = {"n": 107, "share_below_5": 0.66, "median_geh": 3.02, "r2": 0.54, "slope": 0.73}
    for name, value in figures.items():
        summary.loc[("held_out", "estimated"), name] = value
    summary.loc[("county_roads", "estimated"), "r2"] = -1.17
    roads = {
        "n": 31, "median_geh": 6.5, "gravity_median_geh": 6.7, "share_below_5": 0.2,
        "gravity_share_below_5": 0.2, "volume_ratio": 0.53,
    }  # fmt: skip
    holdout = pd.DataFrame(roads, index=pd.Index(["E6"], name="road"))
    poor = replace(result, flows=replace(flows, summary=summary, holdout=holdout))
    words = words_of(poor)
    assert "66 % har GEH under 5, median GEH er 3,02, R² 0,54 og stigningstallet 0,73" in words
    assert "Det er ikke godt nok**: faget krever vanligvis 85 %, her er det 66 %" in words
    assert "ikke anslås: E6 (n = 31, median GEH 6,5, modellert 53 % av talt)." in words
    assert "Fylkesveger er ikke modellert: på tellingene der er R² −1,17" in words
    assert "8 % av døgnet" in words
    summary.loc[("held_out", "estimated"), "share_below_5"] = 0.9
    good = replace(result, flows=replace(flows, summary=summary))
    assert "det er nådd (90 %)" in words_of(good)


def test_without_a_hold_out_the_report_says_it_is_not_measured(result: Result, flows: FlowResult) -> None:
    summary = flows.summary.copy()
    summary.loc["held_out", "n"] = 0
    summary.loc[("held_out", "estimated"), summary.columns[1:]] = np.nan
    bare = replace(result, flows=replace(flows, summary=summary, holdout=flows.holdout.iloc[:0]))
    words = words_of(bare)
    assert "ikke målt hvor godt modellen treffer" in words
    assert "veg for veg" not in words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_chapter_is_whole_in_both_languages(changed: Result, flows: FlowResult, lang: Language) -> None:
    noted = replace(flows, notices=(("no_path", "Rv99 <i>"), ("beyond_network", "Lom")))
    words = words_of(replace(changed, flows=noted), lang)
    keys = ("fit", "worst", "volumes", "relations", "energy", "plan", "notes")
    assert all(f"### {text('report', f'head_flow_{key}', lang)}" in words for key in keys)
    assert f"]({FLOW_CHART})" in words
    assert "Rv99 \\<i\\>" in words
    assert "{" not in words
    assert "nan" not in words.lower().split()


def test_growth_and_shift_are_told_with_their_effect(changed: Result, flows: FlowResult) -> None:
    words, totals = words_of(changed, "en"), total_table(changed, flows).loc["truck_km_per_day"]
    assert "from 2026 to 2030 with the factor 1.10 (central)" in words
    assert "| west | 50 % |" in words
    assert f"{totals['base']:,.0f} truck-km/day in the area become {totals['planned']:,.0f}" in words
    settings = dict(list_settings(changed, "en"))
    assert settings["Share of long trips moved to rail and sea"] == "west 50 %"
    assert settings["Growth of traffic"] == "central"


def test_no_growth_no_shift_no_word_of_them(result: Result) -> None:
    words = words_of(result)
    assert text("report", "head_flow_plan", "nb") not in words
    assert text("report", "col_planned", "nb") not in words


# Picture


@given(st.floats(1, 50_000), st.floats(0.02, 0.2))
def test_the_band_ends_where_geh_is_five(observed: float, hour_share: float) -> None:
    low, high = geh_band(np.array([observed]), limit=5, hour_share=hour_share)
    assert geh(high, [observed], hour_share=hour_share) == pytest.approx(5)
    assert low[0] == 0 or geh(low, [observed], hour_share=hour_share) == pytest.approx(5)
    assert low[0] <= observed <= high[0]


@pytest.mark.usefixtures("no_base_pictures")
def test_the_picture_is_drawn_even_with_nothing_held_out(
    result: Result, flows: FlowResult, tmp_path: Path
) -> None:
    counts = flows.observations.assign(heldout_trucks=np.nan)
    draw_charts(replace(result, flows=replace(flows, observations=counts)), tmp_path, lang="nb")
    with Image.open(tmp_path / FLOW_CHART) as picture:
        assert picture.width >= 1000
        assert len(picture.convert("RGB").getcolors(maxcolors=1 << 24) or ()) > 10


def test_the_layer_of_links_carries_the_flows(run: Path, changed: Result) -> None:
    layer = read_layer(run, "links").set_index("link_id")
    table = pd.DataFrame(link_table(changed).drop(columns="geometry"))
    pd.testing.assert_frame_equal(pd.DataFrame(layer[table.columns]), table, check_dtype=False)
