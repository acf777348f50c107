"""A session as tables: proposals, feedback and weights, by the table of the room that made them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from regiongeo.crs import WORK_CRS
from regiongeo.scenario import CRITERIA
from regiongeo.workshop.exportshape import to_work_shape
from regiongeo.workshop.merge import TableKey, standing_records, standing_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from regiongeo.workshop.merge import RecordKey, Session
    from regiongeo.workshop.records import Record

__all__ = ["feedback_frame", "proposal_frame", "table_labels", "weight_frame"]


def table_labels(session: Session) -> dict[TableKey, str]:
    """Return what each table is called: its name, with the map behind it where several maps have one so."""
    keys = {*session.weights, *(TableKey(*key[:2]) for key in session.records)}
    names = Counter(key.table for key in keys)
    return {
        key: key.table if names[key.table] == 1 else f"{key.table} ({key.map_id})" for key in sorted(keys)
    }


def proposal_frame(session: Session) -> gpd.GeoDataFrame:
    """Return the proposals that stand.

    Returns
    -------
    GeoDataFrame by ``site_id`` (the proposal's own id; where several tables hold one id, the later ones get
    ``-2``, ``-3`` …), in EPSG:25832: table, name, note, mark, votes, created, provisional [1], area_m2 [m2,
    empty for points].
    """
    found = _of_kind(session, "proposal")
    labels = table_labels(session)
    shapes = [to_work_shape(record.shape) for _, record in found]
    rows: dict[str, Sequence[object]] = {
        "table": [labels[TableKey(*key[:2])] for key, _ in found],
        "name": [record.name for _, record in found],
        "note": [record.note for _, record in found],
        "mark": [record.mark for _, record in found],
        "votes": [record.votes for _, record in found],
        "created": [record.created for _, record in found],
        "provisional": [record.provisional for _, record in found],
        "area_m2": [shape.area or np.nan for shape in shapes],
    }
    index = pd.Index(_numbered(key.record_id for key, _ in found), name="site_id", dtype="str")
    return _frame(rows, shapes, index)


def feedback_frame(session: Session) -> gpd.GeoDataFrame:
    """Return what each table says about existing sites, where it says anything.

    Returns
    -------
    GeoDataFrame by ``table, site_id`` in EPSG:25832: note, mark, votes.
    """
    found = _of_kind(session, "feedback")
    labels = table_labels(session)
    rows: dict[str, Sequence[object]] = {
        "note": [record.note for _, record in found],
        "mark": [record.mark for _, record in found],
        "votes": [record.votes for _, record in found],
    }
    tables = pd.Index([labels[TableKey(*key[:2])] for key, _ in found], dtype="str")
    sites = pd.Index([key.record_id for key, _ in found], dtype="str")
    index = pd.MultiIndex.from_arrays([tables, sites], names=["table", "site_id"])
    return _frame(rows, [to_work_shape(record.shape) for _, record in found], index)


def weight_frame(session: Session) -> pd.DataFrame:
    """Return the weights of the tables that gave any above 0, tables × criteria, 0-100; not named is 0."""
    labels = table_labels(session)
    given = {labels[key]: weights for key, weights in standing_weights(session).items()}
    table = pd.DataFrame.from_dict(given, orient="index", columns=None).reindex(columns=list(CRITERIA))
    table.index = table.index.astype("str").rename("table")
    table = table.fillna(0.0).astype(float)
    return table[table.sum(axis=1) > 0]


def _of_kind(session: Session, kind: str) -> list[tuple[RecordKey, Record]]:
    return [(key, record) for key, record in standing_records(session).items() if record.kind == kind]


def _numbered(ids: Iterable[str]) -> list[str]:
    seen: Counter[str] = Counter()
    names = []
    for one in ids:
        seen[one] += 1
        names.append(one if seen[one] == 1 else f"{one}-{seen[one]}")
    return names


_DTYPES = {
    **dict.fromkeys(("table", "name", "note", "mark", "created"), "str"),
    **dict.fromkeys(("provisional", "area_m2"), "float64"),
    "votes": "int64",
}


def _frame(
    rows: Mapping[str, Sequence[object]], shapes: Sequence[BaseGeometry], index: pd.Index
) -> gpd.GeoDataFrame:
    columns = {name: list(cells) for name, cells in rows.items()}
    table = pd.DataFrame(columns, index=index).astype({name: _DTYPES[name] for name in rows})
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(list(shapes), index=index, crs=WORK_CRS))
    return frame.sort_index(kind="stable")
