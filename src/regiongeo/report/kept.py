"""Tables that several files of a report ask for, made once."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["made_once"]

Subject = TypeVar("Subject")
Rest = TypeVarTuple("Rest")
Table = TypeVar("Table", bound=pd.DataFrame)


def made_once(
    make: Callable[[Subject, *Rest], Table],
) -> Callable[[Subject, *Rest], Table]:
    """Let a function make a table of a frozen object once; the table lives as long as the object.

    Each caller gets a copy of its own, which shares its cells with the first until one of them is changed.
    Other arguments count as the same where they are the very same objects.
    """
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def table(subject: Subject, *rest: *Rest) -> Table:
        kept = vars(subject).get(name)
        if kept is None or not _are_same(kept[0], rest):
            kept = vars(subject)[name] = (rest, make(subject, *rest))
        made: Table = kept[1]
        return made.copy(deep=False)

    return table


def _are_same(some: tuple[object, ...], others: tuple[object, ...]) -> bool:
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))
