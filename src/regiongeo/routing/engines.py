"""Which engine searches, and what it needs beforehand.

``scipy`` is Dijkstra's search (1959), a tree a source. ``cch`` is a customisable contraction hierarchy
(Dibbelt, Strasser & Wagner 2016), by the optional package routingkit-cch: it ranks the nodes once, takes new
speeds in a fraction of that, and then answers far faster. It counts in whole units of 32 bits; see
``Metric.unit`` for what that costs in accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
import shapely
from scipy.sparse.csgraph import connected_components, dijkstra

from regiongeo.errors import EngineError
from regiongeo.network import WEIGHTS
from regiongeo.routing.arcs import build_topology, link_values, same_weight, weigh, weight_name

if TYPE_CHECKING:
    from regiongeo.network import Network
    from regiongeo.routing.arcs import Arcs, Floats, Positions, Topology, Weight

__all__ = [
    "CCH_FROM_NODES",
    "CCH_FROM_TREES",
    "Engine",
    "Metric",
    "Prepared",
    "arc_values",
    "choose_engine",
    "customise",
    "hierarchy_costs",
    "prepare",
    "ready",
]

Engine = Literal["auto", "scipy", "cch"]

CCH_FROM_NODES = 100_000
"""From this many nodes the hierarchy may be worth its preparation."""

CCH_FROM_TREES = 200
"""Preparing takes as long as some 150 to 200 trees of SciPy at any size (benchmarks/results/routing.md)."""

_MOST_UNITS = 2**31 - 2
"""The engine's own infinity is one more."""


class Metric(NamedTuple):
    """A hierarchy with the costs of one weight."""

    metric: Any
    unit: float
    """Costs are rounded to whole multiples of this power of two, in the unit of the weight: the finest with
    which no route overflows. A route is off by at most half of it an arc; whole numbers stay exact."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Prepared:
    """A network made ready for one weight; give it to a routing function in place of the network."""

    network: Network
    weight: Weight
    topology: Topology
    arcs: Arcs
    cch: Any = None
    """Order and shortcuts, which no weight changes; None for SciPy."""
    metric: Metric | None = None

    @property
    def engine(self) -> Engine:
        """Tell which engine searches."""
        return "scipy" if self.metric is None else "cch"

    def __repr__(self) -> str:
        """Tell the size, the weight and the engine."""
        size = f"{len(self.arcs.nodes)} nodes, {len(self.arcs.tail)} arcs"
        return f"<Prepared: {size}, {weight_name(self.weight)}, {self.engine}>"


def choose_engine(engine: str, *, nodes: int, trees: int | None = None) -> Engine:
    """Choose who searches: the one rule.

    Parameters
    ----------
    engine
        ``scipy`` or ``cch`` to force it. ``auto``: the hierarchy for ``CCH_FROM_NODES`` nodes and
        ``CCH_FROM_TREES`` trees or more, where routingkit-cch is installed; SciPy otherwise.
    nodes
        Nodes of the network.
    trees
        Search trees asked for; None where they are many (``prepare``).

    Raises
    ------
    EngineError
        If the engine is unknown, or forced and not installed.
    """
    if engine not in get_args(Engine):
        raise EngineError(f"unknown routing engine {engine!r}: choose one of {', '.join(get_args(Engine))}")
    is_installed = find_spec("routingkit_cch") is not None
    if engine == "cch" and not is_installed:
        raise EngineError("the routing engine cch is not installed: pip install 'regiongeo[cch]'")
    is_large = nodes >= CCH_FROM_NODES and (trees is None or trees >= CCH_FROM_TREES)
    return "cch" if engine == "cch" or (engine == "auto" and is_installed and is_large) else "scipy"


def prepare(network: Network, *, weight: Weight = "minutes", engine: Engine = "auto") -> Prepared:
    """Make a network ready for many questions about one weight.

    Parameters
    ----------
    network
        Network to search.
    weight
        Column of the links, or a series by ``link_id`` (``weighted_cost`` makes one).
    engine
        As in ``choose_engine``; preparing tells that many trees will follow.

    Raises
    ------
    NetworkError
        If the weight is missing or of no use.
    EngineError
        If the engine is unknown, or forced and not installed.
    """
    chosen = choose_engine(engine, nodes=len(network.nodes))
    return _prepare(network, weight, chosen)


def customise(prepared: Prepared, *, weight: Weight) -> Prepared:
    """Return the same roads with other costs; order and shortcuts are kept.

    Raises
    ------
    NetworkError
        If the weight is missing or of no use.
    """
    arcs = weigh(prepared.topology, link_values(prepared.network, weight))
    metric = None if prepared.cch is None else _make_metric(prepared.cch, arcs)
    return replace(prepared, weight=weight, arcs=arcs, metric=metric)


def ready(
    network: Network | Prepared, *, weight: Weight | None, engine: Engine = "auto", trees: int = 1
) -> Prepared:
    """Return what is prepared already, or prepare it for ``trees`` searches.

    Raises
    ------
    EngineError
        If another weight or engine is asked for than was prepared.
    """
    if not isinstance(network, Prepared):
        chosen = choose_engine(engine, nodes=len(network.nodes), trees=trees)
        return _prepare(network, "minutes" if weight is None else weight, chosen)
    if weight is not None and not same_weight(weight, network.weight):
        known = weight_name(network.weight)
        raise EngineError(f"prepared for {known}, asked for {weight_name(weight)}: customise it first")
    if engine not in ("auto", network.engine):
        raise EngineError(f"prepared for the engine {network.engine}, asked for {engine}: prepare it so")
    return network


def hierarchy_costs(metric: Metric, sources: Positions, targets: Positions) -> Floats:
    """Return the costs from sources (rows) to targets, searched from the smaller side; inf without a road."""
    import routingkit_cch as kit  # noqa: PLC0415

    if len(targets) < len(sources):
        inward = kit.CCHManyToOne(metric.metric, sources.tolist())
        return _collect(inward.distances_to, targets, len(sources), unit=metric.unit).T
    outward = kit.CCHOneToMany(metric.metric, targets.tolist())
    return _collect(outward.distances_from, sources, len(targets), unit=metric.unit)


def arc_values(roads: Prepared) -> dict[str, Floats]:
    """Return what is summed along every route, arc by arc: minutes, metres, and the weight under its name."""
    known = {name: link_values(roads.network, name)[roads.arcs.row] for name in WEIGHTS}
    return {**known, weight_name(roads.weight): roads.arcs.cost}


def _prepare(network: Network, weight: Weight, engine: Engine) -> Prepared:
    topology = build_topology(network)
    arcs = weigh(topology, link_values(network, weight))
    cch = _contract(network, topology) if engine == "cch" else None
    metric = None if cch is None else _make_metric(cch, arcs)
    return Prepared(network=network, weight=weight, topology=topology, arcs=arcs, cch=cch, metric=metric)


def _contract(network: Network, topology: Topology) -> Any:  # noqa: ANN401  (a type of an optional package)
    """Rank the nodes by nested dissection (inertial flow) and add the shortcuts."""
    import routingkit_cch as kit  # noqa: PLC0415

    east, north = shapely.get_coordinates(network.nodes.geometry.sort_index()).T
    tail, head = topology.tail.tolist(), topology.head.tolist()
    order = kit.compute_order_inertial(len(topology.nodes), tail, head, north.tolist(), east.tolist())
    return kit.CCH(order, tail, head, False)  # noqa: FBT003


def _make_metric(cch: Any, arcs: Arcs) -> Metric:  # noqa: ANN401
    import routingkit_cch as kit  # noqa: PLC0415

    unit = _finest_unit(_longest_route(arcs), nodes=len(arcs.nodes))
    whole = np.minimum(np.round(arcs.cost / unit), _MOST_UNITS).astype(np.uint32)
    return Metric(kit.CCHMetric(cch, whole.tolist()), unit)


def _finest_unit(longest: float, *, nodes: int) -> float:
    """Return the smallest power of two in which ``longest``, rounded up arc by arc, stays below infinity."""
    return float(2.0 ** np.ceil(np.log2((longest or 1.0) / (_MOST_UNITS - nodes))))


def _longest_route(arcs: Arcs) -> float:
    """Return a bound on the cost of every shortest route.

    Within the largest set of nodes that all reach one another, no route costs more than going by one of them;
    a route leaves that set at most once, and every other node at most once.
    """
    if not len(arcs.tail):
        return 0.0
    _, part = connected_components(arcs.matrix(), connection="strong")
    inside = part == np.bincount(part).argmax()
    middle = np.flatnonzero(inside)[:1]
    there, back = (dijkstra(arcs.matrix(backwards=turn), indices=middle)[0, inside] for turn in (False, True))
    dearest = np.zeros(len(arcs.nodes))
    np.maximum.at(dearest, arcs.tail, arcs.cost)
    return float(there.max() + back.max() + dearest[inside].max() + dearest[~inside].sum())


def _collect(search: Any, starts: Positions, width: int, *, unit: float) -> Floats:  # noqa: ANN401
    """Ask for the row of each start."""
    costs = np.empty((len(starts), width))
    for place, start in enumerate(starts.tolist()):
        costs[place] = np.array(search(start), dtype=float)
    costs *= unit
    costs[np.isnan(costs)] = np.inf
    return costs
