"""Exits by driving, what pools lack, urban nodes, Enova's rules, by hand; and the rules read as shipped."""

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from regiongeo.compliance import (
    afir_rules,
    build_corridors,
    build_pools,
    check_enova,
    check_pools,
    check_urban_nodes,
    enova_rules,
    find_exits,
    gateway_exits,
    unverified_rules,
)
from regiongeo.errors import AssumptionError, SchemaError
from regiongeo.network import Network, attach_sites, build_network
from toy_compliance import busy, make_pools, shipped_assumptions, tent_network
from toy_roads import EAST, NORTH, points, roads

PLACES = {"a": (0.0, 0.0), "b": (10.0, 0.0), "c": (10.0, 2.0), "d": (10.0, 6.0), "e": (20.0, 0.0)}


def side_road() -> Network:
    r"""TEN-T road E6 from a to e, a county road north from b, a national road at its end.

              d --Rv4 (4 km)... from c
              |
              c   2 km of county road
              |
    a ------- b ------- e       E6, 10 km each
    """
    rows = [("ab", "a", "b", 10), ("be", "b", "e", 10), ("bc", "b", "c", 2), ("cd", "c", "d", 4)]
    links = roads(PLACES, [(*row, row[3]) for row in rows])
    return build_network(
        points(PLACES),
        links.assign(
            tent=["core", "core", "none", "none"],
            road=["E6", "E6", "Fv1", "Rv4"],
            road_category=["E", "E", "F", "R"],
            is_ferry=False,
            municipality_id="3201",
        ),
    )


@pytest.fixture
def stations() -> gpd.GeoDataFrame:
    """P by the county road 1 km from b and 100 m off it; Q on the E6; R by the Rv4 1.5 km beyond c."""
    placed = points({"P": (10.1, 1.0), "Q": (15.0, 0.0), "R": (10.0, 3.5)}, index="station_id")
    return placed.assign(name=["P", "Q", "R"], power_kw=[4000.0, None, 0.0])


def test_exits_by_driving(stations: gpd.GeoDataFrame) -> None:
    attached = attach_sites(side_road(), stations, snap_m=500)
    found = find_exits(attached.network, attached.node_of, attached.offset_m)
    assert found["exit_node_id"].to_dict() == {"P": "b", "Q": "N:be@5000", "R": "b"}
    assert found["access_km"].tolist() == pytest.approx([1.1, 0.0, 3.5])
    assert found["national_km"].tolist() == pytest.approx([1.1, 0.0, 0.0])


def test_where_no_tent_road_leads_the_exit_is_missing() -> None:
    network = side_road()
    bare = Network(network.nodes, network.links.assign(tent="none"))
    found = find_exits(bare, pd.Series({"P": "c"}), pd.Series({"P": 0.0}))
    assert found[["exit_node_id", "access_km"]].isna().all(axis=None)
    assert found["national_km"].tolist() == [0]


def test_gateways_join_at_their_exit() -> None:
    gateways = pd.DataFrame({"node_id": ["e", "d"]}, index=pd.Index(["gw_e", "gw_d"], dtype="str"))
    found = gateway_exits(side_road(), gateways)
    assert found["exit_node_id"].to_dict() == {"gw_e": "e", "gw_d": "b"}
    assert found["access_km"].tolist() == [0, 6]


def test_pools_from_stations_say_what_is_not_known(stations: gpd.GeoDataFrame) -> None:
    attached = attach_sites(side_road(), stations, snap_m=500)
    exits = find_exits(attached.network, attached.node_of, attached.offset_m)
    square = box(EAST, NORTH - 1000, EAST + 12_000, NORTH + 9000)
    municipalities = gpd.GeoDataFrame({"name": ["Vest"]}, geometry=[square], index=["3201"], crs=25832)
    pools = build_pools(stations.iloc[::-1].assign(side="both"), exits, municipalities=municipalities)
    assert pools.index.tolist() == ["P", "Q", "R"]
    assert pools["has_charging"].isna().tolist() == [False, True, True]
    assert pools["municipality_id"].fillna("?").tolist() == ["3201", "?", "3201"]
    assert pools["status"].tolist() == ["existing"] * 3
    assert pools[["points_350kw", "is_open_to_heavy", "has_hydrogen"]].isna().all(axis=None)
    assert pools["access_km"].tolist() == exits["access_km"].tolist()
    with pytest.raises(SchemaError, match="side"):
        build_pools(stations.assign(side="up"), exits, municipalities=municipalities)


def test_what_a_pool_lacks() -> None:
    """P stands on core road with 2,000 kW, 1 point; Q where the class is comprehensive, 3.1 km off."""
    places = {"a": (0.0, 0.0), "b": (9.0, 0.0), "c": (18.0, 0.0)}
    network = tent_network(
        places, [("ab", "a", "b", 9.0), ("bc", "b", "c", 9.0)], tent=["core", "comprehensive"]
    )
    pools = make_pools(
        {
            "P": {"at": "b", "power_kw": 2000.0, "points_350kw": 1.0},
            "Q": {"at": "c", "access_km": 3.1, "power_kw": None, "is_open_to_heavy": False},
        }
    )
    rules = afir_rules(shipped_assumptions())
    found = check_pools(pools, build_corridors(network, busy(network)), rules=rules)
    core = found.loc["charging", 2030, "core"]
    assert core.loc["P", ["status", "fails", "not_known"]].tolist() == ["no", "power,points", ""]
    assert core.loc["P", ["missing_kw", "missing_points", "is_own_class"]].tolist() == [1600, 1, True]
    other = found.loc["charging", 2030, "comprehensive"]
    assert other.loc["P", ["status", "missing_kw", "is_own_class"]].tolist() == ["yes", 0, False]
    assert other.loc["Q", ["status", "fails", "not_known"]].tolist() == ["no", "open,access", "power"]
    assert pd.isna(other.loc["Q", "missing_kw"])
    assert other.loc["Q", "is_own_class"]


def test_rules_as_shipped() -> None:
    # Regulation (EU) 2023/1804, Art. 4 and 6, as summarised.
    rules = afir_rules(shipped_assumptions())
    asked = rules[["spacing_km", "power_kw", "points_350kw", "share"]].apply(list, axis=1)
    assert asked.loc["charging"].to_dict() == {
        (2025, "comprehensive"): [120, 1400, 1, 0.15],
        (2025, "core"): [120, 1400, 1, 0.15],
        (2027, "comprehensive"): [120, 1400, 1, 0.5],
        (2027, "core"): [120, 2800, 2, 0.5],
        (2030, "comprehensive"): [100, 1500, 1, 1],
        (2030, "core"): [60, 3600, 2, 1],
    }
    assert rules.loc[("hydrogen", 2030, "core"), "spacing_km"] == 200
    assert rules["far_spacing_km"].dropna().to_dict() == {("charging", 2030, "core"): 100}
    table = shipped_assumptions()
    assert table.loc[list(unverified_rules(table)), "status"].eq("to_verify").all()
    assert "rule.enova.spacing_km" in unverified_rules(table)


def test_rules_that_cannot_be_are_refused() -> None:
    with pytest.raises(SchemaError, match="share"):
        afir_rules(shipped_assumptions(rule__afir__2025__share=15.0))
    table = shipped_assumptions()
    with pytest.raises(AssumptionError, match="stated in m"):
        afir_rules(table.assign(unit=table["unit"].mask(table.index == "rule.afir.access_km", "m")))
    with pytest.raises(AssumptionError, match=r"rule\.enova\.power_kw"):
        enova_rules(table.drop(index="rule.enova.power_kw"))


@pytest.mark.parametrize(
    ("pools", "expected"),
    [
        ({}, [0, 1800, 0, 0, "no"]),
        ({"P": {"power_kw": 1000.0}, "Q": {"power_kw": 800.0}}, [1800, 0, 2, 0, "yes"]),
        ({"P": {"power_kw": 1700.0}, "Q": {"power_kw": 149.0}}, [1700, 100, 1, 0, "no"]),
        ({"P": {"power_kw": 1700.0}, "Q": {"power_kw": None}}, [1700, 100, 1, 1, "not_known"]),
        ({"P": {"power_kw": 1700.0}, "Q": {"municipality_id": "3201"}}, [1700, 100, 1, 0, "no"]),
    ],
)
def test_power_in_an_urban_node(pools: dict[str, dict[str, Any]], expected: list[Any]) -> None:
    rows = {name: {"at": "a", "municipality_id": "0301", **row} for name, row in pools.items()}
    found = check_urban_nodes(make_pools(rows), shipped_assumptions()).loc["charging", 2030, "0301"]
    assert found[["found", "missing", "pools", "pools_not_known", "is_met"]].tolist() == expected


def test_hydrogen_in_an_urban_node_and_which_those_are() -> None:
    pools = make_pools({"P": {"at": "a", "municipality_id": "0301"}})
    found = check_urban_nodes(pools, shipped_assumptions())
    assert found.loc["hydrogen", 2030, "0301"]["is_met"] == "yes"
    for kg_d, answer in ((999.0, "no"), (None, "not_known"), (1000.0, "yes")):
        small = make_pools({"P": {"at": "a", "municipality_id": "0301", "hydrogen_kg_d": kg_d}})
        checked = check_urban_nodes(small, shipped_assumptions())
        assert checked.loc["hydrogen", 2030, "0301"]["is_met"] == answer
    assert set(found.index.get_level_values("municipality_id")) == {"0301"}
    assert check_urban_nodes(pools, shipped_assumptions(rule__afir__urban_node__0301=0.0)).empty


def enova(pools: dict[str, dict[str, Any]], **site: Any) -> pd.Series:
    """Check a site at a; other pools stand at b, 10 km off, or e, 60 km off."""
    places = {"a": (0.0, 0.0), "b": (9.0, 0.0), "e": (18.0, 0.0)}
    network = tent_network(places, [("ab", "a", "b", 10.0), ("be", "b", "e", 50.0)])
    sites = make_pools({"S": {"at": "a", **site}}).rename_axis("site_id")
    return check_enova(network, sites, make_pools(pools), rules=enova_rules(shipped_assumptions())).loc["S"]


def test_enova_by_hand() -> None:
    far = {"F": {"at": "e"}}
    assert enova(far)[["status", "nearest_km", "nearest_pool_id"]].tolist() == ["yes", 60, "F"]
    row = enova(far, power_kw=1400.0, points_350kw=3.0)
    assert row[["status", "location", "fails", "missing_kw", "missing_points"]].tolist() == [
        "no", "yes", "points,power", 100, 1,
    ]  # fmt: skip
    assert enova(far, national_km=3.1)["fails"] == "access"
    assert enova(far, points_350kw=None)[["status", "not_known"]].tolist() == ["not_known", "points"]
    assert enova(far, is_open_to_heavy=False)["fails"] == "open"


def test_enova_spacing_depends_on_support() -> None:
    for supported, status in ((True, "no"), (None, "not_known"), (False, "yes")):
        near = {"F": {"at": "e"}, "N": {"at": "b", "is_enova_supported": supported}}
        assert enova(near)["location"] == status
    assert enova({"N": {"at": "b", "has_charging": False}, "F": {"at": "e"}})["location"] == "yes"
    assert enova({})[["location", "not_known"]].tolist() == ["not_known", "spacing"]


def test_a_pool_is_not_its_own_neighbour() -> None:
    assert enova({"S": {"at": "a", "is_enova_supported": True}, "F": {"at": "e"}})["nearest_pool_id"] == "F"
