"""Layers, as those who keep them see them: what their features hold of an attribute."""

from collections.abc import Collection
from typing import Any

from django.db import connection

from rivulus.atlas.models import Layer
from rivulus.atlas.rules.schema_changes import Held
from rivulus.atlas.rules.schemas import LANGUAGES
from rivulus.atlas.rules.specs import LayerSpec

MOST_VALUES = 20_000


def find_layer(code: str) -> Layer | None:
    """Return a layer that was not withdrawn, whoever may see it: for the platform itself, never for a page."""
    return Layer.objects.filter(code=code, withdrawn_at__isnull=True).select_related("owner").first()


def find_layer_by_id(pk: int) -> Layer | None:
    """Return a layer that was not withdrawn, for work that somebody who sees it asked for."""
    return Layer.objects.filter(pk=pk, withdrawn_at__isnull=True).select_related("owner").first()


def find_held(layer: Layer, names: Collection[str]) -> dict[str, Held]:
    """Return what the features of a layer hold of each of these attributes: the values in force, once each."""
    return {name: _held(layer, name) for name in names}


def _held(layer: Layer, name: str) -> Held:
    asked: dict[str, Any] = {"layer": layer.pk, "name": name, "most": MOST_VALUES}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT properties -> %(name)s, count(*) FROM atlas_feature WHERE layer_id = %(layer)s"
            " AND properties ? %(name)s GROUP BY 1 ORDER BY 2 DESC LIMIT %(most)s",
            asked,
        )
        rows = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM atlas_feature WHERE layer_id = %(layer)s AND properties ? %(name)s", asked)
        count = cursor.fetchone()[0]
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM atlas_pastfeature WHERE layer_id = %(layer)s AND properties ? %(name)s)",
            asked,
        )
        is_in_past = cursor.fetchone()[0]
    return Held(count, tuple(_plain(row[0]) for row in rows), is_in_past)


def _plain(value: object) -> object:
    """A value of jsonb comes as text, or read already, by how the connection is set up."""
    import json

    return json.loads(value) if isinstance(value, str) else value


def spec_of(layer: Layer) -> LayerSpec:
    """Return a layer in the words in which it could be described anew."""
    texts = {
        name: {language: getattr(layer, f"{name}_{language}") for language in LANGUAGES}
        for name in ("title", "description")
    }
    return LayerSpec(
        code=layer.code,
        theme=layer.theme,
        title=texts["title"],
        description=texts["description"],
        geometry_type=layer.geometry_type,
        schema=layer.schema,
        style=layer.style,
        licence=layer.licence,
        attribution=layer.attribution,
        owner=layer.owner.code,
        visibility=layer.visibility,
        origin=layer.origin,
        crs=layer.crs,
        update_rhythm=layer.update_rhythm,
        rank=layer.rank,
        is_shown_at_first=layer.is_shown_at_first,
        is_kept_by_machine=layer.is_kept_by_machine,
    )
