"""Exact search for p-medians: branch on sites, bound by the Lagrangian relaxation, settle ties."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regiongeo.siting.found import Found
from regiongeo.siting.interchange import interchange, total_cost
from regiongeo.siting.lagrange import SAME, is_whole, relax, settle_sites, whole_bound

if TYPE_CHECKING:
    import numpy.typing as npt

    from regiongeo.siting.found import Run
    from regiongeo.siting.lagrange import Bracket, Relaxation

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Node", "close_gap", "earliest_plan", "find_plan"]

_ROUNDS = 40
_PATIENCE = 5  # rounds without a better bound after which steps are halved
_STEP = 0.5
_OVERSHOOT = 1.005  # the step aims a little above the target


@dataclass(frozen=True, kw_only=True, eq=False)
class Node:
    """All plans that open the held sites and no site that is not listed."""

    sites: Ints
    """Positions of the sites that may open, ascending."""
    held: Flags
    """Those of them that must, by listed site."""
    multipliers: Floats
    """Of the relaxation to begin with, by demand."""
    bound: float = -np.inf
    """No plan of the node costs less."""

    def opened(self, site: int) -> Node:
        """Return the plans of the node that open the site."""
        return replace(self, held=self.held | (self.sites == site))

    def closed(self, site: int) -> Node:
        """Return the plans of the node that do not."""
        kept = self.sites != site
        return replace(self, sites=self.sites[kept], held=self.held[kept])


def close_gap(cost: Floats, bracket: Bracket, *, size: int, held: Flags, run: Run) -> Found:
    """Prove the best plan of a bracket or find better ones, then settle ties.

    Parameters
    ----------
    cost, size, held
        As `regiongeo.siting.lagrange.bracket_median`, which made the bracket.
    """
    kept = np.flatnonzero(~bracket.is_out)
    cost, held = cost[:, kept], held[kept]
    chosen, upper = np.searchsorted(kept, bracket.chosen), bracket.upper
    node = Node(sites=np.arange(len(kept)), held=bracket.is_in[kept], multipliers=bracket.multipliers)
    while True:
        step = _least_saving(cost, upper)
        target = upper - max(step, run.rel_gap * upper)
        better, bound = find_plan(cost, node, size=size, target=target, run=run)
        if better is None:
            break
        chosen = interchange(cost, better, held=held)
        upper = total_cost(cost, chosen)
    if bound < np.inf or target < upper - step:
        lower = whole_bound(cost, max(bracket.lower, min(bound, target)))
        return Found(chosen=kept[chosen], upper=upper, lower=min(lower, upper))
    first = earliest_plan(cost, node, chosen, size=size, target=upper * (1 + SAME), run=run)
    return Found(
        chosen=kept[chosen if first is None else first],
        upper=upper,
        lower=upper,
        is_settled=first is not None,
    )


def find_plan(cost: Floats, node: Node, *, size: int, target: float, run: Run) -> tuple[Ints | None, float]:
    """Return a plan of the node that costs ``target`` or less, and a bound of all plans of the node.

    Depth first; at each node some rounds of subgradient search raise the bound or meet a plan, and settle
    sites. The branch goes over the free site that the relaxation likes best, open first. Without a plan the
    bound is infinite where the search came to its end, and else that of what the deadline left open.

    Parameters
    ----------
    cost
        Cost of serving a demand from a site, demand × sites.
    node
        Where to search.
    size
        Number of sites to open.
    target
        Cost of a plan that is good enough.
    run
        With the deadline.

    References
    ----------
    Beasley, J. (1985). A note on solving large p-median problems. European Journal of Operational Research
    21, 270-273.
    """
    stack = [node]
    while stack:
        if run.is_late:
            return None, min(left.bound for left in stack)
        children, plan = _explore(cost, stack.pop(), size=size, target=target)
        if plan is not None:
            return plan, node.bound
        stack += children
    return None, np.inf


def earliest_plan(cost: Floats, node: Node, plan: Ints, *, size: int, target: float, run: Run) -> Ints | None:
    """Return, of the plans that cost ``target`` or less, the one with the earliest sites; None if late.

    Sites are settled in their order: one stays out if no plan as good holds it beside those settled before.

    Parameters
    ----------
    cost, node, size, target, run
        As `find_plan`.
    plan
        A plan of the node that costs ``target`` or less.
    """
    for site in node.sites[~node.held]:
        if node.held.sum() == size:
            break
        if site not in plan:
            other, bound = find_plan(cost, node.opened(site), size=size, target=target, run=run)
            if other is None and bound < np.inf:
                return None
            plan = plan if other is None else other
        node = node.opened(site) if site in plan else node.closed(site)
    return plan


def _least_saving(cost: Floats, upper: float) -> float:
    """Return by how much a better plan is cheaper at least."""
    return 1 - 1e-6 if is_whole(cost) or upper == 0 else SAME * upper


def _explore(cost: Floats, node: Node, *, size: int, target: float) -> tuple[list[Node], Ints | None]:
    """Return what is left to search of a node, or a plan that is good enough."""
    if node.held.sum() == size:
        node = replace(node, sites=node.sites[node.held], held=node.held[node.held])
    if len(node.sites) <= size or node.held.sum() > size:
        is_plan = len(node.sites) == size and total_cost(cost, node.sites) <= target
        return [], node.sites if is_plan else None
    cost = cost[:, node.sites]
    found = _probe(cost, node, size=size, target=target)
    if found.plan is not None:
        return [], np.sort(node.sites[found.plan])
    if found.is_void:
        return [], None
    kept = ~found.is_out
    narrowed = Node(
        sites=node.sites[kept],
        held=found.is_in[kept],
        multipliers=found.multipliers,
        bound=max(node.bound, found.bound),
    )
    if narrowed.held.sum() == size or len(narrowed.sites) == size:
        return [narrowed], None
    reduced = relax(cost, found.multipliers).reduced[kept]
    site = int(narrowed.sites[np.where(narrowed.held, np.inf, reduced).argmin()])
    return [narrowed.closed(site), narrowed.opened(site)], None


@dataclass(kw_only=True, eq=False)
class _Probed:
    """What some rounds at one node found."""

    multipliers: Floats
    """Of the best bound."""
    is_out: Flags
    is_in: Flags
    bound: float = -np.inf
    plan: Ints | None = None
    is_void: bool = False
    """The node holds no plan that is good enough."""


def _probe(cost: Floats, node: Node, *, size: int, target: float) -> _Probed:
    """Search for multipliers that raise the bound, until a plan is met or the node is void."""
    found = _Probed(
        multipliers=node.multipliers, is_out=np.zeros(len(node.sites), dtype=bool), is_in=node.held.copy()
    )
    multipliers, step, idle = node.multipliers, _STEP, 0
    for _ in range(_ROUNDS):
        relaxation = relax(cost, multipliers)
        opened = relaxation.rank(node.held)[:size]
        reached = cost[:, opened]
        if float(reached.min(axis=1).sum()) <= target:
            found.plan = opened
            break
        bound, idle = relaxation.bound(size, node.held), idle + 1
        if bound > found.bound:
            found.bound, found.multipliers, idle = bound, multipliers, 0
        _note(found, relaxation, size=size, held=node.held, target=target)
        slope = 1.0 - (reached < multipliers[:, None]).sum(axis=1)
        length = float(slope @ slope)
        if found.is_void or length == 0:
            break
        if idle >= _PATIENCE:
            step, idle = step / 2, 0
        multipliers = multipliers + step * (_OVERSHOOT * target - bound) / length * slope
    return found


def _note(found: _Probed, relaxation: Relaxation, *, size: int, held: Flags, target: float) -> None:
    is_out, is_in = settle_sites(relaxation, size=size, held=held, target=target)
    found.is_out |= is_out
    found.is_in |= is_in
    left, sure = int((~found.is_out).sum()), int(found.is_in.sum())
    found.is_void = bool((found.is_out & found.is_in).any()) or left < size or sure > size
    found.is_void |= relaxation.bound(size, held) > target
