"""The workshop map: the map of a result with a table's tools, and a grid that scores what is drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from regiongeo.atomic import write_atomically
from regiongeo.i18n import texts
from regiongeo.imprint import imprint_at
from regiongeo.job import compute_job
from regiongeo.maps.editions import describe_editions
from regiongeo.maps.page import draw_page
from regiongeo.maps.payload import build_payload
from regiongeo.progress import silent, timed_steps
from regiongeo.workshop.grid import criteria_grid
from regiongeo.workshop.gridfile import pack_grid
from regiongeo.workshop.ident import name_map
from regiongeo.workshop.storyfile import describe_story, load_story
from regiongeo.workshop.versus import describe_versus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import geopandas as gpd

    from regiongeo.i18n import Language
    from regiongeo.job import Inputs
    from regiongeo.result import Result
    from regiongeo.workshop.storyfile import Step

__all__ = ["build_workshop", "draw_workshop"]


def build_workshop(
    inputs: Inputs,
    out: Path,
    *,
    lang: Language,
    story: Path | None = None,
    compare: Sequence[Path] = (),
    with_flows: bool = True,
    online_tiles: bool = True,
    cache: Path | None = None,
    tell: Callable[[str], None] = silent,
) -> str:
    """Compute a scenario and write its workshop map as one HTML file; return the name of the map.

    Parameters
    ----------
    inputs, lang, online_tiles, cache, tell
        As `regiongeo.job.run_job`.
    out
        File to write or to replace, whole or not at all.
    story
        Steps of the facilitator, see `regiongeo.workshop.storyfile.load_story`.
    compare
        Further scenarios for the same page, held against the first; plots and other files are those of
        ``inputs``.
    with_flows
        Estimate truck flows, and with them the station plan.

    Raises
    ------
    RegionGeoError
        If an input is refused or the file cannot be written.
    """
    step, steps = timed_steps({}, tell), load_story(story) if story else ()
    done, *others = (
        compute_job(replace(inputs, scenario=one), lang=lang, cache=cache, with_flows=with_flows, tell=tell)
        for one in (inputs.scenario, *compare)
    )
    imprint = imprint_at(datetime.now(tz=UTC))
    with step("map"):
        page = draw_workshop(
            done.result,
            capacity=done.capacity,
            others=[other.result for other in others],
            story=steps,
            lang=lang,
            online_tiles=online_tiles,
            **imprint,
        )
    write_atomically(out, lambda path: path.write_text(page, encoding="utf-8", newline="\n"))
    return name_map(done.result, data_version=imprint["data_version"])


def draw_workshop(
    result: Result,
    *,
    capacity: gpd.GeoDataFrame | None = None,
    others: Sequence[Result] = (),
    story: Sequence[Step] = (),
    lang: Language,
    date: str,
    data_version: str,
    credits: Sequence[str],  # noqa: A002 - the word planners and licences use
    online_tiles: bool = True,
) -> str:
    """Draw the workshop map of a result, and of other results to hold against it.

    Parameters as `regiongeo.maps.draw_map`, with free capacity and story.

    Raises
    ------
    ScenarioError
        If the results cannot be compared, see `regiongeo.maps.editions.describe_editions`.
    """
    payload = build_payload(
        result, lang=lang, date=date, data_version=data_version, credits=credits, online_tiles=online_tiles
    )
    return draw_page(
        {
            **payload,
            "texts": {**_words(lang), **payload["texts"]},  # type: ignore[dict-item]
            "map_id": name_map(result, data_version=data_version),
            "editions": [
                {**edition, "versus": describe_versus(result, other, lang=lang)}
                for edition, other in zip(
                    describe_editions(result, others, payload, lang=lang), others, strict=True
                )
            ],
            "story": describe_story(story),
            "grid": pack_grid(criteria_grid(result, capacity=capacity)),
        },
        lang=lang,
        online_tiles=online_tiles,
    )


def _words(lang: Language) -> dict[str, str]:
    areas = ("page_workshop", "page_story", "page_compare")
    return {key: said for area in areas for key, said in texts(area, lang).items()}
