"""Municipality codes from year to year: totals are kept, and what cannot be known is refused."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.codes import convert_codes, pair_codes
from regiongeo.errors import DataError
from regiongeo.store import load_table

CHANGES = load_table("code_changes")
CODES = load_table("municipality_codes")
SIZES = pd.Series({"1508": 58_509, "1580": 9_357})


def table(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"code": ["0602", "0625", "0711", "0301"], **columns})


def convert(rows: pd.DataFrame, years: tuple[int, int], **options: object) -> pd.DataFrame:
    options = {"code": "code", "values": ["n"], **options}
    return convert_codes(rows, CHANGES, from_year=years[0], to_year=years[1], **options)  # type: ignore[arg-type]


# --- the correspondence


def test_every_code_of_2020_and_2024_has_a_partner() -> None:
    pairs = pair_codes(CHANGES, from_year=2020, to_year=2024)
    assert pairs["from_id"].nunique() == 356
    assert pairs["to_id"].nunique() == 357
    assert list(pairs.loc[pairs["from_id"].duplicated(keep=False), "to_id"]) == ["1508", "1580"]


def test_the_correspondence_agrees_with_the_codes_of_the_region() -> None:
    """The region's own table is paired by name, this one by area."""
    pairs = pair_codes(CHANGES, from_year=2020, to_year=2024).set_index("from_id")["to_id"]
    assert pairs[CODES.index].to_dict() == CODES["municipality_id"].to_dict()


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("3118", ["Askim", "Eidsberg", "Hobøl", "Spydeberg", "Trøgstad"]),
        ("3103", ["Moss", "Rygge"]),
        ("3226", ["Aurskog-Høland", "Rømskog"]),
        ("3203", ["Asker", "Hurum", "Røyken"]),
        ("3301", ["Drammen", "Nedre Eiker", "Svelvik"]),
        ("3903", ["Holmestrand", "Sande"]),
        ("3205", ["Fet", "Skedsmo", "Sørum"]),
        ("3207", ["Oppegård", "Ski"]),
    ],
)
def test_the_mergers_of_2020(new: str, old: list[str]) -> None:
    pairs = pair_codes(CHANGES, from_year=2019, to_year=2024)
    assert sorted(pairs.loc[pairs["to_id"] == new, "from_name"]) == old


@pytest.mark.parametrize(("code", "later"), [("0137", "3114"), ("0426", "3419"), ("0533", "3234")])
def test_codes_of_2019_that_are_easily_mixed_up(code: str, later: str) -> None:
    pairs = pair_codes(CHANGES, from_year=2019, to_year=2026).set_index("from_id")["to_id"]
    assert pairs[code] == later


@pytest.mark.parametrize("year", [2018, 2027])
def test_years_without_codes_are_refused(year: int) -> None:
    with pytest.raises(DataError, match=f"codes of {year} are not known: choose 2019 to 2026"):
        pair_codes(CHANGES, from_year=year, to_year=2024)


# --- conversion


def test_merged_municipalities_add_up() -> None:
    rows = table(name=["Drammen", "Nedre Eiker", "Svelvik", "Oslo"], n=[10, 20, 3, 7], x=[0.1, 0.2, 0.3, 1.0])
    done = convert(rows, (2019, 2024), values=["n", "x"])
    assert done.to_dict("list") == {
        "code": ["0301", "3301"],
        "name": ["Oslo", "Drammen"],
        "n": [7, 33],
        "x": [1.0, 0.6],  # 0.1 + 0.2 + 0.3 would be 0.6000000000000001
    }
    assert pd.api.types.is_integer_dtype(done["n"])


def test_years_stay_apart() -> None:
    rows = pd.DataFrame({"code": ["0602", "0711"] * 2, "year": [2018, 2018, 2019, 2019], "n": [1, 2, 4, 8]})
    done = convert(rows, (2019, 2020), by=["year"])
    assert done.to_dict("list") == {"code": ["3005", "3005"], "year": [2018, 2019], "n": [3, 12]}


def test_other_columns_stay_where_the_parts_agree() -> None:
    rows = table(n=[1, 2, 3, 4], county=["B", "B", "V", "O"], size=["big"] * 4)
    done = convert(rows, (2019, 2024))
    assert list(done["size"]) == ["big", "big"]
    assert done["county"].isna().to_list() == [False, True]


def test_a_missing_part_makes_the_sum_missing() -> None:
    done = convert(table(n=[1.0, np.nan, 3.0, 4.0]), (2019, 2024))
    assert done.set_index("code")["n"].isna().to_dict() == {"0301": False, "3301": True}


def test_a_split_follows_the_weights() -> None:
    rows = pd.DataFrame({"code": ["1507", "3014"], "n": [400, 5]})
    done = convert(rows, (2020, 2024), weights=pd.Series({"1508": 3, "1580": 1}))
    assert done.set_index("code")["n"].to_dict() == {"1508": 300, "1580": 100, "3118": 5}


def test_a_split_is_a_merger_backwards() -> None:
    rows = pd.DataFrame({"code": ["1508", "1580"], "n": [300, 100]})
    assert convert(rows, (2024, 2020)).to_dict("list") == {"code": ["1507"], "n": [400]}


def test_the_same_codes_change_nothing() -> None:
    rows = pd.DataFrame({"code": ["3014"], "n": [5]})
    assert convert(rows, (2020, 2023)).equals(rows)


# --- what is refused


def refusal(rows: pd.DataFrame, years: tuple[int, int] = (2020, 2024), **options: object) -> str:
    with pytest.raises(DataError) as refused:
        convert(rows, years, **options)
    return str(refused.value)


def test_every_problem_with_the_codes_is_told_at_once() -> None:
    codes = ["3101", "301", "3014", "3014", None, " 3002", "0", "K-3002"]
    said = refusal(pd.DataFrame({"code": codes, "n": 1}))
    for words in (
        "row 0: '3101' is a code of 2024, not of 2020: convert from 2024",
        "row 1: code '301' has lost its leading zero: write '0301'",
        "row 2, row 3: 3014 stands more than once: leave one out, or name the column that tells them apart",
        "row 4: the code is empty",
        "row 5: code ' 3002' has blanks around it: write '3002'",
        "row 6: no municipality had code '0' in 2020: correct it, and leave out rows of sums",
        "row 7: no municipality had code 'K-3002' in 2020",
    ):
        assert words in said


def test_codes_as_numbers_are_one_problem() -> None:
    said = refusal(pd.DataFrame({"code": [301, 3014, 3002, 3003], "n": 1}))
    assert said == (
        "table: row 0, row 1, row 2 and 1 more: the code is a number: "
        "read the column of codes as text: '0301', not 301"
    )


def test_a_split_without_weights_names_the_codes() -> None:
    said = refusal(pd.DataFrame({"code": ["1507"], "n": [1]}))
    assert "'1507' was split into 1508 Ålesund, 1580 Haram: give weights" in said
    back = refusal(pd.DataFrame({"code": ["3301"], "n": [1]}), (2024, 2019))
    assert "'3301' is to be split into 0602 Drammen, 0625 Nedre Eiker, 0711 Svelvik" in back


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({"1508": 1}, "weights lack a number from 0 up for '1580'"),
        ({"1508": 1, "1580": -1}, "weights lack a number from 0 up for '1580'"),
        ({"1508": 0, "1580": 0}, "all their weights are 0"),
        ({1508: 1, 1580: 1}, "weights lack a number from 0 up for '1508', '1580'"),
    ],
)
def test_weights_that_settle_nothing_are_refused(weights: dict[object, float], words: str) -> None:
    assert words in refusal(pd.DataFrame({"code": ["1507"], "n": [1]}), weights=pd.Series(weights))


def test_columns_and_values_are_checked() -> None:
    rows = pd.DataFrame({"code": ["3014"], "n": ["1 000"], "x": [math.inf]})
    assert "there is no column 'z': choose among code, n, x" in refusal(rows, values=["z"])
    assert "column 'n' is asked for twice" in refusal(rows, by=["n"])
    assert "no column of amounts is named" in refusal(rows, values=[])
    assert "has no rows" in refusal(rows.iloc[:0])
    said = refusal(rows, values=["n", "x"])
    assert "column 'n' holds no numbers" in said
    assert "row 0: x is infinite" in said


# --- laws

PAIRS = {
    years: pair_codes(CHANGES, from_year=years[0], to_year=years[1])
    for years in [(2019, 2024), (2020, 2024), (2024, 2020)]
}


@given(
    years=st.sampled_from(list(PAIRS)),
    data=st.data(),
    sizes=st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)),
)
def test_law_totals_are_kept_to_the_last_bit(
    years: tuple[int, int], data: st.DataObject, sizes: tuple[int, int]
) -> None:
    known = sorted(PAIRS[years]["from_id"].unique())
    codes = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=12, unique=True))
    whole = data.draw(st.lists(st.integers(-(10**9), 10**9), min_size=len(codes), max_size=len(codes)))
    rows = pd.DataFrame({"code": codes, "n": whole}).sample(frac=1, random_state=1)
    done = convert(rows, years, weights=pd.Series(sizes, index=["1508", "1580"]))
    assert math.fsum(done["n"]) == sum(whole)
    assert done["code"].is_unique


@given(amount=st.floats(-1e12, 1e12), sizes=st.tuples(st.floats(0, 1e9), st.floats(1e-6, 1e9)))
def test_law_two_parts_of_a_split_are_the_whole(amount: float, sizes: tuple[float, float]) -> None:
    rows = pd.DataFrame({"code": ["1507"], "n": [amount]})
    parts = convert(rows, (2020, 2024), weights=pd.Series(sizes, index=["1508", "1580"]))["n"]
    assert math.fsum(parts) == amount
    assert convert(pd.DataFrame({"code": ["1508", "1580"], "n": parts}), (2024, 2020))["n"].to_list() == [
        amount
    ]


@given(st.lists(st.sampled_from(sorted(set(CODES.index))), min_size=1, max_size=20, unique=True), st.data())
def test_law_there_and_back_is_the_same_table(codes: list[str], data: st.DataObject) -> None:
    numbers = st.floats(allow_nan=False, allow_infinity=False)
    amounts = data.draw(st.lists(numbers, min_size=len(codes), max_size=len(codes)))
    rows = pd.DataFrame({"code": codes, "n": amounts}).sort_values("code", ignore_index=True)
    assert convert(convert(rows, (2020, 2024)), (2024, 2020)).equals(rows)
