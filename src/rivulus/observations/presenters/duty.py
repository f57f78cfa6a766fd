"""What is wrong now, for those on duty."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from rivulus.kernel import clock
from rivulus.kernel.words import N_
from rivulus.observations.models import Alarm, Task, Thing
from rivulus.observations.presenters.things import domain_words, place_of
from rivulus.observations.presenters.values import name_of, when_words
from rivulus.observations.queries.silence import Silence, list_things_by_id
from rivulus.observations.queries.things import position_of
from rivulus.observations.rules.weeks import microseconds
from rivulus.ui import charts
from rivulus.ui.presenters import active_language

TASK_STATES = {
    "accepted": N_("waits to be sent"),
    "sent": N_("sent, not confirmed yet"),
    "done": N_("done"),
    "failed": N_("failed"),
    "withdrawn": N_("withdrawn"),
}
MOST_SILENT = 40
SEVERITY_RANK = {"info": 1, "warning": 1, "critical": 2}


@dataclass(frozen=True, slots=True)
class SilentRow:
    """A thing that says nothing."""

    thing: Thing
    name: str
    place: str
    domain: str
    last: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """What an actuator was told."""

    what: str
    thing: str
    state: str
    when: str
    note: str
    is_open: bool


def present_silence(silence: Silence) -> list[SilentRow]:
    """Return the things that fell silent most lately, with since when."""
    last = {one.thing_id: one.last for one in silence.things[:MOST_SILENT]}
    return [
        SilentRow(thing, name_of(thing), place_of(thing), domain_words(thing.domain), _last(last[thing.pk]))
        for thing in list_things_by_id(list(last))
    ]


def _last(time_us: int | None) -> str:
    if time_us is None:
        return gettext("never sent anything")
    return gettext("since %(when)s") % {"when": when_words(dt.datetime.fromtimestamp(time_us / 1e6, dt.UTC))}


def sketch_trouble(alarms: Sequence[Alarm], silent: Sequence[SilentRow]) -> charts.Sketch | None:
    """Return where the trouble is: things with alarms, and silent ones."""
    found = list_things_by_id([alarm.thing_id for alarm in alarms if alarm.thing_id is not None])
    things = {thing.pk: thing for thing in found}
    spots: dict[int, charts.Spot] = {}
    for row in silent:
        _add(spots, row.thing, 1, gettext("silent"))
    for alarm in alarms:
        thing = things.get(alarm.thing_id or 0)
        if thing is not None:
            _add(spots, thing, SEVERITY_RANK.get(alarm.severity, 1), title_of(alarm))
    if not spots:
        return None
    return charts.Sketch(
        key="trouble",
        title=gettext("Where it is"),
        description=gettext("Places with an alarm or a silent thing; the lists on this page say the same in words."),
        rank_words=(gettext("as usual"), gettext("wants a look"), gettext("critical")),
        spots=tuple(spots.values()),
    )


def _add(spots: dict[int, charts.Spot], thing: Thing, rank: int, note: str) -> None:
    position = position_of(thing)
    known = spots.get(thing.pk)
    if position is None or (known is not None and known.rank > rank):
        return
    spots[thing.pk] = charts.Spot(
        label=name_of(thing),
        longitude=position[0],
        latitude=position[1],
        rank=rank,
        note=note,
        href=reverse("observations:thing", args=[thing.pk]),
    )


def title_of(alarm: Alarm) -> str:
    """Return the title of an alarm in the reader's language."""
    return str(alarm.title.get(active_language()) or next(iter(alarm.title.values()), ""))


def present_task(task: Task) -> TaskRow:
    """Return a task in words."""
    parameters = ", ".join(f"{name}: {value}" for name, value in task.tasking_parameters.items())
    return TaskRow(
        what=f"{task.tasking_capability.name} ({parameters})" if parameters else task.tasking_capability.name,
        thing=name_of(task.tasking_capability.thing),
        state=gettext(TASK_STATES.get(task.state, task.state)),
        when=when_words(task.creation_time),
        note=task.note,
        is_open=task.state in ("accepted", "sent"),
    )


def now_us() -> int:
    """Return the present moment in microseconds since 1970."""
    return microseconds(clock.now())
