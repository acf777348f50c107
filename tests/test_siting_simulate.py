"""The trip simulator: drawn round trips by hand, a step-by-step driver, laws, the published network (O10)."""

from dataclasses import dataclass
from itertools import combinations, pairwise
from math import ceil
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.errors import EngineError
from regiongeo.schema import validate
from regiongeo.siting import laps
from regiongeo.siting.simulate import Drives, require_agreement, served_pairs, simulate, site_use
from regiongeo.siting.trips import Reach, Trips
from regiongeo.tables import PATHS, STOPS, STRANDED, VISITS

BENCHMARKS = Path(__file__).parents[2] / "shared" / "benchmarks" / "simchi_levi_berman_25"
needs_benchmarks = pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="published instances are not here")


@dataclass(frozen=True)
class Road:
    """One path, all lengths whole numbers: its sites as (position, access) and whether its ends are open."""

    km: int
    sites: dict[str, tuple[int, int]]
    open_start: bool = False
    open_end: bool = False


def trips_of(roads: dict[str, Road], *, unit: float = 1.0, **columns: object) -> Trips:
    """Make trips of roads; lengths in ``unit`` km, ten trips a day unless told otherwise."""
    km = [road.km * unit for road in roads.values()]
    paths = pd.DataFrame(
        {
            "pair_id": [f"pair {name}" for name in roads],
            "trips_per_day": 10.0,
            "taken_share": 1.0,
            "km": km,
            "inside_km": km,
            "is_open_start": [road.open_start for road in roads.values()],
            "is_open_end": [road.open_end for road in roads.values()],
        },
        index=pd.Index(roads, name=PATHS.index[0]),
    ).assign(**columns)
    keys = [(name, site) for name, road in roads.items() for site in road.sites]
    places = [place for road in roads.values() for place in road.sites.values()]
    stops = pd.DataFrame(
        np.array(places, dtype=float).reshape(-1, 2) * unit,
        columns=["position_km", "access_km"],
        index=pd.MultiIndex.from_arrays(
            [pd.Series([key[level] for key in keys], dtype="str") for level in (0, 1)], names=STOPS.index
        ),
    )
    return Trips(paths=paths, stops=stops)


def drive(road: Road, chosen: str | list[str], reach: Reach) -> Drives:
    return simulate(trips_of({"r": road}), list(chosen), reach=reach)


def visits_of(drives: Drives, path: str = "r") -> list[tuple[object, ...]]:
    rows = drives.visits.loc[[path]].drop(columns="left_share") if drives.is_served[path] else None
    return [] if rows is None else list(rows.round(6).itertuples(index=False, name=None))


def stranded_of(drives: Drives, path: str = "r") -> tuple[object, ...]:
    row = drives.stranded.loc[path]
    last = None if pd.isna(row["last_site_id"]) else row["last_site_id"]
    return row["leg"], round(row["position_km"], 6), round(row["since_km"], 6), last


@pytest.fixture
def road() -> Road:
    """Draw a way of 100 km with two sites; B lies 5 km off the road.

    O ---30--- A ---------50-------- b ---20--- D
                                     |5
                                     B
    """
    return Road(100, {"A": (30, 0), "B": (80, 5)})


def test_both_sites_in_turn_by_hand(road: Road) -> None:
    # A at 30 and 170, B at 80 and 120. With 100 km: A(30) -> B(80) 55, B(80) -> A(170) needs 95, A(170) ->
    # A(230) 60. B on the way back as well (120): 5 + 50 = 55 after 50. Two stops: A out and B back: A(30) ->
    # B(120) 95, B(120) -> A(230) 115: no. B out and A back: B(80) -> A(170) 95, A(170) -> B(280) 115: no.
    # A out and A back: 140: no. So three: A, B, A with B as late as it can: A(30) -> B(120) 95,
    # B(120) -> A(170) 55, A(170) -> A(230) 60.
    driven = drive(road, "AB", Reach(range_km=100))
    assert driven.is_served.tolist() == [True]
    assert visits_of(driven) == [
        ("A", "out", 30, 60),
        ("B", "back", 80, 95),
        ("A", "back", 30, 55),
    ]
    assert driven.visits["left_share"].tolist() == pytest.approx([0.4, 0.05, 0.45])
    assert driven.visits.index.tolist() == [("r", 0), ("r", 1), ("r", 2)]
    assert driven.stranded.empty


def test_a_site_may_be_passed_by(road: Road) -> None:
    # With 140 km A alone serves: 60 around O, 140 around D. It takes two stops; B once (200 + 10) is too far.
    driven = drive(road, "AB", Reach(range_km=140))
    assert visits_of(driven) == [("A", "out", 30, 60), ("A", "back", 30, 140)]
    # With 210 km one stop at B is enough, but one at A has no access: A wins, on the way back as it is later.
    assert visits_of(drive(road, "AB", Reach(range_km=210))) == [("A", "back", 30, 200)]
    assert visits_of(drive(road, "B", Reach(range_km=210))) == [("B", "back", 80, 210)]


def test_stranded_by_hand(road: Road) -> None:
    # A alone with 130 km: from O to A, full at 30, D at 100, 160 km: 10 km short of A on the way back.
    driven = drive(road, "A", Reach(range_km=130))
    assert not driven.is_served.any()
    assert stranded_of(driven) == ("back", 40, 130, "A")
    # No site: 130 km from O; 80 km: before D; B alone with 84 km: 85 km to it are too far.
    assert stranded_of(drive(road, "", Reach(range_km=130))) == ("back", 70, 130, None)
    assert stranded_of(drive(road, "", Reach(range_km=80))) == ("out", 80, 80, None)
    assert stranded_of(drive(road, "B", Reach(range_km=84))) == ("out", 84, 84, None)
    # B alone needs 170 km from its passage on the way back (120) to that on the next way out (280): with 169
    # the truck is 115 + 169 = 284 km from O, 84 of the second lap, 1 km short of the site.
    assert drive(road, "B", Reach(range_km=170)).is_served.all()
    assert stranded_of(drive(road, "B", Reach(range_km=169))) == ("out", 84, 169, "B")


def test_repeating_trip_may_strand_laps_later() -> None:
    # One site at D, 10 km: with 19 km it takes energy at 10, then the range ends at 29: 9 km out of O.
    driven = drive(Road(10, {"A": (10, 0)}), "A", Reach(range_km=19))
    assert stranded_of(driven) == ("out", 9, 19, "A")
    assert visits_of(drive(Road(10, {"A": (10, 0)}), "A", Reach(range_km=20))) == [("A", "out", 10, 20)]


def test_open_ends_by_hand() -> None:
    # O open: full at 0; 100 km there, 100 back. 200 km need no site; with 120 km A out (30) reaches 150 only,
    # A back is out of reach; B at 80 reaches 200 - exactly with access 0.
    sites = {"A": (30, 0), "B": (80, 0)}
    depot = Road(100, sites, open_start=True)
    assert drive(depot, "", Reach(range_km=200)).is_served.all()
    assert drive(depot, "", Reach(range_km=200)).visits.empty
    assert visits_of(drive(depot, "AB", Reach(range_km=120))) == [("B", "back", 80, 120)]
    assert stranded_of(drive(depot, "A", Reach(range_km=120))) == ("back", 50, 120, "A")
    # D open: from D (100) to O and back to D (300) in 120 km steps. One stop would lie between 180 and 220:
    # none does. Two: A on the way back (170), 70 km; from there B (280), 110 km; the latest on either way.
    far = Road(100, sites, open_end=True)
    assert visits_of(drive(far, "AB", Reach(range_km=120))) == [("B", "out", 80, 110), ("A", "back", 30, 70)]
    # Both open: 100 km each way.
    both = Road(100, {}, open_start=True, open_end=True)
    assert drive(both, "", Reach(range_km=100)).is_served.all()
    assert stranded_of(drive(both, "", Reach(range_km=99))) == ("out", 99, 99, None)


def test_shares_by_hand(road: Road) -> None:
    # Half of 200 km at the start, a quarter at the end: 100 km bring it to B (85), then 5 + 120 = 125 home:
    # 75 left. At A (30): 170 km to go, 30 left, less than 50. A on the way back is beyond 100 km.
    reach = Reach(range_km=200, start_share=0.5, end_share=0.25)
    driven = drive(road, "AB", reach)
    assert visits_of(driven) == [("B", "out", 80, 85)]
    assert driven.visits["left_share"].tolist() == pytest.approx([0.075])
    # A alone: A out, and A back after 140 km, 30 km before home.
    assert visits_of(drive(road, "A", reach)) == [("A", "out", 30, 30), ("A", "back", 30, 140)]
    # Nothing: the first 100 km end at D; with 0.9 it comes home on 180 km of 200: not home by 20.
    assert stranded_of(drive(road, "", reach)) == ("out", 100, 100, None)
    late = Reach(range_km=200, start_share=0.9, end_share=0.25)
    assert stranded_of(drive(road, "", late)) == ("back", 20, 180, None)
    # A full range brings it home, but empty: it strands there, less than a quarter left.
    full = Reach(range_km=200, start_share=1, end_share=0.25)
    assert stranded_of(drive(road, "", full)) == ("back", 0, 200, None)
    longer = Reach(range_km=220, start_share=1, end_share=0.25)
    assert stranded_of(drive(road, "", longer)) == ("back", 0, 200, None)


def test_shares_give_way_to_an_open_start() -> None:
    depot = Road(100, {}, open_start=True)
    reach = Reach(range_km=200, start_share=0.1, end_share=0.9)
    assert drive(depot, "", reach).is_served.all()
    assert not drive(Road(100, {}), "", reach).is_served.any()
    # D open: a tenth of 1,000 km brings it there, and 900 are left at home.
    assert drive(Road(100, {}, open_end=True), "", Reach(range_km=1000, start_share=0.1, end_share=0.9))
    kept = Reach(range_km=1000, start_share=0.1, end_share=0.91)
    assert stranded_of(drive(Road(100, {}, open_end=True), "", kept)) == ("back", 0, 100, None)


def test_a_trip_driven_once_may_stop_at_its_start_twice() -> None:
    # A 1 km from O: 11 km bring it round (10) to A, full (16) it comes home with 15, and 14 are asked for.
    # With 2 km it stops there before it leaves as well: 1 + 10 + 1 km to the second stop.
    reach = Reach(range_km=16, start_share=11 / 16, end_share=14 / 16)
    driven = drive(Road(5, {"A": (0, 1)}), "A", reach)
    assert visits_of(driven) == [("A", "back", 0, 11)]
    reach = Reach(range_km=16, start_share=2 / 16, end_share=14 / 16)
    assert visits_of(drive(Road(5, {"A": (0, 1)}), "A", reach)) == [("A", "out", 0, 1), ("A", "back", 0, 12)]


def test_ties_go_to_the_later_stop_and_the_earlier_id() -> None:
    # One stop of 20 km is enough: at D (10), M (5, 15) or O; M on the way back comes last. Q and M share it.
    road = Road(10, {"D": (10, 0), "Q": (5, 0), "M": (5, 0), "O": (0, 0)})
    assert visits_of(drive(road, "DQMO", Reach(range_km=20))) == [("M", "back", 5, 20)]
    assert visits_of(drive(road, "OD", Reach(range_km=20))) == [("D", "out", 10, 20)]


def test_path_without_length_needs_a_site_in_reach() -> None:
    road = Road(0, {"A": (0, 2)})
    assert drive(road, "A", Reach(range_km=4)).is_served.all()
    assert stranded_of(drive(road, "A", Reach(range_km=3))) == ("out", 0, 3, None)


# --- the plain driver -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """Where energy can be had on a lap; a point without a site is an open end."""

    at: int
    access: int
    site: str | None


def points_of(road: Road, chosen: set[str], *, repeats: bool) -> list[Point]:
    """List the points of one lap in driving order, of equal ones the later id first."""
    points = [Point(0, 0, None)] * road.open_start + [Point(road.km, 0, None)] * road.open_end
    for site in chosen & set(road.sites):
        at, access = road.sites[site]
        points.append(Point(at, access, site))
        if at < road.km and (at > 0 or not repeats):
            points.append(Point(2 * road.km - at, access, site))
    return sorted(
        sorted(points, key=lambda point: point.site or "", reverse=True), key=lambda point: point.at
    )


def explore(
    points: list[Point], *, lap: int, turns: int, full: int, lefts: set[int], anywhere: bool
) -> tuple[bool, int]:
    """Drive from point to point with every choice to stop or not; tell who is left and how far anyone came.

    ``lefts`` is what trucks at the path's start have left; with ``anywhere`` others begin full at each point
    of the first lap.
    """
    here, farthest = 0, max(lefts, default=0)
    for turn in range(turns):
        for point in points:
            at = turn * lap + point.at
            lefts = {left - (at - here) for left in lefts if left >= at - here}
            if any(left >= point.access for left in lefts) or (anywhere and turn == 0):
                lefts = lefts | {full - point.access} if full >= point.access else lefts
            here, farthest = at, max([farthest, *(at + left for left in lefts)])
    return bool(lefts), farthest


def goes_on_for_ever(road: Road, chosen: set[str], full: int) -> bool:
    """Tell whether a truck is still on the road after more laps than its stops can differ."""
    points = points_of(road, chosen, repeats=True)
    turns = (len(points) + 1) * (ceil(full / (2 * road.km)) + 1)
    return explore(points, lap=2 * road.km, turns=turns, full=full, lefts=set(), anywhere=True)[0]


def farthest(road: Road, chosen: set[str], full: int) -> int:
    """Tell how far a truck comes that begins full at the path's start and cannot go on for ever."""
    points = points_of(road, chosen, repeats=True)
    turns = (len(points) + 2) * (ceil(full / (2 * road.km)) + 1)
    return explore(points, lap=2 * road.km, turns=turns, full=full, lefts={full}, anywhere=False)[1]


def steps_of(plan: list[Point], *, lap: int, full: int) -> list[int] | None:
    """Drive a lap that repeats; what was driven before each stop, None where the range ends first."""
    driven = []
    for before, here in zip([plan[-1], *plan[:-1]], plan, strict=True):
        way = (here.at - before.at) if here is not plan[0] else here.at + lap - before.at
        driven.append(before.access + way + here.access)
    return driven if max(driven) <= full else None


def best_lap(road: Road, chosen: set[str], full: int) -> list[tuple[str, str, int, int]] | None:
    """Try every set of stops on one lap that repeats."""
    points = points_of(road, chosen, repeats=True)
    ends = [point for point in points if point.site is None]
    sites = [point for point in points if point.site is not None]
    best: tuple[list[object], list[tuple[str, str, int, int]]] | None = None
    for size in range(len(sites) + 1):
        for stops in combinations(sites, size):
            plan = [point for point in points if point in ends or point in stops]
            driven = steps_of(plan, lap=2 * road.km, full=full) if plan else None
            if driven is not None:
                key = [-sum(stop.access for stop in stops), [points.index(stop) for stop in stops]]
                shown = [
                    shown_as(road, point, way)
                    for point, way in zip(plan, driven, strict=True)
                    if point.site is not None
                ]
                best = (key, shown) if best is None or key > best[0] else best
        if best is not None:
            return best[1]
    return None


def shown_as(road: Road, point: Point, driven: int) -> tuple[str, str, int, int]:
    is_out = point.at <= road.km
    return (
        point.site or "",
        "out" if is_out else "back",
        point.at if is_out else 2 * road.km - point.at,
        driven,
    )


def comes_home(road: Road, chosen: set[str], full: int, start: int, end: int) -> bool:
    """Drive the round trip once with every choice."""
    points = points_of(road, chosen, repeats=False)
    home = Point(2 * road.km, 0, None)
    start, end = (full, 0) if road.open_start else (start, end)
    lefts, here = {start}, 0
    for point in [*points, home]:
        lefts = {left - (point.at - here) for left in lefts if left >= point.at - here}
        if point is not home and any(left >= point.access for left in lefts) and full >= point.access:
            lefts = lefts | {full - point.access}
        here = point.at
    return any(left >= end for left in lefts)


SITES = ("s0", "s1", "s2", "s3")


def some_roads(seed: int, count: int = 100, *, most_access: int = 5, ends: bool = True) -> list[Road]:
    """Make short roads with up to four sites, many at the same place, at an end, or at equal distances."""
    rng = np.random.default_rng(seed)

    def road() -> Road:
        km = int(rng.integers(1, 25))
        on = rng.choice(SITES, rng.integers(0, 5), replace=False)
        access = np.maximum(rng.integers(-2, most_access + 1, len(on)), 0)
        at = rng.integers(0, km + 1, len(on))
        sites = dict(zip(on.tolist(), zip(at.tolist(), access.tolist(), strict=True), strict=True))
        return Road(km, sites, *(ends and rng.random() < 0.25 for _ in range(2)))

    return [road() for _ in range(count)]


SEEDS = st.integers(0, 2**32 - 1)
CHOSEN = st.sets(st.sampled_from(SITES), min_size=2)


SHARES = {"start_share": 0.5, "end_share": 0.25}


def named(some: list[Road]) -> dict[str, Road]:
    return {f"r{number:03d}": road for number, road in enumerate(some)}


@given(SEEDS, CHOSEN, st.integers(2, 50))
@settings(max_examples=15)
def test_o10_repeating_trips_are_driven_as_step_by_step(seed: int, chosen: set[str], full: int) -> None:
    """1,500 roads in tenths of a kilometre: who is served, the best plan, and where the others strand."""
    known = named(some_roads(seed))
    driven = simulate(trips_of(known, unit=0.1), chosen, reach=Reach(range_km=full / 10))
    for name, road in known.items():
        assert driven.is_served[name] == goes_on_for_ever(road, chosen, full), road
        best = best_lap(road, chosen, full)
        assert driven.is_served[name] == (best is not None), road
        if best is None:
            reach = farthest(road, chosen, full) % (2 * road.km)
            found = driven.stranded.loc[name]
            assert found["position_km"] == pytest.approx(min(reach, 2 * road.km - reach) / 10, abs=1e-9), road
            assert found["leg"] == ("out" if reach <= road.km else "back") or reach in (0, road.km), road
            assert found["since_km"] == pytest.approx(full / 10)
        elif best:
            assert visits_of(driven, name) == [(*stop, at / 10, way / 10) for *stop, at, way in best], road


@given(SEEDS, CHOSEN, st.integers(2, 50), st.data())
@settings(max_examples=15)
def test_o10_trips_driven_once_come_home_as_step_by_step(
    seed: int, chosen: set[str], full: int, data: st.DataObject
) -> None:
    """1,500 roads with what is left at start and end."""
    start, end = data.draw(st.integers(0, full)), data.draw(st.integers(0, full))
    some = some_roads(seed)
    known = named(some)
    reach = Reach(range_km=full / 10, start_share=start / full, end_share=end / full)
    driven = simulate(trips_of(known, unit=0.1), chosen, reach=reach)
    expected = [comes_home(road, chosen, full, start, end) for road in some]
    assert driven.is_served.tolist() == expected
    assert (driven.visits["left_share"] >= 0).all()


@given(SEEDS, CHOSEN, st.integers(1, 40))
@settings(max_examples=20)
def test_o10_half_tank_statement_agrees(seed: int, chosen: set[str], full: int) -> None:
    """3,000 roads without access: half a range to the first and last site, one from site to site."""
    some = some_roads(seed, 150, most_access=0, ends=False)
    driven = simulate(trips_of(named(some)), chosen, reach=Reach(range_km=full))
    for road, is_served in zip(some, driven.is_served, strict=True):
        at = sorted(road.sites[site][0] for site in chosen & set(road.sites))
        fits = bool(at) and 2 * at[0] <= full and 2 * (road.km - at[-1]) <= full
        assert is_served == (fits and all(b - a <= full for a, b in pairwise(at))), road


# --- laws -------------------------------------------------------------------------------------------------


@given(SEEDS, CHOSEN, st.integers(2, 50))
@settings(max_examples=15)
def test_no_kilometre_is_lost(seed: int, chosen: set[str], full: int) -> None:
    some = some_roads(seed, 60, ends=False)
    trips = trips_of(named(some))
    driven = simulate(trips, chosen, reach=Reach(range_km=full))
    for name in driven.is_served.index[driven.is_served]:
        visits = driven.visits.loc[name]
        access = sum(some[int(name[1:])].sites[site][1] for site in visits["site_id"])
        assert visits["since_km"].sum() == 2 * trips.paths.loc[name, "km"] + 2 * access
        assert ((1 - visits["left_share"]) * full).to_numpy() == pytest.approx(visits["since_km"].to_numpy())


@given(
    SEEDS,
    CHOSEN,
    st.sampled_from(SITES),
    st.integers(1, 50),
    st.integers(0, 9),
    st.sampled_from([{}, SHARES]),
)
@settings(max_examples=15)
def test_more_range_or_sites_serve_no_less(
    seed: int, chosen: set[str], other: str, full: int, more: int, shares: dict[str, float]
) -> None:
    trips = trips_of(named(some_roads(seed)))
    before = simulate(trips, chosen, reach=Reach(range_km=full, **shares)).is_served
    longer = simulate(trips, chosen, reach=Reach(range_km=full + more, **shares)).is_served
    denser = simulate(trips, chosen | {other}, reach=Reach(range_km=full, **shares)).is_served
    assert not (before & ~longer).any()
    assert not (before & ~denser).any()


@given(SEEDS, CHOSEN, st.integers(1, 50))
@settings(max_examples=15)
def test_a_path_turned_round_is_served_alike(seed: int, chosen: set[str], full: int) -> None:
    some = some_roads(seed)
    turned = [
        Road(
            r.km,
            {name: (r.km - at, access) for name, (at, access) in r.sites.items()},
            r.open_end,
            r.open_start,
        )
        for r in some
    ]
    one, other = (
        simulate(trips_of(named(way)), chosen, reach=Reach(range_km=full)) for way in (some, turned)
    )
    pd.testing.assert_series_equal(one.is_served, other.is_served)


@given(SEEDS, CHOSEN, st.integers(1, 50))
@settings(max_examples=10)
def test_o07_order_of_rows_changes_nothing(seed: int, chosen: set[str], full: int) -> None:
    trips = trips_of(named(some_roads(seed)))
    before = trips.paths.copy(), trips.stops.copy()
    shuffled = Trips(
        paths=trips.paths.sample(frac=1, random_state=seed),
        stops=trips.stops.sample(frac=1, random_state=seed),
    )
    one = simulate(trips, sorted(chosen), reach=Reach(range_km=full))
    other = simulate(shuffled, sorted(chosen, reverse=True), reach=Reach(range_km=full))
    pd.testing.assert_series_equal(one.is_served, other.is_served)
    pd.testing.assert_frame_equal(validate(one.visits, VISITS), other.visits)
    pd.testing.assert_frame_equal(validate(one.stranded, STRANDED), other.stranded)
    pd.testing.assert_frame_equal(trips.paths, before[0])
    pd.testing.assert_frame_equal(trips.stops, before[1])


def test_blocks_of_paths_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    many = {
        f"r{number:02d}": Road(
            int(rng.integers(1, 60)), {f"s{k}": (0, int(rng.integers(0, 3))) for k in range(number % 7)}
        )
        for number in range(60)
    }
    trips = trips_of(many)
    whole = simulate(trips, ["s0", "s3", "s5"], reach=Reach(range_km=60))
    monkeypatch.setattr(laps, "_CELLS", 20)
    parts = simulate(trips, ["s0", "s3", "s5"], reach=Reach(range_km=60))
    assert 0 < whole.is_served.sum() < 60
    pd.testing.assert_frame_equal(whole.visits, parts.visits)
    pd.testing.assert_frame_equal(whole.stranded, parts.stranded)


def test_a_millimetre_of_rounding_strands_nobody() -> None:
    # 0.1 + 0.2 is more than 0.3 in floating point
    road = Road(3, {"A": (1, 0), "B": (3, 0)})
    trips = trips_of({"r": road}, unit=0.1)
    assert 2 * (0.1 + 0.2) > 0.6
    assert simulate(trips, ["B"], reach=Reach(range_km=0.6)).is_served.all()
    assert not simulate(trips, ["B"], reach=Reach(range_km=0.5999)).is_served.any()


# --- what follows from the drives -------------------------------------------------------------------------


def test_o10_disagreement_is_an_error(road: Road) -> None:
    trips = trips_of({"p": road, "q": road, "r": Road(100, {})})
    driven = simulate(trips, "AB", reach=Reach(range_km=140))
    require_agreement(pd.Series({"r": False, "q": True, "p": True}), driven)
    with pytest.raises(EngineError, match=r"1 path\(s\) called served .* strand: 'r'.*report"):
        require_agreement(pd.Series({"p": True, "q": True, "r": True}), driven)
    with pytest.raises(EngineError, match=r"2 path\(s\) called not served .* drive: 'p', 'q'"):
        require_agreement(pd.Series({"p": False, "q": False, "r": False}), driven)
    with pytest.raises(EngineError, match="same paths: 'q', 'r'"):
        require_agreement(pd.Series({"p": True}), driven)


@pytest.fixture
def town_trips(road: Road) -> Trips:
    """Relation 1 by two ways, relation 2 by one that nobody can drive.

    p, q: O ---30--- A ---50--- b (B) ---20--- D, 20 trips a day; 9 of 10 would take q, all p
    r:    100 km without a site, 7 trips a day
    """
    return trips_of(
        {"p": road, "q": road, "r": Road(100, {})},
        pair_id=["1", "1", "2"],
        trips_per_day=[20.0, 20.0, 7.0],
        taken_share=[1.0, 0.9, 1.0],
    )


def test_relations_take_their_best_served_path(town_trips: Trips) -> None:
    driven = simulate(town_trips, "AB", reach=Reach(range_km=140))
    found = served_pairs(town_trips, driven)
    assert found.to_dict("index") == {"1": {"path_id": "p", "trips_per_day": 20}}
    paths = town_trips.paths.assign(taken_share=[0.9, 0.9, 1.0])
    alike = Trips(paths=paths, stops=town_trips.stops)
    assert served_pairs(alike, driven).to_dict("index") == {"1": {"path_id": "p", "trips_per_day": 18}}
    only_q = Trips(paths=town_trips.paths, stops=town_trips.stops.drop("p", level="path_id"))
    driven = simulate(only_q, "AB", reach=Reach(range_km=140))
    assert served_pairs(only_q, driven).to_dict("index") == {"1": {"path_id": "q", "trips_per_day": 18}}


def test_site_use_by_hand(town_trips: Trips) -> None:
    # 20 one-way trips are 10 round trips: at 100 km A out after 60, B back after 95, A back after 55 (above).
    driven = simulate(town_trips, "CBA", reach=Reach(range_km=100))
    used = site_use(town_trips, driven)
    assert driven.sites == tuple(used.index) == ("A", "B", "C")
    assert used["stops_per_day"].tolist() == [20, 10, 0]
    assert used["refilled_km_per_day"].tolist() == pytest.approx([1150, 950, 0])
    assert used["mean_since_km"].tolist() == pytest.approx([57.5, 95, np.nan], nan_ok=True)
    assert used["back_share"].tolist() == pytest.approx([0.5, 1, np.nan], nan_ok=True)
    # nothing is lost: 10 round trips of 200 km and 10 km of access
    assert used["refilled_km_per_day"].sum() == pytest.approx(10 * 210)


def test_no_site_serves_nobody(town_trips: Trips) -> None:
    driven = simulate(town_trips, [], reach=Reach(range_km=140))
    assert not driven.is_served.any()
    assert repr(driven) == "<Drives: 0 sites, 0 of 3 paths served>"
    assert driven.stranded.index.tolist() == ["p", "q", "r"]
    assert site_use(town_trips, driven).empty
    assert served_pairs(town_trips, driven).empty
    assert (
        site_use(town_trips, simulate(town_trips, ["Z"], reach=Reach(range_km=9)))["stops_per_day"].sum() == 0
    )


# --- the published network --------------------------------------------------------------------------------


def network_trips(rule: str) -> Trips:
    """Make trips of the 300 relations of the 25-node network, every node of a path a site.

    Of equally short paths the first or last by node numbers, or with rule "any" all of them.
    """
    flows = pd.read_csv(BENCHMARKS / "od_flows_paths.csv", dtype={"origin": str, "destination": str})
    edges = pd.read_csv(BENCHMARKS / "edges.csv", dtype={"u": str, "v": str})
    graph = nx.from_pandas_edgelist(edges, "u", "v", "length")
    roads, pairs, flow = {}, [], []
    for row in flows.rename(columns={"flow_w1w2_d1.5": "flow"}).itertuples():
        if rule == "any":
            ways = list(nx.all_shortest_paths(graph, row.origin, row.destination, weight="length"))
            assert len(ways) == row.n_shortest_paths
        else:
            ways = [str(getattr(row, f"path_lexicographic_{rule}")).split("-")]
        for nodes in ways:
            at = np.cumsum([0, *(graph.edges[hop]["length"] for hop in pairwise(nodes))]).tolist()
            roads["-".join(nodes)] = Road(at[-1], {node: (km, 0) for node, km in zip(nodes, at, strict=True)})
            pairs.append(f"{row.origin}-{row.destination}")
            flow.append(row.flow)
    return trips_of(roads, pair_id=pairs, trips_per_day=flow)


@needs_benchmarks
@pytest.mark.parametrize("rule", ["first", "last", "any"])
def test_published_optima_are_driven_exactly(rule: str) -> None:
    """25 nodes, ranges 4 and 8, every number of sites: the sites of the optimum serve the optimal flow."""
    optima = pd.read_csv(BENCHMARKS / "frlm_optima.csv", dtype={"sites": str})
    rows = optima[optima["path_rule"] == rule]
    trips = network_trips(rule)
    assert len(rows) == 50
    assert trips.paths["pair_id"].nunique() == 300
    for row in rows.itertuples():
        driven = simulate(trips, row.sites.split(), reach=Reach(range_km=row.range))
        served = served_pairs(trips, driven)["trips_per_day"].sum()
        assert served == pytest.approx(row.optimal_flow, rel=1e-8), (row.range, row.p)
