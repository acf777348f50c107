"""One number parser: what people write, and what could mean two things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.errors import DataError
from regiongeo.userfiles.numbers import decimal_mark, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0),
        ("+7", 7.0),
        (" 10,75 ", 10.75),
        ("10.75", 10.75),
        ("0.234", 0.234),
        ("\u22125,5", -5.5),
        ("1 234,5", 1234.5),
        ("1\u00a0234\u00a0567", 1234567.0),
        ("12\u202f000.25", 12000.25),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234.567", 1234567.0),
        ("1234.567", 1234.567),
    ],
)
def test_t11_numbers_as_people_write_them(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["1.234", "1,234", "-12,000", "999.999"])
def test_t11_what_can_mean_two_things_is_refused_unless_thousands_cannot_occur(text: str) -> None:
    with pytest.raises(DataError, match="can mean"):
        parse_number(text)
    assert parse_number(text, may_have_thousands=False) == float(text.replace(",", "."))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "12 m2",
        "1E02",
        "1e999",
        "inf",
        "NaN",
        "-",
        ".5",
        "5.",
        "1.2.3",
        "1 23",
        "12.34,5",
        "0x10",
        "1_000",
        "\u0663",
        "\uff11\uff12",
        "--1",
        "1" * 41,
        "1,234,56",
    ],
)
def test_t15_anything_else_is_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"not a number|too long"):
        parse_number(text)


@pytest.mark.parametrize("text", ["1 234", "10.752.123", "1.234,5"])
def test_no_grouping_where_thousands_cannot_occur(text: str) -> None:
    with pytest.raises(DataError, match="not a number"):
        parse_number(text, may_have_thousands=False)


@given(
    st.integers(-(10**9), 10**9),
    st.integers(1, 9999),
    st.sampled_from(",."),
    st.sampled_from([" ", "\u00a0", "\u202f"]),
)
def test_norwegian_writing_reads_back(whole: int, rest: int, mark: str, space: str) -> None:
    """Law: print in Norwegian with four decimals, read, and have the number again."""
    written = f"{abs(whole):,}".replace(",", space) + f"{mark}{rest:04d}"
    sign = -1 if whole < 0 else 1
    assert parse_number(("\u2212" if whole < 0 else "") + written) == sign * float(f"{abs(whole)}.{rest:04d}")


@given(st.text(max_size=50))
def test_any_text_is_a_finite_number_or_our_error(text: str) -> None:
    try:
        value = parse_number(text)
    except DataError:
        return
    assert abs(value) < 1e41


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1,234", "17,5"], ","),
        (["1.234", "0.5"], "."),
        (["1 234,5"], ","),
        (["1234.567"], "."),  # a group of thousands would leave 1 to 3 digits before it
        (["1,234", "12", "mange"], ""),
        (["17,5", "0.5"], ""),
        ([], ""),
    ],
)
def test_a_column_proves_its_decimal_mark_or_nothing(texts: list[str], mark: str) -> None:
    assert decimal_mark(texts) == mark


def test_a_known_decimal_mark_settles_the_doubt() -> None:
    assert parse_number("1,234", decimal=",") == 1.234
    assert parse_number("-1.234", decimal=",") == -1234
    assert parse_number("1,234", decimal=".") == 1234
    assert parse_number("1.234", decimal=".") == 1.234
