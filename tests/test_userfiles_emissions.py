"""Emissions as users bring them: workbook and CSV, and everything that can be wrong with them."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.errors import DataError, RegionGeoError
from regiongeo.i18n import LANGUAGES, texts
from regiongeo.schema import validate
from regiongeo.tables.climate import EMISSIONS, LAND_USE_SECTOR, SECTORS
from regiongeo.userfiles import Areas, Limits, load_emissions
from regiongeo.userfiles.sectors import find_sector
from toy_emissions import ROWS, write_csv, write_workbook

BAERUM = {
    ("0301", 2019, "aviation", "Innenriks luftfart"): 0.0,
    ("3201", 2019, "road", "Personbiler"): 101.0,  # two gases
    ("3201", 2019, "road", "Tunge kjøretøy"): 50.0,
    ("3201", 2020, "road", "Personbiler"): 80.0,
    ("3201", 2020, "road", "Tunge kjøretøy"): 60.0,
}


def row(
    *, area: object = "3201", year: object = 2019, sector: object = "Jordbruk", value: object = 1.5
) -> tuple:
    return (year, "Akershus", area, "Bærum", sector, "", "", value)


def test_workbook_and_csv_give_the_same_table(tmp_path: Path) -> None:
    book = load_emissions(write_workbook(tmp_path / "u.xlsx"))
    text = load_emissions(write_csv(tmp_path / "u.csv"))
    assert validate(book, EMISSIONS)["t_co2e"].to_dict() == BAERUM
    assert book["source_id"].unique() == ["user"]
    pd.testing.assert_frame_equal(book, text)


@pytest.mark.parametrize(
    ("value", "sheet"),
    [
        ("Utslipp (tonn CO₂-ekvivalenter)", "Oversikt – detaljert"),
        ("UTSLIPP  (tonn CO2‑ekvivalenter) ", "Oversikt - sektorfordelt"),
        ("Utslipp (tonn CO2-ekvivalenter)", "Ark1"),
    ],
)
def test_editions_spell_header_and_sheet_in_their_own_way(tmp_path: Path, value: str, sheet: str) -> None:
    path = write_workbook(tmp_path / "u.xlsx", value=value, sheet=sheet)
    assert load_emissions(path)["t_co2e"].to_dict() == BAERUM


def test_numbers_in_a_workbook_get_the_zeros_they_cannot_hold(tmp_path: Path) -> None:
    rows = [row(area=301), row(area=3201.0, year="2019")]
    assert list(load_emissions(write_workbook(tmp_path / "u.xlsx", rows)).index) == [
        ("0301", 2019, "agriculture", "all"),
        ("3201", 2019, "agriculture", "all"),
    ]


def test_a_sector_without_source_is_kept_and_a_gap_is_no_zero(tmp_path: Path) -> None:
    rows = [row(), row(sector="Oppvarming", value=None), row(sector="Sjøfart", value="..")]
    table = load_emissions(write_workbook(tmp_path / "u.xlsx", rows))
    assert table["t_co2e"].to_dict() == {("3201", 2019, "agriculture", "all"): 1.5}


def test_land_use_alone_may_take_up_more_than_it_emits(tmp_path: Path) -> None:
    rows = [row(sector="Skog og annen arealbruk", value=-900.0)]
    table = load_emissions(write_workbook(tmp_path / "u.xlsx", rows))
    assert table["t_co2e"].to_dict() == {("3201", 2019, "land_use", "all"): -900.0}
    with pytest.raises(DataError, match=r"row 2: emission -900 is negative: correct it; only land use"):
        load_emissions(write_workbook(tmp_path / "v.xlsx", [row(value=-900.0)]))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (
            {"area": "301"},
            "row 2: code 301 has three digits: its first zero was lost: write it as",
        ),
        ({"area": "3024"}, r"row 2: code 3024 went out of use \(today 3201\): .*regiongeo region convert"),
        ({"area": ""}, "row 2: names no municipality"),
        ({"area": "Bærum"}, "row 2: 'Bærum' is no four-digit municipality code"),
        ({"year": ""}, "row 2: has no year: give a year"),
        ({"year": "19"}, "row 2: '19' is no year"),
        (
            {"sector": "Veier"},
            "row 2: sector 'Veier' is not known: use one of Annen mobil forbrenning",
        ),
        ({"sector": ""}, "row 2: sector '' is not known"),
        ({"value": "1.234"}, "row 2: '1,234' can mean 1234 or 1 and a fraction"),
        ({"value": "mange"}, "row 2: 'mange' is not a number"),
        ({"value": "1e3"}, "row 2: '1e3' is not a number"),
    ],
)
def test_what_is_wrong_is_told_with_row_and_cure(tmp_path: Path, bad: dict[str, object], words: str) -> None:
    areas = Areas(retired={"3024": "3201"})
    with pytest.raises(DataError, match=words):
        load_emissions(write_csv(tmp_path / "u.csv", [row(**bad)]), areas=areas)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    rows = [row(), row(), row(sector="Veier"), row(value=-1.0, sector="Sjøfart"), row(year="i fjor")]
    with pytest.raises(DataError) as told:
        load_emissions(write_csv(tmp_path / "u.csv", rows))
    lines = str(told.value).splitlines()
    assert lines[0] == "u.csv has 4 problems:"
    assert "row 3: 3201, 2019, agriculture stands twice, first in row 2" in lines[1]
    assert [line.split(":")[0].strip(" -") for line in lines[1:]] == ["row 3", "row 4", "row 5", "row 6"]


def test_a_sum_beside_its_parts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 8: 3201, 2019, road names no source, but other rows give"):
        load_emissions(write_workbook(tmp_path / "u.xlsx", [*ROWS, row(sector="Veitrafikk", value=151.0)]))


def test_numbers_as_people_write_them(tmp_path: Path) -> None:
    rows = [
        row(value="1\u00a0234,5"),
        row(sector="Sjøfart", value="1,234"),
        row(sector="Luftfart", value="12 000"),
    ]
    table = load_emissions(write_csv(tmp_path / "u.csv", rows))
    # 1 234,5 proves that the comma is the decimal mark, so that 1,234 is no longer in doubt
    assert table["t_co2e"].to_list() == [1234.5, 12000.0, 1.234]


def test_encodings_are_stated_and_never_guessed(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "u.csv", encoding="cp1252")
    with pytest.raises(DataError, match=r"is not utf-8 at byte .* \(cp1252"):
        load_emissions(path)
    assert load_emissions(path, encoding="cp1252")["t_co2e"].to_dict() == BAERUM
    with pytest.raises(DataError, match=r"has no header .* is the encoding right"):
        load_emissions(write_csv(tmp_path / "v.csv"), encoding="cp1252")


def test_only_known_municipalities_are_kept(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "u.xlsx")
    assert set(load_emissions(path, areas=Areas(known={"0301"})).index.unique("municipality_id")) == {"0301"}
    with pytest.raises(DataError, match="has no emissions of the region's municipalities"):
        load_emissions(path, areas=Areas(known={"3301"}))


def test_names_are_placed_by_the_function_given(tmp_path: Path) -> None:
    def find(name: str) -> str:
        if name == "Bærum":
            return "3201"
        raise DataError(f"no municipality '{name}'")

    path = tmp_path / "u.csv"
    path.write_text("kommune;år;sektor;utslipp\nBærum;2019;Jordbruk;1,5\nVåler;2019;Jordbruk;1,5\n", "utf-8")
    with pytest.raises(DataError, match="row 3: no municipality 'Våler': give its four-digit code"):
        load_emissions(path, areas=Areas(find_id=find))


def test_files_that_are_no_workbook(tmp_path: Path) -> None:
    page = tmp_path / "page.xlsx"
    page.write_text("<!doctype html><html>404</html>", "utf-8")
    with pytest.raises(DataError, match="holds something else, perhaps a web page"):
        load_emissions(page)
    cut = write_workbook(tmp_path / "cut.xlsx")
    cut.write_bytes(cut.read_bytes()[:3000])
    with pytest.raises(DataError, match="workbook"):
        load_emissions(cut)
    damaged = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(damaged, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    with pytest.raises(DataError, match="is a damaged workbook"):
        load_emissions(damaged)
    with zipfile.ZipFile(damaged, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", " " * 2**20)
    with pytest.raises(DataError, match="unpacks to 1 MiB"):
        load_emissions(damaged, limits=Limits(file_bytes=2**15))


def test_sheets_without_or_with_too_many_tables(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "u.xlsx", value="Noe annet")
    with pytest.raises(DataError, match=r"has no sheet with the columns \(sheets: Om statistikken, Oversikt"):
        load_emissions(path)
    with pytest.raises(DataError, match="has more than 2 rows"):
        load_emissions(write_workbook(path), limits=Limits(rows=2))
    with pytest.raises(DataError, match="has no rows below its header"):
        load_emissions(write_workbook(path, []))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sector_is_known_by_the_name_the_atlas_shows(lang: str) -> None:
    words = texts("atlas_climate", lang)  # type: ignore[arg-type]
    assert {find_sector(words[f"sector_{key}"]) or key for key in SECTORS[:9]} == set(SECTORS[:9])
    assert find_sector(words["sector_road"]) == "road"


@pytest.mark.parametrize(
    ("name", "sector"),
    [
        ("veitrafikk", "road"), ("Vegtrafikk ", "road"), ("Industri olje  og gass", "industry"),
        ("Avfall og avl\u00f8p", "waste"), ("produkter med fluorgasser", "f_gases"), ("F‑gasser", "f_gases"),
        ("Skog- og annen arealbruk", LAND_USE_SECTOR), ("SJØFART", "shipping"), ("Totalt", None), ("", None),
    ],
)  # fmt: skip
def test_spellings(name: str, sector: str | None) -> None:
    assert find_sector(name) == sector


@given(content=st.binary(max_size=300), ending=st.sampled_from([".csv", ".xlsx", ".txt"]))
def test_any_bytes_give_a_table_or_one_of_our_errors(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    path = tmp_path_factory.mktemp("any") / f"u{ending}"
    path.write_bytes(content)
    with pytest.raises(RegionGeoError):
        load_emissions(path)
