"""What every test shares: no network, a cache of its own, and one hypothesis profile."""

import os
import shutil
import socket
import tempfile
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings

from pages import chromium, open_atlas, open_map, open_workshop

__all__ = ["chromium", "open_atlas", "open_map", "open_workshop"]

IS_FIRST = "REGIONGEO_TESTS" not in os.environ
"""Whether this process began the run of the tests: those that it starts inherit the name of the run."""
RUN = os.environ.setdefault("REGIONGEO_TESTS", uuid4().hex)
"""Name of this run of the tests: its processes share one cache, and no other run does."""
CACHE = Path(tempfile.gettempdir()) / f"regiongeo-tests-{RUN}"
os.environ["XDG_CACHE_HOME"] = str(CACHE)

settings.register_profile("regiongeo", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("regiongeo")


def pytest_unconfigure() -> None:
    """Remove what the run kept, once all its processes have ended."""
    if IS_FIRST:
        shutil.rmtree(CACHE, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection except to this machine itself."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if self.family in (socket.AF_INET, socket.AF_INET6) and host not in ("127.0.0.1", "::1", "localhost"):
            pytest.fail(f"a test tried to reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def no_base_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the pictures that every report has blank: they have tests of their own."""
    for name in ("draw_region_map", "draw_top_sites", "draw_rank_intervals", "draw_basis"):
        monkeypatch.setattr(f"regiongeo.report.charts.{name}", lambda *_, **__: None)
