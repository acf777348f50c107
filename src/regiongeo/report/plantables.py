"""The published tables of the station plan: sites and sizes, trips, driving time, site cards, assumptions.

As in `regiongeo.report.tables` each is made once; csv, Excel, GeoPackage and the written report show these
very cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from regiongeo.crs import to_lonlat
from regiongeo.planservice import equal_sites
from regiongeo.report.kept import made_once
from regiongeo.report.tables import publish
from regiongeo.scenario import ENERGIES
from regiongeo.tables import CHECKLIST_ITEMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regiongeo.result import Result, SiteCards, StationPlan

__all__ = [
    "assumption_rows",
    "break_table",
    "card_table",
    "checklist_table",
    "failing_relations",
    "place_names",
    "plan_table",
    "ranked_places",
    "reserve_table",
    "service_table",
    "size_table",
    "weighty_assumptions",
]

_PLACE = ["name", "municipality_id", "municipality", "subregion", "rank"]
_STATION = "station/"
_NEW_NAMES = {"area_m2": "station_m2", "grid_mw": "free_grid_mw", "points": "station_points"}
"""Columns of the sizes whose names mean something else in the ranking."""
_NOK = ["equipment_low_mnok", "equipment_mnok", "equipment_high_mnok"]
_PLAN_SIZES = [
    *(
        "station_points",
        "installed_mw",
        "peak_high_mw",
        "energy_kwh_d",
        "fuel_kg_d",
        "station_m2",
        "free_grid_mw",
    ),
    *("grid_year", "grid_status", "grid_timing", "grid_lack_mw", "storage_mwh", *_NOK),
]
_MOST_RIVALS = 3
_RANGE = ("energy_use.", "energy_season_factor.", "gateway_outside_km.")
_PREFIXES = ("siting.", "sizing.", "rule.", "driving.", *_RANGE)
_WEIGHTY = (
    *("siting.tank.", "siting.reserve.", "siting.depot_share.", "siting.beyond_km", "sizing.energy_share."),
    *("sizing.public_share.", "sizing.rate.", "sizing.point_kw.", "sizing.point_keur.", "sizing.nok_per_eur"),
    *("rule.", "driving.", *_RANGE),
)
"""Assumptions that move the plan, power and cost, or an answer of the rule check."""


@made_once
def plan_table(result: Result, plan: StationPlan) -> gpd.GeoDataFrame:
    """Return what each site of the plan offers, how large it gets, and what is lost without it.

    Returns
    -------
    GeoDataFrame by ``site_id`` and ``energy`` in EPSG:25832: charging, hydrogen, biogas; within an energy the
    new sites first, most truck-kilometres lost without them first. Existing stations (``is_existing``) have
    no rank and no size. ``equal_sites`` names those that would serve exactly as much in a site's place.
    """
    places, offers = _places(result), plan.offers
    sizes = plan.sizes.rename(columns=_NEW_NAMES)[_PLAN_SIZES]
    table = gpd.GeoDataFrame(offers.join(sizes).join(places, on="site_id"), geometry="geometry")
    points = to_lonlat(places[["geometry"]]).geometry
    for name, values in {"lon": points.x, "lat": points.y}.items():
        table[name] = table.index.get_level_values("site_id").map(values)
    names = _equal_names(result, plan)
    own = [names.get(site) for site in table.index.get_level_values("site_id")]
    table["equal_sites"] = pd.Series(own, index=table.index, dtype="str")
    wanted = [
        *_PLACE,
        *("is_existing", "is_locked", "equal_sites", "stops_per_day", "refilled_km_per_day"),
        *_PLAN_SIZES,
        *("lost_trips_per_day", "lost_truck_km_per_day", "lon", "lat", "source_id", "geometry"),
    ]
    return publish(_by_energy(table)[wanted])


def _equal_names(result: Result, plan: StationPlan) -> dict[str, str]:
    """Name the equally good sites of each, with ids, since neighbours often share a name."""
    names = result.sites["name"]
    return {
        site: "; ".join(f"{names[other]} ({other})" for other in others)
        for site, others in equal_sites(plan).items()
    }


def reserve_table(result: Result, plan: StationPlan) -> pd.DataFrame:
    """Return what could stand for each site of the plan if its plot fails, best replacements first.

    Returns
    -------
    DataFrame by ``site_id`` and ``other_site_id``, sites in the order of `plan_table`: name, municipality;
    reserve, its municipality and rank, and what is lost with it in place of the site (below 0: more is
    served).
    """
    places = pd.DataFrame(ranked_places(result)[["name", "municipality", "rank"]])
    order = plan_table(result, plan).index.get_level_values("site_id").unique()
    lost = plan.reserves.add_prefix("reserve_")
    known = lost.loc[[site for site in order if site in lost.index]]
    other = places.rename(
        columns={"name": "reserve", "municipality": "reserve_municipality", "rank": "reserve_rank"}
    )
    table = known.join(places[["name", "municipality"]], on="site_id").join(other, on="other_site_id")
    return publish(table[["name", "municipality", *other.columns, *known.columns]])


def size_table(result: Result, plan: StationPlan) -> pd.DataFrame:
    """Return every figure of the new stations, by ``site_id`` and ``energy`` in the order of `plan_table`."""
    places = pd.DataFrame(_places(result)[["name", "municipality"]])
    sizes = plan.sizes.rename(columns=_NEW_NAMES)
    kept = [name for name in sizes.columns if not name.endswith("_keur")]
    rows = plan_table(result, plan).index.intersection(sizes.index, sort=False)
    table: pd.DataFrame = sizes.loc[rows, kept].join(places, on="site_id")
    return publish(table[["name", "municipality", *kept]])


def service_table(plan: StationPlan) -> pd.DataFrame:
    """Return how many trips get through, by ``energy``.

    Returns
    -------
    DataFrame with the columns of SERVICE, and for trips and truck-kilometres ``added_…`` (served less free:
    what the stations give) and ``failing_…`` (all less served), made of the rounded figures so that they add
    up; ``served_share`` is that of the trips.
    """
    table = publish(plan.service.loc[_energies(plan.service.index)])
    for unit in ("trips", "truck_km"):
        everything, free, served = (table[f"{what}_{unit}_per_day"] for what in ("all", "free", "served"))
        table[f"added_{unit}_per_day"] = served - free
        table[f"failing_{unit}_per_day"] = everything - served
    everything = table["all_trips_per_day"]
    table["served_share"] = table["served_trips_per_day"] / everything.where(everything > 0)
    kinds = ("all", "free", "added", "served", "failing", "impossible")
    figures = [f"{kind}_{unit}_per_day" for unit in ("trips", "truck_km") for kind in kinds]
    return publish(
        table[["range_km", "truck_share", "depot_share", "sites", *figures[:6], "served_share", *figures[6:]]]
    )


def failing_relations(plan: StationPlan) -> pd.DataFrame:
    """Return the relations whose trucks do not all get through, by ``energy``, ``one_end``, ``other_end``.

    Returns
    -------
    DataFrame: failing_trips_per_day, served_share, one_way_km (legs beyond the gateways included), range_km,
    failing_truck_km_per_day; most failing trips first, ties by energy and ends.
    """
    relations = plan.relations.sort_index(kind="stable")
    failing = 1 - relations["served_share"]
    energy = relations.index.get_level_values("energy")
    table = publish(
        pd.DataFrame(
            {
                "failing_trips_per_day": relations["trips_per_day"] * failing,
                "served_share": relations["served_share"],
                "one_way_km": relations["km"],
                "range_km": energy.map(plan.service["range_km"].to_dict()).astype(float),
                "failing_truck_km_per_day": relations["truck_km_per_day"] * failing,
            },
            index=relations.index,
        )
    )
    largest = table.sort_values("failing_trips_per_day", ascending=False, kind="stable")
    return largest[largest["failing_trips_per_day"] > 0]


def break_table(result: Result, plan: StationPlan) -> pd.DataFrame:
    """Return where drivers must rest, by ``road`` and ``municipality_id``; empty if it was not worked out.

    Returns
    -------
    DataFrame: municipality, breaks_per_day, covered_share (of the breaks, with a station there); most breaks
    first.
    """
    if plan.breaks.empty:
        return plan.breaks
    ids = plan.breaks.index.get_level_values("municipality_id")
    names = ids.map(result.reference.municipalities["name"].to_dict())
    table = plan.breaks.assign(municipality=names).sort_index(kind="stable")
    ordered = table.sort_values("breaks_per_day", ascending=False, kind="stable")
    return publish(ordered[["municipality", "breaks_per_day", "covered_share"]])


def card_table(result: Result, cards: SiteCards) -> pd.DataFrame:
    """Return the card of each site in one row, by ``site_id``, best ranked first.

    Returns
    -------
    DataFrame with the columns of CARDS, names for ids; rivals (how many) and nearest_rivals (names of the
    nearest three); known_items (known at least in part) and unknown_items of the checklist.
    """
    places = pd.DataFrame(ranked_places(result)[_PLACE])
    names = place_names(result)
    rivals = cards.rivals.reset_index().sort_values(["site_id", "km", "other_site_id"], kind="stable")
    near = rivals["other_site_id"].map(names).fillna(rivals["other_site_id"]).groupby(rivals["site_id"])
    is_unknown = (cards.checklist["status"] == "unknown").groupby(level="site_id")
    more = {f"added_{unit}_per_day": f"would_add_{unit}_per_day" for unit in ("trips", "truck_km")}
    table = places.join(cards.cards.rename(columns=more), how="inner").assign(
        binds_site=lambda own: own["binds_site_id"].map(names).fillna(own["binds_site_id"]),
        rivals=near.size(),
        nearest_rivals=near.agg(_some_names),
        unknown_items=is_unknown.sum(),
        known_items=is_unknown.size() - is_unknown.sum(),
    )
    counts = {name: table[name].fillna(0).astype(int) for name in ("rivals", "known_items", "unknown_items")}
    wanted = [
        *("rank", "name", "municipality", "subregion", "binds", "binds_site", *more.values()),
        *("closes_km", "closes_hydrogen_km", "lift_1", "lift_1_points"),
        *("lift_2", "lift_2_points", "rivals", "nearest_rivals", "known_items", "unknown_items"),
    ]
    return publish(table.assign(**counts)[wanted])


def checklist_table(result: Result, cards: SiteCards) -> pd.DataFrame:
    """Return the checklist by ``site_id`` and ``item``: best ranked sites first, items in their own order."""
    ranked = pd.DataFrame(ranked_places(result)[["rank", "name"]])
    ids = [(site_id, item) for site_id in ranked.index for item in CHECKLIST_ITEMS]
    held = cards.checklist.rename(columns={"status": "checked"})
    table = held.loc[[key for key in ids if key in held.index]].join(ranked, on="site_id")
    return publish(table[["rank", "name", "checked", "value", "unit", "needed"]])


def assumption_rows(result: Result) -> pd.DataFrame:
    """Return every assumption of range, siting, sizing, rules and driving time, by ``assumption``, sorted."""
    table = result.reference.assumptions
    rows = table[[str(name).startswith(_PREFIXES) for name in table.index]].sort_index(kind="stable")
    columns = ["value", "low", "high", "unit", "year", "assumed", "source", "note"]
    return publish(
        rows.rename(columns={"status": "assumed"}).reindex(columns=columns).rename_axis("assumption")
    )


def weighty_assumptions(result: Result) -> pd.DataFrame:
    """Take the assumptions of weight that no primary source confirms, or that were changed.

    Of shares by year only those of the year of the plan, if there are any; of biogas only the kind asked for.
    """
    table = assumption_rows(result)
    unsure = table[table["assumed"].isin(["to_verify", "scenario"])]
    weighty = unsure[unsure.index.str.startswith(_WEIGHTY)]
    other = {"liquid": "compressed", "compressed": "liquid"}[result.scenario.refuelling.biogas]
    weighty = weighty[weighty.index != f"siting.tank.biogas_{other}"]
    of_year = weighty.index.str.startswith("sizing.energy_share.")
    is_now = weighty["year"] == result.scenario.refuelling.year
    return weighty[~of_year | is_now] if (of_year & is_now).any() else weighty


def place_names(result: Result) -> dict[str, str]:
    """Return the name of every site and existing station by id, stations with and without their prefix."""
    stations = result.stations["name"]
    prefixed = stations.rename(index=lambda one: f"{_STATION}{one}")
    return {**result.sites["name"].to_dict(), **stations.to_dict(), **prefixed.to_dict()}


def ranked_places(result: Result) -> gpd.GeoDataFrame:
    """Return name, municipality, subregion, rank, source and position of the sites, best ranked first."""
    sites = result.sites.join(result.ranking[["rank"]], how="inner").sort_values("rank", kind="stable")
    names = sites["municipality_id"].map(result.reference.municipalities["name"])
    return sites.assign(municipality=names)[[*_PLACE, "source_id", "geometry"]]


def _places(result: Result) -> gpd.GeoDataFrame:
    """Return the ranked places, and name and position of existing stations."""
    stations = result.stations[["name", "geometry"]].rename(index=lambda one: f"{_STATION}{one}")
    sites = ranked_places(result)
    return gpd.GeoDataFrame(pd.concat([sites, stations])) if len(stations) else sites


def _by_energy(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    energy = {name: number for number, name in enumerate(ENERGIES)}
    ordered = table.sort_index(kind="stable").assign(
        by=lambda rows: rows.index.get_level_values("energy").map(energy),
        loss=lambda rows: -rows["lost_truck_km_per_day"],
    )
    return ordered.sort_values(["by", "is_existing", "loss"], kind="stable").drop(columns=["by", "loss"])


def _energies(found: Iterable[str]) -> list[str]:
    return [energy for energy in ENERGIES if energy in set(found)]


def _some_names(names: pd.Series[str]) -> str:
    rest = len(names) - _MOST_RIVALS
    return "; ".join(names.head(_MOST_RIVALS)) + (f" … +{rest}" if rest > 0 else "")
