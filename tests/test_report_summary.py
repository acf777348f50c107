"""The written report, its pictures and run.json; and the whole of it through publication (D02, D03)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import Mock, patch

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image
from scipy.stats import spearmanr

from regiongeo import publish, report
from regiongeo.errors import OutputError
from regiongeo.i18n import LANGUAGES, Language
from regiongeo.manifest import read_run, verify_run
from regiongeo.report.charts import CHARTS, draw_charts
from regiongeo.report.facts import compare_topsis, list_limits, list_settings
from regiongeo.report.markdown import escape_markdown
from regiongeo.report.summary import describe_result
from test_report_tables import HOSTILE, SOURCES, hostile_result, write_all
from toy import toy_result

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = ("write_csv", "write_geopackage", "write_excel", "draw_charts", "write_summary", "write_run")


def test_main_findings_by_hand() -> None:
    words = describe_result(toy_result(), lang="nb", sources=SOURCES)
    assert "3 mulige lokaliteter i 3 kommuner er rangert etter 7 kriterier. Strøket på forhånd: 1." in words
    assert "**Kryss E6/Rv4, Midtby** med 80,0 av 100 poeng; plass 1–3" in words
    assert "| 3 | Tomt øst, Østby | Østby | Østregionen | 62,5 | 1–3 | 100 % |" in words
    assert "De dekker 44\u202f000 av 44\u202f000 lastebil-km/døgn (100,0 %)" in words
    assert "avvik 0,0 %: bevist best mulig" in words
    assert "| Egen strekning i TEN-T-registeret | 20 | 0 |" in words
    assert "| Uten tall | 0 | 10 |" in words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_says_what_the_reader_must_know(lang: Language) -> None:
    result = toy_result()
    words = describe_result(result, lang=lang, sources=SOURCES)
    for line in list_limits(result, lang):
        assert f"- {line}" in words
    for source in SOURCES:
        assert source.attribution in words
    assert "Open Database License" in words
    assert all(f"({name})" in words for name in CHARTS.values())
    assert "{" not in words
    assert "nan" not in words.lower().split()


def test_english_numbers_are_english() -> None:
    assert "80.0 of 100 points" in describe_result(toy_result(), lang="en", sources=SOURCES)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_x01_x02_hostile_text_is_shown_not_run(name: str) -> None:
    words = describe_result(hostile_result(name), lang="nb", sources=SOURCES)
    assert "<script>" not in words
    rows = [line for line in words.splitlines() if line.startswith("| 1 |")]
    assert [line.replace(r"\|", "").count("|") for line in rows] == [8]


@given(st.text(max_size=40))
def test_escaped_text_is_one_line_and_comes_back(words: str) -> None:
    escaped = escape_markdown(words)
    assert len(escaped.splitlines()) <= 1
    assert re.sub(r"\\(.)", r"\1", escaped) == " ".join(words.split())
    assert not re.search(r"(?<!\\)(\\\\)*[<|`*_\[]", escaped)


@pytest.mark.parametrize("order", [[1, 2, 3, 4], [4, 3, 2, 1], [2, 1, 4, 3], [3, 1, 4, 2]])
def test_topsis_comparison_against_scipy(order: list[int]) -> None:
    ranking = pd.DataFrame({"rank": [1, 2, 3, 4], "topsis_rank": order})
    correlation, agree = compare_topsis(ranking, top=2)
    assert correlation == pytest.approx(spearmanr(ranking["rank"], ranking["topsis_rank"]).statistic)
    assert agree == len(set(order[:2]) & {1, 2})


def test_one_site_agrees_with_itself() -> None:
    assert compare_topsis(pd.DataFrame({"rank": [1], "topsis_rank": [1]}), top=10) == (1.0, 1)


def test_settings_name_files_without_their_folder() -> None:
    result = toy_result()
    scenario = result.scenario.replace(world={"stations": "/home/kari/planer/stasjoner.csv"})
    values = dict(list_settings(replace(result, scenario=scenario), "nb")).values()
    assert "stasjoner.csv" in values
    assert not [value for value in values if "kari" in value]


@pytest.mark.parametrize("name", ["$x$ \\frac{", "测试 🚚", "x" * 80])
def test_pictures_take_any_name(tmp_path: Path, name: str) -> None:
    with patch.object(Figure, "draw", autospec=True, side_effect=Figure.draw) as drawn:
        draw_charts(hostile_result(name), tmp_path, lang="nb")
    assert drawn.call_count == len(CHARTS)  # laying out and drawing twice takes twice as long
    for file in CHARTS.values():
        with Image.open(tmp_path / file) as picture:
            assert picture.width >= 1000
            assert len(picture.convert("RGB").getcolors(maxcolors=1 << 24) or ()) > 10


def test_run_json_tells_what_and_with_what_but_not_who_or_where(tmp_path: Path) -> None:
    result = toy_result()
    world = {"stations": "/home/kari/stasjoner.csv"}
    result = replace(result, scenario=result.scenario.replace(world=world))
    run = write_all(result, tmp_path / "run")
    content, raw = read_run(run), (run / "run.json").read_text("utf-8")
    assert content["seed"] == 20240101
    assert content["scenario"]["world"]["stations"] == "stasjoner.csv"
    assert content["inputs"] == {"links": "0"}
    assert content["notices"] == list(result.notices)
    assert {"python", "regiongeo", "geopandas"} <= set(content["versions"])
    assert set(content["seconds"]) >= {"reference", "map.html", "sites.gpkg", "result.xlsx"}
    assert set(content["outputs"]) == {path.name for path in run.iterdir()} - {"run.json"}
    assert "kari" not in raw
    assert str(tmp_path) not in raw
    assert verify_run(run) == []
    json.loads(raw)


def publish_toy(out: Path, html: str) -> None:
    def write(stage: Path) -> None:
        report.write_outputs(
            toy_result(),
            stage,
            map_html=html,
            lang="nb",
            sources=SOURCES,
            run_info={"inputs": {}, "created": html},
        )

    publish.publish_folder(out, write)


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds one published run; nothing may change it."""
    out = tmp_path_factory.mktemp("former") / "latest"
    with patch.object(report, "draw_charts"):
        publish_toy(out, "old")
    return out


@pytest.mark.parametrize("part", PARTS)
def test_d02_a_failure_in_any_part_leaves_the_former_run(
    former: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report, "draw_charts", Mock())  # what pictures hold is tested elsewhere
    monkeypatch.setattr(report, part, fail)
    with pytest.raises(OutputError, match="disk full"):
        publish_toy(former, "new")
    assert verify_run(former) == []
    assert read_run(former)["created"] == "old"
    assert [path.name for path in former.parent.iterdir()] == ["latest"]


LIMITED = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_report_summary import publish_toy
from regiongeo.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for line in sys.stdin:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(line), resource.RLIM_INFINITY))
    try:
        publish_toy(Path(sys.argv[1]), "new")
    except OutputError as error:
        print(error, flush=True)
"""


@pytest.fixture(scope="module")
def limited(former: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a process that publishes with no more room in a file than each line of its input says."""
    command = [sys.executable, "-c", LIMITED, str(former), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        rest, _ = process.communicate()
    assert (rest, process.returncode) == ("", 0)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [0, 5_000, 150_000])
def test_d03_no_room_in_any_writer_leaves_the_former_run(
    former: Path, limited: subprocess.Popen[str], limit: int
) -> None:
    """0 stops at the map, the others inside the GeoPackage driver, early and late."""
    assert limited.stdin is not None
    assert limited.stdout is not None
    print(limit, file=limited.stdin, flush=True)
    assert "needs at least" in limited.stdout.readline()
    assert verify_run(former) == []
    assert read_run(former)["created"] == "old"
    assert [path.name for path in former.parent.iterdir()] == ["latest"]
