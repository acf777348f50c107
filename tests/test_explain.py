"""Sentences that say why: two sites, weights one half each, worked out by hand."""

import numpy as np
import pandas as pd

from regiongeo.explain import describe_value, explain_ranks

SITES = pd.Index(["A", "B"], name="site_id")
ROADS = pd.Series("E6", index=SITES)
WEIGHTS = pd.Series({"passing_trucks": 0.5, "grid_km": 0.5})


def test_names_what_lifts_and_what_holds_back() -> None:
    criteria = pd.DataFrame({"passing_trucks": [2400.0, 0.0], "grid_km": [9.0, 1.0]}, index=SITES)
    values = pd.DataFrame({"passing_trucks": [1.0, 0.0], "grid_km": [0.1, 0.9]}, index=SITES)

    why = explain_ranks(criteria, values, WEIGHTS, roads=ROADS, lang="nb")

    # A: pull of trucks 0.5 * (1 - 0.5) = +0.25, of the grid 0.5 * (0.1 - 0.5) = -0.2; B the other way round.
    assert why["A"] == (
        "Trekkes opp av 2\u202f400 lastebiler i døgnet på E6; trekkes ned av 9,0 km til nærmeste kraftlinje."
    )
    assert why["B"].startswith("Trekkes opp av 1,0 km til nærmeste kraftlinje; trekkes ned av 0 lastebiler")


def test_missing_data_is_said_and_never_a_reason() -> None:
    criteria = pd.DataFrame({"passing_trucks": [np.nan, 100.0], "grid_km": [1.0, 1.0]}, index=SITES)
    values = pd.DataFrame({"passing_trucks": [np.nan, 0.1], "grid_km": [0.9, 0.9]}, index=SITES)

    why = explain_ranks(criteria, values, WEIGHTS, roads=ROADS, lang="en")

    assert why["A"] == "Near the average on all criteria; no data for passing trucks."
    assert why["B"] == "Near the average on all criteria."


def test_a_site_without_any_data_is_not_rated() -> None:
    nothing = pd.DataFrame(np.nan, index=SITES, columns=list(WEIGHTS.index))

    assert explain_ranks(nothing, nothing, WEIGHTS, roads=ROADS, lang="nb")["A"].startswith("Ikke vurdert")


def test_shares_are_read_in_per_cent() -> None:
    assert describe_value("builtup_share", 0.126, lang="nb") == "13"
