"""Names of the sectors of the municipal greenhouse-gas inventory, in every spelling people use."""

from __future__ import annotations

import unicodedata

from regiongeo.tables.climate import LAND_USE_SECTOR, SECTORS

__all__ = ["KNOWN_SECTORS", "bare_words", "find_sector"]

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "other_mobile": ("Annen mobil forbrenning", "Anna mobil forbrenning", "Other mobile combustion"),
    "waste": ("Avfall og avløp", "Avfall og avlaup", "Avfall/avløp", "Waste and wastewater"),
    "energy_supply": ("Energiforsyning", "Energy supply"),
    "industry": ("Industri, olje og gass", "Industri olje og gass", "Industry, oil and gas"),
    "agriculture": ("Jordbruk", "Landbruk", "Agriculture"),
    "aviation": ("Luftfart", "Aviation"),
    "heating": ("Oppvarming", "Heating"),
    "shipping": ("Sjøfart", "Skipsfart", "Shipping", "Waterborne navigation"),
    "road": ("Veitrafikk", "Vegtrafikk", "Road traffic", "Road transport"),
    "f_gases": (
        "Utslipp fra produkter med fluorgasser",
        "Produkter med fluorgasser",
        "Bruk av produkter med fluorgasser",
        "Fluorgasser",
        "F-gasser",
        "Fluorinated gases",
        "F-gases",
    ),
    LAND_USE_SECTOR: ("Skog og annen arealbruk", "Skog og arealbruk", "Land use and forestry"),
}

KNOWN_SECTORS = ", ".join(_SPELLINGS[sector][0] for sector in (*SECTORS, LAND_USE_SECTOR))
"""The names to show where one is not known."""


def bare_words(text: str) -> str:
    """Reduce a name to what spellings share: no case, blanks of one kind, one dash, plain digits.

    >>> bare_words("Utslipp  (tonn CO₂–ekvivalenter)")
    'utslipp (tonn co2-ekvivalenter)'
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return " ".join(plain.casefold().split())


def _key(text: str) -> str:
    return "".join(char for char in bare_words(text).replace("skog-", "skog") if char.isalnum())


_KEYS = {_key(name): sector for sector, names in _SPELLINGS.items() for name in (sector, *names)}


def find_sector(name: str) -> str | None:
    """Return the key of a sector by its name in Norwegian or English, or None if nobody knows it.

    >>> find_sector("Industri,  olje og gass")
    'industry'
    """
    return _KEYS.get(_key(name))
