"""The published tables, made once: csv, Excel and GeoPackage write these very cells.

Figures are rounded here and nowhere later, so that every file shows the same ones and computers agree.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from regiongeo.crs import to_lonlat
from regiongeo.flows import fill_link_traffic, modelled_roads
from regiongeo.report.kept import made_once

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    from regiongeo.i18n import Language
    from regiongeo.result import Result
    from regiongeo.store import Source

__all__ = [
    "DECIMALS",
    "clean_text",
    "excluded_table",
    "link_table",
    "link_volumes",
    "municipality_table",
    "plot_table",
    "points_column",
    "portfolio_table",
    "publish",
    "ranking_table",
    "source_ids",
    "source_table",
    "station_table",
    "subregion_table",
    "weight_table",
]

Table = TypeVar("Table", bound=pd.DataFrame)
Texts = TypeVar("Texts", "pd.Series[str]", "pd.Index[str]")

DECIMALS = {
    "score_100": 2,
    "top5_share": 3,
    "free_top5_share": 3,
    "known_weight": 3,
    "passing_trucks": 0,
    "gap_closed_km": 1,
    "access_minutes": 1,
    "grid_km": 1,
    "grid_mw": 1,
    "population_30min": 0,
    "subregion_lack": 3,
    "builtup_share": 3,
    "access_m": 0,
    "area_m2": 0,
    "lon": 6,
    "lat": 6,
    "truck_km_per_day": 0,
    "only_here_truck_km_per_day": 0,
    "weight": 4,
    "aadt": 0,
    "heavy_aadt": 0,
    "truck_aadt": 0,
    "basis_year": 0,
    "grid_year": 0,
    "length_m": 0,
    "minutes": 2,
    "population": 0,
    "area_km2": 1,
    "power_kw": 0,
    "points_350kw": 0,
    "modelled_trucks": 0,
    "planned_trucks": 0,
    "observed_trucks": 0,
    "heldout_trucks": 0,
    "through_share": 3,
    "mean_trip_km": 1,
    "trips_per_day": 2,
    "planned_trips_per_day": 2,
    "trucks_per_day": 2,
    "planned_trucks_per_day": 2,
    "km": 1,
    "outside_km": 1,
    "outside_minutes": 2,
    "geh": 2,
    "heldout_geh": 2,
    "median_geh": 2,
    "gravity_median_geh": 2,
    "share_below_5": 3,
    "share_below_5_mean_hour": 3,
    "gravity_share_below_5": 3,
    "r2": 3,
    "slope": 3,
    "median_relative_error": 3,
    "volume_ratio": 3,
    "base": 0,
    "planned": 0,
    "use_per_km": 4,
    "energy_per_day": 0,
    "energy_low_per_day": 0,
    "energy_high_per_day": 0,
    "winter_per_day": 0,
    "moved_trips_per_day": 1,
    "moved_truck_km_per_day": 0,
    "moved_truck_km_with_outside_per_day": 0,
    "stops_per_day": 1,
    "refilled_km_per_day": 0,
    "lost_trips_per_day": 1,
    "lost_truck_km_per_day": 0,
    "reserve_lost_trips_per_day": 1,
    "reserve_lost_truck_km_per_day": 0,
    "sessions_per_day": 1,
    "sessions_peak_h": 1,
    "energy_kwh_d": 0,
    "fuel_kg_d": 0,
    "fuel_storage_kg": 0,
    "stop_min": 0,
    "station_points": 0,
    "mean_wait_min": 1,
    "wait_probability": 3,
    "occupied_share": 3,
    "installed_mw": 2,
    "mean_mw": 2,
    "peak_mean_mw": 2,
    "peak_high_mw": 2,
    "least_grid_mw": 2,
    "least_grid_storage_mwh": 1,
    "station_m2": 0,
    "free_grid_mw": 1,
    "grid_lack_mw": 2,
    "storage_mwh": 1,
    "equipment_low_mnok": 1,
    "equipment_mnok": 1,
    "equipment_high_mnok": 1,
    "range_km": 0,
    "truck_share": 4,
    "depot_share": 3,
    "served_share": 3,
    **{f"{kind}_trips_per_day": 1 for kind in ("all", "free", "added", "served", "impossible")},
    **{f"{kind}_truck_km_per_day": 0 for kind in ("all", "free", "added", "served", "impossible")},
    "failing_trips_per_day": 2,
    "failing_truck_km_per_day": 0,
    "one_way_km": 0,
    "breaks_per_day": 1,
    "covered_share": 3,
    "would_add_trips_per_day": 1,
    "would_add_truck_km_per_day": 0,
    "closes_km": 1,
    "gain_km": 1,
    "closes_hydrogen_km": 1,
    "near_gain_km": 1,
    "lift_1_points": 1,
    "lift_2_points": 1,
    "length_km": 1,
    "covered_km": 1,
    "not_known_km": 1,
    "missing_km": 1,
    "covered_today_km": 1,
    "missing_today_km": 1,
    "ratio": 4,
    "ratio_if": 4,
    "required_share": 3,
    "access_km": 1,
    "national_km": 1,
    "nearest_km": 1,
    "missing_kw": 0,
    "missing_points": 0,
    "required": 0,
    "found": 0,
    "missing": 0,
}
"""Decimals of every published figure, by column; points of a criterion have those of the score."""

_POINTS = "points_"
_TEXT = pd.StringDtype(na_value=np.nan)
_MAY_LACK = {"grid_year", "grid_station", "known_weight"}
"""Columns that are left out where a result has none."""
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def points_column(criterion: str) -> str:
    """Return the column that holds a criterion's part of the score."""
    return f"{_POINTS}{criterion}"


@made_once
def ranking_table(result: Result) -> gpd.GeoDataFrame:
    """Return all ranked sites, best first: place, score 0-100, robustness, raw values, points and the reason.

    Returns
    -------
    GeoDataFrame by ``site_id`` in EPSG:25832. A criterion's raw value stands under its name, its part of
    ``score_100`` under ``points_<criterion>``; missing is "no data". ``access_minutes`` is the criterion.
    """
    sites = result.sites.drop(columns=list(result.criteria.columns), errors="ignore")
    points = result.contributions[list(result.weights.index)].mul(100).rename(columns=points_column)
    table = sites.join(result.criteria).join(points).join(result.ranking).loc[result.ranking.index]
    table = table.assign(
        municipality=table["municipality_id"].map(result.reference.municipalities["name"]),
        in_portfolio=table.index.isin(list(result.portfolio.sites)),
        score_100=table["score"] * 100,
        **_lonlat(table),
    )
    wanted = (
        *("rank", "name", "municipality_id", "municipality", "subregion", "road", "kind", "is_search_area"),
        *(
            "in_portfolio",
            "score_100",
            "rank_low",
            "rank_high",
            "top5_share",
            "free_top5_share",
            "topsis_rank",
        ),
        *("known_weight", *result.criteria.columns, *points.columns, "access_m", "area_m2"),
        *("grid_year", "grid_station", "lon", "lat", "source_id", "why", "geometry"),
    )
    return publish(table[[name for name in wanted if name not in _MAY_LACK or _is_known(table, name)]])


def excluded_table(result: Result) -> gpd.GeoDataFrame:
    """Return the candidates struck out, with the reason, by ``site_id``."""
    table = result.excluded.sort_index(kind="stable")
    table = table.assign(**_lonlat(table))
    columns = ["name", "kind", "reason", "reason_detail", "lon", "lat", "source_id", "geometry"]
    return publish(table[columns])


def portfolio_table(result: Result) -> gpd.GeoDataFrame:
    """Return the chosen sites with the gain of each, by ``site_id``, largest gain first."""
    places = ranking_table(result)[["name", "municipality", "subregion", "rank", "source_id", "geometry"]]
    gain = result.portfolio.gain.reset_index()
    gain = gain.sort_values(["truck_km_per_day", "site_id"], ascending=[False, True]).set_index("site_id")
    table = places.loc[gain.index].join(gain)
    return publish(table[[*gain.columns, *places.columns]])


def link_table(result: Result) -> gpd.GeoDataFrame:
    """Return the road links with their traffic and its basis, by ``link_id``; empty is "no basis".

    With truck flows, E and R roads also have modelled_trucks of the base year, their through_share and
    mean_trip_km, planned_trucks where the scenario changes them, and the modelled volume as truck_aadt
    (``traffic_basis`` "modelled") where nothing else is known. County roads, and roads without a count in
    large towns, stay empty: the model does not hold them.
    """
    wanted = ("road", "road_category", "motorway_type", "medium", "tent", "length_m", "minutes")
    links = result.network.links
    kept = [name for name in (*wanted, "source_id", "geometry") if name in links.columns]
    table = links[kept].join(link_volumes(result)).sort_index(kind="stable")
    return publish(table[[*(name for name in table.columns if name != "geometry"), "geometry"]])


def link_volumes(result: Result) -> pd.DataFrame:
    """Return the traffic of the links, filled and widened by the truck flows where there are any.

    Only volumes of the base year fill ``truck_aadt``: a column holds one year.
    """
    flows, links = result.flows, result.network.links
    if flows is None:
        return result.link_traffic
    columns = {name: flows.link_flows[name] for name in ("modelled_trucks", "through_share", "mean_trip_km")}
    if result.planned is not None and result.planned is not flows:
        columns["planned_trucks"] = result.planned.link_flows["modelled_trucks"]
    modelled = pd.DataFrame(columns)[modelled_roads(flows, links)]
    return fill_link_traffic(result.link_traffic, flows, links).join(modelled)


def municipality_table(result: Result) -> gpd.GeoDataFrame:
    """Return the member municipalities, by ``municipality_id``."""
    wanted = ("name", "county", "subregion", "population", "area_km2", "source_id", "geometry")
    region = result.region.sort_index(kind="stable")
    return publish(region[[name for name in wanted if name in region.columns]])


def subregion_table(result: Result) -> gpd.GeoDataFrame:
    """Return the subregions, by name."""
    table = result.subregions.sort_index(kind="stable")
    return publish(table[["population", "area_km2", "geometry"]])


def station_table(result: Result) -> gpd.GeoDataFrame:
    """Return the existing stations the user gave, by ``station_id``; what is missing was not given."""
    columns = ["name", "energies", "power_kw", "points_350kw", "geometry"]
    return publish(result.stations[columns].sort_index(kind="stable"))


def plot_table(plots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the user's plots with their outline, by ``site_id``; only the columns of the contract."""
    return publish(plots[["name", "area_m2", "geometry"]].sort_index(kind="stable"))


def weight_table(result: Result) -> pd.DataFrame:
    """Return the weight of every criterion, by criterion; missing where it has no data or weight 0.

    ``worst`` and ``best`` are the raw values that give 0 and all of its points.
    """
    criteria = result.criteria.columns.rename("criterion")
    numbers = result.reference.assumptions
    ends = {end: [f"value.{name}.{end}" for name in criteria] for end in ("worst", "best")}
    columns = {
        "weight": result.weights.reindex(criteria),
        "sites_with_data": result.criteria.notna().sum(),
        **{
            end: numbers["value"].reindex(names).to_numpy()
            for end, names in ends.items()
            if "value" in numbers
        },
    }
    return publish(pd.DataFrame(columns, index=criteria))


def source_table(sources: Iterable[Source], *, lang: Language) -> pd.DataFrame:
    """Return title, holder, licence, attribution, date and address of the sources, by ``source_id``."""
    names = ("title", "holder", "licence", "attribution", "reference_date", "url")
    title = "title_nb" if lang == "nb" else "title"
    fields = (title, *names[1:])
    rows = {one.source_id: [str(getattr(one, name)) for name in fields] for one in sources}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(names), dtype="str")
    return publish(table.rename_axis("source_id").sort_index(kind="stable"))


def source_ids(*tables: pd.DataFrame) -> list[str]:
    """Return the sources that the rows of some tables name, sorted."""
    named = (table["source_id"].dropna() for table in tables if "source_id" in table.columns)
    return sorted({str(one) for column in named for one in column})


def clean_text(text: str) -> str:
    r"""Show characters no file can hold or print as escapes: ``\x07``; all other text stands as it is.

    >>> print(clean_text("Kárášjohka\x07"))
    Kárášjohka\x07
    """
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _is_known(table: pd.DataFrame, name: str) -> bool:
    return name in table.columns and bool(table[name].notna().any())


def publish(table: Table) -> Table:
    """Return a table with every figure rounded and every text clean."""
    fresh = table.copy(deep=False)
    for name in [name for name in fresh.columns if name != "geometry"]:
        fresh[name] = _publish_column(fresh[name])
    fresh.index = _publish_index(table.index)
    if "geometry" in fresh.columns and (fresh.geom_type == "Point").all():
        fresh["geometry"] = fresh.geometry.transform(_to_centimetres)
    return fresh


def _publish_index(index: pd.Index) -> pd.Index:
    if isinstance(index, pd.MultiIndex):
        levels = [_publish_texts(index.get_level_values(name)) for name in range(index.nlevels)]
        return pd.MultiIndex.from_arrays(levels, names=index.names)
    return _publish_texts(index)


def _publish_column(values: pd.Series) -> pd.Series:
    kind = values.dtype.kind
    if kind in "biu":
        return values
    if kind == "f":
        # Adding zero turns -0.0, which files write differently, into 0.0.
        return values.astype(float).round(_decimals_of(str(values.name))) + 0.0
    return _publish_texts(values)


def _publish_texts(values: Texts) -> Texts:
    # As objects: text of Arrow is slow to walk through.
    if values.dtype == _TEXT and not _UNSAFE.search("".join(values.dropna().to_numpy(dtype=object))):
        return values
    return values.map(_clean_cell).astype(_TEXT)


def _decimals_of(column: str) -> int:
    return DECIMALS.get("score_100" if column.startswith(_POINTS) else column, 4)


def _clean_cell(value: object) -> object:
    return np.nan if value is None or value is pd.NA or value != value else clean_text(str(value))  # noqa: PLR0124


def _to_centimetres(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    return coordinates.round(2)


def _lonlat(table: gpd.GeoDataFrame) -> dict[str, pd.Series]:
    if not len(table):
        return {"lon": pd.Series(dtype=float), "lat": pd.Series(dtype=float)}
    points = to_lonlat(table[["geometry"]]).geometry
    return {"lon": points.x, "lat": points.y}
