"""From what an answer speaks of to specifications of things, and a digest that says whether they changed."""

import hashlib
from collections.abc import Collection, Iterable

from rivulus.observations.rules.connectors.declarations import Declaration
from rivulus.observations.rules.connectors.mapped import Field, Mapped, MappedSeries, MappedThing
from rivulus.observations.rules.entities import (
    LONGEST_NAME,
    LocationSpec,
    PropertySpec,
    SensorSpec,
    SeriesSpec,
    ThingSpec,
)
from rivulus.observations.terms import ObservationType

TYPES = {
    "number": ObservationType.MEASUREMENT,
    "text": ObservationType.CATEGORY,
    "boolean": ObservationType.TRUTH,
}


def specify(mapped: Mapped, declaration: Declaration, known_properties: Collection[str]) -> tuple[ThingSpec, ...]:
    """Return the things of an answer; properties that the city already describes are named, others come along."""
    sensor = SensorSpec(
        code=f"connector:{declaration.code}",
        name=declaration.say_title("ro")[:LONGEST_NAME],
        metadata=declaration.source,
        properties={"licence": declaration.licence} if declaration.licence else {},
    )
    return tuple(_thing(thing, declaration, sensor, known_properties) for thing in mapped.things)


def digest(specs: Iterable[ThingSpec]) -> str:
    """Return what stays the same as long as nothing about the things changes."""
    return hashlib.sha256("\n".join(sorted(map(repr, specs))).encode()).hexdigest()


def _thing(
    thing: MappedThing, declaration: Declaration, sensor: SensorSpec, known_properties: Collection[str]
) -> ThingSpec:
    place = LocationSpec(location=dict(thing.place), name=thing.name[:LONGEST_NAME]) if thing.place else None
    return ThingSpec(
        code=thing.code,
        name=thing.name,
        domain=declaration.domain,
        description=thing.description,
        properties={**thing.properties, **_origin(declaration)},
        locations=(place,) if place else (),
        series=tuple(_series(one, thing, declaration, sensor, known_properties) for one in thing.series),
        is_public=declaration.is_public,
    )


def _origin(declaration: Declaration) -> dict[str, str]:
    given = {"connector": declaration.code, "source": declaration.source, "licence": declaration.licence}
    return {name: value for name, value in given.items() if value}


def _series(
    one: MappedSeries,
    thing: MappedThing,
    declaration: Declaration,
    sensor: SensorSpec,
    known_properties: Collection[str],
) -> SeriesSpec:
    field = one.field
    limits = {"minimum": field.minimum, "maximum": field.maximum}
    return SeriesSpec(
        code=one.code,
        name=f"{field.name or field.property} – {thing.name}"[:LONGEST_NAME],
        sensor=sensor,
        observed_property=field.property if field.property in known_properties else _property(field),
        observation_type=TYPES[field.kind],
        unit={"name": field.unit, "symbol": field.unit, "definition": "https://ucum.org/"},
        period_s=field.period_s or declaration.every_min * 60,
        limits={name: value for name, value in limits.items() if value is not None},
        is_public=declaration.is_public,
    )


def _property(field: Field) -> PropertySpec:
    """A property that nobody described: its code must do as a definition until somebody does."""
    return PropertySpec(
        code=field.property,
        name=field.name or field.property.replace("_", " "),
        definition=field.definition or f"urn:rivulus:property:{field.property}",
    )
