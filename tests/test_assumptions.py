"""Every number that is not data has a unit, a source and a status."""

import pandas as pd
import pytest

from regiongeo.assumptions import assumption, assumption_table
from regiongeo.errors import AssumptionError

TABLE = pd.DataFrame(
    {"value": [80.0, 55.0], "unit": "km/h"},
    index=pd.Index(["heavy_kmh.motorway", "heavy_kmh.f"], name="name"),
)


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
