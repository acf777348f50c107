"""Problems of a user's file: gathered, grouped and told in one error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from regiongeo.errors import CrsError, DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Flaw", "Problem", "refuse", "shown"]

_LINE = re.compile(r"(?:row|feature) ([0-9]+)")

MOST_PLACES = 3
MOST_PROBLEMS = 20
MOST_CHARACTERS = 60


class Flaw(DataError):  # noqa: N818 - a part of an error to be, never seen by a caller
    """One value is wrong; the reader that knows the place turns it into a ``Problem``."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what}: {cure}")
        self.what = what
        self.cure = cure

    def at(self, where: str) -> Problem:
        """Return the problem this flaw is at one place of the file."""
        return Problem(where, self.what, self.cure)


class Problem(NamedTuple):
    """What is wrong with a file, where, and what to do."""

    where: str
    what: str
    cure: str
    is_position: bool = False


def refuse(file: str, problems: Iterable[Problem]) -> NoReturn:
    """Raise one error for all problems of a file; in the order of the rows, each once.

    Raises
    ------
    CrsError
        If all the problems are about positions or coordinate systems.
    DataError
        Otherwise. Both show the first 20 problems and the count.
    """
    places: dict[tuple[str, str], list[str]] = {}
    only_positions = True
    for problem in sorted(problems, key=_line_of):
        places.setdefault((problem.what, problem.cure), []).append(problem.where)
        only_positions &= problem.is_position
    told = [_sentence(where, *words) for words, where in places.items()]
    error = CrsError if only_positions else DataError
    if len(told) == 1:
        raise error(f"{shown(file)}: {told[0]}")
    rest = [f"and {len(told) - MOST_PROBLEMS} more"] if len(told) > MOST_PROBLEMS else []
    lines = "".join(f"\n  - {line}" for line in told[:MOST_PROBLEMS] + rest)
    raise error(f"{shown(file)} has {len(told)} problems:{lines}")


def shown(value: object, *, most: int = MOST_CHARACTERS) -> str:
    r"""Write a user's text so that it is safe in a message: no control characters, at most 60 characters.

    >>> print(shown("E6\x1b[2J"))
    E6\x1b[2J
    """
    text = str(value)[: most + 1]
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return safe if len(safe) <= most else f"{safe[: most - 1]}…"


def _line_of(problem: Problem) -> int:
    found = _LINE.match(problem.where)
    return int(found.group(1)) if found else 0


def _sentence(places: Sequence[str], what: str, cure: str) -> str:
    named = ", ".join(places[:MOST_PLACES])
    more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
    return f"{named}{more}: {what}: {cure}" if named else f"{what}: {cure}"
