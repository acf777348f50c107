"""The cache: what is kept comes back, what is damaged is made anew, what cannot be kept is no error."""

from pathlib import Path

import pytest

from regiongeo.cache import content_key, remembered


def test_what_was_made_once_is_not_made_again(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return b"dear"

    assert [remembered(tmp_path / "cache", "k", make) for _ in range(3)] == [b"dear"] * 3
    assert len(made) == 1


@pytest.mark.parametrize("damage", [b"", b"x" * 10, b"0" * 64 + b"dear"])
def test_d08_a_damaged_entry_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    remembered(tmp_path, "k", lambda: b"dear")
    (tmp_path / "k.bin").write_bytes(damage)

    assert remembered(tmp_path, "k", lambda: b"new") == b"new"
    assert remembered(tmp_path, "k", lambda: b"newer") == b"new"


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    assert remembered(tmp_path / "file", "k", lambda: b"dear") == b"dear"


def test_the_key_tells_every_input_and_their_order(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"one")
    before = content_key(["a", b"b", file])
    file.write_bytes(b"two")

    assert before != content_key(["a", b"b", file])
    assert content_key(["ab", "c"]) != content_key(["a", "bc"])
    assert content_key(["a", "b"]) != content_key(["b", "a"])
    assert content_key(["a"]) == content_key([b"a"])
