"""Counts: one observation a section, a counting point, or a road in a municipality, never one a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from regiongeo.assumptions import assumption, assumption_table
from regiongeo.errors import DataError, name_some
from regiongeo.sites import is_main_road

if TYPE_CHECKING:
    import geopandas as gpd

    Shares = sparse.csr_array[np.float64]

__all__ = ["build_observations", "observation_weights"]


def build_observations(
    links: gpd.GeoDataFrame,
    link_traffic: pd.DataFrame,
    *,
    points: pd.DataFrame,
    sections: pd.DataFrame,
    municipalities: pd.DataFrame,
    assumptions: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Gather link volumes into the observations they come from.

    A TEN-T section is one observation over all its links; a counting point stands on its own link only, not
    on those it speaks for; a median of a road in a municipality is one over all links that take it.

    Parameters
    ----------
    links, link_traffic
        Schemas LINKS and LINK_TRAFFIC on the same index.
    points, sections, municipalities
        Reference tables, for links and names.
    assumptions
        ``flow_count_error.<basis>`` [1] at ``flow_count_error_volume`` [trucks/day].

    Returns
    -------
    Two tables: by ``observation_id`` name, road, basis, n_links, observed_trucks, error_trucks, is_used
    (E and R roads: what county roads carry is mostly local, and trips within a zone are not modelled); and
    the observation of each link that has one, by ``link_id``.

    Raises
    ------
    DataError
        If a volume is negative, or nothing is counted on any E or R road.
    """
    volume = link_traffic["truck_aadt"].reindex(links.index)
    negative = volume.index[volume < 0]
    if len(negative):
        raise DataError(
            f"truck volumes below 0 on links {name_some(negative)}: missing is missing, not negative"
        )
    of_link = _observation_of(links, link_traffic, points)
    table = links.loc[of_link.index, ["road", "road_category"]].assign(
        observation_id=of_link,
        volume=volume,
        basis=link_traffic["traffic_basis"],
        is_main=is_main_road(links),
        name=_names(of_link, points, sections, municipalities),
    )
    grouped = table.groupby("observation_id")
    found = grouped[["name", "road", "basis", "is_main"]].first()
    found = found.assign(n_links=grouped.size(), observed_trucks=grouped["volume"].median())
    if not found["is_main"].any():
        raise DataError("no truck volume on any E or R road: the matrix cannot be estimated without counts")
    error = _standard_error(found["observed_trucks"], found["basis"], assumptions)
    return found.assign(error_trucks=error, is_used=found["is_main"]).drop(columns="is_main"), of_link


def _standard_error(
    trucks: pd.Series[float], basis: pd.Series[str], assumptions: pd.DataFrame
) -> pd.Series[float]:
    """``s = r_basis * sqrt(v * v0)``: a variance in proportion to the volume, r of it at v0.

    Errors in proportion to the volume itself would let the small counts pull all others down.
    """
    relative = basis.map(assumption_table(assumptions, "flow_count_error", unit="1")).astype(float)
    volume = assumption(assumptions, "flow_count_error_volume", unit="trucks/day")
    return relative * np.sqrt(trucks.clip(lower=1.0) * volume)


def observation_weights(
    observation_ids: pd.Index[str], of_link: pd.Series[str], links: pd.DataFrame
) -> Shares:
    """Weigh the links of each observation by their length.

    Returns
    -------
    Sparse matrix, observations by links (in the order of ``links``); a row sums to 1.
    """
    metres = links.loc[of_link.index, "length_m"]
    share = metres / metres.groupby(of_link).transform("sum")
    row, column = observation_ids.get_indexer(pd.Index(of_link)), links.index.get_indexer(of_link.index)
    return sparse.csr_array((share.to_numpy(), (row, column)), shape=(len(observation_ids), len(links)))


def _observation_of(
    links: gpd.GeoDataFrame, link_traffic: pd.DataFrame, points: pd.DataFrame
) -> pd.Series[str]:
    """Name the observation of each link; links a counting point only speaks for have none."""
    has_volume = link_traffic["truck_aadt"].reindex(links.index).notna()
    basis = link_traffic["traffic_basis"].reindex(links.index).where(has_volume)
    on_point = links.index.isin(points["link_id"][~points["is_ramp"]].dropna())
    section = "section " + links["section_id"].astype("str")
    median = "median " + links["road"].astype("str") + " " + links["municipality_id"].astype("str")
    count = pd.Series("count " + links.index, index=links.index)
    chosen = section.where(basis == "section", median.where(basis == "road_municipality", count))
    keep = basis.isin(["section", "road_municipality"]) | ((basis == "count") & on_point)
    named: pd.Series[str] = chosen[keep].astype("str").rename("observation_id")
    return named


def _names(
    of_link: pd.Series[str], points: pd.DataFrame, sections: pd.DataFrame, municipalities: pd.DataFrame
) -> pd.Series[str]:
    on_link = points[~points["is_ramp"]].dropna(subset="link_id").sort_index()
    point = on_link.groupby("link_id")["name"].agg(" / ".join)
    key = of_link.str.split(" ", n=1).str[1]
    place = key.str.split(" ").str[0] + " " + key.str.split(" ").str[-1].map(municipalities["name"])
    kind = of_link.str.split(" ").str[0]
    name = key.map(sections["name"]).where(kind == "section", key.map(point).where(kind == "count", place))
    return name.fillna(key)
