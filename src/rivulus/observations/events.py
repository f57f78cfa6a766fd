"""What contexts tell observations: things that happen, actions that rules may ask of them, and forecasts.

    register_event(EventKind("services.case_opened", N_("A case was opened")))
    register_action(ActionKind("services.open_case", N_("Open a case"), check, act))

An event is told with ``actions.events.tell``. An action of another context runs inside the transaction of the run, so
that it happens exactly once; what leaves the platform belongs in ``transaction.on_commit`` or an outbox.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EventKind:
    """Something that may happen, for rules to wait for; ``title`` is a msgid."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class ActionKind:
    """Something that a rule may ask of a context.

    ``check(parameters)`` raises Refused when they make no sense; ``act(key, parameters, is_simulated)`` does it once
    for a ``key`` and returns a short note for the run. It may not act on the street:
    only ``task`` does, because two people stand behind it.
    """

    name: str
    title: str
    check: Callable[[Mapping[str, Any]], None]
    act: Callable[[str, Mapping[str, Any], bool], str]


@dataclass(frozen=True, slots=True)
class ForecastIssue:
    """A forecast of one series as it was issued; times in microseconds since 1970."""

    datastream: int
    issued_us: int
    points: tuple[tuple[int, float], ...]


type ForecastSource = Callable[[Sequence[int], dt.datetime, dt.datetime], Sequence[ForecastIssue]]

_events: dict[str, EventKind] = {}
_actions: dict[str, ActionKind] = {}
_forecasts: list[ForecastSource] = []


def register_event(kind: EventKind) -> None:
    """Add an event; two different ones of the same name are a mistake in the code."""
    if _events.setdefault(kind.name, kind) != kind:
        raise ValueError(f"Two events are called {kind.name}.")


def register_action(kind: ActionKind) -> None:
    """Add an action; two different ones of the same name are a mistake in the code."""
    if _actions.setdefault(kind.name, kind) != kind:
        raise ValueError(f"Two actions are called {kind.name}.")


def provide_forecasts(source: ForecastSource) -> None:
    """Name who knows forecasts: ``source(series, after, until)`` gives those issued in that time, oldest first."""
    _forecasts[:] = [source]


def find_event(name: str) -> EventKind | None:
    """Return the event of that name."""
    return _events.get(name)


def find_action(name: str) -> ActionKind | None:
    """Return the action of that name."""
    return _actions.get(name)


def list_events() -> tuple[EventKind, ...]:
    """Return all events by name."""
    return tuple(_events[name] for name in sorted(_events))


def list_actions() -> tuple[ActionKind, ...]:
    """Return all actions by name."""
    return tuple(_actions[name] for name in sorted(_actions))


def read_forecasts(series: Sequence[int], after: dt.datetime, until: dt.datetime) -> Sequence[ForecastIssue]:
    """Return the forecasts issued after one time and until another; none where nobody makes any."""
    return _forecasts[0](series, after, until) if _forecasts else ()
