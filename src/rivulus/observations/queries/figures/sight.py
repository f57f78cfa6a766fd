"""What a figure is computed from: the series of a domain, their newest readings, hours and days, each read once.

Where something real is measured, what is simulated is left out, property by property: real and invented values are never
added up.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rivulus.kernel.clock import CITY_ZONE
from rivulus.observations.models import Datastream
from rivulus.observations.queries import readings, records, rollups
from rivulus.observations.rules.freshness import Freshness, freshness
from rivulus.observations.rules.readings import HOUR_US, Readings
from rivulus.observations.rules.rollups import Rollup, midnight
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.terms import DOUBTFUL, ResultKind

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A series with what figures need to know of its thing."""

    id: int
    thing: int
    thing_name: str
    observed: str
    kind: str
    period_s: int | None
    is_simulated: bool
    numbers: Mapping[str, Any]  # properties of the thing
    properties: Mapping[str, Any]  # properties of the series


@dataclass(frozen=True, slots=True)
class Found:
    """What a calculation gives: the value, when it was, from how many places, and which place decides it.

    With ``is_day`` it is of the whole day that began at ``at_us``.
    """

    value: float | None
    at_us: int | None = None
    places: int = 0
    where: str = ""
    thing: int | None = None
    days: int | None = None  # measured, where days are counted
    is_day: bool = False


NOTHING = Found(None)


@dataclass(frozen=True)
class Sight:
    """One look at a domain at a moment. ``is_public``: only what everybody may see; ``with_simulated``: else it is not there."""

    domain: str
    now: dt.datetime
    is_public: bool = True
    with_simulated: bool = True
    _latest: dict[str, Readings] = field(default_factory=dict)
    _hourly: dict[tuple[str, int], Rollup] = field(default_factory=dict)
    _daily: dict[tuple[object, ...], Rollup] = field(default_factory=dict)
    _raw: dict[tuple[str, float], Readings] = field(default_factory=dict)
    _used: set[bool] = field(default_factory=set)  # whether simulated, of the series asked for since the last `begin`

    @property
    def now_us(self) -> int:
        """The moment in microseconds."""
        return microseconds(self.now)

    @property
    def today(self) -> dt.date:
        """The day of the city."""
        return self.now.astimezone(CITY_ZONE).date()

    @cached_property
    def rows(self) -> tuple[SeriesRow, ...]:
        """Every series of the domain; where a property is really measured, only those."""
        found = Datastream.objects.filter(thing__domain=self.domain, observed_property__isnull=False)
        if self.is_public:
            found = found.filter(is_public=True, thing__is_public=True)
        if not self.with_simulated:
            found = found.filter(is_simulated=False, thing__is_simulated=False)
        rows = [
            SeriesRow(row[0], row[1], row[2], str(row[3]), row[4], row[5], row[6] or row[7], row[8], row[9])
            for row in found.order_by("thing_id", "id").values_list(
                "id", "thing_id", "thing__name", "observed_property__code", "kind", "period_s",
                "is_simulated", "thing__is_simulated", "thing__properties", "properties",
            )
        ]  # fmt: skip
        real = {row.observed for row in rows if not row.is_simulated}
        return tuple(row for row in rows if not row.is_simulated or row.observed not in real)

    def begin(self) -> None:
        """Forget what was asked for until now: the next figure begins."""
        self._used.clear()

    def use(self, other: "Sight") -> None:
        """Count what another look asked for as asked for here."""
        self._used.update(other._used)

    @property
    def is_simulated(self) -> bool:
        """Whether any of the series that the figure asked for is simulated: one is enough for the label."""
        return True in self._used

    def of(self, *observed: str) -> tuple[SeriesRow, ...]:
        """Return the series of some properties."""
        rows = tuple(row for row in self.rows if row.observed in observed)
        self._used.update(row.is_simulated for row in rows)
        return rows

    def latest(self, observed: str) -> dict[int, tuple[int, float]]:
        """Return the newest sound value and its time by series, for those that still speak."""
        rows = {row.id: row for row in self.of(observed) if row.kind == ResultKind.NUMBER}
        if observed not in self._latest:
            self._latest[observed] = readings.latest(list(rows)) if rows else Readings.none()
        found = self._latest[observed]
        columns = (found.datastream.tolist(), found.time.tolist(), found.value.tolist(), found.quality.tolist())
        return {
            number: (time, value)
            for number, time, value, quality in zip(*columns, strict=True)
            if not quality & DOUBTFUL and freshness(time, rows[number].period_s, self.now_us) is Freshness.LIVE
        }

    def latest_words(self, observed: str) -> dict[int, tuple[int, str]]:
        """Return the newest word and its time by series, for those that still speak."""
        rows = {row.id: row for row in self.of(observed)}
        return {
            record.datastream: (record.time, str(record.result))
            for record in (records.latest_records(list(rows)) if rows else ())
            if freshness(record.time, rows[record.datastream].period_s, self.now_us) is Freshness.LIVE
        }

    def raw(self, observed: str, hours: float) -> dict[int, Readings]:
        """Return the sound readings of the last hours by series."""
        ids = [row.id for row in self.of(observed)]
        key = (observed, hours)
        if key not in self._raw:
            start = self.now_us - int(hours * HOUR_US)
            found = readings.read(ids, start, self.now_us + 1) if ids else Readings.none()
            self._raw[key] = found.take(found.quality & DOUBTFUL == 0)
        found = self._raw[key]
        return {number: found.take(found.datastream == number) for number in ids}

    def hours(self, observed: str, count: int, end_us: int | None = None) -> dict[int, Floats]:
        """Return the means of the last whole hours by series, the oldest first, NaN where there was nothing."""
        end = (self.now_us if end_us is None else end_us) // HOUR_US * HOUR_US
        start = end - count * HOUR_US
        found = self._rollup(observed, start, end)
        place = (found.start - start) // HOUR_US
        values = {row.id: np.full(count, np.nan) for row in self.of(observed)}
        for number, at, mean in zip(found.datastream.tolist(), place.tolist(), found.mean.tolist(), strict=True):
            values[number][at] = mean
        return values

    def hour_sums(self, observed: str, start_us: int, count: int) -> dict[int, Floats]:
        """Return the sums of hours from a start on by series, NaN where there was nothing."""
        found = self._rollup(observed, start_us, start_us + count * HOUR_US)
        values = {row.id: np.full(count, np.nan) for row in self.of(observed)}
        for index in np.flatnonzero(found.count > 0):
            values[int(found.datastream[index])][int((found.start[index] - start_us) // HOUR_US)] = found.sum[index]
        return values

    def _rollup(self, observed: str, start: int, end: int) -> Rollup:
        key = (f"{observed}:{start}", end)
        if key not in self._hourly:
            ids = [row.id for row in self.of(observed)]
            self._hourly[key] = rollups.hourly(ids, start, end) if ids else Rollup.none()
        return self._hourly[key]

    def days(self, rows: Sequence[SeriesRow], first: dt.date, last: dt.date) -> Rollup:
        """Return the days of some series, both ends included."""
        key = (first, last, *(row.id for row in rows))
        if key not in self._daily:
            self._daily[key] = rollups.daily([row.id for row in rows], first, last) if rows else Rollup.none()
        return self._daily[key]

    def day_matrix(self, rows: Sequence[SeriesRow], first: dt.date, last: dt.date, column: str) -> dict[int, Floats]:
        """Return a column of the daily rollup (``mean``, ``min``, ``max``, ``sum``, ``last``) by series, NaN for no day."""
        found = self.days(rows, first, last)
        count = (last - first).days + 1
        starts = np.array([midnight(first + dt.timedelta(days=n), CITY_ZONE) for n in range(count)], np.int64)
        values = {row.id: np.full(count, np.nan) for row in rows}
        content = getattr(found, column)
        for index in np.flatnonzero(found.count > 0):
            values[int(found.datastream[index])][int(np.searchsorted(starts, found.start[index]))] = content[index]
        return values


def names(rows: Iterable[SeriesRow]) -> dict[int, SeriesRow]:
    """Return series by number."""
    return {row.id: row for row in rows}


def number_of(row: SeriesRow, name: str) -> float | None:
    """Return a number that stands in the properties of a series' thing, or None."""
    value = row.numbers.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def highest(values: Mapping[int, float], rows: Mapping[int, SeriesRow], at_us: int | None) -> Found:
    """Return the highest of some values by series (NaN ones left out), and where it is."""
    known = {number: value for number, value in values.items() if not np.isnan(value)}
    if not known:
        return NOTHING
    worst = max(known, key=lambda number: known[number])
    return Found(known[worst], at_us, len(known), rows[worst].thing_name, rows[worst].thing)


def live_share(sight: Sight) -> Found:
    """Return the share of things of which at least one series speaks, in percent."""
    things = {row.thing for row in sight.rows}
    live: set[int] = set()
    rows = names(sight.rows)
    for observed in {row.observed for row in sight.rows}:
        live |= {rows[number].thing for number in (sight.latest(observed) or sight.latest_words(observed))}
    return Found(100 * len(live) / len(things), sight.now_us, len(things)) if things else NOTHING
