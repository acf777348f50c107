"""Storage and grid connection: cases by hand, laws, and an independent search."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from regiongeo.errors import InfeasibleError, ScenarioError
from regiongeo.sizing import least_connection_mw, storage_mwh
from regiongeo.sizing.grid import grid_status, grid_timing

DAY = [1.0] * 8 + [3.0] * 8 + [2.0] * 8
"""MW: eight hours of 1, of 3 and of 2; mean 2."""
curves = st.lists(st.floats(0, 20), min_size=2, max_size=24).filter(lambda day: max(day) > 0.1)
efficiencies = st.floats(0.5, 1)


def runs_dry(load: list[float], connection: float, storage: float, efficiency: float) -> bool:
    """Drive a full battery through ten days, hour by hour."""
    left = storage
    for power in load * 10:
        spare = connection - power
        left = min(storage, left + (spare * efficiency if spare > 0 else spare))
        if left < -1e-9 * max(1.0, storage):
            return True
    return False


def test_storage_by_hand() -> None:
    """At 2 MW the eight hours of 3 MW lack 8 MWh, and the hours of 1 MW give 8 back. At 2.5 MW half of it."""
    assert least_connection_mw(DAY) == 2
    assert storage_mwh(DAY, connection_mw=2) == 8
    assert storage_mwh(DAY, connection_mw=2.5) == 4
    assert storage_mwh(DAY, connection_mw=3) == 0
    assert storage_mwh(pd.Series(DAY), connection_mw=9) == 0


def test_a_deficit_over_midnight_counts_whole() -> None:
    """High from 22 to 2: four hours of 5 MW, else 1 MW; mean 40/24. At 2 MW 4 * 3 = 12 MWh are missing."""
    night = [5.0, 5.0] + [1.0] * 20 + [5.0, 5.0]
    assert storage_mwh(night, connection_mw=2) == 12


def test_two_peaks_share_what_is_charged_between_them() -> None:
    """4, 0, 4, 0 MW at 2.5: each peak lacks 1.5, the hour between gives 2.5. At 2 each gives back just 2."""
    assert storage_mwh([4, 0, 4, 0], connection_mw=2.5) == 1.5
    assert storage_mwh([4, 3, 4, 0], connection_mw=3) == 2  # nothing is charged between the two


def test_losses_by_hand() -> None:
    """1 MW and 3 MW by turns, half is lost: (c - 1) / 2 = 3 - c at c = 7/3, where 2/3 MWh are stored."""
    assert least_connection_mw([1, 3], efficiency=0.5) == pytest.approx(7 / 3)
    assert storage_mwh([1, 3], connection_mw=7 / 3, efficiency=0.5) == pytest.approx(2 / 3)


@given(load=curves)
def test_without_losses_the_smallest_connection_is_the_mean_load(load: list[float]) -> None:
    assert least_connection_mw(load) == pytest.approx(np.mean(load), rel=1e-12)
    deficits = [
        sum((load * 2)[i:j]) - (j - i) * np.mean(load)
        for i in range(len(load))
        for j in range(i, i + len(load) + 1)
    ]
    assert storage_mwh(load, connection_mw=least_connection_mw(load)) == pytest.approx(
        max(deficits), abs=1e-9
    )


@given(load=curves, efficiency=efficiencies)
def test_losses_raise_the_smallest_connection_to_where_charges_balance(
    load: list[float], efficiency: float
) -> None:
    def balance(connection: float) -> float:
        spare = connection - np.array(load)
        return float(np.where(spare > 0, efficiency * spare, spare).sum())

    expected = brentq(balance, min(load) - 1, max(load) + 1, xtol=1e-12)
    assert least_connection_mw(load, efficiency=efficiency) == pytest.approx(expected, abs=1e-9)
    assert expected >= np.mean(load) - 1e-9


@given(load=curves, efficiency=efficiencies, part=st.floats(0, 1))
def test_the_storage_is_enough_and_no_larger_than_needed(
    load: list[float], efficiency: float, part: float
) -> None:
    least = least_connection_mw(load, efficiency=efficiency)
    connection = least + part * (max(load) - least) + 1e-6
    storage = storage_mwh(load, connection_mw=connection, efficiency=efficiency)
    assert not runs_dry(load, connection, storage, efficiency)
    assert storage < 1e-3 or runs_dry(load, connection, storage - 1e-3, efficiency)


@given(load=curves, one=st.floats(0, 1), other=st.floats(0, 1), efficiency=efficiencies)
def test_a_larger_connection_never_needs_more_storage(
    load: list[float], one: float, other: float, efficiency: float
) -> None:
    least = least_connection_mw(load, efficiency=efficiency) + 1e-9
    small, large = (least + part * max(load) for part in sorted((one, other)))
    stored = [storage_mwh(load, connection_mw=mw, efficiency=efficiency) for mw in (small, large)]
    assert stored[1] <= stored[0] + 1e-9
    assert storage_mwh(load, connection_mw=max(load), efficiency=efficiency) == 0


def test_a_connection_below_the_mean_is_infeasible_with_the_cure() -> None:
    with pytest.raises(InfeasibleError, match=r"1\.9 MW does not carry the day: at least 2 MW"):
        storage_mwh(DAY, connection_mw=1.9)


@pytest.mark.parametrize("load", [[], [1, np.nan], [1, -1], [np.inf, 1]])
def test_loads_that_are_none_are_refused(load: list[float]) -> None:
    with pytest.raises(ScenarioError, match="one finite figure >= 0 for each hour"):
        storage_mwh(load, connection_mw=1)


def test_other_slips_are_refused() -> None:
    for connection in (-1, np.nan):
        with pytest.raises(ScenarioError, match="connection of"):
            storage_mwh(DAY, connection_mw=connection)
    for efficiency in (0, 1.1, np.nan):
        with pytest.raises(ScenarioError, match="efficiency"):
            least_connection_mw(DAY, efficiency=efficiency)


def test_what_is_unknown_is_a_class_of_its_own() -> None:
    """A station of 3 MW, of 1 MW with storage, against free capacities; and one whose need is not known."""
    need = pd.Series([3.0] * 6 + [np.nan])
    least = pd.Series([1.0] * 6 + [np.nan])
    free = pd.Series([4.0, 3.0, 1.0, 0.9, -2.0, np.nan, 4.0])
    assert list(grid_status(need, least, free)) == [
        "fits", "fits", "fits_with_storage", "lacks", "lacks", "capacity_unknown", "need_unknown",
    ]  # fmt: skip
    years = pd.Series([2025.0, 2030, 2032, np.nan])
    assert list(grid_timing(years, year=2030)) == ["in_time", "in_time", "later", "unknown"]
    assert list(grid_timing(years, year=None)) == ["unknown"] * 4
