"""A user's own groups of municipalities in place of the subregions: every member stands in one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from regiongeo.names import match_name, names_index
from regiongeo.userfiles.plaintable import read_plain_table
from regiongeo.userfiles.problems import Problem, refuse, shown

if TYPE_CHECKING:
    from pathlib import Path

    from regiongeo.userfiles.checks import Encoding
    from regiongeo.userfiles.plaintable import PlainTable

__all__ = ["group_members", "read_groups"]

_PLACE = ("municipality_id", "kommunenummer", "municipality", "kommune", "code", "name", "navn")
_GROUP = ("group", "gruppe", "subregion", "delregion")
_CODE_LENGTH = 4


def read_groups(
    path: Path | str, members: pd.DataFrame, names: pd.DataFrame, *, encoding: Encoding | None = None
) -> pd.Series:
    """Read own groups from a CSV or workbook with a column of municipalities and one of groups.

    As `group_members`; the columns are ``kommune`` (code or name; also ``kommunenummer``, ``navn``,
    ``municipality_id``, ``municipality``, ``code``, ``name``) and ``gruppe`` (also ``group``, ``delregion``,
    ``subregion``).

    Raises
    ------
    DataError
        As `group_members`, and if a column is lacking or the file is no table.
    """
    table = read_plain_table(path, encoding=encoding)
    known = {name.casefold(): name for name in table.cells.columns}
    place, group = (next((known[one] for one in wanted if one in known), None) for wanted in (_PLACE, _GROUP))
    if place is None or group is None:
        what = f"has the columns {shown(', '.join(table.cells.columns))}"
        refuse(table.file, [Problem("", what, "name one 'kommune' (code or name) and one 'gruppe'")])
    return group_members(table, members, names, place=place, group=group)


def group_members(
    table: PlainTable, members: pd.DataFrame, names: pd.DataFrame, *, place: str, group: str
) -> pd.Series:
    """Find the group of every member of the region.

    Parameters
    ----------
    table
        One row a municipality: its code of 2024 or its name, and its group.
    members
        Members by ``municipality_id`` with ``name``, from `members_of`; names are looked for among them.
    names
        Table by schema ``MUNICIPALITY_NAMES``.

    Returns
    -------
    Group by ``municipality_id``, in order of the members.

    Raises
    ------
    DataError
        If a municipality is unknown, no member, in two rows or in none, or has no group; all at once.
    """
    index = names_index(names, among=members.index)
    labels = dict(zip(members.index, members["name"], strict=True))
    rows: dict[str, int] = {}
    groups: dict[str, str] = {}
    problems = []
    for row, text, own in zip(table.cells.index, table.cells[place], table.cells[group], strict=True):
        found = _find(text, members) or match_name(text, index)
        if isinstance(found, Problem):
            problems.append(found._replace(where=f"row {row}"))
            continue
        code = found[0]
        if code in rows:
            what = f"{labels[code]} ({code}) stands in row {rows[code]} already"
            problems.append(Problem(f"row {row}", what, "give every municipality one group"))
        if not isinstance(own, str) or not own.strip():
            problems.append(Problem(f"row {row}", "has no group", "write the name of its group"))
        rows.setdefault(code, row)
        groups.setdefault(code, str(own).strip())
    lost = members.index.difference(pd.Index(list(rows), dtype="str"))
    if len(lost):
        named = ", ".join(f"{labels[code]} ({code})" for code in lost[:3])
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""  # noqa: PLR2004
        problems.append(Problem("", f"no row of {named}{more}", "give every member of the region a group"))
    if problems:
        refuse(table.file, problems)
    return pd.Series(groups, name="group", dtype="str").rename_axis("municipality_id").reindex(members.index)


def _find(text: object, members: pd.DataFrame) -> tuple[str, str] | Problem | None:
    """Find a member by its code; None where the text is no code."""
    if isinstance(text, (int, float)):
        return Problem("", "the code is a number", "write codes as text: '0301', not 301")
    bare = text.strip() if isinstance(text, str) else ""
    if not bare.isdigit():
        return None
    if bare in members.index:
        return bare, "code"
    if len(bare) == _CODE_LENGTH - 1:
        return Problem("", f"code '{bare}' has lost its leading zero", f"write '0{bare}'")
    return Problem("", f"'{bare}' is no member's code of 2024", "correct it; convert older codes first")
