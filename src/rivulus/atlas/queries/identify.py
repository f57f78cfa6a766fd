"""What is at a place: the features of the layers that somebody looks at, the nearest first."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from django.db import connection

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import shown_schema
from rivulus.atlas.queries.visible import PUBLIC, Viewer
from rivulus.atlas.rules import measuring
from rivulus.atlas.rules.schemas import Schema

MOST_OF_A_LAYER, MOST = 200, 40

_NEAR = """
SELECT wanted.layer, f.key, f.properties, f.geometry
FROM unnest(%s::int[]) AS wanted (layer)
CROSS JOIN LATERAL (
    SELECT key, properties, geometry FROM atlas_feature
    WHERE layer_id = wanted.layer AND box && %s::box AND valid @> %s::date
    ORDER BY id LIMIT %s
) f
"""


@dataclass(frozen=True, slots=True)
class FoundHere:
    """A feature at a place; what the viewer may see of it, and how far away it is in metres (0: the place is on it)."""

    layer: Layer
    key: str
    name: str
    properties: dict[str, Any]
    schema: Schema
    distance_m: float


def list_at(
    longitude: float,
    latitude: float,
    layers: Sequence[Layer],
    day: dt.date,
    *,
    within_m: float,
    viewer: Viewer = PUBLIC,
) -> list[FoundHere]:
    """Return what lies at a place or within so many metres; ``layers`` are ones that the viewer sees.

    One query whatever the number of layers; areas are found only where the place is on them.
    """
    point = shapely.Point(longitude, latitude)
    west, south, east, north = measuring.box_around(point.bounds, within_m)
    known = {layer.pk: (layer, shown_schema(layer, viewer)) for layer in layers}
    with connection.cursor() as cursor:
        box = f"(({east!r},{north!r}),({west!r},{south!r}))"
        cursor.execute(_NEAR, [list(known), box, day, MOST_OF_A_LAYER])
        rows = cursor.fetchall()
    found = [_found(point, known[row[0]], row[1], row[2], row[3], within_m) for row in rows]
    return sorted((each for each in found if each is not None), key=_order)[:MOST]


def _found(
    point: shapely.Point, known: tuple[Layer, Schema], key: str, properties: object, wkb: bytes, within_m: float
) -> FoundHere | None:
    layer, schema = known
    geometry = shapely.from_wkb(bytes(wkb))
    distance = measuring.distance_m(point, geometry)
    if distance > (0 if shapely.get_dimensions(geometry) == 2 else within_m):
        return None
    given = properties if isinstance(properties, dict) else json.loads(str(properties))
    shown = schema.show(given, with_private=True)  # of a schema that holds only what the viewer may see
    return FoundHere(layer, key, schema.name_of(shown, key), shown, schema, distance)


def _order(found: FoundHere) -> tuple[float, int, str]:
    return found.distance_m, -found.layer.rank, found.name
