"""A truck-flow result as bytes and back, so that a run need not estimate again what it estimated before."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from regiongeo.flows.result import FlowResult

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["flows_from_bytes", "flows_to_bytes"]

_TABLES = ("matrix", "link_flows", "observations", "summary", "holdout", "assumptions")


def flows_to_bytes(flows: FlowResult) -> bytes:
    """Write a result as one zip archive: tables as Parquet, arrays as npy, the rest as JSON."""
    zones = pd.DataFrame(flows.zones).assign(geometry=shapely.to_wkb(flows.zones.geometry.to_numpy()))
    shares = flows.route_shares
    arrays: dict[str, Array] = {
        "trips": flows.trips,
        "prior": flows.prior,
        "shares_data": shares.data,
        "shares_indices": shares.indices,
        "shares_indptr": shares.indptr,
    }
    rest = {"shape": shares.shape, "totals": dict(flows.totals), "notices": flows.notices}
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in _TABLES:
            archive.writestr(f"{name}.parquet", _to_parquet(getattr(flows, name)))
        archive.writestr("zones.parquet", _to_parquet(zones))
        for name, array in arrays.items():
            archive.writestr(f"{name}.npy", _to_npy(array))
        archive.writestr("rest.json", json.dumps({**rest, "crs": flows.zones.crs.to_string()}))
    return whole.getvalue()


def flows_from_bytes(content: bytes) -> FlowResult:
    """Read a result that `flows_to_bytes` wrote.

    Raises
    ------
    zipfile.BadZipFile, KeyError, ValueError, OSError
        If the bytes are not such an archive.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tables = {name: _from_parquet(archive.read(f"{name}.parquet")) for name in (*_TABLES, "zones")}
        names = ("trips", "prior", "shares_data", "shares_indices", "shares_indptr")
        arrays = {name: _from_npy(archive.read(f"{name}.npy")) for name in names}
        rest = json.loads(archive.read("rest.json"))
    zones = tables.pop("zones")
    zones = zones.assign(geometry=shapely.from_wkb(zones["geometry"].to_numpy()))
    parts = (arrays["shares_data"], arrays["shares_indices"], arrays["shares_indptr"])
    return FlowResult(
        zones=gpd.GeoDataFrame(zones, geometry="geometry", crs=rest["crs"]),
        totals=rest["totals"],
        notices=tuple((str(key), str(names)) for key, names in rest["notices"]),
        route_shares=sparse.csr_array(parts, shape=tuple(rest["shape"])),
        trips=arrays["trips"],
        prior=arrays["prior"],
        **tables,
    )


def _to_parquet(table: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    table.to_parquet(stream, compression="zstd")
    return stream.getvalue()


def _from_parquet(content: bytes) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(content))


def _to_npy(array: Array) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def _from_npy(content: bytes) -> Array:
    array: Array = np.load(io.BytesIO(content), allow_pickle=False)
    return array
