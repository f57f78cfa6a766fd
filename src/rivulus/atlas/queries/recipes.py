"""Recipes, their runs, and the shapes they work on."""

import datetime as dt
from pathlib import Path

import numpy as np
import shapely
from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery

from rivulus.atlas.models import Layer, RasterFile, Recipe, RecipeRun
from rivulus.atlas.queries.features import features_on
from rivulus.atlas.queries.visible import PUBLIC, Viewer
from rivulus.atlas.rules.permissions import can
from rivulus.atlas.rules.recipes.kinds import RunState
from rivulus.atlas.rules.recipes.shapes import Shapes, on_the_ground
from rivulus.atlas.rules.schemas import read_schema
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_

MOST_FEATURES = 300_000


def list_recipes(viewer: Viewer = PUBLIC) -> QuerySet[Recipe]:
    """Return the recipes whose answers the viewer sees, each with the time of its latest answer."""
    answered = (
        RecipeRun.objects.filter(recipe=OuterRef("pk"), state=RunState.DONE).order_by("-id").values("ended_at")[:1]
    )
    found = Recipe.objects.filter(withdrawn_at__isnull=True).select_related(
        "owner", "layer", "other", "raster", "output"
    )
    if not can("see_staff_layers", viewer.roles):
        found = found.filter(Q(is_public=True) | Q(owner__in=viewer.organisations))
    if not settings.RIVULUS_DEMO:
        made_up = Q(layer__origin="illustrative") | Q(other__origin="illustrative") | Q(raster__is_illustrative=True)
        found = found.exclude(made_up)
    return found.annotate(answered_at=Subquery(answered)).order_by("title_ro", "id")


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
