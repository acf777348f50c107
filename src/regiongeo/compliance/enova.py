"""Enova's rules for charging of heavy vehicles along the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.compliance.qualify import (
    FAILS,
    NOT_KNOWN,
    PASSES,
    at_least,
    at_most,
    is_true,
    join_grades,
    verdicts,
)
from regiongeo.routing import cost_matrix
from regiongeo.schema import validate
from regiongeo.tables import ENOVA_STATUS

if TYPE_CHECKING:
    from regiongeo.compliance.rules import EnovaRules
    from regiongeo.network import Network

__all__ = ["check_enova"]

_EQUIPMENT = ("power_kw", "points_350kw", "is_open_to_heavy")


def check_enova(
    network: Network, sites: pd.DataFrame, pools: pd.DataFrame, *, rules: EnovaRules
) -> pd.DataFrame:
    """Say for each site or pool whether it keeps Enova's rules, and what is missing.

    Keys: ``access`` (driving distance from a national road), ``spacing`` (distance by road to other supported
    stations), ``points``, ``power``, ``open`` (public, above 3.5 t).

    Parameters
    ----------
    network
        Cut at the sites and pools.
    sites
        Schema EXITS, by site or pool; with ``power_kw``, ``points_350kw`` and ``is_open_to_heavy`` where
        they are known or planned.
    pools
        Schema POOLS, all that stand or are decided. A pool nearer than the spacing fails a site if Enova
        supported it, and leaves it not known if that is unknown. Without any pool the spacing is not known.
    rules
        From `enova_rules`.

    Returns
    -------
    Schema ENOVA_STATUS by ``site_id``, sorted.

    Notes
    -----
    The shortest road counts, so that a spacing is found too short sooner than too long; straight distances
    from the road to a site are left out. Rules change from call to call.
    """
    known = sites.reindex(columns=[*sites.columns, *(name for name in _EQUIPMENT if name not in sites)])
    spacing = _spacing(network, sites, pools, least_km=rules.spacing_km)
    location = {
        "access": at_most(known["national_km"].fillna(np.inf), rules.access_km),
        "spacing": spacing["grade"],
    }
    equipment = {
        "points": at_least(known["points_350kw"], rules.points_350kw),
        "power": at_least(known["power_kw"], rules.power_kw),
        "open": is_true(known["is_open_to_heavy"]),
    }
    every = join_grades({**location, **equipment})
    table = pd.DataFrame(
        {
            "status": verdicts(every.grade),
            "location": verdicts(join_grades(location).grade),
            "equipment": verdicts(join_grades(equipment).grade),
            "fails": every.fails,
            "not_known": every.not_known,
            "national_km": known["national_km"],
            "nearest_km": spacing["nearest_km"],
            "nearest_pool_id": spacing["nearest_pool_id"],
            "missing_kw": (rules.power_kw - known["power_kw"]).clip(lower=0),
            "missing_points": (rules.points_350kw - known["points_350kw"]).clip(lower=0),
        }
    )
    return validate(table.rename_axis("site_id").sort_index(), ENOVA_STATUS)


def _spacing(network: Network, sites: pd.DataFrame, pools: pd.DataFrame, *, least_km: float) -> pd.DataFrame:
    """Grade the spacing of each site; and the nearest other pool that could be supported."""
    may = pools["has_charging"].fillna(value=True) & pools["is_enova_supported"].fillna(value=True)
    other = pools[may.astype(bool)].sort_index()
    km = _road_km(network, sites, other)
    is_supported = other["is_enova_supported"].fillna(value=False).to_numpy(dtype=bool)
    is_close = (km < least_km).to_numpy()
    grade = np.select(
        [is_close[:, is_supported].any(axis=1), is_close.any(axis=1)], [FAILS, NOT_KNOWN], PASSES
    )
    nearest = km.assign(**{"": np.inf}).min(axis=1)
    table = pd.DataFrame(
        {"grade": grade if len(pools) else NOT_KNOWN, "nearest_km": nearest}, index=sites.index
    )
    table["nearest_pool_id"] = km.assign(**{"": np.inf}).idxmin(axis=1).astype("str")
    return table.assign(
        nearest_km=nearest.where(np.isfinite(nearest)),
        nearest_pool_id=table["nearest_pool_id"].where(np.isfinite(nearest)),
    )


def _road_km(network: Network, sites: pd.DataFrame, pools: pd.DataFrame) -> pd.DataFrame:
    """Shortest road from each site (rows) to each pool [km]; from a pool to itself it is inf."""
    cost = cost_matrix(network, sites["node_id"], pools["node_id"], weight="length_m") / 1000
    cost = cost.set_axis(sites.index, axis="index").set_axis(pools.index, axis="columns")
    is_itself = sites.index.to_numpy()[:, None] == pools.index.to_numpy()[None, :]
    return cost.mask(is_itself, np.inf)
