"""From truck flows and roads to the trips that siting models see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, ScenarioError
from regiongeo.flows.assignment import zone_pairs
from regiongeo.siting.simulate import simulate
from regiongeo.siting.trips import Trips
from regiongeo.tables import STOPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regiongeo.siting.routes import Ways
    from regiongeo.siting.trips import Reach

    Floats = NDArray[np.float64]

__all__ = ["build_relations", "build_trips", "find_stops", "split_by_depot", "trips_in_need"]

_ENDS = ("source", "target")


def build_relations(zones: pd.DataFrame, trips: Floats, *, beyond_km: float | None = None) -> pd.DataFrame:
    """Sum the trips between zones by the ends they share: loading nodes and gateways.

    Parameters
    ----------
    zones
        Schema ZONES.
    trips
        Trips of each pair of zones, both directions, as ``flows.FlowResult.trips`` [trips/day].
    beyond_km
        Stations are taken to stand beyond the gateways, the nearest this far [km]: the leg beyond is cut
        there and that end is open. None: none stands there, and the whole leg counts.

    Returns
    -------
    DataFrame by ``pair_id``: source, target (node ids), trips_per_day, start_km, end_km (legs beyond the
    gateways that count for the range), is_open_start, is_open_end, one_end, other_end (place with most trips
    at the end), and the whole legs beyond: outside_start_km, outside_end_km, outside_start_minutes,
    outside_end_minutes. Trips that start and end at one node drive no road of the network and are left out.

    Raises
    ------
    ScenarioError
        If the distance is negative or not finite.
    DataError
        If no trip is left.
    """
    if beyond_km is not None and not (np.isfinite(beyond_km) and beyond_km >= 0):
        raise ScenarioError(f"stations {beyond_km} km beyond the gateways: must be finite and not negative")
    ends = _ends(zones, trips, beyond_km=beyond_km)
    first, second = zone_pairs(len(zones))
    code = ends.index.get_indexer(_end_ids(zones))
    one, other = np.minimum(code[first], code[second]), np.maximum(code[first], code[second])
    table = pd.DataFrame({"one": one, "other": other, "trips_per_day": trips})
    node = ends["node_id"].to_numpy(dtype=object)
    table = table[(node[one] != node[other]) & (trips > 0)]
    if table.empty:
        raise DataError("no truck drives from one place to another: check the flows")
    table = table.groupby(["one", "other"], as_index=False)["trips_per_day"].sum()
    sides = [ends.iloc[table[side]].reset_index(drop=True) for side in ("one", "other")]
    names = [ends.index[table[side]] for side in ("one", "other")]
    return pd.DataFrame(
        {
            **{end: side["node_id"] for end, side in zip(_ENDS, sides, strict=True)},
            "trips_per_day": table["trips_per_day"],
            **{f"{at}_km": side["beyond_km"] for at, side in zip(("start", "end"), sides, strict=True)},
            **{f"is_open_{at}": side["is_open"] for at, side in zip(("start", "end"), sides, strict=True)},
            **{at: side["place"] for at, side in zip(("one_end", "other_end"), sides, strict=True)},
            **{
                f"outside_{at}_{unit}": side[f"outside_{unit}"]
                for at, side in zip(("start", "end"), sides, strict=True)
                for unit in ("km", "minutes")
            },
        }
    ).set_axis(pd.Index(names[0] + "–" + names[1], name="pair_id"))


def _end_ids(zones: pd.DataFrame) -> pd.Index[str]:
    """Name the end of each zone: its loading node, or the gateway itself."""
    is_gateway = zones["kind"] == "gateway"
    return pd.Index(zones["node_id"].mask(is_gateway, zones.index.to_series()).astype("str"))


def _ends(zones: pd.DataFrame, trips: Floats, *, beyond_km: float | None) -> pd.DataFrame:
    """Describe each end, sorted by id."""
    first, second = zone_pairs(len(zones))
    count = np.bincount(first, trips, len(zones)) + np.bincount(second, trips, len(zones))
    is_gateway = (zones["kind"] == "gateway").to_numpy()
    outside = zones["outside_km"].to_numpy()
    table = pd.DataFrame(
        {
            "node_id": zones["node_id"].to_numpy(),
            "place": zones["place"].to_numpy(),
            "count": count,
            "beyond_km": outside if beyond_km is None else np.minimum(outside, beyond_km),
            "is_open": is_gateway & (beyond_km is not None),
            "outside_km": outside,
            "outside_minutes": zones["outside_minutes"].to_numpy(),
        },
        index=_end_ids(zones).rename("end_id"),
    )
    table = table.sort_values(["count", "place"], ascending=[False, True], kind="stable")
    return table[~table.index.duplicated()].sort_index()


def find_stops(
    ways: Ways,
    start_km: pd.Series[float],
    metres: pd.DataFrame,
    offset_m: pd.Series[float],
    *,
    limit_km: float,
) -> pd.DataFrame:
    """Find the sites a truck on each path can use, and where it leaves the path for them.

    A truck leaves at the node of its path that is nearest to the site by road, and comes back there.

    Parameters
    ----------
    ways
        Paths on the network that is cut at the sites.
    start_km
        Leg before the network by ``path_id`` [km].
    metres
        Driving distance from sites (rows) to all nodes of the network (columns) [m].
    offset_m
        Straight distance from each site to its road [m].
    limit_km
        Sites farther than this from the path, one way, do not count [km].

    Returns
    -------
    Schema STOPS.

    Notes
    -----
    Whoever could rejoin the path farther on drives less than is counted here. One-way roads count from the
    site outwards.
    """
    near_node, near_site, near_km = _near(metres, offset_m, limit_km=limit_km)
    path, node, position_km = _passages(ways, metres.columns)
    first = np.searchsorted(near_node, node)
    count = np.searchsorted(near_node, node, side="right") - first
    row = np.repeat(np.arange(len(node)), count)
    hit = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(len(row))
    key = path[row].astype(np.int64) * len(metres) + near_site[hit]
    order = np.lexsort((position_km[row], near_km[hit], key))
    best = order[np.flatnonzero(np.diff(key[order], prepend=-1))]
    path_code, site_code = path[row[best]], near_site[hit[best]]
    before_km = start_km.loc[ways.paths.index].to_numpy()
    table = pd.DataFrame(
        {"position_km": position_km[row[best]] + before_km[path_code], "access_km": near_km[hit[best]]}
    )
    table.index = _stop_index(ways.paths.index, path_code, metres.index, site_code)
    return table


def _stop_index(
    paths: pd.Index[str], path: NDArray[np.intp], sites: pd.Index[str], site: NDArray[np.intp]
) -> pd.MultiIndex:
    return pd.MultiIndex(
        levels=[paths, sites],  # type: ignore[list-item]
        codes=[path, site],  # type: ignore[list-item]
        names=STOPS.index,
    )


def _near(
    metres: pd.DataFrame, offset_m: pd.Series[float], *, limit_km: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """List nodes and the sites within the limit of them, sorted by node."""
    km = (metres.to_numpy() + offset_m.loc[metres.index].to_numpy()[:, None]) / 1000
    node, site = np.nonzero(limit_km >= km.T)
    return node, site, km[site, node]


def _passages(ways: Ways, nodes: pd.Index[str]) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """List the nodes each path passes, with the kilometres driven inside the network until there."""
    links = ways.links
    path = links["pair"].cat.codes.to_numpy().astype(np.intp)
    start, end = (
        nodes.get_indexer(links[name].cat.categories)[links[name].cat.codes]
        for name in ("from_node", "to_node")
    )
    km = links["km"].to_numpy()
    until = np.cumsum(km)
    is_first = np.diff(path, prepend=-1) > 0
    begin = np.repeat((until - km)[is_first], np.diff(np.append(np.flatnonzero(is_first), len(path))))
    at_end = until - begin
    starts = np.flatnonzero(is_first)
    return (
        np.concatenate([path[starts], path]),
        np.concatenate([start[starts], end]),
        np.concatenate([np.zeros(len(starts)), at_end]),
    )


def build_trips(
    ways: Ways, relations: pd.DataFrame, stops: pd.DataFrame, *, decay_per_minute: float
) -> Trips:
    """Join relations, their paths and stops to trips.

    ``taken_share = exp(-decay * extra minutes)`` against the fastest path of the relation (Kim & Kuby 2012).

    Parameters
    ----------
    ways
        As ``find_ways`` for the same relations.
    relations
        As ``build_relations``.
    stops
        As ``find_stops``.
    decay_per_minute
        How fast trucks stay away from a longer path [1/min].
    """
    of_path = relations.loc[ways.paths["pair_id"]].set_axis(ways.paths.index)
    paths = pd.DataFrame(
        {
            "pair_id": ways.paths["pair_id"],
            "trips_per_day": of_path["trips_per_day"],
            "taken_share": np.exp(-decay_per_minute * ways.paths["extra_minutes"].clip(lower=0)),
            "km": ways.paths["km"] + of_path["start_km"] + of_path["end_km"],
            "inside_km": ways.paths["km"],
            "is_open_start": of_path["is_open_start"],
            "is_open_end": of_path["is_open_end"],
        }
    )
    return Trips(paths=paths, stops=stops)


def split_by_depot(trips: Trips, *, share: float) -> Trips:
    """Split the trips of each relation into those with energy at a depot and those without.

    A share of the trucks fills at home: half of them at either end of the relation, whose end is then open.

    Raises
    ------
    ScenarioError
        If the share is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise ScenarioError(f"share of trucks that fill at a depot must lie between 0 and 1, not {share}")
    paths = trips.paths
    opens = paths[["is_open_start", "is_open_end"]].to_numpy()
    weights = {
        "none": 1 - share + share / 2 * opens.sum(axis=1),
        "start": share / 2 * ~opens[:, 0],
        "end": share / 2 * ~opens[:, 1],
    }
    classes = [_one_class(paths, name, weight) for name, weight in weights.items()]
    split = pd.concat(classes).sort_index()
    origin = split.pop("origin")
    return Trips(paths=split, stops=_stops_of(trips.stops, origin))


def _one_class(paths: pd.DataFrame, name: str, weight: Floats) -> pd.DataFrame:
    """Return the paths of one class of trucks, with the path each comes from."""
    kept = paths[weight > 0]
    table = kept.assign(
        origin=kept.index,
        pair_id=kept["pair_id"] + f"|{name}",
        trips_per_day=kept["trips_per_day"] * weight[weight > 0],
        is_open_start=kept["is_open_start"] | (name == "start"),
        is_open_end=kept["is_open_end"] | (name == "end"),
    )
    return table.set_axis(kept.index + f"|{name}", axis="index").rename_axis("path_id")


def _stops_of(stops: pd.DataFrame, origin: pd.Series[str]) -> pd.DataFrame:
    """Repeat the stops of a path for each path that comes from it; ``origin`` by the new path_id."""
    index = cast("pd.MultiIndex", stops.index)
    path, site = (np.asarray(codes, dtype=np.intp) for codes in index.codes)
    order = np.argsort(path, kind="stable")
    wanted = index.levels[0].get_indexer(pd.Index(origin))
    first = np.searchsorted(path[order], wanted)
    count = np.where(wanted >= 0, np.searchsorted(path[order], wanted, side="right") - first, 0)
    row = order[np.repeat(first - (np.cumsum(count) - count), count) + np.arange(count.sum())]
    repeated: pd.DataFrame = stops.iloc[row]
    repeated.index = _stop_index(
        origin.index, np.repeat(np.arange(len(origin)), count), index.levels[1], site[row]
    )
    return repeated


def trips_in_need(trips: Trips, *, reach: Reach, depot_share: float) -> tuple[Trips, pd.Series[float]]:
    """Split trips by depot and leave out those that get through without any station.

    Parameters
    ----------
    trips
        Trips of all trucks.
    reach
        Their range on the energy.
    depot_share
        Share of them that fills at home, as ``split_by_depot``.

    Returns
    -------
    The trips that need a station, and those that do not by ``pair_id`` of the split relations [trips/day].

    Raises
    ------
    ScenarioError
        If no trip needs a station, or the share is not between 0 and 1.
    """
    bare = split_by_depot(replace(trips, stops=trips.stops.iloc[:0]), share=depot_share)
    is_driven = simulate(bare, (), reach=reach).is_served.loc[bare.paths.index]
    is_free = is_driven.groupby(bare.paths["pair_id"]).transform("any")
    needing = bare.paths[~is_free]
    if needing.empty:
        raise ScenarioError(
            f"every truck gets through without a station, with {reach.range_km:g} km of range and a share of "
            f"{depot_share:g} that fills at home: there is nothing to plan, leave the energy out"
        )
    free = bare.paths[is_free].drop_duplicates("pair_id").set_index("pair_id")["trips_per_day"]
    origin = pd.Series(needing.index.str.rsplit("|", n=1).str[0], index=needing.index)
    return Trips(paths=needing, stops=_stops_of(trips.stops, origin)), free
