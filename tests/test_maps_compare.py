"""Two scenarios in one page: the patch between them, the second map, the divider, the table, the years."""

import csv
import io
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from pages import MAKING, Opened, download
from regiongeo.errors import ScenarioError
from regiongeo.i18n import texts
from regiongeo.maps.editions import describe_editions
from regiongeo.maps.encode import read_data_block
from regiongeo.maps.patch import apply_patch, make_patch
from regiongeo.maps.payload import build_payload, describe_scenario
from regiongeo.result import Result
from regiongeo.workshop.build import draw_workshop
from regiongeo.workshop.storyfile import load_story
from test_maps_access import violations
from test_maps_browser import HOSTILE
from test_maps_web import require_node
from test_maps_weights import weigh
from test_stationplan import plan_line
from toy_compare import toy_now, toy_then
from toy_line import line_scenario
from toy_plan import with_equals

TESTS = Path(__file__).parent / "web" / "compare.test.js"
PATCH_JS = Path(__file__).parents[1] / "src" / "regiongeo" / "maps" / "web" / "compare" / "patch.js"
OFFLINE: dict[str, Any] = {**MAKING, "online_tiles": False}
OWN = ".folium-map:not(#twin)"
PLACES = "(all) => all.map((one) => one.getBoundingClientRect().x)"
RANKS = """(all) => all.map((one) => [one.getBoundingClientRect().x, one.textContent])
  .sort(([one], [other]) => one - other).map(([, rank]) => rank)"""
TOGETHER = """() => {
  const pins = (map) => [...document.querySelectorAll(`${map} .pin-place`)];
  const places = [".folium-map:not(#twin)", "#twin"].map((map) => pins(map)
    .map((one) => one.getBoundingClientRect().x).sort((one, other) => one - other));
  return places[0].length === 3 && places[0].every((x, at) => Math.abs(x - places[1][at]) < 1.5);
}"""
CLIP = "() => Number(document.getElementById('twin').style.clipPath.match(/([\\d.]+)px\\)$/)[1])"

values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "__proto__", "=", "at"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "=", "of", "but"]), inner)
    ),
    max_leaves=12,
)


# Patches


@given(values, values)
def test_a_patch_turns_the_one_into_the_other(old: Any, new: Any) -> None:
    assert json.dumps(apply_patch(old, make_patch(old, new)), sort_keys=True) == json.dumps(
        new, sort_keys=True
    )


@given(values)
def test_equal_values_need_no_patch(value: Any) -> None:
    assert make_patch(value, json.loads(json.dumps(value))) is None


def test_true_and_one_are_two_values() -> None:
    assert make_patch([1, True], [True, 1]) is not None


@settings(max_examples=1)
@given(st.lists(st.tuples(values, values), min_size=200, max_size=200))
def test_the_page_applies_patches_as_python_does(pairs: list[tuple[Any, Any]]) -> None:
    cases = [[old, make_patch(old, new)] for old, new in pairs]
    code = (
        f"import {{ applyPatch }} from {json.dumps(PATCH_JS.as_uri())};"
        "import { readFileSync } from 'node:fs';"
        "const cases = JSON.parse(readFileSync(0, 'utf-8'));"
        "console.log(JSON.stringify(cases.map(([old, patch]) => applyPatch(old, patch))));"
    )
    done = subprocess.run(
        [require_node(), "--input-type=module", "-e", code],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
    )
    assert [json.dumps(one, sort_keys=True) for one in json.loads(done.stdout)] == [
        json.dumps(new, sort_keys=True) for _, new in pairs
    ]


def test_pure_functions_of_the_comparison() -> None:
    done = subprocess.run(
        [require_node(), "--test", str(TESTS)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout


# Editions


@pytest.mark.parametrize("without", [(), ("T",)])
def test_an_edition_gives_back_all_that_the_page_would_show_of_the_scenario(without: tuple[str, ...]) -> None:
    now, then = toy_now(), toy_then(without=without)
    payload = build_payload(now, **OFFLINE)
    edition = json.loads(json.dumps(describe_editions(now, [then], payload, lang="nb")))[0]
    base = json.loads(json.dumps(payload))
    sites = edition["sites"]
    known = [site for site in base["sites"] if site["id"] not in sites["but"]]
    assert sites["but"] == list(without)
    told = apply_patch({**base, "sites": None}, edition["patch"])
    told["sites"] = [*apply_patch(known, sites["patch"]), *sites["more"]]
    order = [site["id"] for site in known]
    expected = json.loads(json.dumps(describe_scenario(then, lang="nb", order=order)))
    assert {key: told[key] for key in expected} == expected


def test_a_site_only_the_other_scenario_has_stands_at_the_end() -> None:
    now, then = toy_then(name="Nå", without=("T",)), toy_then()
    edition: Any = describe_editions(now, [then], build_payload(now, **OFFLINE), lang="nb")[0]
    assert [site["id"] for site in edition["sites"]["more"]] == ["T"]


def test_scenarios_of_one_name_or_of_two_membership_lists_are_refused() -> None:
    now = toy_now()
    payload = build_payload(now, **OFFLINE)
    with pytest.raises(ScenarioError, match="one name: 'Prøveregionen': give each a name"):
        describe_editions(now, [toy_then(name="Prøveregionen")], payload, lang="nb")
    other = toy_then()
    world = other.scenario.world.model_copy(update={"members": 2020})
    other = replace(other, scenario=other.scenario.model_copy(update={"world": world}))
    with pytest.raises(ScenarioError, match="'Prøveregionen' 2024, 'Prøveregionen 2040' 2020"):
        describe_editions(now, [other], payload, lang="nb")


def test_an_equal_scenario_costs_next_to_nothing() -> None:
    now = toy_now()
    same = replace(now, scenario=now.scenario.model_copy(update={"name": "Den samme"}))
    edition = describe_editions(now, [same], build_payload(now, **OFFLINE), lang="nb")[0]
    assert edition["patch"] == {"of": {"scenario": {"=": "Den samme"}}}
    assert edition["sites"] == {"but": [], "patch": None, "more": []}


# The page


@pytest.fixture
def open_page(open_workshop: Callable[..., Opened]) -> Callable[..., Opened]:
    def open_it(*others: Result, **options: Any) -> Opened:
        return open_workshop(toy_now(), others=others or [toy_then()], **options)

    return open_it


def pins(page: Page, place: str) -> list[str]:
    """Return the ranks on the pins of one of the two maps, from west to east."""
    ranks: list[str] = page.locator(f"{place} .pin-place").evaluate_all(RANKS)
    return ranks


def table(page: Page) -> list[list[str]]:
    rows = page.locator(".cmp-ranks tbody tr")
    return [rows.nth(at).locator("th, td").all_inner_texts() for at in range(rows.count())]


def test_a_page_of_one_scenario_has_nothing_to_compare(open_workshop: Callable[..., Opened]) -> None:
    assert open_workshop(toy_now()).page.locator("#compare").count() == 0


def test_each_side_shows_its_own_ranks_and_the_divider_cuts_between_them(
    open_page: Callable[..., Opened],
) -> None:
    opened = open_page()
    page = opened.page
    page.click("#compare")
    # T, K and P from west to east.
    assert pins(page, OWN) == ["2", "1", "3"]
    assert pins(page, "#twin") == ["3", "2", "1"]
    assert page.locator(".cmp-name").all_inner_texts() == ["Prøveregionen", "Prøveregionen 2040"]
    width = page.evaluate("document.querySelector('main').clientWidth")
    for keys, cut in [("Home", 0), ("End", width)]:
        page.locator("#divider").press(keys)
        assert page.evaluate(CLIP) == pytest.approx(cut, abs=1)
    page.locator("#divider").press("Home")
    for _ in range(3):
        page.locator("#divider").press("PageUp")
    assert page.evaluate(CLIP) == pytest.approx(22 + 0.3 * (width - 44), abs=1)
    line = page.locator(".cmp-line").bounding_box()
    assert line is not None
    page.mouse.move(line["x"] + 10, line["y"] + 60)
    page.mouse.down()
    page.mouse.move(line["x"] + 160, line["y"] + 60, steps=3)
    page.mouse.up()
    assert page.evaluate(CLIP) == pytest.approx(22 + 0.3 * (width - 44) + 150, abs=6)
    page.click("#compare")
    assert page.locator("#twin, .cmp-frame, .cmp-bar").count() == 0
    assert page.evaluate("document.activeElement.id") == "compare"
    assert opened.complaints == []
    assert all(url.startswith("file:") for url in opened.requests)


def test_the_two_maps_go_together(open_page: Callable[..., Opened]) -> None:
    page = open_page().page
    page.click("#compare")
    page.locator("#divider").press("Home")
    main = page.locator("main").bounding_box()
    assert main is not None

    page.wait_for_function(TOGETHER)
    before = page.locator("#twin .pin-place").evaluate_all(PLACES)
    page.mouse.move(main["x"] + 300, main["y"] + 350)
    page.mouse.down()
    page.mouse.move(main["x"] + 420, main["y"] + 300, steps=4)
    page.mouse.up()
    page.wait_for_function(TOGETHER)
    page.mouse.wheel(0, -400)
    page.wait_for_function(TOGETHER)
    page.get_by_role("button", name="Zoom inn").click()
    page.wait_for_function(TOGETHER)
    page.wait_for_function(
        "(before) => document.querySelector('#twin .pin-place').getBoundingClientRect().x !== before",
        arg=before[0],
    )


def test_the_table_tells_ranks_changes_and_both_plans(open_page: Callable[..., Opened]) -> None:
    opened = open_page()
    page = opened.page
    page.click("#compare")
    page.get_by_role("button", name="Tabell", exact=True).click()
    # K 1 → 2, T 2 → 3, P 3 → 1.
    assert [[cell.split("\n")[0] for cell in row] for row in table(page)] == [
        ["Tomt øst, Østby", "3", "1", "▲ 2"],
        ["Kryss E6/Rv4, Midtby", "1", "2", "▼ 1"],
        ["Truckstopp E6, Vestby", "2", "3", "▼ 1"],
    ]
    shown = page.locator("#card").inner_text()
    assert "3 av 3 lokaliteter har ulik plass" in shown
    assert "Stasjoner i begge (1)" in shown
    assert "Bare i «Prøveregionen» (1)" in shown
    assert "Venstre: «Prøveregionen». Høyre: «Prøveregionen 2040»." in shown
    page.locator("[data-order=left]").click()
    assert [row[1] for row in table(page)] == ["1", "2", "3"]
    page.select_option("#cmp-filter", "plan")
    assert [row[0] for row in table(page)] == ["Kryss E6/Rv4, Midtby", "Truckstopp E6, Vestby"]
    page.locator(".cmp-ranks [data-id=T]").click()
    assert page.locator("#card h2").inner_text() == "Truckstopp E6, Vestby"
    page.keyboard.press("Escape")
    assert page.locator("#card h2").inner_text() == "To scenarier mot hverandre"
    assert opened.complaints == []


def told(page: Page) -> str:
    """Return the words of the table, with plain spaces."""
    return page.locator("#card").inner_text().replace("\u00a0", " ")


def test_the_table_says_why_ranks_differ_and_what_is_asked_differently(
    open_page: Callable[..., Opened],
) -> None:
    opened = open_page()
    page = opened.page
    page.click("#compare")
    page.get_by_role("button", name="Tabell", exact=True).click()
    # Values of K 1 → 0, P 0.4 → 1, T 1 → 0.2.
    assert "er ulikt: verdien på Lastebiler forbi (3), antall lokaliteter i parentes." in told(page)
    assert "telt i" not in told(page)
    rows = page.locator(".cmp-asked tbody tr")
    assert [rows.nth(at).locator("th, td").all_inner_texts() for at in range(rows.count())] == [
        ["Stasjonsnettet: planår", "2030", "2040"]
    ]
    page.keyboard.press("Escape")
    page.locator("#divider").press("Home")
    page.locator("#twin .pin-place", has_text="1").click()
    assert "Plass 1 her, 3 i «Prøveregionen». Ulik verdi på: Lastebiler forbi." in told(page)
    assert opened.complaints == []


def test_the_table_says_why_no_rank_differs(open_page: Callable[..., Opened]) -> None:
    now = toy_now()
    later = now.scenario.replace(name="2040", refuelling={"year": 2040})
    opened = open_page(replace(now, scenario=later))
    page = opened.page
    page.click("#compare")
    page.get_by_role("button", name="Tabell", exact=True).click()
    shown = told(page)
    assert "Ingen lokaliteter har ulik plass i de to scenariene." in shown
    assert f"de samme verdiene på alle {len(now.weights)} kriterier og de samme vektene." in shown
    assert "«Lastebiler forbi» er trafikk telt i 2018; den følger ikke årene i scenariene." in shown
    assert "Ingenting av dette endrer det rangeringen hviler på." in shown
    page.keyboard.press("Escape")
    page.locator("#divider").press("Home")
    page.locator("#twin .pin-place", has_text="1").click()
    assert "Samme plass og samme verdier på kriteriene som i «Prøveregionen»." in told(page)
    assert opened.complaints == []


def test_the_table_tells_what_each_plan_would_serve_in_the_other_scenario(
    open_workshop: Callable[..., Opened],
) -> None:
    """On the road of toy_line T in the middle serves all, K 25 % of trips and 1600 of 10 400 truck-km."""
    sites = {"T": "b", "K": "k", "P": "p"}
    now = replace(toy_now(), plan=plan_line(node_of=sites), cards=None)
    worse = plan_line(line_scenario(plan={"locked": ["K"]}), node_of=sites)
    opened = open_workshop(now, others=[replace(toy_then(), plan=worse)])
    page = opened.page
    page.click("#compare")
    page.get_by_role("button", name="Tabell", exact=True).click()
    assert (
        "I «Prøveregionen 2040» ville nettet til venstre gi 100,0 % av turene og 100,0 % av "
        "lastebilkilometerne, alle energier sett under ett; nettet til høyre gir 25,0 % og 15,4 %."
    ) in told(page)
    assert (
        "I «Prøveregionen» ville nettet til høyre gi 25,0 % av turene og 15,4 % av "
        "lastebilkilometerne, alle energier sett under ett; nettet til venstre gir 100,0 % og 100,0 %."
    ) in told(page)
    assert opened.complaints == []


def test_the_card_names_an_equally_good_site_and_opens_it(open_workshop: Callable[..., Opened]) -> None:
    opened = open_workshop(with_equals(toy_now()))
    page = opened.page
    page.locator(f"{OWN} .pin-place", has_text="1").click()
    shown = told(page)
    assert "Like god: Tomt øst, Østby (plass 3). Der gir nettet nøyaktig like mye i modellen" in shown
    page.locator("#card .equals .link").click()
    assert page.locator("#card h2").inner_text() == "Tomt øst, Østby"
    assert "Like god" not in told(page)
    assert opened.complaints == []


def test_the_table_is_saved_for_spreadsheets(open_page: Callable[..., Opened]) -> None:
    page = open_page().page
    page.click("#compare")
    page.get_by_role("button", name="Tabell", exact=True).click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Lagre tabellen").click()
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text), delimiter=";")
    assert head[:5] == ["Lokalitet", "Id", "Plass, Prøveregionen", "Plass, Prøveregionen 2040", "Endring"]
    assert [(row[1], *row[2:5]) for row in rows] == [
        ("K", "1", "2", "-1"),
        ("T", "2", "3", "-1"),
        ("P", "3", "1", "2"),
    ]


def test_weights_move_both_sides(open_page: Callable[..., Opened]) -> None:
    opened = open_page()
    page = opened.page
    page.click("#compare")
    keys = [one["key"] for one in page.evaluate("regiongeo.data.criteria")]
    weigh(page, keys.index("subregion_lack"), 100)
    # Lack in the subregion is 0.9 at P, 0.1 at K and T, in both scenarios: equal ones by id.
    assert pins(page, OWN) == pins(page, "#twin") == ["3", "2", "1"]
    weigh(page, keys.index("passing_trucks"), 100)
    # 1, 1, 0.4 against 0.2, 0, 1.
    assert pins(page, OWN) == ["2", "1", "3"]
    assert pins(page, "#twin") == ["2", "3", "1"]
    page.get_by_role("button", name="Tabell", exact=True).click()
    assert "rangert med vektene som er stilt inn nå" in page.locator("#card").inner_text()
    page.click("text=Til listen")
    page.evaluate("document.getElementById('weights').open = true")
    page.click("#weights-reset")
    assert pins(page, "#twin") == ["3", "2", "1"]
    assert opened.complaints == []


def test_layers_filters_limits_and_proposals_are_those_of_the_page(open_page: Callable[..., Opened]) -> None:
    page = open_page().page
    page.click("#compare")
    assert page.locator("#twin .plan-tag").count() == 1
    page.uncheck("#layer_plan")
    assert page.locator("#twin .plan-tag").count() == 0
    page.uncheck("#layer_sites")
    assert page.locator("#twin .pin-place").count() == 0
    page.check("#layer_sites")
    page.check("#only-plan")
    assert page.locator(f"{OWN} .pin-place").count() == 2
    assert pins(page, "#twin") == ["2"]


def test_a_site_of_the_other_side_opens_with_the_figures_it_has_there(
    open_page: Callable[..., Opened],
) -> None:
    opened = open_page()
    page = opened.page
    page.click("#compare")
    page.locator("#divider").press("Home")
    page.locator("#twin .pin-place", has_text="1").click()
    shown = page.locator("#card").inner_text()
    assert shown.startswith("Slik er det i «Prøveregionen 2040»")
    assert page.locator("#card h2").inner_text() == "Tomt øst, Østby"
    assert "Plass 1 av 3" in shown
    page.get_by_role("button", name="Neste").click()
    assert page.locator("#card h2").inner_text() == "Kryss E6/Rv4, Midtby"
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()
    assert opened.complaints == []


def test_scenarios_of_different_years_have_a_slider_of_years(open_page: Callable[..., Opened]) -> None:
    others = [toy_then(name="2045", year=2045), toy_then(name="2035", year=2035, without=("T",))]
    opened = open_page(*others)
    page = opened.page
    page.click("#compare")
    slider = page.locator("#cmp-year")
    shown = []
    for _ in range(3):
        slider.press("ArrowLeft")
    for _ in range(3):
        shown.append((page.locator(".cmp-bar output").inner_text(), pins(page, "#twin")))
        slider.press("ArrowRight")
    assert shown == [("2030", ["2", "1", "3"]), ("2035", ["2", "1"]), ("2045", ["3", "2", "1"])]
    assert opened.complaints == []


def test_scenarios_of_one_year_are_chosen_by_name(open_page: Callable[..., Opened]) -> None:
    opened = open_page(toy_then(name="Uten T", year=2030, without=("T",)), toy_then(name="Øst", year=2030))
    page = opened.page
    page.click("#compare")
    assert page.locator("#cmp-scenario option").all_inner_texts() == ["Uten T", "Øst"]
    assert pins(page, "#twin") == ["2", "1"]
    page.get_by_role("button", name="Tabell", exact=True).click()
    assert "1 lokaliteter finnes ikke i «Uten T»" in page.locator("#card").inner_text()
    page.select_option("#cmp-scenario", label="Øst")
    assert pins(page, "#twin") == ["3", "2", "1"]
    assert opened.complaints == []


def test_drawing_belongs_to_the_page_and_is_shown_on_both_sides(open_page: Callable[..., Opened]) -> None:
    opened = open_page()
    page = opened.page
    page.click("#compare")
    page.get_by_role("button", name="Punkt").click()
    assert page.locator("#twin").is_hidden()
    main = page.locator("main").bounding_box()
    assert main is not None
    page.mouse.click(main["x"] + 380, main["y"] + 300)
    page.wait_for_selector("#ws-proposal-name")
    assert page.locator("#twin").is_visible()
    assert opened.complaints == []


def test_print_and_picture_hold_both_sides(open_page: Callable[..., Opened], tmp_path: Path) -> None:
    opened = open_page()
    page = opened.page
    page.click("#compare")
    page.pdf(path=tmp_path / "kart.pdf", prefer_css_page_size=True)
    assert (tmp_path / "kart.pdf").stat().st_size > 10_000
    page.locator(".st-menu summary", has_text="Last ned").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Kartbilde").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"\x89PNG")
    assert opened.complaints == []


def test_names_full_of_script_stay_text(open_page: Callable[..., Opened]) -> None:
    opened = open_page(*[toy_then(name=text, year=2030) for text in HOSTILE.values()])
    page = opened.page
    page.click("#compare")
    for name in HOSTILE.values():
        page.select_option("#cmp-scenario", index=list(HOSTILE.values()).index(name))
        assert page.locator(".cmp-name.right").text_content() == name
    page.get_by_role("button", name="Tabell", exact=True).click()
    assert page.evaluate("window.hit") is None
    assert opened.complaints == []


def test_english_has_no_norwegian_word(open_page: Callable[..., Opened]) -> None:
    page = open_page(lang="en").page
    page.click("#compare")
    page.get_by_role("button", name="Table", exact=True).click()
    shown = page.locator("#card").inner_text() + page.locator(".cmp-bar").inner_text()
    assert texts("page_compare", "en")["cmp_heading"] in shown
    for words in texts("page_compare", "nb").values():
        assert words not in shown or words in texts("page_compare", "en").values()


def test_the_page_carries_the_other_scenario_once() -> None:
    page = draw_workshop(toy_now(), others=[toy_then()], **OFFLINE)
    assert [one["name"] for one in read_data_block(page)["editions"]] == ["Prøveregionen 2040"]


def test_a_step_of_the_story_opens_and_ends_the_comparison(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    story = tmp_path / "lysark.toml"
    story.write_text(
        '[[step]]\ntitle = "Da"\ncompare = "Prøveregionen 2040"\n[[step]]\ntitle = "Nå"\ncompare = ""\n',
        "utf-8",
    )
    opened = open_page(story=load_story(story))
    page = opened.page
    page.get_by_role("button", name="Lysark", exact=True).click()
    assert pins(page, "#twin") == ["3", "2", "1"]
    assert page.locator("#compare").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Neste").click()
    assert page.locator("#twin").count() == 0
    assert page.evaluate("document.activeElement.className") == "st_next"
    page.get_by_role("button", name="Forrige").click()
    page.get_by_text("Lag og endre lysark").click()
    name, content = download(page, ".st-save")
    saved = tmp_path / name
    saved.write_bytes(content)
    assert [step.compare for step in load_story(saved)] == ["Prøveregionen 2040", ""]
    assert opened.complaints == []


def test_axe_finds_nothing_while_two_scenarios_are_compared(open_page: Callable[..., Opened]) -> None:
    opened = open_page(toy_then(), toy_then(name="Øst", year=2045))
    page = opened.page
    page.click("#compare")
    found = {"divider and years": violations(page)}
    page.get_by_role("button", name="Tabell", exact=True).click()
    found["table"] = violations(page)
    page.locator("#divider").press("Home")
    page.locator("#twin .pin-place").first.click()
    found["card of the other scenario"] = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    found["projector"] = violations(page)
    assert {mode: told for mode, told in found.items() if told} == {}
    assert opened.complaints == []
