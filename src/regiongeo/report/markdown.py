"""The pieces of a Markdown report; every text from data is escaped here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.i18n import format_number, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regiongeo.i18n import Language

__all__ = [
    "bullets",
    "escape_markdown",
    "figure",
    "markdown_table",
    "percent",
    "picture",
    "section",
    "short_figure",
]

_SMALL = 10
_MARKDOWN = re.compile(r"([\\`*_\[\]|~<>&$])")


def escape_markdown(words: object) -> str:
    r"""Return a text that Markdown shows as it is inside a line, HTML and table bars included.

    >>> escape_markdown("a|b <i>")
    'a\\|b \\<i\\>'
    """
    return _MARKDOWN.sub(r"\\\1", " ".join(str(words).split()))


def section(key: str, lang: Language, *parts: str) -> list[str]:
    """Return a heading and its parts."""
    return [f"## {text('report', f'head_{key}', lang)}", *parts]


def picture(key: str, file: str, lang: Language) -> str:
    """Return a picture in the same folder, with its words for those who cannot see it."""
    return f"![{text('report', f'alt_{key}', lang)}]({file})"


def bullets(lines: Iterable[str]) -> str:
    """Return a list."""
    return "\n".join(f"- {line}" for line in lines)


def markdown_table(heads: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table; cells are escaped, missing ones empty."""
    lines = [heads, ["---"] * len(heads), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figure(value: float, lang: Language, *, decimals: int = 0) -> str:
    """Write a figure, a missing one as a dash."""
    return "–" if pd.isna(value) else format_number(value, lang, decimals=decimals)


def short_figure(value: float, lang: Language) -> str:
    """Write a figure as short as it can be read: whole from 10 on, below with the one decimal it has."""
    is_fine = abs(value) < _SMALL and round(value, 1) != round(value)
    return figure(value, lang, decimals=int(is_fine))


def percent(share: float, lang: Language, *, decimals: int = 0) -> str:
    """Write a share in per cent, a missing one as an empty text."""
    return "" if pd.isna(share) else f"{format_number(share * 100, lang, decimals=decimals)} %"


def _cell(value: object) -> str:
    return "" if pd.isna(value) else escape_markdown(value)  # type: ignore[call-overload]
