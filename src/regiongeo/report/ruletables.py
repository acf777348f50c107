"""The published tables of the rule check: kilometres of road, shares, pools, urban nodes, Enova."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import pandas as pd

from regiongeo.compliance import fact_text
from regiongeo.report.plantables import place_names, ranked_places
from regiongeo.report.tables import publish

if TYPE_CHECKING:
    from regiongeo.compliance import RuleCheck
    from regiongeo.i18n import Language
    from regiongeo.result import Result

__all__ = [
    "as_one_line",
    "enova_table",
    "gain_table",
    "missing_by_road",
    "pool_table",
    "road_table",
    "rule_lines",
    "share_table",
    "tell_rule_notices",
    "urban_table",
    "verdict_columns",
]

_TOP = 20
_KM = ["covered_km", "not_known_km", "missing_km"]
_TODAY_KM = ["covered_today_km", "missing_today_km"]
_ONE_WAY = ("forward", "back")
_TODAY = "today"
_VERDICTS = ("charging_", "hydrogen_")


def share_table(rules: RuleCheck, *, area: Literal["region", "map"] = "region") -> pd.DataFrame:
    """Return covered against required kilometres, by ``requirement``, ``deadline`` and ``direction``.

    Parameters
    ----------
    rules
        The rule check.
    area
        "region": TEN-T roads of the member municipalities; "map": all there are data for.
    """
    shares = rules.region_shares if area == "region" else rules.shares
    wanted = [*_KM, "ratio", "ratio_if", "required_share", "is_met", "least_pools"]
    return publish(shares.rename(columns={"km": "length_km"})[["length_km", *wanted]])


def road_table(result: Result, rules: RuleCheck) -> pd.DataFrame:
    """Return covered and missing kilometres by requirement, deadline, direction, road, place and class.

    ``is_in_region`` marks the member municipalities; a piece in no municipality has no name. Where the result
    also holds the check of today's stations alone: covered_today_km and missing_today_km.
    """
    table = rules.road_km
    if result.rules_today is not None:
        today = result.rules_today.road_km[["covered_km", "missing_km"]]
        table = table.join(today.set_axis(_TODAY_KM, axis="columns"))
    table = table.rename(columns={"km": "length_km"}).rename_axis(index={"corridor": "road"}).sort_index()
    ids = table.index.get_level_values("municipality_id")
    table = table.assign(
        municipality=ids.map(result.reference.municipalities["name"].to_dict()),
        is_in_region=ids.isin(rules.municipality_ids),
    )
    kept = [name for name in _TODAY_KM if name in table.columns]
    return publish(table[["municipality", "is_in_region", "length_km", *_KM, *kept, "ratio", "ratio_if"]])


def missing_by_road(roads: pd.DataFrame) -> pd.DataFrame:
    """Add up the kilometres of the region's roads, both ways as one line.

    Parameters
    ----------
    roads
        As from `road_table`; its published kilometres are added up, so that all files agree.

    Returns
    -------
    DataFrame by ``road``: for each requirement and deadline (columns by both) the missing kilometres, missing
    where it asks for nothing; most missing at the last deadline of charging first. Kilometres that are not
    known are not in it.
    """
    own = as_one_line(roads[roads["is_in_region"]])
    if own.empty:
        return pd.DataFrame()
    sums = own.groupby(level=["requirement", "deadline", "road"])["missing_km"].sum()
    table = sums.unstack(["requirement", "deadline"]).sort_index(axis="columns").sort_index()  # noqa: PD010
    charging = [key for key in table.columns if key[0] == "charging"] or list(table.columns)
    return table.sort_values(charging[-1], ascending=False, kind="stable").round(1)


def pool_table(result: Result, rules: RuleCheck) -> pd.DataFrame:
    """Return whether each pool qualifies and what it lacks, by requirement, deadline, class and pool."""
    names, pools = place_names(result), rules.pool_status.rename(columns={"status": "qualifies"})
    ids = pools.index.get_level_values("pool_id")
    table = pools.assign(name=[names.get(one, one) for one in ids])
    wanted = ["fails", "not_known", "missing_kw", "missing_points", "access_km", "is_own_class"]
    return publish(table.sort_index()[["name", "qualifies", *wanted]])


def urban_table(result: Result, rules: RuleCheck) -> pd.DataFrame:
    """Return what AFIR asks of urban nodes, by requirement, deadline and municipality."""
    ids = rules.urban_nodes.index.get_level_values("municipality_id")
    table = rules.urban_nodes.assign(municipality=ids.map(result.reference.municipalities["name"].to_dict()))
    wanted = ["required", "found", "missing", "unit", "pools", "pools_not_known", "is_met"]
    return publish(table.sort_index()[["municipality", *wanted]])


def enova_table(result: Result, rules: RuleCheck, *, top: int = _TOP) -> pd.DataFrame:
    """Return what Enova's rules say of the sites of the plan and the ``top`` best ranked, by ``site_id``."""
    chosen = result.plan.sites if result.plan is not None else ()
    names = place_names(result)
    columns = {"status": "enova", "location": "enova_location", "equipment": "enova_equipment"}
    ranked = pd.DataFrame(ranked_places(result)[["rank", "name"]])
    table = ranked.join(rules.enova_sites.rename(columns=columns), how="inner").assign(
        in_plan=lambda own: own.index.isin(list(chosen)),
        nearest_pool=lambda own: own["nearest_pool_id"].map(names).fillna(own["nearest_pool_id"]),
    )
    shown = table[table["in_plan"] | (table["rank"] <= top)]
    wanted = [*columns.values(), "fails", "not_known", "national_km", "nearest_km", "nearest_pool"]
    return publish(shown[["rank", "name", "in_plan", *wanted, "missing_kw", "missing_points"]])


def gain_table(result: Result, rules: RuleCheck) -> pd.DataFrame:
    """Return what one qualifying pool at each site would change, by requirement, deadline and site.

    Most kilometres turned covered first, then those that come near a pool, then the rank of the site.
    """
    ids = rules.site_gain.index.get_level_values("site_id")
    ranked = ranked_places(result)
    table = rules.site_gain.assign(
        rank=ids.map(ranked["rank"].to_dict()), name=ids.map(ranked["name"].to_dict())
    )
    known = table[table["rank"].notna()].astype({"rank": int})
    ordered = known.sort_values(
        ["requirement", "deadline", "closes_km", "near_gain_km", "rank"],
        ascending=[True, True, False, False, True],
        kind="stable",
    )
    columns = ["rank", "name", "is_near_enough", "gain_km", "near_gain_km"]
    return publish(ordered.rename(columns={"closes_km": "gain_km"})[columns])


def rule_lines(rules: RuleCheck, *, today: RuleCheck | None = None) -> gpd.GeoDataFrame:
    """Return the TEN-T roads piece by piece, by ``link_id``, with one column of answers a requirement.

    Parameters
    ----------
    rules
        The rule check.
    today
        The same with today's stations alone, on the same pieces of road.

    Returns
    -------
    GeoDataFrame in EPSG:25832: road, municipality_id, tent, length_km, heavy_aadt, and for each requirement
    and deadline "yes", "no" or "not_known" under ``<requirement>_<deadline>``; by direction, where it is
    known, under ``…_forward`` and ``…_back``; of today under ``…_today``. Missing where the requirement does
    not hold for the road.
    """
    flat = rules.road_status.reset_index().sort_values("link_id", kind="stable")
    answers = _answers(rules)
    if today is not None:
        answers = answers.join(_answers(today).add_suffix(f"_{_TODAY}"))
    pieces = flat.drop_duplicates("link_id").set_index("link_id")
    kept = pieces.rename(columns={"corridor": "road", "km": "length_km"})
    lines = kept[["road", "municipality_id", "tent", "length_km", "heavy_aadt", "geometry"]].join(answers)
    table = gpd.GeoDataFrame(lines, geometry="geometry", crs=rules.road_status.crs)
    return publish(table[[*(name for name in table.columns if name != "geometry"), "geometry"]])


def verdict_columns(lines: pd.DataFrame) -> list[str]:
    """Return the columns of `rule_lines` that hold answers for both ways as one line.

    Charging at the last deadline first, then the others, those of today last; the first is the one drawn.
    """
    names = [name for name in map(str, lines.columns) if name.startswith(_VERDICTS)]
    shown = [name for name in names if not set(name.split("_")) & set(_ONE_WAY)]
    latest_first = sorted(shown, reverse=True)
    return sorted(latest_first, key=lambda name: (name.endswith(_TODAY), not name.startswith("charging_")))


def as_one_line(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out the rows of single ways of driving."""
    is_one_way = table.index.get_level_values("direction").isin(_ONE_WAY)
    return table[~is_one_way]


def tell_rule_notices(rules: RuleCheck, lang: Language) -> list[str]:
    """Put what every reader of the rule check must know into words."""
    return [fact_text(fact, lang) for fact in rules.notices]


def _answers(rules: RuleCheck) -> pd.DataFrame:
    """Return the answer for each piece of road, one column a requirement, deadline and direction."""
    status = rules.road_status["is_covered"].reset_index()
    names = status["requirement"] + "_" + status["deadline"].astype(str)
    is_one_way = status["direction"].isin(_ONE_WAY)
    columns = names.where(~is_one_way, names + "_" + status["direction"])
    keyed = status.set_index([columns.rename("column"), "link_id"])["is_covered"]
    return pd.DataFrame({name: own.droplevel("column") for name, own in keyed.groupby(level="column")})
