"""Where the tables of a workshop agree, and where they do not: votes, marks, weights, rankings, places."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.stats import kendalltau

from regiongeo.ranking import rank_sites
from regiongeo.workshop.records import MARKS

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = [
    "SAME_PLACE_M",
    "TOPS",
    "common_sites",
    "count_opinions",
    "find_places",
    "kendall_w",
    "rank_by_table",
    "rank_correlations",
    "spread_of_weights",
    "weight_shares",
]

SAME_PLACE_M = 250.0
"""Proposals of different tables that are no farther apart are the same place [m]."""
TOPS = (5, 10)
"""How many of the best sites count as a table's top."""


def count_opinions(opinions: pd.DataFrame) -> pd.DataFrame:
    """Count what the tables say about each site or proposal.

    Parameters
    ----------
    opinions
        One row for each table and ``site_id``: table, votes, mark, note, besides others.

    Returns
    -------
    DataFrame by ``site_id``: tables that say anything, votes, the number of tables with each mark (aktuell,
    uaktuell, undersok), notes, and is_disputed: both aktuell and uaktuell.
    """
    rows = opinions.reset_index()
    marks = {mark: (rows["mark"] == mark).astype("int64") for mark in MARKS}
    counted = rows[["site_id", "votes"]].assign(
        tables=((rows["votes"] > 0) | rows["mark"].notna() | (rows["note"] != "")).astype("int64"),
        **marks,
        notes=(rows["note"] != "").astype("int64"),
    )
    table = counted.groupby("site_id", sort=True).sum()[["tables", "votes", *MARKS, "notes"]].astype("int64")
    return table.assign(is_disputed=(table["aktuell"] > 0) & (table["uaktuell"] > 0))


def weight_shares(weights: pd.DataFrame) -> pd.DataFrame:
    """Return the weights of each table in per cent of its sum, tables × criteria [%]; rows sum to 100."""
    return weights.div(weights.sum(axis=1), axis=0) * 100


def spread_of_weights(shares: pd.DataFrame) -> pd.DataFrame:
    """Return mean, lowest, highest and spread (highest - lowest) of the tables' shares, by criterion [%]."""
    low, high = shares.min(), shares.max()
    spread = pd.DataFrame({"mean": shares.mean(), "lowest": low, "highest": high, "spread": high - low})
    return spread.rename_axis("criterion")


def rank_by_table(values: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Rank the sites by the weights of each table; ties by id.

    Parameters
    ----------
    values
        Values 0-1, sites × criteria; NaN is "no data".
    weights
        Weights of the tables, tables × criteria, any scale.

    Returns
    -------
    DataFrame of ranks, sites × tables. A table whose weights all stand on criteria without data is left out.
    """
    known = values.columns[values.notna().any()]
    usable = weights[weights[known].sum(axis=1) > 0]
    ranks = {
        str(table): rank_sites(values, row, draws=1, factor_low=1.0, factor_high=1.0, seed=0)["rank"]
        for table, row in usable.iterrows()
    }
    return pd.DataFrame(ranks, index=values.index, columns=[*ranks], dtype="int64")


def common_sites(ranks: pd.DataFrame) -> pd.DataFrame:
    """Say how the tables' weights place each site.

    Returns
    -------
    DataFrame by ``site_id``: rank_best and rank_worst of the tables, and for each top of `TOPS` the number of
    tables that have the site in it (``tables_top_5``) and whether all have (``is_top_5_of_all``). Empty
    without tables.
    """
    if ranks.empty:
        return pd.DataFrame(index=ranks.index[:0])
    found = pd.DataFrame({"rank_best": ranks.min(axis=1), "rank_worst": ranks.max(axis=1)})
    for top in TOPS:
        inside = (ranks <= top).sum(axis=1)
        found = found.assign(
            **{f"tables_top_{top}": inside, f"is_top_{top}_of_all": inside == ranks.shape[1]}
        )
    return found


def kendall_w(ranks: pd.DataFrame) -> float | None:
    """Return Kendall's coefficient of concordance of the tables' rankings [0-1]; None below two of either.

    ``W = 12 S / (m² (n³ - n))`` with ``m`` tables, ``n`` sites and ``S`` the squared deviations of the sites'
    rank sums from their mean; 1 is the same ranking at every table, 0 no agreement. The ranks have no ties.

    References
    ----------
    Kendall, M. G. & Babington Smith, B. (1939). The problem of m rankings. Ann. Math. Stat. 10(3), 275-287.
    """
    sites, tables = ranks.shape
    if min(sites, tables) < 2:  # noqa: PLR2004
        return None
    sums = ranks.sum(axis=1)
    deviation = float(((sums - sums.mean()) ** 2).sum())
    return 12 * deviation / (tables**2 * (sites**3 - sites))


def rank_correlations(ranks: pd.DataFrame) -> pd.DataFrame:
    """Return Kendall's tau of every pair of tables' rankings, tables × tables [-1 to 1]."""
    names = list(ranks.columns)
    table = pd.DataFrame(np.eye(len(names)), index=names, columns=names)
    if len(ranks) < 2:  # noqa: PLR2004
        return table
    for one, other in combinations(names, 2):
        tau = float(kendalltau(ranks[one], ranks[other]).statistic)
        table.loc[one, other] = table.loc[other, one] = tau
    return table


def find_places(proposals: gpd.GeoDataFrame, *, within_m: float = SAME_PLACE_M) -> pd.Series:
    """Group proposals of different tables that overlap or lie near each other: "the same place".

    Two proposals of one table are alternatives and never joined by themselves, but a third one of another
    table near both joins all three. The groups are the connected components.

    Parameters
    ----------
    proposals
        Proposals by ``site_id`` with ``table``, in EPSG:25832.
    within_m
        Largest distance of two proposals of the same place [m].

    Returns
    -------
    Series ``place_id`` on the index of ``proposals``: the smallest ``site_id`` of the group.
    """
    if proposals.empty:
        return pd.Series([], index=proposals.index, dtype="str", name="place_id")
    ordered = proposals.sort_index(kind="stable")
    shapes, tables = ordered.geometry.to_numpy(), ordered["table"].to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=within_m)
    apart = tables[left] != tables[right]
    near = sparse.coo_array(
        (np.ones(int(apart.sum())), (left[apart], right[apart])), shape=(len(ordered),) * 2
    )
    _, group = sparse.csgraph.connected_components(near, directed=False)
    ids = pd.Series(ordered.index, index=ordered.index)
    return ids.groupby(group).transform("min").reindex(proposals.index).astype("str").rename("place_id")
