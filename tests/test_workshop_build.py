"""The workshop map from end to end: one file, its tools in the page, and a saved file that Python reads."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from pages import MAKING, Opened
from regiongeo.i18n import Language, text
from regiongeo.maps.encode import read_data_block
from regiongeo.workshop.build import draw_workshop
from regiongeo.workshop.collect import region_box
from regiongeo.workshop.exportfile import parse_export
from regiongeo.workshop.ident import name_map
from test_maps_weights import SET
from toy_grid import toy_grid_result


@pytest.fixture
def opened(open_workshop: Callable[..., Opened]) -> Opened:
    return open_workshop()


def draw_plot(page: Page, *, lang: Language = "nb") -> None:
    """Draw a rectangle in the middle of the map, with two clicks; its card is open afterwards."""
    page.locator(".ws-tool", has_text=text("page_workshop", "ws_tool_rectangle", lang)).click()
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.35, box["y"] + box["height"] * 0.5
    page.mouse.click(x, y)
    page.wait_for_timeout(400)
    page.mouse.click(x + 40, y + 30)
    page.wait_for_selector("#ws-proposal-name")


def test_the_same_question_has_the_same_name() -> None:
    result = toy_grid_result()
    name = name_map(result, data_version="1")
    assert name.startswith("proveregionen-")
    assert name == name_map(toy_grid_result(), data_version="1")
    assert name != name_map(result, data_version="2")
    other = replace(result, scenario=result.scenario.replace(name="Øst & {{ x }}"))
    assert name_map(other, data_version="1").startswith("ost-x-")


def test_the_page_holds_its_name_and_a_grid_and_is_the_same_each_time() -> None:
    pages = [draw_workshop(toy_grid_result(), **MAKING) for _ in range(2)]
    assert pages[0] == pages[1]
    data = read_data_block(pages[0])
    assert data["map_id"] == name_map(toy_grid_result(), data_version="1")
    assert data["grid"]["cell_m"] == 500


def test_a_plot_is_drawn_scored_ranked_saved_and_read(opened: Opened, tmp_path: Path) -> None:
    page = opened.page
    draw_plot(page)
    page.fill("#ws-proposal-name", "Tomt <b>ved</b> {{ 7*7 }} krysset")
    card = page.locator("#card").inner_text()
    assert "Foreløpig poeng" in card
    assert "ville vært nr." in card
    page.keyboard.press("Escape")
    row = page.locator("#list li.provisional")
    assert "Tomt <b>ved</b> {{ 7*7 }} krysset" in row.inner_text()
    page.evaluate("document.getElementById('workshop').open = true")
    page.fill("#ws-table", "Bord 3")
    with page.expect_download() as download:
        page.click(".ws-save")
    path = tmp_path / "bord.geojson"
    download.value.save_as(path)
    parsed = parse_export(path.read_bytes(), file="bord.geojson", box=region_box(toy_grid_result().region))
    assert parsed.problems == ()
    assert parsed.export is not None
    assert parsed.export.map_id == page.evaluate("regiongeo.data.map_id")
    (record,) = parsed.export.records
    assert json.loads(path.read_text("utf-8"))["features"][0]["properties"]["provisional"] > 0
    assert record.name == "Tomt <b>ved</b> {{ 7*7 }} krysset"
    assert opened.complaints == []
    assert len(opened.requests) == 1


def test_proposals_move_with_the_weights(opened: Opened) -> None:
    page = opened.page
    draw_plot(page)
    page.keyboard.press("Escape")
    before = page.locator("#list li.provisional .points").inner_text()
    page.evaluate(SET, [3, 90])
    assert page.locator("#list li.provisional .points").inner_text() != before
    assert opened.complaints == []


def test_the_ordinary_map_has_no_tools_of_the_workshop(open_map: Callable[..., Opened]) -> None:
    opened = open_map(toy_grid_result())
    assert opened.page.locator(".ws-tools").count() == 0
    assert opened.page.locator("#workshop").is_hidden()
    assert opened.complaints == []


SAVED, UNSAVED = "Alt er lagret til fil.", "Ikke lagret til fil ennå."


def reload(page: Page) -> None:
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    unfold(page)


def unfold(page: Page) -> None:
    page.evaluate("for (const id of ['weights', 'workshop']) document.getElementById(id).open = true")


def shown(page: Page) -> list[str]:
    return page.locator(".sliders output").all_inner_texts()


def save(page: Page, path: Path) -> str:
    """Save the table's file and return the name the page gave it."""
    with page.expect_download() as download:
        page.click(".ws-save")
    download.value.save_as(path)
    return download.value.suggested_filename


def test_weights_memories_and_what_ranks_are_held_against_outlive_a_reload(opened: Opened) -> None:
    page = opened.page
    unfold(page)
    page.evaluate(SET, [0, 40])
    page.click("text=Husk A")
    kept = shown(page)
    page.evaluate(SET, [1, 70])
    page.select_option("#against", label="minne A")
    moved, arrows = shown(page), page.locator("#list .moved").all_text_contents()
    reload(page)
    assert shown(page) == moved
    assert page.locator("#against").input_value() == "A"
    assert page.locator("#list .moved").all_text_contents() == arrows
    page.click("text=Vis A")
    assert shown(page) == kept
    assert opened.complaints == []


def test_a_slider_moved_away_and_back_in_steps_leaves_the_weights_of_the_scenario(opened: Opened) -> None:
    page = opened.page
    unfold(page)
    before, first = shown(page), int(page.input_value("#weight-0"))
    for value in [*range(first + 1, 101), *range(99, first - 1, -1)]:
        page.evaluate(SET, [0, value])
    assert shown(page) == before
    assert page.locator("#weights summary").inner_text() == "Vekter: scenarioet"
    assert page.locator("#list .moved span").count() == 0


def test_saved_looks_at_weights_and_only_what_is_not_saved_warns(opened: Opened, tmp_path: Path) -> None:
    page = opened.page
    warnings: list[str] = []
    page.on("dialog", lambda dialog: warnings.append(dialog.type))
    unfold(page)
    page.fill("#ws-table", "Bord 3")
    page.evaluate(SET, [0, 40])
    assert page.inner_text(".ws-saved").startswith(UNSAVED)
    reload(page)
    assert warnings == ["beforeunload"]
    page.click(".ws-saved")
    first = save(page, tmp_path / "bord.geojson")
    assert page.inner_text(".ws-saved") == SAVED
    reload(page)
    assert page.inner_text(".ws-saved") == SAVED
    assert warnings == ["beforeunload"]
    told = json.loads((tmp_path / "bord.geojson").read_text("utf-8"))["regiongeo"]["weights"]
    assert [f"{one}\u00a0%" for one in told.values()] == shown(page)
    page.evaluate(SET, [0, 41])
    assert page.inner_text(".ws-saved").startswith(UNSAVED)
    page.wait_for_timeout(1000)
    assert save(page, tmp_path / "bord2.geojson") != first
    assert opened.complaints == []


def test_own_file_brings_the_weights_back_and_other_tables_outlive_a_reload(
    opened: Opened, tmp_path: Path
) -> None:
    page = opened.page
    unfold(page)
    draw_plot(page)
    page.keyboard.press("Escape")
    page.fill("#ws-table", "Bord 3")
    page.evaluate(SET, [0, 40])
    moved = shown(page)
    own, other = tmp_path / "bord3.geojson", tmp_path / "bord4.geojson"
    save(page, own)
    page.click("#weights-reset")
    given = shown(page)
    choose = page.locator(".ws-panel input[type=file]")
    choose.set_input_files(own)
    page.wait_for_function("() => document.querySelector('#weights summary').textContent.endsWith('egne')")
    assert shown(page) == moved
    assert "tatt i bruk" in page.inner_text("#status")
    page.evaluate(SET, [1, 70])
    mine = shown(page)
    choose.set_input_files(own)
    page.click("text=Ta i bruk vektene fra filen")
    assert shown(page) == moved
    page.click("text=Bytt tilbake")
    assert shown(page) == mine
    assert given not in (mine, moved)
    content = json.loads(own.read_text("utf-8"))
    content["regiongeo"]["table"] = "Bord 4"
    content["features"][0]["id"] = "0" * 32
    other.write_text(json.dumps(content), "utf-8")
    choose.set_input_files(other)
    page.wait_for_selector(".ws-tables summary")
    before = page.locator(".ws-tables").inner_text()
    assert "Bord 4" in before
    reload(page)
    assert page.locator(".ws-tables").inner_text() == before
    assert shown(page) == mine
    page.click(".ws-tables summary")
    page.click(".ws-tables button >> nth=-1")
    reload(page)
    assert page.locator(".ws-tables summary").count() == 0
    assert opened.complaints == []


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"version":1,"files":[{"name":"a","text":"{"}]}', "x" * 1_000_000]
)
def test_damaged_memory_never_stops_the_page(opened: Opened, text: str) -> None:
    page = opened.page
    page.evaluate(
        """(text) => {
          const key = `regiongeo/${regiongeo.data.map_id}`;
          for (const part of ["weights", "tables", "saved"]) localStorage.setItem(`${key}/${part}`, text);
        }""",
        text,
    )
    reload(page)
    assert page.locator("#list .name").count() > 0
    assert page.locator("#weights summary").inner_text() == "Vekter: scenarioet"
    assert page.locator(".ws-tables summary").count() == 0
    assert opened.complaints == []
