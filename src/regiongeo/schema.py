"""Declared table schemas: they check, never coerce, and report every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
import pandas as pd
from pandas.api import types as dtypes

from regiongeo.errors import SchemaError, name_some

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Column", "Kind", "Schema", "check_reference", "validate"]

Kind = Literal["text", "number", "integer", "boolean"]
Table = TypeVar("Table", bound=pd.DataFrame)

_IS_KIND = {
    "text": lambda s: dtypes.is_string_dtype(s) and not dtypes.is_numeric_dtype(s),
    "number": lambda s: dtypes.is_numeric_dtype(s) and not dtypes.is_bool_dtype(s),
    "integer": dtypes.is_integer_dtype,
    "boolean": dtypes.is_bool_dtype,
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """What one column of a table must hold."""

    name: str
    kind: Kind
    description: str
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] | None = None
    nullable: bool = False


@dataclass(frozen=True, kw_only=True)
class Schema:
    """What one table must hold: its index, columns and geometry types.

    ``index`` names the levels of the index; ids are text, and the whole index is unique.
    ``geometry`` lists the allowed geometry types; empty for a table without geometry.
    """

    name: str
    description: str
    index: tuple[str, ...]
    columns: tuple[Column, ...]
    geometry: tuple[str, ...] = ()
    may_be_empty: bool = False


def validate(table: Table, schema: Schema) -> Table:
    """Return the table unchanged, or raise one error that lists every problem.

    Extra columns are allowed.

    Raises
    ------
    SchemaError
        Naming the table, each column or index level that is wrong, and the rows.
    """
    problems = [
        *_index_problems(table, schema),
        *(p for column in schema.columns for p in _column_problems(table, column)),
        *_geometry_problems(table, schema),
    ]
    if problems:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        raise SchemaError(f"table '{schema.name}' has {len(problems)} problem(s):{lines}")
    return table


def check_reference(values: pd.Series, known: pd.Index, *, what: str, table: str) -> None:
    """Raise unless every non-missing value is one of the known ids of ``table``."""
    lost = pd.unique(values.dropna()[~values.dropna().isin(known)])
    if len(lost):
        raise SchemaError(f"{what}: {name_some(lost)} not found in table '{table}'")


def _index_problems(table: pd.DataFrame, schema: Schema) -> Iterator[str]:
    if not len(table) and not schema.may_be_empty:
        yield "no rows"
    names = tuple(table.index.names)
    if names != schema.index:
        yield f"index must be {schema.index}, not {names}"
        return
    for level, name in enumerate(schema.index):
        values = pd.Series(table.index.get_level_values(level))
        if name.endswith("_id") and len(values) and not _IS_KIND["text"](values):
            yield f"{name}: ids are text ('0301', not 301): read the column as text"
        if values.isna().any():
            yield f"{name}: missing in {int(values.isna().sum())} row(s)"
    twice = table.index[table.index.duplicated()].unique()
    if len(twice):
        yield f"{'/'.join(schema.index)}: the same id stands more than once: {name_some(twice)}"


def _column_problems(table: pd.DataFrame, column: Column) -> Iterator[str]:
    if column.name not in table.columns:
        yield f"{column.name}: column is missing ({column.description})"
        return
    values = table[column.name]
    known = values.dropna()
    missing = table.index[values.isna()]
    if len(missing) and not column.nullable:
        yield f"{column.name}: missing in rows {name_some(missing)}"
    if not len(known):
        return
    if not _IS_KIND[column.kind](known.infer_objects()):
        yield f"{column.name}: must be {column.kind}, not {values.dtype}"
        return
    yield from _value_problems(known, column)


def _value_problems(known: pd.Series, column: Column) -> Iterator[str]:
    unit = f" {column.unit}" if column.unit else ""
    if column.kind in ("number", "integer"):
        numbers = known.astype(float)
        tests = (
            (~np.isfinite(numbers), "must be finite"),
            (numbers < (-np.inf if column.low is None else column.low), f"must be >= {column.low}{unit}"),
            (numbers > (np.inf if column.high is None else column.high), f"must be <= {column.high}{unit}"),
        )
        for bad, words in tests:
            if bad.any():
                yield f"{column.name}: {words}, rows {name_some(known.index[bad])}"
    if column.choices is not None:
        bad = ~known.isin(column.choices)
        if bad.any():
            yield f"{column.name}: must be one of {column.choices}, rows {name_some(known.index[bad])}"


def _geometry_problems(table: pd.DataFrame, schema: Schema) -> Iterator[str]:
    if not schema.geometry:
        return
    if "geometry" not in table.columns or not hasattr(table, "crs"):
        yield "geometry: the table has none"
        return
    shapes = table.geometry
    missing = table.index[(shapes.isna() | shapes.is_empty).to_numpy()]
    if len(missing):
        yield f"geometry: missing in rows {name_some(missing)}"
    wrong = table.index[(~shapes.geom_type.isin(schema.geometry) & shapes.notna()).to_numpy()]
    if len(wrong):
        yield f"geometry: must be {' or '.join(schema.geometry)}, rows {name_some(wrong)}"
    invalid = table.index[(~shapes.is_valid & shapes.notna()).to_numpy()]
    if len(invalid):
        yield f"geometry: not valid in rows {name_some(invalid)}"
