"""What the invented stations of air, noise, weather and rivers measure: they share the streets and the weather."""

import numpy as np

from rivulus.observations.rules.simulation.chance import Floats, key_of, smooth, uniform
from rivulus.observations.rules.simulation.city import SimulatedSeries, SimulatedThing
from rivulus.observations.rules.simulation.moments import HOUR_US, Moments


def air(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """Traffic makes nitrogen dioxide, stoves and still winter air make particles, sun and distance make ozone."""
    name = series.observed_property
    if name in {"temperature", "humidity"}:
        return weather(at, thing, series)
    wander = np.exp(0.28 * smooth(key_of(at.seed, series.code), at.time_us, 9_000))
    still = (1.9 / (at.wind + 0.7)) * np.where(at.rain > 0.2, 0.62, 1.0)
    cold = np.clip(12 - at.temperature, 0, 25) / 12
    evening = 0.55 + 0.9 * np.exp(-0.5 * (((at.hour - 20.5 + 12) % 24 - 12) / 3.2) ** 2)
    busy = thing.place.busy
    if name in {"pm10", "pm2_5"}:
        dust = 9 + still * (5 + 13 * cold * evening + 12 * busy * at.rush)
        return _tenths(dust * wander if name == "pm10" else (3 + 0.62 * (dust - 6)) * wander)
    if name == "no2":
        return _tenths((5 + still * (4 + 38 * busy * at.rush + 5 * cold)) * wander)
    if name == "o3":
        light = np.clip(at.sun, 0, 60) / 60
        return _tenths(
            np.clip(34 + 78 * light - 26 * busy * at.rush + 0.6 * (at.temperature - 10), 3, 260) * wander**0.5
        )
    if name == "so2":
        return _tenths((2.5 + 3.2 * cold * still) * wander)
    return np.round((0.2 + still * (0.12 + 0.45 * busy * at.rush + 0.25 * cold)) * wander, 2)


def noise(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """Traffic and a floor of the city, in energy; the loudest moment is some decibels above."""
    wander = 1.2 * smooth(key_of(at.seed, series.code), at.time_us, 2_400)
    floor = 38 + 4 * thing.place.busy
    cars = 55 + 16 * thing.place.busy + 10 * np.log10(np.maximum(at.rush, 0.012)) + np.where(at.rain > 0.5, 1.6, 0)
    level = 10 * np.log10(10 ** (floor / 10) + 10 ** (cars / 10)) + wander
    if series.observed_property == "noise_laeq":
        return _tenths(level)
    return _tenths(level + 9 + 7 * uniform(key_of(at.seed, series.code, "peak"), at.time_us // 900_000_000))


def weather(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """The city's weather, warmer where it is built and cooler in parks and valleys."""
    name, key = series.observed_property, key_of(at.seed, series.code)
    built = thing.place.warm * (0.55 + 0.45 * np.clip(at.sun, -10, 40) / 40)
    if name == "temperature":
        return _tenths(at.temperature + built + 0.25 * smooth(key, at.time_us, 7_200))
    if name == "humidity":
        return np.round(np.clip(at.humidity - 2.2 * built + 1.5 * smooth(key, at.time_us, 7_200), 15, 100), 0)
    if name == "pressure":
        return _tenths(at.pressure + 0.2 * smooth(key, at.time_us, 20_000))
    if name == "wind_speed":
        return _tenths(np.clip(at.wind * (1 + 0.25 * smooth(key, at.time_us, 1_800)), 0, 30))
    if name == "wind_direction":
        return np.round((at.wind_direction + 20 * smooth(key, at.time_us, 3_600)) % 360, 0)
    if name == "precipitation":
        return _tenths(at.rain * series.period_s / 3600 * np.clip(1 + 0.3 * smooth(key, at.time_us, 3_600), 0, 3))
    clear = 1050 * np.sin(np.radians(np.clip(at.sun, 0, 90))) ** 1.2
    return np.round(clear * (1 - 0.72 * at.cloud), 0)


def river(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """Levels rise after rain upstream and fall again over days; snow melts in spring."""
    key = key_of(at.seed, thing.code)
    wet = smooth(key_of(at.seed, "cloud"), at.time_us - 20 * HOUR_US, 160_000)
    flood = np.clip(smooth(key_of(at.seed, "flood"), at.time_us, 400_000) - 1.2, 0, 3)
    melt: Floats = 9 * np.exp(-0.5 * (((at.day % 365.2425) - 88) / 22) ** 2)
    level: Floats = thing.numbers["base_cm"] + 6 * wet + 38 * flood**1.3 + melt + 1.1 * smooth(key, at.time_us, 30_000)
    if series.observed_property == "river_level":
        return np.round(level, 0)
    if series.observed_property == "river_flow":
        return np.round(0.0042 * np.clip(level - 12, 1, None) ** 1.7, 2)
    smoothed = 9.6 + 8.2 * np.cos(2 * np.pi * (at.time_us / 86.4e9 - 206) / 365.2425) + 0.05 * (at.temperature - 10)
    return _tenths(np.clip(smoothed + 0.4 * smooth(key + 1, at.time_us, 90_000), 0, 30))


def _tenths(values: Floats) -> Floats:
    return np.round(np.maximum(values, -60), 1)
