"""The frame of the page: folium's map with bundled scripts in place of its links to foreign hosts.

Everything here is constant text. Data never pass through: see ``page.py``.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from jinja2 import Template

from regiongeo.errors import EngineError
from regiongeo.i18n import Language, texts

__all__ = ["DATA_PLACE", "TILE_HOST", "OfflineFigure", "render_frame"]

DATA_PLACE = "<!-- regiongeo data -->"
TILE_HOST = "https://cache.kartverket.no"
BUNDLED = frozenset({"leaflet", "leaflet_css"})
"""Links of folium that the bundle replaces, by element name (addresses differ between versions)."""
UNUSED = frozenset(
    {
        "jquery",
        "bootstrap",
        "bootstrap_css",
        "glyphicons_css",
        "awesome_markers",
        "awesome_markers_css",
        "awesome_markers_font_css",
        "awesome_rotate_css",
    }
)
"""Links of folium that nothing on our page uses."""


class StartMap(MacroElement):
    """Hand folium's map over to our own script."""

    _template = Template(
        "{% macro script(this, kwargs) %}{{ this.entry }}({{ this._parent.get_name() }});{% endmacro %}"
    )

    def __init__(self, entry: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._id = "start"
        self.entry = entry


class OfflineFigure(Figure):
    """A page of ours around what the children render, with no address left in it.

    Raises
    ------
    EngineError
        On rendering, if a child links to a script or style that is not bundled, or the assets are not built.
    """

    def __init__(
        self,
        *,
        lang: Language,
        image_hosts: tuple[str, ...] = (),
        template: str = "page.html",
        words: tuple[str, ...] = ("map",),
    ) -> None:
        super().__init__()
        self._template = Template(_read(template), autoescape=True)
        self.lang = lang
        self.texts = {key: text for area in words for key, text in texts(area, lang).items()}
        self.image_hosts = image_hosts

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - branca's signature
        """Return the page."""
        for child in self._children.values():
            child.render(**kwargs)
        _require_bundled(self.header)
        scripts = [_inline(_read_asset("map.js")), _inline(self.script.render(**kwargs))]
        return str(
            self._template.render(
                lang=self.lang,
                texts=self.texts,
                policy=_write_policy(scripts, image_hosts=self.image_hosts),
                style=_read_asset("map.css"),
                frame=self.html.render(**kwargs),
                data_place=DATA_PLACE,
                scripts=scripts,
            )
        )


def render_frame(
    *,
    lang: Language,
    online_tiles: bool,
    template: str = "page.html",
    words: tuple[str, ...] = ("map",),
    entry: str = "regiongeo.start",
) -> str:
    """Render the page without data: folium's map, our panels, the bundled scripts, the security policy.

    Another page has a ``template`` of its own, catalogues of ``words`` (later ones win) and the function of
    the bundle that builds it (``entry``).
    """
    hosts = (TILE_HOST,) if online_tiles else ()
    figure = OfflineFigure(lang=lang, image_hosts=hosts, template=template, words=words)
    region = folium.Map(
        location=[60, 10.8], zoom_start=8, tiles=None, prefer_canvas=True, zoom_control=False,
        attribution_control=False, zoom_snap=0.25, min_zoom=6, max_zoom=15,
    )  # fmt: skip
    region._id = "region"  # noqa: SLF001 - branca draws random ids; the page must be the same each time
    figure.add_child(region)
    region.add_child(StartMap(entry))
    return str(figure.render())


def _require_bundled(header: Element) -> None:
    children = header._children.items()  # noqa: SLF001 - branca offers no other way to its links
    links = {name for name, child in children if isinstance(child, (JavascriptLink, CssLink))}
    foreign = sorted(links - BUNDLED - UNUSED)
    if foreign:
        raise EngineError(f"the map links to scripts that are not bundled: {', '.join(foreign)}")


def _inline(script: str) -> str:
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _write_policy(scripts: list[str], *, image_hosts: tuple[str, ...]) -> str:
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in scripts
    )
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {hashes}",
            "style-src 'unsafe-inline'",
            " ".join(("img-src data:", *image_hosts)),
            "font-src data:",
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


@cache
def _read(name: str) -> str:
    return (files("regiongeo.maps") / name).read_text("utf-8")


@cache
def _read_asset(name: str) -> str:
    try:
        return (files("regiongeo") / "_assets" / name).read_text("utf-8")
    except OSError as error:
        raise EngineError("map assets are not built: reinstall the package") from error
