"""The story file: steps as written by hand and as saved from the page, and what is refused."""

import json
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from regiongeo.errors import RegionGeoError, ScenarioError
from regiongeo.workshop.storyfile import LAYERS, describe_story, load_story
from test_maps_web import require_node

WEB = Path(__file__).parents[1] / "src" / "regiongeo" / "maps" / "web"
HOSTILE = (
    "<img src=x onerror=window.hit=1></script> ${x} {{ 7*7 }} {% a `\" ' \\ \"\"\" ''' "
    "\u2028 =1+1 æøå e\u0301 😀"
)


def story(folder: Path, content: str | bytes) -> Path:
    path = folder / "lysark.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(folder: Path, content: str | bytes) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_story(story(folder, content))
    told = str(caught.value)
    assert "\n" not in told
    return told


WHOLE = """
[[step]]
title = "Velkommen"
text = "Tre kryss ligger an."
view = { lat = 59.9, lon = 10.75, zoom = 9 }
layers = { layer_sites = true, layer_railways = false }
weights = { passing_trucks = 60, grid_km = 40 }
projector = true

[[step]]
title = "Og så?"
"""


def test_steps_come_in_order_with_only_what_they_say(tmp_path: Path) -> None:
    steps = load_story(story(tmp_path, WHOLE))
    assert [step.title for step in steps] == ["Velkommen", "Og så?"]
    assert describe_story(steps) == [
        {
            "title": "Velkommen",
            "text": "Tre kryss ligger an.",
            "view": {"lat": 59.9, "lon": 10.75, "zoom": 9.0},
            "layers": {"layer_sites": True, "layer_railways": False},
            "weights": {"passing_trucks": 60.0, "grid_km": 40.0},
            "projector": True,
        },
        {"title": "Og så?", "text": "", "layers": {}},
    ]
    assert json.loads(json.dumps(describe_story(steps))) == describe_story(steps)
    assert load_story(story(tmp_path, b"\xef\xbb\xbf" + WHOLE.encode())) == steps


def test_a_step_cannot_be_changed(tmp_path: Path) -> None:
    step = load_story(story(tmp_path, WHOLE))[0]
    with pytest.raises(ValueError, match="frozen"):
        step.title = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        step.layers["layer_sites"] = False  # type: ignore[index]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("colour = 1", "step 2, colour: unknown key: accepted are title, text"),
        ("layers = { layer_x = true }", "step 2, layers.layer_x: unknown key: accepted are layer_sites"),
        ("layers = { layer_sites = 1 }", "step 2, layers.layer_sites: must be true or false, not 1"),
        ("layers = []", "step 2, layers: must be a table of its own"),
        ("view = { lat = 91, lon = 10, zoom = 9 }", "step 2, view.lat: must be less than or equal to 90"),
        ("view = { lat = 9, lon = 190, zoom = 9 }", "step 2, view.lon: must be less than or equal to 180"),
        ("view = { lat = nan, lon = 10, zoom = 9 }", "step 2, view.lat: must be"),
        ("view = { lat = 60, lon = 10 }", "step 2, view.zoom: is missing"),
        ("view = { lat = 60, lon = 10, zoom = 19 }", "step 2, view.zoom: must be less than or equal to 15"),
        ("view = { lat = 6, lon = 1, zoom = 9, x = 1 }", "step 2, view.x: unknown key: accepted are lat"),
        ("view = { lat = '60', lon = 10, zoom = 9 }", "lat: must be a number without quotes, not '60'"),
        ("weights = { trucks = 1 }", "step 2, weights.trucks: unknown key: accepted are passing_trucks"),
        ("weights = { grid_km = -1 }", "step 2, weights.grid_km: must be greater than or equal to 0"),
        ("weights = { grid_km = inf }", "step 2, weights.grid_km: must be a finite number"),
        ("weights = { grid_km = 0 }", "step 2, weights: must have at least one weight above 0"),
        ("weights = {}", "step 2, weights: must have at least one weight above 0"),
        ("projector = 'ja'", "step 2, projector: must be true or false, not 'ja'"),
        ("text = 3", "step 2, text: must be text in quotes, not 3"),
        ('text = "a\\u0000"', "step 2, text: must not hold control characters"),
        (f"text = '{'x' * 401}'", "step 2, text: must have at most 400"),
        ("x = 1\ny = 2", "projector, compare (and 1 more in this step)"),
    ],
)  # fmt: skip
def test_what_no_step_can_have_is_refused_with_one_sentence(tmp_path: Path, line: str, told: str) -> None:
    content = f'[[step]]\ntitle = "a"\n[[step]]\ntitle = "b"\n{line}\n'
    assert told in refusal(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "lysark.toml: no steps: begin each with a line [[step]]"),
        ("step = 3", "no steps"),
        ("step = []", "no steps"),
        ("step = ['a']", "step 1, the whole: "),
        ("[[step]]\ntext = 'a'", "step 1, title: is missing"),
        ("[[step]]\ntitle = ''", "step 1, title: must have at least 1"),
        ('[[step]]\ntitle = "a\\nb"', "step 1, title: must be one line"),
        ("more = 1\n[[step]]\ntitle = 'a'", "unknown key more"),
        ("[[step]\n", "not valid TOML"),
        (b"[[step]]\ntitle = '\xe6'", "not UTF-8 at byte 18: save it as UTF-8"),
        ("x = " + "[" * 5000, "not valid TOML"),
        ("x = " + "9" * 5000, "not valid TOML"),
        ("[[step]]\ntitle = 'a'\n" * 101, "101 steps: keep to 100"),
        ("#" * 1_000_001, "larger than 1 MB"),
        (f"[[step]]\ntitle = 'a'\nweights = {{ grid_km = 1{'0' * 400} }}", "step 1, weights.grid_km: "),
        (f"[[step]]\ntitle = 'a'\n'{'x' * 999}\u202e\u2028' = 1", "step 1, xxx"),
    ],
)
def test_files_that_hold_no_story_are_refused(tmp_path: Path, content: str | bytes, told: str) -> None:
    sentence = refusal(tmp_path, content)
    assert told in sentence
    assert len(sentence) < 400
    assert sentence.isprintable()


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "borte.toml", tmp_path):
        with pytest.raises(ScenarioError, match="no story file"):
            load_story(path)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"[[step]]\n{text}".encode()))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    with suppress(RegionGeoError):
        assert load_story(story(tmp_path, content))


def test_layers_are_those_of_the_page() -> None:
    modules = "".join(
        path.read_text("utf-8")
        for path in WEB.rglob("*.js")
        if path.parent.name not in ("story", "collected", "atlas")
    )
    assert set(re.findall(r'key: "((?:layer_\w+|ws_layer))"', modules)) == set(LAYERS)


SAVE = """
import { readFileSync } from "node:fs";
import { readSteps, writeToml } from "./steps.js";
const stories = JSON.parse(readFileSync(0, "utf-8")).map(readSteps);
const save = (steps) => ({ steps, toml: writeToml(steps, (number) => `Lysark ${number}`) });
console.log(JSON.stringify(stories.map(save)));
"""
TEXTS = st.text(st.characters(), max_size=30)
STEPS = st.fixed_dictionaries(
    {"title": TEXTS, "text": TEXTS},
    optional={
        "view": st.fixed_dictionaries(
            {"lat": st.floats(-90, 90), "lon": st.floats(-180, 180), "zoom": st.floats(6, 15)}
        ),
        "layers": st.dictionaries(st.sampled_from(LAYERS), st.booleans()),
        "weights": st.dictionaries(st.sampled_from(["grid_km", "grid_mw"]), st.floats(0, 1e6)),
        "projector": st.booleans(),
    },
)


@pytest.fixture(scope="module")
def saver(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the command that reads stories as JSON and gives the TOML the page saves."""
    web = tmp_path_factory.mktemp("saver") / "web"
    shutil.copytree(WEB, web, ignore=shutil.ignore_patterns("node_modules"))
    script = web / "story" / "save_all.mjs"
    script.write_text(SAVE, "utf-8")
    return [require_node(), str(script)]


@given(st.lists(st.lists(STEPS, min_size=1, max_size=3), min_size=1, max_size=40))
@settings(max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_what_the_page_saves_is_read_back(tmp_path: Path, saver: list[str], stories: list[Any]) -> None:
    stories = [*stories, [{"title": HOSTILE[:80], "text": HOSTILE + "\n\t\r\x00\x85\x7f\ud800"}]]
    asked = json.dumps(stories)
    done = subprocess.run(saver, input=asked.encode(), capture_output=True, check=True, timeout=60)
    for saved in json.loads(done.stdout):
        read = describe_story(load_story(story(tmp_path, saved["toml"])))
        assert read == [_said(step, number) for number, step in enumerate(saved["steps"], 1)]
    assert read[0]["text"] == HOSTILE + "\n"
    assert read[0]["title"] == HOSTILE[:80]


def _said(step: dict[str, Any], number: int) -> dict[str, Any]:
    said = {key: value for key, value in step.items() if value is not None and key != "isRecorded"}
    return {**said, "title": said["title"] if said["title"].strip() else f"Lysark {number}"}
