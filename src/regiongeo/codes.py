"""Municipality codes through the reforms of 2020 and 2024: tables converted with their totals kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.userfiles.problems import Problem, refuse, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["CODE_YEARS", "convert_codes", "pair_codes"]

CODE_YEARS = (2019, 2026)
"""First and last year whose codes are known; those of 2019 for the eight counties of eastern Norway only."""

_STEPS = (2020, 2024)
_CODE_LENGTH = 4


@dataclass(frozen=True, kw_only=True)
class _Task:
    """One conversion: the pairs of codes, and the columns of the table."""

    pairs: pd.DataFrame
    code: str
    amounts: tuple[str, ...]
    by: tuple[str, ...]
    years: tuple[int, int]
    what: str


def pair_codes(changes: pd.DataFrame, *, from_year: int, to_year: int) -> pd.DataFrame:
    """Pair the codes that hold in one year with those of another, forwards or backwards in time.

    Parameters
    ----------
    changes
        Table by schema ``CODE_CHANGES``.
    from_year, to_year
        Years from 2019 to 2026; the codes of 2020 hold through 2023, those of 2024 from then on.

    Returns
    -------
    Table with ``from_id``, ``to_id``, ``from_name`` and ``to_name``, one row a pair. Several rows of one
    ``from_id`` are a split, of one ``to_id`` a merger.

    Raises
    ------
    DataError
        If the codes of a year are not known.
    """
    for year in (from_year, to_year):
        if not CODE_YEARS[0] <= year <= CODE_YEARS[1]:
            raise DataError(
                f"the municipality codes of {year} are not known: choose {CODE_YEARS[0]} to {CODE_YEARS[1]}"
            )
    low, high = sorted((_era(from_year), _era(to_year)))
    rows = changes.reset_index()
    steps = [rows[rows["year"] == year] for year in _STEPS if low < year <= high]
    if steps:
        pairs = steps[0]
        for step in steps[1:]:
            later = pairs.merge(step, left_on="new_id", right_on="old_id", suffixes=("", "_later"))
            pairs = later.assign(new_id=later["new_id_later"], new_name=later["new_name_later"])
    else:
        pairs = _same(rows, era=high)
    sides = ("old", "new") if from_year <= to_year else ("new", "old")
    named = {
        f"{side}_{part}": f"{end}_{part}"
        for side, end in zip(sides, ("from", "to"), strict=True)
        for part in ("id", "name")
    }
    return pairs[list(named)].rename(columns=named).sort_values(["from_id", "to_id"], ignore_index=True)


def convert_codes(
    table: pd.DataFrame,
    changes: pd.DataFrame,
    *,
    code: str = "municipality_id",
    values: Sequence[str],
    by: Sequence[str] = (),
    from_year: int,
    to_year: int,
    weights: pd.Series | None = None,
    what: str = "table",
    flaws: Iterable[Problem] = (),
) -> pd.DataFrame:
    """Convert a table of amounts by municipality from the codes of one year to those of another.

    Mergers add up, renumberings move, and a split follows ``weights``. Every total over ``by`` is kept: to
    the last bit where sums of the numbers are exact (whole numbers always, and a split in two).

    Parameters
    ----------
    table
        One row a municipality, or a municipality and ``by``.
    changes
        Table by schema ``CODE_CHANGES``.
    code
        Column of four-digit codes as text.
    values
        Columns of amounts that may be added: persons, tonnes, jobs. Not shares, rates or densities. A
        missing part of a merger makes the sum missing.
    by
        Columns that tell the rows of one municipality apart: year, sector.
    from_year, to_year
        Years whose codes the table has and shall have.
    weights
        Size of each code of ``to_year`` that a split leads to (persons, say), by code: the amount is shared
        in proportion.
    what
        What an error calls the table.
    flaws
        What is known to be wrong with the table already; it is refused, and these are told with the rest.

    Returns
    -------
    The same columns, sorted by code and ``by``; whole numbers stay whole but in a split. Any other column is
    kept where all parts of a municipality agree, else it is missing; a column that holds the
    municipalities' names has the new ones.

    Raises
    ------
    DataError
        If a column is lacking, a value is no finite number, a code is a number, unknown, of another year or
        twice, or a split has no weights; every problem at once, with rows (labels of the index) and cure.
    """
    pairs = pair_codes(changes, from_year=from_year, to_year=to_year)
    task = _Task(
        pairs=pairs,
        code=code,
        amounts=tuple(values),
        by=tuple(by),
        years=(from_year, to_year),
        what=what,
    )
    _require_columns(table, task)
    problems = [
        *flaws,
        *_code_problems(table, task, changes),
        *_value_problems(table, task),
        *_split_problems(table, task, weights),
    ]
    if problems:
        refuse(what, problems)
    parts = _spread(table, task, weights)
    return _merge(parts, task)[list(table.columns)]


def _era(year: int) -> int:
    return max((step for step in _STEPS if step <= year), default=CODE_YEARS[0])


def _same(rows: pd.DataFrame, *, era: int) -> pd.DataFrame:
    """Pair every code of an era with itself."""
    side, step = ("new", era) if era in _STEPS else ("old", _STEPS[0])
    if era == _STEPS[0]:  # the step to 2020 lists eastern Norway only, that from 2020 the whole country
        side, step = "old", _STEPS[1]
    chosen = rows.loc[rows["year"] == step, [f"{side}_id", f"{side}_name"]].drop_duplicates()
    return pd.DataFrame(
        {f"{end}_{part}": chosen[f"{side}_{part}"] for end in ("old", "new") for part in ("id", "name")}
    )


def _require_columns(table: pd.DataFrame, task: _Task) -> None:
    asked = [task.code, *task.by, *task.amounts]
    lost = [name for name in asked if name not in table.columns]
    twice = sorted({name for name in asked if asked.count(name) > 1})
    problems = [
        Problem(
            "",
            f"there is no column '{shown(name)}'",
            f"choose among {shown(', '.join(map(str, table.columns)), most=200)}",
        )
        for name in lost
    ]
    problems += [
        Problem("", f"column '{shown(name)}' is asked for twice", "give it one part") for name in twice
    ]
    if not task.amounts:
        problems.append(Problem("", "no column of amounts is named", "name at least one"))
    if not len(table):
        problems.append(Problem("", "has no rows", "give at least one"))
    if problems:
        refuse(task.what, problems)


def _code_problems(table: pd.DataFrame, task: _Task, changes: pd.DataFrame) -> Iterator[Problem]:
    known, other = set(task.pairs["from_id"]), _other_years(changes, task.years[0])
    for label, code in zip(table.index, table[task.code], strict=True):
        problem = None if isinstance(code, str) and code in known else _say_code(code, task.years[0], other)
        if problem:
            yield Problem(f"row {label}", *problem)
    keys = [task.code, *task.by]
    is_twice = table.duplicated(keys, keep=False) & table[task.code].isin(known)
    cure = "leave one out, or name the column that tells them apart (by)"
    for label, *key in table.loc[is_twice, keys].itertuples(name=None):
        yield Problem(f"row {label}", f"{shown(' '.join(map(str, key)))} stands more than once", cure)


def _other_years(changes: pd.DataFrame, year: int) -> dict[str, int]:
    """Give the codes of the other eras, each with a year in which it holds."""
    eras = [CODE_YEARS[0], *_STEPS]
    rows = changes.reset_index()
    holds = {CODE_YEARS[0]: rows.loc[rows["year"] == _STEPS[0], "old_id"]}
    holds |= {step: rows.loc[rows["year"] == step, "new_id"] for step in _STEPS}
    holds[_STEPS[0]] = rows.loc[rows["year"] == _STEPS[1], "old_id"]
    return {code: era for era in eras if era != _era(year) for code in holds[era]}


def _say_code(code: object, year: int, other: dict[str, int]) -> tuple[str, str]:
    if isinstance(code, (int, float, np.number)) and math.isfinite(code):
        return "the code is a number", "read the column of codes as text: '0301', not 301"
    if not isinstance(code, str) or not code.strip():
        return "the code is empty", "give every row a code, and leave out rows of sums"
    if code in other:
        cure = f"convert from {other[code]}, or correct the code"
        return f"'{code}' is a code of {other[code]}, not of {year}", cure
    if code.isdigit() and len(code) == _CODE_LENGTH - 1:
        return f"code '{code}' has lost its leading zero", f"write '0{code}'"
    if code != code.strip():
        return f"code '{shown(code)}' has blanks around it", f"write '{code.strip()}'"
    where = " in eastern Norway" if _era(year) == CODE_YEARS[0] else ""
    return (
        f"no municipality{where} had code '{shown(code)}' in {year}",
        "correct it, and leave out rows of sums",
    )


def _value_problems(table: pd.DataFrame, task: _Task) -> Iterator[Problem]:
    for name in task.amounts:
        column = table[name]
        if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
            yield Problem(
                "",
                f"column '{shown(name)}' holds no numbers",
                "read it as numbers, or leave it out of the values",
            )
            continue
        for label in table.index[np.isinf(column.astype(float))]:
            yield Problem(f"row {label}", f"{shown(name)} is infinite", "correct it, or leave it empty")


def _split_problems(table: pd.DataFrame, task: _Task, weights: pd.Series | None) -> Iterator[Problem]:
    pairs = task.pairs[task.pairs["from_id"].duplicated(keep=False)]
    used = pairs[pairs["from_id"].isin(table[task.code])]
    for code, parts in used.groupby("from_id"):
        names = ", ".join(
            f"{to_id} {name}" for to_id, name in zip(parts["to_id"], parts["to_name"], strict=True)
        )
        what = (
            f"'{code}' was split into {names}"
            if task.years[0] < task.years[1]
            else f"'{code}' is to be split into {names}"
        )
        if weights is None:
            yield Problem("", what, "give weights: the size of each part, by code")
            continue
        sizes = pd.to_numeric(weights.reindex(parts["to_id"]), errors="coerce")
        bad = sizes.index[~(np.isfinite(sizes) & (sizes >= 0))]
        if len(bad):
            yield Problem("", f"{what}, and weights lack a number from 0 up for {name_some(bad)}", "add them")
        elif not sizes.sum() > 0:
            yield Problem("", f"{what}, and all their weights are 0", "give at least one of them a size")


def _spread(table: pd.DataFrame, task: _Task, weights: pd.Series | None) -> pd.DataFrame:
    """Give every row its new code, once for each part of a split, and the new name where it held the old."""
    rows = pd.DataFrame({"row": np.arange(len(table)), "from_id": table[task.code].to_numpy()})
    links = rows.merge(task.pairs, on="from_id", how="left")
    parts = table.iloc[links["row"]].reset_index(drop=True)
    others = parts.columns.difference([task.code, *task.by, *task.amounts])
    held_names = [name for name in others if (parts[name] == links["from_name"]).all()]
    parts = parts.assign(**{task.code: links["to_id"], **dict.fromkeys(held_names, links["to_name"])})
    is_split = links["row"].duplicated(keep=False)
    if weights is None or not is_split.any():
        return parts
    sizes = links["to_id"].map(weights)
    for name in task.amounts:
        amounts = parts[name].astype(float)
        for labels in amounts[is_split].groupby(links["row"]).groups.values():
            amounts[labels] = _share(float(amounts[labels[0]]), sizes[labels].to_numpy(dtype=float))
        parts[name] = amounts
    return parts


def _share(amount: float, sizes: np.ndarray) -> np.ndarray:
    """Share an amount by sizes: the largest first, what is left to the last.

    A part of at least half is subtracted without rounding (Sterbenz), so that two parts add up to the whole.
    """
    parts, left = np.zeros(len(sizes)), amount
    order = [number for number in np.argsort(-sizes, kind="stable") if sizes[number] > 0]
    for place, number in enumerate(order[:-1]):
        parts[number] = left * (sizes[number] / math.fsum(sizes[order[place:]]))
        left -= parts[number]
    parts[order[-1]] = left
    return parts


def _merge(parts: pd.DataFrame, task: _Task) -> pd.DataFrame:
    keys = [task.code, *task.by]
    groups = parts.groupby(keys, sort=True, dropna=False)
    columns = {
        name: groups[name].agg(_total if name in task.amounts else _agreed)
        for name in parts.columns.difference(keys)
    }
    whole = {name: "int64" for name in task.amounts if pd.api.types.is_integer_dtype(parts[name])}
    return pd.DataFrame(columns).astype(whole).reset_index()


def _total(amounts: pd.Series) -> float | int:
    """Add amounts without rounding on the way; one that is missing makes the sum missing."""
    if amounts.isna().any():
        return math.nan
    if pd.api.types.is_integer_dtype(amounts):
        return int(amounts.sum())
    return math.fsum(cast("list[float]", amounts.to_list()))


def _agreed(values: pd.Series) -> object:
    first = values.iloc[0]
    same = (values == first).all() if pd.notna(first) else values.isna().all()
    return first if same else None
