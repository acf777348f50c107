"""Greenhouse-gas emissions as published: of two municipalities, of a county, and the region's change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.compile.raw import read_rows
from regiongeo.errors import DataError, name_some
from regiongeo.schema import validate
from regiongeo.tables.climate import COUNTY_EMISSIONS, EMISSIONS, STATED_CHANGES, STATED_TOTAL
from regiongeo.userfiles.sectors import find_sector

if TYPE_CHECKING:
    from pathlib import Path

    from regiongeo.schema import Schema

__all__ = ["compile_county_emissions", "compile_emissions", "compile_stated_changes"]

_FOLDER = "region/emissions"
_MUNICIPALITIES = f"{_FOLDER}/notodden_tinn_2009_2024.csv"
_COUNTY = f"{_FOLDER}/vestfold_og_telemark_county_2009_2021.csv"
_CHANGES = f"{_FOLDER}/seed004_region_change_2019_2020.csv"
_COUNTY_ID = "38"
_HOLDER = "miljodirektoratet_emissions"
_VALUES = ["year", "sector", "source", "tonnes_co2e"]


def compile_emissions(sources: Path) -> pd.DataFrame:
    """Read the emissions of Notodden and Tinn (schema EMISSIONS); no other member's are openly at hand.

    Raises
    ------
    SourceError, DataError, SchemaError
        If the raw file is missing, or holds what is no number or an unknown sector.
    """
    raw = read_rows(sources, _MUNICIPALITIES, columns=["kommunenummer_2024", *_VALUES])
    ids = {"municipality_id": raw["kommunenummer_2024"]}
    return _emissions(raw, ids, file=_MUNICIPALITIES, schema=EMISSIONS)


def compile_county_emissions(sources: Path) -> pd.DataFrame:
    """Read the emissions of the former county Vestfold og Telemark (schema COUNTY_EMISSIONS).

    Raises
    ------
    SourceError, DataError, SchemaError
        As `compile_emissions`.
    """
    raw = read_rows(sources, _COUNTY, columns=_VALUES)
    ids = {"county_2020_id": pd.Series(_COUNTY_ID, index=raw.index, dtype="str")}
    return _emissions(raw, ids, file=_COUNTY, schema=COUNTY_EMISSIONS)


def compile_stated_changes(sources: Path) -> pd.DataFrame:
    """Read the region's change 2019-2020 as printed (schema STATED_CHANGES); nothing is worked out here.

    Raises
    ------
    SourceError, DataError, SchemaError
        As `compile_emissions`.
    """
    raw = read_rows(sources, _CHANGES, columns=["sector", "pct_in_seed", "change_tonnes_2019_2020"])
    is_total = raw["sector"] == "Totalt"
    table = pd.DataFrame(
        {
            "sector": _sectors(raw["sector"].mask(is_total), file=_CHANGES).mask(is_total, STATED_TOTAL),
            "percent_of_2020": _numbers(raw["pct_in_seed"], file=_CHANGES).astype("int64"),
            "change_t": _numbers(raw["change_tonnes_2019_2020"], file=_CHANGES).astype("int64"),
            "source_id": "osloregionen_climate_2022",
        }
    )
    return validate(table.set_index("sector").sort_index(), STATED_CHANGES)


def _emissions(raw: pd.DataFrame, ids: dict[str, pd.Series], *, file: str, schema: Schema) -> pd.DataFrame:
    """Tenths of a tonne are published; more digits in the raw file are traces of binary sums."""
    table = pd.DataFrame(
        {
            **ids,
            "year": _numbers(raw["year"], file=file).astype("int64"),
            "sector": _sectors(raw["sector"], file=file),
            "source": raw["source"],
            "t_co2e": _numbers(raw["tonnes_co2e"], file=file).round(1),
            "source_id": _HOLDER,
        }
    )
    return validate(table.set_index(list(schema.index)).sort_index(), schema)


def _sectors(names: pd.Series, *, file: str) -> pd.Series:
    keys = {name: find_sector(name) for name in names.dropna().unique()}
    unknown = [name for name, key in keys.items() if key is None]
    if unknown:
        raise DataError(f"'{file}': unknown sector {name_some(unknown)}: add its spelling")
    return names.map(keys)


def _numbers(texts: pd.Series, *, file: str) -> pd.Series:
    numbers = pd.to_numeric(texts, errors="coerce")
    wrong = texts.index[~numbers.abs().lt(1e9)]
    if len(wrong):
        raise DataError(f"'{file}': column '{texts.name}' must hold numbers, rows {name_some(wrong)}")
    return numbers.astype(float)
