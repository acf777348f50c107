"""The published tables of the truck flows: matrix, relations, fit, counts, totals, energy.

As in `regiongeo.report.tables` each is made once; csv, Excel and the written report show these very cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.assumptions import assumption
from regiongeo.flows import ENERGY_UNITS, energy_per_km, link_energy
from regiongeo.flows.validation import geh
from regiongeo.report.kept import made_once
from regiongeo.report.tables import publish

if TYPE_CHECKING:
    from typing import Literal

    from regiongeo.flows import FlowResult
    from regiongeo.result import Result

    Energy = Literal["battery", "hydrogen", "biogas"]

__all__ = [
    "energy_table",
    "fit_of",
    "fit_table",
    "flow_blocks",
    "holdout_table",
    "od_table",
    "peak_share",
    "planned_flows",
    "relation_table",
    "shift_table",
    "total_table",
    "worst_counts",
]

_MEANS = ("km", "minutes", "outside_km", "outside_minutes")
_MOST_RELATIONS = 200
_MOST_COUNTS = 20
_FIT = (
    "n",
    "share_below_5",
    "share_below_5_mean_hour",
    "median_geh",
    "r2",
    "slope",
    "median_relative_error",
    "volume_ratio",
)
_ENERGIES: tuple[Energy, ...] = ("battery", "hydrogen", "biogas")


def planned_flows(result: Result) -> FlowResult | None:
    """Return the flows after growth and shift, or None where the scenario asks for neither."""
    return None if result.planned is result.flows else result.planned


def peak_share(flows: FlowResult) -> float:
    """Return the share of the day in the hour that GEH compares [1]."""
    return assumption(flows.assumptions, "flow_peak_share", unit="1")


@made_once
def od_table(flows: FlowResult, planned: FlowResult | None = None) -> pd.DataFrame:
    """Sum the matrix by place: the parts of a municipality together, all else by itself.

    Parameters
    ----------
    flows
        As estimated, for the base year.
    planned
        The same model after growth and shift; None leaves ``planned_trips_per_day`` out.

    Returns
    -------
    DataFrame by ``origin_id`` and ``destination_id`` (``municipality_id``, else ``zone_id``), sorted: names
    and kinds of both, trips_per_day one way, km and minutes inside the network and beyond it (means by
    trips), is_through. Trips between the parts of a municipality are those from it to itself.
    """
    places = _places(flows)
    matrix = flows.matrix
    place_of = places["place_id"].to_dict()
    ends = [matrix.index.get_level_values(name).map(place_of) for name in ("origin", "destination")]
    names = ["origin_id", "destination_id"]
    trips = matrix["trips_per_day"]
    rows = matrix[[*_MEANS, "is_through"]].assign(
        trips_per_day=trips,
        **({} if planned is None else {"planned_trips_per_day": planned.matrix["trips_per_day"]}),
        **{f"{name}_trips": matrix[name] * trips for name in _MEANS},
    )
    grouped = rows.set_axis(pd.MultiIndex.from_arrays(ends, names=names)).groupby(level=names)
    total, plain = grouped.sum(), grouped[list(_MEANS)].mean()
    known = total["trips_per_day"] > 0
    for name in _MEANS:
        weighted = total[f"{name}_trips"] / total["trips_per_day"].where(known)
        total[name] = weighted.where(known, plain[name])
    named = places.drop_duplicates("place_id").set_index("place_id")
    for end in ("origin", "destination"):
        ids = total.index.get_level_values(f"{end}_id")
        total[end], total[f"{end}_kind"] = (ids.map(named[name].to_dict()) for name in ("place", "kind"))
    total["is_through"] = grouped["is_through"].all()
    trip_columns = [name for name in ("trips_per_day", "planned_trips_per_day") if name in total]
    columns = ["origin", "origin_kind", "destination", "destination_kind", *trip_columns]
    return publish(total[[*columns, *_MEANS, "is_through"]])


def relation_table(table: pd.DataFrame, *, top: int = _MOST_RELATIONS) -> pd.DataFrame:
    """Take the largest relations between two different places, both directions together.

    Parameters
    ----------
    table
        As from `od_table`; its published trips are added up, so that all files agree.
    top
        How many.

    Returns
    -------
    DataFrame by ``one_end_id`` and ``other_end_id``: names, trucks_per_day (and planned_trucks_per_day),
    km, minutes, outside_km, outside_minutes, is_through; most trucks first, ties by id.
    """
    back = table.swaplevel().reindex(table.index)
    both = {
        name.replace("trips", "trucks"): table[name] + back[name]
        for name in ("trips_per_day", "planned_trips_per_day")
        if name in table
    }
    ends = {"origin": "one_end", "destination": "other_end"}
    pairs = table.rename(columns=ends).assign(**both).rename_axis(["one_end_id", "other_end_id"])
    once = pairs[pairs.index.get_level_values(0) < pairs.index.get_level_values(1)]
    largest = once.sort_index().sort_values("trucks_per_day", ascending=False, kind="stable").head(top)
    return publish(largest[[*ends.values(), *both, *_MEANS, "is_through"]])


@made_once
def fit_table(flows: FlowResult) -> pd.DataFrame:
    """Return how well each set of counts is met, by ``counts`` and ``model``; GEH of the peak hour."""
    return publish(flows.summary[list(_FIT)])


def fit_of(flows: FlowResult, counts: str, model: str) -> pd.Series:
    """Return the published fit of one set of counts and one model, by figure."""
    own: pd.Series = fit_table(flows).T[(counts, model)]
    return own


def holdout_table(flows: FlowResult) -> pd.DataFrame:
    """Return how well counts that were not used are met, by ``road``, roads with most counts first."""
    return publish(flows.holdout)


def worst_counts(flows: FlowResult, *, top: int = _MOST_COUNTS) -> pd.DataFrame:
    """Return the used counts that are met worst, by ``observation_id``; by GEH, ties by id.

    First the ``top`` counting points and sections, then as many figures of a road in a municipality, which
    are rougher. ``heldout_trucks`` and ``heldout_geh``: what the model says without any count on that road.
    """
    used = flows.observations[flows.observations["is_used"]].sort_index()
    hour = peak_share(flows)
    table = used.assign(heldout_geh=geh(used["heldout_trucks"], used["observed_trucks"], hour_share=hour))
    ordered = table.sort_values("geh", ascending=False, kind="stable").rename(columns={"name": "count"})
    is_rough = ordered["basis"] == "road_municipality"
    worst = pd.concat([ordered[~is_rough].head(top), ordered[is_rough].head(top)])
    columns = ["count", "road", "basis", "observed_trucks", "modelled_trucks", "geh"]
    return publish(worst[[*columns, "heldout_trucks", "heldout_geh"]])


def total_table(result: Result, flows: FlowResult) -> pd.DataFrame:
    """Add up trips and truck-kilometres per day, by ``measure``: ``base``, and ``planned`` if it differs."""
    planned = planned_flows(result)
    columns = {"base": _totals(result, flows)} | ({"planned": _totals(result, planned)} if planned else {})
    return publish(pd.DataFrame(columns).rename_axis("measure"))


def energy_table(result: Result, flows: FlowResult) -> pd.DataFrame:
    """Work out what all trucks on the region's roads would use in a day, were they all of one energy.

    Returns
    -------
    DataFrame by ``energy``: unit, use_per_km (central), energy_per_day with its low and high
    (``energy_use`` alone), and winter_per_day.
    """
    inside = flows.link_flows[_in_region(result)]
    numbers, links = result.reference.assumptions, result.network.links

    def per_day(per_km: float) -> float:
        return float(link_energy(inside, links, per_km=per_km).sum())

    rows = {
        energy: {
            "unit": ENERGY_UNITS[energy],
            "use_per_km": energy_per_km(numbers, energy),
            "energy_per_day": per_day(energy_per_km(numbers, energy)),
            "energy_low_per_day": per_day(energy_per_km(numbers, energy, level="low")),
            "energy_high_per_day": per_day(energy_per_km(numbers, energy, level="high")),
            "winter_per_day": per_day(energy_per_km(numbers, energy, season="winter")),
        }
        for energy in _ENERGIES
    }
    return publish(pd.DataFrame.from_dict(rows, orient="index").rename_axis("energy"))


def shift_table(shifted: pd.DataFrame) -> pd.DataFrame:
    """Return what was moved to rail and sea, by ``corridor``."""
    names = {"trips_per_day": "moved_trips_per_day", "truck_km_per_day": "moved_truck_km_per_day"}
    whole = {"truck_km_with_outside_per_day": "moved_truck_km_with_outside_per_day"}
    return publish(shifted.rename(columns={**names, **whole}))


def flow_blocks(result: Result, flows: FlowResult) -> dict[str, pd.DataFrame]:
    """Return the tables that tell how far the flows can be trusted, and what they sum to, by heading."""
    blocks = {
        "fit": fit_table(flows),
        "roads": holdout_table(flows),
        "worst": worst_counts(flows),
        "volumes": total_table(result, flows),
        "energy": energy_table(result, result.planned or flows),
    }
    return blocks if result.shifted is None else {**blocks, "plan": shift_table(result.shifted)}


def _places(flows: FlowResult) -> pd.DataFrame:
    """Tell the place of each zone by id."""
    zones = flows.zones
    is_town = zones["kind"] == "municipality"
    ids = zones["municipality_id"].where(is_town, zones.index.to_series())
    return pd.DataFrame({"place_id": ids, "place": zones["place"], "kind": zones["kind"]})


def _in_region(result: Result) -> pd.Series[bool]:
    links = result.network.links
    inside: pd.Series[bool] = links["municipality_id"].isin(result.region.index) & ~links["is_ferry"]
    return inside


def _totals(result: Result, flows: FlowResult) -> pd.Series[float]:
    matrix, km = flows.matrix, result.network.links["length_m"] / 1000
    trips, through = matrix["trips_per_day"], matrix["is_through"]
    driven = trips * matrix["km"]
    on_roads = (flows.link_flows["modelled_trucks"] * km)[_in_region(result)]
    return pd.Series(
        {
            "trips_per_day": trips.sum(),
            "through_trips_per_day": trips[through].sum(),
            "truck_km_per_day": driven.sum(),
            "through_truck_km_per_day": driven[through].sum(),
            "truck_km_with_outside_per_day": (driven + trips * matrix["outside_km"]).sum(),
            "region_truck_km_per_day": on_roads.sum(),
        },
        dtype=np.float64,
    )
