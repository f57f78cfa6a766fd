"""Layers of any size for measurements, copied in as rows: how features come in is measured elsewhere."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec
import psycopg
import shapely
from django.db import connection

from rivulus.atlas.models import Change, Layer
from rivulus.identity.models import Organisation

SCHEMA = [
    {"name": "kind", "type": "string"},
    {"name": "storeys", "type": "integer"},
    {"name": "name", "type": "string", "is_name": True},
]
KINDS = {0: "point", 1: "line", 3: "polygon"}
COPY = "COPY atlas_feature (key, number, valid, properties, geometry, box, recorded_at, layer_id, change_id) FROM STDIN"


def fill(code: str, shapes: Any, rows: Sequence[dict[str, Any]]) -> Layer:
    """Make a public layer of these features."""
    owner, _ = Organisation.objects.get_or_create(code="bench", defaults={"name_ro": "Bench", "kind": "town_hall"})
    layer = Layer.objects.create(
        code=code,
        theme="base",
        title_ro=code,
        geometry_type=KINDS[int(shapely.get_type_id(shapes[0]))],
        schema=SCHEMA,
        visibility="public",
        owner=owner,
        origin="open",
    )
    change = Change.objects.create(layer=layer, kind="pack", added=len(rows))
    boxes = shapely.bounds(shapes)
    binary = shapely.to_wkb(shapes)
    with connection.cursor() as cursor:
        raw = psycopg.Cursor(cast("psycopg.Connection[Any]", connection.connection))
        with raw.copy(COPY) as copy:
            for number, (content, box, row) in enumerate(zip(binary, boxes.tolist(), rows, strict=True)):
                west, south, east, north = box
                copy.write_row(
                    (
                        f"f{number}", 1, "(,)", msgspec.json.encode(row).decode(), content,
                        f"(({east!r},{north!r}),({west!r},{south!r}))", change.at, layer.pk, change.pk,
                    )
                )  # fmt: skip
        cursor.execute("ANALYZE atlas_feature")
    return layer
