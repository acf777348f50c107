"""Heavy-vehicle volumes on road links, with the basis of every figure."""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from regiongeo.assumptions import assumption
from regiongeo.schema import validate
from regiongeo.tables import LINK_TRAFFIC, TRAFFIC_BASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import geopandas as gpd

    from regiongeo.tables import ReferenceData

__all__ = ["basis_lengths", "heavy_traffic", "reference_traffic"]

_VOLUME = ["aadt", "year", "share", "heavy_basis"]
_ELSEWHERE = "Norge"
_PAIR = 2


class _Ends(NamedTuple):
    from_node: str
    to_node: str
    length_m: float


def reference_traffic(reference: ReferenceData, assumptions: pd.DataFrame) -> pd.DataFrame:
    """Return `heavy_traffic` of the shipped tables, under the assumptions given."""
    return heavy_traffic(
        reference.links,
        sections=reference.traffic_sections,
        points=reference.traffic_points,
        road_municipality=reference.traffic_road_municipality,
        length_classes=reference.length_classes,
        municipalities=reference.municipalities,
        assumptions=assumptions,
    )


def heavy_traffic(
    links: gpd.GeoDataFrame,
    *,
    sections: pd.DataFrame,
    points: gpd.GeoDataFrame,
    road_municipality: pd.DataFrame,
    length_classes: pd.DataFrame,
    municipalities: pd.DataFrame,
    assumptions: pd.DataFrame,
) -> pd.DataFrame:
    """Estimate heavy vehicles and trucks per day on E, R and F links at the base year.

    ``heavy_aadt = aadt * year_factor * heavy_share`` and
    ``truck_aadt = heavy_aadt * share_ge_12_5m / share_ge_5_6m`` of the county of 2019 and the road group.

    The volume comes from the first of: the TEN-T section the link lies on; a counting point of the same road;
    the median of the road in the municipality, unless its published figures differ by more than
    ``traffic_municipal_spread_max``. A counting point speaks for its own link and for links of the
    same road whose middle lies within ``traffic_point_reach_km`` along it, up to the next node where an E or
    R road of another number joins; where two reach a link, the nearer one counts. Ramps and points that count
    one direction without their pair are left out; a pair is added up.

    The heavy share is the section's own; else the weekday share of the point, or of the points of the road in
    the municipality, times ``traffic_weekday_share_factor`` (heavy_basis "weekday"); else the county's.

    Parameters
    ----------
    links
        Schema LINKS.
    sections, points, road_municipality, length_classes
        Schemas TRAFFIC_SECTIONS, TRAFFIC_POINTS, TRAFFIC_ROAD_MUNICIPALITY, LENGTH_CLASSES.
    municipalities
        Schema MUNICIPALITIES; ``county_2019`` is used.
    assumptions
        ``traffic_base_year``, ``traffic_year_factor.<year>``, ``traffic_weekday_share_factor``,
        ``traffic_point_reach_km``, ``traffic_municipal_spread_max``.

    Returns
    -------
    Schema LINK_TRAFFIC on the index of ``links``, whole vehicles per day, both directions. Empty, never zero,
    where there is no basis, on municipal roads and on ferries.

    Raises
    ------
    AssumptionError
        If a year has no factor.

    Notes
    -----
    Vehicles of 5.6 m and more hold large vans, camper vans, cars with trailers and buses; the step to trucks
    rests on county means. A municipal median hides differences along the road.
    """
    volumes = _volumes(links, sections, points, road_municipality, assumptions)
    county = links["municipality_id"].map(municipalities["county_2019"]).fillna(_ELSEWHERE)
    classes = _length_classes_of(county, links["road_category"], length_classes)
    factor = volumes["year"].map(_year_factors(volumes["year"], assumptions))
    aadt = volumes["aadt"] * factor
    heavy = aadt * volumes["share"].fillna(classes["share_ge_5_6m"])
    truck = heavy * classes["share_ge_12_5m"] / classes["share_ge_5_6m"]
    has_basis = volumes["traffic_basis"].notna()
    table = pd.DataFrame(
        {
            "aadt": aadt.round(),
            "heavy_aadt": heavy.round(),
            "truck_aadt": truck.round(),
            "traffic_basis": volumes["traffic_basis"],
            "basis_year": volumes["year"],
            "heavy_basis": volumes["heavy_basis"].mask(has_basis & volumes["share"].isna(), "county"),
        }
    )
    return validate(table, LINK_TRAFFIC)


def basis_lengths(links: gpd.GeoDataFrame, traffic: pd.DataFrame) -> pd.DataFrame:
    """Sum the kilometres of E, R and F links (ferries left out) by road category and traffic basis [km].

    Returns
    -------
    DataFrame by road_category, one column a basis, best first, and ``none`` for links without one.
    """
    roads = links[(links["road_category"] != "K") & ~links["is_ferry"]]
    basis = traffic["traffic_basis"].reindex(roads.index).fillna("none")
    km = pd.crosstab(roads["road_category"], basis, values=roads["length_m"] / 1000, aggfunc="sum")
    return km.reindex(columns=[*TRAFFIC_BASES, "none"]).fillna(0.0).rename_axis(columns=None)


def _volumes(
    links: gpd.GeoDataFrame,
    sections: pd.DataFrame,
    points: gpd.GeoDataFrame,
    road_municipality: pd.DataFrame,
    assumptions: pd.DataFrame,
) -> pd.DataFrame:
    """Take each link's volume from the best basis it has; one row a link."""
    roads = links[links["road_category"].isin(["E", "R", "F"]) & ~links["is_ferry"] & links["road"].notna()]
    weekday = assumption(assumptions, "traffic_weekday_share_factor", unit="1")
    reach_m = 1000 * assumption(assumptions, "traffic_point_reach_km", unit="km")
    alike = road_municipality["spread"] <= assumption(assumptions, "traffic_municipal_spread_max", unit="1")
    found = {
        "section": _from_sections(roads, sections),
        "count": _from_points(roads, points, reach_m=reach_m, weekday=weekday),
        "road_municipality": _from_road_municipality(roads, road_municipality[alike], weekday=weekday),
    }
    stacked = pd.concat([table.assign(traffic_basis=basis) for basis, table in found.items()])
    return stacked[~stacked.index.duplicated()].reindex(links.index)


def _from_sections(roads: gpd.GeoDataFrame, sections: pd.DataFrame) -> pd.DataFrame:
    on_section = roads["section_id"].dropna()
    known = sections.rename(columns={"heavy_share": "share"}).reindex(on_section)
    return known.set_index(on_section.index).assign(heavy_basis="own")[_VOLUME].dropna(subset="aadt")


def _from_points(
    roads: gpd.GeoDataFrame, points: gpd.GeoDataFrame, *, reach_m: float, weekday: float
) -> pd.DataFrame:
    counts = _both_directions(points[points["link_id"].isin(roads.index)])
    nearest = _nearest_count(roads, counts, reach_m=reach_m)
    known = counts.reindex(nearest)
    share = known["heavy_share_weekday"] * weekday
    return _weekday_shares(known.assign(share=share).set_index(nearest.index))


def _from_road_municipality(roads: gpd.GeoDataFrame, table: pd.DataFrame, *, weekday: float) -> pd.DataFrame:
    keys = pd.MultiIndex.from_arrays([roads["road"], roads["municipality_id"]])
    known = table.reindex(keys).set_index(roads.index)
    return _weekday_shares(known.assign(share=known["heavy_share"] * weekday).dropna(subset="aadt"))


def _weekday_shares(table: pd.DataFrame) -> pd.DataFrame:
    basis = pd.Series("weekday", index=table.index, dtype="str").where(table["share"].notna())
    return table.assign(heavy_basis=basis)[_VOLUME]


def _both_directions(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep points that count both directions; a complete pair is added up at its first point."""
    usable = points[~points["is_ramp"]].sort_index()
    pair = usable["pair_id"].fillna(usable.index.to_series())
    is_whole = ~usable["is_one_direction"] | (pair.groupby(pair).transform("size") == _PAIR)
    usable, pair = usable[is_whole], pair[is_whole]
    total = usable["aadt"].groupby(pair).transform("sum")
    heavy = (usable["aadt"] * usable["heavy_share_weekday"]).groupby(pair).transform("sum", min_count=1)
    return usable.assign(aadt=total, heavy_share_weekday=heavy / total)[~pair.duplicated()]


def _nearest_count(roads: gpd.GeoDataFrame, counts: gpd.GeoDataFrame, *, reach_m: float) -> pd.Series:
    """Find the counting point that speaks for each link: nearest along the road, ties to the first id."""
    same_road = roads[roads["road"].isin(roads.loc[counts["link_id"], "road"])]
    columns = (same_road[name] for name in ("from_node", "to_node", "length_m"))
    ends = {link_id: _Ends(*row) for link_id, *row in zip(same_road.index, *columns, strict=True)}
    stops = _main_road_nodes(roads)
    best: dict[str, tuple[float, str]] = {}
    links_on = same_road.groupby("road").groups
    for road, on_road in counts.groupby(roads["road"].reindex(counts["link_id"]).to_numpy()):
        links_of = _links_by_node(links_on[road], ends)
        walls = {node for node, numbers in stops.items() if numbers - {road}}
        for count in on_road.itertuples():
            line = roads.geometry.loc[count.link_id]
            share = float(shapely.line_locate_point(line, count.geometry, normalized=True))
            for link_id, far in _spread(
                count.link_id, share=share, ends=ends, links_of=links_of, walls=walls, reach_m=reach_m
            ):
                best[link_id] = min(best.get(link_id, (np.inf, "")), (far, str(count.Index)))
    points = {link_id: best[link_id][1] for link_id in sorted(best)}
    return pd.Series(points, dtype="str").rename_axis("link_id")


def _links_by_node(links: Iterable[str], ends: Mapping[str, _Ends]) -> Mapping[str, list[str]]:
    links_of: dict[str, list[str]] = defaultdict(list)
    for link_id in links:
        links_of[ends[link_id].from_node].append(link_id)
        links_of[ends[link_id].to_node].append(link_id)
    return links_of


def _main_road_nodes(roads: gpd.GeoDataFrame) -> Mapping[str, set[str]]:
    """Collect the numbers of the E and R roads at each node."""
    main = roads[roads["road_category"].isin(["E", "R"])]
    numbers: dict[str, set[str]] = defaultdict(set)
    for row in main.itertuples():
        numbers[row.from_node].add(row.road)
        numbers[row.to_node].add(row.road)
    return numbers


def _spread(
    start: str,
    *,
    share: float,
    ends: Mapping[str, _Ends],
    links_of: Mapping[str, list[str]],
    walls: set[str],
    reach_m: float,
) -> Iterator[tuple[str, float]]:
    """Walk outwards along one road from a point on it; yield links with the distance to their middle [m]."""
    first = ends[start]
    yield start, abs(share - 0.5) * first.length_m
    queue = sorted([(share * first.length_m, first.from_node), ((1 - share) * first.length_m, first.to_node)])
    seen_links, seen_nodes = {start}, set(walls)
    while queue:
        distance, node = heapq.heappop(queue)
        if node in seen_nodes:
            continue
        seen_nodes.add(node)
        for link_id in links_of[node]:
            link = ends[link_id]
            far = distance + link.length_m / 2
            if link_id not in seen_links and far <= reach_m:
                seen_links.add(link_id)
                yield link_id, far
                onward = link.to_node if node == link.from_node else link.from_node
                heapq.heappush(queue, (distance + link.length_m, onward))


def _year_factors(years: pd.Series, assumptions: pd.DataFrame) -> dict[float, float]:
    base = assumption(assumptions, "traffic_base_year", unit="year")
    known = sorted(years.dropna().unique())
    return {
        year: 1.0 if year == base else assumption(assumptions, f"traffic_year_factor.{year:.0f}", unit="1")
        for year in known
    }


def _length_classes_of(county: pd.Series, category: pd.Series, length_classes: pd.DataFrame) -> pd.DataFrame:
    """Look up the shares of county and road group; a county without that group takes all its roads."""
    group = category.map({"F": "F"}).fillna("E+R")
    own = length_classes.reindex(pd.MultiIndex.from_arrays([county, group])).set_index(county.index)
    whole = pd.MultiIndex.from_arrays([county, pd.Series("E+R+F", index=county.index)])
    columns = ["share_ge_5_6m", "share_ge_12_5m"]
    return own[columns].fillna(length_classes.reindex(whole).set_index(county.index)[columns])
