"""What tables write and draw comes back as it was: through the file, the GeoPackage and the workbook."""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages import Opened
from regiongeo.i18n import LANGUAGES
from regiongeo.job import Inputs, compute_job
from regiongeo.maps.encode import read_data_block
from regiongeo.report.geopackage import write_geopackage
from regiongeo.workshop.collected import describe_collected, draw_collected
from regiongeo.workshop.findings import build_findings
from regiongeo.workshop.frames import proposal_frame
from regiongeo.workshop.layers import workshop_layers, workshop_styles
from regiongeo.workshop.merge import merge_exports
from regiongeo.workshop.sheets import write_sheets
from toy import toy_result
from toy_workshop import (
    BACK,
    HOSTILE,
    P1,
    P2,
    P3,
    document,
    feedback,
    point,
    proposal,
    read,
    square,
    toy_findings,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from regiongeo.workshop.findings import Findings

MAKING: dict[str, Any] = {
    "lang": "nb",
    "date": "2026-11-20",
    "data_version": "1",
    "credits": ["© Kartverket"],
}
STARTS = ["=1+1", "+47", "-1", "@SUM(A1)", "{{ 7 * 7 }}", "{% a", "${x}", "</script>", "\u202eRTL", "🚚", '"']
TEXTS = st.builds("".join, st.tuples(st.sampled_from(STARTS), st.text(max_size=30)))
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    """Return what is kept of a note: all but control characters; line breaks stay."""
    return CONTROL.sub("", text)


def findings_of(*notes: str, marks: list[str | None] | None = None) -> Findings:
    """Return the findings of one table with a proposal for each note."""
    given = marks or [None] * len(notes)
    features = [
        proposal(f"{k:032x}", square(602 + k, 9), notat=note, merke=mark, stemmer=k)
        for k, (note, mark) in enumerate(zip(notes, given, strict=True))
    ]
    session = merge_exports([read(document([*features, feedback("K", notat=notes[0], merke="aktuell")]))])
    return build_findings(session, proposal_frame(session), toy_result())


@settings(max_examples=8)
@given(
    st.lists(TEXTS, min_size=1, max_size=5),
    st.lists(st.sampled_from([None, "aktuell", "uaktuell", "undersok"]), min_size=5, max_size=5),
)
def test_notes_marks_and_votes_come_back_from_the_geopackage(
    notes: list[str], marks: list[str | None]
) -> None:
    marks = marks[: len(notes)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workshop.gpkg"
        layers = workshop_layers(findings_of(*notes, marks=marks))
        write_geopackage(path, layers, styles=workshop_styles("nb"), notices={})
        with closing(sqlite3.connect(path)) as base:
            rows = base.execute("select note, mark, votes from proposals order by site_id").fetchall()
            said = base.execute("select note, mark from feedback_points").fetchall()
    assert rows == [(clean(note), mark, k) for k, (note, mark) in enumerate(zip(notes, marks, strict=True))]
    assert said == [(clean(notes[0]), "aktuell")]


@settings(max_examples=8)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_notes_come_back_from_the_workbook_and_are_never_formulas(notes: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workshop.xlsx"
        write_sheets(findings_of(*notes), path, lang="nb")
        sheet = openpyxl.load_workbook(path)["Forslag"]
        heads = [cell.value for cell in sheet[1]]
        cells = {row[-1].value: row[heads.index("Notat")] for row in sheet.iter_rows(min_row=2)}
    found = [cells[f"{k:032x}"] for k in range(len(notes))]
    # XML has no place for these two; the workbook says so with a character of their own.
    expected = [re.sub("[\ufffe\uffff]", "\ufffd", clean(note)) for note in notes]
    assert [cell.value or "" for cell in found] == expected
    assert {cell.data_type for cell in found} <= {"s", "n"}  # "n" is empty


def test_a_note_of_two_thousand_characters_is_kept_whole() -> None:
    note = (HOSTILE + "\n") * 40
    found = findings_of(note[:2000])
    assert found.proposals["note"].tolist() == [note[:2000]]


@settings(max_examples=12)
@given(st.floats(592, 648), st.floats(1, 19))
def test_places_come_back_to_a_decimetre(east_km: float, north_km: float) -> None:
    frame = proposal_frame(merge_exports([read(document([proposal(P1, point(east_km, north_km))]))]))
    (shape,) = frame.geometry
    assert abs(shape.x - east_km * 1000) < 0.1
    assert abs(shape.y - 6_640_000 - north_km * 1000) < 0.1
    assert [round(one, 6) for one in BACK.transform(shape.x, shape.y)] == point(east_km, north_km)[
        "coordinates"
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_row_has_one_class_of_its_layers_style(tmp_path: Path, lang: Any) -> None:
    path = tmp_path / "workshop.gpkg"
    layers, styles = workshop_layers(toy_findings()), workshop_styles(lang)
    write_geopackage(path, layers, styles=styles, notices={})
    with closing(sqlite3.connect(path)) as base:
        for layer in set(layers) & set(styles):
            rules = list(ET.fromstring(styles[layer].split("\n", 1)[1]).iter("rule"))  # noqa: S314
            filters = [rule.get("filter", "1") for rule in rules if rule.get("symbol")]
            asked = [f'select count(*) from "{layer}" where {one}' for one in filters]  # noqa: S608
            counts = [base.execute(one).fetchone()[0] for one in asked]
            assert sum(counts) == len(layers[layer]), layer
    assert gpd.read_file(path, layer="opinions").set_index("site_id")["verdict"].to_dict() == {
        "K": "disputed",
        "T": "undersok",
    }


def test_the_result_map_tells_who_proposed_and_said_what() -> None:
    told: Any = describe_collected(toy_findings())
    assert told["tables"] == ["bord 1", "bord 2"]
    by_id = {one["id"]: one for one in told["proposals"]}
    assert {one: by_id[one]["place_tables"] for one in by_id} == {P1: 2, P2: 2, P3: 1}
    assert by_id[P1]["place_by"] == "bord 1; bord 2"
    assert (by_id[P3]["rings"], by_id[P3]["reason"]) == ([], "far_from_road")
    k, t = told["opinions"]
    assert (k["id"], k["verdict"], t["verdict"]) == ("K", "disputed", "undersok")
    assert [one["table"] for one in k["said"]] == ["bord 1", "bord 2"]
    assert json.dumps(told, allow_nan=False)


def test_the_result_map_opens_and_shows_texts_as_they_are(
    chromium: Browser,
    tmp_path: Path,
) -> None:
    path = tmp_path / "map.html"
    path.write_text(draw_collected(toy_findings(), online_tiles=False, **MAKING), "utf-8")
    assert read_data_block(path.read_text("utf-8"))["plots"] == []  # they are drawn as proposals
    opened = Opened(chromium.new_page())
    page = opened.show(path)
    legend = page.locator("#layer-list").inner_text()
    assert "Foreslått av to bord" in legend
    assert "Omstridt" in legend
    page.locator("#list li button").first.click()
    said = page.locator("#card .collected").inner_text()
    assert "Foreslått av bord 1" in said
    assert "Samme sted foreslått av: bord 1; bord 2" in said
    assert HOSTILE.split(" \u2028")[0] in said
    assert opened.complaints == []


def test_proposals_join_the_plots_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from regiongeo import job  # noqa: PLC0415
    from regiongeo.errors import DataError  # noqa: PLC0415
    from regiongeo.userfiles import load_plots  # noqa: PLC0415
    from regiongeo.workshop.scoring import plots_geojson  # noqa: PLC0415

    asked: dict[str, Any] = {}
    monkeypatch.setattr(job.store, "load_reference", lambda: toy_result().reference)
    monkeypatch.setattr(job, "members_of", lambda *_, **__: toy_result().region)
    monkeypatch.setattr(job, "run", lambda *_, **options: asked.update(options))
    for name, one in (("own", P1), ("proposed", P2)):
        frame = proposal_frame(merge_exports([read(document([proposal(one, square(602, 9))]))]))
        (tmp_path / f"{name}.geojson").write_bytes(plots_geojson(frame, lang="nb"))
    proposed = load_plots(tmp_path / "proposed.geojson")
    inputs = Inputs(plots=tmp_path / "own.geojson")

    compute_job(inputs, more_plots=proposed, with_flows=False)
    assert asked["plots"].index.tolist() == [P1, P2]
    assert list(asked["beside"]) == [P2]
    with pytest.raises(DataError, match="stand in the plots file and are proposed"):
        compute_job(inputs, more_plots=load_plots(tmp_path / "own.geojson"), with_flows=False)
