"""Shares of trucks by energy and year, public shares, and ranges."""

import pandas as pd
import pytest

from regiongeo.errors import AssumptionError, ScenarioError
from regiongeo.scenario import ENERGIES
from regiongeo.sizing import energy_share, public_share
from regiongeo.sizing.demand import assumed
from regiongeo.store import load_table


@pytest.fixture(scope="module")
def assumptions() -> pd.DataFrame:
    return load_table("assumptions")


def test_shares_are_straight_between_the_years_known(assumptions: pd.DataFrame) -> None:
    """0.15 in 2030 and 0.61 in 2035: two fifths of the way in 2032."""
    assert energy_share(assumptions, "battery", year=2030) == 0.15
    assert energy_share(assumptions, "battery", year=2032) == pytest.approx(0.15 + 0.4 * 0.46)
    assert energy_share(assumptions, "battery", year=2030, level="low") == 0.05


@pytest.mark.parametrize("year", [2030, 2033, 2035, 2040])
def test_the_central_shares_are_no_more_than_all_trucks(assumptions: pd.DataFrame, year: int) -> None:
    assert sum(energy_share(assumptions, energy, year=year) for energy in ENERGIES) <= 1


def test_every_number_has_a_range_around_it_and_a_source(assumptions: pd.DataFrame) -> None:
    ours = assumptions[assumptions.index.str.startswith("sizing.")]
    assert len(ours) > 40
    assert (ours["low"] <= ours["value"]).all()
    assert (ours["value"] <= ours["high"]).all()
    planning = ours["source"].str.contains("planning value")
    assert set(ours.loc[planning, "status"]) <= {"to_verify", "policy"}


def test_public_shares_have_their_range(assumptions: pd.DataFrame) -> None:
    assert public_share(assumptions, "battery") == 0.30
    assert public_share(assumptions, "battery", level="high") == 0.50


@pytest.mark.parametrize("year", [2025, 2041])
def test_years_beyond_what_is_known_are_refused(assumptions: pd.DataFrame, year: int) -> None:
    with pytest.raises(AssumptionError, match=rf"battery for {year}: choose a year from 2030 to 2040"):
        energy_share(assumptions, "battery", year=year)


def test_other_slips_are_refused(assumptions: pd.DataFrame) -> None:
    with pytest.raises(AssumptionError, match=r"no assumption starts with 'sizing\.energy_share\.diesel\.'"):
        energy_share(assumptions, "diesel", year=2030)  # type: ignore[arg-type]
    with pytest.raises(ScenarioError, match="unknown level 'best'"):
        public_share(assumptions, "battery", level="best")  # type: ignore[arg-type]
    lost = assumptions.assign(low=float("nan"))
    with pytest.raises(AssumptionError, match=r"'sizing\.public_share\.battery' has no low"):
        public_share(lost, "battery", level="low")
    with pytest.raises(AssumptionError, match="is stated in kW, asked for in MW"):
        assumed(assumptions, "sizing.rate.battery", unit="MW")
