import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.observations.rules import packing
from rivulus.observations.rules.readings import HOUR_US
from rivulus.observations.rules.rollups import NO_TIME, Rollup, joined_all, roll_up
from rivulus.observations.terms import Flag
from rivulus.observations.tests.twins import MINUTE_US, MONDAY, readings, us

START = us(MONDAY)


def bits(found: Rollup) -> list[bytes]:
    return [getattr(found, name).tobytes() for name in Rollup.__dataclass_fields__]


@given(
    st.lists(
        st.tuples(st.integers(0, 10_000), st.floats(-1e6, 1e6)), min_size=1, max_size=60, unique_by=lambda r: r[0]
    ),
    st.sampled_from([0, Flag.FLAT]),
)
def test_hours_and_days_come_back_bit_by_bit(rows: list[tuple[int, float]], quality: int) -> None:
    found = readings([(7, START + minute * MINUTE_US, value) for minute, value in sorted(rows)])
    found.quality[::3] = quality
    hours = roll_up(found, {7: 600})
    assert bits(packing.unpack_hours(packing.pack_hours(hours), 7)) == bits(hours)
    data, ids, sizes = packing.pack_days(hours), np.array([7], np.int32), np.array([len(hours)], np.int32)
    last = int(hours.start[-1])
    assert bits(packing.unpack_days(data, ids, sizes, START, last + 1)) == bits(hours)
    assert bits(packing.unpack_days(data, ids, sizes, START, last)) == bits(hours.take(hours.start < last))


def test_a_row_stands_over_what_is_packed_and_an_empty_one_for_nothing() -> None:
    packed = roll_up(readings([(1, START + hour * HOUR_US, 1.0) for hour in range(3)]), {})
    newer = roll_up(readings([(1, START + HOUR_US, 5.0), (2, START, 6.0)]), {})
    gone = Rollup.empty(np.array([1], np.int32), np.array([START + 2 * HOUR_US]))
    found = packing.overridden(joined_all([gone, newer]).take(np.array([1, 0, 2])), packed)
    assert found.datastream.tolist() == [1, 1, 2]
    assert found.sum.tolist() == [1.0, 5.0, 6.0]
    assert gone.last_time.tolist() == [NO_TIME]


def test_a_year_of_hours_takes_less_than_eight_bytes_each() -> None:
    random = np.random.default_rng(1)
    values = np.round(15 + 8 * np.sin(np.arange(6 * 8760) / 22.9) + random.normal(0, 0.2, 6 * 8760), 1)
    hours = roll_up(readings([(1, START + n * 10 * MINUTE_US, float(v)) for n, v in enumerate(values)]), {1: 600})
    assert len(packing.pack_hours(hours)) / len(hours) < 8


def test_what_cannot_be_packed_is_refused() -> None:
    with pytest.raises(ValueError, match="no hours"):
        packing.pack_hours(Rollup.none())
    with pytest.raises(ValueError, match="no hours"):
        packing.unpack_hours(b"\x08", 1)
