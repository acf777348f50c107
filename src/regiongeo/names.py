"""Municipality names to codes: spelling is forgiven, doubt is not."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.userfiles.problems import Problem, refuse, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

__all__ = ["match_name", "match_names", "names_index"]

_BREAKS = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212/]+")
_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*$")
_KOMMUNE = re.compile(r" kommune$")
_BETWEEN = " - "
_MOST_CANDIDATES = 6
_ALIKE = 0.7
_FORMER = ", former name"
_FORMER_COUNTIES = {
    "viken": ("Østfold", "Akershus", "Buskerud"),
    "vestfold og telemark": ("Vestfold", "Telemark"),
    "troms og finnmark": ("Troms", "Finnmark"),
    "hedmark": ("Innlandet",),
    "oppland": ("Innlandet", "Akershus"),
    "hordaland": ("Vestland",),
    "sogn og fjordane": ("Vestland",),
    "aust agder": ("Agder",),
    "vest agder": ("Agder",),
    "nord trøndelag": ("Trøndelag",),
    "sør trøndelag": ("Trøndelag",),
}
# Which name counts where one municipality is meant by several of its names.
_BEST_KIND = ("official", "part", "misspelt", "former")


@dataclass(frozen=True, kw_only=True)
class NamesIndex:
    """Names in the form that spelling does not change, each with the municipalities that bear it."""

    places: Mapping[str, Mapping[str, str]]
    """Plain name -> municipality_id -> kind of the name."""
    labels: Mapping[str, str]
    counties: Mapping[str, str]
    """municipality_id -> county of 2024."""


def names_index(names: pd.DataFrame, *, among: Collection[str] | None = None) -> NamesIndex:
    """Prepare the table ``municipality_names`` for matching.

    Parameters
    ----------
    names
        Table by schema ``MUNICIPALITY_NAMES``.
    among
        Ids to choose from, such as the members of a list: then «Våler» can only be the one in Østfold.
    """
    rows = names.reset_index()
    if among is not None:
        rows = rows[rows["municipality_id"].isin(list(among))]
    places: dict[str, dict[str, str]] = defaultdict(dict)
    for code, name, kind in rows[["municipality_id", "name", "kind"]].itertuples(index=False):
        for spelling in _orders(name):
            known = places[spelling].get(code, kind)
            places[spelling][code] = min(kind, known, key=_BEST_KIND.index)
    official = rows[rows["kind"] == "official"].set_index("municipality_id")
    return NamesIndex(
        places=places,
        labels=dict(zip(official.index, official["name"], strict=True)),
        counties=dict(zip(official.index, official["county"], strict=True)),
    )


def match_names(
    texts: Iterable[str],
    names: pd.DataFrame,
    *,
    counties: Iterable[str | None] | None = None,
    among: Collection[str] | None = None,
    what: str = "names",
) -> pd.DataFrame:
    """Find the municipality of 2024 each name means.

    Capitals, hyphens, blanks of every kind, composed or decomposed letters, the order of a bilingual name
    and a trailing «kommune» make no difference. «Våler (Østfold)» and «Våler i Østfold» say their county
    themselves. Known misspellings and names of merged municipalities are found and marked; a name that is
    only like a known one is refused with that one suggested.

    Parameters
    ----------
    texts
        Names as written.
    names
        Table by schema ``MUNICIPALITY_NAMES``.
    counties
        County of each name where it is known, of 2024 or before: a hint that settles a doubt.
    among
        Ids to choose from; all of Norway if not given.
    what
        What the error calls the list.

    Returns
    -------
    Table of as many rows as ``texts``: ``text``, ``municipality_id``, ``name`` (official) and ``kind`` (that
    of the name met: official, part, former or misspelt).

    Raises
    ------
    DataError
        If a name is unknown, or several municipalities bear it; every such name with its row, the
        candidates with county and code, and the cure.
    """
    texts = list(texts)
    hints = list(counties) if counties is not None else [None] * len(texts)
    index = names_index(names, among=among)
    found, problems = [], []
    for number, (text, hint) in enumerate(zip(texts, hints, strict=True), 1):
        match = match_name(text, index, county=hint)
        if not isinstance(match, Problem):
            found.append((text, match[0], index.labels[match[0]], match[1]))
        else:
            problems.append(match._replace(where=f"row {number}"))
    if problems:
        refuse(what, problems)
    return pd.DataFrame(found, columns=["text", "municipality_id", "name", "kind"])


def match_name(text: str, index: NamesIndex, *, county: str | None = None) -> tuple[str, str] | Problem:
    """Return the code a name means and the kind of the name, or the problem with it."""
    if not isinstance(text, str) or not text.strip():
        return Problem("", "the name is empty", "write the municipality's name or its code")
    bare, hint = _split_hint(text, index)
    hint = county if isinstance(county, str) and county.strip() else hint
    bearers = index.places.get(_plain(bare), {})
    if not bearers:
        return _unknown(text, index)
    if hint:
        here = {code: kind for code, kind in bearers.items() if _lies_in(index.counties[code], hint)}
        if not here:
            what = f"no '{shown(bare)}' in {shown(hint)}, only {_candidates(bearers, index)}"
            return Problem("", what, "correct the name or the county")
        bearers = here
    if len(bearers) > 1:
        what = f"'{shown(text)}' can mean {_candidates(bearers, index)}"
        county = index.counties[min(bearers)]
        return Problem("", what, f"write the code, or add the county: '{shown(bare)} ({county})'")
    return next(iter(bearers.items()))


def _plain(text: str) -> str:
    """Reduce a name to what spelling habits leave alone."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _KOMMUNE.sub("", _BREAKS.sub(" ", folded).strip())


def _orders(name: str) -> set[str]:
    """Give the plain forms of a name, a bilingual one in every order of its parts."""
    return {_plain(" ".join(order)) for order in permutations(name.split(_BETWEEN))}


def _split_hint(text: str, index: NamesIndex) -> tuple[str, str | None]:
    """Take a county out of «Våler (Østfold)» and «Våler i Østfold»; «Vik i Sogn» stays as it is."""
    bracket = _BRACKETS.search(text)
    if bracket:
        return text[: bracket.start()], bracket.group(1)
    before, between, after = text.rpartition(" i ")
    if between and _plain(after) in {*_FORMER_COUNTIES, *(_plain(name) for name in index.counties.values())}:
        return before, after
    return text, None


def _lies_in(county: str, hint: str) -> bool:
    plain = _plain(hint)
    return _plain(county) == plain or county in _FORMER_COUNTIES.get(plain, ())


def _candidates(bearers: Mapping[str, str], index: NamesIndex) -> str:
    told = [
        f"{index.labels[code]} in {index.counties[code]} ({code}{_FORMER if kind == 'former' else ''})"
        for code, kind in sorted(bearers.items())
    ]
    rest = len(told) - _MOST_CANDIDATES
    return " or ".join(told[:_MOST_CANDIDATES]) + (f" or {rest} more" if rest > 0 else "")


def _unknown(text: str, index: NamesIndex) -> Problem:
    near = difflib.get_close_matches(_plain(text), list(index.places), n=1, cutoff=_ALIKE)
    cure = "correct the name, or write the code"
    if near:
        cure = f"did you mean {_candidates(index.places[near[0]], index)}? {cure}"
    return Problem("", f"no municipality is called '{shown(text)}'", cure)
