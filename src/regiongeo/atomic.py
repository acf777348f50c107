"""One file whole or not at all, and the words for it when writing fails."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

from regiongeo.errors import OutputError, RegionGeoError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "explain_failure",
    "explained",
    "nearest_folder",
    "size_of",
    "sync",
    "sync_tree",
    "write_atomically",
]

_DISK_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
_STALE_S = 3600.0
_MB = 1_000_000
_LONGEST_QUOTE = 100


def write_atomically(path: Path, content: bytes | Callable[[Path], object]) -> None:
    """Write one file whole or not at all: beside it first, flushed, then renamed into place.

    Parameters
    ----------
    path
        The file to be made or replaced; its folder exists.
    content
        The bytes, or a function that writes the file at the path it is given (same folder, same suffix).

    Raises
    ------
    OutputError
        If the target is a folder or a link, or writing fails; the former file stands.
    """
    if path.is_symlink() or path.is_dir():
        raise OutputError(f"'{path}' is a {'link' if path.is_symlink() else 'folder'}: choose a file name")
    _sweep_files(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.tmp{path.suffix}")
    try:
        with explained(path, temporary):
            if isinstance(content, bytes):
                temporary.write_bytes(content)
            else:
                content(temporary)
            sync(temporary)
            temporary.replace(path)
            sync(path.parent)
    finally:
        for leftover in path.parent.glob(f"{escape(temporary.name)}*"):
            leftover.unlink(missing_ok=True)


@contextmanager
def explained(out: Path, stage: Path | None = None) -> Iterator[None]:
    """Turn whatever the system says inside the block into the `OutputError` of `explain_failure`.

    ``stage`` is where the bytes go before they are moved to ``out``.
    """
    try:
        yield
    except RegionGeoError:
        raise
    except OSError as error:
        raise explain_failure(error, out, written=size_of(stage) if stage else 0) from error


def explain_failure(error: Exception, out: Path, *, written: int = 0) -> OutputError:
    """Return the error a planner should read when writing to ``out`` failed; nothing old is lost by then.

    Parameters
    ----------
    error
        What the system or a file driver said; drivers do not always tell that the disk is full.
    out
        The output, missing or not.
    written
        Bytes written before the failure.
    """
    free = shutil.disk_usage(nearest_folder(out)).free
    needed = max(written, size_of(out))
    room = f"needs at least {needed / _MB:.1f} MB, has {free / _MB:.1f} MB"
    number = error.errno if isinstance(error, OSError) else None
    if number in _DISK_FULL:
        limit = " (or the limit for one file is reached)" if number == errno.EFBIG else ""
        return OutputError(f"disk full{limit}: '{out}' {room}; free some space or choose another disk")
    if isinstance(error, OSError):
        said = error.strerror or str(error)
        return OutputError(f"could not write '{out}': {said} ({room}); is it open in another program?")
    said = " ".join(str(error).split())[:_LONGEST_QUOTE]
    return OutputError(f"could not write {out.name}: {said} ({room}); is the disk full?")


def sync_tree(folder: Path) -> None:
    """Flush every file and folder below ``folder`` to the disk, and ``folder`` itself."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            continue
        sync(path)
    sync(folder)


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all below a folder; 0 where there is none."""
    with suppress(OSError):  # too long a name, no right to look
        if path.is_dir():
            return sum(part.lstat().st_size for part in path.rglob("*"))
        return path.stat().st_size
    return 0


def nearest_folder(path: Path) -> Path:
    """Return ``path`` or the first folder above it that exists."""
    above = path.absolute()
    for folder in (above, *above.parents):
        with suppress(OSError):
            if folder.is_dir():
                return folder
    return Path(above.anchor)


def sync(path: Path) -> None:
    """Flush one file or folder to the disk."""
    if sys.platform == "win32" and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep_files(path: Path) -> None:
    for leftover in path.parent.glob(f".{escape(path.stem)}.*.tmp{escape(path.suffix)}*"):
        owner = leftover.name.removeprefix(f".{path.stem}.").split(".")[0]
        with suppress(OSError):
            if owner.isdigit() and not _is_running(int(owner)) and _age_s(leftover) > _STALE_S:
                leftover.unlink()


def _is_running(process: int) -> bool:
    if sys.platform == "win32":  # signal 0 is no question there but Ctrl-C; age alone decides
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _age_s(path: Path) -> float:
    return time.time() - path.stat().st_mtime
