"""Every number that is not data: asked for by name and unit, with its source, never defaulted."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.errors import AssumptionError, ScenarioError
from regiongeo.schema import Column, Schema

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ASSUMPTIONS", "STATUSES", "assumption", "assumption_table", "with_changes"]

STATUSES = ("source", "derived", "policy", "to_verify", "scenario")
"""source: read in the source named; derived: computed from shipped data; policy: a choice the user may
change; to_verify: not confirmed in a primary source, shown as such; scenario: set by the scenario in use."""

ASSUMPTIONS = Schema(
    name="assumptions",
    description="Numbers that are not data",
    index=("name",),
    columns=(
        Column(name="value", kind="number", description="central value"),
        Column(name="unit", kind="text", description="unit of value, low and high"),
        Column(name="low", kind="number", description="low value", nullable=True),
        Column(name="high", kind="number", description="high value", nullable=True),
        Column(name="year", kind="number", description="year the value holds for", nullable=True),
        Column(name="source", kind="text", description="where the value comes from"),
        Column(name="status", kind="text", description="how sure it is", choices=STATUSES),
        Column(name="note", kind="text", description="what to know", nullable=True),
    ),
)

_BUILT_IN = ("heavy_kmh.", "ferry_wait_min", "traffic_point_match_m")
"""Used when the reference data are built, not in a run."""


def assumption(table: pd.DataFrame, name: str, *, unit: str) -> float:
    """Return the central value of one assumption, which must be stated in ``unit``.

    Raises
    ------
    AssumptionError
        If there is no such name, or it is stated in another unit.
    """
    if name not in table.index:
        raise AssumptionError(f"no assumption '{name}': add it to data/assumptions.csv with unit and source")
    stated = str(table.loc[name, "unit"])
    if stated != unit:
        raise AssumptionError(f"assumption '{name}' is stated in {stated}, asked for in {unit}")
    return float(table.loc[name, "value"])  # type: ignore[arg-type]


def assumption_table(table: pd.DataFrame, prefix: str, *, unit: str) -> dict[str, float]:
    """Return all assumptions whose name starts with ``prefix.``, keyed by the rest of the name.

    Raises
    ------
    AssumptionError
        If there is none, or one is stated in another unit.
    """
    names = [str(name) for name in table.index if str(name).startswith(f"{prefix}.")]
    if not names:
        raise AssumptionError(f"no assumption starts with '{prefix}.': see data/assumptions.csv")
    return {name.removeprefix(f"{prefix}."): assumption(table, name, unit=unit) for name in names}


def with_changes(table: pd.DataFrame, changes: Mapping[str, float]) -> pd.DataFrame:
    """Return the assumptions with other central values, marked ``scenario``; low and high are widened.

    Raises
    ------
    ScenarioError
        If a name is not among the assumptions (the nearest one is suggested), or the number is built into the
        shipped data.
    """
    unknown = [name for name in changes if name not in table.index]
    if unknown:
        near = difflib.get_close_matches(unknown[0], [str(name) for name in table.index], n=1)
        hint = f": did you mean '{near[0]}'?" if near else ": see data/assumptions.csv"
        raise ScenarioError(f"assumptions.{unknown[0]} is no number of data/assumptions.csv{hint}")
    fixed = [name for name in changes if name.startswith(_BUILT_IN)]
    if fixed:
        raise ScenarioError(
            f"assumptions.{fixed[0]} is built into the shipped data: edit data/assumptions.csv and build anew"
        )
    new = pd.Series(dict(changes), dtype=float)
    changed = table.assign(status=table["status"].mask(table.index.isin(new.index), "scenario"))
    for name, choose in (("value", None), ("low", np.minimum), ("high", np.maximum)):
        old = table.loc[new.index, name].astype(float)
        changed[name] = table[name].astype(float)
        changed.loc[new.index, name] = new if choose is None else choose(old, new)
    return changed
