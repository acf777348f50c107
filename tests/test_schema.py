"""Schemas check, never coerce, and report every problem at once."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, Polygon

from regiongeo.errors import SchemaError
from regiongeo.schema import Column, Schema, check_reference, validate

SITES = Schema(
    name="sites",
    description="toy",
    index=("site_id",),
    geometry=("Point",),
    columns=(
        Column(name="name", kind="text", description="name used in the workshop"),
        Column(name="status", kind="text", description="status", choices=("existing", "planned")),
        Column(name="grid_km", kind="number", description="distance", unit="km", low=0, nullable=True),
        Column(name="is_open", kind="boolean", description="open"),
    ),
)


def _sites(**changes: object) -> gpd.GeoDataFrame:
    columns = {
        "name": ["a", "b"],
        "status": ["existing", "planned"],
        "grid_km": [1.0, None],
        "is_open": [True, False],
    }
    frame = pd.DataFrame({**columns, **changes}, index=pd.Index(["P", "Q"], name="site_id"))
    return gpd.GeoDataFrame(frame, geometry=[Point(0, 0), Point(1, 1)], crs="EPSG:25832")


def test_a_good_table_comes_back_as_it_is() -> None:
    table = _sites()

    assert validate(table, SITES) is table


def test_every_problem_is_reported_at_once_with_rows_and_units() -> None:
    wrong = _sites(status=["existing", "open"], grid_km=[-1.0, 2.0]).drop(columns="name")

    with pytest.raises(SchemaError) as error:
        validate(wrong, SITES)

    assert str(error.value).splitlines() == [
        "table 'sites' has 3 problem(s):",
        "  - name: column is missing (name used in the workshop)",
        "  - status: must be one of ('existing', 'planned'), rows 'Q'",
        "  - grid_km: must be >= 0 km, rows 'P'",
    ]


def test_t01_a_number_where_an_id_belongs_is_refused_with_the_cure() -> None:
    table = _sites().set_axis(pd.Index([301, 302], name="site_id"))

    with pytest.raises(SchemaError, match="ids are text"):
        validate(table, SITES)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"grid_km": [float("inf"), 1.0]}, "must be finite"),
        ({"grid_km": ["1", "2"]}, "must be number"),
        ({"is_open": [1, 0]}, "must be boolean"),
        ({"name": ["a", None]}, "missing in rows 'Q'"),
    ],
)
def test_values_are_checked_and_never_coerced(changes: dict[str, object], words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        validate(_sites(**changes), SITES)


def test_an_id_that_stands_twice_is_named() -> None:
    with pytest.raises(SchemaError, match="more than once: 'P'"):
        validate(_sites().set_axis(pd.Index(["P", "P"], name="site_id")), SITES)


def test_geometry_must_be_there_valid_and_of_the_right_type() -> None:
    bowtie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    table = _sites().set_geometry(gpd.GeoSeries([bowtie, None], index=["P", "Q"], crs="EPSG:25832"))

    with pytest.raises(SchemaError) as error:
        validate(table, SITES)

    assert "must be Point, rows 'P'" in str(error.value)
    assert "not valid in rows 'P'" in str(error.value)
    assert "missing in rows 'Q'" in str(error.value)


def test_an_empty_table_is_refused_unless_allowed() -> None:
    with pytest.raises(SchemaError, match="no rows"):
        validate(_sites().iloc[:0], SITES)


def test_an_unknown_reference_is_named() -> None:
    with pytest.raises(SchemaError, match="'Z' not found in table 'nodes'"):
        check_reference(pd.Series(["A", "Z", None]), pd.Index(["A"]), what="links.from_node", table="nodes")
