"""The atlas as data: figures, classes, words and areas; every expected value is worked out by hand."""

import re
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.atlas.classes import class_edges, is_change
from regiongeo.i18n import texts
from regiongeo.maps.atlas import describe_atlas, draw_atlas
from regiongeo.maps.atlasareas import describe_surface
from regiongeo.maps.atlasregion import describe_restated
from regiongeo.maps.atlaswords import name_sources
from regiongeo.maps.encode import read_data_block
from test_maps_colours import APART, apart
from test_maps_web import require_node
from toy_atlas import CODES, MAKING, REGION, toy_atlas

TESTS = Path(__file__).parent / "web" / "atlas.test.js"
MAPS = Path(__file__).parents[1] / "src" / "regiongeo" / "maps"
COLOURS = MAPS / "web" / "atlas" / "colours.js"
FIGURES = st.lists(st.floats(-1e9, 1e9) | st.just(float("nan")), max_size=60).map(np.array)


@pytest.fixture(scope="module")
def payload() -> Any:
    return describe_atlas(toy_atlas(), **MAKING)


def indicator(payload: Any, key: str) -> Any:
    return next(one for one in payload["indicators"] if one["key"] == key)


def test_pure_functions_of_the_atlas() -> None:
    done = subprocess.run(
        [require_node(), "--test", str(TESTS)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout


def test_every_word_the_page_asks_for_is_in_the_catalogue_and_no_other() -> None:
    source = "".join(path.read_text("utf-8") for path in sorted((MAPS / "web" / "atlas").glob("*.js")))
    asked = set(re.findall(r'say\("(\w+)"', source))
    asked |= set(re.findall(r"texts\.(\w+)", (MAPS / "atlas.html").read_text("utf-8")))
    own, shared = texts("page_atlas", "nb"), texts("map", "nb")
    assert asked <= {*own, *shared}
    # Units and meanings are put into words by Python; hits by the search box, readings by their own key.
    prefixes = ("unit_", "index_", "hit_", "balance_", *re.findall(r"say\(`(\w+_)\$", source))
    mentioned = asked | set(re.findall(r'"(\w+)"', source)) | {"source_user"}
    left = {key for key in own if key not in mentioned and not key.startswith(prefixes)}
    # What stands in both has other words here.
    assert left <= set(shared)
    assert [key for key in own if own[key] == shared.get(key)] == []


def test_a_page_is_the_same_each_time_and_holds_no_address() -> None:
    page = draw_atlas(toy_atlas(), **MAKING)
    assert page == draw_atlas(toy_atlas(), **MAKING)
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"(?:src|href)\s*=", markup.replace('href="#results"', ""))
    assert "regiongeo.atlas(" in page
    assert "default-src &#39;none&#39;" in page
    assert len(page) < 3_000_000
    assert read_data_block(page)["members_year"] == 2024


def test_figures_stand_by_area_and_year(payload: Any) -> None:
    people = indicator(payload, "population")
    assert [area["id"] for area in payload["areas"]["municipality"]] == CODES
    assert people["years"] == [2020, 2021, 2022]
    assert people["values"]["municipality"] == [[1000, 1100, 1210], [2000, 2000, 2000], [4000, 3900, 3800]]
    assert people["values"]["region"] == [[7000, 7000, 7010]]
    # Vestregionen is Vestby and Midtby; Østregionen, Østby alone, comes after Vestregionen.
    assert [area["name"] for area in payload["areas"]["subregion"]] == ["Vestregionen", "Østregionen"]
    assert people["values"]["subregion"] == [[3000, 3100, 3210], [4000, 3900, 3800]]
    growth = indicator(payload, "population_since_2020_percent")
    assert [row[-1] for row in growth["values"]["municipality"]] == [21, 0, -5]


def test_indicators_come_in_groups_with_the_key_figures_first(payload: Any) -> None:
    keys = [one["key"] for one in payload["indicators"]]
    assert keys[:3] == ["population", "population_since_2020_percent", "population_since_2020"]
    assert [one["group"] for one in payload["indicators"]][-2:] == ["access", "climate"]
    assert {one["key"] for one in payload["indicators"] if one["is_aside"]} == {
        "population_since_2020", "population_change", "population_change_percent",
        "population_growth_since_2020",
    }  # fmt: skip
    # An index of the region alone is no indicator of the map.
    assert "population_gini" not in keys


def test_what_is_missing_has_its_reason_and_no_sum(payload: Any) -> None:
    emitted = indicator(payload, "emissions_total")
    assert emitted["values"] == {
        "municipality": [[500, 450], [None, None], [None, None]],
        "subregion": [[None, None], [None, None]],
        "region": [[None, None]],
    }
    assert emitted["notes"]["region"] == {"partial_members": [[0, 0], [0, 1]]}
    assert payload["notes"]["partial_members"].startswith("Bare noen av kommunene")
    assert indicator(payload, "people_within_45min")["values"]["subregion"] == [[None], [None]]


def test_classes_of_a_change_part_at_zero(payload: Any) -> None:
    # 21 and 5 are 13 in the middle; 0 has no size.
    assert indicator(payload, "population_since_2020_percent")["edges"]["municipality"] == [-13, 0, 13]
    # Fifths of 1000 1100 1210 2000 2000 2000 3800 3900 4000 end at 1166, 2000, 2000 and 3840.
    assert indicator(payload, "population")["edges"]["municipality"] == [1200, 2000, 3800]


@given(values=FIGURES, has_sign=st.booleans())
def test_edges_rise_and_leave_no_class_below_the_least_figure(values: np.ndarray, *, has_sign: bool) -> None:
    edges = class_edges(values, has_sign=has_sign)
    assert all(low < high for low, high in pairwise(edges))
    assert len(edges) <= 5
    if has_sign:
        assert edges == [-edge for edge in reversed(edges)]
        assert 0 in edges
    elif edges:
        assert edges[0] > np.nanmin(values)


def test_figures_that_are_all_alike_are_one_class() -> None:
    assert class_edges(np.array([3.0, 3.0, np.nan])) == []
    assert class_edges(np.array([]), has_sign=True) == [0.0]


def test_few_figures_make_few_classes_of_a_change() -> None:
    # Halves of 4.5 8.1 8.4 18 part at 8.25, told as 8.2 (to even).
    assert class_edges(np.array([18.0, 8.1, 4.5, 0.0, -8.4]), has_sign=True) == [-8.2, 0.0, 8.2]


@pytest.mark.parametrize(
    ("key", "expected"),
    [("population", False), ("population_change", True), ("commuting_net", True), ("jobs", False)],
)
def test_an_indicator_has_a_sign_or_not(key: str, *, expected: bool) -> None:
    assert is_change(key) is expected


@pytest.mark.parametrize("name", ["DOWN", "UP", "REACH"])
def test_neighbouring_classes_are_told_apart_by_everybody(name: str) -> None:
    listed = {
        one: re.findall(r"#\w{6}", found)
        for one, found in re.findall(r"const (\w+) = \[(.*?)\]", COLOURS.read_text("utf-8"))
    }
    ramp = listed["DOWN"] + listed["UP"] if name != "REACH" else listed[name]
    assert [pair for pair in pairwise(ramp) if apart(*pair) < APART] == []


def test_sources_are_named_each_of_several_too() -> None:
    assert name_sources(["user", "ssb_07459, user"], "nb")["user"] == "egen tabell"
    assert name_sources(["ssb_07459, user"], "nb")["ssb_07459, user"].endswith("; egen tabell")


def test_centres_name_the_nearest_in_reach(payload: Any) -> None:
    first, second, third = payload["centres"]
    assert [one["id"] for one in payload["centres"]] == ["3205", "3203", "3201"]
    assert (first["near"], first["larger"]) == ([["3203", 15]], None)
    assert second["near"] == [["3205", 15], ["3201", 20]]
    # No road leads from Vestby to Østby.
    assert third["near"] == [["3203", 20]]


def test_the_surface_is_one_shape_a_class(payload: Any) -> None:
    surface = payload["surface"]
    assert len(surface["rings"]) == len(surface["counts"]) == len(surface["edges"]) + 1 == 3
    assert surface["counts"] == [1, 1, 1]
    assert describe_surface(replace(toy_atlas(), cells=toy_atlas().cells.iloc[:0])) is None


def test_areas_know_their_parts_notes_and_certainty(payload: Any) -> None:
    west, east = payload["areas"]["subregion"]
    assert (west["members"], west["certainty"]) == (["3201", "3203"], "likely")
    assert (east["members"], east["is_subregion"]) == (["3205"], True)
    assert [one["note"] for one in payload["areas"]["municipality"]] == [None, "Midtby er kanskje med.", None]
    assert payload["areas"]["region"] == [{"id": REGION, "name": "Prøveregionen", "members": CODES}]


def test_the_slip_is_told_and_sectors_go_from_the_greatest_fall_with_the_total_last(payload: Any) -> None:
    restated = payload["restated"]
    assert [row["sector"] for row in restated["rows"]] == ["Luftfart", "Oppvarming", "Totalt"]
    assert "om lag 55 prosent, ikke 120" in restated["told"]
    assert "6,5 prosent, ikke 7" in restated["told"]
    assert restated["rows"][1] == {
        "sector": "Oppvarming", "is_total": False, "tonnes": -3, "printed": 0, "true": None, "low": -0.5,
        "high": 0,
    }  # fmt: skip
    nothing = replace(toy_atlas(), restated=pd.DataFrame(columns=toy_atlas().restated.columns))
    assert describe_restated(nothing, "nb") is None


def test_balance_has_its_years_its_better_side_and_its_meaning(payload: Any) -> None:
    (one,) = payload["balance"]
    assert (one["years"], one["values"]) == ([2020, 2021, 2022], [0.3, 0.31, 0.32])
    assert (one["better"], one["reading"], one["low"]) == (-1, "balance_away", 0.008)
    assert one["meaning"].startswith("0: alle kommunene er like store")
