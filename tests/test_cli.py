"""The command line as people use it: exit codes, one clear message, and nothing lost."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point

from commands import run_command
from regiongeo import job
from regiongeo.cli import main

QUICK = '[plan]\nportfolio_size = 3\n[refuelling]\nenergies = ["battery"]\nalternatives = 0\n'
"""A station plan that is proven and settled in seconds."""
GOOD = "site_id,name,lon,lat\nP1,Tomt ved Kløfta,11.1421,60.0712\n"
PLOTS = GOOD + "P2,I Lillehammer,10.47,61.12\n"


def _bytes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the main job once; return the folder that holds ``out``."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "plots.csv").write_text(PLOTS, "utf-8")
    (folder / "quick.toml").write_text(QUICK, "utf-8")
    words = ("run", "quick.toml", "--plots", "plots.csv", "--seed", "5", "--out", "out")
    done = run_command(*words, cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "said.txt").write_text(done.stdout, "utf-8")
    return folder


def test_a_run_writes_every_promised_file(finished: Path) -> None:
    names = {path.name for path in (finished / "out").iterdir()}

    assert {"map.html", "ranking.csv", "sites.gpkg", "result.xlsx", "report.md", "run.json"} <= names
    assert sum(name.endswith(".png") for name in names) >= 3


def test_the_map_is_small_enough_to_mail(finished: Path) -> None:
    assert (finished / "out" / "map.html").stat().st_size <= 3_000_000


def test_run_json_names_inputs_and_no_place_of_this_machine(finished: Path) -> None:
    text = (finished / "out" / "run.json").read_text("utf-8")
    run = json.loads(text)

    assert run["inputs"]["plots/plots.csv"] == hashlib.sha256(PLOTS.encode()).hexdigest()
    assert run["seed"] == run["scenario"]["uncertainty"]["seed"]
    assert str(finished) not in text
    assert str(Path.home()) not in text


def test_verify_accepts_a_finished_run(finished: Path) -> None:
    assert run_command("verify", "out", cwd=finished).returncode == 0


def test_d18_verify_names_a_file_that_was_changed(finished: Path, tmp_path: Path) -> None:
    for path in (finished / "out").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "ranking.csv").write_text("changed", "utf-8")

    done = run_command("verify", str(tmp_path), cwd=tmp_path)

    assert done.returncode == 3
    assert "ranking.csv" in done.stderr


@pytest.mark.slow
def test_the_same_run_again_gives_the_same_bytes_in_all_but_run_json(finished: Path, tmp_path: Path) -> None:
    """It answers in JSON this time: one object, and nothing else on the output."""
    before = _bytes(finished / "out")
    (tmp_path / "plots.csv").write_text(PLOTS, "utf-8")
    (tmp_path / "quick.toml").write_text(QUICK, "utf-8")

    words = ("run", "quick.toml", "--plots", "plots.csv", "--seed", "5", "--out", "out", "--json")
    done = run_command(*words, cwd=tmp_path, env=_env(PYTHONHASHSEED="11", TZ="Asia/Tokyo"))

    after = _bytes(tmp_path / "out")
    assert done.returncode == 0
    assert [name for name in before if before[name] != after[name]] == ["run.json"]
    answer = json.loads(done.stdout)
    assert answer["schema"] == "regiongeo.run/1"
    assert answer["top"][0]["rank"] == 1
    assert "lastebiler" in answer["top"][0]["why"]
    assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["seed"] == 5


def _env(**more: str) -> dict[str, str]:
    return {**os.environ, **more}


def _gpkg_without_crs(folder: Path) -> Path:
    path = folder / "plots.gpkg"
    frame = gpd.GeoDataFrame({"site_id": ["P1"], "name": ["Tomt"]}, geometry=[Point(597_868, 6_642_681)])
    with pytest.warns(UserWarning, match="crs"):
        frame.to_file(path, driver="GPKG", engine="pyogrio")
    return path


VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>canary.csv</SrcDataSource></OGRVRTLayer>'
    "</OGRVRTDataSource>"
)
BAD_PLOTS = {
    "swapped axes": ("p.csv", "site_id,name,lon,lat\nP1,Tomt,60.0712,11.1421\n", "lon and lat swapped"),
    "wrong zone": ("p.csv", "site_id,name,east,north,epsg\nP1,Tomt,261000,6655000,25832\n", "25833"),
    "outside the region": ("p.csv", "site_id,name,lon,lat\nP1,Tomt,10.2,61.4\n", "region"),
    "far away": ("p.csv", "site_id,name,lon,lat\nP1,Tomt,5.33,60.39\n", "outside the area"),
    "truncated": ("p.geojson", '{"type": "FeatureCollection", "features": [{"type": "Fea', "line 1"),
    "empty": ("p.geojson", "", "no features"),
    "a web page": ("p.geojson", "<!DOCTYPE html><html><body>Logg inn</body></html>", "web page"),
    "a virtual format": ("p.geojson", VRT, ""),
    "duplicate ids": ("p.csv", GOOD + "P1,Igjen,11.15,60.08\n", "P1"),
    "text for a number": ("p.csv", "site_id,name,lon,lat\nP1,Tomt,elleve,60.0712\n", "elleve"),
    "a shapefile": ("p.shp", "x", "p.shp"),
    "a remote address": ("http://127.0.0.1:9/p.geojson", None, ""),
}


@pytest.fixture
def as_command(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """Run the command line in this process and return its exit code; what it sets is set back."""
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def answer(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["regiongeo", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    yield answer
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def no_flows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where flows are estimated, the longest step: what has no answer is refused before."""
    monkeypatch.setattr(job, "kept_flows", lambda _: lambda *_, **__: pytest.fail("too late"))


@pytest.mark.parametrize("case", BAD_PLOTS)
def test_bad_plots_get_one_clear_message_and_lose_nothing(
    case: str,
    finished: Path,
    tmp_path: Path,
    as_command: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, content, words = BAD_PLOTS[case]
    if content is not None:
        (tmp_path / name).write_text(content, "utf-8")
    before = _bytes(finished / "out")
    monkeypatch.chdir(finished)

    code = as_command("run", "--plots", name if content is None else str(tmp_path / name), "--out", "out")

    said = capsys.readouterr().err
    assert code == 3, said
    assert words in said
    assert "Traceback" not in said
    assert _bytes(finished / "out") == before


def test_g01_a_geopackage_without_crs_is_refused(
    as_command: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _gpkg_without_crs(tmp_path)

    assert as_command("run", "--plots", str(path), "--out", str(tmp_path / "out")) == 3

    said = capsys.readouterr().err
    assert "CRS" in said or "coordinate system" in said


def test_an_unknown_scenario_key_is_refused(
    as_command: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "s.toml").write_text("[plan]\nportfolio_sise = 3\n", "utf-8")

    assert as_command("run", str(tmp_path / "s.toml"), "--out", str(tmp_path / "out")) == 3

    assert "did you mean 'portfolio_size'" in capsys.readouterr().err


@pytest.mark.usefixtures("no_flows")
def test_o01_more_sites_than_fit_is_infeasible_and_writes_nothing(
    as_command: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    scenario, out = tmp_path / "s.toml", tmp_path / "out"
    scenario.write_text("[plan]\nportfolio_size = 150\n", "utf-8")

    assert as_command("run", str(scenario), "--out", str(out)) == 5

    assert "spacing" in capsys.readouterr().err
    assert not out.exists()


def test_d13_a_target_that_is_a_file_is_refused_before_any_work(
    as_command: Callable[..., int], tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("mine", "utf-8")

    assert as_command("run", "--out", str(tmp_path / "out")) == 6

    assert (tmp_path / "out").read_text("utf-8") == "mine"


def test_wrong_usage_is_code_2(tmp_path: Path) -> None:
    assert run_command("run", "--nonsense", cwd=tmp_path).returncode == 2


def test_init_writes_a_scenario_that_runs_and_never_overwrites(tmp_path: Path) -> None:
    assert run_command("init", cwd=tmp_path).returncode == 0
    (tmp_path / "scenario.toml").write_text("name = 'mitt'\n", "utf-8")

    again = run_command("init", cwd=tmp_path)

    assert again.returncode == 0
    assert (tmp_path / "scenario.toml").read_text("utf-8") == "name = 'mitt'\n"
    assert {"plots.csv", "stations.csv", "capacity.csv"} <= {path.name for path in tmp_path.iterdir()}


def test_the_scenario_template_states_the_defaults() -> None:
    from importlib.resources import files  # noqa: PLC0415

    from regiongeo import store  # noqa: PLC0415
    from regiongeo.assumptions import assumption_table  # noqa: PLC0415
    from regiongeo.scenario import Scenario, load_scenario  # noqa: PLC0415

    stated = load_scenario(Path(str(files("regiongeo") / "templates" / "scenario.toml")))
    weights = assumption_table(store.load_table("assumptions"), "weight", unit="weight")

    assert stated.weights == weights
    assert stated.replace(name="Osloregionen").model_dump(exclude={"weights"}) == Scenario().model_dump(
        exclude={"weights"}
    )


def test_doctor_finds_nothing_wrong_here(tmp_path: Path) -> None:
    done = run_command("doctor", "--json", cwd=tmp_path)

    checks = json.loads(done.stdout)["checks"]
    assert [check for check in checks if not check["is_ok"]] == []
    assert {"PROJ", "data", "solver", "map assets"} <= {check["name"] for check in checks}


def test_data_list_and_verify(as_command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert as_command("data", "list") == 0
    assert "municipalities" in capsys.readouterr().out
    assert as_command("data", "verify") == 0


def test_a_console_that_knows_few_letters_does_not_stop_the_run(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "regiongeo", "data", "list"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env=_env(PYTHONIOENCODING="ascii"),
    )

    assert done.returncode == 0


# The command line, which says when its computation begins.
TOLD = """
from regiongeo import job
from regiongeo.cli import main
run = job.run
def tell_and_run(*words, **options):
    print("begun", flush=True)
    return run(*words, **options)
job.run = tell_and_run
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_d14_an_interrupted_run_says_so_and_changes_nothing(number: signal.Signals, finished: Path) -> None:
    before = _bytes(finished / "out")
    run = subprocess.Popen(
        [sys.executable, "-c", TOLD, "run", "--out", "out"],
        cwd=finished,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert run.stdout is not None
    assert run.stdout.readline() == "begun\n"
    run.send_signal(number)

    _, said = run.communicate(timeout=30)

    assert run.returncode == 130
    assert "Ingen resultater er endret" in said
    assert _bytes(finished / "out") == before


def test_init_into_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")

    done = run_command("init", "notes.txt", cwd=tmp_path)

    assert done.returncode == 6
    assert "Traceback" not in done.stderr
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"


@pytest.mark.usefixtures("no_flows")
def test_stations_that_serve_every_road_leave_nothing_to_plan(
    as_command: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    stations, scenario = tmp_path / "stations.csv", tmp_path / "s.toml"
    stations.write_text("station_id,name,lon,lat\nS1,Kløfta,11.1421,60.0712\n", "utf-8")
    scenario.write_text("[plan]\nservice_distance_km = 500\n", "utf-8")

    code = as_command("run", str(scenario), "--stations", str(stations), "--out", str(tmp_path / "out"))

    assert code == 5
    assert "existing stations already serve every main road" in capsys.readouterr().err


def test_a_plot_that_was_struck_out_is_told_with_its_reason(finished: Path) -> None:
    said = (finished / "said.txt").read_text("utf-8")

    assert "Egen tomt P1: plass " in said
    assert "Egen tomt P2: ikke vurdert. Utenfor regionen" in said


@pytest.mark.usefixtures("no_flows")
def test_a_locked_site_that_was_struck_out_is_named_with_the_reason(
    as_command: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    plots, scenario = tmp_path / "plots.csv", tmp_path / "s.toml"
    plots.write_text(PLOTS, "utf-8")
    scenario.write_text('[plan]\nlocked = ["P2"]\n', "utf-8")

    code = as_command("run", str(scenario), "--plots", str(plots), "--out", str(tmp_path / "out"))

    assert code == 5
    assert "'P2': outside_region" in capsys.readouterr().err
