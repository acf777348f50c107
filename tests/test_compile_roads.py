"""Roads and counts from raw files: an invented source by hand, then the real one where it is present."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from shapely import LineString, Point, box

from regiongeo.assumptions import ASSUMPTIONS
from regiongeo.compile.areas import compile_municipalities
from regiongeo.compile.counts import normalise_road
from regiongeo.compile.roads import compile_roads
from regiongeo.errors import DataError, SourceError
from regiongeo.schema import validate
from regiongeo.traffic import basis_lengths, heavy_traffic

if TYPE_CHECKING:
    from collections.abc import Mapping

Tables = dict[str, gpd.GeoDataFrame]
ROOT = Path(__file__).parents[1]
SOURCES = ROOT.parent / "shared" / "data"
WORK = "EPSG:25832"
EAST, NORTH = 600_000, 6_640_000


def _line(*places: tuple[float, float]) -> LineString:
    return LineString([(EAST + 1000 * x, NORTH + 1000 * y) for x, y in places])


def _assumptions() -> pd.DataFrame:
    return validate(pd.read_csv(ROOT / "data" / "assumptions.csv", index_col="name"), ASSUMPTIONS)


def _municipalities() -> gpd.GeoDataFrame:
    squares = [box(EAST - 1000, NORTH - 5000, EAST + 5000, NORTH + 5000)]
    squares.append(box(EAST + 5000, NORTH - 5000, EAST + 12_000, NORTH + 5000))
    index = pd.Index(["3201", "3203"], name="municipality_id")
    return gpd.GeoDataFrame({"name": ["Vestby", "Midtby"]}, index=index, geometry=squares, crs=WORK)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Write raw files of an invented place; km.

    ::

        a ---E6--- b ---E6--- c        a-b 4 km, b-c 4 km with section S1 from 1 km west of b to c
                   |                   b-d Fv33 3 km, a bend of 10 m in its middle
                  Fv33                 c-e car ferry Rv19, 3 km; a path and a private road that must go
                   d                   a-b lies in Vestby, the middle of b-c in Midtby
    """
    roads = tmp_path / "roads"
    roads.mkdir()
    shared = {"typeVeg": "enkelBilveg", "motorvegtype": None, "medium": "T", "vegnummer": 6.0}
    rows = [
        {**shared, "vegkategori": "E", "motorvegtype": "motorveg", "geometry": _line((0, 0), (4, 0))},
        {**shared, "vegkategori": "E", "medium": "U", "geometry": _line((4, 0), (8, 0))},
        {**shared, "vegkategori": "F", "vegnummer": 33.0, "geometry": _line((4, 0), (4.01, -1.5), (4, -3))},
        {
            **shared, "vegkategori": "R", "vegnummer": 19.0, "medium": None, "typeVeg": "bilferje",
            "geometry": _line((8, 0), (8, 3)),
        },
        {**shared, "vegkategori": "P", "vegnummer": None, "geometry": _line((0, 0), (0, 1))},
        {**shared, "vegkategori": None, "typeVeg": "sti", "geometry": _line((0, 0), (1, 1))},
    ]  # fmt: skip
    links = gpd.GeoDataFrame(rows, crs=WORK).to_crs(25833)
    links.to_file(roads / "n1000_osloregion.gpkg", layer="veglenke")
    section = {
        "section_ref": "S1", "section": "B/C", "road": "E6,E39", "core": "N", "aadt": 20_000, "hgv_pct": 12,
    }  # fmt: skip
    sections = gpd.GeoDataFrame([{**section, "geometry": _line((3, 0), (4, 0), (8, 0))}], crs=WORK)
    sections.to_crs(25833).to_file(roads / "npra_tent_sections_osloregion.gpkg")
    _write_points(roads)
    (roads / "npra_aadt_by_road_municipality.csv").write_text(
        "ref,municipality,n,aadt_median,aadt_max,a2017,a2020,heavy_share\n"
        "E6,Vestby,2,900,1800,1000,900,\nE6,Midtby,1,700,700,,700,0.15\nE6,Fjernby,1,5,5,5,5,\n",
        encoding="utf-8",
    )
    (roads / "npra_vti2019_lengthclass_shares_by_county.csv").write_text(
        'Område,Vegkategori,"% >= 5,6m","% >= 16,0m",% >=12.5\nAkershus,E+R,11.9,3.4,5.1\n', encoding="utf-8"
    )
    return tmp_path


def _write_points(roads: Path) -> None:
    rows = {
        "P1": ("Broen", "EV6 S1D1 m100", (2, 0.05)),
        "P2": ("Avkjøring rampe", "EV6 S1D1 m200 KD2 m5", (3, 0.05)),
        "P3": ("Fjelltunnelen mot Nord", "EV6 S1D1 m300", (6, 0.1)),
        "P4": ("Fjelltunnelen mot Sør", "EV6 S1D1 m900", (7, 0.1)),
        "P5": ("Langt unna", "FV33 S1D1 m1", (4.5, -1.5)),
        "P6": ("Nær E6, på Kv9", "KV9 S1D1 m1", (1, 0.01)),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["name", "road_reference", "at"])
    table = table.assign(adt=1000, year_aadt=2025, ydt_light=900.0, ydt_heavy=100.0).rename_axis("trp_id")
    places = [Point(EAST + 1000 * x, NORTH + 1000 * y) for x, y in table.pop("at")]
    points = gpd.GeoDataFrame(table.reset_index(), geometry=places, crs=WORK)
    points.to_crs(4326).to_file(roads / "npra_trp_points_osloregion.gpkg")


def _compile(source: Path) -> Tables:
    return compile_roads(source, municipalities=_municipalities(), assumptions=_assumptions())


@pytest.mark.parametrize(
    ("text", "road"),
    [
        ("EV134 S41D1 m4645", "E134"), ("R22", "Rv22"), ("rv. 36", "Rv36"), ("F130", "Fv130"),
        ("fv. 1436", "Fv1436"), ("KV17135 S1D1 m1763", "Kv17135"), ("E6", "E6"), ("RV022", "Rv22"),
        ("vei 3", None), ("", None), (None, None), (6, None),
    ],
)  # fmt: skip
def test_roads_are_written_as_people_do(text: object, road: str | None) -> None:
    assert normalise_road(text) == road


def test_links_of_the_invented_place(source: Path) -> None:
    links = _compile(source)["links"]
    # a-b is cut 1 km before b, where section S1 begins; path and private road are gone
    assert links["road"].tolist() == ["E6", "E6", "Fv33", "E6", "Rv19"]
    assert (links["length_m"] / 1000).round(2).tolist() == [3.0, 1.0, 3.0, 4.0, 3.0]
    assert links["section_id"].fillna("-").tolist() == ["-", "S1", "-", "S1", "-"]
    assert links["tent"].tolist() == ["none", "comprehensive", "none", "comprehensive", "none"]
    assert links["motorway_type"].tolist() == ["motorway", "motorway", "none", "none", "none"]
    assert links["medium"].tolist() == ["ground", "ground", "ground", "tunnel", "ferry"]
    assert links["municipality_id"].tolist() == ["3201", "3201", "3201", "3203", "3203"]


def test_a_ferry_drawn_short_of_its_road_is_joined_and_keeps_its_length(source: Path) -> None:
    path = source / "roads" / "n1000_osloregion.gpkg"
    raw = gpd.read_file(path, layer="veglenke")
    is_ferry = raw["typeVeg"] == "bilferje"
    raw.assign(geometry=raw.geometry.mask(is_ferry, raw.translate(yoff=150))).to_file(path, layer="veglenke")
    tables = _compile(source)
    links = tables["links"].set_index("road")
    assert links.loc["Rv19", "from_node"] == links[links["medium"] == "tunnel"]["to_node"].iloc[0]
    assert links.loc["Rv19", "length_m"] == pytest.approx(3000, rel=1e-3)
    assert links.geometry["Rv19"].length == pytest.approx(3150, abs=1)
    assert set(tables["nodes"].index) == {*links["from_node"], *links["to_node"]}


def test_minutes_are_length_over_speed_and_the_wait_of_a_ferry(source: Path) -> None:
    links = _compile(source)["links"]
    value = _assumptions()["value"]
    by_hand = links["length_m"] / 1000 / links["heavy_kmh"] * 60 + links["is_ferry"] * value["ferry_wait_min"]
    np.testing.assert_allclose(links["minutes"], by_hand, atol=1e-4)
    kind = ["motorway", "motorway", "f", "er_other", "ferry"]
    assert links["heavy_kmh"].tolist() == [value[f"heavy_kmh.{name}"] for name in kind]


def test_links_end_at_their_nodes_and_keep_the_length_of_the_bend(source: Path) -> None:
    tables = _compile(source)
    links, nodes = tables["links"], tables["nodes"]
    for end, column in ((0, "from_node"), (-1, "to_node")):
        ends = gpd.GeoSeries(shapely.get_point(links.geometry.to_numpy(), end), crs=WORK)
        assert ends.geom_equals(nodes.geometry.loc[links[column]].set_axis(ends.index)).all()
    bend = links[links["road"] == "Fv33"].iloc[0]
    assert len(bend.geometry.coords) == 2
    assert bend["length_m"] == pytest.approx(2 * np.hypot(10, 1500), rel=4e-4)


def test_points_are_matched_to_their_own_road_only(source: Path) -> None:
    points = _compile(source)["traffic_points"]
    assert points["link_id"].fillna("-").tolist() == ["L00001", "L00001", "L00004", "L00004", "-", "-"]
    assert points["offset_m"].iloc[0] == pytest.approx(50, abs=0.2)
    assert points["is_ramp"].tolist() == [False, True, False, False, False, False]
    assert points["is_one_direction"].tolist() == [False, False, True, True, False, False]
    assert points["pair_id"].fillna("-").tolist() == ["-", "-", "P3", "P3", "-", "-"]
    assert (points["heavy_share_weekday"] == 0.1).all()


def test_road_municipality_prefers_2017_and_drops_far_places(source: Path) -> None:
    table = _compile(source)["traffic_road_municipality"]
    assert table.index.tolist() == [("E6", "3201"), ("E6", "3203")]
    assert table["year"].tolist() == [2017, 2020]
    assert table["aadt"].tolist() == [1000, 700]
    assert table["spread"].tolist() == [2.0, 1.0]  # 1800 over 900


def test_the_same_source_gives_the_same_tables(source: Path) -> None:
    first, second = _compile(source), _compile(source)
    for name, table in first.items():
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(second[name]))


def test_a_missing_or_damaged_file_is_named(source: Path) -> None:
    roads = source / "roads"
    (roads / "npra_trp_points_osloregion.gpkg").write_bytes(b"no GeoPackage")
    with pytest.raises(DataError, match="npra_trp_points"):
        _compile(source)
    (roads / "npra_tent_sections_osloregion.gpkg").unlink()
    with pytest.raises(SourceError, match="npra_tent_sections"):
        _compile(source)


def test_a_section_away_from_its_road_is_refused(source: Path) -> None:
    path = source / "roads" / "npra_tent_sections_osloregion.gpkg"
    sections = gpd.read_file(path)
    sections.assign(geometry=sections.translate(yoff=500)).to_file(path)
    with pytest.raises(DataError, match="'S1'"):
        _compile(source)


needs_sources = pytest.mark.skipif(not SOURCES.is_dir(), reason="the raw sources are not in ../shared/data")


@pytest.fixture(scope="module")
def real() -> Tables:
    municipalities = compile_municipalities(SOURCES)
    tables = compile_roads(SOURCES, municipalities=municipalities, assumptions=_assumptions())
    return {**tables, "municipalities": municipalities}


def _matrix(tables: Mapping[str, gpd.GeoDataFrame], *, weight: str = "minutes") -> coo_matrix:
    links, nodes = tables["links"], tables["nodes"]
    ends = np.array([nodes.index.get_indexer(links[column]) for column in ("from_node", "to_node")])
    low, high = np.sort(ends, axis=0)
    best = pd.DataFrame({"u": low, "v": high, "w": links[weight].to_numpy()}).groupby(["u", "v"])["w"].min()
    u, v = (best.index.get_level_values(level).to_numpy() for level in ("u", "v"))
    return coo_matrix((best.to_numpy(), (u, v)), shape=(len(nodes), len(nodes)))


def _route_km(tables: Tables, lon: float, lat: float) -> float:
    """Measure the fastest route from Oslo S to a place [km], without the way to the nearest node."""
    nodes, links = tables["nodes"], tables["links"]
    matrix = _matrix(tables)
    _, part = connected_components(matrix, directed=False)
    main = nodes[part == np.bincount(part).argmax()]
    spots = gpd.GeoSeries.from_xy([10.7528, lon], [59.9109, lat], crs=4326).to_crs(WORK)
    start, stop = (nodes.index.get_loc(main.distance(spot).idxmin()) for spot in spots)
    _, before = dijkstra(matrix, directed=False, indices=start, return_predecessors=True)
    named = links.assign(ends=list(map(frozenset, zip(links["from_node"], links["to_node"], strict=True))))
    fastest = named.sort_values("minutes").drop_duplicates("ends").set_index("ends")["length_m"]
    length_m = 0.0
    while stop != start:
        length_m += fastest[frozenset((nodes.index[stop], nodes.index[before[stop]]))]
        stop = before[stop]
    return length_m / 1000


@pytest.mark.sources
@needs_sources
def test_real_roads_hang_together(real: Tables) -> None:
    links = real["links"]
    _, part = connected_components(_matrix(real), directed=False)
    cars = links[~links["is_ferry"]]
    km = cars["length_m"].groupby(part[real["nodes"].index.get_indexer(cars["from_node"])]).sum()
    assert km.max() / km.sum() >= 0.993


@pytest.mark.sources
@needs_sources
@pytest.mark.parametrize(
    ("lon", "lat", "low", "high"),
    [(11.0680, 60.7945, 123, 126), (11.2519, 59.0945, 110.5, 116), (9.6500, 59.6686, 80, 83)],
    ids=["Hamar", "Svinesund", "Kongsberg"],
)
def test_real_routes_have_the_known_length(
    real: Tables, lon: float, lat: float, low: float, high: float
) -> None:
    # Svinesund is 111 km by road; the nearest node to Oslo S lies 0.3 km on the way.
    assert low <= _route_km(real, lon, lat) <= high


@pytest.mark.sources
@needs_sources
def test_real_sections_keep_their_length(real: Tables) -> None:
    raw = gpd.read_file(SOURCES / "roads" / "npra_tent_sections_osloregion.gpkg").set_index("section_ref")
    km = real["traffic_sections"]["length_m"] / 1000
    off = (km - raw["n1000_km"]).abs()
    # Two reach beyond the source, two share their first metres with a third in central Oslo.
    assert set(off.index[off > 0.1]) == {"NO-013.07", "NO-104.07", "NO-018.02", "NO-018.03"}
    changed = real["traffic_sections"].query("tent != tent_reported")
    assert changed["length_m"].sum() / 1000 == pytest.approx(22.1, abs=0.1)


@pytest.mark.sources
@needs_sources
def test_real_heavy_volumes_are_plausible(real: Tables) -> None:
    inputs = {name: real[f"traffic_{name}"] for name in ("sections", "points", "road_municipality")}
    traffic = heavy_traffic(
        real["links"],
        **inputs,  # type: ignore[arg-type]
        length_classes=real["length_classes"],
        municipalities=real["municipalities"],
        assumptions=_assumptions(),
    )
    heavy = traffic["heavy_aadt"].groupby(real["links"]["section_id"]).max()
    known = {"NO-013.18": 7888, "NO-016.07": 3125, "NO-104.17": 5773, "NO-109.04": 1017, "NO-013.16": 5608}
    assert {section: heavy[section] for section in known} == known
    km = basis_lengths(real["links"], traffic)
    assert km.loc[["E", "R"], "none"].sum() / km.loc[["E", "R"]].to_numpy().sum() < 0.11


@pytest.mark.sources
@needs_sources
def test_stated_year_and_weekday_factors_follow_from_the_counts() -> None:
    value = _assumptions()["value"]
    roads = SOURCES / "roads"
    sections = pd.read_csv(roads / "npra_tent_sections_osloregion.csv")
    step = np.sqrt((sections["aadt"] / sections["aadt_2016"]).median())
    register = pd.read_csv(roads / "npra_trp_register_osloregion.csv", low_memory=False).query("~is_ramp")
    latest = register["adt_latest"].where(register["year_aadt"] == 2025)
    assert value["traffic_year_factor.2017"] == pytest.approx(step, abs=0.005)
    for year, volume in ((2020, register["aadt_2020"]), (2025, latest)):
        ratio = volume / register["adt_2017"]
        by_hand = step / ratio[ratio.between(0.67, 1.5)].median()
        assert value[f"traffic_year_factor.{year}"] == pytest.approx(by_hand, abs=0.005)
    assert value["traffic_weekday_share_factor"] == pytest.approx(_share_factor(roads), abs=0.01)


def _share_factor(roads: Path) -> float:
    """Divide the heavy share of all days 2018 by the weekday share, at stations within 100 m of a point."""
    stations = pd.read_csv(roads / "npra_hourly_stations2018_lengthclass_summary.csv").dropna(
        subset="road_ref"
    )
    points = gpd.read_file(roads / "npra_trp_points_osloregion.gpkg")
    both = (
        _road_parts(stations["road_ref"])
        .join(stations)
        .merge(_road_parts(points["road_reference"]).join(points), on="part", suffixes=("_2018", ""))
    )
    near = both[(both["metre_2018"] - both["metre"]).abs() < 100]
    all_days = near["[5.6,..)"] / (near["[..,5.6)"] + near["[5.6,..)"])
    weekday = near["ydt_heavy"] / (near["ydt_light"] + near["ydt_heavy"])
    return float((all_days / weekday).median())


def _road_parts(references: pd.Series) -> pd.DataFrame:
    plain = references[~references.str.contains("KD")]
    return plain.str.extract(r"(?P<part>\w+ S\d+D\d+) m(?P<metre>\d+)").astype({"metre": float})
