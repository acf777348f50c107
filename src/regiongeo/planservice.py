"""How many trips of each energy get through with a station plan: in all, by relation, with another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.schema import validate
from regiongeo.siting.simulate import served_pairs, simulate
from regiongeo.tables import RELATION_SERVICE

if TYPE_CHECKING:
    from regiongeo.result import PlanFleet, StationPlan
    from regiongeo.siting.refuel import Refuelling
    from regiongeo.siting.trips import Trips

__all__ = ["SERVED", "count_service", "equal_sites", "hold_plan", "relation_service"]

SERVED = [f"{what}_{unit}_per_day" for what in ("served", "all") for unit in ("trips", "truck_km")]
"""Columns of SERVICE that tell how much of all trips and truck-km gets through."""


_NOTHING = 1e-6
"""Trips or truck-km a day that are none: what is lost is a difference of sums."""


def equal_sites(plan: StationPlan) -> dict[str, tuple[str, ...]]:
    """Name for each new site those that would serve exactly as much in its place, so that the id decided.

    They are the replacements (`StationPlan.reserves`) with which no trip and no truck-km is lost or won, all
    other sites staying; sites without any are left out, and so are locked ones.
    """
    is_equal = (plan.reserves.abs() <= _NOTHING).all(axis=1)
    found: dict[str, tuple[str, ...]] = {}
    for site, other in plan.reserves.index[is_equal]:
        found[site] = (*found.get(site, ()), other)
    return found


def count_service(fleet: PlanFleet, chosen: Refuelling, best: Refuelling, trips: Trips) -> pd.DataFrame:
    """Count trips by what becomes of them; ``best`` knows which of them no choice could serve."""
    every = _shortest(trips)
    free = fleet.free.groupby(_relation_of(fleet.free.index)).sum()
    told = best.relations.loc[fleet.energy]
    lost = fleet.trips.paths.drop_duplicates("pair_id").set_index("pair_id").loc[told.index]
    lost = lost.loc[~told["is_possible"].to_numpy(), "trips_per_day"]
    impossible = lost.groupby(_relation_of(lost.index)).sum()
    served = chosen.served.loc[fleet.energy].astype(float).to_dict()
    km = every["inside_km"]
    amounts = {
        "all": (every["trips_per_day"].sum(), (every["trips_per_day"] * km).sum()),
        "free": (free.sum(), (free * km.loc[free.index]).sum()),
        "impossible": (impossible.sum(), (impossible * km.loc[impossible.index]).sum()),
    }
    row: dict[str, float] = {
        "range_km": fleet.reach.range_km,
        "truck_share": fleet.truck_share,
        "depot_share": fleet.depot_share,
        "sites": int(chosen.offers.loc[list(chosen.sites), fleet.energy].sum()),
    }
    for place, unit in enumerate(("trips", "truck_km")):
        for words, pair in amounts.items():
            row[f"{words}_{unit}_per_day"] = float(pair[place]) * fleet.truck_share
        row[f"served_{unit}_per_day"] = row[f"free_{unit}_per_day"] + served[f"served_{unit}_per_day"]
    return pd.DataFrame([row], index=pd.Index([fleet.energy], name="energy"))


def relation_service(
    fleets: list[PlanFleet], chosen: Refuelling, trips: Trips, relations: pd.DataFrame
) -> pd.DataFrame:
    """Sum by places at both ends which trips get through."""
    parts = {fleet.energy: _served_relations(fleet, chosen, trips, relations) for fleet in fleets}
    return validate(pd.concat(parts, names=["energy"]), RELATION_SERVICE)


def hold_plan(plan: StationPlan, under: StationPlan) -> pd.DataFrame:
    """Count who would get through with the sites of one plan where trucks and roads are those of another.

    Every round trip is driven anew with what the sites offer and the stations that exist there; nothing is
    chosen. Sites that are no candidates there serve nobody.

    Parameters
    ----------
    plan
        Whose new sites, and what they offer, are held.
    under
        Whose trucks, ranges, shares and existing stations count. Held against itself it serves what its own
        ``service`` says.

    Returns
    -------
    DataFrame by ``energy``, those of ``under``: served_trips_per_day and served_truck_km_per_day, free ones
    included, and all_trips_per_day and all_truck_km_per_day [per day].
    """
    new = plan.offers.index[~plan.offers["is_existing"]]
    rows = {}
    for fleet in under.fleets:
        sites = [site for site, energy in new if energy == fleet.energy]
        drives = simulate(fleet.trips, [*fleet.existing, *sites], reach=fleet.reach)
        through = served_pairs(fleet.trips, drives)["trips_per_day"] * fleet.truck_share
        km = _shortest(fleet.trips)["inside_km"].loc[through.index]
        row = under.service.loc[fleet.energy]
        rows[fleet.energy] = {
            "served_trips_per_day": row["free_trips_per_day"] + through.sum(),
            "served_truck_km_per_day": row["free_truck_km_per_day"] + (through * km).sum(),
            "all_trips_per_day": row["all_trips_per_day"],
            "all_truck_km_per_day": row["all_truck_km_per_day"],
        }
    return pd.DataFrame.from_dict(rows, orient="index", columns=SERVED).rename_axis("energy").astype(float)


def _served_relations(
    fleet: PlanFleet, chosen: Refuelling, trips: Trips, relations: pd.DataFrame
) -> pd.DataFrame:
    every = _shortest(trips)
    told = chosen.relations.loc[fleet.energy]
    volume = fleet.trips.paths.drop_duplicates("pair_id").set_index("pair_id")["trips_per_day"]
    through = volume.loc[told.index] * told["served_share"]
    by_pair = pd.concat([fleet.free, through])
    through = by_pair.groupby(_relation_of(by_pair.index)).sum().reindex(every.index, fill_value=0.0)
    ends = np.sort(relations.loc[every.index, ["one_end", "other_end"]].to_numpy(dtype=object), axis=1)
    volume = every["trips_per_day"] * fleet.truck_share
    table = pd.DataFrame(
        {
            "one_end": ends[:, 0],
            "other_end": ends[:, 1],
            "trips_per_day": volume,
            "through": through * fleet.truck_share,
            "km": volume * every["km"],
            "truck_km_per_day": volume * every["inside_km"],
        }
    )
    total = table.groupby(["one_end", "other_end"]).sum()
    return pd.DataFrame(
        {
            "trips_per_day": total["trips_per_day"],
            "served_share": (total["through"] / total["trips_per_day"]).clip(0, 1),
            "km": total["km"] / total["trips_per_day"],
            "truck_km_per_day": total["truck_km_per_day"],
        }
    )


def _shortest(trips: Trips) -> pd.DataFrame:
    """Return the shortest path of each relation, whose kilometres count, as in the choice of sites."""
    paths = trips.paths.sort_index().sort_values("km", kind="stable")
    return paths.drop_duplicates("pair_id").set_index("pair_id").sort_index()


def _relation_of(split: pd.Index[str]) -> pd.Index[str]:
    """Name the relation a split one comes from."""
    return split.str.rsplit("|", n=1).str[0]
