import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.observations.rules import blocks
from rivulus.observations.rules.readings import Readings

WEEK_MS = 7 * 86_400_000
START_MS = 1_767_571_200_000
floats = st.floats(allow_nan=False, allow_infinity=False)
decimals = st.builds(lambda number, digits: number / 10**digits, st.integers(-(10**6), 10**6), st.integers(0, 4))
values = st.one_of(floats, decimals, st.sampled_from([0.0, -0.0, 5e-324, 1.7976931348623157e308, 0.1, 1e16]))


def series(times_ms: list[int], numbers: list[float], quality: list[int]) -> Readings:
    count = len(times_ms)
    return Readings(
        np.array(times_ms, np.int64) * 1000,
        np.array(numbers, np.float64),
        np.full(count, 7, np.int32),
        np.array(quality, np.int32),
    )


def same(one: Readings, other: Readings) -> bool:
    return (
        np.array_equal(one.time, other.time)
        and np.array_equal(one.value.view(np.int64), other.value.view(np.int64))
        and np.array_equal(one.quality, other.quality)
        and np.array_equal(one.datastream, other.datastream)
    )


def sensor_week(step_s: int, digits: int, jitter_ms: int = 0, seed: int = 1) -> Readings:
    random = np.random.default_rng(seed)
    count = 7 * 86_400 // step_s
    at = np.arange(count)
    times = START_MS + at * step_s * 1000 + (random.integers(0, jitter_ms, count) if jitter_ms else 0)
    day = np.sin(at * step_s / 86_400 * 2 * np.pi)
    return series(times.tolist(), np.round(12 + 6 * day + random.normal(0, 0.1, count), digits).tolist(), [0] * count)


@given(st.data())
def test_a_block_gives_back_every_bit(data: st.DataObject) -> None:
    times = sorted(data.draw(st.sets(st.integers(START_MS - WEEK_MS, START_MS + WEEK_MS), min_size=1, max_size=60)))
    length = len(times)
    numbers = data.draw(st.lists(values, min_size=length, max_size=length))
    quality = data.draw(st.lists(st.integers(0, 2**18 - 1), min_size=length, max_size=length))
    readings = series(times, numbers, quality)
    assert same(blocks.decode(blocks.encode(readings), 7), readings)


@given(st.lists(decimals, min_size=1, max_size=200), st.integers(1, 10**7))
def test_a_regular_series_of_decimals_comes_back(numbers: list[float], step_ms: int) -> None:
    times = [START_MS + place * step_ms for place in range(len(numbers))]
    readings = series(times, numbers, [0] * len(numbers))
    assert same(blocks.decode(blocks.encode(readings), 7), readings)


@pytest.mark.parametrize(
    "numbers",
    [
        [float("inf"), 1.5, float("-inf")],
        [-0.0] * 50,
        [20.5] * 99 + [-0.0],
        [float(np.float32(x)) for x in (20.1, 20.2, 19.9, 20.0)],
        [2.0**52 + n for n in range(5)],
        [1e300, -1e300, 1e-300],
    ],
)
def test_odd_values_come_back(numbers: list[float]) -> None:
    readings = series(list(range(START_MS, START_MS + len(numbers))), numbers, [0] * len(numbers))
    assert same(blocks.decode(blocks.encode(readings), 7), readings)


def test_the_first_times_of_the_store_and_the_last_come_back() -> None:
    readings = series([-2_208_988_800_000, 0, 4_102_444_799_999], [1.0, 2.0, 3.0], [0, 4, 65536])
    assert same(blocks.decode(blocks.encode(readings), 7), readings)


def test_a_week_of_a_sensor_takes_less_than_a_byte_and_a_half_for_each_reading() -> None:
    assert len(blocks.encode(sensor_week(60, 1))) / 10_080 < 0.5
    assert len(blocks.encode(sensor_week(60, 1, jitter_ms=100))) / 10_080 < 1.5
    assert len(blocks.encode(sensor_week(900, 1))) / 672 < 1.2


def test_a_counter_takes_less_than_half_a_byte() -> None:
    count = 10_080
    total = np.cumsum(np.random.default_rng(2).poisson(3, count)).astype(float)
    times = (START_MS + np.arange(count) * 60_000).tolist()
    assert len(blocks.encode(series(times, total.tolist(), [0] * count))) / count < 0.5


def test_readings_that_cannot_be_a_block_are_refused() -> None:
    one = series([START_MS, START_MS], [1.0, 2.0], [0, 0])
    with pytest.raises(ValueError, match="in order of time"):
        blocks.encode(one)
    with pytest.raises(ValueError, match="in order of time"):
        blocks.encode(Readings.none())


def test_a_damaged_block_is_noticed() -> None:
    data = bytearray(blocks.encode(sensor_week(900, 1)))
    data[len(data) // 2] ^= 255
    with pytest.raises(ValueError, match="damaged"):
        blocks.decode(bytes(data), 7)
    with pytest.raises(ValueError, match="no block"):
        blocks.decode(b"\x08abc", 7)


def test_a_long_series_is_split() -> None:
    week = sensor_week(10, 1)
    parts = blocks.split(week)
    assert len(parts) == 2
    assert sum(map(len, parts)) == len(week)
