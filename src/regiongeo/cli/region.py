"""Commands of the region's own figures: tables converted from one year's municipality codes to another's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regiongeo.cli.common import Encoding, JsonOption, LangOption, QuietOption, print_json, say, words

if TYPE_CHECKING:
    from regiongeo.cli.common import Lang
    from regiongeo.report.converted import Converted

__all__ = ["region_app"]

region_app = typer.Typer(help="Regionens tall: kommunekoder gjennom reformene.", no_args_is_help=True)


@region_app.callback()
def region() -> None:
    """Regionens tall: kommunekoder gjennom reformene."""


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
