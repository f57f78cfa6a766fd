"""Answers of recipes in words: what each number is called, with its unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext

from rivulus.atlas.models import Feature, Layer, RasterFile, Recipe, RecipeRun
from rivulus.atlas.presenters.layers import words_of
from rivulus.atlas.queries.recipes import RASTER, Missing
from rivulus.atlas.rules.base.boundaries import METROPOLITAN, UNITS, units_spec
from rivulus.atlas.rules.base.layers import SPECS as BASE_SPECS
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
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.terms import Origin
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import from_wkb
from rivulus.kernel.words import say
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


# The figure that says most of an answer, by kind.
HEADLINES: Mapping[RecipeKind, str] = {
    RecipeKind.NEAREST: "median_m",
    RecipeKind.WITHIN: "with_some",
    RecipeKind.BUFFER: "area_m2",
    RecipeKind.INTERSECTION: "area_m2",
    RecipeKind.PER_INHABITANT: "served_share",
    RecipeKind.INDICATORS: "count",
    RecipeKind.ZONAL: "mean",
    RecipeKind.HOT_SPOTS: "spots",
}


def headline(recipe: Recipe) -> Figure | None:
    """Return the figure of the latest answer that says most; the recipe comes from ``list_recipes``."""
    name = HEADLINES[RecipeKind(recipe.kind)]
    value = (getattr(recipe, "answer", None) or {}).get(name)
    if value is None:
        return None
    return Figure(gettext(COLUMNS[name][0]), _with_unit(value, name, recipe.raster.unit if recipe.raster else ""))


# Columns by which the areas of an answer are told apart on its map, the first that there is; and the colours of thirds.
TOLD_BY = ("served_share", "with_some_share", "mean", "share", "count")
THIRDS = ("stibnite", "stream", "amethyst")


def areas_map(run: RecipeRun, areas: Iterable[Feature], raster_unit: str) -> dict[str, object] | None:
    """Return the areas of an answer as GeoJSON for the map: by thirds of what they are told by; None without any."""
    known = {row[0]: (row[1], row[2]) for row in run.rows}
    column = next((name for name in TOLD_BY if any(name in numbers for _, numbers in known.values())), None)
    shapes = {area.key: from_wkb(area.geometry) for area in areas if area.key in known}
    if column is None or not shapes:
        return None
    ranked = sorted({numbers[column] for _, numbers in known.values() if numbers.get(column) is not None})
    features = []
    for key, shape in shapes.items():
        name, numbers = known[key]
        value = numbers.get(column)
        third = 0 if value is None else round(2 * ranked.index(value) / (len(ranked) - 1)) if len(ranked) > 1 else 2
        note = f"{_heading(column, raster_unit)}: {_text(value)}"
        properties = {"label": name, "note": note, "tone": THIRDS[third]}
        features.append({"type": "Feature", "properties": properties, "geometry": shape.__geo_interface__})
    return {"type": "FeatureCollection", "features": features}


def told_by(run: RecipeRun, raster_unit: str) -> str:
    """Return what the areas of an answer are told apart by on its map, or nothing."""
    names = {name for row in run.rows for name in row[2]}
    return next((_heading(name, raster_unit) for name in TOLD_BY if name in names), "")


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that an analysis waits for: what it is called, what to do, and the page where it is done."""

    title: str
    words: str
    url: str = ""


def waits(missing: Iterable[Missing]) -> list[Wait]:
    """Return what an analysis waits for, each thing once, and what has to be done."""
    return list({each.code: _wait(each) for each in missing}.values())


def _wait(missing: Missing) -> Wait:
    if missing.role == RASTER:
        words = gettext("a GeoTIFF brought in under the code %(code)s") % {"code": missing.code}
        return Wait(
            gettext("Raster “%(code)s”") % {"code": missing.code},
            words,
            f"{reverse('atlas:raster_new')}?code={missing.code}",
        )
    title = missing.layer.title if missing.layer is not None else _title_of(missing.code)
    if missing.code in BASE_SPECS:
        return Wait(title, gettext("comes with the base map: ./rivulus import osm FILE"))
    if missing.code in (UNITS, METROPOLITAN):
        return Wait(title, gettext("comes with the administrative units: ./rivulus import boundaries FILE"))
    if missing.layer is not None:
        return Wait(title, gettext("the layer is still empty"), reverse("atlas:layer", args=[missing.code]))
    return Wait(title, gettext("a layer with the code %(code)s") % {"code": missing.code})


def _title_of(code: str) -> str:
    titles = {code: spec.title for code, spec in BASE_SPECS.items()} | {UNITS: units_spec("", "").title}
    words = titles.get(code, {})
    return words.get((get_language() or "ro")[:2], "") or words.get("ro", code)


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
    for words, layer, only in (
        (gettext("Only those with"), recipe.layer, numbers.only),
        (gettext("Of the others only those with"), recipe.other, numbers.other_only),
    ):
        found += [(words, text) for text in _only_words(layer, only)]
    if needs.distance:
        found.append((gettext("Distance"), f"{number_text(numbers.within_m)} m"))
    if numbers.people:
        words = gettext("%(people)s, spread over homes by floor area") % {"people": number_text(numbers.people)}
        found.append((gettext("Inhabitants"), words))
    elif needs.attribute and numbers.attribute:
        found.append((gettext(needs.attribute), numbers.attribute))
    if needs.smallest and numbers.smallest_m2:
        found.append((gettext("At least so large (m²)"), str(number_text(numbers.smallest_m2))))
    if needs.deviations:
        found.append((gettext("Standard deviations from the mean"), str(number_text(numbers.deviations))))
    return found


def _only_words(layer: Layer | None, only: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return in the words of a layer which of its features count."""
    if layer is None:
        return []
    language = (get_language() or "ro")[:2]
    known = {attribute.name: attribute for attribute in read_schema(layer.schema).open.attributes}
    return [
        f"{known[name].title_in(language)}: "
        + ", ".join(words_of(known[name], {name: {"true": True, "false": False}.get(value, value)}) for value in values)
        for name, values in only.items()
        if name in known
    ]


def kind_words(kind: str) -> str:
    """Return what a kind asks."""
    return gettext(KIND_NAMES[RecipeKind(kind)])


def failure_words(run: RecipeRun) -> str:
    """Return in the language of the reader why there is no answer; nothing where there is one."""
    if run.state != RunState.FAILED:
        return ""
    why = run.summary.get("why")
    return say(Refused(why, **run.summary.get("values", {}))) if why else run.sentence


def state_words(state: str) -> str:
    """Return how far a run is."""
    return gettext(RUN_STATE_NAMES[RunState(state)])


def sketched_by(recipe: Recipe) -> str:
    """Return what the areas of the table are called where their limits are only sketched, or nothing."""
    code = kinds.read_parameters(recipe.parameters).by
    found = Layer.objects.filter(code=code, origin=Origin.SCHEMATIC).first() if code else None
    return found.title if found is not None else ""


def inputs_words(inputs: Mapping[str, Any]) -> list[str]:
    """Return on what an answer rests: layers with the revision they had."""
    layers: Mapping[str, int] = inputs.get("layers", {})
    titles = {layer.code: layer.title for layer in Layer.objects.filter(code__in=list(layers))} if layers else {}
    found = [
        gettext("%(layer)s, revision %(number)s") % {"layer": titles.get(code, code), "number": n}
        for code, n in layers.items()
    ]
    if inputs.get("raster"):
        raster = RasterFile.objects.filter(code=inputs["raster"]).first()
        found.append(raster.title if raster is not None else gettext("raster %(code)s") % {"code": inputs["raster"]})
    return found
