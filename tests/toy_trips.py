"""Trips built by hand, and a plain truck that drives them kilometre by kilometre: shared by siting tests."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from regiongeo.siting.trips import Reach, Trips

PATH_COLUMNS = (
    "pair_id",
    "trips_per_day",
    "taken_share",
    "km",
    "inside_km",
    "is_open_start",
    "is_open_end",
)


@dataclass(frozen=True)
class Way:
    """One path: its length, the sites on it as (position, access), and whose trips take it."""

    km: float
    stops: dict[str, tuple[float, float]] = field(default_factory=dict)
    trips: float = 10.0
    pair: str | None = None
    share: float = 1.0
    open_start: bool = False
    open_end: bool = False


def make_trips(ways: dict[str, Way]) -> Trips:
    """Make trips of ways by path id; a way without a pair is a relation of its own."""
    rows = [
        (way.pair or f"pair-{name}", way.trips, way.share, way.km, way.km, way.open_start, way.open_end)
        for name, way in ways.items()
    ]
    paths = pd.DataFrame(rows, columns=list(PATH_COLUMNS), index=pd.Index(ways, name="path_id", dtype="str"))
    stops = [(name, site, *place) for name, way in ways.items() for site, place in way.stops.items()]
    table = pd.DataFrame(stops, columns=["path_id", "site_id", "position_km", "access_km"])
    table = table.astype({"path_id": "str", "site_id": "str", "position_km": float, "access_km": float})
    return Trips(paths=paths, stops=table.set_index(["path_id", "site_id"]))


def can_drive(way: Way, chosen: Iterable[str], reach: Reach) -> bool:
    """Drive the round trip and keep every state a truck may be in; whole kilometres only.

    At each passage of a chosen site a truck either goes on, or drives there, fills up and comes back. A trip
    without ends is driven so many laps that whoever lasts has been in one state twice: what is left tells
    where energy was had last, and how many laps ago.
    """
    full, lap = reach.range_km, 2 * way.km
    if not lap:
        return True
    halts = [
        (t, a) for site in chosen if site in way.stops for s, a in [way.stops[site]] for t in (s, lap - s)
    ]
    halts += [(way.km, 0.0)] * way.open_end
    repeats = reach.start_share is None
    if repeats:
        states, laps, needed = {full}, 2 + (len(halts) + 1) * (1 + int(full // lap)), 0.0
        halts += [(lap, 0.0)] * way.open_start
    elif way.open_start:
        states, laps, needed = {full}, 1, 0.0
    else:
        states, laps, needed = {reach.start_share * full}, 1, reach.end_share * full
    for _ in range(laps):
        at = 0.0
        for t, access in sorted(halts):
            states = {left - (t - at) for left in states if left >= t - at}
            states |= {full - access for left in states if left >= access}
            at = t
        states = {left - (lap - at) for left in states if left >= lap - at}
    return any(left >= needed for left in states)


def random_way(numbers: np.random.Generator, sites: tuple[str, ...], *, on_path: bool = False) -> Way:
    """Return a way in whole kilometres with some of the sites, on it or up to 3 km off."""
    km = int(numbers.integers(1, 13))
    off = 0 if on_path or numbers.random() < 0.4 else 3
    some = [site for site in sites if numbers.random() < 0.7]
    return Way(
        km=float(km),
        stops={
            site: (float(numbers.integers(0, km + 1)), float(numbers.integers(0, off + 1))) for site in some
        },
        trips=float(numbers.integers(1, 9)),
        open_start=not on_path and bool(numbers.random() < 0.25),
        open_end=not on_path and bool(numbers.random() < 0.25),
    )
