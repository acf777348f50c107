"""Pages in a real browser: opened as files with the network blocked, and what they complained of kept."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from regiongeo.maps import draw_map
from regiongeo.maps.atlas import draw_atlas
from regiongeo.workshop.build import draw_workshop
from toy import toy_result
from toy_atlas import toy_atlas
from toy_grid import toy_grid_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Dialog, Request, Route

CREDITS = ["© Kartverket, CC BY 4.0", "© OpenStreetMap contributors, ODbL 1.0"]
MAKING: dict[str, Any] = {"lang": "nb", "date": "2026-11-20", "data_version": "1", "credits": CREDITS}
LOCAL = ("file:", "blob:", "data:")
READY = "html[data-ready]"


def refuse(reason: str) -> None:
    """Skip where a person works without a browser, never in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def find_chromium() -> str:
    """Return the browser to open built pages with."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        refuse("no Chromium on the path: install it from the distribution")
    if not (files("regiongeo") / "_assets" / "map.js").is_file():
        refuse("map assets are not built: python hatch_build.py")
    return path  # type: ignore[return-value]


@contextmanager
def run_chromium(*args: str) -> Iterator[Browser]:
    """Run the browser with nothing more than the arguments given."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=args)
        yield browser
        browser.close()


class Opened:
    """A page, with what it asked for and what it complained of; to ask for what is no file is a complaint."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.warnings = 0
        page.route("**/*", self._guard)
        page.on("request", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("dialog", self._answer)

    def _guard(self, route: Route) -> None:
        if route.request.url.startswith(LOCAL):
            route.continue_()
        else:
            self.complaints.append(f"asked for {route.request.url}")
            route.abort()

    def _note(self, request: Request) -> None:
        if not request.url.startswith("blob:"):
            self.requests.append(request.url)

    def _answer(self, dialog: Dialog) -> None:
        """Leave a page that warns of what is not saved; the page asks nothing else."""
        if dialog.type == "beforeunload":
            self.warnings += 1
            dialog.accept()
        else:
            self.complaints.append(f"dialog: {dialog.message}")
            dialog.dismiss()

    def show(self, path: Path, ready: str = READY) -> Page:
        """Open a file and wait until it has built itself."""
        self.page.goto(path.as_uri())
        self.page.wait_for_selector(ready, state="attached")
        return self.page


def new_context(browser: Browser, width: int = 1280, height: int = 720, **options: Any) -> BrowserContext:
    """Return a context of its own: a window of this size, with nothing kept from before."""
    viewport = {"width": width, "height": height}
    return browser.new_context(viewport=viewport, locale="nb-NO", **options)  # type: ignore[arg-type]


def download(page: Page, selector: str) -> tuple[str, bytes]:
    """Press something that saves a file; return the file's name and content."""
    with page.expect_download() as waiting:
        page.click(selector)
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def plain(text: str) -> str:
    """Return a text with ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Run one browser for the tests of a module."""
    with run_chromium() as browser:
        yield browser


def _opener(browser: Browser, folder: Path, draw: Callable[..., str]) -> Iterator[Callable[..., Opened]]:
    context = new_context(browser, has_touch=True)

    def open_it(*given: Any, script: str = "", **options: Any) -> Opened:
        path = folder / "map.html"
        path.write_text(draw(*given, **options), "utf-8")
        opened = Opened(context.new_page())
        if script:
            opened.page.add_init_script(script)
        opened.show(path)
        return opened

    yield open_it
    context.close()


@pytest.fixture
def open_map(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open the map of a result (the toy region's, where none is given); options as `draw_map`."""

    def draw(result: Any = None, **options: Any) -> str:
        return draw_map(toy_result() if result is None else result, **{**MAKING, **options})

    yield from _opener(chromium, tmp_path, draw)


@cache
def _draw_workshop() -> str:
    return draw_workshop(toy_grid_result(), online_tiles=False, **MAKING)


@pytest.fixture
def open_workshop(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open the workshop map of a result (or the toy region's); options as `draw_workshop`."""

    def draw(result: Any = None, **options: Any) -> str:
        if result is None and not options:
            return _draw_workshop()
        given = {**MAKING, "online_tiles": False, **options}
        return draw_workshop(toy_grid_result() if result is None else result, **given)

    yield from _opener(chromium, tmp_path, draw)


@cache
def _draw_atlas() -> str:
    return draw_atlas(toy_atlas(), **MAKING)


@pytest.fixture
def open_atlas(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open the page of an atlas (the toy region's, where none is given); options as `draw_atlas`."""

    def draw(atlas: Any = None, **options: Any) -> str:
        if atlas is None and not options:
            return _draw_atlas()
        return draw_atlas(toy_atlas() if atlas is None else atlas, **{**MAKING, **options})

    yield from _opener(chromium, tmp_path, draw)
