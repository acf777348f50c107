"""The whole rule check in one call: roads, pools, sites, urban nodes, Enova, and what readers must know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regiongeo.compliance.afir import check_roads, gain_by_site
from regiongeo.compliance.corridor import build_corridors
from regiongeo.compliance.enova import check_enova
from regiongeo.compliance.facts import Fact
from regiongeo.compliance.qualify import check_pools
from regiongeo.compliance.rules import afir_rules, enova_rules, unverified_rules
from regiongeo.compliance.totals import meet_shares, sum_roads
from regiongeo.compliance.urban import check_urban_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd

    from regiongeo.network import Network

__all__ = ["RuleCheck", "check_rules"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RuleCheck:
    """What the rules say of roads, pools and sites."""

    rules: pd.DataFrame
    """Schema AFIR_RULES."""
    road_status: gpd.GeoDataFrame
    """Schema ROAD_STATUS: red and green pieces of road, all TEN-T roads on the map."""
    road_km: pd.DataFrame
    """Schema ROAD_KM, by road and municipality."""
    shares: pd.DataFrame
    """Schema ROAD_SHARES for all TEN-T roads on the map."""
    region_shares: pd.DataFrame
    """Schema ROAD_SHARES for the roads of the region."""
    pool_status: pd.DataFrame
    """Schema POOL_STATUS."""
    site_gain: pd.DataFrame
    """Schema SITE_GAIN, kilometres of the region."""
    urban_nodes: pd.DataFrame
    """Schema URBAN_NODES."""
    enova_pools: pd.DataFrame
    """Schema ENOVA_STATUS of the pools."""
    enova_sites: pd.DataFrame
    """Schema ENOVA_STATUS of the sites."""
    municipality_ids: pd.Index
    """The region."""
    notices: tuple[Fact, ...]
    """What the reader of any of this must know."""


def check_rules(
    network: Network,
    *,
    pools: pd.DataFrame,
    sites: pd.DataFrame,
    assumptions: pd.DataFrame,
    heavy_aadt: pd.Series,
    municipality_ids: pd.Index,
    beyond: pd.DataFrame | None = None,
    sections: pd.DataFrame | None = None,
) -> RuleCheck:
    """Check AFIR along the roads and in urban nodes, and Enova's rules, for what stands and what could.

    Parameters
    ----------
    network
        Road network, cut at sites and pools.
    pools
        Schema POOLS (`build_pools`); empty if no station is known.
    sites
        Schema EXITS (`find_exits`) of the candidate sites.
    assumptions
        Rules stand under ``rule.``; a scenario may have changed values.
    heavy_aadt
        Vehicles of 5.6 m and more per day by link of the network before it was cut.
    municipality_ids
        The region, for ``region_shares`` and ``site_gain``.
    beyond
        Schema EXITS of the gateways (`gateway_exits`), behind which a pool is assumed; None: none is.
    sections
        Schema TRAFFIC_SECTIONS, to name where the class of a road was corrected.

    Raises
    ------
    AssumptionError
        If a rule is missing or stated in another unit.
    DataError
        If there is no TEN-T road, or the pools or sites were placed on another network.
    """
    rules = afir_rules(assumptions)
    corridors = build_corridors(network, heavy_aadt)
    road_status = check_roads(corridors, pools, rules=rules, beyond=beyond)
    pool_status = check_pools(pools, corridors, rules=rules)
    enova = enova_rules(assumptions)
    return RuleCheck(
        rules=rules,
        road_status=road_status,
        road_km=sum_roads(road_status),
        shares=meet_shares(road_status, corridors, rules=rules),
        region_shares=meet_shares(road_status, corridors, rules=rules, municipality_ids=municipality_ids),
        pool_status=pool_status,
        site_gain=gain_by_site(
            corridors, pools, sites, rules=rules, beyond=beyond, municipality_ids=municipality_ids
        ),
        urban_nodes=check_urban_nodes(pools, assumptions),
        enova_pools=check_enova(network, pools, pools, rules=enova),
        enova_sites=check_enova(network, sites, pools, rules=enova),
        municipality_ids=municipality_ids,
        notices=tuple(_notices(pools, pool_status, rules, assumptions, beyond=beyond, sections=sections)),
    )


def _notices(
    pools: pd.DataFrame,
    pool_status: pd.DataFrame,
    rules: pd.DataFrame,
    assumptions: pd.DataFrame,
    *,
    beyond: pd.DataFrame | None,
    sections: pd.DataFrame | None,
) -> Iterator[Fact]:
    yield Fact("afir_yardstick")
    if not len(pools):
        yield Fact("pools_missing")
    charging = pool_status[pool_status.index.get_level_values("requirement") == "charging"]
    unsure = charging[(charging["status"] == "not_known") & charging["is_own_class"]]
    unsure_ids = unsure.index.get_level_values("pool_id").unique()
    if len(unsure_ids):
        yield Fact("pools_not_known", {"count": len(unsure_ids), "names": ", ".join(unsure_ids)})
    yield Fact("direction_not_known" if pools["side"].isna().all() else "direction_known")
    beyond_km = float(rules.xs("charging")["beyond_km"].iloc[0])
    yield Fact("beyond_none") if beyond is None else Fact("beyond_assumed", {"km": beyond_km})
    yield Fact("heavy_proxy")
    if sections is not None and (corrected := sections[sections["tent"] != sections["tent_reported"]]).size:
        yield Fact("class_corrected", {"names": ", ".join(corrected["name"])})
    yield Fact("parking_no_data")
    yield Fact("power_relief_unused")
    yield Fact("enova_by_call")
    yield Fact("rules_to_verify", {"count": len(unverified_rules(assumptions))})
