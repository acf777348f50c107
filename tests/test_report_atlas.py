"""The files of the atlas: one publication whole, the same bytes twice, text that stays text, true titles."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pandas as pd
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from commands import run_command
from regiongeo import store
from regiongeo.atlas.compute import compute_atlas
from regiongeo.cli import app
from regiongeo.manifest import verify_run
from regiongeo.report import atlas as files
from regiongeo.report.atlascharts import draw_balance, draw_growth_bars, draw_rank_size
from regiongeo.report.atlasmaps import draw_centres_map, draw_density_map
from regiongeo.report.atlaspictures import ATLAS_CHARTS, charts_of, draw_atlas_charts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from regiongeo.atlas.model import Atlas


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return compute_atlas(store.load_reference(), members_year=2024, year=2026)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """Publish the whole atlas once, with a page of one line; its pictures are tested on their own."""
    out = tmp_path_factory.mktemp("run") / "atlas"
    page = ModuleType("regiongeo.maps.atlas")
    page.draw_atlas = lambda _atlas, **_words: "<!doctype html>"  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "regiongeo.maps.atlas", page)
        patch.setattr(files, "draw_atlas_charts", _no_pictures)
        done = CliRunner().invoke(app, ["region", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    return out, json.loads(done.stdout)


def _no_pictures(_atlas: Atlas, folder: Path, **_words: str) -> None:
    folder.mkdir()


def write(atlas: Atlas, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder.mkdir()
    monkeypatch.setattr(files, "draw_atlas_charts", _no_pictures)
    sources = list(store.load_sources().values())
    files.write_atlas(atlas, folder, draw_page=str, lang="nb", sources=sources, run_info={})
    return folder


def title_of(draw: Callable[..., None], atlas: Atlas) -> str:
    figure = Figure()
    draw(atlas, figure, lang="nb")
    return str(figure.get_suptitle())


# --- the command


def test_the_command_tells_the_sums_that_were_published(run: tuple[Path, dict[str, object]]) -> None:
    told = run[1]["population"]

    assert isinstance(told, dict)
    assert told["osloregionen_2020"]["2020"] == 2_234_906
    assert told["osloregionen_2021"]["2021"] == 2_223_086
    assert told["osloregionen_2022"]["2022"] == 2_243_932
    assert told["osloregionen_2024"]["2024"] == 2_329_239
    assert told["osloregionen_2024"]["2026"] == 2_371_189
    assert (run[1]["municipalities"], run[1]["emissions"]) == (65, {"year": 2022, "municipalities": 2})


def test_the_folder_is_a_whole_run(run: tuple[Path, dict[str, object]]) -> None:
    assert verify_run(run[0]) == []
    record = json.loads((run[0] / "run.json").read_text("utf-8"))
    asked = {"members": 2024, "year": 2026, "subregion": None, "alternatives": [], "truck_flows": False}
    assert record["atlas"] == asked
    assert set(record["inputs"]) == {"data/sources.toml"}


def test_figures_csv_holds_every_figure(run: tuple[Path, dict[str, object]]) -> None:
    read = pd.read_csv(
        run[0] / "figures.csv", sep=";", decimal=",", dtype={"area_id": str}, encoding="utf-8-sig"
    )

    assert len(read) == run[1]["figures"]
    is_whole = (read["area_id"] == "osloregionen_2024") & (read["indicator"] == "population")
    assert read[is_whole].set_index("year")["value"][2026] == 2_371_189
    parts = read[(read["area_kind"] == "subregion") & (read["indicator"] == "population")]
    assert parts.groupby("year")["value"].sum()[2024] == 2_329_239


def test_another_run_gives_the_same_bytes(
    run: tuple[Path, dict[str, object]], atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = write(atlas, tmp_path / "again", monkeypatch)

    for name in ("figures.csv", "atlas.xlsx", "atlas.gpkg", "LICENCE.txt"):
        assert (again / name).read_bytes() == (run[0] / name).read_bytes(), name


def test_a_refusal_is_one_sentence_and_exit_code_3(tmp_path: Path) -> None:
    done = run_command("region", "--year", "1999", "--out", "atlas", cwd=tmp_path)

    assert done.returncode == 3
    assert "no population of 1999: choose a year from 2005 to 2026" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_run_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    done = CliRunner().invoke(app, ["region", "--out", str(tmp_path), "--quiet"])

    assert "is not empty and no former run" in str(done.exception)
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


# --- workbook and layers


def test_the_workbook_sums_in_excel_and_keeps_codes_as_text(run: tuple[Path, dict[str, object]]) -> None:
    book = openpyxl.load_workbook(run[0] / "atlas.xlsx")

    assert book.sheetnames == [
        "Oversikt", "Kommuner", "Delregioner", "Regionen", "Følsomhet", "Tidsserier", "Sentre", "Kjøretider",
        "Klima", "Medlemmer", "Kilder og forbehold",
    ]  # fmt: skip
    rows = list(book["Kommuner"].iter_rows(min_row=4, values_only=True))
    head, body = rows[0], rows[1:]
    people = head.index("Folketall 1. januar (personer, 2026)")
    assert sum(size for row in body if isinstance(size := row[people], (int, float))) == 2_371_189
    assert "0301" in {row[1] for row in body}
    climate = " ".join(str(cell.value) for row in book["Klima"].iter_rows(max_row=1) for cell in row)
    assert "ikke 120" in climate


def test_names_that_look_like_formulas_stay_text(
    atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil, names = (
        "=HYPERLINK(1)",
        atlas.municipalities["name"].mask(atlas.municipalities.index == "0301", "=HYPERLINK(1)"),
    )
    figures = atlas.figures.assign(
        area_name=atlas.figures["area_name"].mask(atlas.figures["area_id"] == "0301", evil)
    )
    hostile = replace(
        atlas,
        figures=figures,
        municipalities=atlas.municipalities.assign(name=names),
        centres=atlas.centres.assign(name=atlas.centres["name"].mask(atlas.centres["rank"] == 1, evil)),
    )

    folder = write(hostile, tmp_path / "hostile", monkeypatch)

    book = openpyxl.load_workbook(folder / "atlas.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == evil]
    assert len(cells) > 3
    assert all(cell.data_type == "s" and bool(cell.quotePrefix) for cell in cells)
    assert f'"\'{evil}"' in (folder / "figures.csv").read_text("utf-8-sig")


def test_layers_hold_the_figures_and_their_styles(run: tuple[Path, dict[str, object]]) -> None:
    with closing(sqlite3.connect(run[0] / "atlas.gpkg")) as base:
        people = base.execute("select sum(population) from municipalities").fetchone()[0]
        largest = base.execute("select name from centres where rank = 1").fetchone()[0]
        styles = dict(base.execute("select f_table_name, styleQML from layer_styles").fetchall())
        crs = {one for (one,) in base.execute("select srs_id from gpkg_geometry_columns")}
    assert (people, largest, crs) == (2_371_189, "Oslo", {25832})
    assert set(styles) == {"centres", "subregions", "municipalities", "cells"}
    rules = ET.fromstring(styles["cells"].split("\n", 1)[1]).findall(".//rule")  # noqa: S314 - our own text
    assert len(rules) == 6


# --- pictures


def test_titles_say_what_the_figures_say(atlas: Atlas) -> None:
    figures = atlas.figures.set_index(["area_kind", "area_id", "indicator", "year"])["value"]
    gained = figures.loc["subregion", "Oslo", "population_since_2020", 2026]
    all_gained = figures.loc["region", "osloregionen_2024", "population_since_2020", 2026]
    share = round(100 * gained / all_gained)
    assert title_of(draw_growth_bars, atlas) == f"Oslo tok {share} prosent av veksten siden 2020"
    ratio = (
        figures.loc["municipality", "0301", "population", 2026]
        / figures.loc["municipality", "3201", "population", 2026]
    )
    assert f"Oslo er {ratio:.1f} ganger".replace(".", ",") in title_of(draw_rank_size, atlas)
    sizes = atlas.centres["size"].to_numpy()
    count = int((np.cumsum(sizes[1:]) <= sizes[0]).sum())
    assert f"de {count} neste kommunene" in title_of(draw_centres_map, atlas)
    assert "bort fra bedre balanse siden 2005" in title_of(draw_balance, atlas)
    assert title_of(draw_density_map, atlas).startswith("Halvparten av folket bor på ")


def test_pictures_are_the_same_bytes_twice(atlas: Atlas, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        draw_atlas_charts(atlas, tmp_path / folder, lang="nb", names=["emissions", "access"])

    names = {one.name for one in (tmp_path / "a").iterdir()}
    assert names == {"emissions.png", "emissions.svg", "access.png", "access.svg"}
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)


def test_pictures_without_figures_are_not_drawn(atlas: Atlas) -> None:
    assert charts_of(atlas) == list(ATLAS_CHARTS)
    is_known = atlas.figures["indicator"] != "emissions_total"
    early = replace(atlas, year=2010, figures=atlas.figures[is_known])
    assert set(ATLAS_CHARTS) - set(charts_of(early)) == {"growth", "growth-map", "emissions"}
    first = set(charts_of(replace(atlas, year=2005)))
    assert not {"population-change", "rank-size", "growth"} & first
