"""The driving-time rule: where truck drivers have to take a break, and whether a station is there.

A driver who has driven 4.5 hours must take a break of 45 minutes (EC 561/2006, article 7). He stops before
that, so each break falls in a window that closes when the time is up. Assumed: the driver sets out rested
where the trip truly starts, beyond the gateway if need be; drives alone and without pause until then; at the
speeds of the network, so no congestion and no loading on the way; takes each break whole, as late as the rule
allows. Time at and on a ferry is no driving, and no break either. Every second break of a trip is in truth
the daily rest (nine hours are driven then); it needs a place as well and is counted alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from regiongeo.assumptions import assumption
from regiongeo.errors import DataError, ScenarioError, name_some
from regiongeo.schema import Schema, check_reference, validate
from regiongeo.tables import STOPS
from regiongeo.tables.columns import flag, number, text

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = [
    "BREAKS",
    "BREAKS_BY_LINK",
    "DRIVES",
    "Breaks",
    "DrivingRule",
    "driving_rule",
    "forced_breaks",
    "sum_breaks",
]

_ROUNDING = 1e-6  # of a period, or minutes: a trip of exactly 4.5 hours needs no break
_METRES_OFF = 0.01  # kilometres a stop may lie beyond the end of its path: rounding in the tables

DRIVES = Schema(
    name="drives",
    description="Trips as drivers see them: what they drive outside the network, and how many there are",
    index=("path_id",),
    columns=(
        number("trips_per_day", "one-way trips, both directions together", "trips/day"),
        number("minutes_before", "driven beyond the path's start", "min"),
        number("minutes_after", "driven beyond the path's end", "min"),
        number("km_before", "driven beyond the path's start", "km"),
        number("km_after", "driven beyond the path's end", "km"),
    ),
)
BREAKS = Schema(
    name="breaks",
    description="Where the driving time of the trucks on a path is up, by direction",
    index=("path_id", "leg", "n"),
    may_be_empty=True,
    columns=(
        number("trips_per_day", "trips in this direction", "trips/day"),
        number("open_minute", "where the window opens, from the path's start", "min"),
        number("latest_minute", "where the driving time is up, from the path's start", "min"),
        number("latest_km", "the same place, from the path's start", "km"),
        text("link_id", "link on which the time is up; missing outside the network", nullable=True),
        number("along_m", "place on that link, from its from_node", "m", nullable=True),
        text("site_id", "last station of the window before the time is up; missing: none", nullable=True),
        flag("has_station", "a station lies within the window"),
    ),
)
BREAKS_BY_LINK = Schema(
    name="breaks_by_link",
    description="Breaks that drivers have to take, spread evenly over the minutes of their windows",
    index=("link_id",),
    may_be_empty=True,
    columns=(
        number("breaks_per_day", "breaks, both directions", "breaks/day"),
        number("with_station_per_day", "of these, with a station in the window", "breaks/day"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class DrivingRule:
    """When drivers stop.

    Raises
    ------
    ScenarioError
        If a number is not above 0, or the window is longer than the driving time.
    """

    break_after_minutes: float
    """Longest driving time without a break [min]."""
    break_minutes: float
    """Length of the break [min]: how long a truck can charge."""
    search_minutes: float
    """How long before the time is up a driver looks for a place [min]."""

    def __post_init__(self) -> None:
        if not 0 < self.search_minutes <= self.break_after_minutes < np.inf or not self.break_minutes > 0:
            raise ScenarioError(
                f"driving-time rule: a window of {self.search_minutes} min before {self.break_after_minutes} "
                f"min of driving and a break of {self.break_minutes} min: all must be above 0, the window no "
                "longer than the driving time"
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class Breaks:
    """Where drivers have to stop."""

    windows: pd.DataFrame
    """Schema BREAKS: by path, direction and number of the break."""
    by_link: pd.DataFrame
    """Schema BREAKS_BY_LINK: links inside the network with at least one window."""


class _Pieces(NamedTuple):
    """What is driven in a row on all paths, one after the other: outside leg, links, outside leg."""

    begin: Integers
    """First piece of each path, and one past the last of all."""
    minute: Floats
    """Driving time at the start of each piece, summed over all paths; and at the very end."""
    km: Floats
    """Length likewise."""
    link: Integers
    """Place of the link in the links; -1 outside."""
    is_forward: npt.NDArray[np.bool_]
    """Driven from the link's from_node when on the way out."""


def driving_rule(assumptions: pd.DataFrame) -> DrivingRule:
    """Read the rule from the assumptions.

    Raises
    ------
    AssumptionError
        If a number is missing or stated in another unit.
    ScenarioError
        If the numbers do not fit together.
    """
    names = ("break_after_minutes", "break_minutes", "search_minutes")
    return DrivingRule(**{name: assumption(assumptions, f"driving.{name}", unit="min") for name in names})


def forced_breaks(
    routes: pd.DataFrame,
    links: pd.DataFrame,
    drives: pd.DataFrame,
    *,
    rule: DrivingRule,
    stops: pd.DataFrame | None = None,
) -> Breaks:
    """Find where drivers have to take a break, and whether a station is there.

    A driver who sets out rested has driven ``n`` times ``break_after_minutes`` at the ``n``-th latest place
    to stop. Half of a path's trips begin at its start and half at its end, each with its own places.

    Parameters
    ----------
    routes
        Links of each path in driving order, as from ``shortest_routes``: pair (the path_id), order, link_id,
        from_node, to_node. A path without rows never enters the network.
    links
        By ``link_id``: from_node, length_m, minutes; is_ferry where some are ferries.
    drives
        Schema DRIVES, every path.
    rule
        When drivers stop.
    stops
        Schema STOPS: chosen or existing stations by path, positions from the path's start with the leg
        beyond the gateway included. A station counts if the driver is there in time, its access driven at the
        path's mean speed.

    Returns
    -------
    Windows by path, direction and number, and breaks by link. A break whose window lies partly outside the
    network counts there in part: the links hold only what falls inside.

    Raises
    ------
    SchemaError
        If a table breaks its schema, or routes name paths or links that are not there.
    DataError
        If the links of a route do not join, or a stop lies beyond the end of its path.

    Notes
    -----
    ``site_id`` is the last station in time; others may lie in the window too. Stations beyond the gateways
    count only if ``stops`` holds them. The mean distance beyond a
    gateway stands for all its trucks, which heaps their breaks on one stretch that in truth lie apart: read
    sums by municipality and road, not single links. From the second break on, the one before is taken at the
    last minute.

    References
    ----------
    Regulation (EC) No 561/2006 of the European Parliament and of the Council, articles 4, 6 and 7.
    """
    drives = validate(drives, DRIVES).sort_index()
    pieces = _lay_pieces(routes, links, drives)
    windows = _windows(pieces, drives, rule)
    path = drives.index.get_indexer(windows.index.get_level_values("path_id"))
    site = pd.Series(None, index=windows.index, dtype="str")
    if stops is not None:
        site = _last_stations(windows, _station_minutes(pieces, drives, validate(stops, STOPS)))
    places = _places(windows, path, pieces, links)
    windows = validate(windows.assign(**places, site_id=site, has_station=site.notna()), BREAKS)
    return Breaks(windows=windows, by_link=_by_link(windows, path, pieces, links))


def sum_breaks(by_link: pd.DataFrame, groups: pd.Series[str]) -> pd.DataFrame:
    """Sum breaks over the links of each municipality, road or corridor.

    Parameters
    ----------
    by_link
        Schema BREAKS_BY_LINK.
    groups
        Group of each link, by ``link_id``; links without one are left out.

    Returns
    -------
    DataFrame by group, sorted: breaks_per_day [breaks/day] and station_share, the share of these with a
    station in their window [1].
    """
    total = by_link.groupby(groups.reindex(by_link.index)).sum()
    share = total["with_station_per_day"] / total["breaks_per_day"].where(total["breaks_per_day"] > 0)
    return total[["breaks_per_day"]].assign(station_share=share)


def _lay_pieces(routes: pd.DataFrame, links: pd.DataFrame, drives: pd.DataFrame) -> _Pieces:
    driven = _driven_links(routes, links, drives)
    path, link = driven["path"].to_numpy(), driven["link"].to_numpy()
    held = np.bincount(path, minlength=len(drives)) + 2
    begin = np.concatenate([[0], np.cumsum(held)])
    place = np.arange(len(path)) + 1 + 2 * path
    of_piece, is_forward = np.full(begin[-1], -1), np.ones(begin[-1], dtype=bool)
    of_piece[place], is_forward[place] = link, driven["is_forward"]
    sums = {}
    for unit, values in (("minutes", _driving_minutes(links)), ("km", links["length_m"] / 1000)):
        size = np.zeros(begin[-1])
        size[place] = values.to_numpy(dtype=float)[link]
        size[begin[:-1]], size[begin[1:] - 1] = drives[f"{unit}_before"], drives[f"{unit}_after"]
        sums[unit] = np.concatenate([[0.0], np.cumsum(size)])
    return _Pieces(begin, sums["minutes"], sums["km"], of_piece, is_forward)


def _driving_minutes(links: pd.DataFrame) -> pd.Series[float]:
    """Return the minutes at the wheel of each link: none on a ferry."""
    return links["minutes"].mask(links["is_ferry"], 0.0) if "is_ferry" in links else links["minutes"]


def _driven_links(routes: pd.DataFrame, links: pd.DataFrame, drives: pd.DataFrame) -> pd.DataFrame:
    """Return path, link and direction of each link driven, as places in the tables, by path and order."""
    for name, table, what in (("pair", drives, "drives"), ("link_id", links, "links")):
        check_reference(routes[name], table.index, what=f"{name} of the routes", table=what)
    ends, nodes = pd.factorize(pd.concat([routes["from_node"], routes["to_node"]]))
    link = links.index.get_indexer(pd.Index(routes["link_id"]))
    tail, head = ends[: len(routes)], ends[len(routes) :]
    driven = pd.DataFrame(
        {
            "path": drives.index.get_indexer(pd.Index(routes["pair"])),
            "order": routes["order"].to_numpy(),
            "link": link,
            "tail": tail,
            "head": head,
            "is_forward": tail == nodes.get_indexer(pd.Index(links["from_node"]))[link],
        }
    ).sort_values(["path", "order"])
    is_next = driven["path"].eq(driven["path"].shift())
    is_broken = is_next & driven["tail"].ne(driven["head"].shift())
    if is_broken.any():
        broken = drives.index[driven.loc[is_broken, "path"].unique()]
        raise DataError(
            f"the links of the routes of paths {name_some(broken)} do not join: check their order"
        )
    return driven


def _windows(pieces: _Pieces, drives: pd.DataFrame, rule: DrivingRule) -> pd.DataFrame:
    """Return a row a break: direction, number, and its window in minutes from the path's start."""
    start = pieces.minute[pieces.begin[:-1]]
    total = pieces.minute[pieces.begin[1:]] - start
    breaks = np.ceil(total / rule.break_after_minutes - _ROUNDING).astype(np.int64) - 1
    breaks = np.maximum(breaks, 0)
    path = np.repeat(np.arange(len(drives)), breaks)
    number_of = np.arange(len(path)) - np.repeat(np.cumsum(breaks) - breaks, breaks) + 1
    driven = number_of * rule.break_after_minutes
    trips = drives["trips_per_day"].to_numpy(dtype=float)[path] / 2
    legs = []
    for leg, latest, sign in (("out", driven, -1), ("back", total[path] - driven, 1)):
        index = pd.MultiIndex.from_arrays(
            [drives.index[path], pd.Series([leg] * len(path), dtype="str"), number_of], names=BREAKS.index
        )
        opens = latest + sign * rule.search_minutes
        columns = {"trips_per_day": trips, "open_minute": opens, "latest_minute": latest}
        legs.append(pd.DataFrame(columns, index=index))
    return pd.concat(legs).sort_index()


def _places(
    windows: pd.DataFrame, path: Integers, pieces: _Pieces, links: pd.DataFrame
) -> dict[str, pd.Series]:
    """Find the place where the time is up: on which link, and how far along."""
    first = pieces.begin[path]
    at = pieces.minute[first] + windows["latest_minute"].to_numpy()
    is_out = windows.index.get_level_values("leg") == "out"
    before, after = (np.searchsorted(pieces.minute, at, side=side) for side in ("left", "right"))
    piece = np.clip(np.where(is_out, before, after) - 1, first, pieces.begin[path + 1] - 1)
    size = np.diff(pieces.minute)[piece]
    share = np.clip((at - pieces.minute[piece]) / np.where(size > 0, size, 1.0), 0, 1)
    km = pieces.km[piece] + share * np.diff(pieces.km)[piece] - pieces.km[first]
    link = pieces.link[piece]
    from_start = np.where(pieces.is_forward[piece], share, 1 - share)
    ids = pd.Series([*links.index, None], dtype="str").iloc[link]
    length_m = np.append(links["length_m"].to_numpy(dtype=float), np.nan)[link]
    columns = {"latest_km": km, "link_id": ids.array, "along_m": from_start * length_m}
    return {name: pd.Series(values, index=windows.index) for name, values in columns.items()}


def _last_stations(windows: pd.DataFrame, stations: pd.DataFrame) -> pd.Series[str]:
    """Name for each window the station a driver reaches last in time; ties: the earlier id."""
    sign = np.where(windows.index.get_level_values("leg") == "out", 1, -1)
    asked = pd.DataFrame(
        {
            "path_id": windows.index.get_level_values("path_id"),
            "window": np.arange(len(windows)),
            "sign": sign,
            "latest": windows["latest_minute"].to_numpy(),
            "search": sign * (windows["latest_minute"] - windows["open_minute"]).to_numpy(),
        }
    )
    met = asked.merge(stations, on="path_id")
    met["spare"] = met["sign"] * (met["latest"] - met["minute"]) - met["access_minutes"]
    met = met[(met["spare"] >= -_ROUNDING) & (met["spare"] <= met["search"] + _ROUNDING)]
    met = met.sort_values(["window", "spare", "site_id"]).drop_duplicates("window")
    return met.set_index("window")["site_id"].reindex(asked["window"]).set_axis(windows.index)


def _station_minutes(pieces: _Pieces, drives: pd.DataFrame, stops: pd.DataFrame) -> pd.DataFrame:
    """Turn positions in kilometres into driving time from the path's start."""
    ids = stops.index.get_level_values("path_id")
    check_reference(pd.Series(ids), drives.index, what="paths of the stops", table="drives")
    path = drives.index.get_indexer(ids)
    begin, end = pieces.begin[path], pieces.begin[path + 1]
    km, minutes = pieces.km[end] - pieces.km[begin], pieces.minute[end] - pieces.minute[begin]
    position = stops["position_km"].to_numpy(dtype=float)
    beyond = position > km + _METRES_OFF
    if beyond.any():
        raise DataError(
            f"stops {name_some(stops.index[beyond])} lie beyond the end of their path: "
            "positions and routes must be of the same path, the legs beyond the gateways included"
        )
    at = np.interp(pieces.km[begin] + np.minimum(position, km), pieces.km, pieces.minute)
    pace = minutes / np.where(km > 0, km, 1.0)
    return pd.DataFrame(
        {
            "path_id": ids,
            "site_id": stops.index.get_level_values("site_id"),
            "minute": np.clip(at - pieces.minute[begin], 0, minutes),
            "access_minutes": stops["access_km"].to_numpy(dtype=float) * pace,
        }
    )


def _by_link(windows: pd.DataFrame, path: Integers, pieces: _Pieces, links: pd.DataFrame) -> pd.DataFrame:
    """Spread each break evenly over the minutes of its window: schema BREAKS_BY_LINK."""
    ends = windows[["open_minute", "latest_minute"]].to_numpy() + pieces.minute[pieces.begin[path]][:, None]
    low, high = ends.min(axis=1), ends.max(axis=1)
    first = np.searchsorted(pieces.minute, low, side="right") - 1
    held = np.searchsorted(pieces.minute, high, side="left") - first
    window = np.repeat(np.arange(len(windows)), held)
    piece = np.arange(len(window)) - np.repeat(np.cumsum(held) - held, held) + first[window]
    begins = np.maximum(low[window], pieces.minute[piece])
    overlap = np.minimum(high[window], pieces.minute[piece + 1]) - begins
    breaks = windows["trips_per_day"].to_numpy()[window] * overlap / (high - low)[window]
    link = pieces.link[piece]
    is_inside = (link >= 0) & (overlap > 0)
    table = pd.DataFrame(
        {
            "link": link[is_inside],
            "breaks_per_day": breaks[is_inside],
            "with_station_per_day": (breaks * windows["has_station"].to_numpy()[window])[is_inside],
        }
    )
    total = table.groupby("link").sum()
    return validate(total.set_axis(links.index[total.index], axis=0).sort_index(), BREAKS_BY_LINK)
