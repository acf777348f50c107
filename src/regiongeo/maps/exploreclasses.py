"""Colours of one column for `explore`: classes, a ramp or categories, each with its row in the legend."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from regiongeo.errors import DataError, EngineError
from regiongeo.i18n import format_number, text
from regiongeo.maps.explorecells import tell_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from regiongeo.i18n import Language

__all__ = [
    "MISSING",
    "OKABE_ITO",
    "OTHER",
    "Colouring",
    "Ramp",
    "colour_categories",
    "colour_values",
    "is_number",
]

MISSING, OTHER = -1, -2
"""Class of a row without a value, and of a category without a colour of its own; as in ``styles.js``."""
OKABE_ITO = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Six colours that stay apart for the colour-blind; more cannot be told from each other."""
_STEPS = 256
_MOST_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """How figures become colours: without a scheme evenly from ``vmin`` to ``vmax``, else in classes."""

    cmap: str | Sequence[str] = "viridis"
    scheme: str | None = None
    k: int = 5
    vmin: float | None = None
    vmax: float | None = None
    classification_kwds: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Colouring:
    """The colours of a layer, the class of each row, and what the legend says of them."""

    palette: list[str]
    classes: list[int] | None = None
    legend: list[dict[str, object]] = field(default_factory=list)
    ramp: list[str] | None = None
    notes: list[str] = field(default_factory=list)


def is_number(values: pd.Series) -> bool:
    """Tell whether a column holds figures, not truths, dates or names."""
    kinds = pd.api.types
    is_other = kinds.is_bool_dtype(values) or kinds.is_complex_dtype(values)
    return kinds.is_numeric_dtype(values) and not is_other


def colour_values(values: pd.Series, ramp: Ramp, *, lang: Language) -> Colouring:
    """Colour a column of figures; missing and infinite ones are in no class.

    Raises
    ------
    DataError
        If the colour map or the scheme is unknown, or ``vmin`` is above ``vmax``.
    EngineError
        If a scheme is asked for and mapclassify is not installed.
    """
    figures = values.to_numpy(dtype=float, na_value=np.nan)
    is_known = np.isfinite(figures)
    if not is_known.any():
        classes = np.full(len(figures), MISSING)
        return Colouring(
            palette=_colours_of(ramp.cmap, 1), classes=_listed(classes), legend=_tell_missing(classes, lang)
        )
    colour = _colour_evenly if ramp.scheme is None else _colour_by_class
    return colour(figures, is_known, ramp, lang)


def colour_categories(values: pd.Series, *, colours: Sequence[str] = OKABE_ITO, lang: Language) -> Colouring:
    """Colour a column of names: the most frequent have a colour of their own, the rest share a grey.

    Ties are broken by name. The legend keeps the order of an ordered column, else that of the names.

    Raises
    ------
    DataError
        If a colour is unknown.
    """
    palette = _colours_of(list(colours), len(colours))
    names = pd.Series([_name(value, lang) for value in values], dtype="object")
    counts = names.dropna().value_counts()
    order = _ordered(values, counts, lang)
    frequent = set(sorted(order, key=lambda name: (-int(counts[name]), name))[: len(palette)])
    numbers = {name: at for at, name in enumerate(name for name in order if name in frequent)}
    classes = np.array([MISSING if name is None else numbers.get(name, OTHER) for name in names], dtype=int)
    legend = [{"number": at, "text": name, "count": int(counts[name])} for name, at in numbers.items()]
    notes = []
    if len(order) > len(palette):
        other = {
            "number": OTHER,
            "text": text("page_explore", "other", lang),
            "count": int((classes == OTHER).sum()),
        }
        legend.append(other)
        notes.append(text("page_explore", "other_note", lang, all=len(order), shown=len(palette)))
    return Colouring(
        palette=palette,
        classes=_listed(classes),
        legend=[*legend, *_tell_missing(classes, lang)],
        notes=notes,
    )


def _name(value: object, lang: Language) -> str | None:
    told = tell_cell(value, lang)
    return told if told is None else str(told)


def _ordered(values: pd.Series, counts: pd.Series, lang: Language) -> list[str]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        named = dict.fromkeys(_name(value, lang) for value in values.cat.categories)
        return [name for name in named if name is not None and name in counts.index]
    return sorted(counts.index)


def _colour_evenly(figures: NDArray[Any], is_known: NDArray[Any], ramp: Ramp, lang: Language) -> Colouring:
    known = figures[is_known]
    low, high = _limits_of(known, ramp)
    with np.errstate(over="ignore", invalid="ignore"):
        share = np.nan_to_num((known - low) / (high - low)) if high > low else np.full(len(known), 0.5)
    classes = np.full(len(figures), MISSING)
    classes[is_known] = np.clip(share * _STEPS, 0, _STEPS - 1).astype(int)
    return Colouring(
        palette=_colours_of(ramp.cmap, _STEPS),
        classes=_listed(classes),
        legend=_tell_missing(classes, lang),
        ramp=_write_figures([low, (low + high) / 2, high] if high > low else [low], lang),
    )


def _limits_of(known: NDArray[Any], ramp: Ramp) -> tuple[float, float]:
    try:
        low = float(known.min() if ramp.vmin is None else ramp.vmin)
        high = float(known.max() if ramp.vmax is None else ramp.vmax)
    except (TypeError, ValueError) as error:
        raise DataError(f"vmin {ramp.vmin!r} and vmax {ramp.vmax!r} must be numbers") from error
    if not -np.inf < low <= high < np.inf:
        raise DataError(f"vmin {low:g} must not be above vmax {high:g}, and both must be finite")
    return low, high


def _colour_by_class(figures: NDArray[Any], is_known: NDArray[Any], ramp: Ramp, lang: Language) -> Colouring:
    known = figures[is_known]
    tops = _class_tops(known, ramp)
    classes = np.full(len(figures), MISSING)
    classes[is_known] = np.minimum(np.searchsorted(tops, known, side="left"), len(tops) - 1)
    counts = np.bincount(classes[is_known], minlength=len(tops))
    legend: list[dict[str, object]] = [
        {"number": at, "text": words, "count": int(counts[at])}
        for at, words in enumerate(_tell_classes(float(known.min()), tops, lang))
    ]
    return Colouring(
        palette=_colours_of(ramp.cmap, len(tops)),
        classes=_listed(classes),
        legend=[*legend, *_tell_missing(classes, lang)],
    )


def _class_tops(known: NDArray[Any], ramp: Ramp) -> NDArray[Any]:
    """Return the highest value of each class, rising; never more classes than there are values."""
    kinds = len(np.unique(known))
    if kinds == 1:
        return known[:1]
    try:
        from mapclassify import classify  # noqa: PLC0415 - optional, and slow to import
    except ImportError as error:
        raise EngineError("a scheme needs the package mapclassify: pip install mapclassify") from error
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            found = classify(known, ramp.scheme, k=min(ramp.k, kinds), **ramp.classification_kwds)
        tops: NDArray[Any] = np.unique(np.asarray(found.bins, dtype=float))
        if not np.isfinite(tops).all():
            raise ValueError("they lie too far apart")  # noqa: TRY301 - told below, as what mapclassify says
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise DataError(
            f"scheme {ramp.scheme!r} with k={ramp.k!r} cannot class these {len(known)} figures ({error}): "
            "choose for example 'quantiles', 'equalinterval' or 'fisherjenks'"
        ) from error
    return tops


def _tell_classes(low: float, tops: NDArray[Any], lang: Language) -> list[str]:
    start = [] if tops[0] <= low else [low]
    edges = _write_figures([*start, *map(float, tops)], lang)
    first = [] if start else [text("page_explore", "up_to", lang, high=edges[0])]
    pairs = pairwise(edges)
    return [*first, *(text("page_explore", "class_to", lang, low=low, high=high) for low, high in pairs)]


def _write_figures(figures: list[float], lang: Language) -> list[str]:
    """Write figures with as few decimals as keep them apart, and at least three significant digits."""
    for decimals in range(_MOST_DECIMALS + 1):
        rounded = [round(figure, decimals) for figure in figures]
        gap = min((b - a for a, b in pairwise(figures) if b > a), default=abs(figures[0]))
        if len(set(rounded)) == len(set(figures)) and gap * 10**decimals >= 1:
            return [format_number(figure, lang, decimals=decimals) for figure in figures]
    return [f"{figure:.4g}" for figure in figures]


def _tell_missing(classes: NDArray[Any], lang: Language) -> list[dict[str, object]]:
    count = int((classes == MISSING).sum())
    return (
        [{"number": MISSING, "text": text("page_explore", "missing", lang), "count": count}] if count else []
    )


def _colours_of(cmap: str | Sequence[str], count: int) -> list[str]:
    from matplotlib import colormaps  # noqa: PLC0415 - slow to import
    from matplotlib.colors import LinearSegmentedColormap, to_hex  # noqa: PLC0415

    try:
        if not isinstance(cmap, str) and len(cmap) == count:
            return [to_hex(colour) for colour in cmap]
        ramp = (
            colormaps[cmap] if isinstance(cmap, str) else LinearSegmentedColormap.from_list("own", list(cmap))
        )
        return [to_hex(colour) for colour in ramp(np.linspace(0, 1, count))]
    except (LookupError, ValueError, TypeError) as error:
        raise DataError(
            f"cmap {cmap!r} is no colour map: give a name of matplotlib's, for example 'viridis', or colours"
        ) from error


def _listed(classes: NDArray[Any]) -> list[int]:
    return [int(number) for number in classes]
