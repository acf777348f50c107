"""Small covers and offers drawn at random, and every choice under them tried."""

from itertools import product

import numpy as np
from scipy import sparse

from regiongeo.siting.offers import Offers
from regiongeo.siting.pathcover import PathCover


def random_cover(numbers: np.random.Generator, *, options: int, claims: int) -> PathCover:
    """Draw claims of one to three windows, some of them rivals in a group, with whole credits."""
    windows = np.unique(numbers.random((2 * claims, options)) < 0.35, axis=0)
    windows = windows[windows.any(axis=1)]
    held = np.zeros((claims, len(windows)))
    for row in held:
        row[numbers.choice(len(windows), min(len(windows), int(numbers.integers(1, 4))), replace=False)] = 1
    group = np.sort(numbers.integers(0, claims, claims))
    return PathCover(
        windows=sparse.csr_array(windows.astype(float)),
        claims=sparse.csr_array(held),
        credit=numbers.integers(1, 10, claims).astype(float),
        group=group,
        base=float(numbers.integers(0, 3)),
    )


def random_offers(numbers: np.random.Generator, *, options: int) -> Offers:
    """Draw a largest number, sometimes a least one among some options, pairs apart, locks: one plan fits."""
    fits = numbers.random(options) < 0.5
    rows = [np.ones(options)]
    low, high = [-np.inf], [float(max(1, fits.sum()))]
    if numbers.random() < 0.4:
        few = (numbers.random(options) < 0.5).astype(float)
        rows, low, high = [*rows, few], [*low, float(few @ fits)], [*high, np.inf]
    for _ in range(int(numbers.integers(0, 3))):
        pair = np.zeros(options)
        pair[numbers.choice(options, 2, replace=False)] = 1
        if pair @ fits <= 1:
            rows, low, high = [*rows, pair], [*low, -np.inf], [*high, 1.0]
    locked = fits & (numbers.random(options) < 0.15)
    barred = ~fits & (numbers.random(options) < 0.15)
    return Offers(
        columns=options,
        matrix=sparse.csr_array(np.array(rows)),
        row_low=np.array(low),
        row_high=np.array(high),
        low=locked.astype(float),
        high=(~barred).astype(float),
        option=(np.arange(options),),
        cost=None,
        is_open=(np.zeros(options, dtype=bool),),
        is_barred=(np.zeros(options, dtype=bool),),
    )


def every_choice(offers: Offers) -> list[np.ndarray]:
    """List the choices within the limits."""
    choices = (np.array(flags, dtype=bool) for flags in product((False, True), repeat=offers.columns))
    return [chosen for chosen in choices if offers.keeps(chosen)]


def earned(cover: PathCover, chosen: np.ndarray) -> float:
    """Count credit claim by claim."""
    windows, claims = cover.windows.toarray() > 0, cover.claims.toarray() > 0
    best: dict[int, float] = {}
    for claim, (group, credit) in enumerate(zip(cover.group.tolist(), cover.credit.tolist(), strict=True)):
        if all((window & chosen).any() for window in windows[claims[claim]]):
            best[group] = max(best.get(group, 0.0), credit)
    return cover.base + sum(best.values())
