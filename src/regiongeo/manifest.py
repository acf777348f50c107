"""``run.json``: what a run was asked, what it read and wrote, and whether the files are still the same.

It is written last, so a folder without it is not a finished run.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from regiongeo.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["RUN_FILE", "RUN_SCHEMA", "hash_file", "read_run", "verify_run", "write_run"]

RUN_FILE = "run.json"
RUN_SCHEMA = "regiongeo/run/1"


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_run(folder: Path, info: Mapping[str, Any]) -> None:
    """Write ``run.json``: ``info`` and the SHA-256 of every file that lies in ``folder`` by now.

    Raises
    ------
    ValueError
        If ``info`` holds something JSON has no word for; a bug of the caller.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != RUN_FILE)
    outputs = {path.relative_to(folder).as_posix(): hash_file(path) for path in files}
    content = {"schema": RUN_SCHEMA, **info, "outputs": outputs}
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / RUN_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_run(folder: Path) -> dict[str, Any]:
    """Return the content of a run folder's ``run.json``.

    Raises
    ------
    DataError
        If the folder is not a finished run of regiongeo, or its ``run.json`` is damaged.
    """
    path = folder / RUN_FILE
    if not path.is_file():
        raise DataError(f"'{folder}' holds no {RUN_FILE}: not a finished run; choose a new or a run's folder")
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DataError(f"'{path}' is damaged ({error}): choose another folder") from error
    if not _is_run(content):
        raise DataError(f"'{path}' is not a record of a regiongeo run ({RUN_SCHEMA}): choose another folder")
    return dict(content)


def verify_run(folder: Path) -> list[str]:
    """Compare the files of a run folder with its ``run.json``; return one sentence a difference.

    Files that ``run.json`` does not list (a planner's own) are not looked at.

    Raises
    ------
    DataError
        If the folder is not a finished run.
    """
    outputs: dict[str, str] = read_run(folder)["outputs"]
    found = {name: _hash_or_none(folder / name) for name in outputs}
    return [
        f"{name}: {'missing' if found[name] is None else 'changed since the run'}"
        for name in sorted(outputs)
        if found[name] != outputs[name]
    ]


def _hash_or_none(path: Path) -> str | None:
    return hash_file(path) if path.is_file() else None


def _is_run(content: object) -> bool:
    if not isinstance(content, dict) or content.get("schema") != RUN_SCHEMA:
        return False
    outputs = content.get("outputs")
    return isinstance(outputs, dict) and all(isinstance(value, str) for value in outputs.values())
