"""Files of another map are refused, with the likely reason and the cure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regiongeo.errors import DataError
from regiongeo.workshop.frames import feedback_frame, proposal_frame
from regiongeo.workshop.ident import name_map
from regiongeo.workshop.mapcheck import require_map
from regiongeo.workshop.merge import merge_exports
from toy import toy_result
from toy_workshop import P1, document, feedback, proposal, read, scored_result, square

OWN = name_map(toy_result(), data_version="v1")


def check(*features: dict[str, object], **head: str) -> None:
    export = read(document(features, **{"map": OWN, "data_version": "v1", **head}))
    session = merge_exports([export])
    require_map(
        [export],
        scored_result(),
        proposals=proposal_frame(merge_exports([read(document(proposals_of_the_result()))])),
        feedback=feedback_frame(session),
        data_version="v1",
    )


def proposals_of_the_result() -> list[dict[str, object]]:
    return [proposal(one * 32, square(602, 9)) for one in "123"]


def test_proposals_make_no_other_map() -> None:
    check(proposal(P1, square(602, 9)))


@pytest.mark.parametrize(
    ("map_id", "version", "site", "reason"),
    [
        ("kongsberg-00000000", "v1", "K", "another name than 'proveregionen'"),
        ("proveregionen-00000000", "v0", "K", "built on data version v0, and this is v1"),
        ("proveregionen-00000000", "v1", "tomt-7", r"site 'tomt-7' is not known here.*--plots"),
        ("proveregionen-00000000", "v1", "K", "other settings, plots"),
    ],
)
def test_another_map_is_refused_with_the_likely_reason(
    map_id: str, version: str, site: str, reason: str
) -> None:
    with pytest.raises(DataError, match=reason) as refused:
        check(feedback(site, stemmer=1), map=map_id, data_version=version)
    told = str(refused.value)
    assert map_id in told
    assert OWN in told
    assert "--any-map" in told
    assert "\n" not in told


def test_a_criterion_without_data_makes_another_map() -> None:
    """Free capacity that was not given is a criterion less."""
    result = toy_result()
    fewer = replace(result, weights=result.weights.drop("passing_trucks"))
    assert name_map(fewer, data_version="v1") != OWN
