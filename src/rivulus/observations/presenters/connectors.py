"""Connectors in words: how they fare, what their runs brought, what was wrong."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_datetime
from django.utils.translation import gettext

from rivulus.kernel import clock
from rivulus.observations.models import Connector, ConnectorRun
from rivulus.observations.presenters.values import period_words
from rivulus.observations.rules.connectors.declarations import Declaration
from rivulus.observations.rules.connectors.mapped import Mapped, MappedReading, Problem
from rivulus.observations.rules.connectors.schedule import HEALTH_WORDS, OUTCOME_WORDS, Health, Outcome, health
from rivulus.observations.rules.times import EPOCH
from rivulus.observations.rules.units import written
from rivulus.ui.presenters import active_language
from rivulus.ui.rules import format_number, writing_of

SHOWN = 20
TONES = {
    Health.OFF: "stibnite",
    Health.WAITING: "stream",
    Health.WELL: "malachite",
    Health.TROUBLED: "gold",
    Health.FAILING: "chestnut",
}
SIGNS = {Health.OFF: "○", Health.WAITING: "…", Health.WELL: "✓", Health.TROUBLED: "!", Health.FAILING: "✕"}


@dataclass(frozen=True, slots=True)
class ShownConnector:
    """A connector and how it fares."""

    declaration: Declaration
    title: str
    health: str
    tone: str
    is_on: bool
    is_paused: bool
    pace: str
    hosts: str
    last_run: str
    last_success: str
    next_due: str
    failures: int


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run in words."""

    pk: int
    when: str
    outcome: str
    tone: str
    sentence: str
    lasted: str
    row: ConnectorRun


@dataclass(frozen=True, slots=True)
class ShownReading:
    """A value as it would be stored, beside what the source wrote."""

    series: str
    when: str
    value: str
    unit: str
    given: str


def present(declaration: Declaration, state: Connector | None, *, is_on: bool) -> ShownConnector:
    """Return a connector in words."""
    is_paused = state is not None and state.is_paused
    found = health(
        is_on=is_on and not is_paused,
        outcome=state.last_outcome if state else "",
        failures=state.failures if state else 0,
    )
    words = gettext("paused") if is_on and is_paused else gettext(HEALTH_WORDS[found])
    return ShownConnector(
        declaration=declaration,
        title=declaration.say_title(active_language()),
        health=f"{SIGNS[found]} {words}",
        tone=TONES[found],
        is_on=is_on,
        is_paused=is_paused,
        pace=_pace(declaration.every_min),
        hosts=", ".join(sorted({urlsplit(url).hostname or "" for url in declaration.requests.values()})),
        last_run=when(state.last_run_at if state else None),
        last_success=when(state.last_success_at if state else None),
        next_due=when(state.next_due_at if state else None) if is_on and not is_paused else "",
        failures=state.failures if state else 0,
    )


def present_run(row: ConnectorRun) -> ShownRun:
    """Return a run in words."""
    outcome = Outcome(row.outcome)
    tones = {Outcome.FAILED: "chestnut", Outcome.PARTIAL: "gold", Outcome.STORED: "malachite"}
    seconds = (row.finished_at - row.started_at).total_seconds()
    return ShownRun(
        pk=row.pk,
        when=when(row.started_at),
        outcome=gettext(OUTCOME_WORDS[outcome]),
        tone=tones.get(outcome, "stibnite"),
        sentence=say_with(row.sentence, row.values) if row.sentence else "",
        lasted=gettext("%(seconds)s s") % {"seconds": format_number(seconds, language=active_language())},
        row=row,
    )


def problems_of(rows: list[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return what was wrong in a run: where, and in words."""
    return [(str(one["where"]), say_with(one["sentence"], one["values"])) for one in rows]


def present_trial(mapped: Mapped) -> tuple[list[ShownReading], list[tuple[str, str]]]:
    """Return the first readings of an answer, and what was wrong with it."""
    units = {one.code: one.field.unit for thing in mapped.things for one in thing.series}
    names = {one.code: f"{one.field.property} – {thing.name}" for thing in mapped.things for one in thing.series}
    shown = [_reading(one, names[one.series], units[one.series]) for one in mapped.readings[:SHOWN]]
    return shown, [_problem(one) for one in mapped.problems[:SHOWN]]


def say_with(sentence: str, values: Mapping[str, Any]) -> str:
    """Return a kept sentence in the reader's language."""
    try:
        return gettext(sentence) % dict(values) if values else gettext(sentence)
    except (KeyError, ValueError, TypeError):
        return sentence


def when(moment: dt.datetime | None) -> str:
    """Return a moment in words, or nothing."""
    if moment is None:
        return ""
    locale = writing_of(active_language()).locale
    return str(format_datetime(moment.astimezone(clock.CITY_ZONE), "d MMM y, HH:mm", locale=locale))


def moment_words(time_us: int) -> str:
    """Return a moment of a reading in words."""
    return when(EPOCH + dt.timedelta(microseconds=time_us))


def _reading(one: MappedReading, name: str, unit: str) -> ShownReading:
    value = format_number(one.value, language=active_language()) if type(one.value) is float else str(one.value)
    return ShownReading(name, moment_words(one.time_us), value, written(unit), f"{one.given} {one.given_unit}".strip())


def _problem(one: Problem) -> tuple[str, str]:
    return one.where, say_with(one.sentence, one.values)


def _pace(minutes: int) -> str:
    return gettext("once a day") if minutes % 1440 == 0 else period_words(minutes * 60)
