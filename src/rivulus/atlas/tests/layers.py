"""Layers for the tests: benches of the city, and whose they are."""

from collections.abc import Mapping
from typing import Any

import shapely

from rivulus.atlas.models import Layer
from rivulus.atlas.rules.versions import ALWAYS, NewFeature, Span
from rivulus.identity.models import Affiliation, Organisation, Person

SCHEMA: list[dict[str, Any]] = [
    {"name": "name", "type": "string", "title": {"ro": "Nume"}, "is_name": True},
    {"name": "seats", "type": "integer", "title": {"ro": "Locuri"}, "minimum": 0, "maximum": 20},
    {"name": "phone", "type": "string", "title": {"ro": "Telefon"}, "is_private": True},
]


def make_city() -> Organisation:
    """The city, as the pack would load it."""
    city, _ = Organisation.objects.get_or_create(
        code="baia-mare", defaults={"name_ro": "Municipiul Baia Mare", "kind": "town_hall", "is_city": True}
    )
    return city


def make_university() -> Organisation:
    """The university, which owns layers of its own."""
    university, _ = Organisation.objects.get_or_create(
        code="cunbm", defaults={"name_ro": "Centrul Universitar Nord", "kind": "university"}
    )
    return university


def belongs(person: Person, organisation: Organisation) -> None:
    """Let a person act for an organisation."""
    Affiliation.objects.create(person=person, organisation=organisation)


def make_layer(code: str = "benches", **fields: Any) -> Layer:
    """A layer of points that everybody sees, unless said otherwise."""
    given = {
        "theme": "services",
        "title_ro": "Bănci",
        "geometry_type": "point",
        "schema": SCHEMA,
        "visibility": "public",
        **fields,
    }
    given.setdefault("owner", make_city())
    return Layer.objects.create(code=code, **given)


def point(x: float = 23.58, y: float = 47.66) -> Any:
    """A place in the city."""
    return shapely.Point(x, y)


def square(west: float = 23.5, south: float = 47.6, size: float = 0.01) -> Any:
    """An area in the city."""
    return shapely.box(west, south, west + size, south + size)


def bench(key: str = "", x: float = 23.58, y: float = 47.66, *, valid: Span = ALWAYS, **properties: Any) -> NewFeature:
    """A bench that could be added."""
    return NewFeature(point(x, y), properties, key, valid)


def rows_of(layer: Layer) -> Mapping[str, Any]:
    """What is in force, by key."""
    return {row.key: row for row in layer.features.order_by("key", "number")}
