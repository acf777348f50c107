"""Drive every round trip with chosen sites: who gets home, where each truck stops, where one strands.

It knows range, paths and sites, and nothing of the models that choose sites: that is why every plan is
passed through it before it is shown, and why a disagreement is an error and not a matter of taste.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from regiongeo.errors import EngineError, name_some
from regiongeo.schema import validate
from regiongeo.siting.laps import FREE, STOP, find_plans, find_strands, lay_laps, pick
from regiongeo.siting.trips import stop_places
from regiongeo.tables import STRANDED, VISITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from regiongeo.siting.laps import Laps, Plan
    from regiongeo.siting.trips import Reach, Trips

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["Drives", "require_agreement", "served_pairs", "simulate", "site_use"]

_MM = 1e6  # millimetres in a kilometre


@dataclass(frozen=True, kw_only=True, eq=False)
class Drives:
    """What became of the trucks of every path."""

    sites: tuple[str, ...]
    """Chosen sites by id, also those where nobody stops."""
    is_served: pd.Series[bool]
    """By ``path_id``: the round trip can be driven."""
    visits: pd.DataFrame
    """Schema VISITS: the stops of served paths; ``order`` counts from 0."""
    stranded: pd.DataFrame
    """Schema STRANDED: the other paths."""

    def __repr__(self) -> str:
        served, paths = int(self.is_served.sum()), len(self.is_served)
        return f"<Drives: {len(self.sites)} sites, {served} of {paths} paths served>"


class _Ends(NamedTuple):
    """Paths as numbers, by id, and where the sites of passages stand among the chosen ones."""

    ids: pd.Index
    km: Floats
    sites: pd.Index
    """Chosen sites by id; the place after the last means an end of the path."""


def simulate(trips: Trips, chosen: Iterable[str], *, reach: Reach) -> Drives:
    """Drive the round trip of every path with the chosen sites.

    A site at ``s`` km on a path of ``L`` km is passed at ``s`` on the way out and at ``2 L - s`` on the way
    back. A truck may take energy at any passage, always to the full, and drives the access before and after;
    it may pass a site by. Between two places where it takes energy it drives at most the range:
    ``access_u + (t_v - t_u) + access_v <= range``. At an open end energy is had without a stop or access.

    Without shares in ``reach`` the round trip repeats for ever, and a path is served if a truck that took
    energy once can go on for ever. With shares one round trip starts at the path's start and must be
    completed; a truck from an open start sets out full and may come home empty.

    Parameters
    ----------
    trips
        Paths and the sites along them.
    chosen
        Ids of the sites that offer energy; those on no path are of no use to anyone.
    reach
        Range and state at the ends.

    Returns
    -------
    What became of every path. Of all ways to get home a driver takes that with the fewest stops, of these the
    one with the least access, of these the one whose first stop comes latest, then the second, and so on
    (sites at one place: the earlier id). A site where the path starts or turns counts as on the way out. The
    first visit of a repeating trip counts what was driven since the last one of the lap before. Who has no
    way home strands where the plan that gets farthest ends; on a repeating trip after a first start with a
    full range, perhaps laps later; where it comes home with less than it must, it strands there.

    Notes
    -----
    A plan may also close only after several laps. One that closes after one lap then exists: lay the plan and
    itself one lap later side by side; of two hops that overlap in time, ``u -> v`` and ``x -> y``, one of
    ``u -> y`` and ``x -> v`` is allowed, since both pairs need the same in sum, and either closes a plan of
    fewer laps. So nobody is missed by looking at one lap. A truck whose range lasts for several laps is shown
    with one stop in each; per kilometre it takes the same energy.

    The kilometres of the visits sum to the round trip and its access where the trip repeats and no end is
    open. Weakness: every truck of a path drives the same plan, and of equal sites the tie rule picks one, so
    the split between near neighbours says little.

    References
    ----------
    Kuby, M. & Lim, S. (2005). The flow-refueling location problem for alternative-fuel vehicles.
    Socio-Economic Planning Sciences 39, 125-145; there without access.
    """
    paths = trips.paths.sort_index()
    sites = pd.Index(sorted(set(chosen)), name="site_id", dtype="str")
    ends = _Ends(paths.index, paths["km"].to_numpy(dtype=float), sites)
    passages = _lay_passages(paths, trips.stops, ends, reach)
    is_served = np.zeros(len(paths), dtype=bool)
    visits, stranded = [], []
    for laps in lay_laps(passages, 2 * ends.km):
        plan = find_plans(laps, reach.range_km)
        is_served[laps.path] = plan.is_served
        visits.append(_visits(pick(laps, plan.is_served), plan, ends, reach))
        stranded.append(_stranded(pick(laps, ~plan.is_served), ends, reach))
    return Drives(
        sites=tuple(sites),
        is_served=pd.Series(is_served, index=paths.index, name="is_served", dtype=bool),
        visits=validate(pd.concat(visits).sort_index(), VISITS),
        stranded=validate(pd.concat(stranded).sort_index(), STRANDED),
    )


def require_agreement(claimed: pd.Series[bool], driven: Drives) -> None:
    """Raise unless a model serves the very paths that the simulated trucks can drive.

    Parameters
    ----------
    claimed
        By ``path_id``, all paths: the model says it is served.
    driven
        Result of ``simulate`` for the model's sites.

    Raises
    ------
    EngineError
        Naming the paths where the two differ, or that only one of them knows.
    """
    apart = claimed.index.symmetric_difference(driven.is_served.index)
    if claimed.index.has_duplicates or len(apart):
        raise EngineError(
            f"the model and the simulated trucks do not have the same paths: {name_some(apart)}: report this"
        )
    served = driven.is_served
    model = claimed.reindex(served.index)
    problems = [
        f"{int(differs.sum())} path(s) {words}: {name_some(served.index[differs])}"
        for differs, words in (
            (model & ~served, "called served on which the simulated trucks strand"),
            (~model & served, "called not served that the simulated trucks drive"),
        )
        if differs.any()
    ]
    if problems:
        raise EngineError(f"model and simulation disagree: {'; '.join(problems)}: report this")


def served_pairs(trips: Trips, drives: Drives) -> pd.DataFrame:
    """Name the path that the trucks of each served relation take.

    Returns
    -------
    DataFrame by ``pair_id``, served relations only: path_id, the served path that most would take (ties: the
    earlier id), and trips_per_day, ``trips_per_day * taken_share`` of that path [trips/day], both directions
    together.
    """
    paths = trips.paths.sort_index()
    served = paths[drives.is_served.reindex(paths.index).to_numpy()]
    best = served.sort_values("taken_share", ascending=False, kind="stable").reset_index()
    best = best.drop_duplicates("pair_id").set_index("pair_id").sort_index()
    trips_per_day = best["trips_per_day"] * best["taken_share"]
    return pd.DataFrame({"path_id": best["path_id"], "trips_per_day": trips_per_day})


def site_use(trips: Trips, drives: Drives) -> pd.DataFrame:
    """Sum what the trucks of all served relations take at each chosen site.

    A relation drives the path that ``served_pairs`` names; each of its one-way trips is half a round trip.

    Returns
    -------
    DataFrame by ``site_id``, all chosen sites: stops_per_day [stops/day]; refilled_km_per_day, the distance
    whose energy is taken there: driven since energy was last had, times stops (times energy use per km: the
    energy) [km/day]; mean_since_km, the same per stop [km], and back_share, the stops on the way back [1],
    missing where nobody stops.

    Notes
    -----
    Of a trip with shares only what was driven before each stop counts, neither what it lacked at its start
    nor what is left over at its end.
    """
    pairs = served_pairs(trips, drives)
    round_trips = pd.Series(pairs["trips_per_day"].to_numpy() / 2, index=pd.Index(pairs["path_id"]))
    path = drives.visits.index.get_level_values("path_id")
    visits = drives.visits[path.isin(round_trips.index)]
    stops = round_trips.reindex(visits.index.get_level_values("path_id")).to_numpy()
    amounts = pd.DataFrame(
        {
            "site_id": visits["site_id"].to_numpy(),
            "stops_per_day": stops,
            "refilled_km_per_day": stops * visits["since_km"].to_numpy(),
            "back": stops * (visits["leg"] == "back").to_numpy(),
        }
    )
    known = pd.Index(drives.sites, name="site_id", dtype="str")
    total = amounts.groupby("site_id").sum().reindex(known, fill_value=0.0)
    some = total["stops_per_day"].where(total["stops_per_day"] > 0)
    means = {"mean_since_km": total["refilled_km_per_day"] / some, "back_share": total["back"] / some}
    return total[["stops_per_day", "refilled_km_per_day"]].assign(**means)


def _lay_passages(paths: pd.DataFrame, stops: pd.DataFrame, ends: _Ends, reach: Reach) -> pd.DataFrame:
    """Return all passages of all paths by path and time, as ``lay_laps`` wants them."""
    table = pd.concat([*_site_passages(stops, ends, reach), *_end_passages(paths, ends, reach)])
    order = np.lexsort((-table["site"], table["at_km"], table["path"]))
    return table.iloc[order]


def _site_passages(stops: pd.DataFrame, ends: _Ends, reach: Reach) -> Iterator[pd.DataFrame]:
    site = stop_places(stops, "site_id", ends.sites)
    used = stops[site >= 0]
    path = stop_places(used, "path_id", ends.ids)
    km, along = ends.km[path], np.minimum(used["position_km"].to_numpy(dtype=float), ends.km[path])
    access = used["access_km"].to_numpy(dtype=float)
    closes = 2 * km + access if _repeats(reach) else np.full(len(km), np.inf)
    out = pd.DataFrame(
        {
            "path": path,
            "site": site[site >= 0],
            "at_km": along,
            "access_km": access,
            "missing_km": 0.0,
            "close_km": closes + along,
            "step": STOP + np.rint(2 * _MM * access).astype(np.int64),
        }
    )
    yield out
    is_passed_again = (along < km) & ((along > 0) | (not _repeats(reach)))
    back = 2 * km - along
    yield out.assign(at_km=back, close_km=closes + back)[is_passed_again]


def _end_passages(paths: pd.DataFrame, ends: _Ends, reach: Reach) -> Iterator[pd.DataFrame]:
    open_start, open_end = (paths[name].to_numpy() for name in ("is_open_start", "is_open_end"))
    end = pd.DataFrame(
        {
            "path": np.arange(len(paths)),
            "site": len(ends.sites),
            "at_km": 0.0,
            "access_km": 0.0,
            "missing_km": 0.0,
            "close_km": 2 * ends.km,
            "step": FREE,
        }
    )
    if reach.start_share is None or reach.end_share is None:
        yield end[open_start]
        yield end.assign(at_km=ends.km, close_km=3 * ends.km)[open_end]
        return
    lacking, kept = (np.where(open_start, 0, share) for share in (1 - reach.start_share, reach.end_share))
    must = 2 * ends.km + kept * reach.range_km
    yield end.assign(missing_km=lacking * reach.range_km, close_km=must)
    yield end.assign(at_km=ends.km, close_km=np.inf)[open_end]


def _repeats(reach: Reach) -> bool:
    return reach.start_share is None


def _visits(laps: Laps, plan: Plan, ends: _Ends, reach: Reach) -> pd.DataFrame:
    """Tell what each stop of the plans is like: schema VISITS."""
    here = plan.stops
    rows = np.arange(len(here))[:, None]
    is_stop = here >= 0
    last = here[rows[:, 0], is_stop.sum(axis=1) - 1]
    before = np.column_stack([last, here[:, :-1]])
    turn_km = np.where(np.arange(here.shape[1]) == 0, laps.lap_km[:, None], 0.0)
    since = laps.access_km[rows, before] - laps.at_km[rows, before] + laps.arrive_km[rows, here] + turn_km
    left = 1 - (since + laps.missing_km[rows, before]) / reach.range_km
    is_visit = is_stop & (laps.site[rows, here] < len(ends.sites))
    order = np.cumsum(is_visit, axis=1) - 1
    row, column = np.nonzero(is_visit)
    at_km, path = laps.at_km[row, here[is_visit]], laps.path[row]
    return pd.DataFrame(
        {
            "site_id": ends.sites[laps.site[row, here[is_visit]]],
            **_where(at_km, ends.km[path]),
            "since_km": since[row, column],
            "left_share": np.clip(left[row, column], 0, 1),
        },
        index=pd.MultiIndex.from_arrays([ends.ids[path], order[is_visit]], names=VISITS.index),
    )


def _stranded(laps: Laps, ends: _Ends, reach: Reach) -> pd.DataFrame:
    """Tell where the range of the trucks without a plan ends: schema STRANDED."""
    repeats = _repeats(reach)
    strand = find_strands(laps, reach.range_km, comes_round=repeats)
    rows, km = np.arange(len(laps.path)), ends.km[laps.path]
    lap_km = np.where(km > 0, 2 * km, 1.0)
    at_km = strand.reach_km % lap_km if repeats else np.minimum(strand.reach_km, 2 * km)
    had_nowhere = strand.last < 0
    missing = np.where(had_nowhere, 0.0, laps.missing_km[rows, strand.last])
    beyond = np.zeros(len(rows)) if repeats else np.maximum(strand.reach_km - 2 * km, 0.0)
    site = np.where(had_nowhere, len(ends.sites), laps.site[rows, strand.last])
    names = pd.Series([*ends.sites, None], dtype="str")
    return pd.DataFrame(
        {
            **_where(np.minimum(at_km, 2 * km), km),
            "since_km": reach.range_km - missing - beyond,
            "last_site_id": names.iloc[site].array,
        },
        index=ends.ids[laps.path].rename("path_id"),
    )


def _where(at_km: Floats, km: Floats) -> dict[str, pd.Series]:
    """Tell leg and distance from the path's start at some distance of the round trip."""
    is_out = at_km <= km
    leg = pd.Series(np.where(is_out, "out", "back"), dtype="str")
    return {"leg": leg.array, "position_km": np.where(is_out, at_km, 2 * km - at_km)}
