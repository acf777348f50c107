"""The centres: their hierarchy, and the driving time between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.polycentricity import mean_rank_size_slope
from regiongeo.routing import cost_matrix

if TYPE_CHECKING:
    from regiongeo.network import Network

__all__ = ["centre_hierarchy", "nearest_centres", "travel_minutes"]


def travel_minutes(network: Network, node_of: pd.Series[str]) -> pd.DataFrame:
    """Driving time from every centre to every other on the fastest route [min].

    Parameters
    ----------
    network
        Network whose ``minutes`` count, of cars as from ``car_network``.
    node_of
        Node by id of the centre, as from ``nearest_nodes``.

    Returns
    -------
    DataFrame, from by to, in the order of ``node_of``; inf where no road leads, 0 to itself and to a centre
    at the same node.
    """
    cost = cost_matrix(network, node_of, node_of)
    return pd.DataFrame(cost.to_numpy(), index=node_of.index, columns=node_of.index)


def nearest_centres(minutes: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """List the k centres nearest to each, itself left out; equally near ones by id.

    Parameters
    ----------
    minutes
        Driving times between centres, as from ``travel_minutes``.
    k
        How many; fewer where fewer can be reached.

    Returns
    -------
    DataFrame by ``municipality_id`` and ``rank`` (from 1): ``centre_id`` and ``minutes``.
    """
    if k < 1:
        raise DataError(f"k is {k}: ask for at least one centre")
    others = minutes.sort_index(axis=1)
    table = others.mask(others.columns.to_numpy() == others.index.to_numpy()[:, None])
    order = np.argsort(table.fillna(np.inf).to_numpy(), axis=1, kind="stable")[:, : min(k, len(table) - 1)]
    found = pd.DataFrame(
        {
            "municipality_id": table.index.repeat(order.shape[1]),
            "rank": np.tile(np.arange(1, order.shape[1] + 1), len(table)),
            "centre_id": table.columns.to_numpy()[order.ravel()],
            "minutes": np.take_along_axis(table.to_numpy(), order, axis=1).ravel(),
        }
    )
    reached: pd.DataFrame = found[np.isfinite(found["minutes"])]
    return reached.set_index(["municipality_id", "rank"])


def centre_hierarchy(sizes: pd.Series, minutes: pd.DataFrame) -> pd.DataFrame:
    """Order centres by size, and name for each the nearest one that is larger.

    Parameters
    ----------
    sizes
        Persons or jobs by id of the centre; that of its municipality.
    minutes
        Driving times between centres, as from ``travel_minutes``.

    Returns
    -------
    DataFrame by ``municipality_id``, largest first, ties by id: ``rank``, ``size``, ``share`` of all,
    ``rank_size`` (what the line through the largest four lets expect at its rank), ``larger_id`` (nearest
    larger centre; missing for the largest, or where no road leads) and ``larger_minutes`` [min].

    Raises
    ------
    DataError
        If a centre has no times, or a size is missing or negative, or fewer than four centres are given.

    Notes
    -----
    Known weakness: a municipality is taken as one centre, whatever towns lie in it.
    """
    lost = sizes.index.difference(minutes.index)
    if len(lost):
        raise DataError(f"no driving times for centres {name_some(lost)}: measure them with travel_minutes")
    slope = mean_rank_size_slope(sizes)
    ordered = sizes.astype(float).sort_index().sort_values(ascending=False, kind="stable")
    times = minutes.loc[ordered.index, ordered.index].to_numpy()
    is_larger = ordered.to_numpy()[None, :] > ordered.to_numpy()[:, None]
    away = np.where(is_larger, times, np.inf)
    nearest, least = away.argmin(axis=1), away.min(axis=1)
    rank = np.arange(1, len(ordered) + 1)
    larger = pd.Series(ordered.index.to_numpy()[nearest], index=ordered.index, dtype="str")
    return pd.DataFrame(
        {
            "rank": rank,
            "size": ordered,
            "share": ordered / ordered.sum(),
            "rank_size": ordered.iloc[0] * rank**slope,
            "larger_id": larger.where(np.isfinite(least)),
            "larger_minutes": np.where(np.isfinite(least), least, np.nan),
        }
    ).rename_axis("municipality_id")
