"""AFIR and Enova held against the station plan: what stands and what is planned, as pools."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from regiongeo.compliance import build_pools, check_rules, find_exits, gateway_exits
from regiongeo.stationplan import station_site
from regiongeo.tables import offered_energies

if TYPE_CHECKING:
    from regiongeo.compliance import RuleCheck
    from regiongeo.distances import Distances
    from regiongeo.result import StationPlan
    from regiongeo.tables import ReferenceData

__all__ = ["check_plan"]

_HAS = {"battery": "has_charging", "hydrogen": "has_hydrogen", "biogas": "has_biogas"}


def check_plan(
    distances: Distances,
    sites: gpd.GeoDataFrame,
    stations: gpd.GeoDataFrame,
    plan: StationPlan | None,
    *,
    heavy_aadt: pd.Series[float],
    region: gpd.GeoDataFrame,
    reference: ReferenceData,
) -> tuple[RuleCheck, RuleCheck]:
    """Hold the rules against what stands and the station plan together, and against what stands alone.

    Parameters
    ----------
    distances
        Candidate sites and existing stations on one network.
    sites, stations
        Schemas SITES and STATIONS of the same.
    plan
        The station plan, if there is one; its stations are of the size it gives them.
    heavy_aadt
        Vehicles of 5.6 m and more per day, by link of the uncut network.
    region
        Members by municipality_id.
    reference
        Shipped tables, the rules among the assumptions.

    Returns
    -------
    The check of both together, in which ``site_gain`` says what a site closes beside what stands today; and
    the check of what stands today.

    Notes
    -----
    The user's file holds stations for heavy vehicles, so all of them are taken to be open to these. Planned
    stations are taken to serve both directions besides; whoever builds sees to that. An existing station that
    has the id of a site is the pool ``station/<station_id>``.
    """
    network = distances.network
    exits = find_exits(network, distances.node_of, distances.offset_m)
    pools = _existing_pools(distances, stations, reference)
    pools = pools.rename(index={one: station_site(one) for one in pools.index.intersection(sites.index)})

    def check(pools: pd.DataFrame) -> RuleCheck:
        return check_rules(
            network,
            pools=pools,
            sites=exits,
            assumptions=reference.assumptions,
            heavy_aadt=heavy_aadt,
            municipality_ids=region.index,
            beyond=gateway_exits(network, reference.gateways),
            sections=reference.traffic_sections,
        )

    today = check(pools)
    if plan is None or not plan.sites:
        return today, today
    planned = check(pd.concat([pools, _planned_pools(plan, sites, exits, reference)]).sort_index())
    return replace(planned, site_gain=today.site_gain), today


def _existing_pools(
    distances: Distances, stations: gpd.GeoDataFrame, reference: ReferenceData
) -> pd.DataFrame:
    exits = find_exits(distances.network, distances.station_node, distances.station_offset_m)
    known = stations[["power_kw", "points_350kw", "geometry"]].join(_flags(offered_energies(stations)))
    known = known.assign(is_open_to_heavy=pd.Series(data=True, index=stations.index, dtype="boolean"))
    return build_pools(known, exits, municipalities=reference.municipalities)


def _planned_pools(
    plan: StationPlan, sites: gpd.GeoDataFrame, exits: pd.DataFrame, reference: ReferenceData
) -> pd.DataFrame:
    """Make pools of the plan's sites, of the size the plan gives them."""
    chosen = pd.Index(plan.sites, name="site_id")
    charging, hydrogen = (
        _of_energy(plan.sizes, energy).reindex(chosen) for energy in ("battery", "hydrogen")
    )
    offered = {energy: chosen.isin(_of_energy(plan.offers, energy).index) for energy in _HAS}
    planned = gpd.GeoDataFrame(
        {
            "power_kw": 1000 * charging["installed_mw"],
            "points_350kw": charging["points"].astype(float),
            "hydrogen_kg_d": hydrogen["fuel_kg_d"],
            **_flags(pd.DataFrame(offered, index=chosen)),
            "is_open_to_heavy": pd.Series(data=True, index=chosen, dtype="boolean"),
            "side": pd.Series("both", index=chosen, dtype="str"),
            "status": pd.Series("planned", index=chosen, dtype="str"),
        },
        geometry=sites.geometry.loc[chosen],
    )
    return build_pools(planned, exits.loc[chosen], municipalities=reference.municipalities)


def _of_energy(table: pd.DataFrame, energy: str) -> pd.DataFrame:
    return table[table.index.get_level_values("energy") == energy].droplevel("energy")


def _flags(offered: pd.DataFrame) -> pd.DataFrame:
    return offered.rename(columns=_HAS).astype("boolean")
