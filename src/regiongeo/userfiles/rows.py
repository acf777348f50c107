"""What every reader hands on: rows with their place in the file, raw values and a shape in a stated CRS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from regiongeo.schema import Schema
    from regiongeo.userfiles.problems import Problem

__all__ = ["Raw", "Row", "Slot"]


@dataclass(frozen=True, kw_only=True)
class Slot:
    """What one kind of user table takes: its schema and the spellings of each column, best first."""

    schema: Schema
    spellings: Mapping[str, tuple[str, ...]]

    @property
    def id_column(self) -> str:
        """Name of the id, which becomes the index."""
        return self.schema.index[0]

    def is_optional(self, column: str) -> bool:
        """Tell whether a column may be left out."""
        return any(one.name == column and one.nullable for one in self.schema.columns)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row as read. A shape that could not be read is None, and its problem is already told."""

    place: str
    cells: Mapping[str, object]
    shape: BaseGeometry | None
    epsg: int
    has_height: bool = False


@dataclass(frozen=True, kw_only=True)
class Raw:
    """A whole file as read, with the problems found so far; ``header`` names the place of the columns."""

    header: str
    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_text: bool = False
    """Values are all text, as in a CSV."""
