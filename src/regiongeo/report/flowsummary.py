"""The chapter of the report on truck flows: what was estimated, how well it meets counts, what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regiongeo.assumptions import assumption
from regiongeo.flows import flow_notices, growth_factor
from regiongeo.i18n import format_number, text
from regiongeo.report.charts import FLOW_CHART
from regiongeo.report.flowtables import (
    energy_table,
    fit_of,
    fit_table,
    holdout_table,
    od_table,
    peak_share,
    planned_flows,
    relation_table,
    shift_table,
    total_table,
    worst_counts,
)
from regiongeo.report.markdown import (
    bullets,
    escape_markdown,
    figure,
    markdown_table,
    percent,
    picture,
    section,
)

if TYPE_CHECKING:
    import pandas as pd

    from regiongeo.flows import FlowResult
    from regiongeo.i18n import Language
    from regiongeo.result import Result

__all__ = ["describe_flows"]

_TOP = 10
_MOST_COUNTS = 8
_GOOD_GEH = 5.0
_USUAL_SHARE = 0.85
"""Share of counts with GEH < 5 that the field asks for (UK Design Manual for Roads and Bridges)."""


def describe_flows(result: Result, lang: Language) -> list[str]:
    """Return the chapter as Markdown blocks; none where there are no flows."""
    flows = result.flows
    if flows is None:
        return []
    parts = [
        _what(result, flows, lang),
        *_fit(flows, lang),
        *_worst(flows, lang),
        *_volumes(result, flows, lang),
        *_relations(result, flows, lang),
        *_energy(result, flows, lang),
        *_plan(result, flows, lang),
    ]
    notes = flow_notices(flows, lang)
    if notes:
        parts += [_head("notes", lang), bullets(escape_markdown(line) for line in notes)]
    return section("flows", lang, *parts)


def _what(result: Result, flows: FlowResult, lang: Language) -> str:
    zones = flows.zones
    doors = int((zones["kind"] == "gateway").sum())
    return text(
        "report", "flow_note", lang,
        trips=format_number(float(flows.matrix["trips_per_day"].sum()), lang), year=_base_year(result),
        zones=len(zones) - doors, gateways=doors, counts=int(flows.totals["observations_used"]),
    )  # fmt: skip


def _fit(flows: FlowResult, lang: Language) -> list[str]:
    table, peak = fit_table(flows), percent(peak_share(flows), lang)
    parts = [_head("fit", lang), _held_out(flows, lang), text("report", "flow_hour", lang, share=peak)]
    names = ["n", "share_below_5", "share_below_5_mean_hour", "median_geh", "r2", "slope", "volume_ratio"]
    heads = [_column(name, lang) for name in ("counts", "model", *names)]
    rows = [
        [text("report", f"counts_{counts}", lang), text("report", f"model_{model}", lang), *_row(own, lang)]
        for counts, model in table.index
        for own in [fit_of(flows, counts, model)[names]]
    ]
    return [*parts, markdown_table(heads, rows), picture("flows", FLOW_CHART, lang), *_by_road(flows, lang)]


def _held_out(flows: FlowResult, lang: Language) -> str:
    """Quote the fit on counts that were not used; say with the number where it is not good enough."""
    own, plain = fit_of(flows, "held_out", "estimated"), fit_of(flows, "held_out", "gravity")
    used = fit_of(flows, "used", "estimated")
    if np.isnan(own["share_below_5"]):
        return text("report", "flow_no_holdout", lang, n=int(used["n"]), share=_share(used, lang))
    verdict = "flow_fit_good" if own["share_below_5"] >= _USUAL_SHARE else "flow_fit_poor"
    figures = {name: figure(own[name], lang, decimals=2) for name in ("median_geh", "r2", "slope")}
    plain_figures = {f"plain_{name}": figure(plain[name], lang, decimals=2) for name in ("median_geh", "r2")}
    said = text(
        "report", "flow_held_out", lang, n=int(own["n"]), share=_share(own, lang), **figures, **plain_figures,
        used_n=int(used["n"]), lost=int(used["n"] - flows.totals["observations_used"]),
        used_share=_share(used, lang), used_r2=figure(used["r2"], lang, decimals=2),
    )  # fmt: skip
    usual = percent(_USUAL_SHARE, lang)
    return f"{said} {text('report', verdict, lang, usual=usual, share=_share(own, lang))}"


def _by_road(flows: FlowResult, lang: Language) -> list[str]:
    table = holdout_table(flows)
    if table.empty:
        return []
    columns = ["n", "median_geh", "gravity_median_geh", "share_below_5", "volume_ratio"]
    heads = [_column(name, lang) for name in ("road", *columns)]
    rows = [[road, *_row(own, lang)] for road, own in table[columns].iterrows()]
    county = fit_of(flows, "county_roads", "estimated")["r2"]
    poor = table[table["median_geh"] >= _GOOD_GEH]
    named = [
        text(
            "report", "flow_poor_road", lang, road=escape_markdown(road), n=int(own["n"]),
            geh=figure(own["median_geh"], lang, decimals=1), ratio=percent(own["volume_ratio"], lang),
        )
        for road, own in poor.iterrows()
    ]  # fmt: skip
    said = [text("report", "flow_poor_roads", lang, roads="; ".join(named))] if named else []
    if county < 0:
        said += [text("report", "flow_county_roads", lang, r2=figure(county, lang, decimals=2))]
    return [text("report", "flow_by_road", lang), markdown_table(heads, rows), *said]


def _worst(flows: FlowResult, lang: Language) -> list[str]:
    table = worst_counts(flows, top=_MOST_COUNTS)
    columns = ["observed_trucks", "modelled_trucks", "geh", "heldout_trucks", "heldout_geh"]
    heads = [_column(name, lang) for name in ("count", "road", "basis", *columns)]
    rows = [
        [own["count"], own["road"], text("report", f"basis_{own['basis']}", lang), *_row(own[columns], lang)]
        for _, own in table.iterrows()
    ]
    return [_head("worst", lang), text("report", "flow_worst", lang), markdown_table(heads, rows)]


def _volumes(result: Result, flows: FlowResult, lang: Language) -> list[str]:
    totals, table = flows.totals, total_table(result, flows)
    observed, modelled = (totals[f"counted_truck_km_{kind}"] for kind in ("observed", "modelled"))
    base = table["base"]
    through = text(
        "report", "flow_through", lang,
        trips=percent(base["through_trips_per_day"] / base["trips_per_day"], lang, decimals=1),
        km=percent(base["through_truck_km_per_day"] / base["truck_km_per_day"], lang, decimals=1),
        assumed=percent(assumption(flows.assumptions, "flow_through_share", unit="1"), lang),
    )  # fmt: skip
    counted = text(
        "report", "flow_counted_km", lang, modelled=format_number(modelled, lang),
        observed=format_number(observed, lang), difference=_difference(modelled, observed, lang),
    )  # fmt: skip
    heads = [_column("measure", lang), *(_column(name, lang) for name in table.columns)]
    rows = [[text("report", f"total_{name}", lang), *_row(own, lang)] for name, own in table.iterrows()]
    return [_head("volumes", lang), counted, through, markdown_table(heads, rows)]


def _relations(result: Result, flows: FlowResult, lang: Language) -> list[str]:
    largest = relation_table(od_table(flows, planned_flows(result)), top=_TOP)
    trucks = [name for name in ("trucks_per_day", "planned_trucks_per_day") if name in largest]
    heads = [_column(name, lang) for name in ("one_end", "other_end", *trucks, "km", "minutes", "outside_km")]
    figures = (*trucks, "km", "minutes", "outside_km")
    rows = [
        [own["one_end"], own["other_end"], *(format_number(own[name], lang) for name in figures)]
        for own in largest.to_dict("records")
    ]
    note = text("report", "flow_relations", lang, count=len(largest))
    return [_head("relations", lang), note, markdown_table(heads, rows)]


def _energy(result: Result, flows: FlowResult, lang: Language) -> list[str]:
    table = energy_table(result, result.planned or flows)
    columns = ["energy_per_day", "energy_low_per_day", "energy_high_per_day", "winter_per_day"]
    heads = [_column(name, lang) for name in ("energy", "unit", "use_per_km", *columns)]
    rows = [
        [
            text("report", f"energy_{name}", lang),
            own["unit"],
            format_number(own["use_per_km"], lang, decimals=3),
            *(format_number(own[column], lang) for column in columns),
        ]
        for name, own in table.iterrows()
    ]
    year = result.scenario.world.traffic_year or _base_year(result)
    return [
        _head("energy", lang),
        text("report", "flow_energy", lang, year=year),
        markdown_table(heads, rows),
    ]


def _plan(result: Result, flows: FlowResult, lang: Language) -> list[str]:
    """Tell growth and shift, and what they do to truck-kilometres; nothing where neither is asked for."""
    if planned_flows(result) is None:
        return []
    table = total_table(result, flows)
    before, after = (float(table[name]["truck_km_per_day"]) for name in ("base", "planned"))
    effect = text(
        "report", "flow_effect", lang, before=format_number(before, lang), after=format_number(after, lang),
        difference=_difference(after, before, lang),
    )  # fmt: skip
    return [_head("plan", lang), *_growth(result, lang), *_shift(result, lang), effect]


def _growth(result: Result, lang: Language) -> list[str]:
    world = result.scenario.world
    if world.traffic_year is None:
        return []
    numbers, year = result.reference.assumptions, world.traffic_year
    factor = growth_factor(numbers, year=year, level=world.traffic_growth)
    said = text(
        "report", "flow_growth", lang, base=_base_year(result), year=year,
        factor=format_number(factor, lang, decimals=2),
        level=text("report", f"growth_{world.traffic_growth}", lang),
    )  # fmt: skip
    return [said]


def _shift(result: Result, lang: Language) -> list[str]:
    if result.shifted is None:
        return []
    plan, table = result.scenario.plan, shift_table(result.shifted)
    heads = [_column(name, lang) for name in ("corridor", "share_moved", *table.columns)]
    rows = [
        [
            text("report", f"corridor_{corridor}", lang),
            percent(plan.rail_sea_share.get(corridor, 0.0), lang),  # type: ignore[call-overload]
            *_row(own, lang),
        ]
        for corridor, own in table.iterrows()
    ]
    note = text("report", "flow_shift", lang, km=format_number(plan.rail_sea_min_km, lang))
    return [note, markdown_table(heads, rows)]


_SHARES = {"share_below_5", "share_below_5_mean_hour", "gravity_share_below_5"}
_WHOLE = {"n", "observed_trucks", "modelled_trucks", "heldout_trucks", "base", "planned"}


def _row(values: pd.Series, lang: Language) -> list[str]:
    """Write figures by the name of their column: shares in per cent, volumes whole, others to 0.01."""
    return [_figure(str(name), value, lang) for name, value in values.items()]


def _figure(name: str, value: float, lang: Language) -> str:
    if name in _SHARES:
        return percent(value, lang)
    return figure(value, lang, decimals=0 if name in _WHOLE or name.startswith("moved_") else 2)


def _share(fit: pd.Series, lang: Language) -> str:
    return percent(fit["share_below_5"], lang)


def _difference(value: float, base: float, lang: Language) -> str:
    change = value / base - 1 if base else float("nan")
    return f"{'+' if change > 0 else ''}{percent(change, lang, decimals=1)}"


def _base_year(result: Result) -> int:
    return int(assumption(result.reference.assumptions, "traffic_base_year", unit="year"))


def _head(key: str, lang: Language) -> str:
    return f"### {text('report', f'head_flow_{key}', lang)}"


def _column(name: str, lang: Language) -> str:
    return text("report", f"col_{name}", lang)
