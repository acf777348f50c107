"""A Firefox of the distribution, driven by WebDriver BiDi, which it speaks by itself: no driver, no patch.

Playwright knows that protocol too, but asks for commands that an extended support release does not have yet.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from websockets.sync.client import ClientConnection

__all__ = ["Firefox", "open_firefox"]

PATIENCE_S = 60.0
EVENTS = ["log.entryAdded", "network.beforeRequestSent"]
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "ArrowRight": "\ue014"}


class Firefox:
    """One window of Firefox, with what its pages asked for and what they complained about."""

    def __init__(self, socket: ClientConnection, downloads: Path) -> None:
        self.socket = socket
        self.downloads = downloads
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.count = 0
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=EVENTS)
        self.window = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Give a command and return its result; what happens meanwhile is noted."""
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv(timeout=PATIENCE_S))
            if message.get("id") == self.count:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['message']}")
                result: dict[str, Any] = message["result"]
                return result
            self._note(message["method"], message["params"])

    def _note(self, event: str, told: dict[str, Any]) -> None:
        if event == "log.entryAdded":
            self.complaints.append(f"{told['level']}: {told['text']}")
        elif not told["request"]["url"].startswith("data:"):
            self.requests.append(told["request"]["url"])

    def open(self, path: Path, *, width: int = 1280, height: int = 720) -> None:
        self.send(
            "browsingContext.setViewport", context=self.window, viewport={"width": width, "height": height}
        )
        self.send("browsingContext.navigate", context=self.window, url=path.as_uri(), wait="complete")
        self.wait("document.documentElement.dataset.ready !== undefined")

    def reload(self) -> None:
        self.send("browsingContext.reload", context=self.window, wait="complete")
        self.wait("document.documentElement.dataset.ready !== undefined")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression as plain data."""
        told = self.send(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then((one) => JSON.stringify(one ?? null))",
            target={"context": self.window},
            awaitPromise=True,
            userActivation=True,
        )
        if told["type"] == "exception":
            raise RuntimeError(told["exceptionDetails"]["text"])
        return json.loads(told["result"]["value"])

    def wait(self, condition: str) -> None:
        """Wait until an expression holds."""
        end = time.monotonic() + PATIENCE_S
        while not self.evaluate(f"Boolean({condition})"):
            if time.monotonic() > end:
                raise TimeoutError(condition)
            time.sleep(0.05)

    def text(self, selector: str) -> str:
        found: str = self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText")
        return found.replace("\u00a0", " ")

    def click(self, selector: str) -> None:
        """Click in the middle of the first element that matches."""
        place = (
            "((one) => { one.scrollIntoView({ block: 'nearest' }); const box = one.getBoundingClientRect(); "
            "return [box.x + box.width / 2, box.y + box.height / 2]; })"
        )
        self.click_at(*self.evaluate(f"{place}(document.querySelector({json.dumps(selector)}))"))

    def click_at(self, x: float, y: float) -> None:
        steps = [
            {"type": "pointerMove", "x": round(x), "y": round(y)},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": steps})

    def press(self, *keys: str) -> None:
        """Press keys one after the other: characters, or names as in ``KEYS``."""
        values = [KEYS.get(key, key) for key in keys]
        steps = [{"type": kind, "value": value} for value in values for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": steps})

    def choose(self, selector: str, *paths: Path) -> None:
        """Choose files in a file field."""
        told = self.send(
            "script.evaluate",
            expression=f"document.querySelector({json.dumps(selector)})",
            target={"context": self.window},
            awaitPromise=False,
        )
        field = {"sharedId": told["result"]["sharedId"]}
        self.send("input.setFiles", context=self.window, element=field, files=[str(path) for path in paths])

    def downloaded(self, pattern: str) -> Path:
        """Return the file that was saved, once it is whole."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = [one for one in self.downloads.glob(pattern) if one.stat().st_size]
            if found and not list(self.downloads.glob("*.part")):
                return found[0]
            time.sleep(0.05)
        raise TimeoutError(pattern)

    def shoot(self, path: Path) -> None:
        """Write a picture of the window as PNG."""
        told = self.send("browsingContext.captureScreenshot", context=self.window)
        path.write_bytes(base64.b64decode(told["data"]))

    def _act(self, source: dict[str, Any]) -> None:
        self.send("input.performActions", context=self.window, actions=[source])


@contextmanager
def open_firefox(program: str, folder: Path) -> Iterator[Firefox]:
    """Start Firefox with a profile of its own in ``folder``, and end it afterwards."""
    profile, downloads = folder / "profile", folder / "downloads"
    profile.mkdir()
    downloads.mkdir()
    told = {"browser.download.folderList": 2, "browser.download.dir": str(downloads)}
    told |= {"browser.download.alwaysOpenPanel": False, "intl.accept_languages": "nb-NO"}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in told.items()]
    (profile / "user.js").write_text("".join(lines), "utf-8")
    words = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
    log = folder / "firefox.log"
    with log.open("w", encoding="utf-8") as out, subprocess.Popen(words, stdout=out, stderr=out) as process:
        try:
            address = _wait_for_address(log)
            with connect(f"{address}/session", max_size=None, proxy=None, ping_interval=None) as socket:
                browser = Firefox(socket, downloads)
                yield browser
                browser.send("browser.close")
        finally:
            _end(process)


def _wait_for_address(log: Path) -> str:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text("utf-8"))
        if found:
            return found[1]
        time.sleep(0.05)
    raise TimeoutError(f"Firefox did not start: {log.read_text('utf-8')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
