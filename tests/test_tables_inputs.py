"""What a user's tables may say."""

import pandas as pd
import pytest

from regiongeo.errors import DataError
from regiongeo.tables import offered_energies


def stations(**said: str | None) -> pd.DataFrame:
    return pd.DataFrame({"energies": pd.Series(said, dtype="str")})


def test_energies_are_read_in_both_languages() -> None:
    found = offered_energies(stations(a="battery", b="Lading + H2", c="biogass, hydrogen", d=None))
    assert found.columns.tolist() == ["battery", "hydrogen", "biogas"]
    assert found.loc["a"].tolist() == [True, False, False]
    assert found.loc["b"].tolist() == [True, True, False]
    assert found.loc["c"].tolist() == [False, True, True]
    assert found.loc["d"].tolist() == [True, False, False]


def test_no_stations_offer_nothing() -> None:
    assert offered_energies(stations()).shape == (0, 3)


def test_an_unknown_energy_is_named() -> None:
    with pytest.raises(DataError, match="energies of stations 'b': write battery"):
        offered_energies(stations(a="battery", b="diesel"))
