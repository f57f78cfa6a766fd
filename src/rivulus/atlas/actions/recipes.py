"""Recipes are written, asked and answered; rasters are brought in."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from rivulus.atlas.actions import features
from rivulus.atlas.models import Layer, RasterFile, Recipe, RecipeRun
from rivulus.atlas.queries.recipes import missing_inputs, types_of
from rivulus.atlas.queries.visible import get_layer, viewer_of
from rivulus.atlas.rules import permissions
from rivulus.atlas.rules.recipes import kinds
from rivulus.atlas.rules.recipes.kinds import GROUPED, NEEDS, Parameters, RecipeKind, RunState
from rivulus.atlas.rules.recipes.shapes import Result, from_the_ground
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.terms import STEREO70, ChangeKind, GeometryType, Origin, Theme, Visibility
from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.geometry import Box
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Organisation, Person

SUBJECT, RASTER = "atlas.recipe", "atlas.raster"
MOST_ROWS = 1000
# Whoever has none within the distance is told apart from whoever has some.
BY_COUNT: dict[str, object] = {
    "colour": "#7a3e9d", "opacity": 0.45, "width": 1,
    "by": {"attribute": "count", "classes": [
        {"to": 1, "colour": "#b3541e", "title": {"ro": "niciunul la distanța dată", "en": "none within the distance", "hu": "egy sincs a távolságon belül"}},
        {"from": 1, "colour": "#7a3e9d", "title": {"ro": "cel puțin unul", "en": "at least one", "hu": "legalább egy"}},
    ]},
}  # fmt: skip
MADE_UP = frozenset({Origin.SCHEMATIC, Origin.ILLUSTRATIVE})
LEAST_FIRST = (Origin.COMMUNITY, Origin.OPEN)  # an answer is as official as the least of what it rests on


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRaster:
    """A raster whose file was looked at and is kept."""

    code: str
    titles: tuple[str, str, str]
    unit: str
    taken_on: dt.date | None
    source: str
    file: str
    size: int
    checksum: str
    width: int
    height: int
    crs: int
    box: Box


@transaction.atomic
def bring_raster(
    *, by: "Person | None", owner: "Organisation", raster: NewRaster, is_illustrative: bool = False
) -> RasterFile:
    """Bring in a raster; raises Refused for a code that is taken, or an organisation that is not the person's."""
    _check(by, owner.pk)
    if RasterFile.objects.filter(code=raster.code).exists():
        raise Refused(N_("There is a raster with this code already."))
    row = RasterFile.objects.create(
        code=raster.code, title_ro=raster.titles[0], title_en=raster.titles[1], title_hu=raster.titles[2],
        unit=raster.unit, taken_on=raster.taken_on, source=raster.source, owner=owner, file=raster.file,
        size=raster.size, checksum=raster.checksum, width=raster.width, height=raster.height, crs=raster.crs,
        box=raster.box, added_by=by, added_at=clock.now(), is_illustrative=is_illustrative,
    )  # fmt: skip
    content = {"code": row.code, "sha256": row.checksum, "size": row.size}
    journal.write(by=by, verb=f"{RASTER}.brought", subject=RASTER, subject_id=row.pk, content=content)
    return row


@transaction.atomic
def write_recipe(
    *,
    by: "Person | None",
    code: str,
    titles: tuple[str, str, str],
    kind: RecipeKind,
    owner: "Organisation",
    parameters: Parameters,
    layer: Layer | None = None,
    other: Layer | None = None,
    raster: RasterFile | None = None,
    is_public: bool = False,
    with_layer: bool = True,
) -> Recipe:
    """Write a new recipe; ``with_layer`` lets its answer be a layer of the map besides. Raises Refused.

    The answer is never more public than what it rests on.
    """
    _check(by, owner.pk)
    _check_sees(by, layer, other)
    subject = other if kind == RecipeKind.INDICATORS else layer
    kinds.check(
        kind, parameters, layer=layer is not None, other=other is not None, raster=raster is not None,
        attributes=types_of(subject),
    )  # fmt: skip
    for each, only in ((layer, parameters.only), (other, parameters.other_only)):
        kinds.check_only(only, types_of(each))
    if Recipe.objects.filter(code=code).exists():
        raise Refused(N_("There is an analysis with this code already."))
    if is_public and any(each is not None and each.visibility != Visibility.PUBLIC for each in (layer, other)):
        raise Refused(N_("An answer cannot be more public than the layers it rests on."))
    recipe = Recipe.objects.create(
        code=code, title_ro=titles[0], title_en=titles[1], title_hu=titles[2], kind=kind, owner=owner, layer=layer,
        other=other, raster=raster, parameters=parameters.as_json(), is_public=is_public, created_by=by,
        created_at=clock.now(),
    )  # fmt: skip
    if with_layer:
        recipe.output = make_output(by=by, recipe=recipe)
        recipe.save(update_fields=["output"])
    _write(by, "written", recipe, {"kind": str(kind), "parameters": parameters.as_json()})
    return recipe


@transaction.atomic
def withdraw_recipe(*, by: "Person", recipe: Recipe) -> None:
    """Ask no more; the answers stay."""
    locked = Recipe.objects.select_for_update(of=("self",)).get(pk=recipe.pk)
    _check(by, locked.owner_id)
    locked.withdrawn_at = clock.now()
    locked.save(update_fields=["withdrawn_at"])
    if locked.output_id:
        Layer.objects.filter(pk=locked.output_id).update(withdrawn_at=clock.now())
    _write(by, "withdrawn", locked, {})


@transaction.atomic
def ask(*, by: "Person | None", recipe: Recipe) -> RecipeRun:
    """Ask for a new answer and return the run; whoever asks while one is under way gets that one."""
    locked = Recipe.objects.select_for_update(of=("self",)).get(pk=recipe.pk)
    _check(by, locked.owner_id)
    if locked.withdrawn_at is not None:
        raise Refused(N_("This analysis was withdrawn."))
    if missing_inputs(locked):
        raise Refused(N_("What this analysis rests on is not all there yet."))
    waiting = locked.runs.filter(state__in=[RunState.QUEUED, RunState.RUNNING]).first()
    if waiting is not None:
        return waiting
    run = RecipeRun.objects.create(recipe=locked, by=by, asked_at=clock.now(), parameters=locked.parameters)
    _write(by, "asked", locked, {"run": run.pk})
    return run


@transaction.atomic
def begin(*, by: "Person | None", run_id: int) -> RecipeRun | None:
    """Take up a run and say on what it rests; None where it has ended already. A run that was cut off begins anew."""
    run = (
        RecipeRun.objects.select_for_update(of=("self",))
        .select_related("recipe__layer", "recipe__other", "recipe__raster")
        .get(pk=run_id)
    )
    if run.state in (RunState.DONE, RunState.FAILED):
        return None
    recipe = run.recipe
    layers = [each for each in (recipe.layer, recipe.other) if each is not None]
    run.state, run.begun_at = RunState.RUNNING, clock.now()
    run.inputs = {
        "day": clock.today().isoformat(),
        "layers": {layer.code: layer.revision for layer in [*layers, *_besides(recipe)]},
        "raster": recipe.raster.code if recipe.raster else None,
        "raster_sha256": recipe.raster.checksum if recipe.raster else None,
    }
    is_made_up = any(layer.origin in MADE_UP for layer in layers)
    run.is_evidence = not is_made_up and not (recipe.raster is not None and recipe.raster.is_illustrative)
    run.save(update_fields=["state", "begun_at", "inputs", "is_evidence"])
    return run


@transaction.atomic
def finish(*, by: "Person | None", run: RecipeRun, result: Result) -> None:
    """Keep an answer, and let the layer of the recipe show it, in one transaction."""
    locked = (
        RecipeRun.objects.select_for_update(of=("self",))
        .select_related("recipe__output", "recipe__layer", "recipe__other")
        .get(pk=run.pk)
    )
    if locked.state != RunState.RUNNING:
        return
    locked.state, locked.ended_at = RunState.DONE, clock.now()
    locked.summary = dict(result.summary)
    locked.rows = [[row.key, row.name, dict(row.numbers)] for row in result.rows[:MOST_ROWS]]
    locked.row_count = len(result.rows)
    locked.save(update_fields=["state", "ended_at", "summary", "rows", "row_count"])
    if locked.recipe.output is not None:
        _show(locked, result)
    _write(by, "answered", locked.recipe, {"run": locked.pk, "rows": locked.row_count})


@transaction.atomic
def fail(*, by: "Person | None", run: RecipeRun, why: Refused) -> None:
    """Keep why there is no answer: as a sentence, and as the msgid and values from which others say it in their language."""
    said = {"why": why.sentence, "values": {name: str(value)[:200] for name, value in why.values.items()}}
    RecipeRun.objects.filter(pk=run.pk, state__in=[RunState.QUEUED, RunState.RUNNING]).update(
        state=RunState.FAILED, ended_at=clock.now(), sentence=str(why)[:500], summary=said
    )
    _write(by, "failed", run.recipe, {"run": run.pk, "why": str(why)[:200]})


def _besides(recipe: Recipe) -> list[Layer]:
    """Return the layers that only choose or sum up: an answer is no less believable for their limits."""
    codes = kinds.read_parameters(recipe.parameters).layers
    return list(Layer.objects.filter(code__in=codes)) if codes else []


def _show(run: RecipeRun, result: Result) -> None:
    output = run.recipe.output
    assert output is not None
    given = [layer for layer in (run.recipe.layer, run.recipe.other) if layer is not None]
    believed = {layer.origin for layer in given}
    origin = next((each for each in LEAST_FIRST if each in believed), Origin.OFFICIAL)
    facts = {
        "origin": origin if run.is_evidence else Origin.ILLUSTRATIVE,
        "attribution": ", ".join(dict.fromkeys(layer.attribution for layer in given if layer.attribution))[:300],
        "licence": "ODbL-1.0" if any(layer.licence == "ODbL-1.0" for layer in given) else output.licence,
    }
    if any(getattr(output, name) != value for name, value in facts.items()):
        for name, value in facts.items():
            setattr(output, name, value)
        output.save(update_fields=list(facts))
    shapes = from_the_ground([feature.geometry for feature in result.features])  # type: ignore[arg-type]
    rows = [
        NewFeature(shape, {name: value for name, value in feature.properties.items() if value is not None}, feature.key)
        for feature, shape in zip(result.features, shapes, strict=True)
    ]
    features.replace_features(
        by=None, layer=output, kind=ChangeKind.RECIPE, reason=f"{SUBJECT} {run.recipe.code} {run.pk}", features=rows
    )


def make_output(*, by: "Person | None", recipe: Recipe) -> Layer:
    """Make the layer that shows the answers of a recipe; ``by`` answers for it in the journal line of the recipe."""
    needs = NEEDS[RecipeKind(recipe.kind)]
    subject = recipe.other or recipe.layer
    made = {"any": GeometryType.ANY, "line": GeometryType.LINE, "polygon": GeometryType.POLYGON}[needs.makes]
    return Layer.objects.create(
        code=f"recipe-{recipe.code}",
        theme=subject.theme if subject is not None else Theme.ENVIRONMENT,
        title_ro=recipe.title_ro,
        title_en=recipe.title_en,
        title_hu=recipe.title_hu,
        geometry_type=made,
        crs=STEREO70,
        schema=_output_schema(),
        style=BY_COUNT if RecipeKind(recipe.kind) in GROUPED else {"colour": "#7a3e9d", "opacity": 0.35},
        owner=recipe.owner,
        visibility=Visibility.PUBLIC if recipe.is_public else Visibility.STAFF,
        origin=Origin.ILLUSTRATIVE,  # until an answer rests on what is real
        is_kept_by_machine=True,
        rank=40,
    )


def _output_schema() -> list[dict[str, object]]:
    text = {"name", "nearest", "other"}
    named = {"name": ("Denumire", "Name", "Név")}
    columns = ["name", *kinds.COLUMNS]
    return [
        {
            "name": name,
            "type": "string" if name in text else "number",
            "title": dict(zip(("ro", "en", "hu"), named.get(name, TITLES.get(name, (name, name, name))), strict=True)),
            "unit": kinds.COLUMNS[name][1].replace(kinds.RASTER_UNIT, "") if name in kinds.COLUMNS else "",
            "is_name": name == "name",
        }
        for name in columns
        if name in named or name in TITLES
    ]


# Attributes that features of an answer may have; a layer keeps its words in three languages.
TITLES: Mapping[str, tuple[str, str, str]] = {
    "nearest": ("Cel mai apropiat", "Nearest", "Legközelebbi"),
    "distance_m": ("Distanță", "Distance", "Távolság"),
    "count": ("Număr", "Number", "Darabszám"),
    "area_m2": ("Suprafață", "Area", "Terület"),
    "length_m": ("Lungime", "Length", "Hossz"),
    "share": ("Pondere", "Share", "Arány"),
    "sum": ("Sumă", "Sum", "Összeg"),
    "other": ("Împreună cu", "With", "Ezzel"),
    "inhabitants": ("Locuitori", "Inhabitants", "Lakosok"),
    "cells": ("Celule", "Cells", "Cellák"),
    "mean": ("Medie", "Mean", "Átlag"),
    "lowest": ("Minim", "Lowest", "Legkisebb"),
    "highest": ("Maxim", "Highest", "Legnagyobb"),
}


def _check_sees(by: "Person | None", *layers: Layer | None) -> None:
    if by is None:
        return
    viewer = viewer_of(by)
    for layer in layers:
        if layer is None:
            continue
        try:
            get_layer(layer.code, viewer)
        except NotFound:
            raise Refused(N_("Choose the layers that this question is about.")) from None


def _check(by: "Person | None", owner: int) -> None:
    if by is None:
        return
    roles = identity.roles_of(by)
    permissions.check_can("edit_recipe", roles)
    city = identity.find_city()
    is_unit = permissions.STRATEGY in roles and city is not None and owner == city.pk
    if not is_unit:
        permissions.check_can_for("edit_recipe", roles, owner, identity.organisations_of(by))


def _write(by: "Person | None", verb: str, recipe: Recipe, content: Mapping[str, object]) -> None:
    journal.write(
        by=by,
        verb=f"{SUBJECT}.{verb}",
        subject=SUBJECT,
        subject_id=recipe.pk,
        content={"code": recipe.code, **content},
    )
