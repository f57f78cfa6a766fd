"""What the invented lamps, car parks, counters, charging points and Wi-Fi points say."""

from functools import lru_cache

import numpy as np

from rivulus.observations.rules.simulation import counting
from rivulus.observations.rules.simulation.chance import Floats, Ints, key_of, smooth, uniform
from rivulus.observations.rules.simulation.city import SimulatedSeries, SimulatedThing
from rivulus.observations.rules.simulation.faults import Fault, Kind, find_faults, within
from rivulus.observations.rules.simulation.moments import DAY_US, FULL_LIGHT, HOUR_US, Moments, planned_light

FIRST_US = 19723 * DAY_US  # 2024-01-01
STEP_US = HOUR_US // 4
TABLE_DAYS = 1024  # tables grow by so many days at a time, so that few are made
RUSH_HOURS = 10.6  # the rush of a working day, added up


@lru_cache(maxsize=4)
def _light_hours(last_day: int) -> Floats:
    """Return the hours of full light from 2024 on, added up at every quarter of an hour."""
    times = np.arange(FIRST_US, (last_day + 2) * DAY_US, STEP_US, dtype=np.int64)
    return np.concatenate(([0.0], np.cumsum(planned_light(times) / 100 / 4)))


def light_hours(time_us: Ints) -> Floats:
    """Return the hours of full light from 2024 to each time."""
    if not len(time_us):
        return np.empty(0)
    hours = _light_hours(-(-int(time_us.max() // DAY_US) // TABLE_DAYS) * TABLE_DAYS)
    return np.asarray(np.interp((time_us - FIRST_US) / STEP_US, np.arange(len(hours)), hours), np.float64)


def light_of(at: Moments, thing: SimulatedThing, told: tuple[int, float] | None) -> Floats:
    """Return the light of a lamp in percent, after what it was told (since when, percent) and with its faults."""
    light = at.light
    if told is not None:
        light = np.where((light > 0) & (at.time_us >= told[0]), told[1], light)
    for fault in _faults(at, thing):
        if fault.kind is Kind.DEAD:
            light = np.where(within(fault, at.time_us), 0.0, light)
        if fault.kind is Kind.BY_DAY:
            light = np.where(within(fault, at.time_us) & (light == 0), FULL_LIGHT, light)
    return light


def lamp(at: Moments, thing: SimulatedThing, series: SimulatedSeries, told: tuple[int, float] | None) -> Floats:
    """A lamp's power, light and energy. A dead lamp still says how bright it was told to be."""
    rated = thing.numbers["rated_w"]
    if series.observed_property == "lamp_energy":
        return np.round(rated / 1000 * _lit_hours(at, thing), 2)
    light = light_of(at, thing, told)
    if series.observed_property == "lamp_dimming":
        asked = at.light
        return asked if told is None else np.where((asked > 0) & (at.time_us >= told[0]), told[1], asked)
    wander = 1 + 0.015 * smooth(key_of(at.seed, series.code), at.time_us, 7_200)
    return np.round(np.where(light > 0, rated * (0.06 + 0.94 * light / 100) * wander, 0.4), 1)


def _lit_hours(at: Moments, thing: SimulatedThing) -> Floats:
    lit = light_hours(at.time_us)
    for fault in _all_faults(at.seed, thing.code, int(at.time_us.max() // DAY_US) + 1 if len(at) else 0):
        if fault.kind is Kind.DEAD:
            ends = np.clip(at.time_us, fault.start_us, fault.end_us)
            lit = lit - (light_hours(ends) - light_hours(np.full(1, fault.start_us)))
    return lit


@lru_cache(maxsize=1024)
def _all_faults(seed: int, code: str, last_day: int) -> tuple[Fault, ...]:
    return find_faults(seed, code, "lighting", FIRST_US, last_day * DAY_US)


def _faults(at: Moments, thing: SimulatedThing) -> tuple[Fault, ...]:
    if not len(at):
        return ()
    return find_faults(at.seed, thing.code, thing.domain, int(at.time_us.min()), int(at.time_us.max()) + 1)


def cabinet(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """The electric supply of some streets."""
    rated, name, key = thing.numbers["rated_w"] / 1000, series.observed_property, key_of(at.seed, series.code)
    if name == "electricity_total":
        return np.round(rated * light_hours(at.time_us), 1)
    if name == "voltage":
        return np.round(231 + 2.4 * smooth(key, at.time_us, 5_000) - 2 * at.rush, 1)
    power = rated * at.light / 100 * (1 + 0.02 * smooth(key, at.time_us, 9_000)) + 0.02
    return np.round(power if name == "active_power" else power * 1000 / (3 * 230), 2)


def parking(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """Car parks fill with the day, the nearer to the centre the more."""
    capacity = thing.numbers["capacity"]
    day = 0.5 * (1 + np.cos(2 * np.pi * np.clip((at.hour - 13.3) / 17, -0.5, 0.5)))
    wish = 0.16 + (0.45 + 0.5 * thing.place.busy) * day * np.where(at.is_work, 1.0, 0.62)
    wish += 0.07 * smooth(key_of(at.seed, thing.code), at.time_us, 5_000)
    occupied = np.round(np.clip(wish, 0, 1) * capacity)
    return occupied if series.observed_property == "occupied_places" else capacity - occupied


def counter(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """Vehicles in each interval; more of them are slower."""
    name, key = series.observed_property, key_of(at.seed, series.code)
    wander = np.clip(1 + 0.13 * smooth(key_of(at.seed, thing.code), at.time_us, 3_000), 0.3, 2)
    passing = thing.numbers["daily"] * at.rush / RUSH_HOURS * series.period_s / 3600 * wander
    load = at.rush * thing.place.busy
    if name == "traffic_speed":
        return np.round(
            np.clip(47 - 21 * load - np.where(at.rain > 1, 3, 0) + 2.5 * smooth(key, at.time_us, 2_000), 6, 70), 1
        )
    if name == "traffic_occupancy":
        return np.round(np.clip(3 + 33 * load * wander, 0, 100), 1)
    if name == "heavy_vehicles":
        passing = passing * np.where(at.is_work, 0.055, 0.02)
    return np.floor(passing + uniform(key, at.time_us // 1_000_000))


def cycle(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """Bicycles and people on foot, who mind cold and rain."""
    key = key_of(at.seed, series.code)
    warm = np.clip((at.temperature + 4) / 22, 0.05, 1.25) * np.where(at.rain > 0.3, 0.35, 1.0)
    many = thing.numbers["daily"] * (1.0 if series.observed_property == "bicycles" else 6.5 * warm**-0.5)
    passing = many * warm * at.rush / RUSH_HOURS * series.period_s / 3600
    return np.floor(
        passing * np.clip(1 + 0.2 * smooth(key, at.time_us, 3_000), 0.2, 2) + uniform(key, at.time_us // 1_000_000)
    )


def charger_states(at: Moments, thing: SimulatedThing) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """Return the state of a charging point at each moment, in the words of OCPI."""
    key = key_of(at.seed, thing.code, "state")
    broken = uniform(key, at.time_us // (5 * DAY_US)) < 0.035
    in_use = smooth(key, at.time_us, 5_400) + 1.1 * at.rush > 0.75
    return np.where(broken, "OUTOFORDER", np.where(in_use, "CHARGING", "AVAILABLE"))


def charger(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """Power while something charges, and the energy given."""
    rated, key = thing.numbers["rated_kw"], key_of(at.seed, series.code)
    if series.observed_property == "charger_energy":
        days = counting.days_of(at)
        hours = 1.6 + 2.4 * uniform(key, np.arange(len(days.temperature), dtype=np.int64))
        return np.round(counting.total(at, rated * hours, counting.STREET), 1)
    charging = charger_states(at, thing) == "CHARGING"
    return np.round(np.where(charging, rated * np.clip(0.75 + 0.18 * smooth(key, at.time_us, 1_800), 0.1, 1), 0.0), 1)


def wifi(at: Moments, thing: SimulatedThing, series: SimulatedSeries) -> Floats:
    """How many are connected, what they load, and whether it works at all."""
    key = key_of(at.seed, thing.code)
    works = uniform(key, at.time_us // (6 * HOUR_US)) > 0.008
    if series.observed_property == "wifi_up":
        return works.astype(np.float64)
    there = 0.03 + 0.55 * np.clip(at.rush, 0, 1) + 0.12 * np.exp(-0.5 * (((at.hour - 20 + 12) % 24 - 12) / 2.5) ** 2)
    users = np.round(
        thing.numbers["capacity"] * there * np.clip(1 + 0.25 * smooth(key + 1, at.time_us, 7_000), 0.1, 2) * works
    )
    return (
        users
        if series.observed_property == "wifi_users"
        else np.round(users * (22 + 16 * uniform(key + 2, at.time_us // HOUR_US)))
    )
