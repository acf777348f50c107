"""Claims on windows: ands of ors earn what the best way of a relation earns, for every choice of sites."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from regiongeo.siting import levels
from regiongeo.siting.levels import Claims, spread_levels, to_masks

Table = tuple[sparse.csr_array, sparse.csr_array, np.ndarray, np.ndarray]

OPTIONS = 5
masks = st.integers(1, 2**OPTIONS - 1)
ways = st.lists(st.lists(masks, min_size=1, max_size=3), min_size=1, max_size=3)
relations = st.lists(ways, min_size=1, max_size=3)


def earned(table: Table, chosen: np.ndarray) -> float:
    """Add up the best claim of each group that a choice meets, claim by claim."""
    windows, rows, credit, group = (
        table[0].toarray() > 0,
        table[1].toarray() > 0,
        table[2],
        table[3],
    )
    best: dict[int, float] = {}
    for row, worth, of in zip(rows, credit, group, strict=True):
        is_met = all((windows[at] & chosen).any() for at in np.flatnonzero(row))
        best[int(of)] = max(best.get(int(of), 0.0), float(worth) * is_met)
    return sum(best.values())


def choices() -> list[np.ndarray]:
    return [np.array(pick, dtype=bool) for pick in product((False, True), repeat=OPTIONS)]


def worths(count: int, step: int) -> list[float]:
    """Return falling credits; with a step of 0 all are worth the same."""
    return [float(10 - step * place) for place in range(count)]


def plain(asked: list[list[list[int]]], step: int) -> Table:
    """Keep the ways of each relation as a group, as the model would without the trick."""
    claims = Claims(OPTIONS)
    for one in asked:
        claims.add_group(zip(one, worths(len(one), step), strict=True))
    return claims.table()


def spread(asked: list[list[list[int]]], step: int) -> Table:
    claims = Claims(OPTIONS)
    for one in asked:
        spread_levels(claims, one, worths(len(one), step))
    return claims.table()


def test_two_ways_by_hand() -> None:
    """Way 1 needs site 0 and is worth 10, way 2 needs site 1 and is worth 7: site 0 earns 3 more."""
    claims = Claims(2)
    spread_levels(claims, [[0b01], [0b10]], [10.0, 7.0])
    windows, rows, credit, group = claims.table()

    assert to_masks(windows) == [0b01, 0b11]
    assert rows.toarray().tolist() == [[1, 0], [0, 1]]
    assert credit.tolist() == [3, 7]
    assert group.tolist() == [0, 1]


@given(relations, st.integers(0, 3))
@settings(max_examples=60)
def test_levels_earn_what_groups_earn_for_every_choice(asked: list[list[list[int]]], step: int) -> None:
    grouped, spread_out = plain(asked, step), spread(asked, step)
    for chosen in choices():
        assert earned(spread_out, chosen) == pytest.approx(earned(grouped, chosen))


@given(relations, st.integers(0, 3))
@settings(max_examples=30)
def test_no_group_is_left_and_windows_stand_once(asked: list[list[list[int]]], step: int) -> None:
    windows, rows, credit, group = spread(asked, step)
    assert len(set(group.tolist())) == len(group) == len(credit) == rows.shape[0]
    assert len(set(to_masks(windows))) == windows.shape[0]
    assert (credit > 0).all()


def test_too_many_windows_keep_their_group(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [[[0b00001, 0b00010], [0b00100, 0b01000]]]
    monkeypatch.setattr(levels, "_MOST", 3)  # the union of both has 4 windows
    _, rows, credit, group = spread(asked, 1)
    assert rows.shape[0] == 2
    assert credit.tolist() == [10, 9]
    assert group.tolist() == [0, 0]


@pytest.mark.parametrize("options", [1, 7, 8, 9, 70])
def test_masks_are_rows_whatever_their_width(options: int) -> None:
    numbers = np.random.default_rng(options)
    held = numbers.random((9, options)) < 0.5
    rows = sparse.csr_array(held.astype(float))
    found = to_masks(rows)
    assert found == [sum(1 << at for at in np.flatnonzero(row).tolist()) for row in held]
    assert (levels._from_masks(found, options).toarray() == held).all()
