"""What if a link were faster, or there were a new one: accessibility before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from regiongeo.accessibility.centres import travel_minutes
from regiongeo.accessibility.measures import access_by_municipality, access_indices
from regiongeo.accessibility.people import nearest_nodes, road_nodes
from regiongeo.errors import NetworkError, name_some
from regiongeo.network import Network, require_nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["AccessChange", "LinkChange", "NewLink", "change_links", "compare_access", "new_link_between"]

_TOLERANCE_MIN = 1e-6


@dataclass(frozen=True, kw_only=True)
class LinkChange:
    """Another speed or another driving time on a link: exactly one of the two."""

    link_id: str
    kmh: float | None = None
    """Mean speed [km/h]."""
    minutes: float | None = None
    """Driving time from end to end [min]."""


@dataclass(frozen=True, kw_only=True)
class NewLink:
    """A link that is not there today, open both ways."""

    link_id: str
    from_node: str
    to_node: str
    kmh: float
    """Mean speed [km/h]."""
    length_m: float | None = None
    """Length [m]; the straight line if None, which no road keeps to."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AccessChange:
    """Accessibility on two networks with the same centres and people."""

    municipalities: pd.DataFrame
    """By ``municipality_id``: each measure ``_before``, ``_after``, and ``_change`` (after less before)."""
    times: pd.DataFrame
    """Driving times between centres that changed, by from and to: ``before``, ``after``, ``change`` [min]."""
    indices: pd.DataFrame
    """By index of ``access_indices``: ``before``, ``after``, ``change``."""


def change_links(
    network: Network, changes: Sequence[LinkChange] = (), *, additions: Sequence[NewLink] = ()
) -> Network:
    """Return the network with faster, slower or further links; the input stays as it is.

    Parameters
    ----------
    network
        Network at the speed of a car.
    changes
        Links that are there, each at most once.
    additions
        New links; columns other than the ends, ``length_m``, ``minutes`` and ``is_ferry`` stay missing.

    Raises
    ------
    NetworkError
        If a link is unknown or named twice, a new one takes an id in use or ends at an unknown node, or a
        speed or time is not above zero.
    """
    ids = [change.link_id for change in changes]
    unknown = [one for one in ids if one not in network.links.index]
    if unknown:
        raise NetworkError(f"no links {name_some(unknown)} in the network: name links by their link_id")
    names = [*ids, *(link.link_id for link in additions)]
    if len(set(names)) < len(names):
        raise NetworkError("a link is changed or added more than once: name each link once")
    links = network.links.copy()
    for change in changes:
        links.loc[change.link_id, "minutes"] = _new_minutes(
            change, float(links.loc[change.link_id, "length_m"])
        )
    return Network(network.nodes, _with_additions(network, links, additions))


def new_link_between(
    network: Network, ends: gpd.GeoDataFrame, *, link_id: str, kmh: float, length_m: float | None = None
) -> NewLink:
    """Plan a link between the road nodes nearest to two points (EPSG:25832).

    Raises
    ------
    NetworkError
        If there are not two points, or both are nearest to the same node.
    """
    near = list(nearest_nodes(ends, road_nodes(network))["node_id"])
    if len(near) != 2 or near[0] == near[1]:  # noqa: PLR2004
        raise NetworkError(
            f"link {link_id!r}: two points at two different nodes are needed, got {name_some(near)}"
        )
    return NewLink(link_id=link_id, from_node=near[0], to_node=near[1], kmh=kmh, length_m=length_m)


def compare_access(
    before: Network,
    after: Network,
    node_of: pd.Series[str],
    people: pd.Series,
    population: pd.Series,
    assumptions: pd.DataFrame,
) -> AccessChange:
    """Measure accessibility on two networks and what changed between them.

    Parameters
    ----------
    before, after
        Networks with the same nodes: today's, and that of ``change_links``.
    node_of, people, assumptions
        As ``access_by_municipality``.
    population
        Persons by ``municipality_id``, for how evenly accessibility is shared.

    Returns
    -------
    AccessChange. With the two networks the other way round, every change has the other sign.

    Notes
    -----
    People stay where they live, and nobody drives more because it is faster.
    """
    both = (before, after)
    access = [access_by_municipality(network, node_of, people, assumptions) for network in both]
    times = [_in_pairs(travel_minutes(network, node_of)) for network in both]
    shares = [access_indices(table["accessibility"], population.loc[node_of.index]) for table in access]
    sides = [_before_after(access[0][name], access[1][name]).add_prefix(f"{name}_") for name in access[0]]
    minutes = _before_after(times[0], times[1])
    return AccessChange(
        municipalities=pd.concat(sides, axis=1),
        times=minutes[minutes["change"].abs() > _TOLERANCE_MIN],
        indices=_before_after(shares[0], shares[1]),
    )


def _in_pairs(minutes: pd.DataFrame) -> pd.Series[float]:
    pairs = pd.MultiIndex.from_product([minutes.index, minutes.columns], names=["from_id", "to_id"])
    return pd.Series(minutes.to_numpy().ravel(), index=pairs)


def _before_after(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    same = (before == after).to_numpy()  # inf less inf is no number, but no change either
    change = np.where(same, 0.0, after.to_numpy() - np.where(same, 0.0, before.to_numpy()))
    return pd.DataFrame({"before": before, "after": after, "change": change}, index=before.index)


def _new_minutes(change: LinkChange, length_m: float) -> float:
    given = [value for value in (change.kmh, change.minutes) if value is not None]
    if len(given) != 1 or not (np.isfinite(given[0]) and given[0] > 0):
        raise NetworkError(f"link {change.link_id!r}: give either kmh or minutes, a number above 0")
    return length_m / change.kmh * 0.06 if change.kmh is not None else given[0]


def _with_additions(
    network: Network, links: gpd.GeoDataFrame, additions: Sequence[NewLink]
) -> gpd.GeoDataFrame:
    if not additions:
        return links
    taken = [link.link_id for link in additions if link.link_id in links.index]
    if taken:
        raise NetworkError(f"links {name_some(taken)} are there already: give new links an id of their own")
    ends = [end for link in additions for end in (link.from_node, link.to_node)]
    require_nodes(network, pd.Index(ends))
    rows = [_addition(network, link) for link in additions]
    index = pd.Index([link.link_id for link in additions], name=links.index.name, dtype="str")
    new = gpd.GeoDataFrame(rows, index=index, geometry="geometry", crs=links.crs)
    # Typed as the links are: a column that new links know nothing of stays missing, flags are false.
    flags = {name: False for name in links if links[name].dtype == bool}
    new = new.reindex(columns=links.columns).assign(**flags).astype(links.dtypes.to_dict())
    return gpd.GeoDataFrame(pd.concat([links, new]).sort_index(), geometry="geometry", crs=links.crs)


def _addition(network: Network, link: NewLink) -> dict[str, object]:
    ends = network.nodes.geometry.loc[[link.from_node, link.to_node]].to_numpy()
    line = shapely.LineString(shapely.get_coordinates(ends))
    length_m = float(line.length) if link.length_m is None else link.length_m
    if not (np.isfinite(link.kmh) and link.kmh > 0 and np.isfinite(length_m) and length_m > 0):
        raise NetworkError(f"link {link.link_id!r}: speed and length must be above 0")
    return {
        "from_node": link.from_node,
        "to_node": link.to_node,
        "length_m": length_m,
        "minutes": length_m / link.kmh * 0.06,
        "geometry": line,
    }
