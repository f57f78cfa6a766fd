"""Facts about thinning a series for a picture."""

import math
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rivulus.observations.rules.charting import close_small_gaps, envelope, step_for

readings = st.lists(
    st.tuples(st.integers(0, 9_999_999_999), st.floats(-1e6, 1e6)), max_size=60, unique_by=lambda r: r[0]
)


@given(readings, st.integers(1, 40))
def test_every_stretch_has_the_mean_and_the_reach_of_its_own_readings(rows: list[tuple[int, float]], most: int) -> None:
    rows = sorted(rows)
    time = np.array([row[0] for row in rows], np.int64)
    value = np.array([row[1] for row in rows], np.float64)
    step = step_for(0, 10_000_000_000, most)
    found = envelope(
        time, value, value, value, np.ones(len(rows), np.int64), start_us=0, end_us=10_000_000_000, step_us=step
    )
    assert len(found) <= most + 1
    for index, start in enumerate(found.time):
        inside = [v for t, v in rows if start <= t < start + step]
        assert found.count[index] == len(inside)
        if inside:
            assert math.isclose(found.mean[index], sum(inside) / len(inside), rel_tol=1e-9, abs_tol=1e-6)
            assert (found.low[index], found.high[index]) == (min(inside), max(inside))
        else:
            assert math.isnan(found.mean[index])


def test_a_day_is_cut_into_stretches_that_people_can_name() -> None:
    day_us = 86_400_000_000
    assert step_for(0, day_us, 24) == 3_600_000_000
    assert step_for(0, day_us, 100) == 900_000_000
    assert step_for(0, 365 * day_us, 400) == day_us
    assert step_for(0, 36_500 * day_us, 10) > 604_800_000_000


@given(st.sets(st.integers(0, 99), max_size=30), st.integers(1, 20))
def test_a_gap_is_shown_where_more_is_missing_than_is_usual(at: set[int], longest: int) -> None:
    time = np.array(sorted(at), np.int64)
    value = time.astype(np.float64)
    ones = np.ones(len(time), np.int64)
    whole = envelope(time, value, value, value, ones, start_us=0, end_us=100, step_us=1)
    found = close_small_gaps(whole, longest)
    assert found.time[found.count > 0].tolist() == time.tolist()
    for first, second in pairwise(time.tolist()):
        empty = int(((found.time > first) & (found.time < second)).sum())
        assert empty == (second - first - 1 if second - first > longest else 0)
