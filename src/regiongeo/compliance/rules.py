"""The parameters of the rules, read from the assumptions table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.assumptions import assumption, assumption_table
from regiongeo.schema import validate
from regiongeo.tables import AFIR_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["EnovaRules", "afir_rules", "enova_rules", "rules_by_deadline", "unverified_rules", "urban_rules"]

_PREFIX = {"charging": "rule.afir", "hydrogen": "rule.hydrogen"}
_UNITS = {
    "spacing_km": "km",
    "power_kw": "kW",
    "points_350kw": "points",
    "hydrogen_kg_d": "kg/day",
    "far_below_heavy_aadt": "vehicles/day",
    "far_spacing_km": "km",
    "one_pool_below_heavy_aadt": "vehicles/day",
}


@dataclass(frozen=True, kw_only=True)
class EnovaRules:
    """What Enova asks of a station for heavy vehicles."""

    points_350kw: float
    power_kw: float
    access_km: float
    """Largest driving distance from a national road [km]."""
    spacing_km: float
    """Least distance by road to another supported station [km]."""


def afir_rules(assumptions: pd.DataFrame) -> pd.DataFrame:
    """Read what AFIR asks of the TEN-T roads.

    Deadlines and classes are those with a row ``rule.afir.<deadline>.<tent>.spacing_km`` (charging) or
    ``rule.hydrogen.<deadline>.<tent>.spacing_km``; what a row does not ask for is missing.

    Returns
    -------
    Schema AFIR_RULES, sorted.

    Raises
    ------
    AssumptionError
        If a rule is missing or stated in another unit.
    SchemaError
        If a value cannot be: a distance of 0, a share above 1.
    """
    rows = {key: row for requirement in _PREFIX for key, row in _rows(assumptions, requirement)}
    index = pd.MultiIndex.from_tuples(sorted(rows), names=AFIR_RULES.index)
    return validate(pd.DataFrame([rows[key] for key in index], index=index), AFIR_RULES)


def _rows(
    assumptions: pd.DataFrame, requirement: str
) -> Iterator[tuple[tuple[str, int, str], dict[str, float]]]:
    prefix = _PREFIX[requirement]
    general = {
        name: assumption(assumptions, f"{prefix}.{name}", unit="km") for name in ("access_km", "beyond_km")
    }
    for name in assumptions.index:
        found = re.fullmatch(rf"{re.escape(prefix)}\.(\d{{4}})\.(core|comprehensive)\.spacing_km", str(name))
        if found:
            deadline, tent = found.groups()
            share = assumption(assumptions, f"{prefix}.{deadline}.share", unit="1")
            own = {
                field: _most_special(
                    assumptions, (f"{prefix}.{deadline}.{tent}.{field}", f"{prefix}.{field}")
                )
                for field in _UNITS
            }
            yield (requirement, int(deadline), tent), {"share": share, **general, **own}


def _most_special(assumptions: pd.DataFrame, names: tuple[str, ...]) -> float:
    """Return the first of the names that the table holds; NaN if the rule asks for no such thing."""
    for name in names:
        if name in assumptions.index:
            return assumption(assumptions, name, unit=_UNITS[name.rsplit(".", 1)[-1]])
    return np.nan


def rules_by_deadline(rules: pd.DataFrame) -> Iterator[tuple[str, int, pd.DataFrame]]:
    """Yield requirement, deadline, and the rows of schema AFIR_RULES that hold then, by class of road."""
    levels = ["requirement", "deadline"]
    for requirement, deadline in sorted({(str(key[0]), int(key[1])) for key in rules.index}):
        yield requirement, deadline, pd.DataFrame(rules.xs((requirement, deadline), level=levels))


def enova_rules(assumptions: pd.DataFrame) -> EnovaRules:
    """Read what Enova asks of a station; the rules change from call to call.

    Raises
    ------
    AssumptionError
        If a rule is missing or stated in another unit.
    """
    return EnovaRules(
        points_350kw=assumption(assumptions, "rule.enova.points_350kw", unit="points"),
        power_kw=assumption(assumptions, "rule.enova.power_kw", unit="kW"),
        access_km=assumption(assumptions, "rule.enova.access_km", unit="km"),
        spacing_km=assumption(assumptions, "rule.enova.spacing_km", unit="km"),
    )


def urban_rules(assumptions: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Read what AFIR asks of each urban node.

    Returns
    -------
    DataFrame by (requirement, deadline, municipality_id) with ``required`` and ``unit``; and the least power
    of a station that counts [kW].

    Raises
    ------
    AssumptionError
        If a rule is missing or stated in another unit.
    """
    nodes = [
        name
        for name, is_node in assumption_table(assumptions, "rule.afir.urban_node", unit="1").items()
        if is_node
    ]
    asked = {
        ("charging", "kW"): ("rule.afir.urban", "power_kw"),
        ("hydrogen", "stations"): ("rule.hydrogen.urban", "stations"),
    }
    rows = [
        (requirement, int(deadline), node, value, unit)
        for (requirement, unit), (prefix, field) in asked.items()
        for deadline, value in _by_deadline(assumptions, prefix, field, unit=unit)
        for node in nodes
    ]
    columns = ["requirement", "deadline", "municipality_id", "required", "unit"]
    table = pd.DataFrame(rows, columns=columns).set_index(columns[:3]).sort_index()
    return table, assumption(assumptions, "rule.afir.urban.station_kw", unit="kW")


def _by_deadline(
    assumptions: pd.DataFrame, prefix: str, field: str, *, unit: str
) -> Iterator[tuple[str, float]]:
    for name in assumptions.index:
        found = re.fullmatch(rf"{re.escape(prefix)}\.(\d{{4}})\.{field}", str(name))
        if found:
            yield found.group(1), assumption(assumptions, str(name), unit=unit)


def unverified_rules(assumptions: pd.DataFrame) -> tuple[str, ...]:
    """Name the rules whose value no primary source confirms, sorted."""
    is_rule = assumptions.index.str.startswith("rule.") & (assumptions["status"] == "to_verify")
    return tuple(sorted(assumptions.index[is_rule]))
