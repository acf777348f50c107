"""The job: truck flows that were estimated before are read from the cache, and a change makes them anew."""

from pathlib import Path

import pandas as pd
import pytest

from regiongeo import job
from regiongeo.flows import FlowResult, estimate_flows
from regiongeo.flows.archive import flows_from_bytes, flows_to_bytes
from regiongeo.manifest import hash_file
from toy_flows import flow_network, flow_reference, flow_traffic


@pytest.fixture
def flows() -> FlowResult:
    return estimate_flows(flow_reference(), flow_network(), flow_traffic(), seed=1)


def test_flows_come_back_from_their_bytes_as_they_were(flows: FlowResult) -> None:
    again = flows_from_bytes(flows_to_bytes(flows))

    for name in ("matrix", "link_flows", "observations", "summary", "holdout", "assumptions", "zones"):
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(again, name)), pd.DataFrame(getattr(flows, name)))
    assert (again.route_shares != flows.route_shares).nnz == 0
    assert (again.trips == flows.trips).all()
    assert (again.prior == flows.prior).all()
    assert dict(again.totals) == dict(flows.totals)
    assert again.notices == flows.notices
    assert again.zones.crs == flows.zones.crs


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch, flows: FlowResult) -> list[int]:
    """Replace the estimation by one that answers at once and counts how often it is asked."""
    asked: list[int] = []

    def estimate(*_: object, seed: int) -> FlowResult:
        asked.append(seed)
        return flows

    monkeypatch.setattr(job, "estimate_flows", estimate)
    return asked


def test_the_same_question_is_estimated_once_and_another_anew(tmp_path: Path, counted: list[int]) -> None:
    estimate = job.kept_flows(tmp_path)

    for seed in (1, 1, 2, 1):
        estimate(flow_reference(), None, None, seed=seed)

    assert counted == [1, 2]


def test_changed_data_are_estimated_anew(
    tmp_path: Path, counted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    estimate = job.kept_flows(tmp_path / "cache")
    estimate(flow_reference(), None, None, seed=1)
    (tmp_path / "sources.toml").write_text("another registry", "utf-8")
    monkeypatch.setattr(job.store, "data_dir", lambda: tmp_path)

    estimate(flow_reference(), None, None, seed=1)

    assert counted == [1, 1]


def test_without_a_cache_the_estimation_is_asked_itself(counted: list[int]) -> None:
    assert job.kept_flows(None) is job.estimate_flows
    assert counted == []


# Files that a scenario names


def test_files_of_the_scenario_are_read_and_hashed_unless_one_is_given_beside_it(tmp_path: Path) -> None:
    names = {"plots": "tomter.csv", "stations": "stasjoner.csv", "grid_capacity": "nett.csv"}
    for name in (*names.values(), "andre.csv"):
        (tmp_path / name).write_text(name, "utf-8")
    scenario = tmp_path / "a.toml"
    lines = "".join(f'{key} = "{name}"\n' for key, name in names.items())
    scenario.write_text(f"[world]\n{lines}", "utf-8")

    _, inputs = job.read_scenario(job.Inputs(scenario=scenario))
    _, other = job.read_scenario(job.Inputs(scenario=scenario, plots=tmp_path / "andre.csv"))

    own = {f"plots/{names['plots']}", f"stations/{names['stations']}", f"capacity/{names['grid_capacity']}"}
    assert set(job.hash_inputs(inputs)) == {"data/sources.toml", "scenario/a.toml", *own}
    assert job.hash_inputs(inputs)["plots/tomter.csv"] == hash_file(tmp_path / "tomter.csv")
    assert other.plots == tmp_path / "andre.csv"
    assert other.stations == tmp_path / "stasjoner.csv"
