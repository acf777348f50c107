"""Toy files in the layout of the national workbook of emissions, with figures made up here."""

from pathlib import Path

import pandas as pd
from openpyxl import Workbook

COLUMNS = ("År", "Fylke", "Kommunenummer", "Kommune", "Sektor", "Utslippskilde", "Klimagass")
VALUE = "Utslipp (tonn CO2-ekvivalenter)"

ROWS: list[tuple[object, ...]] = [
    (2019, "Akershus", "3201", "Bærum", "Veitrafikk", "Personbiler", "CO2", 100.5),
    (2019, "Akershus", "3201", "Bærum", "Veitrafikk", "Personbiler", "CH4", 0.5),
    (2019, "Akershus", "3201", "Bærum", "Veitrafikk", "Tunge kjøretøy", "CO2", 50.0),
    (2020, "Akershus", "3201", "Bærum", "Veitrafikk", "Personbiler", "CO2", 80.0),
    (2020, "Akershus", "3201", "Bærum", "Veitrafikk", "Tunge kjøretøy", "CO2", 60.0),
    (2019, "Oslo", "0301", "Oslo", "Luftfart", "Innenriks luftfart", "CO2", 0.0),
]


def write_workbook(
    path: Path,
    rows: list[tuple[object, ...]] | None = None,
    *,
    value: str = VALUE,
    sheet: str = "Oversikt - detaljert",
) -> Path:
    """Write a workbook with a sheet of text before the table, as the national one has."""
    book = Workbook()
    assert book.active is not None
    book.active.title = "Om statistikken"
    book.active.append(["Utslipp av klimagasser i kommuner"])
    table = book.create_sheet(sheet)
    for row in ((*COLUMNS, value), *(ROWS if rows is None else rows)):
        table.append(list(row))
    book.save(path)
    return path


def write_csv(path: Path, rows: list[tuple[object, ...]] | None = None, *, encoding: str = "utf-8") -> Path:
    """Write the same table as Norwegian Excel saves it: semicolons and decimal commas."""
    lines = [
        ";".join(str(cell).replace(".", ",") for cell in row)
        for row in ((*COLUMNS, VALUE), *(ROWS if rows is None else rows))
    ]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def emissions_of(figures: dict[tuple[str, int, str, str], float]) -> pd.DataFrame:
    """Return a table by schema EMISSIONS of figures by municipality, year, sector and source."""
    index = pd.MultiIndex.from_tuples(list(figures), names=["municipality_id", "year", "sector", "source"])
    table = pd.DataFrame({"t_co2e": list(figures.values()), "source_id": "user"}, index=index)
    return table.sort_index()


def population_of(people: dict[tuple[str, int], int]) -> pd.DataFrame:
    """Return a table of population by municipality and year."""
    index = pd.MultiIndex.from_tuples(list(people), names=["municipality_id", "year"])
    return pd.DataFrame({"population": list(people.values()), "is_imputed": False}, index=index)
