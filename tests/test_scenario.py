"""Scenario files: strict, frozen, and clear about every mistake at once."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from regiongeo.errors import ScenarioError
from regiongeo.scenario import CRITERIA, Scenario, load_scenario


def _write(folder: Path, text: str, name: str = "scenario.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_an_empty_file_is_the_default_scenario(tmp_path: Path) -> None:
    assert load_scenario(_write(tmp_path, "")) == Scenario()


def test_a_scenario_lists_only_its_differences(tmp_path: Path) -> None:
    _write(tmp_path, "[plan]\nportfolio_size = 3\naccess_limit_km = 2\n", "base.toml")

    scenario = load_scenario(_write(tmp_path, 'base = "base.toml"\n[plan]\nportfolio_size = 5\n'))

    assert (scenario.plan.portfolio_size, scenario.plan.access_limit_km) == (5, 2.0)


def test_files_are_found_beside_the_scenario_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    _write(tmp_path, '[world]\nplots = "tomter.gpkg"\ngrid_capacity = "nett.csv"\n', "base.toml")
    text = 'base = "../base.toml"\n[world]\nstations = "stations.csv"\n'

    world = load_scenario(_write(tmp_path / "more", text)).world

    assert world.stations == str(tmp_path / "more" / "stations.csv")
    assert {Path(str(name)).resolve() for name in (world.plots, world.grid_capacity)} == {
        tmp_path / "tomter.gpkg",
        tmp_path / "nett.csv",
    }


def test_every_mistake_is_named_with_its_line_and_the_accepted_keys(tmp_path: Path) -> None:
    text = '[plan]\nportfolio_sise = 3\nservice_distance_km = "x"\n[weights]\npassing_truck = 1\n'

    with pytest.raises(ScenarioError) as error:
        load_scenario(_write(tmp_path, text))

    message = str(error.value)
    assert "plan.portfolio_sise (line 2): unknown key; did you mean 'portfolio_size'?" in message
    assert "plan.service_distance_km (line 3)" in message
    assert "weights.passing_truck (line 5): unknown key; did you mean 'passing_trucks'?" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = ", "not valid TOML"),
        ("name = 1\n", "name"),
        ("[plan]\nportfolio_size = 0\n", "greater than or equal to 1"),
        ("[plan]\nservice_distance_km = inf\n", "finite"),
        ("[world]\nmembers = 2023\n", "2020, 2021, 2022 or 2024"),
        ("[weights]\ngrid_km = -1\n", "must not be negative: grid_km"),
        ("[weights]\ngrid_km = 0\n", "at least one weight"),
        ('base = "none.toml"\n', "no scenario file 'none.toml'"),
    ],
)
def test_impossible_values_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        load_scenario(_write(tmp_path, text))


def test_a_file_in_latin_1_is_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    path.write_bytes('name = "Østfold"\n'.encode("latin-1"))

    with pytest.raises(ScenarioError, match="not UTF-8 at byte 8"):
        load_scenario(path)


def test_weights_left_out_count_nothing(tmp_path: Path) -> None:
    weights = load_scenario(_write(tmp_path, "[weights]\ngrid_km = 2\n")).weights

    assert weights is not None
    assert dict(weights) == {name: 2.0 if name == "grid_km" else 0.0 for name in CRITERIA}


def test_a_scenario_is_frozen_and_replace_validates_anew() -> None:
    scenario = Scenario()
    with pytest.raises(ValidationError):
        scenario.name = "x"  # type: ignore[misc]

    assert scenario.replace(plan={"portfolio_size": 4}).plan.portfolio_size == 4
    assert scenario.plan.portfolio_size == 8
    with pytest.raises(ScenarioError):
        scenario.replace(plan={"portfolio_size": 0})


def test_a_replaced_scenario_keeps_its_weights() -> None:
    scenario = Scenario().replace(weights={"grid_km": 1.0})

    assert scenario.replace(name="B").weights == scenario.weights


def test_refuelling_fills_in_what_is_left_out(tmp_path: Path) -> None:
    text = '[refuelling]\nenergies = ["hydrogen", "battery"]\nmost = { battery = 3 }\n'
    asked = load_scenario(_write(tmp_path, text)).refuelling
    assert asked.energies == ("battery", "hydrogen")
    assert dict(asked.most) == {"battery": 3, "hydrogen": 3, "biogas": 3}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[refuelling]\nenergies = ["battery", "battery"]\n', "name each energy once"),
        ("[refuelling]\nmost = { batery = 3 }\n", "refuelling.most.batery"),
        ("[refuelling]\nrange_km = { battery = 0 }\n", "greater than 0"),
        ("[refuelling]\nbudget_mnok = inf\n", "finite"),
        ("[assumptions]\n'rule.enova.points_350kw' = '4'\n", "number without quotes"),
    ],
)
def test_refuelling_and_assumptions_are_checked(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        load_scenario(_write(tmp_path, text))
