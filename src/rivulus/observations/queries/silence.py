"""Which series say nothing: counted over all of them at once."""

from collections import defaultdict
from dataclasses import dataclass

from rivulus.observations.models import Datastream, Thing
from rivulus.observations.queries.readings import latest
from rivulus.observations.queries.visible import visible_series
from rivulus.observations.rules.freshness import Freshness, freshness
from rivulus.observations.terms import ResultKind


@dataclass(frozen=True, slots=True)
class SilentThing:
    """A thing none of whose series speaks; ``last`` is its newest reading in microseconds, or None if it never spoke."""

    thing_id: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Silence:
    """Silent things, the longest silent last, and how many things and series there are."""

    things: tuple[SilentThing, ...]
    thing_count: int
    series_count: int
    silent_series: int


def find_silence(now_us: int, *, domain: str = "") -> Silence:
    """Return what is silent at a moment (microseconds): two queries, whatever the number of series."""
    found = visible_series(Datastream.objects.filter(kind=ResultKind.NUMBER), with_private=True)
    if domain:
        found = found.filter(thing__domain=domain)
    rows = list(found.values_list("pk", "thing_id", "period_s"))
    newest = latest([pk for pk, _thing, _period in rows] if domain else None)
    last = dict(zip(newest.datastream.tolist(), newest.time.tolist(), strict=True))
    states: dict[int, list[tuple[Freshness, int | None]]] = defaultdict(list)
    for pk, thing_id, period_s in rows:
        states[thing_id].append((freshness(last.get(pk), period_s, now_us), last.get(pk)))
    silent = [
        SilentThing(thing_id, max((time for _, time in of if time is not None), default=None))
        for thing_id, of in states.items()
        if all(state is not Freshness.LIVE for state, _ in of)
    ]
    silent.sort(key=lambda one: (one.last is None, -(one.last or 0), one.thing_id))
    silent_series = sum(state is not Freshness.LIVE for of in states.values() for state, _ in of)
    return Silence(tuple(silent), len(states), len(rows), silent_series)


def list_things_by_id(thing_ids: list[int]) -> list[Thing]:
    """Return things in the order of their numbers given, with locations; two queries."""
    found = Thing.objects.prefetch_related("locations").in_bulk(thing_ids)
    return [found[pk] for pk in thing_ids if pk in found]
