"""The simulated city: building it, filling its history, letting it go on, and removing it. Always marked as simulated."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions import tasking
from rivulus.observations.actions.deleting import delete_observations
from rivulus.observations.actions.entities import Upserted, upsert_things
from rivulus.observations.actions.store.partitions import ensure_partitions
from rivulus.observations.actions.storing import store
from rivulus.observations.models import (
    Actuator,
    Datastream,
    FeatureOfInterest,
    Location,
    Sensor,
    Simulation,
    Task,
    Thing,
)
from rivulus.observations.queries import simulation as queries
from rivulus.observations.queries.domains import list_properties
from rivulus.observations.rules import permissions
from rivulus.observations.rules.readings import Batch, Stored
from rivulus.observations.rules.simulation.city import PREFIX, build
from rivulus.observations.rules.simulation.specs import describe
from rivulus.observations.rules.simulation.telling import Told, tell
from rivulus.observations.rules.tasking import ACCEPTED, DONE, SENT
from rivulus.observations.rules.weeks import microseconds, moment

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SOURCE = "simulation"
SEED = 1329  # the year in which the town is first named
HISTORY_DAYS = 35
STRETCH = dt.timedelta(days=5)  # stored at once
LONGEST_TICK = dt.timedelta(days=1)
TICK_US = 300_000_000
BATCH = 150  # things described at once


@transaction.atomic
def build_city(*, by: "Person | None", seed: int = SEED, share: float = 1.0) -> Upserted:
    """Describe the invented devices, all marked as simulated; again changes nothing. About six hundred for ``share`` 1.

    Raises Refused before the pack's properties are loaded.
    """
    declared = {each.spec.code: each for each in list_properties()}
    if not declared:
        raise Refused(N_("The simulated city needs the observed properties of the pack: load it first."))
    specs = [describe(thing, declared) for thing in build(seed, share)]
    done = Upserted()
    for first in range(0, len(specs), BATCH):
        part = upsert_things(by=by, specs=specs[first : first + BATCH])
        done = Upserted(
            {**done.things, **part.things}, {**done.series, **part.series}, {**done.capabilities, **part.capabilities},
            done.added + part.added, done.changed + part.changed,
        )  # fmt: skip
    Simulation.objects.update_or_create(pk=1, defaults={"seed": seed})
    return done


def fill_history(*, by: "Person | None", days: int = HISTORY_DAYS) -> Stored:
    """Store what the invented devices said in the days until now; again stores nothing twice.

    Five days at a time, each in a transaction of its own: one that was interrupted may simply be asked for again.
    """
    found = _get()
    end = _floor(clock.now())
    start = end - dt.timedelta(days=days)
    ensure_partitions(microseconds(start), microseconds(end))
    done = Stored()
    while start < end:
        until = min(start + STRETCH, end)
        done = _added(done, _store(by, found, start, until, {}))
        start = until
    Simulation.objects.filter(pk=1).update(filled_until=end)
    return done


@transaction.atomic
def tick(*, by: "Person | None") -> Stored:
    """Store what has been said since the last time, and carry out what lamps were told; one at a time, nothing twice.

    After a long sleep of the machine a day at a time is caught up. Nothing happens where nothing is simulated.
    """
    found = Simulation.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if found is None:
        return Stored()
    end = _floor(clock.now())
    start = found.filled_until or end - LONGEST_TICK
    end = min(end, start + LONGEST_TICK)
    _carry_out(by)
    if end <= start:
        return Stored()
    done = _store(by, found, start, end, queries.list_told())
    Simulation.objects.filter(pk=1).update(filled_until=end)
    return done


@transaction.atomic
def remove(*, by: "Person | None") -> int:
    """Remove everything that is simulated, with all that was observed; return how many things that were."""
    if by is not None:
        permissions.check_can("edit_thing", identity.roles_of(by))
    things = Thing.objects.filter(is_simulated=True, code__startswith=f"{PREFIX}:")
    series = list(Datastream.objects.filter(thing__in=things).values_list("pk", flat=True))
    delete_observations(by=by, series=series)
    count = things.count()
    Task.objects.filter(tasking_capability__thing__in=things).delete()
    places = list(Location.objects.filter(things__in=things).values_list("pk", flat=True))
    things.delete()
    left = list(Location.objects.filter(pk__in=places, things__isnull=True).values_list("pk", flat=True))
    FeatureOfInterest.objects.filter(location__in=left).delete()
    Location.objects.filter(pk__in=left).delete()
    Sensor.objects.filter(code__startswith=f"{PREFIX}:", datastreams__isnull=True).delete()
    Actuator.objects.filter(code__startswith=f"{PREFIX}:", tasking_capabilities__isnull=True).delete()
    Simulation.objects.all().delete()
    if count:
        journal.write(
            by=by, verb="observations.simulation.removed", subject="observations.simulation", subject_id="1",
            content={"things": count, "series": len(series)},
        )  # fmt: skip
    return count


def _get() -> Simulation:
    found = queries.find_simulation()
    if found is None:
        raise NotFound
    return found


def _floor(at: dt.datetime) -> dt.datetime:
    return moment(microseconds(at) // TICK_US * TICK_US)


def _store(by: "Person | None", found: Simulation, start: dt.datetime, end: dt.datetime, told: Told) -> Stored:
    numbers = queries.numbers_of_series()
    things = [thing for thing in build(found.seed) if thing.series[0].code in numbers]
    said = tell(things, numbers, microseconds(start), microseconds(end), found.seed, told)
    return store(by=by, batch=Batch(said.readings, said.records), source=SOURCE)


def _carry_out(by: "Person | None") -> None:
    """Do what simulated actuators were told: nobody else carries it to them."""
    waiting = Task.objects.filter(state__in=(ACCEPTED, SENT), tasking_capability__thing__is_simulated=True)
    for number in waiting.order_by("id").values_list("pk", flat=True):
        tasking.report_task(by=by, task_id=number, state=DONE, note="simulated")


def _added(one: Stored, two: Stored) -> Stored:
    return Stored(one.added + two.added, one.replayed + two.replayed, one.corrected + two.corrected)
