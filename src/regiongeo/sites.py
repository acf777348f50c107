"""Candidate sites: where an energy station could stand, and which are struck out before any scoring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from regiongeo.assumptions import assumption
from regiongeo.crs import WORK_CRS
from regiongeo.errors import SchemaError, name_some
from regiongeo.network import attach_sites, main_links
from regiongeo.region import locate, subregion_names
from regiongeo.routing import nearest_cost
from regiongeo.schema import validate
from regiongeo.tables import CANDIDATE_KINDS, EXCLUDED, SITES

if TYPE_CHECKING:
    from collections.abc import Collection

    from regiongeo.network import Attachment, Network
    from regiongeo.tables import ReferenceData

__all__ = [
    "Screening",
    "build_candidates",
    "eligible_links",
    "find_junctions",
    "is_main_road",
    "screen_candidates",
]

_PREFIX = {"truck_fuel": "T", "fuel": "D", "freight_node": "G", "port": "H", "airport": "L", "junction": "K"}
_PLACE_REACH_M = 5_000.0
_COLUMNS = ["name", "kind", "is_search_area", "area_m2", "source_id", "geometry"]


@dataclass(frozen=True, kw_only=True)
class Screening:
    """Candidates after the hard exclusions: those that stay, those struck out, and the stayers' nodes."""

    sites: gpd.GeoDataFrame
    excluded: gpd.GeoDataFrame
    attachment: Attachment


def is_main_road(links: pd.DataFrame) -> pd.Series:
    """Tell which links are E or R roads that a truck drives on itself (no ferries)."""
    return links["road_category"].isin(["E", "R"]) & ~links["is_ferry"]


def find_junctions(network: Network) -> gpd.GeoDataFrame:
    """Find junctions of main roads: where two E or R roads meet, or a road leaves a motorway or expressway.

    Nodes whose main roads all run in tunnels are left out. Where the only other road runs straight through
    (the same number on two arms, nothing else), the node may be a bridge without an exit:
    ``is_certain`` is false.

    Returns
    -------
    GeoDataFrame by ``node_id`` with ``roads`` ("E6/Rv4", main roads first) and ``is_certain``, in EPSG:25832.

    Notes
    -----
    The shipped network draws a motorway as one line and gives most crossings a node, with or without ramps.
    """
    ends = _link_ends(network.links)
    main_roads = ends[ends["is_main"]].groupby("node_id")["road"].nunique()
    in_open = ends[ends["is_main"] & (ends["medium"] != "tunnel")]["node_id"]
    crossing = main_roads.index[main_roads >= 2]  # noqa: PLR2004
    minor = ends[
        (ends["motorway_type"] == "none") & ends["node_id"].isin(ends[ends["is_motorway"]]["node_id"])
    ]
    exits = pd.Index(minor["node_id"].unique())
    found = crossing.union(exits).intersection(pd.Index(in_open.unique())).sort_values()
    arms = minor.groupby("node_id")["road"].agg(["size", "nunique"])
    straight = arms.index[(arms["size"] == 2) & (arms["nunique"] == 1)].difference(crossing)  # noqa: PLR2004
    return network.nodes.loc[found, ["geometry"]].assign(
        roads=_roads_at(ends[ends["node_id"].isin(found)]).reindex(found),
        is_certain=~found.isin(straight),
    )


def _link_ends(links: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each end of a link that is driven on: node, road and kind of road."""
    driven = links[~links["is_ferry"]]
    columns = ["road", "road_category", "motorway_type", "medium"]
    ends = pd.concat(
        driven[[end, *columns]].rename(columns={end: "node_id"}) for end in ("from_node", "to_node")
    ).reset_index(drop=True)
    return ends.assign(
        is_main=ends["road_category"].isin(["E", "R"]), is_motorway=ends["motorway_type"] != "none"
    )


def _roads_at(ends: pd.DataFrame) -> pd.Series:
    """Name the first two roads at each node, main roads first."""
    ranked = ends.dropna(subset="road").sort_values(
        ["node_id", "is_main", "road"], ascending=[True, False, True], kind="stable"
    )
    return ranked.groupby("node_id")["road"].agg(lambda roads: "/".join(pd.unique(roads)[:2]))


def build_candidates(
    reference: ReferenceData, network: Network, *, plots: gpd.GeoDataFrame | None = None
) -> gpd.GeoDataFrame:
    """Collect all candidates: truck and fuel stations, freight nodes, ports, airports, junctions, plots.

    Parameters
    ----------
    reference
        Shipped tables.
    network
        Road network with junctions.
    plots
        The user's plots (schema PLOTS), points or areas; an area stands at a point inside it.

    Returns
    -------
    GeoDataFrame by ``site_id`` with name, kind, is_search_area, area_m2 [m2], source_id; points, EPSG:25832.

    Raises
    ------
    SchemaError
        If a plot has the id of a shipped candidate.
    """
    fuel = reference.fuel_sites
    parts = [
        _candidates(fuel[fuel["is_truck"]], "truck_fuel"),
        _candidates(fuel[~fuel["is_truck"]], "fuel"),
        _candidates(reference.freight_nodes, "freight_node"),
        _candidates(reference.ports.assign(name=reference.ports["name"] + " havn"), "port"),
        _candidates(reference.airports, "airport"),
        _junction_candidates(network),
    ]
    shipped = gpd.GeoDataFrame(pd.concat([part for part in parts if len(part)]), crs=WORK_CRS)
    if plots is None:
        return shipped.sort_index()
    taken = plots.index.intersection(shipped.index)
    if len(taken):
        raise SchemaError(
            f"plots: site_id {name_some(taken)} is the id of a shipped candidate: choose another"
        )
    own = plots.assign(kind="plot", is_search_area=False, source_id="user")
    own = own.set_geometry(own.geometry.representative_point())[_COLUMNS]
    return gpd.GeoDataFrame(pd.concat([own, shipped]).rename_axis("site_id"), crs=WORK_CRS).sort_index()


def _candidates(table: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    chosen = table[["name", "source_id", "geometry"]].assign(kind=kind, is_search_area=False, area_m2=np.nan)
    chosen.index = pd.Index([f"{_PREFIX[kind]}-{one}" for one in table.index], name="site_id", dtype="str")
    return chosen[_COLUMNS]


def _junction_candidates(network: Network) -> gpd.GeoDataFrame:
    junctions = find_junctions(network)
    word = junctions["is_certain"].map({True: "Kryss ", False: "Mulig kryss "})
    chosen = junctions[["geometry"]].assign(
        name=word + junctions["roads"],
        kind=junctions["is_certain"].map({True: "junction", False: "possible_junction"}),
        is_search_area=True,
        area_m2=np.nan,
        source_id=network.links["source_id"].iloc[0],
    )
    chosen.index = pd.Index(
        [f"{_PREFIX['junction']}-{one}" for one in junctions.index], name="site_id", dtype="str"
    )
    return chosen[_COLUMNS]


def screen_candidates(
    candidates: gpd.GeoDataFrame,
    *,
    network: Network,
    region: gpd.GeoDataFrame,
    reference: ReferenceData,
    access_limit_m: float,
    twin_spacing_m: float,
    beside: Collection[str] = (),
) -> Screening:
    """Strike out candidates that cannot be stations, keep the reason of each, and attach the others.

    In this order: outside the region; in a national park; farther than ``access_limit_m`` driving from
    an E or R road; closer than ``twin_spacing_m`` (straight line) to a candidate of a better kind, or of
    the same kind with a smaller id. A user's plot is never thinned.

    Parameters
    ----------
    candidates
        As from `build_candidates`.
    network
        Road network; sites attach to its largest component.
    region
        Member municipalities with ``name`` and ``subregion``.
    reference
        Shipped tables: all municipalities, national parks, place names, assumptions.
    access_limit_m
        Largest driving distance from an E or R road [m].
    twin_spacing_m
        Least distance between two candidates [m].
    beside
        Ids of plots that strike no other candidate out: proposals, which are yet to be chosen.
    """
    numbers, parks = reference.assumptions, reference.parks
    home = _home_municipality(
        candidates, reference.municipalities, coast_m=assumption(numbers, "coast_snap_m", unit="m")
    )
    member = home.where(home.isin(region.index))
    candidates = _name_candidates(candidates, network.links, home=home, reference=reference)
    reasons = pd.Series(pd.NA, index=candidates.index, dtype="str")
    details = pd.Series("", index=candidates.index, dtype="str")
    reasons[member.isna()] = "outside_region"
    park = locate(candidates, parks)
    _strike(reasons, details, "national_park", park.dropna().map(parks["name"]))

    eligible = eligible_links(network)
    reachable = candidates[reasons.isna()]
    line_m = _line_distance(reachable, network.links[eligible])
    _strike(reasons, details, "far_from_road", _far_words(line_m[line_m > access_limit_m]))

    reachable = candidates[reasons.isna()]
    attachment = attach_sites(network, reachable, snap_m=access_limit_m, eligible=eligible)
    access = _access(attachment, access_kmh=assumption(numbers, "access_kmh", unit="km/h"))
    too_far = access["access_m"][access["access_m"] > access_limit_m]
    main_m = _line_distance(reachable.loc[too_far.index], network.links[is_main_road(network.links)])
    _strike(reasons, details, "far_from_road", _far_words(main_m, driving_m=too_far))

    standing = candidates[reasons.isna()]
    twins = _find_twins(standing[~standing.index.isin([*beside])], spacing_m=twin_spacing_m)
    _strike(reasons, details, "twin", twins.map(candidates["name"]))

    kept = candidates[reasons.isna()].sort_index()
    sites = kept.join(access).assign(municipality_id=member[kept.index].astype("str"))
    sites["subregion"] = sites["municipality_id"].map(subregion_names(region)).astype("str")
    twice = sites["name"].duplicated(keep=False)
    number = (sites.groupby("name").cumcount() + 1).astype("str")
    sites["name"] = sites["name"].where(~twice, sites["name"] + " (" + number + ")")
    struck = candidates[reasons.notna()].sort_index()
    excluded = struck.assign(reason=reasons[struck.index], reason_detail=details[struck.index])
    return Screening(
        sites=validate(sites, SITES),
        excluded=validate(excluded, EXCLUDED),
        attachment=attach_sites(network, sites, snap_m=access_limit_m, eligible=eligible),
    )


def _strike(reasons: pd.Series, details: pd.Series, reason: str, found: pd.Series) -> None:
    new = found.index[reasons[found.index].isna()]
    reasons[new] = reason
    details[new] = found[new].astype("str")


def _far_words(line_m: pd.Series, *, driving_m: pd.Series | None = None) -> pd.Series:
    """Say how far off a candidate is; a map without its local road makes the drive too long."""
    line = line_m.map("{:.0f} m i luftlinje".format)
    return line if driving_m is None else driving_m.map("{:.0f} m kjøring, ".format) + line


def eligible_links(network: Network) -> pd.Series:
    """Tell which links a site may attach to: those of the largest component, but no ferry and no tunnel."""
    links = network.links
    eligible: pd.Series = main_links(network) & ~links["is_ferry"] & (links["medium"] != "tunnel")
    return eligible


def _line_distance(sites: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> pd.Series:
    tree = shapely.STRtree(links.geometry.to_numpy())
    nearest = tree.nearest(sites.geometry.to_numpy())
    metres = shapely.distance(sites.geometry.to_numpy(), links.geometry.to_numpy()[nearest])
    return pd.Series(metres, index=sites.index)


def _access(attachment: Attachment, *, access_kmh: float) -> pd.DataFrame:
    """Driving distance [m] and minutes from each site to the nearest E or R road."""
    links = attachment.network.links
    main = links[is_main_road(links)]
    ends = pd.Index(pd.unique(pd.concat([main["from_node"], main["to_node"]]))).sort_values()
    cost = nearest_cost(attachment.network, ends, weight="minutes")
    at = cost.loc[pd.Index(attachment.node_of)]
    offset = attachment.offset_m.to_numpy()
    return pd.DataFrame(
        {
            "access_m": at["length_m"].to_numpy() + offset,
            "access_minutes": at["minutes"].to_numpy() + offset / 1000 / access_kmh * 60,
        },
        index=attachment.node_of.index,
    )


def _find_twins(candidates: gpd.GeoDataFrame, *, spacing_m: float) -> pd.Series:
    """Return the id of the better twin for each candidate to thin, in the fixed order of kinds, then ids."""
    order = candidates["kind"].map({kind: k for k, kind in enumerate(CANDIDATE_KINDS)})
    ranked = candidates.assign(order=order).sort_index().sort_values("order", kind="stable")
    points = ranked.geometry.to_numpy()
    left, right = shapely.STRtree(points).query(points, predicate="dwithin", distance=spacing_m)
    better: dict[int, list[int]] = {}
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if other < one:
            better.setdefault(one, []).append(other)
    is_plot = (ranked["kind"] == "plot").to_numpy()
    twin_of: dict[int, int] = {}
    for one in range(len(ranked)):
        kept_near = [other for other in sorted(better.get(one, [])) if other not in twin_of]
        if kept_near and not is_plot[one]:
            twin_of[one] = kept_near[0]
    ids = ranked.index.to_numpy()
    return pd.Series(
        ids[list(twin_of.values())], index=pd.Index(ids[list(twin_of)], dtype="str"), dtype="str"
    )


def _home_municipality(
    points: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame, *, coast_m: float
) -> pd.Series:
    """Find the municipality of each point; one just off the generalised coast belongs to the nearest."""
    home = locate(points, municipalities)
    afloat = points.index[home.isna()]
    near, area = shapely.STRtree(municipalities.geometry.to_numpy()).query_nearest(
        points.geometry[afloat].to_numpy(), max_distance=coast_m, all_matches=False
    )
    home[afloat[near]] = municipalities.index[area]
    return home


def _name_candidates(
    candidates: gpd.GeoDataFrame, links: gpd.GeoDataFrame, *, home: pd.Series, reference: ReferenceData
) -> gpd.GeoDataFrame:
    """Name each candidate by what it is, its main road, place and municipality."""
    main = links[is_main_road(links) & links["road"].notna()]
    municipality = home.map(reference.municipalities["name"]).fillna("")
    road = _nearest(candidates, main, "road")
    place = _nearest_place(candidates, reference.places, home=home)
    place = place.where(place != municipality, "")
    parts = zip(candidates["name"], candidates["kind"], road, place, municipality, strict=True)
    names = pd.Series([_one_name(*part) for part in parts], index=candidates.index, dtype="str")
    return candidates.assign(name=names, road=road)


def _nearest_place(points: gpd.GeoDataFrame, places: gpd.GeoDataFrame, *, home: pd.Series) -> pd.Series:
    """Name the nearest place label of the same municipality within 5 km; empty where there is none."""
    shapes, labels = points.geometry.to_numpy(), places.geometry.to_numpy()
    near, at = shapely.STRtree(labels).query(shapes, predicate="dwithin", distance=_PLACE_REACH_M)
    is_home = places["municipality_id"].to_numpy()[at] == home[points.index].to_numpy()[near]
    near, at = near[is_home], at[is_home]
    pairs = pd.DataFrame(
        {
            "site_id": points.index.to_numpy()[near],
            "name": places["name"].to_numpy()[at],
            "metres": shapely.distance(shapes[near], labels[at]),
        }
    )
    nearest = pairs.sort_values(["site_id", "metres", "name"], kind="stable").drop_duplicates("site_id")
    return nearest.set_index("site_id")["name"].reindex(points.index).fillna("").astype("str")


def _nearest(points: gpd.GeoDataFrame, table: gpd.GeoDataFrame, column: str) -> pd.Series:
    at = shapely.STRtree(table.geometry.to_numpy()).nearest(points.geometry.to_numpy())
    return pd.Series(table[column].to_numpy()[at], index=points.index, dtype="str")


def _one_name(name: str, kind: str, road: str, place: str, municipality: str) -> str:
    what = name if kind.endswith("junction") else f"{name}, {road}"
    where = "" if kind == "plot" or place in ("", name) else f" ved {place}"
    return f"{what}{where}, {municipality}".rstrip(", ")
