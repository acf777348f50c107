"""The length ratio: the published star, toys by hand, laws, and networkx as an independent oracle."""

import json
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.compliance import (
    afir_rules,
    build_corridors,
    check_roads,
    gain_by_site,
    meet_shares,
    sum_roads,
)
from regiongeo.errors import DataError
from regiongeo.network import Network, attach_sites, build_network
from toy_compliance import busy, make_pools, road_cases, shipped_assumptions, tent_network
from toy_roads import points, roads

BENCHMARKS = Path(__file__).parents[2] / "shared" / "benchmarks"
RULES = afir_rules(shipped_assumptions())
RULES_2030 = RULES[[key[:2] == ("charging", 2030) for key in RULES.index]]
CORE_2030 = ("charging", 2030, "any")
Pools = dict[str, dict[str, Any]]


def line(*km: float, **columns: Any) -> Network:
    """Draw one road a - b - c - ... with pieces of these lengths."""
    nodes = "abcdefg"[: len(km) + 1]
    places = {node: (4.0 * k, float(k % 2)) for k, node in enumerate(nodes)}
    rows = [
        (one + other, one, other, length) for (one, other), length in zip(pairwise(nodes), km, strict=True)
    ]
    return tent_network(places, rows, **columns)


def status(
    network: Network,
    pools: Pools,
    *,
    key: tuple[str, int, str] = CORE_2030,
    rules: pd.DataFrame = RULES,
    beyond: pd.DataFrame | None = None,
    **heavy_aadt: float,
) -> pd.DataFrame:
    corridors = build_corridors(network, busy(network, **heavy_aadt))
    asked = rules[[one[:2] == key[:2] for one in rules.index]]
    table = check_roads(corridors, make_pools(pools), rules=asked, beyond=beyond)
    return pd.DataFrame(table.xs(key))


def covered(*args: Any, **options: Any) -> dict[str, str]:
    return status(*args, **options)["is_covered"].to_dict()


@pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="published instances are not here")
@pytest.mark.parametrize("case", [0, 1])
def test_the_published_star(case: int) -> None:
    star = json.loads((BENCHMARKS / "afir_star_example.json").read_text("utf-8"))["cases"][case]
    places = {"O": (0.0, 0.0), "A": (0.0, 9.0), "B": (9.0, 0.0), "C": (0.0, -9.0)}
    rows = [(name, *name.split("-"), float(km)) for name, km in star["edges_km"].items()]
    network = tent_network(places, rows)
    corridors = build_corridors(network, busy(network))
    table = check_roads(corridors, make_pools({name: {"at": name} for name in star["pools"]}), rules=RULES)
    found = table.xs(CORE_2030)
    assert found["through_km"].to_dict() == star["through_km"]
    assert sorted(found.index[found["is_covered"] == "yes"]) == sorted(star["covered"])
    shares = meet_shares(table, corridors, rules=RULES)
    assert shares.loc[CORE_2030, "ratio"] == pytest.approx(star["ratio"])


def test_a_pool_in_the_middle_of_a_gap() -> None:
    """P 25 km a - 40 km - b 30 km Q: 95 km is too long; with M at b there are 65 and 30.

    P ---25--- b ---40--- c ---30--- Q      nodes a, b, c, d
    """
    network = line(25, 40, 30)
    ends: Pools = {"P": {"at": "a"}, "Q": {"at": "d"}}
    assert set(covered(network, ends).values()) == {"no"}
    assert status(network, ends)["through_km"].tolist() == [95, 95, 95]
    assert covered(network, {**ends, "M": {"at": "c"}}) == {"ab": "no", "bc": "no", "cd": "yes"}
    at_b = status(network, {**ends, "M": {"at": "b"}})
    assert at_b["is_covered"].tolist() == ["yes", "no", "no"]
    assert at_b["through_km"].tolist() == [25, 70, 70]
    assert at_b["to_pool_id"].tolist() == ["M", "Q", "Q"]


def test_the_distance_itself_still_passes() -> None:
    assert covered(line(60), {"P": {"at": "a"}, "Q": {"at": "b"}}) == {"ab": "yes"}
    assert covered(line(60.01), {"P": {"at": "a"}, "Q": {"at": "b"}}) == {"ab": "no"}


def test_a_dead_end_is_never_covered_but_near() -> None:
    # 10 km from the pool at b to the end at a; T/2 = 30 km. Of the 50 km from b to c, 30 km are near.
    found = status(line(10, 50), {"P": {"at": "b"}})
    assert found["is_covered"].tolist() == ["no", "no"]
    assert found["near_km"].tolist() == [10, 30]
    assert found["through_km"].isna().all()


def test_no_pool_at_all() -> None:
    found = status(line(10, 50), {})
    assert found["is_covered"].tolist() == ["no", "no"]
    assert found["near_km"].sum() == 0


def test_one_pool_covers_a_loop_that_is_short_enough() -> None:
    r"""Round trip a - b - c - a of 54 km; with a piece of 30 km instead of 20 it is 64 km.

    P=a --14-- b
       \\      20
        20 -- c
    """
    places = {"a": (0.0, 0.0), "b": (9.0, 0.0), "c": (9.0, -9.0)}
    for km, answer in ((20.0, "yes"), (30.0, "no")):
        rows = [("ab", "a", "b", 14.0), ("bc", "b", "c", km), ("ca", "c", "a", 20.0)]
        assert set(covered(tent_network(places, rows), {"P": {"at": "a"}}).values()) == {answer}


def test_parallel_roads_stand_in_for_each_other() -> None:
    # Removing one of the two roads from a to b leaves the other: 25 + 30 = 55 km round P.
    places = {"a": (0.0, 0.0), "b": (9.0, 0.0)}
    network = tent_network(places, [("low", "a", "b", 25.0), ("high", "a", "b", 30.0)])
    found = status(network, {"P": {"at": "a"}})
    assert found["is_covered"].to_dict() == {"high": "yes", "low": "yes"}
    assert found["through_km"].to_dict() == {"high": 55, "low": 55}


def test_access_is_counted_and_3_1_km_fails() -> None:
    far = {"P": {"at": "a", "access_km": 3.0}, "Q": {"at": "b", "access_km": 3.0}}
    assert covered(line(54), far) == {"ab": "yes"}
    assert covered(line(54.1), far) == {"ab": "no"}
    assert covered(line(50), {**far, "Q": {"at": "b", "access_km": 3.1}}) == {"ab": "no"}
    longer = afir_rules(shipped_assumptions(rule__afir__access_km=5.0))
    assert covered(line(50), {**far, "Q": {"at": "b", "access_km": 3.1}}, rules=longer) == {"ab": "yes"}


@pytest.mark.parametrize("unknown", ["power_kw", "points_350kw", "is_open_to_heavy", "has_charging"])
def test_what_is_missing_neither_passes_nor_fails(unknown: str) -> None:
    pools: Pools = {"P": {"at": "a"}, "Q": {"at": "c", unknown: None}}
    found = status(line(20, 30), pools)
    assert found["is_covered"].tolist() == ["not_known", "not_known"]
    assert found["near_km"].sum() == 30
    assert found["near_if_km"].sum() == 50
    sums = sum_roads(
        check_roads(build_corridors(line(20, 30), pd.Series(dtype=float)), make_pools(pools), rules=RULES)
    )
    row = sums.xs(CORE_2030).iloc[0]
    assert (row["covered_km"], row["not_known_km"], row["missing_km"]) == (0, 50, 0)
    assert (row["ratio"], row["ratio_if"]) == (0, 1)


def test_a_known_failure_outweighs_what_is_missing() -> None:
    pools: Pools = {"P": {"at": "a"}, "Q": {"at": "b", "power_kw": 3500.0, "points_350kw": None}}
    assert covered(line(20), pools) == {"ab": "no"}


def test_thresholds_rise_with_the_deadline_and_the_class() -> None:
    # 2,000 kW and 1 point: enough in 2025, on comprehensive roads also in 2027 and 2030.
    pools: Pools = {at: {"at": at, "power_kw": 2000.0, "points_350kw": 1.0} for at in "ab"}
    answers = {
        (tent, year): covered(line(50, tent=tent), pools, key=("charging", year, "any"))["ab"]
        for tent in ("core", "comprehensive")
        for year in (2025, 2027, 2030)
    }
    assert [answers["core", year] for year in (2025, 2027, 2030)] == ["yes", "no", "no"]
    assert [answers["comprehensive", year] for year in (2025, 2027, 2030)] == ["yes", "yes", "yes"]


def test_the_distance_depends_on_class_and_deadline() -> None:
    ends: Pools = {"P": {"at": "a"}, "Q": {"at": "b"}}
    for km, tent, year, answer in (
        (110, "core", 2025, "yes"),
        (110, "core", 2030, "no"),
        (90, "core", 2030, "no"),
        (90, "comprehensive", 2030, "yes"),
        (110, "comprehensive", 2030, "no"),
    ):
        assert covered(line(km, tent=tent), ends, key=("charging", year, "any")) == {"ab": answer}


def test_little_traffic_lets_core_roads_have_100_km() -> None:
    ends: Pools = {"P": {"at": "a"}, "Q": {"at": "b"}}
    assert covered(line(90), ends, ab=799.0) == {"ab": "yes"}
    assert covered(line(90), ends, ab=800.0) == {"ab": "no"}
    assert covered(line(90), ends, ab=np.nan) == {"ab": "no"}
    found = status(line(90), ends, ab=799.0)
    assert found[["is_far", "spacing_km"]].iloc[0].tolist() == [True, 100]


def test_hydrogen_asks_for_200_km_on_core_roads_only() -> None:
    network = line(190, 50, tent=["core", "comprehensive"])
    pools: Pools = {"P": {"at": "a", "access_km": 5.0}, "Q": {"at": "b", "has_charging": False}}
    key = ("hydrogen", 2030, "any")
    assert covered(network, pools, key=key) == {"ab": "yes"}
    assert covered(network, {**pools, "Q": {"at": "b", "has_hydrogen": False}}, key=key) == {"ab": "no"}
    assert covered(network, {**pools, "Q": {"at": "b", "hydrogen_kg_d": None}}, key=key) == {
        "ab": "not_known"
    }
    assert covered(network, {**pools, "Q": {"at": "b", "hydrogen_kg_d": 500.0}}, key=key) == {"ab": "no"}


def test_direction_is_examined_only_where_a_side_is_given() -> None:
    # The road runs east. P serves both ways, Q eastbound traffic only.
    pools: Pools = {"P": {"at": "a", "side": "both"}, "Q": {"at": "b", "side": "east"}}
    corridors = build_corridors(line(50), busy(line(50)))
    table = check_roads(corridors, make_pools(pools), rules=RULES)
    found = table.xs(("charging", 2030)).droplevel("link_id")
    assert found["is_covered"].to_dict() == {"any": "yes", "forward": "yes", "back": "no"}
    assert found["heading"].dropna().to_dict() == {"forward": "east", "back": "west"}
    assert set(table.xs("hydrogen").index.get_level_values("direction")) == {"any"}
    nothing_said = check_roads(corridors, make_pools({"P": {"at": "a"}}), rules=RULES)
    assert set(nothing_said.index.get_level_values("direction")) == {"any"}


def test_a_side_that_is_missing_or_across_is_not_known() -> None:
    for side in (None, "north"):
        pools: Pools = {"P": {"at": "a", "side": "both"}, "Q": {"at": "b", "side": side}}
        assert covered(line(50), pools, key=("charging", 2030, "forward")) == {"ab": "not_known"}


def test_one_pool_may_serve_both_ways_where_there_is_little_traffic() -> None:
    pools: Pools = {"P": {"at": "a", "side": "both"}, "Q": {"at": "b", "side": "east"}}
    back = ("charging", 2030, "back")
    assert covered(line(50), pools, key=back, ab=1999.0) == {"ab": "yes"}
    assert covered(line(50), pools, key=back, ab=2000.0) == {"ab": "no"}


def beyond(node: str, *, access_km: float = 0.0) -> pd.DataFrame:
    index = pd.Index(["gw"], name="site_id", dtype="str")
    return pd.DataFrame(
        {"node_id": node, "exit_node_id": node, "access_km": access_km, "national_km": 0.0}, index=index
    )


def test_a_pool_is_assumed_beyond_the_gateway_and_shown_as_such() -> None:
    # 25 km from P to the border, 30 km assumed beyond: 55 km.
    pools: Pools = {"P": {"at": "a"}}
    assert covered(line(25), pools) == {"ab": "no"}
    found = status(line(25), pools, beyond=beyond("b"))
    assert found["is_covered"].tolist() == ["yes"]
    assert found["through_km"].tolist() == [55]
    assert found["to_pool_id"].tolist() == ["gw"]
    assert covered(line(25), pools, beyond=beyond("b", access_km=3.5)) == {"ab": "no"}
    farther = afir_rules(shipped_assumptions(rule__afir__beyond_km=36.0))
    assert covered(line(25), pools, beyond=beyond("b"), rules=farther) == {"ab": "no"}


def test_a_pool_on_another_network_is_refused() -> None:
    with pytest.raises(DataError, match="'P' are not on the TEN-T roads"):
        status(line(25), {"P": {"at": "z"}})


def test_shares_and_the_bound_on_new_pools_by_hand() -> None:
    """100 km of core road with pools at a and b: 40 of 100 km are covered.

    P ---40--- Q ---30--- c ---30--- d      30 of the 60 km beyond Q are near it; one node has at most 60 km
    """
    network = line(40, 30, 30)
    pools = make_pools({"P": {"at": "a"}, "Q": {"at": "b"}})
    corridors = build_corridors(network, busy(network))
    table = check_roads(corridors, pools, rules=RULES)
    shares = meet_shares(table, corridors, rules=RULES)
    row = shares.loc[CORE_2030]
    assert (row["covered_km"], row["near_km"], row["is_met"], row["least_pools"]) == (40, 70, "no", 1)
    assert shares.loc[("charging", 2025, "any"), ["ratio", "is_met", "least_pools"]].tolist() == [
        0.4,
        "yes",
        0,
    ]
    # 600 km without any pool: nodes every 100 km see 60 km of it, so at least 10.
    empty = line(*[100.0] * 6)
    corridors = build_corridors(empty, busy(empty))
    bare = check_roads(corridors, make_pools({}), rules=RULES)
    assert meet_shares(bare, corridors, rules=RULES).loc[CORE_2030, "least_pools"] == 10


def test_places_far_apart_need_a_pool_each() -> None:
    """A star of five arms of 80 km: 150 km lie near O, yet no pool serves the ends of two arms."""
    places = {"O": (0.0, 0.0), **{f"e{k}": (9.0 * np.cos(k), 9.0 * np.sin(k)) for k in range(5)}}
    places |= {f"m{k}": (6.0 * np.cos(k), 6.0 * np.sin(k)) for k in range(5)}
    rows = [(f"i{k}", "O", f"m{k}", 60.0) for k in range(5)] + [
        (f"o{k}", f"m{k}", f"e{k}", 20.0) for k in range(5)
    ]
    network = tent_network(places, rows)
    corridors = build_corridors(network, busy(network))
    table = check_roads(corridors, make_pools({}), rules=RULES)
    # 5 outer pieces 140 km apart, and one inner piece's middle 40 km from its own outer one only.
    assert meet_shares(table, corridors, rules=RULES).loc[CORE_2030, "least_pools"] == 5


def test_shares_of_a_region_count_its_roads_alone() -> None:
    network = line(40, 30, municipality_id=["3201", "9999"])
    corridors = build_corridors(network, busy(network))
    table = check_roads(corridors, make_pools({"P": {"at": "a"}, "Q": {"at": "b"}}), rules=RULES)
    here = meet_shares(table, corridors, rules=RULES, municipality_ids=pd.Index(["3201"]))
    assert here.loc[CORE_2030, ["km", "ratio"]].tolist() == [40, 1]
    assert meet_shares(table, corridors, rules=RULES, municipality_ids=pd.Index(["0000"])).empty


def test_kilometres_a_site_would_close_by_hand() -> None:
    """P ---25--- b ---30--- c ---30--- Q: 85 km. A pool at b closes 25 + 60, one at c 55 + 30, both all.

    A site 3.1 km off counts nothing; one 2 km off at b makes 27 and 62 km: only 25 km close.
    """
    network = line(25, 30, 30)
    corridors = build_corridors(network, busy(network))
    pools = make_pools({"P": {"at": "a"}, "Q": {"at": "d"}})
    sites = pd.DataFrame(
        {
            "node_id": ["b", "c", "b", "b"],
            "exit_node_id": ["b", "c", "b", "b"],
            "access_km": [0.0, 0.0, 2.0, 3.1],
            "national_km": 0.0,
        },
        index=pd.Index(["B", "C", "off", "far"], name="site_id", dtype="str"),
    )
    gain = gain_by_site(corridors, pools, sites, rules=RULES).xs(("charging", 2030))
    assert gain["closes_km"].to_dict() == {"B": 85, "C": 85, "off": 25, "far": 0}
    assert gain["is_near_enough"].to_dict() == {"B": True, "C": True, "off": True, "far": False}
    # 30 km from P and from Q are near already; B and C add the 25 km left, off is 2 km short of it.
    assert gain["near_gain_km"].to_dict() == {"B": 25, "C": 25, "off": 23, "far": 0}


@settings(max_examples=5)
@given(road_cases())
def test_gain_of_a_site_is_what_building_there_brings(case: tuple[Network, Pools]) -> None:
    network, rows = case
    corridors = build_corridors(network, busy(network))
    exits = {node: {"at": node} for node in corridors.nodes}
    sites = make_pools(exits)[["node_id", "exit_node_id", "access_km", "national_km"]].rename_axis("site_id")
    gain = gain_by_site(corridors, make_pools(rows), sites, rules=RULES_2030)
    before = check_roads(corridors, make_pools(rows), rules=RULES_2030)
    node = corridors.nodes[0]
    after = check_roads(corridors, make_pools({**rows, "new": {"at": node}}), rules=RULES_2030)
    old, new = before.xs(CORE_2030), after.xs(CORE_2030)
    row = gain.loc["charging", 2030, node]
    turned = (new["is_covered"] == "yes") & (old["is_covered"] != "yes")
    assert row["closes_km"] == pytest.approx(new["km"][turned].sum())
    assert row["near_gain_km"] == pytest.approx(new["near_km"].sum() - old["near_km"].sum())


def oracle(network: Network, rows: Pools, *, year: int, tent: str) -> dict[str, tuple[float, float]]:
    """Distance through each piece of one class: pools that pass, pools that do not fail; by networkx."""
    least_kw = {("core", 2030): 3600, ("comprehensive", 2030): 1500}[tent, year]
    least_points = {"core": 2, "comprehensive": 1}[tent]
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    for link in network.links.itertuples():
        graph.add_edge(link.from_node, link.to_node, key=link.Index, km=link.length_m / 1000)
    for name, pool in rows.items():
        known = [(pool["power_kw"], least_kw), (pool["points_350kw"], least_points)]
        fails = pool["access_km"] > 3 or any(value is not None and value < least for value, least in known)
        kinds = (
            [] if fails else ["perhaps"] if any(value is None for value, _ in known) else ["sure", "perhaps"]
        )
        for kind in kinds:
            graph.add_edge(pool["at"], kind, key=name, km=pool["access_km"])
    through = {}
    for link in network.links[network.links["tent"] == tent].itertuples():
        sums = []
        for kind in ("sure", "perhaps"):
            rest = graph.copy()
            rest.remove_edge(link.from_node, link.to_node, key=link.Index)
            rest.remove_nodes_from({"sure", "perhaps"} - {kind})
            ways = nx.single_source_dijkstra_path_length(rest, kind, weight="km") if kind in rest else {}
            around = ways.get(link.from_node, np.inf) + ways.get(link.to_node, np.inf)
            sums.append(around + link.length_m / 1000)
        through[link.Index] = (sums[0], sums[1])
    return through


@settings(max_examples=12)
@given(road_cases())
def test_coverage_agrees_with_networkx(case: tuple[Network, Pools]) -> None:
    network, rows = case
    found = covered(network, rows)
    for tent, limit in (("core", 60), ("comprehensive", 100)):
        for link, (sure, perhaps) in oracle(network, rows, year=2030, tent=tent).items():
            expected = "yes" if sure <= limit + 1e-6 else "not_known" if perhaps <= limit + 1e-6 else "no"
            assert found[link] == expected, link


@settings(max_examples=5)
@given(road_cases(), st.data())
def test_laws_of_the_length_ratio(case: tuple[Network, Pools], data: st.DataObject) -> None:
    network, rows = case
    corridors = build_corridors(network, busy(network))
    table = check_roads(corridors, make_pools(rows), rules=RULES_2030)
    sums = sum_roads(table)
    parts = sums[["covered_km", "not_known_km", "missing_km"]].sum(axis=1)
    np.testing.assert_allclose(parts, sums["km"])
    assert (sums["ratio"] <= sums["ratio_if"]).all()
    assert (sums["near_km"] >= sums["covered_km"] - 1e-6).all()

    at = data.draw(st.sampled_from(list(corridors.nodes)))
    more = sum_roads(check_roads(corridors, make_pools({**rows, "new": {"at": at}}), rules=RULES_2030))
    assert (more["covered_km"] >= sums["covered_km"] - 1e-6).all()
    assert (more["missing_km"] <= sums["missing_km"] + 1e-6).all()

    RULES_2030.assign(spacing_km=RULES_2030["spacing_km"] * 1.5)
    wider = sum_roads(
        check_roads(
            corridors, make_pools(rows), rules=RULES_2030.assign(spacing_km=RULES_2030["spacing_km"] * 1.5)
        )
    )
    assert (wider["covered_km"] >= sums["covered_km"] - 1e-6).all()

    fewer = sum_roads(check_roads(corridors, make_pools(dict(list(rows.items())[1:])), rules=RULES_2030))
    assert (fewer["covered_km"] <= sums["covered_km"] + 1e-6).all()


@settings(max_examples=5)
@given(road_cases())
def test_names_and_order_change_nothing(case: tuple[Network, Pools]) -> None:
    network, rows = case
    size = len(network.links)
    renamed = network.links.iloc[::-1].set_axis([f"z{k:02}" for k in range(size)]).rename_axis("link_id")
    turned = renamed.assign(
        from_node=renamed["to_node"], to_node=renamed["from_node"], geometry=renamed.geometry.reverse()
    )
    other = build_network(network.nodes, turned)
    pools = {f"Q{9 - k}": row for k, row in enumerate(rows.values())}
    first, second = status(network, rows), status(other, pools)
    one = sorted(zip(first["km"], first["is_covered"], strict=True))
    two = sorted(zip(second["km"], second["is_covered"], strict=True))
    assert one == two


@settings(max_examples=6)
@given(road_cases(), st.floats(0.2, 0.8))
def test_a_cut_where_no_pool_stands_changes_nothing(case: tuple[Network, Pools], share: float) -> None:
    network, rows = case
    first = network.links.index[0]
    place = gpd.GeoSeries([network.links.geometry[first].interpolate(share, normalized=True)], index=["cut"])
    eligible = pd.Series(network.links.index == first, index=network.links.index)
    sites = gpd.GeoDataFrame(geometry=place, crs=network.links.crs).rename_axis("site_id")
    cut = attach_sites(network, sites, snap_m=10.0, eligible=eligible).network
    whole, pieces = status(network, rows), status(cut, rows)
    for part in pieces.index[pieces.index.str.startswith(f"{first}.")]:
        assert pieces.loc[part, "is_covered"] == whole.loc[first, "is_covered"]
    assert pieces["near_km"].sum() == pytest.approx(whole["near_km"].sum())


@settings(max_examples=12)
@given(road_cases())
def test_the_bound_is_never_above_the_fewest_pools_by_enumeration(case: tuple[Network, Pools]) -> None:
    network, _ = case
    corridors = build_corridors(network, busy(network))
    table = check_roads(corridors, make_pools({}), rules=RULES_2030)
    least = meet_shares(table, corridors, rules=RULES_2030).loc[CORE_2030, "least_pools"]
    km, limit = (table.xs(CORE_2030)[name].to_numpy() for name in ("km", "spacing_km"))
    for size in range(1, len(corridors.nodes) + 1):
        for chosen in map(list, combinations(range(len(corridors.nodes)), size)):
            around = corridors.from_km[:, chosen].min(axis=1) + corridors.to_km[:, chosen].min(axis=1)
            if (around + km <= limit).all():
                assert 1 <= least <= size
                return


def test_inputs_stay_as_they_were() -> None:
    network = line(20, 30)
    pools, rules = make_pools({"P": {"at": "a"}}), RULES.copy()
    kept = pools.copy(), network.links.copy()
    check_roads(build_corridors(network, busy(network)), pools, rules=rules)
    pd.testing.assert_frame_equal(pools, kept[0])
    pd.testing.assert_frame_equal(pd.DataFrame(network.links), pd.DataFrame(kept[1]))
    pd.testing.assert_frame_equal(rules, RULES)


def test_a_detour_on_other_roads_does_not_count() -> None:
    """The county road from b to Q is short, but not TEN-T."""
    places = {"a": (0.0, 0.0), "b": (9.0, 0.0), "c": (9.0, 5.0)}
    links = roads(places, [("ab", "a", "b", 20, 20), ("bc", "b", "c", 10, 10)])
    links = links.assign(tent=["core", "none"], road=["E6", "Fv1"], municipality_id="3201")
    network = build_network(points(places), links)
    with pytest.raises(DataError, match="not on the TEN-T roads"):
        status(network, {"P": {"at": "a"}, "Q": {"at": "c"}})
