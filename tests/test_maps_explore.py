"""Tables on a map for notebooks: what stands in the blocks, what is refused, and the page in a browser."""

import base64
import gzip
import hashlib
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from shapely import GeometryCollection, LinearRing, LineString, MultiPoint, Point, Polygon, box

from pages import Opened, new_context
from regiongeo.errors import CrsError, DataError, EngineError, OutputError, RegionGeoError, RegionGeoWarning
from regiongeo.i18n import texts
from regiongeo.maps import explorecells, explorepage
from regiongeo.maps.explore import explore
from regiongeo.maps.explorecells import encode_rows, tell_cell, thin
from regiongeo.maps.exploreclasses import MISSING, OTHER, Ramp, colour_categories, colour_values
from regiongeo.maps.preview import preview
from test_maps_browser import HOSTILE
from test_maps_web import require_node

MAPS = Path(__file__).parents[1] / "src" / "regiongeo" / "maps"
WEB = MAPS / "web" / "explore"
TESTS = Path(__file__).parent / "web" / "explore.test.js"
CONTROLS = "\x00\x01\x1b\r\n\t\x7f\u202e\u2028"
TEXTS = [*HOSTILE.values(), CONTROLS, "Nordre <Follo> & «Ås» 😀"]


def _is_built() -> bool:
    try:
        return "rg-explore" in explorepage._read_asset("map.js")
    except EngineError:
        return False


needs_assets = pytest.mark.skipif(not _is_built(), reason="map assets are not built: python hatch_build.py")


def toy(**columns: Any) -> gpd.GeoDataFrame:
    """Return three squares of 10 km beside each other at Oslo, with values 1, missing, 3."""
    values = {"name": ["A", "B", "C"], "value": [1.0, np.nan, 3.0], **columns}
    squares = [box(580_000 + east, 6_640_000, 590_000 + east, 6_650_000) for east in (0, 10_000, 20_000)]
    return gpd.GeoDataFrame(values, geometry=squares, crs=25832)


def with_a_gap() -> gpd.GeoDataFrame:
    """Return a table whose second line has a corner that is nowhere, between two that are good."""
    with np.errstate(invalid="ignore"):
        lines = [LineString([(10, 60), (11, 61)]), LineString([(10, 60), (np.nan, np.nan), (11, 61)])]
    return gpd.GeoDataFrame(geometry=lines, crs=4326)


def blocks_of(page: str) -> list[Any]:
    """Return the blocks of a page, the page's own first."""
    packed = re.findall(r'<script type="text/plain" class="rg-explore">([^<]*)</script>', page)
    return [json.loads(gzip.decompress(base64.b64decode(one))) for one in packed]


def block_of(made: folium.Map) -> Any:
    return list(made._children.values())[-1].block


# The blocks


def test_pure_functions_of_the_page() -> None:
    done = subprocess.run(
        [require_node(), "--test", str(TESTS)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout


def test_figures_run_evenly_from_lowest_to_highest_and_missing_has_no_class() -> None:
    given = pd.Series([0.0, 50.0, 100.0, np.nan, np.inf])
    found = colour_values(given, Ramp(), lang="nb")
    assert found.classes == [0, 128, 255, MISSING, MISSING]
    assert found.palette[0] == "#440154"
    assert found.palette[255] == "#fde725"
    assert found.ramp == ["0", "50", "100"]
    assert found.legend == [{"number": MISSING, "text": "ingen data", "count": 2}]


def test_limits_given_cut_the_ramp() -> None:
    found = colour_values(pd.Series([-5, 5, 50]), Ramp(vmin=0, vmax=10), lang="en")
    assert found.classes == [0, 128, 255]
    assert found.ramp == ["0", "5", "10"]


def test_one_value_only_stands_in_the_middle() -> None:
    found = colour_values(pd.Series([7, 7]), Ramp(), lang="nb")
    assert (found.classes, found.ramp) == ([128, 128], ["7"])
    assert colour_values(pd.Series([7, 7]), Ramp(scheme="quantiles"), lang="nb").classes == [0, 0]


def test_nothing_known_has_no_colour() -> None:
    found = colour_values(pd.Series([np.nan, np.nan]), Ramp(scheme="quantiles"), lang="nb")
    assert found.classes == [MISSING, MISSING]
    assert found.ramp is None


def test_a_scheme_puts_each_value_in_the_class_that_ends_at_or_above_it() -> None:
    values = pd.Series([1.0, 2.0, 3.0, 4.0, np.nan, 10.0])
    bins = {"bins": [2, 4, 10]}
    found = colour_values(values, Ramp(scheme="userdefined", classification_kwds=bins), lang="nb")
    assert found.classes == [0, 0, 1, 1, MISSING, 2]
    assert [(row["text"], row["count"]) for row in found.legend] == [
        ("1–2", 2), ("2–4", 2), ("4–10", 1), ("ingen data", 1),
    ]  # fmt: skip
    assert len(found.palette) == 3


def test_never_more_classes_than_values() -> None:
    found = colour_values(pd.Series([1, 1, 2, 2, 3]), Ramp(scheme="quantiles", k=5), lang="nb")
    assert set(found.classes or []) <= {0, 1, 2}
    assert len(found.palette) <= 3


def test_close_classes_are_written_apart() -> None:
    values = pd.Series([0.121, 0.122, 0.123, 0.124])
    legend = colour_values(values, Ramp(scheme="quantiles", k=3), lang="nb").legend
    assert legend[0]["text"] == "0,121–0,122"
    assert len({row["text"] for row in legend}) == 3


@given(st.lists(st.floats(allow_nan=True, width=32), min_size=1, max_size=30), st.integers(2, 6))
def test_counts_of_all_classes_are_the_rows(values: list[float], k: int) -> None:
    for ramp in (Ramp(), Ramp(scheme="equalinterval", k=k)):
        found = colour_values(pd.Series(values), ramp, lang="nb")
        assert len(found.classes or []) == len(values)
        assert all(MISSING <= number < len(found.palette) for number in found.classes or [])
        if ramp.scheme and np.isfinite(values).any():
            assert sum(int(str(row["count"])) for row in found.legend) == len(values)


def test_categories_keep_the_six_most_frequent_and_say_what_became_of_the_rest() -> None:
    names = pd.Series([*"aabbccddeeffhhg", None], dtype="object")
    found = colour_categories(names, lang="nb")
    assert [row["text"] for row in found.legend] == [*"abcdef", "andre", "ingen data"]
    assert [row["count"] for row in found.legend] == [2] * 6 + [3, 1]
    assert found.classes == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, OTHER, OTHER, OTHER, MISSING]
    assert found.notes == ["8 kategorier: de 6 vanligste har egen farge, resten er grå."]
    assert len(set(found.palette)) == 6


def test_categories_of_an_ordered_column_stand_in_its_order() -> None:
    names = pd.Series(
        pd.Categorical(["lav", "høy", "lav"], categories=["lav", "middels", "høy"], ordered=True)
    )
    assert [row["text"] for row in colour_categories(names, lang="nb").legend] == ["lav", "høy"]
    truths = colour_categories(pd.Series([True, False, True]), lang="en").legend
    assert [(row["text"], row["count"]) for row in truths] == [("no", 1), ("yes", 2)]


def test_shapes_of_any_kind_are_split_by_kind_with_their_row() -> None:
    square = Polygon([(0, 0), (1, 0), (1, 1)], [[(0.5, 0.2), (0.6, 0.2), (0.6, 0.3)]])
    nested = GeometryCollection(
        [square, GeometryCollection([MultiPoint([(1, 1), (2, 2)]), LineString([(0, 0), (1, 1)])])]
    )
    shapes = gpd.GeoSeries(
        [Point(3, 4, 9), None, Polygon(), nested, LinearRing([(0, 0), (1, 0), (1, 1)])], crs=4326
    )
    found = encode_rows(shapes)
    assert found["points"] == [[0, [300_000, 400_000]], [3, [100_000, 100_000], [200_000, 200_000]]]
    assert [row[0] for row in found["lines"]] == [3, 4]
    assert [len(row) for row in found["areas"]] == [3]
    assert found["lines"][0][1] == [0, 0, 100_000, 100_000]
    assert encode_rows(gpd.GeoSeries([], crs=4326)) == {"areas": [], "lines": [], "points": []}


degrees = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(st.lists(st.lists(degrees, min_size=2, max_size=6), min_size=1, max_size=5))
def test_lines_come_back_within_half_a_step(lines: list[list[tuple[float, float]]]) -> None:
    found = encode_rows(gpd.GeoSeries([LineString(line) for line in lines], crs=4326))["lines"]
    assert [row[0] for row in found] == list(range(len(lines)))
    for line, (_, steps) in zip(lines, found, strict=True):
        back = list(zip(accumulate(steps[0::2]), accumulate(steps[1::2]), strict=True))  # type: ignore[index]
        whole = [tuple(round(part * 100_000) for part in point) for point in np.array(line).tolist()]
        distinct = [point for at, point in enumerate(whole) if at == 0 or point != whole[at - 1]]
        assert np.abs(np.array(back) - np.array(distinct)).max() <= 1
        assert len(back) == len(distinct)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, None), (np.nan, None), (pd.NA, None), (pd.NaT, None), (np.inf, None), (True, "ja"), (3, 3),
        (1_234_567, 1_234_567), (2**60, str(2**60)), (1234.56789, 1234.57), ("x" * 501, "x" * 500 + "…"),
        (pd.Timestamp("2026-11-20"), "2026-11-20"), (pd.Timestamp("2026-11-20 12:30"), "2026-11-20 12:30:00"),
        ([1, "a"], "[1, 'a']"), (1 + 2j, "(1+2j)"), ("\x00\u2028<b>", "\x00\u2028<b>"),
    ],
)  # fmt: skip
def test_cells_are_texts_figures_or_missing(value: object, told: object) -> None:
    assert tell_cell(value, "nb") == told


def test_block_reads_named_index_first_and_no_geometry() -> None:
    table = toy(other=gpd.GeoSeries([Point(0, 0)] * 3, crs=4326)).rename_axis("site_id")
    block = block_of(explore(table, "value"))
    assert [column["name"] for column in block["columns"]] == ["site_id", "name", "value"]
    assert block["columns"][2]["cells"] == [1.0, None, 3.0]
    assert block["tooltip"] == [0, 1, 2]
    assert block["popup"] == []
    assert block["name"] == "value"


@pytest.mark.parametrize(
    ("asked", "columns"),
    [(False, []), (1, ["name"]), ("value", ["value"]), (["value", "name"], ["value", "name"])],
)
def test_columns_to_read_are_chosen_as_in_geopandas(asked: Any, columns: list[str]) -> None:
    block = block_of(explore(toy(), tooltip=asked, popup=["name"]))
    assert [block["columns"][at]["name"] for at in block["tooltip"]] == columns


def test_values_may_be_given_by_themselves() -> None:
    block = block_of(explore(toy().geometry, pd.Series([1, 2, 3], index=[9, 8, 7], name="vekt")))
    assert (block["name"], block["classes"]) == ("vekt", [0, 128, 255])
    assert block_of(explore(toy(), ["a", "b", "a"]))["classes"] == [0, 1, 0]


def test_table_is_left_as_it_was_and_any_crs_gives_the_same_map() -> None:
    table = toy()
    before = table.copy(deep=True)
    blocks = [block_of(explore(one, "value")) for one in (table, table.to_crs(4326))]
    pd.testing.assert_frame_equal(table, before)
    assert blocks[0]["areas"] == blocks[1]["areas"]
    assert blocks[0]["bounds"] == blocks[1]["bounds"]


def test_rows_without_geometry_are_counted_not_hidden() -> None:
    table = toy().set_geometry([None, Polygon(), Point(590_000, 6_640_000)], crs=25832)
    assert block_of(explore(table))["notes"] == ["2 rader har ingen geometri og er ikke tegnet."]
    assert block_of(explore(toy().iloc[:0]))["bounds"] is None


def test_too_many_corners_are_simplified_with_a_sentence_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorecells, "MOST_VERTICES", 100)
    around = gpd.GeoDataFrame(geometry=[Point(590_000, 6_640_000).buffer(10_000, quad_segs=100)], crs=25832)
    with pytest.warns(RegionGeoWarning, match="401 corners are drawn as"):
        block = block_of(explore(around))
    assert block["notes"] == ["Tegnet forenklet, avvik om lag 45 m."]
    assert len(block["areas"][0][1]) <= 200
    points = gpd.GeoSeries([Point(10, 60)] * 101, crs=4326)
    with pytest.raises(DataError, match="101 corners are more than the 100 a map can show"):
        thin(points)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: explore(toy().set_crs(None, allow_override=True)),
            CrsError,
            "looks? like metres in EPSG:25832",
        ),
        (lambda: explore(toy().set_crs(4326, allow_override=True)), CrsError, "rows 0, 1, 2 do not lie"),
        (lambda: explore(pd.DataFrame({"a": [1]})), DataError, "make it a GeoDataFrame"),
        (lambda: explore(gpd.GeoDataFrame({"a": [1]})), DataError, "needs a table with geometry"),
        (lambda: explore(toy(), "aadt"), DataError, "no column 'aadt': the table has 'name', 'value'"),
        (
            lambda: explore(pd.concat([toy(), toy()[["name"]]], axis=1), "name"),
            DataError,
            "more than one column",
        ),
        (lambda: explore(toy(), 5), DataError, "no column 5"),
        (lambda: explore(toy(), "value", cmap=[]), DataError, "no colour map"),
        (lambda: explore(toy(), "value", vmin="x"), DataError, "must be numbers"),  # type: ignore[arg-type]
        (lambda: explore(toy(), "value", vmax=np.inf), DataError, "must be finite"),
        (lambda: explore(toy(), tooltip=3.5), DataError, "tooltip must be"),  # type: ignore[arg-type]
        (lambda: explore(with_a_gap()), CrsError, "rows 1 do not lie"),
        (lambda: explore(toy(), [1, 2]), DataError, "2 values for 3 rows"),
        (lambda: explore(toy(), "value", cmap="nope"), DataError, "no colour map"),
        (lambda: explore(toy(), "name", cmap=["red", "nope"]), DataError, "no colour map"),
        (lambda: explore(toy(), "value", vmin=5, vmax=1), DataError, "vmin 5 must not be above vmax 1"),
        (lambda: explore(toy(), "value", scheme="nope"), DataError, "scheme 'nope'"),
        (lambda: explore(toy(), "value", scheme="quantiles", k=0), DataError, "k=0"),
        (lambda: explore(toy(), color="url(x)"), DataError, "no colour"),
        (lambda: explore(toy(), style_kwds={"html": "x"}), DataError, "no style 'html'"),
        (lambda: explore(toy(), style_kwds={"weight": "x"}), DataError, "weight must be a number"),
        (lambda: explore(toy(), style_kwds={"dashArray": "4 x"}), DataError, "dashArray must be a number"),
        (lambda: explore(toy(), tooltip=["nope"]), DataError, "tooltip: no column 'nope'"),
        (lambda: explore(toy(), lang="sv"), DataError, "no language 'sv'"),
        (lambda: explore(toy(), m="map"), DataError, "m must be a folium.Map, not str"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_sentence(
    make: Callable[[], object], error: type[RegionGeoError], words: str
) -> None:
    with pytest.raises(error, match=words):
        make()


# The page as text


def test_every_word_the_page_asks_for_is_in_the_catalogue() -> None:
    source = "".join(path.read_text("utf-8") for path in sorted(WEB.glob("*.js")))
    python = "".join(path.read_text("utf-8") for path in sorted(MAPS.glob("explore*.py")))
    python += (MAPS / "preview.py").read_text("utf-8")
    asked = set(re.findall(r'say\("(\w+)"', source)) | set(re.findall(r"texts\.(\w+)", python))
    asked |= set(re.findall(r'"page_explore",\s*"(\w+)"', python)) | {"sweden", "title", "yes", "no"}
    assert asked == set(texts("page_explore", "nb")) == set(texts("page_explore", "en"))


def test_our_scripts_never_set_markup() -> None:
    for path in sorted(WEB.glob("*.js")):
        found = re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", path.read_text("utf-8")
        )
        assert found is None, path.name


@needs_assets
def test_page_holds_no_address_and_no_word_of_the_table_outside_its_blocks() -> None:
    page = explore(toy(name=["Ås-1", "Ås-2", "Ås-3"]), "name", name="Ås-4").get_root().render()
    markup = re.sub(r"<script\b.*?</script>|<style>.*?</style>", "", page, flags=re.DOTALL)
    assert not re.search(r"(?:src|href)\s*=|@import|https?:", markup)
    assert "Ås-" not in page
    assert blocks_of(page)[1]["name"] == "Ås-4"
    assert [row["text"] for row in blocks_of(page)[1]["legend"]] == ["Ås-1", "Ås-2", "Ås-3"]


@needs_assets
def test_policy_names_exactly_our_scripts_and_no_host() -> None:
    page = explore(toy()).get_root().render()
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    expected = {base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts}
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]  # type: ignore[index]
    assert set(re.findall(r"sha256-([^&']+)", policy)) == expected
    assert "http" not in policy


@needs_assets
def test_the_same_table_gives_the_same_page_however_often_it_is_shown() -> None:
    one, other = explore(toy(), "value"), explore(toy(), "value")
    first = one.get_root().render()
    one._repr_html_()
    assert first == one.get_root().render() == other.get_root().render()


@needs_assets
def test_calls_stack_on_one_map(tmp_path: Path) -> None:
    made = explore(toy(), "value")
    assert explore(toy(), "name", m=made) is made
    made.save(tmp_path / "map.html")
    page, *blocks = blocks_of((tmp_path / "map.html").read_text("utf-8"))
    assert [block["name"] for block in blocks] == ["value", "name"]
    assert [block["fit"] for block in blocks] == [True, False]
    assert len(page["background"]["municipalities"]) == 130
    assert page["credits"] == ["© Kartverket (CC BY 4.0)"]
    assert blocks_of(explore(toy(), background=False).get_root().render())[0]["background"] is None


@needs_assets
def test_a_map_of_folium_keeps_what_it_had_and_loses_its_links() -> None:
    given = folium.Map([60, 10], tiles=None)
    given.get_root().title = "<b>Tittel</b>"
    given.get_root().html.add_child(branca_text("<p>over kartet</p>"))
    folium.Circle([60, 10], radius=5).add_to(given)
    page = explore(toy(), m=given).get_root().render()
    assert "<title>&lt;b&gt;Tittel&lt;/b&gt;</title>" in page
    assert "<p>over kartet</p>" in page
    assert "L.circle(" in page
    assert "cdn.jsdelivr" not in page
    assert blocks_of(page)[1]["fit"] is False


def branca_text(text: str) -> folium.Element:
    return folium.Element(text)


@needs_assets
def test_tiles_of_folium_are_let_in_and_stay_in_sight() -> None:
    page = explore(toy(), m=folium.Map([60, 10], tiles="OpenStreetMap")).get_root().render()
    assert "img-src data: https:;" in page
    assert blocks_of(page)[0]["background"] is None


@needs_assets
def test_parts_of_folium_that_need_more_than_leaflet_are_refused_by_name() -> None:
    from folium.plugins import MarkerCluster  # noqa: PLC0415

    for part, word in (
        (MarkerCluster(), "markercluster"),
        (folium.Marker([60, 10], icon=folium.Icon()), "Icon"),
    ):
        made = explore(toy())
        part.add_to(made)
        with pytest.raises(EngineError, match=f"not bundled: .*{word}"):
            made.get_root().render()


def test_a_map_moved_to_another_figure_says_so() -> None:
    elsewhere = folium.Figure()
    elsewhere.add_child(explore(toy()))
    with pytest.raises(EngineError, match="another figure"):
        elsewhere.render()
    crowded = folium.Figure()
    first, second = folium.Map(), folium.Map()
    crowded.add_child(first)
    crowded.add_child(second)
    with pytest.raises(DataError, match="among others"):
        explore(toy(), m=first)


# Preview


def test_preview_links_instead_of_embedding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "kart"
    folder.mkdir()
    (folder / "møte.html").write_bytes(b"<p>" + b"x" * 1_250_000)
    shown = preview("kart/møte.html", height=300)
    html = shown._repr_html_()
    assert len(html) < 1000
    assert 'href="kart/m%C3%B8te.html"' in html
    assert "height:300px" in html
    assert "Åpne kartet: møte.html (1,3 MB)" in html
    assert shown._repr_markdown_() == r"[Åpne kartet: møte.html \(1,3 MB\)](kart/m%C3%B8te.html)"


def test_preview_of_hostile_file_names_is_escaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        '" onload="alert(1).html',
        "javascript:alert(1)",
        "<b>&'${x}`.html",
        "[a](http:b)#?.html",
        "a\nb.html",
    ):
        shown = preview("<p>", file=name)
        html, markdown = shown._repr_html_(), shown._repr_markdown_()
        assert (tmp_path / name).read_text("utf-8") == "<p>"
        assert not re.search(r'="(?:javascript|http):|<b>|" onload="', html)
        assert "\n" not in markdown
        assert re.fullmatch(r"\[(?:\\.|[^\\\[\]<`])*\]\([\w%./~-]*\)", markdown)


@needs_assets
def test_preview_writes_html_and_maps_beside_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = explore(toy())
    assert preview(made).path == tmp_path / "kart.html"
    assert (tmp_path / "kart.html").read_text("utf-8") == made.get_root().render()


def test_preview_refuses_what_is_no_page(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no page"):
        preview(tmp_path / "none.html")
    with pytest.raises(DataError, match="height must be"):
        preview("<p>", file=tmp_path / "a.html", height=0)
    with pytest.raises(DataError, match="int is no page"):
        preview(3)  # type: ignore[arg-type]
    with pytest.raises(OutputError):
        preview("<p>", file=tmp_path)


# In the browser


@pytest.fixture
def show(chromium: Browser, tmp_path: Path) -> Iterator[Callable[[folium.Map], Opened]]:
    context = new_context(chromium, 1000, 600)

    def show_it(made: folium.Map) -> Opened:
        made.save(tmp_path / "map.html")
        opened = Opened(context.new_page())
        opened.show(tmp_path / "map.html")
        return opened

    yield show_it
    context.close()


COLOURS = """() => {
  const canvas = document.querySelector(".leaflet-overlay-pane canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = {};
  for (let at = 0; at < data.length; at += 4) {
    const colour = `${data[at]},${data[at + 1]},${data[at + 2]}`;
    if (data[at + 3]) seen[colour] = (seen[colour] ?? 0) + 1;
  }
  return seen;
}"""
SOLID = {"style_kwds": {"fillOpacity": 1}}


ROWS = """(place) => [...document.querySelectorAll(`${place} dt`)]
  .map((one) => [one.textContent, one.nextSibling.textContent])"""
TEXTS_OF = "(place) => [...document.querySelectorAll(place)].map((one) => one.textContent)"


def rows_of(page: Page | Any, place: str) -> list[tuple[str, str]]:
    """Return names and values shown in a tooltip or popup, exactly as they stand in the page."""
    return [(name, value) for name, value in page.evaluate(ROWS, place)]


def point_at(page: Page, lonlat: tuple[float, float]) -> tuple[float, float]:
    x, y = page.evaluate(
        "([lon, lat]) => { const { x, y } = map_explore.latLngToContainerPoint([lat, lon]); return [x, y]; }",
        lonlat,
    )
    page.mouse.move(x - 4, y - 4)
    page.mouse.move(x, y)
    return x, y


@pytest.mark.browser
def test_map_draws_and_reads_without_a_request_or_a_word_on_the_console(show: Callable[..., Opened]) -> None:
    opened = show(explore(toy(), "value", popup=["name"], **SOLID))
    page = opened.page
    colours = page.evaluate(COLOURS)
    assert colours["68,1,84"] > 1000
    assert colours["253,231,37"] > 1000
    listed = ["value", "1", "2", "3", "ingen", "data", "1", "Rader", f"({len(toy())})"]
    assert page.locator("#layer-list").inner_text().split() == listed
    middle = toy().to_crs(4326).geometry.iloc[1].centroid
    x, y = point_at(page, (middle.x, middle.y))
    assert rows_of(page, ".leaflet-tooltip") == [("name", "B"), ("value", "ingen data")]
    page.mouse.click(x, y)
    assert rows_of(page, ".leaflet-popup") == [("name", "B")]
    assert page.locator("#credit").inner_text() == "© Kartverket (CC BY 4.0)"
    assert page.get_attribute("html", "lang") == "nb"
    assert {url.split(":")[0] for url in opened.requests} <= {"file", "data"}
    assert opened.complaints == []


@pytest.mark.browser
def test_layers_go_off_with_their_legend_by_keyboard(show: Callable[..., Opened]) -> None:
    page = show(explore(toy(), "name", m=explore(toy(), "value", **SOLID))).page
    page.uncheck("#explore-1")
    assert page.locator(".explore-legend >> nth=1").is_hidden()
    page.wait_for_function(f"() => ({COLOURS})()['68,1,84'] > 1000")
    page.focus("#explore-0")
    page.keyboard.press("Space")
    page.wait_for_function(f"() => !({COLOURS})()['68,1,84']")


def hostile_table() -> gpd.GeoDataFrame:
    square = [box(580_000, 6_640_000, 590_000, 6_650_000)]
    columns = {text: [TEXTS[at - 1]] for at, text in enumerate(TEXTS)}
    table = gpd.GeoDataFrame(columns, geometry=square, crs=25832)
    return table.set_axis(pd.Index([TEXTS[0]], name=TEXTS[1], dtype="object"))


def hostile_map() -> folium.Map:
    made = None
    for text in TEXTS:
        made = explore(hostile_table(), text, m=made, name=f"{text} {text}", popup=True)
    return explore(hostile_table(), pd.Series([1.5], name=TEXTS[1]), m=made)


def check_hostile(page: Page | Any, at: Page) -> None:
    legend = page.evaluate(TEXTS_OF, ".layer label > span:not(.count)")
    assert legend == [*(f"{text} {text}" for text in TEXTS), TEXTS[1]]
    for place in (".leaflet-tooltip", ".leaflet-popup"):
        rows = rows_of(page, place)
        assert rows[0] == (TEXTS[1], TEXTS[0])
        assert rows[1:] == [(text, TEXTS[number - 1]) for number, text in enumerate(TEXTS)]
    captions = page.evaluate(TEXTS_OF, ".explore-legend .caption")
    assert captions == TEXTS
    assert page.evaluate("window.hit") is None
    assert at.evaluate("window.hit") is None


def open_all(page: Page | Any) -> None:
    """Point at and click what lies on top."""
    page.evaluate(
        "() => { let top; map_explore.eachLayer((one) => { if (one.options?.row === 0) top = one; });"
        " const latlng = top.getCenter(); top.fire('mouseover', { latlng, layer: top }, true);"
        " top.fire('click', { latlng, layer: top, originalEvent: {} }, true); }"
    )


@pytest.mark.browser
def test_hostile_text_everywhere_runs_nowhere_and_shows_as_it_is(show: Callable[..., Opened]) -> None:
    made = hostile_map()
    block_of(made)["popup"] = block_of(made)["tooltip"]
    opened = show(made)
    open_all(opened.page)
    check_hostile(opened.page, opened.page)
    assert {url.split(":")[0] for url in opened.requests} <= {"file", "data"}
    assert opened.complaints == []


@pytest.mark.browser
def test_hostile_text_runs_nowhere_in_a_notebook(chromium: Browser, tmp_path: Path) -> None:
    made = hostile_map()
    block_of(made)["popup"] = block_of(made)["tooltip"]
    path = tmp_path / "cell.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><html data-ready>{made._repr_html_()}", "utf-8")
    context = new_context(chromium, 1000, 700)
    opened = Opened(context.new_page())
    page = opened.show(path)
    frame = page.frames[1]
    frame.wait_for_selector("html[data-ready]", state="attached")
    open_all(frame)
    check_hostile(frame, page)
    assert opened.complaints == []
    context.close()


@pytest.mark.browser
def test_layers_of_folium_lie_above_and_work(show: Callable[..., Opened]) -> None:
    made = explore(toy(), "value", **SOLID)
    middle = toy().to_crs(4326).geometry.iloc[0].centroid
    folium.GeoJson(toy().to_crs(4326).to_json(), tooltip=folium.GeoJsonTooltip(["name"])).add_to(made)
    red = {"color": "#ff0000", "fill": True, "fill_opacity": 1}
    folium.CircleMarker([middle.y, middle.x], radius=20, **red).add_to(made)
    folium.Marker([middle.y - 0.02, middle.x], tooltip="tips", popup="<b>hei</b>").add_to(made)
    opened = show(made)
    page = opened.page
    assert page.evaluate(COLOURS)["255,0,0"] > 500
    page.click(".leaflet-marker-icon")
    assert page.locator(".leaflet-popup-content b").inner_text() == "hei"
    assert page.evaluate("document.querySelector('.leaflet-marker-icon').naturalWidth") == 25
    assert opened.complaints == []


@pytest.mark.browser
def test_a_map_of_folium_takes_tables_and_keeps_its_view(show: Callable[..., Opened]) -> None:
    given = folium.Map([59.9, 10.5], zoom_start=9, tiles=None)
    given._id = "explore"
    opened = show(explore(toy(), "value", m=given, **SOLID))
    assert opened.page.evaluate("map_explore.getZoom()") == 9
    assert opened.page.evaluate(COLOURS)["68,1,84"] > 100
    assert opened.complaints == []


@pytest.mark.browser
def test_points_lines_and_empty_tables_are_shown(show: Callable[..., Opened]) -> None:
    shapes = [Point(590_000, 6_640_000), LineString([(580_000, 6_640_000), (600_000, 6_650_000)]), None]
    mixed = gpd.GeoDataFrame({"n": [1, np.nan, 2]}, geometry=shapes, crs=25832)
    opened = show(explore(mixed.iloc[:0], m=explore(mixed, "n", scheme="equalinterval", k=2), name="tom"))
    assert "1 rader har ingen geometri" in opened.page.inner_text("#layer-list")
    assert opened.complaints == []


@pytest.mark.browser
def test_ten_thousand_areas_weigh_less_than_a_megabyte(show: Callable[..., Opened]) -> None:
    random = np.random.default_rng(1)
    count = 10_000
    middle = random.uniform((500_000, 6_550_000), (680_000, 6_780_000), (count, 2))
    turns = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    reach = random.uniform(150, 700, (count, 8, 1)) * np.dstack([np.cos(turns), np.sin(turns)])
    columns = {"score": random.random(count), "site_id": [f"T{at:05d}" for at in range(count)]}
    table = gpd.GeoDataFrame(columns, geometry=shapely.polygons(middle[:, None] + reach), crs=25832)
    made = explore(table, "score")
    more = len(made.get_root().render()) - len(explore(table.iloc[:0]).get_root().render())
    assert more < 1_000_000
    opened = show(made)
    assert opened.page.evaluate(f"Object.keys(({COLOURS})()).length") > 200
    # Five times the 1.5 s it may take, for machines busy with other tests.
    assert opened.page.evaluate("performance.now()") < 7_500
    assert opened.complaints == []
