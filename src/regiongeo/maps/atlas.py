"""Draw the atlas of the region: one HTML page with all years, that loads nothing and asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.i18n import texts
from regiongeo.maps.atlasareas import describe_areas, describe_centres, describe_ground, describe_surface
from regiongeo.maps.atlasfigures import describe_figures, tell_notes
from regiongeo.maps.atlasregion import describe_balance, describe_membership, describe_restated
from regiongeo.maps.atlaswords import WORDS, name_sources
from regiongeo.maps.encode import to_data_block
from regiongeo.maps.figure import DATA_PLACE, render_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regiongeo.atlas.model import Atlas
    from regiongeo.i18n import Language

__all__ = ["describe_atlas", "draw_atlas"]


def draw_atlas(
    atlas: Atlas,
    *,
    lang: Language,
    date: str,
    data_version: str,
    credits: Sequence[str],  # noqa: A002 - the word planners and licences use
) -> str:
    """Draw an atlas as one HTML page: map with all years, a card for every area, the region in short.

    Parameters
    ----------
    atlas
        Figures and shapes (EPSG:25832). The sentences in it are in the language they were computed in.
    lang
        Language of the page.
    date
        Day the page is made, as ``YYYY-MM-DD``.
    data_version
        Version of the reference data.
    credits
        Attribution lines of the tables used.

    Returns
    -------
    The page; coordinates in it are lon/lat (EPSG:4326). The same input gives the same text.

    Raises
    ------
    EngineError
        If the map assets are not built, or mapclassify is not installed.

    Notes
    -----
    As with `regiongeo.maps.draw_map`, no value passes through a template.
    """
    frame = render_frame(
        lang=lang, online_tiles=False, template="atlas.html", words=WORDS, entry="regiongeo.atlas"
    )
    head, _, tail = frame.partition(DATA_PLACE)
    payload = describe_atlas(atlas, lang=lang, date=date, data_version=data_version, credits=credits)
    return f"{head}{to_data_block(payload)}{tail}"


def describe_atlas(
    atlas: Atlas,
    *,
    lang: Language,
    date: str,
    data_version: str,
    credits: Sequence[str],  # noqa: A002
) -> dict[str, object]:
    """Return what the page of an atlas shows, ready for JSON; parameters as `draw_atlas`."""
    return {
        "lang": lang,
        "texts": {key: words for area in WORDS for key, words in texts(area, lang).items()},
        "date": date,
        "data_version": data_version,
        "credits": [str(line) for line in credits],
        "members_year": atlas.members_year,
        "year": atlas.year,
        "part": atlas.subregion,
        "areas": describe_areas(atlas),
        "indicators": describe_figures(atlas.figures, atlas.areas, lang=lang),
        "notes": tell_notes(atlas.figures, lang),
        "sources": name_sources(atlas.figures["source_id"], lang),
        "centres": describe_centres(atlas),
        "surface": describe_surface(atlas),
        "balance": describe_balance(atlas, lang),
        "membership": describe_membership(atlas),
        "restated": describe_restated(atlas, lang),
        **describe_ground(atlas),
    }
