"""Figures of air, noise, weather and rivers."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from rivulus.kernel.clock import CITY_ZONE
from rivulus.observations.queries.figures.sight import (
    NOTHING,
    Floats,
    Found,
    Ints,
    SeriesRow,
    Sight,
    highest,
    names,
    number_of,
)
from rivulus.observations.rules.domains import air, heat, noise, river
from rivulus.observations.rules.readings import HOUR_US
from rivulus.observations.rules.weeks import moment

GAS_HOURS = 3  # an hourly mean may be so old
FULL_DAY_S = 64_800  # three quarters of a day (Directive 2008/50/EC, annex XI)


@dataclass(frozen=True, slots=True)
class StationIndex:
    """The air index of one station now; None where nothing of it was measured lately."""

    thing: int
    name: str
    index: air.AirIndex | None


def list_stations(sight: Sight, edition: str) -> tuple[StationIndex, ...]:
    """Return every air station with its index, by name."""
    means = {
        name: _particles(sight, name, edition) if name in air.PARTICLES else _gas(sight, name)
        for name in air.POLLUTANTS
    }
    stations: dict[int, dict[str, float]] = {}
    for name, values in means.items():
        rows = names(sight.of(name))
        for number, value in values.items():
            stations.setdefault(rows[number].thing, {})[name] = value
    titles = {row.thing: row.thing_name for row in sight.rows}
    found = [StationIndex(thing, title, air.index(stations.get(thing, {}), edition)) for thing, title in titles.items()]
    return tuple(sorted(found, key=lambda station: station.name))


def _particles(sight: Sight, name: str, edition: str) -> dict[int, float]:
    hours = air.EDITIONS[edition].particle_hours
    if hours == 1:
        return _gas(sight, name)
    return {number: float(air.running_means(values, hours)[-1]) for number, values in sight.hours(name, hours).items()}


def _gas(sight: Sight, name: str) -> dict[int, float]:
    return {number: _newest(values) for number, values in sight.hours(name, GAS_HOURS).items()}


def _newest(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known[-1]) if len(known) else math.nan


def air_index_now(sight: Sight, edition: str) -> Found:
    """Return the level (1–6) of the worst station."""
    found = [station for station in list_stations(sight, edition) if station.index is not None]
    if not found:
        return NOTHING
    worst = max(found, key=lambda station: station.index.level if station.index else 0)
    level = worst.index.level if worst.index else 0
    return Found(float(level), sight.now_us // HOUR_US * HOUR_US, len(found), worst.name, worst.thing)


def air_pm10_day(sight: Sight) -> Found:
    """Return the highest mean of the last 24 hours."""
    return highest(_particles(sight, "pm10", "2023"), names(sight.of("pm10")), sight.now_us // HOUR_US * HOUR_US)


def air_exceedance_days(sight: Sight) -> Found:
    """Return the days of this year above the daily limit of PM10 at the station with the most."""
    rows = sight.of("pm10")
    last = sight.today - dt.timedelta(days=1)
    first = dt.date(last.year, 1, 1)
    found = sight.days(rows, first, last)
    full = found.take(found.covered_s >= FULL_DAY_S)
    limit = air.limits_in_force("pm10", air.Period.DAY, last.year)[0]
    counted = {
        row.id: float(air.standing(full.mean[full.datastream == row.id], limit).exceeded)
        for row in rows
        if np.any(full.datastream == row.id)
    }
    worst = highest(counted, names(rows), sight.now_us)
    return replace(worst, days=len(np.unique(full.start))) if worst.value is not None else worst


def air_traffic_advice(sight: Sight, edition: str) -> Found:
    """Return 0 (no limits), 1 (leave the car) or 2 (a limit is proposed)."""
    index, today = air_index_now(sight, edition), air_pm10_day(sight)
    if index.value is None:
        return NOTHING
    yesterday = sight.today - dt.timedelta(days=1)
    before = sight.days(sight.of("pm10"), yesterday, yesterday)
    known = before.mean[before.covered_s >= FULL_DAY_S].tolist()
    daily = ([max(known)] if known else []) + ([today.value] if today.value is not None else [])
    advice = air.traffic_advice(int(index.value), daily)
    return Found(float(list(air.Advice).index(advice)), index.at_us, index.places, index.where, index.thing)


def _noise_days(sight: Sight, hours: float = 168) -> dict[int, noise.NoiseDay]:
    """Return the indicators of each point over the last hours, from the readings themselves: levels do not average."""
    return {
        number: noise.indicators(_local_hours(found.time), found.value)
        for number, found in sight.raw("noise_laeq", hours).items()
    }


def _local_hours(time_us: Ints) -> Ints:
    return np.array([moment(int(at)).astimezone(CITY_ZONE).hour for at in time_us], np.int64)


def noise_lden(sight: Sight) -> Found:
    """Return Lden of the last seven days at the loudest point."""
    return highest({n: day.lden for n, day in _noise_days(sight).items()}, names(sight.of("noise_laeq")), sight.now_us)


def noise_lnight(sight: Sight) -> Found:
    """Return Lnight of the last seven days at the loudest point."""
    return highest({n: day.night for n, day in _noise_days(sight).items()}, names(sight.of("noise_laeq")), sight.now_us)


def noise_now(sight: Sight) -> Found:
    """Return the newest level of the loudest point."""
    newest = sight.latest("noise_laeq")
    found = highest({number: value for number, (_, value) in newest.items()}, names(sight.of("noise_laeq")), None)
    return found if found.value is None else Found(found.value, _last(newest), found.places, found.where, found.thing)


def _last(newest: Mapping[int, tuple[int, float]]) -> int | None:
    return max((time for time, _ in newest.values()), default=None)


def _median(newest: Mapping[int, tuple[int, float]]) -> Found:
    if not newest:
        return NOTHING
    return Found(float(np.median([value for _, value in newest.values()])), _last(newest), len(newest))


def weather_temperature(sight: Sight) -> Found:
    """Return the median temperature of the city."""
    return _median(sight.latest("temperature"))


def weather_itu(sight: Sight) -> Found:
    """Return the temperature-humidity index of the medians."""
    warm, wet = _median(sight.latest("temperature")), _median(sight.latest("humidity"))
    if warm.value is None or wet.value is None:
        return NOTHING
    return Found(heat.humidity_index(warm.value, wet.value), warm.at_us, warm.places)


def list_spots(sight: Sight) -> tuple[heat.Deviation, ...]:
    """Return every place with its distance from the median of the city, by thing, the hottest first."""
    rows = names(sight.of("temperature"))
    return heat.find_spots({rows[number].thing: value for number, (_, value) in sight.latest("temperature").items()})


def weather_hottest_spot(sight: Sight) -> Found:
    """Return how much warmer the hottest place is than the city."""
    return _spot(sight, 0)


def weather_coldest_spot(sight: Sight) -> Found:
    """Return how much colder the coldest place is than the city (negative)."""
    return _spot(sight, -1)


def _spot(sight: Sight, which: int) -> Found:
    spots = list_spots(sight)
    if not spots:
        return NOTHING
    titles = {row.thing: row.thing_name for row in sight.rows}
    spot = spots[which]
    return Found(spot.deviation, _last(sight.latest("temperature")), len(spots), titles[spot.place], spot.place)


def weather_hot_days(sight: Sight) -> Found:
    """Return the days of 30 °C and more of this year, median of the stations."""
    return _days(sight, "hot")


def weather_scorching_days(sight: Sight) -> Found:
    """Return the days of 35 °C and more of this year, median of the stations."""
    return _days(sight, "scorching")


def weather_tropical_nights(sight: Sight) -> Found:
    """Return the tropical nights of this year, median of the stations."""
    return _days(sight, "tropical_nights")


def weather_frost_days(sight: Sight) -> Found:
    """Return the frost days of this year, median of the stations."""
    return _days(sight, "frost")


def _days(sight: Sight, kind: str) -> Found:
    rows = sight.of("temperature")
    first, last = dt.date(sight.today.year, 1, 1), sight.today
    found = sight.days(rows, first, last)
    counts = [
        heat.count_days(found.min[found.datastream == row.id], found.max[found.datastream == row.id]) for row in rows
    ]
    known = [getattr(count, kind) for count in counts if count.days]
    days = max((count.days for count in counts), default=0)
    return Found(float(np.median(known)), sight.now_us, len(known), days=days) if known else NOTHING


def weather_rain_day(sight: Sight) -> Found:
    """Return the rain of the last 24 hours, median of the gauges, in millimetres."""
    start = sight.now_us // HOUR_US * HOUR_US - 24 * HOUR_US
    sums = [float(np.nansum(v)) for v in sight.hour_sums("precipitation", start, 24).values() if np.any(~np.isnan(v))]
    return Found(float(np.median(sums)), sight.now_us, len(sums)) if sums else NOTHING


def bars_of(row: SeriesRow) -> river.Bars | None:
    """Return the bars of a gauge from the properties of its thing: attention_cm, flooding_cm, danger_cm."""
    known = [number_of(row, f"{name}_cm") for name in ("attention", "flooding", "danger")]
    return river.Bars(*known) if None not in known else None  # type: ignore[arg-type]


def river_stage(sight: Sight) -> Found:
    """Return the highest stage: 0 normal, 1 attention, 2 flooding, 3 danger."""
    rows, newest = names(sight.of("river_level")), sight.latest("river_level")
    order = list(river.Stage)
    stages = {number: river.stage_of(value, bars_of(rows[number])) for number, (_, value) in newest.items()}
    known = {number: float(order.index(stage)) for number, stage in stages.items() if stage is not river.Stage.UNKNOWN}
    return highest(known, rows, _last(newest))


def river_rise(sight: Sight) -> Found:
    """Return the fastest rise of the last three hours, in cm per hour."""
    rises = {
        number: river.rise_per_hour(found.time, found.value) for number, found in sight.raw("river_level", 3).items()
    }
    known = {number: rise for number, rise in rises.items() if rise is not None}
    return highest(known, names(sight.of("river_level")), sight.now_us)
