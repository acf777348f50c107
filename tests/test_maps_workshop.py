"""The workshop's part of the page: pure modules in Node, the rest on a small page of its own in a browser.

The page is opened as a file with the modules as they stand in the repository; Leaflet comes from the bundle.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page

from pages import READY, Opened, download, new_context, plain, run_chromium
from regiongeo.crs import Box
from regiongeo.i18n import texts
from regiongeo.workshop.exportfile import parse_export
from regiongeo.workshop.records import canonical_text
from test_maps_web import require_node

WEB = Path(__file__).parents[1] / "src" / "regiongeo" / "maps" / "web"
TESTS = Path(__file__).parent / "web" / "workshop.test.js"
SCALE = 100_000
EVERYWHERE = Box(-500_000, 5_000_000, 2_500_000, 8_000_000)
HOSTILE = "<img src=x onerror=window.hit=1></script> ${window.hit=1} {{ 7*7 }} {% a `\" ' \u2028 =1+1 æøå 😀"
KINDS = ("point", "rectangle", "polygon", "line", "area")
DYNAMIC = (
    *(f"ws_{word}_{kind}" for word in ("hint", "keys", "tool") for kind in KINDS),
    *(f"ws_mark_{mark}" for mark in ("aktuell", "undersok", "uaktuell")),
    *("ws_few_corners", "ws_few_points", "ws_layer"),
)
PAGE = Path(__file__).parent / "web" / "workshop_page.html"
OPEN = Path(__file__).parent / "web" / "workshop_page.js"


def test_pure_modules() -> None:
    done = subprocess.run(
        [require_node(), "--test", str(TESTS)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout


PARITY = """
import { readFileSync } from "node:fs";
import { parseExport, toFeature } from "./exportfile.js";
import { canonical } from "./merge.js";
const options = { map: "prove-2030", box: [50, 0, 70, 30] };
const texts = JSON.parse(readFileSync(0, "utf-8"));
const write = (record) => canonical(toFeature(record));
const told = texts.map((text) => parseExport(text, options).file?.records.map(write) ?? null);
console.log(JSON.stringify(told));
"""


def test_page_and_toolkit_take_and_refuse_the_same_files(tmp_path: Path) -> None:
    contents = [export("bord 3", *features, **head) for features, head in _odd_files()]
    contents += [
        "{",
        "null",
        "\ufeff{}",
        contents[0].replace("10.71", "1e999"),
        contents[0].replace("10.71", "NaN"),
    ]
    shutil.copytree(WEB, tmp_path / "web", ignore=shutil.ignore_patterns("node_modules"))
    script = tmp_path / "web" / "workshop" / "parity.mjs"
    script.write_text(PARITY, "utf-8")
    done = subprocess.run(
        [require_node(), str(script)],
        input=json.dumps(contents),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    differing = []
    for content, told in zip(contents, json.loads(done.stdout), strict=True):
        parsed = parse_export(content.encode(), file="x", box=EVERYWHERE)
        is_sound = parsed.export is not None and not parsed.problems
        records = parsed.export.records if is_sound and parsed.export else None
        expected = None if records is None else [canonical_text(record) for record in records]
        if told != expected:
            differing.append((content, told, parsed.problems))
    assert differing == []


RING = [[10.0, 60.0], [10.1, 60.0], [10.1, 60.123456], [10, 60]]
ODD_PROPERTIES: dict[str, list[Any]] = {
    "stemmer": [True, 1.5, None, 99, 100, "1"],
    "merke": ["x", None, []],
    "notat": [None, "x" * 2001, "x\x00\n" * 1000],
    "navn": ["", None, "n" * 81, "a\x85\tb"],
    "created": [None, "2027-02-30T00:00:00Z"],
    "provisional": [None, 1, 1.1, "0"],
    "kind": ["x", None],
    "more": [{}],
}
ODD_HEADS: dict[str, list[Any]] = {
    "table": ["", "  ", "b" * 40, "b" * 41, 3, "\x00"],
    "exported": ["2027-01-14", "2027-13-14T00:00:00Z"],
    "weights": [[], {}, {"passing_trucks": 101}, {"passing_trucks": True}, None],
    "schema": ["regiongeo-workshop/2", "x/1", None],
    "data_version": [5, None, "v" * 201],
    "crs": ["x"],
    "map": [5, None, ""],
}
ODD_FEATURES: dict[str, list[Any]] = {
    "id": ["A" * 32, 5],
    "type": ["x"],
    "properties": [None],
    "bbox": [[0]],
    "geometry": [
        *(None, [], "x", {"type": "Point"}, {"type": "LineString", "coordinates": RING}),
        *({"type": "Point", "coordinates": [10, 60, 5]}, {"type": "Point", "coordinates": [10]}),
        *({"type": "Point", "coordinates": ["10", 60]}, {"type": "Point", "coordinates": [True, 60]}),
        {"type": "Point", "coordinates": [10.123456789, 60.5]},
        {"type": "Polygon", "coordinates": []},
        *({"type": "Polygon", "coordinates": [ring]} for ring in (RING, RING[:3], [RING[0]] * 4)),
        *({"type": "Polygon", "coordinates": [[*RING[:3], last]]} for last in (None, [10, 61])),
    ],
}


def _odd_files() -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """Features and head of files: a sound one first, then each with one odd thing."""
    yield [proposal(1), proposal(2, notat=HOSTILE, navn="😀" * 80), feedback("T04")], {}
    for name, values in ODD_PROPERTIES.items():
        yield from (([proposal(1, **{name: value})], {}) for value in values)
    for name, values in ODD_HEADS.items():
        yield from (([proposal(1)], {name: value}) for value in values)
    for name, values in ODD_FEATURES.items():
        yield from (([{**proposal(1), name: value}], {}) for value in values)
    yield [proposal(1), proposal(1)], {}
    yield [feedback("T04", site_id="T05")], {}
    yield from (([feedback(site)], {}) for site in ("", "x" * 201, "T\x0004"))
    yield [], {}


def test_every_word_is_in_the_catalogue_and_every_entry_is_used() -> None:
    modules = "".join(path.read_text("utf-8") for path in sorted((WEB / "workshop").glob("*.js")))
    used = {*re.findall(r'"((?:ws|bad)_[a-z0-9_]+)"', modules), *DYNAMIC}
    known = set(texts("page_workshop", "nb"))
    assert used == known
    assert not known & {*texts("map", "nb"), *texts("sites", "nb")}


def test_modules_make_no_markup_of_text() -> None:
    for path in (WEB / "workshop").glob("*.js"):
        code = path.read_text("utf-8")
        assert len(code.splitlines()) < 350, path.name
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "fetch(", "window.confirm"):
            assert word not in code, (path.name, word)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # The modules of this page are files beside it; the real page has them inside.
    with run_chromium("--allow-file-access-from-files") as browser:
        yield browser


@pytest.fixture
def open_page(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    context = new_context(chromium, has_touch=True)

    def open_it(*, lang: Any = "nb", script: str = "", **change: Any) -> Opened:
        path = write_page(tmp_path, lang=lang, **change)
        opened = Opened(context.new_page())
        if script:
            opened.page.add_init_script(script)
        opened.show(path)
        return opened

    yield open_it
    context.close()


def write_page(folder: Path, *, lang: Any, **change: Any) -> Path:
    """Put the modules, toy data and a small page into a folder."""
    web = folder / "web"
    shutil.copytree(WEB, web, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    for path in web.rglob("*.js"):
        depth = len(path.relative_to(web).parts) - 1
        code = path.read_text("utf-8").replace('from "leaflet"', f'from "./{"../" * depth}leaflet.js"')
        path.write_text(code, "utf-8")
    data = {
        "lang": lang,
        "texts": {**texts("map", lang), **texts("page_workshop", lang)},
        "map_id": "prove-2030",
        "data_version": "2026-11-20",
        "scale": SCALE,
        "bounds": [[7 * SCALE, int(58.5 * SCALE)], [13 * SCALE, 62 * SCALE]],
        "criteria": [{"key": "grid_km", "name": "Strømnett"}],
        "sites": [
            {"id": "T04", "name": "Kryss E6", "at": [1_070_000, 5_990_000]},
            {"id": "T05", "name": HOSTILE, "at": [1_075_000, 5_992_000]},
        ],
        **change,
    }
    (web / "leaflet.js").write_text("export default window.L;", "utf-8")
    (web / "toy.js").write_text(f"export const data = {json.dumps(data)};", "utf-8")
    shutil.copy(OPEN, web / "open.js")
    assets = files("regiongeo") / "_assets"
    (folder / "map.js").write_text((assets / "map.js").read_text("utf-8"), "utf-8")
    css = (assets / "map.css").read_text("utf-8") + (WEB / "workshop" / "workshop.css").read_text("utf-8")
    page = folder / "page.html"
    frame = PAGE.read_text("utf-8")
    page.write_text(frame.replace("{lang}", lang).replace("{style}", css), "utf-8")
    return page


def tool(page: Page, name: str) -> Locator:
    return page.locator(".ws-tool", has_text=name)


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return a place on the screen, from the middle of the map [px]."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2 + x, box["y"] + box["height"] / 2 + y


def click(page: Page, x: float, y: float) -> None:
    page.mouse.click(*at(page, x, y))


def draw_rectangle(page: Page, x: float = 0) -> None:
    tool(page, "Rektangel").click()
    click(page, x, 0)
    click(page, x + 60, 60)


def items(page: Page) -> list[str]:
    """Return the titles of the table's own records."""
    return [
        text.split("\n")[0]
        for text in page.locator(".ws-panel > .ws-list button").evaluate_all(
            "all => all.map((one) => one.firstChild.textContent)"
        )
    ]


def export(table: str, /, *features: dict[str, Any], **head: Any) -> str:
    member = {
        "schema": "regiongeo-workshop/1",
        "map": "prove-2030",
        "data_version": "2026-11-20",
        "exported": "2027-01-14T12:41:03Z",
        "table": table,
        "weights": {"passing_trucks": 60},
        **head,
    }
    return json.dumps({"type": "FeatureCollection", "regiongeo": member, "features": list(features)})


def proposal(number: int, **change: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "kind": "proposal",
        "navn": f"Tomt {number}",
        "notat": "",
        "merke": "aktuell",
    }
    properties |= {"stemmer": 1, "created": "2027-01-14T12:31:00Z", "provisional": 0.5, **change}
    point = {"type": "Point", "coordinates": [10.71, 59.91]}
    return {"type": "Feature", "id": f"{number:032x}", "geometry": point, "properties": properties}


def feedback(site: str, **change: Any) -> dict[str, Any]:
    properties = {
        "kind": "feedback",
        "site_id": site,
        "notat": "Støy?",
        "merke": "undersok",
        "stemmer": 2,
        **change,
    }
    point = {"type": "Point", "coordinates": [10.7, 59.9]}
    return {"type": "Feature", "id": site, "geometry": point, "properties": properties}


def give(page: Page, **contents: str | bytes) -> None:
    """Choose files in the page's file field."""
    payloads: list[FilePayload] = [
        {
            "name": f"{name}.geojson",
            "mimeType": "application/geo+json",
            "buffer": content if isinstance(content, bytes) else content.encode(),
        }
        for name, content in contents.items()
    ]
    page.set_input_files(".ws-panel input[type=file]", payloads)


def save(page: Page, table: str) -> bytes:
    page.fill("#ws-table", table)
    return download(page, ".ws-save")[1]


@pytest.mark.browser
def test_a_rectangle_is_drawn_with_two_clicks_and_opens_nothing_below(
    open_page: Callable[..., Opened],
) -> None:
    opened = open_page()
    page = opened.page
    draw_rectangle(page)
    card = plain(page.inner_text("#card"))
    assert page.locator("#card h2").inner_text() == "Forslag 1"
    assert page.evaluate("document.activeElement.textContent") == "Forslag 1"
    assert "62,5 p" in card
    assert "Mangler data for: Strømnett" in card
    assert re.search(r"[\d ,]+ dekar", card)
    assert page.evaluate("window.below") is None
    assert page.evaluate("window.seen.map(({ score }) => score.score)") == [0.625]
    assert page.locator(".leaflet-ws-shapes-pane path[stroke-dasharray]").count() == 1
    click(page, -50, -50)
    assert page.evaluate("window.below") is True
    assert opened.complaints == []


@pytest.mark.browser
def test_a_polygon_shows_its_area_and_ends_by_double_click_or_first_corner(
    open_page: Callable[..., Opened],
) -> None:
    page = open_page().page
    tool(page, "Flate").click()
    for x, y in ((0, 0), (80, 0)):
        click(page, x, y)
    page.mouse.move(*at(page, 80, 80))
    assert "dekar" in page.inner_text(".ws-figure")
    page.mouse.dblclick(*at(page, 80, 80))
    assert page.locator("#card h2").inner_text() == "Forslag 1"
    assert page.evaluate("window.seen[0].latlngs.length") == 3
    page.keyboard.press("Escape")
    tool(page, "Flate").click()
    for x, y in ((-40, 0), (-90, 0), (-90, 70), (-42, 3)):
        click(page, x, y)
    assert page.locator("#card h2").inner_text() == "Forslag 2"
    assert not page.locator(".ws-bar").is_visible()


@pytest.mark.browser
def test_a_polygon_is_drawn_by_touch(open_page: Callable[..., Opened]) -> None:
    page = open_page().page
    tool(page, "Flate").tap()
    for x, y in ((0, -100), (80, -100), (80, -20), (12, -90)):
        page.touchscreen.tap(*at(page, x, y))
    assert page.locator("#card h2").inner_text() == "Forslag 1"
    assert page.evaluate("window.seen[0].latlngs.length") == 3


@pytest.mark.browser
def test_crossing_sides_are_refused_with_a_word(open_page: Callable[..., Opened]) -> None:
    page = open_page().page
    tool(page, "Flate").click()
    for x, y in ((0, -80), (80, 0), (80, -80), (0, 0)):
        click(page, x, y)
    assert "kan ikke krysse" in page.inner_text(".ws-bar .warning")
    assert "kan ikke krysse" in page.inner_text("#status")
    page.click(".ws-bar button >> text=Ett tilbake")
    assert "Antall hjørner: 2" in page.inner_text("#status")
    page.click(".ws-bar button >> text=Ferdig")
    assert "flere hjørner" in page.inner_text(".ws-bar .warning")
    page.keyboard.press("Escape")
    assert not page.locator(".ws-bar").is_visible()
    assert items(page) == []
    assert page.evaluate("document.activeElement.textContent") == "Flate"


@pytest.mark.browser
def test_a_polygon_is_drawn_with_the_keyboard_alone(open_page: Callable[..., Opened]) -> None:
    opened = open_page()
    page = opened.page
    tool(page, "Flate").focus()
    page.keyboard.press("Enter")
    assert page.locator(".ws-cross").is_visible()
    page.keyboard.press("Enter")
    for key in ("ArrowRight", "ArrowDown"):
        before = page.evaluate("String(map.getCenter())")
        page.keyboard.press(key)
        page.wait_for_function(f"() => String(map.getCenter()) !== '{before}' && !map._panAnim?._inProgress")
        page.keyboard.press("Enter")
    assert "Hjørne 3 er satt." in page.inner_text("#status")
    assert "dekar" in page.inner_text("#status")
    page.keyboard.press("Backspace")
    assert "Antall hjørner: 2" in page.inner_text("#status")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Forslag 1"
    assert page.evaluate("window.seen[0].latlngs.length") == 3
    assert opened.complaints == []


@pytest.mark.browser
def test_a_point_is_moved_renamed_deleted_and_brought_back(open_page: Callable[..., Opened]) -> None:
    page = open_page().page
    tool(page, "Punkt").click()
    click(page, 20, 20)
    page.fill("#ws-proposal-name", "Tomt ved rampen")
    assert page.inner_text(".ws-name") == "Tomt ved rampen"
    before = page.evaluate("window.seen[0].latlngs[0]")
    page.click("#card button >> text=Flytt punktet")
    click(page, -60, -60)
    after = page.evaluate("window.seen[0].latlngs[0]")
    assert after[0] > before[0]
    assert after[1] < before[1]
    assert page.locator("#card").is_visible()
    page.click("#card button >> text=Slett forslaget")
    assert items(page) == []
    assert page.locator(".ws-name").count() == 0
    page.click(".ws-panel button >> text=Angre")
    assert items(page) == ["Tomt ved rampen"]
    page.keyboard.press("Control+z")
    assert page.evaluate("window.seen[0].latlngs[0]") == before
    page.keyboard.press("Control+Shift+z")
    assert page.evaluate("window.seen[0].latlngs[0]") == after


@pytest.mark.browser
def test_a_site_gets_mark_votes_and_note_that_survive_a_reload(open_page: Callable[..., Opened]) -> None:
    opened = open_page()
    page = opened.page
    page.click("button.site >> nth=0")
    marks = page.locator(".ws-marks button")
    assert [one.get_attribute("aria-pressed") for one in marks.all()] == ["false", "false", "false", "true"]
    marks.filter(has_text="Må undersøkes").click()
    page.click("[aria-label='Én stemme til']")
    page.click("[aria-label='Én stemme til']")
    page.fill("#ws-note", HOSTILE)
    assert f"{len(HOSTILE)} av 2 000 tegn" in plain(page.inner_text("#ws-note-count"))
    page.fill("#ws-note", "x" * 2100)
    assert len(page.input_value("#ws-note")) == 2000
    page.fill("#ws-note", HOSTILE)
    page.keyboard.press("Escape")
    assert items(page) == ["Kryss E6"]
    page.reload()
    page.wait_for_selector(READY, state="attached")
    page.click(".ws-item >> nth=0")
    assert page.input_value("#ws-note") == HOSTILE
    assert page.locator(".ws-count").inner_text() == "2"
    assert page.get_attribute("[data-mark=undersok]", "aria-pressed") == "true"
    page.click("[data-mark=none]")
    page.fill("#ws-note", "")
    page.click("[aria-label='Én stemme mindre']")
    page.click("[aria-label='Én stemme mindre']")
    page.keyboard.press("Escape")
    assert items(page) == []
    assert page.evaluate("window.hit") is None
    assert opened.complaints == []


@pytest.mark.browser
def test_the_saved_file_is_what_the_toolkit_reads(open_page: Callable[..., Opened]) -> None:
    opened = open_page()
    page = opened.page
    page.click(".ws-save")
    assert page.inner_text("#status") == "Skriv navnet på bordet først."
    assert page.evaluate("document.activeElement.id") == "ws-table"
    draw_rectangle(page)
    page.fill("#ws-note", HOSTILE)
    page.keyboard.press("Escape")
    page.click("button.site >> nth=0")
    page.click("[data-mark=uaktuell]")
    page.keyboard.press("Escape")
    assert "Ikke lagret til fil" in page.inner_text(".ws-saved")
    content = save(page, "Bord 3 <b>")
    assert "Alt er lagret" in page.inner_text(".ws-saved")
    saved = json.loads(content)
    head = saved["regiongeo"]
    assert head["table"] == "Bord 3 <b>"
    assert head["weights"] == {"passing_trucks": 60, "grid_km": 40}
    [drawn, said] = saved["features"]
    assert drawn["properties"]["notat"] == HOSTILE
    assert drawn["properties"]["provisional"] == 0.625
    assert said["properties"] == {
        "kind": "feedback",
        "site_id": "T04",
        "notat": "",
        "merke": "uaktuell",
        "stemmer": 0,
    }
    assert said["geometry"] == {"type": "Point", "coordinates": [10.7, 59.9]}
    assert opened.complaints == []
    parsed = parse_export(content, file="x", box=EVERYWHERE)
    assert parsed.problems == ()
    assert parsed.export is not None
    assert {record.note for record in parsed.export.records} == {HOSTILE, ""}


@pytest.mark.browser
def test_files_of_other_tables_are_laid_together_and_bad_ones_refused(
    open_page: Callable[..., Opened],
) -> None:
    opened = open_page()
    page = opened.page
    draw_rectangle(page)
    page.keyboard.press("Escape")
    kept = page.evaluate("localStorage.getItem('regiongeo/prove-2030')")
    later = {"exported": "2027-01-14T13:00:00Z"}
    give(
        page,
        a=export(HOSTILE[:40], proposal(1, notat="tidlig"), feedback("T04")),
        b=export(HOSTILE[:40], proposal(1, notat="sen", navn=HOSTILE[:80]), **later),
        c=export("bord 9", proposal(1)),
        d=export("bord 9", proposal(2, stemmer=100)),
        e="{",
        f=b"\xff\xfe",
        g=export("bord 9", schema="regiongeo-workshop/2"),
        h="[" * 200_000,
    )
    page.wait_for_selector(".ws-refused .warning")
    refused = page.locator(".ws-refused .warning").all_inner_texts()
    assert [text.split(" ")[0] for text in refused] == [f"{name}.geojson" for name in "defgh"]
    assert "Nr. 1 i filen: har et stemmetall" in refused[0]
    assert "nyere versjon" in refused[3]
    assert page.evaluate("localStorage.getItem('regiongeo/prove-2030')") == kept
    assert items(page) == ["Forslag 1"]
    tables = page.locator(".ws-tables > details > summary").all_inner_texts()
    assert [text.split(" · ")[0] for text in tables] == [
        HOSTILE[:40],
        "bord 9",
        "Lagret med ulikt innhold: 1",
    ]
    page.click(".ws-tables > details >> nth=2")
    told = page.locator(".ws-tables > details >> nth=2").inner_text()
    assert "Gjelder (2027-01-14 13:00:00 UTC)" in told
    assert "tidlig" in told
    assert "sen" in told
    page.click("button.site >> nth=0")
    assert "Støy?" in page.inner_text(".ws-others")
    page.keyboard.press("Escape")
    page.locator(".ws-place-tag", has_text="bord 9").focus()
    page.keyboard.press("Enter")
    assert "Forslag fra bord 9" in page.inner_text("#card")
    assert page.locator("#card textarea").count() == 0
    page.keyboard.press("Escape")
    page.click(".ws-tables > details >> nth=1")
    page.click("button >> text=Ta bort bord 9")
    assert page.locator(".ws-name", has_text="bord 9").count() == 0
    assert page.evaluate("window.hit") is None
    assert opened.complaints == []


@pytest.mark.browser
def test_the_same_file_twice_changes_nothing_and_another_map_is_asked_about(
    open_page: Callable[..., Opened],
) -> None:
    page = open_page().page
    one = export("bord 9", proposal(1), feedback("T04"))
    give(page, a=one, b=one)
    page.wait_for_selector(".ws-tables details")
    first = page.inner_text(".ws-tables")
    give(page, c=one)
    page.wait_for_timeout(100)
    assert page.inner_text(".ws-tables") == first
    give(page, x=export("bord 2", proposal(5), map="et annet kart"))
    page.wait_for_selector(".ws-refused .warning")
    assert "et annet kart" in page.inner_text(".ws-refused")
    page.click("button >> text=Åpne likevel")
    assert page.locator(".ws-name", has_text="bord 2").count() == 1
    assert page.locator(".ws-refused .warning").count() == 0


@pytest.mark.browser
def test_a_table_gets_its_own_work_back_from_its_file(open_page: Callable[..., Opened]) -> None:
    page = open_page().page
    draw_rectangle(page)
    page.fill("#ws-note", "før")
    page.keyboard.press("Escape")
    content = save(page, "bord 3")
    page.click(".ws-panel button >> text=Tøm")
    assert page.locator("dialog.ws-ask").is_visible()
    page.click("dialog button >> text=Behold alt")
    assert items(page) == ["Forslag 1"]
    page.click(".ws-panel button >> text=Tøm")
    page.click("dialog button >> text=Tøm bordet")
    assert items(page) == []
    give(page, mine=content)
    page.wait_for_selector(".ws-item")
    assert items(page) == ["Forslag 1"]
    assert page.locator(".ws-tables details").count() == 0
    page.click(".ws-item")
    assert page.input_value("#ws-note") == "før"


@pytest.mark.browser
def test_a_card_drawn_anew_keeps_what_is_being_written(open_page: Callable[..., Opened]) -> None:
    page = open_page().page
    page.click("button.site >> nth=0")
    page.fill("#ws-note", "Støy")
    page.evaluate("window.note = document.getElementById('ws-note'), window.renew()")
    assert page.evaluate("window.note === document.getElementById('ws-note')")
    page.fill("#ws-note", "Støy og lys")
    page.keyboard.press("Escape")
    page.locator("h2#ws-title").focus()
    page.keyboard.press("Control+z")
    assert items(page) == []
    page.click("button.site >> nth=0")
    assert page.input_value("#ws-note") == ""


@pytest.mark.browser
def test_new_weights_change_the_provisional_scores(open_page: Callable[..., Opened]) -> None:
    page = open_page().page
    draw_rectangle(page)
    page.keyboard.press("Escape")
    assert "foreløpig 62,5 p" in page.inner_text(".ws-item")
    page.evaluate(
        "window.shared.provisional = () => ({ score: 0.25, missing: [] }), window.workshop.refresh()"
    )
    assert "foreløpig 25,0 p" in page.inner_text(".ws-item")


DROP = """(text) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], "a.geojson"));
  const fire = (type) => document.querySelector("header").dispatchEvent(
    new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  fire("dragover");
  const isVeiled = !document.querySelector(".ws-veil").hidden;
  return [isVeiled, fire("drop")];
}"""


@pytest.mark.browser
def test_a_file_dropped_anywhere_is_opened_and_does_not_replace_the_page(
    open_page: Callable[..., Opened],
) -> None:
    page = open_page().page
    assert page.evaluate(DROP, export("bord 9", proposal(1))) == [True, False]
    page.wait_for_selector(".ws-tables details")
    assert not page.locator(".ws-veil").is_visible()


@pytest.mark.browser
def test_a_browser_that_keeps_nothing_says_so_once_and_works(open_page: Callable[..., Opened]) -> None:
    full = "Storage.prototype.setItem = () => { throw new Error('QuotaExceededError'); };"
    opened = open_page(script=full)
    page = opened.page
    draw_rectangle(page)
    assert "kan ikke huske" in page.inner_text("#toast")
    page.evaluate("document.getElementById('toast').textContent = ''")
    page.click("[data-mark=aktuell]")
    assert page.inner_text("#toast") == ""
    page.keyboard.press("Escape")
    assert items(page) == ["Forslag 1"]
    assert opened.complaints == []


@pytest.mark.browser
def test_damaged_memory_is_told_and_kept_aside(open_page: Callable[..., Opened]) -> None:
    opened = open_page(script="localStorage.setItem('regiongeo/prove-2030', '{')")
    assert "skadet" in opened.page.inner_text("#status")
    assert opened.page.evaluate("localStorage.getItem('regiongeo/prove-2030/damaged')") == "{"
    draw_rectangle(opened.page)
    assert opened.complaints == []


@pytest.mark.browser
def test_distances_and_areas_are_measured_and_the_pointer_has_coordinates(
    open_page: Callable[..., Opened],
) -> None:
    page = open_page().page
    page.mouse.move(*at(page, 0, 0))
    place = plain(page.inner_text(".ws-place"))
    assert re.search(r"Pekeren: 59,9\d+° N 10,[67]\d+° Ø · UTM 32: N 6 64\d \d{3} Ø 59\d \d{3}", place)
    tool(page, "Avstand").click()
    click(page, 0, 0)
    page.mouse.dblclick(*at(page, 100, 0))
    figure = plain(page.inner_text(".ws-figure"))
    metres = page.evaluate(
        "map.distance(map.containerPointToLatLng([0, 0]), map.containerPointToLatLng([100, 0]))"
    )
    assert float(figure.removesuffix(" km").replace(",", ".")) == pytest.approx(metres / 1000, rel=0.01)
    tool(page, "Areal").click()
    for x, y in ((0, 0), (100, 0), (100, 100)):
        click(page, x, y)
    page.click(".ws-bar button >> text=Ferdig")
    assert plain(page.inner_text(".ws-figure")).endswith(" dekar")
    page.click(".ws-bar button >> text=Lukk")
    assert not page.locator(".ws-bar").is_visible()
    assert items(page) == []


@pytest.mark.browser
def test_targets_are_large_enough_and_everything_has_a_name(open_page: Callable[..., Opened]) -> None:
    page = open_page().page
    draw_rectangle(page)
    sizes = (
        "all => all.filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().height)"
    )
    for selector in (".ws-tool", ".ws-card button", ".ws-card input"):
        assert min(page.locator(selector).evaluate_all(sizes)) >= 44
    page.keyboard.press("Escape")
    assert min(page.locator(".ws-panel button, .ws-panel input[type=text]").evaluate_all(sizes)) >= 44
    snapshot = page.locator("body").aria_snapshot()
    for name in ('group "Tegn forslag"', 'textbox "Navn på bordet"', 'button "Forslag 1'):
        assert name in snapshot
    folder = os.environ.get("REGIONGEO_SHOTS")
    if folder:
        draw_rectangle(page, x=-150)
        page.screenshot(path=f"{folder}/workshop-card.png")
        tool(page, "Flate").click()
        for x, y in ((-100, -150), (80, -150), (60, -40)):
            click(page, x, y)
        page.screenshot(path=f"{folder}/workshop-drawing.png")


@pytest.mark.browser
def test_the_workshop_speaks_english(open_page: Callable[..., Opened]) -> None:
    page = open_page(lang="en").page
    assert tool(page, "Polygon").count() == 1
    assert "Save GeoJSON" in page.inner_text(".ws-panel")
