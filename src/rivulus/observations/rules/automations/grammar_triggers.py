"""How triggers and their parts are written."""

import re
from collections.abc import Callable

from rivulus.kernel.words import N_
from rivulus.observations import events
from rivulus.observations.rules.automations.documents import Wrong
from rivulus.observations.rules.automations.reading import Part, as_number, as_text
from rivulus.observations.rules.automations.schedules import read_cron, read_time
from rivulus.observations.rules.automations.syntax import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    Bounds,
    EventTrigger,
    ForecastTrigger,
    NoDataTrigger,
    RateTrigger,
    Reduction,
    Selector,
    TimeTrigger,
    Trigger,
    ValueTrigger,
    Window,
)
from rivulus.observations.terms import Domain

DOMAINS = [str(domain) for domain in Domain]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,39}")
WORKDAYS = frozenset(range(5))

WANT_ONE_KIND = N_("Exactly one of these keys is expected: %(words)s.")
WANT_SELECTOR = N_("Say which series: code, property, domain, thing or same_thing.")
WANT_IDENTIFIER = N_("A name has small letters, digits and _, begins with a letter, and is at most 40 signs long.")
LOW_HIGH = N_("Two numbers are expected, the lower one first.")
CLEAR_BELOW = N_("With above, the value that clears lies at or under it.")
CLEAR_ABOVE = N_("With below, the value that clears lies at or over it.")
CLEAR_BOTH = N_("With between, clear is a distance from both ends and not negative.")
NO_CLEAR = N_("With equals, there is nothing between wrong and right: leave clear out.")
WANT_SCALAR = N_("A number, a word, true or false is expected.")
WANT_AT_OR_CRON = N_('Write either at: "07:30" or cron: "30 7 * * *".')
NO_EVENT = N_("No event of this name is known. Known events: %(known)s.")
NO_SAME_THING = N_("A trigger cannot say same_thing: no thing has fired yet.")
NOT_TEXT_WITH_WINDOW = N_("A window needs numbers: it does not go with a word.")
WANT_WEEKDAYS = N_("Weekdays are mon, tue, wed, thu, fri, sat, sun, or workdays, or weekend.")


def read_selector(part: Part, key: str = "series", *, in_trigger: bool = True) -> Selector:
    """Return which series are meant; a text alone is a code."""
    node = part.node(key)
    if isinstance(node.value, str):
        return Selector(codes=(as_text(node, key, 200),))
    inner = part.part(key)
    selector = Selector(
        codes=inner.get("code", Part.texts, ()),
        property=inner.get("property", _name, ""),
        domain=inner.get("domain", lambda at, name: at.choice(name, DOMAINS), ""),
        thing=inner.get("thing", _name, ""),
        same_thing=inner.get("same_thing", Part.truth, False),
    )
    inner.finish()
    if selector == Selector():
        raise Wrong(inner.line, key, WANT_SELECTOR)
    if in_trigger and selector.same_thing:
        raise Wrong(inner.line, key, NO_SAME_THING)
    return selector


def _name(part: Part, key: str) -> str:
    return part.text(key, 200)


def read_bounds(part: Part, *, of_thing: bool = False) -> Bounds:
    """Return when a value is wrong and when right again; ``of_thing``: the bound may be a number of each thing."""
    kind = one_of(part, ("above", "below", "between", "equals", *(("above_of", "below_of") if of_thing else ())))
    if kind.endswith("_of"):
        margin = part.get("margin", Part.number, 0.0)
        if margin < 0:
            raise Wrong(part.first_line("margin"), "margin", CLEAR_BOTH)
        name = part.text(kind, 50)
        return Bounds(
            above_of=name if kind == "above_of" else "", below_of=name if kind == "below_of" else "", margin=margin
        )
    clear = part.get("clear", Part.number, None)
    if kind == "above":
        above = part.number("above")
        _check(part, clear is None or clear <= above, CLEAR_BELOW)
        return Bounds(above=above, clear=clear)
    if kind == "below":
        below = part.number("below")
        _check(part, clear is None or clear >= below, CLEAR_ABOVE)
        return Bounds(below=below, clear=clear)
    if kind == "between":
        low, high = read_pair(part, "between")
        _check(part, clear is None or clear >= 0, CLEAR_BOTH)
        return Bounds(between=(low, high), clear=clear)
    _check(part, clear is None, NO_CLEAR)
    return Bounds(equals=_scalar(part, "equals"))


def _check(part: Part, holds: bool, sentence: str) -> None:
    if not holds:
        raise Wrong(part.first_line("clear"), "clear", sentence)


def _scalar(part: Part, key: str) -> float | bool | str:
    node = part.node(key)
    if isinstance(node.value, bool):
        return node.value
    if isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node.value, str):
        return as_text(node, key, 100)
    raise Wrong(node.line, key, WANT_SCALAR)


def read_pair(part: Part, key: str) -> tuple[float, float]:
    """Return two numbers, the lower first."""
    nodes = part.items(key, 2, 2)
    low, high = (as_number(node, key) for node in nodes)
    if low >= high:
        raise Wrong(nodes[0].line, key, LOW_HIGH)
    return low, high


def one_of(part: Part, words: tuple[str, ...]) -> str:
    """Return which of the keys is written; exactly one must be."""
    found = [word for word in words if part.has(word)]
    if len(found) != 1:
        raise Wrong(part.line, part.key, WANT_ONE_KIND, words=", ".join(words))
    return found[0]


def _window(part: Part) -> Window | None:
    words = [f"{reduction}_of" for reduction in Reduction]
    found = [word for word in words if part.has(word)]
    if not found:
        return None
    if len(found) > 1:
        raise Wrong(part.line, part.key, WANT_ONE_KIND, words=", ".join(words))
    span = part.duration(found[0], MINUTE_US, 31 * DAY_US)
    return Window(reduction=Reduction(found[0].removesuffix("_of")), span_us=span)


def _read_value(identifier: str, part: Part) -> Trigger:
    window, bounds = _window(part), read_bounds(part, of_thing=True)
    if window and isinstance(bounds.equals, bool | str):
        raise Wrong(part.first_line("equals"), "equals", NOT_TEXT_WITH_WINDOW)
    return ValueTrigger(
        id=identifier,
        series=read_selector(part),
        bounds=bounds,
        window=window,
        for_us=part.get("for", Part.duration, 0),
        clear_for_us=part.get("clear_for", Part.duration, 0),
        silent_us=part.get("no_data", lambda at, key: at.duration(key, MINUTE_US), 2 * HOUR_US),
    )


def _read_rate(identifier: str, part: Part) -> Trigger:
    kind = one_of(part, ("rises", "falls"))
    amount = part.number(kind)
    return RateTrigger(
        id=identifier,
        series=read_selector(part),
        rises=amount if kind == "rises" else None,
        falls=amount if kind == "falls" else None,
        within_us=part.duration("within", MINUTE_US, 31 * DAY_US),
        silent_us=part.get("no_data", lambda at, key: at.duration(key, MINUTE_US), 2 * HOUR_US),
    )


def _read_no_data(identifier: str, part: Part) -> Trigger:
    return NoDataTrigger(id=identifier, series=read_selector(part), for_us=part.duration("for", MINUTE_US))


def _read_time(identifier: str, part: Part) -> Trigger:
    if part.has("at") == part.has("cron"):
        raise Wrong(part.line, part.key, WANT_AT_OR_CRON)
    if part.has("cron"):
        return read_cron(identifier, part.text("cron", 100), part.first_line("cron"))
    at = read_time(part.node("at"), "at")
    return TimeTrigger(
        id=identifier,
        minutes=frozenset({at.minute}),
        hours=frozenset({at.hour}),
        days=frozenset(range(1, 32)),
        months=frozenset(range(1, 13)),
        weekdays=part.get("weekdays", read_weekdays, frozenset(range(7))),
        text=f"{at:%H:%M}",
    )


def read_weekdays(part: Part, key: str) -> frozenset[int]:
    """Return days of the week, Monday 0."""
    found: set[int] = set()
    for word in part.texts(key):
        if word in WEEKDAYS:
            found.add(WEEKDAYS.index(word))
        elif word in {"workdays", "weekend"}:
            found |= WORKDAYS if word == "workdays" else {5, 6}
        else:
            raise Wrong(part.first_line(key), key, WANT_WEEKDAYS)
    return frozenset(found)


def _read_event(identifier: str, part: Part) -> Trigger:
    name = part.text("name", 80)
    if events.find_event(name) is None:
        known = ", ".join(kind.name for kind in events.list_events())
        raise Wrong(part.first_line("name"), "name", NO_EVENT, known=known or "–")
    where: list[tuple[str, float | bool | str]] = []
    if part.has("where"):
        inner = part.part("where")
        where = [(key, _scalar(inner, key)) for key in inner.names()]
    return EventTrigger(id=identifier, name=name, where=tuple(where))


def _read_forecast(identifier: str, part: Part) -> Trigger:
    return ForecastTrigger(
        id=identifier,
        series=read_selector(part),
        bounds=read_bounds(part),
        within_us=part.duration("within", MINUTE_US, 10 * DAY_US),
    )


KINDS: dict[str, Callable[[str, Part], Trigger]] = {
    "value": _read_value,
    "rate": _read_rate,
    "no_data": _read_no_data,
    "time": _read_time,
    "event": _read_event,
    "forecast": _read_forecast,
}


def read_trigger(part: Part, number: int) -> Trigger:
    """Return one trigger: a mapping with its kind as key, and perhaps a name for it."""
    kind = one_of(part, tuple(KINDS))
    identifier = part.get("id", _identifier, f"{kind}_{number}")
    inner = part.part(kind)
    trigger = KINDS[kind](identifier, inner)
    inner.finish()
    part.finish()
    return trigger


def _identifier(part: Part, key: str) -> str:
    text = part.text(key, 40)
    if not IDENTIFIER.fullmatch(text):
        raise Wrong(part.first_line(key), key, WANT_IDENTIFIER)
    return text
