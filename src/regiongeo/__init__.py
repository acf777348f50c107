"""regiongeo: where the next energy station for heavy transport should stand, and why there.

Modules load on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

__version__ = "0.1.0"

_MODULES = (
    "assumptions",
    "criteria",
    "crs",
    "errors",
    "flows",
    "maps",
    "network",
    "pipeline",
    "ranking",
    "region",
    "report",
    "routing",
    "scenario",
    "schema",
    "sites",
    "siting",
    "store",
    "tables",
    "traffic",
    "userfiles",
)
_FUNCTIONS = {"explore": "regiongeo.maps.explore", "preview": "regiongeo.maps.preview"}
__all__ = [*_FUNCTIONS, *_MODULES, "__version__"]  # noqa: PLE0604


def __getattr__(name: str) -> ModuleType | Callable[..., Any]:
    if name in _FUNCTIONS:
        function: Callable[..., Any] = getattr(import_module(_FUNCTIONS[name]), name)
        return function
    if name in _MODULES:
        return import_module(f"regiongeo.{name}")
    raise AttributeError(f"module 'regiongeo' has no attribute {name!r}")
