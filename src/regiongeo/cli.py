"""The command line: thin commands over plain functions. Results go to stdout, talk to stderr.

Only this module catches our errors; each turns into its exit code and one clear message.
"""

from __future__ import annotations

import json
import signal
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from types import FrameType

    from regiongeo.job import Done
    from regiongeo.result import Result

__all__ = ["app", "main"]

app = typer.Typer(
    name="regiongeo",
    help="Energistasjoner for tungtransport i Osloregionen: rangering, portefølje og kart uten nett.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
data_app = typer.Typer(help="Referansedata: vis, kontroller, bygg.", no_args_is_help=True)
network_app = typer.Typer(help="Vegnett fra andre kilder.", no_args_is_help=True)
app.add_typer(data_app, name="data")
app.add_typer(network_app, name="network")


def _show_version(is_asked: bool) -> None:  # noqa: FBT001 - how the command library calls back
    if is_asked:
        from regiongeo import __version__  # noqa: PLC0415

        print(f"regiongeo {__version__}")  # noqa: T201
        raise typer.Exit


Lang = Literal["nb", "en"]
Encoding = Literal["utf-8", "cp1252", "latin-1"]
LangOption = Annotated[Lang, typer.Option("--lang", help="Språk: nb eller en.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Skriv ett JSON-objekt på stdout.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Ingen fremdrift og ingen oppsummering.")]


@app.callback()
def common(
    *,
    version: Annotated[bool, typer.Option("--version", help="Versjon.", callback=_show_version)] = False,
) -> None:
    """Energistasjoner for tungtransport i Osloregionen: rangering, portefølje og kart uten nett."""


@app.command()
def run(
    scenario: Annotated[Path | None, typer.Argument(help="Scenario i TOML; uten: standardscenariet.")] = None,
    plots: Annotated[Path | None, typer.Option(help="Egne tomter: CSV, GeoJSON eller GeoPackage.")] = None,
    stations: Annotated[Path | None, typer.Option(help="Eksisterende energistasjoner (CSV).")] = None,
    capacity: Annotated[Path | None, typer.Option(help="Ledig nettkapasitet, egen kopi (CSV).")] = None,
    layer: Annotated[str | None, typer.Option(help="Lag i GeoPackage med tomter.")] = None,
    encoding: Annotated[Encoding, typer.Option(help="Tegnsett i CSV-filene.")] = "utf-8",
    out: Annotated[Path, typer.Option(help="Mappe for resultatene.")] = Path("maps/latest"),
    seed: Annotated[int | None, typer.Option(min=0, help="Frø for vekttrekningene.")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Beregn godsstrømmene på nytt.")] = False,  # noqa: FBT002
    lang: LangOption = "nb",
    as_json: JsonOption = False,  # noqa: FBT002
    quiet: QuietOption = False,  # noqa: FBT002
) -> None:
    """Ranger steder for energistasjoner og skriv kart, Excel, GeoPackage, CSV og rapport."""
    from regiongeo.job import Inputs, run_job  # noqa: PLC0415

    inputs = Inputs(
        scenario=scenario,
        plots=plots,
        stations=stations,
        capacity=capacity,
        seed=seed,
        layer=layer,
        encoding=encoding,
    )
    with _progress(lang, silent=quiet or as_json) as tell:
        done = run_job(inputs, out, lang=lang, cache=None if anew else _cache_folder(), tell=tell)
    if as_json:
        _print_json(_run_summary(done, out))
    elif not quiet:
        _show_run(done, out, lang)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Mappe for scenario og maler.")] = Path(),
    lang: LangOption = "nb",
) -> None:
    """Skriv et kommentert scenario og CSV-maler for tomter, stasjoner og nettkapasitet."""
    from importlib.resources import files  # noqa: PLC0415

    from regiongeo.atomic import explained, write_atomically  # noqa: PLC0415

    templates = sorted((files("regiongeo") / "templates").iterdir(), key=lambda one: one.name)
    templates = [one for one in templates if one.name.endswith((".toml", ".csv"))]
    there = [one.name for one in templates if (folder / one.name).exists()]
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for one in templates:
        if one.name not in there:
            write_atomically(folder / one.name, one.read_bytes())
    written = [one.name for one in templates if one.name not in there]
    if there:
        _say(_text("init_exists", lang, names=", ".join(there)))
    if written:
        _say(_text("init_done", lang, names=", ".join(written), scenario=folder / "scenario.toml"))


@app.command()
def doctor(
    out: Annotated[Path, typer.Option(help="Mappe for resultatene.")] = Path("maps/latest"),
    lang: LangOption = "nb",
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Kontroller versjoner, data, løser og mapper; hvert problem med tiltak."""
    from regiongeo.doctor import examine  # noqa: PLC0415

    checks = examine(out)
    if as_json:
        _print_json({"schema": "regiongeo.doctor/1", "checks": [vars(check) for check in checks]})
    else:
        for check in checks:
            mark = "ok  " if check.is_ok else "FEIL" if lang == "nb" else "FAIL"
            cure = "" if check.is_ok else f"\n        → {check.cure}"
            print(f"{mark}  {check.name}: {check.found}{cure}")  # noqa: T201
    if not all(check.is_ok for check in checks):
        raise typer.Exit(1)
    if not as_json:
        _say(_text("doctor_ok", lang))


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="Mappe med et ferdig resultat.")] = Path("maps/latest"),
    lang: LangOption = "nb",
) -> None:
    """Kontroller at filene i en resultatmappe er de som run.json beskriver."""
    from regiongeo.errors import DataError  # noqa: PLC0415
    from regiongeo.manifest import verify_run  # noqa: PLC0415
    from regiongeo.publish import recover_folder  # noqa: PLC0415

    recover_folder(folder)
    problems = verify_run(folder)
    if problems:
        raise DataError("; ".join(problems))
    _say(_text("verify_ok", lang))


@data_app.command("list")
def data_list(as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Vis tabellene: rader, kilder og hvordan de er laget."""
    from regiongeo import store  # noqa: PLC0415

    tables = store.list_tables()
    if as_json:
        _print_json({"schema": "regiongeo.data/1", "tables": tables.reset_index().to_dict(orient="records")})
        return
    for name, table in tables.iterrows():
        print(f"{name:<26} {table['rows']:>7}  {', '.join(table['source_ids'])}  {table['title']}")  # noqa: T201


@data_app.command("verify")
def data_verify(lang: LangOption = "nb") -> None:
    """Kontroller hver tabell mot registerets hash."""
    from regiongeo import store  # noqa: PLC0415
    from regiongeo.errors import DataError  # noqa: PLC0415

    problems = store.verify()
    if problems:
        raise DataError("; ".join(problems))
    _say(_text("data_ok", lang, count=len(store.list_tables())))


@data_app.command("build")
def data_build(
    sources: Annotated[Path, typer.Option(help="Mappe med rådata.")],
    out: Annotated[Path | None, typer.Option(help="Datamappe; uten: den som følger med.")] = None,
    lang: LangOption = "nb",
) -> None:
    """Bygg referansedata på nytt fra rådata; samme bytes hver gang."""
    from regiongeo import store  # noqa: PLC0415
    from regiongeo.compile import build_reference  # noqa: PLC0415

    shipped = store.data_dir()
    build_reference(sources, out or shipped, assumptions=shipped / "assumptions.csv")
    _say(_text("built", lang, folder=out or shipped))


@data_app.command("rehash")
def data_rehash(lang: LangOption = "nb") -> None:
    """Før ny hash for assumptions.csv i registeret etter redigering."""
    from regiongeo import store  # noqa: PLC0415
    from regiongeo.compile import rehash_assumptions  # noqa: PLC0415

    rehash_assumptions(store.data_dir())
    _say(_text("data_ok", lang, count=len(store.list_tables())))


@network_app.command("from-osm")
def network_from_osm(
    file: Annotated[Path, typer.Argument(help="Lokal OSM-fil i XML (.osm).")],
    out: Annotated[Path, typer.Option(help="GeoPackage som skal skrives.")] = Path("network.gpkg"),
    lang: LangOption = "nb",
) -> None:
    """Bygg et vegnett for tunge kjøretøy fra en lokal OpenStreetMap-fil."""
    from regiongeo import store  # noqa: PLC0415
    from regiongeo.osm import OSM_NOTICE, read_osm_xml, speed_rules, write_network  # noqa: PLC0415

    network = read_osm_xml(file, rules=speed_rules(store.load_table("assumptions")))
    write_network(network, out, notice=OSM_NOTICE)
    _say(_text("network_written", lang, network=repr(network), path=out))


def main() -> None:
    """Run the command line and exit with the code of what happened."""
    _use_utf8()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    warnings.showwarning = _show_warning  # type: ignore[assignment]
    from regiongeo.errors import RegionGeoError  # noqa: PLC0415

    try:
        app()
    except RegionGeoError as error:
        _show_error(error)
        sys.exit(error.exit_code)
    except _InterruptedError:
        _say(_text("cancelled", _language()))
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


class _InterruptedError(BaseException):
    """Ctrl-C or SIGTERM; not KeyboardInterrupt, which the command library would swallow without a word."""


def _show_warning(message: Warning | str, category: type[Warning], *_where: object) -> None:
    """Show our own warnings in one line; those of libraries are for developers and stay silent."""
    if category.__module__ == "regiongeo.errors":
        _say(f"{_text('note', _language())}: {message}")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise _InterruptedError


def _use_utf8() -> None:
    """Let no console of Windows stop on a letter it cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _language() -> Lang:
    """Find the language before the options are parsed, for errors."""
    return (
        "en"
        if "--lang=en" in sys.argv or ("--lang", "en") in zip(sys.argv, sys.argv[1:], strict=False)
        else "nb"
    )


def _cache_folder() -> Path:
    from platformdirs import user_cache_path  # noqa: PLC0415

    return user_cache_path("regiongeo", appauthor=False) / "flows"


def _show_error(error: Exception) -> None:
    code = getattr(error, "exit_code", 1)
    if "--json" in sys.argv:
        _print_json(
            {"schema": "regiongeo.error/1", "code": code, "id": type(error).__name__, "message": str(error)}
        )
    _say(f"{_text('error', _language())}: {error}")


def _text(key: str, lang: Lang, **values: object) -> str:
    from regiongeo.i18n import text  # noqa: PLC0415

    return text("cli", key, lang, **values)


def _say(words: str) -> None:
    print(words, file=sys.stderr)  # noqa: T201


def _print_json(content: dict[str, Any]) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=1))  # noqa: T201


def _progress(lang: Lang, *, silent: bool) -> AbstractContextManager[Callable[[str], None]]:
    """Return the context of a progress bar that names each step."""
    from contextlib import contextmanager  # noqa: PLC0415

    from regiongeo.i18n import texts  # noqa: PLC0415

    @contextmanager
    def context() -> Iterator[Callable[[str], None]]:
        if silent:
            yield lambda _name: None
            return
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        known = texts("cli", lang)
        columns = (BarColumn(bar_width=24), TimeElapsedColumn(), TextColumn("{task.description}"))
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=_STEPS)

            def tell(name: str) -> None:
                words = known.get(f"step_{name}") or known["step_write"].format(name=name)
                bar.update(task, advance=1, description=words)

            yield tell

    return context()


_STEPS = 19
"""Steps of the main job, for the length of the bar."""


def _show_run(done: Done, out: Path, lang: Lang) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from regiongeo.i18n import format_number  # noqa: PLC0415
    from regiongeo.result import tell_notices  # noqa: PLC0415

    result = done.result
    console = Console()
    for name, rows in done.rows_read.items():
        console.print(Text(_text(f"read_{name}", lang, rows=rows)))
    table = Table(title=_text("top", lang))
    for column in ("rank", "name", "score", "interval", "top5"):
        table.add_column(_text(f"column_{column}", lang))
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
        console.print(Text(f"{_text('note', lang)}: {notice}"))
    console.print(Text(_text("done", lang, sites=len(result.sites), excluded=len(result.excluded), out=out)))
    console.print(Text(_text("open_map", lang, path=out / "map.html")))


def _describe_plots(result: Result, lang: Lang) -> list[str]:
    """Say what became of each of the user's plots: its rank, or why it was struck out."""
    from regiongeo.i18n import text  # noqa: PLC0415

    ranked = result.sites.index[result.sites["kind"] == "plot"]
    struck = result.excluded[result.excluded["kind"] == "plot"]
    places = result.ranking.loc[ranked, "rank"].sort_values()
    lines = [
        _text("plot_ranked", lang, id=site, rank=rank, of=len(result.sites)) for site, rank in places.items()
    ]
    for site, row in struck.iterrows():
        reason = text("sites", f"reason_{row['reason']}", lang)
        lines.append(_text("plot_struck", lang, id=site, reason=reason, detail=row["reason_detail"]))
    return lines


def _describe_portfolio(result: Result, lang: Lang) -> str:
    from regiongeo.i18n import format_number  # noqa: PLC0415

    chosen = result.portfolio
    covered, total = chosen.covered_truck_km_per_day, chosen.total_truck_km_per_day
    status = _text(chosen.status, lang, gap=format_number(100 * chosen.gap, lang, decimals=1))
    return _text(
        "portfolio",
        lang,
        count=len(chosen.sites),
        covered=format_number(covered, lang),
        total=format_number(total, lang),
        share=format_number(100 * covered / total, lang),
        status=status,
    )


def _run_summary(done: Done, out: Path) -> dict[str, Any]:
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
