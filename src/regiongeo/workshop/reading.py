"""All exports of a workshop from their files, with the problems of every file told at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from regiongeo.errors import DataError
from regiongeo.userfiles.checks import Limits, require_file
from regiongeo.userfiles.problems import shown
from regiongeo.workshop.exportfile import MOST_BYTES, Parsed, parse_export

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regiongeo.crs import Box
    from regiongeo.workshop.records import Export

__all__ = ["Reading", "Refusal", "file_labels", "read_exports"]

_MOST_SHOWN = 5
_ANY_SIZE = Limits(file_bytes=2**62)


class Refusal(NamedTuple):
    """A file, and what is wrong with it or with one of its records."""

    file: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The exports that are sound, and what was refused; empty unless the good was asked for."""

    exports: tuple[Export, ...]
    refusals: tuple[Refusal, ...] = ()


def read_exports(
    paths: Sequence[Path],
    *,
    box: Box,
    map_id: str | None = None,
    any_map: bool = False,
    keep_good: bool = False,
) -> Reading:
    """Read the exported files of a workshop's tables.

    Parameters
    ----------
    paths
        Local files; one given twice counts once.
    box
        Range in which every shape must lie [m, EPSG:25832].
    map_id
        Map the files must be of; None: the map most of them are of.
    any_map
        Take files of other maps too.
    keep_good
        Take the sound records of files with problems, and list the others as refusals.

    Returns
    -------
    Exports in the order of the files.

    Raises
    ------
    DataError
        If there is no file, or a file has problems: all files and the first problems of each. With
        ``keep_good`` only if nothing at all is sound.
    """
    labels = file_labels(paths)
    if not labels:
        raise DataError("no exported files: name at least one file saved by the workshop's page")
    parsed = {label: _read_file(path, label, box=box) for label, path in labels.items()}
    if not any_map:
        parsed = _of_one_map(parsed, map_id)
    refusals = tuple(Refusal(label, problem) for label, one in parsed.items() for problem in one.problems)
    exports = tuple(one.export for one in parsed.values() if one.export is not None)
    if refusals and not (keep_good and exports):
        raise DataError(_words(refusals, files=len(labels)))
    return Reading(exports=exports, refusals=refusals)


def file_labels(paths: Sequence[Path]) -> dict[str, Path]:
    """Name each file by as little of its path as tells it from the others; a file given twice stands once.

    >>> from pathlib import Path
    >>> list(file_labels([Path("usb1/a.geojson"), Path("usb2/a.geojson"), Path("b.geojson")]))
    ['usb1/a.geojson', 'usb2/a.geojson', 'b.geojson']
    """
    files = list(dict.fromkeys(path.absolute() for path in paths))
    return {_shortest(path, files): path for path in files}


def _shortest(path: Path, files: Sequence[Path]) -> str:
    """Return as many of the last parts of a path as no other file shares."""
    depths = range(1, len(path.parts) + 1)
    tails = (path.parts[-depth:] for depth in depths)
    alone = (tail for tail in tails if sum(one.parts[-len(tail) :] == tail for one in files) == 1)
    return "/".join(next(alone))


def _read_file(path: Path, label: str, *, box: Box) -> Parsed:
    try:
        with require_file(path, limits=_ANY_SIZE).open("rb") as stream:
            content = stream.read(
                MOST_BYTES + 1
            )  # one more than allowed: the parser tells that it is too much
    except DataError as error:
        return Parsed(export=None, problems=(str(error).removeprefix(f"{shown(path.name)}: "),))
    except OSError as error:
        return Parsed(export=None, problems=(f"cannot be read ({error.strerror}): check the file",))
    return parse_export(content, file=label, box=box)


def _of_one_map(parsed: dict[str, Parsed], map_id: str | None) -> dict[str, Parsed]:
    """Refuse the exports of other maps than the one asked for, or than most are of."""
    maps = Counter(one.export.map_id for one in parsed.values() if one.export is not None)
    wanted = map_id or min(maps, key=lambda one: (-maps[one], one), default=None)
    return {
        label: one if one.export is None or one.export.map_id == wanted else _refuse_map(one, wanted)
        for label, one in parsed.items()
    }


def _refuse_map(one: Parsed, wanted: str | None) -> Parsed:
    found = shown(one.export.map_id) if one.export else ""
    words = f"is of the map '{found}', not '{shown(wanted)}': collect it apart, or allow any map (--any-map)"
    return replace(one, export=None, problems=(words,))


def _words(refusals: Sequence[Refusal], *, files: int) -> str:
    """Tell the first problems of every file, and how many there are."""
    by_file: dict[str, list[str]] = {}
    for file, problem in refusals:
        by_file.setdefault(file, []).append(problem)
    lines = []
    for file, problems in by_file.items():
        lines += [f"{shown(file)}: {problem}" for problem in problems[:_MOST_SHOWN]]
        if len(problems) > _MOST_SHOWN:
            lines.append(f"{shown(file)}: and {len(problems) - _MOST_SHOWN} more")
    told = "".join(f"\n  - {line}" for line in lines)
    return (
        f"{len(by_file)} of {files} exported files have {len(refusals)} problem(s); mend them, "
        f"leave them out, or take what is sound (--keep-good):{told}"
    )
