"""Emissions compiled from raw files: as published, gaps and strangers refused, and what is shipped."""

from pathlib import Path

import pandas as pd
import pytest

from regiongeo.compile.emissions import compile_county_emissions, compile_emissions, compile_stated_changes
from regiongeo.errors import DataError, SchemaError, SourceError
from regiongeo.store import load_table

SOURCES = Path(__file__).parents[2] / "shared" / "data"
HEADER = "kommunenummer_2024,name,year,sector,source,tonnes_co2e\n"
FILE = "notodden_tinn_2009_2024.csv"


def write(tmp_path: Path, text: str, file: str = FILE) -> Path:
    folder = tmp_path / "region" / "emissions"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text, "utf-8")
    return tmp_path


def test_rows_are_read_as_published(tmp_path: Path) -> None:
    text = HEADER + "4005,Notodden,2009,produkter med fluorgasser,Bruk av HFK,3556.2999999999997\n"
    table = compile_emissions(write(tmp_path, text))
    assert table["t_co2e"].to_dict() == {("4005", 2009, "f_gases", "Bruk av HFK"): 3556.3}
    assert table["source_id"].to_list() == ["miljodirektoratet_emissions"]


@pytest.mark.parametrize(
    ("row", "error", "words"),
    [
        ("4005,Notodden,2009,Veier,Busser,1\n", DataError, "unknown sector 'Veier'"),
        (
            "4005,Notodden,2009,Veitrafikk,Busser,mange\n",
            DataError,
            "'tonnes_co2e' must hold numbers",
        ),
        ("4005,Notodden,2009,Veitrafikk,,1\n", SchemaError, "source: missing in 1 row"),
        ("4005,Notodden,2009,Veitrafikk,Busser,1\n" * 2, SchemaError, "stands more than once"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, row: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        compile_emissions(write(tmp_path, HEADER + row))


def test_the_stated_total_is_told_apart(tmp_path: Path) -> None:
    text = "sector,pct_in_seed,change_tonnes_2019_2020\nLuftfart,-120,-152353\nTotalt,-7,-562289\n"
    table = compile_stated_changes(write(tmp_path, text, "seed004_region_change_2019_2020.csv"))
    assert table["change_t"].to_dict() == {"aviation": -152_353, "total": -562_289}


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="vestfold_og_telemark"):
        compile_county_emissions(tmp_path)


@pytest.mark.sources
@pytest.mark.skipif(not (SOURCES / "region").is_dir(), reason="the raw sources are not here")
@pytest.mark.parametrize(
    ("name", "compiled"),
    [
        ("emissions", compile_emissions),
        ("county_emissions", compile_county_emissions),
        ("stated_changes", compile_stated_changes),
    ],
)
def test_the_shipped_tables_are_what_the_sources_give(name: str, compiled: object) -> None:
    assert callable(compiled)
    pd.testing.assert_frame_equal(load_table(name), compiled(SOURCES), check_dtype=False)
