"""The driving-time rule put to the region: breaks by road and municipality, and chargers in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.driving import driving_rule, forced_breaks, sum_breaks
from regiongeo.tables import STOPS

if TYPE_CHECKING:
    from regiongeo.siting.routes import Ways
    from regiongeo.siting.trips import Trips

__all__ = ["driver_breaks"]

_APART = "\t"
_BREAK_PLACE = ("road", "municipality_id")


def driver_breaks(
    ways: Ways,
    relations: pd.DataFrame,
    trips: Trips,
    offers: pd.DataFrame,
    links: pd.DataFrame,
    *,
    assumptions: pd.DataFrame,
) -> pd.DataFrame:
    """Sum the breaks drivers must take by road and municipality, and the share with a charger in time.

    Parameters
    ----------
    ways, relations, trips
        As from ``siting.routes`` and ``siting.build``; each relation drives its fastest path, from the true
        start of its trips.
    offers
        Where each energy is had, sites × energies, true or false.
    links
        Links of the network that is cut at the sites.
    assumptions
        ``driving.*``.

    Returns
    -------
    DataFrame by ``road`` and ``municipality_id``: breaks_per_day, covered_share [1].
    """
    rule = driving_rule(assumptions)
    fastest = ways.paths.drop_duplicates("pair_id")
    legs = relations.loc[fastest["pair_id"]].set_axis(fastest.index)
    minutes = fastest["minutes"] + legs["outside_start_minutes"] + legs["outside_end_minutes"]
    legs = legs[minutes > rule.break_after_minutes]
    if legs.empty:
        return _no_breaks()
    drives = pd.DataFrame(
        {
            "trips_per_day": legs["trips_per_day"],
            "minutes_before": legs["outside_start_minutes"],
            "minutes_after": legs["outside_end_minutes"],
            "km_before": legs["outside_start_km"],
            "km_after": legs["outside_end_km"],
        }
    )
    routes = ways.links[ways.links["pair"].isin(legs.index)].astype({"pair": "str"})
    found = forced_breaks(routes, links, drives, rule=rule, stops=_chargers(trips, offers, legs))
    place = (links["road"] + _APART + links["municipality_id"]).dropna()
    table = sum_breaks(found.by_link, place).rename(columns={"station_share": "covered_share"})
    names = pd.MultiIndex.from_tuples([tuple(name.split(_APART)) for name in table.index], names=_BREAK_PLACE)
    return table.set_axis(names, axis="index")


def _no_breaks() -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays([pd.Index([], dtype="str")] * 2, names=_BREAK_PLACE)
    return pd.DataFrame({"breaks_per_day": [], "covered_share": []}, index=index, dtype=float)


def _chargers(trips: Trips, offers: pd.DataFrame, legs: pd.DataFrame) -> pd.DataFrame:
    """Return the stops with charging on the paths, placed from the true start of the trip."""
    at = offers.index[offers["battery"]] if "battery" in offers else offers.index[:0]
    path, site = (trips.stops.index.get_level_values(name) for name in STOPS.index)
    stops = trips.stops[path.isin(legs.index) & site.isin(at)]
    shift = (legs["outside_start_km"] - legs["start_km"]).loc[stops.index.get_level_values("path_id")]
    return stops.assign(position_km=stops["position_km"] + shift.to_numpy())
