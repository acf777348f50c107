"""The page of the atlas in a browser: map, years, table, cards, files, paper, keyboard and hostile text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page

from pages import Opened, download, plain
from test_maps_access import tab_to, unfold, violations
from test_maps_browser import COLOURS, HOSTILE
from toy import NAMES, SUBREGIONS
from toy_atlas import CODES, toy_atlas

pytestmark = pytest.mark.browser
GROWTH = "22,63,117,255"
REACH = "0,34,78,255"
TALLIES = """() => [...document.querySelectorAll("#ranking tbody tr")]
  .map((row) => [...row.children].map((cell) => cell.textContent).join("|"))"""
LEGEND = """() => [...document.querySelectorAll(".at-legend li:not(.caption, .note)")]
  .map((row) => row.textContent)"""
PAGES = re.compile(rb"/MediaBox *\[ *0 0 ([\d.]+) ([\d.]+)\]")


def rows(page: Page) -> list[str]:
    return [plain(row).replace("−", "-") for row in page.evaluate(TALLIES)]


def legend(page: Page) -> list[str]:
    return [plain(row).replace("−", "-") for row in page.evaluate(LEGEND)]


def card(page: Page) -> str:
    return plain(page.locator("#card").inner_text()).replace("−", "-")


def test_page_opens_on_growth_with_its_table_and_asks_nothing(open_atlas: Callable[..., Opened]) -> None:
    opened = open_atlas()
    page = opened.page
    assert page.title() == "Regionatlas for Osloregionen"
    assert page.locator("#results-title").inner_text() == "Endring i folketall siden 2020, prosent, 2022"
    assert rows(page) == ["|Prøveregionen|+0,1", "1|Vestby|+21,0", "2|Midtby|0,0", "3|Østby|-5,0"]
    assert legend(page) == ["+13 og mer1", "0 til +131", "-13 til 01", "under -130"]
    assert [url.split(":")[0] for url in opened.requests] == ["file"]
    assert opened.complaints == []


def test_years_change_map_table_and_counts_but_not_the_classes(open_atlas: Callable[..., Opened]) -> None:
    page = open_atlas().page
    assert page.evaluate(COLOURS).get(GROWTH, 0) > 1000
    page.press("#year", "ArrowLeft")
    assert page.get_attribute("#year", "aria-valuetext") == page.locator("output").inner_text() == "2021"
    assert rows(page)[1:] == ["1|Vestby|+10,0", "2|Midtby|0,0", "3|Østby|-2,5"]
    assert legend(page) == ["+13 og mer0", "0 til +132", "-13 til 01", "under -130"]
    page.wait_for_function(f"() => !(({COLOURS})()['{GROWTH}'] > 1000)")
    assert page.get_by_role("button", name="Forrige år").is_disabled()
    page.get_by_role("button", name="Neste år").click()
    assert page.locator("output").inner_text() == "2022"


def test_an_address_keeps_what_is_shown_and_opens_it_again(open_atlas: Callable[..., Opened]) -> None:
    opened = open_atlas()
    page = opened.page
    page.select_option("#indicator", "population")
    page.press("#year", "ArrowLeft")
    page.fill("#search", "midtby")
    page.press("#search", "Enter")
    page.wait_for_function("() => location.hash.endsWith('area=3203')")
    assert page.evaluate("location.hash") == "#show=population&by=municipality&year=2021&area=3203"
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.locator("#card h2").inner_text() == "Midtby"
    assert page.locator("output").inner_text() == "2021"
    page.get_by_role("button", name="Til tabellen").click()
    page.wait_for_function("() => !location.hash.includes('area')")
    assert opened.complaints == []


def test_an_atlas_of_a_part_is_named_after_it(open_atlas: Callable[..., Opened]) -> None:
    page = open_atlas(replace(toy_atlas(), subregion="Vestregionen")).page
    assert page.title() == page.locator("h1").inner_text() == "Regionatlas: Vestregionen"


def test_years_play_to_the_last_and_can_be_paused(open_atlas: Callable[..., Opened]) -> None:
    page = open_atlas().page
    page.select_option("#indicator", "population")
    page.get_by_role("button", name="Spill av").click()
    page.wait_for_function("() => document.querySelector('output').textContent === '2020'")
    page.get_by_role("button", name="Pause").click()
    shown = page.locator("output").inner_text()
    page.wait_for_timeout(1100)
    assert page.locator("output").inner_text() == shown
    page.get_by_role("button", name="Spill av").click()
    page.wait_for_function("() => document.querySelector('output').textContent === '2022'")
    page.get_by_role("button", name="Spill av").wait_for()


def test_nothing_plays_for_whoever_asks_for_less_motion(open_atlas: Callable[..., Opened]) -> None:
    page = open_atlas().page
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert not page.locator(".play").is_visible()
    assert page.get_by_role("button", name="Forrige år").is_enabled()


def test_subregions_are_coloured_as_one_and_only_where_they_have_figures(
    open_atlas: Callable[..., Opened],
) -> None:
    page = open_atlas().page
    page.select_option("#indicator", "population")
    page.select_option("#kind", "subregion")
    assert rows(page) == ["|Prøveregionen|7 010", "1|Østregionen|3 800", "2|Vestregionen|3 210"]
    page.select_option("#indicator", "people_within_45min")
    assert page.input_value("#kind") == "municipality"
    assert page.locator("#kind option:disabled").inner_text() == "Delregioner (ingen tall)"
    assert page.is_disabled("#year")
    assert page.locator("output").inner_text() == "bare 2022"
    assert rows(page) == ["1|Midtby|90 000", "2|Østby|60 000", "3|Vestby|30 000"]


def test_missing_figures_are_counted_and_no_sum_is_pretended(open_atlas: Callable[..., Opened]) -> None:
    page = open_atlas().page
    page.select_option("#indicator", "emissions_total")
    assert rows(page) == [
        "|Prøveregionen|ingen sum",
        "1|Vestby|450",
        "–|Midtby|ingen tall",
        "–|Østby|ingen tall",
    ]
    assert page.locator("#ranking .note").inner_text() == "Tall for 1 av 3 kommuner."
    assert legend(page)[-1] == "ingen tall2"
    # The year shown is that of the emissions; cards stay at the year that was chosen.
    assert page.locator("output").inner_text() == "2021"
    page.click("[data-id='3205']")
    assert "3 800 personer" in card(page)


def test_table_is_sorted_by_its_headings(open_atlas: Callable[..., Opened]) -> None:
    page = open_atlas().page
    page.click("[data-order=name]")
    assert [row.split("|")[1] for row in rows(page)[1:]] == ["Midtby", "Vestby", "Østby"]
    assert page.evaluate("document.activeElement.dataset.order") == "name"
    assert page.get_attribute("th:nth-child(2)", "aria-sort") == "ascending"
    page.click("[data-order=value]")
    page.click("[data-order=value]")
    assert [row.split("|")[1] for row in rows(page)[1:]] == ["Østby", "Midtby", "Vestby"]


def test_shown_table_is_saved_for_spreadsheets(open_atlas: Callable[..., Opened]) -> None:
    page = open_atlas().page
    page.select_option("#indicator", "population")
    page.press("#year", "ArrowLeft")
    name, content = download(page, ".at-csv")
    assert name == "regiongeo-atlas-population-municipality-2021.csv"
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"Nr.";"Kode";"Kommune"')
    assert [line.split(";")[:6] for line in lines[1:]] == [
        ["1", '"3205"', '"Østby"', '"Folketall 1. januar"', "2021", "3900"],
        ["2", '"3203"', '"Midtby"', '"Folketall 1. januar"', "2021", "2000"],
        ["3", '"3201"', '"Vestby"', '"Folketall 1. januar"', "2021", "1100"],
    ]


def test_a_click_on_the_map_opens_the_card_of_the_area(open_atlas: Callable[..., Opened]) -> None:
    opened = open_atlas()
    page = opened.page
    # South of the centres, whose circles are in the way.
    x, y = page.evaluate(
        """() => { const map = document.querySelector(".folium-map").getBoundingClientRect();
        const { x, y } = map_region.latLngToContainerPoint([59.91, 11.15]);
        return [map.x + x, map.y + y]; }"""
    )
    page.mouse.click(x, y)
    assert page.locator("#card h2").inner_text() == "Midtby"
    page.keyboard.press("Escape")
    assert page.locator("#results").is_visible()
    page.select_option("#kind", "subregion")
    page.mouse.click(x, y)
    assert page.locator("#card h2").inner_text() == "Vestregionen"
    assert opened.complaints == []


def test_card_of_a_municipality_tells_figures_rank_centres_climate_and_doubt(
    open_atlas: Callable[..., Opened],
) -> None:
    page = open_atlas().page
    page.fill("#search", "midt")
    page.press("#search", "Enter")
    told = card(page)
    for text in (
        "Midtby", "Kommune i Vestregionen, Akershus", "Midtby er kanskje med.", "2 000 personer",
        "nr. 2 av 3", "Delregionen 3 210", "Regionen 7 010", "90 000 personer", "Bare tall for 2022.",
        "Østby\n15 min", "Vestby\n20 min", "Nærmeste større senter: Østby, 15 min.",
        "Ingen utslippstall for kommunen følger med.",
    ):  # fmt: skip
        assert text in told, text
    trend = page.locator("#card svg[role=img]").first.get_attribute("aria-label")
    assert plain(trend or "") == "Folketall 1. januar: 2020 2 000, 2022 2 000"
    page.click("#card .at-years summary >> nth=0")
    table = plain(page.locator("#card .at-years tbody").first.inner_text())
    assert table.splitlines() == ["2020\t2 000", "2021\t2 000", "2022\t2 000"]
    page.click("#card .at-near button >> nth=0")
    assert page.locator("#card h2").inner_text() == "Østby"
    assert "Kommune og egen delregion" in card(page)
    assert "Største senter i regionen." in card(page)


def test_card_of_a_subregion_tells_coverage_and_what_is_not_known(open_atlas: Callable[..., Opened]) -> None:
    page = open_atlas().page
    page.fill("#search", "vestreg")
    page.press("#search", "Enter")
    told = card(page)
    # 1100 of 3100 people in 2021.
    for text in (
        "Delregion med 2 kommuner", "Kommunene: Vestby, Midtby", "sannsynlig, men ikke bekreftet",
        "nr. 2 av 2", "Tall for 1 av 2 kommuner (35 % av innbyggerne). Ingen sum vises.",
        "Vestby, 2021\n450 tonn CO₂-ekv.",
        "Finnes ikke for delregioner: Innbyggere innen 45 minutter med bil.",
    ):  # fmt: skip
        assert text in told, text


def test_region_in_short_tells_balance_members_and_the_slip(
    open_atlas: Callable[..., Opened],
) -> None:
    opened = open_atlas()
    page = opened.page
    page.click("#region-open")
    told = card(page)
    for text in (
        "Prøveregionen", "7 010 personer", "Av 1 mål over tid: 0 går mot bedre balanse, 1 går bort fra den",
        "bort fra bedre balanse", "Lavere er bedre balanse.", "2021: Færder gikk ut", "2024: Elverum kom til",
        "3 kommuner på medlemslisten 2024",
        "Tall for 1 av 3 kommuner (16 % av innbyggerne). Ingen sum vises.",
        "falt luftfart med om lag 55 prosent, ikke 120", "Luftfart\t-1 200\t-120\t-54,6 (-54,7 til -54,4)",
        "Oppvarming\t-3\t0\t-0,5 til 0,0", "1\tØstby\t3 800\t3 800\t–",
        "3\tVestby\t1 210\t1 300\tMidtby, 20 min",
    ):  # fmt: skip
        assert text in told, text
    assert page.locator("#card .band").count() == 1
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "region-open"
    assert opened.complaints == []


def test_an_atlas_of_one_subregion_names_centres_outside_it_and_all_members(
    open_atlas: Callable[..., Opened],
) -> None:
    whole = toy_atlas()
    west = whole.municipalities["subregion"] == "Vestregionen"
    is_kept = whole.areas["area_kind"].isin(["region"]) | (whole.areas["municipality_id"] != "3205")
    opened = open_atlas(
        replace(
            whole,
            areas=whole.areas[is_kept],
            municipalities=whole.municipalities[west],
            subregions=whole.subregions.loc[["Vestregionen"]],
        )
    )
    page = opened.page
    page.click("[data-id='3203']")
    assert "Østby\n15 min" in card(page)
    assert page.locator("#card .at-near button").all_inner_texts() == ["Vestby"]
    page.click("#region-open")
    assert "3 kommuner på medlemslisten 2024" in card(page)
    assert "Tall for kommuner med" in card(page)
    assert opened.complaints == []


def test_surface_and_classes_take_turns(open_atlas: Callable[..., Opened]) -> None:
    page = open_atlas().page
    page.check("#layer_surface")
    assert not page.is_checked("#layer_classes")
    page.wait_for_function(f"() => ({COLOURS})()['{REACH}'] > 1000")
    page.select_option("#indicator", "population")
    assert page.is_checked("#layer_classes")
    assert not page.is_checked("#layer_surface")
    page.wait_for_function(f"() => !(({COLOURS})()['{REACH}'] > 1000)")
    page.check("#layer_surface")
    page.check("#layer_classes")
    assert not page.is_checked("#layer_surface")


@pytest.mark.parametrize(("size", "paper"), [("a4", (595, 842)), ("a3", (1191, 842))])
def test_a_card_is_printed_on_one_sheet(
    open_atlas: Callable[..., Opened], size: str, paper: tuple[int, int]
) -> None:
    page = open_atlas().page
    page.evaluate("window.print = () => { window.printed = document.documentElement.className; }")
    page.click("[data-id='3203']")
    page.click(f".at-print.{size}")
    assert page.evaluate("window.printed") == f"print-{size}"
    sheets = PAGES.findall(page.pdf(prefer_css_page_size=True))
    assert [(round(float(wide)), round(float(high))) for wide, high in sheets] == [paper]


def modes(page: Page) -> Iterator[str]:
    yield "at rest"
    page.fill("#search", "e")
    page.keyboard.press("ArrowDown")
    yield "search with hits"
    page.keyboard.press("Escape")
    page.select_option("#indicator", "emissions_total")
    page.check("#layer_surface")
    yield "missing figures, with the surface"
    page.click("[data-id='3201']")
    unfold(page, "#card")
    yield "card of a municipality"
    page.keyboard.press("Escape")
    page.select_option("#indicator", "population")
    page.select_option("#kind", "subregion")
    page.click("#ranking [data-id='Vestregionen']")
    unfold(page, "#card")
    yield "card of a subregion"
    page.click("#region-open")
    unfold(page, "#card")
    yield "the region in short"
    page.keyboard.press("Escape")
    page.click("#about-open")
    yield "about the data"
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 640, "height": 360})
    yield "zoomed to 200 %"


def test_axe_finds_nothing_in_any_mode(open_atlas: Callable[..., Opened]) -> None:
    opened = open_atlas()
    found = {mode: violations(opened.page) for mode in modes(opened.page)}
    assert {mode: told for mode, told in found.items() if told} == {}
    assert len(found) == 8
    assert opened.complaints == []


def test_atlas_is_read_by_keyboard_alone(open_atlas: Callable[..., Opened]) -> None:
    page = open_atlas().page
    for wanted in (".skip", "#region-open", "#search", ".at-csv", "[data-order=value]", "[data-id='3201']"):
        tab_to(page, wanted)
    page.keyboard.press("Enter")
    assert page.locator("#card h2").inner_text() == "Vestby"
    tab_to(page, ".at-years summary")
    tab_to(page, "#indicator")
    tab_to(page, "#year")
    page.keyboard.press("ArrowLeft")
    assert page.locator("output").inner_text() == "2021"
    assert "1 100 personer" in card(page)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.id") == "3201"


def test_hostile_text_is_shown_as_it_stands_and_nothing_runs(open_atlas: Callable[..., Opened]) -> None:
    *payloads, text = HOSTILE.values()
    names = dict(zip(CODES, payloads, strict=True))
    parts = {code: f"{payloads[0]}{part[0]}" for code, part in SUBREGIONS.items()}
    opened = open_atlas(toy_atlas(names, parts=parts, text=text), credits=[text], date=text)
    page = opened.page
    assert sorted(page.locator("#ranking .link[data-id]").all_text_contents()) == sorted(payloads)
    assert text in (page.locator("#facts").text_content() or "")
    page.select_option("#indicator", "people_within_45min")
    assert text in page.locator("[data-order=value]").all_text_contents()
    for code, name in names.items():
        page.click(f"#ranking [data-id='{code}']")
        assert page.locator("#card h2").text_content() == name
        shown = page.locator("#card").text_content() or ""
        assert all(one in shown for one in (name, text))
        page.keyboard.press("Escape")
    page.fill("#search", payloads[1][:12])
    assert page.locator("#search-hits span").all_text_contents()[0] == payloads[1]
    page.keyboard.press("Escape")
    page.click("#region-open")
    assert (page.locator("#card").text_content() or "").count(text) >= 4
    assert page.evaluate("window.hit") is None
    assert opened.complaints == []


def test_atlas_speaks_english(open_atlas: Callable[..., Opened]) -> None:
    page = open_atlas(lang="en").page
    assert page.title() == "Atlas of Osloregionen"
    assert page.locator("#results-title").inner_text() == "Population change since 2020, per cent, 2022"
    page.click(f"[data-id='{next(iter(NAMES))}']")
    told = card(page)
    assert "Municipality in Vestregionen, Akershus" in told
    assert "1,210 persons" in told
    assert violations(page) == []
