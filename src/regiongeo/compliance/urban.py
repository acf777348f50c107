"""AFIR in urban nodes: charging power in sum, and hydrogen stations."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regiongeo.assumptions import assumption
from regiongeo.compliance.qualify import NOT_KNOWN, PASSES, at_least, is_true, join_grades
from regiongeo.compliance.rules import urban_rules
from regiongeo.schema import validate
from regiongeo.tables import URBAN_NODES

__all__ = ["check_urban_nodes"]


def check_urban_nodes(pools: pd.DataFrame, assumptions: pd.DataFrame) -> pd.DataFrame:
    """Sum what stands in each urban node for heavy vehicles, and compare it with what AFIR asks for.

    Parameters
    ----------
    pools
        Schema POOLS.
    assumptions
        Rules ``rule.afir.urban…``, ``rule.hydrogen.urban…``; ``rule.afir.urban_node.<municipality_id>`` = 1
        says which municipalities are urban nodes.

    Returns
    -------
    Schema URBAN_NODES. Charging: kW of the pools of at least ``rule.afir.urban.station_kw``; hydrogen: number
    of stations of at least the size asked for along the roads.

    Notes
    -----
    The regulation counts single stations within a pool; only the power of the whole pool is known here.
    """
    asked, station_kw = urban_rules(assumptions)
    hydrogen_kg_d = assumption(assumptions, "rule.hydrogen.2030.core.hydrogen_kg_d", unit="kg/day")
    rows = [
        _one_node(
            pools,
            key[2],
            requirement=key[0],
            required=required,
            station_kw=station_kw,
            hydrogen_kg_d=hydrogen_kg_d,
        )
        for key, required in zip(asked.index, asked["required"], strict=True)
    ]
    columns = ["found", "missing", "pools", "pools_not_known", "is_met"]
    return validate(asked.join(pd.DataFrame(rows, index=asked.index, columns=columns)), URBAN_NODES)


def _one_node(
    pools: pd.DataFrame,
    municipality_id: str,
    *,
    requirement: str,
    required: float,
    station_kw: float,
    hydrogen_kg_d: float,
) -> tuple[float, float, int, int, str]:
    here = pools[pools["municipality_id"] == municipality_id]
    if requirement == "charging":
        grades = {"energy": is_true(here["has_charging"]), "power": at_least(here["power_kw"], station_kw)}
    else:
        grades = {
            "energy": is_true(here["has_hydrogen"]),
            "size": at_least(here["hydrogen_kg_d"], hydrogen_kg_d),
        }
    grade = join_grades({**grades, "open": is_true(here["is_open_to_heavy"])}).grade
    counted, unsure = here[grade == PASSES], int((grade == NOT_KNOWN).sum())
    found = float(counted["power_kw"].sum()) if requirement == "charging" else float(len(counted))
    missing = max(required - found, 0.0)
    is_met = str(np.select([missing == 0, unsure > 0], ["yes", "not_known"], "no"))
    return found, missing, len(counted), unsure, is_met
