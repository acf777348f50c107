"""The chapters of the report on the station plan: what was chosen and why, who gets through, how large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from regiongeo.assumptions import assumption
from regiongeo.i18n import format_number, text, texts
from regiongeo.report.cells import column_label
from regiongeo.report.charts import PLAN_CHARTS
from regiongeo.report.markdown import bullets, figure, markdown_table, percent, short_figure
from regiongeo.report.plantables import (
    assumption_rows,
    failing_relations,
    plan_table,
    reserve_table,
    service_table,
    size_table,
    weighty_assumptions,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from regiongeo.i18n import Language
    from regiongeo.result import Result, StationPlan

__all__ = ["describe_assumptions", "describe_plan", "describe_sizes", "plan_findings"]

_TOP = 10


def plan_findings(result: Result, lang: Language) -> list[str]:
    """Return one sentence an energy: how many trips get through, and how many of these need no station."""
    if result.plan is None:
        return []
    return [
        text(
            "plan", "main_served", lang, energy=_energy(energy, lang),
            served=figure(row["served_trips_per_day"], lang), all=figure(row["all_trips_per_day"], lang),
            share=percent(row["served_share"], lang), free=figure(row["free_trips_per_day"], lang),
            added=figure(row["added_trips_per_day"], lang), least=_least_km(result, lang),
        )
        for energy, row in service_table(result.plan).iterrows()
    ]  # fmt: skip


def describe_plan(result: Result, lang: Language) -> list[str]:
    """Return the chapter on the station plan as Markdown blocks; none where there is no plan."""
    plan = result.plan
    if plan is None:
        return []
    return [
        f"## {text('plan', 'head_plan', lang)}",
        _question(result, plan, lang),
        *_service(result, plan, lang),
        *_offers(result, plan, lang),
        f"### {text('plan', 'head_failing', lang)}",
        *_failing(result, plan, lang),
    ]


def describe_sizes(result: Result, lang: Language) -> list[str]:
    """Return the chapter on sizes as Markdown blocks; none where no station is sized."""
    plan = result.plan
    if plan is None or plan.sizes.empty:
        return []
    table = size_table(result, plan)
    heads = [
        *(column_label(name, lang) for name in ("name", "energy", "sessions_per_day", "station_points")),
        column_label("installed_mw", lang),
        *(text("plan", f"short_{name}", lang) for name in ("peak", "per_day")),
        column_label("station_m2", lang),
        *(text("plan", f"short_{name}", lang) for name in ("grid", "cost")),
    ]
    rows = [_size_row(row, lang) for row in table.reset_index().to_dict("records")]
    return [
        f"## {text('plan', 'head_sizes', lang)}",
        text("plan", "sizes_what", lang, year=result.scenario.refuelling.year),
        bullets(_totals(table, lang)),
        markdown_table(heads, rows),
        _picture("sizes", lang),
        f"### {text('plan', 'head_unknown', lang)}",
        bullets(_unknown(table, lang)),
    ]


def describe_assumptions(result: Result, lang: Language) -> list[str]:
    """Return the assumptions that move plan and rule check and that nobody has confirmed, if any."""
    table = weighty_assumptions(result)
    if (result.plan is None and result.rules is None) or table.empty:
        return []
    everything = assumption_rows(result)
    said = text(
        "plan", "assumptions_what", lang, all=len(everything),
        unsure=int((everything["assumed"] == "to_verify").sum()),
    )  # fmt: skip
    names = ("assumption", "value", "spread", "unit", "assumed", "source")
    ways_out = {str(row_id): str(name) for row_id, name in result.reference.gateways["name"].items()}
    rows = [
        [
            _about(str(name), lang, ways_out=ways_out),
            _amount(row["value"], lang),
            _spread(row["low"], row["high"], lang),
            _unit(str(name), row["unit"], lang),
            text("plan", f"assumed_{row['assumed']}", lang),
            row["source"],
        ]
        for name, row in table.iterrows()
    ]
    return [
        f"## {text('plan', 'head_assumptions', lang)}",
        said,
        markdown_table([column_label(name, lang) for name in names], rows),
    ]


def _question(result: Result, plan: StationPlan, lang: Language) -> str:
    said = [
        text("plan", f"plan_{plan.objective}", lang, sites=len(plan.sites), candidates=len(result.ranking)),
        text(
            "plan", f"plan_bound_{plan.objective}", lang, bound=format_number(plan.bound, lang),
            gap=format_number(100 * plan.gap, lang, decimals=1),
            status=text("report", f"status_{plan.status}", lang),
        ),
    ]  # fmt: skip
    if plan.worst_gap_km is not None:
        said.append(text("plan", "plan_worst_km", lang, km=format_number(plan.worst_gap_km, lang)))
    if plan.fairness_price is not None:
        price = format_number(100 * plan.fairness_price, lang, decimals=1)
        said.append(text("plan", "plan_fairness_price", lang, share=price))
    if not plan.is_settled:
        said.append(text("plan", "plan_unsettled", lang))
    existing = plan.offers.index[plan.offers["is_existing"]].get_level_values("site_id").nunique()
    if existing:
        said.append(text("plan", "plan_existing", lang, count=existing))
    return " ".join(said)


def _service(result: Result, plan: StationPlan, lang: Language) -> list[str]:
    if plan.service.empty:
        return []
    refuelling = result.scenario.refuelling
    assumed = text(
        "plan", "plan_assumed", lang, year=refuelling.year, traffic=_traffic_year(result),
        least=_least_km(result, lang), local=figure(plan.local_trips_per_day, lang),
        season=text("plan", f"season_in_{refuelling.season}", lang),
    )  # fmt: skip
    if refuelling.range_km:
        named = ", ".join(_energy(energy, lang).lower() for energy in refuelling.range_km)
        assumed = f"{assumed} {text('plan', 'plan_range_set', lang, energies=named)}"
    kinds = ("all", "free", "added", "failing", "impossible")
    names = ["range_km", "truck_share", *(f"{kind}_trips_per_day" for kind in kinds), "served_share"]
    heads = [column_label(name, lang) for name in ("energy", *names)]
    rows = [
        [_energy(energy, lang), *(_figure(name, row[name], lang) for name in names)]
        for energy, row in service_table(plan).iterrows()
    ]
    return [assumed, markdown_table(heads, rows), _picture("served", lang)]


def _least_km(result: Result, lang: Language) -> str:
    return format_number(assumption(result.reference.assumptions, "siting.least_trip_km", unit="km"), lang)


def _traffic_year(result: Result) -> int:
    base = assumption(result.reference.assumptions, "traffic_base_year", unit="year")
    return result.scenario.world.traffic_year or int(base)


def _offers(result: Result, plan: StationPlan, lang: Language) -> list[str]:
    table = plan_table(result, plan)
    new = table[~table["is_existing"]]
    if new.empty:
        return [text("plan", "plan_none", lang)]
    names = ["stops_per_day", "lost_trips_per_day", "lost_truck_km_per_day"]
    heads = [column_label(name, lang) for name in ("name", "municipality", "rank", "is_locked", *names)]
    parts = []
    for energy, own in new.groupby(new.index.get_level_values("energy"), sort=False):
        rows = [
            [
                row["name"],
                row["municipality"],
                figure(row["rank"], lang),
                text("report", "yes" if row["is_locked"] else "no", lang),
                *(_figure(name, row[name], lang) for name in names),
            ]
            for _, row in own.iterrows()
        ]
        title = text("plan", "head_offers", lang, energy=_energy(energy, lang), count=len(own))
        parts += [f"### {title}", markdown_table(heads, rows)]
    return [*parts, text("plan", "plan_loss", lang), *_equals(new, lang), *_reserves(result, plan, lang)]


def _equals(new: pd.DataFrame, lang: Language) -> list[str]:
    """Name the sites that another one could stand for without any loss."""
    twins = new.dropna(subset="equal_sites")
    rows = list(dict.fromkeys(zip(twins["name"], twins["equal_sites"], strict=True)))
    heads = [column_label("name", lang), column_label("equal_sites", lang)]
    return [text("plan", "equal_what", lang), markdown_table(heads, rows)] if rows else []


def _reserves(result: Result, plan: StationPlan, lang: Language) -> list[str]:
    """Tell what could stand for a site whose plot fails."""
    table = reserve_table(result, plan)
    if table.empty:
        return []
    told = [
        text(
            "plan",
            "reserve",
            lang,
            name=row["reserve"],
            km=figure(row["reserve_lost_truck_km_per_day"], lang),
        )
        for _, row in table.iterrows()
    ]
    by_site = pd.Series(told, index=table.index).groupby(level="site_id", sort=False)
    names = table["name"].groupby(level="site_id", sort=False).first()
    rows = [[names[site_id], "; ".join(own)] for site_id, own in by_site]
    heads = [column_label("name", lang), column_label("reserve", lang)]
    title = text("plan", "head_reserves", lang)
    return [f"### {title}", text("plan", "reserves_what", lang), markdown_table(heads, rows)]


def _failing(result: Result, plan: StationPlan, lang: Language) -> list[str]:
    table = failing_relations(plan)
    if table.empty:
        return [text("plan", "plan_all_through", lang)]
    stops = result.scenario.refuelling.stops_per_day
    said = [text("plan", "plan_failing", lang, count=min(_TOP, len(table)), all=len(table))]
    if stops is not None:
        said.append(text("plan", "plan_full", lang, stops=format_number(stops, lang)))
    names = ["failing_trips_per_day", "one_way_km", "range_km", "failing_truck_km_per_day"]
    heads = [column_label(name, lang) for name in ("energy", "one_end", "other_end", *names)]
    rows = [
        [
            _energy(row["energy"], lang),
            row["one_end"],
            row["other_end"],
            *(_figure(name, row[name], lang) for name in names),
        ]
        for row in table.head(_TOP).reset_index().to_dict("records")
    ]
    return [" ".join(said), markdown_table(heads, rows)]


def _size_row(row: dict[Hashable, Any], lang: Language) -> list[str]:
    is_power = row["energy"] == "battery"
    amount, unit = (row["energy_kwh_d"], "kwh") if is_power else (row["fuel_kg_d"], "kg")
    return [
        row["name"],
        _energy(row["energy"], lang),
        figure(row["sessions_per_day"], lang),
        figure(row["station_points"], lang),
        figure(row["installed_mw"], lang, decimals=1),
        figure(row["peak_high_mw"], lang, decimals=1),
        text("plan", f"per_day_{unit}", lang, amount=figure(amount, lang)),
        figure(row["station_m2"], lang),
        _grid(row, lang),
        _spread(row["equipment_low_mnok"], row["equipment_high_mnok"], lang),
    ]


def _grid(row: dict[Hashable, Any], lang: Language) -> str:
    """Tell the grid against the peak, with the figure that matters."""
    if row["grid_status"] == "lacks":
        return text("plan", "grid_lack", lang, mw=figure(row["grid_lack_mw"], lang, decimals=1))
    if row["grid_status"] == "fits_with_storage":
        return text("plan", "grid_storage", lang, mwh=figure(row["storage_mwh"], lang, decimals=1))
    return text("plan", f"grid_{row['grid_status']}", lang)


def _totals(table: pd.DataFrame, lang: Language) -> Iterator[str]:
    """Add up what may be added: points, amounts a day and costs; power may not."""
    for energy, own in table.groupby(table.index.get_level_values("energy"), sort=False):
        amount = own["energy_kwh_d"] if str(energy) == "battery" else own["fuel_kg_d"]
        yield text(
            "plan", f"sizes_{energy}", lang, energy=_energy(energy, lang),
            points=figure(own["station_points"].sum(), lang), amount=figure(amount.sum(), lang),
        )  # fmt: skip
    costs = table[["equipment_low_mnok", "equipment_mnok", "equipment_high_mnok"]].dropna()
    if len(costs):
        low, central, high = (figure(costs[name].sum(), lang) for name in costs.columns)
        yield text("plan", "sizes_cost", lang, count=len(costs), low=low, central=central, high=high)


def _unknown(table: pd.DataFrame, lang: Language) -> Iterator[str]:
    is_power = table.index.get_level_values("energy") == "battery"
    charging = table[is_power]
    unknown = int((charging["grid_status"] == "capacity_unknown").sum())
    later = int((charging["grid_timing"] == "later").sum())
    if unknown:
        yield text("plan", "unknown_grid", lang, count=unknown, all=len(charging))
    if later:
        yield text("plan", "unknown_later", lang, count=later)
    if len(table[~is_power]):
        yield text("plan", "unknown_fuel", lang)
    yield text("plan", "unknown_cost", lang)


def _about(name: str, lang: Language, *, ways_out: Mapping[str, str]) -> str:
    """Say in words what an assumption is about; one of an unknown kind keeps its name."""
    parts = name.split(".")
    words = {**texts("plan", lang), **{f"rest_{one}": said for one, said in ways_out.items()}}
    depth = next((count for count in (2, 1) if f"about_{'_'.join(parts[:count])}" in words), None)
    if depth is None:
        return name
    rest = ", ".join(words.get(f"rest_{one}", one) for one in parts[depth:])
    return text("plan", f"about_{'_'.join(parts[:depth])}", lang, rest=rest)


def _unit(name: str, unit: str, lang: Language) -> str:
    key = "yes_no" if ".urban_node." in name else unit.replace("/", "_per_")
    return texts("plan", lang).get(f"unit_{key}", unit)


def _spread(low: float, high: float, lang: Language) -> str:
    if pd.isna(low) or pd.isna(high):
        return "–"
    return text("plan", "range_of", lang, low=_amount(low, lang), high=_amount(high, lang))


def _amount(value: float, lang: Language) -> str:
    """Write a number with the decimals it has, four at most."""
    decimals = next((count for count in range(5) if round(value, count) == round(value, 4)), 4)
    return format_number(value, lang, decimals=decimals)


def _figure(name: str, value: float, lang: Language) -> str:
    if name.endswith("_share"):
        return percent(value, lang, decimals=1)
    return short_figure(value, lang)


def _energy(energy: object, lang: Language) -> str:
    return text("plan", f"offer_{energy}", lang)


def _picture(key: str, lang: Language) -> str:
    return f"![{text('plan', f'alt_{key}', lang)}]({PLAN_CHARTS[key]})"
