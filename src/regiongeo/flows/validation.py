"""Validation as the field does it: GEH, regression, truck-kilometres, and counts that were not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.schema import validate
from regiongeo.tables import HOLDOUT

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = ["MEAN_HOUR", "fit_summary", "fold_of_road", "geh", "holdout_by_road"]

MEAN_HOUR = 1 / 24
"""Share of the day in the mean hour."""
_GOOD = 5.0


def geh(modelled: ArrayLike, observed: ArrayLike, *, hour_share: float) -> Floats:
    """Compare daily volumes as hourly ones [sqrt(vehicles/h)].

    ``GEH = sqrt(2 (m - c)^2 / (m + c))`` with m and c the daily volumes times ``hour_share``; 0 where both
    are 0.

    Parameters
    ----------
    modelled, observed
        Vehicles per day.
    hour_share
        Share of the day in the hour compared: the figure grows with its square root, so it is always stated.

    Notes
    -----
    Lenient with small volumes: 20 against 40 vehicles an hour gives 3.65. Read it with the relative error.

    References
    ----------
    Named after Geoffrey E. Havers; UK Design Manual for Roads and Bridges: 85 % of links below 5.
    """
    m, c = np.asarray(modelled, dtype=float) * hour_share, np.asarray(observed, dtype=float) * hour_share
    total = m + c
    return np.sqrt(2 * (m - c) ** 2 / np.where(total > 0, total, 1.0))


def fit_summary(modelled: Floats, observed: Floats, *, hour_share: float) -> dict[str, float]:
    """Summarise how modelled volumes meet counts.

    Returns
    -------
    ``n``; ``share_below_5`` and ``median_geh`` for the peak hour (``hour_share``),
    ``share_below_5_mean_hour`` for the mean hour; ``r2 = 1 - SS_res / SS_tot`` around the line of equality
    and ``r2_correlation``; ``slope`` of modelled on observed through 0; ``median_relative_error``, absolute;
    ``volume_ratio``, sums.
    NaN where there are fewer than two counts.
    """
    known = np.isfinite(modelled) & np.isfinite(observed)
    m, c = modelled[known], observed[known]
    if len(m) <= 1:
        return {"n": len(m)} | dict.fromkeys(_FIGURES, np.nan)
    peak, scatter = geh(m, c, hour_share=hour_share), ((c - c.mean()) ** 2).sum()
    spread = m.std() * c.std()
    return {
        "n": len(m),
        "share_below_5": float((peak < _GOOD).mean()),
        "share_below_5_mean_hour": float((geh(m, c, hour_share=MEAN_HOUR) < _GOOD).mean()),
        "median_geh": float(np.median(peak)),
        "r2": float(1 - ((m - c) ** 2).sum() / scatter) if scatter > 0 else np.nan,
        "r2_correlation": float((np.cov(m, c, bias=True)[0, 1] / spread) ** 2) if spread > 0 else np.nan,
        "slope": float((m @ c) / (c @ c)) if c.any() else np.nan,
        "median_relative_error": float(np.median(np.abs(m - c)[c > 0] / c[c > 0])) if c.any() else np.nan,
        "volume_ratio": float(m.sum() / c.sum()) if c.any() else np.nan,
    }


_FIGURES = (
    "share_below_5",
    "share_below_5_mean_hour",
    "median_geh",
    "r2",
    "r2_correlation",
    "slope",
    "median_relative_error",
    "volume_ratio",
)


def fold_of_road(roads: pd.Series[str], *, folds: int) -> pd.Series[int]:
    """Deal roads into folds of about as many counts; a road is never split.

    Roads with most counts first, ties by name, each to the fold that holds least.

    Returns
    -------
    Fold number on the index of ``roads``. Counts along one road are alike, so random folds would let a model
    read the answer next door.
    """
    size = roads.value_counts().rename_axis("road").reset_index(name="n")
    ordered = size.sort_values(["n", "road"], ascending=[False, True])
    held = [0] * folds
    fold: dict[str, int] = {}
    for road, n in zip(ordered["road"], ordered["n"], strict=True):
        fold[road] = held.index(min(held))
        held[fold[road]] += int(n)
    return roads.map(fold).astype(int)


def holdout_by_road(observations: pd.DataFrame, *, hour_share: float) -> pd.DataFrame:
    """Tell by road how well counts are met that were not used; points and sections on E and R roads.

    Parameters
    ----------
    observations
        Schema OBSERVATIONS with ``heldout_trucks`` and ``heldout_gravity_trucks``.
    hour_share
        Share of the day in the peak hour.

    Returns
    -------
    Schema HOLDOUT, roads with most counts first.
    """
    counted = observations[(observations["basis"] != "road_municipality") & observations["is_used"]]
    table = counted.dropna(subset=["heldout_trucks"])
    observed = table["observed_trucks"]
    table = table.assign(
        own=geh(table["heldout_trucks"], observed, hour_share=hour_share),
        gravity=geh(table["heldout_gravity_trucks"], observed, hour_share=hour_share),
    )
    grouped = table.groupby("road")
    roads = pd.DataFrame(
        {
            "n": grouped.size(),
            "median_geh": grouped["own"].median(),
            "gravity_median_geh": grouped["gravity"].median(),
            "share_below_5": grouped["own"].agg(lambda values: float((values < _GOOD).mean())),
            "gravity_share_below_5": grouped["gravity"].agg(lambda values: float((values < _GOOD).mean())),
            "volume_ratio": grouped["heldout_trucks"].sum() / grouped["observed_trucks"].sum(),
        }
    )
    ordered = roads.reset_index().sort_values(["n", "road"], ascending=[False, True]).set_index("road")
    return validate(ordered, HOLDOUT) if len(ordered) else ordered
