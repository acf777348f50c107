"""Municipality codes and names of all of Norway: what each code became, and what each place is called."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from regiongeo.compile.raw import read_layer
from regiongeo.errors import DataError, name_some

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

__all__ = ["compile_code_changes", "compile_names"]

_BORDERS_2024 = "region/boundaries/kommuner_2024_norway_M.geojson"
_BORDERS_2020 = "region/boundaries/kommuner_2020_norway_large.geojson"
_MOST = 0.5
_BETWEEN_NAMES = " - "

_COUNTIES_2024 = {
    "03": "Oslo",
    "11": "Rogaland",
    "15": "Møre og Romsdal",
    "18": "Nordland",
    "31": "Østfold",
    "32": "Akershus",
    "33": "Buskerud",
    "34": "Innlandet",
    "39": "Vestfold",
    "40": "Telemark",
    "42": "Agder",
    "46": "Vestland",
    "50": "Trøndelag",
    "55": "Troms",
    "56": "Finnmark",
}
_COUNTIES_2020 = {
    "01": "30", "02": "30", "03": "03", "04": "34", "05": "34", "06": "30", "07": "38", "08": "38",
}  # fmt: skip
_INTO_VIKEN = ("0532", "0533", "0711")
"""Jevnaker and Lunner left Oppland, Svelvik left Vestfold."""
_FORMER_ELSEWHERE = (("4624", "Os"), ("3903", "Hof"), ("3911", "Nøtterøy"), ("3911", "Tjøme"))
"""Former names that are not in the codes of 2019, or lie outside its counties: they decide a doubt."""
_MISSPELT = (("3420", "Elverun"), ("3116", "Skiptvedt"))
"""Spellings of the client's own documents that differ by more than a blank or a hyphen."""


def compile_code_changes(sources: Path) -> pd.DataFrame:
    """Pair the codes before and after 1 January 2020 (eastern Norway) and 1 January 2024 (all of Norway).

    For 2024 two codes belong together where more than half of one polygon lies in the other; for 2020 the
    codes of 2019 are listed by hand with the name of 2020. A pair is the same code, renumbered, merged
    (several old codes to one) or split (one old code to several).

    Raises
    ------
    DataError
        If a polygon of 2020 or 2024 finds no partner, or a name of 2020 is not found.
    """
    old = _read_borders(sources, _BORDERS_2020, "navn")
    new = _read_borders(sources, _BORDERS_2024, "kommunenavn")
    steps = [_changes_2020(old), _changes_2024(old, new)]
    return pd.concat(steps).set_index(["year", "old_id", "new_id"]).sort_index()


def compile_names(sources: Path, *, changes: pd.DataFrame) -> pd.DataFrame:
    """List every name of the municipalities of 2024: official, part of a bilingual one, former, misspelt.

    ``changes`` is the table of `compile_code_changes`, from which the names of 2019 are followed.
    """
    new = _read_borders(sources, _BORDERS_2024, "kommunenavn")["name"]
    official = [(code, name, "official") for code, name in new.items()]
    parts = [
        (code, part, "part")
        for code, name in new.items()
        if _BETWEEN_NAMES in name
        for part in name.split(_BETWEEN_NAMES)
    ]
    former = [*_former_names(changes, new), *((code, name, "former") for code, name in _FORMER_ELSEWHERE)]
    misspelt = [(code, name, "misspelt") for code, name in _MISSPELT]
    rows = pd.DataFrame(
        [*official, *parts, *former, *misspelt], columns=["municipality_id", "name", "kind"]
    ).drop_duplicates(["municipality_id", "name"])
    county_id = rows["municipality_id"].str[:2]
    named = rows.assign(county_id=county_id, county=county_id.map(_COUNTIES_2024))
    return named.set_index(["municipality_id", "name"]).sort_index()


def _read_borders(sources: Path, file: str, name: str) -> gpd.GeoDataFrame:
    raw = read_layer(sources, file, columns=["kommunenummer", name])
    codes = raw["kommunenummer"].astype(int).map("{:04d}".format)
    table = raw.set_geometry(raw.make_valid()).rename(columns={name: "name"}).assign(code=codes)
    return table.set_index("code").sort_index()[["name", "geometry"]]


def _changes_2024(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> pd.DataFrame:
    left, right = new.sindex.query(old.geometry, predicate="intersects")
    before, after = old.geometry.to_numpy()[left], new.geometry.to_numpy()[right]
    shared = shapely.area(shapely.intersection(before, after))
    is_pair = (shared > _MOST * shapely.area(before)) | (shared > _MOST * shapely.area(after))
    left, right = left[is_pair], right[is_pair]
    lost = [*old.index.delete(left), *new.index.delete(right)]
    if lost:
        raise DataError(f"no partner between '{_BORDERS_2020}' and '{_BORDERS_2024}' for {name_some(lost)}")
    pairs = pd.DataFrame(
        {
            "old_id": old.index[left],
            "new_id": new.index[right],
            "old_name": old["name"].to_numpy()[left],
            "new_name": new["name"].to_numpy()[right],
        }
    )
    return _with_kinds(pairs, year=2024)


def _changes_2020(after: gpd.GeoDataFrame) -> pd.DataFrame:
    listed = (files("regiongeo.compile") / "codes_2019.csv").read_text(encoding="utf-8")
    rows = pd.DataFrame(list(csv.DictReader(io.StringIO(listed))))
    county = rows["code_2019_id"].str[:2].map(_COUNTIES_2020)
    county = county.mask(rows["code_2019_id"].isin(_INTO_VIKEN), "30")
    by_name = {(code[:2], name): code for code, name in after["name"].items()}
    new_id = pd.Series([by_name.get(key) for key in zip(county, rows["name_2020"], strict=True)])
    if new_id.isna().any():
        raise DataError(
            f"'{_BORDERS_2020}' has no {name_some(rows['name_2020'][new_id.isna()])}: is it that of 2020?"
        )
    pairs = pd.DataFrame(
        {
            "old_id": rows["code_2019_id"],
            "new_id": new_id,
            "old_name": rows["name"],
            "new_name": rows["name_2020"],
        }
    )
    return _with_kinds(pairs, year=2020)


def _with_kinds(pairs: pd.DataFrame, *, year: int) -> pd.DataFrame:
    is_split, is_merged = (pairs[side].duplicated(keep=False) for side in ("old_id", "new_id"))
    is_same = pairs["old_id"] == pairs["new_id"]
    kinds = np.select([is_split, is_merged, is_same], ["split", "merged", "same"], "renumbered")
    return pairs.assign(year=year, kind=kinds)


def _former_names(changes: pd.DataFrame, today: pd.Series) -> list[tuple[str, str, str]]:
    """Follow the names of 2019 that no part of today's name holds to the code of 2024."""
    steps = changes.reset_index()
    first, second = (steps[steps["year"] == year] for year in (2020, 2024))
    ends = first.merge(second, left_on="new_id", right_on="old_id", suffixes=("", "_2024"))
    return [
        (code, name, "former")
        for code, name in zip(ends["new_id_2024"], ends["old_name"], strict=True)
        if name not in today[code].split(_BETWEEN_NAMES)
    ]
