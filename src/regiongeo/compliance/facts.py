"""What a planner needs to hear, as keys and figures; the words stand in ``locale/rules.toml``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from regiongeo.i18n import format_number, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from regiongeo.compliance.check import RuleCheck
    from regiongeo.i18n import Language

__all__ = ["Fact", "fact_text", "pool_facts", "region_facts", "site_facts"]

_AS_IT_IS = ("deadline",)
_PERCENT = 100.0
_SMALL = 10
_ENOVA = {"location": ("access", "spacing"), "status": ("access", "spacing", "points", "power", "open")}


@dataclass(frozen=True)
class Fact:
    """One thing to tell: the key of its sentence and the figures in it."""

    key: str
    figures: Mapping[str, float | int | str] = field(default_factory=dict)
    """Numbers by name; ``rules`` holds keys of rules, comma between; other texts are names."""


def fact_text(fact: Fact, lang: Language) -> str:
    """Put a fact into words.

    >>> fact_text(Fact("site_closes", {"deadline": 2030, "km": 41.3}), "en")
    'A pool here turns 41 km green for 2030.'
    """
    shown = {name: _show(name, value, lang) for name, value in fact.figures.items()}
    return text("rules", fact.key, lang, **shown)


def _show(name: str, value: float | str, lang: Language) -> str:
    if name == "rules":
        return ", ".join(texts("rules", lang)[f"rule_{key}"] for key in str(value).split(","))
    if isinstance(value, str) or name in _AS_IT_IS:
        return str(value)
    is_fine = abs(value) < _SMALL and value != round(value)
    return format_number(value, lang, decimals=1 if is_fine else 0)


def region_facts(check: RuleCheck, *, names: Mapping[str, str]) -> tuple[Fact, ...]:
    """Say how the region stands, deadline by deadline, road by road, and in its urban nodes.

    Parameters
    ----------
    check
        The rule check.
    names
        Name by ``municipality_id``.
    """
    return (*_share_facts(check), *_road_facts(check), *_urban_facts(check, names))


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    return table.itertuples()


def _share_facts(check: RuleCheck) -> Iterator[Fact]:
    for row in _rows(check.region_shares.reset_index()):
        if row.direction == "any":
            figures = {
                "deadline": row.deadline,
                "km": row.km,
                "covered_km": row.covered_km,
                "missing_km": row.missing_km,
                "not_known_km": row.not_known_km,
                "percent": _PERCENT * row.ratio,
                "required_percent": _PERCENT * row.required_share,
                "least_pools": row.least_pools,
            }
            yield Fact(f"{row.requirement}_share_{row.is_met}", figures)


def _road_facts(check: RuleCheck) -> Iterator[Fact]:
    """Tell the roads of the region with most missing kilometres at the last deadline first."""
    table = check.road_km.reset_index()
    table = table[table["municipality_id"].isin(check.municipality_ids)]
    charging = table[(table["requirement"] == "charging") & (table["direction"] == "any")]
    last = charging[charging["deadline"] == charging["deadline"].max()]
    by_road = last.groupby("corridor")[["km", "covered_km", "missing_km"]].sum().reset_index()
    for row in _rows(by_road.sort_values(["missing_km", "corridor"], ascending=[False, True])):
        figures = {
            "deadline": int(last["deadline"].max()),
            "road": row.corridor,
            "km": row.km,
            "covered_km": row.covered_km,
            "missing_km": row.missing_km,
        }
        yield Fact("road_missing", figures)


def _urban_facts(check: RuleCheck, names: Mapping[str, str]) -> Iterator[Fact]:
    for row in _rows(check.urban_nodes.reset_index()):
        figures = {
            "deadline": row.deadline,
            "municipality": names.get(row.municipality_id, row.municipality_id),
            "required": row.required,
            "found": row.found,
            "missing": row.missing,
            "pools_not_known": row.pools_not_known,
        }
        yield Fact(f"urban_{row.requirement}_{row.is_met}", figures)


def site_facts(check: RuleCheck, site_id: str) -> tuple[Fact, ...]:
    """Say what a pool at a candidate site would close, and what Enova's rules say of the place."""
    gain = check.site_gain.reset_index()
    own = gain[(gain["site_id"] == site_id) & (gain["requirement"] == "charging")]
    return (*_gain_facts(own), *_enova_facts(check.enova_sites, site_id, what="location"))


def _gain_facts(gain: pd.DataFrame) -> Iterator[Fact]:
    if not gain["is_near_enough"].all():
        yield Fact("site_too_far")
        return
    for row in _rows(gain):
        if row.closes_km > 0:
            yield Fact("site_closes", {"deadline": row.deadline, "km": row.closes_km})
        else:
            yield Fact("site_closes_none", {"deadline": row.deadline, "km": row.near_gain_km})


def pool_facts(check: RuleCheck, pool_id: str) -> tuple[Fact, ...]:
    """Say for each deadline whether a pool counts on its own road and what it lacks, then Enova's rules.

    A pool on no TEN-T road is measured as on a comprehensive one.
    """
    status = check.pool_status.reset_index()
    charging = status[(status["pool_id"] == pool_id) & (status["requirement"] == "charging")]
    own = charging[charging["is_own_class"]]
    told = own if len(own) else charging[charging["tent"] == "comprehensive"]
    facts = (_pool_fact(row) for row in _rows(told))
    return (*facts, *_enova_facts(check.enova_pools, pool_id, what="status"))


def _pool_fact(row: Any) -> Fact:  # noqa: ANN401 (a row of schema POOL_STATUS)
    if row.status == "no":
        lacks = {"kw": row.missing_kw, "points": row.missing_points}
        known = {name: value for name, value in lacks.items() if value > 0}
        figures = {f"missing_{name}": value for name, value in known.items()}
        return Fact("_".join(["pool_no", *known]), {"deadline": row.deadline, "rules": row.fails, **figures})
    if row.status == "not_known":
        return Fact("pool_not_known", {"deadline": row.deadline, "rules": row.not_known})
    return Fact("pool_yes", {"deadline": row.deadline})


def _enova_facts(table: pd.DataFrame, site_id: str, *, what: str) -> Iterator[Fact]:
    """Tell Enova's rules on the place, or all of them."""
    keys = _ENOVA[what]
    for answer, column in (("no", "fails"), ("not_known", "not_known")):
        named = [key for key in str(table.loc[site_id, column]).split(",") if key in keys]
        if named:
            yield Fact(f"enova_{what}_{answer}", {"rules": ",".join(named)})
            return
    yield Fact(f"enova_{what}_yes")
