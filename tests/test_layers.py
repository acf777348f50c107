"""The layers of the design: imports point down only, heavy libraries stay where they belong."""

import ast
import importlib
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "regiongeo"
LAYERS = (
    ("errors",),
    ("crs", "i18n", "progress", "atomic", "manifest", "publish", "cache"),
    ("schema",),
    ("tables", "assumptions", "scenario"),
    ("store", "userfiles"),
    ("region", "codes", "names", "groups", "statistics", "cutting", "network"),
    ("climate", "statedchange", "climatefigures"),
    ("routing", "osm", "polycentricity"),
    ("accessibility",),
    ("traffic", "sites"),
    ("distances",),
    ("criteria",),
    ("flows",),
    ("siting",),
    ("sizing", "compliance", "driving"),
    ("values", "robustness", "explain"),
    ("ranking",),
    ("result",),
    ("fairness", "planbreaks", "planservice", "stationplan", "planrules", "sitecards"),
    ("pipeline",),
    ("atlas",),
    ("maps", "report"),
    ("compile",),
    ("imprint", "doctor", "job", "atlasjob"),
    ("workshop",),
    ("cli",),
)
LEVEL = {module: level for level, modules in enumerate(LAYERS) for module in modules}
ONLY_IN = {
    "folium": ("maps",),
    "branca": ("maps",),
    "osmnx": ("osm",),
    "highspy": ("siting",),
    "routingkit_cch": ("routing",),
    "matplotlib": ("maps", "report", "workshop"),
    "openpyxl": ("report", "userfiles", "workshop"),
    "typer": ("cli",),
    "rich": ("cli",),
}
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "_assets" not in path.parts)


def _unit(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def _imports(path: Path) -> tuple[str, ...]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "regiongeo":
            names += [f"regiongeo.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return tuple(names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    unit = _unit(path)
    if unit in ("__init__", "__main__"):
        return
    assert unit in LEVEL, f"{unit} has no place in the layers"
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] == "regiongeo" and len(parts) > 1 and parts[1] in LEVEL and parts[1] != unit:
            assert LEVEL[parts[1]] < LEVEL[unit] or _same_layer_may(unit, parts[1]), (
                f"{unit} imports {parts[1]}"
            )


def _same_layer_may(unit: str, other: str) -> bool:
    return LEVEL[unit] == LEVEL[other] and LAYERS[LEVEL[unit]].index(other) < LAYERS[LEVEL[unit]].index(unit)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_libraries_stay_in_their_place(path: Path) -> None:
    for name in _imports(path):
        library = name.split(".")[0]
        assert _unit(path) in ONLY_IN.get(library, (_unit(path),)), (
            f"{library} does not belong in {_unit(path)}"
        )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_all_is_true(path: Path) -> None:
    dotted = ".".join(("regiongeo", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    )
    module = importlib.import_module(dotted)
    for name in getattr(module, "__all__", ()):
        assert getattr(module, name) is not None


def _loaded_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = {"geopandas", "pandas", "numpy", "folium", "osmnx", "matplotlib", "highspy", "spopt", "scipy"}
    assert not heavy & _loaded_after("import regiongeo")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nsys.argv = ['regiongeo', '--help']\n"
        "from regiongeo.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass"
    )
    heavy = {"geopandas", "pandas", "numpy", "folium", "osmnx", "matplotlib", "highspy", "scipy", "pydantic"}
    assert not heavy & _loaded_after(code)
