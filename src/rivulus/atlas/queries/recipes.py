"""Recipes, their runs, and the shapes they work on."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.models import Feature, Layer, RasterFile, Recipe, RecipeRun
from rivulus.atlas.queries.features import features_on
from rivulus.atlas.queries.visible import PUBLIC, Viewer
from rivulus.atlas.rules.permissions import can
from rivulus.atlas.rules.recipes.kinds import RecipeKind, RunState, read_parameters
from rivulus.atlas.rules.recipes.shapes import Shapes, on_the_ground
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.terms import GeometryType
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.geometry import from_wkb
from rivulus.kernel.words import N_

MOST_FEATURES = 300_000
RASTER = "raster"
MOST_AREAS = 200  # drawn on the page of an answer


def list_recipes(viewer: Viewer = PUBLIC) -> QuerySet[Recipe]:
    """Return the recipes whose answers the viewer sees, each with the time and the figures of its latest answer."""
    answers = RecipeRun.objects.filter(recipe=OuterRef("pk"), state=RunState.DONE).order_by("-id")
    found = Recipe.objects.filter(withdrawn_at__isnull=True).select_related(
        "owner", "layer", "other", "raster", "output"
    )
    if not can("see_staff_layers", viewer.roles):
        found = found.filter(Q(is_public=True) | Q(owner__in=viewer.organisations))
    if not settings.RIVULUS_DEMO:
        made_up = Q(layer__origin="illustrative") | Q(other__origin="illustrative") | Q(raster__is_illustrative=True)
        found = found.exclude(made_up)
    latest = {"answered_at": answers.values("ended_at")[:1], "answer": answers.values("summary")[:1]}
    return found.annotate(**{name: Subquery(rows) for name, rows in latest.items()}).order_by("title_ro", "id")


def get_recipe(code: str, viewer: Viewer = PUBLIC) -> Recipe:
    """Return a recipe whose answers the viewer sees; raises NotFound."""
    found = list_recipes(viewer).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def list_runs(recipe: Recipe) -> QuerySet[RecipeRun]:
    """Return the runs of a recipe, newest first, without their tables."""
    return RecipeRun.objects.filter(recipe=recipe).defer("rows").order_by("-id")


def get_run(recipe: Recipe, pk: int) -> RecipeRun:
    """Return one run of a recipe; raises NotFound."""
    found = RecipeRun.objects.filter(recipe=recipe, pk=pk).first()
    if found is None:
        raise NotFound
    return found


def find_answer(recipe: Recipe) -> RecipeRun | None:
    """Return the latest answer."""
    return RecipeRun.objects.filter(recipe=recipe, state=RunState.DONE).order_by("-id").first()


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that a recipe waits for: the code it is wanted by, and the layer where it is there but empty."""

    role: str
    code: str
    layer: Layer | None = None


def missing_inputs(recipe: Recipe) -> list[Missing]:
    """Return what a recipe still waits for: layers that are not there or empty, a raster that nobody brought."""
    return list_missing([recipe])[recipe.pk]


def list_missing(recipes: Iterable[Recipe]) -> dict[int, list[Missing]]:
    """Return what each of some recipes still waits for, in two queries."""
    wanted = {recipe.pk: _wanted(recipe) for recipe in recipes}
    codes = {code for roles in wanted.values() for role, code in roles if role != RASTER}
    layers = {layer.code: layer for layer in find_layers(codes)} if codes else {}
    files = {code for roles in wanted.values() for role, code in roles if role == RASTER}
    rasters = set(RasterFile.objects.filter(code__in=files).values_list("code", flat=True)) if files else set()
    return {
        pk: [
            Missing(role, code, layers.get(code))
            for role, code in roles
            if not (code in rasters if role == RASTER else code in layers and layers[code].is_filled)  # type: ignore[attr-defined]
        ]
        for pk, roles in wanted.items()
    }


def _wanted(recipe: Recipe) -> list[tuple[str, str]]:
    """Return roles with the codes wanted for them; a recipe that was written by hand has what it rests on already."""
    if not recipe.wanted:
        return []
    named = [(role, recipe.wanted[role]) for role in ("layer", "other", RASTER) if role in recipe.wanted]
    return list(dict.fromkeys(named)) + [("besides", code) for code in read_parameters(recipe.parameters).layers]


def types_of(layer: Layer | None) -> dict[str, str]:
    """Return the types of the attributes that a question may ask of, by name."""
    return {a.name: str(a.type) for a in read_schema(layer.schema).open.attributes} if layer is not None else {}


def find_layers(codes: Iterable[str]) -> QuerySet[Layer]:
    """Return layers by their codes, each saying whether it holds features."""
    filled = Exists(Feature.objects.filter(layer=OuterRef("pk")))
    return Layer.objects.filter(code__in=list(codes), withdrawn_at__isnull=True).annotate(is_filled=filled)


def is_awaited(code: str) -> bool:
    """Say whether an analysis waits for the raster of a code."""
    return list_following().filter(wanted__raster=code).exists()


def list_areas(recipe: Recipe, keys: Iterable[str]) -> list[Feature]:
    """Return the areas of which the lines of an answer speak; none where these are no areas, or too many for a page."""
    numbers = read_parameters(recipe.parameters)
    layer = recipe.output if recipe.kind == RecipeKind.HOT_SPOTS else recipe.layer
    if numbers.by:
        layer = Layer.objects.filter(code=numbers.by, withdrawn_at__isnull=True).first()
    wanted = list(keys)
    if layer is None or layer.geometry_type != GeometryType.POLYGON or not 0 < len(wanted) <= MOST_AREAS:
        return []
    return list(features_on(layer).filter(key__in=wanted).order_by("key"))


def list_following() -> QuerySet[Recipe]:
    """Return the recipes that are asked by themselves."""
    found = Recipe.objects.filter(withdrawn_at__isnull=True, follows=True)
    return found.select_related("owner", "layer", "other", "raster", "output").order_by("id")


def find_evidence(code: str) -> RecipeRun | None:
    """Return the latest answer of a public recipe that rests on nothing made up: what a probe may report."""
    runs = RecipeRun.objects.filter(recipe__code=code, recipe__withdrawn_at__isnull=True, recipe__is_public=True)
    return runs.filter(state=RunState.DONE, is_evidence=True).order_by("-id").first()


def list_waiting(before: dt.datetime) -> QuerySet[RecipeRun]:
    """Return the runs that have been asked before a time and have not ended."""
    return RecipeRun.objects.filter(state__in=[RunState.QUEUED, RunState.RUNNING], asked_at__lt=before).order_by("id")


def list_rasters(viewer: Viewer = PUBLIC) -> QuerySet[RasterFile]:
    """Return the rasters that the viewer may ask of."""
    found = RasterFile.objects.select_related("owner").order_by("-taken_on", "id")
    if not can("edit_recipe", viewer.roles):
        return found.none()
    return found if settings.RIVULUS_DEMO else found.filter(is_illustrative=False)


def file_of(raster: RasterFile) -> Path:
    """Return where the file of a raster lies."""
    return Path(settings.MEDIA_ROOT) / raster.file


def find_input(code: str) -> Layer:
    """Return a layer that chooses or sums up; raises Refused where it is not there."""
    found = Layer.objects.filter(code=code, withdrawn_at__isnull=True).first()
    if found is None:
        raise Refused(N_("The layer %(code)s is not there."), code=code)
    return found


def find_area(code: str, key: str, day: dt.date) -> BaseGeometry:
    """Return one feature of a layer on the ground; raises Refused where it is not there."""
    row = features_on(find_input(code), day).filter(key=key).order_by("id").first()
    if row is None:
        raise Refused(N_("The layer %(code)s has no feature called %(key)s."), code=code, key=key)
    ground: BaseGeometry = on_the_ground(np.array([from_wkb(row.geometry)], dtype=object))[0]
    return ground


def read_shapes(layer: Layer, day: dt.date) -> Shapes:
    """Return all features of a layer on a day, in metres; private attributes are left out. Raises Refused for too many."""
    schema = read_schema(layer.schema).open
    rows = list(
        features_on(layer, day).order_by("id").values_list("key", "properties", "geometry")[: MOST_FEATURES + 1]
    )
    if len(rows) > MOST_FEATURES:
        raise Refused(
            N_("The layer %(title)s has more than %(most)s features; too many to analyse."),
            title=layer.title_ro,
            most=MOST_FEATURES,
        )
    geometries = shapely.from_wkb(np.array([bytes(row[2]) for row in rows], dtype=object))
    shown = [schema.show(row[1], with_private=False) for row in rows]
    return Shapes(
        keys=[row[0] for row in rows],
        names=[schema.name_of(properties, row[0]) for row, properties in zip(rows, shown, strict=True)],
        properties=shown,
        ground=on_the_ground(geometries),
    )
