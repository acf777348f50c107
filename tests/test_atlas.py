"""The atlas from the shipped tables and a user's own: sums, limits, words, and what it refuses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from regiongeo import store
from regiongeo.atlas.compute import compute_atlas
from regiongeo.atlas.model import list_id
from regiongeo.atlas.owntables import own_figures
from regiongeo.atlas.words import figure_words, note_words, unit_words
from regiongeo.atlasjob import AtlasInputs, _estimate_flows, compute_from_files
from regiongeo.errors import DataError, ScenarioError, SchemaError
from regiongeo.i18n import LANGUAGES
from regiongeo.polycentricity import FLOW_INDICES
from regiongeo.region import members_of
from regiongeo.report.atlastables import area_table, centre_table, series_table, value_of, year_of_figures
from regiongeo.statistics import areas_of
from regiongeo.store import load_reference
from regiongeo.tables.figures import FIGURES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from regiongeo.atlas.model import Atlas

SUMS = {
    (2020, 2020): 2_234_906,
    (2021, 2021): 2_223_086,
    (2022, 2022): 2_243_932,
    (2024, 2024): 2_329_239,
    (2024, 2026): 2_371_189,
}
REFERENCE = load_reference()
MEMBERS = REFERENCE.members.index[REFERENCE.members["is_member_2024"]]


@pytest.fixture(scope="module", autouse=True)
def _read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "load_reference", lambda: REFERENCE)
        yield


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return compute_atlas(REFERENCE, members_year=2024, year=2026)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """Compute the atlas of one own group, with jobs, commuting, land use and emissions of the user's own."""
    folder = tmp_path_factory.mktemp("own")
    group_of = {code: "=1+1" if code < "3300" else "Resten" for code in MEMBERS}
    rows = {
        "groups": ["kommune;gruppe", *(f"{code};{group}" for code, group in group_of.items())],
        "jobs": [
            "region;år;Sysselsatte etter arbeidssted",
            *(f"{code} X;2023;{1000 if code == '0301' else 100}" for code in MEMBERS),
        ],
        "commuting": [
            "arbeidsstedskommune;bostedskommune;år;Sysselsatte",
            *(f"0301;{code};2023;10" for code in MEMBERS),
            *(f"{code};0301;2023;1" for code in MEMBERS if code != "0301"),
        ],
        "land_use": [
            "region;arealklasse;år;Areal (km²)",
            *(f"{code};Boligbebyggelse;2023;2" for code in MEMBERS),
        ],
        "emissions": [
            "kommunenummer;år;sektor;kilde;utslipp",
            "0301;2022;Veitrafikk;Personbiler;700",
            "4005;2022;Veitrafikk;Personbiler;5",
        ],
    }
    paths: dict[str, Any] = {}
    for name, lines in rows.items():
        paths[name] = folder / f"{name}.csv"
        paths[name].write_text("\n".join(lines) + "\n", "utf-8")
    return compute_from_files(AtlasInputs(year=2024, subregion="=1+1", **paths), lang="en")


# --- the region


@pytest.mark.parametrize(("members", "year"), SUMS)
def test_the_lists_sum_to_what_was_published(atlas: Atlas, members: int, year: int) -> None:
    found = value_of(atlas, "population", year=year, area_id=list_id(members))

    assert found == SUMS[members, year]


def test_subregions_and_counties_sum_to_the_region(atlas: Atlas) -> None:
    people = atlas.figures[atlas.figures["indicator"] == "population"]
    own = people[(people["area_kind"] != "region") | (people["area_id"] == list_id(2024))]

    sums = own.groupby(["year", "area_kind"])["value"].sum()

    whole = sums.xs("region", level="area_kind")
    assert whole.index.tolist() == list(range(2005, 2027))
    for kind in ("municipality", "subregion", "county"):
        assert sums.xs(kind, level="area_kind").equals(whole)


def test_the_stated_sectors_sum_to_the_published_change(atlas: Atlas) -> None:
    change = atlas.restated["change_t"]

    assert change.drop("total").sum() == -562_290
    assert change["total"] == -562_289
    stated = value_of(atlas, "stated_change_total_t", year=2020, area_id=list_id(2022))
    assert stated == -562_289


def test_every_figure_keeps_the_contract_and_has_words(atlas: Atlas) -> None:
    figures = atlas.figures
    assert not figures.duplicated(list(FIGURES.index)).any()
    assert figures.loc[figures["value"].isna(), "note"].ne("").all()
    for lang in LANGUAGES:
        assert all(figure_words(key, lang) for key in figures["indicator"].unique())
        assert all(unit_words(unit, lang) for unit in figures["unit"].unique())
        assert all(note_words(note, lang) for note in figures["note"].unique() if note)


def test_no_total_is_pretended_where_two_municipalities_have_emissions(atlas: Atlas) -> None:
    totals = atlas.figures[atlas.figures["indicator"] == "emissions_total"]
    region = totals[totals["area_kind"] == "region"]

    assert region["value"].isna().all()
    assert set(region["note"]) <= {"partial_members", "sector_missing"}
    assert region["coverage_share"].between(0, 0.01).all()
    assert region["coverage_share"].gt(0).any()


def test_the_readings_are_those_of_the_regions_own_figures(atlas: Atlas) -> None:
    reading = atlas.readings.xs(("region", list_id(2024), "population_primacy"))

    primacy = atlas.figures[
        (atlas.figures["area_id"] == list_id(2024)) & (atlas.figures["indicator"] == "population_primacy")
    ].set_index("year")["value"]
    oslo = value_of(atlas, "population", year=2026, area_id="0301") / SUMS[2024, 2026]
    assert primacy[2026] == pytest.approx(oslo)
    assert reading["per_year"] == pytest.approx((primacy[2026] - primacy[2005]) / 21)


def test_every_index_of_the_regions_sizes_hangs_most_on_oslo(atlas: Atlas) -> None:
    told = atlas.sensitivity.loc[("region", "osloregionen_2024")]
    of_population = told[told.index.str.startswith("population_")]
    assert set(of_population["place"]) == {"Oslo"}
    assert of_population.loc["population_gini", "without"] == pytest.approx(0.514, abs=0.001)
    own = atlas.figures[atlas.figures["area_id"] == "osloregionen_2024"]
    values = own[own["year"] == 2026].set_index("indicator")["value"]
    for name in told.index.drop("population_rank_size_slope"):
        assert told.loc[name, "value"] == pytest.approx(values[name], rel=1e-12), name
    drawn = told[told["low"].notna()]
    assert set(drawn.index) == {
        f"{sizes}_{index}" for sizes in ("population", "accessibility") for index in ("gini", "theil")
    }
    assert ((drawn["low"] < drawn["value"]) & (drawn["value"] < drawn["high"])).all()


def test_accessibility_and_espons_index_are_told_for_every_year(atlas: Atlas) -> None:
    own = atlas.figures[atlas.figures["area_id"] == "osloregionen_2024"]
    for name in ("accessibility_gini", "espon_polycentricity", "espon_size", "espon_connectivity"):
        rows = own[own["indicator"] == name]
        assert list(rows["year"]) == list(range(2005, 2027)), name
        assert rows["value"].notna().all()
    of_espon = own[own["unit"] == "0-100"]
    assert of_espon["value"].between(0, 100, inclusive="neither").all()
    oslo = atlas.figures[
        (atlas.figures["area_id"] == "0301") & (atlas.figures["indicator"] == "people_within_45min")
    ]
    assert oslo["value"].is_monotonic_increasing  # the region grew in every year


def test_heavy_vehicles_stand_apart_in_road_traffic(atlas: Atlas) -> None:
    rows = atlas.figures[(atlas.figures["area_id"] == "4005") & (atlas.figures["year"] == 2019)]
    found = rows.set_index("indicator")["value"]
    parts = [f"emissions_road_{vehicle}" for vehicle in ("car", "van", "heavy", "bus")]
    assert found[parts].sum() == pytest.approx(found["emissions_road"])
    percent = 100 * found["emissions_road_heavy"] / found["emissions_road"]
    assert found["emissions_road_heavy_percent"] == pytest.approx(percent)


def test_classes_of_land_use_that_cannot_be_told_apart_are_named() -> None:
    members = members_of(REFERENCE, year=2024)
    names = ["Bolig, fritid", "bolig fritid"]
    keys = [[2024], names, members.index]
    index = pd.MultiIndex.from_product(keys, names=["year", "land_use", "municipality_id"])
    land_use = pd.DataFrame(
        {"area_km2": 1.0}, index=index.reorder_levels(["municipality_id", "land_use", "year"])
    )
    areas = areas_of(members, region_id="r", region_name="R")
    with pytest.raises(DataError, match="'Bolig, fritid', 'bolig fritid' differ in signs and capitals"):
        own_figures(areas, members, ("r", "R"), REFERENCE, land_use=land_use)


def test_elverum_is_an_open_case_and_said_so(atlas: Atlas) -> None:
    assert atlas.municipalities.loc["3420", "subregion"] == "Elverum"
    assert "Elverum" in atlas.notes["3420"]
    assert set(atlas.membership["name"]) == {"Færder", "Elverum"}


def test_tables_name_the_year_of_each_figure(atlas: Atlas) -> None:
    years = year_of_figures(atlas, "municipality")

    assert years["population"] == 2026
    assert years["emissions_total"] == 2022  # later years lack a sector
    table = area_table(atlas, "municipality")
    assert len(table) == 65
    assert table["population"].sum() == SUMS[2024, 2026]
    series = series_table(atlas).xs(("region", list_id(2024), "population"))
    assert series[2024] == SUMS[2024, 2024]


def test_centres_name_the_nearest_and_the_nearest_larger(atlas: Atlas) -> None:
    table = centre_table(atlas)

    assert table.index.tolist()[0] == "0301"
    assert math.isnan(float(table["larger_minutes"].to_numpy()[0]))
    assert list(table[["name", "larger"]].loc["3105"]) == ["Sarpsborg", "Fredrikstad"]
    nearest = atlas.minutes.drop(columns="3105").loc["3105"].min()
    assert table.loc["3105", "minutes_1"] == pytest.approx(nearest, abs=0.05)


# --- own tables, one group


def test_a_group_stands_with_its_municipalities_beside_the_region(own: Atlas) -> None:
    assert own.subregion == "=1+1"
    assert set(own.municipalities["subregion"]) == {"=1+1"}
    assert (own.municipalities.index < "3300").all()
    assert set(own.figures["area_kind"]) == {"municipality", "subregion", "region"}
    assert set(own.areas.loc[own.areas["area_kind"] == "region", "area_id"]) == {list_id(2024)}
    assert len(own.centres) == len(own.minutes) == 65
    inside = own.cells.geometry.centroid.within(own.municipalities.union_all())
    assert inside.all()
    assert len(own.notes) == 0


def test_own_jobs_are_summed_compared_and_measured(own: Atlas) -> None:
    assert value_of(own, "jobs", year=2023) == 1000 + 64 * 100
    people = value_of(own, "population", year=2023, area_id="0301")
    assert value_of(own, "jobs_per_inhabitant", year=2023, area_id="0301") == pytest.approx(1000 / people)
    assert value_of(own, "jobs_primacy", year=2023) == pytest.approx(1000 / 7400)


def test_centres_are_ordered_by_jobs_where_given(own: Atlas, atlas: Atlas) -> None:
    assert atlas.job_centres is None
    table = centre_table(own)
    assert table.loc["0301", ["job_rank", "jobs"]].tolist() == [1, 1000]
    # All others have a hundred: Oslo is the only larger one, ties go by code.
    assert set(table["job_larger"].dropna()) == {"Oslo"}
    assert table.loc["3101", "job_rank"] == 2


def test_own_commuting_gives_balances_and_indices(own: Atlas) -> None:
    # 64 municipalities send ten to Oslo and get one back; ten of Oslo stay.
    assert value_of(own, "commuting_in", year=2023, area_id="0301") == 640
    assert value_of(own, "commuting_out", year=2023, area_id="0301") == 64
    assert value_of(own, "commuting_within", year=2023) == 64 * 11 + 10
    assert value_of(own, "commuting_primacy", year=2023) == pytest.approx(640 / 704)


def test_commuting_that_lacks_a_member_gives_no_index_and_says_why() -> None:
    members = members_of(REFERENCE, year=2024)
    flows = pd.DataFrame(
        {"commuters": [5.0, 9.0]},
        index=pd.MultiIndex.from_tuples(
            [("0301", "3301", 2023), ("3301", "0301", 2023)], names=["home_id", "work_id", "year"]
        ),
    )
    areas = areas_of(members, region_id="r", region_name="R")
    table = pd.concat(own_figures(areas, members, ("r", "R"), REFERENCE, commuting=flows))
    told = table[table["note"] == "flows_missing"].set_index("indicator")["value"]
    assert set(told.index) == {f"commuting_{one}" for one in FLOW_INDICES}
    assert told.isna().all()


def test_own_land_use_keeps_the_name_of_its_class(own: Atlas) -> None:
    assert value_of(own, "land_use_boligbebyggelse", year=2023) == 130
    assert figure_words("land_use_boligbebyggelse", "nb") == "Areal: boligbebyggelse"


def test_own_emissions_win_over_the_shipped_ones_of_a_municipality() -> None:
    from regiongeo.atlas.owntables import emission_figures  # noqa: PLC0415 - one test of the part
    from regiongeo.region import members_of  # noqa: PLC0415
    from regiongeo.statistics import areas_of  # noqa: PLC0415

    shipped = REFERENCE.emissions
    mine = shipped.loc[["4005"]].assign(t_co2e=1.0, source_id="user")
    areas = areas_of(members_of(REFERENCE, year=2024), region_id=list_id(2024))

    figures = emission_figures(areas, REFERENCE, mine).set_index(["area_id", "indicator", "year"])

    sources = shipped.xs(("4005", 2022, "road"))
    assert figures.loc[("4005", "emissions_road", 2022), "value"] == len(sources)


# --- what is refused


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"year": 1999}, "no population of 1999: choose a year from 2005 to 2026"),
        ({"members_year": 2019}, "no membership list of 2019: choose one of 2020, 2021, 2022, 2024"),
        ({"subregion": "Narnia"}, "no subregion 'Narnia': choose one of Asker og Bærum, "),
        ({"alternatives": ("0301",)}, "no second subregion for '0301': only for 3216, 3236, 3903"),
    ],
)
def test_what_is_not_there_is_refused_with_what_there_is(asked: dict[str, object], words: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        compute_from_files(AtlasInputs(**asked), lang="nb")  # type: ignore[arg-type]
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("role", "content", "words"),
    [
        ("groups", "kommune;gruppe\n0301;A\n", "no row of Halden (3101)"),
        ("jobs", "region;år;Sysselsatte etter arbeidssted\n301;2023;5\n", "its first zero was lost"),
        ("jobs", "region;år;Sysselsatte etter bosted\n0301;2023;5\n", "Sysselsatte etter arbeidssted"),
        ("jobs", "region;år;Sysselsatte etter arbeidssted\n3014;2023;5\n", "code 3014 went out of use"),
        ("jobs", "region;år;Sysselsatte etter arbeidssted\nVåler;2023;5\n", "Våler"),
        ("emissions", "kommunenummer;år;sektor;kilde;utslipp\n0301;2022;Veitrafikk;;-5\n", "is negative"),
        (
            "emissions",
            "kommunenummer;år;sektor;kilde;utslipp\n0301;2022;Magi;;5\n",
            "sector 'Magi' is not known",
        ),
        ("commuting", "a;b\n1;2\n", "arbeidsstedskommune, bostedskommune"),
        ("land_use", "region;arealklasse;år;Areal (km²)\n0301;Bolig;2023;mange\n", "'mange'"),
    ],
)
def test_a_bad_file_is_refused_with_its_row_and_cure(
    tmp_path: Path, role: str, content: str, words: str
) -> None:
    path = tmp_path / f"{role}.csv"
    path.write_text(content, "utf-8")

    with pytest.raises((DataError, SchemaError)) as refused:
        compute_from_files(AtlasInputs(**{role: path}), lang="nb")  # type: ignore[arg-type]
    assert words in str(refused.value)


def test_own_groups_and_a_second_subregion_exclude_each_other(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("kommune;gruppe\n0301;A\n", "utf-8")

    with pytest.raises(ScenarioError, match="leave --alternative out"):
        compute_from_files(AtlasInputs(groups=path, alternatives=("3216",)), lang="nb")


def test_inputs_are_left_as_they_were(atlas: Atlas) -> None:
    fresh = load_reference()
    assert len(atlas.figures)
    pd.testing.assert_frame_equal(REFERENCE.population, fresh.population)
    pd.testing.assert_frame_equal(REFERENCE.emissions, fresh.emissions)


@pytest.mark.slow
def test_truck_flows_give_functional_indices_that_say_they_are_modelled() -> None:
    """Primacy is held against trips summed anew, from the zones' municipalities."""
    told = compute_from_files(AtlasInputs(has_truck_flows=True), lang="nb")
    rows = told.figures[told.figures["indicator"].str.startswith("truck_flow_")]
    assert set(rows["note"]) == {"modelled_trucks"}
    assert set(rows["year"]) == {2018}
    region = rows[rows["area_kind"] == "region"].set_index("indicator")["value"]
    assert 0 < region["truck_flow_green"] <= 1
    assert 0 < region["truck_flow_entropy"] <= 1
    flows = _estimate_flows(REFERENCE)
    place = flows.zones["municipality_id"]
    ends = flows.matrix.reset_index()
    ends = ends.assign(home=ends.iloc[:, 0].map(place), work=ends.iloc[:, 1].map(place))
    inside = ends[ends["home"].isin(MEMBERS) & ends["work"].isin(MEMBERS) & (ends["home"] != ends["work"])]
    incoming = inside.groupby("work")["trips_per_day"].sum()
    assert region["truck_flow_primacy"] == pytest.approx(incoming.max() / incoming.sum())
    assert {"kartverket_n1000", "npra_traffic_counts"} <= set(told.source_ids)
    assert figure_words("truck_flow_green", "nb").startswith("Lastebilturer")
    assert note_words("modelled_trucks", "en")


def test_words_of_what_is_not_ours_are_shown_as_they_are() -> None:
    assert figure_words("population_since_2015_percent", "nb") == "Endring i folketall siden 2015, prosent"
    assert figure_words("population_gini", "en") == "Population: Gini between municipalities"
    assert figure_words("skog_{km2}", "nb") == "skog {km2}"
    units = {one: unit_words(one, "nb") for one in ("persons/km2", "t CO2e since 2009", "% a year", "dekar")}
    assert units == {
        "persons/km2": "personer per km²", "t CO2e since 2009": "tonn CO₂-ekv. siden 2009",
        "% a year": "% per år", "dekar": "dekar",
    }  # fmt: skip
    assert note_words("not_defined", "en").startswith("Cannot be computed")
    assert note_words("too_few_members", "nb").startswith("Under fire kommuner")
    assert (note_words("<b>", "nb"), note_words("", "nb")) == ("<b>", "")
