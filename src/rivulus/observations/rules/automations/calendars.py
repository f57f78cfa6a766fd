"""Days and hours of the city, and the public holidays of Romania (Codul muncii, art. 139, as package holidays has them)."""

import datetime as dt
from functools import lru_cache

import holidays

from rivulus.observations.rules.automations.schedules import CITY
from rivulus.observations.rules.automations.syntax import CalendarCondition


def local(moment_us: int) -> dt.datetime:
    """Return the time of the city at a moment."""
    return dt.datetime.fromtimestamp(moment_us / 1e6, CITY)


@lru_cache(maxsize=64)
def holidays_of(year: int) -> frozenset[dt.date]:
    """Return the public holidays of a year."""
    return frozenset(holidays.country_holidays("RO", years=year))


def is_holiday(day: dt.date) -> bool:
    """Say whether a day is a public holiday in Romania."""
    return day in holidays_of(day.year)


def holds(condition: CalendarCondition, moment_us: int) -> bool:
    """Say whether a moment lies in all that the condition names."""
    at = local(moment_us)
    return (
        (not condition.weekdays or at.weekday() in condition.weekdays)
        and (condition.holiday is None or condition.holiday == is_holiday(at.date()))
        and (condition.hours is None or _between(at.time(), *condition.hours))
        and (condition.dates is None or _between_days((at.month, at.day), *condition.dates))
    )


def _between(at: dt.time, first: dt.time, last: dt.time) -> bool:
    """Say whether a time is in [first, last), which may pass midnight."""
    return first <= at < last if first < last else at >= first or at < last


def _between_days(at: tuple[int, int], first: tuple[int, int], last: tuple[int, int]) -> bool:
    """Say whether a day is from one to another, both included; the stretch may pass New Year."""
    return first <= at <= last if first <= last else at >= first or at <= last
