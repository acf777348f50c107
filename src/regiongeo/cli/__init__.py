"""The command line: thin commands over plain functions. Results go to stdout, talk to stderr.

Only this module catches our errors; each turns into its exit code and one clear message.
"""

from __future__ import annotations

import signal
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regiongeo.cli.common import (
    Encoding,
    JsonOption,
    LangOption,
    QuietOption,
    language,
    print_json,
    progress,
    say,
    words,
)
from regiongeo.cli.plan import check_rules, optimise
from regiongeo.cli.region import region_app
from regiongeo.cli.show import run_summary, show_run
from regiongeo.cli.workshop import workshop_app

if TYPE_CHECKING:
    from types import FrameType

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
app.add_typer(region_app, name="region")
app.add_typer(workshop_app, name="workshop")
app.command("optimise")(optimise)
app.command("check-rules")(check_rules)


def _show_version(is_asked: bool) -> None:  # noqa: FBT001 - how the command library calls back
    if is_asked:
        from regiongeo import __version__  # noqa: PLC0415

        print(f"regiongeo {__version__}")  # noqa: T201
        raise typer.Exit


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
    from regiongeo.cache import cache_folder  # noqa: PLC0415
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
    with progress(lang, silent=quiet or as_json) as tell:
        done = run_job(inputs, out, lang=lang, cache=None if anew else cache_folder(), tell=tell)
    if as_json:
        print_json(run_summary(done, out))
    elif not quiet:
        show_run(done, out, lang)


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
        say(words("init_exists", lang, names=", ".join(there)))
    if written:
        say(words("init_done", lang, names=", ".join(written), scenario=folder / "scenario.toml"))


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
        print_json({"schema": "regiongeo.doctor/1", "checks": [vars(check) for check in checks]})
    else:
        for check in checks:
            mark = "ok  " if check.is_ok else "FEIL" if lang == "nb" else "FAIL"
            cure = "" if check.is_ok else f"\n        → {check.cure}"
            print(f"{mark}  {check.name}: {check.found}{cure}")  # noqa: T201
    if not all(check.is_ok for check in checks):
        raise typer.Exit(1)
    if not as_json:
        say(words("doctor_ok", lang))


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
    say(words("verify_ok", lang))


@data_app.command("list")
def data_list(as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Vis tabellene: rader, kilder og hvordan de er laget."""
    from regiongeo import store  # noqa: PLC0415

    tables = store.list_tables()
    if as_json:
        print_json({"schema": "regiongeo.data/1", "tables": tables.reset_index().to_dict(orient="records")})
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
    say(words("data_ok", lang, count=len(store.list_tables())))


@data_app.command("build")
def data_build(
    sources: Annotated[Path, typer.Option(help="Mappe med rådata.")],
    out: Annotated[Path | None, typer.Option(help="Datamappe; uten: den som følger med.")] = None,
    lang: LangOption = "nb",
) -> None:
    """Bygg referansedata på nytt fra rådata; samme bytes hver gang."""
    from regiongeo import store  # noqa: PLC0415
    from regiongeo.compile import build_reference  # noqa: PLC0415
    from regiongeo.compile.ferries import free_quays  # noqa: PLC0415

    shipped = store.data_dir()
    build_reference(sources, out or shipped, assumptions=shipped / "assumptions.csv")
    quays = free_quays(*(store.load_table(name, out) for name in ("nodes", "links")))
    if len(quays):
        say(words("quays_left", lang, count=len(quays), ids=", ".join(quays.index)))
    say(words("built", lang, folder=out or shipped))


@data_app.command("rehash")
def data_rehash(lang: LangOption = "nb") -> None:
    """Før ny hash for assumptions.csv i registeret etter redigering."""
    from regiongeo import store  # noqa: PLC0415
    from regiongeo.compile import rehash_assumptions  # noqa: PLC0415

    rehash_assumptions(store.data_dir())
    say(words("data_ok", lang, count=len(store.list_tables())))


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
    say(words("network_written", lang, network=repr(network), path=out))


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
        say(words("cancelled", language()))
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


class _InterruptedError(BaseException):
    """Ctrl-C or SIGTERM; not KeyboardInterrupt, which the command library would swallow without a word."""


def _show_warning(message: Warning | str, category: type[Warning], *_where: object) -> None:
    """Show our own warnings in one line; those of libraries are for developers and stay silent."""
    if category.__module__ == "regiongeo.errors":
        say(f"{words('note', language())}: {message}")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise _InterruptedError


def _use_utf8() -> None:
    """Let no console of Windows stop on a letter it cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _show_error(error: Exception) -> None:
    code = getattr(error, "exit_code", 1)
    if "--json" in sys.argv:
        print_json(
            {"schema": "regiongeo.error/1", "code": code, "id": type(error).__name__, "message": str(error)}
        )
    say(f"{words('error', language())}: {error}")
