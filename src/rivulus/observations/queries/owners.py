"""Whose things and what they share is, and whose things use it. None stands for the city."""

from collections.abc import Iterable

from django.db.models import Q

from rivulus.observations.models import (
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Owner,
    TaskingCapability,
    Thing,
)

SHARED = {
    "Sensor": "sensor",
    "ObservedProperty": "property",
    "Location": "location",
    "FeatureOfInterest": "feature",
    "Actuator": "actuator",
}
"""Kinds that several things may use, by the word of the table of owners."""


def find_owner(name: str, number: int) -> int | None:
    """Return the supplier of a shared entity, or None for the city; a feature made of a place goes with the place."""
    row = Owner.objects.filter(kind=SHARED[name], entity=number).first()
    if row is not None:
        return row.supplier_id
    if name == "FeatureOfInterest":
        place = FeatureOfInterest.objects.filter(pk=number).values_list("location_id", flat=True).first()
        return find_owner("Location", place) if place else None
    return None


def list_users(name: str, number: int) -> set[int | None]:
    """Return whose things use a shared entity."""
    match name:
        case "Sensor":
            things = Thing.objects.filter(datastreams__sensor=number)
        case "ObservedProperty":
            named = Q(datastreams__observed_property=number) | Q(datastreams__parts__observed_property=number)
            things = Thing.objects.filter(named)
        case "Location":
            things = Thing.objects.filter(Q(locations=number) | Q(historical_locations__locations=number))
        case "FeatureOfInterest":
            generated = Q(locations__generated_feature=number)
            things = Thing.objects.filter(Q(datastreams__default_feature=number) | generated)
        case "Actuator":
            things = Thing.objects.filter(tasking_capabilities__actuator=number)
        case _:
            raise KeyError(name)
    return set(things.order_by("supplier_id").values_list("supplier_id", flat=True).distinct())


def find_supplier_of(name: str, number: int) -> int | None:
    """Return the supplier of what hangs on one thing: the thing, a series, a line of its history, a capability."""
    match name:
        case "Thing":
            return Thing.objects.values_list("supplier_id", flat=True).get(pk=number)
        case "Datastream" | "MultiDatastream":
            return Datastream.objects.values_list("thing__supplier_id", flat=True).get(pk=number)
        case "HistoricalLocation":
            return HistoricalLocation.objects.values_list("thing__supplier_id", flat=True).get(pk=number)
        case "TaskingCapability":
            return TaskingCapability.objects.values_list("thing__supplier_id", flat=True).get(pk=number)
    raise KeyError(name)


def suppliers_of_series(numbers: Iterable[int]) -> dict[int, int | None]:
    """Return the supplier of each series that exists."""
    rows = Datastream.objects.filter(pk__in=list(numbers)).order_by("pk")
    return dict(rows.values_list("pk", "thing__supplier_id"))
