"""The workshop map from end to end: one file, its tools in the page, and a saved file that Python reads."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from regiongeo.maps.encode import read_data_block
from regiongeo.workshop.build import draw_workshop
from regiongeo.workshop.collect import region_box
from regiongeo.workshop.exportfile import parse_export
from regiongeo.workshop.ident import name_map
from test_maps_browser import Opened, chromium  # noqa: F401 - a fixture
from test_maps_weights import SET
from toy_grid import toy_grid_result

MAKING = {"lang": "nb", "date": "2026-11-20", "data_version": "1", "credits": ["© Kartverket"]}


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Opened:  # noqa: F811
    path = tmp_path / "verksted.html"
    path.write_text(draw_workshop(toy_grid_result(), online_tiles=False, **MAKING), "utf-8")  # type: ignore[arg-type]
    context = chromium.new_context(
        viewport={"width": 1280, "height": 720}, locale="nb-NO", accept_downloads=True
    )
    page = Opened(context.new_page())
    page.show(path)
    return page


def draw_plot(page: Page) -> None:
    """Draw a rectangle in the middle of the map."""
    page.get_by_role("button", name="Rektangel").first.click()
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
    pages = [draw_workshop(toy_grid_result(), **MAKING) for _ in range(2)]  # type: ignore[arg-type]
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
    assert [url.split(":")[0] for url in opened.requests if not url.startswith("blob:")] == ["file"]


def test_proposals_move_with_the_weights(opened: Opened) -> None:
    page = opened.page
    draw_plot(page)
    page.keyboard.press("Escape")
    before = page.locator("#list li.provisional .points").inner_text()
    page.evaluate(SET, [3, 90])
    assert page.locator("#list li.provisional .points").inner_text() != before
    assert opened.complaints == []


def test_the_ordinary_map_has_no_tools_of_the_workshop(chromium: Browser, tmp_path: Path) -> None:  # noqa: F811
    from regiongeo.maps import draw_map  # noqa: PLC0415

    path = tmp_path / "map.html"
    path.write_text(draw_map(toy_grid_result(), **MAKING), "utf-8")  # type: ignore[arg-type]
    page = Opened(chromium.new_page())
    page.show(path)
    assert page.page.locator(".ws-tools").count() == 0
    assert page.page.locator("#workshop").is_hidden()
    assert page.complaints == []
