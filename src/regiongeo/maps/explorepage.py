"""The page of `explore`: folium's map with the bundle in place of its links, and tables as packed blocks."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from jinja2 import Template

from regiongeo.errors import DataError, EngineError
from regiongeo.i18n import texts
from regiongeo.maps.encode import DATA_ID, to_data_block
from regiongeo.maps.figure import BUNDLED, DATA_PLACE, UNUSED, _inline, _read_asset, _write_policy
from regiongeo.maps.geometry import SCALE, encode_areas, encode_points
from regiongeo.store import credits_of, load_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regiongeo.i18n import Language

__all__ = ["ExploreFigure", "ExploreLayer", "adopt_map", "describe_shipped", "make_map"]

_PAGE = """<!DOCTYPE html>
<html lang="{{ lang }}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>{{ style|safe }}</style>
{{ styles|safe }}
</head>
<body class="explore">
{{ data_place|safe }}
<main aria-label="{{ texts.map }}">
{{ frame|safe }}
<details id="layers" open><summary>{{ texts.layers }}</summary><div id="layer-list"></div>
<div id="background-list"></div></details>
</main>
<footer id="credit"></footer>
<noscript>{{ texts.no_script }}</noscript>
<p id="broken" class="broken" role="alert" hidden>{{ texts.broken }}</p>
{% for script in scripts %}<script>{{ script|safe }}</script>
{% endfor %}</body>
</html>
"""
_SEA_TOLERANCE_M = 80.0
_LARGEST_RANKS = 3


class ExploreLayer(MacroElement):
    """One table on the map. Its data never pass through a template: the page puts them in at the end.

    Raises
    ------
    EngineError
        On rendering, if the map was moved to another page, which would show nothing of the table.
    """

    def __init__(self, block: Mapping[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "ExploreLayer"
        self.block = block

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401, ARG002 - branca's signature
        """Write nothing."""
        if not isinstance(self.get_root(), ExploreFigure):
            raise EngineError("a map of explore() was put into another figure: show or save the map itself")
        return ""


class ExploreFigure(Figure):
    """A page around one map of `explore`, with nothing to load but what folium's own tile layers ask for.

    Raises
    ------
    EngineError
        On rendering, if a layer of folium needs a script that is not bundled, or the assets are not built.
    """

    def __init__(self, *, lang: Language, is_ours: bool, background: bool) -> None:
        super().__init__()
        self.lang = lang
        self.is_ours = is_ours
        self.background = background

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - branca's signature
        """Return the page."""
        for child in self._children.values():
            child.render(**kwargs)
        script = self._write_script(**kwargs)
        scripts = [_inline(_read_asset("map.js")), _inline(script)]
        has_tiles = any(isinstance(one, folium.TileLayer) for one in _walk(self))
        words = texts("page_explore", self.lang)
        page = Template(_PAGE, autoescape=True).render(
            lang=self.lang,
            texts=words,
            title=self.title or words["title"],
            policy=_write_policy(scripts, image_hosts=("https:",) if has_tiles else ()),
            style=_read_asset("map.css"),
            styles=self._take_styles(**kwargs),
            frame=self.html.render(**kwargs),
            data_place=DATA_PLACE,
            scripts=scripts,
        )
        head, _, tail = page.partition(DATA_PLACE)
        return f"{head}{''.join(self._write_blocks(has_tiles=has_tiles))}{tail}"

    def _write_script(self, **kwargs: Any) -> str:  # noqa: ANN401
        links = (JavascriptLink, CssLink)
        foreign = {name for name, one in self.header._children.items() if isinstance(one, links)}  # noqa: SLF001
        foreign -= BUNDLED | UNUSED
        foreign |= {"Icon" for one in _walk(self) if isinstance(one, folium.Icon)}
        region = next(one for one in self._children.values() if isinstance(one, folium.Map))
        if region.objects_to_stay_in_front:
            foreign.add("keep_in_front")
        if foreign:
            raise EngineError(
                f"the map uses parts of folium that are not bundled: {', '.join(sorted(foreign))}; take "
                "them off the map, or use Marker, CircleMarker or GeoJson of folium's, or explore itself"
            )
        drawn = self.script.render(**kwargs)
        script = f"regiongeo.explore.prepare();\n{drawn}\nregiongeo.explore.start({region.get_name()});"
        # What a browser changes when it reads the page would no longer match the hash in the policy.
        return script.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")

    def _take_styles(self, **kwargs: Any) -> str:  # noqa: ANN401
        links = (JavascriptLink, CssLink)
        own = [one for one in self.header._children.values() if not isinstance(one, links)]  # noqa: SLF001
        return "".join(
            style
            for one in own
            for style in re.findall(r"<style>.*?</style>", one.render(**kwargs), flags=re.DOTALL)
        )

    def _write_blocks(self, *, has_tiles: bool) -> Iterator[str]:
        page: dict[str, object] = {
            "lang": self.lang,
            "texts": dict(texts("page_explore", self.lang)),
            "is_ours": self.is_ours,
            "background": None,
            "credits": [],
        }
        # What someone put below the tables on purpose stays in sight.
        if self.background and not has_tiles:
            page |= describe_shipped()
        yield _pack(page)
        yield from (_pack(one.block) for one in _walk(self) if isinstance(one, ExploreLayer))


def make_map(*, lang: Language, background: bool) -> folium.Map:
    """Return an empty map of the region on a page of its own."""
    made = folium.Map(
        location=[60, 10.8], zoom_start=8, tiles=None, prefer_canvas=True, zoom_control=False,
        attribution_control=False, zoom_snap=0.25, max_zoom=18,
    )  # fmt: skip
    made._id = "explore"  # noqa: SLF001 - branca draws random ids; the page must be the same each time
    ExploreFigure(lang=lang, is_ours=True, background=background).add_child(made)
    return made


def adopt_map(given: object, *, lang: Language) -> folium.Map:
    """Return a map that stands on a page of ours, with what was on its page before.

    Raises
    ------
    DataError
        If it is no folium map, or one of several in a figure.
    """
    if not isinstance(given, folium.Map):
        raise DataError(f"m must be a folium.Map, not {type(given).__name__}: leave it out for a new map")
    former = given.get_root()
    if isinstance(former, ExploreFigure):
        return given
    if type(former) is not Figure or list(former._children.values()) != [given]:  # noqa: SLF001
        raise DataError("the map stands among others in a figure: give a folium.Map of its own")
    page = ExploreFigure(lang=lang, is_ours=False, background=True)
    for place in ("header", "html", "script"):
        for name, one in getattr(former, place)._children.items():  # noqa: SLF001
            getattr(page, place).add_child(one, name=name)
    page.title, page.width, page.height, page.ratio = former.title, former.width, former.height, former.ratio
    page.add_child(given)
    # On one canvas with the tables, folium's own shapes still take the pointer.
    given.options["prefer_canvas"] = True
    return given


def _walk(element: Element) -> Iterator[Element]:
    for child in element._children.values():  # noqa: SLF001 - branca offers no other way down
        yield child
        yield from _walk(child)


def _pack(block: Mapping[str, object]) -> str:
    return to_data_block(block).replace(f'id="{DATA_ID}"', 'class="rg-explore"')


@cache
def describe_shipped() -> dict[str, object]:
    """Return the region from the shipped tables, the same on every map: sea, municipalities, names."""
    areas = load_table("municipalities").sort_index()
    members, sea, places = (load_table(name) for name in ("members", "sea", "places"))
    places = places[places["rank"] <= _LARGEST_RANKS].sort_values(["rank", "name"], kind="stable")
    rings = encode_areas(areas.geometry, tolerance_m=_SEA_TOLERANCE_M, is_coverage=True)
    used = [areas["source_id"], sea["source_id"], places["source_id"]]
    return {
        "credits": credits_of({str(one) for column in used for one in column}),
        "background": {
            "scale": SCALE,
            "sea": [ring for row in encode_areas(sea.geometry, tolerance_m=_SEA_TOLERANCE_M) for ring in row],
            "municipalities": [
                {"rings": row, "is_member": key in members.index}
                for key, row in zip(areas.index, rings, strict=True)
            ],
            "places": [
                {"name": str(name), "rank": int(rank), "at": at}
                for name, rank, at in zip(
                    places["name"], places["rank"], encode_points(places.geometry), strict=True
                )
            ],
        },
    }
