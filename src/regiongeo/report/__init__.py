"""Everything a run writes, into one folder: table, spreadsheet, map layers, report, pictures, ``run.json``.

Nothing here computes a result; nothing here moves the folder into place (`regiongeo.publish`).
"""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import regiongeo
from regiongeo.manifest import write_run
from regiongeo.progress import silent, timed_steps
from regiongeo.report.charts import draw_charts
from regiongeo.report.csvfile import write_csv
from regiongeo.report.excel import write_excel
from regiongeo.report.facts import licence_notice
from regiongeo.report.flowtables import od_table, planned_flows
from regiongeo.report.geopackage import write_geopackage
from regiongeo.report.plantables import plan_table
from regiongeo.report.ruletables import road_table, rule_lines, verdict_columns
from regiongeo.report.styles import layer_styles
from regiongeo.report.summary import write_summary
from regiongeo.report.tables import (
    excluded_table,
    link_table,
    municipality_table,
    plot_table,
    portfolio_table,
    ranking_table,
    source_ids,
    source_table,
    station_table,
    subregion_table,
)
from regiongeo.scenario import USER_FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from regiongeo.i18n import Language
    from regiongeo.result import Result
    from regiongeo.store import Source

__all__ = ["layer_tables", "library_versions", "write_outputs"]

_LIBRARIES = (
    "folium",
    "geopandas",
    "highspy",
    "matplotlib",
    "numpy",
    "openpyxl",
    "pandas",
    "pyogrio",
    "pyproj",
    "shapely",
)


def write_outputs(
    result: Result,
    stage: Path,
    *,
    map_html: str,
    lang: Language,
    sources: Sequence[Source],
    run_info: Mapping[str, Any],
    tell: Callable[[str], None] = silent,
) -> None:
    """Write all files of a run into a folder, ``run.json`` last.

    ``map.html, ranking.csv, sites.gpkg, result.xlsx, report.md``, four pictures, ``LICENCE.txt`` and
    ``run.json``; with truck flows also ``flows.csv`` and a fifth picture, with a station plan ``plan.csv``,
    with a rule check ``rules.csv``, and their pictures. The same result gives the same bytes in all but
    ``run.json``, which alone knows times.

    Parameters
    ----------
    result
        The main job computed.
    stage
        Empty folder; `regiongeo.publish.publish_folder` gives one.
    map_html
        The page of `regiongeo.maps.draw_map`.
    lang
        Language of report, spreadsheet and layer legends; the csv files are the same in both.
    sources
        Sources of all data used, for credits and licences.
    run_info
        What only the caller knows, for ``run.json``: ``inputs`` (SHA-256 by name), ``created``, ``seconds`` …
    tell
        Called with the name of each step as it begins.

    Raises
    ------
    OSError
        If a file cannot be written; `OutputError` where a driver says so in its own words.
    """
    seconds: dict[str, float] = {}
    step = timed_steps(seconds, tell)
    with step("map.html"):
        (stage / "map.html").write_text(map_html, encoding="utf-8", newline="\n")
    with step("ranking.csv"):
        write_csv(ranking_table(result), stage / "ranking.csv")
    if result.flows is not None:
        with step("flows.csv"):
            write_csv(od_table(result.flows, planned_flows(result)), stage / "flows.csv")
    if result.plan is not None:
        with step("plan.csv"):
            write_csv(plan_table(result, result.plan), stage / "plan.csv")
    if result.rules is not None:
        with step("rules.csv"):
            write_csv(road_table(result, result.rules), stage / "rules.csv")
    with step("sites.gpkg"):
        layers = layer_tables(result, sources, lang=lang)
        notices = _layer_notices(layers, sources, lang)
        answers = verdict_columns(layers["rules"]) if "rules" in layers else ()
        styles = layer_styles(lang, with_flows=result.flows is not None, answers=answers)
        write_geopackage(stage / "sites.gpkg", layers, styles=styles, notices=notices)
    with step("result.xlsx"):
        write_excel(result, stage / "result.xlsx", lang=lang, sources=sources)
    with step("report.md"):
        draw_charts(result, stage, lang=lang)
        write_summary(result, stage / "report.md", lang=lang, sources=sources)
    (stage / "LICENCE.txt").write_text(_licence_text(result, sources, lang), encoding="utf-8", newline="\n")
    write_run(stage, _describe_run(result, run_info, seconds))


def layer_tables(result: Result, sources: Sequence[Source], *, lang: Language) -> dict[str, pd.DataFrame]:
    """Return the layers of ``sites.gpkg`` by name, topmost first; what the result does not hold has none."""
    return {
        "sites": ranking_table(result),
        "portfolio": portfolio_table(result),
        **({"plan": plan_table(result, result.plan)} if result.plan is not None else {}),
        **({"stations": station_table(result)} if len(result.stations) else {}),
        **({"plots": plot_table(result.plots)} if result.plots is not None and len(result.plots) else {}),
        "excluded": excluded_table(result),
        **({"rules": rule_lines(result.rules, today=result.rules_today)} if result.rules is not None else {}),
        "links": link_table(result),
        "subregions": subregion_table(result),
        "municipalities": municipality_table(result),
        "sources": source_table(sources, lang=lang),
    }


def library_versions() -> dict[str, str]:
    """Return the versions of Python, regiongeo and the libraries that shape a result."""
    own = {"python": platform.python_version(), "regiongeo": regiongeo.__version__}
    return {**own, **{name: version(name) for name in _LIBRARIES}}


def _layer_notices(
    layers: Mapping[str, pd.DataFrame], sources: Sequence[Source], lang: Language
) -> dict[str, str]:
    """Credit each layer's own sources; a file that holds any ODbL rows is under ODbL as a whole."""
    lines = {one.source_id: one.attribution for one in sources}
    used = {name: source_ids(table) for name, table in layers.items() if name != "sources"}
    if "rules" in used:  # pieces of the links
        used["rules"] = used["links"]
    everything = [source_id for ids in used.values() for source_id in ids]
    licence = licence_notice(sources, everything, lang)
    credit = {name: sorted({lines[one] for one in ids if one in lines}) for name, ids in used.items()}
    return {name: " ".join([*credit.get(name, ()), licence]).strip() for name in layers}


def _licence_text(result: Result, sources: Sequence[Source], lang: Language) -> str:
    """Credit every source, with the licence notice that follows rows from OpenStreetMap."""
    used = source_ids(ranking_table(result), excluded_table(result))
    notice = licence_notice(sources, used, lang)
    table = source_table(sources, lang=lang)
    lines = [f"{row.title}: {row.holder}, {row.licence}. {row.attribution}" for row in table.itertuples()]
    return "\n".join([*([notice, ""] if notice else []), *lines, ""])


def _describe_run(
    result: Result, run_info: Mapping[str, Any], seconds: Mapping[str, float]
) -> dict[str, Any]:
    scenario = result.scenario.model_dump(mode="json")
    for key in USER_FILES:
        if scenario["world"][key] is not None:
            scenario["world"][key] = Path(scenario["world"][key]).name
    spent = {**result.seconds, **run_info.get("seconds", {}), **seconds}
    return {
        "scenario": scenario,
        "seed": result.scenario.uncertainty.seed,
        "weights": {str(name): round(float(weight), 6) for name, weight in result.weights.items()},
        "notices": list(result.notices),
        "versions": library_versions(),
        **run_info,
        "seconds": {name: round(value, 3) for name, value in spent.items()},
    }
