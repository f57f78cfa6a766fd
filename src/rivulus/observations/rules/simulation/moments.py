"""The moments of the invented city: calendar, weather and rush of each time, computed once for all series of a grid.

The climate is that of Baia Mare (47.66° N, 23.58° E, about 230 m): mean temperatures from −2 °C in January to 21 °C in July,
about 900 mm of rain a year. The weather itself is invented.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import holidays
import numpy as np
from numpy.typing import NDArray

from rivulus.observations.rules.domains.sun import DARK_DEG, elevation
from rivulus.observations.rules.simulation.chance import Floats, Ints, key_of, smooth

LONGITUDE, LATITUDE = 23.58, 47.66
SECOND_US, HOUR_US, DAY_US = 1_000_000, 3_600_000_000, 86_400_000_000
YEAR_DAYS = 365.2425
FULL_LIGHT, LATE_LIGHT = 100.0, 60.0
type Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Moments:
    """Columns of equal length. Hours are local (0–24); rain is mm in an hour, wind m/s, pressure hPa, sun degrees."""

    seed: int
    time_us: Ints
    hour: Floats
    day: Ints  # local days since 1970
    weekday: Ints  # 0 is Monday
    is_work: Mask
    is_school: Mask
    temperature: Floats
    humidity: Floats
    wind: Floats
    wind_direction: Floats
    rain: Floats
    cloud: Floats
    pressure: Floats
    sun: Floats
    rush: Floats  # 0 (empty streets) to about 1 (rush hour of a working day)
    light: Floats  # what street lamps should give, in percent

    def __len__(self) -> int:
        return len(self.time_us)


def moments(time_us: Ints, seed: int) -> Moments:
    """Return the moments of these times."""
    local_us = time_us + offsets_us(time_us)
    day = local_us // DAY_US
    hour = (local_us - day * DAY_US) / HOUR_US
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
    free, school = _calendar(day)
    is_work = (weekday < 5) & ~free
    sun = elevation(time_us, LONGITUDE, LATITUDE)
    cloud, rain = _sky(time_us, seed)
    temperature = _temperature(time_us, hour, cloud, seed)
    wind = np.clip(1.7 * np.exp(0.55 * smooth(key_of(seed, "wind"), time_us, 21_600)), 0.1, 18)
    humidity = np.clip(74 - 1.1 * (temperature - 10) - 0.35 * sun + 22 * (rain > 0) + 8 * cloud, 18, 100)
    pressure = 989 + 8 * smooth(key_of(seed, "pressure"), time_us, 300_000)
    direction = (250 + 70 * smooth(key_of(seed, "direction"), time_us, 40_000)) % 360
    rush = _rush(hour, weekday, is_work) * np.where(rain > 1, 0.93, 1.0)
    return Moments(
        seed, time_us, hour, day, weekday, is_work, school & is_work, temperature, humidity, wind, direction, rain, cloud,
        pressure, sun, rush, light_of(sun, hour),
    )  # fmt: skip


def light_of(sun: Floats, hour: Floats) -> Floats:
    """Return what street lamps should give, in percent: nothing by day, less between 23 and 5 o'clock."""
    return np.where(sun < DARK_DEG, np.where((hour >= 23) | (hour < 5), LATE_LIGHT, FULL_LIGHT), 0.0)


def planned_light(time_us: Ints) -> Floats:
    """Return what street lamps should give at some times."""
    hour = ((time_us + offsets_us(time_us)) % DAY_US) / HOUR_US
    return light_of(elevation(time_us, LONGITUDE, LATITUDE), hour)


def offsets_us(time_us: Ints) -> Ints:
    """Return how far the city's clock is ahead of UTC: three hours in summer, otherwise two (Directive 2000/84/EC)."""
    if not len(time_us):
        return np.empty(0, np.int64)
    years = range(1970 + int(time_us.min() // (366 * DAY_US)), 1971 + int(time_us.max() // (365 * DAY_US)))
    summer = np.zeros(len(time_us), np.bool_)
    for year in years:
        begin, end = _summer(year)
        summer |= (time_us >= begin) & (time_us < end)
    return np.where(summer, 3 * HOUR_US, 2 * HOUR_US).astype(np.int64)


@lru_cache(maxsize=64)
def _summer(year: int) -> tuple[int, int]:
    """Return begin and end of summer time: 01:00 UTC on the last Sundays of March and October."""
    found = []
    for month in (3, 10):
        last = dt.date(year, month, 31)
        sunday = last - dt.timedelta(days=(last.weekday() + 1) % 7)
        found.append(int(dt.datetime.combine(sunday, dt.time(1), dt.UTC).timestamp()) * SECOND_US)
    return found[0], found[1]


def _calendar(day: Ints) -> tuple[Mask, Mask]:
    """Return which days are public holidays, and which are in school terms."""
    days, place = np.unique(day, return_inverse=True)
    dates = [dt.date(1970, 1, 1) + dt.timedelta(days=int(each)) for each in days]
    free = np.array([date in _holidays(date.year) for date in dates], np.bool_)
    school = np.array([_is_term(date) for date in dates], np.bool_)
    return free[place], school[place]


@lru_cache(maxsize=64)
def _holidays(year: int) -> Any:
    return frozenset(holidays.country_holidays("RO", years=year))


def _is_term(date: dt.date) -> bool:
    """Say whether schools teach, roughly as the ministry's order of every year has it."""
    told = (date.month, date.day)
    if (6, 20) <= told <= (9, 7) or told >= (12, 21) or told <= (1, 7):
        return False
    return not ((2, 16) <= told <= (2, 22) or (4, 10) <= told <= (4, 21) or (10, 25) <= told <= (11, 2))


def _temperature(time_us: Ints, hour: Floats, cloud: Floats, seed: int) -> Floats:
    days = time_us / DAY_US
    season = np.cos(2 * np.pi * (days - 201) / YEAR_DAYS)  # warmest about 20 July
    swing = (3.2 + 2.0 * (season + 1)) * (1.15 - 0.6 * cloud)
    daily = swing * np.cos(2 * np.pi * (hour - 15.2) / 24)
    wander = 3.3 * smooth(key_of(seed, "fronts"), time_us, 350_000) + 1.3 * smooth(key_of(seed, "air"), time_us, 80_000)
    return np.asarray(10.0 + 11.3 * season + daily + wander, np.float64)


def _sky(time_us: Ints, seed: int) -> tuple[Floats, Floats]:
    """Return cloud (0–1), and rain in mm in an hour, which falls from the thickest clouds."""
    mood = 0.75 * smooth(key_of(seed, "cloud"), time_us, 160_000) + 0.65 * smooth(
        key_of(seed, "showers"), time_us, 14_400
    )
    cloud = 1 / (1 + np.exp(-1.6 * mood))
    return np.asarray(cloud, np.float64), np.where(mood > 1.15, 2.4 * np.maximum(mood - 1.15, 0.0) ** 1.5, 0.0)


def _rush(hour: Floats, weekday: Ints, is_work: Mask) -> Floats:
    working = 0.06 + 0.78 * _bell(hour, 7.8, 1.1) + 0.9 * _bell(hour, 16.6, 1.7) + 0.42 * _bell(hour, 12.3, 3.0)
    free = 0.05 + 0.5 * _bell(hour, 12.5, 3.4) + 0.34 * _bell(hour, 18.5, 2.6)
    return np.where(is_work, working, free * np.where(weekday == 6, 0.82, 1.0))


def _bell(hour: Floats, middle: float, width: float) -> Floats:
    away = (hour - middle + 12) % 24 - 12
    return np.asarray(np.exp(-0.5 * (away / width) ** 2), np.float64)


@dataclass(frozen=True, slots=True)
class Days:
    """Local days one after the other from ``first`` (days since 1970): what meters that count upwards are made of."""

    first: int
    temperature: Floats
    is_work: Mask
    is_school: Mask


@lru_cache(maxsize=4)
def days_until(last: int, seed: int, first: int = 19723) -> Days:
    """Return the days from 1 January 2024 to ``last``, both included."""
    count = max(last - first + 1, 1)
    hours = (np.arange(count * 8, dtype=np.int64) * 3 + 1) * HOUR_US + first * DAY_US - 2 * HOUR_US
    found = moments(hours, seed)
    mean = found.temperature.reshape(count, 8).mean(axis=1)
    return Days(first, mean, found.is_work[4::8], found.is_school[4::8])
