"""Tables made once: as often as they are asked for, and never another caller's changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from regiongeo.report.kept import made_once
from regiongeo.report.tables import ranking_table
from toy import toy_result


@dataclass(frozen=True)
class Kept:
    factor: int


MADE: list[int] = []


@made_once
def multiply(kept: Kept, numbers: tuple[int, ...]) -> pd.DataFrame:
    MADE.append(kept.factor)
    return pd.DataFrame({"product": [kept.factor * number for number in numbers]})


def test_a_table_is_made_once_for_each_object_and_argument() -> None:
    MADE.clear()
    two, numbers = Kept(2), (1, 2)
    assert multiply(two, numbers)["product"].tolist() == multiply(two, numbers)["product"].tolist() == [2, 4]
    assert MADE == [2]
    assert multiply(two, (1, 3))["product"].tolist() == [2, 6]
    assert multiply(replace(two, factor=5), numbers)["product"].tolist() == [5, 10]
    assert MADE == [2, 2, 5]


def test_what_one_caller_changes_no_other_sees() -> None:
    result = toy_result()
    table = ranking_table(result)
    table.loc["K", "score_100"] = 0.0
    table["name"] = "changed"
    pd.testing.assert_frame_equal(ranking_table(result), ranking_table(toy_result()))


def test_a_changed_result_has_a_table_of_its_own() -> None:
    result = toy_result()
    before = ranking_table(result)
    renamed = replace(result, sites=result.sites.assign(name="Ny"))
    assert set(ranking_table(renamed)["name"]) == {"Ny"}
    pd.testing.assert_frame_equal(ranking_table(result), before)
