"""The way back: files in, one folder out, whole or not at all; texts and places as they were written."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from matplotlib.image import imread
from typer.testing import CliRunner

from regiongeo.cli.workshop import workshop_app
from regiongeo.errors import DataError, OutputError, ScenarioError
from regiongeo.i18n import LANGUAGES
from regiongeo.job import Done, Inputs, compute_job
from regiongeo.manifest import read_run, verify_run
from regiongeo.tables import PLOTS
from regiongeo.userfiles import load_plots
from regiongeo.workshop import collect, ident, mapcheck, scoring
from regiongeo.workshop.collect import collect_workshop, region_box
from regiongeo.workshop.frames import proposal_frame
from regiongeo.workshop.merge import merge_exports
from regiongeo.workshop.outputs import write_workshop
from regiongeo.workshop.scoring import choose_candidates, plots_geojson
from regiongeo.workshop.summary import summary_lines, summary_object
from toy import toy_result
from toy_workshop import (
    HOSTILE,
    P1,
    P2,
    P3,
    as_bytes,
    document,
    feedback,
    lonlat,
    point,
    proposal,
    read,
    scored_result,
    square,
    toy_findings,
    two_tables,
)  # fmt: skip

if TYPE_CHECKING:
    from pathlib import Path

FILES = ["candidates.geojson", "map.html", "run.json", "weights.png", "workshop.gpkg", "workshop.xlsx"]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Write the exports of the two tables."""
    paths = [tmp_path / f"bord{k}.geojson" for k in (1, 2)]
    for path, content in zip(paths, two_tables(), strict=True):
        path.write_bytes(as_bytes(content))
    return paths


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Put the toy region in place of the shipped one, and keep what the main job was asked."""
    kept: dict[str, Any] = {}

    def compute(inputs: Inputs, **options: Any) -> Done:
        kept.update(options, inputs=inputs)
        kept["plots"] = options["more_plots"]
        return Done(result=scored_result(), rows_read={})

    monkeypatch.setattr(collect.store, "load_reference", lambda: None)
    monkeypatch.setattr(collect, "members_of", lambda *_, **__: toy_result().region)
    monkeypatch.setattr(scoring, "compute_job", compute)
    monkeypatch.setattr(mapcheck, "name_map", lambda *_, **__: "toy")
    return kept


def test_one_folder_with_everything_appears(files: list[Path], asked: dict[str, Any], tmp_path: Path) -> None:
    steps: list[str] = []
    collect_workshop(files, tmp_path / "out", lang="nb", tell=steps.append)

    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == FILES
    assert verify_run(out) == []
    run = read_run(out)
    assert set(run["inputs"]) == {"data/sources.toml", "exports/bord1.geojson", "exports/bord2.geojson"}
    assert run["maps"] == ["toy"]
    assert str(tmp_path) not in (out / "run.json").read_text("utf-8")
    assert steps[0] == "reference"
    assert asked["with_flows"] is False


def test_plots_named_in_the_scenario_are_those_of_the_map(
    files: list[Path], asked: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "tomter.csv").write_text("x", "utf-8")
    scenario = tmp_path / "a.toml"
    scenario.write_text('[world]\nplots = "tomter.csv"\n', "utf-8")
    collect_workshop(files, tmp_path / "out", inputs=Inputs(scenario=scenario), lang="nb")

    assert asked["inputs"].plots == tmp_path / "tomter.csv"
    assert "plots/tomter.csv" in read_run(tmp_path / "out")["inputs"]
    assert str(tmp_path) not in (tmp_path / "out" / "run.json").read_text("utf-8")
    result = scored_result()
    own = replace(result, scenario=result.scenario.replace(world={"plots": str(tmp_path / "tomter.csv")}))
    assert ident.name_map(own, data_version="1") == ident.name_map(result, data_version="1")


def test_the_main_job_gets_the_proposals_as_plots(
    files: list[Path], asked: dict[str, Any], tmp_path: Path
) -> None:
    collect_workshop(files, tmp_path / "out", lang="nb")
    plots = asked["plots"]
    assert plots["name"].to_dict() == {P1: "Åsen =1", P2: "Ved E6", P3: "Forslag uten navn"}
    given = proposal_frame(merge_exports(map(read, two_tables())))
    assert max(plots.geometry.hausdorff_distance(given.geometry)) < 1e-6


def test_a_plot_outside_the_region_is_struck_out(asked: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(as_bytes(document([proposal("a" * 32, point(585, 9))])))  # 5 km west of the region
    found = collect_workshop([path], tmp_path / "out", lang="nb")
    assert asked["plots"].index.tolist() == ["a" * 32]
    assert found.proposals["reason"].tolist() == ["outside_region"]
    assert not (tmp_path / "out" / "candidates.geojson").exists()
    assert not (tmp_path / "out" / "weights.png").exists()


@pytest.mark.usefixtures("asked")
def test_an_empty_workshop_is_told_too(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(as_bytes(document()))
    found = collect_workshop([path], tmp_path / "out", lang="en")
    assert dict(summary_lines(found, "en"))["Proposals"] == "0, of which struck out: 0"
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [
        "map.html",
        "run.json",
        "workshop.xlsx",
    ]


@pytest.mark.usefixtures("asked")
def test_the_order_of_files_changes_no_output(files: list[Path], tmp_path: Path) -> None:
    for name, ordered in (("a", files), ("b", [*files[::-1], files[0]])):
        collect_workshop(ordered, tmp_path / name, lang="nb")
    for name in FILES:
        if name != "run.json":
            assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


@pytest.mark.usefixtures("asked")
def test_a_bad_file_leaves_the_former_run(files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    collect_workshop(files, out, lang="nb")
    before = (out / "run.json").read_bytes()
    files[0].write_bytes(b"{")

    with pytest.raises(DataError, match=r"bord1\.geojson: is not JSON"):
        collect_workshop(files, out, lang="nb")
    assert (out / "run.json").read_bytes() == before

    found = collect_workshop(files, out, lang="nb", keep_good=True)
    assert [one.file for one in found.refusals] == ["bord1.geojson"]
    assert list(found.proposals.index) == [P2, P3]


@pytest.mark.usefixtures("asked")
def test_a_failing_output_leaves_the_former_run(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    collect_workshop(files, out, lang="nb")
    before = (out / "run.json").read_bytes()

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("regiongeo.workshop.outputs.draw_weights", fail)
    with pytest.raises(OutputError, match="disk full"):
        collect_workshop(files, out, lang="nb")
    assert (out / "run.json").read_bytes() == before
    assert verify_run(out) == []


@pytest.mark.usefixtures("asked")
def test_exports_in_the_folder_to_be_replaced_are_not_lost(files: list[Path]) -> None:
    with pytest.raises(OutputError):
        collect_workshop(files, files[0].parent, lang="nb")
    assert all(path.exists() for path in files)


def test_a_missing_scenario_is_told(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no scenario file"):
        collect_workshop(files, tmp_path / "out", inputs=Inputs(scenario=tmp_path / "x.toml"), lang="nb")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Write the toy workshop's outputs."""
    write_workshop(toy_findings(), tmp_path, map_html="<p>", lang="nb", run_info={})
    return tmp_path


def test_the_geopackage_holds_texts_byte_for_byte_and_places_to_a_decimetre(written: Path) -> None:
    layers = [name for name, _ in pyogrio.list_layers(written / "workshop.gpkg")]
    assert layers == [
        *("proposals", "proposals_points", "opinions", "same_place", "feedback_points", "table_rankings"),
        "layer_styles",
    ]
    points = gpd.read_file(written / "workshop.gpkg", layer="proposals_points").set_index("site_id")
    table = gpd.read_file(written / "workshop.gpkg", layer="proposals").set_index("site_id")
    assert table.crs.to_epsg() == 25832
    assert table.loc[P1, "note"] == HOSTILE
    assert table.loc[P1, "name"] == "Åsen =1"
    assert points.geometry[P3].distance(shapely.Point(612_000, 6_649_000)) < 0.1
    with closing(sqlite3.connect(written / "workshop.gpkg")) as base:
        notes = [row[0] for row in base.execute("select note from feedback_points order by fid")]
    assert notes == ["God avkjøring\nog plass", "Støy?", ""]


def test_candidates_are_plots_of_the_main_job(written: Path) -> None:
    plots = load_plots(written / "candidates.geojson")
    assert plots.index.tolist() == [P1]  # one for the place, and P3 was struck out
    assert set(PLOTS.index) <= {plots.index.name}
    content = json.loads((written / "candidates.geojson").read_text("utf-8"))
    (feature,) = content["features"]
    assert feature["geometry"] == square(602, 9)  # the very positions the table exported
    assert feature["properties"]["votes"] == 3


def test_all_candidates_of_a_place_are_written_when_asked(tmp_path: Path) -> None:
    write_workshop(toy_findings(), tmp_path, map_html="", lang="nb", run_info={}, all_of_place=True)
    assert load_plots(tmp_path / "candidates.geojson").index.tolist() == [P1, P2]


def test_votes_then_rank_then_id_choose_the_candidate() -> None:
    proposals = toy_findings().proposals
    votes = proposals.assign(votes=[1, 1, 0])
    assert choose_candidates(votes).index.tolist() == [P1]  # rank 1 and 5
    assert choose_candidates(votes.assign(votes=[0, 1, 0])).index.tolist() == [P2]


def test_names_the_main_job_would_refuse_are_made_fit() -> None:
    names = ["\u2028a\u2029b", " ", "e\u0301"]
    features = [proposal(f"{k:032x}", point(602, 9), navn=name) for k, name in enumerate(names)]
    frame = proposal_frame(merge_exports([read(document(features))]))
    content = json.loads(plots_geojson(frame, lang="en"))
    assert [one["properties"]["name"] for one in content["features"]] == [
        "a b",
        "Proposal without a name",
        "e\u0301",
    ]


def test_a_mended_shape_can_be_read_again(tmp_path: Path) -> None:
    numbers = np.random.default_rng(7)
    for number in range(20):
        places = [lonlat(602 + x, 9 + y) for x, y in numbers.random((12, 2))]
        shape = {"type": "Polygon", "coordinates": [[*places, places[0]]]}
        frame = proposal_frame(merge_exports([read(document([proposal(P1, shape)]))]))
        path = tmp_path / f"{number}.geojson"
        path.write_bytes(plots_geojson(frame, lang="nb"))
        assert load_plots(path).geometry.iloc[0].hausdorff_distance(frame.geometry.iloc[0]) < 0.1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_holds_every_sheet_and_no_formula(tmp_path: Path, lang: Any) -> None:
    write_workshop(toy_findings(), tmp_path, map_html="", lang=lang, run_info={})
    book = openpyxl.load_workbook(tmp_path / "workshop.xlsx")
    names = {
        "nb": [
            "Oppsummering",
            "Steder",
            "Forslag",
            "Samme sted",
            "Topp 10 per bord",
            "Vekter per bord",
            "Notater",
            "Konflikter",
        ],
        "en": [
            "Summary",
            "Sites",
            "Proposals",
            "Same place",
            "Top 10 by table",
            "Weights by table",
            "Notes",
            "Conflicts",
        ],
    }
    assert book.sheetnames == names[lang]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert HOSTILE in [cell.value for cell in cells]
    for sheet in book:  # no heading is a bare column name
        heads = [cell.value for cell in next(sheet.iter_rows(max_row=1)) if cell.value]
        assert not [head for head in heads if "_" in head]


def test_characters_no_workbook_can_hold_do_not_break_it(tmp_path: Path) -> None:
    from regiongeo.workshop.findings import build_findings  # noqa: PLC0415

    note = "a\ufffeb\uffff _x0041_"
    session = merge_exports([read(document([feedback("K", notat=note)], table="=1+1"))])
    found = build_findings(session, proposal_frame(session), toy_result())
    write_workshop(found, tmp_path, map_html="", lang="nb", run_info={})
    book = openpyxl.load_workbook(tmp_path / "workshop.xlsx")
    assert book["Notater"]["A2"].value == "=1+1"
    assert book["Notater"]["A2"].quotePrefix
    assert "a\ufffdb\ufffd" in book["Notater"]["G2"].value


def test_conflicts_stand_with_both_contents(tmp_path: Path) -> None:
    from regiongeo.workshop.findings import build_findings  # noqa: PLC0415

    contents = [
        document([feedback("K", notat=note)], exported=f"2027-01-14T12:0{k}:00Z")
        for k, note in enumerate(("først", "sist"))
    ]
    session = merge_exports(map(read, contents))
    found = build_findings(session, proposal_frame(session), toy_result())
    assert found.conflicts["is_standing"].tolist() == [True, False]
    assert ["sist" in text for text in found.conflicts["content"]] == [True, False]
    assert found.conflicts["note"].tolist() == ["sist", "først"]
    assert found.notes["note"].tolist() == ["sist"]
    write_workshop(found, tmp_path, map_html="", lang="nb", run_info={})
    sheet = openpyxl.load_workbook(tmp_path / "workshop.xlsx")["Konflikter"]
    assert [row[4] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["ja", "nei"]


def test_the_picture_shows_every_table(written: Path) -> None:
    pixels = imread(written / "weights.png")
    assert pixels.shape[0] > 300
    assert pixels.std() > 0.05


def test_the_same_findings_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_workshop(toy_findings(), tmp_path / name, map_html="", lang="nb", run_info={})
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_the_summary_names_what_matters() -> None:
    lines = dict(summary_lines(toy_findings(), "nb"))
    assert lines["Bord"] == "bord 1; bord 2"
    assert lines["Forslag"] == "3, av dem utelukket: 1"
    assert lines["Samme sted foreslått av flere bord"] == "Åsen =1 / Ved E6"
    assert lines["Omstridt: både aktuell og uaktuell"] == "Kryss E6/Rv4, Midtby"
    assert lines["Størst uenighet om vekt"] == "Delregionens mangel: 0–90 %"


def test_the_summary_for_programs_is_plain_json() -> None:
    content = json.loads(json.dumps(summary_object(toy_findings()), allow_nan=False))
    assert content["schema"] == "regiongeo.workshop/1"
    assert content["proposals"][2] == {
        "site_id": P3, "table": "bord 2", "name": "", "votes": 0, "provisional": None, "score": None,
        "rank": None, "reason": "far_from_road", "place_id": P3,
    }  # fmt: skip
    assert content["places_of_several_tables"] == [P1]
    assert content["disputed_sites"] == ["K"]


def call(*words: str) -> Any:
    return CliRunner().invoke(workshop_app, list(words), catch_exceptions=False, env={"COLUMNS": "160"})


@pytest.mark.usefixtures("asked")
def test_the_command_collects_and_tells(files: list[Path], tmp_path: Path) -> None:
    done = call("collect", *map(str, files), "--out", str(tmp_path / "out"))
    assert done.exit_code == 0
    assert "Åsen =1 / Ved E6" in done.stdout
    assert "candidates.geojson" in done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES


@pytest.mark.usefixtures("asked")
def test_the_command_speaks_json_or_nothing(files: list[Path], tmp_path: Path) -> None:
    words = ("collect", *map(str, files), "--out", str(tmp_path / "out"))
    assert json.loads(call(*words, "--json").stdout)["tables"] == ["bord 1", "bord 2"]
    assert call(*words, "--quiet").output == ""


@pytest.mark.usefixtures("asked")
def test_what_was_left_out_is_told(files: list[Path], tmp_path: Path) -> None:
    files[1].write_bytes(b"{")
    done = call("collect", *map(str, files), "--out", str(tmp_path / "out"), "--keep-good", "--lang", "en")
    assert "Left out: bord2.geojson: is not JSON" in done.stderr


def test_the_command_needs_files_and_a_folder() -> None:
    assert CliRunner().invoke(workshop_app, ["collect"]).exit_code == 2


@pytest.mark.slow
def test_proposals_are_scored_as_the_main_job_scores_plots(tmp_path: Path) -> None:
    """A round trip on the shipped data: the figures are those of a run with the candidates as plots."""
    exports = [
        document([proposal(P1, _square(10.757, 59.607)), proposal(P2, _at(11.1, 60.17))]),
        document([proposal(P3, _at(9.3, 60.2))], table="bord 2", weights={"passing_trucks": 9}),
    ]
    paths = [tmp_path / f"{k}.geojson" for k in range(2)]
    for path, content in zip(paths, exports, strict=True):
        path.write_bytes(as_bytes(content))
    scenario = tmp_path / "s.toml"
    scenario.write_text("[uncertainty]\ndraws = 100\n", "utf-8")
    found = collect_workshop(
        paths, tmp_path / "out", inputs=Inputs(scenario=scenario), any_map=True, lang="nb"
    )
    plots = load_plots(tmp_path / "out" / "candidates.geojson")
    assert plots.index.tolist() == [P1, P2]
    assert found.proposals.loc[P3, "reason"] == "far_from_road"

    inputs = Inputs(scenario=scenario, plots=tmp_path / "out" / "candidates.geojson")
    ranking = compute_job(inputs, with_flows=False).result.ranking
    assert found.proposals["score"][[P1, P2]].tolist() == ranking["score"][[P1, P2]].tolist()
    # A plot of a run strikes out what lies beside it; a proposal does not, so its rank can be lower.
    assert (found.proposals["rank"][[P1, P2]] >= ranking["rank"][[P1, P2]]).all()
    assert max(plots.geometry.hausdorff_distance(found.proposals.geometry[plots.index])) < 0.1


def test_records_may_lie_20_km_around_the_region() -> None:
    """The toy region is E 590-650, N 6640-6660 km."""
    assert region_box(toy_result().region) == (570_000, 6_620_000, 670_000, 6_680_000)


def _at(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def _square(lon: float, lat: float) -> dict[str, Any]:
    corners = [(0, 0), (0.002, 0), (0.002, 0.001), (0, 0.001), (0, 0)]
    ring = [[round(lon + x, 6), round(lat + y, 6)] for x, y in corners]
    return {"type": "Polygon", "coordinates": [ring]}
