"""Publication: old or new, whole, whatever fails (rows D01-D03, D06, D07, D11, D13, D18)."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from regiongeo import atomic, publish
from regiongeo.errors import DataError, OutputError
from regiongeo.manifest import RUN_FILE, hash_file, read_run, verify_run, write_run
from toy_publish import FILES, publish_version, write_version

if TYPE_CHECKING:
    from collections.abc import Callable


def require_version(out: Path, *versions: str) -> None:
    """Assert that ``out`` holds one of the versions, whole, and that nothing lies beside it."""
    assert verify_run(out) == []
    version = read_run(out)["version"]
    assert version in versions
    assert {(out / name).read_text() for name in FILES} == {version * 200}
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_a_run_replaces_a_run(tmp_path: Path) -> None:
    out = tmp_path / "maps" / "latest"
    publish_version(out, "old")
    require_version(out, "old")
    publish_version(out, "new")
    require_version(out, "new")


def test_an_empty_folder_is_a_target(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    publish.check_target(out)
    publish_version(out, "new")
    require_version(out, "new")


# The child publishes for ever; its parent kills it at any moment.
LOOP = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from toy_publish import publish_version
out, number = Path(sys.argv[1]), 0
print("ready", flush=True)
while True:
    number += 1
    publish_version(out, f"v{number:06d}")
"""


@pytest.mark.slow
def test_d01_kill_at_any_moment_leaves_old_or_new(tmp_path: Path) -> None:
    out = tmp_path / "latest"
    publish_version(out, "v000000")
    moments = random.Random(1)  # noqa: S311
    for _ in range(40):
        command = [sys.executable, "-c", LOOP, str(out), str(Path(__file__).parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(moments.uniform(0, 0.05))
            child.send_signal(signal.SIGKILL)
        publish.recover_folder(out)
        require_version(out, read_run(out)["version"])


@pytest.mark.parametrize("k", range(1, 25))
def test_d01_d14_stop_at_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, k: int) -> None:
    """An interrupt at the k-th change of the disk, for every k, leaves old or new."""
    out = tmp_path / "latest"
    publish_version(out, "old")
    (out / "mine.qgz").write_text("my project")
    calls = {"n": 0}

    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            calls["n"] += 1
            if calls["n"] == k:
                raise KeyboardInterrupt
            return original(*args, **kwargs)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", counted(Path.mkdir))
        patch.setattr(Path, "rename", counted(Path.rename))
        patch.setattr(os, "link", counted(os.link))
        patch.setattr(os, "fsync", counted(os.fsync))
        try:
            publish_version(out, "new")
        except KeyboardInterrupt:
            pass
        else:
            assert calls["n"] < k  # the run needs fewer steps: nothing was interrupted
    publish.recover_folder(out)
    require_version(out, "old", "new")
    assert (out / "mine.qgz").read_text() == "my project"


@pytest.mark.parametrize("k", range(1, 13))
def test_d02_failure_at_the_kth_write(tmp_path: Path, k: int) -> None:
    out = tmp_path / "latest"
    publish_version(out, "old")

    def write(stage: Path) -> None:
        for number in range(12):
            with (stage / f"part{number % 3}").open("a") as stream:
                if number == k - 1:
                    raise OSError(errno.EIO, "input/output error")
                stream.write("half of it")
        write_run(stage, {"version": "new"})

    with pytest.raises(OutputError, match="input/output error"):
        publish.publish_folder(out, write)
    require_version(out, "old")


def test_d02_a_bug_in_writing_shows_and_loses_nothing(tmp_path: Path) -> None:
    out = tmp_path / "latest"
    publish_version(out, "old")

    def write(stage: Path) -> None:
        (stage / "a.csv").write_text("half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish.publish_folder(out, write)
    require_version(out, "old")


LIMITED = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from toy_publish import write_version
from regiongeo import publish
from regiongeo.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    publish.publish_folder(Path(sys.argv[1]), lambda stage: write_version(stage, "new", chunks=4))
except OutputError as error:
    print(error)
    sys.exit(6)
"""


@pytest.mark.slow
@pytest.mark.parametrize("limit", [0, 1, 100, 300, 599])
def test_d03_file_size_limit_names_the_disk(tmp_path: Path, limit: int) -> None:
    out = tmp_path / "latest"
    publish_version(out, "old")
    command = [sys.executable, "-c", LIMITED, str(out), str(Path(__file__).parent), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 6, done.stderr
    assert "disk full" in done.stdout
    assert "needs at least" in done.stdout
    require_version(out, "old")


def test_d03_disk_full_says_how_much(tmp_path: Path) -> None:
    out = tmp_path / "latest"

    def write(stage: Path) -> None:
        (stage / "big").write_bytes(bytes(2_500_000))
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutputError, match=r"disk full: .* needs at least 2\.5 MB, has [\d.]+ MB"):
        publish.publish_folder(out, write)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "what", ["file", "link", "foreign", "damaged", "other", "parent", "root", "long", "kernel"]
)
def test_d13_targets_refused_before_any_work(tmp_path: Path, what: str) -> None:
    out = tmp_path / "out"
    if what == "file":
        out.write_text("precious")
    elif what == "link":
        (tmp_path / "real").mkdir()
        out.symlink_to(tmp_path / "real")
    elif what == "parent":
        out.write_text("precious")
        out = out / "below"
    elif what == "root":
        out = Path(out.anchor)
    elif what == "long":
        out = tmp_path / ("x" * 300)
    elif what == "kernel":
        out = Path("/proc/regiongeo")
        if not out.parent.is_dir():
            pytest.skip("only Linux has a /proc that nobody can write")
    else:
        out.mkdir()
        texts = {"foreign": "{}", "damaged": '{"schema": "regio', "other": '{"schema": "x", "outputs": {}}'}
        (out / ("notes.txt" if what == "foreign" else RUN_FILE)).write_text(texts[what])
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError) as caught:
        publish.check_target(out)
    assert "\n" not in str(caught.value)
    with pytest.raises(OutputError):
        publish_version(out, "new")
    assert sorted(tmp_path.rglob("*")) == before


def test_d13_read_only_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "latest"
    publish_version(out, "old")
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != out)  # root may write everywhere
    with pytest.raises(OutputError, match="read-only"):
        publish.check_target(out)


@pytest.mark.parametrize("place", ["plots.csv", "sub/plots.csv", "."])
def test_d13_an_input_inside_the_target_is_refused(tmp_path: Path, place: str) -> None:
    out = tmp_path / "latest"
    publish_version(out, "old")
    with pytest.raises(OutputError, match="inputs of this run"):
        publish.check_target(out, inputs=[tmp_path / "elsewhere.csv", out / place])
    publish.check_target(out, inputs=[tmp_path / "elsewhere.csv"])


def test_a_planners_own_files_are_carried_over(tmp_path: Path) -> None:
    out = tmp_path / "latest"
    publish_version(out, "old")
    (out / "map.qgz").write_text("project")
    (out / "notes" / "mine").mkdir(parents=True)
    (out / "notes" / "mine" / "b.bin").write_text("not an output: another folder")
    (out / "pictures" / "site.jpg").write_text("photo")
    (out / "a.csv-wal").write_text("journal of the old file: would damage the new one")
    publish_version(out, "new")
    require_version(out, "new")
    assert (out / "map.qgz").read_text() == "project"
    assert (out / "notes" / "mine" / "b.bin").exists()
    assert (out / "pictures" / "site.jpg").read_text() == "photo"
    assert not (out / "a.csv-wal").exists()


def test_carried_over_where_the_disk_has_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    out = tmp_path / "latest"
    publish_version(out, "old")
    (out / "map.qgz").write_text("project")
    monkeypatch.setattr(os, "link", no_links)
    publish_version(out, "new")
    assert (out / "map.qgz").read_text() == "project"


def test_an_own_file_with_the_name_of_a_new_output_is_never_replaced(tmp_path: Path) -> None:
    out = tmp_path / "latest"
    publish_version(out, "old")
    (out / "new.txt").write_text("mine")

    def write(stage: Path) -> None:
        (stage / "new.txt").write_text("an output the former run did not have")
        write_version(stage, "new")

    with pytest.raises(OutputError, match=r"'new\.txt'"):
        publish.publish_folder(out, write)
    require_version(out, "old")
    assert (out / "new.txt").read_text() == "mine"


@pytest.mark.parametrize("fault", ["no run.json", "changed after"])
def test_d11_an_unfinished_run_is_not_published(tmp_path: Path, fault: str) -> None:
    out = tmp_path / "latest"
    publish_version(out, "old")

    def write(stage: Path) -> None:
        write_version(stage, "new")
        if fault == "no run.json":
            (stage / RUN_FILE).unlink()
        else:
            (stage / "b.bin").write_text("torn")

    with pytest.raises(OutputError):
        publish.publish_folder(out, write)
    require_version(out, "old")


def test_d06_the_second_process_waits_then_names_the_holder(tmp_path: Path) -> None:
    out = tmp_path / "latest"

    def write(stage: Path) -> None:
        with pytest.raises(OutputError, match=f"process {os.getpid()}"):
            publish.publish_folder(out, lambda _: None, wait_s=0)
        write_version(stage, "new")

    publish.publish_folder(out, write)
    require_version(out, "new")


def test_d07_what_a_dead_process_left_is_put_back_and_swept(tmp_path: Path) -> None:
    """A kill between the two renames: no target, the old run aside, the new one ready."""
    out = tmp_path / "latest"
    publish_version(out, "old")
    work = tmp_path / ".latest.run"
    work.mkdir()
    out.rename(work / "old")
    (work / "new").mkdir()
    write_version(work / "new", "new")
    (work / "lock").touch()
    (work / "holder").write_text("999999")
    publish.check_target(out)
    require_version(out, "old")


def test_d18_verify_names_what_differs(tmp_path: Path) -> None:
    publish_version(tmp_path / "run", "v")
    (tmp_path / "run" / "a.csv").write_text("edited")
    (tmp_path / "run" / "b.bin").unlink()
    (tmp_path / "run" / "own.txt").write_text("mine")
    assert verify_run(tmp_path / "run") == ["a.csv: changed since the run", "b.bin: missing"]
    with pytest.raises(DataError, match=r"no run\.json"):
        verify_run(tmp_path)


def test_one_file_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    publish.write_atomically(path, b"old")

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        Path(f"{temporary}-journal").write_text("left by a driver")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutputError, match="disk full"):
        publish.write_atomically(path, fail)
    assert path.read_bytes() == b"old"
    publish.write_atomically(path, lambda temporary: temporary.write_text("new"))
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_d13_one_file_never_replaces_a_folder_or_link(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    path.mkdir() if kind == "folder" else path.symlink_to(tmp_path / "real")
    with pytest.raises(OutputError, match=kind):
        publish.write_atomically(path, b"")


def test_d10_leftover_files_go_when_their_owner_is_dead_and_they_are_old(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    dead, alive = int(child.stdout), os.getppid()
    names = {
        "dead and old": f".t.{dead}.tmp.csv",
        "dead and new": f".t.{dead}.tmp.csv-journal",
        "alive": f".t.{alive}.tmp.csv",
        "not ours": ".t.backup.tmp.csv",
    }
    for kind, name in names.items():
        (tmp_path / name).touch()
        if kind != "dead and new":
            os.utime(tmp_path / name, (0, 0))
    publish.write_atomically(tmp_path / "t.csv", b"x")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"t.csv", *names.values()} - {names["dead and old"]}


def test_hash_is_sha256_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert hash_file(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_other_failures_keep_their_words(tmp_path: Path) -> None:
    told = atomic.explain_failure(RuntimeError("database or disk is full"), tmp_path / "sites.gpkg")
    assert "database or disk is full" in str(told)
    assert told.exit_code == 6
