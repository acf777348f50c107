"""What a choice of refuelling sites means for each energy, relation and site, found by driving the trips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from regiongeo.siting.simulate import simulate
from regiongeo.siting.tours import are_driven
from regiongeo.siting.trips import Trips
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
    "served_table",
]

_SUMS = ("trips_per_day", "truck_km_per_day")


def impossible_paths(fleets: Sequence[Fleet], sites: pd.Index) -> pd.DataFrame:
    """Tell where trucks strand on paths that no choice serves: by ``energy`` and ``path_id``, as STRANDED."""
    parts = {}
    for fleet in fleets:
        paths = fleet.paths[~fleet.ways.windows.is_possible]
        if len(paths):
            stops = fleet.layer.trips.stops
            stops = stops[stops.index.get_level_values("path_id").isin(paths.index)]
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
    touched = np.unique(fleet.tours.path[fleet.tours.site == site])
    few = fleet.tours.only(touched)
    is_driven = held.copy()
    is_driven[touched] = are_driven(few, left[few.site])
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
