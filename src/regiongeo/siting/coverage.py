"""Choose the sites that together serve most traffic: maximal covering of links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import pandas as pd

from regiongeo.siting.case import require_flags
from regiongeo.siting.covering import cover_most
from regiongeo.siting.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from regiongeo.siting.covering import Covering

__all__ = ["Portfolio", "choose_portfolio"]


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """Sites that together serve most traffic, recomputed from the sites themselves."""

    sites: tuple[str, ...]
    """Chosen sites by id, locked ones included."""
    locked: tuple[str, ...]
    gain: pd.DataFrame
    """Schema GAIN, by id."""
    covered_truck_km_per_day: float
    total_truck_km_per_day: float
    """All demand, also what no candidate could serve."""
    bound: float
    """No choice can cover more than this [truck-km/day]."""
    gap: float
    """How much more another choice could at most cover, relative to this one [1]."""
    status: Literal["optimal", "feasible"]
    seconds: float
    without_floors_truck_km_per_day: float | None = None
    """What could be covered if no group had to hold a least number of sites; None where none has to."""
    is_settled: bool = True
    """False: time ran out before ties were settled; another run may show other sites that cover the same."""


def choose_portfolio(
    covers: pd.DataFrame,
    demand: pd.Series,
    *,
    size: int,
    too_close: Iterable[tuple[str, str]] = (),
    locked: Iterable[str] = (),
    group: pd.Series | None = None,
    at_least: Mapping[str, int] | None = None,
    time_limit_s: float = 60.0,
    seed: int = 0,
    threads: int = 1,
    max_gap: float = 0.05,
) -> Portfolio:
    """Choose the ``size`` sites that together cover most demand (maximal covering, MCLP).

    `regiongeo.siting.covering.cover_most` on links, with a fixed number of sites and what each adds.

    Parameters
    ----------
    covers
        True where a site serves a link, links × sites; the columns are the ids of all candidates.
    demand
        Demand of the same links [truck-km/day]; NaN is refused, leave links without a figure out.
    size
        Number of sites to choose, locked ones included.
    too_close
        Pairs of sites that may not both be chosen. Two locked sites may; a new one may not be too close to a
        locked one either.
    locked
        Sites that must be chosen.
    group, at_least
        Group by site, and least number of chosen sites by group.
    time_limit_s
        Wall time for the solver in all [s].
    seed, threads, max_gap
        As in `regiongeo.siting.solver.solve`.

    Returns
    -------
    The portfolio. Among choices that cover the same, the one with the earliest ids; it is the same for any
    seed and order of rows as long as ``is_settled``.

    Raises
    ------
    DataError
        If ids stand twice or are unknown, demand is missing, negative or infinite, or there is none.
    InfeasibleError
        If the constraints conflict (naming them), no candidate covers any demand, or time ran out.
    EngineError
        If the solver fails, or its answer does not agree with the coverage recomputed from the sites.

    Notes
    -----
    A link is served or not: a truck at 29 km counts, one at 31 km does not, so publish the service distance.
    Each site's own gain overlaps with the others'. Sites beyond those that full coverage needs are simply
    the earliest ids.
    """
    require_flags(covers)
    held = tuple(sorted(locked))
    limits = Limits(
        size=size, locked_in=held, too_close=tuple(too_close), group=group, at_least=at_least or {}
    )

    def choose(limits: Limits) -> Covering:
        return cover_most(
            covers,
            demand,
            limits=limits,
            time_limit_s=time_limit_s,
            seed=seed,
            threads=threads,
            max_gap=max_gap,
        )

    found = choose(limits)
    return Portfolio(
        sites=found.sites,
        locked=held,
        gain=_gain(covers, demand, sites=found.sites, locked=held),
        covered_truck_km_per_day=found.covered,
        total_truck_km_per_day=found.total,
        bound=found.bound,
        gap=found.gap,
        status=found.status,
        seconds=found.seconds,
        without_floors_truck_km_per_day=choose(replace(limits, at_least={})).covered if at_least else None,
        is_settled=found.is_settled,
    )


def _gain(
    covers: pd.DataFrame, demand: pd.Series, *, sites: tuple[str, ...], locked: tuple[str, ...]
) -> pd.DataFrame:
    """Return what each chosen site covers, and what only it covers; schema GAIN."""
    served = covers[list(sites)].sort_index()
    weight = demand.sort_index().to_numpy(dtype=float)
    alone = served.to_numpy() & (served.sum(axis=1) == 1).to_numpy()[:, None]
    return pd.DataFrame(
        {
            "is_locked": served.columns.isin(list(locked)),
            "truck_km_per_day": served.to_numpy().T @ weight,
            "only_here_truck_km_per_day": alone.T @ weight,
        },
        index=served.columns.rename("site_id"),
    )
