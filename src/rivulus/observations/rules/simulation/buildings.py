"""What the invented buildings, water and heat meters and bins say."""

import numpy as np

from rivulus.observations.rules.domains.energy import heating_degree_days
from rivulus.observations.rules.simulation import counting
from rivulus.observations.rules.simulation.chance import Floats, Ints, key_of, one, smooth, uniform
from rivulus.observations.rules.simulation.city import SimulatedSeries, SimulatedThing
from rivulus.observations.rules.simulation.moments import DAY_US, HOUR_US, Moments, offsets_us

PER_PERSON_KG = 0.86  # a day: about 315 kg a year
FRACTIONS = {"residual": 0.71, "paper": 0.09, "plastic_metal": 0.08, "glass": 0.05, "bio": 0.07}
LOOK_BACK_DAYS = 16  # longer than any bin waits
KG_PER_LITRE = 0.11


def building(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """Electricity by the working day, gas by the cold, the sun on some roofs."""
    name, numbers, key = series.observed_property, thing.numbers, key_of(at.seed, thing.code)
    days = counting.days_of(at)
    wander = 0.92 + 0.16 * uniform(key, np.arange(len(days.temperature), dtype=np.int64))
    if name in {"electricity_total", "active_power"}:
        daily = numbers["area_m2"] * np.where(days.is_work, 0.075, 0.03) * wander
        if name == "electricity_total":
            return np.round(counting.total(at, daily, counting.OFFICE), 1)
        return np.round(counting.rate(at, daily, counting.OFFICE) * (1 + 0.08 * smooth(key, at.time_us, 4_000)), 2)
    if name == "gas_total":
        per_degree = numbers["baseline_kwh_degree_day"] * (0.56 if numbers["renovated"] else 1.0)
        daily = (per_degree * heating_degree_days(days.temperature) + 0.004 * numbers["area_m2"]) * wander
        return np.round(counting.total(at, daily, counting.HEATING), 1)
    if name == "solar_total":
        season = 3.1 + 2.1 * np.cos(2 * np.pi * (np.arange(len(wander)) + days.first - 172) / 365.2425)
        return np.round(
            counting.total(at, numbers["solar_kwp"] * season * (0.4 + 7 * (wander - 0.92)), counting.LIGHT), 1
        )
    inside = (
        np.where(at.is_work & (at.hour > 6) & (at.hour < 18), 21.3, 19.2) + np.clip(at.temperature - 24, 0, 12) * 0.55
    )
    return np.round(inside + 0.4 * smooth(key + 1, at.time_us, 9_000), 1)


def water(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """Water follows the people; every eighth meter or so also loses some, day and night."""
    mean, key = thing.numbers["mean_m3_h"], key_of(at.seed, thing.code)
    lost = 1.4 * mean if one(key + 7) < 0.12 else 0.01 * mean
    days = counting.days_of(at)
    daily = 24 * mean * (0.9 + 0.2 * uniform(key, np.arange(len(days.temperature), dtype=np.int64)))
    if series.observed_property == "water_total":
        since = (at.time_us - days.first * DAY_US) / HOUR_US
        return np.round(counting.total(at, daily, counting.PEOPLE) + lost * since, 2)
    if series.observed_property == "water_flow":
        return np.round(
            counting.rate(at, daily, counting.PEOPLE) * (1 + 0.05 * smooth(key, at.time_us, 5_000)) + lost, 2
        )
    return np.round(4.6 - 0.5 * at.rush + 0.12 * smooth(key + 1, at.time_us, 8_000), 2)


def heat(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """Heat follows the cold, with some for warm water all year."""
    key, days = key_of(at.seed, thing.code), counting.days_of(at)
    daily = thing.numbers["kwh_k_day"] * (heating_degree_days(days.temperature) + 1.1)
    supply = np.clip(46 + 1.35 * (18 - at.temperature), 45, 88) + 0.6 * smooth(key, at.time_us, 7_000)
    spread = 13 + 5 * one(key + 3) + 0.15 * np.clip(15 - at.temperature, 0, 30)
    name = series.observed_property
    if name == "heat_total":
        return np.round(counting.total(at, daily, counting.HEATING), 0)
    if name == "water_flow":
        return np.round(counting.rate(at, daily, counting.HEATING) / (1.15 * spread), 3)
    return np.round(supply if name == "supply_temperature" else supply - spread, 1)


def emptied(thing: SimulatedThing, seed: int, start_us: int, end_us: int) -> Ints:
    """Return when a bin is emptied in [start, end): in the morning of its days, now and then forgotten."""
    key = key_of(seed, thing.code, "emptied")
    pace = thing.numbers["fill_h"]
    every = 2 if pace > 1.2 else 3 if pace > 0.8 else 5
    days = np.arange(start_us // DAY_US - 1, end_us // DAY_US + 2, dtype=np.int64)
    days = days[((days + key % 1000) % every == 0) & (uniform(key, days) > 0.08)]
    local = days * DAY_US + int((6.5 + 4 * one(key + 1)) * 60) * 60_000_000
    times: Ints = local - offsets_us(local - 2 * HOUR_US)
    return times[(times >= start_us) & (times < end_us)]


def fill_at(thing: SimulatedThing, seed: int, time_us: Ints) -> Floats:
    """Return how full a bin is at some times, in percent."""
    if not len(time_us):
        return np.empty(0)
    times = emptied(thing, seed, int(time_us.min()) - LOOK_BACK_DAYS * DAY_US, int(time_us.max()) + 1)
    place = np.searchsorted(times, time_us, side="right") - 1
    since = (time_us - times[np.maximum(place, 0)]) / HOUR_US
    pace = thing.numbers["fill_h"] * (
        0.8 + 0.4 * uniform(key_of(seed, thing.code), times[np.maximum(place, 0)] // HOUR_US)
    )
    return np.asarray(np.clip(3 + pace * since, 0, 104), np.float64)


def bin_(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """A bin: how full, how warm, how often somebody opened it, and its battery."""
    name, key = series.observed_property, key_of(at.seed, series.code)
    if name == "bin_fill":
        return np.round(fill_at(thing, at.seed, at.time_us), 0)
    if name == "tag_reads":
        return np.floor(5 * thing.numbers["fill_h"] * np.clip(at.rush, 0, 1) + uniform(key, at.time_us // HOUR_US))
    if name == "battery":
        return np.round(100 - 82 * ((at.time_us // DAY_US + key % 900) % 900) / 900, 0)
    return np.round(at.temperature + 2.5 + np.clip(at.sun, 0, 60) * 0.13 + 0.5 * smooth(key, at.time_us, 9_000), 1)


def weighed(thing: SimulatedThing, seed: int, start_us: int, end_us: int) -> tuple[Ints, Floats]:
    """Return when a bin was emptied and what it held then, in kilograms."""
    times = emptied(thing, seed, start_us, end_us)
    fill = fill_at(thing, seed, times - 60_000_000)
    return times, np.round(fill / 100 * thing.numbers["litres"] * KG_PER_LITRE, 1)


def collected(
    thing: SimulatedThing, series: SimulatedSeries, seed: int, start_us: int, end_us: int
) -> tuple[Ints, Floats]:
    """Return what a round brought in on each day but Sunday, at two in the afternoon, in kilograms."""
    days = np.arange(start_us // DAY_US - 1, end_us // DAY_US + 2, dtype=np.int64)
    days = days[(days + 3) % 7 != 6]
    local = days * DAY_US + 14 * HOUR_US
    times = local - offsets_us(local - 2 * HOUR_US)
    week = 7 / 6 * (0.85 + 0.3 * uniform(key_of(seed, series.code), days))
    kilograms = thing.numbers["people_served"] * PER_PERSON_KG * FRACTIONS[series.label] * week
    inside = (times >= start_us) & (times < end_us)
    return times[inside], np.round(kilograms[inside] / 20) * 20
