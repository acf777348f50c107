"""AFIR along the roads: which pieces are covered, and what a pool at each site would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from regiongeo.compliance.qualify import FAILS, NOT_KNOWN, PASSES, qualify
from regiongeo.compliance.rules import rules_by_deadline
from regiongeo.errors import DataError, name_some
from regiongeo.schema import validate
from regiongeo.tables import POOLS, ROAD_STATUS, SITE_GAIN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regiongeo.compliance.corridor import Corridors

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["check_roads", "gain_by_site", "near_km"]

_TOLERANCE_KM = 1e-6
_OPPOSITE = {"north": "south", "south": "north", "east": "west", "west": "east"}


class _Asked(NamedTuple):
    """One requirement at one deadline: pieces it asks for, places that may serve them, and the distances."""

    rows: NDArray[np.intp]
    """Places of the pieces among all pieces."""
    links: pd.DataFrame
    """The pieces, with spacing_km, is_far, is_one_pool."""
    place_ids: pd.Index
    from_km: Floats
    """Pieces × places."""
    to_km: Floats
    grade: NDArray[np.int64]
    """Pieces × places, whatever their side."""
    side: pd.Series
    """By place."""


class _Nearest(NamedTuple):
    from_km: Floats
    to_km: Floats
    from_pool: pd.Series
    to_pool: pd.Series

    def through(self, km: Floats) -> Floats:
        """Distance from pool to pool through each piece [km]."""
        return self.from_km + km + self.to_km


def check_roads(
    corridors: Corridors, pools: pd.DataFrame, *, rules: pd.DataFrame, beyond: pd.DataFrame | None = None
) -> gpd.GeoDataFrame:
    """Say for each piece of TEN-T road, requirement, deadline and direction whether it is covered.

    A piece ``e = (u, v)`` of length ``l`` is covered iff ``d(u, S) + l + d(v, S) <= T``, the distances along
    TEN-T roads with ``e`` removed; a pool joins at its exit and its access is counted. ``S`` are the pools
    that qualify for the class of the piece, ``T`` is the distance of its class and deadline, or the longer
    one where fewer heavy vehicles pass. All pieces between two pools share one distance: they are covered
    together or not at all, and cutting a road where no pool stands changes nothing.

    Parameters
    ----------
    corridors
        TEN-T roads, cut at the pools.
    pools
        Schema POOLS; planned ones count: leave out those that should not.
    rules
        Schema AFIR_RULES.
    beyond
        Schema EXITS of gateways behind which a pool is assumed, at ``beyond_km``; those farther from a
        TEN-T road than a pool may be are left out. None: nothing is assumed, and no road that leaves the map
        is covered beyond its last pool.

    Returns
    -------
    Schema ROAD_STATUS, with geometry to draw. ``direction`` "any" takes both ways as one line, and every pool
    serves it. Only if a pool says its ``side``, "forward" (north or east) and "back" stand beside it; there a
    pool of unknown side, or of a side across the road, is not known to serve.

    Raises
    ------
    DataError
        If a pool's exit is not a node of the TEN-T roads.

    Notes
    -----
    ``near_km`` is a softer measure: the length within ``T / 2`` of a pool, also on dead ends and in gaps
    longer than ``T``; it is never less than what is covered. On a loop both ends may lead to one and the same
    pool (``from_pool_id == to_pool_id``): that counts, as defined. Directions follow the box a road fills:
    one that turns (E16) is called by its longer side.

    References
    ----------
    Regulation (EU) 2023/1804, Art. 2, 4 and 6; length ratio as in the French note "Reglement AFIR"
    (Qualicharge, Ministry of Ecological Transition).
    """
    validate(pools, POOLS)
    parts = {}
    for requirement, deadline, by_tent in rules_by_deadline(rules):
        asked = _ask(corridors, pools, by_tent, requirement=requirement, beyond=beyond)
        for direction in _directions(pools, requirement=requirement):
            parts[requirement, deadline, direction] = _status(asked, direction)
    table = pd.concat(parts, names=["requirement", "deadline", "direction"])
    return validate(gpd.GeoDataFrame(table, geometry="geometry", crs=corridors.links.crs), ROAD_STATUS)


def gain_by_site(
    corridors: Corridors,
    pools: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    rules: pd.DataFrame,
    beyond: pd.DataFrame | None = None,
    municipality_ids: pd.Index | None = None,
) -> pd.DataFrame:
    """Measure the kilometres that turn covered if one qualifying pool is built at a site.

    Parameters
    ----------
    corridors, pools, rules, beyond
        As in `check_roads`; the network is cut at the sites too.
    sites
        Schema EXITS of the candidates (or of pools that do not qualify: what mending each would bring).
    municipality_ids
        Count kilometres in these municipalities only; all if None.

    Returns
    -------
    Schema SITE_GAIN, both ways taken as one line; a pool that passes is built for both.

    Notes
    -----
    Gains of two sites do not add up: two pools may close a gap that neither closes alone, so a first
    pool on an empty road shows 0 ``closes_km``; ``near_gain_km`` then tells sites apart.
    """
    parts = {}
    for requirement, deadline, by_tent in rules_by_deadline(rules):
        asked = _ask(corridors, pools, by_tent, requirement=requirement, beyond=beyond)
        counted = np.ones(len(asked.links), dtype=bool)
        if municipality_ids is not None:
            counted = asked.links["municipality_id"].isin(municipality_ids).to_numpy()
        access_km = float(by_tent["access_km"].iloc[0])
        parts[requirement, deadline] = _gain(asked, corridors, sites, access_km=access_km, counted=counted)
    return validate(pd.concat(parts, names=list(SITE_GAIN.index)), SITE_GAIN)


def near_km(from_km: Floats, to_km: Floats, *, km: Floats, spacing_km: Floats) -> Floats:
    """Length of each piece within half the spacing of a pool, by the distances from its ends [km]."""
    reach = np.clip(spacing_km / 2 - from_km, 0, None) + np.clip(spacing_km / 2 - to_km, 0, None)
    near: Floats = np.minimum(km, reach)
    return near


def _directions(pools: pd.DataFrame, *, requirement: str) -> tuple[str, ...]:
    is_known = requirement == "charging" and pools["side"].notna().any()
    return ("any", "back", "forward") if is_known else ("any",)


def _ask(
    corridors: Corridors,
    pools: pd.DataFrame,
    by_tent: pd.DataFrame,
    *,
    requirement: str,
    beyond: pd.DataFrame | None,
) -> _Asked:
    rows = np.flatnonzero(corridors.links["tent"].isin(by_tent.index))
    links = _with_spacing(corridors.links.iloc[rows], by_tent)
    grades = {
        str(tent): qualify(pools, rule, requirement=requirement).grade for tent, rule in by_tent.iterrows()
    }
    own = pools[["exit_node_id", "access_km", "side"]].assign(**grades)
    own = own[own["exit_node_id"].notna()]
    places = own if beyond is None else pd.concat([own, _assumed(beyond, by_tent)])
    places = places.sort_index(kind="stable")
    from_km, to_km = _distances(corridors, rows, places)
    tent_at = by_tent.index.get_indexer(pd.Index(links["tent"]))
    return _Asked(
        rows=rows,
        links=links,
        place_ids=places.index,
        from_km=from_km,
        to_km=to_km,
        grade=places[list(grades)].to_numpy(dtype=np.int64)[:, tent_at].T,
        side=places["side"],
    )


def _with_spacing(links: gpd.GeoDataFrame, by_tent: pd.DataFrame) -> pd.DataFrame:
    """Give each piece its largest distance, and the reliefs where a figure says there is little traffic."""
    own = by_tent.loc[links["tent"]].set_axis(links.index)
    is_far = links["heavy_aadt"] < own["far_below_heavy_aadt"]
    spacing_km = own["spacing_km"].where(~is_far, own[["spacing_km", "far_spacing_km"]].max(axis=1))
    is_one_pool = links["heavy_aadt"] < own["one_pool_below_heavy_aadt"]
    return pd.DataFrame(links).assign(spacing_km=spacing_km, is_far=is_far, is_one_pool=is_one_pool)


def _assumed(beyond: pd.DataFrame, by_tent: pd.DataFrame) -> pd.DataFrame:
    """Pools assumed beyond the gateways on TEN-T roads; they pass for every class and side."""
    rule = by_tent.iloc[0]
    on_road = beyond[beyond["access_km"] <= rule["access_km"]]
    passes = dict.fromkeys(by_tent.index, PASSES)
    access_km = on_road["access_km"] + rule["beyond_km"]
    return pd.DataFrame(on_road[["exit_node_id"]]).assign(access_km=access_km, side="both", **passes)


def _distances(corridors: Corridors, rows: NDArray[np.intp], places: pd.DataFrame) -> tuple[Floats, Floats]:
    """Distance from both ends of the pieces to places, their access counted, pieces × places [km]."""
    at = corridors.nodes.get_indexer(pd.Index(places["exit_node_id"]))
    lost = places.index[at < 0]
    if len(lost):
        raise DataError(
            f"exits of {name_some(lost)} are not on the TEN-T roads: find them on the network as it is cut"
        )
    access_km = places["access_km"].to_numpy(dtype=float)
    return corridors.from_km[rows][:, at] + access_km, corridors.to_km[rows][:, at] + access_km


def _grade_toward(asked: _Asked, direction: str) -> tuple[NDArray[np.int64], pd.Series]:
    """Grade places by rule and side for one way of driving; and how that way is called on each piece."""
    if direction == "any":
        return asked.grade, pd.Series(pd.NA, index=asked.links.index, dtype="str")
    axis = asked.links["axis"]
    heading = axis if direction == "forward" else axis.map(_OPPOSITE).astype("str")
    side = pd.DataFrame({way: _grade_side(asked.side, way) for way in _OPPOSITE})
    toward = side[list(heading)].to_numpy(dtype=np.int64).T
    eased = np.where(asked.links[["is_one_pool"]].to_numpy(), PASSES, toward)
    return np.minimum(asked.grade, eased), heading


def _grade_side(side: pd.Series, way: str) -> pd.Series:
    known = np.where(side == _OPPOSITE[way], FAILS, NOT_KNOWN)
    return pd.Series(np.where(side.isin([way, "both"]), PASSES, known), index=side.index)


def _nearest(asked: _Asked, allowed: Flags) -> _Nearest:
    """Nearest allowed place from both ends of each piece; ties to the smallest id."""
    (from_km, from_pool), (to_km, to_pool) = (
        _least(km, allowed, asked.place_ids) for km in (asked.from_km, asked.to_km)
    )
    return _Nearest(from_km, to_km, from_pool, to_pool)


def _least(km: Floats, allowed: Flags, place_ids: pd.Index) -> tuple[Floats, pd.Series]:
    if not km.shape[1]:
        return np.full(len(km), np.inf), pd.Series(pd.NA, index=range(len(km)), dtype="str")
    open_km = np.where(allowed, km, np.inf)
    at = open_km.argmin(axis=1)
    least: Floats = open_km[np.arange(len(km)), at]
    return least, pd.Series(place_ids.to_numpy()[at], dtype="str").where(np.isfinite(least))


def _status(asked: _Asked, direction: str) -> pd.DataFrame:
    grade, heading = _grade_toward(asked, direction)
    links = asked.links
    km, spacing_km = links["km"].to_numpy(), links["spacing_km"].to_numpy()
    sure, perhaps = _nearest(asked, grade == PASSES), _nearest(asked, grade >= NOT_KNOWN)
    is_sure = sure.through(km) <= spacing_km + _TOLERANCE_KM
    is_perhaps = perhaps.through(km) <= spacing_km + _TOLERANCE_KM
    through = pd.Series(np.where(is_sure, sure.through(km), perhaps.through(km)), index=links.index)
    return links.assign(
        heading=heading,
        is_covered=np.select([is_sure, is_perhaps], ["yes", "not_known"], "no"),
        through_km=through.where(np.isfinite(through)),
        from_pool_id=sure.from_pool.where(is_sure, perhaps.from_pool).to_numpy(),
        to_pool_id=sure.to_pool.where(is_sure, perhaps.to_pool).to_numpy(),
        near_km=near_km(sure.from_km, sure.to_km, km=km, spacing_km=spacing_km),
        near_if_km=near_km(perhaps.from_km, perhaps.to_km, km=km, spacing_km=spacing_km),
    )


def _gain(
    asked: _Asked, corridors: Corridors, sites: pd.DataFrame, *, access_km: float, counted: Flags
) -> pd.DataFrame:
    is_near = (sites["access_km"] <= access_km) & sites["exit_node_id"].notna()
    new_from, new_to = _distances(corridors, asked.rows, sites[is_near])
    links = asked.links
    km, spacing_km = links["km"].to_numpy(), links["spacing_km"].to_numpy()
    old = _nearest(asked, asked.grade == PASSES)
    new_from, new_to = np.minimum(new_from.T, old.from_km), np.minimum(new_to.T, old.to_km)
    is_covered = old.through(km) <= spacing_km + _TOLERANCE_KM
    turns = (new_from + km + new_to <= spacing_km + _TOLERANCE_KM) & ~is_covered
    more = near_km(new_from, new_to, km=km, spacing_km=spacing_km) - near_km(
        old.from_km, old.to_km, km=km, spacing_km=spacing_km
    )
    found = pd.DataFrame(
        {"closes_km": (turns * km)[:, counted].sum(axis=1), "near_gain_km": more[:, counted].sum(axis=1)},
        index=sites.index[is_near],
    )
    return found.reindex(sites.index, fill_value=0.0).assign(is_near_enough=is_near).sort_index()
