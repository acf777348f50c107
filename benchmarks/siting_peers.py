"""The ways that benchmarks/siting.py compares: how each builds its model, solves it, and what it reaches."""

# Each way has a problem of its own type, and all are called alike.
# ruff: noqa: ANN401, PLC0415

from __future__ import annotations

import resource
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import highspy
import numpy as np
from scipy import sparse

from regiongeo.siting import refuel, search, settle
from regiongeo.siting.covering import cover_all, cover_most, share_within
from regiongeo.siting.greedy import choose_greedily
from regiongeo.siting.limits import Limits
from regiongeo.siting.median import choose_median
from regiongeo.siting.offers import Layer
from regiongeo.siting.pathcover import cover_model
from regiongeo.siting.solver import Model
from regiongeo.siting.trips import Reach
from siting_instances import REACH_KM, make_places, make_trips

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    import pandas as pd
    from numpy.typing import NDArray

    from regiongeo.siting.trips import Trips
    from siting_instances import Places

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

PERCENT = 1e4  # the models count all demand as 1e6, and so 1e4 is one percent of it
RANGE_KM, REFUEL_GAP = 200.0, 1e-4
ANY_GAP, NOT_KNOWN = float("inf"), float("nan")
SWAPS_WORTH = 1e-9
GAP_0: dict[str, float | str] = {"mip_rel_gap": 0.0, "mip_abs_gap": 0.0}
NO_PRESOLVE: dict[str, float | str] = {"presolve": "off"}


class Case(Protocol):
    """A question, as benchmarks/siting.py asks it."""

    kind: str
    rows: int
    sites: int
    size: int
    limit_s: float
    seed: int
    side_km: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a way took and reached: CPU seconds by step; shares of all demand or trips in percent."""

    seconds: dict[str, float]
    value: float
    bound: float = NOT_KNOWN
    is_late: bool = False
    """The limit came before the end."""
    facts: dict[str, int] = field(default_factory=dict)


@dataclass(kw_only=True)
class Calls:
    """Calls of a function while it is watched: when each began and ended, and what with."""

    began: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    given: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """CPU seconds of all calls."""
        return sum(self.ended) - sum(self.began)


class Stop(Exception):  # noqa: N818
    """Ends a run once its model stands."""


def cpu_s() -> float:
    """Return the CPU seconds of this process and the programs it has run, all threads."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def watched(module: ModuleType, name: str, *, instead: Callable[..., Any] | None = None) -> Iterator[Calls]:
    """Note the calls of a function of a module, or of another one instead, in the ``with`` block."""
    original, calls = getattr(module, name), Calls()
    function = original if instead is None else instead

    def noting(*args: Any, **options: Any) -> Any:
        calls.given.append(args)
        calls.began.append(cpu_s())
        try:
            return function(*args, **options)
        finally:
            calls.ended.append(cpu_s())

    setattr(module, name, noting)
    try:
        yield calls
    finally:
        setattr(module, name, original)


def instance(case: Case) -> Any:
    """Draw the question of a case: the same for all ways."""
    if case.kind == "refuelling":
        return make_trips(case.rows, case.sites, seed=case.seed, side_km=case.side_km)
    return make_places(case.rows, case.sites, seed=case.seed)


def ours(case: Case, places: Places) -> Outcome:
    """Solve a covering model, from the distances to the settled answer."""
    began = cpu_s()
    with watched(settle, "solve") as solves:
        found = _cover(case, places)
    ended = cpu_s()
    seconds = {
        "build": solves.began[0] - began,
        "solve": solves.ended[0] - solves.began[0],
        "ties and checks": ended - solves.ended[0],
    }
    unit = found.total / 100 if case.kind == "MCLP" else 1.0
    return Outcome(
        seconds=seconds,
        value=found.objective / unit,
        bound=found.bound / unit,
        is_late=found.status != "optimal",
        facts={"ties settled": int(found.is_settled)},
    )


def _cover(case: Case, places: Places) -> Any:
    share = share_within(places.distance, reach=REACH_KM)
    if case.kind == "LSCP":
        return cover_all(share, places.demand, time_limit_s=case.limit_s, max_gap=ANY_GAP)
    limits = Limits(size=case.size)
    return cover_most(share, places.demand, limits=limits, time_limit_s=case.limit_s, max_gap=ANY_GAP)


def our_median(case: Case, places: Places, *, rel_gap: float = 0.0) -> Outcome:
    """Solve a p-median; it has no model to build."""
    began, limits = cpu_s(), Limits(size=case.size)
    found = choose_median(
        places.distance,
        places.demand,
        limits,
        time_limit_s=case.limit_s,
        max_gap=ANY_GAP,
        rel_gap=rel_gap,
    )
    seconds = {"build": 0.0, "solve": cpu_s() - began}
    is_late = found.status != "optimal" and found.gap > rel_gap
    return Outcome(seconds=seconds, value=found.cost, bound=found.bound, is_late=is_late)


def our_refuelling(case: Case, question: tuple[Trips, pd.Index[str]]) -> Outcome:
    """Solve refuelling to a gap of 1e-4, from the trips to the simulated answer."""
    began = cpu_s()
    with (
        watched(refuel, "find_choice") as finds,
        watched(search, "merge_ways") as merges,
        watched(search, "choose_greedily") as greedy,
    ):
        found = _refuel(case, question)
    steps = {
        "windows": finds.began[0] - began,
        "build": merges.seconds,
        "greedy": greedy.seconds,
        "solve": finds.seconds - merges.seconds - greedy.seconds,
        "ties and checks": cpu_s() - finds.ended[0],
    }
    percent = float(found.served.loc["all", "trips_per_day"]) / 100
    return Outcome(
        seconds=steps,
        value=found.objective / percent,
        bound=found.bound / percent,
        is_late=found.gap > REFUEL_GAP,
        facts={name: int(found.size[name]) for name in ("windows", "merged_windows", "merged_paths")},
    )


def our_greedy(case: Case, question: tuple[Trips, pd.Index[str]]) -> Outcome:
    """Choose refuelling sites greedily, with substitution, as the solver's start."""
    began = cpu_s()
    with (
        watched(refuel, "find_choice") as finds,
        watched(search, "merge_ways") as merges,
        watched(search, "branch_and_cut", instead=_stop) as searches,
    ):
        _until_built(case, question)
    cover, offers = searches.given[0]
    steps = {"windows": finds.began[0] - began, "build": merges.seconds}
    began = cpu_s()
    chosen = choose_greedily(cover, offers.completed(offers.low > 0), offers)
    steps["greedy"] = cpu_s() - began
    return Outcome(seconds=steps, value=100 * cover.value(chosen) / _trips(question))


def _refuel(case: Case, question: tuple[Trips, pd.Index[str]]) -> refuel.Refuelling:
    trips, sites = question
    return refuel.choose_refuelling(
        [Layer(name="battery", trips=trips, reach=Reach(range_km=RANGE_KM))],
        sites,
        Limits(size=case.size),
        time_limit_s=case.limit_s,
        rel_gap=REFUEL_GAP,
        max_gap=ANY_GAP,
    )


def bare(case: Case, question: Any, *, options: dict[str, float | str]) -> Outcome:
    """Hand the model that regiongeo builds to HiGHS, and nothing around it."""
    model = assignment_model(case, question) if case.kind == "p-median" else model_of(case, question)
    began = cpu_s()
    highs = run_highs(model, {**options, "time_limit": case.limit_s})
    seconds, info = {"solve": cpu_s() - began}, highs.getInfo()
    unit = {"MCLP": PERCENT, "refuelling": PERCENT}.get(case.kind, -1.0)
    has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return Outcome(
        seconds=seconds,
        value=info.objective_function_value / unit if has_plan else NOT_KNOWN,
        bound=info.mip_dual_bound / unit,
        is_late=highs.getModelStatus() == highspy.HighsModelStatus.kTimeLimit,
    )


def model_of(case: Case, question: Any) -> Model:
    """Return the model of the question with a row for each window and claim, all at once."""
    if case.kind == "refuelling":
        with watched(search, "branch_and_cut", instead=_stop) as searches:
            _until_built(case, question)
        cover, offers = searches.given[0]
        return cover_model(cover, offers, scale=100 * PERCENT / _trips(question))
    with watched(settle, "solve", instead=_stop) as solves:
        _until_built(case, question)
    model: Model = solves.given[0][0]
    return model


def _until_built(case: Case, question: Any) -> None:
    with suppress(Stop):
        (_refuel if case.kind == "refuelling" else _cover)(case, question)


def _stop(*_: object, **__: object) -> None:
    raise Stop


def _trips(question: tuple[Trips, pd.Index[str]]) -> float:
    return float(question[0].paths["trips_per_day"].sum())


def assignment_model(case: Case, places: Places) -> Model:
    """Return the p-median of ReVelle & Swain (1970): ``sum_j z_ij = 1``, ``z_ij <= x_j``, ``sum x = p``."""
    demands, sites = places.kilometres.shape
    pairs = demands * sites
    pick = sparse.eye_array(pairs, format="csr")
    once = sparse.kron(sparse.eye_array(demands), np.ones((1, sites)), format="csr")
    of_site = sparse.kron(np.ones((demands, 1)), sparse.eye_array(sites), format="csr")
    blocks = [[np.ones((1, sites)), None], [None, once], [-of_site, pick]]
    high = np.concatenate([[case.size], np.ones(demands), np.zeros(pairs)])
    columns = sites + pairs
    return Model(
        gain=np.concatenate([np.zeros(sites), -(places.kilometres * places.weight[:, None]).ravel()]),
        matrix=sparse.csr_array(sparse.block_array(blocks)),
        row_low=np.concatenate([high[: 1 + demands], np.full(pairs, -np.inf)]),
        row_high=high,
        low=np.zeros(columns),
        high=np.ones(columns),
        is_integer=np.arange(columns) < sites,
    )


def run_highs(model: Model, options: dict[str, float | str]) -> Any:
    highs, lp = highspy.Highs(), highspy.HighsLp()
    for name, value in {"output_flag": False, "threads": 1, **options}.items():
        highs.setOptionValue(name, value)
    lp.num_row_, lp.num_col_ = model.matrix.shape
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.gain, model.low, model.high
    lp.row_lower_, lp.row_upper_ = model.row_low, model.row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = model.matrix.indptr, model.matrix.indices
    lp.a_matrix_.value_ = model.matrix.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[is_integer] for is_integer in model.is_integer.tolist()]
    highs.passModel(lp)
    highs.run()
    return highs


def by_spopt(case: Case, places: Places, *, solver: str) -> Outcome:
    """Solve with spopt's model, written by PuLP."""
    import pulp

    began = cpu_s()
    problem = _spopt_problem(case, places)
    built = cpu_s()
    options = {"msg": False, "timeLimit": case.limit_s, "threads": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        problem.solve((pulp.HiGHS if solver == "HiGHS" else pulp.PULP_CBC_CMD)(**options))
    seconds = {"build": built - began, "solve": cpu_s() - built}
    unit = float(places.weight.sum()) / 100 if case.kind == "MCLP" else 1.0
    value, bound = pulp.value(problem.objective), NOT_KNOWN
    is_late = problem.sol_status != pulp.LpSolutionOptimal
    if solver == "HiGHS":
        bound = abs(problem.solverModel.getInfo().mip_dual_bound)
        is_late = problem.solverModel.getModelStatus() == highspy.HighsModelStatus.kTimeLimit
    elif not is_late:
        bound = value
    has_plan = value is not None and problem.sol_status in (
        pulp.LpSolutionOptimal,
        pulp.LpSolutionIntegerFeasible,
    )
    return Outcome(
        seconds=seconds,
        value=value / unit if has_plan else NOT_KNOWN,
        bound=bound / unit,
        is_late=is_late,
    )


def _spopt_problem(case: Case, places: Places) -> Any:
    from spopt.locate import LSCP, MCLP, PMedian

    if case.kind == "LSCP":
        return LSCP.from_cost_matrix(places.kilometres, REACH_KM).problem
    if case.kind == "MCLP":
        return MCLP.from_cost_matrix(places.kilometres, places.weight, REACH_KM, case.size).problem
    return PMedian.from_cost_matrix(places.kilometres, places.weight, case.size).problem


def greedily(case: Case, places: Places) -> Outcome:
    """Add the best site while any is wanted, then swap one for another while that helps."""
    began = cpu_s()
    is_near = places.kilometres <= REACH_KM
    if case.kind == "LSCP":
        return Outcome(value=float(len(_few_for_all(is_near))), seconds={"solve": cpu_s() - began})
    is_cover = case.kind == "MCLP"
    cost = places.weight[:, None] * (np.where(is_near, 0.0, 1.0) if is_cover else places.kilometres)
    chosen = _swapped(cost, _added(cost, case.size))
    left, seconds = float(cost[:, chosen].min(axis=1).sum()), {"solve": cpu_s() - began}
    return Outcome(value=100 * (1 - left / places.weight.sum()) if is_cover else left, seconds=seconds)


def _added(cost: Floats, size: int) -> list[int]:
    chosen: list[int] = []
    least = cost.max(axis=1)
    for _ in range(size):
        chosen.append(_cheapest(cost, least))
        least = np.minimum(least, cost[:, chosen[-1]])
    return chosen


def _swapped(cost: Floats, chosen: list[int]) -> list[int]:
    best, is_better = float(cost[:, chosen].min(axis=1).sum()), True
    while is_better:
        is_better = False
        for place in range(len(chosen)):
            others = chosen[:place] + chosen[place + 1 :]
            least = cost[:, others].min(axis=1)
            trial = [*others[:place], _cheapest(cost, least), *others[place:]]
            reached = float(cost[:, trial].min(axis=1).sum())
            if reached < best * (1 - SWAPS_WORTH):
                chosen, best, is_better = trial, reached, True
    return chosen


def _cheapest(cost: Floats, least: Floats) -> int:
    """Return the site that lowers the cost most."""
    return int(np.minimum(cost, least[:, None]).sum(axis=0).argmin())


def _few_for_all(is_near: NDArray[np.bool_]) -> list[int]:
    """Return sites that cover all: the one that covers most of the rest each time, less the needless ones."""
    chosen: list[int] = []
    left = np.ones(len(is_near), dtype=bool)
    while left.any():
        chosen.append(int(is_near[left].sum(axis=0).argmax()))
        left &= ~is_near[:, chosen[-1]]
    for site in list(chosen):
        others = [one for one in chosen if one != site]
        if is_near[:, others].any(axis=1).all():
            chosen = others
    return chosen


_SPOPT: dict[str, Callable[..., Outcome]] = {
    "spopt + CBC": partial(by_spopt, solver="CBC"),
    "spopt + HiGHS": partial(by_spopt, solver="HiGHS"),
}
_BARE: dict[str, Callable[..., Outcome]] = {
    "bare highspy, its defaults": partial(bare, options={}),
    "bare highspy, no presolve": partial(bare, options=NO_PRESOLVE),
    "bare highspy, gap 0": partial(bare, options=GAP_0),
    "bare highspy, gap 0, no presolve": partial(bare, options=GAP_0 | NO_PRESOLVE),
}
_ON_DISTANCES = {**_SPOPT, **_BARE, "greedy with substitution": greedily}
WAYS: dict[str, dict[str, Callable[..., Outcome]]] = {
    "MCLP": {"regiongeo": ours, **_ON_DISTANCES},
    "LSCP": {"regiongeo": ours, **_ON_DISTANCES},
    "p-median": {
        "regiongeo": our_median,
        "regiongeo, to a gap of 1e-3": partial(our_median, rel_gap=1e-3),
        **_ON_DISTANCES,
    },
    "refuelling": {
        "regiongeo, to a gap of 1e-4": our_refuelling,
        **_BARE,
        "greedy with substitution": our_greedy,
    },
}
