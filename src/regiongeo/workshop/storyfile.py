"""The story of a workshop: what the map shows while the facilitator tells one sentence at a time (TOML)."""

from __future__ import annotations

import re
import tomllib
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, ValidationError

from regiongeo.errors import ScenarioError
from regiongeo.scenario import CRITERIA, Criterion
from regiongeo.userfiles.problems import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["LAYERS", "Step", "View", "describe_story", "load_story"]

Layer = Literal[
    "layer_sites",
    "layer_portfolio",
    "layer_plan",
    "layer_rules",
    "layer_roads",
    "layer_roads_other",
    "layer_plots",
    "layer_stations",
    "layer_excluded",
    "layer_labels",
    "layer_subregions",
    "layer_parks",
    "layer_builtup",
    "layer_railways",
    "layer_freight",
    "layer_tiles",
    "ws_layer",
]
LAYERS: tuple[Layer, ...] = get_args(Layer)
"""Layers of the page that a step may switch; one that a map does not have is passed over there."""

MOST_STEPS = 100
MOST_BYTES = 1_000_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


def _one_line(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must be one line without control characters")
    return value


def _plain_text(value: str) -> str:
    if _CONTROL.search(value.replace("\n", "")):
        raise ValueError("must not hold control characters other than line breaks")
    return value


def _some_weight(value: dict[Criterion, float]) -> MappingProxyType[Criterion, float]:
    if not any(weight > 0 for weight in value.values()):
        raise ValueError("must have at least one weight above 0")
    return MappingProxyType(value)


class View(_Part):
    """The part of the map that is shown (EPSG:4326)."""

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    """Latitude of the middle [degrees]."""
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    """Longitude of the middle [degrees]."""
    zoom: float = Field(ge=6, le=15, allow_inf_nan=False)
    """Zoom of the web map."""


class Step(_Part):
    """One step; what it says nothing of stays as it is on the page."""

    title: Annotated[str, AfterValidator(_one_line)] = Field(min_length=1, max_length=80)
    text: Annotated[str, AfterValidator(_plain_text)] = Field("", max_length=400)
    """The sentence shown large."""
    view: View | None = None
    layers: Annotated[dict[Layer, bool], AfterValidator(MappingProxyType), PlainSerializer(dict)] = Field(
        default_factory=dict, validate_default=True
    )
    """Layers to switch on (true) and off (false)."""
    weights: (
        Annotated[
            dict[Criterion, Annotated[float, Field(ge=0, allow_inf_nan=False)]],
            AfterValidator(_some_weight),
            PlainSerializer(dict),
        ]
        | None
    ) = None
    """Weight of each criterion, any scale; one that is not named has none. Left out: as they are."""
    projector: bool | None = None
    """Projector mode on or off."""
    compare: Annotated[str, AfterValidator(_one_line)] | None = None
    """Name of the scenario to show beside the page's own; empty: none. One that a page lacks shows none."""


def load_story(path: Path) -> tuple[Step, ...]:
    """Read the steps of a story, in order, from ``[[step]]`` tables of a TOML file.

    Raises
    ------
    ScenarioError
        One sentence with the file, the step and the key, if the file is missing, too large, not TOML in
        UTF-8, or holds a key, layer, criterion or value that no step can have.
    """
    content = _read(path)
    steps = content.get("step")
    file = shown(path.name)
    extra = sorted(set(content) - {"step"})
    if extra:
        raise ScenarioError(f"{file}: unknown key {shown(extra[0])}: a story holds [[step]] tables only")
    if not isinstance(steps, list) or not steps:
        raise ScenarioError(f"{file}: no steps: begin each with a line [[step]]")
    if len(steps) > MOST_STEPS:
        raise ScenarioError(f"{file}: {len(steps)} steps: keep to {MOST_STEPS}")
    return tuple(_build(step, where=f"{file}: step {number}") for number, step in enumerate(steps, 1))


def describe_story(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return the steps as plain data for the page, without what they say nothing of."""
    return [step.model_dump(mode="json", exclude_none=True) for step in steps]


def _read(path: Path) -> dict[str, Any]:
    file = shown(path.name)
    try:
        with path.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise ScenarioError(f"no story file '{file}': check the name, or save one from the map") from error
    if len(content) > MOST_BYTES:
        raise ScenarioError(f"{file}: larger than {MOST_BYTES // 1_000_000} MB: give the story itself")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{file}: not UTF-8 at byte {error.start}: save it as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"{file}: not valid TOML: {shown(error)}; texts need quotes") from error


def _build(step: object, *, where: str) -> Step:
    try:
        return Step.model_validate(step)
    except ValidationError as error:
        problem, *others = error.errors()
        more = f" (and {len(others)} more in this step)" if others else ""
        raise ScenarioError(f"{where}, {_tell(problem)}{more}") from None


def _tell(problem: Any) -> str:  # noqa: ANN401 - pydantic's record of a problem
    keys = [str(key) for key in problem["loc"] if key != "[key]"]
    place = shown(".".join(keys)) or "the whole"
    accepted = _accepted(keys)
    if problem["type"] in ("extra_forbidden", "literal_error") and accepted:
        return f"{place}: unknown key: accepted are {', '.join(accepted)}"
    if problem["type"] == "missing":
        return f"{place}: is missing: add it"
    words = _WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    words = words.replace("Input should", "must").replace("String should", "must")
    return f"{place}: {words}, not {shown(repr(problem['input']))}"


def _accepted(keys: Sequence[str]) -> Sequence[str]:
    known: dict[str, Sequence[str]] = {
        "layers": LAYERS,
        "weights": CRITERIA,
        "view": list(View.model_fields),
    }
    return list(Step.model_fields) if len(keys) == 1 else known.get(keys[0], ()) if keys else ()


_WORDS = {
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "float_type": "must be a number without quotes",
    "dict_type": "must be a table of its own",
    "model_type": "must be a table of its own",
}
