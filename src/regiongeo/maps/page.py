"""Draw the map of a result: a constant page, with the data put in after it is rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.maps.encode import to_data_block
from regiongeo.maps.figure import DATA_PLACE, render_frame
from regiongeo.maps.payload import build_payload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regiongeo.i18n import Language
    from regiongeo.result import Result

__all__ = ["draw_map", "draw_page"]


def draw_map(
    result: Result,
    *,
    lang: Language,
    date: str,
    data_version: str,
    credits: Sequence[str],  # noqa: A002 - the word planners and licences use
    online_tiles: bool = True,
) -> str:
    """Draw the map of a result as one HTML page that loads nothing and asks nobody.

    Parameters
    ----------
    result
        What the main job computed; tables in EPSG:25832.
    lang
        Language of the page.
    date
        Day the map is made, as ``YYYY-MM-DD``; shown in the header.
    data_version
        Version of the reference data, shown under "Om dataene".
    credits
        Attribution lines of the tables used, shown below the map and under "Om dataene".
    online_tiles
        Offer Kartverket's grey map as a layer that is off until someone switches it on; without it the page
        may not load anything at all.

    Returns
    -------
    The page. The same input gives the same text. Coordinates in it are lon/lat (EPSG:4326).

    Raises
    ------
    EngineError
        If the map assets are not built.

    Notes
    -----
    branca renders its output as a template a second time, so nothing of ``result``, ``date``,
    ``data_version`` or ``credits`` passes through it: the data stand in one packed block, put in afterwards.
    """
    payload = build_payload(
        result, lang=lang, date=date, data_version=data_version, credits=credits, online_tiles=online_tiles
    )
    return draw_page(payload, lang=lang, online_tiles=online_tiles)


def draw_page(payload: Mapping[str, object], *, lang: Language, online_tiles: bool) -> str:
    """Draw the page of a payload, see `regiongeo.maps.payload`, to which more may have been added."""
    head, _, tail = render_frame(lang=lang, online_tiles=online_tiles).partition(DATA_PLACE)
    return f"{head}{to_data_block(payload)}{tail}"
