"""Sums over the pieces of road: by road and municipality, and against the share required."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.compliance.afir import near_km
from regiongeo.schema import validate
from regiongeo.tables import ROAD_KM, ROAD_SHARES

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from regiongeo.compliance.corridor import Corridors

__all__ = ["meet_shares", "sum_roads"]

_NOWHERE = "none"
_TOLERANCE = 1e-9
_TOLERANCE_KM = 1e-5
_COLUMN = {"yes": "covered_km", "not_known": "not_known_km", "no": "missing_km"}


def sum_roads(road_status: gpd.GeoDataFrame) -> pd.DataFrame:
    """Sum kilometres by requirement, deadline, direction, road, municipality and class.

    Parameters
    ----------
    road_status
        Schema ROAD_STATUS.

    Returns
    -------
    Schema ROAD_KM; pieces in no municipality stand under "none".
    """
    named = road_status.assign(municipality_id=road_status["municipality_id"].fillna(_NOWHERE))
    return validate(_sums(named, list(ROAD_KM.index)), ROAD_KM)


def meet_shares(
    road_status: gpd.GeoDataFrame,
    corridors: Corridors,
    *,
    rules: pd.DataFrame,
    municipality_ids: pd.Index | None = None,
) -> pd.DataFrame:
    """Compare the covered share of the length with the share required, both classes of road together.

    Parameters
    ----------
    road_status
        Schema ROAD_STATUS.
    corridors
        The roads it was made on.
    rules
        Schema AFIR_RULES.
    municipality_ids
        Count pieces in these municipalities only; pools elsewhere still serve them. All if None.

    Returns
    -------
    Schema ROAD_SHARES; no row where there is no such road. ``least_pools`` is a lower bound: a covered piece
    lies within half its distance of a pool, so ``n >= (share * km - near_if_km) / B`` with B the longest
    length of road within half the distance of one node; and, where all must be covered, the pieces so far
    apart that no two share a pool. It says how many can not be enough, never that so many are.

    Notes
    -----
    AFIR asks for shares of a country's network; the share of a region is a yardstick. The bound supposes
    that new pools stand at nodes of the cut network (junctions, candidate sites).
    """
    table = road_status
    if municipality_ids is not None:
        table = table[table["municipality_id"].isin(municipality_ids)]
    keys = list(ROAD_SHARES.index)
    sums = _sums(table, keys)
    sums["near_if_km"] = table.groupby(level=keys)["near_if_km"].sum()
    asked = rules["share"].groupby(level=["requirement", "deadline"]).max()
    share = np.array([asked[key[:2]] for key in sums.index])
    is_met = np.select(
        [sums["ratio"] >= share - _TOLERANCE, sums["ratio_if"] >= share - _TOLERANCE],
        ["yes", "not_known"],
        "no",
    )
    least_pools = pd.Series(0, index=sums.index)
    for key, required in zip(sums.index[is_met == "no"], share[is_met == "no"], strict=True):
        least_pools[key] = _least_pools(table.loc[key], corridors, share=required)
    result = sums.assign(required_share=share, is_met=is_met, least_pools=least_pools)
    return validate(result, ROAD_SHARES)


def _sums(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Sum km, by verdict and near a pool, and the ratios."""
    flat = pd.DataFrame(table.drop(columns="geometry")).reset_index()
    km = flat.groupby(keys)[["km", "near_km"]].sum()
    by_verdict = flat.pivot_table(
        index=keys, columns="is_covered", values="km", aggfunc="sum", fill_value=0.0
    )
    parts = by_verdict.reindex(columns=list(_COLUMN), fill_value=0.0).rename(columns=_COLUMN)
    sums = km.join(pd.DataFrame(parts.to_numpy(), index=parts.index, columns=list(parts)))
    ratio = sums["covered_km"] / sums["km"]
    ratio_if = (sums["covered_km"] + sums["not_known_km"]) / sums["km"]
    return sums.assign(ratio=ratio.clip(upper=1.0), ratio_if=ratio_if.clip(upper=1.0))


def _least_pools(part: pd.DataFrame, corridors: Corridors, *, share: float) -> int:
    """Bound from below how many more pools cover this share of the pieces; at least one, as it is not met."""
    rows = corridors.links.index.get_indexer(part.index)
    km, spacing_km = part["km"].to_numpy(), part["spacing_km"].to_numpy()
    near = near_km(
        corridors.from_km[rows], corridors.to_km[rows], km=km[:, None], spacing_km=spacing_km[:, None]
    )
    lacking = share * km.sum() - part["near_if_km"].sum()
    by_length = int(np.ceil(lacking / near.sum(axis=0).max() - _TOLERANCE))
    is_bare = part["near_if_km"].to_numpy() == 0
    by_distance = _far_apart(corridors, rows[is_bare], spacing_km[is_bare]) if share == 1 else 0
    return max(1, by_length, by_distance)


def _far_apart(corridors: Corridors, rows: NDArray[np.intp], spacing_km: NDArray[np.float64]) -> int:
    """Count pieces so far apart that no pool lies within half the distance of the middles of two."""
    links = corridors.links.iloc[rows]
    ends = [corridors.nodes.get_indexer(links[name]) for name in ("from_node", "to_node")]
    ways = [cost[np.ix_(rows, end)] for cost in (corridors.from_km, corridors.to_km) for end in ends]
    half_km = links["km"].to_numpy() / 2
    apart_km = np.minimum.reduce(ways) + half_km + half_km[:, None]
    is_shared = apart_km <= (spacing_km + spacing_km[:, None]) / 2 + _TOLERANCE_KM
    np.fill_diagonal(is_shared, val=True)
    is_left, chosen = np.ones(len(rows), dtype=bool), 0
    for row in np.argsort(is_shared.sum(axis=1), kind="stable"):
        if is_left[row]:
            chosen += 1
            is_left &= ~is_shared[row]
    return chosen
