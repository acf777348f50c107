"""Commands on the station plan and the rules, without map and report."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from regiongeo.cli.common import (
    Encoding,
    JsonOption,
    LangOption,
    QuietOption,
    at_most_percent,
    print_json,
    progress,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from regiongeo.cli.common import Lang
    from regiongeo.compliance import RuleCheck
    from regiongeo.job import Done
    from regiongeo.result import Result, StationPlan

__all__ = ["check_rules", "optimise"]

Objective = Literal["truck_km", "trucks", "worst_gap"]
ScenarioArgument = Annotated[Path | None, typer.Argument(help="Scenario i TOML; uten: standardscenariet.")]
PlotsOption = Annotated[Path | None, typer.Option(help="Egne tomter: CSV, GeoJSON eller GeoPackage.")]
StationsOption = Annotated[Path | None, typer.Option(help="Eksisterende energistasjoner (CSV).")]
CapacityOption = Annotated[Path | None, typer.Option(help="Ledig nettkapasitet, egen kopi (CSV).")]
EncodingOption = Annotated[Encoding, typer.Option(help="Tegnsett i CSV-filene.")]


def optimise(
    scenario: ScenarioArgument = None,
    plots: PlotsOption = None,
    stations: StationsOption = None,
    capacity: CapacityOption = None,
    sites: Annotated[int | None, typer.Option(min=1, help="Antall nye steder.")] = None,
    objective: Annotated[
        Objective | None, typer.Option(help="Mål: truck_km, trucks eller worst_gap.")
    ] = None,
    energy: Annotated[
        list[str] | None, typer.Option(help="battery, hydrogen eller biogas; kan gis flere ganger.")
    ] = None,
    lock: Annotated[
        list[str] | None, typer.Option(help="Sted som skal være med; kan gis flere ganger.")
    ] = None,
    budget: Annotated[float | None, typer.Option(min=0, help="Øvre grense for kostnad (MNOK).")] = None,
    encoding: EncodingOption = "utf-8",
    seed: Annotated[int | None, typer.Option(min=0, help="Frø.")] = None,
    out: Annotated[Path | None, typer.Option(help="Skriv stasjonsnettet til denne CSV-filen.")] = None,
    lang: LangOption = "nb",
    as_json: JsonOption = False,  # noqa: FBT002
    quiet: QuietOption = False,  # noqa: FBT002
) -> None:
    """Velg stasjonsnettet som flest lastebiler kommer fram med; uten kart og rapport."""
    from regiongeo.job import Inputs  # noqa: PLC0415

    inputs = Inputs(
        scenario=scenario, plots=plots, stations=stations, capacity=capacity, seed=seed, encoding=encoding
    )
    refuelling = {"objective": objective, "energies": energy and list(energy), "budget_mnok": budget}
    plan = {"portfolio_size": sites, "locked": lock and list(lock)}
    changes = {"refuelling": _given(refuelling), "plan": _given(plan)}
    done = _compute(inputs, changes, lang=lang, silent=quiet or as_json)
    if out is not None:
        from regiongeo.report.plantables import plan_table  # noqa: PLC0415

        _write(plan_table(done.result, _plan_of(done.result)), out)
    if as_json:
        print_json(_plan_summary(_plan_of(done.result)))
    elif not quiet:
        _show_plan(done.result, lang)


def check_rules(
    scenario: ScenarioArgument = None,
    stations: StationsOption = None,
    encoding: EncodingOption = "utf-8",
    today: Annotated[bool, typer.Option("--today", help="Bare det som står i dag.")] = False,  # noqa: FBT002
    out: Annotated[
        Path | None, typer.Option(help="Skriv kilometer per veg og kommune til denne CSV-filen.")
    ] = None,
    lang: LangOption = "nb",
    as_json: JsonOption = False,  # noqa: FBT002
    quiet: QuietOption = False,  # noqa: FBT002
) -> None:
    """Hold AFIR og Enovas regler mot eksisterende stasjoner og stasjonsnettet."""
    from regiongeo.job import Inputs  # noqa: PLC0415

    inputs = Inputs(scenario=scenario, stations=stations, encoding=encoding)
    done = _compute(inputs, {}, lang=lang, silent=quiet or as_json, with_flows=not today)
    if out is not None:
        from regiongeo.report.ruletables import road_table  # noqa: PLC0415

        _write(road_table(done.result, _rules_of(done.result)), out)
    if as_json:
        print_json(_rules_summary(_rules_of(done.result)))
    elif not quiet:
        _show_rules(done.result, _rules_of(done.result), lang)


def _plan_of(result: Result) -> StationPlan:
    return cast("StationPlan", result.plan)


def _rules_of(result: Result) -> RuleCheck:
    return cast("RuleCheck", result.rules)


def _write(table: pd.DataFrame, out: Path) -> None:
    """Write a CSV whole or not at all."""
    from regiongeo.atomic import write_atomically  # noqa: PLC0415
    from regiongeo.report.csvfile import write_csv  # noqa: PLC0415

    write_atomically(out, lambda path: write_csv(table, path))


def _given(settings: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in settings.items() if value is not None}


def _compute(
    inputs: Any,  # noqa: ANN401 - the job is imported only when a command runs
    changes: Mapping[str, Mapping[str, object]],
    *,
    lang: Lang,
    silent: bool,
    with_flows: bool = True,
) -> Done:
    from regiongeo.cache import cache_folder  # noqa: PLC0415
    from regiongeo.job import compute_job  # noqa: PLC0415

    with progress(lang, silent=silent) as tell:
        return compute_job(
            inputs, changes=changes, lang=lang, cache=cache_folder(), with_flows=with_flows, tell=tell
        )


def _show_plan(result: Result, lang: Lang) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from regiongeo.i18n import format_number  # noqa: PLC0415

    plan, console = _plan_of(result), Console()
    table = Table(title=words("plan_title", lang))
    for column in ("name", "energy", "stops", "points", "power", "loss", "reserve"):
        table.add_column(words(f"plan_{column}", lang))
    for key, row in _offers_by_loss(plan).iterrows():
        site_id, energy = cast("tuple[str, str]", key)
        table.add_row(
            Text(str(result.sites.loc[site_id, "name"])),
            words(f"energy_{energy}", lang),
            format_number(row["stops_per_day"], lang),
            format_number(row["points"], lang),
            words("plan_unknown", lang)
            if math.isnan(row["peak_high_mw"])
            else format_number(row["peak_high_mw"], lang, decimals=1),
            format_number(row["lost_truck_km_per_day"], lang),
            Text(_reserve(result, plan, site_id, lang)),
        )
    console.print(table)
    for line in (*_service_lines(plan, lang), _proof(plan, lang)):
        console.print(Text(line))


def _reserve(result: Result, plan: StationPlan, site_id: str, lang: Lang) -> str:
    """Name the replacements that are equally good, or the best one and what is lost with it."""
    from regiongeo.i18n import format_number  # noqa: PLC0415
    from regiongeo.planservice import equal_sites  # noqa: PLC0415

    equal = equal_sites(plan).get(site_id)
    if equal:
        return words("plan_equal", lang, names="; ".join(str(result.sites.loc[one, "name"]) for one in equal))
    own = plan.reserves[plan.reserves.index.get_level_values("site_id") == site_id]
    if own.empty:
        return words("plan_unknown", lang)
    _, other = own.index[0]
    lost = format_number(own["lost_truck_km_per_day"].iloc[0], lang)
    return f"{result.sites.loc[other, 'name']} ({lost})"


def _offers_by_loss(plan: StationPlan) -> pd.DataFrame:
    new = plan.offers[~plan.offers["is_existing"]].join(plan.sizes[["points", "peak_high_mw"]])
    return new.sort_values("lost_truck_km_per_day", ascending=False, kind="stable")


def _service_lines(plan: StationPlan, lang: Lang) -> list[str]:
    from regiongeo.i18n import format_number  # noqa: PLC0415

    return [
        words(
            "plan_service",
            lang,
            energy=words(f"energy_{energy}", lang),
            range=format_number(row["range_km"], lang),
            served=format_number(100 * row["served_trips_per_day"] / row["all_trips_per_day"], lang),
            free=format_number(100 * row["free_trips_per_day"] / row["all_trips_per_day"], lang),
            impossible=format_number(100 * row["impossible_trips_per_day"] / row["all_trips_per_day"], lang),
        )
        for energy, row in plan.service.iterrows()
        if row["all_trips_per_day"] > 0
    ]


def _proof(plan: StationPlan, lang: Lang) -> str:
    """Say how good the plan is: proven, or by how much another one could be better."""
    from regiongeo.i18n import format_number  # noqa: PLC0415

    if plan.worst_gap_km is not None:
        return words(
            "plan_worst_gap" if plan.status == "optimal" else "plan_worst_gap_open",
            lang,
            km=format_number(plan.worst_gap_km, lang, decimals=1),
            least=format_number(plan.bound, lang, decimals=1),
            price=format_number(100 * (plan.fairness_price or 0.0), lang),
        )
    if plan.status == "optimal":
        return words("plan_optimal", lang)
    return words("plan_feasible", lang, gap=format_number(at_most_percent(plan.gap), lang, decimals=1))


def _plan_summary(plan: StationPlan) -> dict[str, Any]:
    from regiongeo.planservice import equal_sites  # noqa: PLC0415

    offers = plan.offers.join(plan.sizes).reset_index()
    return {
        "schema": "regiongeo.plan/1",
        "objective": plan.objective,
        "status": plan.status,
        "gap": plan.gap,
        "bound": plan.bound,
        "is_settled": plan.is_settled,
        "sites": list(plan.sites),
        "offers": _records(offers),
        "reserves": _records(plan.reserves.reset_index()),
        "equal_sites": {site: list(others) for site, others in equal_sites(plan).items()},
        "service": _records(plan.service.reset_index()),
    }


def _show_rules(result: Result, rules: RuleCheck, lang: Lang) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from regiongeo.compliance import fact_text, region_facts  # noqa: PLC0415

    console = Console()
    names = result.reference.municipalities["name"].to_dict()
    for fact in region_facts(rules, names=names):
        console.print(Text(fact_text(fact, lang)))
    for fact in rules.notices:
        console.print(Text(f"{words('note', lang)}: {fact_text(fact, lang)}"))


def _rules_summary(rules: RuleCheck) -> dict[str, Any]:
    return {
        "schema": "regiongeo.rules/1",
        "region": _records(rules.region_shares.reset_index()),
        "roads": _records(rules.road_km.reset_index()),
        "pools": _records(rules.pool_status.reset_index()),
        "urban_nodes": _records(rules.urban_nodes.reset_index()),
        "notices": [fact.key for fact in rules.notices],
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain values; missing is null."""
    import json  # noqa: PLC0415

    return json.loads(table.to_json(orient="records", force_ascii=False, double_precision=6))  # type: ignore[no-any-return]
