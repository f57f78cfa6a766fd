"""Answers of recipes in words: what each number is called, with its unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from rivulus.atlas.models import Recipe, RecipeRun
from rivulus.atlas.rules.recipes import kinds
from rivulus.atlas.rules.recipes.kinds import (
    COLUMNS,
    KIND_NAMES,
    NEEDS,
    RASTER_UNIT,
    RUN_STATE_NAMES,
    RecipeKind,
    RunState,
)
from rivulus.ui.presenters import number_text


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of an answer."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the page shows it."""

    figures: tuple[Figure, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    is_cut: bool


def answer_words(recipe: Recipe, run: RecipeRun) -> Answer:
    """Return an answer in the language of the reader; columns in which nothing stands are left out."""
    unit = recipe.raster.unit if recipe.raster is not None else ""
    shown = [name for name in _columns(run.rows) if any(row[2].get(name) is not None for row in run.rows)]
    return Answer(
        figures=tuple(
            Figure(gettext(COLUMNS[name][0]), _with_unit(value, name, unit))
            for name in kinds.in_order(run.summary)
            if (value := run.summary[name]) is not None
        ),
        columns=tuple(_heading(name, unit) for name in shown),
        rows=tuple((row[1], tuple(_text(row[2].get(name)) for name in shown)) for row in run.rows),
        is_cut=run.row_count > len(run.rows),
    )


def _columns(rows: Iterable[Any]) -> list[str]:
    return kinds.in_order(name for row in rows for name in row[2])


def _unit(name: str, raster_unit: str) -> str:
    unit = COLUMNS[name][1]
    return raster_unit if unit == RASTER_UNIT else unit


def _heading(name: str, raster_unit: str) -> str:
    unit = _unit(name, raster_unit)
    return f"{gettext(COLUMNS[name][0])} ({unit})" if unit else gettext(COLUMNS[name][0])


def _with_unit(value: object, name: str, raster_unit: str) -> str:
    unit = _unit(name, raster_unit)
    return f"{_text(value)} {unit}" if unit else _text(value)


def _text(value: object) -> str:
    return str(number_text(value)) if isinstance(value, int | float) else str(value or "–")


def question(recipe: Recipe) -> list[tuple[str, str]]:
    """Return what a recipe asks, as terms and words."""
    needs, numbers = NEEDS[RecipeKind(recipe.kind)], kinds.read_parameters(recipe.parameters)
    found: list[tuple[str, str]] = [(gettext("What is asked"), kind_words(recipe.kind))]
    if recipe.layer is not None and needs.layer:
        found.append((gettext(needs.layer), recipe.layer.title))
    if recipe.other is not None and needs.other:
        found.append((gettext(needs.other), recipe.other.title))
    if recipe.raster is not None:
        found.append((gettext("Raster"), recipe.raster.title))
    if needs.distance:
        found.append((gettext("Distance"), f"{number_text(numbers.within_m)} m"))
    if needs.attribute and numbers.attribute:
        found.append((gettext(needs.attribute), numbers.attribute))
    if needs.smallest and numbers.smallest_m2:
        found.append((gettext("At least so large (m²)"), str(number_text(numbers.smallest_m2))))
    if needs.deviations:
        found.append((gettext("Standard deviations from the mean"), str(number_text(numbers.deviations))))
    return found


def kind_words(kind: str) -> str:
    """Return what a kind asks."""
    return gettext(KIND_NAMES[RecipeKind(kind)])


def state_words(state: str) -> str:
    """Return how far a run is."""
    return gettext(RUN_STATE_NAMES[RunState(state)])


def inputs_words(inputs: Mapping[str, Any]) -> list[str]:
    """Return on what an answer rests: layers with the revision they had."""
    layers: Mapping[str, int] = inputs.get("layers", {})
    found = [gettext("%(layer)s, revision %(number)s") % {"layer": code, "number": n} for code, n in layers.items()]
    if inputs.get("raster"):
        found.append(gettext("raster %(code)s") % {"code": inputs["raster"]})
    return found
