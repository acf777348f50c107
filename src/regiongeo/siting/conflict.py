"""Which limits on a choice of sites conflict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from regiongeo.errors import InfeasibleError, name_some
from regiongeo.siting.limits import Limits, check_limits, limit_rows
from regiongeo.siting.solver import Model, is_possible, solve

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

__all__ = ["find_conflict", "require_possible"]

_FEW = 3  # pairs named one by one


def require_possible(
    limits: Limits,
    sites: pd.Index,
    *,
    time_limit_s: float,
    threads: int = 1,
    needs: sparse.csr_array | None = None,
) -> None:
    """Return nothing if some choice keeps all limits, or if time runs out before that is known.

    Otherwise raise with the limits of `find_conflict`. Parameters as there.

    Raises
    ------
    InfeasibleError
        With the limits in conflict, in the words of the one who asked; or as
        `regiongeo.siting.limits.check_limits`.
    DataError
        As `regiongeo.siting.limits.check_limits`.
    """
    ask = _Ask(sites=sites, time_limit_s=time_limit_s, threads=threads, needs=needs)
    conflict = _find(limits, ask)
    words = []
    for part in conflict:
        others = _join(limits, [one for one in conflict if one is not part])
        words.append(_describe(part, others, sites, ask))
    also = "" if needs is None else " while all demand within reach is covered"
    if len(words) == 1:
        raise InfeasibleError(f"a limit that no choice keeps{also}: {words[0]}")
    if words:
        raise InfeasibleError(f"limits in conflict{also}: {'; '.join(words)}: give way in any one of them")


def find_conflict(
    limits: Limits,
    sites: pd.Index,
    *,
    time_limit_s: float,
    threads: int = 1,
    needs: sparse.csr_array | None = None,
) -> list[Limits]:
    """Return a minimal set of limits in conflict, one each; none if some choice keeps all.

    Without any one of them the others can be kept. Of several such sets one is found. Two sites that are
    locked in may stand close together here even where their locks are left out.

    Parameters
    ----------
    time_limit_s
        Wall time for each question to the solver [s]; what is not answered in time counts as possible.
    needs
        Sets of sites, sets × sites, of which one each must be chosen too; they are not left out.

    Raises
    ------
    DataError, InfeasibleError
        As `regiongeo.siting.limits.check_limits`.

    References
    ----------
    Junker, U. (2004). QuickXplain: preferred explanations and relaxations for over-constrained problems.
    AAAI-04, 167-172.
    """
    return _find(limits, _Ask(sites=sites, time_limit_s=time_limit_s, threads=threads, needs=needs))


def _find(limits: Limits, ask: _Ask) -> list[Limits]:
    check_limits(limits, ask.sites)
    held = set(limits.locked_in)
    apart = tuple(pair for pair in limits.too_close if not set(pair) <= held)
    parts = _parts(replace(limits, too_close=apart))

    def is_kept(parts: list[Limits]) -> bool:
        return ask.is_possible(_join(limits, parts))

    return [] if is_kept(parts) else _narrow(_conflict([], parts, is_kept), is_kept)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Ask:
    """What the solver says about limits alone."""

    sites: pd.Index
    time_limit_s: float
    threads: int
    needs: sparse.csr_array | None

    def is_possible(self, limits: Limits) -> bool:
        model = self._model(limits, np.zeros(len(self.sites)))
        return is_possible(model, time_limit_s=self.time_limit_s, threads=self.threads)

    def largest(self, limits: Limits, gain: Floats) -> float:
        """Return the largest ``gain`` of a choice within the limits, or a bound on it."""
        found = solve(
            self._model(limits, gain), time_limit_s=self.time_limit_s, threads=self.threads, max_gap=np.inf
        )
        return found.bound

    def _model(self, limits: Limits, gain: Floats) -> Model:
        rows = limit_rows(limits, self.sites, columns=len(self.sites))
        model = Model(gain=gain, is_integer=np.ones(len(gain), dtype=bool), **vars(rows))
        if self.needs is None:
            return model
        return replace(
            model,
            matrix=sparse.csr_array(sparse.vstack([model.matrix, self.needs])),
            row_low=np.r_[model.row_low, np.ones(self.needs.shape[0])],
            row_high=np.r_[model.row_high, np.full(self.needs.shape[0], np.inf)],
        )


def _parts(limits: Limits) -> list[Limits]:
    """Split limits into those a planner would name."""
    parts = [
        Limits(size=limits.size),
        Limits(budget=limits.budget),
        *(Limits(at_least={name: least}) for name, least in sorted(limits.at_least.items())),
        Limits(locked_in=tuple(sorted(limits.locked_in))),
        Limits(locked_out=tuple(sorted(limits.locked_out))),
        Limits(too_close=tuple(sorted(limits.too_close))),
    ]
    return [part for part in parts if not _is_empty(part)]


def _is_empty(part: Limits) -> bool:
    lists = (part.at_least, part.locked_in, part.locked_out, part.too_close)
    return part.size is None and part.budget is None and not any(lists)


def _join(limits: Limits, parts: list[Limits]) -> Limits:
    """Return only these parts of the limits."""
    return Limits(
        size=next((part.size for part in parts if part.size is not None), None),
        budget=next((part.budget for part in parts if part.budget is not None), None),
        cost=limits.cost,
        locked_in=tuple(site for part in parts for site in part.locked_in),
        locked_out=tuple(site for part in parts for site in part.locked_out),
        too_close=tuple(pair for part in parts for pair in part.too_close),
        group=limits.group,
        at_least={name: least for part in parts for name, least in part.at_least.items()},
    )


def _conflict(
    kept: list[Limits], parts: list[Limits], is_kept: Callable[[list[Limits]], bool]
) -> list[Limits]:
    """Return a minimal share of ``parts`` that conflicts with ``kept``; all of them together do."""
    if len(parts) <= 1:
        return parts
    half = len(parts) // 2
    left, right = parts[:half], parts[half:]
    from_right = _conflict([*kept, *left], right, is_kept) if is_kept([*kept, *left]) else []
    from_left = _conflict([*kept, *from_right], left, is_kept) if is_kept([*kept, *from_right]) else []
    return [*from_left, *from_right]


def _narrow(conflict: list[Limits], is_kept: Callable[[list[Limits]], bool]) -> list[Limits]:
    """Return the conflict with no more locked sites and near pairs than it needs.

    Where it is about the number of sites or the budget, all of them add up and stay.
    """
    conflict = list(conflict)
    if any(part.size is not None or part.budget is not None for part in conflict):
        return conflict
    for at, part in enumerate(conflict):
        others = conflict[:at] + conflict[at + 1 :]
        conflict[at] = _join(Limits(), _conflict(others, _singles(part), is_kept))
    return conflict


def _singles(part: Limits) -> list[Limits]:
    return [
        *([Limits(at_least=part.at_least)] if part.at_least else []),
        *(Limits(locked_in=(site,)) for site in part.locked_in),
        *(Limits(locked_out=(site,)) for site in part.locked_out),
        *(Limits(too_close=(pair,)) for pair in part.too_close),
    ]


def _describe(part: Limits, others: Limits, sites: pd.Index, ask: _Ask) -> str:
    """Say a limit in conflict as a planner would, with what the others leave."""
    each = np.ones(len(sites))
    if part.size is not None:
        most, fewest = ask.largest(others, each), -ask.largest(others, -each)
        rest = f"need at least {fewest:.0f}" if part.size < fewest else f"leave no more than {most:.0f}"
        return f"{_count(part.size, 'site')} asked for, where the others {rest}"
    if part.budget is not None and others.cost is not None:
        cheapest = -ask.largest(others, -others.cost.reindex(sites).to_numpy(dtype=float))
        return f"budget {part.budget:g}, where the others cost at least {cheapest:g}"
    if part.at_least and others.group is not None:
        ((name, least),) = part.at_least.items()
        members = int((others.group.reindex(sites) == name).sum())
        return f"at least {least} in {name!r}, which has {_count(members, 'candidate')}"
    if part.too_close:
        pairs = [f"{one!r} and {other!r}" for one, other in part.too_close]
        return f"least spacing between {', '.join(pairs) if len(pairs) <= _FEW else f'{len(pairs)} pairs'}"
    locks = part.locked_in or part.locked_out
    return f"{_count(len(locks), 'site')} locked {'in' if part.locked_in else 'out'} ({name_some(locks)})"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
