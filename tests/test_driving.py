"""The driving-time rule: windows by hand, a driver that walks minute by minute, laws, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongeo.assumptions import ASSUMPTIONS
from regiongeo.driving import (
    BREAKS,
    BREAKS_BY_LINK,
    Breaks,
    DrivingRule,
    driving_rule,
    forced_breaks,
    sum_breaks,
)
from regiongeo.errors import AssumptionError, DataError, ScenarioError, SchemaError
from regiongeo.schema import validate
from regiongeo.tables import STOPS

RULE = DrivingRule(break_after_minutes=270, break_minutes=45, search_minutes=45)


@pytest.fixture
def links() -> pd.DataFrame:
    """Draw two links; bc is drawn from c to b and slower.

    a --60 min, 60 km (E6, Vestby)--> b <--60 min, 40 km (Rv4, Midtby)-- c
    """
    return pd.DataFrame(
        {
            "from_node": ["a", "c"],
            "to_node": ["b", "b"],
            "length_m": [60_000.0, 40_000.0],
            "minutes": [60.0, 60.0],
            "road": ["E6", "Rv4"],
            "municipality_id": ["3201", "3203"],
        },
        index=pd.Index(["ab", "bc"], name="link_id"),
    )


def drives_of(**outside: tuple[float, float, float, float]) -> pd.DataFrame:
    """Make paths a-b-c by minutes before and after, km before and after; 20 trips a day each."""
    columns = ["minutes_before", "minutes_after", "km_before", "km_after"]
    table = pd.DataFrame.from_dict(outside, orient="index", columns=columns, dtype=float)
    return table.rename_axis("path_id").assign(trips_per_day=20.0)


def routes_of(drives: pd.DataFrame) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "pair": path,
                "order": [0, 1],
                "link_id": ["ab", "bc"],
                "from_node": ["a", "b"],
                "to_node": ["b", "c"],
            }
        )
        for path in drives.index
    ]
    return pd.concat(parts, ignore_index=True)


def stops_of(**places: tuple[float, float]) -> pd.DataFrame:
    """Place stations on path far: position and access [km]."""
    index = pd.MultiIndex.from_product([["far"], list(places)], names=STOPS.index)
    return pd.DataFrame(list(places.values()), columns=["position_km", "access_km"], index=index, dtype=float)


@pytest.fixture
def far() -> pd.DataFrame:
    """Draw a trip from far away: 200 km at 60 km/h to a, then a-b-c, then 100 min and 80 km; 420 min in all.

    x ------200 min------ a ---60--- b ---60--- c ---100 min--- y
    out                        [225--|270]
    back      [150---195]
    """
    return drives_of(far=(200, 100, 200, 80))


def test_breaks_fall_where_the_time_is_up(far: pd.DataFrame, links: pd.DataFrame) -> None:
    # Out: 270 min are 70 inside, 10 on bc: 10 / 60 of 40 km beyond 260; of the 40 km from c 5 / 6 are left.
    # Back: 420 - 270 = 150 min from x, 50 km before the gateway.
    found = forced_breaks(routes_of(far), links, far, rule=RULE).windows
    assert found.index.tolist() == [("far", "back", 1), ("far", "out", 1)]
    out, back = found.loc[("far", "out", 1)], found.loc[("far", "back", 1)]
    assert out[["open_minute", "latest_minute"]].tolist() == [225, 270]
    assert out["latest_km"] == pytest.approx(260 + 40 / 6)
    assert (out["link_id"], out["along_m"]) == ("bc", pytest.approx(40_000 * 5 / 6))
    assert back[["open_minute", "latest_minute", "latest_km"]].tolist() == [195, 150, 150]
    assert pd.isna(back["link_id"])
    assert pd.isna(back["along_m"])
    assert found["trips_per_day"].tolist() == [10, 10]
    assert not found["has_station"].any()


def test_breaks_are_spread_over_their_window(far: pd.DataFrame, links: pd.DataFrame) -> None:
    # Out: minutes 225 to 260 on ab, 260 to 270 on bc, of 10 trips a day. Back: outside.
    found = forced_breaks(routes_of(far), links, far, rule=RULE).by_link
    assert found["breaks_per_day"].to_dict() == pytest.approx({"ab": 10 * 35 / 45, "bc": 10 * 10 / 45})
    assert found["with_station_per_day"].tolist() == [0, 0]


def test_time_on_a_ferry_is_no_driving(far: pd.DataFrame, links: pd.DataFrame) -> None:
    """Aboard from b to c: 360 min are driven, 200 + 60 to b and 100 from c.

    Out: the time is up 10 of 100 min and 8 of 80 km beyond c. Back: 360 - 270 = 90 min from x, km 90.
    """
    sailing = links.assign(is_ferry=[False, True])
    found = forced_breaks(routes_of(far), sailing, far, rule=RULE)
    assert found.windows["latest_km"].tolist() == pytest.approx([90, 200 + 60 + 40 + 8])
    assert found.windows["link_id"].isna().all()
    assert found.by_link["breaks_per_day"].to_dict() == pytest.approx({"ab": 10 * 35 / 45})


def test_a_driver_whose_time_is_up_at_the_quay_stops_before_boarding(
    far: pd.DataFrame, links: pd.DataFrame
) -> None:
    """Aboard from b to c; 210 + 60 min to b, and 270 min from c: both ways the time is up at the quay."""
    sailing = links.assign(is_ferry=[False, True])
    even = far.assign(minutes_before=210.0, minutes_after=270.0)
    stops = stops_of(S=(260, 0), T=(300, 0))  # at b, at c
    found = forced_breaks(routes_of(even), sailing, even, rule=RULE, stops=stops).windows
    assert found.loc[("far", "out", 1), ["latest_km", "link_id", "along_m"]].tolist() == [260, "ab", 60_000]
    assert found.loc[("far", "back", 1), "latest_km"] == 300
    assert found["has_station"].all()


@pytest.mark.parametrize(
    ("places", "out", "back"),
    [
        ({}, None, None),
        ({"S": (225, 0)}, "S", None),  # just as the window opens
        ({"S": (224, 0)}, None, None),
        ({"S": (250, 0), "T": (240, 0)}, "S", None),
        ({"S": (250, 0), "T": (263, 0)}, "T", None),  # minute 264.5 on the slower link
        ({"S": (250, 0), "T": (263, 4)}, "T", None),  # 4 km at 420 min / 380 km: 4.4 of 5.5 min
        ({"S": (250, 0), "T": (263, 5)}, "S", None),  # 5.53 min: too late
        ({"S": (267, 0)}, None, None),  # beyond 266.7
        ({"S": (195, 0), "T": (196, 0)}, None, "S"),  # on the way back, outside the network
        ({"S": (150, 0), "T": (160, 0)}, None, "S"),  # of both the last
        ({"S": (149, 0)}, None, None),
        ({"S": (240, 0), "R": (240, 0)}, "R", None),  # ties: the earlier id
    ],
)
def test_station_in_the_window(
    far: pd.DataFrame,
    links: pd.DataFrame,
    places: dict[str, tuple[float, float]],
    out: str | None,
    back: str | None,
) -> None:
    stops = stops_of(**places) if places else stops_of(S=(0, 0)).iloc[:0]
    found = forced_breaks(routes_of(far), links, far, rule=RULE, stops=stops)
    sites = found.windows["site_id"]
    assert [None if pd.isna(one) else one for one in sites] == [back, out]
    assert found.windows["has_station"].tolist() == [back is not None, out is not None]
    share = 1.0 if out else 0.0
    assert (found.by_link["with_station_per_day"] == share * found.by_link["breaks_per_day"]).all()


def test_only_who_drives_longer_must_stop(links: pd.DataFrame) -> None:
    # 270 min in all: home in time. One minute more: one break each way, and so to 540.
    drives = drives_of(
        home=(0, 150, 0, 100), late=(0, 151, 0, 100), day=(210, 210, 9, 9), long=(211, 210, 9, 9)
    )
    found = forced_breaks(routes_of(drives), links, drives, rule=RULE).windows
    counts = found.groupby(["path_id", "leg"]).size().to_dict()
    assert counts == {
        ("late", "out"): 1,
        ("late", "back"): 1,
        ("day", "out"): 1,
        ("day", "back"): 1,
        ("long", "out"): 2,
        ("long", "back"): 2,
    }


def test_second_break_of_a_truck_from_afar(links: pd.DataFrame) -> None:
    # 450 min to a; the second 270 end 90 min from a, half of bc: 20 km of 40 on both counts.
    drives = drives_of(afar=(450, 100, 400, 80))
    found = forced_breaks(routes_of(drives), links, drives, rule=RULE)
    second = found.windows.loc[("afar", "out", 2)]
    assert second[["open_minute", "latest_minute", "latest_km"]].tolist() == [495, 540, 480]
    assert (second["link_id"], second["along_m"]) == ("bc", 20_000)
    assert found.windows["link_id"].notna().sum() == 1
    assert found.by_link["breaks_per_day"].to_dict() == pytest.approx(
        {"ab": 10 * 15 / 45, "bc": 10 * 30 / 45}
    )


def test_time_up_at_a_junction_lies_on_the_link_just_driven(links: pd.DataFrame) -> None:
    # out 210 + 60 min: at b, end of ab; back 210 + 60: at b, end of bc driven from c
    drives = drives_of(even=(210, 210, 100, 100))
    found = forced_breaks(routes_of(drives), links, drives, rule=RULE).windows
    assert found["link_id"].tolist() == ["bc", "ab"]
    assert found["along_m"].tolist() == [40_000, 60_000]
    assert found["latest_km"].tolist() == [160, 160]


def test_sums_by_municipality_and_road(far: pd.DataFrame, links: pd.DataFrame) -> None:
    # a second path like far of which nobody finds the station
    drives = pd.concat([far, far.set_axis(pd.Index(["near"], name="path_id"))])
    found = forced_breaks(routes_of(drives), links, drives, rule=RULE, stops=stops_of(S=(250, 0)))
    towns = sum_breaks(found.by_link, links["municipality_id"])
    assert towns.index.name == "municipality_id"
    assert towns["breaks_per_day"].to_dict() == pytest.approx({"3201": 20 * 35 / 45, "3203": 20 * 10 / 45})
    assert towns["station_share"].tolist() == pytest.approx([0.5, 0.5])
    roads = sum_breaks(found.by_link, links["road"].where(links["road"] == "E6"))
    assert roads.index.tolist() == ["E6"]


def test_nobody_stops_on_short_trips(links: pd.DataFrame) -> None:
    drives = drives_of(short=(0, 0, 0, 0))
    found = forced_breaks(routes_of(drives), links, drives, rule=RULE, stops=None)
    assert validate(found.windows, BREAKS).empty
    assert validate(found.by_link, BREAKS_BY_LINK).empty
    assert sum_breaks(found.by_link, links["road"]).empty


# --- a driver that walks, and laws ------------------------------------------------------------------------

ENDS = (("before", "after"), ("after", "before"))
PIECES = st.lists(st.integers(0, 9), min_size=0, max_size=5)


@st.composite
def networks(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Three chains of links of whole minutes and kilometres (one a minute), drawn either way."""
    rows, steps, drives = [], [], {}
    for path in ("p", "q", "r"):
        for k, minutes in enumerate(draw(PIECES)):
            link, ends = f"{path}{k}", (f"{path}n{k}", f"{path}n{k + 1}")
            drawn = ends if draw(st.booleans()) else ends[::-1]
            rows.append((link, *drawn, minutes * 1000.0, float(minutes)))
            steps.append((path, k, link, *ends))
        before, after = draw(st.tuples(st.integers(0, 30), st.integers(0, 30)))
        drives[path] = (before, after, before, after)
    columns = ["link_id", "from_node", "to_node", "length_m", "minutes"]
    links = pd.DataFrame(rows, columns=columns).astype({"link_id": "str"}).set_index("link_id")
    routes = pd.DataFrame(steps, columns=["pair", "order", "link_id", "from_node", "to_node"])
    texts = dict.fromkeys(["pair", "link_id", "from_node", "to_node"], "str")
    return routes.astype(texts), links.astype({"length_m": float, "minutes": float}), drives_of(**drives)


def walk(routes: pd.DataFrame, links: pd.DataFrame, drives: pd.DataFrame, rule: DrivingRule) -> pd.Series:
    """Drive each path both ways, minute by minute; each minute of a window gets its share of a break."""
    share = dict.fromkeys(links.index, 0.0)
    for path, drive in drives.iterrows():
        ways = routes[routes["pair"] == path].sort_values("order")["link_id"]
        inside = [link for link in ways for _ in range(int(links["minutes"][link]))]
        minutes = [None] * int(drive["minutes_before"]) + inside + [None] * int(drive["minutes_after"])
        for way in (minutes, minutes[::-1]):
            limit, search = int(rule.break_after_minutes), int(rule.search_minutes)
            for up in range(limit, len(way), limit):
                for link in way[up - search : up]:
                    if link is not None:
                        share[link] += drive["trips_per_day"] / 2 / search
    found = pd.Series(share, dtype=float)
    return found[found > 0].sort_index()


@given(networks(), st.integers(2, 20), st.integers(1, 20))
@settings(max_examples=25)
def test_breaks_are_those_of_a_walk_minute_by_minute(
    case: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], limit: int, search: int
) -> None:
    rule = DrivingRule(break_after_minutes=limit, break_minutes=45, search_minutes=min(search, limit))
    routes, links, drives = case
    before = routes.copy(), links.copy(), drives.copy()
    found = forced_breaks(routes.sample(frac=1, random_state=limit), links, drives, rule=rule)
    expected = walk(*case, rule)
    pd.testing.assert_series_equal(
        found.by_link["breaks_per_day"], expected, check_names=False, check_index_type=False
    )
    assert found.windows["trips_per_day"].sum() >= found.by_link["breaks_per_day"].sum() - 1e-9
    for table, copy in zip(case, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


@given(networks(), st.integers(2, 20))
@settings(max_examples=20)
def test_a_path_turned_round_swaps_the_directions(
    case: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], limit: int
) -> None:
    routes, links, drives = case
    rule = DrivingRule(break_after_minutes=limit, break_minutes=45, search_minutes=limit / 2)
    back = routes.assign(order=-routes["order"], from_node=routes["to_node"], to_node=routes["from_node"])
    turns = {f"{unit}_{end}": f"{unit}_{other}" for unit in ("minutes", "km") for end, other in ENDS}
    swapped = drives.rename(columns=turns)
    one, other = (
        forced_breaks(way, links, ends, rule=rule) for way, ends in ((routes, drives), (back, swapped))
    )
    pd.testing.assert_frame_equal(one.by_link, other.by_link)
    turned = other.windows.rename({"out": "back", "back": "out"}, level="leg").sort_index()
    places = ["link_id", "trips_per_day"]
    pd.testing.assert_frame_equal(one.windows[places], turned[places])
    total = one.windows.reset_index()["path_id"].map(lambda path: total_km(case, path))
    assert (one.windows["latest_km"].to_numpy() + turned["latest_km"].to_numpy()) == pytest.approx(total)


def total_km(case: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], path: str) -> float:
    routes, links, drives = case
    inside = links["length_m"].reindex(routes.loc[routes["pair"] == path, "link_id"]).sum() / 1000
    return float(inside + drives.loc[path, "km_before"] + drives.loc[path, "km_after"])


# --- refusals and numbers ---------------------------------------------------------------------------------


def test_o05_tables_that_do_not_fit_are_named(far: pd.DataFrame, links: pd.DataFrame) -> None:
    routes = routes_of(far)

    def run(**changes: pd.DataFrame) -> Breaks:
        tables = {"routes": routes, "links": links, "drives": far, **changes}
        return forced_breaks(
            tables["routes"], tables["links"], tables["drives"], rule=RULE, stops=tables.get("stops")
        )

    with pytest.raises(DataError, match=r"'far'.* do not join"):
        run(routes=routes.assign(order=[1, 0]))
    with pytest.raises(SchemaError, match="'zz' not found in table 'links'"):
        run(routes=routes.assign(link_id=["ab", "zz"]))
    with pytest.raises(SchemaError, match="'who' not found in table 'drives'"):
        run(routes=routes.assign(pair="who"))
    with pytest.raises(SchemaError, match=r"minutes_before: must be >= 0"):
        run(drives=far.assign(minutes_before=-1.0))
    with pytest.raises(DataError, match=r"'S'.* beyond the end"):
        run(stops=stops_of(S=(381, 0)))
    with pytest.raises(SchemaError, match="not found in table 'drives'"):
        run(stops=stops_of(S=(3, 0)).rename({"far": "who"}, level=0))


def test_rule_is_read_from_the_assumptions() -> None:
    names = {"break_after_minutes": 270.0, "break_minutes": 45.0, "search_minutes": 30.0}
    table = pd.DataFrame(
        {"value": list(names.values()), "unit": "min"}, index=[f"driving.{name}" for name in names]
    ).rename_axis(ASSUMPTIONS.index[0])
    assert driving_rule(table) == DrivingRule(**names)
    with pytest.raises(AssumptionError, match="stated in h"):
        driving_rule(table.assign(unit="h"))


@pytest.mark.parametrize(
    "changes", [{"search_minutes": 0}, {"search_minutes": 271}, {"break_minutes": np.nan}]
)
def test_rules_that_mean_nothing_are_refused(changes: dict[str, float]) -> None:
    numbers = {"break_after_minutes": 270, "break_minutes": 45, "search_minutes": 45, **changes}
    with pytest.raises(ScenarioError, match="driving-time rule"):
        DrivingRule(**numbers)
