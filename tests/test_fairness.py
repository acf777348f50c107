"""Floors of sites in each subregion: what a scenario asks for, and what it must be refused."""

import geopandas as gpd
import pandas as pd
import pytest

from regiongeo.errors import InfeasibleError, ScenarioError
from regiongeo.fairness import NO_FLOORS, require_floors, subregion_floors
from regiongeo.scenario import Scenario

REGION = gpd.GeoDataFrame(
    {"name": ["Nordby", "Vestby", "Østby", "Alene"], "subregion": ["Nord", "Sør", "Sør", None]},
    index=pd.Index(["1", "2", "3", "4"], name="municipality_id"),
)
# Two candidates in the north, three in the south, none in the municipality that stands alone.
SITES = gpd.GeoDataFrame(
    {"municipality_id": ["1", "1", "2", "3", "3"]}, index=pd.Index(list("ABCDE"), name="site_id")
)


@pytest.mark.parametrize(
    ("least", "floors"),
    [
        ({}, {}),
        ({"Nord": 2}, {"Nord": 2}),
        ({"Nord": 0}, {}),
        ({"every": 1}, {"Nord": 1, "Sør": 1}),
        ({"every": 3}, {"Nord": 2, "Sør": 3}),
        ({"every": 1, "Sør": 0}, {"Nord": 1}),
        ({"every": 1, "Sør": 2}, {"Nord": 1, "Sør": 2}),
    ],
)
def test_floors_are_those_named_and_every_other_as_far_as_candidates_go(
    least: dict[str, int], floors: dict[str, int]
) -> None:
    found = subregion_floors(SITES, REGION, least)
    assert found.at_least == floors
    assert found.group is not None
    assert found.group.to_dict() == {"A": "Nord", "B": "Nord", "C": "Sør", "D": "Sør", "E": "Sør"}


def test_what_cannot_be_asked_for_is_told_with_what_can() -> None:
    with pytest.raises(
        ScenarioError, match="no subregion 'Norden': write 'every' or choose among Alene, Nord, Sør"
    ):
        subregion_floors(SITES, REGION, {"Norden": 1})
    with pytest.raises(
        InfeasibleError, match="Alene has 0 of 1, Nord has 2 of 3: ask for fewer, or add plots"
    ):
        subregion_floors(SITES, REGION, {"Nord": 3, "Alene": 1, "Sør": 3})
    with pytest.raises(ScenarioError, match="least_sites"):
        Scenario().replace(plan={"least_sites": {"Nord": -1}})


def test_a_floor_is_not_kept_by_sites_that_offer_nothing() -> None:
    floors = subregion_floors(SITES, REGION, {"Nord": 1, "Sør": 2})
    require_floors(floors, pd.Index(["A", "C", "E"]))
    with pytest.raises(
        InfeasibleError, match="'Nord', 'Sør' would keep the floor with sites that offer nothing"
    ):
        require_floors(floors, pd.Index(["C", "station/Nord"]))
    require_floors(NO_FLOORS, pd.Index([]))


def test_no_floors_ask_for_nothing() -> None:
    assert (NO_FLOORS.group, dict(NO_FLOORS.at_least)) == (None, {})
