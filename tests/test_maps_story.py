"""Story, timer, projector mode and files of the page: pure modules in Node, the rest in a browser."""

import csv
import io
import os
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from regiongeo.i18n import texts
from regiongeo.workshop.storyfile import describe_story, load_story
from test_maps_web import require_node
from test_maps_workshop import HOSTILE, SCALE, WEB, Opened, chromium, write_page  # noqa: F401 - a fixture

TESTS = Path(__file__).parent / "web" / "story.test.js"
STEPS: list[dict[str, Any]] = [
    {
        "title": "Velkommen",
        "text": "Tre kryss ligger an.",
        "view": {"lat": 60.2, "lon": 11.0, "zoom": 9},
        "layers": {"layer_roads": False},
        "weights": {"grid_km": 80, "passing_trucks": 20},
    },
    {"title": HOSTILE[:80], "text": HOSTILE, "view": {"lat": 59.9, "lon": 10.7, "zoom": 12}, "layers": {}},
    {"title": "I rommet", "text": "", "layers": {"layer_roads": True}, "projector": True},
]
CRITERIA = [
    {"key": "passing_trucks", "name": "Lastebiler", "unit": "per døgn", "factor": 1, "decimals": 0},
    {"key": "grid_km", "name": "Strømnett", "unit": "km", "factor": 1, "decimals": 1},
]
SITE = {"municipality": "Ås", "subregion": "Follo", "rank_low": 1, "rank_high": 2, "top5_share": 1}
SITES = [
    {**SITE, "id": "T04", "name": "Kryss E6", "at": [1_070_000, 5_990_000], "rank": 1, "score": 0.625},
    {**SITE, "id": "T05", "name": "=1+1", "at": [1_075_000, 5_992_000], "rank": 2, "score": 0.5},
]
OPEN = """
import { data } from "./toy.js";
import { makeWords } from "./words.js";
import { fillText, make } from "./dom.js";
import { symbol, swatch } from "./symbols.js";
import { connectStage } from "./story/index.js";
const L = window.L;
const options = { preferCanvas: true, zoomControl: false, attributionControl: false, zoomSnap: 0.25 };
const map = L.map("map", options).setView([59.9, 10.7], 10);
L.polygon([[59, 9], [59, 12], [61, 12], [61, 9]], { fillColor: "#00ff00", fillOpacity: 1 }).addTo(map);
const pin = { html: make("span", { class: "pin chosen" }, "1"), className: "pin-place", iconSize: [32, 32] };
L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
L.marker([59.9, 10.7], { icon: L.divIcon(pin) }).addTo(map);
const about = make("button", { type: "button", id: "about-open" }, "Om dataene");
document.querySelector("header").append(about);
const field = make("input", { id: "search", type: "text" });
const slider = make("input", { id: "weight-0", type: "range" });
const weightsBox = make("details", { id: "weights", open: true }, make("summary", {}, "Vekter"), slider);
document.getElementById("results").append(field, weightsBox);
const style = { shape: "circle", radius: 7, fillColor: "#440154" };
const picture = make("span", { class: "picture" }, swatch(style));
const row = make("li", {}, picture, "80–100", make("span", { class: "count" }, "2"));
const box = make("input", { type: "checkbox", checked: true });
document.getElementById("layers").append(
  make("div", { class: "layer" }, make("label", {}, box, make("span", {}, "Steder")), make("ul", {}, row)));
const layers = { layer_roads: true, layer_sites: true };
const state = { layers, weights: { passing_trucks: 60, grid_km: 40 } };
const stage = connectStage({
  map, data: { ...data, ranked: data.sites }, words: makeWords(data.texts, data.lang),
  announce: (text) => { (window.told ??= []).push(text); fillText("status", text); },
  layers: { get: () => ({ ...state.layers }), set: (on) => Object.assign(state.layers, on) },
  weights: { get: () => ({ ...state.weights }), set: (by) => { state.weights = by; } },
  struck: () => new Map([[data.sites[1], "for lite areal"]]),
});
Object.assign(window, { map, state, stage, ready: true });
"""


def test_pure_modules() -> None:
    done = subprocess.run(
        [require_node(), "--test", str(TESTS)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout


def test_every_word_is_in_the_catalogue_and_every_entry_is_used() -> None:
    modules = "".join(path.read_text("utf-8") for path in sorted((WEB / "story").glob("*.js")))
    columns = re.findall(r'^    \["(\w+)", \(site\)', modules, re.MULTILINE)
    used = {*re.findall(r'"(st_[a-z0-9_]+)"', modules), *(f"st_csv_{one}" for one in columns)}
    assert used | {"st_not_kept", "st_damaged"} == set(texts("page_story", "nb"))
    assert not set(texts("page_story", "nb")) & {*texts("map", "nb"), *texts("page_workshop", "nb")}


def test_modules_make_no_markup_of_text() -> None:
    for path in (WEB / "story").glob("*.js"):
        code = path.read_text("utf-8")
        assert len(code.splitlines()) < 350, path.name
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "fetch(", "window.confirm"):
            assert word not in code, (path.name, word)


@pytest.fixture
def open_page(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:  # noqa: F811
    context = chromium.new_context(
        viewport={"width": 1280, "height": 720}, locale="nb-NO", accept_downloads=True
    )

    def open_it(*, lang: Any = "nb", script: str = "", **change: Any) -> Opened:
        data = {
            "texts": {**texts("map", lang), **texts("page_story", lang)},
            "scenario": HOSTILE,
            "date": "2026-11-20",
            "credits": ["© Kartverket", HOSTILE],
            "criteria": CRITERIA,
            "sites": [{**site, "raw": [1200.0, 2.5]} for site in SITES],
            "story": STEPS,
            **change,
        }
        path = write_page(tmp_path, lang=lang, **data)
        (tmp_path / "web" / "open.js").write_text(OPEN, "utf-8")
        css = (WEB / "story" / "story.css").read_text("utf-8")
        path.write_text(path.read_text("utf-8").replace("</style>", f"{css}</style>"), "utf-8")
        opened = Opened(context.new_page())
        if script:
            opened.page.add_init_script(script)
        opened.load(path)
        return opened

    yield open_it
    context.close()


def view(page: Page) -> list[float]:
    """Return latitude, longitude and zoom of the middle of the map."""
    found: list[float] = page.evaluate(
        "[map.getCenter().lat, map.getCenter().lng, map.getZoom()].map((one) => Number(one.toFixed(2)))"
    )
    return found


def shoot(page: Page, name: str) -> None:
    folder = os.environ.get("REGIONGEO_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/story-{name}.png")


def is_on(page: Page) -> bool:
    return "projector" in page.evaluate("document.documentElement.className").split()


@pytest.mark.browser
def test_a_story_is_told_by_buttons_and_arrow_keys(open_page: Callable[..., Opened]) -> None:
    opened = open_page()
    page = opened.page
    assert not page.locator(".st-bar").is_visible()
    page.click(".st-open")
    assert page.inner_text(".st-text") == "Tre kryss ligger an."
    assert page.inner_text(".st-count") == "1 av 3"
    assert view(page) == [60.2, 11.0, 9]
    assert page.evaluate("state") == {
        "layers": {"layer_roads": False, "layer_sites": True},
        "weights": {"grid_km": 80, "passing_trucks": 20},
    }
    shoot(page, "band")
    page.keyboard.press("ArrowRight")
    assert page.text_content(".st-title") == HOSTILE[:80]
    assert page.text_content(".st-text") == HOSTILE
    assert page.inner_text("#status").startswith("2 av 3. <img")
    assert view(page) == [59.9, 10.7, 12]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".st-count") == "3 av 3"
    assert is_on(page)
    assert page.get_attribute(".st_next", "aria-disabled") == "true"
    page.keyboard.press("ArrowLeft")
    assert page.inner_text(".st-count") == "2 av 3"
    assert page.evaluate("window.hit") is None
    assert opened.complaints == []


@pytest.mark.browser
def test_arrow_keys_keep_their_meaning_in_fields_sliders_and_on_the_map(
    open_page: Callable[..., Opened],
) -> None:
    page = open_page().page
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#status") == ""
    page.click(".st-open")
    for selector in ("#search", "#weight-0", "#map"):
        page.focus(selector)
        page.keyboard.press("ArrowRight")
        assert page.inner_text(".st-count") == "1 av 3"
    page.focus("#about-open")
    page.keyboard.press("Control+ArrowRight")
    assert page.inner_text(".st-count") == "1 av 3"
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".st-count") == "2 av 3"
    page.click(".st-bar > .st-line > button >> nth=2")
    assert not page.locator(".st-bar").is_visible()
    assert page.evaluate("document.activeElement.className") == "st-open"
    height = page.evaluate("map.getSize().y")
    assert height == page.evaluate("document.getElementById('map').clientHeight")


def titles(page: Page) -> list[str]:
    return page.locator(".st-steps button").all_inner_texts()


@pytest.mark.browser
def test_steps_are_recorded_renamed_moved_deleted_kept_and_saved(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    opened = open_page(story=STEPS[:1])
    page = opened.page
    page.click(".st-open")
    page.click(".st-edit summary")
    page.evaluate("map.setView([59.75, 10.5], 11, { animate: false })")
    page.click(".st-record")
    assert page.evaluate("document.activeElement.id") == "st-title"
    page.keyboard.type("Ås")
    page.fill("#st-text", HOSTILE)
    assert titles(page) == ["1. Velkommen", "2. Ås"]
    shoot(page, "editor")
    page.click("text=Flytt fram")
    assert titles(page) == ["1. Ås", "2. Velkommen"]
    with page.expect_download() as waiting:
        page.click(".st-save")
    assert waiting.value.suggested_filename == "regiongeo-lysark-prove-2030.toml"
    content = waiting.value.path().read_text("utf-8")
    assert [step["title"] for step in tomllib.loads(content)["step"]] == ["Ås", "Velkommen"]
    path = tmp_path / "lysark.toml"
    path.write_text(content, "utf-8")
    saved = describe_story(load_story(path))[0]
    assert (saved["title"], saved["text"], saved["projector"]) == ("Ås", HOSTILE, False)
    assert saved["view"] == {"lat": 59.75, "lon": 10.5, "zoom": 11}
    assert saved["layers"] == {"layer_roads": False, "layer_sites": True}
    assert saved["weights"] == {"passing_trucks": 20, "grid_km": 80}
    page.reload()
    page.wait_for_function("() => window.ready")
    assert page.locator(".st-steps button").all_text_contents() == ["1. Ås", "2. Velkommen"]
    page.click(".st-open")
    page.click(".st-edit summary")
    page.click("text=Slett")
    assert titles(page) == ["1. Velkommen"]
    page.click("text=Angre")
    assert titles(page) == ["1. Ås", "2. Velkommen"]
    assert page.evaluate("window.hit") is None
    assert opened.complaints == []


@pytest.mark.browser
def test_a_page_without_steps_says_so(open_page: Callable[..., Opened]) -> None:
    page = open_page(story=[]).page
    page.click(".st-open")
    assert "Ingen lysark ennå" in page.inner_text(".st-title")
    page.uncheck("#st-weights")
    page.click(".st-record")
    assert titles(page) == ["1. Lysark 1"]
    kept = page.evaluate("JSON.parse(localStorage.getItem('regiongeo/prove-2030/story')).steps")
    assert kept[0]["weights"] is None


@pytest.mark.browser
def test_memory_that_throws_or_is_damaged_is_told_once(open_page: Callable[..., Opened]) -> None:
    opened = open_page(script="Storage.prototype.setItem = () => { throw new Error('full'); };")
    page = opened.page
    page.click(".st-open")
    page.click(".st-edit summary")
    for _ in range(2):
        page.click(".st-record")
    assert page.evaluate("told.filter((text) => text.includes('kan ikke huske')).length") == 1
    assert len(titles(page)) == 5
    assert opened.complaints == []
    damaged = open_page(script="localStorage.setItem('regiongeo/prove-2030/story', '{')")
    assert "skadet" in damaged.page.inner_text("#status")
    assert damaged.page.locator(".st-steps button").count() == 3


@pytest.mark.browser
def test_projector_mode_by_key_and_button(open_page: Callable[..., Opened]) -> None:
    opened = open_page()
    page = opened.page
    page.focus("#search")
    page.keyboard.press("p")
    assert page.input_value("#search") == "p"
    assert not is_on(page)
    page.focus("#about-open")
    page.keyboard.press("p")
    assert is_on(page)
    assert page.inner_text("#status") == "Projektorvisning. Escape går tilbake."
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "22px"
    assert page.evaluate("document.getElementById('weights').open") is False
    assert page.evaluate("document.querySelector('.pin').getBoundingClientRect().width") > 40
    header = page.evaluate("document.querySelector('header').getBoundingClientRect()")
    assert header["height"] < 90
    assert page.evaluate("document.documentElement.scrollWidth") == 1280
    assert page.evaluate("map.getSize().x === document.getElementById('map').clientWidth")
    shoot(page, "projector")
    page.evaluate("document.getElementById('card').hidden = false")
    page.keyboard.press("Escape")
    assert is_on(page)
    page.evaluate("document.getElementById('card').hidden = true")
    page.keyboard.press("Escape")
    assert not is_on(page)
    assert page.evaluate("document.getElementById('weights').open") is True
    page.click("text=Projektor")
    assert page.get_attribute("[aria-keyshortcuts=p]", "aria-pressed") == "true"
    page.keyboard.press("Control+p")
    page.keyboard.press("p")
    assert not is_on(page)
    assert opened.complaints == []


@pytest.mark.browser
def test_the_timer_goes_by_the_clock_and_tells_its_end_without_taking_the_focus(
    open_page: Callable[..., Opened],
) -> None:
    late = "const then = Date.now; window.late = 0; Date.now = () => then() + window.late;"
    page = open_page(script=late).page
    page.click(".st-timer summary")
    page.fill("#st-minutes", "5")
    page.press("#st-minutes", "Tab")
    assert page.inner_text(".st-digits") == "5:00"
    page.click("#st-run")
    assert page.inner_text("#status") == "Tiden går: 5:00"
    page.evaluate("window.late = 120000")
    page.wait_for_function("() => document.querySelector('.st-digits').textContent.startsWith('2:5')")
    page.click("#st-run")
    page.evaluate("window.late = 180000")
    page.wait_for_timeout(400)
    assert page.inner_text(".st-digits").startswith("2:5")
    page.click("#st-run")
    page.focus("#search")
    shoot(page, "timer")
    page.evaluate("window.late = 999999")
    page.wait_for_selector(".st-timer.over")
    assert page.inner_text("#status") == "Tiden er ute"
    assert page.inner_text(".st-over") == "Tiden er ute"
    assert page.evaluate("document.activeElement.id") == "search"
    page.click("text=Nullstill")
    assert page.inner_text(".st-digits") == "5:00"
    assert page.locator(".st-timer.over").count() == 0
    page.keyboard.press("Escape")
    assert page.evaluate("document.querySelector('.st-timer').open") is False


@pytest.mark.browser
def test_the_ranking_is_saved_as_a_table_with_its_weights(open_page: Callable[..., Opened]) -> None:
    opened = open_page()
    page = opened.page
    page.click("text=Last ned")
    with page.expect_download() as waiting:
        page.click("text=Rangering (CSV)")
    assert re.fullmatch(r"regiongeo-rangering-prove-2030-[-\d]+\.csv", waiting.value.suggested_filename)
    content = waiting.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    head, first, second = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    rows = [dict(zip(head, row, strict=True)) for row in (first, second)]
    assert rows[0]["Poeng [0-100]"] == "62,5"
    assert rows[0]["Strømnett [km]"] == "2,5"
    assert rows[0]["Vekt: Lastebiler [%]"] == "60"
    assert (rows[1]["Sted"], rows[1]["Strøket"]) == ("'=1+1", "for lite areal")
    assert opened.complaints == []


COLOURS = """async (bytes) => {
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const { x, y } = map.getSize();
  const at = (right, down) => [...context.getImageData(2 * right, 2 * (74 + down), 1, 1).data.slice(0, 3)];
  const [land, pin, legend] = [at(20, 20), at(x / 2 - 10, y / 2), at(x + 33, 39)];
  return { size: [bitmap.width, bitmap.height], map: [x, y], land, pin, legend };
}"""


@pytest.mark.browser
def test_the_map_is_saved_as_a_picture_with_pins_and_legend(open_page: Callable[..., Opened]) -> None:
    opened = open_page()
    page = opened.page
    page.click("text=Last ned")
    with page.expect_download() as waiting:
        page.click("text=Kartbilde (PNG)")
    content = waiting.value.path().read_bytes()
    folder = os.environ.get("REGIONGEO_SHOTS")
    if folder:
        (Path(folder) / "story-picture.png").write_bytes(content)
    seen = page.evaluate(COLOURS, list(content))
    assert seen["size"][0] == 2 * (seen["map"][0] + 330)
    assert seen["size"][1] > 2 * seen["map"][1]
    assert (seen["land"], seen["pin"], seen["legend"]) == ([0, 255, 0], [29, 26, 43], [68, 1, 84])
    assert page.inner_text("#status").endswith("i nedlastingsmappen.")
    page.evaluate("map.getPane('tilePane').append(document.createElement('img'))")
    with page.expect_download():
        page.click("text=Kartbilde (PNG)")
    page.wait_for_function(
        "() => document.getElementById('status').textContent.endsWith('ikke med i bildet.')"
    )
    assert page.evaluate("window.hit") is None
    assert opened.complaints == []


@pytest.mark.browser
def test_everything_has_a_name_and_room_for_a_finger(open_page: Callable[..., Opened]) -> None:
    page = open_page().page
    page.click(".st-open")
    page.click(".st-edit summary")
    page.click(".st-timer summary")
    heights = "all => all.filter((one) => one.checkVisibility()).map((one) => one.offsetHeight)"
    selector = "header button, header summary, .st-bar button, .st-bar input[type=text], .st-bar textarea"
    assert min(page.locator(selector).evaluate_all(heights)) >= 44
    snapshot = page.locator("body").aria_snapshot()
    for name in ('region "Lysark"', 'textbox "Tittel"', 'spinbutton "Minutter"', 'button "Projektor"'):
        assert name in snapshot


@pytest.mark.browser
def test_the_stage_speaks_english(open_page: Callable[..., Opened]) -> None:
    page = open_page(lang="en", bounds=[[7 * SCALE, 58 * SCALE], [13 * SCALE, 62 * SCALE]]).page
    page.click(".st-open")
    assert page.inner_text(".st-count") == "1 of 3"
    assert (files("regiongeo") / "locale" / "page_story.toml").is_file()
