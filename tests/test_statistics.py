"""Figures by area and year: sums that hold, changes from a stated base, and no total that is pretended."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.errors import DataError, SchemaError
from regiongeo.i18n import LANGUAGES, texts
from regiongeo.region import list_memberships, members_of
from regiongeo.statistics import (
    areas_of,
    commuting_figures,
    indicator_words,
    population_figures,
    ratio_figures,
    sum_figures,
)
from regiongeo.store import load_reference
from regiongeo.tables.figures import FIGURE_COLUMNS, join_figures

REFERENCE = load_reference()
MEMBERS = members_of(REFERENCE, year=2024)
AREAS = areas_of(MEMBERS, region_id="osloregionen_2024")
SHIPPED = population_figures(REFERENCE.population, AREAS, area_km2=REFERENCE.municipalities["area_km2"])

TOY = gpd.GeoDataFrame(
    {
        "name": ["Ask", "Bjerk", "Or"],
        "county_id": ["31", "31", "32"],
        "county": ["Østfold", "Østfold", "Akershus"],
        "subregion": ["West", "West", None],
    },
    index=pd.Index(["3101", "3103", "3201"], name="municipality_id"),
)
TOY_AREAS = areas_of(TOY, region_id="toy")


def by_year(figures: dict[tuple[str, int], float], name: str) -> pd.Series:
    index = pd.MultiIndex.from_tuples(figures, names=["municipality_id", "year"])
    return pd.Series(list(figures.values()), index=index, name=name)


def people(figures: dict[tuple[str, int], int]) -> pd.DataFrame:
    return by_year(figures, "population").to_frame()


PEOPLE = people(
    {
        ("3101", 2020): 100, ("3101", 2021): 110, ("3101", 2022): 121,
        ("3103", 2020): 300, ("3103", 2021): 300, ("3103", 2022): 279,
        ("3201", 2020): 600, ("3201", 2021): 590, ("3201", 2022): 600,
    }
)  # fmt: skip


def value(figures: pd.DataFrame, area: str, indicator: str, year: int) -> float:
    is_it = (figures["area_id"] == area) & (figures["indicator"] == indicator) & (figures["year"] == year)
    return float(figures.loc[is_it, "value"].item())


# --- areas


def test_every_municipality_stands_once_in_each_kind_of_area() -> None:
    for kind, rows in AREAS.groupby("area_kind"):
        assert sorted(rows["municipality_id"]) == list(MEMBERS.index), kind
    assert AREAS.groupby("area_kind")["area_id"].nunique().to_dict() == {
        "municipality": 65, "subregion": 17, "county": 7, "region": 1,
    }  # fmt: skip


def test_a_member_without_a_subregion_is_its_own() -> None:
    alone = AREAS[(AREAS["area_kind"] == "subregion") & (AREAS["area_id"] == "Elverum")]
    assert list(alone["municipality_id"]) == ["3420"]


def test_own_groups_stand_in_place_of_the_subregions() -> None:
    groups = pd.Series({"3201": "Big", "3101": "Small", "3103": "Small"})
    areas = areas_of(TOY, region_id="toy", groups=groups)
    own = areas[areas["area_kind"] == "subregion"]
    assert dict(zip(own["municipality_id"], own["area_id"], strict=True)) == groups.to_dict()
    with pytest.raises(DataError, match=r"every member once: '3103' in none"):
        areas_of(TOY, region_id="toy", groups=groups.drop("3103"))
    with pytest.raises(DataError, match=r"every member once: '3101' in two groups"):
        areas_of(TOY, region_id="toy", groups=pd.concat([groups, pd.Series({"3101": "Big"})]))


# --- population


def test_population_by_hand() -> None:
    """West: 400, 410, 400; the region: 1,000, 1,000, 1,000; Ask grows by a tenth each year."""
    area_km2 = pd.Series({"3101": 50.0, "3103": 30.0, "3201": 20.0})
    figures = population_figures(PEOPLE, TOY_AREAS, area_km2=area_km2, base_years=[2020])
    assert value(figures, "West", "population", 2021) == 410
    assert value(figures, "West", "population_change", 2022) == -10
    assert value(figures, "West", "population_change_percent", 2021) == 2.5
    assert value(figures, "West", "population_since_2020", 2022) == 0
    assert value(figures, "3201", "population_since_2020_percent", 2021) == pytest.approx(-100 / 60)
    assert value(figures, "3101", "population_growth_since_2020", 2022) == pytest.approx(10)
    assert value(figures, "West", "population_share", 2021) == pytest.approx(41)
    assert value(figures, "West", "population_density", 2020) == 5
    assert value(figures, "31", "population", 2022) == 400
    first = figures[(figures["year"] == 2020) & figures["indicator"].str.contains("change|since")]
    assert first.empty


def test_the_sums_of_the_lists_hold() -> None:
    lists = list_memberships(REFERENCE)
    assert lists["n_members"].to_dict() == {2020: 65, 2021: 64, 2022: 64, 2024: 65}
    assert lists["population"].to_dict() == {
        2020: 2_234_906, 2021: 2_223_086, 2022: 2_243_932, 2024: 2_329_239,
    }  # fmt: skip
    for year, (n_members, population) in lists[["n_members", "population"]].iterrows():
        members = members_of(REFERENCE, year=int(year))  # type: ignore[arg-type]
        areas = areas_of(members, region_id=f"osloregionen_{year}")
        figures = population_figures(
            REFERENCE.population, areas, area_km2=REFERENCE.municipalities["area_km2"]
        )
        assert value(figures, f"osloregionen_{year}", "population", int(year)) == population  # type: ignore[arg-type]
        assert (areas["area_kind"] == "municipality").sum() == n_members
    assert value(SHIPPED, "osloregionen_2024", "population", 2026) == 2_371_189
    assert value(SHIPPED, "osloregionen_2024", "population", 2010) == 1_952_697


def test_subregions_and_counties_add_up_to_the_region_every_year() -> None:
    amounts = SHIPPED[SHIPPED["indicator"].isin(["population", "population_change", "population_since_2010"])]
    sums = amounts.groupby(["indicator", "year", "area_kind"])["value"].sum().unstack()  # noqa: PD010
    for kind in ("municipality", "subregion", "county"):
        assert (sums[kind] == sums["region"]).all()
    shares = SHIPPED[SHIPPED["indicator"] == "population_share"]
    assert np.allclose(shares.groupby(["area_kind", "year"])["value"].sum(), 100)


def test_an_alternative_subregion_moves_the_municipality_and_counts_it_once() -> None:
    moved = areas_of(members_of(REFERENCE, year=2024, alternatives=["3903"]), region_id="osloregionen_2024")
    figures = population_figures(REFERENCE.population, moved, area_km2=REFERENCE.municipalities["area_km2"])
    people_there = int(REFERENCE.population.loc[("3903", 2024), "population"])
    for area, sign in (("Drammensregionen", 1), ("Vestfold-kommuner", -1)):
        change = value(figures, area, "population", 2024) - value(SHIPPED, area, "population", 2024)
        assert change == sign * people_there
    parts = figures.query("area_kind == 'subregion' and indicator == 'population' and year == 2024")
    assert parts["value"].sum() == 2_329_239


def test_a_base_year_without_figures_is_refused() -> None:
    area_km2 = REFERENCE.municipalities["area_km2"]
    with pytest.raises(DataError, match="no figures of 1999: choose base years from 2005 to 2026"):
        population_figures(REFERENCE.population, AREAS, area_km2=area_km2, base_years=[1999])


# --- what users bring


def test_a_sum_is_given_only_where_every_municipality_has_a_figure() -> None:
    """Ask and Bjerk have jobs, Or (600 of 1,000 people) has none: no sum of Akershus and the region."""
    jobs = by_year({("3101", 2020): 40.0, ("3103", 2020): 60.0, ("5001", 2020): 1e6}, "jobs")
    figures = sum_figures(jobs, TOY_AREAS, population=PEOPLE, indicator="jobs", unit="persons")
    assert value(figures, "West", "jobs", 2020) == 100
    region = figures[figures["area_id"] == "toy"].iloc[0]
    assert np.isnan(region["value"])
    assert region["note"] == "not_all_municipalities"
    assert region["coverage_share"] == pytest.approx(0.4)
    assert figures.loc[figures["area_id"] == "West", "coverage_share"].item() == 1


def test_a_year_without_population_is_weighed_by_the_nearest_one() -> None:
    jobs = by_year({("3101", 2025): 40.0}, "jobs")
    figures = sum_figures(jobs, TOY_AREAS, population=PEOPLE, indicator="jobs", unit="persons")
    assert figures.loc[figures["area_id"] == "toy", "coverage_share"].item() == pytest.approx(0.121)


def test_jobs_per_inhabitant() -> None:
    jobs = by_year({("3101", 2020): 40.0, ("3103", 2020): 60.0}, "jobs")
    above = sum_figures(jobs, TOY_AREAS, population=PEOPLE, indicator="jobs", unit="persons")
    below = sum_figures(
        PEOPLE["population"], TOY_AREAS, population=PEOPLE, indicator="population", unit="persons"
    )
    ratio = ratio_figures(above, below, indicator="jobs_per_inhabitant", unit="jobs/person")
    assert value(ratio, "West", "jobs_per_inhabitant", 2020) == 0.25
    assert value(ratio, "3101", "jobs_per_inhabitant", 2020) == 0.4
    region = ratio[ratio["area_id"] == "toy"].iloc[0]
    assert np.isnan(region["value"])
    assert (region["note"], region["coverage_share"]) == ("not_all_municipalities", pytest.approx(0.4))


def test_a_divisor_of_nought_defines_nothing() -> None:
    zero = by_year({(code, 2020): 0.0 for code in TOY.index}, "jobs")
    nought = sum_figures(zero, TOY_AREAS, population=PEOPLE, indicator="jobs", unit="persons")
    ratio = ratio_figures(nought, nought, indicator="jobs_per_inhabitant", unit="1")
    assert set(ratio["note"]) == {"not_defined"}
    assert ratio["value"].isna().all()


def commuters(flows: dict[tuple[str, str], float], year: int = 2020) -> pd.Series:
    index = pd.MultiIndex.from_tuples([(*pair, year) for pair in flows], names=["home_id", "work_id", "year"])
    return pd.Series(list(flows.values()), index=index)


def test_commuting_by_hand() -> None:
    """Within West: 10 + 5 + 2 + 20; out of it 7 (to Or) + 3 (to Trondheim); into it 4 from Or."""
    flows = commuters(
        {
            ("3101", "3101"): 10, ("3101", "3103"): 5, ("3103", "3101"): 2, ("3103", "3103"): 20,
            ("3101", "3201"): 7, ("3103", "5001"): 3, ("3201", "3103"): 4, ("3201", "3201"): 50,
        }
    )  # fmt: skip
    figures = commuting_figures(flows, TOY_AREAS, population=PEOPLE)
    west = {
        name: value(figures, "West", f"commuting_{name}", 2020) for name in ("in", "out", "within", "net")
    }
    assert west == {"in": 4, "out": 10, "within": 37, "net": -6}
    assert value(figures, "West", "commuting_self_containment", 2020) == pytest.approx(100 * 37 / 47)
    assert value(figures, "3101", "commuting_in", 2020) == 2
    assert value(figures, "toy", "commuting_out", 2020) == 3


def test_commuting_of_some_municipalities_gives_no_total() -> None:
    flows = commuters({("3101", "3101"): 10, ("3101", "3103"): 5, ("3103", "3103"): 1, ("3103", "3101"): 1})
    figures = commuting_figures(flows, TOY_AREAS, population=PEOPLE)
    assert value(figures, "West", "commuting_within", 2020) == 17
    region = figures[(figures["area_id"] == "toy") & (figures["indicator"] == "commuting_in")].iloc[0]
    assert np.isnan(region["value"])
    assert (region["note"], region["coverage_share"]) == ("not_all_municipalities", pytest.approx(0.4))


def test_tables_of_nobody_and_rows_twice_are_refused() -> None:
    options = {"population": PEOPLE, "indicator": "jobs", "unit": "persons"}
    with pytest.raises(
        DataError, match="no municipality of the region has a figure of 'jobs': check the codes"
    ):
        sum_figures(by_year({("5001", 2020): 1.0}, "jobs"), TOY_AREAS, **options)  # type: ignore[arg-type]
    once = by_year({("3101", 2020): 1.0}, "jobs")
    with pytest.raises(DataError, match=r"'jobs' has the same row twice: \('3101', 2020\)"):
        sum_figures(pd.concat([once, once]), TOY_AREAS, **options)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="commuters both as home and as workplace"):
        commuting_figures(commuters({("3101", "5001"): 1}), TOY_AREAS, population=PEOPLE)


# --- the contract


def test_a_table_of_figures_has_each_figure_once() -> None:
    assert tuple(SHIPPED.columns) == FIGURE_COLUMNS
    assert set(SHIPPED["note"]) == {""}
    assert set(SHIPPED["coverage_share"]) == {1.0}
    with pytest.raises(SchemaError, match="the same id stands more than once"):
        join_figures([SHIPPED, SHIPPED.head(1)])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_indicator_and_note_has_words(lang: str) -> None:
    for key in SHIPPED["indicator"].unique():
        assert indicator_words(key, lang)  # type: ignore[arg-type]
    known = texts("atlas_members", lang)  # type: ignore[arg-type]
    assert {"note_not_all_municipalities", "note_not_defined", "jobs_per_inhabitant"} <= set(known)
    assert indicator_words("population_since_2010_percent", "nb") == "Endring i folketall siden 2010, prosent"


@given(st.lists(st.integers(0, 10**7), min_size=6, max_size=6), st.permutations(range(6)))
def test_law_sums_do_not_depend_on_the_order_of_the_rows(sizes: list[int], order: list[int]) -> None:
    keys = [(code, year) for code in TOY.index for year in (2020, 2021)]
    table = by_year(dict(zip(keys, map(float, sizes), strict=True)), "jobs")
    options = {"population": PEOPLE, "indicator": "jobs", "unit": "persons"}
    plain = sum_figures(table, TOY_AREAS, **options)  # type: ignore[arg-type]
    shuffled = sum_figures(table.iloc[order], TOY_AREAS, **options)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(plain, shuffled)
    for year in (2020, 2021):
        parts = [value(plain, area, "jobs", year) for area in ("West", "Or")]
        assert sum(parts) == value(plain, "toy", "jobs", year)
