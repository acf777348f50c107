"""The trucks of each energy as a refuelling question: tours, windows, and what serving them is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, name_some
from regiongeo.siting.pathcover import Ways
from regiongeo.siting.search import Case
from regiongeo.siting.simulate import require_agreement, simulate
from regiongeo.siting.tours import Tours, are_driven, read_tours
from regiongeo.siting.windows import find_windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from regiongeo.siting.offers import Layer, Offers
    from regiongeo.siting.simulate import Drives

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

__all__ = ["Fleet", "build_case", "drive_paths", "read_fleets", "sum_relations"]

_AIMS = {"trips": "trips_per_day", "truck_km": "truck_km_per_day"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Fleet:
    """The trucks of one energy, as tables and as numbers in the same order."""

    layer: Layer
    paths: pd.DataFrame
    """Schema PATHS, by id."""
    relations: pd.DataFrame
    """As `sum_relations`."""
    tours: Tours
    ways: Ways


def read_fleets(
    layers: Sequence[Layer], sites: pd.Index, offers: Offers, *, aim: str | pd.Series
) -> list[Fleet]:
    """Return the trucks of each energy; ``aim`` as in `regiongeo.siting.refuel.choose_refuelling`.

    Raises
    ------
    DataError
        If trucks can stop at unknown sites, or the worth of a relation is missing, negative or infinite.
    """
    fleets = []
    for number, layer in enumerate(layers):
        paths = layer.trips.paths.sort_index()
        relations = sum_relations(paths, weight=layer.weight)
        worth = _worth(relations, aim, layer)
        place = relations.index.get_indexer(pd.Index(paths["pair_id"])).astype(np.int64)
        tours = read_tours(layer.trips, layer.reach, sites).stopping_at(_usable(offers, number))
        ways = Ways(
            windows=find_windows(tours, sites=len(sites), is_open=offers.is_open[number]),
            relation=place,
            credit=worth[place] * paths["taken_share"].to_numpy(dtype=float),
            option=offers.option[number],
        )
        fleets.append(Fleet(layer=layer, paths=paths, relations=relations, tours=tours, ways=ways))
    return fleets


def build_case(fleets: Sequence[Fleet], offers: Offers) -> Case:
    """Return the question that `regiongeo.siting.search.find_choice` answers."""
    everyone = (fleet.ways.best(np.ones(len(fleet.paths), dtype=bool)) for fleet in fleets)
    return Case(
        offers=offers,
        tours=tuple(fleet.tours for fleet in fleets),
        ways=tuple(fleet.ways for fleet in fleets),
        total=sum(float(credit.sum()) for credit in everyone),
    )


def drive_paths(fleet: Fleet, sites: pd.Index, offered: Flags) -> Drives:
    """Simulate the round trips with the sites that offer energy; the model must serve the very same paths.

    Raises
    ------
    EngineError
        If the two differ on any path.
    """
    claimed = are_driven(fleet.tours, offered[fleet.tours.site])
    driven = simulate(fleet.layer.trips, sites[offered], reach=fleet.layer.reach)
    require_agreement(pd.Series(claimed, index=fleet.paths.index), driven)
    return driven


def sum_relations(paths: pd.DataFrame, *, weight: float) -> pd.DataFrame:
    """Return trips and truck-km a day of each relation, times ``weight``, by ``pair_id``.

    Its shortest path tells the kilometres inside the network (ties: the earlier id).
    """
    shortest = paths.sort_index().sort_values("km", kind="stable").drop_duplicates("pair_id")
    by_pair = shortest.set_index("pair_id").sort_index()
    trips = by_pair["trips_per_day"] * weight
    return pd.DataFrame({"trips_per_day": trips, "truck_km_per_day": trips * by_pair["inside_km"]})


def _worth(relations: pd.DataFrame, aim: str | pd.Series, layer: Layer) -> Floats:
    """Return what serving each relation is worth."""
    if isinstance(aim, str):
        if aim not in _AIMS:
            raise DataError(
                f"aim {aim!r} is unknown: choose 'trips' or 'truck_km', or give a worth by pair_id"
            )
        return np.asarray(relations[_AIMS[aim]], dtype=float)
    if aim.index.has_duplicates:
        raise DataError(f"worth of {name_some(aim.index[aim.index.duplicated()].unique())} stands twice")
    worth = aim.reindex(relations.index).astype(float)
    bad = worth.index[~(np.isfinite(worth) & (worth >= 0))]
    if len(bad):
        raise DataError(f"worth of relations {name_some(bad)} is missing, infinite or below 0")
    return np.asarray(worth, dtype=float) * layer.weight


def _usable(offers: Offers, number: int) -> Flags:
    """Return the sites that may offer the energy, or do."""
    option = offers.option[number]
    may = (offers.high[option] > 0) & (offers.high[offers.site_of[option]] > 0) & ~offers.is_barred[number]
    return may | offers.is_open[number]
