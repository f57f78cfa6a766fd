import numpy as np

from rivulus.observations.rules.checks import Limits, flags_of, is_suspended, unlike_neighbours
from rivulus.observations.rules.readings import HOUR_US, Readings
from rivulus.observations.terms import Flag
from rivulus.observations.tests.twins import MINUTE_US, MONDAY, us

START = us(MONDAY)


def minutes(values: list[float], step: int = 10, number: int = 1) -> Readings:
    return Readings.of((number, START + place * step * MINUTE_US, value) for place, value in enumerate(values))


def flagged(found: Readings, flag: Flag, **limits: float) -> list[int]:
    flags = flags_of(found, {1: Limits.of(limits.pop("period_s", None), limits)})
    return np.flatnonzero(flags & int(flag)).tolist()


def test_a_spike_is_too_fast_and_the_way_back_is_not() -> None:
    assert flagged(minutes([20, 20.1, 80, 20.2, 20.3]), Flag.TOO_FAST, max_change_per_h=30) == [2]


def test_two_wrong_readings_do_not_make_the_right_one_wrong() -> None:
    assert flagged(minutes([20, 80, 80, 20, 20]), Flag.TOO_FAST, max_change_per_h=30) == [1, 2]


def test_a_step_that_lasts_is_believed_in_the_end() -> None:
    assert flagged(minutes([20, 80, 80, 80, 80, 80], step=1), Flag.TOO_FAST, max_change_per_h=30) == [1, 2, 3]


def test_the_longer_the_silence_the_more_may_change() -> None:
    assert flagged(minutes([20, 25], step=10), Flag.TOO_FAST, max_change_per_h=20) == [1]
    assert flagged(minutes([20, 25], step=20), Flag.TOO_FAST, max_change_per_h=20) == []


def test_a_line_is_flat_from_the_moment_it_has_been_for_too_long() -> None:
    found = minutes([5, 7, 7, 7, 7, 7, 8, 7])
    assert flagged(found, Flag.FLAT, flat_after_s=1800) == [4, 5]


def test_a_gap_is_more_than_three_periods() -> None:
    found = Readings.of([(1, START + minute * MINUTE_US, minute) for minute in (0, 10, 40, 71, 81)])
    assert flagged(found, Flag.AFTER_GAP, period_s=600) == [3]


def test_one_series_says_nothing_about_another() -> None:
    found = Readings.of([(1, START, 1.0), (2, START + HOUR_US, 900.0), (2, START + 2 * HOUR_US, 900.0)])
    limits = dict.fromkeys((1, 2), Limits(600, 10, 7200))
    assert flags_of(found, limits).tolist() == [0, 0, int(Flag.AFTER_GAP)]


def test_what_older_readings_must_tell() -> None:
    at = START + HOUR_US
    found = Readings.of([(1, START, 5.0), (1, at, 5.0), (2, START, 4.0), (2, at, 5.0), (3, at, 5.0), (4, START, 1.0)])
    assert is_suspended(found, at).tolist() == [1, 3]


def test_whoever_is_far_from_three_neighbours_is_unlike_them() -> None:
    places = {number: (23.58 + number / 1000, 47.66) for number in range(1, 6)}
    means = {1: 20.0, 2: 20.4, 3: 19.8, 4: 20.1, 5: 35.0}
    limits = dict.fromkeys(places, Limits(neighbour_distance_m=1000, neighbour_deviations=5))
    assert unlike_neighbours(means, places, limits) == {5}
    assert unlike_neighbours({1: 20.0, 2: 20.0, 5: 90.0}, places, limits) == set()
    near = dict.fromkeys(places, Limits(neighbour_distance_m=10, neighbour_deviations=5))
    assert unlike_neighbours(means, places, near) == set()


def test_limits_that_are_no_numbers_say_nothing() -> None:
    assert Limits.of(0, {"flat_after_s": "long", "max_change_per_h": True, "neighbour_distance_m": -1}) == Limits()
