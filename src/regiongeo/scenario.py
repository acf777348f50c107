"""Scenarios: what we cannot choose (world), what we choose (plan), and what we value (weights).

A scenario is a TOML file; ``base = "other.toml"`` lets it list only its differences, one level deep.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, ValidationError

from regiongeo.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "CRITERIA",
    "ENERGIES",
    "EVERY",
    "USER_FILES",
    "Criterion",
    "Energy",
    "Plan",
    "Refuelling",
    "Scenario",
    "Weights",
    "World",
    "base_of",
    "load_scenario",
]

Criterion = Literal[
    "passing_trucks",
    "gap_closed_km",
    "access_minutes",
    "grid_km",
    "grid_mw",
    "population_30min",
    "subregion_lack",
    "builtup_share",
]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
"""Names of the criteria in the order of every table and chart."""

Energy = Literal["battery", "hydrogen", "biogas"]
ENERGIES: tuple[Energy, ...] = get_args(Energy)
"""Energies a station can offer, in the order of every table and chart."""

EVERY = "every"
"""In ``plan.least_sites``: each subregion that is not named."""

USER_FILES = ("plots", "stations", "grid_capacity")
"""Keys of ``[world]`` that name a file; where it lies tells where and who, so only its name is published."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class World(_Part):
    """What the plan cannot choose."""

    members: Literal[2020, 2021, 2022, 2024] = 2024
    """Membership list that defines the region: 2020 (65), 2021 or 2022 (64), 2024 (65 municipalities)."""
    population_year: int = Field(2026, ge=2005, le=2026)
    """Population on 1 January of this year."""
    plots: str | None = None
    """Your own plots (CSV, GeoJSON or GeoPackage), relative to the scenario file; none: no own plots."""
    stations: str | None = None
    """CSV of existing or decided energy stations, relative to the scenario file; none: not included."""
    traffic_year: int | None = Field(None, ge=2018, le=2050)
    """Year the truck flows are carried forward to; left out: the base year of the counts."""
    traffic_growth: Literal["low", "value", "high"] = "value"
    """Which growth of traffic counts: low, value (central) or high; none of them has a source yet."""
    grid_capacity: str | None = None
    """CSV of free capacity at transformer stations (your own copy), relative to the scenario file."""


Corridor = Literal["south", "east", "north", "west", "southwest", "inside"]
Shares = Annotated[
    dict[Corridor, Annotated[float, Field(ge=0, le=1)]],
    AfterValidator(MappingProxyType),
    PlainSerializer(dict),
]


class Plan(_Part):
    """What the plan chooses."""

    portfolio_size: int = Field(8, ge=1, le=200)
    """Number of sites in the portfolio, locked ones included [sites]."""
    service_distance_km: float = Field(30.0, gt=0, le=500, allow_inf_nan=False)
    """A link counts as served within this driving distance of a chosen site [km]."""
    portfolio_spacing_km: float = Field(40.0, ge=0, le=500, allow_inf_nan=False)
    """Least driving distance between two newly chosen sites [km]."""
    corridor_distance_km: float = Field(30.0, gt=0, le=500, allow_inf_nan=False)
    """Main road farther than this from every existing station is a gap; half of AFIR's 60 km [km]."""
    access_limit_km: float = Field(3.0, gt=0, le=50, allow_inf_nan=False)
    """Largest driving distance from an E or R road [km]; 3 km in the rules of Enova and AFIR."""
    twin_spacing_km: float = Field(1.5, ge=0, le=50, allow_inf_nan=False)
    """Candidates closer than this to a better kind of candidate are twins and thinned [km, straight line]."""
    least_sites: Annotated[
        dict[str, Annotated[int, Field(ge=0, le=200)]],
        AfterValidator(MappingProxyType),
        PlainSerializer(dict),
    ] = Field(default_factory=dict, validate_default=True)
    """Fairness floor: least number of chosen sites by subregion; ``every``: in each other one [sites]."""
    locked: tuple[str, ...] = Field((), strict=False)
    """Ids of sites that the portfolio must hold."""
    rail_sea_share: Shares = Field(default_factory=dict, validate_default=True)
    """Share of the long truck trips moved to rail and sea, by corridor and ``inside`` the area [0-1]."""
    rail_sea_min_km: float = Field(300.0, ge=0, le=5000, allow_inf_nan=False)
    """Only trips longer than this are moved, the legs outside the area included [km]."""


_MOST: dict[Energy, int] = {"battery": 8, "hydrogen": 3, "biogas": 3}


def _spread_most(value: dict[Energy, int]) -> Mapping[Energy, int]:
    return MappingProxyType({**_MOST, **value})


def _some_energies(value: tuple[Energy, ...]) -> tuple[Energy, ...]:
    if len(set(value)) < len(value):
        msg = "name each energy once"
        raise ValueError(msg)
    return tuple(energy for energy in ENERGIES if energy in value)


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Cost = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Refuelling(_Part):
    """How trucks get through with each energy: the second portfolio, chosen by whole trips."""

    objective: Literal["truck_km", "trucks", "worst_gap"] = "truck_km"
    """What counts: truck-kilometres in the area, trips, or the longest stretch without a station first."""
    energies: Annotated[tuple[Energy, ...], AfterValidator(_some_energies)] = Field(ENERGIES, strict=False)
    """Energies the stations may offer; none, in empty brackets: no station plan, and a run is faster."""
    year: int = Field(2030, ge=2025, le=2050)
    """Year whose share of trucks on each energy counts, and in which stations are sized."""
    season: Literal["average", "winter"] = "winter"
    """Season whose energy use sets the range."""
    biogas: Literal["liquid", "compressed"] = "liquid"
    """Kind of biogas; compressed gas drives less far."""
    range_km: Annotated[dict[Energy, Positive], AfterValidator(MappingProxyType), PlainSerializer(dict)] = (
        Field(default_factory=dict, validate_default=True)
    )
    """Range with an energy [km]; left out: tank times (1 - reserve) over use, data/assumptions.csv."""
    most: Annotated[
        dict[Energy, Annotated[int, Field(ge=0, le=200)]], AfterValidator(_spread_most), PlainSerializer(dict)
    ] = Field(default_factory=dict, validate_default=True)
    """Most sites that offer an energy [sites]; left out: 8 with charging, 3 with hydrogen, 3 with biogas."""
    budget_mnok: Cost | None = None
    """Largest cost of all sites and what they offer [MNOK]; needs the costs; left out: no budget."""
    site_cost_mnok: Cost = 0.0
    """Cost of a site whatever it offers [MNOK]; shared by the energies it offers."""
    offer_cost_mnok: Annotated[
        dict[Energy, Cost], AfterValidator(MappingProxyType), PlainSerializer(dict)
    ] = Field(default_factory=dict, validate_default=True)
    """Cost of offering an energy at a site [MNOK]."""
    detour_km: float = Field(3.0, ge=0, le=50, allow_inf_nan=False)
    """A truck leaves its road at most this far for a station, one way [km]."""
    alternatives: int = Field(1, ge=0, le=5)
    """Other paths than the fastest that a truck may take, at most [paths]."""
    stretch: float = Field(1.15, ge=1, le=3, allow_inf_nan=False)
    """Such a path takes at most this many times the time of the fastest [1]."""
    stops_per_day: Positive | None = None
    """Most stops a station can take per day and energy; left out: no limit [stops/day]."""
    time_limit_s: float = Field(60.0, gt=0, le=36000, allow_inf_nan=False)
    """Time for the solver; then the best plan so far is shown with its gap [s]."""


def _spread_weights(value: dict[Criterion, float]) -> Mapping[Criterion, float]:
    unknown = [name for name, weight in value.items() if weight < 0]
    if unknown:
        msg = f"weights must not be negative: {', '.join(unknown)}"
        raise ValueError(msg)
    if not sum(value.values()) > 0:
        msg = "at least one weight must be above 0"
        raise ValueError(msg)
    return MappingProxyType({name: float(value.get(name, 0.0)) for name in CRITERIA})


Weights = Annotated[
    dict[Criterion, Annotated[float, Field(allow_inf_nan=False)]],
    AfterValidator(_spread_weights),
    PlainSerializer(dict),
]


class Uncertainty(_Part):
    """How robustness is measured."""

    draws: int = Field(10_000, ge=100, le=1_000_000)
    """Number of weight draws."""
    factor_low: float = Field(0.5, gt=0, le=1)
    """Each weight is multiplied by a uniform factor from here …"""
    factor_high: float = Field(1.5, ge=1, le=10)
    """… to here."""
    seed: int = Field(20240101, ge=0, lt=2**32)
    """Seed of the draws; the same seed gives the same figures."""


class Scenario(_Part):
    """One question to the main job; frozen, compared by value."""

    name: str = Field("Osloregionen", min_length=1, max_length=80)
    """Name shown on the map and in the report."""
    world: World = Field(default_factory=World)
    plan: Plan = Field(default_factory=Plan)
    weights: Weights | None = None
    """Weight of each criterion, any scale; left out: the defaults of data/assumptions.csv."""
    refuelling: Refuelling = Field(default_factory=Refuelling)
    uncertainty: Uncertainty = Field(default_factory=Uncertainty)
    assumptions: Annotated[
        dict[str, Annotated[float, Field(allow_inf_nan=False)]],
        AfterValidator(MappingProxyType),
        PlainSerializer(dict),
    ] = Field(default_factory=dict, validate_default=True)
    """Other values for numbers of data/assumptions.csv, by name and in the unit stated there."""

    def replace(self, **changes: dict[str, object] | str) -> Scenario:
        """Return a scenario with some settings changed, validated anew.

        >>> Scenario().replace(plan={"portfolio_size": 4}).plan.portfolio_size
        4
        """
        return _build(_merge(self.model_dump(exclude_none=True), changes), where="scenario")


def load_scenario(path: Path | str) -> Scenario:
    """Read a scenario from a TOML file.

    Paths inside ``[world]`` are resolved from the folder of the file that states them.

    Raises
    ------
    ScenarioError
        Naming the file, the key, the line where known, and the accepted keys; all problems at once.
    """
    path = Path(path)
    content = _read(path)
    base = content.pop("base", None)
    if base is not None:
        if not isinstance(base, str):
            raise ScenarioError(f"{path.name}: base must be a file name in quotes")
        below = _read(path.parent / base)
        if "base" in below:
            raise ScenarioError(f"{path.name}: {base} has a base of its own; bases are one level deep")
        content = _merge(below, content)
    return _build(content, where=path.name, text=path.read_text("utf-8-sig"))


def base_of(path: Path) -> Path | None:
    """Return the scenario file that a scenario file builds on, if any."""
    base = _read(path).get("base")
    return path.parent / base if isinstance(base, str) else None


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ScenarioError(f"no scenario file '{path.name}': make one with 'regiongeo init'")
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path.name}: not UTF-8 at byte {error.start}: save it as UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ScenarioError(
            f"{path.name}: not valid TOML: {error}; codes and names need quotes, decimals a point"
        ) from error
    world = content.get("world")
    if isinstance(world, dict):
        stated = {key: world[key] for key in USER_FILES if isinstance(world.get(key), str)}
        world.update({key: str(path.parent / name) for key, name in stated.items()})
    return content


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both_tables = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both_tables else value
    return merged


def _build(content: Mapping[str, Any], *, where: str, text: str = "") -> Scenario:
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        problems = "".join(f"\n  - {line}" for line in _describe(error, text))
        raise ScenarioError(f"{where}: {error.error_count()} problem(s):{problems}") from None


def _describe(error: ValidationError, text: str) -> Iterator[str]:
    for problem in error.errors():
        keys = [str(key) for key in problem["loc"] if key != "[key]"]
        place = ".".join(keys) or "scenario"
        line = _line_of(keys[-1], text) if keys else None
        at = f" (line {line})" if line else ""
        if problem["type"] == "extra_forbidden" or (
            keys[:1] == ["weights"] and problem["type"] == "literal_error"
        ):
            yield f"{place}{at}: unknown key{_suggest(keys)}"
        else:
            shown = repr(problem["input"])[:60]
            yield f"{place}{at}: {_WORDS.get(problem['type'], _plain(problem['msg']))}, not {shown}"


_WORDS = {
    "tuple_type": 'must be a list in brackets, like ["P1", "P2"]',
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number without quotes",
    "string_type": "must be text in quotes",
    "dict_type": "must be a table of its own",
    "model_type": "must be a table of its own",
}


def _plain(words: str) -> str:
    """Say a rule of the checking library the way the rest of the message speaks."""
    words = words.removeprefix("Value error, ")
    return words.replace("Input should be", "must be")


def _suggest(keys: list[str]) -> str:
    known = _known_keys(keys[:-1])
    near = difflib.get_close_matches(keys[-1], known, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"{hint} accepted: {', '.join(known)}" if hint else f"; accepted: {', '.join(known)}"


def _known_keys(parents: list[str]) -> list[str]:
    if not parents:
        return ["base", *Scenario.model_fields]
    if parents[0] == "weights":
        return list(CRITERIA)
    part = Scenario.model_fields[parents[0]].annotation
    return list(part.model_fields) if isinstance(part, type) and issubclass(part, BaseModel) else []


def _line_of(key: str, text: str) -> int | None:
    pattern = re.compile(rf"^\s*\[?\s*{re.escape(key)}\s*[=\]]")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), None)
