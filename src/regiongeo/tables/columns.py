"""Short forms for declaring columns; units stand in the column names."""

from regiongeo.schema import Column

__all__ = ["AREAS", "LINES", "POINT", "SOURCE", "flag", "integer", "number", "text"]


def text(
    name: str, description: str, *, nullable: bool = False, choices: tuple[str, ...] | None = None
) -> Column:
    """Declare a column of text."""
    return Column(name=name, kind="text", description=description, nullable=nullable, choices=choices)


def number(
    name: str,
    description: str,
    unit: str,
    *,
    low: float | None = 0,
    high: float | None = None,
    nullable: bool = False,
) -> Column:
    """Declare a column of numbers in a unit, at least 0 unless told otherwise."""
    return Column(
        name=name, kind="number", description=description, unit=unit, low=low, high=high, nullable=nullable
    )


def integer(name: str, description: str, unit: str | None = None, *, low: float = 0) -> Column:
    """Declare a column of whole numbers."""
    return Column(name=name, kind="integer", description=description, unit=unit, low=low)


def flag(name: str, description: str) -> Column:
    """Declare a column of true or false."""
    return Column(name=name, kind="boolean", description=description)


POINT = ("Point",)
LINES = ("LineString", "MultiLineString")
AREAS = ("Polygon", "MultiPolygon")
SOURCE = text("source_id", "record of data/sources.toml the row comes from")
