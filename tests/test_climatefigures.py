"""The atlas' rows of emissions: what each says, and what it leaves unsaid."""

import math
from string import Formatter

import pandas as pd
import pytest

from regiongeo.climate import VEHICLES
from regiongeo.climatefigures import COLUMNS, climate_figures, stated_figures
from regiongeo.errors import DataError
from regiongeo.i18n import texts
from regiongeo.store import load_sources, load_table
from toy_emissions import emissions_of, population_of

EMISSIONS = emissions_of(
    {
        ("3201", 2019, "road", "all"): 100.0,
        ("3201", 2020, "road", "all"): 90.0,
        ("3205", 2019, "road", "all"): 20.0,
        ("3205", 2019, "heating", "all"): 0.0,
        ("3205", 2020, "road", "all"): 30.0,
    }
)
CODES = ("3201", "3205", "3301", "3303")
PEOPLE = population_of({(code, year): 100 for code in CODES for year in (2019, 2020)})
GROUPS = pd.DataFrame(
    [(code, "municipality", code, f"M{code}") for code in CODES]
    + [("3201", "subregion", "whole", "Whole"), ("3201", "region", "all", "All")]
    + [("3301", "region", "all", "All"), ("3303", "subregion", "none", "None")],
    columns=["municipality_id", "area_kind", "area_id", "area_name"],
)


@pytest.fixture(scope="module")
def figures() -> pd.Series:
    table = climate_figures(EMISSIONS, GROUPS, PEOPLE)
    assert list(table.columns) == COLUMNS
    assert not table.duplicated(["area_kind", "area_id", "indicator", "year"]).any()
    return table.set_index(["area_id", "indicator", "year"]).sort_index()


def test_a_municipality_with_figures(figures: pd.DataFrame) -> None:
    own = figures.loc["3201"]
    assert own.loc[("emissions_total", 2020), ["value", "unit", "note"]].to_list() == [90, "t CO2e", ""]
    each = own.loc[("emissions_per_inhabitant", 2020)]
    assert (each["value"], each["unit"]) == (0.9, "t CO2e/person")
    change = own.loc[("emissions_change_percent", 2020)]
    assert (change["value"], change["unit"]) == (pytest.approx(-10), "% of 2019")
    assert own.loc[("emissions_change_t", 2020), ["value", "unit"]].to_list() == [-10, "t CO2e since 2019"]
    assert own.loc[("emissions_coverage", 2020), "value"] == 1
    assert set(own["area_name"]) == {"M3201"}
    assert set(own["source_id"]) == {"user"}


def test_a_sector_that_is_missing_in_a_year_leaves_no_total(figures: pd.DataFrame) -> None:
    total = figures.loc[("3205", "emissions_total", 2020)]
    assert math.isnan(total["value"])
    assert (total["note"], total["coverage_share"]) == ("sector_missing", 0)
    assert figures.loc[("3205", "emissions_change_t", 2020), "note"] == "sector_missing"
    assert figures.loc[("3205", "emissions_road", 2020), "value"] == 30


def test_an_area_with_part_of_its_members_shows_coverage_and_no_total(figures: pd.DataFrame) -> None:
    assert figures.loc[("whole", "emissions_total", 2020), "value"] == 90
    total = figures.loc[("all", "emissions_total", 2020)]
    assert math.isnan(total["value"])
    assert (total["note"], total["coverage_share"]) == ("partial_members", 0.5)
    assert figures.loc[("all", "emissions_coverage", 2020), "value"] == 0.5


def test_an_area_without_figures_says_so_and_no_more(figures: pd.DataFrame) -> None:
    none = figures.loc["none"]
    assert set(none.index.unique("indicator")) == {"emissions_total", "emissions_coverage"}
    assert none.loc[("emissions_total", 2019), "note"] == "no_emissions"
    assert none.loc[("emissions_coverage", 2019), "value"] == 0


def test_a_base_that_is_not_there() -> None:
    with pytest.raises(DataError, match="no emissions of 2018: the years are 2019, 2020"):
        climate_figures(EMISSIONS, GROUPS, PEOPLE, base_year=2018)
    zero = emissions_of({("3201", 2019, "road", "all"): 0.0, ("3201", 2020, "road", "all"): 1.0})
    table = climate_figures(zero, GROUPS.head(1), PEOPLE).set_index(["indicator", "year"])
    percent = table.loc[("emissions_change_percent", 2020)]
    assert math.isnan(percent["value"])
    assert percent["note"] == "base_missing"
    tonnes = table.loc[("emissions_change_t", 2020)]
    assert (tonnes["value"], tonnes["note"]) == (1, "")


def test_road_traffic_by_vehicle_with_the_share_of_the_heavy() -> None:
    split = emissions_of(
        {
            ("3201", 2020, "road", "Personbiler"): 60.0,
            ("3201", 2020, "road", "Varebiler"): 10.0,
            ("3201", 2020, "road", "Tunge kjøretøy"): 25.0,
            ("3201", 2020, "road", "Busser"): 5.0,
            ("3205", 2020, "road", "all"): 30.0,
        }
    )
    groups = GROUPS[GROUPS["area_id"].isin(["3201", "3205"])]
    both = groups.assign(area_kind="region", area_id="both", area_name="Both")

    table = climate_figures(split, pd.concat([groups, both]), PEOPLE).set_index(["area_id", "indicator"])

    own = table.loc["3201", "value"]
    names = [f"emissions_road{end}" for end in ("", "_car", "_van", "_heavy", "_bus", "_heavy_percent")]
    assert own[names].to_list() == [100, 60, 10, 25, 5, 25]
    assert own["emissions_total"] == 100  # its parts are not counted again
    assert table.loc[("3201", "emissions_road_heavy_percent"), "unit"] == "%"
    assert table.loc[("both", "emissions_road"), "value"] == 130
    heavy = table.loc[("both", "emissions_road_heavy")]
    assert math.isnan(heavy["value"])
    assert (heavy["note"], heavy["coverage_share"]) == ("partial_members", 0.5)
    assert math.isnan(table.loc[("both", "emissions_road_heavy_percent"), "value"])


def test_the_stated_changes_as_figures() -> None:
    table = stated_figures(
        load_table("stated_changes"), area_id="osloregionen_2022", area_name="Osloregionen"
    )
    rows = table.set_index("indicator")
    assert rows.loc["stated_change_aviation_percent", "value"] == pytest.approx(-54.5, abs=0.05)
    assert rows.loc["stated_change_aviation_percent", "unit"] == "% of 2019"
    assert rows.loc["stated_change_total_t", "value"] == -562_289
    only = rows.loc["stated_change_heating_percent"]
    assert math.isnan(only["value"])
    assert only["note"] == "only_limits"
    assert set(rows["source_id"]) <= set(load_sources())


def test_every_indicator_and_note_has_its_words(figures: pd.DataFrame) -> None:
    stated = stated_figures(load_table("stated_changes"), area_id="r", area_name="R")
    keys = {*figures.index.unique("indicator"), *stated["indicator"], *figures["note"], *stated["note"]} - {
        ""
    }
    keys |= {f"emissions_road_{one}" for one in (*VEHICLES, "heavy_percent")}
    for lang in ("nb", "en"):
        assert keys <= set(texts("atlas_climate", lang))
    words = texts("atlas_climate", "nb")["base_year_slip"]
    assert {name for _, name, _, _ in Formatter().parse(words) if name} == {"aviation", "total"}
