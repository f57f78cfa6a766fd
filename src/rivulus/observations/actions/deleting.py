"""Removing entities with what cannot be without them (OGC 18-088, table 26), their observations too."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import connection, models, transaction
from django.db.models import Q

from rivulus.kernel.words import N_
from rivulus.observations.actions import amending, storing
from rivulus.observations.models import (
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    MultiDatastreamPart,
    Owner,
    TaskingCapability,
    Thing,
)
from rivulus.observations.queries import owners
from rivulus.observations.queries.annotations import annotations_of_feature
from rivulus.observations.rules import writers
from rivulus.observations.rules.writers import Conflict, Writer

if TYPE_CHECKING:
    from rivulus.identity.models import Person

STORE = ("reading", "record", "annotation", "correction", "block", "hourly", "daily", "head", "dirty")
MOST_OF_FEATURE = 10_000


@transaction.atomic
def delete(*, by: "Person | None", writer: Writer = writers.PLATFORM, name: str, number: int) -> None:
    """Remove an entity and what hangs on it; the journal says how much that was.

    Raises NotFound where there is none, Forbidden where it is another's, and Conflict where the things of others,
    or something that was decided because of it, need it.
    """
    row = amending.lock(by=by, writer=writer, name=name, number=number)
    series = _series_of(name, row)
    suppliers = set(owners.suppliers_of_series(series).values())
    writers.check_not_shared(writer, suppliers, name)
    if isinstance(row, FeatureOfInterest):
        _delete_about(by, writer, row)
    elif name == "Location":
        HistoricalLocation.objects.filter(locations=number).delete()
    elif name == "Actuator":
        _remove(TaskingCapability.objects.filter(actuator=number))
    delete_observations(by=by, series=series)
    MultiDatastreamPart.objects.filter(datastream__in=series).delete()
    _remove(Datastream.objects.filter(pk__in=series))
    if name not in ("Datastream", "MultiDatastream"):
        _remove(type(row)._default_manager.filter(pk=number))
    if name in owners.SHARED:
        Owner.objects.filter(kind=owners.SHARED[name], entity=number).delete()
    amending.note(by=by, writer=writer, verb="deleted", name=name, number=number, content={"series": len(series)})


@transaction.atomic
def delete_observations(*, by: "Person | None", series: Collection[int]) -> None:
    """Remove everything that was observed in these series. Part of the action that calls it."""
    if not series:
        return
    with connection.cursor() as cursor:
        for table in STORE:
            cursor.execute(f"DELETE FROM observations_{table} WHERE datastream = ANY(%s)", [list(series)])  # noqa: S608


def _series_of(name: str, row: models.Model) -> list[int]:
    """Return the series that go with an entity, kept from others until the transaction ends."""
    condition = {
        "Thing": Q(thing=row.pk),
        "Sensor": Q(sensor=row.pk),
        "ObservedProperty": Q(observed_property=row.pk) | Q(parts__observed_property=row.pk),
        "Datastream": Q(pk=row.pk),
        "MultiDatastream": Q(pk=row.pk),
    }.get(name)
    if condition is None:
        return []
    found = set(Datastream.objects.filter(condition).values_list("pk", flat=True))
    locked = Datastream.objects.select_for_update(of=("self",)).filter(pk__in=found).order_by("pk")
    return list(locked.values_list("pk", flat=True))


def _remove(rows: models.QuerySet[models.Model]) -> None:
    try:
        rows.delete()
    except (models.ProtectedError, models.RestrictedError) as error:
        raise Conflict(N_("Something else still needs this; it cannot be removed.")) from error


def _delete_about(by: "Person | None", writer: Writer, feature: FeatureOfInterest) -> None:
    """Remove the observations that name a feature; one made from the place where a thing is now stays."""
    if feature.location_id and Thing.objects.filter(locations=feature.location_id).exists():
        raise Conflict(N_("This feature is the place of a thing: move the thing, or delete the location, instead."))
    about = annotations_of_feature(feature.pk, limit=MOST_OF_FEATURE + 1)
    if len(about) > MOST_OF_FEATURE:
        raise Conflict(
            N_("More than %(most)s observations are about this feature; delete their series."), most=MOST_OF_FEATURE
        )
    suppliers = owners.suppliers_of_series({note.datastream for note in about})
    writers.check_not_shared(writer, suppliers.values(), "FeatureOfInterest")
    for note in about:
        storing.remove_observation(by=by, datastream=note.datastream, time_us=note.time, reason="feature deleted")
