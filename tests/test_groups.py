"""Own groups in place of the subregions: every member once, all problems at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from regiongeo.errors import DataError
from regiongeo.groups import read_groups
from regiongeo.region import members_of
from regiongeo.store import load_reference

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = load_reference()
MEMBERS = members_of(REFERENCE, year=2024)
NAMES = REFERENCE.municipality_names


def write(folder: Path, rows: list[tuple[str, str]], header: str = "kommune;gruppe") -> Path:
    path = folder / "groups.csv"
    path.write_text("\n".join([header, *(f"{place};{group}" for place, group in rows)]), "utf-8")
    return path


def halves() -> list[tuple[str, str]]:
    """Give codes for the one half of the members and names for the other."""
    return [
        (code if number % 2 else name, "North" if number < 30 else "South")
        for number, (code, name) in enumerate(MEMBERS["name"].items())
    ]


def test_codes_and_names_give_every_member_its_group(tmp_path: Path) -> None:
    groups = read_groups(write(tmp_path, halves()), MEMBERS, NAMES)
    assert list(groups.index) == list(MEMBERS.index)
    assert groups.value_counts().to_dict() == {"South": 35, "North": 30}
    assert groups["3114"] == dict(zip(MEMBERS.index, (g for _, g in halves()), strict=True))["3114"]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    rows = [
        *halves()[2:],
        ("Oslo kommune", ""),
        ("Tromsø", "North"),
        ("301", "x"),
        ("3005", "x"),
        ("Rygge", "x"),
    ]
    with pytest.raises(DataError) as refused:
        read_groups(write(tmp_path, rows), MEMBERS, NAMES)
    said = str(refused.value)
    for words in (
        "no row of Halden (3101): give every member of the region a group",
        "row 65: has no group",
        "row 66: no municipality is called 'Tromsø'",
        "row 67: code '301' has lost its leading zero: write '0301'",
        "row 68: '3005' is no member's code of 2024",
        "row 69: Moss (3103) stands in row 2 already",
    ):
        assert words in said


def test_columns_of_another_name_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has the columns sted, del: name one 'kommune'"):
        read_groups(write(tmp_path, halves(), header="sted;del"), MEMBERS, NAMES)


def test_an_empty_cell_is_a_missing_name(tmp_path: Path) -> None:
    rows = [*halves(), (" ", "North")]
    with pytest.raises(DataError, match="row 67: the name is empty"):
        read_groups(write(tmp_path, rows), MEMBERS, NAMES)


def test_groups_are_text(tmp_path: Path) -> None:
    assert pd.api.types.is_string_dtype(read_groups(write(tmp_path, halves()), MEMBERS, NAMES))
