"""Commands of the workshop: out to the meeting, and back in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regiongeo.cli.common import Encoding, JsonOption, LangOption, QuietOption, print_json, progress, say

if TYPE_CHECKING:
    from regiongeo.cli.common import Lang
    from regiongeo.workshop.findings import Findings

__all__ = ["workshop_app"]

workshop_app = typer.Typer(help="Verksted: kartfil til møtet, og veien tilbake.", no_args_is_help=True)


@workshop_app.callback()
def workshop() -> None:
    """Verksted: kartfil til møtet, og veien tilbake."""


ScenarioArgument = Annotated[Path | None, typer.Argument(help="Scenario i TOML; uten: standardscenariet.")]
PageOption = Annotated[Path, typer.Option("--out", "-o", help="HTML-fil som skal skrives.")]
PlotsOption = Annotated[Path | None, typer.Option(help="Egne tomter: CSV, GeoJSON eller GeoPackage.")]
StationsOption = Annotated[Path | None, typer.Option(help="Eksisterende energistasjoner (CSV).")]
CapacityOption = Annotated[Path | None, typer.Option(help="Ledig nettkapasitet, egen kopi (CSV).")]
EncodingOption = Annotated[Encoding, typer.Option(help="Tegnsett i CSV-filene.")]
StoryOption = Annotated[Path | None, typer.Option(help="Lysark til møtet (TOML).")]
CompareOption = Annotated[
    list[Path] | None, typer.Option(help="Et scenario til i samme fil (TOML); kan gis flere ganger.")
]
NoFlowsOption = Annotated[bool, typer.Option("--no-flows", help="Uten lastebilstrømmer og stasjonsnett.")]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Uten Kartverkets kart som valg.")]
FilesArgument = Annotated[list[Path], typer.Argument(help="Filer lagret fra verkstedkartet (GeoJSON).")]
OutOption = Annotated[Path, typer.Option(help="Mappe for resultatene.")]
ScenarioOption = Annotated[Path | None, typer.Option(help="Scenario i TOML; uten: standardscenariet.")]
AnyMapOption = Annotated[
    bool, typer.Option("--any-map", help="Ta også filer fra andre kart enn det som er oppgitt.")
]
KeepGoodOption = Annotated[bool, typer.Option("--keep-good", help="Ta det som er i orden i filer med feil.")]
AllCandidatesOption = Annotated[
    bool, typer.Option("--all-candidates", help="Alle forslag som kandidater, ikke ett per sted.")
]


@workshop_app.command()
def build(
    scenario: ScenarioArgument = None,
    out: PageOption = Path("verksted.html"),
    plots: PlotsOption = None,
    stations: StationsOption = None,
    capacity: CapacityOption = None,
    story: StoryOption = None,
    compare: CompareOption = None,
    no_flows: NoFlowsOption = False,  # noqa: FBT002
    offline: OfflineOption = False,  # noqa: FBT002
    encoding: EncodingOption = "utf-8",
    lang: LangOption = "nb",
    quiet: QuietOption = False,  # noqa: FBT002
) -> None:
    """Lag verkstedkartet: én HTML-fil som virker uten nett."""
    from regiongeo.cache import cache_folder  # noqa: PLC0415
    from regiongeo.i18n import text  # noqa: PLC0415
    from regiongeo.job import Inputs  # noqa: PLC0415
    from regiongeo.workshop.build import build_workshop  # noqa: PLC0415

    inputs = Inputs(scenario=scenario, plots=plots, stations=stations, capacity=capacity, encoding=encoding)
    with progress(lang, silent=quiet) as tell:
        map_id = build_workshop(
            inputs,
            out,
            lang=lang,
            story=story,
            compare=compare or (),
            with_flows=not no_flows,
            online_tiles=not offline,
            cache=cache_folder(),
            tell=tell,
        )
    if not quiet:
        say(text("workshop", "built", lang, file=out, map=map_id))


@workshop_app.command()
def collect(
    files: FilesArgument,
    out: OutOption,
    scenario: ScenarioOption = None,
    plots: PlotsOption = None,
    stations: StationsOption = None,
    capacity: CapacityOption = None,
    encoding: EncodingOption = "utf-8",
    any_map: AnyMapOption = False,  # noqa: FBT002
    keep_good: KeepGoodOption = False,  # noqa: FBT002
    all_candidates: AllCandidatesOption = False,  # noqa: FBT002
    lang: LangOption = "nb",
    as_json: JsonOption = False,  # noqa: FBT002
    quiet: QuietOption = False,  # noqa: FBT002
) -> None:
    """Slå sammen bordenes filer, gi forslagene eksakt score og vis enighet og uenighet."""
    from regiongeo.job import Inputs  # noqa: PLC0415
    from regiongeo.workshop.collect import collect_workshop  # noqa: PLC0415
    from regiongeo.workshop.summary import summary_object  # noqa: PLC0415

    inputs = Inputs(scenario=scenario, plots=plots, stations=stations, capacity=capacity, encoding=encoding)
    with progress(lang, silent=quiet or as_json) as tell:
        findings = collect_workshop(
            files,
            out,
            inputs=inputs,
            any_map=any_map,
            keep_good=keep_good,
            all_of_place=all_candidates,
            lang=lang,
            tell=tell,
        )
    if as_json:
        print_json(summary_object(findings))
    elif not quiet:
        _show(findings, out, lang)


def _show(findings: Findings, out: Path, lang: Lang) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from regiongeo.i18n import text  # noqa: PLC0415
    from regiongeo.userfiles.problems import shown  # noqa: PLC0415
    from regiongeo.workshop.summary import summary_lines  # noqa: PLC0415

    table = Table(show_header=False)
    for label, value in summary_lines(findings, lang):
        table.add_row(Text(label), Text(shown(value, most=2_000)))
    Console().print(table)
    for one in findings.refusals:
        say(text("workshop", "left_out", lang, file=shown(one.file), problem=shown(one.problem, most=300)))
    say(text("workshop", "done", lang, folder=out))
    if findings.proposals["rank"].notna().any():
        say(text("workshop", "done_candidates", lang, file=out / "candidates.geojson"))
