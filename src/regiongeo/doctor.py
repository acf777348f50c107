"""Is this computer ready? Each check says what it found and, where something is wrong, the cure."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from regiongeo.errors import RegionGeoError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Check", "examine"]

_PACKAGES = (
    "geopandas",
    "shapely",
    "pyproj",
    "pyogrio",
    "pyarrow",
    "scipy",
    "highspy",
    "folium",
    "osmnx",
    "openpyxl",
)
_OLD_YEARS = 3
_FREE_MB = 200


@dataclass(frozen=True, kw_only=True)
class Check:
    """One finding: what was looked at, whether it is fine, what was seen, and what to do."""

    name: str
    is_ok: bool
    found: str
    cure: str = ""


def examine(out: Path) -> list[Check]:
    """Look at Python, packages, projections, data, solver, map assets and the folder results go to."""
    return [*_python(), *_packages(), _projection(), *_data(), _solver(), _assets(), *_folders(out)]


def _python() -> Iterator[Check]:
    yield Check(
        name="Python",
        is_ok=sys.version_info >= (3, 11),
        found=sys.version.split()[0],
        cure="install Python 3.11 or newer",
    )


def _packages() -> Iterator[Check]:
    for name in _PACKAGES:
        try:
            yield Check(name=name, is_ok=True, found=version(name))
        except PackageNotFoundError:
            yield Check(name=name, is_ok=False, found="missing", cure=f"pip install {name}")


def _projection() -> Check:
    from regiongeo.crs import check_projection  # noqa: PLC0415

    error_m = check_projection()
    return Check(
        name="PROJ",
        is_ok=error_m < 0.01,  # noqa: PLR2004
        found=f"EPSG:25832 within {error_m * 1000:.1f} mm at five known points",
        cure="another program's PROJ_DATA may be in the way: unset it, or reinstall pyproj",
    )


def _data() -> Iterator[Check]:
    from regiongeo import store  # noqa: PLC0415

    problems = store.verify()
    yield Check(
        name="data",
        is_ok=not problems,
        found="; ".join(problems) or f"{len(store.list_tables())} tables agree with their hashes",
        cure="restore data/ from the distribution, or run 'regiongeo data build'",
    )
    if problems:
        return
    ages = {source_id: _newest_year(one.reference_date) for source_id, one in store.load_sources().items()}
    known = {source_id: year for source_id, year in sorted(ages.items()) if year}
    this_year = datetime.now(tz=UTC).year
    old = [f"{source_id} ({year})" for source_id, year in known.items() if this_year - year > _OLD_YEARS]
    undated = [source_id for source_id, year in sorted(ages.items()) if not year]
    yield Check(
        name="data age",
        is_ok=True,
        found=f"newest {max(known.values())}; older than {_OLD_YEARS} years: {', '.join(old) or 'none'}; "
        f"date not stated: {', '.join(undated) or 'none'}",
    )


def _newest_year(words: str) -> int | None:
    return max(map(int, re.findall(r"\b(?:19|20)\d\d\b", words)), default=None)


def _solver() -> Check:
    import pandas as pd  # noqa: PLC0415

    from regiongeo.siting.coverage import choose_portfolio  # noqa: PLC0415

    covers = pd.DataFrame({"A": [True, False], "B": [True, True]}, index=["one", "two"])
    try:
        chosen = choose_portfolio(covers, pd.Series({"one": 1.0, "two": 1.0}), size=1)
        is_ok, found = chosen.sites == ("B",), f"HiGHS {version('highspy')}"
    except (RegionGeoError, PackageNotFoundError) as error:
        is_ok, found = False, str(error)
    return Check(name="solver", is_ok=is_ok, found=found, cure="pip install --force-reinstall highspy")


def _assets() -> Check:
    from regiongeo.maps.figure import render_frame  # noqa: PLC0415

    try:
        size = len(render_frame(lang="nb", online_tiles=False))
    except RegionGeoError as error:
        return Check(name="map assets", is_ok=False, found=str(error), cure="reinstall regiongeo")
    return Check(name="map assets", is_ok=True, found=f"{size / 1000:.0f} kB")


def _folders(out: Path) -> Iterator[Check]:
    for name, folder in (("results folder", out), ("temporary folder", Path(tempfile.gettempdir()))):
        existing = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.is_dir())
        free_mb = shutil.disk_usage(existing).free / 1e6
        writable = os.access(existing, os.W_OK)
        yield Check(
            name=name,
            is_ok=writable and free_mb > _FREE_MB,
            found=f"{'writable' if writable else 'not writable'}, {free_mb:,.0f} MB free",
            cure=f"choose another folder, or free {_FREE_MB} MB",
        )
