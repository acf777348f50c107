"""Other scenarios in the page of one: each as what differs from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from regiongeo.errors import ScenarioError, name_some
from regiongeo.maps.patch import make_patch
from regiongeo.maps.payload import describe_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regiongeo.i18n import Language
    from regiongeo.result import Result

__all__ = ["describe_editions"]


def describe_editions(
    result: Result, others: Sequence[Result], payload: Mapping[str, object], *, lang: Language
) -> list[dict[str, object]]:
    """Return for each of the other scenarios its name, its year, and patches on the page's own data.

    Sites have a patch of their own: those of the page's list that the scenario has, in that order, and after
    them those that only it has. See `regiongeo.maps.patch`.

    Parameters
    ----------
    result, payload
        The page's own scenario, and its data as `regiongeo.maps.payload.build_payload` gives them.

    Raises
    ------
    ScenarioError
        If two scenarios have one name, or another membership list.
    """
    _check(result, others)
    return [_describe(result, other, payload, lang=lang) for other in others]


def _check(result: Result, others: Sequence[Result]) -> None:
    names = [one.scenario.name for one in (result, *others)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ScenarioError(
            f"scenarios to compare have one name: {name_some(twice)}: "
            "give each a name of its own ('name' in the TOML)"
        )
    lists = {one.scenario.name: one.scenario.world.members for one in (result, *others)}
    if len(set(lists.values())) > 1:
        told = ", ".join(f"'{name}' {year}" for name, year in lists.items())
        raise ScenarioError(
            f"scenarios to compare need one membership list (world.members): {told}; give all the same"
        )


def _describe(
    result: Result, other: Result, payload: Mapping[str, object], *, lang: Language
) -> dict[str, object]:
    listed = result.ranking.sort_values("rank", kind="stable").index
    own = other.ranking.sort_values("rank", kind="stable").index
    order = [*listed[listed.isin(own)], *own[~own.isin(listed)]]
    told = describe_scenario(other, lang=lang, order=order)
    before, rows = {key: payload[key] for key in told}, _rows(told)
    known = [site for site in _rows(before) if site["id"] in set(own)]
    sites = {
        "but": [str(site_id) for site_id in listed[~listed.isin(own)]],
        "patch": make_patch(known, rows[: len(known)]),
        "more": rows[len(known) :],
    }
    patch = make_patch({**before, "sites": None}, {**told, "sites": None})
    return {"name": told["scenario"], "year": told["year"], "patch": patch, "sites": sites}


def _rows(told: Mapping[str, object]) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", told["sites"])
