"""What a room sees: pictures of the workshop map in every mode, kept in ``tests/artefacts`` to be looked at.

Each picture is checked for what a person would see at once: that it is drawn, and that nothing is cut off.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from playwright.sync_api import Page

from pages import Opened
from regiongeo.workshop.storyfile import Step
from test_maps_weights import settle, weigh
from test_workshop_build import draw_plot
from test_workshop_page import export_of, give
from toy_grid import toy_grid_result
from toy_plan import toy_planned_result

pytestmark = pytest.mark.browser
ARTEFACTS = Path(__file__).parent / "artefacts"
SIZES = [(1280, 720), (1920, 1080)]
STORY = (
    Step(
        title="Der lastebilene er",
        text="E6 tar det meste av tungtrafikken. Hvor mangler det en energistasjon?",
        layers={"layer_roads": True},
    ),
    Step(title="Hva mener bordet?"),
)
CUT = """() => [...document.querySelectorAll(
  "header button, header summary, aside button, aside summary, .st-bar button, .ws-tool, .figures dd, output",
)].filter((one) => {
  const { left, right, width } = one.getBoundingClientRect();
  const shown = one.checkVisibility({ visibilityProperty: true }) && width > 1;
  const frame = one.closest("aside, header, .st-bar, main").getBoundingClientRect();
  return shown && (one.scrollWidth > one.clientWidth + 1 || right > frame.right + 1 || left < frame.left - 1);
}).map((one) => `${one.className || one.id}: ${one.textContent}`)"""


class Camera:
    """Takes pictures of a page, each with a name of its own, and says what is cut off in them."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name = page, name
        self.cut: dict[str, list[str]] = {}
        ARTEFACTS.mkdir(exist_ok=True)

    def shoot(self, what: str) -> None:
        path = ARTEFACTS / f"workshop-{self.name}-{what}.png"
        self.page.mouse.move(2, 2)
        self.page.wait_for_function("() => !map_region._animatingZoom")
        self.page.evaluate("document.getElementById('toast').hidden = true")
        self.page.screenshot(path=path)
        colours = np.unique((255 * imread(path)[::4, ::4, :3]).astype(int).reshape(-1, 3), axis=0)
        assert len(colours) > 50, what
        found = self.page.evaluate(CUT)
        if found:
            self.cut[what] = found


@pytest.mark.parametrize("mode", ["light", "projector"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_mode_is_drawn_whole(
    open_workshop: Callable[..., Opened], width: int, height: int, mode: str
) -> None:
    opened = open_workshop(toy_grid_result(toy_planned_result()), story=STORY)
    page = opened.page
    page.set_viewport_size({"width": width, "height": height})
    camera = Camera(page, f"{height}-{mode}")
    if mode == "projector":
        page.keyboard.press("p")
    camera.shoot("1-start")
    weigh(page, 1, 60)
    settle(page)
    assert page.locator("#list li").first.is_visible()
    camera.shoot("2-weights")
    page.evaluate("document.getElementById('weights').open = false")
    page.click("#list button >> nth=0")
    camera.shoot("3-card")
    page.keyboard.press("Escape")
    draw_plot(page)
    camera.shoot("4-proposal")
    page.keyboard.press("Escape")
    page.evaluate("document.getElementById('workshop').open = true")
    give(page, "bord2.geojson", export_of(page, "Bord 2"))
    page.wait_for_selector(".ws-tables details")
    assert page.locator(".ws-name").count() == 2
    camera.shoot("5-merged")
    page.evaluate("document.getElementById('workshop').open = false")
    page.click(".st-open")
    camera.shoot("6-story")
    page.evaluate("document.querySelector('.st-edit').open = true")
    camera.shoot("7-editor")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    if mode == "light":
        print_to(page, ARTEFACTS / f"workshop-{height}-8-print.pdf")
    assert camera.cut == {}
    assert opened.complaints == []


def print_to(page: Page, path: Path) -> None:
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    assert path.read_bytes().startswith(b"%PDF")


def test_names_of_proposals_never_lie_on_each_other(open_workshop: Callable[..., Opened]) -> None:
    """Two plots side by side: one name gives way to the other, and the chosen one is always shown."""
    opened = open_workshop()
    page = opened.page
    page.evaluate("map_region.setView([59.93, 10.75], 14, { animate: false })")
    for name in ("Tomta ved bensinstasjonen", "Jordet nord for krysset"):
        draw_plot(page)
        page.fill("#ws-proposal-name", name)
    boxes = page.locator(".ws-name").evaluate_all(
        "all => all.filter((one) => one.checkVisibility({ visibilityProperty: true }))"
        ".map((one) => { const { left, top, right, bottom } = one.getBoundingClientRect();"
        " return [left, top, right, bottom]; })"
    )
    assert page.locator(".ws-tag.chosen .ws-name").is_visible()
    assert len(boxes) == 2
    (left, top, right, bottom), other = boxes
    assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
    assert opened.complaints == []
