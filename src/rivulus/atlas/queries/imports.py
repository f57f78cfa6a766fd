"""Imports into layers: their state, and what does not fit."""

import datetime as dt
from collections.abc import Collection

from django.db.models import QuerySet

from rivulus.atlas.models import ImportProblem, Layer, LayerImport
from rivulus.kernel.errors import NotFound


def list_imports(layer: Layer) -> QuerySet[LayerImport]:
    """Return the imports into a layer, the newest first."""
    return LayerImport.objects.filter(layer=layer).select_related("person", "change").order_by("-id")


def get_import(pk: int) -> LayerImport:
    """Return an import; raises NotFound. Whoever shows it asks whether the layer is theirs."""
    found = LayerImport.objects.select_related("layer", "layer__owner", "person", "change").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def list_problems(pk: int) -> QuerySet[ImportProblem]:
    """Return what does not fit, in the order of the file."""
    return ImportProblem.objects.filter(layer_import=pk).order_by("id")


def list_untouched(before: dt.datetime, states: Collection[str]) -> list[LayerImport]:
    """Return imports in these states that nothing has happened to since a moment."""
    return list(LayerImport.objects.filter(state__in=states, changed_at__lt=before).order_by("id"))
