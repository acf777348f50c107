"""What is told about a finished estimate: errors by count, fit by set of counts, totals, culprits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.flows.estimation import contradictions
from regiongeo.flows.validation import MEAN_HOUR, fit_summary, geh
from regiongeo.sites import is_main_road

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regiongeo.flows.demand import Gravity
    from regiongeo.flows.estimation import Estimate

__all__ = ["fit_of_sets", "flow_totals", "name_culprits", "with_errors"]

_MOST_NAMED = 12


def with_errors(observations: pd.DataFrame, *, hour_share: float) -> pd.DataFrame:
    """Add GEH of the peak and the mean hour and the relative error to each count."""
    modelled, observed = observations["modelled_trucks"], observations["observed_trucks"]
    return observations.assign(
        geh=geh(modelled, observed, hour_share=hour_share),
        geh_mean_hour=geh(modelled, observed, hour_share=MEAN_HOUR),
        relative_error=modelled / observed.where(observed > 0, 1.0) - 1,
    )


def fit_of_sets(observations: pd.DataFrame, *, hour_share: float) -> pd.DataFrame:
    """Summarise the fit of each set of counts, with the gravity model beside it.

    Returns
    -------
    DataFrame by ``counts`` and ``model`` with the columns of ``fit_summary``. Counts: used; strong (used
    points and sections); weak (used medians); held_out (strong ones, modelled without their road);
    county_roads (never used). Used counts no path passes are in, with 0: nothing is left out to look better.
    """
    is_strong = observations["basis"] != "road_municipality"
    used = observations["is_used"]
    own = {"gravity": "gravity_trucks", "estimated": "modelled_trucks"}
    held = {"gravity": "heldout_gravity_trucks", "estimated": "heldout_trucks"}
    sets = {
        "used": (used, own),
        "strong": (used & is_strong, own),
        "weak": (used & ~is_strong, own),
        "held_out": (used & is_strong & observations["heldout_trucks"].notna(), held),
        "county_roads": (~used, own),
    }
    rows = {
        (name, model): fit_summary(
            observations.loc[chosen, column].to_numpy(),
            observations.loc[chosen, "observed_trucks"].to_numpy(),
            hour_share=hour_share,
        )
        for name, (chosen, columns) in sets.items()
        for model, column in columns.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(table.index, names=["counts", "model"])
    return table.astype({"n": int})


def flow_totals(
    matrix: pd.DataFrame,
    flows: pd.DataFrame,
    links: pd.DataFrame,
    observations: pd.DataFrame,
    gravity: Gravity,
) -> dict[str, float]:
    """Add up trips and truck-kilometres per day.

    Truck-kilometres are compared on E and R links that have a volume of their own; totals leave the legs
    beyond the gateways out unless they say otherwise.
    """
    km = links["length_m"] / 1000
    trips = matrix["trips_per_day"]
    counted = is_main_road(links) & flows["observed_trucks"].notna()
    whole = matrix["km"] + matrix["outside_km"]
    return {
        "trips_per_day": float(trips.sum()),
        "through_trips_per_day": float(trips[matrix["is_through"]].sum()),
        "truck_km_per_day": float((trips * matrix["km"]).sum()),
        "truck_km_with_outside_per_day": float((trips * whole).sum()),
        "mean_trip_km": float((trips * matrix["km"]).sum() / trips.sum()),
        "mean_trip_km_with_outside": float((trips * whole).sum() / trips.sum()),
        "counted_truck_km_observed": float((flows["observed_trucks"] * km)[counted].sum()),
        "counted_truck_km_modelled": float((flows["modelled_trucks"] * km)[counted].sum()),
        "observations_used": float((observations["is_used"] & observations["has_path"]).sum()),
        "gravity_exponent": gravity.exponent,
        "gravity_rate_per_1000_persons": gravity.rate,
    }


def name_culprits(
    observations: pd.DataFrame, zones: pd.DataFrame, estimate: Estimate, municipalities: pd.DataFrame
) -> tuple[tuple[str, str], ...]:
    """Name what the reader must know: keys of ``locale/flows.toml`` with the culprits, none without any."""
    used = observations[observations["is_used"]]
    on_path = used[used["has_path"]]
    contrary = contradictions(
        *(on_path[f"{name}_trucks"].to_numpy() for name in ("modelled", "observed", "error"))
    )
    shown = on_path[contrary].sort_values("geh", ascending=False, kind="stable")
    figures = shown["observed_trucks"].round().astype(int), shown["modelled_trucks"].round().astype(int)
    doors = zones[(zones["kind"] == "gateway") & zones["observed_trucks"].isna()]
    beyond = municipalities[~municipalities.index.isin(zones["municipality_id"])]
    said = {
        "not_converged": [] if estimate.is_converged else [f"{estimate.gap:.2g}"],
        "no_path": list(used["name"][~used["has_path"]]),
        "contradictory": [f"{n} ({v}/{m})" for n, v, m in zip(shown["name"], *figures, strict=True)],
        "gateway_unobserved": list(doors["name"]),
        "beyond_network": sorted(beyond["name"]),
    }
    return tuple(_told(said.items()))


def _told(said: Iterable[tuple[str, list[str]]]) -> Iterator[tuple[str, str]]:
    for key, names in said:
        if names:
            rest = len(names) - _MOST_NAMED
            yield key, ", ".join(names[:_MOST_NAMED]) + (f" … +{rest}" if rest > 0 else "")
