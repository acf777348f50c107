"""What the commands show of a run: tables and sentences on the terminal, or one JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regiongeo.cli.common import at_most_percent, words

if TYPE_CHECKING:
    from pathlib import Path

    from regiongeo.cli.common import Lang
    from regiongeo.job import Done
    from regiongeo.result import Result

__all__ = ["run_summary", "show_run"]


def show_run(done: Done, out: Path, lang: Lang) -> None:
    """Print the top of the ranking, the portfolio, the user's plots and what the reader must know."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from regiongeo.i18n import format_number  # noqa: PLC0415
    from regiongeo.result import tell_notices  # noqa: PLC0415

    result = done.result
    console = Console()
    for name, rows in done.rows_read.items():
        console.print(Text(words(f"read_{name}", lang, rows=rows)))
    table = Table(title=words("top", lang))
    for column in ("rank", "name", "score", "interval", "top5"):
        table.add_column(words(f"column_{column}", lang))
    for site_id, row in result.ranking.head(5).iterrows():
        table.add_row(
            str(row["rank"]),
            Text(str(result.sites.loc[str(site_id), "name"])),
            format_number(100 * row["score"], lang, decimals=1),
            f"{row['rank_low']}–{row['rank_high']}",
            f"{format_number(100 * row['top5_share'], lang)} %",
        )
    console.print(table)
    console.print(Text(_describe_portfolio(result, lang)))
    for line in _describe_plots(result, lang):
        console.print(Text(line))
    for notice in tell_notices(result, lang):
        console.print(Text(f"{words('note', lang)}: {notice}"))
    console.print(Text(words("done", lang, sites=len(result.sites), excluded=len(result.excluded), out=out)))
    console.print(Text(words("open_map", lang, path=out / "map.html")))


def _describe_plots(result: Result, lang: Lang) -> list[str]:
    """Say what became of each of the user's plots: its rank, or why it was struck out."""
    from regiongeo.i18n import text  # noqa: PLC0415

    ranked = result.sites.index[result.sites["kind"] == "plot"]
    struck = result.excluded[result.excluded["kind"] == "plot"]
    places = result.ranking.loc[ranked, "rank"].sort_values()
    lines = [
        words("plot_ranked", lang, id=site, rank=rank, of=len(result.sites)) for site, rank in places.items()
    ]
    for site, row in struck.iterrows():
        reason = text("sites", f"reason_{row['reason']}", lang)
        lines.append(words("plot_struck", lang, id=site, reason=reason, detail=row["reason_detail"]))
    return lines


def _describe_portfolio(result: Result, lang: Lang) -> str:
    from regiongeo.i18n import format_number  # noqa: PLC0415

    chosen = result.portfolio
    covered, total = chosen.covered_truck_km_per_day, chosen.total_truck_km_per_day
    status = words(chosen.status, lang, gap=format_number(at_most_percent(chosen.gap), lang, decimals=1))
    return words(
        "portfolio",
        lang,
        count=len(chosen.sites),
        covered=format_number(covered, lang),
        total=format_number(total, lang),
        share=format_number(100 * covered / total, lang),
        status=status,
    )


def run_summary(done: Done, out: Path) -> dict[str, Any]:
    """Gather the same for ``--json``."""
    result = done.result
    ranking = result.ranking.join(result.sites["name"]).head(10).reset_index()
    columns = ["site_id", "name", "rank", "score", "rank_low", "rank_high", "top5_share", "why"]
    return {
        "schema": "regiongeo.run/1",
        "out": str(out),
        "rows_read": done.rows_read,
        "sites": len(result.sites),
        "excluded": len(result.excluded),
        "plots": _describe_plots(result, "en"),
        "top": ranking[columns].to_dict(orient="records"),
        "portfolio": {
            "sites": list(result.portfolio.sites),
            "status": result.portfolio.status,
            "gap": result.portfolio.gap,
            "covered_truck_km_per_day": result.portfolio.covered_truck_km_per_day,
            "total_truck_km_per_day": result.portfolio.total_truck_km_per_day,
        },
        "notices": list(result.notices),
    }
