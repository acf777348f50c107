"""Which site offers which energy: as columns and rows of a model, within the limits on sites."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from regiongeo.errors import DataError, ScenarioError, name_some
from regiongeo.siting.limits import Limits, check_limits, limit_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from regiongeo.siting.trips import Reach, Trips

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

__all__ = ["Layer", "Offers", "build_offers", "check_layers", "limits_on_new"]

_SLACK = 1e-9  # what adding up can lose, relative to the sum


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """One energy: its trucks, their range, and where it is had or may be."""

    name: str
    trips: Trips
    """Paths of its trucks and the sites along them."""
    reach: Reach
    weight: float = 1.0
    """Share of the trips in ``trips`` that drive on this energy, >= 0 [1]."""
    cost: pd.Series | None = None
    """Cost of offering it, by site, beside the cost of the site [unit of the budget]."""
    existing: tuple[str, ...] = ()
    """Sites that offer it today: always open, counted neither in the number of sites nor in the budget."""
    locked_in: tuple[str, ...] = ()
    """Sites that must be chosen and offer it."""
    locked_out: tuple[str, ...] = ()
    """Sites that cannot offer it."""
    most: int | None = None
    """Largest number of new offers of it; None: as many as there are sites."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Offers:
    """Decisions as columns: sites by id, then, where offers cost or are limited, offers by layer and site."""

    columns: int
    matrix: sparse.csr_array
    row_low: Floats
    row_high: Floats
    low: Floats
    high: Floats
    option: tuple[Ints, ...]
    """By layer: column that decides on the offer, by site."""
    cost: Floats | None
    """By column, where the cheapest of equally good choices is wanted."""
    is_open: tuple[Flags, ...]
    """By layer and site: offered in any case."""
    is_barred: tuple[Flags, ...]
    """By layer and site: offered in no case."""

    def offered(self, chosen: Flags) -> list[Flags]:
        """Return for each layer the sites that offer it if these columns are chosen."""
        return [
            is_open | (chosen[option] & ~is_barred)
            for option, is_open, is_barred in zip(self.option, self.is_open, self.is_barred, strict=True)
        ]

    @property
    def site_of(self) -> Ints:
        """Column of the site of each column."""
        return np.arange(self.columns) % len(self.is_open[0])

    def completed(self, chosen: Flags) -> Flags:
        """Return the chosen columns with the sites of all chosen offers."""
        chosen = chosen.copy()
        chosen[self.site_of[chosen]] = True
        return chosen

    def joined(self, chosen: Flags, column: int) -> Flags:
        """Return the chosen columns with one more, and its site."""
        chosen = chosen.copy()
        chosen[[column, self.site_of[column]]] = True
        return chosen

    def without(self, chosen: Flags, column: int) -> Flags:
        """Return the chosen columns without one, and without the offers of a site that goes."""
        is_gone = np.arange(self.columns) == column
        if column < len(self.is_open[0]):
            is_gone |= self.site_of == column
        return np.asarray(chosen & ~is_gone)

    def addable(self, chosen: Flags) -> Flags:
        """Return the columns that may join the chosen ones, with their sites, within all upper limits."""
        site_of = self.site_of
        is_new = ~chosen[site_of] & (site_of != np.arange(self.columns))
        row, column, own, with_site = self._added
        left = self.row_high - self.matrix @ chosen.astype(float)
        slack = _SLACK * np.maximum(1.0, np.abs(self.row_high))
        is_over = own + with_site * is_new[column] > (left + slack)[row]
        may = ~chosen & (self.high > 0) & (self.high[site_of] > 0)
        may[column[is_over]] = False
        return may

    @cached_property
    def _added(self) -> tuple[Ints, Ints, Floats, Floats]:
        """List row and column of what joins the rows with each column: its own, and what its site adds."""
        own = self.matrix.tocoo()
        of_site = self.matrix[:, self.site_of].tocoo()
        key = np.concatenate([row * self.columns + column for row, column in (own.coords, of_site.coords)])
        unique, which = np.unique(key, return_inverse=True)
        sums = np.zeros((2, len(unique)))
        np.add.at(sums[0], which[: own.nnz], own.data)
        np.add.at(sums[1], which[own.nnz :], of_site.data)
        return unique // self.columns, unique % self.columns, sums[0], sums[1]

    def keeps(self, chosen: Flags) -> bool:
        """Tell whether chosen columns keep every row and bound."""
        x = chosen.astype(float)
        activity, slack = self.matrix @ x, _SLACK * np.maximum(1.0, abs(self.matrix) @ x)
        is_kept = (activity >= self.row_low - slack) & (activity <= self.row_high + slack)
        return bool(is_kept.all() and (x >= self.low).all() and (x <= self.high).all())


def check_layers(layers: Sequence[Layer], sites: pd.Index) -> None:
    """Return nothing if the layers can be read for these sites.

    Raises
    ------
    DataError
        If names or ids stand twice or are unknown, or weights or costs are missing, negative or infinite.
    ScenarioError
        If a site is locked in and out or exists and is locked, for one energy.
    """
    names = [layer.name for layer in layers]
    if not names or len(set(names)) != len(names) or "all" in names:
        raise DataError(f"energies must have names of their own, none called 'all', not {names}")
    problems = [problem for layer in layers for problem in _layer_problems(layer, sites)]
    if problems:
        raise DataError("energies: " + "; ".join(problems))
    for layer in layers:
        lists = (layer.existing, layer.locked_in, layer.locked_out)
        listed = pd.Index([site for ids in lists for site in dict.fromkeys(ids)])
        if listed.has_duplicates:
            twice = sorted(listed[listed.duplicated()].unique())
            raise ScenarioError(
                f"{layer.name}: sites {name_some(twice)} stand in more than one list of existing, locked-in "
                "and locked-out sites: name each once"
            )


def build_offers(
    layers: Sequence[Layer], sites: pd.Index, limits: Limits, *, most_offers: int | None
) -> Offers:
    """Return the decisions on sites and offers, and what they must keep.

    Without costs of offers and without a largest number of them every chosen site offers every energy, and
    sites are the only columns. Else ``x_je <= z_j`` for each site j and energy e, ``sum_j x_je <= most_e``,
    ``sum x <= most_offers``, ``sum_j c_j z_j + sum_je c_je x_je <= budget``.

    Raises
    ------
    DataError, InfeasibleError, ScenarioError
        As `check_layers` and `regiongeo.siting.limits.check_limits`; also if offers cost but no budget is
        given, or their number is not whole.
    """
    caps = [most_offers, *(layer.most for layer in layers)]
    bad = [most for most in caps if most is not None and (not isinstance(most, Integral) or most < 0)]
    if bad:
        raise DataError(f"largest number of offers {bad[0]} must be whole and >= 0")
    costs = [layer.cost for layer in layers if layer.cost is not None]
    if costs and limits.budget is None:
        raise ScenarioError("offers cost, but there is no budget: give one, or leave their costs out")
    barred = tuple(sites.isin([*layer.locked_out]) for layer in layers)
    is_open = tuple(sites.isin([*layer.existing]) for layer in layers)
    is_capped = any(most is not None for most in caps)
    if not is_capped and (not costs or len(layers) == 1):
        rows = limit_rows(limits, sites, columns=len(sites))
        return Offers(
            columns=len(sites),
            matrix=rows.matrix,
            row_low=rows.row_low,
            row_high=rows.row_high,
            low=rows.low,
            high=rows.high,
            option=tuple(np.arange(len(sites)) for _ in layers),
            cost=None if limits.budget is None else _by_site(limits.cost, sites),
            is_open=is_open,
            is_barred=barred,
        )
    return _paid_offers(layers, sites, limits, most_offers=most_offers, is_open=is_open, barred=barred)


def limits_on_new(layers: Sequence[Layer], sites: pd.Index, limits: Limits) -> Limits:
    """Return the limits on sites to be chosen, beside those that exist.

    Sites that offer every energy today are no candidates, nor are those too close to an existing one unless
    they are locked in. A subregion's existing sites count in the number it must get. A site that exists
    for one energy may be chosen to offer others: then it counts. The only energy's costs join those of the
    sites.

    Raises
    ------
    DataError, InfeasibleError
        As `regiongeo.siting.limits.check_limits`.
    ScenarioError
        If a site that offers every energy today is locked.
    """
    check_limits(limits, sites)
    there = {site for layer in layers for site in layer.existing}
    full = set.intersection(*(set(layer.existing) for layer in layers))
    locked_in = {*limits.locked_in, *(site for layer in layers for site in layer.locked_in)}
    lost = sorted(full & locked_in)
    if lost:
        raise ScenarioError(f"sites {name_some(lost)} exist and are locked in: leave them out of one")
    beside = {site for pair in limits.too_close for site in pair if set(pair) & there and site not in there}
    cost = limits.cost
    if cost is None and any(layer.cost is not None for layer in layers):
        cost = pd.Series(0.0, index=sites)
    if len(layers) == 1 and cost is not None and layers[0].cost is not None:
        cost = cost.reindex(sites) + layers[0].cost.reindex(sites)
    group = limits.group
    held = {} if group is None else group.reindex(sorted(there)).value_counts().to_dict()
    return replace(
        limits,
        cost=cost,
        locked_in=tuple(sorted(locked_in)),
        locked_out=tuple(sorted({*limits.locked_out, *full, *(beside - locked_in)})),
        too_close=tuple(pair for pair in limits.too_close if not set(pair) & there),
        at_least={name: max(0, least - held.get(name, 0)) for name, least in limits.at_least.items()},
    )


def _layer_problems(layer: Layer, sites: pd.Index) -> Iterator[str]:
    if not (np.isfinite(layer.weight) and layer.weight >= 0):
        yield f"{layer.name}: weight {layer.weight} must be finite and >= 0"
    listed = pd.Index([*layer.existing, *layer.locked_in, *layer.locked_out])
    lost = listed[~listed.isin(sites)].unique()
    if len(lost):
        yield f"{layer.name}: sites {name_some(lost)} are no candidates"
    if layer.cost is None:
        return
    if layer.cost.index.has_duplicates:
        yield f"{layer.name}: costs of sites stand twice"
        return
    numbers = layer.cost.reindex(sites).astype(float)
    bad = sites[~(np.isfinite(numbers) & (numbers >= 0))]
    if len(bad):
        yield f"{layer.name}: costs of sites {name_some(bad)} are missing, infinite or below 0"


def _paid_offers(
    layers: Sequence[Layer],
    sites: pd.Index,
    limits: Limits,
    *,
    most_offers: int | None,
    is_open: tuple[Flags, ...],
    barred: tuple[Flags, ...],
) -> Offers:
    count, columns = len(sites), len(sites) * (1 + len(layers))
    on_sites = limit_rows(replace(limits, budget=None, cost=None), sites, columns=columns)
    offers = np.arange(count, columns)
    linked = sparse.csr_array(
        (np.ones(len(offers)), (np.arange(len(offers)), offers)), shape=(len(offers), columns)
    ) - sparse.csr_array(
        (np.ones(len(offers)), (np.arange(len(offers)), offers % count)), shape=(len(offers), columns)
    )
    parts = [(on_sites.matrix, on_sites.row_low, on_sites.row_high)]
    parts.append((linked, np.full(len(offers), -np.inf), np.zeros(len(offers))))
    is_offer = (np.arange(columns) >= count).astype(float)
    if most_offers is not None:
        parts.append(_at_most(is_offer, float(most_offers)))
    for number, layer in enumerate(layers):
        if layer.most is not None:
            parts.append(_at_most(is_offer * (np.arange(columns) // count == number + 1), float(layer.most)))
    cost = None
    if limits.budget is not None:
        own = layers if len(layers) > 1 else [replace(layers[0], cost=None)]  # joined: see limits_on_new
        cost = np.concatenate([_by_site(limits.cost, sites), *(_by_site(one.cost, sites) for one in own)])
        scale = float(cost.max()) or 1.0
        parts.append(_at_most(cost / scale, limits.budget / scale))
    held = [sites.isin([*layer.locked_in]).astype(float) for layer in layers]
    may = [~(there | out) for there, out in zip(is_open, barred, strict=True)]
    return Offers(
        columns=columns,
        matrix=sparse.csr_array(sparse.vstack([part[0] for part in parts])),
        row_low=np.concatenate([part[1] for part in parts]),
        row_high=np.concatenate([part[2] for part in parts]),
        low=np.concatenate([on_sites.low, *held]),
        high=np.concatenate([on_sites.high, *(one.astype(float) for one in may)]),
        option=tuple(count * (1 + number) + np.arange(count) for number in range(len(layers))),
        cost=np.ones(columns) if cost is None else cost,
        is_open=is_open,
        is_barred=barred,
    )


def _at_most(numbers: Floats, most: float) -> tuple[sparse.csr_array, Floats, Floats]:
    return sparse.csr_array(numbers[None, :]), np.array([-np.inf]), np.array([most])


def _by_site(cost: pd.Series | None, sites: pd.Index) -> Floats:
    if cost is None:
        return np.zeros(len(sites))
    return np.asarray(cost.reindex(sites).to_numpy(dtype=float))
