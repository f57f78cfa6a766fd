"""Things as rows and spots: where they are, and what they say now."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from rivulus.kernel import clock
from rivulus.observations.models import Datastream, Thing
from rivulus.observations.presenters.values import Value, name_of, present_value
from rivulus.observations.queries.domains import list_domains
from rivulus.observations.queries.latest import Latest, latest_of
from rivulus.observations.queries.things import list_series, position_of
from rivulus.observations.rules.freshness import Freshness, freshness
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.terms import DOMAIN_NAMES, QUALITY, Domain
from rivulus.ui import charts

MOST_SPOTS = 700
ROW_VALUES = 3
SILENT = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A thing in a list, with the newest values of its first series.

    ``rank`` is 0 where all series speak, 1 where some are silent or doubtful, 2 where all are silent.
    """

    thing: Thing
    name: str
    place: str
    domain: str
    url: str
    values: tuple[Value, ...]
    rank: int


def present_rows(things: Sequence[Thing], *, with_private: bool, most: int | None = ROW_VALUES) -> list[Row]:
    """Return things with the newest values of at most ``most`` series each: six queries, whatever their number."""
    series_of = defaultdict(list)
    series = list(list_series([thing.pk for thing in things], with_private=with_private))
    for one in sorted(series, key=_weight(things)):
        series_of[one.thing_id].append(one)
    found = latest_of(series)
    now_us = microseconds(clock.now())
    return [
        Row(
            thing=thing,
            name=name_of(thing),
            place=place_of(thing),
            domain=domain_words(thing.domain),
            url=reverse("observations:thing", args=[thing.pk]),
            values=tuple(present_value(one, found.get(one.pk)) for one in series_of[thing.pk][:most]),
            rank=_rank(series_of[thing.pk], found, now_us),
        )
        for thing in things
    ]


def _rank(series: Sequence[Datastream], found: Mapping[int, Latest], now_us: int) -> int:
    newest = [found.get(one.pk) for one in series]
    silent = [
        freshness(of.time if of else None, one.period_s, now_us) is not Freshness.LIVE
        for one, of in zip(series, newest, strict=True)
    ]
    if silent and all(silent):
        return SILENT
    return 1 if any(silent) or any(of is not None and of.quality & QUALITY for of in newest) else 0


def _weight(things: Sequence[Thing]) -> Callable[[Datastream], tuple[int, int]]:
    """Return how to put series in order: what a domain mainly measures comes first, then as the pack lists it."""
    orders: dict[int, dict[str, int]] = {}
    specs = {spec.code: spec for spec in list_domains()}
    for thing in things:
        spec = specs.get(thing.domain)
        codes = (spec.main, *(code for code in spec.properties if code != spec.main)) if spec else ()
        orders[thing.pk] = {code: place for place, code in enumerate(codes)}

    def weigh(series: Datastream) -> tuple[int, int]:
        code = (series.observed_property.code or "") if series.observed_property else ""
        return orders[series.thing_id].get(code, len(specs) * 100), series.pk

    return weigh


def place_of(thing: Thing) -> str:
    """Return the names of where a thing is."""
    return ", ".join(name_of(location) for location in thing.locations.all())


def domain_words(domain: str) -> str:
    """Return the name of a domain in the reader's language."""
    return gettext(DOMAIN_NAMES[Domain(domain)]) if domain in set(Domain) else ""


def sketch_of(rows: Sequence[Row], *, key: str, title: str) -> charts.Sketch | None:
    """Return the things that have a place on a sketch, or None when none has."""
    spots = []
    for row in rows[:MOST_SPOTS]:
        position = position_of(row.thing)
        if position is not None:
            first = row.values[0] if row.values else None
            note = f"{first.name}: {first.text} {first.unit}".strip() if first else ""
            spots.append(
                charts.Spot(
                    label=row.name, longitude=position[0], latitude=position[1], rank=row.rank, note=note, href=row.url
                )
            )
    if not spots:
        return None
    return charts.Sketch(
        key=key,
        title=title,
        description=gettext("Where the things of this list stand; shape and colour say whether they speak."),
        rank_words=(gettext("sends values"), gettext("partly silent or doubtful"), gettext("silent")),
        spots=tuple(spots),
    )


def count_silent(rows: Sequence[Row]) -> int:
    """Return how many of the things say nothing at all."""
    return sum(row.rank == SILENT for row in rows)
