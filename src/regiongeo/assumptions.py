"""Every number that is not data: asked for by name and unit, with its source, never defaulted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.errors import AssumptionError
from regiongeo.schema import Column, Schema

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ASSUMPTIONS", "STATUSES", "assumption", "assumption_table"]

STATUSES = ("source", "derived", "policy", "to_verify")
"""source: read in the source named; derived: computed from shipped data; policy: a choice the user may
change; to_verify: not confirmed in a primary source, shown as such."""

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
