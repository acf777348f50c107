"""Write the reference data: tables, their registry, and the whole folder at once or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
import tomllib
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from regiongeo.assumptions import ASSUMPTIONS
from regiongeo.atomic import explained, sync_tree, write_atomically
from regiongeo.crs import WORK_CRS
from regiongeo.errors import OutputError, SourceError, name_some
from regiongeo.schema import validate
from regiongeo.store import REGISTRY, SCHEMAS, read_registry, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from regiongeo.schema import Schema

__all__ = ["read_assumptions", "rehash_assumptions", "replaced_folder", "table_file", "write_tables"]

_ODBL = "ODbL 1.0"
_ODBL_NOTICE = """# Licence of the files in this folder

They are made from OpenStreetMap: © OpenStreetMap contributors, with facts from Drivstoffpriser.
They are available under the Open Database License 1.0: https://opendatacommons.org/licenses/odbl/1-0/

Whoever passes on these tables, or tables derived from them, must credit the holders and offer them under the
same licence. All other tables of regiongeo lie outside this folder and have licences of their own
(`../sources.toml`).
"""


def table_file(name: str) -> str:
    """Return the file of a table inside the data folder; share-alike tables lie in ``osm/``."""
    record, sources = _catalogue()["tables"][name], _catalogue()["sources"]
    folder = "osm/" if any(sources[key]["licence"] == _ODBL for key in record["source_ids"]) else ""
    return f"{folder}{name}.{'parquet' if SCHEMAS[name].geometry else 'csv'}"


def read_assumptions(path: Path) -> pd.DataFrame:
    """Read and check the assumptions, whatever the registry says of them.

    Raises
    ------
    SourceError
        If the file is missing.
    DataError, SchemaError
        If it is no such table.
    """
    if not path.is_file():
        raise SourceError(
            f"'{path}' is missing: the assumptions are written by hand and carried over by a build"
        )
    table: pd.DataFrame = read_table(path.read_bytes(), ASSUMPTIONS, file=path.name)
    return validate(table, ASSUMPTIONS)


def write_tables(tables: Mapping[str, pd.DataFrame], *, assumptions: Path, folder: Path) -> None:
    """Write every table, the assumptions as they are, the notice and the registry into an empty folder."""
    content = {name: _encode(table, SCHEMAS[name]) for name, table in tables.items()}
    content[ASSUMPTIONS.name] = assumptions.read_bytes()
    for name, data in content.items():
        path = folder / table_file(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    (folder / "osm" / "LICENCE.md").write_text(_ODBL_NOTICE, encoding="utf-8", newline="\n")
    rows = {name: len(table) for name, table in tables.items()}
    rows[ASSUMPTIONS.name] = len(read_assumptions(assumptions))
    (folder / REGISTRY).write_text(_registry(content, rows), encoding="utf-8", newline="\n")


def rehash_assumptions(folder: Path) -> None:
    """Register an edited ``assumptions.csv``: check it, then write its hash and rows into the registry.

    Link minutes are computed when the data are built: after a change of speeds, build the data anew.

    Raises
    ------
    DataError, SchemaError
        If the assumptions or the registry are damaged; the registry stands as it was.
    """
    registry, path = read_registry(folder), folder / table_file(ASSUMPTIONS.name)
    rows, digest = len(read_assumptions(path)), hashlib.sha256(path.read_bytes()).hexdigest()
    registry["tables"][ASSUMPTIONS.name] |= {"sha256": digest, "rows": rows}
    write_atomically(folder / REGISTRY, _to_toml(registry).encode("utf-8"))


@contextmanager
def replaced_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder beside ``out`` that takes its place when the block ends well.

    Raises
    ------
    OutputError
        If ``out`` holds files that a build did not write, or writing fails; ``out`` then stands as it was.
    """
    out = out.absolute()
    _require_ours(out)
    with explained(out):
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        try:
            (work / "new").mkdir()
            yield work / "new"
            sync_tree(work / "new")
            _swap(work / "new", out, old=work / "old")
        finally:
            if out.exists() or not (work / "old").exists():
                shutil.rmtree(work)


def _swap(new: Path, out: Path, *, old: Path) -> None:
    if not out.exists():
        new.rename(out)
        return
    out.rename(old)
    try:
        new.rename(out)
    except OSError:
        old.rename(out)
        raise


def _require_ours(out: Path) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise OutputError(f"'{out}' is a link or a file: name a folder")
    known = {REGISTRY, "osm/LICENCE.md", *(table_file(name) for name in SCHEMAS)}
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()}
    if found - known:
        raise OutputError(
            f"'{out}' holds other files ({name_some(sorted(found - known))}): move them away first"
        )


def _encode(table: pd.DataFrame, schema: Schema) -> bytes:
    """Encode the schema's columns, rows in order of the index: the same table gives the same bytes."""
    columns = [column.name for column in schema.columns]
    ordered = table.sort_index(kind="stable")
    return _parquet(ordered, columns) if schema.geometry else _csv(ordered, columns)


def _parquet(table: pd.DataFrame, columns: list[str]) -> bytes:
    plain = pa.Table.from_pandas(table[columns].reset_index(), preserve_index=False)
    wkb = shapely.to_wkb(table["geometry"].to_numpy(), output_dimension=2, byte_order=1)
    whole = plain.append_column("geometry", pa.array(wkb, type=pa.binary()))
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": sorted(set(gpd.GeoSeries(table["geometry"]).geom_type)),
                "crs": CRS.from_user_input(WORK_CRS).to_json_dict(),
            }
        },
    }
    buffer = io.BytesIO()
    metadata = {"geo": json.dumps(geo, ensure_ascii=False, sort_keys=True)}
    pq.write_table(whole.replace_schema_metadata(metadata), buffer, compression="zstd", compression_level=15)
    return buffer.getvalue()


def _csv(table: pd.DataFrame, columns: list[str]) -> bytes:
    flags = [name for name in columns if table[name].dtype == bool]
    worded = table[columns].assign(
        **{name: table[name].map({True: "true", False: "false"}) for name in flags}
    )
    return worded.to_csv(lineterminator="\n").encode("utf-8")


def _catalogue() -> dict[str, Any]:
    return tomllib.loads((files("regiongeo.compile") / "catalogue.toml").read_text(encoding="utf-8"))


def _registry(content: Mapping[str, bytes], rows: Mapping[str, int]) -> str:
    catalogue = _catalogue()
    used = {key for name in content for key in catalogue["tables"][name]["source_ids"]}
    tables = {
        name: {
            "file": table_file(name),
            **catalogue["tables"][name],
            "sha256": hashlib.sha256(content[name]).hexdigest(),
            "rows": rows[name],
            "crs": WORK_CRS if SCHEMAS[name].geometry else "none",
        }
        for name in sorted(content)
    }
    return _to_toml({"sources": {key: catalogue["sources"][key] for key in sorted(used)}, "tables": tables})


def _to_toml(registry: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """Write two levels of tables; a JSON string, list or integer is a TOML one."""
    blocks = ["# Made by 'regiongeo data build'. What is written by hand: regiongeo/compile/catalogue.toml\n"]
    for group, records in registry.items():
        for key, record in records.items():
            lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in record.items()]
            blocks.append(f"\n[{group}.{key}]\n{''.join(lines)}")
    return "".join(blocks)
