"""Windows and drives of round trips: by hand, against a plain truck, three statements of one thing (O10)."""

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from regiongeo.errors import DataError
from regiongeo.siting.tours import Tours, are_driven, read_tours
from regiongeo.siting.trips import Reach
from regiongeo.siting.windows import add_windows, find_windows, missing_windows, unique_rows
from toy_trips import Way, can_drive, make_trips, random_way

SITES = ("A", "B", "C", "D")
SUBSETS = [pick for size in range(len(SITES) + 1) for pick in combinations(SITES, size)]
REACHES = (
    Reach(range_km=7.0),
    Reach(range_km=12.0),
    Reach(range_km=20.0),
    Reach(range_km=12.0, start_share=1.0, end_share=0.0),
    Reach(range_km=12.0, start_share=0.5, end_share=0.25),
    Reach(range_km=16.0, start_share=0.75, end_share=0.75),
)


def tours_of(ways: dict[str, Way], reach: Reach) -> Tours:
    return read_tours(make_trips(ways), reach, pd.Index(SITES, dtype="str"))


def windows_by_path(tours: Tours) -> list[set[str]]:
    """Return the windows of each path as text, such as 'AB'."""
    found = find_windows(tours, sites=len(SITES))
    names = [
        "".join(SITES[site] for site in found.sites.indices[start:end])
        for start, end in zip(found.sites.indptr[:-1], found.sites.indptr[1:], strict=True)
    ]
    return [
        {names[window] for window in found.of_path.indices[start:end]}
        for start, end in zip(found.of_path.indptr[:-1], found.of_path.indptr[1:], strict=True)
    ]


def flags(pick: tuple[str, ...]) -> np.ndarray:
    return np.isin(SITES, pick)


AT = {"A": (2.0, 0.0), "B": (6.0, 0.0), "C": (10.0, 0.0)}


def test_windows_by_hand() -> None:
    """A truck with 12 km on a road of 10 km, to and fro for ever.

    0----2--------6-------10
         A        B        C

    It passes A 2, B 6, C 10, B 14, A 18, and again A 22, B 26, C 30. Before A at 22 energy must be from 10 or
    later: C, B or A. Before B at 26, from 14: B or A. Before C at 30, from 18: A or B. Before B at 14, from
    2: any. Before A at 18, from 6: B or C. As the half-tank rule says: one within 6 km of either end.
    """
    assert windows_by_path(tours_of({"w": Way(10.0, AT)}, Reach(range_km=12.0))) == [{"AB", "BC"}]


def test_windows_count_the_leg_back_to_the_path() -> None:
    """The same road with B 3 km off it: from B at 14 energy lasts to 14 + 12 - 3 = 23, no longer to B at 26.

    From B at 6 it lasts to 15, and no longer past A at 18; from B at 14 it lasts past there.
    """
    road = Way(10.0, {**AT, "B": (6.0, 3.0)})
    assert windows_by_path(tours_of({"w": road}, Reach(range_km=12.0))) == [{"A", "BC"}]


def test_open_ends_and_shares_by_hand() -> None:
    """Open ends on the same road, then shares.

    Energy at 0 lasts past C; then B or C is needed before A at 18. Energy at 10 lasts to 22; then A or B
    before B at 26. With both none is needed.

    Half full, 6 km last to B; before C at 10 energy must be from A or B; before A at 18 from 6 or later: B or
    C; home with 6 km more, at 26, from 14 or later: B or A.
    """
    ways = {
        "1 start": Way(10.0, AT, open_start=True),
        "2 end": Way(10.0, AT, open_end=True),
        "3 both": Way(10.0, AT, open_start=True, open_end=True),
    }
    assert windows_by_path(tours_of(ways, Reach(range_km=12.0))) == [{"BC"}, {"AB"}, set()]
    half = Reach(range_km=12.0, start_share=0.5, end_share=0.5)
    assert windows_by_path(tours_of({"w": Way(10.0, AT)}, half)) == [{"AB", "BC"}]


def test_windows_leave_out_what_is_open_anyway() -> None:
    tours = tours_of({"w": Way(10.0, AT)}, Reach(range_km=12.0))
    found = find_windows(tours, sites=len(SITES), is_open=flags(("C",)))
    assert found.sites.toarray().tolist() == [[1, 1, 0, 0]]


def test_o11_ends_of_the_world() -> None:
    ways = {
        "1 no way": Way(0.0),
        "2 no site": Way(5.0),
        "3 at both ends": Way(7.0, {"A": (0, 0), "B": (7, 0)}),
        "4 too far": Way(30.0, {"A": (0, 0), "B": (30, 0)}),
    }
    tours = tours_of(ways, Reach(range_km=7.0))
    assert find_windows(tours, sites=len(SITES)).is_possible.tolist() == [True, False, True, False]
    assert windows_by_path(tours) == [set(), set(), {"A", "B"}, set()]
    assert are_driven(tours, flags(("A",))[tours.site]).tolist() == [True, False, False, False]


def test_stops_at_unknown_sites_are_refused() -> None:
    with pytest.raises(DataError, match="'Q' are no candidates"):
        tours_of({"w": Way(5.0, {"Q": (1, 0)})}, Reach(range_km=7.0))


@pytest.mark.parametrize("reach", REACHES, ids=str)
def test_o10_drives_and_windows_agree_with_a_plain_truck(reach: Reach) -> None:
    """Every choice of sites on 200 random roads: what is driven, what windows need, what cuts add."""
    numbers = np.random.default_rng(round(reach.range_km))
    ways = {f"w{number:03d}": random_way(numbers, SITES) for number in range(200)}
    tours = tours_of(ways, reach)
    found = find_windows(tours, sites=len(SITES))
    needed = np.diff(found.of_path.indptr)
    is_on_path = np.array([not any(a for _, a in way.stops.values()) for way in ways.values()])
    served = 0
    for pick in SUBSETS:
        expected = np.array([can_drive(way, pick, reach) for way in ways.values()])
        is_driven = are_driven(tours, flags(pick)[tours.site])
        assert is_driven.tolist() == expected.tolist(), pick
        held = (found.sites @ flags(pick).astype(float) > 0).astype(float)
        is_met = found.is_possible & (found.of_path @ held == needed)
        assert (is_met | ~is_driven).all(), "a window that a served path does without"
        assert (is_met == is_driven)[is_on_path].all()
        cuts, paths = missing_windows(tours, found, flags(pick))
        assert paths.tolist() == np.flatnonzero(is_met & ~is_driven).tolist()
        assert not cuts[:, flags(pick)].nnz
        assert (cuts.sum(axis=1) > 0).all()
        served += int(expected.sum())
    assert 0 < served < len(ways) * len(SUBSETS)


def test_cuts_are_needed_by_every_choice_that_serves() -> None:
    numbers, reach = np.random.default_rng(5), Reach(range_km=12.0)
    ways = {f"w{number:03d}": random_way(numbers, SITES) for number in range(300)}
    tours = tours_of(ways, reach)
    found = find_windows(tours, sites=len(SITES))
    added = 0
    for pick in SUBSETS:
        cuts, paths = missing_windows(tours, found, flags(pick))
        found = add_windows(found, cuts, paths)
        added += len(paths)
    assert added
    needed = np.diff(found.of_path.indptr)
    for pick in SUBSETS:
        held = (found.sites @ flags(pick).astype(float) > 0).astype(float)
        is_met = found.is_possible & (found.of_path @ held == needed)
        assert is_met.tolist() == are_driven(tours, flags(pick)[tours.site]).tolist()


def half_tank(way: Way, chosen: tuple[str, ...], range_km: float) -> bool:
    """State it on the one-way path: half a tank from either end, a full one between (Kuby & Lim 2005)."""
    at = sorted(way.stops[site][0] for site in chosen if site in way.stops)
    if not at or at[0] > range_km / 2 or way.km - at[-1] > range_km / 2:
        return False
    return all(right - left <= range_km for left, right in pairwise(at))


def test_o10_half_tank_windows_and_drive_are_one() -> None:
    """The three statements of the classic model on 3,000 random roads, a random choice each."""
    numbers = np.random.default_rng(2005)
    ways = {f"w{number:04d}": random_way(numbers, SITES, on_path=True) for number in range(3000)}
    picks = [SUBSETS[number] for number in numbers.integers(0, len(SUBSETS), len(ways))]
    for range_km in (5.0, 9.0, 14.0):
        tours = tours_of(ways, Reach(range_km=range_km))
        chosen = np.array([flags(pick) for pick in picks])
        stated = [half_tank(way, pick, range_km) for way, pick in zip(ways.values(), picks, strict=True)]
        driven = are_driven(tours, chosen[tours.path, tours.site])
        found = find_windows(tours, sites=len(SITES))
        held = (found.sites @ chosen.T.astype(float) > 0).T
        is_held = sparse.csr_array(held.astype(float)).multiply(found.of_path).sum(axis=1)
        assert driven.tolist() == stated
        assert (found.is_possible & (is_held == np.diff(found.of_path.indptr))).tolist() == stated
        assert 100 < sum(stated) < len(ways) - 100


@pytest.mark.parametrize("reach", REACHES, ids=str)
def test_windows_are_minimal(reach: Reach) -> None:
    numbers = np.random.default_rng(8)
    ways = {f"w{number:03d}": random_way(numbers, SITES) for number in range(300)}
    for windows in windows_by_path(tours_of(ways, reach)):
        assert not any(set(one) < set(other) for one in windows for other in windows)


def test_unique_rows_ignore_order() -> None:
    numbers = np.random.default_rng(3)
    dense = (numbers.random((60, 5)) < 0.4).astype(float)
    unique, which = unique_rows(sparse.csr_array(dense))
    assert (unique.toarray()[which] == dense).all()
    assert unique.shape[0] == len({tuple(row) for row in dense.tolist()})
    order = numbers.permutation(len(dense))
    again, which_again = unique_rows(sparse.csr_array(dense[order]))
    assert (again.toarray() == unique.toarray()).all()
    assert (which_again == which[order]).all()
