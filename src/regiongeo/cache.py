"""What was computed before, kept by the hash of everything it was computed from.

An entry is its own SHA-256 followed by the content, so that one that was cut or changed is found and made
anew. A cache that cannot be written is no error: the work is just done again.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

from regiongeo.atomic import write_atomically
from regiongeo.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["cache_folder", "content_key", "remembered"]

_DIGEST = 64


def cache_folder() -> Path:
    """Return the folder of this user in which estimated flows are kept."""
    from platformdirs import user_cache_path  # noqa: PLC0415

    return user_cache_path("regiongeo", appauthor=False) / "flows"


def content_key(parts: Iterable[str | bytes | Path]) -> str:
    """Return one SHA-256 of texts, bytes and the content of files, in their order."""
    whole = hashlib.sha256()
    for part in parts:
        content = (
            part if isinstance(part, bytes) else part.encode() if isinstance(part, str) else part.read_bytes()
        )
        whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()


def remembered(folder: Path, key: str, make: Callable[[], bytes]) -> bytes:
    """Return the content kept under ``key``, or make and keep it.

    Parameters
    ----------
    folder
        Where entries are kept; made if missing.
    key
        As from `content_key`: it must name everything the content depends on.
    make
        Called if there is no sound entry.
    """
    entry = folder / f"{key}.bin"
    with suppress(OSError):
        kept = entry.read_bytes()
        digest, content = kept[:_DIGEST], kept[_DIGEST:]
        if hashlib.sha256(content).hexdigest().encode() == digest:
            return content
    content = make()
    with suppress(OSError, OutputError):
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(entry, hashlib.sha256(content).hexdigest().encode() + content)
    return content
