"""The facilitator's guide names only what exists: files, commands, options, words of the page, sheets."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from regiongeo.cli import app
from regiongeo.i18n import Language, texts
from regiongeo.scenario import USER_FILES

DOCS = Path(__file__).parents[1] / "docs"
GUIDES: dict[str, Language] = {"workshop.md": "nb", "workshop.en.md": "en"}
PNG = b"\x89PNG\r\n\x1a\n"

guides = pytest.mark.parametrize("name", GUIDES)


def text_of(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def commands_of(text: str) -> list[list[str]]:
    """Return the words of every command that stands on a line of its own or between backticks."""
    return [found.split() for found in re.findall(r"(?:^|`)(regiongeo [^`\n]+)", text, re.MULTILINE)]


def page_words(lang: Language) -> set[str]:
    """Return what stands on the page, without what is filled in."""
    words = [*texts("map", lang).values(), *texts("page_workshop", lang).values()]
    return {re.split(r"[:(]? ?[({]", word)[0].strip() for word in words}


def where_column(text: str) -> Iterator[str]:
    """Yield the names of places on the page that the agenda sends people to."""
    for row in re.findall(r"^\| \d+–\d+ \|.*\| (.*) \|$", text, re.MULTILINE):
        for bold in re.findall(r"\*\*(.+?)\*\*", row):
            yield from bold.split(" / ")


@guides
def test_links_and_pictures_exist(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text_of(name))
    assert links
    assert [link for link in links if not (DOCS / link).is_file()] == []


@guides
def test_commands_and_their_options_exist(name: str) -> None:
    root = typer.main.get_command(app)
    commands = commands_of(text_of(name))
    assert {words[1] for words in commands} >= {"workshop", "run", "verify"}
    for words in commands:
        command, rest = root, words[1:]
        while isinstance(command, TyperGroup):
            assert rest[0] in command.commands, words
            command, rest = command.commands[rest[0]], rest[1:]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("-")} <= known, words


@guides
def test_options_named_in_the_text_exist(name: str) -> None:
    workshop = typer.main.get_command(app).commands["workshop"]  # type: ignore[attr-defined]
    known = {
        option
        for command in workshop.commands.values()
        for parameter in command.params
        for option in parameter.opts
    }
    named = set(re.findall(r"`(--[a-z-]+)", text_of(name)))
    assert named >= {"--offline", "--keep-good", "--any-map", "--all-candidates"}
    assert named <= known


@guides
def test_the_agenda_names_what_stands_on_the_page(name: str) -> None:
    named = list(where_column(text_of(name)))
    assert len(named) >= 8
    assert [one for one in named if one not in page_words(GUIDES[name])] == []


def test_the_sheets_are_named_as_they_are() -> None:
    row = next(line for line in text_of("workshop.md").splitlines() if line.startswith("| `workshop.xlsx`"))
    named = re.findall(r"\*\*(.+?)\*\*", row)
    sheets = [word for key, word in texts("workshop", "nb").items() if key.startswith("sheet_")]
    assert sorted(named) == sorted(sheets)


def test_templates_and_scenario_of_the_guide_are_real() -> None:
    assert (DOCS.parent / "src" / "regiongeo" / "templates" / "scenario.toml").is_file()
    template = (DOCS.parent / "src" / "regiongeo" / "templates" / "scenario.toml").read_text("utf-8")
    for name in GUIDES:
        for key in USER_FILES:
            assert f"{key} = " in text_of(name)
            assert f"# {key} = " in template


def test_pictures_are_few_small_and_all_used() -> None:
    pictures = sorted((DOCS / "img").glob("workshop-*.png"))
    assert 0 < len(pictures) <= 5
    for picture in pictures:
        assert picture.read_bytes().startswith(PNG)
        assert picture.stat().st_size <= 250_000
        assert f"(img/{picture.name})" in text_of("workshop.md")


def test_both_languages_tell_the_same_commands_and_chapters() -> None:
    first, second = (text_of(name) for name in GUIDES)
    chapters = [re.findall(r"^## (\d)\.", text, re.MULTILINE) for text in (first, second)]
    assert chapters[0] == chapters[1] == ["1", "2", "3", "4", "5"]
    blocks = [set(re.findall(r"^regiongeo .+$", text, re.MULTILINE)) for text in (first, second)]
    assert blocks[0] == blocks[1]
