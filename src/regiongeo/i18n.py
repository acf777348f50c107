"""One catalogue of the words planners read, for Python and for the pages: ``locale/*.toml``.

Each file holds tables ``[key]`` with one text a language side by side, so that they cannot drift apart.
Norwegian (nb) is the first language; a new one is added as a further line to each key.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LANGUAGES", "Language", "format_number", "text", "texts"]

Language = Literal["nb", "en"]
LANGUAGES: tuple[Language, ...] = ("nb", "en")
_NARROW_SPACE = "\u202f"


@cache
def texts(area: str, lang: Language) -> Mapping[str, str]:
    """Return all texts of one area (a file of ``locale/``) in one language, by key."""
    content = (files("regiongeo") / "locale" / f"{area}.toml").read_text("utf-8")
    return {key: entry[lang] for key, entry in tomllib.loads(content).items()}


def text(area: str, key: str, lang: Language, **values: object) -> str:
    """Return one text with ``{name}`` places filled in.

    >>> text("criteria", "passing_trucks", "nb")
    'Lastebiler forbi'
    """
    return texts(area, lang)[key].format(**values)


def format_number(value: float, lang: Language, *, decimals: int = 0) -> str:
    """Write a number as people of the language do: ``12 345,6`` in Norwegian, ``12,345.6`` in English.

    >>> format_number(12345.6, "en", decimals=1)
    '12,345.6'
    """
    shown = f"{value:,.{decimals}f}"
    if lang == "nb":
        shown = shown.replace(",", _NARROW_SPACE).replace(".", ",").replace("-", "−")
    return shown
