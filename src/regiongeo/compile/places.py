"""Points and lines of the map: place names, centres, rail, ports, airports, freight, power lines, fuel."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from regiongeo.compile.raw import N1000, clip_to_map, number_ids, read_layer, read_rows, slug_ids
from regiongeo.crs import LONLAT, to_work

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "compile_airports",
    "compile_centres",
    "compile_freight_nodes",
    "compile_fuel_sites",
    "compile_places",
    "compile_ports",
    "compile_power_lines",
    "compile_rail_stations",
    "compile_railways",
]

_MEMBERS = "region/members.csv"
_FREIGHT = "region/freight_nodes_named_in_pages.csv"
_FUEL = "roads/fuel_stations_osloregion.gpkg"
_PORTS = "roads/ne_10m_ports_osloregion.gpkg"
_POWER = "region/grid/n1000_high_voltage_overhead_lines.geojson"

_SETTLEMENTS = ("by", "tettsted", "tettbebyggelse", "bygdelagBygd", "grend")
_TEXT_SIZES = {801: 1, 802: 1, 803: 2, 804: 3, 805: 4}
_STATION_ACCURACY_M = 500.0
_LABEL_ACCURACY_M = 2500.0
_SAME_PLACE_M = 6000.0
_NO_FUEL = r"bilvask|vaskehall|\bvask\b|lader|ladestasjon|\bEL\b"
_TRAFFIC = {"I": "international", "N": "national"}
_SPELLING = {"Tonsberg": "Tønsberg"}
_N1000_ID = "kartverket_n1000"


def compile_places(
    sources: Path, *, municipalities: gpd.GeoDataFrame, rail_stations: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Read the names of towns and settlements; the rank is the text size Kartverket gave the name.

    The point is the railway station of that name where one stands within 6 km, else the middle of the label's
    base line, some 2 km beside the place itself (measured at 64 stations of the same name: median 1.96 km,
    90 % within 4 km). Of equal names in one municipality the one in the largest type is kept.
    """
    columns = ["fulltekst", "navneobjekttype", "skriftkode"]
    labels = read_layer(sources, N1000, layer="stedsnavntekst", columns=columns)
    labels = labels[labels["navneobjekttype"].isin(_SETTLEMENTS)].rename(
        columns={"fulltekst": "name", "navneobjekttype": "kind"}
    )
    points = _gridded(clip_to_map(labels.set_geometry(labels.interpolate(0.5, normalized=True))))
    points = _move_to_stations(points, rail_stations)
    points = points.assign(
        rank=points["skriftkode"].map(_TEXT_SIZES).astype("int64"),
        municipality_id=_municipality_of(points, municipalities),
        source_id=_N1000_ID,
    )
    first = points.sort_values(["rank", "name", "kind"], kind="stable")
    is_repeat = first.duplicated(["name", "municipality_id"]) & first["municipality_id"].notna()
    return slug_ids(first[~is_repeat].drop(columns="skriftkode"), prefix="place", index="place_id")


def _move_to_stations(places: gpd.GeoDataFrame, stations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put a label at the station of its own name, where one stands near enough to be the same place."""
    named = stations.drop_duplicates("name").set_index("name").geometry
    at_station = gpd.GeoSeries(named.reindex(places["name"]).to_numpy(), index=places.index, crs=places.crs)
    is_near = (places.distance(at_station) <= _SAME_PLACE_M).fillna(value=False)
    return places.set_geometry(at_station.where(is_near, places.geometry))


def compile_centres(
    sources: Path,
    *,
    municipalities: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    rail_stations: gpd.GeoDataFrame,
    builtup: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Find one centre for every shipped municipality, from the best open source there is.

    In this order: the coordinate of the members' list; a railway station, then a place label, of the
    centre's name (for others than members: the municipality's) in the municipality; a settlement, then a
    church, of the municipality's name; the largest built-up area; the settlement in the largest type; a point
    inside. Labels that stand in the sea or in a neighbour are moved to the nearest point of their own
    municipality.

    Accuracy: 500 m for stations, 2,500 m for labels, else the radius of a circle as large as the area.
    """
    names, labels = _centre_names(sources, municipalities), municipalities["name"]
    find = partial(_named_points, municipalities=municipalities)
    steps = (
        _stated_centres(sources),
        find(rail_stations, names, basis="station", accuracy_m=_STATION_ACCURACY_M),
        find(places, names, basis="place_label", accuracy_m=_LABEL_ACCURACY_M),
        find(places, labels, basis="place_label", accuracy_m=_LABEL_ACCURACY_M),
        find(_churches(sources), labels, basis="place_label", accuracy_m=_LABEL_ACCURACY_M),
        _largest_builtup(builtup, municipalities),
        _main_settlement(places, municipalities),
        _inside(municipalities, basis="area"),
    )
    found = pd.concat(steps)
    best = found[~found.index.duplicated()].reindex(municipalities.index)
    points = _gridded(gpd.GeoDataFrame(best, geometry="geometry", crs=municipalities.crs))
    source_id = best["basis"].map({"area": "kartverket_municipalities_2024"}).fillna(_N1000_ID)
    return _move_home(points, municipalities).assign(name=names, source_id=source_id)


def compile_railways(sources: Path) -> gpd.GeoDataFrame:
    """Read the railway lines of the map."""
    lines = clip_to_map(read_layer(sources, N1000, layer="bane", columns=["medium"]))
    flagged = lines.assign(is_tunnel=lines["medium"] == "U", source_id=_N1000_ID)
    return number_ids(flagged.drop(columns="medium"), prefix="rail", index="railway_id")


def compile_rail_stations(sources: Path) -> gpd.GeoDataFrame:
    """Read the railway stations of the map (a choice of them, not all)."""
    stations = clip_to_map(read_layer(sources, N1000, layer="stasjon", columns=["navn"]))
    named = stations.rename(columns={"navn": "name"}).assign(source_id=_N1000_ID)
    return slug_ids(named, prefix="station", index="station_id")


def compile_ports(sources: Path) -> gpd.GeoDataFrame:
    """Read the ports of Natural Earth (Borg and Grenland are missing there)."""
    ports = clip_to_map(read_layer(sources, _PORTS, columns=["name"]))
    ports = ports.assign(name=ports["name"].replace(_SPELLING))
    return slug_ids(ports.assign(source_id="natural_earth_ports"), prefix="port", index="port_id")


def compile_airports(sources: Path) -> gpd.GeoDataFrame:
    """Read the airports with international or national traffic; heliports and others are left out."""
    airports = clip_to_map(read_layer(sources, N1000, layer="lufthavn", columns=["navn", "trafikktype"]))
    public = airports[airports["trafikktype"].isin(list(_TRAFFIC))].rename(columns={"navn": "name"})
    traffic = public["trafikktype"].map(_TRAFFIC)
    named = public.assign(traffic=traffic, source_id=_N1000_ID).drop(columns="trafikktype")
    return slug_ids(named, prefix="airport", index="airport_id")


def compile_freight_nodes(sources: Path, *, rail_stations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Read the freight nodes named in public pages; those without any position are left out.

    Where the page's position basis is a railway station of the same name, the station's point is taken and
    the accuracy stays empty: how far the terminal lies from the station is not known.
    """
    columns = ["place", "type", "lat", "lon", "accuracy_km", "position_basis"]
    rows = read_rows(sources, _FREIGHT, columns=columns)
    work = to_work(_lonlat_points(rows["lon"], rows["lat"]).to_frame("geometry"), what=_FREIGHT)
    at_station = rows["position_basis"].str.contains("station of the same name")
    stations = rail_stations.set_index("name").geometry
    shape = work.geometry.reindex(rows.index)
    shape = shape.where(~at_station, rows["place"].map(stations[~stations.index.duplicated()]))
    nodes = gpd.GeoDataFrame(
        {
            "name": rows["place"],
            "kind": rows["type"],
            "accuracy_m": rows["accuracy_km"].astype(float) * 1000,
            "position_basis": rows["position_basis"],
            "source_id": "public_pages_freight",
        },
        geometry=gpd.GeoSeries(shape, crs=rail_stations.crs),
    )
    return slug_ids(_gridded(nodes[nodes.geometry.notna()]), prefix="freight", index="freight_node_id")


def compile_power_lines(sources: Path) -> gpd.GeoDataFrame:
    """Read the high-voltage overhead lines of the map; the source holds no voltage."""
    lines = clip_to_map(read_layer(sources, _POWER))
    return number_ids(lines, prefix="power", index="power_line_id").assign(source_id=_N1000_ID)


def compile_fuel_sites(sources: Path) -> gpd.GeoDataFrame:
    """Read the fuel stations (OpenStreetMap, ODbL: kept in a folder of its own).

    Rows that are car washes or car chargers by their name are left out.
    """
    raw = clip_to_map(
        read_layer(sources, _FUEL, columns=["id", "name", "brand", "city", "truck"]), grid_m=0.1
    )
    sites = raw.rename(columns={"id": "fuel_site_id", "city": "place", "truck": "is_truck"})
    sites = sites.assign(name=sites["name"].fillna(sites["brand"]))
    sites = sites[~sites["name"].str.contains(_NO_FUEL, case=False, regex=True)]
    typed = sites.assign(is_truck=sites["is_truck"].astype(bool), source_id="osm_fuel_stations")
    return typed.set_index("fuel_site_id").sort_index()


def _municipality_of(points: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame) -> pd.Series:
    """Name the municipality of each point; on a shared border the smallest id, outside all missing."""
    pairs = points[["geometry"]].sjoin(municipalities[["geometry"]].sort_index(), predicate="intersects")
    ids = pairs["municipality_id"].sort_values(kind="stable")
    home: pd.Series = ids[~ids.index.duplicated()].reindex(points.index)
    return home


def _centre_names(sources: Path, municipalities: gpd.GeoDataFrame) -> pd.Series:
    members = read_rows(sources, _MEMBERS, columns=["kommunenummer_2024", "adm_center"])
    stated = members.set_index("kommunenummer_2024")["adm_center"]
    return stated.reindex(municipalities.index).fillna(municipalities["name"])


def _stated_centres(sources: Path) -> pd.DataFrame:
    columns = ["kommunenummer_2024", "centre_lat", "centre_lon", "centre_source"]
    rows = read_rows(sources, _MEMBERS, columns=columns).set_index("kommunenummer_2024")
    rows = rows[rows["centre_lat"].notna()]
    points = _lonlat_points(rows["centre_lon"], rows["centre_lat"]).to_frame("geometry")
    is_station = rows["centre_source"].str.contains("station")
    return pd.DataFrame(
        {
            "geometry": to_work(points, what=_MEMBERS).geometry.to_numpy(),
            "basis": np.where(is_station, "station", "place_label"),
            "accuracy_m": np.where(is_station, _STATION_ACCURACY_M, _LABEL_ACCURACY_M),
        },
        index=rows.index,
    )


def _named_points(
    points: gpd.GeoDataFrame,
    names: pd.Series,
    *,
    municipalities: gpd.GeoDataFrame,
    basis: str,
    accuracy_m: float,
) -> pd.DataFrame:
    """Find the points that carry a centre's name and lie in its municipality."""
    home = _municipality_of(points.drop(columns="municipality_id", errors="ignore"), municipalities)
    hits = points[home.map(names) == points["name"]]
    return pd.DataFrame(
        {"geometry": hits.geometry.to_numpy(), "basis": basis, "accuracy_m": accuracy_m},
        index=home[hits.index].to_numpy(),
    )


def _largest_builtup(builtup: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame) -> pd.DataFrame:
    area_of, home = builtup.sindex.query(municipalities.geometry.values, predicate="intersects")[::-1]
    parts = builtup.geometry.take(area_of).intersection(municipalities.geometry.take(home), align=False)
    frame = gpd.GeoDataFrame(
        {"municipality_id": municipalities.index[home]}, geometry=parts.to_numpy(), crs=builtup.crs
    )
    largest = frame.assign(size=-frame.area).sort_values(["municipality_id", "size"], kind="stable")
    return _inside(largest.drop_duplicates("municipality_id").set_index("municipality_id"), basis="builtup")


def _main_settlement(places: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame) -> pd.DataFrame:
    first = places.dropna(subset="municipality_id").sort_values(["municipality_id", "rank"], kind="stable")
    main = first.drop_duplicates("municipality_id").set_index("municipality_id")
    radius_m = _inside(municipalities, basis="area")["accuracy_m"].reindex(main.index)
    return pd.DataFrame(
        {"geometry": main.geometry.to_numpy(), "basis": "place_label", "accuracy_m": radius_m}
    )


def _churches(sources: Path) -> gpd.GeoDataFrame:
    labels = read_layer(sources, N1000, layer="stedsnavntekst", columns=["fulltekst", "navneobjekttype"])
    churches = labels[labels["navneobjekttype"] == "kirke"].sort_values("fulltekst", kind="stable")
    named = churches.assign(name=churches["fulltekst"].str.removesuffix(" kirke"))
    return named.set_geometry(named.interpolate(0.5, normalized=True))


def _move_home(points: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    homes = municipalities.geometry.reindex(points.index)
    nearest = shapely.get_point(shapely.shortest_line(homes.values, points.geometry.values), 0)
    return points.set_geometry(gpd.GeoSeries(nearest, index=points.index, crs=points.crs))


def _inside(areas: gpd.GeoDataFrame, *, basis: str) -> pd.DataFrame:
    radius_m = np.sqrt(areas.area / np.pi).round(-2).clip(lower=100)
    points = areas.representative_point().to_numpy()
    return pd.DataFrame({"geometry": points, "basis": basis, "accuracy_m": radius_m}, index=areas.index)


def _lonlat_points(lon: pd.Series, lat: pd.Series) -> gpd.GeoSeries:
    known = lon.notna() & lat.notna()
    points = gpd.points_from_xy(lon[known].astype(float), lat[known].astype(float), crs=LONLAT)
    return gpd.GeoSeries(points, index=lon.index[known])


def _gridded(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Round points to whole metres: their sources are no better."""
    return frame.set_geometry(shapely.set_precision(frame.geometry.values, 1.0), crs=frame.crs)
