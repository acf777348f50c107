"""What the equipment of a station costs, as a range; no figure where no assumption exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regiongeo.assumptions import assumption
from regiongeo.sizing.demand import assumed

if TYPE_CHECKING:
    from regiongeo.sizing.demand import Level

__all__ = ["equipment_cost"]

_LEVELS: dict[Level, str] = {"low": "_low", "value": "", "high": "_high"}


def equipment_cost(points: pd.Series, storage_mwh: pd.Series, *, assumptions: pd.DataFrame) -> pd.DataFrame:
    """Work out what charging points and battery storage cost [kEUR and MNOK], low, central and high.

    ``points * sizing.point_keur.<energy> + storage * sizing.storage_keur_per_mwh``; MNOK by
    ``sizing.nok_per_eur``.

    Parameters
    ----------
    points
        Number of points by ``site_id`` and ``energy``.
    storage_mwh
        Usable size of the station's battery [MWh]; missing is none.

    Returns
    -------
    DataFrame on the index of ``points``: equipment_low_keur, equipment_keur, equipment_high_keur,
    and the same in mnok; missing for an energy that has no unit cost.

    Raises
    ------
    AssumptionError
        If a number is stated in another unit, or has no low or high.

    Notes
    -----
    Not in it, for want of figures: the grid connection, transformers, ground works, land, and everything of
    hydrogen and biogas. Unit costs are those of a German model, to verify for Norway.
    """
    nok_per_eur = assumption(assumptions, "sizing.nok_per_eur", unit="NOK/EUR")
    energy = points.index.get_level_values("energy")
    columns = {}
    for level, suffix in _LEVELS.items():
        unit_costs = {name: _point_keur(assumptions, name, level) for name in energy.unique()}
        per_mwh = assumed(assumptions, "sizing.storage_keur_per_mwh", unit="kEUR/MWh", level=level)
        keur = points * energy.map(unit_costs).to_numpy(dtype=float) + storage_mwh.fillna(0.0) * per_mwh
        columns[f"equipment{suffix}_keur"] = keur
        columns[f"equipment{suffix}_mnok"] = keur * nok_per_eur / 1000
    return pd.DataFrame(columns, index=points.index)


def _point_keur(assumptions: pd.DataFrame, energy: str, level: Level) -> float:
    name = f"sizing.point_keur.{energy}"
    return assumed(assumptions, name, unit="kEUR", level=level) if name in assumptions.index else np.nan
