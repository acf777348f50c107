"""The reference data on disk: hash, read, check the CRS, check the schema, check the foreign keys.

One reader of our own: columns by pyarrow, geometry by shapely, CRS by its code. Every file is read once;
the bytes that are hashed are the bytes that are parsed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from regiongeo.assumptions import ASSUMPTIONS
from regiongeo.crs import WORK_CRS, require_work
from regiongeo.errors import DataError, RegionGeoError, SchemaError, name_some
from regiongeo.schema import check_reference, validate
from regiongeo.tables import REFERENCE, ReferenceData

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from regiongeo.schema import Kind, Schema

__all__ = [
    "REGISTRY",
    "SCHEMAS",
    "Source",
    "check_keys",
    "credits_of",
    "data_dir",
    "list_tables",
    "load_reference",
    "load_sources",
    "load_table",
    "read_registry",
    "read_table",
    "verify",
]

REGISTRY = "sources.toml"
SCHEMAS: dict[str, Schema] = {**REFERENCE, ASSUMPTIONS.name: ASSUMPTIONS}
"""Schema of every file of the data folder by table name."""

_CURE = "restore it from the distribution, or build the data anew with 'regiongeo data build'"
_TABLE_KEYS = {
    "file": str,
    "title": str,
    "source_ids": list,
    "how_made": str,
    "sha256": str,
    "rows": int,
    "crs": str,
}
_KEYS = (
    ("municipality_codes", "municipality_id", "municipalities"),
    ("population", "municipality_id", "municipalities"),
    ("members", "municipality_id", "municipalities"),
    ("centres", "municipality_id", "municipalities"),
    ("places", "municipality_id", "municipalities"),
    ("links", "municipality_id", "municipalities"),
    ("links", "from_node", "nodes"),
    ("links", "to_node", "nodes"),
    ("links", "section_id", "traffic_sections"),
    ("gateways", "node_id", "nodes"),
    ("gateways", "link_id", "links"),
    ("traffic_points", "municipality_id", "municipalities"),
    ("traffic_points", "link_id", "links"),
    ("traffic_road_municipality", "municipality_id", "municipalities"),
    ("emissions", "municipality_id", "municipalities"),
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source of shipped data: who holds it, under which licence, and how to credit it."""

    source_id: str
    title: str
    title_nb: str
    holder: str
    url: str
    licence: str
    attribution: str
    reference_date: str


def data_dir() -> Path:
    """Return the folder of the shipped data: inside the installed package, or ``data/`` of a checkout.

    Raises
    ------
    DataError
        If neither is there.
    """
    here = Path(__file__).parent
    for folder in (here / "_data", here.parents[1] / "data"):
        if (folder / REGISTRY).is_file():
            return folder
    raise DataError("the reference data are missing: install regiongeo again, or run 'regiongeo data build'")


def load_reference(folder: Path | None = None) -> ReferenceData:
    """Load every shipped table, checked by hash, CRS, schema and foreign keys.

    Parameters
    ----------
    folder
        A data folder; the shipped one if not given.

    Raises
    ------
    DataError
        If a file is missing, changed, truncated or unreadable; one error names every such file.
    CrsError, SchemaError
        If a table is not in EPSG:25832, or not what its schema declares.
    """
    folder = folder or data_dir()
    records = read_registry(folder)["tables"]
    content = _read_files(folder, records, SCHEMAS)
    tables = {name: _load(content[name], SCHEMAS[name], records[name]) for name in SCHEMAS}
    check_keys(tables)
    return ReferenceData(**tables)


def load_table(name: str, folder: Path | None = None) -> Any:  # noqa: ANN401  # a GeoDataFrame where the schema has geometry
    """Load one table of the reference data, checked by hash, CRS and schema.

    Raises
    ------
    DataError
        If there is no such table, or its file is missing, changed, truncated or unreadable.
    CrsError, SchemaError
        If the table is not in EPSG:25832, or not what its schema declares.
    """
    folder = folder or data_dir()
    if name not in SCHEMAS:
        raise DataError(f"no table '{name}': choose one of {', '.join(sorted(SCHEMAS))}")
    records = read_registry(folder)["tables"]
    content = _read_files(folder, records, [name])
    return _load(content[name], SCHEMAS[name], records[name])


def load_sources(folder: Path | None = None) -> dict[str, Source]:
    """Read the sources of the reference data by ``source_id``.

    Raises
    ------
    DataError
        If the registry is missing, damaged or incomplete.
    """
    records = read_registry(folder or data_dir())["sources"]
    return {key: Source(source_id=key, **records[key]) for key in sorted(records)}


def credits_of(source_ids: Iterable[str], *, folder: Path | None = None) -> list[str]:
    """Return the attribution lines of the sources named, each once, sorted.

    Raises
    ------
    DataError
        If a source is not in the registry.
    """
    sources, asked = load_sources(folder), sorted(set(source_ids))
    unknown = [key for key in asked if key not in sources]
    if unknown:
        raise DataError(f"no source {name_some(unknown)} in {REGISTRY}: add its holder and licence there")
    return sorted({sources[key].attribution for key in asked})


def list_tables(folder: Path | None = None) -> pd.DataFrame:
    """Return the registry's record of every table: title, file, rows, crs, source_ids, how_made, sha256."""
    records = read_registry(folder or data_dir())["tables"]
    listed = pd.DataFrame.from_dict(records, orient="index").sort_index().rename_axis("table")
    return listed[["title", "file", "rows", "crs", "source_ids", "how_made", "sha256"]]


def verify(folder: Path | None = None) -> list[str]:
    """Check the whole data folder and return every problem found; none means it is as it was made."""
    folder = folder or data_dir()
    try:
        records = read_registry(folder)["tables"]
    except DataError as error:
        return [str(error)]
    problems, tables = [], {}
    for name, schema in SCHEMAS.items():
        try:
            tables[name] = _load(_read_files(folder, records, [name])[name], schema, records[name])
        except RegionGeoError as error:
            problems.append(str(error))
    if not problems:
        problems += _key_problems(tables)
    return problems


def read_registry(folder: Path) -> dict[str, Any]:
    """Read ``sources.toml`` of a data folder: the records of ``sources`` and of ``tables``.

    Raises
    ------
    DataError
        If the folder has none, or it is damaged or incomplete; one error names every gap.
    """
    path = folder / REGISTRY
    try:
        registry = tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError as error:
        raise DataError(f"'{folder}' is no data folder: it has no {REGISTRY}") from error
    except (OSError, ValueError) as error:
        raise DataError(f"'{path}' cannot be read ({error}): {_CURE}") from error
    problems = [*_source_problems(registry), *_record_problems(registry)]
    if problems:
        raise DataError(f"'{path}': {'; '.join(problems)}: {_CURE}")
    return registry


def read_table(content: bytes, schema: Schema, *, file: str) -> Any:  # noqa: ANN401  # as load_table
    """Parse one file's bytes: GeoParquet in EPSG:25832 where the schema has geometry, CSV otherwise.

    Raises
    ------
    DataError
        If the bytes are no such file, or a cell is not of its column's kind.
    """
    frame = _read_parquet(content, file=file) if schema.geometry else _read_csv(content, schema, file=file)
    lost = [name for name in schema.index if name not in frame.columns]
    if lost:
        raise DataError(f"{file} has no column {name_some(lost)}: {_CURE}")
    return frame.set_index(list(schema.index) if len(schema.index) > 1 else schema.index[0])


def check_keys(tables: Mapping[str, pd.DataFrame]) -> None:
    """Raise unless every id that names a row of another table is found there.

    Raises
    ------
    SchemaError
        Listing every column that does not.
    """
    problems = _key_problems(tables)
    if problems:
        raise SchemaError("\n".join(problems))


def _key_problems(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    problems = []
    for name, column, target in _KEYS:
        table = tables[name].reset_index()
        try:
            check_reference(table[column], tables[target].index, what=f"{name}.{column}", table=target)
        except SchemaError as error:
            problems.append(str(error))
    return problems


def _source_problems(registry: Mapping[str, Any]) -> list[str]:
    wanted = {field.name for field in fields(Source)} - {"source_id"}
    return [
        f"source '{key}' must have the texts {', '.join(sorted(wanted))}"
        for key, record in registry.get("sources", {}).items()
        if set(record) != wanted or not all(isinstance(text, str) and text for text in record.values())
    ]


def _record_problems(registry: Mapping[str, Any]) -> list[str]:
    records, sources = registry.get("tables", {}), registry.get("sources", {})
    wrong = [
        f"table '{name}' must have {', '.join(_TABLE_KEYS)}"
        for name, record in records.items()
        if set(record) != set(_TABLE_KEYS) or not all(type(record[k]) is t for k, t in _TABLE_KEYS.items())
    ]
    lost = [f"no record of table '{name}'" for name in SCHEMAS if name not in records]
    used = {key for record in records.values() for key in record.get("source_ids", [])}
    return wrong + lost + [f"no source '{key}'" for key in sorted(used - set(sources))]


def _read_files(folder: Path, records: Mapping[str, Any], names: Iterable[str]) -> dict[str, bytes]:
    content: dict[str, bytes] = {}
    problems = []
    for name in names:
        file, path = records[name]["file"], folder / records[name]["file"]
        try:
            content[name] = path.read_bytes()
        except OSError as error:
            problems.append(f"{file} cannot be read ({error.strerror or error})")
            continue
        if hashlib.sha256(content[name]).hexdigest() != records[name]["sha256"]:
            problems.append(
                f"{file} is not the file of the registry: changed or cut short ({len(content[name])} bytes)"
            )
    if problems:
        raise DataError(
            f"reference data in '{folder}': {'; '.join(problems)}: {_CURE}{_after_edit(problems)}"
        )
    return content


def _after_edit(problems: list[str]) -> str:
    edited = any("assumptions.csv is not" in problem for problem in problems)
    return "; after editing assumptions.csv, run 'regiongeo data rehash'" if edited else ""


def _load(content: bytes, schema: Schema, record: Mapping[str, Any]) -> Any:  # noqa: ANN401
    table = read_table(content, schema, file=record["file"])
    if len(table) != record["rows"]:
        raise DataError(
            f"{record['file']} has {len(table)} rows, the registry says {record['rows']}: {_CURE}"
        )
    if schema.geometry:
        require_work(table, what=record["file"])
    return validate(table, schema)


def _read_parquet(content: bytes, *, file: str) -> gpd.GeoDataFrame:
    try:
        table = pq.ParquetFile(pa.BufferReader(content)).read()
        geo = json.loads((table.schema.metadata or {})[b"geo"])["columns"]["geometry"]
        shapes = shapely.from_wkb(table["geometry"].to_numpy())
    except (pa.ArrowException, shapely.errors.GEOSException, KeyError, ValueError) as error:
        raise DataError(f"{file} is no GeoParquet file that can be read ({error}): {_CURE}") from error
    code = (geo.get("crs") or {}).get("id", {})
    if f"{code.get('authority')}:{code.get('code')}" != WORK_CRS:
        raise DataError(f"{file} says it is in {code or 'no CRS'}, not {WORK_CRS}: {_CURE}")
    columns = table.drop_columns(["geometry"]).replace_schema_metadata().to_pandas()
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=CRS.from_user_input(WORK_CRS)))


def _read_csv(content: bytes, schema: Schema, *, file: str) -> pd.DataFrame:
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{file} is no UTF-8 CSV table ({error}): {_CURE}") from error
    header, body = (rows[0], rows[1:]) if rows else ([], [])
    uneven = [number for number, row in enumerate(body, start=2) if len(row) != len(header)]
    if uneven or len(set(header)) != len(header):
        raise DataError(
            f"{file}: rows {name_some(uneven)} do not have the header's {len(header)} cells: {_CURE}"
        )
    texts = pd.DataFrame(body, columns=pd.Index(header), dtype="str")
    kinds = {column.name: column.kind for column in schema.columns} | _index_kinds(schema)
    return pd.DataFrame({name: _typed(texts[name], kinds.get(name, "text"), file=file) for name in header})


def _index_kinds(schema: Schema) -> dict[str, Kind]:
    return {name: "integer" if name in ("year", "hour") else "text" for name in schema.index}


def _typed(texts: pd.Series, kind: Kind, *, file: str) -> pd.Series:
    """Turn text cells into their kind, strictly; an empty cell is missing."""
    filled = texts.mask(texts == "")
    if kind == "text":
        return filled
    values = (
        filled.map({"true": True, "false": False})
        if kind == "boolean"
        else pd.to_numeric(filled, errors="coerce")
    )
    is_wrong = values.isna() & filled.notna()
    if kind == "integer":
        is_wrong |= values.notna() & (values % 1 != 0)
    wrong = texts.index[is_wrong]
    if len(wrong):
        lines = name_some(int(row) + 2 for row in wrong)
        raise DataError(f"{file}: column '{texts.name}' must hold {kind}, lines {lines}: correct them")
    if values.isna().any() or kind == "number":
        return values.astype(float) if kind != "boolean" else values
    return values.astype("int64" if kind == "integer" else "bool")
