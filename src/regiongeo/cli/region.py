"""Commands of the region's own figures: the atlas, and tables converted to another year's codes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regiongeo.cli.common import (
    Encoding,
    JsonOption,
    LangOption,
    QuietOption,
    print_json,
    progress,
    say,
    words,
)

if TYPE_CHECKING:
    from regiongeo.atlas.model import Atlas
    from regiongeo.cli.common import Lang
    from regiongeo.report.converted import Converted

__all__ = ["region_app"]

region_app = typer.Typer(
    help="Regionatlas: medlemmer, flerkjernethet, tilgjengelighet, klima, nøkkeltall; kommunekoder regnet om."
)


TruckFlowsOption = Annotated[
    bool, typer.Option("--truck-flows", help="Med modellerte lastebilstrømmer mellom kommunene.")
]


@region_app.callback(invoke_without_command=True)
def region(
    context: typer.Context,
    year: Annotated[
        int | None, typer.Option(help="Året atlaset åpner med; uten: siste år med folketall.")
    ] = None,
    members: Annotated[int, typer.Option(help="Medlemsliste: 2020, 2021, 2022 eller 2024.")] = 2024,
    subregion: Annotated[str | None, typer.Option(help="Bare denne delregionen eller egne gruppen.")] = None,
    alternative: Annotated[
        list[str] | None,
        typer.Option(help="Kommune som skal telle i sin andre delregion; kan gis flere ganger."),
    ] = None,
    groups: Annotated[Path | None, typer.Option(help="Egne grupper av kommuner (CSV, xlsx).")] = None,
    jobs: Annotated[Path | None, typer.Option(help="Sysselsatte etter arbeidssted (SSB 13470).")] = None,
    commuting: Annotated[Path | None, typer.Option(help="Pendling mellom kommuner (SSB 03321).")] = None,
    land_use: Annotated[Path | None, typer.Option(help="Arealbruk (SSB 09594).")] = None,
    emissions: Annotated[
        Path | None, typer.Option(help="Miljødirektoratets utslipp per kommune (xlsx, CSV).")
    ] = None,
    truck_flows: TruckFlowsOption = False,  # noqa: FBT002
    encoding: Annotated[Encoding, typer.Option(help="Tegnsett i CSV-filene fra SSB.")] = "utf-8",
    out: Annotated[Path, typer.Option(help="Mappe for atlaset.")] = Path("maps/atlas"),
    lang: LangOption = "nb",
    as_json: JsonOption = False,  # noqa: FBT002
    quiet: QuietOption = False,  # noqa: FBT002
) -> None:
    """Skriv regionatlaset: kart, Excel, GeoPackage, CSV og bilder; eller bruk en kommando under."""
    if context.invoked_subcommand is not None:
        return
    from regiongeo.atlasjob import AtlasInputs, run_atlas, second_process  # noqa: PLC0415

    inputs = AtlasInputs(
        members_year=members,
        year=year,
        subregion=subregion,
        alternatives=tuple(alternative or ()),
        groups=groups,
        jobs=jobs,
        commuting=commuting,
        land_use=land_use,
        emissions=emissions,
        has_truck_flows=truck_flows,
        encoding=encoding,
    )
    with progress(lang, silent=quiet or as_json) as tell, second_process() as pool:
        atlas = run_atlas(inputs, out, lang=lang, pool=pool, tell=tell)
    if as_json:
        print_json(_atlas_summary(atlas, out))
    elif not quiet:
        _tell_atlas(atlas, out, lang)


FileArgument = Annotated[
    Path, typer.Argument(help="Tabell: CSV eller Excel (.xlsx), kolonnenavn i første rad.")
]
FromOption = Annotated[int, typer.Option("--from", help="År kodene i tabellen gjelder for (2019-2026).")]
ToOption = Annotated[int, typer.Option("--to", help="År kodene skal gjelde for.")]
CodeOption = Annotated[str | None, typer.Option("--code", help="Kolonne med kommunekoder.")]
ValueOption = Annotated[
    list[str] | None, typer.Option("--value", help="Kolonne med mengder som skal summeres; flere ganger.")
]
ByOption = Annotated[
    list[str] | None, typer.Option("--by", help="Kolonne som skiller radene for en kommune: år, sektor.")
]
WeightsOption = Annotated[
    Path | None, typer.Option(help="Størrelsen på hver del av en delt kommune: kode og tall (CSV, xlsx).")
]
EncodingOption = Annotated[Encoding | None, typer.Option(help="Tegnsett i CSV-filene; uten: finnes selv.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", "-o", help="Fil som skal skrives (.csv eller .xlsx).")
]


@region_app.command()
def convert(
    file: FileArgument,
    from_year: FromOption,
    to_year: ToOption,
    code: CodeOption = None,
    value: ValueOption = None,
    by: ByOption = None,
    weights: WeightsOption = None,
    encoding: EncodingOption = None,
    out: OutOption = None,
    lang: LangOption = "nb",
    as_json: JsonOption = False,  # noqa: FBT002
    quiet: QuietOption = False,  # noqa: FBT002
) -> None:
    """Regn om en tabell fra ett års kommunekoder til et annets; summene bevares."""
    from regiongeo import store  # noqa: PLC0415
    from regiongeo.report.converted import convert_file  # noqa: PLC0415

    done = convert_file(
        file,
        store.load_table("code_changes"),
        from_year=from_year,
        to_year=to_year,
        code=code,
        values=value or (),
        by=by or (),
        weights=weights,
        encoding=encoding,
        out=out,
    )
    if as_json:
        print_json(_summary(done))
    elif not quiet:
        _tell(done, lang)


def _atlas_summary(atlas: Atlas, out: Path) -> dict[str, object]:
    from regiongeo.report.atlastables import member_sums, members_with_emissions  # noqa: PLC0415

    emission_year, count = members_with_emissions(atlas)
    return {
        "schema": "regiongeo.atlas/1",
        "out": str(out),
        "members": atlas.members_year,
        "year": atlas.year,
        "subregion": atlas.subregion,
        "municipalities": len(atlas.municipalities),
        "population": member_sums(atlas),
        "emissions": {"year": emission_year, "municipalities": count},
        "figures": len(atlas.figures),
    }


def _tell_atlas(atlas: Atlas, out: Path, lang: Lang) -> None:
    from regiongeo.atlas.words import unit_words  # noqa: PLC0415
    from regiongeo.i18n import format_number  # noqa: PLC0415
    from regiongeo.report.atlassummary import atlas_title, key_figures  # noqa: PLC0415

    say(atlas_title(atlas, lang))
    for label, value, unit, year in key_figures(atlas, lang):
        decimals = 0 if unit == "persons" else 3 if unit == "1" else 1
        told = format_number(value, lang, decimals=decimals)
        say(f"  {label}, {year}: {told} {'' if unit == '1' else unit_words(unit, lang)}".rstrip())
    say(words("atlas_done", lang, path=out / "atlas.html"))


def _summary(done: Converted) -> dict[str, object]:
    return {
        "schema": "regiongeo.convert/1",
        "out": str(done.out),
        "rows": {"before": done.rows_before, "after": done.rows_after},
        "encoding": done.encoding,
        "totals": done.totals,
    }


def _tell(done: Converted, lang: Lang) -> None:
    from regiongeo.i18n import format_number  # noqa: PLC0415
    from regiongeo.userfiles.problems import shown  # noqa: PLC0415

    if done.encoding == "cp1252":
        say(words("convert_encoding", lang, encoding=done.encoding))
    say(words("convert_done", lang, before=done.rows_before, after=done.rows_after, path=done.out))
    for name, total in done.totals.items():
        decimals = 0 if total == int(total) else 2
        told = format_number(total, lang, decimals=decimals)
        say(words("convert_total", lang, column=shown(name), total=told))
