"""One series as a picture and as a page of readings."""

import datetime as dt
import math
from dataclasses import dataclass

from django.utils.translation import gettext

from rivulus.kernel import clock
from rivulus.kernel.words import N_
from rivulus.observations.models import Datastream
from rivulus.observations.presenters.values import flag_words, result_words, series_name, unit_words, when_words
from rivulus.observations.queries.readings import read
from rivulus.observations.queries.records import read_records
from rivulus.observations.queries.series_charts import get_envelope
from rivulus.observations.rules.charting import Envelope
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.terms import ResultKind
from rivulus.ui import charts

DAY = dt.timedelta(days=1)
RANGES: dict[str, tuple[str, dt.timedelta]] = {
    "day": (N_("24 hours"), DAY),
    "week": (N_("7 days"), 7 * DAY),
    "month": (N_("30 days"), 30 * DAY),
    "year": (N_("a year"), 365 * DAY),
}
DRAWN_POINTS = 160
READINGS_PER_PAGE = 50
LONGEST = 20 * 365 * DAY


@dataclass(frozen=True, slots=True)
class Reach:
    """The stretch of time that a page shows."""

    code: str
    start: dt.datetime
    end: dt.datetime

    @property
    def start_us(self) -> int:
        """Its beginning in microseconds since 1970."""
        return microseconds(self.start)

    @property
    def end_us(self) -> int:
        """Its end in microseconds since 1970."""
        return microseconds(self.end)

    @property
    def start_ms(self) -> str:
        """Its beginning as programs in a browser count, without marks between the digits."""
        return str(self.start_us // 1000)

    @property
    def end_ms(self) -> str:
        """Its end as programs in a browser count."""
        return str(self.end_us // 1000)


def read_reach(code: str, first: str, last: str) -> Reach:
    """Return the stretch between two dates, both included, or one of the named ones up to now."""
    try:
        start = dt.datetime.combine(dt.date.fromisoformat(first), dt.time(), clock.CITY_ZONE)
        end = dt.datetime.combine(dt.date.fromisoformat(last), dt.time(), clock.CITY_ZONE) + DAY
        if dt.timedelta() < end - start <= LONGEST:
            return Reach("", start, end)
    except (ValueError, OverflowError):
        pass
    known = code if code in RANGES else "week"
    now = clock.now()
    return Reach(known, now - RANGES[known][1], now + dt.timedelta(seconds=1))


def draw_series(series: Datastream, reach: Reach) -> charts.TimeSeries | None:
    """Return the series as a drawing of at most 160 stretches, or None where nothing was measured."""
    found = get_envelope(series, reach.start_us, reach.end_us, DRAWN_POINTS)
    if not found.count.any():
        return None
    name = series_name(series)
    return charts.TimeSeries(
        key=f"series-{series.pk}",
        title=name,
        description=gettext("The line is the mean, the band the lowest and the highest; a gap stays open."),
        unit=unit_words(series),
        start=reach.start_us / 1e6,
        end=reach.end_us / 1e6,
        lines=(charts.TimeLine(label=name, moments=moments_of(found)),),
    )


def moments_of(found: Envelope) -> tuple[charts.Moment, ...]:
    """Return the stretches as moments in their middle, gaps included."""
    half = found.step_us / 2
    rows = zip(found.time.tolist(), found.mean.tolist(), found.low.tolist(), found.high.tolist(), strict=True)
    return tuple(
        charts.Moment(time=(time + half) / 1e6, value=None)
        if math.isnan(mean)
        else charts.Moment(time=(time + half) / 1e6, value=_short(mean), low=_short(low), high=_short(high))
        for time, mean, low, high in rows
    )


def _short(value: float) -> float:
    return float(f"{value:.6g}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One observation in the table of a series."""

    when: str
    iso: str
    text: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """A page of observations, the newest first; ``older`` is where the next page begins (microseconds)."""

    rows: tuple[Entry, ...]
    older: int | None


def list_entries(series: Datastream, reach: Reach, before: int | None) -> Entries:
    """Return the newest observations within a reach, before a time; paged by time, so that no page costs more."""
    end_us = min(before, reach.end_us) if before is not None else reach.end_us
    most = READINGS_PER_PAGE + 1
    if series.kind == ResultKind.NUMBER:
        found = read([series.pk], reach.start_us, end_us, limit=most, newest_first=True)
        rows = list(zip(found.time.tolist(), found.value.tolist(), found.quality.tolist(), strict=True))
    else:
        records = read_records([series.pk], reach.start_us, end_us, limit=most, newest_first=True)
        rows = [(record.time, record.result, record.quality) for record in records]
    rows = sorted(rows, key=lambda row: -row[0])
    shown = rows[:READINGS_PER_PAGE]
    return Entries(
        tuple(_entry(*row) for row in shown),
        shown[-1][0] if len(rows) > READINGS_PER_PAGE else None,
    )


def _entry(time_us: int, result: object, quality: int) -> Entry:
    at = dt.datetime.fromtimestamp(time_us / 1e6, dt.UTC)
    return Entry(when_words(at), at.isoformat(), result_words(result), flag_words(quality))
