"""Data as a JSON block that no browser and no template engine can take for anything else."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DATA_ID", "amount", "plain", "to_json_block"]

DATA_ID = "rg-data"

_WHOLE = 10

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_ACTIVE = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&{}%#'`$"})


def to_json_block(payload: Mapping[str, object]) -> str:
    r"""Write data as ``<script type="application/json" id="rg-data">``, plain ASCII.

    Inside strings, every character that markup or a template gives a meaning is written as ``\u00xx``. JSON
    reads it back unchanged, HTML cannot end the block, and a template pass leaves it as it is.

    >>> to_json_block({"name": "</script>"})
    '<script type="application/json" id="rg-data">{"name":"\\u003c/script\\u003e"}</script>'
    """
    plain = json.dumps(payload, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    safe = _STRING.sub(lambda found: found[0].translate(_ACTIVE), plain)
    return f'<script type="application/json" id="{DATA_ID}">{safe}</script>'


def plain(value: object) -> object:
    """Turn one cell into a JSON value; missing is None, and figures keep six significant digits.

    >>> plain(1234.56789), plain(float("nan")), plain("Ås")
    (1234.57, None, 'Ås')
    """
    if isinstance(value, str):
        return str(value)
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    figure = float(value)  # type: ignore[arg-type]
    if not math.isfinite(figure):
        return None
    return int(figure) if figure.is_integer() else float(f"{figure:.6g}")


def amount(value: object) -> int | float | None:
    """Round a figure as the page shows it: whole from 10 up, else two significant digits; missing is None.

    >>> amount(5234.7), amount(0.634), amount(4.0), amount(float("nan"))
    (5235, 0.63, 4, None)
    """
    figure = plain(value)
    if not isinstance(figure, (int, float)):
        return None
    rounded = float(round(figure) if abs(figure) >= _WHOLE else f"{figure:.2g}")
    return int(rounded) if rounded.is_integer() else rounded
