"""The commands on the station plan and the rules: what they ask, what they show, and what they write."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from commands import run_command
from regiongeo import job, store
from regiongeo.cli import app, main
from regiongeo.errors import OutputError, ScenarioError
from regiongeo.job import Done
from regiongeo.scenario import Scenario
from toy_plan import toy_planned_result, with_equals


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Replace the job by one that answers with the toy result, and keep what it was asked."""
    kept: dict[str, Any] = {}

    def compute(inputs: job.Inputs, **options: Any) -> Done:
        kept.update(options, inputs=inputs)
        return Done(result=toy_planned_result(), rows_read={})

    monkeypatch.setattr(job, "compute_job", compute)
    return kept


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False, env={"COLUMNS": "160"})


def test_options_win_over_the_scenario_and_others_are_left_alone(asked: dict[str, Any]) -> None:
    call(
        *("optimise", "--sites", "3", "--energy", "hydrogen", "--energy", "battery", "--lock", "K"),
        *("--objective", "trucks", "--budget", "90", "--seed", "7", "--quiet"),
    )

    assert asked["changes"] == {
        "refuelling": {"objective": "trucks", "energies": ["hydrogen", "battery"], "budget_mnok": 90.0},
        "plan": {"portfolio_size": 3, "locked": ["K"]},
    }
    assert asked["inputs"].seed == 7
    assert asked["with_flows"]
    scenario = Scenario().replace(**asked["changes"])
    assert scenario.refuelling.energies == ("battery", "hydrogen")


def test_without_options_nothing_is_changed(asked: dict[str, Any]) -> None:
    call("optimise", "--quiet")
    assert asked["changes"] == {"refuelling": {}, "plan": {}}


@pytest.mark.usefixtures("asked")
def test_quiet_says_nothing() -> None:
    assert call("optimise", "--quiet").output == ""
    assert call("check-rules", "--quiet").output == ""


@pytest.mark.parametrize("lang", ["nb", "en"])
@pytest.mark.usefixtures("asked")
def test_the_plan_is_shown_by_what_is_lost_without_it(lang: str) -> None:
    text = call("optimise", "--lang", lang).stdout
    lines = [line for line in text.splitlines() if "Kryss E6/Rv4" in line or "Truckstopp" in line]

    assert "Kryss E6/Rv4" in lines[0]  # 5200 truck-km, then 900 and 800
    assert len(lines) == 3
    assert ("5 200" if lang == "nb" else "5,200") in text.replace("\xa0", " ").replace("\u202f", " ")
    assert "nan" not in text.casefold()
    assert "85" in text  # 170 of 200 trips by battery


@pytest.mark.usefixtures("asked")
def test_the_gap_of_a_plan_not_proven_best_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    result = toy_planned_result()
    plan = replace(result.plan, status="feasible", gap=0.123, is_settled=False)
    done = Done(result=replace(result, plan=plan), rows_read={})
    monkeypatch.setattr(job, "compute_job", lambda *_, **__: done)

    assert "12.3" in call("optimise", "--lang", "en").stdout
    assert json.loads(call("optimise", "--json").stdout)["gap"] == 0.123


@pytest.mark.usefixtures("asked")
def test_equally_good_sites_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    done = Done(result=with_equals(toy_planned_result()), rows_read={})
    monkeypatch.setattr(job, "compute_job", lambda *_, **__: done)

    shown = CliRunner().invoke(app, ["optimise"], catch_exceptions=False, env={"COLUMNS": "200"}).stdout
    assert "Like god: Tomt øst" in shown
    assert json.loads(call("optimise", "--json").stdout)["equal_sites"] == {"K": ["P"]}


@pytest.mark.usefixtures("asked")
def test_json_is_one_object_with_the_plan() -> None:
    done = call("optimise", "--json")
    plan = json.loads(done.stdout)

    assert plan["schema"] == "regiongeo.plan/1"
    assert (plan["status"], plan["sites"], plan["objective"]) == ("optimal", ["K", "T"], "truck_km")
    offers = {(row["site_id"], row["energy"]): row for row in plan["offers"]}
    assert offers["K", "battery"]["points"] == 6
    assert offers["T", "hydrogen"]["peak_high_mw"] is None
    assert [row["energy"] for row in plan["service"]] == ["battery", "hydrogen"]
    assert done.stderr == ""


@pytest.mark.usefixtures("asked")
def test_the_plan_is_written_whole(tmp_path: Path) -> None:
    call("optimise", "--out", str(tmp_path / "plan.csv"), "--quiet")

    table = pd.read_csv(tmp_path / "plan.csv", sep=None, engine="python", encoding="utf-8-sig")
    assert len(table) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["plan.csv"]


@pytest.mark.parametrize("command", ["optimise", "check-rules"])
@pytest.mark.usefixtures("asked")
def test_a_failed_write_leaves_the_former_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    from regiongeo.report import csvfile  # noqa: PLC0415

    out = tmp_path / "table.csv"
    out.write_text("former", "utf-8")

    def broken(_table: pd.DataFrame, path: Path) -> None:
        path.write_text("half", "utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(csvfile, "write_csv", broken)
    with pytest.raises(OutputError, match="disk full"):
        call(command, "--out", str(out), "--quiet")
    assert out.read_text("utf-8") == "former"
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_rules_today_ask_for_no_flows(asked: dict[str, Any]) -> None:
    call("check-rules", "--today", "--quiet")
    assert not asked["with_flows"]
    call("check-rules", "--quiet")
    assert asked["with_flows"]


@pytest.mark.usefixtures("asked")
def test_rules_are_told_in_sentences_with_their_notices() -> None:
    text = call("check-rules", "--lang", "en").stdout
    assert "2030" in text
    assert "67 % of 60 km" in text
    assert "Note:" in text


@pytest.mark.usefixtures("asked")
def test_json_of_the_rules(tmp_path: Path) -> None:
    rules = json.loads(call("check-rules", "--json", "--out", str(tmp_path / "roads.csv")).stdout)

    assert rules["schema"] == "regiongeo.rules/1"
    assert [row["covered_km"] for row in rules["region"]] == [40, 40]
    assert len(rules["roads"]) == 3
    assert (rules["pools"], rules["urban_nodes"], rules["notices"]) == ([], [], ["afir_yardstick"])
    table = pd.read_csv(tmp_path / "roads.csv", sep=None, engine="python", encoding="utf-8-sig")
    assert len(table) == 3


def test_an_unknown_objective_or_no_site_is_refused_before_anything_runs(asked: dict[str, Any]) -> None:
    assert call("optimise", "--objective", "profit").exit_code == 2
    assert call("optimise", "--sites", "0").exit_code == 2
    assert asked == {}


def exit_code(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["regiongeo", *words])
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


def test_an_unknown_energy_is_refused_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The scenario is read before the data."""
    monkeypatch.setattr(store, "load_reference", lambda: pytest.fail("too late"))
    assert exit_code(monkeypatch, "optimise", "--energy", "diesel", "--quiet") == 3
    said = capsys.readouterr().err
    assert "diesel" in said
    assert all(name in said for name in ("battery", "hydrogen", "biogas"))


def test_an_energy_named_twice_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("optimise", "--energy", "battery", "--energy", "battery", "--json")
    assert exit_code(monkeypatch, *words) == 3
    shown = capsys.readouterr()
    assert json.loads(shown.out)["id"] == ScenarioError.__name__
    assert "each energy once" in shown.err


@pytest.mark.slow
def test_an_unknown_locked_site_is_infeasible_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(job, "kept_flows", lambda _: lambda *_, **__: pytest.fail("too late"))
    assert exit_code(monkeypatch, "optimise", "--lock", "NOWHERE", "--quiet") == 5
    assert "NOWHERE" in capsys.readouterr().err


@pytest.mark.slow
def test_the_shipped_region_from_end_to_end(tmp_path: Path) -> None:
    """Three sites for batteries, on the fastest ways alone."""
    (tmp_path / "quick.toml").write_text("[refuelling]\nalternatives = 0\n", "utf-8")
    words = ("optimise", "quick.toml", "--energy", "battery", "--sites", "3", "--out", "plan.csv", "--json")
    done = run_command(*words, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert plan["status"] == "optimal"
    assert 1 <= len(plan["sites"]) <= 3
    (service,) = plan["service"]
    free, served, total = (service[f"{what}_trips_per_day"] for what in ("free", "served", "all"))
    assert 0 < free < served <= total
    assert {row["site_id"] for row in plan["offers"]} == set(plan["sites"])
    assert np.isfinite(plan["bound"])
    assert (tmp_path / "plan.csv").is_file()


@pytest.mark.slow
def test_rules_of_today_for_the_shipped_region() -> None:
    done = call("check-rules", "--today", "--json")
    assert done.exit_code == 0, done.stderr
    rules = json.loads(done.stdout)
    assert rules["pools"] == []
    assert "pools_missing" in rules["notices"]
    assert all(row["covered_km"] == 0 for row in rules["region"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "optimal", "worst_gap_km": None}, "Proven best"),
        ({"status": "feasible", "worst_gap_km": None, "gap": 0.00021}, "at most 0.1 % better"),
        (
            {"status": "optimal", "worst_gap_km": 61.2},
            "Proven best: the longest stretch without energy is 61.2 km",
        ),
        ({"status": "feasible", "worst_gap_km": 61.2, "bound": 61.2}, "less than 61.2 km is not possible"),
        ({"status": "feasible", "worst_gap_km": 61.2, "fairness_price": 0.125}, "Its price is 12 %"),
    ],
)
def test_what_is_proven_is_said(changes: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = toy_planned_result()
    assert planned.plan is not None
    result = replace(planned, plan=replace(planned.plan, **changes))
    monkeypatch.setattr(job, "compute_job", lambda *_, **__: Done(result=result, rows_read={}))
    said = " ".join(call("optimise", "--lang", "en").stdout.split())
    assert words in said
