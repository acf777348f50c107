"""The CSV reader: dialects, cells that stay text, rows that do not fit, and the shipped templates."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.errors import CrsError, DataError, RegionGeoError
from regiongeo.schema import validate
from regiongeo.tables import CAPACITY, PLOTS, STATIONS
from regiongeo.userfiles import Limits, load_capacity, load_plots, load_stations

Save = Callable[..., Path]
Load = Callable[[Path], gpd.GeoDataFrame]

OSLO = shapely.Point(597868.381, 6642681.510)
"""10.75 E 59.91 N in EPSG:25832, by an independent Krüger series."""


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def write(text: str, name: str = "plots.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.mark.parametrize(
    "text",
    [
        "site_id,name,lon,lat,area_m2\nP1,Tomt,10.75,59.91,12000\n",
        'site_id,name,lon,lat,area_m2\nP1,Tomt,"10,75","59,91","12 000,0"\n',
        "\ufeffsite_id;name;lon;lat;area_m2\r\nP1;Tomt;10,75;59,91;12\u00a0000\r\n",
        "site_id;navn;lon;lat;area_m2\n\n# a comment; of any kind\nP1;Tomt;10.75;59.91;12.000,0\n;;;;\n",
        "lat\tlon\tid\tname\tarea_m2\n59.91\t10.75\tP1\tTomt\t12000\n",
        "site_id;name;east;north;epsg;area_m2\nP1;Tomt;597 868,381;6 642 681,510;25832;12000\n",
        "site_id,name,east,north,epsg,area_m2\nP1,Tomt,597868.381,6642681.510,EPSG:25832,12000\n",
        '"site_id";"name";"lon";"lat";"area_m2"\n"P1";"Tomt";"10,75";"59,91";"12000"',
    ],
)
def test_t10_t11_f25_the_same_plot_in_every_dialect(save: Save, text: str) -> None:
    plots = load_plots(save(text))
    validate(plots, PLOTS)
    assert plots.drop(columns="geometry").to_dict("index") == {"P1": {"name": "Tomt", "area_m2": 12000.0}}
    assert plots.geometry["P1"].distance(OSLO) < 0.01


def test_rows_may_name_different_systems(save: Save) -> None:
    text = "site_id;name;east;north;epsg\na;T;597868,381;6642681,51;25832\n"
    text += "b;T;262275;6649109;25833\nc;T;600000;6650000;5972\n"
    plots = load_plots(save(text))
    assert list(plots.index) == ["a", "b", "c"]
    assert plots.geometry["a"].distance(OSLO) < 0.01
    assert plots.geometry["c"].equals(shapely.Point(600000, 6650000))


def test_t03_t04_cells_stay_text(save: Save) -> None:
    odd = ["0301", "1E02", "2024-01-01", "TRUE", "NA", "None", "nan", "#12"]
    rows = "".join(f"{one};{one};10,75;59,91\n" for one in odd)
    plots = load_plots(save("site_id;name;lon;lat\n" + rows))
    assert plots["name"].to_dict() == {one: one for one in sorted(odd)}


def test_t12_rows_that_do_not_fit_are_numbered_as_in_a_spreadsheet(save: Save) -> None:
    text = "site_id,name,lon,lat\n\nP1,Tomt,10,75,59,91\nP2,Tomt\nP3,Tomt,10.75,59.91\n"
    with pytest.raises(DataError) as caught:
        load_plots(save(text))
    told = str(caught.value)
    assert "row 3: has 6 cells, the header has 4: a decimal comma?" in told
    assert "row 4: has 2 cells, the header has 4: give every row" in told
    assert "row 5" not in told


def test_t11_t15_numbers_name_row_and_column(save: Save) -> None:
    text = "site_id;name;lon;lat;area_m2\na;T;10,752;59,912;1.234\n"
    text += "b;T;10,75;;\u22125\nc;T;x;59,9;1e3\nd;T;1e999;inf;NaN\n"
    with pytest.raises(DataError) as caught:
        load_plots(save(text))
    for words in (
        "row 2: area_m2 '1.234' can mean 1234 or 1 and a fraction: write 1234 or 1.2340",
        "row 3: lat is empty",
        "row 3: area_m2 is \u22125, but at least 0 is possible",
        "row 4: lon 'x' is not a number",
        "row 4: area_m2 '1e3' is not a number",
        "row 5: lon '1e999' is not a number",
        "row 5: lat 'inf' is not a number",
        "row 5: area_m2 'NaN' is not a number",
    ):
        assert words in str(caught.value)


def test_t13_columns_missing_double_or_of_other_case(save: Save) -> None:
    with pytest.raises(DataError, match="column 'name' stands twice"):
        load_plots(save("site_id,name,name,lon,lat\na,b,c,11,60\n"))
    assert load_plots(save("sep=,\nSite_ID,Navn,Lon,LAT\na,b,11,60\n")).index.tolist() == ["a"]
    with pytest.raises(DataError, match="no columns for the position"):
        load_plots(save("site_id,name,longitude,latitude\na,b,11,60\n"))
    with pytest.raises(DataError, match="'power_mw' is not known, power_kw is"):
        load_stations(save("station_id,name,lon,lat,power_mw\na,b,11,60,1\n"))
    with pytest.raises(DataError, match="positions are given twice"):
        load_plots(save("site_id,name,lon,lat,east,north\na,b,11,60,1,2\n"))


def test_missing_names_and_ids_and_twins_are_named(save: Save) -> None:
    text = "site_id,name,lon,lat\na,,11,60\n,b,11,60\nc,\u00a0,11,60\nd,x,11,60\n d ,y,11,60\n"
    with pytest.raises(DataError) as caught:
        load_plots(save(text))
    assert "row 2, row 4: name is missing: fill it in" in str(caught.value)
    assert "row 3: site_id is missing" in str(caught.value)
    assert "row 5 (d), row 6 (d): site_id 'd' stands 2 times" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('site_id,name,lon,lat\na,"open,11,60\nb,c,11,60\n', "row 2: its quotes do not match"),
        ("site_id,name,lon,lat\na,b\x00,11,60\n", "NUL character in line 2"),
        ("site_id,name,lon,lat\na,b\x1b[2J,11,60\n", r"row 2: name 'b\\x1b\[2J' holds a control character"),
        ('site_id,name,lon,lat\na,"two\nlines",11,60\n', "row 2: name .* line break"),
        (f"site_id,name,lon,lat\na,{'x' * 200_000},11,60\n", "row 2: .*cell is too long"),
        (f"site_id,name,lon,lat\na,{'x' * 501},11,60\n", "row 2: name has 501 characters"),
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("# only a comment\n", "no header"),
        ("site_id,name,lon,lat\n", "holds no rows"),
    ],
)
def test_t14_and_what_is_no_table(save: Save, text: str, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        load_plots(save(text))
    assert str(caught.value).isprintable()


def test_g01_metres_without_a_system_are_refused_with_a_guess_to_check(save: Save) -> None:
    with pytest.raises(CrsError, match=r"looks like metres in EPSG:25833: add a column epsg"):
        load_plots(save("site_id;name;east;north\na;T;262275;6649109\n"))


def test_g01_without_a_guess_where_nothing_can_be_read(save: Save) -> None:
    with pytest.raises(CrsError, match="east and north name no coordinate system: add a column epsg"):
        load_plots(save("site_id;name;east;north\na;T;x;y\n"))


def test_g09_a_number_too_large_for_any_system(save: Save) -> None:
    with pytest.raises(DataError, match="row 2: east 999999999999 is not a possible number"):
        load_plots(save("site_id;name;east;north;epsg\na;T;999999999999;6650000;25832\n"))


@pytest.mark.parametrize("epsg", ["", "999999", "utm32", "25832.0", "EPSG:5110"])
def test_g02_unknown_epsg(save: Save, epsg: str) -> None:
    with pytest.raises(
        CrsError, match=r"row 2: epsg .* is not an accepted coordinate system: use one of 4326"
    ):
        load_plots(save(f"site_id;name;east;north;epsg\na;T;597868;6642681;{epsg}\n"))


@pytest.mark.parametrize(
    ("labelled", "east", "north", "is_like"),
    [(25833, 597868, 6642681, 25832), (25832, 262275, 6649109, 25833)],
)
def test_g05_wrong_zone_either_way(save: Save, labelled: int, east: int, north: int, is_like: int) -> None:
    text = f"site_id;name;east;north;epsg\nP7;T;{east};{north};{labelled}\n"
    with pytest.raises(
        CrsError, match=rf"row 2 \(P7\): .*:{labelled}, but .*:{is_like} and land 3[34]. km away"
    ):
        load_plots(save(text))


def test_g04_swapped_axes_name_the_first_rows_and_the_count(save: Save) -> None:
    rows = "".join(f"P{n};T;59,9{n};10,7\n" for n in range(9))
    with pytest.raises(
        CrsError, match=r"row 2 \(P0\), row 3 \(P1\), row 4 \(P2\) and 6 more: .*lon and lat swapped"
    ):
        load_plots(save("site_id;name;lon;lat\n" + rows))


def test_t05_older_excel_is_offered_its_encoding_never_guessed(save: Save) -> None:
    path = save("site_id;name;lon;lat\nP1;Ås\u2013nord;10,75;59,91\n", encoding="cp1252")
    with pytest.raises(DataError, match=r"not utf-8 at byte 25, line 2: .*cp1252"):
        load_plots(path)
    assert load_plots(path, encoding="cp1252")["name"].to_list() == ["Ås\u2013nord"]
    with pytest.raises(DataError, match="encoding 'klingon' is not known"):
        load_plots(path, encoding="klingon")  # type: ignore[arg-type]


def test_f14_too_many_rows(save: Save) -> None:
    text = "site_id;name;lon;lat\n" + "".join(f"P{n};T;10,75;59,91\n" for n in range(4))
    assert len(load_plots(save(text), limits=Limits(rows=4))) == 4
    with pytest.raises(DataError, match="more than 3 rows"):
        load_plots(save(text), limits=Limits(rows=3))


def test_plots_outside_the_region(save: Save) -> None:
    """One plot inside the region, one around it: kept; none inside: refused; no region: kept."""
    region = gpd.GeoDataFrame(geometry=[OSLO.buffer(5000)], crs="EPSG:25832")
    inside, outside = "a;T;10,75;59,91\n", "b;T;11,75;60,5\n"
    head = "site_id;name;lon;lat\n"
    assert len(load_plots(save(head + inside + outside), region=region)) == 2
    with pytest.raises(CrsError, match="none of its plots lies in the region"):
        load_plots(save(head + outside), region=region)
    assert len(load_plots(save(head + outside))) == 1


def test_capacity_in_both_layouts(save: Save) -> None:
    """Invented stations; the reserved power is not subtracted and the production ignored."""
    published = (
        "id,name,owner,availableCons,availableProd,reservedCons,capacityUnit,capacityDate,shortDescription,lon,lat\n"
        'x-2,Nord,NETT,4.125,-80.0,3,MW,2025-12-01T14:21:41.5295555+00:00,"Køregler, 5 MW",10.75,59.91\n'
        "x-1,Sør,NETT,0.0,-7.0,0,MW,2024-12-01T14:21:41+00:00,,10.85,59.81\n"
    )
    simple = "substation_id;name;available_mw;year;lon;lat\n"
    simple += "x-1;Sør;0;2024;10,85;59,81\nx-2;Nord;4,125;2025;10,75;59,91\n"
    capacity = load_capacity(save(published))
    validate(capacity, CAPACITY)
    assert capacity["available_mw"].to_dict() == {"x-1": 0.0, "x-2": 4.125}
    assert capacity["year"].to_dict() == {"x-1": 2024, "x-2": 2025}
    assert capacity.equals(load_capacity(save(simple)))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,T,5,kW,2025-01-01,11,60", "row 2: capacityUnit is not MW"),
        ("a,T,5,MW,25,11,60", "year is the text '25', not a year"),
        ("a,T,5,MW,1999-01-01,11,60", "at least 2000 is possible"),
        ("a,T,,MW,2025-01-01,11,60", "available_mw is missing"),
    ],
)
def test_o13_capacity_units_and_years(save: Save, row: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        load_capacity(save("id,name,availableCons,capacityUnit,capacityDate,lon,lat\n" + row + "\n"))


@pytest.mark.parametrize(
    ("name", "load", "schema"),
    [
        ("plots", load_plots, PLOTS),
        ("stations", load_stations, STATIONS),
        ("capacity", load_capacity, CAPACITY),
    ],
)
def test_shipped_templates(save: Save, name: str, load: Load, schema: object) -> None:
    """As shipped a template is empty; with its example row made real it loads, with every column used."""
    text = (files("regiongeo") / "templates" / f"{name}.csv").read_text("utf-8")
    if name == "plots":
        with pytest.raises(DataError, match="holds no rows"):
            load(save(text))
    else:
        assert not len(validate(load(save(text)), schema))  # type: ignore[type-var, arg-type]
    table = load(save(text.replace("# ", "")))
    assert len(table) == 1
    assert table.notna().all(axis=None)


@given(st.text(max_size=80))
def test_any_text_is_a_table_or_our_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(("site_id;name;lon;lat\nP1;" + text).encode("utf-8", "surrogatepass"))
    try:
        load_plots(path)
    except RegionGeoError as error:
        assert str(error).replace("\n", "").isprintable()  # noqa: PT017
