"""Times of the city: cron lines and hours, and the next moment at which one comes round, clock changes included.

A time that the clock skips in spring comes as much later as the clock jumped (03:30 becomes 04:30); one that comes twice
in autumn counts once, the first time, unless every hour is meant (hour field ``*``).
"""

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

from rivulus.kernel.words import N_
from rivulus.observations.rules.automations.documents import Node, Wrong
from rivulus.observations.rules.automations.syntax import TimeTrigger

CITY = ZoneInfo("Europe/Bucharest")
FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
LONGEST_SEARCH_DAYS = 366 * 8 + 2  # the 29th of February may be eight years away

WANT_CRON = N_("Five fields are expected: minute, hour, day, month, weekday.")
WRONG_FIELD = N_("The field %(field)s takes numbers from %(least)s to %(most)s, *, lists, ranges and steps.")
NEVER = N_("This time never comes.")
WANT_TIME = N_('A time is expected, such as "07:30".')


def read_time(node: Node, key: str) -> dt.time:
    """Return a time of the day."""
    text = node.value if isinstance(node.value, str) else ""
    hour, _, minute = text.partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and len(hour) <= 2 and len(minute) == 2):
        raise Wrong(node.line, key, WANT_TIME)
    if int(hour) > 23 or int(minute) > 59:
        raise Wrong(node.line, key, WANT_TIME)
    return dt.time(int(hour), int(minute))


def read_cron(identifier: str, text: str, line: int) -> TimeTrigger:
    """Return the trigger of a cron line; Sunday is 0 or 7."""
    fields = text.split()
    if len(fields) != len(FIELDS):
        raise Wrong(line, "cron", WANT_CRON)
    minutes, hours, days, months, weekdays = (
        _read_field(field, *known, line) for field, known in zip(fields, FIELDS, strict=True)
    )
    trigger = TimeTrigger(
        id=identifier,
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=frozenset((day - 1) % 7 for day in weekdays),
        text=text,
        any_day_field=not fields[2].startswith("*") and not fields[4].startswith("*"),
    )
    if next_moment(trigger, 0) is None:
        raise Wrong(line, "cron", NEVER)
    return trigger


def _read_field(text: str, name: str, least: int, most: int, line: int) -> frozenset[int]:
    found: set[int] = set()
    for piece in text.split(","):
        span, _, step = piece.partition("/")
        low, _, high = span.partition("-")
        try:
            width = int(step) if "/" in piece else 1
            first = least if span == "*" else int(low)
            last = most if span == "*" else int(high) if "-" in span else most if "/" in piece else first
        except ValueError:
            raise Wrong(line, "cron", WRONG_FIELD, field=name, least=least, most=most) from None
        if width < 1 or not least <= first <= last <= most or len(piece) > 20:
            raise Wrong(line, "cron", WRONG_FIELD, field=name, least=least, most=most)
        found |= set(range(first, last + 1, width))
    return frozenset(found)


def moments(trigger: TimeTrigger, after_us: int, until_us: int) -> Iterator[int]:
    """Yield the moments after one time and not after another, in microseconds since 1970."""
    day = dt.datetime.fromtimestamp(after_us / 1e6, CITY).date() - dt.timedelta(days=1)
    last = dt.datetime.fromtimestamp(until_us / 1e6, CITY).date()
    while day <= last:
        for moment in _moments_of_day(trigger, day):
            if after_us < moment <= until_us:
                yield moment
        day += dt.timedelta(days=1)


def next_moment(trigger: TimeTrigger, after_us: int) -> int | None:
    """Return the first moment after a time, or None if there is none within eight years."""
    day = dt.datetime.fromtimestamp(after_us / 1e6, CITY).date() - dt.timedelta(days=1)
    for _ in range(LONGEST_SEARCH_DAYS):
        found = next((moment for moment in _moments_of_day(trigger, day) if moment > after_us), None)
        if found is not None:
            return found
        day += dt.timedelta(days=1)
    return None


@lru_cache(maxsize=4096)
def _moments_of_day(trigger: TimeTrigger, day: dt.date) -> tuple[int, ...]:
    if day.month not in trigger.months or not _is_day(trigger, day):
        return ()
    every_hour = len(trigger.hours) == 24
    found = {
        int(dt.datetime(day.year, day.month, day.day, hour, minute, fold=fold, tzinfo=CITY).timestamp()) * 1_000_000
        for hour in trigger.hours
        for minute in trigger.minutes
        for fold in ((0, 1) if every_hour else (0,))
    }
    return tuple(sorted(found))


def _is_day(trigger: TimeTrigger, day: dt.date) -> bool:
    in_month, in_week = day.day in trigger.days, day.weekday() in trigger.weekdays
    return in_month or in_week if trigger.any_day_field else in_month and in_week
