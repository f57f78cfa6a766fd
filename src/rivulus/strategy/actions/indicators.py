"""Values of indicators: entered one by one or imported together, and the places they are about."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.text import slugify

from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.strategy import models
from rivulus.strategy.queries import indicators as queries
from rivulus.strategy.rules import indicator_values as rules
from rivulus.strategy.rules.indicator_values import Entry
from rivulus.strategy.rules.permissions import check_can
from rivulus.strategy.terms import Actor, Origin

LONGEST_NAME = 160


@dataclass(frozen=True, slots=True)
class Import:
    """What an import did."""

    created: int
    unchanged: int


@transaction.atomic
def enter_value(
    *,
    by: Actor,
    indicator: models.Indicator,
    place: models.Place,
    year: int,
    value: Decimal | None = None,
    text: str = "",
    source_place: str,
    is_demonstration: bool = False,
) -> models.IndicatorValue:
    """Add a value; the one before stays in the history. The same value twice is kept once.

    What an account made for trying things out enters is a demonstration, whatever it says.
    """
    check_can("enter_values", by.active_roles())
    locked = _lock([indicator.code])[indicator.code]
    entry = Entry(locked.code, place.code, year, value, text, source_place.strip())
    rules.check_can_enter(entry, queries.nature_of(locked), this_year=clock.today().year)
    is_made_up = is_demonstration or by.is_demonstration
    known = _latest([locked], [place], is_made_up).get((locked.pk, place.pk, year))
    row = _row(entry, locked, place, by=by, at=clock.now(), is_demonstration=is_made_up)
    if known is not None and queries.says_the_same(known, row):
        return known
    row.save(force_insert=True)
    journal.write(
        by=by,
        verb="strategy.indicator_value.entered",
        subject="strategy.indicatorvalue",
        subject_id=str(row.pk),
        content=_content(row, locked, place),
    )
    return row


@transaction.atomic
def import_values(*, by: Actor, rows: Sequence[Entry]) -> Import:
    """Add all of the rows or none; those that say what is in force already are left out."""
    check_can("enter_values", by.active_roles())
    indicators = _lock({row.indicator for row in rows})
    places = {place.code: place for place in models.Place.objects.filter(code__in={row.place for row in rows})}
    _check_all(rows, indicators, places)
    latest = _latest(indicators.values(), places.values(), by.is_demonstration)
    at = clock.now()
    new = []
    for entry in rows:
        indicator, place = indicators[entry.indicator], places[entry.place]
        row = _row(entry, indicator, place, by=by, at=at, is_demonstration=by.is_demonstration)
        known = latest.get((indicator.pk, place.pk, entry.year))
        if known is None or not queries.says_the_same(known, row):
            new.append(row)
    _keep_all(new, by=by)
    return Import(created=len(new), unchanged=len(rows) - len(new))


def _keep_all(new: list[models.IndicatorValue], *, by: Actor) -> None:
    if not new:
        return
    made = models.IndicatorValue.objects.bulk_create(new, batch_size=1000)
    journal.write(
        by=by,
        verb="strategy.indicator_values.imported",
        subject="strategy.indicatorvalue",
        subject_id=f"{made[0].pk}-{made[-1].pk}",
        content={"created": len(made), "values": [_content(row, row.indicator, row.place) for row in made]},
    )


@transaction.atomic
def add_place(*, by: Actor, name_ro: str, name_en: str = "", name_hu: str = "") -> models.Place:
    """Add a peer: another city, to be compared with once it has values."""
    check_can("enter_values", by.active_roles())
    names = [name.strip() for name in (name_ro, name_en, name_hu)]
    _check_names(names)
    code = slugify(names[0]).replace("-", "_")[:40]
    if not code:
        raise Refused(N_("The name of the city needs letters."))
    place, is_new = models.Place.objects.get_or_create(
        code=code,
        defaults={
            "kind": "city",
            "name_ro": names[0],
            "name_en": names[1] or names[0],
            "name_hu": names[2] or names[0],
        },
    )
    if not is_new:
        raise Refused(N_("%(name)s is among the places already."), name=names[0])
    content = {"code": code, "kind": "city", "name": names[0]}
    journal.write(
        by=by,
        verb="strategy.place.added",
        subject="strategy.place",
        subject_id=str(place.pk),
        content=content,
    )
    return place


def _check_names(names: Iterable[str]) -> None:
    for name in names:
        if len(name) > LONGEST_NAME:
            raise Refused(N_("The name is longer than %(longest)s characters."), longest=LONGEST_NAME)
        for fault in rules.safety_faults("name", name):
            raise Refused(fault.sentence, **fault.values)


def _lock(codes: Iterable[str]) -> dict[str, models.Indicator]:
    """Lock the indicators, so that two people entering the same value at once wait for one another."""
    rows = models.Indicator.objects.filter(code__in=set(codes)).select_related("repeats").order_by("pk")
    return {indicator.code: indicator for indicator in rows.select_for_update(of=("self",))}


def _latest(
    indicators: Iterable[models.Indicator], places: Iterable[models.Place], is_demonstration: bool
) -> dict[tuple[int, int, int | None], models.IndicatorValue]:
    """Return the row in force for each indicator, place and year, among real rows or among demonstrations."""
    rows = (
        models.IndicatorValue.objects.filter(
            indicator__in=list(indicators), place__in=list(places), is_demonstration=is_demonstration
        )
        .order_by("indicator_id", "place_id", "year", "-origin", "-id")
        .distinct("indicator_id", "place_id", "year")
    )
    return {(row.indicator_id, row.place_id, row.year): row for row in rows}


def _check_all(
    rows: Sequence[Entry], indicators: Mapping[str, models.Indicator], places: Mapping[str, models.Place]
) -> None:
    this_year = clock.today().year
    seen = set()
    for entry in rows:
        if entry.indicator not in indicators:
            raise Refused(N_("There is no indicator with the code %(code)s."), code=entry.indicator)
        if entry.place not in places:
            raise Refused(N_("There is no place with the code %(code)s."), code=entry.place)
        if entry.key in seen:
            raise Refused(N_("The same indicator, place and year stands twice."))
        seen.add(entry.key)
        rules.check_can_enter(entry, queries.nature_of(indicators[entry.indicator]), this_year=this_year)


def _row(
    entry: Entry,
    indicator: models.Indicator,
    place: models.Place,
    *,
    by: Actor,
    at: dt.datetime,
    is_demonstration: bool,
) -> models.IndicatorValue:
    romanian, english, hungarian = rules.texts_of(entry, queries.nature_of(indicator))
    return models.IndicatorValue(
        indicator=indicator,
        place=place,
        year=entry.year,
        value=entry.value,
        text_ro=romanian,
        text_en=english,
        text_hu=hungarian,
        source_place=entry.source.strip(),
        origin=Origin.PERSON,
        is_demonstration=is_demonstration,
        entered_by_id=by.id,
        entered_at=at,
    )


def _content(row: models.IndicatorValue, indicator: models.Indicator, place: models.Place) -> dict[str, object]:
    return {
        "indicator": indicator.code,
        "place": place.code,
        "year": row.year,
        "value": None if row.value is None else f"{row.value.normalize():f}",
        "text": row.text_ro,  # type: ignore[attr-defined]
        "source": row.source_place,
        "is_demonstration": row.is_demonstration,
    }
