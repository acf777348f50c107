"""Every error regiongeo raises on purpose, under one base class.

A message says what is wrong, which rows or ids (the first three and how many more), and what to do.
Only the command line catches these; each class carries the exit code it turns into.
"""

from collections.abc import Iterable

__all__ = [
    "AssumptionError",
    "CrsError",
    "DataError",
    "EngineError",
    "InfeasibleError",
    "NetworkError",
    "OutputError",
    "RegionGeoError",
    "RegionGeoWarning",
    "ScenarioError",
    "SchemaError",
    "SourceError",
    "name_some",
]


class RegionGeoError(Exception):
    """Base class of all errors regiongeo raises on purpose."""

    exit_code = 3


class CrsError(RegionGeoError, ValueError):
    """A table has no coordinate reference system, the wrong one, or coordinates that cannot be in it."""


class SchemaError(RegionGeoError, ValueError):
    """A table does not hold what its schema declares."""


class ScenarioError(RegionGeoError, ValueError):
    """A scenario file or setting is refused."""


class NetworkError(RegionGeoError, ValueError):
    """A road network is inconsistent, or a site cannot be attached to it."""


class DataError(RegionGeoError, ValueError):
    """A file is damaged, is not what it claims to be, or is not what the registry says."""


class AssumptionError(RegionGeoError, LookupError):
    """No assumption of that name, unit and year is known."""


class InfeasibleError(RegionGeoError, ValueError):
    """The constraints conflict, or no plan was found within the limits; the text says which."""

    exit_code = 5


class SourceError(RegionGeoError, OSError):
    """A source or the network is needed and missing."""

    exit_code = 4


class OutputError(RegionGeoError, OSError):
    """An output could not be written; nothing that existed before is lost."""

    exit_code = 6


class EngineError(RegionGeoError, RuntimeError):
    """A part the program runs on is missing or failed: the solver, the map assets, PROJ."""

    exit_code = 1


class RegionGeoWarning(UserWarning):
    """The result stands, but the reader should know this."""


def name_some(ids: Iterable[object], *, most: int = 3) -> str:
    """Name the first few ids and say how many more there are.

    >>> name_some(["P", "Q", "R", "S", "T"])
    "'P', 'Q', 'R' and 2 more"
    """
    known = list(ids)
    shown = ", ".join(repr(one) for one in known[:most])
    return shown if len(known) <= most else f"{shown} and {len(known) - most} more"
