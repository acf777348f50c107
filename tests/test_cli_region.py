"""``regiongeo region convert`` as a user calls it: what it writes, what it says, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from commands import run_command
from regiongeo.errors import DataError, OutputError
from regiongeo.report.converted import convert_file
from regiongeo.store import load_table

CHANGES = load_table("code_changes")
GOOD = (
    "kommunenummer;kommune;år;folketall;tonn\n"
    "0602;Drammen;2019;68 933;1,5\n"
    "0625;Nedre Eiker;2019;25\u00a0111;2,25\n"
    "0711;Svelvik;2019;6 676;0,5\n"
    "0301;Oslo;2019;681 071;10\n"
)


def write(folder: Path, content: str, *, encoding: str = "utf-8", name: str = "in.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def convert(path: Path, years: tuple[int, int] = (2019, 2024), **options: object) -> str:
    done = convert_file(path, CHANGES, from_year=years[0], to_year=years[1], **options)  # type: ignore[arg-type]
    return done.out.read_text("utf-8-sig") if done.out.suffix == ".csv" else str(done.out)


def refusal(path: Path, years: tuple[int, int] = (2020, 2024), **options: object) -> str:
    before = sorted(one.name for one in path.parent.iterdir())
    with pytest.raises(DataError) as refused:
        convert(path, years, **options)
    assert sorted(one.name for one in path.parent.iterdir()) == before, "nothing is written"
    return str(refused.value)


# --- the command


def test_the_command_converts_and_tells_the_totals(tmp_path: Path) -> None:
    write(tmp_path, GOOD, encoding="cp1252")

    done = run_command("region", "convert", "in.csv", "--from", "2019", "--to", "2024", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "in_2024.csv").read_bytes() == (
        "\ufeffkommunenummer;kommune;år;folketall;tonn\r\n"
        "0301;Oslo;2019;681071;10\r\n"
        "3301;Drammen;2019;100720;4,25\r\n"
    ).encode()
    assert "lest som cp1252" in done.stderr
    assert "4 rader ble 2" in done.stderr
    assert "folketall: i alt 781\u202f791, både før og etter" in done.stderr


def test_the_command_gives_json(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    words = ("region", "convert", "in.csv", "--from", "2019", "--to", "2024", "-o", "out.csv", "--json")

    done = run_command(*words, cwd=tmp_path)

    assert json.loads(done.stdout) == {
        "schema": "regiongeo.convert/1",
        "out": "out.csv",
        "rows": {"before": 4, "after": 2},
        "encoding": "utf-8",
        "totals": {"folketall": 781_791.0, "tonn": 14.25},
    }


def test_the_command_refuses_with_exit_code_3_and_one_message(tmp_path: Path) -> None:
    write(tmp_path, "kommunenummer,folketall\n301,5\n3101,6\n")

    done = run_command("region", "convert", "in.csv", "--from", "2020", "--to", "2024", cwd=tmp_path)

    assert done.returncode == 3
    assert "row 2: code '301' has lost its leading zero: write '0301'" in done.stderr
    assert "row 3: '3101' is a code of 2024, not of 2020" in done.stderr
    assert "Traceback" not in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["in.csv"]


# --- forms


def test_commas_and_dots_stay_commas_and_dots(tmp_path: Path) -> None:
    path = write(tmp_path, 'code,n\n3014,"1.5"\n0301,2\n')
    assert convert(path, (2020, 2024)) == "code,n\n0301,2\n3118,1.5\n"


def test_a_workbook_keeps_codes_as_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["kommunenummer", "navn", "jobs"], ["3005", "=1+1", 10.5], ["0301", "Oslo", 7]):
        book.worksheets[0].append(row)
    book.worksheets[0]["B2"].data_type = "s"
    book.save(tmp_path / "in.xlsx")

    first = Path(convert(tmp_path / "in.xlsx", (2020, 2024), out=tmp_path / "a.xlsx")).read_bytes()
    again = Path(convert(tmp_path / "in.xlsx", (2020, 2024), out=tmp_path / "b.xlsx")).read_bytes()

    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [["kommunenummer", "navn", "jobs"], ["0301", "Oslo", 7], ["3301", "=1+1", 10.5]]
    assert (sheet["B3"].data_type, sheet["A2"].number_format) == ("s", "@")
    assert first == again
    assert convert(tmp_path / "in.xlsx", (2020, 2024), out=tmp_path / "c.csv").startswith(
        "kommunenummer;navn"
    )


def test_rows_of_years_and_sectors_stay_apart(tmp_path: Path) -> None:
    path = write(
        tmp_path, "kommunenummer;sektor;år;tonn\n3014;veg;2020;1\n3014;veg;2021;2\n3014;sjø;2020;4\n"
    )
    assert "3014 2020 stands more than once" in refusal(path)
    assert convert(path, (2020, 2024), by=["år", "sektor"]).splitlines()[1:] == [
        "3118;sjø;2020;4", "3118;veg;2020;1", "3118;veg;2021;2",
    ]  # fmt: skip


def test_a_split_needs_weights_and_follows_them(tmp_path: Path) -> None:
    path = write(tmp_path, "code;n\n1507;400\n")
    assert "'1507' was split into 1508 Ålesund, 1580 Haram: give weights" in refusal(path)
    weights = write(tmp_path, "kode;folketall\n1508;3 000\n1580;1 000\n", name="weights.csv")
    assert convert(path, (2020, 2024), weights=weights).splitlines()[1:] == ["1508;300", "1580;100"]
    three = write(tmp_path, "a;b;c\n1;2;3\n", name="three.csv")
    assert "three.csv: has 3 columns: give two" in refusal(path, weights=three)


# --- bad input


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "kommunenummer;n\n3014;1.234\n",
            "n '1.234' can mean 1234 or 1 and a fraction: write 1234 or 1.2340",
        ),
        ("kommunenummer;n\n3014;1\n3002;mange\n", "row 3: n 'mange' is not a number"),
        ("kommunenummer;n\n3014;1\n3002;..\n", "row 3: n '..' is not a number"),
        ("kommunenummer;n\n3014;1\n3014;2\n", "row 2, row 3: 3014 stands more than once"),
        ("kommunenummer;n\n0602;1\n", "row 2: '0602' is a code of 2019, not of 2020: convert from 2019"),
        ("kommunenummer;n\n;1\n", "row 2: the code is empty"),
        ("kommunenummer;n\n9999;1\n", "row 2: no municipality had code '9999' in 2020"),
        ("kommunenummer;n\n3014;1;2\n", "row 2: has 3 cells, the header has 2"),
        ("kommunenummer;n;n\n3014;1;2\n", "row 1: column 'n' stands twice"),
        ("kommunenummer;n\n", "has no rows below a header"),
        ("by;n\nOslo;1\n", "no column is called municipality_id, kommunenummer"),
        ("kommunenummer;navn\n3014;Indre Østfold\n", "no column holds amounts: name them with --value"),
        ("kommunenummer;n\n3014;BÃ¦rum\n", "holds letters of another encoding in line 2"),
        ('kommunenummer;n\n"3014;1\n', "its quotes do not match"),
    ],
)
def test_bad_tables_are_refused_with_row_and_cure(tmp_path: Path, content: str, words: str) -> None:
    assert words in refusal(write(tmp_path, content))


def test_numbers_codes_and_rows_that_stand_twice_are_told_at_once(tmp_path: Path) -> None:
    cure = "leave one out, or name the column that tells them apart (by)"
    told = refusal(write(tmp_path, "kommunenummer;n;m\n3014;1.234;1\n301;5;..\n3002;1;1\n3002;2;2\n"))
    assert [line.strip() for line in told.splitlines()[1:]] == [
        "- row 2: n '1.234' can mean 1234 or 1 and a fraction: write 1234 or 1.2340",
        "- row 3: m '..' is not a number: write digits, without unit or exponent, or leave it empty",
        "- row 3: code '301' has lost its leading zero: write '0301'",
        f"- row 4, row 5: 3002 stands more than once: {cure}",
    ]


def test_a_stray_cell_far_off_is_told_and_widens_no_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["kommunenummer", "n"], ["3014", 1]):
        book.worksheets[0].append(row)
    book.worksheets[0]["XFD3"] = "x"
    book.save(tmp_path / "in.xlsx")
    assert "row 3: has 16384 cells, the header has 2: give every row" in refusal(tmp_path / "in.xlsx")


def test_wrong_encodings_are_told(tmp_path: Path) -> None:
    utf8 = write(tmp_path, "kommunenummer;ærlig\n3014;1\n")
    assert "leave --encoding out, or state utf-8" in refusal(utf8, encoding="cp1252")
    old = write(tmp_path, "kommunenummer;ærlig\n3014;1\n", encoding="cp1252", name="old.csv")
    assert "is not utf-8 at byte 15, line 1" in refusal(old, encoding="utf-8")
    assert "ærlig" in convert(old, (2020, 2024))


def test_codes_that_excel_made_numbers_are_one_problem(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["kommunenummer", "n"], [301, 1], [3014, 2]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "in.xlsx")
    assert "row 2, row 3: the code is a number: read the column of codes as text" in refusal(
        tmp_path / "in.xlsx"
    )


def test_files_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    (tmp_path / "in.xlsx").write_text("not a workbook")
    assert "in.xlsx: is named as an Excel workbook but holds something else" in refusal(tmp_path / "in.xlsx")
    assert "no such file" in refusal(tmp_path / "gone.csv")
    geojson = write(tmp_path, '{"type": "FeatureCollection", "features": []}', name="a.geojson")
    assert "a.geojson: is no table" in refusal(geojson)


def test_the_output_is_never_the_input_nor_another_kind_and_lands_whole(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert "in.csv: is the table itself" in refusal(path, out=path)
    assert "x.ods: cannot be written: name a file ending in .csv or .xlsx" in refusal(
        path, out=tmp_path / "x.ods"
    )
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(OutputError, match=r"folder.csv' is a folder"):
        convert(path, out=tmp_path / "folder.csv")
    assert "the municipality codes of 2010 are not known: choose 2019 to 2026" in refusal(path, (2010, 2024))
