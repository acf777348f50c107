"""What an atlas says in few words: key figures, readings of the balance, and what to keep in mind."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from regiongeo.atlas.model import list_id
from regiongeo.atlas.words import figure_words, note_words
from regiongeo.i18n import text
from regiongeo.report.atlastables import members_with_emissions, value_of, year_of_figures

if TYPE_CHECKING:
    from regiongeo.atlas.model import Atlas
    from regiongeo.i18n import Language

__all__ = ["area_shown", "atlas_title", "key_figures", "list_notes", "list_readings"]

_KEY = (
    *("population", "population_change", "population_change_percent", "population_since_2020_percent"),
    *("population_since_2010_percent", "population_share", "population_density", "jobs"),
    *("jobs_per_inhabitant", "commuting_net", "population_primacy", "population_gini"),
    *("accessibility_gini", "emissions_total", "emissions_per_inhabitant"),
)


def area_shown(atlas: Atlas) -> tuple[str, str]:
    """Return kind and id of the area the atlas is of: the region's list, or a subregion."""
    if atlas.subregion is None:
        return "region", list_id(atlas.members_year)
    return "subregion", atlas.subregion


def atlas_title(atlas: Atlas, lang: Language) -> str:
    """Return the title of the atlas, with its membership list and subregion."""
    name = text("atlas_members", "region_list", lang, year=atlas.members_year)
    if atlas.subregion is None:
        return text("atlas", "title", lang, name=name)
    return text("atlas", "title_part", lang, part=atlas.subregion, name=name)


def key_figures(atlas: Atlas, lang: Language) -> list[tuple[str, float, str, int]]:
    """Return name, value, unit and year of the figures to read first; those without a value are left out."""
    kind, area_id = area_shown(atlas)
    years = year_of_figures(atlas, kind)
    units = atlas.figures.drop_duplicates("indicator").set_index("indicator")["unit"]
    found = []
    for name in _KEY:
        if name not in years.index:
            continue
        value = value_of(atlas, name, year=int(years[name]), area_id=area_id)
        if math.isfinite(value):
            found.append((figure_words(name, lang), value, str(units[name]), int(years[name])))
    return found


def list_readings(atlas: Atlas, lang: Language) -> list[tuple[str, str]]:
    """Return each index of the area the atlas is of, with what its years say of the balance."""
    kind, area_id = area_shown(atlas)
    table = atlas.readings.reset_index()
    own = table[(table["area_kind"] == kind) & (table["area_id"] == area_id)]
    own = own[own["reading"] != "balance_too_short"]
    return [(figure_words(str(row.indicator), lang), str(row.sentence)) for row in own.itertuples()]


def list_notes(atlas: Atlas, lang: Language) -> list[str]:
    """Return what holds for every reader: borders, lakes, speeds, coverage, and the notes of the figures."""
    year, count = members_with_emissions(atlas)
    emissions = text(
        "atlas", "note_emissions", lang, with_data=count, all=len(atlas.municipalities), year=year
    )
    fixed = [text("atlas", f"note_{key}", lang) for key in ("borders", "lakes", "balance", "minutes")]
    told = sorted({note_words(note, lang) for note in atlas.figures["note"].unique() if note})
    return [*fixed, emissions, *told, *atlas.notes]
