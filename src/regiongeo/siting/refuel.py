"""Choose the sites whose energy lets most trucks drive their whole round trip: flow refuelling, exact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import pandas as pd

from regiongeo.errors import DataError, EngineError, InfeasibleError
from regiongeo.siting.conflict import require_possible
from regiongeo.siting.fleets import build_case, drive_paths, read_fleets
from regiongeo.siting.limits import Limits, limits_broken
from regiongeo.siting.offers import Layer, build_offers, check_layers, limits_on_new
from regiongeo.siting.refueltables import (
    added_table,
    impossible_paths,
    loss_table,
    offer_table,
    relation_table,
    reserve_table,
    served_table,
)
from regiongeo.siting.search import Case, find_choice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from regiongeo.siting.search import Found
    from regiongeo.siting.simulate import Drives

__all__ = ["Layer", "Refuelling", "choose_refuelling"]

_AGREE = 1e-6  # relative difference allowed between the model's objective and the recomputed one


@dataclass(frozen=True, kw_only=True, eq=False)
class Refuelling:
    """Sites and what they offer, with what trucks they serve, recomputed by driving each round trip."""

    sites: tuple[str, ...]
    """Chosen sites by id, locked ones included, existing ones not."""
    offers: pd.DataFrame
    """True where energy is had: ``site_id``, chosen and existing × energy."""
    drives: Mapping[str, Drives]
    """By energy: what became of the simulated trucks of each path."""
    served: pd.DataFrame
    """By ``energy`` and "all": trips_per_day and truck_km_per_day [per day] of its trucks, of these
    served_trips_per_day and served_truck_km_per_day, and both as shares [1]."""
    relations: pd.DataFrame
    """By ``energy`` and ``pair_id``: path_id, the served path that most would take (missing if none is),
    served_share of the trips [1], and is_possible: some choice serves it."""
    loss: pd.DataFrame
    """By ``site_id`` and ``energy``: trips_per_day and truck_km_per_day lost if the site alone goes."""
    added: pd.DataFrame
    """By ``site_id``: trips_per_day and truck_km_per_day one more site would add, with all it may offer."""
    reserves: pd.DataFrame
    """What could stand for each chosen site alone, see `regiongeo.siting.refueltables.reserve_table`."""
    objective: float
    """What is maximised [unit of the aim]."""
    bound: float
    """No choice can be better than this."""
    gap: float
    """How much better another choice could at most be, relative to this one [1]."""
    status: Literal["optimal", "feasible"]
    is_settled: bool
    """False: not proven best, or time ran out before ties were settled; another run may show other sites."""
    impossible: pd.DataFrame
    """By ``energy`` and ``path_id``: where trucks strand with every candidate open; else as STRANDED."""
    size: pd.Series
    """Of the model: paths, windows, merged_windows, merged_paths, added_windows, rounds."""
    seconds: pd.Series
    """Wall time by step: windows, build, solve, check, all [s]."""

    def __repr__(self) -> str:
        share = self.served["served_trips_share"].to_numpy()[-1]
        return f"<Refuelling: {len(self.sites)} sites, {share:.1%} of trips served, {self.status}>"


def choose_refuelling(
    layers: Sequence[Layer],
    sites: Iterable[str],
    limits: Limits,
    *,
    aim: Literal["trips", "truck_km"] | pd.Series = "trips",
    most_offers: int | None = None,
    most_reserves: int = 0,
    time_limit_s: float = 60.0,
    seed: int = 0,
    threads: int = 1,
    max_gap: float = 0.05,
    rel_gap: float = 0.0,
) -> Refuelling:
    """Choose the sites, and what they offer, that let most trucks drive their whole round trip.

    ``max sum_q f_q y_q`` with ``sum_{j in K} x_j >= y_q`` for each window K of path q (see
    `regiongeo.siting.windows`), ``0 <= y <= 1``, ``sum_r y_r <= 1`` over the paths of one relation, each
    worth its trips times the share that would take it; x whole, within the limits. With sites off the path
    windows are added until every path that counts as served can be driven: the optimum is that of the drives.

    Parameters
    ----------
    layers
        The energies; several share sites, limits and budget, and their trucks add up by ``weight``.
    sites
        Ids of all sites that trucks may use: candidates, and those that exist.
    limits
        Limits on the sites chosen. Existing ones are not among them and do not count.
    aim
        What to maximise: one-way trips a day; truck-km a day, the trips times ``inside_km`` of the shortest
        path of the relation, so that a detour earns nothing; or any worth by ``pair_id``, >= 0, in place of
        the trips.
    most_offers
        Largest number of offers (site and energy), existing ones not counted. Without it, and without
        costs of energies, each chosen site offers every energy it may.
    most_reserves
        Replacements to name for each chosen site.
    time_limit_s
        Wall time for the solver in all [s].
    seed, threads, max_gap, rel_gap
        As in `regiongeo.siting.solver.solve`. Ties are settled only where ``rel_gap`` is 0.

    Returns
    -------
    The choice. Of those that serve the same, the cheapest where a budget is given, the one with fewest
    offers and sites where only ``most_offers`` is; of these the one with the earliest ids. It is the same for
    any seed, number of threads and order of rows if ``is_settled``.

    Raises
    ------
    DataError, ScenarioError
        If the layers, ids, limits or weights cannot be read, see `regiongeo.siting.offers`.
    InfeasibleError
        If the limits conflict (naming them), no candidate can serve any relation, or time ran out.
    EngineError
        If the solver fails, or claims what the drives or the simulated trucks do not confirm.

    Notes
    -----
    A relation is served wholly or not at all, every truck starts as ``Reach`` says, and one that passes a
    site with energy can have it: queues, opening hours and capacity are left out. The served share is not
    concave in the number of sites: two may serve what neither serves alone, so a chosen site's loss is not
    its share of the sum. Greedy choices are starts only.

    References
    ----------
    Kuby, M. & Lim, S. (2005). The flow-refueling location problem for alternative-fuel vehicles.
    Socio-Economic Planning Sciences 39(2), 125-145.
    Capar, I., Kuby, M., Leon, V. J. & Tsai, Y.-J. (2013). An arc cover-path-cover formulation and strategic
    analysis of alternative-fuel station locations. European Journal of Operational Research 227(1), 142-151.
    Kim, J.-G. & Kuby, M. (2012). The deviation-flow refueling location model for optimizing a network of
    refueling stations. International Journal of Hydrogen Energy 37(6), 5406-5420.
    """
    started = perf_counter()
    ids = pd.Index(sorted(sites), dtype="str", name="site_id")
    check_layers(layers, ids)
    asked = limits_on_new(layers, ids, limits)
    offers = build_offers(layers, ids, asked, most_offers=most_offers)
    require_possible(asked, ids, time_limit_s=time_limit_s, threads=threads)
    fleets = read_fleets(layers, ids, offers, aim=aim)
    case = build_case(fleets, offers)
    windows_s = perf_counter() - started
    impossible = impossible_paths(fleets, ids)
    _require_some(case, impossible)
    found = find_choice(
        case, time_limit_s=time_limit_s, seed=seed, threads=threads, max_gap=max_gap, rel_gap=rel_gap
    )
    checked = perf_counter()
    _require_sound(case, found, ids, asked)
    value, offered = case.value(found.chosen), offers.offered(found.chosen)
    drives = {
        fleet.layer.name: drive_paths(fleet, ids, here) for fleet, here in zip(fleets, offered, strict=True)
    }
    ended = perf_counter()
    return Refuelling(
        sites=tuple(ids[found.chosen[: len(ids)]]),
        offers=offer_table(fleets, ids, offered, found.chosen[: len(ids)]),
        drives=drives,
        served=served_table(fleets, offered),
        relations=relation_table(fleets, offered),
        loss=loss_table(fleets, ids, offered, found.chosen[: len(ids)]),
        added=added_table(fleets, ids, case, offered),
        reserves=reserve_table(fleets, ids, case, found.chosen, most=most_reserves),
        objective=value,
        bound=max(found.bound, value),
        gap=max(0.0, found.bound / value - 1) if value else 0.0,
        status=found.status,
        is_settled=found.is_settled,
        impossible=impossible,
        size=found.size,
        seconds=pd.Series(
            {
                "windows": windows_s,
                "build": found.build_s,
                "solve": found.solve_s,
                "check": ended - checked,
                "all": perf_counter() - started,
            }
        ),
    )


def _require_some(case: Case, impossible: pd.DataFrame) -> None:
    """Raise if there is nothing to serve, or no choice serves any of it."""
    if not case.total > 0:
        raise DataError("no relation has trips, or none counts for the aim: check trips, weights and shares")
    if any(ways.best(ways.windows.is_possible).any() for ways in case.ways):
        return
    energy, path = impossible.index[0]
    where = impossible.iloc[0]
    raise InfeasibleError(
        f"no relation can be served, whatever sites are chosen: with all of them open, {energy} trucks on "
        f"path {path!r} strand {where['position_km']:.1f} km from its start on the way {where['leg']}, after "
        f"{where['since_km']:.1f} km without energy: raise the range, or add sites"
    )


def _require_sound(case: Case, found: Found, ids: pd.Index, asked: Limits) -> None:
    """Raise unless the choice keeps its limits and earns what it is said to."""
    broken = limits_broken(replace(asked, budget=None), ids[found.chosen[: len(ids)]])
    if broken or not case.offers.keeps(found.chosen):
        raise EngineError(f"the solver's choice breaks its limits: {'; '.join(broken) or 'offers or costs'}")
    value = case.value(found.chosen)
    if found.bound < value - _AGREE * case.total or abs(found.claimed - value) > _AGREE * case.total:
        raise EngineError(
            f"the solver claims {found.claimed:g} and at most {found.bound:g}, its sites serve {value:g}: "
            "report this"
        )
