"""The catalogue of words: every key in every language, numbers as people write them."""

import string
from importlib.resources import files

import pytest

from regiongeo.i18n import LANGUAGES, format_number, text, texts

AREAS = sorted(
    p.name.removesuffix(".toml")
    for p in (files("regiongeo") / "locale").iterdir()
    if p.name.endswith(".toml")
)


@pytest.mark.parametrize("area", AREAS)
def test_every_key_has_the_same_places_to_fill_in_every_language(area: str) -> None:
    formatter = string.Formatter()
    by_language = [texts(area, lang) for lang in LANGUAGES]
    for key in by_language[0]:
        fields = [{name for _, name, _, _ in formatter.parse(one[key]) if name} for one in by_language]
        assert all(one[key].strip() for one in by_language)
        assert fields[0] == fields[1], key


def test_numbers_are_written_as_in_norwegian_and_english() -> None:
    assert format_number(-12345.678, "nb", decimals=2) == "−12\u202f345,68"
    assert format_number(-12345.678, "en", decimals=2) == "-12,345.68"


def test_places_are_filled_in() -> None:
    assert text("why", "grid_mw", "nb", value="3") == "3 MW ledig i nettet"
