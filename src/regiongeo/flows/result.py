"""What the truck-flow model hands on, and what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.flows.assignment import along_routes, link_volumes, zone_pairs
from regiongeo.i18n import text
from regiongeo.schema import validate
from regiongeo.tables import LINK_FLOWS, OD_MATRIX, ZONES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from scipy import sparse

    from regiongeo.i18n import Language

    Floats = NDArray[np.float64]
    Shares = sparse.csr_array[np.float64]

__all__ = [
    "FlowResult",
    "fill_link_traffic",
    "flow_notices",
    "link_flows",
    "modelled_roads",
    "od_matrix",
    "select_link",
    "select_link_ends",
    "with_trips",
]

_MAIN = ("E", "R")


@dataclass(frozen=True, kw_only=True, eq=False)
class FlowResult:
    """Zones, matrix and volumes of trucks (12.5 m and more) on a day of the base year."""

    zones: gpd.GeoDataFrame
    """Schema ZONES."""
    matrix: pd.DataFrame
    """Schema OD_MATRIX: both directions of every pair of zones."""
    link_flows: pd.DataFrame
    """Schema LINK_FLOWS, on the links of the network."""
    observations: pd.DataFrame
    """Schema OBSERVATIONS."""
    summary: pd.DataFrame
    """Fit by set of counts, columns as ``validation.fit_summary``."""
    holdout: pd.DataFrame
    """Schema HOLDOUT; empty if not asked for."""
    totals: Mapping[str, float]
    """Trips, truck-kilometres, mean lengths, parameters found."""
    assumptions: pd.DataFrame
    """The assumptions used, schema ASSUMPTIONS."""
    notices: tuple[tuple[str, str], ...]
    """What the reader must know: keys of ``locale/flows.toml`` and the culprits."""
    route_shares: Shares
    """Share of each pair's trips on each link, links × pairs of zones (``assignment.zone_pairs``)."""
    trips: Floats
    """Trips of each pair, both directions [trucks/day]."""
    prior: Floats
    """The same before the counts were used."""


def od_matrix(
    zones: pd.DataFrame, links: pd.DataFrame, shares: Shares, trips: Floats, prior: Floats
) -> pd.DataFrame:
    """Write the trips of all pairs as a tidy matrix with both directions (schema OD_MATRIX)."""
    first, second = zone_pairs(len(zones))
    one, other = (np.concatenate(ends) for ends in ((first, second), (second, first)))
    both = np.tile(np.arange(len(first)), 2)
    km = along_routes(shares, links["length_m"].to_numpy() / 1000)
    minutes = along_routes(shares, links["minutes"].to_numpy())
    is_gateway = (zones["kind"] == "gateway").to_numpy()
    outside = {name: zones[name].to_numpy() for name in ("outside_km", "outside_minutes")}
    table = pd.DataFrame(
        {
            "trips_per_day": trips[both] / 2,
            "prior_trips_per_day": prior[both] / 2,
            "km": km[both],
            "minutes": minutes[both],
            **{name: values[one] + values[other] for name, values in outside.items()},
            "is_through": is_gateway[one] & is_gateway[other],
        },
        index=pd.MultiIndex.from_arrays([zones.index[one], zones.index[other]], names=OD_MATRIX.index),
    )
    return validate(table.sort_index(), OD_MATRIX)


def link_flows(
    zones: pd.DataFrame, links: pd.DataFrame, shares: Shares, trips: Floats, observed: pd.Series[float]
) -> pd.DataFrame:
    """Sum the trips on each link, with the share of through traffic (schema LINK_FLOWS)."""
    first, second = zone_pairs(len(zones))
    is_gateway = (zones["kind"] == "gateway").to_numpy()
    beyond = zones["outside_km"].to_numpy()
    km = along_routes(shares, links["length_m"].to_numpy() / 1000) + beyond[first] + beyond[second]
    volume = link_volumes(shares, trips)
    through = link_volumes(shares, trips * (is_gateway[first] & is_gateway[second]))
    some = np.where(volume > 0, volume, np.nan)
    table = pd.DataFrame(
        {
            "modelled_trucks": volume,
            "through_share": np.clip(through / some, 0, 1),
            "mean_trip_km": link_volumes(shares, trips * km) / some,
            "observed_trucks": observed.reindex(links.index).astype(float),
        },
        index=links.index,
    )
    return validate(table, LINK_FLOWS)


def with_trips(result: FlowResult, trips: Floats, links: pd.DataFrame) -> FlowResult:
    """Return the same model with other trips by pair: another year, another plan.

    Counts and their validation stay those of the base year.
    """
    zones, shares = result.zones, result.route_shares
    observed = result.link_flows["observed_trucks"]
    return replace(
        result,
        trips=trips,
        matrix=od_matrix(zones, links, shares, trips, result.prior),
        link_flows=link_flows(zones, links, shares, trips, observed),
        zones=zone_totals(zones, trips),
    )


def zone_totals(zones: gpd.GeoDataFrame, trips: Floats) -> gpd.GeoDataFrame:
    """Count the trips that start or end in each zone (schema ZONES)."""
    first, second = zone_pairs(len(zones))
    ends = np.bincount(first, trips, len(zones)) + np.bincount(second, trips, len(zones))
    return validate(zones.assign(trucks_per_day=ends), ZONES)


def select_link(result: FlowResult, link_id: str, *, top: int = 10) -> pd.DataFrame:
    """Name the relations behind the trucks on a link ("select link analysis").

    Parameters
    ----------
    result
        Result of ``estimate_flows``.
    link_id
        Link of the network.
    top
        How many relations.

    Returns
    -------
    DataFrame with one_end and other_end (places), trucks_per_day in both directions, and share of the
    link's trucks; most first, ties by name. No rows if no trip passes.

    Raises
    ------
    DataError
        If there is no such link.
    """
    first, second = zone_pairs(len(result.zones))
    place = result.zones["place"].to_numpy()
    table = pd.DataFrame(
        {"one_end": place[first], "other_end": place[second], "trucks_per_day": _on(result, link_id)}
    )
    table = table[table["trucks_per_day"] > 0]
    ends = np.sort(table[["one_end", "other_end"]].to_numpy(dtype=object), axis=1)
    table = table.assign(one_end=ends[:, 0], other_end=ends[:, 1])
    return _most(table.groupby(["one_end", "other_end"])["trucks_per_day"].sum(), top)


def select_link_ends(result: FlowResult, link_id: str, *, top: int = 10) -> pd.DataFrame:
    """Name the places where the trucks on a link start or end; shares sum to 2 over all places.

    Raises
    ------
    DataError
        If there is no such link.
    """
    first, second = zone_pairs(len(result.zones))
    place, trucks = result.zones["place"].to_numpy(), _on(result, link_id)
    ends = pd.DataFrame(
        {"place": np.concatenate([place[first], place[second]]), "trucks_per_day": np.tile(trucks, 2)}
    )
    ends = ends[ends["trucks_per_day"] > 0]
    return _most(ends.groupby("place")["trucks_per_day"].sum(), top, total=float(trucks.sum()))


def modelled_roads(result: FlowResult, links: pd.DataFrame) -> pd.Series[bool]:
    """Tell for which links the modelled volume may be shown, by ``link_id``.

    E and R roads, no ferries; without a count of their own only outside the municipalities with several
    loading points: in a large town local trips and the choice among parallel roads decide, which the model
    does not hold (it put 3,400 trucks on E18 Mosseveien in Oslo, where unlocated counts suggest under 1,000).

    Parameters
    ----------
    result
        Result of ``estimate_flows`` on the same links.
    links
        Links with road_category, is_ferry and municipality_id.
    """
    municipal = result.zones[result.zones["kind"] == "municipality"]
    points = municipal["municipality_id"].value_counts()
    in_large_town = links["municipality_id"].isin(points.index[points > 1])
    is_counted = result.link_flows["observed_trucks"].reindex(links.index).notna()
    is_main: pd.Series[bool] = links["road_category"].isin(_MAIN) & ~links["is_ferry"]
    return is_main & (is_counted | ~in_large_town)


def fill_link_traffic(link_traffic: pd.DataFrame, result: FlowResult, links: pd.DataFrame) -> pd.DataFrame:
    """Give main roads without a basis the modelled truck volume, marked ``modelled``.

    Parameters
    ----------
    link_traffic
        Schema LINK_TRAFFIC.
    result
        Result of ``estimate_flows`` on the same links.
    links
        Links with road_category, is_ferry and municipality_id.

    Returns
    -------
    A copy: links without truck_aadt for which the model may speak (``modelled_roads``) and that at least one
    truck a day passes get whole trucks and ``traffic_basis`` "modelled"; all other columns stay missing
    there. County roads and large towns stay empty: what the model says of them is of no use (docs/flows.md).
    """
    modelled = result.link_flows["modelled_trucks"].reindex(link_traffic.index).round()
    may_speak = modelled_roads(result, links).reindex(link_traffic.index)
    empty = link_traffic["truck_aadt"].isna() & may_speak & (modelled >= 1)
    return link_traffic.assign(
        truck_aadt=link_traffic["truck_aadt"].mask(empty, modelled),
        traffic_basis=link_traffic["traffic_basis"].mask(empty, "modelled"),
    )


def flow_notices(result: FlowResult, lang: Language) -> list[str]:
    """Write what the reader of the flows must know, one sentence each."""
    return [text("flows", key, lang, names=names) for key, names in result.notices]


def _on(result: FlowResult, link_id: str) -> Floats:
    """Trips of each pair on a link."""
    if link_id not in result.link_flows.index:
        raise DataError(
            f"no link {name_some([link_id])} in the flows: use a link_id of the network they were made for"
        )
    one = np.zeros(len(result.link_flows))
    one[result.link_flows.index.get_indexer(pd.Index([link_id]))] = 1.0
    return along_routes(result.route_shares, one) * result.trips


def _most(trucks: pd.Series[float], top: int, *, total: float | None = None) -> pd.DataFrame:
    table = trucks.reset_index()
    names = [str(name) for name in table if name != "trucks_per_day"]
    table = table.sort_values(["trucks_per_day", *names], ascending=[False, *[True] * len(names)])
    whole = trucks.sum() if total is None else total
    return table.head(top).assign(share=lambda rows: rows["trucks_per_day"] / whole).reset_index(drop=True)
