"""Tables of SSB's StatBank as people download them: jobs, commuting, land use."""

import math
from pathlib import Path

import pandas as pd
import pytest

from regiongeo.errors import DataError
from regiongeo.userfiles import Areas, load_commuting, load_jobs, load_land_use
from regiongeo.userfiles.ssb import sum_industries

JOBS_WIDE = """"13470: Sysselsatte, etter region, næring (SN2007), statistikkvariabel og år"

"region";"næring (SN2007)";"Sysselsatte etter arbeidssted 2022";"Sysselsatte etter arbeidssted 2023"
"3301 Drammen";"Jordbruk, skogbruk og fiske";100;110
"3301 Drammen";"Industri";2000;..
"0301 Oslo - Oslove";"Industri";5000;5100
"0 Hele landet";"Industri";90000;91000
"33 Buskerud";"Industri";9000;9100
"""
JOBS = {
    ("0301", 2022, "Industri"): 5000,
    ("0301", 2023, "Industri"): 5100,
    ("3301", 2022, "Industri"): 2000,
    ("3301", 2022, "Jordbruk, skogbruk og fiske"): 100,
    ("3301", 2023, "Jordbruk, skogbruk og fiske"): 110,
}


def save(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "ssb.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-8"])
def test_years_in_the_header(tmp_path: Path, encoding: str) -> None:
    path = save(tmp_path, JOBS_WIDE, encoding)
    jobs = load_jobs(path, encoding="cp1252" if encoding == "cp1252" else "utf-8")
    assert jobs["jobs"].dropna().to_dict() == JOBS
    assert math.isnan(jobs.loc[("3301", 2023, "Industri"), "jobs"])  # two dots: no figure


def test_years_in_rows(tmp_path: Path) -> None:
    text = "region,næring (SN2007),statistikkvariabel,år,value\n"
    text += "".join(
        f'K-{code} Sted,"{industry}",Sysselsatte personer etter arbeidssted,{year},{value}\n'
        for (code, year, industry), value in JOBS.items()
    )
    text += "K-3301 Sted,Industri,Arbeidsledige,2022,7\n"
    assert load_jobs(save(tmp_path, text))["jobs"].to_dict() == JOBS


def test_employed_by_home_and_work_with_commuters(tmp_path: Path) -> None:
    text = (
        "region;år;Sysselsatte etter bosted;Innpendlere;Utpendlere;Sysselsatte etter arbeidssted\n"
        "3901 Horten;2021;12 807;4367;5814;11 360\n"
    )
    assert load_jobs(save(tmp_path, text)).loc[("3901", 2021, "all")].to_dict() == {
        "jobs": 11360,
        "in_commuters": 4367,
        "out_commuters": 5814,
        "employed_residents": 12807,
    }


def test_industries_are_summed_or_the_whole_is_taken_and_gaps_stay(tmp_path: Path) -> None:
    jobs = load_jobs(save(tmp_path, JOBS_WIDE))
    summed = sum_industries(jobs)["jobs"]
    assert summed[("3301", 2022)] == 2100
    assert math.isnan(summed[("3301", 2023)])
    whole = 'region;næring;2022\n3301;Alle næringer;2500\n3301;Industri;2000\n3301;Varehandel;"400"\n'
    assert sum_industries(load_jobs(save(tmp_path, whole)))["jobs"].to_dict() == {("3301", 2022): 2500}


def test_commuting(tmp_path: Path) -> None:
    text = """"03321: Sysselsatte, etter arbeidsstedskommune, bostedskommune, statistikkvariabel og år"

"arbeidsstedskommune";"bostedskommune";"Sysselsatte 2024"
"0301 Oslo - Oslove";"3301 Drammen";8000
"3301 Drammen";"3301 Drammen";20000
"3301 Drammen";"9999 Uoppgitt";3
"""
    flows = load_commuting(save(tmp_path, text), areas=Areas(known={"0301", "3301"}))
    assert flows["commuters"].to_dict() == {("3301", "0301", 2024): 8000, ("3301", "3301", 2024): 20000}
    assert list(flows.index.names) == ["home_id", "work_id", "year"]


def test_land_use(tmp_path: Path) -> None:
    text = """"09594: Arealbruk og arealressurser (km²), etter region, arealklasse, statistikkvariabel og år"

"region";"arealklasse";"Areal (km²) 2024"
"3301 Drammen";"Boligbebyggelse";17,52
"3301 Drammen";"Skog";1,234
"""
    land = load_land_use(save(tmp_path, text))
    assert land["area_km2"].to_dict() == {
        ("3301", 2024, "Boligbebyggelse"): 17.52,
        ("3301", 2024, "Skog"): 1.234,
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("region;2022\n3301 Drammen;-5\n", r"row 2: -5 cannot be a count or an area"),
        ("region;2022\n3301;5\n3301 Drammen;6\n", r"row 3: 3301, 2022, jobs stands twice, first in row 2"),
        ("region;2022\n3005 Drammen;5\n", r"row 2: code 3005 went out of use \(today 3301\): convert"),
        ("region;2022\n301 Oslo;5\n", r"row 2: code 301 has three digits"),
        ("region;2022\nDrammen;5\n", r"row 2: 'Drammen' is no four-digit municipality code"),
        ("region;år;value\n3301;;5\n", r"row 2: has no year"),
        ("region;2022\n3301;5;6\n", r"row 2: has 3 cells, the header has 2"),
        (
            "region;kjønn;2022\n3301;Menn;5\n3301;Kvinner;6\n",
            r"column 'kjønn' splits the figures into 2 groups",
        ),
        ("region;2022;2022\n3301;5;6\n", r"row 1: column '2022' stands twice"),
        ("sted;2022\n3301;5\n", r"has no header .*expected region, year"),
        ("region;2022\n0 Hele landet;5\n", r"has no figures of the region's municipalities"),
        ('region;2022\n3301;"5\n', r"its quotes do not match"),
    ],
)
def test_what_is_wrong_is_told_with_row_and_cure(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        load_jobs(save(tmp_path, text), areas=Areas(retired={"3005": "3301"}))


def test_a_further_column_with_one_value_does_no_harm(tmp_path: Path) -> None:
    text = "region;kjønn;alder;2022\n3301;Begge kjønn;15-74 år;5\n3201;Begge kjønn;15-74 år;6\n"
    assert load_jobs(save(tmp_path, text))["jobs"].to_dict() == {
        ("3201", 2022, "all"): 6,
        ("3301", 2022, "all"): 5,
    }


SSB = Path(__file__).parents[2] / "shared" / "data" / "region" / "jobs"


@pytest.mark.sources
@pytest.mark.skipif(not SSB.is_dir(), reason="the raw sources are not here")
def test_real_extracts_are_read() -> None:
    """Both name municipalities only by name, as the API's labels do."""
    names = pd.read_csv(SSB / "ssb11616_commuting_2021_vestfold_telemark.csv")["name"]
    areas = Areas(find_id={name: f"{4001 + at}" for at, name in enumerate(names)}.__getitem__)
    jobs = load_jobs(SSB / "ssb11616_commuting_2021_vestfold_telemark.csv", areas=areas)
    assert jobs["jobs"].iloc[0] == 11_360
    assert jobs["in_commuters"].iloc[0] == 4_367
    by_industry = load_jobs(SSB / "employment_by_industry_notodden_tinn_2016_2025.csv", areas=areas)
    assert by_industry.index.get_level_values("industry").nunique() == 17
