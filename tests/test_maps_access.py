"""The page for everybody: axe-core in every mode, a whole workshop by keyboard, what a system asks for."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from pages import Opened
from regiongeo.maps import draw_map
from regiongeo.maps.explore import explore
from test_maps_explore import toy
from test_maps_workshop import export, feedback, give, proposal
from toy_room import MAKING, draw_room, toy_room

pytestmark = pytest.mark.browser
AXE = Axe()
ASKED = {
    "resultTypes": ["violations"],
    # Off in axe by default; every other rule is as axe has it.
    "rules": {"label-content-name-mismatch": {"enabled": True}},
}
SMALL = """() => [...document.querySelectorAll("button, summary, select, input, textarea, a[href]")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches(".skip"))
  .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
  .filter(([, { width, height }]) => Math.min(width, height) < 23.9)
  .map(([one, { width, height }]) => `${one.outerHTML.slice(0, 80)} ${width} × ${height}`)"""
"""What is too small to hit (WCAG 2.5.8). Axe's own rule knows no labels, nor what is only scrolled aside."""


@pytest.fixture
def visit(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    contexts = []

    def visit_it(html: str, **options: Any) -> Opened:
        path = tmp_path / "map.html"
        path.write_text(html, "utf-8")
        given = {"viewport": {"width": 1280, "height": 720}, "locale": "nb-NO", "accept_downloads": True}
        contexts.append(chromium.new_context(**{**given, **options}))
        opened = Opened(contexts[-1].new_page())
        opened.show(path)
        return opened

    yield visit_it
    for context in contexts:
        context.close()


def violations(page: Page) -> list[str]:
    found = AXE.run(page, options=ASKED).response["violations"]
    return page.evaluate(SMALL) + [
        f"{rule['id']}: {node['target']} {[one['message'] for one in node['any'] + node['all']]}"
        for rule in found
        for node in rule["nodes"]
    ]


def unfold(page: Page, place: str = "body") -> None:
    """Open everything that folds within a place, so that it is looked at as well."""
    page.evaluate(
        "(place) => document.querySelectorAll(`${place} details`).forEach((one) => { one.open = true; })",
        place,
    )


def close(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false; })")


def panels(page: Page) -> Iterator[str]:
    yield "at rest"
    for name in ("weights", "limits", "plan", "notices"):
        page.evaluate("(id) => { document.getElementById(id).open = true; }", name)
    page.locator("#limits input").first.check()
    page.click(".sliders .lock >> nth=0")
    yield "weights, limits, plan and caveats open, a site struck out, a weight locked"
    close(page)
    page.fill("#search", "e")
    page.keyboard.press("ArrowDown")
    yield "search with hits"
    page.fill("#search", "zzz")
    yield "search without hits"
    page.keyboard.press("Escape")
    yield "legend folded"
    unfold(page, "main")
    for layer in ("layer_rules", "layer_excluded"):
        page.check(f"#{layer}")
    yield "legend with all layers"
    page.click("#list button >> nth=0")
    unfold(page, "#card")
    yield "card of a site"
    page.click("#card button.flows")
    yield "card of flows"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.click("#about-open")
    yield "about the data"


def table(page: Page) -> Iterator[str]:
    page.click(".ws-tool >> nth=1")
    place = page.locator(".folium-map").bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] * 0.35, place["y"] + place["height"] * 0.5
    page.mouse.click(x, y)
    page.mouse.move(x + 30, y + 20)
    yield "drawing"
    page.wait_for_timeout(400)
    page.mouse.click(x + 40, y + 30)
    page.wait_for_selector("#ws-proposal-name")
    page.click("[data-mark=aktuell]")
    yield "card of a proposal"
    page.keyboard.press("Escape")
    page.evaluate("document.getElementById('workshop').open = true")
    name = page.evaluate("regiongeo.data.map_id")
    later = {"map": name, "exported": "2027-01-14T13:41:03Z"}
    give(
        page,
        a=export("bord 3", proposal(1), feedback("K"), map=name),
        b=export("bord 3", proposal(1, notat="Annet"), **later),
        c="{",
        d=export("bord 4", proposal(2), map="other"),
    )
    page.wait_for_selector(".ws-refused p")
    unfold(page, ".ws-tables")
    yield "files of other tables, in conflict and refused"
    page.click(".ws-tables .ws-item >> nth=0")
    yield "card of another table's proposal"
    page.keyboard.press("Escape")
    page.click(".ws-panel .ws-buttons button >> nth=-1")
    page.wait_for_selector("dialog.ws-ask[open]")
    yield "question before everything is cleared"


def room(page: Page) -> Iterator[str]:
    page.click(".st-open")
    yield "story"
    unfold(page, ".st-bar")
    page.click(".st-record")
    yield "a step recorded"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("p")
    yield "projector with the story open for changes"
    page.click(".st_next")
    close(page)
    yield "projector with the story"
    page.keyboard.press("p")
    for menu in page.locator(".st-menu > summary").all():
        menu.click()
    page.click("#st-run")
    yield "menus open, timer running"
    close(page)
    page.set_viewport_size({"width": 800, "height": 900})
    yield "narrow window"
    page.set_viewport_size({"width": 640, "height": 360})
    yield "zoomed to 200 %"
    page.set_viewport_size({"width": 1280, "height": 720})
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    yield "on paper"


@pytest.mark.parametrize("lang", ["nb", "en"])
@pytest.mark.parametrize("modes", [panels, table, room])
def test_axe_finds_nothing_in_any_mode(
    visit: Callable[..., Opened], modes: Callable[[Page], Iterator[str]], lang: str
) -> None:
    opened = visit(draw_room(lang=lang))
    found = {mode: violations(opened.page) for mode in modes(opened.page)}
    assert {mode: told for mode, told in found.items() if told} == {}
    assert len(found) >= 5
    assert opened.complaints == []


def test_axe_finds_nothing_on_the_ordinary_map(visit: Callable[..., Opened]) -> None:
    assert violations(visit(draw_map(toy_room(), lang="nb", **MAKING)).page) == []


def test_rows_of_explore_are_read_by_keyboard_as_by_pointing(visit: Callable[..., Opened]) -> None:
    opened = visit(explore(toy(), "value").get_root().render())
    page = opened.page
    page.focus(".explore-rows summary")
    page.keyboard.press("Enter")
    rows = page.locator(".explore-rows ol > li")
    rows.nth(2).wait_for()
    assert rows.locator("summary").all_inner_texts() == ["1. name: A", "2. name: B", "3. name: C"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    told = rows.first.locator("dl").inner_text().split()
    assert told == ["name", "A", "value", "1"]
    page.keyboard.press("Tab")
    before = page.evaluate("map_explore.getZoom()")
    page.keyboard.press("Enter")
    page.wait_for_function("(zoom) => map_explore.getZoom() > zoom", arg=before)
    assert violations(page) == []
    assert opened.complaints == []


FOCUS = """() => {
  const one = document.activeElement;
  const seen = (part) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(part);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  return one === document.body || [one, ...one.querySelectorAll("*")].some(seen);
}"""
HERE = "(wanted) => document.activeElement.matches(wanted)"


def tab_to(page: Page, wanted: str, *, back: bool = False) -> None:
    """Press Tab until the focus is on what is wanted; wherever it stands on the way, it is seen."""
    for _ in range(120):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        assert page.evaluate(FOCUS), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate(HERE, wanted):
            return
    pytest.fail(f"{wanted} cannot be reached by Tab")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def focused(page: Page) -> str:
    text: str = page.evaluate("document.activeElement.innerText")
    return text


def test_the_whole_page_is_passed_by_tab_without_a_trap(visit: Callable[..., Opened]) -> None:
    page = visit(draw_room()).page
    unfold(page)
    for wanted in (".skip", "#about-open", "#weight-0", "#list button", ".ws-tool", "#layer_sites", ".skip"):
        tab_to(page, wanted)
    for wanted in ("#layer_sites", ".ws-tool", "#list button", "#weight-0", "#about-open", ".skip"):
        tab_to(page, wanted, back=True)


def test_a_tables_work_is_done_by_keyboard_alone(visit: Callable[..., Opened]) -> None:
    opened = visit(draw_room(), reduced_motion="reduce")
    for work in (
        look_up_sites,
        say_what_the_table_means,
        weigh_and_limit,
        draw_and_undo,
        save_the_file,
        tell,
    ):
        work(opened.page)
    assert opened.complaints == []


def look_up_sites(page: Page) -> None:
    tab_to(page, ".skip")
    press(page, "Enter")
    assert page.evaluate(HERE, "#results")
    tab_to(page, "#search")
    page.keyboard.type("truck")
    press(page, "ArrowDown", "Enter")
    assert focused(page) == "Truckstopp E6, Vestby"
    press(page, "Escape", "ArrowUp")
    assert "Kryss E6/Rv4" in focused(page)
    press(page, "Enter", "n")
    assert focused(page) == "Truckstopp E6, Vestby"
    press(page, "b")
    assert focused(page) == "Kryss E6/Rv4, Midtby"


def say_what_the_table_means(page: Page) -> None:
    tab_to(page, "[data-mark=undersok]")
    press(page, "Enter")
    tab_to(page, ".ws-votes button:last-child")
    press(page, "Enter")
    assert page.locator(".ws-votes output").inner_text() == "1"
    tab_to(page, "#ws-note")
    page.keyboard.type("Støy? nb p")
    assert page.input_value("#ws-note") == "Støy? nb p"
    assert page.locator("#card h2").inner_text() == "Kryss E6/Rv4, Midtby"
    press(page, "Escape")


def weigh_and_limit(page: Page) -> None:
    tab_to(page, "#weights summary", back=True)
    press(page, "Enter")
    tab_to(page, "#preset")
    press(page, "ArrowDown")
    assert weights_now(page) == "Vekter: like vekter"
    press(page, "ArrowDown")
    assert weights_now(page) == "Vekter: areal og transport"
    tab_to(page, "#weight-0")
    press(page, "ArrowRight")
    assert weights_now(page) == "Vekter: møtets egne"
    tab_to(page, ".lock")
    press(page, "Space")
    assert page.get_attribute(".lock >> nth=0", "aria-pressed") == "true"
    tab_to(page, "#limits summary")
    press(page, "Enter", "Tab", "Space")
    assert page.locator("#list .struck").count() == 1


def draw_and_undo(page: Page) -> None:
    tab_to(page, ".ws-tool:nth-child(3)")
    press(page, "Enter", "Enter", "ArrowRight", "Enter", "ArrowDown", "Enter", "Enter")
    assert focused(page) == "Forslag 1"
    tab_to(page, "#ws-proposal-name")
    page.keyboard.type("Ved krysset")
    press(page, "Escape")
    assert page.locator("#list .provisional").count() == 1
    press(page, "Control+z", "Control+z")
    assert page.locator("#list .provisional").count() == 0
    press(page, "Control+y", "Control+y")
    assert page.locator("#list .provisional .name").inner_text() == "Ved krysset"


def save_the_file(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    tab_to(page, "#workshop > summary")
    press(page, "Enter")
    tab_to(page, "#ws-table")
    page.keyboard.type("Bord 3")
    tab_to(page, ".ws-save")
    with page.expect_download() as saved:
        press(page, "Enter")
    assert saved.value.suggested_filename.endswith(".geojson")


def tell(page: Page) -> None:
    tab_to(page, ".st-open", back=True)
    press(page, "Enter", "Enter")
    assert page.locator(".st-title").inner_text() == "Veiene"
    press(page, "ArrowLeft", "p")
    assert page.locator(".st-title").inner_text() == "Velkommen"
    assert page.locator("html.projector").count() == 1
    press(page, "Escape")
    assert page.locator("html.projector").count() == 0


def weights_now(page: Page) -> str:
    """Return how the weights are named now."""
    return page.locator("#weights summary").inner_text()


def test_single_keys_can_be_switched_off(visit: Callable[..., Opened]) -> None:
    page = visit(draw_room()).page
    tab_to(page, "#about-open")
    press(page, "Enter")
    tab_to(page, "#single-keys")
    press(page, "Space", "Escape", "p", "n")
    assert page.locator("html.projector").count() == 0
    assert page.locator("#card").is_hidden()
    press(page, "Enter")
    tab_to(page, "#single-keys")
    press(page, "Space", "Escape", "n")
    assert page.locator("#card h2").inner_text() == "Kryss E6/Rv4, Midtby"


def test_what_is_pressed_or_chosen_is_read_while_it_is_pointed_at(visit: Callable[..., Opened]) -> None:
    page = visit(draw_room()).page
    page.click(".st-open")
    page.evaluate("document.getElementById('workshop').open = true")
    page.click(".ws-tool >> nth=1")
    for wanted in (".ws-tool:nth-child(2)", ".st_next", ".ws-save", "#about-open"):
        page.hover(wanted)
        asked = {"runOnly": ["color-contrast"]}
        assert AXE.run(page, context=wanted, options=asked).response["violations"] == [], wanted


def test_less_motion_makes_the_map_jump(visit: Callable[..., Opened]) -> None:
    jump = "map_region.panBy([80, 0]).getPane('mapPane')._leaflet_pos.x"
    glide = "[map_region.options.zoomAnimation, map_region.options.inertia]"
    page = visit(draw_room(), reduced_motion="reduce").page
    before = page.evaluate("map_region.getPane('mapPane')._leaflet_pos.x")
    assert page.evaluate(jump) == before - 80
    assert page.evaluate(glide) == [False, False]


@pytest.mark.parametrize(
    ("width", "size"), [(1280, "106.25%"), (1280, "212.5%"), (800, "212.5%"), (640, "106.25%")]
)
def test_nothing_of_the_header_leaves_the_window_at_any_size_of_text(
    visit: Callable[..., Opened], width: int, size: str
) -> None:
    page = visit(draw_room(), viewport={"width": width, "height": 720}).page
    page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", size)
    edges = "[...document.querySelectorAll('header *')].map((one) => one.getBoundingClientRect().right)"
    assert max(page.evaluate(edges)) <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_systems_own_colours_leave_what_is_told_by_a_fill(visit: Callable[..., Opened]) -> None:
    page = visit(draw_room(), forced_colors="active").page
    page.click("#list button >> nth=0")
    fill = "getComputedStyle(document.querySelector('.bar-fill')).backgroundColor"
    assert page.evaluate(fill) == "rgb(49, 104, 142)"
    page.keyboard.press("Escape")
    page.click(".ws-tool >> nth=1")
    pressed = "getComputedStyle(document.querySelector('.ws-tool[aria-pressed=true]')).outlineWidth"
    assert page.evaluate(pressed) == "3px"
