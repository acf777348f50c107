"""Small TEN-T roads and pools drawn by hand, and the shipped rules, for tests of the rule check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from hypothesis import strategies as st

from regiongeo.network import Network, build_network
from regiongeo.schema import validate
from regiongeo.tables import POOLS
from toy_roads import points, roads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toy_roads import Places

DATA = Path(__file__).parents[1] / "data"
BUSY = 9000.0


def shipped_assumptions(**changed: float) -> pd.DataFrame:
    """Read the shipped assumptions; ``rule__afir__access_km=5`` changes ``rule.afir.access_km``."""
    table = pd.read_csv(DATA / "assumptions.csv", index_col="name").astype({"value": float})
    for name, value in changed.items():
        table.loc[name.replace("__", "."), "value"] = value
    return table


def tent_network(places: Places, rows: Sequence[tuple[str, str, str, float]], **columns: Any) -> Network:
    """Draw TEN-T roads: rows of link_id, from_node, to_node, kilometres; a minute each."""
    links = roads(places, [(*row, row[3]) for row in rows])
    known = {"tent": "core", "road": "E6", "road_category": "E", "is_ferry": False, "municipality_id": "3201"}
    return build_network(points(places), links.assign(**{**known, **columns}))


def busy(network: Network, **heavy_aadt: float) -> pd.Series:
    """Give every link a lot of traffic, but for those named."""
    traffic = pd.Series(BUSY, index=network.links.index)
    return traffic.mask(traffic.index.isin(list(heavy_aadt)), pd.Series(heavy_aadt, dtype=float))


def make_pools(rows: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Make pools that pass every rule unless told otherwise; ``at`` is the node of exit and pool."""
    passes = {
        "access_km": 0.0,
        "national_km": 0.0,
        "municipality_id": "3201",
        "has_charging": True,
        "has_hydrogen": True,
        "has_biogas": False,
        "is_open_to_heavy": True,
        "is_enova_supported": None,
        "power_kw": 4000.0,
        "points_350kw": 8.0,
        "hydrogen_kg_d": 2000.0,
        "side": None,
        "status": "existing",
    }
    table = pd.DataFrame([{**passes, **row} for row in rows.values()], columns=["at", *passes])
    table.index = pd.Index(list(rows), dtype="str", name="pool_id")
    dtypes = {"text": "str", "number": "float64", "boolean": "boolean"}
    table = table.assign(node_id=table["at"], exit_node_id=table["at"]).drop(columns="at")
    return validate(table.astype({column.name: dtypes[column.kind] for column in POOLS.columns}), POOLS)


@st.composite
def road_cases(draw: st.DrawFn) -> tuple[Network, dict[str, dict[str, Any]]]:
    """Draw roads of either class, with loops, parallel roads and parts, and pools at some nodes."""
    size = draw(st.integers(2, 6))
    places = {f"n{k}": (float(k * 7 % 11), float(k * k % 13)) for k in range(size)}
    ends = st.tuples(st.sampled_from(list(places)), st.sampled_from(list(places)))
    pairs = draw(st.lists(ends, min_size=1, max_size=9))
    rows = [(f"l{k}", *pair, float(draw(st.integers(1, 50)))) for k, pair in enumerate(pairs)]
    tents = [draw(st.sampled_from(["core", "comprehensive"])) for _ in rows]
    network = tent_network(places, rows, tent=tents)
    on_road = sorted({node for pair in pairs for node in pair})
    pool = st.fixed_dictionaries(
        {
            "at": st.sampled_from(on_road),
            "access_km": st.sampled_from([0.0, 1.0, 3.0, 3.1]),
            "power_kw": st.sampled_from([1400.0, 3000.0, 4000.0, None]),
            "points_350kw": st.sampled_from([1.0, 2.0, None]),
        }
    )
    pools = draw(st.lists(pool, max_size=4))
    return network, {f"P{k}": one for k, one in enumerate(pools)}
