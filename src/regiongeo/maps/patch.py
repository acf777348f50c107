"""What differs between two pieces of page data, so that a page with several scenarios holds each fact once.

``maps/web/compare/patch.js`` puts the two together again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["apply_patch", "make_patch"]

Patch = dict[str, Any]


def make_patch(old: object, new: object) -> Patch | None:
    """Return what turns ``old`` into ``new``, both JSON values; None where they are equal.

    A patch is ``{"=": value}`` (take this value), ``{"of": {key: patch}, "but": [keys that are gone]}`` for
    objects, or ``{"at": {index: patch}}`` for lists of one length.

    >>> make_patch({"rank": 1, "name": "Ås"}, {"rank": 3, "name": "Ås"})
    {'of': {'rank': {'=': 3}}}
    """
    if _is_same(old, new):
        return None
    if isinstance(old, dict) and isinstance(new, dict):
        gone = [key for key in old if key not in new]
        inner = {
            key: make_patch(old[key], value) if key in old else {"=": value} for key, value in new.items()
        }
        return {"of": _without_none(inner), **({"but": gone} if gone else {})}
    if _is_list(old) and _is_list(new) and len(cast("list[Any]", old)) == len(cast("list[Any]", new)):
        pairs = zip(cast("list[Any]", old), cast("list[Any]", new), strict=True)
        patch = {"at": _without_none({str(at): make_patch(*pair) for at, pair in enumerate(pairs)})}
        return patch if len(str(patch)) < len(str(new)) else {"=": new}
    return {"=": new}


def apply_patch(old: Any, patch: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 - JSON values
    """Return the value that a patch of `make_patch` was made from."""
    if patch is None:
        return old
    if "=" in patch:
        return patch["="]
    if "at" in patch:
        return [apply_patch(value, patch["at"].get(str(at))) for at, value in enumerate(old)]
    gone = set(patch.get("but", ()))
    kept = {key: apply_patch(value, patch["of"].get(key)) for key, value in old.items() if key not in gone}
    return {**kept, **{key: one["="] for key, one in patch["of"].items() if key not in old}}


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple))


def _is_same(old: object, new: object) -> bool:
    """Tell whether two values are the same text in JSON, where 1, 1.0 and true are three."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_is_same(old[key], new[key]) for key in old)
    if _is_list(old) and _is_list(new):
        one, other = cast("list[object]", old), cast("list[object]", new)
        return len(one) == len(other) and all(map(_is_same, one, other))
    return type(old) is type(new) and old == new


def _without_none(patches: Mapping[str, Patch | None]) -> dict[str, Patch]:
    return {key: patch for key, patch in patches.items() if patch is not None}
