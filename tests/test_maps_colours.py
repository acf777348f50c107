"""Colours of the page: read against their ground, and told apart by people who are colour-blind."""

import re
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from colour import BLINDNESS, contrast, difference, read_colour, see, to_lab

WEB = Path(__file__).parents[1] / "src" / "regiongeo" / "maps" / "web"
SCRIPT = (WEB / "colours.js").read_text("utf-8")
STYLE = (WEB / "style.css").read_text("utf-8")
TEXT, SHAPE = 4.5, 3.0
"""Least contrast of text and of what is not text (WCAG 1.4.3 and 1.4.11)."""
APART = 10.0
"""Least difference of neighbouring classes: side by side in a legend, anyone tells them apart."""


def named(name: str) -> str:
    found = re.search(rf'export const {name} = "(#\w+)"', SCRIPT)
    assert found is not None
    return found[1]


def listed(name: str) -> list[str]:
    found = re.search(rf"export const {name} = \[(.*?)\]", SCRIPT)
    assert found is not None
    return re.findall(r"#\w+", found[1])


def variable(name: str) -> str:
    found = re.search(rf"--{name}: (#\w+);", STYLE)
    assert found is not None
    return found[1]


def apart(one: str, other: str) -> float:
    """Return the difference of two colours to the person who sees it least."""
    return min(
        difference(*(to_lab(see(read_colour(text), blindness)) for text in (one, other)))
        for blindness in BLINDNESS
    )


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425),
        ([50, -0.0010, 2.4900], [50, 0.0011, -2.4900], 4.7461),
        ([50, 2.5, 0], [73, 25, -18], 27.1492),
        ([2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082),
    ],
)
def test_difference_is_that_of_the_published_pairs(
    one: list[float], other: list[float], expected: float
) -> None:
    """From Sharma, Wu and Dalal (2005), where formulas of others go wrong."""
    assert difference(np.array(one), np.array(other)) == pytest.approx(expected, abs=5e-5)
    assert difference(np.array(other), np.array(one)) == pytest.approx(expected, abs=5e-5)


def test_contrast_runs_from_1_to_21() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#123456", "#123456") == 1
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


def test_red_and_green_of_equal_lightness_are_one_to_the_colour_blind() -> None:
    assert (
        apart("#d7191c", "#1a9641")
        < difference(to_lab(read_colour("#d7191c")), to_lab(read_colour("#1a9641"))) / 2
    )


@pytest.mark.parametrize("name", ["ink", "soft", "accent", "chosen"])
def test_text_is_read_on_every_ground_of_the_panels(name: str) -> None:
    for ground in ("#ffffff", "#f2f0f7", "#fff4d6", "#fff6fa"):
        assert contrast(variable(name), ground) >= TEXT, ground


@pytest.mark.parametrize("ground", ["#3b2a6b", "#55438c", "#d1005d", "#1d1a2b", "#716a8c"])
def test_white_text_is_read_on_dark_buttons_badges_and_pins(ground: str) -> None:
    assert ground in STYLE
    assert contrast("#ffffff", ground) >= TEXT


@pytest.mark.parametrize(
    "name",
    ["CHOSEN", "STATION", "INK", "UNSURE", "GREY", "COVERED", "MISSING", "NOT_KNOWN", "FOCUS", "SUBREGION"],
)
def test_symbols_and_lines_stand_out_from_the_land(name: str) -> None:
    assert contrast(named(name), named("LAND")) >= SHAPE


@pytest.mark.parametrize("border", ["#8b8795", "#77737f"])
def test_edges_of_buttons_and_fields_are_seen(border: str) -> None:
    assert f"1px solid {border}" in STYLE
    assert contrast(border, "#ffffff") >= SHAPE


def test_sites_of_the_lightest_class_are_seen_by_their_outline() -> None:
    lightest = listed("SCORE")[0]
    assert contrast(named("INK"), lightest) >= SHAPE
    assert contrast(named("INK"), named("LAND")) >= SHAPE


@pytest.mark.parametrize("name", ["SCORE", "TRUCKS"])
def test_neighbouring_classes_are_told_apart(name: str) -> None:
    assert [pair for pair in pairwise(listed(name)) if apart(*pair) < APART] == []


def test_answers_of_the_rule_check_and_energies_are_told_apart() -> None:
    answers = [named(name) for name in ("COVERED", "MISSING", "NOT_KNOWN")]
    energies = re.findall(r"\.chip\.\w+ \{ background: (#\w+);", STYLE)
    assert len(energies) == 3
    for group in (answers, energies):
        assert [pair for pair in combinations(group, 2) if apart(*pair) < APART] == []


def test_tables_lines_stand_out_from_the_land() -> None:
    colours = re.findall(r'color: "(#\w+)", dashArray', (WEB / "workshop" / "shapes.js").read_text("utf-8"))
    assert len(colours) >= 5
    assert [one for one in colours if contrast(one, named("LAND")) < SHAPE] == []
