"""Facts about the invented city, without a database."""

import datetime as dt
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from rivulus.observations.rules.entities import check_thing
from rivulus.observations.rules.readings import Readings, concatenate
from rivulus.observations.rules.simulation import city, faults, moments, places, street, telling
from rivulus.observations.rules.simulation.chance import key_of, smooth, uniform
from rivulus.observations.terms import Domain

SEED = 7
DAY_US = 86_400_000_000
START = int(dt.datetime(2026, 10, 20, tzinfo=dt.UTC).timestamp()) * 1_000_000
THINGS = city.build(SEED)
SMALL = city.build(SEED, 0.02)


def numbers(things: tuple[city.SimulatedThing, ...]) -> dict[str, int]:
    return {series.code: n for n, series in enumerate((s for thing in things for s in thing.series), 1)}


def ordered(said: Readings) -> tuple[list[int], list[int], list[float]]:
    found = said.take(np.lexsort((said.time, said.datastream)))
    return found.datastream.tolist(), found.time.tolist(), found.value.tolist()


def test_about_six_hundred_things_in_all_domains() -> None:
    assert 550 <= len(THINGS) <= 650
    assert {thing.domain for thing in THINGS} == set(Domain)
    assert 2000 <= sum(len(thing.series) for thing in THINGS) <= 2600
    codes = Counter(series.code for thing in THINGS for series in thing.series)
    assert max(codes.values()) == 1


def test_every_thing_stands_in_the_metropolitan_area() -> None:
    for thing in THINGS:
        assert places.WEST <= thing.longitude <= places.EAST and places.SOUTH <= thing.latitude <= places.NORTH


def test_only_lamps_take_tasks() -> None:
    assert {thing.kind for thing in THINGS if thing.is_taskable} == {"lamp"}


def test_the_same_seed_says_the_same_and_another_does_not() -> None:
    one = telling.tell(SMALL, numbers(SMALL), START, START + DAY_US, SEED)
    two = telling.tell(SMALL, numbers(SMALL), START, START + DAY_US, SEED)
    other = telling.tell(SMALL, numbers(SMALL), START, START + DAY_US, SEED + 1)
    assert ordered(one.readings) == ordered(two.readings) and one.records == two.records
    assert ordered(one.readings)[2] != ordered(other.readings)[2]


def test_it_does_not_matter_how_time_is_cut() -> None:
    cuts = [0, 0.1, 0.1003, 0.35, 0.9, 2.0]
    whole = telling.tell(SMALL, numbers(SMALL), START, START + 2 * DAY_US, SEED)
    parts = [
        telling.tell(SMALL, numbers(SMALL), START + int(a * DAY_US), START + int(b * DAY_US), SEED)
        for a, b in pairwise(cuts)
    ]
    assert ordered(concatenate(part.readings for part in parts)) == ordered(whole.readings)
    assert sorted(r.time for part in parts for r in part.records) == sorted(r.time for r in whole.records)


def test_no_series_says_two_things_at_once_and_all_are_finite() -> None:
    said = telling.tell(THINGS, numbers(THINGS), START, START + DAY_US, SEED).readings
    keys = np.stack([said.datastream.astype(np.int64), said.time])
    assert np.unique(keys, axis=1).shape[1] == len(said)
    assert np.isfinite(said.value).all() and not (said.time % 1000).any()


def test_meters_never_run_backwards_even_when_the_clock_is_put_back() -> None:
    # The night of 25 October 2026 has twenty-five hours.
    known = numbers(SMALL)
    said = telling.tell(SMALL, known, START, START + 10 * DAY_US, SEED).readings
    totals = [code for code in known if code.endswith(("_total", "_energy"))]
    assert len(totals) >= 8
    for code in totals:
        found = said.take(said.datastream == known[code])
        assert (np.diff(found.value[np.argsort(found.time)]) >= -1e-9).all(), code


def test_series_without_a_number_stay_silent() -> None:
    assert len(telling.tell(SMALL, {}, START, START + DAY_US, SEED).readings) == 0


def test_summer_is_warm_and_winter_cold() -> None:
    def mean(month: int) -> float:
        first = int(dt.datetime(2026, month, 1, tzinfo=dt.UTC).timestamp()) * 1_000_000
        found = [
            moments.moments(np.arange(24 * 28) * 3_600_000_000 + first, seed).temperature.mean() for seed in range(6)
        ]
        return float(np.mean(found))

    assert -5 < mean(1) < 2 and 18 < mean(7) < 24


def test_the_calendar_knows_holidays_weekends_and_terms() -> None:
    days = [
        dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC),
        dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC),
        dt.datetime(2026, 7, 15, 9, tzinfo=dt.UTC),
    ]
    times = np.array([int(day.timestamp()) * 1_000_000 for day in days], np.int64)
    at = moments.moments(times, SEED)
    assert at.is_work.tolist() == [True, False, False, True]
    assert at.is_school.tolist() == [True, False, False, False]
    assert at.weekday.tolist() == [4, 5, 1, 2]
    assert at.hour.tolist() == [11, 11, 11, 12]


def test_streets_are_fuller_at_rush_hour_and_the_air_and_noise_follow() -> None:
    monday = int(dt.datetime(2026, 11, 16, tzinfo=dt.UTC).timestamp()) * 1_000_000
    at = moments.moments(np.array([monday + hour * 3_600_000_000 for hour in (1, 15)], np.int64), SEED)
    counter = next(thing for thing in THINGS if thing.kind == "counter")
    vehicles = telling.evaluate(at, counter, counter.series[0])
    point = next(thing for thing in THINGS if thing.kind == "noise")
    levels = telling.evaluate(at, point, point.series[0])
    assert vehicles[1] > 5 * vehicles[0] and levels[1] > levels[0] + 3


def test_lamps_burn_at_night_dimmed_after_eleven() -> None:
    times = [dt.datetime(2026, 11, 16, hour, tzinfo=dt.UTC) for hour in (12, 19, 23)]
    found = moments.planned_light(np.array([int(t.timestamp()) * 1_000_000 for t in times], np.int64))
    assert found.tolist() == [0, 100, 60]


def test_a_lamp_keeps_to_what_it_was_told() -> None:
    lamp = next(thing for thing in THINGS if thing.kind == "lamp" and not faults.find_faults(SEED, thing.code, "lighting", START, START + DAY_US))  # fmt: skip
    evening = START + 19 * 3_600_000_000
    at = moments.moments(np.array([evening - 3_600_000_000, evening + 3_600_000_000], np.int64), SEED)
    assert street.light_of(at, lamp, (evening, 25.0)).tolist() == [100, 25]


def test_things_fail_now_and_then() -> None:
    month = [faults.find_faults(SEED, t.code, t.domain, START, START + 30 * DAY_US) for t in THINGS]
    kinds = Counter(fault.kind for found in month for fault in found)
    assert set(kinds) == set(faults.Kind)
    assert sum(map(bool, month)) < len(THINGS) / 2


def test_gaps_are_silent_and_late_clocks_are_late() -> None:
    gap = faults.Fault(faults.Kind.GAP, START, START + DAY_US, 0.5)
    clock = faults.Fault(faults.Kind.CLOCK, START, START + DAY_US, 0.5)
    times = np.array([START - 1_000_000, START + 1_000_000], np.int64)
    values = np.array([1.0, 2.0])
    assert telling._readings(times, values, 1, (gap,)).value.tolist() == [1]
    late = telling._readings(times, values, 1, (clock,)).time
    assert late.tolist() == [times[0], times[1] - faults.lateness_us(clock)]


@pytest.mark.parametrize("thing", SMALL, ids=lambda thing: thing.code)
def test_every_device_can_be_described(thing: city.SimulatedThing) -> None:
    from rivulus.observations.rules.simulation.specs import describe

    spec = check_thing(describe(thing, _declared()))
    assert spec.is_simulated and all(series.is_simulated for series in spec.series)


@cache
def _declared() -> dict[str, Any]:
    import yaml

    from rivulus.observations.rules.domains.declared import read_properties

    pack = __file__.rsplit("/src/", 1)[0] + "/pack/baia_mare/observations/properties.yaml"
    with open(pack, encoding="utf-8") as stream:
        return {each.spec.code: each for each in read_properties(yaml.safe_load(stream))}


def test_chance_is_even_and_smooth_chance_about_normal() -> None:
    draws = uniform(key_of(SEED, "x"), np.arange(20_000, dtype=np.int64))
    assert abs(draws.mean() - 0.5) < 0.01 and draws.min() >= 0 and draws.max() < 1
    wander = smooth(key_of(SEED, "y"), np.arange(20_000, dtype=np.int64) * 600_000_000, 3_600)
    assert abs(wander.mean()) < 0.1 and 0.85 < wander.std() < 1.15
