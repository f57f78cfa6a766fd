"""Where things are: moving them, keeping where they were, and the features that observations get from their place."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from rivulus.kernel import clock
from rivulus.observations.models import FeatureOfInterest, HistoricalLocation, Location, Thing

if TYPE_CHECKING:
    from rivulus.identity.models import Person

BATCH = 500


@transaction.atomic
def move_things(
    *, by: "Person | None", moves: Mapping[int, Sequence[int]], at: dt.datetime | None = None
) -> list[HistoricalLocation]:
    """Let each thing (its number) be at these locations from ``at`` on; nothing is written where it is there already.

    Returns the lines of history that were added. Part of the action that calls it, which writes the journal.
    """
    there = _current(moves)
    moved = {thing: tuple(dict.fromkeys(places)) for thing, places in moves.items() if set(places) != there[thing]}
    if not moved:
        return []
    _place(moved)
    lines = HistoricalLocation.objects.bulk_create(
        [HistoricalLocation(thing_id=thing, time=at or clock.now()) for thing in moved], batch_size=BATCH
    )
    through = HistoricalLocation.locations.through
    through.objects.bulk_create(
        [through(historicallocation_id=line.pk, location_id=place) for line in lines for place in moved[line.thing_id]],
        batch_size=BATCH,
    )
    generate_features(by=by, locations={place for places in moved.values() for place in places})
    return lines


@transaction.atomic
def record_history(*, by: "Person | None", line: HistoricalLocation, locations: Sequence[int]) -> None:
    """Say where a thing was from the moment of a line on; where none is newer, it is there now.

    Part of the action that calls it.
    """
    there = _current([line.thing_id])
    line.locations.set(locations)
    is_newest = not HistoricalLocation.objects.filter(thing_id=line.thing_id, time__gt=line.time).exists()
    if is_newest and set(locations) != there[line.thing_id]:
        _place({line.thing_id: tuple(dict.fromkeys(locations))})
    generate_features(by=by, locations=locations)


@transaction.atomic
def generate_features(*, by: "Person | None", locations: Collection[int]) -> int:
    """See to it that each of these locations has the feature that observations made there are about.

    Returns how many were made or brought up to date. Part of the action that calls it.
    """
    made = {row.location_id: row for row in FeatureOfInterest.objects.filter(location_id__in=locations)}
    missing, changed = [], []
    for place in Location.objects.filter(id__in=locations).order_by("id"):
        feature = made.get(place.pk)
        if feature is None:
            missing.append(_fill(FeatureOfInterest(location_id=place.pk), place))
        elif (feature.feature, feature.encoding_type) != (place.location, place.encoding_type):
            changed.append(_fill(feature, place))
    FeatureOfInterest.objects.bulk_create(missing, ignore_conflicts=True, batch_size=BATCH)
    columns = ["name", "description", "encoding_type", "feature", "geometry", "box"]
    FeatureOfInterest.objects.bulk_update(changed, columns, batch_size=BATCH)
    return len(missing) + len(changed)


def _current(things: Collection[int]) -> dict[int, set[int]]:
    there: dict[int, set[int]] = {thing: set() for thing in things}
    # Locked, so that two who move the same thing do so one after the other.
    list(Thing.objects.select_for_update(of=("self",), no_key=True).filter(id__in=things).order_by("id").values("id"))
    rows = Thing.locations.through.objects.filter(thing_id__in=things).values_list("thing_id", "location_id")
    for thing, place in rows:
        there[thing].add(place)
    return there


def _place(moved: Mapping[int, Sequence[int]]) -> None:
    through = Thing.locations.through
    through.objects.filter(thing_id__in=moved).delete()
    rows = [through(thing_id=thing, location_id=place) for thing, places in moved.items() for place in places]
    through.objects.bulk_create(rows, batch_size=BATCH)


def _fill(feature: FeatureOfInterest, place: Location) -> FeatureOfInterest:
    feature.name, feature.description = place.name, place.description
    feature.encoding_type, feature.feature = place.encoding_type, place.location
    feature.geometry, feature.box = place.geometry, place.box
    return feature
