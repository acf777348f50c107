"""Emissions by area: by hand, by law, and what is shipped."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.climate import (
    change_between,
    change_since,
    emissions_by_area,
    emissions_by_sector,
    per_inhabitant,
    road_by_vehicle,
    total_emissions,
)
from regiongeo.errors import DataError
from regiongeo.store import load_table
from toy_emissions import emissions_of, population_of

TOY = emissions_of(
    {
        ("3201", 2019, "road", "Personbiler"): 100.0,
        ("3201", 2019, "road", "Tunge kjøretøy"): 50.0,
        ("3201", 2019, "heating", "all"): 30.0,
        ("3201", 2019, "land_use", "all"): -70.0,
        ("3201", 2020, "road", "Personbiler"): 80.0,
        ("3201", 2020, "road", "Tunge kjøretøy"): 40.0,
        ("3201", 2020, "heating", "all"): 0.0,
        ("3205", 2019, "road", "Personbiler"): 20.0,
        ("3205", 2019, "heating", "all"): 10.0,
        ("3205", 2020, "road", "Personbiler"): 25.0,
    }
)
PEOPLE = population_of(
    {(code, year): people for code, people in (("3201", 300), ("3205", 100)) for year in (2019, 2020)}
)
BOTH = pd.Series({"3201": "west", "3205": "west"})


def test_sources_add_up_to_sectors_and_sectors_to_totals_without_land_use() -> None:
    by_sector = emissions_by_sector(TOY)
    assert by_sector.loc[("3201", 2019, "road"), "t_co2e"] == 150
    totals = total_emissions(by_sector)
    assert totals.loc[("3201", 2019), "t_co2e"] == 180
    assert totals.loc[("3201", 2020), "t_co2e"] == 120


def test_a_sector_that_is_not_there_makes_the_total_missing_and_is_named() -> None:
    totals = total_emissions(emissions_by_sector(TOY))
    assert math.isnan(totals.loc[("3205", 2020), "t_co2e"])
    assert totals["missing_sectors"].to_dict() == {
        ("3201", 2019): "",
        ("3201", 2020): "",
        ("3205", 2019): "",
        ("3205", 2020): "heating",
    }


def test_change_states_its_base_and_invents_nothing() -> None:
    change = change_between(emissions_by_sector(TOY), from_year=2019, to_year=2020)
    road = change.loc[("3201", "road")]
    assert (road["from_t"], road["to_t"], road["change_t"], road["base_year"]) == (150, 120, -30, 2019)
    assert road["change_percent"] == pytest.approx(-20)
    assert change.loc[("3205", "road"), "change_percent"] == pytest.approx(25)
    assert math.isnan(change.loc[("3205", "heating"), "change_t"])
    back = change_between(emissions_by_sector(TOY), from_year=2020, to_year=2019)
    assert back.loc[("3201", "heating"), "change_t"] == 30
    assert math.isnan(back.loc[("3201", "heating"), "change_percent"])  # from zero
    with pytest.raises(
        DataError, match=r"no emissions of 2018 and 2021: the years are 2019, 2020; nothing is"
    ):
        change_between(TOY, from_year=2018, to_year=2021)


def test_change_since_holds_the_changes_between() -> None:
    by_sector = emissions_by_sector(TOY)
    since = change_since(by_sector, base_year=2019).xs(2020, level="year")
    between = change_between(by_sector, from_year=2019, to_year=2020).loc[since.index]
    pd.testing.assert_frame_equal(since, between)


def test_an_area_has_a_sum_only_where_all_members_have_figures() -> None:
    table = emissions_by_area(emissions_by_sector(TOY), BOTH, PEOPLE)
    assert table.loc[("west", 2019, "road")].to_dict() == {
        "t_co2e": 170,
        "members": 2,
        "members_with_data": 2,
        "coverage_share": 1,
    }
    heating = table.loc[("west", 2020, "heating")]
    assert math.isnan(heating["t_co2e"])
    assert (heating["members"], heating["members_with_data"], heating["coverage_share"]) == (2, 1, 0.75)


def test_a_member_without_any_figure_counts_in_the_coverage() -> None:
    table = emissions_by_area(emissions_by_sector(TOY.loc[["3201"]]), BOTH, PEOPLE)
    assert table["t_co2e"].isna().all()
    assert set(table["coverage_share"]) == {0.75}


def test_people_that_are_not_known_are_named() -> None:
    with pytest.raises(DataError, match=r"no population of \('3205', 2019\)"):
        emissions_by_area(emissions_by_sector(TOY), BOTH, PEOPLE.loc[["3201"]])
    with pytest.raises(DataError, match="no population of"):
        per_inhabitant(TOY, PEOPLE.loc[["3205"]])


def test_road_traffic_by_vehicle() -> None:
    split = road_by_vehicle(TOY)
    assert split.loc[("3201", 2019, "heavy")].to_dict() == {"t_co2e": 50, "share": pytest.approx(1 / 3)}
    assert split.loc[("3205", 2020, "car"), "share"] == 1
    odd = emissions_of({("3201", 2019, "road", "Traktorer"): 1.0, ("3201", 2019, "road", "Mopeder"): 2.0})
    assert road_by_vehicle(odd).loc[("3201", 2019, "other")].to_dict() == {"t_co2e": 3, "share": 1}


tonnes = st.floats(min_value=0, max_value=1e7, allow_nan=False)
tables = st.dictionaries(
    st.tuples(
        st.sampled_from(["3201", "3205", "3301"]),
        st.sampled_from([2019, 2020]),
        st.sampled_from(["road", "heating", "waste"]),
        st.sampled_from(["a", "b"]),
    ),
    tonnes,
    min_size=1,
)
EVERYONE = population_of({(code, year): 7 for code in ("3201", "3205", "3301") for year in (2019, 2020)})


@given(figures=tables)
def test_no_tonne_is_lost_or_made_by_adding_up(figures: dict[tuple[str, int, str, str], float]) -> None:
    by_sector = emissions_by_sector(emissions_of(figures))
    assert by_sector["t_co2e"].sum() == pytest.approx(sum(figures.values()))
    every_sector = by_sector["t_co2e"].groupby(level=["year", "sector"])
    areas = pd.Series("west", index=by_sector.index.unique("municipality_id"))
    west = emissions_by_area(by_sector, areas, EVERYONE).droplevel("area")
    whole = west["members"] == west["members_with_data"]
    assert west["t_co2e"].notna().equals(whole)
    assert west["t_co2e"][whole].to_dict() == pytest.approx(every_sector.sum()[whole].to_dict())
    assert west["coverage_share"].to_dict() == pytest.approx(
        (west["members_with_data"] / west["members"]).to_dict()
    )


@given(before=st.floats(1, 1e7), after=st.floats(1, 1e7))
def test_there_and_back_again(before: float, after: float) -> None:
    table = emissions_of({("3201", 2019, "road", "all"): before, ("3201", 2020, "road", "all"): after})
    there = change_between(table, from_year=2019, to_year=2020).iloc[0]
    back = change_between(table, from_year=2020, to_year=2019).iloc[0]
    assert there["change_t"] == -back["change_t"]
    factor = (1 + there["change_percent"] / 100) * (1 + back["change_percent"] / 100)
    assert factor == pytest.approx(1)


@given(value=tonnes, people=st.integers(1, 10**6))
def test_per_inhabitant_times_inhabitants_is_the_whole(value: float, people: int) -> None:
    table = emissions_of({("3201", 2019, "road", "all"): value})
    each = per_inhabitant(table, population_of({("3201", 2019): people}))
    assert each.iloc[0] * people == pytest.approx(value)


# --- what is shipped


def test_shipped_totals() -> None:
    """Sums of the published rows, added up by hand for the two ends with all ten sectors."""
    totals = total_emissions(emissions_by_sector(load_table("emissions")))
    assert totals.loc[("4005", 2009), "t_co2e"] == pytest.approx(52_245.0)
    assert totals.loc[("4005", 2022), "t_co2e"] == pytest.approx(42_954.7)
    assert totals.loc[("4026", 2022), "t_co2e"] == pytest.approx(22_103.8)
    gappy = totals[totals["missing_sectors"] != ""]
    assert sorted(gappy.index) == [("4005", 2023), ("4005", 2024), ("4026", 2023), ("4026", 2024)]
    assert set(gappy["missing_sectors"]) == {"energy_supply"}


def test_shipped_county_splits_its_road_traffic() -> None:
    county = load_table("county_emissions")
    split = road_by_vehicle(county)
    assert split.loc[("38", 2021, "heavy"), "share"] == pytest.approx(0.188, abs=5e-4)
    assert total_emissions(emissions_by_sector(county)).loc[("38", 2019), "t_co2e"] == pytest.approx(
        4_445_805.1
    )
