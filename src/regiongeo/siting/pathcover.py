"""What choices of sites serve, merged: trips that need the same sites are one; and the model of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from regiongeo.siting.levels import Claims, spread_levels, to_masks
from regiongeo.siting.solver import Model
from regiongeo.siting.windows import unique_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from regiongeo.siting.offers import Offers
    from regiongeo.siting.windows import Windows

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

__all__ = ["PathCover", "Ways", "cover_model", "merge_ways", "narrow_ways", "pick_columns", "plan_of"]

_DIGITS = 12  # to which the credits of ways, relative to the best of their relation, are compared


@dataclass(frozen=True, kw_only=True, eq=False)
class Ways:
    """Paths of one energy with what serving them is worth."""

    windows: Windows
    relation: Ints
    """Relation of each path."""
    credit: Floats
    """Worth of the relation, if this is the best of its paths that is served."""
    option: Ints
    """Column of the model that offers this energy, by site."""

    def best(self, is_driven: Flags) -> Floats:
        """Return by relation the credit of the best of its driven paths."""
        best = np.zeros(int(self.relation.max(initial=-1)) + 1)
        np.maximum.at(best, self.relation, np.where(is_driven, self.credit, 0.0))
        return best


@dataclass(frozen=True, kw_only=True, eq=False)
class PathCover:
    """Claims on windows: a claim is met if each of its windows holds a chosen option."""

    windows: sparse.csr_array
    """Windows × options, each window once."""
    claims: sparse.csr_array
    """Claims × windows."""
    credit: Floats
    group: Ints
    """Group of each claim, ascending; a group earns the credit of the best of its claims that are met."""
    base: float
    """Credit of relations that need no site."""

    @cached_property
    def has_lone_claims(self) -> bool:
        """Tell whether each group is one claim."""
        return len(np.unique(self.group)) == len(self.group)

    def value(self, chosen: Flags) -> float:
        """Return the credit that chosen options earn."""
        earned = np.where(self.are_met(chosen), self.credit, 0.0)
        return self.base + float(_best_by_group(earned, self.group).sum())

    def are_met(self, chosen: Flags) -> Flags:
        """Return the claims that chosen options meet."""
        is_held = (self.windows @ chosen.astype(float) > 0).astype(float)
        return np.asarray(self.claims @ is_held == np.diff(self.claims.indptr), dtype=bool)


def merge_ways(layers: Sequence[Ways], *, options: int) -> PathCover:
    """Bring the ways of all energies together, those with the same windows as one claim."""
    windows, which = unique_rows(_stack([_on_options(ways, options) for ways in layers], options))
    named = np.split(which, np.cumsum([ways.windows.sites.shape[0] for ways in layers])[:-1])
    needs = [
        _renamed(ways.windows.of_path, names, windows.shape[0])
        for ways, names in zip(layers, named, strict=True)
    ]
    base, relation, credit = _worth(layers)
    at = np.flatnonzero(credit > 0)
    sets, way = unique_rows(_stack(needs, windows.shape[0])[at])
    single, several = _split(relation[at], way, credit[at])
    group, shared, worth = _merge_groups(*several)
    masks, found = to_masks(windows), Claims(options)
    starts_of_way = sets.indptr.tolist()
    needed = [[masks[window] for window in sets.indices[a:b].tolist()] for a, b in pairwise(starts_of_way)]
    for at, earned in zip(single[0].tolist(), single[1].tolist(), strict=True):
        found.add(needed[at], earned)
    order = np.lexsort((shared, -worth, group))
    group, shared, worth = group[order], shared[order], worth[order]
    for rows in np.split(np.arange(len(group)), np.flatnonzero(np.diff(group)) + 1):
        if len(rows):
            spread_levels(found, [needed[at] for at in shared[rows].tolist()], worth[rows].tolist())
    windows, claims, worth, group = found.table()
    return PathCover(windows=windows, claims=claims, credit=worth, group=group, base=base)


def narrow_ways(ways: Ways, kept: Flags) -> Ways:
    """Return the ways when only some options may be chosen; those that none of them serves are impossible."""
    windows = ways.windows
    sites = sparse.csr_array(windows.sites.multiply(kept[ways.option][None, :]))
    sites.eliminate_zeros()
    is_lost = windows.of_path @ (np.diff(sites.indptr) == 0).astype(float) > 0
    return replace(ways, windows=replace(windows, sites=sites, is_possible=windows.is_possible & ~is_lost))


def cover_model(cover: PathCover, offers: Offers, *, scale: float) -> Model:
    """Return the arc-cover–path-cover model, in the columns decisions, u by window, y by claim.

    ``max sum_c credit_c y_c``, ``y_c <= u_k`` for the windows k of claim c, ``u_k <= sum_{j in k} x_j``,
    ``sum y_c <= 1`` over the claims of one relation; only decisions are whole. A claim alone in its relation
    with a single window needs no y: its credit stands at u.
    """
    needs_y, windows = _need_y(cover), cover.windows.shape[0]
    claims = cover.claims[needs_y]
    claim = np.repeat(np.arange(len(needs_y)), np.diff(claims.indptr))
    window = claims.indices.astype(np.int64)
    alone = np.delete(np.arange(len(cover.credit)), needs_y)
    groups = _group_rows(cover.group[needs_y])
    blocks: list[list[sparse.csr_array | None]] = [
        [offers.matrix, None, None],
        [-cover.windows, pick_columns(np.arange(windows), windows), None],
        [None, -pick_columns(window, windows), pick_columns(claim, len(needs_y))],
        [None, None, groups],
    ]
    matrix = sparse.csr_array(sparse.block_array(blocks))
    at_window = np.bincount(cover.claims[alone].indices, weights=cover.credit[alone], minlength=windows)
    zeros, ones = np.zeros(windows + claims.nnz), np.ones(groups.shape[0])
    others = np.ones(windows + len(needs_y))
    return Model(
        gain=np.concatenate([np.zeros(offers.columns), at_window, cover.credit[needs_y]]) * scale,
        matrix=matrix,
        row_low=np.concatenate([offers.row_low, np.full(len(zeros) + len(ones), -np.inf)]),
        row_high=np.concatenate([offers.row_high, zeros, ones]),
        low=np.concatenate([offers.low, 0 * others]),
        high=np.concatenate([offers.high, others]),
        is_integer=np.arange(offers.columns + len(others)) < offers.columns,
    )


def plan_of(cover: PathCover, chosen: Flags) -> Floats:
    """Return the values of all columns of `cover_model` for chosen decisions."""
    needs_y = _need_y(cover)
    is_held = np.minimum(cover.windows @ chosen.astype(float), 1.0)
    earned = np.where(cover.are_met(chosen), cover.credit, 0.0)
    order = np.lexsort((-earned, cover.group))
    is_first = np.append(True, np.diff(cover.group[order]) > 0)[: len(order)]
    is_taken = np.zeros(len(earned))
    is_taken[order[is_first]] = 1.0
    return np.concatenate([chosen.astype(float), is_held, (is_taken * (earned > 0))[needs_y]])


def _worth(layers: Sequence[Ways]) -> tuple[float, Ints, Floats]:
    """Return the credit had without any site, and of each path its relation and what it earns above that."""
    counts = [int(ways.relation.max(initial=-1)) + 1 for ways in layers]
    offsets = np.cumsum([0, *counts])
    relation = np.concatenate([ways.relation + first for ways, first in zip(layers, offsets, strict=False)])
    credit = np.concatenate([np.where(ways.windows.is_possible, ways.credit, 0.0) for ways in layers])
    is_free = np.concatenate([np.diff(ways.windows.of_path.indptr) == 0 for ways in layers])
    free = np.zeros(int(offsets[-1]))
    np.maximum.at(free, relation, np.where(is_free, credit, 0.0))
    return float(free.sum()), relation, credit - free[relation]


def _on_options(ways: Ways, options: int) -> sparse.csr_array:
    return _renamed(ways.windows.sites, ways.option, options)


def _renamed(rows: sparse.csr_array, names: Ints, columns: int) -> sparse.csr_array:
    """Return the rows with each column under its new number."""
    renamed = sparse.csr_array((rows.data, names[rows.indices], rows.indptr), (rows.shape[0], columns))
    renamed.sort_indices()
    return renamed


def _stack(parts: list[sparse.csr_array], columns: int) -> sparse.csr_array:
    return sparse.csr_array(sparse.vstack([sparse.csr_array((0, columns)), *parts]))


def _split(
    relation: Ints, way: Ints, credit: Floats
) -> tuple[tuple[Ints, Floats], tuple[Ints, Ints, Floats]]:
    """Return the ways alone in their relation, and the others with their relation; equal ways once."""
    order = np.lexsort((-credit, way, relation))
    relation, way, credit = relation[order], way[order], credit[order]
    is_first = np.ones(len(way), dtype=bool)
    is_first[1:] = (np.diff(relation) != 0) | (np.diff(way) != 0)
    relation, way, credit = relation[is_first], way[is_first], credit[is_first]
    is_alone = np.bincount(relation)[relation] == 1 if len(relation) else np.zeros(0, dtype=bool)
    shared = ~is_alone
    return (way[is_alone], credit[is_alone]), (relation[shared], way[shared], credit[shared])


def _merge_groups(relation: Ints, way: Ints, credit: Floats) -> tuple[Ints, Ints, Floats]:
    """Merge relations whose ways need the same and are worth the same relative to the best of them."""
    if not len(relation):
        return relation, way, credit
    _, first, relation = np.unique(relation, return_index=True, return_inverse=True)
    most = np.maximum.reduceat(credit, first)
    share = np.round(credit / most[relation], _DIGITS)
    code = np.unique(np.stack([way, share]), axis=1, return_inverse=True)[1]
    groups, which = unique_rows(sparse.csr_array((np.ones(len(code)), (relation, code))))
    like = np.zeros(groups.shape[0], dtype=np.int64)
    like[which] = np.arange(len(which))
    is_kept = like[which[relation]] == relation
    group = which[relation[is_kept]]
    order = np.argsort(group, kind="stable")
    worth = np.bincount(which, weights=most)[group] * share[is_kept]
    return group[order], way[is_kept][order], worth[order]


def _best_by_group(earned: Floats, group: Ints) -> Floats:
    starts = np.flatnonzero(np.append(True, np.diff(group) > 0)[: len(group)])
    return np.maximum.reduceat(earned, starts) if len(starts) else earned


def _need_y(cover: PathCover) -> Ints:
    """Return the claims whose credit cannot stand at a window alone."""
    is_shared = np.bincount(cover.group)[cover.group] > 1 if len(cover.group) else np.zeros(0, dtype=bool)
    return np.flatnonzero(is_shared | (np.diff(cover.claims.indptr) > 1))


def _group_rows(group: Ints) -> sparse.csr_array:
    """Return a row for each group of several claims (rows × claims)."""
    named, which, size = np.unique(group, return_inverse=True, return_counts=True)
    rows = sparse.csr_array((np.ones(len(group)), (which, np.arange(len(group)))), (len(named), len(group)))
    return rows[np.flatnonzero(size > 1)]


def pick_columns(columns: Ints, size: int) -> sparse.csr_array:
    """Return a row for each of ``columns`` that holds 1 there and nothing else."""
    starts = np.arange(len(columns) + 1)
    return sparse.csr_array((np.ones(len(columns)), columns, starts), shape=(len(columns), size))
