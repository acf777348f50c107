"""The site cards on a road worked out by hand: what binds, what lifts, who competes, what is known."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from regiongeo.compliance import RuleCheck
from regiongeo.result import SiteCards, StationPlan
from regiongeo.scenario import CRITERIA
from regiongeo.sitecards import build_cards
from regiongeo.tables import CHECKLIST_ITEMS, SITE_GAIN
from toy_line import line_distances, line_grid, line_numbers, line_scenario
from toy_plan import toy_rules, toy_station_plan
from toy_roads import point

IDS = pd.Index(["B", "K", "P"], name="site_id")
RANK = pd.Series({"K": 1, "B": 2, "P": 3})


def line_sites() -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "kind": ["plot", "truck_fuel", "junction"],
            "area_m2": [9000.0, np.nan, 500.0],
            "access_m": [500.0, 4000.0, 0.0],
        },
        index=IDS,
    )
    return gpd.GeoDataFrame(frame, geometry=[point(km, 0.0) for km in (40, 20, 60)], crs="EPSG:25832")


def line_plan() -> StationPlan:
    """Return a plan with charging at K, locked, of 2 MW and 3000 m2; B would add 60 trips, P none."""
    toy = toy_station_plan()
    key = [("K", "battery")]
    return replace(
        toy,
        sites=("K",),
        offers=toy.offers.loc[key],
        sizes=toy.sizes.loc[key].assign(peak_high_mw=2.0, area_m2=3000.0),
        added=pd.DataFrame(
            {"trips_per_day": [60.0, 0.0, 0.0], "truck_km_per_day": [4400.0, 0.0, 0.0]}, index=IDS
        ),
    )


def line_rules() -> RuleCheck:
    gain = {
        ("charging", 2025, "B"): {"closes_km": 99.0},
        **{
            ("charging", 2030, site): {"closes_km": km} for site, km in (("B", 60.0), ("K", 40.0), ("P", 0.0))
        },
        ("hydrogen", 2030, "B"): {"closes_km": 80.0},
    }
    rows = pd.DataFrame.from_dict(gain, orient="index")
    rows.index = pd.MultiIndex.from_tuples(gain, names=SITE_GAIN.index)
    return replace(toy_rules(), site_gain=rows)


def cards_of(
    plan: StationPlan | None,
    *,
    values: pd.DataFrame | None = None,
    weights: pd.Series | None = None,
    **settings: object,
) -> SiteCards:
    distances = line_distances()
    if values is None:
        values = pd.DataFrame(0.5, index=IDS, columns=list(CRITERIA))
    ranking = pd.DataFrame({"rank": RANK})
    scenario = line_scenario(plan={"portfolio_spacing_km": 30.0, **settings})
    return build_cards(
        line_sites(),
        ranking,
        values,
        pd.Series(1 / len(CRITERIA), index=list(CRITERIA)) if weights is None else weights,
        distances,
        grid=line_grid(distances, K=1.5, B=5.0),
        builtup_share=pd.Series({"B": 0.25, "K": np.nan, "P": 0.0}),
        plan=plan,
        rules=line_rules(),
        scenario=scenario,
        assumptions=line_numbers(),
    )


def test_what_binds_by_hand() -> None:
    """K is in the plan; B stands 20 km beside it, less than 30; P is far enough and would add nothing."""
    cards = cards_of(line_plan()).cards

    assert cards["binds"].to_dict() == {"B": "too_close", "K": "chosen", "P": "adds_nothing"}
    assert cards["binds_site_id"].dropna().to_dict() == {"B": "K"}
    assert cards["added_trips_per_day"].dropna().to_dict() == {"B": 60, "P": 0}
    assert cards.loc["B", "added_truck_km_per_day"] == 4400


def test_others_serve_more_where_nothing_stands_beside() -> None:
    cards = cards_of(line_plan(), portfolio_spacing_km=10.0).cards
    assert cards["binds"].to_dict() == {"B": "adds_little", "K": "chosen", "P": "adds_nothing"}
    assert cards["binds_site_id"].isna().all()


def test_a_locked_site_is_told_even_where_it_offers_nothing() -> None:
    plan = replace(line_plan(), sites=("K", "P"))
    cards = cards_of(plan, locked=["P"]).cards
    assert cards["binds"].to_dict() == {"B": "too_close", "K": "chosen", "P": "locked"}


def test_without_a_plan_nothing_is_said_of_it() -> None:
    cards = cards_of(None).cards
    assert (cards["binds"] == "no_plan").all()
    assert cards[["binds_site_id", "added_trips_per_day", "added_truck_km_per_day"]].isna().all(axis=None)


def test_kilometres_closed_are_those_of_the_last_deadline() -> None:
    cards = cards_of(line_plan()).cards
    assert cards["closes_km"].to_dict() == {"B": 60, "K": 40, "P": 0}
    assert cards.loc["B", "closes_hydrogen_km"] == 80
    assert cards["closes_hydrogen_km"].drop("B").isna().all()


def test_the_two_criteria_with_most_points_to_gain() -> None:
    """Weights 0.5, 0.3, 0.2. B lacks 0.1, 0.9 and 1 of them: 5, 27, 20 points. P is perfect.

    K has no second figure, so the others weigh 5/7 and 2/7; it lacks nothing but half of the third.
    """
    names = list(CRITERIA[:3])
    weights = pd.Series([0.5, 0.3, 0.2], index=names)
    values = pd.DataFrame([[0.9, 0.1, 0.0], [1.0, np.nan, 0.5], [1.0, 1.0, 1.0]], index=IDS, columns=names)
    cards = cards_of(line_plan(), values=values, weights=weights).cards

    assert cards.loc["B", ["lift_1", "lift_2"]].tolist() == [names[1], names[2]]
    assert cards.loc["B", ["lift_1_points", "lift_2_points"]].tolist() == pytest.approx([27, 20])
    assert cards.loc["K", "lift_1"] == names[2]
    assert cards.loc["K", "lift_1_points"] == pytest.approx(100 * 2 / 7 / 2)
    assert cards.loc["K", ["lift_2", "lift_2_points"]].isna().all()
    assert cards.loc["P", ["lift_1", "lift_1_points", "lift_2", "lift_2_points"]].isna().all()


def test_one_criterion_alone_lifts_alone() -> None:
    names = [CRITERIA[0]]
    values = pd.DataFrame([[0.2], [1.0], [np.nan]], index=IDS, columns=names)
    cards = cards_of(line_plan(), values=values, weights=pd.Series([1.0], index=names)).cards
    assert cards.loc["B", "lift_1_points"] == pytest.approx(80)
    assert cards["lift_2"].isna().all()
    assert cards.loc["P", ["lift_1", "lift_1_points"]].isna().all()


def test_rivals_stand_within_the_spacing_both_ways_round() -> None:
    """B is a rival of K and P and they of it; K and P are 40 km apart."""
    rivals = cards_of(line_plan()).rivals
    assert rivals.index.tolist() == [("B", "K"), ("B", "P"), ("K", "B"), ("P", "B")]
    assert rivals["is_chosen"].to_list() == [True, False, False, False]
    assert rivals["rank"].to_list() == [1, 3, 2, 2]
    assert (rivals["km"] == 20).all()


def test_no_rivals_where_sites_stand_apart() -> None:
    assert cards_of(line_plan(), portfolio_spacing_km=5.0).rivals.empty


def test_the_checklist_by_hand() -> None:
    """K needs 2 MW and 3000 m2 by the plan; B and P what Enova and a small plot ask. Limits: 3 km, 2030."""
    numbers = line_numbers()
    checks = cards_of(line_plan()).checklist
    mw = numbers.loc["rule.enova.power_kw", "value"] / 1000
    area = numbers.loc["sizing.area_least_m2.battery", "value"]

    def told(item: str) -> dict[str, str]:
        return checks.xs(item, level="item")["status"].to_dict()

    assert told("plot_area") == {"B": "met", "K": "unknown", "P": "not_met"}
    assert told("access") == {"B": "met", "K": "not_met", "P": "met"}
    assert told("grid") == {"B": "met", "K": "not_met", "P": "unknown"}
    assert told("grid_year") == {"B": "met", "K": "met", "P": "unknown"}
    assert told("dwellings") == {"B": "partly", "K": "unknown", "P": "partly"}
    assert told("services") == {"B": "unknown", "K": "partly", "P": "unknown"}
    assert set(told("protection").values()) == {"partly"}
    assert set(told("zoning").values()) == {"unknown"}
    assert checks["needed"][[("K", "grid"), ("K", "plot_area")]].tolist() == [2.0, 3000.0]
    assert checks["needed"][[("B", "grid"), ("B", "plot_area")]].tolist() == [mw, area]
    assert checks.loc[("B", "dwellings"), ["value", "unit"]].tolist() == [25.0, "%"]


def test_every_site_has_every_item_in_order() -> None:
    checks = cards_of(None).checklist
    assert checks.index.tolist() == [(site, item) for site in IDS for item in CHECKLIST_ITEMS]
    assert checks.loc[checks["status"] == "unknown", "value"].isna().all()
