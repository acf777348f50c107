"""Branch and cut: the best decisions under a cover, proven, by tangents instead of a row for each claim.

The gain of a cover is concave in decisions that need not be whole. A linear program over the decisions and a
few sums of gain, held down by tangents, shows what no choice can exceed; where it ends between whole
decisions, the search branches. It knows nothing of claims, so it stays small however many trips there are.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from regiongeo.siting.gains import read_gains
from regiongeo.siting.linear import LinearProgram, OutOfTimeError
from regiongeo.siting.solver import TIE, Model

if TYPE_CHECKING:
    import numpy.typing as npt

    from regiongeo.siting.gains import Gains, Tangent
    from regiongeo.siting.linear import Vertex
    from regiongeo.siting.offers import Offers
    from regiongeo.siting.pathcover import PathCover

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

__all__ = ["Branched", "branch_and_cut"]

_SCALE = 1e6  # gain of all claims in the program, so that the solver's tolerances mean the same at any unit
_TIE = TIE * _SCALE
_NEAR = 10 * _TIE  # below the best: a choice that may yet prove as good when it is counted anew
_TOUCH = 1e-6  # gain above a tangent, by bundle, that is none
_ROUNDS = 100  # of tangents at one node; any bound holds, so the search may branch before they all touch
_WHOLE = 1e-6
_PROBED = 6  # decisions compared before a branch
_STEPS = 50  # of the dual simplex method for each
_LEAST = 1e-3  # of the room: a smaller fall of the bound counts as this
_MANY = 3000  # rows above which idle ones go
_IDLE = 30  # solves without a multiplier after which a tangent is idle


@dataclass(frozen=True, kw_only=True, eq=False)
class Branched:
    """What the search shows."""

    chosen: Flags | None
    """The best decisions found; None if none were."""
    bound: float
    """No choice can earn more credit."""
    may_tie: Flags
    """Decisions that a choice as good as the best may hold, if the best is proven."""


def branch_and_cut(
    cover: PathCover,
    offers: Offers,
    *,
    start: Flags | None,
    deadline: float,
    seed: int,
    threads: int,
    rel_gap: float = 0.0,
) -> Branched:
    """Return decisions that earn most credit under a cover, and what no choice can exceed.

    At each node the linear program ``max sum_b g_b``, ``g_b <= base + slope @ x`` is solved and cut by the
    tangents at its end until they touch. Decisions whose reduced gain shows them to be in no choice as good
    as the best are fixed. The branch goes over the decision that lowers both bounds most in a few steps of
    the dual simplex method (strong branching); the node with the highest bound comes next. Bounds are
    worked out from multipliers, see `regiongeo.siting.linear`.

    Parameters
    ----------
    cover
        What decisions serve.
    offers
        Which may be chosen together.
    start
        Decisions within the limits to begin with.
    deadline
        When to stop, on the clock of ``perf_counter`` [s].
    seed, threads, rel_gap
        As in `regiongeo.siting.solver.solve`.

    Raises
    ------
    EngineError
        If the solver fails.

    References
    ----------
    Cordeau, J.-F., Furini, F. & Ljubic, I. (2019). Benders decomposition for very large scale partial set
    covering and maximal covering location problems. European Journal of Operational Research 275,
    882-896.
    Achterberg, T., Koch, T. & Martin, A. (2005). Branching rules revisited. Operations Research Letters 33,
    42-54.
    """
    search = _Search(cover, offers, deadline=deadline, seed=seed, threads=threads, rel_gap=rel_gap)
    if start is not None:
        search.take(start)
    search.run()
    return search.result()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Node:
    """All choices within these bounds on decisions."""

    bound: float
    low: Floats
    high: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class _Leaf:
    """A node with no choice better than the best."""

    node: _Node
    bound: float
    loss: Floats
    """By how much the bound falls, at least, if a decision at its lower bound is taken."""

    def may_hold(self, value: float) -> Flags:
        """Return the decisions that a choice of the node worth ``value`` may hold."""
        return np.asarray((self.node.high > 0) & ((self.node.low > 0) | (self.bound - self.loss >= value)))


class _Search:
    """The state of one search; gains are scaled and without what is earned in any case."""

    def __init__(
        self,
        cover: PathCover,
        offers: Offers,
        *,
        deadline: float,
        seed: int,
        threads: int,
        rel_gap: float,
    ) -> None:
        total = float(cover.credit.sum()) or 1.0
        self._cover, self._offers, self._scale = cover, offers, _SCALE / total
        self._gains = read_gains(cover, scale=self._scale)
        self._program = LinearProgram(_program(offers, self._gains), seed=seed, threads=threads)
        self._deadline, self._rel_gap = deadline, rel_gap
        self._best: Flags | None = None
        self._value = -np.inf
        self._open: list[tuple[float, int, _Node]] = []
        self._pushed = 0
        self._leaves: list[_Leaf] = []
        self._passed = -np.inf  # the highest bound of a node that was not searched to its end
        self._idle = np.zeros(self._program.rows, dtype=np.int64)

    def run(self) -> None:
        """Search until no node can hold a better choice, or one as good that is not known, or time is up."""
        self._push(_Node(bound=np.inf, low=self._offers.low, high=self._offers.high))
        while self._open:
            _, _, node = heapq.heappop(self._open)
            if node.bound < self._value - _NEAR:
                continue
            try:
                vertex = self._relaxed(node)
            except OutOfTimeError:
                self._push(node)
                return
            if vertex is not None:
                self._branch(node, vertex)

    def take(self, chosen: Flags) -> None:
        """Keep a choice if it is the best so far, with the tangents there."""
        value = (self._cover.value(chosen) - self._cover.base) * self._scale
        if value > self._value:
            self._best, self._value = chosen, value
            self._cut(self._gains.tangent(chosen.astype(float)), np.arange(self._gains.bundles))

    def result(self) -> Branched:
        """Return what is known now."""
        bound = max([self._value, self._passed, *(node.bound for _, _, node in self._open)])
        may_tie = np.zeros(self._offers.columns, dtype=bool) if self._best is None else self._best.copy()
        for leaf in self._leaves:
            may_tie |= leaf.may_hold(self._value - _NEAR)
        return Branched(
            chosen=self._best, bound=min(bound / self._scale, self._most) + self._cover.base, may_tie=may_tie
        )

    @property
    def _most(self) -> float:
        return float(self._gains.most.sum()) / self._scale

    @property
    def _target(self) -> float:
        """A node with no higher bound is at its end."""
        return self._value + _TIE + self._rel_gap * abs(self._value) if self._best is not None else -np.inf

    def _push(self, node: _Node) -> None:
        self._pushed += 1
        heapq.heappush(self._open, (-node.bound, self._pushed, node))

    def _relaxed(self, node: _Node) -> Vertex | None:
        """Return where the program ends within a node, tangents touching; None if the node is at its end."""
        self._program.hold(node.low, node.high)
        for _ in range(_ROUNDS):
            vertex = self._program.solve(time_limit_s=max(0.0, self._deadline - perf_counter()))
            if vertex is None:
                return None
            self._age(vertex)
            if min(vertex.bound, node.bound) <= self._target:
                self._close(node, vertex)
                return None
            decided = vertex.x[: self._offers.columns]
            tangent = self._gains.tangent(np.clip(decided, 0.0, 1.0))
            above = np.flatnonzero(vertex.x[self._offers.columns :] > tangent.value + _TOUCH)
            if not len(above):
                break
            self._cut(tangent, above)
        return vertex

    def _close(self, node: _Node, vertex: Vertex) -> None:
        bound = min(vertex.bound, node.bound)
        self._passed = max(self._passed, bound)
        if bound >= self._value - _NEAR:
            self._leaves.append(_Leaf(node=node, bound=vertex.bound, loss=self._loss(node, vertex)))

    def _branch(self, node: _Node, vertex: Vertex) -> None:
        """Fix what the bounds settle, look for a choice nearby, and split the node."""
        decided = vertex.x[: self._offers.columns]
        self._take_near(decided)
        if min(vertex.bound, node.bound) <= self._target:
            self._close(node, vertex)
            return
        node = self._fixed(node, vertex)
        free = np.flatnonzero(node.low < node.high)
        if not len(free):
            self._take_last(node)
            return
        column, below, above = self._parting(free, np.minimum(decided, 1.0 - decided)[free])
        is_it = np.arange(len(node.low)) == column
        bound = min(vertex.bound, node.bound)
        self._push(_Node(bound=min(bound, below), low=node.low, high=np.where(is_it, 0.0, node.high)))
        self._push(_Node(bound=min(bound, above), low=np.where(is_it, 1.0, node.low), high=node.high))

    def _take_near(self, decided: Floats) -> None:
        """Try the choice that takes decisions in the order in which the program favours them."""
        offers = self._offers
        chosen = offers.completed(offers.low > 0)
        may = offers.addable(chosen)
        for column in np.argsort(-decided, kind="stable").tolist():
            if decided[column] < _WHOLE:
                break
            if may[column] and not chosen[column]:
                chosen = offers.joined(chosen, column)
                may = offers.addable(chosen)
        if offers.keeps(chosen):
            self.take(chosen)

    def _take_last(self, node: _Node) -> None:
        """Try the one choice of a node that may be as good as the best."""
        chosen = node.low > 0
        if self._offers.keeps(chosen):
            self.take(chosen)
            self._leaves.append(_Leaf(node=node, bound=self._value, loss=np.zeros(len(chosen))))

    def _fixed(self, node: _Node, vertex: Vertex) -> _Node:
        """Fix the decisions without which, or with which, no choice is as good as the best."""
        if self._best is None:
            return node
        room = vertex.bound - (self._value - _NEAR)
        is_free = node.low < node.high
        is_in = is_free & (vertex.reduced[: self._offers.columns] > room)
        is_out = is_free & (self._loss(node, vertex) > room)
        return _Node(
            bound=node.bound, low=np.where(is_in, 1.0, node.low), high=np.where(is_out, 0.0, node.high)
        )

    def _loss(self, node: _Node, vertex: Vertex) -> Floats:
        """Return by how much the bound falls if a decision is taken: an offer brings its site with it."""
        own = np.maximum(-vertex.reduced[: self._offers.columns], 0.0)
        site_of = self._offers.site_of
        of_site = np.where(node.low[site_of] > 0, 0.0, own[site_of])
        is_out = node.high[site_of] == 0
        both = np.where(site_of == np.arange(len(own)), own, own + of_site)
        return np.where(is_out, np.inf, both)

    def _parting(self, free: Ints, apart: Floats) -> tuple[int, float, float]:
        """Return the decision to branch on, and the bounds without and with it."""
        order = np.argsort(-apart, kind="stable")[:_PROBED]
        named = free[order[apart[order] > _WHOLE]]
        if len(named) <= 1:
            return int(free[order[0]]), np.inf, np.inf
        bounds = self._program.probe(named, steps=_STEPS)
        top = float(bounds[np.isfinite(bounds)].max(initial=0.0))
        room = max(top - self._value, _TIE) if self._best is not None else abs(top) + _TIE
        falls = np.clip(top - bounds, _LEAST * room, room)
        best = int(falls.prod(axis=1).argmax())
        return int(named[best]), float(bounds[best, 0]), float(bounds[best, 1])

    def _cut(self, tangent: Tangent, bundles: Ints) -> None:
        """Hold the gains of some bundles under a tangent."""
        count = len(bundles)
        own = sparse.csr_array(
            (np.ones(count), (np.arange(count), bundles)), shape=(count, self._gains.bundles)
        )
        rows = sparse.csr_array(sparse.hstack([-tangent.slope[bundles], own]))
        self._program.add_rows(rows, high=tangent.base[bundles])
        self._idle = np.append(self._idle, np.zeros(count, dtype=np.int64))

    def _age(self, vertex: Vertex) -> None:
        """Remove tangents that have long been idle, once there are many."""
        self._idle = np.where(vertex.is_tight, 0, self._idle + 1)
        self._idle[: self._offers.matrix.shape[0]] = 0
        dead = np.flatnonzero(self._idle > _IDLE)
        if self._program.rows > _MANY and len(dead) > _MANY // 10:
            self._program.drop_rows(dead)
            self._idle = np.delete(self._idle, dead)


def _program(offers: Offers, gains: Gains) -> Model:
    """Return ``max sum_b g_b`` over decisions within their limits; tangents join as the search goes."""
    sums, rows = gains.bundles, offers.matrix.shape[0]
    matrix = sparse.csr_array(sparse.hstack([offers.matrix, sparse.csr_array((rows, sums))]))
    return Model(
        gain=np.concatenate([np.zeros(offers.columns), np.ones(sums)]),
        matrix=matrix,
        row_low=offers.row_low,
        row_high=offers.row_high,
        low=np.concatenate([offers.low, np.zeros(sums)]),
        high=np.concatenate([offers.high, gains.most]),
        is_integer=np.zeros(offers.columns + sums, dtype=bool),
    )
