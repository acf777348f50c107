"""One parser for the numbers people write, Norwegian and English, that refuses what could mean two things."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regiongeo.userfiles.problems import Flaw, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["decimal_mark", "parse_number"]

LONGEST_NUMBER = 40

_SAME = str.maketrans({"\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " "})
_PLAIN = re.compile(r"([+-]?)([0-9]+)(?:[.,]([0-9]+))?")
_GROUPED = (
    re.compile(r"([+-]?)([1-9][0-9]{0,2}(?: [0-9]{3})+)(?:[.,]([0-9]+))?"),
    re.compile(r"([+-]?)([1-9][0-9]{0,2}(?:\.[0-9]{3})+),([0-9]+)"),
    re.compile(r"([+-]?)([1-9][0-9]{0,2}(?:,[0-9]{3})+)\.([0-9]+)"),
    re.compile(r"([+-]?)([1-9][0-9]{0,2}(?:\.[0-9]{3}){2,})()"),
    re.compile(r"([+-]?)([1-9][0-9]{0,2}(?:,[0-9]{3}){2,})()"),
)
_AMBIGUOUS = re.compile(r"[+-]?([1-9][0-9]{0,2})([.,])([0-9]{3})")


def parse_number(text: str, *, may_have_thousands: bool = True, decimal: str = "") -> float:
    """Read one number written with digits.

    Comma and dot are both decimal marks; spaces of any width group thousands, and so do dots or commas where
    the number leaves no doubt (``1.234,5``, ``1.234.567``). The Unicode minus is a minus.

    Parameters
    ----------
    text
        One cell.
    may_have_thousands
        False where thousands cannot occur (degrees, MW of one station): then ``10.752`` and ``10,752``
        are decimals and no grouping is accepted. True: ``1.234`` and ``1,234`` can mean two things: refused.
    decimal
        The decimal mark of the column where it is known (`decimal_mark`): then neither is in doubt.

    Raises
    ------
    Flaw
        For anything else: exponents, units, ``inf``, ``nan``, more than 40 characters.

    >>> parse_number("12 345,5")
    12345.5
    """
    bare = text.strip().translate(_SAME)
    if len(bare) > LONGEST_NUMBER:
        raise Flaw(f"{shown(bare)} is too long for a number", f"write at most {LONGEST_NUMBER} digits")
    doubt = _AMBIGUOUS.fullmatch(bare) if may_have_thousands else None
    if doubt and decimal:
        return parse_number(bare.replace("." if decimal == "," else ",", ""), may_have_thousands=False)
    if doubt:
        whole, mark, rest = doubt.groups()
        what = f"'{bare}' can mean {whole}{rest} or {whole} and a fraction"
        raise Flaw(what, f"write {whole}{rest} or {whole}{mark}{rest}0")
    for form in (_PLAIN, *_GROUPED) if may_have_thousands else (_PLAIN,):
        found = form.fullmatch(bare)
        if found:
            sign, whole, fraction = found.groups()
            return float(f"{sign}{re.sub('[ .,]', '', whole)}.{fraction or '0'}")
    raise Flaw(
        f"'{shown(text)}' is not a number", "write digits, without unit or exponent, or leave it empty"
    )


def decimal_mark(texts: Iterable[str]) -> str:
    """Return the decimal mark that a column of numbers proves to use, or an empty text if none or both.

    ``12,5`` proves a comma, ``1.5`` a dot; ``1,234`` proves nothing.

    >>> decimal_mark(["1,234", "17,5", "12"])
    ','
    """
    marks = {
        mark
        for bare in (text.strip().translate(_SAME) for text in texts)
        for mark in ".,"
        if bare.count(mark) == 1 and not _AMBIGUOUS.fullmatch(bare)
        if any(form.fullmatch(bare) for form in (_PLAIN, _GROUPED[0]))
    }
    return marks.pop() if len(marks) == 1 else ""
