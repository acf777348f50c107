"""Outputs appear whole or not at all, and a run that fails or is killed loses nothing old.

A run is written to a hidden work folder beside its target, checked against its own ``run.json``, flushed
to the disk and moved in by two renames. The work folder (``.latest.run`` for ``latest``) holds a lock that
the kernel frees when its process dies, so whoever gets the lock knows that all it finds there is left over:

    .latest.run/lock     held while a process publishes
    .latest.run/holder   its process id
    .latest.run/new/     the run being written
    .latest.run/old/     the former run, from the first rename to the end
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from regiongeo.atomic import explained, nearest_folder, sync, sync_tree, write_atomically
from regiongeo.errors import DataError, OutputError, name_some
from regiongeo.manifest import RUN_FILE, read_run, verify_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["check_target", "publish_folder", "recover_folder", "write_atomically"]

_SIDECARS = ("-wal", "-shm", "-journal")


def check_target(out: Path, *, inputs: Iterable[Path] = (), wait_s: float = 10.0) -> None:
    """Raise unless a run can be published at ``out``; called before any work is done.

    A former run that a killed process left half replaced is put back first.

    Parameters
    ----------
    out
        Folder to be made or replaced. It may be missing, empty, or a former run (it holds ``run.json``).
    inputs
        Files the run reads; none may lie in ``out``.
    wait_s
        How long to wait for another process that publishes there [s].

    Raises
    ------
    OutputError
        If ``out`` is a file, a link, a disk of its own, a folder that is no run, or cannot be written; or if
        an input lies in it.
    """
    with explained(out):
        recover_folder(out, wait_s=wait_s)
        _require_replaceable(out)
    inside = [path.name for path in inputs if path.resolve().is_relative_to(out.resolve())]
    if inside:
        raise OutputError(f"'{out}' holds inputs of this run ({name_some(inside)}): choose another folder")
    _require_writable(out)


def publish_folder(out: Path, write: Callable[[Path], None], *, wait_s: float = 10.0) -> None:
    """Let ``write`` fill a hidden folder, ``run.json`` last, then put it at ``out`` in place of a former run.

    Files in the former run that its ``run.json`` does not list are a planner's own (a QGIS project beside
    the GeoPackage) and are carried over: refusing would make every second run fail, dropping them would lose
    work. Files it does list are replaced, edited or not: a GeoPackage changes when QGIS only opens it.

    Parameters
    ----------
    out
        See `check_target`.
    write
        Called once with an empty folder on the same disk; writes the whole run into it.
    wait_s
        How long to wait for another process that publishes there [s].

    Raises
    ------
    OutputError
        If the target is refused, the disk is full, the run does not match its ``run.json``, a planner's own
        file has the name of a new output, or another process holds the folder. The former run stands.
    """
    with explained(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with _locked(out, wait_s=wait_s) as work:
            _require_replaceable(out)
            stage = work / "new"
            stage.mkdir()
            with explained(out, stage):
                write(stage)
                _require_whole(stage)
                _carry_over(out, stage)
                sync_tree(stage)
            _swap(out, work)


def recover_folder(out: Path, *, wait_s: float = 0.0) -> None:
    """Put back a former run that a killed process had moved aside, and sweep what dead processes left.

    Raises
    ------
    OutputError
        If another process still publishes at ``out`` after ``wait_s`` seconds.
    """
    if _work_folder(out).is_dir():
        with _locked(out, wait_s=wait_s):
            pass


def _require_replaceable(out: Path) -> None:
    if out.is_symlink():
        raise OutputError(f"'{out}' is a link: name the folder itself")
    above = next(folder for folder in out.absolute().parents if folder.exists())
    if not above.is_dir():
        raise OutputError(f"'{out}' cannot be made: '{above.name}' is a file")
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputError(f"'{out}' is a file: choose a folder")
    if out.is_mount():
        raise OutputError(f"'{out}' is a disk of its own and cannot be replaced: choose a folder on it")
    if any(out.iterdir()):
        try:
            read_run(out)
        except DataError as error:
            raise OutputError(
                f"'{out}' is not empty and no former run: choose a new folder ({error})"
            ) from error


def _require_writable(out: Path) -> None:
    if out.exists() and not os.access(out, os.W_OK):
        raise OutputError(f"'{out}' is read-only: choose another folder or change its rights")
    folder = nearest_folder(out)
    # Asking for rights is not enough: disks are read-only or full for reasons that rights do not tell.
    with explained(out), tempfile.TemporaryDirectory(prefix=".regiongeo-", dir=folder):
        pass


def _require_whole(stage: Path) -> None:
    if not (stage / RUN_FILE).is_file():
        raise OutputError(f"the run was not written to its end: no {RUN_FILE}; the former run stands")
    problems = verify_run(stage)
    if problems:
        raise OutputError(f"the files written are not what the run made ({problems[0]}): is the disk sound?")


def _carry_over(out: Path, stage: Path) -> None:
    if not (out / RUN_FILE).is_file():
        return
    listed = {RUN_FILE, *read_run(out)["outputs"]}
    dropped = listed | {f"{name}{ending}" for name in listed for ending in _SIDECARS}
    own = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()} - dropped
    taken = sorted(name for name in own if (stage / name).exists())
    if taken:
        raise OutputError(
            f"'{out}' holds files of your own with the name of a new output ({name_some(taken)}): rename them"
        )

    def leave_outputs(folder: str, names: list[str]) -> set[str]:
        below = Path(folder).relative_to(out)
        return {name for name in names if (below / name).as_posix() in dropped}

    shutil.copytree(
        out, stage, symlinks=True, dirs_exist_ok=True, ignore=leave_outputs, copy_function=_link_or_copy
    )


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except (OSError, NotImplementedError):  # no hard links on this disk
        shutil.copy2(source, target, follow_symlinks=False)


def _swap(out: Path, work: Path) -> None:
    if out.exists():
        out.rename(work / "old")
    (work / "new").rename(out)
    sync(out.parent)


def _work_folder(out: Path) -> Path:
    if not out.name:
        raise OutputError(f"'{out}' cannot be replaced: name a folder of its own, for example maps/latest")
    return out.parent / f".{out.name}.run"


@contextmanager
def _locked(out: Path, *, wait_s: float) -> Iterator[Path]:
    """Hold the work folder of ``out``; on the way in and out, put the former run back where it is missing."""
    work = _work_folder(out)
    lock = _acquire(work, out, wait_s=wait_s)
    try:
        _settle(out, work)
        (work / "holder").write_text(str(os.getpid()), encoding="ascii")
        yield work
    finally:
        _settle(out, work)
        for name in ("holder", "lock"):
            with suppress(OSError):  # an open file cannot be removed on Windows; it does no harm
                (work / name).unlink(missing_ok=True)
        with suppress(OSError):  # the next process is already waiting in it
            work.rmdir()
        lock.close()


def _settle(out: Path, work: Path) -> None:
    old = work / "old"
    if old.exists() and not out.exists():
        old.rename(out)
    for left in (work / "new", old):
        shutil.rmtree(left, ignore_errors=True)


def _acquire(work: Path, out: Path, *, wait_s: float) -> IO[bytes]:
    deadline = time.monotonic() + wait_s
    while True:
        lock = _try_lock(work)
        if lock is not None:
            return lock
        if time.monotonic() >= deadline:
            raise OutputError(
                f"'{out}' is being written by {_holder_of(work)}: wait for it or choose another folder"
            )
        time.sleep(0.05)


def _try_lock(work: Path) -> IO[bytes] | None:
    work.mkdir(exist_ok=True)
    try:
        lock = (work / "lock").open("a+b")
    except FileNotFoundError:  # its last holder has just removed the folder
        return None
    if _lock_handle(lock) and _is_in_place(lock, work / "lock"):
        return lock
    lock.close()
    return None


def _lock_handle(lock: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN):
            return False
        raise
    return True


def _is_in_place(lock: IO[bytes], path: Path) -> bool:
    """Tell whether the locked file is still the one at ``path``: its last holder may have removed it."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(lock.fileno()), path.stat())
    return False


def _holder_of(work: Path) -> str:
    with suppress(OSError):
        return f"process {(work / 'holder').read_text('ascii')[:20]}"
    return "another process"
