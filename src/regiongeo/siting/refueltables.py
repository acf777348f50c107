"""What a choice of refuelling sites means for each energy, relation and site, found by driving the trips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from regiongeo.siting.simulate import simulate
from regiongeo.siting.tours import are_driven
from regiongeo.siting.trips import Trips, stop_places
from regiongeo.tables import STRANDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from regiongeo.siting.fleets import Fleet
    from regiongeo.siting.search import Case

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

__all__ = [
    "added_table",
    "impossible_paths",
    "loss_table",
    "offer_table",
    "relation_table",
    "reserve_table",
    "served_table",
]

_SUMS = ("trips_per_day", "truck_km_per_day")
_TRIED = 3  # replacements driven beside those named: the windows that order them may promise a little much


def impossible_paths(fleets: Sequence[Fleet], sites: pd.Index) -> pd.DataFrame:
    """Tell where trucks strand on paths that no choice serves: by ``energy`` and ``path_id``, as STRANDED."""
    parts = {}
    for fleet in fleets:
        paths = fleet.paths[~fleet.ways.windows.is_possible]
        if len(paths):
            stops = fleet.layer.trips.stops
            stops = stops[stop_places(stops, "path_id", paths.index) >= 0]
            usable = sites[np.unique(fleet.tours.site)]
            driven = simulate(Trips(paths=paths, stops=stops), usable, reach=fleet.layer.reach)
            parts[fleet.layer.name] = driven.stranded
    if parts:
        return pd.concat(parts, names=["energy"])
    index = pd.MultiIndex.from_arrays([pd.Index([], dtype="str")] * 2, names=["energy", "path_id"])
    return pd.DataFrame(index=index, columns=[column.name for column in STRANDED.columns])


def offer_table(
    fleets: Sequence[Fleet], sites: pd.Index, offered: Sequence[Flags], chosen: Flags
) -> pd.DataFrame:
    """Return where each energy is had, ``site_id`` × energy: chosen sites and those that exist."""
    offers = {fleet.layer.name: here for fleet, here in zip(fleets, offered, strict=True)}
    table = pd.DataFrame(offers, index=sites)
    return table[chosen | table.any(axis=1).to_numpy()]


def served_table(fleets: Sequence[Fleet], offered: Sequence[Flags]) -> pd.DataFrame:
    """Return by ``energy`` and for "all" what there is to serve, what is served [per day], and the shares."""
    rows = {}
    for fleet, here in zip(fleets, offered, strict=True):
        share = _served_share(fleet, are_driven(fleet.tours, here[fleet.tours.site]))
        total = fleet.relations.sum()
        served = fleet.relations.mul(share, axis=0).sum()
        rows[fleet.layer.name] = pd.concat([total, served.add_prefix("served_")])
    table = pd.DataFrame(rows).T.rename_axis("energy")
    table.loc["all"] = table.sum()
    for name in _SUMS:
        shares = (table[f"served_{name}"] / table[name]).where(table[name] > 0, 0.0)
        table[f"served_{name.removesuffix('_per_day')}_share"] = shares
    return table


def relation_table(fleets: Sequence[Fleet], offered: Sequence[Flags]) -> pd.DataFrame:
    """Return by ``energy`` and ``pair_id``: path_id taken, served_share, is_possible."""
    return pd.concat(
        {
            fleet.layer.name: _relations(fleet, are_driven(fleet.tours, here[fleet.tours.site]))
            for fleet, here in zip(fleets, offered, strict=True)
        },
        names=["energy"],
    )


def loss_table(
    fleets: Sequence[Fleet], sites: pd.Index, offered: Sequence[Flags], chosen: Flags
) -> pd.DataFrame:
    """Return by ``site_id`` and ``energy`` what is lost per day if a chosen site alone is removed."""
    rows = {}
    for fleet, here in zip(fleets, offered, strict=True):
        held = are_driven(fleet.tours, here[fleet.tours.site])
        for site in np.flatnonzero(chosen).tolist():
            lost = _served_share(fleet, held) - _served_share(fleet, _driven_without(fleet, here, held, site))
            rows[sites[site], fleet.layer.name] = fleet.relations.mul(lost, axis=0).sum()
    index = pd.MultiIndex.from_product([sites[chosen], [fleet.layer.name for fleet in fleets]])
    table = pd.DataFrame(rows, index=pd.Index(_SUMS)).T.reindex(index)
    return table.rename_axis(["site_id", "energy"])


def added_table(
    fleets: Sequence[Fleet], sites: pd.Index, case: Case, offered: Sequence[Flags]
) -> pd.DataFrame:
    """Return by ``site_id`` what would be served besides per day, were a site added with all energies it may.

    Read off the windows: a path is gained by a site that stands in all of its windows that are not met yet.
    With sites off the road that leaves out the leg to them, so figures may be a little high.
    """
    total = pd.DataFrame(0.0, index=sites, columns=list(_SUMS))
    for fleet, here, barred in zip(fleets, offered, case.offers.is_barred, strict=True):
        relation, site, share = _gained(fleet, here, ~(here | barred))
        for name in _SUMS:
            worth = fleet.relations[name].to_numpy(dtype=float)[relation] * share
            total[name] += np.bincount(site, worth, minlength=len(sites))
    return total


def reserve_table(
    fleets: Sequence[Fleet], sites: pd.Index, case: Case, chosen: Flags, *, most: int
) -> pd.DataFrame:
    """Return the best replacements of each chosen site alone, all others staying: what is lost with each.

    The other site takes over the same energies, within the limits. Replacements are ordered by the windows
    they would meet; the first of them are then driven, so what is lost is exact, but one that the windows
    rate too low may be missed. Sites that must be chosen have none.

    Parameters
    ----------
    fleets, sites, case
        The trucks, all candidates by id, and the question.
    chosen
        By column of the offers.
    most
        Replacements named for a site.

    Returns
    -------
    DataFrame by ``site_id`` and ``other_site_id``, least lost first: lost_credit (of the aim),
    lost_trips_per_day, lost_truck_km_per_day; below 0 where the replacement serves more.
    """
    offers, count = case.offers, len(sites)
    here = offers.offered(chosen)
    best = _earned(fleets, _driven(fleets, here))
    rows = []
    may_go = chosen[:count] & (offers.low[:count] == 0) & (most > 0)
    for site in np.flatnonzero(may_go).tolist():
        kept, rest = np.flatnonzero(chosen & (offers.site_of == site)), offers.without(chosen, site)
        there = offers.offered(rest)
        held = _driven(fleets, there)
        moves = [bool(one[site] and not other[site]) for one, other in zip(here, there, strict=True)]
        tried = []
        for other in _by_gain(fleets, case, there, moves):
            trial = rest.copy()
            trial[kept - site + other] = True
            if chosen[other] or not offers.keeps(trial):
                continue
            driven = [
                _driven_with(fleet, offered, had, other) if is_moved else had
                for fleet, offered, had, is_moved in zip(fleets, there, held, moves, strict=True)
            ]
            tried.append((sites[site], sites[other], *(best - _earned(fleets, driven))))
            if len(tried) == most + _TRIED:
                break
        rows += sorted(tried, key=lambda row: (row[2], row[1]))[:most]
    names = ["site_id", "other_site_id", "lost_credit", *(f"lost_{name}" for name in _SUMS)]
    return pd.DataFrame(rows, columns=names).set_index(["site_id", "other_site_id"])


def _by_gain(
    fleets: Sequence[Fleet], case: Case, offered: Sequence[Flags], moves: Sequence[bool]
) -> list[int]:
    """Return all sites by what one more would earn with the energies that move there."""
    gain = np.zeros(len(offered[0]))
    for fleet, there, barred, is_moved in zip(fleets, offered, case.offers.is_barred, moves, strict=True):
        if is_moved:
            relation, other, share = _gained(fleet, there, ~(there | barred))
            worth = np.zeros(len(fleet.relations))
            np.maximum.at(worth, fleet.ways.relation, fleet.ways.credit / fleet.paths["taken_share"])
            gain += np.bincount(other, worth[relation] * share, minlength=len(gain))
    return [int(site) for site in np.argsort(-gain, kind="stable")]


def _driven(fleets: Sequence[Fleet], offered: Sequence[Flags]) -> list[Flags]:
    return [
        are_driven(fleet.tours, here[fleet.tours.site]) for fleet, here in zip(fleets, offered, strict=True)
    ]


def _earned(fleets: Sequence[Fleet], driven: Sequence[Flags]) -> Floats:
    """Return the credit, trips and truck-km per day that are served."""
    sums = np.zeros(3)
    for fleet, is_driven in zip(fleets, driven, strict=True):
        share = _served_share(fleet, is_driven)
        by_name = [float(fleet.relations[name].to_numpy() @ share) for name in _SUMS]
        sums += [float(fleet.ways.best(is_driven).sum()), *by_name]
    return sums


def _gained(fleet: Fleet, offered: Flags, may: Flags) -> tuple[npt.NDArray[np.int64], ...]:
    """List relation, site and share of trips gained, for each relation that one more site serves better."""
    windows = fleet.ways.windows
    is_unmet = windows.sites @ offered.astype(float) == 0
    unmet = sparse.csr_array(windows.of_path.multiply(is_unmet[None, :]))[windows.is_possible]
    unmet.eliminate_zeros()
    hits = sparse.coo_array(unmet @ windows.sites)
    paths = np.flatnonzero(windows.is_possible)[hits.coords[0]]
    is_gained = (hits.data == unmet.sum(axis=1)[hits.coords[0]]) & may[hits.coords[1]]
    path, site = paths[is_gained], hits.coords[1][is_gained].astype(np.int64)
    held = _served_share(fleet, are_driven(fleet.tours, offered[fleet.tours.site]))
    relation = fleet.ways.relation[path]
    more = fleet.paths["taken_share"].to_numpy(dtype=float)[path] - held[relation]
    order = np.lexsort((-more, site, relation))
    relation, site, more = relation[order], site[order], more[order]
    key = relation * len(offered) + site
    is_best = (np.diff(key, prepend=-1) > 0) & (more > 0)
    return relation[is_best], site[is_best], more[is_best]


def _driven_without(fleet: Fleet, offered: Flags, held: Flags, site: int) -> Flags:
    """Return the paths that are driven if one site goes; only those that pass it can fall out."""
    left = offered & (np.arange(len(offered)) != site)
    return _driven_anew(fleet, left, held, np.unique(fleet.tours.path[fleet.tours.site == site]))


def _driven_with(fleet: Fleet, offered: Flags, held: Flags, site: int) -> Flags:
    """Return the paths that are driven if one site joins; only those that pass it and are not can come in."""
    passing = np.unique(fleet.tours.path[fleet.tours.site == site])
    more = offered | (np.arange(len(offered)) == site)
    return _driven_anew(fleet, more, held, passing[~held[passing]])


def _driven_anew(fleet: Fleet, offered: Flags, held: Flags, paths: npt.NDArray[np.int64]) -> Flags:
    """Return the paths that are driven, some of them driven anew."""
    few = fleet.tours.only(paths)
    is_driven = held.copy()
    is_driven[paths] = are_driven(few, offered[few.site])
    return is_driven


def _served_share(fleet: Fleet, is_driven: Flags) -> Floats:
    """Return by relation the share of its trips on the best of its driven paths."""
    share = fleet.paths["taken_share"].to_numpy(dtype=float)
    best = np.zeros(len(fleet.relations))
    np.maximum.at(best, fleet.ways.relation, np.where(is_driven, share, 0.0))
    return best


def _relations(fleet: Fleet, is_driven: Flags) -> pd.DataFrame:
    """Return for each relation the driven path that most would take; of equal ones the earliest."""
    share, relation = fleet.paths["taken_share"].to_numpy(dtype=float), fleet.ways.relation
    driven = np.flatnonzero(is_driven)
    order = driven[np.lexsort((-share[driven], relation[driven]))]
    best = order[np.diff(relation[order], prepend=-1) > 0]
    table = pd.DataFrame(
        {"path_id": fleet.paths.index[best], "served_share": share[best]},
        index=fleet.relations.index[relation[best]],
    ).reindex(fleet.relations.index)
    is_possible = np.zeros(len(table), dtype=bool)
    is_possible[relation[fleet.ways.windows.is_possible]] = True
    return table.fillna({"served_share": 0.0}).assign(is_possible=is_possible)
