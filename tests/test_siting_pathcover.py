"""Ways merged to claims: what choices earn stays the same, also when only some options may be chosen."""

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from regiongeo.siting.pathcover import Ways, merge_ways, narrow_ways, plan_of
from regiongeo.siting.windows import Windows

SITES = 6


def random_ways(numbers: np.random.Generator) -> Ways:
    """Draw paths of some relations on distinct windows; some paths need none, some are impossible."""
    windows = np.unique(numbers.random((12, SITES)) < 0.4, axis=0)
    windows = windows[windows.any(axis=1)]
    paths = int(numbers.integers(1, 12))
    held = numbers.random((paths, len(windows))) < 0.25
    return Ways(
        windows=Windows(
            sites=sparse.csr_array(windows.astype(float)),
            of_path=sparse.csr_array(held.astype(float)),
            is_possible=numbers.random(paths) < 0.9,
        ),
        relation=np.sort(numbers.integers(0, 5, paths)),
        credit=numbers.integers(1, 9, paths).astype(float),
        option=numbers.permutation(SITES),
    )


def earned(ways: Ways, chosen: np.ndarray) -> float:
    """Count the best path of each relation whose windows all hold a chosen option."""
    windows, of_path = ways.windows.sites.toarray() > 0, ways.windows.of_path.toarray() > 0
    best: dict[int, float] = {}
    for path, relation in enumerate(ways.relation.tolist()):
        is_met = all((window & chosen[ways.option]).any() for window in windows[of_path[path]])
        if is_met and ways.windows.is_possible[path]:
            best[relation] = max(best.get(relation, 0.0), float(ways.credit[path]))
    return sum(best.values())


@pytest.mark.parametrize("seed", range(60))
def test_merging_and_narrowing_change_no_worth(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    layers = [random_ways(numbers) for _ in range(1 + seed % 2)]
    kept = numbers.random(SITES) < 0.6
    cover = merge_ways(layers, options=SITES)
    narrow = merge_ways([narrow_ways(ways, kept) for ways in layers], options=SITES)
    assert not narrow.windows.toarray()[:, ~kept].any()
    for flags in product((False, True), repeat=SITES):
        chosen = np.array(flags)
        worth = sum(earned(ways, chosen) for ways in layers)
        assert cover.value(chosen) == pytest.approx(worth)
        if not (chosen & ~kept).any():
            assert narrow.value(chosen) == pytest.approx(worth)
            assert plan_of(narrow, chosen)[:SITES].tolist() == chosen.astype(float).tolist()


def test_nothing_kept_leaves_what_needs_nothing() -> None:
    ways = random_ways(np.random.default_rng(3))
    nothing = np.zeros(SITES, dtype=bool)
    cover = merge_ways([narrow_ways(ways, nothing)], options=SITES)
    assert cover.windows.shape == (0, SITES)
    assert cover.value(nothing) == earned(ways, nothing)
