"""Station plan, sizes, rule check and site cards in every file: the same cells, honest words."""

from __future__ import annotations

import copy
import sqlite3
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from regiongeo import report
from regiongeo.i18n import LANGUAGES, Language, text, texts
from regiongeo.manifest import hash_file, verify_run
from regiongeo.report import charts
from regiongeo.report.cells import column_label
from regiongeo.report.charts import PLAN_CHARTS, draw_charts
from regiongeo.report.csvfile import write_csv
from regiongeo.report.excel import write_excel
from regiongeo.report.facts import list_settings
from regiongeo.report.geopackage import write_geopackage
from regiongeo.report.markdown import short_figure
from regiongeo.report.plansheets import PLAN_CODES, plan_sheets
from regiongeo.report.plansummary import describe_assumptions, describe_plan, describe_sizes, plan_findings
from regiongeo.report.plantables import (
    assumption_rows,
    break_table,
    card_table,
    checklist_table,
    failing_relations,
    plan_table,
    reserve_table,
    service_table,
    size_table,
    weighty_assumptions,
)
from regiongeo.report.rulesummary import describe_rules, rule_findings
from regiongeo.report.ruletables import (
    enova_table,
    gain_table,
    missing_by_road,
    pool_table,
    road_table,
    rule_lines,
    share_table,
    urban_table,
    verdict_columns,
)
from regiongeo.report.styles import layer_styles
from regiongeo.report.summary import describe_result
from regiongeo.tables import CHECKLIST_ITEMS
from test_report_tables import HOSTILE, SOURCES, read_layer, write_all
from toy import toy_result
from toy_plan import toy_planned_result, with_equals
from toy_report import full_result

if TYPE_CHECKING:
    from regiongeo.compliance import RuleCheck
    from regiongeo.result import Result, SiteCards, StationPlan

RESULT = full_result()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_all(RESULT, tmp_path_factory.mktemp("run") / "latest", with_pictures=True)


def plan_of(result: Result = RESULT) -> StationPlan:
    assert result.plan is not None
    return result.plan


def rules_of(result: Result = RESULT) -> RuleCheck:
    assert result.rules is not None
    return result.rules


def cards_of(result: Result = RESULT) -> SiteCards:
    assert result.cards is not None
    return result.cards


def words_of(result: Result, lang: Language = "nb") -> str:
    return describe_result(result, lang=lang, sources=SOURCES)


def bare_rules() -> RuleCheck:
    """Return a check without pools, sites, nodes and shares, as where nothing is known."""
    rules = rules_of()
    empty = (
        "shares",
        "region_shares",
        "pool_status",
        "site_gain",
        "urban_nodes",
        "enova_pools",
        "enova_sites",
    )
    return replace(rules, **{name: getattr(rules, name).iloc[:0] for name in empty})


# Tables


def test_the_plan_by_hand() -> None:
    """Charging first, new sites before the station that stands, most truck-kilometres lost first."""
    table = plan_table(RESULT, plan_of())
    keys = [("K", "battery"), ("T", "battery"), ("station/S1", "battery"), ("T", "hydrogen"), ("K", "biogas")]
    assert table.index.tolist() == keys
    first = table.loc[("K", "battery")]
    assert first[["rank", "station_points", "peak_high_mw", "free_grid_mw"]].tolist() == [1, 6, 1.6, 1.2]
    existing = table.loc[("station/S1", "battery")]
    assert existing["name"] == "Stasjon øst"
    assert existing[["rank", "station_points", "municipality", "source_id"]].isna().all()
    assert (existing.geometry.x, existing["stops_per_day"]) == (645_000, 12)
    assert np.isnan(table.loc[("T", "hydrogen"), "energy_kwh_d"])


def test_sizes_follow_the_order_of_the_plan_and_hold_every_figure() -> None:
    table, sizes = size_table(RESULT, plan_of()), plan_of().sizes
    assert table.index.tolist() == [("K", "battery"), ("T", "battery"), ("T", "hydrogen"), ("K", "biogas")]
    new = {"area_m2": "station_m2", "grid_mw": "free_grid_mw", "points": "station_points"}
    for name in sizes.columns.drop(list(sizes.filter(like="_keur"))):
        shown = table[new.get(name, name)].reindex(sizes.index)
        pd.testing.assert_series_equal(shown, sizes[name], check_names=False, check_dtype=False)


@settings(max_examples=30)
@given(
    st.lists(st.floats(0, 5000), min_size=3, max_size=3).map(sorted), st.lists(st.floats(0, 9e6), min_size=3)
)
def test_served_is_free_and_added_and_all_is_served_and_failing(trips: list[float], km: list[float]) -> None:
    service = plan_of().service.iloc[:1].copy()
    for unit, figures in (("trips", trips), ("truck_km", sorted(km[:3]))):
        for what, value in zip(("free", "served", "all"), figures, strict=True):
            service[f"{what}_{unit}_per_day"] = value
    row = service_table(replace(plan_of(), service=service)).iloc[0]
    for unit in ("trips", "truck_km"):
        free, added, served, failing, everything = (
            row[f"{what}_{unit}_per_day"] for what in ("free", "added", "served", "failing", "all")
        )
        assert free + added == pytest.approx(served, abs=1e-6)
        assert served + failing == pytest.approx(everything, abs=1e-6)
        assert min(added, failing) >= 0


def test_relations_that_fail_come_largest_first_and_ties_by_name() -> None:
    """Half of 30, all of 15, and one too small to show; what gets through is not in it."""
    relations = plan_of().relations.copy()
    relations.loc[("battery", "E6 øst", "Vestby"), "served_share"] = 0.5
    relations.loc[("biogas", "A", "B"), :] = [15.0, 0.0, 1_000.0, 50.0]
    relations.loc[("biogas", "A", "C"), :] = [0.004, 0.0, 1_000.0, 50.0]
    table = failing_relations(replace(plan_of(), relations=relations.iloc[::-1]))
    assert table.index.tolist() == [("battery", "E6 øst", "Vestby"), ("biogas", "A", "B")]
    assert table["failing_trips_per_day"].tolist() == [15.0, 15.0]
    assert table["failing_truck_km_per_day"].tolist() == [900.0, 50.0]
    assert table["range_km"].tolist() == [350.0, 900.0]


def test_breaks_have_names_and_the_busiest_first() -> None:
    table = break_table(RESULT, plan_of())
    assert table["municipality"].tolist() == ["Østby", "Midtby"]
    assert table["breaks_per_day"].tolist() == [12.0, 3.0]
    assert break_table(RESULT, replace(plan_of(), breaks=pd.DataFrame())).empty


def test_cards_by_hand() -> None:
    table = card_table(RESULT, cards_of())
    assert table.index.tolist() == ["K", "T", "P"]
    assert table["binds"].tolist() == ["chosen", "locked", "too_close"]
    assert table.loc["P", ["binds_site", "rivals", "nearest_rivals"]].tolist() == [
        "Kryss E6/Rv4, Midtby", 1, "Kryss E6/Rv4, Midtby",
    ]  # fmt: skip
    assert table.loc["T", "rivals"] == 0
    assert np.isnan(table.loc["K", "closes_hydrogen_km"])
    assert table["known_items"].to_dict() == {"K": 0, "T": 0, "P": 2}
    assert (table["known_items"] + table["unknown_items"] == len(CHECKLIST_ITEMS)).all()


def test_only_three_rivals_are_named_and_the_rest_counted() -> None:
    others = {("K", f"R{k}"): {"km": float(k), "rank": k, "is_chosen": False} for k in range(1, 6)}
    rivals = pd.DataFrame.from_dict(others, orient="index").rename_axis(["site_id", "other_site_id"])
    table = card_table(RESULT, replace(cards_of(), rivals=rivals.iloc[::-1]))
    assert table.loc["K", ["rivals", "nearest_rivals"]].tolist() == [5, "R1; R2; R3 … +2"]


def test_without_rivals_there_are_none() -> None:
    table = card_table(RESULT, replace(cards_of(), rivals=cards_of().rivals.iloc[:0]))
    assert table["rivals"].tolist() == [0, 0, 0]
    assert table["nearest_rivals"].isna().all()


def test_the_checklist_keeps_the_order_of_sites_and_items() -> None:
    table = checklist_table(RESULT, replace(cards_of(), checklist=cards_of().checklist.iloc[::-1]))
    assert table.index.tolist() == [(site, item) for site in "KTP" for item in CHECKLIST_ITEMS]
    assert table.loc[("P", "plot_area"), ["checked", "value", "unit", "needed"]].tolist() == [
        "met", 8000.0, "m2", 2500.0,
    ]  # fmt: skip
    assert table.loc["K", "value"].isna().all()


def test_assumptions_told_are_those_unsure_that_matter() -> None:
    """Shares of other years and the time to plug in are in the sheet alone; so is what a source confirms."""
    assert weighty_assumptions(RESULT).index.tolist() == [
        "rule.afir.2030.core.points_350kw",
        "siting.reserve.battery",
        "siting.tank.biogas_liquid",
        "sizing.energy_share.battery.2030",
    ]
    rows = assumption_rows(RESULT)
    assert len(rows) == 9
    assert rows.index.is_monotonic_increasing
    late = replace(RESULT, scenario=RESULT.scenario.replace(refuelling={"year": 2041}))
    assert "sizing.energy_share.battery.2035" in weighty_assumptions(late).index


def test_kilometres_by_road_and_place_with_todays_beside() -> None:
    table = road_table(RESULT, rules_of())
    east = table.loc[("charging", "2030", "any", "E6", "3205", "core")]
    assert east[["municipality", "missing_km", "missing_today_km"]].tolist() == ["Østby", 20.0, 20.0]
    vest = table.loc[("charging", "2030", "any", "E6", "3201", "core")]
    assert vest[["covered_km", "covered_today_km"]].tolist() == [20.0, 0.0]
    outside = table.loc[("charging", "2030", "any", "E18", "none", "comprehensive")]
    assert not outside["is_in_region"]
    assert "covered_today_km" not in road_table(replace(RESULT, rules_today=None), rules_of())


def test_missing_kilometres_of_the_region_count_a_road_once() -> None:
    """E6 misses 20 km in 2030: the row northwards is not added, E18 outside the region is not there."""
    table = missing_by_road(road_table(RESULT, rules_of()))
    assert table["charging"].to_dict() == {"2025": {"E6": 0.0}, "2030": {"E6": 20.0}}
    assert missing_by_road(road_table(RESULT, rules_of()).iloc[:0]).empty


def test_shares_pools_nodes_enova_and_gains_by_hand() -> None:
    shares = share_table(rules_of())
    assert shares["is_met"].tolist() == ["yes", "no", "not_known"]
    assert shares.loc[("charging", "2030", "any"), ["length_km", "missing_km", "least_pools"]].tolist() == [
        60,
        20,
        1,
    ]
    pools = pool_table(RESULT, rules_of())
    assert set(pools["name"]) == {"Stasjon øst"}
    assert pools.loc[("charging", "2030", "core", "S1"), ["qualifies", "missing_kw"]].tolist() == [
        "no",
        2100.0,
    ]
    assert urban_table(RESULT, rules_of())["municipality"].tolist() == ["Midtby"]
    enova = enova_table(RESULT, rules_of())
    assert enova.loc["T", ["in_plan", "enova_location", "nearest_pool"]].tolist() == [
        True,
        "no",
        "Stasjon øst",
    ]
    assert enova_table(RESULT, rules_of(), top=0).index.tolist() == ["K", "T"]
    assert gain_table(RESULT, rules_of())["gain_km"].tolist() == [20.0, 20.0, 0.0]
    assert gain_table(RESULT, rules_of())["rank"].tolist() == [1, 3, 2]


def test_a_piece_of_road_has_one_line_and_an_answer_for_each_requirement() -> None:
    lines = rule_lines(rules_of(), today=RESULT.rules_today)
    assert lines.index.tolist() == ["ab", "bc", "ce"]
    assert lines["charging_2025"].tolist() == ["yes", "yes", "not_known"]
    assert lines["charging_2030"].tolist() == ["yes", "yes", "no"]
    assert lines["charging_2030_today"].tolist() == ["no", "no", "no"]
    assert lines.loc["ab", "hydrogen_2030"] == "not_known"
    assert lines["hydrogen_2030"].notna().tolist() == [True, False, False]
    assert lines["charging_2030_forward"].notna().tolist() == [False, False, True]
    assert lines.geometry.length.tolist() == [20_000.0] * 3
    assert verdict_columns(lines) == [
        "charging_2030", "charging_2025", "hydrogen_2030",
        "charging_2030_today", "charging_2025_today", "hydrogen_2030_today",
    ]  # fmt: skip


def test_deadlines_may_be_numbers() -> None:
    rules = rules_of()
    tables = {
        item.name: _with_numbers(getattr(rules, item.name))
        for item in fields(rules)
        if hasattr(getattr(rules, item.name), "columns")
    }
    numbered = replace(rules, **tables)
    plain = replace(RESULT, rules_today=None)
    pd.testing.assert_frame_equal(road_table(plain, numbered), road_table(plain, rules))
    pd.testing.assert_frame_equal(share_table(numbered), share_table(rules))
    today = RESULT.rules_today
    pd.testing.assert_frame_equal(rule_lines(numbered, today=today), rule_lines(rules, today=today))


def _with_numbers(table: pd.DataFrame) -> pd.DataFrame:
    if "deadline" not in table.index.names or not len(table):
        return table
    flat = table.reset_index().astype({"deadline": int})
    return flat.set_index(table.index.names)


def test_the_result_is_left_as_it_was() -> None:
    before = copy.deepcopy((RESULT.plan, RESULT.rules, RESULT.cards))
    words_of(RESULT)
    plan_sheets(RESULT, "nb")
    rule_lines(rules_of())
    for old, new in zip(before, (RESULT.plan, RESULT.rules, RESULT.cards), strict=True):
        for item in fields(old):  # type: ignore[arg-type]
            own = getattr(old, item.name)
            if isinstance(own, pd.DataFrame):
                pd.testing.assert_frame_equal(own, getattr(new, item.name))


@pytest.mark.slow
def test_the_order_of_rows_does_not_matter(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, rules, cards = plan_of(), rules_of(), cards_of()
    mixed = replace(
        RESULT,
        plan=replace(
            plan,
            offers=plan.offers.iloc[::-1],
            sizes=plan.sizes.iloc[::-1],
            service=plan.service.iloc[::-1],
            relations=plan.relations.iloc[::-1],
            breaks=plan.breaks.iloc[::-1],
        ),
        rules=replace(
            rules,
            **{
                item.name: getattr(rules, item.name).iloc[::-1]
                for item in fields(rules)
                if item.name not in ("municipality_ids", "notices", "shares", "region_shares")
            },
        ),
        cards=replace(cards, **{item.name: getattr(cards, item.name).iloc[::-1] for item in fields(cards)}),
    )
    monkeypatch.setattr(report, "draw_charts", lambda *_, **__: None)
    again = write_all(mixed, tmp_path / "mixed")
    for name in ("plan.csv", "rules.csv", "report.md", "result.xlsx", "sites.gpkg"):
        assert hash_file(run / name) == hash_file(again / name), name


# Files


def read_plan(folder: Path) -> pd.DataFrame:
    ids = ["site_id", "energy"]
    dtype = {**dict.fromkeys(ids, str), "municipality_id": str}
    return pd.read_csv(folder / "plan.csv", sep=";", decimal=",", dtype=dtype, index_col=ids)


def test_x17_plan_csv_and_layer_hold_the_same_cells(run: Path) -> None:
    table = plan_table(RESULT, plan_of())
    plain = pd.DataFrame(table.drop(columns="geometry"))
    # A column without any text comes back without its kind.
    layer = read_layer(run, "plan").set_index(["site_id", "energy"]).fillna({"equal_sites": np.nan})
    pd.testing.assert_frame_equal(read_plan(run), plain, check_dtype=False)
    pd.testing.assert_frame_equal(pd.DataFrame(layer[plain.columns]), plain, check_dtype=False)
    assert layer.geometry.geom_equals(table.geometry).all()


def test_x17_rules_csv_and_layer_hold_the_same_cells(run: Path) -> None:
    table = road_table(RESULT, rules_of())
    ids = list(table.index.names)
    found = pd.read_csv(run / "rules.csv", sep=";", decimal=",", dtype=dict.fromkeys(ids, str), index_col=ids)
    pd.testing.assert_frame_equal(found, table, check_dtype=False)
    lines = rule_lines(rules_of(), today=RESULT.rules_today)
    layer = read_layer(run, "rules").set_index("link_id")
    plain = pd.DataFrame(lines.drop(columns="geometry"))
    pd.testing.assert_frame_equal(pd.DataFrame(layer[plain.columns]), plain, check_dtype=False)


BLOCKS = {
    "plan": [plan_table(RESULT, plan_of()).drop(columns="geometry")],
    "reserves": [reserve_table(RESULT, plan_of())],
    "trips": [service_table(plan_of()), failing_relations(plan_of())],
    "sizes": [size_table(RESULT, plan_of())],
    "breaks": [break_table(RESULT, plan_of())],
    "rules": [
        share_table(RESULT.rules_today),  # type: ignore[arg-type]
        share_table(rules_of()),
        share_table(rules_of(), area="map"),
        urban_table(RESULT, rules_of()),
        road_table(RESULT, rules_of()),
    ],
    "gain": [gain_table(RESULT, rules_of())],
    "pools": [pool_table(RESULT, rules_of())],
    "enova": [enova_table(RESULT, rules_of())],
    "cards": [card_table(RESULT, cards_of())],
    "checklist": [checklist_table(RESULT, cards_of())],
    "assumptions": [assumption_rows(RESULT)],
}


@pytest.mark.parametrize("key", BLOCKS)
def test_x17_every_sheet_holds_the_published_tables(run: Path, key: str) -> None:
    """Walk down the sheet: notes, then each table under its head, codes in words and figures as they are."""
    sheet = openpyxl.load_workbook(run / "result.xlsx")[text("plan", f"sheet_{key}", "nb")]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0][0] == text("plan", f"note_{key}", "nb").split("\n")[0]
    assert rows[1][0].startswith("Viser ikke")
    top = 3
    for table in BLOCKS[key]:
        flat = table.reset_index()
        top += len(BLOCKS[key]) > 1
        heads = rows[top][: len(flat.columns)]
        assert sorted(heads) == sorted(column_label(str(name), "nb") for name in flat.columns)
        for name in flat.columns:
            at = heads.index(column_label(str(name), "nb"))
            shown = [row[at] for row in rows[top + 1 : top + 1 + len(flat)]]
            if name in PLAN_CODES or flat[name].dtype == bool:
                assert all(isinstance(cell, str) or cell is None for cell in shown)
            else:
                assert shown == [None if pd.isna(cell) else cell for cell in flat[name]], (key, name)
        top += len(flat) + 3
    last = sheet.auto_filter.ref.split(":")[1]
    assert last == openpyxl.utils.get_column_letter(len(flat.columns)) + str(len(rows))


def test_codes_of_every_sheet_become_words(run: Path) -> None:
    book = openpyxl.load_workbook(run / "result.xlsx")
    titles = [text("plan", f"sheet_{key}", "nb") for key in BLOCKS]
    cells = {str(cell.value) for title in titles for row in book[title].iter_rows(min_row=4) for cell in row}
    assert not cells & {
        "battery",
        "biogas",
        "charging",
        "not_known",
        "core",
        "lacks",
        "too_close",
        "to_verify",
    }
    assert {"Lading", "Biogass", "for nær et valgt sted", "ikke kjent", "må bekreftes", "ja", "nei"} <= cells
    assert "samlet effekt, antall ladepunkter på minst 350 kW" in cells
    for title in titles[1:]:
        assert [name for name in book.sheetnames if name == title] == [title]


def test_sheets_can_be_filtered_and_stay_in_view(run: Path) -> None:
    sheet = openpyxl.load_workbook(run / "result.xlsx")["Stasjonsnett"]
    assert sheet.freeze_panes == "C5"
    assert sheet.auto_filter.ref.startswith("A4:")
    assert sheet["A4"].value == "Plass"
    assert [cell.value for cell in sheet[4]][-3:] == ["Id", "Kommunenr.", "Kilde"]


PARTS = {
    "plan": ({"plan.csv"}, {"served", "sizes"}, ("plan", "reserves", "trips", "sizes", "breaks")),
    "rules": ({"rules.csv"}, {"rules"}, ("rules", "gain", "pools", "enova")),
    "cards": (set[str](), set[str](), ("cards", "checklist")),
}
NONE = dict.fromkeys([*PARTS, "rules_today"])


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_there_alone_and_nothing_of_the_others(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, pictures, sheets = PARTS[part]
    alone = replace(RESULT, **{key: none for key, none in NONE.items() if key != part})
    monkeypatch.setattr(report, "draw_charts", lambda *_, **__: None)
    own = write_all(alone, tmp_path / "own")
    assert {path.name for path in own.iterdir()} - BASE_FILES == files
    assert verify_run(own) == []
    assert set(charts._plan_drawings(alone)) == {PLAN_CHARTS[key] for key in pictures}
    titles = set(openpyxl.load_workbook(own / "result.xlsx").sheetnames)
    every = {text("plan", f"sheet_{key}", "nb") for key in BLOCKS}
    assert titles & every == {text("plan", f"sheet_{key}", "nb") for key in (*sheets, "assumptions")}
    words = (own / "report.md").read_text("utf-8")
    for name, heads in {"plan": ("plan", "sizes"), "rules": ("rules",)}.items():
        for head in heads:
            assert (f"## {text('plan', f'head_{head}', 'nb')}\n" in words) == (name == part)
    assert ("plan.csv" in words, "rules.csv" in words) == (part == "plan", part == "rules")
    assert set(read_layers(own)) & {"plan", "rules"} == {part} - {"cards"}


BASE_FILES = {"map.html", "ranking.csv", "sites.gpkg", "result.xlsx", "report.md", "LICENCE.txt", "run.json"}


def read_layers(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "sites.gpkg")) as base:
        return [name for (name,) in base.execute("select table_name from gpkg_contents").fetchall()]


def test_a_result_without_any_of_it_says_nothing_of_it() -> None:
    words = words_of(toy_result())
    assert not [
        word for word in ("Stasjonsnett", "AFIR", "plan.csv", "rules.csv", "jekkliste") if word in words
    ]
    assert plan_sheets(toy_result(), "nb") == []
    assert not charts._plan_drawings(toy_result())
    assert not {"plan", "rules"} & set(report.layer_tables(toy_result(), SOURCES, lang="nb"))


def test_a_plan_without_sites_and_a_bare_rule_check_make_whole_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "draw_charts", lambda *_, **__: None)
    plan = plan_of()
    tables = ("offers", "sizes", "relations", "service", "breaks")
    empty = replace(plan, sites=(), **{name: getattr(plan, name).iloc[:0] for name in tables})
    bare = replace(RESULT, plan=empty, rules=bare_rules(), rules_today=None)
    nothing = write_all(bare, tmp_path / "bare")
    words = (nothing / "report.md").read_text("utf-8")
    assert text("plan", "plan_none", "nb") in words
    assert not charts._plan_drawings(bare)
    assert not [name for name in PLAN_CHARTS.values() if name in words]
    assert len(read_layer(nothing, "plan")) == 0


def test_the_plain_toy_is_told_whole() -> None:
    assert f"## {text('plan', 'head_rules', 'nb')}" in words_of(toy_planned_result())
    assert len(plan_sheets(toy_planned_result(), "nb")) == 10


@pytest.mark.slow
def test_d16_same_result_same_bytes(run: Path, tmp_path: Path) -> None:
    again = write_all(full_result(), tmp_path / "again", with_pictures=True)
    for path in run.iterdir():
        if path.name != "run.json":
            assert hash_file(path) == hash_file(again / path.name), path.name


def hostile(name: str) -> Result:
    """Put a text wherever users and data can put one."""
    plan, rules = plan_of(), rules_of()
    relations = plan.relations.rename(index={"Vestby": name})
    reference = RESULT.reference
    towns = reference.municipalities.assign(name=name)
    numbers = reference.assumptions.assign(source=name, note=name)
    road_km = rules.road_km.rename(index={"E6": name}, level="corridor")
    return replace(
        RESULT,
        reference=replace(reference, municipalities=towns, assumptions=numbers),
        sites=RESULT.sites.assign(name=name),
        stations=RESULT.stations.assign(name=name),
        plan=replace(plan, relations=relations, breaks=plan.breaks.rename(index={"E6": name})),
        rules=replace(
            rules,
            road_km=road_km,
            road_status=rules.road_status.assign(corridor=name),
            pool_status=rules.pool_status.rename(index={"S1": name}),
            notices=(replace(rules.notices[1], figures={"count": 1, "names": name}),),
        ),
        rules_today=None,
    )


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_x01_hostile_text_is_shown_not_run(name: str) -> None:
    bad = hostile(name)
    parts = [*describe_plan(bad, "nb"), *describe_sizes(bad, "nb"), *describe_rules(bad, "nb")]
    words = "\n".join([*parts, *describe_assumptions(bad, "nb")])
    assert "<script>" not in words
    rows = [line.replace(r"\|", "") for line in words.splitlines() if line.startswith("| Lading | E6 øst")]
    assert [row.count("|") for row in rows] == [8]


@pytest.mark.parametrize("kind", ["formula", "wide", "markup"])
def test_t17_text_stays_text_in_every_file(tmp_path: Path, kind: str) -> None:
    name = HOSTILE[kind]
    bad = hostile(name)
    write_excel(bad, tmp_path / "r.xlsx", lang="nb", sources=SOURCES)
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    cells = [
        cell for key in BLOCKS for row in book[text("plan", f"sheet_{key}", "nb")] for cell in row
        if isinstance(cell.value, str)
    ]  # fmt: skip
    assert {cell.data_type for cell in cells} == {"s"}
    assert sum(cell.value == name for cell in cells) >= 20
    assert all(cell.quotePrefix for cell in cells if cell.value == name and name[0] in "=+-@＝")
    write_csv(plan_table(bad, plan_of(bad)), tmp_path / "plan.csv")
    write_csv(road_table(bad, rules_of(bad)), tmp_path / "rules.csv")
    for file in ("plan.csv", "rules.csv"):
        line = (tmp_path / file).read_text("utf-8-sig").splitlines()[1]
        assert not [
            cell for cell in line.split(";") if cell.lstrip('"').startswith(("=", "+", "-", "@", "＝"))
        ]
    layers = report.layer_tables(bad, SOURCES, lang="nb")
    write_geopackage(tmp_path / "sites.gpkg", layers, styles={}, notices={})
    assert set(read_layer(tmp_path, "plan")["name"]) == set(read_layer(tmp_path, "rules")["road"]) == {name}


@pytest.mark.usefixtures("no_base_pictures")
@pytest.mark.parametrize("name", ["$x$ \\frac{", "测试 🚚", "x" * 80])
def test_pictures_take_any_name(tmp_path: Path, name: str) -> None:
    draw_charts(hostile(name), tmp_path, lang="nb")
    for file in PLAN_CHARTS.values():
        with Image.open(tmp_path / file) as picture:
            assert picture.width >= 1000
            assert len(picture.convert("RGB").getcolors(maxcolors=1 << 24) or ()) > 10


@pytest.mark.usefixtures("no_base_pictures")
def test_pictures_take_zeros_and_figures_that_are_missing(tmp_path: Path) -> None:
    plan = plan_of()
    service = plan.service.assign(**{name: 0.0 for name in plan.service.columns if "_per_day" in name})
    sizes = plan.sizes.assign(installed_mw=np.nan, peak_high_mw=np.nan, grid_mw=np.nan, fuel_kg_d=np.nan)
    draw_charts(replace(RESULT, plan=replace(plan, service=service, sizes=sizes)), tmp_path, lang="en")
    assert all((tmp_path / file).exists() for file in PLAN_CHARTS.values())


# Styles


@pytest.mark.parametrize("lang", LANGUAGES)
def test_qgis_shows_every_offer_once_and_every_road_by_the_last_deadline(run: Path, lang: Language) -> None:
    answers = verdict_columns(rule_lines(rules_of(), today=RESULT.rules_today))
    styles = layer_styles(lang, answers=answers)
    with closing(sqlite3.connect(run / "sites.gpkg")) as base:
        for layer, total in (("plan", 5), ("rules", 3)):
            rules = list(ET.fromstring(styles[layer].split("\n", 1)[1]).iter("rule"))  # noqa: S314
            query = f"select count(*) from {layer} where {{}}"  # noqa: S608
            drawn = [rule.get("filter") for rule in rules if rule.get("checkstate") != "0"]
            assert sum(base.execute(query.format(where)).fetchone()[0] for where in drawn) == total
            for rule in rules:
                base.execute(query.format(rule.get("filter"))).fetchone()
    labels = [rule.get("label") for rule in rules]
    assert len(set(labels)) == len(labels) == 18
    assert (
        labels[0]
        == {
            "nb": "Lading 2030, med stasjonsnettet: dekket",
            "en": "Charging 2030, with the station plan: covered",
        }[lang]
    )


def test_roads_of_the_rule_check_are_credited_as_the_links_they_are_cut_from() -> None:
    links = RESULT.network.links.assign(source_id="n1000")
    result = replace(RESULT, network=replace(RESULT.network, links=links))
    layers = report.layer_tables(result, SOURCES, lang="nb")
    notices = report._layer_notices(layers, SOURCES, "nb")
    assert notices["rules"].startswith("© Kartverket")
    assert "© OpenStreetMap contributors" in notices["plan"]


# Words


def test_what_is_told_of_the_plan_by_hand() -> None:
    words = "\n".join(
        [*describe_plan(RESULT, "nb"), *describe_sizes(RESULT, "nb"), *plan_findings(RESULT, "nb")]
    )
    assert "Lading: 170 av 200 lastebilturer/døgn på minst 50 km (85 %)" in words
    assert "90 av dem trenger ingen offentlig stasjon, 80 kommer fram med stasjonene." in words
    assert "mer enn 13\u202f900 lastebil-km/døgn (avstand til beviset 0,0 %: bevist best mulig)" in words
    assert "Eksisterende stasjoner som er regnet med: 1." in words
    assert "| Lading | 350 | 15,0 % | 200 | 90 | 80 | 30 | 8 | 85,0 % |" in words
    assert "| Truckstopp E6, Vestby | Vestby | 2 | ja | 20 | 10 | 800 |" in words
    assert "| Lading | E6 øst | Vestby | 30 | 420 | 350 | 1 800 |" in words
    assert "13\u202f000 kWh/døgn, antall ladepunkter: 10." in words
    assert "koster 20–40 mill. kr (middels 26); stasjoner med tall: 1." in words
    assert "får plass med batterilager på 1,5 MWh | 20–40 |" in words
    assert "Ledig nettkapasitet er ikke kjent for 1 av 2 ladestasjoner." in words
    lacking = plan_of(toy_planned_result())
    assert "mangler 0,6 MW | – |" in "\n".join(describe_sizes(replace(RESULT, plan=lacking), "nb"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"status": "feasible", "gap": 0.034, "bound": 14_400.0},
            "avstand til beviset 3,4 %: tidsgrensen stanset",
        ),
        ({"is_settled": False}, "Tiden gikk ut før like gode valg var avgjort"),
        ({"objective": "trucks", "bound": 190.0}, "mer enn 190 turer/døgn"),
        ({"objective": "worst_gap", "worst_gap_km": 118.0}, "strekningen uten stasjon på en tur er 118 km"),
    ],
)
def test_o04_o09_bound_gap_and_time_are_told(changes: dict[str, object], said: str) -> None:
    told = "\n".join(describe_plan(replace(RESULT, plan=replace(plan_of(), **changes)), "nb"))
    assert said in told
    assert ("bevist best mulig" in told) == (changes.get("status") != "feasible")


def test_a_set_range_and_full_stations_are_told() -> None:
    scenario = RESULT.scenario.replace(refuelling={"range_km": {"battery": 400.0}, "stops_per_day": 60.0})
    told = "\n".join(describe_plan(replace(RESULT, scenario=scenario), "nb"))
    assert "Rekkevidden er satt i scenariet for: lading." in told
    assert "de tar høyst 60 stopp/døgn" in told
    everyone = replace(plan_of(), relations=plan_of().relations.assign(served_share=1.0))
    assert "Alle turer kommer fram." in describe_plan(replace(RESULT, plan=everyone), "nb")


def test_what_is_told_of_the_rules_by_hand() -> None:
    words = "\n".join([*describe_rules(RESULT, "nb"), *rule_findings(RESULT, "nb")])
    assert (
        "lading innen utgangen av 2030: 0 av 60 km TEN-T-veg i regionen er dekket i dag, 40 km med" in words
    )
    assert "| Lading | 2030 | 60 | 0 | 40 | 0 | 20 | 100 % | Nei | 1 |" in words
    assert "| Hydrogen | 2030 | 60 | 0 | 0 | 60 | 0 | 100 % | Ukjent | 0 |" in words
    assert "| E6 | 0 | 20 |" in words
    assert "stasjoner som teller: 0 av 1; som ikke teller: 1; som mangler opplysninger: 0" in words
    assert "| Midtby | Lading | 2030 | 1 800 | 0 | kW | 1 | Nei |" in words
    assert "for stedene i stasjonsnettet: 1 oppfyller, 1 gjør ikke det, 0 er ikke kjent." in words
    assert "15 slike pauser i døgnet faller på vegene her; 40 % av dem" in words
    assert "er brukt som målestokk, ikke som norsk lov" in words
    today = "\n".join(describe_rules(replace(RESULT, rules_today=None), "nb"))
    assert "| Lading | 2030 | 60 | 40 | 0 | 20 | 100 % | Nei | 1 |" in today
    assert (
        "40 av 60 km TEN-T-veg i regionen er dekket, 20 km mangler"
        in rule_findings(replace(RESULT, rules_today=None), "nb")[0]
    )


def test_assumptions_are_told_with_spread_and_status() -> None:
    words = "\n".join(describe_assumptions(RESULT, "nb"))
    assert "Alle 9 forutsetninger om dette står i arket Forutsetninger; 5 av dem må bekreftes." in words
    assert (
        "| Reserve sjåføren ikke regner med: batteri | 0,15 | 0,1–0,2 | andel | må bekreftes | En kilde |"
        in words
    )
    assert "flytende biogass | 225 | 180–250 | kg | satt i scenariet |" in words
    assert describe_assumptions(replace(RESULT, plan=None, rules=None), "nb") == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_is_whole_in_both_languages(lang: Language) -> None:
    words = words_of(RESULT, lang)
    for key in ("plan", "sizes", "rules", "assumptions"):
        assert f"\n## {text('plan', f'head_{key}', lang)}\n" in words
    assert all(f"]({name})" in words for name in PLAN_CHARTS.values())
    assert "{" not in words
    assert not {"nan", "hydrogen_2030", "not_known", "to_verify"} & set(_cells(words))
    assert "S1" in words


def _cells(words: str) -> set[str]:
    """Return the cells of all tables and every word outside of them; one limit quotes a status."""
    told = words.replace("(status to_verify", "(status")
    return {
        cell.strip() for line in told.splitlines() for cell in line.split("|" if line[:1] == "|" else None)
    }


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_equally_good_sites_are_named_in_table_and_report(lang: Language) -> None:
    result = with_equals(RESULT)
    table = plan_table(result, plan_of(result))
    known = table["equal_sites"].dropna()
    assert set(known.index.get_level_values("site_id")) == {"K"}
    assert set(known) == {"Tomt øst, Østby (P)"}
    told = "\n".join(describe_plan(result, lang))
    assert text("plan", "equal_what", lang) in told
    assert told.count("Tomt øst, Østby (P)") == 1
    assert text("plan", "equal_what", lang) not in "\n".join(describe_plan(RESULT, lang))


def test_settings_of_the_plan_are_listed_with_the_plan_alone() -> None:
    changed = {"refuelling": {"energies": ("battery", "biogas"), "budget_mnok": 350.0}}
    result = replace(RESULT, scenario=RESULT.scenario.replace(**changed))  # type: ignore[arg-type]
    listed = dict(list_settings(result, "nb"))
    assert listed["Stasjonsnettet: energier"] == "lading, biogass"
    assert listed["Stasjonsnettet: flest steder per energi"] == "lading 8, biogass 3"
    assert listed["Stasjonsnettet: budsjett (mill. kr)"] == "350"
    own = RESULT.scenario.replace(assumptions={"rule.afir.beyond_km": 40.0, "a.b": 0.25})
    told = dict(list_settings(replace(toy_result(), scenario=own), "nb"))
    assert told["Forutsetninger endret i scenariet"] == "a.b = 0.25, rule.afir.beyond_km = 40"
    assert not [name for name in told if name.startswith("Stasjonsnettet")]


@pytest.mark.parametrize(
    ("value", "shown"), [(12.34, "12"), (9.96, "10"), (4.0, "4"), (0.36, "0,4"), (0.0, "0"), (np.nan, "–")]
)
def test_short_figures(value: float, shown: str) -> None:
    assert short_figure(value, "nb") == shown


def test_every_text_of_the_catalogue_is_in_both_languages_and_used() -> None:
    known = set(texts("plan", "nb"))
    assert known == set(texts("plan", "en"))
    code = "".join(path.read_text("utf-8") for path in Path(report.__file__).parent.glob("*.py"))
    families = "offer binds grid timing item checked assumed col sheet note block answer set objective season"
    families += " biogas plan head sizes per_day short about rest unit alt chart sheets file"
    built = tuple(f"{family}_" for family in families.split())
    assert not [key for key in known if f'"{key}"' not in code and not key.startswith(built)]
    tables = [table for blocks in BLOCKS.values() for table in blocks]
    columns = {f"col_{name}" for table in tables for name in table.reset_index().columns}
    assert {key for key in known if key.startswith("col_")} <= columns | {"col_spread"}
