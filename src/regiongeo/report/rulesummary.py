"""The chapter of the report on the rule check: kilometres, sites, pools, urban nodes, Enova, driving time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.i18n import text
from regiongeo.report.cells import column_label, in_words
from regiongeo.report.charts import PLAN_CHARTS
from regiongeo.report.markdown import bullets, escape_markdown, figure, markdown_table, percent, short_figure
from regiongeo.report.plansheets import PLAN_CODES
from regiongeo.report.plantables import break_table
from regiongeo.report.ruletables import (
    as_one_line,
    enova_table,
    gain_table,
    missing_by_road,
    pool_table,
    road_table,
    share_table,
    tell_rule_notices,
    urban_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regiongeo.compliance import RuleCheck
    from regiongeo.i18n import Language
    from regiongeo.result import Result

__all__ = ["describe_rules", "rule_findings"]

_TOP = 8
_ROADS = 15
_SHARES = {"required_share", "covered_share"}
_AS_IT_IS = {"deadline"}
_OTHER_ENERGY = "energy"
"""What a pool fails that does not offer the energy at all."""


def rule_findings(result: Result, lang: Language) -> list[str]:
    """Return one sentence a requirement: how the region stands at its last deadline."""
    if result.rules is None:
        return []
    shares = _with_today(result, as_one_line(share_table(result.rules))).reset_index()
    last = shares.sort_values("deadline", kind="stable").drop_duplicates("requirement", keep="last")
    key = "main_rules_plan" if "covered_today_km" in last else "main_rules"
    return [
        text(
            "plan", key, lang, requirement=text("rules", row["requirement"], lang).lower(),
            deadline=row["deadline"], km=short_figure(row["length_km"], lang),
            today=short_figure(row.get("covered_today_km", 0.0), lang),
            covered=short_figure(row["covered_km"], lang), missing=short_figure(row["missing_km"], lang),
            unknown=short_figure(row["not_known_km"], lang),
        )
        for row in last.sort_values("requirement").to_dict("records")
    ]  # fmt: skip


def describe_rules(result: Result, lang: Language) -> list[str]:
    """Return the chapter as Markdown blocks; none where the rules were not checked."""
    rules = result.rules
    if rules is None:
        return []
    return [
        f"## {text('plan', 'head_rules', lang)}",
        text("plan", "rules_what", lang),
        *_shares(result, rules, lang),
        *_roads(result, rules, lang),
        *_gains(result, rules, lang),
        *_pools(result, rules, lang),
        *_urban(result, rules, lang),
        *_enova(result, rules, lang),
        *_breaks(result, lang),
        _head("notices", lang),
        bullets(escape_markdown(line) for line in tell_rule_notices(rules, lang)),
    ]


def _shares(result: Result, rules: RuleCheck, lang: Language) -> list[str]:
    """Show what is covered now, where that is known apart, and in all, against what is asked for."""
    table = as_one_line(share_table(rules))
    if table.empty:
        return []
    names = ["covered_km", "not_known_km", "missing_km", "required_share", "is_met", "least_pools"]
    table = _with_today(result, table)
    is_planned = "covered_today_km" in table
    names = ["length_km", *(["covered_today_km"] if is_planned else []), *names]
    shown = _table(table.reset_index(), ["requirement", "deadline", *names], lang)
    said = [text("plan", "rules_planned", lang)] if is_planned else []
    return [" ".join([*said, text("plan", "rules_least", lang)]), shown, _picture(lang)]


def _with_today(result: Result, shares: pd.DataFrame) -> pd.DataFrame:
    """Add what today's stations cover alone, where that was checked and there is a plan besides."""
    if result.rules_today is None or result.plan is None:
        return shares
    today = as_one_line(share_table(result.rules_today))["covered_km"]
    return shares.assign(covered_today_km=today.reindex(shares.index))


def _roads(result: Result, rules: RuleCheck, lang: Language) -> list[str]:
    table = missing_by_road(road_table(result, rules))
    if table.empty:
        return []
    titles = [
        text(
            "plan", "chart_rules_row", lang, deadline=asked["deadline"],
            requirement=text("rules", asked["requirement"], lang),
        )
        for asked in table.columns.to_frame().to_dict("records")
    ]  # fmt: skip
    rows = [
        [road, *("" if pd.isna(km) else short_figure(km, lang) for km in own)]
        for road, own in table.head(_ROADS).iterrows()
    ]
    heads = [column_label("road", lang), *titles]
    return [_head("roads", lang), text("plan", "rules_roads", lang), markdown_table(heads, rows)]


def _gains(result: Result, rules: RuleCheck, lang: Language) -> list[str]:
    table = gain_table(result, rules).reset_index()
    charging = table[table["requirement"] == "charging"]
    last = charging["deadline"].max()
    counts = (charging["deadline"] == last) & (charging["gain_km"] + charging["near_gain_km"] > 0)
    if not counts.any():
        return []
    said = text("plan", "rules_gain", lang, deadline=last)
    names = ["name", "rank", "gain_km", "near_gain_km"]
    return [_head("gain", lang), said, _table(charging[counts].head(_TOP), names, lang)]


def _pools(result: Result, rules: RuleCheck, lang: Language) -> list[str]:
    """Tell which pools that offer the energy count at the last deadline, and what the others lack."""
    table = pool_table(result, rules).reset_index()
    if table.empty:
        return []
    offering = table[
        ~table["fails"].fillna("").str.split(r",\s*", regex=True).map(lambda fails: _OTHER_ENERGY in fails)
    ]
    parts = [
        part
        for requirement, own in offering.groupby("requirement")
        for part in _pools_of(
            str(requirement), _at_last_deadline(own), is_planned=result.plan is not None, lang=lang
        )
    ]
    return [_head("pools", lang), *parts, text("plan", "rules_pools_sheet", lang)] if parts else []


def _at_last_deadline(pools: pd.DataFrame) -> pd.DataFrame:
    """Take each pool once: by the class of its own road, or where that has no row, by the class there is."""
    last = pools[pools["deadline"] == pools["deadline"].max()]
    own_first: pd.DataFrame = last.sort_values("is_own_class", ascending=False, kind="stable")
    return own_first.drop_duplicates("pool_id").sort_values("pool_id", kind="stable")


def _pools_of(requirement: str, pools: pd.DataFrame, *, is_planned: bool, lang: Language) -> list[str]:
    said = text(
        "plan", "rules_pools_plan" if is_planned else "rules_pools", lang, deadline=pools["deadline"].iloc[0],
        requirement=text("rules", requirement, lang), all=len(pools), **_counts(pools["qualifies"]),
    )  # fmt: skip
    lacking = pools[pools["qualifies"] != "yes"].head(_TOP)
    power = ["missing_kw", "missing_points"] if requirement == "charging" else []
    names = ["name", "qualifies", "fails", "not_known", *power, "access_km"]
    return [said, *([_table(lacking, names, lang)] if len(lacking) else [])]


def _urban(result: Result, rules: RuleCheck, lang: Language) -> list[str]:
    table = urban_table(result, rules)
    if table.empty:
        return []
    units = {"stations": text("plan", "unit_stations", lang)}
    table = table.assign(unit=table["unit"].replace(units))
    names = [
        "municipality",
        "requirement",
        "deadline",
        "required",
        "found",
        "unit",
        "pools_not_known",
        "is_met",
    ]
    return [_head("urban", lang), _table(table.reset_index(), names, lang)]


def _enova(result: Result, rules: RuleCheck, lang: Language) -> list[str]:
    table = enova_table(result, rules)
    shown = table[table["in_plan"]] if result.plan is not None else table.head(_TOP)
    if shown.empty:
        return []
    whose = text("plan", "enova_of_best" if result.plan is None else "enova_of_plan", lang)
    said = text("plan", "rules_enova", lang, whose=whose, **_counts(shown["enova_location"]))
    names = ["name", "rank", "enova_location", "fails", "not_known", "national_km", "nearest_km"]
    return [_head("enova", lang), said, _table(shown, names, lang)]


def _breaks(result: Result, lang: Language) -> list[str]:
    table = break_table(result, result.plan) if result.plan is not None else None
    if table is None or table.empty:
        return []
    everything = table["breaks_per_day"].sum()
    covered = (table["breaks_per_day"] * table["covered_share"]).sum()
    said = text(
        "plan", "rules_breaks", lang, breaks=figure(everything, lang),
        share=percent(covered / everything if everything else float("nan"), lang),
        count=min(_TOP, len(table)),
    )  # fmt: skip
    names = ["road", "municipality", "breaks_per_day", "covered_share"]
    return [_head("breaks", lang), said, _table(table.reset_index().head(_TOP), names, lang)]


def _table(table: pd.DataFrame, names: Sequence[str], lang: Language) -> str:
    """Write columns of a published table, codes in words and figures as people read them."""
    shown = in_words(table[list(names)], lang, codes=PLAN_CODES)
    rows = [
        [_cell(name, value, lang) for name, value in zip(names, row, strict=True)]
        for row in shown.itertuples(index=False, name=None)
    ]
    return markdown_table([column_label(name, lang) for name in names], rows)


def _cell(name: str, value: object, lang: Language) -> object:
    if isinstance(value, str) or name in _AS_IT_IS:
        return value
    if name in _SHARES:
        return percent(value, lang)  # type: ignore[arg-type]
    return short_figure(value, lang)  # type: ignore[arg-type]


def _counts(answers: pd.Series) -> dict[str, int]:
    return {
        name: int((answers == answer).sum())
        for name, answer in (("yes", "yes"), ("no", "no"), ("unknown", "not_known"))
    }


def _head(key: str, lang: Language) -> str:
    return f"### {text('plan', f'head_{key}', lang)}"


def _picture(lang: Language) -> str:
    return f"![{text('plan', 'alt_rules', lang)}]({PLAN_CHARTS['rules']})"
