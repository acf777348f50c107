"""Data as a packed block that no browser and no template engine can take for anything else."""

from __future__ import annotations

import base64
import gzip
import json
import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from regiongeo.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DATA_ID", "amount", "plain", "read_data_block", "to_data_block"]

DATA_ID = "rg-data"

_WHOLE = 10

_BLOCK = re.compile(f'<script type="text/plain" id="{DATA_ID}">([^<]*)</script>')


def to_data_block(payload: Mapping[str, object]) -> str:
    """Write data as ``<script type="text/plain" id="rg-data">``: JSON, gzip, base64.

    Base64 has no character that markup or a template gives a meaning, so HTML cannot end the block and a
    template pass leaves it as it is; packed it is a quarter as large. The same data give the same block.

    >>> read_data_block(to_data_block({"name": "</script>{{ 7 * 7 }}"}))
    {'name': '</script>{{ 7 * 7 }}'}
    """
    plain = json.dumps(payload, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    packed = base64.b64encode(gzip.compress(plain.encode("ascii"), compresslevel=9, mtime=0)).decode("ascii")
    return f'<script type="text/plain" id="{DATA_ID}">{packed}</script>'


def read_data_block(page: str) -> Any:  # noqa: ANN401 - whatever was put in
    """Return the data of a page, as its own script reads them."""
    found = _BLOCK.search(page)
    if found is None:
        raise DataError("no data block: this is not a map of regiongeo")
    return json.loads(gzip.decompress(base64.b64decode(found[1])))


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
