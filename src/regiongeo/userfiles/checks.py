"""What a path must be before anything reads it: a regular file of a known kind and a bounded size.

A file is judged by its first bytes and its ending together, and both must agree. No file is ever handed to
GDAL, which chooses its driver by content and would follow virtual formats to other files and addresses.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from regiongeo.userfiles.problems import Problem, refuse, shown

__all__ = [
    "DEFAULT_LIMITS",
    "ENCODINGS",
    "Encoding",
    "Kind",
    "Limits",
    "read_text",
    "require_file",
    "require_kind",
]

Kind = Literal["geojson", "geopackage", "csv"]
Encoding = Literal["utf-8", "cp1252", "latin-1"]
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "cp1252", "latin-1")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much of a user's file is read; give ``load_*`` other limits to raise one."""

    file_bytes: int = 64 * 2**20
    rows: int = 200_000
    text_characters: int = 500
    nesting: int = 40
    seconds: float = 30.0
    """Longest time one GeoPackage may take [s]."""


DEFAULT_LIMITS = Limits()

_ACCEPTED = "give a CSV, GeoJSON or GeoPackage file"
_ENDINGS: dict[str, Kind] = {
    ".geojson": "geojson",
    ".json": "geojson",
    ".gpkg": "geopackage",
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
}
_NAMES: dict[Kind, str] = {"geojson": "JSON", "geopackage": "a GeoPackage", "csv": "a table of text"}
_ADDRESS = re.compile(r"\s*<|/vsi|[A-Za-z][A-Za-z0-9_+.-]+:")
_FOREIGN = (
    (b"\x00\x00\x27\x0a", "a shapefile", "export it as GeoPackage, which carries its coordinate system"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as 'CSV UTF-8'"),
    (b"PK\x03\x04", "a zip archive", "unpack it and give the file inside"),
    (b"PK\x05\x06", "a zip archive", "unpack it and give the file inside"),
    (b"\x1f\x8b", "a gzip archive", "unpack it and give the file inside"),
    (b"fgb", "a FlatGeobuf file", "export it as GeoPackage"),
    (b"PAR1", "a Parquet file", "export it as GeoPackage"),
    (b"%PDF", "a PDF", _ACCEPTED),
    (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
)
_OTHER_ENDINGS = {
    ".shp": "shapefiles are not read: export it as GeoPackage, which carries its coordinate system",
    ".xlsx": "Excel workbooks are not read: save the sheet as 'CSV UTF-8'",
    ".xls": "Excel workbooks are not read: save the sheet as 'CSV UTF-8'",
    ".sos": "SOSI files are not read: export it as GeoPackage from QGIS",
}
_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]*)")
_GPKG_IDS = (b"GPKG", b"GP10", b"GP11")
_HEAD_BYTES = 4096
_SQLITE = b"SQLite format 3\x00"


def require_file(path: Path | str, *, limits: Limits) -> Path:
    """Return the path of an existing regular file within the size limit.

    Raises
    ------
    DataError
        For addresses, driver names and XML in place of a path; for missing files, folders, devices and pipes;
        for files that may not be read or are too large.
    """
    text = str(path)
    if _ADDRESS.match(text) or "\x00" in text:
        _refuse_one(
            text, "is an address or a driver name, not the path of a file", "give the path of a local file"
        )
    path = Path(path)
    try:
        found = path.stat()
    except (OSError, UnicodeError) as error:
        _refuse_one(path.name, *_why_not(path, error))
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a device, pipe or socket"
        _refuse_one(path.name or text, f"is {what}, not a regular file", _ACCEPTED)
    if found.st_size > limits.file_bytes:
        _refuse_size(path, found.st_size, limits)
    return path


def require_kind(path: Path) -> Kind:
    """Tell which of the accepted formats a file is, by its first bytes and its ending.

    Raises
    ------
    DataError
        If it is anything else, or the content does not fit the ending; with what to do.
    """
    head = _read(path, _HEAD_BYTES)
    claimed = _ENDINGS.get(path.suffix.lower())
    if claimed != "geopackage" and not head.lstrip(b"\xef\xbb\xbf \t\r\n") and len(head) < _HEAD_BYTES:
        _refuse_one(path.name, _empty_words(claimed), "fill it and save it again")
    found = _kind_of(head, path)
    if claimed is None:
        _refuse_one(path.name, *_ending_words(path, found))
    if found is None:
        found = "geojson" if claimed == "geojson" else "csv"
    if claimed != found:
        cure = "give it the ending of what it is, or export it again"
        _refuse_one(path.name, f"is named as {_NAMES[claimed]} but holds {_NAMES[found]}", cure)
    return claimed


def read_text(path: Path, *, encoding: Encoding, limits: Limits) -> str:
    """Read a whole text file; a byte order mark is accepted, another encoding never guessed.

    Raises
    ------
    DataError
        Naming the byte and line that is not in ``encoding``, or the line that holds a NUL character.
    """
    if encoding not in ENCODINGS:
        _refuse_one(
            path.name, f"encoding {shown(encoding)!r} is not known", f"use one of {', '.join(ENCODINGS)}"
        )
    data = _read(path, limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        _refuse_size(path, len(data), limits)
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        cure = "save it as UTF-8, or state its encoding (cp1252 where an older Excel wrote it)"
        _refuse_one(path.name, f"is not {encoding} at byte {error.start + 1}, line {line}", cure)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        _refuse_one(path.name, f"holds a NUL character in line {line}", "save it again as UTF-8 text")
    return text


def _kind_of(head: bytes, path: Path) -> Kind | None:
    """Return the kind the first bytes show; None where they could be any text."""
    if head.startswith(_SQLITE):
        if head[68:72] not in _GPKG_IDS:
            _refuse_one(path.name, "is a SQLite database but no GeoPackage", _ACCEPTED)
        return "geopackage"
    for magic, what, cure in _FOREIGN:
        if head.startswith(magic):
            _refuse_one(path.name, *_zip_words(path, head) if magic[:2] == b"PK" else (f"is {what}", cure))
    text = head.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("<"):
        _refuse_one(path.name, *_markup_words(text))
    if path.suffix.lower() == ".gpkg":
        _refuse_one(
            path.name, "is not a GeoPackage (it does not begin as one)", "export it again as GeoPackage"
        )
    return "geojson" if text.startswith(("{", "[")) else None


def _zip_words(path: Path, head: bytes) -> tuple[str, str]:
    if b"xl/" in head or path.suffix.lower().startswith(".xls"):
        return "is an Excel workbook", "save the sheet as 'CSV UTF-8'"
    return "is a zip archive", "unpack it and give the file inside"


def _markup_words(text: str) -> tuple[str, str]:
    first = _ELEMENT.search(text)
    name = (first.group(1) if first else "").lower()
    if name == "html" or text[:9].lower() == "<!doctype":
        return f"looks like a web page ({shown(text)})", "download the data itself, not the page about it"
    if name.startswith(("ogr", "vrt")):
        return "is a virtual format that only points to other files", "give the file it points to"
    return f"is XML ({shown(name)}), which is not read", "export it as GeoPackage"


def _empty_words(claimed: Kind | None) -> str:
    return "is empty: no features: not a GeoJSON FeatureCollection" if claimed == "geojson" else "is empty"


def _ending_words(path: Path, found: Kind | None) -> tuple[str, str]:
    if found:
        return f"holds {_NAMES[found]} but its ending {shown(path.suffix)!r} does not say so", "rename it"
    known = _OTHER_ENDINGS.get(path.suffix.lower())
    if known:
        what, cure = known.split(": ", 1)
        return what, cure
    return f"files ending in {shown(path.suffix)!r} are not read", _ACCEPTED


def _why_not(path: Path, error: OSError | UnicodeError) -> tuple[str, str]:
    if isinstance(error, PermissionError):
        return "permission denied", "ask its owner for the right to read it"
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return "is a link that points to nothing", "give the file itself"
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "no such file", "check the name and the folder"
    return (
        f"cannot be opened ({getattr(error, 'strerror', 'not a file name')})",
        "check the name and the folder",
    )


def _read(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(size)
    except OSError as error:
        _refuse_one(path.name, *_why_not(path, error))


def _refuse_size(path: Path, size: int, limits: Limits) -> NoReturn:
    what = f"is {size / 2**20:.1f} MiB, at most {limits.file_bytes / 2**20:.0f} MiB are read"
    _refuse_one(path.name, what, "leave out what is not needed, or raise Limits(file_bytes=...)")


def _refuse_one(file: str, what: str, cure: str) -> NoReturn:
    refuse(file, [Problem("", what, cure)])
