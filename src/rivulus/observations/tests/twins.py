"""The store told again, slowly and plainly: what the fast ways are compared with."""

import datetime as dt
import math
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection

from rivulus.observations.models import Datastream, ObservedProperty, Sensor, Thing
from rivulus.observations.rules.readings import HOUR_US, Batch, Readings
from rivulus.observations.rules.rollups import Rollup
from rivulus.observations.terms import DOUBTFUL, ObservationType, ResultKind

CITY = ZoneInfo("Europe/Bucharest")
MONDAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
MINUTE_US = 60_000_000


def us(at: dt.datetime) -> int:
    """Microseconds since 1970."""
    return round(at.timestamp()) * 1_000_000


def make_series(count: int = 1, *, period_s: int | None = None, kind: str = "number", **limits: object) -> list[int]:
    """Series of one thing, and their numbers."""
    thing = Thing.objects.create(name="Station on the square")
    sensor = Sensor.objects.create(name="Sensor")
    observed = ObservedProperty.objects.create(name="Temperature", definition="urn:temperature", limits=limits)
    series = [
        Datastream(
            name=f"Temperature {number}",
            kind=kind,
            observation_type=str(ObservationType.MEASUREMENT if kind == ResultKind.NUMBER else ObservationType.ANY),
            thing=thing,
            sensor=sensor,
            observed_property=observed,
            period_s=period_s,
        )
        for number in range(count)
    ]
    return sorted(one.pk for one in Datastream.objects.bulk_create(series))


def readings(rows: list[tuple[int, int, float]], quality: int = 0) -> Readings:
    """Readings of (series, microseconds, value), all of one quality."""
    found = Readings.of(rows)
    return Readings(found.time, found.value, found.datastream, np.full(len(found), quality, np.int32))


def store(rows: list[tuple[int, int, float]], quality: int = 0) -> None:
    """Store readings as a sender would."""
    from rivulus.observations.actions.storing import store as store_batch

    store_batch(by=None, batch=Batch(readings=readings(rows, quality)))


def listed(found: Readings) -> list[tuple[int, int, float, int]]:
    """Readings as (series, microseconds, value, quality)."""
    columns = (found.datastream, found.time, found.value, found.quality)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def count_of(table: str) -> int:
    """How many rows a table of the store has."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM observations_{table}")
        return int(cursor.fetchone()[0])


@dataclass
class Stretch:
    """An hour or a day of a series."""

    count: int = 0
    flagged: int = 0
    covered_s: int = 0
    sum: float = 0.0
    min: float = math.nan
    max: float = math.nan
    last: float = math.nan


def naive_hours(
    rows: list[tuple[int, int, float, int]], periods: dict[int, int | None]
) -> dict[tuple[int, int], Stretch]:
    """Hours of (series, microseconds, value, quality), second by second where time is covered."""
    found: dict[tuple[int, int], Stretch] = {}
    for number, time, value, quality in sorted(rows):
        stretch = found.setdefault((number, time // HOUR_US * HOUR_US), Stretch())
        if quality & DOUBTFUL:
            stretch.flagged += 1
            continue
        stretch.count += 1
        stretch.sum += value
        stretch.min = value if math.isnan(stretch.min) else min(stretch.min, value)
        stretch.max = value if math.isnan(stretch.max) else max(stretch.max, value)
        stretch.last = value
    for (number, hour), stretch in found.items():
        period_us = min(periods.get(number) or 3600, 3600) * 1_000_000
        times = [t for n, t, _, q in rows if n == number and not q & DOUBTFUL and hour - HOUR_US <= t < hour + HOUR_US]
        covered = 0
        for place, begin in enumerate(sorted(times)):
            later = sorted(times)[place + 1 :]
            end = min([begin + period_us, *later[:1], hour + HOUR_US])
            covered += max(0, end - max(begin, hour))
        stretch.covered_s = (covered + 500_000) // 1_000_000
    return found


def as_stretches(found: Rollup) -> dict[tuple[int, int], Stretch]:
    """A rollup in the form of the twin."""
    return {
        (int(found.datastream[i]), int(found.start[i])): Stretch(
            int(found.count[i]),
            int(found.flagged[i]),
            int(found.covered_s[i]),
            float(found.sum[i]),
            float(found.min[i]),
            float(found.max[i]),
            float(found.last[i]),
        )
        for i in range(len(found))
    }


def naive_days(hours: dict[tuple[int, int], Stretch]) -> dict[tuple[int, int], Stretch]:
    """Days of the city, put together hour by hour."""
    found: dict[tuple[int, int], Stretch] = {}
    for (number, hour), part in sorted(hours.items()):
        day = dt.datetime.fromtimestamp(hour / 1e6, CITY).date()
        begin = us(dt.datetime.combine(day, dt.time(), CITY))
        whole = found.setdefault((number, begin), Stretch())
        whole.count += part.count
        whole.flagged += part.flagged
        whole.covered_s += part.covered_s
        whole.sum += part.sum
        if part.count:
            whole.min = part.min if math.isnan(whole.min) else min(whole.min, part.min)
            whole.max = part.max if math.isnan(whole.max) else max(whole.max, part.max)
            whole.last = part.last
    return found


def assert_same(found: Rollup, expected: dict[tuple[int, int], Stretch]) -> None:
    """Compare a rollup with its twin; sums to a rounding of the last digits."""
    got = as_stretches(found)
    assert list(got) == sorted(expected)
    for key, stretch in expected.items():
        mine = got[key]
        assert (mine.count, mine.flagged, mine.covered_s) == (stretch.count, stretch.flagged, stretch.covered_s), key
        assert math.isclose(mine.sum, stretch.sum, rel_tol=1e-9, abs_tol=1e-9)
        for name in ("min", "max", "last"):
            one, other = getattr(mine, name), getattr(stretch, name)
            assert one == other or (math.isnan(one) and math.isnan(other)), (key, name)
