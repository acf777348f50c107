"""Story, timer, projector mode and files of the workshop map: pure modules in Node, the rest on its page."""

import csv
import io
import re
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from playwright.sync_api import Page

from pages import Opened, download, plain
from regiongeo.i18n import texts
from regiongeo.workshop.storyfile import Step, describe_story, load_story
from test_maps_web import require_node
from test_maps_workshop import HOSTILE, WEB
from test_workshop_build import draw_plot
from toy_grid import toy_grid_result
from toy_plan import toy_cards, toy_planned_result

TESTS = Path(__file__).parent / "web" / "story.test.js"
STEPS = tuple(
    Step.model_validate(step)
    for step in (
        {
            "title": "Velkommen",
            "text": "Tre kryss ligger an.",
            "view": {"lat": 59.95, "lon": 11.2, "zoom": 9},
            "layers": {"layer_roads": False},
            "weights": {"grid_km": 80, "passing_trucks": 20},
        },
        {"title": HOSTILE[:80], "text": HOSTILE, "view": {"lat": 59.9, "lon": 10.7, "zoom": 12}},
        {"title": "I rommet", "layers": {"layer_roads": True}, "projector": True},
    )
)
LEAST_TARGET = 44  # px


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
    assert used | {"st_not_kept", "st_damaged", "st_two_pages"} == set(texts("page_story", "nb"))
    assert not set(texts("page_story", "nb")) & {*texts("map", "nb"), *texts("page_workshop", "nb")}


def test_modules_make_no_markup_of_text() -> None:
    for path in (WEB / "story").glob("*.js"):
        code = path.read_text("utf-8")
        assert len(code.splitlines()) < 350, path.name
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "fetch(", "window.confirm"):
            assert word not in code, (path.name, word)


def view(page: Page) -> list[float]:
    """Return latitude, longitude and zoom of the middle of the map."""
    found: list[float] = page.evaluate(
        "(() => { const { lat, lng } = map_region.getCenter();"
        " return [lat, lng, map_region.getZoom()].map((one) => Number(one.toFixed(2))); })()"
    )
    return found


def weights(page: Page) -> dict[str, int]:
    """Return what the sliders show, without those at 0 [%]."""
    keys = [one["key"] for one in page.evaluate("regiongeo.data.criteria")]
    values = page.locator(".sliders input").evaluate_all("all => all.map((one) => Number(one.value))")
    return {key: value for key, value in zip(keys, values, strict=True) if value}


def is_on(page: Page) -> bool:
    return "projector" in page.evaluate("document.documentElement.className").split()


def titles(page: Page) -> list[str]:
    return page.locator(".st-steps button").all_text_contents()


def edit(page: Page) -> None:
    """Open the story with the place where steps are made."""
    page.click(".st-open")
    page.evaluate("document.querySelector('.st-edit').open = true")


@pytest.mark.browser
def test_a_story_is_told_by_buttons_and_arrow_keys(open_workshop: Callable[..., Opened]) -> None:
    opened = open_workshop(story=STEPS)
    page = opened.page
    assert not page.locator(".st-bar").is_visible()
    page.click(".st-open")
    assert page.inner_text(".st-text") == "Tre kryss ligger an."
    assert page.inner_text(".st-count") == "1 av 3"
    assert view(page) == [59.95, 11.2, 9]
    assert not page.is_checked("#layer_roads")
    assert page.is_checked("#layer_sites")
    assert weights(page) == {"passing_trucks": 20, "grid_km": 80}
    page.keyboard.press("ArrowRight")
    assert page.text_content(".st-title") == HOSTILE[:80]
    assert page.text_content(".st-text") == HOSTILE
    assert page.inner_text("#status").startswith("2 av 3. <img")
    assert view(page) == [59.9, 10.7, 12]
    page.click(".st_next")
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".st-count") == "3 av 3"
    assert page.is_checked("#layer_roads")
    assert is_on(page)
    assert page.get_attribute(".st_next", "aria-disabled") == "true"
    page.keyboard.press("ArrowLeft")
    page.click(".st_previous")
    assert page.inner_text(".st-count") == "1 av 3"
    assert page.evaluate("window.hit") is None
    assert opened.complaints == []


@pytest.mark.browser
def test_arrow_keys_keep_their_meaning_in_fields_sliders_and_on_the_map(
    open_workshop: Callable[..., Opened],
) -> None:
    page = open_workshop(story=STEPS).page
    told = page.inner_text("#status")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#status") == told
    page.click(".st-open")
    page.evaluate("document.getElementById('weights').open = true")
    for selector in ("#search", "#weight-0", ".folium-map"):
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
    assert page.evaluate("map_region.getSize().y === document.querySelector('.folium-map').clientHeight")


@pytest.mark.browser
def test_steps_are_recorded_renamed_moved_deleted_kept_and_saved(
    open_workshop: Callable[..., Opened], tmp_path: Path
) -> None:
    opened = open_workshop(story=STEPS[:1])
    page = opened.page
    edit(page)
    page.evaluate("map_region.setView([59.75, 10.5], 11, { animate: false })")
    page.click(".st-record")
    assert page.evaluate("document.activeElement.id") == "st-title"
    page.keyboard.type("Ås")
    page.fill("#st-text", HOSTILE)
    assert titles(page) == ["1. Velkommen", "2. Ås"]
    page.click("text=Flytt fram")
    assert titles(page) == ["1. Ås", "2. Velkommen"]
    name, content = download(page, ".st-save")
    assert re.fullmatch(r"regiongeo-lysark-proveregionen-[0-9a-f]{8}\.toml", name)
    assert [step["title"] for step in tomllib.loads(content.decode())["step"]] == ["Ås", "Velkommen"]
    path = tmp_path / "lysark.toml"
    path.write_bytes(content)
    saved = describe_story(load_story(path))[0]
    assert (saved["title"], saved["text"], saved["projector"]) == ("Ås", HOSTILE, False)
    assert saved["view"] == {"lat": 59.75, "lon": 10.5, "zoom": 11}
    assert (saved["layers"]["layer_roads"], saved["layers"]["layer_sites"]) == (False, True)
    assert {key: value for key, value in saved["weights"].items() if value} == {
        "passing_trucks": 20,
        "grid_km": 80,
    }
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert titles(page) == ["1. Ås", "2. Velkommen"]
    edit(page)
    page.click("text=Slett")
    assert titles(page) == ["1. Velkommen"]
    page.locator(".st-edit button", has_text="Angre").click()
    assert titles(page) == ["1. Ås", "2. Velkommen"]
    assert page.evaluate("window.hit") is None
    assert opened.complaints == []


@pytest.mark.browser
def test_a_saved_story_tells_the_same_in_the_next_map(
    open_workshop: Callable[..., Opened], tmp_path: Path
) -> None:
    page = open_workshop(story=STEPS).page
    edit(page)
    (tmp_path / "lysark.toml").write_bytes(download(page, ".st-save")[1])
    assert describe_story(load_story(tmp_path / "lysark.toml")) == describe_story(STEPS)


@pytest.mark.browser
def test_a_page_without_steps_says_so(open_workshop: Callable[..., Opened]) -> None:
    page = open_workshop().page
    page.click(".st-open")
    assert "Ingen lysark ennå" in page.inner_text(".st-title")
    page.uncheck("#st-weights")
    page.click(".st-record")
    assert titles(page) == ["1. Lysark 1"]
    key = f"regiongeo/{page.evaluate('regiongeo.data.map_id')}/story"
    kept = page.evaluate("(key) => JSON.parse(localStorage.getItem(key)).steps", key)
    assert kept[0]["weights"] is None


@pytest.mark.browser
def test_a_browser_that_keeps_nothing_says_so_once_and_works(open_workshop: Callable[..., Opened]) -> None:
    script = "Storage.prototype.getItem = Storage.prototype.setItem = () => { throw new Error('full'); };"
    opened = open_workshop(story=STEPS, script=script)
    page = opened.page
    assert "kan ikke huske" in page.inner_text("#toast")
    page.evaluate(TELL)
    edit(page)
    for _ in range(2):
        page.click(".st-record")
    assert len(titles(page)) == 5
    assert page.evaluate("told.filter((text) => text.includes('kan ikke huske lysarkene')).length") == 0
    page.click(".st-bar > .st-line > button >> nth=2")
    draw_plot(page)
    page.keyboard.press("Escape")
    assert page.locator("#list li.provisional").count() == 1
    assert opened.complaints == []


TELL = """() => {
  window.told = [];
  const status = document.getElementById("status");
  new MutationObserver(() => told.push(status.textContent)).observe(status, { childList: true });
}"""


@pytest.mark.browser
def test_damaged_steps_are_told_and_those_of_the_map_shown(open_workshop: Callable[..., Opened]) -> None:
    page = open_workshop(story=STEPS).page
    page.evaluate("localStorage.setItem(`regiongeo/${regiongeo.data.map_id}/story`, '{')")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert "skadet" in page.inner_text("#toast")
    assert len(titles(page)) == 3


@pytest.mark.browser
def test_the_same_map_in_two_windows_is_told_in_the_one_that_did_not_save(
    open_workshop: Callable[..., Opened],
) -> None:
    first, second = open_workshop(), open_workshop()
    first.page.evaluate(TELL)
    draw_plot(second.page)
    first.page.wait_for_function("() => told.some((text) => text.includes('to vinduer'))")
    assert "to vinduer" in first.page.inner_text("#toast")
    second.page.keyboard.press("Escape")
    edit(second.page)
    second.page.click(".st-record")
    first.page.wait_for_function("() => told.some((text) => text.includes('Lysarkene er endret'))")
    assert first.complaints == second.complaints == []


@pytest.mark.browser
def test_projector_mode_by_key_and_button(open_workshop: Callable[..., Opened]) -> None:
    opened = open_workshop()
    page = opened.page
    page.evaluate("document.getElementById('weights').open = true")
    page.focus("#search")
    page.keyboard.press("p")
    assert page.input_value("#search") == "p"
    assert not is_on(page)
    page.keyboard.press("Escape")
    page.focus("#about-open")
    page.keyboard.press("p")
    assert is_on(page)
    assert page.inner_text("#status") == "Projektorvisning. Escape går tilbake."
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "22px"
    assert page.evaluate("document.getElementById('weights').open") is False
    assert page.evaluate("document.querySelector('.pin-place .pin').getBoundingClientRect().width") > 40
    header = page.evaluate("document.querySelector('header').getBoundingClientRect()")
    assert header["height"] < 90
    assert page.evaluate("document.documentElement.scrollWidth") == 1280
    assert page.evaluate("map_region.getSize().x === document.querySelector('.folium-map').clientWidth")
    page.click("#list button >> nth=0")
    page.keyboard.press("Escape")
    assert is_on(page)
    assert not page.locator("#card").is_visible()
    page.keyboard.press("Escape")
    assert not is_on(page)
    assert page.evaluate("document.getElementById('weights').open") is True
    page.click("text=Projektor")
    assert page.get_attribute("[aria-keyshortcuts=p]", "aria-pressed") == "true"
    page.keyboard.press("Control+p")
    page.keyboard.press("p")
    assert not is_on(page)
    assert opened.complaints == []


NAME_HEIGHT = """() => {
  const canvas = document.querySelector(".leaflet-labels-pane canvas");
  const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < width * height; at += 1) count += data[4 * at + 3] > 200 && data[4 * at] < 60;
  return count;
}"""


@pytest.mark.browser
def test_place_names_and_energies_grow_with_the_pins(open_workshop: Callable[..., Opened]) -> None:
    page = open_workshop(toy_grid_result(toy_planned_result())).page
    page.evaluate("map_region.setView([59.96, 11.15], 9, { animate: false })")
    chip = "document.querySelector('.plan-tag .chip').getBoundingClientRect().height"
    ink, height = page.evaluate(NAME_HEIGHT), page.evaluate(chip)
    page.keyboard.press("p")
    page.evaluate("map_region.setView([59.96, 11.15], 9, { animate: false })")
    assert page.evaluate(NAME_HEIGHT) > 1.2 * ink > 0
    assert page.evaluate(chip) == pytest.approx(1.35 * height, rel=0.02)


@pytest.mark.browser
def test_the_timer_goes_by_the_clock_and_tells_its_end_without_taking_the_focus(
    open_workshop: Callable[..., Opened],
) -> None:
    late = "const then = Date.now; window.late = 0; Date.now = () => then() + window.late;"
    page = open_workshop(script=late).page
    page.click(".st-timer summary")
    page.fill("#st-minutes", "5")
    page.press("#st-minutes", "Tab")
    assert page.inner_text(".st-digits") == "5:00"
    page.click("#st-run")
    assert page.inner_text("#status") == "Tiden går: 5:00"
    page.evaluate("window.late = 120000")
    page.wait_for_function("() => /^2:[45]/.test(document.querySelector('.st-digits').textContent)")
    page.click("#st-run")
    stopped = page.inner_text(".st-digits")
    page.evaluate("window.late = 180000, document.dispatchEvent(new Event('visibilitychange'))")
    assert page.inner_text(".st-digits") == stopped
    page.click("#st-run")
    page.focus("#search")
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


def read_table(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.browser
def test_the_ranking_is_saved_with_weights_struck_sites_and_proposals(
    open_workshop: Callable[..., Opened],
) -> None:
    """P has 8,000 m² where 9,000 are needed."""
    cards = toy_cards()
    checklist = cards.checklist.copy()
    checklist.loc[("P", "plot_area"), ["status", "needed"]] = ["not_met", 9000.0]
    planned = replace(toy_planned_result(), cards=replace(cards, checklist=checklist))
    opened = open_workshop(toy_grid_result(planned), story=STEPS[:1])
    page = opened.page
    draw_plot(page)
    page.fill("#ws-proposal-name", "=1+1")
    page.keyboard.press("Escape")
    page.evaluate("document.getElementById('limits').open = true")
    page.check("#limits input")
    page.click(".st-open")
    page.click("text=Last ned")
    name, content = download(page, "text=Rangering (CSV)")
    assert re.fullmatch(r"regiongeo-rangering-proveregionen-[-0-9a-f]+\.csv", name)
    *sites, drawn = read_table(content)
    shown = page.evaluate("regiongeo.data.ranked ?? null")
    assert shown is None or len(sites) == len(shown)
    assert [row["Plass"] for row in sites] == ["1", "2", "3"]
    assert {row["Status"] for row in sites} == {"rangert"}
    heads = {key: f"Vekt: {name} [%]" for key, name in texts("criteria", "nb").items()}
    for row in (*sites, drawn):
        assert (row[heads["grid_km"]], row[heads["passing_trucks"]]) == ("80", "20")
        assert row[heads["subregion_lack"]] == "0"
    (plot,) = (row for row in sites if row["Id"] == "P")
    assert "8 000 m²" in plain(plot["Strøket"])
    assert (drawn["Sted"], drawn["Status"]) == ("'=1+1", "bordets forslag, foreløpig")
    assert 0 < float(drawn["Poeng [0-100]"].replace(",", ".")) < 100
    assert opened.complaints == []


@pytest.mark.browser
def test_the_map_is_saved_as_a_picture_with_title_pins_legend_and_credits(
    open_workshop: Callable[..., Opened],
) -> None:
    opened = open_workshop(toy_grid_result(toy_planned_result()))
    page = opened.page
    page.click("text=Last ned")
    content = download(page, "text=Kartbilde (PNG)")[1]
    width, height = page.evaluate("[map_region.getSize().x, map_region.getSize().y]")
    seen = (255 * imread(BytesIO(content), format="png")[..., :3]).round().astype(int)
    assert seen.shape[1] in {2 * (width + 330 * columns) for columns in (1, 2, 3)}
    assert seen.shape[0] > 2 * (height + 74)
    drawn = seen[148 : 148 + 2 * height, : 2 * width]
    colours = {tuple(colour) for colour in np.unique(drawn.reshape(-1, 3), axis=0)}
    assert len(colours) > 100
    named = {"land": (251, 250, 246), "trucks": (156, 67, 16), "pin": (29, 26, 43), "star": (209, 0, 93)}
    assert {name for name, colour in named.items() if colour not in colours} == set()
    title, credit, legend = seen[:148, : 2 * width], seen[-60:, : 2 * width], seen[148:, 2 * width :]
    assert all((part.max(axis=2) < 120).sum() > 500 for part in (title, credit, legend))
    assert page.inner_text("#status").endswith("i nedlastingsmappen.")
    page.evaluate("map_region.getPane('tilePane').append(document.createElement('img'))")
    download(page, "text=Kartbilde (PNG)")
    page.wait_for_function(
        "() => document.getElementById('status').textContent.endsWith('ikke med i bildet.')"
    )
    assert opened.complaints == []


@pytest.mark.browser
def test_print_is_one_sheet_of_a3_with_nothing_to_press(open_workshop: Callable[..., Opened]) -> None:
    opened = open_workshop(story=STEPS)
    page = opened.page
    draw_plot(page)
    page.keyboard.press("Escape")
    page.click(".st-open")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    (box,) = re.findall(rb"/MediaBox\s*\[([\d. ]+)\]", pdf)
    corners = [float(number) for number in box.split()]
    assert corners == pytest.approx([0, 0, 420 / 25.4 * 72, 297 / 25.4 * 72], abs=2)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for gone in (".st-tools", ".st-bar", ".ws-tools", ".ws-place", ".ws-save", "#search"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.locator(".ws-name").is_visible()
    assert page.locator("#list li.provisional").is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".st-bar").is_visible()
    # Chromium has an opinion on how canvases are made ready for paper; it is none of the room's.
    assert [one for one in opened.complaints if "willReadFrequently" not in one] == []


@pytest.mark.browser
def test_everything_has_a_name_and_room_for_a_finger(open_workshop: Callable[..., Opened]) -> None:
    page = open_workshop(story=STEPS).page
    edit(page)
    page.click(".st-timer summary")
    heights = "all => all.filter((one) => one.checkVisibility()).map((one) => one.offsetHeight)"
    selector = "header button, header summary, .st-bar button, .st-bar input[type=text], .st-bar textarea"
    assert min(page.locator(selector).evaluate_all(heights)) >= LEAST_TARGET
    snapshot = page.locator("body").aria_snapshot()
    for name in ('region "Lysark"', 'textbox "Tittel"', 'spinbutton "Minutter"', 'button "Projektor"'):
        assert name in snapshot
