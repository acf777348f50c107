"""Every number that is not data has a unit, a source and a status."""

import pandas as pd
import pytest

from regiongeo import store
from regiongeo.assumptions import assumption, assumption_table, with_changes
from regiongeo.errors import AssumptionError, ScenarioError

TABLE = pd.DataFrame(
    {"value": [80.0, 55.0], "unit": "km/h"},
    index=pd.Index(["heavy_kmh.motorway", "heavy_kmh.f"], name="name"),
)

SHIPPED = store.load_table("assumptions")


def test_a_number_is_asked_for_with_its_unit() -> None:
    assert assumption(TABLE, "heavy_kmh.f", unit="km/h") == 55.0
    with pytest.raises(AssumptionError, match="stated in km/h, asked for in m/s"):
        assumption(TABLE, "heavy_kmh.f", unit="m/s")


def test_an_unknown_number_is_never_defaulted() -> None:
    with pytest.raises(AssumptionError, match="no assumption 'range_km'"):
        assumption(TABLE, "range_km", unit="km")
    with pytest.raises(AssumptionError, match=r"starts with 'range\.'"):
        assumption_table(TABLE, "range", unit="km")


def test_a_family_of_numbers_comes_by_name() -> None:
    assert assumption_table(TABLE, "heavy_kmh", unit="km/h") == {"motorway": 80.0, "f": 55.0}


def test_a_scenario_may_state_other_numbers() -> None:
    changed = with_changes(SHIPPED, {"siting.beyond_km": 200.0, "sizing.mean_wait_min": 3.0})
    assert changed.loc["siting.beyond_km", ["value", "low", "high", "status"]].tolist() == [
        200.0,
        30.0,
        200.0,
        "scenario",
    ]
    assert changed.loc["sizing.mean_wait_min", ["value", "low", "high"]].tolist() == [3.0, 2.0, 10.0]
    untouched = changed.index.difference(["siting.beyond_km", "sizing.mean_wait_min"])
    pd.testing.assert_frame_equal(changed.loc[untouched], SHIPPED.loc[untouched], check_dtype=False)
    assert SHIPPED.loc["siting.beyond_km", "value"] == 60.0


def test_unknown_and_built_in_numbers_are_refused() -> None:
    with pytest.raises(ScenarioError, match=r"did you mean 'siting\.beyond_km'"):
        with_changes(SHIPPED, {"siting.beyond": 200.0})
    with pytest.raises(ScenarioError, match="build anew"):
        with_changes(SHIPPED, {"heavy_kmh.f": 50.0})
