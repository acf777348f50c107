"""Live weights in the page: what moves, what it is held against, and figures equal to those of the tables."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from playwright.sync_api import Browser, Page

from pages import Opened
from regiongeo.maps import draw_map
from regiongeo.maps.encode import read_data_block
from regiongeo.maps.page import draw_page
from regiongeo.ranking import rank_sites
from toy import toy_result
from toy_plan import toy_cards, toy_planned_result

SET = """([at, value]) => {
  const slider = document.getElementById(`weight-${at}`);
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def weigh(page: Page, at: int, value: int) -> None:
    page.evaluate("document.getElementById('weights').open = true")
    page.evaluate(SET, [at, value])


def settle(page: Page) -> None:
    """Wait until all draws are counted."""
    page.wait_for_function("() => regiongeo.data.sites.every(({ rank_low: low }) => low !== null)")


def figures(page: Page) -> dict[str, tuple[Any, ...]]:
    sites = page.evaluate("regiongeo.data.sites")
    names = ("rank", "rank_low", "rank_high", "top5_share")
    return {site["id"]: tuple(site[name] for name in names) for site in sites}


def test_figures_are_those_python_gives_for_the_same_weights(open_map: Callable[..., Opened]) -> None:
    opened, result = open_map(), toy_result()
    weigh(opened.page, 5, 60)
    settle(opened.page)
    keys = [one["key"] for one in opened.page.evaluate("regiongeo.data.criteria")]
    shown = opened.page.locator(".sliders output").all_inner_texts()
    weights = {key: float(text.rstrip("%").strip()) for key, text in zip(keys, shown, strict=True)}
    assert sum(weights.values()) == 100
    asked = result.scenario.uncertainty
    ranking = rank_sites(
        result.values[list(weights)],  # noqa: PD011 - a field of ours
        pd.Series(weights),
        draws=asked.draws,
        factor_low=asked.factor_low,
        factor_high=asked.factor_high,
        seed=asked.seed,
    )
    names = ["rank", "rank_low", "rank_high", "top5_share"]
    assert figures(opened.page) == {key: tuple(row) for key, *row in ranking[names].itertuples()}
    assert opened.complaints == []


def test_list_pins_bars_and_arrows_follow_and_reset_puts_everything_back(
    open_map: Callable[..., Opened],
) -> None:
    opened = open_map()
    page = opened.page
    before, names = figures(page), page.locator("#list .name").all_inner_texts()
    keys = [one["key"] for one in page.evaluate("regiongeo.data.criteria")]
    weigh(page, keys.index("subregion_lack"), 90)
    first = page.locator("#list li >> nth=0")
    assert "Tomt øst, Østby" in first.inner_text()
    assert "opp" in (first.locator(".moved").text_content() or "")
    assert page.locator(".pin-place .pin", has_text="1").count() == 1
    page.click("#list button >> nth=0")
    assert "Med disse vektene" in page.locator("#card").inner_text()
    page.keyboard.press("Escape")
    page.click("#weights-reset")
    assert page.locator("#list .name").all_inner_texts() == names
    assert figures(page) == before
    assert page.locator("#list .moved span").count() == 0
    page.click("#list button >> nth=0")
    assert "Står høyt" in page.locator("#card").inner_text()
    assert opened.complaints == []


def test_locks_presets_and_memories(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    weigh(page, 0, 50)
    page.click(".sliders .lock >> nth=0")
    assert page.locator("#weight-0").is_disabled()
    weigh(page, 1, 80)
    shown = page.locator(".sliders output").all_inner_texts()
    assert (shown[0].replace("\u00a0", " "), shown[1].replace("\u00a0", " ")) == ("50 %", "50 %")
    page.click("text=Husk A")
    page.select_option("#preset", label="kraft")
    assert page.locator("#weights summary").inner_text() == "Vekter: kraft"
    page.select_option("#against", label="minne A")
    assert page.locator("#list .moved").count() == 3
    page.click("text=Vis A")
    assert page.locator(".sliders output").all_inner_texts() == shown
    assert page.locator("#weights summary").inner_text() == "Vekter: møtets egne"


def test_hard_limits_strike_sites_out_with_the_reason(open_map: Callable[..., Opened]) -> None:
    """P has 8,000 m² where 9,000 are needed; nobody knows the others' area, and they stand."""
    cards = toy_cards()
    checklist = cards.checklist.copy()
    checklist.loc[("P", "plot_area"), ["status", "needed"]] = ["not_met", 9000.0]
    opened = open_map(replace(toy_planned_result(), cards=replace(cards, checklist=checklist)))
    page = opened.page
    page.evaluate("document.getElementById('limits').open = true")
    (box,) = page.locator("#limits label").all()
    assert "stryker 1" in box.inner_text()
    box.locator("input").check()
    (struck,) = page.locator("#list li.struck").all()
    text = struck.inner_text().replace("\u00a0", " ")
    assert "Tomt øst, Østby" in text
    assert "Strøket: " in text
    assert "8 000 m², kravet er 9 000 m²" in text
    assert page.locator("#list li >> nth=-1").get_attribute("class") == "struck"
    assert page.locator(".pin-place").count() == 2
    box.locator("input").uncheck()
    assert page.locator(".pin-place").count() == 3
    assert opened.complaints == []


def test_sliders_work_by_keyboard_and_say_what_they_are(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    page.focus("#weights summary")
    page.keyboard.press("Enter")
    slider = page.get_by_role("slider").first
    slider.focus()
    before = slider.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") != before
    assert page.get_by_role("slider", name="Lastebiler forbi").count() == 1
    assert page.get_by_role("button", name="Lås Lastebiler forbi").get_attribute("aria-pressed") == "false"


def test_a_site_without_data_stays_unrated_under_any_weights(open_map: Callable[..., Opened]) -> None:
    result = toy_result()
    values = result.values.copy()  # noqa: PD011 - a field of ours
    values.iloc[2] = float("nan")
    opened = open_map(replace(result, values=values))
    weigh(opened.page, 0, 40)
    last = max(opened.page.evaluate("regiongeo.data.sites"), key=lambda site: site["rank"])
    assert (last["score"], last["rank"]) == (None, 3)
    assert opened.complaints == []


def test_a_long_list_shows_sixty_sites_and_what_must_be_seen_and_all_on_request(
    chromium: Browser,
    tmp_path: Path,
) -> None:
    """Seventy sites; the second last is in the portfolio."""
    making: dict[str, Any] = {"lang": "nb", "date": "2026-11-20", "data_version": "1", "credits": []}
    payload = dict(read_data_block(draw_map(toy_result(), **making)))
    one = payload["sites"][0]
    payload["sites"] = [
        {
            **one,
            "id": f"S{at:02d}",
            "name": f"Sted {at:02d}",
            "rank": at + 1,
            "order": at,
            "gain": at == 68 or None,
        }
        for at in range(70)
    ]
    path = tmp_path / "lang.html"
    path.write_text(draw_page(payload, lang="nb", online_tiles=False), "utf-8")
    opened = Opened(chromium.new_page())
    page = opened.show(path)
    names = page.locator("#list .name")
    first = [f"Sted {at:02d}" for at in range(60)]
    shown = [name.split("\n")[0].strip() for name in names.all_inner_texts()]
    assert [name[:7] for name in shown] == [*first, "Sted 68"]
    assert page.inner_text("#count") == "(70 av 70)"
    page.focus("#list button >> nth=60")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "list-more"
    assert page.inner_text("#list-more") == "Vis alle 70 lokaliteter"
    page.keyboard.press("Enter")
    assert names.count() == 70
    assert page.evaluate("document.activeElement.dataset.id") == "S60"
    assert page.locator("#list [tabindex='0']").count() == 1
    page.click("text=Vis bare de 60 første")
    assert names.count() == 61
    page.fill("#search", "Sted 65")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.id") == "S65"
    assert opened.complaints == []


def test_rows_pins_and_focus_that_stay_are_the_same_ones(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    page.evaluate(
        "window.known = [...document.querySelectorAll('#list li, .pin-place')]; known[0].firstChild.focus()"
    )
    for value in (90, 10, 60):
        weigh(page, 0, value)
        page.evaluate("known[0].firstChild.focus()")
    assert page.evaluate("known.length === 6 && known.every((one) => one.isConnected)")
    ranks = page.evaluate(
        "[...regiongeo.data.sites].sort((one, other) => one.rank - other.rank).map(({ id }) => id)"
    )
    assert (
        page.evaluate("[...document.querySelectorAll('#list button')].map((one) => one.dataset.id)") == ranks
    )
    labels = page.locator(".pin-place").evaluate_all("(pins) => pins.map((one) => one.ariaLabel)")
    faces = page.locator(".pin-place .pin").all_inner_texts()
    assert all(label.startswith(f"Plass {face}: ") for face, label in zip(faces, labels, strict=True))
