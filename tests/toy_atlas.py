"""An atlas by hand: the three squares of the toy region, three years, one municipality with emissions.

Persons on 1 January, per cent since 2020 in 2022::

            2020   2021   2022
    Vestby  1000   1100   1210    +21.0
    Midtby  2000   2000   2000      0.0
    Østby   4000   3900   3800     -5.0
    all     7000   7000   7010     +0.1

Vestby and Midtby are Vestregionen, Østby is Østregionen. Vestby emitted 500 t in 2020 and 450 t in 2021.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from regiongeo.atlas.model import Atlas
from regiongeo.region import build_subregions, subregion_names
from regiongeo.statistics import areas_of, population_figures
from regiongeo.tables.figures import FIGURE_COLUMNS, join_figures
from toy import NAMES, SUBREGIONS, WORK, toy_municipalities

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CODES", "MAKING", "PEOPLE", "REGION", "toy_atlas"]

CODES = list(NAMES)
REGION = "osloregionen_2024"
PEOPLE = {2020: (1000, 2000, 4000), 2021: (1100, 2000, 3900), 2022: (1210, 2000, 3800)}
REACH = (30_000.0, 90_000.0, 60_000.0)
MAKING: dict[str, Any] = {
    "lang": "nb", "date": "2026-11-26", "data_version": "1", "credits": ["© Kartverket, CC BY 4.0"],
}  # fmt: skip
_MINUTES = (
    (0.0, 20.0, np.inf),
    (20.0, 0.0, 15.4),
    (np.inf, 15.4, 0.0),
)
_GINI = (0.30, 0.31, 0.32)


def toy_atlas(
    names: Mapping[str, str] = NAMES, *, parts: Mapping[str, str] = SUBREGIONS, text: str | None = None
) -> Atlas:
    """Return the atlas; with other names, or one text wherever a text stands."""
    members = _members(names, parts)
    areas = areas_of(members, region_id=REGION, region_name=text or "Prøveregionen")
    figures = join_figures(
        [
            population_figures(_population(), areas, area_km2=members["area_km2"], base_years=(2020,)),
            *_more_figures(members, areas, text),
        ]
    )
    return Atlas(
        members_year=2024,
        year=2022,
        areas=areas,
        figures=figures,
        municipalities=members.assign(subregion=subregion_names(members)),
        subregions=build_subregions(members),
        centres=_centres(members),
        minutes=pd.DataFrame(_MINUTES, index=members.index, columns=members.index),
        cells=_cells(),
        cell_minutes=45.0,
        readings=_readings(text),
        sensitivity=_sensitivity(text),
        restated=_restated(),
        membership=pd.DataFrame(
            [
                (2020, 2021, "3911", text or "Færder", "left"),
                (2022, 2024, "3420", text or "Elverum", "joined"),
            ],
            columns=["from_year", "to_year", "municipality_id", "name", "change"],
        ),
        notes=pd.Series({"3203": text or "Midtby er kanskje med."}),
        source_ids=("ssb_07459",),
    )


def _members(names: Mapping[str, str], parts: Mapping[str, str]) -> gpd.GeoDataFrame:
    table = toy_municipalities()
    certainty = pd.Series({"3201": "certain", "3203": "likely", "3205": "certain"})
    return table.assign(
        name=pd.Series(names),
        subregion=pd.Series(parts),
        subregion_certainty=certainty,
        population=pd.Series(dict(zip(CODES, PEOPLE[2022], strict=True))),
    )


def _population() -> pd.DataFrame:
    index = pd.MultiIndex.from_product([PEOPLE, CODES], names=["year", "municipality_id"]).swaplevel()
    return pd.DataFrame({"population": [n for year in PEOPLE.values() for n in year]}, index=index)


def _more_figures(members: gpd.GeoDataFrame, areas: pd.DataFrame, text: str | None) -> list[pd.DataFrame]:
    name, unit = members["name"], text or "persons"
    reach = [
        ("municipality", code, name[code], "people_within_45min", 2022, value, unit, "user",
         "assumed_speeds", 1.0)
        for code, value in zip(CODES, REACH, strict=True)
    ]  # fmt: skip
    places = areas.drop_duplicates(["area_kind", "area_id"])
    whole = places[places["area_kind"].isin(["region", "subregion"])]
    emitted = [
        ("municipality", "3201", name["3201"], "emissions_total", year, value, "t CO2e", "user", "", 1.0)
        for year, value in ((2020, 500.0), (2021, 450.0))
    ] + [
        (row.area_kind, row.area_id, row.area_name, "emissions_total", year, np.nan, "t CO2e", "user",
         text or "partial_members", 0.15)
        for row in whole.itertuples() for year in (2020, 2021)
    ]  # fmt: skip
    gini = [
        ("region", REGION, text or "Prøveregionen", "population_gini", year, value, "1", "ssb_07459", "", 1.0)
        for year, value in zip(PEOPLE, _GINI, strict=True)
    ]
    return [pd.DataFrame(rows, columns=list(FIGURE_COLUMNS)) for rows in (reach, emitted, gini)]


def _centres(members: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    columns = {
        "name": members["name"],
        "rank": [3, 2, 1],
        "size": [1210.0, 2000.0, 3800.0],
        "share": [0.17, 0.29, 0.54],
        "rank_size": [1300.0, 1900.0, 3800.0],
        "larger_id": pd.Series(["3203", "3205", None], index=members.index, dtype="str"),
        "larger_minutes": [20.0, 15.4, np.nan],
    }
    return gpd.GeoDataFrame(pd.DataFrame(columns, index=members.index), geometry=members.centroid, crs=WORK)


def _cells() -> gpd.GeoDataFrame:
    table = toy_municipalities()
    squares = table.geometry.reset_index(drop=True)
    return gpd.GeoDataFrame({"people_within": [100.0, 5000.0, 900.0]}, geometry=squares, crs=WORK)


def _readings(text: str | None) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples(
        [("region", REGION, "population_gini")], names=["area_kind", "area_id", "indicator"]
    )
    row = {
        "per_year": 0.01, "low": 0.008, "high": 0.012, "first_year": 2020.0, "last_year": 2022.0,
        "reading": "balance_away", "sentence": text or "Jevnt fra bedre balanse 2020–2022.",
    }  # fmt: skip
    return pd.DataFrame([row], index=index)


def _sensitivity(text: str | None) -> pd.DataFrame:
    keys = [("region", "osloregionen_2024", "population_gini")]
    index = pd.MultiIndex.from_tuples(keys, names=["area_kind", "area_id", "indicator"])
    told = text or "Storby betyr mest for tallet: uten Storby 0,2 (2022)."
    row = {"value": 0.4, "low": 0.1, "high": 0.6, "place": text or "Storby", "without": 0.2, "year": 2022}
    return pd.DataFrame([row | {"sentence": told}], index=index)


def _restated() -> pd.DataFrame:
    columns = [
        "change_t",
        "percent_of_2020",
        "percent_of_2019",
        "percent_of_2019_low",
        "percent_of_2019_high",
    ]
    rows = {
        "aviation": (-1200, -120.0, -54.6, -54.7, -54.4),
        "heating": (-3, 0.0, np.nan, -0.5, 0.0),
        "total": (-1203, -7.0, -6.5, -7.0, -6.1),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("sector")
