"""The built page in a real browser, opened as a file with the network blocked."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from playwright.sync_api import Page
from shapely import Point, box

from pages import CREDITS, Opened
from regiongeo.compliance import Fact
from regiongeo.flows import grow_flows
from regiongeo.maps.payload import build_payload
from regiongeo.result import Result
from shipped import shipped_result
from toy import toy_result
from toy_linkflows import result_with_flows
from toy_plan import toy_cards, toy_planned_result, toy_rules, toy_station_plan

pytestmark = pytest.mark.browser
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HOSTILE = {
    "template": "{{ 7*7 }} {% raw %} {# x #} {{ [].__class__ }} 100 % {% a",
    "markup": "<img src=x onerror=window.hit=1></script><script>window.hit=1</script>"
    "<!-- ]]> <svg onload=window.hit=1>",
    "script": "${window.hit=1} `${window.hit=1}` \\ \" ' \u2028\u2029 \\u003c",
    "attribute": "\" onmouseover=\"window.hit=1\" ' onfocus='window.hit=1' "
    "javascript:window.hit=1 data:text/html,x",
}


def unfold(page: Page) -> None:
    """Show the layers of the background, which a low window keeps folded."""
    page.evaluate("document.getElementById('more-layers').open = true")


COLOURS = """() => {
  const canvas = document.querySelector(".leaflet-overlay-pane canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = {};
  for (let at = 0; at < data.length; at += 4) {
    const colour = `${data[at]},${data[at + 1]},${data[at + 2]},${data[at + 3]}`;
    seen[colour] = (seen[colour] ?? 0) + 1;
  }
  return seen;
}"""
TRUCK_BROWN = "156,67,16,255"  # 1 000 trucks per day and more


def test_page_draws_asks_nothing_and_complains_of_nothing(open_map: Callable[..., Opened]) -> None:
    opened = open_map()
    colours = opened.page.evaluate(COLOURS)
    assert colours.get(TRUCK_BROWN, 0) > 500
    assert colours.get("251,250,246,255", 0) > 50_000
    assert opened.page.title() == "Energistasjoner for tunge kjøretøy – Prøveregionen"
    assert opened.page.get_attribute("html", "lang") == "nb"
    assert [url.split(":")[0] for url in opened.requests] == ["file"]
    assert opened.complaints == []


def test_layers_toggle_with_their_legend(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    legend = page.locator(".layer", has=page.locator("#layer_roads")).locator("ul")
    assert "1 000–2 000" in legend.inner_text().replace("\u00a0", " ")
    page.uncheck("#layer_roads")
    page.wait_for_function(f"() => !(({COLOURS})()['{TRUCK_BROWN}'] > 500)")
    assert not legend.is_visible()
    page.check("#layer_roads")
    page.wait_for_function(f"() => ({COLOURS})()['{TRUCK_BROWN}'] > 500")
    assert legend.is_visible()


def test_excluded_sites_are_a_layer_that_is_off_at_first(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    assert not page.is_checked("#layer_excluded")
    before = page.evaluate(COLOURS).get("111,111,107,255", 0)
    page.check("#layer_excluded")
    page.wait_for_function(f"() => (({COLOURS})()['111,111,107,255'] ?? 0) > {before}")


def test_search_finds_sites_municipalities_and_places(open_map: Callable[..., Opened]) -> None:
    opened = open_map()
    page = opened.page
    page.fill("#search", "truck")
    assert page.locator("#search-hits [role=option]").all_inner_texts() == [
        "Truckstopp E6, Vestby\nlokalitet"
    ]
    page.press("#search", "ArrowDown")
    assert page.get_attribute("#search", "aria-activedescendant") == "hit-0"
    page.press("#search", "Enter")
    assert page.locator("#card h2").inner_text() == "Truckstopp E6, Vestby"
    page.keyboard.press("Escape")
    page.fill("#search", "ostby")
    assert page.locator("#search-hits small").all_inner_texts()[:2] == ["kommune", "sted"]
    page.fill("#search", "finnes ikke")
    assert page.locator("#search-hits").inner_text() == "Ingen treff"
    assert opened.complaints == []


def test_filters_narrow_list_and_pins(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    assert page.locator("#list button").count() == page.locator(".pin-place").count() == 3
    page.select_option("#subregion", "Østregionen")
    assert page.locator("#list .name").all_inner_texts() == ["Tomt øst, Østby"]
    assert page.locator(".pin-place").count() == 1
    page.select_option("#subregion", "")
    page.check("#only-portfolio")
    assert page.locator("#list .rank, #list .pin").all_inner_texts() == ["1"]


def test_card_tells_why_how_sure_and_what_is_not_checked(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    page.click("#list button >> nth=0")
    card = page.locator("#card").inner_text().replace("\u00a0", " ")
    for text in (
        "Kryss E6/Rv4, Midtby", "Plass 1 av 3", "I porteføljen", "Søkeområde, ikke tomt", "1–3", "100 %",
        "Står høyt fordi mange lastebiler passerer.", "1 000 lastebiler/døgn", "2,0 km",
        "Annet vern enn nasjonalpark er ikke kontrollert.",
    ):  # fmt: skip
        assert text in card
    page.click("#card .bar button >> nth=2")
    page.click("#card .bar button >> nth=2")
    plot = page.locator("#card").inner_text()
    assert "Tomt øst, Østby" in plot
    assert "ingen data" in plot
    assert "8,0 dekar" in plot
    assert "Søkeområde" not in plot


def test_list_works_by_keyboard(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    page.focus("#list button >> nth=0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Truckstopp E6, Vestby"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.id") == "T"
    assert not page.locator("#card").is_visible()


def test_pin_opens_the_card(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    page.click(".pin-place >> nth=1")
    assert page.locator("#card").is_visible()


def test_page_about_the_data_names_sources_and_caveats(open_map: Callable[..., Opened]) -> None:
    page = open_map(data_version="v-4711").page
    assert "v-4711" not in page.inner_text("header")
    page.click("#about-open")
    about = page.locator("#about").inner_text()
    assert "Referansedata, versjon v-4711" in about
    assert all(line in about for line in CREDITS)
    assert "Eksisterende energistasjoner er ikke tatt med" in about
    assert "Leaflet" in about
    page.keyboard.press("Escape")
    assert not page.locator("#about").is_visible()


def test_online_map_gives_up_after_three_errors(open_map: Callable[..., Opened]) -> None:
    opened = open_map()
    page = opened.page
    page.clock.install()
    unfold(page)
    page.click("#layer_tiles")
    page.wait_for_function("() => !document.getElementById('layer_tiles').checked")
    assert page.inner_text("#status") == page.inner_text("#toast") == "Uten nett – innebygd kart vises"
    page.clock.fast_forward(7_000)
    page.click("#list button >> nth=0")
    assert page.inner_text("#status") == "Plass 1: Kryss E6/Rv4, Midtby"
    assert not page.locator("#toast").is_visible()
    assert page.locator("#status").bounding_box()["width"] <= 1  # type: ignore[index]
    foreign = {url.split("/")[2] for url in opened.requests if not url.startswith("file:")}
    assert foreign == {"cache.kartverket.no"}


def test_layers_toggle_and_restack_over_the_online_map(open_map: Callable[..., Opened]) -> None:
    opened = open_map()
    page = opened.page
    page.route("**/*.png", lambda route: route.fulfill(body=PIXEL, content_type="image/png"))
    unfold(page)
    page.check("#layer_tiles")
    page.wait_for_selector(".leaflet-tile-loaded")
    assert "© Kartverket" in page.inner_text("#credit")
    for layer in ("layer_roads", "layer_builtup", "layer_sites"):
        page.uncheck(f"#{layer}")
        page.check(f"#{layer}")
    page.uncheck("#layer_tiles")
    assert page.locator(".leaflet-tile").count() == 0
    assert page.evaluate(COLOURS).get(TRUCK_BROWN, 0) > 500
    assert opened.complaints == []


def test_choosing_a_subregion_moves_the_map_there_and_back(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    view = "[map_region.getCenter().lng, map_region.getZoom()]"
    whole = page.evaluate(view)
    page.select_option("#subregion", "Østregionen")
    east = page.evaluate(view)
    assert east[0] > whole[0]
    assert east[1] > whole[1]
    page.select_option("#subregion", "")
    assert page.evaluate(view) == pytest.approx(whole, abs=1e-6)


def test_road_tooltips_say_which_year_was_counted_and_which_it_stands_for(
    open_map: Callable[..., Opened],
) -> None:
    page = open_map().page
    tips = "".join(page.evaluate(OPEN_TOOLTIPS))
    assert "tellepunkt 2025, regnet om til 2018" in tips
    assert "vegstrekning 2018" in tips
    assert "vegstrekning 2018, regnet" not in tips
    assert page.locator("label[for=layer_roads]").inner_text() == "Lastebiler/døgn 2018 (≥ 12,5 m)"


def middle_of(page: Page, road: str) -> tuple[float, float]:
    """Return where on the screen the middle of a road's first line is."""
    x, y = page.evaluate(MIDDLE_OF, road)
    return x, y


MIDDLE_OF = """(road) => {
  const { data } = regiongeo;
  const [lon, lat, east, north] = data.roads.find((one) => one.road === road).lines[0];
  const at = [(lat + north / 2) / data.scale, (lon + east / 2) / data.scale];
  const { x, y } = map_region.latLngToContainerPoint(at);
  const map = document.querySelector(".folium-map").getBoundingClientRect();
  return [map.x + x, map.y + y];
}"""


def test_a_click_on_a_main_road_tells_where_its_trucks_come_from(open_map: Callable[..., Opened]) -> None:
    """Rv4 is not counted: 100 of its 150 trucks go to E6 vest, 50 to Østby."""
    opened = open_map(result_with_flows())
    page = opened.page
    x, y = middle_of(page, "Rv4")
    page.mouse.click(x + 3, y)
    card = page.inner_text("#card").replace("\u00a0", " ")
    for text in (
        "Strømmer bak Rv4", "ikke talt", "Modellert, 2018\n150", "E6 vest – Midtby\n100 per døgn\n67 %",
        "Midtby – Østby\n50 per døgn\n33 %", "Midtby\n150 per døgn\n100 %", "De er ikke observert",
        "her går vegen ut av kartet",
    ):  # fmt: skip
        assert text in card
    mark = page.locator(".leaflet-highlight-pane path")
    assert mark.count() == 1
    assert page.evaluate("document.activeElement.textContent") == "Strømmer bak Rv4"
    page.keyboard.press("Escape")
    assert mark.count() == 0
    assert page.locator("#list").is_visible()
    assert len(opened.requests) == 1
    assert opened.complaints == []


def test_flows_at_a_site_open_by_keyboard_and_lead_back(open_map: Callable[..., Opened]) -> None:
    page = open_map(result_with_flows()).page
    page.focus("#list button >> nth=0")
    page.keyboard.press("Enter")
    page.focus("#card button.flows")
    page.keyboard.press("Enter")
    assert "Talt, 2018\n1 000" in page.inner_text("#card").replace("\u00a0", " ")
    assert page.locator("#card .back").inner_text() == "← Kryss E6/Rv4, Midtby"
    page.keyboard.press("Escape")
    assert page.inner_text("#card h2") == "Kryss E6/Rv4, Midtby"
    assert page.locator(".leaflet-highlight-pane path").count() == 0
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.id") == "K"


def test_the_plan_is_told_beside_the_base_year(open_map: Callable[..., Opened]) -> None:
    result = result_with_flows()
    assert result.flows is not None
    planned = grow_flows(result.flows, result.network.links, factor=2)
    update = {"world": result.scenario.world.model_copy(update={"traffic_year": 2030})}
    scenario = result.scenario.model_copy(update=update)
    page = open_map(replace(result, planned=planned, scenario=scenario)).page
    page.mouse.click(*middle_of(page, "Rv4"))
    card = page.inner_text("#card").replace("\u00a0", " ")
    assert "Modellert, 2018\n150" in card
    assert "Modellert etter scenarioet, 2030\n300 per døgn" in card
    assert "E6 vest – Midtby\n200 per døgn\n67 %" in card


def test_modelled_roads_are_drawn_apart_and_say_so(open_map: Callable[..., Opened]) -> None:
    page = open_map(result_with_flows()).page
    legend = page.locator(".layer", has=page.locator("#layer_roads")).locator("ul").inner_text()
    assert "Modellert, ikke talt (E/R)\n10 km" in legend
    assert "E/R-veg uten tall" not in legend
    assert page.evaluate(DASHED) == ["Rv4"]
    [tip] = [tip for tip in page.evaluate(OPEN_TOOLTIPS) if tip.startswith("Rv4")]
    # 60 km a-d and 50 km d-e to the whole kilometre: (100 × 130 + 50 × 50) / 150.
    for text in ("150 per døgn", "modellert, ikke talt", "Gjennomgangstrafikk: 0", "snitt: 103 km", "Klikk"):
        assert text in tip
    assert "regnet om" not in tip


DASHED = """() => {
  const found = [];
  map_region.eachLayer(({ options }) => options.road && options.dashArray && found.push(options.road.road));
  return found;
}"""


def test_about_page_tells_what_the_flows_are(open_map: Callable[..., Opened]) -> None:
    page = open_map(result_with_flows()).page
    page.click("#about-open")
    about = page.inner_text("#about")
    assert "Strømmene er modellert" in about
    assert "E6 Østby" in about


def test_a_map_without_flows_says_nothing_of_them(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    page.mouse.click(*middle_of(page, "E6"))
    assert not page.locator("#card").is_visible()
    page.click("#list button >> nth=0")
    assert page.locator("button.flows").count() == 0
    assert "trømmer" not in (page.locator("#about").text_content() or "")


GREEN, RED, GREY = "0,158,115,255", "196,0,29,255", "102,99,107,255"


def spoken(page: Page, selector: str) -> str:
    """Return the text of an element with plain spaces."""
    return page.inner_text(selector).replace("\u00a0", " ").replace("\u202f", " ")


def test_the_plan_shows_at_a_glance_what_each_site_offers(open_map: Callable[..., Opened]) -> None:
    opened = open_map(toy_planned_result())
    page = opened.page
    tags = page.locator(".plan-tag")
    letters = [tag.locator(".chip > span:first-child").all_inner_texts() for tag in tags.all()]
    assert sorted(letters) == [["L"], ["L", "H₂"]]
    legend = page.locator(".layer", has=page.locator("#layer_plan")).locator("li").all_inner_texts()
    assert [row.split("\n")[-2:] for row in legend] == [
        ["Lading", "2"],
        ["Hydrogen", "1"],
        ["Foreslått sted"],
    ]
    assert page.evaluate(TAGS_CLEAR_OF_PINS)
    page.uncheck("#layer_plan")
    assert tags.count() == 0
    page.check("#layer_plan")
    tags.filter(has_text="H₂").click()
    assert page.inner_text("#card h2") == "Truckstopp E6, Vestby"
    assert len(opened.requests) == 1
    assert opened.complaints == []


TAGS_CLEAR_OF_PINS = """() => {
  const boxes = (name) => [...document.querySelectorAll(name)].map((one) => one.getBoundingClientRect());
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  const tags = boxes(".plan-tag");
  return tags.length > 0 && tags.every((tag, at) =>
    [...boxes(".pin-place"), ...tags.slice(at + 1)].every((other) => apart(tag, other)));
}"""


def test_tags_keep_clear_of_pins_and_each_other_in_a_crowd(open_map: Callable[..., Opened]) -> None:
    result = toy_planned_result()
    sites = result.sites.set_geometry([result.sites.geometry["K"]] * 3, crs=result.sites.crs)
    assert open_map(replace(result, sites=sites)).page.evaluate(TAGS_CLEAR_OF_PINS)


def test_the_list_narrows_to_the_plan(open_map: Callable[..., Opened]) -> None:
    page = open_map(toy_planned_result()).page
    assert page.locator("#list .chip").count() == 3
    page.check("#only-plan")
    assert [name.split("\n")[0].strip() for name in page.locator("#list .name").all_inner_texts()] == [
        "Kryss E6/Rv4, Midtby",
        "Truckstopp E6, Vestby",
    ]
    page.check("#only-portfolio")
    assert page.locator("#list button").count() == page.locator(".plan-tag").count() == 1


def test_the_panel_tells_who_gets_through_and_what_was_proven(open_map: Callable[..., Opened]) -> None:
    page = open_map(toy_planned_result()).page
    assert not page.evaluate("document.getElementById('plan').open")
    assert "Kommer fram (av dette med stasjonene):" in spoken(page, "#plan")
    assert "85 % (40 %)" in spoken(page, "#plan .short")
    assert page.locator("#plan .short .chip").count() == 2
    page.click("#plan summary")
    assert not page.locator("#plan .short").is_visible()
    told = spoken(page, "#plan")
    for text in (
        "Stasjonsnett, forslag (2 steder)", "85 % av turene kommer fram", "45 % uten stasjon",
        "40 % med stasjonene", "11 % krever flere steder", "4 % kan ikke hjelpes",
        "Rekkevidde 350 km · steder: 2 · turer på minst 50 km per døgn: 200", "0 % uten stasjon",
        "Valgt for flest mulig lastebilkilometer. Bevist best",
    ):  # fmt: skip
        assert text in told
    plan = replace(toy_station_plan(), status="feasible", gap=0.0132, objective="trucks", is_settled=False)
    page = open_map(replace(toy_planned_result(), plan=plan)).page
    page.click("#plan summary")
    told = spoken(page, "#plan")
    assert "flest mulig turer. Ikke bevist best: et annet valg kan bli høyst 1,3 % bedre." in told
    assert "Tiden gikk ut" in told


def test_the_card_of_a_chosen_site_tells_what_it_offers_and_what_it_lacks(
    open_map: Callable[..., Opened],
) -> None:
    page = open_map(toy_planned_result()).page
    page.click("#list button >> nth=0")
    card = spoken(page, "#card")
    for text in (
        "I stasjonsnettet", "40 per døgn", "6 (45 min per stopp)", "1,6 MW", "9 000 kWh per døgn",
        "60 turer og 5 200 lastebilkilometer per døgn", "Mangler 0,6 MW.",
    ):  # fmt: skip
        assert text in card
    page.click("#card .bar button >> nth=2")
    card = spoken(page, "#card")
    for text in ("Låst av brukeren", "160 kg per døgn", "Ledig kapasitet er ikke kjent", "Effektbehovet"):
        assert text in card


def test_the_card_of_another_site_tells_what_binds_and_leads_there(open_map: Callable[..., Opened]) -> None:
    opened = open_map(toy_planned_result())
    page = opened.page
    page.click("#list button >> nth=2")
    page.evaluate("document.querySelectorAll('#card details').forEach((one) => { one.open = true; })")
    card = spoken(page, "#card")
    for text in (
        "Ikke i stasjonsnettet", "For nær et sted som er valgt: Kryss E6/Rv4, Midtby", "11 p å hente",
        "Lading 2030\n20 km blir dekket", "Stedet oppfyller Enovas krav",
        "27 km · plass 1 · I stasjonsnettet", "Sjekkliste (9 av 11 ikke kjent)",
        "8 000 m², holdt mot 2 500 m²",
    ):  # fmt: skip
        assert text in card
    assert page.locator(".checklist .unknown .status").all_inner_texts() == ["ikke kjent"] * 9
    page.click("#card .rivals .link")
    assert page.inner_text("#card h2") == "Kryss E6/Rv4, Midtby"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.id") == "K"
    assert opened.complaints == []


def test_roads_are_red_green_or_grey_by_the_rule_that_is_asked(open_map: Callable[..., Opened]) -> None:
    opened = open_map(toy_planned_result())
    page = opened.page
    assert not page.is_checked("#layer_rules")
    assert page.evaluate(COLOURS).get(RED, 0) == 0
    page.check("#layer_rules")
    page.wait_for_function(
        f"() => {{ const seen = ({COLOURS})(); return seen['{GREEN}'] > 500 && seen['{RED}'] > 500; }}"
    )
    legend = spoken(page, ".rules")
    for text in (
        "Lading 2030 med forslaget", "Dekket\n40 km", "Mangler\n20 km", "100 % av lengden: ikke oppfylt",
        "minst: 1", "Kjøreretning er ikke kjent", "målestokk",
    ):  # fmt: skip
        assert text in legend
    page.select_option("#rule-choice", label="Lading 2025 med forslaget")
    page.wait_for_function(
        f"() => {{ const seen = ({COLOURS})(); return !seen['{RED}'] && seen['{GREY}'] > 100; }}"
    )
    assert "Ikke kjent\n20 km" in spoken(page, ".rules")
    assert not page.is_checked("#layer_roads")  # a road has one colour at a time
    page.uncheck("#layer_rules")
    assert page.is_checked("#layer_roads")
    page.wait_for_function(f"() => !({COLOURS})()['{GREEN}']")
    assert not page.locator("#rule-choice").is_visible()
    assert [one for one in opened.complaints if "getImageData" not in one] == []  # of reading colours


def test_a_click_on_a_piece_of_road_tells_what_the_rule_says(open_map: Callable[..., Opened]) -> None:
    rules = toy_rules()
    rows = rules.road_status.assign(through_km=87.25, from_pool_id="K", to_pool_id="T")
    page = open_map(replace(toy_planned_result(), rules=replace(rules, road_status=rows))).page
    page.check("#layer_rules")
    x, y = page.evaluate(MIDDLE_OF_RULE, 1)
    page.mouse.click(x, y)
    card = spoken(page, "#card")
    for text in (
        "Regelsjekk: E6", "Strekning på 20 km, TEN-T hovednett.", "Lading 2030", "✗ Mangler", "? Ikke kjent",
        "87,2 km fra stasjon til stasjon; etter regelen høyst 60 km.",
        "Mellom Kryss E6/Rv4, Midtby og Truckstopp E6, Vestby.", "AFIR er brukt som målestokk",
    ):  # fmt: skip
        assert text in card
    assert card.count("Kjøreretning er ikke kjent") == 1
    assert page.locator(".leaflet-highlight-pane path").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("#list").is_visible()
    assert page.locator(".leaflet-highlight-pane path").count() == 0


MIDDLE_OF_RULE = """(at) => {
  const { data } = regiongeo;
  const [lon, lat, east, north] = data.rules.roads[at].lines[0];
  const place = [(lat + north * 0.7) / data.scale, (lon + east * 0.7) / data.scale];
  const { x, y } = map_region.latLngToContainerPoint(place);
  const map = document.querySelector(".folium-map").getBoundingClientRect();
  return [map.x + x, map.y + y];
}"""


def test_a_map_without_plan_and_rules_says_nothing_of_them(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    assert page.locator("#layer_plan, #layer_rules, .plan-tag, .chip").count() == 0
    assert not page.locator("#plan").is_visible()
    assert not page.locator("#only-plan").is_visible()
    page.click("#list button >> nth=0")
    assert page.locator("#card details").count() == 0


def test_rules_without_a_plan_are_those_of_today(open_map: Callable[..., Opened]) -> None:
    opened = open_map(replace(toy_planned_result(), plan=None))
    page = opened.page
    page.check("#layer_rules")
    assert "Lading 2030 i dag" in page.inner_text("#rule-choice")
    assert page.locator("#layer_plan").count() == 0
    page.click("#list button >> nth=0")
    assert page.locator("#card details").count() > 0
    assert opened.complaints == []


def test_stations_that_were_not_given_are_said_to_be_left_out(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    assert "ikke tatt med" in page.locator("label[for=layer_stations]").inner_text()
    assert not page.locator("#layer_stations").is_enabled()
    stations = gpd.GeoDataFrame(
        {"name": ["Ladepark"], "power_kw": [350.0], "points_350kw": [1.0], "energies": ["battery"]},
        geometry=[Point(600_000, 6_645_000)],
        crs="EPSG:25832",
    )
    page = open_map(replace(toy_result(), stations=stations)).page
    assert page.locator("label[for=layer_stations]").inner_text().split("\n")[-1] == "1"
    assert page.is_checked("#layer_stations")


def test_a_small_window_starts_with_legend_and_caveats_folded(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    folds = "['layers', 'notices'].map((id) => document.getElementById(id).open)"
    assert page.evaluate(folds) == [True, True]
    page.set_viewport_size({"width": 1093, "height": 614})
    page.reload()
    assert page.evaluate(folds) == [False, False]


def test_an_unrated_site_has_no_rank_and_no_share(open_map: Callable[..., Opened]) -> None:
    result = toy_result()
    ranking = result.ranking.assign(score=result.ranking["score"].where(result.ranking["rank"] < 3))
    page = open_map(replace(result, ranking=ranking)).page
    row = page.locator("#list button >> nth=2")
    assert row.inner_text().split("\n") == ["–", "Tomt øst, Østby", "–", "Østregionen · ikke rangert"]
    assert page.locator(".pin-place").count() == 2
    row.click()
    card = page.locator("#card").inner_text()
    assert "ikke rangert" in card
    assert "Plass" not in card
    assert "topp 5" not in card
    page.click("#card .bar button >> nth=1")
    assert "Plass 2 av 2" in page.locator("#card").inner_text()


def test_card_shows_free_capacity_with_a_decimal_its_station_and_year(
    open_map: Callable[..., Opened],
) -> None:
    result = toy_result()
    known = replace(
        result,
        sites=result.sites.assign(grid_year=2024.0, grid_station="Midtby trafo"),
        criteria=result.criteria.assign(grid_mw=4.5),
        contributions=result.contributions.assign(grid_mw=0.1),
        weights=pd.concat([result.weights, pd.Series({"grid_mw": 0.1})]),
    )
    page = open_map(known).page
    page.click("#list button >> nth=0")
    card = page.locator("#card").inner_text()
    assert "4,5 MW" in card
    assert "Midtby trafo, 2024" in card


def test_a_possible_junction_looks_and_reads_unlike_a_junction(open_map: Callable[..., Opened]) -> None:
    result = toy_result()
    kind = result.sites["kind"].replace("junction", "possible_junction")
    page = open_map(replace(result, sites=result.sites.assign(kind=kind))).page
    legend = page.locator(".layer", has=page.locator("#layer_sites"))
    assert "Mulig kryss, ikke bekreftet" in legend.inner_text()
    assert page.locator(".pin-place .pin.unsure").all_inner_texts() == ["1"]
    page.click("#list button >> nth=0")
    assert "ikke om det er avkjøring" in page.locator("#card").inner_text()


def test_the_largest_town_keeps_its_name_where_pins_crowd(open_map: Callable[..., Opened]) -> None:
    """All three pins stand on Vestby itself: they step aside for the word to the right of its dot."""
    result = toy_result()
    vestby = result.reference.places.geometry.loc["P1"]
    sites = result.sites.set_geometry([vestby] * 3, crs=result.sites.crs)
    page = open_map(replace(result, sites=sites)).page
    ink, overlaps = page.evaluate(NAME_OF_LARGEST)
    assert ink > 100
    assert overlaps == 0


NAME_OF_LARGEST = """() => {
  const { data } = regiongeo;
  const [lon, lat] = data.places[0].at;
  const { x, y } = map_region.latLngToContainerPoint([lat / data.scale, lon / data.scale]);
  const canvas = document.querySelector(".leaflet-labels-pane canvas");
  const { data: pixels } = canvas.getContext("2d").getImageData(x + 8, y - 8, 40, 16);
  let ink = 0;
  for (let at = 0; at < pixels.length; at += 4) ink += pixels[at + 3] > 200 && pixels[at] < 60;
  const map = document.querySelector(".folium-map").getBoundingClientRect();
  const overlaps = [...document.querySelectorAll(".pin-place")].filter((pin) => {
    const box = pin.getBoundingClientRect();
    const [across, down] = [box.x - map.x + box.width / 2 - x, box.y - map.y + box.height / 2 - y];
    const beyond = Math.max(8 - across, across - 48, 0);
    return Math.hypot(beyond, Math.max(Math.abs(down) - 8, 0)) < 15;
  });
  return [ink, overlaps.length];
}"""


def test_print_is_one_page_with_caveats_open_and_nothing_to_press(open_map: Callable[..., Opened]) -> None:
    page = open_map().page
    page.click("#notices summary")
    before = page.evaluate("[map_region.getCenter().lng, map_region.getZoom()]")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#notices li").first.is_visible()
    for gone in ("#search", "#layer_sites", "#about-open", ".leaflet-control-zoom"):
        assert not page.locator(gone).is_visible()
    legend, credit = (page.locator(one).bounding_box() for one in ("#layers", "#credit"))
    assert legend["y"] + legend["height"] <= credit["y"]  # type: ignore[index]
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert not page.locator("#notices li").first.is_visible()
    assert page.evaluate("[map_region.getCenter().lng, map_region.getZoom()]") == pytest.approx(
        before, abs=1e-3
    )


def test_credits_are_never_cut(open_map: Callable[..., Opened]) -> None:
    lines = [f"Kilde nummer {k}: en holder med et langt navn (CC BY 4.0)" for k in range(6)] + CREDITS
    page = open_map(credits=lines).page
    fits = (
        "(() => { const c = document.getElementById('credit'); return c.scrollHeight <= c.clientHeight; })()"
    )
    assert page.evaluate(fits)
    assert "ODbL" in page.inner_text("#credit")
    assert page.locator("#credit").bounding_box()["y"] < 700  # type: ignore[index]


def test_without_online_map_the_layer_is_not_offered(open_map: Callable[..., Opened]) -> None:
    page = open_map(online_tiles=False).page
    assert page.locator("#layer_tiles").count() == 0


def test_english_page_holds_no_norwegian_label(open_map: Callable[..., Opened]) -> None:
    planned = toy_planned_result()
    result = replace(result_with_flows(), plan=planned.plan, rules=planned.rules, cards=planned.cards)
    opened = open_map(result, lang="en")
    opened.page.check("#layer_rules")
    opened.page.click("#plan summary")
    labels = opened.page.locator("header, .search, .filters, #layers, #plan, #results > h2").all_inner_texts()
    assert not set("æøåÆØÅ") & set("".join(labels).replace("Østregionen", "").replace("Prøveregionen", ""))
    assert "Ranked sites" in "".join(labels)
    opened.page.mouse.click(*middle_of(opened.page, "Rv4"))
    assert not set("æøåÆØÅ") & set(opened.page.inner_text("#card").replace("Østby", ""))
    opened.page.keyboard.press("Escape")
    opened.page.mouse.click(*opened.page.evaluate(MIDDLE_OF_RULE, 1))
    assert not set("æøåÆØÅ") & set(opened.page.inner_text("#card"))
    opened.page.keyboard.press("Escape")
    opened.page.click("#list button >> nth=2")
    sections = opened.page.locator("#card details").all_text_contents()
    assert len(sections) >= 4
    assert not set("æøåÆØÅ") & set("".join(sections))
    assert opened.complaints == []


@pytest.mark.slow
def test_map_of_the_shipped_data_is_light_and_quiet(open_map: Callable[..., Opened], tmp_path: Path) -> None:
    result = shipped_result()
    assert result.plan is not None
    opened = open_map(result)
    assert (tmp_path / "map.html").stat().st_size < 1_500_000
    opened.page.click("#list-more")
    assert opened.page.locator("#list .name").count() == len(result.sites)
    assert opened.page.locator(".pin-place").count() == 10
    assert len(opened.page.evaluate(COLOURS)) > 100
    assert len(opened.requests) == 1
    assert opened.complaints == []


def poisoned(text: str) -> Result:
    """Return the toy result with ``text`` in every field that holds free text."""
    result = result_with_flows()
    assert result.flows is not None
    flows = replace(
        result.flows,
        zones=result.flows.zones.assign(name=text, place=[f"{k} {text}" for k in range(4)]),
        notices=(("no_path", text),),
    )
    reference = result.reference
    points = gpd.GeoDataFrame({"name": [text]}, geometry=[Point(600_000, 6_645_000)], crs="EPSG:25832")
    area = gpd.GeoDataFrame(
        {"name": [text]}, geometry=[box(600_000, 6_645_000, 604_000, 6_649_000)], crs="EPSG:25832"
    )
    tables = replace(
        reference,
        municipalities=reference.municipalities.assign(name=text),
        places=reference.places.assign(name=text),
        parks=area,
        ports=points,
        airports=points,
        freight_nodes=points,
    )
    links = result.network.links.assign(road=text)
    rules, cards = toy_rules(), toy_cards()
    pieces = rules.road_status.assign(corridor=text, from_pool_id=text, to_pool_id=text)
    told = (Fact("pools_not_known", {"count": 1, "names": text}),)
    return replace(
        result,
        plan=toy_station_plan(),
        rules=replace(rules, road_status=pieces, notices=told),
        cards=replace(cards, checklist=cards.checklist.assign(value=2.0, unit=text, needed=1.0)),
        scenario=result.scenario.model_copy(update={"name": text}),
        reference=tables,
        region=result.region.assign(name=text, subregion=text),
        subregions=result.subregions.iloc[:1].set_axis(pd.Index([text], name="subregion")),
        network=replace(result.network, links=links),
        sites=result.sites.assign(name=text, road=text, busiest_road=text, subregion=text),
        flows=flows,
        planned=flows,
        excluded=result.excluded.assign(name=text, reason_detail=text),
        stations=points.assign(power_kw=100.0, points_350kw=2.0, energies="battery").set_axis(
            pd.Index([text], name="station_id")
        ),
        plots=area.set_axis(pd.Index([text], name="site_id")),
        ranking=result.ranking.assign(why=text),
        notices=(text,),
    )


OPEN_TOOLTIPS = """() => {
  const texts = [];
  map_region.eachLayer((group) => {
    const tip = group.getTooltip?.();
    if (!tip) return;
    group.openTooltip();
    group.closeTooltip();
    group.eachLayer((one) => {
      const content = tip.getContent()(one);
      document.body.append(content);
      texts.push(content.textContent);
      content.remove();
    });
  });
  return texts;
}"""


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_shown_as_it_stands_and_nothing_runs(
    open_map: Callable[..., Opened], payload: str
) -> None:
    result = poisoned(payload)
    making: dict[str, Any] = {"lang": "nb", "date": payload, "data_version": payload, "credits": [payload]}
    opened = open_map(result, **making)
    page = opened.page
    unfold(page)
    for layer in ("layer_excluded", "layer_freight", "layer_rules"):
        page.check(f"#{layer}")
    shown = page.evaluate(
        """() => Object.fromEntries([
          ["site", "#list .name"], ["option", "#subregion option:nth-child(2)"], ["facts", "#facts"],
          ["notice", "#notices li"], ["credit", "#credit"],
        ].map(([name, selector]) => [name, document.querySelector(selector).textContent]))"""
    )
    assert all(payload in text for text in shown.values()), shown
    assert shown["option"] == payload
    tips = page.evaluate(OPEN_TOOLTIPS)
    assert len(tips) >= 8
    assert [tip for tip in tips if payload not in tip] == []
    page.fill("#search", payload[:12])
    assert page.locator("#search-hits span").all_text_contents()[0] == payload
    page.keyboard.press("Escape")
    x, y = page.evaluate(MIDDLE_OF_RULE, 1)
    page.mouse.click(x, y)
    assert (page.locator("#card").text_content() or "").count(payload) >= 5
    page.keyboard.press("Escape")
    page.click("#list button >> nth=2")
    assert page.locator("#card .link").all_text_contents() == [payload] * 2
    assert (page.locator("#card .checklist").text_content() or "").count(payload) >= 11
    page.keyboard.press("Escape")
    page.click("#list button >> nth=0")
    assert payload in (page.locator("#card").text_content() or "")
    page.click("#card button.flows")
    assert (page.locator("#card").text_content() or "").count(payload) >= 8
    page.click("#about-open")
    assert (page.locator("#about").text_content() or "").count(payload) >= 6
    assert page.evaluate("window.hit") is None
    data = page.evaluate("regiongeo.data")
    assert data == json.loads(json.dumps(build_payload(result, online_tiles=True, **making)))
    assert len(opened.requests) == 1
    assert opened.complaints == []
