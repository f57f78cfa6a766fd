"""A newest observation in words: number, unit, time, and whether it can be relied on."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_datetime, format_time
from django.utils.translation import gettext, ngettext

from rivulus.kernel import clock
from rivulus.observations.models import Datastream
from rivulus.observations.queries.latest import Latest
from rivulus.observations.rules.freshness import Freshness, freshness
from rivulus.observations.rules.units import written
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.terms import FLAG_NAMES
from rivulus.ui.presenters import active_language
from rivulus.ui.rules import format_number, writing_of

LONGEST_TEXT = 80


@dataclass(frozen=True, slots=True)
class Value:
    """What a page shows of one series now."""

    series: Datastream
    name: str
    text: str
    unit: str
    when: str
    iso: str
    freshness: Freshness
    flags: tuple[str, ...]
    number: float | None

    @property
    def is_silent(self) -> bool:
        """Tell whether the series has not spoken for too long, or never."""
        return self.freshness is not Freshness.LIVE


def name_of(entity: Any) -> str:
    """Return the name of an entity in the reader's language, where its properties hold one."""
    properties = entity.properties if isinstance(entity.properties, Mapping) else {}
    named = properties.get(f"name_{active_language()}")
    return named if isinstance(named, str) and named else str(entity.name)


def series_name(series: Datastream) -> str:
    """Return what a series measures: the property, or its own name where it has several."""
    return name_of(series.observed_property) if series.observed_property is not None else name_of(series)


def unit_words(series: Datastream) -> str:
    """Return the unit as people write it: µg/m³ rather than the ug/m3 of machines."""
    known = series.observed_property.properties if series.observed_property is not None else {}
    symbol = series.unit_of_measurement.get("symbol") or ""
    return str(known["shown"]) if known.get("shown") and symbol == known.get("unit") else written(str(symbol))


def present_value(series: Datastream, found: Latest | None) -> Value:
    """Return the newest observation of a series in the reader's language."""
    now_us = microseconds(clock.now())
    at = dt.datetime.fromtimestamp(found.time / 1e6, dt.UTC) if found else None
    return Value(
        series=series,
        name=series_name(series),
        text=result_words(found.result) if found else gettext("nothing yet"),
        unit=unit_words(series) if found else "",
        when=when_words(at) if at else "",
        iso=at.isoformat() if at else "",
        freshness=freshness(found.time if found else None, series.period_s, now_us),
        flags=flag_words(found.quality) if found else (),
        number=float(found.result) if found and isinstance(found.result, int | float) else None,
    )


def result_words(result: Any) -> str:
    """Return a result as people read it; JSON is shortened."""
    if isinstance(result, bool):
        return gettext("yes") if result else gettext("no")
    if isinstance(result, int | float):
        return number_words(result)
    words = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    return words if len(words) <= LONGEST_TEXT else words[: LONGEST_TEXT - 1] + "…"


def number_words(value: float) -> str:
    """Return a measured number with as many decimals as its size deserves."""
    size = abs(value)
    decimals = 0 if size >= 1000 else 1 if size >= 10 else 2
    words = format_number(value, language=active_language(), decimals=decimals)
    mark = writing_of(active_language()).decimal
    return words.rstrip("0").rstrip(mark) if mark in words else words


def when_words(at: dt.datetime) -> str:
    """Return a time of today as a time, and any other with its date; in the zone of the city."""
    local, locale = at.astimezone(clock.CITY_ZONE), writing_of(active_language()).locale
    if local.date() == clock.today():
        return gettext("today at %(time)s") % {"time": _written(local.replace(second=0, microsecond=0), locale, True)}
    return _written(local.replace(second=0, microsecond=0), locale, False)


@lru_cache(maxsize=4096)
def _written(local: dt.datetime, locale: str, is_today: bool) -> str:
    """Many values of a page are of the same minute, and writing a time takes long."""
    if is_today:
        return str(format_time(local, "HH:mm", locale=locale))
    return str(format_datetime(local, "d MMM y, HH:mm", tzinfo=clock.CITY_ZONE, locale=locale))


def day_words(day: dt.date) -> str:
    """Return a date as people read it."""
    return str(format_date(day, "d MMMM y", locale=writing_of(active_language()).locale))


def period_words(period_s: int | None) -> str:
    """Return how often a series is expected to speak, in the largest unit that fits."""
    if not period_s:
        return ""
    if period_s % 86_400 == 0:
        days = period_s // 86_400
        return ngettext("every day", "every %(number)s days", days) % {"number": days}
    if period_s % 3_600 == 0:
        hours = period_s // 3_600
        return ngettext("every hour", "every %(number)s hours", hours) % {"number": hours}
    if period_s % 60 == 0:
        minutes = period_s // 60
        return ngettext("every minute", "every %(number)s minutes", minutes) % {"number": minutes}
    return ngettext("every second", "every %(number)s seconds", period_s) % {"number": period_s}


def flag_words(quality: int) -> tuple[str, ...]:
    """Return what is known of the quality of a reading."""
    return tuple(gettext(words) for flag, words in FLAG_NAMES.items() if quality & flag)
