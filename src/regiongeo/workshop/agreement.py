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
    "names_by",
    "rank_correlations",
    "rank_tables",
    "ranks_of",
    "spread_of_weights",
    "tell_disagreement",
    "verdicts",
    "weight_shares",
]

SAME_PLACE_M = 250.0
"""Proposals of different tables that are no farther apart are the same place [m]."""
TOPS = (5, 10)
"""How many of the best sites count as a table's top."""
_RANK_KINDS = {
    **dict.fromkeys(("rank", "rank_low", "rank_high"), "int64"),
    **dict.fromkeys(("score", "top5_share"), "float64"),
}


def count_opinions(opinions: pd.DataFrame) -> pd.DataFrame:
    """Count what the tables say about each site or proposal.

    Parameters
    ----------
    opinions
        One row for each table and ``site_id``: table, votes, mark, note, besides others.

    Returns
    -------
    DataFrame by ``site_id``: tables that say anything, votes, the number of tables with each mark (aktuell,
    uaktuell, undersok) and their names (aktuell_by …), notes, and is_disputed: both aktuell and uaktuell.
    """
    rows = opinions.reset_index()
    marks = {mark: (rows["mark"] == mark).astype("int64") for mark in MARKS}
    counted = rows[["site_id", "votes"]].assign(
        tables=((rows["votes"] > 0) | rows["mark"].notna() | (rows["note"] != "")).astype("int64"),
        **marks,
        notes=(rows["note"] != "").astype("int64"),
    )
    table = counted.groupby("site_id", sort=True).sum()[["tables", "votes", *MARKS, "notes"]].astype("int64")
    return table.assign(
        **{f"{mark}_by": names_by(rows[rows["mark"] == mark], "site_id", table.index) for mark in MARKS},
        is_disputed=(table["aktuell"] > 0) & (table["uaktuell"] > 0),
    )


def verdicts(opinions: pd.DataFrame) -> pd.Series:
    """Return what the tables say of each site together.

    Parameters
    ----------
    opinions
        Number of tables with each mark, by site, as from `count_opinions`.

    Returns
    -------
    Series of ``disputed`` (both possible and not possible), ``undersok`` (a table wants it examined),
    ``aktuell`` or ``uaktuell`` (all marks are this one), or ``unmarked``.
    """
    possible, impossible, unsure = (opinions[mark].fillna(0) > 0 for mark in MARKS)
    told = pd.Series("unmarked", index=opinions.index, dtype="str")
    told = told.mask(possible, "aktuell").mask(impossible, "uaktuell").mask(unsure, "undersok")
    return told.mask(possible & impossible, "disputed")


def names_by(rows: pd.DataFrame, key: str, index: pd.Index) -> pd.Series:
    """Name the tables of the rows of each ``key``, each once, in order of name; none is an empty text."""
    named = rows.drop_duplicates([key, "table"]).sort_values("table", kind="stable")
    return named.groupby(key)["table"].agg("; ".join).reindex(index).fillna("").astype("str")


def tell_disagreement(placed: pd.DataFrame, is_disputed: pd.Series, *, tables: int) -> pd.Series:
    """Say of each site whether the tables part by their weights, by their opinions, or by both.

    Parameters
    ----------
    placed
        As from `common_sites`, on the sites asked for; it may be empty.
    is_disputed
        Whether one table calls the site possible and another one not.
    tables
        How many tables were ranked by their weights.

    Returns
    -------
    Series of ``weights`` (in the top 10 of some tables, but not of all), ``opinions``, ``weights,opinions``
    or an empty text.
    """
    inside = placed.get(f"tables_top_{max(TOPS)}", pd.Series(0, index=is_disputed.index)).fillna(0)
    told = {"weights": (inside > 0) & (inside < tables), "opinions": is_disputed}
    rows = zip(*(told[name].astype(bool) for name in told), strict=True)
    words = [",".join(name for name, is_so in zip(told, row, strict=True) if is_so) for row in rows]
    return pd.Series(words, index=is_disputed.index, dtype="str")


def weight_shares(weights: pd.DataFrame) -> pd.DataFrame:
    """Return the weights of each table in per cent of its sum, tables × criteria [%]; rows sum to 100."""
    return weights.div(weights.sum(axis=1), axis=0) * 100


def spread_of_weights(shares: pd.DataFrame) -> pd.DataFrame:
    """Return mean, lowest, highest and spread (highest - lowest) of the tables' shares, by criterion [%]."""
    low, high = shares.min(), shares.max()
    spread = pd.DataFrame({"mean": shares.mean(), "lowest": low, "highest": high, "spread": high - low})
    return spread.rename_axis("criterion")


def rank_tables(
    values: pd.DataFrame,
    weights: pd.DataFrame,
    *,
    draws: int,
    factor_low: float,
    factor_high: float,
    seed: int,
) -> pd.DataFrame:
    """Rank the sites by the weights of each table, as the main job ranks them by the scenario's.

    Parameters
    ----------
    values
        Values 0-1, sites × criteria; NaN is "no data".
    weights
        Weights of the tables, tables × criteria, any scale.
    draws, factor_low, factor_high, seed
        How the weights of each table are moved, as ``ranking.rank_sites``.

    Returns
    -------
    DataFrame by ``table, site_id``, each table's best first: rank, rank_low, rank_high, score [1], top5_share
    [1]. A table whose weights all stand on criteria without data is left out.
    """
    known = values.columns[values.notna().any()]
    usable = weights[weights[known].sum(axis=1) > 0]
    ranked = {
        str(table): rank_sites(
            values, row, draws=draws, factor_low=factor_low, factor_high=factor_high, seed=seed
        )[[*_RANK_KINDS]]
        for table, row in usable.iterrows()
    }
    if not ranked:
        nobody = pd.MultiIndex.from_arrays([[], []], names=["table", "site_id"])
        return pd.DataFrame(columns=[*_RANK_KINDS], index=nobody).astype(_RANK_KINDS)
    return pd.DataFrame(pd.concat(ranked, names=["table", "site_id"])).astype(_RANK_KINDS)


def ranks_of(rankings: pd.DataFrame) -> pd.DataFrame:
    """Return the ranks of `rank_tables` as sites × tables, the tables in their order."""
    tables = rankings.index.get_level_values("table").unique()
    return pd.DataFrame({table: rankings["rank"].xs(table, level="table") for table in tables})


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
