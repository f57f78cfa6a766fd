"""The engine: a loop that looks at each rule when something it looks at has changed, or when its time has come.

Notifications of the database only say where to look first; every rule is looked at now and then without one. Several
engines may run at once, and one may be killed at any moment: see ``watching``.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from rivulus.kernel import clock
from rivulus.observations.actions import alarms, escalation
from rivulus.observations.actions.automations import notices, running, watching
from rivulus.observations.models import AutomationVersion
from rivulus.observations.queries import automation_series, automations
from rivulus.observations.rules.automations.conditions import SeriesRef
from rivulus.observations.rules.automations.syntax import EventTrigger, Rule, TimeTrigger

if TYPE_CHECKING:
    from rivulus.identity.models import Person

log = logging.getLogger("rivulus.observations.automations")

TICK_S = 1.0
RELOAD_S = 10.0  # which rules are switched on
RESOLVE_S = 60.0  # which series they mean
SWEEP_S = 30.0  # every rule, whether or not anybody said that something changed
TIDY_S = 60.0
CHANNELS = ("observations", "observations_automations", "observations_events")


@dataclass(slots=True)
class Watching:
    """What the engine knows of one version that is switched on."""

    version: AutomationVersion
    rule: Rule
    known: dict[str, tuple[SeriesRef, ...]] = field(default_factory=dict)
    series: frozenset[int] = frozenset()
    resolved_at: float = 0.0
    swept_at: float = 0.0
    next_look: dt.datetime | None = None
    waits_for_events: bool = False


@dataclass(slots=True)
class News:
    """What the database said since the last tick."""

    series: set[int] = field(default_factory=set)
    everything: bool = False
    rules_changed: bool = False
    events: bool = False

    def take(self, channel: str, payload: str) -> None:
        """Take in one notification."""
        if channel == "observations_automations":
            self.rules_changed = True
        elif channel == "observations_events":
            self.events = True
        elif payload == "*":
            self.everything = True
        else:
            self.series.update(int(part) for part in payload.split(",") if part.strip().isdigit())


class Engine:
    """Looks at all rules that are switched on, until told to stop."""

    def __init__(self) -> None:
        self._watched: dict[int, Watching] = {}
        self._reloaded_at = self._tidied_at = float("-inf")

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Work until told to stop; a database that goes away is waited for."""
        while not should_stop():
            try:
                for news in _listen(should_stop):
                    self.tick(by=None, news=news)
            except (DatabaseError, InterfaceError, psycopg.Error) as error:
                log.warning("The engine of the rules lost the database.", extra={"error": type(error).__name__})
                close_old_connections()
                time.sleep(TICK_S)

    def tick(self, *, by: "Person | None", news: News) -> int:
        """Look at every rule that may have something new; return how many runs began."""
        assert by is None
        now, at = clock.now(), time.monotonic()
        if news.rules_changed or at - self._reloaded_at > RELOAD_S:
            self._reload(at)
        begun = 0
        for watched in list(self._watched.values()):
            if self._is_due(watched, news, now, at):
                begun += self._look(watched, at)
        running.resume_due(by=None)
        escalation.escalate_due(by=None)
        if at - self._tidied_at > TIDY_S:
            self._tidied_at = at
            notices.take_down_old(by=None)
            alarms.close_old(by=None)
        return begun

    def _reload(self, at: float) -> None:
        self._reloaded_at = at
        active = {version.pk: version for version in automations.list_active()}
        self._watched = {number: known for number, known in self._watched.items() if number in active}
        for number, version in active.items():
            rule = automations.rule_of(version)
            if rule is not None and number not in self._watched:
                waits = any(isinstance(trigger, EventTrigger) for trigger in rule.triggers)
                self._watched[number] = Watching(
                    version, rule, waits_for_events=waits, resolved_at=-RESOLVE_S, swept_at=at - SWEEP_S
                )

    def _is_due(self, watched: Watching, news: News, now: dt.datetime, at: float) -> bool:
        if at - watched.resolved_at >= RESOLVE_S:
            watched.known, watched.resolved_at = _series_of(watched), at
            watched.series = frozenset(ref.id for refs in watched.known.values() for ref in refs)
        return (
            news.everything
            or not watched.series.isdisjoint(news.series)
            or (news.events and watched.waits_for_events)
            or (watched.next_look is not None and watched.next_look <= now)
            or at - watched.swept_at >= SWEEP_S
        )

    def _look(self, watched: Watching, at: float) -> int:
        """Look at one rule; what goes wrong with it stays with it."""
        try:
            seen = watching.watch(by=None, version_id=watched.version.pk, known=watched.known)
        except (InterfaceError, psycopg.OperationalError):
            raise
        except Exception:
            if not connection.is_usable():
                raise
            log.exception("A rule could not be looked at.", extra={"automation": watched.version.automation.code})
            watched.next_look = clock.now() + dt.timedelta(seconds=SWEEP_S)
            watched.swept_at = at
            return 0
        watched.next_look = seen.next_look
        # Another engine that is at it may have begun before the news came: look again at the next tick.
        watched.swept_at = at - SWEEP_S if seen.is_busy else at
        return len(seen.runs)


def _series_of(watched: Watching) -> dict[str, tuple[SeriesRef, ...]]:
    return {
        trigger.id: automation_series.series_of(watched.version, trigger)
        for trigger in watched.rule.triggers
        if not isinstance(trigger, TimeTrigger | EventTrigger)
    }


def _listen(should_stop: Callable[[], bool]) -> Iterator[News]:
    """Yield what the database said, once for each tick, over a connection of its own."""
    parameters: dict[str, Any] = dict(connection.get_connection_params())
    for name in ("pool", "context", "cursor_factory", "prepare_threshold"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as listener:
        for channel in CHANNELS:
            listener.execute(f"LISTEN {channel}")
        first = News(everything=True)
        yield first  # what was said before anybody listened
        while not should_stop():
            news, began = News(), time.monotonic()
            for notice in listener.notifies(timeout=TICK_S, stop_after=1):
                news.take(notice.channel, notice.payload)
            # Gather what comes together, so that a busy minute costs one look a second at each rule.
            rest = max(0.0, TICK_S - (time.monotonic() - began)) if news.series or news.everything else 0.0
            for notice in listener.notifies(timeout=rest / 2):
                news.take(notice.channel, notice.payload)
            yield news
