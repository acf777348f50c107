"""The page in Firefox: a table's whole work from a file, and the figures of Python."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from firefox import Firefox, open_firefox
from pages import refuse
from regiongeo.maps.atlas import draw_atlas
from regiongeo.ranking import rank_sites, score
from regiongeo.workshop.collect import region_box
from regiongeo.workshop.exportfile import parse_export
from test_maps_weights import SET
from test_maps_workshop import export, proposal
from toy_atlas import MAKING as ATLAS
from toy_atlas import toy_atlas
from toy_grid import toy_grid_result
from toy_room import draw_room, toy_room

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        refuse("no Firefox on the path: install it from the distribution")
    with open_firefox(program, tmp_path_factory.mktemp("firefox")) as browser:
        yield browser


@pytest.fixture
def page(firefox: Firefox, tmp_path: Path) -> Firefox:
    """Open the page of a whole workshop from a file of its own, so that no other session is found."""
    path = tmp_path / "verksted.html"
    path.write_text(draw_room(), "utf-8")
    firefox.requests.clear()
    firefox.complaints.clear()
    firefox.open(path)
    # Firefox keeps one storage for all files.
    firefox.evaluate("localStorage.clear()")
    firefox.reload()
    return firefox


def assert_quiet(page: Firefox) -> None:
    assert page.complaints == []
    assert {url.split(":")[0] for url in page.requests} <= {"file", "blob"}


def shoot(page: Firefox, name: str) -> None:
    folder = os.environ.get("REGIONGEO_SHOTS")
    if folder:
        page.shoot(Path(folder) / f"firefox-{name}.png")


def draw_plot(page: Firefox) -> None:
    """Draw a rectangle in the middle of the map."""
    page.click(".ws-tool:nth-child(2)")
    x, y, width, height = page.evaluate(
        "(({ x, y, width, height }) => [x, y, width, height])"
        "(document.querySelector('.folium-map').getBoundingClientRect())"
    )
    page.click_at(x + width * 0.35, y + height * 0.5)
    # Two clicks at once would be a double click.
    page.evaluate("new Promise((done) => setTimeout(done, 600))")
    page.click_at(x + width * 0.35 + 40, y + height * 0.5 + 30)
    page.wait("document.getElementById('ws-proposal-name')")


def test_a_tables_work_is_drawn_noted_saved_and_still_there_after_a_reload(
    page: Firefox, tmp_path: Path
) -> None:
    draw_plot(page)
    assert "Foreløpig poeng" in page.text("#card")
    page.click("#ws-note")
    page.press(*"Støy?")
    page.click("[data-mark=undersok]")
    page.press("Escape")
    page.evaluate("document.getElementById('workshop').open = true")
    page.click("#ws-table")
    page.press(*"Bord 3")
    page.click(".ws-save")
    path = page.downloaded("*.geojson")
    parsed = parse_export(path.read_bytes(), file=path.name, box=region_box(toy_grid_result().region))
    assert parsed.problems == ()
    assert parsed.export is not None
    (record,) = parsed.export.records
    assert (parsed.export.table, record.note, record.mark) == ("Bord 3", "Støy?", "undersok")
    page.reload()
    assert page.evaluate("document.getElementById('ws-table').value") == "Bord 3"
    assert page.evaluate("document.querySelectorAll('#list .provisional').length") == 1
    other = tmp_path / "bord4.geojson"
    other.write_text(export("bord 4", proposal(1), map=page.evaluate("regiongeo.data.map_id")), "utf-8")
    page.choose(".ws-panel input[type=file]", other)
    page.wait("document.querySelector('.ws-tables details')")
    assert "bord 4" in page.evaluate("document.querySelector('.ws-tables').textContent")
    shoot(page, "table")
    assert_quiet(page)


def test_search_story_and_projector(page: Firefox) -> None:
    page.click("#search")
    page.press(*"truck")
    assert "Truckstopp E6" in page.text("#search-hits")
    page.press("Enter")
    assert "Truckstopp E6" in page.text("#card h2")
    page.press("Escape")
    page.click(".st-open")
    assert page.text(".st-title") == "Velkommen"
    page.press("ArrowRight")
    assert page.text(".st-title") == "Veiene"
    page.press("p")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "22px"
    shoot(page, "projector")
    page.press("p")
    assert_quiet(page)


def test_english_page_is_quiet_too(firefox: Firefox, tmp_path: Path) -> None:
    path = tmp_path / "workshop.html"
    path.write_text(draw_room(lang="en"), "utf-8")
    firefox.open(path)
    assert firefox.text("#results-title").startswith("Ranked sites")
    assert_quiet(firefox)


def test_atlas_is_read_through_its_years_and_cards(firefox: Firefox, tmp_path: Path) -> None:
    path = tmp_path / "atlas.html"
    path.write_text(draw_atlas(toy_atlas(), **ATLAS), "utf-8")
    firefox.requests.clear()
    firefox.complaints.clear()
    firefox.open(path)
    assert "21,0" in firefox.text("#ranking")
    firefox.click(".step")
    assert firefox.text(".at-year output") == "2021"
    assert "10,0" in firefox.text("#ranking")
    firefox.click("[data-id='3203']")
    shoot(firefox, "atlas-card")
    assert "Nærmeste større senter: Østby, 15 min." in firefox.text("#card")
    firefox.click("#region-open")
    shoot(firefox, "atlas-region")
    assert "falt luftfart med om lag 55 prosent" in firefox.text("#card")
    assert_quiet(firefox)


def test_ranks_and_scores_are_those_of_python_for_any_weights(page: Firefox) -> None:
    result, numbers = toy_room(), np.random.default_rng(5)
    asked = result.scenario.uncertainty
    keys = page.evaluate("regiongeo.data.criteria.map(({ key }) => key)")
    values = result.values[keys]  # noqa: PD011 - a field of ours
    for _ in range(36):
        at, value = int(numbers.integers(len(keys))), int(numbers.integers(101))
        page.evaluate(f"({SET})([{at}, {value}])")
        weights, sites = shown(page, keys)
        ranking = rank_sites(
            values,
            weights,
            draws=asked.draws,
            factor_low=asked.factor_low,
            factor_high=asked.factor_high,
            seed=asked.seed,
        )
        found, expected = sites["score"].loc[values.index], score(values, weights)[0]
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
        assert sites["rank"].to_dict() == ranking["rank"].to_dict()
    # Ranks are shown at once, intervals when all draws are counted.
    page.wait("regiongeo.data.sites.every(({ rank_low: low }) => low !== null)")
    _, sites = shown(page, keys)
    for name in ("rank_low", "rank_high", "top5_share"):
        assert sites[name].to_dict() == ranking[name].to_dict(), name
    assert_quiet(page)


def shown(page: Firefox, keys: list[str]) -> tuple[pd.Series, pd.DataFrame]:
    """Return the weights of the sliders and the sites as the page has them."""
    weights, sites = page.evaluate(
        "[[...document.querySelectorAll('.sliders input')].map((one) => +one.value), regiongeo.data.sites]"
    )
    return pd.Series(weights, index=keys, dtype=float), pd.DataFrame(sites).set_index("id")
