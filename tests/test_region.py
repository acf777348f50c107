"""The region: members of a list, subregions by dissolve, and where a point lies."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.errors import CrsError, ScenarioError
from regiongeo.region import (
    MEMBERSHIP_NOTES,
    build_counties,
    build_subregions,
    locate,
    members_of,
    membership_changes,
    membership_notes,
)
from regiongeo.store import load_reference

if TYPE_CHECKING:
    from regiongeo.tables import ReferenceData

EAST, NORTH, SIDE = 600_000, 6_640_000, 1000.0
CELLS = {"0001": (0, 1), "0002": (1, 1), "0003": (2, 1), "0004": (0, 0), "0005": (1, 0), "0006": (2, 0)}


def square(column: int, row: int) -> shapely.Polygon:
    west, south = EAST + SIDE * column, NORTH + SIDE * row
    return shapely.box(west, south, west + SIDE, south + SIDE)


@pytest.fixture
def toy() -> SimpleNamespace:
    """Six squares of 1 km2; on the list are A, B, C, D, F, so E is a notch. F has no subregion, B has two.

    +-----+-----+-----+
    | A   | B   | C   |     A, D: West   B: West, or East   C: East
    +-----+-----+-----+
    | D   | E   | F   |
    +-----+-----+-----+
    """
    ids = pd.Index(CELLS, name="municipality_id", dtype="str")
    municipalities = gpd.GeoDataFrame(
        {
            "name": list("ABCDEF"),
            "county_id": "01",
            "county": ["N", "N", "N", "S", "S", "S"],
            "area_km2": 1.0,
        },
        geometry=[square(*cell) for cell in CELLS.values()],
        index=ids,
        crs="EPSG:25832",
    )
    members = pd.DataFrame(
        {
            "name": list("ABCDF"),
            "is_member_2020": [True, True, True, True, True],
            "is_member_2024": [True, True, True, True, False],
            "subregion": ["West", "West", "East", "West", None],
            "subregion_certainty": ["certain", "confirmed", "likely", "certain", "uncertain"],
            "subregion_source": "page",
            "subregion_other": [None, "East", None, None, None],
            "subregion_other_certainty": [None, "likely", None, None, None],
            "centre": list("abcdf"),
        },
        index=ids[[0, 1, 2, 3, 5]],
    )
    people = pd.MultiIndex.from_product([ids, [2020, 2021]], names=["municipality_id", "year"])
    population = pd.DataFrame({"population": np.arange(len(people)), "is_imputed": False}, index=people)
    return SimpleNamespace(municipalities=municipalities, members=members, population=population)


@pytest.fixture(scope="module")
def reference() -> ReferenceData:
    return load_reference()


def test_members_of_reads_the_list_and_the_population_of_its_year(toy: SimpleNamespace) -> None:
    members = members_of(toy, year=2020)
    assert list(members.index) == ["0001", "0002", "0003", "0004", "0006"]
    # population counts up over (id, year): the years 2020 are the even numbers 0, 2, 4, 6, (8), 10
    assert list(members["population"]) == [0, 2, 4, 6, 10]
    assert not [column for column in members.columns if column.startswith("is_member_")]


def test_members_of_takes_another_population_year(toy: SimpleNamespace) -> None:
    assert list(members_of(toy, year=2024, population_year=2021)["population"]) == [1, 3, 5, 7]


def test_alternatives_swap_both_subregions_and_certainties(toy: SimpleNamespace) -> None:
    b = members_of(toy, year=2020, alternatives=["0002"]).loc["0002"]
    assert (b["subregion"], b["subregion_certainty"]) == ("East", "likely")
    assert (b["subregion_other"], b["subregion_other_certainty"]) == ("West", "confirmed")


def test_members_of_leaves_its_input_as_it_was(toy: SimpleNamespace) -> None:
    before = toy.members.copy(deep=True)
    members_of(toy, year=2020, alternatives=["0002"])
    pd.testing.assert_frame_equal(toy.members, before)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"year": 2019}, "no membership list of 2019: choose one of 2020, 2024"),
        ({"year": 2020, "population_year": 1999}, "no population of 1999: choose a year from 2020 to 2021"),
        ({"year": 2020, "alternatives": ["0003"]}, "no second subregion for '0003': only for 0002"),
    ],
)
def test_a_wrong_choice_is_refused_with_what_there_is(
    toy: SimpleNamespace, options: dict[str, object], words: str
) -> None:
    with pytest.raises(ScenarioError, match=words):
        members_of(toy, **options)  # type: ignore[arg-type]


def test_a_municipality_without_population_is_named(toy: SimpleNamespace) -> None:
    toy.population = toy.population.drop(index=("0003", 2020))
    with pytest.raises(ScenarioError, match="no population of 2020 for '0003'"):
        members_of(toy, year=2020)


def test_subregions_dissolve_and_the_one_without_stands_alone(toy: SimpleNamespace) -> None:
    parts = build_subregions(members_of(toy, year=2020))
    assert list(parts.index) == ["East", "F", "West"]
    assert list(parts["is_subregion"]) == [True, False, True]
    assert list(parts["population"]) == [4, 10, 8]
    assert parts.loc["West", "municipalities"] == "A, B, D"
    assert (
        parts.loc["West", "subregion_certainty"] == "confirmed"
    )  # the least sure of certain, confirmed, certain
    assert parts.loc["West", "geometry"].equals(shapely.union_all([square(0, 1), square(1, 1), square(0, 0)]))


def test_counties_hold_their_members_only(toy: SimpleNamespace) -> None:
    parts = build_counties(members_of(toy, year=2020))
    assert parts["n_municipalities"].to_dict() == {"N": 3, "S": 2}
    assert parts.geometry.area.to_dict() == {"N": 3e6, "S": 2e6}


@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=6, max_size=6))
def test_subregions_partition_the_region_however_they_are_drawn(names: list[str | None]) -> None:
    members = gpd.GeoDataFrame(
        {"name": list("ABCDEF"), "subregion": pd.Series(names, dtype="str").to_numpy()},
        geometry=[square(*cell) for cell in CELLS.values()],
        index=pd.Index(CELLS, name="municipality_id"),
        crs="EPSG:25832",
    ).assign(subregion_certainty="certain", population=1, area_km2=1.0)
    parts = build_subregions(members)
    assert parts["population"].sum() == 6
    assert parts.geometry.area.sum() == members.geometry.union_all().area == 6e6
    assert parts.geometry.union_all().equals(members.geometry.union_all())


def points(*places: tuple[float, float]) -> gpd.GeoDataFrame:
    shapes = [shapely.Point(EAST + x, NORTH + y) for x, y in places]
    return gpd.GeoDataFrame(geometry=shapes, index=[f"p{n}" for n in range(len(places))], crs="EPSG:25832")


def test_locate_inside_on_a_border_at_a_corner_and_outside(toy: SimpleNamespace) -> None:
    found = locate(points((500, 1500), (1000, 1500), (1000, 1000), (-1, 500)), toy.municipalities)
    # inside A; on the border of A and B; where A, B, D and E meet; west of everything
    assert list(found.fillna("-")) == ["0001", "0001", "0001", "-"]
    assert list(found.index) == ["p0", "p1", "p2", "p3"]


@given(st.lists(st.tuples(st.integers(-100, 3100), st.integers(-100, 2100)), max_size=30), st.randoms())
def test_locate_agrees_with_looking_at_every_area(places: list[tuple[int, int]], random: object) -> None:
    ids = list(CELLS)
    random.shuffle(ids)  # type: ignore[attr-defined]
    areas = gpd.GeoDataFrame(
        geometry=[square(*CELLS[i]) for i in ids],
        index=pd.Index(ids, name="municipality_id"),
        crs="EPSG:25832",
    )
    where = points(*places)
    expected = [
        min((i for i in ids if areas.geometry[i].covers(point)), default="-") for point in where.geometry
    ]
    assert list(locate(where, areas).fillna("-")) == expected


def test_locate_refuses_two_coordinate_systems(toy: SimpleNamespace) -> None:
    with pytest.raises(CrsError, match="to_work"):
        locate(points((1, 1)).to_crs("EPSG:25833"), toy.municipalities)


@pytest.mark.parametrize(("year", "count"), [(2020, 65), (2021, 64), (2022, 64), (2024, 65)])
def test_shipped_lists_have_their_published_length(reference: ReferenceData, year: int, count: int) -> None:
    assert len(members_of(reference, year=year)) == count


def test_union_of_the_lists_and_who_differs(reference: ReferenceData) -> None:
    lists = {year: set(members_of(reference, year=year)["name"]) for year in (2020, 2021, 2022, 2024)}
    assert len(set().union(*lists.values())) == len(reference.members) == 66
    assert lists[2020] - lists[2024] == {"Færder"}
    assert lists[2024] - lists[2020] == {"Elverum"}
    assert lists[2021] == lists[2022] == lists[2020] & lists[2024]


@pytest.mark.parametrize(
    ("members", "year", "people"),
    [
        (2020, 2020, 2_234_906),
        (2021, 2021, 2_223_086),
        (2022, 2022, 2_243_932),
        (2024, 2010, 1_952_697),
        (2024, 2024, 2_329_239),
        (2024, 2026, 2_371_189),
    ],
)
def test_population_is_the_published_one(
    reference: ReferenceData, members: int, year: int, people: int
) -> None:
    assert members_of(reference, year=members, population_year=year)["population"].sum() == people


def test_shipped_subregions_have_the_published_population(reference: ReferenceData) -> None:
    parts = build_subregions(members_of(reference, year=2024))
    published = {
        "Oslo": 717_710, "Asker og Bærum": 229_736, "Drammensregionen": 153_736, "Folloregionen": 133_812,
        "Gardermoregionen": 122_940, "Gjøvikregionen": 71_531, "Hadelandsregionen": 22_950,
        "Hamarregionen": 98_025, "Indre Østfold regionråd": 63_003, "Kongsbergregionen": 52_568,
        "Kongsvingerregionen": 49_073, "Mosseregionen": 85_572, "Ringeriksregionen": 62_513,
        "Samarbeidsrådet for Nedre Romerike": 206_428, "Søndre Østfold regionråd": 183_070,
        "Vestfold-kommuner": 54_811, "Elverum": 21_761,
    }  # fmt: skip
    assert parts["population"].to_dict() == published
    assert list(parts.index[~parts["is_subregion"]]) == ["Elverum"]


def test_each_shipped_subregion_is_its_municipalities_to_the_square_metre(reference: ReferenceData) -> None:
    members = members_of(reference, year=2024)
    parts = build_subregions(members)
    for name, group in members.groupby(members["subregion"].fillna(members["name"])):
        assert parts.loc[name, "geometry"].symmetric_difference(group.union_all()).area < 1
    assert abs(parts.area.sum() - members.geometry.union_all().area) < 1
    overlap = [a.intersection(b).area for n, a in enumerate(parts.geometry) for b in parts.geometry[n + 1 :]]
    assert max(overlap) < 1


def test_double_memberships_never_count_twice(reference: ReferenceData) -> None:
    doubles = ["3216", "3236", "3903"]  # Vestby, Jevnaker, Holmestrand
    other = build_subregions(members_of(reference, year=2024, alternatives=doubles))
    assert other["population"].sum() == 2_329_239
    assert "Vestby" in other.loc["Folloregionen", "municipalities"]
    assert "Vestby" not in other.loc["Mosseregionen", "municipalities"]


def test_flesberg_is_a_hole(reference: ReferenceData) -> None:
    outline = members_of(reference, year=2024).geometry.union_all(method="coverage")
    flesberg = reference.municipalities.loc["3334", "geometry"]
    assert outline.intersection(flesberg).area < 1
    holes = [shapely.Polygon(ring) for part in outline.geoms for ring in part.interiors]
    assert max(holes, key=lambda hole: hole.area).symmetric_difference(flesberg).area < 1


def test_known_places_lie_in_their_municipality(reference: ReferenceData) -> None:
    places = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([10.7528, 11.068, 9.65, 11.2], [59.9109, 60.7945, 59.669, 55.0]),
        index=["Oslo S", "Hamar", "Kongsberg", "Baltic"],
        crs="EPSG:4326",
    ).to_crs("EPSG:25832")
    assert list(locate(places, reference.municipalities).fillna("-")) == ["0301", "3403", "3303", "-"]


def test_who_joined_and_who_left() -> None:
    changes = membership_changes(load_reference())
    assert changes.to_dict("records") == [
        {"from_year": 2020, "to_year": 2021, "municipality_id": "3911", "name": "Færder", "change": "left"},
        {
            "from_year": 2022,
            "to_year": 2024,
            "municipality_id": "3420",
            "name": "Elverum",
            "change": "joined",
        },
    ]


def test_what_must_be_said_of_a_subregion_is_said() -> None:
    reference = load_reference()
    notes = membership_notes(members_of(reference, year=2024))
    assert list(notes.index[notes == "open_case"]) == ["3420"]
    double = ["3216", "3236", "3903"]
    assert list(notes.index[notes == "double_membership"]) == double
    assert list(notes.index[notes == "less_sure"])
    assert not set(notes) - set(MEMBERSHIP_NOTES)
    swapped = membership_notes(members_of(reference, year=2024, alternatives=double))
    assert swapped.equals(notes)
