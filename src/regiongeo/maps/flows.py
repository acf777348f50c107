"""Truck flows for the page: what the model puts on each main road, and where those trucks come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from regiongeo.assumptions import assumption
from regiongeo.flows import flow_notices, modelled_roads
from regiongeo.flows.assignment import zone_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regiongeo.flows import FlowResult
    from regiongeo.i18n import Language
    from regiongeo.result import Result

    Names = NDArray[np.object_]
    Table = sparse.csr_array[np.float64]
    Record = tuple[object, ...]

__all__ = ["TOP", "describe_flows"]

TOP = 6
"""Relations and ends named for a road."""
_FIELDS = ("base_trucks", "trucks", "through_percent", "trip_km", "relations", "ends")
"""Of a record; relations are place, place, trucks, percent; ends are place, trucks, percent."""


def describe_flows(result: Result, *, lang: Language) -> tuple[dict[str, object] | None, pd.Series[float]]:
    """Return the flows of the E and R roads for the page, and which record stands for which link.

    Volumes in whole trucks per day, shares in whole percent; links whose record is then equal share one.

    Returns
    -------
    The data (None without flows), and the position of the record in its ``links`` by link_id; links without a
    record are left out.
    """
    if result.flows is None:
        return None, pd.Series(dtype=float)
    planned = result.planned or result.flows
    links = result.network.links
    main = links.index[modelled_roads(result.flows, links)].sort_values()
    places = np.unique(planned.zones["place"].to_numpy(dtype=object))
    records = _describe_links(result.flows, planned, main, places)
    number = {record: at for at, record in enumerate(dict.fromkeys(records))}
    world, plan = result.scenario.world, result.scenario.plan
    base = int(assumption(result.reference.assumptions, "traffic_base_year", unit="year"))
    data = {
        "year": base if world.traffic_year is None else world.traffic_year,
        "is_planned": planned is not result.flows,
        "is_shifted": any(plan.rail_sea_share.values()),
        "places": _describe_places(planned, places),
        "links": [dict(zip(_FIELDS, record, strict=True)) for record in number],
        "notices": flow_notices(result.flows, lang),
    }
    return data, pd.Series([float(number[record]) for record in records], index=main, dtype=float)


def _describe_places(flows: FlowResult, places: Names) -> list[list[object]]:
    """Return each place with 1 for a road out of the map, 0 for any other place."""
    gateways = set(flows.zones["place"][flows.zones["kind"] == "gateway"])
    return [[str(place), int(place in gateways)] for place in places]


def _describe_links(
    base: FlowResult, planned: FlowResult, links: pd.Index[str], places: Names
) -> list[Record]:
    """Return the fields of each link: places stand by their position."""
    relations, ends = _sum_by_place(planned, links, places)
    before = base.link_flows.loc[links, "modelled_trucks"].tolist()
    figures = planned.link_flows.loc[links, ["modelled_trucks", "through_share", "mean_trip_km"]]
    return [
        (
            round(before[at]),
            round(trucks),
            _whole(100 * through),
            _whole(km),
            tuple((*divmod(pair, len(places)), *n) for pair, *n in _largest(relations, at, total=trucks)),
            tuple(_largest(ends, at, total=trucks)),
        )
        for at, (trucks, through, km) in enumerate(figures.to_numpy(dtype=float).tolist())
    ]


def _sum_by_place(flows: FlowResult, links: pd.Index[str], places: Names) -> tuple[Table, Table]:
    """Sum the trucks on each link by pair of places, and by place they start or end in.

    The same figures as ``flows.select_link`` and ``select_link_ends``, for many links in one product.
    """
    rows = flows.route_shares[flows.link_flows.index.get_indexer(links)]
    trucks = sparse.csr_array(rows.multiply(flows.trips[None, :]))
    code = np.searchsorted(places, flows.zones["place"].to_numpy(dtype=object))
    first, second = (code[end] for end in zone_pairs(len(flows.zones)))
    pair = np.minimum(first, second) * len(places) + np.maximum(first, second)
    relations = trucks @ _columns(pair, len(places) ** 2)
    return relations, trucks @ (_columns(first, len(places)) + _columns(second, len(places)))


def _columns(of_pair: NDArray[np.intp], count: int) -> Table:
    """Return a matrix that adds up pairs by the column they belong to."""
    pairs = np.arange(len(of_pair))
    return sparse.csr_array((np.ones(len(pairs)), (pairs, of_pair)), shape=(len(pairs), count))


def _largest(table: Table, row: int, *, total: float) -> list[tuple[int, int, int]]:
    """Return column, whole trucks and percent of the largest cells of a row; ties by column (name)."""
    cells = slice(table.indptr[row], table.indptr[row + 1])
    columns, trucks = table.indices[cells], table.data[cells]
    order = [at for at in np.lexsort((columns, -trucks))[:TOP] if trucks[at] > 0]
    return [(int(columns[at]), round(trucks[at]), round(100 * trucks[at] / total)) for at in order]


def _whole(figure: float) -> int | None:
    return None if np.isnan(figure) else round(figure)
