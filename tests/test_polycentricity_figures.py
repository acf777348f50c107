"""Indices as tidy figures: what they hold, when they are null, and what they say of the balance."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from regiongeo import store
from regiongeo.assumptions import assumption
from regiongeo.crs import WORK_CRS
from regiongeo.errors import DataError
from regiongeo.i18n import texts
from regiongeo.polycentricity import (
    FIGURE_COLUMNS,
    entropy_index,
    flow_figures,
    gini,
    place_flows,
    read_balance,
    size_figures,
)
from regiongeo.region import members_of
from regiongeo.tables import ReferenceData

REGION = ("toy_2024", "Toy 2024")
PEOPLE = {"1": 60, "2": 20, "3": 10, "4": 10, "5": 50, "6": 50}


@pytest.fixture(scope="module")
def reference() -> ReferenceData:
    return store.load_reference()


@pytest.fixture
def members() -> gpd.GeoDataFrame:
    """Six squares in a row: four in Nord, two in Sør."""
    east, north = 590_000.0, 6_640_000.0
    return gpd.GeoDataFrame(
        {
            "name": [f"Kommune {one}" for one in PEOPLE],
            "subregion": ["Nord"] * 4 + ["Sør"] * 2,
            "population": PEOPLE.values(),
        },
        geometry=[box(east + x * 1000, north, east + (x + 1) * 1000, north + 1000) for x in range(6)],
        index=pd.Index(PEOPLE, name="municipality_id", dtype="str"),
        crs=WORK_CRS,
    )


@pytest.fixture
def sizes(members: gpd.GeoDataFrame) -> pd.DataFrame:
    people = members["population"].astype(float)
    return pd.DataFrame({2020: people, 2021: people + 10, 2022: people})


def _value(figures: pd.DataFrame, area: str, indicator: str, year: int) -> float:
    is_it = (figures["area_id"] == area) & (figures["indicator"] == indicator) & (figures["year"] == year)
    return float(figures.loc[is_it, "value"].item())


def _measure(sizes: pd.DataFrame, members: gpd.GeoDataFrame) -> pd.DataFrame:
    return size_figures(sizes, members, REGION, measured="population", source_id="ssb_07459")


def test_figures_of_sizes_hold_each_area_index_and_year_once(
    sizes: pd.DataFrame, members: gpd.GeoDataFrame
) -> None:
    figures = _measure(sizes, members)

    assert tuple(figures.columns) == FIGURE_COLUMNS
    assert not figures.duplicated(["area_kind", "area_id", "indicator", "year"]).any()
    assert set(figures["year"]) == {2020, 2021, 2022}
    assert _value(figures, "toy_2024", "population_primacy", 2020) == pytest.approx(0.3)
    assert _value(figures, "toy_2024", "population_primacy_subregions", 2020) == pytest.approx(0.5)
    assert _value(figures, "toy_2024", "population_gini_subregions", 2020) == pytest.approx(0)
    assert _value(figures, "Nord", "population_gini", 2021) == pytest.approx(gini([70, 30, 20, 20]))
    whole = [
        _value(figures, "toy_2024", f"population_{one}", 2020)
        for one in ("theil", "theil_between", "theil_within")
    ]
    assert whole[0] == pytest.approx(whole[1] + whole[2])


def test_a_subregion_of_fewer_than_four_is_null_and_says_why(
    sizes: pd.DataFrame, members: gpd.GeoDataFrame
) -> None:
    figures = _measure(sizes, members)
    south = figures[figures["area_id"] == "Sør"]

    assert len(south) == len(figures[figures["area_id"] == "Nord"])
    assert south["value"].isna().all()
    assert set(south["note"]) == {"too_few_members"}


def test_a_year_with_a_missing_size_is_null_for_the_areas_it_touches(
    sizes: pd.DataFrame, members: gpd.GeoDataFrame
) -> None:
    sizes.loc["1", 2021] = np.nan

    figures = _measure(sizes, members)
    rows = figures[(figures["year"] == 2021) & (figures["area_id"] == "toy_2024")]

    assert rows["value"].isna().all()
    assert set(rows["note"]) == {"sizes_missing"}
    assert rows["coverage_share"].to_numpy() == pytest.approx(140 / 200)
    assert (figures.loc[figures["year"] == 2020, "coverage_share"] == 1).all()
    assert _value(figures, "toy_2024", "population_primacy", 2020) == pytest.approx(0.3)


def test_members_without_a_row_and_negative_sizes_are_named(
    sizes: pd.DataFrame, members: gpd.GeoDataFrame
) -> None:
    with pytest.raises(DataError, match="no sizes for members '3'"):
        _measure(sizes.drop(index="3"), members)
    sizes.loc["5", 2022] = -1
    with pytest.raises(DataError, match="negative, see '5'"):
        _measure(sizes, members)


def test_place_flows_sum_zones_and_leave_the_border_out() -> None:
    zones = pd.DataFrame(
        {"municipality_id": ["1", "1", "2", None]}, index=pd.Index(["z1", "z2", "z3", "gate"], name="zone_id")
    )
    trips = {
        ("z1", "z2"): 5.0,
        ("z1", "z3"): 2.0,
        ("z2", "z3"): 3.0,
        ("z3", "z1"): 1.0,
        ("gate", "z1"): 100.0,
    }
    index = pd.MultiIndex.from_tuples(list(trips), names=["origin", "destination"])
    matrix = pd.DataFrame({"trips_per_day": trips.values()}, index=index)

    flow = place_flows(matrix, zones, pd.Index(["2", "1"]))

    assert flow.to_dict() == {"2": {"2": 0, "1": 5}, "1": {"2": 1, "1": 5}}


def test_figures_of_flows_are_the_indices_of_the_matrix(members: gpd.GeoDataFrame) -> None:
    flow = pd.DataFrame(1.0, index=members.index, columns=members.index)
    flow.loc["2", "1"] = 5.0

    figures = flow_figures(
        flow,
        members,
        REGION,
        measured="truck_flow",
        year=2018,
        source_id="npra_tent_2018",
        note="modelled_trucks",
    )

    assert tuple(figures.columns) == FIGURE_COLUMNS
    assert set(figures["note"]) == {"modelled_trucks"}
    assert _value(figures, "toy_2024", "truck_flow_entropy", 2018) == pytest.approx(entropy_index(flow))
    # 5 + 4 of 34 trips come to municipality 1; it sends 5: 14 of 68 ends against 68 / 6.
    assert _value(figures, "toy_2024", "truck_flow_primacy", 2018) == pytest.approx(9 / 34)
    assert _value(figures, "1", "truck_flow_dominance", 2018) == pytest.approx(14 / (68 / 6))
    with pytest.raises(DataError, match="'6'"):
        flow_figures(
            flow.drop(index="6"),
            members,
            REGION,
            measured="truck_flow",
            year=2018,
            source_id="npra_tent_2018",
        )


def _figures(values: list[float], indicator: str) -> pd.DataFrame:
    rows = pd.DataFrame({"year": range(2010, 2010 + len(values)), "value": values})
    return rows.assign(area_kind="region", area_id="toy", indicator=indicator)


def test_the_reading_knows_which_way_is_better() -> None:
    rising = [0.30, 0.31, 0.32, 0.33, 0.341, 0.35]
    figures = pd.concat(
        [
            _figures(rising, "population_primacy"),
            _figures([value - 1 for value in rising], "population_rank_size_slope"),
            _figures(rising, "population_theil_within"),
            _figures([0.3, 0.2, 0.35, 0.25, 0.3, 0.28], "population_gini"),
            _figures(rising[:3], "jobs_gini"),
            _figures(rising, "people_within_30min"),
        ]
    )

    readings = read_balance(figures, "en").loc[("region", "toy")]

    assert readings["reading"].to_dict() == {
        "population_primacy": "balance_away",
        "population_rank_size_slope": "balance_towards",
        "population_theil_within": "balance_away",
        "population_gini": "balance_unclear",
        "jobs_gini": "balance_too_short",
    }
    assert readings.loc["population_primacy", "sentence"].startswith(
        "Steadily away from better balance 2010–2015: 0.0100 a year"
    )
    assert math.isnan(readings.loc["jobs_gini", "low"])
    assert read_balance(figures.iloc[:0], "nb").empty


def test_every_figure_has_its_words_in_both_languages(sizes: pd.DataFrame, members: gpd.GeoDataFrame) -> None:
    figures = pd.concat(
        [
            _measure(sizes, members),
            size_figures(sizes, members, REGION, measured="jobs", source_id="user"),
            flow_figures(sizes @ sizes.T, members, REGION, measured="commuting", year=2021, source_id="user"),
        ]
    )
    for lang in ("nb", "en"):
        assert set(figures["indicator"]) | set(figures["note"]) - {""} <= set(texts("atlas_poly", lang))


def test_the_region_grew_no_less_primate_from_2005_to_2026(reference: ReferenceData) -> None:
    sizes = reference.population["population"].unstack("year")  # noqa: PD010
    members = members_of(reference, year=2024)
    gap_m = assumption(reference.assumptions, "polycentricity.border_gap_m", unit="m")

    figures = size_figures(
        sizes,
        members,
        ("osloregionen_2024", "Osloregionen 2024"),
        measured="population",
        source_id="ssb_07459",
        border_gap_m=gap_m,
    )

    # domain.md 2.2: Oslo 717,710 of 2,329,239.
    assert _value(figures, "osloregionen_2024", "population_primacy", 2024) == pytest.approx(
        717_710 / 2_329_239
    )
    assert set(figures["year"]) == set(range(2005, 2027))
    known = figures[(figures["area_kind"] == "subregion") & figures["value"].notna()]
    assert len(known["area_id"].unique()) == 11
    assert _value(figures, "osloregionen_2024", "population_gini", 2005) < _value(
        figures, "osloregionen_2024", "population_gini", 2026
    )
