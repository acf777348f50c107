"""Which municipality a cell of a statistics table names: by code, by code and name, or by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from regiongeo.errors import RegionGeoError
from regiongeo.userfiles.problems import Flaw, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from regiongeo.tables import ReferenceData

__all__ = ["Areas"]

_MUNICIPALITY = re.compile(r"(?:[Kk][-_ ]?)?([0-9]{4})(?:[\s_-]+\S.*)?")
_LARGER = re.compile(r"(?:[FfHh][-_ ]?)?[0-9]{1,2}(?:[\s_-]+\S.*)?")
_LOST_ZERO = re.compile(r"([0-9]{3})(?:[\s_-]+\S.*)?")
_CONVERT = "convert the table first: regiongeo region convert FILE --from 2020 --to 2024"


@dataclass(frozen=True, kw_only=True)
class Areas:
    """What municipalities a table may name.

    ``known``: rows of other municipalities are left out, as of a national table; None keeps all.
    ``retired``: codes no longer in use and the code each became; a row with one is refused.
    ``find_id``: tells the code of a name where a table has names only; raises one of our errors.
    """

    known: Collection[str] | None = None
    retired: Mapping[str, str] = field(default_factory=dict)
    find_id: Callable[[str], str] | None = None

    @classmethod
    def of(cls, reference: ReferenceData, *, find_id: Callable[[str], str] | None = None) -> Self:
        """Take the shipped municipalities (codes of 2024) and the codes of 2020-2023 they had."""
        codes = reference.municipality_codes["municipality_id"]
        retired = {str(old): new for old, new in codes.items() if old != new}
        return cls(known=frozenset(reference.municipalities.index), retired=retired, find_id=find_id)

    def read(self, cell: object) -> str | None:
        """Return the municipality's code of a cell, or None where the row is none of ours.

        ``3301``, ``3301 Drammen`` and ``K-3301 Drammen`` are codes; a number in a workbook is padded with the
        zeros it cannot hold. Rows of the country and of counties (codes of one and two digits) are left out.

        Raises
        ------
        Flaw
            For a retired code, a code that lost its first zero, an empty cell, or a name nobody can place.
        """
        if isinstance(cell, (int, float)) and not isinstance(cell, bool) and 101 <= cell == int(cell):  # noqa: PLR2004
            cell = f"{int(cell):04d}"
        text = str(cell or "").strip()
        found = _MUNICIPALITY.fullmatch(text)
        code: str | None = found.group(1) if found else self._of_name(text)
        if code is not None and code in self.retired:
            raise Flaw(f"code {code} went out of use (today {self.retired[code]})", _CONVERT)
        return code if code and (self.known is None or code in self.known) else None

    def _of_name(self, text: str) -> str | None:
        if not text:
            raise Flaw("names no municipality", "give its four-digit code, or leave the row out")
        if _LARGER.fullmatch(text):
            return None
        lost = _LOST_ZERO.fullmatch(text)
        if lost:
            what = f"code {lost.group(1)} has three digits: its first zero was lost"
            raise Flaw(what, f"write it as text, 0{lost.group(1)}")
        if self.find_id is None:
            what = f"'{shown(text)}' is no four-digit municipality code"
            raise Flaw(
                what, "give codes (code and text in SSB's download), or name the municipalities by code"
            )
        try:
            return self.find_id(text)
        except RegionGeoError as error:
            raise Flaw(shown(error, most=200), "give its four-digit code instead of the name") from error
