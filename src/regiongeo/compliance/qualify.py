"""Which pools qualify: three answers, since an unknown figure neither passes nor fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from regiongeo.compliance.rules import rules_by_deadline
from regiongeo.schema import validate
from regiongeo.tables import POOL_STATUS

if TYPE_CHECKING:
    from regiongeo.compliance.corridor import Corridors

__all__ = [
    "FAILS",
    "NOT_KNOWN",
    "PASSES",
    "Grades",
    "at_least",
    "at_most",
    "check_pools",
    "is_true",
    "join_grades",
    "qualify",
    "verdicts",
]

FAILS, NOT_KNOWN, PASSES = 0, 1, 2
"""Grades in rising order: what holds of several rules is the least of them."""

_ENERGY = {"charging": "has_charging", "hydrogen": "has_hydrogen"}
_AMOUNTS = {"power_kw": "power", "points_350kw": "points", "hydrogen_kg_d": "size"}


class Grades(NamedTuple):
    """Grades of pools or sites under several rules."""

    grade: pd.Series[int]
    """Least grade, by id."""
    fails: pd.Series[str]
    """Keys of the rules that fail, comma between; empty if none."""
    not_known: pd.Series[str]
    """Keys of the rules whose figures are missing."""


def verdicts(grade: pd.Series) -> pd.Series[str]:
    """Turn grades into "yes", "no" and "not_known"."""
    return grade.map({FAILS: "no", NOT_KNOWN: "not_known", PASSES: "yes"}).astype("str")


def at_least(values: pd.Series, least: float) -> pd.Series[int]:
    """Grade numbers that must reach ``least``; a missing number is not known."""
    return _grade(values, values >= least)


def at_most(values: pd.Series, most: float) -> pd.Series[int]:
    """Grade numbers that must not pass ``most``; a missing number is not known."""
    return _grade(values, values <= most)


def is_true(values: pd.Series) -> pd.Series[int]:
    """Grade answers that must be true; a missing answer is not known."""
    return _grade(values, values.astype("boolean").fillna(value=False))


def _grade(values: pd.Series, holds: pd.Series) -> pd.Series[int]:
    known = np.where(holds.to_numpy(dtype=bool, na_value=False), PASSES, FAILS)
    grade = np.where(values.isna(), NOT_KNOWN, known).astype(np.int64)
    return pd.Series(grade, index=values.index)


def join_grades(grades: dict[str, pd.Series]) -> Grades:
    """Join the grades of several rules, by key of the rule."""
    table = pd.DataFrame(grades)
    least: pd.Series[int] = pd.Series(table.to_numpy(dtype=np.int64).min(axis=1), index=table.index)
    return Grades(
        grade=least,
        fails=_keys(table, FAILS),
        not_known=_keys(table, NOT_KNOWN),
    )


def _keys(table: pd.DataFrame, grade: int) -> pd.Series[str]:
    names = table.columns.to_numpy(dtype=object)
    rows = [",".join(names[row]) for row in table.to_numpy() == grade]
    return pd.Series(rows, index=table.index, dtype="str")


def qualify(pools: pd.DataFrame, rule: pd.Series, *, requirement: str) -> Grades:
    """Grade pools under one rule.

    Keys: ``energy`` (offers it at all), ``open`` (public, above 3.5 t), ``access`` (driving distance from the
    exit; no road is a failure), ``power``, ``points``, ``size`` (kg of hydrogen a day).

    Parameters
    ----------
    pools
        Schema POOLS.
    rule
        One row of schema AFIR_RULES.
    requirement
        "charging" or "hydrogen".
    """
    amounts = {
        key: at_least(pools[column], rule[column])
        for column, key in _AMOUNTS.items()
        if pd.notna(rule[column])
    }
    general = {
        "energy": is_true(pools[_ENERGY[requirement]]),
        "open": is_true(pools["is_open_to_heavy"]),
        "access": at_most(pools["access_km"].fillna(np.inf), rule["access_km"]),
    }
    return join_grades({**general, **amounts})


def check_pools(pools: pd.DataFrame, corridors: Corridors, *, rules: pd.DataFrame) -> pd.DataFrame:
    """Say for each pool and rule whether it qualifies, which criteria it fails, and what it lacks.

    Parameters
    ----------
    pools
        Schema POOLS.
    corridors
        TEN-T roads, to say which class the road at its exit is of.
    rules
        Schema AFIR_RULES.

    Returns
    -------
    Schema POOL_STATUS: every pool under every rule, core and comprehensive, since a pool also serves the
    other class along its road; ``is_own_class`` marks the one it is measured by.
    """
    own = _own_class(pools, corridors)
    parts = {
        (requirement, deadline, tent): _one_rule(pools, rule, requirement=requirement).assign(
            is_own_class=own == tent
        )
        for requirement, deadline, by_tent in rules_by_deadline(rules)
        for tent, rule in by_tent.iterrows()
    }
    return validate(pd.concat(parts, names=list(POOL_STATUS.index)), POOL_STATUS)


def _one_rule(pools: pd.DataFrame, rule: pd.Series, *, requirement: str) -> pd.DataFrame:
    grades = qualify(pools, rule, requirement=requirement)
    return pd.DataFrame(
        {
            "status": verdicts(grades.grade),
            "fails": grades.fails,
            "not_known": grades.not_known,
            "missing_kw": (rule["power_kw"] - pools["power_kw"]).clip(lower=0),
            "missing_points": (rule["points_350kw"] - pools["points_350kw"]).clip(lower=0),
            "access_km": pools["access_km"],
        }
    )


def _own_class(pools: pd.DataFrame, corridors: Corridors) -> pd.Series[str]:
    """Class of the road at the exit of each pool, core before comprehensive; missing where there is none."""
    links = corridors.links
    ends = pd.concat(links.set_index(end)["tent"] for end in ("from_node", "to_node"))
    best = ends.groupby(level=0).max()  # "core" sorts after "comprehensive"
    return pools["exit_node_id"].map(best)
