"""Names of municipalities: spelling is forgiven, doubt is not."""

from __future__ import annotations

import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.errors import DataError
from regiongeo.names import match_names
from regiongeo.store import load_table

NAMES = load_table("municipality_names")
MEMBERS = load_table("members")
OFFICIAL = NAMES.reset_index().query("kind == 'official'")


def code_of(text: str, **options: object) -> str:
    return str(match_names([text], NAMES, **options)["municipality_id"].iloc[0])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Elverun", "3420"),
        ("Skiptvedt", "3116"),
        ("Aurskog - Høland", "3226"),
        ("aurskog–høland", "3226"),
        ("Nord - Odal", "3414"),
        ("Nordre-Land", "3448"),
        ("Søndre-Land", "3447"),
        ("Vestre-Toten", "3443"),
        ("ØSTRE\u00a0TOTEN", "3442"),
        ("Asker kommune", "3203"),
        ("Kárášjohka", "5610"),
        ("Karasjok", "5610"),
        ("Karasjok / Kárášjohka", "5610"),
        ("Hamarøy", "1875"),
        ("Rygge", "3103"),
        ("Svelvik", "3301"),
        ("Nesbyen", "3322"),
        ("Våler (Østfold)", "3114"),
        ("Våler i Østfold", "3114"),
        ("Våler (Hedmark)", "3419"),
        ("Nes (Akershus)", "3228"),
        ("Nes i Buskerud", "3322"),
        ("Sande (Vestfold og Telemark)", "3903"),
    ],
)
def test_a_name_is_found_however_it_is_spelt(text: str, code: str) -> None:
    assert code_of(text) == code
    assert code_of(unicodedata.normalize("NFD", text)) == code


def test_the_kind_of_the_name_is_told() -> None:
    found = match_names(["Drammen", "Svelvik", "Elverun", "Karasjok"], NAMES)
    assert list(found["kind"]) == ["official", "former", "misspelt", "part"]
    assert list(found["name"]) == ["Drammen", "Drammen", "Elverum", "Kárášjohka - Karasjok"]


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("Våler", ["Våler in Østfold (3114)", "Våler in Innlandet (3419)"]),
        ("Nes", ["Nes in Akershus (3228)", "Nesbyen in Buskerud (3322, former name)"]),
        ("Sande", ["Sande in Møre og Romsdal (1514)", "Holmestrand in Vestfold (3903, former name)"]),
        ("Os", ["Os in Innlandet (3430)", "Bjørnafjorden in Vestland (4624, former name)"]),
        ("Herøy", ["Herøy in Møre og Romsdal (1515)", "Herøy in Nordland (1818)"]),
        ("Bø", ["Bø in Nordland (1867)", "Midt-Telemark in Telemark (4020, former name)"]),
    ],
)
def test_a_doubt_is_refused_with_the_candidates(text: str, candidates: list[str]) -> None:
    with pytest.raises(DataError, match="write the code, or add the county") as refused:
        match_names([text], NAMES)
    assert all(one in str(refused.value) for one in candidates)


def test_a_county_or_the_members_settle_a_doubt() -> None:
    found = match_names(["Våler", "Våler", "Nes"], NAMES, counties=["Innlandet", "Viken", "akershus"])
    assert list(found["municipality_id"]) == ["3419", "3114", "3228"]
    assert code_of("Våler", among=MEMBERS.index) == "3114"
    assert code_of("Nes", among=MEMBERS.index) == "3228"


def test_every_problem_is_told_at_once_with_its_row_and_cure() -> None:
    with pytest.raises(DataError) as refused:
        match_names(["Oslo", "Baerum", "", "Halden (Agder)", "Atlantis"], NAMES, what="towns.csv")
    said = str(refused.value)
    assert "towns.csv has 4 problems" in said
    assert "row 2: no municipality is called 'Baerum': did you mean Bærum in Akershus (3201)?" in said
    assert "row 3: the name is empty" in said
    assert "row 4: no 'Halden' in Agder, only Halden in Østfold (3101)" in said
    assert "row 5: no municipality is called 'Atlantis'" in said


def test_a_missing_name_is_told_as_empty() -> None:
    with pytest.raises(DataError, match="row 1: the name is empty"):
        match_names(pd.Series([None, "Oslo"]), NAMES)


@given(
    row=st.sampled_from(list(OFFICIAL.itertuples(index=False))),
    change=st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    mark=st.sampled_from([" ", "-", " - ", "\u00a0", "\u2013", "\u2011", "  "]),
    form=st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
)
def test_law_spelling_never_changes_whom_a_name_and_county_mean(
    row: tuple[str, ...], change: object, mark: str, form: str
) -> None:
    code, name, _kind, _county_id, county = row
    spelt = name.replace(" - ", "\x00").replace("-", " ").replace(" ", mark).replace("\x00", " - ")
    written = unicodedata.normalize(form, f" {change(spelt)} ")  # type: ignore[operator]
    assert code_of(written, counties=[county]) == code
