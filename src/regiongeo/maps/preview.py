"""A map beside the notebook instead of inside it: a link and a frame in place of a megabyte."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from regiongeo.atomic import write_atomically
from regiongeo.errors import DataError
from regiongeo.i18n import format_number, text

if TYPE_CHECKING:
    import folium

    from regiongeo.i18n import Language

__all__ = ["Preview", "preview"]

_MB = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A page on disk as a notebook shows it; a text of a few hundred bytes, whatever the page weighs."""

    path: Path
    height: int
    lang: Language

    @property
    def address(self) -> str:
        """Return the page's address relative to the working folder, safe in HTML and Markdown."""
        try:
            relative = os.path.relpath(self.path)
        except ValueError:  # another drive of Windows
            return self.path.as_uri()
        return quote(Path(relative).as_posix(), safe="/")

    @property
    def label(self) -> str:
        """Return the words of the link: the file and its size [MB]."""
        size = format_number(self.path.stat().st_size / _MB, self.lang, decimals=1)
        return text("page_explore", "open_map", self.lang, name=self.path.name, size=size)

    def _repr_html_(self) -> str:
        address, label = escape(self.address), escape(self.label)
        return (
            f'<p><a href="{address}" target="_blank" rel="noopener">{label}</a></p>'
            f'<iframe src="{address}" title="{label}" loading="lazy" sandbox="allow-scripts allow-downloads"'
            f' style="width:100%;height:{self.height}px;border:1px solid #c9c6cf"></iframe>'
        )

    def _repr_markdown_(self) -> str:
        # Every sign that Markdown could read as its own.
        label = re.sub(r"([\\`*_{}\[\]()#+!|~<>&$])", r"\\\1", " ".join(self.label.split()))
        return f"[{label}]({escape(self.address).replace('(', '%28').replace(')', '%29')})"


def preview(
    page: str | Path | folium.Map, *, file: str | Path = "kart.html", height: int = 480, lang: Language = "nb"
) -> Preview:
    """Show a page in a notebook by a link and a frame, so that the notebook itself stays small.

    Parameters
    ----------
    page
        Path of a page, for example one made by ``regiongeo workshop build``; or a page's HTML or a map of
        `explore`, which is then written to ``file``.
    file
        Where HTML or a map is written; a former file is replaced.
    height
        Height of the frame [px].
    lang
        Language of the link.

    Raises
    ------
    DataError
        If there is no such page, or the height is not a whole number above 0.
    OutputError
        If ``file`` cannot be written; a former one stands.
    """
    if isinstance(height, bool) or not isinstance(height, int) or height <= 0:
        raise DataError(f"height must be a whole number of pixels above 0, not {height!r}")
    html = _html_of(page)
    path = Path(file if html is not None else str(page))
    if html is not None:
        write_atomically(path, html.encode("utf-8"))
    if not path.is_file():
        raise DataError(f"there is no page '{path}': build it first, or give its HTML")
    return Preview(path=path.resolve(), height=height, lang=lang)


def _html_of(page: str | Path | folium.Map) -> str | None:
    """Return the page's own text, or None where a path is given."""
    if isinstance(page, Path):
        return None
    if isinstance(page, str):
        return page if page.lstrip("\ufeff \t\r\n").startswith("<") else None
    try:
        return str(page.get_root().render())
    except AttributeError as error:
        raise DataError(
            f"{type(page).__name__} is no page: give a path, HTML or a map of explore()"
        ) from error
