"""Heavy traffic on links: a toy road by hand, laws, and the shipped network."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from regiongeo.errors import AssumptionError
from regiongeo.schema import validate
from regiongeo.tables import REFERENCE
from regiongeo.traffic import basis_lengths, heavy_traffic

WORK = "EPSG:25832"
EAST, NORTH = 600_000, 6_640_000
NODES = {
    "a": (0, 0),
    "b": (2, 0),
    "c": (4, 0),
    "d": (6, 0),
    "e": (12, 0),
    "f": (4, 2),
    "g": (0, 4),
    "h": (2, 4),
}
LINKS = {
    "ab": "Rv4", "bc": "Rv4", "cd": "Rv4", "de": "Rv4", "cf": "E6", "bh": "Fv33", "gh": "Fv33", "ag": "Kv1",
}  # fmt: skip


def _at(place: tuple[float, float]) -> tuple[float, float]:
    return EAST + 1000 * place[0], NORTH + 1000 * place[1]


def toy_links() -> gpd.GeoDataFrame:
    """Draw a national road a-e, an E road joining at c, a county road at b; km.

    ::

        g --Fv33- h          f
        |         |          |        a-b-c-d 2 km each, d-e 6 km; bh 4 km, ag 4 km, gh 2 km, cf 2 km
       Kv1       Fv33       E6        all in municipality 3201 (Akershus) but de in 0301 (Oslo)
        |         |          |        cf lies on section S1
        a --Rv4-- b --Rv4--- c --Rv4-- d ------Rv4------ e
    """
    rows = [
        {
            "from_node": name[0],
            "to_node": name[1],
            "road": road,
            "road_category": {"E": "E", "R": "R", "F": "F", "K": "K"}[road[0]],
            "motorway_type": "none",
            "medium": "ground",
            "is_ferry": False,
            "tent": "core" if name == "cf" else "none",
            "section_id": "S1" if name == "cf" else None,
            "municipality_id": "0301" if name == "de" else "3201",
            "heavy_kmh": 60.0,
            "source_id": "toy",
        }
        for name, road in LINKS.items()
    ]
    lines = [LineString([_at(NODES[name[0]]), _at(NODES[name[1]])]) for name in LINKS]
    table = gpd.GeoDataFrame(rows, index=pd.Index(LINKS, name="link_id"), geometry=lines, crs=WORK)
    table = table.assign(length_m=table.length, minutes=table.length / 1000)
    return validate(table, REFERENCE["links"])


def _points(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    usual = {
        "name": "x", "road": "Rv4", "municipality_id": "3201", "year": 2018, "aadt": 1000.0,
        "heavy_share_weekday": 0.1, "is_ramp": False, "is_one_direction": False, "pair_id": None,
        "link_id": "ab", "offset_m": 5.0, "source_id": "toy",
    }  # fmt: skip
    filled = [{**usual, **row} for row in rows]
    places = [Point(*_at(row.pop("at", (1, 0)))) for row in filled]  # type: ignore[arg-type]
    index = pd.Index([f"P{number}" for number in range(len(rows))], name="point_id")
    return gpd.GeoDataFrame(filled, index=index, geometry=places, crs=WORK)


def toy_tables() -> dict[str, pd.DataFrame]:
    """Give figures with simple factors: a 2017 volume counts 1.1 times, a weekday share half."""
    classes = pd.DataFrame(
        {
            ("Akershus", "E+R"): (0.10, 0.04, 0.02),
            ("Akershus", "F"): (0.08, 0.02, 0.01),
            ("Oslo", "E+R+F"): (0.20, 0.05, 0.02),
        },
        index=["share_ge_5_6m", "share_ge_12_5m", "share_ge_16_0m"],
    ).T.rename_axis(["county_2019", "road_group"])
    return {
        "sections": pd.DataFrame(
            {
                "name": "s",
                "road": "E6",
                "year": 2018,
                "aadt": 20_000.0,
                "heavy_share": 0.12,
                "source_id": "toy",
            },
            index=pd.Index(["S1"], name="section_id"),
        ),
        "road_municipality": pd.DataFrame(
            {
                "n_points": 2,
                "year": 2017,
                "aadt": [500.0, 600.0],
                "spread": [1.0, 2.5],
                "heavy_share": [0.2, None],
                "source_id": "toy",
            },
            index=pd.MultiIndex.from_tuples(
                [("Rv4", "3201"), ("Rv4", "0301")], names=["road", "municipality_id"]
            ),
        ),
        "length_classes": classes.assign(source_id="toy"),
        "municipalities": pd.DataFrame({"county_2019": ["Akershus", "Oslo"]}, index=["3201", "0301"]),
        "assumptions": pd.DataFrame(
            {
                "value": [2018.0, 1.1, 0.5, 4.5, 2.5],
                "unit": ["year", "1", "1", "km", "1"],
            },
            index=[
                "traffic_base_year",
                "traffic_year_factor.2017",
                "traffic_weekday_share_factor",
                "traffic_point_reach_km",
                "traffic_municipal_spread_max",
            ],
        ),
    }


@pytest.fixture
def links() -> gpd.GeoDataFrame:
    return toy_links()


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    return toy_tables()


def test_the_toy_road_by_hand(links: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame]) -> None:
    traffic = heavy_traffic(links, points=_points({}), **tables)  # type: ignore[arg-type]
    # P0 stands in the middle of ab. Middle of bc is 1 + 1 km away: reached. Middle of cd is
    # 4 km away, within 4.5 km, but at c the E6 joins.
    assert traffic["traffic_basis"].dropna().to_dict() == {
        "ab": "count", "bc": "count", "cd": "road_municipality", "de": "road_municipality", "cf": "section",
    }  # fmt: skip
    # ab: 1000 x 0.1 weekday x 0.5 = 50 heavy, x 0.04/0.10 = 20 trucks
    assert traffic.loc["ab", ["aadt", "heavy_aadt", "truck_aadt"]].tolist() == [1000, 50, 20]
    # cd: 500 x 1.1 = 550; x 0.2 x 0.5 = 55 heavy; 22 trucks
    assert traffic.loc["cd", ["aadt", "heavy_aadt", "truck_aadt"]].tolist() == [550, 55, 22]
    # de: 600 x 1.1 = 660; the county's 0.20 (Oslo has all roads only) = 132; x 0.05/0.20 = 33
    assert traffic.loc["de", ["aadt", "heavy_aadt", "truck_aadt"]].tolist() == [660, 132, 33]
    # cf: 20000 x 0.12 = 2400; 960 trucks
    assert traffic.loc["cf", ["aadt", "heavy_aadt", "truck_aadt"]].tolist() == [20_000, 2400, 960]
    assert traffic["heavy_basis"].dropna().to_dict() == {
        "ab": "weekday", "bc": "weekday", "cd": "weekday", "de": "county", "cf": "own",
    }  # fmt: skip
    assert traffic["basis_year"].dropna().to_dict() == {
        "ab": 2018, "bc": 2018, "cd": 2017, "de": 2017, "cf": 2018
    }  # fmt: skip


@pytest.mark.parametrize(("east_km", "reached"), [(4.2, False), (5.0, True)])
def test_a_count_speaks_no_farther_than_its_reach(
    links: gpd.GeoDataFrame,
    tables: dict[str, pd.DataFrame],
    east_km: float,
    reached: bool,  # noqa: FBT001
) -> None:
    # The middle of de lies at 9 km: 4.8 or 4.0 km away, within 4.5 km or not.
    points = _points({"link_id": "cd", "at": (east_km, 0)})
    traffic = heavy_traffic(links, points=points, **tables)  # type: ignore[arg-type]
    assert (traffic.loc["de", "traffic_basis"] == "count") == reached


def test_a_link_without_basis_is_empty_and_never_zero(
    links: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    traffic = heavy_traffic(links, points=_points({}), **tables)  # type: ignore[arg-type]
    assert traffic.loc[["bh", "gh", "ag"]].isna().all().all()
    assert traffic.index.equals(links.index)


def test_a_count_never_speaks_for_another_road(
    links: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    points = _points({"road": "Fv33", "link_id": "gh", "at": (1, 4)})
    traffic = heavy_traffic(links, points=points, **tables)  # type: ignore[arg-type]
    assert set(traffic.index[traffic["traffic_basis"] == "count"]) == {"gh", "bh"}
    # 1000 x 0.1 x 0.5 = 50; county road in Akershus: x 0.02/0.08 = 12.5, rounded to even
    assert traffic.loc["gh", "truck_aadt"] == 12


def test_pairs_are_added_and_halves_and_ramps_are_left_out(
    links: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    half = {"is_one_direction": True, "aadt": 400.0}
    points = _points(
        {**half, "pair_id": "P0"},
        {**half, "pair_id": "P0", "aadt": 600.0, "heavy_share_weekday": 0.2},
        {**half, "link_id": "cd", "at": (5, 0)},
        {"is_ramp": True, "link_id": "de", "at": (7, 0)},
    )
    traffic = heavy_traffic(links, points=points, **tables)  # type: ignore[arg-type]
    # 400 + 600; (40 + 120) / 1000 weekday x 0.5 = 80 heavy
    assert traffic.loc["ab", ["aadt", "heavy_aadt"]].tolist() == [1000, 80]
    assert set(traffic.index[traffic["traffic_basis"] == "count"]) == {"ab", "bc"}


def test_a_pair_with_one_half_lost_is_left_out(
    links: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    points = _points({"is_one_direction": True, "pair_id": "P0"}, {"is_one_direction": True, "pair_id": "P0"})
    points.loc["P1", "link_id"] = None
    traffic = heavy_traffic(links, points=points, **tables)  # type: ignore[arg-type]
    assert not (traffic["traffic_basis"] == "count").any()


def test_the_nearer_count_wins_and_ties_go_to_the_first_id(
    links: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    far = {"at": (0.5, 0), "aadt": 1.0}
    near = {"at": (3.5, 0), "link_id": "bc", "aadt": 2.0}
    traffic = heavy_traffic(links, points=_points(far, near), **tables)  # type: ignore[arg-type]
    assert traffic["aadt"].loc[["ab", "bc"]].tolist() == [1, 2]
    same = _points({"aadt": 1.0}, {"aadt": 2.0})
    traffic = heavy_traffic(links, points=same, **tables)  # type: ignore[arg-type]
    assert traffic["aadt"].loc[["ab", "bc"]].tolist() == [1, 1]


def test_a_year_without_factor_is_refused(links: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(AssumptionError, match=r"traffic_year_factor\.1999"):
        heavy_traffic(links, points=_points({"year": 1999}), **tables)  # type: ignore[arg-type]


def test_ferries_carry_no_road_volume(links: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame]) -> None:
    sailing = links.assign(is_ferry=links.index == "cd")
    traffic = heavy_traffic(sailing, points=_points({}), **tables)  # type: ignore[arg-type]
    assert traffic.loc["cd"].isna().all()
    assert traffic.loc["de", "traffic_basis"] == "road_municipality"


def test_a_median_of_figures_that_differ_too_much_is_no_basis(
    links: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    wide = tables["road_municipality"].assign(spread=[2.6, 2.5])
    traffic = heavy_traffic(links, points=_points({}), **{**tables, "road_municipality": wide})  # type: ignore[arg-type]

    in_vestby = links.index[(links["road"] == "Rv4") & (links["municipality_id"] == "3201")]
    in_oslo = links.index[(links["road"] == "Rv4") & (links["municipality_id"] == "0301")]
    assert (traffic.loc[in_vestby, "traffic_basis"] != "road_municipality").all()
    assert traffic.loc["cd"].isna().all()
    assert traffic.loc[in_oslo, "traffic_basis"].eq("road_municipality").all()


def test_basis_lengths_hold_every_kilometre_once(
    links: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    km = basis_lengths(links, heavy_traffic(links, points=_points({}), **tables))  # type: ignore[arg-type]
    assert km.loc["R"].to_dict() == pytest.approx(
        {"section": 0, "count": 4, "road_municipality": 8, "none": 0}
    )
    assert km.loc["F"].to_dict() == pytest.approx(
        {"section": 0, "count": 0, "road_municipality": 0, "none": 6}
    )
    assert km.to_numpy().sum() == pytest.approx(
        links.loc[links["road_category"] != "K", "length_m"].sum() / 1000
    )


@given(order=st.permutations(range(3)), turned=st.booleans())
def test_the_order_of_rows_changes_nothing(order: list[int], turned: bool) -> None:  # noqa: FBT001
    links = toy_links()
    tables = toy_tables()
    points = _points({}, {"aadt": 2000.0}, {"link_id": "de", "at": (11, 0)})
    before = links.copy()
    usual = heavy_traffic(links, points=points, **tables)  # type: ignore[arg-type]
    mixed = links.iloc[::-1] if turned else links
    again = heavy_traffic(mixed, points=points.iloc[order], **tables)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(again.loc[usual.index], usual)
    pd.testing.assert_frame_equal(pd.DataFrame(links), pd.DataFrame(before))
