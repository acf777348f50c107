"""The page ranks as Python does: scores to 1e-12, ranks, intervals and shares exactly, for any weights."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from regiongeo.ranking import rank_sites, score
from regiongeo.robustness import count_top, draw_around, rank_once
from test_maps_web import require_node

PARITY = Path(__file__).parent / "web" / "parity.js"


def random_case(seed: int) -> tuple[pd.DataFrame, pd.Series, dict[str, Any]]:
    """Return values with gaps and twins, weights of any scale, some of them 0, and how to draw."""
    numbers = np.random.default_rng(seed)
    sites, criteria = int(numbers.integers(1, 40)), int(numbers.integers(1, 10))
    table = numbers.random((sites, criteria))
    if seed % 2:
        table = table.round(1)
    table[numbers.random(table.shape) < (0.0, 0.2, 0.6)[seed % 3]] = np.nan
    table[0, 0] = 0.5
    weights = numbers.integers(0, 4, criteria) * (1.0 if seed % 2 else numbers.random(criteria))
    weights[0] += 0.3
    names = [f"k{number}" for number in numbers.permutation(criteria)]
    ids = [f"S{number:03d}" for number in numbers.permutation(sites)]
    options = {
        "draws": int(numbers.integers(1, 300)),
        "factor_low": float(numbers.uniform(0.1, 1)),
        "factor_high": float(numbers.uniform(1, 5)),
        "seed": int(numbers.integers(0, 2**32)),
    }
    values = pd.DataFrame(table, index=pd.Index(ids, name="site_id"), columns=names)
    return values, pd.Series(weights, index=names), options


def ask_page(cases: list[tuple[pd.DataFrame, pd.Series, dict[str, Any]]]) -> list[dict[str, Any]]:
    questions = [
        {
            "keys": list(values.columns),
            "rows": [[None if np.isnan(one) else one for one in row] for row in values.to_numpy().tolist()],
            "order": values.index.argsort().argsort().tolist(),
            "weights": weights.tolist(),
            "draws": {
                "count": options["draws"],
                "low": options["factor_low"],
                "high": options["factor_high"],
                "seed": options["seed"],
            },
        }
        for values, weights, options in cases
    ]
    done = subprocess.run(
        [require_node(), str(PARITY)], input=json.dumps(questions), capture_output=True, text=True, check=True
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def agree(case: tuple[pd.DataFrame, pd.Series, dict[str, Any]], answer: dict[str, Any]) -> None:
    values, weights, options = case
    ranking = rank_sites(values, weights, **options).loc[values.index]
    scores, parts = score(values, weights)
    shown = pd.DataFrame(answer["scores"], index=values.index)
    np.testing.assert_allclose(shown["score"].astype(float), scores, rtol=0, atol=1e-12)
    shown_parts = np.array(shown["parts"].tolist(), dtype=float)
    used = np.isfinite(shown_parts)
    np.testing.assert_allclose(shown_parts[used], parts.fillna(0.0).to_numpy()[used], rtol=0, atol=1e-12)
    assert answer["ranks"] == ranking["rank"].tolist()
    figures = pd.DataFrame(answer["figures"], index=values.index)
    assert figures["low"].tolist() == ranking["rank_low"].tolist()
    assert figures["high"].tolist() == ranking["rank_high"].tolist()
    assert figures["top5"].tolist() == ranking["top5_share"].tolist()
    assert answer["tops"] == ranking["top5_share"].tolist()


def test_the_page_ranks_as_the_tables_do() -> None:
    cases = [random_case(seed) for seed in range(150)]
    for case, answer in zip(cases, ask_page(cases), strict=True):
        agree(case, answer)


def test_thousands_of_weight_sets() -> None:
    """3,000 sets, also with weights of 0, on 60 sites and 8 criteria with gaps and equal values."""
    numbers = np.random.default_rng(5)
    table = numbers.random((60, 8)).round(2)
    table[numbers.random(table.shape) < 0.1] = np.nan
    table[:, 0] = table[:, 1] = 0.5
    values = pd.DataFrame(table, index=[f"S{number:02d}" for number in range(60)], columns=list("abcdefgh"))
    weights = numbers.integers(0, 101, (3000, 8)) * numbers.choice([1.0, 0.013], (3000, 1))
    weights[:, 0] += 1.0
    options = {"draws": 40, "factor_low": 0.5, "factor_high": 1.5, "seed": 11}
    answers = ask_page([(values, pd.Series(one, index=values.columns), options) for one in weights])
    for own, answer in zip(weights, answers, strict=True):
        used = own > 0
        around = draw_around(own[used], draws=40, low=0.5, high=1.5, seed=11)
        assert answer["ranks"] == rank_once(table[:, used], own[used]).tolist()
        assert answer["tops"] == (count_top(table[:, used], around, top=5) / 40).tolist()
        known = np.isfinite(table) @ own
        scores = np.nansum(table * own, axis=1) / known
        shown = [row["score"] for row in answer["scores"]]
        np.testing.assert_allclose(shown, scores, rtol=0, atol=1e-12)


def test_more_sites_than_the_score_bits_leave_room_for() -> None:
    values = pd.DataFrame({"k": np.linspace(0, 1, 2100).round(3)}, index=[f"S{n:04d}" for n in range(2100)])
    case = values.rename_axis("site_id"), pd.Series({"k": 1.0}), {**random_case(1)[2], "draws": 2}
    agree(case, ask_page([case])[0])
