"""What all invented devices say in a stretch of time: readings and records, with everything that goes wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from rivulus.observations.rules.readings import MS, Readings, Record, concatenate
from rivulus.observations.rules.simulation import buildings, street, surroundings
from rivulus.observations.rules.simulation.chance import Floats, Ints
from rivulus.observations.rules.simulation.city import SimulatedSeries, SimulatedThing
from rivulus.observations.rules.simulation.faults import Fault, Kind, find_faults, lateness_us, within
from rivulus.observations.rules.simulation.moments import DAY_US, HOUR_US, Moments, moments, offsets_us

TEXTS = frozenset({"lamp_state", "charger_state"})
EVENTS = frozenset({"bin_weight", "waste_weight"})
ASKED_EVERY_US = {"lamp_state": HOUR_US, "charger_state": HOUR_US // 4}
ON, OFF, FAULT = "on", "off", "fault"
LAMP_CUT = 0.5

type Told = Mapping[str, tuple[int, float]]  # by a lamp's code: since when, percent of light


@dataclass(frozen=True, slots=True)
class Said:
    """What was said: numbers, and words as records."""

    readings: Readings
    records: tuple[Record, ...]


def tell(
    things: Iterable[SimulatedThing], numbers: Mapping[str, int], start_us: int, end_us: int, seed: int,
    told: Told | None = None,
) -> Said:  # fmt: skip
    """Return everything said in [start, end), in microseconds; ``numbers`` are the store's, by the series' codes.

    Series without a number stay silent. The same arguments give the same readings, however the time is cut into stretches.
    """
    grids: dict[int, Moments] = {}
    parts: list[Readings] = []
    records: list[Record] = []
    for thing in things:
        faults = find_faults(seed, thing.code, thing.domain, start_us, end_us)
        for series in thing.series:
            number = numbers.get(series.code)
            if number is None:
                continue
            if series.observed_property in TEXTS:
                records += _words(grids, thing, series, number, start_us, end_us, seed, (told or {}).get(thing.code))
                continue
            times, values = _values(grids, thing, series, start_us, end_us, seed, (told or {}).get(thing.code), faults)
            if len(times):
                parts.append(_readings(times, values, number, faults))
    return Said(concatenate(parts), tuple(records))


def _values(
    grids: dict[int, Moments], thing: SimulatedThing, series: SimulatedSeries, start_us: int, end_us: int, seed: int,
    told: tuple[int, float] | None, faults: tuple[Fault, ...],
) -> tuple[Ints, Floats]:  # fmt: skip
    if series.observed_property in EVENTS:
        if thing.kind == "bin":
            return buildings.weighed(thing, seed, start_us, end_us)
        return buildings.collected(thing, series, seed, start_us, end_us)
    step = series.period_s * 1_000_000
    if step not in grids:
        grids[step] = moments(grid(start_us, end_us, step), seed)
    at = grids[step]
    if not len(at):
        return at.time_us, np.empty(0)
    values = evaluate(at, thing, series, told)
    for fault in faults:
        if fault.kind is Kind.STUCK and series.observed_property not in {"battery"}:
            still = evaluate(moments(np.array([fault.start_us], np.int64), seed), thing, series, told)[0]
            values = np.where(within(fault, at.time_us), still, values)
    return at.time_us, values


def grid(start_us: int, end_us: int, step_us: int) -> Ints:
    """Return the multiples of a step in [start, end)."""
    return np.arange(-(-start_us // step_us) * step_us, end_us, step_us, dtype=np.int64)


def evaluate(
    at: Moments, thing: SimulatedThing, series: SimulatedSeries, told: tuple[int, float] | None = None
) -> Floats:
    """Return what a sound device would measure at some moments."""
    if thing.kind == "lamp":
        return street.lamp(at, thing, series, told)
    return np.asarray(MODELS[thing.kind](at, thing, series), np.float64)


MODELS = {
    "air": surroundings.air,
    "noise": surroundings.noise,
    "weather": surroundings.weather,
    "river": surroundings.river,
    "parking": street.parking,
    "cabinet": street.cabinet,
    "counter": street.counter,
    "cycle": street.cycle,
    "charger": street.charger,
    "wifi": street.wifi,
    "building": buildings.building,
    "water": buildings.water,
    "heat": buildings.heat,
    "bin": buildings.bin_,
}


def _readings(times: Ints, values: Floats, number: int, faults: tuple[Fault, ...]) -> Readings:
    """Return a series' readings, without those lost in gaps and with late clocks late."""
    keep = np.ones(len(times), np.bool_)
    shift = np.zeros(len(times), np.int64)
    for fault in faults:
        if fault.kind is Kind.GAP:
            keep &= ~within(fault, times)
        if fault.kind is Kind.CLOCK:
            shift = np.where(within(fault, times), lateness_us(fault), shift)
    count = int(keep.sum())
    told_at = (times - shift)[keep] // MS * MS
    return Readings(told_at, values[keep], np.full(count, number, np.int32), np.zeros(count, np.int32))


def _words(
    grids: dict[int, Moments], thing: SimulatedThing, series: SimulatedSeries, number: int, start_us: int, end_us: int,
    seed: int, told: tuple[int, float] | None,
) -> list[Record]:  # fmt: skip
    """Return the words a device says: when they change, and once at the start of every day of the city."""
    step = ASKED_EVERY_US[series.observed_property]
    times = grid(start_us, end_us, step)
    if not len(times):
        return []
    if -step not in grids:
        grids[-step] = moments(np.concatenate((times[:1] - step, times)), seed)
    at = grids[-step]
    words = _lamp_words(at, thing, told) if thing.kind == "lamp" else street.charger_states(at, thing)
    first_of_day = (times + offsets_us(times)) % DAY_US < step
    news = (words[1:] != words[:-1]) | first_of_day
    return [Record(number, int(time), str(word)) for time, word in zip(times[news], words[1:][news], strict=True)]


def _lamp_words(
    at: Moments, thing: SimulatedThing, told: tuple[int, float] | None
) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    light, planned = street.light_of(at, thing, told), at.light
    wrong = (light > LAMP_CUT) != (planned > LAMP_CUT)
    if told is not None:
        wrong &= ~((planned > LAMP_CUT) & (at.time_us >= told[0]) & (told[1] <= LAMP_CUT))
    return np.where(wrong, FAULT, np.where(light > LAMP_CUT, ON, OFF))
