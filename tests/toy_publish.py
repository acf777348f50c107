"""A small run of three files, published at once; light to import, for processes that end at any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo import publish
from regiongeo.manifest import write_run

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("a.csv", "b.bin", "pictures/c.png")


def write_version(stage: Path, version: str, *, chunks: int = 4) -> None:
    """Write three files of one version in several chunks, then run.json."""
    for name in FILES:
        (stage / name).parent.mkdir(exist_ok=True)
        with (stage / name).open("w") as stream:
            for _ in range(chunks):
                stream.write(version * 50)
    write_run(stage, {"version": version})


def publish_version(out: Path, version: str) -> None:
    """Publish one version as the folder ``out``."""
    publish.publish_folder(out, lambda stage: write_version(stage, version))
