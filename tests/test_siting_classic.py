"""The 25-node network as shipped is the published one."""

from pathlib import Path

import pandas as pd
import pytest

from regiongeo.siting.classic import CLASSIC_EDGES, CLASSIC_OPTIMA_PERCENT, CLASSIC_WEIGHTS, classic_trips
from regiongeo.siting.simulate import simulate
from regiongeo.siting.trips import Reach

FOLDER = Path(__file__).parents[2] / "shared" / "benchmarks" / "simchi_levi_berman_25"
needs_benchmarks = pytest.mark.skipif(not FOLDER.is_dir(), reason="published instances are not here")


def test_sums_that_are_published() -> None:
    trips = classic_trips()
    assert (len(CLASSIC_WEIGHTS), sum(CLASSIC_WEIGHTS), len(CLASSIC_EDGES)) == (25, 1018, 43)
    assert len(trips.paths) == 300
    assert trips.paths["trips_per_day"].sum() == pytest.approx(18_352.8347, abs=1e-4)


@needs_benchmarks
def test_flows_and_paths_are_the_published_ones() -> None:
    known = pd.read_csv(FOLDER / "od_flows_paths.csv", dtype=str)
    trips = classic_trips()
    for row in known.itertuples():
        name = f"{int(row.origin):02d}-{int(row.destination):02d}"
        stops = trips.stops.loc[name].sort_values("position_km")
        assert [str(int(node)) for node in stops.index] == row.path_lexicographic_first.split("-"), name
        assert trips.paths.loc[name, "km"] == float(row.distance)
        flow = float(row._4)  # the column's name is no name of Python
        assert trips.paths.loc[name, "trips_per_day"] == pytest.approx(flow, abs=1e-9)


@needs_benchmarks
def test_optima_are_the_published_ones() -> None:
    known = pd.read_csv(FOLDER / "frlm_optima.csv")
    first = known[known["path_rule"] == "first"]
    for reach, optima in CLASSIC_OPTIMA_PERCENT.items():
        found = first[(first["range"] == reach) & (first["p"] <= len(optima))].sort_values("p")
        assert found["optimal_pct"].tolist() == pytest.approx(list(optima), abs=1e-4)


def test_driving_the_best_five_sites_serves_58_percent() -> None:
    trips = classic_trips()
    drives = simulate(trips, ["02", "14", "17", "20", "23"], reach=Reach(range_km=8))
    volume = trips.paths["trips_per_day"]
    assert 100 * volume[drives.is_served].sum() / volume.sum() == pytest.approx(58.2838, abs=1e-4)
