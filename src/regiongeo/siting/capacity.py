"""Flow refuelling where a station serves only so many stops a day, and trucks spread over several."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy import sparse

from regiongeo.errors import DataError, EngineError, InfeasibleError, name_some
from regiongeo.siting.conflict import require_possible
from regiongeo.siting.fleets import drive_paths, read_fleets
from regiongeo.siting.limits import Limits, limits_broken
from regiongeo.siting.offers import Layer, Offers, build_offers, check_layers, limits_on_new
from regiongeo.siting.pathcover import pick_columns
from regiongeo.siting.refueltables import offer_table
from regiongeo.siting.search import sparing
from regiongeo.siting.settle import solve_settled
from regiongeo.siting.solver import Model, Solution
from regiongeo.siting.windows import find_passage_windows, missing_windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from regiongeo.siting.fleets import Fleet
    from regiongeo.siting.windows import Windows

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

__all__ = ["CapacityPlan", "choose_within_capacity"]

_SCALE = 1e6  # total worth in the model
_AGREE = 1e-6  # relative difference allowed between the model and what is recomputed
_NOBODY = 1e-7  # share of a path's trips below which nobody takes it


@dataclass(frozen=True, kw_only=True, eq=False)
class CapacityPlan:
    """Sites, and how trucks spread over them so that most are served and no station is overrun."""

    sites: tuple[str, ...]
    """Chosen sites by id, existing ones not."""
    offers: pd.DataFrame
    """True where energy is had: ``site_id``, chosen and existing × energy."""
    relations: pd.DataFrame
    """By ``energy`` and ``pair_id``: served_trips_per_day and served_share of all its trips [1]."""
    stations: pd.DataFrame
    """By ``site_id`` and ``energy``, where it is had: stops_per_day and capacity_per_day [stops/day]."""
    objective: float
    """What is maximised [unit of the aim]."""
    bound: float
    """No plan can be better than this."""
    gap: float
    status: Literal["optimal", "feasible"]
    is_settled: bool
    """True: of equally good sites these are the earliest; the spread of trucks over them may differ."""
    added_windows: int
    seconds: float

    def __repr__(self) -> str:
        return f"<CapacityPlan: {len(self.sites)} sites, {self.objective:g} served, {self.status}>"


def choose_within_capacity(
    layers: Sequence[Layer],
    sites: Iterable[str],
    limits: Limits,
    *,
    capacity: Mapping[str, pd.Series],
    aim: Literal["trips", "truck_km"] | pd.Series = "trips",
    most_offers: int | None = None,
    time_limit_s: float = 60.0,
    seed: int = 0,
    threads: int = 1,
    max_gap: float = 0.05,
) -> CapacityPlan:
    """Choose sites as `regiongeo.siting.refuel.choose_refuelling`, within the stops a station can serve.

    With v_qk the share of the trips of path q that stop at passage k, ``sum_{k in K} v_qk >= y_q`` for each
    window K of passages, ``v_qk <= x_j`` where k passes site j, and
    ``sum_q n_q v_qk <= capacity_j x_j`` over all passages of j, n_q being round trips a day, half of the
    one-way trips that would take the path. ``max sum_q f_q y_q``, ``sum_r y_r <= 1`` over the paths of one
    relation: part of its trips may be served.

    Parameters
    ----------
    layers, sites, limits, aim, most_offers, time_limit_s, seed, threads, max_gap
        As there.
    capacity
        By name of the energy, then site: stops that a station can serve, existing ones too [stops/day].

    Returns
    -------
    The plan; its stops are recomputed from the trucks, and each path that serves anyone is driven.

    Raises
    ------
    DataError, ScenarioError, InfeasibleError, EngineError
        As there; also if capacities are missing, negative or infinite.

    Notes
    -----
    A capacity per day knows no rush hours and no queues, see `regiongeo.sizing`. Trucks go where it is best
    for all, not each to the station it likes best, and do not turn away before a full one. Trucks on a trip
    that repeats may stop elsewhere in each lap; where range lasts for several laps, a stop in each is
    counted. With sites off the path a mix of stops may be counted that no single truck can drive, though
    some truck can drive each path.

    References
    ----------
    Upchurch, C., Kuby, M. & Lim, S. (2009). A model for location of capacitated alternative-fuel stations.
    Geographical Analysis 41(1), 85-106; there by combinations of stations.
    """
    started = perf_counter()
    ids = pd.Index(sorted(sites), dtype="str", name="site_id")
    check_layers(layers, ids)
    room = [_capacity_of(layer, capacity, ids) for layer in layers]
    asked = limits_on_new(layers, ids, limits)
    offers = build_offers(layers, ids, asked, most_offers=most_offers)
    require_possible(asked, ids, time_limit_s=time_limit_s, threads=threads)
    fleets = read_fleets(layers, ids, offers, aim=aim)
    parts = [
        _read_part(fleet, offers, number, one)
        for number, (fleet, one) in enumerate(zip(fleets, room, strict=True))
    ]
    scale = sum(float(part.credit.sum()) for part in parts)
    if not scale > 0:
        raise InfeasibleError(
            "no relation with trips can be served, whatever sites are chosen: raise the range"
        )
    cuts: list[list[sparse.csr_array]] = [[] for _ in parts]
    while True:
        model = _model(parts, cuts, offers, scale=_SCALE / scale)
        solution, is_settled = solve_settled(
            model,
            np.arange(offers.columns),
            time_limit_s=max(0.0, time_limit_s - (perf_counter() - started)),
            seed=seed,
            threads=threads,
            max_gap=max_gap,
            then=None if offers.cost is None else sparing(offers.cost, len(model.gain)),
        )
        if not _cut(parts, cuts, offers, solution):
            break
    chosen = solution.x[: offers.columns].astype(bool)
    offered, spread = offers.offered(chosen), list(_shares(parts, offers, solution.x))
    objective = sum(float(part.credit @ y) for part, (_, y) in zip(parts, spread, strict=True))
    broken = limits_broken(replace(asked, budget=None), ids[chosen[: len(ids)]])
    is_apart = abs(objective * _SCALE / scale - solution.objective) > _AGREE * _SCALE
    if broken or is_apart or not offers.keeps(chosen):
        raise EngineError(
            f"the solver's plan does not hold: {'; '.join(broken) or 'costs or trips'}: report this"
        )
    tables = [
        _tables(part, here, y, v, ids) for part, here, (v, y) in zip(parts, offered, spread, strict=True)
    ]
    names = [layer.name for layer in layers]
    relations, stations = (
        pd.concat(list(one), keys=names, names=["energy"]) for one in zip(*tables, strict=True)
    )
    return CapacityPlan(
        sites=tuple(ids[chosen[: len(ids)]]),
        offers=offer_table(fleets, ids, offered, chosen[: len(ids)]),
        relations=relations,
        stations=stations.swaplevel().sort_index(),
        objective=objective,
        bound=max(objective, solution.bound * scale / _SCALE),
        gap=solution.gap,
        status=solution.status,
        is_settled=is_settled,
        added_windows=sum(len(own) for own in cuts),
        seconds=perf_counter() - started,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """One energy: columns v by passage (stops out, then back), y by path."""

    fleet: Fleet
    windows: Windows
    credit: Floats
    """By path; 0 where no choice serves."""
    round_trips: Floats
    """By path, a day."""
    option: Ints
    """Column of the decision, by site."""
    is_open: Flags
    """By site."""
    room: Floats
    """Stops a day, by site."""

    @property
    def passages(self) -> int:
        return 2 * len(self.fleet.tours.path)

    @property
    def paths(self) -> int:
        return len(self.credit)

    def stops(self, v: Floats) -> Floats:
        """Return the stops a day at each site."""
        tours = self.fleet.tours
        per_stop = v.reshape(2, -1).sum(axis=0) * self.round_trips[tours.path]
        return np.asarray(np.bincount(tours.site, weights=per_stop, minlength=len(self.room)), dtype=float)


def _capacity_of(layer: Layer, capacity: Mapping[str, pd.Series], sites: pd.Index) -> Floats:
    if layer.name not in capacity:
        raise DataError(
            f"no capacity of stations for {layer.name} is given, only for {name_some(sorted(capacity))}"
        )
    room = capacity[layer.name]
    if room.index.has_duplicates:
        raise DataError(f"{layer.name}: capacities of sites stand twice")
    numbers = room.reindex(sites).to_numpy(dtype=float)
    bad = sites[~(np.isfinite(numbers) & (numbers >= 0))]
    if len(bad):
        raise DataError(
            f"{layer.name}: capacities of sites {name_some(bad)} are missing, infinite or below 0"
        )
    return numbers


def _read_part(fleet: Fleet, offers: Offers, number: int, room: Floats) -> _Part:
    trips = fleet.relations["trips_per_day"].to_numpy()[fleet.ways.relation]
    return _Part(
        fleet=fleet,
        windows=find_passage_windows(fleet.tours),
        credit=np.where(fleet.ways.windows.is_possible, fleet.ways.credit, 0.0),
        round_trips=trips * fleet.paths["taken_share"].to_numpy() / 2,
        option=offers.option[number],
        is_open=offers.is_open[number],
        room=room,
    )


def _model(
    parts: Sequence[_Part], cuts: Sequence[list[sparse.csr_array]], offers: Offers, *, scale: float
) -> Model:
    rows: list[list[sparse.csr_array | None]] = [[offers.matrix, *[None] * len(parts)]]
    low, high = [offers.row_low], [offers.row_high]
    gain, top = [np.zeros(offers.columns)], [offers.high]
    for number, part in enumerate(parts):
        before, after = [None] * number, [None] * (len(parts) - 1 - number)
        for decision, own, most in _blocks(part, cuts[number], offers.columns):
            rows.append([decision, *before, own, *after])
            low.append(np.full(own.shape[0], -np.inf))
            high.append(most)
        gain.append(np.concatenate([np.zeros(part.passages), part.credit * scale]))
        top.append(np.concatenate([np.ones(part.passages), (part.credit > 0).astype(float)]))
    columns = sum(len(one) for one in gain)
    return Model(
        gain=np.concatenate(gain),
        matrix=sparse.csr_array(sparse.block_array(rows, format="csr")),
        row_low=np.concatenate(low),
        row_high=np.concatenate(high),
        low=np.concatenate([offers.low, np.zeros(columns - offers.columns)]),
        high=np.concatenate(top),
        is_integer=np.arange(columns) < offers.columns,
    )


def _blocks(
    part: _Part, cuts: list[sparse.csr_array], decisions: int
) -> Iterator[tuple[sparse.csr_array, sparse.csr_array, Floats]]:
    """Yield rows as (columns of decisions, columns of this part, upper limit)."""
    tours, own = part.fleet.tours, part.passages + part.paths
    of_path = part.windows.of_path
    path = np.repeat(np.arange(part.paths), np.diff(of_path.indptr))
    needs = sparse.hstack([-part.windows.sites[of_path.indices], pick_columns(path, part.paths)])
    rows = sparse.csr_array(sparse.vstack([needs, *cuts]))
    yield sparse.csr_array((rows.shape[0], decisions)), rows, np.zeros(rows.shape[0])

    site_of = np.tile(tours.site, 2)
    is_decided = np.flatnonzero(~part.is_open[site_of])
    stand = pick_columns(part.option[site_of[is_decided]], decisions)
    yield -stand, pick_columns(is_decided, own), np.zeros(len(is_decided))

    once = pick_columns(part.passages + np.arange(part.paths), own)
    relation = part.fleet.ways.relation
    together = sparse.csr_array(
        sparse.csr_array((np.ones(part.paths), (relation, np.arange(part.paths)))) @ once
    )
    yield sparse.csr_array((together.shape[0], decisions)), together, np.ones(together.shape[0])

    sites, place = np.unique(site_of, return_inverse=True)
    trips = np.tile(part.round_trips[tours.path], 2)
    load = sparse.csr_array((trips, (place, np.arange(part.passages))), shape=(len(sites), own))
    is_open, room = part.is_open[sites], part.room[sites]
    offered = sparse.diags_array(np.where(is_open, 0.0, -room)) @ pick_columns(part.option[sites], decisions)
    yield sparse.csr_array(offered), load, np.where(is_open, room, 0.0)


def _tables(
    part: _Part, offered: Flags, y: Floats, v: Floats, sites: pd.Index
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return relations and stations as tables, counted from the trucks, which must keep room and range."""
    fleet = part.fleet
    is_driven = drive_paths(fleet, sites, offered).is_served.to_numpy()
    served = np.bincount(
        fleet.ways.relation, weights=2 * part.round_trips * y, minlength=len(fleet.relations)
    )
    stops = part.stops(v)
    over = stops > np.where(offered, part.room, 0.0) * (1 + _AGREE) + _AGREE
    stranded = (y > _NOBODY) & ~is_driven
    if over.any() or stranded.any():
        raise EngineError(
            f"the solver's plan overruns stations {name_some(sites[over])} or strands trucks on paths "
            f"{name_some(fleet.paths.index[stranded])}: report this"
        )
    trips = fleet.relations["trips_per_day"]
    relations = pd.DataFrame({"served_trips_per_day": served}, index=fleet.relations.index)
    relations["served_share"] = (relations["served_trips_per_day"] / trips).where(trips > 0, 0.0)
    stations = pd.DataFrame({"stops_per_day": stops, "capacity_per_day": part.room}, index=sites)
    return relations, stations[offered]


def _shares(parts: Sequence[_Part], offers: Offers, x: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Yield for each part v by passage and y by path."""
    first = offers.columns
    for part in parts:
        yield x[first : first + part.passages], x[first + part.passages : first + part.passages + part.paths]
        first += part.passages + part.paths


def _cut(
    parts: Sequence[_Part], cuts: list[list[sparse.csr_array]], offers: Offers, solution: Solution
) -> bool:
    """Add to ``cuts`` what keeps trucks off paths that nobody can drive; tell if there were any."""
    offered = offers.offered(solution.x[: offers.columns].astype(bool))
    found = False
    for part, here, own, (_, y) in zip(parts, offered, cuts, _shares(parts, offers, solution.x), strict=True):
        tours = part.fleet.tours
        windows, paths = missing_windows(tours, part.fleet.ways.windows, here)
        for row in np.flatnonzero(y[paths] > _NOBODY):
            needed = np.isin(tours.site, windows[[row]].indices) & (tours.path == paths[row])
            stops = np.flatnonzero(needed)
            columns = np.concatenate([stops, stops + len(tours.path), [part.passages + paths[row]]])
            values = np.append(np.full(2 * len(stops), -1.0), 1.0)
            shape = (1, part.passages + part.paths)
            own.append(
                sparse.csr_array((values, (np.zeros(len(columns), dtype=np.int64), columns)), shape=shape)
            )
            found = True
    return found
