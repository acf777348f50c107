"""The workshop map as others may spoil it: hostile texts everywhere, and words of another language."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page

from pages import Opened
from regiongeo.i18n import LANGUAGES, Language, texts
from regiongeo.workshop.storyfile import Step
from test_maps_browser import HOSTILE, poisoned
from test_workshop_build import draw_plot
from toy_grid import toy_grid_result
from toy_plan import toy_planned_result

pytestmark = pytest.mark.browser
CONTROLS = "a\x01b\x1b[31m\x85c"
AREAS = (
    "map",
    "page_workshop",
    "page_story",
    "sites",
    "criteria",
    "notices",
    "plan",
    "rules",
    "why",
    "flows",
)
LEAST_LETTERS = 9
"""Shorter fragments may be the same in both languages, or stand inside another word."""


def export_of(page: Page, text: str) -> dict[str, Any]:
    """Return the file of another table on the same map, with a text in every field that holds one."""
    head = page.evaluate("(({ map_id: map, data_version }) => ({ map, data_version }))(regiongeo.data)")
    lng, lat = page.evaluate("(({ lng, lat }) => [lng, lat])(map_region.getCenter())")
    geometry = {"type": "Point", "coordinates": [round(lng, 6), round(lat, 6)]}
    common = {"notat": text, "merke": "aktuell", "stemmer": 2}
    drawn = {"kind": "proposal", "navn": text[:80].strip(), **common, "created": "2027-01-14T12:31:00Z"}
    said = {"kind": "feedback", "site_id": "K", **common}
    return {
        "type": "FeatureCollection",
        "regiongeo": {
            **head,
            "schema": "regiongeo-workshop/1",
            "exported": "2027-01-14T12:41:03Z",
            "table": text[:40].strip(),
            "weights": {},
        },
        "features": [
            {"type": "Feature", "id": "1" * 32, "geometry": geometry, "properties": drawn},
            {"type": "Feature", "id": "K", "geometry": geometry, "properties": said},
        ],
    }


def give(page: Page, name: str, content: object) -> None:
    """Choose a file in the page's file field."""
    payload: FilePayload = {
        "name": name,
        "mimeType": "application/geo+json",
        "buffer": json.dumps(content).encode(),
    }
    page.set_input_files("input[type=file]", payload)


def shown(page: Page, selector: str) -> str:
    return "\n".join(page.locator(selector).all_text_contents())


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_are_shown_as_they_stand_and_nothing_runs(
    open_workshop: Callable[..., Opened], payload: str
) -> None:
    line = payload[:80].strip()
    story = (Step(title=line, text=payload, layers={"layer_roads": True}),)
    making = {"date": payload, "data_version": payload, "credits": [payload]}
    opened = open_workshop(toy_grid_result(poisoned(payload)), story=story, **making)
    page = opened.page
    assert all(payload in shown(page, one) for one in ("#list .name", "#facts", "#credit", "#notices li"))
    draw_plot(page)
    page.fill("#ws-proposal-name", line)
    page.fill("#ws-note", payload)
    page.keyboard.press("Escape")
    assert line in shown(page, ".ws-panel .ws-item")
    page.evaluate("document.getElementById('workshop').open = true")
    page.fill("#ws-table", payload[1:41])
    give(page, f"{line}.geojson", export_of(page, payload))
    page.wait_for_selector(".ws-tables details")
    assert payload[:40].strip() in shown(page, ".ws-tables")
    assert f"{payload[:40].strip()}: {line}" in shown(page, ".ws-name")
    give(page, f"{line}.geojson", {"type": payload})
    page.wait_for_selector(".ws-refused .warning")
    assert line in shown(page, ".ws-refused")
    page.click("#list li:not(.provisional) button >> nth=0")
    assert shown(page, "#card").count(payload) >= 1
    page.keyboard.press("Escape")
    page.click(".st-open")
    assert (page.text_content(".st-title"), page.text_content(".st-text")) == (line, payload)
    page.click("text=Last ned")
    for file in ("Rangering (CSV)", "Kartbilde (PNG)"):
        with page.expect_download():
            page.click(f"text={file}")
    assert page.evaluate("window.hit") is None
    assert opened.complaints == []


def test_control_characters_written_by_people_go_no_further(open_workshop: Callable[..., Opened]) -> None:
    opened = open_workshop()
    page = opened.page
    draw_plot(page)
    page.fill("#ws-proposal-name", CONTROLS)
    page.fill("#ws-note", f"{CONTROLS}\nny linje")
    page.keyboard.press("Escape")
    page.evaluate("document.getElementById('workshop').open = true")
    page.fill("#ws-table", "Bord 3")
    with page.expect_download() as waiting:
        page.click(".ws-save")
    (feature,) = json.loads(waiting.value.path().read_text("utf-8"))["features"]
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", feature["properties"]["navn"])
    assert feature["properties"]["notat"].endswith("\nny linje")
    assert opened.complaints == []


def fragments(lang: Language) -> Iterator[str]:
    """Yield the catalogue's sentences in a language, cut where the page fills something in."""
    for area in AREAS:
        for entry in texts(area, lang).values():
            yield from (part.strip(" .,:;()·–") for part in re.split(r"\{[^}]*\}", entry))


VISIBLE = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    if (!walk.currentNode.parentElement.closest("script, style")) found.push(walk.currentNode.data);
  }
  for (const name of ["aria-label", "title", "placeholder", "aria-valuetext"]) {
    document.querySelectorAll(`[${name}]`).forEach((one) => found.push(one.getAttribute(name)));
  }
  return found.join("\\n");
}"""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_holds_no_words_of_the_other_language(
    open_workshop: Callable[..., Opened], lang: Language
) -> None:
    (other,) = (one for one in LANGUAGES if one != lang)
    own = "\n".join(fragments(lang)).lower()
    foreign = {part for part in fragments(other) if len(part) >= LEAST_LETTERS and part.lower() not in own}
    assert len(foreign) > 200
    opened = open_workshop(toy_grid_result(toy_planned_result()), lang=lang)
    page = opened.page
    seen = [page.evaluate(VISIBLE)]
    page.keyboard.press("p")
    seen.append(page.inner_text("#status"))
    page.keyboard.press("p")
    draw_plot(page, lang=lang)
    seen.append(page.evaluate(VISIBLE))
    page.keyboard.press("Escape")
    page.click(".st-open")
    page.click(".st-record")
    seen.append(page.evaluate(VISIBLE))
    give(page, "bord.geojson", {"type": 1})
    page.wait_for_selector(".ws-refused .warning", state="attached")
    page.click("#list li:not(.provisional) button >> nth=0")
    seen.append(page.evaluate(VISIBLE))
    page.keyboard.press("Escape")
    page.click("#about-open")
    seen.append(page.evaluate(VISIBLE))
    whole = "\n".join(seen).lower()
    assert sorted(part for part in foreign if re.search(rf"\b{re.escape(part.lower())}\b", whole)) == []
    assert page.get_attribute("html", "lang") == lang
    assert opened.complaints == []
