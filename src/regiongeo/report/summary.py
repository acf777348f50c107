"""``report.md``: the result in words and tables, for people; every text from data is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regiongeo.i18n import format_number, text
from regiongeo.report.charts import CHARTS
from regiongeo.report.facts import (
    compare_topsis,
    criterion_label,
    licence_notice,
    list_limits,
    list_settings,
    traffic_basis,
)
from regiongeo.report.flowsummary import describe_flows
from regiongeo.report.markdown import bullets, escape_markdown, markdown_table, percent, picture, section
from regiongeo.report.plansummary import describe_assumptions, describe_plan, describe_sizes, plan_findings
from regiongeo.report.rulesummary import describe_rules, rule_findings
from regiongeo.report.tables import (
    excluded_table,
    portfolio_table,
    ranking_table,
    source_ids,
    source_table,
    weight_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from regiongeo.i18n import Language
    from regiongeo.result import Result
    from regiongeo.store import Source

__all__ = ["describe_result", "write_summary"]

_TOP = 10


def write_summary(result: Result, path: Path, *, lang: Language, sources: Sequence[Source]) -> None:
    """Write `describe_result` as UTF-8."""
    path.write_text(describe_result(result, lang=lang, sources=sources), encoding="utf-8", newline="\n")


def describe_result(result: Result, *, lang: Language, sources: Sequence[Source]) -> str:
    """Return the report as Markdown: ranking, robustness, portfolio, question, traffic, limits, sources.

    Station plan, sizes and rule check stand behind the portfolio, flows behind the traffic, if there are any.
    The pictures of `regiongeo.report.charts` are expected in the same folder.
    """
    parts = [
        *_opening(result, lang),
        *_ranking(result, lang),
        *_robustness(result, lang),
        *_portfolio(result, lang),
        *describe_plan(result, lang),
        *describe_sizes(result, lang),
        *describe_rules(result, lang),
        *_map(lang),
        *_question(result, lang),
        *_traffic(result, lang),
        *describe_flows(result, lang),
        *describe_assumptions(result, lang),
        *section("limits", lang, bullets(list_limits(result, lang))),
        *section("files", lang, bullets(_files(result, lang))),
        *_sources(result, lang, sources),
    ]
    return "\n\n".join(parts) + "\n"


def _files(result: Result, lang: Language) -> Iterator[str]:
    flows = result.flows is not None
    keys = ("map", "csv", *(("flows",) if flows else ()), "xlsx", *(("flow_sheets",) if flows else ()))
    yield from (text("report", f"file_{key}", lang) for key in keys)
    parts = {"plan": result.plan, "rules": result.rules, "cards": result.cards}
    held = [name for name, part in parts.items() if part is not None]
    yield from (text("plan", f"sheets_{name}", lang) for name in held)
    yield text("report", "file_gpkg", lang)
    yield from (text("plan", f"file_{name}", lang) for name in held if name != "cards")
    yield from (text("report", f"file_{key}", lang) for key in ("run", "licence"))


def _opening(result: Result, lang: Language) -> list[str]:
    ranking, portfolio = ranking_table(result), result.portfolio
    best, size = ranking.iloc[0], len(portfolio.sites)
    findings: dict[str, dict[str, object]] = {
        "main_best": {
            "name": escape_markdown(best["name"]),
            "score": format_number(best["score_100"], lang, decimals=1),
            "ranks": _interval(best["rank_low"], best["rank_high"]),
        },
        "main_robust": {
            "count": int((ranking["top5_share"] > 0.5).sum()),  # noqa: PLR2004
            "draws": format_number(result.scenario.uncertainty.draws, lang),
            "sites": len(ranking),
        },
        "main_portfolio": {"size": size, "share": _covered_percent(result, lang)},
    }
    lead = {
        "sites": len(ranking),
        "municipalities": len(result.region),
        "criteria": len(result.weights),
        "excluded": len(result.excluded),
    }
    return [
        f"# {text('report', 'title', lang, scenario=escape_markdown(result.scenario.name))}",
        text("report", "lead", lang, **lead),
        *section(
            "main",
            lang,
            bullets(
                [
                    *(text("report", key, lang, **facts) for key, facts in findings.items()),
                    *plan_findings(result, lang),
                    *rule_findings(result, lang),
                ]
            ),
        ),
    ]


def _ranking(result: Result, lang: Language) -> list[str]:
    top = ranking_table(result).head(_TOP)
    columns = ["rank", "name", "municipality", "subregion", "score_100"]
    heads = [
        *(text("report", f"col_{name}", lang) for name in columns),
        text("report", "rank_interval", lang),
        text("report", "top5", lang),
    ]
    shown = top[columns].assign(
        score_100=[format_number(score, lang, decimals=1) for score in top["score_100"]],
        ranks=[_interval(*ends) for ends in zip(top["rank_low"], top["rank_high"], strict=True)],
        top5=[percent(share, lang) for share in top["top5_share"]],
    )
    whys = [
        f"{rank}. **{escape_markdown(name)}**: {escape_markdown(why)}"
        for rank, name, why in top[["rank", "name", "why"]].itertuples(index=False, name=None)
    ]
    return [
        f"## {text('report', 'head_top', lang, count=len(top))}",
        markdown_table(heads, shown.itertuples(index=False, name=None)),
        f"### {text('report', 'col_why', lang)}",
        "\n".join(whys),
        picture("top", CHARTS["top"], lang),
    ]


def _robustness(result: Result, lang: Language) -> list[str]:
    ranking, doubt = ranking_table(result), result.scenario.uncertainty
    free = ranking.loc[ranking["free_top5_share"].idxmax()]
    correlation, agree = compare_topsis(ranking, top=_TOP)
    robust = text(
        "report", "robust_note", lang, low=format_number(doubt.factor_low, lang, decimals=1),
        high=format_number(doubt.factor_high, lang, decimals=1), draws=format_number(doubt.draws, lang),
        name=escape_markdown(free["name"]), share=format_number(free["free_top5_share"] * 100, lang),
    )  # fmt: skip
    topsis = text(
        "report", "topsis_note", lang, overlap=agree, count=min(_TOP, len(ranking)),
        correlation=format_number(correlation, lang, decimals=2),
    )  # fmt: skip
    return section("robust", lang, robust, picture("ranks", CHARTS["ranks"], lang), topsis)


def _portfolio(result: Result, lang: Language) -> list[str]:
    portfolio, table = result.portfolio, portfolio_table(result)
    note = text(
        "report", "portfolio_note", lang, size=len(portfolio.sites),
        covered=format_number(portfolio.covered_truck_km_per_day, lang),
        total=format_number(portfolio.total_truck_km_per_day, lang), share=_covered_percent(result, lang),
        bound=format_number(portfolio.bound, lang), gap=format_number(portfolio.gap * 100, lang, decimals=1),
        status=text("report", f"status_{portfolio.status}", lang),
    )  # fmt: skip
    columns = ["name", "municipality", "rank", "truck_km_per_day", "only_here_truck_km_per_day"]
    rows = [
        [*row[:3], *(format_number(gain, lang) for gain in row[3:])]
        for row in table[columns].itertuples(index=False, name=None)
    ]
    heads = [text("report", f"col_{name}", lang) for name in columns]
    return section(
        "portfolio", lang, note, markdown_table(heads, rows), text("report", "portfolio_gain_note", lang)
    )


def _map(lang: Language) -> list[str]:
    return section("map", lang, text("report", "map_note", lang), picture("map", CHARTS["map"], lang))


def _question(result: Result, lang: Language) -> list[str]:
    settings = markdown_table(
        [text("report", "setting", lang), text("report", "value", lang)], list_settings(result, lang)
    )
    table = weight_table(result)
    heads = [text("report", f"col_{name}", lang) for name in ("criterion", "weight", "sites_with_data")]
    rows = [
        [
            criterion_label(str(name), lang),
            percent(row["weight"], lang, decimals=1),
            format_number(row["sites_with_data"], lang),
        ]
        for name, row in table.iterrows()
    ]
    return section(
        "question", lang, settings, text("report", "weights_note", lang), markdown_table(heads, rows)
    )


def _traffic(result: Result, lang: Language) -> list[str]:
    lengths = traffic_basis(result)
    heads = [
        text("report", "basis", lang),
        *(text("report", f"category_{name}", lang) for name in lengths.index),
    ]
    rows = [
        [text("report", f"basis_{basis}", lang), *(format_number(value, lang) for value in lengths[basis])]
        for basis in lengths.columns
    ]
    return section(
        "traffic",
        lang,
        text("report", "traffic_note", lang),
        markdown_table(heads, rows),
        picture("basis", CHARTS["basis"], lang),
    )


def _sources(result: Result, lang: Language, sources: Sequence[Source]) -> list[str]:
    names = ["title", "holder", "licence", "attribution", "reference_date"]
    heads = [text("report", f"col_{name}", lang) for name in names]
    rows = source_table(sources, lang=lang)[names].itertuples(index=False, name=None)
    used = source_ids(ranking_table(result), excluded_table(result))
    notice = licence_notice(sources, used, lang)
    return section("sources", lang, markdown_table(heads, rows), *([notice] if notice else []))


def _covered_percent(result: Result, lang: Language) -> str:
    total = result.portfolio.total_truck_km_per_day
    share = result.portfolio.covered_truck_km_per_day / total if total else 0.0
    return format_number(share * 100, lang, decimals=1)


def _interval(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"
