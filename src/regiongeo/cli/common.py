"""What every command shares: options, words, progress."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

__all__ = [
    "Encoding",
    "JsonOption",
    "Lang",
    "LangOption",
    "QuietOption",
    "at_most_percent",
    "language",
    "print_json",
    "progress",
    "say",
    "words",
]

Lang = Literal["nb", "en"]
Encoding = Literal["utf-8", "cp1252", "latin-1"]
LangOption = Annotated[Lang, typer.Option("--lang", help="Språk: nb eller en.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Skriv ett JSON-objekt på stdout.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Ingen fremdrift og ingen oppsummering.")]


def language() -> Lang:
    """Find the language before the options are parsed, for errors."""
    return (
        "en"
        if "--lang=en" in sys.argv or ("--lang", "en") in zip(sys.argv, sys.argv[1:], strict=False)
        else "nb"
    )


def words(key: str, lang: Lang, **values: object) -> str:
    """Put a key of ``locale/cli.toml`` into words."""
    from regiongeo.i18n import text  # noqa: PLC0415

    return text("cli", key, lang, **values)


def at_most_percent(share: float) -> float:
    """Return a share that is an upper limit in per cent, rounded up to a tenth."""
    return math.ceil(1000 * share) / 10


def say(text: str) -> None:
    """Tell the user something on stderr."""
    print(text, file=sys.stderr)  # noqa: T201


def print_json(content: dict[str, Any]) -> None:
    """Print one JSON object on stdout."""
    print(json.dumps(content, ensure_ascii=False, indent=1))  # noqa: T201


def progress(lang: Lang, *, silent: bool) -> AbstractContextManager[Callable[[str], None]]:
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
                told = known.get(f"step_{name}") or known["step_write"].format(name=name)
                bar.update(task, advance=1, description=told)

            yield tell

    return context()


_STEPS = 24
"""Steps of the main job, for the length of the bar."""
