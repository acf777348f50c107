"""The workshop in a dozen lines: for the first sheet, the terminal and programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regiongeo.i18n import format_number, text
from regiongeo.maps.encode import plain
from regiongeo.workshop.agreement import TOPS, spread_of_weights

if TYPE_CHECKING:
    from regiongeo.i18n import Language
    from regiongeo.workshop.findings import Findings

__all__ = ["summary_lines", "summary_object"]

_MOST_NAMES = 10


def summary_lines(findings: Findings, lang: Language) -> list[tuple[str, str]]:
    """Return what the reader should know first, as label and value."""
    none = text("workshop", "none", lang)
    struck = findings.proposals["rank"].isna().sum()
    disputed = findings.sites[findings.sites["is_disputed"]]
    rows = {
        "tables": _some(findings.tables) or none,
        "proposals": text(
            "workshop", "told_proposals", lang, count=len(findings.proposals), struck=int(struck)
        ),
        "places": _some(findings.places["names"]) or none,
        "feedback": str(findings.feedback.index.get_level_values("site_id").nunique()),
        "disputed": _some(_names(disputed.index, findings)) or none,
        **{f"top_{top}": _some(_names(_common(findings, top), findings)) or none for top in TOPS},
        "concordance": _concordance(findings, lang),
        "spread": _widest(findings, lang) or none,
        "conflicts": str(findings.conflicts[["table", "kind", "site_id"]].drop_duplicates().shape[0]),
        "refusals": str(len(findings.refusals)),
    }
    return [(text("workshop", f"sum_{key}", lang), value) for key, value in rows.items()]


def summary_object(findings: Findings) -> dict[str, Any]:
    """Return the findings for programs, as one object of plain values (``regiongeo.workshop/1``)."""
    proposals = findings.proposals
    return {
        "schema": "regiongeo.workshop/1",
        "tables": list(findings.tables),
        "proposals": [
            {
                "site_id": str(site_id),
                "table": row["table"],
                "name": row["name"],
                "votes": int(row["votes"]),
                "provisional": plain(row["provisional"]),
                "score": plain(row["score"]),
                "rank": plain(row["rank"]),
                "reason": row["reason"] if isinstance(row["reason"], str) else None,
                "place_id": row["place_id"],
            }
            for site_id, row in proposals.drop(columns="geometry").iterrows()
        ],
        "places_of_several_tables": [str(place) for place in findings.places.index],
        "disputed_sites": [str(one) for one in findings.sites.index[findings.sites["is_disputed"]]],
        **{f"top_{top}_of_all": _common(findings, top) for top in TOPS},
        "weights_percent": {
            str(table): {str(name): round(float(share), 6) for name, share in row.items()}
            for table, row in findings.shares.iterrows()
        },
        "concordance": findings.concordance,
        "conflicts": int(findings.conflicts["is_standing"].sum()),
        "refusals": [one._asdict() for one in findings.refusals],
    }


def _common(findings: Findings, top: int) -> list[str]:
    """Return the ids of the sites that every table has in its top, the best first."""
    column = f"is_top_{top}_of_all"
    sites = findings.sites
    return [str(one) for one in sites.index[sites[column]]] if column in sites else []


def _names(ids: object, findings: Findings) -> list[str]:
    names = findings.sites["name"]
    return [str(names[one]) if isinstance(names[one], str) else str(one) for one in ids]  # type: ignore[attr-defined]


def _some(names: object) -> str:
    """Name the first ten, and say how many more there are."""
    known = [str(one) for one in names]  # type: ignore[attr-defined]
    rest = f" (+{len(known) - _MOST_NAMES})" if len(known) > _MOST_NAMES else ""
    return "; ".join(known[:_MOST_NAMES]) + rest


def _concordance(findings: Findings, lang: Language) -> str:
    if findings.concordance is None:
        return text("workshop", "too_few_tables", lang)
    return format_number(findings.concordance, lang, decimals=2)


def _widest(findings: Findings, lang: Language) -> str:
    """Name the criterion about whose weight the tables disagree most."""
    if len(findings.shares) < 2:  # noqa: PLR2004 - one table cannot disagree
        return ""
    spread = spread_of_weights(findings.shares)
    criterion = str(spread["spread"].idxmax())
    low, high = (format_number(spread[end][criterion], lang) for end in ("lowest", "highest"))
    return text(
        "workshop", "told_spread", lang, criterion=text("criteria", criterion, lang), low=low, high=high
    )
